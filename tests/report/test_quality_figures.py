from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from mirtool.errors import NotEnoughDataError
from mirtool.model import Channel, RawArrays, SampleTable
from mirtool.quality import Finding, QualityReport, Verdict, quality_report
from mirtool.report.figures.canvas import (
    SMALLEST_TEXT,
    drawing_with,
    figure_bytes,
    png_bytes,
    svg_bytes,
    text_boxes,
)
from mirtool.report.figures.quality_arrays import INTENSITY_COLOR, arrays_figure, logarithmic_ticks
from mirtool.report.figures.quality_between import components_figure, correlations_figure, distances_figure
from mirtool.report.figures.quality_captions import CHECK_NAMES
from mirtool.report.figures.quality_distributions import boxplots_figure, densities_figure, kernel_densities
from mirtool.report.figures.quality_figures import STEMS, quality_drawings
from mirtool.report.figures.quality_ma import SHADES, ma_figures, running_median
from mirtool.report.figures.quality_rows import BAND_COLOR, BAR_COLOR, CHECK_COLOR, OUTLIER_COLOR, VERDICT_COLORS
from mirtool.report.figures.quality_spatial import background_figures, foreground_figures, residual_figures
from mirtool.report.figures.settings import FigureSettings
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.chip import ChipDesign
from tests.report import checks
from tests.report.checks import assert_has_caption, assert_legible, assert_texts_inside

NAN = float("nan")
SMALL = ChipDesign(block_rows=9, block_columns=9, second_probes=0, mirplus=5, other_species=5, hidden=2,
                   landing_lights=1, empty=4)  # fmt: skip
NAMES = [f"hsa-miR-{i}-5p" for i in range(450)]
DIM, BENT, SCRATCHED = 1, 2, 4


def faulty(n: int = 8, **samples) -> RawArrays:
    """Small arrays: one a sixteenth as bright, one bent, one with a corner that the hybridization missed."""
    arrays = simulate_study(
        NAMES, seed=3, n_reference=n - n // 2, n_tested=n // 2, changes={}, design=SMALL
    ).arrays
    channel = arrays.channels["532"]
    assert channel.background is not None
    assert arrays.layout is not None
    foreground, background = channel.foreground.copy(), channel.background
    signal = foreground - background
    foreground[:, DIM] = background[:, DIM] + signal[:, DIM] / 16
    if n > BENT:
        foreground[:, BENT] = background[:, BENT] + 9 * np.maximum(signal[:, BENT], 1) ** 0.55
    if n > SCRATCHED:
        corner = np.isin(arrays.layout.block, [1, 2, 5, 6])
        foreground[corner, SCRATCHED] = background[corner, SCRATCHED]
    table = SampleTable(
        samples.get("names", arrays.samples.names), samples.get("groups", arrays.samples.groups), ()
    )
    return replace(arrays, channels={"532": replace(channel, foreground=np.round(foreground))}, samples=table)


def judged(n: int = 8, **samples) -> QualityReport:
    return quality_report(faulty(n, **samples))


@pytest.fixture(scope="module")
def report() -> QualityReport:
    return judged()


@pytest.fixture(scope="module")
def many() -> QualityReport:
    return judged(98)


@pytest.fixture(scope="module")
def figures(report) -> dict[str, Figure]:
    return drawn(report)


@pytest.fixture(scope="module")
def many_figures(many) -> dict[str, Figure]:
    """All but the slides, whose many pages take long."""
    return drawn(replace(many, arrays=replace(many.arrays, layout=None)))


def without_background(n: int = 6) -> QualityReport:
    arrays = faulty(n)
    channel = arrays.channels["532"]
    return quality_report(replace(arrays, channels={"532": replace(channel, background=None)}))


def only(pages: list[Figure]) -> Figure:
    (page,) = pages
    return page


