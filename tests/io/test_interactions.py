"""Tables of interactions: miRTarBase as downloaded, other tables, the starter, and what is refused."""

import csv
import gzip
from pathlib import Path

import pytest
import xlsxwriter

from mirtool.errors import FormatError
from mirtool.io.registry import sniff_format
from mirtool.io.tables.text import FileHead
from mirtool.io.targets.interactions import inspect, read_interactions, sniff, starter_interactions

MIRTARBASE = Path(__file__).resolve().parents[2] / "../shared/data/targets/miRTarBase_hsa_MTI.csv.gz"
needs_mirtarbase = pytest.mark.skipif(not MIRTARBASE.exists(), reason="miRTarBase is not here")

HEADER = (
    "miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez Gene ID),Species (Target Gene),"
    "Experiments,Support Type,References (PMID)"
)


def row(mirna: str, gene: str, support: str, reference: str) -> str:
    return f"MIRT1,{mirna},Homo sapiens,{gene},,Homo sapiens,Luciferase//qRT-PCR,{support},{reference}"


DOWNLOADED = "\r\n".join(
    [
        "\ufeff" + HEADER,
        row("hsa-miR-20a-5p", "HIF1A", "Functional MTI (Weak)", "22473208"),
        row("hsa-miR-20a-5p", "HIF1A", "Functional MTI", "18632605"),
        row("hsa-miR-20a-5p", "HIF1A", "Functional MTI", "18632605"),
        row("hsa-miR-20a-5p", "MYC", "Functional MTI (Weak)", "22473208"),
        row("hsa-miR-20a-5p", "MYC", "Non-Functional MTI", "1"),
        row("hsa-miR-15a-5p", "BCL2", "Functional MTI", "16166262"),
        row("hsa-miR-15a-5p", "TP53", "Non-Functional MTI (Weak)", "2"),
        row("mmu-miR-15a-5p", "Bcl2", "Functional MTI", "3"),
        row("hsa-miR-15a-5p", "", "Functional MTI", "4"),
        "",
    ]
).encode()


@pytest.fixture
def downloaded(tmp_path: Path) -> Path:
    path = tmp_path / "hsa_MTI.csv"
    path.write_bytes(DOWNLOADED)
    return path


def as_rows(path: Path, **options: str) -> list[tuple[str, str, bool, str]]:
    pairs = read_interactions(path, **options)
    return list(zip(pairs.mirna, pairs.gene, pairs.strong.tolist(), pairs.references, strict=True))


def test_one_row_a_reference_becomes_one_pair_that_is_strong_where_any_row_is(downloaded: Path) -> None:
    assert as_rows(downloaded) == [
        ("hsa-miR-15a-5p", "BCL2", True, "16166262"),
        ("hsa-miR-20a-5p", "HIF1A", True, "18632605;22473208"),
        ("hsa-miR-20a-5p", "MYC", False, "22473208"),
        ("mmu-miR-15a-5p", "Bcl2", True, "3"),
    ]


def test_what_is_dropped_is_counted(downloaded: Path) -> None:
    pairs = read_interactions(downloaded, species="hsa")
    assert pairs.source == "hsa_MTI.csv"
    assert pairs.graded
    assert pairs.dropped == (
        "1 row without a miRNA or a gene dropped",
        "2 Non-Functional rows (tested, not found) dropped",
        "1 row of miRNAs of other species than hsa dropped",
        "5 rows collapsed to 3 pairs",
    )


def test_gzip_and_the_header_of_the_mouse_release(tmp_path: Path) -> None:
    path = tmp_path / "mti.csv.gz"
    path.write_bytes(gzip.compress(DOWNLOADED.replace(b"(Entrez Gene ID)", b"(Entrez ID)")))
    assert len(read_interactions(path)) == 4


def test_a_workbook_reads_like_the_text(tmp_path: Path, downloaded: Path) -> None:
    path = tmp_path / "hsa_MTI.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("miRTarBase")
    for i, cells in enumerate(csv.reader(DOWNLOADED.decode("utf-8-sig").splitlines())):
        for j, cell in enumerate(cells):
            sheet.write(i, j, int(cell) if cell.isdigit() else cell)
    book.close()
    assert sniff_format(path) == "interactions"
    assert as_rows(path) == as_rows(downloaded)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("mirna,gene", ","), ("mature_mirna_id\ttarget_symbol", "\t"), ("miRNA name;Gene Symbol", ";")],
)
def test_any_table_with_a_mirna_and_a_gene_column(tmp_path: Path, header: str, delimiter: str) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(f"{header}\nhsa-miR-21-5p{delimiter}PTEN\nhsa-miR-21-5p{delimiter}PTEN\n")
    pairs = read_interactions(path)
    assert as_rows(path) == [("hsa-miR-21-5p", "PTEN", False, "")]
    assert not pairs.graded
    assert pairs.dropped == ("2 rows collapsed to 1 pair", "no column of evidence: every pair counts alike")
    assert sniff_format(path) == "interactions"


