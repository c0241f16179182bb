"""Comparisons are read as written, whatever the groups are called, and refused where they are none."""

import pytest

from mirtool.differential import parse_contrast
from mirtool.errors import UsageError

GROUPS = ["pre-op", "post-op", "day 0", "day 14", "day 1", "a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("post-op - pre-op", {"post-op": 1, "pre-op": -1}),
        ("day 14-day 1", {"day 14": 1, "day 1": -1}),
        ("(a + b) / 2 - c", {"a": 0.5, "b": 0.5, "c": -1}),
        ("a - 2*b + c", {"a": 1, "b": -2, "c": 1}),
        ("(b - a) - (c - a)", {"b": 1, "c": -1}),
        ("-(a − b) * 0.5", {"a": -0.5, "b": 0.5}),
        ("(a + b + c) / 3 - day 0", {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3, "day 0": -1}),
    ],
)
def test_weights(text, weights):
    contrast = parse_contrast(text, GROUPS)
    assert contrast.weights == pytest.approx(weights)
    assert contrast.is_pair == (sorted(weights.values()) == [-1, 1])


@pytest.mark.parametrize(
    ("text", "tested", "reference"),
    [
        ("b - a", "b", "a"),
        ("(a + b) / 2 - c", "mean of a and b", "c"),
        ("a - 2*b + c", "(a + c)", "2 b"),
    ],
)
def test_sides_in_words(text, tested, reference):
    contrast = parse_contrast(text, GROUPS)
    assert (contrast.tested, contrast.reference) == (tested, reference)


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ("a + b", "must add up to zero", None),
        ("a - a", "must add up to zero", None),
        ("a - b + 1", "must add up to zero", None),
        ("a - ", "can't be read", None),
        ("a b", "can't be read", None),
        ("(a - b", "can't be read", None),
        ("a * b", "can only be multiplied or divided by numbers", None),
        ("a / 0 - b", "can only be multiplied or divided by numbers", None),
        ("a - day14", "can't be read", "did you mean 'day 14'?"),
        ("", "can't be read", None),
    ],
)
def test_what_is_no_comparison_is_refused(text, problem, hint):
    with pytest.raises(UsageError, match=problem) as caught:
        parse_contrast(text, GROUPS)
    assert caught.value.hint == hint
    assert caught.value.exit_code == 2
