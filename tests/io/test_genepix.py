"""GenePix results are read as they are, whatever version or spreadsheet wrote them, or refused in plain words."""

import gzip
import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirtool.errors import FormatError, MirtoolError, UsageError
from mirtool.io.arrays.genepix import genepix_bytes, inspect, read_genepix, sniff
from mirtool.io.registry import sniff_format
from mirtool.io.tables.text import FileHead, read_head
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, SpotLayout, text_array

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/genepix"


def arrays_of(layout, ids, names, channels, flags) -> RawArrays:
    return RawArrays(
        channels,
        flags,
        ProbeTable(text_array(ids), text_array(names), text_array([""] * len(ids))),
        layout,
        SampleTable(("a1",)),
        (ArraySource("a1.gpr", "genepix", gal_file="lot1.gal"),),
    )


def grid(n: int) -> SpotLayout:
    spot = np.arange(n)
    return SpotLayout(np.ones(n, dtype=np.int64), spot // 5 + 1, spot % 5 + 1)


labels = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\x85"), max_size=12
).map(str.strip)
intensities = st.one_of(
    st.integers(0, 65535).map(float), st.floats(0, 65535, allow_subnormal=False), st.just(float("nan"))
)


@st.composite
def one_array(draw) -> RawArrays:
    n = draw(st.integers(1, 12))

    def column(elements):
        return draw(hnp.arrays(np.float64, (n, 1), elements=elements))

    names = draw(st.sampled_from([("532",), ("635",), ("635", "532"), ("532", "635"), ("123", "Cy3")]))
    channels = {
        name: Channel(
            column(intensities),
            column(intensities) if draw(st.booleans()) else None,
            column(st.integers(0, 100).map(float)) if draw(st.booleans()) else None,
        )
        for name in names
    }
    flags = draw(hnp.arrays(np.int64, (n, 1), elements=st.sampled_from([100, 0, -50, -75, -100])))
    texts = st.lists(labels, min_size=n, max_size=n)
    return arrays_of(grid(n), draw(texts), draw(texts), channels, flags)


