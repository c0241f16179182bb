"""Patients: their table, baseline tables, odds ratios and risks, survival.

``reading`` makes typed variables of a table with one row per patient; ``baseline`` describes and tests them by
group; ``panels`` predicts an outcome from several miRNAs; ``association`` and ``regression`` give odds ratios,
relative risks and risk differences; ``survival`` has curves, hazard ratios and competing events; ``levels``,
``anova``, ``interactions`` and ``screen`` compare miRNAs with the columns. The kernels are those of scipy and
statsmodels, with own ones where both have none or are slow: exact tests of larger tables (``exact``), Firth's
penalty (``firth``, ``profile``), Cox's likelihood (``survival.partial_likelihood``), trends (``trend``).
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.clinical.association import TwoByTwo, two_by_two
    from mirtool.clinical.baseline import BaselineRow, baseline_rows
    from mirtool.clinical.best_cutoff import BestCutoff, cutoff_for_outcome, cutoff_for_survival
    from mirtool.clinical.firth import firth_logistic
    from mirtool.clinical.profile import FirthFit
    from mirtool.clinical.reading import read_patients
    from mirtool.clinical.settings import ClinicalSettings
    from mirtool.clinical.survival.competing import IncidenceCurves, gray_test, incidence_curves
    from mirtool.clinical.survival.cox import CoxFit, fit_cox
    from mirtool.clinical.survival.curves import SurvivalCurve, survival_curve
    from mirtool.clinical.survival.log_rank import compare_survival
    from mirtool.clinical.trend import TrendTest, jonckheere
    from mirtool.clinical.variables import Kind, PatientTable, Variable

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "BaselineRow",
    "BestCutoff",
    "ClinicalSettings",
    "CoxFit",
    "FirthFit",
    "IncidenceCurves",
    "Kind",
    "PatientTable",
    "SurvivalCurve",
    "TrendTest",
    "TwoByTwo",
    "Variable",
    "baseline_rows",
    "compare_survival",
    "cutoff_for_outcome",
    "cutoff_for_survival",
    "firth_logistic",
    "fit_cox",
    "gray_test",
    "incidence_curves",
    "jonckheere",
    "read_patients",
    "survival_curve",
    "two_by_two",
]
