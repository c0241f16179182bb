"""The enrichment map: surviving terms as a graph, joined where they share genes.

References
----------
Merico D et al. Enrichment map: a network-based method for gene-set enrichment visualization and interpretation.
PLoS One 2010;5:e13984.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.network.enrichment.redundancy import ANCESTORS, SIMILARITY, similarities

if TYPE_CHECKING:
    import networkx as nx

MAP_TERMS = 100
"""At most as many terms: a map of more shows nothing."""


def term_map(result: EnrichmentTable, *, n_terms: int = MAP_TERMS) -> nx.Graph[str]:
    """Return the terms that survive a null as an undirected graph.

    Parameters
    ----------
    result
        One query against all terms. Where ancestors were set aside, only terms that represent themselves are
        nodes; where similar terms were put together, all are, since the lines are what shows the clusters.
    n_terms
        At most as many, the first of the table's order.

    Returns
    -------
    networkx.Graph
        Nodes are terms in the table's order, with its columns as attributes: ``hits``, ``set size``, ``fold (…)``,
        ``P (…)`` and ``FDR (…)`` of each null, ``survives``, ``genes``; ``description`` where there is one, and
        ``cluster`` and ``represented by`` where terms were reduced. Edges join terms whose similarity
        (:mod:`mirtool.network.enrichment.redundancy`) is at least
        :data:`~mirtool.network.enrichment.redundancy.SIMILARITY`; they carry it, and how many ``shared genes``
        they have.
    """
    import networkx as nx

    rows = mapped_rows(result)[:n_terms]
    graph: nx.Graph[str] = nx.Graph(source=result.source, query=result.query)
    surviving = result.surviving
    for i in rows.tolist():
        graph.add_node(result.terms[i], **_attributes(result, i), survives=surviving[i], genes=result.genes[i])
    similar = similarities(result, rows) if len(rows) else np.zeros((0, 0))
    for a, b in zip(*(side.tolist() for side in np.nonzero(np.triu(similar >= SIMILARITY, 1))), strict=True):
        shared = len(result.members[rows[a]] & result.members[rows[b]])
        graph.add_edge(
            result.terms[rows[a]],
            result.terms[rows[b]],
            similarity=round(float(similar[a, b]), 12),
            **{"shared genes": shared},
        )
    return graph


def mapped_rows(result: EnrichmentTable) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the rows of all terms that belong on the map."""
    reduction = result.reduction
    by_ancestors = reduction is not None and reduction.method == ANCESTORS
    return np.flatnonzero(
        reduction.stands_for_itself if reduction and by_ancestors else result.survives_any
    ).astype(np.int64)


def _attributes(result: EnrichmentTable, row: int) -> dict[str, Any]:
    attributes: dict[str, Any] = {"description": result.descriptions[row]} if result.descriptions[row] else {}
    attributes |= {"hits": int(result.hits[row]), "set size": int(result.set_size[row])}
    for test in result.tests:
        fold = float(test.fold_enrichment[row])
        attributes |= {f"fold ({test.name})": fold} if np.isfinite(fold) else {}
        attributes |= {
            f"P ({test.name})": float(test.p_value[row]),
            f"FDR ({test.name})": float(test.fdr[row]),
        }
    if result.reduction is not None:
        attributes["cluster"] = int(result.reduction.cluster[row])
        other = int(result.reduction.representative[row])
        attributes |= {"represented by": result.terms[other]} if other != row else {}
    return attributes


def term_map_bytes(result: EnrichmentTable) -> bytes:
    """Return the map as GraphML with typed attributes, as Cytoscape, Gephi and yEd open it."""
    import networkx as nx

    text = "\n".join(nx.generate_graphml(term_map(result)))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n").encode()
