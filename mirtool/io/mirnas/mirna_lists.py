"""Lists of miRNAs to hold a shortlist against: databases of exosomes, literature lists, sets.

The formats
-----------
told by their content:

- **ExoCarta and Vesiclepedia**, ``ExoCarta_miRNA_details_5.txt`` (``_6``), ``VESICLEPEDIA_MIRNA_DETAILS_5.1.txt``:
  tab-separated, one row per miRNA and experiment, with the columns ``CONTENT ID``, ``CONTENT TYPE``, ``MIRNA ID``,
  ``SPECIES``, ``EXPERIMENT ID``, ``METHODS``, ``ENTREZ GENE ID`` (and others). Names come with and without species
  (``let-7a``, ``hsa-miR-21``); ``SPECIES`` says it then (Homo sapiens, Mus musculus, Rattus norvegicus). Rows of
  another content type than ``mirna`` are left out.
- **EVmiRNA**, ``PROJECT_expression.csv``: one row per miRNA and one column per sample. Any table is read so: the
  column of names is the one whose header says miRNA, else the one with the most names. A row whose numbers are all
  zero (or missing, with a zero among them) does not say that the miRNA is there, and is left out. Identifiers and
  years are no such numbers, nor are those of the databases above; a row without any number is kept.
- **GMT** over miRNA names: one set per line; the names of the sets are kept.
- **Plain text**, one name per line.

References
----------
Keerthikumar S et al. (2016). ExoCarta: a web-based compendium of exosomal cargo. J Mol Biol 428, 688–692.
Chitti SV et al. (2024). Vesiclepedia 2024: an extracellular vesicles and extracellular particles repository.
Nucleic Acids Res 52, D1694–D1698.
Liu T et al. (2019). EVmiRNA: a database of miRNA profiling in extracellular vesicles. Nucleic Acids Res 47,
D89–D93.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import ProbeKind, classify_probe, species_of
from mirtool.errors import FormatError
from mirtool.io.genes import gene_sets
from mirtool.io.tables.corrected import refuse_corrected
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.name_lists import LIST_HEADERS, find_column, read_list_or_table
from mirtool.io.tables.text import STDIN, is_workbook, read_head
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable
from mirtool.model import BoolArray, TextArray
from mirtool.wording import plural

SPECIES_PREFIXES = {"homo sapiens": "hsa", "mus musculus": "mmu", "rattus norvegicus": "rno"}
"""What the databases call the species whose names are embedded."""

MIRNA_HEADERS = ("mirnaid", "maturemirnaid", "maturemirna", "mirnaname", "mirna", "mirnas")
CONTENT_HEADERS = ("contenttype",)
IDENTIFIER_HEADERS = re.compile(
    r"(pmid|(pubmed|entrezgene|gene|experiment|study|taxon)?id|pubmed|year|rank|no|nr|number|n|accession)"
)
"""Folded headers of columns whose numbers are no amounts."""
_KINDS = (ProbeKind.MIRNA, ProbeKind.MIRPLUS)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class ListedName:
    """One name of a list: as it is there, with its species in front where only another column says it.

    ``n_rows`` is how often it is there, ``sets`` the sets it belongs to.
    """

    given: str
    name: str
    n_rows: int = 1
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class MirnaList:
    """A list of miRNAs: every name once, in the file's order, and what was left out, in words."""

    title: str
    path: str
    names: tuple[ListedName, ...]
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)


