"""Replicates against a plain slow reference, missing masks first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirtool.model import text_array
from mirtool.normalize.replicates import collapse_replicates, group_replicates

intensities = st.one_of(st.just(np.nan), st.floats(-1000, 65535, allow_nan=False, width=32))


@st.composite
def spots_and_ids(draw: st.DrawFn) -> tuple[np.ndarray, list[str]]:
    n_spots, n_arrays = draw(st.integers(0, 24)), draw(st.integers(1, 4))
    signals = draw(hnp.arrays(float, (n_spots, n_arrays), elements=intensities))
    ids = draw(st.lists(st.sampled_from(["10", "2", "b", "a", "", " "]), min_size=n_spots, max_size=n_spots))
    return signals, ids


def one_by_one(signals: np.ndarray, ids: list[str], method: str) -> tuple[np.ndarray, np.ndarray]:
    """Collapse probe by probe and array by array, as one would by hand."""
    values, counts = [], []
    for label in dict.fromkeys(i.strip() for i in ids if i.strip()):
        rows = signals[[i.strip() == label for i in ids]]
        present = [column[~np.isnan(column)] for column in rows.T]
        summary = np.median if method == "median" else np.mean
        values.append([summary(p) if len(p) else np.nan for p in present])
        counts.append([len(p) for p in present])
    shape = (len(values), signals.shape[1])
    return np.array(values, float).reshape(shape), np.array(counts, int).reshape(shape)


@pytest.mark.parametrize("method", ["median", "mean"])
@given(data=spots_and_ids())
def test_collapsing_agrees_with_one_by_one(method, data):
    signals, ids = data
    values, counts = collapse_replicates(signals, group_replicates(text_array(ids)), method)
    expected, expected_counts = one_by_one(signals, ids, method)
    np.testing.assert_array_equal(np.isnan(values), np.isnan(expected))
    np.testing.assert_array_equal(counts, expected_counts)
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


def test_probes_stand_in_the_order_in_which_their_ids_first_appear():
    groups = group_replicates(text_array(["z", "a", "z", "m", "a"]))
    assert groups.first.tolist() == [0, 1, 3]
    assert groups.sizes.tolist() == [2, 2, 1]


def test_spots_without_an_id_belong_to_no_probe():
    groups = group_replicates(text_array(["", "a", "  "]))
    assert groups.probe_of.tolist() == [-1, 0, -1]
    assert len(groups) == 1


def test_a_chip_without_any_id_has_no_probe():
    groups = group_replicates(text_array(["", ""]))
    values, counts = collapse_replicates(np.ones((2, 3)), groups)
    assert values.shape == counts.shape == (0, 3)


def test_median_of_an_even_number_is_the_mean_of_the_middle_two():
    # 5, 1, 100, 7 in order: 1, 5, 7, 100; (5 + 7) / 2 = 6
    values, _ = collapse_replicates(np.array([[5.0], [1.0], [100.0], [7.0]]), group_replicates(text_array("aaaa")))
    assert values.tolist() == [[6.0]]
