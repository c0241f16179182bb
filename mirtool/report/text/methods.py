"""A comparison of methods in words: what passes under each recipe and test, and what could not be computed."""

from __future__ import annotations

from collections.abc import Sequence

from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line, Summary
from mirtool.robustness.methods import Agreement, MethodRun, agreement
from mirtool.robustness.sensitivity.outcomes import regulations
from mirtool.rules import Rule
from mirtool.wording import plural

RECIPES_SHOWN = 8


def methods_summary(runs: Sequence[MethodRun]) -> Summary:
    """Return what passes with each recipe under the default test, and how many other tests find."""
    default = runs[0].d
    assert default is not None  # run_methods has seen to it
    rules = tuple(regulations(default))
    words = [rule.words.removeprefix("fold change ") for rule in rules]
    recipes = dict.fromkeys(run.recipe for run in runs)
    blocks: list[Block] = [
        *_spread_lines(runs),
        Heading(
            f"{plural(len(recipes), 'recipe')}, {runs[0].test} test; what passes, and how many of them "
            f"{runs[0].recipe} finds as well:"
        ),
    ]
    rows = []
    for run in runs:
        if run.test == runs[0].test:
            shared = Agreement(0) if run.d is None else agreement(run.d, default)
            rows.append((run.recipe, *(_cell(shared, rule) for rule in rules)))
    blocks.append(Grid(("recipe", *words), rows, most=RECIPES_SHOWN))
    by_test = [run for run in runs if run.recipe == runs[0].recipe and run.d is not None]
    if len(by_test) > 1:
        cells = [(run.test, agreement(run.d, default)) for run in by_test[1:] if run.d is not None]
        blocks.append(Heading(f"The other tests on {runs[0].recipe}:"))
        others = [(test, *(_cell(shared, rule) for rule in rules)) for test, shared in cells]
        blocks.append(Grid(("test", *words), others))
    blocks += [Caution(f"{', '.join(names)}: {reason}") for reason, names in failures_of(runs).items()]
    return tuple(blocks)


def _spread_lines(runs: Sequence[MethodRun]) -> list[Line]:
    """Say how many of what the first recipe finds pass with the others."""
    default = runs[0].d
    assert default is not None  # run_methods has seen to it
    rule = Rule.default(regulations(default))
    of_recipes = [agreement(run.d, default) for run in runs[1:] if run.test == runs[0].test and run.d is not None]
    shared = [found.shared[rule] for found in of_recipes if found.passing(rule) is not None]
    if not shared:
        return []
    listed = agreement(default, default).shared[rule]
    text = (
        f"Of {listed:,} by {rule.words} with {runs[0].recipe}, {min(shared):,} to {max(shared):,} pass with each"
    )
    return [Line(f"{text} of {plural(len(shared), 'other recipe')}.")]


def _cell(shared: Agreement, rule: Rule) -> str:
    n = shared.passing(rule)
    return "–" if n is None else f"{n:,} / {shared.shared[rule]:,}"


def failures_of(runs: Sequence[MethodRun]) -> dict[str, list[str]]:
    """Return each reason for which a comparison could not be made, with the recipes or tests that it holds for."""
    tests_of: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        if run.d is None:
            tests_of.setdefault((run.failure, run.recipe), []).append(run.test)
    n_tests = len({run.test for run in runs})
    found: dict[str, list[str]] = {}
    for (reason, recipe), tests in tests_of.items():
        names = [recipe] if len(tests) == n_tests else [f"test {test}" for test in tests]
        found.setdefault(reason, []).extend(name for name in names if name not in found.get(reason, []))
    return found
