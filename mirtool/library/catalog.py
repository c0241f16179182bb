"""The databases mirtool can fetch, and those it can say where to get.

Addresses are the databases' own public ones, as their download pages and the programs that use them give them.
Where a database serves its data only on request, behind a login or in pieces, none stands here: the page does.
The notes on licenses are reminders; the database's own words hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirtool.errors import UsageError

_MIRTARBASE_LICENSE = "miRTarBase's own terms: academic and non-commercial use (LICENSE on its download page)"
_MIRTARBASE_2022 = "https://mirtarbase.cuhk.edu.cn/~miRTarBase/miRTarBase_2022"
_MIRTARBASE_2025 = "~miRTarBase/miRTarBase_2025"
_MIRTARBASE_PAGE = f"https://awi.cuhk.edu.cn/{_MIRTARBASE_2025}/php/download.php"
_MIRTARBASE_2020_PAPER = "Huang HY et al. Nucleic Acids Res 2020;48:D148–D154"
_MIRTARBASE_2022_PAPER = "Huang HY et al. Nucleic Acids Res 2022;50:D222–D230"
_MIRTARBASE_2025_PAPER = "Cui S et al. Nucleic Acids Res 2025;53:D147–D156"
_TARBASE = "https://dianalab.e-ce.uth.gr/tarbasev9"
_DIANA_LICENSE = "free without registration; the terms on the DIANA laboratory's site hold"
_TARBASE_PAPER = "Skoufos G et al. Nucleic Acids Res 2024;52:D304–D310"
_TARGETSCAN = "https://www.targetscan.org"
_TARGETSCAN_LICENSE = "free to use and show, with a TargetScan reference (its list of questions)"
_TARGETSCAN_8_PAPER = "McGeary SE et al. Science 2019;366:eaav1741"
_TARGETSCAN_7_PAPER = "Agarwal V et al. eLife 2015;4:e05005"


@dataclass(frozen=True)
class Database:
    """One file of a database that the library can hold.

    Parameters
    ----------
    kind
        ``"targets"`` or ``"genesets"``.
    name, version
        What it is called in the library, and its release; empty where the address always has the newest.
    holds
        What is in it, in words.
    page
        Where a person finds it.
    addresses
        Where the file itself is, all of them the same; empty where it must be fetched by hand.
    license, citation
        In words.
    reader
        The database as the reader of its file calls it; empty for gene sets.
    by_hand
        How to get the file by hand.
    sha256
        Of the file, where the database or a paper states it. Else the first one fetched is taken on trust.
    """

    kind: str
    name: str
    version: str
    holds: str
    page: str
    license: str
    citation: str
    addresses: tuple[str, ...] = ()
    reader: str = ""
    by_hand: str = ""
    sha256: str | None = None

    @property
    def instructions(self) -> str:
        """How to get the file without mirtool, and what to do with it."""
        how = f": {self.by_hand}" if self.by_hand else ""
        add = f"mirtool {self.kind} add FILE --name {self.name}"
        return f"download it in a browser from {self.page}{how}; then `{add}`"


def _mirtarbase(version: str, name: str, addresses: tuple[str, ...], citation: str) -> Database:
    return Database(
        kind="targets",
        name=name,
        version=version,
        holds="human pairs shown by experiment, graded",
        page=_MIRTARBASE_PAGE,
        addresses=addresses,
        license=_MIRTARBASE_LICENSE,
        citation=citation,
        reader="miRTarBase",
        by_hand="the human catalogue, hsa_MTI",
    )


def _tarbase(name: str, species: str, holds: str) -> Database:
    return Database(
        kind="targets",
        name=name,
        version="9.0",
        holds=f"{holds} pairs shown by experiment, mostly sequencing",
        page=f"{_TARBASE}/downloads",
        addresses=(f"{_TARBASE}/data/{species}_TarBase-v9.tsv.gz",),
        license=_DIANA_LICENSE,
        citation=_TARBASE_PAPER,
        reader="TarBase",
    )


def _targetscan(name: str, version: str, path: str, holds: str, citation: str) -> Database:
    release = version.replace(".", "")
    return Database(
        kind="targets",
        name=name,
        version=version,
        holds=holds,
        page=f"{_TARGETSCAN}/cgi-bin/targetscan/data_download.vert{release}.cgi",
        addresses=(f"{_TARGETSCAN}/vert_{release}/vert_{release}_data_download/{path}",),
        license=_TARGETSCAN_LICENSE,
        citation=citation,
        reader="TargetScan",
        by_hand=path,
    )


DATABASES: tuple[Database, ...] = (
    _mirtarbase(
        "10.0",
        "mirtarbase",
        (
            f"https://awi.cuhk.edu.cn/{_MIRTARBASE_2025}/cache/download/10.0/hsa_MTI.csv",
            f"https://mirtarbase.cuhk.edu.cn/{_MIRTARBASE_2025}/cache/download/10.0/hsa_MTI.csv",
        ),
        _MIRTARBASE_2025_PAPER,
    ),
    _mirtarbase(
        "9.0", "mirtarbase-9", (f"{_MIRTARBASE_2022}/cache/download/9.0/hsa_MTI.xlsx",), _MIRTARBASE_2022_PAPER
    ),
    _mirtarbase(
        "8.0", "mirtarbase-8", (f"{_MIRTARBASE_2022}/cache/download/8.0/hsa_MTI.xlsx",), _MIRTARBASE_2020_PAPER
    ),
    _tarbase("tarbase", "Homo_sapiens", "human"),
    _tarbase("tarbase-mouse", "Mus_musculus", "mouse"),
    _targetscan(
        "targetscan",
        "8.0",
        "Predicted_Targets_Context_Scores.default_predictions.txt.zip",
        "predicted human sites of conserved families, with context++ scores",
        _TARGETSCAN_8_PAPER,
    ),
    _targetscan(
        "targetscan-conserved",
        "8.0",
        "Conserved_Site_Context_Scores.txt.zip",
        "predicted conserved sites of several mammals, with context++ scores (--species chooses)",
        _TARGETSCAN_8_PAPER,
    ),
    _targetscan(
        "targetscan-7",
        "7.2",
        "Conserved_Site_Context_Scores.txt.zip",
        "predicted conserved sites of several mammals, with context++ scores (--species chooses)",
        _TARGETSCAN_7_PAPER,
    ),
    Database(
        kind="targets",
        name="mirdb",
        version="6.0",
        holds="predicted pairs of five species, scores 50 to 100, genes as RefSeq (--species chooses)",
        page="https://mirdb.org/download.html",
        addresses=("https://mirdb.org/download/miRDB_v6.0_prediction_result.txt.gz",),
        license="freely accessible (its paper); the terms on its site hold",
        citation="Chen Y, Wang X. Nucleic Acids Res 2020;48:D127–D131",
        reader="miRDB",
    ),
    Database(
        kind="targets",
        name="microt",
        version="2023",
        holds="predicted pairs of DIANA-microT-CDS, with scores from 0 to 1",
        page="https://dianalab.e-ce.uth.gr/microt_webserver/",
        license=_DIANA_LICENSE,
        citation="Tastsoglou S et al. Nucleic Acids Res 2023;51:W148–W153",
        reader="DIANA-microT",
        by_hand="ask it for your miRNAs and export the table; no address of the whole is documented",
    ),
    Database(
        kind="targets",
        name="encori",
        version="",
        holds="pairs supported by CLIP (starBase)",
        page="https://rnasysu.com/encori/",
        license="the terms on its site hold",
        citation="Li JH et al. Nucleic Acids Res 2014;42:D92–D97",
        by_hand="ask it for your miRNAs and save the table; it answers questions and offers no file of the whole",
    ),
    Database(
        kind="targets",
        name="multimir",
        version="",
        holds="fourteen databases behind one server, asked from R",
        page="http://multimir.org/",
        license="that of each database it holds",
        citation="Ru Y et al. Nucleic Acids Res 2014;42:e133",
        reader="multiMiR",
        by_hand="write.csv() the data of get_multimir() in R",
    ),
    Database(
        kind="targets",
        name="mirecords",
        version="",
        holds="pairs shown by experiment, until 2013",
        page="http://c1.accurascience.com/miRecords/",
        license="the terms on its site hold",
        citation="Xiao F et al. Nucleic Acids Res 2009;37:D105–D110",
        reader="miRecords",
        by_hand="the workbook of validated targets",
    ),
    Database(
        kind="targets",
        name="mirnet",
        version="",
        holds="targets of the miRNAs you ask for, from several databases",
        page="https://www.mirnet.ca/",
        license="that of each database it asks",
        citation="Chang L et al. Nucleic Acids Res 2020;48:W244–W251",
        reader="miRNet",
        by_hand="upload your miRNAs and save the table of interactions",
    ),
    Database(
        kind="targets",
        name="mieaa",
        version="",
        holds="sets of miRNAs by target gene, for the miRNAs you ask for",
        page="https://www.ccb.uni-saarland.de/mieaa/",
        license="that of each database it asks",
        citation="Aparicio-Puerta E et al. Nucleic Acids Res 2023;51:W319–W325",
        reader="miEAA",
        by_hand="run it with the categories of target genes and export the results",
    ),
    Database(
        kind="genesets",
        name="reactome",
        version="",
        holds="human pathways",
        page="https://reactome.org/download-data",
        addresses=("https://reactome.org/download/current/ReactomePathways.gmt.zip",),
        license="CC0 (annotation files; reactome.org/license)",
        citation="Milacic M et al. Nucleic Acids Res 2024;52:D672–D678",
    ),
    Database(
        kind="genesets",
        name="wikipathways",
        version="",
        holds="pathways drawn by its community",
        page="https://data.wikipathways.org/current/gmt/",
        license="CC0",
        citation="Agrawal A et al. Nucleic Acids Res 2024;52:D679–D689",
        by_hand="the GMT of your species, whose address has the date of the month; its genes are Entrez "
        "identifiers. Or fetch Enrichr's: `mirtool genesets fetch WikiPathways_2024_Human`",
    ),
    Database(
        kind="genesets",
        name="msigdb",
        version="",
        holds="Hallmark, canonical pathways, GO and more",
        page="https://www.gsea-msigdb.org/gsea/msigdb/",
        license="CC BY 4.0, and the terms of each collection (KEGG's are stricter)",
        citation="Liberzon A et al. Cell Systems 2015;1:417–425",
        by_hand="it wants a login, free; take the GMT with gene symbols",
    ),
)


def find_database(kind: str, name: str) -> Database | None:
    """Return the database of that name in the catalog, whatever its case, or None."""
    return next((each for each in DATABASES if (each.kind, each.name) == (kind, name.lower())), None)


def require_database(kind: str, name: str) -> Database:
    """Return the database of that name.

    Raises
    ------
    UsageError
        Where the catalog has none.
    """
    found = find_database(kind, name)
    if found is None:
        raise UsageError(
            f"mirtool knows no address of {name!r}",
            expected="one of " + ", ".join(names_of(kind)),
            hint=f"download the file yourself, then `mirtool {kind} add FILE`",
        )
    return found


def names_of(kind: str) -> Sequence[str]:
    """Return the names of the databases of a kind."""
    return [each.name for each in DATABASES if each.kind == kind]


def database_read_as(reader: str, version: str) -> Database | None:
    """Return the database whose file a reader calls so: of that release, else the first, or None."""
    alike = [each for each in DATABASES if each.reader and each.reader == reader]
    return next((each for each in alike if each.version == version), alike[0] if alike else None)
