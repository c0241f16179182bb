"""Pairs of miRNA and gene under other names: those that become the same are one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mirtool.model import EVIDENCE_CLASSES, IntArray, Interactions, TextArray, text_array


def renamed_pairs(
    interactions: Interactions, *, mirna: TextArray | None = None, gene: TextArray | None = None
) -> Interactions:
    """Return pairs other names, and make one pair of those that become the same.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene, each once.
    mirna, gene
        The new name of each pair's miRNA or gene, one entry per pair; None keeps the names.

    Returns
    -------
    Interactions
        The pairs in the order given, each where it first stands, with the best evidence and the surest score of
        those that became it, and the references and databases of all.

    Examples
    --------
    >>> pairs = Interactions(text_array(["a", "a"]), text_array(["P53", "TP53"]), text_array(["weak", "strong"]),
    ...                      text_array(["2", "1"]), "mine")
    >>> one = renamed_pairs(pairs, gene=text_array(["TP53", "TP53"]))
    >>> one.gene.tolist(), one.evidence.tolist(), one.references.tolist()
    (['TP53'], ['strong'], ['1;2'])
    """
    mirna = interactions.mirna if mirna is None else mirna
    gene = interactions.gene if gene is None else gene
    first, pair_of_row = _first_rows(mirna, gene)
    renamed = replace(interactions, mirna=mirna, gene=gene)
    if len(first) == len(mirna):
        return renamed
    ranks = {name: rank for rank, name in enumerate(EVIDENCE_CLASSES)}
    best = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(best, pair_of_row, np.array([ranks[name] for name in interactions.evidence], dtype=np.int64))
    kept = renamed.take(first)
    score = None
    if interactions.score is not None:
        score = np.full(len(first), np.nan)
        (np.fmin if interactions.lower_is_better else np.fmax).at(score, pair_of_row, interactions.score)
    return replace(
        kept,
        evidence=text_array(EVIDENCE_CLASSES)[best],
        references=_joined(interactions.references, kept.references, pair_of_row),
        databases=None
        if interactions.databases is None or kept.databases is None
        else _joined(interactions.databases, kept.databases, pair_of_row),
        score=score,
    )


def join_distinct(cells: Iterable[str]) -> str:
    """Join the distinct parts of cells that are joined by ``;``, sorted.

    Examples
    --------
    >>> join_distinct(["2;1", "", "3;1"])
    '1;2;3'
    """
    return ";".join(sorted({part for cell in cells for part in cell.split(";") if part}))


def _first_rows(mirna: TextArray, gene: TextArray) -> tuple[IntArray, IntArray]:
    """Return the first row of each distinct pair, in order, and the place of each row's pair among them."""
    genes = _codes(gene)
    key = _codes(mirna) * (int(genes.max(initial=0)) + 1) + genes
    _, first, pair = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return first[order], place[pair]


def _codes(labels: TextArray) -> IntArray:
    names = labels.tolist()
    number = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.fromiter(map(number.__getitem__, names), np.int64, len(names))


def _joined(cells: TextArray, kept: TextArray, pair_of_row: IntArray) -> TextArray:
    """Join the cells of the rows that became one pair; ``kept`` are those of the first rows."""
    joined = kept.copy()
    order = np.argsort(pair_of_row, kind="stable")
    starts = np.searchsorted(pair_of_row[order], np.arange(len(kept) + 1))
    for pair in np.flatnonzero(np.diff(starts) > 1):
        joined[pair] = join_distinct(cells[order[starts[pair] : starts[pair + 1]]])
    return joined
