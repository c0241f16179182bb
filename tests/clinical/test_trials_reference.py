"""Survival of lung and colon against R's package survival, and a two-by-two table of vcd."""

import numpy as np
import pytest

from mirtool.clinical.association import two_by_two
from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.strata import pool_strata
from mirtool.clinical.survival.cox import FIRTH, fit_cox
from mirtool.clinical.survival.curves import survival_curve
from mirtool.clinical.survival.endpoints import find_endpoints
from mirtool.clinical.survival.log_rank import compare_survival
from mirtool.clinical.variables import Kind, Variable
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_trials_r.csv", missing=np.inf)  # R has no value where a median is not reached
SETTINGS = {
    "lung": ClinicalSettings(
        time="time", event="status", kind=("inst=nominal", "ph_karno=continuous", "pat_karno=continuous")
    ),
    "colon": ClinicalSettings(
        time="time", event="status", kind=("nodes=continuous",), order=("rx=Obs<Lev<Lev+5FU",)
    ),
}
TABLES = {name: read_patients(FOLDER / f"clinical_{name}.csv", own) for name, own in SETTINGS.items()}
ENDPOINTS = {name: find_endpoints(TABLES[name], own)[0] for name, own in SETTINGS.items()}
ENTERED = find_endpoints(TABLES["lung"], SETTINGS["lung"].replace(entry="entry"))[0]


def agrees(found, name, rel=1e-8):
    assert found == pytest.approx(R[name], rel=rel), name


@pytest.mark.parametrize(
    ("data", "column", "until", "at"),
    [
        ("lung", "sex", 700, (100, 300, 600)),
        ("lung", "entry", 700, (100, 300, 600)),
        ("colon", "rx", 2500, (500, 1500, 2500)),
    ],
)
def test_curves_medians_and_means_are_those_of_survfit(data, column, until, at):
    endpoint = ENTERED if column == "entry" else ENDPOINTS[data]
    by = np.zeros(len(endpoint.times)) if column == "entry" else TABLES[data].variables[column].values
    for i in range(int(by.max()) + 1):
        own = by == i
        entries = None if endpoint.entries is None else endpoint.entries[own]
        curve = survival_curve(endpoint.times[own], endpoint.events[own] == 1, entries)
        name = f"{data} {column} {i + 1}"
        for value, part in zip(curve.quantile(), ("median", "median low", "median high"), strict=True):
            agrees(value, f"{name} {part}")
        for value, part in zip(curve.restricted_mean(until), ("mean", "mean se"), strict=True):
            agrees(value, f"{name} {part}")
        for j, time in enumerate(at, 1 + len(at) * i):
            place = np.searchsorted(curve.times, time, side="right") - 1
            name = f"{data} {column}"
            assert curve.at(time) == pytest.approx((R[f"{name} surv {j}"], R[f"{name} n.risk {j}"]), rel=1e-8)
            agrees(curve.low[place], f"{name} lower {j}")
            agrees(curve.high[place], f"{name} upper {j}")


@pytest.mark.parametrize(("data", "column", "strata"), [("lung", "sex", "ph_ecog"), ("colon", "rx", "obstruct")])
def test_tests_between_groups_are_those_of_survdiff(data, column, strata):
    endpoint, own = ENDPOINTS[data], TABLES[data].variables
    groups = own[column].values.astype(int)
    found = compare_survival(endpoint.times, endpoint.events == 1, groups)
    name = f"{data} log-rank {column}"
    agrees(found.tests[0].statistic, name)
    agrees(found.tests[0].p, f"{name} P")
    for i, expected in enumerate(found.expected, 1):
        agrees(expected, f"{name} expected {i}")
    agrees(found.tests[3].statistic, f"{data} Fleming-Harrington {column}")
    agrees(found.tests[3].p, f"{data} Fleming-Harrington {column} P")
    known = own[strata].present
    over = compare_survival(
        endpoint.times[known], endpoint.events[known] == 1, groups[known], own[strata].values[known].astype(int)
    )
    agrees(over.tests[0].statistic, f"{name} over {strata}")
    agrees(over.expected[0], f"{name} over {strata} expected 1")


