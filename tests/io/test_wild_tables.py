"""Whatever way a table was laid out and saved in, its values, samples and probes are read back."""

import codecs

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mirtool.io.arrays.matrix import read_intensities
from mirtool.io.tables.header_rows import find_header_rows

MIRNAS = ("hsa-let-7a-5p", "hsa-miR-16-5p", "hsa-miR-17-5p/hsa-miR-106a-5p", "mmu-miR-376a*")
SAMPLES = ("s1", "s2", "s3")

# Counts in quarters; the first is no multiple of 1000, so that its decimals show what a comma parts.
VALUES = st.lists(
    st.lists(st.none() | st.integers(-4000, 260_000).map(lambda n: n / 4), min_size=3, max_size=3),
    min_size=4,
    max_size=4,
)


def write(values, *, sideways, comma, groups, newline, mark, missing):
    """Write a table of MIRNAS and SAMPLES in the way that is asked for."""
    delimiter = ";" if comma else "\t"

    def cell(value):
        text = missing if value is None else f"{value:.2f}"
        return text.replace(".", ",") if comma and value is not None else text

    rows = [["miRNA", *SAMPLES], *([name, *map(cell, row)] for name, row in zip(MIRNAS, values, strict=True))]
    if groups == "above":
        rows.insert(0, ["", "A", "A", "B"])
    if groups == "below":
        rows.insert(1, ["group", "A", "A", "B"])
    if groups == "twice":
        rows[0] = ["miRNA", "A", "A", "B"]
        rows.insert(1, ["Sample", *SAMPLES])
    if sideways:
        rows = [list(column) for column in zip(*rows, strict=True)]
        rows[0][0] = "Sample"
    return mark + "".join(delimiter.join(row) + newline for row in rows).encode()


@given(
    values=VALUES,
    layout=st.sampled_from([(True, ""), (False, ""), (False, "above"), (False, "below"), (False, "twice")]),
    comma=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    mark=st.sampled_from([b"", codecs.BOM_UTF8]),
    missing=st.sampled_from(["", "NA", "N/A", "null", "-3.4E38"]),
)
def test_what_is_written_is_read(tmp_path_factory, values, layout, comma, newline, mark, missing):
    sideways, groups = layout
    values = [[812.5, 640.25, 0.5], *values[1:]]
    missing = "" if comma else missing  # -3.4E38 beside decimal commas would be two ways of writing numbers
    path = tmp_path_factory.mktemp("wild") / "table.txt"
    path.write_bytes(
        write(values, sideways=sideways, comma=comma, groups=groups, newline=newline, mark=mark, missing=missing)
    )
    arrays = read_intensities(path)
    np.testing.assert_array_equal(arrays.channels["intensity"].foreground, np.array(values, dtype=float))
    assert arrays.samples.names == SAMPLES
    assert tuple(arrays.probes.name) == MIRNAS


def test_a_header_of_one_row_is_left_alone():
    assert find_header_rows([["ID", "s1"], ["a", "1"]]) is None
    assert find_header_rows([["", "s1", "s2"], ["a", "1", "2"]]) is None
    assert find_header_rows([]) is None


def test_lines_of_other_formats_are_no_header_rows():
    for line in ("!Series_title", "^PLATFORM = GPL1", "#ID = probe", "ATF"):
        assert find_header_rows([[line, "1.0"], ["ID", "s1"], ["a", "1"]]) is None


def test_a_probe_whose_numbers_are_spoiled_is_no_header_row():
    rows = [["ID", "s1", "s2"], ["group", "A", "B"], ["17605", "low", "low"], ["7", "1", "2"], ["8", "3", "4"]]
    found = find_header_rows(rows)
    assert found is not None
    assert found.n_rows == 2
    assert found.others == {"group": ("group", "A", "B")}


def test_without_a_label_the_row_of_different_names_is_the_header():
    found = find_header_rows([["", "A", "A"], ["", "s1", "s2"], ["x", "1", "2"], ["y", "3", "4"]])
    assert found is not None
    assert found.names == ("", "s1", "s2")
    assert found.others == {"header row 1": ("", "A", "A")}
