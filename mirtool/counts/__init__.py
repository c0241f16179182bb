"""Sequencing counts: which miRNAs are expressed, library sizes and factors, log-CPM, and precision weights.

``expressed`` says which rows are tested, ``factors`` make libraries comparable, ``log_cpm`` puts counts on the
log2 scale, and ``precision`` holds the trend of the variance over the mean (voom), whose fit is in
``differential``. ``methods`` lists the choices, ``settings`` declares them, and ``preparation`` strings them
together.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.counts.expressed import expressed_rows
    from mirtool.counts.factors import rle_factors, tmm_factors, upper_quartile_factors
    from mirtool.counts.log_cpm import log_cpm, voom_log_cpm
    from mirtool.counts.methods import COUNT_METHODS, FACTORS
    from mirtool.counts.precision import PrecisionTrend, precision_trend, precision_weights
    from mirtool.counts.preparation import count_matrix

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "COUNT_METHODS",
    "FACTORS",
    "PrecisionTrend",
    "count_matrix",
    "expressed_rows",
    "log_cpm",
    "precision_trend",
    "precision_weights",
    "rle_factors",
    "tmm_factors",
    "upper_quartile_factors",
    "voom_log_cpm",
]
