"""``mirtool diff`` with a model: pairs, several comparisons, a design, tests without normality, and refusals."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
FIXTURE = str(REFERENCE / "models_fixture.csv")
SHEET = str(REFERENCE / "models_samples.csv")
CALL = ["diff", FIXTURE, "--samples", SHEET, "--scale", "log2", "--digits", "full"]

# Patients p and q before and after. Log2 differences: 10001: 2, 4; 10002: −1, −3; 10003: 0, 1; 10004: 1, 1.5.
NORMALIZED = """\
# mirtool normalized; scale: log2; recipe: exiqon-service
ID,Name,p0,p1,q0,q1
10001,hsa-miR-16-5p,1,3,5,9
10002,hsa-miR-20a-5p,8,7,6,3
10003,hsa-let-7d-3p,2,2,3,4
10004,hsa-miR-21-5p,1,2,4,5.5
"""
PAIRED = "sample,group,patient\np0,before,p\np1,after,p\nq0,before,q\nq1,after,q\n"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float("nan") if row[name] == "NA" else float(row[name]) for row in rows])


def limma(case: str) -> list[dict[str, str]]:
    return [row for row in rows_of((REFERENCE / "limma_3.62/models_limma.csv").read_text()) if row["case"] == case]


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/normalized.csv").write_text(NORMALIZED)
    (tmp_path / "samples.csv").write_text(PAIRED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "case"),
    [
        (["--pair", "patient"], "pair"),
        (["--covariate", "batch", "--covariate", "age"], "covariates"),
        (["--design", "~ group + batch + age"], "covariates"),
        (["--trend", "--robust"], "trend robust"),
        (["--treat", "1.2"], "treat"),
    ],
)
def test_the_command_equals_limma(capsys, options, case):
    assert main([*CALL, "--contrast", "B - A", "--fold-change", "fitted", *options]) == 0
    ours = {row["ID"]: row for row in rows_of(capsys.readouterr().out)}
    theirs = limma(case)
    ordered = [ours[row["ID"]] for row in theirs]
    for own, reference in (("log2 ratio B/A", "logFC"), ("t (moderated)", "t"), ("P (moderated)", "P")):
        np.testing.assert_allclose(column(ordered, own), column(theirs, reference), rtol=1e-7, atol=1e-11)


@pytest.mark.parametrize(
    ("options", "case"),
    [([], "plain"), (["--pair", "patient"], "pair"), (["--trend", "--robust"], "trend robust")],
)
def test_the_log_odds_are_limmas_b(capsys, options, case):
    assert main([*CALL, "--contrast", "B - A", "--log-odds", *options]) == 0
    ours = {row["ID"]: row for row in rows_of(capsys.readouterr().out)}
    theirs = limma(case)
    b = column([ours[row["ID"]] for row in theirs], "B (log odds)")
    np.testing.assert_allclose(b, column(theirs, "B"), rtol=1e-7, atol=1e-7)


def test_log_odds_stand_beside_every_comparison_and_leave_the_rest_as_it_is(study, capsys):
    assert main(["diff", "--no-figures"]) == 0
    plain = rows_of((study / "results/differential.csv").read_text())
    assert main(["diff", "--no-figures", "--log-odds"]) == 0
    with_odds = rows_of((study / "results/differential.csv").read_text())
    assert [name for name in with_odds[0] if name != "B (log odds)"] == list(plain[0])
    assert [row["ID"] for row in with_odds] == [row["ID"] for row in plain]
    for name in ("ratio of means after/before", "P (moderated)"):
        np.testing.assert_allclose(column(with_odds, name), column(plain, name), rtol=1e-9)
    capsys.readouterr()
    assert main([*CALL, "--contrast", "B - A", "--contrast", "C - A", "--log-odds"]) == 0
    header = capsys.readouterr().out.splitlines()[1].split(",")
    assert [name for name in header if name.startswith("B (")] == ["B (log odds) B/A", "B (log odds) C/A"]


def test_the_correlation_within_blocks_is_kept_to_the_last_digit(tmp_path, capsys):
    target = tmp_path / "differential.csv"
    assert main([*CALL, "--contrast", "B - A", "--block", "patient", "--no-figures", "-o", str(target)]) == 0
    capsys.readouterr()
    run = json.loads((tmp_path / "differential.run.json").read_text())["runs"]["diff"]
    # limma's, but for its early stop (tests/differential/test_block_correlation.py).
    assert run["summary"]["correlation"] == pytest.approx(0.33312140600573319, rel=1e-5)


def test_pairs_in_a_study_by_hand(study, capsys):
    assert main(["diff", "-v", "--pair", "patient", "--no-figures"]) == 0
    rows = {row["ID"]: row for row in rows_of((study / "results/differential.csv").read_text())}
    ratios = {ID: float(row["log2 ratio after/before"]) for ID, row in rows.items()}
    assert ratios == {"10001": 3, "10002": -2, "10003": 0.5, "10004": 1.25}
    # 10001: before the patients' mean of 1 and 5, after of 3 and 9, on log2: 2^3 and 2^6.
    assert (float(rows["10001"]["fitted mean before"]), float(rows["10001"]["fitted mean after"])) == (8, 64)
    err = capsys.readouterr().err
    assert re.search(r"^  design +group \+ patient$", err, re.MULTILINE)
    run = json.loads((study / "results/run.json").read_text())["runs"]["diff"]
    assert run["arguments"]["pair"] == "patient"
    assert run["arguments"]["fold_change"] == "fitted"


def test_several_comparisons_write_a_table_of_all_and_one_of_each(tmp_path, capsys):
    target = tmp_path / "time.csv"
    options = ["--contrast", "B - A", "--contrast", "(B + C) / 2 - A", "-o", str(target)]
    assert main([*CALL, "-v", *options, "--figures", str(tmp_path / "plots")]) == 0
    overview = rows_of(target.read_text())
    assert "P (F)" in overview[0]
    one = rows_of((tmp_path / "time_B_vs_A.csv").read_text())
    both = {row["ID"]: row for row in overview}
    assert [row["P (moderated)"] for row in one] == [both[row["ID"]]["P (moderated) B/A"] for row in one]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "plots",
        "time.columns.csv",
        "time.csv",
        "time.run.json",
        "time_B_vs_A.csv",
        "time_mean-of-B-and-C_vs_A.csv",
    ]
    assert (tmp_path / "plots/volcano_B_vs_A.svg").is_file()
    summary = json.loads((tmp_path / "time.run.json").read_text())["runs"]["diff"]["summary"]
    assert [list(s["tested"]) for s in summary["comparisons"]] == [["B"], ["mean of B and C"]]
    assert "Compared mean of B and C with A" in capsys.readouterr().err


def test_a_table_of_several_comparisons_is_no_input_of_the_network(tmp_path, capsys):
    target = tmp_path / "all.csv"
    assert main([*CALL, "--contrast", "B - A", "--contrast", "C - A", "-o", str(target), "--no-figures"]) == 0
    assert main(["network", str(target)]) == 1
    assert "this table holds several comparisons" in capsys.readouterr().err


def test_the_q_value_by_the_spline_has_its_own_heading(capsys):
    assert main([*CALL, "--compare", "B:A", "--adjust", "storey-spline"]) == 0
    out, err = capsys.readouterr()
    assert "q (Storey, spline)" in rows_of(out)[0]
    assert "fold change ≥ 2 and q (Storey, spline) ≤ 0.05" in err


@pytest.mark.parametrize(("test", "heading"), [("rank-sum", "U (rank-sum)"), ("permutation", "d (permutation)")])
def test_tests_without_normality(capsys, test, heading):
    assert main([*CALL, "-v", "--compare", "B:A", "--test", test, "--adjust", "storey"]) == 0
    out, err = capsys.readouterr()
    rows = rows_of(out)
    assert heading in rows[0]
    assert "q (Storey)" in rows[0]
    if test == "rank-sum":
        assert "the smallest P that ranks of 4 against 4 arrays can give is 0.029" in err
        r = {row["ID"]: row for row in rows_of((REFERENCE / "models_ranksum.csv").read_text())}
        rows = [row for row in rows if row["ID"] != "p160"]  # constant: R gives no P, the count of all ways is 1
        theirs = [r[row["ID"]] for row in rows]
        np.testing.assert_allclose(column(rows, "U (rank-sum)"), column(theirs, "W"))
        np.testing.assert_allclose(column(rows, "P (rank-sum)"), column(theirs, "P"), rtol=1e-9)
    else:
        assert re.search(r"^  labelings +all 69 others$", err, re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (["--test", "welch", "--pair", "patient"], 2, "--test welch compares two groups as they are"),
        (["--contrast", "B - A", "--compare", "B:A"], 2, "--compare and --contrast contradict each other"),
        (["--contrast", "B - D"], 2, "the contrast can't be read"),
        (["--contrast", "B - A", "--covariate", "lot"], 1, "no column 'lot', which --covariate names"),
        (["--contrast", "B - A", "--design", "~ group + (batch"], 2, "the formula can't be read"),
        (["--compare", "B:A", "--fold-change", "fitted"], 2, "fitted fold changes need a model"),
        (["--compare", "B:A", "--treat", "0.9"], 2, "treat is out of range"),
        (["--log-odds", "--treat", "1.2"], 2, "against no change only (found --treat 1.2)"),
        (["--log-odds", "--test", "welch"], 2, "against no change only (found --test welch)"),
    ],
)
def test_wrong_calls_are_refused_in_plain_words(capsys, options, code, problem):
    assert main([*CALL, *options]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert problem in err
    assert "Traceback" not in err


def test_the_weights_of_arrays_are_told_and_kept(tmp_path, capsys):
    target = tmp_path / "weighted.csv"
    options = ["--contrast", "B - A", "--weights", "arrays", "-o", str(target), "--no-figures"]
    assert main([*CALL, "-v", *options]) == 0
    told = re.search(r"^  weights of arrays +A1 ([\d.]+), A2 ", capsys.readouterr().err, re.MULTILINE)
    assert told is not None
    summary = json.loads((tmp_path / "weighted.run.json").read_text())["runs"]["diff"]["summary"]
    weights = summary["array_weights"]
    assert list(weights) == [f"{group}{i}" for group in "ABC" for i in range(1, 5)]
    assert float(told[1]) == pytest.approx(weights["A1"], rel=5e-3)
    assert np.prod(list(weights.values())) == pytest.approx(1)
    run = json.loads((tmp_path / "weighted.run.json").read_text())["runs"]["diff"]
    notes = dict(run["tables"]["weighted.csv"]["notes"])
    assert notes["weights of arrays"].startswith(f"A1 {told[1]}, ")


@pytest.mark.parametrize(
    ("test", "heading", "told"),
    [
        ("student", "t (Student)", r"^  test +Student's t on log2 values$"),
        ("signed-rank", "W (signed-rank)", r"^Warning: the smallest P that ranks of 2 pairs can give is 0.5"),
        ("permutation", "d (permutation)", r"^  labelings within pairs +all 3 others$"),
    ],
)
def test_other_tests_of_pairs_in_a_study(study, capsys, test, heading, told):
    assert main(["diff", "-v", "--pair", "patient", "--test", test, "--no-figures"]) == 0
    rows = {row["ID"]: row for row in rows_of((study / "results/differential.csv").read_text())}
    assert float(rows["10001"]["log2 ratio after/before"]) == 3
    assert re.search(told, capsys.readouterr().err, re.MULTILINE)
    # Differences 2 and 4: t = 3 / 1 on one degree of freedom; both positive, ranks 1 + 2 = 3.
    expected = {"student": 3.0, "signed-rank": 3.0}.get(test)
    if expected is not None:
        assert float(rows["10001"][heading]) == pytest.approx(expected)
    assert float(rows["10001"][f"P ({heading[3:-1]})"]) <= 1


def test_the_legacy_prior_is_an_option_and_is_recorded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fixture, sheet = str(REFERENCE / "differential_fixture.csv"), tmp_path / "samples.csv"
    header = (REFERENCE / "differential_fixture.csv").read_text().splitlines()[0].split(",")[2:]
    sheet.write_text("sample,group\n" + "".join(f"{name},{name[0]}\n" for name in header))
    for options, folder in (([], "limma_3.62"), (["--prior", "legacy"], ".")):
        arguments = [fixture, "--samples", str(sheet), "--scale", "log2", "--compare", "B:A", "--no-figures"]
        assert main(["diff", *arguments, *options, "--digits", "full", "-o", "d.csv"]) == 0
        ours = {row["ID"]: row["P (moderated)"] for row in rows_of(Path("d.csv").read_text())}
        limma = rows_of((REFERENCE / folder / "differential_limma.csv").read_text())
        for row in limma:
            if row["P.Value"] != "NA":
                assert float(ours[row["ID"]]) == pytest.approx(float(row["P.Value"]), rel=1e-5, abs=1e-12)
    notes = json.loads(Path("d.run.json").read_text())["runs"]["diff"]["tables"]["d.csv"]["notes"]
    assert "prior estimated" in dict(notes)


def test_an_unknown_prior_is_refused_before_anything_is_read(capsys):
    assert main(["diff", "none.csv", "--prior", "newest"]) == 2
    err = capsys.readouterr().err
    assert "unknown prior 'newest'" in err
    assert "unequal-df" in err
