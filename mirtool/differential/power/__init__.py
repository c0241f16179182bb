"""How many arrays per group a study needs: from a pilot's variances to power at a false discovery rate.

``pilot`` takes the distribution of the variances from a normalized table; ``curve`` holds the arithmetic of power
as kernels on bare arrays; ``plan`` puts both together for fold changes and numbers of arrays; ``table`` lays the
result out.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.differential.power.curve import bh_ratio, p_cutoff_for_fdr, t_test_power
    from mirtool.differential.power.pilot import PilotVariance, pilot_variance
    from mirtool.differential.power.plan import PowerPlan, plan_arrays
    from mirtool.differential.power.power_table import power_table
    from mirtool.differential.power.settings import PowerSettings

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "PilotVariance",
    "PowerPlan",
    "PowerSettings",
    "bh_ratio",
    "p_cutoff_for_fdr",
    "pilot_variance",
    "plan_arrays",
    "power_table",
    "t_test_power",
]
