"""What the commands that start from a normalized table share: where it is, and its samples' groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mirtool.commands.common import Place, result_of_study
from mirtool.errors import UsageError

if TYPE_CHECKING:
    from mirtool.commands.options import Scale
    from mirtool.model import ExpressionMatrix


def normalized_table_of(table: str | None, place: Place) -> str:
    """Return the table that was named, else the study's ``results/normalized.csv``."""
    return table or result_of_study(place, "normalized.csv", "normalized table", made_by="normalize")


def sample_sheet_of(place: Place) -> str:
    """Return the sample sheet that was named, else the one in this folder."""
    from mirtool.study.folder import SAMPLES_FILE

    if place.samples:
        return place.samples
    if not Path(SAMPLES_FILE).is_file():
        raise UsageError(
            "no sample sheet was given, so the groups are not known",
            expected=f"--samples SHEET, or a {SAMPLES_FILE} in this folder",
            hint="the sheet has the columns sample,group; the samples are named as the table's columns are",
        )
    return SAMPLES_FILE


def read_grouped(source: str, sheet: str, scale: Scale | None) -> ExpressionMatrix:
    """Read a normalized table and give its samples the groups of the sheet."""
    from mirtool.differential import join_samples
    from mirtool.io.arrays.matrix import read_expression
    from mirtool.study.samples import read_samples

    return join_samples(read_expression(source, scale=scale), read_samples(sheet), sheet)
