"""Plain tables of intensities or expression: CSV, TSV, XLSX or XLS, probes in rows, samples in columns.

The format
----------
One header line and one line a probe (or a spot), with optional note lines that begin with ``#`` above::

    ID,Name,sample_1,sample_2
    17605,hsa-miR-17-5p/hsa-miR-106a-5p,812.5,640
    13132,,NA,55.5

*Label columns* are known by their header, whatever its case, blanks and underscores: an ID (``ID``, ``ID_REF``,
``ProbeID``, ``Probe``, ``index`` …), a name (``Name``, ``miRNA``, ``miRNA name``, ``Gene``, ``SystematicName``
…), or one of the two; a first column without a header is the ID where nothing else is. Where one is missing it
is taken for the other. An ``index`` or a first column without a header that only numbers the rows
(0, 1, 2 … or 1, 2, 3 …) is no ID where there is a name: the names then say which rows are replicates.

*Position columns* (``Block``, ``Row``, ``X`` …, in a table that has both a ``Row`` and a ``Column``) and columns
that hold text only are no samples; they are left out, and what was left out is said. *Every other column is a
sample*: its header is the sample's name, and each of its cells a number with a decimal point, or missing (empty,
``NA``, ``N/A``, ``null``, ``-3.4E38`` …). Text in a number cell is an error with its line and column. In a table
that mirtool normalized every column but ``ID`` and ``Name`` is a sample, whatever its name.

In a raw table rows that share an ID are replicate spots. In an expression table every ID stands once; where it
has names only, a name that comes again is another probe for the same miRNA, and its ID gets a number:
``hsa-miR-340-3p``, ``hsa-miR-340-3p (2)``.

Scale: raw intensities are linear. An expression table says its scale in a note line
(``# mirtool normalized; scale: log2; …``), or the caller does; it is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from mirtool.errors import FormatError, ScaleError
from mirtool.io import service_workbook
from mirtool.io.registry import Inspection
from mirtool.io.tables import MISSING_CELLS, TextTable, head_table, read_table
from mirtool.io.text import FileHead, read_head, sha256_of
from mirtool.model import (
    ArraySource,
    Channel,
    ExpressionMatrix,
    FloatArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    TextArray,
    text_array,
)
from mirtool.probes import classify_probes, count_kinds

CHANNEL = "intensity"
"""Name of the one channel of a plain table."""

NORMALIZED_NOTE = "mirtool normalized"
"""First note of a table that mirtool normalized."""

MAX_LOG2 = 64.0
"""No instrument counts to 2^64 (scanners end at 2^16): a larger value is no log2 intensity."""

SUSPICIOUSLY_SMALL = 24.0
"""Scanners count to 65535, so the brightest spot of an array lies far above this, and its log2 (16) below it."""

ID_HEADERS = frozenset(
    {"id", "idref", "probe", "probeid", "probesetid", "probename", "index", "spotid", "reporter", "reporterid"}
)
NAME_HEADERS = frozenset(
    {"name", "names", "mirna", "mirnaname", "mirnaid", "maturemirna", "mir", "gene", "genename", "genesymbol",
     "geneid", "symbol", "systematicname", "transcript", "target", "targetid"}
)  # fmt: skip
POSITION_HEADERS = frozenset(
    {"block", "row", "column", "metarow", "metacolumn", "x", "y", "field", "spot", "kind", "controltype", "flags"}
)

_COUNTERS = frozenset({"", "index"})
_INSTRUMENT = re.compile(
    r"[fb]\d{3} ?(median|mean)|signal (mean|median)|[gr](processed|mean|median|total(gene|probe))signal"
    r"|regulation by ",
    re.IGNORECASE,
)
_NUMBER_LIKE = re.compile(r"[<>~=\s]*[-+]?\s*(\.?\d[\d.,'\s]*(e[-+]?\d+)?\s*%?|inf(inity)?)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_MIRNA_NAME = re.compile(r"^([a-z]{3,5}-)?(mir|let)-?\d", re.IGNORECASE)


def sniff(head: FileHead) -> bool:
    """Tell a plain table by its header, a label column and at least one column of numbers."""
    if service_workbook.sniff(head):
        return False
    table = head_table(head)
    if table is None or _is_other_result(table) or any(_INSTRUMENT.search(name) for name in table.header):
        return False
    labels = _find_labels(table)
    if labels.id is None and labels.name is None:
        return False
    if labels.name is not None and any(_pairs_with_gene(name) for name in table.header) and _names_mirna(table):
        return False
    samples = [j for j in range(len(table.header)) if j not in labels.taken and table.header[j]]
    if not len(table):
        return bool(samples)
    return any(_looks_numeric(table.columns[j]) for j in samples)


def inspect(path: str | Path) -> Inspection:
    """Read a plain table and say what it holds."""
    plain = _read_plain(path, None)
    normalized = NORMALIZED_NOTE in plain.table.notes
    return Inspection(
        path=str(path),
        format="matrix",
        spots=len(plain.table),
        channels=() if normalized else (CHANNEL,),
        warnings=plain.left_out if normalized else (*plain.left_out, *_scale_doubts(plain)),
        details={
            "content": "normalized by mirtool" if normalized else "intensities or expression",
            "scale": plain.table.notes.get("scale", "not stated"),
            "samples": list(plain.samples),
            "missing_values": int(np.isnan(plain.values).sum()),
            "probe_kinds": count_kinds(classify_probes(plain.id, plain.name)),
        },
    )


def read_intensities(path: str | Path, *, sheet: str | None = None) -> RawArrays:
    """Read raw intensities from a plain table.

    Parameters
    ----------
    path
        CSV, TSV, XLSX or XLS; ``-`` is standard input.
    sheet
        Sheet of a workbook; the first one if not given.

    Returns
    -------
    RawArrays
        One channel, ``"intensity"``: linear, scanner units, ``(n_rows, n_samples)``, NaN missing; no background,
        no flags, no layout. Probe kinds are left blank: the study's own rules decide them. Rows that share an ID
        are replicate spots.

    Raises
    ------
    FormatError
        Where a number cell holds text, a row has no label, a sample no value, each with line and column.
    ScaleError
        Where the table says that it is normalized already.
    """
    plain = _read_plain(path, sheet)
    if NORMALIZED_NOTE in plain.table.notes:
        raise ScaleError(
            "this table is normalized already",
            path=path,
            found=f"the note '# {NORMALIZED_NOTE}' above the header",
            expected="raw intensities",
            hint="hand it to `mirtool diff`, or normalize the scanner's own files",
        )
    warnings = (*plain.left_out, *_scale_doubts(plain))
    source = ArraySource(str(path), "matrix", sha256_of(path), warnings=warnings)
    n_samples = len(plain.samples)
    return RawArrays(
        channels={CHANNEL: Channel(plain.values)},
        flags=None,
        probes=ProbeTable(plain.id, plain.name, text_array([""] * len(plain.id))),
        layout=None,
        samples=SampleTable(plain.samples, files=(str(path),) * n_samples),
        sources=(source,) * n_samples,
        dropped=plain.left_out,
    )


def read_expression(path: str | Path, *, scale: Literal["log2", "linear"] | None = None) -> ExpressionMatrix:
    """Read normalized expression from a plain table or a service's Expression Matrix.

    Parameters
    ----------
    path
        CSV, TSV, XLSX or XLS; ``-`` is standard input.
    scale
        ``"log2"`` or ``"linear"``. mirtool's own tables say it themselves, and a service's normalized
        values are linear; any other table needs it.

    Returns
    -------
    ExpressionMatrix
        log2, ``(n_probes, n_samples)``, NaN missing. Linear values are turned into log2; those that are not
        positive have no logarithm, become missing and are counted in ``history``.

    Raises
    ------
    ScaleError
        Where neither the table nor ``scale`` tells the scale, the two contradict each other, or the values can't
        be on it.
    FormatError
        Where a number cell holds text, a row has no label, an ID occurs twice, a sample has no value.
    """
    if service_workbook.sniff(read_head(path)):
        return service_workbook.read_normalized(path, scale=scale)
    plain = _read_plain(path, None)
    ids, renamed = (plain.id, ()) if plain.has_ids else _number_repeats(plain.id)
    _refuse_repeated_ids(plain.table, ids)
    stated = _scale_of(plain.table, scale)
    values = plain.values
    history = [*_history_of(plain.table), *plain.left_out, *renamed]
    if stated == "log2":
        _refuse_impossible_log2(plain)
    else:
        positive = values > 0
        n_lost = int((~positive & ~np.isnan(values)).sum())
        values = np.log2(values, out=np.full(values.shape, np.nan), where=positive)
        history += [f"values that are not positive have no log2 and were made missing: {n_lost}"] if n_lost else []
    return ExpressionMatrix(
        values=values,
        probes=classify_probes(ids, plain.name),
        samples=SampleTable(plain.samples, files=(str(path),) * len(plain.samples)),
        history=tuple(history),
    )


@dataclass(frozen=True, eq=False)
class _PlainTable:
    """Labels and numbers of a plain table; ``left_out`` says in words what was not read."""

    table: TextTable
    id: TextArray
    name: TextArray
    has_ids: bool
    samples: tuple[str, ...]
    values: FloatArray
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Labels:
    """Places of the label columns, and of all columns known by their header to be no sample."""

    id: int | None
    name: int | None
    taken: frozenset[int]


def _fold(header: str) -> str:
    return re.sub(r"[#\s_.\-]+", "", header).lower()


def _find_labels(table: TextTable) -> _Labels:
    folded = [_fold(header) for header in table.header]
    if NORMALIZED_NOTE in table.notes and folded[:2] == ["id", "name"]:
        return _Labels(0, 1, frozenset({0, 1}))
    ids = [j for j, header in enumerate(folded) if header in ID_HEADERS]
    names = [j for j, header in enumerate(folded) if header in NAME_HEADERS]
    positions = [j for j, header in enumerate(folded) if header in POSITION_HEADERS]
    known = ids + names + (positions if {"row", "column"} <= set(folded) else [])
    if folded and not folded[0]:
        known.append(0)
        ids.append(0)
    id_column = ids[0] if ids else None
    if id_column is not None and names and folded[id_column] in _COUNTERS and _counts_rows(table, id_column):
        id_column = next((j for j in ids[1:] if not _counts_rows(table, j)), None)
    return _Labels(id_column, names[0] if names else None, frozenset(known))


def _counts_rows(table: TextTable, column: int) -> bool:
    """Tell a column that only numbers the rows from 0 or 1."""
    cells = table.text(column)
    return any(
        all(cell == str(row) for row, cell in enumerate(cells, start)) for start in (0, 1) if len(cells) > 1
    )


def _is_other_result(table: TextTable) -> bool:
    """Tell mirtool's own differential, network and enrichment tables, which are no matrices."""
    first = next(iter(table.notes), "")
    return first.startswith("mirtool ") and first != NORMALIZED_NOTE


