"""``mirtool inspect``: say what files hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import say
from mirtool.commands.options import FileFormatOption, SamplesInRowsOption
from mirtool.errors import MirtoolError
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.io.registry import Inspection

_SHOWN = 6


def inspect(
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="Files of any format mirtool reads.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one object per file.")] = False,
    format_name: FileFormatOption = None,
    array_list: Annotated[
        str | None,
        typer.Option("--gal", metavar="FILE", help="Check the arrays against this array list, spot for spot."),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Look up the arrays' IDs in this GEO platform table and count what it has."
        ),
    ] = None,
    samples_in_rows: SamplesInRowsOption = False,
) -> None:
    """Say what files hold: format, spots, channels, GAL lot, scanner, probe kinds, and what looks wrong.

    The format is told by the content, never by the name. A file that can't be read is reported after the others,
    and the exit code is then 1.

    Example:

    \b
      mirtool inspect exports/*.gpr
      mirtool inspect --json intensities.csv targets.csv.gz
      mirtool inspect exports/*.gpr --gal lot35014.gal
      mirtool inspect GSE1_series_matrix.txt.gz --platform GPL1.txt
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.io.arrays import matrix
    from mirtool.io.registry import check_format_name, inspect_file
    from mirtool.report.tables import STDOUT, write_bytes

    if format_name:
        check_format_name(format_name)
    inspect_one = (
        partial(matrix.inspect, samples_in_rows=True)
        if samples_in_rows
        else partial(inspect_file, override=format_name)
    )
    inspections: list[Inspection] = []
    errors: list[MirtoolError] = []
    checks = [_list_check(array_list, format_name)] if array_list else []
    checks += [_platform_check(platform, format_name, samples_in_rows=samples_in_rows)] if platform else []
    for file in files:
        try:
            found = inspect_one(file)
            for check in checks:
                found = check(found)
            inspections.append(found)
        except MirtoolError as error:
            errors.append(error)
    text = _json_text(inspections) if as_json else "\n".join(map(_plain_text, inspections))
    write_bytes(text.encode(), STDOUT)
    for failure in errors[:-1]:
        say(f"mirtool: error: {failure}")
    if errors:
        raise errors[-1]


def _list_check(path: str, format_name: str | None) -> Callable[[Inspection], Inspection]:
    """Make the function that holds an inspected file against the array list at ``path``."""
    from mirtool.io.arrays.gal import check_against_list, read_gal
    from mirtool.io.arrays.reading import read_arrays

    array_list = read_gal(path)

    def check(found: Inspection) -> Inspection:
        check_against_list(read_arrays([found.path], format=format_name), array_list)
        return replace(found, details={**found.details, "array_list": f"agrees with {path}"})

    return check


def _platform_check(
    path: str, format_name: str | None, *, samples_in_rows: bool
) -> Callable[[Inspection], Inspection]:
    """Make the function that looks up an inspected file's IDs in the platform table at ``path``."""
    from mirtool.annotation.probes import count_kinds
    from mirtool.io.arrays.reading import read_arrays

    def check(found: Inspection) -> Inspection:
        arrays = read_arrays(
            [found.path], format=format_name, platform=path, scale="linear", samples_in_rows=samples_in_rows
        )
        named = {"platform_names": arrays.sources[0].warnings[-1], "probe_kinds": count_kinds(arrays.probes)}
        return replace(found, details={**found.details, **named})

    return check


def _json_text(inspections: Sequence[Inspection]) -> str:
    content = [
        {
            "path": found.path,
            "format": found.format,
            "spots": found.spots,
            "channels": list(found.channels),
            "warnings": list(found.warnings),
            "details": dict(found.details),
        }
        for found in inspections
    ]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _plain_text(found: Inspection) -> str:
    pairs = [
        ("format", found.format),
        ("rows of data", f"{found.spots:,}"),
        ("channels", ", ".join(found.channels) or "none"),
        *((label.replace("_", " "), _detail_text(value)) for label, value in found.details.items()),
        *(("warning", warning) for warning in found.warnings),
    ]
    width = max(len(label) for label, _ in pairs)
    return "".join([f"{found.path}\n", *(f"  {label:<{width}}  {value}\n" for label, value in pairs if value)])


def _detail_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_detail_text(count)}" for key, count in value.items())
    if isinstance(value, list | tuple):
        shown = ", ".join(map(str, value[:_SHOWN]))
        return shown if len(value) <= _SHOWN else f"{plural(len(value), 'entry', 'entries')}: {shown} …"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
