"""The differential table is written and read back as it was, in every format."""

import json
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mirtool.differential import FOLD_CHANGES, TESTS, differential_of, differential_table
from mirtool.errors import FormatError
from mirtool.io.results.differential import read_differential
from mirtool.io.tables.recorded import table_entry
from mirtool.model import DifferentialTable, ProbeTable, Rule, text_array
from mirtool.report.tables import write_table
from mirtool.stats.adjustment import ADJUSTMENTS

LABELS = st.text("aB1=+-@'.,\"/µ", min_size=1, max_size=6)
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6, allow_subnormal=False), st.sampled_from([float("nan"), float("inf"), -float("inf")])
)
CALLS = st.sampled_from(["up", "down", ""])
COUNTS = st.integers(0, 50)


@st.composite
def tables(draw: st.DrawFn) -> DifferentialTable:
    ids = draw(st.lists(LABELS, min_size=1, max_size=8, unique=True))
    n = len(ids)

    def column(values: st.SearchStrategy, dtype: type = np.float64) -> np.ndarray:
        cells = draw(st.lists(values, min_size=n, max_size=n))
        return text_array(cells) if dtype is object else np.array(cells, dtype=dtype)

    test, adjust = draw(st.sampled_from(list(TESTS))), draw(st.sampled_from(list(ADJUSTMENTS)))
    has_test = test != "none"
    has_adjusted, has_spots = has_test and adjust != "none", draw(st.booleans())
    missing, silent = np.full(n, np.nan), text_array([""] * n)
    return DifferentialTable(
        probes=ProbeTable(text_array(ids), column(st.one_of(LABELS, st.just("")), object), silent),
        tested=draw(st.sampled_from(["treated", "a/b: 24h", "mean 1"])),
        reference=draw(st.sampled_from(["control", "a/b: 0h", "2"])),
        mean_tested=column(NUMBERS),
        mean_reference=column(NUMBERS),
        ratio=column(NUMBERS),
        log2_ratio=column(NUMBERS),
        signed_fold_change=column(NUMBERS),
        statistic=column(NUMBERS) if has_test else missing,
        p_value=column(st.floats(0, 1)) if has_test else missing,
        fdr=column(st.floats(0, 1)) if has_adjusted else missing,
        n_tested=column(COUNTS, np.int64),
        n_reference=column(COUNTS, np.int64),
        regulation_fold_change=column(CALLS, object),
        regulation_p=column(CALLS, object) if has_test else silent,
        regulation_fdr=column(CALLS, object) if has_adjusted else silent,
        test=test,
        fold_change=draw(st.sampled_from(list(FOLD_CHANGES))),
        adjust=adjust if has_test else "none",
        cutoff=2.0,
        alpha=0.05 if has_test else float("nan"),
        spots_tested=column(COUNTS, np.int64) if has_spots else None,
        spots_reference=column(COUNTS, np.int64) if has_spots else None,
        details=(("design", "~ group"),) if draw(st.booleans()) else (),
        log_odds=column(NUMBERS) if has_test and draw(st.booleans()) else None,
    )


@settings(max_examples=25)
@given(tables(), st.sampled_from([".csv", ".tsv", ".xlsx", ".parquet"]))
def test_a_table_is_read_back_as_it_was_written(d, suffix):
    # An apostrophe that guards a formula in text is taken off in a workbook, too.
    assume(suffix != ".xlsx" or not any(text.startswith("'") for text in (*d.probes.id, *d.probes.name)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"differential{suffix}"
        table = differential_table(d)
        write_table(table, path)
        if suffix != ".xlsx":  # the record beside it, as the command writes it
            entry = table_entry("diff/differential", list(table.columns), table.notes)
            record = {"runs": {"diff": {"tables": {path.name: entry}}}}
            path.with_suffix(".run.json").write_text(json.dumps(record))
        again = differential_of(read_differential(path))
    assert set(again.probes.id) == set(d.probes.id)
    again = again.take(np.array([list(again.probes.id).index(probe) for probe in d.probes.id]))
    assert list(again.probes.name) == list(d.probes.name)
    for own in fields(DifferentialTable):
        if own.name == "probes":
            continue
        before, after = getattr(d, own.name), getattr(again, own.name)
        if isinstance(before, np.ndarray) and before.dtype == np.float64:
            np.testing.assert_allclose(after, before, rtol=1e-11, err_msg=own.name)
        elif isinstance(before, np.ndarray):
            assert list(after) == list(before), own.name
        elif isinstance(before, float):
            np.testing.assert_equal(after, before)
        else:
            assert after == before, own.name


USERS_OWN = "ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change\n1,miR-1,4,2,1,up\n2,miR-2,2,2,0,\n"


def test_what_a_users_own_table_lacks_is_said_to_who_needs_it(tmp_path):
    (tmp_path / "own.csv").write_text(USERS_OWN)
    saved = read_differential(tmp_path / "own.csv")
    assert Rule.in_columns(saved.regulation) == (Rule.FOLD_CHANGE,)
    assert (saved.p_header, saved.adjusted_header, dict(saved.stability)) == ("", "", {})
    assert np.isnan(saved.p_value).all()
    assert np.isnan(saved.n_arrays).all()
    assert (saved.spots_tested, saved.n_spots.tolist()) == (None, [0, 0])
    with pytest.raises(FormatError, match="the differential table has no column 'ratio of means T/R'"):
        differential_of(saved)


def test_a_column_that_nobody_asks_for_may_hold_anything(tmp_path):
    text = (
        USERS_OWN.replace("regulation", "P (mine),regulation", 1)
        .replace("1,up", "1,low,up")
        .replace("0,\n", "0,0.5,\n")
    )
    (tmp_path / "own.csv").write_text(text)
    saved = read_differential(tmp_path / "own.csv")
    assert saved.p_header == "P (mine)"
    with pytest.raises(FormatError, match="a cell that should be a number is not"):
        _ = saved.p_value


def test_taking_rows_and_the_frame_keep_the_columns_together():
    numbers = np.array([1.0, 2.0, np.nan])
    calls, counts = text_array(["up", "", "down"]), np.array([1, 2, 3])
    d = DifferentialTable(
        ProbeTable(text_array("abc"), text_array("xyz"), text_array("xyz")), "T", "R",
        *[numbers] * 8, counts, counts, calls, calls, calls, "student", "geometric", "bh", 2.0, 0.05,
    )  # fmt: skip
    taken = d.take(np.array([2, 0]))
    assert list(taken.probes.id) == ["c", "a"]
    assert list(taken.calls(Rule.VOLCANO_P)) == ["down", "up"]
    assert taken.n_tested.tolist() == [3, 1]
    assert d.rules == tuple(Rule)
    frame = taken.to_frame()
    assert list(frame["ID"]) == ["c", "a"]
    np.testing.assert_equal(frame["ratio"].to_numpy(), [np.nan, 1.0])
