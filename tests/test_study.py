"""The study folder: its sheet, its settings and the record of its runs."""

import json
from pathlib import Path

import pytest

from mirtool.annotation.probes import KindRule, ProbeKind
from mirtool.errors import MirtoolError, SampleSheetError
from mirtool.study.config import read_config
from mirtool.study.folder import find_study
from mirtool.study.record import RUN_SCHEMA_VERSION, merge_run, run_record
from mirtool.study.samples import read_samples


@pytest.fixture
def sheet(tmp_path):
    def write(text):
        path = tmp_path / "samples.csv"
        path.write_text(text)
        return path

    return write


def test_a_folder_with_a_sheet_is_a_study(tmp_path, sheet):
    assert find_study(tmp_path) is None
    sheet("sample,group\nA,x\n")
    (tmp_path / "mirtool.toml").write_text('[[probe_kinds]]\npattern = "^my_"\nkind = "spike-in"\n')
    study = find_study(tmp_path)
    assert study is not None
    assert study.config.probe_rules == (KindRule("^my_", ProbeKind.SPIKE_IN),)
    assert study.run_file == tmp_path / "results" / "run.json"


def test_a_sheet_gives_names_groups_files_beside_it_and_further_columns(tmp_path, sheet):
    samples = read_samples(
        sheet("Sample,Group,File,batch,\nR1,resistant,exports/R1.gpr,1,\nS1,responding,/abs/S1.gpr,2,\n'-x,,,,\n")
    )
    assert samples.names == ("R1", "S1", "-x")
    assert samples.groups == ("resistant", "responding", "")
    assert samples.files == (str(tmp_path / "exports/R1.gpr"), "/abs/S1.gpr", "")
    assert samples.extra == {"batch": ("1", "2", "")}
    assert samples.sheet == str(tmp_path / "samples.csv")


@pytest.mark.parametrize("text", ["sample;group\nA;x\n", "\ufeffsample,group\r\nA,x\r\n", "sample\tgroup\nA\tx\n"])
def test_a_sheet_may_come_from_any_spreadsheet(sheet, text):
    samples = read_samples(sheet(text))
    assert (samples.names, samples.groups, samples.files) == (("A",), ("x",), ("",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name,group\nA,x\n",
            ", line 1: the sample sheet has no column 'sample' (found name, group; expected sample,group,file)",
        ),
        ("sample,group\n", ": the sample sheet lists no sample (expected one line per sample below the header)"),
        ("sample,group\nA,x\n,y\n", ", line 3: a sample has no name"),
        (
            "sample,group\nA,x\n\nB,x\nA,y\n",
            ", line 5: the sample name 'A' occurs twice (found the same name in line 2; expected "
            "its own name for every sample)",
        ),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(sheet, text, message):
    path = sheet(text)
    with pytest.raises(SampleSheetError) as caught:
        read_samples(path)
    assert str(caught.value).split("\n")[0] == f"{path}{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[probe_kinds]\n", "the settings can't be read as TOML"),
        ("cutoff = 2\n", r"unknown setting \(found cutoff; expected one of figures, probe_kinds, tables\)"),
        ("probe_kinds = 5\n", "the probe rules are not a list of tables"),
        ("probe_kinds = [5]\n", "needs a pattern and a kind"),
        ('[[probe_kinds]]\npattern = "a"\n', "needs a pattern and a kind"),
        ('[[probe_kinds]]\npattern = "a"\nkind = "miRNA"\nfeild = "ID"\n', "needs a pattern and a kind"),
        ('[[probe_kinds]]\npattern = "a"\nkind = "spike"\n', "unknown kind"),
        ('[[probe_kinds]]\npattern = "("\nkind = "miRNA"\n', "not a regular expression"),
        ('[[probe_kinds]]\npattern = "(a+)+$"\nkind = "miRNA"\n', "search without end"),
        ('[[probe_kinds]]\npattern = "a"\nkind = "miRNA"\nfield = "id"\n', "unknown field"),
    ],
)
def test_settings_with_a_typing_mistake_are_refused_with_their_file(tmp_path, text, message):
    path = tmp_path / "mirtool.toml"
    path.write_text(text)
    with pytest.raises(MirtoolError, match=message) as caught:
        read_config(path)
    assert caught.value.path == str(path)


def test_the_record_keeps_one_run_a_command_and_has_no_date(tmp_path):
    path = tmp_path / "run.json"
    for cutoff in (2, 3):
        record = run_record("diff", {"cutoff": cutoff}, {"a.csv": "00ff"}, {"passing": 7})
        path.write_bytes(merge_run(path, record))
    path.write_bytes(merge_run(path, run_record("normalize", {}, {}, {})))
    content = json.loads(path.read_text())
    assert content["schema_version"] == RUN_SCHEMA_VERSION
    assert list(content["runs"]) == ["diff", "normalize"]
    assert content["runs"]["diff"]["arguments"] == {"cutoff": 3}
    assert set(content["runs"]["diff"]) == {"command", "arguments", "inputs", "outputs", "summary", "versions"}
    assert {"mirtool", "python", "numpy"} <= set(content["runs"]["diff"]["versions"])


@pytest.mark.parametrize("damaged", ["{", "[]", '{"runs": 5}', "{}"])
def test_a_damaged_record_is_refused_not_overwritten(tmp_path, damaged):
    path = tmp_path / "run.json"
    path.write_text(damaged)
    with pytest.raises(MirtoolError, match="the record of earlier runs is damaged"):
        merge_run(path, run_record("diff", {}, {}, {}))
    assert Path(path).read_text() == damaged
