"""``mirtool diff`` as a whole: what it writes, what it says, and what it refuses."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main

REFERENCE = Path(__file__).resolve().parents[1] / "reference"

NORMALIZED = """\
# mirtool normalized; scale: log2; recipe: exiqon-service
ID,Name,r1,r2,n1,n2
10001,hsa-miR-16-5p,0,2,4,6
10002,hsa-miR-20a-5p,5,5,3,4
10003,hsa-let-7d-3p,2,3,NA,NA
10004,hsa-miR-21-5p,1,2,1,2
"""
SHEET = "sample,group\nr1,responding\nr2,responding\nn1,resistant\nn2,resistant\n"

# By hand, Student's t on log2, df 2, for which P = 1 − |t| / √(2 + t²):
# 10002: linear means (8 + 16) / 2 = 12 and 32, ratio 0.375; log2 means 3.5 and 5, s² = 0.5 / 2,
#        t = −1.5 / 0.5 = −3, P = 1 − 3 / √11; BH over three tests: 3 P and 3 P of 10001 / 2, the smaller
# 10001: linear means (16 + 64) / 2 = 40 and (1 + 4) / 2 = 2.5, ratio 16; log2 means 5 and 1, s² = 4 / 2,
#        t = 4 / √2 = √8, P = 1 − √8 / √10
# 10003: no value in the tested group. 10004: no difference, P = 1.
NOTES = (
    "# mirtool differential; tested: resistant; reference: responding; fold change: ratio of the arithmetic means "
    "of the linear normalized intensities; cutoff: 2; test: Student's t on log2 values; alpha: 0.1; adjusted: bh"
)
DIFFERENTIAL = """\
ID,Name,mean resistant,mean responding,ratio of means resistant/responding,log2 ratio resistant/responding,\
fold change resistant/responding,t (Student),P (Student),FDR (BH),n resistant,n responding,\
regulation by fold change,regulation by volcano P,regulation by volcano FDR
10002,hsa-miR-20a-5p,12,32,0.375,-1.41504,-2.667,-3,0.0955,0.158,2,2,down,down,
10001,hsa-miR-16-5p,40,2.5,16,4,16,2.828,0.106,0.158,2,2,up,,
10004,hsa-miR-21-5p,3,3,1,0,1,0,1,1,2,2,,,
10003,hsa-let-7d-3p,NA,6,NA,NA,NA,NA,NA,NA,0,2,,,
"""

SAID = """\
Compared resistant with responding: ratios are resistant / responding ('responding' names the reference).
  fold change ≥ 2                     2: 1 up, 1 down
  fold change ≥ 2 and P ≤ 0.1         1: 0 up, 1 down
  fold change ≥ 2 and FDR (BH) ≤ 0.1  0: 0 up, 0 down
Of 2 probes at fold change ≥ 2, those of smallest P:
                     ID  fold change       P  FDR (BH)
  hsa-miR-20a-5p  10002        -2.67  0.0955     0.158
  hsa-miR-16-5p   10001        16.00   0.106     0.158
  resistant   2 arrays: n1, n2
  responding  2 arrays: r1, r2
  test        Student's t on log2 values
  by chance   about 0.3 of 3 probes at P ≤ 0.1 if nothing differed
"""
DETAILS = """\
  input        recipe: exiqon-service
  probes       4, 1 of them without a value in one group
  fold change  ratio of the arithmetic means of the linear normalized intensities
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/normalized.csv").write_text(NORMALIZED)
    (tmp_path / "samples.csv").write_text(SHEET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


FULL = ("--digits", "full")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))


def test_in_a_study_the_table_is_the_one_computed_by_hand(study, capsys):
    assert main(["diff", "-v", "--test", "student", "--alpha", "0.1", "--no-figures"]) == 0
    assert (study / "results/differential.csv").read_text() == DIFFERENTIAL
    out, err = capsys.readouterr()
    assert (out, err) == ("", SAID + DETAILS + "Wrote results/differential.csv\n")
    assert sorted(path.name for path in study.iterdir()) == ["results", "samples.csv"]


