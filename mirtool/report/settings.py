"""How tables leave mirtool: digits and columns. Every step that writes tables has these."""

from __future__ import annotations

from dataclasses import dataclass

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
