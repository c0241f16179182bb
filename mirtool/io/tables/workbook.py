"""Workbooks (XLSX, XLS) as rows of cells, read in a process of their own.

calamine is quick and reads both formats, and a damaged workbook can end its whole process: a cell in the last
corner of a sheet, or a wrong count, makes it ask for hundreds of gigabytes, and Rust aborts without an exception.
So it runs in a child (about 40 ms), with a limit to its memory where the system has one, and what ends the child
is an error message here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from mirtool.errors import FormatError

Sheets = dict[str, list[list[Any]]]

_READER = Path(__file__).with_name("workbook_process.py")
_MOST_SECONDS = 600

_asked_for: str | None = None


def ask_for_sheet(name: str | None) -> None:
    """Return which sheet of the workbooks to come is meant, for a whole command; None takes that back.

    Functions that read one file take the sheet as a parameter, which comes before this. A workbook of one sheet is
    read whatever is asked for: a command may read several workbooks.
    """
    global _asked_for  # one command runs per process
    _asked_for = name


def sheet_asked_for() -> str | None:
    """Return the sheet that :func:`ask_for_sheet` named."""
    return _asked_for


def read_sheets(data: bytes, path: str | Path) -> Sheets:
    """Read every sheet of an XLSX or XLS workbook as rows of cell values (str, float, bool, date or "").

    Raises
    ------
    FormatError
        Where the workbook is damaged, protected, or too large for the memory.
    """
    sheets, reason = _read_in_child(data)
    if reason:
        raise FormatError(
            f"the workbook can't be opened: {reason}",
            path=path,
            hint="open it in Excel and save it again as XLSX without a password, or save the sheet as CSV",
        )
    return sheets


@lru_cache(maxsize=1)
def _read_in_child(data: bytes) -> tuple[Sheets, str]:
    """Return the sheets, or why there are none; kept, since sniffers and the reader ask one after the other."""
    try:
        child = subprocess.run(
            [sys.executable, "-S", "-P", str(_READER)],
            input=data,
            capture_output=True,
            timeout=_MOST_SECONDS,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=True,
        )
    except subprocess.TimeoutExpired:
        return {}, f"it was not read within {_MOST_SECONDS // 60} minutes"
    except subprocess.CalledProcessError:
        return {}, "it is damaged, or its cells reach too far for the memory"
    sheets, reason = pickle.loads(child.stdout)
    return sheets, reason
