"""``mirtool validate`` as a whole: what it writes, what it says, and what it refuses."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mirtool.cli import main

# By hand. Reference gene 103a at Ct 20 in every sample, so ΔCt = Ct − 20.
# 16: tested 27, 29; reference 24, 24 → ΔΔCt 4, ratio 1/16. Student: s² = 2/2 = 1 over df 2, standard error 1,
#     t = −4 (of the log2 ratio), P = 1 − 4 / √(2 + 16) = 0.05719.
#     t(0.975; 2) = 4.302653: interval 2^(−4 ± 4.302653).
# 21: tested 25, 25.2; reference 25.1, 24.9 → means 25.1 and 25: ΔΔCt 0.1; s² = 0.04/2, error √0.02,
#     t = −0.1/√0.02 = −0.707107, P = 1 − √0.5 / √2.5 = 0.552786; interval 2^(−0.1 ± 0.608487).
# BH over two tests: 2 · 0.05719 = 0.114382, and 0.552786.
CT = """\
Sample,Target,Ct
n1,hsa-miR-16-5p,27
n2,hsa-miR-16-5p,28.9
n2,hsa-miR-16-5p,29.1
n2,hsa-miR-16-5p,Undetermined
r1,hsa-miR-16-5p,24
r2,hsa-miR-16-5p,23.9
r2,hsa-miR-16-5p,24.1
r2,hsa-miR-16-5p,26
n1,hsa-miR-21-5p,25
n2,hsa-miR-21-5p,25.2
r1,hsa-miR-21-5p,25.1
r2,hsa-miR-21-5p,24.9
n1,hsa-miR-103a-3p,20
n2,hsa-miR-103a-3p,20
r1,hsa-miR-103a-3p,20
r2,hsa-miR-103a-3p,20
"""
SHEET = "sample,group\nr1,responding\nr2,responding\nr9,responding\nn1,resistant\nn2,resistant\n"
DIFFERENTIAL = """\
# mirtool differential
ID,Name,mean resistant,mean responding,log2 ratio resistant/responding,regulation by fold change,\
regulation by volcano P
10,hsa-miR-16-5p,1,8,-3,down,down
11,hsa-miR-21-5p,1,4,-2,down,down
12,hsa-miR-20a-5p,1,4,-2,down,
13,hsa-miR-17-5p,1,4,-2,down,down
"""
OPTIONS = ["--reference", "hsa-miR-103a-3p", "--test", "student", "--alpha", "0.2"]

VALIDATION = """\
Target,mean dCt resistant,mean dCt responding,ddCt resistant-responding,ratio resistant/responding,\
95% interval low resistant/responding,95% interval high resistant/responding,log2 ratio resistant/responding,\
fold change resistant/responding,t (Student),P (Student),FDR (BH),n resistant,n responding,regulation
hsa-miR-16-5p,8,4,4,0.0625,{low16},{high16},-4,-16,-4,{p16},{q16},2,2,down
hsa-miR-21-5p,5.1,5,0.1,0.933,{low21},{high21},-0.1,-1.072,-0.7071,{p21},{p21},2,2,
"""
HALF = 0.95 * (2 / (1 - 0.95**2)) ** 0.5  # t(0.975; 2) = 4.302653, in closed form for two degrees of freedom
NUMBERS = {
    "low16": 2 ** (-4 - HALF),
    "high16": 2 ** (-4 + HALF),
    "p16": 1 - 4 / 18**0.5,
    "q16": 2 * (1 - 4 / 18**0.5),
    "low21": 2 ** (-0.1 - HALF * 0.02**0.5),
    "high21": 2 ** (-0.1 + HALF * 0.02**0.5),
    "p21": 1 - 0.5**0.5 / 2.5**0.5,
}

SAID = """\
Compared resistant with responding: ratios are resistant / responding (as in the array's table).
  confirmed       1: hsa-miR-16-5p
  false positive  1: hsa-miR-21-5p
  target         ratio resistant/responding    95 % interval       P  FDR (BH)
  hsa-miR-16-5p                      0.0625  0.00317 to 1.23  0.0572     0.114
  hsa-miR-21-5p                       0.933    0.612 to 1.42   0.553     0.553
Reference gene: hsa-miR-103a-3p
  Stability can't be assessed from one gene: geNorm's M needs two, NormFinder's value three.
Compared with the array (its findings: those by volcano P):
  same direction  2 of 2
  correlation     none: it needs 3 targets with a ratio by both
  1 array finding not tested by qPCR: hsa-miR-17-5p
  resistant   2 samples: n1, n2
  responding  2 samples: r1, r2
  efficiency  2 for all targets
  test        Student's t on ΔCt
Read 16 wells of 4 samples and 3 targets from ct.csv
  without a Ct         1 well, missing
  outlying replicates  1 well left out: hsa-miR-16-5p in r2
  wells with SD > 0.5  none
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/differential.csv").write_text(DIFFERENTIAL)
    (tmp_path / "samples.csv").write_text(SHEET)
    (tmp_path / "ct.csv").write_text(CT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.lstrip('"').startswith("# ")))


