"""``mirtool covariates`` as a whole: what it writes, what it says, and what other steps refuse."""

import json
import re

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import MirtoolError

SHEET = """sample,group,batch,age,patient
A1,a,x,61,p
A2,a,y,50,q
A3,a,x,,r
B1,b,y,44,s
B2,b,x,70,t
B3,b,y,38,u
"""
BY_HAND = {  # batch y is 4 higher in every probe but the last; nothing else differs much
    "p1": (1.0, 5.1, 1.2, 5.0, 0.9, 5.2),
    "p2": (3.1, 7.0, 2.9, 7.1, 3.0, 7.2),
    "p3": (2.0, 6.0, 2.1, 6.1, 2.2, 5.9),
    "p4": (0.1, 0.0, 0.2, 0.3, 0.1, 0.2),
}
# R²s, FDR and shares as lm and anova of R 4.2 have them.
SAID = """\
Warning: component 1 follows batch more than group: put it into the model, `mirtool diff` with --covariate batch
Component 1 (100 %) follows batch (R² 1.00, FDR 7.8e-08); group explains 0.11 of it.
No column explains components 2, 3, 4 at FDR 0.05.
  column  taken as  share of variance  adjusted     P
  batch     levels             99.7 %    99.7 %  0.09
  age        slope             83.7 %    78.2 %  0.01
  group     levels             11.4 %   -10.8 %  0.49
age: 1 sample without a value left out.
1 column not used: patient (each sample has another value).
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "sheet.csv").write_text(SHEET)
    names = [line.split(",")[0] for line in SHEET.splitlines()[1:]]
    rows = [",".join(["ID", "Name", *names])]
    rows += [",".join([probe, probe, *map(str, values)]) for probe, values in BY_HAND.items()]
    (tmp_path / "log2.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def call(*more):
    return main(["covariates", "log2.csv", "--samples", "sheet.csv", "--scale", "log2", "-o", "c.csv", *more])


def test_what_it_says_and_writes(here, capsys):
    assert call() == 0
    assert capsys.readouterr().err.partition("Wrote")[0] == SAID
    lines = (here / "c.csv").read_text().splitlines()
    assert lines[0] == (
        "component,share of variance,column,taken as,samples,R squared,adjusted R squared,F,df,residual df,P,FDR"
    )
    assert lines[2].startswith("1,0.9974,batch,levels,6,")
    assert {path.name for path in here.glob("c_*.csv")} == {"c_variance.csv", "c_confounding.csv", "c_pca.csv"}
    assert (here / "c_variance.csv").read_text().splitlines()[-1].startswith("patient,not used,NA,")
    assert not list(here.glob("*batch_corrected*"))
    assert json.loads((here / "c.run.json").read_text())["runs"]["covariates"]["summary"]["batch"] == "batch"


def test_same_input_same_bytes(here):
    assert call("--batch", "batch") == 0
    first = {path.name: path.read_bytes() for path in here.glob("c*")}
    assert call("--batch", "batch") == 0
    assert {path.name: path.read_bytes() for path in here.glob("c*")} == first


def test_a_batch_confounded_with_the_group_is_the_first_thing_said(here, capsys):
    sheet = SHEET.replace(",y,", ",?,").replace(",x,", ",?,")
    sheet = re.sub(r"(A\d,a),\?", r"\1,x", re.sub(r"(B\d,b),\?", r"\1,y", sheet))
    (here / "sheet.csv").write_text(sheet)
    assert call() == 0
    said = capsys.readouterr().err
    assert said.startswith("Warning: batch and group can't be distinguished (Cramér's V 1): ")
    assert call("--batch", "batch") == 1
    said = capsys.readouterr().err
    assert "the effect of 'batch' can't be distinguished from the group, so it can't be subtracted" in said
    assert "found x: a; y: b" in said


def test_corrected_values_are_refused_by_every_step_wherever_they_are(here, capsys):
    assert call("--batch", "batch") == 0
    assert "for pictures and download, not for tests" in capsys.readouterr().err
    notes = json.loads((here / "c.run.json").read_text())["runs"]["covariates"]["tables"]
    assert ["caution", notes["c_batch_corrected.csv"]["notes"][3][1]] == notes["c_batch_corrected.csv"]["notes"][3]
    assert "not for tests" in notes["c_batch_corrected.csv"]["notes"][3][1]
    (here / "elsewhere").mkdir()
    copy = here / "elsewhere" / "values.csv"
    copy.write_bytes((here / "c_batch_corrected.csv").read_bytes())
    commands = ["normalize", "diff", "cluster", "power", "covariates", "network", "network --mirnas", "enrichment"]
    for command in [*commands, "shortlist", "mirna-sets", "compare-methods", "qc"]:
        for path in ("c_batch_corrected.csv", str(copy)):
            assert main([*command.split(), path, "-o", "o" if command == "cluster" else "o.csv"]) == 1
            said = capsys.readouterr().err
            assert "batch-corrected values are for pictures and download" in said, (command, said)
            assert "with --covariate COLUMN" in said


@pytest.mark.usefixtures("here")
def test_python_refuses_the_result_too():
    found = mt.covariates("log2.csv", samples="sheet.csv", scale="log2", batch="batch")
    with pytest.raises(MirtoolError, match="not a normalized table"):
        mt.diff(found, samples="sheet.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--batch", "slide"], "the sample sheet has no column 'slide', which --batch names"),
        (["--components", "0"], "--components"),
        (["--permutations", "-1"], "--permutations"),
    ],
)
def test_bad_input(here, capsys, options, message):
    assert call(*options) != 0
    assert message in capsys.readouterr().err
    assert not (here / "c.csv").exists()
