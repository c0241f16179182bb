"""CDT, GTR, ATR and Newick, read back by small parsers of their own."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet
from scipy.spatial.distance import squareform

from mirtool.cluster import cluster_both_ways, hierarchical_order, members
from mirtool.cluster.export import ARRAY, GENE, cdt_text, newick_label, newick_text, tree_text
from mirtool.cluster.saved import parse_clustering
from mirtool.errors import FormatError
from mirtool.model import ProbeTable, SampleTable, text_array

NAN = float("nan")
TWO = "GID\tID\tNAME\tGWEIGHT\ts1\ts2\nEWEIGHT\t\t\t\t1\t1\nGENE1X\t10\ta\t1\t0.5\t\nGENE2X\t11\tb\t1\t1\t-2\n"


def probe_table(n: int) -> ProbeTable:
    names = [f"hsa-miR-{i + 1}-5p" for i in range(n)]
    names[0] = ""
    return ProbeTable(text_array(f"{10 + i}" for i in range(n)), text_array(names), text_array(["miRNA"] * n))


@pytest.fixture(params=[("average", "correlation"), ("weighted", "spearman"), ("ward", "euclidean")])
def clustering(request):
    values = np.random.default_rng(8).normal(8, 2, (11, 7))
    values[3, 2] = NAN
    return cluster_both_ways(values, method=request.param[0], metric=request.param[1])


SAMPLES = SampleTable(("s1", "s2", "s3", "s4", "s5", "s6", "s7"), ("a", "b", "a", "b", "", "a", "b"))


def read_tree(text: str) -> dict[str, tuple[str, str, float]]:
    rows = [line.split("\t") for line in text.splitlines()]
    assert all(len(row) == 4 for row in rows)
    return {node: (left, right, float(similarity)) for node, left, right, similarity in rows}


def leaves_below(tree, name: str) -> list[str]:
    if name not in tree:
        return [name]
    left, right, _ = tree[name]
    return leaves_below(tree, left) + leaves_below(tree, right)


def read_newick(text: str):
    """Return each node's (name, branch, children), nested."""
    tokens = re.findall(r"'(?:[^']|'')*'|[(),:;]|[^\s(),:;']+", text)
    place = 0

    def node():
        nonlocal place
        children = []
        if tokens[place] == "(":
            while tokens[place] in "(,":
                place += 1
                children.append(node())
            assert tokens[place] == ")"
            place += 1
        name, branch = "", 0.0
        if tokens[place] not in "(),:;":
            name = tokens[place]
            name = name[1:-1].replace("''", "'") if name[0] == "'" else name
            place += 1
        if tokens[place] == ":":
            branch = float(tokens[place + 1])
            place += 2
        return name, branch, children

    root = node()
    assert tokens[place:] == [";"]
    return root


def depths(node, depth=0.0):
    name, branch, children = node
    if not children:
        return {name: depth + branch}
    return {leaf: d for child in children for leaf, d in depths(child, depth + branch).items()}


@pytest.mark.parametrize(("prefix", "axis"), [(GENE, 0), (ARRAY, 1)])
def test_trees_name_every_child_once_and_only_fall_in_similarity(clustering, prefix, axis):
    tree = clustering.rows if axis == 0 else clustering.columns
    metric = clustering.row_metric if axis == 0 else clustering.column_metric
    found = read_tree(tree_text(tree, metric, prefix))
    n = len(tree)
    assert list(found) == [f"NODE{i}X" for i in range(1, n)]
    children = [child for left, right, _ in found.values() for child in (left, right)]
    expected = [f"{prefix}{i}X" for i in range(1, n + 1)] + [f"NODE{i}X" for i in range(1, n - 1)]
    assert sorted(children) == sorted(expected)
    similarity = [s for _, _, s in found.values()]
    assert similarity == sorted(similarity, reverse=True)
    if metric == "euclidean":
        assert similarity[-1] == 0
        np.testing.assert_allclose(1 - np.array(similarity), tree.linkage[:, 2] / tree.linkage[-1, 2], atol=1e-11)
    else:
        np.testing.assert_allclose(1 - np.array(similarity), tree.linkage[:, 2], atol=1e-11)
    assert leaves_below(found, f"NODE{n - 1}X") == [f"{prefix}{i + 1}X" for i in tree.order]
    for merge, inside in enumerate(members(tree)):
        expected_leaves = {f"{prefix}{i + 1}X" for i in np.flatnonzero(inside)}
        assert set(leaves_below(found, f"NODE{merge + 1}X")) == expected_leaves


