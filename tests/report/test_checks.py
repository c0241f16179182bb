"""The checks of figures fail where they should."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from mirtool.report.figures.canvas import DOWN_COLOR, UP_COLOR, add_axes, house_style, new_figure
from tests.report.checks import (
    assert_clear_of_lines,
    assert_distinct_in_gray,
    assert_has_caption,
    assert_legible,
    assert_names_at_their_dots,
    assert_texts_apart,
    assert_texts_inside,
    drawn_words,
    gray,
)


@pytest.fixture
def figure():
    """100 mm × 100 mm with axes of 50 mm × 50 mm in its middle, 0 to 1."""
    with house_style():
        figure = new_figure(100, 100)
        add_axes(figure, 25, 25, 50, 50)
    return figure


def test_a_plain_figure_is_legible(figure):
    figure.axes[0].set_xlabel("log₂ ratio")
    assert "log₂ ratio" in drawn_words(figure)
    assert_legible(figure)


@pytest.mark.parametrize("place", [(-0.01, 0.5), (0.99, 0.5), (0.5, -0.01), (0.5, 0.995)])
def test_a_text_over_the_edge_is_found(figure, place):
    figure.text(*place, "over the edge")
    with pytest.raises(AssertionError, match="leaves the figure"):
        assert_texts_inside(figure)


def test_a_text_cut_by_its_axes_is_found(figure):
    figure.axes[0].text(0.99, 0.5, "cut here", clip_on=True)
    with pytest.raises(AssertionError, match="'cut here' is cut"):
        assert_texts_inside(figure)


def test_tick_labels_out_of_view_are_not_looked_at(figure):
    figure.axes[0].set_xticks([0, 0.5, 1, 100])
    figure.axes[0].set_xlim(0, 1)
    assert "100.0" not in drawn_words(figure)
    assert_texts_inside(figure)


def test_texts_on_each_other_are_found(figure):
    figure.text(0.5, 0.9, "one")
    figure.text(0.5, 0.9, "other")
    with pytest.raises(AssertionError, match="'one' and 'other' lie on each other"):
        assert_texts_apart(figure)


def test_small_text_is_found(figure):
    figure.text(0.5, 0.9, "small", fontsize=6)
    with pytest.raises(AssertionError, match="6 pt"):
        assert_legible(figure)


@pytest.mark.parametrize(("caption", "why"), [("", "no caption"), ("of what", "begin"), ("No stop", "ends in")])
def test_captions_are_whole_sentences(figure, caption, why):
    figure.caption = caption
    with pytest.raises(AssertionError, match=why):
        assert_has_caption(figure)
    figure.caption = "Log₂ ratio of two groups."
    assert_has_caption(figure)


def test_a_name_at_another_dot_is_found(figure):
    (axes,) = figure.axes
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    name = axes.text(0.51, 0.5, "miR", va="center")
    dots = np.array([[0.5, 0.5], [0.2, 0.2]])
    assert_names_at_their_dots(axes, [name], [0], dots)
    with pytest.raises(AssertionError, match="nearer to dot 0"):
        assert_names_at_their_dots(axes, [name], [1], dots)
    beside = np.array([[0.51, 0.505]])
    with pytest.raises(AssertionError, match="no line leads to its own"):
        assert_names_at_their_dots(axes, [name], [0], dots, others=beside)
    axes.add_collection(LineCollection([[(0.5, 0.5), (0.51, 0.5)]]))
    assert_names_at_their_dots(axes, [name], [0], dots, others=beside)


def test_a_line_through_a_name_is_found(figure):
    (axes,) = figure.axes
    name = axes.text(0.3, 0.5, "miR-21-5p", va="center")
    axes.axhline(0.9)
    assert_clear_of_lines(axes, [name])
    axes.axvline(0.32)
    with pytest.raises(AssertionError, match="runs through 'miR-21-5p'"):
        assert_clear_of_lines(axes, [name])


def test_signs_that_only_color_distinguishes_are_found():
    # Luma: 0.299 · 213 + 0.587 · 94 = 118.9 of 255; 0.587 · 114 + 0.114 · 178 = 87.2 of 255.
    assert gray(UP_COLOR) == pytest.approx(118.865 / 255, abs=1e-6)
    assert gray(DOWN_COLOR) == pytest.approx(87.21 / 255, abs=1e-6)
    with pytest.raises(AssertionError, match=r"differ in gray by 0\.12 only"):
        assert_distinct_in_gray(("o", UP_COLOR), ("o", DOWN_COLOR))
    assert_distinct_in_gray(("^", UP_COLOR), ("v", DOWN_COLOR))
    assert_distinct_in_gray(("o", "black"), ("o", "white"))
