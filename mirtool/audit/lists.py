"""Which miRNAs are differential by a service's rule, under any recipe; and how much depends on each choice.

The rule: up where the fold change is at least the cut-off, down where it is at most its reciprocal; with a
volcano plot, P at most alpha too; left out are those whose signal is below the intensity cut-off in all samples
of both groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from mirtool.audit.findings import SensitivityRow
from mirtool.audit.recipe import SERVICE, Recipe
from mirtool.audit.recompute import Recomputation
from mirtool.differential.fold_change import regulation
from mirtool.io.arrays.service_sheet import FOLD_CHANGE, P_VALUE
from mirtool.model import BoolArray, FloatArray, TextArray
from mirtool.stats.adjustment import adjust_p_values

CUTOFFS = (30.0, 50.0)
TESTS = ("student", "welch", "paired")


def differential_calls(
    computed: Recomputation, comparison: str, recipe: Recipe, *, fold_change: float, alpha: float | None
) -> TextArray:
    """Call each row of the source ``"up"``, ``"down"`` or ``""``; ``alpha`` None asks for no P."""
    own = replace(recipe, form="ratio")
    ratio = computed.values(FOLD_CHANGE, [comparison], own)[:, 0]
    passes = loud_enough(computed, comparison, recipe) & computed.counting()
    if alpha is not None:
        passes &= computed.values(P_VALUE, [comparison], own)[:, 0] <= alpha
    return regulation(ratio, fold_change, passes)


def loud_enough(computed: Recomputation, comparison: str, recipe: Recipe) -> BoolArray:
    """Mask of the rows whose signal reaches the cut-off in a sample of the groups; all where it isn't known."""
    groups = computed.groups(comparison)
    signals = computed.normalization(recipe).signals
    if groups is None or np.isnan(signals).all():
        return np.ones(len(signals), dtype=bool)
    return np.asarray((signals[:, [*groups.tested, *groups.reference]] >= recipe.min_intensity).any(axis=1))


def sensitivity(
    computed: Recomputation, comparison: str, *, fold_change: float, alpha: float
) -> Iterator[SensitivityRow]:
    """Count what is differential under every set of choices that the source allows.

    Parameters
    ----------
    computed
        From where to compute.
    comparison
        ``A vs B``; one that :meth:`Recomputation.knows` for fold change.
    fold_change, alpha
        The service's own cut-offs; 1.5-fold and P 0.01 are counted beside them.
    """
    has_test = computed.knows(P_VALUE, comparison)
    service = differential_calls(
        computed, comparison, SERVICE, fold_change=fold_change, alpha=alpha if has_test else None
    )
    for recipe, least, largest_p in product(
        _recipes(computed, comparison),
        sorted({fold_change, 1.5}, reverse=True),
        sorted({alpha, 0.01}, reverse=True) if has_test else [float("nan")],
    ):
        calls = differential_calls(
            computed, comparison, recipe, fold_change=least, alpha=largest_p if has_test else None
        )
        fdr = _fdr(computed, comparison, recipe)
        yield SensitivityRow(
            comparison,
            recipe.min_intensity,
            recipe.replicates,
            recipe.test if has_test else "none",
            recipe.test_scale if has_test else "",
            least,
            largest_p,
            int((calls == "up").sum()),
            int((calls == "down").sum()),
            int(((service != "") & (calls == service)).sum()),
            int((service != "").sum()),
            int(((calls != "") & (fdr <= largest_p)).sum()),
        )


def _recipes(computed: Recomputation, comparison: str) -> Iterator[Recipe]:
    groups = computed.groups(comparison)
    choices = computed.source.choices
    cutoffs = CUTOFFS if "min_intensity" in choices else CUTOFFS[:1]
    replicates = ("median", "mean") if "replicates" in choices else ("median",)
    tests = [test for test in TESTS if test != "paired" or (groups is not None and groups.pairs is not None)]
    scales = ["linear", "log2"]
    if not computed.knows(P_VALUE, comparison):
        tests, scales = ["student"], ["linear"]
    for cutoff, statistic, test, scale in product(cutoffs, replicates, tests, scales):
        yield replace(SERVICE, min_intensity=cutoff, replicates=statistic, test=test, test_scale=scale)


def _fdr(computed: Recomputation, comparison: str, recipe: Recipe) -> FloatArray:
    """FDR (Benjamini and Hochberg) over the rows that count and are not dim throughout."""
    if not computed.knows(P_VALUE, comparison):
        return np.full(len(computed.source.id), np.nan)
    p = computed.values(P_VALUE, [comparison], recipe)[:, 0]
    return adjust_p_values(np.where(loud_enough(computed, comparison, recipe) & computed.counting(), p, np.nan))
