"""Every recipe and test on one small simulated study, and how the comparisons are held against the default."""

from dataclasses import replace

import numpy as np
import pytest

from mirtool.differential import differential
from mirtool.errors import NotEnoughDataError
from mirtool.model import RawArrays, Rule
from mirtool.normalize import BACKGROUND_METHODS, BETWEEN_METHODS, NormalizeSettings, normalize
from mirtool.normalize.methods import LANE_METHODS, PANEL_METHODS
from mirtool.report.figures.canvas import drawing_with, png_bytes
from mirtool.report.figures.methods import methods_figure
from mirtool.report.figures.settings import FigureSettings
from mirtool.robustness.methods import TWO_GROUP_TESTS, agreement, every_recipe, methods_table, run_methods
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.chip import ChipDesign
from tests.report.checks import assert_distinct_in_gray, assert_has_caption, assert_legible, drawn_words

SMALL = ChipDesign(block_rows=8, block_columns=8, second_probes=0, mirplus=0, other_species=12, hidden=4)
NAMES = [f"hsa-miR-{i}-3p" for i in range(3000, 3250)]
COMPARED = {"tested": "resistant", "reference": "responding"}


@pytest.fixture(scope="module")
def arrays() -> RawArrays:
    changes = dict(zip(NAMES[:30], (3.0, -3.0) * 15, strict=True))
    return simulate_study(NAMES, seed=3, changes=changes, design=SMALL).arrays


@pytest.fixture(scope="module")
def runs(arrays):
    return run_methods(arrays, every_recipe(), comparison=COMPARED)


def test_every_method_is_among_the_recipes_and_every_test_is_made(runs):
    asked = [recipe.settings for recipe in every_recipe()]
    assert asked[0] == NormalizeSettings()
    for method in BACKGROUND_METHODS:
        assert method in ("subtract", *LANE_METHODS) or NormalizeSettings(background=method) in asked
    for method in BETWEEN_METHODS:
        assert method in ("median", *LANE_METHODS, *PANEL_METHODS) or NormalizeSettings(between=method) in asked
    assert [(run.recipe, run.test) for run in runs] == [
        (recipe.name, test) for recipe in every_recipe() for test in TWO_GROUP_TESTS
    ]
    assert [run.failure for run in runs if run.d is None] == []


@pytest.mark.parametrize("look", [{}, {"figure_width": 85.0}, {"style": "slides"}])
def test_the_figure_is_legible_in_every_look(runs, look):
    with drawing_with(FigureSettings(**look)):
        figure = methods_figure(runs)
    assert_legible(figure)
    assert_has_caption(figure)
    assert "Methods compared: resistant / responding" in drawn_words(figure)
    up, down = (points.get_paths()[0].vertices for points in figure.axes[1].collections)
    assert_distinct_in_gray((up, "white"), (down, "white"))


def test_the_same_runs_give_the_same_picture(runs):
    assert png_bytes(methods_figure(runs)) == png_bytes(methods_figure(runs))


def test_a_run_is_what_normalize_and_differential_give(arrays, runs):
    run = next(run for run in runs if (run.recipe, run.test) == ("between quantile", "welch"))
    expected = differential(normalize(arrays, between="quantile").matrix, test="welch", **COMPARED)
    assert list(run.d.probes.id) == list(expected.probes.id)
    np.testing.assert_array_equal(run.d.p_value, expected.p_value)


def test_agreement_counts_the_shared_and_their_direction(runs):
    default = runs[0].d
    flipped = default.regulation_p.copy()
    first, second = np.flatnonzero(default.regulation_p != "")[:2]
    flipped[first] = {"up": "down", "down": "up"}[flipped[first]]
    flipped[second] = ""
    n = int((default.regulation_p != "").sum())
    found = agreement(replace(default, regulation_p=flipped, log2_ratio=-default.log2_ratio), default)
    assert found.passing(Rule.VOLCANO_P) == n - 1
    assert found.shared[Rule.VOLCANO_P] == n - 2
    # Either list: n calls of the default's, and the flipped one's new call.
    assert found.jaccard[Rule.VOLCANO_P] == (n - 2) / (n + 1)
    assert found.jaccard[Rule.FOLD_CHANGE] == 1
    assert found.correlation == pytest.approx(-1)


def test_arrays_without_background_lack_only_the_recipes_that_need_one(arrays):
    names = ("exiqon-service", "background none", "background half", "between quantile", "between vsn")
    recipes = [recipe for recipe in every_recipe() if recipe.name in names]
    bare = replace(arrays, channels={name: replace(c, background=None) for name, c in arrays.channels.items()})
    runs = run_methods(bare, recipes, ("moderated",), comparison=COMPARED)
    lacking = {run.recipe for run in runs if run.d is None}
    assert lacking == {"background half"}
    table = methods_table(runs)
    failed = table["why not"] != ""
    assert set(table["recipe"][failed]) == lacking
    assert np.isnan(table["up by volcano P"][failed]).all()
    assert not np.isnan(table["up by volcano P"][~failed]).any()


def test_the_default_has_to_work(arrays):
    with pytest.raises(NotEnoughDataError, match="probes"):
        run_methods(arrays, every_recipe(NormalizeSettings(min_factor_probes=5000)), comparison=COMPARED)


def test_log_ratios_have_recipes_of_their_own():
    arrays = simulate_study(NAMES, seed=3, changes={}, design=SMALL, two_channel=True).arrays
    names = ("exiqon-service", "within median", "within loess", "between Aquantile")
    recipes = [recipe for recipe in every_recipe(NormalizeSettings(channel="ratio")) if recipe.name in names]
    runs = run_methods(arrays, recipes, ("moderated",), comparison=COMPARED)
    assert [run.recipe for run in runs if run.d is not None] == list(names)
