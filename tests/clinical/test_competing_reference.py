"""Competing events against R: incidences by survival, Gray's test by cmprsk; and what the command gives."""

import numpy as np
import pandas as pd
import pytest

import mirtool.api as mt
from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.competing import gray_test, incidence_curves
from mirtool.clinical.survival.endpoints import find_endpoints
from mirtool.errors import UsageError
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_trials_r.csv", missing=np.nan)
SETTINGS = ClinicalSettings(
    time="first_time", event="first", kind=("nodes=continuous",), order=("rx=Obs<Lev<Lev+5FU",), group="rx"
)
COLON = read_patients(FOLDER / "clinical_colon.csv", SETTINGS)
TIMES = np.array([1, 4, 1, 2, 5, 7, 2, 3, 6, 3, 3, 8, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6, 8], dtype=float)
KINDS = np.array([2, 2, 1, 3, 3, 1, 2, 2, 1, 3, 2, 1, 3, 2, 2, 2, 3, 1, 3, 3, 2, 2, 1, 1]) - 1


def first_events():
    first = COLON.variables["first"]
    kinds = np.array([{"none": 0, "recurrence": 1, "death": 2}[first.levels[int(code)]] for code in first.values])
    return COLON.variables["first_time"].values, kinds, COLON.variables["rx"].values.astype(int)


@pytest.mark.parametrize("name", ["colon first", "ties"])
def test_incidences_are_those_of_survfit_and_grays_test_that_of_cmprsk(name):
    own = first_events() if name == "colon first" else (TIMES, KINDS, np.repeat([0, 1], 12))
    at = (500, 1500, 2500) if name == "colon first" else (3, 6)
    times, kinds, groups = own
    for kind, cause in enumerate(("recurrence", "death")):
        test = gray_test(times, kinds, groups, kind + 1)
        assert (test.statistic, test.p) == pytest.approx((R[f"{name} {cause} Gray"], R[f"{name} {cause} Gray P"]))
        for group in range(groups.max() + 1):
            curves = incidence_curves(times[groups == group], kinds[groups == group], 2)
            for i, time in enumerate(at, 1 + len(at) * group):
                found = f"{name} {cause} {i}"
                expected = (R[found], R[f"{found} low"], R[f"{found} high"])
                assert curves.at(time, kind) == pytest.approx(expected, rel=1e-9, nan_ok=True)
                place = np.searchsorted(curves.times, time, side="right") - 1
                assert curves.standard_error[kind, place] == pytest.approx(R[f"{found} error"], rel=1e-9)


def test_incidence_with_late_entry_is_that_of_survfit():
    times, kinds, _ = first_events()
    curves = incidence_curves(times, kinds, 2, np.maximum(0, times - 800))
    for i, time in enumerate((500, 1500, 2500), 1):
        place = np.searchsorted(curves.times, time, side="right") - 1
        assert curves.incidence[0, place] == pytest.approx(R[f"late recurrence {i}"], rel=1e-9)
        assert curves.standard_error[0, place] == pytest.approx(R[f"late recurrence {i} error"], rel=1e-9)


def test_incidences_and_the_share_without_an_event_add_up_to_one():
    curves = incidence_curves(TIMES, KINDS, 2)
    at_risk = np.array([(time <= TIMES).sum() for time in curves.times])
    events = np.array([((time == TIMES) & (KINDS > 0)).sum() for time in curves.times])
    assert curves.incidence.sum(axis=0) + np.cumprod(1 - events / at_risk) == pytest.approx(np.ones(len(at_risk)))


def test_every_kind_is_an_endpoint_or_the_one_that_is_named():
    found = find_endpoints(COLON, SETTINGS)
    assert [(each.name, each.level) for each in found] == [
        ("first: death", "death"),
        ("first: recurrence", "recurrence"),
    ]
    (one,) = find_endpoints(COLON, SETTINGS.replace(event="first=recurrence"))
    assert one.competing.others == ("death",)
    assert int(one.events.sum()) == 468
    frame = pd.DataFrame(
        {"t_months": np.arange(1.5, 31), "t_event": ["relapse", "death", "lost"] * 10, "x": range(30)}
    )
    own = ClinicalSettings(time="t_months", event="t_event")
    with pytest.raises(UsageError, match="not clear which level is none"):
        find_endpoints(read_patients(frame, own), own)
    stated = own.replace(reference=("t_event=lost",))
    assert [each.level for each in find_endpoints(read_patients(frame, stated), stated)] == ["death", "relapse"]
    with pytest.raises(UsageError, match="lost is the level without an event"):
        find_endpoints(read_patients(frame, stated), stated.replace(event="t_event=lost"))


def test_the_command_gives_incidence_in_place_of_survival():
    result = mt.clinical(
        FOLDER / "clinical_colon.csv", group="rx", time="first_time", event="first", variables=("rx", "sex"),
        covariates=("rx", "sex"),
    )  # fmt: skip
    tables = result.tables()
    assert {"incidence", "incidence_curves", "survival_tests", "hazards"} <= set(tables)
    assert "survival" not in tables  # one minus Kaplan and Meier's estimate would overstate the incidence
    tests = dict(zip(tables["survival_tests"].columns["test"], tables["survival_tests"].columns["P"], strict=True))
    assert set(tests) == {"Gray", "cause-specific log-rank"}
    assert {"clinical_incidence_first_death", "clinical_incidence_first_recurrence"} <= set(result.drawings())
    assert result.drawings()["clinical_incidence_first_recurrence"]().caption.endswith("just before each time.")
    said = " ".join(str(block) for block in result.summary)
    assert "Hazard ratios are cause-specific: patients with death leave the patients at risk." in said
    assert result.numbers()["survival"]["first: recurrence"]["gray"] == pytest.approx(
        R["colon first recurrence Gray P"]
    )
