"""Two groups compared by qPCR: ΔΔCt, ratio with its interval, test, and who is up or down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.differential.fold_change import regulation, signed_fold_change
from mirtool.differential.groups import Comparison
from mirtool.differential.rank_sum import rank_sum_test
from mirtool.differential.two_sample import TTest, paired_t_test, student_t_test, welch_t_test
from mirtool.errors import SampleSheetError
from mirtool.model import FloatArray, IntArray, SampleTable, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values, adjustment_name
from mirtool.validation.settings import TESTS, ValidateSettings
from mirtool.wording import plural

DEFAULTS = ValidateSettings()


@dataclass(frozen=True, eq=False)
class QpcrComparison:
    """Targets compared between two groups, one entry per target, reference genes left out; NaN is missing.

    Parameters
    ----------
    targets
        Names.
    tested, reference
        The groups; ratios are tested / reference.
    quantity_tested, quantity_reference
        log2 amounts relative to the reference genes (−ΔCt, corrected for efficiency), ``(n_targets, n_samples of
        the group)``; for the paired test in the order of the pairs.
    samples_tested, samples_reference
        Names of their columns.
    mean_tested, mean_reference
        Means over the samples with a value; for the paired test over the whole pairs.
    log2_ratio, ratio, signed_fold_change
        Their difference (−ΔΔCt), 2 to its power, and −1/ratio where that is below 1.
    low, high
        Limits of the confidence interval of the ratio: the t interval of the difference of the means, as powers
        of 2. Welch's, Student's or the paired one; beside the rank-sum test it is Welch's.
    statistic, df, p_value, p_adjusted
        Of ``test`` on ΔCt; df is NaN for the rank-sum test. The statistic's sign is that of the log2 ratio.
    n_tested, n_reference
        Samples (or whole pairs) with a value.
    regulation
        ``"up"``, ``"down"`` or ``""``: ratio beyond ``cutoff`` and adjusted P ≤ ``alpha``.
    remarks
        What the reader must know, in words.
    """

    targets: TextArray
    tested: str
    reference: str
    quantity_tested: FloatArray
    quantity_reference: FloatArray
    samples_tested: tuple[str, ...]
    samples_reference: tuple[str, ...]
    mean_tested: FloatArray
    mean_reference: FloatArray
    log2_ratio: FloatArray
    ratio: FloatArray
    signed_fold_change: FloatArray
    low: FloatArray
    high: FloatArray
    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray
    n_tested: IntArray
    n_reference: IntArray
    regulation: TextArray
    test: str
    adjust: str
    confidence: float
    cutoff: float
    alpha: float
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.targets)


def compare_quantities(
    targets: Sequence[str],
    log2_quantity: FloatArray,
    samples: SampleTable,
    comparison: Comparison,
    settings: ValidateSettings = DEFAULTS,
) -> QpcrComparison:
    """Compare two groups, target by target.

    Parameters
    ----------
    targets
        Names of the rows.
    log2_quantity
        log2 amounts relative to the reference genes, ``(n_targets, n_samples)``, NaN missing
        (:func:`mirtool.validation.quantities.log2_quantities`).
    samples, comparison
        The samples in the order of the columns, and which of them are compared.
    settings
        The choices; those of the test, the pairs, the interval and the cut-offs count.

    Raises
    ------
    SampleSheetError
        Where pairs are asked for and the sheet does not make them.
    """
    test, cutoff, alpha = settings.test, settings.cutoff, settings.alpha
    confidence = settings.confidence
    columns = comparison.tested_columns, comparison.reference_columns
    if test == "paired":
        columns = match_pairs(samples, comparison, settings.pair)
    tested, reference = (log2_quantity[:, list(positions)] for positions in columns)
    if test == "paired":
        whole = ~np.isnan(tested) & ~np.isnan(reference)
        used_tested, used_reference = np.where(whole, tested, np.nan), np.where(whole, reference, np.nan)
    else:
        used_tested, used_reference = tested, reference
    mean_tested, mean_reference = _row_means(used_tested), _row_means(used_reference)
    log2_ratio = mean_tested - mean_reference
    interval_test = {"student": student_t_test, "paired": paired_t_test}.get(test, welch_t_test)
    t = interval_test(used_tested, used_reference)
    half_width = _t_quantile(t, confidence) * t.standard_error
    statistic, df, p_value = t.statistic, t.df, t.p_value
    if test == "mann-whitney":
        ranks = rank_sum_test(used_tested, used_reference)
        statistic, df, p_value = ranks.statistic, np.full(len(t.df), np.nan), ranks.p_value
    adjust = adjustment_name(settings.adjust)
    p_adjusted = adjust_p_values(p_value, adjust, alpha=alpha)
    ratio = np.exp2(log2_ratio)
    return QpcrComparison(
        text_array(targets),
        comparison.tested,
        comparison.reference,
        tested,
        reference,
        tuple(samples.names[i] for i in columns[0]),
        tuple(samples.names[i] for i in columns[1]),
        mean_tested,
        mean_reference,
        log2_ratio,
        ratio,
        signed_fold_change(ratio),
        np.exp2(log2_ratio - half_width),
        np.exp2(log2_ratio + half_width),
        statistic,
        df,
        p_value,
        p_adjusted,
        (~np.isnan(used_tested)).sum(axis=1).astype(np.int64),
        (~np.isnan(used_reference)).sum(axis=1).astype(np.int64),
        regulation(ratio, cutoff, np.nan_to_num(p_adjusted, nan=np.inf) <= alpha),
        test,
        adjust,
        confidence,
        cutoff,
        alpha,
        _remarks(targets, log2_ratio, p_value, test),
    )


def match_pairs(
    samples: SampleTable, comparison: Comparison, column: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Order the samples of both groups by their pairs.

    Raises
    ------
    SampleSheetError
        Where the sheet has no such column, a sample no pair, or a pair not exactly one sample in each group.
    """
    sheet = samples.sheet or None
    if column not in samples.extra:
        raise SampleSheetError(
            "a paired test needs to know the pairs",
            path=sheet,
            found="the columns sample, group" + "".join(f", {name}" for name in samples.extra),
            expected=f"a column {column!r} with the same name (of the patient) in both samples of a pair",
        )
    pairs = samples.extra[column]
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for positions, members in (
        (comparison.tested_columns, first),
        (comparison.reference_columns, second),
    ):
        for i in positions:
            if not pairs[i]:
                raise SampleSheetError(f"the sample {samples.names[i]!r} has no pair", path=sheet, column=column)
            if pairs[i] in members:
                raise SampleSheetError(
                    f"the pair {pairs[i]!r} has two samples in the group {samples.groups[i]!r}",
                    found=f"{samples.names[members[pairs[i]]]}, {samples.names[i]}",
                    expected="one sample of each group",
                    path=sheet,
                    column=column,
                )
            members[pairs[i]] = i
    lonely = [name for name in {**first, **second} if name not in first or name not in second]
    if lonely:
        raise SampleSheetError(
            f"{plural(len(lonely), 'pair')} with one member",
            found=", ".join(lonely[:8]),
            expected="one sample of each group",
            hint="complete the pairs, or take the samples' group out of the sheet",
            path=sheet,
            column=column,
        )
    return tuple(first.values()), tuple(second[name] for name in first)


