"""Which pairs of an interactions table are taken: those of strong evidence, or of less."""

from __future__ import annotations

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.model import EVIDENCE_CLASSES, Interactions
from mirtool.network.settings import EVIDENCE

LEAST_CLASS = {"strong": "strong", "clip": "clip", "validated": "weak", "all": ""}
"""The least class of evidence that each level takes."""


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
    EVIDENCE.check(evidence, "evidence")
    if evidence == "all":
        return interactions
    if not interactions.graded:
        raise UsageError(
            f"{interactions.source} has no column that says which evidence is strong",
            hint=f"take every pair: {option('evidence', 'all')}; or give miRTarBase as downloaded, with its "
            "Support Type",
        )
    least = EVIDENCE_CLASSES.index(LEAST_CLASS[evidence])
    taken = frozenset(EVIDENCE_CLASSES[least:])
    evidence = interactions.evidence.tolist()
    return interactions.take(np.fromiter(map(taken.__contains__, evidence), dtype=bool, count=len(evidence)))
