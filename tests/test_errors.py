"""What an error says: one message in the reader's words, whatever a damaged file put into it."""

from mirtool.errors import FormatError, MirtoolError, for_python, for_shell, option


def test_every_part_has_its_place():
    error = FormatError(
        "a cell that should be a number is not",
        path="R1.gpr",
        line=34,
        column="F532 Median",
        found="'12OO'",
        expected="a number",
        hint="correct the cell",
    )
    assert str(error) == (
        'R1.gpr, line 34, column "F532 Median": a cell that should be a number is not '
        "(found '12OO'; expected a number)\n  What to do: correct the cell"
    )


def test_a_problem_alone_is_a_message():
    assert str(MirtoolError("no array is left")) == "no array is left"


def test_what_a_file_holds_can_not_steer_the_terminal():
    error = FormatError(
        "two probes named \x1b[2Jx", path="a\x07.csv", column="s\n1", found="\x00, µ, 微", hint="see\u202e"
    )
    assert str(error) == (
        'a\\x07.csv, column "s\\n1": two probes named \\x1b[2Jx (found \\x00, µ, 微)\n  What to do: see\\u202e'
    )


def test_a_cell_of_a_million_characters_does_not_flood_the_message():
    text = str(FormatError("no number", found="9" * 1_000_000, expected="a number"))
    assert text == f"no number (found {'9' * 600}…; expected a number)"


def test_an_error_within_a_warning_names_parameters_in_the_words_of_its_reader():
    warning = MirtoolError("no set is left", hint=f"name another table: {option('gff', 'mmu.gff3')}").in_warning()
    assert for_shell(warning) == "no set is left\n  What to do: name another table: --gff mmu.gff3"
    assert for_python(warning) == "no set is left\n  What to do: name another table: gff='mmu.gff3'"
