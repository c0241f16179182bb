"""Which tables of a study are sheets of its workbook, in their order, and what each is.

Values are those of the CSV files in ``results/``, in full (:mod:`mirtool.report.full_values`). A column is text or
numbers by what it holds (:mod:`mirtool.report.columns`), so that an ID of digits stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable
from mirtool.model import SampleTable, Table, TextArray, text_array
from mirtool.report.columns import Kind, column_of
from mirtool.report.study_results import StudyResults
from mirtool.report.workbook.network_sheets import fit_cells
from mirtool.study.record import relative_to
from mirtool.study.samples import read_samples

ORDER = (
    "qc", "normalize", "covariates", "diff", "compare-methods", "power", "cluster", "network", "enrichment",
    "mirna-sets", "gsea", "validate", "shortlist", "clinical",
)  # fmt: skip
"""Steps in the order in which a reader follows them."""
SAMPLES = "study/samples"
"""By what the columns of the sheet of samples are known."""
CALLS = "regulation by "
"""How the heads of the columns begin that say up or down."""
_CHANGE = re.compile(r"log2 ratio (.+)/(.+)")
_LONGEST_GROUP = 13
"""Characters of a group in the name of a sheet, which has 31, where both groups need more."""


@dataclass(frozen=True)
class StudySheet:
    """A sheet with one table.

    Parameters
    ----------
    title
        What the sheet is called.
    about
        What it shows, in one sentence.
    table
        Its table.
    label
        Step and name of the table, by which its columns are known; empty for a table that no step made.
    file
        Where the table is, relative to the study's folder.
    """

    title: str
    about: str
    table: Table
    label: str
    file: str


@dataclass(frozen=True)
class _Kind:
    """What is said of the tables whose label fits a pattern."""

    label: str
    title: str
    about: str


_CONTRAST = (
    "{groups}: up and down in one sheet. Filter a column that begins with “regulation by” for what is up or "
    "down by that rule."
)
_BEFORE = (
    _Kind("qc/arrays", "Quality", "One row per array: the verdict with its reason, then every measure."),
    _Kind("normalize/normalized", "Normalized", "Normalized values, one column per sample."),
    _Kind("covariates/covariates", "Covariates", "How much of each component each column of the sheet explains."),
    _Kind("covariates/variance", "Covariates variance", "The share of the variance of all probes, by column."),
    _Kind("covariates/confounding", "Confounding", "Which columns of the sample sheet are associated."),
)
_AFTER = (
    _Kind("diff/sensitivity", "Sensitivity", "How much of the comparison depends on the choices."),
    _Kind("cluster/kmeans", "Clusters", "The k-means cluster and the tree cluster of every probe and array."),
    _Kind("cluster/stability", "Cluster stability", "The bootstrap support of every node of the trees."),
    _Kind("validate/validation", "qPCR", "The comparison by qPCR, one row per target."),
    _Kind("validate/concordance", "qPCR and arrays", "What qPCR says of each finding of the arrays."),
    _Kind("network/nodes", "Network nodes", "miRNAs and genes of the synergy network, with their measures."),
    _Kind("network/edges", "Network edges", "Which miRNA targets which gene, and the evidence."),
    _Kind("network/pairs", "Network pairs", "Pairs of miRNAs: do they share more targets than expected?"),
    _Kind("(network|enrichment)/enrichment", "Enrichment", "Gene sets of the targets, under each null."),
    _Kind("mirna-sets/mirna_sets", "miRNA sets", "Sets of miRNAs: seed families, genomic clusters, lists."),
    _Kind("gsea/gsea", "GSEA", "Gene sets along the ranking of all genes."),
    _Kind("shortlist/shortlist", "Shortlist", "The miRNAs to look at first, with the reasons."),
    _Kind("clinical/table1", "Patients", "The patients by group, each column described and tested."),
    _Kind(
        "clinical/associations", "Odds ratios", "Odds ratios, relative risks and risk differences of the outcome."
    ),
    _Kind("clinical/survival", "Survival", "Medians and restricted means of the groups."),
    _Kind("clinical/incidence", "Incidence", "Cumulative incidence of competing events."),
    _Kind("clinical/hazards", "Hazard ratios", "Hazard ratios of the columns, alone and in one model."),
    _Kind("clinical/roc", "ROC curves", "Areas under the ROC curves, and cut-offs."),
    _Kind("clinical/panel", "Panel", "What the panel reaches on patients it has not seen, and its optimism."),
    _Kind("clinical/panel_model", "Panel model", "The panel made of all patients: coefficients, means and SDs."),
    _Kind("clinical/panel_stability", "Panel stability", "How often each candidate was chosen."),
    _Kind("clinical/levels", "miRNAs over stages", "miRNAs over the levels of columns, with trends."),
    _Kind("clinical/anova", "Analysis of variance", "miRNAs by a formula of columns."),
    _Kind("clinical/interactions", "Interactions", "Interactions of miRNAs with columns."),
    _Kind("clinical/best_cutoffs", "Best cut-offs", "Cut-offs that were searched for, with corrected P."),
    _Kind("clinical/screen", "Clinical screen", "Odds and hazard ratios of every miRNA."),
)
_SAMPLES = "The sample sheet, with what quality control and normalization say of each array."


@dataclass(frozen=True)
class _Recorded:
    """A table of the results by its record."""

    label: str
    file: str
    path: Path


def in_order(runs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the records of a study's steps in the order of reading; others come last."""
    places = {step: place for place, step in enumerate(ORDER)}
    return dict(sorted(runs.items(), key=lambda item: (places.get(item[0], len(places)), item[0])))


