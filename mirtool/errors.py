"""One tree of errors. Each says what is wrong, where, what was found and expected, and what to do next.

``cli`` maps them to exit codes: 1 where the data are wrong, 2 where the call is wrong.

The library does not know the command line. An error carries the parameter it is about, and its texts name other
parameters by :func:`option`: the shell shows ``--min-intensity 30``, Python ``min_intensity=30``.
"""

import re
from pathlib import Path

_LONGEST_PART = 600
"""No part of a message needs more; a damaged file may hold a name of a million characters."""


_BEGIN, _END = "\ue000", "\ue001"
"""Private characters around a parameter and its value, until it is known who reads the text."""
MARKED = re.compile(f"{_BEGIN}([a-z_]+)(?: ([^{_END}]*))?{_END}")
"""A parameter in a message, and its value, as :func:`option` marks them."""

_SHOWN_AS_THEY_ARE = ("\n", _BEGIN, _END)

OPTION_NAMES = {"lists": "--list", "format_name": "--format", "as_json": "--json", "license_line": "--license"}
"""Options that are not called as their parameter is."""


def option(parameter: str, value: object = None) -> str:
    """Mark a parameter (and a value for it) in a message, so that each reader sees it as it would be typed.

    Examples
    --------
    >>> text = f"use {option('between', 'median')}, or leave out {option('keep_replicates')}"
    >>> for_shell(text)
    'use --between median, or leave out --keep-replicates'
    >>> for_python(text)
    "use between='median', or leave out keep_replicates"
    """
    if value is None:
        return f"{_BEGIN}{parameter}{_END}"
    return f"{_BEGIN}{parameter} {value!r}{_END}"


def option_name(parameter: str) -> str:
    """Return the option that sets a parameter: ``--min-intensity``."""
    return OPTION_NAMES.get(parameter, "--" + parameter.replace("_", "-"))


def for_shell(text: str) -> str:
    """Write the marked parameters as options of the command line."""

    def typed(match: re.Match[str]) -> str:
        value = _quoted((match[2] or "").strip("'\""))
        return f"{option_name(match[1])} {value}".strip() if value != "True" else option_name(match[1])

    return MARKED.sub(typed, text)


def _quoted(value: str) -> str:
    """Quote a value that a shell would split, so that the message can be copied."""
    if not any(char.isspace() for char in value):
        return value
    return f'"{value}"' if not set(value) & set('"$`\\!') else f"'{value}'"


def for_python(text: str) -> str:
    """Write the marked parameters as keyword arguments."""
    return MARKED.sub(lambda match: f"{match[1]}={match[2]}" if match[2] else match[1], text)


def printable(text: str) -> str:
    r"""Write out the characters that no terminal shows, or that would steer it; line ends stay.

    Examples
    --------
    >>> print(printable("hsa\x00miR\x1b[31m, 5 µg"))
    hsa\x00miR\x1b[31m, 5 µg
    """
    return "".join(
        char if char.isprintable() or char in ("\n", _BEGIN, _END) else char.encode("unicode_escape").decode()
        for char in text
    )


def _shown(text: str) -> str:
    """Make a part of a message fit to be shown: one line, printable, not endless."""
    line = printable(text.replace("\n", "\\n"))
    return line if len(line) <= _LONGEST_PART else f"{line[:_LONGEST_PART]}…"


class MirtoolError(Exception):
    """Base of every error that mirtool raises on purpose.

    Parameters
    ----------
    problem
        One sentence in the words of a bench scientist.
    path, line, column
        Where: the file, the 1-based line in it, the column by its header name.
    found, expected
        What is there and what should.
    hint
        What to do next.
    parameter
        The parameter of the function, and so the option of the command, that the error is about.
    """

    exit_code = 1

    def __init__(
        self,
        problem: str,
        *,
        path: str | Path | None = None,
        line: int | None = None,
        column: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
        parameter: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = None if path is None else str(path)
        self.line = line
        self.column = column
        self.found = found
        self.expected = expected
        self.hint = hint
        self.parameter = parameter

    def __str__(self) -> str:
        return for_python(self._text(None if self.parameter is None else self.parameter))

    def in_shell(self) -> str:
        """Return the message as the command line shows it, parameters as options."""
        return for_shell(self._text(None if self.parameter is None else option_name(self.parameter)))

    def in_warning(self) -> str:
        """Return the message as part of a warning, in which parameters stay marked until somebody reads it."""
        return self._text(None)

    def _text(self, parameter: str | None) -> str:
        place = [printable(self.path)] if self.path else []
        place += [f"line {self.line}"] if self.line is not None else []
        place += [f'column "{_shown(self.column)}"'] if self.column is not None else []
        if parameter is not None and not {parameter, f"{_BEGIN}{self.parameter}"} & _parts_of(self.problem):
            place.append(parameter)
        message = ": ".join(part for part in (", ".join(place), _shown(self.problem)) if part)
        details = [f"found {_shown(self.found)}"] if self.found is not None else []
        details += [f"expected {_shown(self.expected)}"] if self.expected is not None else []
        if details:
            message += f" ({'; '.join(details)})"
        if self.hint:
            message += f"\n  What to do: {_shown(self.hint)}"
        return message


def _parts_of(problem: str) -> set[str]:
    """Return the words of a problem, and the marked parameters in it."""
    marked = {f"{_BEGIN}{match[1]}" for match in MARKED.finditer(problem)}
    return marked | set(MARKED.sub(" ", problem).split())


class FormatError(MirtoolError):
    """A file is not what it claims to be, or holds a cell that can't be read."""


class UnknownFormatError(FormatError):
    """No format, or more than one, claims a file."""


class ArrayMismatchError(MirtoolError):
    """Arrays of one study do not agree spot for spot."""


class SampleSheetError(MirtoolError):
    """The sample sheet is incomplete, contradicts itself, or does not fit the data."""


class ScaleError(MirtoolError):
    """A table does not say whether its values are linear or log2."""


class CountsError(ScaleError):
    """A table holds sequencing counts where intensities are wanted."""


class NotEnoughDataError(MirtoolError):
    """Too few probes, arrays or replicates for what was asked."""


class OutputError(MirtoolError):
    """A result could not be written."""


class StaleError(MirtoolError):
    """A result was made from inputs that have changed since."""


class OfflineError(MirtoolError):
    """Something had to be fetched and could not be."""


class NotFoundError(OfflineError):
    """The server says that it does not have what was asked for."""


class UsageError(MirtoolError):
    """The call is wrong, not the data: an option, an argument, a name that does not exist."""

    exit_code = 2
