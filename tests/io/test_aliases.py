"""Sources of miRNA names: what each format says, what is refused, and that a table of names comes back whole."""

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from mirtool.annotation.mirna_names.sources import (
    ALIASES,
    DEAD_ENTRIES,
    MATURE_FASTA,
    MIRGENEDB,
    NAMES_BY_RELEASE,
    DeadEntry,
)
from mirtool.errors import FormatError, MirtoolError
from mirtool.io.mirnas.aliases import read_aliases, sniff
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.io.tables.text import FileHead

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "mirna_names"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/mirbase"
needs_real = pytest.mark.skipif(not REAL.exists(), reason="miRBase's files are not here")


def as_dict(names):
    return {name: dict(bearers) for name, bearers in names.items()}


# What each format says


def test_mature_fasta():
    source = read_aliases(FIXTURES / "mature_10.fa")
    assert (source.kind, source.label, source.releases) == (MATURE_FASTA, "mature_10.fa", ())
    assert as_dict(source.names)["hsa-miR-500*"] == {"MIMAT0002871": ()}
    assert source.sequences["MIMAT0000001"] == "UGAGGUAGUAGGUUGUAUAGUU"  # two lines made one
    assert source.cite("hsa-miR-16", "MIMAT0000069") == "mature_10.fa"


def test_mature_fasta_in_dna_letters_and_windows_line_ends(tmp_path):
    path = tmp_path / "mature.fa"
    path.write_bytes(b">hsa-miR-16-5p MIMAT0000069 Homo sapiens miR-16-5p\r\ntagcagcacgtaaatattggcg\r\n")
    assert read_aliases(path).sequences == {"MIMAT0000069": "UAGCAGCACGUAAAUAUUGGCG"}


def test_mirgenedb_by_sequence():
    """Sequences of miRBase 22: let-7a-5p UGAGGUAGUAGGUUGUAUAGUU, miR-16-5p UAGCAGCACGUAAAUAUUGGCG."""
    source = read_aliases(FIXTURES / "mirgenedb.fas")
    assert (source.kind, source.sequences) == (MIRGENEDB, {})
    assert as_dict(source.names) == {
        "Hsa-Let-7-P1a_5p": {"MIMAT0000062": ()},
        "Hsa-Mir-15-P2a_5p": {"MIMAT0000069": ()},  # one base shorter at the 3' end
        "Hsa-Let-7-P1a_3p*": {"MIMAT0004481": ()},
        "Hsa-Let-7-P1a_3p": {"MIMAT0004481": ()},
    }  # Hsa-Mir-9999_5p fits none, and Hsa-Mir-15-P2b_5p begins one base later: another seed


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (">Hsa-Let-7-P1a_5p\n", "an entry has no sequence", 1),
        (">Hsa-Let-7-P1a_5p\nUGAG;\n", "neither a title nor a sequence", 2),
        (">Hsa-Let-7-P1a_pre\nUGAGGUAGUAGGUUGUAUAGUU\n", "not the name of a mature miRNA of MirGeneDB", 1),
        (">Hsa-Let-7-P1a_5p\nUGAGGUAGUAGGUUGUAUAGUU\n>x\nACG\n", "not the name of a mature miRNA of MirGeneDB", 3),
        (">Dre-Let-7-P1a_5p\nUGAGGUAGUAGGUUGUAUAGUU\n", "no sequence of the file is one of miRBase's", None),
    ],
)
def test_bad_files_of_mirgenedb(tmp_path, text, message, line):
    path = tmp_path / "bad.fas"
    path.write_text(text)
    with pytest.raises(FormatError, match=message) as caught:
        read_aliases(path)
    assert caught.value.line == line


def test_aliases():
    source = read_aliases(FIXTURES / "aliases.txt")
    assert source.kind == ALIASES
    assert as_dict(source.names)["hsa-miR-16"] == {"MIMAT0000069": ()}
    assert as_dict(source.names)["hsa-mir-16"] == {"MI0000070": ()}


def test_dead_entries():
    source = read_aliases(FIXTURES / "miRNA.dead")
    assert source.kind == DEAD_ENTRIES
    assert source.dead == (
        DeadEntry("hsa-mir-801", "MI0005202", comment="Made up for this file: a fragment of another RNA."),
        DeadEntry("hsa-mir-900", "MI0009900", earlier=("hsa-mir-899",), forward="MI0000070"),
    )


def test_names_by_release():
    source = read_aliases(FIXTURES / "names_by_release.tsv")
    assert source.kind == NAMES_BY_RELEASE
    assert source.releases == ("miRBase 7.1", "miRBase 9", "miRBase 10", "miRBase 22")
    assert as_dict(source.names)["hsa-miR-34b"] == {"MIMAT0000685": (0, 1), "MIMAT0004676": (2,)}
    assert source.cite("hsa-miR-34b", "MIMAT0000685") == "miRBase 7.1 to 9 (names_by_release.tsv)"
    assert source.cite("hsa-miR-34b", "MIMAT0004676") == "miRBase 10 (names_by_release.tsv)"


def test_names_by_release_in_a_workbook(tmp_path):
    path = tmp_path / "names.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for i, line in enumerate((FIXTURES / "names_by_release.tsv").read_text().splitlines()):
        for j, cell in enumerate(line.split("\t")):
            sheet.write(i, j, cell)
    book.close()
    assert sniff_format(path) == "mirna-names"
    assert as_dict(read_aliases(path).names) == as_dict(read_aliases(FIXTURES / "names_by_release.tsv").names)


