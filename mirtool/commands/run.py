"""``mirtool run``: the whole study with one command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import say, say_as_it_is, say_block, say_summary, warn

if TYPE_CHECKING:
    from mirtool.workflow.run_study import StepOutcome, StudyRun

WARNINGS_SHOWN = 3
OPEN_FIRST = (
    "results/report.html", "results/shortlist.csv", "results/differential.csv", "figures/volcano.png",
    "results/network.html", "figures/qc_arrays.png",
)  # fmt: skip
"""Files to look at first; the first three that are there are named."""


def run(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FOLDER | FILES...]",
            help="The study's folder (by default this one); or the arrays of a new study (--samples, --output).",
        ),
    ] = None,
    samples: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Sample sheet of a new study.", rich_help_panel="New study"),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Folder of a new study.", rich_help_panel="New study"
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="STEP", help="Do this step alone; repeat it for several.", rich_help_panel="Steps"),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="STEP", help="Leave this step out; repeat it for several.", rich_help_panel="Steps"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Do again what is up to date, too.", rich_help_panel="Steps")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and why.", rich_help_panel="Steps")
    ] = False,
    no_figures: Annotated[
        bool, typer.Option("--no-figures", help="Draw no figures.", rich_help_panel="Output")
    ] = False,
) -> None:
    """Run a whole study: quality, normalization, comparison, clusters, network, qPCR, shortlist.

    What is up to date is not done again: a step is done where it was not run yet, where a file that it reads has
    changed, or where mirtool.toml now sets something else. A step whose input the study does not have (qPCR, mRNA)
    is left out; mirtool.toml names such files: [validate] ct = ["ct.csv"]. Interrupted at any moment and started
    again, it ends with the same files.

    Example:

    \b
      mirtool run                          in a study folder
      mirtool run --dry-run                what would be done, and why
      mirtool run --only diff --force
      mirtool run exports/*.gpr --samples samples.csv --output study
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.workflow.run_study import RunOptions, run_study

    folder = _folder(files or [], samples, output)
    options = RunOptions(tuple(only or ()), tuple(skip or ()), force, dry_run, not no_figures)
    n_steps = len(options.planned())
    with _bars(n_steps) as (progress, on_start, on_end):
        result = run_study(folder, options, progress=progress, on_start=on_start, on_end=on_end)
    _say_result(result, dry_run=dry_run)
    if result.failures:
        raise typer.Exit(1)


def _folder(files: list[str], samples: str | None, output: str | None) -> Path:
    """Return the study's folder; that of a new study is made first."""
    from mirtool.errors import UsageError
    from mirtool.workflow.run_study import NewStudy

    if not files and samples is None and output is None:
        return Path()
    if len(files) == 1 and Path(files[0]).is_dir() and samples is None and output is None:
        return Path(files[0])
    if output is None:
        raise UsageError(
            "the folder of the new study is not named",
            parameter="output",
            hint="mirtool run FILES… --samples samples.csv --output study",
        )
    NewStudy(Path(output), tuple(files), samples).write()
    return Path(output)


def _say_result(result: StudyRun, *, dry_run: bool) -> None:
    from mirtool.errors import for_shell
    from mirtool.report.text.blocks import Pairs
    from mirtool.report.text.study import study_summary
    from mirtool.study.record import read_runs
    from mirtool.wording import plural
    from mirtool.workflow.run_study import Outcome

    for failed in result.failures:
        if failed.error is not None:
            say_as_it_is(f"mirtool: error: {failed.step}: {failed.error.in_shell()}")
            if "--" in for_shell(failed.error.hint or ""):
                say(f"  In `mirtool run` options of this step are settings: mirtool.toml, [{failed.step}]")
    if not dry_run:
        runs = read_runs(result.study.run_file)
        earlier = [each.step for each in result.failures if each.step in runs]
        if earlier:
            say(f"What follows of {', '.join(earlier)} is from an earlier run: now it was not possible.")
        say_summary(study_summary(runs))
    to_do = [each for each in result.outcomes if each.outcome is Outcome.TO_DO]
    if dry_run:
        say(f"{plural(len(to_do), 'step')} would be done." if to_do else "Everything is up to date.")
    elif all(each.outcome in (Outcome.UP_TO_DATE, Outcome.LEFT_OUT) for each in result.outcomes):
        say("Everything is up to date.")
    say_block(Pairs(_outcome_rows(result)))
    warnings = list(dict.fromkeys(text for each in result.outcomes for text in each.warnings))
    for text in warnings[:WARNINGS_SHOWN]:
        warn(text)
    if len(warnings) > WARNINGS_SHOWN:
        say(f"{plural(len(warnings) - WARNINGS_SHOWN, 'more warning')}: results/run.json lists them.")
    there = [result.study.root / name for name in OPEN_FIRST if (result.study.root / name).is_file()]
    if there and not dry_run:
        say("Open first: " + ", ".join(map(str, there[:3])))


def _outcome_rows(result: StudyRun) -> list[tuple[str, str]]:
    """Return one row per outcome and reason, with the steps that it is of."""
    steps: dict[tuple[str, str], list[str]] = {}
    for each in result.outcomes:
        steps.setdefault((each.outcome.value, each.reason), []).append(each.step)
    return [
        (outcome, f"{', '.join(names)}{f': {reason}' if reason else ''}")
        for (outcome, reason), names in steps.items()
    ]


Bars = tuple[Any, Callable[[str], None], Callable[["StepOutcome"], None]]


@contextmanager
def _bars(n_steps: int) -> Iterator[Bars]:
    """Show the step, the count and the time left on a terminal; nothing in a pipe."""
    from mirtool.workflow.step import no_progress

    if not sys.stderr.isatty():
        yield no_progress, lambda _step: None, lambda _outcome: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        whole = bars.add_task("mirtool run", total=n_steps)

        @contextmanager
        def within(title: str, total: int) -> Iterator[Callable[[str], None]]:
            task = bars.add_task(f"  {title}", total=total)
            try:
                yield lambda _step: bars.advance(task)
            finally:
                bars.remove_task(task)

        def start(step: str) -> None:
            bars.update(whole, description=step)

        def end(_outcome: StepOutcome) -> None:
            bars.advance(whole)

        yield within, start, end
