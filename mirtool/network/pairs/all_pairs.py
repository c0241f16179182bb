"""Every pair of miRNAs of an interactions table that shares a target: millions, in seconds."""

from __future__ import annotations

import numpy as np

from mirtool.model import Interactions, Table
from mirtool.network.interactions.evidence import filter_by_evidence
from mirtool.network.interactions.targets import target_matrix
from mirtool.network.pairs.synergy import pair_statistics


def all_pairs(interactions: Interactions, *, evidence: str = "all") -> Table:
    """Compare the targets of all miRNAs that a table knows, pair by pair.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene; its genes, at the level of evidence, are the universe.
    evidence
        One of :data:`mirtool.network.interactions.evidence.EVIDENCE`.

    Returns
    -------
    Table
        One row per pair that shares a target, smallest P first: miRNA A, miRNA B, shared targets, Jaccard,
        expected, P, FDR, as :mod:`mirtool.network.pairs.synergy` defines them. The FDR is over all pairs, those
        without a shared target (P = 1) included; the note says how many there are. A P below the smallest double
        is 0.

    Raises
    ------
    UsageError
        For an unknown level of evidence, or ``strong`` of a table without evidence.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> pairs = all_pairs(starter_interactions())
    >>> pairs["miRNA A"][0], pairs["miRNA B"][0]
    ('hsa-miR-17-5p', 'hsa-miR-20a-5p')
    """
    targets = target_matrix(filter_by_evidence(interactions, evidence))
    pairs = pair_statistics(targets.incidence, len(targets.genes), sharing_only=True)
    order = np.lexsort((pairs.b, pairs.a, -pairs.shared, pairs.p_value))
    n = len(targets.mirnas)
    return Table(
        {
            "miRNA A": targets.mirnas[pairs.a[order]],
            "miRNA B": targets.mirnas[pairs.b[order]],
            "shared targets": pairs.shared[order],
            "Jaccard": pairs.jaccard[order],
            "expected": pairs.expected[order],
            "P": pairs.p_value[order],
            "FDR": pairs.fdr[order],
        },
        notes=(
            ("mirtool pairs", ""),
            ("interactions", interactions.source),
            ("evidence", evidence),
            ("universe", f"{len(targets.genes)} genes"),
            ("FDR", f"BH over all {n * (n - 1) // 2} pairs of {n} miRNAs"),
        ),
    )
