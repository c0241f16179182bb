"""The scale of a study's tables: log2 values and counts go to the comparison, intensities are normalized first.

It is stated in the sample sheet (column ``scale``) or in ``mirtool.toml`` (``[normalize] scale``); ``mirtool
init`` recognizes log2 values and sequencing counts, and writes the column.
"""

from __future__ import annotations

from mirtool.errors import SampleSheetError
from mirtool.io.arrays.settings import SCALES
from mirtool.model import SampleTable
from mirtool.study.config import Config

SCALE_COLUMN = "scale"
SCALE_SETTING = f"normalize.{SCALE_COLUMN}"
"""The setting of ``mirtool.toml`` that states it."""


def stated_scale(samples: SampleTable | None, config: Config) -> str | None:
    """Return the scale that the sample sheet states, else the one of ``mirtool.toml``; None where neither does.

    Raises
    ------
    SampleSheetError
        Where the sheet has another word than log2, linear and counts, or several.
    """
    cells = next((cells for key, cells in samples.extra.items() if _is_scale(key)), ()) if samples else ()
    found = dict.fromkeys(cell.strip().lower() for cell in cells if cell.strip())
    sheet = samples.sheet or None if samples else None
    unknown = [word for word in found if word not in SCALES]
    if unknown:
        raise SampleSheetError(
            "unknown scale", path=sheet, column=SCALE_COLUMN, found=unknown[0], expected=" or ".join(SCALES)
        )
    if len(found) > 1:
        raise SampleSheetError(
            "the samples are on two scales",
            path=sheet,
            column=SCALE_COLUMN,
            found=" and ".join(found),
            expected="one scale for all samples",
            hint="make a study of its own for the samples of each scale",
        )
    stated = next(iter(found), None) or config.said(SCALE_SETTING)
    return None if stated is None else str(stated)


def _is_scale(header: str) -> bool:
    return header.strip().lower() == SCALE_COLUMN
