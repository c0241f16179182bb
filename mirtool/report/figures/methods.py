"""One study under every method: how much passes with each recipe and test, and which miRNAs they agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mirtool.model import DifferentialTable, Rule
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    add_axes,
    diverging_colors,
    house_style,
    minus,
    new_figure,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.short_names import common_species, short_name
from mirtool.robustness.methods import MethodRun, agreement
from mirtool.robustness.sensitivity.outcomes import regulations

MOST_MIRNAS = 24

# Millimeters.
_WIDTH = 180.0
_MARGIN, _GAP = 4.0, 4.0
_ROW, _TEST, _WIDEST_MIRNA = 4.2, 11.0, 4.0
_HEAD = 7.0
_LONGEST_RECIPE, _LONGEST_MIRNA = 42.0, 34.0
_COLOR_BAR = 26.0

_COUNT_COLORS = LinearSegmentedColormap.from_list("few, many", ["#FFFFFF", "#A6CBE3"]).with_extremes(
    bad=MISSING_COLOR
)
_DOTS = {Rule.FOLD_CHANGE: 1.6, Rule.VOLCANO_P: 3.0, Rule.VOLCANO_FDR: 4.6}
"""Rule to the diameter of its dot in points; the strictest rule that is passed counts."""
_LARGEST_LOG2 = 2.0


def methods_figure(runs: Sequence[MethodRun]) -> Figure:
    """Draw how much passes under each method (left), and which miRNAs pass with each recipe (right).

    Left, recipes × tests: the number of probes that pass fold change and P, and how many of the default's are
    among them; grey where the comparison could not be made. Right, under the default test: the probes that pass
    fold change and P with most recipes, colored by their log2 ratio, the dot as large as the strictest rule that
    it passes. Where no test was made the fold change alone decides.

    Parameters
    ----------
    runs
        As :func:`mirtool.robustness.methods.run_methods` gives them, the default first.

    Returns
    -------
    Figure
        180 mm wide, as high as there are recipes.
    """
    with house_style():
        plan = _plan(runs)
        figure = new_figure(_WIDTH, plan.height)
        counts = add_axes(figure, plan.left, plan.bottom, plan.counts_width, plan.body)
        _draw_counts(counts, plan)
        dots = add_axes(figure, plan.dots_left, plan.bottom, plan.dots_width, plan.body)
        _draw_dots(dots, plan)
        _draw_key(figure, plan)
        figure.text(
            _MARGIN / _WIDTH, _MARGIN / plan.height, "\n".join(plan.remarks), va="bottom",
            fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        )  # fmt: skip
    return figure


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is drawn, and where, in millimeters from the lower left corner."""

    runs: dict[tuple[str, str], MethodRun]
    default: DifferentialTable
    rule: Rule
    recipes: tuple[str, ...]
    tests: tuple[str, ...]
    mirnas: tuple[str, ...]
    names: tuple[str, ...]
    left: float
    bottom: float
    key: float
    body: float
    dots_left: float
    dots_width: float
    remarks: tuple[str, ...]

    @property
    def counts_width(self) -> float:
        return len(self.tests) * _TEST

    @property
    def height(self) -> float:
        return self.bottom + self.body + _HEAD


