"""What must hold for every figure, as its reader sees it: checks that the tests of all figures share.

``assert_legible`` holds for any figure: no text outside the page, none on another, none too small. The others
are for what a figure has: a caption, names at dots, lines, and signs for up and down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from mirtool.report.figures.canvas import SMALLEST_TEXT, house_style, text_boxes

PIXEL = 0.5
"""Half a pixel at 300 dpi: what rounding may cost."""
Measured = list[tuple[Text, np.ndarray]]
"""The texts of a figure, each with its box in pixels."""
LEAST_GRAY = 0.15
"""How much two signs of one shape must differ in gray, of black to white."""


def drawn_texts(figure: Figure) -> list[Text]:
    """Return every text that reaches the page: titles, legends, names, and of tick labels those in view."""
    with _recorded() as texts, house_style():
        figure.draw_without_rendering()
    return list(dict.fromkeys(texts))


def drawn_words(figure: Figure) -> list[str]:
    """Return what is written on the page."""
    return [text.get_text() for text in drawn_texts(figure)]


def assert_legible(figure: Figure) -> None:
    """No text leaves the page, is cut, lies on another, or is smaller than the smallest."""
    measured = _measured(figure)
    _assert_inside(figure, measured)
    _assert_apart(measured)
    for text, _ in measured:
        assert text.get_fontsize() >= SMALLEST_TEXT, (
            f"{text.get_text()!r} is written in {text.get_fontsize():g} pt"
        )


def assert_texts_inside(figure: Figure) -> None:
    """No text leaves the page, nor the axes that cut it."""
    _assert_inside(figure, _measured(figure))


def _assert_inside(figure: Figure, measured: Measured) -> None:
    width, height = figure.bbox.size
    for text, (left, bottom, right, top) in measured:
        what = f"{text.get_text()!r} leaves the figure"
        assert left >= -PIXEL, f"{what} at the left by {-left:.0f} pixels"
        assert bottom >= -PIXEL, f"{what} at the bottom by {-bottom:.0f} pixels"
        assert right <= width + PIXEL, f"{what} at the right by {right - width:.0f} pixels"
        assert top <= height + PIXEL, f"{what} at the top by {top - height:.0f} pixels"
        clip = text.get_clip_box() if text.get_clip_on() else None
        if clip is not None:
            low, high = clip.extents[:2] - PIXEL, clip.extents[2:] + PIXEL
            whole = (low <= (left, bottom)).all() and (high >= (right, top)).all()
            assert whole, f"{text.get_text()!r} is cut"


def assert_texts_apart(figure: Figure) -> None:
    """No text lies on another; names written aslant are not looked at, whose boxes overlap where they do not."""
    _assert_apart(_measured(figure))


def _assert_apart(measured: Measured) -> None:
    measured = [(text, box) for text, box in measured if text.get_rotation() % 90 == 0]
    boxes = np.array([box for _, box in measured]).reshape(-1, 4)
    # A line's box holds room for accents and descenders that lines side by side may share: a tenth of its height.
    slack = 0.1 * np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])[:, None]
    boxes = boxes + slack * [1, 1, -1, -1]
    across, along = (
        (boxes[:, None, i] < boxes[None, :, i + 2]) & (boxes[None, :, i] < boxes[:, None, i + 2]) for i in (0, 1)
    )
    for i, j in np.argwhere(np.triu(across & along, 1)):
        first, second = (measured[k][0].get_text() for k in (i, j))
        raise AssertionError(f"{first!r} and {second!r} lie on each other")


def assert_has_caption(figure: Figure) -> None:
    """The figure says in whole sentences, beside the picture, what it shows."""
    caption = getattr(figure, "caption", "").strip()
    assert caption, "the figure has no caption"
    assert caption[0].isupper() or not caption[0].isalpha(), f"{caption[:40]!r} does not begin a sentence"
    assert caption.endswith("."), f"the caption ends in {caption[-40:]!r}"
    assert "  " not in caption, f"two spaces in {caption!r}"
    assert ".." not in caption, f"two full stops in {caption!r}"


def assert_names_at_their_dots(
    axes: Axes, names: Sequence[Text], own: Sequence[int], dots: np.ndarray, *, others: np.ndarray | None = None
) -> None:
    """No name is farther from its own dot than from another's.

    Of the other named dots this holds without exception; of dots without a name it holds unless a line leads from
    the name to its own dot.

    Parameters
    ----------
    axes
        With the names and the leader lines, which start at a dot and end at its name.
    names
        The names.
    own
        Which of the dots each belongs to.
    dots
        The dots that have a name, data coordinates, ``(n, 2)``.
    others
        The dots without one, ``(m, 2)``.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    to_pixels = axes.transData.transform
    named = to_pixels(np.asarray(dots, dtype=float).reshape(-1, 2))
    nameless = to_pixels(np.asarray([] if others is None else others, dtype=float).reshape(-1, 2))
    with house_style():
        boxes = text_boxes(figure, names)
    for text, box, mine in zip(names, boxes, own, strict=True):
        distance = _distances(box, named)
        nearest = int(np.argmin(distance))
        assert distance[mine] <= distance[nearest] + PIXEL, f"{text.get_text()!r} is nearer to dot {nearest}"
        if not _has_leader(axes, named[mine], box) and len(nameless):
            assert distance[mine] <= _distances(box, nameless).min() + PIXEL, (
                f"{text.get_text()!r} is nearer to a dot without a name, and no line leads to its own"
            )


