r"""GEO series matrix (``GSE…_series_matrix.txt.gz``): a study's values and what is said about its samples.

The format, as the Gene Expression Omnibus writes it (``→`` is a tab)::

    !Series_title→"Expression data from …"
    !Series_geo_accession→"GSE42872"
    !Series_platform_id→"GPL6244"

    !Sample_title→"A375 control rep1"→"A375 control rep2"→…
    !Sample_geo_accession→"GSM1052615"→"GSM1052616"→…
    !Sample_characteristics_ch1→"cell line: A375"→"cell line: A375"→…
    !Sample_characteristics_ch1→"agent: vehicle"→"agent: vemurafenib"→…
    !Sample_data_processing→"Raw data were RMA normalized …"→…
    !series_matrix_table_begin
    "ID_REF"→"GSM1052615"→"GSM1052616"→…
    7892501→7.24559→6.80686→…
    !series_matrix_table_end

*Keys* repeat: each line of one key adds to it. *Characteristics* are ``key: value``, and their key is in every
cell: where samples lack one, GEO moves the others up, so one line may hold several keys. A key that comes again in
a sample is joined by ``; ``; a text without a key is a ``characteristic``. What the second channel's lines say is
marked ``(ch2)``.

*Values* are numbers, or missing: empty, ``NA``, ``null`` … Every ID stands once. IDs are the platform's probe
numbers more often than names: :mod:`mirtool.io.arrays.geo_platform` gives their names.

*Scale.* No field of the format says it, and ``Sample_data_processing`` is free text: it is shown, and the user
says ``--scale log2`` or ``--scale linear``. Submitted values are processed nearly always. They are taken for raw
intensities only where the user says that they are linear.

*Refused.* A file without its table's begin or end (cut), a table whose columns are not the samples listed above
it, a row cut short, text in a number cell, a series without values (they are in its supplementary files).

References
----------
Barrett T et al. (2013) NCBI GEO: archive for functional genomics data sets - update. Nucleic Acids Res 41:D991.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import classify_probes, count_kinds
from mirtool.errors import FormatError, ScaleError, option
from mirtool.io.arrays.probe_values import ProbeValues, check_values, raw_arrays
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.value_scale import Scale
from mirtool.io.registry import Inspection
from mirtool.io.tables.quoted_lines import joined_lines, split_cells
from mirtool.io.tables.text import FileHead, read_head, read_text
from mirtool.io.tables.text_tables import TextTable, table_of_lines
from mirtool.model import FloatArray, RawArrays, SampleTable, TextArray
from mirtool.wording import plural

FORMAT = "geo-series-matrix"

_BEGIN, _END = "!series_matrix_table_begin", "!series_matrix_table_end"
_ACCESSION = "geo_accession"
_HINT = "download the series matrix from GEO again; it may have been cut on the way"
_LONGEST = 300
MOST_METADATA_LINES = 2000
"""Lines that one quoted text above the table may take: a protocol has hundreds."""


@dataclass(frozen=True, eq=False)
class SeriesMatrix:
    """A series matrix in its parts.

    Parameters
    ----------
    path
        The file.
    series
        ``!Series_`` keys, without the prefix, to their lines.
    samples
        ``!Sample_`` keys, without the prefix, to their lines, each with one text per sample.
    table
        ``ID_REF`` and one column per sample.
    """

    path: str
    series: Mapping[str, tuple[str, ...]]
    samples: Mapping[str, tuple[tuple[str, ...], ...]]
    table: TextTable

    @property
    def accessions(self) -> tuple[str, ...]:
        """The samples' GSM numbers, in the table's order."""
        return self.table.header[1:]

    def one_a_sample(self, key: str) -> tuple[str, ...]:
        """Return the lines of a key joined, one text per sample; empty texts where there is none."""
        lines = self.samples.get(key, ())
        return tuple("; ".join(filter(None, cells)) for cells in zip(*lines, strict=True)) or ("",) * len(
            self.accessions
        )

    @property
    def data_processing(self) -> tuple[str, ...]:
        """What was done to the values, in the submitter's words: each different text once."""
        return tuple(dict.fromkeys(text for text in self.one_a_sample("data_processing") if text))


def sniff(head: FileHead) -> bool:
    """Claim a file whose first line that is not blank is a ``!Series_`` or ``!Sample_`` key."""
    first = next((line.strip().strip('"') for line in head.lines if line.strip()), "")
    return first.startswith(("!Series_", "!Sample_", _BEGIN))


