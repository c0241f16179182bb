"""How the files of arrays are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirtool.io.arrays.probe_values import Scale


@dataclass(frozen=True)
class ReadOptions:
    """The choices in reading one file of arrays; a format uses those that apply to it.

    Parameters
    ----------
    channels
        Channels to read, such as ``["532"]``; None reads all.
    signal
        Which of an Agilent file's signals.
    foreground, background
        Which statistic of a GenePix spot's pixels.
    scale
        ``"linear"`` lets the values of a GEO series matrix pass for raw intensities.
    samples_in_rows
        True says that a plain table has one row per sample.
    """

    channels: Sequence[str] | None = None
    signal: str | None = None
    foreground: str = "median"
    background: str = "median"
    scale: Scale | None = None
    samples_in_rows: bool = False
