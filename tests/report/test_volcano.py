from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from mirtool.errors import UsageError
from mirtool.model import DifferentialTable, ProbeTable, text_array
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    UP_COLOR,
    drawing_with,
    house_style,
    png_bytes,
    svg_bytes,
    text_boxes,
)
from mirtool.report.figures.levels import ma_figure, scatter_figure
from mirtool.report.figures.settings import FigureSettings
from mirtool.report.figures.volcano import volcano_figure
from tests.report.checks import (
    assert_clear_of_lines,
    assert_distinct_in_gray,
    assert_has_caption,
    assert_legible,
    assert_names_at_their_dots,
    drawn_words,
)

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


def untested(d):
    return replace(d, p_value=np.full(len(d), NAN), fdr=np.full(len(d), NAN), test="none", adjust="none")


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
    written = drawn_words(figure)
    assert f"higher in resistant ({count(calls, 'up')})" in written
    assert f"lower in resistant ({count(calls, 'down')})" in written
    assert f"not regulated ({count(calls, '')})" in written
    assert drawn_points(figure) == len(d)
    filled, opened = drawn_in(figure, UP_COLOR)
    assert filled + opened == count(calls, "up")
    assert filled == count(d.regulation_fdr, "up")
    for call in ("up", "down"):
        assert f"({count(calls, call)})" in figure.caption


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
    assert {"1.5-fold lower", "1.5-fold higher", "P = 0.01"} <= set(drawn_words(figure))


def test_axes_say_what_they_show():
    d = simulated(fold_change="geometric", test="welch", adjust="holm")
    assert "log₂ ratio of geometric means, resistant / responding" in drawn_words(volcano_figure(d))
    assert "−log₁₀ P (Welch t)" in drawn_words(volcano_figure(d))
    written = drawn_words(volcano_figure(d, rule="fdr"))
    assert "−log₁₀ P adjusted (Holm), Welch t" in written
    assert "P adjusted (Holm) = 0.05" in written
    assert "FDR (BH) = 0.05" in drawn_words(volcano_figure(simulated(), rule="fdr"))


def test_the_title_is_the_comparison_unless_another_is_asked_for():
    d = simulated()
    assert "resistant / responding" in drawn_words(volcano_figure(d))
    with drawing_with(FigureSettings(title="Plasma of patients")):
        words = drawn_words(volcano_figure(d))
    assert "Plasma of patients" in words
    assert "resistant / responding" not in words
    with drawing_with(FigureSettings(title="none")):
        assert "resistant / responding" not in drawn_words(volcano_figure(d))


def test_subscripts_are_written_one_way():
    for figure in (volcano_figure(simulated()), ma_figure(simulated()), scatter_figure(simulated())):
        assert not [word for word in drawn_words(figure) if "log2" in word or "log10" in word]


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
    assert "Named: 2 of those that pass, by the better rank of P and fold change." in figure.caption
    assert "The prefix hsa- is left out of the names." in figure.caption
    assert "Named: all 3 that pass." in volcano_figure(d).caption
    assert not named(volcano_figure(d, n_labels=0))


def test_what_passes_by_adjusted_p_is_named_first_and_the_rest_drawn_open():
    # By rank alone the second (largest change) and the first (smallest P) would be named.
    d = comparison([2, -4, 1.5, 1.2], [1e-4, 0.03, 1e-3, 0.02], fdr=[1e-3, 0.2, 0.01, 0.2], names=list("abcd"))
    figure = volcano_figure(d, n_labels=2)
    assert names_on(figure) == {"a", "c"}
    first = "those by FDR (BH) first, then by the better rank of P and fold change"
    assert f"Named: 2 of those that pass, {first}." in figure.caption
    assert "open: FDR (BH) > 0.05 (2)" in drawn_words(figure)
    assert "Open triangles (2) pass by P alone: FDR (BH) > 0.05." in figure.caption
    assert drawn_in(figure, UP_COLOR) == (2, 1)
    assert drawn_in(figure, DOWN_COLOR) == (0, 1)


