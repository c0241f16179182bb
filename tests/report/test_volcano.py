import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure

from mirtool.errors import UsageError
from mirtool.model import DifferentialTable, ProbeTable, text_array
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    SMALLEST_TEXT,
    UP_COLOR,
    house_style,
    png_bytes,
    svg_bytes,
    text_boxes,
)
from mirtool.report.figures.volcano import volcano_figure

NAN = float("nan")


def comparison(log2_ratio, p, *, names=None, fdr=None, n=3, cutoff=2.0, alpha=0.05, tested="resistant", **changes):
    log2_ratio, p = np.asarray(log2_ratio, dtype=float), np.asarray(p, dtype=float)
    fdr = np.minimum(2 * p, 1) if fdr is None else np.asarray(fdr, dtype=float)
    size = len(p)

    def calls(passes):
        big = np.where(log2_ratio >= np.log2(cutoff), "up", np.where(log2_ratio <= -np.log2(cutoff), "down", ""))
        return text_array(str(call) if passed else "" for call, passed in zip(big, passes, strict=True))

    names = [f"hsa-miR-{i + 100}-5p" for i in range(size)] if names is None else names
    ids = text_array(str(10000 + i) for i in range(size))
    ratio = np.exp2(log2_ratio)
    d = DifferentialTable(
        probes=ProbeTable(ids, text_array(names), text_array(["miRNA"] * size)),
        tested=tested,
        reference="responding",
        mean_tested=ratio,
        mean_reference=np.ones(size),
        ratio=ratio,
        log2_ratio=log2_ratio,
        signed_fold_change=np.where(ratio < 1, -1 / ratio, ratio),
        statistic=log2_ratio,
        p_value=p,
        fdr=fdr,
        n_tested=np.full(size, n),
        n_reference=np.full(size, n),
        regulation_fold_change=calls(np.ones(size, dtype=bool)),
        regulation_p=calls(p <= alpha),
        regulation_fdr=calls(fdr <= alpha),
        test="moderated",
        fold_change="ratio-of-means",
        adjust="bh",
        cutoff=cutoff,
        alpha=alpha,
    )
    return replace(d, **changes)


def simulated(n=600, passing=40, seed=1, **options):
    rng = np.random.default_rng(seed)
    log2_ratio = rng.normal(0, 0.3, n)
    log2_ratio[:passing] = rng.choice([-1, 1], passing) * rng.uniform(1.2, 4, passing)
    p = 10 ** -(np.abs(log2_ratio) * rng.uniform(1, 3, n))
    return comparison(log2_ratio, p, **options)


def texts(figure: Figure) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg_bytes(figure).decode())


def named(figure: Figure):
    """The names written on the axes: their artists, without the cut-offs' (which are annotations)."""
    (axes,) = figure.axes
    return [text for text in axes.texts if type(text).__name__ == "Text"]


def drawn_points(figure: Figure) -> int:
    (axes,) = figure.axes
    return sum(len(c.get_offsets()) for c in axes.collections if isinstance(c, PathCollection))


def drawn_in(figure: Figure, color: str) -> tuple[int, int]:
    """How many points are filled with a color, and how many are open with an edge of it."""
    wanted = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    filled = opened = 0
    for c in figure.axes[0].collections:
        if isinstance(c, PathCollection) and len(c.get_offsets()):
            face, edge = c.get_facecolor()[0][:3], (*c.get_edgecolor(), [2.0] * 4)[0][:3]
            filled += len(c.get_offsets()) * np.allclose(face, wanted)
            opened += len(c.get_offsets()) * bool(np.allclose(edge, wanted) and np.allclose(face, 1))
    return filled, opened


def count(calls, call) -> int:
    return sum(1 for value in calls if value == call)


@pytest.mark.parametrize(("rule", "column"), [("p", "regulation_p"), ("fdr", "regulation_fdr")])
def test_counts_are_those_of_the_table(rule, column):
    d = simulated()
    calls = getattr(d, column)
    figure = volcano_figure(d, rule=rule)
    written = texts(figure)
    assert f"higher in resistant ({count(calls, 'up')})" in written
    assert f"lower in resistant ({count(calls, 'down')})" in written
    assert f"not regulated ({count(calls, '')})" in written
    assert drawn_points(figure) == len(d)
    filled, opened = drawn_in(figure, UP_COLOR)
    assert filled + opened == count(calls, "up")
    assert filled == count(d.regulation_fdr, "up")


