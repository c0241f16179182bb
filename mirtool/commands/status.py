"""``mirtool status``: what is up to date in a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import say

if TYPE_CHECKING:
    from mirtool.study.state import StudyState


def status(
    folder: Annotated[str, typer.Argument(metavar="[FOLDER]", help="The study's folder.")] = ".",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    history: Annotated[bool, typer.Option("--history", help="List the runs of each step instead.")] = False,
) -> None:
    """List the steps of a study: done, out of date (and why), not run.

    A step is out of date where a file that it read is not the one it read then (another sample sheet, another raw
    file, a table that an earlier step has made again), or mirtool.toml says something else than it did then. Files
    are compared by SHA-256 with results/run.json.

    Example:

    \b
      mirtool status
      mirtool status my_study --json
      mirtool status --history       with which options each step was run before
    """  # noqa: D301  (typer wants the backspace itself)
    import json
    from dataclasses import asdict

    from mirtool.io.tables.output import STDOUT, write_bytes
    from mirtool.study.folder import require_study
    from mirtool.study.record import read_history
    from mirtool.study.state import Status, StudyState
    from mirtool.workflow.catalog import RECORDED

    study = require_study(folder, RECORDED)
    known = StudyState.of_study(study)
    if history:
        write_bytes(_history(known, read_history(study.run_file), as_json=as_json).encode(), STDOUT)
        return
    states = known.states(RECORDED)
    if as_json:
        write_bytes((json.dumps([asdict(state) for state in states], indent=2) + "\n").encode(), STDOUT)
        return
    say(_advice([state.step for state in states if state.status is Status.OUT_OF_DATE]))
    width = max(len(state.step) for state in states)
    lines = []
    for state in states:
        why = f": made from {'; '.join(state.reasons)}" if state.reasons else ""
        lines.append(f"{state.step:<{width}}  {state.status.value}{why}")
    write_bytes("".join(f"{line}\n" for line in lines).encode(), STDOUT)


def _advice(late: list[str]) -> str:
    """Return what is out of date and the commands that make it new."""
    from mirtool.wording import plural
    from mirtool.workflow.run_study import OTHERS

    if not late:
        return "Everything that was run is up to date."
    commands = [] if all(step in OTHERS for step in late) else ["mirtool run"]
    commands += [f"mirtool {step}" for step in late if step in OTHERS]
    return f"Out of date: {plural(len(late), 'step')}. Run {', then '.join(f'`{each}`' for each in commands)}."


def _history(state: StudyState, history: list[dict[str, Any]], *, as_json: bool) -> str:
    """Return what is known of earlier runs: a line per run, or the record of those that were replaced."""
    import json

    from mirtool.study.history import all_runs

    if as_json:
        return json.dumps(history, indent=2) + "\n"
    width = max(map(len, state.runs), default=0)
    return "".join(f"{step:<{width}}  {what}\n" for step, what in all_runs(state.runs, history))
