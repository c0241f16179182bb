"""Arrays that are collapsed one by one as they are read give what they give together, to the last bit."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import FormatError, NotEnoughDataError
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.io.arrays.one_by_one import Reduction, read_one_by_one
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.reading import read_arrays
from mirtool.model import SampleTable
from mirtool.normalize import normalize
from mirtool.normalize.controls import tally_controls
from mirtool.normalize.pipeline import normalization_of
from mirtool.simulate.arrays import simulate_study
from tests.small_study import DESIGN, MIRNAS

SETTINGS = [
    {},
    {"channel": "635"},
    {"channel": "ratio"},
    {"channel": "ratio", "within": "printtip-loess"},
    {"channel": "ratio", "replicates": "weighted", "flag_weight": 0.3, "between": "Aquantile"},
    {
        "background": "normexp",
        "offset": 50.0,
        "replicates": "mean",
        "replicate_scale": "log",
        "between": "quantile",
    },
    {"background": "movingmin", "replicates": "mean", "flags": "negative"},
    {"background": "edwards", "between": "vsn", "keep": "everything"},
    {"background": "negative-control", "between": "scale", "impute": "knn"},
    {"keep": "group", "keep_share": 0.6, "probes": "all", "between": "cyclic-loess"},
]
SLOW = ("normexp", "edwards")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Four arrays of two channels, and the sheet that lists them from the last to the first."""
    folder = tmp_path_factory.mktemp("study")
    arrays = simulate_study(
        MIRNAS, seed=3, changes={}, design=DESIGN, n_reference=2, n_tested=2, two_channel=True
    ).arrays
    names, groups = arrays.samples.names[::-1], arrays.samples.groups[::-1]
    for i, name in enumerate(arrays.samples.names):
        (folder / f"{name}.gpr").write_bytes(genepix_bytes(arrays, i))
    return SampleTable(names, groups, tuple(str(folder / f"{name}.gpr") for name in names))


def collapsed_as_read(samples, settings, files=(), **options):
    steps = []

    def start(first):
        steps.append(own := normalization_of(first, **settings))
        return None if own.needs_all_spots else Reduction(own.collapse_compactly, own.join_compactly)

    read = read_one_by_one(files, start, ReadOptions(**options), samples=samples)
    if read is None:
        return None, None
    return read, steps[0].finish(steps[0].join(read.parts), read.samples)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_one_by_one_is_the_same_as_together(study, settings, monkeypatch):
    monkeypatch.setattr("mirtool.io.arrays.one_by_one.AT_ONCE", 3)  # put together in two pieces
    used = study.take(range(2)) if settings.get("background") in SLOW else study
    files = sorted(used.files)  # in another order than the sheet
    read, one_by_one = collapsed_as_read(used, settings, files)
    arrays = read_arrays(files, samples=used)
    together = normalize(arrays, **settings)
    assert one_by_one.matrix.values.tobytes() == together.matrix.values.tobytes()
    assert one_by_one.matrix.values.strides == together.matrix.values.strides
    assert one_by_one.matrix.spots.tobytes() == together.matrix.spots.tobytes()
    assert one_by_one.matrix.history == together.matrix.history
    assert list(one_by_one.matrix.probes.id) == list(together.matrix.probes.id)
    assert dataclasses.asdict(one_by_one.report) == dataclasses.asdict(together.report)
    assert (one_by_one.average is None) == (together.average is None)
    assert dataclasses.astuple(read.samples) == dataclasses.astuple(arrays.samples)
    assert read.sources == arrays.sources


def test_the_channel_of_the_samples_is_read_alone(study):
    seen = []

    def start(first):
        seen.append(list(first.channels))
        return Reduction(lambda array: seen.append(list(array.channels)), lambda _parts: 0)

    read_one_by_one((), start, ReadOptions(prefer=("532", "Hy3")), samples=study)
    assert seen == [["532"]] * 5  # the first array is seen twice


@pytest.mark.parametrize("settings", [{"keep_replicates": True}, {"preset": "rma"}], ids=str)
def test_what_needs_the_spots_of_all_arrays_is_read_together(study, settings):
    assert collapsed_as_read(study, settings) == (None, None)


def test_an_array_list_of_the_users_is_joined_to_all_arrays_together(study, tmp_path):
    assert collapsed_as_read(study, {}, gal=tmp_path / "any.gal") == (None, None)


def changed(study, folder, change):
    """Return the files with the last one changed, text for text."""
    files = list(study.files)
    last = folder / "last.gpr"
    text = Path(files[-1]).read_bytes().decode("cp1252")
    assert change[0] in text
    last.write_bytes(text.replace(*change).encode("cp1252"))
    return [*files[:-1], str(last)]


def test_a_file_with_another_channel_is_read_together(study, tmp_path):
    files = changed(study, tmp_path, ("532", "594"))
    assert collapsed_as_read(None, {}, files, prefer=("532",)) == (None, None)


def test_a_name_of_its_own_and_a_copy_are_marked_as_when_read_together(study, tmp_path):
    files = changed(study, tmp_path, ('"hsa-miR-3000-3p"', '"hsa-miR-X"'))
    copy = tmp_path / "copy.gpr"
    copy.write_bytes(Path(files[0]).read_bytes())
    files.append(str(copy))
    read, _ = collapsed_as_read(None, {}, files)
    assert [source.warnings for source in read.sources] == [
        source.warnings for source in read_arrays(files).sources
    ]
    assert "named otherwise" in read.sources[-2].warnings[-1]
    assert "same content" in read.sources[-1].warnings[-1]


def test_a_damaged_file_is_named(study, tmp_path):
    files = list(study.files)
    cut = tmp_path / "cut.gpr"
    cut.write_bytes(Path(files[2]).read_bytes()[:-200] + b"\t1\r\n")
    files[2] = str(cut)
    with pytest.raises(FormatError, match=r"cut\.gpr"):
        collapsed_as_read(None, {}, files, prefer=("532",))


def test_what_all_arrays_lack_is_said_of_all(study):
    with pytest.raises(NotEnoughDataError, match="in all arrays"):
        collapsed_as_read(study, {"min_intensity": 1e9})


def test_a_recipe_that_these_arrays_do_not_allow_is_left_to_the_reading_of_all(study):
    assert collapsed_as_read(study, {"background": "threshold"}) == (None, None)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20, 21, 41])
def test_the_percentile_of_counted_signals_is_numpys(n):
    rng = np.random.default_rng(n)
    signals = np.column_stack([rng.integers(-5, 6, n) / 2, rng.normal(0, 3, n)])
    signals[rng.random(signals.shape) < 0.1] = np.nan
    (tally,) = tally_controls({"empty": np.arange(n)}, signals, 1.0).values()
    known = signals[~np.isnan(signals)]
    assert tally.percentile_95 == (float(np.percentile(known, 95)) if len(known) else None)
    assert tally.spots == tuple((~np.isnan(signals)).sum(axis=0).tolist())
    assert tally.passing == tuple((signals >= 1).sum(axis=0).tolist())
