"""A qPCR panel as arrays: plates put together, replicate wells, calibrators, and what is not detected."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import MirtoolError, UsageError
from mirtool.io.arrays.ct_panels import well_cts
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.tables.text import sha256_of
from mirtool.model import SampleTable
from mirtool.study.draft import draft_samples
from tests.panel_files import write_plate

A, B, C = "hsa-miR-16-5p", "hsa-miR-21-5p", "hsa-miR-122-5p"
NONE = "Undetermined"


def read(tmp_path, cts, *, groups=(), **options):
    path = write_plate(tmp_path / "panel.csv", cts)
    names = tuple(cts)
    return read_arrays([path], samples=SampleTable(names, groups or ("",) * len(names)), **options)


def said(arrays):
    return " | ".join(arrays.sources[0].warnings)


def message(call, error=MirtoolError):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_an_amount_is_a_power_of_two_above_the_limit(tmp_path):
    arrays = read(tmp_path, {"P1": {A: [25]}, "P2": {A: [35]}}, max_ct=35)
    np.testing.assert_allclose(arrays.channels["amount"].foreground, [[2.0**10, 1.0]])
    assert dict(arrays.sources[0].header)["Ct limit"] == "35"


def test_replicate_wells_are_rows_and_one_off_their_median_is_flagged(tmp_path):
    arrays = read(tmp_path, {"P1": {A: [24.1, 24.2, 25.0]}, "P2": {A: [24.0]}})
    assert arrays.probes.id.tolist() == [A] * 3
    assert arrays.flags.tolist() == [[0, 0], [0, 0], [-100, 0]]
    np.testing.assert_allclose(well_cts(arrays), [[24.1, 24.0], [24.2, np.nan], [np.nan, np.nan]])
    kept = read(tmp_path, {"P1": {A: [24.1, 24.2, 25.0]}, "P2": {A: [24.0]}}, replicate_limit=1.0)
    assert not kept.flags.any()


def test_undetermined_and_a_ct_above_the_limit_are_missing_and_counted(tmp_path):
    arrays = read(tmp_path, {"P1": {A: [24], B: [NONE]}, "P2": {A: [35.5], B: [30]}})
    assert np.isnan(arrays.channels["amount"].foreground).tolist() == [[False, True], [True, False]]
    assert arrays.flags.tolist() == [[0, -75], [-75, 0]]
    assert (
        "not detected: 2 of 4 values, 1 to 1 per sample (1 Ct above 35; 1 without a Ct): taken as missing"
        in said(arrays)
    )


def test_of_replicate_wells_those_with_a_ct_count(tmp_path):
    arrays = read(tmp_path, {"P1": {A: [34.0, NONE, 36.0]}, "P2": {A: [30.0]}})
    np.testing.assert_allclose(arrays.channels["amount"].foreground[:, 0], [2.0, np.nan, np.nan])
    assert "1 value of replicate wells of which some have no Ct up to 35" in said(arrays)


CTS = {"P1": {A: [NONE]}, "P2": {A: [30]}, "P3": {A: [36]}, "P4": {A: [NONE]}}


@pytest.mark.parametrize(
    ("choice", "log2"),
    [
        ("missing", [np.nan, 5, np.nan, np.nan]),
        ("floor", [0, 5, np.nan, np.nan]),  # 35, the limit; the second group does not detect it
        ("keep", [np.nan, 5, -1, np.nan]),  # a Ct of 36 is one
    ],
)
def test_what_is_not_detected_becomes_what_was_chosen(tmp_path, choice, log2):
    arrays = read(tmp_path, CTS, groups=("ill", "ill", "well", "well"), not_detected=choice)
    np.testing.assert_allclose(np.log2(arrays.channels["amount"].foreground[0]), log2)


def test_a_cell_that_was_not_measured_is_missing_and_not_counted(tmp_path):
    arrays = read(tmp_path, {"P1": {A: [24], B: [25]}, "P2": {A: [24]}})
    assert np.isnan(arrays.channels["amount"].foreground[1, 1])
    assert "not detected" not in said(arrays)


def test_cards_of_one_sample_are_put_together(tmp_path):
    files = [
        write_plate(tmp_path / "a.csv", {"P1": {A: [24]}, "P2": {A: [25]}}),
        write_plate(tmp_path / "b.csv", {"P1": {B: [26]}, "P2": {B: [27]}}),
    ]
    arrays = read_arrays(files)
    assert arrays.samples.names == ("P1", "P2")
    np.testing.assert_allclose(well_cts(arrays), [[24, 25], [26, 27]])
    assert "2 samples with wells in several files, put together" in said(arrays)
    sheet = draft_samples(files, tmp_path)
    assert {name: list(cells) for name, cells in sheet.columns.items()} == {
        "sample": ["P1", "P2"], "group": ["", ""], "file": ["a.csv", "a.csv"], "file_2": ["b.csv", "b.csv"],
    }  # fmt: skip


def plates(tmp_path):
    """Two plates; the calibrator lies 2 cycles higher on the second, so each is moved by 1 to their mean."""
    first = {"P1": {A: [24]}, "pool": {A: [20], B: [22]}}
    second = {"P2": {A: [26]}, "pool": {A: [22], B: [24]}}
    return [write_plate(tmp_path / "1.csv", first), write_plate(tmp_path / "2.csv", second)]


def test_a_sample_on_every_plate_calibrates_them(tmp_path):
    arrays = read_arrays(plates(tmp_path), calibrators="pool")
    assert arrays.samples.names == ("P1", "P2")
    np.testing.assert_allclose(well_cts(arrays), [[25, 25]])
    assert "2 plates calibrated by pool (2 values on every plate): from -1.00" in said(arrays)


def test_a_target_of_the_panel_calibrates_plates(tmp_path):
    ipc = "UniSp3 IPC"
    files = [
        write_plate(tmp_path / "1.csv", {"P1": {A: [24], ipc: [20, 20.2]}}),
        write_plate(tmp_path / "2.csv", {"P2": {A: [26], ipc: [21, 21.2]}}),
    ]
    arrays = read_arrays(files, calibrators="panel")
    np.testing.assert_allclose(well_cts(arrays), [[24.5, 25.5]])
    plain = read_arrays(files)
    np.testing.assert_allclose(well_cts(plain)[plain.probes.id == A], [[24, 26]])


def test_a_packed_plate_is_recorded_by_its_content(tmp_path):
    plain = write_plate(tmp_path / "plain.csv", {"P1": {A: [24]}})
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(Path(plain).read_bytes()))
    assert read_arrays([str(packed)]).sources[0].sha256 == sha256_of(plain)


def test_a_stated_efficiency_gives_the_amount_and_the_ct_stays(tmp_path):
    arrays = read(tmp_path, {"P1": {A: [25], B: [25]}}, efficiency=(f"{A}=1.9",))
    np.testing.assert_allclose(arrays.channels["amount"].foreground[:, 0], [1.9**10, 2.0**10])
    np.testing.assert_allclose(well_cts(arrays), [[25], [25]])


def test_the_kinds_are_those_of_panels(tmp_path):
    names = [A, "cel-miR-39-3p", "UniSp6", "U6 snRNA", "RNU48"]
    arrays = read(tmp_path, {"P1": {name: [25] for name in names}})
    kinds = ["miRNA", "spike-in", "spike-in", "small RNA control", "small RNA control"]
    assert arrays.probes.kind.tolist() == kinds


def test_bad_input_is_refused_with_words(tmp_path):
    one = write_plate(tmp_path / "1.csv", {"P1": {A: [24]}})
    two = write_plate(tmp_path / "2.csv", {"P2": {A: [26]}, "pool": {A: [22]}})
    table = tmp_path / "arrays.csv"
    table.write_text("ID,S1,S2\nhsa-miR-16-5p,300,4000\nhsa-miR-21-5p,30,20000\n")
    array = str(table)
    text = message(lambda: read_arrays([one, array]))
    assert "arrays.csv: this file holds no Ct values, and the study's others do (found the format matrix" in text
    assert "a table of Ct values is among other files" in message(lambda: read_arrays([array, one]))
    assert "is for tables of Ct values" in message(lambda: read_arrays([array], max_ct=30), UsageError)
    assert "neither a target nor a sample of" in message(lambda: read_arrays([one], calibrators="pol"))
    assert "and there is one plate" in message(lambda: read_arrays([one], calibrators=A))
    text = message(lambda: read_arrays([one, two], calibrators="pool"))
    assert "no calibrator has a Ct on every plate (found none on " in text
    assert "have no wells of an inter-plate calibrator" in message(lambda: read_arrays([one], calibrators="panel"))
    sheet = SampleTable(("P1", "P9"), ("a", "b"))
    assert "1 sample of the sample sheet not in the table" in message(lambda: read_arrays([one], samples=sheet))
    assert "the efficiency can't be read" in message(lambda: read_arrays([one], efficiency=(f"{A}=5",)))
    text = message(lambda: draft_samples([one, array]))
    assert "tables of Ct values are among other files" in text
