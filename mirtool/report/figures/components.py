"""Arrays on their first two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, SampleTable
from mirtool.report.figures.canvas import (
    MISSING_COLOR,
    NEUTRAL_COLOR,
    add_axes,
    house_style,
    shorten,
    wrap,
)
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.sheet import GAP, MARGIN, begin_page, group_legend, write_page
from mirtool.report.figures.trees import colors_of_groups
from mirtool.wording import plural

_SIDE, _AXIS_ROOM, _FEET = 100.0, 14.0, 9.0
_LONGEST_NAME, _MOST_NAMED, _NAME_GAP = 26.0, 40, 4.0


@dataclass(frozen=True, eq=False)
class Components:
    """Where the arrays lie.

    Parameters
    ----------
    coordinates
        ``(n_arrays, k)``, NaN for an array that is not placed.
    explained
        Share of the variance along each component, ``(k,)``.
    n_rows
        Probes behind them.
    """

    coordinates: FloatArray
    explained: FloatArray
    n_rows: int

    @property
    def n_placed(self) -> int:
        """Number of arrays that have a place on every component."""
        return int((~np.isnan(self.coordinates)).all(axis=1).sum()) if self.coordinates.shape[1] else 0


def components_figure(components: Components, samples: SampleTable, *, meaning: str) -> Figure:
    """Draw the arrays on the first two components, in the colors of their groups, with their names.

    Parameters
    ----------
    components
        From :func:`mirtool.stats.principal_components.principal_components`.
    samples
        The arrays.
    meaning
        What the components were taken of, in words.

    Returns
    -------
    Figure
        122 mm wide.

    Raises
    ------
    NotEnoughDataError
        Where fewer than two arrays could be placed.
    """
    placed = np.flatnonzero(~np.isnan(components.coordinates).any(axis=1) & (len(components.explained) > 0))
    if len(placed) < 2:
        raise NotEnoughDataError(
            "there is nothing to draw principal components of", found=f"{plural(len(placed), 'array')} placed"
        )
    points = np.zeros((len(placed), 2))
    points[:, : components.coordinates.shape[1]] = components.coordinates[placed, :2]
    groups = colors_of_groups(samples.groups)
    width = MARGIN + _AXIS_ROOM + _SIDE + MARGIN
    room = width - 2 * MARGIN
    with house_style():
        away = len(samples) - len(placed)
        remarks = [f"Of the {meaning}: {plural(components.n_rows, 'probe')} that no array lacks."]
        remarks += [f"Not placed, more than half missing: {plural(away, 'array')}."] if away else []
        lines = wrap(remarks, room)
        figure, bottom = begin_page(
            _FEET + _SIDE + GAP, lines, group_legend(groups), width=width, legend_width=room
        )
        axes = add_axes(figure, MARGIN + _AXIS_ROOM, bottom + _FEET, _SIDE, _SIDE)
        colors = [groups.get(samples.groups[i], NEUTRAL_COLOR) for i in placed.tolist()]
        _draw_points(axes, points, colors, components.explained)
        if len(placed) <= _MOST_NAMED:
            names = [shorten(samples.names[i], _LONGEST_NAME) for i in placed.tolist()]
            name_points(axes, points, np.arange(len(placed)), names, gap=_NAME_GAP)
        write_page(figure, f"Principal components of {plural(len(placed), 'array')}", lines)
    return figure


def _draw_points(axes: Axes, points: FloatArray, colors: list[str], explained: FloatArray) -> None:
    axes.axhline(0, color=MISSING_COLOR, linewidth=0.4, zorder=0)
    axes.axvline(0, color=MISSING_COLOR, linewidth=0.4, zorder=0)
    area = 22.0 if len(points) <= _MOST_NAMED else 12.0
    axes.scatter(points[:, 0], points[:, 1], s=area, c=colors, edgecolors="black", linewidths=0.4, zorder=3)
    low, high = points.min(axis=0), points.max(axis=0)
    wider = 0.12 * np.maximum(high - low, 1e-3 * max(float(np.ptp(points)), 1e-9))
    axes.set_xlim(low[0] - wider[0], high[0] + wider[0])
    axes.set_ylim(low[1] - wider[1], high[1] + wider[1])
    axes.locator_params(nbins=5)
    first, second = np.append(100 * explained, 0.0)[:2].tolist()
    axes.set_xlabel(f"component 1 ({first:.0f} % of the variance)", labelpad=2)
    axes.set_ylabel(f"component 2 ({second:.0f} % of the variance)", labelpad=2)
