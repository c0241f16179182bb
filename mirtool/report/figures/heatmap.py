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

from mirtool.cluster import LINKAGES, METRICS, Clustering, cluster_both_ways
from mirtool.cluster.stability import STABLE
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    MUTED_COLOR,
    SMALLEST_TEXT,
    TEXT,
    add_axes,
    diverging_colors,
    house_style,
    new_figure,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.short_names import common_species, short_name
from mirtool.report.figures.trees import colors_of_groups, draw_group_bar, draw_tree
from mirtool.wording import plural

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


def heatmap_figure(
    matrix: ExpressionMatrix,
    *,
    title: str = "",
    clustering: Clustering | None = None,
    stable_rows: BoolArray | None = None,
    stable_columns: BoolArray | None = None,
) -> Figure:
    """Draw a matrix as a heat map with its trees.

    Unless a clustering is given, each row is drawn as z-scores, (x − mean) / standard deviation over the row's own
    samples, so that the color says where a probe is high or low and not how strong it is; a row that does not vary
    is even. Of two samples every z-score is ±0.7, so that the difference from the row's mean is drawn in its
    place. What is drawn is clustered, both ways, by average linkage on 1 − Pearson's r (on the Euclidean distance
    where a row or a column has fewer than three values, of which any two correlate perfectly). The color bar and
    the lines at the bottom say what holds.

    Parameters
    ----------
    matrix
        The probes to draw, log2; missing values are grey and counted. Groups color the bar on top.
    title
        Written above.
    clustering
        Of the same matrix, where it is to be drawn in another way; a tree that it lacks is not drawn.
    stable_rows, stable_columns
        Merges of the trees to mark with a dot, ``(n - 1,)``.

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
    drawn = clustering or cluster_both_ways(matrix.values)
    stable = (stable_rows is not None and stable_rows.any(), stable_columns is not None and stable_columns.any())
    with house_style():
        plan = _plan(matrix, drawn, title, any(stable))
        figure = new_figure(plan.width, plan.height)
        body = add_axes(figure, plan.left, plan.bottom, plan.body_width, plan.body_height)
        limit, middle = _color_range(drawn)
        mesh = _draw_cells(body, drawn.scores[np.ix_(drawn.row_order, drawn.column_order)], limit, middle)
        _write_names(body, plan)
        _draw_groups(figure, matrix, plan)
        if drawn.rows is not None:
            beside = add_axes(figure, _MARGIN, plan.bottom, _ROW_TREE, plan.body_height)
            draw_tree(beside, drawn.rows, sideways=True, marked=stable_rows)
        if drawn.columns is not None:
            above = add_axes(figure, plan.left, plan.tree_bottom, plan.body_width, _COLUMN_TREE)
            draw_tree(above, drawn.columns, marked=stable_columns)
        _draw_color_bar(figure, mesh, drawn, plan)
        _write_margins(figure, plan)
    return figure


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


def _plan(matrix: ExpressionMatrix, drawn: Clustering, title: str, marked: bool) -> _Plan:
    n_rows, n_samples = matrix.values.shape
    row_names, species = _row_names(matrix, drawn) if n_rows <= MOST_NAMED_ROWS else ((), "")
    side = min(max([text_width(name) + 2 * _GAP for name in row_names] + [_NARROWEST_SIDE]), _WIDEST_SIDE)
    left = _MARGIN + (0.0 if drawn.rows is None else _ROW_TREE + _GAP)
    body_width = min(_WIDTH - left - side - _MARGIN, n_samples * _WIDEST_COLUMN)
    width = left + body_width + side + _MARGIN
    column = body_width / n_samples
    sample_names = tuple(shorten(matrix.samples.names[i], _LONGEST_SAMPLE_NAME) for i in drawn.column_order)
    longest = max(map(text_width, sample_names))
    upright = longest < column - _GAP
    if column < _NARROWEST_NAMED_COLUMN:
        sample_names = ()
    body_height = (
        n_rows * min(max(_BODY / n_rows, _LOWEST_NAMED_ROW), _TALLEST_ROW) if row_names else _BODY_WITHOUT_NAMES
    )
    remarks = wrap(_remarks(matrix, drawn, row_names, sample_names, species, marked), width - 2 * _MARGIN)
    below = max(_COLOR_BAR_ROOM, (LINE if upright else longest) + 2 * _GAP if sample_names else 0.0)
    bottom = _MARGIN + len(remarks) * LINE + _GAP + below
    tree = 0.0 if drawn.columns is None else _COLUMN_TREE
    above = max(2 * _GAP + _GROUP_BAR + tree, len(_legend_entries(matrix)) * LINE + _GAP)
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
        sample_groups=tuple(matrix.samples.groups[i] for i in drawn.column_order),
        upright_samples=upright,
        remarks=remarks,
        title=shorten(title, 0.85 * (width - 2 * _MARGIN), TEXT + 1),
    )


def _row_names(matrix: ExpressionMatrix, drawn: Clustering) -> tuple[tuple[str, ...], str]:
    """Return the rows' names in their order, and the species prefix that was left out of all of them."""
    pairs = [(str(matrix.probes.name[i]).strip(), str(matrix.probes.id[i])) for i in drawn.row_order]
    names = [name or probe_id for name, probe_id in pairs]
    species = common_species(names)
    return tuple(shorten(short_name(name, species), _WIDEST_SIDE - 2 * _GAP) for name in names), species


