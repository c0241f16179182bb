"""miRecords 4: validated targets, taken from papers by hand up to 2013.

The format
----------
``miRecords_version4.xls`` (or saved as XLSX, CSV or text), one header line, one row per pair and a paper::

    Pubmed_id, Target gene_species_scientific, Target gene_name, Target gene_Refseq_acc, Target site_number,
    miRNA_species, miRNA_mature_ID, miRNA_regulation, Reporter_target gene/region, Reporter link element,
    Test_method_inter, Target gene mRNA_level, Original description, Mutation_target region, Post mutation_method,
    Original description_mutation_region, Target site_position, miRNA_regulation_site, Reporter_target site,
    Reporter link element, Test_method_inter_site, Original description_inter_site, Mutation_target site,
    Post mutation_method_site, Original description_mutation_site, Additional note

``Reporter link element`` stands twice. PubMed identifiers are numbers (``15105502.0`` where a program wrote the
text). Names of miRNAs are those of miRBase 16 and before, some of them in brackets, with the species misspelled or
left out: ``[has-let-7a3b]`` is read as ``hsa-let-7a3b``, ``miR-143`` of ``Homo sapiens`` as ``hsa-miR-143``. A row
without a gene's name is named by its RefSeq transcript.

A row is strong where a test method, of the region or of the site, is a reporter's (``{activity assay}``), a
Western blot or qPCR, or where a reporter is named; else it is weak (:mod:`mirtool.io.targets.databases.evidence`).
No row says that a pair was tested and not found.

Where the header comes from: a public program that lists all 26 columns with an example row (the one with PubMed
identifier 15105502.0), and another that reads the same names.

References
----------
Xiao F et al. miRecords: an integrated resource for microRNA–target interactions. Nucleic Acids Res
2009;37:D105–D110.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.tables.text_tables import HeaderRows, TextTable, read_table
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    labels_of,
    needed,
    no_rows,
    references_of,
    words_of,
)
from mirtool.io.targets.databases.evidence import rank_of_method
from mirtool.io.targets.interaction_rows import RANK, InteractionRows, LabelColumn
from mirtool.model import BoolArray

DATABASE = "miRecords"

_TESTS = ("testmethodinter", "testmethodintersite")
_REPORTERS = ("reportertargetgeneregion", "reportertargetsite")
_PREFIXES = {
    "homo sapiens": "hsa",
    "mus musculus": "mmu",
    "rattus norvegicus": "rno",
    "drosophila melanogaster": "dme",
    "caenorhabditis elegans": "cel",
    "danio rerio": "dre",
    "gallus gallus": "gga",
    "ovis aries": "oar",
    "canis familiaris": "cfa",
}
_BARE = re.compile(r"(mir|let|lin)-", re.I)


def matches(table: TextTable) -> bool:
    """Return it by the names of its columns."""
    return has_columns(table, "mirnamatureid", "targetgenename")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = read_table(path, header_rule=_with_names_of_their_own, suits=matches)
    gene, named = gene_symbols(
        needed(table, DATABASE, "Target gene_name", "targetgenename"),
        labels_of(table, "targetgenerefseqacc"),
        genes,
    )
    strong = np.zeros(len(table), dtype=bool)
    for header in _TESTS:
        strong |= _is_strong(words_of(table, header))
    for header in _REPORTERS:
        reporter = words_of(table, header)
        strong |= reporter.holds(map(bool, reporter.labels))
    return InteractionRows(
        database=DATABASE,
        mirna=_named(needed(table, DATABASE, "miRNA_mature_ID", "mirnamatureid"), words_of(table, "mirnaspecies")),
        gene=gene,
        reference=references_of(table, "pubmedid"),
        evidence=np.where(strong, RANK["strong"], RANK["weak"]),
        negative=no_rows(len(table)),
        remarks=named,
    )


def _with_names_of_their_own(rows: Sequence[Sequence[str]]) -> HeaderRows:
    """Take the first row for the header, a name that stands twice numbered."""
    names: list[str] = []
    for cell in rows[0]:
        name = cell.strip()
        names.append(f"{name} ({names.count(name) + 1})" if name and name in names else name)
    while names and not names[-1]:
        names.pop()
    return HeaderRows(tuple(names), {}, (), 1)


def _is_strong(methods: LabelColumn) -> BoolArray:
    return methods.holds(
        "activity assay" in label.lower() or rank_of_method(label) == RANK["strong"] for label in methods.labels
    )


def _named(mirna: LabelColumn, species: LabelColumn) -> LabelColumn:
    """Take miRecords' brackets off the names, and give those without a species theirs."""
    clean = mirna.relabeled(
        re.sub(r"^has-", "hsa-", label.strip("[] "), flags=re.IGNORECASE) for label in mirna.labels
    )
    n_species = len(species.labels)
    keys, row = np.unique(clean.position * n_species + species.position, return_inverse=True)
    names = [
        _with_prefix(clean.labels[key // n_species], species.labels[key % n_species]) for key in keys.tolist()
    ]
    return LabelColumn(row.astype(np.int64), np.array(names, dtype=object)).relabeled(names)


def _with_prefix(name: str, species: str) -> str:
    prefix = _PREFIXES.get(species.strip().lower())
    return f"{prefix}-{name}" if prefix and _BARE.match(name) else name
