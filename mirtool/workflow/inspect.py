"""``mirtool inspect``: say what files hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.study.settings import InspectSettings
from mirtool.workflow.sources import as_paths
from mirtool.workflow.step import Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.io.registry import Inspection
    from mirtool.model import Table


@dataclass(frozen=True)
class InspectInputs(Inputs):
    """The files to look into."""

    place = "files"
    main = ("files",)

    files: tuple[Any, ...] = setting(
        help="Files of any format that mirtool reads.", metavar="FILES...", argument=True, is_path=True
    )


class InspectResult(Result):
    """What files hold.

    Attributes
    ----------
    inspections
        One entry per file that could be read.
    errors
        Why the others could not.
    """

    def __init__(
        self, inspections: Sequence[Inspection], errors: Sequence[MirtoolError], *, as_json: bool
    ) -> None:
        self.inspections = tuple(inspections)
        self.errors = tuple(errors)
        self.as_json = as_json

    def tables(self) -> Mapping[str, Table]:
        """Return ``files``: path, format, rows of data, channels and warnings of each file."""
        import numpy as np

        from mirtool.model import Table, text_array

        found = self.inspections
        columns = {
            "file": text_array(each.path for each in found),
            "format": text_array(each.format for each in found),
            "rows of data": np.array([each.spots for each in found], dtype=np.int64),
            "channels": text_array(", ".join(each.channels) for each in found),
            "warnings": text_array("; ".join(each.warnings) for each in found),
        }
        return {"files": Table(columns)}

    def stdout(self) -> bytes | None:
        """Return the text, or JSON where it was asked for."""
        text = _json_text(self.inspections) if self.as_json else _plain_text(self.inspections)
        return text.encode()

    @property
    def summary(self) -> Summary:
        """Nothing: what is found goes to stdout."""
        return ()

    def failures(self) -> Sequence[MirtoolError]:
        """Return why some files could not be read."""
        return self.errors

    def __repr__(self) -> str:
        return _plain_text(self.inspections) + "".join(f"error: {error}\n" for error in self.errors)


def inspect(inputs: InspectInputs, settings: InspectSettings, _run: Run) -> InspectResult:
    """Return what files hold: format, spots, channels, GAL lot, scanner, probe kinds, and what looks wrong.

    The format is recognized by the content, never by the name. A file that can't be read is reported after the
    others, and the exit code is then 1.
    """
    from mirtool.io.arrays import matrix
    from mirtool.io.registry import inspect_file

    inspect_one: Callable[[str], Inspection] = (
        partial(matrix.inspect, samples_in_rows=True)
        if settings.samples_in_rows
        else partial(inspect_file, override=settings.input_format)
    )
    checks = [_list_check(settings.gal, settings.input_format)] if settings.gal else []
    if settings.platform:
        checks += [
            _platform_check(settings.platform, settings.input_format, samples_in_rows=settings.samples_in_rows)
        ]
    inspections: list[Inspection] = []
    errors: list[MirtoolError] = []
    for file in as_paths(inputs.files):
        try:
            found = inspect_one(file)
            for check in checks:
                found = check(found)
            inspections.append(found)
        except MirtoolError as error:
            errors.append(error)
    return InspectResult(inspections, errors, as_json=settings.as_json)


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


def _plain_text(inspections: Sequence[Inspection]) -> str:
    from mirtool.report.text.inspection import WIDTH, inspection_blocks

    lines = (line.rstrip() for block in inspection_blocks(inspections) for line in block.lines(WIDTH))
    return "".join(f"{line}\n" for line in lines)


STEP = Step(
    name="inspect",
    function=inspect,
    inputs=InspectInputs,
    settings=InspectSettings,
    output="none",
    recorded=False,
    examples=(
        ("mirtool inspect exports/*.gpr", ""),
        ("mirtool inspect --json intensities.csv targets.csv.gz", ""),
        ("mirtool inspect exports/*.gpr --gal lot35014.gal", ""),
        ("mirtool inspect GSE1_series_matrix.txt.gz --platform GPL1.txt", ""),
    ),
)
