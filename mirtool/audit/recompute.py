"""A workbook's numbers computed again from a source, for any recipe, with the package's own kernels.

signal → factor (median over the counting probes at the cut-off) → normalized = signal / factor → mean of a group,
fold change = mean / mean, P of a t test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mirtool.audit.recipe import DEPENDS_ON, SERVICE, Recipe
from mirtool.audit.sources import Source, variation
from mirtool.differential import compare_means, paired_t_test, student_t_test, welch_t_test
from mirtool.differential.compare import LARGEST_LOG2
from mirtool.differential.fold_change import signed_fold_change
from mirtool.io.arrays.service_sheet import (
    COMPARISON_HEADINGS,
    CV,
    FOLD_CHANGE,
    FOREGROUND,
    MEAN,
    NORMALIZED,
    P_VALUE,
    SAMPLE_HEADINGS,
    SIGNAL,
    parse_comparison_name,
)
from mirtool.model import BoolArray, FloatArray, SampleTable
from mirtool.normalize.detection import detected_signals
from mirtool.normalize.factors import median_factors

_COUNTING_NAME = re.compile("let|mir", re.IGNORECASE)
_COMPUTED_CHOICES = frozenset(
    {"normalized_scale", "mean", "direction", "form", "test", "test_scale", "tails", "cv_denominator",
     "cv_unit"}
)  # fmt: skip
_NORMALIZED_CHOICES = sorted(DEPENDS_ON[NORMALIZED])
_MEANS = {"arithmetic": "ratio-of-means", "geometric": "geometric"}


class Groups(NamedTuple):
    """The columns of a comparison, and of its pairs (None where there are none)."""

    tested: tuple[int, ...]
    reference: tuple[int, ...]
    pairs: tuple[tuple[int, ...], tuple[int, ...]] | None


def group_columns(group: str, samples: Sequence[str], sheet: SampleTable | None) -> tuple[int, ...]:
    """Return the columns of a group: by the sample sheet, else the one sample that is called so."""
    if sheet is not None:
        members = {name for name, own in zip(sheet.names, sheet.groups, strict=True) if own == group}
        found = tuple(i for i, name in enumerate(samples) if name in members)
        if found:
            return found
    return tuple(i for i, name in enumerate(samples) if name == group)


def comparison_groups(name: str, samples: Sequence[str], sheet: SampleTable | None) -> Groups | None:
    """Return the columns of a comparison ``A vs B``, or None where its groups are not known."""
    separated = parse_comparison_name(name)
    if separated is None:
        return None
    tested, reference = (group_columns(group, samples, sheet) for group in separated)
    if not tested or not reference:
        return None
    return Groups(tested, reference, _pairs(tested, reference, samples, sheet))


def _pairs(
    tested: tuple[int, ...], reference: tuple[int, ...], samples: Sequence[str], sheet: SampleTable | None
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Pair the columns by the sheet's column ``pair``, else in their order where there are as many of each."""
    column = sheet.extra.get("pair") if sheet is not None else None
    if sheet is None or column is None:
        return (tested, reference) if len(tested) == len(reference) > 1 else None
    pair_of = dict(zip(sheet.names, column, strict=True))
    by_pair = [{pair_of.get(samples[i], ""): i for i in own} for own in (tested, reference)]
    common = [pair for pair in by_pair[0] if pair and pair in by_pair[1]]
    if len(common) < 2:
        return None
    return tuple(by_pair[0][pair] for pair in common), tuple(by_pair[1][pair] for pair in common)


@dataclass(frozen=True, eq=False)
class Normalization:
    """Signals, the probes that make the factors, the factors, and the normalized values."""

    signals: FloatArray
    counting: BoolArray
    factors: FloatArray
    values: FloatArray