def pictures_of(page: Figure) -> list[np.ndarray]:
    """Return the pictures on the first axes that hold some, in their order: the slides of a page."""
    axes = next(axes for axes in page.axes if axes.images)
    return [np.asarray(image.get_array()) for image in axes.images]


def color_bar(page: Figure) -> Axes:
    return next(axes for axes in page.axes if hasattr(axes, "_colorbar"))


def bar_widths(axes) -> list[float]:
    """Return the widths of the first bars drawn, one per row."""
    bars = next(c for c in axes.collections if isinstance(c, PolyCollection))
    return [float(np.ptp(path.vertices[:, 0])) for path in bars.get_paths()]


def bar_colors(axes) -> list[tuple[float, ...]]:
    bars = next(c for c in axes.collections if isinstance(c, PolyCollection))
    return [tuple(color[:3]) for color in bars.get_facecolors()]


def drawn(report: QualityReport) -> dict[str, Figure]:
    drawn = {}
    for stem, draw in quality_drawings(report).items():
        made = draw()
        pages = made if isinstance(made, list) else [made]
        drawn |= {stem if n == 1 else f"{stem}_{n}": page for n, page in enumerate(pages, 1)}
    return drawn


@lru_cache(maxsize=64)
def drawn_texts(figure: Figure) -> list[Text]:
    """Return the texts of a figure, which no test here changes."""
    return checks.drawn_texts(figure)


def drawn_words(figure: Figure) -> list[str]:
    return [text.get_text() for text in drawn_texts(figure)]


def written(figure: Figure) -> str:
    return " ".join(drawn_words(figure))


def assert_clean(figure: Figure) -> None:
    """No text leaves the page or lies on another."""
    texts = checks.drawn_texts(figure)  # drawn last as it is measured
    boxes = text_boxes(figure, texts)
    width, height = figure.bbox.size
    outside = (boxes < -0.5).any(axis=1) | (boxes[:, 2] > width + 0.5) | (boxes[:, 3] > height + 0.5)
    assert not outside.any(), [texts[i].get_text() for i in np.flatnonzero(outside)]
    # A line's box holds room for accents and descenders that names side by side may share.
    slack = 0.13 * np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])[:, None]
    boxes = boxes + slack * [1, 1, -1, -1]
    across = (boxes[:, None, 0] < boxes[None, :, 2]) & (boxes[None, :, 0] < boxes[:, None, 2])
    along = (boxes[:, None, 1] < boxes[None, :, 3]) & (boxes[None, :, 1] < boxes[:, None, 3])
    meeting = np.argwhere(np.triu(across & along, 1))
    assert not len(meeting), [(texts[i].get_text(), texts[j].get_text()) for i, j in meeting[:5]]


def vermilion(figure: Figure) -> set[str]:
    """Return the texts written in the outliers' color."""
    return {text.get_text() for text in drawn_texts(figure) if text.get_color() == OUTLIER_COLOR}


def test_every_figure_is_drawn_once_in_order(figures):
    assert tuple(figures) == STEMS


def test_pages_follow_each_other(many_figures):
    stems = list(many_figures)
    assert [stem for stem in stems if stem.startswith("qc_ma")] == ["qc_ma", *(f"qc_ma_{i}" for i in range(2, 6))]
    assert "(page 1 of 5)" in written(many_figures["qc_ma"])


def test_same_bytes_twice(figures):
    first, second = figures, drawn(judged())
    for stem in STEMS:
        assert svg_bytes(first[stem]) == svg_bytes(second[stem])
    for stem in ("qc_arrays", "qc_pca", "qc_residuals"):
        assert png_bytes(first[stem]) == png_bytes(second[stem])


def test_files_are_small(report, many_figures):
    stems = ("qc_arrays", "qc_boxplots", "qc_densities", "qc_ma", "qc_distances", "qc_pca")
    sizes = [len(svg_bytes(many_figures[stem])) for stem in stems]
    full_size = simulate_study(seed=1, n_reference=12, n_tested=12).arrays
    for draw in (foreground_figures, background_figures):
        sizes += [len(svg_bytes(figure)) for figure in draw(replace(report, arrays=full_size))]
    assert max(sizes) < 1_000_000


