"""False-color pictures of the slides: foreground, background, and what departs from its probe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import Patch, Rectangle

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, SpotLayout
from mirtool.quality import QualityReport
from mirtool.quality.comparison import row_medians
from mirtool.quality.findings import MORAN_LIMIT, MORAN_P
from mirtool.quality.spatial import FEWEST_AROUND, REACH, local_medians
from mirtool.report.figures.canvas import (
    LINE,
    Drawing,
    colored,
    diverging_colors,
    house_style,
    minus,
    page_width,
    text_width,
)
from mirtool.report.figures.quality_captions import found_in_words, join, page_in_words
from mirtool.report.figures.quality_pages import (
    PanelPage,
    PanelSize,
    draw_foot_bar,
    page_slices,
    panel_page,
    panels_per_page,
    write_panel_title,
)
from mirtool.report.figures.quality_rows import CHECK_COLOR
from mirtool.report.figures.sheet import BOLDER, GAP, MARGIN, WIDTH
from mirtool.report.figures.slide import Slide, lay_out
from mirtool.wording import plural

_LEAST_WIDTH = 85.0
_WIDEST, _TALLEST, _MOST_ACROSS, _NARROWEST = 56.0, 105.0, 9, 16.0
_ROOM = 26.0
_ENDS = (0.01, 0.99)
"""Shares of all spots below and above which the darkest and the lightest color are taken."""
_SHADES = 24
"""Steps of color: more can't be distinguished, and make the pictures of many slides large files."""
_NO_SPOT = "#E2E2E2"
"""Paler than elsewhere, since on many slides most spots are missing."""
_FRAME_COLOR = "#B4B4B4"
"""Between the blocks of a picture whose middle color is white."""
_LEAST_RESIDUAL, _MOST_RESIDUAL = 1.0, 3.0
MOSTLY_MISSING = 0.5
"""Where the median array has residuals for a smaller share of its spots, medians of squares of spots are drawn."""


@dataclass(frozen=True, eq=False)
class _Slides:
    """What the pages of slides show, and what is written on them.

    Parameters
    ----------
    what
        In the title.
    values
        ``(n_spots, n_arrays)``.
    scale
        The colors.
    label
        Of the color bar.
    gray
        What gray is.
    caption
        Sentences that say what is drawn, before and after those about the arrangement.
    notes
        A line under the name of each array.
    short_notes
        The same where a slide is narrow.
    marked
        Arrays named in bold, ``(n_arrays,)``.
    framed
        True where the blocks are framed in gray; else white is between them.
    """

    what: str
    values: FloatArray
    scale: ScalarMappable
    label: str
    gray: str
    caption: tuple[tuple[str, ...], tuple[str, ...]]
    notes: tuple[str, ...]
    short_notes: tuple[str, ...]
    marked: BoolArray
    framed: bool = False


def foreground_figures(report: QualityReport, *, block_columns: int | None = None) -> list[Drawing]:
    """Draw the foreground of every array as a picture of its slide, one color scale for all.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`; the channel with the samples is drawn.
    block_columns
        Blocks side by side, if not as the files say; see :mod:`mirtool.report.figures.slide`.

    Returns
    -------
    list of Drawing
        Pages, 180 mm wide, or as wide as asked for from 85 mm on, in the order of the arrays.

    Raises
    ------
    NotEnoughDataError
        Where the files do not say where the spots lie.
    """
    values = report.arrays.channels[report.channel].foreground
    return _intensity_figures(report, values, "foreground", block_columns)


def background_figures(report: QualityReport, *, block_columns: int | None = None) -> list[Drawing]:
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


