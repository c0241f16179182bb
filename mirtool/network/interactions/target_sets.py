"""The targets of miRNAs as gene sets: one per miRNA, and one for all that are up or down together."""

from __future__ import annotations

import numpy as np

from mirtool.errors import NotEnoughDataError, option
from mirtool.model import GeneSets
from mirtool.network.interactions.mirnas import StudyMirnas
from mirtool.network.interactions.target_table import TargetTable

DIRECTIONS = ("up", "down")
SHARED_BY = (1, 2)
"""The sets of miRNAs together: targets of any of them, and those in which at least two meet."""


def target_sets(study: StudyMirnas, targets: TargetTable) -> GeneSets:
    """Make gene sets of the targets of a study's miRNAs.

    Parameters
    ----------
    study
        miRNAs, each once, with regulation where known; a slash probe has the targets of all its parts.
    targets
        Pairs of miRNA and gene.

    Returns
    -------
    GeneSets
        For each direction that at least one miRNA has, ``targets of the N miRNAs up`` and, from two on, ``shared
        targets of the N miRNAs up`` (of two or more of them); then one set per miRNA with targets, named by it,
        with its regulation as the description.

    Raises
    ------
    NotEnoughDataError
        Where no miRNA has a target.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> from mirtool.network.interactions.mirnas import combine_probes
    >>> study = combine_probes(["hsa-miR-17-5p", "hsa-miR-20a-5p"], ["up", "up"])
    >>> target_sets(study, TargetTable.of(starter_interactions())).terms[:2]
    ('targets of the 2 miRNAs up', 'shared targets of the 2 miRNAs up')
    """
    matrix = targets.of_probes(study.name.tolist())
    with_targets = np.flatnonzero(matrix.n_targets)
    if not len(with_targets):
        raise NotEnoughDataError(
            f"none of the {len(study)} miRNAs has a target in {targets.source} at {targets.evidence} evidence",
            hint="try a larger table of interactions, weaker evidence "
            f"({option('evidence', 'all')}), or the names that the table uses",
        )
    sets: list[tuple[str, str, frozenset[str]]] = []
    for direction in DIRECTIONS:
        rows = with_targets[study.regulation[with_targets] == direction]
        counts = np.asarray(matrix.incidence[rows].sum(axis=0)) if len(rows) else np.zeros(len(matrix.genes))
        for least in SHARED_BY:
            genes = frozenset(matrix.genes[counts >= least])
            if genes and len(rows) >= least:
                what = "targets" if least == 1 else "shared targets"
                number = f"{len(rows)} miRNA{'s' if len(rows) > 1 else ''}"
                sets.append((f"{what} of the {number} {direction}", direction, genes))
    for row in with_targets:
        own = matrix.incidence.indices[matrix.incidence.indptr[row] : matrix.incidence.indptr[row + 1]]
        sets.append((study.name[row], study.regulation[row], frozenset(matrix.genes[own])))
    terms, descriptions, genes_of = zip(*sets, strict=True)
    return GeneSets(terms, descriptions, genes_of, f"targets in {targets.source}, {targets.evidence} evidence")
