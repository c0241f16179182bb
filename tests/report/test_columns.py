"""What columns mean, the digits they have, and the tables of which less is written."""

import numpy as np
import pytest

from mirtool.io.tables.text_tables import read_table
from mirtool.model import Table, text_array
from mirtool.report.columns import EACH_SAMPLE, Kind, column_of, columns_table, short_form
from mirtool.report.tables import format_number, table_text, write_table


@pytest.mark.parametrize(
    ("table", "head", "kind"),
    [
        ("diff/differential", "P (moderated)", Kind.P),
        ("diff/differential", "FDR (BH)", Kind.P),
        ("diff/differential", "log2 ratio a/b", Kind.CHANGE),
        ("diff/differential", "mean a", Kind.RATIO),
        ("diff/differential", "n a", Kind.COUNT),
        ("diff/differential", "regulation by volcano P", Kind.CALL),
        ("normalize/normalized", "P", Kind.DATA),  # a sample of this name
        ("normalize/normalized", "Name", Kind.TEXT),
        ("network/pairs", "expected", Kind.NUMBER),
        ("audit/differences", "expected", Kind.AS_GIVEN),
        ("validate/validation", "95% interval low a/b", Kind.RATIO),
    ],
)
def test_the_kind_is_told_by_table_and_head(table: str, head: str, kind: Kind) -> None:
    found = column_of(table, head)
    assert found is not None
    assert found.kind is kind
    assert found.meaning.endswith(".")


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (1.10193716549e-05, 3, "1.1e-05"),
        (0.00081264, 3, "0.000813"),
        (12345.678, 4, "12346"),
        (1234.5678, 4, "1235"),
        (0.29243128, 4, "0.2924"),
        (-0.0, 4, "0"),
        (float("inf"), 4, "inf"),
    ],
)
def test_significant_digits_never_cut_whole_ones(value: float, digits: int, written: str) -> None:
    assert format_number(value, digits) == written


def test_digits_follow_the_column_and_full_ones_are_to_be_had() -> None:
    table = Table({"P (Welch)": np.array([1 / 3]), "fold change a/b": np.array([-2 / 3])})
    assert table_text(table, name="diff/differential") == "P (Welch),fold change a/b\n0.333,-0.6667\n"
    full = table_text(table, name="diff/differential", digits="full")
    assert full == "P (Welch),fold change a/b\n0.333333333333,-0.666666666667\n"


def test_parquet_holds_every_digit_and_the_notes(tmp_path) -> None:
    values = np.array([1 / 3, np.nan, 1e-300])
    table = Table({"Name": text_array(["=1+1", "MARCH1", ""]), "s1": values}, (("scale", "log2"),))
    write_table(table, tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet")
    np.testing.assert_array_equal(found.numbers(1), values)
    assert found.text(0).tolist() == ["=1+1", "MARCH1", ""]
    assert found.notes == {"scale": "log2"}


def test_samples_share_a_row_of_the_table_of_columns() -> None:
    heads = [("n.csv", "normalize/normalized", head) for head in ("ID", "Name", "s1", "s2")]
    table = columns_table([*heads, ("own.csv", "", "mine")])
    assert table["column"].tolist() == ["ID", "Name", EACH_SAMPLE, "mine"]
    assert table["meaning"][3] == "Column of the table that was given."


def test_the_short_form_keeps_what_a_later_step_reads() -> None:
    columns = {head: np.array([1.0]) for head in ("targets", "partners", "synergy", "betweenness", "PageRank")}
    columns |= {head: text_array(["x"]) for head in ("name", "type")}
    short = short_form("network/nodes", Table(columns, (("a", "b"),)))
    assert list(short.columns) == ["targets", "partners", "synergy", "betweenness", "name", "type"]
    assert short.notes == (("a", "b"),)
    table = Table(columns)
    assert short_form("network/pairs", table) is table
