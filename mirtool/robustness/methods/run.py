"""The arrays of a study normalized by each recipe, and compared by each test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from mirtool.differential import TESTS, differential
from mirtool.errors import MirtoolError
from mirtool.model import DifferentialTable, RawArrays
from mirtool.normalize import normalize
from mirtool.robustness.methods.recipes import Recipe
from mirtool.stats.draws import run_tasks

if TYPE_CHECKING:
    from concurrent.futures import Executor

TWO_GROUP_TESTS = tuple(test for test in TESTS if test not in ("none", "signed-rank"))
"""Every test of two groups, the default first."""


@dataclass(frozen=True, eq=False)
class MethodRun:
    """The result of one recipe and one test: a comparison, or why there is none."""

    recipe: str
    test: str
    d: DifferentialTable | None
    failure: str = ""


def run_methods(
    arrays: RawArrays,
    recipes: Sequence[Recipe],
    tests: Sequence[str] = TWO_GROUP_TESTS,
    *,
    comparison: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    on_recipe: Callable[[str], None] | None = None,
) -> list[MethodRun]:
    """Normalize by every recipe and compare by every test.

    Parameters
    ----------
    arrays
        Raw arrays with their groups, probes classified.
    recipes, tests
        The first of each is the default, which must work: the others are compared with it.
    comparison
        Arguments of :func:`mirtool.differential.differential` for all tests alike.
    executor
        Shares the recipes; the result does not depend on it.
    on_recipe
        Called with the name of each recipe that is done.

    Returns
    -------
    list of MethodRun
        By recipe, then by test. A recipe that does not fit the arrays (no background, spike-ins that do not
        agree), or a test that lacks arrays, has no comparison and says why.

    Raises
    ------
    MirtoolError
        Where the default recipe or the default test does not work.
    """
    run = partial(_run_recipe, arrays=arrays, tests=tests, comparison=comparison or {})
    first, *others = recipes
    runs: list[MethodRun] = []
    # The default is made here, before the others, so that what is wrong with it is said at once.
    for recipe, of_recipe in zip(
        recipes, chain([run(first, is_default=True)], run_tasks(run, others, executor)), strict=True
    ):
        runs += of_recipe
        if on_recipe:
            on_recipe(recipe.name)
    return runs


def _run_recipe(
    recipe: Recipe,
    arrays: RawArrays,
    tests: Sequence[str],
    comparison: Mapping[str, Any],
    *,
    is_default: bool = False,
) -> list[MethodRun]:
    try:
        matrix = normalize(arrays, recipe.settings).matrix
    except MirtoolError as error:
        if is_default:
            raise
        return [MethodRun(recipe.name, test, None, _in_words(error)) for test in tests]
    runs: list[MethodRun] = []
    for test in tests:
        try:
            d = differential(matrix, test=test, **comparison)
        except MirtoolError as error:
            if is_default and not runs:
                raise
            runs.append(MethodRun(recipe.name, test, None, _in_words(error)))
            continue
        made = d.test == test or not runs  # where no test can be made, the first represents fold changes alone
        runs.append(MethodRun(recipe.name, test, d) if made else MethodRun(recipe.name, test, None, d.remarks[0]))
    return runs


def _in_words(error: MirtoolError) -> str:
    return f"{error.problem}: {error.found}" if error.found else error.problem