def test_in_a_study_the_table_is_the_one_computed_by_hand(study, capsys):
    assert main(["validate", "-v", "ct.csv", *OPTIONS, "--no-figures"]) == 0
    expected = VALIDATION.format(
        **{name: f"{value:.{3 if name[0] in 'pq' else 4}g}" for name, value in NUMBERS.items()}
    )
    assert (study / "results/validation.csv").read_text() == expected
    out, err = capsys.readouterr()
    written = "Wrote results/: validation.csv, validation_ct.csv, validation_concordance.csv\n"
    assert (out, err) == ("", SAID + written)


def test_the_concordance_and_the_ct_values_stand_beside_it(study):
    assert main(["validate", "ct.csv", *OPTIONS, "--no-figures"]) == 0
    beside = rows_of((study / "results/validation_concordance.csv").read_text())
    assert [(row["Name"], row["direction"], row["verdict"]) for row in beside] == [
        ("hsa-miR-16-5p", "same", "confirmed"),
        ("hsa-miR-21-5p", "same", "false positive"),
        ("hsa-miR-17-5p", "", "not tested"),
    ]
    wells = rows_of((study / "results/validation_ct.csv").read_text())
    of_r2 = next(row for row in wells if (row["Target"], row["Sample"]) == ("hsa-miR-16-5p", "r2"))
    assert (of_r2["Ct"], of_r2["wells"], of_r2["wells left out"], of_r2["dCt"]) == ("24", "2", "1", "4")
    of_n2 = next(row for row in wells if (row["Target"], row["Sample"]) == ("hsa-miR-16-5p", "n2"))
    assert (of_n2["wells"], of_n2["wells without Ct"]) == ("2", "1")


def test_the_run_is_recorded(study):
    assert main(["validate", "ct.csv", *OPTIONS, "--no-figures"]) == 0
    run = json.loads((study / "results/run.json").read_text())["runs"]["validate"]
    assert sorted(run["inputs"]) == ["ct.csv", "results/differential.csv", "samples.csv"]
    assert run["arguments"]["reference"] == ["hsa-miR-103a-3p"]
    assert run["summary"]["wells_left_out_as_outliers"] == 1
    assert run["summary"]["verdicts"]["confirmed"] == 1


def test_figures_are_drawn_and_the_same_every_time(study):
    drawn = []
    for _ in range(2):
        assert main(["validate", "ct.csv", *OPTIONS]) == 0
        drawn.append({path.name: path.read_bytes() for path in sorted((study / "figures").iterdir())})
    assert drawn[0] == drawn[1]
    figures = [f"validation_{what}.{kind}" for what in ("array", "bars") for kind in ("png", "svg")]
    assert list(drawn[0]) == ["captions.md", *figures]
    assert "miR-16-5p" in drawn[0]["validation_array.svg"].decode()


