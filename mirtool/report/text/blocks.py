"""What a result says to a person, as structured blocks: lines, pairs of label and value, small tables, warnings.

A step's summary is a sequence of blocks, the finding first. The command line prints them on stderr, a result's
``repr`` shows them in Python, and a report can set them as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One sentence or heading."""

    text: str = ""

    def lines(self) -> list[str]:
        """Return the line."""
        return [self.text]


@dataclass(frozen=True)
class Caution:
    """What should not be overlooked."""

    text: str

    def lines(self) -> list[str]:
        """Return the warning, marked as one."""
        return [f"Warning: {self.text}"]


@dataclass(frozen=True)
class Pairs:
    """Labels and values in two aligned columns."""

    rows: Sequence[tuple[str, str]]

    def lines(self) -> list[str]:
        """Return one line per pair."""
        width = max((len(label) for label, _ in self.rows), default=0)
        return [f"  {label:<{width}}  {value}" for label, value in self.rows]


@dataclass(frozen=True)
class Grid:
    """Rows under a header: the first column to the left, the others to the right."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def lines(self) -> list[str]:
        """Return the header and one line per row."""
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = []
        for row in (self.header, *self.rows):
            first, *others = zip(row, widths, strict=True)
            cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
            lines.append("  " + "  ".join(cells))
        return lines


Block = Line | Caution | Pairs | Grid
Summary = tuple[Block, ...]


def as_text(blocks: Iterable[Block]) -> str:
    """Return blocks as plain text, one line each, without a last line end."""
    return "\n".join(line.rstrip() for block in blocks for line in block.lines())