def _names_mirna(table: TextTable) -> bool:
    return any("mirna" in _fold(name) for name in table.header)


def _pairs_with_gene(header: str) -> bool:
    """Tell a header that makes a table with a miRNA column a table of interactions."""
    return bool(re.match(r"(target|gene|transcript|refseq)(?!seq)", _fold(header)))


def _looks_numeric(cells: Sequence[str]) -> bool:
    """Tell whether most of the cells that are not missing are numbers."""
    present = [cell for cell in map(str.strip, cells) if cell not in MISSING_CELLS]
    return 2 * sum(_NUMBER_LIKE.fullmatch(cell) is not None for cell in present) > len(present)


def _read_plain(path: str | Path, sheet: str | None) -> _PlainTable:
    table = read_table(path, sheet=sheet)
    if _is_other_result(table):
        raise FormatError(
            "this is another of mirtool's results, not a table of intensities or expression",
            path=path,
            found=f"the note '# {next(iter(table.notes))}' above the header",
            expected="an ID or name column and one column of numbers a sample",
        )
    if not len(table):
        raise FormatError("the table has a header and no rows", path=path, line=table.header_line)
    labels = _find_labels(table)
    if labels.id is None and labels.name is None:
        labels = _first_column_as_label(table)
    columns, left_out = _sample_columns(table, labels)
    values = np.column_stack([table.numbers(j) for j in columns])
    ids, names = _labels_of(table, labels)
    _refuse_infinite(table, columns, values)
    _refuse_empty_samples(table, columns, values)
    samples = tuple(table.header[j] for j in columns)
    return _PlainTable(table, ids, names, labels.id is not None, samples, values, tuple(left_out))


