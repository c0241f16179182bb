"""What a gene's label represents: facts of NCBI Gene, and tables the user gives."""

import gzip
from pathlib import Path

import pytest

from mirtool.annotation.gene_symbols import load_gene_symbols
from mirtool.annotation.gene_symbols.book import book_of
from mirtool.errors import FormatError
from mirtool.io.genes.gene_table import read_gene_symbols


@pytest.mark.parametrize(
    ("label", "symbol", "status"),
    [
        ("TP53", "TP53", "current"),
        ("7157", "TP53", "identifier"),
        ("7157.0", "TP53", "identifier"),  # a spreadsheet's number
        ("ENSG00000141510.18", "TP53", "identifier"),
        ("NM_000546.6", "TP53", "identifier"),
        ("NR_176326", "TP53", "identifier"),
        ("P53", "TP53", "alias"),
        ("SEPT9", "SEPTIN9", "alias"),  # renamed in 2020, since Excel made it a date
        ("FAM64A", "PIMREG", "alias"),
        ("C5ORF51", "RIMOC1", "alias"),
        ("GBA", "GBA", "ambiguous"),  # GBA1 and its pseudogene GBAP1
        ("Trp53", "Trp53", "unknown"),  # the mouse's
        ("Pten", "Pten", "unknown"),
        ("999999999", "999999999", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_what_a_label_stands_for(label, symbol, status):
    assert load_gene_symbols().name(label)[:2] == (symbol, status)


def test_the_embedded_table():
    book = load_gene_symbols()
    assert len(book.symbols) == 63_145
    assert book.name("GBA").choices == ("GBA1", "GBAP1")
    assert book.human


def test_a_current_symbol_is_itself_even_where_another_gene_once_bore_it():
    book = book_of("mine", [("A", ["1"], []), ("B", ["2"], ["A", "C"])], human=False)
    assert [book.name(label).symbol for label in ("A", "C", "2")] == ["A", "B", "B"]


def test_ncbi_gene_info_is_read_as_it_comes(tmp_path: Path):
    path = tmp_path / "Mus_musculus.gene_info.gz"
    path.write_bytes(
        gzip.compress(
            b"#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\n10090\t22059\tTrp53\t-\tbbl|p53\n10090\t19211\tPten\t-\t-\n"
        )
    )
    book = read_gene_symbols(path)
    assert [book.name(label).symbol for label in ("p53", "22059", "19211", "-")] == ["Trp53", "Trp53", "Pten", "-"]
    assert (book.source, book.human) == (path.name, False)


def test_hgnc_and_biomart_headers(tmp_path: Path):
    hgnc = tmp_path / "hgnc.txt"
    hgnc.write_text(
        "hgnc_id\tsymbol\talias_symbol\tprev_symbol\tentrez_id\tensembl_gene_id\trefseq_accession\n"
        'HGNC:11998\tTP53\t"p53|LFS1"\t\t7157\tENSG00000141510\t"NM_000546|NM_1.2"\n'
    )
    book = read_gene_symbols(hgnc)
    assert {book.name(x).symbol for x in ("p53", "LFS1", "7157", "ENSG00000141510.9", "NM_1")} == {"TP53"}
    biomart = tmp_path / "mart_export.csv"
    biomart.write_text("Gene stable ID,Gene name,RefSeq mRNA ID\nENSG1,A,NM_1\nENSG1,A,NM_2\nENSG2,,NM_3\n")
    assert [read_gene_symbols(biomart).name(x).symbol for x in ("NM_2", "NM_3")] == ["A", "NM_3"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Entrez,Ensembl\n1,ENSG1\n", "no column of symbols"),
        ("symbol,chromosome\nA,1\n", "no column of identifier or other names"),
        ("symbol,Entrez\nNA,1\n,2\n", "holds no symbol"),
    ],
)
def test_what_is_no_table_of_genes_is_refused(tmp_path: Path, text: str, problem: str):
    path = tmp_path / "genes.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=problem):
        read_gene_symbols(path)
