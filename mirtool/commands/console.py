"""What a person reads on stderr while a command works. Results never come this way."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mirtool.commands.streams import discard
from mirtool.errors import for_shell, printable
from mirtool.report.text.blocks import Block, Caution, Heading, Line, has_more
from mirtool.report.text.layout import fit_table, table_lines
from mirtool.wording import plural

WIDTH_OF_A_PIPE = 80
LEAST_WIDTH = 40
ROWS_SHOWN = 10
SECONDS_WITHOUT_BAR = 0.7
SECONDS_WITHOUT_BYTES = 2.0
BOLD, YELLOW, RED, BLUE = "1", "1;33", "31", "36"
"""ANSI codes; cyan for blue, which is hard to read on black."""

_CHANGES = re.compile(r"\b\d[\d,]* (up|down)\b|(?<=  )(up|down)(?=  |$)")

_verbose = False


def set_verbose(value: bool) -> None:
    """Say whether details are printed; every command does, by its option ``--verbose``."""
    global _verbose  # one process runs one command at a time
    _verbose = value


def is_verbose() -> bool:
    """Return True if details are printed."""
    return _verbose


def width_of(stream: Any) -> int:
    """Return how many characters a line of a terminal has; of a pipe 80, unless COLUMNS says otherwise."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return max(LEAST_WIDTH, int(columns))
    if not stream.isatty():
        return WIDTH_OF_A_PIPE
    try:
        return max(LEAST_WIDTH, os.get_terminal_size(stream.fileno()).columns)
    except OSError:
        return WIDTH_OF_A_PIPE


def has_color(stream: Any) -> bool:
    """Return True on a terminal that shows colors, where nobody asked for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, code: str) -> str:
    """Return text in a color or bold, where stderr shows it."""
    return f"\x1b[{code}m{text}\x1b[0m" if text and has_color(sys.stderr) else text


def say(message: str = "") -> None:
    """Print a message for the user on stderr, wrapped; what a file holds can't steer the terminal."""
    say_block(Line(message))


def say_as_it_is(message: str) -> None:
    """Print what has its own lines, such as an error or a command to copy."""
    label, colon, rest = printable(for_shell(message)).partition("error:")
    marked = painted(label + colon, "1;31") + rest if colon and label == "mirtool: " else label + colon + rest
    _print_line(marked)


def warn(message: str) -> None:
    """Print something the user should not overlook on stderr."""
    say_block(Caution(message))


def say_block(block: Block) -> None:
    """Print a block of a summary on stderr, within the terminal's width."""
    shown = block.rendered(lambda text: printable(for_shell(text)))
    for number, line in enumerate(shown.lines(width_of(sys.stderr), full=_verbose)):
        _print_line(_styled(block, line, first=number == 0))


def _print_line(line: str) -> None:
    """Print a line on stderr; a reader that has seen enough (``2>&1 | head``) does not end the command."""
    try:
        print(line, file=sys.stderr)  # noqa: T201
    except BrokenPipeError:
        discard(sys.stderr)


def say_summary(blocks: Iterable[Block]) -> bool:
    """Print a summary, its details only if they were asked for; return True if some were left out."""
    blocks = list(blocks)
    for block in blocks:
        if _verbose or not block.detail:
            say_block(block)
    return not _verbose and any(map(has_more, blocks))


