"""Protein interactions: STRING's links, BioGRID's tables, or any two columns of gene symbols.

The format
----------
Text separated by blanks, tabs, commas or semicolons (gzip-packed or not), or XLSX; one pair per row. What the
columns are is told from the header, whatever its case and marks:

========= =============================================================================================
STRING    ``protein1 protein2 … combined_score``: identifiers such as ``9606.ENSP00000269305``, which the
          file ``protein.info`` of the same release turns into symbols; scores of 0 to 1,000
STRING's  ``#node1 node2 … combined_score``, as its page exports a network: symbols, scores of 0 to 1
page
BioGRID   ``Official Symbol Interactor A``, ``… B``, ``Score`` (tab 2.0 and 3.0)
any       ``gene1,gene2`` (``protein_a``, ``symbol_b``, ``source``, ``target`` …), perhaps a ``score``
no header two columns, or three where the third is a number: then the first line is a pair
========= =============================================================================================

A pair counts once, in whatever direction and however often it is there. Dropped and counted: pairs of a gene
with itself, rows without a name (BioGRID's ``-``), BioGRID's genetic interactions and those between two species,
proteins without a symbol, and pairs below the score asked for.

A file is known by its header alone. ``source`` and ``target``, ``from`` and ``to``, or no header may mean much:
such a table is read where ``--ppi`` names it, and not told by its content.

References
----------
Szklarczyk D et al. The STRING database in 2023: protein–protein association networks and functional enrichment
analyses for any sequenced genome of interest. Nucleic Acids Res 2023;51:D638–D646.

Oughtred R et al. The BioGRID database: a comprehensive biomedical resource of curated protein, genetic, and
chemical interactions. Protein Sci 2021;30:187–200.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.errors import FormatError, option
from mirtool.io.registry import Inspection
from mirtool.io.tables.arrow import integers_of
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import is_number_like
from mirtool.io.tables.text import FileHead, decode, is_binary, is_workbook, read_bytes, read_head, unify_newlines
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, head_table, read_table
from mirtool.model import BoolArray, FloatArray, IntArray, ProteinInteractions, TextArray, text_array
from mirtool.wording import plural

STRING_SCORE = 700.0
"""What STRING calls high confidence, of 1,000."""

PAIR_HEADERS = (
    ("protein1", "protein2"),
    ("node1", "node2"),
    ("officialsymbolinteractora", "officialsymbolinteractorb"),
    ("officialsymbolfora", "officialsymbolforb"),
    ("gene1", "gene2"),
    ("genea", "geneb"),
    ("proteina", "proteinb"),
    ("symbol1", "symbol2"),
    ("symbola", "symbolb"),
    ("genesymbol1", "genesymbol2"),
    ("interactora", "interactorb"),
    ("source", "target"),
    ("from", "to"),
)
"""Folded headers of the two partners, the best first."""

ANY_PAIR_HEADERS = frozenset({("source", "target"), ("from", "to")})
"""Those of them that may be above anything."""

INFO_HEADERS = ("stringproteinid", "proteinexternalid")
"""Folded headers of the identifiers in STRING's protein.info, new and old."""

SCORE_HEADERS = ("combinedscore", "score", "confidence", "weight")
SPECIES_HEADERS = (
    ("organismidinteractora", "organismidinteractorb"),
    ("organisminteractora", "organisminteractorb"),
)
KIND_HEADER = "experimentalsystemtype"

_NO_NAME = frozenset({"", "-", "NA", "N/A", "null"})
_STRING_ID = re.compile(r"\d+\.\S+")
_LINKS = re.compile(r"protein(\.physical)?\.links(\.detailed|\.full)?\b")
_SCORES_OF_A_THOUSAND = 100.0
"""A table whose scores go beyond this has none between 0 and 1."""
_HEAD = 64 * 1024
_DELIMITERS = "\t,; "


@dataclass(frozen=True, eq=False)
class _Labels:
    """A column of text: its distinct labels, stripped, and which of them each row has."""

    labels: list[str]
    position: IntArray

    def holds(self, known: Sequence[bool]) -> BoolArray:
        mask: BoolArray = np.array(known, dtype=bool)[self.position]
        return mask


