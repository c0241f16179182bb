"""The files of arrays in a folder that is named in place of them."""

from __future__ import annotations

from pathlib import Path

from mirtool.errors import MirtoolError, UsageError
from mirtool.io.registry import FORMATS, Format, sniff_format


def files_of_arrays(folder: str | Path) -> list[str]:
    """Return the files of a folder that hold arrays, in alphabetical order; other files are passed over.

    Where there are none, those of Ct values are meant, and where there are none of these, those of counts.

    Raises
    ------
    UsageError
        Where the folder has no such file.
    """
    files = sorted(path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith("."))
    formats = {str(path): _format_of(path) for path in files}
    for kind in ("arrays", "wells", "counts"):
        found = [path for path, own in formats.items() if own is not None and getattr(own, kind)]
        if found:
            return found
    raise UsageError(
        "the folder holds no file of arrays, Ct values or counts",
        found=f"{folder}: " + (", ".join(path.name for path in files[:5]) or "no file"),
        hint="name the scanner's files: exports/*.gpr",
    )


def _format_of(path: Path) -> Format | None:
    try:
        return FORMATS[sniff_format(path)]
    except MirtoolError:
        return None
