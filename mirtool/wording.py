"""Counts in words, as messages, figures and tables write them."""

from __future__ import annotations


def plural(n: int, one: str, many: str = "") -> str:
    """Return a count with its noun, thousands separated: ``plural(1, 'spot')``.

    Examples
    --------
    >>> plural(1, "spot"), plural(12480, "spot"), plural(2, "array of", "arrays of")
    ('1 spot', '12,480 spots', '2 arrays of')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
