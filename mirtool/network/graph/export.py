"""The synergy network as files: the table of its nodes, and graphs for Cytoscape, Gephi and yEd.

============ ===================================================================================================
GraphML      typed attributes; Cytoscape, Gephi, yEd, igraph, networkx
GEXF         GEXF 1.2 with the nodes' places; Gephi, networkx
``.cyjs``    Cytoscape.js JSON as Cytoscape desktop writes it, with the nodes' places; Cytoscape, Cytoscape.js
SIF          ``node <tab> kind of edge <tab> node``, no attributes; Cytoscape and nearly everything else
============ ===================================================================================================

References
----------
Cytoscape user manual, "Supported Network File Formats" (SIF; Cytoscape.js JSON, array style).

GEXF 1.2 draft, https://gexf.net/1.2/.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import printable
from mirtool.model import Table, TextArray, text_array
from mirtool.network.build import SynergyNetwork
from mirtool.network.graph.layout import network_layout
from mirtool.network.graph.node_graph import gene_nodes, network_graph

if TYPE_CHECKING:
    import networkx as nx

_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_IN_XML = re.compile("[^\t\n\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def node_table(network: SynergyNetwork) -> Table:
    """Return miRNAs and genes in one table: name, type, and every column of either; NA where it does not apply."""
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
    """Return the network as GraphML with typed attributes, as Cytoscape, Gephi and yEd open it."""
    import networkx as nx

    text = "\n".join(nx.generate_graphml(_as_written(network_graph(network), _xml_text)))
    return (_XML_DECLARATION + text + "\n").encode()


def gexf_bytes(network: SynergyNetwork) -> bytes:
    """Return the network as GEXF with typed attributes and the nodes' places, as Gephi opens it."""
    import networkx as nx

    graph = _as_written(network_graph(network), _xml_text)
    for node, (x, y) in _places(network).items():
        # Gephi's second axis points upward.
        graph.nodes[_xml_text(node)]["viz"] = {"position": {"x": x, "y": -y, "z": 0}}
    text = "\n".join(nx.generate_gexf(graph))
    # networkx writes its version and the day; the same network must give the same bytes.
    text = re.sub('<meta lastmodifieddate="[^"]*">', "<meta>", text, count=1)
    text = re.sub("<creator>[^<]*</creator>", "<creator>mirtool</creator>", text, count=1)
    return (_XML_DECLARATION + text + "\n").encode()


def cyjs_bytes(network: SynergyNetwork) -> bytes:
    """Return the network as Cytoscape.js JSON, array style, with the nodes' places.

    Attributes are called as Cytoscape exports them: every character but letters, digits and ``_`` is a ``_``.
    ``value`` repeats the ``id``, for networkx.
    """
    graph = _as_written(network_graph(network), lambda text: text)
    places = _places(network)
    nodes = [
        {
            "data": _cyjs_attributes(attributes)
            | {"id": node, "value": node, "name": node, "shared_name": node, "selected": False},
            "position": dict(zip("xy", places[node], strict=True)),
            "selected": False,
        }
        for node, attributes in graph.nodes(data=True)
    ]
    edges = []
    for i, (a, b, attributes) in enumerate(graph.edges(data=True)):
        kind = attributes["interaction"]
        name = f"{a} ({kind}) {b}"
        ends = {"id": f"e{i}", "source": a, "target": b, "name": name, "shared_name": name}
        data = _cyjs_attributes(attributes) | ends | {"shared_interaction": kind, "selected": False}
        edges.append({"data": data, "selected": False})
    title = "miRNA synergy network"
    document = {
        "format_version": "1.0",
        "generated_by": "mirtool",
        "target_cytoscapejs_version": "~2.1",
        "data": _cyjs_attributes(graph.graph) | {"name": title, "shared_name": title},
        "elements": {"nodes": nodes, "edges": edges},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def sif_bytes(network: SynergyNetwork) -> bytes:
    """Return the edges as SIF, separated by tabs so that a name may hold blanks; tabs in names become blanks."""
    edges = network_graph(network).edges(data="interaction")
    lines = ("\t".join(re.sub(r"\s", " ", part) for part in (a, kind, b)) for a, b, kind in edges)
    return ("\n".join(lines) + "\n").encode()


def _places(network: SynergyNetwork) -> dict[str, tuple[int, int]]:
    """Return the place of each node of the graph."""
    layout, targets, node = network_layout(network.targets), network.targets, gene_nodes(network)
    names = [*targets.mirnas, *(node[gene] for gene in targets.genes)]
    return {
        name: (x, y) for name, (x, y) in zip(names, [*layout.mirnas.tolist(), *layout.genes.tolist()], strict=True)
    }


def _as_written(graph: nx.Graph[str], text: Callable[[str], str]) -> nx.Graph[str]:
    """Return a graph whose every attribute has one type throughout, with numbers to twelve digits, as in tables.

    ``text`` rewrites names and texts to what a format can hold.
    """
    import networkx as nx

    of_node = _types([own for _, own in graph.nodes(data=True)])
    of_edge = _types([own for _, _, own in graph.edges(data=True)])

    def written(attributes: dict[str, Any], types: dict[str, type]) -> dict[str, Any]:
        return {text(key): _value(types[key], value, text) for key, value in attributes.items()}

    plain: nx.Graph[str] = nx.Graph(**written(graph.graph, _types([graph.graph])))
    plain.add_nodes_from((text(node), written(own, of_node)) for node, own in graph.nodes(data=True))
    plain.add_edges_from((text(a), text(b), written(own, of_edge)) for a, b, own in graph.edges(data=True))
    return plain


def _types(rows: Sequence[dict[str, Any]]) -> dict[str, type]:
    """Return the type that holds all values of each attribute; text holds what no number does."""
    found: dict[str, set[type]] = defaultdict(set)
    for row in rows:
        for key, value in row.items():
            found[key].add(str if isinstance(value, float) and math.isinf(value) else type(value))
    return {
        key: types.pop() if len(types) == 1 else float if types == {int, float} else str
        for key, types in found.items()
    }


def _value(kind: type, value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, float):
        value = float(f"{value + 0.0:.12g}")
    return text(str(value)) if kind is str else kind(value)


def _xml_text(text: str) -> str:
    """Write out the control characters that XML can't hold."""
    return _NOT_IN_XML.sub(lambda found: printable(found[0]), text)


def _cyjs_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    return {re.sub(r"[^0-9A-Za-z_]", "_", key): value for key, value in attributes.items()}
