"""Endpoints: how they are found and refused, and what the command makes of them."""

import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import mirtool.api as mt
from mirtool.cli import main
from mirtool.clinical.profile import profile_fit
from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.cox import FIRTH, fit_cox
from mirtool.clinical.survival.curves import survival_curve
from mirtool.clinical.survival.endpoints import Endpoint, find_endpoints
from mirtool.clinical.survival.partial_likelihood import partial_likelihood, penalized_likelihood, risk_sets
from mirtool.clinical.variables import Kind, Variable
from mirtool.errors import MirtoolError, NotEnoughDataError, UsageError


def patients(n=40, **more):
    rng = np.random.default_rng(4)
    times = rng.exponential(20, n).round(1) + 0.1
    columns = {
        "patient": [f"P{i}" for i in range(n)],
        "group": ["case" if i % 2 else "control" for i in range(n)],
        "os_months": times,
        "os_event": rng.choice(["yes", "no"], n, p=[0.7, 0.3]),
        "pfs_months": (times / 2).round(2),
        "pfs_event": rng.choice([0, 1], n, p=[0.2, 0.8]),
        "dose": rng.normal(5, 1, n).round(2),
    }
    return pd.DataFrame(columns | more)


def test_pairs_of_time_and_event_are_found_by_their_heads():
    found = find_endpoints(read_patients(patients()), ClinicalSettings())
    assert [(each.name, each.columns, each.level) for each in found] == [
        ("os", ("os_months", "os_event"), "yes"),
        ("pfs", ("pfs_months", "pfs_event"), "1"),
    ]


@pytest.mark.parametrize(
    ("frame", "settings", "error", "words"),
    [
        ({}, {"time": "os_months"}, UsageError, "needs a time and an event"),
        ({}, {"entry": "dose"}, UsageError, "an entry needs a time and an event"),
        ({}, {"time": "group", "event": "os_event"}, UsageError, "holds no times"),
        ({}, {"time": "os_months", "event": "os_event=dead"}, UsageError, "unknown level of os_event 'dead'"),
        (
            {"end": ["relapse", "death", "lost", "lost"] * 10},
            {"time": "os_months", "event": "end"},
            UsageError,
            "several kinds, and it is not clear which level is none",
        ),
        ({"os_months": [-1.5, *range(1, 40)]}, {}, MirtoolError, "a time is negative .*-1.5 of patient P0"),
        (
            {"from": [3.5 + i for i in range(40)], "to": [2.5, *(50.5 + i for i in range(39))]},
            {"time": "to", "event": "os_event", "entry": "from"},
            MirtoolError,
            "leaves before coming under observation",
        ),
    ],
)
def test_endpoints_that_can_not_be_are_refused(frame, settings, error, words):
    own = ClinicalSettings(**settings)
    with pytest.raises(error, match=words.replace("(", r"\(")):
        find_endpoints(read_patients(patients(**frame), own), own)


def test_a_median_that_is_not_reached_is_infinite_and_no_warning_escapes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve = survival_curve(np.array([1.0, 2, 3, 4]), np.array([True, False, False, False]))
        assert curve.quantile()[0] == np.inf
        ended = survival_curve(np.array([1.0, 2]), np.array([True, True]))
    assert ended.survival[-1] == 0
    assert np.isnan(ended.low[-1])


