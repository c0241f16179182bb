"""Array lists are read in every order of columns, laid over arrays and held against them."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import ArrayMismatchError, FormatError
from mirtool.io.arrays import gal
from mirtool.io.arrays.gal import attach_list, check_against_list, lot_of, read_gal
from mirtool.io.arrays.genepix import genepix_bytes, read_genepix
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.model import ProbeTable, RawArrays, SpotLayout, text_array

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
FIXTURES = FOLDER / "gal"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/gal"
MAKE = runpy.run_path(str(FOLDER / "make_fixtures.py"), run_name="make_fixtures")

LISTS = [
    "208500-A_lot35014-35014_hsa.gal",
    "columns_first_no_block_lines.gal",
    "padded_block_lines.gal",
    "name_before_id.gal",
    "id_after_row_bare_cr.gal",
    "spreadsheet.csv",
    "other_counts.gal",
]
GPR = FOLDER / "genepix" / "v3_two_channels.gpr"


@pytest.mark.parametrize("name", LISTS)
def test_every_order_of_columns_gives_the_same_list(name):
    array_list = read_gal(FIXTURES / name)
    assert sniff_format(FIXTURES / name) == "gal"
    assert len(array_list) == 40
    # The chip's spots run along Block, Row, Column; every tenth bears the same probe.
    assert array_list.layout.block.tolist() == [1] * 20 + [2] * 20
    assert array_list.layout.row.tolist() == [1 + i // 5 for i in range(20)] * 2
    assert array_list.layout.column.tolist() == [1, 2, 3, 4, 5] * 8
    assert list(array_list.id[:3]) == list(array_list.id[30:33]) == ["17605", "42865", "10947"]
    assert list(array_list.name[5:8]) == ["U6-snRNA-1", "", "spike_control_a"]


def test_block_lines_and_lot_are_read():
    array_list = read_gal(FIXTURES / LISTS[0])
    assert array_list.lot == "35014"
    assert [block.number for block in array_list.blocks] == [1, 2]
    block = array_list.blocks[0]
    assert (block.x, block.y, block.diameter) == (1000, 1000, 100)
    assert (block.columns, block.column_spacing, block.rows, block.row_spacing) == (5, 190, 4, 190)
    assert array_list.warnings == ()


def test_tabs_inside_a_block_line_do_not_matter():
    plain, padded = (read_gal(FIXTURES / name) for name in ("name_before_id.gal", "padded_block_lines.gal"))
    assert padded.blocks == plain.blocks
    assert padded.warnings == ()


def test_a_list_without_block_lines_has_none():
    array_list = read_gal(FIXTURES / "columns_first_no_block_lines.gal")
    assert array_list.blocks == ()
    assert array_list.lot == ""


def test_contradictions_between_header_and_table_are_warnings():
    assert read_gal(FIXTURES / "other_counts.gal").warnings == (
        "BlockCount is 48, the table has 2 blocks",
        "Block2 does not hold 7 numbers and was not read",
        "the header describes 1 block, the table has 2, and they are not the same",
        "Block 1 is 4 rows by 3 columns in the header, and the table reaches Row 4, Column 5",
    )


def test_inspect_counts_rows_as_spots():
    found = inspect_file(FIXTURES / LISTS[0])
    assert (found.format, found.spots, found.channels) == ("gal", 40, ())
    assert found.details == {
        "type": "GenePix ArrayList V1.0",
        "lot": "35014",
        "blocks": 2,
        "block lines": 2,
        "ids": 10,
        "names": 10,
    }


@pytest.mark.parametrize(
    ("name", "lot"),
    [
        ("208500-A_lot35014-35014_hsa.gal", "35014"),
        (r"C:\Axon\lists\miRCURY_lot1.gal", "1"),
        ("Lot 1203 human.gal", "1203"),
        ("pilot3.gal", ""),
        ("ballot7.gal", ""),
    ],
)
def test_the_lot_stands_in_the_name(name, lot):
    assert lot_of(name) == lot


BAD = [
    ("row_cut.gal", "line 21: a row is cut short (found 4 cells; expected 5, as many as the column line has)"),
    ("truncated.gal", "line 48: the last row is cut short (found 4 cells; expected 5"),
    ("position.gal", "line 16, column \"Row\": a cell that should be a number is not (found 'B'"),
    (
        "repeated_spot.gal",
        "line 16: two rows are for the same spot, Block 1, Row 2, Column 2 (found the same spot in line 15",
    ),
    ("no_block.gal", 'line 8, column "Block": a column is missing (found columns Pin, Row, Column, ID, Name)'),
    ("no_column_line.gal", "the array list has no column line (expected a line with the column names Block"),
    ("no_rows.gal", "line 8: the table has no rows"),
    ("settings.gal", "this Axon text file is no array list (found Type=GenePix Settings; expected"),
]


@pytest.mark.parametrize(("name", "message"), BAD)
def test_a_bad_list_is_refused_with_its_place(name, message):
    with pytest.raises(FormatError) as caught:
        read_gal(FIXTURES / "bad" / name)
    assert message in str(caught.value)
    assert "What to do: " in str(caught.value)


def test_results_are_no_list():
    with pytest.raises(FormatError, match=r"no array list \(found Type=GenePix Results 3"):
        read_gal(GPR)


def unnamed(arrays: RawArrays) -> RawArrays:
    blank = text_array([""] * arrays.n_spots)
    return replace(arrays, probes=ProbeTable(blank, blank, blank))


def test_a_list_gives_its_labels_to_an_array_without():
    arrays = read_genepix(GPR)
    attached = attach_list(unnamed(arrays), read_gal(FIXTURES / "columns_first_no_block_lines.gal"))
    assert list(attached.probes.id) == list(arrays.probes.id)
    assert list(attached.probes.name) == list(arrays.probes.name)
    assert set(attached.probes.kind) == {""}


def test_spots_are_found_by_position_not_by_row():
    arrays = unnamed(read_genepix(GPR))
    array_list = read_gal(FIXTURES / LISTS[0])
    backwards = np.arange(len(array_list))[::-1]
    turned = replace(
        array_list,
        layout=array_list.layout.take(backwards),
        id=array_list.id[backwards],
        name=array_list.name[backwards],
    )
    assert list(attach_list(arrays, turned).probes.id) == list(array_list.id)


def test_the_list_is_noted_where_the_array_names_none():
    arrays = unnamed(read_genepix(GPR))
    bare = replace(arrays, sources=(replace(arrays.sources[0], gal_file=""),))
    array_list = read_gal(FIXTURES / LISTS[0])
    assert attach_list(bare, array_list).sources[0].gal_file == LISTS[0]
    assert attach_list(arrays, array_list).sources[0].gal_file == r"C:\GAL\miRCURY_lot1.gal"


def test_labels_of_another_lot_are_refused_at_the_first_spot():
    arrays = read_genepix(GPR)
    other = read_gal(FIXTURES / "bad" / "other_lot.gal")
    with pytest.raises(ArrayMismatchError) as caught:
        attach_list(arrays, other)
    assert "40 spots differ, the first at Block 1, Row 1, Column 1" in str(caught.value)
    # Three spots further: the first spot bears probe −3 of ten, the eighth.
    assert "found ID '17605', Name 'hsa-miR-17-5p/hsa-miR-106a-5p'" in str(caught.value)
    assert "expected ID '145968', Name 'spike_control_a'" in str(caught.value)


def test_a_position_that_the_list_lacks_is_refused():
    with pytest.raises(ArrayMismatchError) as caught:
        attach_list(unnamed(read_genepix(GPR)), read_gal(FIXTURES / "bad" / "other_chip.gal"))
    assert "a spot that the array list does not have (found Block 2, Row 1, Column 1; 20 such spots" in str(
        caught.value
    )


def test_a_position_that_the_array_lacks_is_refused():
    arrays = unnamed(read_genepix(FOLDER / "genepix" / "cut_at_row_end.gpr"))
    with pytest.raises(ArrayMismatchError) as caught:
        attach_list(arrays, read_gal(FIXTURES / LISTS[0]))
    # 32 of 40 rows are left: block 2 ends after Row 3, Column 2.
    assert "a spot that the array does not have (found no Block 2, Row 3, Column 3; 8 such spots" in str(
        caught.value
    )


def test_a_table_without_positions_is_refused():
    arrays = read_arrays([FOLDER / "matrix" / "intensities.csv"])
    with pytest.raises(ArrayMismatchError, match="does not say where its spots lie"):
        attach_list(arrays, read_gal(FIXTURES / LISTS[0]))


def test_an_array_is_checked_against_its_list():
    arrays = read_genepix(GPR)
    check_against_list(arrays, read_gal(FIXTURES / LISTS[0]))
    names = arrays.probes.name.copy()
    names[[27, 13]] = ["hsa-miR-21-5p", "hsa-miR-1"]
    changed = replace(arrays, probes=ProbeTable(arrays.probes.id, names, arrays.probes.kind))
    with pytest.raises(ArrayMismatchError) as caught:
        check_against_list(changed, read_gal(FIXTURES / LISTS[0]))
    assert "2 spots differ, the first at Block 1, Row 3, Column 4" in str(caught.value)
    assert "found ID '147165', Name 'hsa-miR-1'; expected ID '147165', Name 'hsa-let-7a-5p'" in str(caught.value)


def test_read_arrays_attaches_before_it_classifies(tmp_path):
    path = tmp_path / "bare.gpr"
    path.write_bytes(genepix_bytes(unnamed(read_genepix(GPR))))
    assert set(read_arrays([path]).probes.kind) == {"empty"}
    arrays = read_arrays([path], gal=FIXTURES / LISTS[0])
    assert list(arrays.probes.kind[:10]) == list(read_arrays([GPR]).probes.kind[:10])


labels = st.text(
    st.characters(codec="ascii", exclude_characters='\t\r\n"', exclude_categories=["C", "Z"]), max_size=12
).filter(lambda text: not text.startswith("'"))


@given(
    data=st.data(),
    order=st.permutations(["Block", "Row", "Column", "ID", "Name"]),
    quote=st.sampled_from(['"', ""]),
)
def test_what_is_written_is_read(data, order, quote, tmp_path_factory):
    places = data.draw(st.sets(st.tuples(*[st.integers(1, 40)] * 3), min_size=1, max_size=25))
    spots = SpotLayout(*np.array(sorted(places), dtype=np.int64).T)
    n = len(spots)
    ids, names = (data.draw(st.lists(labels, min_size=n, max_size=n)) for _ in range(2))
    path = tmp_path_factory.mktemp("gal") / "list.gal"
    path.write_bytes(MAKE["gal_bytes"](spots, ids, names, columns=order, quote=quote))
    assert sniff_format(path) == "gal"
    array_list = read_gal(path)
    for axis in ("block", "row", "column"):
        np.testing.assert_array_equal(getattr(array_list.layout, axis), getattr(spots, axis))
    assert list(array_list.id) == ids
    assert list(array_list.name) == names


# Counted in the files by pandas.read_csv(sep="\t") below their column lines.
REAL_LISTS = [
    ("JoeDeRisi-fix.gal", 6528, 16, (1, 1, 7), ("YAL003W", "EFB1")),
    (
        "2K_Hs-ATC7_6k-v5px_16Bx22Cx22R.gal",
        1936,
        4,
        (1, 1, 13),
        ("IMAGE:284734", "WASF1--WAS protein family, member 1"),
    ),
    ("fish.gal", 8448, 16, (16, 22, 24), ("fc24h12", "27-P24")),
]


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
@pytest.mark.parametrize(("name", "spots", "blocks", "place", "label"), REAL_LISTS)
def test_real_lists(name, spots, blocks, place, label):
    path = REAL / name
    array_list = read_gal(path)
    found = gal.inspect(path)
    assert (sniff_format(path), found.spots, found.details["blocks"]) == ("gal", spots, blocks)
    layout = array_list.layout
    at = np.flatnonzero((layout.block == place[0]) & (layout.row == place[1]) & (layout.column == place[2]))
    assert len(at) == 1
    assert (array_list.id[at[0]], array_list.name[at[0]]) == label
