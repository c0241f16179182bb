"""GEO series matrices: values, samples, what is refused; the scale is asked for, never guessed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import FormatError, MirtoolError, ScaleError, UsageError
from mirtool.io.arrays import geo
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.io.tables.text import read_head
from mirtool.study.draft import draft_samples

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "geo"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/matrix/GSE42872_series_matrix.txt.gz"
SERIES = FIXTURES / "GSE900_series_matrix.txt"
NAN = np.nan
LOG2 = [
    [9.5, 9.25, 7.5, 7.75],
    [12, 11.5, NAN, 10],
    [NAN, 5.5, NAN, 5],
    [4, 4.5, 4, 4.25],
    [6, 6, 6.5, 6.25],
]


@pytest.mark.parametrize("name", [SERIES.name, "GSE901_series_matrix.txt.gz", "spreadsheet_crlf.txt"])
def test_values_are_read_on_the_scale_that_is_said(name):
    assert sniff_format(FIXTURES / name) == "geo-series-matrix"
    found = read_expression(FIXTURES / name, scale="log2")
    np.testing.assert_array_equal(found.values, LOG2)
    assert list(found.probes.id) == list(found.probes.name) == ["17605", "42865", "13132", "7", "unknown"]
    assert found.samples.names == ("GSM1", "GSM2", "GSM3", "GSM4")
    linear = read_expression(FIXTURES / name, scale="linear")
    np.testing.assert_allclose(linear.values[0], np.log2([9.5, 9.25, 7.5, 7.75]))


def test_without_a_scale_the_submitters_words_are_shown():
    with pytest.raises(ScaleError) as caught:
        read_expression(SERIES)
    assert str(caught.value) == (
        f"{SERIES}: the table does not say whether its values are linear or log2 (found no scale; of the "
        "processing the submitters say: Background subtracted, quantile normalized)\n"
        "  What to do: state it with scale='log2' or scale='linear'; raw intensities go to "
        "`mirtool normalize` first"
    )


def test_values_pass_for_intensities_only_where_the_user_says_linear():
    with pytest.raises(ScaleError, match="does not say whether its values are raw intensities") as caught:
        read_arrays([SERIES])
    assert "Background subtracted, quantile normalized" in str(caught.value)
    with pytest.raises(ScaleError, match="log2 values are no raw intensities"):
        read_arrays([SERIES], scale="log2")
    arrays = read_arrays([SERIES], scale="linear")
    np.testing.assert_array_equal(arrays.channels["intensity"].foreground, LOG2)
    assert arrays.samples.names == ("GSM1", "GSM2", "GSM3", "GSM4")
    assert arrays.sources[0].warnings == ("the largest value is 12: these may be log2 values, not intensities",)


def test_characteristics_are_sorted_by_their_keys_not_by_their_lines():
    found = geo.characteristics_of(geo.read_series_matrix(SERIES))
    assert found == {
        "response": ("yes", "yes", "", "no"),
        "tissue": ("serum",) * 4,
        "group": ("", "", "old", ""),
        "age": ("61", "58", "", "70"),
    }


def test_the_sheet_gets_what_differs_and_no_group():
    table = draft_samples([str(SERIES)], FIXTURES)
    assert {key: list(column) for key, column in table.columns.items()} == {
        "sample": ["GSM1", "GSM2", "GSM3", "GSM4"],
        "group": ["", "", "", ""],
        "file": ["GSE900_series_matrix.txt"] * 4,
        "scale": ["log2"] * 4,
        "title": ["serum, responding 1", "serum, responding 2", "serum, resistant 1", "serum, resistant 2"],
        "response": ["yes", "yes", "", "no"],
        "group (GEO)": ["", "", "old", ""],
        "age": ["61", "58", "", "70"],
    }


def test_a_second_channel_and_texts_without_a_key(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text(
        '!Sample_geo_accession\t"GSM1"\t"GSM2"\n!Sample_characteristics_ch1\t"male"\t"age: 1:2"\n'
        '!Sample_characteristics_ch1\t"female"\t"age: 3"\n!Sample_characteristics_ch2\t"pool: 1"\t""\n'
        '!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\n1\t2\t3\n!series_matrix_table_end\n'
    )
    assert geo.characteristics_of(geo.read_series_matrix(path)) == {
        "characteristic": ("male; female", ""),
        "age": ("", "1:2; 3"),
        "pool (ch2)": ("1", ""),
    }


def test_inspection_says_what_is_in_it():
    found = inspect_file(SERIES)
    assert (found.format, found.spots, found.warnings) == ("geo-series-matrix", 5, ())
    assert found.details["platform"] == "GPL900"
    assert found.details["series"] == "GSE900"
    assert found.details["characteristics"] == {"response": 2, "tissue": 1, "group": 1, "age": 3}
    assert found.details["missing_values"] == 3


def test_a_series_without_values_can_be_inspected_and_not_read():
    found = inspect_file(FIXTURES / "no_values.txt")
    assert found.spots == 0
    assert found.warnings == (
        "the series matrix holds no values: they are in supplementary files",
        "the header declares 5 rows, the table has 0",
    )
    with pytest.raises(FormatError, match="the series matrix holds no values") as caught:
        read_expression(FIXTURES / "no_values.txt", scale="log2")
    assert "supplementary files" in str(caught.value)


BAD = {
    "bad_cut.txt": ", line 20: the series matrix was cut: its table has no end (expected a line "
    "!series_matrix_table_end)",
    "bad_no_table.txt": ": the series matrix has no table (expected a line !series_matrix_table_begin)",
    "bad_no_header.txt": ", line 15: the table of the series matrix has no header",
    "bad_no_sample.txt": ", line 6: the table of the series matrix has no sample",
    "bad_other_samples.txt": ", line 15: the columns of the table are not the samples listed above it (found "
    "'GSM4'; expected 'GSM3', as in !Sample_geo_accession)",
    "bad_short_line.txt": ": the line !Sample_title does not have one text per sample (found 3 texts; expected 4, "
    "as many as the table has columns)",
    "bad_short_row.txt": ", line 18: a row does not have as many cells as the header (found 2 cells; expected 5 "
    "cells)",
    "bad_text_in_number.txt": ", line 18, column \"GSM2\": a cell that should be a number is not (found 'low'; "
    "expected a number, or an empty cell or NA where it is missing)",
    "bad_repeated_id.txt": ", line 21: the ID '17605' occurs twice (found the same ID in line 16; expected every "
    "ID of a series matrix once)",
    "bad_blank_id.txt": ", line 18: a row has no ID",
}


@pytest.mark.parametrize(("name", "message"), BAD.items())
def test_a_bad_series_matrix_is_refused_with_its_place(name, message):
    assert sniff_format(FIXTURES / name) == "geo-series-matrix"
    with pytest.raises(MirtoolError) as caught:
        read_expression(FIXTURES / name, scale="log2")
    assert str(caught.value).split("\n")[0] == f"{FIXTURES / name}{message}"


def test_every_bad_series_matrix_is_tested():
    assert {path.name for path in FIXTURES.glob("bad_*") if "platform" not in path.name} == set(BAD)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*")), ids=lambda path: path.name)
def test_sniffing_never_raises(path):
    assert geo.sniff(read_head(path)) is ("platform" not in path.name and not path.name.startswith("GPL"))


def test_only_agilent_files_have_signals_to_choose_from():
    with pytest.raises(UsageError, match="only Agilent files let you choose a signal"):
        read_arrays([SERIES], signal="gene", scale="linear")


TEXTS = st.text("abc XYZ019.,;/()-", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    values=st.lists(
        st.lists(st.none() | st.floats(-60, 60, allow_nan=False), min_size=2, max_size=2), min_size=1, max_size=6
    ),
    titles=st.tuples(TEXTS, TEXTS),
)
def test_what_is_written_is_read(tmp_path_factory, values, titles):
    for j in range(2):
        values[0][j] = 1.0 if values[0][j] is None else values[0][j]
    path = tmp_path_factory.mktemp("geo") / "series_matrix.txt"
    rows = ["\t".join([f"p{i}", *("" if v is None else repr(v) for v in row)]) for i, row in enumerate(values)]
    path.write_text(
        "\n".join(
            [
                '!Series_geo_accession\t"GSE1"',
                "!Sample_title\t" + "\t".join(f'"{title}"' for title in titles),
                '!Sample_geo_accession\t"GSM1"\t"GSM2"',
                "!series_matrix_table_begin",
                '"ID_REF"\t"GSM1"\t"GSM2"',
                *rows,
                "!series_matrix_table_end",
            ]
        )
        + "\n"
    )
    found = read_expression(path, scale="log2")
    np.testing.assert_array_equal(found.values, np.array(values, dtype=float))
    assert geo.read_sample_table(path).extra["title"] == titles


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not here")
def test_a_real_series_matrix_is_read():
    found = inspect_file(REAL)
    assert (found.format, found.spots, len(found.details["samples"])) == ("geo-series-matrix", 33297, 6)
    assert found.details["platform"] == "GPL6244"
    assert found.details["characteristics"] == {"cell type": 1, "cell line": 1}
    assert found.details["data_processing"][0].startswith("Raw data were RMA normalized")
    matrix = read_expression(REAL, scale="log2")
    assert matrix.values[0].tolist() == [7.24559, 6.80686, 7.73301, 6.18961, 7.05335, 7.20371]
    assert set(geo.read_sample_table(REAL).extra) == {"title", "source"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\t", "\n\n"])
@pytest.mark.parametrize("key", ["!Series_summary", "!Sample_data_processing"])
def test_a_quoted_text_above_the_table_may_hold_line_ends_and_tabs(tmp_path, line_end, key):
    text = SERIES.read_text()
    n = 1 if key.startswith("!Series") else len(geo.read_series_matrix(SERIES).accessions)
    line = "\t".join([key, *[f'"first{line_end}second"'] * n]) + "\n"
    path = tmp_path / "GSE900_series_matrix.txt"
    path.write_bytes(
        (
            text.split("\n!Sample_title", 1)[0]
            + "\n"
            + line
            + "!Sample_title"
            + text.split("\n!Sample_title", 1)[1]
        ).encode()
    )
    found, before = geo.read_series_matrix(path), geo.read_series_matrix(SERIES)
    assert found.accessions == before.accessions
    np.testing.assert_array_equal(found.table.numbers(1), before.table.numbers(1))
    said = found.series["summary"] if n == 1 else found.samples["data_processing"][0]
    assert said[-1] == "first second"
