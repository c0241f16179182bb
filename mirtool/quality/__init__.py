"""Quality control: may this array be used, and if not, why not."""

from __future__ import annotations

from mirtool.quality.assess import FLUIDS, quality_report
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
]
