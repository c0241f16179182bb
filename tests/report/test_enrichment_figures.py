"""The figures of an enrichment: what is on them, no name over another, the same bytes every time."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from mirtool.model import GeneSets
from mirtool.network import EnrichmentTable, over_representation
from mirtool.network.enrichment.over_representation import NullTest, term_order
from mirtool.network.enrichment.redundancy import reduce_terms
from mirtool.network.enrichment.term_map import term_map
from mirtool.report.figures.canvas import Drawing, drawing_with, svg_bytes
from mirtool.report.figures.enrichment import BAR_COLORS, at_floor, enrichment_bars, enrichment_dots
from mirtool.report.figures.enrichment_map import enrichment_map_figure
from mirtool.report.figures.settings import FigureSettings
from mirtool.report.figures.term_rows import drawn_rows, fdr_words
from tests.report.checks import assert_distinct_in_gray, assert_has_caption, assert_legible

FIGURES = (enrichment_bars, enrichment_dots, enrichment_map_figure)
N = 40


def three_nulls(result: EnrichmentTable) -> EnrichmentTable:
    """Put two further nulls beside the genes': one that every third term survives, one that none does."""
    n = len(result)
    third = np.where(np.arange(n) % 3 == 0, 0.01, 0.5)
    fold = np.full(n, 1.5)
    fold[1] = np.nan  # a null that never hits
    nothing = NullTest("degree", np.full(n, 9.0), np.full(n, 0.9), np.ones(n), np.ones(n), 99)
    return replace(
        result, tests=(result.tests[0], NullTest("miRNAs", np.ones(n), fold, third, third, 99), nothing)
    )


@pytest.fixture(scope="module")
def result() -> EnrichmentTable:
    """Forty terms, each sharing half of its genes with the next, with names of all lengths."""
    words = (
        "positive regulation of transforming growth factor beta receptor signaling pathway in response to stress"
    )
    names = tuple(f"{i} {words[: 8 + 2 * i]}" for i in range(N))
    genes = tuple(frozenset(f"G{j}" for j in range(10 * i, 10 * i + 20)) for i in range(N))
    sets = GeneSets(names, ("",) * N, genes, "hand-made")
    universe = [f"G{i}" for i in range(5000)]
    background = GeneSets((*names, "everything"), ("",) * (N + 1), (*genes, frozenset(universe)), sets.source)
    query = [gene for i, own in enumerate(genes) for gene in sorted(own)[: 4 + i % 7]]
    return three_nulls(over_representation(query, background, query="shared targets"))


@pytest.fixture(scope="module")
def figures(result: EnrichmentTable) -> dict[object, Drawing]:
    return {draw: draw(result) for draw in FIGURES}


def words_of(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_text()]


def test_ten_terms_are_drawn_and_the_rest_counted(result: EnrichmentTable) -> None:
    for draw in (enrichment_bars, enrichment_dots):
        figure = draw(result)
        assert "hand-made, shared targets" in words_of(figure)
        assert f"Gene sets: hand-made; {len(result)} terms of 10 to 500 genes tested" in figure.caption
        assert "10 are drawn, significant under most nulls first, then smallest FDR." in figure.caption
    shown = words_of(enrichment_bars(result))
    assert {"random genes", "random miRNAs", "degree-matched", "miRNAs"} <= set(shown)
    assert f"{result.hits[0]} of {result.set_size[0]}" in shown


def test_the_dot_that_can_not_be_drawn_is_counted(result: EnrichmentTable) -> None:
    assert "Not drawn: 1 dot where the null never hits." in enrichment_dots(result).caption


