"""Spike-ins against scipy's line and by hand."""

import numpy as np
import pytest
from scipy.stats import linregress, spearmanr

from mirtool.annotation.probes import classify_probes
from mirtool.model import text_array
from mirtool.normalize.replicates import collapse_replicates, group_replicates
from mirtool.quality.spike_ins import against_medians, spike_in_report

NAN = float("nan")


def test_line_and_order_are_those_of_scipy():
    rng = np.random.default_rng(1)
    log2 = np.arange(10.0)[:, None] + rng.normal(0, 1, (10, 4))
    log2[2, 1] = NAN
    slope, r_squared, rank = against_medians(log2)
    medians = np.nanmedian(log2, axis=1)
    for j in range(4):
        there = ~np.isnan(log2[:, j])
        line = linregress(medians[there], log2[there, j])
        assert slope[j] == pytest.approx(line.slope, rel=1e-12)
        assert r_squared[j] == pytest.approx(line.rvalue**2, rel=1e-12)
        assert rank[j] == pytest.approx(spearmanr(medians[there], log2[there, j])[0], rel=1e-12)


@pytest.mark.parametrize("log2", [np.arange(5.0)[:, None], np.ones((4, 3)), np.arange(6.0).reshape(2, 3)])
def test_one_array_constant_or_two_spike_ins_have_no_line(log2):
    assert np.isnan(against_medians(log2)).all()


def test_spike_ins_by_hand():
    names = text_array(["spike_control_a", "spike_control_a", "spike_control_b", "hsa-miR-21-5p"])
    signals = np.array([[90.0, 32.0], [110.0, 32.0], [-5.0, 8.0], [7.0, 7.0]])
    groups, probes = group_replicates(names), classify_probes(names, names)
    report = spike_in_report(signals, collapse_replicates(signals, groups)[0], probes, groups)
    assert report.probes.name.tolist() == ["spike_control_a", "spike_control_b"]
    assert report.cv == pytest.approx([100 * np.sqrt(200) / 100, 0])
    assert report.signal[0].tolist() == pytest.approx([np.log2(100), 5])
    assert report.signal[1].tolist() == pytest.approx([NAN, 3], nan_ok=True)


def test_a_chip_without_spike_ins_has_no_report():
    names = text_array(["hsa-miR-21-5p"])
    signals = np.ones((1, 2))
    groups = group_replicates(names)
    assert spike_in_report(signals, signals, classify_probes(names, names), groups) is None
