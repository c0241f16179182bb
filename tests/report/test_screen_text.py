"""Summaries at a terminal's width: sentences wrapped, tables that stay tables, details apart."""

from mirtool.report.text.blocks import Caution, Grid, Heading, Line, Pairs, as_text, details, has_more
from mirtool.report.text.layout import table_width, wrapped


def test_a_line_goes_on_below_its_beginning_and_names_stay_whole():
    assert wrapped("  renamed: mmu-miR-376a* is mmu-miR-376a-5p", 30) == [
        "  renamed: mmu-miR-376a* is",
        "    mmu-miR-376a-5p",
    ]


def test_without_a_width_nothing_is_wrapped():
    text = "word " * 60
    assert wrapped(text, None) == [text]


def test_a_command_and_a_limit_are_not_broken():
    lines = wrapped("Out of date: run `mirtool diff --cutoff 2` again, at FDR ≤ 0.05 of all", 40)
    assert lines == ["Out of date: run", "  `mirtool diff --cutoff 2` again, at", "  FDR ≤ 0.05 of all"]


def test_what_is_longer_than_the_line_stays_whole():
    path = "/a/" + "long/" * 20
    assert wrapped(f"Wrote {path} and more", 40) == ["Wrote", f"  {path}", "  and more"]


def test_a_value_goes_on_in_its_own_column():
    assert Pairs([("probes", "one two three four"), ("of", "five")]).lines(20) == [
        "  probes  one two",
        "          three four",
        "  of      five",
    ]


def test_a_long_label_leaves_the_value_half_of_the_line():
    lines = Pairs([("a label of some length", "one two three four five")]).lines(30)
    assert lines == ["  a label of some length  one", " " * 15 + "two three four", " " * 15 + "five"]


HEADER = ("array", "factor", "flagged", "saturated")
ROWS = [("P01", "425", "62", "100"), ("P02", "345.5", "99", "52")]


def test_a_table_that_fits_is_shown_as_it_is():
    assert Grid(HEADER, ROWS).lines(80) == [
        "  array  factor  flagged  saturated",
        "  P01       425       62        100",
        "  P02     345.5       99         52",
    ]


def test_a_wide_table_of_few_rows_is_transposed():
    assert Grid(HEADER, ROWS).lines(30) == [
        "  array      P01    P02",
        "  factor     425  345.5",
        "  flagged     62     99",
        "  saturated  100     52",
    ]


def test_a_wide_table_of_many_rows_loses_its_least_important_columns():
    lines = Grid(HEADER, ROWS * 5, optional=("flagged",)).lines(30, full=False)
    assert lines[0] == "  array  factor  saturated"
    assert len(lines) == 11


def test_titles_are_cut_before_a_column_is_lost():
    grid = Grid(("term", "hits"), [("regulation of mitotic cell cycle phase transition", "8")], shorten=True)
    assert grid.lines(40) == [
        "  term                              hits",
        "  regulation of mitotic cell cycl…     8",
    ]
    assert table_width(("term", "hits"), [("regulation of mitotic cell cycl…", "8")]) == 40


def test_rows_beyond_those_for_everyone_are_counted():
    grid = Grid(HEADER, ROWS * 5, most=3)
    assert grid.lines(full=False)[-1] == "  … 7 more"
    assert len(grid.lines()) == 11
    assert has_more(grid)
    assert not has_more(Grid(HEADER, ROWS, most=3))


def test_a_warning_is_never_a_detail():
    found = details([Line("a"), Heading("b"), Caution("c")])
    assert [block.detail for block in found] == [True, True, False]
    assert as_text(found) == "a\nb\nWarning: c"
