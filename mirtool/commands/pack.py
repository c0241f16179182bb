"""``mirtool pack``: a study as one ZIP that runs again elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from mirtool.commands.console import progress_steps, say, warn


def pack(
    folder: Annotated[
        str, typer.Argument(metavar="[FOLDER]", help="The study's folder; by default this one.")
    ] = ".",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE.zip", help="The ZIP. By default the folder's name, here."),
    ] = None,
    without_raw: Annotated[
        bool, typer.Option("--without-raw", help="Leave out the arrays that the sample sheet names.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    published: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD", help="Date of publication, for the RO-Crate metadata; else the report's."
        ),
    ] = None,
    license_: Annotated[
        str | None,
        typer.Option(
            "--license", metavar="URL|TEXT", help="License of the data, for the metadata; else the report's."
        ),
    ] = None,
) -> None:
    """Pack a study as one ZIP: inputs, settings, results, figures, record; it runs again elsewhere.

    Inputs that lie outside the study's folder are put into inputs/, and the sample sheet, mirtool.toml and the
    record name them there. ro-crate-metadata.json describes the whole as a Process Run Crate, README.txt says how
    to run it again. The same study gives the same bytes. Unpacked, `mirtool verify` computes it again.

    Example:

    \b
      mirtool pack                                  STUDY.zip
      mirtool pack my_study -o for_the_reviewers.zip
      mirtool pack --without-raw --published 2026-11-29 --license https://creativecommons.org/licenses/by/4.0/
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.report.ro_crate import CrateFacts
    from mirtool.wording import plural
    from mirtool.workflow.pack import PackOptions, pack_study

    options = PackOptions(not without_raw, force, CrateFacts(published, license_))
    done = pack_study(folder, output, options, progress=progress_steps)
    say(f"Wrote {done.path}: {plural(len(done.files) + 1, 'file')}, {_in_bytes(done.size)}.")
    if done.moved:
        say(f"{plural(len(done.moved), 'input')} from outside the folder: in inputs/.")
    if done.left_out:
        say(f"Left out: {plural(len(done.left_out), 'array')}.")
    if done.libraries:
        warn(f"steps read the library ({', '.join(done.libraries)}), which is not part of the ZIP")
    for text in done.warnings:
        warn(text)


def _in_bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
