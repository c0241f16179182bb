"""``mirtool power``: how many arrays per group the next study needs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from mirtool.differential.power.settings import PowerSettings
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.workflow.reading import MatrixInputs, options_as_compared
from mirtool.workflow.sources import find_normalized, read_grouped
from mirtool.workflow.step import INPUT_PANEL, Draw, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.differential.power import PilotVariance, PowerPlan
    from mirtool.model import Table


@dataclass(frozen=True)
class PowerInputs(MatrixInputs):
    """The pilot."""

    table: Any = setting(
        None,
        "The pilot's normalized table; - is stdin. In a study folder: results/normalized.csv.",
        panel=INPUT_PANEL,
        metavar="TABLE|-",
        argument=True,
        is_path=True,
    )


class PowerResult(Result):
    """The power for each fold change and number of arrays.

    Attributes
    ----------
    pilot
        The variances that it rests on.
    plan
        The power.
    """

    def __init__(self, pilot: PilotVariance, plan: PowerPlan) -> None:
        self.pilot = pilot
        self.plan = plan

    def tables(self) -> Mapping[str, Table]:
        """Return ``power``: one row per fold change and number of arrays."""
        from mirtool.differential.power import power_table

        return {"power": self.in_terms(power_table(self.plan, self.pilot))}

    def drawings(self) -> Mapping[str, Draw]:
        """Draw the power over the number of arrays."""
        from mirtool.report.figures.power import power_figure

        return {"power": partial(power_figure, self.plan)}

    @property
    def summary(self) -> Summary:
        """What the pilot's variances are, and how many arrays are needed."""
        from mirtool.report.text.power import power_summary

        return power_summary(self.pilot, self.plan)

    def numbers(self) -> dict[str, Any]:
        """Return the pilot's groups and prior, and the arrays needed for each fold change."""
        from mirtool.report.text.power import MOST_OF_THE_PROBES

        pilot, plan = self.pilot, self.plan
        return {
            "groups": dict(pilot.groups),
            "probes": len(pilot.variance),
            "probes_without_variance": pilot.without_variance,
            "missing": pilot.missing,
            "prior_df": "infinite" if math.isinf(pilot.prior_df) else pilot.prior_df,
            "prior_variance": pilot.prior_variance,
            "arrays_needed": {
                f"{fold:g}": {
                    "on_average": plan.arrays_needed(fold),
                    "for_most_probes": plan.arrays_needed(fold, of_share=MOST_OF_THE_PROBES),
                }
                for fold in dict.fromkeys(plan.fold_change.tolist())
            },
        }


def power(inputs: PowerInputs, settings: PowerSettings, run: Run) -> PowerResult:
    """Compute how many arrays per group find a fold change at a false discovery rate.

    The variances within the groups of a pilot show how much arrays of one group differ. Their distribution over
    the probes (Smyth's prior) is assumed for the probes of the next study. For 2, 3 … arrays per group the table
    gives the P at which the false discovery rate is reached, the power averaged over that distribution, the share
    of probes whose own power is at least the wanted one, and the power of probes at percentiles of the variance.

    The arrays of the next study are assumed to differ as those of the pilot do: patients differ more than cell
    cultures, and arrays of one sample less than either. A pilot of one group with two arrays is enough to compute
    with; more arrays make the variances more certain.
    """
    from mirtool.differential.power import pilot_variance, plan_arrays

    table = find_normalized(inputs.table, run)
    options = options_as_compared(inputs.matrix_options(spots=False), table, run)
    pilot = pilot_variance(read_grouped(table, run, options))
    return PowerResult(pilot, plan_arrays(pilot, settings))


STEP = Step(
    name="power",
    function=power,
    inputs=PowerInputs,
    settings=PowerSettings,
    main_file="power.csv",
    has_figures=True,
    examples=(
        ("mirtool power", "in a study folder: results/power.csv, figures/power"),
        ("mirtool power --fold 2 --fdr 0.1 --max-arrays 12", ""),
        ("mirtool power pilot.csv --samples s.csv --changed 0.02 -o power.xlsx --figures plots", ""),
    ),
)