def test_outside_of_a_study_the_table_goes_to_stdout_and_groups_come_from_the_table(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    groups = {"n1": "resistant", "n2": "resistant", "r1": "responding", "r2": "responding"}
    header, *lines = CT.splitlines()
    rows = [f"{line},{groups[line.split(',')[0]]}" for line in lines]
    Path("ct.csv").write_text("\n".join([f"{header},Group", *rows]) + "\n")
    args = ["validate", "ct.csv", "--reference", "hsa-miR-103a-3p", "--compare", "resistant:responding"]
    assert main(args) == 0
    out, err = capsys.readouterr()
    assert [row["Target"] for row in rows_of(out)] == ["hsa-miR-16-5p", "hsa-miR-21-5p"]
    assert "Compared with the array" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ct.csv"]


@pytest.mark.usefixtures("study")
def test_undetermined_wells_get_the_ct_asked_for(capsys):
    assert main(["validate", "ct.csv", *OPTIONS, "--undetermined", "40", "--no-figures", "-o", "-"]) == 0
    out, err = capsys.readouterr()
    assert "without a Ct         1 well, set to 40" in err
    assert "2 wells left out: hsa-miR-16-5p in n2, hsa-miR-16-5p in r2" in err
    assert rows_of(out)[0]["ratio resistant/responding"] == "0.0625"


@pytest.mark.usefixtures("study")
def test_efficiencies_correct_the_ratio(capsys):
    options = ["--efficiency", "hsa-miR-16-5p=1.9", "--no-figures", "-o", "-"]
    assert main(["validate", "-v", "ct.csv", *OPTIONS, *options]) == 0
    out, err = capsys.readouterr()
    assert rows_of(out)[0]["ratio resistant/responding"] == f"{1.9**-4:.4g}"  # Pfaffl: 1.9^(24 − 28) / 2^0
    assert "efficiency  hsa-miR-16-5p 1.9, else 2" in err


def test_a_whole_file_may_be_one_target(study, capsys):
    header = "Experiment: x\nInclude\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\n"
    for target, cycles in {"a": (27, 29, 24, 24), "b": (20, 20, 20, 20)}.items():
        rows = (
            f"True\t255\tA1\t{name}\t{ct}\t\t0\t\n"
            for name, ct in zip(("n1", "n2", "r1", "r2"), cycles, strict=True)
        )
        (study / f"{target}.txt").write_text(header + "".join(rows))
    args = ["validate", "hsa-miR-16-5p=a.txt", "hsa-miR-103a-3p=b.txt", *OPTIONS, "--no-figures", "-o", "-"]
    assert main(args) == 0
    assert rows_of(capsys.readouterr().out)[0]["ratio resistant/responding"] == "0.0625"


def test_references_are_judged(study, capsys):
    text = CT.replace("hsa-miR-103a-3p", "RNU6-1") + "".join(
        f"{s},let-7a,{ct}\n{s},miR-191,21\n" for s, ct in (("n1", 22), ("n2", 22), ("r1", 26), ("r2", 26))
    )
    (study / "ct.csv").write_text(text)
    names = ["RNU6-1", "let-7a", "miR-191"]
    references = [word for name in names for word in ("--reference", name)]
    assert main(["validate", "ct.csv", *references, "--no-figures"]) == 0
    err = capsys.readouterr().err
    assert "Warning: RNU6-1 is a poor reference for exosomes and serum" in err
    # let-7a differs from both others by 2.309 (SD of −2, −2, 2, 2), they not at all: M 2.309, 1.155, 1.155
    assert "Warning: geNorm's M is above 1.5 for let-7a" in err
    assert "let-7a       2.31" in err
    table = rows_of((study / "results/validation_references.csv").read_text())
    assert [row["Reference gene"] for row in table] == ["RNU6-1", "miR-191", "let-7a"]


@pytest.mark.usefixtures("study")
def test_a_reference_that_the_array_calls_is_pointed_at(capsys):
    assert main(["validate", "ct.csv", "--reference", "hsa-miR-16-5p", "--no-figures"]) == 0
    assert "Warning: hsa-miR-16-5p is itself down on the array" in capsys.readouterr().err


def test_samples_without_a_reference_gene_are_named(study, capsys):
    (study / "ct.csv").write_text(CT.replace("n2,hsa-miR-103a-3p,20", "n2,hsa-miR-103a-3p,Undetermined"))
    assert main(["validate", "ct.csv", *OPTIONS, "--no-figures"]) == 0
    err = capsys.readouterr().err
    assert "Warning: 1 sample without a Ct of every reference gene, so without ΔCt: n2" in err


WRONG_CALLS = [
    ([], "no reference gene was named", "hsa-miR-16-5p, hsa-miR-21-5p"),
    (["--reference", "hsa-miR-103a"], "is not among the targets", "did you mean 'hsa-miR-103a-3p'?"),
    ([*OPTIONS, "--test", "anova"], "unknown test 'anova'", "mann-whitney"),
    ([*OPTIONS, "--array-rule", "q"], "--array-rule: unknown rule 'q'", "fold-change, volcano-p, volcano-fdr"),
    ([*OPTIONS, "--array-rule", "fdr"], "the array's table has no such rule", "regulation by volcano FDR"),
    ([*OPTIONS, "--efficiency", "x=1.9"], "--efficiency: the target 'x'", "one of"),
    ([*OPTIONS, "--efficiency", "column"], "no column of efficiencies", "TARGET=1.95"),
    ([*OPTIONS, "--replicates", "mode"], "unknown center of replicates", "mean, median"),
    ([*OPTIONS, "--replicate-limit", "0"], "cycles are positive", "0"),
    ([*OPTIONS, "--compare", "resistant:healthy"], "no sample is in the group 'healthy'", "responding"),
    ([*OPTIONS, "--figures", "x", "--no-figures"], "contradict each other", "leave one"),
    ([*OPTIONS, "--format", "ods"], "no format is known for the output", "csv|tsv|xlsx"),
    ([*OPTIONS, "./ct.csv", "ct.csv"], "the same Ct table is named twice", "ct.csv"),
]


@pytest.mark.parametrize(("options", "problem", "help_text"), WRONG_CALLS)
def test_wrong_calls_end_with_2_and_write_nothing(study, capsys, options, problem, help_text):
    assert main(["validate", "ct.csv", *options]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert help_text in err
    assert not (study / "results/validation.csv").exists()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


WRONG_DATA = [
    ("ct.csv", "r1,hsa-miR-16-5p,24", "r1,hsa-miR-16-5p,24 cycles", 'line 6, column "ct": a Ct can\'t be read'),
    ("ct.csv", "Target,Ct", "Target,Signal", "the table names samples and targets, but no"),
    ("ct.csv", "r1,", "r7,", "1 sample of the Ct table not in the sample sheet (found r7;"),
    ("samples.csv", "responding", "resistant", "two groups are needed for a comparison"),
    ("results/differential.csv", "resistant", "refractory", "the array's table compares other groups"),
    ("results/differential.csv", ",regulation by fold change,regulation by volcano P", ",a,b", "no column 'regul"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "problem"), WRONG_DATA)
def test_wrong_data_end_with_1_and_say_where(study, capsys, file, old, new, problem):
    edit(study / file, old, new)
    assert main(["validate", "ct.csv", *OPTIONS]) == 1
    err = capsys.readouterr().err
    assert problem in err
    assert "a bug in mirtool" not in err
    assert not (study / "results/validation.csv").exists()


def test_no_groups_anywhere(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("ct.csv").write_text(CT)
    assert main(["validate", "ct.csv", *OPTIONS]) == 1
    assert "a sample sheet (--samples) with the columns sample,group" in capsys.readouterr().err


def test_nothing_heavy_is_imported_for_the_table(study):
    program = (
        "import sys; from mirtool.cli import main; code = main(sys.argv[1:])\n"
        "heavy = ('pandas', 'scipy.stats', 'statsmodels', 'matplotlib', 'networkx')\n"
        "print('heavy:', [name for name in heavy if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, "validate", "ct.csv", *OPTIONS, "--no-figures"],
        cwd=study, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr.splitlines()[-1]) == (0, "heavy: []")