def test_no_text_is_smaller_than_seven_points(figures):
    for figure in figures.values():
        sizes = [text.get_fontsize() for text in drawn_texts(figure)]
        assert min(sizes) >= SMALLEST_TEXT
        assert figure.get_size_inches()[0] * 25.4 <= 180 + 1e-9


HARD_NAMES = [f"patient {i} of the second cohort, exosomes from serum" for i in range(8)]
ODD_NAMES = ["$x$", "a_b", "c^d", "{", "}", "\\frac", "<a & b>", "µ°"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: judged(2),
        lambda: judged(names=tuple(HARD_NAMES)),
        lambda: judged(5, names=tuple(ODD_NAMES[:5]), groups=("",) * 5),
        lambda: judged(12, groups=tuple(f"a group with quite a long name, number {j}" for j in range(12))),
        lambda: without_background(3),
    ],
    ids=["two arrays", "long names", "odd names, no groups", "many groups", "no background"],
)
def test_no_text_leaves_the_page_or_lies_on_another(make):
    for figure in drawn(make()).values():
        assert_clean(figure)


def test_eight_arrays_are_clean(figures):
    for figure in figures.values():
        assert_clean(figure)


def test_98_arrays_are_clean_too(many_figures):
    for stem in ("qc_arrays", "qc_arrays_2", "qc_boxplots", "qc_densities", "qc_ma", "qc_distances", "qc_pca"):
        assert_clean(many_figures[stem])


def test_98_arrays_are_all_named_on_two_pages_of_one_scale(many, many_figures):
    pages = [many_figures["qc_arrays"], many_figures["qc_arrays_2"]]
    named = [[word for word in drawn_words(page) if word in many.samples.names] for page in pages]
    assert [len(names) for names in named] == [49, 49]
    assert tuple(named[0] + named[1]) == many.samples.names
    assert "(page 1 of 2)" in written(pages[0])
    assert "qc_arrays_3" not in many_figures
    limits = [[axes.get_xlim() for axes in page.axes[3:]] for page in pages]
    assert limits[0] == limits[1]
    assert pages[0].axes[3].get_ylim() == (49, 0)
    assert pages[1].axes[3].get_ylim() == (98, 49)


def test_on_a_slide_all_texts_are_in_view(report):
    with drawing_with(FigureSettings(style="slides")):
        for figure in drawn(report).values():
            assert_texts_inside(figure)
        assert_legible(figure)
        assert figure_bytes(figure, "pdf").startswith(b"%PDF")
        assert figure_bytes(figure, "tiff").startswith((b"II", b"MM"))


@pytest.mark.parametrize("n", [2, 8])
def test_a_column_of_85_mm_or_the_least_width_that_is_said(n):
    least = {"qc_arrays": 150, "qc_boxplots": 110, "qc_pca": 140}
    with drawing_with(FigureSettings(figure_width=85)):
        for stem, figure in drawn(judged(n)).items():
            assert figure.get_size_inches()[0] * 25.4 <= least.get(stem, 85) + 1e-6
            assert_texts_inside(figure)


def test_another_title_or_none(report):
    usual = only(arrays_figure(report)).get_size_inches()[1]
    with drawing_with(FigureSettings(title="Arrays of the first cohort")):
        for figure in drawn(report).values():
            assert "Arrays of the first cohort" in written(figure)
            assert "8 arrays" not in written(figure)
    with drawing_with(FigureSettings(title="none")):
        bare = only(arrays_figure(report))
        assert "arrays," not in written(bare)
        assert bare.get_size_inches()[1] < usual


