"""The figures of an enrichment: what is on them, no name over another, the same bytes every time."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure

from mirtool.model import GeneSets
from mirtool.network import EnrichmentTable, over_representation
from mirtool.network.enrichment.over_representation import NullTest, term_order
from mirtool.network.enrichment.redundancy import reduce_terms
from mirtool.report.figures.canvas import svg_bytes, text_boxes
from mirtool.report.figures.enrichment import drawn_rows, enrichment_bars, enrichment_dots
from mirtool.report.figures.enrichment_map import enrichment_map_figure

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
def figures(result: EnrichmentTable) -> dict[object, Figure]:
    return {draw: draw(result) for draw in FIGURES}


def words_of(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_text()]


def test_ten_terms_are_drawn_and_the_rest_counted(result: EnrichmentTable) -> None:
    for draw in (enrichment_bars, enrichment_dots):
        shown = words_of(draw(result))
        assert "Gene sets, shared targets" in shown
        assert "hand-made" in shown
        assert any(f"10 of {len(result)} terms tested; " in words for words in shown)
    shown = words_of(enrichment_bars(result))
    assert {"random genes", "random miRNAs", "degree-matched miRNAs"} <= set(shown)
    assert f"{result.hits[0]} of {result.set_size[0]}" in shown


def test_the_dot_that_can_not_be_drawn_is_counted(result: EnrichmentTable) -> None:
    assert any(
        "Not drawn: 1 dot where the null never hits." in words for words in words_of(enrichment_dots(result))
    )


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
        members=tuple(result.members[i] for i in order),
        tests=tuple(test.take(order) for test in tests),
    )


def test_only_significant_terms_are_drawn_in_the_order_of_the_table(result: EnrichmentTable) -> None:
    given = with_fdr(result, genes=[0.04, 1e-9, 0.5, 0.02], miRNAs=[1, 0.9, 0.06, 0.03])
    assert given.terms[drawn_rows(given)].tolist() == [result.terms[3], result.terms[1], result.terms[0]]
    for draw in (enrichment_bars, enrichment_dots):
        shown = " ".join(words_of(draw(given)))
        assert f"3 of {len(result)} terms tested; 3 are significant under at least one null." in shown
        assert "Order: significant under most nulls first, then smallest FDR." in shown


def test_a_panel_without_a_significant_term_says_why(result: EnrichmentTable) -> None:
    given = with_fdr(result, genes=[0.04, 1e-9], miRNAs=[0.27, 0.9])
    assert "no term has\nFDR ≤ 0.05\n(smallest:\n0.27)" in words_of(enrichment_bars(given))
    expected = "No term is significant against random miRNAs (smallest FDR 0.27)."
    assert expected in " ".join(words_of(enrichment_dots(given)))
    assert "significant under random miRNAs (none)" in words_of(enrichment_map_figure(given))


def test_a_panel_whose_significant_terms_are_not_drawn_says_so(result: EnrichmentTable) -> None:
    given = with_fdr(result, genes=[0.001, 0.001, 1], miRNAs=[1, 1, 0.04])
    assert "none of these\nis significant" in words_of(enrichment_bars(given, n_terms=2))


def test_where_nothing_is_significant_the_first_by_gene_fdr_are_drawn_and_it_is_said(
    result: EnrichmentTable,
) -> None:
    given = with_fdr(result, genes=[0.3, 0.2, 0.1], miRNAs=[0.06, 0.5, 0.9])
    assert given.terms[drawn_rows(given, 3)].tolist() == [result.terms[2], result.terms[1], result.terms[0]]
    shown = " ".join(words_of(enrichment_bars(given)))
    assert "No term is significant (FDR ≤ 0.05) under any null." in shown
    assert f"Drawn: the 10 of {len(result)} terms tested with the smallest FDR against random genes." in shown


def test_the_map_numbers_and_names_every_term(result: EnrichmentTable) -> None:
    shown = words_of(enrichment_map_figure(result, n_terms=12))
    assert all(shown.count(str(i)) == 2 for i in range(1, 13))
    assert any(words.startswith("12 of 4") for words in shown)
    joined = " ".join(shown)
    assert all(" ".join(name.split()[:3]) in joined for name in result.terms[:12])


def test_terms_that_others_stand_for_are_not_drawn(result: EnrichmentTable, figures) -> None:
    reduced = reduce_terms(result, "similar")
    assert reduced.reduction is not None
    assert reduced.reduction.stands_for_itself[drawn_rows(reduced)].all()
    left = int((reduced.survives_any & ~reduced.reduction.stands_for_itself).sum())
    assert left > 0
    assert any(
        f"{left} of these are represented by others" in words for words in words_of(enrichment_bars(reduced))
    )
    # The map shows similar terms all the same: its lines are what joins them.
    assert words_of(enrichment_map_figure(reduced)) == words_of(figures[enrichment_map_figure])


@pytest.mark.parametrize("draw", FIGURES)
@pytest.mark.parametrize("single", [False, True])
def test_no_name_covers_another_and_none_leaves_the_page(draw, single: bool, result, figures) -> None:
    figure = draw(replace(result, tests=result.tests[:1])) if single else figures[draw]
    page = figure.axes[0]
    boxes = text_boxes(figure, [text for text in page.texts if text.get_text()])
    width, height = figure.get_size_inches() * figure.dpi
    assert (boxes[:, :2] > 0).all()
    assert (boxes[:, 2] < width).all()
    assert (boxes[:, 3] < height).all()
    for (left, bottom, right, top), (other_left, other_bottom, other_right, other_top) in combinations(boxes, 2):
        assert left >= other_right or right <= other_left or bottom >= other_top or top <= other_bottom


def test_circles_do_not_overlap(figures) -> None:
    from matplotlib.patches import Circle

    page = figures[enrichment_map_figure].axes[0]
    discs = [patch for patch in page.patches if isinstance(patch, Circle) and patch.get_radius() > 1]
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
