"""What word processors and spreadsheets do to a name, undone and said: other dashes, blanks around it.

Nothing else is touched. Upper and lower case carry meaning: ``hsa-mir-16-1`` is a precursor, ``hsa-miR-16-5p`` a
mature miRNA.
"""

from __future__ import annotations

import re

_DASHES = re.compile(
    "[\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{MINUS SIGN}"
    "\N{SMALL EM DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}]"
)
_UNSEEN = (
    "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{WORD JOINER}"
    "\N{ZERO WIDTH NO-BREAK SPACE}"
)
_PADDING = re.compile(rf"^[\s{_UNSEEN}]+|[\s{_UNSEEN}]+$")


def clean_name(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a name with plain hyphens and without blanks around it, and what was changed, in words.

    Examples
    --------
    >>> clean_name("hsa\N{EN DASH}miR\N{EN DASH}16\N{EN DASH}5p ")
    ('hsa-miR-16-5p', ('other dashes read as hyphens', 'blanks around the name left out'))
    >>> clean_name("hsa-miR-16-5p")
    ('hsa-miR-16-5p', ())
    """
    changes = []
    hyphened = _DASHES.sub("-", text)
    if hyphened != text:
        changes.append("other dashes read as hyphens")
    bare = _PADDING.sub("", hyphened)
    if bare != hyphened:
        changes.append("blanks around the name left out")
    return bare, tuple(changes)
