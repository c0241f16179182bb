"""Moran's I against all orders of its values; residuals and neighbors by hand."""

from itertools import permutations

import numpy as np
import pytest

from mirtool.model import Channel, SpotLayout, text_array
from mirtool.normalize.replicates import group_replicates
from mirtool.quality.spatial import moran_test, neighbor_pairs, spatial_report, spot_residuals

NAN = float("nan")


def grid(n_rows, n_columns, n_blocks=1):
    block, row, column = (part.ravel() + 1 for part in np.indices((n_blocks, n_rows, n_columns)))
    return SpotLayout(block, row, column)


def test_neighbors_touch_in_a_row_or_a_column_of_one_block():
    pairs = {tuple(sorted(pair)) for pair in neighbor_pairs(grid(2, 2, n_blocks=2)).tolist()}
    assert pairs == {(0, 1), (2, 3), (0, 2), (1, 3), (4, 5), (6, 7), (4, 6), (5, 7)}


def test_neighbors_do_not_depend_on_the_order_of_the_spots():
    layout, order = grid(3, 4, n_blocks=2), np.random.default_rng(1).permutation(24)
    shuffled = neighbor_pairs(layout.take(order))
    expected = {frozenset(pair) for pair in neighbor_pairs(layout).tolist()}
    assert {frozenset(pair) for pair in order[shuffled].tolist()} == expected


def test_i_by_hand():
    # A row of four, z = (−1.5, −0.5, 0.5, 1.5): Σ z² = 5; neighbors (0.75, −0.25, 0.75) = 1.25.
    # I = n / S0 · 2 · 1.25 / 5 with n = 4, S0 = 6: 4 / 6 · 0.5 = 1 / 3.
    assert moran_test(np.array([1.0, 2.0, 3.0, 4.0]), neighbor_pairs(grid(1, 4))).i == pytest.approx(1 / 3)


def test_expectation_and_variance_are_those_of_all_orders():
    values, neighbors = np.array([0.0, 0.1, 3.0, -1.0, 0.4, 0.2, 9.0]), neighbor_pairs(grid(2, 4))
    neighbors = neighbors[(neighbors < 7).all(axis=1)]
    of_all = [moran_test(np.array(order), neighbors).i for order in permutations(values)]
    found = moran_test(values, neighbors)
    assert found.expected == pytest.approx(np.mean(of_all), abs=1e-12)
    assert found.variance == pytest.approx(np.var(of_all), rel=1e-10)


def test_missing_values_are_left_out_with_their_pairs():
    values = np.array([1.0, 2.0, NAN, 5.0, 4.0, 4.5])
    whole = moran_test(values, neighbor_pairs(grid(1, 6)))
    apart = moran_test(values[~np.isnan(values)], np.array([[0, 1], [2, 3], [3, 4]]))
    assert whole == apart


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [2.0] * 9, [NAN] * 9, []])
def test_what_can_not_be_tested_is_missing(values):
    test = moran_test(np.array(values), neighbor_pairs(grid(1, len(values)) if values else grid(0, 0)))
    assert np.isnan([test.i, test.p_value]).all()


def test_p_of_residuals_without_a_trend_is_even():
    rng = np.random.default_rng(4)
    neighbors = neighbor_pairs(grid(15, 15, n_blocks=4))
    p = np.array([moran_test(rng.standard_t(3, 900), neighbors).p_value for _ in range(400)])
    # 400 P values: the share below 0.05 has a standard error of 0.011, the mean one of 0.014.
    assert 0.02 < (p < 0.05).mean() < 0.08
    assert 0.45 < p.mean() < 0.55


def test_residuals_by_hand():
    # Cut-off 32 (log2 5). Probe a: 64, 128, 256 → log2 6, 7, 8, median 7. Probe b: 10 and −5 count as 32, silent;
    # 128 beside them stands 2 above the median of (5, 5, 7). Probe c: one spot. A spot without an ID.
    ids = text_array(["a", "a", "a", "b", "b", "b", "c", ""])
    signals = np.array([64.0, 128.0, 256.0, 10.0, -5.0, 128.0, 500.0, 500.0])[:, None]
    residual, words = spot_residuals(signals, group_replicates(ids), 32.0)
    assert residual[:, 0].tolist() == pytest.approx([-1, 0, 1, NAN, NAN, 2, NAN, NAN], nan_ok=True)
    assert words == "the median of its probe's spots on the array"


def test_what_all_arrays_share_is_no_residual():
    ids = text_array(["a", "a", "a"])
    small_spot = np.array([32.0, 64.0, 64.0])
    signals = np.column_stack([small_spot, small_spot * 4, small_spot * 2, small_spot * [4, 1, 1]])
    residual, words = spot_residuals(signals, group_replicates(ids), 16.0)
    # The first spot is half of its probe on three arrays, and twice it on the fourth: −1, −1, −1, +1; median −1.
    assert residual[0].tolist() == [0, 0, 0, 2]
    assert words.endswith("less what the spot shows in the median of the arrays")


def test_single_spots_are_compared_with_the_other_arrays():
    signals = np.array([[64.0, 128.0, 64.0], [128.0, 256.0, 128.0], [256.0, 512.0, 1024.0]])
    residual, _ = spot_residuals(signals, group_replicates(text_array(["a", "b", "c"])), 32.0)
    assert residual.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 2]]
    nothing, words = spot_residuals(signals[:, :2], group_replicates(text_array(["a", "b", "c"])), 32.0)
    assert np.isnan(nothing).all()
    assert words.startswith("nothing")


def test_blocks_have_their_medians():
    layout = grid(5, 4, n_blocks=2)
    ids = text_array([str(i % 20) for i in range(40)])
    signals = np.where(layout.block == 1, 64.0, 256.0)[:, None]
    report = spatial_report(
        Channel(signals + 50, np.full((40, 1), 50.0)), signals, group_replicates(ids), layout, 30
    )
    assert report.blocks.tolist() == [1, 2]
    assert report.block_residual[:, 0].tolist() == [-1, 1]  # each probe's median is log2 7, its spots 6 and 8
    assert report.block_foreground[:, 0].tolist() == [114, 306]
    assert report.block_background[:, 0].tolist() == [50, 50]
    assert report.block_spots[:, 0].tolist() == [20, 20]


def test_too_few_spots_make_no_report():
    layout, ids = grid(2, 2), text_array(["a", "a", "b", "b"])
    signals = np.full((4, 1), 100.0)
    assert spatial_report(Channel(signals), signals, group_replicates(ids), layout, 30) is None
