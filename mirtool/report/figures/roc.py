"""ROC curves of several markers in one square."""

from __future__ import annotations

from collections.abc import Sequence

from mirtool.clinical.roc import RocCurve
from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    Drawing,
    add_axes,
    group_colors,
    house_style,
    new_figure,
    page_width,
    shorten,
)
from mirtool.report.figures.legend import title_height, write_title

MOST_CURVES = 6
_SIDE, _LEAST, _MOST = 85.0, 60.0, 120.0
_EDGE, _LEFT, _BOTTOM, _RIGHT, _LINE = 3.0, 13.0, 10.5, 4.0, 3.7
_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))


def roc_figure(curves: Sequence[RocCurve], outcome: str) -> Drawing:
    """Draw the curves of the first markers; their areas are in the legend below.

    Parameters
    ----------
    curves
        The markers; beyond the first six they are left out, which the caption says.
    outcome
        In words.
    """
    shown = curves[:MOST_CURVES]
    title = f"ROC curves of {outcome}"
    with house_style():
        width = min(page_width(_SIDE, _LEAST), _MOST)
        side = width - _LEFT - _RIGHT
        below = _BOTTOM + _LINE * len(shown) + _EDGE
        height = below + side + _EDGE + title_height(title)
        figure = new_figure(width, height)
        write_title(figure, title, _EDGE, height - _EDGE)
        axes = add_axes(figure, _LEFT, below, side, side)
        axes.plot([0, 1], [0, 1], color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)))
        colors = group_colors([curve.name for curve in shown])
        handles = []
        for curve, style in zip(shown, _STYLES, strict=False):
            words = f"AUC {curve.area:.3f} ({curve.low:.3f}–{curve.high:.3f})"
            name = shorten(curve.name, width - 2 * _EDGE - 50)
            handles += axes.plot(
                1 - curve.specificity, curve.sensitivity, color=colors[curve.name], linestyle=style, linewidth=1.2,
                label=f"{name}, {words}",
            )  # fmt: skip
            axes.plot(
                1 - curve.specificity[curve.best], curve.sensitivity[curve.best], "o", color=colors[curve.name],
                markersize=3.6,
            )  # fmt: skip
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(-0.01, 1.01)
        axes.set_xlabel("1 − specificity")
        axes.set_ylabel("sensitivity")
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(_EDGE / width, _EDGE / height / 2), borderaxespad=0,
            labelspacing=0.25, handlelength=3.2,
        )  # fmt: skip
        figure.caption = _caption(curves, shown, outcome)
    return figure


def _caption(curves: Sequence[RocCurve], shown: Sequence[RocCurve], outcome: str) -> str:
    parts = [
        f"ROC curves of {outcome}. Areas with DeLong's intervals; the dot is Youden's point, chosen on these "
        "patients and so optimistic. Dashed diagonal: chance."
    ]
    lower = [curve.name for curve in shown if not curve.higher]
    if lower:
        parts.append(f"Lower values go with the outcome: {', '.join(lower)}.")
    if len(shown) < len(curves):
        parts.append(f"{len(curves) - len(shown)} further markers are in the table and not drawn.")
    return " ".join(parts)