def test_where_all_pass_by_adjusted_p_it_is_said():
    figure = volcano_figure(comparison([2, -4, 0.1], [1e-4, 1e-3, 0.5]))
    assert "All 2 that pass have FDR (BH) ≤ 0.05 as well." in figure.caption
    assert not any(text.startswith("open:") for text in drawn_words(figure))


def test_names_asked_for_are_written_whether_they_pass_or_not():
    d = comparison([2, -4, 0.1], [1e-4, 1e-3, 0.5], names=["miR-1", "miR-2", "miR-3"])
    figure = volcano_figure(d, n_labels=1, rows=np.array([2]))
    assert names_on(figure) == {"miR-3", "miR-1"}
    assert "Named: the 1 asked for and 1 of those that pass, by the better rank of P" in figure.caption
    assert names_on(scatter_figure(untested(d), n_labels=0, rows=np.array([2]))) == {"miR-3"}


def assert_at_their_dots(figure: Figure, d: DifferentialTable, x, y) -> None:
    """Every name is nearest to its own dot of those that are named, and clear of the lines."""
    (axes,) = figure.axes
    names = named(figure)
    drawn = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    dots = np.column_stack([x, y])[drawn]
    short = [str(name).removeprefix("hsa-") for name in d.probes.name[drawn]]
    own = [short.index(text.get_text()) for text in names]
    others = np.delete(dots, own, axis=0)
    assert_names_at_their_dots(axes, names, list(range(len(own))), dots[own], others=others)
    assert_clear_of_lines(axes, names)


@pytest.mark.parametrize("passing", [5, 25, 200])
@pytest.mark.parametrize("seed", range(1, 7))
def test_no_name_is_nearer_to_another_named_dot_or_lies_on_a_line(passing, seed):
    d = simulated(passing=passing, seed=seed)
    figure = volcano_figure(d, n_labels=25)
    assert_at_their_dots(figure, d, d.log2_ratio, -np.log10(d.p_value))
    assert len(named(figure)) >= min(passing, 16)


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("width", [None, 85.0])
def test_names_in_ma_and_scatter_plots(seed, width):
    d = with_levels(simulated(passing=30, seed=seed), seed)
    a = (np.log2(d.mean_tested) + np.log2(d.mean_reference)) / 2
    with drawing_with(FigureSettings(figure_width=width)):
        ma, scatter = ma_figure(d), scatter_figure(untested(d))
    assert_at_their_dots(ma, d, a, d.log2_ratio)
    assert_at_their_dots(scatter, d, np.log2(d.mean_reference), np.log2(d.mean_tested))
    for figure in (ma, scatter):
        assert len(named(figure)) >= (15 if width is None else 10)


def with_levels(d: DifferentialTable, seed: int = 1) -> DifferentialTable:
    """Give the groups levels from 2^4 to 2^13 that have the table's ratios."""
    level = np.exp2(np.random.default_rng(seed).uniform(4, 13, len(d)))
    root = np.sqrt(d.ratio)
    return replace(d, mean_tested=level * root, mean_reference=level / root)


def test_a_name_between_two_dots_has_a_leader_line_or_keeps_off_the_other():
    # As in GSE20122: the name at the left of one dot touched the other, which was not named.
    d = comparison(
        [-1.75, -1.25, -1.28, 0.0],
        [10**-3.6, 10**-4.0, 10**-3.2, 0.5],
        names=["miR-142-3p", "miR-15a", "miR-24", "x"],
    )
    for n_labels in (1, 2, 3):
        figure = volcano_figure(d, n_labels=n_labels)
        assert_at_their_dots(figure, d, d.log2_ratio, -np.log10(d.p_value))
        assert len(named(figure)) == n_labels


def test_the_prefix_of_most_names_is_left_out_and_the_others_keep_theirs():
    d = comparison([3, -4, 2], [1e-3, 1e-4, 1e-6], names=["hsa-miR-1", "hsa-miR-2", "hcmv-miR-US4-3p"])
    assert names_on(volcano_figure(d)) == {"miR-1", "miR-2", "hcmv-miR-US4-3p"}


def test_mixed_species_keep_their_prefixes_and_a_blank_name_shows_the_id():
    d = comparison([3, -4, 2], [1e-3, 1e-4, 1e-6], names=["hsa-miR-1", "mmu-miR-2", " "])
    assert {text.get_text() for text in named(volcano_figure(d))} == {"hsa-miR-1", "mmu-miR-2", "10002"}


