"""Rows of docs/parity.md on patients; ``benchmarks/parity.py`` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from parity import REFERENCE, largest_difference

from mirtool.clinical.anova import read_terms, screen_anova
from mirtool.clinical.association import two_by_two
from mirtool.clinical.best_cutoff import cutoff_for_outcome
from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.interactions import interactions_in_hazards, interactions_in_odds
from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.competing import gray_test, incidence_curves
from mirtool.clinical.survival.cox import fit_cox
from mirtool.clinical.survival.curves import survival_curve
from mirtool.clinical.survival.endpoints import Endpoint, find_endpoints
from mirtool.clinical.survival.log_rank import compare_survival
from mirtool.clinical.trend import compare_levels
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.io.tables.text_tables import read_table
from mirtool.model import text_array

Row = tuple[str, str, str, float, float]
SURVIVAL, CAR = "R 4.2.2, survival 3.5", "R 4.2.2, car 3.1"
SETTINGS = {
    "lung": ClinicalSettings(
        time="time", event="status", kind=("inst=nominal", "ph_karno=continuous", "pat_karno=continuous")
    ),
    "colon": ClinicalSettings(
        time="time", event="status", kind=("nodes=continuous",), order=("rx=Obs<Lev<Lev+5FU",)
    ),
}
PATIENTS = {"lung": "lung, 228 patients", "colon": "colon, 929 patients"}
MODELS = (
    ("lung cox", ("age", "sex", "ph_karno", "wt_loss"), ""),
    ("lung cox over inst", ("age", "sex"), "inst"),
    ("lung cox entry", ("age", "sex"), ""),
    ("colon cox", ("rx", "sex", "age", "nodes"), ""),
    ("colon cox over differ", ("rx", "nodes"), "differ"),
)


def rows() -> Iterable[Row]:
    """Return the rows: survival, competing events, tables, miRNAs over levels."""
    r = _reference("clinical_trials_r.csv")
    tables = {name: read_patients(REFERENCE / f"clinical_{name}.csv", own) for name, own in SETTINGS.items()}
    for name, table in tables.items():
        (endpoint,) = find_endpoints(table, SETTINGS[name])
        column, strata, times = ("sex", "ph_ecog", (100, 300, 600)) if name == "lung" else (
            "rx", "obstruct", (500, 1500, 2500),
        )  # fmt: skip
        groups = table.variables[column].values.astype(int)
        found = _curves(endpoint, groups, r, f"{name} {column}", 700 if name == "lung" else 2500, times)
        yield (
            "survival: estimates, intervals, medians, means",
            f"{SURVIVAL} `survfit`",
            PATIENTS[name],
            found,
            1e-8,
        )
        found = _tests(endpoint, groups, table.variables[strata], r, name, column)
        yield "log-rank, over strata, Fleming–Harrington", f"{SURVIVAL} `survdiff`", PATIENTS[name], found, 1e-8
    fits = [_cox(tables, r, *model) for model in MODELS]
    worst = np.max(fits, axis=0)
    both = "lung and colon, 5 models: strata, late entry"
    yield "hazard ratios, intervals, P; concordance", f"{SURVIVAL} `coxph`", both, float(worst[0]), 1e-6
    yield "P (proportional hazards)", f"{SURVIVAL} `cox.zph`", both, float(worst[1]), 1e-6
    yield _firth(tables["lung"], r)
    yield from _competing(tables["colon"], r)
    found = two_by_two(*(int(r[f"Arthritis count {i}"]) for i in range(1, 5)))
    own = [found.odds_ratio, *found.odds_woolf, found.risk_ratio, *found.risk_katz, found.p_fisher]
    names = [f"{what} {i}" for what in ("odds ratio", "relative risk") for i in (1, 2, 3)]
    expected = [r[f"Arthritis {name}"] for name in (*names, "Fisher")]
    difference = largest_difference(np.array(own), np.array(expected))
    yield (
        "odds ratio, relative risk, Fisher's P",
        "epitools 0.5, vcd 1.4",
        "Arthritis, 84 patients",
        difference,
        1e-8,
    )
    yield from _levels(tables["lung"])


def _reference(name: str) -> dict[str, float]:
    table = read_table(REFERENCE / name)
    # R has no value where a median is not reached.
    values = [np.inf if cell == "NA" else float(cell) for cell in table.text(1)]
    return dict(zip(table.text(0), values, strict=True))


def _curves(
    endpoint: Endpoint, groups: np.ndarray, r: dict[str, float], name: str, until: float, times: Sequence[float]
) -> float:
    own, expected = [], []
    for i in range(int(groups.max()) + 1):
        member = groups == i
        curve = survival_curve(endpoint.times[member], endpoint.events[member] == 1)
        own += [*curve.quantile(), *curve.restricted_mean(until)]
        parts = ("median", "median low", "median high", "mean", "mean se")
        expected += [r[f"{name} {i + 1} {part}"] for part in parts]
        for j, time in enumerate(times, 1 + len(times) * i):
            place = int(np.searchsorted(curve.times, time, side="right")) - 1
            own += [curve.survival[place], curve.low[place], curve.high[place]]
            expected += [r[f"{name} {part} {j}"] for part in ("surv", "lower", "upper")]
    finite = np.isfinite(expected)
    same = np.array_equal(np.isfinite(own), finite)
    return largest_difference(np.array(own)[finite], np.array(expected)[finite]) if same else np.inf


def _tests(
    endpoint: Endpoint, groups: np.ndarray, strata: Variable, r: dict[str, float], data: str, column: str
) -> float:
    alone = compare_survival(endpoint.times, endpoint.events == 1, groups)
    known = strata.present
    over = compare_survival(
        endpoint.times[known], endpoint.events[known] == 1, groups[known], strata.values[known].astype(int)
    )
    name = f"{data} log-rank {column}"
    own = [alone.tests[0].statistic, *alone.expected, alone.tests[3].statistic, over.tests[0].statistic]
    expected = [
        r[name], *(r[f"{name} expected {i + 1}"] for i in range(len(alone.expected))),
        r[f"{data} Fleming-Harrington {column}"], r[f"{name} over {strata.name}"],
    ]  # fmt: skip
    return largest_difference(np.array(own), np.array(expected))


def _cox(
    tables: dict[str, PatientTable], r: dict[str, float], name: str, columns: Sequence[str], strata: str
) -> tuple[float, float]:
    data = name.partition(" ")[0]
    settings = SETTINGS[data].replace(entry="entry") if name.endswith("entry") else SETTINGS[data]
    (endpoint,) = find_endpoints(tables[data], settings)
    variables = tables[data].variables
    fit = fit_cox([variables[column] for column in columns], endpoint, variables[strata] if strata else None)
    places = [f"{name} {i + 1}" for i in range(len(fit.terms))]
    own = np.concatenate([fit.hazard_ratio, fit.low, fit.high, fit.p_values, [fit.concordance]])
    expected = [r[f"{at}{part}"] for part in ("", " low", " high", " P") for at in places]
    proportional = largest_difference(fit.p_proportional, np.array([r[f"{at} zph"] for at in places]))
    return largest_difference(own, np.array([*expected, r[f"{name} concordance"]])), proportional


def _firth(table: PatientTable, r: dict[str, float]) -> Row:
    (endpoint,) = find_endpoints(table, SETTINGS["lung"])
    late = ((endpoint.events == 0) & (endpoint.times > 400)).astype(float)
    fit = fit_cox([Variable("marker", Kind.NOMINAL, late, ("no", "yes")), table.variables["sex"]], endpoint)
    own = np.concatenate([fit.hazard_ratio, fit.low, fit.high, fit.p_values])
    expected = [r[f"lung Firth marker and sex {i}{part}"] for part in ("", " low", " high", " P") for i in (1, 2)]
    against = f"{SURVIVAL}: a search with the likelihood of `coxph`"
    return "Firth's hazard ratios, profile intervals, P", against, PATIENTS["lung"], largest_difference(
        own, np.array(expected)
    ), 5e-6  # fmt: skip


def _competing(table: PatientTable, r: dict[str, float]) -> Iterable[Row]:
    first, kinds = table.variables["first"], np.zeros(len(table), dtype=np.int64)
    for place, cause in enumerate(("recurrence", "death"), 1):
        kinds[first.values == first.levels.index(cause)] = place
    times, groups = table.variables["first_time"].values, table.variables["rx"].values.astype(int)
    own, expected, tests = [], [], []
    for kind, cause in enumerate(("recurrence", "death")):
        test = gray_test(times, kinds, groups, kind + 1)
        tests.append((test.statistic, r[f"colon first {cause} Gray"]))
        for group in range(3):
            curves = incidence_curves(times[groups == group], kinds[groups == group], 2)
            for i, time in enumerate((500, 1500, 2500), 1 + 3 * group):
                own += [*curves.at(time, kind)]
                expected += [r[f"colon first {cause} {i}{part}"] for part in ("", " low", " high")]
    difference = largest_difference(np.array(own), np.array(expected))
    yield "cumulative incidence, log-log intervals", f"{SURVIVAL} `survfit`", PATIENTS["colon"], difference, 1e-8
    found, of_r = np.array(tests).T
    yield "Gray's test", "R 4.2.2, cmprsk 2.2", PATIENTS["colon"], largest_difference(found, of_r), 1e-8


def _levels(lung: PatientTable) -> Iterable[Row]:
    r = _reference("clinical_levels_r.csv")
    kinds = ("race=nominal", "ftv=ordinal", "lwt=continuous", "age=continuous")
    births = read_patients(REFERENCE / "clinical_birthwt.csv", ClinicalSettings(kind=kinds))
    visits = Variable("visits", Kind.ORDINAL, np.minimum(births.variables["ftv"].values, 3), ("0", "1", "2", "3"))
    births = PatientTable(births.patients, {**births.variables, "visits": visits})
    fixture, own = "birthwt, 189 births", births.variables
    weight = _expression(own["bwt"].values)
    found = screen_anova(weight, "race * smoke * visits", read_terms("race * smoke * visits", births))
    expected = [[r[f"bwt three {term} {part}"] for term in found.terms] for part in ("sum", "F", "P")]
    difference = largest_difference(np.array([found.sums[0], found.f[0], found.p[0]]), np.array(expected))
    yield "analysis of variance, type II: sums, F, P", f"{CAR} `Anova`", fixture, difference, 1e-8
    means = compare_levels(weight.values, visits.values.astype(int), ordered=True)
    difference = largest_difference(
        np.array([means.statistic[0], means.p[0], means.p_linear[0]]),
        np.array([r["visits F"], r["visits P"], r["visits linear P"]]),
    )
    yield "F over levels, P of the linear contrast", "R 4.2.2 `lm`", fixture, difference, 1e-8
    mother = _expression(own["lwt"].values)
    odds = interactions_in_odds(mother, "low", own["low"].values, [own["smoke"], own["age"]], [])
    (endpoint,) = find_endpoints(lung, SETTINGS["lung"])
    age = _expression(lung.variables["age"].values)
    hazards = interactions_in_hazards(age, endpoint, [lung.variables["sex"]], [], None)
    names = ("low lwt by smoke", "low lwt by age", "lung age by sex")
    difference = largest_difference(
        np.concatenate([odds.ratio[0], hazards.ratio[0], odds.p[0], hazards.p[0]]),
        np.array([r[f"{name} {part}"] for part in ("ratio", "P") for name in names]),
    )
    yield (
        "interactions: ratio, P of the likelihood ratio",
        "R 4.2.2 `glm`, `coxph`",
        "birthwt, lung",
        difference,
        1e-6,
    )
    cut = cutoff_for_outcome(own["lwt"], own["low"].values, "low")
    difference = largest_difference(
        np.array([abs(cut.statistics[cut.best]), cut.cutoff, cut.p_approximate]),
        np.array([r[f"low lwt {part}"] for part in ("statistic", "cut-off", "P")]),
    )
    yield "best cut-off: statistic, P (Lausen–Schumacher)", "R 4.2.2, maxstat 0.7", fixture, difference, 1e-8


def _expression(values: np.ndarray) -> PatientExpression:
    names = text_array(["p1"])
    return PatientExpression(names, names, values[None, :], len(values))