def test_the_table_stands_in_the_order_of_the_trees(clustering):
    rows = [line.split("\t") for line in cdt_text(clustering, probe_table(11), SAMPLES).splitlines()]
    assert {len(row) for row in rows} == {4 + 7}
    head, aid, group, weight, *body = rows
    assert head[:4] == ["GID", "ID", "NAME", "GWEIGHT"]
    assert head[4:] == [SAMPLES.names[j] for j in clustering.columns.order]
    assert aid == ["AID", "", "", "", *(f"ARRY{j + 1}X" for j in clustering.columns.order)]
    assert group == ["GROUP", "", "", "", *(SAMPLES.groups[j] for j in clustering.columns.order)]
    assert weight == ["EWEIGHT", "", "", "", *["1"] * 7]
    genes = read_tree(tree_text(clustering.rows, clustering.row_metric, GENE))
    assert [row[0] for row in body] == leaves_below(genes, "NODE10X")
    for row, i in zip(body, clustering.rows.order, strict=True):
        assert row[:4] == [f"GENE{i + 1}X", f"{10 + i}", "10" if i == 0 else f"hsa-miR-{i + 1}-5p", "1"]
        values = np.array([float(cell) if cell else NAN for cell in row[4:]])
        np.testing.assert_allclose(values, clustering.scores[i, clustering.columns.order], rtol=1e-11)
    assert sum(row.count("") for row in body) == 1


def test_without_trees_or_groups_nothing_refers_to_them(clustering):
    plain = replace(clustering, rows=None, columns=None)
    rows = [line.split("\t") for line in cdt_text(plain, probe_table(11), SampleTable(SAMPLES.names)).splitlines()]
    assert rows[0] == ["ID", "NAME", "GWEIGHT", *SAMPLES.names]
    assert rows[1] == ["EWEIGHT", "", "", *["1"] * 7]
    assert [row[0] for row in rows[2:]] == [f"{10 + i}" for i in range(11)]


def test_the_files_by_hand():
    # On a line: 0, 1, 5: merges at 1 and 4.5; similarity 1 − 1/4.5 = 0.777… and 0; branches 0.5, 0.5, 1.75, 2.25.
    tree = hierarchical_order(np.array([[0.0], [1.0], [5.0]]), metric="euclidean")
    assert tree.order.tolist() == [2, 1, 0]
    assert tree_text(tree, "euclidean", GENE) == (
        "NODE1X\tGENE2X\tGENE1X\t0.777777777778\nNODE2X\tGENE3X\tNODE1X\t0\n"
    )
    assert newick_text(tree, ["x", "y", "z"]) == "(z:2.25,(y:0.5,x:0.5)NODE1X:1.75)NODE2X;\n"


