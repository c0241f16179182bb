"""Which pairs of an interactions table are taken: those of strong evidence, or of less."""

from __future__ import annotations

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import EVIDENCE_CLASSES, Interactions

EVIDENCE = {"strong": "strong", "clip": "clip", "validated": "weak", "all": ""}
"""The levels that can be asked for, and the least class of evidence each takes."""


def filter_by_evidence(interactions: Interactions, evidence: str) -> Interactions:
    """Return the pairs of a table at a level of evidence.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene.
    evidence
        ``strong``: shown by reporter assay, Western blot or qPCR; ``clip``: or by cross-linking (CLIP, CLASH);
        ``validated``: or by any other experiment; ``all``: predictions too, and pairs whose evidence is not
        stated.

    Raises
    ------
    UsageError
        For another level, and for one but ``all`` of a table that says nothing about evidence.
    """
    if evidence not in EVIDENCE:
        raise UsageError("no level of evidence is called so", found=repr(evidence), expected=" or ".join(EVIDENCE))
    if evidence == "all":
        return interactions
    if not interactions.graded:
        raise UsageError(
            f"{interactions.source} has no column that says which evidence is strong",
            hint="take every pair: --evidence all; or give miRTarBase as downloaded, with its Support Type",
        )
    least = EVIDENCE_CLASSES.index(EVIDENCE[evidence])
    taken = frozenset(EVIDENCE_CLASSES[least:])
    return interactions.take(np.array([each in taken for each in interactions.evidence], dtype=bool))