def test_colors_that_are_asked_for(report):
    asked = FigureSettings(color=("resistant=#112233", "up=#00FF00", "down=#FF00FF"))
    with drawing_with(asked, report.samples.groups):
        boxes = only(boxplots_figure(report)).axes[3]
        assert bar_colors(boxes)[-1] == pytest.approx(to_rgb("#112233"))
        picture = pictures_of(only(residual_figures(report)))[SCRATCHED]
    assert (picture.reshape(-1, 4)[:, :3] == [255, 0, 255]).all(axis=1).any()


def test_every_figure_has_a_caption_with_what_was_found(figures, report):
    for figure in figures.values():
        assert_has_caption(figure)
        assert f"Found in these data, over all rules: {report.verdicts_in_words}." in figure.caption
        assert "Look for" in figure.caption


def test_no_remark_is_left_in_the_pictures(figures):
    """The words of the caption are beside the picture, which has labels only."""
    for figure in figures.values():
        assert max(len(word) for word in drawn_words(figure)) < 70


def test_outliers_by_any_rule_are_named_on_the_dashboard(report, figures):
    outliers = {
        name
        for name, verdict in zip(report.samples.names, report.verdicts, strict=True)
        if verdict is Verdict.OUTLIER
    }
    assert outliers
    figure = figures["qc_arrays"]
    assert vermilion(figure) == outliers
    n = len(outliers)
    assert f"8 arrays, channel 532: {n} outlier{'s' if n > 1 else ''}" in written(figure)


def test_the_dashboard_has_a_mark_for_each_finding(report, figures):
    against = [finding for finding in report.findings if finding.verdict != Verdict.FINE]
    marks = figures["qc_arrays"].axes[-1]
    drawn_at = {
        (round(x - 0.5), round(y - 0.5)) for line in marks.lines for x, y in zip(*line.get_data(), strict=True)
    }
    checks = list(dict.fromkeys(finding.check for finding in against))
    assert [text.get_text() for text in marks.texts] == [CHECK_NAMES.get(check, check) for check in checks]
    assert drawn_at == {(checks.index(finding.check), finding.array) for finding in against}


def test_the_dashboard_without_a_finding_says_so(report):
    fine = replace(report, findings=())
    assert "No rule found anything against an array." in only(arrays_figure(fine)).caption
    known = replace(report, findings=(Finding(0, "x", Verdict.FINE, 0.0, NAN, "x"),))
    assert "No rule found anything" in only(arrays_figure(known)).caption


def test_a_color_of_the_dashboard_means_one_thing(figures):
    """Bars are of one color unless a rule has found something; dots, rings and flags have other looks."""
    figure = figures["qc_arrays"]
    colors = {color for axes in figure.axes for c in axes.collections if isinstance(c, PolyCollection)
              for color in map(to_hex, c.get_facecolors())}  # fmt: skip
    verdicts = {color.lower() for color in VERDICT_COLORS.values()}
    flags = {"#202020", "#a6a6a6", "#ffffff"}
    assert colors - verdicts - flags - {BAND_COLOR.lower()} == {BAR_COLOR.lower()}
    assert INTENSITY_COLOR.lower() not in colors
    hatches = {c.get_hatch() for axes in figure.axes for c in axes.collections if isinstance(c, PolyCollection)}
    assert {hatch for hatch in hatches if hatch} == {"//////"}


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (50, 300, [50, 100, 200]),
        (20, 30_000, [100, 1_000, 10_000]),
        (84, 128, [50, 100, 200]),
        (130, 140, [100, 200]),
        (1, 65_535, [1, 100, 10_000]),
    ],
)
def test_an_intensity_axis_has_two_ticks_or_more(low, high, ticks):
    assert logarithmic_ticks(low, high) == ticks


