"""ImaGene files are read channel by channel, paired, and refused with their place where they are damaged."""

import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import ArrayMismatchError, FormatError, SampleSheetError, UsageError
from mirtool.io.arrays.imagene import channel_of, pair_files, read_imagene, sample_name
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.model import SampleTable, SpotLayout
from mirtool.normalize import normalize
from mirtool.study.draft import draft_samples
from mirtool.study.samples import read_samples

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
FIXTURES = FOLDER / "imagene"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/imagene"
MAKE = runpy.run_path(str(FOLDER / "make_fixtures.py"), run_name="make_fixtures")

S1_HY3, S1_HY5, S2_HY3, S2_HY5 = FILES = [
    FIXTURES / f"{sample}_{dye}_Exiqon_{slide}_S01_Cropped.txt"
    for sample, slide in (("S1", 14114402), ("S2", 14114403))
    for dye in ("Hy3", "Hy5")
]


def test_one_file_is_one_channel():
    arrays = read_imagene(S1_HY3)
    assert sniff_format(S1_HY3) == "imagene"
    assert arrays.samples.names == ("S1",)
    assert list(arrays.channels) == ["Hy3"]
    # The chip: probe p (of ten) has 200 (p + 1)² + 100 in channel 532, 40 more in each further replicate,
    # over a background of 60 + i mod 7.
    channel = arrays.channels["Hy3"]
    assert channel.foreground[[0, 1, 11], 0].tolist() == [300, 900, 940]
    assert channel.background is not None
    assert channel.background[[0, 1, 11], 0].tolist() == [60, 61, 64]
    assert list(arrays.probes.id[:2]) == ["hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-miR-16-5p"]
    assert list(arrays.probes.name) == list(arrays.probes.id)
    source = arrays.sources[0]
    assert (source.format, source.header["version"]) == ("imagene", "4.2")


def test_meta_columns_become_blocks():
    layout = read_imagene(S1_HY3).layout
    assert layout is not None
    assert layout.block.tolist() == [1] * 20 + [2] * 20
    assert (layout.row[17], layout.column[17]) == (4, 3)


def test_blocks_run_along_the_meta_columns_and_the_fields(tmp_path):
    # Field A has 2 × 3 blocks of one spot, field B 1 × 2: A's Meta Row 2, Meta Column 1 is block 3 · 1 + 1 = 4.
    places = [("A", r, c) for r in (1, 2) for c in (1, 2, 3)] + [("B", 1, 1), ("B", 1, 2)]
    rows = [f"\t{f}\t{r}\t{c}\t1\t1\tp\t0\t5" for f, r, c in places]
    header = (
        "Begin Header\nBegin Raw Data\n\tField\tMeta Row\tMeta Column\tRow\tColumn\tGene ID\tFlag\tSignal Median\n"
    )
    path = tmp_path / "two_fields.txt"
    path.write_text(header + "\n".join(rows) + "\nEnd Raw Data\n")
    layout = read_imagene(path).layout
    assert layout is not None
    assert layout.block.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_flags_are_turned_into_genepix_flags():
    # ImaGene's flags of the first 13 spots: 0 0 2 0 0 3 0 0 4 0 0 1 0.
    flags = read_imagene(S1_HY3).flags
    assert flags is not None
    assert flags[:13, 0].tolist() == [0, 0, -50, 0, 0, -100, 0, 0, -75, 0, 0, -100, 0]
    found = inspect_file(S1_HY3)
    # 40 spots: 13 × 3 and one more; 2, 3, 4 and 1 stand once in each 13.
    assert found.details["flags"] == {
        "0 (good)": 28,
        "1 (by hand)": 3,
        "2 (empty)": 3,
        "3 (poor)": 3,
        "4 (negative)": 3,
    }
    assert found.warnings == ("3 spots with flag 1 or 5 to 7, set aside by hand: taken as bad",)


def test_two_files_make_one_array():
    arrays = read_arrays(FILES)
    assert arrays.samples.names == ("S1", "S2")
    assert arrays.samples.files == (str(S1_HY3), str(S2_HY3))
    assert list(arrays.channels) == ["Hy3", "Hy5"]
    assert arrays.channels["Hy3"].foreground[0].tolist() == [300, 450]
    assert arrays.channels["Hy5"].foreground[0].tolist() == [200, 300]
    # The second spot is good in Hy3 and poor in Hy5 of the first slide.
    assert arrays.flags is not None
    assert arrays.flags[1].tolist() == [-100, 0]
    assert "1 spot flagged otherwise in one channel: the worse flag counts" in arrays.sources[0].warnings
    assert arrays.sources[0].path == f"{S1_HY3} + {S1_HY5}"


