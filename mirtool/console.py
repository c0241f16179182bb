"""What a person reads on stderr while a command works. Results never come this way."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def say(message: str = "") -> None:
    """Print one line for the user on stderr."""
    print(message, file=sys.stderr)  # noqa: T201


def warn(message: str) -> None:
    """Print something the user should not overlook on stderr."""
    say(f"Warning: {message}")


def say_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print labels and values in two aligned columns."""
    width = max((len(label) for label, _ in pairs), default=0)
    for label, value in pairs:
        say(f"  {label:<{width}}  {value}")


def plural(n: int, one: str, many: str = "") -> str:
    """Count with its noun, thousands parted: ``plural(1, 'spot')``.

    Examples
    --------
    >>> plural(1, "spot"), plural(12480, "spot"), plural(2, "array of", "arrays of")
    ('1 spot', '12,480 spots', '2 arrays of')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def progress(items: Iterable[T], title: str, total: int) -> Iterator[T]:
    """Hand ``items`` on, with a progress bar on a terminal and nothing in a pipe or a log."""
    if not sys.stderr.isatty() or total < 2:
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=title, total=total, console=Console(stderr=True), transient=True)