def test_bars_of_the_statistic_are_its_values_in_the_color_of_what_follows(report, figures):
    rule = next(rule for rule in report.rules if (rule.key, rule.stage) == ("ks", "before"))
    assert rule.outlier.any()
    panel = next(
        axes for axes in figures["qc_boxplots"].axes if "KS before" in {text.get_text() for text in axes.texts}
    )
    np.testing.assert_allclose(bar_widths(panel), rule.statistic)
    orange = [np.allclose(color, to_rgb(CHECK_COLOR)) for color in bar_colors(panel)]
    followed = [f.array for f in report.findings if f.check == "ks before" and f.verdict == Verdict.CHECK]
    assert followed == [DIM]
    assert np.flatnonzero(orange).tolist() == followed
    limits = [line.get_xdata()[0] for line in panel.lines]
    assert rule.limit in limits


def test_ma_titles_hold_d_and_mark_what_is_above_the_limit(report, figures):
    rule = next(rule for rule in report.rules if rule.key == "hoeffding")
    assert rule.outlier.tolist() == [i == BENT for i in range(8)]
    figure = figures["qc_ma"]
    outliers = {
        name for name, verdict in zip(report.samples.names, report.verdicts, strict=True) if verdict == "outlier"
    }
    assert vermilion(figure) == {*outliers, f"D = {rule.statistic[BENT]:.3f}"}
    assert "Hoeffding's D, limit 0.15" in written(figure)
    assert "M is log₂ of the array over the median array, A the mean log₂ of the two" in figure.caption


def test_every_figure_gives_the_same_count_of_verdicts(report, figures):
    counts = [list(report.verdicts).count(verdict) for verdict in ("outlier", "check", "fine")]
    words = f"{counts[0]} outliers, {counts[1]} to check, {counts[2]} fine"
    with_counts = ("qc_arrays", "qc_boxplots", "qc_densities", "qc_distances", "qc_correlations", "qc_ma")
    assert {stem: words in written(figures[stem]) for stem in with_counts} == dict.fromkeys(with_counts, True)


def test_an_array_above_one_box_plot_limit_alone_is_no_outlier_in_any_figure(report):
    distance = next(rule for rule in report.rules if (rule.key, rule.stage) == ("distance", "after"))
    fired = np.arange(8) == 6
    rules = [
        replace(rule, outlier=fired if rule is distance else np.zeros(8, dtype=bool)) for rule in report.rules
    ]
    alone = Finding(6, "distance after", Verdict.CHECK, 9.0, 8.0, "far")
    judged_so = replace(report, rules=tuple(rules), findings=(alone,))
    figure = distances_figure(judged_so)
    assert "Distances between 8 arrays: 1 to check, 7 fine" in written(figure)
    assert vermilion(figure) == set()
    sums = next(axes for axes in figure.axes if axes.get_xlabel() == "sum of distances")
    orange = [np.allclose(color, to_rgb(CHECK_COLOR)) for color in bar_colors(sums)]
    assert orange.count(True) == 1
    assert vermilion(only(arrays_figure(judged_so))) == set()


def test_of_very_many_arrays_those_of_the_largest_d_have_an_ma_plot(report, monkeypatch):
    monkeypatch.setattr("mirtool.report.figures.quality_ma.MOST_DRAWN", 2)
    (figure,) = ma_figures(report)
    d = next(rule for rule in report.rules if rule.key == "hoeffding").statistic
    first, second = sorted(np.argsort(-d)[:2])
    assert all(f"D = {d[j]:.3f}" in written(figure) for j in (first, second))
    assert sum(f"D = {each:.3f}" in written(figure) for each in d) == 2
    assert f"Of {len(report.samples)} arrays the 2 of the largest Hoeffding's D are drawn." in figure.caption


def test_ma_cells_count_every_probe(report, figures):
    between = report.between
    pictures = [axes.images[0].get_array() for axes in figures["qc_ma"].axes if axes.images]
    assert not pictures[0][0, 0].any()  # nothing is drawn where no probe lies
    most = round(color_bar(figures["qc_ma"]).get_xlim()[1])
    counts = np.arange(1.0, most + 1)
    shades = [tuple(shade) for shade in SHADES(LogNorm(1, most)(counts), bytes=True).tolist()]
    assert len(set(shades)) == len(shades)
    count_of = {(0, 0, 0, 0): 0} | dict(zip(shades, counts.tolist(), strict=True))
    counted = [sum(count_of[tuple(cell)] for cell in picture.reshape(-1, 4).tolist()) for picture in pictures[:8]]
    assert counted == (~np.isnan(between.ma_m)).sum(axis=0).tolist()


