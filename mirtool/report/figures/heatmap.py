"""The clustered heat map of the probes that passed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.patches import Patch

from mirtool.cluster import LINKAGES, METRICS, Clustering, cluster_both_ways
from mirtool.cluster.stability import STABLE
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, TextArray
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    call_colors,
    diverging_colors,
    figure_title,
    house_style,
    new_figure,
    page_width,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.comparison import MARKERS
from mirtool.report.figures.legend import TITLE, draw_legend_rows, sign, write_title
from mirtool.report.figures.short_names import main_species, short_name
from mirtool.report.figures.tracks import Track, column_track, group_track
from mirtool.report.figures.trees import draw_fields, draw_tree, legible_heights
from mirtool.wording import plural

MOST_NAMED_ROWS = 80
_LARGEST_SCORE = 3.0
_MOST_SHAPES = 5000

# Millimeters.
_WIDTH, _LEAST_WIDTH, _NARROW = 180.0, 80.0, 120.0
_MARGIN, _GAP = 3.0, 1.2
_ROW_TREE, _NARROW_ROW_TREE, _COLUMN_TREE, _STRIP = 20.0, 11.0, 12.0, 3.3
_DIRECTIONS = 3.0
_WIDEST_COLUMN, _NARROWEST_NAMED_COLUMN = 14.0, 2.47
_TALLEST_ROW, _LOWEST_NAMED_ROW = 5.0, 2.47
_BODY, _BODY_WITHOUT_NAMES = 110.0, 160.0
_NARROWEST_SIDE, _WIDEST_SIDE = 40.0, 55.0
_NARROWEST_SIDE_OF_A_COLUMN, _WIDEST_SIDE_OF_A_COLUMN = 30.0, 34.0
_LONGEST_SAMPLE_NAME = 30.0
_COLOR_BAR, _COLOR_BAR_ROOM = 32.0, 11.5
_TRIANGLE_OF_A_ROW = 3.4


@dataclass(frozen=True)
class Directions:
    """Which rows are ``"up"`` and which ``"down"`` in the tested group, ``(n,)``."""

    calls: TextArray
    tested: str


def heatmap_figure(
    matrix: ExpressionMatrix,
    *,
    title: str = "",
    clustering: Clustering | None = None,
    stable_rows: BoolArray | None = None,
    stable_columns: BoolArray | None = None,
    strips: Mapping[str, Sequence[str]] | None = None,
    directions: Directions | None = None,
) -> Drawing:
    """Draw a matrix as a heat map with its trees.

    Unless a clustering is given, each row is drawn as z-scores, (x − mean) / standard deviation over the row's own
    samples, so that the color says where a probe is high or low and not how strong it is; a row that does not vary
    is even. Of two samples every z-score is ±0.7, so that the difference from the row's mean is drawn in its
    place. What is drawn is clustered, both ways, by average linkage on 1 − Pearson's r (on the Euclidean distance
    where a row or a column has fewer than three values, of which any two correlate perfectly). The color bar and
    the caption say what holds.

    Parameters
    ----------
    matrix
        The probes to draw, log2; missing values are grey and counted. Groups color the strip on top.
    title
        Written above; what follows a line break is written under it.
    clustering
        Of the same matrix, where it is to be drawn in another way; a tree that it lacks is not drawn.
    stable_rows, stable_columns
        Merges of the trees to mark with a dot, ``(n - 1,)``.
    strips
        Further strips under that of the groups: a name, and a value for each sample.
    directions
        Marks rows as up or down at the names, so that gray print distinguishes them.

    Returns
    -------
    Drawing
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
    with house_style():
        plan = _plan(matrix, drawn, title, strips or {}, directions)
        figure = new_figure(plan.width, plan.height)
        body = add_axes(figure, plan.left, plan.bottom, plan.body_width, plan.body_height)
        limit, middle = color_range(drawn.scores, drawn.meaning)
        mesh = _draw_cells(body, drawn.scores[np.ix_(drawn.row_order, drawn.column_order)], limit, middle)
        _write_names(body, plan)
        _draw_tracks(figure, plan)
        _draw_directions(figure, plan)
        trees = [
            _draw_row_tree(figure, drawn, plan, stable_rows),
            _draw_column_tree(figure, drawn, plan, stable_columns),
        ]
        _draw_color_bar(figure, mesh, drawn, plan)
        write_title(figure, plan.title, _MARGIN, plan.height - _MARGIN)
        if plan.subtitle:
            figure.text(
                _MARGIN / plan.width, (plan.height - _MARGIN - TITLE + 0.6) / plan.height, plan.subtitle, va="top",
                fontsize=SMALLEST_TEXT,
            )  # fmt: skip
        figure.caption = " ".join(_caption(matrix, drawn, plan, trees))
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
    row_tree: float
    row_names: tuple[str, ...]
    species: str
    sample_names: tuple[str, ...]
    tracks: tuple[Track, ...]
    directions: TextArray | None
    tested: str
    legend: tuple[Artist, ...]
    upright_samples: bool
    title: str
    subtitle: str

    @property
    def top(self) -> float:
        """The upper edge of the cells."""
        return self.bottom + self.body_height

    @property
    def tree_bottom(self) -> float:
        """The lower edge of the samples' tree."""
        return self.top + _GAP + len(self.tracks) * (_STRIP + _GAP)

    @property
    def side_left(self) -> float:
        """The left edge of the column at the right: names, legend, color bar."""
        return self.left + self.body_width + _GAP