def _plan(runs: Sequence[MethodRun]) -> _Plan:
    default = runs[0].d
    assert default is not None  # run_methods has seen to it
    rule = Rule.default(default.rules)
    recipes = tuple(dict.fromkeys(run.recipe for run in runs))
    tests = tuple(dict.fromkeys(run.test for run in runs))
    found = _most_agreed(runs, rule)
    mirnas = tuple(found)[:MOST_MIRNAS]
    species = common_species([found[probe_id] for probe_id in mirnas])
    names = tuple(shorten(short_name(found[probe_id], species), _LONGEST_MIRNA) for probe_id in mirnas)
    left = _MARGIN + max(text_width(shorten(name, _LONGEST_RECIPE)) for name in recipes) + 2
    dots_left = left + len(tests) * _TEST + _GAP
    dots_width = min(_WIDTH - dots_left - _MARGIN, max(len(mirnas), 1) * _WIDEST_MIRNA)
    remarks = wrap(_remarks(default, rule, runs[0], len(found), len(mirnas), species), _WIDTH - 2 * _MARGIN)
    key = _MARGIN + len(remarks) * LINE + 3
    bottom = key + 6 + max(map(text_width, (*names, *tests)), default=0.0) + 3
    return _Plan(
        {(run.recipe, run.test): run for run in runs}, default, rule, recipes, tests, mirnas, names, left, bottom,
        key, len(recipes) * _ROW, dots_left, dots_width, remarks,
    )  # fmt: skip


def _most_agreed(runs: Sequence[MethodRun], rule: Rule) -> dict[str, str]:
    """Return ID and name of what passes with any recipe under the default test, most recipes first."""
    count: Counter[str] = Counter()
    names: dict[str, str] = {}
    for run in runs:
        if run.d is None or run.test != runs[0].test:
            continue
        passing = regulations(run.d)[rule] != ""
        count.update(run.d.probes.id[passing].tolist())
        names |= dict(zip(run.d.probes.id.tolist(), run.d.probes.name.tolist(), strict=True))
    order = sorted(count, key=lambda probe_id: (-count[probe_id], names[probe_id], probe_id))
    return {probe_id: names[probe_id].strip() or probe_id for probe_id in order}


def _remarks(
    d: DifferentialTable, rule: Rule, default: MethodRun, n_found: int, n_drawn: int, species: str
) -> list[str]:
    by_p = rule is Rule.VOLCANO_P
    test = f"and P ≤ {d.alpha:g} " if by_p else ""
    found = [
        f"Left: probes with fold change ≥ {d.cutoff:g} {test}({d.tested} / {d.reference}); after the stroke, how "
        f"many of the default's ({default.recipe}, {default.test}) are among them."
    ]
    some = f"the {n_drawn} of {n_found}" if n_drawn < n_found else f"the {n_found}"
    found.append(f"Right: {some} probes that pass so with any recipe under the default test, most recipes first.")
    if species:
        found.append(f"Names without {species}.")
    return found


def _draw_counts(axes: Axes, plan: _Plan) -> None:
    shape = (len(plan.recipes), len(plan.tests))
    counts = np.full(shape, np.nan)
    shared = np.zeros(shape, dtype=np.int64)
    for (recipe, test), run in plan.runs.items():
        if run.d is None:
            continue
        beside = agreement(run.d, plan.default)
        n = beside.passing(plan.rule)
        if n is not None:
            at = plan.recipes.index(recipe), plan.tests.index(test)
            counts[at], shared[at] = n, beside.shared[plan.rule]
    axes.pcolormesh(
        np.ma.masked_invalid(counts), cmap=_COUNT_COLORS, edgecolors="white", linewidth=0.6,
        norm=Normalize(0, max(float(np.nanmax(counts)), 1.0)),
    )  # fmt: skip
    for i, j in np.ndindex(shape):
        if not np.isnan(counts[i, j]):
            axes.text(
                j + 0.5, i + 0.5, f"{counts[i, j]:.0f} / {shared[i, j]}", ha="center", va="center",
                fontsize=SMALLEST_TEXT,
            )  # fmt: skip
    _style(axes, plan)
    axes.set_xlim(0, len(plan.tests))
    axes.set_xticks(np.arange(len(plan.tests)) + 0.5, plan.tests, rotation=90)
    names = [shorten(name, _LONGEST_RECIPE) for name in plan.recipes]
    axes.set_yticks(np.arange(len(names)) + 0.5, names)
    axes.set_title("passing / of the default's", loc="left", fontsize=SMALLEST_TEXT + 1, pad=4)