def test_the_run_is_recorded_with_what_was_found(study):
    assert main(["diff", "--test", "student", "--alpha", "0.1", "--no-figures"]) == 0
    run = json.loads((study / "results/run.json").read_text())["runs"]["diff"]
    assert run["arguments"]["compare"] == "resistant:responding"
    assert sorted(run["inputs"]) == ["results/normalized.csv", "samples.csv"]
    assert run["summary"]["tested"] == {"resistant": ["n1", "n2"]}
    assert run["summary"]["passing"] == {
        "fold change": {"up": 1, "down": 1},
        "fold change and P": {"up": 0, "down": 1},
        "fold change and adjusted P": {"up": 0, "down": 0},
    }
    assert (run["summary"]["tests_made"], run["summary"]["probes_without_ratio"]) == (3, 1)


def test_the_same_input_gives_the_same_bytes(study):
    written = []
    for _ in range(2):
        assert main(["diff"]) == 0
        written.append({p.name: p.read_bytes() for p in sorted(study.rglob("*.*")) if p.is_file()})
    assert written[0] == written[1]


def test_figures_are_drawn_of_what_passes(study, capsys):
    assert main(["diff", "--test", "student", "--alpha", "0.2"]) == 0
    drawn = [f"{name}.{suffix}" for name in ("heatmap", "ma", "volcano") for suffix in ("png", "svg")]
    assert sorted(path.name for path in (study / "figures").iterdir()) == sorted(["captions.md", *drawn])
    svg = (study / "figures/heatmap.svg").read_text()
    assert "miR-16-5p" in svg
    assert "miR-21-5p" not in svg
    assert f"Wrote figures{os.sep}: volcano.png/svg, ma.png/svg, heatmap.png/svg\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (["2"], {"miR-16-5p", "miR-20a-5p"}),
        (["1"], {"miR-20a-5p"}),
        (["mir-21-5p"], {"miR-21-5p"}),
        (["10004,hsa-miR-16-5p"], {"miR-21-5p", "miR-16-5p"}),
        (["1", "miR-21-5p"], {"miR-20a-5p", "miR-21-5p"}),
        (["0"], set()),
    ],
)
def test_label_says_how_many_or_which_are_named(study, labels, named):
    typed = [word for label in labels for word in ("--label", label)]
    assert main(["diff", "--test", "student", "--alpha", "0.2", "--figure-format", "svg", *typed]) == 0
    svg = (study / "figures/volcano.svg").read_text()
    names = ("miR-16-5p", "miR-20a-5p", "miR-21-5p", "let-7d-3p")
    assert {name for name in names if name in svg} == named


@pytest.mark.usefixtures("study")
def test_a_label_that_no_probe_has_is_refused(capsys):
    assert main(["diff", "--label", "miR-21"]) == 2
    said = capsys.readouterr().err
    assert "--label: no probe is called 'miR-21'" in said
    assert "did you mean 'hsa-miR-2" in said


def test_columns_of_the_sample_sheet_are_strips_over_the_heat_map(study, capsys):
    sheet = study / "samples.csv"
    head, *rows = sheet.read_text().splitlines()
    batches = [f"{row},{'first' if i % 2 else 'second'},{i}" for i, row in enumerate(rows)]
    sheet.write_text("\n".join([f"{head},batch,site", *batches]) + "\n")
    call = ["diff", "--test", "student", "--alpha", "0.2", "--figure-format", "svg"]
    assert main(call) == 0
    assert ">batch: first<" in (study / "figures/heatmap.svg").read_text()
    assert main([*call, "--annotate", "site"]) == 0
    svg = (study / "figures/heatmap.svg").read_text()
    assert ">site<" in svg
    assert ">batch<" not in svg
    assert main([*call, "--annotate", "none"]) == 0
    assert ">batch<" not in (study / "figures/heatmap.svg").read_text()
    assert main([*call, "--annotate", "plate"]) == 2
    assert "the sample sheet has no column 'plate'" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_without_anything_that_passes_there_is_no_heat_map_and_an_old_one_is_pointed_at(capsys):
    assert main(["diff", "--test", "student", "--alpha", "0.2"]) == 0
    capsys.readouterr()
    assert main(["diff", "--test", "student", "--alpha", "0.2", "--cutoff", "100"]) == 0
    err = capsys.readouterr().err
    assert "Nothing passes, so there is no heat map.\n" in err
    assert "Warning: 2 files are from an earlier run: figures/heatmap.png, figures/heatmap.svg\n" in err


