"""miRNAs over levels, interactions and best cut-offs: against R, enumeration, and uniform where nothing is."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from mirtool.clinical.anova import read_terms, screen_anova
from mirtool.clinical.best_cutoff import cutoff_for_outcome, cutoff_for_survival, log_rank_scores
from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.group_tests import compare_groups
from mirtool.clinical.interactions import interactions_in_hazards, interactions_in_odds
from mirtool.clinical.levels import screen_levels
from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.endpoints import Endpoint, find_endpoints
from mirtool.clinical.survival.log_rank import compare_survival
from mirtool.clinical.trend import compare_levels, jonckheere
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import text_array
from mirtool.report.figures.cutoffs import cutoff_figure
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_levels_r.csv")
KINDS = ("race=nominal", "ftv=ordinal", "lwt=continuous", "age=continuous")
BIRTHS = read_patients(FOLDER / "clinical_birthwt.csv", ClinicalSettings(kind=KINDS))
VISITS = Variable("visits", Kind.ORDINAL, np.minimum(BIRTHS.variables["ftv"].values, 3), ("0", "1", "2", "3"))
BIRTHS = PatientTable(BIRTHS.patients, {**BIRTHS.variables, "visits": VISITS})
SETTINGS = ClinicalSettings(time="time", event="status", kind=("inst=nominal", "ph_karno=continuous"))
LUNG = read_patients(FOLDER / "clinical_lung.csv", SETTINGS)
(ENDPOINT,) = find_endpoints(LUNG, SETTINGS)


def expression(values):
    names = text_array(f"p{i}" for i in range(len(values)))
    return PatientExpression(names, names, np.asarray(values, dtype=float), len(values[0]))


WEIGHT = expression([BIRTHS.variables["bwt"].values])


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("bwt", "bwt ~ race * smoke"),
        ("bwt and age", "race*smoke + age"),
        ("bwt three", "~ race * smoke * visits"),
    ],
)
def test_type_ii_sums_are_those_of_rs_car(name, formula):
    found = screen_anova(WEIGHT, formula, read_terms(formula, BIRTHS))
    for j, term in enumerate(found.terms):
        assert found.sums[0, j] == pytest.approx(R[f"{name} {term} sum"], rel=1e-8)
        assert found.f[0, j] == pytest.approx(R[f"{name} {term} F"], rel=1e-8)
        assert found.p[0, j] == pytest.approx(R[f"{name} {term} P"], rel=1e-8)
    assert not found.is_balanced


def test_formulas_that_can_not_be_are_refused_and_equal_cells_are_balanced():
    for formula, words in (("race * ", "can't be read"), ("race * smoke : ht", "can't be read"), ("rase", "rase")):
        with pytest.raises(UsageError, match=words):
            read_terms(formula, BIRTHS)
    a = Variable("a", Kind.NOMINAL, np.tile([0.0, 1], 6), ("x", "y"))
    b = Variable("b", Kind.NOMINAL, np.repeat([0.0, 1], 6), ("x", "y"))
    values = np.random.default_rng(1).normal(size=(2, 12))
    found = screen_anova(expression(values), "a:b", [(a,), (b,), (a, b)])
    assert (found.cells, found.is_balanced) == ((3, 3), True)


def test_means_over_levels_and_their_linear_contrast_are_those_of_lm():
    found = compare_levels(WEIGHT.values, VISITS.values.astype(int), ordered=True)
    for value, name in (
        (found.statistic, "F"),
        (found.p, "P"),
        (found.change, "change"),
        (found.p_linear, "linear P"),
    ):
        assert value[0] == pytest.approx(R[f"visits {name}"], rel=1e-8), name


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 2, 2, 3, 4]])
def test_the_trend_test_is_that_of_all_orders_of_the_patients(values):
    codes = np.array([0, 0, 1, 1, 1, 2, 3])
    orders = np.array(list(permutations(values)), dtype=float)
    found = jonckheere(orders, codes)
    ties = len(set(values)) < len(values)
    # z is the distance from the mean in standard deviations, over all orders.
    assert found.z == pytest.approx((found.statistic - found.statistic.mean()) / found.statistic.std(), abs=1e-9)
    assert found.exact.all() != ties
    if not ties:
        by_hand = [
            min(1, 2 * min(np.mean(found.statistic <= s), np.mean(found.statistic >= s))) for s in range(18)
        ]
        assert found.p == pytest.approx([by_hand[int(s)] for s in found.statistic])


def test_the_baseline_table_takes_the_trend_test_where_groups_have_an_order():
    settings = ClinicalSettings(test=("bwt=jonckheere",))
    found = compare_groups(BIRTHS.variables["bwt"], VISITS, settings)
    assert found.name == "Jonckheere–Terpstra"
    assert found.p == jonckheere(WEIGHT.values, VISITS.values.astype(int)).p[0]
    with pytest.raises(UsageError, match="needs groups in an order"):
        compare_groups(BIRTHS.variables["bwt"], BIRTHS.variables["race"], settings)


def test_a_screen_over_levels_leaves_out_missing_values_and_one_value():
    values = np.random.default_rng(2).normal(size=(4, len(VISITS.values)))
    values[1, :20] = np.nan
    values[2] = 1.0
    found = screen_levels(expression(values), [BIRTHS.variables["race"], VISITS])
    assert np.isnan(found.p_trend[:, 0]).all()  # races have no order
    assert np.isnan(found.p[2]).all()
    assert found.n[1, 1] == len(VISITS.values) - 20
    parts = [values[1, 20:][VISITS.values[20:] == level] for level in range(4)]
    assert found.p[1, 1] == pytest.approx(stats.f_oneway(*parts).pvalue)


def test_interactions_are_the_likelihood_ratios_of_r():
    weight, own = expression([BIRTHS.variables["lwt"].values]), BIRTHS.variables
    race = own["race"]
    found = interactions_in_odds(weight, "low", own["low"].values, [own["smoke"], own["age"]], [])
    assert found.p[0] == pytest.approx([R["low lwt by smoke P"], R["low lwt by age P"]], rel=1e-6)
    assert found.ratio[0] == pytest.approx([R["low lwt by smoke ratio"], R["low lwt by age ratio"]], rel=1e-7)
    found = interactions_in_odds(weight, "low", own["low"].values, [race], [own["age"]])
    assert (found.p[0, 0], found.degrees[0, 0]) == (pytest.approx(R["low lwt by race P"], rel=1e-6), 2)
    age = expression([LUNG.variables["age"].values])
    found = interactions_in_hazards(age, ENDPOINT, [LUNG.variables["sex"]], [], None)
    assert found.p[0, 0] == pytest.approx(R["lung age by sex P"], rel=1e-6)
    assert found.ratio[0, 0] == pytest.approx(R["lung age by sex ratio"], rel=1e-7)


@pytest.mark.parametrize("name", ["lung age", "lung karno", "low lwt"])
def test_best_cutoffs_are_those_of_rs_maxstat(name):
    if name == "low lwt":
        found = cutoff_for_outcome(BIRTHS.variables["lwt"], BIRTHS.variables["low"].values, "low")
    else:
        times = ENDPOINT.times + np.arange(1, len(ENDPOINT.times) + 1) / 1000
        followed = Endpoint("lung", ENDPOINT.time, ENDPOINT.event, "2", times, ENDPOINT.events)
        found = cutoff_for_survival(LUNG.variables["age" if name == "lung age" else "ph_karno"], followed)
    assert abs(found.statistics[found.best]) == pytest.approx(R[f"{name} statistic"], rel=1e-9)
    assert found.cutoff == R[f"{name} cut-off"]
    assert found.p_approximate == pytest.approx(R[f"{name} P"], rel=1e-8)
    p = R[f"{name} P of random orders"]
    assert found.p == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 10_000))
    assert found.p_uncorrected < found.p


def test_a_search_is_drawn_with_its_limit_of_chance():
    found = cutoff_for_survival(LUNG.variables["ph_karno"], ENDPOINT)
    figure = cutoff_figure(found)
    assert "Circle: the best, 80.0." in figure.caption
    assert found.limit > 1.96  # what a single cut-off needs is less


def test_scores_of_tied_times_add_up_to_the_log_rank_test():
    scores = log_rank_scores(ENDPOINT.times, ENDPOINT.events == 1)
    old = LUNG.variables["age"].values > 65
    tests = compare_survival(ENDPOINT.times, ENDPOINT.events == 1, old.astype(int))
    assert scores[old].sum() == pytest.approx(tests.observed[1] - tests.expected[1])


def test_a_best_cutoff_needs_values_and_patients_from_the_beginning():
    with pytest.raises(NotEnoughDataError, match="too few different values"):
        cutoff_for_outcome(BIRTHS.variables["lwt"], np.ones(len(BIRTHS)), "low")
    (entered,) = find_endpoints(LUNG, SETTINGS.replace(entry="entry"))
    with pytest.raises(NotEnoughDataError, match="came in later"):
        cutoff_for_survival(LUNG.variables["age"], entered)


def is_uniform(p):
    return stats.kstest(p[~np.isnan(p)], "uniform").pvalue > 0.01


def test_p_is_uniform_where_nothing_is_there():
    rng = np.random.default_rng(11)
    n, probes = 60, 200
    mirnas = expression(rng.normal(size=(probes, n)))
    stage = Variable("stage", Kind.ORDINAL, (np.arange(n) % 3).astype(float), ("I", "II", "III"))
    sex = Variable("sex", Kind.NOMINAL, rng.integers(0, 2, n).astype(float), ("f", "m"))
    times, events = rng.exponential(20, n), (rng.random(n) < 0.7).astype(float)
    endpoint = Endpoint("os", stage, sex, "1", times, events)
    levels = screen_levels(mirnas, [stage])
    assert is_uniform(levels.p[:, 0])
    assert is_uniform(levels.p_trend[:, 0])
    assert is_uniform(levels.p_linear[:, 0])
    two_way = screen_anova(mirnas, "stage * sex", [(stage,), (sex,), (stage, sex)])
    assert all(is_uniform(p) for p in two_way.p.T)
    assert is_uniform(interactions_in_odds(mirnas, "x", events, [sex], []).p[:, 0])
    assert is_uniform(interactions_in_hazards(mirnas, endpoint, [stage], [sex], None).p[:, 0])


def test_the_corrected_p_of_the_best_cutoff_holds_its_level_and_the_other_does_not(monkeypatch):
    monkeypatch.setattr("mirtool.clinical.best_cutoff.RANDOM_ORDERS", 500)
    rng = np.random.default_rng(12)
    n = 60
    has = (np.arange(n) % 2).astype(float)
    found = [
        cutoff_for_outcome(Variable("x", Kind.CONTINUOUS, rng.normal(size=n)), has, "y", seed=i)
        for i in range(150)
    ]
    assert is_uniform(np.array([each.p for each in found]))
    assert np.mean([each.p_uncorrected <= 0.05 for each in found]) > 0.25