def residual_figures(report: QualityReport, *, block_columns: int | None = None) -> list[Drawing]:
    """Draw where the spots of every array lie above and below what their probe shows elsewhere.

    Where most spots have no residual, each cell shows the median residual of the 5 × 5 spots around it, in its
    block, if three of them have one: a scratch or a gradient is then seen, which single spots between gray ones
    would hide. Over each picture is Moran's I, which is 0 where neighbors depart from their probes independently
    and near 1 where they do so together, as in a scratch or a gradient. Arrays beyond the limit of I and of its P
    are named in bold.

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
    share = float(np.median((~np.isnan(spatial.residual)).mean(axis=0)))
    smooth = share < MOSTLY_MISSING
    values = local_medians(spatial.residual, layout) if smooth else spatial.residual
    known = np.abs(values[~np.isnan(values)])
    limit = float(np.quantile(known, _ENDS[1])) if len(known) else _LEAST_RESIDUAL
    limit = round(2 * min(max(limit, _LEAST_RESIDUAL), _MOST_RESIDUAL)) / 2
    square = 2 * REACH + 1
    slides = _Slides(
        "residuals",
        values,
        ScalarMappable(
            Normalize(-limit, limit), diverging_colors().resampled(_SHADES + 1).with_extremes(bad=_NO_SPOT)
        ),
        f"residual, log₂, median of {square} × {square} spots" if smooth else "residual, log₂",
        "no residual",
        (
            (
                f"Residuals of the spots of {plural(len(report.samples), 'array')}, channel {report.channel}: "
                "log₂ of "
                f"each spot over {spatial.residual_from}.",
                f"The median array has residuals for {100 * share:.0f} % of its spots; the others are missing, "
                "flagged, "
                "without a replicate, or below the cut-off with their probe.",
                f"Each cell therefore shows the median residual of the {square} × {square} spots around it, in "
                "its "
                f"block; gray cells have fewer than {FEWEST_AROUND} there."
                if smooth
                else "Gray cells have no residual.",
            ),
            (
                "Moran's I is 0 where neighbors depart from their probes independently and near 1 where they do "
                "so "
                f"together; a name in bold orange marks a spatial trend, I of {MORAN_LIMIT:g} or more with P "
                "below "
                f"{MORAN_P:g}.",
                "Look for patches of one color: a scratch, a bubble, a dried edge or a gradient.",
                found_in_words(report, ("spatial trend",)),
            ),
        ),
        tuple("" if np.isnan(i) else f"Moran's I {minus(i, 2)}" for i in spatial.moran.tolist()),
        tuple("" if np.isnan(i) else f"I = {minus(i, 2)}" for i in spatial.moran.tolist()),
        marked,
        framed=True,
    )
    return _figures(report, lay_out(layout, block_columns), slides)


def _layout(report: QualityReport) -> SpotLayout:
    if report.layout is None:
        raise NotEnoughDataError("there are no slides to draw: the files do not say where the spots lie")
    return report.layout


def _intensity_figures(
    report: QualityReport, values: FloatArray, what: str, block_columns: int | None
) -> list[Drawing]:
    slide = lay_out(_layout(report), block_columns)
    # Nothing below one count is an intensity; processed signals may be.
    shades = np.log2(np.maximum(values, 1.0))
    known = shades[~np.isnan(shades)]
    low, high = np.quantile(known, _ENDS).tolist() if len(known) else (0.0, 1.0)
    slides = _Slides(
        what,
        shades,
        ScalarMappable(
            Normalize(low, max(high, low + 0.1)),
            colormaps["viridis"].resampled(_SHADES).with_extremes(bad=_NO_SPOT),
        ),
        f"{what}, log₂ counts",
        "missing",
        (
            (
                f"{what.capitalize()} of the spots of {plural(len(report.samples), 'array')}, channel "
                f"{report.channel}, "
                "log₂ counts; over each slide is the median.",
                "One scale for all arrays, from the 1st to the 99th percentile of all spots; gray spots are "
                "missing.",
            ),
            (
                "Look for gradients, blotches and blocks that differ from the others.",
                found_in_words(report, ("spatial trend",)),
            ),
        ),
        tuple("" if np.isnan(middle) else f"median {middle:.4g}" for middle in row_medians(values.T).tolist()),
        tuple("" if np.isnan(middle) else f"{middle:.4g}" for middle in row_medians(values.T).tolist()),
        np.zeros(len(report.samples), dtype=bool),
    )
    return _figures(report, slide, slides)


def _figures(report: QualityReport, slide: Slide, slides: _Slides) -> list[Drawing]:
    n = slides.values.shape[1]
    width = page_width(WIDTH, _LEAST_WIDTH)
    size = _panel_size(slide.shape, n, width)
    pages = page_slices(n, panels_per_page(size, _ROOM))
    before, after = slides.caption
    caption = join([*before, f"The slide: {slide.arrangement}.", *after])
    figures = []
    for number, page in enumerate(pages, start=1):
        title = f"Slides: {slides.what} of {plural(n, 'array')}, channel {report.channel}"
        with house_style():
            sheet = panel_page(
                page.stop - page.start,
                size,
                width,
                title=title + page_in_words(number, len(pages)),
                key=[Patch(facecolor=_NO_SPOT, label=slides.gray)],
            )
            fit = max(map(text_width, slides.notes)) * BOLDER <= size.width
            notes = slides.notes if fit else slides.short_notes
            for i, j in enumerate(range(page.start, page.stop)):
                _draw_slide(sheet, i, slide, slides.values[:, j], slides.scale, framed=slides.framed)
                mark = CHECK_COLOR if slides.marked[j] else ""
                write_panel_title(sheet, i, report.samples.names[j], notes[j], (mark, mark), stacked=True)
            draw_foot_bar(sheet.figure, slides.scale, slides.label)
        sheet.figure.caption = caption
        figures.append(sheet.figure)
    return figures


def _panel_size(shape: tuple[int, int], n: int, page: float) -> PanelSize:
    """Return large panels of slide's shape of which all fit on a page and fill its rows, or else small ones."""
    rows, columns = shape
    sizes = []
    for across in range(1, _MOST_ACROSS + 1):
        width = min((page - 2 * MARGIN + GAP) / across - 2.5 * GAP, _WIDEST, _TALLEST * columns / rows)
        if across == 1 or width >= _NARROWEST:
            sizes.append(PanelSize(across, width, width * rows / columns, 0.0, 2.2 * LINE, 2.5))
    fitting = [size for size in sizes if n <= panels_per_page(size, _ROOM)]
    if not fitting:
        return sizes[-1]
    return max(fitting, key=lambda size: (size.width * n / (size.across * -(-n // size.across)), size.across))


def _draw_slide(
    sheet: PanelPage, i: int, slide: Slide, values: FloatArray, scale: ScalarMappable, *, framed: bool
) -> None:
    """Draw one cell per spot: gray where the value is missing, a frame or white between the blocks."""
    picture = colored(slide.picture(values), scale)
    picture[~slide.within] = (*(round(255 * part) for part in to_rgb(_FRAME_COLOR)), 255) if framed else 255
    (left, bottom), width, height = sheet.corners[i], sheet.size.width, sheet.size.height
    extent = (left, left + width, bottom, bottom + height)
    sheet.axes.imshow(picture, interpolation="none", aspect="auto", extent=extent)
    if framed:
        sheet.axes.add_patch(
            Rectangle((left, bottom), width, height, fill=False, edgecolor=_FRAME_COLOR, linewidth=0.6)
        )