def _draw_dots(axes: Axes, plan: _Plan) -> None:
    """Draw a dot where a probe passes, on a light line for each recipe."""
    x, y, size, ratio = [], [], [], []
    column = {probe_id: j for j, probe_id in enumerate(plan.mirnas)}
    for i, recipe in enumerate(plan.recipes):
        d = plan.runs[recipe, plan.tests[0]].d
        if d is None:
            axes.axhspan(i, i + 1, color=MISSING_COLOR, linewidth=0)
            continue
        strictest = _strictest(d)
        for row, probe_id in enumerate(d.probes.id):
            rule = strictest[row]
            if probe_id in column and rule:
                x.append(column[probe_id] + 0.5)
                y.append(i + 0.5)
                size.append(_DOTS[rule] ** 2)
                ratio.append(d.log2_ratio[row])
    for i in range(len(plan.recipes)):
        axes.axhline(i + 0.5, color="#E3E3E3", linewidth=0.4, zorder=0)
    axes.scatter(
        x, y, size, ratio, cmap=diverging_colors(), norm=Normalize(-_LARGEST_LOG2, _LARGEST_LOG2),
        edgecolors=MUTED_COLOR, linewidths=0.3, zorder=2,
    )  # fmt: skip
    _style(axes, plan)
    axes.set_xlim(0, max(len(plan.mirnas), 1))
    axes.set_xticks(np.arange(len(plan.mirnas)) + 0.5, plan.names, rotation=90)
    axes.set_yticks([])
    axes.set_title(
        f"passing with each recipe, test {plan.tests[0]}", loc="left", fontsize=SMALLEST_TEXT + 1, pad=4
    )


def _strictest(d: DifferentialTable) -> list[Rule | None]:
    """Return the strictest rule that each probe passes, or None."""
    found: list[Rule | None] = [None] * len(d)
    for rule, calls in regulations(d).items():
        for row in np.flatnonzero(calls != ""):
            found[row] = rule
    return found


def _style(axes: Axes, plan: _Plan) -> None:
    axes.set_ylim(len(plan.recipes), 0)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=2)


def _draw_key(figure: Figure, plan: _Plan) -> None:
    """Draw what dots and colors mean, under the dots."""
    d = plan.default
    words = {
        Rule.FOLD_CHANGE: f"fold change ≥ {d.cutoff:g}",
        Rule.VOLCANO_P: f"and P ≤ {d.alpha:g}",
        Rule.VOLCANO_FDR: f"and adjusted P ≤ {d.alpha:g}",
    }
    handles = [
        Line2D([], [], linestyle="none", marker="o", markersize=_DOTS[rule], color=NEUTRAL_COLOR,
               markeredgecolor=MUTED_COLOR, markeredgewidth=0.3, label=words[rule])
        for rule in regulations(d)
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower left", ncols=3, borderpad=0, borderaxespad=0, handletextpad=0.2,
        columnspacing=1.0, bbox_to_anchor=(_MARGIN / _WIDTH, (plan.key + 2.5) / plan.height),
    )  # fmt: skip
    bar_axes = add_axes(figure, _WIDTH - _MARGIN - _COLOR_BAR - 2, plan.key + 4.2, _COLOR_BAR, 2.2)
    ticks = [-_LARGEST_LOG2, 0.0, _LARGEST_LOG2]
    mappable = ScalarMappable(Normalize(-_LARGEST_LOG2, _LARGEST_LOG2), diverging_colors())
    bar = figure.colorbar(mappable, cax=bar_axes, orientation="horizontal", ticks=ticks, extend="both")
    bar.ax.set_xticklabels([minus(tick, 0) for tick in ticks])
    bar.ax.tick_params(length=2, pad=1.5)
    bar.outline.set_linewidth(0.4)
    bar_axes.text(
        -0.12, 0.5, f"log₂ ratio {shorten(f'{d.tested} / {d.reference}', 45)}", ha="right", va="center",
        fontsize=SMALLEST_TEXT, transform=bar_axes.transAxes,
    )  # fmt: skip
