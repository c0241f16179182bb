"""Comparisons within one linear model: pairs, blocks, covariates, weights, several groups at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mirtool.differential.compare import (
    TESTS,
    TestResult,
    check_log2,
    check_options,
    count_spots,
    count_values,
    moderated_remarks,
)
from mirtool.differential.contrasts import Contrast, parse_contrast
from mirtool.differential.design import (
    INTERCEPT,
    Design,
    design_of_columns,
    design_of_formula,
)
from mirtool.differential.fitting import Fitting, prepare_fit
from mirtool.differential.fold_change import (
    FOLD_CHANGES,
    FoldChange,
    compare_means,
    regulation,
    signed_fold_change,
)
from mirtool.differential.groups import Comparison, choose_comparison
from mirtool.differential.linear_model import Fit
from mirtool.differential.model_options import WITHIN_PAIRS, Model, check_model, check_test
from mirtool.differential.moderated import Moderated, ModeratedF, log_odds, moderate, moderated_f, ordinary
from mirtool.differential.permutation import PERMUTATIONS
from mirtool.differential.scaled_f import VariancePrior
from mirtool.differential.within_pairs import compare_pairs
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError
from mirtool.model import DifferentialTable, ExpressionMatrix, FloatArray, SampleTable
from mirtool.stats.adjustment import adjust_p_values, adjustment_name

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """What came of a model.

    Parameters
    ----------
    tables
        One differential table a comparison.
    comparisons
        Which arrays stand on either side of each, by their positions in the matrix that was given.
    f, f_adjusted
        Test of all comparisons together and its P adjusted, ``(n_probes,)``; None for a single comparison, where a
        least fold change was asked for, and for tests within pairs.
    log_odds
        B of each comparison, ``(n_probes, n_comparisons)``; None with a least fold change, and for other tests
        than the moderated one.
    correlation
        Of the arrays of a block, or of the spots of an array; NaN without either.
    array_weights
        Sample to the weight that was estimated for its array; None where none was.
    """

    tables: tuple[DifferentialTable, ...]
    comparisons: tuple[Comparison, ...]
    f: ModeratedF | None
    f_adjusted: FloatArray | None
    log_odds: FloatArray | None
    correlation: float = math.nan
    array_weights: Mapping[str, float] | None = None


@dataclass(frozen=True, eq=False)
class _Setting:
    """The fixed part of a run that every comparison's table needs."""

    matrix: ExpressionMatrix
    test: str
    prior: VariancePrior | None
    fold_change: str
    cutoff: float
    alpha: float
    adjust: str
    details: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]


