"""Panels: against R (glmnet, rms, pROC) and hand arithmetic; nothing leaks into a fold; noise stays noise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.panels.analysis import build_panel
from mirtool.clinical.panels.folds import stratified_folds
from mirtool.clinical.panels.models import PanelPlan, best_columns, fit_elastic_net, fit_panel, fit_ridge
from mirtool.clinical.panels.panel_tables import panel_tables
from mirtool.clinical.panels.performance import THRESHOLDS, area_in_folds, measure, performance
from mirtool.clinical.panels.validation import bootstrap_optimism, check_folds, cross_validate, fit_whole
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import text_array
from mirtool.report.text.clinical_panels import panel_blocks, panel_marks, panel_record, panel_sentences
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_panels_r.csv")
LOW, FOLD, RISK = np.loadtxt(FOLDER / "clinical_panels_risks.csv", delimiter=",", skiprows=1).T
HAS = LOW == 1
BIRTHS = np.genfromtxt(FOLDER / "clinical_birthwt.csv", delimiter=",", names=True)[:180]
DESIGN = np.column_stack([BIRTHS[name] for name in ("age", "lwt", "smoke", "ptl", "ht", "ui")])
STANDARDIZED = (DESIGN - DESIGN.mean(axis=0)) / DESIGN.std(axis=0, ddof=1)


@pytest.fixture(scope="module")
def births():
    return performance(
        RISK[None], FOLD[None].astype(int), HAS, confidence=0.95, specificity=0.9, cutoff=0.3, seed=1, draws=400
    )


def test_the_area_and_its_interval_are_those_of_proc_and_of_ledells_definition(births):
    assert (births.area.value, births.area.low, births.area.high) == pytest.approx(
        (R["area"], R["area low"], R["area high"]), rel=1e-10
    )


def test_calibration_brier_and_net_benefit_are_those_of_glm_rms_and_the_definition(births):
    assert births.slope.value == pytest.approx(R["slope"], rel=1e-7)
    assert births.intercept.value == pytest.approx(R["intercept"], abs=1e-8)
    assert births.brier.value == pytest.approx(R["brier by rms"], rel=1e-10)
    of_all = measure(RISK, HAS)
    assert (of_all.area, of_all.slope) == pytest.approx((R["pooled area"], R["slope by rms"]), rel=1e-7)
    for threshold in (0.1, 0.3, 0.5):
        place = int(np.argmin(np.abs(THRESHOLDS - threshold)))
        assert births.benefit.value[place] == pytest.approx(R[f"benefit {threshold:g}"], abs=1e-10)
    # 50 of 180: 0.2778 − 0.7222 × 0.3/0.7 = −0.0317
    assert births.treat_all[29] == pytest.approx(-0.0317, abs=5e-5)


def test_sensitivity_and_specificity_are_those_of_r_inside_their_bootstrap_intervals(births):
    at_risk, at_specificity, youden = births.points
    assert (at_risk.sensitivity.value, at_risk.specificity.value) == pytest.approx(
        (R["sensitivity"], R["specificity"])
    )
    assert at_specificity.sensitivity.value == pytest.approx(R["sensitivity at specificity 0.9"])
    for point in (at_risk, youden):
        for own in (point.sensitivity, point.specificity):
            assert own.low < own.value < own.high
    assert births.slope.low < births.slope.value < births.slope.high
    assert births.groups.patients.tolist() == [18] * 10
    assert births.groups.events.sum() == 50


@pytest.mark.parametrize("penalty", [100, 10, 1])
def test_ridge_and_elastic_net_are_those_of_glmnet(penalty):
    def of_r(name):
        return [R[f"{name} {penalty} {j}"] for j in range(7)]

    strengths = np.array([1000.0, penalty, 0.01])
    assert fit_ridge(STANDARDIZED, HAS, strengths)[1] == pytest.approx(of_r("ridge"), abs=1e-7)
    pytest.importorskip("sklearn")
    assert fit_elastic_net(STANDARDIZED, HAS, np.array([float(penalty)]))[0] == pytest.approx(
        of_r("elastic-net"), abs=1e-3
    )


def test_ridge_settles_where_the_outcome_is_separated():
    x = np.linspace(-1, 1, 20)[:, None]
    y = x[:, 0] > 0
    found = fit_ridge(np.hstack([x, x**3]), y, np.array([1e-4]))[0]
    risk = 1 / (1 + np.exp(-found[0] - np.hstack([x, x**3]) @ found[1:]))
    gradient = np.hstack([x, x**3]).T @ (y - risk) - 1e-4 * found[1:]
    assert np.abs(gradient).max() < 1e-8


def test_the_optimism_is_that_of_rms():
    """2,000 samples there, 100 within the outcomes here; Firth's estimate is near the maximum likelihood one."""
    plan = PanelPlan("firth")
    whole = fit_whole(DESIGN, HAS, plan, 1)
    found = bootstrap_optimism(DESIGN, HAS, plan, whole, seed=1, samples=100)
    assert found.apparent.area == pytest.approx(R["apparent area"], abs=0.003)
    assert found.optimism.area == pytest.approx(R["optimism of the area"], abs=0.008)
    assert found.corrected.slope == pytest.approx(R["corrected slope"], abs=0.09)
    assert found.optimism.brier == pytest.approx(R["optimism of the Brier score"], abs=0.005)
    assert found.corrected.area == found.apparent.area - found.optimism.area


