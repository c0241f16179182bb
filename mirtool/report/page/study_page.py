"""The report of a study as one HTML page that needs nothing else: what was found, with its figures and tables.

The page shows what is in the study's folder and computes nothing. Its words, figures and the first rows of every
table are there without its program; the program adds sorting, searching, linked plots and selection. What is
embedded and what is left out follows the rules of :mod:`mirtool.report.page.embedding`,
:mod:`mirtool.report.page.page_tables` and :mod:`mirtool.report.page.contrasts`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mirtool.errors import for_shell, printable
from mirtool.model import SampleTable, Table, text_array
from mirtool.report.figures.canvas import GROUP_COLORS
from mirtool.report.methods.compose import BIBTEX_FILE, CSL_FILE, HTML_FILE, MARKDOWN_FILE
from mirtool.report.page.contrasts import (
    MOST_PROBES,
    MOST_VALUES,
    Contrast,
    belongs_to,
    contrasts_of,
    values_by_probe,
)
from mirtool.report.page.embedding import FEWER_PIXELS, MOST_SVG, PIXELS, embed_figures, logo_uri
from mirtool.report.page.figure_words import figure_place, figure_words
from mirtool.report.page.heat_map import MOST_CELLS, heat_map
from mirtool.report.page.html_page import SHARED_SCRIPTS, SHARED_STYLES, html_page
from mirtool.report.page.page_tables import FIRST_ROWS, MOST_ROWS, PageTable, page_table
from mirtool.report.page.sample_table import MEANINGS, covariates, sample_table
from mirtool.report.platform import ARRAY, LANE, PANEL, SAMPLE
from mirtool.report.settings import SECTIONS, ReportSettings
from mirtool.report.study_results import StudyResults
from mirtool.report.text.blocks import Line, Pairs
from mirtool.report.text.clinical_record import clinical_marks
from mirtool.report.text.study import study_summary
from mirtool.report.text.study_findings import findings_of
from mirtool.study.samples import read_samples
from mirtool.study.state import Status
from mirtool.wording import first_of, plural

MOST_BYTES = 1_950_000
"""Bytes that a page has at most where figures can be left out to keep it so small."""
LEAST_FOR_FIGURES = 500_000
MOST_SAMPLES = 1000
"""Rows of a table that has one per sample."""
MOST_NAMED = 10
"""Arrays of one verdict that are named; the table of samples has all."""
STYLES = (*SHARED_STYLES, "study.css")
SCRIPTS = (*SHARED_SCRIPTS, "plots.js", "explorer.js", "heat_map.js", "study.js")

TITLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "summary": ("Summary and verdicts", ()),
    "quality": ("Quality of the arrays", ("qc",)),
    "normalization": ("Normalization", ("normalize",)),
    "covariates": ("What group, batch and other columns explain", ("covariates",)),
    "differential": ("Differential expression", ("diff",)),
    "robustness": ("Methods compared, and power", ("compare-methods", "power")),
    "clusters": ("Clusters", ("cluster",)),
    "network": ("Synergy network", ("network",)),
    "enrichment": ("Enrichment under the three nulls", ("network", "enrichment", "mirna-sets", "gsea")),
    "qpcr": ("Validation by qPCR", ("validate",)),
    "shortlist": ("Shortlist", ("shortlist",)),
    "patients": ("Patients", ("clinical",)),
    "methods": ("Methods", ()),
    "provenance": ("Provenance", ()),
}
"""Section to its title and the steps whose results it shows."""
_NOT_SHOWN = (
    "network_universe",
    "network_mirna_universe",
    "normalized_spots",
    "normalized_not_detected",
    "batch_corrected",
    "clinical_survival_curves",
    "clinical_panel_roc",
    "clinical_panel_risks",
)
"""Tables that are named only: what was looked at, not what was found."""
_WORDED = ("methods", "provenance")
"""Sections that are written for their platform already, or hold names only."""
_FIRST = ("clinical_table1",)
"""Tables that precede the others of their step."""


@dataclass(frozen=True)
class PageFigure:
    """A figure on the page, and the words beside it."""

    name: str
    title: str
    file: str
    source: str
    caption: str
    look_for: str


@dataclass
class Section:
    """One section of the page."""

    name: str
    title: str
    found: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    contrasts: list[tuple[Contrast, list[PageFigure]]] = field(default_factory=list)
    figures: list[PageFigure] = field(default_factory=list)
    tables: list[PageTable] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    heat_map: dict[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to show."""
        return not (self.found or self.marks or self.facts or self.contrasts or self.figures or self.tables)