def test_distances_are_drawn_in_the_order_of_the_names(report, figures):
    figure = figures["qc_distances"]
    (picture,) = pictures_of(figure)
    shown = next(
        [text.get_text() for text in axes.texts]
        for axes in figure.axes
        if {text.get_text() for text in axes.texts} == set(report.samples.names)
    )
    order = [report.samples.names.index(name) for name in shown]
    distance = report.between.distance[np.ix_(order, order)]
    low, high = color_bar(figure).get_xlim()
    expected = colormaps["viridis"]((distance - low) / (high - low), bytes=True)
    expected[np.diag_indices(8)] = 255
    np.testing.assert_array_equal(picture, expected)
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 8
    sums = next(axes for axes in figure.axes if axes.get_xlabel() == "sum of distances")
    rule = next(rule for rule in report.rules if (rule.key, rule.stage) == ("distance", "after"))
    np.testing.assert_allclose(bar_widths(sums), rule.statistic[order])


def test_noise_between_like_arrays_has_one_color(report):
    """The scale of distances ends at 0.5 or beyond, that of correlations at 0.8 or below, whatever the data."""
    like = np.full((8, 8), 0.97)
    np.fill_diagonal(like, 1.0)
    like[2, 5] = like[5, 2] = 0.975
    between = replace(report.between, pearson=like, distance=20 * (1 - like) / 2)
    alike = replace(report, between=between)
    assert color_bar(correlations_figure(alike)).get_xlim() == (0.8, 1.0)
    assert color_bar(distances_figure(alike)).get_xlim() == (0.0, 0.5)
    like[0, 1:] = like[1:, 0] = 0.42
    far = replace(report, between=replace(between, pearson=like, distance=3 * (1 - like)))
    assert color_bar(correlations_figure(far)).get_xlim() == pytest.approx((0.4, 1.0))
    assert color_bar(distances_figure(far)).get_xlim() == pytest.approx((0.0, 3 * 0.58))
    assert "r lies between 0.420 and 0.975" in correlations_figure(far).caption
    assert "the distances lie between 0.08 and 1.74" in distances_figure(far).caption


def test_beside_the_correlations_are_medians_with_the_own_and_the_other_groups(report, figures):
    figure = figures["qc_correlations"]
    panel = next(axes for axes in figure.axes if axes.get_xlabel() == "median of r")
    names = next(
        [text.get_text() for text in axes.texts]
        for axes in figure.axes
        if {text.get_text() for text in axes.texts} == set(report.samples.names)
    )
    groups = np.array(report.samples.groups)
    for row, name in enumerate(names):
        own = report.samples.names.index(name)
        r = report.between.pearson[own]
        mates = (groups == groups[own]) & (np.arange(8) != own)
        dot, ring = (line.get_xdata()[row] for line in panel.lines[:2])
        assert dot == pytest.approx(np.median(r[mates]))
        assert ring == pytest.approx(np.median(r[groups != groups[own]]))


def test_components_carry_their_share_and_every_array_has_a_point(report, figures):
    figure = figures["qc_pca"]
    first, second = (100 * report.between.pca_explained[:2]).round()
    assert f"component 1 ({first:.0f} % of the variance)" in written(figure)
    assert f"component 2 ({second:.0f} % of the variance)" in written(figure)
    points = sum(len(collection.get_offsets()) for collection in figure.axes[0].collections[:2])
    assert points == 8
    assert set(report.samples.names) <= set(written(figure).split())


