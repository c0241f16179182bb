"""``results/run.json``: what each step was called with, what it read and wrote, and what it found.

``schema_version`` 4, described by docs/run.schema.json; 3, which lacks ``followed``, and 2, which may lack
``tables``, ``resolved`` and ``warnings`` too, are read as well. ``runs`` holds the last run of each step:
``command``, ``arguments``, ``inputs`` and ``outputs`` (path to SHA-256; inside the study relative to its folder),
``summary`` (the numbers it reported) and ``versions`` (of everything that computed), ``resolved`` (the arguments
that the step found itself), ``followed`` (settings taken over from ``mirtool.toml`` or another step), ``warnings``
and ``tables`` (file to its ``columns`` and ``notes``: the scale, how it was made; the file itself begins with its
header, see :mod:`mirtool.io.tables.recorded`). ``history`` holds the runs that were replaced since, oldest first,
each with ``command``, ``arguments`` and ``outputs``; at most 50 (:mod:`mirtool.study.history`). Nothing holds a
date: the same input gives the same bytes.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mirtool import __version__
from mirtool.errors import MirtoolError
from mirtool.io.structured import parse_json
from mirtool.io.tables.streams import STDIN
from mirtool.study.history import with_replaced

RUN_SCHEMA_VERSION = 4

LIBRARY = "library: "
"""How the record names an input that is an entry of mirtool's library: after this, by its name."""

_RECORDED_PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "statsmodels", "networkx", "gseapy", "matplotlib",
)  # fmt: skip


def run_record(
    command: str,
    arguments: Mapping[str, Any],
    inputs: Mapping[str, str],
    summary: Mapping[str, Any],
    outputs: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the record of one run: versions, arguments, SHA-256 of inputs and outputs, the numbers it found."""
    return {
        "command": command,
        "arguments": dict(arguments),
        "inputs": dict(inputs),
        "outputs": dict(outputs or {}),
        "summary": dict(summary),
        "versions": versions_now(),
    }


def versions_now() -> dict[str, str]:
    """Return the versions of mirtool, Python and the packages that compute, as a record has them."""
    own = {"mirtool": __version__, "python": platform.python_version()}
    return own | {name: _version_of(name) for name in _RECORDED_PACKAGES}


@cache
def _version_of(package: str) -> str:
    from importlib import metadata

    # metadata.version would parse the whole text, the package's README too.
    text = metadata.distribution(package).read_text("METADATA") or ""
    found = re.search(r"^Version: (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else metadata.version(package)


def is_file_input(path: str) -> bool:
    """Return True if an input, as a record names it, is a file; not a pipe, nor an entry of the library."""
    return path != STDIN and not path.startswith(LIBRARY)


def relative_to(root: str | Path, path: str | Path) -> str:
    """Return a path as the record has it: relative to the study's folder, as POSIX.

    An absolute path to somewhere else stays absolute.
    """
    # Path.resolve() follows links, and it is asked for thousands of paths of a study.
    absolute, folder = os.path.abspath(path), os.path.abspath(root)  # noqa: PTH100
    inside = absolute.removeprefix(folder.rstrip(os.sep) + os.sep)
    if inside != absolute:
        return inside.replace(os.sep, "/")
    if absolute != folder and Path(path).is_absolute():
        return Path(path).as_posix()
    try:
        return Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return Path(absolute).as_posix()


def merge_run(path: str | Path, record: Mapping[str, Any]) -> bytes:
    """Return the run file's text with one command's record in it; the one that it replaces joins the history."""
    runs = read_runs(path)
    history = with_replaced(read_history(path), runs.get(str(record["command"])), record)
    runs[str(record["command"])] = dict(record)
    return runs_file_bytes(runs, history)


def runs_file_bytes(runs: Mapping[str, Any], history: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """Return the text of a run file."""
    content = {"schema_version": RUN_SCHEMA_VERSION, "runs": dict(sorted(runs.items())), "history": list(history)}
    return (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def recorded_arguments(path: str | Path, command: str) -> dict[str, Any] | None:
    """Return the arguments with which a command was last run, as its record has them; None without a record.

    Raises
    ------
    MirtoolError
        Where the file is not a record of runs.
    """
    record = read_runs(path).get(command)
    if record is None:
        return None
    try:
        return dict(record["arguments"])
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged_record(path, error) from error


def read_runs(path: str | Path) -> dict[str, Any]:
    """Return the record of each step's last run by its name; nothing where there is no file.

    Raises
    ------
    MirtoolError
        Where the file is not a record of runs.
    """
    if not Path(path).is_file():
        return {}
    try:
        content = parse_json(Path(path).read_text(encoding="utf-8"))
        _check_version(path, content.get("schema_version"))
        runs = dict(content["runs"])
        for record in runs.values():
            for part in ("arguments", "inputs"):
                dict(record[part])
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise _damaged_record(path, error) from error
    return runs


def read_history(path: str | Path) -> list[dict[str, Any]]:
    """Return the runs that later ones replaced, oldest first; nothing where there is no file.

    Raises
    ------
    MirtoolError
        Where the file is not a record of runs.
    """
    if not Path(path).is_file():
        return []
    try:
        history = [dict(each) for each in parse_json(Path(path).read_text(encoding="utf-8")).get("history", [])]
        for record in history:
            str(record["command"]), dict(record["arguments"]), dict(record["outputs"])
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise _damaged_record(path, error) from error
    return history


def _check_version(path: str | Path, version: Any) -> None:
    """Refuse a record whose keys may mean something else than this version of mirtool knows."""
    if isinstance(version, int) and version > RUN_SCHEMA_VERSION:
        raise MirtoolError(
            "the record of earlier runs is of a newer version of mirtool",
            path=path,
            found=f"schema_version {version}",
            expected=f"at most {RUN_SCHEMA_VERSION}",
            hint="update mirtool",
        )


def _damaged_record(path: str | Path, error: Exception) -> MirtoolError:
    return MirtoolError(
        f"the record of earlier runs is damaged: {error}",
        path=path,
        hint="move the file away; mirtool writes a new one",
    )