def _first_column_as_label(table: TextTable) -> _Labels:
    """Take a first column of text for the ID where no header is known."""
    if _annotates(table.text(0)):
        return _Labels(0, None, frozenset({0}))
    raise FormatError(
        "no column says which probe a row is",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:6]) + (" …" if len(table.header) > 6 else ""),
        expected="a column called ID or Name (or miRNA, ProbeID, Gene …)",
        hint="give the column of probe IDs or miRNA names one of these headers",
    )


def _annotates(cells: TextArray) -> bool:
    """Tell a column of text, with no cell that is or was meant to be a number."""
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    return bool(present) and not any(_NUMBER_LIKE.fullmatch(cell) for cell in present)


def _sample_columns(table: TextTable, labels: _Labels) -> tuple[list[int], list[str]]:
    columns, no_samples, texts = [], [], []
    for j, header in enumerate(table.header):
        if j in (labels.id, labels.name):
            continue
        if j in labels.taken:
            no_samples.append(header)
        elif _annotates(table.text(j)):
            texts.append(header)
        elif not header:
            raise FormatError(
                f"column {j + 1} holds numbers and has no name",
                path=table.path,
                line=table.header_line,
                hint="write the sample's name above it",
            )
        else:
            columns.append(j)
    if not columns:
        raise FormatError(
            "the table has no sample: no column of numbers",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:6]) + (" …" if len(table.header) > 6 else ""),
            expected="after the labels one column of numbers a sample",
        )
    if sum(bool(_MIRNA_NAME.match(table.header[j])) for j in columns) > len(columns) / 2:
        raise FormatError(
            "the table lies on its side: miRNAs stand in the columns",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[j] for j in columns[:3]) + " as column names",
            expected="probes in rows, samples in columns",
            hint="transpose it (in a spreadsheet: copy, paste special, transpose)",
        )
    _refuse_decimal_commas(table, columns)
    left_out = [f"columns that are no samples, not read: {', '.join(no_samples)}"] if no_samples else []
    left_out += [f"columns of text, not read: {', '.join(texts)}"] if texts else []
    return columns, left_out


