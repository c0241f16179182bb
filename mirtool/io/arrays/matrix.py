"""Plain tables of intensities or expression: CSV, TSV, XLSX or XLS, probes in rows, samples in columns.

The format
----------
One header line and one line per probe (or a spot), with optional note lines that begin with ``#`` above::

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
sample*: its header is the sample's name, and each of its cells a number, or missing (empty, ``NA``, ``N/A``,
``null``, ``-3.4E38`` …). Text in a number cell is an error with its line and column. In a table that mirtool
normalized every column but ``ID`` and ``Name`` is a sample, whatever its name.

*Several header rows*: a title, a row of groups above or below the sample names, a row of units
(:mod:`mirtool.io.tables.header_rows`). *Samples in rows*: turned where that is beyond doubt, or asked for
(:mod:`mirtool.io.tables.transposed`). *Decimal commas*: read where they can't part thousands
(:mod:`mirtool.io.tables.decimal_comma`). *Two dyes side by side*: columns whose names differ in Hy3 and Hy5 alone
are the two channels of an array (:mod:`mirtool.io.arrays.dye_columns`).

In a raw table rows that share an ID are replicate spots. In an expression table every ID stands once; where it
has names only, a name that comes again is another probe for the same miRNA, and its ID gets a number:
``hsa-miR-340-3p``, ``hsa-miR-340-3p (2)``.

Scale: raw intensities are linear. An expression table says its scale in a note line
(``# mirtool normalized; scale: log2; …``), or the caller does; it is never guessed. Any other table may say it too
(``# scale: linear``, log2 or counts); what becomes of one that does not is in
:mod:`mirtool.io.arrays.value_scale`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import classify_probes, count_kinds
from mirtool.errors import FormatError
from mirtool.io.arrays.probe_values import (
    CHANNEL,
    NORMALIZED_NOTE,
    ORIGINAL_NAME,
    ProbeValues,
    check_values,
    expression_matrix,
    raw_arrays,
    sample_table,
)
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.value_scale import (
    Scale,
    per_million_clue,
    scale_doubts,
    scale_of,
)
from mirtool.io.counts import is_of_counts
from mirtool.io.counts.refusal import counts_refused, per_million_refused
from mirtool.io.registry import Inspection
from mirtool.io.tables.corrected import is_corrected, refuse_corrected
from mirtool.io.tables.decimal_comma import with_decimal_points
from mirtool.io.tables.header_rows import find_header_rows
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import (
    Labels,
    annotates,
    find_labels,
    is_mirna_name,
    looks_numeric,
    row_labels,
)
from mirtool.io.tables.text import FileHead, read_head
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, head_tables, read_table
from mirtool.io.tables.transposed import OPTION, describe, lies_sideways, looks_sideways, sideways_columns
from mirtool.model import ExpressionMatrix, FloatArray, RawArrays, SampleTable, text_array
from mirtool.wording import plural

_FOREIGN_HEADER = re.compile(
    r"[fb]\d{3} ?(median|mean)|signal (mean|median)|[gr](processed|mean|median|total(gene|probe))signal"
    r"|regulation by |foreground",
    re.IGNORECASE,
)
"""Headers of scanners' own files, of mirtool's other results and of service laboratories' workbooks."""


def sniff(head: FileHead) -> bool:
    """Return a plain table by its header, a label column and at least one column of numbers."""
    from mirtool.io.arrays import ct_tables as qpcr
    from mirtool.io.arrays import nanostring, service_workbook
    from mirtool.io.mirnas import fasta

    if service_workbook.sniff(head) or fasta.sniff(head) or nanostring.sniff(head):
        return False
    return not qpcr.sniff(head) and any(map(_is_matrix, head_tables(head, find_header_rows)))


def is_normalized(head: FileHead) -> bool:
    """Return True for a table that mirtool normalized, by its notes: no mark of another format is looked for."""
    return any(NORMALIZED_NOTE in table.notes for table in head_tables(head, find_header_rows))


def states_counts(head: FileHead) -> bool:
    """Return True for a table whose notes say that it holds sequencing counts."""
    return any(table.notes.get("scale") == "counts" for table in head_tables(head, find_header_rows))


def _is_matrix(table: TextTable) -> bool:
    """Return the header and first rows of a plain table of numbers."""
    from mirtool.io.arrays import affymetrix
    from mirtool.io.genes.gene_changes import tells_changes

    if is_corrected(table):
        return True  # to be refused with the reason
    if (
        _is_other_result(table)
        or affymetrix.is_own_table(table)
        or any(map(_FOREIGN_HEADER.search, _all_headers(table)))
    ):
        return False
    if _is_of_targets(table) or tells_changes(table) or is_of_counts(table):
        return False
    if looks_sideways(table):
        return True
    labels = find_labels(table)
    if labels.id is None and labels.name is None:
        return _labels_first(table)
    if labels.name is not None and any(_pairs_with_gene(name) for name in table.header) and _names_mirna(table):
        return False
    samples = [j for j in range(len(table.header)) if j not in labels.taken and table.header[j]]
    if not len(table):
        return bool(samples)
    return any(looks_numeric(table.columns[j]) for j in samples)