def test_rows_of_one_patient_are_in_one_fold():
    units = np.array([0, 0, 0, 1, 2, 2, 3, 4, 4, 5])
    outcome = np.isin(units, [0, 1, 2])
    fold = stratified_folds(outcome, 3, np.random.default_rng(4), units)
    for patient in range(6):
        assert len(set(fold[units == patient].tolist())) == 1
    assert sorted(fold[[0, 3, 4]].tolist()) == [0, 1, 2]  # one patient with the outcome in each


def test_nothing_of_a_patient_is_in_the_panels_made_without_the_patient():
    rng = np.random.default_rng(2)
    values, outcome = rng.normal(size=(30, 50)), np.arange(30) % 2 == 0
    values[3, 7] = np.nan
    changed = values.copy()
    changed[3] = 1e4
    plan = PanelPlan(most=5)
    one, other = (cross_validate(own, outcome, plan, folds=3, repeats=2, seed=1) for own in (values, changed))
    for repeat in range(2):
        for fold in range(3):
            first, second = one.panels[3 * repeat + fold], other.panels[3 * repeat + fold]
            same = first.columns.tolist() == second.columns.tolist() and first.intercept == second.intercept
            assert same == (one.folds[repeat, 3] == fold)


def test_a_missing_value_is_the_median_of_the_training_patients():
    values = np.array([[1.0], [2.0], [4.0], [9.0], [3.0], [np.nan]])
    panel = fit_panel(values, np.array([0, 0, 1, 1, 0, 1], bool), PanelPlan("firth"), np.random.default_rng(1))
    assert panel.fill.tolist() == [3.0]
    assert panel.log_odds(np.array([[np.nan]])) == panel.log_odds(np.array([[3.0]]))


def test_noise_of_40_patients_and_1000_mirnas_is_noise_only_where_the_choice_is_inside_the_folds():
    outcome = np.arange(40) % 2 == 0
    found = []
    for noise in range(4):
        values = np.random.default_rng(noise).normal(size=(40, 1000))
        chosen_before = values[:, best_columns(values, outcome, 10)]
        apparent = measure(fit_whole(chosen_before, outcome, PanelPlan(), 1).risk(chosen_before), outcome).area
        areas = [apparent]
        for own, plan in ((chosen_before, PanelPlan()), (values, PanelPlan(most=10))):
            folded = cross_validate(own, outcome, plan, folds=5, repeats=1, seed=1)
            areas.append(area_in_folds(folded.risk, folded.folds, outcome, 0.95).value)
        found.append(areas)
    apparent, choice_outside, nested = np.array(found).T
    assert apparent.min() > 0.9
    assert choice_outside.min() > 0.9
    assert 0.35 < nested.mean() < 0.65


@pytest.mark.parametrize(("events", "folds"), [(3, 5), (2, 2), (4, 5)])
def test_fewer_events_than_folds_are_refused_with_the_counts(events, folds):
    outcome = np.arange(30) < events
    with pytest.raises(NotEnoughDataError, match=f"too few patients for a panel in {folds} folds") as error:
        check_folds(outcome, folds)
    assert f"{events} with the outcome, {30 - events} without" in str(error.value)
    check_folds(np.arange(30) < 5, 5)


NAMES = ["hsa-miR-16-5p", "hsa-miR-20a-5p", *(f"hsa-miR-{3000 + i}-3p" for i in range(28))]


