r"""How long a regular expression may search, counted from the expression before it is used.

Python's engine tries one way to match after another: ``(a+)+$`` has about 2ⁿ of them in n letters, so that one
such pattern in a file of settings would never end. Here the ways are counted from the parsed pattern, for texts of
:data:`LONGEST_TEXT` characters at most; a pattern of too many is refused.
"""

from __future__ import annotations

from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from mirtool.errors import MirtoolError

LONGEST_PATTERN, LONGEST_TEXT = 200, 100
"""Characters of a pattern, and of the text that it is matched with; what follows them is not looked at."""

MOST_WAYS = 3e6
"""Ways to match: three repetitions without bound in a text of the longest, and not four."""

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def check_bounded(pattern: str) -> None:
    r"""Refuse a pattern that could search for ever.

    Raises
    ------
    MirtoolError
        Where it is too long, repeats what is repeated or has alternatives, refers back, or has too many
        repetitions.

    Examples
    --------
    >>> check_bounded(r"^\s*(empty\w*|blank)\s*$")
    >>> check_bounded("(a+)+$")
    Traceback (most recent call last):
    ...
    mirtool.errors.MirtoolError: ...the pattern could search without end...
    """
    if len(pattern) > LONGEST_PATTERN:
        raise _refused(f"{len(pattern)} characters", f"at most {LONGEST_PATTERN} characters")
    tree = parser.parse(pattern)
    starts = 1 if len(tree) and tree[0] == (codes.AT, codes.AT_BEGINNING) else LONGEST_TEXT
    if starts * _ways_in_turn(tree, pattern) > MOST_WAYS:
        raise _refused(repr(pattern), "fewer repetitions, or ^ at its start")


def _ways_in_turn(tree: Any, pattern: str) -> float:
    ways = 1.0
    for code, argument in tree:
        ways *= _ways(code, argument, pattern)
    return ways


def _ways(code: Any, argument: Any, pattern: str) -> float:
    """Return in how many ways one part can match at one place, at most."""
    if code in _REPEATS:
        fewest, most, part = argument
        inside = _ways_in_turn(part, pattern)
        if inside > 1 and most > 1:
            raise _refused(f"{pattern!r}, which repeats what can match in several ways", "no (a+)+ or (a|b)*")
        return float(min(most, LONGEST_TEXT) - min(fewest, LONGEST_TEXT) + inside)
    if code is codes.SUBPATTERN:
        return _ways_in_turn(argument[-1], pattern)
    if code is codes.ATOMIC_GROUP:
        return _ways_in_turn(argument, pattern)
    if code is codes.BRANCH:
        return sum(_ways_in_turn(part, pattern) for part in argument[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways_in_turn(argument[1], pattern)
    if code in (codes.GROUPREF, codes.GROUPREF_EXISTS):
        raise _refused(f"{pattern!r}, which refers back to a group", r"no \1 and no (?(1)…)")
    return 1.0


def _refused(found: str, expected: str) -> MirtoolError:
    return MirtoolError(
        "the pattern could search without end",
        found=found,
        expected=expected,
        hint="write several rules, each with a simple pattern such as ^my_spike_",
    )
