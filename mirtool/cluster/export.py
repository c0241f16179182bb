"""Trees and matrices for other programs: Java TreeView's CDT, GTR and ATR, and Newick.

**CDT** (clustered data table) is tab-delimited: the columns ``GID`` (the row's name in the gene tree), ``ID``,
``NAME``, ``GWEIGHT`` (1) and one for each array; above the data the rows ``AID`` (the array's name in the array
tree), ``GROUP`` and ``EWEIGHT`` (1). Rows and columns are in the order of the trees. ``GID`` and ``AID`` are
left out where there is no such tree, ``GROUP`` where no array has one. A missing value is an empty cell.

**GTR** and **ATR** (gene tree, array tree) have a line for each merge, from the first to the last, and no header:
its own name, the names of the two it joins, and their similarity. Names are ``NODE1X``, ``NODE2X`` …, leaves
``GENE1X`` or ``ARRY1X`` …, numbered as rows and columns are in the table that was clustered. The similarity is
1 − distance for distances that are 1 − a correlation; Euclidean distances are divided by that of the last merge
first, so that it lies between 0 and 1 there too.

**Newick**: the length of a branch is half the difference of the heights of its two ends, so that the path between
two leaves is as long as the distance at which they were merged. Nodes bear the names they have in GTR and ATR.

References
----------
Java TreeView user's manual, "File formats": https://jtreeview.sourceforge.net/docs/JTVUserManual/ch02s11.html
de Hoon, M. J. L. et al. (2004). Open source clustering software. Bioinformatics 20, 1453–1454 (Cluster 3.0).
Olsen, G. (1990). Newick's 8:45 tree format standard.
https://phylipweb.github.io/phylip/newick_doc.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from mirtool.cluster.both_ways import Clustering
from mirtool.cluster.methods import Metric
from mirtool.cluster.trees import ClusterTree
from mirtool.model import FloatArray, ProbeTable, SampleTable

GENE, ARRAY = "GENE", "ARRY"


def node_name(merge: int) -> str:
    """Return the name of a merge, counted from 0."""
    return f"NODE{merge + 1}X"


def leaf_names(prefix: str, n: int) -> list[str]:
    """Return the names of n leaves, such as ``GENE1X``.

    Examples
    --------
    >>> leaf_names(ARRAY, 2)
    ['ARRY1X', 'ARRY2X']
    """
    return [f"{prefix}{leaf + 1}X" for leaf in range(n)]


def cdt_text(clustering: Clustering, probes: ProbeTable, samples: SampleTable) -> str:
    """Return the clustered matrix as CDT text, LF line ends.

    Parameters
    ----------
    clustering
        Whose scores are written, in the order of its trees.
    probes, samples
        What its rows and columns are.
    """
    rows, columns = clustering.row_order.tolist(), clustering.column_order.tolist()
    genes, arrays = leaf_names(GENE, len(rows)), leaf_names(ARRAY, len(columns))
    has_rows, has_columns = _has_tree(clustering.rows), _has_tree(clustering.columns)
    lead = ["GID"] if has_rows else []
    blank = [""] * (len(lead) + 2)
    lines = [[*lead, "ID", "NAME", "GWEIGHT", *(samples.names[j] for j in columns)]]
    if has_columns:
        lines.append(["AID", *blank, *(arrays[j] for j in columns)])
    if any(samples.groups):
        lines.append(["GROUP", *blank, *(samples.groups[j] for j in columns)])
    lines.append(["EWEIGHT", *blank, *("1" for _ in columns)])
    for i in rows:
        own = [genes[i]] if has_rows else []
        label = probes.name[i] or probes.id[i]
        lines.append([*own, probes.id[i], label, "1", *(_number(clustering.scores[i, j]) for j in columns)])
    return "".join("\t".join(map(_cell, line)) + "\n" for line in lines)


def tree_text(tree: ClusterTree, metric: Metric, prefix: str) -> str:
    """Return a tree as GTR (``prefix`` GENE) or ATR (``prefix`` ARRY) text; empty for a tree without a merge.

    The child that is first in the tree's order comes first.
    """
    n = len(tree)
    names = leaf_names(prefix, n) + [node_name(merge) for merge in range(len(tree.linkage))]
    similarity = 1.0 - scaled_heights(tree, metric)
    lines = []
    for merge, (left, right) in enumerate(_children(tree)):
        lines.append(f"{names[n + merge]}\t{names[left]}\t{names[right]}\t{similarity[merge] + 0.0:.12g}\n")
    return "".join(lines)


def newick_text(tree: ClusterTree, names: Sequence[str]) -> str:
    r"""Return a tree in Newick format, one line.

    Parameters
    ----------
    tree
        With at least one leaf.
    names
        Of the leaves; they are quoted where Newick needs it.

    Examples
    --------
    >>> tree = ClusterTree(np.array([0, 2, 1]), np.array([[0.0, 2, 1, 2], [1, 3, 4, 3]]))
    >>> newick_text(tree, ["a", "it's", "c"])
    "((a:0.5,c:0.5)NODE1X:1.5,'it''s':2)NODE2X;\n"
    """
    n = len(tree)
    texts = [newick_label(name) for name in names]
    heights = np.concatenate([np.zeros(n), tree.linkage[:, 2]])
    for merge, children in enumerate(_children(tree)):
        branches = [f"{texts[child]}:{(heights[n + merge] - heights[child]) / 2 + 0.0:.12g}" for child in children]
        for child in children:
            texts[child] = ""  # what is written in its parent need not be kept
        texts.append(f"({','.join(branches)}){node_name(merge)}")
    return texts[-1] + ";\n"


def newick_label(name: str) -> str:
    """Quote a name for Newick where it holds a blank, a mark of the format, or an underscore (read as a blank)."""
    name = _cell(name)
    return name if re.fullmatch(r"[^\s()\[\]{}:;,'\"_]+", name) else "'" + name.replace("'", "''") + "'"


def scaled_heights(tree: ClusterTree, metric: Metric) -> FloatArray:
    """Return the distance of each merge, Euclidean ones divided by the largest."""
    heights = tree.linkage[:, 2]
    largest = heights.max(initial=0.0)
    return heights / largest if metric == "euclidean" and largest > 0 else heights


def _children(tree: ClusterTree) -> list[tuple[int, int]]:
    """Return the two children of each merge, the one that is first in the order first."""
    n = len(tree)
    first = np.empty(n + len(tree.linkage))
    first[tree.order] = np.arange(n)
    found = []
    for merge, (a, b) in enumerate(tree.linkage[:, :2].astype(np.int64).tolist()):
        first[n + merge] = min(first[a], first[b])
        found.append((a, b) if first[a] < first[b] else (b, a))
    return found


def _has_tree(tree: ClusterTree | None) -> bool:
    return tree is not None and len(tree.linkage) > 0


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value + 0.0:.12g}"


def _cell(text: str) -> str:
    """Take out what would end a cell or a line."""
    return re.sub(r"[\t\r\n]+", " ", str(text))
