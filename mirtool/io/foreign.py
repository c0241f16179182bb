"""Files of other instruments and programs, which mirtool does not read: named, so that nobody is sent astray."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.zip_archives import UNREADABLE_ZIP, ZIP_MAGIC

_EXPORT = "export the results as text or Excel, one row per well"

_CEL = (
    "make RMA values of it and give their table: in TAC or Expression Console run RMA + DABG and export the "
    "signals, or in R: write.exprs(oligo::rma(oligo::read.celfiles(files)), 'rma.txt')"
)

_BINARY: tuple[tuple[bytes, str, str], ...] = (
    (b"@\x00\x00\x00\x04\x00\x00\x00", "an Affymetrix CEL file", _CEL),
    (b"\x3b\x01\x00\x00", "an Affymetrix CEL file (Command Console)", _CEL),
    (b"IDAT", "an Illumina IDAT file", "export the intensities from GenomeStudio as text"),
    (b"BAM\x01", "a BAM file of sequencing reads", "count the reads per miRNA first, and give that table"),
    (b"%PDF", "a PDF document", "give the table as CSV or XLSX"),
    (b"\x89PNG", "an image", "give the table behind it"),
    (b"II*\x00", "a TIFF image of a scanner", "give the results that were extracted from it (.gpr, .txt)"),
    (b"MM\x00*", "a TIFF image of a scanner", "give the results that were extracted from it (.gpr, .txt)"),
    (b"RDX", "an R workspace", "write the table in R with write.csv"),
    (b"X\n\x00\x00\x00", "an R object (RDS)", "write the table in R with write.csv"),
    (b"\x93NUMPY", "a NumPy array", "write it as CSV, with the names of rows and columns"),
    (b"\x89HDF\r\n", "an HDF5 file", "write its table as CSV"),
    (b"SQLite format 3", "a database file", "export its table as CSV"),
    (b"{\\rtf", "a text document (RTF)", "save it as plain text or CSV"),
    (b"\xff\xd8\xff", "an image", "give the table behind it"),
)  # fmt: skip
"""First bytes to what the file is and what to do with it."""

_TEXT: tuple[tuple[str, str, str], ...] = (
    (r"\s*\[CEL\]", "an Affymetrix CEL file", _CEL),
    (r"\s*(<!doctype html|<html)", "a web page", "download the file itself: the page may be a login"),
    (r"\s*<\?xml", "an XML file", "export the table as text or Excel"),
    (r"@\S[^\n]*\n[ACGTN]+\n\+", "a FASTQ file of sequencing reads", "count the reads per miRNA first"),
    (r"\s*[{\[]\s*[\"{\[]", "a JSON file", "give the table as CSV"),
    (
        r'"?(Program|xPONENT)"?[,;]"?(xPONENT|Luminex|Bio-Plex)',
        "a Luminex file",
        "export its table of median intensities: one row per miRNA, one column per sample",
    ),
    (r"\s*version https://git-lfs", "a pointer of Git LFS, not the file", "fetch the file: git lfs pull"),
)  # fmt: skip
"""Patterns at the beginning of a text to what the file is and what to do with it."""

_ZIPPED: tuple[tuple[str, str, str], ...] = (
    (r"(apldbio|.*experiment\.xml|.*analysis_protocol)", "an Applied Biosystems run file (.eds)", _EXPORT),
    (r".*datafile\.xml", "a Bio-Rad CFX run file (.pcrd)", _EXPORT),
    (r"word/", "a Word document", "save its table as CSV or XLSX"),
    (r"content\.xml", "an OpenDocument file", "save it as XLSX or CSV"),
    (r"ppt/", "a presentation", "give the table as CSV or XLSX"),
)
"""Names in a ZIP to what it is."""

_HEAD = 4096
_RDML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<rdml\s", re.IGNORECASE | re.DOTALL)
_RCC = re.compile(r"\ufeff?\s*<Header>\s*FileVersion", re.IGNORECASE)


def refuse_foreign(data: bytes, path: str | Path) -> None:
    """Refuse a file of another instrument or program by its name.

    Parameters
    ----------
    data
        Its first bytes; of a ZIP all of them.
    path
        The file, for the message.

    Raises
    ------
    FormatError
        Where it is one.
    """
    if _RCC.match(data[:_HEAD].decode("utf-8", errors="replace")):
        raise FormatError(
            "this is a NanoString RCC file, one lane, and not a table",
            path=path,
            hint="`mirtool init`, `normalize` and `qc` read the RCC files of a study together",
        )
    if _is_rdml(data):
        raise FormatError(
            "this is an RDML file of qPCR runs, and not a table",
            path=path,
            hint="`mirtool normalize`, `validate` and `inspect` read it",
        )
    found = foreign(data)
    if found is not None:
        what, hint = found
        raise FormatError(f"this is {what}, which mirtool does not read", path=path, hint=hint)


def foreign(data: bytes) -> tuple[str, str] | None:
    r"""Return what a file of another instrument is and what to do with it; None for any other file.

    Examples
    --------
    >>> foreign(b"IDAT")[0]
    'an Illumina IDAT file'
    >>> foreign(b"ID,s1\n") is None
    True
    """
    for magic, what, hint in _BINARY:
        if data.startswith(magic):
            return what, hint
    if data.startswith(ZIP_MAGIC):
        return _zipped(data)
    text = data[:_HEAD].decode("utf-8", errors="replace").lstrip("\ufeff")
    return next(((what, hint) for pattern, what, hint in _TEXT if re.match(pattern, text, re.IGNORECASE)), None)


def _is_rdml(data: bytes) -> bool:
    if data.startswith(ZIP_MAGIC):
        return b"rdml_data.xml" in data[:_HEAD]
    return _RDML.match(data[:_HEAD].decode("utf-8", errors="replace").lstrip("\ufeff")) is not None


def _zipped(data: bytes) -> tuple[str, str] | None:
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except UNREADABLE_ZIP:
        return None
    if any(name.startswith("xl/") for name in names):
        return None
    for pattern, what, hint in _ZIPPED:
        if any(re.match(pattern, name, re.IGNORECASE) for name in names):
            return what, hint
    return "a ZIP archive", f"unpack it, and name the file in it: {', '.join(names[:3])}"
