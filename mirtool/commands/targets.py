"""``mirtool targets``: the tables of interactions that a user keeps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.current_names import AliasesOption, load_mirna_names, tell_names
from mirtool.commands.library_told import (
    LIBRARY_HELP,
    AcceptChangeOption,
    CitationOption,
    GenesOption,
    JsonOption,
    LicenseOption,
    NameArgument,
    NameOption,
    NamesArgument,
    ReplaceOption,
    VersionOption,
    drop_entry,
    fetch_into_library,
    read_genes,
    show_databases,
    show_entry,
    show_list,
    tell_added,
)

if TYPE_CHECKING:
    from mirtool.library import Entry
    from mirtool.library.adding import Description

KIND = "targets"

SpeciesOption = Annotated[
    str | None,
    typer.Option("--species", metavar="PREFIX", help="Keep only the miRNAs of this species (hsa, mmu, …)."),
]

targets = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    short_help="Keep tables of miRNA targets under a name: add, fetch, list, info, remove.",
    help="Tables of miRNA targets, kept under a name: `mirtool network --interactions NAME`.\n\n"
    "A table is read once, its miRNAs and genes are brought under their current names, and it is kept with its "
    "release, source, SHA-256 and license. Several may be combined: --interactions A --interactions B "
    "--combine 2.\n\n"
    f"{LIBRARY_HELP}\n\n"
    "Example:\n\n"
    "\b\n"
    "  mirtool targets fetch mirtarbase            from the database's own address\n"
    "  mirtool targets add hsa_MTI.csv --version 9.0 --name mirtarbase-9\n"
    "  mirtool targets list                        what is there\n"
    "  mirtool targets info mirtarbase             what was left out, and how to cite it\n"
    "  mirtool network --interactions mirtarbase --interactions targetscan --combine 2 --evidence all",
)


@targets.command()
def add(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="miRTarBase, TarBase, TargetScan, miRDB, … as downloaded, packed or not; or any table with a "
            "miRNA and a gene column; - is stdin.",
        ),
    ],
    name: NameOption = None,
    version: VersionOption = "",
    license_line: LicenseOption = "",
    cite: CitationOption = "",
    species: SpeciesOption = None,
    aliases: AliasesOption = None,
    genes: GenesOption = None,
    replace: ReplaceOption = False,
) -> None:
    """Put a table of interactions into the library.

    The database is told by the table's header. Names of miRNAs are replaced by those of miRBase 22, identifiers
    and former names of human genes by their current symbols; what does not map is counted and kept as it is. Pairs
    tested and not found, and rows without a miRNA or a gene, are left out and counted.

    Example:

    \b
      mirtool targets add hsa_MTI.csv --version 9.0
      mirtool targets add Conserved_Site_Context_Scores.txt.zip --species hsa --version 8.0
      mirtool targets add ours.xlsx --name ours --license "unpublished" --cite "our laboratory, 2026"
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.library.adding import Description

    _add(file, Description(name or "", version, license_line, cite), species, aliases, genes, replacing=replace)


@targets.command()
def fetch(
    database: Annotated[
        str | None,
        typer.Argument(metavar="DATABASE", help="Which; left out, all that mirtool knows are listed."),
    ] = None,
    name: NameOption = None,
    species: SpeciesOption = None,
    aliases: AliasesOption = None,
    genes: GenesOption = None,
    replace: ReplaceOption = False,
    accept_change: AcceptChangeOption = False,
) -> None:
    """Download a database from its own public address, and put it into the library.

    A download that is cut off goes on where it stopped, at once or when the command is run again. The first file
    from an address is taken on trust and its SHA-256 remembered: another one there is refused unless
    --accept-change is given. MIRTOOL_MIRROR=https://host names a copy of the web's files (as `wget -x` makes it)
    to ask in place of the databases.

    Example:

    \b
      mirtool targets fetch                        what can be fetched, and where to get the rest by hand
      mirtool targets fetch mirtarbase
      mirtool targets fetch targetscan-conserved --species hsa --name targetscan-hsa
    """  # noqa: D301  (typer wants the backspace itself)
    if database is None:
        show_databases(KIND)
        return
    from mirtool.library.catalog import require_database

    found = require_database(KIND, database)

    add_file = partial(_add, species=species, aliases=aliases, genes=genes, replacing=replace)
    fetch_into_library(found, name, add_file, replacing=replace, accept_change=accept_change)


@targets.command(name="list")
def list_(as_json: JsonOption = False) -> None:
    """Show what the library holds.

    Example:

    \b
      mirtool targets list
      mirtool targets list --json
    """  # noqa: D301  (typer wants the backspace itself)
    show_list(KIND, as_json=as_json)


@targets.command()
def info(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show where an entry is from, its license, what was left out on the way in, and what did not map.

    Example:

    \b
      mirtool targets info mirtarbase
    """  # noqa: D301  (typer wants the backspace itself)
    show_entry(KIND, name, as_json=as_json)


@targets.command()
def remove(names: NamesArgument) -> None:
    """Take entries out of the library; the files they were read from stay.

    Example:

    \b
      mirtool targets remove mirtarbase-8
    """  # noqa: D301  (typer wants the backspace itself)
    drop_entry(KIND, names)


def _add(
    file: str,
    description: Description,
    species: str | None,
    aliases: list[str] | None,
    genes: str | None,
    *,
    replacing: bool,
) -> Entry:
    from mirtool.library import add_targets

    entry, found = add_targets(
        file,
        description,
        book=load_mirna_names(aliases or (), species),
        genes=read_genes(genes),
        species=species,
        replacing=replacing,
    )
    tell_names(f"in {entry.name}", found)
    tell_added(entry)
    return entry