@dataclass(frozen=True)
class StepSettings:
    """What a step was called with that is not the default, in words."""

    step: str
    settings: tuple[tuple[str, str], ...]


def study_page(
    results: StudyResults,
    settings: ReportSettings,
    changed: Sequence[StepSettings] = (),
    colors: Mapping[str, str] | None = None,
) -> bytes:
    """Return the report of a study as an HTML page, UTF-8.

    Parameters
    ----------
    results
        What the study's folder holds.
    settings
        Title, author, logo, and what is left out.
    changed
        The settings of each step that are not the default.
    colors
        Color of each group.
    """
    samples = read_samples(results.study.samples_file)
    contrasts = contrasts_of(results, results.tables_of("diff"))
    sections = [
        section
        for name in SECTIONS
        if name not in settings.leave_out
        and not (section := _section(name, results, samples, contrasts, changed)).is_empty
    ]
    tables = [table for section in sections for table in _tables_of(section)]
    shown = [contrast for section in sections for contrast, _ in section.contrasts]
    values, row = values_by_probe(results, samples, _probes(shown)), results.terms.said("probe")
    data = {
        "tables": {table.key: table.data for table in tables},
        "contrasts": [contrast.data for contrast in shown],
        "values": values,
        "row": row,
        "colors": dict(colors or {}),
        "palette": list(GROUP_COLORS),
        "sheet": covariates(samples),
        "heatMap": next((section.heat_map for section in sections if section.heat_map), None),
    }
    room = max(LEAST_FOR_FIGURES, MOST_BYTES - len(json.dumps(data)) - 200_000)
    _embed(sections, results, room)
    looks = [(section, mark) for section in sections for mark in section.marks]
    components = [table.key for table in tables if _has_components(table)]
    title = settings.title or _title(contrasts, results.terms.unit)
    return html_page(
        title,
        body="study.html",
        styles=STYLES,
        scripts=SCRIPTS,
        data=data,
        shown={
            "title": title,
            "author": settings.author or "",
            "logo": logo_uri(settings.logo) if settings.logo else "",
            "subtitle": _subtitle(samples),
            "finds": "miRNA" if row == "miRNA" else f"miRNA or {row}",
            "sections": sections,
            "looks": looks,
            "components": components,
            "rules": [results.terms.said(rule) for rule in _rules(values["leftOut"])],
        },
    )


def _section(
    name: str,
    results: StudyResults,
    samples: SampleTable,
    contrasts: Sequence[Contrast],
    changed: Sequence[StepSettings],
) -> Section:
    title, steps = TITLES[name]
    section = Section(name, title)
    for step in (step for step in steps if step in results.runs):
        of_network = name == "enrichment" and step == "network"
        if of_network and "enrichment" in results.runs:
            continue  # the gene sets were computed again by the step of that name
        section.found += findings_of("enrichment" if of_network else step, results.found(step))
        section.marks += [] if of_network else _marks(step, results)
        _add_results(section, step, results, contrasts)
    _MORE.get(name, _nothing_more)(section, results, samples, changed)
    return section if name in _WORDED else _in_terms(section, results.terms.said)


def _in_terms(section: Section, said: Callable[[str], str]) -> Section:
    """Return a section in the words of the platform; captions and meanings of columns are so in their files."""
    return replace(
        section,
        title=said(section.title),
        found=[said(text) for text in section.found],
        marks=[said(text) for text in section.marks],
        facts=[(label, said(value)) for label, value in section.facts],
        contrasts=[(contrast, [_figure_in_terms(own, said) for own in figures])
                   for contrast, figures in section.contrasts],
        figures=[_figure_in_terms(own, said) for own in section.figures],
        tables=[replace(table, title=said(table.title)) for table in section.tables],
    )  # fmt: skip


def _figure_in_terms(figure: PageFigure, said: Callable[[str], str]) -> PageFigure:
    return replace(figure, title=said(figure.title), look_for=said(figure.look_for))


