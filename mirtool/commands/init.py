"""``mirtool init``: write the sample sheet of a study, to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mirtool.commands.console import say
from mirtool.commands.options import FileFormatOption, SamplesInRowsOption
from mirtool.errors import UsageError
from mirtool.wording import plural


def init(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...",
            help="The arrays: scanner files, tables of intensities, or a GEO series matrix.",
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="SHEET", help="The sheet to write; - is stdout.")
    ] = "samples.csv",
    force: Annotated[bool, typer.Option("--force", help="Replace a sheet that is there already.")] = False,
    samples_in_rows: SamplesInRowsOption = False,
    format_name: FileFormatOption = None,
) -> None:
    """Look at the arrays of a study and write its sample sheet: sample,group,file.

    The sample names come from the file names (or from the columns of a table) and may be changed. The groups
    are left empty for you to fill in; nothing is guessed. What a table says about its samples becomes further
    columns: of a GEO series matrix the titles and every characteristic that differs. Nothing else is written.

    Example:

    \b
      mirtool init exports/*.gpr          write samples.csv
      mirtool init intensities.xlsx       one row per sample column
      mirtool init GSE1_series_matrix.txt.gz
      mirtool init *.gpr -o pilot.csv     another name, then: mirtool normalize --samples pilot.csv
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.io.arrays import geo
    from mirtool.io.registry import sniff_format
    from mirtool.report.tables import STDOUT, format_of, write_table
    from mirtool.study.draft import draft_samples

    format_of(output)
    sheet = Path(output)
    if output != STDOUT:
        _refuse_overwriting(sheet, files, force)
    folder = Path() if output == STDOUT else sheet.parent
    table = draft_samples(files, folder, format=format_name, samples_in_rows=samples_in_rows)
    write_table(table, output)
    if output == STDOUT:
        return
    say(f"Wrote {output}: {plural(len(table), 'sample')} from {plural(len(files), 'file')}")
    say("What to do next:")
    say(f"  1. Open {output} and fill in the column 'group' (and correct the sample names, if you like).")
    series = files[0] if len(files) == 1 and sniff_format(files[0], format_name) == geo.FORMAT else None
    say(f"  2. {_next_command(sheet, series)}")


def _refuse_overwriting(sheet: Path, files: list[str], force: bool) -> None:
    if sheet.resolve() in {Path(file).resolve() for file in files}:
        raise UsageError(
            f"{sheet} is one of the arrays' own files", hint="name another sheet: --output samples.csv"
        )
    if sheet.is_file() and not force:
        raise UsageError(
            f"{sheet} exists already",
            hint="fill in that one, name another with --output, or replace it with --force",
        )


def _next_command(sheet: Path, series_matrix: str | None) -> str:
    from mirtool.study.folder import SAMPLES_FILE

    if series_matrix:
        return (
            f"mirtool diff {series_matrix} --samples {sheet} --scale log2 (or linear: see the submitters' words)"
        )
    if sheet.name != SAMPLES_FILE:
        return f"mirtool normalize --samples {sheet}"
    return "mirtool normalize" if sheet.parent == Path() else f"In {sheet.parent}: mirtool normalize"
