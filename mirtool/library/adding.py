"""From a file to an entry of the library: read, brought under current names, counted, written."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mirtool.annotation.gene_symbols import load_gene_symbols, update_gene_symbols
from mirtool.annotation.pairs import renamed_pairs
from mirtool.errors import UsageError, option
from mirtool.io.genes.gene_sets import read_gene_sets
from mirtool.io.tables.name_lists import names_mirna
from mirtool.io.tables.text import STDIN, sha256_of
from mirtool.io.targets.interaction_rows import to_interactions
from mirtool.io.targets.interactions import read_rows
from mirtool.library.catalog import database_read_as
from mirtool.library.entry import NOT_STATED, Entry, check_name, name_of_file
from mirtool.library.store import check_free, save_gene_sets, save_interactions
from mirtool.library.unpack import file_sha256, unpacked
from mirtool.model import EVIDENCE_CLASSES, GeneSets, Interactions, text_array
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.gene_symbols import GeneSymbols
    from mirtool.annotation.mirna_names import MirnaNames, Resolution


@dataclass(frozen=True)
class Description:
    """What a user or the catalog says of a file, which it does not say itself; empty where not known."""

    name: str = ""
    version: str = ""
    license: str = ""
    citation: str = ""
    address: str = ""
    """Where it was fetched, in place of the path."""


def add_targets(
    path: str | Path,
    description: Description,
    *,
    book: MirnaNames,
    genes: GeneSymbols | None = None,
    species: str | None = None,
    replacing: bool = False,
) -> tuple[Entry, list[Resolution]]:
    """Put a table of interactions into the library.

    Parameters
    ----------
    path
        Any table :func:`mirtool.io.targets.interactions.read_interactions` reads, or a ZIP archive of one; ``-``
        is standard input.
    description
        Name, version, license and so on. A name left out is that of the database, else of the file.
    book
        What miRNAs are called now.
    genes
        What genes are called now; None takes the embedded table.
    species
        A miRBase prefix such as ``"hsa"``: only miRNAs whose name begins with it.
    replacing
        Whether an entry of that name may be there already, and gives way.

    Returns
    -------
    tuple
        The entry as written, and what became of each miRNA name.

    Raises
    ------
    FormatError
        Where the table can't be read, or no row is left.
    UsageError
        Where the name is taken or can't be one.
    OutputError
        Where the library can't be written.
    """
    sha256 = _sha256(path)
    with unpacked(path) as table:
        rows = read_rows(table, genes)
        known = database_read_as(rows.database, description.version)
        database_name = known.name.partition("-")[0] if known else ""
        name = _free_name("targets", description.name or database_name or _own_name(path), replacing)
        pairs = to_interactions(rows, path=str(path), source=name, species=species)
    pairs, found, named = _under_current_names(pairs, book)
    pairs, symbols = update_gene_symbols(pairs, genes or load_gene_symbols())
    entry = Entry(
        kind="targets",
        name=name,
        version=description.version,
        database=rows.database,
        added=_today(),
        source=description.address or _place(path),
        sha256=sha256,
        license=description.license or (known.license if known else NOT_STATED),
        citation=description.citation or (known.citation if known else ""),
        counts={"rows": len(rows), **_counts(pairs)},
        remarks=(*pairs.dropped, *named, *symbols.told()),
        unmapped=_without_empty(
            {
                "miRNA names": {each.given: each.status.value for each in found if not each.mapped},
                "gene names": _unclear(symbols.ambiguous, symbols.unknown),
            }
        ),
    )
    save_interactions(entry, pairs, replacing=replacing)
    return entry, found


def add_gene_sets(
    path: str | Path, description: Description, *, genes: GeneSymbols | None = None, replacing: bool = False
) -> Entry:
    """Put gene sets into the library, their genes under current symbols.

    Parameters
    ----------
    path
        A GMT file, packed with gzip or not, or a ZIP archive of one; ``-`` is standard input.
    description, genes, replacing
        As of :func:`add_targets`.

    Raises
    ------
    FormatError
        Where the file is no GMT.
    UsageError
        Where the name is taken or can't be one.
    OutputError
        Where the library can't be written.
    """
    name = _free_name("genesets", description.name or _own_name(path), replacing)
    with unpacked(path) as table:
        sets = read_gene_sets(table)
    sets, named, unmapped = _under_current_symbols(sets, genes or load_gene_symbols())
    entry = Entry(
        kind="genesets",
        name=name,
        version=description.version,
        database="GMT",
        added=_today(),
        source=description.address or _place(path),
        sha256=_sha256(path),
        license=description.license or NOT_STATED,
        citation=description.citation,
        counts={"sets": len(sets), "genes": len(frozenset().union(*sets.genes))},
        remarks=named,
        unmapped=_without_empty({"gene names": unmapped}),
    )
    save_gene_sets(entry, sets, replacing=replacing)
    return entry


def _under_current_names(
    pairs: Interactions, book: MirnaNames
) -> tuple[Interactions, list[Resolution], tuple[str, ...]]:
    """Return the miRNAs their current names, with what became of each name, in whole and in words."""
    book = book.by_own_release(pairs.mirna)
    found = [book.resolve(name) for name in dict.fromkeys(pairs.mirna)]
    current = {each.given: each.best_name for each in found}
    renamed = renamed_pairs(pairs, mirna=text_array(current[name] for name in pairs.mirna))
    n_renamed = sum(each.mapped and each.name != each.given for each in found)
    n_unmapped = sum(not each.mapped for each in found)
    told = (
        (n_renamed, "miRNA name", "replaced by the current one (miRBase 22)"),
        (n_unmapped, "miRNA name", "that did not map kept unchanged"),
        (len(pairs) - len(renamed), "pair", "became one with another pair of the same miRNA"),
    )
    return renamed, found, tuple(f"{plural(n, what)} {fate}" for n, what, fate in told if n)


def _under_current_symbols(sets: GeneSets, book: GeneSymbols) -> tuple[GeneSets, tuple[str, ...], dict[str, str]]:
    """Return the genes of sets their current symbols, how many changed in words, and those that did not map.

    Sets may hold miRNAs, whose names are mapped where they are used: by aliases that may grow.
    """
    members = sorted(frozenset[str]().union(*sets.genes))
    mirnas = sum(map(names_mirna, members))
    named = {gene: book.name(gene) for gene in members if not names_mirna(gene)}
    current = tuple(
        frozenset(named[gene].symbol if gene in named else gene for gene in genes) for genes in sets.genes
    )
    statuses = Counter(name.status for name in named.values())
    told = (
        (statuses["identifier"], "gene identifier", f"replaced by the symbol ({book.source})"),
        (statuses["alias"], "former gene name", f"replaced by the current symbol ({book.source})"),
        (statuses["ambiguous"], "gene name", "that several genes share kept unchanged"),
        (statuses["unknown"], "gene name", f"not in {book.source} kept unchanged"),
        (mirnas, "miRNA name", "kept unchanged: mirtool mirna-sets --sets maps miRNAs"),
    )
    unmapped = _unclear(
        {gene: name.choices for gene, name in named.items() if name.status == "ambiguous"},
        [gene for gene, name in named.items() if name.status == "unknown"],
    )
    words = tuple(f"{plural(n, what)} {fate}" for n, what, fate in told if n)
    return replace(sets, genes=current), words, unmapped


def _unclear(ambiguous: Mapping[str, Sequence[str]], unknown: Iterable[str]) -> dict[str, str]:
    """Say of each gene name that did not map why."""
    return {label: f"{' or '.join(may)}?" for label, may in ambiguous.items()} | dict.fromkeys(unknown, "unknown")


def _counts(pairs: Interactions) -> dict[str, int]:
    grades = Counter(pairs.evidence.tolist())
    return {
        "pairs": len(pairs),
        "miRNAs": len(set(pairs.mirna)),
        "genes": len(set(pairs.gene)),
        **{f"{grade} pairs": grades[grade] for grade in reversed(EVIDENCE_CLASSES) if grade and grades[grade]},
    }


def _without_empty(unmapped: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {what: names for what, names in unmapped.items() if names}


def _free_name(kind: str, name: str, replacing: bool) -> str:
    check_name(name)
    if not replacing:
        check_free(kind, name)
    return name


def _own_name(path: str | Path) -> str:
    if str(path) == STDIN:
        raise UsageError(f"what comes from standard input needs a name ({option('name')})")
    return name_of_file(path)


def _place(path: str | Path) -> str:
    return "standard input" if str(path) == STDIN else str(Path(path).resolve())


def _sha256(path: str | Path) -> str:
    # Where there is no file to hash, reading says why.
    return sha256_of(path) if str(path) == STDIN or not Path(path).is_file() else file_sha256(path)


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()