def patients(n=40, seed=6):
    rng = np.random.default_rng(seed)
    has = (np.arange(n) % 2).astype(float)
    values = rng.normal(8, 1, (30, n))
    values[0] -= 1.6 * has
    values[4, :5] = np.nan
    values[:, -1] = np.nan  # a patient without an array
    has[0] = np.nan
    table = PatientTable(
        tuple(f"P{i}" for i in range(n)), {"age": Variable("age", Kind.CONTINUOUS, rng.normal(60, 9, n))}
    )
    ids = text_array(f"p{i}" for i in range(30))
    return table, PatientExpression(ids, text_array(NAMES), values, n - 1), has


def settings(**own):
    return ClinicalSettings(**{"folds": 4, "fold_repeats": 3, **own})


@pytest.fixture(scope="module")
def chosen():
    table, expression, has = patients()
    return build_panel(table, expression, "group = case", has, settings(panel=("5",)))


@pytest.fixture(scope="module")
def named():
    table, expression, has = patients()
    own = settings(panel=("hsa-miR-16-5p,hsa-miR-20a-5p", "hsa-miR-3002-3p"), panel_model="firth")
    return build_panel(table, expression, "group = case", has, own)


def test_a_chosen_panel_finds_the_mirna_and_says_how_steady_the_choice_is(chosen):
    assert chosen.members[0] == "hsa-miR-16-5p"
    assert (len(chosen.has), chosen.left_out, chosen.imputed) == (38, 2, 4)
    tables = panel_tables(chosen)
    first = {name: column[0] for name, column in tables["panel_stability"].columns.items()}
    assert (first["Name"], first["chosen"], first["share positive"]) == ("hsa-miR-16-5p", 12, 0.0)
    assert chosen.bootstrap is None
    assert chosen.optimism == pytest.approx(chosen.apparent.area - chosen.performance.area.value)


def test_the_apparent_area_is_never_shown_without_the_optimism(chosen, named):
    for panel, words in ((chosen, "of which"), (named, "corrected")):
        lines = [line for block in panel_blocks(panel) for line in getattr(block, "text", "").split("; ")]
        shown = [line for line in lines if "apparent" in line]
        assert len(shown) == 1
        assert "optimism" in shown[0]
        assert words in shown[0]
        record = panel_record(panel)
        assert all("optimism" in line for line in panel_sentences(record) if "apparent" in line)
    assert "on patients it has not seen" in next(iter(panel_sentences(panel_record(named))))
    (crowded,) = panel_marks(panel_record(named))
    assert "19 patients of the rarer outcome for 3 candidates (6.3 per candidate, fewer than 10)" in crowded


def test_the_table_of_the_model_gives_the_apparent_risks(named):
    tables = panel_tables(named)
    model = tables["panel_model"].columns
    values = named.candidates.values
    full = np.where(np.isnan(values), model["where missing"][1:], values)
    x = model["coefficient"][0] + ((full - model["mean"][1:]) / model["SD"][1:]) @ model["coefficient"][1:]
    assert tables["panel_risks"]["apparent risk"] == pytest.approx(1 / (1 + np.exp(-x)))


def test_the_same_seed_gives_the_same_tables_and_another_one_others(chosen):
    table, expression, has = patients()
    other = cross_validate(chosen.candidates.values, chosen.has, chosen.plan, folds=4, repeats=1, seed=2)
    assert not np.array_equal(other.folds[0], chosen.validation.folds[0])
    again = build_panel(table, expression, "group = case", has, settings(panel=("5",)))
    for name, own in panel_tables(chosen).items():
        for head, column in panel_tables(again)[name].columns.items():
            assert column.tolist() == own[head].tolist() or np.array_equal(column, own[head], equal_nan=True)


def test_a_member_that_most_patients_lack_is_refused():
    table, expression, has = patients()
    expression.values[1, :25] = np.nan
    with pytest.raises(NotEnoughDataError, match="too few patients have a value of hsa-miR-20a-5p") as error:
        build_panel(table, expression, "group = case", has, settings(panel=("miR-16-5p,miR-20a-5p",)))
    assert "14 of 38" in str(error.value)


