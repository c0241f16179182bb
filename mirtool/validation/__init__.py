"""Quantitative PCR: from wells to ratios, stable reference genes, and what becomes of the array's findings."""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.stats.reference_stability import Stability, genorm_m, normfinder, reference_stability
    from mirtool.validation.compare import QpcrComparison, compare_quantities
    from mirtool.validation.concordance import Concordance, concordance
    from mirtool.validation.quantities import choose_references, log2_amounts, log2_quantities
    from mirtool.validation.replicates import CtMatrix, combine_replicates
    from mirtool.validation.settings import TESTS, ValidateSettings
    from mirtool.validation.validate import Validation, read_wells, validate_wells

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "TESTS",
    "Concordance",
    "CtMatrix",
    "QpcrComparison",
    "Stability",
    "ValidateSettings",
    "Validation",
    "choose_references",
    "combine_replicates",
    "compare_quantities",
    "concordance",
    "genorm_m",
    "log2_amounts",
    "log2_quantities",
    "normfinder",
    "read_wells",
    "reference_stability",
    "validate_wells",
]
