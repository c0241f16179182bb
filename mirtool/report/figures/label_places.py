"""Where names go on a plot so that none covers another: measured, deterministic, greedy.

Everything is in pixels (or any other square unit), x to the right and y upward; a box is
``(left, bottom, right, top)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mirtool.model import BoolArray, FloatArray

_OVERLAPS = np.array([0.25, 0.5, 0.75, 1])
"""Shares of half a label by which it is moved along its anchor; at 1 it is flush with it."""
_CLEARANCES = np.array([1, 1.7, 2.5, 3.5, 4.5, 6, 7.5, 9, 11, 13, 15, 17.5, 20, 23])
_ROUNDS = 4
# What a place costs, in gaps of distance: each point it hides or its leader line runs over, each point so near
# that the name might be taken for that one's (of many no more than so many count), each leader line that its own
# would cross, and a leader line that is needed but too short to be seen.
_HIDDEN_POINT = 4.0
_STRUCK_POINT = 1.0
_MISTAKABLE_POINT = 3.0
_MOST_MISTAKABLE = 3
_CROSSED_LEADER = 12.0
_UNSEEN_LEADER = 12.0
_SHORTEST_LEADER = 2.4
"""Gaps from the point to a name whose leader line can be seen between them."""
_AT_ITS_POINT = 1.2
"""Gaps from its point within which a name needs no leader line, if it is no nearer to another."""
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Barriers:
    """What no label may lie on: lines ``(k, 4)``, each from a point to another, and boxes ``(m, 4)``."""

    lines: FloatArray = field(default_factory=lambda: np.empty((0, 4)))
    boxes: FloatArray = field(default_factory=lambda: np.empty((0, 4)))

    def touch(self, boxes: FloatArray) -> BoolArray:
        """Mask of the boxes that lie on a barrier."""
        return np.asarray(_meet(self.lines, boxes).any(axis=0) | _overlap(boxes, self.boxes).any(axis=1))


@dataclass(frozen=True)
class Placement:
    """A label's box, and the point of its edge where the leader line from the anchor ends.

    ``needs_leader`` is False where the label is at its point, and nearer to it than to any other.
    """

    box: tuple[float, float, float, float]
    leader_end: tuple[float, float]
    needs_leader: bool


def place_labels(
    anchors: FloatArray,
    sizes: FloatArray,
    *,
    bounds: tuple[float, float, float, float],
    points: FloatArray,
    gap: float,
    obstacles: FloatArray | None = None,
    barriers: Barriers | None = None,
) -> list[Placement | None]:
    """Find a place for each label, one after another; then let each move again while the others stay.

    A label stays inside ``bounds``, off every barrier, every other label and leader line, and nearer to its own
    anchor than to any other. Among the places that are left it takes the nearest, where hiding a point, lying as
    near to a point without a name or crossing a leader line counts as distance. One that finds none is left out;
    of two orders (by rank, and the most hemmed in first) the one that leaves out fewer is taken.

    Parameters
    ----------
    anchors
        The points to be named, by rank, ``(n, 2)``.
    sizes
        Width and height of each label, ``(n, 2)``.
    bounds
        The box that holds all labels.
    points
        Every point drawn, ``(m, 2)``, the anchors among them.
    gap
        Clearance around labels, and of a label from its own anchor.
    obstacles
        What labels should not hide either, though none could be taken for its name, such as points along a line,
        ``(k, 2)``.
    barriers
        What no label may lie on.

    Returns
    -------
    list of Placement or None
        One entry per label; None where no place was free.
    """
    kept_off = np.empty((0, 2)) if obstacles is None else obstacles
    page = _Page(bounds, anchors, points, kept_off, barriers or Barriers(), gap)
    choices = [_choices(anchor, size, page) for anchor, size in zip(anchors, sizes, strict=True)]
    by_rank = range(len(choices))
    hemmed_in_first = sorted(by_rank, key=lambda i: float(choices[i].cost.min(initial=np.inf)), reverse=True)
    placed = max((_settle(choices, order, gap) for order in (by_rank, hemmed_in_first)), key=len)
    return [choices[i].place(placed[i]) if i in placed else None for i in by_rank]


def _settle(choices: Sequence[_Choices], order: Sequence[int], gap: float) -> dict[int, int]:
    """Place the labels in ``order``, then move each while the others stay, until none moves any more."""
    placed: dict[int, int] = {}
    for _ in range(_ROUNDS):
        before = dict(placed)
        for label in order:
            placed.pop(label, None)
            others = [(choices[i].boxes[k], choices[i].leaders[k]) for i, k in sorted(placed.items())]
            best = _best(choices[label], others, gap)
            if best is not None:
                placed[label] = best
        if placed == before:
            break
    return placed


def spread(wanted: FloatArray, height: float, low: float, high: float) -> FloatArray:
    """Move positions along a line until they are ``height`` apart, as little as can be (least squares).

    Parameters
    ----------
    wanted
        Where each would like to be, ascending, ``(n,)``.
    height
        The distance that any two must keep; n of them must fit between ``low`` and ``high``.
    low, high
        The ends of the line; each position keeps half a height from them.

    Examples
    --------
    >>> spread(np.array([0.0, 5.0, 5.0, 9.9]), 2.0, 0.0, 10.0).tolist()
    [1.0, 4.0, 6.0, 9.0]
    """
    steps = height * np.arange(len(wanted))
    # Without the steps, "apart" becomes "not descending": isotonic regression by pooling adjacent violators.
    pools: list[tuple[float, int]] = []
    for value in wanted - steps:
        mean, size = float(value), 1
        while pools and pools[-1][0] > mean:
            other, n = pools.pop()
            mean, size = (mean * size + other * n) / (size + n), size + n
        pools.append((mean, size))
    level = np.repeat([mean for mean, _ in pools], [size for _, size in pools])
    return np.asarray(np.clip(level, low + height / 2, high - height / 2 - steps[-1:].sum()) + steps)


@dataclass(frozen=True)
class _Choices:
    """The places one label may take, ``(k, 4)`` boxes and leader lines, and what each costs by itself.

    ``led`` marks those that need a leader line.
    """

    boxes: FloatArray
    leaders: FloatArray
    cost: FloatArray
    led: BoolArray

    def place(self, k: int) -> Placement:
        left, bottom, right, top = self.boxes[k].tolist()
        return Placement(
            (left, bottom, right, top), (float(self.leaders[k, 2]), float(self.leaders[k, 3])), bool(self.led[k])
        )


@dataclass(frozen=True)
class _Page:
    """What labels keep to and keep off."""

    bounds: tuple[float, float, float, float]
    anchors: FloatArray
    points: FloatArray
    obstacles: FloatArray
    barriers: Barriers
    gap: float


def _choices(anchor: FloatArray, size: FloatArray, page: _Page) -> _Choices:
    gap = page.gap
    boxes, ends = _candidates(anchor, size, page.bounds, gap)
    distance = np.hypot(*(ends - anchor).T)
    clear = distance[:, None] <= _distances(boxes, page.anchors) + _ROUNDING
    free = ~page.barriers.touch(_widen(boxes, gap)) & clear.all(axis=1)
    boxes, ends = boxes[free], ends[free]
    wide = _widen(boxes, gap)
    distance = np.hypot(*(ends - anchor).T)
    leaders = np.column_stack([np.broadcast_to(anchor, ends.shape), ends])
    reach = 2 * distance.max(initial=0) + size.max() + gap
    near, lines = (each[np.abs(each - anchor).max(axis=1) < reach] for each in (page.points, page.obstacles))
    seen = np.vstack([near, lines])
    cost = distance / gap + _HIDDEN_POINT * _count_inside(wide, seen)
    # A leader line ends at the nearest edge of its box: it passes no point that is farther off.
    passed = seen[np.abs(seen - anchor).max(axis=1) <= np.abs(ends - anchor).max(initial=0) + gap]
    cost += _STRUCK_POINT * _meet(leaders, np.hstack([passed - gap / 2, passed + gap / 2])).sum(axis=1)
    others = near[(near != anchor).any(axis=1)]
    from_others = _distances(boxes, others)
    mistakable = (from_others < distance[:, None] + 2 * gap).sum(axis=1)
    cost += _MISTAKABLE_POINT * np.minimum(mistakable, _MOST_MISTAKABLE)
    led = (distance > _AT_ITS_POINT * gap) | (from_others < distance[:, None] + gap).any(axis=1)
    cost += _UNSEEN_LEADER * (led & (distance < _SHORTEST_LEADER * gap))
    return _Choices(boxes, leaders, cost, led)


def _best(choices: _Choices, others: list[tuple[FloatArray, FloatArray]], gap: float) -> int | None:
    """Return the cheapest place that is free of the others' boxes and leader lines, if there is one."""
    boxes = np.array([box for box, _ in others]).reshape(-1, 4)
    leaders = np.array([leader for _, leader in others]).reshape(-1, 4)
    wide = _widen(choices.boxes, gap)
    taken = _overlap(wide, boxes).any(axis=1) | _meet(leaders, wide).any(axis=0)
    taken |= _meet(choices.leaders, _widen(boxes, gap)).any(axis=1)
    if taken.all():
        return None
    cost = choices.cost + _CROSSED_LEADER * _cross(choices.leaders, leaders).sum(axis=1)
    return int(np.argmin(np.where(taken, np.inf, cost)))