def assert_clear_of_lines(axes: Axes, texts: Sequence[Text]) -> None:
    """No text lies on a straight line across the axes, such as a cut-off."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    with house_style():
        boxes = text_boxes(figure, texts)
    for line in axes.lines:
        (x0, y0), *_, (x1, y1) = line.get_transform().transform(line.get_xydata())
        steps = np.linspace(0, 1, 2000)[:, None]
        points = (1 - steps) * (x0, y0) + steps * (x1, y1)
        for text, (left, bottom, right, top) in zip(texts, boxes, strict=True):
            inside = (points > (left, bottom)).all(axis=1) & (points < (right, top)).all(axis=1)
            assert not inside.any(), f"a line runs through {text.get_text()!r}"


def gray(color: object) -> float:
    """Return how bright a color is in gray print, 0 (black) to 1 (white): luma of ITU-R BT.601."""
    red, green, blue = to_rgb(color)  # type: ignore[arg-type]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def assert_distinct_in_gray(first: tuple[object, object], second: tuple[object, object]) -> None:
    """Two signs, each its shape (marker, hatch or fill) and its color, differ without their color."""
    (shape, color), (other_shape, other_color) = first, second
    if isinstance(shape, np.ndarray) or isinstance(other_shape, np.ndarray):
        alike = np.shape(shape) == np.shape(other_shape) and np.allclose(shape, other_shape)  # type: ignore[arg-type]
    else:
        alike = shape == other_shape
    difference = abs(gray(color) - gray(other_color))
    assert not alike or difference >= LEAST_GRAY, f"signs of one shape differ in gray by {difference:.2f} only"


def _measured(figure: Figure) -> Measured:
    texts = drawn_texts(figure)
    with house_style():
        return list(zip(texts, text_boxes(figure, texts), strict=True))


def _distances(box: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points - np.clip(points, box[:2], box[2:])).T)


def _has_leader(axes: Axes, dot: np.ndarray, box: np.ndarray) -> bool:
    """Return True if a line of the axes leads from the dot to the name's box."""
    for collection in axes.collections:
        if isinstance(collection, LineCollection):
            for segment in collection.get_segments():
                start, end = axes.transData.transform([segment[0], segment[-1]])
                at_name = (end >= box[:2] - 2).all() and (end <= box[2:] + 2).all()
                if at_name and np.hypot(*(start - dot)) < 1:
                    return True
    return False


@contextmanager
def _recorded() -> Iterator[list[Text]]:
    """Record each text as matplotlib draws it, which alone knows which tick labels are in view.

    Images, which hold no text and take longest, are not resampled.
    """
    found: list[Text] = []
    draw, draw_image = Text.draw, AxesImage.draw

    def draw_and_record(text: Text, renderer: object, *args: object, **options: object) -> None:
        if text.get_visible() and text.get_text().strip():
            found.append(text)
        draw(text, renderer, *args, **options)  # type: ignore[arg-type]

    Text.draw = draw_and_record  # type: ignore[method-assign,assignment]
    AxesImage.draw = lambda *_, **__: None  # type: ignore[method-assign,assignment]
    try:
        yield found
    finally:
        Text.draw, AxesImage.draw = draw, draw_image  # type: ignore[method-assign]
