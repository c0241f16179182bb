"""The methods text of a study, made from its record: a section per part of the analysis that was run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mirtool.report.methods.about_arrays import normalization_sentences, quality_sentences, scan_sentences
from mirtool.report.methods.about_clinical import clinical_sentences
from mirtool.report.methods.about_clusters import cluster_sentences
from mirtool.report.methods.about_comparison import (
    comparison_sentences,
    methods_comparison_sentences,
    power_sentences,
)
from mirtool.report.methods.about_covariates import covariate_sentences
from mirtool.report.methods.about_selection import qpcr_sentences, shortlist_sentences
from mirtool.report.methods.about_software import software_sentences
from mirtool.report.methods.about_targets import (
    enrichment_sentences,
    gsea_sentences,
    mirna_set_sentences,
    network_sentences,
)
from mirtool.report.methods.bibliography import bibtex, csl_json
from mirtool.report.methods.record import StepRecord, records_of
from mirtool.report.methods.text import Methods, Section, Sentence, section

if TYPE_CHECKING:
    from mirtool.report.methods.facts import StudyFacts
    from mirtool.study.state import StudyState

MARKDOWN_FILE, HTML_FILE = "methods.md", "methods.html"
BIBTEX_FILE, CSL_FILE = "methods.bib", "methods.csl.json"


def methods_of_runs(
    runs: Mapping[str, Any], warnings: Iterable[str] = (), facts: StudyFacts | None = None
) -> Methods:
    """Return the methods text of a study; a step that was not run has no sentence.

    Parameters
    ----------
    runs
        The record of each step's last run, as :func:`mirtool.study.record.read_runs` returns it.
    warnings
        What must be done before the text is used.
    facts
        What is known besides; the headers of the raw files say how the arrays were scanned.
    """
    return Methods(tuple(_sections(records_of(runs), facts)), tuple(warnings))


def _sections(records: Mapping[str, StepRecord], facts: StudyFacts | None) -> Iterator[Section]:
    if facts is not None:
        yield from section("Scanning and image analysis", scan_sentences(facts))
    normalized = records.get("normalize")
    own = {
        "qc": lambda record: quality_sentences(record, normalized),
        "normalize": normalization_sentences,
        "covariates": covariate_sentences,
        "diff": lambda record: comparison_sentences(record, normalized),
        "compare-methods": methods_comparison_sentences,
        "cluster": cluster_sentences,
        "network": network_sentences,
        "enrichment": enrichment_sentences,
        "mirna-sets": mirna_set_sentences,
        "gsea": gsea_sentences,
        "validate": qpcr_sentences,
        "shortlist": shortlist_sentences,
        "power": power_sentences,
        "clinical": clinical_sentences,
    }
    unit = next((record.noun for record in records.values()), "array")
    for name, steps in _SECTIONS.items():
        title = name.format(unit=unit)
        yield from section(title, _all(own[step](records[step]) for step in steps if step in records))
    yield from section("Software and reproducibility", software_sentences(records))


_SECTIONS = {
    "Quality control of the {unit}s": ("qc",),
    "Normalization": ("normalize",),
    "Covariates and batches": ("covariates",),
    "Differential expression": ("diff", "compare-methods"),
    "Cluster analysis": ("cluster",),
    "Targets and gene sets": ("network", "enrichment"),
    "Sets of miRNAs": ("mirna-sets",),
    "Gene set enrichment analysis": ("gsea",),
    "Quantitative PCR": ("validate",),
    "Selection of miRNAs": ("shortlist",),
    "Patients": ("clinical",),
    "Sample size of a further study": ("power",),
}
"""The sections in their order, and the steps that each describes."""


def _all(groups: Iterable[Iterable[Sentence]]) -> Iterator[Sentence]:
    for group in groups:
        yield from group


def methods_of_study(state: StudyState, facts: StudyFacts | None = None) -> Methods:
    """Return the methods text of a study by its record and the files that the record names.

    Steps whose results are out of date are named above the text; ``facts`` as for :func:`methods_of_runs`.
    """
    return methods_of_runs(_without_replaced(state), _out_of_date(state), facts)


def methods_files(methods: Methods) -> dict[str, bytes]:
    """Return a methods text as files for a study's ``results``: Markdown, HTML, BibTeX and CSL-JSON."""
    texts = {
        MARKDOWN_FILE: methods.markdown(),
        HTML_FILE: methods.html(),
        BIBTEX_FILE: bibtex(methods.keys),
        CSL_FILE: csl_json(methods.keys),
    }
    return {name: text.encode() for name, text in texts.items()}


_OF_THE_TEXT = ("report", "geo")
"""Steps that write this text, or that it does not describe."""


def _out_of_date(state: StudyState) -> Iterator[str]:
    """Say of each step that is out of date why, and what to do."""
    from mirtool.study.state import Status

    for step in state.runs:
        own = state.state_of(step)
        if step in _OF_THE_TEXT:
            continue
        if own.status is Status.OUT_OF_DATE:
            again = f"run mirtool {step} again before you use this text"
            yield f"Out of date: {step} was made from {own.reasons[0]}; {again}."


def _without_replaced(state: StudyState) -> dict[str, Any]:
    """Return the record of the runs without the gene sets that another step's results replaced.

    ``mirtool network`` and ``mirtool enrichment`` write the same table; the text describes the one that is there.
    """
    from mirtool.study.hashes import current_hashes

    runs = dict(state.runs)
    if not {"network", "enrichment"} <= set(runs):
        return runs
    made = {step: runs[step].get("outputs", {}) for step in ("network", "enrichment")}
    for path in set(made["network"]) & set(made["enrichment"]):
        found = current_hashes([state.root / path]).get(str(state.root / path))
        if path.endswith("enrichment.csv") and made["network"][path] != made["enrichment"][path]:
            if found == made["network"][path]:
                del runs["enrichment"]
            elif found == made["enrichment"][path]:
                summary = {name: own for name, own in runs["network"]["summary"].items() if name != "enrichment"}
                runs["network"] = runs["network"] | {"summary": summary}
    return runs