def test_the_order_of_the_files_does_not_matter_within_an_array():
    arrays = read_arrays([S1_HY5, S1_HY3])
    assert (arrays.samples.names, list(arrays.channels)) == (("S1",), ["Hy3", "Hy5"])


def test_a_study_of_one_channel_needs_no_pairs():
    arrays = read_arrays([S1_HY3, S2_HY3])
    assert list(arrays.channels) == ["Hy3"]


def test_hy3_is_the_channel_that_is_normalized_by_default():
    done = normalize(read_arrays(FILES), probes="all", min_factor_probes=3)
    assert done.report.channel == "Hy3"


def test_a_channel_that_is_not_there_is_refused():
    assert list(read_arrays(FILES, channels=["Hy5"]).channels) == ["Hy5"]
    with pytest.raises(FormatError, match=r"the file has no channel 532 \(found channels Hy3, Hy5\)"):
        read_arrays(FILES, channels=["532"])


def test_a_file_without_its_partner_is_refused():
    with pytest.raises(ArrayMismatchError) as caught:
        read_arrays([S1_HY3, S1_HY5, S2_HY5])
    assert str(S2_HY5) in str(caught.value)
    assert "no partner (found Hy5 alone; other arrays have Hy3 and Hy5" in str(caught.value)


def test_channels_with_other_spots_are_refused():
    other = FIXTURES / "bad" / "S1_Hy5_Exiqon_14114402_S01_Cropped.txt"
    with pytest.raises(ArrayMismatchError) as caught:
        read_arrays([other, S1_HY3], samples=sheet_of(S1_HY3, other))
    # The column line is line 13, so lines 16 and 17, exchanged, are the third and the fourth spot.
    assert "first in row 3 of the table" in str(caught.value)
    assert "found Block 1, Row 1, Column 4, Gene ID 'hsa-let-7a-5p'" in str(caught.value)
    assert "expected Block 1, Row 1, Column 3, Gene ID 'mmu-miR-376a*'" in str(caught.value)


def sheet_of(hy3, hy5):
    return SampleTable(("one",), files=(str(hy3),), extra={"file_hy5": (str(hy5),)})


def test_samplesinfo_pairs_names_and_orders():
    samples = read_samples(FIXTURES / "samplesinfo.txt")
    assert samples.names == ("resistant", "responding")
    arrays = read_arrays([], samples=samples)
    assert arrays.samples.names == ("resistant", "responding")
    assert arrays.channels["Hy3"].foreground[0].tolist() == [450, 300]
    assert arrays.channels["Hy5"].foreground[0].tolist() == [300, 200]


def test_a_sample_sheet_pairs_files_of_any_name(tmp_path):
    for source, name in ((S1_HY3, "green.txt"), (S1_HY5, "red.txt")):
        shutil.copy(source, tmp_path / name)
    sheet = tmp_path / "samples.csv"
    sheet.write_text("sample,group,file,file_hy5\nfirst,control,green.txt,red.txt\n")
    arrays = read_arrays([], samples=read_samples(sheet))
    assert arrays.samples.names == ("first",)
    assert arrays.samples.groups == ("control",)
    assert list(arrays.channels) == ["Hy3", "Hy5"]
    assert arrays.channels["Hy5"].foreground[0, 0] == 200


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"one,a,{S1_HY5.name},{S1_HY3.name}", "a Hy5 file as the Hy3 file of the sample 'one'"),
        (f"one,a,{S1_HY3.name},\ntwo,b,{S2_HY3.name},{S2_HY5.name}", "the sample 'one' has no Hy5 file"),
        (f"one,a,{S1_HY3.name},gone.txt", "a file that the sample sheet names does not exist"),
    ],
)
def test_a_sheet_that_does_not_fit_is_refused(tmp_path, row, message):
    for file in FILES:
        shutil.copy(file, tmp_path)
    sheet = tmp_path / "samples.csv"
    sheet.write_text(f"sample,group,file,file_hy5\n{row}\n")
    with pytest.raises(SampleSheetError) as caught:
        read_arrays([], samples=read_samples(sheet))
    assert message in str(caught.value)


