"""The settings of quality control."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.normalize.settings import detection_setting, flags_setting, min_intensity_setting, probes_setting
from mirtool.settings import Method, Methods, Settings, setting

FLUIDS = Methods(
    "fluid",
    Method("serum", "blood serum: signs of hemolysis and of RNA from cells are judged"),
    Method("plasma", "blood plasma: signs of hemolysis and of RNA from cells are judged"),
)


@dataclass(frozen=True)
class QualitySettings(Settings):
    """What is asked of quality control: each field is an option of ``mirtool qc`` and a keyword in Python."""

    channel: str | None = setting(
        None,
        "Wavelength or name of the channel with the samples. Default 532 (Hy3), or the only channel.",
        panel="Spots and channels",
        metavar="NM",
    )
    flags: str = flags_setting()
    detection: str = detection_setting()
    min_intensity: float = min_intensity_setting()
    probes: str = probes_setting()
    fluid: str | None = setting(
        None,
        "The samples are serum or plasma: also judge hemolysis and RNA from cells.",
        panel="Samples",
        choices=FLUIDS,
    )
