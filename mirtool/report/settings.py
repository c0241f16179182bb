"""How tables and the report of a study leave mirtool. Every step that writes tables has those of tables."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from mirtool.errors import UsageError
from mirtool.settings import Method, Methods, Settings, setting

OUTPUT_PANEL = "Output"

DIGITS = Methods(
    "number of digits",
    Method("short", "P with 3 significant digits, ratios with 4, what later steps compute from with 6 or 9"),
    Method("full", "12 significant digits"),
)


@dataclass(frozen=True)
class TableSettings(Settings):
    """How the tables of a step are written; what they hold is a matter of the step's own settings."""

    digits: str = setting(
        "short", f"Digits in CSV and TSV: {DIGITS.help()}. XLSX and Parquet always hold full precision.",
        panel=OUTPUT_PANEL, choices=DIGITS, metavar="short|full",
    )  # fmt: skip
    all_columns: bool = setting(
        False, "Write every column of tables that have a short form. Parquet always has all.", panel=OUTPUT_PANEL
    )


SECTIONS = (
    "summary", "quality", "normalization", "covariates", "differential", "robustness", "clusters", "network",
    "enrichment", "qpcr", "shortlist", "patients", "methods", "provenance",
)  # fmt: skip
"""The sections of a report in their order."""


@dataclass(frozen=True)
class ReportSettings(Settings):
    """What the report of a study shows; what it holds are the results of the other steps."""

    title: str | None = setting(None, "Title of the report. By default: the groups compared.", metavar="TEXT")
    author: str | None = setting(None, "Author of the report, below the title.", metavar="TEXT")
    logo: str | None = setting(
        None, "Picture beside the title (PNG, JPEG, GIF or SVG, at most 200 kB); it becomes part of the page.",
        metavar="FILE", is_path=True,
    )  # fmt: skip
    leave_out: tuple[str, ...] = setting(
        (), f"Section that is left out; repeatable: {', '.join(SECTIONS)}.", metavar="SECTION", choices=SECTIONS,
        kind="section",
    )  # fmt: skip
    published: str | None = setting(
        None, "Date of publication, for ro-crate-metadata.json; mirtool knows none.", metavar="YYYY-MM-DD"
    )
    license: str | None = setting(
        None, "License of the data, for ro-crate-metadata.json: its web address, or words.", metavar="URL|TEXT"
    )

    def check(self) -> None:
        """Refuse what is not a date."""
        check_date(self.published, "published")


def check_date(text: str | None, parameter: str) -> None:
    """Refuse what is not a date, as ``2026-11-29``; None is no date, and passes.

    Raises
    ------
    UsageError
        Where it is not one.
    """
    if text is None:
        return
    try:
        is_date = re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None and bool(datetime.date.fromisoformat(text))
    except ValueError:
        is_date = False
    if not is_date:
        raise UsageError("this is not a date", parameter=parameter, found=text, expected="YYYY-MM-DD")
