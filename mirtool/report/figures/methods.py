"""One study under every method: how much passes with each recipe and test, and which miRNAs they agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize

from mirtool.model import DifferentialTable, Rule
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    diverging_colors,
    house_style,
    minus,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.comparison import MARKERS
from mirtool.report.figures.legend import draw_legend_rows, legend_rows, sign, title_height, write_title
from mirtool.report.figures.short_names import main_species, short_name
from mirtool.robustness.methods import MethodRun, agreement
from mirtool.robustness.sensitivity.outcomes import regulations
from mirtool.stats.adjustment import ADJUSTMENTS

MOST_MIRNAS = 24

# Millimeters.
_WIDTH, _LEAST_WIDTH, _SIDE_BY_SIDE = 180.0, 80.0, 150.0
_MARGIN, _GAP = 4.0, 4.0
_ROW, _TEST, _NARROW_TEST = 4.2, 11.0, 9.6
_WIDEST_MIRNA, _NARROWEST_MIRNA = 4.0, 2.5
_HEAD = 2 * LINE + 2.0
_LONGEST_RECIPE, _SHORT_RECIPE, _LONGEST_MIRNA = 42.0, 32.0, 34.0
_COLOR_BAR, _COLOR_BAR_ROOM = 26.0, 11.0

_COUNT_COLORS = LinearSegmentedColormap.from_list("few, many", ["#FFFFFF", "#A6CBE3"]).with_extremes(
    bad=MISSING_COLOR
)
_DOTS = {Rule.FOLD_CHANGE: 2.0, Rule.VOLCANO_P: 3.4, Rule.VOLCANO_FDR: 5.0}
"""Rule to the width of its triangle in points; the strictest rule that is passed counts."""
_LARGEST_LOG2 = 2.0


def methods_figure(runs: Sequence[MethodRun]) -> Drawing:
    """Draw how much passes under each method, and which miRNAs pass with each recipe.

    Recipes × tests: the number of probes that pass fold change and P, and how many of the default's are among
    them; grey where the comparison could not be made. Beside it, or under it on a narrow page, under the default
    test: the probes that pass fold change and P with most recipes, a triangle that points up or down, colored by
    the log2 ratio and as large as the strictest rule that it passes. Where no test was made the fold change alone
    decides.

    Parameters
    ----------
    runs
        As :func:`mirtool.robustness.methods.run_methods` gives them, the default first.

    Returns
    -------
    Drawing
        180 mm wide, unless another width was asked for, as high as there are recipes.
    """
    with house_style():
        plan = _plan(runs)
        figure = new_figure(plan.width, plan.height)
        write_title(figure, plan.title, _MARGIN, plan.height - _MARGIN)
        counts = add_axes(figure, plan.left, plan.counts_bottom, plan.counts_width, plan.body)
        _draw_counts(counts, plan)
        dots = add_axes(figure, plan.dots_left, plan.dots_bottom, plan.dots_width, plan.body)
        _draw_dots(dots, plan)
        _draw_key(figure, plan)
        figure.caption = " ".join(_caption(plan))
    return figure


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is drawn, and where, in millimeters from the lower left corner."""

    runs: dict[tuple[str, str], MethodRun]
    default: MethodRun
    rule: Rule
    recipes: tuple[str, ...]
    recipe_names: tuple[str, ...]
    tests: tuple[str, ...]
    mirnas: tuple[str, ...]
    names: tuple[str, ...]
    species: str
    n_found: int
    width: float
    height: float
    left: float
    counts_width: float
    counts_bottom: float
    dots_left: float
    dots_width: float
    dots_bottom: float
    body: float
    beside: bool

    @property
    def table(self) -> DifferentialTable:
        """The comparison under the default."""
        assert self.default.d is not None  # run_methods has seen to it
        return self.default.d

    @property
    def title(self) -> str:
        return f"Methods compared: {self.table.tested} / {self.table.reference}"