def test_a_file_that_the_sheet_does_not_list_is_refused():
    with pytest.raises(SampleSheetError, match="1 file not in the sample sheet"):
        read_arrays([S1_HY3, S1_HY5, S2_HY3], samples=sheet_of(S1_HY3, S1_HY5))


def test_the_drafted_sheet_pairs_the_files():
    table = draft_samples([str(file) for file in FILES], FIXTURES)
    assert list(table["sample"]) == ["S1", "S2"]
    assert list(table["file"]) == [S1_HY3.name, S2_HY3.name]
    assert list(table["file_hy5"]) == [S1_HY5.name, S2_HY5.name]


@pytest.mark.parametrize(
    ("name", "channel", "sample"),
    [
        ("GSM503402_Hy3_Exiqon_14114402_S01_Cropped.txt", "Hy3", "GSM503402"),
        ("imagene234.cy5", "Cy5", "imagene234"),
        ("P1-hy5.txt.gz", "Hy5", "P1"),
        ("Hy3.txt", "Hy3", "Hy3"),
        ("Hy3_P2.txt", "Hy3", "P2"),
        ("hybrid.txt", "signal", "hybrid"),
    ],
)
def test_channel_and_sample_stand_in_the_name(name, channel, sample):
    assert (channel_of(name), sample_name(name)) == (channel, sample)


def test_pairs_of_one_name_in_two_folders_stay_apart():
    files = [f"{folder}/P_{dye}.txt" for folder in ("before", "after") for dye in ("Hy3", "Hy5")]
    assert [dict(array.files) for array in pair_files(files)] == [
        {"Hy3": "before/P_Hy3.txt", "Hy5": "before/P_Hy5.txt"},
        {"Hy3": "after/P_Hy3.txt", "Hy5": "after/P_Hy5.txt"},
    ]


def test_names_that_share_their_beginning_keep_their_end():
    files = [f"P_{dye}_{slide}.txt" for slide in ("77", "78") for dye in ("Hy3", "Hy5")]
    assert [array.name for array in pair_files(files)] == ["P_77", "P_78"]


def test_both_channels_in_one_file():
    arrays = read_arrays([FIXTURES / "two_channels.txt"])
    assert list(arrays.channels) == ["1", "2"]
    assert arrays.channels["2"].foreground[:, 0].tolist() == [100, 200, 300, 400, 500, 600]
    assert arrays.layout is not None
    assert set(arrays.layout.block) == {1}
    # Flags 5 and 7 are marks that ImaGene 4 does not have.
    assert arrays.flags is not None
    assert arrays.flags[:, 0].tolist() == [0, 0, 0, -100, -100, 0]


def test_means_are_read_where_there_is_no_median():
    arrays = read_imagene(FIXTURES / "means_only.txt")
    channel = arrays.channels["signal"]
    assert channel.background is None
    assert np.isnan(channel.foreground[0, 0])
    assert channel.foreground[1, 0] == 900
    assert arrays.sources[0].warnings == (
        "no Signal Median was exported: Signal Mean is used",
        "no background was exported beside Signal Mean: there is none to subtract",
        "1 spot of channel signal without an intensity: missing",
        "3 spots with flag 1 or 5 to 7, set aside by hand: taken as bad",
    )


def test_means_can_be_asked_for():
    arrays = read_imagene(S1_HY3, foreground="mean", background="mean")
    assert arrays.channels["Hy3"].foreground[0, 0] == 300
    with pytest.raises(UsageError, match="no foreground is called 'mode'"):
        read_imagene(S1_HY3, foreground="mode")


BAD = [
    ("cut_Hy3.txt", "the table of spots does not end: the file was cut"),
    ("row_cut_Hy3.txt", "line 21: a row is cut short (found 9 cells; expected 13"),
    (
        "rows_taken_out_Hy3.txt",
        "field A does not have as many spots as the header says (found 38 spots; "
        "expected 1 × 2 blocks of 4 × 5: 40 spots)",
    ),
    ("header_only_Hy3.txt", "the file has no table of spots (expected a line 'Begin Raw Data')"),
    ("no_spots_Hy3.txt", "line 13: the table of spots has no column line"),
    (
        "text_in_number_Hy3.txt",
        "line 14, column \"Signal Median\": a cell that should be a number is not (found '300,0'",
    ),
    (
        "flag_9_Hy3.txt",
        'line 15, column "Flag": a flag that ImaGene does not have (found 9; expected 0 (good) to 7)',
    ),
    ("repeated_spot_Hy3.txt", "line 16: two rows are for the same spot, Block 1, Row 1, Column 2"),
    ("no_gene_id_Hy3.txt", 'line 13, column "Gene ID": a column is missing (found columns Field, Meta Row'),
    ("no_signal_Hy3.txt", 'line 13, column "Signal Median": a column is missing'),
]


