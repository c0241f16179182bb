"""``mirtool init``: write the sample sheet of a study, to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mirtool.console import plural, say
from mirtool.errors import CallError


def init(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILES...", help="The arrays: GenePix results, or tables of intensities."),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="SHEET", help="The sheet to write; - is stdout.")
    ] = "samples.csv",
    force: Annotated[bool, typer.Option("--force", help="Replace a sheet that is there already.")] = False,
    format_name: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="Format of the files; told by their content if left out."),
    ] = None,
) -> None:
    """Look at the arrays of a study and write its sample sheet: sample,group,file.

    The sample names come from the file names (or from the columns of a table) and may be changed. The groups
    are left empty for you to fill in; nothing is guessed. Nothing else is written.

    Example:

    \b
      mirtool init exports/*.gpr          write samples.csv
      mirtool init intensities.xlsx       one row a sample column
      mirtool init *.gpr -o pilot.csv     another name, then: mirtool normalize --samples pilot.csv
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.report.tables import STDOUT, format_of, write_table
    from mirtool.sample_sheet import draft_samples

    format_of(output)
    sheet = Path(output)
    if output != STDOUT:
        _refuse_overwriting(sheet, files, force)
    table = draft_samples(files, Path() if output == STDOUT else sheet.parent, format=format_name)
    write_table(table, output)
    if output == STDOUT:
        return
    say(f"Wrote {output}: {plural(len(table), 'sample')} from {plural(len(files), 'file')}")
    say("What to do next:")
    say(f"  1. Open {output} and fill in the column 'group' (and correct the sample names, if you like).")
    say(f"  2. {_next_command(sheet)}")


def _refuse_overwriting(sheet: Path, files: list[str], force: bool) -> None:
    if sheet.resolve() in {Path(file).resolve() for file in files}:
        raise CallError(
            f"{sheet} is one of the arrays' own files", hint="name another sheet: --output samples.csv"
        )
    if sheet.is_file() and not force:
        raise CallError(
            f"{sheet} exists already",
            hint="fill in that one, name another with --output, or replace it with --force",
        )


def _next_command(sheet: Path) -> str:
    from mirtool.study import SAMPLES_FILE

    if sheet.name != SAMPLES_FILE:
        return f"mirtool normalize --samples {sheet}"
    return "mirtool normalize" if sheet.parent == Path() else f"In {sheet.parent}: mirtool normalize"
