"""What holds of counts whatever they are, and what can't be computed from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.counts import expressed_rows, log_cpm, rle_factors, tmm_factors, upper_quartile_factors
from mirtool.differential.voom import voom
from mirtool.errors import NotEnoughDataError

FACTORS = [tmm_factors, rle_factors, upper_quartile_factors]


def made(seed: int, n_rows: int = 80, n_samples: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    share = np.exp(rng.normal(0, 1.5, (n_rows, 1)))
    depth = rng.uniform(5e4, 2e6, n_samples)
    return rng.poisson(share / share.sum() * depth).astype(float)


@pytest.mark.parametrize("factors", FACTORS)
@given(seed=st.integers(0, 1000))
def test_factors_multiply_to_1_and_follow_their_samples(factors, seed):
    counts = made(seed)
    found = factors(counts)
    assert np.prod(found) == pytest.approx(1)
    order = np.random.default_rng(seed).permutation(6)
    np.testing.assert_allclose(factors(counts[:, order]), found[order], rtol=1e-9)


@pytest.mark.parametrize("factors", FACTORS)
def test_libraries_that_differ_in_depth_alone_have_factor_1(factors):
    counts = made(1)[:, [0]] * np.array([1.0, 2.0, 5.0])
    np.testing.assert_allclose(factors(counts), 1, rtol=1e-9)


@pytest.mark.parametrize("factors", [tmm_factors, rle_factors])
def test_a_mirna_that_fills_a_library_does_not_make_the_others_fall(factors):
    rng = np.random.default_rng(3)
    share = np.exp(rng.normal(0, 1, (200, 1)))
    counts = np.round(share / share.sum() * 1e6 * np.ones((1, 4)))
    counts[0, 2:] += 1e6  # as many reads again, all of one miRNA
    effective = counts.sum(axis=0) * factors(counts)
    cpm = log_cpm(counts, effective)
    assert np.abs(cpm[1:, 0] - cpm[1:, 2]).max() < 0.01


def test_the_threshold_of_the_filter_is_a_cpm_of_the_median_library():
    # Libraries of 1, 2 and 4 million: 10 reads in the median one are 5 per million, so 5, 10 and 20 reads.
    totals = np.array([1e6, 2e6, 4e6])
    counts = np.array([[5, 10, 20], [4, 10, 20], [5, 9, 20], [5, 10, 19.0]])
    counts = np.vstack([counts, totals - counts.sum(axis=0)])
    assert expressed_rows(counts, ["x"] * 3).tolist() == [True, False, False, False, True]
    assert expressed_rows(counts, ["x", "x", "y"]).all()  # one sample is enough


def test_a_group_of_more_than_ten_needs_a_share_of_its_further_samples():
    counts = np.zeros((21, 20))
    counts[20] = 1e6
    for n in range(20):
        counts[n, :n] = 100
    kept = expressed_rows(counts, ["x"] * 20)  # 10 + 0.7 × 10 = 17 samples
    assert np.flatnonzero(kept).tolist() == [17, 18, 19, 20]


def test_no_reads_are_the_same_value_whatever_the_depth():
    values = log_cpm(np.zeros((1, 3)), np.array([1e5, 1e6, 1e7]))
    assert np.ptp(values) < 1e-12


def test_factors_that_nothing_can_tell_are_refused():
    nowhere_complete = np.array([[5.0, 0, 9], [0, 4, 2], [7, 3, 0]])
    with pytest.raises(NotEnoughDataError, match="no miRNA has reads in every sample"):
        rle_factors(nowhere_complete)
    with pytest.raises(NotEnoughDataError, match="upper quartile is zero"):
        upper_quartile_factors(np.vstack([[5.0, 1], [0, 4], [0, 3], [0, 2], [0, 2], [0, 1]]))


def test_tmm_of_a_library_that_shares_no_mirna_with_the_reference_is_left_alone():
    counts = np.zeros((6, 3))
    counts[:4, 0], counts[:4, 1], counts[4:, 2] = [5, 6, 7, 8], [10, 12, 14, 16], 9
    np.testing.assert_allclose(tmm_factors(counts), 1)


def test_voom_refuses_what_shows_no_variance():
    design = np.ones((4, 1))
    with pytest.raises(NotEnoughDataError, match="fewer than two miRNAs"):
        voom(np.array([[3.0, 4, 5, 9], [0, 0, 0, 0]]), np.full(4, 10.0), design)
    with pytest.raises(NotEnoughDataError, match="reaches zero"):
        voom(np.full((5, 4), 100.0), np.full(4, 500.0), design)
