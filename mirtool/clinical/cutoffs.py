"""Cutting a column into no and yes by a rule such as ``>=100 or <0.01`` or ``>median``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import numpy as np

from mirtool.clinical.variables import Kind, Variable
from mirtool.errors import UsageError
from mirtool.model import BoolArray

_COMPARE: dict[str, Callable[..., BoolArray]] = {
    ">=": operator.ge, "≥": operator.ge, "<=": operator.le, "≤": operator.le,
    ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
_TERM = re.compile(
    r"(>=|<=|≥|≤|>|<|=)\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|median|lower quartile|upper quartile)"
)
_SHARES = {"lower quartile": 0.25, "median": 0.5, "upper quartile": 0.75}
NO_YES = ("no", "yes")
QUARTILES = "quartiles"
"""A rule that makes four ordered levels instead of no and yes."""


def cut_variable(variable: Variable, rule: str) -> Variable:
    """Return a variable of levels no and yes: yes where a number fulfills the rule, missing where it is missing.

    The rule ``quartiles`` gives four levels in their order, each from above one quartile up to the next.

    Parameters
    ----------
    variable
        A continuous one.
    rule
        Comparisons joined by ``or`` or by ``and``, not by both; ``median``, ``lower quartile`` and ``upper
        quartile`` are those of the column.

    Raises
    ------
    UsageError
        For a variable without numbers or a rule that can't be read.

    Examples
    --------
    >>> ratio = Variable("ratio", Kind.CONTINUOUS, np.array([0.005, 1.0, 250.0, np.nan]))
    >>> cut_variable(ratio, ">=100 or <0.01").values
    array([ 1.,  0.,  1., nan])
    """
    if variable.kind is not Kind.CONTINUOUS:
        raise UsageError(
            f"the column {variable.name!r} can't be cut",
            parameter="cutoff",
            found=f"{variable.kind}: {variable.why}",
            expected="a column of numbers",
        )
    if rule.strip() == QUARTILES:
        return _in_quartiles(variable)
    words = re.split(r"\s+(or|and)\s+", rule.strip())
    terms, joints = [_TERM.fullmatch(term.strip()) for term in words[::2]], set(words[1::2])
    if not all(terms) or len(joints) > 1:
        raise UsageError(
            "a cut-off can't be read",
            parameter="cutoff",
            found=repr(rule),
            expected="comparisons with numbers or the median, joined by or, or by and: >=100 or <0.01",
        )
    present = variable.present
    numbers = variable.values[present]
    own = {word: float(np.quantile(numbers, share)) if len(numbers) else np.nan for word, share in _SHARES.items()}
    parts = [
        _COMPARE[term[1]](numbers, own[term[2]] if term[2] in own else float(term[2])) for term in terms if term
    ]
    fulfilled = np.all(parts, axis=0) if joints == {"and"} else np.any(parts, axis=0)
    values = np.full(len(variable.values), np.nan)
    values[present] = fulfilled
    used = [f"{own[term[2]]:.4g}" for term in terms if term and term[2] in own]
    shown = f"{rule} ({', '.join(used)})" if used else rule
    return Variable(f"{variable.name} {shown}", Kind.NOMINAL, values, NO_YES, why=f"{variable.name} cut at {rule}")


def _in_quartiles(variable: Variable) -> Variable:
    present = variable.present
    numbers = variable.values[present]
    limits = np.quantile(numbers, [0.25, 0.5, 0.75]) if len(numbers) else np.full(3, np.nan)
    values = np.full(len(variable.values), np.nan)
    values[present] = np.searchsorted(limits, numbers, side="left")
    shown = ", ".join(f"{limit:.4g}" for limit in limits)
    name = f"{variable.name} {QUARTILES}"
    levels = ("Q1", "Q2", "Q3", "Q4")
    return Variable(name, Kind.ORDINAL, values, levels, why=f"{variable.name} cut above {shown}")