def _refuse_decimal_commas(table: TextTable, columns: Sequence[int]) -> None:
    for j in columns:
        row, cell = next(((i, cell) for i, cell in enumerate(table.text(j)) if cell not in MISSING_CELLS), (0, ""))
        if _DECIMAL_COMMA.fullmatch(cell):
            raise FormatError(
                "the numbers are written with a comma",
                path=table.path,
                line=table.line_of(row),
                column=table.header[j],
                found=repr(cell),
                expected="a decimal point, and no mark between thousands",
                hint="export the table again with the decimal point, or save it as XLSX",
            )


def _labels_of(table: TextTable, labels: _Labels) -> tuple[TextArray, TextArray]:
    """Give ID and Name of every row; one stands in for the other where it is missing."""
    names = table.text(labels.name) if labels.name is not None else None
    ids = table.text(labels.id) if labels.id is not None else names
    assert ids is not None  # _read_plain sees to it that there is one of the two
    names = ids if names is None else names
    ids = np.where(ids == "", names, ids)
    unlabelled = np.flatnonzero(ids == "")
    if len(unlabelled):
        raise FormatError(
            "a row has neither an ID nor a name",
            path=table.path,
            line=table.line_of(int(unlabelled[0])),
            found=f"{len(unlabelled)} such rows" if len(unlabelled) > 1 else None,
            hint="give it an ID, or take the row out",
        )
    return ids, names


