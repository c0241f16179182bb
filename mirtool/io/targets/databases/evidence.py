"""What is behind a pair, told from the words databases use for experiments.

=========== ====================================================================================================
strong      reporter assay (luciferase, GFP), Western blot (immunoblot), qPCR: what miRTarBase counts as strong
clip        cross-linking: HITS-CLIP, PAR-CLIP, CLASH, qCLASH, chimeric fragments (which CLIP libraries hold)
weak        any other: microarray, proteomics, pSILAC, sequencing, AGO-IP, biotin pull-down, ELISA, Northern blot …
=========== ====================================================================================================

A row that names several experiments has the best of them. miRTarBase grades its rows itself:

=========================== =======================================================================
``Functional MTI``          strong (``strong`` in other tables)
``Functional MTI (Weak)``   clip where an experiment names CLIP or CLASH, else weak (``weak`` in other tables)
``Non-Functional MTI``      tested and not found, dropped and counted; the same with ``(Weak)``
anything else               counts as weak, and is counted
=========================== =======================================================================
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from mirtool.io.targets.interaction_rows import RANK, InteractionRows, LabelColumn
from mirtool.model import IntArray
from mirtool.wording import plural

STRONG = frozenset({"functional mti", "strong"})
WEAK = frozenset({"functional mti (weak)", "weak"})
NEGATIVE = frozenset({"non-functional mti", "non-functional mti (weak)"})
CLIP, PREDICTED = frozenset({"clip"}), frozenset({"predicted"})
GRADES = STRONG | WEAK | NEGATIVE | CLIP | PREDICTED
"""All that a column of evidence may say, folded; mirtool's own tables use the plain words."""

_CROSS_LINKED = re.compile(r"CLIP|CLASH|chimeric", re.I)
_BIOTIN = re.compile(r"biotin[\s-]*q?pcr", re.I)
_STRONG_METHOD = re.compile(
    r"reporter|luciferase|western|immunoblot|q[\s-]*(rt)?[\s-]*pcr|real[\s-]?time|quantitative.*pcr", re.I
)


def rank_of_method(method: str) -> int:
    """Return the place, in :data:`mirtool.model.EVIDENCE_CLASSES`, of what experiments show; none named is 0.

    Examples
    --------
    >>> [rank_of_method(name) for name in ("qRT-PCR//Microarray", "HITS-CLIP", "Biotin-qPCR", "pSILAC", "")]
    [4, 3, 2, 2, 0]
    """
    if not method:
        return RANK[""]
    if _STRONG_METHOD.search(_BIOTIN.sub("", method)):
        return RANK["strong"]
    return RANK["clip"] if _CROSS_LINKED.search(method) else RANK["weak"]


def ranks_of_methods(methods: LabelColumn) -> IntArray:
    """Return each row the place of its evidence, told from its experiments; one that names none counts as weak."""
    return methods.ranked(max(rank_of_method(label), RANK["weak"]) for label in methods.labels)


def ranks_of_support(support: LabelColumn, experiments: LabelColumn) -> IntArray:
    """Return each row the place of its evidence as miRTarBase grades it; an unknown grade counts as weak."""
    strong, clip, predicted = (
        support.holds(label.lower() in words for label in support.labels) for words in (STRONG, CLIP, PREDICTED)
    )
    cross_linked = experiments.holds(_CROSS_LINKED.search(label) is not None for label in experiments.labels)
    validated = np.where(strong, RANK["strong"], np.where(cross_linked | clip, RANK["clip"], RANK["weak"]))
    ranks: IntArray = np.where(predicted, RANK["predicted"], validated)
    return ranks


def with_support(rows: InteractionRows, support: LabelColumn, experiments: LabelColumn) -> InteractionRows:
    """Grade the rows by what the table says of its evidence; one of other words says nothing about it."""
    words = [label.lower() for label in support.labels]
    if not any(word in GRADES for word in words):
        return rows
    unknown = ~support.holds(word in GRADES for word in words) & rows.named
    remarks = rows.remarks
    if unknown.any():
        kinds = [support.labels[k] or "empty" for k in np.unique(support.position[unknown])]
        remarks += (
            f"{plural(int(unknown.sum()), 'row')} of an evidence mirtool does not know "
            f"({', '.join(kinds[:5])}{', …' if len(kinds) > 5 else ''}) counted as weak",
        )
    return replace(
        rows,
        evidence=ranks_of_support(support, experiments),
        negative=support.holds(word in NEGATIVE for word in words),
        remarks=remarks,
    )