def test_evidence_in_unknown_words_counts_as_weak_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("mirna,gene,support\nhsa-miR-1,A,strong\nhsa-miR-1,B,positive\nhsa-miR-1,C,\n")
    pairs = read_interactions(path)
    assert pairs.strong.tolist() == [True, False, False]
    assert "2 rows of an evidence mirtool does not know (empty, positive) counted as weak" in pairs.dropped


def test_an_evidence_column_without_one_known_word_grades_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("mirna,gene,evidence\nhsa-miR-1,A,Western blot\n")
    assert not read_interactions(path).graded


def test_inspection(downloaded: Path) -> None:
    seen = inspect(downloaded)
    assert (seen.format, seen.spots) == ("interactions", 9)
    assert seen.warnings == ("1 row without a miRNA or a gene",)
    assert seen.details == {
        "database": "miRTarBase",
        "pairs": 5,
        "miRNAs": 3,
        "genes": 5,
        "evidence": {"weak": 2, "strong": 4, "tested, not found": 2},
    }


def test_cross_linking_is_told_from_other_weak_evidence(tmp_path: Path) -> None:
    path = tmp_path / "hsa_MTI.csv"
    rows = [
        "MIRT1,hsa-miR-1,h,A,1,h,PAR-CLIP,Functional MTI (Weak),1",
        "MIRT2,hsa-miR-1,h,B,1,h,Microarray;CLASH,Functional MTI (Weak),1",
        "MIRT3,hsa-miR-1,h,C,1,h,Proteomics,Functional MTI (Weak),1",
        "MIRT3,hsa-miR-1,h,C,1,h,HITS-CLIP//Western blot,Functional MTI,2",
        "MIRT4,hsa-miR-1,h,D,1,h,Proteomics,Functional MTI (Weak),1",
    ]
    path.write_text("\n".join([HEADER, *rows]))
    pairs = read_interactions(path)
    assert pairs.evidence.tolist() == ["clip", "clip", "strong", "weak"]