def test_long_names_end_in_an_ellipsis():
    d = comparison([3.0], [1e-3], names=["/".join(f"hsa-miR-{i}-5p" for i in range(518, 530))])
    (name,) = named(volcano_figure(d))
    assert name.get_text().startswith("miR-518-5p/")
    assert name.get_text().endswith("…")


def test_probes_without_p_or_ratio_are_counted_in_the_caption():
    d = comparison([3, NAN, 1.5, 0.2], [1e-3, NAN, NAN, 0.4])
    figure = volcano_figure(d)
    assert drawn_points(figure) == 2
    assert "Not drawn: 2 probes without a ratio or P value." in figure.caption


def test_p_of_zero_lies_on_a_line_above_the_rest():
    figure = volcano_figure(comparison([3, -2, 0.2], [0.0, 1e-5, 0.4]))
    (axes,) = figure.axes
    heights = {float(y) for c in axes.collections if isinstance(c, PathCollection) for _, y in c.get_offsets()}
    # 1.08 × the tallest of the rest: 1.08 · 5
    assert max(heights) == pytest.approx(5.4)
    assert max(heights) < axes.get_ylim()[1]
    assert 5.4 in [pytest.approx(float(line.get_ydata()[0])) for line in axes.lines]
    assert "P < 10⁻³⁰⁰" in drawn_words(figure)
    assert "P < 10⁻³⁰⁰" not in drawn_words(volcano_figure(comparison([3, -2], [1e-300, 1e-5])))


def test_the_smallest_p_that_a_number_holds():
    figure = volcano_figure(comparison([30, -2, 0.2], [5e-324, 1e-5, 0.4]))
    assert png_bytes(figure)
    assert figure.axes[0].get_ylim()[1] > 323


def test_nothing_passes():
    figure = volcano_figure(comparison([0.1, -0.2], [0.5, 0.9]))
    assert {"higher in resistant (0)", "lower in resistant (0)", "not regulated (2)"} <= set(drawn_words(figure))
    assert not named(figure)


def test_cutoff_of_one_draws_no_line_for_it():
    figure = volcano_figure(comparison([0.1, -0.2], [0.01, 0.9], cutoff=1.0))
    assert not any("fold" in text for text in drawn_words(figure))


def test_one_array_per_group_is_a_scatter_plot_with_equal_axes():
    d = comparison([3, -2, 0.2, NAN], [NAN] * 4, n=1, test="none")
    d = replace(d, mean_reference=np.array([4.0, 16, 8, NAN]), mean_tested=np.array([32, 4, 8 * 2**0.2, NAN]))
    figure = scatter_figure(d)
    (axes,) = figure.axes
    points = np.vstack([c.get_offsets() for c in axes.collections if isinstance(c, PathCollection)])
    # log2 of 4, 8, 16 across; of 32, 8 · 2^0.2, 4 up.
    np.testing.assert_allclose(points[np.argsort(points[:, 0])], [[2, 5], [3, 3.2], [4, 2]])
    assert axes.get_xlim() == axes.get_ylim()
    width, height = axes.get_window_extent().size
    assert width == pytest.approx(height)
    # No change, and 2-fold at both sides: up − across is 0, −1 and 1.
    rises = [line.get_ydata() - line.get_xdata() for line in axes.lines]
    np.testing.assert_allclose(sorted(rise[0] for rise in rises), [-1, 0, 1], atol=1e-12)
    assert all(rise[0] == pytest.approx(rise[1]) for rise in rises)
    words = drawn_words(figure)
    assert {"2-fold higher in resistant (1)", "2-fold lower in resistant (1)", "log₂ intensity, resistant"} <= {
        *words
    }
    assert not any("P" in word for word in words)
    assert "There is no P value: one array per group." in figure.caption
    assert "Not drawn: 1 probe without a value in both groups." in figure.caption