def _labels_first(table: TextTable) -> bool:
    """Return a table whose first column names miRNAs under any header, and whose other columns hold numbers."""
    if len(table.header) < 3 or not len(table) or any(map(_pairs_with_gene, table.header)):
        return False
    names = [cell for cell in table.peek(0) if cell]
    others = [j for j in range(1, len(table.header)) if table.header[j]]
    return 2 * sum(map(is_mirna_name, names)) > len(names) and 2 * sum(
        looks_numeric(table.peek(j)) for j in others
    ) > len(others)


def inspect(path: str | Path, *, samples_in_rows: bool = False) -> Inspection:
    """Read a plain table and say what it holds; ``samples_in_rows`` as in :func:`read_intensities`."""
    from mirtool.io.arrays.dye_columns import pair_names

    found = _read(path, None, samples_in_rows)
    normalized = NORMALIZED_NOTE in found.table.notes
    arrays = {} if normalized else pair_names(found.samples, path)
    channels = tuple(next(iter(arrays.values()), {CHANNEL: ""}))
    said = (*found.left_out, *found.remarks)
    details = {
        "content": "normalized by mirtool" if normalized else _content(found),
        "scale": found.table.notes.get("scale", "not stated"),
        "samples": list(arrays or found.samples),
        "missing_values": int(np.isnan(found.values).sum()),
        "probe_kinds": count_kinds(classify_probes(found.id, found.name)),
    }
    if found.about_samples:
        details["about_samples"] = list(found.about_samples)
    return Inspection(
        path=str(path),
        format="matrix",
        spots=len(found.id),
        channels=() if normalized else channels,
        warnings=said if normalized else (*said, *scale_doubts(found.table, found.values)),
        details=details,
    )


def _content(found: ProbeValues) -> str:
    """Return what a table of numbers is taken for, in words."""
    scale = scale_of(found.table, found.values)
    if scale.name == "counts":
        return "sequencing counts" if scale.stated else f"looks like sequencing counts: {scale.clue}"
    if scale.name == "per million":
        return f"looks like sequencing reads per million: {scale.clue}"
    if not scale.name and per_million_clue(found.values):
        return "intensities or expression, or sequencing reads per million without the rare miRNAs"
    return "intensities or expression"