@dataclass(frozen=True, eq=False)
class _Rows:
    """The columns wanted, row by row; ``header_line`` and ``line_of`` (of a row) are 1-based lines of the file."""

    path: str
    header: tuple[str, ...]
    columns: Mapping[int, _Labels]
    header_line: int
    line_of: Callable[[int], int]

    def pick(self, *folded: str) -> _Labels | None:
        """Return the first column of these folded headers."""
        names = [fold_header(name) for name in self.header]
        return next((self.columns[names.index(name)] for name in folded if name in names), None)


def sniff(head: FileHead) -> bool:
    """Return a table of protein interactions, or STRING's protein.info, by its header."""
    if is_workbook(head.data):
        table = head_table(head)
        return table is not None and (_is_info(table) or _names_partners(table.header, table.columns))
    lines = [line for line in head.lines[_first_line(head.lines) :] if line.strip()]
    if not lines:
        return False
    delimiter = _delimiter(lines[0])
    header, *rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    if _is_info_header(header):
        return True
    return _names_partners(header, list(zip(*(row for row in rows if len(row) == len(header)), strict=True)))


def _names_partners(header: Sequence[str], columns: Sequence[Any]) -> bool:
    """Return two columns of partners, whose cells are names."""
    folded = [fold_header(name) for name in header]
    pair = next((pair for pair in PAIR_HEADERS if pair not in ANY_PAIR_HEADERS and set(pair) <= set(folded)), None)
    if pair is None or not len(columns):
        return pair is not None
    cells = [cell for name in pair for cell in columns[folded.index(name)] if cell.strip()]
    return 2 * sum(map(is_number_like, cells)) <= len(cells)


def inspect(path: str | Path) -> Inspection:
    """Read protein interactions and say what they hold; ``spots`` counts the rows.

    Of STRING's protein.info, which has no interaction, the proteins that it names are counted.
    """
    head = head_table(read_head(path))
    if head is not None and _is_info(head):
        symbols = _read_info(path)
        about = {"content": "STRING's protein.info: the symbols of its identifiers", "proteins": len(symbols)}
        return Inspection(str(path), "protein-interactions", len(symbols), details=about)
    rows = _read_rows(path)
    partners = _partners(rows)
    score = rows.pick(*SCORE_HEADERS)
    warnings = []
    names = None
    if _are_string_ids(partners):
        info = info_beside(path)
        if info is None:
            warnings.append("STRING's identifiers without their symbols: protein.info goes into the same folder")
        names = {label: label for each in partners for label in each.labels} if info is None else _read_info(info)
    found = _collapsed(rows, names, None)
    return Inspection(
        str(path),
        "protein-interactions",
        len(partners[0].position),
        warnings=tuple(warnings),
        details={
            "content": "protein interactions",
            "proteins": len({*found.a, *found.b}),
            "pairs": len(found),
            **({} if score is None else _scores_told(_numbers(rows, score))),
            "notes": "; ".join(found.dropped),
        },
    )


def _scores_told(values: FloatArray) -> dict[str, str]:
    return {} if np.isnan(values).all() else {"score": f"{np.nanmin(values):g} to {np.nanmax(values):g}"}


def read_protein_interactions(
    path: str | Path, *, info: str | Path | None = None, score_cutoff: float | None = None
) -> ProteinInteractions:
    """Read pairs of genes whose proteins interact, each once.

    Parameters
    ----------
    path
        STRING's ``protein.links``, a table of BioGRID, or any two columns of symbols; ``-`` is standard input.
    info
        STRING's ``protein.info`` of the same release. None looks for it beside STRING's links, under the name it
        is downloaded by.
    score_cutoff
        Pairs with a lower score are left out, and pairs without one are. None takes every pair; of STRING's
        links those of :data:`STRING_SCORE` or more.

    Returns
    -------
    ProteinInteractions
        Sorted; ``dropped`` says in words, counted, what was left out.

    Raises
    ------
    FormatError
        Where the columns are not clear, a row has another number of cells than the header, a score is not a
        number, a cut-off is asked of a table without scores or of another scale, STRING's identifiers come without
        their symbols, or no pair is left.
    """
    rows = _read_rows(path)
    return _collapsed(rows, _symbols(rows, _partners(rows), info), score_cutoff)