def _widen(boxes: FloatArray, gap: float) -> FloatArray:
    return boxes + np.array([-gap, -gap, gap, gap]) / 2


def _candidates(
    anchor: FloatArray, size: FloatArray, bounds: tuple[float, float, float, float], gap: float
) -> tuple[FloatArray, FloatArray]:
    """Return boxes all around the anchor, close and farther off, and the point of each that is nearest to it."""
    across, up = (_offsets(half, gap) for half in size / 2)
    centers = anchor + np.array(np.meshgrid(across, up)).reshape(2, -1).T
    boxes = np.hstack([centers - size / 2, centers + size / 2])
    ends = np.clip(anchor, boxes[:, :2], boxes[:, 2:])
    fits = (boxes[:, :2] >= bounds[:2]).all(axis=1) & (boxes[:, 2:] <= bounds[2:]).all(axis=1)
    fits &= np.abs(ends - anchor).max(axis=1) >= 0.99 * gap
    return boxes[fits], ends[fits]


def _offsets(half: float, gap: float) -> FloatArray:
    """Return a box's distances from its anchor along one axis: over it, flush with it, beside it, farther off."""
    positive = np.concatenate([half * _OVERLAPS, half + gap * _CLEARANCES])
    return np.concatenate([[0.0], positive, -positive])