def _refuse_infinite(table: TextTable, columns: Sequence[int], values: FloatArray) -> None:
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        row, position = map(int, infinite[0])
        raise FormatError(
            "a value is infinite",
            path=table.path,
            line=table.line_of(row),
            column=table.header[columns[position]],
            found=f"{values[row, position]:g}",
            expected="a number, or an empty cell or NA where it is missing",
            hint="it may be the logarithm of zero: leave the cell empty if the value was not measured",
        )


def _refuse_empty_samples(table: TextTable, columns: Sequence[int], values: FloatArray) -> None:
    empty = np.flatnonzero(np.isnan(values).all(axis=0))
    if len(empty):
        raise FormatError(
            "a sample has no value at all",
            path=table.path,
            column=table.header[columns[int(empty[0])]],
            found="missing values only",
            hint="take the column out, or export the table again",
        )


def _number_repeats(names: TextArray) -> tuple[TextArray, tuple[str, ...]]:
    """Make IDs of names: the second row of a name gets `` (2)`` and so on; say which ones."""
    seen: dict[str, int] = {}
    ids = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    repeated = [name for name, count in seen.items() if count > 1]
    said = f"names that stand in more than one row, kept as probes of their own: {', '.join(repeated)}"
    return text_array(ids), (said,) if repeated else ()


def _refuse_repeated_ids(table: TextTable, ids: TextArray) -> None:
    first: dict[str, int] = {}
    for row, probe_id in enumerate(ids):
        if probe_id in first:
            raise FormatError(
                f"the ID {probe_id!r} occurs twice",
                path=table.path,
                line=table.line_of(row),
                found=f"the same ID in line {table.line_of(first[probe_id])}",
                expected="one row a probe in a table of normalized expression",
                hint="if these are replicate spots of raw intensities, run `mirtool normalize` on the table",
            )
        first[probe_id] = row


def _scale_of(table: TextTable, asked: str | None) -> str:
    stated = table.notes.get("scale", "")
    if stated and stated not in ("log2", "linear"):
        raise ScaleError(
            "the table states a scale that mirtool does not know",
            path=table.path,
            found=repr(stated),
            expected="log2 or linear",
        )
    if stated and asked and stated != asked:
        raise ScaleError(
            "the table says another scale than the call",
            path=table.path,
            found=f"scale: {stated} in the table, {asked} in the call",
            hint="leave the scale out of the call, or correct the table's first line",
        )
    if not stated and not asked:
        raise ScaleError(
            "the table does not say whether its values are linear or log2",
            path=table.path,
            expected="a first line such as '# mirtool normalized; scale: log2'",
            hint="say it with --scale log2 or --scale linear; raw intensities go to `mirtool normalize` first",
        )
    return stated or str(asked)


def _history_of(table: TextTable) -> list[str]:
    """Give what the notes of a table say was done to it."""
    steps = {key: value for key, value in table.notes.items() if key not in (NORMALIZED_NOTE, "scale")}
    return [f"{key}: {value}" if value else key for key, value in steps.items()]


def _scale_doubts(plain: _PlainTable) -> tuple[str, ...]:
    """Wonder about intensities that are all so small that they may be logarithms already."""
    largest = float(np.nanmax(plain.values))
    if largest > SUSPICIOUSLY_SMALL:
        return ()
    return (f"the largest value is {largest:.4g}: these may be log2 values, not intensities",)


def _refuse_impossible_log2(plain: _PlainTable) -> None:
    too_large = np.argwhere(np.abs(plain.values) > MAX_LOG2)
    if len(too_large):
        row, position = map(int, too_large[0])
        raise ScaleError(
            "a value is too large to be a log2 intensity",
            path=plain.table.path,
            line=plain.table.line_of(row),
            column=plain.samples[position],
            found=f"{plain.values[row, position]:g}",
            expected=f"values up to {MAX_LOG2:g}",
            hint="if the values are linear, say so with --scale linear",
        )