def test_a_group_without_an_event_keeps_its_survival():
    curve = survival_curve(np.array([1.0, 2, 3]), np.array([False, False, False]))
    assert curve.survival.tolist() == curve.low.tolist() == [1, 1, 1]
    assert (curve.quantile()[0], curve.restricted_mean(2.5)) == (np.inf, (2.5, 0.0))
    n = 24
    frame = patients(n, group=["a", "b"] * (n // 2), os_event=["no", "yes"] * (n // 2))
    result = mt.clinical(frame[["patient", "group", "os_months", "os_event", "dose"]])
    table = result.tables()["survival"]
    assert list(table.columns["events"]) == [0, 12]


def test_the_command_follows_every_endpoint(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    patients().to_csv("patients.csv", index=False)
    call = [
        "clinical",
        "patients.csv",
        "--covariates",
        "group",
        "--covariates",
        "dose",
        "-o",
        "out",
        "--figures",
        "f",
    ]
    assert main(call) == 0
    said = capsys.readouterr().err
    assert "of 1 variable differ" in said.splitlines()[0]  # times and events are no variables
    assert "Survival os (os_months, os_event = yes), log-rank P = " in said
    assert "Survival pfs (pfs_months, pfs_event = 1), log-rank P = " in said
    names = {path.name for path in Path("out").iterdir()}
    assert {
        f"clinical_{name}.csv" for name in ("survival", "survival_tests", "hazards", "survival_curves")
    } <= names
    assert "that was given" not in Path("out/clinical.columns.csv").read_text()
    drawn = {path.name for path in Path("f").iterdir()}
    assert {"clinical_survival_os.png", "clinical_hazards_pfs.svg"} <= drawn
    assert "together" in Path("out/clinical_hazards.csv").read_text()
    assert "Hazard ratios" in Path("out/clinical.html").read_text()


def test_endpoints_without_an_event_are_left_out_with_a_warning_unless_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    n = 40
    lacking = ["yes" if i == 0 else "no" for i in range(n)]
    frame = patients(os_event=lacking, group=["", *(["a", "b"] * 20)[: n - 1]])
    frame.to_csv("patients.csv", index=False)
    assert main(["clinical", "patients.csv", "-o", "out", "--no-figures"]) == 0
    assert "no survival of os: no patient has the event os_event = yes" in " ".join(
        capsys.readouterr().err.split()
    )
    named = ["--time", "os_months", "--event", "os_event"]
    assert main(["clinical", "patients.csv", *named, "-o", "out", "--no-figures"]) == 1


def test_a_level_without_events_has_firths_hazard_ratio(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame = patients()
    frame["marker"] = ["none" if event == "no" else "present" for event in frame["os_event"]]
    frame[["patient", "group", "os_months", "os_event", "marker"]].to_csv("patients.csv", index=False)
    assert main(["clinical", "patients.csv", "-v", "-o", "out", "--no-figures"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "A level without events, or events in the order of the values: marker; hazard ratio by Firth's" in said
    row = next(line for line in Path("out/clinical_hazards.csv").read_text().splitlines() if ",marker," in line)
    assert "Firth's penalty (profile)" in row


def test_firths_hazard_ratio_of_two_patients_is_that_by_hand():
    # The one with the marker has the event first: the likelihood is p = h / (1 + h), the information p (1 - p), so
    # that 1.5 log p + 0.5 log(1 - p) is largest at p = 1.5 / 2, where h is 3.
    sets = risk_sets(np.array([1.0, 2.0]), np.array([True, False]))
    design = np.array([[1.0], [0.0]])
    fit = profile_fit(partial(penalized_likelihood, sets, design), np.ones(1), [0])
    assert np.exp(fit.coefficients) == pytest.approx([3.0], rel=1e-7)
    gap = 2 * ((1.5 * np.log(0.75) + 0.5 * np.log(0.25)) - 2 * np.log(0.5))
    assert fit.p_values == pytest.approx([stats.chi2.sf(gap, 1)], rel=1e-7)


def test_a_column_that_is_the_same_at_every_event_has_no_hazard_ratio_and_no_warning():
    # In the first stratum all have the marker, in the second none.
    n = 20
    times, level = np.arange(1.0, n + 1), np.repeat([0.0, 1.0], n // 2)
    marker, strata = (Variable(name, Kind.NOMINAL, level, ("no", "yes")) for name in ("marker", "site"))
    endpoint = Endpoint("os", marker, marker, "yes", times, np.ones(n))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NotEnoughDataError, match="the events say nothing of marker"):
            fit_cox([marker], endpoint, strata)
        fit = fit_cox([Variable("dose", Kind.CONTINUOUS, -times)], endpoint)  # the highest has the event first
    assert fit.method == FIRTH
    assert fit.hazard_ratio[0] > 1
    assert fit.p_values[0] < 1e-6


def test_gradients_are_those_of_the_likelihoods():
    rng = np.random.default_rng(2)
    n = 40
    times, events = rng.integers(1, 12, n).astype(float), rng.random(n) < 0.7
    sets = risk_sets(times, events, rng.integers(0, 2, n), times - rng.integers(1, 6, n))
    design, beta, width = rng.normal(size=(n, 3)), np.array([0.3, -0.2, 0.5]), 1e-5
    for likelihood in (partial_likelihood, penalized_likelihood):
        by_differences = [
            (likelihood(sets, design, beta + step)[0] - likelihood(sets, design, beta - step)[0]) / (2 * width)
            for step in width * np.eye(3)
        ]
        assert likelihood(sets, design, beta)[1] == pytest.approx(by_differences, rel=1e-6, abs=1e-6)