def test_points_stand_at_log2_ratio_and_minus_log10_p():
    figure = volcano_figure(comparison([2.0, -1.5, 0.1], [1e-3, 1e-2, 0.5]))
    (axes,) = figure.axes
    points = np.vstack([c.get_offsets() for c in axes.collections if isinstance(c, PathCollection)])
    # −log10(0.001) = 3; −log10(0.01) = 2; −log10(0.5) = 0.30103
    expected = [[-1.5, 2], [0.1, 0.30103], [2, 3]]
    np.testing.assert_allclose(points[np.argsort(points[:, 0])], expected, atol=1e-5)


def test_cutoff_lines_and_what_is_written_on_them():
    figure = volcano_figure(comparison([2.0, -1.5, 0.1], [1e-3, 1e-2, 0.5], cutoff=1.5, alpha=0.01))
    (axes,) = figure.axes
    lines = [line.get_xydata() for line in axes.lines]
    # log2(1.5) = 0.5849625; −log10(0.01) = 2
    assert sorted(float(xy[0, 0]) for xy in lines if xy[0, 0] == xy[1, 0]) == pytest.approx(
        [-0.5849625, 0.5849625]
    )
    assert [float(xy[0, 1]) for xy in lines if xy[0, 1] == xy[1, 1]] == pytest.approx([2.0])
    assert {"1.5-fold lower", "1.5-fold higher", "P = 0.01"} <= set(texts(figure))


def test_axes_say_what_they_show():
    d = simulated(fold_change="geometric", test="welch", adjust="holm")
    assert "log₂ ratio of geometric means, resistant / responding" in texts(volcano_figure(d))
    assert "−log₁₀ P (Welch t)" in texts(volcano_figure(d))
    written = texts(volcano_figure(d, rule="fdr"))
    assert "−log₁₀ P adjusted (Holm), Welch t" in written
    assert "adj. P = 0.05" in written
    assert "FDR = 0.05" in texts(volcano_figure(simulated(), rule="fdr"))


@pytest.mark.parametrize("passing", [1, 25, 200])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_neither_overlap_nor_leave_the_axes(passing, seed):
    slash = [f"hsa-miR-{i}-5p/" * (1 + i % 6) + f"hsa-let-7{'abcd'[i % 4]}" for i in range(600)]
    figure = volcano_figure(simulated(passing=passing, seed=seed, names=slash))
    assert_apart(figure)
    assert len(named(figure)) >= min(passing, 10)


def assert_apart(figure: Figure) -> None:
    frame = figure.axes[0].get_window_extent().extents
    with house_style():
        boxes = text_boxes(figure, named(figure))
    assert (boxes[:, :2] >= frame[:2] - 0.5).all()
    assert (boxes[:, 2:] <= frame[2:] + 0.5).all()
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def names_on(figure: Figure) -> set[str]:
    return {text.get_text() for text in named(figure)}


def test_the_smallest_p_and_the_largest_change_are_named_without_the_common_prefix():
    # Ranks by P: 2, 1, 0; by change: 1, 0, 2; the better of both: 1, 0, 0.
    d = comparison(
        [3, -4, 2, 0.1], [1e-3, 1e-4, 1e-6, 0.5], names=["hsa-miR-1", "hsa-let-7d", "hsa-miR-3", "hsa-miR-4"]
    )
    figure = volcano_figure(d, n_labels=2)
    assert names_on(figure) == {"miR-3", "let-7d"}
    assert "Named: the first 2 that pass, by rank of P or change (hsa- left out)." in texts(figure)
    assert "Named: all 3 that pass (hsa- left out)." in texts(volcano_figure(d))
    assert not named(volcano_figure(d, n_labels=0))


def test_what_passes_by_adjusted_p_is_named_first_and_the_rest_drawn_open():
    # By rank alone the second (largest change) and the first (smallest P) would be named.
    d = comparison([2, -4, 1.5, 1.2], [1e-4, 0.03, 1e-3, 0.02], fdr=[1e-3, 0.2, 0.01, 0.2], names=list("abcd"))
    figure = volcano_figure(d, n_labels=2)
    assert names_on(figure) == {"a", "c"}
    assert "Named: the first 2 that pass, FDR first, by rank of P or change." in texts(figure)
    assert "open: by P alone, FDR (BH) &gt; 0.05 (2)" in texts(figure)
    assert drawn_in(figure, UP_COLOR) == (2, 1)
    assert drawn_in(figure, DOWN_COLOR) == (0, 1)


def test_where_all_pass_by_adjusted_p_it_is_said():
    written = texts(volcano_figure(comparison([2, -4, 0.1], [1e-4, 1e-3, 0.5])))
    assert "All 2 that pass have FDR (BH) ≤ 0.05 as well." in written
    assert not any(text.startswith("open:") for text in written)


