"""Counts and lists in words, as messages, figures and tables write them."""

from __future__ import annotations

from collections.abc import Sequence


def plural(n: int, one: str, many: str = "") -> str:
    """Return a count with its noun, thousands separated: ``plural(1, 'spot')``.

    Examples
    --------
    >>> plural(1, "spot"), plural(12480, "spot"), plural(2, "array of", "arrays of")
    ('1 spot', '12,480 spots', '2 arrays of')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def first_of(names: Sequence[str], most: int) -> str:
    """Return a list of names, so many at most, and how many more there are.

    Examples
    --------
    >>> first_of(["R1", "R2", "R3"], 3), first_of(["R1", "R2", "R3"], 1)
    ('R1, R2, R3', 'R1 and 2 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
