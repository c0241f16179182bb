"""The synergy network as one HTML page that needs nothing else: search, filters, neighbors with their references.

It loads nothing and sends nothing (:mod:`mirtool.report.page.html_page`). Where nodes lie is computed here, so
that it looks the same wherever it is opened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.model import EVIDENCE_CLASSES, Table
from mirtool.network.build import SynergyNetwork
from mirtool.network.graph.layout import network_layout
from mirtool.network.interactions.targets import TargetMatrix
from mirtool.report.figures.short_names import common_species
from mirtool.report.page.html_page import SHARED_SCRIPTS, SHARED_STYLES, html_page
from mirtool.report.text.network_words import EVIDENCE_TAKEN, EVIDENCE_WORDS, network_facts
from mirtool.wording import plural

MAX_NODES, MAX_MIRNAS, MAX_PAIRS = 4000, 500, 20_000
"""What a page holds at most; what it leaves out it counts."""
STYLES = (*SHARED_STYLES, "network.css")
SCRIPTS = (*SHARED_SCRIPTS, "references.js", "paper.js", "graph.js", "picture.js", "gestures.js", "network.js")
"""Templates of the page's style and of its program, in this order."""
_TITLE = "miRNA synergy network"


def network_page(
    network: SynergyNetwork,
    *,
    remarks: Sequence[str] = (),
    max_nodes: int = MAX_NODES,
    max_mirnas: int = MAX_MIRNAS,
    max_pairs: int = MAX_PAIRS,
) -> bytes:
    """Return a network as an HTML page, UTF-8.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` gives it; every column of its tables is shown.
    remarks
        What reading the interactions left out, in words.
    max_nodes, max_mirnas, max_pairs
        The miRNAs of highest synergy, the genes in which most of them meet and the pairs of smallest P are taken
        up to these numbers. What is left out is counted on the page.
    """
    shown = _choose(network, max_nodes, max_mirnas, max_pairs)
    return html_page(
        _TITLE, body="network.html", styles=STYLES, scripts=SCRIPTS, data=_data(network, shown, remarks)
    )


@dataclass(frozen=True, eq=False)
class _Shown:
    """The rows of the network's tables that the page holds."""

    mirnas: Table
    genes: Table
    edges: Table
    pairs: Table
    left_out: list[str]


def _choose(network: SynergyNetwork, max_nodes: int, max_mirnas: int, max_pairs: int) -> _Shown:
    mirnas = network.mirnas.take(np.arange(min(len(network.mirnas), max_mirnas)))
    taken = set(mirnas["miRNA"])
    edges = network.edges.take(np.array([name in taken for name in network.edges["miRNA"]], dtype=bool))
    targeted = set(edges["gene"])
    genes = network.genes.take(np.array([gene in targeted for gene in network.genes["gene"]], dtype=bool))
    genes = genes.take(np.arange(min(len(genes), max(max_nodes - len(mirnas), 0))))
    kept = set(genes["gene"])
    edges = edges.take(np.array([gene in kept for gene in edges["gene"]], dtype=bool))
    both = (
        a in taken and b in taken for a, b in zip(network.pairs["miRNA A"], network.pairs["miRNA B"], strict=True)
    )
    pairs = network.pairs.take(np.array(list(both), dtype=bool))
    pairs = pairs.take(np.arange(min(len(pairs), max_pairs)))
    counts = (
        (mirnas, network.mirnas, "miRNA", "those of highest synergy"),
        (genes, network.genes, "gene", "those in which most miRNAs meet"),
        (pairs, network.pairs, "pair", "those of smallest P"),
    )
    left_out = [
        f"{len(part):,} of {plural(len(whole), what)} on this page, {which}; the tables have them all."
        for part, whole, what, which in counts
        if len(part) < len(whole)
    ]
    return _Shown(mirnas, genes, edges, pairs, left_out)


def _data(network: SynergyNetwork, shown: _Shown, remarks: Sequence[str]) -> dict[str, Any]:
    mirna = {name: i for i, name in enumerate(shown.mirnas["miRNA"])}
    gene = {name: i for i, name in enumerate(shown.genes["gene"])}
    ends = [mirna[name] for name in shown.edges["miRNA"]], [gene[name] for name in shown.edges["gene"]]
    layout = network_layout(_matrix(shown, *ends))
    classes = [each for each in reversed(EVIDENCE_CLASSES) if each in set(shown.edges["evidence"])]
    evidence = EVIDENCE_TAKEN.get(network.evidence, network.evidence)
    return {
        "subtitle": f"{network.source}, {evidence}, {plural(len(network.universe), 'gene')} in the universe",
        "species": common_species(shown.mirnas["miRNA"]),
        "alpha": network.alpha,
        "facts": network_facts(network, remarks=remarks),
        "leftOut": shown.left_out,
        "evidence": [[each, EVIDENCE_WORDS[each]] for each in classes],
        "mirnas": {
            "names": list(mirna),
            "places": layout.mirnas.tolist(),
            "columns": _columns(shown.mirnas, "miRNA"),
        },
        "genes": {
            "names": list(gene),
            "places": layout.genes.tolist(),
            "columns": _columns(shown.genes, "gene", "which"),
        },
        "edges": {
            "mirna": ends[0],
            "gene": ends[1],
            "evidence": [classes.index(each) for each in shown.edges["evidence"]],
            "references": shown.edges["references"].tolist(),
            "columns": _columns(shown.edges, "miRNA", "gene", "evidence", "references"),
        },
        "pairs": {
            "a": [mirna[name] for name in shown.pairs["miRNA A"]],
            "b": [mirna[name] for name in shown.pairs["miRNA B"]],
            "columns": _columns(shown.pairs, "miRNA A", "miRNA B", "shared genes"),
        },
    }


def _matrix(shown: _Shown, rows: list[int], columns: list[int]) -> TargetMatrix:
    from scipy.sparse import csr_array

    shape = (len(shown.mirnas), len(shown.genes))
    incidence = csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)
    incidence.sort_indices()
    return TargetMatrix(shown.mirnas["miRNA"], shown.genes["gene"], incidence)


def _columns(table: Table, *without: str) -> list[dict[str, Any]]:
    """Return the columns of a table for the page, but those that it knows by other means."""
    return [
        {"name": name, "values": _values(values)} for name, values in table.columns.items() if name not in without
    ]


def _values(values: npt.NDArray[Any]) -> list[Any]:
    """Return a column's values for JSON: numbers to six digits, more than a page shows; None for missing."""
    if values.dtype.kind != "f":
        return list(values.tolist())
    return [
        None if math.isnan(value) else f"{value:g}" if math.isinf(value) else float(f"{value + 0.0:.6g}")
        for value in values.tolist()
    ]
