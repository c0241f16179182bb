"""``mirtool names`` as a whole: names, lists and tables in, what was known of them out."""

import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from mirtool.cli import main

SOURCES = Path(__file__).resolve().parents[2] / "fixtures" / "mirna_names"

# hsa-miR-95 is MIMAT0000094 in miRBase 6 to 19, which miRBase 22 calls hsa-miR-95-3p: UUCAACGGGUAUUUAUUGAGCA.
TABLE = """\
ID,miRNA,fold change
1,hsa-miR-95,-2.50
2, hsa-miR-16-5p ,3
3,hsa-mir-16-1,NA
4,=cmd|x,1
"""
RESULT = """\
ID,miRNA,fold change,current name,accession,name status,candidates,name note,species,sequence,seed,seed family
1,hsa-miR-95,-2.5,hsa-miR-95-3p,MIMAT0000094,renamed,,hsa-miR-95 in miRBase 6 to 19,hsa,\
UUCAACGGGUAUUUAUUGAGCA,UCAACGG,hsa-miR-95-3p
2,hsa-miR-16-5p,3,hsa-miR-16-5p,MIMAT0000069,current,,blanks around the name left out,hsa,UAGCAGCACGUAAAUAUUGGCG,\
AGCAGCA,hsa-miR-15a-5p;hsa-miR-15b-5p;hsa-miR-16-5p;hsa-miR-195-5p;hsa-miR-424-5p;hsa-miR-497-5p;hsa-miR-6838-5p
3,hsa-mir-16-1,NA,,MI0000070,precursor,hsa-miR-16-5p MIMAT0000069 [mature of it in miRBase 18]; \
hsa-miR-16-1-3p MIMAT0004489 [mature of it in miRBase 18],"a precursor, not a mature miRNA",,,,
4,'=cmd|x,1,,,no miRNA,,not written as a miRNA's name,,,,
"""
SAID = """\
Names: 4 rows of the column 'miRNA'
  current    1
  renamed    1
  precursor  1
  no miRNA   1
  not mapped: hsa-mir-16-1: precursor (may be hsa-miR-16-5p, hsa-miR-16-1-3p)
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text(TABLE)


def statuses(out: str) -> list[tuple[str, str]]:
    """Return the current name and the status of each row; no cell of these tables holds a comma before them."""
    header, *rows = (line.split(",") for line in out.splitlines())
    name, status = header.index("current name"), header.index("name status")
    return [(row[name], row[status]) for row in rows]


def test_a_table_keeps_its_columns_and_gets_the_new_ones_beside_them(capsys):
    assert main(["names", "table.csv"]) == 0
    assert capsys.readouterr() == (RESULT, SAID)


def test_a_column_by_its_header(capsys):
    assert main(["names", "table.csv", "--column", "mirna"]) == 0
    assert capsys.readouterr().out == RESULT


def test_names_as_arguments_with_sources(capsys):
    options = [f"--aliases={SOURCES / name}" for name in ("mature_10.fa", "names_by_release.tsv")]
    assert main(["names", "hsa-miR-16", "hsa-miR-34b", "mmu-miR-376a*", *options]) == 0
    out, err = capsys.readouterr()
    assert statuses(out) == [("hsa-miR-16-5p", "renamed"), ("", "ambiguous"), ("mmu-miR-376a-5p", "renamed")]
    assert err == (
        "  renamed    2\n"
        "  ambiguous  1\n"
        "  the release of the names decides ambiguous ones: give it with --mirbase-release\n"
        "  not mapped: hsa-miR-34b: ambiguous (may be hsa-miR-34b-5p, hsa-miR-34b-3p)\n"
    )


def test_the_release_of_typed_names_has_to_be_given(capsys):
    assert main(["names", "-v", "mmu-miR-378", "mmu-miR-699"]) == 0
    assert statuses(capsys.readouterr().out) == [("", "ambiguous"), ("", "dead entry")]
    for release, name in (("9.2", "mmu-miR-378a-5p"), ("12", "mmu-miR-378a-3p")):
        assert main(["names", "-v", "mmu-miR-378", "--mirbase-release", release]) == 0
        out, err = capsys.readouterr()
        assert statuses(out) == [(name, "renamed")]
        assert f"  1 name decided by miRBase {release}: mmu-miR-378 is {name}\n" in err


def test_the_release_of_a_list_decides(capsys):
    # mmu-miR-1186 is in releases 11 to 18, mmu-miR-699 in 8.1 to 12: 12 is the newest with all three.
    Path("chip.txt").write_text("mmu-miR-378\nmmu-miR-699\nmmu-miR-1186\n")
    assert main(["names", "-v", "chip.txt"]) == 0
    out, err = capsys.readouterr()
    assert statuses(out)[0] == ("mmu-miR-378a-3p", "renamed")
    assert "  1 name decided by miRBase 12 (3 of 3 names are in it): mmu-miR-378 is mmu-miR-378a-3p\n" in err


def test_names_in_the_spelling_of_r(capsys):
    Path("dots.csv").write_text('miRNA,P1\nhsa.miR.16.5p,503\nhsa.miR.107,1974\n"mature,MIMAT0000062",5\n')
    assert main(["names", "dots.csv"]) == 0
    _, first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("hsa.miR.16.5p,503,hsa-miR-16-5p,MIMAT0000069,current,,read as hsa-miR-16-5p,hsa,")


def test_a_list_on_stdin(capsys, monkeypatch):

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"# mine\nmiR-95\nlet-7a-5p\nmiR-95\n")))
    assert main(["names", "-", "--species", "hsa"]) == 0
    out = capsys.readouterr().out
    assert statuses(out) == [
        ("hsa-miR-95-3p", "renamed"),
        ("hsa-let-7a-5p", "current"),
        ("hsa-miR-95-3p", "renamed"),
    ]


def test_a_workbook_with_numbers_as_numbers_and_names_as_text(capsys):
    book = xlsxwriter.Workbook("in.xlsx")
    book.add_worksheet("notes").write(0, 0, "nothing here")
    sheet = book.add_worksheet("changes")
    for i, row in enumerate([["0012", "hsa-miR-95", -2.5], ["0013", "=x", 3]], 1):
        for j, cell in enumerate(row):
            sheet.write_string(i, j, cell) if isinstance(cell, str) else sheet.write(i, j, cell)
    for j, name in enumerate(("ID", "Name", "ratio")):
        sheet.write(0, j, name)
    book.close()
    assert main(["names", "in.xlsx", "--sheet", "changes", "-o", "out.xlsx"]) == 0
    assert "Wrote out.xlsx" in capsys.readouterr().err
    rows = [[cell.value for cell in row[:5]] for row in openpyxl.load_workbook("out.xlsx").active.iter_rows()]
    assert rows[0] == ["ID", "Name", "ratio", "current name", "accession"]
    assert rows[1] == ["0012", "hsa-miR-95", -2.5, "hsa-miR-95-3p", "MIMAT0000094"]
    assert rows[2][:3] == ["0013", "=x", 3]
    sheet = openpyxl.load_workbook("out.xlsx").active
    assert sheet["B3"].data_type == "s"


def test_a_table_that_has_such_columns_already_keeps_them(capsys):
    Path("again.csv").write_text("Name,accession,seed\nhsa-miR-95,mine,x\n")
    assert main(["names", "again.csv"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("Name,accession,seed,current name,accession (2),name status")
    assert row.startswith("hsa-miR-95,mine,x,hsa-miR-95-3p,MIMAT0000094,renamed")


def test_the_scale_of_a_normalized_table_is_kept(capsys):
    Path("n.csv").write_text("# mirtool normalized; scale: log2\nID,Name,s1\n1,hsa-miR-95,-0.5\n")
    assert main(["names", "n.csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# mirtool normalized; scale: log2"
    assert lines[2].startswith("1,hsa-miR-95,-0.5,hsa-miR-95-3p")


def test_the_list_of_what_did_not_map_is_cut_and_counted(capsys):
    few = main(["names", *(f"hsa-miR-9999{i}" for i in range(23)), "--format", "tsv"])
    assert (few, len(capsys.readouterr().err.splitlines())) == (0, 10)  # the status, 8 names, how to see more
    assert main(["names", "-v", *(f"hsa-miR-9999{i}" for i in range(23)), "--format", "tsv"]) == 0
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "  unknown  23"
    assert err[-1] == "  … and 3 names more that did not map"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.csv"], 1, "none.csv: no such file"),
        (["table.csv", "hsa-miR-95"], 2, "give names, or one file that holds them"),
        (["hsa-miR-95", "--column", "Name"], 2, "--column and --sheet choose from a table, and names were given"),
        (
            ["table.csv", "--column", "Gene"],
            2,
            "the table table.csv has no column 'Gene' (found ID, miRNA, fold change)",
        ),
        (["table.csv", "--aliases", "table.csv"], 1, "table.csv: this is no source of miRNA names"),
        (["table.csv", "-o", "out.doc"], 2, "no format is known for the output out.doc"),
        (["genes.csv"], 2, "no column of this table holds miRNA names (found gene, value)"),
        (["blank.txt"], 1, "blank.txt: the file holds no name"),
        ([], 2, "Missing argument"),
        (["hsa-miR-16", "--mirbase-release", "23"], 2, "unknown release of miRBase '23'"),
    ],
)
def test_what_is_refused(capsys, arguments, code, message):
    Path("genes.csv").write_text("gene,value\nBCL2,1\n")
    Path("blank.txt").write_text("# nothing\n\n")
    assert main(["names", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "Traceback" not in err
