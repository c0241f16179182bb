"""The settings of a comparison of methods: what is the same for every recipe and test."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.differential.settings import DiffSettings
from mirtool.normalize.settings import NormalizeSettings
from mirtool.settings import Settings, same_as


@dataclass(frozen=True)
class CompareMethodsSettings(Settings):
    """Which groups are compared, what passes, and how the spots are taken: the same under every recipe."""

    compare: str | None = same_as(DiffSettings, "compare")
    cutoff: float = same_as(DiffSettings, "cutoff")
    alpha: float = same_as(DiffSettings, "alpha")
    adjust: str = same_as(DiffSettings, "adjust")
    channel: str | None = same_as(NormalizeSettings, "channel")
    flags: str = same_as(NormalizeSettings, "flags")
    min_intensity: float = same_as(NormalizeSettings, "min_intensity")
    probes: str = same_as(NormalizeSettings, "probes")
    min_factor_probes: int = same_as(NormalizeSettings, "min_factor_probes")
