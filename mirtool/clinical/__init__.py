"""Patients: their table, baseline tables, odds ratios and risks, survival.

``reading`` makes typed variables of a table with one row per patient; ``baseline`` describes and tests them by
group; ``panels`` predicts an outcome from several miRNAs; ``association`` and ``regression`` give odds ratios,
relative risks and risk differences. The kernels are those of scipy and statsmodels, with own ones where both have
none: exact tests of larger tables (``exact``) and Firth's regression (``firth``).
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.clinical.association import TwoByTwo, two_by_two
    from mirtool.clinical.baseline import BaselineRow, baseline_rows
    from mirtool.clinical.firth import firth_logistic
    from mirtool.clinical.profile import FirthFit
    from mirtool.clinical.reading import read_patients
    from mirtool.clinical.settings import ClinicalSettings
    from mirtool.clinical.variables import Kind, PatientTable, Variable

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "BaselineRow",
    "ClinicalSettings",
    "FirthFit",
    "Kind",
    "PatientTable",
    "TwoByTwo",
    "Variable",
    "baseline_rows",
    "firth_logistic",
    "read_patients",
    "two_by_two",
]