@given(one_array())
@settings(max_examples=60)
def test_what_is_written_reads_back_equal(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("gpr") / "a1.gpr"
    path.write_bytes(genepix_bytes(arrays))
    read = read_genepix(path)
    assert list(read.channels) == list(arrays.channels)
    for name, channel in arrays.channels.items():
        np.testing.assert_array_equal(read.channels[name].foreground, channel.foreground)
        for what in ("background", "saturated"):
            written, found = getattr(channel, what), getattr(read.channels[name], what)
            assert (written is None) == (found is None)
            if written is not None:
                np.testing.assert_array_equal(found, written)
    np.testing.assert_array_equal(read.flags, arrays.flags)
    assert list(read.probes.id) == list(arrays.probes.id)
    assert list(read.probes.name) == list(arrays.probes.name)
    for axis in ("block", "row", "column"):
        np.testing.assert_array_equal(getattr(read.layout, axis), getattr(arrays.layout, axis))
    assert read.samples.names == ("a1",)
    assert read.sources[0].gal_file == "lot1.gal"


# Fixtures (fixtures/make_fixtures.py): 40 spots, 10 probes in four replicates. The foreground of probe p (from 0)
# in replicate k (from 0) is 200 (p + 1)² + 40 k, its background 50 + spot mod 7; in the second channel the array
# was made with, 100 and 10 more.

TWO = {"635": 0, "532": 100}
VALID = {
    "v3_two_channels.gpr": TWO,
    "v3_532_first.gpr": {"532": 0, "635": 100},
    "v3_one_channel.gpr.gz": {"532": 0},
    "v1_2.gpr": TWO,
    "v1_4_windows_1252.gpr": TWO,
    "v2_four_slots.gpr": TWO,
    "export_3.gpr": {"532": 100},
    "wavelength_123.gpr": {"123": 0, "532": 100},
    "atf_comma.gpr": {"635": 0},
    "padded_header.txt": TWO,
    "spreadsheet.txt": TWO,
    "spreadsheet_semicolons.csv": TWO,
    "padded_numbers.gpr.gz": TWO,
    "bare_cr.gpr": TWO,
    "cr_cr_lf.gpr": TWO,
    "utf8_mark.gpr": TWO,
    "stray_quote.gpr": TWO,
}


@pytest.mark.parametrize(("name", "channels"), VALID.items())
def test_every_version_and_quirk_reads_to_the_same_numbers(name, channels):
    path = FIXTURES / name
    assert sniff_format(path) == "genepix"
    arrays = read_genepix(path)
    assert list(arrays.channels) == list(channels)
    spot = np.arange(40)
    expected = 200.0 * (spot % 10 + 1) ** 2 + 40 * (spot // 10)
    for wavelength, more in channels.items():
        channel = arrays.channels[wavelength]
        np.testing.assert_array_equal(channel.foreground[:, 0], expected + more)
        np.testing.assert_array_equal(channel.background[:, 0], 50 + spot % 7 + more / 10)
        np.testing.assert_array_equal(channel.saturated[:, 0], np.zeros(40))
    np.testing.assert_array_equal(arrays.layout.block, np.repeat([1, 2], 20))
    np.testing.assert_array_equal(arrays.layout.row, np.tile(np.repeat([1, 2, 3, 4], 5), 2))
    np.testing.assert_array_equal(arrays.layout.column, np.tile([1, 2, 3, 4, 5], 8))
    assert arrays.flags[:13, 0].tolist() == [0, 0, 0, 100, 0, 0, -50, 0, 0, -75, 0, 0, -100]
    assert list(arrays.probes.id[:10]) == [
        "17605", "42865", "10947", "147165", "46438", "6880", "13132", "145968", "11278", "Empty",
    ]  # fmt: skip
    assert arrays.probes.name[0] == "hsa-miR-17-5p/hsa-miR-106a-5p"
    assert arrays.probes.name[6] == ""


def test_unclosed_and_inner_quotation_marks_stay_in_their_cells():
    names = read_genepix(FIXTURES / "stray_quote.gpr").probes.name
    assert list(names[1:5]) == ["hsa-miR-16-5p", "mmu-miR-376a*", '5" let-7a, "a"', "hsa-miRPlus-A1015"]


def test_a_quoted_cell_may_hold_a_tab(tmp_path):
    data = (FIXTURES / "v3_two_channels.gpr").read_bytes()
    name = read_genepix(FIXTURES / "v3_two_channels.gpr").probes.name[1]
    path = tmp_path / "a.gpr"
    path.write_bytes(data.replace(f'"{name}"'.encode(), f'"{name}\tstar"'.encode(), 1))
    assert read_genepix(path).probes.name[1] == f"{name}\tstar"


@pytest.mark.parametrize("name", [*VALID, "missing_cells.gpr", "other_background.gpr", "cut_at_row_end.gpr"])
def test_a_table_is_read_at_once_as_line_by_line(name, monkeypatch):
    at_once = read_genepix(FIXTURES / name)
    monkeypatch.setattr("mirtool.io.arrays.genepix.regular_columns", lambda *_: None)
    monkeypatch.setattr("mirtool.io.tables.rows.regular_columns", lambda *_: None)
    by_line = read_genepix(FIXTURES / name)
    assert at_once.sources == by_line.sources
    assert list(at_once.channels) == list(by_line.channels)
    for found, expected in zip(at_once.channels.values(), by_line.channels.values(), strict=True):
        for what in ("foreground", "background", "saturated"):
            np.testing.assert_array_equal(getattr(found, what), getattr(expected, what))
    np.testing.assert_array_equal(at_once.flags, by_line.flags)
    assert list(at_once.probes.id) == list(by_line.probes.id)
    assert list(at_once.probes.name) == list(by_line.probes.name)
    for axis in ("block", "row", "column"):
        np.testing.assert_array_equal(getattr(at_once.layout, axis), getattr(by_line.layout, axis))


USUAL = [name for name in VALID if not name.startswith("spreadsheet")]


def refuse_to_read_by_line(*_, **__):
    raise AssertionError("read line by line")


@pytest.mark.parametrize("name", [*USUAL, "other_background.gpr"])
def test_the_usual_file_is_read_at_once(name, monkeypatch):
    monkeypatch.setattr("mirtool.io.arrays.genepix.read_rows", refuse_to_read_by_line)
    assert read_genepix(FIXTURES / name).n_spots == 40


def test_decimals_missing_cells_and_negative_flags_are_read_at_once(tmp_path, monkeypatch):
    lines = (FIXTURES / "v3_two_channels.gpr").read_bytes().split(b"\r\n")
    names = lines[27].decode().replace('"', "").split("\t")
    for i, name, content in (
        (28, "F635 Median", b"200.5"), (29, "F635 Median", b"Error"), (32, "F635 Median", b" 7 "),
        (30, "B635 Median", b""), (31, "Flags", b"-50"), (33, "Flags", b""),
    ):  # fmt: skip
        cells = lines[i].split(b"\t")
        cells[names.index(name)] = content
        lines[i] = b"\t".join(cells)
    path = tmp_path / "a.gpr"
    path.write_bytes(b"\r\n".join(lines))
    monkeypatch.setattr("mirtool.io.arrays.genepix.read_rows", refuse_to_read_by_line)
    arrays = read_genepix(path)
    channel = arrays.channels["635"]
    np.testing.assert_array_equal(channel.foreground[[0, 1, 4], 0], [200.5, np.nan, 7.0])
    np.testing.assert_array_equal(channel.background[[1, 2], 0], [51.0, np.nan])
    assert arrays.flags[[3, 5], 0].tolist() == [-50, 0]


def test_the_spots_of_files_with_the_same_are_made_once(tmp_path):
    first = read_genepix(FIXTURES / "v3_two_channels.gpr")
    path = tmp_path / "a.gpr"
    path.write_bytes((FIXTURES / "v3_two_channels.gpr").read_bytes().replace(b"\t200\t", b"\t201.5\t"))
    assert read_genepix(path, places=False).probes is first.probes
    path.write_bytes((FIXTURES / "v3_two_channels.gpr").read_bytes().replace(b"42865", b"42866", 1))
    assert read_genepix(path, places=False).probes.id[1] == "42866"


def test_text_is_windows_1252():
    assert read_genepix(FIXTURES / "v1_4_windows_1252.gpr").sources[0].gal_file == r"C:\Désiré\génome_lot1.gal"


ODD = {
    "padded_header.txt": ["the header declares 57 columns, the table has 56"],
    "spreadsheet.txt": [
        "the GenePix header is missing (the file was saved by a spreadsheet): the GAL lot and the scanner are not "
        "known"
    ],
    "missing_cells.gpr": [
        "1 cell of F532 Median empty or Error: missing",
        "1 cell of B532 Median empty or Error: missing",
        "1 spot without a flag: taken as unflagged (0)",
    ],
    "other_background.gpr": [
        "GenePix subtracted another background than the local median: B532 differs from B532 Median in 40 spots; "
        "B532 Median is used"
    ],
    "no_background.gpr": [
        "the column B635 Median is missing: channel 635 has no background",
        "the column B532 Median is missing: channel 532 has no background",
    ],
    "extra_row.gpr": ["1 spot position more than once in the table, first Block 2, Row 4, Column 5"],
    "cut_at_row_end.gpr": ["block 2 has 12 spots, the others have 20: the file may have been cut"],
    "v1_2.gpr": [],
}


@pytest.mark.parametrize(("name", "warnings"), ODD.items())
def test_what_is_odd_but_readable_is_said(name, warnings):
    assert list(read_genepix(FIXTURES / name).sources[0].warnings) == warnings


def test_missing_cells_are_missing_values():
    arrays = read_genepix(FIXTURES / "missing_cells.gpr")
    channel = arrays.channels["532"]
    assert np.flatnonzero(np.isnan(channel.foreground[:, 0])).tolist() == [0]
    assert np.flatnonzero(np.isnan(channel.background[:, 0])).tolist() == [1]
    assert arrays.flags[2, 0] == 0
    assert arrays.n_spots == 40


def test_a_channel_without_background_columns_has_none():
    assert read_genepix(FIXTURES / "no_background.gpr").channels["532"].background is None


def test_the_background_that_genepix_chose_can_be_read():
    channel = read_genepix(FIXTURES / "other_background.gpr", background="chosen").channels["532"]
    np.testing.assert_array_equal(channel.background, np.full((40, 1), 30.0))


def test_only_the_channels_asked_for_are_read():
    arrays = read_genepix(FIXTURES / "v3_two_channels.gpr", channels=["532"])
    assert list(arrays.channels) == ["532"]


def test_inspect_says_what_the_file_holds():
    inspection = inspect(FIXTURES / "v3_two_channels.gpr")
    assert (inspection.format, inspection.spots, inspection.channels) == ("genepix", 40, ("635", "532"))
    assert inspection.details["gal_file"] == r"C:\GAL\miRCURY_lot1.gal"
    assert inspection.details["blocks"] == 2
    assert inspection.details["ids"] == 10
    assert inspection.details["flags"] == {"bad": 3, "absent": 3, "not found": 3, "unflagged": 28, "good": 3}
    data = (FIXTURES / "v3_two_channels.gpr").read_bytes()
    assert inspection.details["sha256"] == hashlib.sha256(data).hexdigest()


CELLS = "expected 56, as many as the column line has"
CUT = "the file was cut while it was saved or copied: export it from GenePix again"
COLUMNS = "Name, ID, X, Y, Dia., F635 Median, F635 Mean, F635 SD, B635 Median"
ALL_COLUMNS = "export the file from GenePix again, with all columns"
BAD = {
    "truncated.gpr": f", line 68: the last row is cut short (found 29 cells; {CELLS})\n  What to do: {CUT}",
    "row_cut.gpr": f", line 41: a row is cut short (found 20 cells; {CELLS})\n  What to do: {CUT}",
    "row_too_long.gpr": (
        f", line 33: a row has more cells than there are columns (found 57 cells; {CELLS})\n"
        "  What to do: a name may hold a tab: take it out"
    ),
    "header_only.gpr": (
        ": the file ends before its table, or its column line is missing (expected a line with the column names "
        "Block, Column, Row, Name, ID, …, Flags)\n  What to do: export the file from GenePix again"
    ),
    "no_rows.gpr": (
        ", line 28: the table has no rows\n"
        "  What to do: the file was cut while it was saved: export it from GenePix again"
    ),
    "no_flags.gpr": (
        f', line 12, column "Flags": a column is missing (found columns Block, Column, Row, {COLUMNS}, …)\n'
        f"  What to do: {ALL_COLUMNS}"
    ),
    "no_block.gpr": (
        f', line 12, column "Block": a column is missing (found columns Column, Row, {COLUMNS}, B635 Mean, …)\n'
        f"  What to do: {ALL_COLUMNS}"
    ),
    "no_intensities.gpr": (
        ", line 12: the table has no intensities (found columns Block, Column, Row, Name, ID, X, Y, Dia., "
        "B635 Median, B635 Mean, B635 SD, % > B635+1SD; expected columns such as F532 Median)\n"
        f"  What to do: {ALL_COLUMNS}"
    ),
    "mean_only.gpr": (
        f', line 12, column "F532 Median": a column is missing (found columns Block, Column, Row, {COLUMNS}, …)\n'
        f"  What to do: {ALL_COLUMNS}"
    ),
    "text_in_number.gpr": (
        ", line 36, column \"F532 Median\": a cell that should be a number is not (found '812,5'; expected a "
        "number, or an empty cell or NA where it is missing)\n"
        "  What to do: correct the cell, or leave it empty if the value was not measured"
    ),
    "text_in_row.gpr": (
        ", line 38, column \"Row\": a cell that should be a whole number is not (found '2.5'; expected a whole "
        "number, 1 or more)\n  What to do: correct the cell, or export the file again"
    ),
    "infinite.gpr": (
        ", line 34, column \"F635 Median\": a number is infinite (found 'inf')\n"
        "  What to do: correct the cell, or leave it empty if the value was not measured"
    ),
    "duplicate_column.gpr": (
        ', line 12, column "F532 Median": two columns have the same name (found column 18 and column 44; expected '
        "one column of this name)\n"
        "  What to do: export the file from GenePix again; if it was edited, delete the wrong column"
    ),
    "array_list.gpr": (
        ": this is a GenePix array list (GAL): it says which probe lies where, and holds no intensities (found "
        "Type=GenePix ArrayList V1.0; expected Type=GenePix Results)\n"
        "  What to do: give the results of the scanned slide (.gpr)"
    ),
    "settings.gpr": (
        ": this Axon text file holds no GenePix results (found Type=GenePix Log 1.0; expected Type=GenePix "
        "Results)\n  What to do: give the results of the scanned slide (.gpr)"
    ),
    "binary.gpr": (
        ": this is no GenePix results file (found binary data; expected text that begins with ATF)\n"
        "  What to do: save the results in GenePix as .gpr; a workbook can be saved as tab-delimited text"
    ),
    "empty.gpr": ": the file is empty\n  What to do: export it again, and check that the disk was not full",
}


@pytest.mark.parametrize(("name", "message"), BAD.items())
def test_a_bad_file_is_refused_in_plain_words(name, message):
    path = FIXTURES / "bad" / name
    with pytest.raises(FormatError) as caught:
        read_genepix(path)
    assert str(caught.value) == f"{path}{message}"


@pytest.mark.parametrize(
    ("column", "content"),
    [("Flags", "2.5"), ("Flags", "Error"), ("Block", "0"), ("Column", "1e30"), ("Row", ""), ("Flags", "1e300")],
)
def test_a_position_or_flag_that_can_not_be_is_refused(tmp_path, column, content):
    lines = (FIXTURES / "v1_2.gpr").read_text("cp1252").splitlines()
    cells = lines[20].split("\t")
    cells[lines[11].replace('"', "").split("\t").index(column)] = content
    path = tmp_path / "a.gpr"
    path.write_text("\n".join([*lines[:20], "\t".join(cells), *lines[21:]]), "cp1252")
    expected = "a number" if content == "Error" else "a whole number"
    with pytest.raises(FormatError, match=f"a cell that should be {expected} is not") as caught:
        read_genepix(path)
    assert (caught.value.line, caught.value.column, caught.value.found) == (21, column, repr(content))


def test_a_huge_quoted_cell_is_read(tmp_path):
    path = tmp_path / "a.csv"
    lines = (FIXTURES / "spreadsheet_semicolons.csv").read_text().splitlines()
    cells = lines[2].split(";")
    cells[3] = '"' + "x" * 200_000 + '"'  # beyond the csv module's limit
    path.write_text("\n".join([*lines[:2], ";".join(cells), "", *lines[3:]]))
    assert read_genepix(path).probes.name[1] == "x" * 200_000


def test_a_channel_that_was_not_scanned_is_refused_with_those_that_were():
    with pytest.raises(FormatError) as caught:
        read_genepix(FIXTURES / "v3_two_channels.gpr", channels=["594"])
    assert caught.value.problem == "the file has no channel 594"
    assert caught.value.found == "channels 635, 532"
    assert "ask for a channel that was scanned: --channel 635 or --channel 532" in caught.value.in_shell()


@pytest.mark.parametrize("what", ["foreground", "background"])
def test_an_unknown_kind_of_intensity_is_refused(what):
    with pytest.raises(UsageError, match=f"no {what} is called 'mode'"):
        read_genepix(FIXTURES / "v3_two_channels.gpr", **{what: "mode"})


def test_a_damaged_packing_is_refused(tmp_path):
    path = tmp_path / "a.gpr.gz"
    path.write_bytes(gzip.compress((FIXTURES / "v3_two_channels.gpr").read_bytes())[:-500])
    with pytest.raises(FormatError, match="the gzip packing is damaged"):
        read_genepix(path)


@pytest.mark.parametrize("name", ["array_list.gpr", "settings.gpr", "binary.gpr"])
def test_other_files_are_not_claimed(name):
    assert not sniff(read_head(FIXTURES / "bad" / name))


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_sniffing_never_raises(data):
    assert sniff(FileHead("x", data)) in (True, False)
    assert sniff(FileHead("x", b"ATF\t1.0\n" + data)) in (True, False)


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_file_reads_or_is_refused_and_never_fails_otherwise(tmp_path_factory, data):
    whole = (FIXTURES / "v1_2.gpr").read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 400)))
    path = tmp_path_factory.getbasetemp() / "damaged.gpr"
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=30)) + whole[stop:])
    with suppress(FormatError):
        read_genepix(path)


