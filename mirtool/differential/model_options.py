"""What a model holds besides the groups, and which choices contradict each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirtool.errors import UsageError

SPOTS = "spots"
"""Weights by the number of replicate spots behind each value."""

ARRAYS, ARRAYS_FAST = "arrays", "arrays-fast"
"""Weights of the arrays estimated from the data: by likelihood, and in one pass over the probes."""


WITHIN_PAIRS = ("signed-rank", "permutation")
"""Tests without normality that take pairs into account, and nothing else."""


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
    UsageError
        With what stands against what.
    """
    if model.formula and (model.pair or model.covariates):
        raise UsageError(
            "--design is the whole model: --pair and --covariate can't stand beside it",
            found=model.formula,
            hint=f"write them into the formula: {model.formula} + {model.pair or model.covariates[0]}",
        )
    if model.block and model.block == model.pair:
        raise UsageError(
            f"the column {model.block!r} can't be both --pair and --block",
            hint="--pair takes its effect out, --block estimates how alike its arrays are: choose one",
        )
    for name in model.covariates:
        if name in (model.pair, model.block, "group"):
            raise UsageError(f"the column {name!r} is in the model already", found=f"--covariate {name}")
    if not 1 <= model.least_fold_change < math.inf:
        raise UsageError(
            "the fold change of --treat must be 1 or more",
            found=f"{model.least_fold_change:g}",
            expected="a fold change such as 1.2, not a log2",
        )
    if {ARRAYS, ARRAYS_FAST} <= set(model.weights):
        raise UsageError(
            f"--weights {ARRAYS} and --weights {ARRAYS_FAST} estimate the same",
            hint=f"keep --weights {ARRAYS}; {ARRAYS_FAST} is for comparing with results made by that algorithm",
        )
    if model.replicates and model.block:
        raise UsageError(
            "--replicates and --block estimate a correlation each, and a model has but one",
            found=f"--replicates --block {model.block}",
            hint="leave --replicates out: replicate spots are then one value, and the arrays' blocks remain",
        )
    if model.replicates and SPOTS in model.weights:
        raise UsageError(
            "--replicates counts the spots itself: --weights spots would count them twice",
            hint="leave --weights spots out",
        )


def check_test(test: str, model: Model) -> None:
    """Refuse a test that can't be made within the model, or that needs pairs and has none.

    Raises
    ------
    UsageError
        With the options that don't go together, and what to do.
    """
    moderating = [
        option
        for option, given in (
            ("--trend", model.trend),
            ("--robust", model.robust),
            ("--treat", model.least_fold_change > 1),
        )
        if given
    ]
    fitted = [
        option
        for option, given in (
            ("--block", model.block),
            ("--covariate", model.covariates),
            ("--design", model.formula),
            ("--weights", model.weights),
            ("--replicates", model.replicates),
        )
        if given
    ]
    paired = ["--pair"] if model.pair else []
    contrasts = ["--contrast"] if model.contrasts else []
    if test == "student" and moderating:
        raise UsageError(
            "--trend, --robust and --treat are ways to moderate the t, and Student's is not moderated",
            found=f"--test student {' '.join(moderating)}",
            hint="leave them out, or take --test moderated",
        )
    if test in WITHIN_PAIRS and model != Model():
        others = fitted + moderating
        if others:
            raise UsageError(
                f"--test {test} takes pairs and nothing else into account",
                found=" ".join(others),
                hint="leave them out, or take --test moderated or student, which fit a model",
            )
        if not model.pair:
            raise UsageError(
                f"--test {test} compares groups within a model by their pairs alone",
                found=" ".join(contrasts),
                hint="name the pairs' column with --pair, or two groups with --compare",
            )
    if test in ("welch", "rank-sum", "none") and model != Model():
        sister = "--test signed-rank, or --test permutation, which exchanges the groups within pairs"
        raise UsageError(
            f"--test {test} compares two groups as they are",
            found=" ".join(contrasts + paired + fitted + moderating),
            hint=f"for pairs take {sister}"
            if test == "rank-sum" and model.pair
            else "leave these out, or take --test moderated (or student), which fits them",
        )
