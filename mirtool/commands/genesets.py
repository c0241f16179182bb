"""``mirtool genesets``: the collections of gene sets that a user keeps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.console import say
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

KIND = "genesets"

genesets = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    short_help="Keep gene sets under a name: add, fetch, list, info, remove.",
    help="Collections of gene sets, kept under a name: `mirtool enrichment --gene-sets NAME`.\n\n"
    "GO biological process comes with mirtool and needs none of this.\n\n"
    f"{LIBRARY_HELP}\n\n"
    "Example:\n\n"
    "\b\n"
    "  mirtool genesets fetch reactome             from the database's own address\n"
    "  mirtool genesets fetch KEGG_2021_Human      any library of Enrichr, by its name\n"
    '  mirtool genesets add h.all.v2024.1.Hs.symbols.gmt --name hallmark --license "CC BY 4.0"\n'
    "  mirtool genesets list                       what is there\n"
    "  mirtool network --interactions mirtarbase --gene-sets reactome",
)


@genesets.command()
def add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Gene sets as GMT, packed or not; - is stdin.")],
    name: NameOption = None,
    version: VersionOption = "",
    license_line: LicenseOption = "",
    cite: CitationOption = "",
    genes: GenesOption = None,
    replace: ReplaceOption = False,
) -> None:
    """Put gene sets into the library.

    Identifiers (Entrez, Ensembl, RefSeq) and former names of human genes are replaced by their current symbols;
    what does not map is counted and kept as it is.

    Example:

    \b
      mirtool genesets add ReactomePathways.gmt.zip --name reactome --version 91
      mirtool genesets add h.all.v2024.1.Hs.symbols.gmt --name hallmark --license "CC BY 4.0"
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.library.adding import Description

    _add(file, Description(name or "", version, license_line, cite), genes, replacing=replace)


@genesets.command()
def fetch(
    database: Annotated[
        str | None,
        typer.Argument(
            metavar="DATABASE",
            help="Which, or the name of a library of Enrichr; left out, all that mirtool knows are listed.",
        ),
    ] = None,
    name: NameOption = None,
    genes: GenesOption = None,
    replace: ReplaceOption = False,
    accept_change: AcceptChangeOption = False,
) -> None:
    """Download gene sets from the database's own public address, and put them into the library.

    A name that mirtool has no address of is taken for a library of Enrichr (https://maayanlab.cloud/Enrichr/#libraries)
    and fetched through gseapy. A download that is cut off goes on where it stopped; MIRTOOL_MIRROR=https://host
    names a copy of the web's files (as `wget -x` makes it) to ask in place of the databases.

    Example:

    \b
      mirtool genesets fetch                       what can be fetched, and where to get the rest by hand
      mirtool genesets fetch reactome
      mirtool genesets fetch KEGG_2021_Human --name kegg
    """  # noqa: D301  (typer wants the backspace itself)
    if database is None:
        show_databases(KIND)
        say("Any library of Enrichr is fetched by its name: https://maayanlab.cloud/Enrichr/#libraries")
        return
    from mirtool.library import find_database

    found = find_database(KIND, database)
    if found is None:
        _fetch_from_enrichr(database, name, genes, replacing=replace)
        return

    add_file = partial(_add, genes=genes, replacing=replace)
    fetch_into_library(found, name, add_file, replacing=replace, accept_change=accept_change)


@genesets.command(name="list")
def list_(as_json: JsonOption = False) -> None:
    """Show what the library holds.

    Example:

    \b
      mirtool genesets list
      mirtool genesets list --json
    """  # noqa: D301  (typer wants the backspace itself)
    show_list(KIND, as_json=as_json)


@genesets.command()
def info(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show where an entry is from, its license, and what changed on the way in.

    Example:

    \b
      mirtool genesets info reactome
    """  # noqa: D301  (typer wants the backspace itself)
    show_entry(KIND, name, as_json=as_json)


@genesets.command()
def remove(names: NamesArgument) -> None:
    """Take entries out of the library; the files they were read from stay.

    Example:

    \b
      mirtool genesets remove reactome
    """  # noqa: D301  (typer wants the backspace itself)
    drop_entry(KIND, names)


def _fetch_from_enrichr(library: str, name: str | None, genes: str | None, *, replacing: bool) -> None:
    from mirtool.io.genes.enrichr import LIBRARIES_PAGE, fetched_library
    from mirtool.library.adding import Description

    kept = fetched_library(library)
    citation = "Kuleshov MV et al. Nucleic Acids Res 2016;44:W90–W97, and the source of the library"
    license_line = "that of its source; Enrichr's own terms hold"
    _add(
        str(kept),
        Description(name or library, "", license_line, citation, f"{LIBRARIES_PAGE} {library}"),
        genes,
        replacing=replacing,
    )


def _add(file: str, description: Description, genes: str | None, *, replacing: bool) -> Entry:
    from mirtool.library import add_gene_sets

    entry = add_gene_sets(file, description, genes=read_genes(genes), replacing=replacing)
    tell_added(entry)
    return entry
