"""False-color pictures of the slides: foreground, background, and what departs from its probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, SpotLayout
from mirtool.quality import QualityReport
from mirtool.quality.comparison import row_medians
from mirtool.quality.findings import MORAN_LIMIT, MORAN_P
from mirtool.report.figures.canvas import LINE, diverging_colors, house_style, minus
from mirtool.report.figures.quality_pages import (
    PanelSize,
    draw_color_bar,
    page_slices,
    panel_page,
    panels_a_page,
    write_panel_title,
)
from mirtool.report.figures.quality_rows import CHECK_COLOR
from mirtool.report.figures.sheet import GAP, MARGIN, WIDTH
from mirtool.report.figures.slide import Slide, lay_out
from mirtool.wording import plural

_WIDEST, _TALLEST, _MOST_ACROSS = 56.0, 105.0, 9
_ROOM, _FEET, _BAR_LEFT = 32.0, 4.0, WIDTH - MARGIN - 44.0
_ENDS = (0.01, 0.99)
"""Shares of all spots below and above which the darkest and the lightest color stand."""
_SHADES = 24
"""Steps of color: more are not told apart, and make the pictures of many slides large files."""
_NO_SPOT = "#DCDCDC"
"""Paler than elsewhere, since on many slides most spots are missing."""
_LEAST_RESIDUAL, _MOST_RESIDUAL = 1.0, 3.0


@dataclass(frozen=True)
class _SlideText:
    """What a page of slides shows, the label of its color bar, and the remarks at its foot."""

    what: str
    label: str
    remarks: tuple[str, ...]


def foreground_figures(report: QualityReport, *, block_columns: int | None = None) -> list[Figure]:
    """Draw the foreground of every array as a picture of its slide, one color scale for all.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`; the channel with the samples is drawn.
    block_columns
        Blocks side by side; :mod:`mirtool.report.figures.slide` says what is taken where it is not given.

    Returns
    -------
    list of Figure
        Pages, 180 mm wide, in the order of the arrays.

    Raises
    ------
    NotEnoughDataError
        Where the files do not say where the spots lie.
    """
    values = report.arrays.channels[report.channel].foreground
    return _intensity_figures(report, values, "foreground", block_columns)


def background_figures(report: QualityReport, *, block_columns: int | None = None) -> list[Figure]:
    """Draw the background around the spots of every array, as :func:`foreground_figures` does.

    Raises
    ------
    NotEnoughDataError
        Where the files have no background, or do not say where the spots lie.
    """
    values = report.arrays.channels[report.channel].background
    if values is None:
        raise NotEnoughDataError("there is nothing to draw a background of: these files have none")
    return _intensity_figures(report, values, "background", block_columns)


def residual_figures(report: QualityReport, *, block_columns: int | None = None) -> list[Figure]:
    """Draw where the spots of every array lie above and below what their probe shows elsewhere.

    Over each picture stands Moran's I, which is 0 where neighbors depart from their probes independently and near
    1 where they do so together, as in a scratch or a gradient. Arrays beyond the limit of I and of its P are named
    in bold.

    Raises
    ------
    NotEnoughDataError
        Where the files do not say where the spots lie, or no spot can be compared with another.
    """
    layout = _layout(report)
    if report.spatial is None:
        raise NotEnoughDataError("there is nothing to draw residuals of: no spot can be compared with another")
    spatial = report.spatial
    marked = (spatial.moran >= MORAN_LIMIT) & (spatial.p_value < MORAN_P)
    known = np.abs(spatial.residual[~np.isnan(spatial.residual)])
    limit = float(np.quantile(known, _ENDS[1])) if len(known) else _LEAST_RESIDUAL
    limit = round(2 * min(max(limit, _LEAST_RESIDUAL), _MOST_RESIDUAL)) / 2
    slide = lay_out(layout, block_columns)
    return _figures(
        report,
        slide,
        spatial.residual,
        ScalarMappable(Normalize(-limit, limit), diverging_colors().resampled(_SHADES + 1)),
        _SlideText(
            "residuals",
            "residual, log₂",
            (
                f"Each spot against {spatial.residual_from}.",
                f"Bold: a spatial trend (Moran's I at {MORAN_LIMIT:g} or more, P below {MORAN_P:g}).",
                "Gray: no residual (missing, flagged, or below the cut-off with its probe).",
            ),
        ),
        ["" if np.isnan(i) else f"I = {minus(i, 2)}" for i in spatial.moran.tolist()],
        marked,
    )


def _layout(report: QualityReport) -> SpotLayout:
    if report.layout is None:
        raise NotEnoughDataError("there are no slides to draw: the files do not say where the spots lie")
    return report.layout


def _intensity_figures(
    report: QualityReport, values: FloatArray, what: str, block_columns: int | None
) -> list[Figure]:
    slide = lay_out(_layout(report), block_columns)
    # Nothing below one count is an intensity; processed signals may be.
    shades = np.log2(np.maximum(values, 1.0))
    known = shades[~np.isnan(shades)]
    low, high = np.quantile(known, _ENDS).tolist() if len(known) else (0.0, 1.0)
    return _figures(
        report,
        slide,
        shades,
        ScalarMappable(Normalize(low, max(high, low + 0.1)), colormaps["viridis"].resampled(_SHADES)),
        _SlideText(
            what,
            f"{what}, log₂ counts",
            ("One scale for all arrays, from the 1st to the 99th percentile of all spots. Gray: missing.",),
        ),
        ["" if np.isnan(middle) else f"median {middle:.4g}" for middle in row_medians(values.T).tolist()],
        np.zeros(len(report.samples), dtype=bool),
    )


def _figures(
    report: QualityReport,
    slide: Slide,
    values: FloatArray,
    scale: ScalarMappable,
    text: _SlideText,
    notes: Sequence[str],
    marked: BoolArray,
) -> list[Figure]:
    n = values.shape[1]
    size = _panel_size(slide.shape, n)
    pages = page_slices(n, panels_a_page(size, _ROOM))
    figures = []
    for number, page in enumerate(pages, start=1):
        title = f"Slides: {text.what} of {plural(n, 'array')}, channel {report.channel}"
        title += f" (page {number} of {len(pages)})" if len(pages) > 1 else ""
        with house_style():
            figure, panels = panel_page(
                page.stop - page.start,
                size,
                title=title,
                remarks=[*text.remarks, f"{slide.arrangement[0].upper()}{slide.arrangement[1:]}."],
                feet=_FEET,
                remarks_width=_BAR_LEFT - 2 * MARGIN,
            )
            for j, axes in zip(range(page.start, page.stop), panels, strict=True):
                _draw_slide(axes, slide, values[:, j], scale)
                mark = CHECK_COLOR if marked[j] else ""
                write_panel_title(axes, report.samples.names[j], notes[j], (mark, mark), stacked=True)
            draw_color_bar(figure, scale, text.label, left=_BAR_LEFT, bottom=MARGIN + 3)
        figures.append(figure)
    return figures


def _panel_size(shape: tuple[int, int], n: int) -> PanelSize:
    """Return large panels of slide's shape of which all fit on a page and fill its rows, or else small ones."""
    rows, columns = shape
    sizes = []
    for across in range(1, _MOST_ACROSS + 1):
        width = min((WIDTH - 2 * MARGIN + GAP) / across - 2.5 * GAP, _WIDEST, _TALLEST * columns / rows)
        sizes.append(PanelSize(across, width, width * rows / columns, 0.0, 2.2 * LINE, 2.5))
    fitting = [size for size in sizes if n <= panels_a_page(size, _ROOM)]
    if not fitting:
        return sizes[-1]
    return max(fitting, key=lambda size: (size.width * n / (size.across * -(-n // size.across)), size.across))


def _draw_slide(axes: Axes, slide: Slide, values: FloatArray, scale: ScalarMappable) -> None:
    """Draw a cell a spot: gray where the value is missing, white between the blocks."""
    cells = slide.picture(values)
    colors = scale.get_cmap().with_extremes(bad=_NO_SPOT)
    picture = np.asarray(colors(scale.norm(np.ma.masked_invalid(cells)), bytes=True))
    picture[~slide.within] = 255
    axes.imshow(picture, interpolation="none", aspect="auto")
    axes.set_axis_off()
