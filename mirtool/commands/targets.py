"""``mirtool targets``: the tables of interactions that a user keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mirtool.commands.console import say_summary
from mirtool.commands.library_commands import (
    GENES,
    LIBRARY_HELP,
    NAMES,
    CommandHelp,
    LibraryKind,
    library_group,
    option_of,
    print_added,
    read_genes,
)

if TYPE_CHECKING:
    from mirtool.library import Entry
    from mirtool.library.adding import Description

SPECIES = option_of(
    str | None, "--species", None, NAMES, "PREFIX", "Keep only the miRNAs of this species (hsa, mmu, …)."
)
ALIASES = option_of(
    list[str] | None,
    "--aliases",
    None,
    NAMES,
    "FILE",
    "Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of names by "
    "release. Repeatable.",
)

HELP = f"""Tables of miRNA targets, kept under a name: `mirtool network --interactions NAME`.

A table is read once, its miRNAs and genes get their current names, and it is kept with its release, source,
SHA-256 and license. Several may be combined: --interactions A --interactions B --combine 2.

{LIBRARY_HELP}

Example:

\b
  mirtool targets fetch mirtarbase            from the database's own address
  mirtool targets add hsa_MTI.csv --version 9.0 --name mirtarbase-9
  mirtool targets list                        what is there
  mirtool targets info mirtarbase             what was left out, and how to cite it
  mirtool network --interactions mirtarbase --interactions targetscan --combine 2 --evidence all
"""

TEXTS = {
    "add": CommandHelp(
        """Put a table of interactions into the library.

    The database is recognized by the table's header. Names of miRNAs are replaced by those of miRBase 22,
    identifiers and former names of human genes by their current symbols; what does not map is counted and kept
    unchanged. Pairs tested and not found, and rows without a miRNA or a gene, are left out and counted.""",
        (
            ("mirtool targets add hsa_MTI.csv --version 9.0", ""),
            ("mirtool targets add Conserved_Site_Context_Scores.txt.zip --species hsa --version 8.0", ""),
            (
                'mirtool targets add ours.xlsx --name ours --license "unpublished" --cite "our lab, 2026"',
                "",
            ),
        ),
    ),
    "fetch": CommandHelp(
        """Download a database from its own public address, and put it into the library.

    An interrupted download goes on where it stopped, at once or when the command is run again. The first file from
    an address is accepted and its SHA-256 remembered: a different one there is refused unless --accept-change is
    given. MIRTOOL_MIRROR=https://host names a copy of the web's files (as `wget -x` makes it) to ask instead of
    the databases.""",
        (
            ("mirtool targets fetch", "what can be fetched, and where to get the rest by hand"),
            ("mirtool targets fetch mirtarbase", ""),
            ("mirtool targets fetch targetscan-conserved --species hsa --name targetscan-hsa", ""),
        ),
    ),
    "list": CommandHelp(
        """Show what the library holds.""",
        (
            ("mirtool targets list", ""),
            ("mirtool targets list --json", ""),
        ),
    ),
    "info": CommandHelp(
        """Show where an entry is from, its license, what was left out when it was added, and what did not map.
        """,
        (("mirtool targets info mirtarbase", ""),),
    ),
    "remove": CommandHelp(
        """Remove entries from the library; the files they were read from stay.
        """,
        (("mirtool targets remove mirtarbase-8", ""),),
    ),
}


def add_file(file: str, description: Description, naming: Mapping[str, Any], replacing: bool) -> Entry:
    """Put a table of interactions into the library, and print what became of its names."""
    from mirtool.io.mirnas.aliases import load_mirna_names
    from mirtool.library import add_targets
    from mirtool.report.text.names import names_blocks

    entry, found = add_targets(
        file,
        description,
        book=load_mirna_names(naming["aliases"] or (), naming["species"]),
        genes=read_genes(naming["genes"]),
        species=naming["species"],
        replacing=replacing,
    )
    say_summary(names_blocks(f"in {entry.name}", found))
    print_added(entry)
    return entry


targets = library_group(
    LibraryKind(
        name="targets",
        help=HELP,
        file="miRTarBase, TarBase, TargetScan, miRDB, … as downloaded, packed or not; or any table with a miRNA "
        "and a gene column; - is stdin.",
        database="Name of the database; without it, all that can be fetched are listed.",
        naming={"species": SPECIES, "aliases": ALIASES, "genes": GENES},
        add_file=add_file,
        texts=TEXTS,
    ),
    "Keep tables of miRNA targets under a name: add, fetch, list, info, remove.",
)
