"""The search for a best cut-off: the statistic of every cut-off, and how large it becomes by chance."""

from __future__ import annotations

from mirtool.clinical.baseline import number
from mirtool.clinical.best_cutoff import BestCutoff
from mirtool.report.figures.canvas import (
    INK_COLOR,
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_width,
)
from mirtool.report.figures.legend import title_height, write_title
from mirtool.report.text.numbers import p_with_sign

_WIDTH, _LEAST_WIDTH, _HEIGHT = 100.0, 70.0, 50.0
_EDGE, _LEFT, _RIGHT, _AXIS = 3.0, 13.0, 6.0, 10.0
_POINTWISE, _BELOW_LIMIT = 1.959964, 1.7


def cutoff_figure(found: BestCutoff) -> Drawing:
    """Draw the standardized statistic of every cut-off, the best one marked, with the limit of chance.

    Parameters
    ----------
    found
        One search.

    Returns
    -------
    Drawing
        100 mm wide, unless another width was asked for.
    """
    title = f"Best cut-off of {found.variable.name}: {found.outcome}"
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        below = _AXIS + _EDGE
        height = below + _HEIGHT + LINE + title_height(title) + _EDGE
        figure = new_figure(width, height)
        write_title(figure, title, _EDGE, height - _EDGE)
        axes = add_axes(figure, _LEFT, below, width - _LEFT - _RIGHT, _HEIGHT)
        axes.plot(found.cutoffs, found.statistics, "-", color=INK_COLOR, linewidth=0.9, marker="o", markersize=1.8)
        best = found.statistics[found.best]
        axes.plot([found.cutoff], [best], "o", color=INK_COLOR, markerfacecolor="none", markersize=7)
        for limit, style, words in (
            (found.limit, "-", "5 % limit of the search"),
            (_POINTWISE, ":", "5 % limit of one cut-off stated before"),
        ):
            for side in (limit, -limit):
                axes.axhline(side, color=MUTED_COLOR, linewidth=0.8, linestyle=style,
                             label=words if side > 0 else None)  # fmt: skip
        reach = 1.25 * max(found.limit, abs(float(best)))
        axes.set_ylim(-reach * _BELOW_LIMIT, reach)  # the legend is below all lines
        axes.set_xlabel(f"cut-off of {found.variable.title}")
        axes.set_ylabel("standardized statistic")
        axes.legend(loc="lower right", fontsize=SMALLEST_TEXT, handlelength=2.2)
        figure.text(
            _LEFT / width, (below + _HEIGHT + LINE * 0.3) / height,
            f"P corrected for the search {p_with_sign(found.p)}", fontsize=SMALLEST_TEXT,
            color=MUTED_COLOR,
        )  # fmt: skip
        figure.caption = (
            f"Standardized statistic of every cut-off of {found.variable.name} that leaves 10 % to 90 % of "
            f"{found.n} patients below; above 0 {found.outcome} is more frequent, or the event earlier, above the "
            f"cut-off. Circle: the best, {number(found.cutoff)}. Solid gray: the largest statistic of one of "
            "twenty random orders of the patients; dotted: the limit of one cut-off stated before, which a search "
            "passes by chance. The difference at the best cut-off is overestimated."
        )
    return figure
