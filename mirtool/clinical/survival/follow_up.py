"""The follow-up of patients: survival of the groups, tests between them, hazard ratios of the variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mirtool.clinical.baseline import chosen_variables
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.competing import IncidenceCurves, gray_test, incidence_curves
from mirtool.clinical.survival.cox import FIRTH, CoxFit, fit_cox
from mirtool.clinical.survival.curves import SurvivalCurve, survival_curve
from mirtool.clinical.survival.endpoints import Endpoint
from mirtool.clinical.survival.log_rank import SurvivalTest, SurvivalTests, compare_survival
from mirtool.clinical.variables import PatientTable, Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, Table, text_array
from mirtool.stats.adjustment import adjust_p_values

ALL = "all"


@dataclass(frozen=True)
class HazardChange:
    """The test that one hazard ratio does not change with time.

    Parameters
    ----------
    variable
        What the hazard ratio is of.
    p
        P of Grambsch and Therneau's test.
    adjusted
        The same by Holm's method over all terms of the endpoint that were tested alone, or over those of the
        model: of twenty true assumptions one has P ≤ 0.05 by chance.
    """

    variable: str
    p: float
    adjusted: float


@dataclass(frozen=True, eq=False)
class FollowUp:
    """One endpoint.

    Parameters
    ----------
    endpoint
        Times and events.
    curves
        Group to its survival; ``all`` where there are no groups. Empty for one of several kinds of event, where
        the estimate would take patients with another kind as censored.
    until
        End of the restricted mean.
    tests
        Between the groups; None where there are fewer than two.
    alone
        The hazard ratios of every variable alone.
    model
        Those of the covariates together; None without.
    strata
        Name of the column of the strata; empty without.
    not_compared
        Variables without a hazard ratio, and why.
    without
        Patients left out: without a time, event, or group.
    confidence
        Level of the intervals.
    by
        The variable that makes the groups, where it is not that of the whole analysis.
    incidence
        Of one of several kinds of event: group to the cumulative incidence of all kinds.
    gray
        Gray's test of the incidence between groups; None for fewer than two, and where patients came in later.
    """

    endpoint: Endpoint
    curves: Mapping[str, SurvivalCurve]
    until: float
    tests: SurvivalTests | None
    alone: tuple[CoxFit, ...]
    model: CoxFit | None
    strata: str
    not_compared: tuple[str, ...]
    without: int
    confidence: float
    by: str = ""
    incidence: Mapping[str, IncidenceCurves] = field(default_factory=dict)
    gray: SurvivalTest | None = None

    @property
    def name(self) -> str:
        """What is followed, and the variable that makes the groups where it is not that of the whole analysis."""
        return f"{self.endpoint.name} by {self.by}" if self.by else self.endpoint.name

    @property
    def monotone(self) -> list[str]:
        """The variables whose likelihood has no maximum, alone or in the model: Firth's penalty was used."""
        fits = [*self.alone, *([self.model] if self.model is not None else [])]
        names = (term.variable.name for fit in fits if fit.method == FIRTH for term in fit.terms)
        return list(dict.fromkeys(names))

    @property
    def changes(self) -> tuple[HazardChange, ...]:
        """The tests of proportional hazards: of every term alone, then of the terms of the model."""
        found: list[HazardChange] = []
        for fits in (self.alone, (self.model,) if self.model is not None else ()):
            names = [term.variable.name for fit in fits for term in fit.terms]
            p = np.concatenate([fit.p_proportional for fit in fits]) if fits else np.empty(0)
            adjusted = adjust_p_values(p, "holm")
            found += [HazardChange(*each) for each in zip(names, p.tolist(), adjusted.tolist(), strict=True)]
        return tuple(found)

    def changing(self, alpha: float, *, adjusted: bool = True) -> list[str]:
        """Return the variables whose hazard ratios change with time: P, adjusted or not, at most ``alpha``."""
        names = [each.variable for each in self.changes if (each.adjusted if adjusted else each.p) <= alpha]
        return list(dict.fromkeys(names))