def _add_results(section: Section, step: str, results: StudyResults, contrasts: Sequence[Contrast]) -> None:
    figures = [_figure(results, stem, files) for stem, files in results.pictures_of(step).items()]
    figures = [
        each for each in figures if not each.name.endswith("_85mm") and _is_of(section.name, step, each.name)
    ]
    figures.sort(key=lambda each: figure_place(each.name))
    if step == "diff":
        for contrast in contrasts:
            own = [each for each in figures if belongs_to(each.name, contrast, len(contrasts) == 1)]
            section.contrasts.append((contrast, own))
            figures = [each for each in figures if each not in own]
    section.figures += figures
    compared = {contrast.stem for contrast in contrasts}
    for stem, path in sorted(results.tables_of(step).items(), key=lambda item: item[0] not in _FIRST):
        if stem in compared or stem in _NOT_SHOWN or not _is_of(section.name, step, stem):
            continue
        section.tables.append(_table(results, stem, path))
    section.files += [
        _relative(results, path)
        for path in results.files_of(step)
        if path.suffix in (".html", ".xlsx") and _is_of(section.name, step, path.name)
    ]


def _is_of(section: str, step: str, name: str) -> bool:
    """Return True if a result is shown in a section: gene sets of the network's targets are enrichment."""
    return step != "network" or name.startswith("enrichment") == (section == "enrichment")


def _table(results: StudyResults, stem: str, path: Path) -> PageTable:
    most = FIRST_ROWS if stem.startswith("normalized") else MOST_SAMPLES if stem.endswith("_pca") else MOST_ROWS
    meaning = _meanings_of(results, path.name)
    first = ("Name",) if stem.startswith("normalized") else ()
    title = stem.replace("_", " ")
    return page_table(stem, title, results.text_table(path), meaning, file=_relative(results, path), most=most,
                      first=first)  # fmt: skip


def _meanings_of(results: StudyResults, file: str) -> Callable[[str], str]:
    return lambda head: results.meaning_of(file, head)


def _figure(results: StudyResults, stem: str, files: Mapping[str, Path]) -> PageFigure:
    title, look_for = figure_words(stem)
    best = next((files[kind] for kind in ("svg", "pdf", "png") if kind in files), next(iter(files.values())))
    return PageFigure(stem, title, _relative(results, best), "", results.captions.get(stem, ""), look_for)


def _relative(results: StudyResults, path: Path) -> str:
    return path.relative_to(results.study.root).as_posix()


def _marks(step: str, results: StudyResults) -> Iterator[str]:
    """Yield what needs a look: what is out of date, and what the step warned of."""
    state = results.state_of(step)
    if state.status is Status.OUT_OF_DATE:
        yield f"{step} is out of date: made from {state.reasons[0]}. Run mirtool {step} again."
    for warning in results.runs[step].get("warnings", []):
        yield f"{step}: {printable(for_shell(warning))}"
    if step == "clinical":
        yield from (f"clinical: {printable(mark)}" for mark in clinical_marks(results.found(step)))
    if step == "qc":
        verdicts = results.found(step).get("verdicts", {})
        for verdict in dict.fromkeys(verdicts.values()):
            arrays = [array for array, own in verdicts.items() if own == verdict]
            if verdict != "fine":
                yield f"{plural(len(arrays), 'array')}: {verdict} ({first_of(arrays, MOST_NAMED)})."


def _summary(
    section: Section, results: StudyResults, samples: SampleTable, _changed: Sequence[StepSettings]
) -> None:
    for block in study_summary(results.runs):
        if isinstance(block, Pairs):
            section.facts += [
                (label[:1].upper() + label[1:] if label[1:2].islower() else label, value)
                for label, value in block.rows
            ]
        elif isinstance(block, Line):
            section.found.append(block.text)
    said = results.terms.said
    table = sample_table(samples, results.table("qc_arrays"), results.found("normalize"))
    meaning = _meanings_of(results, "qc_arrays.csv")
    section.tables.append(
        page_table(
            "samples",
            "Samples",
            table,
            lambda head: said(MEANINGS.get(head, "")) or meaning(head),
            most=len(table),
        )
    )


def _clusters(section: Section, results: StudyResults, *_others: Any) -> None:
    section.heat_map = heat_map(results)


def _provenance(
    section: Section, results: StudyResults, _samples: SampleTable, changed: Sequence[StepSettings]
) -> None:
    runs = results.runs
    versions = {name: version for run in runs.values() for name, version in run.get("versions", {}).items()}
    section.facts = [(name, version) for name, version in sorted(versions.items())]
    rows = [(each.step, name, value) for each in changed for name, value in each.settings]
    tables = [
        ("settings", "Settings that are not the default", ("step", "setting", "value"), rows),
        ("files-read", "Files read", ("file", "read by", "SHA-256"), _files(runs, "inputs")),
        ("files-written", "Files written", ("file", "made by", "SHA-256"), _files(runs, "outputs")),
    ]
    for key, title, heads, own in tables:
        columns = {head: text_array(row[j] for row in own) for j, head in enumerate(heads)}
        if own:
            section.tables.append(page_table(key, title, Table(columns), lambda _head: "", most=1000))


