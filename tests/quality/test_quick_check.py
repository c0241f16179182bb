"""What ``mirtool normalize`` warns of is what ``mirtool qc`` calls an outlier, by the same numbers."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mirtool.normalize import normalize
from mirtool.quality import quality_report
from mirtool.quality.quick import compared_values, outlier_warnings
from mirtool.simulate.arrays import simulate_study


@pytest.fixture(scope="module")
def arrays():
    return simulate_study(seed=7, n_reference=4, n_tested=4).arrays


def check(arrays):
    done = normalize(arrays)
    return outlier_warnings(done.matrix, done.report.factors, done.report.min_intensity)


def with_foreground(arrays, foreground):
    return replace(arrays, channels={"532": replace(arrays.channels["532"], foreground=foreground)})


def flattened(arrays, array):
    """Take the square root of one array's signals: weak ones come out too strong, and strong ones too weak."""
    channel = arrays.channels["532"]
    foreground = channel.foreground.copy()
    signal = np.maximum(foreground[:, array] - channel.background[:, array], 0)
    foreground[:, array] = channel.background[:, array] + np.round(np.sqrt(signal) * 10)
    return with_foreground(arrays, foreground)


def test_a_study_without_a_fault_brings_no_warning(arrays):
    assert check(arrays) == ()


def test_the_probes_and_numbers_are_those_of_qc(arrays):
    bad = flattened(arrays, 2)
    done, report = normalize(bad), quality_report(bad)
    compared = compared_values(done.matrix.values, np.array(done.report.factors), 30.0)
    assert np.array_equal(np.isnan(compared), np.isnan(report.between.after))
    assert np.nan_to_num(compared) == pytest.approx(np.nan_to_num(report.between.after), abs=1e-9)
    (warning,) = check(bad)
    assert warning.startswith("P03 ")
    assert warning.endswith("see `mirtool qc`")
    assert report.verdicts[2] == "outlier"


def test_the_same_array_twice_is_told(arrays):
    channel = arrays.channels["532"]
    order = [0, 1, 2, 3, 4, 5, 6, 1]
    twice = replace(
        arrays,
        flags=arrays.flags[:, order],
        channels={"532": replace(channel, foreground=channel.foreground[:, order],
                                 background=channel.background[:, order], saturated=None)},
    )  # fmt: skip
    assert "P08 has the same values as P02; see `mirtool qc`" in check(twice)


def test_one_array_and_few_probes_are_not_compared(arrays):
    done = normalize(arrays)
    one = done.matrix.take_samples([0])
    assert outlier_warnings(one, done.report.factors[:1], 30.0) == ()
    few = done.matrix.take_probes(np.arange(10))
    assert outlier_warnings(few, done.report.factors, 30.0) == ()


def test_the_check_imports_neither_scipy_nor_pandas():
    code = (
        "import sys, mirtool.quality.quick; print([m for m in ('scipy', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
