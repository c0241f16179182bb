"""The settings of drafting a sample sheet and of inspecting files, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mirtool.io.registry import FORMATS
from mirtool.settings import Settings, setting


def format_setting() -> Any:
    """Declare the format of the files that are read."""
    return setting(
        None,
        "Format of the files; told by their content if left out.",
        metavar="NAME",
        choices=FORMATS,
        kind="format",
        option="--format",
    )


def samples_in_rows_setting() -> Any:
    """Declare that plain tables have one row per sample."""
    return setting(False, "Tables have one row per sample and one column per probe.")


@dataclass(frozen=True)
class InitSettings(Settings):
    """How the arrays are read whose samples become a sheet."""

    samples_in_rows: bool = samples_in_rows_setting()
    format_name: str | None = format_setting()


@dataclass(frozen=True)
class InspectSettings(Settings):
    """How files are read, and what their probes are checked against."""

    format_name: str | None = format_setting()
    gal: str | None = setting(
        None, "Check the arrays against this array list, spot for spot.", metavar="FILE", is_path=True
    )
    platform: str | None = setting(
        None,
        "Look up the arrays' IDs in this GEO platform table and count what it has.",
        metavar="FILE",
        is_path=True,
    )
    samples_in_rows: bool = samples_in_rows_setting()
