"""A title and a legend over a plot: the legend's entries side by side, in as few lines as they fit in."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from mirtool.report.figures.canvas import (
    LINE,
    MM_PER_INCH,
    MUTED_COLOR,
    POINTS_PER_INCH,
    TEXT,
    figure_title,
    shorten,
    text_width,
)

# Millimeters.
TITLE = 5.5
"""From the top of a title to what is under it."""
_KEY, _BETWEEN = 3.9, 3.5
_TITLE_SIZE = TEXT + 1
_MARGIN = 2.0


def sign(label: str, marker: str, color: str, *, filled: bool = True, size: float = 4.0) -> Line2D:
    """Return a legend's entry for dots; ``filled`` False leaves the sign open."""
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=size, markerfacecolor=color if filled else "white",
        markeredgecolor=color, markeredgewidth=0.8, label=label,
    )  # fmt: skip


def muted_sign(label: str, marker: str) -> Line2D:
    """Return a legend's entry for an open sign of any color."""
    return sign(label, marker, MUTED_COLOR, filled=False)


def legend_rows(entries: Sequence[Artist], width: float) -> list[list[Artist]]:
    """Return the entries by the line that they stand in; call it inside the house style.

    Parameters
    ----------
    entries
        With their labels, which are shortened where one alone is wider than a line.
    width
        Of a line, in millimeters.
    """
    rows: list[list[Artist]] = []
    used = 0.0
    for entry in entries:
        entry.set_label(shorten(str(entry.get_label()), width - _KEY))
        own = _KEY + text_width(str(entry.get_label()))
        if rows and used + _BETWEEN + own <= width:
            rows[-1].append(entry)
            used += _BETWEEN + own
        else:
            rows.append([entry])
            used = own
    return rows


def draw_legend_rows(figure: Figure, rows: Sequence[Sequence[Artist]], left: float, top: float) -> None:
    """Draw the lines of a legend downward from a place in millimeters."""
    width, height = (float(inches) * MM_PER_INCH for inches in figure.get_size_inches())
    for i, row in enumerate(rows):
        figure.legend(
            handles=list(row), ncols=len(row), loc="upper left", borderpad=0, borderaxespad=0, handlelength=1.1,
            handletextpad=0.4, handleheight=0.8, columnspacing=1.4,
            bbox_to_anchor=(left / width, (top - i * LINE) / height),
        )  # fmt: skip


def title_height(own: str) -> float:
    """Return the room for the title in millimeters: none where none is drawn."""
    return TITLE if figure_title(own) else 0.0


def write_title(figure: Figure, own: str, left: float, top: float) -> None:
    """Write the title, if there is one, with its upper left corner at a place in millimeters.

    One that has no room there begins at the figure's edge; one that is wider than the figure is cut.
    """
    width, height = (float(inches) * MM_PER_INCH for inches in figure.get_size_inches())
    title = figure_title(own)
    if not title:
        return
    start = left if _bold_width(title) <= width - left - _MARGIN else _MARGIN
    room = width - start - _MARGIN
    while _bold_width(title) > room:
        title = title.rstrip("…")[:-1].rstrip() + "…"
    figure.text(start / width, top / height, title, va="top", fontsize=_TITLE_SIZE, fontweight="bold")


def _bold_width(text: str) -> float:
    """Measure a title, millimeters in print; call it inside the house style."""
    font = FontProperties(size=_TITLE_SIZE, weight="bold")
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / POINTS_PER_INCH * MM_PER_INCH