def test_paths_in_newick_are_the_distances_of_the_merges(clustering):
    names = [f"probe {i}, it's (no. {i})" for i in range(11)]
    text = newick_text(clustering.rows, names)
    root = read_newick(text)
    found = depths(root)
    assert set(found) == set(names)
    top = clustering.rows.linkage[-1, 2]
    np.testing.assert_allclose(list(found.values()), top / 2, rtol=1e-9)

    expected = cophenet(clustering.rows.linkage)
    pairs = {}

    def walk(node, height):
        name, _, children = node
        if not children:
            return [name]
        below = [walk(child, height - child[1]) for child in children]
        for a in below[0]:
            for b in below[1]:
                pairs[frozenset((a, b))] = 2 * height
        return below[0] + below[1]

    assert walk(root, top / 2) == [names[i] for i in clustering.rows.order]
    in_order = [pairs[frozenset((names[i], names[j]))] for i in range(11) for j in range(i + 1, 11)]
    np.testing.assert_allclose(in_order, expected, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize(
    ("name", "label"),
    [("hsa-let-7a-5p", "hsa-let-7a-5p"), ("miR_1", "'miR_1'"), ("a b", "'a b'"), ("5'", "'5'''"), ("", "''"),
     ("hsa-miR-17-5p/106a", "hsa-miR-17-5p/106a"), ("a\tb", "'a b'")],
)  # fmt: skip
def test_names_are_quoted_where_newick_needs_it(name, label):
    assert newick_label(name) == label


def test_one_leaf_is_a_tree_too():
    tree = hierarchical_order(np.ones((1, 3)))
    assert tree_text(tree, "correlation", GENE) == ""
    assert newick_text(tree, ["a"]) == "a;\n"


class TestReadAgain:
    def test_a_clustering_comes_back_in_the_order_of_its_trees(self, clustering) -> None:
        rows, columns = clustering.row_order, clustering.column_order
        probes = probe_table(11)
        saved = parse_clustering(
            cdt_text(clustering, probes, SAMPLES),
            tree_text(clustering.rows, clustering.row_metric, GENE),
            tree_text(clustering.columns, clustering.column_metric, ARRAY),
        )
        assert saved.ids == tuple(probes.id[rows])
        assert saved.names == tuple(name or own for name, own in zip(probes.name[rows], saved.ids, strict=True))
        assert saved.samples == tuple(SAMPLES.names[j] for j in columns)
        assert saved.groups == tuple(SAMPLES.groups[j] for j in columns)
        np.testing.assert_allclose(saved.scores, clustering.scores[np.ix_(rows, columns)], rtol=1e-11)
        for tree, read, metric in (
            (clustering.rows, saved.rows, clustering.row_metric),
            (clustering.columns, saved.columns, clustering.column_metric),
        ):
            # The distance at which two leaves are merged, of every pair: the same tree, its leaves renumbered.
            pairs = squareform(cophenet(tree.linkage))[np.ix_(tree.order, tree.order)]
            scale = pairs.max() if metric == "euclidean" else 1.0
            np.testing.assert_allclose(squareform(cophenet(read.linkage)), pairs / scale, atol=1e-10)

    def test_a_table_without_trees(self) -> None:
        saved = parse_clustering(TWO)
        assert (saved.ids, saved.names, saved.samples) == (("10", "11"), ("a", "b"), ("s1", "s2"))
        np.testing.assert_array_equal(saved.scores, [[0.5, NAN], [1, -2]])
        assert saved.rows is saved.columns is None
        assert saved.groups == ("", "")

    @pytest.mark.parametrize(
        ("cdt", "gtr", "words"),
        [
            ("", "", "not a clustered data table"),
            ("ID\tName\n", "", "not a clustered data table"),
            (TWO.replace("\t-2", ""), "", "differ in length"),
            (TWO.replace("-2", "two"), "", "not a number"),
            (TWO, "NODE1X\tGENE1X\tGENE3X\t0.5\n", "a tree does not fit"),
            (TWO, "NODE1X\tGENE1X\n", "a tree does not fit"),
            (TWO, "NODE1X\tGENE1X\tGENE2X\t0.5\nNODE2X\tNODE1X\tGENE2X\t0.4\n", "a tree does not fit"),
        ],
    )
    def test_what_is_none_is_refused(self, cdt, gtr, words) -> None:
        with pytest.raises(FormatError, match=words):
            parse_clustering(cdt, gtr)
