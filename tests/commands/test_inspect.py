"""``mirtool inspect`` says what files hold, to a person and to a program."""

import json
from pathlib import Path

import pytest

from mirtool.cli import main

TABLES = Path(__file__).resolve().parents[2] / "fixtures" / "matrix"
CT_TABLES = TABLES.with_name("qpcr")


@pytest.fixture(autouse=True)
def _in_fixtures(monkeypatch):
    monkeypatch.chdir(TABLES)


def test_a_person_reads_format_rows_samples_kinds_and_warnings(capsys):
    assert main(["inspect", "layout.csv", "normalized_log2.csv"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out == (
        "layout.csv\n"
        "  format          matrix\n"
        "  rows of data    2\n"
        "  channels        intensity\n"
        "  content         intensities or expression\n"
        "  scale           not stated\n"
        "  samples         s1, s2\n"
        "  missing values  0\n"
        "  probe kinds     miRNA 2\n"
        "  warning         columns that are no samples, not read: Block, Row, Column\n"
        "  warning         columns of text, not read: Sequence\n"
        "\n"
        "normalized_log2.csv\n"
        "  format          matrix\n"
        "  rows of data    2\n"
        "  channels        none\n"
        "  content         normalized by mirtool\n"
        "  scale           log2\n"
        "  samples         X, index\n"
        "  missing values  1\n"
        "  probe kinds     miRNA 2\n"
    )


def test_files_of_one_kind_are_one_table_and_nothing_odd_is_said(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, rows in (("a", "m1,100,2000\n"), ("b", "m1,100,2000\nm2,300,4000\n")):
        (tmp_path / f"{name}.csv").write_text(f"ID,s1,s2\n{rows}")
    assert main(["inspect", "a.csv", "b.csv"]) == 0
    assert capsys.readouterr().out == (
        "2 files, the same in:\n"
        "  format          matrix\n"
        "  channels        intensity\n"
        "  content         intensities or expression\n"
        "  scale           not stated\n"
        "  samples         s1, s2\n"
        "  missing values  0\n"
        "They differ in:\n"
        "  file   rows of data  probe kinds other\n"
        "  a.csv             1                  1\n"
        "  b.csv             2                  2\n"
        "Nothing odd was found.\n"
    )


def test_a_program_reads_an_array_of_objects(capsys):
    assert main(["inspect", "--json", "intensities.csv"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": "intensities.csv",
            "format": "matrix",
            "spots": 4,
            "channels": ["intensity"],
            "warnings": [],
            "details": {
                "content": "intensities or expression",
                "scale": "not stated",
                "samples": ["s1", "s2"],
                "missing_values": 1,
                "probe_kinds": {"miRNA": 3, "other species": 1},
            },
        }
    ]


def test_what_can_not_be_read_is_said_after_the_others_and_the_json_stays_whole(capsys):
    assert main(["inspect", "--json", "bad_empty.csv", "intensities.csv", "bad_cut_row.csv", "none.csv"]) == 1
    out, err = capsys.readouterr()
    assert [found["path"] for found in json.loads(out)] == ["intensities.csv"]
    assert [line for line in err.splitlines() if line.startswith("mirtool: error:")] == [
        "mirtool: error: bad_empty.csv: the file is empty",
        "mirtool: error: bad_cut_row.csv, line 3: a row does not have as many cells as the header (found 2 cells; "
        "expected 3 cells)",
        "mirtool: error: none.csv: no such file",
    ]


def test_where_nothing_can_be_read_the_json_is_an_empty_array(capsys):
    assert main(["inspect", "--json", "bad_binary.csv"]) == 1
    assert json.loads(capsys.readouterr().out) == []


def test_a_format_can_be_named(capsys):
    assert main(["inspect", "--format", "matrix", "bad_other_result.csv"]) == 1
    assert "this is another of mirtool's results" in capsys.readouterr().err
    assert main(["inspect", "--format", "gpr", "intensities.csv"]) == 2
    assert "unknown format 'gpr' (expected one of genepix, " in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(TABLES.glob("bad_*")), ids=lambda path: path.name)
def test_no_bad_file_ends_in_a_traceback_or_a_bug(capsys, path):
    main(["inspect", path.name])
    assert "bug in mirtool" not in capsys.readouterr().err


def test_ct_tables_say_samples_targets_and_undetermined_wells(capsys, monkeypatch):
    monkeypatch.chdir(CT_TABLES)
    assert main(["inspect", "quantstudio.txt", "lightcycler_480.txt", "wide.csv"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out == (
        "quantstudio.txt\n"
        "  format            qpcr\n"
        "  rows of data      8\n"
        "  channels          none\n"
        "  form              QuantStudio, ViiA 7 or StepOne\n"
        "  layout            one row per well\n"
        "  samples           R1, R2, S1\n"
        "  targets           hsa-miR-16-5p, hsa-miR-103a-3p\n"
        "  ct                19.9 to 27.269\n"
        "  undetermined      1 well (14 %): R1 0 %, R2 50 %, S1 0 %\n"
        "  without template  1 well\n"
        "  warning           left out: 1 well marked as omitted\n"
        "  warning           left out: 1 well of a standard or a positive control\n"
        "\n"
        "lightcycler_480.txt\n"
        "  format        qpcr\n"
        "  rows of data  2\n"
        "  channels      none\n"
        "  form          LightCycler 480\n"
        "  layout        one row per well\n"
        "  samples       R1, S1\n"
        "  targets       not named\n"
        "  ct            22.02 to 24.13\n"
        "  undetermined  0 wells\n"
        "  warning       the table does not say what its wells measure: mirtool validate\n"
        "                hsa-miR-16-5p=lightcycler_480.txt\n"
        "\n"
        "wide.csv\n"
        "  format        qpcr\n"
        "  rows of data  6\n"
        "  channels      none\n"
        "  layout        samples by targets\n"
        "  samples       R1, R2, S1\n"
        "  groups        resistant 2, responding 1\n"
        "  targets       hsa-miR-16-5p, hsa-miR-103a-3p\n"
        "  ct            19.9 to 27.2\n"
        "  undetermined  1 well (17 %): R1 0 %, R2 50 %, S1 0 %\n"
    )
