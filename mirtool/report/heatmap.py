"""The clustered heat map of the probes that passed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mirtool.cluster import ClusterTree, Metric, hierarchical_order
from mirtool.console import plural
from mirtool.errors import NotEnoughDataError
from mirtool.model import ExpressionMatrix, FloatArray
from mirtool.report.figures import (
    DIVERGING_COLORS,
    LINE,
    MISSING_COLOR,
    MUTED_COLOR,
    SMALLEST_TEXT,
    TEXT,
    add_axes,
    house_style,
    new_figure,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.names import common_species, short_name
from mirtool.report.trees import colors_of_groups, draw_group_bar, draw_tree

MOST_NAMED_ROWS = 80
_LARGEST_SCORE = 3.0
_MOST_SHAPES = 5000

# Millimeters.
_WIDTH = 180.0
_MARGIN, _GAP = 4.0, 1.2
_ROW_TREE, _COLUMN_TREE, _GROUP_BAR = 20.0, 12.0, 3.5
_TITLE = 6.5
_WIDEST_COLUMN, _NARROWEST_NAMED_COLUMN = 14.0, 2.47
_TALLEST_ROW, _LOWEST_NAMED_ROW = 5.0, 2.47
_BODY, _BODY_WITHOUT_NAMES = 110.0, 160.0
_NARROWEST_SIDE, _WIDEST_SIDE = 44.0, 52.0
_LONGEST_SAMPLE_NAME = 30.0
_COLOR_BAR, _COLOR_BAR_ROOM = 34.0, 14.0


def heatmap_figure(matrix: ExpressionMatrix, *, title: str = "") -> Figure:
    """Draw a matrix as a heat map with both its trees.

    Each row is drawn as z-scores, (x − mean) / standard deviation over the row's own samples, so that the color
    says where a probe is high or low and not how strong it is; a row that does not vary is even. Of two samples
    every z-score is ±0.7, so that the difference from the row's mean is drawn in its place. What is drawn is
    clustered, both ways, by average linkage on 1 − Pearson's r (on the Euclidean distance where a row or a column
    has fewer than three values, of which any two correlate perfectly). The color bar and the line at the bottom
    say what holds.

    Parameters
    ----------
    matrix
        The probes to draw, log2; missing values are grey and counted. Groups color the bar on top.
    title
        Written above.

    Returns
    -------
    Figure
        At most 180 mm wide, as high as the rows need. Rows are named up to :data:`MOST_NAMED_ROWS`.

    Raises
    ------
    NotEnoughDataError
        Where there is no row, or fewer than two samples.
    """
    n_rows, n_samples = matrix.values.shape
    if n_rows == 0 or n_samples < 2:
        raise NotEnoughDataError(
            "a heat map needs at least one probe and two samples",
            found=f"{plural(n_rows, 'probe')}, {plural(n_samples, 'sample')}",
        )
    scores, meaning = row_scores(matrix.values)
    rows = hierarchical_order(scores, axis=0, metric=_metric(n_samples))
    columns = hierarchical_order(scores, axis=1, metric=_metric(n_rows))
    with house_style():
        plan = _plan(matrix, rows, columns, title)
        figure = new_figure(plan.width, plan.height)
        body = add_axes(figure, plan.left, plan.bottom, plan.body_width, plan.body_height)
        mesh = _draw_cells(body, scores[np.ix_(rows.order, columns.order)])
        _write_names(body, plan)
        _draw_groups(figure, matrix, plan)
        draw_tree(add_axes(figure, _MARGIN, plan.bottom, _ROW_TREE, plan.body_height), rows, sideways=True)
        draw_tree(add_axes(figure, plan.left, plan.tree_bottom, plan.body_width, _COLUMN_TREE), columns)
        _draw_color_bar(figure, mesh, scores, meaning, plan)
        _write_margins(figure, plan)
    return figure


def row_scores(values: FloatArray) -> tuple[FloatArray, str]:
    """Give what the heat map draws of log2 values, ``(n, p)``, and what to call it.

    z-scores by the sample standard deviation (n − 1) over the values present, or with p = 2 the differences from
    the row's mean. Missing stays missing; a row that does not vary, or has one value, is 0.
    """
    present = ~np.isnan(values)
    count = np.maximum(present.sum(axis=1, keepdims=True), 1)
    low, high = (np.where(present, values, end) for end in (np.inf, -np.inf))
    varies = low.min(axis=1, keepdims=True) < high.max(axis=1, keepdims=True)
    difference = np.where(varies, values - np.nansum(values, axis=1, keepdims=True) / count, values * 0)
    if values.shape[1] == 2:
        return difference, "log₂ minus the row's mean"
    variance = np.nansum(difference**2, axis=1, keepdims=True) / np.maximum(count - 1, 1)
    return difference / np.sqrt(np.where(varies, variance, 1.0)), "z-score of log₂ within the row"


def _metric(n_values: int) -> Metric:
    return "correlation" if n_values >= 3 else "euclidean"


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in millimeters from the lower left corner, and what is written."""

    width: float
    height: float
    left: float
    bottom: float
    body_width: float
    body_height: float
    side: float
    row_names: tuple[str, ...]
    sample_names: tuple[str, ...]
    sample_groups: tuple[str, ...]
    upright_samples: bool
    remarks: tuple[str, ...]
    title: str

    @property
    def top(self) -> float:
        """The upper edge of the cells."""
        return self.bottom + self.body_height

    @property
    def tree_bottom(self) -> float:
        """The lower edge of the samples' tree."""
        return self.top + _GAP + (_GROUP_BAR + _GAP if any(self.sample_groups) else 0.0)

    @property
    def side_left(self) -> float:
        """The left edge of the column at the right: names, legend, color bar."""
        return self.left + self.body_width + _GAP