def _collapsed(rows: _Rows, names: Mapping[str, str] | None, score_cutoff: float | None) -> ProteinInteractions:
    """Return each pair once; ``names`` are the symbols of STRING's identifiers, if they are such."""
    a, b = _partners(rows)
    score = rows.pick(*SCORE_HEADERS)
    cutoff = STRING_SCORE if score_cutoff is None and names is not None and score is not None else score_cutoff
    first, second, labels = _in_common(a, b, names)
    unnamed = (labels[first] == "") | (labels[second] == "")
    left_out = [
        (unnamed, "row", "without two symbols dropped"),
        *_foreign(rows),
        (_below(rows, score, cutoff), "row", f"with a score below {cutoff:g} dropped" if cutoff else ""),
        (first == second, "row", "of a gene with itself dropped"),
    ]
    kept = np.ones(len(first), dtype=bool)
    dropped = []
    for mask, what, why in left_out:
        if (kept & mask).any():
            dropped.append(f"{plural(int((kept & mask).sum()), what)} {why}")
        kept &= ~mask
    if not kept.any():
        raise FormatError(
            "no protein interaction is left in this table",
            path=rows.path,
            found="; ".join(dropped) or "a header without rows",
            expected="rows with two gene symbols",
            hint=f"ask for a lower score ({option('ppi_score')})" if cutoff else None,
        )
    low, high = np.minimum(first, second)[kept], np.maximum(first, second)[kept]
    pairs = np.unique(low * len(labels) + high)
    dropped.append(f"{plural(int(kept.sum()), 'row')} collapsed to {plural(len(pairs), 'pair')}")
    low, high = np.divmod(pairs, len(labels))
    return ProteinInteractions(labels[low], labels[high], Path(rows.path).name, tuple(dropped))


def _read_rows(path: str | Path) -> _Rows:
    data = read_bytes(path)
    if is_workbook(data):
        table = read_table(path)
        columns = {j: _labels_of(cells) for j, cells in enumerate(table.columns)}
        return _Rows(str(path), table.header, columns, table.header_line, table.line_of)
    if is_binary(data):
        raise FormatError(
            "this is not a table of protein interactions",
            path=path,
            found="binary data",
            expected="text separated by blanks, tabs or commas, or XLSX",
        )
    if not data.isascii() or b"\r" in data:
        data = unify_newlines(decode(data)).encode()
    return _read_text(data, path)


def _read_text(data: bytes, path: str | Path) -> _Rows:
    lines = decode(data[:_HEAD], cut=True).split("\n")
    start = _first_line(lines)
    delimiter = _delimiter(lines[start])
    cells = next(csv.reader([lines[start]], delimiter=delimiter), [])
    header = tuple(cell.strip().lstrip("#") for cell in cells)
    if _known(header):
        wanted, skipped = [j for j, name in enumerate(header) if fold_header(name) in _WANTED], start + 1
    elif len(header) == 2 or (len(header) == 3 and _is_number(header[2])):
        header = ("gene1", "gene2", "score")[: len(header)]
        wanted, skipped = list(range(len(header))), start
    else:
        raise _no_partners(path, start + 1, header)
    columns = _columns(data, path, len(cells), wanted, delimiter, skipped)
    return _Rows(str(path), header, columns, start + 1, partial(_line_of, data, skipped))


def _first_line(lines: Sequence[str]) -> int:
    """Return the place of the first line that is neither blank nor a note."""
    return next((i for i, line in enumerate(lines) if line.strip() and not line.startswith(("# ", "##"))), 0)


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=lambda mark: (line.count(mark) > 0, -_DELIMITERS.index(mark)))


def _line_of(data: bytes, skipped: int, row: int) -> int:
    """Return the line of a row: blank lines are passed over, and count as lines."""
    filled = (number for number, line in enumerate(data.split(b"\n"), 1) if number > skipped and line.strip())
    return next(islice(filled, row, None))


