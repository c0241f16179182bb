"""Columns of the sample sheet against components, and the samples before and after a batch was subtracted."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from mirtool.covariates import ALPHA, BatchCorrection, CovariateAnalysis
from mirtool.model import FloatArray, SampleTable
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.legend import (
    draw_legend_rows,
    legend_rows,
    muted_sign,
    sign,
    title_height,
    write_title,
)
from mirtool.report.figures.trees import colors_of_groups
from mirtool.wording import plural

# Millimeters.
_WIDTH, _LEAST_WIDTH, _SIDE_BY_SIDE = 122.0, 80.0, 110.0
_EDGE, _GAP, _CELL = 4.0, 3.0, 7.0
_LEAST_CELL, _WIDEST_CELL = 10.5, 17.0
_LEAST_NAME, _LONGEST_NAME = 10.0, 34.0
_HEADS = 2 * LINE + 2.0
_LEFT, _BOTTOM, _BETWEEN = 14.0, 11.5, 6.0
_DARK = 0.65
"""Share from which the number in a cell is written in white."""
_SHARES = LinearSegmentedColormap.from_list("share", ["#FFFFFF", "#332288"]).with_extremes(bad=MISSING_COLOR)
_MARKERS = "osD^vP*X"


def covariates_figure(analysis: CovariateAnalysis) -> Drawing:
    """Draw how much of each component, and of the variance of all probes, each column explains.

    Parameters
    ----------
    analysis
        From :func:`mirtool.covariates.analyze_covariates`.

    Returns
    -------
    Drawing
        At most 122 mm wide, unless another width was asked for.
    """
    title = "What the sample sheet explains"
    n, k = len(analysis.covariates), analysis.n_components
    with house_style():
        longest = min(_LONGEST_NAME, max(text_width(each.name) for each in analysis.covariates))
        around = 2 * _EDGE + 2 + _GAP
        usual = min(_WIDTH, around + longest + (k + 1) * _WIDEST_CELL)
        width = page_width(usual, max(_LEAST_WIDTH, around + _LEAST_NAME + (k + 1) * _LEAST_CELL))
        room = min(longest, width - around - (k + 1) * _LEAST_CELL)
        names = [shorten(each.name, room) for each in analysis.covariates]
        left = _EDGE + max(map(text_width, names)) + 2
        cell = min((width - left - _GAP - _EDGE) / (k + 1), 1.3 * _WIDEST_CELL)
        height = _EDGE + n * _CELL + _HEADS + title_height(title) + _EDGE
        figure = new_figure(width, height)
        write_title(figure, title, _EDGE, height - _EDGE)
        components = add_axes(figure, left, _EDGE, k * cell, n * _CELL)
        shares = np.array([fit.share for fit in analysis.fits])
        _draw_cells(components, shares, analysis.fdr <= ALPHA)
        components.set_yticks(range(n), names)
        heads = [f"PC{i + 1}\n{100 * share:.0f} %" for i, share in enumerate(analysis.placed.explained)]
        components.set_xticks(range(k), heads)
        probes = add_axes(figure, left + k * cell + _GAP, _EDGE, cell, n * _CELL)
        own = analysis.variances
        starred = np.array([[each.p_value <= ALPHA] for each in own])
        _draw_cells(probes, np.array([[each.share] for each in own]), starred)
        probes.set_yticks([])
        probes.set_xticks([0], ["all\nprobes"])
        figure.caption = _explained_caption(analysis)
    return figure


def _draw_cells(axes: Axes, shares: FloatArray, starred: np.ndarray) -> None:
    axes.imshow(np.ma.masked_invalid(shares), cmap=_SHARES, vmin=0, vmax=1, aspect="auto")
    for (i, j), share in np.ndenumerate(shares):
        text = "–" if np.isnan(share) else f"{share:.2f}{' *' if starred[i, j] else ''}"
        color = "white" if share >= _DARK else "black"
        weight = "bold" if starred[i, j] else "normal"
        axes.text(
            j, i, text, ha="center", va="center", color=color, fontsize=SMALLEST_TEXT, fontweight=weight
        )  # fmt: skip
    for edge in range(1, shares.shape[0]):
        axes.axhline(edge - 0.5, color="white", linewidth=1)
    for edge in range(1, shares.shape[1]):
        axes.axvline(edge - 0.5, color="white", linewidth=1)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=1.5)
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.4, color=NEUTRAL_COLOR)


def _explained_caption(analysis: CovariateAnalysis) -> str:
    said = [
        "Each row is a column of the sample sheet. Numbers and colors: the share of a principal component that "
        f"the column explains (R²), of the components of {plural(analysis.placed.n_probes, 'probe')} that no "
        "sample lacks; the share of the variance is under each component's name. Rightmost: the share of the "
        f"variance of all probes. Star and bold: FDR at most {ALPHA:g} by the F test over all components and "
        f"columns, for all probes P at most {ALPHA:g} by permutation. Columns that are "
        "associated explain the same in part."
    ]
    if any(np.isnan(fit.share).any() for fit in analysis.fits):
        said.append("A dash: too few samples have a value.")
    if analysis.unused:
        names = ", ".join(each.name for each in analysis.unused)
        said.append(f"Not shown, each with one value or a different one per sample: {names}.")
    return " ".join(said)


def correction_figure(correction: BatchCorrection) -> Drawing:
    """Draw the samples on two components before and after a batch was subtracted.

    Parameters
    ----------
    correction
        From :func:`mirtool.covariates.correct_batches`.

    Returns
    -------
    Drawing
        122 mm wide, unless another width was asked for; one plot over the other below 110 mm.
    """
    samples, title = correction.samples, f"Before and after {correction.column} was subtracted"
    batches = [cell.strip() for cell in samples.extra[correction.column]]
    markers = {batch: _MARKERS[i % len(_MARKERS)] for i, batch in enumerate(dict.fromkeys(batches))}
    groups = colors_of_groups(samples.groups)
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        beside = width >= _SIDE_BY_SIDE
        side = ((width - _BETWEEN) / 2 if beside else width) - _LEFT - _EDGE
        entries: list[Artist] = [sign(group or "no group", "o", color) for group, color in groups.items()]
        entries += [muted_sign(f"{correction.column} {batch}", marker) for batch, marker in markers.items()]
        rows = legend_rows(entries, width - _LEFT - _EDGE)
        above = _EDGE + title_height(title) + len(rows) * LINE + 2.0
        plot = side + LINE + 1.5
        height = above + (plot + _BOTTOM) * (1 if beside else 2)
        figure = new_figure(width, height)
        write_title(figure, title, _LEFT, height - _EDGE)
        draw_legend_rows(figure, rows, _LEFT, height - _EDGE - title_height(title))
        places = [(0.0, _BOTTOM), ((width + _BETWEEN) / 2, _BOTTOM)]
        if not beside:
            places = [(0.0, 2 * _BOTTOM + plot), (0.0, _BOTTOM)]
        for (left, bottom), placed, what in zip(
            places, (correction.before, correction.after), ("before", "after: not for tests"), strict=True
        ):
            axes = add_axes(figure, left + _LEFT, bottom, side, side)
            axes.set_title(what, loc="left", fontsize=SMALLEST_TEXT, fontweight="normal", pad=2)
            _draw_samples(axes, placed.coordinates, placed.explained, samples, batches, groups, markers)
        figure.caption = (
            f"{plural(len(samples), 'sample')} on the first two principal components (PC, with their shares of "
            "the variance), "
            f"{'left' if beside else 'above'} of the values as they are "
            f"({plural(correction.before.n_probes, 'probe')} that no sample lacks), "
            f"{'right' if beside else 'below'} after the effects of {correction.column} were subtracted with the "
            "groups in the model. Colors are the groups, marks the batches. After the correction the batches "
            "agree because they were made to; the corrected values are for pictures, not for tests."
        )
        if len(markers) > len(_MARKERS):
            figure.caption += f" Marks repeat after {len(_MARKERS)} batches."
    return figure


def _draw_samples(
    axes: Axes,
    coordinates: FloatArray,
    explained: FloatArray,
    samples: SampleTable,
    batches: list[str],
    groups: dict[str, str],
    markers: dict[str, str],
) -> None:
    axes.axhline(0, color=MISSING_COLOR, linewidth=0.4, zorder=0)
    axes.axvline(0, color=MISSING_COLOR, linewidth=0.4, zorder=0)
    points = np.zeros((len(samples), 2))
    points[:, : coordinates.shape[1]] = coordinates[:, :2]
    for point, group, batch in zip(points, samples.groups, batches, strict=True):
        color = groups.get(group, NEUTRAL_COLOR)
        axes.scatter(
            point[0], point[1], s=20, c=color, marker=markers[batch], edgecolors="black", linewidths=0.4, zorder=3
        )
    axes.margins(0.12)
    axes.locator_params(nbins=5)
    first, second = np.append(100 * explained, 0.0)[:2].tolist()
    axes.set_xlabel(f"PC1 ({first:.0f} %)", labelpad=2)
    axes.set_ylabel(f"PC2 ({second:.0f} %)", labelpad=2)
