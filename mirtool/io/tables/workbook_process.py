"""The process that opens a workbook: bytes on its standard input, rows (or why there are none) on its output.

:mod:`mirtool.io.tables.workbook` runs this file by its path, so it imports nothing of mirtool's.
"""

import io
import pickle
import sys
from typing import Any

MOST_MEMORY = 4 << 30
"""A sheet of Excel's full 1,048,576 rows needs 1 GiB for every 30 columns."""


def main() -> None:
    """Read a workbook and write ``(sheets, "")``, or ``({}, reason)``, as a pickle."""
    _limit_memory()
    from python_calamine import CalamineError, PasswordError, SheetTypeEnum, load_workbook

    sheets, reason = {}, ""
    try:
        workbook = load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        sheets = {
            sheet.name: _rows_of(workbook.get_sheet_by_name(sheet.name))
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        }
    except PasswordError:
        reason = "it is protected by a password"
    except (CalamineError, OSError, ValueError):
        reason = "it is damaged, or was cut"
    pickle.dump((sheets, reason), sys.stdout.buffer, protocol=5)


def _rows_of(sheet: Any) -> list[list[Any]]:
    """Return the rows from the sheet's first cell on; one list represents all blank rows.

    A stray cell in a sheet's last row makes a million of them.
    """
    _, n_left = sheet.start or (0, 0)
    left, empty = [""] * n_left, [""] * sheet.width
    blank = left + empty
    return [blank if row == empty else left + row for row in sheet.iter_rows()]


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


if __name__ == "__main__":
    main()