def test_bars_at_the_floor_of_the_draws_are_marked(result: EnrichmentTable) -> None:
    """99 draws give no P below 1/100: the miRNA null's 0.01 is that, the genes' P is computed and has no floor."""
    assert at_floor(result.under("miRNAs")).sum() == sum(i % 3 == 0 for i in range(len(result)))
    assert not at_floor(result.tests[0]).any()
    figure = enrichment_bars(result)
    assert "smallest P that 99 draws can give" in words_of(figure)
    assert "P is then 1 / 100, the smallest that 99 draws can give" in figure.caption
    drawn = drawn_rows(result)
    marked = [len(axes.collections[0].get_offsets()) for axes in figure.axes[1:]]
    assert marked == [0, int(at_floor(result.under("miRNAs"))[drawn].sum()), 0]
    plain = enrichment_bars(replace(result, tests=result.tests[:1]))
    assert not any("smallest P" in text for text in words_of(plain))


def test_an_fdr_of_0_is_written_and_drawn_as_one_below_1e_300(result: EnrichmentTable) -> None:
    tests = tuple(replace(test, fdr=np.zeros(len(result))) for test in result.tests[:1])
    figure = enrichment_bars(replace(result, tests=tests))
    assert "An FDR below 1e-300 is drawn as 1e-300." in figure.caption
    assert max(bar.get_width() for bar in figure.axes[1].patches) == pytest.approx(300)
    assert fdr_words(0.0) == "< 1e-300"


def with_fdr(result: EnrichmentTable, **fdr: list[float]) -> EnrichmentTable:
    """The first terms of a result with the FDR of each null by hand; the others get 1."""
    n = len(result)
    values = {name: np.array([*own, *[1.0] * (n - len(own))]) for name, own in fdr.items()}
    tests = tuple(NullTest(name, np.ones(n), np.ones(n), own, own) for name, own in values.items())
    order = term_order(tests, result.hits, result.terms)
    return replace(
        result,
        terms=result.terms[order],
        descriptions=result.descriptions[order],
        hits=result.hits[order],
        set_size=result.set_size[order],
        genes=result.genes[order],
        membership=result.membership[order],
        tests=tuple(test.take(order) for test in tests),
    )


def test_only_significant_terms_are_drawn_in_the_order_of_the_table(result: EnrichmentTable) -> None:
    given = with_fdr(result, genes=[0.04, 1e-9, 0.5, 0.02], miRNAs=[1, 0.9, 0.06, 0.03])
    assert given.terms[drawn_rows(given)].tolist() == [result.terms[3], result.terms[1], result.terms[0]]
    for draw in (enrichment_bars, enrichment_dots):
        text = draw(given).caption
        assert (
            "3 terms are significant (FDR ≤ 0.05) under at least one null. 3 are drawn, significant under most"
            in text
        )


def test_a_panel_without_a_significant_term_says_why(result: EnrichmentTable) -> None:
    given = with_fdr(result, genes=[0.04, 1e-9], miRNAs=[0.27, 0.9])
    assert "none: FDR ≥ 0.27" in words_of(enrichment_bars(given))
    expected = "No term is significant against random miRNAs (smallest FDR = 0.27)."
    assert expected in enrichment_dots(given).caption
    assert "significant against random miRNAs (none)" in words_of(enrichment_map_figure(given))


def test_a_panel_whose_significant_terms_are_not_drawn_says_so(result: EnrichmentTable) -> None:
    given = with_fdr(result, genes=[0.001, 0.001, 1], miRNAs=[1, 1, 0.04])
    assert "none of these" in words_of(enrichment_bars(given, n_terms=2))


def test_where_nothing_is_significant_the_first_by_gene_fdr_are_drawn_and_it_is_said(
    result: EnrichmentTable,
) -> None:
    given = with_fdr(result, genes=[0.3, 0.2, 0.1], miRNAs=[0.06, 0.5, 0.9])
    assert given.terms[drawn_rows(given, 3)].tolist() == [result.terms[2], result.terms[1], result.terms[0]]
    text = enrichment_bars(given).caption
    assert "No term is significant (FDR ≤ 0.05) under any null." in text
    assert "Drawn are the 10 with the smallest FDR against random genes." in text


def test_the_map_numbers_and_names_every_term(result: EnrichmentTable) -> None:
    figure = enrichment_map_figure(result, n_terms=12)
    shown = words_of(figure)
    assert all(shown.count(str(i)) == 2 for i in range(1, 13))
    assert "The first 12 of 4" in figure.caption
    joined = " ".join(shown)
    assert all(" ".join(name.split()[:3]) in joined for name in result.terms[:12])


