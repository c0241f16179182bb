"""Values of options and arguments: what mirtool reads itself is what typer reads, errors included."""

from typing import Annotated

import pytest
import typer
from typer.exceptions import TyperException

from mirtool.commands.typed import read_as_typed


def example(
    context: typer.Context,
    files: Annotated[list[str] | None, typer.Argument()] = None,
    cutoff: float = 1,
    draws: int = 5,
    bounded: Annotated[int, typer.Option(min=0)] = 0,
    name: str | None = None,
    each: Annotated[list[float] | None, typer.Option()] = None,
    quiet: bool | None = None,
) -> None:
    values = (files, cutoff, draws, bounded, name, each, quiet)
    context.obj.append([(type(value), str(value)) for value in values])  # as text: NaN is not equal to itself


def outcome(words: list[str], *, plain: bool) -> object:
    app = typer.Typer(add_completion=False)
    app.command()(example)
    command = typer.main.get_command(app)
    found: list[object] = []
    try:
        (read_as_typed(command) if plain else command)(words, standalone_mode=False, obj=found)
    except TyperException as error:
        return error.format_message()
    return found


NUMBERS = [
    "1",
    "-1",
    "+1",
    "1.5",
    "1.",
    ".5",
    "1e3",
    " 1 ",
    "1_0",
    "007",
    "-0",
    "9" * 30,
    "nan",
    "inf",
    "x",
    "",
    "١",
]
CALLS = [
    [],
    ["a", "b c", "--quiet"],
    ["--name", ""],
    ["--name", "7", "--no-quiet"],
    ["--each", "1", "--each", "2.5"],
    ["--each", "1", "--each", "2.5.1"],
    ["--bounded", "-1"],
    ["--bounded", "3"],
    *(["--cutoff", number] for number in NUMBERS),
    *(["--draws", number] for number in NUMBERS),
]


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_values_and_errors_are_those_of_typer(words):
    expected = outcome(words, plain=False)
    assert expected
    assert outcome(words, plain=True) == expected
