"""``mirtool compare-methods``: the study through every normalization and test, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError, option
from mirtool.io.arrays.settings import ReadingSettings
from mirtool.report.text.blocks import Line, Summary
from mirtool.robustness.methods.settings import CompareMethodsSettings
from mirtool.workflow.reading import (
    FILES,
    READING,
    SAMPLES,
    as_typed,
    doubt_blocks,
    read_study_arrays,
    reading_blocks,
    reading_of,
    recorded_normalization,
    refuse_log2,
    settings_as_normalized,
)
from mirtool.workflow.step import Draw, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.differential import Comparison
    from mirtool.model import RawArrays, Table
    from mirtool.robustness.methods import MethodRun

ALIKE = (
    "channel",
    "flags",
    "detection",
    "min_intensity",
    "probes",
    "min_factor_probes",
    "impute",
    "keep",
    "keep_share",
)
"""Settings of ``normalize`` that are the same for all recipes."""
VARIED = ("preset", "background", "offset", "flag_weight", "within", "replicates", "replicate_scale", "between")
"""Those that the recipes set."""


@dataclass(frozen=True)
class CompareMethodsInputs(Inputs, ReadingSettings):
    """The arrays of a study."""

    main = ("files",)
    what = "scanner file"

    files: tuple[Any, ...] = FILES
    samples: Any = SAMPLES


class CompareMethodsResult(Result):
    """What passes under every recipe and test.

    Attributes
    ----------
    runs
        One entry per recipe and test; the first is the default.
    """

    def __init__(
        self, arrays: RawArrays, runs: Sequence[MethodRun], sides: Comparison, notes: Sequence[str]
    ) -> None:
        self.arrays = arrays
        self.runs = tuple(runs)
        self.sides = sides
        self.notes = tuple(notes)

    def tables(self) -> Mapping[str, Table]:
        """Return ``methods``: one row per recipe and test."""
        from mirtool.robustness.methods import methods_table

        return {"methods": methods_table(self.runs)}

    def drawings(self) -> Mapping[str, Draw]:
        """Draw the counts, and which miRNAs pass whatever the recipe."""
        from mirtool.report.figures.methods import methods_figure

        return {"methods": partial(methods_figure, self.runs)}

    @property
    def summary(self) -> Summary:
        """What passes with each recipe, and how much of it the default shares."""
        from mirtool.report.text.differential import direction_block
        from mirtool.report.text.methods import methods_summary

        return (
            *doubt_blocks(self.arrays),
            direction_block(self.sides),
            *methods_summary(self.runs),
            *reading_blocks(self.arrays),
            *(Line(note, detail=True) for note in self.notes),
        )

    def numbers(self) -> dict[str, Any]:
        """Return the recipes, the tests, and why some could not be compared."""
        from mirtool.report.text.methods import failures_of

        return {
            "recipes": list(dict.fromkeys(run.recipe for run in self.runs)),
            "tests": list(dict.fromkeys(run.test for run in self.runs)),
            "failures": failures_of(self.runs),
        }


def compare_methods(
    inputs: CompareMethodsInputs, settings: CompareMethodsSettings, run: Run
) -> CompareMethodsResult:
    """Run the study through every normalization and every test, and compare what passes.

    From the raw arrays, each time: the recipe `exiqon-service` as it is; then each of its steps in every other way
    (background, replicates, between arrays), one at a time; then the preset that changes several. Each result is
    tested in every way that compares two groups. A recipe that does not fit the arrays is listed with the reason.
    With the channel `ratio` the recipes are those for two channels.

    In a study folder where `mirtool normalize` has run, the arrays are read as they were then, and its channel,
    flags, cut-off, probes and the like stay the same, except for the options that are given here.

    One row per recipe and test: what passes by fold change, by fold change and P, by fold change and adjusted P,
    how much of it the default shares, and how the log2 ratios agree. The figure shows the counts, and which miRNAs
    pass whatever the recipe. That a method finds something here does not make it right: choose before you look.
    """
    from mirtool.differential import choose_comparison
    from mirtool.normalize import NormalizeSettings, is_ratio, ratio_channels
    from mirtool.normalize.lanes import are_lanes
    from mirtool.normalize.panels import is_panel
    from mirtool.robustness.methods import every_recipe, run_methods

    own = {of.name: getattr(settings, of.name) for of in fields(settings) if of.name in ALIKE}
    asked = own | reading_of(inputs) | {"input_format": inputs.input_format}
    reused, notes = _as_normalized(run)
    options = asked | reused
    run.arguments |= options
    channel = options["channel"]
    channels = None if channel is None else ratio_channels(channel) if is_ratio(channel) else [channel]
    reading = {name: options[name] for name in READING if name in options}
    arrays = read_study_arrays(
        inputs.files, run, channels=channels, input_format=options["input_format"], reading=reading
    )
    if is_panel(arrays):
        raise UsageError(
            "the recipes that are compared are for arrays, and these are Ct values of a qPCR panel",
            path=arrays.sources[0].path,
            hint=f"compare the references with each other: mirtool normalize {option('between', 'normfinder')}, "
            "then mirtool diff",
        )
    if are_lanes(arrays):
        raise UsageError(
            "the recipes that are compared are for arrays, and these are NanoString counts",
            path=arrays.sources[0].path,
            hint=f"compare the ways for lanes: mirtool normalize {option('between', 'housekeeping')}, "
            "then mirtool diff",
        )
    refuse_log2(arrays, run, options.get("scale"))
    groups = [group for group in arrays.samples.groups if group]
    if not groups:
        raise UsageError(
            "the groups of the arrays are not known",
            path=arrays.samples.sheet or None,
            hint=f"name a sample sheet with {option('samples')} whose column group is filled in",
        )
    sides = choose_comparison(arrays.samples, compare=settings.compare, ask=run.ask)
    comparison = {
        "tested": sides.tested,
        "reference": sides.reference,
        "cutoff": settings.cutoff,
        "alpha": settings.alpha,
        "adjust": settings.adjust,
    }
    run.arguments["compare"] = f"{sides.tested}:{sides.reference}"
    recipes = every_recipe(NormalizeSettings(**{name: options[name] for name in ALIKE if name in options}))
    with run.progress("Normalizing", len(recipes)) as on_recipe:
        runs = run_methods(arrays, recipes, comparison=comparison, executor=run.executor, on_recipe=on_recipe)
    return CompareMethodsResult(arrays, runs, sides, notes)


def _as_normalized(run: Run) -> tuple[dict[str, Any], list[str]]:
    """Return the settings with which the study was normalized, except for those given now, and what to say."""
    reused, notes = settings_as_normalized({*ALIKE, *READING, "input_format"}, run)
    recorded = recorded_normalization(None, run) if run.study is not None else None
    varied = as_typed({name: value for name, value in (recorded or {}).items() if name in VARIED})
    if varied:
        notes.append(f"The recipes vary what else it was called with ({varied}), starting from exiqon-service.")
    return reused, notes


STEP = Step(
    name="compare-methods",
    function=compare_methods,
    inputs=CompareMethodsInputs,
    settings=CompareMethodsSettings,
    main_file="methods.csv",
    has_figures=True,
    parallel=True,
    examples=(
        ("mirtool compare-methods", "in a study folder: results/methods.csv, figures/methods"),
        ("mirtool compare-methods --cutoff 1.5 --compare resistant:responding", ""),
        ("mirtool compare-methods exports/*.gpr --samples samples.csv -o methods.xlsx --figures plots", ""),
    ),
)
