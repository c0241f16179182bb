"""The tables of interactions that a command is asked to use: read, under current names, combined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import warn
from mirtool.errors import for_shell

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames
    from mirtool.network.interactions.preparation import CombinedInteractions
    from mirtool.network.settings import InteractionSettings

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


def sources_record(settings: InteractionSettings) -> dict[str, Any]:
    """Return the options for the record of the run."""
    return {
        "interactions": list(settings.interactions),
        "combine": settings.combine,
        "min_score": settings.score_limits,
    }


def hash_sources(settings: InteractionSettings) -> dict[str, str]:
    """Return the SHA-256 of each file, and of the file behind each entry of the library."""
    from mirtool.io.tables.text import hash_files
    from mirtool.library.sources import library_hashes

    return hash_files(settings.interactions) | library_hashes(settings.interactions)


def read_combined(settings: InteractionSettings, species: str | None, names: MirnaNames) -> CombinedInteractions:
    """Return the tables that were named as one, its miRNAs under current names; print warnings."""
    from mirtool.library.sources import load_interaction_sources
    from mirtool.network.interactions.preparation import combine_sources

    sources = load_interaction_sources(settings.interactions, species)
    for text in sources.warnings:
        warn(for_shell(text))
    return combine_sources(sources.tables, settings, names)
