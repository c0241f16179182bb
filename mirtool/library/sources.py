"""Tables of interactions and collections of gene sets by name: of a file, the library, or included in mirtool."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import former_names, load_gene_symbols, update_gene_symbols
from mirtool.annotation.probes import may_be_of_species
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.io.genes.enrichr import read_library
from mirtool.io.genes.gene_sets import embedded_go, read_gene_sets
from mirtool.io.tables.streams import is_content
from mirtool.io.targets.interactions import read_interactions, starter_interactions
from mirtool.library.store import has_entry, load_gene_sets, load_interactions, read_entry
from mirtool.model import GeneSets, Interactions
from mirtool.study.record import LIBRARY
from mirtool.wording import plural

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xls", ".gmt")
"""What a name ends in that is meant as a file of interactions, even if there is no such file."""
GO_NAMES = {"go": "bp", "go-bp": "bp", "go-cc": "cc", "go-mf": "mf"}
"""What the branches of the included Gene Ontology are called."""
GO_ALL = ("go-bp", "go-cc", "go-mf")


@dataclass(frozen=True, eq=False)
class InteractionSources:
    """Tables of interactions as they were read, in the order in which they were named.

    ``warnings`` say what a user should not overlook.
    """

    tables: tuple[Interactions, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Collections:
    """Collections of gene sets, in the order in which they were named; ``warnings`` as above."""

    sets: tuple[GeneSets, ...]
    warnings: tuple[str, ...] = ()


def load_interaction_sources(names: Sequence[str], species: str | None = None) -> InteractionSources:
    """Return the tables of interactions of these names; the starter table, with a warning, without any.

    Parameters
    ----------
    names
        Files, and names of entries of the library. Several tables are put under current gene symbols, so that
        their pairs can be compared.
    species
        Keep the pairs of this species' miRNAs; None keeps all.

    Raises
    ------
    UsageError
        For a name that is neither a file nor an entry.
    NotEnoughDataError
        Where a table has no miRNA of the species.
    """
    if names:
        found = [_load_interactions(name, species, several=len(names) > 1) for name in names]
        return InteractionSources(
            tuple(table for table, _ in found), tuple(line for _, lines in found for line in lines)
        )
    starter = starter_interactions()
    warning = (
        f"no {option('interactions')} given: using mirtool's starter table of {plural(len(starter), 'pair')}, "
        "chosen by hand to try things out. No paper should rest on it: use miRTarBase (https://mirtarbase.cuhk.edu.cn)"
    )
    return InteractionSources((starter,), (warning,))


def _load_interactions(name: str, species: str | None, *, several: bool) -> tuple[Interactions, tuple[str, ...]]:
    if is_entry_of_interactions(name):
        return _of_species(load_interactions(name), species), ()
    if not _is_meant_as_file(name):
        load_interactions(name)  # raises: there is no such entry
    both = f"{name} is a file here and a name in the library: the file is read"
    warnings = (both,) if has_entry("targets", name) else ()
    table = read_interactions(name, species=species)
    if several:
        table, symbols = update_gene_symbols(table, load_gene_symbols())
        return replace(table, dropped=(*table.dropped, *symbols.told())), warnings
    former = len(former_names(table, load_gene_symbols()))
    note = (
        f"{plural(former, 'former gene name or identifier', 'former gene names or identifiers')} kept "
        "unchanged, which sets of current symbols do not hold (mirtool targets add replaces them)"
    )
    return replace(table, dropped=(*table.dropped, note)) if former else table, warnings


def is_entry_of_interactions(name: str) -> bool:
    """Return True if a name means an entry of the library and not a file."""
    return not _is_meant_as_file(name) and has_entry("targets", name)


def library_hashes(names: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of the file behind each name that means an entry of interactions."""
    return {
        f"{LIBRARY}{name}": read_entry("targets", name).sha256 for name in names if is_entry_of_interactions(name)
    }


def _is_meant_as_file(name: str) -> bool:
    path = Path(name)
    there = path.exists() and not path.is_dir()
    return name == "-" or there or os.sep in name or name.lower().endswith(TABLE_SUFFIXES)


def _of_species(table: Interactions, species: str | None) -> Interactions:
    """Return the pairs of one species' miRNAs, as reading a file does."""
    if species is None:
        return table
    own = np.array([may_be_of_species(name, species) for name in table.mirna], dtype=bool)
    if not own.any():
        raise NotEnoughDataError(f"{table.source} holds no miRNA whose name begins with {species}-")
    if own.all():
        return table
    left_out = f"{plural(int((~own).sum()), 'pair')} of miRNAs of other species than {species} left out"
    return replace(table.take(own), dropped=(*table.dropped, left_out))


def find_collections(names: Sequence[str] | None = None, species: str | None = None) -> Collections:
    """Return every collection of gene sets that is named, each once; none for ``none``.

    The included GO is of human genes. For miRNAs of another ``species`` it is left out where nobody asked for it:
    the few symbols that are spelled alike would be tested as if they were a universe.

    Raises
    ------
    UsageError
        Where ``none`` is named together with others, and where two collections have one name.
    """
    wanted: dict[str, None] = {}
    for name in names or ["go"]:
        wanted |= dict.fromkeys(GO_ALL if name == "go-all" else ("go-bp",) if name == "go" else (name,))
    if "none" in wanted and len(wanted) > 1:
        raise UsageError(
            f"{option('gene_sets', 'none')} and others contradict each other", found=" and ".join(wanted)
        )
    warnings: list[str] = []
    if species not in (None, "hsa") and any(name in GO_NAMES for name in wanted):
        human = f"the GO that comes with mirtool is of human genes, and the miRNAs are of {species}"
        if not names:
            give = f"give those of its genes ({option('gene_sets', 'FILE.gmt')})"
            return Collections((), (f"gene sets not tested: {human}; {give}",))
        warnings.append(human)
    found = [find_gene_sets(name) for name in wanted]
    sets = [own for each in found for own in each.sets]
    sources = [own.source for own in sets]
    for source in sources:
        if sources.count(source) > 1:
            raise UsageError(
                f"two collections of gene sets are called {source}, and could not be distinguished in the table",
                hint="rename one of the files",
            )
    return Collections(tuple(sets), (*warnings, *(line for each in found for line in each.warnings)))


def find_gene_sets(name: str | None) -> Collections:
    """Return one collection of gene sets: included, of a file, of the library, or of Enrichr; none for ``none``.

    Raises
    ------
    UsageError
        For ``go-all``, which is three.
    """
    if name == "none":
        return Collections(())
    if name == "go-all":
        raise UsageError("only one collection of gene sets can be tested here", expected="go, go-cc or go-mf")
    if name is None or name in GO_NAMES:
        return Collections((embedded_go(GO_NAMES[name or "go"]),))
    is_path = os.sep in name or "/" in name or name.lower().endswith((".gmt", ".gmx", ".gz", ".txt"))
    if is_path or is_content(name):
        both = f"{name} is a file here and a name in the library: the file is read"
        return Collections((read_gene_sets(name),), (both,) if has_entry("genesets", name) else ())
    return Collections((load_gene_sets(name) if has_entry("genesets", name) else read_library(name),))