def test_the_writer_keeps_the_layout_of_genepix_pro_6():
    lines = (FIXTURES / "v3_two_channels.gpr").read_bytes().decode("cp1252").split("\r\n")
    assert lines[0] == "ATF\t1.0"
    assert lines[1] == "25\t56"
    assert lines[2] == '"Type=GenePix Results 3"'
    assert lines[7] == '"Wavelengths=635\t532"'
    per_channel = [
        "F{0} Median", "F{0} Mean", "F{0} SD", "F{0} CV", "B{0}", "B{0} Median", "B{0} Mean", "B{0} SD", "B{0} CV",
        "% > B{0}+1SD", "% > B{0}+2SD", "F{0} % Sat.",
    ]  # fmt: skip
    pair = "(635/532)"
    assert lines[27].replace('"', "").split("\t") == [
        "Block", "Column", "Row", "Name", "ID", "X", "Y", "Dia.",
        *(name.format("635") for name in per_channel), *(name.format("532") for name in per_channel),
        f"Ratio of Medians {pair}", f"Ratio of Means {pair}", f"Median of Ratios {pair}", f"Mean of Ratios {pair}",
        f"Ratios SD {pair}", f"Rgn Ratio {pair}", f"Rgn R2 {pair}", "F Pixels", "B Pixels", "Circularity",
        f"Sum of Medians {pair}", f"Sum of Means {pair}", f"Log Ratio {pair}",
        "F635 Median - B635", "F532 Median - B532", "F635 Mean - B635", "F532 Mean - B532",
        "F635 Total Intensity", "F532 Total Intensity", "SNR 635", "SNR 532", "Flags", "Normalize", "Autoflag",
    ]  # fmt: skip
    row = dict(zip(lines[27].replace('"', "").split("\t"), lines[29].split("\t"), strict=True))
    # The second spot: F635 200·2² = 800, B635 50 + 1 = 51; F532 900, B532 61.
    assert row["F635 Median - B635"] == "749"
    assert row["F532 Median - B532"] == "839"
    assert row["Ratio of Medians (635/532)"] == "0.893"  # 749 / 839
    assert row["Log Ratio (635/532)"] == "-0.164"  # log2(749 / 839)
    assert row["Sum of Medians (635/532)"] == "1588"
    assert row["SNR 635"] == "58.745"  # 749 / (51 / 4)


