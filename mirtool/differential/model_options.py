"""What a model holds besides the groups, and which choices contradict each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirtool.errors import CallError

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

    @property
    def adjusts_means(self) -> bool:
        """True where the model's difference of two groups is not that of their means."""
        return bool(self.pair or self.block or self.covariates or self.formula or self.weights or self.replicates)


def check_model(model: Model) -> None:
    """Refuse choices that contradict each other.

    Raises
    ------
    CallError
        With what stands against what.
    """
    if model.formula and (model.pair or model.covariates):
        raise CallError(
            "--design is the whole model: --pair and --covariate can't stand beside it",
            found=model.formula,
            hint=f"write them into the formula: {model.formula} + {model.pair or model.covariates[0]}",
        )
    if model.block and model.block == model.pair:
        raise CallError(
            f"the column {model.block!r} can't be both --pair and --block",
            hint="--pair takes its effect out, --block estimates how alike its arrays are: choose one",
        )
    for name in model.covariates:
        if name in (model.pair, model.block, "group"):
            raise CallError(f"the column {name!r} is in the model already", found=f"--covariate {name}")
    if not 1 <= model.least_fold_change < math.inf:
        raise CallError(
            "the fold change of --treat must be 1 or more",
            found=f"{model.least_fold_change:g}",
            expected="a fold change such as 1.2, not a log2",
        )
    if {ARRAYS, ARRAYS_FAST} <= set(model.weights):
        raise CallError(
            f"--weights {ARRAYS} and --weights {ARRAYS_FAST} estimate the same",
            hint=f"keep --weights {ARRAYS}; {ARRAYS_FAST} is for comparing with results made by that algorithm",
        )
    if model.replicates and model.block:
        raise CallError(
            "--replicates and --block estimate a correlation each, and a model has but one",
            found=f"--replicates --block {model.block}",
            hint="leave --replicates out: replicate spots are then one value, and the arrays' blocks remain",
        )
    if model.replicates and SPOTS in model.weights:
        raise CallError(
            "--replicates counts the spots itself: --weights spots would count them twice",
            hint="leave --weights spots out",
        )
