"""Kaplan and Meier's curves: groups in color and line style, censored patients as ticks, numbers at risk below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mirtool.clinical.survival.curves import SurvivalCurve
from mirtool.clinical.survival.endpoints import SURVIVAL
from mirtool.clinical.survival.follow_up import FollowUp
from mirtool.model import FloatArray
from mirtool.report.figures.canvas import (
    INK_COLOR,
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
from mirtool.report.text.numbers import p_with_sign

_WIDTH, _LEAST_WIDTH, _HEIGHT = 110.0, 80.0, 58.0
_EDGE, _LEFT, _RIGHT, _AXIS, _RISK_ROW = 3.0, 13.0, 6.0, 10.0, 3.8
_LONGEST_NAME = 30.0
_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))
_MOST_BANDS = 3
_MOST_TICKS = 7


@dataclass(frozen=True, eq=False)
class FollowedGroup:
    """One curve of a group over time.

    Parameters
    ----------
    times, values, low, high
        The steps, each from its time on, and their intervals.
    tick_times, tick_values
        Where patients were censored.
    start
        The value at time 0.
    n_events
        Events in all.
    longest
        The longest time observed.
    at_risk
        Time to the patients under observation.
    """

    times: FloatArray
    values: FloatArray
    low: FloatArray
    high: FloatArray
    tick_times: FloatArray
    tick_values: FloatArray
    start: float
    n_events: int
    longest: float
    at_risk: Callable[[float], int]


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
    name = found.name
    words = ""
    if found.tests is not None:
        over = f", over {found.strata}" if found.strata else ""
        words = f"log-rank P {p_with_sign(found.tests.tests[0].p)}{over}"
    groups = {level: _followed(curve) for level, curve in found.curves.items()}
    n = sum(int(curve.events.sum() + curve.censored.sum()) for curve in found.curves.values())
    caption = (
        f"Kaplan–Meier estimates of {name} ({found.endpoint.event.name} = {found.endpoint.level}) "
        f"of {n} patients; ticks are patients who were censored."
    )
    title = "Survival" if name == SURVIVAL else f"Survival: {name}"
    return followed_figure(groups, found, title=title, axis="survival", test=words, caption=caption)


def _followed(curve: SurvivalCurve) -> FollowedGroup:
    left = curve.censored > 0
    return FollowedGroup(
        curve.times, curve.survival, curve.low, curve.high, curve.times[left], curve.survival[left], 1.0,
        curve.n_events, curve.longest, lambda time: curve.at(time)[1],
    )  # fmt: skip


def followed_figure(
    groups: Mapping[str, FollowedGroup], found: FollowUp, *, title: str, axis: str, test: str, caption: str
) -> Drawing:
    """Draw one curve per group over time, with the numbers at risk under the axis.

    Parameters
    ----------
    groups
        Group to its curve.
    found
        The endpoint.
    title, axis
        What the figure and the values are called.
    test
        The test between the groups, with its P; empty for none.
    caption
        What the figure shows, to which the words on intervals and numbers at risk are added.

    Returns
    -------
    Drawing
        110 mm wide, unless another width was asked for.
    """
    levels = list(groups)
    bands = len(levels) <= _MOST_BANDS
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        name_width = min(_LONGEST_NAME, max(text_width(level) for level in (*levels, "at risk")))
        left = max(_LEFT, _EDGE + name_width + 4.0)
        below = _AXIS + _RISK_ROW * (len(levels) + 1) + _EDGE
        above = _EDGE + title_height(title) + LINE * (len(levels) > 1)
        figure = new_figure(width, below + _HEIGHT + above)
        write_title(figure, title, _EDGE, below + _HEIGHT + above - _EDGE)
        axes = add_axes(figure, left, below, width - left - _RIGHT, _HEIGHT)
        colors = group_colors(levels) if len(levels) > 1 else dict.fromkeys(levels, INK_COLOR)
        for i, (level, group) in enumerate(groups.items()):
            _draw_curve(axes, group, colors[level], _STYLES[i % len(_STYLES)], bands=bands)
        axes.set_xlim(0, max(group.longest for group in groups.values()) * 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_ylabel(axis)
        axes.set_xlabel(found.endpoint.axis)
        axes.xaxis.set_major_locator(MaxNLocator(_MOST_TICKS - 1, steps=[1, 2, 2.5, 3, 5, 6, 10]))
        _name_curves(axes, groups, colors)
        _write_at_risk(axes, groups, colors, name_width)
        if test:
            figure.text(
                left / width, (below + _HEIGHT + LINE * 0.3) / (below + _HEIGHT + above), test,
                fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
            )  # fmt: skip
        figure.caption = _caption(found, caption, bands)
    return figure


def _draw_curve(axes: Axes, group: FollowedGroup, color: str, style: object, *, bands: bool) -> None:
    times = np.concatenate([[0.0], group.times, [group.longest]])
    start = [group.start]
    values, low, high = (
        np.concatenate([start, own, own[-1:] if len(own) else start])
        for own in (group.values, group.low, group.high)
    )
    axes.plot(times, values, drawstyle="steps-post", color=color, linestyle=style, linewidth=1.1)
    if bands:
        axes.fill_between(times, low, high, step="post", color=color, alpha=0.13, linewidth=0)
    axes.plot(
        group.tick_times, group.tick_values, "|", color=color, markersize=4.5, markeredgewidth=0.8, clip_on=False
    )


def _name_curves(axes: Axes, groups: Mapping[str, FollowedGroup], colors: dict[str, str]) -> None:
    """Write the legend at the top, at the right where curves fall and at the left where they rise."""
    if len(groups) < 2:
        return
    for i, (level, group) in enumerate(groups.items()):
        axes.plot([], [], color=colors[level], linestyle=_STYLES[i % len(_STYLES)], linewidth=1.1,
                  label=f"{shorten(level, _LONGEST_NAME)}, {group.n_events} events")  # fmt: skip
    falls = next(iter(groups.values())).start > 0
    axes.legend(loc="upper right" if falls else "upper left", handlelength=2.6, borderaxespad=0.2)


def _write_at_risk(
    axes: Axes, groups: Mapping[str, FollowedGroup], colors: dict[str, str], name_width: float
) -> None:
    ticks: FloatArray = np.array([tick for tick in axes.get_xticks() if 0 <= tick <= axes.get_xlim()[1]])
    unit = 72 / 25.4
    start = -_AXIS + 1.0
    axes.annotate(
        "at risk", (0, 0), xycoords="axes fraction", xytext=(-4.0 * unit, start * unit),
        textcoords="offset points", ha="right", va="top", fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        annotation_clip=False,
    )  # fmt: skip
    for i, (level, group) in enumerate(groups.items(), 1):
        down = (start - i * _RISK_ROW) * unit
        axes.annotate(
            shorten(level, name_width), (0, 0), xycoords="axes fraction", xytext=(-4.0 * unit, down),
            textcoords="offset points", ha="right", va="top", fontsize=SMALLEST_TEXT, color=colors[level],
            annotation_clip=False,
        )  # fmt: skip
        for tick in ticks:
            axes.annotate(
                str(group.at_risk(float(tick))), (float(tick), 0), xycoords=axes.get_xaxis_transform(),
                xytext=(0, down), textcoords="offset points", ha="center", va="top", fontsize=SMALLEST_TEXT,
                annotation_clip=False,
            )  # fmt: skip


def _caption(found: FollowUp, caption: str, bands: bool) -> str:
    parts = [caption]
    if bands:
        parts.append(f"Bands: {100 * found.confidence:g} % intervals of each time (log-log).")
    exactly = found.endpoint.entries is None or found.endpoint.competing is not None
    when = "just before each time" if exactly else "at the next time of an event or departure"
    parts.append(f"Below: patients under observation {when}.")
    return " ".join(parts)