def follow(
    table: PatientTable, settings: ClinicalSettings, endpoint: Endpoint, group: Variable | None, but: Sequence[str]
) -> FollowUp:
    """Estimate and compare survival.

    Parameters
    ----------
    table
        The patients.
    settings
        Which variables, strata, covariates, and the level of confidence.
    endpoint
        Times and events.
    group
        The groups compared; None for all patients together.
    but
        Columns that are no variables: those of the endpoints.

    Raises
    ------
    NotEnoughDataError
        Where there is no event, or the model of the covariates can't be fitted.
    UsageError
        Where the settings name columns that are not there.
    """
    known = endpoint.known if group is None else endpoint.known & group.present
    if not (endpoint.events[known] == 1).any():
        raise NotEnoughDataError(
            f"no patient has the event {endpoint.event.name} = {endpoint.level}", path=table.path or None
        )
    strata = table.categorical(settings.strata, "strata") if settings.strata else None
    members: dict[str, BoolArray] = {ALL: known}
    if group is not None:
        members = {level: known & (group.values == code) for code, level in enumerate(group.levels)}
        members = {level: own for level, own in members.items() if own.any()}
    longest = min(float(endpoint.times[own].max()) for own in members.values())
    until = longest if settings.until is None else settings.until
    curves, incidence, tests, gray = {}, {}, None, None
    if endpoint.competing is None:
        curves = {level: _curve(endpoint, own, settings.confidence) for level, own in members.items()}
    else:
        incidence = {level: _incidence(endpoint, own, settings.confidence) for level, own in members.items()}
    if len(members) > 1:
        compared = known if strata is None else known & strata.present
        codes = np.select([own[compared] for own in members.values()], range(len(members)))
        tests = compare_survival(
            endpoint.times[compared], endpoint.events[compared] == 1, np.asarray(codes, dtype=np.int64),
            None if strata is None else strata.values[compared].astype(np.int64),
            None if endpoint.entries is None else endpoint.entries[compared],
        )  # fmt: skip
        if endpoint.competing is not None and endpoint.entries is None:
            gray = gray_test(
                endpoint.times[compared], endpoint.competing.kinds[compared].astype(np.int64),
                np.asarray(codes, dtype=np.int64), endpoint.competing.place,
                None if strata is None else strata.values[compared].astype(np.int64),
            )  # fmt: skip
    left_out = [*but, *([strata.name] if strata else [])]
    alone, failed = [], []
    for variable in chosen_variables(table, settings, but=left_out):
        try:
            alone.append(fit_cox([variable], endpoint, strata, confidence=settings.confidence))
        except NotEnoughDataError as error:
            failed.append(f"{variable.name}: {error.found or error.problem}")
    model = None
    if settings.covariates:
        chosen = [table.usable(name, "covariates", "be in the model") for name in settings.covariates]
        model = fit_cox(chosen, endpoint, strata, confidence=settings.confidence)
    return FollowUp(
        endpoint, curves, float(until), tests, tuple(alone), model, settings.strata or "", tuple(failed),
        int((~known).sum()), settings.confidence, incidence=incidence, gray=gray,
    )  # fmt: skip


def _curve(endpoint: Endpoint, own: BoolArray, confidence: float) -> SurvivalCurve:
    entries = None if endpoint.entries is None else endpoint.entries[own]
    return survival_curve(endpoint.times[own], endpoint.events[own] == 1, entries, confidence=confidence)


def _incidence(endpoint: Endpoint, own: BoolArray, confidence: float) -> IncidenceCurves:
    assert endpoint.competing is not None  # the caller looked
    kinds = endpoint.competing.kinds[own].astype(np.int64)
    entries = None if endpoint.entries is None else endpoint.entries[own]
    n_kinds = len(endpoint.competing.causes)
    return incidence_curves(endpoint.times[own], kinds, n_kinds, entries, confidence=confidence)


