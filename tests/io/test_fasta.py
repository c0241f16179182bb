"""FASTA: headers, letters, packed files, and what is refused."""

import gzip
from pathlib import Path

import pytest

from mirtool.errors import FormatError
from mirtool.io.mirnas.fasta import read_fasta


def test_headers_and_sequences(tmp_path: Path) -> None:
    path = tmp_path / "mature.fa.gz"
    lines = ["; from miRBase", ">hsa-miR-17-5p MIMAT0000070 Homo sapiens miR-17-5p", "CAAAGUGCUU", "acagtgcaggtag"]
    path.write_bytes(gzip.compress("\r\n".join([*lines, "", ">x", "NNA", ""]).encode()))
    first, second = read_fasta(path)
    assert (first.name, first.sequence, first.line) == ("hsa-miR-17-5p", "CAAAGUGCUUACAGUGCAGGUAG", 2)
    assert first.header.endswith("Homo sapiens miR-17-5p")
    assert (second.header, second.sequence, second.line) == ("x", "NNA", 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("; only a remark\n", "holds no UTR"),
        ("ACGU\n", r"line 1.*no FASTA|no FASTA.*line 1"),
        (">a\nAC-GU\n", "represents no nucleotide"),
        (">a\nACGU\n>\nACGU\n", "has no name"),
        (">a\n>b\nACGU\n", "has no letters"),
        (">a\nACGU\n>b\n", "has no letters"),
        (">a\nMKLV\n", "'L'"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.fa"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_fasta(path, "UTR")
