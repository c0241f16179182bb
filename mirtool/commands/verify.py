"""``mirtool verify``: does a study give the same bytes again, and if not, what changed."""

from __future__ import annotations

from typing import Annotated

import typer

from mirtool.commands.console import progress_steps, say, say_summary


def verify(
    folder: Annotated[
        str, typer.Argument(metavar="[FOLDER]", help="The study's folder, or its results; by default this one.")
    ] = ".",
    only: Annotated[
        list[str] | None, typer.Option(metavar="STEP", help="Compute this step alone; repeat it for several.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Compare tables only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute a study again and say whether the same bytes come out; if not, what changed.

    Every recorded step is computed in a temporary folder, from the recorded files and with the recorded arguments.
    What differs comes from an input, a version, a setting of mirtool.toml, or the machine (all of these equal); a
    result that is not as its step wrote it is named too. Nothing of the study is written. The exit code is 0 where
    everything is the same, else 1.

    Example:

    \b
      mirtool verify
      mirtool verify results/
      mirtool verify my_study --only diff --no-figures
      mirtool verify --json
    """  # noqa: D301  (typer wants the backspace itself)
    import json

    from mirtool.io.tables.output import STDOUT, write_bytes
    from mirtool.workflow.verify import verify_study

    found = verify_study(folder, only=tuple(only or ()), figures=not no_figures, progress=progress_steps)
    if as_json:
        write_bytes((json.dumps(found.as_json(), indent=2, ensure_ascii=False) + "\n").encode(), STDOUT)
    elif say_summary(found.summary):
        say("More: -v")
    if found.exit_code:
        raise typer.Exit(found.exit_code)