def _plan(matrix: ExpressionMatrix, rows: ClusterTree, columns: ClusterTree, title: str) -> _Plan:
    n_rows, n_samples = matrix.values.shape
    row_names, species = _row_names(matrix, rows) if n_rows <= MOST_NAMED_ROWS else ((), "")
    side = min(max([text_width(name) + 2 * _GAP for name in row_names] + [_NARROWEST_SIDE]), _WIDEST_SIDE)
    left = _MARGIN + _ROW_TREE + _GAP
    body_width = min(_WIDTH - left - side - _MARGIN, n_samples * _WIDEST_COLUMN)
    width = left + body_width + side + _MARGIN
    column = body_width / n_samples
    sample_names = tuple(shorten(matrix.samples.names[i], _LONGEST_SAMPLE_NAME) for i in columns.order)
    longest = max(map(text_width, sample_names))
    upright = longest < column - _GAP
    if column < _NARROWEST_NAMED_COLUMN:
        sample_names = ()
    body_height = (
        n_rows * min(max(_BODY / n_rows, _LOWEST_NAMED_ROW), _TALLEST_ROW) if row_names else _BODY_WITHOUT_NAMES
    )
    remarks = wrap(_remarks(matrix, row_names, sample_names, species), width - 2 * _MARGIN)
    below = max(_COLOR_BAR_ROOM, (LINE if upright else longest) + 2 * _GAP if sample_names else 0.0)
    bottom = _MARGIN + len(remarks) * LINE + _GAP + below
    above = max(2 * _GAP + _GROUP_BAR + _COLUMN_TREE, len(_legend_entries(matrix)) * LINE + _GAP)
    height = bottom + body_height + above + (_TITLE if title else 0.0) + _MARGIN
    return _Plan(
        width=width,
        height=height,
        left=left,
        bottom=bottom,
        body_width=body_width,
        body_height=body_height,
        side=side,
        row_names=row_names,
        sample_names=sample_names,
        sample_groups=tuple(matrix.samples.groups[i] for i in columns.order),
        upright_samples=upright,
        remarks=remarks,
        title=shorten(title, 0.85 * (width - 2 * _MARGIN), TEXT + 1),
    )


def _row_names(matrix: ExpressionMatrix, rows: ClusterTree) -> tuple[tuple[str, ...], str]:
    """Give the rows' names in their order, and the species prefix that was left out of all of them."""
    pairs = [(str(matrix.probes.name[i]).strip(), str(matrix.probes.id[i])) for i in rows.order]
    names = [name or probe_id for name, probe_id in pairs]
    species = common_species(names)
    return tuple(shorten(short_name(name, species), _WIDEST_SIDE - 2 * _GAP) for name in names), species


def _remarks(
    matrix: ExpressionMatrix, row_names: Sequence[str], sample_names: Sequence[str], species: str
) -> list[str]:
    n_rows, n_samples = matrix.values.shape
    distances = {"correlation": "1 − Pearson's r", "euclidean": "the Euclidean distance"}
    of_rows, of_samples = distances[_metric(n_samples)], distances[_metric(n_rows)]
    if n_rows == 1:
        found = [f"Tree: average linkage on {of_samples}."]
    elif of_rows == of_samples:
        found = [f"Trees: average linkage on {of_rows}."]
    else:
        found = [f"Trees: average linkage, rows on {of_rows},", f"samples on {of_samples}."]
    found += [f"Names without {species}."] if species else []
    found += [] if row_names else [f"{plural(n_rows, 'row')}, too many to name."]
    found += [] if sample_names else [f"{plural(n_samples, 'sample')}, too many to name."]
    return found