def _no_partners(path: str | Path, line: int, header: Sequence[str]) -> FormatError:
    return FormatError(
        "this table does not say which columns hold the two partners of an interaction",
        path=path,
        line=line,
        found=", ".join(header[:12]),
        expected="columns named gene1,gene2 (and score); or STRING's protein.links, or BioGRID's tab3",
        hint="give the two columns of symbols these names",
    )


_WANTED = frozenset(
    {name for pair in (*PAIR_HEADERS, *SPECIES_HEADERS) for name in pair} | {*SCORE_HEADERS, KIND_HEADER}
)


def _known(header: Sequence[str]) -> bool:
    folded = {fold_header(name) for name in header}
    return any(folded.issuperset(pair) for pair in PAIR_HEADERS)


def _columns(
    data: bytes, path: str | Path, width: int, wanted: Sequence[int], delimiter: str, skipped: int
) -> dict[int, _Labels]:
    """Read the columns ``wanted`` of ``width``, after so many lines; STRING's 13 million rows in seconds."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    wrong: list[Any] = []

    def refuse(row: Any) -> str:
        wrong.append(row)
        return "error"

    names = [str(j) for j in range(width)]
    kinds = {str(j): pa.dictionary(pa.int32(), pa.string()) for j in wanted}
    quoted = delimiter in ",;"
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            # One thread: only so is the line of a wrong row known.
            read_options=pa_csv.ReadOptions(
                skip_rows=skipped, column_names=names, use_threads=False, block_size=64 << 20
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, quote_char='"' if quoted else False, invalid_row_handler=refuse
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(kinds), column_types=kinds, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if str(error) == "Empty CSV file":
            return {j: _Labels([], np.empty(0, dtype=np.int64)) for j in wanted}
        if not wrong:
            raise FormatError("the table can't be split into cells", path=path, found=str(error)) from error
        raise FormatError(
            "a row does not have as many cells as the header",
            path=path,
            line=_line_of(data, skipped, wrong[0].number - skipped - 1),
            found=plural(wrong[0].actual_columns, "cell"),
            expected=plural(wrong[0].expected_columns, "cell"),
            hint="the file may have been cut while it was saved or downloaded: fetch it again",
        ) from error
    return {j: _labels_of(table.column(str(j))) for j in wanted}


def _labels_of(cells: Any) -> _Labels:
    import pyarrow as pa

    kind = pa.dictionary(pa.int32(), pa.string())
    column = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([pa.array(cells, pa.string())])
    if not len(column):
        return _Labels([], np.empty(0, dtype=np.int64))
    array = column.cast(kind).unify_dictionaries().combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return _Labels([label.strip() for label in array.dictionary.to_pylist()], integers_of(array.indices))


def _partners(rows: _Rows) -> tuple[_Labels, _Labels]:
    folded = [fold_header(name) for name in rows.header]
    for one, other in PAIR_HEADERS:
        if one in folded and other in folded:
            return rows.columns[folded.index(one)], rows.columns[folded.index(other)]
    raise _no_partners(rows.path, rows.header_line, rows.header)


def _symbols(rows: _Rows, partners: Sequence[_Labels], info: str | Path | None) -> dict[str, str] | None:
    """Return the symbol of each of STRING's identifiers, or None where the partners are symbols already."""
    if not _are_string_ids(partners):
        return None
    found = info or info_beside(rows.path)
    if found is None:
        raise FormatError(
            "these are STRING's identifiers, and the file with their gene symbols is not here",
            path=rows.path,
            line=rows.line_of(0),
            found=partners[0].labels[0],
            hint="download protein.info of the same release (9606.protein.info.v12.0.txt.gz) into the same "
            f"folder, or name it with {option('ppi_info')}",
        )
    return _read_info(found)


def _are_string_ids(partners: Sequence[_Labels]) -> bool:
    return any(_STRING_ID.fullmatch(label) for label in partners[0].labels[:100])


def info_beside(path: str | Path) -> Path | None:
    """Find STRING's protein.info by the name of its links."""
    named = _LINKS.sub("protein.info", Path(path).name)
    beside = Path(path).with_name(named)
    return beside if named != Path(path).name and beside.is_file() else None