def test_figures_go_where_they_are_asked_for_and_the_table_to_stdout(study, capsys):
    args = ["diff", "results/normalized.csv", "--figures", "plots", "--volcano", "fdr", "--test", "student"]
    assert main(args) == 0
    assert rows_of(capsys.readouterr().out)[0]["ID"] == "10002"
    assert (study / "plots/volcano.svg").is_file()
    assert not (study / "results/run.json").exists()


def test_the_command_equals_limma_on_the_fixture(tmp_path, capsys):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "sample,group\n" + "".join(f"{s},{s[0]}\n" for s in ("A1", "A2", "A3", "B1", "B2", "B3", "B4"))
    )
    fixture = str(REFERENCE / "differential_fixture.csv")
    assert (
        main(["diff", fixture, "--samples", str(sheet), "--scale", "log2", "--fold-change", "geometric", *FULL])
        == 0
    )
    ours = {row["ID"]: row for row in rows_of(capsys.readouterr().out)}
    limma = {row["ID"]: row for row in rows_of((REFERENCE / "limma_3.62/differential_limma.csv").read_text())}
    assert ours.keys() == limma.keys()
    pairs = {
        "log2 ratio B/A": "logFC",
        "t (moderated)": "t",
        "P (moderated)": "P.Value",
        "FDR (BH)": "adj.P.Val",
    }
    for own, theirs in pairs.items():
        got, expected = (
            np.array([float("nan") if row[name] == "NA" else float(row[name]) for row in rows])
            for name, rows in ((own, [ours[i] for i in limma]), (theirs, limma.values()))
        )
        np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-13, err_msg=own)


@pytest.mark.usefixtures("study")
def test_compare_names_the_group_on_top(capsys):
    args = ["diff", "results/normalized.csv", "--compare", "responding:resistant", "--test", "none"]
    assert main(args) == 0
    out, err = capsys.readouterr()
    assert rows_of(out)[0]["ratio of means responding/resistant"] == "0.0625"
    assert "ratios are responding / resistant (named as tested:reference)" in err
    assert "No test was asked for: fold changes only.\n" in err
    assert "P (" not in out


def name_groups(study: Path, first: str, second: str) -> None:
    sheet = SHEET.replace("resistant", "\0").replace("responding", first).replace("\0", second)
    (study / "samples.csv").write_text(sheet)


