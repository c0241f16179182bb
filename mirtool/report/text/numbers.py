"""Numbers as the screen shows them: P with two or three digits, shares in percent, what is missing as a dash."""

from __future__ import annotations

import math

MISSING = "–"
LEAST_P = 1e-300


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
