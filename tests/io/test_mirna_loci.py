"""Where precursors lie: the embedded table, miRBase's GFF3, and its bad files."""

import gzip
from pathlib import Path

import pytest

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.errors import FormatError
from mirtool.io.mirnas.mirna_loci import MirnaLocus, embedded_loci, read_gff3

# The head and the first rows of miRBase 22's hsa.gff3.
GFF = """\
##gff-version 3
##date 2018-3-5
#
# Chromosomal coordinates of Homo sapiens microRNAs
# microRNAs:               miRBase v22
# genome-build-id:         GRCh38
#
chr11\t.\tmiRNA_primary_transcript\t122146522\t122146593\t.\t-\t.\tID=MI0000061;Alias=MI0000061;Name=hsa-let-7a-2
chr11\t.\tmiRNA\t122146568\t122146589\t.\t-\t.\tID=MIMAT0000062;Name=hsa-let-7a-5p;Derives_from=MI0000061
chr11\t.\tmiRNA\t122146523\t122146544\t.\t-\t.\tID=MIMAT0010195;Name=hsa-let-7a-2-3p;Derives_from=MI0000061
chr9\t.\tmiRNA_primary_transcript\t94175957\t94176036\t.\t+\t.\tID=MI0000060;Alias=MI0000060;Name=hsa-let-7a-1
chr9\t.\tmiRNA\t94175962\t94175983\t.\t+\t.\tID=MIMAT0000062_2;Name=hsa-let-7a-5p;Derives_from=MI0000060
chr9\t.\tmiRNA\t94176013\t94176033\t.\t+\t.\tID=MIMAT0004481_1;Name=hsa-let-7a-3p;Derives_from=MI0000060
"""
ROW = "9\t.\tmiRNA_primary_transcript\t10\t90\t.\t+\t.\tID=MI1;Name=hsa-mir-1\n"


def test_mirbases_own_file(tmp_path: Path) -> None:
    path = tmp_path / "hsa.gff3"
    path.write_text(GFF)
    loci = read_gff3(path)
    assert loci.source == "hsa.gff3, miRBase v22, GRCh38"
    assert loci.loci == (
        MirnaLocus("hsa-let-7a-2", "11", "-", 122146522, 122146593, ("hsa-let-7a-5p", "hsa-let-7a-2-3p")),
        MirnaLocus("hsa-let-7a-1", "9", "+", 94175957, 94176036, ("hsa-let-7a-5p", "hsa-let-7a-3p")),
    )
    packed = tmp_path / "packed" / "hsa.gff3"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(GFF.replace("\n", "\r\n").encode()))
    assert read_gff3(packed) == loci


def test_a_precursor_at_two_places_and_other_types(tmp_path: Path) -> None:
    path = tmp_path / "two.gff3"
    again = ROW.replace("\t10\t90", "\t510\t590").replace("MI1;", "MI1_2;")
    gene = "9\t.\tgene\tx\t\t.\t?\t.\tID=g\n"
    path.write_text(ROW + gene + again + "9\t.\tmiRNA\t12\t33\t.\t+\t.\tName=hsa-miR-1-5p;Derives_from=MI1\n")
    assert [(each.start, each.matures) for each in read_gff3(path).loci] == [
        (10, ("hsa-miR-1-5p",)),
        (510, ("hsa-miR-1-5p",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# comments only\n", "the file holds no precursor of a miRNA (expected rows of the type"),
        (
            "name,chromosome,start\nhsa-mir-1,9,10\n",
            "line 1: this line is no row of a GFF3 (found 1 columns: 'name",
        ),
        (
            ROW.replace("\t10\t", "\tten\t"),
            "line 1, column \"start\": a position is no whole number from 1 (found 'ten'",
        ),
        (ROW.replace("\t10\t", "\t0\t"), "a position is no whole number from 1 (found '0'"),
        (ROW.replace("\t90\t", "\t9\t"), "line 1: a miRNA ends before it starts (found 10 to 9"),
        (ROW.replace("\t+\t", "\t.\t"), "line 1, column \"strand\": a miRNA is on no strand (found '.'"),
        (ROW.replace("Name=", "Title="), "line 1: a row of the type miRNA_primary_transcript has no Name"),
        (ROW.replace("ID=MI1;", ""), "a row of the type miRNA_primary_transcript has no ID (found Name"),
        (
            ROW + "9\t.\tmiRNA\t12\t33\t.\t+\t.\tName=hsa-miR-1-5p\n",
            "line 2: a row of the type miRNA has no Derives_from",
        ),
        (
            ROW + "9\t.\tmiRNA\t12\t33\t.\t+\t.\tName=x;Derives_from=MI2\n",
            "line 2: a mature miRNA is of a precursor that the file does not have (found Derives_from=MI2",
        ),
    ],
)
def test_bad_gff3_and_its_message(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.gff3"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        read_gff3(path)
    assert message in str(caught.value)


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.gff3"
    path.write_bytes(b"\x00\x01\x02")
    with pytest.raises(FormatError, match="this is no text file"):
        read_gff3(path)


def test_the_embedded_places_are_mirbases_where_its_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hsa.gff3"
    path.write_text(GFF)
    embedded = {(each.precursor, each.start): each for each in embedded_loci().loci}
    for theirs in read_gff3(path).loci:
        ours = embedded[theirs.precursor, theirs.start]
        assert (ours.chromosome, ours.strand, ours.end) == (theirs.chromosome, theirs.strand, theirs.end)
        assert set(ours.matures) == set(theirs.matures)


def test_the_embedded_table() -> None:
    loci = embedded_loci().loci
    # The numbers that the build script prints.
    assert len(loci) == 2_115
    assert len({each.precursor for each in loci}) == 1_912
    placed = {name for each in loci for name in each.matures}
    human = {name for name in mature_mirnas() if name.startswith("hsa-")}
    assert placed <= human
    assert (len(human), len(placed)) == (2_656, 2_650)
    assert all(40 <= each.end - each.start + 1 <= 200 and each.strand in "+-" for each in loci)