def refuse_series_matrix(path: str | Path) -> None:
    """Refuse a series matrix in place of a table of genes.

    Raises
    ------
    FormatError
        Where the file is one.
    """
    if sniff(read_head(path)):
        raise FormatError(
            "this is a GEO series matrix, whose rows are probes without gene names",
            path=path,
            expected="a table with one gene per row",
            hint=f"`mirtool diff` makes a table of changes of it, with {option('samples')}, {option('scale')} and "
            f"{option('platform')}; paired samples need a table of values with a gene column",
        )


def inspect(path: str | Path) -> Inspection:
    """Read a series matrix and say what it holds."""
    matrix = read_series_matrix(path)
    ids = matrix.table.text(0)
    values = _numbers(matrix)
    warnings = [] if len(matrix.table) else ["the series matrix holds no values: they are in supplementary files"]
    declared = {cell for cell in matrix.one_a_sample("data_row_count") if cell}
    if declared - {str(len(ids))}:
        warnings.append(f"the header declares {', '.join(sorted(declared))} rows, the table has {len(ids):,}")
    characteristics = characteristics_of(matrix)
    details = {
        "series": " ".join(matrix.series.get(_ACCESSION, ())),
        "title": " ".join(matrix.series.get("title", ())),
        "platform": " ".join(
            matrix.series.get("platform_id", ()) or dict.fromkeys(matrix.one_a_sample("platform_id"))
        ),
        "samples": list(matrix.accessions),
        "characteristics": {
            key: len(dict.fromkeys(cell for cell in cells if cell)) for key, cells in characteristics.items()
        },
        "data_processing": list(matrix.data_processing),
        "scale": "not stated",
        "missing_values": int(np.isnan(values).sum()),
        "probe_kinds": count_kinds(classify_probes(ids, ids)),
    }
    return Inspection(str(path), FORMAT, len(matrix.table), (), tuple(warnings), details)


