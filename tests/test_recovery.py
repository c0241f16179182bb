"""What the tests promise holds on studies of known truth: a small and quick part of benchmarks/recovery.py."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from mirtool.simulate.arrays import simulate_study

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "recovery.py"
SEEDS = range(101, 121)


@pytest.fixture(scope="module")
def recovery():
    spec = importlib.util.spec_from_file_location("recovery", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["recovery"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["recovery"]


def averages(recovery, scenario, recipe_name, tests):
    """Average what 20 studies of 3 + 3 arrays give, by test: FDR ≤ 0.05, and P ≤ 0.05 with a fold change of 2."""
    recipe = next(recipe for recipe in recovery.every_recipe() if recipe.name == recipe_name)
    outcomes = [
        recovery.recover(recovery.simulate(scenario, 3, seed), [recipe], tests, by_batch=scenario.by_batch)
        for seed in SEEDS
    ]
    return {
        test: [recovery.average([outcome[recipe_name, test][rule] for outcome in outcomes]) for rule in (0, 1)]
        for _, test in outcomes[0]
    }


def test_where_the_model_holds_moderated_beats_welch_and_keeps_the_rate(recovery):
    model_itself = recovery.SCENARIOS[0]
    found = averages(recovery, model_itself, "between none", ("moderated", "welch"))
    moderated, welch = found["moderated"][0], found["welch"][0]
    assert moderated.true > 2 * welch.true
    assert moderated.false_share <= recovery.ALPHA
    assert welch.false_share <= recovery.ALPHA


def test_a_batch_in_the_model_finds_more_than_one_left_out(recovery):
    batch = recovery.SCENARIOS[-1]
    found = averages(recovery, batch, "between small-rna", ("moderated",))
    assert found[recovery.WITH_BATCH][0].true > found["moderated"][0].true


def test_an_outcome_is_counted_by_its_planted_direction(recovery):
    passing = np.array([True, True, True, False])
    found = recovery.count(passing, np.array([1.0, -1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 1.0]))
    assert (found.true, found.false) == (1, 2)
    assert found.false_share == pytest.approx(2 / 3)


def test_batches_leave_every_other_number_of_the_default_as_it_was(recovery):
    plain, batch = (recovery.simulate(recovery.SCENARIOS[i], 3, 1) for i in (1, -1))
    assert batch.arrays.samples.extra["batch"] == ("1", "2", "1", "2", "1", "2")
    assert plain.arrays.samples.extra == simulate_study(seed=1).arrays.samples.extra == {}
    np.testing.assert_array_equal(plain.truth["sd"], batch.truth["sd"])
