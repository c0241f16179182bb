"""The house style of every figure, and its bytes as PNG, SVG, PDF or TIFF: the same every time.

Figures are laid out for print. Sizes are millimeters (a journal's column is about 85 mm wide, its page 180 mm),
and no text is smaller than seven points. A style enlarges the whole figure (:data:`LOOKS`). Colors can be
distinguished by color-blind readers. What a figure shows in words is its caption (:attr:`Drawing.caption`), which
is written beside the picture. pyplot is never imported: a figure belongs to who made it, not to a global list.

References
----------
Okabe, M. & Ito, K. (2008). Color universal design: how to make figures and presentations that are friendly to
colorblind people. https://jfly.uni-koeln.de/color/

Tol, P. (2021). Colour schemes. SRON technical note SRON/EPS/TN/09-002, issue 3.2.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from mirtool.model import FloatArray
from mirtool.report.figures.settings import NO_TITLE, FigureSettings

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
INK_COLOR = "#222222"
"""Marks of one kind, where color says nothing."""
MUTED_COLOR = "#555555"
"""Cut-off lines, leader lines, remarks."""
MISSING_COLOR = "#BDBDBD"
"""Cells and spots without a value."""
GROUP_COLORS = ("#44AA99", "#882255", "#DDAA33", "#332288", "#999933", "#AA4499", "#88CCEE", "#000000")
"""Colors for groups of samples in their order, after Tol's muted scheme: neighbors differ in lightness, none is a
color of up or down, and all hold on white."""


@dataclass(frozen=True)
class Look:
    """What a style changes: how much larger than in print, how much narrower the layout, and dots per inch."""

    zoom: float = 1.0
    narrower: float = 1.0
    dpi: int = DPI


LOOKS = {"paper": Look(), "slides": Look(zoom=1.8, narrower=0.8), "screen": Look(zoom=1.3, dpi=144)}
"""By the names of :data:`mirtool.report.figures.settings.STYLES`."""

_USUAL = FigureSettings()
_settings: ContextVar[FigureSettings] = ContextVar("figure_settings", default=_USUAL)
_drawing_in: ContextVar[str | None] = ContextVar("figure_font_in_use", default=None)
"""The font asked for where the house style is in effect, empty for the usual one; None outside of it."""
_groups: ContextVar[tuple[str, ...]] = ContextVar("figure_groups", default=())


class Drawing(Figure):
    """A figure with its caption.

    Attributes
    ----------
    caption
        What the figure shows and what its marks mean: whole sentences, for the text beside the picture.
    """

    caption: str = ""


def reword(figure: Figure, said: Callable[[str], str]) -> None:
    """Write the texts of a figure, and its caption, as ``said`` gives them."""
    for text in figure.findobj(Text):
        written = text.get_text()
        if (worded := said(written)) != written:
            text.set_text(worded)
    if isinstance(figure, Drawing):
        figure.caption = said(figure.caption)


@contextmanager
def drawing_with(settings: FigureSettings, groups: Sequence[str] = ()) -> Iterator[None]:
    """Draw with these settings; ``groups`` are all of the study, so that each has one color in all figures."""
    tokens = _settings.set(settings), _groups.set(tuple(groups))
    try:
        yield
    finally:
        _settings.reset(tokens[0])
        _groups.reset(tokens[1])


def page_width(usual: float, least: float) -> float:
    """Return how wide to lay a figure out, in millimeters: as asked for, but not below ``least``."""
    asked = _settings.get().figure_width
    if asked is not None:
        return max(asked / _look().zoom, least)
    return max(usual * _look().narrower, least)


def figure_title(own: str) -> str:
    """Return the title to draw: the one asked for, else the figure's own; empty for none."""
    asked = _settings.get().title
    return own if asked is None else "" if asked == NO_TITLE else asked


def call_colors() -> dict[str, str]:
    """Return the colors of ``"up"``, ``"down"`` and ``""`` (neither)."""
    asked = _settings.get().colors()
    return {
        "up": asked.get("up", UP_COLOR),
        "down": asked.get("down", DOWN_COLOR),
        "": asked.get("neutral", NEUTRAL_COLOR),
    }


def diverging_colors() -> Colormap:
    """Return the color of down through white to the color of up, for values around a middle."""
    colors = call_colors()
    return LinearSegmentedColormap.from_list(
        "down, even, up", [colors["down"], "#FFFFFF", colors["up"]]
    ).with_extremes(bad=MISSING_COLOR)


def colored(values: npt.ArrayLike, scale: ScalarMappable) -> npt.NDArray[np.uint8]:
    """Return values, missing ones too, as a picture in the colors of a scale: red, green, blue, alpha.

    matplotlib scales a picture of bytes in a quarter of the memory, and half of the time, that numbers take.
    """
    colors = scale.get_cmap()(scale.norm(np.ma.masked_invalid(values)), bytes=True)
    return np.array(colors, dtype=np.uint8)


def _look() -> Look:
    return LOOKS[_settings.get().style]


