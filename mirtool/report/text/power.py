"""A power analysis in words: what the pilot's variances are, and how many arrays are needed."""

from __future__ import annotations

import math

import numpy as np

from mirtool.differential.power.pilot import PilotVariance
from mirtool.differential.power.plan import PowerPlan
from mirtool.report.text.blocks import Block, Grid, Heading, Line, Pairs, Summary
from mirtool.wording import plural

MOST_OF_THE_PROBES = 0.8


def power_summary(pilot: PilotVariance, plan: PowerPlan) -> Summary:
    """Return the arrays per group that each fold change needs, then the pilot they are computed from."""
    return (*_plan_blocks(plan), Heading("The pilot:"), Pairs(_pilot_rows(pilot)))


def _pilot_rows(pilot: PilotVariance) -> list[tuple[str, str]]:
    low, middle, high = (float(v) ** 0.5 for v in pilot.quantiles(np.array([0.1, 0.5, 0.9])))
    rows = [
        ("groups", ", ".join(f"{group} ({plural(n, 'array')})" for group, n in pilot.groups.items())),
        ("probes", f"{len(pilot.variance):,} with a variance, {pilot.without_variance:,} without"),
        ("missing values", f"{100 * pilot.missing:.1f} %"),
        (
            "standard deviation",
            f"{middle:.3g} log2 within the groups for the median probe, {low:.3g} to {high:.3g} for the middle "
            "80 %",
        ),
        ("prior", _prior_in_words(pilot)),
    ]
    if pilot.without_group:
        rows.append(("left out, no group", ", ".join(pilot.without_group)))
    return rows


def _prior_in_words(pilot: PilotVariance) -> str:
    if math.isinf(pilot.prior_df):
        return "infinite degrees of freedom: no probe varies more than another beyond chance"
    return f"degrees of freedom {pilot.prior_df:.4g}, standard deviation {pilot.prior_variance**0.5:.3g} log2"


def _plan_blocks(plan: PowerPlan) -> list[Block]:
    """Return the arrays per group that are needed, one row per fold change."""
    most = int(plan.arrays.max())
    rows = []
    for fold in dict.fromkeys(plan.fold_change.tolist()):
        needed = [plan.arrays_needed(fold), plan.arrays_needed(fold, of_share=MOST_OF_THE_PROBES)]
        rows.append((f"{fold:g}-fold", *(f"more than {most}" if n is None else str(n) for n in needed)))
    return [
        Line(
            f"Arrays per group for a power of {plan.power:g} at FDR {plan.fdr:g}, where {plan.share:g} of the "
            f"probes change ({plan.test} t):"
        ),
        Grid(("", "on average", f"for {100 * MOST_OF_THE_PROBES:g} % of the probes"), rows),
    ]
