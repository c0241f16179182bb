"""Cells of genes: several in one, and names that Excel made dates, in every reader of genes."""

import numpy as np
import pytest

from mirtool.io.genes.gene_cells import dates_among, genes_of, is_date, read_gene_list
from mirtool.io.genes.gene_changes import read_gene_changes
from mirtool.io.genes.gene_expression import read_gene_expression
from mirtool.io.targets.interactions import read_interactions
from mirtool.model import text_array

DATES = [
    "1-Mar",
    "2-Sep",
    "Mar-01",
    "Sep-02",
    "2021-03-01",
    "2021-09-02 00:00:00",
    "02.09.2021",
    "3/1/21",
    "1. Mrz",
]
HEADERS = ("gene", "genesymbol", "name")


@pytest.mark.parametrize("name", DATES)
def test_dates_are_told_from_symbols(name):
    assert is_date(name)


@pytest.mark.parametrize(
    "name", ["MARCHF1", "SEPTIN2", "HLA-A", "NKX2-1", "DEC1", "SEPT2", "H2-K1", "1433B", "MIR-21"]
)
def test_symbols_are_no_dates(name):
    assert not is_date(name)


def test_days_as_excel_counts_them_are_dates_among_symbols_only():
    assert dates_among(["TP53", "44256", "MYC"]) == ["44256"]
    assert dates_among(["7157", "44256", "4609"]) == []


@pytest.mark.parametrize("cell", ["A///B", "A /// B", "A;B", "A, B", "A,B", "A|B", "A // B"])
def test_a_cell_of_several_genes_is_a_row_of_each(cell):
    genes = genes_of(["TP53", cell, "", "---"])
    assert genes.names.tolist() == ["TP53", "A", "B"]
    assert genes.rows.tolist() == [0, 1, 1]
    assert genes.warnings == (f"1 cell with several genes, taken for a row of each: {cell}",)


def test_dates_are_named_by_their_entrez_numbers():
    genes = genes_of(["1-Mar", "2-Sep", "3-Sep"], text_array(["55016.0", "4735", ""]))
    assert genes.names.tolist() == ["MARCHF1", "SEPTIN2", "3-Sep"]
    assert genes.warnings == (
        "3 gene names that Excel turned into a date (1-Mar, 2-Sep, 3-Sep): 2 named by their Entrez numbers, the "
        "others kept as they are",
    )


WARNED = "2 gene names that Excel turned into a date (1-Mar, 2-Sep): "
KEPT, REPAIRED = (
    WARNED + "left unchanged, so that no gene matches",
    WARNED + "named by their Entrez numbers",
)


@pytest.fixture
def write(tmp_path):
    def save(text, name="t.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return save


def test_every_reader_of_genes_warns_alike(write):
    assert read_gene_list(write("gene\nTP53\n1-Mar\n2-Sep\n"), HEADERS).warnings == (KEPT,)
    assert read_gene_changes(write("gene,logFC,P\n1-Mar,1,.1\n2-Sep,1,.1\nTP53,1,.1\n")).warnings == (KEPT,)
    expression = read_gene_expression(write("gene,a,b\n1-Mar,1,2\n2-Sep,1,2\n"), ("a", "b"), fewest=2)
    assert expression.warnings == (KEPT,)
    pairs = read_interactions(write("miRNA,gene\nhsa-miR-21-5p,1-Mar\nhsa-miR-21-5p,2-Sep\nhsa-miR-21-5p,TP53\n"))
    assert KEPT in pairs.dropped


def test_every_reader_of_genes_repairs_by_the_entrez_number(write):
    table = "gene,Entrez ID,logFC,P\n1-Mar,55016,1,.1\n2-Sep,4735,2,.1\nTP53,7157,3,.1\n"
    changes = read_gene_changes(write(table))
    assert changes.gene.tolist() == ["MARCHF1", "SEPTIN2", "TP53"]
    assert changes.warnings == (REPAIRED,)
    assert read_gene_list(write(table), HEADERS).names.tolist() == ["MARCHF1", "SEPTIN2", "TP53"]
    header = "miRTarBase ID,miRNA,Target Gene,Target Gene (Entrez ID),Support Type\n"
    rows = "x,hsa-miR-21-5p,1-Mar,55016.0,Functional MTI\nx,hsa-miR-21-5p,2-Sep,4735.0,Functional MTI\n"
    pairs = read_interactions(write(header + rows))
    assert pairs.gene.tolist() == ["MARCHF1", "SEPTIN2"]
    assert REPAIRED in pairs.dropped


def test_a_change_of_several_genes_is_one_of_each(write):
    changes = read_gene_changes(write("gene\tlogFC\tP.Value\nBCL2///BCL2L1\t-2\t.001\nMYB\t1\t.01\n", "t.tsv"))
    assert changes.gene.tolist() == ["BCL2", "BCL2L1", "MYB"]
    np.testing.assert_array_equal(changes.log2_ratio, [-2, -2, 1])


def test_lines_of_a_plain_list_may_hold_several_genes(write):
    genes = read_gene_list(
        write("gene\nTP53///MDM2\nBCL2\nCDK6, CCND3\nMYC;MAX\nE2F1\nRB1\nAKT1\n", "t.txt"), HEADERS
    )
    assert genes.names.tolist() == ["TP53", "MDM2", "BCL2", "CDK6", "CCND3", "MYC", "MAX", "E2F1", "RB1", "AKT1"]


def test_an_interaction_of_several_genes_is_one_of_each(write):
    pairs = read_interactions(
        write("miRNA,gene\nhsa-miR-21-5p,BCL2///BCL2L1\nhsa-miR-16-5p,MYB\nhsa-miR-21-5p,MYB\n")
    )
    assert list(zip(pairs.mirna, pairs.gene, strict=True)) == [
        ("hsa-miR-16-5p", "MYB"),
        ("hsa-miR-21-5p", "BCL2"),
        ("hsa-miR-21-5p", "BCL2L1"),
        ("hsa-miR-21-5p", "MYB"),
    ]
    assert "1 cell with several genes, taken for a row of each: BCL2///BCL2L1" in pairs.dropped
