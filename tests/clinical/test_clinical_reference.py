"""Baseline tests, odds ratios and logistic regression against R's, and against what the study's paper prints."""

import numpy as np
import pytest

from mirtool.clinical.association import two_by_two
from mirtool.clinical.exact import exact_p
from mirtool.clinical.firth import firth_logistic, is_separated
from mirtool.clinical.group_tests import compare_groups
from mirtool.clinical.reading import read_patients
from mirtool.clinical.regression import fit_logistic
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.strata import pool_strata
from mirtool.clinical.variables import Kind, Variable
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_r.csv")
KINDS = ("race=nominal", "ftv=ordinal", "ptl=ordinal", "age=continuous", "lwt=continuous")
BIRTHS = read_patients(FOLDER / "clinical_birthwt.csv", ClinicalSettings(kind=KINDS))


@pytest.mark.parametrize(
    ("name", "column", "group", "test"),
    [
        ("age by low, Mann-Whitney", "age", "low", None),
        ("lwt by low, Welch", "lwt", "low", "welch"),
        ("lwt by low, Student", "lwt", "low", "student"),
        ("lwt by race, Kruskal-Wallis", "lwt", "race", None),
        ("lwt by race, ANOVA", "lwt", "race", "anova"),
        ("lwt by race, Welch ANOVA", "lwt", "race", "welch-anova"),
        ("smoke by race, chi-square", "smoke", "race", None),
        ("ht by low, Fisher", "ht", "low", None),
        ("ptl by race, Freeman-Halton", "ptl", "race", "fisher"),
    ],
)
def test_p_of_a_baseline_row_is_that_of_r(name, column, group, test):
    settings = ClinicalSettings(test=(f"{column}={test}",) if test else ())
    found = compare_groups(BIRTHS.variables[column], BIRTHS.variables[group], settings)
    assert found.p == pytest.approx(R[name], rel=1e-9)


def visits():
    """Return the visits to a physician, three or more as one."""
    ftv = BIRTHS.variables["ftv"]
    return Variable("ftv", Kind.ORDINAL, np.minimum(ftv.values, 3), ("0", "1", "2", "3"))


def test_p_of_a_trend_is_that_of_r():
    found = compare_groups(visits(), BIRTHS.variables["low"], ClinicalSettings(test=("ftv=trend",)))
    assert found.p == pytest.approx(R["ftv by low, trend"], rel=1e-8)


def test_random_tables_replace_a_large_exact_test_which_is_said():
    found = compare_groups(visits(), BIRTHS.variables["race"], ClinicalSettings(test=("ftv=fisher",)))
    p = R["ftv by race, Freeman-Halton"]
    assert found.p == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 100_000))
    assert "100,000 random tables" in found.why


def test_u_and_the_exact_p_of_ranks_without_ties_are_those_of_r():
    found = compare_groups(BIRTHS.variables["age"], BIRTHS.variables["low"], ClinicalSettings())
    assert found.statistic == f"U = {R['age by low, U']:g}"
    values = np.array([3.1, 4.7, 5.2, 6.6, 8.3, 4.1, 5.9, 7.7, 9.4, 10.2, 11.5])
    group = Variable("group", Kind.NOMINAL, np.repeat([0.0, 1.0], [5, 6]), ("a", "b"))
    found = compare_groups(Variable("x", Kind.CONTINUOUS, values), group, ClinicalSettings())
    assert found.p == pytest.approx(R["without ties, Mann-Whitney exact"], rel=1e-9)
    assert "exact" in found.why


def test_random_tables_replace_the_exact_test_where_it_would_hold_too_much():
    counts = np.array([[12, 5, 3], [4, 9, 2], [6, 7, 8]])
    exact, is_exact = exact_p(counts)
    drawn, was_exact = exact_p(counts, most_parts=5)
    assert (is_exact, was_exact) == (True, False)
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 100_000))


@pytest.mark.parametrize("counts", [(5, 1, 7, 48), (5, 2, 15, 58), (15, 9, 12, 25), (3, 31, 7, 24)])
def test_a_two_by_two_table_is_that_of_r(counts):
    found = two_by_two(*counts)
    at = " ".join(map(str, counts))
    for name, value in (
        ("Fisher", found.p_fisher),
        ("odds ratio", found.odds_ratio),
        ("Woolf low", found.odds_woolf[0]),
        ("Woolf high", found.odds_woolf[1]),
        ("relative risk", found.risk_ratio),
        ("Katz low", found.risk_katz[0]),
        ("Katz high", found.risk_katz[1]),
        ("exact low", found.odds_exact[0]),
        ("exact high", found.odds_exact[1]),
    ):
        assert value == pytest.approx(R[f"{at} {name}"], rel=1e-7), name
    for compare, ends in (
        ("odds", found.odds_score),
        ("ratio", found.risk_score),
        ("diff", found.difference_score),
    ):
        # R's values are from a maximum that was searched, to the root of the machine's precision.
        assert ends == pytest.approx((R[f"{at} {compare} score low"], R[f"{at} {compare} score high"]), rel=1e-5)