def follow_split(table: PatientTable, settings: ClinicalSettings, endpoint: Endpoint, split: Variable) -> FollowUp:
    """Estimate and compare survival between the levels of one variable, without hazard ratios of others.

    Raises
    ------
    NotEnoughDataError
        Where there is no event.
    """
    only = settings.replace(covariates=(), variables=(split.name,))
    return replace(follow(table, only, endpoint, split, ()), by=split.name)


def survival_table(found: Sequence[FollowUp]) -> Table:
    """Return a row per endpoint and group: patients, events, median, restricted mean."""
    rows = [(each, level, curve) for each in found for level, curve in each.curves.items()]
    interval = f"{100 * found[0].confidence:g}%"
    medians = np.array([curve.quantile() for _, _, curve in rows]).reshape(-1, 3)
    means = np.array([curve.restricted_mean(each.until) for each, _, curve in rows]).reshape(-1, 2)
    expected = [_expected(each, level) for each, level, _ in rows]
    return Table(
        {
            "endpoint": text_array(each.name for each, _, _ in rows),
            "group": text_array(level for _, level, _ in rows),
            "patients": np.array([int(curve.events.sum() + curve.censored.sum()) for _, _, curve in rows]),
            "events": np.array([curve.n_events for _, _, curve in rows]),
            "events expected": np.array(expected),
            "median survival": medians[:, 0],
            f"median survival {interval} low": medians[:, 1],
            f"median survival {interval} high": medians[:, 2],
            "restricted mean": means[:, 0],
            "standard error of the restricted mean": means[:, 1],
            "restricted to": np.array([each.until for each, _, _ in rows]),
        },
        (("mirtool clinical", "survival"), ("median survival", "inf where survival stays above one half")),
    )


def _expected(each: FollowUp, level: str) -> float:
    return np.nan if each.tests is None else float(each.tests.expected[list(each.curves).index(level)])


def curves_table(found: Sequence[FollowUp]) -> Table:
    """Return a row per endpoint, group and time at which something happened."""
    rows = [(each, level, curve) for each in found for level, curve in each.curves.items()]
    interval = f"{100 * found[0].confidence:g}%"

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(curve, name) for _, _, curve in rows])

    return Table(
        {
            "endpoint": text_array(each.name for each, _, c in rows for _ in c.times),
            "group": text_array(level for _, level, c in rows for _ in c.times),
            "time": joined("times"),
            "at risk": joined("at_risk"),
            "events": joined("events"),
            "censored": joined("censored"),
            "survival": joined("survival"),
            f"survival {interval} low": joined("low"),
            f"survival {interval} high": joined("high"),
        },
        (("mirtool clinical", "Kaplan-Meier estimates"),),
    )


def tests_table(found: Sequence[FollowUp]) -> Table:
    """Return a row per endpoint and test between the groups."""
    rows = [(each, test) for each in found for test in _tests_of(each)]
    return Table(
        {
            "endpoint": text_array(each.name for each, _ in rows),
            "test": text_array(test.name for _, test in rows),
            "strata": text_array(each.strata for each, _ in rows),
            "chi-square": np.array([test.statistic for _, test in rows], dtype=np.float64),
            "degrees of freedom": np.array([test.degrees for _, test in rows], dtype=np.int64),
            "P": np.array([test.p for _, test in rows], dtype=np.float64),
        },
        (("mirtool clinical", "tests of survival between groups"),),
    )


def _tests_of(found: FollowUp) -> tuple[SurvivalTest, ...]:
    tests = () if found.tests is None else found.tests.tests
    if found.endpoint.competing is None:
        return tests
    specific = tuple(replace(test, name=f"cause-specific {test.name}") for test in tests[:1])
    return specific if found.gray is None else (found.gray, *specific)