# What matplotlib calls settings and has nothing to do with how a figure looks.
_NO_STYLE = frozenset({"backend", "backend_fallback", "interactive"})
# DejaVu Sans comes with matplotlib; the others, where installed, write the names that it can't.
_FONTS = [
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
]
_STYLE: dict[str, object] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": _FONTS,
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
    # TrueType: text in a PDF stays text in a drawing program.
    "pdf.fonttype": 42,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever the reader's own matplotlib settings are; they are left as they were.

    matplotlib looks its settings up when a text or an axis is made, so a drawing function works inside this
    from its first line to its last; it may also be put above the function as a decorator.
    """
    font = _settings.get().font or ""
    if _drawing_in.get() == font:
        yield
        return
    token = _drawing_in.set(font)
    try:
        with mpl.rc_context(), warnings.catch_warnings():
            dict.update(mpl.rcParams, _house_settings(font))
            # A name in a script that no installed font has: a box in the PNG, the right text in the SVG.
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
            yield
    finally:
        _drawing_in.reset(token)


@lru_cache(maxsize=8)
def _house_settings(font: str) -> dict[Any, Any]:
    """Return all settings of matplotlib in the house style; it checks each of them when it is set: here once."""
    settings: dict[Any, Any] = {key: value for key, value in mpl.rcParamsDefault.items() if key not in _NO_STYLE}
    named = {"font.sans-serif": [font, *_FONTS]} if font else {}
    with mpl.rc_context(settings | _STYLE | named):
        return {key: mpl.rcParams[key] for key in settings}


def new_figure(width_mm: float, height_mm: float) -> Drawing:
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
        figure = Drawing(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place given in millimeters from the lower left corner of the figure."""
    across, up = (float(inches) * MM_PER_INCH for inches in figure.get_size_inches())
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def page_axes(figure: Figure) -> Axes:
    """Return axes over the whole figure, in millimeters, without lines."""
    width, height = (float(inches) * MM_PER_INCH for inches in figure.get_size_inches())
    page = add_axes(figure, 0, 0, width, height)
    page.set_xlim(0, width)
    page.set_ylim(0, height)
    page.axis("off")
    return page


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
    return _measured(text, size, tuple(mpl.rcParams["font.sans-serif"]))


@lru_cache(maxsize=4096)
def _measured(text: str, size: float, _fonts: tuple[str, ...]) -> float:
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


def figure_bytes(figure: Figure, format_name: str) -> bytes:
    """Return a figure as ``png``, ``svg``, ``pdf`` or ``tiff``, in the size of the style that is active.

    No file holds a date or a version: the same figure gives the same bytes. A PDF has the size in print whatever
    the style: it can be scaled without loss.
    """
    look = _look()
    dpi = _settings.get().figure_dpi or look.dpi
    if format_name == "png":
        return _png(_pixels(figure, dpi * look.zoom), dpi)
    if format_name == "tiff":
        return _tiff(_pixels(figure, dpi * look.zoom), dpi)
    if format_name == "pdf":
        hidden = {"Creator": "mirtool", "Producer": None, "CreationDate": None}
        return _draw(figure, "pdf", metadata=hidden).getvalue()
    return _enlarged(_draw(figure, "svg", metadata={"Creator": "mirtool", "Date": None}).getvalue(), look.zoom)


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    return figure_bytes(figure, "png")


def svg_bytes(figure: Figure) -> bytes:
    """Return a figure as SVG whose text is text."""
    return figure_bytes(figure, "svg")


def _draw(figure: Figure, format_name: str, **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    with house_style():
        figure.savefig(out, format=format_name, **options)
    FigureCanvasAgg(figure)  # the former one keeps its pixels, 25 MB of a page, as long as the figure is there
    return out


def _pixels(figure: Figure, dpi: float) -> npt.NDArray[np.uint8]:
    """Return a figure as red, green and blue on white, ``(height, width, 3)``."""
    width, height = (int(inches * dpi) for inches in figure.get_size_inches())
    drawn = np.frombuffer(_draw(figure, "rgba", dpi=dpi).getbuffer(), dtype=np.uint8)
    return drawn.reshape(height, width, 4)[:, :, :3]


def _png(pixels: npt.NDArray[np.uint8], dpi: float) -> bytes:
    """Write pixels as PNG (RFC 2083), each row as it is: in half of Pillow's time, which filters every row.

    Figures are lines and letters on white; filters, made for photographs, only make their files larger.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # 0, no filter, before each row
    rows[:, 1:] = pixels.reshape(height, 3 * width)
    per_meter = round(dpi * 1000 / MM_PER_INCH)
    chunks = {
        b"IHDR": struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0),  # 8 bits of each of three colors
        b"pHYs": struct.pack(">2IB", per_meter, per_meter, 1),
        b"IDAT": zlib.compress(rows.data, 2),
        b"IEND": b"",
    }
    parts = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _tiff(pixels: npt.NDArray[np.uint8], dpi: float) -> bytes:
    """Return a picture as journals ask for it: RGB on white, compressed without loss."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="tiff", compression="tiff_lzw", dpi=(dpi, dpi))
    return out.getvalue()


def _enlarged(svg: bytes, zoom: float) -> bytes:
    """Enlarge an SVG by its width and height; what it holds keeps its coordinates."""
    if zoom == 1:
        return svg
    head, mark, rest = svg.partition(b"viewBox")
    scaled = re.sub(rb'(width|height)="([\d.]+)pt"', lambda m: b'%s="%.6gpt"' % (m[1], float(m[2]) * zoom), head)
    return scaled + mark + rest


def group_colors(groups: Sequence[str]) -> dict[str, str]:
    """Return the color of each group, in the order of the study's groups; after eight the colors come again.

    Examples
    --------
    >>> group_colors(["resistant", "responding", "resistant"])
    {'resistant': '#44AA99', 'responding': '#882255'}
    """
    asked = _settings.get().colors()
    order = dict.fromkeys((*filter(None, _groups.get()), *groups))
    color = {group: asked.get(group, GROUP_COLORS[i % len(GROUP_COLORS)]) for i, group in enumerate(order)}
    return {group: color[group] for group in dict.fromkeys(groups)}