def _plan(
    matrix: ExpressionMatrix,
    drawn: Clustering,
    title: str,
    strips: Mapping[str, Sequence[str]],
    directions: Directions | None,
) -> _Plan:
    n_rows, n_samples = matrix.values.shape
    page = page_width(_WIDTH, _LEAST_WIDTH)
    narrow = page < _NARROW
    least_side = _NARROWEST_SIDE_OF_A_COLUMN if narrow else _NARROWEST_SIDE
    widest_side = _WIDEST_SIDE_OF_A_COLUMN if narrow else _WIDEST_SIDE
    lane = 0.0 if directions is None else _DIRECTIONS
    most = widest_side - 2 * _GAP - lane
    row_names, species = _row_names(matrix, drawn, most) if n_rows <= MOST_NAMED_ROWS else ((), "")
    side = min(max([text_width(name) + 2 * _GAP + lane for name in row_names] + [least_side]), widest_side)
    row_tree = 0.0 if drawn.rows is None else _NARROW_ROW_TREE if narrow else _ROW_TREE
    left = _MARGIN + (row_tree + _GAP if row_tree else 0.0)
    body_width = min(page - left - side - _MARGIN, n_samples * _WIDEST_COLUMN)
    column = body_width / n_samples
    sample_names = tuple(shorten(matrix.samples.names[i], _LONGEST_SAMPLE_NAME) for i in drawn.column_order)
    longest = max(map(text_width, sample_names))
    upright = longest < column - _GAP
    if column < _NARROWEST_NAMED_COLUMN:
        sample_names = ()
    body_height = (
        n_rows * min(max(_BODY / n_rows, _LOWEST_NAMED_ROW), _TALLEST_ROW) if row_names else _BODY_WITHOUT_NAMES
    )
    meaning = len(wrap([drawn.meaning], side - 2 * _GAP))
    below = max(
        _COLOR_BAR_ROOM + (meaning - 1) * LINE, (LINE if upright else longest) + 2 * _GAP if sample_names else 0.0
    )
    bottom = _MARGIN + below
    tracks = _tracks(matrix, drawn, strips)
    legend = _legend(matrix, tracks, directions, bool(row_names), side)
    tree = 0.0 if drawn.columns is None else _COLUMN_TREE
    above = len(tracks) * (_STRIP + _GAP) + _GAP + max(tree, len(legend) * LINE + _GAP)
    first, _, second = title.partition("\n")
    heading = figure_title(first)
    subtitle = shorten(second, left + body_width + side - _MARGIN) if heading else ""
    titles = (TITLE if heading else 0.0) + (LINE if subtitle else 0.0) + (_GAP if heading else 0.0)
    calls = None if directions is None else directions.calls[drawn.row_order]
    return _Plan(
        width=left + body_width + side + _MARGIN,
        height=bottom + body_height + above + titles + _MARGIN,
        left=left,
        bottom=bottom,
        body_width=body_width,
        body_height=body_height,
        side=side,
        row_tree=row_tree,
        row_names=row_names,
        species=species,
        sample_names=sample_names,
        tracks=tracks,
        directions=calls,
        tested="" if directions is None else directions.tested,
        legend=tuple(legend),
        upright_samples=upright,
        title=first,
        subtitle=subtitle,
    )


def _tracks(matrix: ExpressionMatrix, drawn: Clustering, strips: Mapping[str, Sequence[str]]) -> tuple[Track, ...]:
    """Return the strips in the order of the columns, the groups' last: it lies on top."""
    found = [column_track(name, values) for name, values in reversed([*strips.items()])]
    groups = group_track(matrix.samples.groups)
    found += [groups] if groups is not None else []
    return tuple(Track(track.name, tuple(track.colors[i] for i in drawn.column_order), track.legend)
                 for track in found)  # fmt: skip


