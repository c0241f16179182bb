"""The workbooks that a service laboratory delivers: XLSX or XLS, group headings over repeated sample names.

The format
----------
A sheet is one or more *blocks*. A block has a row of group headings, merged over their columns, a row of column
names, and one row per probe (or a spot)::

    notes, merged over the sheet's width
                    Fold change   P-value   ForeGround     ForeGround-BackGround   Normalized
    ID     Name     A vs B        A vs B    s1   s2   s3   s1   s2   s3            s1   s2   s3   Mean of A group
    42865  hsa-…    2.14          0.0123    812  640  790  741  566  712           1.9  1.5  1.8  1.73

*Headings* are known in any case, with or without blanks and hyphens, singular or plural: ``Fold change``,
``P-value``, ``ForeGround``, ``ForeGround-BackGround``, ``Normalized`` (``Normalised``), ``CV-value``. Of a merged
cell a workbook keeps the value in its first cell: a heading holds to its right until the next one. ``Mean of X
group`` represents itself, under whichever heading. A heading that is merged over both rows, and so has no column
name, holds for the comparison that the sheet is called after. The two rows may also stand the other way round
(sample names above, ``ForeGround`` and ``ForeGround-BackGround`` repeated below them).

*Labels* are ``ID`` and ``Name``, of spots also ``Block``, ``Column`` and ``Row``, in the row of names or that of
headings. Columns of text are annotation, and kept as such. Everything else is a number, or missing (``N/A``, an
empty cell, an error of the spreadsheet).

*Kinds.* ``Expression Matrix``: one block of all probes. ``All Differentially Expressed``: a sheet a comparison
(``A vs B``), a block under a title that says *up* (red) and under it one whose title says *down* (green), which
may share the header of the first; colors are not read. ``Pass Volcano Plot``: the same, of a workbook that speaks
of a volcano plot or of a cut-off for P. ``Raw Intensity File``: a sheet a GAL lot, with Block, Column and Row.

*Scale.* All intensities are linear: ``ForeGround-BackGround`` are scanner counts, ``Normalized`` are those divided
by their array's factor.

A sheet of text without such a header is taken for notes; a sheet with numbers is refused where it does not fit.
Every value keeps the address of its cell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import classify_probes, count_kinds
from mirtool.errors import FormatError, ScaleError, option
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.service_sheet import (
    FOREGROUND,
    NORMALIZED,
    SIGNAL,
    Block,
    Cells,
    Section,
    is_number,
    is_service_sheet,
    read_sheet,
    text_of,
)
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead, is_workbook, read_bytes
from mirtool.io.tables.text_tables import head_sheets, read_sheets
from mirtool.model import (
    ArraySource,
    Channel,
    ExpressionMatrix,
    ProbeTable,
    RawArrays,
    SampleTable,
    text_array,
)
from mirtool.wording import plural

EXPRESSION = "Expression Matrix"
DIFFERENTIAL = "All Differentially Expressed"
VOLCANO = "Pass Volcano Plot"
RAW = "Raw Intensity File"

CHANNEL = "intensity"
"""Name of the one channel of a Raw Intensity File, which does not say its wavelength."""

_VOLCANO = re.compile(r"volcano|p[- ]?values?\s*(cut|threshold|[<≤=])", re.IGNORECASE)
_SNIFFED_ROWS = 40


@dataclass(frozen=True, eq=False)
class ServiceWorkbook:
    """A service laboratory's workbook.

    Parameters
    ----------
    path, sha256
        The file.
    kind
        :data:`EXPRESSION`, :data:`DIFFERENTIAL`, :data:`VOLCANO` or :data:`RAW`.
    blocks
        The tables of its sheets, in their order.
    notes
        The text above, between and under them.
    """

    path: str
    sha256: str
    kind: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]

    @property
    def samples(self) -> tuple[str, ...]:
        """The samples of all blocks, in the order in which they first appear."""
        return tuple(dict.fromkeys(name for block in self.blocks for name in block.samples))

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was not read, in words."""
        return tuple(dict.fromkeys(text for block in self.blocks for text in block.left_out))


def sniff(head: FileHead) -> bool:
    """Return a service workbook by a row of its headings over (or beside) a row with ID or Name."""
    if not is_workbook(head.data):
        return False
    sheets = head_sheets(head, _SNIFFED_ROWS) or {}
    return any(is_service_sheet(rows) for rows in sheets.values())


