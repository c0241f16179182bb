"""The graph that centralities and communities are of: miRNAs, joined where a pair is significant."""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray
from mirtool.network.build import SynergyNetwork


def synergy_weights(network: SynergyNetwork) -> FloatArray:
    """Return the synergy graph as a symmetric matrix, ``(n_mirnas, n_mirnas)``.

    The rows are in the order of ``network.mirnas``. Two miRNAs whose pair is significant are joined by an edge
    that weighs as much as they share targets; all others, and the diagonal, are 0. The row sums are the column
    ``synergy``, and the numbers of edges the column ``partners``.
    """
    row = {name: i for i, name in enumerate(network.mirnas["miRNA"])}
    pairs = network.pairs.take(network.pairs["significant"])
    a, b = (np.array([row[name] for name in pairs[side]], dtype=np.int64) for side in ("miRNA A", "miRNA B"))
    weights = np.zeros((len(row), len(row)))
    weights[a, b] = weights[b, a] = pairs["shared targets"]
    return weights
