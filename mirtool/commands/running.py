"""Running a step from the command line: print its summary, write its files, and list those an earlier run left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import sep
from pathlib import Path
from typing import Any

import typer

from mirtool.commands.console import asking, progress_steps, say, warn
from mirtool.errors import MirtoolError
from mirtool.workflow.step import Step


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

    strict = bool(output.get("strict"))
    prepared = prepare(step, given, progress=progress_steps, ask=asking(), strict=strict)
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
        _say_summary(execution.result)
    else:
        _say_summary(execution.result)
        written = write_to(execution.result, target)
        say_written(written.paths)
        if written.again:
            say(written.again)
        for path in written.leftovers:
            warn(f"{path} is from an earlier run")
    _raise_failures(execution.result.failures())
    if execution.result.exit_code:
        raise typer.Exit(execution.result.exit_code)


def _raise_failures(failures: Sequence[MirtoolError]) -> None:
    """Print every failure; the last is raised, and so printed by the caller."""
    for failure in failures[:-1]:
        say(f"mirtool: error: {failure.in_shell()}")
    if failures:
        raise failures[-1]


def _say_summary(result: Any) -> None:
    for block in result.summary:
        for line in block.lines():
            say(line)


def say_written(paths: Sequence[Path]) -> None:
    """Return which files were written, in one line per folder; of a figure's two formats once."""
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path.name)
    for folder, names in folders.items():
        if len(names) == 1:
            say(f"Wrote {folder / names[0]}")
            continue
        where = "" if folder == Path() else f" {folder}{sep}"
        say(f"Wrote{where}: {', '.join(_shortened(names))}")


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
