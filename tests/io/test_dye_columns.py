"""Columns of Hy3 and Hy5 in one table are the two channels of an array."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.errors import ArrayMismatchError, SampleSheetError
from mirtool.io.arrays.dye_columns import pair_names
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file
from mirtool.normalize import normalize
from mirtool.study.samples import read_samples

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "matrix"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/imagene"
TABLE = FIXTURES / "two_dyes.tsv"


def test_columns_are_paired_by_their_names():
    arrays = read_arrays([TABLE])
    assert arrays.samples.names == ("S1", "S2")
    assert list(arrays.channels) == ["Hy3", "Hy5"]
    np.testing.assert_array_equal(
        arrays.channels["Hy3"].foreground, [[7240, 3983], [1200, 300], [1210, 310], [81, 85]]
    )
    np.testing.assert_array_equal(arrays.channels["Hy5"].foreground[1], [600, 600])
    assert list(arrays.probes.id[1:3]) == ["hsa-miR-16-5p"] * 2
    assert "no ID column: replicates are grouped by name" in arrays.sources[0].warnings
    assert len(arrays.sources) == 2


def test_columns_are_paired_by_a_sheet_of_columns():
    arrays = read_arrays([TABLE], samples=read_samples(FIXTURES / "pairs.txt"))
    assert arrays.samples.names == ("first", "second")
    np.testing.assert_array_equal(arrays.channels["Hy3"].foreground[0], [3983, 7240])
    np.testing.assert_array_equal(arrays.channels["Hy5"].foreground[0], [86.5, 82.5])


def test_a_drafted_sheet_finds_the_arrays_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("t.tsv").write_bytes(TABLE.read_bytes())
    assert main(["init", "t.tsv"]) == 0
    assert Path("samples.csv").read_text() == "sample,group,file\nS1,,t.tsv\nS2,,t.tsv\n"
    assert read_arrays([], samples=read_samples("samples.csv")).samples.names == ("S1", "S2")
    capsys.readouterr()


def test_inspection_names_the_channels():
    found = inspect_file(TABLE)
    assert found.channels == ("Hy3", "Hy5")
    assert found.details["samples"] == ["S1", "S2"]


def test_columns_of_one_dye_or_none_stay_as_they_are():
    assert pair_names(["a_Hy3_1", "b_Hy3_2"]) == {}
    assert pair_names(["a_Hy3_1", "a_Hy5_1", "total"]) == {}


def test_a_column_without_partner_is_an_error():
    path = FIXTURES / "bad_two_dyes.tsv"
    with pytest.raises(ArrayMismatchError) as caught:
        read_arrays([path])
    assert str(caught.value) == (
        f'{path}, column "S2_Hy3_2.txt": the column of one channel has no partner (found Hy3 alone; other arrays '
        "have Hy3 and Hy5; expected two columns per array whose names differ in Hy3 and Hy5 alone)\n"
        "  What to do: say in samples.csv which columns belong together: columns file and file_hy5"
    )


def test_a_sheet_that_names_a_column_that_is_not_there_is_an_error(tmp_path):
    sheet = tmp_path / "pairs.txt"
    sheet.write_text((FIXTURES / "pairs.txt").read_text().replace("S1_Hy5", "S9_Hy5"))
    with pytest.raises(SampleSheetError, match="the sample 'second' has a channel that is not a column") as caught:
        read_arrays([TABLE], samples=read_samples(sheet))
    assert (caught.value.column, caught.value.found) == ("file_hy5", "S9_Hy5_Exiqon_1.txt")


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
@pytest.mark.parametrize("sheet", [None, "GSE20122_samplesinfo.txt"])
def test_real_mircury_intensities_of_both_channels(sheet):
    samples = read_samples(REAL / sheet) if sheet else None
    path = REAL / "GSE20122_miRCURY_spot_intensities.tsv.gz"
    arrays = read_arrays([path], samples=samples, species="mmu")
    assert (arrays.n_spots, arrays.n_arrays, list(arrays.channels)) == (9360, 12, ["Hy3", "Hy5"])
    assert arrays.samples.names[0] == ("1" if sheet else "GSM503402")
    assert arrays.channels["Hy3"].foreground[0, 0] == 7240
    assert arrays.channels["Hy5"].foreground[0, 0] == 82.5
    done = normalize(arrays)
    # 635 names are miRNAs': 596 of the mouse, 29 of its cytomegalovirus (mcmv), 10 of its herpesvirus (mghv).
    assert (done.report.counting_probes, done.report.factor_probes) == (596, 596)
    assert done.report.probes_by_kind["other species"] == 39
    empty, _ = done.report.controls
    assert empty.spots == empty.passing == (640,) * 12
    ratios = normalize(arrays, channel="ratio")
    assert ratios.report.channel == "Hy3/Hy5"
    assert ratios.matrix.values.shape == (596, 12)
    np.testing.assert_allclose(np.median(ratios.matrix.values, axis=0), 0, atol=1e-12)
