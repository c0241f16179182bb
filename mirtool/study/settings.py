"""The settings of drafting a sample sheet and of inspecting files, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mirtool.io.registry import FORMATS
from mirtool.settings import Settings, setting

READING, SHEET, SERIES, SHOWN = "Reading", "Sample sheet", "GEO series", "Output"
SERIES_VALUES = ("auto", "raw", "matrix")


def input_format_setting() -> Any:
    """Declare the format of the files that are read."""
    return setting(
        None,
        "Format of the files; recognized by their content if left out.",
        panel=READING,
        metavar="NAME",
        choices=FORMATS,
        kind="format",
    )


def samples_in_rows_setting() -> Any:
    """Declare that plain tables have one row per sample."""
    return setting(False, "Tables have one row per sample and one column per probe.", panel=READING)


@dataclass(frozen=True)
class InitSettings(Settings):
    """How the arrays are read whose samples become a sheet, and where the sheet is written."""

    samples_in_rows: bool = samples_in_rows_setting()
    input_format: str | None = input_format_setting()
    pheno: str | None = setting(
        None,
        "Table of sample characteristics, one row per sample: its columns join the sheet. Rows are matched by "
        "sample name, GSM number or title.",
        panel=SHEET,
        metavar="TABLE",
        is_path=True,
    )
    group: str | None = setting(
        None,
        "Characteristic that becomes the column group: of the pheno table, or of the series matrix. Default: the "
        "only one of the pheno table with 2 to 10 values of two samples or more each; of a series none.",
        panel=SHEET,
        metavar="COLUMN",
    )
    output: str = setting(
        "samples.csv",
        "The sheet to write; its paths are relative to its own folder. - is stdout.",
        panel=SHEET,
        metavar="SHEET",
        option="--output/-o",
    )
    force: bool = setting(False, "Replace a sheet that exists.", panel=SHEET)
    platform: str | None = setting(
        None, "Platform of a GEO series that has several.", panel=SERIES, metavar="GPL…"
    )
    values: str = setting(
        "auto",
        "What the sheet of a GEO series names: its raw files, or the series matrix, for which no raw file is "
        "fetched. Default: raw files where there is one per sample that mirtool reads.",
        panel=SERIES,
        metavar="auto|raw|matrix",
        choices=SERIES_VALUES,
        kind="choice of values",
    )


@dataclass(frozen=True)
class InspectSettings(Settings):
    """How files are read, and what their probes are checked against."""

    input_format: str | None = input_format_setting()
    gal: str | None = setting(
        None,
        "Check the arrays against this array list, spot for spot.",
        panel=READING,
        metavar="FILE",
        is_path=True,
    )
    platform: str | None = setting(
        None,
        "Look up the arrays' IDs in this GEO platform table and count what it has.",
        panel=READING,
        metavar="FILE",
        is_path=True,
    )
    samples_in_rows: bool = samples_in_rows_setting()
    as_json: bool = setting(False, "Print a JSON array, one object per file.", panel=SHOWN, option="--json")
