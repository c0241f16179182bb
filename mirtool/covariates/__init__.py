"""What the columns of the sample sheet explain: of components, of the variance, of each other; batches subtracted.

``columns`` reads the sheet's columns, ``explained`` and ``confounding`` have the kernels, ``correction`` subtracts
a batch for pictures, ``analysis`` has the steps and ``covariate_tables`` the tables. docs/covariates.md explains
them.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.covariates.analysis import BatchCorrection, CovariateAnalysis, analyze_covariates, correct_batches
    from mirtool.covariates.columns import Covariate, UnusedColumn, batch_column, is_technical, sheet_covariates
    from mirtool.covariates.confounding import Association, associations, cramers_v
    from mirtool.covariates.correction import Corrected, check_estimable, subtract_batches
    from mirtool.covariates.covariate_tables import corrected_table, covariate_tables
    from mirtool.covariates.explained import OneWayFits, VarianceShare, one_way_fits, variance_share
    from mirtool.covariates.settings import ALPHA, BATCH, GROUP, CovariateSettings

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "ALPHA",
    "BATCH",
    "GROUP",
    "Association",
    "BatchCorrection",
    "Corrected",
    "Covariate",
    "CovariateAnalysis",
    "CovariateSettings",
    "OneWayFits",
    "UnusedColumn",
    "VarianceShare",
    "analyze_covariates",
    "associations",
    "batch_column",
    "check_estimable",
    "correct_batches",
    "corrected_table",
    "covariate_tables",
    "cramers_v",
    "is_technical",
    "one_way_fits",
    "sheet_covariates",
    "subtract_batches",
    "variance_share",
]
