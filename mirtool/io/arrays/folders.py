"""The files of arrays in a folder that is named in place of them."""

from __future__ import annotations

from pathlib import Path

from mirtool.errors import MirtoolError, UsageError
from mirtool.io.registry import FORMATS, sniff_format


def files_of_arrays(folder: str | Path) -> list[str]:
    """Return the files of a folder that hold arrays, in alphabetical order; other files are passed over.

    Raises
    ------
    UsageError
        Where there is none.
    """
    files = sorted(path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith("."))
    found = [str(path) for path in files if _holds_arrays(path)]
    if not found:
        raise UsageError(
            "the folder holds no file of arrays",
            found=f"{folder}: " + (", ".join(path.name for path in files[:5]) or "no file"),
            hint="name the scanner's files: exports/*.gpr",
        )
    return found


def _holds_arrays(path: Path) -> bool:
    try:
        return FORMATS[sniff_format(path)].arrays
    except MirtoolError:
        return False
