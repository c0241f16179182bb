"""Arrays on their first two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, SampleTable
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    NEUTRAL_COLOR,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_width,
    shorten,
)
from mirtool.report.figures.legend import draw_legend_rows, legend_rows, sign, title_height, write_title
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.trees import colors_of_groups
from mirtool.wording import plural

# Millimeters.
_WIDTH, _LEAST_WIDTH = 122.0, 80.0
_LEFT, _BOTTOM, _EDGE = 14.0, 11.5, 4.0
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


def components_figure(components: Components, samples: SampleTable, *, meaning: str) -> Drawing:
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
    Drawing
        122 mm wide, unless another width was asked for.

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
    title = f"Principal components of {plural(len(placed), 'array')}"
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        side = width - _LEFT - _EDGE
        rows = legend_rows([sign(group or "no group", "o", color) for group, color in groups.items()], side)
        height = _BOTTOM + side + 2.0 + len(rows) * LINE + title_height(title) + _EDGE
        figure = new_figure(width, height)
        write_title(figure, title, _LEFT, height - _EDGE)
        draw_legend_rows(figure, rows, _LEFT, height - _EDGE - title_height(title))
        axes = add_axes(figure, _LEFT, _BOTTOM, side, side)
        colors = [groups.get(samples.groups[i], NEUTRAL_COLOR) for i in placed.tolist()]
        _draw_points(axes, points, colors, components.explained)
        n_named = None
        if len(placed) <= _MOST_NAMED:
            names = [shorten(samples.names[i], _LONGEST_NAME) for i in placed.tolist()]
            n_named = int(name_points(axes, points, np.arange(len(placed)), names, gap=_NAME_GAP).sum())
        figure.caption = " ".join(_caption(components, len(samples), len(placed), n_named, meaning))
    return figure


def _caption(
    components: Components, n_samples: int, n_placed: int, n_named: int | None, meaning: str
) -> list[str]:
    away = n_samples - n_placed
    said = [
        f"Arrays on the first two principal components of the {meaning}, "
        f"{plural(components.n_rows, 'probe')} that no array lacks; colors are the groups."
    ]
    said += [f"Not placed, more than half missing: {plural(away, 'array')}."] if away else []
    if n_named is None:
        said.append("Too many arrays to name.")
    elif n_named < n_placed:
        said.append(f"{plural(n_placed - n_named, 'name')} found no place.")
    return said


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
