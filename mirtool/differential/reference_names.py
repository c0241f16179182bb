"""Which of two groups is the reference, by the words of their names, such as control, wild type, day 0 or before.

Names are compared word by word, without case and accents: ``uncontrolled`` and ``abnormal`` name no reference,
``Ctrl_2`` and ``day0`` do. A word that both groups have distinguishes nothing and is passed over, and one that is
negated (``non-responding``, ``poor responder``) is not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

STATES = """
    control controls ctrl ctrls ctr ctl cntrl cntl con kontrolle kontrollen kontroll kontrol controle
    controles controlo controllo reference ref normal normals norm healthy unaffected benign wildtype wt
    parental naive adjacent untreated unstimulated uninfected unexposed untransfected uninduced nontreated
    nontumor nontumour noncancer nondiseased nondiabetic nontargeting vehicle mock sham placebo dmso pbs
    saline scramble scrambled
"""
TIMES = "before baseline preop preoperative pretreatment predose"
RESPONSES = "responding responder responders responsive response sensitive"
PHRASES = """
    wild type, non treated, not treated, no treatment, no drug, non tumor, non tumour, non cancer, non
    cancerous, non diseased, non disease, no disease, disease free, non infected, not infected, non
    stimulated, not stimulated, non diabetic, non targeting, non smoker, non smokers, never smoker, never
    smokers, empty vector, time zero, day zero
"""
BEFORE_ZERO = "day d week wk w month hour hr h minute min time timepoint point t dose visit cycle year"
AFTER_ZERO = """
    day days d week weeks wk w month months hour hours hr hrs h minute minutes min s year years u n m p um nm mm pm
    ng ug mg gy percent
"""
AFTER_PRE = """
    op operative operation surgery treatment treated tx therapy drug dose dosing exercise intervention vaccination
    vaccine infusion transplant transplantation chemo chemotherapy radiation training
"""
NEGATIONS = "non not no never without"
POOR = "poor weak partial bad low less slow"
"""Words before one of the responses that make it no reference."""

_NAMES = frozenset(f"{STATES} {TIMES}".split())
_RESPONSES, _NEGATIONS, _POOR = (frozenset(words.split()) for words in (RESPONSES, NEGATIONS, POOR))
_BEFORE_ZERO, _AFTER_ZERO, _AFTER_PRE = (frozenset(w.split()) for w in (BEFORE_ZERO, AFTER_ZERO, AFTER_PRE))
_PHRASES = frozenset(tuple(phrase.split()) for phrase in PHRASES.split(","))
_WORD = re.compile(r"\d+(?:[.,]\d+)?|[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")


def reference_words(groups: Sequence[str]) -> list[str]:
    """Return for each group the words by which its name says that it is the reference; empty where none does.

    Parameters
    ----------
    groups
        The names of the groups that are compared.

    Examples
    --------
    >>> reference_words(["treated pool", "control pool"])
    ['', 'control']
    >>> reference_words(["uncontrolled", "day 14"]), reference_words(["control day 7", "control day 0"])
    (['', ''], ['', 'day 0'])
    """
    words = [_words(group) for group in groups]
    has_after = [any({"post", "after"} & set(own) for own in words if own is not mine) for mine in words]
    found = [list(_references(own, after)) for own, after in zip(words, has_after, strict=True)]
    shared = set(found[0]).intersection(*found[1:]) if len(found) > 1 else set()
    return [next((word for word in own if word not in shared), "") for own in found]


def _words(name: str) -> list[str]:
    """Return the words and numbers of a name, folded: ``siCtrl_2`` as si, ctrl, 2."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = [word.casefold() for word in _WORD.findall(plain.replace("μ", "u").replace("µ", "u"))]
    return ["0" if _is_zero(word) else word for word in words]


def _is_zero(word: str) -> bool:
    return bool(word) and set(word) <= set("0.,")


def _references(words: Sequence[str], after: bool) -> Iterator[str]:
    """Yield what in a name says reference; ``after`` where another group's name says post or after."""
    for i, word in enumerate(words):
        previous = words[i - 1] if i else ""
        following = words[i + 1] if i + 1 < len(words) else ""
        if (word, following) in _PHRASES:
            yield f"{word} {following}"
        elif word == "0" and previous in _BEFORE_ZERO:
            yield f"{previous} 0"
        elif word == "0" and following in _AFTER_ZERO:
            yield f"0 {following}"
        elif word == "pre" and (after or not following or following in _AFTER_PRE or following.isdigit()):
            yield "pre"
        elif previous in _NEGATIONS:
            continue
        elif word in _NAMES or (word in _RESPONSES and previous not in _POOR):
            yield word
