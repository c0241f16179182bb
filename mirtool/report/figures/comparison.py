"""What the figures of one comparison share: page, signs, cut-off lines, legend, names, captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mirtool.model import BoolArray, DifferentialTable, FloatArray, IntArray, Rule, TextArray
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    TEXT,
    Drawing,
    add_axes,
    axes_size,
    call_colors,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.legend import (
    draw_legend_rows,
    legend_rows,
    muted_sign,
    sign,
    title_height,
    write_title,
)
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.short_names import main_species, short_name
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.wording import plural

# Millimeters.
_WIDTH, _LEAST_WIDTH = 130.0, 80.0
_LEFT, _RIGHT, _BOTTOM, _EDGE = 14.0, 4.0, 11.5, 3.0
_OVER = 4.2
"""Between the legend and the axes: what is written on the cut-off lines."""
_SLOPE = 0.78
"""Height of the axes over their width, where they need not be square."""
_WIDEST_NAME, _NARROW_NAME, _NARROW_PAGE = 30.0, 26.0, 100.0
_AREAS = {"": 4.0, "down": 17.0, "up": 17.0}
MARKERS = {"": "o", "down": "v", "up": "^"}
"""The signs of what is higher, lower and neither: in gray print, too, they differ."""
VEIL: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.2}
"""Behind text that may lie on dots."""
DASHED: dict[str, Any] = {"color": MUTED_COLOR, "linewidth": 0.6, "linestyle": (0, (4, 3)), "zorder": 1}


@dataclass(frozen=True)
class Cloud:
    """The points drawn, one entry each: where, how the rule calls them, and which probe of the table it is.

    ``adjusted`` marks those that also pass by adjusted P; the others that pass are drawn open. None where that
    does not distinguish them.
    """

    x: FloatArray
    y: FloatArray
    calls: TextArray
    probe: IntArray
    adjusted: BoolArray | None = None

    @property
    def open(self) -> BoolArray:
        """Mask of the points that pass by P alone."""
        passing = np.asarray(self.calls != "")
        return np.zeros(len(passing), dtype=bool) if self.adjusted is None else passing & ~self.adjusted

    @property
    def points(self) -> FloatArray:
        """Where they are, ``(n, 2)``."""
        return np.column_stack([self.x, self.y])


@dataclass(frozen=True)
class Naming:
    """Which points are named: so many that pass, by rank, and the rows asked for, whether they pass or not."""

    n_labels: int
    rows: IntArray | None = None


def adjusted_or_not(d: DifferentialTable, rule: Rule, probe: IntArray) -> BoolArray | None:
    """Return which of the probes pass by adjusted P, where the rule is by P and both exist."""
    distinguishes = rule is Rule.VOLCANO_P and not np.isnan(d.fdr).all()
    return np.asarray(d.calls(Rule.VOLCANO_FDR)[probe] != "") if distinguishes else None


def comparison_page(
    d: DifferentialTable, cloud: Cloud, *, square: bool = False, right: float = _RIGHT, over: float = _OVER
) -> Axes:
    """Return axes on a page with its title and legend; call it inside the house style.

    Parameters
    ----------
    d, cloud
        The comparison and its points.
    square
        Whether the axes are as high as wide.
    right
        Millimeters that are kept free at their right.
    over
        Millimeters over them, under the legend, for what is written on the cut-off lines.
    """
    width = page_width(_WIDTH, _LEAST_WIDTH)
    title = f"{d.tested} / {d.reference}"
    rows = legend_rows(_legend_entries(d, cloud), width - _LEFT - _EDGE)
    above = _EDGE + title_height(title) + len(rows) * LINE + 0.5 + over
    across = width - _LEFT - right
    height = across if square else _SLOPE * across
    figure = new_figure(width, _BOTTOM + height + above)
    top = _BOTTOM + height + above - _EDGE
    write_title(figure, title, _LEFT, top)
    draw_legend_rows(figure, rows, _LEFT, top - title_height(title))
    return add_axes(figure, _LEFT, _BOTTOM, across, height)


def fold_lines(cutoff: float) -> list[tuple[float, str]]:
    """Return log2 ratio and text of the two cut-off lines; none where every change passes."""
    if cutoff <= 1:
        return []
    position = float(np.log2(cutoff))
    return [(-position, f"{cutoff:g}-fold lower"), (position, f"{cutoff:g}-fold higher")]


def symmetric_limits(log2_ratio: FloatArray, cutoff: float, room: float) -> tuple[float, float]:
    """Return limits around no change: ``room`` times the largest change, and the cut-off lines inside."""
    limit = max(room * float(np.abs(log2_ratio).max(initial=0.0)), 1.6 * float(np.log2(cutoff)), 0.5)
    return -limit, limit


def ratio_label(d: DifferentialTable, room: float) -> str:
    """Return which ratio an axis of ``room`` millimeters shows, as fully as it has room for."""
    means = {"geometric": "geometric means", "fitted": "fitted means"}.get(d.fold_change, "means")
    long = f"log₂ ratio of {means}, {d.tested} / {d.reference}" if has_replicates(d) else ""
    return _first_that_fits([long, f"log₂ ratio, {d.tested} / {d.reference}", "log₂ ratio"], room)


def level_label(d: DifferentialTable, room: float) -> str:
    """Return what the mean level of both groups is called on an axis of ``room`` millimeters."""
    what = "mean log₂ intensity" if d.log2_cpm is None else "mean log₂ counts per million"
    return _first_that_fits([f"{what} of {d.tested} and {d.reference}", f"{what} of both groups", what], room)


def group_label(d: DifferentialTable, group: str, room: float) -> str:
    """Return what one group's level is called on an axis of ``room`` millimeters."""
    what = "log₂ mean intensity, " if has_replicates(d) else "log₂ intensity, "
    if d.log2_cpm is not None:
        what = "log₂ counts per million, "
    return what + shorten(group, room - text_width(what, TEXT), TEXT)