def _plan(runs: Sequence[MethodRun]) -> _Plan:
    default = runs[0]
    assert default.d is not None  # run_methods has seen to it
    rule = Rule.default(default.d.rules)
    recipes = tuple(dict.fromkeys(run.recipe for run in runs))
    tests = tuple(dict.fromkeys(run.test for run in runs))
    found = _most_agreed(runs, rule)
    width = page_width(_WIDTH, _LEAST_WIDTH)
    beside = width >= _SIDE_BY_SIDE
    longest = _LONGEST_RECIPE if beside else _SHORT_RECIPE
    recipe_names = tuple(shorten(name, longest) for name in recipes)
    left = _MARGIN + max(map(text_width, recipe_names)) + 2
    test = _TEST if beside else min(_NARROW_TEST, (width - left - _MARGIN) / len(tests))
    counts_width = len(tests) * test
    dots_left = left + counts_width + _GAP if beside else left
    room = width - dots_left - _MARGIN
    mirnas = tuple(found)[: min(MOST_MIRNAS, int(room / _NARROWEST_MIRNA))]
    species = main_species([found[probe_id] for probe_id in mirnas])
    names = tuple(shorten(short_name(found[probe_id], species), _LONGEST_MIRNA) for probe_id in mirnas)
    dots_width = min(room, max(len(mirnas), 1) * _WIDEST_MIRNA)
    body = len(recipes) * _ROW
    under_tests, under_dots = (max(map(text_width, each), default=0.0) + 3 for each in (tests, names))
    key = _MARGIN + _COLOR_BAR_ROOM + LINE + 2
    dots_bottom = key + (max(under_tests, under_dots) if beside else under_dots)
    counts_bottom = dots_bottom if beside else dots_bottom + body + _HEAD + under_tests
    title = title_height("methods")
    return _Plan(
        runs={(run.recipe, run.test): run for run in runs}, default=default, rule=rule, recipes=recipes,
        recipe_names=recipe_names, tests=tests, mirnas=mirnas, names=names, species=species, n_found=len(found),
        width=width, height=counts_bottom + body + _HEAD + title + _MARGIN, left=left, counts_width=counts_width,
        counts_bottom=counts_bottom, dots_left=dots_left, dots_width=dots_width, dots_bottom=dots_bottom,
        body=body, beside=beside,
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


def _rule_in_words(plan: _Plan) -> str:
    test = f" and P ≤ {plan.table.alpha:g}" if plan.rule is Rule.VOLCANO_P else ""
    return f"fold change ≥ {plan.table.cutoff:g}{test}"


def _caption(plan: _Plan) -> list[str]:
    first, second = ("Left", "Right") if plan.beside else ("Above", "Below")
    drawn = len(plan.mirnas)
    some = f"the {drawn} of {plan.n_found}" if drawn < plan.n_found else f"the {plan.n_found}"
    said = [
        f"{first}: number of probes with {_rule_in_words(plan)} ({plan.table.tested} / {plan.table.reference}) "
        f"under each recipe and test; after the stroke, how many of them the default finds too "
        f"({plan.default.recipe}, {plan.default.test}). Gray: not compared.",
        f"{second}: {some} probes that pass so with any recipe under the test {plan.tests[0]}, most recipes "
        "first; triangles point up or down with the log₂ ratio, the larger the stricter the rule that is passed.",
    ]
    return said + ([f"The prefix {plan.species} is left out of the names."] if plan.species else [])


def _draw_counts(axes: Axes, plan: _Plan) -> None:
    shape = (len(plan.recipes), len(plan.tests))
    counts = np.full(shape, np.nan)
    shared = np.zeros(shape, dtype=np.int64)
    for (recipe, test), run in plan.runs.items():
        if run.d is None:
            continue
        beside = agreement(run.d, plan.table)
        n = beside.passing(plan.rule)
        if n is not None:
            at = plan.recipes.index(recipe), plan.tests.index(test)
            counts[at], shared[at] = n, beside.shared[plan.rule]
    axes.pcolormesh(
        np.ma.masked_invalid(counts), cmap=_COUNT_COLORS, edgecolors="white", linewidth=0.6,
        norm=Normalize(0, max(float(np.nanmax(counts)), 1.0)),
    )  # fmt: skip
    stroke = " / " if plan.beside else "/"
    for i, j in np.ndindex(shape):
        if not np.isnan(counts[i, j]):
            axes.text(
                j + 0.5, i + 0.5, f"{counts[i, j]:.0f}{stroke}{shared[i, j]}", ha="center", va="center",
                fontsize=SMALLEST_TEXT,
            )  # fmt: skip
    _style(axes, plan)
    axes.set_xlim(0, len(plan.tests))
    axes.set_xticks(np.arange(len(plan.tests)) + 0.5, plan.tests, rotation=90)
    axes.set_yticks(np.arange(len(plan.recipes)) + 0.5, plan.recipe_names)
    _head(axes, "probes that pass /\nof these, with the default too")


def _head(axes: Axes, text: str) -> None:
    """Write what a panel shows over its left edge."""
    axes.annotate(
        text, (0, 1), (0, 3), xycoords="axes fraction", textcoords="offset points", va="bottom",
        fontsize=SMALLEST_TEXT, linespacing=1.15,
    )  # fmt: skip


def _draw_dots(axes: Axes, plan: _Plan) -> None:
    """Draw a triangle where a probe passes, on a light line for each recipe."""
    found: list[tuple[float, float, float, float]] = []
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
                found.append((column[probe_id] + 0.5, i + 0.5, _DOTS[rule] ** 2, float(d.log2_ratio[row])))
    for i in range(len(plan.recipes)):
        axes.axhline(i + 0.5, color="#E3E3E3", linewidth=0.4, zorder=0)
    x, y, size, ratio = np.array(found, dtype=np.float64).reshape(-1, 4).T
    for call, here in (("up", ratio > 0), ("down", ratio <= 0)):
        axes.scatter(
            x[here], y[here], size[here], ratio[here], marker=MARKERS[call], cmap=diverging_colors(),
            norm=Normalize(-_LARGEST_LOG2, _LARGEST_LOG2), edgecolors=MUTED_COLOR, linewidths=0.3, zorder=2,
        )  # fmt: skip
    _style(axes, plan)
    axes.set_xlim(0, max(len(plan.mirnas), 1))
    axes.set_xticks(np.arange(len(plan.mirnas)) + 0.5, plan.names, rotation=90)
    if plan.beside:
        axes.set_yticks([])
    else:
        axes.set_yticks(np.arange(len(plan.recipes)) + 0.5, plan.recipe_names)
    _head(axes, f"miRNAs that pass with each recipe\n(test: {plan.tests[0]})")


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


def _draw_key(figure: Drawing, plan: _Plan) -> None:
    """Draw what sizes and colors mean, at the foot."""
    d = plan.table
    adjusted = ADJUSTMENTS[d.adjust].heading
    words = {
        Rule.FOLD_CHANGE: f"fold change ≥ {d.cutoff:g}",
        Rule.VOLCANO_P: f"and P ≤ {d.alpha:g}",
        Rule.VOLCANO_FDR: f"and {adjusted} ≤ {d.alpha:g}",
    }
    entries = [sign(words[rule], MARKERS["up"], NEUTRAL_COLOR, size=_DOTS[rule]) for rule in regulations(d)]
    rows = legend_rows(entries, plan.width - 2 * _MARGIN)
    draw_legend_rows(figure, rows, _MARGIN, _MARGIN + _COLOR_BAR_ROOM + len(rows) * LINE)
    ratio = f"log₂ ratio {d.tested} / {d.reference}"
    label = shorten(ratio, plan.width - 2 * _MARGIN - _COLOR_BAR - 4)
    bar_axes = add_axes(figure, _MARGIN + text_width(label) + 3, _MARGIN + 4.5, _COLOR_BAR, 2.2)
    ticks = [-_LARGEST_LOG2, 0.0, _LARGEST_LOG2]
    mappable = ScalarMappable(Normalize(-_LARGEST_LOG2, _LARGEST_LOG2), diverging_colors())
    bar = figure.colorbar(mappable, cax=bar_axes, orientation="horizontal", ticks=ticks, extend="both")
    bar.ax.set_xticklabels([minus(tick, 0) for tick in ticks])
    bar.ax.tick_params(length=2, pad=1.5)
    bar.outline.set_linewidth(0.4)
    figure.text(_MARGIN / plan.width, (_MARGIN + 5.6) / plan.height, label, va="center", fontsize=SMALLEST_TEXT)
