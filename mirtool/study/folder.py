"""The study folder: ``samples.csv``, ``mirtool.toml``, ``results/``, ``figures/``, and the record of each run."""

from __future__ import annotations

import json
import platform
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from mirtool import __version__
from mirtool.annotation.probes import KindRule, ProbeKind
from mirtool.errors import MirtoolError, SampleSheetError
from mirtool.io.arrays.sample_matching import HY5_COLUMN
from mirtool.io.tables.text import decode
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import SampleTable

SAMPLES_FILE = "samples.csv"
CONFIG_FILE = "mirtool.toml"
RUN_FILE = "run.json"
RUN_SCHEMA_VERSION = 1

_RECORDED_PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "statsmodels", "networkx", "gseapy", "matplotlib",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    """What ``mirtool.toml`` says: the study's own probe rules."""

    probe_rules: tuple[KindRule, ...] = ()


@dataclass(frozen=True)
class Study:
    """A folder with a ``samples.csv``; every command runs in it without an argument."""

    root: Path
    config: Config = field(default_factory=Config)

    @property
    def samples_file(self) -> Path:
        """The sample sheet."""
        return self.root / SAMPLES_FILE

    @property
    def results(self) -> Path:
        """Where tables go."""
        return self.root / "results"

    @property
    def figures(self) -> Path:
        """Where figures go."""
        return self.root / "figures"

    @property
    def run_file(self) -> Path:
        """The record of the runs."""
        return self.results / RUN_FILE


def find_study(folder: str | Path = ".") -> Study | None:
    """Return the study in ``folder``, or None where it has no ``samples.csv``."""
    root = Path(folder)
    if not (root / SAMPLES_FILE).is_file():
        return None
    return Study(root, read_config(root / CONFIG_FILE))


def read_config(path: str | Path) -> Config:
    """Read ``mirtool.toml``; a file that isn't there is an empty one.

    Raises
    ------
    MirtoolError
        Where it is no TOML, or names something mirtool does not know: a typing mistake must not pass.
    """
    if not Path(path).is_file():
        return Config()
    try:
        content = tomllib.loads(decode(Path(path).read_bytes()))
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise MirtoolError(
            f"the settings can't be read as TOML: {error}",
            path=path,
            hint="correct the place it names, or move the file away to go on without it",
        ) from error
    unknown = sorted(set(content) - {"probe_kinds"})
    if unknown:
        raise MirtoolError("unknown setting", path=path, found=", ".join(unknown), expected="probe_kinds")
    entries = content.get("probe_kinds", [])
    if not isinstance(entries, list):
        raise MirtoolError(
            "the probe rules are not a list of tables", path=path, expected="[[probe_kinds]], in double brackets"
        )
    return Config(tuple(_probe_rule(entry, path) for entry in entries))


def _probe_rule(entry: Any, path: str | Path) -> KindRule:
    kinds = {kind.value: kind for kind in ProbeKind}
    if not isinstance(entry, dict) or not {"pattern", "kind"} <= set(entry) <= {"pattern", "kind", "field"}:
        raise MirtoolError(
            "a [[probe_kinds]] entry needs a pattern and a kind, and may have a field",
            path=path,
            found=repr(entry),
        )
    if str(entry["kind"]) not in kinds:
        raise MirtoolError(
            "a [[probe_kinds]] entry names an unknown kind",
            path=path,
            found=repr(entry["kind"]),
            expected="one of " + ", ".join(kinds),
        )
    try:
        return KindRule(str(entry["pattern"]), kinds[entry["kind"]], str(entry.get("field", "Name")))
    except MirtoolError as error:
        raise MirtoolError(error.problem, path=path, found=error.found, expected=error.expected) from error


