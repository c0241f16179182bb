"""Lists of miRNAs in every format, and what is no list."""

import pytest

from mirtool.errors import FormatError
from mirtool.io.mirnas.mirna_lists import ListedName, read_mirna_list

EXOCARTA = (
    "CONTENT ID\tCONTENT TYPE\tMIRNA ID\tSPECIES\tEXPERIMENT ID\tMETHODS\tENTREZ GENE ID\n"
    "1\tmirna\tlet-7a\tHomo sapiens\t3\tMicroarray [PCR]\t406881\n"
    "2\tmirna\tlet-7a\tHomo sapiens\t14\tRNA sequencing\t406881\n"
    "3\tmirna\thsa-miR-21-5p\tHomo sapiens\t14\tRNA sequencing\t406991\n"
    "4\tmirna\tmiR-16\tMus musculus\t9\tqRT-PCR\t\n"
    "5\tmirna\tmiR-16\tBos taurus\t9\tqRT-PCR\t\n"
    "6\tmRNA\tTP53\tHomo sapiens\t9\tqRT-PCR\t7157\n"
)


def listed(tmp_path, text, name="list.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_mirna_list(path, "mine")


def test_exocarta_and_vesiclepedia_say_the_species_in_a_column(tmp_path):
    found = listed(tmp_path, EXOCARTA)
    assert found.names == (
        ListedName("let-7a", "hsa-let-7a", 2),
        ListedName("hsa-miR-21-5p", "hsa-miR-21-5p"),
        ListedName("miR-16", "mmu-miR-16"),
        ListedName("miR-16", "Bos taurus: miR-16"),
    )
    assert found.left_out == ("1 row of another content type than mirna",)


def test_in_a_table_of_expression_a_row_of_zeros_says_that_the_mirna_is_not_there(tmp_path):
    found = listed(
        tmp_path, ",SRR1,SRR2\nhsa-miR-21-5p,10.5,0\nhsa-miR-9-5p,0,0\nhsa-let-7a-5p,NA,0.0\nhsa-miR-1-3p,0,1e-2\n"
    )
    assert [each.name for each in found.names] == ["hsa-miR-21-5p", "hsa-miR-1-3p"]
    assert found.left_out == ("2 rows whose numbers are all zero",)


@pytest.mark.parametrize(
    "text",
    [
        "miRNA,PMID\nhsa-miR-21-5p,31234567\nhsa-miR-9-5p,\n",
        "miRNA,rank,year\nhsa-miR-21-5p,0,2011\nhsa-miR-9-5p,1,\n",
        "miRNA,log2 fold change\nhsa-miR-21-5p,-1.5\nhsa-miR-9-5p,NA\n",
        "CONTENT ID\tCONTENT TYPE\tMIRNA ID\tEXPERIMENT ID\n0\tmirna\thsa-miR-21-5p\t0\n"
        "1\tmirna\thsa-miR-9-5p\t7\n",
    ],
)
def test_numbers_that_are_no_amounts_leave_no_name_out(tmp_path, text):
    found = listed(tmp_path, text)
    assert [each.name for each in found.names] == ["hsa-miR-21-5p", "hsa-miR-9-5p"]
    assert found.left_out == ()


def test_the_sets_of_a_gmt_are_kept(tmp_path):
    found = listed(tmp_path, "b cells\tx\thsa-miR-21-5p\thsa-miR-17-5p\nt cells\ty\thsa-miR-21-5p\n", "s.gmt")
    assert found.names == (
        ListedName("hsa-miR-17-5p", "hsa-miR-17-5p", 1, ("b cells",)),
        ListedName("hsa-miR-21-5p", "hsa-miR-21-5p", 2, ("b cells", "t cells")),
    )


@pytest.mark.parametrize(
    "text",
    [
        "hsa-miR-21-5p\n# a note\n\nhsa-miR-16-5p\n",
        "miRNA\nhsa-miR-21-5p\nhsa-miR-16-5p\n",
        "paper;mature miRNA;year\nA;hsa-miR-21-5p;2012\nB;hsa-miR-16-5p;2015\n",
        "paper,found\nA,hsa-miR-21-5p\nB,hsa-miR-16-5p\n",
        "paper\tname\nA\thsa-miR-21-5p\nB\thsa-miR-16-5p\nC\t\n",
    ],
)
def test_plain_lists_and_tables_of_any_kind(tmp_path, text):
    assert [each.name for each in listed(tmp_path, text).names] == ["hsa-miR-21-5p", "hsa-miR-16-5p"]


def test_a_workbook_is_a_table(tmp_path):
    from mirtool.model import Table, text_array
    from mirtool.report.tables import workbook_bytes

    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook_bytes({"x": Table({"miRNA": text_array(["hsa-miR-21-5p"])})}))
    assert [each.name for each in read_mirna_list(path, "mine").names] == ["hsa-miR-21-5p"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("paper,year\nA,2012\n", "no column of miRNA names"),
        ("miRNA,count\nhsa-miR-21-5p,0\n", "the list holds no miRNA"),
        ("MIRNA ID\tCONTENT TYPE\nTP53\tmRNA\n", "the list holds no miRNA"),
        ("a\tx\tTP53\tMYC\nb\ty\tTP53\n", "the sets hold no miRNA"),
        ("miRNA,x\nhsa-miR-21-5p\n", "a row does not have as many cells"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, text, message):
    with pytest.raises(FormatError, match=message):
        listed(tmp_path, text)


def test_binary_data_is_refused(tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(FormatError):
        read_mirna_list(path, "mine")