def read_study_file(path: str | Path, options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them."""
    return [read_intensities(path, scale=options.scale)]


def read_series_matrix(path: str | Path) -> SeriesMatrix:
    """Read a series matrix into its parts.

    Raises
    ------
    FormatError
        As the module says, with the line.
    """
    lines = read_text(path).split("\n")
    begin = next((i for i, line in enumerate(lines) if line.strip() == _BEGIN), None)
    if begin is None:
        raise FormatError(
            "the series matrix has no table",
            path=path,
            expected=f"a line {_BEGIN}",
            hint=_HINT,
        )
    end = next((i for i in range(begin + 1, len(lines)) if lines[i].strip() == _END), None)
    if end is None:
        raise FormatError(
            "the series matrix was cut: its table has no end",
            path=path,
            line=len(lines),
            expected=f"a line {_END}",
            hint=_HINT,
        )
    if end == begin + 1:
        raise FormatError("the table of the series matrix has no header", path=path, line=end + 1, hint=_HINT)
    series: dict[str, tuple[str, ...]] = {}
    samples: dict[str, tuple[tuple[str, ...], ...]] = {}
    for _, line in joined_lines(lines[:begin], MOST_METADATA_LINES):
        key, *cells = _metadata_cells(line)
        if key.startswith("!Series_"):
            series[key[8:]] = (*series.get(key[8:], ()), *filter(None, cells))
        elif key.startswith("!Sample_"):
            samples[key[8:]] = (*samples.get(key[8:], ()), tuple(cells))
    table = table_of_lines(lines[begin + 1 : end], path, first_line=begin + 2)
    _check_samples(table, samples, path)
    return SeriesMatrix(str(path), series, samples, table)


def _metadata_cells(line: str) -> list[str]:
    """Cut a line of metadata into cells; a quoted text may hold tabs and line breaks, which become blanks."""
    if line.count('"') % 2 or "\t" not in line:
        return split_cells(line)
    try:
        cells = next(csv.reader([line], delimiter="\t"), [])
    except csv.Error:
        return split_cells(line)
    return [re.sub(r"\s*[\t\r\n]+\s*", " ", cell).strip() for cell in cells]


def _check_samples(table: TextTable, samples: Mapping[str, Sequence[Sequence[str]]], path: str | Path) -> None:
    """Refuse a table whose columns are not the samples that the lines above it speak of."""
    n = len(table.header) - 1
    if n < 1:
        raise FormatError(
            "the table of the series matrix has no sample", path=path, line=table.header_line, hint=_HINT
        )
    for key, rows in samples.items():
        for row in rows:
            if len(row) != n:
                raise FormatError(
                    f"the line !Sample_{key} does not have one text per sample",
                    path=path,
                    found=plural(len(row), "text"),
                    expected=f"{n}, as many as the table has columns",
                    hint=_HINT,
                )
    for row in samples.get(_ACCESSION, ()):
        differ = [i for i in range(n) if row[i] != table.header[1 + i]]
        if differ:
            raise FormatError(
                "the columns of the table are not the samples listed above it",
                path=path,
                line=table.header_line,
                found=repr(table.header[1 + differ[0]]),
                expected=f"{row[differ[0]]!r}, as in !Sample_geo_accession",
                hint=_HINT,
            )


def _numbers(matrix: SeriesMatrix) -> FloatArray:
    return matrix.table.numbers_of(range(1, len(matrix.table.header)))


def characteristics_of(matrix: SeriesMatrix) -> dict[str, tuple[str, ...]]:
    """Sort the characteristics by their keys: key to one value per sample, empty where it has none."""
    n = len(matrix.accessions)
    found: dict[str, list[str]] = {}
    for channel in ("ch1", "ch2"):
        for row in matrix.samples.get(f"characteristics_{channel}", ()):
            for i, cell in enumerate(row):
                key, colon, value = (part.strip() for part in cell.partition(":"))
                if not cell.strip():
                    continue
                if not colon:
                    key, value = "characteristic", cell.strip()
                cells = found.setdefault(key + (" (ch2)" if channel == "ch2" else ""), [""] * n)
                cells[i] = f"{cells[i]}; {value}" if cells[i] else value
    return {key: tuple(cells) for key, cells in found.items()}


def read_sample_table(path: str | Path, _samples_in_rows: bool = False) -> SampleTable:
    """Return the samples of a series matrix with what differs among them, their groups empty.

    Returns
    -------
    SampleTable
        Named by GSM number, in the table's order. ``extra``: ``title``; ``source`` (what the RNA was taken from)
        and one column a characteristic, those left out that are the same for every sample.
    """
    matrix = read_series_matrix(path)
    described = {"source": matrix.one_a_sample("source_name_ch1"), **characteristics_of(matrix)}
    extra = {"title": matrix.one_a_sample("title")}
    for key, cells in described.items():
        if len(set(cells)) > 1:
            extra[f"{key} (GEO)" if key.lower() in _SHEET_COLUMNS or key in extra else key] = cells
    n = len(matrix.accessions)
    return SampleTable(matrix.accessions, files=(str(path),) * n, extra=extra)


_SHEET_COLUMNS = frozenset({"sample", "sample name", "array", "group", "file", "file_hy5", "hy3", "hy5", "title"})


def read_values(path: str | Path, _samples_in_rows: bool = False) -> ProbeValues:
    """Read the values of a series matrix, in whatever scale they are.

    Raises
    ------
    FormatError
        As the module says, with line and column.
    """
    matrix = read_series_matrix(path)
    if not len(matrix.table):
        raise FormatError(
            "the series matrix holds no values",
            path=path,
            hint="the series keeps them in its supplementary files: download those from its page on GEO",
        )
    ids = matrix.table.text(0)
    blank = np.flatnonzero(ids == "")
    if len(blank):
        raise FormatError("a row has no ID", path=path, line=matrix.table.line_of(int(blank[0])), hint=_HINT)
    _refuse_repeated_ids(matrix.table, ids)
    said = " | ".join(matrix.data_processing) or "nothing"
    said = said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
    return check_values(
        ProbeValues(
            matrix.table,
            tuple(range(1, len(matrix.table.header))),
            ids,
            ids,
            True,
            matrix.accessions,
            _numbers(matrix),
            scale_hint=f"no scale; of the processing the submitters say: {said}",
        )
    )


def _refuse_repeated_ids(table: TextTable, ids: TextArray) -> None:
    first: dict[str, int] = {}
    for row, probe in enumerate(ids):
        if first.setdefault(probe, row) != row:
            raise FormatError(
                f"the ID {probe!r} occurs twice",
                path=table.path,
                line=table.line_of(row),
                found=f"the same ID in line {table.line_of(first[probe])}",
                expected="every ID of a series matrix once",
                hint=_HINT,
            )


def read_intensities(path: str | Path, *, scale: Scale | None = None) -> RawArrays:
    """Take the values of a series matrix for raw intensities, where the caller says that they are linear.

    Raises
    ------
    ScaleError
        Where ``scale`` is not ``"linear"``: normalization starts from intensities.
    FormatError
        As the module says.
    """
    found = read_values(path)
    if scale != "linear":
        raise ScaleError(
            "a series matrix does not say whether its values are raw intensities"
            if scale is None
            else "log2 values are no raw intensities",
            path=path,
            found=found.scale_hint,
            hint="values that were normalized go straight to `mirtool diff`, in a study folder with the word log2 "
            f"in a column scale of the sample sheet, elsewhere with {option('scale', 'log2')} (or linear); if "
            f"they are linear intensities, confirm it with {option('scale', 'linear')}",
        )
    return raw_arrays(found, FORMAT)