def _is_info(table: TextTable) -> bool:
    return _is_info_header(table.header)


def _is_info_header(header: Sequence[str]) -> bool:
    folded = {fold_header(name) for name in header}
    return "preferredname" in folded and not folded.isdisjoint(INFO_HEADERS)


def _read_info(path: str | Path) -> dict[str, str]:
    table = read_table(path)
    names = [fold_header(name) for name in table.header]
    identifier = next((names.index(name) for name in INFO_HEADERS if name in names), None)
    if identifier is None or "preferredname" not in names:
        raise FormatError(
            "this is not STRING's protein.info",
            path=path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
            expected="the columns #string_protein_id and preferred_name",
        )
    return dict(zip(table.text(identifier), table.text(names.index("preferredname")), strict=True))


def _in_common(a: _Labels, b: _Labels, names: Mapping[str, str] | None) -> tuple[IntArray, IntArray, TextArray]:
    """Return both partners as positions in one list of symbols, sorted; the first is the empty one."""

    def symbol(label: str) -> str:
        own = label if names is None else names.get(label, "")
        return "" if own in _NO_NAME else own

    symbols = [[symbol(label) for label in column.labels] for column in (a, b)]
    distinct = sorted({"", *symbols[0], *symbols[1]})
    place = {name: i for i, name in enumerate(distinct)}
    first, second = (
        np.array([place[name] for name in own], dtype=np.int64)[column.position]
        if own
        else np.empty(0, dtype=np.int64)
        for own, column in zip(symbols, (a, b), strict=True)
    )
    return first, second, text_array(distinct)


def _foreign(rows: _Rows) -> list[tuple[BoolArray, str, str]]:
    """Mark BioGRID's rows that are no interaction of two proteins of one species."""
    marked = []
    kind = rows.pick(KIND_HEADER)
    if kind is not None:
        genetic = kind.holds([label.lower() == "genetic" for label in kind.labels])
        marked.append((genetic, "genetic interaction", "dropped"))
    for one, other in SPECIES_HEADERS:
        a, b = rows.pick(one), rows.pick(other)
        if a is not None and b is not None:
            species = (text_array(each.labels)[each.position] for each in (a, b))
            marked.append(
                (np.asarray(next(species) != next(species), dtype=bool), "row", "of two species dropped")
            )
    return marked


def _below(rows: _Rows, score: _Labels | None, cutoff: float | None) -> BoolArray:
    """Mark the rows with a score below the cut-off, or without one."""
    if cutoff is None:
        return np.zeros(len(next(iter(rows.columns.values())).position), dtype=bool)
    if score is None:
        raise FormatError(
            f"a score of {cutoff:g} was asked for, and this table has no column of scores",
            path=rows.path,
            line=rows.header_line,
            found=", ".join(rows.header[:12]),
            expected="a column named combined_score or score",
            hint=f"leave {option('ppi_score')} out",
        )
    values = _numbers(rows, score)
    highest = np.nanmax(values, initial=0.0)
    if cutoff > highest or (cutoff < 1 and highest > _SCORES_OF_A_THOUSAND):
        raise FormatError(
            f"a score of {cutoff:g} does not fit the scores of this table",
            path=rows.path,
            found=f"scores up to {highest:g}",
            hint="STRING's files score 0 to 1,000, its page 0 to 1: use "
            f"{option('ppi_score', 700)} or {option('ppi_score', 0.7)}",
        )
    below: BoolArray = ~(values >= cutoff)[score.position]
    return below


def _numbers(rows: _Rows, column: _Labels) -> FloatArray:
    """Return the number that each label represents; NaN where a score is missing."""
    values = np.full(len(column.labels), np.nan)
    for i, label in enumerate(column.labels):
        if label in MISSING_CELLS or label == "-":
            continue
        if not _is_number(label):
            row = int(np.flatnonzero(column.position == i)[0])
            raise FormatError(
                "a score that should be a number is not",
                path=rows.path,
                line=rows.line_of(row),
                found=repr(label[:40]),
                expected="a number, or an empty cell, - or NA where there is none",
            )
        values[i] = float(label)
    return values


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