def test_more_than_two_channels_or_no_layout_can_not_be_written():
    arrays = read_genepix(FIXTURES / "v3_two_channels.gpr")
    channel = arrays.channels["532"]
    with pytest.raises(MirtoolError, match="one or two channels"):
        genepix_bytes(replace(arrays, channels=dict.fromkeys(("1", "2", "3"), channel)))
    with pytest.raises(MirtoolError, match="Block, Row and Column"):
        genepix_bytes(replace(arrays, layout=None))
    tabbed = ProbeTable(arrays.probes.id, text_array(["a\tb"] * 40), arrays.probes.kind)
    with pytest.raises(MirtoolError, match="can't hold a tab"):
        genepix_bytes(replace(arrays, probes=tabbed))


REAL = Path(__file__).resolve().parents[2] / "../shared/data/gpr"
REAL_CHANNELS = {
    "21160_neu9.gpr.gz": ("635", "532"),
    "21161_neu10.gpr.gz": ("635", "532"),
    "3_0_6_mod.gpr.gz": ("123", "532"),
    "4_0_1_x.gpr.gz": ("635", "532"),
    "4_1_1_x.bad.gpr.gz": ("635", "532"),
    "5_0_1_26.gpr.gz": ("635", "532"),
    "GSM489680.short.gpr.gz": ("532", "635"),
    "dummy_GSM734833_PA41992_-_AD1_no_descr.gpr.gz": ("635", "532"),
    "f1_1.gpr.gz": ("635",),
    "nividic_testGPR14.gpr.gz": ("635", "532"),
}


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
@pytest.mark.parametrize(("name", "channels"), REAL_CHANNELS.items())
def test_real_files_read_as_pandas_reads_them(name, channels):
    import io

    import pandas as pd

    arrays = read_genepix(REAL / name)
    assert tuple(arrays.channels) == channels
    lines = gzip.decompress((REAL / name).read_bytes()).decode("cp1252").splitlines()
    start = next(i for i, line in enumerate(lines) if line.replace('"', "").startswith("Block\tColumn"))
    text = "\n".join(line for line in lines[start:] if line.strip())
    frame = pd.read_csv(io.StringIO(text), sep="\t", skipinitialspace=True, keep_default_na=False)
    for channel in channels:
        ours = arrays.channels[channel]
        for values, column in (
            (ours.foreground, f"F{channel} Median"),
            (ours.background, f"B{channel} Median"),
            (ours.saturated, f"F{channel} % Sat."),
        ):
            np.testing.assert_array_equal(values[:, 0], frame[column].astype(float))
    np.testing.assert_array_equal(arrays.flags[:, 0], frame["Flags"])
    for values, column in (
        (arrays.layout.block, "Block"),
        (arrays.layout.row, "Row"),
        (arrays.layout.column, "Column"),
    ):
        np.testing.assert_array_equal(values, frame[column])
    for labels_, column in ((arrays.probes.id, "ID"), (arrays.probes.name, "Name")):
        assert list(labels_) == [str(label).strip() for label in frame[column]]
