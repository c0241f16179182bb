"""The tables of interactions that a command is asked to use, read and under current names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.console import plural, warn

if TYPE_CHECKING:
    from mirtool.model import Interactions
    from mirtool.names import NameBook, Resolution

InteractionsOption = Annotated[
    str | None,
    typer.Option(
        "--interactions",
        metavar="FILE",
        help="miRTarBase as downloaded (CSV, CSV.gz, XLSX), or any table with a miRNA and a gene column. "
        "Without it: mirtool's own starter table, on which no paper should rest.",
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


def read_known(path: str | None, species: str | None) -> Interactions:
    """Read the table asked for, or the starter table with a warning."""
    from mirtool.io.interactions import read_interactions, starter_interactions

    if path is not None:
        return read_interactions(path, species=species)
    known = starter_interactions()
    warn(
        f"no --interactions given: using the starter table of {plural(len(known), 'pair')} that comes with "
        "mirtool. It is a small choice made by hand, to try things out: no paper should rest on it. Download "
        "miRTarBase (https://mirtarbase.cuhk.edu.cn) and name its file with --interactions"
    )
    return known


def with_current_table_names(known: Interactions, book: NameBook) -> tuple[Interactions, list[Resolution]]:
    """Give the miRNAs of the table their current names, and what became of each name."""
    from mirtool.network.current_names import with_current_names

    found = [book.resolve(name) for name in dict.fromkeys(known.mirna)]
    return with_current_names(known, {each.given: each.best_name for each in found}), found