def test_columns_of_the_table_can_be_in_a_panel_without_any_mirna():
    table, _, has = patients()
    found = build_panel(table, None, "group = case", has, settings(panel=("age",), panel_model="firth"))
    assert found.members == ("age",)
    with pytest.raises(UsageError, match="needs their expression"):
        build_panel(table, None, "group = case", has, settings(panel=("age,hsa-miR-16-5p",)))


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"panel": ("hsa-miR-16-5",)}, "did you mean 'hsa-miR-16-5p'"),
        ({"panel": ("p0,hsa-miR-16-5p",)}, "same miRNA twice"),
        ({"panel": ("site",)}, "the column 'site' can't be in a panel"),
        ({"panel": ("0",)}, "panel is out of range"),
        ({"panel": ("5,hsa-miR-16-5p",)}, "either named or chosen"),
        ({"panel": ("5",), "panel_model": "firth"}, "Firth's model chooses no miRNAs"),
        ({"panel": ("5",), "panel_model": "forest"}, "unknown model of a panel 'forest'"),
    ],
)
def test_panels_that_can_not_be_made(own, words):
    table, expression, has = patients()
    site = Variable("site", Kind.NOMINAL, np.arange(40.0) % 3, ("a", "b", "c"))
    table = replace(table, variables={**table.variables, "site": site})
    with pytest.raises(UsageError, match=words):
        build_panel(table, expression, "group = case", has, settings(**own))


def test_without_scikit_learn_the_elastic_net_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    table, expression, has = patients()
    with pytest.raises(UsageError) as error:
        build_panel(table, expression, "group = case", has, settings(panel=("5",), panel_model="elastic-net"))
    assert "the elastic net needs scikit-learn, which is not installed" in str(error.value)
    assert error.value.hint == "install it: pip install 'mirtool[models]'"


def test_the_figures_say_what_they_show(chosen):
    from mirtool.report.figures.panels import calibration_figure, decision_figure, panel_roc_figure

    for draw in (panel_roc_figure, calibration_figure, decision_figure):
        figure = draw(chosen)
        assert "up to 5 chosen from 30" in figure.caption
        assert "group = case" in figure.caption
    labels = [text.get_text() for text in panel_roc_figure(chosen).legends[0].get_texts()]
    assert ["optimism" in label for label in labels] == [False, True]


def test_the_methods_name_the_choice_the_folds_and_the_optimism(chosen, named):
    from mirtool.report.methods.about_clinical import clinical_sentences
    from mirtool.report.methods.record import StepRecord

    def sentences(panel):
        record = StepRecord("clinical", summary={"panel": panel_record(panel), "confidence": 0.95})
        return [sentence.text for sentence in clinical_sentences(record)]

    of_chosen, of_named = sentences(chosen), sentences(named)
    assert of_chosen[0] == (
        "group = case (19 of 38 patients) was predicted from up to 5 of 30 miRNAs, those whose means differed "
        "most by Welch's t, by logistic regression with a quadratic (ridge) penalty of standardized values."
    )
    assert "the choice of miRNAs, imputation" in of_chosen[1]
    assert not any("optimism" in text for text in of_chosen)
    assert "from 3 variables (hsa-miR-16-5p, hsa-miR-20a-5p and hsa-miR-3002-3p) by logistic" in of_named[0]
    assert "200 bootstrap samples" in of_named[-1]


def test_the_command_writes_the_panel_and_its_record(tmp_path, monkeypatch, capsys):
    from mirtool.cli import main

    monkeypatch.chdir(tmp_path)
    table, expression, has = patients()
    levels = {0.0: "control", 1.0: "case"}
    rows = [f"{name},{levels.get(x, '')}" for name, x in zip(table.patients, has.tolist(), strict=True)]
    Path("clinical.csv").write_text("patient,group\n" + "\n".join(rows) + "\n")
    lines = [
        f"p{i},{NAMES[i]}," + ",".join("" if np.isnan(v) else f"{v:.3f}" for v in expression.values[i, :-1])
        for i in range(30)
    ]
    Path("e.csv").write_text("ID,Name," + ",".join(table.patients[:-1]) + "\n" + "\n".join(lines) + "\n")
    call = ["clinical", "clinical.csv", "--expression", "e.csv", "--scale", "log2", "--panel", "3", "--no-figures"]
    assert main([*call, "--fold-repeats", "2", "-o", "out"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("Panel for group = case (hsa-miR-16-5p")
    assert "is optimism" in said
    names = {path.name for path in Path("out").iterdir()}
    parts = ("", "_model", "_stability", "_calibration", "_decision", "_roc", "_risks")
    assert {f"clinical_panel{part}.csv" for part in parts} <= names
    assert "Panel for group = case: what it reaches" in Path("out/clinical.html").read_text()
    assert "that was given" not in Path("out/clinical.columns.csv").read_text()
    assert main([*call, "--folds", "20", "-o", "other"]) == 1
    assert "too few patients for a panel in 20 folds" in " ".join(capsys.readouterr().err.split())
