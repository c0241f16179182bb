"""``mirtool targets`` and ``mirtool genesets`` as a whole: what they keep, print and refuse."""

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from mirtool.cli import main
from mirtool.commands import GROUPS, load_command
from mirtool.io.targets.databases import DATABASES as READERS
from mirtool.library import DATABASES, data_folder, load_gene_sets, load_interactions, read_entry
from mirtool.library.catalog import require_database

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "target_tables"

MTI = """\
miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez ID),Species (Target Gene),Experiments,\
Support Type,References (PMID)
MIRT1,hsa-miR-16-5p,Homo sapiens,BCL2,596,Homo sapiens,Luciferase reporter assay,Functional MTI,1
MIRT1,hsa-miR-16-5p,Homo sapiens,BCL2,596,Homo sapiens,HITS-CLIP,Functional MTI (Weak),2
MIRT2,hsa-miR-375,Homo sapiens,YAP1,10413,Homo sapiens,Luciferase reporter assay,Functional MTI,3
MIRT3,hsa-miR-375-3p,Homo sapiens,YAP1,10413,Homo sapiens,Western blot,Functional MTI,4
MIRT4,hsa-miR-21-5p,Homo sapiens,P53,7157,Homo sapiens,Microarray,Functional MTI (Weak),5
MIRT5,hsa-miR-9999,Homo sapiens,DEC1,50514,Homo sapiens,Microarray,Functional MTI (Weak),6
MIRT6,mmu-miR-16-5p,Mus musculus,Bcl2,12043,Mus musculus,Western blot,Functional MTI,7
MIRT7,hsa-miR-16-5p,Homo sapiens,MYC,4609,Homo sapiens,Western blot,Non-Functional MTI,8
"""
GMT = "repair\tR:1\tP53\tMYC\nblood\tR:2\t3043\tNOSUCHGENE\n"
ADDED = """\
miRNA names in mirtarbase: 3 current (miRBase 22), 1 renamed, 1 not mapped
  renamed: hsa-miR-375 is hsa-miR-375-3p
  not mapped: hsa-miR-9999: unknown (in none of the sources)
Added to the library as mirtarbase: 4 pairs, 4 miRNAs, 4 genes
  1 Non-Functional row (tested, not found) dropped
  1 row of miRNAs of other species than hsa dropped
  6 rows collapsed to 5 pairs
  1 miRNA name replaced by the current one (miRBase 22)
  1 miRNA name that did not map kept unchanged
  1 pair became one with another pair of the same miRNA
  1 former gene name replaced by the current symbol (NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16))
  1 gene name that several genes share kept unchanged: DEC1 (BHLHE40 or DELEC1)
  all that did not map: mirtool targets info mirtarbase
License: miRTarBase's own terms: academic and non-commercial use (LICENSE on its download page)
Cite: Huang HY et al. Nucleic Acids Res 2022;50:D222–D230
Wrote {data}/targets/mirtarbase.parquet
"""
INFO = """\
mirtarbase
  version       9.0
  read as       miRTarBase
  added         {today}
  from          {path}
  SHA-256       {sha256}
  license       miRTarBase's own terms: academic and non-commercial use (LICENSE on its download page)
  cite          Huang HY et al. Nucleic Acids Res 2022;50:D222–D230
  rows          8
  pairs         4
  miRNAs        4
  genes         4
  strong pairs  2
  weak pairs    2
                1 Non-Functional row (tested, not found) dropped
                1 row of miRNAs of other species than hsa dropped
                6 rows collapsed to 5 pairs
                1 miRNA name replaced by the current one (miRBase 22)
                1 miRNA name that did not map kept unchanged
                1 pair became one with another pair of the same miRNA
                1 former gene name replaced by the current symbol (NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16))
                1 gene name that several genes share kept unchanged: DEC1 (BHLHE40 or DELEC1)
  miRNA names   hsa-miR-9999: unknown
  gene names    DEC1: BHLHE40 or DELEC1?
  file          {data}/targets/mirtarbase.parquet
"""