def test_inspection_warns_of_genes_that_excel_turned_into_dates(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("mirna,gene\nhsa-miR-1,1-Mar\nhsa-miR-1,TP53\n")
    assert any("1 gene name that Excel turned into a date (1-Mar)" in text for text in inspect(path).warnings)


@pytest.mark.parametrize(
    "text",
    [
        "ID,Name,a,b\n1,hsa-miR-21-5p,3,4\n",
        "miRNA,gene\nhsa-miR-21-5p,12.5\n",
        "sample,group,file\na,b,c\n",
        "just words\n",
        "",
    ],
)
def test_what_is_no_table_of_interactions_is_not_claimed(text: str) -> None:
    assert not sniff(FileHead("x", text.encode()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mirna,score\nhsa-miR-1,3\n", "this table of interactions has no gene column"),
        ("gene,score\nTP53,3\n", "this table of interactions has no miRNA column"),
        ("mirna,gene\n", "no interaction is left in this table"),
        (
            "mirna,gene,support\nhsa-miR-1,A,Non-Functional MTI\n",
            "1 Non-Functional row (tested, not found) dropped",
        ),
        ("mirna,gene\nhsa-miR-1,A\nhsa-miR-1\n", "line 3: a row does not have as many cells as the header"),
        ("\x00\x01\x02", "this is no text table"),
    ],
)
def test_bad_tables_and_their_messages(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode())
    with pytest.raises(FormatError) as caught:
        read_interactions(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_species_that_no_mirna_has(downloaded: Path) -> None:
    with pytest.raises(FormatError, match="of miRNAs whose name begins with rno-"):
        read_interactions(downloaded, species="rno")


def test_the_starter_is_strong_sourced_and_labelled() -> None:
    starter = starter_interactions()
    assert len(starter) == 254
    assert len(set(starter.mirna)) == 37
    assert starter.strong.all()
    assert all(reference.isdigit() for reference in starter.references)
    assert "not for publication" in starter.source


@needs_mirtarbase
def test_every_starter_pair_stands_in_mirtarbase_as_strong_with_its_paper() -> None:
    wanted = {(m, g): r for m, g, r in zip(*_columns(starter_interactions()), strict=True)}
    found = set()
    with gzip.open(MIRTARBASE, "rt", encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            pair = (line["miRNA"], line["Target Gene"])
            if line["Support Type"] == "Functional MTI" and wanted.get(pair) == line["References (PMID)"]:
                found.add(pair)
    assert set(wanted) - found == set()


def _columns(pairs):
    return pairs.mirna, pairs.gene, pairs.references


@needs_mirtarbase
def test_mirtarbase_as_downloaded() -> None:
    seen = inspect(MIRTARBASE)
    assert (sniff_format(MIRTARBASE), seen.spots) == ("interactions", 502_652)
    pairs = read_interactions(MIRTARBASE)
    # 550 Non-Functional rows: 416 and 134 weak; counted in the file with grep.
    assert pairs.dropped == (
        "550 Non-Functional rows (tested, not found) dropped",
        "502,102 rows collapsed to 380,257 pairs",
    )
    assert len(set(pairs.mirna)) == 2_599


ENCORI = (
    "#please cite:\n#Li JH, et al., NAR 2014\n"
    "miRNAid\tmiRNAname\tgeneID\tgeneName\tgeneType\tclipExpNum\tdegraExpNum\n"
    "MIMAT0000069\thsa-miR-16-5p\tENSG00000171791\tBCL2\tprotein_coding\t12\t0\n"
    "MIMAT0000068\thsa-miR-15a-5p\tENSG00000110092\tCCND1\tprotein_coding\t0\t3\n"
    "MIMAT0000068\thsa-miR-15a-5p\tENSG00000157456\tCCNB2\tprotein_coding\t0\t0\n"
)
MIRDIP = (
    "University of Toronto\nGenerated at:\t1 May 2024\nParameters:\tminimum score: Low\n\n"
    "Gene Symbol\tMicroRNA\tIntegrated Score\tNumber of Sources\tScore Class\tSources\n"
    "BCL2\thsa-miR-16-5p\t0.9\t20\tVery High\ta|b\nCCND1\thsa-miR-15a-5p\t0.7\t12\tHigh\ta\n"
)


@pytest.mark.parametrize("pad", [0, 9 << 20], ids=["small", "by blocks"])
def test_encori_grades_by_its_clip_experiments(tmp_path: Path, pad: int) -> None:
    path = tmp_path / "encori.txt"
    row = "MIMAT0000069\thsa-miR-16-5p\tENSG00000171791\tBCL2\tprotein_coding\t12\t0\n"
    path.write_text(ENCORI + row * (pad // len(row)))
    assert sniff_format(path) == "interactions"
    pairs = read_interactions(path)
    assert list(zip(pairs.mirna, pairs.gene, pairs.evidence, strict=True)) == [
        ("hsa-miR-15a-5p", "CCNB2", "predicted"),
        ("hsa-miR-15a-5p", "CCND1", "weak"),
        ("hsa-miR-16-5p", "BCL2", "clip"),
    ]


def test_mirdip_lies_below_lines_about_the_search(tmp_path: Path) -> None:
    path = tmp_path / "mirdip.txt"
    path.write_text(MIRDIP)
    assert sniff_format(path) == "interactions"
    pairs = read_interactions(path)
    assert pairs.gene.tolist() == ["CCND1", "BCL2"]
    assert pairs.score is not None
    assert pairs.score.tolist() == [0.7, 0.9]


def test_sheets_of_one_header_are_put_together_and_others_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "targets.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, gene in (("one", "BCL2"), ("two", "CCND1")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["miRNA", "Target Gene"])
        sheet.write_row(1, 0, ["hsa-miR-16-5p", gene])
    book.close()
    assert read_interactions(path).gene.tolist() == ["BCL2", "CCND1"]


def test_tables_below_each_other_are_one(tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    path.write_text("miRNA,gene\nhsa-miR-16-5p,BCL2\n\nmiRNA,gene\nhsa-miR-17-5p,MYB\n")
    assert read_interactions(path).gene.tolist() == ["BCL2", "MYB"]


def test_tables_side_by_side_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    path.write_text("miRNA,gene,,miRNA,gene\nhsa-miR-16-5p,BCL2,,hsa-miR-17-5p,MYB\n")
    with pytest.raises(FormatError, match='column "miRNA": two columns have the same name'):
        read_interactions(path)
