"""A panel's ROC curve, calibration and decision curve, by risks of patients whom the panel had not seen."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mirtool.clinical.panels.analysis import Panel
from mirtool.clinical.panels.performance import Band
from mirtool.clinical.roc import roc_points
from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    NEUTRAL_COLOR,
    Drawing,
    add_axes,
    group_colors,
    house_style,
    new_figure,
    page_width,
)
from mirtool.report.figures.legend import title_height, write_title

_SIDE, _LEAST, _MOST = 85.0, 60.0, 120.0
_EDGE, _LEFT, _BOTTOM, _RIGHT, _LINE = 3.0, 14.5, 10.5, 4.0, 3.7
_MEMBERS_NAMED = 8


def panel_roc_figure(panel: Panel) -> Drawing:
    """Draw the ROC curve of the out-of-fold risks, and the apparent one."""
    color = _color()
    own, area = panel.performance.roc, panel.performance.area
    with house_style():
        figure, axes = _square(f"Panel: ROC curve for {panel.outcome}", 2)
        axes.plot([0, 1], [0, 1], color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)))
        _draw_band(axes, own, color)
        words = f"out of fold, AUC {area.value:.3f} ({area.low:.3f}–{area.high:.3f})"
        handles = axes.plot(own.x, own.value, color=color, linewidth=1.4, drawstyle="steps-post", label=words)
        risk = panel.whole.risk(panel.candidates.values)
        _, sensitivity, specificity = roc_points(risk[panel.has], risk[~panel.has])
        words = f"apparent, AUC {panel.apparent.area:.3f}, optimism {panel.optimism:.3f}"
        handles += axes.plot(
            1 - specificity, sensitivity, color=NEUTRAL_COLOR, linewidth=1.0, linestyle=(0, (2, 1.5)), label=words
        )
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(-0.01, 1.01)
        axes.set_xlabel("1 − specificity")
        axes.set_ylabel("sensitivity")
        _legend(figure, handles)
    figure.caption = (
        f"ROC curve of {_in_words(panel)}. Colored: risks of patients by panels made without them "
        f"({panel.folds}-fold cross-validation, {panel.repeats} times, everything inside the folds), averaged "
        f"over the repeats; band: {_level(panel)} bootstrap interval. The area is the mean within the folds; the "
        "variance of its interval is LeDell's, plus that between the repeats. Gray, dotted: the apparent "
        "curve, on the patients the panel was made of, which is too "
        "high for others. Dashed diagonal: chance."
    )
    return figure


def calibration_figure(panel: Panel) -> Drawing:
    """Draw the observed share with the outcome against the out-of-fold risk."""
    color = _color()
    own, groups = panel.performance, panel.performance.groups
    with house_style():
        figure, axes = _square(f"Panel: calibration for {panel.outcome}", 2)
        axes.plot([0, 1], [0, 1], color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)))
        handles: list[Line2D] = []
        if not np.isnan(own.calibration.value).any():
            _draw_band(axes, own.calibration, color, steps=False)
            ends = f"slope {own.slope.value:.2f} ({own.slope.low:.2f} to {own.slope.high:.2f}), intercept "
            handles += axes.plot(
                own.calibration.x, own.calibration.value, color=color, linewidth=1.4,
                label=f"{ends}{own.intercept.value:.2f}".replace("-", "−"),
            )  # fmt: skip
        observed = groups.events / groups.patients
        reach = np.clip(np.vstack([observed - groups.low, groups.high - observed]), 0, None)
        axes.errorbar(
            groups.risk, observed, yerr=reach, fmt="o", color="black", markersize=3.6, linewidth=0.7, capsize=1.5
        )
        handles.append(
            Line2D([], [], marker="o", color="black", markersize=3.6, linewidth=0.7, label="patients in groups")
        )
        _draw_risks(axes, panel)
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(-0.06, 1.06)
        axes.set_xlabel("predicted risk, out of fold")
        axes.set_ylabel("observed share with the outcome")
        _legend(figure, handles)
    line = "" if len(handles) == 1 else (
        f"Line and band: logistic calibration with its {_level(panel)} bootstrap interval, averaged over the "
        "repeats. "
    )  # fmt: skip
    figure.caption = (
        f"Calibration of {_in_words(panel)}. Dots: patients in groups of rising mean out-of-fold risk, with "
        f"Wilson's {_level(panel)} interval of the share with the outcome. {line}Ticks: risks of patients with "
        "the outcome (above) and without (below). On the dashed diagonal predicted and observed agree."
    )
    return figure


def decision_figure(panel: Panel) -> Drawing:
    """Draw the net benefit of the panel against treating everyone and no one."""
    color = _color()
    own, treat_all = panel.performance.benefit, panel.performance.treat_all
    with house_style():
        figure, axes = _square(f"Panel: decision curve for {panel.outcome}", 3, wide=1.25)
        _draw_band(axes, own, color, steps=False)
        handles = axes.plot(own.x, own.value, color=color, linewidth=1.4, label="treat by the panel, out of fold")
        handles += axes.plot(
            own.x, treat_all, color=MUTED_COLOR, linewidth=1.0, linestyle=(0, (5, 1.5)), label="treat everyone"
        )
        handles.append(axes.axhline(0, color="black", linewidth=0.8, label="treat no one"))
        top = max(panel.events / len(panel.has), float(np.nanmax([own.value, own.high])))
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.3 * top, 1.05 * top)
        axes.set_xlabel("risk from which one would treat")
        axes.set_ylabel("net benefit")
        _legend(figure, handles)
    figure.caption = (
        f"Decision curve of {_in_words(panel)}: net benefit (share of true positives less that of false positives "
        "weighted by the odds of the threshold) of treating patients from each risk on, with its "
        f"{_level(panel)} bootstrap interval, by out-of-fold risks. It holds where {_share(panel)} of patients "
        "have the outcome, as here."
    )
    return figure


def _square(title: str, lines: int, wide: float = 1.0) -> tuple[Drawing, Axes]:
    """Return a figure with its title, one pair of axes, and room for lines of a legend below."""
    width = min(page_width(_SIDE * wide, _LEAST), _MOST * wide)
    across = width - _LEFT - _RIGHT
    side = across / wide
    below = _BOTTOM + _LINE * lines + _EDGE
    height = below + side + _EDGE + title_height(title)
    figure = new_figure(width, height)
    write_title(figure, title, _EDGE, height - _EDGE)
    return figure, add_axes(figure, _LEFT, below, across, side)


def _legend(figure: Drawing, handles: list[Line2D]) -> None:
    width, height = figure.get_size_inches() * 25.4
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(_EDGE / width, _EDGE / height / 2), borderaxespad=0,
        labelspacing=0.25, handlelength=3.2,
    )  # fmt: skip


def _draw_band(axes: Axes, band: Band, color: str, *, steps: bool = True) -> None:
    known = ~np.isnan(band.low)
    axes.fill_between(
        band.x[known], band.low[known], band.high[known], color=color, alpha=0.18, linewidth=0,
        step="post" if steps else None,
    )  # fmt: skip


def _draw_risks(axes: Axes, panel: Panel) -> None:
    risk = panel.validation.risk.mean(axis=0)
    for has, place in ((True, 1.035), (False, -0.035)):
        own = risk[panel.has == has]
        axes.plot(own, np.full(len(own), place), "|", color=MUTED_COLOR, markersize=3, markeredgewidth=0.5)


def _color() -> str:
    return group_colors(["panel"])["panel"]


def _level(panel: Panel) -> str:
    return f"{100 * panel.confidence:g} %"


def _share(panel: Panel) -> str:
    return f"{100 * panel.events / len(panel.has):.0f} %"


def _in_words(panel: Panel) -> str:
    members = panel.members
    shown = ", ".join(members[:_MEMBERS_NAMED]) + (" …" if len(members) > _MEMBERS_NAMED else "")
    size = f"up to {panel.plan.most} chosen from {len(panel.candidates.ids):,}" if panel.is_chosen else shown
    return f"the panel ({size}) for {panel.outcome}; {panel.events} of {len(panel.has)} patients have it"