def _files(runs: Mapping[str, Any], which: str) -> list[tuple[str, str, str]]:
    steps: dict[tuple[str, str], list[str]] = {}
    for step, run in runs.items():
        for path, digest in run.get(which, {}).items():
            steps.setdefault((path, digest), []).append(step)
    return [(path, ", ".join(made), digest) for (path, digest), made in sorted(steps.items())]


def _nothing_more(*_: object) -> None:
    return


def _methods(section: Section, results: StudyResults, *_others: Any) -> None:
    """Add the methods text; its files hold it with the list of references."""
    section.found += results.methods.lines
    if results.methods.sections:
        files = ", ".join((MARKDOWN_FILE, HTML_FILE, BIBTEX_FILE, CSL_FILE))
        section.found.append(f"Beside this page with the references: {files}.")


_MORE: Mapping[str, Callable[..., None]] = {
    "summary": _summary,
    "clusters": _clusters,
    "methods": _methods,
    "provenance": _provenance,
}


def _tables_of(section: Section) -> list[PageTable]:
    return [*(contrast.table for contrast, _ in section.contrasts), *section.tables]


def _probes(contrasts: Sequence[Contrast]) -> list[str]:
    """Return the probes of all comparisons, those first that come first in any table."""
    found = []
    for contrast in contrasts:
        (column,) = (each for each in contrast.table.data["columns"] if each["name"] == "ID")
        ids = column.get("values") or [column["levels"][code] for code in column.get("codes", [])]
        found += [(place, str(each)) for place, each in enumerate(ids)]
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def _embed(sections: Sequence[Section], results: StudyResults, room: int) -> None:
    pictures = {stem: files for run in results.runs for stem, files in results.pictures_of(run).items()}
    groups = [group for section in sections for group in (section.figures, *(own for _, own in section.contrasts))]
    wanted = {figure.name: pictures[figure.name] for group in groups for figure in group}
    embedded = embed_figures(wanted, room, results.content)
    for group in groups:
        group[:] = [
            PageFigure(each.name, each.title, each.file, embedded[each.name].source, each.caption, each.look_for)
            for each in group
        ]


def _has_components(table: PageTable) -> bool:
    """Return True for a table of principal components that has every sample on the page."""
    return sum(head.startswith("PC") for head, _, _ in table.heads) >= 2 and table.n_shown == table.n_rows


_MEASURED = {
    ARRAY: "miRNA arrays", LANE: "miRNAs by NanoString", SAMPLE: "miRNA sequencing", PANEL: "miRNAs by qPCR",
}  # fmt: skip


def _title(contrasts: Sequence[Contrast], unit: str) -> str:
    """Return the title of a study that has none: the same wherever its folder is."""
    more = len(contrasts) - 1
    return (
        _MEASURED[unit]
        + (f": {contrasts[0].title}" if contrasts else "")
        + (f" and {more} more" if more > 0 else "")
    )


def _subtitle(samples: SampleTable) -> str:
    sizes: dict[str, int] = {}
    for group in samples.groups:
        if group:
            sizes[group] = sizes.get(group, 0) + 1
    groups = ", ".join(f"{n} {group}" for group, n in sizes.items())
    return plural(len(samples.names), "sample") + (f": {groups}" if groups else "")


def _rules(left_out: int) -> list[str]:
    rules = [
        f"A table has its first {FIRST_ROWS} rows here without the page's program and in print, up to {MOST_ROWS} "
        f"rows with it; a comparison has up to {MOST_PROBES:,} probes, those of smallest P. The files have all.",
        f"A figure of more than {MOST_SVG // 1000} kB is {PIXELS:,} pixels wide here, {FEWER_PIXELS} where "
        "the page is short of room; the largest for which it has none are named with their files.",
        f"A heat map of up to {MOST_CELLS:,} cells can be pointed at here; a larger one is a figure.",
        f"Values per sample are here for up to {MOST_VALUES:,} values, to two decimals.",
        "Links to files work where the page lies in the results folder of its study.",
    ]
    return [*rules, f"{plural(left_out, 'probe')} without values per sample on this page."] if left_out else rules
