"""``mirtool genesets``: the collections of gene sets that a user keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mirtool.commands.library_commands import (
    GENES,
    LIBRARY_HELP,
    CommandHelp,
    LibraryKind,
    library_group,
    print_added,
    read_genes,
)

if TYPE_CHECKING:
    from mirtool.library import Entry
    from mirtool.library.adding import Description

HELP = f"""Collections of gene sets, kept under a name: `mirtool enrichment --gene-sets NAME`.

GO biological process comes with mirtool and needs none of this.

{LIBRARY_HELP}

Example:

\b
  mirtool genesets fetch reactome             from the database's own address
  mirtool genesets fetch KEGG_2021_Human      any library of Enrichr, by its name
  mirtool genesets add h.all.v2024.1.Hs.symbols.gmt --name hallmark --license "CC BY 4.0"
  mirtool genesets list                       what is there
  mirtool network --interactions mirtarbase --gene-sets reactome
"""

TEXTS = {
    "add": CommandHelp(
        """Put gene sets into the library.

    Identifiers (Entrez, Ensembl, RefSeq) and former names of human genes are replaced by their current symbols;
    what does not map is counted and kept unchanged.""",
        (
            ("mirtool genesets add ReactomePathways.gmt.zip --name reactome --version 91", ""),
            ('mirtool genesets add h.all.v2024.1.Hs.symbols.gmt --name hallmark --license "CC BY 4.0"', ""),
        ),
    ),
    "fetch": CommandHelp(
        """Download gene sets from the database's own public address, and put them into the library.

    A name for which mirtool has no address is taken for a library of Enrichr
    (https://maayanlab.cloud/Enrichr/#libraries) and fetched through gseapy. An interrupted download goes on where
    it stopped; MIRTOOL_MIRROR=https://host names a copy of the web's files (as `wget -x` makes it) to ask instead
    of the databases.""",
        (
            ("mirtool genesets fetch", "what can be fetched, and where to get the rest by hand"),
            ("mirtool genesets fetch reactome", ""),
            ("mirtool genesets fetch KEGG_2021_Human --name kegg", ""),
        ),
    ),
    "list": CommandHelp(
        """Show what the library holds.""",
        (
            ("mirtool genesets list", ""),
            ("mirtool genesets list --json", ""),
        ),
    ),
    "info": CommandHelp(
        """Show where an entry is from, its license, and what changed when it was added.
        """,
        (("mirtool genesets info reactome", ""),),
    ),
    "remove": CommandHelp(
        """Remove entries from the library; the files they were read from stay.
        """,
        (("mirtool genesets remove reactome", ""),),
    ),
}


def add_file(file: str, description: Description, naming: Mapping[str, Any], replacing: bool) -> Entry:
    """Put gene sets into the library, and print what became of their genes."""
    from mirtool.library import add_gene_sets

    entry = add_gene_sets(file, description, genes=read_genes(naming["genes"]), replacing=replacing)
    print_added(entry)
    return entry


def fetch_from_enrichr(library: str, name: str | None, add: Callable[[str, Description], Entry]) -> None:
    """Fetch a library of Enrichr, and hand it to ``add``."""
    from mirtool.io.genes.enrichr import LIBRARIES_PAGE, fetched_library
    from mirtool.library.adding import Description

    kept = fetched_library(library)
    citation = "Kuleshov MV et al. Nucleic Acids Res 2016;44:W90–W97, and the source of the library"
    license_line = "that of its source; Enrichr's own terms hold"
    add(str(kept), Description(name or library, "", license_line, citation, f"{LIBRARIES_PAGE} {library}"))


genesets = library_group(
    LibraryKind(
        name="genesets",
        help=HELP,
        file="Gene sets as GMT, packed or not; - is stdin.",
        database="Name of the database, or of a library of Enrichr; without it, the known ones are listed.",
        naming={"genes": GENES},
        add_file=add_file,
        texts=TEXTS,
        fetch_other=fetch_from_enrichr,
        other_databases="Any library of Enrichr is fetched by its name: "
        "https://maayanlab.cloud/Enrichr/#libraries",
    ),
    "Keep gene sets under a name: add, fetch, list, info, remove.",
)
