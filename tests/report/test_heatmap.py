import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection, QuadMesh
from matplotlib.figure import Figure

from mirtool.cluster import ClusterTree, row_scores
from mirtool.errors import NotEnoughDataError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.figures.canvas import drawing_with, png_bytes, svg_bytes
from mirtool.report.figures.heatmap import MOST_NAMED_ROWS, Directions, heatmap_figure
from mirtool.report.figures.settings import FigureSettings
from mirtool.report.figures.trees import legible_heights
from tests.report.checks import assert_distinct_in_gray, assert_has_caption, assert_legible, drawn_words

NAN = float("nan")


def matrix(values, *, names=None, groups=None, samples=None) -> ExpressionMatrix:
    values = np.asarray(values, dtype=float)
    n, p = values.shape
    names = [f"hsa-miR-{i + 100}-5p" for i in range(n)] if names is None else names
    samples = tuple(f"S{j + 1}" for j in range(p)) if samples is None else samples
    groups = ("responding",) * (p // 2) + ("resistant",) * (p - p // 2) if groups is None else groups
    probes = ProbeTable(text_array(str(10000 + i) for i in range(n)), text_array(names), text_array(["miRNA"] * n))
    return ExpressionMatrix(values, probes, SampleTable(tuple(samples), tuple(groups)))


def simulated(n=25, p=6, seed=1, missing=0.0, **labels) -> ExpressionMatrix:
    rng = np.random.default_rng(seed)
    values = rng.uniform(3, 12, n)[:, None] + rng.normal(0, 0.4, (n, p))
    values[:, p // 2 :] += rng.choice([-2, 2], n)[:, None]
    values[rng.random((n, p)) < missing] = NAN
    return matrix(values, **labels)


def cells(figure: Figure):
    return next(c for axes in figure.axes for c in axes.collections if isinstance(c, QuadMesh))


def names_beside(figure: Figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_z_scores_by_hand():
    # (1, 2, 3): mean 2, sd √((1 + 0 + 1) / 2) = 1. (2, missing, 6): mean 4, sd √((4 + 4) / 1) = 2.8284; ±2/2.8284.
    scores, meaning = row_scores(np.array([[1, 2, 3], [2, NAN, 6], [5, 5, 5], [NAN, 7, NAN], [NAN, NAN, NAN]]))
    expected = [[-1, 0, 1], [-(0.5**0.5), NAN, 0.5**0.5], [0, 0, 0], [NAN, 0, NAN], [NAN, NAN, NAN]]
    np.testing.assert_allclose(scores, expected, atol=1e-15)
    assert meaning == "z-score of log₂ within the row"


def test_a_row_that_rounding_alone_would_make_vary_is_even():
    assert not row_scores(np.full((1, 7), 0.1))[0].any()


def test_two_samples_are_drawn_as_differences():
    scores, meaning = row_scores(np.array([[1.0, 4.0], [NAN, 3.0]]))
    np.testing.assert_allclose(scores, [[-1.5, 1.5], [NAN, 0]])
    assert meaning == "log₂ minus the row's mean"
    assert meaning in drawn_words(heatmap_figure(simulated(p=2)))


def test_cells_are_the_scores_in_the_order_of_the_names():
    # Rows 0 and 2 rise with the second group, rows 1 and 3 fall: each pair must be together.
    values = [[1, 2, 1, 6, 7, 6], [9, 8, 9, 3, 2, 3], [2, 3, 2, 7, 8, 7.5], [8, 7, 8.5, 2, 1, 2]]
    m = matrix(values)
    figure = heatmap_figure(m)
    shown = names_beside(figure)
    assert {frozenset(shown[:2]), frozenset(shown[2:])} == {
        frozenset({"miR-100-5p", "miR-102-5p"}),
        frozenset({"miR-101-5p", "miR-103-5p"}),
    }
    samples = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert set(samples[:3]) in ({"S1", "S2", "S3"}, {"S4", "S5", "S6"})
    rows = [int(name[4:7]) - 100 for name in shown]
    columns = [int(sample[1:]) - 1 for sample in samples]
    expected = row_scores(m.values)[0][np.ix_(rows, columns)]
    np.testing.assert_allclose(cells(figure).get_array().reshape(4, 6), expected)


def test_trees_have_a_merge_less_than_leaves():
    figure = heatmap_figure(simulated(n=9, p=7))
    sizes = sorted(len(c.get_segments()) for axes in figure.axes for c in axes.collections
                   if isinstance(c, LineCollection) and len(c.get_segments()) > 2)  # fmt: skip
    assert sizes == [6, 8]


def bars(figure: Figure, n: int):
    return [axes for axes in figure.axes if len(axes.patches) == n]


def color_of(figure: Figure, text: str):
    (patch,) = [
        patch
        for legend in figure.legends
        for words, patch in zip(legend.get_texts(), legend.get_patches(), strict=False)
        if words.get_text() == text
    ]
    return patch.get_facecolor()


def test_the_strip_of_groups_has_the_colors_of_the_legend_and_a_name():
    figure = heatmap_figure(simulated())
    samples = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    (bar,) = bars(figure, 6)
    group = dict(zip(simulated().samples.names, simulated().samples.groups, strict=True))
    colors = [color_of(figure, group[sample]) for sample in samples]
    assert [patch.get_facecolor() for patch in bar.patches] == colors
    assert "group" in drawn_words(figure)


def test_further_columns_are_strips_of_words_or_shades():
    batch, age = ["one", "two", "one", "two", "one", ""], ["30", "70", "50", "30", "70", "50"]
    figure = heatmap_figure(simulated(), strips={"batch": batch, "age": age})
    samples = [int(label.get_text()[1:]) - 1 for label in figure.axes[0].get_xticklabels()]
    assert {"group", "batch", "age", "batch: one", "batch: two", "age: 30", "age: 70"} <= {*drawn_words(figure)}
    by_height = sorted(bars(figure, 6), key=lambda axes: axes.get_position().y0)
    ages, batches, _ = ([patch.get_facecolor() for patch in bar.patches] for bar in by_height)
    assert [batches[k] == color_of(figure, "batch: one") for k in range(6)] == [batch[i] == "one" for i in samples]
    # 50 is halfway from the lightest gray, 0.9, to the darkest, 0.2: 0.55, in 255 steps.
    assert ages[samples.index(2)][:3] == pytest.approx((0.55,) * 3, abs=1 / 255)
    assert "Strips over the cells, from the top: group, batch, age." in figure.caption
    assert_legible(figure)


@pytest.mark.parametrize("n", [20, 90])
def test_rows_are_marked_up_or_down_without_color(n):
    m = simulated(n=n)
    rise = m.values[:, 3:].mean(axis=1) > m.values[:, :3].mean(axis=1)
    figure = heatmap_figure(m, directions=Directions(text_array(np.where(rise, "up", "down")), "resistant"))
    if n <= MOST_NAMED_ROWS:
        up, down = (
            c
            for axes in figure.axes
            for c in axes.collections
            if isinstance(c, PathCollection) and len(c.get_offsets())
        )
        assert (len(up.get_offsets()), len(down.get_offsets())) == (rise.sum(), (~rise).sum())
        shown = [m.probes.name.tolist().index(f"hsa-{name}") for name in names_beside(figure)]
        assert sorted(np.asarray(up.get_offsets())[:, 1] - 0.5) == np.flatnonzero(rise[shown]).tolist()
        signs = [(points.get_paths()[0].vertices, points.get_facecolor()[0][:3]) for points in (up, down)]
        assert_distinct_in_gray(*signs)
        assert "higher in resistant" in drawn_words(figure)
    else:
        (lanes,) = bars(figure, n)
        assert sum(patch.get_x() == 0.5 for patch in lanes.patches) == rise.sum()
        assert "right: higher in resistant" in drawn_words(figure)
    assert_legible(figure)


def tree_of(*distances):
    """A chain: each further leaf joins what is there at its distance."""
    n = len(distances) + 1
    merges = [[0, 1, distances[0], 2], *([n + i - 1, i + 1, distances[i], i + 2] for i in range(1, n - 1))]
    return ClusterTree(np.arange(n), np.array(merges, dtype=float))


@pytest.mark.parametrize(
    ("distances", "heights", "rule"),
    [
        ((0.2, 0.6, 1.0, 1.4), (0.2, 0.6, 1.0, 1.4), ""),
        # The middle half, 0.01 to 0.16, is 1/13 of 1.96; of the roots, 0.1 to 0.4, 3/14 of 1.4.
        ((0.0004, 0.01, 0.04, 0.16, 1.96), (0.02, 0.1, 0.2, 0.4, 1.4), "the square root of the distance"),
        ((0.98, 0.985, 0.99, 0.99, 1.0), (1, 2, 3, 3, 4), "the order of the distances"),
        ((0.0, 0.0), (1, 1), "the order of the distances"),
        ((0.5,), (0.5,), ""),
    ],
)
def test_branches_can_be_seen_where_distances_are_alike(distances, heights, rule):
    drawn, said = legible_heights(tree_of(*distances))
    np.testing.assert_allclose(drawn, heights)
    assert said == rule or said.startswith(rule + ",")


def test_a_tree_of_equal_samples_is_drawn_and_said():
    same = np.repeat(np.arange(12.0)[:, None] % 5, 4, axis=1)
    figure = heatmap_figure(matrix(same + np.array([0, 0, 1, 1])))
    assert "show the order of the distances" in figure.caption


def test_missing_values_are_counted_and_masked():
    m = simulated(missing=0.1)
    missing = int(np.isnan(m.values).sum())
    figure = heatmap_figure(m)
    assert f"missing ({missing} of 150)" in drawn_words(figure)
    assert int(np.ma.getmaskarray(cells(figure).get_array()).sum()) == missing
    assert not any("missing" in text for text in drawn_words(heatmap_figure(simulated())))


def test_many_rows_are_not_named_and_that_is_said():
    assert len(names_beside(heatmap_figure(simulated(n=MOST_NAMED_ROWS)))) == 80
    figure = heatmap_figure(simulated(n=MOST_NAMED_ROWS + 1))
    assert names_beside(figure) == []
    assert "81 rows, too many to name." in figure.caption


def test_many_samples_are_not_named_and_that_is_said():
    assert "98 samples, too many to name." in heatmap_figure(simulated(p=98)).caption


def test_samples_without_a_group():
    assert "no group" in drawn_words(heatmap_figure(simulated(groups=("a", "a", "", "b", "b", "b"))))
    figure = heatmap_figure(simulated(groups=("",) * 6))
    assert not figure.legends
    assert_legible(figure)


@pytest.mark.parametrize(
    "m",
    [
        simulated(),
        simulated(missing=0.2),
        simulated(n=1),
        simulated(n=2),
        simulated(n=80),
        simulated(n=200),
        simulated(p=2),
        simulated(p=24),
        simulated(p=40, samples=[f"patient number {j} of the second cohort, exosomes" for j in range(40)]),
        simulated(p=98, missing=0.1),
        simulated(names=["/".join(f"hsa-miR-{i + j}-5p" for j in range(12)) for i in range(25)]),
        simulated(p=12, groups=[f"a group with quite a long name, number {j}" for j in range(12)]),
        simulated(names=["$a_b$ & <c>"] * 25, samples=["$x$", "a_b", "c^d", "{", "}", "\\frac"]),
        matrix(np.full((3, 6), NAN)),
        matrix(np.full((3, 6), 8.0)),
    ],
    ids=lambda m: f"{m.values.shape}",
)
@pytest.mark.parametrize("look", [{}, {"figure_width": 85.0}, {"style": "slides"}])
def test_no_text_leaves_the_page_or_lies_on_another(m, look):
    directions = Directions(text_array(["up", *["down"] * (len(m.values) - 1)]), "a group with quite a long name")
    with drawing_with(FigureSettings(**look)):
        figure = heatmap_figure(
            m, title="resistant / responding\n25 probes: fold change ≥ 2 and P ≤ 0.05", directions=directions
        )
    assert_legible(figure)
    assert_has_caption(figure)
    width, height = figure.get_size_inches() * 25.4
    assert width <= look.get("figure_width", 180) + 1e-9
    assert height <= 250 or len(set(m.samples.groups)) > 10


def test_title_and_names_are_text_in_the_svg():
    figure = heatmap_figure(simulated(), title="A / B\n25 probes")
    svg = svg_bytes(figure).decode()
    for text in ("A / B", "25 probes", "miR-100-5p", "S1", "responding", "z-score of log₂ within the row"):
        assert f">{text}<" in svg
    assert "The prefix hsa- is left out of the names." in figure.caption


def test_same_bytes_twice():
    assert svg_bytes(heatmap_figure(simulated())) == svg_bytes(heatmap_figure(simulated()))
    assert png_bytes(heatmap_figure(simulated())) == png_bytes(heatmap_figure(simulated()))


@pytest.mark.parametrize("shape", [(0, 6), (5, 1), (5, 0)])
def test_too_little_to_draw(shape):
    with pytest.raises(NotEnoughDataError, match="at least one probe and two samples"):
        heatmap_figure(matrix(np.ones(shape)))