def _first_that_fits(texts: Sequence[str], room: float) -> str:
    """Return the first text that is not wider than ``room`` millimeters, else the last."""
    return next((text for text in texts if text and text_width(text, TEXT) <= room), texts[-1])


def has_replicates(d: DifferentialTable) -> bool:
    """Return True if a group has more than one array."""
    return max(int(d.n_tested.max(initial=0)), int(d.n_reference.max(initial=0))) > 1


def level_of_both(d: DifferentialTable) -> FloatArray:
    """Return the mean of the two groups' log2 means (the A of an MA plot), ``(n_probes,)``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((np.log2(d.mean_tested) + np.log2(d.mean_reference)) / 2)


def write_on_line(axes: Axes, y: float, text: str, points: FloatArray, *, under: bool = False) -> None:
    """Write what a horizontal line means over or under one of its ends, the one where it hides fewer points."""
    frame = axes.get_window_extent()
    low, high = axes.transData.inverted().transform([frame.min, frame.max])
    width, height = axes_size(axes)
    wide = (high[0] - low[0]) * (text_width(text) + 2) / width
    tall = (high[1] - low[1]) * LINE / height
    bottom = y - tall if under else y
    there = points[(points[:, 1] > bottom) & (points[:, 1] < bottom + tall), 0]
    at_left = int((there < low[0] + wide).sum()) < int((there > high[0] - wide).sum())
    axes.annotate(
        text, (0 if at_left else 1, y), (2 if at_left else 0, -1.5 if under else 1.5),
        xycoords=("axes fraction", "data"), textcoords="offset points", ha="left" if at_left else "right",
        va="top" if under else "bottom", fontsize=SMALLEST_TEXT, color=MUTED_COLOR, bbox=VEIL,
    )  # fmt: skip


def draw_points(axes: Axes, cloud: Cloud) -> None:
    """Draw the points, those that are regulated over the others."""
    for order, (call, color) in enumerate(reversed(call_colors().items()), start=2):
        for is_open in (True, False):
            here = (cloud.calls == call) & (cloud.open == is_open)
            axes.scatter(
                cloud.x[here],
                cloud.y[here],
                s=_AREAS[call],
                marker=MARKERS[call],
                c="white" if is_open else color,
                edgecolors=color if is_open else "white" if call else "none",
                linewidths=0.8 if is_open else 0.3,
                zorder=order,
            )


def _legend_entries(d: DifferentialTable, cloud: Cloud) -> list[Line2D]:
    colors = call_colors()
    by_fold = "" if d.has_test else f"{d.cutoff:g}-fold "
    words = {"up": f"{by_fold}higher in {d.tested}", "down": f"{by_fold}lower in {d.tested}", "": "not regulated"}
    entries = [
        sign(f"{words[call]} ({np.count_nonzero(cloud.calls == call):,})", MARKERS[call], colors[call],
             size=4.5 if call else 3.0)
        for call in ("up", "down", "")
    ]  # fmt: skip
    if cloud.open.any():
        name = ADJUSTMENTS[d.adjust].heading
        label = f"open: {name} > {d.alpha:g} ({np.count_nonzero(cloud.open):,})"
        entries.append(muted_sign(label, MARKERS["up"]))
    return entries


def draw_names(
    axes: Axes, d: DifferentialTable, cloud: Cloud, naming: Naming, lines: Sequence[FloatArray]
) -> list[str]:
    """Write the names of points, off the cut-off lines; return what the caption says of them."""
    chosen = points_to_name(d, cloud, naming.n_labels, naming.rows)
    names, species = _figure_names(d, cloud, chosen)
    barriers = np.array(lines, dtype=np.float64).reshape(-1, 2, 2)
    looks = [{"bbox": VEIL}] * len(names)
    n_named = int(name_points(axes, cloud.points, chosen, names, looks=looks, lines=barriers).sum())
    n_asked = 0 if naming.rows is None else int(np.isin(cloud.probe[chosen], naming.rows).sum())
    return _naming_in_words(d, cloud, (n_asked, len(chosen) - n_asked), n_named, species)


def points_to_name(d: DifferentialTable, cloud: Cloud, n_labels: int, rows: IntArray | None = None) -> IntArray:
    """Return the points to be named: those asked for, then those that pass, by rank.

    Those that also pass by adjusted P come first; within both a point's rank is the better of two, by P and by the
    size of the change, ties by the other one and then by P. So the smallest P and the largest change are always
    among the first.

    Parameters
    ----------
    d, cloud
        The comparison and its points.
    n_labels
        At most so many of those that pass.
    rows
        Rows of the table that are named whether they pass or not.
    """
    asked = np.flatnonzero(np.isin(cloud.probe, np.empty(0, dtype=np.int64) if rows is None else rows))
    passing = np.flatnonzero(cloud.calls != "")
    probe = cloud.probe[passing]
    ids = d.probes.id[probe].astype(str)
    change = -np.abs(d.log2_ratio[probe])
    p = np.nan_to_num(d.p_value[probe], nan=1.0)
    by_p, by_change = (_ranks(np.lexsort((ids, tie, key))) for key, tie in ((p, change), (change, p)))
    order = np.lexsort((by_p, np.maximum(by_p, by_change), np.minimum(by_p, by_change), cloud.open[passing]))
    ranked = passing[order][: max(n_labels, 0)]
    return np.asarray([*asked, *ranked[~np.isin(ranked, asked)]], dtype=np.int64)


def _ranks(order: IntArray) -> IntArray:
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _figure_names(d: DifferentialTable, cloud: Cloud, chosen: IntArray) -> tuple[list[str], str]:
    """Return chosen points' names as they are drawn, and the species prefix that was left out."""
    names = [str(d.probes.name[i]).strip() or str(d.probes.id[i]) for i in cloud.probe[chosen]]
    species = main_species(names)
    widest = _WIDEST_NAME if page_width(_WIDTH, _LEAST_WIDTH) > _NARROW_PAGE else _NARROW_NAME
    return [shorten(short_name(name, species), widest) for name in names], species


