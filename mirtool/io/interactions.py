"""Tables of miRNA–target interactions: miRTarBase as downloaded, or any table with a miRNA and a gene column.

The format
----------
CSV, TSV (gzip-packed or not) or XLSX with one header line. Columns are known by their header, whatever its case,
blanks and underscores; the first that is there counts:

=========== ============================================================================================
miRNA       ``miRNA``, ``miRNA name``, ``mature_mirna_id``, ``mature miRNA``
gene        ``Target Gene``, ``Gene Symbol``, ``gene_name``, ``target_symbol``, ``gene``, ``target``, ``symbol``
evidence    ``Support Type``, ``support``, ``evidence`` (may be missing)
references  ``References (PMID)``, ``pubmed_id``, ``article_pubmed_id``, ``pmid``, ``references`` (may be missing)
=========== ============================================================================================

miRTarBase writes one row a reference, so that a pair stands in as many rows as there are papers. Rows are
collapsed to pairs: a pair is strong where any of its rows is, and its references are joined, sorted, by ``;``.

=========================== =======================================================================
``Functional MTI``          strong: reporter assay, Western blot or qPCR (``strong`` in other tables)
``Functional MTI (Weak)``   weak: sequencing, microarray, proteomics (``weak`` in other tables)
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
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.console import plural
from mirtool.errors import FormatError
from mirtool.io.names import find_column
from mirtool.io.registry import Inspection
from mirtool.io.tables import head_table, read_table, unguard_text
from mirtool.io.text import FileHead
from mirtool.model import BoolArray, IntArray, Interactions, TextArray, text_array

MIRNA_HEADERS = ("mirna", "mirnaname", "maturemirnaid", "maturemirna")
GENE_HEADERS = ("targetgene", "genesymbol", "genename", "targetsymbol", "gene", "target", "symbol")
SUPPORT_HEADERS = ("supporttype", "support", "evidence")
REFERENCE_HEADERS = ("referencespmid", "pubmedid", "articlepubmedid", "pmid", "references", "reference")

STRONG = frozenset({"functional mti", "strong"})
WEAK = frozenset({"functional mti (weak)", "weak"})
NEGATIVE = frozenset({"non-functional mti", "non-functional mti (weak)"})

STARTER_SOURCE = "mirtool's starter table (not for publication)"
"""How the embedded table is named wherever it is used."""

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
    rows = _read_rows(path)
    pairs = rows.collapse(np.ones(len(rows), dtype=bool))
    counts = np.bincount(rows.support.position, minlength=len(rows.support.labels)).tolist()
    support = {label or "(empty)": n for label, n in zip(rows.support.labels, counts, strict=True)}
    warnings = [] if rows.graded else ["no column of evidence: --evidence strong can't be asked of this table"]
    nameless = int((~rows.named).sum())
    if nameless:
        warnings.append(f"{plural(nameless, 'row')} without a miRNA or a gene")
    mangled = [gene for gene in rows.gene.labels if _EXCEL_DATE.fullmatch(gene)]
    if mangled:
        warnings.append(
            f"{plural(len(mangled), 'gene name')} that Excel turned into a date: {', '.join(mangled[:5])}"
        )
    return Inspection(
        path=str(path),
        format="interactions",
        spots=len(rows),
        warnings=tuple(warnings),
        details={
            "pairs": len(pairs),
            "miRNAs": len(set(pairs.mirna)),
            "genes": len(set(pairs.gene)),
            "support types": support if rows.graded else "none stated",
        },
    )


def read_interactions(path: str | Path, *, species: str | None = None) -> Interactions:
    """Read a table of interactions as pairs, each once, sorted by miRNA and gene.

    Parameters
    ----------
    path
        miRTarBase as downloaded, or any table with a miRNA and a gene column; ``-`` is standard input.
    species
        A miRBase prefix such as ``"hsa"``: only miRNAs whose name begins with it. None keeps them all; a table
        that mixes species then counts the genes of all of them in its universe.

    Returns
    -------
    Interactions
        ``dropped`` says in words, counted, what was left out and how rows became pairs.

    Raises
    ------
    FormatError
        Where the table has no miRNA or no gene column, or no row is left.
    """
    rows = _read_rows(path)
    negative = rows.is_support(NEGATIVE)
    unknown = ~rows.is_support(STRONG | WEAK | NEGATIVE) & rows.named if rows.graded else np.zeros(len(rows), bool)
    foreign = np.zeros(len(rows), dtype=bool)
    if species is not None:
        foreign = rows.mirna.holds(not name.startswith(f"{species}-") for name in rows.mirna.labels) & rows.named
    kept = rows.named & ~negative & ~foreign
    dropped = []
    if (~rows.named).any():
        dropped.append(f"{plural(int((~rows.named).sum()), 'row')} without a miRNA or a gene dropped")
    if negative.any():
        dropped.append(f"{plural(int(negative.sum()), 'Non-Functional row')} (tested, not found) dropped")
    if foreign.any():
        dropped.append(f"{plural(int(foreign.sum()), 'row')} of miRNAs of other species than {species} dropped")
    if unknown.any():
        kinds = [rows.support.labels[k] or "empty" for k in np.unique(rows.support.position[unknown])]
        dropped.append(
            f"{plural(int(unknown.sum()), 'row')} of an evidence mirtool does not know "
            f"({', '.join(kinds[:5])}{', …' if len(kinds) > 5 else ''}) counted as weak"
        )
    pairs = rows.collapse(kept)
    if not len(pairs):
        raise FormatError(
            "no interaction is left in this table",
            path=path,
            found="; ".join(dropped) or "a header without rows",
            expected="rows with a miRNA and a gene"
            + (f", of miRNAs whose name begins with {species}-" if species else ""),
        )
    dropped.append(f"{plural(int(kept.sum()), 'row')} collapsed to {plural(len(pairs), 'pair')}")
    if not rows.graded:
        dropped.append("no column of evidence: every pair counts alike")
    return Interactions(
        mirna=pairs.mirna,
        gene=pairs.gene,
        strong=pairs.strong,
        references=pairs.references,
        source=Path(path).name,
        dropped=tuple(dropped),
        graded=rows.graded,
    )


def starter_interactions() -> Interactions:
    """Give the embedded starter table: 254 validated pairs of the miRNAs most studied in myeloma and exosomes.

    Each pair is strong and carries the PubMed ID of one paper that shows it. The table is a small choice made by
    hand so that a network can be drawn with nothing downloaded: no paper should rest on it.
    """
    with resources.as_file(resources.files("mirtool").joinpath("data/starter_interactions.csv")) as path:
        pairs = read_interactions(path)
    return Interactions(pairs.mirna, pairs.gene, pairs.strong, pairs.references, STARTER_SOURCE)


_EXCEL_DATE = re.compile(r"\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}|\d{4}-\d\d-\d\d( 00:00:00)?")


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of miRNA and gene, each once."""

    mirna: TextArray
    gene: TextArray
    strong: BoolArray
    references: TextArray

    def __len__(self) -> int:
        return len(self.mirna)


