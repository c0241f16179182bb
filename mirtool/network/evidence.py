"""Which pairs of an interactions table are taken: those of strong evidence, or all."""

from __future__ import annotations

from mirtool.errors import CallError
from mirtool.model import Interactions

EVIDENCE = ("strong", "all")


def at_evidence(interactions: Interactions, evidence: str) -> Interactions:
    """Give the pairs of a table at a level of evidence, ``strong`` or ``all``.

    Raises
    ------
    CallError
        For another level, and for ``strong`` of a table that says nothing about evidence.
    """
    if evidence not in EVIDENCE:
        raise CallError("no level of evidence is called so", found=repr(evidence), expected="strong or all")
    if evidence == "all":
        return interactions
    if not interactions.graded:
        raise CallError(
            f"{interactions.source} has no column that says which evidence is strong",
            hint="take every pair: --evidence all; or give miRTarBase as downloaded, with its Support Type",
        )
    return interactions.take(interactions.strong)
