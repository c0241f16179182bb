"""The miRNAs behind a slash name, each with its own name: ``hsa-miR-190a/b-3p`` is 190a-3p and 190b-3p.

A part that is written in full, with ``miR``, ``let`` or an accession, stays as it is
(``hsa-miR-16/hsa-miR-21-5p``); it takes at most the species of the part before it. A short part is completed by
its neighbors:

- what its beginning lacks (species, ``miR``, number) comes from the part before it;
- an arm that is written once is the arm of every part: of those before it when a short part has it
  (``miR-199a/b-3p``), and of the short parts after it (``miR-199a-3p/b``). Two arms of one miRNA stay two
  (``miR-9/9*``), and a star is not handed back.

The result may not exist in miRBase. Whoever looks it up finds that out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BODY = r"(?P<species>(?:[A-Za-z]{2,5}\d{0,2}[a-z]?-)?)(?P<family>(?i:mir)-?|let-?|lin-?|lsy-?|bantam)"
_END = r"(?P<copy>(?:-\d{1,2})?)(?P<arm>(?:-?[35]p|\*)?)"
_FULL = re.compile(rf"{_BODY}(?P<number>[A-Za-z]*\d+|[A-Za-z]+\d*-\d+|)(?P<letter>[a-z]*){_END}")
_SHORT = re.compile(rf"-?(?P<number>\d*)(?P<letter>[a-z]{{0,2}}){_END}")
_ARM_ALONE = re.compile(r"-?(?P<arm>[35]p|\*)")
_MARKED = r"[a-z]{3}[._](?:mi[rR]|let)[._]\w[\w.]*?"
_MARKED_NAMES = re.compile(rf"{_MARKED}(?:[._]{_MARKED})+")
_BETWEEN_MARKED = re.compile(rf"[._](?={_MARKED})")


class _Part(NamedTuple):
    """One part of a slash name: what it says, or took over. ``short`` is True where it was not written in full."""

    species: str
    family: str
    number: str
    letter: str
    copy: str
    arm: str
    short: bool

    def __str__(self) -> str:
        return "".join(self[:6])


def slash_parts(name: str) -> tuple[str, ...]:
    """Return the names of the miRNAs behind one name, each once; a name without a slash is its own only part.

    Examples
    --------
    >>> slash_parts("hsa-miR-190a/b-3p"), slash_parts("hsa-miR-17-5p/106a")
    (('hsa-miR-190a-3p', 'hsa-miR-190b-3p'), ('hsa-miR-17-5p', 'hsa-miR-106a-5p'))
    >>> slash_parts("hsa-let-7a-5p/7c-5p"), slash_parts("hsa-miR-16/mmu-miR-16-5p")
    (('hsa-let-7a-5p', 'hsa-let-7c-5p'), ('hsa-miR-16', 'mmu-miR-16-5p'))
    """
    pieces = [piece for part in name.split("/") if (piece := part.strip())]
    if len(pieces) == 1 and _MARKED_NAMES.fullmatch(pieces[0]):
        pieces = _BETWEEN_MARKED.split(pieces[0])  # R writes a dot for the slash too
    if len(pieces) < 2:
        return tuple(pieces)
    parts: list[_Part | str] = []
    for piece in pieces:
        before = next((part for part in reversed(parts) if isinstance(part, _Part)), None)
        parts.append(_completed(piece, before))
    return tuple(dict.fromkeys(str(part) for part in _with_arms_before(parts)))


def is_short_slash(name: str) -> bool:
    """Return True if a part of a slash name is not written in full.

    Examples
    --------
    >>> is_short_slash("hsa-miR-190a/b-3p"), is_short_slash("hsa-miR-16/hsa-miR-21-5p")
    (True, False)
    """
    pieces = tuple(piece for part in name.split("/") if (piece := part.strip()))
    return len(pieces) > 1 and slash_parts(name) != tuple(dict.fromkeys(pieces))


def _completed(piece: str, before: _Part | None) -> _Part | str:
    """Return a part with what it lacks taken from the one before it; as it is where it is not a miRNA name."""
    full = _FULL.fullmatch(piece)
    if full:
        species = full["species"] or (before.species if before else "")
        part = (species, full["family"], full["number"], full["letter"], full["copy"], full["arm"])
        return _Part(*part, short=False)
    if before is None:
        return piece
    arm = _ARM_ALONE.fullmatch(piece)
    if arm:
        return before._replace(arm=_dashed(arm["arm"]), short=True)
    short = _SHORT.fullmatch(piece)
    if short is None:
        return piece
    stem = (before.species, before.family, short["number"] or before.number, short["letter"], short["copy"])
    own = _Part(*stem, _dashed(short["arm"]), short=True)
    return own if own.arm or _same_stem(own, before) else own._replace(arm=before.arm)


def _dashed(arm: str) -> str:
    return f"-{arm}" if arm[:1] in ("3", "5") else arm


def _same_stem(one: _Part, other: _Part) -> bool:
    return one[:5] == other[:5]


def _with_arms_before(parts: list[_Part | str]) -> list[_Part | str]:
    """Hand the arm of a short part to the parts before it that have none, back to the first in full."""
    after: _Part | None = None
    done: list[_Part | str] = []
    for part in reversed(parts):
        own = part
        if isinstance(own, _Part) and after and not own.arm and not _same_stem(own, after):
            own = own._replace(arm=after.arm)
        done.append(own)
        after = own if isinstance(own, _Part) and own.short and own.arm.startswith("-") else None
    return done[::-1]