def zipped(name: str, data: bytes, **others: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in {name: data, **others}.items():
            archive.writestr(each, content)
    return packed.getvalue()


@pytest.fixture
def mti(tmp_path):
    path = tmp_path / "hsa_MTI.csv"
    path.write_text(MTI)
    return path


def test_a_table_is_added_shown_and_taken_out(mti, capsys):
    assert main(["targets", "add", "-v", str(mti), "--version", "9.0", "--species", "hsa"]) == 0
    assert capsys.readouterr() == ("", ADDED.format(data=data_folder()))
    pairs = load_interactions("mirtarbase")
    assert list(zip(pairs.mirna, pairs.gene, pairs.evidence, pairs.references, strict=True)) == [
        ("hsa-miR-16-5p", "BCL2", "strong", "1;2"),
        ("hsa-miR-21-5p", "TP53", "weak", "5"),
        ("hsa-miR-375-3p", "YAP1", "strong", "3;4"),
        ("hsa-miR-9999", "DEC1", "weak", "6"),
    ]

    assert main(["targets", "info", "mirtarbase"]) == 0
    entry = read_entry("targets", "mirtarbase")
    told = {
        "today": entry.added,
        "path": mti,
        "data": data_folder(),
        "sha256": hashlib.sha256(MTI.encode()).hexdigest(),
    }
    assert capsys.readouterr().out == INFO.format(**told)

    assert main(["targets", "list"]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "name        version  added       holds                       license\n"
        f"mirtarbase  9.0      {entry.added}  4 pairs, 4 miRNAs, 4 genes  {entry.license}\n"
    )
    assert err == f"Library: {data_folder() / 'targets'}\n"

    assert main(["targets", "remove", "mirtarbase"]) == 0
    capsys.readouterr()
    assert main(["targets", "list"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("The library has none yet: mirtool targets add FILE, or mirtool targets fetch NAME\n")
    assert mti.exists()


def test_json(mti, capsys):
    main(["targets", "add", str(mti)])
    capsys.readouterr()
    assert main(["targets", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert main(["targets", "info", "mirtarbase", "--json"]) == 0
    assert listed == [json.loads(capsys.readouterr().out)]
    assert listed[0]["counts"]["pairs"] == 5


def test_a_name_is_taken_once_unless_replaced(mti, capsys):
    assert main(["targets", "add", str(mti), "--name", "mine"]) == 0
    capsys.readouterr()
    assert main(["targets", "add", str(mti), "--name", "mine"]) == 2
    assert capsys.readouterr().err == (
        "mirtool: error: the library has 'mine' already\n"
        "  What to do: --replace puts this file in its place, --name gives it another name; "
        "`mirtool targets info mine` says what is there\n"
    )
    assert main(["targets", "add", str(mti), "--name", "mine", "--replace", "--version", "2"]) == 0
    assert read_entry("targets", "mine").version == "2"


def test_packed_files_are_added_as_they_come(tmp_path, capsys):
    for name, data in (
        ("a.csv.gz", gzip.compress(MTI.encode())),
        ("b.zip", zipped("b.csv", MTI.encode(), **{"__MACOSX/b.csv": b"x"})),
    ):
        (tmp_path / name).write_bytes(data)
        assert main(["targets", "add", str(tmp_path / name), "--name", name]) == 0
        assert read_entry("targets", name).sha256 == hashlib.sha256(data).hexdigest()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            zipped("a.csv", b"x", **{"b.csv": b"y"}),
            "this archive holds 2 files (found a.csv, b.csv; expected one table)",
        ),
        (zipped("a.csv", MTI.encode())[:-30], "the workbook can't be opened"),
        (b"name,value\nx,1\n", "this table of interactions has no miRNA column"),
        (b"", "the file is empty"),
    ],
)
def test_bad_files(tmp_path, capsys, data, said):
    (tmp_path / "bad.zip").write_bytes(data)
    assert main(["targets", "add", str(tmp_path / "bad.zip")]) == 1
    assert said in capsys.readouterr().err
    assert not (data_folder() / "targets").exists()


def test_no_such_file_and_no_such_entry(capsys):
    assert main(["targets", "add", "none.csv"]) == 1
    assert "none.csv: no such file" in capsys.readouterr().err
    assert main(["targets", "info", "none"]) == 2
    assert main(["targets", "info", "nothing"]) == 2
    assert main(["targets", "remove", "nothing"]) == 2
    assert (
        "the library has no table of interactions called 'nothing' (found an empty library)"
        in capsys.readouterr().err
    )
    assert main(["targets", "fetch", "nothing"]) == 2
    assert "mirtool knows no address of 'nothing' (expected one of mirtarbase," in capsys.readouterr().err


def test_a_damaged_entry_is_told_of_beside_the_others(mti, capsys):
    main(["targets", "add", str(mti)])
    (data_folder() / "targets" / "bad.parquet").write_bytes(b"PAR1")
    capsys.readouterr()
    assert main(["targets", "list"]) == 1
    out, err = capsys.readouterr()
    assert "mirtarbase" in out
    assert "bad.parquet: this file of the library is damaged" in err
    assert main(["targets", "remove", "bad"]) == 0


def test_genes_by_a_table_of_ones_own(tmp_path, capsys):
    (tmp_path / "genes.tsv").write_text("symbol\tEntrez\taliases\nAPP\t351\tA4\n")
    (tmp_path / "pairs.csv").write_text("miRNA,gene\nhsa-miR-16-5p,351\nhsa-miR-16-5p,A4\n")
    call = ["targets", "add", str(tmp_path / "pairs.csv"), "--genes", str(tmp_path / "genes.tsv")]
    assert main(call) == 0
    assert load_interactions("pairs").gene.tolist() == ["APP"]
    assert "1 gene identifier replaced by the symbol (genes.tsv)" in capsys.readouterr().err


def test_gene_sets_are_added_under_current_symbols(tmp_path, capsys):
    (tmp_path / "mine.gmt").write_text(GMT)
    assert main(["genesets", "add", str(tmp_path / "mine.gmt"), "--license", "CC0", "--cite", "we"]) == 0
    assert capsys.readouterr().err == (
        "Added to the library as mine: 2 sets, 4 genes\n"
        "  1 gene identifier replaced by the symbol (NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16))\n"
        "  1 former gene name replaced by the current symbol (NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16))\n"
        "  1 gene name not in NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16) kept unchanged\n"
        "  all that did not map: mirtool genesets info mine\n"
        "License: CC0\nCite: we\n"
        f"Wrote {data_folder()}/genesets/mine.parquet\n"
    )
    sets = load_gene_sets("mine")
    assert sets.genes == (frozenset({"TP53", "MYC"}), frozenset({"HBB", "NOSUCHGENE"}))
    for call in (["list"], ["info", "mine"], ["remove", "mine"], ["fetch"]):
        assert main(["genesets", *call]) == 0
    out = capsys.readouterr().out
    assert "  gene names  NOSUCHGENE: unknown\n" in out
    assert "wants a login" in out


def test_sets_of_mirnas_are_no_genes(tmp_path, capsys):
    (tmp_path / "hmdd.gmt").write_text("leukemia\t\thsa-mir-15a\thsa-miR-16-5p\tMIR17HG\n")
    assert main(["genesets", "add", str(tmp_path / "hmdd.gmt")]) == 0
    assert "  2 miRNA names kept unchanged: mirtool mirna-sets --sets maps miRNAs\n" in capsys.readouterr().err
    assert read_entry("genesets", "hmdd").unmapped == {}
    assert load_gene_sets("hmdd").genes == (frozenset({"hsa-mir-15a", "hsa-miR-16-5p", "MIR17HG"}),)


def test_info_lists_every_gene_name_that_did_not_map(tmp_path, capsys):
    (tmp_path / "pairs.csv").write_text("miRNA,gene\nhsa-miR-16-5p,GBA\nhsa-miR-16-5p,NOSUCHGENE\n")
    assert main(["targets", "add", str(tmp_path / "pairs.csv")]) == 0
    assert main(["targets", "info", "pairs"]) == 0
    out = capsys.readouterr().out
    assert "  gene names  GBA: GBA1 or GBAP1?\n  gene names  NOSUCHGENE: unknown\n" in out


@pytest.fixture
def mirror(server, monkeypatch):
    """Return a server that represents the whole web."""
    monkeypatch.setenv("MIRTOOL_MIRROR", server.url)
    return server


MIRTARBASE = "/awi.cuhk.edu.cn/~miRTarBase/miRTarBase_2025/cache/download/10.0/hsa_MTI.csv"
REACTOME = "/reactome.org/download/current/ReactomePathways.gmt.zip"


def test_a_database_is_fetched_and_added(mirror, capsys):
    mirror.files[MIRTARBASE] = MTI.encode()
    mirror.cuts[MIRTARBASE] = [100]
    assert main(["targets", "fetch", "miRTarBase"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Fetched https://awi.cuhk.edu.cn/~miRTarBase/")
    entry = read_entry("targets", "mirtarbase")
    assert (entry.version, entry.source) == ("10.0", f"https:/{MIRTARBASE}")
    assert entry.sha256 == hashlib.sha256(MTI.encode()).hexdigest()
    assert entry.citation == "Cui S et al. Nucleic Acids Res 2025;53:D147–D156"


def test_the_first_file_is_trusted_and_another_one_refused(mirror, capsys):
    mirror.files[MIRTARBASE] = MTI.encode()
    assert main(["targets", "fetch", "mirtarbase"]) == 0
    assert main(["targets", "fetch", "mirtarbase"]) == 2
    assert main(["targets", "remove", "mirtarbase"]) == 0
    mirror.files[MIRTARBASE] = changed = MTI.replace(",1\n", ",11\n").encode()
    capsys.readouterr()
    assert main(["targets", "fetch", "mirtarbase"]) == 1
    err = capsys.readouterr().err
    assert "this is not the file that was expected at this address" in err
    assert "--accept-change takes the new one" in err
    assert main(["targets", "fetch", "mirtarbase", "--accept-change"]) == 0
    assert read_entry("targets", "mirtarbase").sha256 == hashlib.sha256(changed).hexdigest()
    assert main(["targets", "fetch", "mirtarbase", "--replace"]) == 0  # the new one is now the known one


def test_what_was_remembered_may_be_damaged(mirror, capsys):
    mirror.files[MIRTARBASE] = MTI.encode()
    main(["targets", "fetch", "mirtarbase"])
    (memory,) = (data_folder() / "fetched").iterdir()
    memory.write_text("{")
    assert main(["targets", "fetch", "mirtarbase", "--replace"]) == 1
    assert "what was remembered of an earlier download is damaged" in capsys.readouterr().err


def test_the_newest_of_a_moving_address_is_taken(mirror, capsys):
    mirror.files[REACTOME] = zipped("ReactomePathways.gmt", GMT.encode())
    assert main(["genesets", "fetch", "reactome"]) == 0
    mirror.files[REACTOME] = zipped("ReactomePathways.gmt", GMT.replace("repair", "renewal").encode())
    assert main(["genesets", "fetch", "reactome", "--replace"]) == 0
    capsys.readouterr()
    assert load_gene_sets("reactome").terms == ("renewal", "blood")
    assert read_entry("genesets", "reactome").license.startswith("CC0")


@pytest.mark.parametrize(
    ("name", "fixture", "scored"),
    [
        ("tarbase", "Homo_sapiens_TarBase-v9.tsv.gz", False),
        ("targetscan", "Predicted_Targets_Context_Scores.default_predictions.txt", True),
        ("mirdb", "miRDB_v6.0_prediction_result.txt.gz", True),
    ],
)
def test_the_other_databases_come_as_they_serve_their_files(mirror, capsys, name, fixture, scored):
    data = (FIXTURES / fixture).read_bytes()
    database = require_database("targets", name)
    (address,) = database.addresses
    mirror.files["/" + address.partition("//")[2]] = zipped(fixture, data) if address.endswith(".zip") else data
    assert main(["targets", "fetch", name]) == 0
    assert capsys.readouterr().out == ""
    entry = read_entry("targets", name)
    assert (entry.database, entry.version, entry.license) == (database.reader, database.version, database.license)
    pairs = load_interactions(name)
    assert (pairs.score is not None) == scored
    assert pairs.lower_is_better == (name == "targetscan")


def test_the_catalog_and_the_readers_call_databases_the_same():
    known = {module.DATABASE for module in READERS}
    assert {each.reader for each in DATABASES if each.reader} <= known


def test_every_address_is_a_web_address_of_its_own():
    addresses = [address for each in DATABASES for address in each.addresses]
    assert all(address.startswith("https://") and " " not in address for address in addresses)
    assert len(set(addresses)) == len(addresses)
    assert all(each.page.startswith("http") and each.license and each.citation for each in DATABASES)


def test_what_cannot_be_fetched_says_how_to_get_it(mirror, capsys):
    assert main(["targets", "fetch", "mirdb"]) == 1
    assert capsys.readouterr().err == (
        f"mirtool: error: {mirror.url}/mirdb.org/download/miRDB_v6.0_prediction_result.txt.gz: "
        "the server refuses the file: 404 Not Found\n"
        "  What to do: the database has moved its file, or closed it; "
        "download it in a browser from https://mirdb.org/download.html; "
        "then `mirtool targets add FILE --name mirdb`\n"
    )
    assert main(["targets", "fetch", "microt"]) == 2
    assert "has no address from which a program may fetch it" in capsys.readouterr().err


def test_a_file_that_is_not_what_it_should_be_is_left_to_be_looked_at(mirror, capsys):
    mirror.files[MIRTARBASE] = b"name,value\nx,1\n"
    assert main(["targets", "fetch", "mirtarbase"]) == 1
    path = capsys.readouterr().err.splitlines()[1].removeprefix("mirtool: error: ").partition(", line")[0]
    assert Path(path).read_bytes() == mirror.files[MIRTARBASE]


def test_a_library_of_enrichr_kept_by_hand_is_added(tmp_path, capsys):
    kept = tmp_path / "cache" / "enrichr" / "KEGG_2021_Human.gmt"
    kept.parent.mkdir(parents=True)
    kept.write_text(GMT)
    assert main(["genesets", "fetch", "KEGG_2021_Human", "--name", "kegg"]) == 0
    assert read_entry("genesets", "kegg").source == "https://maayanlab.cloud/Enrichr/#libraries KEGG_2021_Human"
    capsys.readouterr()


@pytest.mark.parametrize("group", GROUPS)
def test_every_option_has_a_help_text_and_a_panel(group):
    for name, command in load_command(group).commands.items():
        for parameter in command.params:
            assert parameter.help.endswith("."), (name, parameter.name)
            assert parameter.rich_help_panel, (name, parameter.name)
