import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.report.figures.label_places import place_labels, spread

BOUNDS = (0.0, 0.0, 1000.0, 800.0)
GAP = 8.0


def place(anchors, sizes, points=None):
    anchors = np.asarray(anchors, dtype=float).reshape(-1, 2)
    points = anchors if points is None else np.asarray(points, dtype=float)
    return place_labels(
        anchors, np.asarray(sizes, dtype=float).reshape(-1, 2), bounds=BOUNDS, points=points, gap=GAP
    )


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@settings(max_examples=60)
@given(
    spots=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 800)), min_size=1, max_size=15),
    widths=st.lists(st.integers(20, 300), min_size=15, max_size=15),
)
def test_labels_never_overlap_nor_leave_the_axes_nor_hide_an_anchor(spots, widths):
    sizes = [(width, 30) for width in widths[: len(spots)]]
    placed = [p for p in place(spots, sizes) if p is not None]
    for i, one in enumerate(placed):
        left, bottom, right, top = one.box
        assert BOUNDS[0] <= left < right <= BOUNDS[2]
        assert BOUNDS[1] <= bottom < top <= BOUNDS[3]
        assert not any(left < x < right and bottom < y < top for x, y in spots)
        assert left <= one.leader_end[0] <= right
        assert bottom <= one.leader_end[1] <= top
        assert not any(overlap(one.box, other.box) for other in placed[i + 1 :])


def test_every_label_finds_a_place_where_there_is_room():
    grid = [(x, y) for x in (200, 500, 800) for y in (100, 300, 500, 700)]
    assert all(place(grid, [(150, 30)] * len(grid)))


def test_a_label_alone_stands_beside_its_point_one_gap_off():
    (label,) = place([(500, 400)], [(100, 30)])
    ends = np.array(label.leader_end)
    assert np.hypot(*(ends - (500, 400))) <= GAP * 1.0001


def test_a_label_that_finds_no_place_is_left_out():
    assert place([(500, 400)], [(2000, 30)]) == [None]


def test_labels_keep_off_points_where_they_can():
    # Every place right of the point is taken by other points; the left is free.
    wall = [(x, y) for x in range(505, 800, 10) for y in range(200, 600, 10)]
    (label,) = place([(500, 400)], [(100, 30)], points=[(500, 400), *wall])
    assert label.box[2] < 505


def test_a_label_near_another_point_needs_a_leader_line_and_one_near_an_obstacle_does_not():
    anchor, size, beside = np.array([[500.0, 400.0]]), np.array([[100.0, 30.0]]), np.array([[505.0, 405.0]])
    keep = {"bounds": BOUNDS, "gap": GAP}
    (alone,) = place_labels(anchor, size, points=anchor, **keep)
    (crowded,) = place_labels(anchor, size, points=np.vstack([anchor, beside]), **keep)
    (on_a_line,) = place_labels(anchor, size, points=anchor, obstacles=beside, **keep)
    assert (alone.needs_leader, crowded.needs_leader, on_a_line.needs_leader) == (False, True, False)


def test_nothing_to_place():
    assert place([], []) == []


@given(st.lists(st.floats(-50, 150), min_size=1, max_size=20))
def test_spread_keeps_order_distance_and_ends(wanted):
    heights = spread(np.sort(wanted), 5.0, 0.0, 100.0)
    assert (np.diff(heights) >= 5 - 1e-9).all()
    assert heights[0] >= 2.5 - 1e-9
    assert heights[-1] <= 97.5 + 1e-9


def test_spread_leaves_what_is_apart_where_it_is():
    assert spread(np.array([10.0, 20.0, 30.0]), 5.0, 0.0, 100.0).tolist() == [10, 20, 30]
    # Two at 50 move 2.5 each way; one at the end moves half a height inward.
    assert spread(np.array([50.0, 50.0, 100.0]), 5.0, 0.0, 100.0).tolist() == [47.5, 52.5, 97.5]
    assert spread(np.empty(0), 5.0, 0.0, 100.0).tolist() == []
