import re

import numpy as np
import pytest
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.figure import Figure

from mirtool.cluster import row_scores
from mirtool.errors import NotEnoughDataError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.figures.canvas import SMALLEST_TEXT, house_style, png_bytes, svg_bytes, text_boxes
from mirtool.report.figures.heatmap import MOST_NAMED_ROWS, heatmap_figure

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


def texts(figure: Figure) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg_bytes(figure).decode())


def cells(figure: Figure):
    return next(c for axes in figure.axes for c in axes.collections if isinstance(c, QuadMesh))


def names_beside(figure: Figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def all_text_boxes(figure: Figure):
    with house_style():
        figure.draw_without_rendering()
        found = [
            *figure.texts,
            *(text for legend in figure.legends for text in legend.get_texts()),
            *(
                label
                for axes in figure.axes
                if axes.axison
                for label in (*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label)
            ),
        ]
        return text_boxes(figure, [text for text in found if text.get_text()])


def assert_clean(figure: Figure) -> None:
    """No text leaves the page or lies on another."""
    boxes = all_text_boxes(figure)
    width, height = figure.bbox.size
    assert (boxes >= -0.5).all()
    assert (boxes[:, 2] <= width + 0.5).all()
    assert (boxes[:, 3] <= height + 0.5).all()
    # A line's box holds room for accents and descenders that names side by side may share: a tenth of its height.
    slack = 0.1 * np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])[:, None]
    boxes = boxes + slack * [1, 1, -1, -1]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


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
    assert meaning in texts(heatmap_figure(simulated(p=2)))


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


def test_group_bar_has_the_colors_of_the_legend():
    figure = heatmap_figure(simulated())
    samples = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    (bar,) = [axes for axes in figure.axes if len(axes.patches) == 6]
    (legend,) = figure.legends
    color = {
        t.get_text(): p.get_facecolor() for t, p in zip(legend.get_texts(), legend.get_patches(), strict=True)
    }
    group = dict(zip(simulated().samples.names, simulated().samples.groups, strict=True))
    assert [patch.get_facecolor() for patch in bar.patches] == [color[group[sample]] for sample in samples]


def test_missing_values_are_counted_and_masked():
    m = simulated(missing=0.1)
    missing = int(np.isnan(m.values).sum())
    figure = heatmap_figure(m)
    assert f"missing ({missing} of 150)" in texts(figure)
    assert int(np.ma.getmaskarray(cells(figure).get_array()).sum()) == missing
    assert not any("missing" in text for text in texts(heatmap_figure(simulated())))


def test_many_rows_are_not_named_and_that_is_said():
    assert len(names_beside(heatmap_figure(simulated(n=MOST_NAMED_ROWS)))) == 80
    figure = heatmap_figure(simulated(n=MOST_NAMED_ROWS + 1))
    assert names_beside(figure) == []
    assert "81 rows, too many to name." in " ".join(texts(figure))


def test_many_samples_are_not_named_and_that_is_said():
    assert "98 samples, too many to name." in " ".join(texts(heatmap_figure(simulated(p=98))))


def test_samples_without_a_group():
    assert "no group" in texts(heatmap_figure(simulated(groups=("a", "a", "", "b", "b", "b"))))
    figure = heatmap_figure(simulated(groups=("",) * 6))
    assert not figure.legends
    assert_clean(figure)


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
def test_no_text_leaves_the_page_or_lies_on_another(m):
    figure = heatmap_figure(
        m, title="Passing: fold change ≥ 2 and P ≤ 0.05, resistant against responding patients"
    )
    assert_clean(figure)
    width, height = figure.get_size_inches() * 25.4
    assert width <= 180 + 1e-9
    assert height <= 250 or len(set(m.samples.groups)) > 10


def test_no_text_is_smaller_than_seven_points():
    text = svg_bytes(heatmap_figure(simulated(n=80, p=30))).decode()
    assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", text)) >= SMALLEST_TEXT


def test_title_and_names_are_text_in_the_svg():
    written = texts(heatmap_figure(simulated(), title="25 probes"))
    assert {"25 probes", "miR-100-5p", "S1", "responding", "z-score of log₂ within the row"} <= set(written)
    assert "Names without hsa-." in " ".join(written)


def test_same_bytes_twice():
    assert svg_bytes(heatmap_figure(simulated())) == svg_bytes(heatmap_figure(simulated()))
    assert png_bytes(heatmap_figure(simulated())) == png_bytes(heatmap_figure(simulated()))


@pytest.mark.parametrize("shape", [(0, 6), (5, 1), (5, 0)])
def test_too_little_to_draw(shape):
    with pytest.raises(NotEnoughDataError, match="at least one probe and two samples"):
        heatmap_figure(matrix(np.ones(shape)))
