"""What a person reads on stderr while a command works. Results never come this way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from mirtool.errors import for_shell, printable


def say(message: str = "") -> None:
    """Print one line for the user on stderr; what a file holds can't steer the terminal."""
    print(printable(for_shell(message)), file=sys.stderr)  # noqa: T201


def warn(message: str) -> None:
    """Print something the user should not overlook on stderr."""
    say(f"Warning: {message}")


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


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header in aligned columns: the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        first, *others = zip(row, widths, strict=True)
        say("  " + "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))


@contextmanager
def progress_bytes(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Return a function to call with the bytes that are there and how many there will be; a bar, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)
            if done == total:
                bar.stop()  # what comes after the download has lines of its own

        yield show


@contextmanager
def progress_steps(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Return a function to call after each of ``total`` steps; it moves a progress bar on a terminal only."""
    if not sys.stderr.isatty() or total < 2:
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda _step: bar.advance(task)