# The tests below take each axis by itself: numpy is many times slower along an axis of length two.


def _overlap(a: FloatArray, b: FloatArray) -> BoolArray:
    """Mask ``(len(a), len(b))`` of the boxes that share area."""
    x, y = (np.less.outer(a[:, i], b[:, i + 2]) & np.greater.outer(a[:, i + 2], b[:, i]) for i in (0, 1))
    return np.asarray(x & y)


def _count_inside(boxes: FloatArray, points: FloatArray) -> FloatArray:
    """Return how many points are inside each box."""
    (x, columns), (y, rows) = (_sides(boxes, i) for i in (0, 1))
    inside_x, inside_y = (
        ((points[:, i] > side[:, :1]) & (points[:, i] < side[:, 1:])).astype(float)
        for i, side in enumerate((x, y))
    )
    return np.asarray((inside_x @ inside_y.T)[columns, rows])


def _distances(boxes: FloatArray, points: FloatArray) -> FloatArray:
    """Return the distance ``(len(boxes), len(points))`` of each point from each box, 0 inside."""
    (x, columns), (y, rows) = (_sides(boxes, i) for i in (0, 1))
    square_x, square_y = (
        np.maximum(np.maximum(side[:, :1] - points[:, i], points[:, i] - side[:, 1:]), 0) ** 2
        for i, side in enumerate((x, y))
    )
    square = square_x[columns]
    square += square_y[rows]
    return np.asarray(np.sqrt(square, out=square))


def _sides(boxes: FloatArray, axis: int) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Return the few stretches ``(n, 2)`` of boxes of one size along an axis, and which of them each box has."""
    _, first, which = np.unique(boxes[:, axis], return_index=True, return_inverse=True)
    return boxes[first][:, [axis, axis + 2]], which


def _meet(lines: FloatArray, boxes: FloatArray) -> BoolArray:
    """Mask ``(len(lines), len(boxes))`` of the lines that run through the boxes (Liang & Barsky's clipping)."""
    enter, leave = np.zeros((len(lines), len(boxes))), np.ones((len(lines), len(boxes)))
    for i in (0, 1):
        start = lines[:, i, None]
        step = lines[:, i + 2, None] - start
        # A line that does not move along this axis is inside the box's stretch of it throughout, or never.
        step = np.where(step == 0, np.finfo(float).tiny, step)
        low, high = boxes[:, i] - start, boxes[:, i + 2] - start
        with np.errstate(over="ignore"):
            low /= step
            high /= step
        # A line that moves backward meets the upper side first.
        backward = (step < 0).ravel()
        if backward.any():
            low[backward], high[backward] = high[backward], low[backward]
        np.maximum(enter, low, out=enter)
        np.minimum(leave, high, out=leave)
    return np.asarray(enter < leave)


def _cross(a: FloatArray, b: FloatArray) -> BoolArray:
    """Mask ``(len(a), len(b))`` of the lines that cross."""
    p, q = a[:, None, :2], a[:, None, 2:]
    r, s = b[None, :, :2], b[None, :, 2:]
    apart = _side(p, q, r) * _side(p, q, s) < 0
    return np.asarray(apart & (_side(r, s, p) * _side(r, s, q) < 0))


def _side(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Return on which side of the line from a to b the point c lies, by the sign of a cross product."""
    u, v = b - a, c - a
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])
