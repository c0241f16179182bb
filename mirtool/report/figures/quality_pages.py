"""Pages of small panels, one per array, when one page can't hold them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.ticker import MaxNLocator

from mirtool.report.figures.canvas import (
    LINE,
    MM_PER_INCH,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    page_axes,
    shorten,
    text_width,
)
from mirtool.report.figures.sheet import BOLDER, GAP, MARGIN, begin_page

TALLEST_PAGE = 245.0
FOOT = 10.0
"""Millimeters for the color bar under the panels."""
_BAR_LEFT, _BAR_WIDTH, _BAR_SHARE, _BAR_ROOM = 2.0, 40.0, 0.31, 6.0
_LEAST_WIDTH, _BETWEEN = 85.0, 8.0
_MANY = 60
"""Where a count reaches this far, its color bar has powers of ten only."""


@dataclass(frozen=True)
class PanelSize:
    """Millimeters of a panel's axes and of what is around it, and how many panels are in a row."""

    across: int
    width: float
    height: float
    left: float
    above: float
    below: float


@dataclass(frozen=True)
class PanelPage:
    """A page with room for panels.

    Axes cost matplotlib more than what is drawn in most of them: titles, and panels without a scale of their own,
    are drawn on those of the page.

    Parameters
    ----------
    figure
        The page.
    axes
        Over all of it, in millimeters from its lower left corner.
    size
        Of the panels.
    corners
        Lower left corner of each panel, millimeters.
    """

    figure: Drawing
    axes: Axes
    size: PanelSize
    corners: tuple[tuple[float, float], ...]

    def add_panels(self) -> list[Axes]:
        """Give each panel its own axes."""
        return [add_axes(self.figure, *corner, self.size.width, self.size.height) for corner in self.corners]


def panel_page(
    n_panels: int, size: PanelSize, width: float, *, title: str, key: Sequence[Artist] = ()
) -> PanelPage:
    """Make a page of ``n_panels`` panels in rows; use inside :func:`mirtool.report.figures.canvas.house_style`.

    At the foot is room for a color bar (:func:`draw_foot_bar`), and at its right the ``key``. A page with one row
    that is not full is narrower, down to 85 mm.
    """
    rows = -(-n_panels // size.across)
    pitch = size.above + size.height + size.below
    step = (width - 2 * MARGIN + GAP) / size.across
    if n_panels <= size.across:
        step = min(step, size.left + size.width + _BETWEEN)
        width = min(max(2 * MARGIN + n_panels * step, _LEAST_WIDTH), width)
    figure = begin_page(FOOT + rows * pitch, title=title, width=width)
    corners = []
    for i in range(n_panels):
        row, column = divmod(i, size.across)
        up = MARGIN + FOOT + (rows - 1 - row) * pitch + size.below
        corners.append((MARGIN + column * step + size.left, up))
    if key:
        page = np.array(figure.get_size_inches()) * MM_PER_INCH
        place = np.array([MARGIN + _BAR_LEFT + _bar_width(figure) + _BAR_ROOM, MARGIN]) / page
        figure.legend(handles=list(key), loc="lower left", bbox_to_anchor=tuple(place), borderpad=0,
        borderaxespad=0,
                      handlelength=1.4, handleheight=0.8, handletextpad=0.5, labelspacing=0.35)  # fmt: skip
    return PanelPage(figure, page_axes(figure), size, tuple(corners))


def panels_per_page(size: PanelSize, room: float = 30.0) -> int:
    """Return how many panels a page holds that leaves ``room`` millimeters for title and color bar."""
    return size.across * max(int((TALLEST_PAGE - room) / (size.above + size.height + size.below)), 1)


def page_slices(n: int, per_page: int) -> list[slice]:
    """Divide n panels into pages of ``per_page``, the last with the rest.

    Examples
    --------
    >>> page_slices(10, 4)
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    """
    return [slice(start, min(start + per_page, n)) for start in range(0, n, per_page)]


def write_panel_title(
    page: PanelPage, i: int, name: str, remark: str, marks: tuple[str, str], *, up: float = 0.0,
    stacked: bool = False,
) -> None:  # fmt: skip
    """Write the array's name over the ``i``-th panel, and a remark at its right.

    Each is bold and of its color in ``marks`` unless that is blank.
    ``up`` millimeters stay free between the panel and the line; ``stacked`` puts the remark under the name.
    """
    left, bottom = page.corners[i]
    beside = text_width(remark) + 2 * GAP if remark and not stacked else 0.0
    room = page.size.width / (BOLDER if any(marks) else 1.0)
    for x, line, text, side, mark in (
        (0, int(stacked), shorten(name, room - beside), "left", marks[0]),
        (0 if stacked else 1, 0, shorten(remark, room), "left" if stacked else "right", marks[1]),
    ):
        look: dict[str, Any] = {"color": mark, "fontweight": "bold"} if mark else {}
        above = bottom + page.size.height + up + (line + 0.45) * LINE
        page.axes.text(left + x * page.size.width, above, text, ha=side, va="baseline", fontsize=SMALLEST_TEXT,
                       **look)  # fmt: skip


def draw_foot_bar(figure: Drawing, mappable: ScalarMappable, label: str) -> None:
    """Draw the color bar at the lower left of a page of panels."""
    left, bottom = MARGIN + _BAR_LEFT, MARGIN + 3
    draw_color_bar(figure, mappable, label, left=left, bottom=bottom, width=_bar_width(figure))


def _bar_width(figure: Drawing) -> float:
    return min(_BAR_WIDTH, _BAR_SHARE * float(figure.get_size_inches()[0]) * MM_PER_INCH)


def draw_color_bar(
    figure: Drawing, mappable: ScalarMappable, label: str, *, left: float, bottom: float, width: float = 40.0
) -> None:
    """Draw a color bar that lies, its label over it, at a place in millimeters from the lower left corner."""
    bar = figure.colorbar(mappable, cax=add_axes(figure, left, bottom, width, 2.0), orientation="horizontal")
    bar.ax.tick_params(length=2, pad=1.5, labelsize=SMALLEST_TEXT)
    bar.ax.set_title(label, loc="left", fontsize=SMALLEST_TEXT, fontweight="normal", pad=2.5)
    bar.outline.set_linewidth(0.4)
    if isinstance(mappable.norm, LogNorm):
        most = mappable.norm.vmax or 1
        steps = (1, 2, 5) if most < _MANY else (1,)
        ladder = [step * 10**power for power in range(int(np.log10(most)) + 1) for step in steps]
        ticks = [tick for tick in ladder if tick <= most]
        bar.set_ticks(ticks, labels=[f"{tick:,}" for tick in ticks])
        bar.ax.minorticks_off()
    else:
        bar.set_ticks(MaxNLocator(max(int(width / 9), 2), steps=[1, 2, 5, 10]))
