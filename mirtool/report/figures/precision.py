"""The precision of counts: how much log-CPM varies by the size of a count, and voom's curve through it."""

from __future__ import annotations

import numpy as np

from mirtool.counts import PrecisionTrend
from mirtool.counts.precision import SPAN
from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_width,
)
from mirtool.report.figures.legend import title_height, write_title
from mirtool.wording import plural

CURVE_COLOR = "#B2182B"
_TITLE = "Precision of the counts (voom)"
# Millimeters.
_WIDTH, _LEAST_WIDTH = 110.0, 70.0
_LEFT, _RIGHT, _BOTTOM, _HEIGHT, _EDGE = 14.0, 4.0, 11.5, 58.0, 3.0


def precision_figure(trend: PrecisionTrend) -> Drawing:
    """Draw the square root of each miRNA's residual standard deviation over its mean log2 count, and the trend.

    Parameters
    ----------
    trend
        Of :func:`mirtool.counts.precision_trend`.

    Returns
    -------
    Drawing
        110 mm wide, unless another width was asked for.
    """
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        above = _EDGE + title_height(_TITLE) + 2.0
        height = _BOTTOM + _HEIGHT + above
        figure = new_figure(width, height)
        write_title(figure, _TITLE, _LEFT, height - _EDGE)
        axes = add_axes(figure, _LEFT, _BOTTOM, width - _LEFT - _RIGHT, _HEIGHT)
        axes.plot(trend.log_count, trend.root_sd, linestyle="none", marker="o", markersize=2.2,
                  markerfacecolor=MUTED_COLOR, markeredgewidth=0, alpha=0.6)  # fmt: skip
        order = np.argsort(trend.log_count, kind="stable")
        axes.plot(trend.log_count[order], trend.curve[order], color=CURVE_COLOR, linewidth=1.2)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("mean log₂ count")
        axes.set_ylabel("√ of the residual SD of log₂ CPM")
        figure.caption = (
            f"Mean–variance trend of {plural(len(trend.log_count), 'miRNA')} by voom (Law et al. 2014). Across: "
            "mean log₂ count (0.5 added, at the mean library size); up: square root of the residual standard "
            f"deviation of log₂ counts per million. Line: lowess, span {SPAN:g}. A value weighs the curve at its "
            f"fitted count to the power −4: from {trend.curve.max() ** -4:.3g} where the curve is highest to "
            f"{trend.curve.min() ** -4:.3g} where it is lowest. Rows without any read are not drawn."
        )
    return figure
