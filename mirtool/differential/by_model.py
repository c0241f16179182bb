"""Comparisons within one linear model: pairs, blocks, covariates, weights, several groups at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mirtool.differential.assembly import assemble_table
from mirtool.differential.contrasts import Contrast, parse_contrast
from mirtool.differential.design import (
    INTERCEPT,
    Design,
    design_of_columns,
    design_of_formula,
)
from mirtool.differential.fitting import Fitting, prepare_fit
from mirtool.differential.fold_change import FoldChange, compare_means, signed_fold_change, usual_fold_change
from mirtool.differential.group_comparison import GroupComparison, count_details
from mirtool.differential.groups import Comparison
from mirtool.differential.linear_model import Fit
from mirtool.differential.methods import DEFAULT_PRIOR, PRIORS, WITHIN_PAIRS
from mirtool.differential.model_options import Model
from mirtool.differential.moderated import Moderated, log_odds, moderate, moderated_f, ordinary
from mirtool.differential.scaled_f import VariancePrior
from mirtool.differential.settings import DiffSettings
from mirtool.differential.two_groups import TestResult, moderated_remarks
from mirtool.differential.within_pairs import compare_pairs
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError, option
from mirtool.model import ExpressionMatrix, FloatArray, SampleTable
from mirtool.stats.adjustment import adjust_p_values

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass(frozen=True, eq=False)
class _FitDescription:
    """What the tables of all comparisons of one fit share."""

    prior: VariancePrior | None
    details: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    group_means: Mapping[str, FloatArray]

    def complete(self, result: TestResult) -> TestResult:
        """Return the result of one comparison with what the fit says of it."""
        details, remarks = (*self.details, *result.details), (*self.remarks, *result.remarks)
        return replace(result, prior=self.prior, details=details, remarks=remarks)


def compare_within_model(
    matrix: ExpressionMatrix,
    settings: DiffSettings,
    two: Comparison | None,
    executor: Executor | None,
) -> GroupComparison:
    """Compare groups within the linear model that the settings describe.

    ``two`` are the two groups; None where the model has contrasts. Raises as
    :func:`mirtool.differential.compare_groups`.
    """
    model, test = settings.model, settings.test
    if matrix.counts is not None and settings.count_method == "trend" and test == "moderated":
        model = replace(model, trend=True)
    contrasts, comparisons = _choose(matrix.samples, model, two)
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
    fitting = prepare_fit(own, model, design.matrix, count_method=settings.count_method)
    if fitting.spots is not None:
        own = replace(own, spots=fitting.spots.counts)
    made = settings.replace(fold_change=settings.fold_change or _default_fold_change(own, model, contrasts))
    fit, group_means = _fit(fitting, vectors, design, with_group_means=made.fold_change == "fitted")
    result = ordinary(fit) if test != "moderated" else _moderate(fit, fitting, model)
    if test in WITHIN_PAIRS and model.pair:
        tested_by = [
            compare_pairs(own, contrast, model.pair, test, settings.permutations, settings.seed, executor)
            for contrast in contrasts
        ]
    else:
        tested_by = [
            TestResult(result.statistic[:, j], result.p_value[:, j], remarks=moderated_remarks(fit, result, j))
            for j in range(len(contrasts))
        ]
    odds = log_odds(fit, result) if test == "moderated" and model.least_fold_change <= 1 else None
    described = _FitDescription(
        result.prior if test == "moderated" else None,
        (*count_details(own, settings), *_details(model, design, fitting)),
        (*design.remarks, *fitting.remarks),
        group_means,
    )
    tables = tuple(
        assemble_table(
            own,
            replace(_sides(own.samples, contrast), reason=comparison.reason),
            _change(own, contrast, made, fit.coefficients[:, j], described.group_means),
            described.complete(tested_by[j]),
            made,
            details_in_history=True,
            log_odds=odds[:, j] if settings.log_odds and odds is not None else None,
            log2_cpm=None if own.counts is None else fitting.intensity,
        )
        for j, (contrast, comparison) in enumerate(zip(contrasts, comparisons, strict=True))
    )
    treats = model.least_fold_change > 1
    has_f = len(contrasts) > 1 and not treats and test not in WITHIN_PAIRS
    f = moderated_f(fit, result) if has_f else None
    return GroupComparison(
        tables=tables,
        comparisons=comparisons,
        f=f,
        f_adjusted=None if f is None else adjust_p_values(f.p_value, settings.adjust, alpha=settings.alpha),
        log_odds=odds,
        correlation=fitting.correlation,
        array_weights=fitting.array_weights,
        precision=fitting.precision,
    )


def _moderate(fit: Fit, fitting: Fitting, model: Model) -> Moderated:
    return moderate(
        fit,
        trend=fitting.intensity if model.trend else None,
        robust=model.robust,
        least_change=math.log2(model.least_fold_change),
        prior=model.prior,
    )


def _choose(
    samples: SampleTable, model: Model, two: Comparison | None
) -> tuple[tuple[Contrast, ...], tuple[Comparison, ...]]:
    """Return what is compared: the two groups, or the contrasts within all groups."""
    if two is not None:
        weights = {two.tested: 1.0, two.reference: -1.0}
        return (Contrast(f"{two.tested} - {two.reference}", weights),), (two,)
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


def _fit(
    fitting: Fitting, vectors: FloatArray, design: Design, *, with_group_means: bool
) -> tuple[Fit, dict[str, FloatArray]]:
    """Fit the contrasts and, in the same pass, each group's log2 mean at the average of everything else.

    Returns
    -------
    fit : Fit
        Of the contrasts.
    group_means : dict of str to ndarray
        Group to mean, ``(n_probes,)``; empty unless they are asked for.
    """
    if not with_group_means:
        return fitting.fit(vectors), {}
    fit, means = fitting.fit(np.column_stack([vectors, *design.group_rows.values()])).split(vectors.shape[1])
    return fit, dict(zip(design.group_rows, means.T, strict=True))


def _default_fold_change(own: ExpressionMatrix, model: Model, contrasts: Sequence[Contrast]) -> str:
    simple = all(contrast.is_pair for contrast in contrasts)
    return usual_fold_change(own) if simple and not model.adjusts_means and own.counts is None else "fitted"


def _details(model: Model, design: Design, fitting: Fitting) -> tuple[tuple[str, str], ...]:
    """Return what the name of the test leaves open."""
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
    if model.prior != DEFAULT_PRIOR:
        details.append(("prior estimated", PRIORS[model.prior].description))
    if model.least_fold_change > 1:
        details.append(("treat", f"true fold change beyond {model.least_fold_change:g} (McCarthy 2009)"))
    return tuple(details)


def _change(
    own: ExpressionMatrix,
    contrast: Contrast,
    made: DiffSettings,
    log2_ratio: FloatArray,
    group_means: Mapping[str, FloatArray],
) -> FoldChange:
    if made.fold_change == "fitted":
        return _fitted_change(contrast, log2_ratio, group_means)
    if not contrast.is_pair:
        raise UsageError(
            "a comparison of more than two groups has no ratio of means",
            found=f"{option('fold_change', made.fold_change)} for {contrast.text!r}",
            expected=option("fold_change", "fitted"),
        )
    sides = _sides(own.samples, contrast)
    tested, reference = (own.values[:, list(side)] for side in (sides.tested_columns, sides.reference_columns))
    return compare_means(tested, reference, kind=made.fold_change or "ratio-of-means")


def _fitted_change(
    contrast: Contrast, log2_ratio: FloatArray, group_means: Mapping[str, FloatArray]
) -> FoldChange:
    """Return the fold change that the model fits, between the weighted geometric means of either side."""
    sides = [
        np.exp2(sum(sign * w * group_means[g] for g, w in contrast.weights.items() if sign * w > 0))
        for sign in (1, -1)
    ]
    ratio = np.exp2(log2_ratio)
    return FoldChange(sides[0], sides[1], ratio, log2_ratio, signed_fold_change(ratio))