@pytest.mark.parametrize("counts", [(0, 5, 7, 48), (3, 0, 4, 5)])
def test_a_zero_is_said_and_leaves_the_exact_interval_alone(counts):
    found = two_by_two(*counts)
    at = " ".join(map(str, counts))
    assert found.odds_exact == pytest.approx((R[f"{at} exact low"], R[f"{at} exact high"]), rel=1e-7)
    a, b, c, d = (count + 0.5 for count in counts)
    assert found.odds_ratio == pytest.approx(a * d / (b * c))
    assert found.note == "a zero: 0.5 added to every cell"


@pytest.mark.parametrize(
    ("counts", "printed"),
    [
        ((5, 1, 7, 48), ("34.286", "3.476", "338.2")),
        # The paper prints 54.87 for the upper end; 9.667² / 1.705, of the two numbers before it, is 54.81.
        ((5, 2, 15, 58), ("9.667", "1.705", "54.82")),
        ((15, 9, 12, 25), ("3.472", "1.184", "10.179")),
    ],
)
def test_the_studys_odds_ratios_to_every_printed_digit(counts, printed):
    found = two_by_two(*counts)
    digits = [len(text.partition(".")[2]) for text in printed]
    own = [f"{v:.{n}f}" for v, n in zip((found.odds_ratio, *found.odds_woolf), digits, strict=True)]
    assert own == list(printed)


def test_odds_ratios_over_strata_are_those_of_r():
    smoke, low, race = (BIRTHS.variables[name].values for name in ("smoke", "low", "race"))
    tables = np.array(
        [
            [[((smoke == x) & (low == y) & (race == stratum)).sum() for y in (1, 0)] for x in (1, 0)]
            for stratum in range(3)
        ]
    )
    found = pool_strata(tables)
    at = "smoke over race, "
    assert found.odds_ratio == pytest.approx(R[f"{at}Mantel-Haenszel"], rel=1e-9)
    assert (found.low, found.high) == pytest.approx((R[f"{at}low"], R[f"{at}high"]), rel=1e-9)
    assert found.p == pytest.approx(R[f"{at}P"], rel=1e-9)
    assert found.p_equal == pytest.approx(R[f"{at}Breslow-Day"], rel=1e-6)


def test_a_model_of_several_variables_is_rs_glm():
    names = ("age", "lwt", "race", "smoke", "ht", "ui")
    variables = [BIRTHS.variables[name] for name in names]
    variables = [v.with_reference("1") if v.name == "race" else v for v in variables]
    found = fit_logistic(variables, BIRTHS.variables["low"].values)
    assert found.method == "logistic (Wald)"
    for i, name in enumerate(("age", "lwt", "factor(race)2", "factor(race)3", "smoke", "ht", "ui")):
        assert found.odds_ratio[i] == pytest.approx(R[f"model {name}"], rel=1e-8)
        assert found.low[i] == pytest.approx(R[f"model {name} low"], rel=1e-8)
        assert found.high[i] == pytest.approx(R[f"model {name} high"], rel=1e-8)
        assert found.p_values[i] == pytest.approx(R[f"model {name} P"], rel=1e-7)


def test_firths_regression_is_that_of_brglm2_and_its_profile_that_of_firthmodels():
    data = np.genfromtxt(FOLDER / "clinical_separated.csv", delimiter=",", names=True)
    design = np.column_stack([np.ones(len(data)), data["x1"], data["x2"]])
    outcome = data["y"] == 1
    assert is_separated(design, outcome)
    found = firth_logistic(design, outcome)
    assert found.coefficients[1:] == pytest.approx([R["Firth x1"], R["Firth x2"]], rel=1e-6)
    # firthmodels 0.8.2 (PyPI): conf_int(method="pl") and lrt().
    assert found.low[1:] == pytest.approx([1.356557, -0.809351], abs=2e-5)
    assert found.high[1:] == pytest.approx([8.470070, 0.692087], abs=2e-5)
    assert found.p_values[1:] == pytest.approx([3.507372e-04, 8.998402e-01], rel=1e-4)
