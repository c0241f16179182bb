"""``mirtool init`` writes the sheet to fill in, and nothing else."""

import shutil
from pathlib import Path

import pytest

from mirtool.cli import main
from mirtool.study.draft import names_from_files
from mirtool.study.samples import read_samples

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

GPR = """\
ATF\t1.0
2\t8
"Type=GenePix Results 3"
"Wavelengths=532"
"Block"\t"Column"\t"Row"\t"Name"\t"ID"\t"F532 Median"\t"B532 Median"\t"Flags"
1\t1\t1\t"hsa-miR-16-5p"\t"42865"\t1200\t60\t0
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with three arrays and a table, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    for name in ("run7_resistant_1", "run7_resistant_2", "run7_responding_1"):
        (tmp_path / "exports" / f"{name}.gpr").write_text(GPR)
    (tmp_path / "table.csv").write_text("ID,Name,P 1,P 2\n42865,hsa-miR-16-5p,1200,300\n")
    return tmp_path


def exports(folder):
    return sorted(str(path.relative_to(folder)) for path in (folder / "exports").iterdir())


def test_arrays_become_one_row_each_with_an_empty_group(folder, capsys):
    assert main(["init", *exports(folder)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "Wrote samples.csv: 3 samples from 3 files\n"
        "Wrote mirtool.toml: every setting with its default\n"
        "What to do next:\n"
        "  1. Open samples.csv and fill in the column 'group' (and correct the sample names, if you like).\n"
        "  2. mirtool normalize\n"
    )
    assert (folder / "samples.csv").read_text() == (
        "sample,group,file\n"
        "resistant_1,,exports/run7_resistant_1.gpr\n"
        "resistant_2,,exports/run7_resistant_2.gpr\n"
        "responding_1,,exports/run7_responding_1.gpr\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "exports",
        "mirtool.toml",
        "samples.csv",
        "table.csv",
    ]


@pytest.mark.usefixtures("folder")
def test_a_table_becomes_one_row_a_sample_column(capsys):
    assert main(["init", "table.csv", "-o", "-"]) == 0
    assert capsys.readouterr().out == "sample,group,file\nP 1,,table.csv\nP 2,,table.csv\n"


def test_paths_are_relative_to_the_sheets_own_folder(folder, capsys):
    assert main(["init", *exports(folder), "--output", "study/pilot.csv"]) == 0
    assert "  2. mirtool normalize --samples study/pilot.csv\n" in capsys.readouterr().err
    samples = read_samples(folder / "study" / "pilot.csv")
    assert all(Path(file).is_file() for file in samples.files)
    assert (folder / "study/pilot.csv").read_text().splitlines()[1] == (
        "resistant_1,,../exports/run7_resistant_1.gpr"
    )


def test_a_sheet_that_is_there_is_kept_unless_forced(folder, capsys):
    (folder / "samples.csv").write_text("mine")
    assert main(["init", *exports(folder)]) == 2
    assert capsys.readouterr().err == (
        "mirtool: error: samples.csv exists already\n"
        "  What to do: fill in that one, name another with --output, or replace it with --force\n"
    )
    assert (folder / "samples.csv").read_text() == "mine"
    assert main(["init", *exports(folder), "--force"]) == 0
    assert (folder / "samples.csv").read_text().startswith("sample,group,file\n")


def test_the_arrays_own_file_is_never_overwritten(folder, capsys):
    before = (folder / "table.csv").read_text()
    assert main(["init", "table.csv", "-o", "table.csv", "--force"]) == 2
    assert "table.csv is one of the arrays' own files" in capsys.readouterr().err
    assert (folder / "table.csv").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["table.csv", "./table.csv"], 2, "the same file is named twice (found ./table.csv; expected every file"),
        (["none.gpr"], 1, "none.gpr: no such file"),
        (["-"], 2, "a sample sheet needs files it can name, not standard input"),
        (["table.csv", "-o", "samples.doc"], 2, "no format is known for the output samples.doc"),
        (["table.csv", "--format", "gpr"], 2, "unknown format 'gpr'"),
        ([], 2, "Missing argument 'FILES...'"),
    ],
)
def test_a_wrong_call_is_refused_and_writes_nothing(folder, capsys, arguments, code, message):
    assert main(["init", *arguments]) == code
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["exports", "table.csv"]


def test_a_file_that_holds_no_arrays_is_refused_by_name(folder, capsys):
    (folder / "targets.csv").write_text("miRNA,Target Gene\nhsa-miR-16-5p,BCL2\n")
    assert main(["init", *exports(folder), "targets.csv"]) == 1
    assert (
        "targets.csv: this file holds no values of samples (found the format interactions;"
        in capsys.readouterr().err
    )
    assert not (folder / "samples.csv").exists()


def test_two_arrays_of_one_name_are_refused(folder, capsys):
    (folder / "other.csv").write_text("ID,P 1\n42865,1200\n")
    assert main(["init", "table.csv", "other.csv"]) == 1
    assert "other.csv: two samples would get the name 'P 1' (found the same name from table.csv;" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a/GSM1_Hy3_S01_Cropped.gpr", "a/GSM2_Hy3_S01_Cropped.gpr"], ["GSM1", "GSM2"]),
        (["MM_01.gpr.gz", "MM_02.gpr.gz"], ["MM_01", "MM_02"]),
        (["x.GPR"], ["x"]),
        (["A 1.gpr", "A 1 b.gpr"], ["A 1", "A 1 b"]),
        (["before/P1.gpr", "after/P1.gpr"], ["before_P1", "after_P1"]),
        (["__.gpr", "_.gpr"], ["__", "_"]),
    ],
)
def test_names_come_from_the_files_without_what_they_have_in_common(files, names):
    assert names_from_files(files) == names


def test_the_samples_of_a_service_workbook_become_rows(tmp_path, monkeypatch):
    shutil.copy(FIXTURES / "service_workbook" / "raw_intensity_two_lots.xlsx", tmp_path / "raw.xlsx")
    monkeypatch.chdir(tmp_path)
    assert main(["init", "raw.xlsx"]) == 0
    sheet = (tmp_path / "samples.csv").read_text().splitlines()
    assert sheet[0] == "sample,group,file"
    assert all(line.endswith(",,raw.xlsx") for line in sheet[1:])
    assert main(["normalize", "raw.xlsx", "-o", "normalized.csv", "--min-factor-probes", "1"]) == 0
    names = (tmp_path / "normalized.csv").read_text().splitlines()
    header = next(line for line in names if not line.startswith("#")).split(",")
    assert [line.split(",")[0] for line in sheet[1:]] == header[-(len(sheet) - 1) :]
