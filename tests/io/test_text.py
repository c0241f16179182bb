"""Bytes become text whatever program wrote them."""

import codecs
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import FormatError, MirtoolError
from mirtool.io.tables.text import HEAD_BYTES, decode, read_bytes, read_head, read_text, sha256_of, unify_newlines


@pytest.mark.parametrize(
    "data",
    [
        "R²\tµm\tné\n".encode(),
        codecs.BOM_UTF8 + "R²\tµm\tné\n".encode(),
        codecs.BOM_UTF16_LE + "R²\tµm\tné\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "R²\tµm\tné\n".encode("utf-16-be"),
        "R²\tµm\tné\n".encode("cp1252"),
    ],
)
def test_every_encoding_of_the_trade_is_decoded(data):
    assert decode(data) == "R²\tµm\tné\n"


def test_a_file_that_ends_in_a_windows_letter_keeps_it():
    assert decode("caf\u00e9".encode("cp1252")) == "café"


def test_a_head_cut_inside_a_character_is_still_utf8():
    assert decode("µµ".encode()[:-1], cut=True) == "µ"


@given(st.lists(st.text("ab\t;", max_size=5), min_size=1), st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]))
def test_line_ends_are_unified(lines, end):
    assert unify_newlines(end.join(lines)) == "\n".join(lines)


def test_gzip_is_unpacked_and_hashes_like_the_plain_file(tmp_path):
    (tmp_path / "a.gpr").write_bytes(b"abc\n")
    (tmp_path / "a.gpr.gz").write_bytes(gzip.compress(b"abc\n"))
    assert read_bytes(tmp_path / "a.gpr.gz") == b"abc\n"
    # sha256sum of "abc\n"
    expected = "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"
    assert sha256_of(tmp_path / "a.gpr") == sha256_of(tmp_path / "a.gpr.gz") == expected


def test_a_head_is_no_longer_than_it_may_be_even_of_a_packed_file(tmp_path):
    line = b"0123456789\n"
    path = tmp_path / "long.txt.gz"
    path.write_bytes(gzip.compress(line * 100_000))
    head = read_head(path)
    assert len(head.data) == HEAD_BYTES
    # 65536 = 5957 lines of 11 bytes and 9 bytes of a line that is left out.
    assert len(head.lines) == 5957


def test_a_short_file_has_all_its_lines_in_its_head(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\rtwo")
    assert read_head(tmp_path / "a.txt").lines == ("one", "two")


def test_binary_and_workbooks_have_no_text_in_their_head(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    for name, data in {"a.bin": b"a\x00b", "a.xlsx": packed.getvalue()}.items():
        (tmp_path / name).write_bytes(data)
        assert read_head(tmp_path / name).text == ""
        with pytest.raises(FormatError, match=r"this is no text file|this is a ZIP archive"):
            read_text(tmp_path / name)


@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(FormatError, match="the file is empty"):
        read_bytes(tmp_path / "a.csv")


@pytest.mark.parametrize("data", [gzip.compress(b"abc" * 100, mtime=0)[:-12], b"\x1f\x8bnonsense"])
def test_damaged_packing_is_refused(tmp_path, data):
    (tmp_path / "a.csv.gz").write_bytes(data)
    with pytest.raises(FormatError, match="the gzip packing is damaged"):
        read_bytes(tmp_path / "a.csv.gz")


def test_packing_of_several_members_and_padding_is_unpacked(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"ID,s1\n") + gzip.compress(b"1,2\n") + b"\x00" * 512)
    assert read_bytes(tmp_path / "a.csv.gz") == b"ID,s1\n1,2\n"
    assert read_bytes(tmp_path / "a.csv.gz", HEAD_BYTES) == b"ID,s1\n1,2\n"


def test_packing_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("mirtool.io.zip_archives.UNPACKED_AT_ONCE", 1 << 20)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"0" * (8 << 20)))
    with pytest.raises(FormatError, match="the gzip packing holds far more than a table") as caught:
        read_bytes(tmp_path / "a.csv.gz")
    assert caught.value.found == "more than 1 MiB packed into 0.0 MiB"
    assert len(read_bytes(tmp_path / "a.csv.gz", HEAD_BYTES)) == HEAD_BYTES


def test_a_missing_file_a_folder_and_a_path_through_a_file_are_refused(tmp_path):
    with pytest.raises(MirtoolError, match="no such file"):
        read_bytes(tmp_path / "none.gpr")
    with pytest.raises(MirtoolError, match="this is a folder"):
        read_bytes(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(MirtoolError, match="can't be read: Not a directory"):
        read_bytes(tmp_path / "file" / "below")


def test_standard_input_is_read_once_for_sniffer_and_reader(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ID,s1\n")))
    assert read_head("-").text == "ID,s1\n"
    assert read_bytes(Path("-")) == b"ID,s1\n"