def test_names_asked_for_are_written_whether_they_pass_or_not():
    d = comparison([2, -4, 0.1], [1e-4, 1e-3, 0.5], names=["miR-1", "miR-2", "miR-3"])
    figure = volcano_figure(d, n_labels=1, rows=np.array([2]))
    assert names_on(figure) == {"miR-3", "miR-1"}
    assert "Named: 1 asked for and the first 1 that pass, by rank of P or change." in texts(figure)
    without_p = replace(d, p_value=np.full(3, NAN), fdr=np.full(3, NAN), test="none")
    assert names_on(volcano_figure(without_p, n_labels=0, rows=np.array([2]))) == {"miR-3"}


def unled_names(figure: Figure, d: DifferentialTable) -> int:
    """Check that every name without a leader line is nearer to its own dot than to any other; count them."""
    (axes,) = figure.axes
    with house_style():
        boxes = text_boxes(figure, named(figure))
    to_pixels = axes.transData.transform
    drawn = np.flatnonzero(np.isfinite(d.log2_ratio) & np.isfinite(d.p_value))
    dots = to_pixels(np.column_stack([d.log2_ratio[drawn], -np.log10(d.p_value[drawn])]))
    lines = [
        to_pixels(line) for c in axes.collections if isinstance(c, LineCollection) for line in c.get_segments()
    ]
    unled = 0
    for text, (left, bottom, right, top) in zip(named(figure), boxes, strict=True):
        (own,) = np.flatnonzero(
            [str(name).removeprefix("hsa-") == text.get_text() for name in d.probes.name[drawn]]
        )
        ends = [line[1] for line in lines if np.allclose(line[0], dots[own], atol=0.1)]
        if any(left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1 for x, y in ends):
            continue
        nearest = np.column_stack([np.clip(dots[:, 0], left, right), np.clip(dots[:, 1], bottom, top)])
        distance = np.hypot(*(dots - nearest).T)
        assert distance[own] < np.delete(distance, own).min(), text.get_text()
        unled += 1
    return unled


@pytest.mark.parametrize("passing", [5, 25, 200])
@pytest.mark.parametrize("seed", range(1, 9))
def test_a_name_nearer_to_another_dot_than_to_its_own_has_a_leader_line(passing, seed):
    d = simulated(passing=passing, seed=seed)
    figure = volcano_figure(d, n_labels=25)
    assert unled_names(figure, d) >= (passing < 200)  # in a crowd every name has a line
    assert len(named(figure)) >= min(passing, 20)


def test_a_name_between_two_dots_has_a_leader_line_or_keeps_off_the_other():
    # As in GSE20122: the name at the left of one dot touched the other, which was not named.
    d = comparison(
        [-1.75, -1.25, -1.28, 0.0],
        [10**-3.6, 10**-4.0, 10**-3.2, 0.5],
        names=["miR-142-3p", "miR-15a", "miR-24", "x"],
    )
    for n_labels in (1, 2, 3):
        figure = volcano_figure(d, n_labels=n_labels)
        unled_names(figure, d)
        assert len(named(figure)) == n_labels


def test_mixed_species_keep_their_prefixes_and_a_blank_name_shows_the_id():
    d = comparison([3, -4, 2], [1e-3, 1e-4, 1e-6], names=["hsa-miR-1", "mmu-miR-2", " "])
    assert {text.get_text() for text in named(volcano_figure(d))} == {"hsa-miR-1", "mmu-miR-2", "10002"}


def test_long_names_end_in_an_ellipsis():
    d = comparison([3.0], [1e-3], names=["/".join(f"hsa-miR-{i}-5p" for i in range(518, 530))])
    (name,) = named(volcano_figure(d))
    assert name.get_text().startswith("miR-518-5p/")
    assert name.get_text().endswith("…")


def test_probes_without_p_or_ratio_are_counted_under_the_plot():
    d = comparison([3, NAN, 1.5, 0.2], [1e-3, NAN, NAN, 0.4])
    figure = volcano_figure(d)
    assert drawn_points(figure) == 2
    assert any("Not drawn: 2 probes without a ratio or P value." in text for text in texts(figure))


def test_p_of_zero_is_a_triangle_above_the_rest():
    figure = volcano_figure(comparison([3, -2, 0.2], [0.0, 1e-5, 0.4]))
    (axes,) = figure.axes
    heights = {float(y) for c in axes.collections if isinstance(c, PathCollection) for _, y in c.get_offsets()}
    # 1.08 × the tallest of the rest: 1.08 · 5
    assert max(heights) == pytest.approx(5.4)
    assert max(heights) < axes.get_ylim()[1]
    assert "P too small to tell from 0 (1)" in texts(figure)