def read_study_file(path: str | Path, options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them.

    Raises
    ------
    CountsError
        Where the values are sequencing counts or reads per million, as
        :func:`mirtool.io.arrays.value_scale.scale_of` says.
    """
    found = _read(path, samples_in_rows=options.samples_in_rows)
    if NORMALIZED_NOTE not in found.table.notes:
        scale = scale_of(found.table, found.values, options.scale)
        if scale.name == "counts":
            raise counts_refused(path, scale.clue, stated=scale.stated)
        if scale.name == "per million":
            raise per_million_refused(path, scale.clue)
    return [raw_arrays(found, "matrix")]


def pair_channels(parts: Sequence[RawArrays], samples: SampleTable | None) -> list[RawArrays]:
    """Put columns of two dyes together: see :func:`mirtool.io.arrays.dye_columns.pair_columns`."""
    from mirtool.io.arrays.dye_columns import pair_columns

    return [pair_columns(part, samples) for part in parts]


def read_intensities(path: str | Path, *, sheet: str | None = None, samples_in_rows: bool = False) -> RawArrays:
    """Read raw intensities from a plain table.

    Parameters
    ----------
    path
        CSV, TSV, XLSX or XLS; ``-`` is standard input.
    sheet
        Sheet of a workbook; the first one if not given.
    samples_in_rows
        True says that the table has one row per sample; False still turns one that beyond doubt has.

    Returns
    -------
    RawArrays
        One channel, ``"intensity"``: linear, scanner units, ``(n_rows, n_samples)``, NaN missing; no background,
        no flags, no layout. Probe kinds are left blank: the study's own rules decide them. Rows that share an ID
        are replicate spots. Columns of two dyes are put together by
        :func:`mirtool.io.arrays.dye_columns.pair_columns`.

    Raises
    ------
    FormatError
        Where a number cell holds text, a row has no label, a sample no value, each with line and column.
    ScaleError
        Where the table says that it is normalized already.
    """
    return raw_arrays(_read(path, sheet, samples_in_rows), "matrix")


def read_expression(
    path: str | Path, *, scale: Scale | None = None, samples_in_rows: bool = False
) -> ExpressionMatrix:
    """Read normalized expression from a plain table, a GEO series matrix, a table of Affymetrix's or a service's.

    Parameters
    ----------
    path
        CSV, TSV, XLSX or XLS, a series matrix, a table of Affymetrix's software or a service's workbook; ``-`` is
        standard input.
    scale
        ``"log2"`` or ``"linear"``. mirtool's own tables say it themselves, RMA is log2, and a service's normalized
        values are linear; any other table needs it.
    samples_in_rows
        As in :func:`read_intensities`.

    Returns
    -------
    ExpressionMatrix
        log2, ``(n_probes, n_samples)``, NaN missing. Linear values are turned into log2; those that are not
        positive have no logarithm, become missing and are counted in ``history``.

    Raises
    ------
    ScaleError
        Where neither the table nor ``scale`` states the scale, the two contradict each other, or the values can't
        be on it.
    FormatError
        Where a number cell holds text, a row has no label, an ID occurs twice, a sample has no value.
    """
    head = read_head(path)
    found = None if is_normalized(head) else _read_other_format(path, head, scale)
    return expression_matrix(_read(path, None, samples_in_rows), scale) if found is None else found


def _read_other_format(path: str | Path, head: FileHead, scale: Scale | None) -> ExpressionMatrix | None:
    """Read a table whose own format says more of it than a plain one; None for a plain table."""
    from mirtool.io.arrays import affymetrix, geo, service_workbook
    from mirtool.io.arrays import ct_tables as qpcr

    if service_workbook.sniff(head) or qpcr.sniff(head):
        return service_workbook.read_normalized(path, scale=scale)
    if geo.sniff(head):
        return expression_matrix(geo.read_values(path), scale)
    return affymetrix.read_expression(path, scale) if affymetrix.sniff(head) else None


def read_values(path: str | Path, samples_in_rows: bool = False) -> ProbeValues:
    """Read the values of a plain table, in whatever scale they are."""
    return _read(path, None, samples_in_rows)


def read_sample_table(path: str | Path, samples_in_rows: bool = False) -> SampleTable:
    """Return the samples of a plain table, with what its other header rows or columns say about them."""
    from mirtool.io.arrays.dye_columns import pair_names

    found = _read(path, None, samples_in_rows)
    pairs = pair_names(found.samples, path)
    if not pairs:
        return sample_table(found)
    return SampleTable(tuple(pairs), files=(str(path),) * len(pairs))


def _read(path: str | Path, sheet: str | None = None, samples_in_rows: bool = False) -> ProbeValues:
    table = read_table(
        path, sheet=sheet, header_rule=find_header_rows, suits=_is_matrix, text_columns=_text_columns
    )
    refuse_corrected(table)
    if _is_other_result(table):
        raise FormatError(
            "this is another of mirtool's results, not a table of intensities or expression",
            path=path,
            found=f"the note '# {next(iter(table.notes))}' above the header",
            expected="an ID or name column and one column of numbers a sample",
        )
    if not len(table):
        raise FormatError(
            "the table has a header and no rows",
            path=path,
            line=table.header_line,
            hint="export the table again; it may have been cut, or its line ends lost",
        )
    if samples_in_rows or (NORMALIZED_NOTE not in table.notes and lies_sideways(table)):
        return check_values(_read_sideways(table))
    return check_values(_read_upright(table))


def _text_columns(head: TextTable) -> frozenset[int] | None:
    """Return the columns of a large table that label its rows; None where it may lie on its side."""
    if any(map(is_mirna_name, head.header[1:])):
        return None
    return _find_labels(head).taken | {0}


def _read_upright(table: TextTable) -> ProbeValues:
    """Read a table of one row per probe."""
    labels = _find_labels(table)
    if labels.id is None and labels.name is None:
        labels = _first_column_as_label(table)
    columns, left_out = _sample_columns(table, labels)
    left_out = [] if _has_original(table) else left_out
    values, remarks = _read_numbers(table, columns)
    ids, names = row_labels(table, labels)
    rows = table.header_rows
    return ProbeValues(
        table,
        tuple(columns),
        ids,
        names,
        labels.id is not None,
        tuple(table.header[j] for j in columns),
        values,
        left_out=tuple(left_out),
        remarks=(*_header_remarks(table), *remarks),
        about_samples={} if rows is None else {k: tuple(v[j] for j in columns) for k, v in rows.others.items()},
        original=table.text(2) if _has_original(table) else None,
    )


def _read_sideways(table: TextTable) -> ProbeValues:
    """Read a table of one row per sample."""
    columns = sideways_columns(table)
    values, remarks = _read_numbers(table, columns.probes)
    names = text_array(table.header[j] for j in columns.probes)
    told = [table.header[j] for j in columns.describing if table.header[j]]
    turned = (
        f"the table has samples in rows and was turned: {plural(len(names), 'probe')}, "
        f"{plural(len(table), 'sample')}" + (f"; columns about the samples: {', '.join(told)}" if told else "")
    )
    return ProbeValues(
        table,
        columns.probes,
        names,
        names,
        False,
        tuple(table.text(columns.names)),
        values.T.copy(),
        sideways=True,
        remarks=(*_header_remarks(table), turned, *remarks),
        about_samples=describe(table, columns.describing),
    )


def _find_labels(table: TextTable) -> Labels:
    if NORMALIZED_NOTE in table.notes and list(map(fold_header, table.header[:2])) == ["id", "name"]:
        return Labels(0, 1, frozenset(range(3 if _has_original(table) else 2)))
    return find_labels(table)


def _has_original(table: TextTable) -> bool:
    """Return a table of mirtool's that keeps the names of the scanner's files beside the current ones."""
    return NORMALIZED_NOTE in table.notes and table.header[2:3] == (ORIGINAL_NAME,)


def _read_numbers(table: TextTable, columns: Sequence[int]) -> tuple[FloatArray, tuple[str, ...]]:
    """Read number columns, ``(n_rows, n_columns)``, with decimal commas where they are beyond doubt."""
    for j in columns:
        table.single(j)
    try:
        values = table.numbers_of(columns)
    except FormatError:
        with_points = with_decimal_points(table, columns)
        if with_points is None:
            raise
        values = with_points.numbers_of(columns)
    remark = "the numbers have decimal commas and were read as such"
    return values, (remark,) if table.asked_for_commas else ()


def _header_remarks(table: TextTable) -> tuple[str, ...]:
    rows = table.header_rows
    if rows is None:
        return ()
    remarks = [f"line above the table, not read: {title!r}" for title in rows.titles]
    if rows.others:
        remarks.append(f"other header rows, taken for descriptions of the samples: {', '.join(rows.others)}")
    return tuple(remarks)


def _all_headers(table: TextTable) -> list[str]:
    """Return every cell of the header, of all its rows."""
    rows = table.header_rows
    others = () if rows is None else (cell for cells in rows.others.values() for cell in cells)
    return [*table.header, *others]


def _is_other_result(table: TextTable) -> bool:
    """Return mirtool's own differential, network and enrichment tables, which are not matrices."""
    first = next(iter(table.notes), "")
    return first.startswith("mirtool ") and first != NORMALIZED_NOTE


def _names_mirna(table: TextTable) -> bool:
    return any("mirna" in fold_header(name) for name in table.header)


def _pairs_with_gene(header: str) -> bool:
    """Return a header that makes a table with a miRNA column a table of interactions."""
    return bool(re.match(r"(target|gene|transcript|refseq)(?!seq)", fold_header(header)))


def _is_of_targets(table: TextTable) -> bool:
    """Return a table of a database of targets, which may hold an ID and scores."""
    from mirtool.io.targets.databases import find_database  # a dozen modules that reading intensities does without

    return find_database(table) is not None


def _first_column_as_label(table: TextTable) -> Labels:
    """Take a first column of text for the ID where no header is known."""
    if annotates(table.text(0)) or 2 * sum(map(is_mirna_name, table.text(0))) > len(table):
        return Labels(0, None, frozenset({0}))
    raise FormatError(
        "no column says which probe a row is",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:6]) + (" …" if len(table.header) > 6 else ""),
        expected="a column called ID or Name (or miRNA, ProbeID, Gene …)",
        hint="give the column of probe IDs or miRNA names one of these headers; if a row is a sample, say "
        f"{OPTION}",
    )


def _sample_columns(table: TextTable, labels: Labels) -> tuple[list[int], list[str]]:
    columns, no_samples, texts = [], [], []
    for j, header in enumerate(table.header):
        if j in (labels.id, labels.name):
            continue
        if j in labels.taken:
            no_samples.append(header)
        elif header and table.holds_numbers_only(j):
            columns.append(j)
        elif annotates(table.peek(j)):
            texts.append(header)
        elif not header and not any(cell not in MISSING_CELLS for cell in table.peek(j)):
            continue  # a blank column between two tables
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
            hint="export the table with its numbers, not the list of its probes",
        )
    left_out = [f"columns that are no samples, not read: {', '.join(no_samples)}"] if no_samples else []
    left_out += [f"columns of text, not read: {', '.join(texts)}"] if texts else []
    return columns, left_out