@dataclass(frozen=True, eq=False)
class _Column:
    """A column of text as positions, one a row, in its sorted distinct labels."""

    position: IntArray
    labels: TextArray

    def holds(self, known: Iterable[bool]) -> BoolArray:
        """Mask of the rows whose label is one that ``known``, one entry a label, marks."""
        mask: BoolArray = np.fromiter(known, dtype=bool, count=len(self.labels))[self.position]
        return mask


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of a table, one a reference."""

    mirna: _Column
    gene: _Column
    support: _Column
    reference: _Column
    graded: bool

    def __len__(self) -> int:
        return len(self.mirna.position)

    @property
    def named(self) -> BoolArray:
        """Mask of the rows that have both a miRNA and a gene."""
        return self.mirna.holds(map(bool, self.mirna.labels)) & self.gene.holds(map(bool, self.gene.labels))

    def is_support(self, kinds: frozenset[str]) -> BoolArray:
        """Mask of the rows whose evidence is one of ``kinds``."""
        return self.support.holds(label.lower() in kinds for label in self.support.labels)

    def collapse(self, kept: BoolArray) -> _Pairs:
        """Turn the rows in ``kept`` that have names into pairs, sorted by miRNA and gene."""
        rows = np.flatnonzero(kept & self.named)
        n_genes = len(self.gene.labels)
        key = self.mirna.position[rows] * n_genes + self.gene.position[rows]
        pairs, pair_of_row = np.unique(key, return_inverse=True)
        strong = np.bincount(pair_of_row, self.is_support(STRONG)[rows], len(pairs)) > 0
        mirna, gene = np.divmod(pairs, n_genes or 1)
        return _Pairs(
            self.mirna.labels[mirna],
            self.gene.labels[gene],
            strong,
            _join(pair_of_row, self.reference.position[rows], self.reference.labels, len(pairs)),
        )


def _read_rows(path: str | Path) -> _Rows:
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
    support, reference = find_column(table, SUPPORT_HEADERS), find_column(table, REFERENCE_HEADERS)
    blank = ("",) * len(table)
    mirna_column, gene_column, support_column, reference_column = (
        _label(blank if column is None else table.columns[column]) for column in (mirna, gene, support, reference)
    )
    graded = support is not None and _is_graded(support_column.labels)
    return _Rows(mirna_column, gene_column, support_column, reference_column, graded)


def _is_graded(supports: TextArray) -> bool:
    """Tell whether a column says which evidence is strong; one of other words says nothing about it."""
    return any(label.lower() in STRONG | WEAK | NEGATIVE for label in supports)


def _label(cells: Any) -> _Column:
    """Find the distinct labels of a column, stripped of blanks, and where each row's cell stands in them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([pa.array(cells, pa.string())])
    encoded = pc.utf8_trim_whitespace(column).combine_chunks().dictionary_encode()
    found = [unguard_text(label) for label in encoded.dictionary.to_pylist()]
    labels = sorted(set(found))
    place = {label: i for i, label in enumerate(labels)}
    moved = np.array([place[label] for label in found], dtype=np.int64)
    return _Column(moved[encoded.indices.to_numpy(zero_copy_only=False)], text_array(labels))


def _join(pair: IntArray, reference: IntArray, labels: TextArray, n_pairs: int) -> TextArray:
    """Join the distinct references of each pair, sorted, by ``;``; blank ones are none."""
    present = labels[reference] != ""
    key = np.unique(pair[present] * max(len(labels), 1) + reference[present])
    owner, label = np.divmod(key, max(len(labels), 1))
    joined = text_array([""] * n_pairs)
    starts = np.searchsorted(owner, np.arange(n_pairs + 1))
    single = np.flatnonzero(np.diff(starts) == 1)
    joined[single] = labels[label[starts[single]]]
    for i in np.flatnonzero(np.diff(starts) > 1):
        joined[i] = ";".join(labels[label[starts[i] : starts[i + 1]]])
    return joined


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
