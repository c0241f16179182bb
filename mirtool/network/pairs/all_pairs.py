"""Every pair of miRNAs of an interactions table that shares a target: millions, in seconds."""

from __future__ import annotations

import numpy as np

from mirtool.model import Table
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.pairs.synergy import pair_statistics


def all_pairs(table: TargetTable) -> Table:
    """Compare the targets of all miRNAs of a table, pair by pair.

    Parameters
    ----------
    table
        Pairs of miRNA and gene; its genes are the universe.

    Returns
    -------
    Table
        One row per pair that shares a target, smallest P first: miRNA A, miRNA B, shared targets, Jaccard,
        expected, P, FDR, as :mod:`mirtool.network.pairs.synergy` defines them. The FDR is over all pairs, those
        without a shared target (P = 1) included; the note says how many there are. A P below the smallest double
        is 0.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> pairs = all_pairs(TargetTable.of(starter_interactions(), "all"))
    >>> pairs["miRNA A"][0], pairs["miRNA B"][0]
    ('hsa-miR-17-5p', 'hsa-miR-20a-5p')
    """
    targets = table.matrix
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
            ("interactions", table.source),
            ("evidence", table.evidence),
            ("universe", f"{len(targets.genes)} genes"),
            ("FDR", f"BH over all {n * (n - 1) // 2} pairs of {n} miRNAs"),
        ),
    )
