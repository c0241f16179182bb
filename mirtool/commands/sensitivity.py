"""What ``mirtool diff --sensitivity`` does: the list under every plausible choice, from the raw arrays."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.commands.arrays import READING, read_study_arrays
from mirtool.commands.common import Place, is_stream, write_result
from mirtool.commands.console import say, say_table, warn
from mirtool.errors import UsageError
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.model import DifferentialTable
    from mirtool.robustness.sensitivity import Sensitivity

N_THREADS = 2
MOST_CHOICES = 0.8


def check_sensitivity_options(source: str, target: str, *, plain: bool) -> None:
    """Refuse what no table of choices can be made for: pipes, and models of more than two groups as they are."""
    if not plain:
        raise UsageError(
            "--sensitivity tries the choices of a plain comparison of two groups",
            expected="no --contrast, --pair, --block, --covariate, --design, --weights, --trend, --robust …",
        )
    if source == "-" or is_stream(target):
        raise UsageError(
            "--sensitivity writes a table of all choices beside the result, and reads how the arrays were "
            "normalized from the record beside the normalized table",
            found="a pipe",
            hint="name the normalized table, and a file with -o; in a study folder both are known",
        )


def run_sensitivity(place: Place, source: str, sheet: str, d: DifferentialTable) -> Sensitivity:
    """Read the raw arrays as ``mirtool normalize`` read them, and make the list under every choice."""
    from mirtool.normalize import normalize
    from mirtool.robustness.sensitivity import sensitivity
    from mirtool.study.record import recorded_arguments

    record = place.study.run_file if place.study else Path(source).with_suffix(".run.json")
    recorded = recorded_arguments(record, "normalize")
    if recorded is None:
        say(f"{record} has no record of `mirtool normalize`: its defaults are taken for the choices not varied.")
    arguments = recorded or {}
    arrays = read_study_arrays(
        Place(place.study, sheet),
        [],
        None,
        arguments.get("input_format"),
        {name: arguments[name] for name in READING if name in arguments},
    )
    with ThreadPoolExecutor(N_THREADS) as executor:
        same = _known_to(normalize, arguments) | {"keep_replicates": False}
        return sensitivity(arrays, d, same, executor=executor)


def _known_to(function: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the arguments that a function takes by name."""
    names = {name for name, own in inspect.signature(function).parameters.items() if own.kind is own.KEYWORD_ONLY}
    return {name: value for name, value in arguments.items() if name in names}


def tell_sensitivity(result: Sensitivity) -> None:
    """Say how many probes of the list stay under how many choices, and which choice moves the list most."""
    from mirtool.model import Rule
    from mirtool.robustness.sensitivity import choice_effects

    made = len(result.outcomes) - len(result.failures)
    say(f"Sensitivity: the list under {plural(made, 'set')} of choices, from the raw arrays:")
    rows = []
    for rule, calls in result.calls.items():
        share = result.share[rule][calls != 0]
        counts = (len(share), (share >= 1).sum(), (share >= MOST_CHOICES).sum(), (share < 0.5).sum())
        rows.append((f"by {rule.label}", *(f"{n:,}" for n in counts)))
    say_table(
        ("", "listed", "stay under all", f"under {100 * MOST_CHOICES:g} % or more", "under less than half"), rows
    )
    rule = Rule.default(result.calls)
    if not result.listed(rule):
        return
    say(f"How many of the {result.listed(rule):,} by {rule.label} stay, whatever else is chosen:")
    say_table(
        ("", "choices", "least", "on average"),
        [
            (
                f"{effect.choice}: {effect.value}",
                f"{effect.n_choices:,}",
                f"{effect.least:,}",
                f"{effect.mean:.1f}",
            )
            for effect in choice_effects(result, rule)
            if rule is Rule.VOLCANO_P or effect.choice != "test"
        ],
    )
    for problem, n in _count_failures(result).items():
        warn(f"nothing could be made under {plural(n, 'set')} of choices: {problem}")
    if result.differing:
        warn(
            f"{plural(result.differing, 'probe')} of the table called otherwise when it is made again from the "
            "raw arrays: it was normalized in another way than its record says, or the files have changed"
        )


def write_sensitivity(
    result: Sensitivity, d: DifferentialTable, place: Place, target: str, format_name: str | None
) -> None:
    """Write the differential table with the shares, and the table of all choices beside it."""
    from mirtool.differential import differential_table
    from mirtool.robustness.sensitivity import sensitivity_table, with_stability

    write_result(with_stability(differential_table(d), d, result), target, format_name)
    path = Path(target)
    name = f"{path.stem}_sensitivity{path.suffix}"
    if place.study and path == place.study.results / "differential.csv":
        name = "sensitivity.csv"
    write_result(sensitivity_table(result, d), str(path.with_name(name)), format_name)


def _count_failures(result: Sensitivity) -> dict[str, int]:
    problems = [outcome.failure for outcome in result.failures]
    return {problem: problems.count(problem) for problem in dict.fromkeys(problems)}


def sensitivity_record(result: Sensitivity) -> dict[str, Any]:
    """Return the numbers for the record of the run."""
    return {
        "choices": len(result.outcomes),
        "failures": _count_failures(result),
        "table_differs_in": result.differing,
    }
