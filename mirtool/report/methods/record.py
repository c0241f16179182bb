"""What sentences are made from: the record of one step, and words for numbers and names.

A number that the record does not hold is None; a sentence does without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mirtool.report.methods.bibliography import references_in
from mirtool.report.platform import ARRAY, LANE, PANEL, SAMPLE, Terms, unit_of
from mirtool.rules import Rule
from mirtool.settings import Method

MOST_NAMED = 5
"""Names that a sentence lists; of more it gives the number."""


@dataclass(frozen=True)
class StepRecord:
    """The record of the last run of one step, as ``results/run.json`` holds it; ``unit`` is what was measured."""

    step: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    unit: str = ARRAY

    @property
    def is_panel(self) -> bool:
        """True where the samples were measured by a qPCR panel."""
        return self.unit == PANEL

    @cached_property
    def terms(self) -> Terms:
        """The words of the platform."""
        return Terms(self.unit)

    @property
    def noun(self) -> str:
        """What one column of the values is called."""
        return self.terms.said("array")

    @property
    def row(self) -> str:
        """What a row of the values is: a probe, or a miRNA whose reads were counted."""
        return self.terms.said("probe")

    @property
    def whole(self) -> str:
        """What a universe of miRNAs is taken from: the array, the panel of a code set, or what was sequenced."""
        words = {LANE: "of the panel", PANEL: "of the panel", SAMPLE: "that were counted"}
        return words.get(self.unit, "of the array")

    @property
    def values(self) -> str:
        """What the values are called."""
        return {ARRAY: "intensities", PANEL: "relative amounts"}.get(self.unit, "counts")

    @property
    def platform(self) -> str:
        """By what the findings were made."""
        return {LANE: "the lanes", SAMPLE: "sequencing", PANEL: "the panel"}.get(self.unit, "the array")

    def argument(self, name: str) -> Any:
        """Return an argument; None where it was not given or is not recorded."""
        return self.arguments.get(name)

    def number(self, *names: str) -> Any:
        """Return an entry of the summary by the names on the way to it; None where there is none."""
        found: Any = self.summary
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def wrote(self, ending: str) -> bool:
        """Return True if a file whose path ends so was written."""
        return any(path.endswith(ending) for path in self.outputs)


def records_of(runs: Mapping[str, Any]) -> dict[str, StepRecord]:
    """Return the records of :func:`mirtool.study.record.read_runs` by step."""
    parts = ("arguments", "summary", "outputs", "versions", "inputs")
    unit = unit_of(runs)
    return {
        step: StepRecord(step, **{part: run.get(part) or {} for part in parts}, unit=unit)
        for step, run in runs.items()
    }


def references_of(method: Method | None) -> tuple[str, ...]:
    """Return the references of a registry's method; none where the method is not known."""
    return () if method is None else references_in(method.reference)


def joined(words: Iterable[str], conjunction: str = "and") -> str:
    """Return words as a list within a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    own = list(words)
    if len(own) < 2:
        return "".join(own)
    return f"{', '.join(own[:-1])} {conjunction} {own[-1]}"


def named(names: Sequence[str], one: str, many: str = "") -> str:
    """Return a few names in parentheses after their number, many as their number.

    Examples
    --------
    >>> named(["P06"], "array"), named([str(i) for i in range(9)], "array")
    ('1 array (P06)', '9 arrays')
    """
    from mirtool.wording import plural

    counted = plural(len(names), one, many)
    return f"{counted} ({joined(names)})" if 0 < len(names) <= MOST_NAMED else counted


def number(value: float) -> str:
    """Return a number as a sentence gives it: at most four digits, thousands separated.

    Examples
    --------
    >>> number(30.0), number(0.05), number(3.645020), number(12480)
    ('30', '0.05', '3.645', '12,480')
    """
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def extent(values: Sequence[float], *, unit: str = "") -> str:
    """Return the range of numbers: ``62 to 99``, or the one number they all are."""
    low, high = number(min(values)), number(max(values))
    return f"{low if low == high else f'{low} to {high}'}{unit}"


def aside(*parts: str) -> str:
    """Return parts in parentheses after a blank, nothing where there is none; parentheses inside become brackets.

    Examples
    --------
    >>> "sets" + aside("GO (2022)", ""), "sets" + aside("")
    ('sets (GO [2022])', 'sets')
    """
    text = ", ".join(part for part in parts if part)
    return f" ({text.replace('(', '[').replace(')', ']')})" if text else ""


def chosen_by(rule: str) -> str:
    """Return by what probes were chosen, as a record has it, in the words of a text.

    Examples
    --------
    >>> chosen_by("regulation by volcano P (ill / healthy)"), chosen_by("the 50 of largest variance")
    ('up or down by fold change and P; ill / healthy', 'the 50 of largest variance')
    """
    for each in Rule:
        column, rest = rule[: len(each.column)], rule[len(each.column) :]
        if column == each.column:
            return "; ".join(part for part in (f"up or down by {each.words}", rest.strip(" ()")) if part)
    return rule


def were(n: int) -> str:
    """Return ``was`` for one, ``were`` for others."""
    return "was" if n == 1 else "were"