def read_samples(path: str | Path) -> SampleTable:
    """Read a sample sheet: columns ``sample`` and ``group``, and ``file`` where arrays are read by it.

    Where an array is two files, ``file_hy5`` names the second; a table with the columns ``Names``, ``Hy3`` and
    ``Hy5``, such as comes with Exiqon's ImaGene exports, is read as ``sample``, ``file`` and ``file_hy5``. Files
    are relative to the sheet's own folder. Any further column is kept under its header.

    Raises
    ------
    SampleSheetError
        For a sheet without a sample column, an empty or repeated name, each with its line.
    """
    table = read_table(path)
    hy3, hy5 = table.find("Hy3"), table.find(HY5_COLUMN, "Hy5")
    sample = table.find("sample", "sample name", "array")
    if sample is None and hy3 is not None and hy5 is not None:
        sample = table.find("Names", "Name")
    if sample is None:
        raise SampleSheetError(
            "the sample sheet has no column 'sample'",
            path=path,
            line=table.header_line,
            found=", ".join(table.header),
            expected="sample,group,file",
            hint="`mirtool init FILES…` writes a sheet to fill in",
        )
    if not len(table):
        raise SampleSheetError(
            "the sample sheet lists no sample",
            path=path,
            expected="one line per array below the header",
            hint="`mirtool init FILES…` writes a sheet to fill in",
        )
    names = tuple(table.text(sample))
    _check_sample_names(names, table)
    group, file = table.find("group"), table.find("file")
    if file is None and hy5 is not None:
        file = hy3
    known = {sample, group, file, hy5}
    return SampleTable(
        names,
        tuple(table.text(group)) if group is not None else (),
        _paths(table, file) if file is not None else (),
        {
            table.header[j]: tuple(table.text(j))
            for j in range(len(table.header))
            if j not in known and table.header[j]
        }
        | ({HY5_COLUMN: _paths(table, hy5)} if hy5 is not None else {}),
        str(path),
    )


def _paths(table: TextTable, column: int) -> tuple[str, ...]:
    """Return the files in a column, as seen from the sheet's folder."""
    folder = Path(table.path).parent
    return tuple(str(folder / file) if file else "" for file in table.text(column))


def _check_sample_names(names: Sequence[str], table: TextTable) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if not name:
            raise SampleSheetError(
                "a sample has no name",
                path=table.path,
                line=table.line_of(row),
                hint="give it a name of its own, or take the line out",
            )
        if name in first:
            raise SampleSheetError(
                f"the sample name {name!r} occurs twice",
                path=table.path,
                line=table.line_of(row),
                found=f"the same name in line {table.line_of(first[name])}",
                expected="a name of its own for every array",
                hint="rename one of the two",
            )
        first[name] = row


def run_record(
    command: str, arguments: Mapping[str, Any], inputs: Mapping[str, str], summary: Mapping[str, Any]
) -> dict[str, Any]:
    """Build the record of one command: versions, arguments, inputs with their SHA-256, the numbers it told."""
    return {
        "command": command,
        "arguments": dict(arguments),
        "inputs": dict(inputs),
        "summary": dict(summary),
        "versions": {"mirtool": __version__, "python": platform.python_version()}
        | {name: metadata.version(name) for name in _RECORDED_PACKAGES},
    }


def merge_run(path: str | Path, record: Mapping[str, Any]) -> bytes:
    """Put one command's record into the run file's text, beside those of the other commands."""
    runs = _read_runs(path)
    runs[str(record["command"])] = dict(record)
    content = {"schema_version": RUN_SCHEMA_VERSION, "runs": dict(sorted(runs.items()))}
    return (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def recorded_arguments(path: str | Path, command: str) -> dict[str, Any] | None:
    """Return the arguments with which a command was last run, as its record has them; None without a record.

    Raises
    ------
    MirtoolError
        Where the file is no record of runs.
    """
    record = _read_runs(path).get(command)
    if record is None:
        return None
    try:
        return dict(record["arguments"])
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged_record(path, error) from error


def _read_runs(path: str | Path) -> dict[str, Any]:
    if not Path(path).is_file():
        return {}
    try:
        return dict(json.loads(Path(path).read_text(encoding="utf-8"))["runs"])
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise _damaged_record(path, error) from error


def _damaged_record(path: str | Path, error: Exception) -> MirtoolError:
    return MirtoolError(
        f"the record of earlier runs is damaged: {error}",
        path=path,
        hint="move the file away; mirtool writes a new one",
    )
