"""Several tables of interactions as one: pairs that any of them holds, all of them, or at least so many.

A pair of the combination has the best evidence of the sources that hold it and all their references; ``databases``
names them. Scores of different sources have different units, so a combination has none. As for a single table, its
universe is the genes of its pairs: of a union those that any source knows, else those of at least one pair that so
many sources agree on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mirtool.annotation.pairs import renamed_pairs
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import BoolArray, IntArray, Interactions, TextArray, text_array
from mirtool.network.interactions.targets import code_labels
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class Combination:
    """Interactions of several sources, and what each of them gave.

    Parameters
    ----------
    interactions
        The pairs that stay, sorted by miRNA and gene.
    names
        The sources, in the order given.
    at_least
        In how many of them a pair must be.
    pairs, kept, alone
        ``(n_sources,)``: pairs of each source, those that stay, and those that no other source holds.
    common
        ``(n_sources, n_sources)``: pairs that two sources have in common; each one's own number on the diagonal.
    """

    interactions: Interactions
    names: tuple[str, ...]
    at_least: int
    pairs: IntArray
    kept: IntArray
    alone: IntArray
    common: IntArray


def combine_interactions(sources: Sequence[Interactions], *, at_least: int = 1) -> Combination:
    """Combine tables of interactions.

    Parameters
    ----------
    sources
        Two or more, each pair once in each, under names of miRNAs and genes that mean the same in all of them;
        their ``source`` tells them apart.
    at_least
        In how many sources a pair must be: 1 is the union, their number the intersection.

    Raises
    ------
    UsageError
        For a number that is none of sources, and for two sources of one name.
    NotEnoughDataError
        Where no pair is in so many.

    Examples
    --------
    >>> nothing = text_array(["", ""])
    >>> a = Interactions(text_array("mm"), text_array("XY"), text_array(["weak", "weak"]), nothing, "A")
    >>> b = Interactions(text_array("mm"), text_array("YZ"), text_array(["strong", ""]), nothing, "B")
    >>> both = combine_interactions([a, b], at_least=2).interactions
    >>> both.source, both.gene.tolist(), both.evidence.tolist(), both.databases.tolist()
    ('intersection of A and B', ['Y'], ['strong'], ['A;B'])
    """
    names = tuple(source.source for source in sources)
    _check(names, at_least)
    together = _stacked(sources)
    owner = np.repeat(np.arange(len(sources)), [len(source) for source in sources])
    key = _sorted_keys(together)
    distinct, pair_of_row = np.unique(key, return_inverse=True)
    held: BoolArray = np.zeros((len(distinct), len(sources)), dtype=bool)
    held[pair_of_row, owner] = True
    n_holders = held.sum(axis=1)
    stays = n_holders >= at_least
    if not stays.any():
        raise NotEnoughDataError(
            f"no pair is in {at_least} of the {len(sources)} sources",
            found=", ".join(
                f"{name}: {plural(len(source), 'pair')}" for name, source in zip(names, sources, strict=True)
            ),
            hint=f"ask for fewer with {option('combine')}; and see with "
            "`mirtool targets info` that their names mapped",
        )
    rows = np.flatnonzero(stays[pair_of_row])
    order = rows[np.argsort(key[rows], kind="stable")]
    counts = held.astype(np.int64)
    combination = Combination(
        interactions=renamed_pairs(together.take(order)),
        names=names,
        at_least=at_least,
        pairs=counts.sum(axis=0),
        kept=counts[stays].sum(axis=0),
        alone=counts[n_holders == 1].sum(axis=0),
        common=counts.T @ counts,
    )
    return replace(
        combination,
        interactions=replace(combination.interactions, source=_words(names, at_least), dropped=_told(combination)),
    )


def filter_by_score(interactions: Interactions, cutoff: float) -> Interactions:
    """Return the pairs that their source is at least so sure of; those without a score go.

    Raises
    ------
    UsageError
        Where the table has no scores.
    NotEnoughDataError
        Where no pair is that sure.

    Examples
    --------
    >>> blank = text_array(["", ""])
    >>> pairs = Interactions(text_array("mm"), text_array("XY"), blank, blank, "TargetScan",
    ...                      score=np.array([-0.1, -0.4]), lower_is_better=True)
    >>> filter_by_score(pairs, -0.2).gene.tolist()
    ['Y']
    """
    if interactions.score is None:
        raise UsageError(
            f"{interactions.source} has no scores to set a limit to", hint=f"leave it out of {option('min_score')}"
        )
    compare = np.less_equal if interactions.lower_is_better else np.greater_equal
    kept = compare(interactions.score, cutoff)  # what is missing compares as False
    if not kept.any():
        raise NotEnoughDataError(
            f"no pair of {interactions.source} has so sure a score",
            found=f"scores from {np.nanmin(interactions.score):g} to {np.nanmax(interactions.score):g}",
            expected=f"{cutoff:g} or {'lower' if interactions.lower_is_better else 'higher'}",
        )
    words = (
        f"{plural(int((~kept).sum()), 'pair')} with a score less sure than {cutoff:g}, or without one, left out"
    )
    return replace(interactions.take(kept), dropped=(*interactions.dropped, words))


def _check(names: Sequence[str], at_least: int) -> None:
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(
            f"two sources of interactions are called {twice}",
            hint="name each once; of two files of one name, rename one",
        )
    if not 1 <= at_least <= len(names):
        raise UsageError(
            f"a pair can't be in {at_least} of {len(names)} sources",
            expected=f"a number from 1 to {len(names)}",
        )


def _stacked(sources: Sequence[Interactions]) -> Interactions:
    """Put the rows of all sources under each other, each marked by its source."""

    def column(name: str) -> TextArray:
        return np.concatenate([getattr(source, name) for source in sources])

    databases = [name for source in sources for name in [_mark(source)] * len(source)]
    return Interactions(
        mirna=column("mirna"),
        gene=column("gene"),
        evidence=column("evidence"),
        references=column("references"),
        source="",
        databases=text_array(databases),
    )


def _mark(source: Interactions) -> str:
    """Return the source's name as it is among others joined by ``;``."""
    return source.source.replace(";", ",")


def _sorted_keys(interactions: Interactions) -> IntArray:
    """Return each row a number of its pair, which sorts as miRNA and gene do."""
    _, mirna = code_labels(interactions.mirna)
    genes, gene = code_labels(interactions.gene)
    return mirna * len(genes) + gene


def _words(names: Sequence[str], at_least: int) -> str:
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    if at_least == 1:
        return f"union of {listed}"
    return f"intersection of {listed}" if at_least == len(names) else f"at least {at_least} of {listed}"


def _told(combination: Combination) -> tuple[str, ...]:
    """Return what each source gives and loses, and what two of them have in common."""
    rows = zip(combination.names, combination.pairs, combination.kept, combination.alone, strict=True)
    lines = [
        f"{name}: {plural(int(n), 'pair')}, {kept:,} of them kept, {alone:,} in no other source"
        for name, n, kept, alone in rows
    ]
    lines += [
        f"{one} and {other}: {plural(int(combination.common[i, j]), 'pair')} in common"
        for i, one in enumerate(combination.names)
        for j, other in enumerate(combination.names)
        if i < j
    ]
    return tuple(lines)
