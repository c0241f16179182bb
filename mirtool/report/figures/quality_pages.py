"""Pages of small panels, one an array, when one page can't hold them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from mirtool.report.figures.canvas import (
    LINE,
    MM_PER_INCH,
    POINTS_PER_INCH,
    SMALLEST_TEXT,
    add_axes,
    axes_size,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.sheet import GAP, MARGIN, WIDTH, begin_page, write_page

TALLEST_PAGE = 245.0
_BOLDER = 1.13
"""Bold letters are so much wider."""


@dataclass(frozen=True)
class PanelSize:
    """Millimeters of a panel's axes and of what stands around it, and how many panels stand side by side."""

    across: int
    width: float
    height: float
    left: float
    above: float
    below: float


def panel_page(
    n_panels: int,
    size: PanelSize,
    *,
    title: str,
    remarks: Sequence[str],
    feet: float = 0.0,
    remarks_width: float = WIDTH - 2 * MARGIN,
) -> tuple[Figure, list[Axes]]:
    """Make a page of ``n_panels`` panels in rows; use inside :func:`mirtool.report.figures.canvas.house_style`.

    ``feet`` millimeters stay free above the remarks, which are ``remarks_width`` wide.
    """
    rows = -(-n_panels // size.across)
    lines = wrap(remarks, remarks_width)
    pitch = size.above + size.height + size.below
    figure, bottom = begin_page(feet + rows * pitch, lines)
    step = (WIDTH - 2 * MARGIN + GAP) / size.across
    panels = []
    for i in range(n_panels):
        row, column = divmod(i, size.across)
        up = bottom + feet + (rows - 1 - row) * pitch + size.below
        panels.append(add_axes(figure, MARGIN + column * step + size.left, up, size.width, size.height))
    write_page(figure, title, lines)
    return figure, panels


def panels_a_page(size: PanelSize, room: float = 30.0) -> int:
    """Return how many panels a page holds that leaves ``room`` millimeters for title and remarks."""
    return size.across * max(int((TALLEST_PAGE - room) / (size.above + size.height + size.below)), 1)


def page_slices(n: int, a_page: int) -> list[slice]:
    """Part n panels into pages as even as can be.

    Examples
    --------
    >>> page_slices(10, 4)
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    """
    return [slice(start, min(start + a_page, n)) for start in range(0, n, a_page)]


def write_panel_title(
    axes: Axes, name: str, remark: str, marks: tuple[str, str], *, up: float = 0.0, stacked: bool = False
) -> None:
    """Write the array's name over a panel, and a remark at its right.

    Each is bold and of its color in ``marks`` unless that is blank.
    ``up`` millimeters stay free between the panel and the line; ``stacked`` puts the remark under the name.
    """
    beside = text_width(remark) + 2 * GAP if remark and not stacked else 0.0
    room = float(axes_size(axes)[0]) / (_BOLDER if any(marks) else 1.0)
    for x, line, text, side, mark in (
        (0, int(stacked), shorten(name, room - beside), "left", marks[0]),
        (0 if stacked else 1, 0, shorten(remark, room), "left" if stacked else "right", marks[1]),
    ):
        look: dict[str, Any] = {"color": mark, "fontweight": "bold"} if mark else {}
        offset = (up + (line + 0.45) * LINE) / MM_PER_INCH * POINTS_PER_INCH
        axes.annotate(text, (x, 1), (0, offset), xycoords="axes fraction", textcoords="offset points", ha=side,
                      va="baseline", fontsize=SMALLEST_TEXT, **look)  # fmt: skip


def draw_color_bar(
    figure: Figure, mappable: ScalarMappable, label: str, *, left: float, bottom: float, width: float = 40.0
) -> None:
    """Draw a color bar that lies, its label over it, at a place in millimeters from the lower left corner."""
    bar = figure.colorbar(mappable, cax=add_axes(figure, left, bottom, width, 2.0), orientation="horizontal")
    bar.ax.tick_params(length=2, pad=1.5, labelsize=SMALLEST_TEXT)
    bar.ax.set_title(label, loc="left", fontsize=SMALLEST_TEXT, fontweight="normal", pad=2.5)
    bar.outline.set_linewidth(0.4)
    if isinstance(mappable.norm, LogNorm):
        top = int(np.log10(mappable.norm.vmax or 1))
        bar.set_ticks(
            [10**power for power in range(top + 1)], labels=[f"{10**power:,}" for power in range(top + 1)]
        )
        bar.ax.minorticks_off()
