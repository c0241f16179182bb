"""The fold changes of a comparison in order: what there is to draw where there is no P value."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mirtool.differential.labels import LABELS
from mirtool.model import DifferentialTable, IntArray
from mirtool.report.figures.canvas import (
    MM_PER_INCH,
    MUTED_COLOR,
    POINTS_PER_INCH,
    SMALLEST_TEXT,
    axes_size,
    house_style,
    text_width,
)
from mirtool.report.figures.comparison import (
    DASHED,
    Cloud,
    comparison_axes,
    count_chosen,
    draw_legend,
    draw_points,
    figure_names,
    fold_lines,
    naming_remark,
    points_to_name,
    ratio_label,
    symmetric_limits,
    write_remarks,
    write_right,
)
from mirtool.report.figures.label_places import spread
from mirtool.wording import plural

_LINE_HEIGHT = 1.3
_LEADER_MM = 7.0


def ranked_figure(d: DifferentialTable, *, n_labels: int = LABELS, rows: IntArray | None = None) -> Figure:
    """Draw log2 ratios from the lowest to the highest, colored by the fold-change cut-off alone.

    The largest changes that pass are named in two columns: the higher ones on the right, the lower on the left.

    Parameters
    ----------
    d
        The comparison; its P values are not looked at. Probes without a ratio are not drawn, and counted.
    n_labels
        At most as many names of what passes.
    rows
        Rows of the table that are named whether they pass or not.

    Returns
    -------
    Figure
        130 mm × 112 mm.
    """
    with house_style():
        figure, axes = comparison_axes()
        cloud = _ranked_cloud(d)
        chosen = points_to_name(d, cloud, n_labels, rows)
        names, species = figure_names(d, cloud, chosen)
        _draw_frame(axes, d, cloud, side_mm=max(map(text_width, names), default=0.0) + _LEADER_MM)
        draw_points(axes, cloud)
        draw_legend(axes, d, cloud)
        n_named = sum(_draw_column(axes, cloud, chosen, names, call) for call in ("up", "down"))
        naming = naming_remark(d, cloud, count_chosen(cloud, chosen, rows), n_named, species)
        remarks = [_why_ranked(d, len(cloud.x)), naming]
        write_remarks(axes, remarks)
    return figure


def _ranked_cloud(d: DifferentialTable) -> Cloud:
    probe = np.flatnonzero(np.isfinite(d.log2_ratio))
    probe = probe[np.lexsort((d.probes.id[probe].astype(str), d.log2_ratio[probe]))]
    n = len(probe)
    calls = d.regulation_fold_change[probe]
    return Cloud(np.arange(1.0, n + 1), d.log2_ratio[probe], calls, np.zeros(n, dtype=bool), probe)


def _why_ranked(d: DifferentialTable, n_drawn: int) -> str:
    arrays = max(int(d.n_tested.max(initial=0)), int(d.n_reference.max(initial=0)))
    why = "one array per group" if arrays == 1 else "no test was made"
    missing = len(d) - n_drawn
    not_drawn = f" Not drawn: {plural(missing, 'probe')} without a ratio." if missing else ""
    return f"No P value: {why}; colored by fold change alone.{not_drawn}"


def _draw_frame(axes: Axes, d: DifferentialTable, cloud: Cloud, side_mm: float) -> None:
    """Draw axes and lines, with a free column for names on each side."""
    n = max(len(cloud.x), 1)
    width_mm = axes_size(axes)[0]
    side = side_mm * n / (width_mm - 2 * side_mm)
    axes.set_xlim(-side, n + side)
    axes.set_ylim(*symmetric_limits(cloud.y, d.cutoff, room=1.1))
    axes.set_xticks([tick for tick in MaxNLocator(4, integer=True).tick_values(0, n) if 0 <= tick <= n])
    axes.set_xlabel("probes, from the lowest ratio to the highest")
    axes.set_ylabel(ratio_label(d))
    axes.axhline(0, color=MUTED_COLOR, linewidth=0.4, zorder=0)
    for position, text in fold_lines(d.cutoff):
        axes.axhline(position, **DASHED)
        write_right(axes, position, text.replace(" ", "\n"))


def _draw_column(axes: Axes, cloud: Cloud, chosen: IntArray, names: list[str], call: str) -> int:
    """Write the names of one direction in a column on its side of the curve; give how many found room."""
    low, high = axes.get_ylim()
    line = _LINE_HEIGHT * SMALLEST_TEXT / POINTS_PER_INCH * MM_PER_INCH * (high - low) / axes_size(axes)[1]
    here = [(i, name) for i, name in zip(chosen, names, strict=True) if (cloud.y[i] > 0) == (call == "up")]
    here = sorted(here[: int((high - low) / line)])
    at = np.array([i for i, _ in here], dtype=np.int64)
    heights = spread(cloud.y[at], line, low, high)
    left, right = axes.get_xlim()
    mm = (right - left) / axes_size(axes)[0]
    edge, toward_curve = (len(cloud.x) + _LEADER_MM * mm, -mm) if call == "up" else (1 - _LEADER_MM * mm, mm)
    for (_, name), y in zip(here, heights, strict=True):
        axes.text(
            edge, y, name, ha="left" if call == "up" else "right", va="center", fontsize=SMALLEST_TEXT,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip
    leaders = [
        [(x, y), (edge + 2 * toward_curve, height), (edge + 0.5 * toward_curve, height)]
        for x, y, height in zip(cloud.x[at], cloud.y[at], heights, strict=True)
    ]
    axes.add_collection(LineCollection(leaders, colors=MUTED_COLOR, linewidths=0.4, zorder=1), autolim=False)
    return len(here)
