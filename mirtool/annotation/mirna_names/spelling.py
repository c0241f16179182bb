"""Spellings of a name by word processors, spreadsheets, R and instruments, undone and reported.

Two kinds of change are made. Dashes other than the hyphen, and blanks around a name, are always read as what was
meant (:func:`clean_name`). What a program adds to a name (:func:`without_additions`), and the dots or underscores
that R writes for other characters (:func:`folded_marks`), are only looked at where the name itself is unknown.

Nothing else is touched. Upper and lower case carry meaning: ``hsa-mir-16-1`` is a precursor, ``hsa-miR-16-5p`` a
mature miRNA.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DASHES = re.compile(
    "[\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{MINUS SIGN}"
    "\N{SMALL EM DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}]"
)
_UNSEEN = (
    "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{WORD JOINER}"
    "\N{ZERO WIDTH NO-BREAK SPACE}"
)
_PADDING = re.compile(rf"^[\s{_UNSEEN}]+|[\s{_UNSEEN}]+$")

_ACCESSION = re.compile(r"(?<![A-Za-z0-9])MI(?:MAT)?\d{7}(?!\d)")
_JOINED = re.compile(r"MIMAT\d{7}(?:_st)?(?:\s*(?:///|[,;|/])\s*MIMAT\d{7}(?:_st)?)+")
_AFFYMETRIX = re.compile(r"(?:_[a-z])?_(?:st|at)$")
_HAIRPIN = re.compile(r"^hp_")
_RELEASE = re.compile(r"[-_.]v(\d+(?:\.\d)?)$")
_ASSAY_BEFORE = re.compile(r"^X?\d{4,7}[-_.]")
_ASSAY_AFTER = re.compile(r"[-_.]\d{6,7}(?:_[A-Za-z]\d?)?(?:[-_.]m[12])?$")
_PRODUCT = re.compile(r"[-_ ,|]*\(?YP\d{8}\)?$")
_STAR = re.compile(r"(?:[-_.]star|#)$")


class Spelling(NamedTuple):
    """A name without what was added to it: what was changed, in words, and the release it carried, or none."""

    name: str
    changes: tuple[str, ...] = ()
    release: str = ""


def clean_name(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a name with plain hyphens and without blanks around it, and what was changed, in words.

    Examples
    --------
    >>> clean_name("hsa\N{EN DASH}miR\N{EN DASH}16\N{EN DASH}5p ")
    ('hsa-miR-16-5p', ('other dashes read as hyphens', 'blanks around the name left out'))
    >>> clean_name("hsa-miR-16-5p")
    ('hsa-miR-16-5p', ())
    """
    if text.isascii() and text == text.strip():
        return text, ()
    changes = []
    hyphened = _DASHES.sub("-", text)
    if hyphened != text:
        changes.append("other dashes read as hyphens")
    bare = _PADDING.sub("", hyphened)
    if bare != hyphened:
        changes.append("blanks around the name left out")
    return bare, tuple(changes)


def accession_in(text: str) -> str:
    """Return the accession that a longer text holds, where it is the only one; else an empty text.

    Examples
    --------
    >>> accession_in("mature,MIMAT0000062"), accession_in("MIMAT0000062_st"), accession_in("hsa-miR-16")
    ('MIMAT0000062', 'MIMAT0000062', '')
    """
    found = set(_ACCESSION.findall(text))
    return found.pop() if len(found) == 1 else ""


def joined_accessions(text: str) -> tuple[str, ...]:
    """Return the accessions that a text joins by ``,``, ``;``, ``|``, ``/`` or ``///``, each once; else none.

    Examples
    --------
    >>> joined_accessions("MIMAT0000062,MIMAT0000063"), joined_accessions("mature,MIMAT0000062")
    (('MIMAT0000062', 'MIMAT0000063'), ())
    """
    return tuple(dict.fromkeys(_ACCESSION.findall(text.replace("_st", "")))) if _JOINED.fullmatch(text) else ()


