"""A power plan as the table that is written: one row a fold change and number of arrays."""

from __future__ import annotations

from mirtool.differential.power.pilot import PilotVariance
from mirtool.differential.power.plan import PERCENTILES, PowerPlan
from mirtool.model import Table


def power_table(plan: PowerPlan, pilot: PilotVariance) -> Table:
    """Lay a plan out; what it rests on is in the notes."""
    columns = {
        "fold change": plan.fold_change,
        "arrays per group": plan.arrays,
        "P cut-off": plan.p_cutoff,
        "average power": plan.average,
        f"share of probes with power >= {plan.power:g}": plan.share_powered,
    }
    for percent, values in zip(PERCENTILES, plan.by_percentile.T, strict=True):
        columns[f"power at variance percentile {percent}"] = values
    notes = (
        ("mirtool power", ""),
        ("test", plan.test),
        ("FDR (BH)", f"{plan.fdr:g}"),
        ("share of probes that change", f"{plan.share:g}"),
        ("pilot", ", ".join(f"{group} {n}" for group, n in pilot.groups.items())),
        ("probes", str(len(pilot.variance))),
        ("prior degrees of freedom", f"{pilot.prior_df:.6g}"),
        ("prior variance", f"{pilot.prior_variance:.6g}"),
    )
    return Table(columns, notes)