def study_sheets(results: StudyResults) -> list[StudySheet]:
    """Return the sheets of a study's workbook that hold one table each, in their order.

    Parameters
    ----------
    results
        The study. A step that was not run has no sheet.
    """
    samples = _samples_sheet(results)
    sheets = [samples] if samples is not None else []
    return [*sheets, *_fitting(results, _BEFORE), *_contrasts(results), *_fitting(results, _AFTER)]


def tables_left_out(results: StudyResults, sheets: Sequence[StudySheet]) -> list[str]:
    """Return the tables of the results that are not sheets, relative to the study's folder."""
    shown = {sheet.file for sheet in sheets}
    return sorted(each.file for each in _recorded_tables(results) if each.file not in shown)


def _recorded_tables(results: StudyResults) -> list[_Recorded]:
    """Return the CSV tables that the record lists and that are there, each file once."""
    found: dict[str, _Recorded] = {}
    for run in in_order(results.runs).values():
        for file, entry in run.get("tables", {}).items():
            path = results.study.root / file
            if path.suffix == ".csv" and path.is_file():
                # Two steps write enrichment.csv, with columns of the same meaning.
                found.setdefault(file, _Recorded(str(entry["table"]), file, path))
    return list(found.values())


def _fitting(results: StudyResults, kinds: Sequence[_Kind]) -> Iterator[StudySheet]:
    tables = _recorded_tables(results)
    for kind in kinds:
        for each in tables:
            if re.fullmatch(kind.label, each.label):
                table = typed_table(results.full_table(each.path, each.label), each.label)
                yield StudySheet(kind.title, kind.about, fit_cells(table), each.label, each.file)


def _contrasts(results: StudyResults) -> Iterator[StudySheet]:
    """Yield one sheet per comparison; where there are several, the overview of all of them precedes."""
    for each in _recorded_tables(results):
        if not _is_contrast(each.label):
            continue
        table = fit_cells(typed_table(results.full_table(each.path, each.label), each.label))
        groups = _compared(table)
        if len(groups) == 1:
            tested, reference = groups[0]
            about = _CONTRAST.format(groups=f"{tested} against {reference}")
            yield StudySheet(_contrast_title(tested, reference), about, _calls_first(table), each.label, each.file)
        else:
            yield StudySheet("Comparisons", "All comparisons beside each other.", table, each.label, each.file)


def _is_contrast(label: str) -> bool:
    return label.startswith("diff/") and label != "diff/sensitivity"


def has_sheet(label: str) -> bool:
    """Return True if a table, by its step and name, is a sheet of the workbook.

    Examples
    --------
    >>> has_sheet("diff/differential"), has_sheet("qc/pairs")
    (True, False)
    """
    return _is_contrast(label) or any(re.fullmatch(kind.label, label) for kind in (*_BEFORE, *_AFTER))


