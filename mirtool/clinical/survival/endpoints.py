"""What is followed: a time and an event for each patient, from two columns, named or found by their heads."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import MirtoolError, UsageError, option
from mirtool.model import BoolArray, FloatArray
from mirtool.settings import unknown_choice

_TIME_WORDS = frozenset({"time", "times", "months", "month", "days", "years", "weeks", "duration", "followup"})
_EVENT_WORDS = frozenset({"event", "events", "status", "dead", "death", "died", "censor", "censored", "cens"})
SURVIVAL = "survival"
"""The name of an endpoint whose columns do not give it one."""


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
    """

    name: str
    time: Variable
    event: Variable
    level: str
    times: FloatArray
    events: FloatArray
    entries: FloatArray | None = None

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
            _endpoint(table, name, time, event, None, None) for name, time, event in pairs_of(table)
        )  # fmt: skip
    if settings.time is None or settings.event is None:
        lacking = "time" if settings.time is None else "event"
        raise UsageError(
            "survival needs a time and an event", parameter=lacking, expected=option(lacking, "COLUMN")
        )
    event, _, level = (part.strip() for part in settings.event.partition("="))
    time = table.variable(settings.time, "time")
    name = " ".join(_stem(time.name, _TIME_WORDS)) or SURVIVAL
    own = _endpoint(
        table, name, time, table.categorical(event, "event"), level or None,
        None if settings.entry is None else table.variable(settings.entry, "entry"),
    )  # fmt: skip
    return (own,)


def pairs_of(table: PatientTable) -> list[tuple[str, Variable, Variable]]:
    """Return name, time and event of every pair of columns that belong together by their heads."""
    times: dict[tuple[str, ...], list[Variable]] = {}
    events: dict[tuple[str, ...], list[Variable]] = {}
    for variable in table.analyzed:
        words = set(_words(variable.name))
        if variable.kind is Kind.CONTINUOUS and _TIME_WORDS & words:
            times.setdefault(_stem(variable.name, _TIME_WORDS), []).append(variable)
        elif len(variable.levels) == 2 and _EVENT_WORDS & words:
            events.setdefault(_stem(variable.name, _EVENT_WORDS), []).append(variable)
    return [
        (" ".join(stem) or SURVIVAL, times[stem][0], events[stem][0])
        for stem in times
        if len(times[stem]) == 1 and len(events.get(stem, ())) == 1
    ]


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.casefold())


def _stem(name: str, without: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in _words(name) if word not in without)


def _endpoint(
    table: PatientTable, name: str, time: Variable, event: Variable, level: str | None, entry: Variable | None
) -> Endpoint:
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
    if len(event.levels) != 2:
        raise UsageError(
            f"the event {event.name} is of more than one kind, and one kind of event competes with another",
            parameter="event",
            found=", ".join(event.levels),
            expected="a column of two levels, such as no and yes",
            hint="competing risks are not computed; make a column for any event, or for the one that is meant if "
            "patients with another one can be taken as censored",
        )
    own = level if level is not None else event.levels[1]
    events = np.where(event.present, event.values == event.levels.index(own), np.nan).astype(np.float64)
    entries = None if entry is None else entry.values
    _check(table, time, time.values < 0, "a time is negative")
    if entry is not None:
        _check(table, entry, entry.values >= time.values, "a patient leaves before coming under observation")
    return Endpoint(name, time, event, own, time.values, events, entries)


def _check(table: PatientTable, variable: Variable, wrong: BoolArray, problem: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise MirtoolError(
            problem, path=table.path or None, column=variable.name,
            found=f"{variable.values[row]:g} of patient {table.patients[row]}",
        )  # fmt: skip
