"""Comparisons written as sums and differences of groups: ``resistant - responding``, ``(a + b) / 2 - c``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mirtool.errors import UsageError
from mirtool.wording import did_you_mean

BALANCE = 1e-9
"""How far from zero the weights of a contrast may add up, by rounding of thirds and the like."""

Form = tuple[dict[str, float], float]
"""A weighted sum of groups, and a number beside it."""


@dataclass(frozen=True)
class Contrast:
    """A comparison as a weighted sum of group means, the weights adding up to zero.

    Parameters
    ----------
    text
        As the user wrote it.
    weights
        Group to weight; groups of weight zero are left out.
    """

    text: str
    weights: Mapping[str, float]

    @property
    def tested(self) -> str:
        """The groups of positive weight, in words: what is on top of the ratio."""
        return _side({group: weight for group, weight in self.weights.items() if weight > 0})

    @property
    def reference(self) -> str:
        """The groups of negative weight, in words."""
        return _side({group: -weight for group, weight in self.weights.items() if weight < 0})

    @property
    def is_pair(self) -> bool:
        """True where one group is compared with one other."""
        return sorted(self.weights.values()) == [-1, 1]


def parse_contrast(text: str, groups: Sequence[str]) -> Contrast:
    """Read a comparison written with ``+ - * / ( )``, numbers and the names of groups.

    Names are matched first, the longest first, so that a group may be called ``pre-op`` or ``day 7``.

    Raises
    ------
    UsageError
        Where the text can't be read, names no group, or its weights do not add up to zero: then it is no
        comparison.

    Examples
    --------
    >>> contrast = parse_contrast("(day 1 + day 7) / 2 - day 0", ["day 0", "day 1", "day 7"])
    >>> contrast.tested, contrast.reference, contrast.weights["day 7"]
    ('mean of day 1 and day 7', 'day 0', 0.5)
    """
    (weights, number) = _Parser(text, groups).parse()
    weights = {group: weight for group, weight in weights.items() if weight}
    if number or not weights or abs(sum(weights.values())) > BALANCE:
        raise UsageError(
            "the contrast is no comparison: the weights of its groups must add up to zero",
            found=repr(text),
            expected=f"for example '{groups[-1]} - {groups[0]}'",
        )
    return Contrast(text.strip(), weights)


def _side(weights: Mapping[str, float]) -> str:
    (first, *others) = weights.values()
    names = list(weights)
    if not others and first == 1:
        return names[0]
    if all(abs(weight - first) < BALANCE for weight in others) and abs(sum(weights.values()) - 1) < BALANCE:
        return "mean of " + " and ".join(names)
    terms = [name if weight == 1 else f"{weight:.4g} {name}" for name, weight in weights.items()]
    return f"({' + '.join(terms)})" if others else terms[0]


class _Parser:
    """Recursive descent over ``sum = product (+|- product)*``, ``product = atom (*|/ atom)*``."""

    def __init__(self, text: str, groups: Sequence[str]) -> None:
        self.text = text
        self.groups = sorted(dict.fromkeys(groups), key=len, reverse=True)
        self.at = 0

    def parse(self) -> Form:
        form = self._sum()
        if self._peek():
            raise self._error()
        return form

    def _peek(self) -> str:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def _take(self, marks: str) -> str:
        mark = self._peek()
        if not mark or mark not in marks:
            return ""
        self.at += 1
        return mark

    def _sum(self) -> Form:
        form = self._product()
        while mark := self._take("+-−"):
            form = _add(form, self._product(), 1.0 if mark == "+" else -1.0)
        return form

    def _product(self) -> Form:
        form = self._atom()
        while mark := self._take("*/"):
            other = self._atom()
            if mark == "*" and not other[0]:
                form = _scale(form, other[1])
            elif mark == "*" and not form[0]:
                form = _scale(other, form[1])
            elif mark == "/" and not other[0] and other[1]:
                form = _scale(form, 1 / other[1])
            else:
                raise self._error("groups can only be multiplied or divided by numbers")
        return form

    def _atom(self) -> Form:
        if self._take("("):
            form = self._sum()
            if not self._take(")"):
                raise self._error()
            return form
        group = self._group()
        if group is not None:
            return {group: 1.0}, 0.0
        if mark := self._take("-−+"):
            return _scale(self._atom(), 1.0 if mark == "+" else -1.0)
        return {}, self._number()

    def _group(self) -> str | None:
        self._peek()
        rest = self.text[self.at :]
        for group in self.groups:
            after = rest[len(group) : len(group) + 1]
            if rest.startswith(group) and not (after.isalnum() or after == "_"):
                self.at += len(group)
                return group
        return None

    def _number(self) -> float:
        end = self.at
        while end < len(self.text) and (self.text[end].isdigit() or self.text[end] == "."):
            end += 1
        try:
            number = float(self.text[self.at : end])
        except ValueError:
            raise self._error() from None
        self.at = end
        return number

    def _error(self, problem: str = "the contrast can't be read") -> UsageError:
        rest = self.text[self.at :].strip()
        word = rest.split()[0] if rest else ""
        return UsageError(
            problem,
            found=repr(self.text) + (f", at {rest!r}" if rest else ", which ends too soon"),
            expected="groups ("
            + ", ".join(sorted(self.groups))
            + ") joined by + and -, as in 'tested - reference'",
            hint=None if word in self.groups else did_you_mean(word, self.groups),
        )


def _add(form: Form, other: Form, sign: float) -> Form:
    weights = dict(form[0])
    for group, weight in other[0].items():
        weights[group] = weights.get(group, 0.0) + sign * weight
    return weights, form[1] + sign * other[1]


def _scale(form: Form, factor: float) -> Form:
    return {group: weight * factor for group, weight in form[0].items()}, form[1] * factor