def test_the_smallest_p_that_a_number_holds():
    figure = volcano_figure(comparison([30, -2, 0.2], [5e-324, 1e-5, 0.4]))
    assert png_bytes(figure)
    assert figure.axes[0].get_ylim()[1] > 323


def test_nothing_passes():
    figure = volcano_figure(comparison([0.1, -0.2], [0.5, 0.9]))
    assert {"higher in resistant (0)", "lower in resistant (0)", "not regulated (2)"} <= set(texts(figure))
    assert not named(figure)


def test_cutoff_of_one_draws_no_line_for_it():
    figure = volcano_figure(comparison([0.1, -0.2], [0.01, 0.9], cutoff=1.0))
    assert not any("fold" in text and "Named" not in text for text in texts(figure))


def test_one_array_a_group_is_drawn_in_order():
    d = comparison([3, -2, 0.2, NAN], [NAN] * 4, n=1, test="none")
    figure = volcano_figure(d)
    (axes,) = figure.axes
    points = np.vstack([c.get_offsets() for c in axes.collections if isinstance(c, PathCollection)])
    assert points[np.argsort(points[:, 0])].tolist() == [[1, -2], [2, 0.2], [3, 3]]
    written = " ".join(texts(figure))
    assert "No P value: one array per group; colored by fold change alone." in written
    assert "Not drawn: 1 probe without a ratio." in written
    assert "higher in resistant (1)" in written
    assert "P = " not in written
    heights = {float(line.get_ydata()[0]) for line in axes.lines}
    assert heights == {-1.0, 0.0, 1.0}  # log2 of 1/2, 1, 2


def test_no_test_asked_for_is_said():
    d = comparison([3, -2, 0.2], [NAN] * 3, n=3, test="none")
    assert any("No P value: no test was made" in text for text in texts(volcano_figure(d)))


@pytest.mark.parametrize("passing", [1, 30, 400])
def test_names_in_columns_neither_overlap_nor_leave_the_axes(passing):
    d = simulated(passing=passing)
    d = replace(d, p_value=np.full(600, NAN), fdr=np.full(600, NAN), test="none")
    figure = volcano_figure(d)
    assert len(named(figure)) == min(
        count(d.regulation_fold_change, "up") + count(d.regulation_fold_change, "down"), 15
    )
    assert_apart(figure)


def test_all_names_on_one_side_leave_out_those_without_room():
    d = replace(simulated(passing=300), p_value=np.full(600, NAN), test="none")
    d = replace(d, log2_ratio=np.abs(d.log2_ratio), regulation_fold_change=text_array(["up"] * 600))
    figure = volcano_figure(d, n_labels=100)
    assert_apart(figure)
    assert any(re.search(r"Named: \d\d of the 100 largest", text) for text in texts(figure))


def test_no_probe_at_all():
    assert "not regulated (0)" in texts(volcano_figure(comparison([], [])))


def test_long_group_names_stay_on_the_page():
    long = "patients who did not respond to bortezomib after four cycles of treatment, second cohort"
    figure = volcano_figure(simulated(tested=long))
    with house_style():
        figure.draw_without_rendering()
        everything = [t for axes in figure.axes for t in (axes.xaxis.label, axes.yaxis.label, *axes.texts,
                                                          *axes.get_legend().get_texts())]  # fmt: skip
        boxes = text_boxes(figure, [*everything, *figure.texts])
    width, height = figure.bbox.size
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2] <= width).all()
    assert (boxes[:, 3] <= height).all()


def test_no_text_is_smaller_than_seven_points():
    sizes = [
        float(size)
        for size in re.findall(r"font-size: ([\d.]+)px", svg_bytes(volcano_figure(simulated())).decode())
    ]
    assert min(sizes) >= SMALLEST_TEXT


def test_same_bytes_twice():
    assert svg_bytes(volcano_figure(simulated())) == svg_bytes(volcano_figure(simulated()))
    assert png_bytes(volcano_figure(simulated())) == png_bytes(volcano_figure(simulated()))


def test_fdr_that_was_not_made_is_refused():
    d = simulated(fdr=np.full(600, NAN), adjust="none")
    with pytest.raises(UsageError, match="were not adjusted"):
        volcano_figure(d, rule="fdr")
    with pytest.raises(UsageError, match="unknown rule"):
        volcano_figure(d, rule="q")