@pytest.mark.parametrize(
    ("name", "columns", "strata"),
    [
        ("lung cox", ("age", "sex", "ph_karno", "wt_loss"), None),
        ("lung cox over inst", ("age", "sex"), "inst"),
        ("lung cox entry", ("age", "sex"), None),
        ("colon cox", ("rx", "sex", "age", "nodes"), None),
        ("colon cox over differ", ("rx", "nodes"), "differ"),
    ],
)
def test_coxs_regression_is_coxph_and_its_proportionality_cox_zph(name, columns, strata):
    own = TABLES[name.partition(" ")[0]].variables
    endpoint = ENTERED if name.endswith("entry") else ENDPOINTS[name.partition(" ")[0]]
    fit = fit_cox([own[column] for column in columns], endpoint, own[strata] if strata else None)
    for i in range(len(fit.terms)):
        at = f"{name} {i + 1}"
        agrees(fit.hazard_ratio[i], at)
        agrees(fit.low[i], f"{at} low")
        agrees(fit.high[i], f"{at} high")
        agrees(fit.p_values[i], f"{at} P", rel=1e-6)
        agrees(fit.p_proportional[i], f"{at} zph", rel=1e-6)
    agrees(fit.p_proportional_all, f"{name} zph all", rel=1e-6)
    agrees(fit.concordance, f"{name} concordance")


@pytest.mark.parametrize(("name", "more"), [("marker", ()), ("marker and sex", ("sex",))])
def test_firths_hazard_ratios_are_those_of_a_search_with_rs_likelihood(name, more):
    endpoint, own = ENDPOINTS["lung"], TABLES["lung"].variables
    late = ((endpoint.events == 0) & (endpoint.times > 400)).astype(float)
    marker = Variable("marker", Kind.NOMINAL, late, ("no", "yes"))
    fit = fit_cox([marker, *(own[column] for column in more)], endpoint)
    assert fit.method == FIRTH
    for i in range(len(fit.terms)):
        at = f"lung Firth {name} {i + 1}"
        # R finds a maximum of two coefficients by a search, to the root of its precision.
        agrees(fit.hazard_ratio[i], at, rel=5e-6)
        agrees(fit.low[i], f"{at} low", rel=5e-6)
        agrees(fit.high[i], f"{at} high", rel=5e-6)
        agrees(fit.p_values[i], f"{at} P", rel=1e-6)


def test_a_table_of_vcd_has_its_odds_ratio_and_relative_risk():
    found = two_by_two(*(int(R[f"Arthritis count {i}"]) for i in range(1, 5)))
    assert np.log(found.odds_ratio) == pytest.approx(R["Arthritis log odds ratio"], rel=1e-9)
    z = 1.959963984540054
    assert np.log(found.odds_woolf[1] / found.odds_woolf[0]) / (2 * z) == pytest.approx(
        R["Arthritis its error"], rel=1e-9
    )
    for i, value in enumerate((found.odds_ratio, *found.odds_woolf), 1):
        agrees(value, f"Arthritis odds ratio {i}")
    for i, value in enumerate((found.risk_ratio, *found.risk_katz), 1):
        agrees(value, f"Arthritis relative risk {i}")
    agrees(found.p_fisher, "Arthritis Fisher")
    strata = [[R[f"Arthritis stratum {k} {i}"] for i in range(1, 5)] for k in (1, 2)]
    pooled = pool_strata(np.array(strata, dtype=int).reshape(2, 2, 2))
    agrees(pooled.odds_ratio, "Arthritis Mantel-Haenszel")
    agrees(pooled.low, "Arthritis Mantel-Haenszel low")
    agrees(pooled.high, "Arthritis Mantel-Haenszel high")
    agrees(pooled.p, "Arthritis Mantel-Haenszel P")