@pytest.mark.parametrize(("name", "message"), BAD)
def test_a_bad_file_is_refused_with_its_place(name, message):
    with pytest.raises(FormatError) as caught:
        read_imagene(FIXTURES / "bad" / name)
    assert message in str(caught.value)
    assert "What to do: " in str(caught.value)


def test_a_genepix_file_is_no_imagene_file():
    with pytest.raises(FormatError, match="this is no ImaGene results file"):
        read_imagene(FOLDER / "genepix" / "v3_two_channels.gpr")


numbers = st.floats(0, 65535, allow_nan=False)
labels = st.text(
    st.characters(codec="ascii", exclude_characters="\t\r\n\"'", exclude_categories=["C", "Z"]), min_size=1
)


@given(data=st.data(), blocks=st.integers(1, 4), rows=st.integers(1, 3), columns=st.integers(1, 3))
def test_what_is_written_is_read(data, blocks, rows, columns, tmp_path_factory):
    n = blocks * rows * columns
    spot = np.arange(n)
    spots = SpotLayout(spot // (rows * columns) + 1, spot // columns % rows + 1, spot % columns + 1)
    flags = data.draw(st.lists(st.sampled_from([0, 2, 3, 4]), min_size=n, max_size=n))
    foreground, background = (data.draw(st.lists(numbers, min_size=n, max_size=n)) for _ in range(2))
    ids = data.draw(st.lists(labels, min_size=n, max_size=n))
    path = tmp_path_factory.mktemp("imagene") / "P_Hy3.txt"
    path.write_bytes(MAKE["imagene_bytes"](spots, ids, flags, foreground, background, meta=(blocks, 1)))
    assert sniff_format(path) == "imagene"
    arrays = read_imagene(path)
    assert arrays.layout is not None
    assert arrays.flags is not None
    for axis in ("block", "row", "column"):
        np.testing.assert_array_equal(getattr(arrays.layout, axis), getattr(spots, axis))
    np.testing.assert_array_equal(arrays.channels["Hy3"].foreground[:, 0], foreground)
    np.testing.assert_array_equal(arrays.channels["Hy3"].background[:, 0], background)
    assert arrays.flags[:, 0].tolist() == [{0: 0, 2: -50, 3: -100, 4: -75}[flag] for flag in flags]
    assert list(arrays.probes.id) == ids


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_a_real_pair():
    # limma 3.54.1: read.maimages(…, source="imagene", columns=list(f="Signal Median", b="Background Median")),
    # the sums and the spots 1, 2, 324 and 1292 of R (cy5), G (cy3) and their backgrounds.
    arrays = read_arrays([REAL / "aroma_imagene234.cy3", REAL / "aroma_imagene234.cy5"])
    expected = {
        "Cy5": (6002755.5, [6490.5, 5566, 3563.5, 1990.5], 2231178.5, [2832, 2489, 1880.5, 1434]),
        "Cy3": (5331685, [4835, 4273.5, 3183.5, 3022.5], 2885632, [2302, 2027.5, 2084, 2632]),
    }
    assert arrays.n_spots == 1292
    assert arrays.samples.names == ("aroma_imagene234",)
    some = [0, 1, 323, 1291]
    for name, (foreground_sum, foreground, background_sum, background) in expected.items():
        channel = arrays.channels[name]
        assert channel.background is not None
        assert channel.foreground.sum() == foreground_sum
        assert channel.foreground[some, 0].tolist() == foreground
        assert channel.background.sum() == background_sum
        assert channel.background[some, 0].tolist() == background
    # Meta Row 1, Meta Column 2 is block 2; the last is Meta Row 2, Meta Column 2 of 2 × 2.
    assert arrays.layout is not None
    assert arrays.layout.block[some].tolist() == [1, 1, 2, 4]
    assert list(arrays.probes.id[some]) == ["gh0", "gh02", "gh0207", "gh0"]