def test_the_ma_plot_has_the_ratio_over_the_mean_level():
    d = comparison([3, -2, 0.2], [1e-3, 1e-2, 0.5])
    d = replace(d, mean_reference=np.array([4.0, 16, 8]), mean_tested=np.array([32, 4, 8 * 2**0.2]))
    figure = ma_figure(d)
    (axes,) = figure.axes
    points = np.vstack([c.get_offsets() for c in axes.collections if isinstance(c, PathCollection)])
    # (5 + 2) / 2, (2 + 4) / 2, (3.2 + 3) / 2
    np.testing.assert_allclose(points[np.argsort(points[:, 0])], [[3, -2], [3.1, 0.2], [3.5, 3]])
    assert sorted(float(line.get_ydata()[0]) for line in axes.lines) == [-1, 0, 1]
    assert {"higher in resistant (1)", "2-fold higher", "2-fold lower"} <= {*drawn_words(figure)}


def test_no_dot_is_cut_by_the_edge_of_its_axes():
    d = with_levels(simulated())
    for figure in (volcano_figure(d), ma_figure(d), scatter_figure(untested(d))):
        (axes,) = figure.axes
        frame = axes.get_window_extent().extents
        points = np.vstack([c.get_offsets() for c in axes.collections if isinstance(c, PathCollection)])
        pixels = axes.transData.transform(points)
        # A sign is 2 points to each side: 8 pixels at 300 dpi.
        assert (pixels >= frame[:2] + 8).all()
        assert (pixels <= frame[2:] - 8).all()


def test_no_test_asked_for_is_said():
    d = untested(comparison([3, -2, 0.2], [1, 1, 1], n=3))
    assert "There is no P value: no test was made." in scatter_figure(d).caption
    assert "There is no P value: no test was made." in ma_figure(d).caption
    with pytest.raises(UsageError, match="no test was made"):
        volcano_figure(d)


def test_up_and_down_differ_in_gray_print():
    (axes,) = volcano_figure(simulated()).axes
    signs = {}
    for points in axes.collections:
        if isinstance(points, PathCollection) and len(points.get_offsets()):
            up = bool((np.asarray(points.get_offsets())[:, 0] > 1).all())
            down = bool((np.asarray(points.get_offsets())[:, 0] < -1).all())
            color = points.get_facecolor()[0][:3]
            signs.setdefault("up" if up else "down" if down else "", []).append(
                (points.get_paths()[0].vertices, color)
            )
    assert {*signs} == {"up", "down", ""}
    for up in signs["up"]:
        for down in signs["down"]:
            assert_distinct_in_gray(up, down)


LONG = "patients who did not respond to bortezomib after four cycles of treatment, second cohort"


@pytest.mark.parametrize("look", [{}, {"figure_width": 85.0}, {"style": "slides"}, {"style": "screen"}])
@pytest.mark.parametrize("tested", ["resistant", LONG])
@pytest.mark.parametrize("draw", ["volcano", "volcano fdr", "ma", "scatter"])
def test_every_figure_of_a_comparison_is_legible_in_every_look(look, tested, draw):
    d = with_levels(simulated(tested=tested))
    with drawing_with(FigureSettings(**look)):
        figure = {
            "volcano": lambda: volcano_figure(d),
            "volcano fdr": lambda: volcano_figure(d, rule="fdr"),
            "ma": lambda: ma_figure(d),
            "scatter": lambda: scatter_figure(untested(d)),
        }[draw]()
    assert_legible(figure)
    assert_has_caption(figure)
    if "figure_width" in look:
        assert figure.get_size_inches()[0] * 25.4 == pytest.approx(85)


def test_no_probe_at_all():
    assert "not regulated (0)" in drawn_words(volcano_figure(comparison([], [])))


def test_same_bytes_twice():
    assert svg_bytes(volcano_figure(simulated())) == svg_bytes(volcano_figure(simulated()))
    assert png_bytes(volcano_figure(simulated())) == png_bytes(volcano_figure(simulated()))


def test_fdr_that_was_not_made_is_refused():
    d = simulated(fdr=np.full(600, NAN), adjust="none")
    with pytest.raises(UsageError, match="were not adjusted"):
        volcano_figure(d, rule="fdr")
    with pytest.raises(UsageError, match="unknown rule"):
        volcano_figure(d, rule="q")
