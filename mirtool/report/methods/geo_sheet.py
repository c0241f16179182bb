"""The files of a GEO submission of arrays: metadata sheet, matrix, raw files with their MD5.

The metadata sheet has the layout of GEO's array templates (GEOarchive): the sections SERIES, SAMPLES and PROTOCOLS
in one sheet, a field per row, a sample per row; https://www.ncbi.nlm.nih.gov/geo/info/spreadsheet.html. The matrix
is a tab-separated table whose first column is ID_REF and whose other columns are named as the samples are. What
the study does not know is marked ``TO FILL IN``.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirtool.report.methods.compose import methods_of_runs
from mirtool.report.methods.facts import StudyFacts
from mirtool.report.methods.geo_settings import GeoSettings

if TYPE_CHECKING:
    from mirtool.model import ExpressionMatrix, SampleTable

TO_FILL_IN = "TO FILL IN"
METADATA_FILE, MATRIX_FILE, RAW_FILES_FILE = "metadata.xlsx", "matrix.txt", "raw_files.csv"

ORGANISMS = {
    "hsa": "Homo sapiens",
    "mmu": "Mus musculus",
    "rno": "Rattus norvegicus",
    "cel": "Caenorhabditis elegans",
    "dme": "Drosophila melanogaster",
    "dre": "Danio rerio",
    "bta": "Bos taurus",
    "ssc": "Sus scrofa",
    "cfa": "Canis familiaris",
    "gga": "Gallus gallus",
    "ath": "Arabidopsis thaliana",
    "osa": "Oryza sativa",
}
"""miRBase's prefixes to the species of most miRNA arrays."""

_HEADINGS = ("SERIES", "SAMPLES", "PROTOCOLS")
_WIDEST = 40
_SOURCES = ("source", "source name", "tissue", "cell line", "cell type", "fluid")


@dataclass(frozen=True)
class GeoSheet:
    """The three sections of the metadata sheet.

    Parameters
    ----------
    series, protocols
        Field to value, in the order of GEO's template; a field may occur several times.
    columns
        The columns of the section SAMPLES.
    rows
        One row per sample.
    """

    series: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    protocols: tuple[tuple[str, str], ...]

    @property
    def open_fields(self) -> list[str]:
        """The fields that are marked as to be filled in, once each."""
        open_columns = [
            name for j, name in enumerate(self.columns) if any(row[j].startswith(TO_FILL_IN) for row in self.rows)
        ]
        single = [name for name, value in (*self.series, *self.protocols) if value.startswith(TO_FILL_IN)]
        return list(dict.fromkeys([*single, *open_columns]))


@dataclass(frozen=True)
class Organism:
    """The species of the samples, and where it is known from.

    Parameters
    ----------
    name
        The species; empty where it is not known.
    note
        What to check about it; empty where it was stated.
    """

    name: str = ""
    note: str = ""


def organism_of_names(names: Sequence[str]) -> Organism:
    """Return the species of most miRNA names, if they are more than half; nothing otherwise.

    Examples
    --------
    >>> organism_of_names(["hsa-miR-16-5p", "hsa-miR-21-5p", "mmu-miR-1a-3p"])
    Organism(name='Homo sapiens', note='hsa in 2 of 3 miRNA names')
    >>> organism_of_names(["hsa-miR-16-5p", "mmu-miR-1a-3p"])
    Organism(name='', note='')
    """
    from mirtool.annotation.probes import species_of

    found = [species for name in names if (species := species_of(name))]
    counts = {prefix: sum(prefix in species for species in found) for prefix in ORGANISMS}
    prefix = max(counts, key=lambda each: counts[each])
    if not found or 2 * counts[prefix] <= len(found):
        return Organism()
    return Organism(ORGANISMS[prefix], f"{prefix} in {counts[prefix]:,} of {len(found):,} miRNA names")


def geo_sheet(
    facts: StudyFacts, samples: SampleTable, settings: GeoSettings, organism: Organism, runs: Mapping[str, object]
) -> GeoSheet:
    """Return the metadata of a submission.

    Parameters
    ----------
    facts
        What is known of the study.
    samples
        The samples of the matrix, in its order.
    settings
        What the authors said.
    organism
        The species, where the sample sheet has none.
    runs
        The record of the runs, for the protocol of the data processing.
    """
    columns, rows = _samples(facts, samples, settings, organism)
    return GeoSheet(_series(facts, samples, settings), columns, rows, _protocols(facts, runs))


def _open(what: str) -> str:
    return f"{TO_FILL_IN}: {what}"


def _series(facts: StudyFacts, samples: SampleTable, settings: GeoSettings) -> tuple[tuple[str, str], ...]:
    groups = f" in the groups {facts.groups}" if facts.groups else ""
    design = f"miRNA expression of {len(samples):,} samples{groups}; one array per sample."
    contributors = settings.contributor or (_open("Firstname,Initial,Lastname; one row each"),)
    return (
        ("title", settings.title or _open("a title for the whole series")),
        ("summary", settings.summary or _open("aim and results, as in an abstract")),
        ("overall design", settings.design or design),
        *(("contributor", name) for name in contributors),
    )


