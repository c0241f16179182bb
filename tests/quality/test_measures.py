"""Each array by itself: by hand, and against numpy."""

import numpy as np
import pytest

from mirtool.annotation.probes import classify_probes
from mirtool.model import Channel, text_array
from mirtool.normalize.replicates import collapse_replicates, group_replicates
from mirtool.quality.measures import channel_measures, replicate_cv

NAN = float("nan")


def test_replicate_cv_by_hand():
    # Array 1: a (90, 110): mean 100, SD √200 = 14.142, CV 14.142 %; b (100, 100, missing): 0 %; c one spot.
    # Median of 14.142 and 0: 7.071 %. Array 2: a lies below the mean of 30, b (50, 150, 100): SD 50, CV 50 %.
    ids = text_array(["a", "a", "b", "b", "b", "c"])
    signals = np.array([[90, 10], [110, 12], [100, 50], [100, 150], [NAN, 100], [700, 700]])
    found = replicate_cv(signals, group_replicates(ids), np.ones(3, dtype=bool), 30.0)
    assert found == pytest.approx([np.sqrt(200) / 2, 50.0])


def test_replicate_cv_of_nothing_is_missing():
    groups = group_replicates(text_array(["a", "b"]))
    assert np.isnan(replicate_cv(np.ones((2, 3)), groups, np.ones(2, dtype=bool))).all()


def measure(names, foreground, background=None, **channel):
    probes = classify_probes(text_array(names), text_array(names))
    values = np.asarray(foreground, dtype=float)
    channel = Channel(values, background, **channel)
    signals = values if background is None else values - background
    groups = group_replicates(probes.id)
    counting = np.array([kind == "miRNA" for kind in probes.kind])
    collapsed = collapse_replicates(signals, groups)[0][counting[groups.first]]
    return channel_measures(channel, signals, collapsed, probes, groups, counting, 30.0)


def test_measures_by_hand():
    names = ["Empty"] * 9 + ["hsa-let-7a-5p"] * 2 + ["hsa-miR-21-5p"] * 2
    # Empty 6 … 14: median 10, deviations 4 3 2 1 0 1 2 3 4, their median 2: noise 2.9652.
    # miRNAs 40, 60, 1000, 8: (signal − 10) / 2.9652 = 10.12, 16.86, 333.9, −0.67; median (10.12 + 16.86) / 2.
    found = measure(names, [[value] for value in [*range(6, 15), 40, 60, 1000, 8]])
    assert found.noise_source == "empty"
    assert found.noise == pytest.approx([2 * 1.4826])
    assert found.signal_to_noise == pytest.approx([40 / (2 * 1.4826)])
    assert found.above_noise == pytest.approx([75])
    assert found.detected.tolist() == [2]  # medians 50 and 504
    # 99th percentile of (50, 504): 499.46
    assert found.dynamic_range == pytest.approx([np.log2(499.46 / (3 * 2 * 1.4826))])
    assert found.background is None
    assert found.saturated is None
    assert found.controls[0].passing == (0,)


def test_noise_comes_from_negative_controls_then_from_the_background():
    mirnas = ["hsa-let-7a-5p"] * 2
    controls = [f"hsa_negative_control_{i}" for i in range(1, 10)]
    assert measure(mirnas + controls, np.arange(11.0)[:, None]).noise_source == "negative control"
    background = np.array([[10.0], [14.0]])
    found = measure(mirnas, [[100.0], [200.0]], background)
    assert (found.noise_source, found.noise.tolist()) == ("background", [2 * 1.4826])
    nothing = measure(mirnas, [[100.0], [200.0]])
    assert nothing.noise_source == ""
    assert np.isnan([*nothing.noise, *nothing.signal_to_noise, *nothing.dynamic_range, *nothing.above_noise]).all()


def test_quartiles_are_those_of_numpy_with_missing_values():
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 60000, (101, 3))
    values[rng.random(values.shape) < 0.3] = NAN
    values[:, 2] = NAN
    found = measure(["hsa-let-7a-5p"] * 101, values)
    assert found.foreground[:, :2] == pytest.approx(np.nanpercentile(values[:, :2], [25, 50, 75], axis=0))
    assert np.isnan(found.foreground[:, 2]).all()


def test_ceiling_saturation_and_signals_that_are_not_positive_are_counted():
    foreground = np.array([[65535.0], [100.0], [40.0], [50.0]])
    background = np.full((4, 1), 50.0)
    found = measure(["hsa-let-7a-5p"] * 4, foreground, background, saturated=np.array([[80.0], [1], [0], [0]]))
    assert found.at_ceiling.tolist() == [25]
    assert found.saturated.tolist() == [50]
    assert found.non_positive.tolist() == [50]