def test_clusters_of_the_map_have_the_name_of_their_head(result: EnrichmentTable) -> None:
    """Terms share half of their genes with the next: similarity (10/30 + 10/20) / 2 = 0.417, above 0.375."""
    graph = term_map(result, n_terms=12)
    heads = {own["head"] for term, own in graph.nodes(data=True) if own["head"] != term}
    assert heads
    page = enrichment_map_figure(result, n_terms=12).axes[0]
    bold = " ".join(text.get_text() for text in page.texts if text.get_fontweight() == "bold")
    below = " ".join(text.get_text() for text in page.texts if text.get_ha() == "center")
    for head in heads:
        assert head[:12] in bold
        assert head[:12] in below


def test_terms_that_others_represent_are_not_drawn(result: EnrichmentTable, figures) -> None:
    reduced = reduce_terms(result, "similar")
    assert reduced.reduction is not None
    assert reduced.reduction.stands_for_itself[drawn_rows(reduced)].all()
    left = int((reduced.survives_any & ~reduced.reduction.stands_for_itself).sum())
    assert left > 0
    said = f"Of these {left} are represented by others: {left} by terms with similar genes."
    assert said in enrichment_bars(reduced).caption
    # The map shows similar terms all the same: its lines are what joins them.
    assert words_of(enrichment_map_figure(reduced)) == words_of(figures[enrichment_map_figure])
    # Without a hierarchy of terms, the usual reduction is by similar genes alone.
    usual = reduce_terms(result, "auto").reduction
    assert usual is not None
    assert usual.representative.tolist() == reduced.reduction.representative.tolist()


@pytest.mark.parametrize("draw", FIGURES)
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("width", [180.0, 120.0, 85.0])
def test_it_is_legible_at_every_width(draw, single: bool, width: float, result: EnrichmentTable) -> None:
    with drawing_with(FigureSettings(figure_width=width)):
        figure = draw(replace(result, tests=result.tests[:1]) if single else result)
    assert figure.get_size_inches()[0] == pytest.approx(width / 25.4)
    assert_legible(figure)
    assert_has_caption(figure)


@pytest.mark.parametrize("draw", FIGURES)
def test_the_title_asked_for_is_drawn(draw, result: EnrichmentTable) -> None:
    with drawing_with(FigureSettings(title="Targets of the four")):
        assert "Targets of the four" in words_of(draw(result))
    with drawing_with(FigureSettings(title="none")):
        bare = draw(result)
    assert not any("shared targets" in text for text in words_of(bare))
    assert bare.get_size_inches()[1] < draw(result).get_size_inches()[1]


def test_bars_differ_in_gray() -> None:
    assert_distinct_in_gray(("bar", BAR_COLORS[0]), ("bar", BAR_COLORS[1]))


def test_circles_do_not_overlap(figures) -> None:
    from matplotlib.patches import Circle

    page = figures[enrichment_map_figure].axes[0]
    discs = [patch for patch in page.patches if isinstance(patch, Circle) and patch.get_radius() > 2]
    assert len(discs) == 30
    for a, b in combinations(discs, 2):
        assert np.hypot(*(np.array(a.center) - b.center)) > a.get_radius() + b.get_radius()


@pytest.mark.parametrize("draw", FIGURES)
def test_the_same_result_gives_the_same_bytes(draw, result: EnrichmentTable, figures) -> None:
    data = svg_bytes(figures[draw])
    assert data == svg_bytes(draw(result))
    ET.fromstring(data)


@pytest.mark.parametrize("draw", FIGURES)
def test_one_term_alone_is_drawn_too(draw) -> None:
    genes = frozenset(f"G{i}" for i in range(20))
    sets = GeneSets(("own", "other"), ("", ""), (genes, frozenset(f"H{i}" for i in range(500))), "two")
    assert "own" in " ".join(words_of(draw(over_representation(genes, sets))))
