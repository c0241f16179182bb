"""The minimum of a function of one variable between two limits.

This is the search of :func:`scipy.optimize.fminbound` and of R's ``optimize``, step by step. Importing
``scipy.optimize`` takes longer than all searches of a study.

References
----------
Brent RP (1973). Algorithms for Minimization without Derivatives. Prentice-Hall, chapter 5 (``localmin``).
Forsythe GE, Malcolm MA, Moler CB (1977). Computer Methods for Mathematical Computations. Prentice-Hall, chapter 8.
"""

from __future__ import annotations

import math
from collections.abc import Callable

RELATIVE_ACCURACY = math.sqrt(2.2e-16)
"""How near to each other two points can be, relative to their size, and still have different values."""

GOLDEN = (3 - math.sqrt(5)) / 2
"""Share of the longer part in which a golden section puts its point."""

MOST_CALLS = 500


def find_minimum(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Return where a function is least.

    Parameters
    ----------
    function
        With one minimum between the limits; of several, one is found.
    low, high
        The limits; the function is evaluated between them only.
    tolerance
        How near to the minimum the result is.

    Returns
    -------
    float
        The best point evaluated.

    Examples
    --------
    >>> round(find_minimum(lambda x: (x - 1) ** 2, -4, 4, 1e-8), 6)
    1.0
    >>> round(find_minimum(lambda x: (x - 1) ** 2, 3, 4, 1e-8), 6)  # at the limit
    3.0
    """
    best = second = third = low + GOLDEN * (high - low)
    at_best = at_second = at_third = function(best)
    step = before = 0.0
    for _ in range(MOST_CALLS - 1):
        middle = (low + high) / 2
        least = RELATIVE_ACCURACY * abs(best) + tolerance / 3
        if abs(best - middle) <= 2 * least - (high - low) / 2:
            break
        parabola = None
        if abs(before) > least:
            parabola = _parabola_step(best, second, third, at_best, at_second, at_third)
            shrinks = abs(parabola[0]) < abs(parabola[1] * before / 2)
            before = step
            if not shrinks or not parabola[1] * (low - best) < parabola[0] < parabola[1] * (high - best):
                parabola = None
        if parabola is not None:
            step = parabola[0] / parabola[1] + 0.0  # no negative zero: from the vertex itself upward
            if best + step - low < 2 * least or high - (best + step) < 2 * least:
                step = math.copysign(least, middle - best)
        else:
            before = (low if best >= middle else high) - best
            step = GOLDEN * before
        tried = best + math.copysign(max(abs(step), least), step)
        at_tried = function(tried)
        if at_tried <= at_best:
            low, high = (best, high) if tried >= best else (low, best)
            third, second, best = second, best, tried
            at_third, at_second, at_best = at_second, at_best, at_tried
            continue
        low, high = (tried, high) if tried < best else (low, tried)
        if at_tried <= at_second or second == best:
            third, second = second, tried
            at_third, at_second = at_second, at_tried
        elif at_tried <= at_third or third in (best, second):
            third, at_third = tried, at_tried
    return best


def _parabola_step(
    best: float, second: float, third: float, at_best: float, at_second: float, at_third: float
) -> tuple[float, float]:
    """Return the step from ``best`` to the vertex of the parabola through three points, as a fraction."""
    r = (best - second) * (at_best - at_third)
    q = (best - third) * (at_best - at_second)
    p = (best - third) * q - (best - second) * r
    q = 2 * (q - r)
    return (-p, q) if q > 0 else (p, -q)
