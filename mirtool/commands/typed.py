"""What every command takes besides its own options: a sheet, details, and words as people type them."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_PLAIN_NUMBERS = {int: re.compile(r"-?[0-9]{1,15}"), float: re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")}


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


def read_plain_values(parameters: Iterable[Any]) -> None:
    """Let the parameters of a command take text, numbers and switches without pydantic.

    Typer has pydantic read every value, also those that were not given; importing it takes longer than all else
    that a command does before it works. Whatever is not plain, such as a number with an error in it, is typer's.
    """
    for parameter in parameters:
        by_typer, kind = getattr(parameter, "get_runtime_param", None), _kind_of_plain_values(parameter)
        # A command that runs again in one process, as in a notebook, has been through this.
        if by_typer is not None and kind is not None and not isinstance(by_typer, partial):
            parameter.get_runtime_param = partial(_PlainValues, kind, by_typer)


class _PlainValues:
    """Reads the values of one parameter, in place of typer's own way."""

    def __init__(self, kind: type, by_typer: Callable[[], Any]) -> None:
        self._kind, self._by_typer = kind, by_typer

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return a value, or the values of a parameter that takes several, as their type."""
        if param.multiple or param.nargs == -1:
            if value is None:
                return ()
            if isinstance(value, list | tuple):
                plain = [_plain_value(each, self._kind) for each in value]
                if None not in plain:
                    return plain
        elif value is None:
            return None
        else:
            one = _plain_value(value, self._kind)
            if one is not None:
                return one
        return self._by_typer().coerce(value, param=param, ctx=ctx)


def _kind_of_plain_values(parameter: Any) -> type | None:
    """Return the type of a parameter's values, if it is text, a switch or a number without limits."""
    described = getattr(parameter, "type_descriptor", None)
    annotation = getattr(described, "annotation", None)
    kind = typing.get_args(annotation)[0] if typing.get_origin(annotation) is list else annotation
    info = getattr(described, "parameter_info", None)
    is_bare = info is not None and info.min is None and info.max is None and info.parser is None
    return kind if is_bare and kind in (str, bool, int, float) else None


def _plain_value(value: Any, kind: type) -> Any:
    """Return a value as its type; None where it takes more than reading digits.

    Examples
    --------
    >>> _plain_value("2.5", float), _plain_value("2.5", int), _plain_value(2, float), _plain_value("1e3", float)
    (2.5, None, 2.0, None)
    """
    if type(value) is kind:
        return value
    if kind is float and type(value) is int:
        return float(value)
    is_plain = kind in _PLAIN_NUMBERS and isinstance(value, str) and _PLAIN_NUMBERS[kind].fullmatch(value)
    return kind(value) if is_plain else None


def read_as_typed(command: Any) -> Any:
    """Let a command take what people type: ``--cutoff 2,0``, and ``--compare A B`` for ``--compare A:B``."""
    parse = command.parse_args

    def parse_args(context: Any, words: list[str]) -> Any:
        read_plain_values(command.get_params(context))
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
