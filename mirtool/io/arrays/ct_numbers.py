"""Numbers of Ct tables: cycles with a decimal comma or point, and efficiencies."""

from __future__ import annotations

import math
import re

LARGEST_CT = 60.0
"""No instrument runs more cycles."""

_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")


def is_number(text: str) -> bool:
    """Return True for a finite number."""
    try:
        return math.isfinite(number(text.strip()))
    except ValueError:
        return False


def number(text: str) -> float:
    """Read a number with a decimal point or comma.

    Raises
    ------
    ValueError
        Where it is none.
    """
    if "_" in text:
        raise ValueError(text)
    return float(text.replace(",", ".") if _DECIMAL_COMMA.match(text) else text)


def amplification_factor(text: str) -> float | None:
    """Read an efficiency: the factor per cycle (1 to 2.2), or per cent (50 to 120); None where it is neither.

    Examples
    --------
    >>> amplification_factor("1.95"), amplification_factor("95%"), amplification_factor("98.2")
    (1.95, 1.95, 1.982)
    >>> amplification_factor("0.95") is None
    True
    """
    content = text.strip().removesuffix("%").strip()
    if not is_number(content):
        return None
    value = number(content)
    if 1 < value <= 2.2 and "%" not in text:
        return value
    return round(1 + value / 100, 12) if 50 <= value <= 120 else None
