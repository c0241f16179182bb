"""Quality control: may this array be used, and if not, why not.

:func:`quality_report` measures the arrays one by one (``measures``, ``spike_ins``), against each other
(``comparison``, ``outliers``, ``hoeffding``), over the slide (``spatial``), for mix-ups (``faults``) and for what
does not belong into serum or plasma (``contamination``); ``findings`` makes verdicts of it, ``table`` what is
written. ``quick`` is the part that a normalized matrix is enough for.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.quality.assess import FLUIDS, quality_report
    from mirtool.quality.quality_tables import quality_tables
    from mirtool.quality.report import (
        BetweenArrays,
        ChannelMeasures,
        Finding,
        Indications,
        OutlierRule,
        QualityReport,
        SpatialReport,
        SpikeIns,
        Verdict,
    )

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "FLUIDS",
    "BetweenArrays",
    "ChannelMeasures",
    "Finding",
    "Indications",
    "OutlierRule",
    "QualityReport",
    "SpatialReport",
    "SpikeIns",
    "Verdict",
    "quality_report",
    "quality_tables",
]
