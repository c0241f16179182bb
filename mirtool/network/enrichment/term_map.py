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
from mirtool.network.enrichment.redundancy import SIMILARITY, shared_genes, similar_heads, similarities

if TYPE_CHECKING:
    import networkx as nx

MAP_TERMS = 100
"""At most as many terms: a map of more shows nothing."""


def term_map(result: EnrichmentTable, *, n_terms: int = MAP_TERMS) -> nx.Graph[str]:
    """Return the terms that survive a null as an undirected graph.

    Parameters
    ----------
    result
        One query against all terms. Terms that more specific ones explain are not on it, where that was asked;
        similar terms are, since the lines are what shows the clusters.
    n_terms
        At most as many, the first of the table's order.

    Returns
    -------
    networkx.Graph
        Nodes are terms in the table's order, with its columns as attributes: ``hits``, ``set size``, ``fold (…)``,
        ``P (…)`` and ``FDR (…)`` of each null, ``survives``, ``genes``; ``description`` where there is one, and
        ``cluster`` and ``represented by`` where terms were reduced; ``head``, the first of the terms of the map
        that are grouped by their similarity. Edges join terms whose similarity
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
    similar, shared = similarities(result, rows), shared_genes(result, rows)
    survives = np.array([test.survives[rows] for test in result.tests], dtype=bool)
    for i, head in enumerate(similar_heads(similar, survives).tolist()):
        graph.nodes[result.terms[rows[i]]]["head"] = result.terms[rows[head]]
    for a, b in zip(*(side.tolist() for side in np.nonzero(np.triu(similar >= SIMILARITY, 1))), strict=True):
        graph.add_edge(
            result.terms[rows[a]],
            result.terms[rows[b]],
            similarity=round(float(similar[a, b]), 12),
            **{"shared genes": int(shared[a, b])},
        )
    return graph


def mapped_rows(result: EnrichmentTable) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the rows of all terms that belong on the map."""
    on_map = result.survives_any & ~result.reduction.explained if result.reduction else result.survives_any
    return np.flatnonzero(on_map).astype(np.int64)


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