def compare_by_model(
    matrix: ExpressionMatrix,
    model: Model,
    *,
    tested: str | None = None,
    reference: str | None = None,
    test: str = "moderated",
    fold_change: str | None = None,
    cutoff: float = 2.0,
    alpha: float = 0.05,
    adjust: str = "bh",
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    executor: Executor | None = None,
) -> ModelComparison:
    """Compare groups within a linear model of the log2 values.

    Parameters
    ----------
    matrix
        log2 expression, ``(n_probes, n_samples)``, NaN missing, groups and further columns in ``matrix.samples``.
        Without contrasts the model holds the two groups' samples alone, with them those of every group.
    model
        What to fit.
    tested, reference
        The two groups, where the model has no contrasts; as in :func:`mirtool.differential.differential`.
    test
        ``"moderated"``; ``"student"``, the ordinary t of the same fit; and for pairs that nothing else stands
        beside, ``"signed-rank"`` and ``"permutation"`` within pairs (fold changes are those of the fit).
    fold_change
        A key of :data:`mirtool.differential.FOLD_CHANGES`. None takes what the model fits (``"fitted"``) where it
        adjusts for anything or a comparison has more than two groups, else the ratio of means.
    cutoff, alpha, adjust
        As in :func:`mirtool.differential.differential`; each comparison is adjusted by itself.
    permutations, seed, executor
        Of the permutation test, see :func:`mirtool.differential.sign_flip_test`.

    Raises
    ------
    UsageError
        For options that contradict each other, unknown groups, or a contrast that is none.
    SampleSheetError
        Where a column is missing, incomplete or constant, a pair has one member, or the groups are confounded
        with a column.
    NotEnoughDataError
        Where the model leaves no residual degree of freedom, or no variance can be estimated.

    References
    ----------
    docs/methods/models.md
    """
    check_model(model)
    check_test(test, model)
    adjust = adjustment_name(adjust)
    check_options(test=test, fold_change=fold_change or "fitted", cutoff=cutoff, alpha=alpha, adjust=adjust)
    check_log2(matrix.values)
    contrasts, comparisons = _choose(matrix.samples, model, tested, reference)
    in_model = set(matrix.samples.groups) - {""} if model.contrasts else set(contrasts[0].weights)
    used = [i for i, group in enumerate(matrix.samples.groups) if group in in_model]
    own = matrix.take_samples(used)
    design = _design(own, model)
    vectors = np.column_stack([design.contrast_vector(contrast) for contrast in contrasts])
    spare = len(used) - design.matrix.shape[1]
    if spare < 1:
        raise NotEnoughDataError(
            "the model leaves no residual degree of freedom: nothing is left to estimate the variance from",
            found=f"{len(used)} arrays and {design.matrix.shape[1]} coefficients ({design.words})",
            expected="more arrays than coefficients",
            hint="leave a column out of "
            + ", ".join(dict.fromkeys(source for source in design.sources if source != INTERCEPT)),
        )
    fitting = prepare_fit(own, model, design.matrix)
    if fitting.spots is not None:
        own = replace(own, spots=fitting.spots.counts)
    fit = fitting.fit(vectors)
    result = ordinary(fit) if test != "moderated" else _moderate(fit, fitting, model)
    if test in WITHIN_PAIRS and model.pair:
        tested_by = [
            compare_pairs(own, contrast, model.pair, test, permutations, seed, executor) for contrast in contrasts
        ]
    else:
        tested_by = [
            TestResult(result.statistic[:, j], result.p_value[:, j], remarks=moderated_remarks(fit, result, j))
            for j in range(len(contrasts))
        ]
    fold_change = fold_change or _default_fold_change(model, contrasts)
    details = _details(model, design, fitting)
    remarks = (*design.remarks, *fitting.remarks)
    prior = result.prior if test == "moderated" else None
    setting = _Setting(own, test, prior, fold_change, cutoff, alpha, adjust, details, remarks)
    group_means = {}
    if fold_change == "fitted":
        group_means = _group_means(fitting, design)
    tables = tuple(
        _table(setting, contrast, comparison.reason, fit.coefficients[:, j], tested_by[j], group_means)
        for j, (contrast, comparison) in enumerate(zip(contrasts, comparisons, strict=True))
    )
    treats = model.least_fold_change > 1
    has_f = len(contrasts) > 1 and not treats and test not in WITHIN_PAIRS
    f = moderated_f(fit, result) if has_f else None
    return ModelComparison(
        tables=tables,
        comparisons=comparisons,
        f=f,
        f_adjusted=None if f is None else adjust_p_values(f.p_value, adjust, alpha=alpha),
        log_odds=log_odds(fit, result) if test == "moderated" and not treats else None,
        correlation=fitting.correlation,
        array_weights=fitting.array_weights,
    )


def _moderate(fit: Fit, fitting: Fitting, model: Model) -> Moderated:
    return moderate(
        fit,
        trend=fitting.intensity if model.trend else None,
        robust=model.robust,
        least_change=math.log2(model.least_fold_change),
    )


def _choose(
    samples: SampleTable, model: Model, tested: str | None, reference: str | None
) -> tuple[tuple[Contrast, ...], tuple[Comparison, ...]]:
    """Choose what is compared: the two groups, or the contrasts within all groups."""
    if not model.contrasts:
        two = choose_comparison(samples, tested, reference)
        weights = {two.tested: 1.0, two.reference: -1.0}
        return (Contrast(f"{two.tested} - {two.reference}", weights),), (two,)
    if tested is not None or reference is not None:
        raise UsageError(
            "--compare and --contrast contradict each other",
            hint="--compare takes two groups alone, --contrast compares within a model of all groups",
        )
    groups = tuple(dict.fromkeys(group for group in samples.groups if group))
    if len(groups) < 2:
        raise SampleSheetError(
            "two groups are needed for a comparison",
            path=samples.sheet or None,
            found=f"only the group {groups[0]!r}" if groups else "no sample with a group",
        )
    contrasts = tuple(parse_contrast(text, groups) for text in model.contrasts)
    for k, contrast in enumerate(contrasts):
        if any(contrast.weights == other.weights for other in contrasts[:k]):
            raise UsageError("a comparison is named twice", found=repr(contrast.text))
    return contrasts, tuple(_sides(samples, contrast) for contrast in contrasts)


def _sides(samples: SampleTable, contrast: Contrast) -> Comparison:
    on_top, below = (
        tuple(i for i, group in enumerate(samples.groups) if sign * contrast.weights.get(group, 0.0) > 0)
        for sign in (1, -1)
    )
    return Comparison(
        contrast.tested,
        contrast.reference,
        on_top,
        below,
        tuple(name for name, group in zip(samples.names, samples.groups, strict=True) if not group),
        (),
        "a contrast in one model of all groups",
    )


def _design(own: ExpressionMatrix, model: Model) -> Design:
    if model.formula:
        return design_of_formula(own.samples, model.formula)
    return design_of_columns(own.samples, pair=model.pair, covariates=model.covariates)


