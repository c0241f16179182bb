"""Running a step from the command line: print its summary, write its files, and list those an earlier run left."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import sep
from pathlib import Path
from typing import Any

import typer

from mirtool.commands.console import (
    asking,
    is_verbose,
    print_head,
    progress_bytes,
    progress_steps,
    say,
    say_as_it_is,
    say_summary,
    warn,
    width_of,
)
from mirtool.errors import MirtoolError
from mirtool.wording import first_of
from mirtool.workflow.step import Step

LEFTOVERS_SHOWN = 3


def run_command(step: Step, given: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """Run a step.

    Parameters
    ----------
    step
        The step.
    given
        The parameters that were given on the command line.
    output
        Where the result goes: ``output``, ``format_name``, ``figures``, ``no_figures``, ``strict``.
    """
    from mirtool.errors import UsageError, option
    from mirtool.report.tables import WORKBOOK_COLUMNS, format_of, is_stream
    from mirtool.workflow.execution import destination, perform, prepare, write_to
    from mirtool.workflow.placed_tables import main_bytes

    strict = bool(output.get("strict"))
    prepared = prepare(
        step, given, progress=progress_steps, byte_progress=progress_bytes, ask=asking(), strict=strict
    )
    where = {name: value for name, value in output.items() if name != "strict"}
    target = destination(step, prepared.run.study, where.pop("output", None), **where)
    if step.output == "file" and is_stream(target.target):
        for name in prepared.settings.needs_file:
            if getattr(prepared.settings, name):
                raise UsageError(
                    f"{option(name)} writes further tables, which need a file beside them",
                    parameter=name,
                    found="a pipe",
                    hint="name a file with -o",
                )
    if step.output == "file" and format_of(target.target, target.format_name) == "xlsx":
        prepared.run.most_columns = WORKBOOK_COLUMNS
    try:
        execution = perform(prepared)
    finally:  # a warning may explain the error
        for warning in prepared.run.warnings:
            warn(warning)
    if step.output == "none":
        write_to(execution.result, target)
        more = say_summary(execution.result.shown_summary)
    else:
        more = say_summary(execution.result.shown_summary)
        if output.get("output") is None and _is_shown(step, target):
            print_head(main_bytes(execution.result, target), "\t" if target.format_name == "tsv" else ",")
            target = replace(target, is_written=False)
        written = write_to(execution.result, target, progress_steps)
        more = say_written(written.paths) or more
        if written.again:
            say(written.again)
        if written.leftovers:
            warn(_leftovers_in_words(written.leftovers))
    if more:
        say("More: -v")
    _raise_failures(execution.result.failures())
    if execution.result.exit_code:
        raise typer.Exit(execution.result.exit_code)


def _is_shown(step: Step, target: Any) -> bool:
    """Return True where the main table would go to a terminal: of a long one its first rows are enough there."""
    from mirtool.workflow.execution import STDOUT

    is_text = target.format_name in (None, "csv", "tsv")
    return step.output == "file" and target.target == STDOUT and is_text and sys.stdout.isatty()


def _raise_failures(failures: Sequence[MirtoolError]) -> None:
    """Print every failure; the last is raised, and so printed by the caller."""
    for failure in failures[:-1]:
        say_as_it_is(f"mirtool: error: {failure.in_shell()}")
    if failures:
        raise failures[-1]


def _leftovers_in_words(paths: Sequence[Path]) -> str:
    """Name the files of an earlier run that this one did not write, as many as can be taken in."""
    if len(paths) == 1:
        return f"{paths[0]} is from an earlier run"
    most = len(paths) if is_verbose() else LEFTOVERS_SHOWN
    return f"{len(paths)} files are from an earlier run: {first_of(list(map(str, paths)), most)}"


def say_written(paths: Sequence[Path]) -> bool:
    """Print which files were written, in one line per folder, the main ones first; of a figure's two formats once.

    Returns True if some were only counted.
    """
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path.name)
    more = False
    for folder, names in folders.items():
        if len(names) == 1:
            say(f"Wrote {folder / names[0]}")
            continue
        where = "" if folder == Path() else f" {folder}{sep}"
        shown = _shortened(names)
        if is_verbose():
            say(f"Wrote{where}: {', '.join(shown)}")
        else:
            line, complete = _in_one_line(f"Wrote{where}: ", shown, width_of(sys.stderr))
            more = more or not complete
            say(line)
    return more


def _in_one_line(start: str, names: Sequence[str], width: int) -> tuple[str, bool]:
    """Return as many names as one line has room for and how many more there are; True if these are all.

    Where there is not room for all, what a browser opens is named after the main one.
    """
    line = f"{start}{', '.join(names)}"
    if len(line) <= width or len(names) == 1:
        return line, True
    first, *others = names
    chosen = [first, *sorted(others, key=lambda name: not name.endswith(".html"))]
    for shown in range(len(names) - 1, 0, -1):
        line = f"{start}{', '.join(chosen[:shown])} and {len(names) - shown} more"
        if len(line) <= width:
            break
    return line, False


def _shortened(names: Sequence[str]) -> list[str]:
    """Write ``volcano.png`` and ``volcano.svg`` as ``volcano.png/svg``."""
    shown: dict[str, None] = {}
    for name in names:
        stem = name.removesuffix(".svg")
        if stem != name and f"{stem}.png" in names:
            continue
        both = name.endswith(".png") and f"{name.removesuffix('.png')}.svg" in names
        shown[f"{name}/svg" if both else name] = None
    return list(shown)
