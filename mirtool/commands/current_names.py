"""The option for further miRNA names, and what the commands that are not steps yet print of names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.console import say

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames, Resolution

AliasesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--aliases",
        metavar="FILE",
        help="Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of "
        "names by release. May be given several times.",
    ),
]


def load_mirna_names(
    aliases: Iterable[str], species: str | None = None, mirbase_release: str | None = None
) -> MirnaNames:
    """Open the embedded tables and the files of names that the user gives."""
    from mirtool.io.mirnas import aliases as files

    return files.load_mirna_names(aliases, species, mirbase_release)


def tell_names(
    where: str,
    found: Sequence[Resolution],
    about: Collection[str] | None = None,
    *,
    has_species_option: bool = True,
) -> None:
    """Print how many of distinct names are current, and some that are not."""
    from mirtool.report.text.names import names_blocks

    for block in names_blocks(where, found, about, has_species_option=has_species_option):
        for line in block.lines():
            say(line)
