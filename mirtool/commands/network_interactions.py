"""The tables of interactions that a command is asked to use: read, under current names, combined."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import warn
from mirtool.errors import UsageError
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames, Resolution
    from mirtool.model import Interactions

InteractionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--interactions",
        metavar="FILE|NAME",
        help="A table with a miRNA and a gene column: miRTarBase, TarBase, TargetScan … as downloaded; or a name "
        "in the library (`mirtool targets list`). May be given several times. Without it: mirtool's own starter "
        "table, on which no paper should rest.",
    ),
]
CombineOption = Annotated[
    str,
    typer.Option(
        "--combine",
        metavar="union|intersection|N",
        help="In how many of several --interactions a pair must stand: in any, in all, or in at least N.",
    ),
]
MinScoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--min-score",
        metavar="NAME=VALUE",
        help="Only pairs of this --interactions that are at least so sure; which way is surer is known of each "
        "database (context++: lower). May be given several times.",
    ),
]
EvidenceOption = Annotated[
    str,
    typer.Option(
        "--evidence",
        metavar="strong|clip|validated|all",
        help="strong: shown by reporter assay, Western blot or qPCR; clip: or by cross-linking; validated: or by "
        "any experiment; all: predictions too.",
    ),
]

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xls", ".gmt")
"""What ``--interactions`` ends in where it is meant as a file, even if there is no such file."""


@dataclass(frozen=True)
class Sources:
    """The tables of interactions as they were asked for.

    ``names`` are files and names of the library; ``at_least`` says in how many of them a pair must stand;
    ``limits`` gives the limit to scores of some.
    """

    names: tuple[str, ...]
    at_least: int
    limits: Mapping[str, float]
    combine: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The options for the record of the run."""
        return {"interactions": list(self.names), "combine": self.combine, "min_score": dict(self.limits)}

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file, and of the file behind each entry of the library."""
        from mirtool.library import read_entry

        kept = {f"library: {name}": read_entry("targets", name).sha256 for name in self.names if _in_library(name)}
        return hash_files([*self.names]) | kept


def choose_sources(names: Sequence[str] | None, combine: str, min_scores: Sequence[str] | None) -> Sources:
    """Tell which tables are asked for and how they are combined.

    Raises
    ------
    UsageError
        For a way to combine that there is not, and a limit that is none of ``NAME=VALUE``.
    """
    given = tuple(names or ())
    limits: dict[str, float] = {}
    for option in min_scores or ():
        name, _, value = option.rpartition("=")
        if name not in given:
            raise UsageError(
                f"--min-score {option} sets a limit to none of the --interactions",
                found=repr(name),
                expected=" or ".join(f"{each}=VALUE" for each in given) or "a limit beside --interactions",
            )
        limits[name] = _limit(option, value)
    return Sources(given, _at_least(combine, len(given)), limits, combine)


def _limit(option: str, value: str) -> float:
    try:
        limit = float(value)
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit):
        raise UsageError(f"--min-score {option} has no number", found=repr(value))
    return limit


def _at_least(combine: str, n_sources: int) -> int:
    if combine in ("union", "intersection"):
        return 1 if combine == "union" else max(n_sources, 1)
    if not combine.isdigit() or not 1 <= int(combine) <= max(n_sources, 1):
        raise UsageError(
            f"--combine can't be {combine!r} of {plural(n_sources, 'table')} of interactions",
            expected=f"union, intersection or a number from 1 to {max(n_sources, 1)}",
            hint="name each table with an --interactions of its own" if n_sources < 2 else None,
        )
    return int(combine)


def read_known(sources: Sources, species: str | None, book: MirnaNames) -> tuple[Interactions, list[Resolution]]:
    """Return the tables asked for as one, its miRNAs under current names, and what became of each name."""
    tables, found = _with_current_names(_read_all(sources, species), book)
    return _combined(tables, sources.at_least), found


def _read_all(sources: Sources, species: str | None) -> list[Interactions]:
    """Read the tables asked for, or the starter table with a warning."""
    from mirtool.io.targets.interactions import starter_interactions
    from mirtool.network.interactions.combine import filter_by_score

    if sources.names:
        several = len(sources.names) > 1
        tables = [(name, _read(name, species, several=several)) for name in sources.names]
        limits = sources.limits
        return [filter_by_score(table, limits[name]) if name in limits else table for name, table in tables]
    starter = starter_interactions()
    warn(
        f"no --interactions given: using the starter table of {plural(len(starter), 'pair')} that comes with "
        "mirtool. It is a small choice made by hand, to try things out: no paper should rest on it. Download "
        "miRTarBase (https://mirtarbase.cuhk.edu.cn) and name its file with --interactions"
    )
    return [starter]


def _read(name: str, species: str | None, *, several: bool) -> Interactions:
    """Read an entry of the library or a file, which meets several others under current gene symbols."""
    from mirtool.annotation.gene_symbols import former_names, load_gene_symbols, update_gene_symbols
    from mirtool.io.targets.interactions import read_interactions
    from mirtool.library import has_entry, load_interactions

    if _in_library(name):
        return _of_species(load_interactions(name), species)
    if not _meant_as_file(name):
        load_interactions(name)  # which says that there is none
    if has_entry("targets", name):
        warn(f"{name} is a file here and a name in the library: the file is read")
    known = read_interactions(name, species=species)
    if not several:
        former = len(former_names(known, load_gene_symbols()))
        told = (
            f"{plural(former, 'former gene name or identifier', 'former gene names or identifiers')} kept "
            "unchanged, which sets of current symbols do not hold (mirtool targets add replaces them)"
        )
        return replace(known, dropped=(*known.dropped, told)) if former else known
    known, symbols = update_gene_symbols(known, load_gene_symbols())
    return replace(known, dropped=(*known.dropped, *symbols.told()))


def _in_library(name: str) -> bool:
    from mirtool.library import has_entry

    return not _meant_as_file(name) and has_entry("targets", name)


def _meant_as_file(name: str) -> bool:
    path = Path(name)
    there = path.exists() and not path.is_dir()
    return name == "-" or there or os.sep in name or name.lower().endswith(TABLE_SUFFIXES)


def _of_species(known: Interactions, species: str | None) -> Interactions:
    """Return the pairs of one species' miRNAs, as reading a file does."""
    import numpy as np

    from mirtool.errors import NotEnoughDataError

    if species is None:
        return known
    own = np.array([name.startswith(f"{species}-") for name in known.mirna], dtype=bool)
    if not own.any():
        raise NotEnoughDataError(f"{known.source} holds no miRNA whose name begins with {species}-")
    if own.all():
        return known
    left_out = f"{plural(int((~own).sum()), 'pair')} of miRNAs of other species than {species} left out"
    return replace(known.take(own), dropped=(*known.dropped, left_out))


def _with_current_names(
    tables: Sequence[Interactions], book: MirnaNames
) -> tuple[list[Interactions], list[Resolution]]:
    from mirtool.network.interactions.current_names import update_mirna_names

    found = [book.resolve(name) for name in dict.fromkeys(name for table in tables for name in table.mirna)]
    current = {each.given: each.best_name for each in found}
    return [update_mirna_names(table, current) for table in tables], found


def _combined(tables: Sequence[Interactions], at_least: int) -> Interactions:
    """Make one table of several; one stays as it is."""
    from mirtool.network.interactions.combine import combine_interactions

    if len(tables) == 1:
        return tables[0]
    made = combine_interactions(tables, at_least=at_least).interactions
    remarks = (f"{table.source}: {remark}" for table in tables for remark in table.dropped)
    return replace(made, dropped=(*made.dropped, *remarks))
