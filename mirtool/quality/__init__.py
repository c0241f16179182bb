"""Quality control: may this array be used, and if not, why not.

:func:`quality_report` measures the arrays one by one (``measures``, ``spike_ins``), against each other
(``comparison``, ``outliers``, ``hoeffding``), over the slide (``spatial``), for mix-ups (``faults``) and for
contamination of serum and plasma (``contamination``); ``findings`` makes verdicts of it, ``result_tables`` what is
written. ``quick`` is the part that needs only a normalized matrix.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.quality.assess import quality_report
    from mirtool.quality.report import (
        BetweenArrays,
        ChannelMeasures,
        Finding,
        Indications,
        LaneMeasures,
        OutlierRule,
        QualityReport,
        SpatialReport,
        SpikeIns,
        Verdict,
    )
    from mirtool.quality.result_tables import quality_tables
    from mirtool.quality.settings import FLUIDS, QualitySettings

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "FLUIDS",
    "BetweenArrays",
    "ChannelMeasures",
    "Finding",
    "Indications",
    "LaneMeasures",
    "OutlierRule",
    "QualityReport",
    "QualitySettings",
    "SpatialReport",
    "SpikeIns",
    "Verdict",
    "quality_report",
    "quality_tables",
]
