"""The house style of every figure, and how a figure is written: PNG and SVG, the same bytes every time.

Figures are made for print. Sizes are millimeters (a journal's column is about 85 mm wide, its page 180 mm), no
text is smaller than seven points, and up and down are told apart by colors that color-blind readers can tell
apart as well. pyplot is never imported: a figure belongs to who made it, not to a global list.

References
----------
Okabe, M. & Ito, K. (2008). Color universal design: how to make figures and presentations that are friendly to
colorblind people. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import io
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from mirtool.model import FloatArray
from mirtool.report.tables import write_bytes

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
DPI = 300
SMALLEST_TEXT = 7.0
"""Points, at the size of print."""
TEXT = 8.0
LINE = SMALLEST_TEXT * 1.35 / POINTS_PER_INCH * MM_PER_INCH
"""Millimeters from a line of the smallest text to the next."""

UP_COLOR = "#D55E00"
"""Okabe and Ito's vermillion: higher in the tested group."""
DOWN_COLOR = "#0072B2"
"""Okabe and Ito's blue: lower in the tested group."""
NEUTRAL_COLOR = "#9A9A9A"
"""What passes no cut-off; no color of the palette, so that it steps back."""
MUTED_COLOR = "#555555"
"""Cut-off lines, leader lines, remarks."""
MISSING_COLOR = "#BDBDBD"
"""Cells and spots without a value."""
DIVERGING_COLORS: Colormap = LinearSegmentedColormap.from_list(
    "down, even, up", [DOWN_COLOR, "#FFFFFF", UP_COLOR]
).with_extremes(bad=MISSING_COLOR)
"""Blue through white to vermilion, for values around a middle."""
GROUP_COLORS = ("#009E73", "#F0E442", "#CC79A7", "#000000", "#56B4E9", "#E69F00", "#0072B2", "#D55E00")
"""Okabe and Ito's eight colors for groups of samples in their order: the first ones differ in lightness, and from
the colors of up and down, which come last."""

