"""The arrays of a study normalized by each recipe, and compared by each test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mirtool.differential import TESTS, differential
from mirtool.errors import MirtoolError
from mirtool.model import DifferentialTable, RawArrays
from mirtool.normalize import normalize
from mirtool.robustness.methods.recipes import Recipe

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
    runs: list[MethodRun] = []
    for recipe in recipes:
        runs += _run_recipe(recipe, arrays, tests, comparison or {}, is_default=not runs)
        if on_recipe:
            on_recipe(recipe.name)
    return runs


def _run_recipe(
    recipe: Recipe,
    arrays: RawArrays,
    tests: Sequence[str],
    comparison: Mapping[str, Any],
    *,
    is_default: bool,
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
