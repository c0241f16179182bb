"""Normalization: from raw arrays to one comparable value for each probe and sample.

``settings`` declares the choices and presets, ``methods`` lists the methods of every step, and ``pipeline`` runs
the steps; ``one_channel`` and ``ratio`` hold what one channel and two do differently. ``background``, ``normexp``,
``flags``, ``replicates``, ``detection``, ``factors``, ``within``, ``curves``, ``between``, ``quantiles``,
``two_color``, ``vsn``, ``spike_in`` and ``imputation`` are the methods as kernels on bare arrays; ``signals``,
``between_arrays`` and ``between_ratios`` give them what they need. ``report`` holds what was counted,
``result_tables`` the tables that are written.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.normalize.methods import (
        BACKGROUND_METHODS,
        BETWEEN_METHODS,
        FLAG_RULES,
        IMPUTATIONS,
        KEEP_RULES,
        PRESETS,
        PROBE_CHOICES,
        RATIO_BETWEEN_METHODS,
        REPLICATE_METHODS,
        REPLICATE_SCALES,
        WITHIN_METHODS,
    )
    from mirtool.normalize.pipeline import Normalized, normalize
    from mirtool.normalize.report import ControlShare, NormalizationReport, RatioReport
    from mirtool.normalize.result_tables import (
        average_table,
        normalized_table,
        not_detected_table,
        replicates_table,
        spots_table,
    )
    from mirtool.normalize.settings import NormalizeSettings, ResolvedSettings, is_ratio, ratio_channels

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "BACKGROUND_METHODS",
    "BETWEEN_METHODS",
    "FLAG_RULES",
    "IMPUTATIONS",
    "KEEP_RULES",
    "PRESETS",
    "PROBE_CHOICES",
    "RATIO_BETWEEN_METHODS",
    "REPLICATE_METHODS",
    "REPLICATE_SCALES",
    "WITHIN_METHODS",
    "ControlShare",
    "NormalizationReport",
    "NormalizeSettings",
    "Normalized",
    "RatioReport",
    "ResolvedSettings",
    "average_table",
    "is_ratio",
    "normalize",
    "normalized_table",
    "not_detected_table",
    "ratio_channels",
    "replicates_table",
    "spots_table",
]
