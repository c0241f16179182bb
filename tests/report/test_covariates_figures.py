"""Columns against components, and the samples before and after a batch was subtracted, in every look."""

import numpy as np
import pytest

from mirtool.covariates import analyze_covariates, correct_batches
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.figures.canvas import drawing_with
from mirtool.report.figures.covariates import correction_figure, covariates_figure
from mirtool.report.figures.settings import FigureSettings
from tests.report.checks import assert_has_caption, assert_legible, drawn_words

LOOKS = [{}, {"figure_width": 85.0}, {"style": "slides"}, {"title": "none"}]


@pytest.fixture(scope="module")
def matrix():
    rng = np.random.default_rng(1)
    batch = np.tile([0, 1], 6)
    values = rng.normal(size=(80, 12)) + np.outer(rng.normal(size=80), batch) * 2
    labels = text_array(f"p{i}" for i in range(80))
    extra = {
        "batch": tuple("xy"[i] for i in batch),
        "a column with quite a long name indeed": tuple("aabbccddaabb"),
        "age": ("61", "50", "43.5", *[""] * 9),
        "patient": tuple("abcdefghijkl"),
    }
    samples = SampleTable(tuple(f"S{j}" for j in range(12)), ("ill",) * 6 + ("healthy",) * 6, (), extra)
    return ExpressionMatrix(values, ProbeTable(labels, labels, text_array([""] * 80)), samples)


@pytest.mark.parametrize("look", LOOKS)
def test_columns_against_components(matrix, look):
    found = analyze_covariates(matrix)
    with drawing_with(FigureSettings(**look)):
        figure = covariates_figure(found)
    assert_legible(figure)
    assert_has_caption(figure)
    words = drawn_words(figure)
    share = found.fits[found.position("batch")].share[0]
    assert f"{share:.2f} *" in words
    assert f"{found.fits[0].share[0]:.2f}" in words
    assert "one per sample: patient" in figure.caption


@pytest.mark.parametrize("look", LOOKS)
def test_before_and_after(matrix, look):
    with drawing_with(FigureSettings(**look)):
        figure = correction_figure(correct_batches(matrix, "batch"))
    assert_legible(figure)
    assert_has_caption(figure)
    assert {"before", "after: not for tests", "batch x", "batch y", "ill", "healthy"} <= set(drawn_words(figure))
    assert "not for tests" in figure.caption
