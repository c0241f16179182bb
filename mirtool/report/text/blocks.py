"""What a result says to a person, as structured blocks: lines, pairs of label and value, small tables, warnings.

A step's summary is a sequence of blocks, the finding first. Each block is for everyone or a detail: the command
line prints those for everyone on stderr, at the terminal's width, and the details with ``-v``; a result's ``repr``
shows all of them in Python, unwrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from mirtool.report.text.layout import fit_table, table_lines, wrapped

Render = Callable[[str], str]
"""Writes a text for its reader: marked parameters as options or keywords, control characters escaped."""


@dataclass(frozen=True)
class Line:
    """One sentence."""

    text: str = ""
    detail: bool = field(default=False, kw_only=True)

    def rendered(self, render: Render) -> Line:
        """Return the block with its texts as a reader sees them."""
        return replace(self, text=render(self.text))

    def lines(self, width: int | None = None, *, full: bool = True) -> list[str]:  # noqa: ARG002
        """Return the sentence, wrapped at ``width`` characters."""
        return wrapped(self.text, width)


@dataclass(frozen=True)
class Heading(Line):
    """What the blocks below it are about."""


@dataclass(frozen=True)
class Caution(Line):
    """What should not be overlooked; never a detail."""

    def lines(self, width: int | None = None, *, full: bool = True) -> list[str]:  # noqa: ARG002
        """Return the warning, marked as one."""
        return wrapped(f"Warning: {self.text}", width)


@dataclass(frozen=True)
class Pairs:
    """Labels and values in two aligned columns."""

    rows: Sequence[tuple[str, str]]
    detail: bool = field(default=False, kw_only=True)

    def rendered(self, render: Render) -> Pairs:
        """Return the block with its texts as a reader sees them."""
        return replace(self, rows=[(render(label), render(value)) for label, value in self.rows])

    def lines(self, width: int | None = None, *, full: bool = True) -> list[str]:  # noqa: ARG002
        """Return one line per pair; a long value goes on below its beginning."""
        broad = max((len(label) for label, _ in self.rows), default=0)
        lines = []
        for label, value in self.rows:
            lines += wrapped(f"  {label:<{broad}}  {value}", width, hanging=broad + 4)
        return lines


@dataclass(frozen=True)
class Grid:
    """Rows under a header: the first column to the left, the others to the right.

    Parameters
    ----------
    header, rows
        The table.
    most
        Rows that are enough for everyone; the others are details.
    optional
        Columns that are details on a narrow terminal, the least important first.
    shorten
        True where the first column holds titles that may be cut; names of miRNAs and samples may not.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    detail: bool = field(default=False, kw_only=True)
    most: int | None = field(default=None, kw_only=True)
    optional: Sequence[str] = field(default=(), kw_only=True)
    shorten: bool = field(default=False, kw_only=True)

    def rendered(self, render: Render) -> Grid:
        """Return the block with its texts as a reader sees them."""
        return replace(
            self,
            header=[render(cell) for cell in self.header],
            rows=[[render(cell) for cell in row] for row in self.rows],
            optional=[render(name) for name in self.optional],
        )

    def lines(self, width: int | None = None, *, full: bool = True) -> list[str]:
        """Return the header and one line per row, within ``width`` characters; not ``full`` leaves rows out."""
        most = len(self.rows) if full or self.most is None else self.most
        left_out = len(self.rows) - most
        optional = () if full else self.optional
        fitted = fit_table(self.header, self.rows[:most], width, optional=optional, shorten=self.shorten)
        return table_lines(*fitted) + ([f"  … {left_out:,} more"] if left_out > 0 else [])


Block = Line | Pairs | Grid
Summary = tuple[Block, ...]


def details(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return blocks as details; warnings stay for everyone."""
    return tuple(block if isinstance(block, Caution) else replace(block, detail=True) for block in blocks)


def has_more(block: Block) -> bool:
    """Return True if a block, or a part of it, is a detail."""
    return block.detail or (isinstance(block, Grid) and block.most is not None and len(block.rows) > block.most)


def as_text(blocks: Iterable[Block]) -> str:
    """Return blocks as plain text with all details, one line each, without a last line end."""
    return "\n".join(line.rstrip() for block in blocks for line in block.lines())