def _remarks(
    matrix: ExpressionMatrix,
    drawn: Clustering,
    row_names: Sequence[str],
    sample_names: Sequence[str],
    species: str,
    marked: bool,
) -> list[str]:
    n_rows, n_samples = matrix.values.shape
    found = _trees_in_words(drawn)
    found += [f"Dots: clusters that are stable in the bootstrap (≥ {STABLE:g})."] if marked else []
    found += [f"Names without {species}."] if species else []
    found += [] if row_names else [f"{plural(n_rows, 'row')}, too many to name."]
    found += [] if sample_names else [f"{plural(n_samples, 'sample')}, too many to name."]
    return found


def _trees_in_words(drawn: Clustering) -> list[str]:
    """Return how each tree was made, and what has none."""
    method = LINKAGES[drawn.method].description
    of_rows, of_samples = (METRICS[metric].description for metric in (drawn.row_metric, drawn.column_metric))
    with_rows = drawn.rows is not None and len(drawn.rows) > 1
    if with_rows and drawn.columns is not None:
        if of_rows == of_samples:
            return [f"Trees: {method} on {of_rows}."]
        return [f"Trees: {method}, rows on {of_rows},", f"samples on {of_samples}."]
    if with_rows:
        return [f"Tree: {method} on {of_rows}.", "Samples in the table's order."]
    kept = [] if drawn.rows is not None else ["Rows in the table's order."]
    if drawn.columns is not None:
        return [f"Tree: {method} on {of_samples}.", *kept]
    return [*kept, "Samples in the table's order."]


def _legend_entries(matrix: ExpressionMatrix) -> list[tuple[str, str]]:
    """Return text and color of each group, and of missing values where there are any."""
    groups = colors_of_groups(matrix.samples.groups)
    entries = [(group or "no group", color) for group, color in groups.items()]
    missing = int(np.isnan(matrix.values).sum())
    return entries + ([(f"missing ({missing:,} of {matrix.values.size:,})", MISSING_COLOR)] if missing else [])


def _draw_cells(axes: Axes, scores: FloatArray, limit: float, middle: float) -> QuadMesh:
    """Draw the cells, the first row on top; a picture rather than shapes where there are very many."""
    n_rows, n_samples = scores.shape
    apart = n_rows <= MOST_NAMED_ROWS and n_samples <= 40
    mesh = axes.pcolormesh(
        np.ma.masked_invalid(scores),
        cmap=diverging_colors(),
        norm=Normalize(middle - limit, middle + limit),
        edgecolors="white" if apart else "none",
        linewidth=0.4 if apart else 0.0,
        antialiased=apart,
        rasterized=scores.size > _MOST_SHAPES,
    )
    axes.set_xlim(0, n_samples)
    axes.set_ylim(n_rows, 0)
    axes.spines[:].set_visible(False)
    return mesh


def _color_range(drawn: Clustering) -> tuple[float, float]:
    """Return how far from the middle the deepest color lies, in halves and 3 at most, and the middle.

    The middle is 0, but for plain log2 values, whose median it is and which are not cut off at 3.
    """
    plain = drawn.meaning == "log₂"
    known = drawn.scores[~np.isnan(drawn.scores)]
    middle = round(2 * float(np.median(known))) / 2 if plain and len(known) else 0.0
    largest = float(np.abs(known - middle).max(initial=0.0))
    limit = max(math.ceil(2 * largest) / 2, 0.5)
    return (limit if plain else min(limit, _LARGEST_SCORE)), middle


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


def _draw_color_bar(figure: Figure, mesh: QuadMesh, drawn: Clustering, plan: _Plan) -> None:
    axes = add_axes(figure, plan.side_left + _GAP, plan.bottom - _GAP - 3.5, _COLOR_BAR, 2.5)
    limit, middle = _color_range(drawn)
    beyond = bool((np.abs(drawn.scores - middle) > limit).any())
    ticks = [middle - limit, middle, middle + limit]
    bar = figure.colorbar(
        mesh, cax=axes, orientation="horizontal", ticks=ticks, extend="both" if beyond else "neither"
    )
    bar.ax.set_xticklabels([f"{tick:g}".replace("-", "−") for tick in ticks])
    bar.ax.tick_params(length=2, pad=1.5)
    bar.set_label(drawn.meaning, loc="left", size=SMALLEST_TEXT, labelpad=1.5)
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
