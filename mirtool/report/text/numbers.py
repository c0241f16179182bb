"""Numbers as the screen shows them: P with two or three digits, shares in percent, what is missing as a dash."""

from __future__ import annotations

import math

MISSING = "–"
LEAST_P = 1e-300

_LARGEST = 1e5
"""From here on a ratio is written with an exponent."""


def finite_or_none(value: float) -> float | None:
    """Return a number as JSON can hold it; what is not finite is None."""
    return float(value) if math.isfinite(value) else None


def p_in_words(value: float) -> str:
    """Return a P value or an FDR.

    Examples
    --------
    >>> [p_in_words(value) for value in (0.0578, 0.00161, 1.53e-05, 0.0, float("nan"))]
    ['0.0578', '0.00161', '1.5e-05', '< 1e-300', '–']
    """
    if math.isnan(value):
        return MISSING
    if value < LEAST_P:
        return f"< {LEAST_P:.0e}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1e}"


def p_with_sign(value: float) -> str:
    """Return a P value as it follows ``P``, with the sign between them.

    Examples
    --------
    >>> [f"P {p_with_sign(value)}" for value in (0.0578, 0.0)]
    ['P = 0.0578', 'P < 1e-300']
    """
    words = p_in_words(value)
    return words if words.startswith("<") else f"= {words}"


def fold_in_words(log2_ratio: float) -> str:
    """Return a signed fold change: 2.00 for twice, -2.00 for half.

    Examples
    --------
    >>> fold_in_words(1.0), fold_in_words(-1.0), fold_in_words(float("nan"))
    ('2.00', '-2.00', '–')
    """
    if math.isnan(log2_ratio):
        return MISSING
    return f"{2**log2_ratio if log2_ratio >= 0 else -(2**-log2_ratio):.2f}"


def ratio_in_words(ratio: float, low: float, high: float) -> str:
    """Return an odds ratio, a relative risk or a difference with its interval, three decimals.

    Examples
    --------
    >>> ratio_in_words(34.2857, 3.47619, 338.16), ratio_in_words(2.5, 0.5, float("inf"))
    ('34.286 (3.476–338.160)', '2.500 (0.500–∞)')
    >>> ratio_in_words(-0.2, -0.5, 0.1)
    '−0.200 (−0.500 to 0.100)'
    >>> ratio_in_words(2.4e12, 203.6, 4.8e60)
    '2.4e12 (203.600–4.8e60)'
    """
    ends = ["∞" if math.isinf(end) else _decimals(end) for end in (low, high)]
    joined = (" to " if low < 0 else "–").join(ends)
    return f"{_decimals(ratio)} ({joined})"


def _decimals(value: float) -> str:
    return (f"{value:.3f}" if abs(value) < _LARGEST else f"{value:.1e}".replace("e+", "e")).replace("-", "−")
