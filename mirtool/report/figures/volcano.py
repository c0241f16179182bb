"""The volcano plot of a comparison; where there is no P value, the fold changes in order."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirtool.differential.labels import LABELS
from mirtool.differential.methods import TESTS
from mirtool.errors import UsageError, option
from mirtool.model import DifferentialTable, IntArray, Rule
from mirtool.report.figures.canvas import MUTED_COLOR, SMALLEST_TEXT, house_style
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
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.ranked import ranked_figure
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.wording import plural


def volcano_figure(
    d: DifferentialTable,
    *,
    rule: Rule | str = Rule.VOLCANO_P,
    n_labels: int = LABELS,
    rows: IntArray | None = None,
) -> Figure:
    """Draw a comparison: log2 ratio across, −log10 of P or of the adjusted P up, cut-offs as dashed lines.

    What passes both cut-offs is colored and counted in the legend, so that the counts are those of the table's
    regulation column; what passes by P alone, and not by adjusted P, is drawn open. The first of them are named
    (:func:`mirtool.report.figures.comparison.points_to_name`), each name off the others, with a line to its point
    where it could be taken for another's; a species prefix common to all of them is left out and said so. Probes
    without a ratio or P are not drawn, and counted under the plot.
    A P of 0 is drawn as a triangle above the rest.

    Without any P value (one array per group, or no test asked for) the fold changes are drawn in order in its
    place, with the fold-change cut-off alone (:func:`mirtool.report.figures.ranked.ranked_figure`).

    Parameters
    ----------
    d
        The comparison.
    rule
        Volcano P draws and colors by P, volcano FDR by P adjusted; ``"p"`` and ``"fdr"`` for short.
    n_labels
        At most as many names of what passes.
    rows
        Rows of the table that are named whether they pass or not.

    Returns
    -------
    Figure
        130 mm × 112 mm.

    Raises
    ------
    UsageError
        For an unknown rule, or ``"fdr"`` where P was not adjusted.
    """
    rule = Rule.named(rule, "volcano")
    if np.isnan(d.p_value).all():
        return ranked_figure(d, n_labels=n_labels, rows=rows)
    if rule is Rule.VOLCANO_FDR and np.isnan(d.fdr).all():
        raise UsageError(
            "a volcano plot by FDR needs adjusted P values, and they were not adjusted",
            hint=f"name an adjustment, such as {option('adjust', 'bh')}",
        )
    with house_style():
        figure, axes = comparison_axes()
        cloud = _volcano_cloud(d, rule)
        _draw_frame(axes, d, cloud, rule)
        draw_points(axes, cloud)
        draw_legend(axes, d, cloud)
        chosen = points_to_name(d, cloud, n_labels, rows)
        names, species = figure_names(d, cloud, chosen)
        n_named = int(name_points(axes, np.column_stack([cloud.x, cloud.y]), chosen, names).sum())
        missing = len(d) - len(cloud.x)
        not_drawn = f"Not drawn: {plural(missing, 'probe')} without a ratio or P value." if missing else ""
        naming = naming_remark(d, cloud, count_chosen(cloud, chosen, rows), n_named, species)
        write_remarks(axes, [not_drawn, _all_adjusted(d, cloud), naming])
    return figure


def _volcano_cloud(d: DifferentialTable, rule: Rule) -> Cloud:
    p, calls = d.p_value if rule is Rule.VOLCANO_P else d.fdr, d.calls(rule)
    probe = np.flatnonzero(np.isfinite(d.log2_ratio) & ~np.isnan(p))
    p = p[probe]
    zero = p == 0
    y = np.zeros(len(p))
    y[~zero] = -np.log10(p[~zero])
    y[zero] = 1.08 * max(float(y.max(initial=0.0)), _threshold(d))
    distinguishes = rule is Rule.VOLCANO_P and not np.isnan(d.fdr).all()
    adjusted = d.calls(Rule.VOLCANO_FDR)[probe] != "" if distinguishes else None
    return Cloud(d.log2_ratio[probe], y, calls[probe], zero, probe, adjusted)


def _all_adjusted(d: DifferentialTable, cloud: Cloud) -> str:
    """Say that everything that passes by P passes by adjusted P as well, where nothing is drawn open."""
    passing = int(np.count_nonzero(cloud.calls != ""))
    if cloud.adjusted is None or cloud.open.any() or not passing:
        return ""
    return f"All {passing:,} that pass have {ADJUSTMENTS[d.adjust].heading} ≤ {d.alpha:g} as well."


def _threshold(d: DifferentialTable) -> float:
    return float(-np.log10(d.alpha))


def _draw_frame(axes: Axes, d: DifferentialTable, cloud: Cloud, rule: Rule) -> None:
    top = 1.12 * max(float(cloud.y.max(initial=0.0)), 1.2 * _threshold(d), 0.5)
    axes.set_ylim(-0.02 * top, top)
    axes.set_xlim(*symmetric_limits(cloud.x, d.cutoff, room=1.3))
    axes.set_xlabel(ratio_label(d))
    test = f"{TESTS[d.test].label} {TESTS[d.test].statistic}"
    name = "P" if rule is Rule.VOLCANO_P else ADJUSTMENTS[d.adjust].heading
    axes.set_ylabel(f"−log₁₀ P ({test})" if rule is Rule.VOLCANO_P else f"−log₁₀ {name}, {test}")
    for position, text in fold_lines(d.cutoff):
        axes.axvline(position, **DASHED)
        axes.annotate(
            text, (position, 1), (0, 2), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="left" if position > 0 else "right", fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        )  # fmt: skip
    axes.axhline(_threshold(d), **DASHED)
    write_right(axes, _threshold(d), f"{name.split(' (')[0].replace('P adjusted', 'adj. P')} = {d.alpha:g}")