def inspect(path: str | Path) -> Inspection:
    """Read a service workbook and say what it holds.

    Raises
    ------
    FormatError
        As :func:`read_service_workbook` does.
    """
    book = read_service_workbook(path)
    comparisons = dict.fromkeys(name for block in book.blocks for name in block.comparisons)
    probes = {
        (probe_id, name) for block in book.blocks for probe_id, name in zip(block.id, block.name, strict=True)
    }
    ids, names = (text_array(labels) for labels in (zip(*sorted(probes), strict=True) if probes else ((), ())))
    return Inspection(
        path=str(path),
        format="service-workbook",
        spots=sum(map(len, book.blocks)),
        channels=(CHANNEL,) if book.kind == RAW else (),
        warnings=book.left_out,
        details={
            "content": book.kind,
            "sheets": list(dict.fromkeys(block.sheet for block in book.blocks)),
            "headings": list(dict.fromkeys(heading for block in book.blocks for heading in block.sections)),
            "samples": list(book.samples),
            "comparisons": list(comparisons),
            "probe_kinds": count_kinds(classify_probes(ids, names)),
            "notes": list(book.notes),
            "sha256": book.sha256,
        },
    )


def read_study_file(path: str | Path, _options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them."""
    return read_intensity_sheets(path)


def read_sample_table(path: str | Path, _samples_in_rows: bool = False) -> SampleTable:
    """Return the samples of a workbook, in the order in which they first appear.

    Raises
    ------
    FormatError
        As :func:`read_service_workbook` does, and where no column is one of a sample.
    """
    book = read_service_workbook(path)
    if not book.samples:
        raise FormatError(
            "this workbook has no columns of samples",
            path=path,
            found=book.kind,
            expected=f"a {RAW}, or an {EXPRESSION} with columns under {NORMALIZED}",
        )
    return SampleTable(book.samples, files=(book.path,) * len(book.samples))


def read_service_workbook(path: str | Path) -> ServiceWorkbook:
    """Read a service laboratory's workbook.

    Returns
    -------
    ServiceWorkbook
        Values as the cells hold them, linear, NaN missing; each with the address of its cell.

    Raises
    ------
    FormatError
        Where the file is not a workbook, no sheet has the headings, a sheet with numbers does not fit, a cell that
        must hold a number holds text, a row has no label, an ID stands twice in one table of probes, or two
        columns under one heading have one name; each with sheet and cell.
    """
    data = read_bytes(path)
    if not is_workbook(data):
        raise FormatError(
            "this is not a workbook",
            path=path,
            found="another kind of file, or one whose beginning is damaged",
            expected="an XLSX or XLS file",
            hint="give the workbook as the service sent it",
        )
    blocks: list[Block] = []
    notes: list[str] = []
    strangers: list[tuple[str, list[Cells]]] = []
    for name, rows in read_sheets(data, path).items():
        found, texts = read_sheet(path, name, rows)
        blocks += found
        notes += texts
        if not found and any(is_number(cell) for row in rows for cell in row):
            strangers.append((name, rows))
    if strangers or not blocks:
        raise _misfit(path, *(strangers[0] if strangers else ("", [])))
    kind = _kind(path, blocks, [*notes, *(block.sheet for block in blocks)])
    return ServiceWorkbook(
        str(path), hashlib.sha256(data).hexdigest(), kind, tuple(blocks), tuple(dict.fromkeys(notes))
    )


def _kind(path: str | Path, blocks: Sequence[Block], texts: Iterable[str]) -> str:
    """Return which of the service's workbooks this is; all blocks must be of it."""
    spots = [block for block in blocks if block.layout is not None]
    listed = [block for block in blocks if block.layout is None and block.regulation]
    for some in (spots, listed):
        other = next((block for block in blocks if block not in some), None)
        if some and other is not None:
            raise FormatError(
                "the sheets of one workbook are of different kinds",
                path=path,
                found=f"sheet {other.sheet!r} is of another kind than sheet {some[0].sheet!r}",
                hint="save the sheets as workbooks of their own",
            )
    if spots:
        return RAW
    if listed:
        return VOLCANO if any(_VOLCANO.search(text) for text in texts) else DIFFERENTIAL
    return EXPRESSION


def _misfit(path: str | Path, sheet: str, rows: Sequence[Cells]) -> FormatError:
    filled = [[text for text in map(text_of, row) if text] for row in rows]
    first = next((texts for texts in filled if len(texts) > 1), None)
    return FormatError(
        f"the sheet {sheet!r} is not laid out as a service laboratory's" if sheet else "no sheet holds a table",
        path=path,
        found="the row " + ", ".join(first[:6]) + (" …" if len(first) > 6 else "") if first else "no table",
        expected="a row of headings (Fold change, P-value, ForeGround, ForeGround-BackGround, Normalized) above "
        "a row with ID, Name and the names of samples or comparisons",
        hint="take a sheet of your own out of the workbook; a plain table is read with "
        f"{option('format_name', 'matrix')}",
    )


def read_intensity_sheets(path: str | Path) -> list[RawArrays]:
    """Read the arrays of a Raw Intensity File, one :class:`RawArrays` a sheet (a GAL lot).

    Returns
    -------
    list of RawArrays
        Channel :data:`CHANNEL`: the foreground, and the background as ForeGround − (ForeGround-BackGround) where
        both are there; linear, scanner counts, ``(n_spots, n_arrays of the lot)``. Without flags. ``gal_file`` of
        the sources is the sheet's name. Probe kinds are left blank.

    Raises
    ------
    FormatError
        As :func:`read_service_workbook` does, and where the workbook is of another kind.
    """
    book = read_service_workbook(path)
    if book.kind != RAW:
        raise FormatError(
            "this workbook holds no intensities of single spots",
            path=path,
            found=book.kind,
            expected=f"a {RAW}, with Block, Column and Row",
            hint="hand its normalized values to `mirtool diff`, or check it with `mirtool audit`",
        )
    return [_arrays_of(book, block) for block in book.blocks]


def _arrays_of(book: ServiceWorkbook, block: Block) -> RawArrays:
    foreground, signal = block.sections.get(FOREGROUND), block.sections.get(SIGNAL)
    named = foreground or signal
    if named is None:
        raise FormatError(
            "a sheet holds no intensities",
            path=f"{book.path}, sheet {block.sheet!r}",
            found="the headings " + ", ".join(block.sections),
            expected=f"{FOREGROUND} and {SIGNAL}",
        )
    if foreground is None or signal is None:
        channel = Channel(named.values, processed=foreground is None)
    else:
        _refuse_other_samples(book, block, foreground, signal)
        order = [signal.names.index(name) for name in foreground.names]
        channel = Channel(foreground.values, foreground.values - signal.values[:, order])
    n = len(named.names)
    source = ArraySource(book.path, "service-workbook", book.sha256, block.sheet, warnings=block.left_out)
    return RawArrays(
        channels={CHANNEL: channel},
        flags=None,
        probes=ProbeTable(block.id, block.name, text_array([""] * len(block))),
        layout=block.layout,
        samples=SampleTable(named.names, files=(book.path,) * n),
        sources=(source,) * n,
        dropped=block.left_out,
    )


def _refuse_other_samples(book: ServiceWorkbook, block: Block, one: Section, other: Section) -> None:
    alone = sorted(set(one.names) ^ set(other.names))
    if alone:
        raise FormatError(
            f"{plural(len(alone), 'sample')} under one heading only",
            path=f"{book.path}, sheet {block.sheet!r}",
            found=", ".join(alone[:5]),
            expected=f"the same samples under {one.heading} and {other.heading}",
        )


def read_normalized(path: str | Path, *, scale: str | None = None) -> ExpressionMatrix:
    """Read the Normalized columns of an Expression Matrix.

    Parameters
    ----------
    path
        The workbook.
    scale
        What the caller believes the scale to be; it is ``"linear"``.

    Returns
    -------
    ExpressionMatrix
        log2 of the normalized values, which are linear by definition, ``(n_probes, n_samples)``, NaN missing;
        values that are not positive have no logarithm, become missing and are counted in ``history``.

    Raises
    ------
    FormatError
        As :func:`read_service_workbook` does, and where there are no such columns, or of some probes only.
    ScaleError
        Where ``scale`` is another one.
    """
    if scale not in (None, "linear"):
        raise ScaleError(
            "a service's normalized values are linear by definition",
            path=path,
            found=f"the scale {scale} in the call",
            hint="leave the scale out of the call; if this service took logarithms, `mirtool audit` says so",
        )
    book = read_service_workbook(path)
    if book.kind != EXPRESSION or NORMALIZED not in book.blocks[0].sections or len(book.blocks) > 1:
        raise FormatError(
            "this workbook holds no normalized values of all probes",
            path=path,
            found=book.kind,
            expected=f"an {EXPRESSION} with columns under {NORMALIZED}, in one sheet",
            hint="raw intensities go to `mirtool normalize`; lists of differential miRNAs are a choice already",
        )
    block = book.blocks[0]
    section = block.sections[NORMALIZED]
    positive = section.values > 0
    n_lost = int((~positive & ~np.isnan(section.values)).sum())
    lost = (f"values that are not positive have no log2 and were made missing: {n_lost}",) if n_lost else ()
    return ExpressionMatrix(
        values=np.log2(section.values, out=np.full(section.values.shape, np.nan), where=positive),
        probes=classify_probes(block.id, block.name),
        samples=SampleTable(section.names, files=(book.path,) * len(section.names)),
        history=(f"normalized by a service: {block.sheet}, columns under {NORMALIZED}", *lost),
    )