class Recomputation:
    """Expected values of a workbook from one source.

    Parameters
    ----------
    source
        Where to start.
    sheet
        The sample sheet: groups, and pairs where it has a column ``pair``. None where there is none.
    """

    def __init__(self, source: Source, sheet: SampleTable | None) -> None:
        self.source, self.sheet = source, sheet
        self._normalizations: dict[tuple[object, ...], Normalization] = {}

    def choices(self, heading: str) -> frozenset[str]:
        """Fields of :class:`Recipe` by which the cells under a heading can differ here."""
        possible = self.source.choices | _COMPUTED_CHOICES
        if heading in COMPARISON_HEADINGS and self.source.normalized() is None:
            possible -= {"normalized_scale"}
        return DEPENDS_ON[heading] & possible

    def knows(self, heading: str, name: str) -> bool:
        """Return True if a column can be computed at all."""
        sample = name in self.source.samples
        if heading == FOREGROUND:
            return sample and self.source.foregrounds(SERVICE) is not None
        if heading == SIGNAL:
            return sample and self.source.foregrounds(SERVICE) is not None
        if heading == NORMALIZED:
            return sample and self.source.normalized() is None
        if heading == MEAN:
            return bool(self.members(name))
        if heading == CV:
            return self.source.replicate_cv(SERVICE) is not None if sample else bool(self.members(name))
        groups = self.groups(name)
        return groups is not None and (heading == FOLD_CHANGE or len(groups.tested) + len(groups.reference) > 2)

    def members(self, group: str) -> tuple[int, ...]:
        """Return the columns of a group."""
        return group_columns(group, self.source.samples, self.sheet)

    def groups(self, comparison: str) -> Groups | None:
        """Return the columns of a comparison."""
        return comparison_groups(comparison, self.source.samples, self.sheet)

    def values(self, heading: str, names: Sequence[str], recipe: Recipe) -> FloatArray:
        """Compute the columns of a section, ``(n_rows, n_names)``; each must be one that :meth:`knows` tells."""
        if heading in SAMPLE_HEADINGS:
            columns = [self.source.samples.index(name) for name in names]
            return self._of_samples(heading, recipe)[:, columns]
        if heading == CV:
            return np.column_stack([self._cv(name, recipe) for name in names])
        normalized = self.normalization(recipe).values
        compute = {MEAN: self._mean, FOLD_CHANGE: self._fold_change, P_VALUE: self._p_value}[heading]
        return np.column_stack([compute(normalized, name, recipe) for name in names])

    def slack(self, heading: str, names: Sequence[str]) -> FloatArray:
        """How far the computed values may be off because the source shows rounded ones, ``(n_rows, n_names)``."""
        rounding = self.source.rounding()
        if rounding is None:
            return np.zeros((len(self.source.id), len(names)))
        off = self._normalized_slack(rounding)
        if heading == NORMALIZED:
            return off[:, [self.source.samples.index(name) for name in names]]
        normalized = self.normalization(SERVICE).values
        compute: Mapping[str, Callable[[FloatArray, str, Recipe], FloatArray]] = {
            MEAN: self._mean,
            CV: lambda values, name, recipe: self._group_cv(values, name, recipe),
            FOLD_CHANGE: self._fold_change,
            P_VALUE: self._p_value,
        }
        columns = []
        for name in names:
            at = compute[heading](normalized, name, SERVICE)
            total = np.zeros(len(at))
            for j in range(normalized.shape[1]):
                moved = normalized.copy()
                moved[:, j] += off[:, j]
                total += np.nan_to_num(np.abs(compute[heading](moved, name, SERVICE) - at))
            columns.append(total)
        return np.column_stack(columns)

    def normalization(self, recipe: Recipe) -> Normalization:
        """Return signals, factors and normalized values; latter linear, NaN where the signal is not positive."""
        key = tuple(getattr(recipe, choice) for choice in _NORMALIZED_CHOICES)
        if key not in self._normalizations:
            self._normalizations[key] = self._normalize(recipe)
        return self._normalizations[key]

    def may_lack(self, heading: str, names: Sequence[str], recipe: Recipe) -> BoolArray:
        """Mask of the cells that may be N/A though they have a value, ``(n_rows, n_names)``.

        These are P values where a group has one value only: whether there is a test then is a question of the
        program that the service used.
        """
        if heading != P_VALUE:
            return np.zeros((len(self.source.id), len(names)), dtype=bool)
        present = ~np.isnan(self.normalization(recipe).values)
        fewest = [
            np.minimum(*(present[:, list(own)].sum(axis=1) for own in self._known_groups(name)[:2]))
            for name in names
        ]
        return np.column_stack(fewest) < 2

    def counting(self) -> BoolArray:
        """Mask of the rows whose name holds let or mir: those that a service counts as miRNA."""
        return np.array([_COUNTING_NAME.search(name) is not None for name in self.source.name], dtype=bool)

    def _normalize(self, recipe: Recipe) -> Normalization:
        given = self.source.normalized()
        if given is not None:
            values = from_log2(given) if recipe.normalized_scale == "log2" else np.where(given > 0, given, np.nan)
            nothing = np.zeros(len(values), dtype=bool)
            return Normalization(np.full(values.shape, np.nan), nothing, np.full(values.shape[1], np.nan), values)
        signals = self.source.signals(recipe)
        assert signals is not None  # a source has signals or normalized values
        positive = np.where(signals > 0, signals, np.nan)
        counting = self._factor_rows(positive, recipe)
        factors = _factors(signals, counting)
        factors[factors <= 0] = np.nan  # of signals below zero, where any array is enough
        return Normalization(signals, counting, factors, positive / factors)

    def _factor_rows(self, positive: FloatArray, recipe: Recipe) -> BoolArray:
        detected = detected_signals(positive, recipe.min_intensity)
        enough = detected.all(axis=1) if recipe.factor_arrays == "all" else detected.any(axis=1)
        return np.asarray(enough & self.counting() if recipe.factor_probes == "mirna" else enough)

    def _normalized_slack(self, rounding: FloatArray) -> FloatArray:
        if self.source.normalized() is not None:
            return np.nan_to_num(rounding)
        made = self.normalization(SERVICE)
        moved = [_factors(made.signals + sign * rounding, made.counting) for sign in (-1, 1)]
        factor_off = np.max(np.abs(np.array(moved) - made.factors), axis=0)
        off: FloatArray = np.nan_to_num(rounding / made.factors + made.values * factor_off / made.factors)
        return off

    def _of_samples(self, heading: str, recipe: Recipe) -> FloatArray:
        if heading == FOREGROUND:
            found = self.source.foregrounds(recipe)
        elif heading == SIGNAL:
            found = self.source.signals(recipe)
        else:
            values = self.normalization(recipe).values
            found = np.log2(values) if recipe.normalized_scale == "log2" else values
        assert found is not None  # knows() has seen to it
        return found

    def _mean(self, normalized: FloatArray, group: str, recipe: Recipe) -> FloatArray:
        own = np.log2(normalized[:, list(self.members(group))])
        mean = compare_means(own, own, kind=_MEANS[recipe.mean]).mean_tested
        return np.log2(mean) if recipe.normalized_scale == "log2" else mean

    def _fold_change(self, normalized: FloatArray, comparison: str, recipe: Recipe) -> FloatArray:
        groups = self._known_groups(comparison)
        sides = [np.log2(normalized[:, list(own)]) for own in (groups.tested, groups.reference)]
        if recipe.direction == "reference":
            sides.reverse()
        change = compare_means(*sides, kind=_MEANS[recipe.mean])
        if recipe.form == "log2":
            return change.log2_ratio
        return signed_fold_change(change.ratio) if recipe.form == "signed" else change.ratio

    def _p_value(self, normalized: FloatArray, comparison: str, recipe: Recipe) -> FloatArray:
        groups = self._known_groups(comparison)
        values = np.log2(normalized) if recipe.test_scale == "log2" else normalized
        if recipe.test == "paired" and groups.pairs is not None:
            p = paired_t_test(*(values[:, list(own)] for own in groups.pairs)).p_value
        else:
            test = welch_t_test if recipe.test == "welch" else student_t_test
            p = test(values[:, list(groups.tested)], values[:, list(groups.reference)]).p_value
        return p / 2 if recipe.tails == 1 else p

    def _cv(self, name: str, recipe: Recipe) -> FloatArray:
        cv = self.source.replicate_cv(recipe)
        if name not in self.source.samples or cv is None:
            return self._group_cv(self.normalization(recipe).values, name, recipe)
        own = cv[:, self.source.samples.index(name)]
        return own * 100 if recipe.cv_unit == "percent" else own

    def _group_cv(self, normalized: FloatArray, group: str, recipe: Recipe) -> FloatArray:
        own = variation(normalized[:, list(self.members(group))], recipe.cv_denominator)
        return own * 100 if recipe.cv_unit == "percent" else own

    def _known_groups(self, comparison: str) -> Groups:
        groups = self.groups(comparison)
        assert groups is not None  # knows() has seen to it
        return groups


def from_log2(values: FloatArray) -> FloatArray:
    """Return 2 to the power of values; missing where they can't be the log2 of a normalized intensity."""
    return np.exp2(np.where(np.abs(values) <= LARGEST_LOG2, values, np.nan))


def _factors(signals: FloatArray, counting: BoolArray) -> FloatArray:
    """Median of the counting rows, signs kept; a row that is missing in an array does not count there."""
    if not counting.any():
        return np.full(signals.shape[1], np.nan)
    if not np.isnan(signals[counting]).any():
        return median_factors(signals, np.repeat(counting[:, np.newaxis], signals.shape[1], axis=1))
    return np.array([np.median(own[~np.isnan(own)]) for own in signals[counting].T])
