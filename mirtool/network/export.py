"""The synergy network as files: the table of its nodes, and graphs for Cytoscape, Gephi and yEd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import printable
from mirtool.model import Table, TextArray, text_array
from mirtool.network.build import SynergyNetwork
from mirtool.network.graph import network_graph

if TYPE_CHECKING:
    import networkx as nx

_NOT_IN_XML = re.compile("[^\t\n\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def node_table(network: SynergyNetwork) -> Table:
    """Give miRNAs and genes in one table: name, type, and every column of either; NA where it does not apply."""
    mirnas, genes = network.mirnas, network.genes
    columns = {
        "name": np.concatenate([mirnas["miRNA"], genes["gene"]]),
        "type": text_array(["miRNA"] * len(mirnas) + ["gene"] * len(genes)),
    }
    for name in dict.fromkeys([*mirnas.columns, *genes.columns]):
        if name not in ("miRNA", "gene", "name", "type"):
            columns[name] = _stacked(
                (mirnas.columns.get(name), len(mirnas)), (genes.columns.get(name), len(genes))
            )
    return Table(columns)


def _stacked(*parts: tuple[npt.NDArray[Any] | None, int]) -> npt.NDArray[Any]:
    """Set columns one below the other; one that is not there is missing throughout its rows."""
    if all(values is None or values.dtype.kind in "fiu" for values, _ in parts):
        return np.concatenate([np.full(n, np.nan) if values is None else values for values, n in parts])
    return np.concatenate([text_array([""] * n) if values is None else _as_text(values) for values, n in parts])


def _as_text(values: npt.NDArray[Any]) -> TextArray:
    if values.dtype.kind == "b":
        return text_array("yes" if value else "no" for value in values)
    if values.dtype.kind in "fiu":
        return text_array("" if value != value else f"{value:.12g}" for value in values.tolist())
    return values


def graphml_bytes(network: SynergyNetwork) -> bytes:
    """Give the network as GraphML with typed attributes, as Cytoscape, Gephi and yEd open it."""
    import networkx as nx

    text = "\n".join(nx.generate_graphml(_for_xml(network_graph(network))))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n").encode()


def _for_xml(graph: nx.Graph[str]) -> nx.Graph[str]:
    """Write out the control characters in names and attributes, which XML can't hold."""
    import networkx as nx

    plain: nx.Graph[str] = nx.Graph(**_xml_attributes(graph.graph))
    plain.add_nodes_from((_xml_text(node), _xml_attributes(own)) for node, own in graph.nodes(data=True))
    plain.add_edges_from(
        (_xml_text(a), _xml_text(b), _xml_attributes(own)) for a, b, own in graph.edges(data=True)
    )
    return plain


def _xml_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    return {_xml_text(k): _xml_text(v) if isinstance(v, str) else v for k, v in attributes.items()}


def _xml_text(text: str) -> str:
    return _NOT_IN_XML.sub(lambda found: printable(found[0]), text)