_OTHERWISE = re.compile(
    r"MIMAT\d{7}|_(?:st|at)$|[-_.]v\d+(?:\.\d)?$|^[A-Za-z]{2,6}\d?[._](?:mi[rR]|let)[._]|^[A-Z][a-z]{2}-(?:Mir|Let)-"
    rf"|{_ASSAY_BEFORE.pattern}|(?:mi[rR]|let).*(?:{_ASSAY_AFTER.pattern}|{_PRODUCT.pattern}|\w#$)"
)


def is_spelled_otherwise(name: str) -> bool:
    """Return True for a miRNA that is written as a program or an instrument does, and not as miRBase names it.

    Examples
    --------
    >>> all(map(is_spelled_otherwise, ("MIMAT0000062_st", "hsa_miR_21_5p", "hsa-miR-16-4373121", "hsa-miR-126#")))
    True
    >>> any(map(is_spelled_otherwise, ("hsa-miR-16", "hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-miR-376a*")))
    False
    """
    return _OTHERWISE.search(name) is not None


_MIRGENEDB = re.compile(r"[A-Z][a-z]{2}-(?:Mir|Let)-\w")


def is_mirgenedb_name(name: str) -> bool:
    """Return True for a name as MirGeneDB writes it.

    Examples
    --------
    >>> is_mirgenedb_name("Hsa-Mir-10-P1a_5p"), is_mirgenedb_name("hsa-miR-10a-5p")
    (True, False)
    """
    return _MIRGENEDB.match(name) is not None


def without_additions(name: str) -> Spelling:
    """Return a name without what instruments add to it.

    These are the suffixes of Affymetrix (``_st``) and its ``-star`` for ``*``, the release that Agilent adds
    (``_v11.0``), the assay number of TaqMan before or after the name, its ``#`` for ``*``, and the product number
    of miRCURY assays after it.

    Examples
    --------
    >>> without_additions("hsa-miR-16-4373121").name, without_additions("002228_hsa-miR-126").name
    ('hsa-miR-16', 'hsa-miR-126')
    >>> without_additions("hsa-miR-126#").name, without_additions("hsa-miR-16-5p (YP00205702)").name
    ('hsa-miR-126*', 'hsa-miR-16-5p')
    >>> without_additions("hsa-miR-10a-star_st")
    Spelling(name='hsa-miR-10a*', changes=('suffix _st left out', '-star read as *'), release='')
    >>> without_additions("hsa-miR-768-3p_v11.0")
    Spelling(name='hsa-miR-768-3p', changes=('suffix _v11.0 left out',), release='11.0')
    """
    changes = []
    release = ""
    for pattern in (_AFFYMETRIX, _RELEASE):
        found = pattern.search(name)
        if found:
            changes.append(f"suffix {found[0]} left out")
            name = name[: found.start()]
            release = found[1] if pattern is _RELEASE else release
    for pattern in (_PRODUCT, _ASSAY_BEFORE, _ASSAY_AFTER):
        found = pattern.search(name)
        if found:
            changes.append(f"assay number {found[0].strip('-_., |()')} left out")
            name = name[: found.start()] + name[found.end() :]
    found = _STAR.search(name)
    if found:
        changes.append(f"{found[0]} read as *")
        name = f"{name[: found.start()]}*"
    return Spelling(name, tuple(changes), release)


def hairpin_in(name: str) -> str:
    """Return the precursor's name in a probe name of Affymetrix (``hp_hsa-mir-16-1``); empty for any other.

    Examples
    --------
    >>> hairpin_in("hp_hsa-let-7b_s_st"), hairpin_in("hsa-let-7b_st")
    ('hsa-let-7b', '')
    """
    return _AFFYMETRIX.sub("", _HAIRPIN.sub("", name)) if _HAIRPIN.match(name) else ""


def folded_marks(name: str) -> str:
    """Return a name with a dot for each character that is no letter or digit, as R writes names.

    Examples
    --------
    >>> folded_marks("hsa-miR-376a*"), folded_marks("hsa_miR_21_5p")
    ('hsa.miR.376a.', 'hsa.miR.21.5p')
    """
    return re.sub(r"[^0-9A-Za-z]", ".", name)
