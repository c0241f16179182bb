"""The shortlist as a whole: from the tables of a study to one entry per miRNA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.mirna_names import MirnaNames, Resolution
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.io.mirnas.mirna_lists import MirnaList
from mirtool.io.mirnas.reference_levels import ReferenceLevels
from mirtool.io.results.differential import SavedDifferential
from mirtool.io.results.evidence import QpcrResult, QpcrResults
from mirtool.model import BoolArray, Rule
from mirtool.shortlist.levels import FluidLevels, look_up_levels
from mirtool.shortlist.membership import Membership, look_up
from mirtool.shortlist.on_off import detected_only, listed_for_detection
from mirtool.shortlist.ranking import rank_mirnas, rank_order
from mirtool.shortlist.settings import ShortlistSettings

DEFAULTS = ShortlistSettings()
BY_RANK = "rank"
"""Why a miRNA is listed that the rank has chosen."""


@dataclass(frozen=True, eq=False)
class Shortlist:
    """The miRNAs of a comparison that were taken, in the order of their rank.

    Parameters
    ----------
    candidates
        The differential table.
    probes
        For each miRNA the positions of its probes, the one whose numbers represent it first; those by rank, then
        those that one group alone detects.
    reasons
        Why each is listed: :data:`BY_RANK`, or by which detection.
    names
        What became of each miRNA's name.
    memberships
        Each list held against them.
    levels
        Their levels in a fluid; None without a table of levels.
    qpcr
        What qPCR says of each, None where it says nothing.
    qpcr_header
        Header of the P value of qPCR, empty without qPCR.
    network
        What the network says of each, empty where it says nothing; None without a network.
    rule, rank, direction
        What the list goes by.
    n_listed
        miRNAs from which the first were taken.
    n_detected_only
        miRNAs that one group alone detects, from which the first were taken.
    """

    candidates: SavedDifferential
    probes: tuple[tuple[int, ...], ...]
    reasons: tuple[str, ...]
    names: tuple[Resolution, ...]
    memberships: tuple[Membership, ...]
    levels: FluidLevels | None
    qpcr: tuple[QpcrResult | None, ...]
    qpcr_header: str
    network: tuple[Mapping[str, float], ...] | None
    rule: Rule
    rank: str
    direction: str
    n_listed: int
    n_detected_only: int

    def __len__(self) -> int:
        return len(self.probes)

    @property
    def n_ranked(self) -> int:
        """The miRNAs that were taken by rank: the first ones."""
        return self.reasons.count(BY_RANK)

    @property
    def resting(self) -> dict[str, str]:
        """MiRNAs whose fold change rests on values that one group did not detect, and the group that did."""
        only = self.candidates.detected_only_in
        if only is None:
            return {}
        leads = [probes[0] for probes in self.probes[: self.n_ranked]]
        return {self.candidates.name[i].strip(): only[i] for i in leads if only[i]}


def shortlist(
    candidates: SavedDifferential,
    book: MirnaNames,
    settings: ShortlistSettings = DEFAULTS,
    *,
    lists: Sequence[MirnaList] = (),
    levels: ReferenceLevels | None = None,
    qpcr: QpcrResults | None = None,
    network: Mapping[str, Mapping[str, float]] | None = None,
) -> Shortlist:
    """Take the first miRNAs of a comparison by a rank, with everything that is known of each.

    Behind them are those that one group alone detects, which have no fold change to be ranked by: see
    :mod:`mirtool.shortlist.on_off`.

    Parameters
    ----------
    candidates
        The differential table.
    book
        Resolves names.
    settings
        The rank, the rule and the direction, and how many miRNAs to take.
    lists
        Lists to look them up in.
    levels
        Levels of miRNAs in a fluid.
    qpcr, network
        What `mirtool validate` and `mirtool network` found, by name.

    Raises
    ------
    UsageError
        For a choice that does not exist, or that the table does not allow.
    NotEnoughDataError
        Where no probe is up or down by the rule, and none is listed for its detection.
    """
    by = _choose_rule(candidates, settings.regulation)
    direction = settings.direction
    book = book.for_names(candidates.name)
    found = [book.resolve(name) for name in candidates.name]
    keys = [each.best_name.strip() or own for each, own in zip(found, candidates.id, strict=True)]
    order = rank_order(candidates, settings.rank, by.label)
    passing = _passing(candidates, by, direction)
    mirnas = rank_mirnas(order, passing, keys)
    ranked = mirnas[: settings.top]
    alone = detected_only(candidates, keys, direction, settings.top)
    taken = [*ranked, *alone.probes]
    names = tuple(found[probes[0]] for probes in taken)
    targets = _by_current_name(qpcr, book)
    return Shortlist(
        candidates,
        tuple(map(tuple, taken)),
        (*[BY_RANK] * len(ranked), *alone.reasons),
        names,
        tuple(look_up(names, listed, book) for listed in lists),
        None if levels is None else look_up_levels(names, levels, book),
        tuple(_first_known(name, targets) for name in names),
        qpcr.p_header if qpcr else "",
        None if network is None else tuple(network.get(keys[probes[0]], {}) for probes in taken),
        by,
        settings.rank,
        direction,
        len(mirnas),
        alone.n_found,
    )


def _choose_rule(candidates: SavedDifferential, asked: str | None) -> Rule:
    available = Rule.in_columns(candidates.regulation)
    if asked is None:
        return Rule.default(available)
    rule = Rule.named(asked, "regulation")
    if rule not in available:
        raise UsageError(
            f"the differential table has no column '{rule.column}'",
            found=", ".join(candidates.regulation),
            hint=f"no test was made, or P was not adjusted: use {option('regulation', 'fold-change')}",
        )
    return rule


def _passing(candidates: SavedDifferential, rule: Rule, direction: str) -> BoolArray:
    calls = candidates.regulation[rule.column]
    passing = np.asarray(calls != "") if direction == "both" else np.asarray(calls == direction)
    if not passing.any() and not listed_for_detection(candidates, direction).any():
        raise NotEnoughDataError(
            f"no probe is {'up or down' if direction == 'both' else direction} by '{rule.label}'",
            path=candidates.path,
            hint=f"use another rule ({option('regulation', 'fold-change')}), or a smaller cut-off",
        )
    return passing


def _by_current_name(qpcr: QpcrResults | None, book: MirnaNames) -> dict[str, QpcrResult]:
    """Return the results of qPCR by current name, the first of several targets of one name."""
    results: dict[str, QpcrResult] = {}
    for target, result in qpcr.by_target.items() if qpcr else ():
        results.setdefault(book.resolve(target).best_name.strip(), result)
    return results


def _first_known(name: Resolution, results: Mapping[str, QpcrResult]) -> QpcrResult | None:
    """Return the result of a miRNA, or of the first part of a slash probe that has one."""
    parts = [part.best_name.strip() for part in name.parts or (name,)]
    return next((results[part] for part in (name.best_name.strip(), *parts) if part in results), None)
