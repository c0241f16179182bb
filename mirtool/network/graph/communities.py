r"""Which miRNAs go together: communities of the synergy graph, the genes they meet in, and their gene sets.

The graph is that of :func:`mirtool.network.graph.synergy_graph.synergy_weights`. Louvain's method looks for the
partition with the largest modularity

    Q = Σ_c [ L_c / m − γ (k_c / 2m)² ]

where L_c is the weight of the edges inside community c, k_c the synergy of its miRNAs, m the weight of all edges,
and γ the resolution: above 1 communities are smaller, below 1 larger. What it finds depends on the order in which
it looks at the nodes: of ten seeded orders the partition with the largest Q is taken, the first of these. A miRNA
without partners is in no community.

A gene belongs to the community in which most of its miRNAs lie; where several have as many, to all of these.

Gene sets are tested for the genes that a community shares: those in which two of its miRNAs meet. Communities are
chosen for sharing, which none of the nulls knows: in large networks believe what survives all of them by far.

References
----------
Blondel VD, Guillaume JL, Lambiotte R, Lefebvre E. Fast unfolding of communities in large networks. J Stat Mech
2008;P10008.

Newman MEJ. Analysis of weighted networks. Phys Rev E 2004;70:056131 (modularity with weights).

Reichardt J, Bornholdt S. Statistical mechanics of community detection. Phys Rev E 2006;74:016110 (the resolution).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import BoolArray, FloatArray, GeneSets, IntArray, Table, TextArray, text_array
from mirtool.network.build import SynergyNetwork
from mirtool.network.enrichment.mirna_null import SEED
from mirtool.network.enrichment.over_representation import EnrichmentTable, target_enrichment
from mirtool.network.graph.synergy_graph import synergy_weights
from mirtool.network.interactions.mirna_universe import MirnaUniverse
from mirtool.network.settings import EnrichmentSettings

if TYPE_CHECKING:
    from concurrent.futures import Executor

STARTS = 10
TOP_TERMS = 5
_ALIKE = 1e-12
"""Modularities that differ by less are of the same partition, summed in another order."""


def with_communities(network: SynergyNetwork, *, resolution: float = 1.0, seed: int = SEED) -> SynergyNetwork:
    """Split the miRNAs into communities, and say in which each gene lies.

    Parameters
    ----------
    network
        Of a study's miRNAs.
    resolution
        γ: above 1 for smaller communities, below 1 for larger ones.
    seed
        Of the orders in which Louvain's method looks at the miRNAs.

    Returns
    -------
    SynergyNetwork
        With the column ``community`` in ``mirnas`` (empty for a miRNA without partners) and in ``genes`` (several
        joined by ``;`` where they tie; empty where none of the gene's miRNAs is in one), and the table
        ``communities``, those of most miRNAs first: community, miRNAs, genes (that lie in it), genes shared (in
        which two of its miRNAs meet), modularity (its part of Q), which (its miRNAs, highest synergy first).

    Raises
    ------
    UsageError
        For a resolution that is not above 0.
    """
    if not 0 < resolution < np.inf:
        raise UsageError("the resolution of communities must be above 0", found=f"{resolution:g}", expected="1")
    weights = synergy_weights(network)
    member = louvain(weights, resolution, seed)
    mirnas = network.mirnas.with_columns({"community": text_array(str(c + 1) if c >= 0 else "" for c in member)})
    community_of = dict(zip(mirnas["miRNA"], mirnas["community"], strict=True))
    of_gene = text_array(
        most_common([community_of[name] for name in which.split(";")]) for which in network.genes["which"]
    )
    genes_in = Counter(name for cell in of_gene for name in cell.split(";"))
    names = [str(c + 1) for c in range(member.max() + 1)]
    own = [mirnas["miRNA"][mirnas["community"] == name] for name in names]
    parts = modularity_parts(weights, member, resolution)
    communities = Table(
        {
            "community": text_array(names),
            "miRNAs": np.array([len(each) for each in own], dtype=np.int64),
            "genes": np.array([genes_in[name] for name in names], dtype=np.int64),
            "genes shared": np.array([_count_shared(network, each) for each in own], dtype=np.int64),
            "modularity": parts,
            "which": text_array(";".join(each) for each in own),
        },
        notes=(
            ("mirtool communities", ""),
            ("method", f"Louvain, the best of {STARTS} orders"),
            ("resolution", f"{resolution:g}"),
            ("seed", str(seed)),
            ("modularity of all", f"{parts.sum():.6g}"),
        ),
    )
    genes = network.genes.with_columns({"community": of_gene})
    return replace(network, mirnas=mirnas, genes=genes, communities=communities)


def most_common(communities: Sequence[str]) -> str:
    """Return the community that is named most often, several joined by ``;`` where they tie; empty names are none.

    Examples
    --------
    >>> most_common(["1", "2", "2", ""]), most_common(["10", "2"]), most_common([""])
    ('2', '2;10', '')
    """
    counts = Counter(filter(None, communities))
    most = max(counts.values(), default=0)
    return ";".join(sorted((name for name, n in counts.items() if n == most), key=int))


def _count_shared(network: SynergyNetwork, names: TextArray) -> int:
    """Count the genes in which at least two of the miRNAs meet."""
    targets = network.targets
    rows = np.flatnonzero(np.isin(targets.mirnas.astype(str), names.astype(str)))
    return int((targets.incidence[rows].sum(axis=0) >= 2).sum())


def louvain(weights: FloatArray, resolution: float = 1.0, seed: int = SEED) -> IntArray:
    """Find communities of an undirected graph by Louvain's method, the best of ten seeded orders.

    Parameters
    ----------
    weights
        ``(n, n)``, symmetric, 0 or more, the diagonal 0.
    resolution
        γ of the modularity.
    seed
        Of the orders.

    Returns
    -------
    IntArray
        ``(n,)``, the community of each node, from 0 for the one of most nodes (of several, the one with the first
        node); −1 for a node without edges.

    Examples
    --------
    Two pairs and a node by itself.

    >>> weights = np.zeros((5, 5))
    >>> weights[[0, 3, 1, 2], [3, 0, 2, 1]] = 1
    >>> louvain(weights).tolist()
    [0, 1, 1, 0, -1]
    """
    import networkx as nx

    joined = np.flatnonzero(weights.any(axis=1))
    best, highest = np.full(len(weights), -1, dtype=np.int64), -np.inf
    if not len(joined):
        return best
    # Nodes are numbers: sets of names would be walked in an order that differs from run to run.
    graph = nx.from_numpy_array(weights[np.ix_(joined, joined)])
    for start in np.random.SeedSequence(seed).generate_state(STARTS):
        found = nx.community.louvain_communities(graph, resolution=resolution, seed=int(start))
        member = np.full(len(weights), -1, dtype=np.int64)
        for c, nodes in enumerate(sorted(found, key=lambda nodes: (-len(nodes), min(nodes)))):
            member[joined[sorted(nodes)]] = c
        total = modularity_parts(weights, member, resolution).sum()
        if total > highest + _ALIKE:
            best, highest = member, total
    return best


def modularity_parts(weights: FloatArray, member: IntArray, resolution: float = 1.0) -> FloatArray:
    """Return each community's part of the modularity Q, ``(n_communities,)``; nodes in none (−1) have no edges.

    Examples
    --------
    Two pairs: each holds half of the edges' weight and of their ends, 1/2 − (1/2)².

    >>> weights = np.array([[0.0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    >>> modularity_parts(weights, np.array([0, 0, 1, 1])).tolist()
    [0.25, 0.25]
    """
    inside = member[:, np.newaxis] == np.arange(member.max() + 1)
    ends = weights.sum()
    within = ((weights @ inside) * inside).sum(axis=0) / ends
    share = weights.sum(axis=1) @ inside / ends
    parts: FloatArray = within - resolution * share**2
    return parts


def with_community_terms(
    network: SynergyNetwork,
    universe: MirnaUniverse,
    gene_sets: GeneSets,
    settings: EnrichmentSettings | None = None,
    *,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> SynergyNetwork:
    """Return which gene sets the genes shared within each community are known for.

    Parameters
    ----------
    network
        With its communities (:func:`with_communities`).
    universe
        The miRNAs that could have been chosen: as many as the community has are drawn from these.
    gene_sets, settings, executor, on_step
        As for :func:`mirtool.network.target_enrichment`.

    Returns
    -------
    SynergyNetwork
        With further columns in ``communities``: how many terms are significant under each null, and under all of
        several (NaN where no gene that two of the community's miRNAs share is in a gene set), and the top terms,
        at most five of those significant under any null, each with its FDR under each.

    Raises
    ------
    UsageError
        Where the network has no communities.
    """
    settings = settings or EnrichmentSettings()
    if network.communities is None:
        raise UsageError("gene sets of communities need communities", hint="call with_communities first")

    def test(names: str) -> EnrichmentTable | None:
        own = set(names.split(";"))
        of_community = replace(universe, chosen=np.array([name in own for name in universe.targets.mirnas]))
        try:
            return target_enrichment(
                of_community, gene_sets, settings, shared_by=2, executor=executor, on_step=on_step
            )
        except NotEnoughDataError:
            return None

    tests = [test(names) for names in network.communities["which"]]
    columns: dict[str, FloatArray | TextArray] = {}
    for null in settings.nulls:
        columns[f"terms surviving ({null})"] = _counts(
            None if each is None else each.under(null).survives for each in tests
        )
    if len(settings.nulls) > 1:
        columns["terms surviving (all)"] = _counts(None if each is None else each.survives_all for each in tests)
    columns["top terms"] = text_array("" if each is None else _top_terms(each) for each in tests)
    return replace(network, communities=network.communities.with_columns(columns))


def _counts(masks: Iterable[BoolArray | None]) -> FloatArray:
    """Count the terms of each mask; missing where none was tested."""
    return np.array([np.nan if mask is None else mask.sum() for mask in masks], dtype=np.float64)


def _top_terms(test: EnrichmentTable) -> str:
    """Write the terms on top that survive any null, each with its FDR under every null."""
    surviving = np.flatnonzero(test.survives_any)[:TOP_TERMS]
    return "; ".join(
        f"{test.terms[i]} ({', '.join(f'{each.name} {each.fdr[i]:.1e}' for each in test.tests)})"
        for i in surviving
    )