def test_the_first_line_says_which_group_is_the_reference_and_why(study, capsys):
    name_groups(study, "treated pool", "control pool")
    assert main(["diff", "--no-figures"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == (
        "Compared treated pool with control pool: ratios are treated pool / control pool "
        "('control' names the reference)."
    )
    assert "ratio of means treated pool/control pool" in (study / "results/differential.csv").read_text()


def test_in_doubt_the_first_line_warns_and_says_how_to_turn_it_round(study, capsys):
    name_groups(study, "line one", "line two")
    assert main(["diff", "--no-figures"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == (
        "Warning: Compared line two with line one: ratios are line two / line one (no name says which is the "
        'reference; line one comes first among the samples). The other way: --compare "line one:line two"'
    )


@pytest.mark.parametrize(
    ("typed", "tested"), [("2\n", "line one"), ("9\nline two\n", "line one"), ("\n", "line two")]
)
def test_in_doubt_a_terminal_is_asked(study, capsys, monkeypatch, typed, tested):
    name_groups(study, "line one", "line two")
    terminal = io.StringIO(typed)
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["diff", "--no-figures"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("Which group is the reference (no name says which is the reference;")
    assert "  1  line one\n  2  line two\nNumber [1]: " in said
    other = {"line one": "line two", "line two": "line one"}[tested]
    assert f"Compared {tested} with {other}: ratios are {tested} / {other} (chosen as the reference)." in said
    assert f"ratio of means {tested}/{other}" in (study / "results/differential.csv").read_text()


@pytest.mark.parametrize("typed", [["control pool:treated pool"], ["control pool", "treated pool"]])
def test_names_with_blanks_are_compared_as_they_are_typed(study, capsys, typed):
    name_groups(study, "treated pool", "control pool")
    assert main(["diff", "--no-figures", "--compare", *typed]) == 0
    assert "ratios are control pool / treated pool (named as tested:reference)" in capsys.readouterr().err


def test_one_array_a_group_makes_no_p(study, capsys):
    (study / "samples.csv").write_text("sample,group\nr1,responding\nr2,\nn1,resistant\nn2,\n")
    assert main(["diff", "results/normalized.csv"]) == 0
    out, err = capsys.readouterr()
    assert not [name for name in rows_of(out)[0] if name.startswith(("P ", "t (", "FDR"))]
    assert (
        "Warning: no test could be made: moderated t (Smyth 2004) on log2 values needs at least three arrays in "
        "all, and there are 1 of resistant and 1 of responding; fold changes only\n" in err
    )
    assert "left out, no group  2 arrays: r2, n2\n" in err


def test_linear_tables_give_the_same_as_log2(study, capsys):
    assert main(["diff", "results/normalized.csv"]) == 0
    log2 = capsys.readouterr().out
    linear = [NORMALIZED.splitlines()[1]]
    for line in NORMALIZED.splitlines()[2:]:
        cells = line.split(",")
        linear.append(",".join(cells[:2] + [c if c == "NA" else repr(2 ** float(c)) for c in cells[2:]]))
    (study / "linear.csv").write_text("\n".join(linear) + "\n")
    assert main(["diff", "linear.csv", "--scale", "linear"]) == 0
    assert capsys.readouterr().out == log2


def test_spots_beside_the_table_are_summed_by_group(study, capsys):
    (study / "results/normalized_spots.csv").write_text(
        "# mirtool spots\nID,Name,r1,r2,n1,n2\n"
        "10001,a,4,4,4,3\n10002,b,4,1,2,4\n10003,c,4,4,0,0\n10004,d,4,4,4,4\n"
    )
    assert main(["diff", "results/normalized.csv"]) == 0
    spots = {
        row["ID"]: (row["spots resistant"], row["spots responding"]) for row in rows_of(capsys.readouterr().out)
    }
    assert spots == {"10001": ("7", "8"), "10002": ("6", "5"), "10003": ("0", "8"), "10004": ("8", "8")}


def test_spots_that_belong_to_another_table_are_refused(study, capsys):
    (study / "results/normalized_spots.csv").write_text("ID,Name,r1,r2,n1,n2\n10001,a,4,4,4,3\n")
    assert main(["diff"]) == 1
    assert "does not belong to the normalized table beside it" in capsys.readouterr().err


def run_mirtool(*args: str, stdin: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; from mirtool.cli import main; code = main(sys.argv[1:])\n"
        "heavy = ('pandas', 'scipy.stats', 'statsmodels', 'matplotlib', 'networkx')\n"
        "print('heavy:', [name for name in heavy if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *args],
        input=stdin,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "10000"},
    )


def test_in_a_pipe_the_table_is_on_stdout_and_nothing_heavy_is_imported(study):
    run = run_mirtool(
        "diff", "-", "--samples", "samples.csv", "--test", "student", "--alpha", "0.1", stdin=NORMALIZED, cwd=study
    )
    assert (run.returncode, run.stdout) == (0, f"{NOTES}\n{DIFFERENTIAL}")
    assert run.stderr == SAID + "More: -v\nheavy: []\n"


WRONG_CALLS = [
    (["--compare", "resistent:responding"], "no sample is in the group 'resistent'", "did you mean 'resistant'?"),
    (["--compare", "resistant"], "the comparison can't be read", "resistant"),
    (["--scale", "ln"], "unknown scale 'ln'", "expected one of log2, linear"),
    (["--volcano", "q"], "--volcano: unknown rule 'q'", "volcano-p, volcano-fdr"),
    (["--volcano", "fdr", "--adjust", "none"], "figures by adjusted P need an adjustment", "--adjust bh"),
    (["--figures", "x", "--no-figures"], "--figures and --no-figures contradict each other", "leave one"),
    (
        ["--test", "anova"],
        "--test: unknown test 'anova'",
        "moderated, welch, student, rank-sum, signed-rank, permutation, none",
    ),
    (["--adjust", "fdr"], "unknown adjustment of P 'fdr'", "bh, by, holm"),
    (["--fold-change", "median"], "unknown fold change 'median'", "ratio-of-means, geometric"),
    (["--cutoff", "0.5"], "cutoff is out of range", "1 or more"),
    (["--alpha", "5"], "alpha is out of range", "0 to 1"),
    (["--format", "ods"], "no format is known for the output", "csv|tsv|xlsx"),
]


@pytest.mark.parametrize(("options", "problem", "help_text"), WRONG_CALLS)
def test_wrong_calls_end_with_2_and_write_nothing(study, capsys, options, problem, help_text):
    assert main(["diff", *options]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert help_text in err
    assert not (study / "results/differential.csv").exists()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


WRONG_DATA = [
    ("samples.csv", "n1,resistant\nn2,resistant", "n1,\nn2,", "two groups are needed for a comparison"),
    ("samples.csv", "responding", "resistant", "only the group 'resistant'"),
    ("samples.csv", "n2,", "n1,", "line 5: the sample name 'n1' occurs twice"),
    ("samples.csv", "n2,resistant\n", "", "1 sample of the table not in the sample sheet (found n2;"),
    ("samples.csv", "n2,", "n2,resistant\nn3,", "1 sample of the sample sheet not in the table (found n3;"),
    ("samples.csv", "sample,group", "sample,arm", "no sample with a group"),
    ("results/normalized.csv", "; scale: log2", "", "the table does not say whether its values are linear"),
    ("results/normalized.csv", "scale: log2", "scale: ln", "the table states a scale that mirtool does not know"),
    ("results/normalized.csv", ",0,2,4,6", ",0,high,4,6", "line 3, column \"r2\": a cell that should be a number"),
    ("results/normalized.csv", "n1,n2\n", "n1,n1\n", "two columns have the same name"),
    ("results/normalized.csv", ",0,2,4,6", ",900,2,4,6", "log2"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "problem"), WRONG_DATA)
def test_wrong_data_end_with_1_and_say_where(study, capsys, file, old, new, problem):
    edit(study / file, old, new)
    assert main(["diff"]) == 1
    err = capsys.readouterr().err
    assert problem in err
    assert "Traceback" not in err
    assert "a bug in mirtool" not in err
    assert not (study / "results/differential.csv").exists()


def test_three_groups_say_what_to_type(study, capsys):
    edit(study / "samples.csv", "r2,responding", "r2,healthy")
    assert main(["diff"]) == 2
    assert capsys.readouterr().err == (
        "mirtool: error: 3 groups, and none named to compare (found responding, healthy, resistant; expected two "
        "of them, as tested:reference)\n  What to do: type for example --compare healthy:responding\n"
    )


def test_a_constant_matrix_is_refused(study, capsys):
    (study / "results/normalized.csv").write_text(
        "# mirtool normalized; scale: log2\nID,Name,r1,r2,n1,n2\na,a,1,1,1,1\nb,b,7,7,7,7\n"
    )
    assert main(["diff"]) == 1
    assert "more than half of the probes do not vary within the groups" in capsys.readouterr().err


def test_a_study_without_a_normalized_table_says_what_to_run(study, capsys):
    (study / "results/normalized.csv").unlink()
    assert main(["diff"]) == 1
    assert "run `mirtool normalize` first" in capsys.readouterr().err


def test_outside_a_study_a_table_and_a_sheet_are_needed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["diff"]) == 2
    assert "no normalized table was given" in capsys.readouterr().err
    (tmp_path / "table.csv").write_text(NORMALIZED)
    assert main(["diff", "table.csv"]) == 2
    assert "no sample sheet was given" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_a_full_disk_is_reported(capsys):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    assert main(["diff", "--no-figures", "-o", "/dev/full", "--format", "csv"]) == 1
    assert "the result can't be written: No space left on device" in capsys.readouterr().err
