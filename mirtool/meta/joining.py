"""Several studies side by side, joined on current miRNA names, and what forbids to combine them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mirtool.differential.reference_names import reference_words
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.meta.effects import StudyEffects
from mirtool.meta.settings import LEAST_STUDIES
from mirtool.model import FloatArray, IntArray, TextArray, text_array
from mirtool.settings import unknown_choice

FEWEST_FOR_DIRECTION = 10
OPPOSITE = -0.3
"""Correlation of the log2 ratios of two studies below which their directions are doubted."""


@dataclass(frozen=True, eq=False)
class JoinedStudies:
    """Several studies, one row per miRNA of any of them.

    Parameters
    ----------
    studies
        Each with one row per miRNA.
    name
        Current names, sorted, ``(n_mirnas,)``.
    effect, se, p_value, adjusted, arrays
        ``(n_mirnas, n_studies)``, NaN where a study did not measure the miRNA.
    id
        The probe of each study, ``(n_mirnas, n_studies)``; empty where there is none.
    """

    studies: tuple[StudyEffects, ...]
    name: TextArray
    effect: FloatArray
    se: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    arrays: FloatArray
    id: TextArray

    @property
    def labels(self) -> list[str]:
        """What the studies are called."""
        return [study.label for study in self.studies]

    @property
    def k(self) -> IntArray:
        """Studies that measured each miRNA, ``(n_mirnas,)``."""
        return np.asarray(np.isfinite(self.effect).sum(axis=1), dtype=np.int64)


def flip_studies(studies: Sequence[StudyEffects], flip: Sequence[str]) -> list[StudyEffects]:
    """Return the studies, those named in ``flip`` with their groups swapped.

    Raises
    ------
    UsageError
        Where no study has that name.
    """
    labels = [study.label for study in studies]
    for label in flip:
        if label not in labels:
            raise unknown_choice("study", label, labels, "flip")
    return [study.flipped() if study.label in flip else study for study in studies]


def join(studies: Sequence[StudyEffects], min_studies: int = LEAST_STUDIES) -> JoinedStudies:
    """Join studies on the names of their miRNAs.

    Raises
    ------
    UsageError
        For fewer studies than are asked for, two that compare the same groups the other way round, or two that
        hold the same numbers.
    NotEnoughDataError
        Where no miRNA is in as many of them.
    """
    if len(studies) < max(min_studies, LEAST_STUDIES):
        few = len(studies) < LEAST_STUDIES
        raise UsageError(
            "a meta-analysis needs at least two studies" if few else "no miRNA can be in so many studies",
            parameter=None if few else "min_studies",
            found=f"{len(studies)}",
            hint="name one differential table per study" if few else None,
        )
    _refuse_swapped(studies)
    names = sorted({name for study in studies for name in study.name})
    row_of = {name: i for i, name in enumerate(names)}
    shape = len(names), len(studies)
    parts = {part: np.full(shape, np.nan) for part in ("effect", "se", "p_value", "adjusted", "arrays")}
    ids = np.full(shape, "", dtype=object)
    for j, study in enumerate(studies):
        rows = [row_of[name] for name in study.name]
        for part, values in parts.items():
            values[rows, j] = getattr(study, part)
        ids[rows, j] = study.id
    joined = JoinedStudies(tuple(studies), text_array(names), id=ids, **parts)
    _refuse_same(joined)
    if joined.k.max() < min_studies:
        first = "; ".join(f"{study.label}: {', '.join(study.name[:3])}" for study in studies[:3])
        raise NotEnoughDataError(
            "the studies have no miRNA in common"
            if joined.k.max() < LEAST_STUDIES
            else f"no miRNA is in {min_studies} studies",
            found=first,
            hint=f"names without a species need {option('species', 'hsa')}; miRNAs of different species are not "
            "joined",
        )
    return joined


def _refuse_swapped(studies: Sequence[StudyEffects]) -> None:
    """Refuse two studies that compare the same groups the other way round."""
    for one, other in combinations(studies, 2):
        groups = [each.casefold() for each in (one.tested, one.reference, other.tested, other.reference)]
        if one.tested and groups[:2] == groups[:1:-1]:
            raise UsageError(
                "two studies compare the same groups the other way round",
                found=f"{one.label}: {one.comparison}; {other.label}: {other.comparison}",
                hint=f"turn one of them with {option('flip', other.label)}",
            )


def _refuse_same(joined: JoinedStudies) -> None:
    """Refuse two studies that have the same numbers for all miRNAs they share."""
    for i, j in combinations(range(len(joined.studies)), 2):
        shared = np.isfinite(joined.effect[:, i]) & np.isfinite(joined.effect[:, j])
        if shared.sum() < 2:
            continue
        one, other = ((np.abs(joined.effect[shared, study]), joined.se[shared, study]) for study in (i, j))
        if np.array_equal(one, other):
            raise UsageError(
                "two studies hold the same numbers",
                found=f"{joined.studies[i].path} and {joined.studies[j].path}",
                hint="name each study once: a study that counts twice is no evidence",
            )


def doubts_of(joined: JoinedStudies) -> list[str]:
    """Return in words which studies share a table, and which may have their groups swapped."""
    doubts = [
        f"{one.label} and {other.label} were compared from the same table {one.values}: samples that are in both "
        "comparisons count twice"
        for one, other in combinations(joined.studies, 2)
        if one.values and one.values == other.values
    ]
    for study in joined.studies:
        words = reference_words([study.tested, study.reference]) if study.tested else ["", ""]
        if words[0] and not words[1]:
            doubts.append(
                f"{study.label} compares {study.comparison}, and '{words[0]}' names a reference: if its groups "
                f"are swapped, use {option('flip', study.label)}"
            )
    for i, j in combinations(range(len(joined.studies)), 2):
        shared = np.isfinite(joined.effect[:, i]) & np.isfinite(joined.effect[:, j])
        if shared.sum() < FEWEST_FOR_DIRECTION:
            continue
        one, other = joined.effect[shared, i], joined.effect[shared, j]
        if one.std() > 0 and other.std() > 0 and (r := float(np.corrcoef(one, other)[0, 1])) < OPPOSITE:
            doubts.append(
                f"{joined.labels[i]} and {joined.labels[j]} go in opposite directions (r = {r:.2f} over "
                f"{shared.sum():,} miRNAs): if the groups of one are swapped, use "
                f"{option('flip', joined.labels[j])}"
            )
    return doubts
