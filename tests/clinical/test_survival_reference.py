"""Survival against R's package survival: curves, medians, means, tests between groups, Cox's regression."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import survdiff

from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.cox import fit_cox
from mirtool.clinical.survival.curves import survival_curve
from mirtool.clinical.survival.endpoints import find_endpoints
from mirtool.clinical.survival.follow_up import follow
from mirtool.clinical.survival.log_rank import compare_survival
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_survival_r.csv")
SETTINGS = ClinicalSettings(time="time", event="status", order=("celltype=squamous<smallcell<adeno<large",))
VETERANS = read_patients(FOLDER / "clinical_veteran.csv", SETTINGS)
(ENDPOINT,) = find_endpoints(VETERANS, SETTINGS)
(ENTERED,) = find_endpoints(VETERANS, SETTINGS.replace(entry="entry"))
V = VETERANS.variables
TIMES, EVENTS = ENDPOINT.times, ENDPOINT.events == 1


def agrees(found, name, rel=1e-8):
    assert found == pytest.approx(R[name], rel=rel), name


@pytest.mark.parametrize(("name", "n"), [("trt", 2), ("entry", 1)])
def test_curves_medians_and_means_are_those_of_survfit(name, n):
    for i in range(n):
        own = V["trt"].values == i if name == "trt" else np.ones(len(TIMES), dtype=bool)
        entries = None if name == "trt" else ENTERED.entries[own]
        curve = survival_curve(TIMES[own], EVENTS[own], entries)
        at = f"{name} {i + 1}"
        for value, part in zip(curve.quantile(), ("median", "median low", "median high"), strict=True):
            agrees(value, f"{at} {part}")
        for value, part in zip(curve.restricted_mean(300), ("mean", "mean se"), strict=True):
            agrees(value, f"{at} {part}")
        for j, time in enumerate((50, 100, 200), 1 + 3 * i):
            place = np.searchsorted(curve.times, time, side="right") - 1
            assert curve.at(time) == pytest.approx((R[f"{name} surv {j}"], R[f"{name} n.risk {j}"]), rel=1e-8)
            agrees(curve.low[place], f"{name} lower {j}")
            agrees(curve.high[place], f"{name} upper {j}")


def test_tests_between_groups_are_those_of_survdiff():
    cells = V["celltype"].values.astype(int)
    found = compare_survival(TIMES, EVENTS, cells)
    agrees(found.tests[0].statistic, "log-rank celltype")
    agrees(found.tests[0].p, "log-rank celltype P")
    agrees(found.tests[3].statistic, "Fleming-Harrington celltype")
    for i in range(4):
        agrees(found.expected[i], f"log-rank celltype expected {i + 1}")
    over = compare_survival(TIMES, EVENTS, V["trt"].values.astype(int), cells)
    agrees(over.tests[0].statistic, "log-rank trt over celltype")
    agrees(over.expected[0], "log-rank trt over celltype expected 1")
    for i, kind in ((1, "gb"), (2, "tw")):  # R has none of these two; statsmodels has
        statistic, p = survdiff(TIMES, EVENTS.astype(int), cells, weight_type=kind)
        assert (found.tests[i].statistic, found.tests[i].p) == pytest.approx((statistic, p), rel=1e-8)


@pytest.mark.parametrize(
    ("name", "columns", "endpoint", "strata"),
    [
        ("cox", ("karno", "age", "trt", "celltype"), ENDPOINT, None),
        ("cox over celltype", ("karno", "trt"), ENDPOINT, "celltype"),
        ("cox entry", ("karno", "age"), ENTERED, None),
    ],
)
def test_coxs_regression_is_coxph_and_its_proportionality_cox_zph(name, columns, endpoint, strata):
    fit = fit_cox([V[column] for column in columns], endpoint, V[strata] if strata else None)
    for i in range(len(fit.terms)):
        at = f"{name} {i + 1}"
        agrees(fit.hazard_ratio[i], at)
        agrees(fit.low[i], f"{at} low")
        agrees(fit.high[i], f"{at} high")
        agrees(fit.p_values[i], f"{at} P", rel=1e-6)
        agrees(fit.p_proportional[i], f"{at} zph", rel=1e-6)
    agrees(fit.p_proportional_all, f"{name} zph all", rel=1e-6)
    agrees(fit.concordance, f"{name} concordance")


def test_one_of_many_hazard_ratios_changes_with_time_by_chance_so_p_is_adjusted_by_holm():
    columns = ("karno", "age", "trt", "prior", "diagtime")
    own = SETTINGS.replace(variables=columns, covariates=("karno", "age"))
    found = follow(VETERANS, own, ENDPOINT, None, ENDPOINT.columns)
    assert [each.variable for each in found.changes] == [*columns, "karno", "age"]
    alone = sorted(found.changes[:5], key=lambda each: each.p)
    by_hand, largest = [], 0.0
    for place, each in enumerate(alone):  # the smallest times 5, the next times 4 …, never falling
        largest = max(largest, min(1.0, (5 - place) * each.p))
        by_hand.append(largest)
    assert [each.adjusted for each in alone] == pytest.approx(by_hand)
    assert set(found.changing(0.05)) <= set(found.changing(0.05, adjusted=False))
    assert "karno" in found.changing(0.05)