def _compared(table: Table) -> list[tuple[str, str]]:
    """Return the groups of every comparison that a table holds, by its notes or the heads of its columns."""
    found = [match for head in table.columns if (match := _CHANGE.fullmatch(head))]
    notes = dict(table.notes)
    if len(found) == 1 and {"tested", "reference"} <= set(notes):
        return [(notes["tested"], notes["reference"])]
    return [(match[1], match[2]) for match in found]


def _contrast_title(tested: str, reference: str) -> str:
    title = f"{tested} vs {reference}"
    if len(title) <= 2 * _LONGEST_GROUP + 5:
        return title
    return f"{tested[:_LONGEST_GROUP]} vs {reference[:_LONGEST_GROUP]}"


def _calls_first(table: Table) -> Table:
    """Return a comparison with its columns of up and down after the names, where they are seen and filtered."""
    names = [head for head in table.columns if head in ("ID", "Name")]
    calls = [head for head in table.columns if head.startswith(CALLS)]
    others = [head for head in table.columns if head not in names and head not in calls]
    return Table({head: table[head] for head in (*names, *calls, *others)}, table.notes)


def typed_table(text: TextTable, label: str) -> Table:
    """Return a table with columns of numbers (NaN missing) and of text, by what each is known to hold.

    Parameters
    ----------
    text
        The table as it is in its file.
    label
        Its step and name. A column that is not known is numbers where each cell is one, as it would be written.
    """
    columns = {head: _typed(text.text(j), column_of(label, head)) for j, head in enumerate(text.header)}
    return Table(columns, tuple(text.notes.items()))


def _typed(cells: TextArray, known: Any) -> npt.NDArray[Any]:
    if known is not None and known.kind in (Kind.TEXT, Kind.CALL):
        return cells
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    try:
        numbers = [float(cell) for cell in present]
    except ValueError:
        return cells
    is_known = known is not None and known.kind is not Kind.AS_GIVEN
    if not present or not (is_known or all(_is_plain(cell) for cell in present)):
        return cells
    values = np.full(len(cells), np.nan)
    values[[cell not in MISSING_CELLS for cell in cells]] = numbers
    return values


def _is_plain(cell: str) -> bool:
    """Return True for a number that is not a code: ``007`` and ``1E5`` are text, ``-0.5`` is a number.

    Examples
    --------
    >>> [_is_plain(cell) for cell in ("-0.5", "61", "0", "007", "1E5", "nan")]
    [True, True, True, False, False, False]
    """
    return re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?", cell) is not None


def _samples_sheet(results: StudyResults) -> StudySheet | None:
    path = results.study.samples_file
    if not path.is_file():
        return None
    samples = read_samples(path)
    columns: dict[str, Any] = {"sample": text_array(samples.names)}
    if any(samples.groups):
        columns["group"] = text_array(samples.groups)
    columns |= _verdicts(results, samples) | _counts(results, samples)
    if any(samples.files):
        columns["file"] = text_array(_as_in_the_sheet(each, results) for each in samples.files)
    columns |= {head: _typed(text_array(cells), None) for head, cells in samples.extra.items()}
    return StudySheet("Samples", _SAMPLES, fit_cells(Table(columns)), SAMPLES, results.study.sheet)


def _as_in_the_sheet(file: str, results: StudyResults) -> str:
    """Return a file relative to the study's folder, wherever the program runs."""
    return relative_to(results.study.root, file) if file else ""


def _verdicts(results: StudyResults, samples: SampleTable) -> dict[str, Any]:
    verdicts = results.found("qc").get("verdicts", {})
    reasons: dict[str, list[str]] = {}
    for each in results.found("qc").get("findings", []):
        reasons.setdefault(each["array"], []).append(each["what"])
    if not verdicts:
        return {}
    return {
        "quality": text_array(verdicts.get(name, "") for name in samples.names),
        "why": text_array("; ".join(reasons.get(name, [])) for name in samples.names),
    }


def _counts(results: StudyResults, samples: SampleTable) -> dict[str, Any]:
    """Return the probes detected and the factor of each array; NaN for one that was not normalized."""
    found = results.found("normalize")
    names = found.get("samples", [])
    columns = {}
    for head, key in (("probes detected", "detected"), ("factor", "factors")):
        values = found.get(key) or []
        if len(values) == len(names) > 0:
            of_name = dict(zip(names, values, strict=True))
            columns[head] = np.array([of_name.get(name, np.nan) for name in samples.names], dtype=np.float64)
    return columns
