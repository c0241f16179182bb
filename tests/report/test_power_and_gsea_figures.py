"""The power curves and the running sums of gene sets, in every look."""

import numpy as np
import pytest

from mirtool.differential.power import PilotVariance, PowerSettings, plan_arrays
from mirtool.model import GeneSets, text_array
from mirtool.network.enrichment.gsea import RankedGenes, gsea
from mirtool.network.settings import GseaSettings
from mirtool.report.figures.canvas import drawing_with
from mirtool.report.figures.gsea import gsea_figure
from mirtool.report.figures.power import power_figure
from mirtool.report.figures.settings import FigureSettings
from tests.report.checks import assert_has_caption, assert_legible, drawn_words

LOOKS = [{}, {"figure_width": 85.0}, {"style": "slides"}, {"title": "Pilot of 2026"}]


@pytest.fixture(scope="module")
def plan():
    pilot = PilotVariance(np.full(100, 0.1), 4.0, 0.1, {"control": 4}, (), 0, 0.0)
    return plan_arrays(pilot, PowerSettings(max_arrays=8))


@pytest.fixture(scope="module")
def enrichment():
    genes = text_array(f"G{i}" for i in range(60))
    ranked = RankedGenes(genes, np.linspace(3, -3, 60), "a statistic with quite a long name")
    sets = {
        f"a gene set with quite a long name, {i} of seven": [f"G{j}" for j in range(i, 60, 5 + i)]
        for i in range(7)
    }
    sets["up"], sets["down"] = [f"G{i}" for i in range(12)], [f"G{i}" for i in range(48, 60)]
    table = GeneSets(tuple(sets), ("",) * len(sets), tuple(map(frozenset, sets.values())), "hand-made sets")
    return gsea(ranked, table, GseaSettings(min_size=5, permutations=200))


@pytest.mark.parametrize("look", LOOKS)
def test_power_curves_are_legible(plan, look):
    with drawing_with(FigureSettings(**look)):
        figure = power_figure(plan)
    assert_legible(figure)
    assert_has_caption(figure)
    assert look.get("title", "Power of the next study") in drawn_words(figure)
    assert "Assumed: moderated t, FDR (BH) 0.05" in figure.caption
    assert len({line.get_marker() for line in figure.axes[1].lines}) == len(figure.axes[1].lines)


@pytest.mark.parametrize("look", LOOKS)
def test_running_sums_are_legible(enrichment, look):
    with drawing_with(FigureSettings(**look)):
        figure = gsea_figure(enrichment)
    assert_legible(figure)
    assert_has_caption(figure)
    assert "3 more sets are in the table." in figure.caption
    if look.get("figure_width"):
        assert figure.get_size_inches()[0] * 25.4 == pytest.approx(85)
