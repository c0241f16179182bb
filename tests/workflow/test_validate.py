"""``mt.validate``: the tables of the command, from paths or objects."""

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.results.differential import read_differential
from mirtool.study.samples import read_samples
from mirtool.validation import read_wells

CT = """\
Sample,Target,Ct
n1,hsa-miR-16-5p,27
n2,hsa-miR-16-5p,29
r1,hsa-miR-16-5p,24
r2,hsa-miR-16-5p,24
n1,hsa-miR-103a-3p,20
n2,hsa-miR-103a-3p,20
r1,hsa-miR-103a-3p,20
r2,hsa-miR-103a-3p,20
"""
SHEET = "sample,group\nr1,responding\nr2,responding\nn1,resistant\nn2,resistant\n"
DIFFERENTIAL = """\
# mirtool differential
ID,Name,mean resistant,mean responding,log2 ratio resistant/responding,regulation by volcano P
10,hsa-miR-16-5p,1,8,-3,down
11,hsa-miR-17-5p,1,4,-2,down
"""
REFERENCE = "hsa-miR-103a-3p"


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/differential.csv").write_text(DIFFERENTIAL)
    (tmp_path / "samples.csv").write_text(SHEET)
    (tmp_path / "ct.csv").write_text(CT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_paths_and_objects_give_the_files_of_the_command(study):
    assert main(["validate", "ct.csv", "--reference", REFERENCE, "-o", "command/validation.csv"]) == 0
    by_paths = mt.validate("ct.csv", samples="samples.csv", reference=REFERENCE)
    sheet = read_samples("samples.csv")
    by_objects = mt.validate(
        read_wells(["ct.csv"], sheet),
        samples=sheet,
        differential=read_differential("results/differential.csv"),
        reference=[REFERENCE],
    )
    for name, result in (("paths", by_paths), ("objects", by_objects)):
        result.write(study / name / "validation.csv")
        for word in ("", "_ct", "_concordance"):
            file = f"validation{word}.csv"
            assert (study / name / file).read_bytes() == (study / "command" / file).read_bytes()


@pytest.mark.usefixtures("study")
def test_the_result_shows_itself():
    result = mt.validate("ct.csv", reference=REFERENCE)
    # 2^−ΔΔCt: the means of Ct differ by 4, so the ratio is 1/16
    assert result.to_frame()["ratio resistant/responding"].tolist() == [0.0625]
    assert list(result.tables()) == ["validation", "ct", "concordance"]
    assert list(result.figures()) == ["validation_bars", "validation_array"]
    first, second = repr(result).splitlines()[1:3]
    assert first.startswith("Compared resistant with responding: ratios are resistant / responding")
    assert second == "  not confirmed  1: hsa-miR-16-5p"
    assert "<table" in result._repr_html_()
    assert result.provenance.arguments["compare"] == "resistant:responding"
    assert sorted(result.provenance.inputs) == ["ct.csv", "results/differential.csv", "samples.csv"]


def test_a_study_writes_its_files(study):
    mt.Study(study, figures=False).validate("ct.csv", reference=REFERENCE)
    assert (study / "results/validation.csv").is_file()
    assert not (study / "figures").exists()


@pytest.mark.parametrize(
    ("ct", "problem"), [((), "no Ct table was given"), ([3], "this is not a Ct table"), ("*.rex", "no file fits")]
)
@pytest.mark.usefixtures("study")
def test_what_is_no_ct_table_is_refused(ct, problem):
    with pytest.raises(UsageError, match=problem):
        mt.validate(ct, reference=REFERENCE)
