"""``mirtool inspect``: say what files hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.console import plural, say
from mirtool.errors import MirtoolError

if TYPE_CHECKING:
    from mirtool.io.registry import Inspection

_SHOWN = 6


def inspect(
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="Files of any format mirtool reads.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one object a file.")] = False,
    format_name: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="Format of the files; told by their content if left out."),
    ] = None,
) -> None:
    """Say what files hold: format, spots, channels, GAL lot, scanner, probe kinds, and what looks wrong.

    The format is told by the content, never by the name. A file that can't be read is reported after the others,
    and the exit code is then 1.

    Example:

    \b
      mirtool inspect exports/*.gpr
      mirtool inspect --json intensities.csv targets.csv.gz
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.io.registry import check_format_name, inspect_file
    from mirtool.report.tables import STDOUT, write_bytes

    if format_name:
        check_format_name(format_name)
    inspections: list[Inspection] = []
    errors: list[MirtoolError] = []
    for file in files:
        try:
            inspections.append(inspect_file(file, format_name))
        except MirtoolError as error:
            errors.append(error)
    text = _json_text(inspections) if as_json else "\n".join(map(_plain_text, inspections))
    write_bytes(text.encode(), STDOUT)
    for failure in errors[:-1]:
        say(f"mirtool: error: {failure}")
    if errors:
        raise errors[-1]


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