def _legend(
    matrix: ExpressionMatrix, tracks: Sequence[Track], directions: Directions | None, named: bool, side: float
) -> list[Artist]:
    """Return the legend's entries: strips from the top, missing values where there are any, up and down."""
    room = side - _GAP - 4.5
    fields = [entry for track in reversed(tracks) for entry in track.legend]
    missing = int(np.isnan(matrix.values).sum())
    fields += [(f"missing ({missing:,} of {matrix.values.size:,})", MISSING_COLOR)] if missing else []
    entries: list[Artist] = [Patch(facecolor=color, label=shorten(text, room)) for text, color in fields]
    if directions is not None:
        colors = call_colors()
        where = {"up": "" if named else "right: ", "down": "" if named else "left: "}
        for call, words in (("up", "higher"), ("down", "lower")):
            if (directions.calls == call).any():
                long, short = f"{where[call]}{words} in {directions.tested}", f"{where[call]}{words}"
                text = long if text_width(long) <= room else short
                entries.append(
                    sign(text, MARKERS[call], colors[call]) if named else Patch(facecolor=colors[call], label=text)
                )
    return entries


def _row_names(matrix: ExpressionMatrix, drawn: Clustering, room: float) -> tuple[tuple[str, ...], str]:
    """Return the rows' names in their order, and the species prefix that was left out."""
    pairs = [(str(matrix.probes.name[i]).strip(), str(matrix.probes.id[i])) for i in drawn.row_order]
    names = [name or probe_id for name, probe_id in pairs]
    species = main_species(names)
    return tuple(shorten(short_name(name, species), room) for name in names), species


def _caption(matrix: ExpressionMatrix, drawn: Clustering, plan: _Plan, trees: Sequence[list[str]]) -> list[str]:
    """Return what is drawn, and how, in whole sentences."""
    n_rows, n_samples = matrix.values.shape
    limit, middle = color_range(drawn.scores, drawn.meaning)
    missing = int(np.isnan(matrix.values).sum())
    title = ", ".join(filter(None, (plan.title, plan.subtitle)))
    said = [
        f"Heat map of {plural(n_rows, 'probe')} and {plural(n_samples, 'sample')}{f' ({title})' if title else ''}."
    ]
    said.append(f"Color: {drawn.meaning}.")
    if (np.abs(drawn.scores - middle) > limit).any():
        said.append(f"Values beyond ±{limit:g} have the color of {limit:g}.")
    said += [f"Gray: missing values ({missing:,} of {matrix.values.size:,})."] if missing else []
    if plan.tracks:
        names = [track.name for track in reversed(plan.tracks)]
        said.append(f"Strips over the cells, from the top: {', '.join(names)}." if len(names) > 1 else
                    f"The strip over the cells is the {names[0]}.")  # fmt: skip
    if plan.directions is not None:
        what = (
            "Triangles at the names: pointing up, higher in"
            if plan.row_names
            else "Bars beside the rows: right, higher in"
        )
        said.append(f"{what} {plan.tested}; {'pointing down' if plan.row_names else 'left'}, lower.")
    said += _trees_in_words(drawn)
    said += [sentence for tree in trees for sentence in tree]
    said += [f"The prefix {plan.species} is left out of the names."] if plan.species else []
    said += [] if plan.row_names else [f"{plural(n_rows, 'row')}, too many to name."]
    said += [] if plan.sample_names else [f"{plural(n_samples, 'sample')}, too many to name."]
    return said


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


def color_range(scores: FloatArray, meaning: str) -> tuple[float, float]:
    """Return how far from the middle the deepest color lies, in halves and 3 at most, and the middle.

    The middle is 0, but for plain log2 values, whose median it is and which are not cut off at 3.

    Examples
    --------
    >>> color_range(np.array([[-1.2, 0.3], [4.0, np.nan]]), "z-score of log₂ within the row")
    (3.0, 0.0)
    """
    plain = meaning == "log₂"
    known = scores[~np.isnan(scores)]
    middle = round(2 * float(np.median(known))) / 2 if plain and len(known) else 0.0
    largest = float(np.abs(known - middle).max(initial=0.0))
    limit = max(math.ceil(2 * largest) / 2, 0.5)
    return (limit if plain else min(limit, _LARGEST_SCORE)), middle