def _group_means(fitting: Fitting, design: Design) -> dict[str, FloatArray]:
    """Return each group's fitted log2 mean, ``(n_probes,)``, at the average of everything else."""
    fit = fitting.fit(np.column_stack(list(design.group_rows.values())))
    return dict(zip(design.group_rows, fit.coefficients.T, strict=True))


def _default_fold_change(model: Model, contrasts: Sequence[Contrast]) -> str:
    simple = all(contrast.is_pair for contrast in contrasts)
    return "ratio-of-means" if simple and not model.adjusts_means else "fitted"


def _details(model: Model, design: Design, fitting: Fitting) -> tuple[tuple[str, str], ...]:
    """Say what the name of the test leaves open."""
    details: list[tuple[str, str]] = [("design", design.words)]
    if model.pair:
        details.append(("pair", model.pair))
    if model.block:
        details.append(("block", f"{model.block} (correlation {fitting.correlation:.4g})"))
    if fitting.spots is not None:
        n = fitting.spots.counts
        details.append(
            ("replicates", f"{int(n.sum()):,} spots, correlation {fitting.correlation:.4g} within arrays")
        )
    if model.weights:
        details.append(("weights", " × ".join(model.weights)))
    if fitting.array_weights:
        of_arrays = (f"{name} {weight:.3g}" for name, weight in fitting.array_weights.items())
        details.append(("weights of arrays", ", ".join(of_arrays)))
    if model.trend:
        details.append(("trend", "the common variance follows the mean intensity"))
    if model.robust:
        details.append(("robust", "hypervariable probes borrow less (Phipson 2016)"))
    if model.least_fold_change > 1:
        details.append(("treat", f"true fold change beyond {model.least_fold_change:g} (McCarthy 2009)"))
    return tuple(details)


def _table(
    setting: _Setting,
    contrast: Contrast,
    reason: str,
    log2_ratio: FloatArray,
    tested: TestResult,
    group_means: dict[str, FloatArray],
) -> DifferentialTable:
    own, cutoff, alpha = setting.matrix, setting.cutoff, setting.alpha
    details = (*setting.details, *tested.details)
    sides = _sides(own.samples, contrast)
    columns_tested, columns_reference = sides.tested_columns, sides.reference_columns
    values_tested, values_reference = own.values[:, list(columns_tested)], own.values[:, list(columns_reference)]
    if setting.fold_change == "fitted":
        change = _fitted_change(contrast, log2_ratio, group_means)
    elif contrast.is_pair:
        change = compare_means(values_tested, values_reference, kind=setting.fold_change)
    else:
        raise UsageError(
            "a comparison of more than two groups has no ratio of means",
            found=f"--fold-change {setting.fold_change} for {contrast.text!r}",
            expected="--fold-change fitted",
        )
    p_value = tested.p_value
    adjusts = setting.adjust != "none"
    fdr = adjust_p_values(p_value, setting.adjust, alpha=alpha) if adjusts else np.full(len(p_value), np.nan)
    return DifferentialTable(
        probes=own.probes,
        tested=contrast.tested,
        reference=contrast.reference,
        mean_tested=change.mean_tested,
        mean_reference=change.mean_reference,
        ratio=change.ratio,
        log2_ratio=change.log2_ratio,
        signed_fold_change=change.signed,
        statistic=tested.statistic,
        p_value=p_value,
        fdr=fdr,
        n_tested=count_values(values_tested),
        n_reference=count_values(values_reference),
        regulation_fold_change=regulation(change.ratio, cutoff),
        regulation_p=regulation(change.ratio, cutoff, p_value <= alpha),
        regulation_fdr=regulation(change.ratio, cutoff, fdr <= alpha),
        test=setting.test,
        fold_change=setting.fold_change,
        adjust=setting.adjust,
        cutoff=cutoff,
        alpha=alpha,
        spots_tested=count_spots(own, columns_tested),
        spots_reference=count_spots(own, columns_reference),
        prior_df=setting.prior.largest_df if setting.prior else math.nan,
        prior_variance=setting.prior.median_variance if setting.prior else math.nan,
        remarks=(*setting.remarks, *tested.remarks),
        history=(
            *own.history,
            f"compared {contrast.tested} / {contrast.reference}: {reason}",
            f"fold change: {FOLD_CHANGES[setting.fold_change]}",
            f"test: {TESTS[setting.test]}",
            *(f"{key}: {value}" for key, value in details),
        ),
        details=details,
    )


def _fitted_change(contrast: Contrast, log2_ratio: FloatArray, group_means: dict[str, FloatArray]) -> FoldChange:
    """Return the fold change that the model fits, between the weighted geometric means of either side."""
    sides = [
        np.exp2(sum(sign * w * group_means[g] for g, w in contrast.weights.items() if sign * w > 0))
        for sign in (1, -1)
    ]
    ratio = np.exp2(log2_ratio)
    return FoldChange(sides[0], sides[1], ratio, log2_ratio, signed_fold_change(ratio))
