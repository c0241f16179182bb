import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh

from mirtool.cluster import cluster_both_ways
from mirtool.errors import NotEnoughDataError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.figures.canvas import drawing_with, svg_bytes
from mirtool.report.figures.components import Components, components_figure
from mirtool.report.figures.heatmap import heatmap_figure
from mirtool.report.figures.settings import FigureSettings
from mirtool.stats.principal_components import principal_components
from tests.report.checks import assert_has_caption, assert_legible

NAN = float("nan")


@pytest.fixture
def matrix() -> ExpressionMatrix:
    rng = np.random.default_rng(4)
    values = rng.uniform(4, 12, (9, 1)) + rng.normal(0, 1, (9, 6))
    probes = ProbeTable(
        text_array(f"{i}" for i in range(9)),
        text_array(f"hsa-miR-{i}" for i in range(9)),
        text_array(["miRNA"] * 9),
    )
    return ExpressionMatrix(values, probes, SampleTable(tuple("abcdef"), ("x", "x", "x", "y", "y", "y")))


def texts(figure) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg_bytes(figure).decode()))


def dots(figure):
    return [c for axes in figure.axes for c in axes.collections if isinstance(c, PathCollection)]


def test_the_clustering_given_is_what_is_drawn(matrix):
    clustering = cluster_both_ways(matrix.values, method="weighted", metric="spearman", scores="centered")
    figure = heatmap_figure(matrix, clustering=clustering)
    mesh = next(c for axes in figure.axes for c in axes.collections if isinstance(c, QuadMesh))
    centered = matrix.values - matrix.values.mean(axis=1, keepdims=True)
    expected = centered[np.ix_(clustering.rows.order, clustering.columns.order)]
    np.testing.assert_allclose(mesh.get_array().reshape(9, 6), expected, atol=1e-12)
    assert "Trees: weighted linkage (WPGMA, MeV's \"average\") on 1 − Spearman's ρ." in figure.caption
    assert "log₂ minus the row" in texts(figure)


def test_plain_values_are_centered_on_their_median(matrix):
    figure = heatmap_figure(matrix, clustering=cluster_both_ways(matrix.values, scores="log2"))
    mesh = next(c for axes in figure.axes for c in axes.collections if isinstance(c, QuadMesh))
    middle = round(2 * float(np.median(matrix.values))) / 2
    assert (mesh.norm.vmin + mesh.norm.vmax) / 2 == middle
    assert mesh.norm.vmin <= matrix.values.min()
    assert mesh.norm.vmax >= matrix.values.max()


def test_stable_clusters_have_a_dot(matrix):
    stable = np.array([True, False, True, False, False])
    figure = heatmap_figure(matrix, stable_columns=stable)
    assert sorted(len(c.get_offsets()) for c in dots(figure)) == [0, 2]
    assert "Dots in the tree of samples: clusters that are stable in the bootstrap (≥ 0.95)." in figure.caption
    assert "Dots" not in heatmap_figure(matrix, stable_columns=np.zeros(5, dtype=bool)).caption


def test_without_trees_the_order_is_kept(matrix):
    clustering = replace(cluster_both_ways(matrix.values, rows=False, columns=False))
    figure = heatmap_figure(matrix, clustering=clustering)
    mesh = next(c for axes in figure.axes for c in axes.collections if isinstance(c, QuadMesh))
    np.testing.assert_allclose(mesh.get_array().reshape(9, 6), clustering.scores)
    assert "Rows in the table" in figure.caption
    assert "Samples in the table" in figure.caption
    assert not dots(figure)


def test_arrays_on_their_components(matrix):
    coordinates, explained, n_rows = principal_components(matrix.values)
    figure = components_figure(Components(coordinates, explained, n_rows), matrix.samples, meaning="log₂")
    points = dots(figure)[0].get_offsets()
    np.testing.assert_allclose(points, coordinates[:, :2])
    found = texts(figure)
    assert "Principal components of 6 arrays" in found
    assert "of the log₂, 9 probes that no array lacks" in figure.caption
    assert all(name in found.split() for name in "abcdef")


def test_an_array_that_is_mostly_missing_is_not_placed(matrix):
    values = matrix.values.copy()
    values[:6, 2] = NAN
    figure = components_figure(Components(*principal_components(values)), matrix.samples, meaning="log₂")
    assert "Not placed, more than half missing: 1 array." in figure.caption


def test_nothing_to_place():
    components = Components(*principal_components(np.array([[1.0, NAN], [NAN, NAN]])))
    with pytest.raises(NotEnoughDataError, match="nothing to draw principal components of"):
        components_figure(components, SampleTable(("a", "b")), meaning="log₂")


@pytest.mark.parametrize("look", [{}, {"figure_width": 85.0}, {"style": "slides"}])
@pytest.mark.parametrize("n", [6, 30, 90])
def test_the_components_are_legible_in_every_look(look, n):
    rng = np.random.default_rng(n)
    components = Components(*principal_components(rng.normal(0, 1, (50, n))))
    samples = SampleTable(tuple(f"GSM{503400 + i}" for i in range(n)), ("control", "treated") * (n // 2))
    with drawing_with(FigureSettings(**look)):
        figure = components_figure(components, samples, meaning="log₂")
    assert_legible(figure)
    assert_has_caption(figure)