def _write_names(axes: Axes, plan: _Plan) -> None:
    axes.yaxis.tick_right()
    axes.tick_params(length=0, pad=2)
    if plan.directions is not None:
        axes.tick_params(axis="y", pad=2 + _DIRECTIONS / 25.4 * 72)
    axes.set_yticks(np.arange(len(plan.row_names)) + 0.5, plan.row_names)
    axes.set_xticks(np.arange(len(plan.sample_names)) + 0.5, plan.sample_names)
    if not plan.upright_samples:
        axes.tick_params(axis="x", rotation=90)


def _draw_tracks(figure: Drawing, plan: _Plan) -> None:
    """Draw the strips over the cells, their names at the right, and the legend."""
    for i, track in enumerate(plan.tracks):
        bottom = plan.top + _GAP + i * (_STRIP + _GAP)
        draw_fields(add_axes(figure, plan.left, bottom, plan.body_width, _STRIP), track.colors)
        figure.text(
            (plan.side_left + 0.3) / plan.width, (bottom + _STRIP / 2) / plan.height,
            shorten(track.name, plan.side - _GAP), va="center", fontsize=SMALLEST_TEXT,
        )  # fmt: skip
    top = plan.tree_bottom + _GAP + len(plan.legend) * LINE
    draw_legend_rows(figure, [[entry] for entry in plan.legend], plan.side_left + _GAP, top)


def _draw_directions(figure: Drawing, plan: _Plan) -> None:
    """Mark each row as up or down: by triangles at the names, or by bars in two lanes where rows are not named."""
    if plan.directions is None:
        return
    axes = add_axes(figure, plan.side_left - _GAP + 0.6, plan.bottom, _DIRECTIONS - 0.6, plan.body_height)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(plan.directions), 0)
    colors = call_colors()
    for call, left in (("up", 0.5), ("down", 0.0)):
        rows = np.flatnonzero(plan.directions == call)
        if plan.row_names:
            size = _TRIANGLE_OF_A_ROW**2
            axes.scatter(
                np.full(len(rows), 0.5), rows + 0.5, s=size, marker=MARKERS[call], c=colors[call], linewidths=0
            )
        else:
            axes.barh(rows + 0.5, 0.5, left=left, height=1, color=colors[call], linewidth=0)


def _draw_row_tree(figure: Drawing, drawn: Clustering, plan: _Plan, stable: BoolArray | None) -> list[str]:
    """Draw the tree at the left, and return what is to be said of it."""
    if drawn.rows is None or len(drawn.rows) < 2:
        return []
    heights, rule = legible_heights(drawn.rows)
    axes = add_axes(figure, _MARGIN, plan.bottom, plan.row_tree, plan.body_height)
    draw_tree(axes, drawn.rows, sideways=True, marked=stable, heights=heights)
    return _tree_remarks("rows", rule, stable)


def _draw_column_tree(figure: Drawing, drawn: Clustering, plan: _Plan, stable: BoolArray | None) -> list[str]:
    """Draw the tree on top, and return what is to be said of it."""
    if drawn.columns is None:
        return []
    heights, rule = legible_heights(drawn.columns)
    axes = add_axes(figure, plan.left, plan.tree_bottom, plan.body_width, _COLUMN_TREE)
    draw_tree(axes, drawn.columns, marked=stable, heights=heights)
    return _tree_remarks("samples", rule, stable)


def _tree_remarks(what: str, rule: str, stable: BoolArray | None) -> list[str]:
    said = [f"Branches of the tree of {what} show {rule}."] if rule else []
    if stable is not None and stable.any():
        said.append(f"Dots in the tree of {what}: clusters that are stable in the bootstrap (≥ {STABLE:g}).")
    return said


def _draw_color_bar(figure: Drawing, mesh: QuadMesh, drawn: Clustering, plan: _Plan) -> None:
    width = min(_COLOR_BAR, plan.side - 3 * _GAP)
    axes = add_axes(figure, plan.side_left + _GAP, plan.bottom - _GAP - 3.5, width, 2.5)
    limit, middle = color_range(drawn.scores, drawn.meaning)
    beyond = bool((np.abs(drawn.scores - middle) > limit).any())
    ticks = [middle - limit, middle, middle + limit]
    bar = figure.colorbar(
        mesh, cax=axes, orientation="horizontal", ticks=ticks, extend="both" if beyond else "neither"
    )
    bar.ax.set_xticklabels([f"{tick:g}".replace("-", "−") for tick in ticks])
    bar.ax.tick_params(length=2, pad=1.5)
    meaning = "\n".join(wrap([drawn.meaning], plan.side - 2 * _GAP))
    bar.set_label(meaning, loc="left", size=SMALLEST_TEXT, labelpad=1.5)
    bar.outline.set_linewidth(0.4)
