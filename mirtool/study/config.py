"""``mirtool.toml``: the study's own probe rules, and settings of its steps that differ from the defaults.

::

    [[probe_kinds]]
    pattern = "^ctrl_"
    kind = "negative control"

    [normalize]
    min_intensity = 50

    [figures]
    color = ["resistant=#882255"]

A table is named as its command; its keys are the command's options, with ``_`` for ``-``. ``[figures]`` and
``[tables]`` are for the figures and the tables of every command. A key that does not
exist is refused with the nearest one that does: a typing mistake must not pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from mirtool.annotation.probes import KindRule, ProbeKind
from mirtool.errors import MirtoolError
from mirtool.io.structured import parse_toml
from mirtool.io.tables.text import decode
from mirtool.wording import did_you_mean

CONFIG_FILE = "mirtool.toml"
PROBE_KINDS = "probe_kinds"
FIGURES = "figures"
TABLES = "tables"


@dataclass(frozen=True)
class Config:
    """What ``mirtool.toml`` says.

    Parameters
    ----------
    probe_rules
        The study's own rules for kinds of probes.
    steps
        Step name to its settings, as TOML has them.
    path
        The file, for messages; empty where there is none.
    """

    probe_rules: tuple[KindRule, ...] = ()
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    path: str = ""

    def settings_of(self, step: str, known: Collection[str]) -> dict[str, Any]:
        """Return the settings of one step.

        Parameters
        ----------
        step
            Name of the command.
        known
            The settings that the step has.

        Raises
        ------
        MirtoolError
            Where the file sets something that the step does not have.
        """
        own = self._table(step)
        for key in own:
            if key not in known:
                raise _unknown(f"setting of [{step}]", key, known, self.path)
        return own

    def _table(self, name: str) -> dict[str, Any]:
        given = self.steps.get(name, {}).items()
        # A date without quotes is the text that it is written as.
        return {key.replace("-", "_"): str(value) if isinstance(value, date) else value for key, value in given}

    def said(self, name: str) -> Any:
        """Return what the file says of one setting, as a record has it; None where it does not.

        Parameters
        ----------
        name
            ``"probe_kinds"``, else table and key: ``"normalize.scale"``.
        """
        if name == PROBE_KINDS:
            return [f"{rule.kind.value}: {rule.field} {rule.pattern}" for rule in self.probe_rules] or None
        table, _, key = name.partition(".")
        value = self._table(table).get(key)
        return None if value == "" else value  # "" is how the file that init writes says that it is not set

    def said_to(self, step: str) -> dict[str, Any]:
        """Return what the table of one step says, by the names that :meth:`said` takes."""
        names = [f"{step}.{key}" for key in self._table(step)]
        return {name: value for name in names if (value := self.said(name)) is not None}


def _unknown(what: str, key: str, known: Collection[str], path: str | Path) -> MirtoolError:
    return MirtoolError(
        f"unknown {what}",
        path=path,
        found=key,
        expected="one of " + ", ".join(sorted(known)),
        hint=did_you_mean(key, known),
    )


def read_config(path: str | Path, steps: Collection[str] = ()) -> Config:
    """Read ``mirtool.toml``; a file that is missing is an empty one.

    Parameters
    ----------
    path
        The file.
    steps
        Names of the steps whose settings it may hold.

    Raises
    ------
    MirtoolError
        Where it can't be read as TOML, or sets something unknown.
    """
    if not Path(path).is_file():
        return Config()
    try:
        content = parse_toml(decode(Path(path).read_bytes()))
    except (ValueError, OSError) as error:
        raise MirtoolError(
            f"the settings can't be read as TOML: {error}",
            path=path,
            hint="correct the place it names, or move the file away to go on without it",
        ) from error
    known = {PROBE_KINDS, FIGURES, TABLES, *steps}
    for key, value in content.items():
        if key not in known:
            raise _unknown("setting", key, known, path)
        if key != PROBE_KINDS and not isinstance(value, dict):
            raise MirtoolError(
                "the settings of a step are a table", path=path, found=f"{key} = {value!r}", expected=f"[{key}]"
            )
    entries = content.pop(PROBE_KINDS, [])
    if not isinstance(entries, list):
        raise MirtoolError(
            "the probe rules are not a list of tables", path=path, expected="[[probe_kinds]], in double brackets"
        )
    return Config(tuple(_probe_rule(entry, path) for entry in entries), content, str(path))


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
        raise MirtoolError(
            error.problem, path=path, found=error.found, expected=error.expected, hint=error.hint
        ) from error
