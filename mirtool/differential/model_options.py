"""What a model holds besides the groups, and which choices contradict each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mirtool.differential.methods import DEFAULT_PRIOR, PRIORS, TESTS
from mirtool.errors import UsageError, option

SPOTS = "spots"
"""Weights by the number of replicate spots behind each value."""

ARRAYS, ARRAYS_FAST = "arrays", "arrays-fast"
"""Weights of the arrays estimated from the data: by likelihood, and in one pass over the probes."""


@dataclass(frozen=True)
class Model:
    """What is fitted besides the groups, and how the variances are moderated.

    Parameters
    ----------
    contrasts
        Comparisons such as ``"resistant - responding"``, in one model of all groups; none for the two groups
        named or the only two there are.
    pair
        Column of the sample sheet whose equal values are a pair: taken out as a fixed effect.
    block
        Column whose equal values are related arrays: a random effect, by their estimated correlation.
    covariates
        Columns to adjust for: a slope where all cells are numbers, else levels.
    formula
        The whole design as a formula over columns, ``"~ group + batch"``; in place of pair and covariates.
    weights
        ``"spots"``, columns of the sheet that hold a positive number for each array, and ``"arrays"`` or
        ``"arrays-fast"``: each array by how well it follows the model, estimated beside the other weights; several
        are multiplied.
    replicates
        Fit every replicate spot (``matrix.replicates``), correlated within its array, in place of the values.
    trend, robust, least_fold_change
        See :func:`mirtool.differential.moderate`; the fold change is linear, 1 for the usual test.
    prior
        How the variances' prior is estimated where values are missing, a key of
        :data:`mirtool.differential.methods.PRIORS`.
    """

    contrasts: tuple[str, ...] = ()
    pair: str | None = None
    block: str | None = None
    covariates: tuple[str, ...] = ()
    formula: str | None = None
    weights: tuple[str, ...] = ()
    replicates: bool = False
    trend: bool = False
    robust: bool = False
    least_fold_change: float = 1.0
    prior: str = DEFAULT_PRIOR

    @property
    def adjusts_means(self) -> bool:
        """True where the model's difference of two groups is not that of their means."""
        return bool(self.pair or self.block or self.covariates or self.formula or self.weights or self.replicates)

    def as_settings(self) -> dict[str, Any]:
        """Return the model as settings of a comparison, by their names."""
        return {
            "contrast": self.contrasts,
            "pair": self.pair,
            "block": self.block,
            "covariate": self.covariates,
            "design": self.formula,
            "weights": self.weights,
            "replicates": self.replicates,
            "trend": self.trend,
            "robust": self.robust,
            "treat": self.least_fold_change,
            "prior": self.prior,
        }


def check_model(model: Model) -> None:
    """Refuse choices that contradict each other.

    Raises
    ------
    UsageError
        With the two that do.
    """
    PRIORS.check(model.prior, "prior")
    if model.formula and (model.pair or model.covariates):
        raise UsageError(
            f"{option('design')} is the whole model: it can't be combined with {option('pair')} or "
            f"{option('covariate')}",
            found=model.formula,
            hint=f"write them into the formula: {model.formula} + {model.pair or model.covariates[0]}",
        )
    if model.block and model.block == model.pair:
        raise UsageError(
            f"the column {model.block!r} can't be both {option('pair')} and {option('block')}",
            hint=f"{option('pair')} takes its effect out, {option('block')} estimates how alike its arrays are: "
            "choose one",
        )
    for name in model.covariates:
        if name in (model.pair, model.block, "group"):
            raise UsageError(f"the column {name!r} is in the model already", found=option("covariate", name))
    if not 1 <= model.least_fold_change < math.inf:
        raise UsageError(
            "the smallest fold change to test against must be 1 or more",
            parameter="treat",
            found=f"{model.least_fold_change:g}",
            expected="a fold change such as 1.2, not a log2",
        )
    if {ARRAYS, ARRAYS_FAST} <= set(model.weights):
        raise UsageError(
            f"{option('weights', ARRAYS)} and {option('weights', ARRAYS_FAST)} estimate the same",
            hint=f"keep {option('weights', ARRAYS)}; {ARRAYS_FAST} is for comparing with results made by that "
            "algorithm",
        )
    if model.replicates and model.block:
        raise UsageError(
            f"{option('replicates')} and {option('block')} estimate one correlation each, and a model has only "
            "one",
            found=f"{option('replicates')} {option('block', model.block)}",
            hint=f"leave {option('replicates')} out: replicate spots are then one value, and the arrays' blocks "
            "remain",
        )
    if model.replicates and SPOTS in model.weights:
        raise UsageError(
            f"{option('replicates')} counts the spots itself: {option('weights', SPOTS)} would count them twice",
            hint=f"leave {option('weights', SPOTS)} out",
        )


def check_test(test: str, model: Model) -> None:
    """Refuse a test that can't be made within the model, or that needs pairs and has none.

    Raises
    ------
    UsageError
        With the options that can't be combined, and what to do.
    """
    moderating = _given(
        trend=model.trend,
        robust=model.robust,
        treat=model.least_fold_change > 1,
        prior=model.prior != DEFAULT_PRIOR,
    )
    fitted = _given(
        block=model.block,
        covariate=model.covariates,
        design=model.formula,
        weights=model.weights,
        replicates=model.replicates,
    )
    if test == "student" and moderating:
        raise UsageError(
            f"{option('trend')}, {option('robust')}, {option('treat')} and {option('prior')} are ways to moderate "
            "the t, and Student's is not moderated",
            found=" ".join([option("test", test), *moderating]),
            hint=f"leave them out, or choose {option('test', 'moderated')}",
        )
    if TESTS[test].within_pairs and model != Model():
        _check_within_pairs(test, model, fitted + moderating)
    elif not TESTS[test].in_model and model != Model():
        signed_rank, permutation = option("test", "signed-rank"), option("test", "permutation")
        others = [*_given(contrast=model.contrasts, pair=model.pair), *fitted, *moderating]
        raise UsageError(
            f"{option('test', test)} compares two groups as they are",
            found=" ".join(others),
            hint=f"for pairs choose {signed_rank}, or {permutation}, which exchanges the groups within pairs"
            if test == "rank-sum" and model.pair
            else f"leave these out, or choose {option('test', 'moderated')} (or student), which fits them",
        )


def _check_within_pairs(test: str, model: Model, others: list[str]) -> None:
    if others:
        raise UsageError(
            f"{option('test', test)} takes pairs and nothing else into account",
            found=" ".join(others),
            hint=f"leave them out, or choose {option('test', 'moderated')} or student, which fit a model",
        )
    if not model.pair:
        raise UsageError(
            f"{option('test', test)} compares groups within a model by their pairs alone",
            found=option("contrast"),
            hint=f"name the pairs' column with {option('pair')}, or two groups with {option('compare')}",
        )


def _given(**choices: object) -> list[str]:
    """Return those that were chosen, as a person types them."""
    return [option(name) for name, chosen in choices.items() if chosen]
