"""The figures of a validation: what stands where."""

from dataclasses import replace

import numpy as np
import pytest

from mirtool.differential import choose_comparison
from mirtool.io.results.differential import SavedDifferential
from mirtool.model import SampleTable, text_array
from mirtool.report.figures.canvas import drawing_with, svg_bytes
from mirtool.report.figures.qpcr import array_qpcr_figure, qpcr_bars_figure
from mirtool.report.figures.settings import FigureSettings
from mirtool.validation import compare_quantities, concordance
from mirtool.validation.concordance import pearson_interval
from tests.report.checks import assert_clear_of_lines, assert_has_caption, assert_legible, drawn_words

NAMES = ("hsa-miR-16-5p", "hsa-miR-21-5p", "hsa-let-7d-3p", "hsa-miR-99a-5p")
SAMPLES = SampleTable(("a1", "a2", "a3", "b1", "b2", "b3"), ("resistant",) * 3 + ("responding",) * 3)
QUANTITY = np.array(
    [
        [-2.0, -2.2, -1.8, 0.1, -0.1, 0.0],
        [0.3, 0.1, 0.2, 0.0, 0.2, -0.2],
        [1.0, 2.0, np.nan, 0.0, 0.5, -0.5],
        [np.nan, np.nan, np.nan, 0.0, 0.1, 0.2],
    ]
)  # fmt: skip


@pytest.fixture
def qpcr():
    return compare_quantities(NAMES, QUANTITY, SAMPLES, choose_comparison(SAMPLES, "resistant", "responding"))


@pytest.fixture
def beside(qpcr):
    array = SavedDifferential(
        "d.csv", text_array(map(str, range(4))), text_array(NAMES), np.array([-1.9, -1.2, 1.3, 1.5]),
        {"regulation by volcano P": text_array(["down", "down", "up", "up"])}, "resistant", "responding",
    )  # fmt: skip
    return concordance(qpcr, array)


def test_bars_end_at_the_ratios_and_every_sample_is_a_point(qpcr):
    axes = qpcr_bars_figure(qpcr).axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    np.testing.assert_allclose(heights, [-2, 0.2, 1.5, 0], atol=1e-12)
    drawn = [np.asarray(points.get_offsets()) for points in axes.collections if len(points.get_offsets()) == 12]
    reference, tested = (np.asarray(points[:, 1], dtype=float).reshape(4, 3) for points in drawn)
    np.testing.assert_allclose(reference[0], [0.1, -0.1, 0.0], atol=1e-12)
    np.testing.assert_allclose(tested[1], [0.3, 0.1, 0.2], atol=1e-12)
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "miR-16-5p",
        "miR-21-5p",
        "let-7d-3p",
        "miR-99a-5p",
    ]


def test_ratios_below_one_are_fractions_on_the_axis(qpcr):
    text = svg_bytes(qpcr_bars_figure(qpcr)).decode()
    assert ">1/4<" in text
    assert ">responding (3 samples)<" in text


def test_the_scatter_shows_array_over_qpcr_with_identity_and_verdicts(qpcr, beside):
    figure = array_qpcr_figure(beside, qpcr)
    axes = figure.axes[0]
    assert axes.get_xlim() == axes.get_ylim()
    identity = axes.lines[0].get_xydata()
    assert (identity[:, 0] == identity[:, 1]).all()
    text = svg_bytes(figure).decode()
    assert ">confirmed (1)<" in text
    assert "miR-16-5p" in text
    assert "Not drawn: 1 without a ratio by both." in figure.caption
    assert "miR-99a-5p" not in text


def test_many_targets_stay_on_the_page():
    names = [f"hsa-miR-{i}-5p" for i in range(30)]
    many = compare_quantities(
        names, np.repeat(QUANTITY[:1], 30, axis=0), SAMPLES, choose_comparison(SAMPLES, "resistant", "responding")
    )
    width, _ = qpcr_bars_figure(many).get_size_inches() * 25.4
    assert width <= 180.01


def test_adjusted_p_is_called_so(qpcr):
    words = drawn_words(qpcr_bars_figure(qpcr))
    assert "FDR (BH), Welch's t on ΔCt" in words
    assert not any(word.startswith("P =") for word in words)
    assert "Over the bars: FDR (BH), Welch's t on ΔCt." in qpcr_bars_figure(qpcr).caption


@pytest.mark.parametrize(
    ("pearson", "n", "expected"),
    [
        # artanh 0.998 = 3.453377; ± 1.959964 / √1: 1.493413 and 5.413341, whose tanh are 0.9040 and 0.99996.
        (0.998, 4, ["r = 0.998, n = 4", "95 % interval 0.904 to 1.000"]),
        # artanh 0.9 = 1.472219; ± 1.959964 / 2: 0.492237 and 2.452201, whose tanh are 0.4560 and 0.9853.
        (0.9, 7, ["r = 0.90, n = 7", "95 % interval 0.46 to 0.99"]),
        (-0.9, 7, ["r = −0.90, n = 7", "95 % interval −0.99 to −0.46"]),
        (0.99999, 3, ["r > 0.999", "n = 3, too few for an interval"]),
    ],
)
def test_r_is_written_with_its_interval_and_n(qpcr, beside, pearson, n, expected):
    figure = array_qpcr_figure(replace(beside, pearson=pearson, n_pairs=n), qpcr)
    assert "\n".join(expected) in drawn_words(figure)
    assert expected[0] in figure.caption
    low, high = pearson_interval(pearson, n)
    assert np.isnan(low) if n < 4 else low < pearson < high


@pytest.mark.parametrize("look", [{}, {"figure_width": 85.0}, {"style": "slides"}, {"title": "none"}])
def test_the_figures_of_a_validation_are_legible_in_every_look(qpcr, beside, look):
    many = compare_quantities(
        [f"hsa-miR-{i}-5p" for i in range(14)], np.repeat(QUANTITY[:2], 7, axis=0), SAMPLES,
        choose_comparison(SAMPLES, "resistant", "responding"),
    )  # fmt: skip
    with drawing_with(FigureSettings(**look)):
        figures = [qpcr_bars_figure(qpcr), qpcr_bars_figure(many), array_qpcr_figure(beside, qpcr)]
    for figure in figures:
        assert_legible(figure)
        assert_has_caption(figure)
    (axes,) = figures[-1].axes
    assert_clear_of_lines(axes, [text for text in axes.texts if type(text).__name__ == "Text"])
