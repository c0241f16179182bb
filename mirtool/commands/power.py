"""``mirtool power``: how many arrays per group the next study needs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirtool.commands.common import (
    check_figure_options,
    find_place,
    record_run,
    write_result,
)
from mirtool.commands.console import say, say_pairs, say_table
from mirtool.commands.expression import normalized_table_of, read_grouped, sample_sheet_of
from mirtool.commands.options import (
    FiguresOption,
    FormatOption,
    NoFiguresOption,
    OutputOption,
    SamplesOption,
    ScaleOption,
)
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.differential.power import PilotVariance, PowerPlan

Test = Literal["moderated", "student"]

DEFAULT_FOLDS = (1.5, 2.0, 3.0)
MOST_OF_THE_PROBES = 0.8


def power(
    table: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLE|-",
            help="The pilot's normalized table; - is stdin. In a study folder: results/normalized.csv.",
        ),
    ] = None,
    samples: SamplesOption = None,
    fold: Annotated[
        list[float] | None,
        typer.Option(
            "--fold",
            metavar="FOLD",
            help="Fold change to be found (not a log2); give it again for a second one. Default 1.5, 2 and 3.",
        ),
    ] = None,
    fdr: Annotated[
        float, typer.Option("--fdr", metavar="SHARE", help="False discovery rate, by Benjamini and Hochberg.")
    ] = 0.05,
    wanted: Annotated[float, typer.Option("--power", metavar="SHARE", help="The power that is wanted.")] = 0.8,
    changed: Annotated[
        float,
        typer.Option(
            "--changed", metavar="SHARE", help="Share of the probes that truly change, each by the fold change."
        ),
    ] = 0.05,
    test: Annotated[
        Test,
        typer.Option(
            help="The test that the study will make, on log2 values (Smyth's moderated t, or Student's)."
        ),
    ] = "moderated",
    max_arrays: Annotated[
        int, typer.Option("--max-arrays", metavar="N", help="The most arrays per group to look at.")
    ] = 20,
    scale: ScaleOption = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """How many arrays per group are needed to find a fold change at a false discovery rate.

    The variances within the groups of a pilot tell how much arrays of one group differ. Their distribution over
    the probes (Smyth's prior) stands for the probes of the next study. For 2, 3 … arrays per group the table gives
    the P at which the false discovery rate is reached, the power averaged over that distribution, the share of
    probes whose own power is at least the wanted one, and the power of probes at percentiles of the variance.

    The arrays of the next study are taken to differ as those of the pilot do: patients differ more than cell
    cultures, and arrays of one sample less than either. A pilot of one group with two arrays is enough to compute
    with; the more arrays, the surer the variances.

    Example:

    \b
      mirtool power                                  in a study folder: results/power.csv, figures/power
      mirtool power --fold 2 --fdr 0.1 --max-arrays 12
      mirtool power pilot.csv --samples s.csv --changed 0.02 -o power.xlsx --figures plots
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.differential.power import PowerSettings, pilot_variance, plan_arrays, power_table
    from mirtool.report.tables import format_of

    check_figure_options(figures, no_figures)
    settings = PowerSettings(
        fold=tuple(fold or DEFAULT_FOLDS),
        fdr=fdr,
        power=wanted,
        changed=changed,
        test=test,
        max_arrays=max_arrays,
    )
    place = find_place([table] if table else [], samples, "normalized table")
    target = place.target(output, "power.csv")
    format_of(target, format_name)
    source, sheet = normalized_table_of(table, place), sample_sheet_of(place)
    pilot = pilot_variance(read_grouped(source, sheet, scale))
    plan = plan_arrays(pilot, settings)
    _tell_pilot(pilot)
    _tell_plan(plan)
    write_result(power_table(plan, pilot), target, format_name)
    folder = None if no_figures else place.figures(figures)
    if folder is not None:
        _draw(plan, folder)
    record_run(
        place,
        target,
        "power",
        arguments={
            "table": source,
            "samples": sheet,
            "fold": list(fold or DEFAULT_FOLDS),
            "fdr": fdr,
            "power": wanted,
            "changed": changed,
            "test": test,
            "max_arrays": max_arrays,
            "scale": scale,
        },
        inputs=hash_files([source, sheet]),
        summary=_summary(pilot, plan),
    )


def _tell_pilot(pilot: PilotVariance) -> None:
    import numpy as np

    say("The pilot:")
    low, middle, high = (float(v) ** 0.5 for v in pilot.quantiles(np.array([0.1, 0.5, 0.9])))
    lines = [
        ("groups", ", ".join(f"{group} ({plural(n, 'array')})" for group, n in pilot.groups.items())),
        ("probes", f"{len(pilot.variance):,} with a variance, {pilot.without_variance:,} without"),
        ("missing values", f"{100 * pilot.missing:.1f} %"),
        (
            "standard deviation",
            f"{middle:.3g} log2 within the groups for the median probe, {low:.3g} to {high:.3g} for the middle "
            "80 %",
        ),
        ("prior", _prior_in_words(pilot)),
    ]
    if pilot.without_group:
        lines.append(("left out, no group", ", ".join(pilot.without_group)))
    say_pairs(lines)


def _prior_in_words(pilot: PilotVariance) -> str:
    if math.isinf(pilot.prior_df):
        return "infinite degrees of freedom: no probe varies more than another beyond chance"
    return f"degrees of freedom {pilot.prior_df:.4g}, standard deviation {pilot.prior_variance**0.5:.3g} log2"


def _tell_plan(plan: PowerPlan) -> None:
    """Say how many arrays per group are needed, a line a fold change."""
    say(
        f"Arrays a group for a power of {plan.power:g} at FDR {plan.fdr:g}, where {plan.share:g} of the probes "
        f"change ({plan.test} t):"
    )
    most = int(plan.arrays.max())
    rows = []
    for fold in dict.fromkeys(plan.fold_change.tolist()):
        needed = [plan.arrays_needed(fold), plan.arrays_needed(fold, of_share=MOST_OF_THE_PROBES)]
        rows.append((f"{fold:g}-fold", *(f"more than {most}" if n is None else str(n) for n in needed)))
    say_table(("", "on average", f"for {100 * MOST_OF_THE_PROBES:g} % of the probes"), rows)


def _draw(plan: PowerPlan, folder: Path) -> None:
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.power import power_figure

    for path in save_figure(power_figure(plan), folder, "power"):
        say(f"Wrote {path}")


def _summary(pilot: PilotVariance, plan: PowerPlan) -> dict[str, Any]:
    return {
        "groups": dict(pilot.groups),
        "probes": len(pilot.variance),
        "probes_without_variance": pilot.without_variance,
        "missing": pilot.missing,
        "prior_df": "infinite" if math.isinf(pilot.prior_df) else pilot.prior_df,
        "prior_variance": pilot.prior_variance,
        "arrays_needed": {
            f"{fold:g}": {
                "on_average": plan.arrays_needed(fold),
                "for_most_probes": plan.arrays_needed(fold, of_share=MOST_OF_THE_PROBES),
            }
            for fold in dict.fromkeys(plan.fold_change.tolist())
        },
    }
