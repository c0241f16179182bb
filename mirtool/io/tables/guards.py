"""Text that a spreadsheet would take for a formula: an apostrophe guards it in text files, undone on reading."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guard_text(text: str) -> str:
    """Make a text cell of a CSV safe to open in a spreadsheet: no cell can become a formula.

    Examples
    --------
    >>> guard_text("=1+1"), guard_text("hsa-miR-17-5p")
    ("'=1+1", 'hsa-miR-17-5p')
    """
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def unguard_text(text: str) -> str:
    """Undo :func:`guard_text`.

    Examples
    --------
    >>> unguard_text("'=1+1"), unguard_text("'5S")
    ('=1+1', "'5S")
    """
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(_FORMULA_STARTS) else text
