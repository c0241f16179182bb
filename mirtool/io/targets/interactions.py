"""Tables of miRNA–target interactions: those of the common databases, or any with a miRNA and a gene column.

The format
----------
The databases' own tables are known by their header, each by a module of :mod:`mirtool.io.targets.databases`, whose
docstring is its format: miRTarBase, TarBase 8 and 9, TargetScan 7 and 8, miRDB, DIANA-microT, multiMiR, miRecords,
miRNet, miEAA, ENCORI, mirDIP and Enrichr's libraries.

Any other table is read by the names of its columns: CSV, TSV (gzip-packed or not) or XLSX with one header line,
whatever the header's case, blanks and underscores; the first that is there counts. A table of two columns needs no
known names, nor a header (:mod:`mirtool.io.targets.databases.two_columns`).

=========== ============================================================================================
miRNA       ``miRNA``, ``miRNA name``, ``mature_mirna_id``, ``mature miRNA``
gene        ``Target Gene``, ``Gene Symbol``, ``gene_name``, ``target_symbol``, ``gene``, ``target``, ``symbol``
evidence    ``Support Type``, ``support``, ``evidence`` (may be missing)
experiment  ``Experiments``, ``experiment`` (may be missing)
references  ``References (PMID)``, ``pubmed_id``, ``article_pubmed_id``, ``pmid``, ``references`` (may be missing)
=========== ============================================================================================

A database writes one row per reference, a site or a transcript. Rows are collapsed to pairs: a pair has the best
evidence and the surest score of its rows (:mod:`mirtool.io.targets.databases.evidence` says what is how good), and
its references are joined, sorted, by ``;``. Rows that say that a pair was tested and not found are dropped and
counted.

In a table without a column of evidence no pair has a level, and ``--evidence strong`` can't be asked of it.
Rows without a miRNA or a gene are dropped and counted. Names are kept as they are; a gene that has an Entrez,
Ensembl or RefSeq identifier only is named by the table of genes (:mod:`mirtool.annotation.gene_symbols`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.errors import FormatError, option
from mirtool.io.genes import gene_sets
from mirtool.io.genes.gene_cells import date_warning, dates_among, parts_of, several_warning
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.name_lists import find_column
from mirtool.io.tables.text import FileHead, read_head
from mirtool.io.tables.text_tables import TextTable, head_tables, read_table
from mirtool.io.targets.databases import find_database, two_columns
from mirtool.io.targets.databases.evidence import with_support
from mirtool.io.targets.interaction_rows import (
    InteractionRows,
    LabelColumn,
    blank_column,
    label_column,
    to_interactions,
)
from mirtool.model import EVIDENCE_CLASSES, Interactions, text_array
from mirtool.wording import plural

MIRNA_HEADERS = ("mirna", "mirnaname", "maturemirnaid", "maturemirna", "microrna")
GENE_HEADERS = ("targetgene", "genesymbol", "genename", "targetsymbol", "gene", "target", "symbol")
SUPPORT_HEADERS = ("supporttype", "support", "evidence")
EXPERIMENT_HEADERS = ("experiments", "experiment")
REFERENCE_HEADERS = ("referencespmid", "pubmedid", "articlepubmedid", "pmid", "references", "reference")

STARTER_SOURCE = "mirtool's starter table (not for publication)"
"""How the embedded table is named wherever it is used."""

_MIRNA_NAME = re.compile(r"(^|-)(mir|let|lin|bantam)-?\d", re.I)


def sniff(head: FileHead) -> bool:
    """Return a database's table by its header, any other by a column of miRNA names and one of genes."""
    return any(map(_is_of_targets, head_tables(head)))


def _is_of_targets(table: TextTable) -> bool:
    return find_database(table) is not None or _names_pairs(table) or two_columns.matches(table)


def _names_pairs(table: TextTable) -> bool:
    mirna, gene = find_column(table, MIRNA_HEADERS), find_column(table, GENE_HEADERS)
    if mirna is None or gene is None or not len(table):
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
    dates = _date_warning(rows)
    warnings += dates
    remarks = [remark for remark in rows.remarks if remark not in dates]
    pairs = np.unique(rows.mirna.position[rows.named] * len(rows.gene.labels) + rows.gene.position[rows.named])
    return Inspection(
        path=str(path),
        format="interactions",
        spots=len(rows),
        warnings=tuple(warnings),
        details={
            "database": rows.database,
            **({"table": rows.release} if rows.release else {}),
            "pairs": len(pairs),
            "miRNAs": len(np.unique(rows.mirna.position[rows.named])),
            "genes": len(np.unique(rows.gene.position[rows.named])),
            "evidence": evidence,
            **_scores_told(rows),
            **({"notes": "; ".join(remarks)} if remarks else {}),
        },
    )


def _scores_told(rows: InteractionRows) -> dict[str, str]:
    """Say from where to where the scores run, and which end is the surer."""
    if rows.score is None or np.isnan(rows.score).all():
        return {}
    low, high = np.nanmin(rows.score), np.nanmax(rows.score)
    return {"score": f"{low:g} to {high:g}, {'lower' if rows.lower_is_better else 'higher'} is surer"}


