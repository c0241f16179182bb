"""What is followed: a time and an event for each patient, from two columns, named or found by their heads.

An event of more than two levels is one of several kinds that compete: each kind is an endpoint of its own, whose
hazard is cause-specific (patients with another kind leave the patients at risk), and whose incidence takes the
other kinds into account (:mod:`mirtool.clinical.survival.competing`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from mirtool.clinical.columns import says_no
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import MirtoolError, UsageError, option
from mirtool.model import BoolArray, FloatArray
from mirtool.settings import unknown_choice

_TIME_WORDS = frozenset({"time", "times", "months", "month", "days", "years", "weeks", "duration", "followup"})
_EVENT_WORDS = frozenset({"event", "events", "status", "dead", "death", "died", "censor", "censored", "cens"})
SURVIVAL = "survival"
"""The name of an endpoint whose columns do not give it one."""


_MOST_KINDS = 5
"""Levels of an event column, found by its head, up to which they are taken for kinds of event."""


@dataclass(frozen=True, eq=False)
class CompetingEvents:
    """What happened first to each patient.

    Parameters
    ----------
    causes
        The kinds of event.
    kinds
        One per patient: 0 nothing, 1, 2 … the place of the kind, NaN missing.
    place
        Which kind, 1, 2 …, the endpoint is.
    """

    causes: tuple[str, ...]
    kinds: FloatArray
    place: int

    @property
    def others(self) -> tuple[str, ...]:
        """The kinds that compete with the endpoint."""
        return tuple(cause for i, cause in enumerate(self.causes, 1) if i != self.place)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """Times and events of the patients.

    Parameters
    ----------
    name
        What is followed.
    time
        Column of the times.
    event
        Column of the events.
    level
        The level of the event column that is one.
    times, events
        Time and event per patient, NaN missing.
    entries
        When a patient came under observation; None where all did at 0.
    competing
        The kinds of event of which this is one; None where there is one kind only.
    """

    name: str
    time: Variable
    event: Variable
    level: str
    times: FloatArray
    events: FloatArray
    entries: FloatArray | None = None
    competing: CompetingEvents | None = None

    @property
    def hazard_of(self) -> str:
        """What a hazard ratio is of, in words."""
        if self.competing is not None:
            return f"{self.name} (cause-specific hazard)"
        return SURVIVAL if self.name == SURVIVAL else f"{SURVIVAL} {self.name}"

    @property
    def known(self) -> BoolArray:
        """Patients whose time and event are known."""
        known: BoolArray = ~np.isnan(self.times) & ~np.isnan(self.events)
        return known if self.entries is None else known & ~np.isnan(self.entries)

    @property
    def columns(self) -> tuple[str, str]:
        """The names of both columns."""
        return self.time.name, self.event.name

    @property
    def axis(self) -> str:
        """The times with their unit, as an axis is called."""
        return self.time.title


def find_endpoints(table: PatientTable, settings: ClinicalSettings) -> tuple[Endpoint, ...]:
    """Return the endpoint that the settings name, else every pair of columns whose heads say so.

    An event of several kinds gives one endpoint per kind, or only the kind that is named.

    A pair has one head with a word of time and one with a word of event, and the same other words: ``os_months``
    and ``os_event``, ``time`` and ``status``.

    Raises
    ------
    UsageError
        Where only one of time and event is named, or a column is not there or of another kind.
    MirtoolError
        For a negative time, or a patient who leaves before coming in.
    """
    if settings.time is None and settings.event is None:
        if settings.entry is not None:
            raise UsageError(
                "an entry needs a time and an event", parameter="entry",
                expected=f"{option('time', 'COLUMN')} and {option('event', 'COLUMN')}",
            )  # fmt: skip
        return tuple(
            endpoint
            for name, time, event in pairs_of(table)
            for endpoint in _endpoints(table, settings, name, time, event, None, None)
        )
    if settings.time is None or settings.event is None:
        lacking = "time" if settings.time is None else "event"
        raise UsageError(
            "survival needs a time and an event", parameter=lacking, expected=option(lacking, "COLUMN")
        )
    event, _, level = (part.strip() for part in settings.event.partition("="))
    time = table.variable(settings.time, "time")
    name = " ".join(_stem(time.name, _TIME_WORDS)) or SURVIVAL
    entry = None if settings.entry is None else table.variable(settings.entry, "entry")
    return _endpoints(table, settings, name, time, table.categorical(event, "event"), level or None, entry)


def pairs_of(table: PatientTable) -> list[tuple[str, Variable, Variable]]:
    """Return name, time and event of every pair of columns that belong together by their heads."""
    times: dict[tuple[str, ...], list[Variable]] = {}
    events: dict[tuple[str, ...], list[Variable]] = {}
    for variable in table.analyzed:
        words = set(_words(variable.name))
        if variable.kind is Kind.CONTINUOUS and _TIME_WORDS & words:
            times.setdefault(_stem(variable.name, _TIME_WORDS), []).append(variable)
        elif _EVENT_WORDS & words and (len(variable.levels) == 2 or _are_kinds(variable)):
            events.setdefault(_stem(variable.name, _EVENT_WORDS), []).append(variable)
    return [
        (" ".join(stem) or SURVIVAL, times[stem][0], events[stem][0])
        for stem in times
        if len(times[stem]) == 1 and len(events.get(stem, ())) == 1
    ]


def _are_kinds(variable: Variable) -> bool:
    return 2 < len(variable.levels) <= _MOST_KINDS and says_no(variable.levels[0])


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.casefold())


def _stem(name: str, without: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in _words(name) if word not in without)


def _endpoints(
    table: PatientTable,
    settings: ClinicalSettings,
    name: str,
    time: Variable,
    event: Variable,
    level: str | None,
    entry: Variable | None,
) -> tuple[Endpoint, ...]:
    for parameter, variable in (("time", time), ("entry", entry)):
        if variable is not None and variable.kind is not Kind.CONTINUOUS:
            raise UsageError(
                f"the column {variable.name!r} holds no times",
                parameter=parameter,
                found=f"{variable.kind}: {variable.why}",
                expected=f"a column of numbers; of two dates make one: {option('duration', 'NAME=START..END')}",
            )
    if level is not None and level not in event.levels:
        raise unknown_choice(f"level of {event.name}", level, event.levels, "event")
    entries = None if entry is None else entry.values
    _check(table, time, time.values < 0, "a time is negative")
    if entry is not None:
        _check(table, entry, entry.values >= time.values, "a patient leaves before coming under observation")
    if len(event.levels) > 2:
        return _of_kinds(settings, name, time, event, level, entries)
    if len(event.levels) < 2:
        raise UsageError(
            f"the event {event.name} has one level only", parameter="event", found=", ".join(event.levels)
        )
    own = level if level is not None else event.levels[1]
    events = np.where(event.present, event.values == event.levels.index(own), np.nan).astype(np.float64)
    return (Endpoint(name, time, event, own, time.values, events, entries),)


def _of_kinds(
    settings: ClinicalSettings,
    name: str,
    time: Variable,
    event: Variable,
    level: str | None,
    entries: FloatArray | None,
) -> tuple[Endpoint, ...]:
    """Return an endpoint per kind of event; the reference level is that nothing happened."""
    nothing, causes = event.levels[0], event.levels[1:]
    if not says_no(nothing) and event.name not in settings.references:
        raise UsageError(
            f"the event {event.name} has several kinds, and it is not clear which level is none",
            parameter="event",
            found=", ".join(event.levels),
            expected=f"the level of patients without any event: {option('reference', f'{event.name}=LEVEL')}",
        )
    if level == nothing:
        raise UsageError(f"{nothing} is the level without an event", parameter="event", expected=", ".join(causes))
    found = []
    for place, cause in enumerate(causes, 1):
        if level is None or level == cause:
            own = cause if name == SURVIVAL else f"{name}: {cause}"
            events = np.where(event.present, event.values == place, np.nan).astype(np.float64)
            kinds = CompetingEvents(causes, event.values, place)
            found.append(Endpoint(own, time, event, cause, time.values, events, entries, kinds))
    return tuple(found)


def _check(table: PatientTable, variable: Variable, wrong: BoolArray, problem: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise MirtoolError(
            problem, path=table.path or None, column=variable.name,
            found=f"{variable.values[row]:g} of patient {table.patients[row]}",
        )  # fmt: skip