def _t_quantile(t: TTest, confidence: float) -> FloatArray:
    from scipy.special import stdtrit

    return np.asarray(stdtrit(t.df, (1 + confidence) / 2))


def _row_means(values: FloatArray) -> FloatArray:
    present = ~np.isnan(values)
    n = present.sum(axis=1)
    means = np.full(len(values), np.nan)
    np.divide(np.where(present, values, 0.0).sum(axis=1), n, out=means, where=n > 0)
    return means


def _remarks(targets: Sequence[str], log2_ratio: FloatArray, p_value: FloatArray, test: str) -> tuple[str, ...]:
    without_ratio = [name for name, value in zip(targets, log2_ratio, strict=True) if np.isnan(value)]
    untested = [
        name
        for name, value, p in zip(targets, log2_ratio, p_value, strict=True)
        if np.isnan(p) and not np.isnan(value)
    ]
    remarks = []
    if without_ratio:
        remarks.append(
            f"{plural(len(without_ratio), 'target')} without a value in one of the groups: "
            + ", ".join(without_ratio)
        )
    if untested:
        remarks.append(
            f"{plural(len(untested), 'target')} could not be tested by {TESTS[test].description} (too few "
            "samples, or values that do not vary): " + ", ".join(untested)
        )
    return tuple(remarks)
