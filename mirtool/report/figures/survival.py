"""Kaplan and Meier's curves: groups in color and line style, censored patients as ticks, numbers at risk below."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mirtool.clinical.survival.curves import SurvivalCurve
from mirtool.clinical.survival.endpoints import SURVIVAL
from mirtool.clinical.survival.follow_up import FollowUp
from mirtool.model import FloatArray
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    group_colors,
    house_style,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.legend import title_height, write_title
from mirtool.report.text.numbers import p_in_words

_WIDTH, _LEAST_WIDTH, _HEIGHT = 110.0, 80.0, 58.0
_EDGE, _LEFT, _RIGHT, _AXIS, _RISK_ROW = 3.0, 13.0, 6.0, 10.0, 3.8
_LONGEST_NAME = 30.0
_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))
_MOST_BANDS = 3
_MOST_TICKS = 7


def survival_figure(found: FollowUp) -> Drawing:
    """Draw the survival of every group, with the numbers at risk under the axis.

    Parameters
    ----------
    found
        One endpoint.

    Returns
    -------
    Drawing
        110 mm wide, unless another width was asked for.
    """
    levels = list(found.curves)
    name = found.name
    title = "Survival" if name == SURVIVAL else f"Survival: {name}"
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        name_width = min(_LONGEST_NAME, max(text_width(level) for level in (*levels, "at risk")))
        left = max(_LEFT, _EDGE + name_width + 4.0)
        below = _AXIS + _RISK_ROW * (len(levels) + 1) + _EDGE
        above = _EDGE + title_height(title) + LINE * (len(levels) > 1)
        figure = new_figure(width, below + _HEIGHT + above)
        write_title(figure, title, _EDGE, below + _HEIGHT + above - _EDGE)
        axes = add_axes(figure, left, below, width - left - _RIGHT, _HEIGHT)
        colors = group_colors(levels) if len(levels) > 1 else dict.fromkeys(levels, "#222222")
        for i, (level, curve) in enumerate(found.curves.items()):
            _draw_curve(axes, curve, colors[level], _STYLES[i % len(_STYLES)], bands=len(levels) <= _MOST_BANDS)
        longest = max(curve.longest for curve in found.curves.values())
        axes.set_xlim(0, longest * 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_ylabel("survival")
        axes.set_xlabel(found.endpoint.axis)
        axes.xaxis.set_major_locator(MaxNLocator(_MOST_TICKS - 1, steps=[1, 2, 2.5, 3, 5, 6, 10]))
        _name_curves(axes, found, colors)
        _write_at_risk(axes, found, colors, name_width)
        if found.tests is not None:
            words = f"log-rank P = {p_in_words(found.tests.tests[0].p)}".replace("= <", "<")
            figure.text(
                left / width, (below + _HEIGHT + LINE * 0.3) / (below + _HEIGHT + above),
                words + (f", over {found.strata}" if found.strata else ""), fontsize=SMALLEST_TEXT,
                color=MUTED_COLOR,
            )  # fmt: skip
        figure.caption = _caption(found, len(levels) <= _MOST_BANDS)
    return figure


def _draw_curve(axes: Axes, curve: SurvivalCurve, color: str, style: object, *, bands: bool) -> None:
    times = np.concatenate([[0.0], curve.times])
    survival = np.concatenate([[1.0], curve.survival])
    axes.plot(times, survival, drawstyle="steps-post", color=color, linestyle=style, linewidth=1.1)
    if bands:
        low, high = (np.concatenate([[1.0], ends]) for ends in (curve.low, curve.high))
        axes.fill_between(times, low, high, step="post", color=color, alpha=0.13, linewidth=0)
    left = curve.censored > 0
    axes.plot(
        curve.times[left], curve.survival[left], "|", color=color, markersize=4.5, markeredgewidth=0.8,
        clip_on=False,
    )  # fmt: skip


def _name_curves(axes: Axes, found: FollowUp, colors: dict[str, str]) -> None:
    """Write the legend at the top right, where curves that fall leave room."""
    if len(found.curves) < 2:
        return
    for i, (level, curve) in enumerate(found.curves.items()):
        axes.plot([], [], color=colors[level], linestyle=_STYLES[i % len(_STYLES)], linewidth=1.1,
                  label=f"{shorten(level, _LONGEST_NAME)}, {curve.n_events} events")  # fmt: skip
    axes.legend(loc="upper right", handlelength=2.6, borderaxespad=0.2)


def _write_at_risk(axes: Axes, found: FollowUp, colors: dict[str, str], name_width: float) -> None:
    ticks: FloatArray = np.array([tick for tick in axes.get_xticks() if 0 <= tick <= axes.get_xlim()[1]])
    unit = 72 / 25.4
    start = -_AXIS + 1.0
    axes.annotate(
        "at risk", (0, 0), xycoords="axes fraction", xytext=(-4.0 * unit, start * unit),
        textcoords="offset points", ha="right", va="top", fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        annotation_clip=False,
    )  # fmt: skip
    for i, (level, curve) in enumerate(found.curves.items(), 1):
        down = (start - i * _RISK_ROW) * unit
        axes.annotate(
            shorten(level, name_width), (0, 0), xycoords="axes fraction", xytext=(-4.0 * unit, down),
            textcoords="offset points", ha="right", va="top", fontsize=SMALLEST_TEXT, color=colors[level],
            annotation_clip=False,
        )  # fmt: skip
        for tick in ticks:
            axes.annotate(
                str(curve.at(float(tick))[1]), (float(tick), 0), xycoords=axes.get_xaxis_transform(),
                xytext=(0, down), textcoords="offset points", ha="center", va="top", fontsize=SMALLEST_TEXT,
                annotation_clip=False,
            )  # fmt: skip


def _caption(found: FollowUp, bands: bool) -> str:
    n = sum(int(curve.events.sum() + curve.censored.sum()) for curve in found.curves.values())
    parts = [
        f"Kaplan–Meier estimates of {found.name} ({found.endpoint.event.name} = {found.endpoint.level}) "
        f"of {n} patients; ticks are patients who were censored."
    ]
    if bands:
        parts.append(f"Bands: {100 * found.confidence:g} % intervals of each time (log-log).")
    when = (
        "just before each time" if found.endpoint.entries is None else "at the next time of an event or departure"
    )
    parts.append(f"Below: patients under observation {when}.")
    return " ".join(parts)
