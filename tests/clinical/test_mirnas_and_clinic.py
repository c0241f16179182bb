"""miRNAs against the clinic: joined to patients, as variables, screened; what is random stays random."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import mirtool.api as mt
from mirtool.cli import main
from mirtool.clinical.expression import join_expression, mirna_variable, split_at_median
from mirtool.clinical.screen import correlate, screen_hazards, screen_odds
from mirtool.clinical.survival.endpoints import Endpoint
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array

rng = np.random.default_rng(8)


def matrix(values, samples, names=None):
    n = len(values)
    names = names or [f"hsa-miR-{3000 + i}-3p" for i in range(n)]
    probes = ProbeTable(text_array(f"p{i}" for i in range(n)), text_array(names), text_array([""] * n))
    return ExpressionMatrix(np.asarray(values, dtype=float), probes, SampleTable(tuple(samples)))


def patients(n):
    return PatientTable(tuple(f"P{i}" for i in range(n)), {})


def test_arrays_find_their_patients_and_several_are_refused_averaged_or_the_first_taken():
    arrays = matrix([[1, 3, 5], [2, np.nan, 8]], ["a", "b", "c"])
    patient_of = {"a": "P1", "b": "P1", "c": "P0"}
    with pytest.raises(SampleSheetError, match="P1 has several arrays"):
        join_expression(arrays, patients(3), patient_of)
    mean = join_expression(arrays, patients(3), patient_of, "mean")
    assert mean.values[:, :2].tolist() == [[5, 2], [8, 2]]  # (1 + 3) / 2; the one value there is
    assert np.isnan(mean.values[:, 2]).all()
    assert mean.arrays == 2
    first = join_expression(arrays, patients(3), patient_of, "first")
    assert first.values[:, 1].tolist() == [1, 2]
    with pytest.raises(NotEnoughDataError, match="no array is of a patient"):
        join_expression(arrays, patients(3), {})


def test_a_mirna_is_a_variable_and_its_halves_another():
    own = join_expression(matrix([[1, 2, 3, 4], [1, 1, 1, 1]], ["P0", "P1", "P2", "P3"]), patients(5), {})
    variable = mirna_variable(own, "hsa-miR-3000-3p")
    assert (variable.unit, variable.missing) == ("log2", 1)
    assert split_at_median(variable).values[:4].tolist() == [0, 0, 1, 1]
    with pytest.raises(NotEnoughDataError, match="do not differ"):
        split_at_median(mirna_variable(own, "p1"))
    with pytest.raises(UsageError, match=r"unknown miRNA of the table .*did you mean|unknown miRNA of the table"):
        mirna_variable(own, "hsa-miR-16-5p")
    twice = join_expression(matrix([[1, 2], [3, 4]], ["P0", "P1"], ["let-7a", "let-7a"]), patients(2), {})
    with pytest.raises(UsageError, match="several probes are for let-7a"):
        mirna_variable(twice, "let-7a")


def test_correlations_are_those_of_scipy_and_levels_without_order_have_eta():
    n = 30
    values = rng.normal(size=(4, n))
    values[1, :5] = np.nan
    own = join_expression(matrix(values, [f"P{i}" for i in range(n)]), patients(n), {})
    age = Variable("age", Kind.CONTINUOUS, rng.normal(size=n))
    sex = Variable("sex", Kind.NOMINAL, rng.integers(0, 2, n).astype(float), ("f", "m"))
    site = Variable("site", Kind.NOMINAL, (np.arange(n) % 3).astype(float), ("a", "b", "c"))
    spearman = correlate(own, [age, sex, site])
    assert spearman.method == ("Spearman", "Spearman", "eta")
    assert (spearman.r[1, 0], spearman.p[1, 0]) == pytest.approx(stats.spearmanr(values[1, 5:], age.values[5:]))
    pearson = correlate(own, [age, sex, site], "pearson")
    assert pearson.method == ("Pearson", "point-biserial", "eta")
    assert (pearson.r[0, 1], pearson.p[0, 1]) == pytest.approx(stats.pointbiserialr(sex.values, values[0]))
    f = stats.f_oneway(*(values[0][site.values == level] for level in range(3)))
    assert pearson.p[0, 2] == pytest.approx(f.pvalue)
    # The share of the variance between the levels, 1 - SS within / SS total.
    parts = [values[0][site.values == level] for level in range(3)]
    within, total = sum(part.var() * len(part) for part in parts), values[0].var() * n
    assert pearson.r[0, 2] == pytest.approx(np.sqrt(1 - within / total))
    assert pearson.n[1, 0] == n - 5


@pytest.mark.parametrize("what", ["odds", "hazards"])
def test_p_of_a_screen_is_uniform_where_nothing_is_there(what):
    n, probes = (60, 300) if what == "odds" else (80, 150)
    rng = np.random.default_rng(3)
    own = join_expression(matrix(rng.normal(size=(probes, n)), [f"P{i}" for i in range(n)]), patients(n), {})
    has = (np.arange(n) % 2).astype(float)
    if what == "odds":
        screen = screen_odds(own, "x", has, [], confidence=0.95)
    else:
        event = Variable("dead", Kind.NOMINAL, has, ("no", "yes"))
        time = Variable("months", Kind.CONTINUOUS, rng.exponential(20, n))
        endpoint = Endpoint("os", time, event, "yes", time.values, has)
        screen = screen_hazards(own, endpoint, [], None, confidence=0.95)
    assert screen.failed == 0
    assert stats.kstest(screen.p, "uniform").pvalue > 0.01
    assert not (screen.fdr <= 0.05).any()


def test_the_command_screens_splits_and_draws(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    n, probes = 40, 30
    own = np.random.default_rng(5)
    group = np.arange(n) % 2
    values = own.normal(8, 1, (probes, n))
    values[0] -= 2 * group
    times = own.exponential(20, n).round(1) + 0.1
    rows = [f"P{i},{'case' if g else 'control'},{own.integers(40, 80)}.5,{times[i]},{own.integers(0, 2)}"
            for i, g in enumerate(group)]  # fmt: skip
    Path("clinical.csv").write_text("patient,group,age,os_months,os_event\n" + "\n".join(rows) + "\n")
    names = ["hsa-miR-16-5p", *(f"hsa-miR-{3000 + i}-3p" for i in range(1, probes))]
    lines = [f"p{i},{names[i]}," + ",".join(f"{v:.4f}" for v in values[i]) for i in range(probes)]
    Path("expression.csv").write_text("ID,Name," + ",".join(f"P{i}" for i in range(n)) + "\n" + "\n".join(lines))
    call = [
        "clinical", "clinical.csv", "--expression", "expression.csv", "--scale", "log2", "--screen",
        "--mirna", "hsa-miR-16-5p", "--cutoff", "hsa-miR-16-5p: <lower quartile", "-o", "out", "--figures", "fig",
    ]  # fmt: skip
    assert main(call) == 0
    said = capsys.readouterr().err
    assert "hsa-miR-16-5p" in said.splitlines()[2]
    assert "1 miRNA of 30 with FDR ≤ 0.05 for group = case:" in said
    assert "Survival os by hsa-miR-16-5p above median" in said
    assert "expression of 40 patients of 40" in said
    screen = Path("out/clinical_screen.csv").read_text().splitlines()
    assert screen[1].startswith("group = case,p0,hsa-miR-16-5p,odds ratio,")
    assert len(screen) == 1 + 2 * probes  # the group and survival
    correlation = Path("out/clinical_correlation.csv").read_text()
    assert "os_months" not in correlation  # times are censored
    assert "that was given" not in Path("out/clinical.columns.csv").read_text()
    drawn = {path.stem for path in Path("fig").glob("*.png")}
    assert {"clinical_roc", "clinical_correlation", "clinical_survival_os_by_hsa_mir_16_5p_above_median"} <= drawn


def test_levels_a_formula_interactions_and_a_best_cutoff_are_tables_and_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    n = 48
    own = np.random.default_rng(7)
    stage = np.arange(n) % 3
    values = own.normal(8, 1, (12, n))
    values[0] += 1.5 * stage
    sexes, months = ["f" if i % 2 else "m" for i in range(n)], own.exponential(20, n).round(1) + 0.1
    stages, ages = ["I" * (j + 1) for j in stage], own.integers(40, 80, n)
    rows = [f"P{i},{'ab'[i // 24]},{stages[i]},{sexes[i]},{ages[i]}.5,{months[i]},{i % 3 > 0:d}" for i in range(n)]
    Path("clinical.csv").write_text("patient,group,stage,sex,age,os_months,os_event\n" + "\n".join(rows) + "\n")
    lines = [f"p{i},hsa-miR-{3000 + i}-3p," + ",".join(f"{v:.4f}" for v in row) for i, row in enumerate(values)]
    Path("expression.csv").write_text("ID,Name," + ",".join(f"P{i}" for i in range(n)) + "\n" + "\n".join(lines))
    result = mt.clinical(
        "clinical.csv", expression="expression.csv", scale="log2", screen=True, mirna=("hsa-miR-3001-3p",),
        anova="stage * sex + age", interactions=("sex",), best_cutoff=("age", "hsa-miR-3001-3p"),
        cutoff=("age: quartiles",), test=("age=mann-whitney",),
    )  # fmt: skip
    tables = result.tables()
    first = {name: tables["levels"].columns[name][0] for name in ("ID", "variable", "levels", "z (trend)")}
    assert (first["ID"], first["variable"], first["levels"]) == ("p0", "stage", "I < II < III")
    assert first["z (trend)"] > 4
    assert list(dict.fromkeys(tables["anova"].columns["term"])) == ["stage", "sex", "age", "stage:sex"]
    assert set(tables["interactions"].columns["outcome"]) == {"group = b", "survival os"}
    assert len(tables["interactions"].columns["ID"]) == 2 * 12
    assert list(tables["best_cutoffs"].columns["variable"]) == ["age", "age", *["hsa-miR-3001-3p"] * 2]
    again = mt.clinical("clinical.csv", best_cutoff=("age",), seed=2).tables()["best_cutoffs"].columns
    corrected = tables["best_cutoffs"].columns["P corrected"][:2]
    assert (again["P corrected"] != corrected).any()  # other random orders
    np.testing.assert_allclose(again["P corrected"], corrected, atol=0.02)  # 3 standard errors of 5,000 draws
    said = " ".join(str(block) for block in result.summary)
    assert "1 miRNA of 12 with a trend (Jonckheere–Terpstra) over stage (I < II < III) with FDR ≤ 0.05" in said
    assert "Balanced: 8 patients in every combination of levels." in said
    assert "the difference at it is overestimated" in said
    drawn = result.drawings()["clinical_stages_hsa_mir_3001_3p"]()
    assert "P of the trend over ordered levels is Jonckheere and Terpstra's" in drawn.caption
    assert {"over_levels", "anova", "interactions", "cutoffs"} <= set(result.numbers())
    quartiles = result.analysis.table.variables["age quartiles"]
    assert (quartiles.levels, str(quartiles.kind)) == (("Q1", "Q2", "Q3", "Q4"), "ordinal")
    assert np.bincount(quartiles.values.astype(int)).sum() == n


def test_a_study_without_a_normalized_table_says_what_makes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("clinical.csv").write_text("patient,group,age\nP1,a,1.5\nP2,b,2.5\nP3,a,3.5\nP4,b,1.75\nP5,a,2\nP6,b,9\n")
    assert main(["clinical", "clinical.csv", "--screen"]) == 1
    assert "run `mirtool normalize` first" in " ".join(capsys.readouterr().err.split())
