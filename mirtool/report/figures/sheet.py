"""A page: its title on top, a legend of colors under it, and room to draw below. Words go into the caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    TEXT,
    Drawing,
    figure_title,
    new_figure,
    shorten,
    text_width,
)

# Millimeters.
WIDTH, MARGIN, GAP = 180.0, 4.0, 1.2
_TITLE_LINE, _BELOW_TITLE, _LEGEND_KEY, _WIDEST_ENTRY = 4.4, 1.8, 6.5, 60.0
_MOST_TITLE_LINES = 3
BOLDER = 1.13
"""Bold letters are so much wider."""

Entry = tuple[str, str] | Artist
"""An entry of a legend: a text and its color, or a mark with its label."""


def begin_page(
    body: float,
    legend: Sequence[Entry] = (),
    *,
    title: str = "",
    width: float = WIDTH,
) -> Drawing:
    """Make a page, with its title and legend; call it inside :func:`mirtool.report.figures.canvas.house_style`.

    Parameters
    ----------
    body
        Millimeters between the foot and the legend; it begins ``MARGIN`` from the foot.
    legend
        Texts and their colors, or marks.
    title
        The figure's own title, in as many lines as it needs, three at most; the user's takes its place. Nothing is
        written, but room is left, where it is blank.
    width
        Of the page; its legend is as wide.
    """
    room = width - 2 * MARGIN
    entries = [_as_artist(entry) for entry in legend]
    n_columns, n_lines = _legend_grid([str(entry.get_label()) for entry in entries], room)
    titles = title_lines(title, room)
    n_titles = len(titles) if title else int(bool(figure_title("a title")))
    top = n_titles * _TITLE_LINE + (_BELOW_TITLE if n_titles else 0.0)
    above = n_lines * LINE + 2 * GAP if entries else 0.0
    height = MARGIN + body + above + top + MARGIN
    figure = new_figure(width, height)
    if entries:
        for entry in entries:
            entry.set_label(shorten(str(entry.get_label()), room / n_columns - _LEGEND_KEY))
        figure.legend(
            handles=entries,
            loc="upper left", bbox_to_anchor=(MARGIN / width, 1 - (MARGIN + top) / height), ncols=n_columns,
            borderpad=0, borderaxespad=0, handlelength=1.1, handleheight=0.8, handletextpad=0.5, labelspacing=0.35,
            columnspacing=1.4,
        )  # fmt: skip
    if titles:
        figure.text(MARGIN / width, 1 - MARGIN / height, "\n".join(titles), va="top", fontsize=TEXT + 1,
                    fontweight="bold")  # fmt: skip
    return figure


def title_lines(title: str, width: float) -> list[str]:
    """Return the lines of the title to draw, broken between words; none without a title."""
    size = TEXT + 1
    room = width / BOLDER
    lines: list[str] = []
    for word in figure_title(title).split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = [*lines[: _MOST_TITLE_LINES - 1], " ".join(lines[_MOST_TITLE_LINES - 1 :])]
    return [shorten(line, room, size) for line in kept if line]


def draw_title(page: Axes, title: str, margin: float) -> None:
    """Write a title, if there is one, at the top left of a page with axes in millimeters (:func:`page_axes`)."""
    if title:
        width, height = page.get_xlim()[1], page.get_ylim()[1]
        fitted = shorten(title, (width - 2 * margin) / 1.15, TEXT + 1)
        page.text(margin, height - margin / 2 - 3, fitted, fontsize=TEXT + 1, fontweight="bold", va="center")


def group_legend(groups: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the legend of the groups' colors; arrays without a group say so."""
    return [(group or "no group", color) for group, color in groups.items()]


def dot_entry(label: str, color: str, *, filled: bool = True) -> Artist:
    """Return the legend entry of a dot, or of a ring."""
    face = color if filled else "white"
    return Line2D([], [], linestyle="none", marker="o", markersize=4.2, markerfacecolor=face,
                  markeredgecolor=color, markeredgewidth=0.9, label=label)  # fmt: skip


def line_entry(label: str, color: str = MUTED_COLOR, *, width: float = 0.8, style: object = "-") -> Artist:
    """Return the legend entry of a line."""
    return Line2D([], [], color=color, linewidth=width, linestyle=style, label=label)  # type: ignore[arg-type]


def _as_artist(entry: Entry) -> Artist:
    return Patch(facecolor=entry[1], label=entry[0]) if isinstance(entry, tuple) else entry


def _legend_grid(texts: Sequence[str], width: float) -> tuple[int, int]:
    """Return the numbers of columns and lines that a legend of these texts takes in ``width`` millimeters."""
    if not texts:
        return 1, 0
    widest = min(max(map(text_width, texts)), _WIDEST_ENTRY) + _LEGEND_KEY
    columns = min(max(int(width / widest), 1), len(texts))
    return columns, -(-len(texts) // columns)
