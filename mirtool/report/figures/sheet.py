"""A page: its title on top, a legend of colors under it, remarks at the foot, and room to draw between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mirtool.report.figures.canvas import (
    LINE,
    MM_PER_INCH,
    MUTED_COLOR,
    SMALLEST_TEXT,
    TEXT,
    new_figure,
    shorten,
    text_width,
)

# Millimeters.
WIDTH, MARGIN, GAP = 180.0, 4.0, 1.2
_TITLE, _LEGEND_WIDTH, _LEGEND_KEY, _WIDEST_ENTRY = 6.0, 145.0, 6.5, 60.0


def begin_page(
    body: float,
    lines: Sequence[str],
    legend: Sequence[tuple[str, str]] = (),
    *,
    width: float = WIDTH,
    legend_width: float = _LEGEND_WIDTH,
    least_above: float = 0.0,
) -> tuple[Figure, float]:
    """Make a page and draw its legend; call it inside :func:`mirtool.report.figures.canvas.house_style`.

    Parameters
    ----------
    body
        Millimeters between the remarks and the legend.
    lines
        The remarks, as :func:`write_page` will write them.
    legend
        Texts and their colors.
    width, legend_width
        Of the page and of the legend.
    least_above
        What is kept free between body and title at least, whatever the legend takes.

    Returns
    -------
    figure
    bottom : float
        Where the body begins, in millimeters from the foot.
    """
    n_columns, n_lines = _legend_grid([text for text, _ in legend], legend_width)
    bottom = MARGIN + len(lines) * LINE + GAP
    above = max(n_lines * LINE + 2 * GAP if legend else 0.0, least_above)
    height = bottom + body + above + _TITLE + MARGIN
    figure = new_figure(width, height)
    if legend:
        room = legend_width / n_columns - _LEGEND_KEY
        figure.legend(
            handles=[Patch(facecolor=color, label=shorten(text, room)) for text, color in legend],
            loc="upper left", bbox_to_anchor=(MARGIN / width, 1 - (MARGIN + _TITLE) / height), ncols=n_columns,
            borderpad=0, borderaxespad=0, handlelength=1.1, handleheight=0.8, handletextpad=0.5, labelspacing=0.35,
            columnspacing=1.4,
        )  # fmt: skip
    return figure, bottom


def write_page(figure: Figure, title: str, lines: Sequence[str]) -> None:
    """Write a page's title at its upper left, and the remarks' lines at its foot."""
    width, height = figure.get_size_inches() * MM_PER_INCH
    room = width - 2 * MARGIN
    figure.text(MARGIN / width, 1 - MARGIN / height, shorten(title, 0.87 * room, TEXT + 1), va="top",
                fontsize=TEXT + 1, fontweight="bold")  # fmt: skip
    figure.text(MARGIN / width, MARGIN / height, "\n".join(lines), va="bottom", fontsize=SMALLEST_TEXT,
                color=MUTED_COLOR)  # fmt: skip


def group_legend(groups: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the legend of the groups' colors; arrays without a group say so."""
    return [(group or "no group", color) for group, color in groups.items()]


def _legend_grid(texts: Sequence[str], width: float) -> tuple[int, int]:
    """Return the numbers of columns and lines that a legend of these texts takes in ``width`` millimeters."""
    if not texts:
        return 1, 0
    widest = min(max(map(text_width, texts)), _WIDEST_ENTRY) + _LEGEND_KEY
    columns = min(max(int(width / widest), 1), len(texts))
    return columns, -(-len(texts) // columns)