def print_head(data: bytes, delimiter: str) -> None:
    """Print the first rows of a table on stdout, aligned, and where the others are.

    Parameters
    ----------
    data
        The table as CSV or TSV, with its note if it has one.
    delimiter
        What separates its cells.
    """
    text = "".join(line for line in data.decode().splitlines(True) if not line.lstrip('"').startswith("# "))
    header, *rows = (
        [printable(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)
    )
    fitted = fit_table(header, rows[:ROWS_SHOWN], width_of(sys.stdout))
    print("\n".join(table_lines(*fitted)))  # noqa: T201
    is_turned = list(fitted[0]) != header and len(fitted[1]) == len(header) - 1
    left_out = 0 if is_turned else len(header) - len(fitted[0])
    more = [
        plural(n, f"more {what}") for n, what in ((len(rows) - ROWS_SHOWN, "row"), (left_out, "column")) if n > 0
    ]
    if more:
        print(f"  … {' and '.join(more)}: -o FILE writes all, -o - prints all")  # noqa: T201


def _styled(block: Block, line: str, *, first: bool) -> str:
    if isinstance(block, Heading):
        return painted(line, BOLD)
    if isinstance(block, Caution) and first:
        label, _, rest = line.partition(" ")
        return f"{painted(label, YELLOW)} {rest}"
    return _CHANGES.sub(lambda found: painted(found[0], RED if found[0].endswith("up") else BLUE), line)


def asking() -> Callable[[str, Sequence[str]], str] | None:
    """Return a function that asks a question on the terminal; None where nobody would see or answer it."""
    return ask if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty() else None


def ask(question: str, answers: Sequence[str]) -> str:
    """Ask which of several answers is right, by its number or in full; an empty line takes the first."""
    say(question)
    for number, answer in enumerate(answers, 1):
        say(f"  {number}  {answer}")
    by_text = {str(number): answer for number, answer in enumerate(answers, 1)} | {each: each for each in answers}
    while True:
        print("Number [1]: ", end="", file=sys.stderr, flush=True)  # noqa: T201
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        chosen = by_text.get(line.strip() or "1")
        if chosen is not None:
            return chosen
        say(f"Type a number from 1 to {len(answers)}.")


@contextmanager
def progress_bytes(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Return a function to call with the bytes that are there and how many there will be.

    On a terminal a bar shows them, once a file has taken :data:`SECONDS_WITHOUT_BYTES`; each further file has its
    own bar.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _done, _total: None
        return
    bar = _BarOfBytes(title)
    try:
        yield bar.show
    finally:
        bar.stop()


class _BarOfBytes:
    """A bar of a download that is shown after a while, and taken away when the file is there."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Any = None
        self._begun: float | None = None

    def show(self, done: int, total: int | None) -> None:
        """Show how much is there."""
        if done == total:
            self.stop()  # what comes after the download has lines of its own
            return
        if self._begun is None:
            self._begun = time.monotonic()
        if self._bar is None and time.monotonic() - self._begun >= SECONDS_WITHOUT_BYTES:
            self._bar = self._new_bar()
            self._bar.start()
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total)

    def _new_bar(self) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(self._title, total=None)
        return bar

    def stop(self) -> None:
        """Take the bar away; the next file begins anew."""
        if self._bar is not None:
            self._bar.stop()
        self._bar, self._begun = None, None


@contextmanager
def progress_steps(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Return a function to call after each of ``total`` steps; it moves a bar on a terminal.

    The bar comes when the work has taken a while and goes with it; of one step it shows that work is going on.
    """
    if total < 1 or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _step: None
        return
    bar = _LateBar(title, total)
    try:
        yield bar.advance
    finally:
        bar.stop()


class _LateBar:
    """A progress bar that is shown after a moment, so that quick work shows none."""

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total, self._done = title, total, 0
        self._bar: Any = None
        self._lock = threading.Lock()
        self._stopped = False
        self._timer = threading.Timer(SECONDS_WITHOUT_BAR, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        with self._lock:
            if self._stopped:
                return
            self._bar = Progress(console=Console(stderr=True), transient=True)
            total = None if self._total == 1 else self._total
            self._bar.add_task(self._title, total=total, completed=self._done)
            self._bar.start()

    def advance(self, _step: str) -> None:
        """Count a step."""
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._bar.advance(self._bar.task_ids[0])

    def stop(self) -> None:
        """Take the bar away."""
        self._timer.cancel()
        with self._lock:
            self._stopped = True
            if self._bar is not None:
                self._bar.stop()
