"""The methods text of a study, made from its record: a section per part of the analysis that was run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mirtool.report.methods.about_arrays import normalization_sentences, quality_sentences
from mirtool.report.methods.about_clusters import cluster_sentences
from mirtool.report.methods.about_comparison import (
    comparison_sentences,
    methods_comparison_sentences,
    power_sentences,
)
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
    from mirtool.study.folder import StudyFolder

MARKDOWN_FILE, HTML_FILE = "methods.md", "methods.html"
BIBTEX_FILE, CSL_FILE = "methods.bib", "methods.csl.json"


def methods_of_runs(runs: Mapping[str, Any]) -> Methods:
    """Return the methods text of a study; a step that was not run has no sentence.

    Parameters
    ----------
    runs
        The record of each step's last run, as :func:`mirtool.study.record.read_runs` returns it.
    """
    return Methods(tuple(_sections(records_of(runs))))


def _sections(records: Mapping[str, StepRecord]) -> Iterator[Section]:
    normalized = records.get("normalize")
    own = {
        "qc": lambda record: quality_sentences(record, normalized),
        "normalize": normalization_sentences,
        "diff": comparison_sentences,
        "compare-methods": methods_comparison_sentences,
        "cluster": cluster_sentences,
        "network": network_sentences,
        "enrichment": enrichment_sentences,
        "mirna-sets": mirna_set_sentences,
        "gsea": gsea_sentences,
        "validate": qpcr_sentences,
        "shortlist": shortlist_sentences,
        "power": power_sentences,
    }
    for title, steps in _SECTIONS.items():
        yield from section(title, _all(own[step](records[step]) for step in steps if step in records))
    yield from section("Software and reproducibility", software_sentences(records))


_SECTIONS = {
    "Quality control of the arrays": ("qc",),
    "Normalization": ("normalize",),
    "Differential expression": ("diff", "compare-methods"),
    "Cluster analysis": ("cluster",),
    "Targets and gene sets": ("network", "enrichment"),
    "Sets of miRNAs": ("mirna-sets",),
    "Gene set enrichment analysis": ("gsea",),
    "Quantitative PCR": ("validate",),
    "Selection of miRNAs": ("shortlist",),
    "Sample size of a further study": ("power",),
}
"""The sections in their order, and the steps that each tells of."""


def _all(groups: Iterable[Iterable[Sentence]]) -> Iterator[Sentence]:
    for group in groups:
        yield from group


def methods_files(study: StudyFolder) -> dict[str, bytes]:
    """Return the methods text of a study as files for its ``results``: Markdown, HTML, BibTeX and CSL-JSON.

    Parameters
    ----------
    study
        The study; only its record is read.
    """
    from mirtool.study.record import read_runs

    methods = methods_of_runs(read_runs(study.run_file))
    texts = {
        MARKDOWN_FILE: methods.markdown(),
        HTML_FILE: methods.html(),
        BIBTEX_FILE: bibtex(methods.keys),
        CSL_FILE: csl_json(methods.keys),
    }
    return {name: text.encode() for name, text in texts.items()}