def read_interactions(
    path: str | Path,
    *,
    species: str | None = None,
    score_cutoff: float | None = None,
    genes: GeneSymbols | None = None,
) -> Interactions:
    """Read a table of interactions as pairs, each once, sorted by miRNA and gene.

    Parameters
    ----------
    path
        A table of a known database, or any with a miRNA and a gene column; ``-`` is standard input.
    species
        A miRBase prefix such as ``"hsa"``: only miRNAs whose name begins with it. None keeps them all; a table
        that mixes species then counts the genes of all of them in its universe.
    score_cutoff
        Rows with a score less sure than this are left out; only for databases with scores.
    genes
        What names genes that have an identifier only; None takes the embedded table of human genes.

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
        read_rows(path, genes), path=str(path), source=Path(path).name, species=species, score_cutoff=score_cutoff
    )


def starter_interactions() -> Interactions:
    """Return the embedded starter table: 254 validated pairs of the miRNAs most studied in myeloma and exosomes.

    Each pair is strong and carries the PubMed ID of one paper that shows it. The table is a small choice made by
    hand so that a network can be drawn with nothing downloaded: no paper should rest on it.
    """
    with resources.as_file(resources.files("mirtool").joinpath("data/starter_interactions.csv")) as path:
        pairs = read_interactions(path)
    return replace(pairs, source=STARTER_SOURCE, dropped=())


def read_rows(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read a table of interactions row by row, nothing left out but what is no interaction, which is said.

    Parameters
    ----------
    path
        As of :func:`read_interactions`.
    genes
        What names genes that have an identifier only; None takes the embedded table of human genes.

    Raises
    ------
    FormatError
        Where the table lacks a column, a row or a number is wrong, or it has no miRNA or no gene column.
    """
    rows = _one_gene_per_row(_without_headers(_read_rows(path, genes)))
    dates = _date_warning(rows)
    return replace(rows, remarks=(*rows.remarks, *dates)) if dates else rows


def _without_headers(rows: InteractionRows) -> InteractionRows:
    """Leave out the header of a second table below the first, as files put together have one."""
    header = rows.mirna.holds(fold_header(label) in MIRNA_HEADERS for label in rows.mirna.labels)
    header &= rows.gene.holds(fold_header(label) in GENE_HEADERS for label in rows.gene.labels)
    if not header.any():
        return rows
    said = f"{plural(int(header.sum()), 'header line')} among the rows passed over: tables below each other"
    return replace(rows.take(~header), remarks=(*rows.remarks, said))


def _one_gene_per_row(rows: InteractionRows) -> InteractionRows:
    """Return a row for each gene of a cell that names several."""
    parts = [parts_of(label) for label in rows.gene.labels]
    n_genes = np.array([max(len(each), 1) for each in parts], dtype=np.int64)
    if not (n_genes[rows.gene.position] > 1).any():
        return rows
    n = n_genes[rows.gene.position]
    repeated = np.repeat(np.arange(len(rows)), n)
    nth = np.arange(len(repeated)) - np.repeat(np.cumsum(n) - n, n)
    first = np.cumsum(n_genes) - n_genes
    labels = [name for each, label in zip(parts, rows.gene.labels, strict=True) for name in each or [label]]
    taken = rows.take(repeated)
    gene = LabelColumn(first[taken.gene.position] + nth, text_array(labels)).relabeled(labels)
    said = several_warning([rows.gene.labels[i] for i in np.unique(rows.gene.position[n > 1])])
    return replace(taken, gene=gene, remarks=(*taken.remarks, *said))


def _date_warning(rows: InteractionRows) -> tuple[str, ...]:
    """Warn of genes whose names are dates and that no identifier names."""
    named = np.zeros(len(rows.gene.labels), dtype=bool)
    named[rows.gene.position] = True
    return date_warning(dates_among(rows.gene.labels[named]))


def _read_rows(path: str | Path, genes: GeneSymbols | None) -> InteractionRows:
    heads = head_tables(read_head(path))
    database = next(filter(None, map(find_database, heads)), None)
    if database is not None:
        return database.read(path, genes)
    if gene_sets.sniff(read_head(path)):
        raise FormatError(
            "these gene sets are not named after miRNAs, so that they are no targets",
            path=path,
            expected="one set per miRNA (hsa-miR-16-5p), or a table with a miRNA and a gene column",
            hint=f"keep gene sets with `mirtool genesets add`, and test them with {option('gene_sets')}",
        )
    table = read_table(path, suits=_is_of_targets, joins=True)
    mirna, gene = find_column(table, MIRNA_HEADERS), find_column(table, GENE_HEADERS)
    if (mirna is None or gene is None) and two_columns.matches(table):
        return two_columns.read(path, genes)
    for what, column, headers in (("miRNA", mirna, "miRNA"), ("gene", gene, "Target Gene, gene or symbol")):
        if column is None:
            raise FormatError(
                f"this table of interactions has no {what} column",
                path=path,
                line=table.first_line - 1,
                found=", ".join(table.header[:12]),
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
    mirnas, names, support, references, experiments = columns
    rows = InteractionRows(
        database="table",
        mirna=mirnas,
        gene=names,
        reference=references,
        evidence=np.zeros(len(table), dtype=np.int64),
        negative=np.zeros(len(table), dtype=bool),
    )
    return with_support(rows, support, experiments)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