def read_mirna_list(path: str | Path, title: str) -> MirnaList:
    """Read a list of miRNAs in any of the formats above.

    Parameters
    ----------
    path
        The file.
    title
        What the list is called.

    Raises
    ------
    FormatError
        For a file that can't be read, a table without a column of miRNA names, and a list without a name.
    """
    if str(path) != STDIN:
        head = read_head(path)
        if not is_workbook(head.data) and gene_sets.sniff(head):
            return _read_sets(path, title)
    table = read_list_or_table(path)
    refuse_corrected(table)
    column = find_mirna_column(table)
    names = table.text(column)
    keep, left_out = np.ones(len(table), dtype=bool), []
    for mask, words in (
        (_other_content(table), "of another content type than mirna"),
        (_without_expression(table, column), "whose numbers are all zero"),
        (np.asarray(names == ""), "without a name"),
    ):
        if (keep & mask).any():
            left_out.append(f"{plural(int((keep & mask).sum()), 'row')} {words}")
        keep &= ~mask
    species = _species(table)
    counts: Counter[tuple[str, str]] = Counter(
        (given, _with_species(given, own))
        for given, own in zip(
            names[keep], species[keep] if species is not None else [""] * keep.sum(), strict=True
        )
    )
    if not counts:
        raise FormatError(
            "the list holds no miRNA",
            path=path,
            found="; ".join(left_out) or "no name",
            expected="one name per row",
        )
    return MirnaList(
        title,
        str(path),
        tuple(ListedName(given, name, n) for (given, name), n in counts.items()),
        tuple(left_out),
    )


def _read_sets(path: str | Path, title: str) -> MirnaList:
    sets = gene_sets.read_gene_sets(path)
    sets_of: dict[str, list[str]] = {}
    for term, names in zip(sets.terms, sets.genes, strict=True):
        for name in sorted(names):
            sets_of.setdefault(name, []).append(term)
    if not any(classify_probe("", name) in _KINDS for name in sets_of):
        raise FormatError(
            "the sets hold no miRNA",
            path=path,
            found=", ".join(list(sets_of)[:5]) or "empty sets",
            expected="names such as hsa-miR-16-5p",
        )
    return MirnaList(
        title, str(path), tuple(ListedName(name, name, len(own), tuple(own)) for name, own in sets_of.items())
    )


def find_mirna_column(table: TextTable) -> int:
    """Return the column of miRNA names: the one whose header says so, else the one with the most such names.

    Raises
    ------
    FormatError
        Where there is none.
    """
    if len(table.header) == 1:
        return 0
    column = find_column(table, MIRNA_HEADERS)
    if column is not None:
        return column
    counts = [_count_mirnas(table.text(j)) for j in range(len(table.header))]
    if any(counts):
        return counts.index(max(counts))
    column = find_column(table, LIST_HEADERS)
    if column is not None:
        return column
    raise FormatError(
        "this table has no column of miRNA names",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:12]),
        expected="a column miRNA, with names such as hsa-miR-16-5p",
    )


def _count_mirnas(cells: TextArray) -> int:
    return 0 if _is_numeric(cells) else sum(classify_probe("", cell) in _KINDS for cell in cells)


def _other_content(table: TextTable) -> BoolArray:
    """Mask of the rows that a database gives another content type than mirna."""
    column = find_column(table, CONTENT_HEADERS)
    if column is None:
        return np.zeros(len(table), dtype=bool)
    return np.array([fold_header(cell) not in ("mirna", "") for cell in table.text(column)], dtype=bool)


def _without_expression(table: TextTable, column: int) -> BoolArray:
    """Mask of the rows whose amounts are all zero, but for missing ones; none where no column holds amounts."""
    amounts = [
        cells
        for j, name in enumerate(table.header)
        if j != column
        and not IDENTIFIER_HEADERS.fullmatch(fold_header(name))
        and _is_numeric(cells := table.text(j))
    ]
    if not amounts or find_column(table, CONTENT_HEADERS) is not None:
        return np.zeros(len(table), dtype=bool)
    missing = np.array([[cell in MISSING_CELLS for cell in cells] for cells in amounts])
    zero = np.array([[cell not in MISSING_CELLS and float(cell) == 0 for cell in cells] for cells in amounts])
    return np.asarray(np.all(zero | missing, axis=0) & np.any(zero, axis=0))


def _is_numeric(cells: TextArray) -> bool:
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    return bool(present) and all(_NUMBER.fullmatch(cell) for cell in present)


def _species(table: TextTable) -> TextArray | None:
    column = find_column(table, ("species", "organism"))
    return None if column is None else table.text(column)


def _with_species(name: str, species: str) -> str:
    """Put the prefix of a row's species in front of a name that has none, where the species is known."""
    if not species or species_of(name):
        return name
    prefix = SPECIES_PREFIXES.get(" ".join(species.lower().split()))
    return f"{prefix}-{name}" if prefix else f"{species}: {name}"