@pytest.mark.parametrize("name", ["mature_10.fa", "aliases.txt", "miRNA.dead", "names_by_release.tsv"])
def test_each_is_told_by_its_content(name):
    assert sniff_format(FIXTURES / name) == "mirna-names"


def test_inspection():
    seen = inspect_file(FIXTURES / "names_by_release.tsv")
    assert (seen.format, seen.spots) == ("mirna-names", 4)
    assert seen.details == {
        "content": "names by release",
        "names": 7,
        "accessions": 4,
        "names that several accessions shared": 1,
        "releases": "miRBase 7.1 to miRBase 22",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words\n",
        ">sp|P12345 a protein\nMKV\n",
        "acc,s1,s2\nMIMAT0000069,7.1,8.2\nMIMAT0000062,1,2\n",
        "ID,Name,s1\n1,hsa-miR-16,4\n",
        "miRNA,gene\nhsa-miR-16-5p,BCL2\n",
        "ID\t\tName\t\ts1\n1\t\thsa-miR-16\t\t4\n",
    ],
)
def test_what_is_no_source_of_names_is_not_claimed(text):
    assert not sniff(FileHead("x", text.encode()))


# What is refused


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"hello\n", "this is no source of miRNA names (found 'hello'; expected miRBase's mature.fa"),
        (b"\x00\x01", "this is no text file"),
        (b"", "the file is empty"),
        (b">hsa-miR-16-5p\nUAGC\n", "line 1: a title has no accession after the name (found '>hsa-miR-16-5p'"),
        (
            b">hsa-miR-1-3p MIMAT0000416\nUGG\n>hsa-mir-16-1 MI0000070 x\nGUC\n",
            "line 3: this FASTA file holds precursors, not mature miRNAs",
        ),
        (b">hsa-miR-16-5p MIMAT0000069 x\n", "line 1: an entry has no sequence"),
        (
            b">hsa-miR-16-5p MIMAT0000069 x\n>hsa-miR-1-3p MIMAT0000416 x\nUGG\n",
            "line 1: an entry has no sequence (found the title of MIMAT0000069 and nothing after it)",
        ),
        (
            b">hsa-miR-16-5p MIMAT0000069 x\nUAGC\n<html>\n",
            "line 3: a line is neither a title nor a sequence (found '<html>'",
        ),
        (b"MIMAT0000069\thsa-miR-16;\nMIMAT00", "line 2: a line is not an accession, a tab and its names"),
        (
            b"MIMAT0000069\thsa-miR-16;\nMIMAT0000062\t;\n",
            "line 2: a line is not an accession, a tab and its names",
        ),
        (b"ID   hsa-mir-801\nAC   MI0005202\n", "line 2: the last entry does not end"),
        (b"AC   MI0005202\n//\n", "line 2: a withdrawn entry has no name"),
        (b"ID   hsa-mir-801\nwithdrawn in 2010\n//\n", "line 2: a line does not begin with a two-letter code"),
        (b"acc\tv9\nMIMAT0000069\thsa-miR-16\nhsa-miR-1\thsa-miR-1\n", 'line 3, column "acc": a row of the table'),
        (b"acc\tv9\tv10\nMIMAT0000069\thsa-miR-16\n", "line 2: a row does not have as many cells as the header"),
        (b"acc\tv9\nMIMAT0000069\tNA\n", "the table of names holds no name"),
    ],
)
def test_bad_files_and_their_messages(tmp_path, text, message):
    path = tmp_path / "bad"
    path.write_bytes(text)
    with pytest.raises(MirtoolError) as caught:
        read_aliases(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_workbook_of_something_else(tmp_path):
    path = tmp_path / "other.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet().write(0, 0, "hello")
    book.close()
    with pytest.raises(FormatError, match="a workbook without accessions in its first column"):
        read_aliases(path)


# Any table of names comes back as it was written

NAME = st.from_regex(r"hsa-(miR|let)-[1-9][0-9]{0,2}[a-d]?(-[35]p|\*)?", fullmatch=True)


@given(st.lists(st.lists(st.one_of(st.just(""), NAME), min_size=3, max_size=3), min_size=1, max_size=8))
def test_a_table_of_names_comes_back(tmp_path_factory, rows):
    rows[0][0] = rows[0][0] or "hsa-miR-1"
    path = tmp_path_factory.mktemp("names") / "names.tsv"
    lines = [f"MIMAT{i:07}\t" + "\t".join(row) for i, row in enumerate(rows)]
    path.write_text("\n".join(["acc\tv9\tv9_1\tv10", *lines]) + "\n")
    expected = {
        name: {
            f"MIMAT{i:07}": tuple(j for j, other in enumerate(row) if other == name)
            for i, row in enumerate(rows)
            if name in row
        }
        for row in rows
        for name in row
        if name
    }
    assert as_dict(read_aliases(path).names) == expected


# Real files


@needs_real
def test_real_files():
    fasta = read_aliases(REAL / "hsa_mature_v22.fa")
    table = read_aliases(REAL / "hsa_mature_names_by_miRBase_version.tsv")
    assert (len(fasta.names), len(table.names)) == (2656, 3468)
    assert (table.releases[0], table.releases[1], table.releases[-1]) == ("miRBase 6", "miRBase 7.1", "miRBase 22")
    assert sum(len(bearers) > 1 for bearers in table.names.values()) == 18