def _legend_entries(matrix: ExpressionMatrix) -> list[tuple[str, str]]:
    """Give text and color of each group, and of missing values where there are any."""
    groups = colors_of_groups(matrix.samples.groups)
    entries = [(group or "no group", color) for group, color in groups.items()]
    missing = int(np.isnan(matrix.values).sum())
    return entries + ([(f"missing ({missing:,} of {matrix.values.size:,})", MISSING_COLOR)] if missing else [])


def _draw_cells(axes: Axes, scores: FloatArray) -> QuadMesh:
    """Draw the cells, the first row on top; a picture rather than shapes where there are very many."""
    n_rows, n_samples = scores.shape
    limit = _color_limit(scores)
    apart = n_rows <= MOST_NAMED_ROWS and n_samples <= 40
    mesh = axes.pcolormesh(
        np.ma.masked_invalid(scores),
        cmap=DIVERGING_COLORS,
        norm=Normalize(-limit, limit),
        edgecolors="white" if apart else "none",
        linewidth=0.4 if apart else 0.0,
        antialiased=apart,
        rasterized=scores.size > _MOST_SHAPES,
    )
    axes.set_xlim(0, n_samples)
    axes.set_ylim(n_rows, 0)
    axes.spines[:].set_visible(False)
    return mesh


def _color_limit(scores: FloatArray) -> float:
    """Give the score of the deepest color: the largest there is, in halves, and 3 at most."""
    largest = float(np.nanmax(np.abs(scores), initial=0.0))
    return min(max(math.ceil(2 * largest) / 2, 0.5), _LARGEST_SCORE)


def _write_names(axes: Axes, plan: _Plan) -> None:
    axes.yaxis.tick_right()
    axes.tick_params(length=0, pad=2)
    axes.set_yticks(np.arange(len(plan.row_names)) + 0.5, plan.row_names)
    axes.set_xticks(np.arange(len(plan.sample_names)) + 0.5, plan.sample_names)
    if not plan.upright_samples:
        axes.tick_params(axis="x", rotation=90)


def _draw_groups(figure: Figure, matrix: ExpressionMatrix, plan: _Plan) -> None:
    """Draw the bar of groups over the cells, and the legend at its right."""
    colors = colors_of_groups(matrix.samples.groups)
    if colors:
        bar = add_axes(figure, plan.left, plan.top + _GAP, plan.body_width, _GROUP_BAR)
        draw_group_bar(bar, plan.sample_groups, colors)
    entries = _legend_entries(matrix)
    if entries:
        figure.legend(
            handles=[Patch(facecolor=color, label=shorten(text, plan.side - 7)) for text, color in entries],
            loc="upper left",
            bbox_to_anchor=((plan.side_left + _GAP) / plan.width, _under_title(plan) / plan.height),
            borderpad=0,
            borderaxespad=0,
            handlelength=1.1,
            handleheight=0.8,
            handletextpad=0.5,
            labelspacing=0.35,
        )


def _under_title(plan: _Plan) -> float:
    return plan.height - _MARGIN - (_TITLE if plan.title else 0.0)


def _draw_color_bar(figure: Figure, mesh: QuadMesh, scores: FloatArray, meaning: str, plan: _Plan) -> None:
    axes = add_axes(figure, plan.side_left + _GAP, plan.bottom - _GAP - 3.5, _COLOR_BAR, 2.5)
    limit = _color_limit(scores)
    beyond = bool((np.abs(scores) > limit).any())
    bar = figure.colorbar(
        mesh, cax=axes, orientation="horizontal", ticks=[-limit, 0, limit], extend="both" if beyond else "neither"
    )
    bar.ax.set_xticklabels([f"{tick:g}".replace("-", "−") for tick in (-limit, 0, limit)])
    bar.ax.tick_params(length=2, pad=1.5)
    bar.set_label(meaning, loc="left", size=SMALLEST_TEXT, labelpad=1.5)
    bar.outline.set_linewidth(0.4)


def _write_margins(figure: Figure, plan: _Plan) -> None:
    left = _MARGIN / plan.width
    figure.text(left, 1 - _MARGIN / plan.height, plan.title, va="top", fontsize=TEXT + 1, fontweight="bold")
    figure.text(
        left,
        _MARGIN / plan.height,
        "\n".join(plan.remarks),
        va="bottom",
        fontsize=SMALLEST_TEXT,
        color=MUTED_COLOR,
    )