# What matplotlib calls settings and has nothing to do with how a figure looks.
_NO_STYLE = frozenset({"backend", "backend_fallback", "interactive"})
_STYLE: dict[str, object] = {
    # DejaVu Sans comes with matplotlib; the others, where installed, write the names that it can't.
    "font.family": ["sans-serif"],
    "font.sans-serif": [
        "DejaVu Sans",
        "Noto Sans CJK SC",
        "Noto Sans CJK JP",
        "WenQuanYi Zen Hei",
        "Microsoft YaHei",
        "SimHei",
        "PingFang SC",
        "Arial",
        "Helvetica",
        "sans-serif",
    ],
    "font.size": TEXT,
    "axes.titlesize": TEXT + 1,
    "axes.titleweight": "bold",
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALLEST_TEXT,
    "ytick.labelsize": SMALLEST_TEXT,
    "legend.fontsize": SMALLEST_TEXT,
    "legend.frameon": False,
    "figure.titlesize": TEXT + 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 0.8,
    # Hinting rounds letters to whole pixels: at some resolutions a line became 7 % longer and left the page.
    "text.hinting": "no_hinting",
    # A group called "$x$" is a name, not a formula.
    "text.parse_math": False,
    # Text in an SVG stays text, to be searched and edited; fixed ids make the bytes repeatable.
    "svg.fonttype": "none",
    "svg.hashsalt": "mirtool",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever the reader's own matplotlib settings are; they are left as they were.

    matplotlib looks its settings up when a text or an axis is made, so a drawing function works inside this
    from its first line to its last; it may also be put above the function as a decorator.
    """
    settings: dict[Any, Any] = {key: value for key, value in mpl.rcParamsDefault.items() if key not in _NO_STYLE}
    with mpl.rc_context(settings | _STYLE), warnings.catch_warnings():
        # A name in a script that no installed font has: a box in the PNG, the right text in the SVG.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        yield


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """Return an empty white figure of a size in print; draw on it inside :func:`house_style`.

    Parameters
    ----------
    width_mm, height_mm
        Size in millimeters.

    Examples
    --------
    >>> [round(float(inches), 3) for inches in new_figure(127, 50.8).get_size_inches()]
    [5.0, 2.0]
    """
    with house_style():
        figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place given in millimeters from the lower left corner of the figure."""
    across, up = (float(inches) * MM_PER_INCH for inches in figure.get_size_inches())
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def figure_of(axes: Axes) -> Figure:
    """Return the figure that the axes are on."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # only axes that were taken off have none
    return figure


def axes_size(axes: Axes) -> FloatArray:
    """Return the width and height of axes in millimeters."""
    share: FloatArray = np.array(axes.get_position().size, dtype=np.float64)
    return np.asarray(share * np.array(figure_of(axes).get_size_inches()) * MM_PER_INCH)


def text_width(text: str, size: float = SMALLEST_TEXT) -> float:
    """Measure a line of text, millimeters in print; call it inside :func:`house_style`."""
    points, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return float(points) / POINTS_PER_INCH * MM_PER_INCH


def shorten(text: str, width_mm: float, size: float = SMALLEST_TEXT) -> str:
    """Cut a text that is too wide, with … at its end; call it inside :func:`house_style`."""
    if text_width(text, size) <= width_mm:
        return text
    fitting = bisect_right(range(1, len(text)), width_mm, key=lambda n: text_width(text[:n] + "…", size))
    kept = text[:fitting]
    return kept.rstrip(" -_/") + "…"


def minus(value: float, decimals: int) -> str:
    """Write a number with a true minus sign, and none before zero.

    Examples
    --------
    >>> minus(-1.25, 1), minus(-0.001, 2)
    ('−1.2', '0.00')
    """
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def wrap(sentences: Sequence[str], width_mm: float) -> tuple[str, ...]:
    """Join sentences to lines of the smallest text; only one that is wider than a line is broken within.

    Call it inside :func:`house_style`.
    """
    lines: list[str] = []
    for sentence in sentences:
        for piece in [sentence] if text_width(sentence) <= width_mm else sentence.split(" "):
            joined = f"{lines[-1]} {piece}" if lines else ""
            if joined and text_width(joined) <= width_mm:
                lines[-1] = joined
            else:
                lines.append(piece)
    return tuple(lines)


def text_boxes(figure: Figure, texts: Sequence[Text]) -> FloatArray:
    """Measure texts as they will be drawn: left, bottom, right, top in pixels, ``(n, 4)``."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    boxes = [text.get_window_extent(renderer).extents for text in texts]
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def save_figure(figure: Figure, folder: str | Path, stem: str) -> list[Path]:
    """Write a figure as ``stem.png`` (300 dpi) and ``stem.svg``; give the two paths.

    Both are drawn before the first is written, and each is written whole or not at all. Neither holds a date or
    a version: the same figure gives the same bytes.

    Parameters
    ----------
    figure
        As :func:`new_figure` made it.
    folder
        Where to; made if it isn't there.
    stem
        File name without extension.

    Raises
    ------
    OutputError
        Where a file can't be written.
    """
    drawn = {".png": png_bytes(figure), ".svg": svg_bytes(figure)}
    paths = []
    for suffix, data in drawn.items():
        path = Path(folder) / f"{stem}{suffix}"
        write_bytes(data, path)
        paths.append(path)
    return paths


def png_bytes(figure: Figure) -> bytes:
    """Draw a figure as PNG at 300 dpi."""
    return _draw(figure, "png", {"Software": None})


def svg_bytes(figure: Figure) -> bytes:
    """Draw a figure as SVG whose text is text."""
    return _draw(figure, "svg", {"Creator": "mirtool", "Date": None})


def _draw(figure: Figure, format_name: str, metadata: dict[str, str | None]) -> bytes:
    out = io.BytesIO()
    with house_style():
        figure.savefig(out, format=format_name, dpi=DPI, metadata=metadata)
    return out.getvalue()


def group_colors(groups: Sequence[str]) -> dict[str, str]:
    """Return each group its color, in the order of first appearance; after eight groups the colors come again.

    Examples
    --------
    >>> group_colors(["resistant", "responding", "resistant"])
    {'resistant': '#009E73', 'responding': '#F0E442'}
    """
    return {group: GROUP_COLORS[i % len(GROUP_COLORS)] for i, group in enumerate(dict.fromkeys(groups))}
