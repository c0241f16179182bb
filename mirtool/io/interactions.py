"""Tables of miRNA–target interactions: miRTarBase as downloaded, or any table with a miRNA and a gene column.

The format
----------
CSV, TSV (gzip-packed or not) or XLSX with one header line. Columns are known by their header, whatever its case,
blanks and underscores; the first that is there counts:

=========== ============================================================================================
miRNA       ``miRNA``, ``miRNA name``, ``mature_mirna_id``, ``mature miRNA``
gene        ``Target Gene``, ``Gene Symbol``, ``gene_name``, ``target_symbol``, ``gene``, ``target``, ``symbol``
evidence    ``Support Type``, ``support``, ``evidence`` (may be missing)
experiment  ``Experiments``, ``experiment`` (may be missing)
references  ``References (PMID)``, ``pubmed_id``, ``article_pubmed_id``, ``pmid``, ``references`` (may be missing)
=========== ============================================================================================

miRTarBase writes one row a reference, so that a pair stands in as many rows as there are papers. Rows are
collapsed to pairs: a pair is strong where any of its rows is, and its references are joined, sorted, by ``;``.

=========================== =======================================================================
``Functional MTI``          strong: reporter assay, Western blot or qPCR (``strong`` in other tables)
``Functional MTI (Weak)``   clip where an experiment names CLIP or CLASH, else weak: microarray, proteomics,
                            sequencing (``weak`` in other tables)
``Non-Functional MTI``      tested and not found, dropped and counted; the same with ``(Weak)``
anything else               counts as weak, and is counted
=========================== =======================================================================

In a table without a column of evidence no pair has a level, and ``--evidence strong`` can't be asked of it.
Rows without a miRNA or a gene are dropped and counted. Names are kept as they stand.

References
----------
Huang HY et al. miRTarBase 2020: updates to the experimentally validated microRNA–target interaction database.
Nucleic Acids Res 2020;48:D148–D154.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np

from mirtool.console import plural
from mirtool.errors import FormatError
from mirtool.io.interaction_rows import (
    RANK,
    InteractionRows,
    LabelColumn,
    blank_column,
    label_column,
    to_interactions,
)
from mirtool.io.names import find_column, fold_header
from mirtool.io.registry import Inspection
from mirtool.io.tables import head_table, read_table
from mirtool.io.text import FileHead
from mirtool.model import EVIDENCE_CLASSES, Interactions

MIRNA_HEADERS = ("mirna", "mirnaname", "maturemirnaid", "maturemirna")
GENE_HEADERS = ("targetgene", "genesymbol", "genename", "targetsymbol", "gene", "target", "symbol")
SUPPORT_HEADERS = ("supporttype", "support", "evidence")
EXPERIMENT_HEADERS = ("experiments", "experiment")
REFERENCE_HEADERS = ("referencespmid", "pubmedid", "articlepubmedid", "pmid", "references", "reference")

STRONG = frozenset({"functional mti", "strong"})
WEAK = frozenset({"functional mti (weak)", "weak"})
NEGATIVE = frozenset({"non-functional mti", "non-functional mti (weak)"})

STARTER_SOURCE = "mirtool's starter table (not for publication)"
"""How the embedded table is named wherever it is used."""

_MIRTARBASE_ID = "mirtarbaseid"
_MIRNA_NAME = re.compile(r"(^|-)(mir|let|lin|bantam)-?\d", re.I)


def sniff(head: FileHead) -> bool:
    """Tell a table of interactions by a miRNA column that names miRNAs and a gene column that holds text."""
    table = head_table(head)
    if table is None or not len(table):
        return False
    mirna, gene = find_column(table, MIRNA_HEADERS), find_column(table, GENE_HEADERS)
    if mirna is None or gene is None:
        return False
    names = [cell for cell in table.text(mirna) if cell]
    genes = [cell for cell in table.text(gene) if cell]
    return 2 * sum(_MIRNA_NAME.search(name) is not None for name in names) > len(names) and 2 * sum(
        _is_number(cell) for cell in genes
    ) < len(genes)


def inspect(path: str | Path) -> Inspection:
    """Read a table of interactions and say what it holds."""
    rows = read_rows(path)
    counts = np.bincount(rows.evidence[rows.named & ~rows.negative], minlength=len(EVIDENCE_CLASSES)).tolist()
    evidence = {name or "none stated": n for name, n in zip(EVIDENCE_CLASSES, counts, strict=True) if n}
    if rows.negative.any():
        evidence["tested, not found"] = int(rows.negative.sum())
    warnings = [] if rows.graded else ["no column of evidence: --evidence strong can't be asked of this table"]
    nameless = int((~rows.named).sum())
    if nameless:
        warnings.append(f"{plural(nameless, 'row')} without a miRNA or a gene")
    mangled = [gene for gene in rows.gene.labels if _EXCEL_DATE.fullmatch(gene)]
    if mangled:
        warnings.append(
            f"{plural(len(mangled), 'gene name')} that Excel turned into a date: {', '.join(mangled[:5])}"
        )
    pairs = np.unique(rows.mirna.position[rows.named] * len(rows.gene.labels) + rows.gene.position[rows.named])
    return Inspection(
        path=str(path),
        format="interactions",
        spots=len(rows),
        warnings=tuple(warnings),
        details={
            "database": rows.database,
            "pairs": len(pairs),
            "miRNAs": len(np.unique(rows.mirna.position[rows.named])),
            "genes": len(np.unique(rows.gene.position[rows.named])),
            "evidence": evidence,
        },
    )


def read_interactions(
    path: str | Path, *, species: str | None = None, score_cutoff: float | None = None
) -> Interactions:
    """Read a table of interactions as pairs, each once, sorted by miRNA and gene.

    Parameters
    ----------
    path
        miRTarBase as downloaded, or any table with a miRNA and a gene column; ``-`` is standard input.
    species
        A miRBase prefix such as ``"hsa"``: only miRNAs whose name begins with it. None keeps them all; a table
        that mixes species then counts the genes of all of them in its universe.
    score_cutoff
        Rows with a score less sure than this are left out; only for databases with scores.

    Returns
    -------
    Interactions
        ``dropped`` says in words, counted, what was left out and how rows became pairs.

    Raises
    ------
    FormatError
        Where the table has no miRNA or no gene column, or no row is left.
    """
    return to_interactions(
        read_rows(path), path=str(path), source=Path(path).name, species=species, score_cutoff=score_cutoff
    )


def starter_interactions() -> Interactions:
    """Give the embedded starter table: 254 validated pairs of the miRNAs most studied in myeloma and exosomes.

    Each pair is strong and carries the PubMed ID of one paper that shows it. The table is a small choice made by
    hand so that a network can be drawn with nothing downloaded: no paper should rest on it.
    """
    with resources.as_file(resources.files("mirtool").joinpath("data/starter_interactions.csv")) as path:
        pairs = read_interactions(path)
    return replace(pairs, source=STARTER_SOURCE, dropped=())


_EXCEL_DATE = re.compile(r"\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}|\d{4}-\d\d-\d\d( 00:00:00)?")
_CROSS_LINKED = re.compile(r"CLIP|CLASH", re.I)


def read_rows(path: str | Path) -> InteractionRows:
    """Read a table of interactions row by row, nothing left out.

    Raises
    ------
    FormatError
        Where the table has no miRNA or no gene column.
    """
    table = read_table(path)
    mirna, gene = find_column(table, MIRNA_HEADERS), find_column(table, GENE_HEADERS)
    for what, column, headers in (("miRNA", mirna, "miRNA"), ("gene", gene, "Target Gene, gene or symbol")):
        if column is None:
            raise FormatError(
                f"this table of interactions has no {what} column",
                path=path,
                line=table.first_line - 1,
                found=", ".join(table.header),
                expected=f"a column named {headers}",
                hint="give miRTarBase as downloaded (hsa_MTI), or a table with the columns miRNA,gene",
            )
    columns = [
        blank_column(len(table)) if column is None else label_column(table.columns[column])
        for column in (
            mirna,
            gene,
            find_column(table, SUPPORT_HEADERS),
            find_column(table, REFERENCE_HEADERS),
            find_column(table, EXPERIMENT_HEADERS),
        )
    ]
    mirnas, genes, support, references, experiments = columns
    rows = InteractionRows(
        database="miRTarBase" if _MIRTARBASE_ID in map(fold_header, table.header) else "table",
        mirna=mirnas,
        gene=genes,
        reference=references,
        evidence=np.zeros(len(table), dtype=np.int64),
        negative=np.zeros(len(table), dtype=bool),
    )
    return _with_support(rows, support, experiments)


def _with_support(rows: InteractionRows, support: LabelColumn, experiments: LabelColumn) -> InteractionRows:
    """Grade the rows by what the table says of its evidence; one of other words says nothing about it."""
    words = [label.lower() for label in support.labels]
    if not any(word in STRONG | WEAK | NEGATIVE for word in words):
        return rows
    strong, negative = (support.holds(word in kinds for word in words) for kinds in (STRONG, NEGATIVE))
    cross_linked = experiments.holds(_CROSS_LINKED.search(label) is not None for label in experiments.labels)
    evidence = np.where(strong, RANK["strong"], np.where(cross_linked, RANK["clip"], RANK["weak"]))
    unknown = ~support.holds(word in STRONG | WEAK | NEGATIVE for word in words) & rows.named
    remarks = rows.remarks
    if unknown.any():
        kinds = [support.labels[k] or "empty" for k in np.unique(support.position[unknown])]
        remarks += (
            f"{plural(int(unknown.sum()), 'row')} of an evidence mirtool does not know "
            f"({', '.join(kinds[:5])}{', …' if len(kinds) > 5 else ''}) counted as weak",
        )
    return replace(rows, evidence=evidence, negative=negative, remarks=remarks)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