def test_names_that_find_no_place_are_counted(many, many_figures):
    figure = many_figures["qc_pca"]
    named = {text.get_text() for axes in figure.axes for text in axes.texts} & set(many.samples.names)
    assert f"{len(named)} of 98 arrays are named: outliers first" in figure.caption


def test_an_array_that_could_not_be_placed_is_said(report):
    pca = report.between.pca.copy()
    pca[3] = NAN
    lacking = replace(report, between=replace(report.between, pca=pca))
    figure = components_figure(lacking)
    assert "Principal components of 7 arrays" in written(figure)
    assert "more than half of the probes are missing: P04." in figure.caption


def test_residuals_name_the_slide_with_a_spatial_trend(report, figures):
    figure = figures["qc_residuals"]
    i = report.spatial.moran[SCRATCHED]
    marked = {text.get_text() for text in drawn_texts(figure) if text.get_color() == CHECK_COLOR}
    assert {report.samples.names[SCRATCHED], f"Moran's I {i:.2f}"} <= marked
    assert (
        "48 blocks in 12 rows of 4, numbered from the upper left and taken to be as on miRCURY slides."
        in figure.caption
    )


def test_where_most_spots_have_no_residual_medians_of_squares_are_drawn(report, figures):
    """A scratch is then a patch of one color; the planted one is blue on four blocks, 2 × 2."""
    share = np.median((~np.isnan(report.spatial.residual)).mean(axis=0))
    assert share < 0.5
    figure = figures["qc_residuals"]
    assert "residual, log₂, median of 5 × 5 spots" in drawn_words(figure)
    assert f"has residuals for {100 * share:.0f} % of its spots" in figure.caption
    picture = pictures_of(figure)[SCRATCHED].astype(int)
    blue = picture[..., 2] > picture[..., 0] + 100
    corner = np.zeros_like(blue)
    corner[:19, :19] = True
    assert blue[corner].sum() > 0.5 * 4 * 81
    assert not blue[~corner].any()


def test_where_most_spots_have_a_residual_each_is_drawn(report):
    residual = np.where(np.isnan(report.spatial.residual), 0.0, report.spatial.residual)
    residual[:30] = NAN
    full = replace(report, spatial=replace(report.spatial, residual=residual))
    figure = only(residual_figures(full))
    assert "residual, log₂" in drawn_words(figure)
    picture = pictures_of(figure)[0]
    assert picture.shape == (12 * 9 + 11, 4 * 9 + 3, 4)
    gray = (picture == [0xE2, 0xE2, 0xE2, 255]).all(axis=2)
    assert int(gray.sum()) == 30


def test_gaps_between_blocks_are_white_or_framed(figures):
    picture = pictures_of(figures["qc_foreground"])[0]
    assert (picture[9] == 255).all()
    assert (picture[:, 9] == 255).all()
    picture = pictures_of(figures["qc_residuals"])[0]
    assert (picture[9] == [0xB4, 0xB4, 0xB4, 255]).all()


def test_what_the_files_lack_is_said(report):
    lacking = replace(
        report.channels["532"],
        background=None,
        saturated=None,
        replicate_cv=np.full(8, NAN),
        above_noise=np.ones(8),
    )
    figure = only(arrays_figure(replace(report, flagged=None, channels={"532": lacking})))
    assert "nothing to measure it by: flags, replicate spots." in figure.caption
    assert "Saturated: spots at 65,535 counts." in figure.caption
    assert "background" not in written(figure)
    assert "n/a" not in written(figure)
    assert not {"flagged", "replicate spots"} & set(drawn_words(figure))
    assert_clean(figure)


def test_one_array_without_a_value_says_so(report):
    one = report.channels["532"].replicate_cv.copy()
    one[3] = NAN
    measured = replace(report.channels["532"], replicate_cv=one)
    figure = only(arrays_figure(replace(report, channels={"532": measured})))
    assert drawn_words(figure).count("n/a") == 1 + int(np.isnan(measured.above_noise).sum())