def incidence_table(found: Sequence[FollowUp]) -> Table:
    """Return a row per kind of event and group: patients, events, and the incidence at a time."""
    rows = [(each, level, curves) for each in found for level, curves in each.incidence.items()]
    interval = f"{100 * found[0].confidence:g}%"
    estimates = np.array([curves.at(each.until, _place(each)) for each, _, curves in rows]).reshape(-1, 3)
    return Table(
        {
            "endpoint": text_array(each.name for each, _, _ in rows),
            "group": text_array(level for _, level, _ in rows),
            "patients": np.array([curves.patients for _, _, curves in rows], dtype=np.int64),
            "events": np.array(
                [int(curves.events[_place(each)].sum()) for each, _, curves in rows], dtype=np.int64
            ),
            "cumulative incidence": estimates[:, 0],
            f"cumulative incidence {interval} low": estimates[:, 1],
            f"cumulative incidence {interval} high": estimates[:, 2],
            "at time": np.array([each.until for each, _, _ in rows]),
        },
        (("mirtool clinical", "cumulative incidence of competing events"),),
    )


def incidence_curves_table(found: Sequence[FollowUp]) -> Table:
    """Return a row per kind of event, group and time of any event."""
    rows = [(each, level, curves) for each in found for level, curves in each.incidence.items()]
    interval = f"{100 * found[0].confidence:g}%"

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(curves, name)[_place(each)] for each, _, curves in rows])

    return Table(
        {
            "endpoint": text_array(each.name for each, _, curves in rows for _ in curves.times),
            "group": text_array(level for _, level, curves in rows for _ in curves.times),
            "time": np.concatenate([curves.times for _, _, curves in rows]),
            "at risk": np.concatenate([curves.at_risk for _, _, curves in rows]),
            "events": joined("events"),
            "cumulative incidence": joined("incidence"),
            f"cumulative incidence {interval} low": joined("low"),
            f"cumulative incidence {interval} high": joined("high"),
        },
        (("mirtool clinical", "Aalen-Johansen estimates"),),
    )


def _place(found: FollowUp) -> int:
    assert found.endpoint.competing is not None  # it has incidences
    return found.endpoint.competing.place - 1


def hazards_table(found: Sequence[FollowUp]) -> Table:
    """Return a row per endpoint, model and term: the hazard ratio, and P that it changes with time."""
    fits = [
        (each, words, fit)
        for each in found
        for words, fit in [
            *(("alone", fit) for fit in each.alone),
            *([("together", each.model)] if each.model else []),
        ]
    ]
    rows = [(each, words, fit, i) for each, words, fit in fits for i in range(len(fit.terms))]
    interval = f"{100 * found[0].confidence:g}%" if found else ""

    def numbers(name: str) -> FloatArray:
        return np.array([getattr(fit, name)[i] for _, _, fit, i in rows], dtype=np.float64)

    return Table(
        {
            "endpoint": text_array(each.name for each, *_ in rows),
            "model": text_array(words for _, words, *_ in rows),
            "variable": text_array(fit.terms[i].variable.name for _, _, fit, i in rows),
            "comparison": text_array(fit.terms[i].label for _, _, fit, i in rows),
            "patients": np.array([fit.n for _, _, fit, _ in rows], dtype=np.int64),
            "events": np.array([fit.events for _, _, fit, _ in rows], dtype=np.int64),
            "hazard ratio": numbers("hazard_ratio"),
            f"hazard ratio {interval} low": numbers("low"),
            f"hazard ratio {interval} high": numbers("high"),
            "P": numbers("p_values"),
            "P (proportional hazards)": numbers("p_proportional"),
            "P (proportional hazards, Holm)": np.array([c.adjusted for each in found for c in each.changes]),
            "method": text_array(fit.method for _, _, fit, _ in rows),
            "concordance": np.array([fit.concordance for _, _, fit, _ in rows], dtype=np.float64),
        },
        (("mirtool clinical", "Cox regression, ties by Efron"),),
    )
