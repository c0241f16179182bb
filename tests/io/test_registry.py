"""A file's format is told by its content; no claim and two claims are said."""

import subprocess
import sys
from pathlib import Path

import pytest

import mirtool.api as mt
from mirtool.errors import UnknownFormatError, UsageError
from mirtool.io import registry
from mirtool.io.registry import FORMATS, inspect_file, sniff_format
from mirtool.io.tables.text import read_head

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def test_a_result_of_mirtool_is_known_as_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "\n".join(f"p{i},hsa-miR-{i}-3p,{i},{2 * i},{i + 1},{9 - i}" for i in range(1, 9))
    (tmp_path / "t.csv").write_text(f"ID,Name,a1,a2,b1,b2\n{rows}\n")
    (tmp_path / "s.csv").write_text("sample,group\na1,a\na2,a\nb1,b\nb2,b\n")
    mt.diff("t.csv", samples="s.csv", scale="log2", compare="b:a").write("d.csv")
    with pytest.raises(UnknownFormatError, match="this is a result of mirtool, not a file of measurements"):
        inspect_file("d.csv")
    (tmp_path / "notes.csv").write_text("# mirtool shortlist; rank: p\nmiRNA,rank\nhsa-miR-1-3p,1\n")
    with pytest.raises(UnknownFormatError, match="the note 'mirtool shortlist'"):
        sniff_format("notes.csv")


def test_every_format_has_a_module_with_a_sniffer_and_an_inspector():
    for name in FORMATS:
        module = registry.module_of(name)
        assert callable(module.sniff)
        assert callable(module.inspect)
        assert len(module.__doc__) > 200, f"the docstring of {module.__name__} is the format's specification"


def test_the_name_of_a_file_says_nothing(tmp_path):
    path = tmp_path / "array.gpr"
    path.write_text("ID,s1\n17605,812.5\n")
    assert sniff_format(path) == "matrix"
    assert inspect_file(path).spots == 1


def test_a_named_format_overrides_the_content(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("nothing\n")
    assert sniff_format(path, "matrix") == "matrix"


def test_an_unknown_format_name_is_a_wrong_call():
    with pytest.raises(UsageError, match="unknown format 'gpr'"):
        sniff_format("any", "gpr")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"Dear all,\nplease find attached\n", "the first line 'Dear all,'"),
        (b"\x00\x01\x02", "binary data"),
        (b"\n \n", "blank lines only"),
        (b"PK\x03\x04 no workbook", "a workbook without a table that can be recognised"),
    ],
)
def test_a_file_that_no_format_claims_is_refused(tmp_path, content, found):
    (tmp_path / "mail.txt").write_bytes(content)
    with pytest.raises(UnknownFormatError, match="no format that mirtool knows") as caught:
        sniff_format(tmp_path / "mail.txt")
    assert caught.value.found == found
    assert "docs/formats.md" in caught.value.hint
    assert "GenePix" not in caught.value.hint


def test_two_claims_are_refused_and_listed(monkeypatch):
    monkeypatch.setattr(
        registry,
        "FORMATS",
        dict.fromkeys(("one", "two"), registry.Format("mirtool.io.arrays.matrix")),
    )
    with pytest.raises(UnknownFormatError, match="more than one format claims this file") as caught:
        sniff_format(FIXTURES / "matrix" / "intensities.csv")
    assert caught.value.found == "one, two"
    assert "--format one or --format two" in caught.value.in_shell()


def files_of_the_tests():
    files = (
        path for path in FIXTURES.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".toml")
    )
    return sorted(str(path.relative_to(FIXTURES)) for path in files if path.stat().st_size)


@pytest.mark.parametrize("name", files_of_the_tests())
def test_who_bears_a_mark_is_claimed_by_no_other_format(name):
    head = read_head(FIXTURES / name)
    claims = [own for own in FORMATS if registry.module_of(own).sniff(head)]
    assert len(claims) == 1 or not set(claims) & {own for own in FORMATS if FORMATS[own].signed}


def test_a_file_with_a_mark_is_read_without_the_modules_of_other_formats():
    code = (
        "import sys; from mirtool.io.registry import FORMATS, sniff_format; "
        f"assert sniff_format({str(FIXTURES / 'genepix' / 'v1_4_windows_1252.gpr')!r}) == 'genepix'; "
        "others = {'mirtool.io.arrays.matrix', 'mirtool.io.arrays.ct_tables', 'mirtool.io.genes.gene_sets'}; "
        "assert not others & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
