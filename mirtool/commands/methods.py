"""``mirtool methods``: the study through every normalization and test, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mirtool.commands.arrays import READING, input_hashes, read_study_arrays, tell_reading
from mirtool.commands.common import Place, check_figure_options, find_place, record_run, write_result
from mirtool.commands.console import progress_steps, say, say_table, warn
from mirtool.commands.options import (
    AdjustOption,
    AlphaOption,
    ChannelOption,
    CompareOption,
    CutoffOption,
    FiguresOption,
    FlagsOption,
    FormatOption,
    InputFormatOption,
    MinFactorProbesOption,
    MinIntensityOption,
    NoFiguresOption,
    OutputOption,
    ProbesOption,
    RawFilesArgument,
    SamplesOption,
    SpeciesOption,
)
from mirtool.errors import UsageError
from mirtool.wording import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mirtool.model import Rule
    from mirtool.robustness.methods import MethodRun

ALIKE = ("channel", "flags", "impute", "min_intensity", "keep", "probes", "min_factor_probes")
"""Options of `mirtool normalize` that are the same for all recipes."""
VARIED = ("preset", "background", "offset", "flag_weight", "within", "replicates", "replicate_scale", "between")
"""Those that the recipes set."""


def methods(
    context: typer.Context,
    files: RawFilesArgument = None,
    samples: SamplesOption = None,
    compare: CompareOption = None,
    cutoff: CutoffOption = 2.0,
    alpha: AlphaOption = 0.05,
    adjust: AdjustOption = "bh",
    channel: ChannelOption = None,
    flags: FlagsOption = "bad",
    min_intensity: MinIntensityOption = 30.0,
    probes: ProbesOption = "mirna",
    species: SpeciesOption = None,
    min_factor_probes: MinFactorProbesOption = 20,
    input_format: InputFormatOption = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Run the study through every normalization and every test, and compare what passes.

    From the raw arrays: the recipe `exiqon-service` as it is; then each of its steps made in every other way
    (background, replicates, between arrays), one at a time; then the preset that changes several. Each result is
    tested in every way that compares two groups. A recipe that does not fit the arrays is listed with the reason.
    With --channel ratio it is the recipes for two channels.

    In a study folder where `mirtool normalize` has run, the arrays are read as they were then, and its channel,
    flags, cut-off, probes and the like stay the same, but for the options that are given here.

    One row per recipe and test: what passes by fold change, by fold change and P, by fold change and adjusted P,
    how much of it the default shares, and how the log2 ratios agree. The figure shows the counts, and which miRNAs
    pass whatever the recipe. What a method finds here does not say that it is right: choose before you look.

    Example:

    \b
      mirtool methods                       in a study folder: results/methods.csv, figures/methods
      mirtool methods --cutoff 1.5 --compare resistant:responding
      mirtool methods exports/*.gpr --samples samples.csv -o methods.xlsx --figures plots
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.differential import choose_comparison, parse_comparison
    from mirtool.normalize import NormalizeSettings, is_ratio, ratio_channels
    from mirtool.report.tables import format_of
    from mirtool.robustness.methods import every_recipe, methods_table, run_methods

    check_figure_options(figures, no_figures)
    place = find_place(files or (), samples, "scanner file")
    target = place.target(output, "methods.csv")
    format_of(target, format_name)
    asked = {
        "channel": channel,
        "flags": flags,
        "min_intensity": min_intensity,
        "probes": probes,
        "species": species,
        "min_factor_probes": min_factor_probes,
        "input_format": input_format,
    }
    options = asked | _as_normalized(place, {name for name in asked if _is_given(context, name)})
    channel, input_format = options["channel"], options["input_format"]
    reading = {name: options[name] for name in READING if name in options}
    ratio = is_ratio(channel)
    channels = None if channel is None else ratio_channels(channel) if ratio else [channel]
    arrays = read_study_arrays(place, files or [], channels, input_format, reading)
    if not any(arrays.samples.groups):
        raise UsageError(
            "the groups of the arrays are not known",
            path=place.samples,
            hint="name a sample sheet with --samples whose column group is filled in",
        )
    groups = [group for group in arrays.samples.groups if group]
    tested, reference = parse_comparison(compare, groups) if compare is not None else (None, None)
    sides = choose_comparison(arrays.samples, tested, reference)
    normalization = {name: options[name] for name in ALIKE if name in options}
    comparison = {
        "tested": sides.tested,
        "reference": sides.reference,
        "cutoff": cutoff,
        "alpha": alpha,
        "adjust": adjust,
    }
    recipes = every_recipe(NormalizeSettings(**normalization))
    with progress_steps("Normalizing", len(recipes)) as on_recipe:
        runs = run_methods(arrays, recipes, comparison=comparison, on_recipe=on_recipe)
    tell_reading(arrays)
    say(f"Compared {sides.tested} with {sides.reference} ({sides.reason}).")
    _tell(runs)
    write_result(methods_table(runs), target, format_name)
    folder = None if no_figures else place.figures(figures)
    if folder is not None:
        _draw(runs, folder)
    record_run(
        place,
        target,
        "methods",
        arguments=normalization | reading | comparison | {"input_format": input_format},
        inputs=input_hashes([place.samples, reading.get("array_list"), reading.get("platform")], arrays),
        summary=_summary(runs),
    )


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _as_normalized(place: Place, given: set[str]) -> dict[str, Any]:
    """Return the options with which the study was normalized, but for those ``given`` now, and tell them."""
    from mirtool.study.record import recorded_arguments

    if place.study is None:
        return {}
    record = place.study.run_file
    recorded = recorded_arguments(record, "normalize")
    if recorded is None:
        say(f"{record} has no record of `mirtool normalize`: the defaults are taken for what is not given here.")
        return {}
    alike = {*ALIKE, *READING, "input_format"} - given
    reused = {name: value for name, value in recorded.items() if name in alike}
    say(f"As `mirtool normalize` was called ({record}): {_as_typed(reused) or 'its defaults'}.")
    varied = _as_typed({name: value for name, value in recorded.items() if name in VARIED})
    if varied:
        say(f"What else it was called with, {varied}, is what the recipes vary, starting from exiqon-service.")
    return reused


def _as_typed(options: Mapping[str, Any]) -> str:
    """Write options that differ from the defaults of ``mirtool normalize`` as they would be typed."""
    from mirtool.normalize.methods import PRESET_ALIASES
    from mirtool.normalize.settings import ResolvedSettings

    usual, typed_as = vars(ResolvedSettings()), {"array_list": "gal"}
    words = []
    for name, value in options.items():
        if PRESET_ALIASES.get(str(value), value) in (None, False, usual.get(name)):
            continue
        option = "--" + typed_as.get(name, name).replace("_", "-")
        words.append(
            option if value is True else f"{option} {f'{value:g}' if isinstance(value, float) else value}"
        )
    return ", ".join(words)


def _tell(runs: Sequence[MethodRun]) -> None:
    """Print what passes with each recipe under the default test, and how many other tests find."""
    from mirtool.model import Rule
    from mirtool.robustness.methods import Agreement, agreement
    from mirtool.robustness.sensitivity.outcomes import regulations

    default = runs[0].d
    assert default is not None  # run_methods has seen to it
    rules = tuple(regulations(default))
    words = {rule: rule.words.removeprefix("fold change ") for rule in Rule}
    recipes = dict.fromkeys(run.recipe for run in runs)
    say(
        f"{plural(len(recipes), 'recipe')}, {runs[0].test} test; what passes, and how many of them "
        f"{runs[0].recipe} finds as well:"
    )
    rows = []
    for run in runs:
        if run.test == runs[0].test:
            beside = Agreement(0) if run.d is None else agreement(run.d, default)
            rows.append((run.recipe, *(_cell(beside, rule) for rule in rules)))
    say_table(("recipe", *(words[rule] for rule in rules)), rows)
    by_test = [run for run in runs if run.recipe == runs[0].recipe and run.d is not None]
    if len(by_test) > 1:
        say(f"The other tests on {runs[0].recipe}:")
        cells = [(run.test, agreement(run.d, default)) for run in by_test[1:] if run.d is not None]
        say_table(
            ("test", *(words[rule] for rule in rules)),
            [(test, *(_cell(beside, rule) for rule in rules)) for test, beside in cells],
        )
    for reason, names in _failures(runs).items():
        warn(f"{', '.join(names)}: {reason}")


def _cell(beside: Any, rule: Rule) -> str:
    n = beside.passing(rule)
    return "–" if n is None else f"{n:,} / {beside.shared[rule]:,}"


def _failures(runs: Sequence[MethodRun]) -> dict[str, list[str]]:
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


def _draw(runs: Sequence[MethodRun], folder: Path) -> None:
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.methods import methods_figure

    for path in save_figure(methods_figure(runs), folder, "methods"):
        say(f"Wrote {path}")


def _summary(runs: Sequence[MethodRun]) -> dict[str, Any]:
    return {
        "recipes": list(dict.fromkeys(run.recipe for run in runs)),
        "tests": list(dict.fromkeys(run.test for run in runs)),
        "failures": _failures(runs),
    }
