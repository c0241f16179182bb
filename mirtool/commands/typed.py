"""What every command takes besides its own options: a sheet, details, and words as people type them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


def with_shared_options(command: Any) -> Any:
    """Add the options that every command has: ``--sheet``, as any table may be a workbook, and ``--verbose``."""
    there = {name for parameter in command.params for name in parameter.opts}
    if "--verbose" in there:
        return command
    if "--sheet" not in there:  # of `names` it is a parameter
        text = "Sheet of a workbook that holds several tables."
        shown = {"metavar": "NAME", "help": text, "rich_help_panel": "Input"}
        command.params.append(_option(str, _ask_for_sheet, "--sheet", **shown))
    text = "Print all details, not only what was found."
    command.params.append(_option(bool, _set_verbose, "--verbose", "-v", help=text, rich_help_panel="Output"))
    return read_as_typed(command)


def _option(kind: type, callback: Any, *names: str, **shown: Any) -> Any:
    """Return an option that is not a parameter of its command: its value goes to ``callback``."""
    import typer

    name = names[0].removeprefix("--")

    def template(**_value: Any) -> None:
        """Carry the option."""

    declared = typer.Option(None if kind is str else False, *names, show_default=False, **shown)
    own = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=declared, annotation=kind)
    template.__signature__ = inspect.Signature([own])  # type: ignore[attr-defined]
    template.__annotations__ = {name: kind}
    app = typer.Typer(add_completion=False)
    app.command()(template)
    option = typer.main.get_command(app).params[0]
    option.expose_value, option.callback = False, callback
    return option


def read_as_typed(command: Any) -> Any:
    """Let a command take what people type: ``--cutoff 2,0``, and ``--compare A B`` for ``--compare A:B``."""
    parse = command.parse_args

    def parse_args(context: Any, words: list[str]) -> Any:
        return parse(context, as_meant(words, _options_of_numbers(command)))

    command.parse_args = parse_args
    return command


def _options_of_numbers(command: Any) -> frozenset[str]:
    kinds = {parameter: getattr(parameter, "type_descriptor", None) for parameter in command.params}
    return frozenset(
        name
        for parameter, kind in kinds.items()
        if "float" in str(getattr(kind, "annotation", ""))
        for name in parameter.opts
    )


def as_meant(words: Sequence[str], numbers: Collection[str]) -> list[str]:
    """Return the words of a call with decimal points in numbers, and the two groups of a comparison as one word.

    Parameters
    ----------
    words
        The words after the command.
    numbers
        Options that take a number.

    Examples
    --------
    >>> as_meant(["t.csv", "--cutoff", "2,0", "--compare", "treated pool", "control pool"], {"--cutoff"})
    ['t.csv', '--cutoff', '2.0', '--compare', 'treated pool:control pool']
    """
    meant: list[str] = []
    for word in words:
        option, equals, value = word.partition("=")
        before = meant[-1] if meant else ""
        if equals and option in numbers and _DECIMAL_COMMA.fullmatch(value):
            meant.append(f"{option}={value.replace(',', '.')}")
        elif before in numbers and _DECIMAL_COMMA.fullmatch(word):
            meant.append(word.replace(",", "."))
        elif _is_second_group(meant, word):
            meant[-1] = f"{before}:{word}"
        else:
            meant.append(word)
    return meant


def _is_second_group(before: Sequence[str], word: str) -> bool:
    """Return a word that is neither an option nor a file after a comparison of one group."""
    return (
        len(before) > 1
        and before[-2] == "--compare"
        and ":" not in before[-1] + word
        and not word.startswith("-")
        and not Path(word).exists()
        and "." not in word
    )


def _ask_for_sheet(_context: Any, _parameter: Any, value: str | None) -> None:
    from mirtool.io.tables.workbook import ask_for_sheet

    ask_for_sheet(value)


def _set_verbose(_context: Any, _parameter: Any, value: bool) -> None:
    from mirtool.commands.console import set_verbose

    set_verbose(bool(value))