def _naming_in_words(
    d: DifferentialTable, cloud: Cloud, n_chosen: tuple[int, int], n_named: int, species: str
) -> list[str]:
    """Return which points are named, and how.

    ``n_chosen`` are how many were asked for and how many were chosen by rank, ``n_named`` how many names have a
    place.
    """
    n_asked, n_ranked = n_chosen
    if not n_asked + n_ranked:
        return []
    which = [f"the {n_asked} asked for"] if n_asked else []
    if n_ranked and n_ranked == np.count_nonzero(cloud.calls != "") and not n_asked:
        which.append(f"all {n_ranked} that pass")
    elif n_ranked and not d.has_test:
        which.append(f"the {n_ranked} largest fold changes that pass")
    elif n_ranked:
        first = f"those by {ADJUSTMENTS[d.adjust].heading} first, then " if cloud.open.any() else ""
        which.append(f"{n_ranked} of those that pass, {first}by the better rank of P and fold change")
    said = [f"Named: {' and '.join(which)}."]
    if n_named < n_asked + n_ranked:
        said.append(f"{plural(n_asked + n_ranked - n_named, 'name')} of these found no place.")
    return said + ([f"The prefix {species} is left out of the names."] if species else [])


def finish(axes: Axes, sentences: Sequence[str]) -> Drawing:
    """Return the figure of the axes with its caption; empty sentences are left out."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Drawing)
    figure.caption = " ".join(filter(None, sentences))
    return figure


def arrays_in_words(d: DifferentialTable) -> str:
    """Return which groups were compared, each with its number of arrays, or of samples that were sequenced."""
    tested, reference = (int(n.max(initial=0)) for n in (d.n_tested, d.n_reference))
    what = "array" if d.log2_cpm is None else "sample"
    return f"{d.tested} ({plural(tested, what)}) against {d.reference} ({plural(reference, what)})"


def calls_in_words(d: DifferentialTable, cloud: Cloud, rule: Rule) -> list[str]:
    """Return what the signs mean, counted as in the table."""
    up, down, neither = (int(np.count_nonzero(cloud.calls == call)) for call in ("up", "down", ""))
    adjusted = ADJUSTMENTS[d.adjust].heading
    passes = f"fold change ≥ {d.cutoff:g}" if d.cutoff > 1 else "any fold change"
    if rule is Rule.VOLCANO_P:
        passes += f" and P ≤ {d.alpha:g}"
    elif rule is Rule.VOLCANO_FDR:
        passes += f" and {adjusted} ≤ {d.alpha:g}"
    said = [
        f"Triangles: {passes}; pointing up: higher in {d.tested} ({up:,}); pointing down: lower ({down:,}).",
        f"Small dots: not regulated ({neither:,}).",
    ]
    if cloud.open.any():
        n_open = np.count_nonzero(cloud.open)
        said.append(f"Open triangles ({n_open:,}) pass by P alone: {adjusted} > {d.alpha:g}.")
    elif cloud.adjusted is not None and up + down:
        said.append(f"All {up + down:,} that pass have {adjusted} ≤ {d.alpha:g} as well.")
    return said


def not_drawn_in_words(d: DifferentialTable, cloud: Cloud, lacking: str) -> str:
    """Return how many probes are not drawn for want of something; empty where all are."""
    missing = len(d) - len(cloud.x)
    return f"Not drawn: {plural(missing, 'probe')} without {lacking}." if missing else ""