def test_a_measure_that_is_zero_on_all_arrays_takes_two_words(report):
    none = replace(report.channels["532"], non_positive=np.zeros(8))
    assert "all 0" in drawn_words(only(arrays_figure(replace(report, channels={"532": none}))))


def test_what_the_arrays_lack_is_left_out():
    assert "qc_background" not in drawn(without_background(2))
    no_layout = quality_report(replace(faulty(2), layout=None))
    assert not {"qc_foreground", "qc_background", "qc_residuals"} & set(drawn(no_layout))
    arrays = faulty(2)
    one = replace(
        arrays,
        channels={
            name: Channel(c.foreground[:, :1], c.background[:, :1], c.saturated[:, :1])
            for name, c in arrays.channels.items()
        },
        flags=arrays.flags[:, :1],
        samples=arrays.samples.take([0]),
        sources=arrays.sources[:1],
    )
    alone = drawn(quality_report(one))
    assert set(alone) == {"qc_arrays", "qc_foreground", "qc_background", "qc_residuals"}
    for figure in alone.values():
        assert_clean(figure)


def test_too_few_arrays_for_the_box_plot_rules_is_said():
    figures = drawn(judged(2))
    for stem in ("qc_boxplots", "qc_densities", "qc_distances"):
        assert "fewer than five arrays" in figures[stem].caption


@pytest.mark.parametrize("draw", [boxplots_figure, densities_figure, ma_figures, distances_figure,
                                  correlations_figure, components_figure])  # fmt: skip
def test_nothing_to_compare(report, draw):
    with pytest.raises(NotEnoughDataError, match="could not be compared"):
        draw(replace(report, between=None, rules=()))


@pytest.mark.parametrize("draw", [foreground_figures, background_figures, residual_figures])
def test_no_positions(report, draw):
    with pytest.raises(NotEnoughDataError, match="do not say where the spots lie"):
        draw(replace(report, arrays=replace(report.arrays, layout=None)))


def test_no_background():
    with pytest.raises(NotEnoughDataError, match="these files have none"):
        background_figures(without_background())


def test_an_array_without_any_value():
    arrays = faulty(3)
    channel = arrays.channels["532"]
    foreground = channel.foreground.copy()
    foreground[:, 0] = NAN
    blank = quality_report(replace(arrays, channels={"532": replace(channel, foreground=foreground)}))
    for figure in drawn(blank).values():
        assert_clean(figure)


def test_densities_are_those_of_r():
    # R 4.2.2: x <- c(1, 2, 3, 4, 10); b <- bw.nrd0(x); mean(dnorm(g, x, b)) at g = 0, 2.5, 9
    grid, density = kernel_densities(np.array([[1.0], [2.0], [3.0], [4.0], [10.0]]), n_points=5_000)
    expected = [0.0590232059840, 0.1936759067320, 0.0483590022537]
    np.testing.assert_allclose(np.interp([0, 2.5, 9], grid, density[:, 0]), expected, rtol=3e-3)
    step = grid[1] - grid[0]
    assert density.sum() * step == pytest.approx(1, abs=1e-3)


def test_densities_of_missing_and_equal_values():
    _, density = kernel_densities(np.array([[NAN, 4.0, 1.0], [NAN, 4.0, NAN], [NAN, 4.0, NAN]]))
    assert not density[:, 0].any()
    assert density[:, 1].max() > 0
    assert not density[:, 2].any()


def test_running_median_by_hand():
    # Windows of three of (1, 2, 3, 4, 5): y = (0, 9, 3), (9, 3, 4), (3, 4, 8).
    x, y = running_median(np.array([5, 1, 2, NAN, 4, 3.0]), np.array([8, 0, 9, 1, 4, 3.0]), window=0.6, n_points=9)
    assert x.tolist() == [2, 3, 4]
    assert y.tolist() == [3, 4, 4]
    assert len(running_median(np.array([1.0, NAN]), np.array([1.0, 2.0]))[0]) == 0