def _samples(
    facts: StudyFacts, samples: SampleTable, settings: GeoSettings, organism: Organism
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    from pathlib import Path

    from mirtool.report.methods.facts import OWN_COLUMNS
    from mirtool.study.raw_files import files_of

    n = len(samples)
    is_raw = facts.scale != "log2"
    files = [[Path(path).name for path in files_of(samples, i)] if is_raw else [] for i in range(n)]
    most = max((len(own) for own in files), default=0) or 1
    described = {name: own for name, own in samples.extra.items() if name.strip().lower() not in OWN_COLUMNS}
    named = {name.strip().lower(): name for name in described}
    source = next((described[named[name]] for name in _SOURCES if name in named), ("",) * n)
    species = next((described[named[name]] for name in ("organism", "species") if name in named), ("",) * n)
    two_channels = bool(facts.record("normalize").number("numerator"))
    first = "_CH1" if two_channels else ""
    columns: dict[str, list[str]] = {
        "Sample name": list(samples.names),
        "title": [
            f"{group}, {name}" if group else name
            for name, group in zip(samples.names, samples.groups, strict=True)
        ],
    }
    for k in range(most):
        heading = "raw data file" if k == 0 else f"raw data file {k + 1}"
        columns[heading] = [own[k] if k < len(own) else "none" for own in files]
    columns[f"source name{first}"] = [
        settings.source or own or _open("tissue, cell line or fluid") for own in source
    ]
    columns[f"organism{first}"] = [
        settings.organism or own or organism.name or _open("species of the sample") for own in species
    ]
    if any(samples.groups):
        columns[f"characteristics: group{first}"] = list(samples.groups)
    for name, values in described.items():
        if name.strip().lower() not in ("organism", "species") and any(values):
            columns[f"characteristics: {name}{first}"] = list(values)
    columns[f"molecule{first}"] = [settings.molecule or _open("total RNA, or another")] * n
    columns[f"label{first}"] = [settings.label or _open(f"dye{_channel(facts)}")] * n
    if two_channels:
        for name, what in (
            ("source name", "what the second channel holds"),
            ("organism", "species of the reference"),
            ("molecule", "total RNA, or another"),
            ("label", f"dye of the second channel ({facts.record('normalize').number('denominator')})"),
        ):
            columns[f"{name}_CH2"] = [_open(what)] * n
    columns["description"] = [""] * n
    columns["platform"] = [settings.platform_id or _open("GEO accession of the array, GPL…")] * n
    return tuple(columns), tuple(zip(*columns.values(), strict=True))


def _channel(facts: StudyFacts) -> str:
    record = facts.record("normalize")
    channel = record.number("numerator") or record.number("channel")
    return f" of the samples (channel {channel})" if channel else " of the samples"


def _protocols(facts: StudyFacts, runs: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    own = {name: run for name, run in runs.items() if name == "normalize"}
    sections = methods_of_runs(own).sections
    processing = " ".join(each.text for each in sections if each.title == "Normalization")
    version = facts.record("normalize").versions.get("mirtool")
    by = f" Computed with mirtool {version}." if processing and version else ""
    creator = facts.header("Creator")
    scan = "; ".join(part for part in (facts.scan, f"image analysis: {creator}" if creator else "") if part)
    top, bottom = (facts.record("normalize").number(side) for side in ("numerator", "denominator"))
    value = f"log2 ratio of the channels {top} and {bottom}" if top and bottom else "log2 signal"
    return (
        ("growth protocol", _open("how the samples were grown or obtained")),
        ("treatment protocol", _open("treatments; none if there was none")),
        ("extract protocol", _open("how RNA was extracted")),
        ("label protocol", _open("amount of RNA, kit, dye")),
        ("hyb protocol", _open("hybridization and washing")),
        ("scan protocol", f"{scan}." if scan else _open("scanner, settings, image analysis")),
        ("data processing", processing + by if processing else _open("how values were computed")),
        ("value definition", f"{value}, normalized"),
    )


def metadata_workbook(sheet: GeoSheet) -> bytes:
    """Return the metadata sheet as XLSX; what is to be filled in is yellow."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed date: the same input must give the same bytes.
    book.set_properties({"created": datetime.datetime(2000, 1, 1), "comments": "written by mirtool"})
    page = book.add_worksheet("Metadata")
    text = {"num_format": "@"}  # not wrapped: a long value runs over the empty cells beside it
    heading = book.add_format({"bold": True, "font_color": "#B00000", "font_size": 12})
    name = book.add_format({"bold": True})
    value, to_fill = book.add_format(text), book.add_format(text | {"bg_color": "#FFF2CC"})
    for j, column in enumerate(sheet.columns):
        longest = max(len(column), *(len(row[j]) for row in sheet.rows))
        page.set_column(j, j, min(max(longest, 18) + 2, _WIDEST))

    def write(row: int, column: int, words: str) -> None:
        page.write_string(row, column, words, to_fill if words.startswith(TO_FILL_IN) else value)

    row = 0
    page.write_string(row, 0, "# Cells in yellow are to be filled in before the submission.")
    for title, fields in zip(_HEADINGS, (sheet.series, None, sheet.protocols), strict=True):
        row += 2
        page.write_string(row, 0, title, heading)
        if fields is None:
            row += 1
            for j, column in enumerate(sheet.columns):
                page.write_string(row, j, column, name)
            for own in sheet.rows:
                row += 1
                for j, cell in enumerate(own):
                    write(row, j, cell)
            continue
        for field, words in fields:
            row += 1
            page.write_string(row, 0, field, name)
            write(row, 1, words)
    book.close()
    return out.getvalue()


def matrix_text(matrix: ExpressionMatrix) -> str:
    """Return normalized values as GEO's matrix table, a column per sample; missing values are empty."""
    lines = ["\t".join(("ID_REF", *matrix.samples.names))]
    for probe, values in zip(matrix.probes.id.tolist(), matrix.values.tolist(), strict=True):
        cells = ("" if value != value else f"{value + 0.0:.12g}" for value in values)
        lines.append("\t".join((str(probe), *cells)))
    return "\n".join(lines) + "\n"
