"""What a step was run with before, and what a rerun changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mirtool.wording import first_of

MOST_KEPT = 50
MOST_SHOWN = 5
_MOST_NAMED = 3


def with_replaced(
    history: Sequence[Any], before: Mapping[str, Any] | None, record: Mapping[str, Any]
) -> list[Any]:
    """Return the history with the run that a new one replaces; the oldest beyond :data:`MOST_KEPT` are dropped.

    Parameters
    ----------
    history
        The earlier runs, oldest first.
    before
        The record that is replaced, or None where the step was not run yet.
    record
        The new one. Where it has the same arguments and outputs, nothing is added.
    """
    kept = list(history)
    if before is not None and _core(before) != _core(record):
        kept.append(_core(before))
    return kept[-MOST_KEPT:]


def _core(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "command": record["command"],
        "arguments": dict(record["arguments"]),
        "outputs": dict(record.get("outputs", {})),
    }


def rerun_in_words(before: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """Return what is different from the last run of the step, in one line; None where nothing is.

    Examples
    --------
    >>> first = {"command": "diff", "arguments": {"cutoff": 2}, "inputs": {}, "outputs": {"d.csv": "1f"}}
    >>> rerun_in_words(first, first | {"arguments": {"cutoff": 1.5}, "outputs": {"d.csv": "a0"}})
    'diff again: cutoff 2 → 1.5; d.csv replaced'
    """
    options = changed_arguments(before["arguments"], record["arguments"])
    inputs = [
        path for path, digest in record["inputs"].items() if before["inputs"].get(path, digest) != digest
    ] + [path for path in record["inputs"] if path not in before["inputs"]]
    earlier, outputs = before.get("outputs", {}), record.get("outputs", {})
    if not options and not inputs and earlier == outputs:
        return None
    changes = [*options]
    if inputs:
        changes.append(f"another {first_of(inputs, _MOST_NAMED)}")
    main = next(iter(outputs), None)
    if main is None or main not in earlier:
        became = "new files"
    else:
        became = f"{main} {'replaced' if earlier[main] != outputs[main] else 'has not changed'}"
    return f"{record['command']} again: {', '.join(changes) or 'same options and inputs'}; {became}"


def changed_arguments(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the options that differ between the arguments of two runs: ``["cutoff 2 → 1.5"]``."""
    changed = [name for name in new if name in old and old[name] != new[name]]
    words = [f"{name.replace('_', '-')} {_in_words(old[name])} → {_in_words(new[name])}" for name in changed]
    more = len(words) - MOST_SHOWN
    return words if more <= 0 else [*words[:MOST_SHOWN], f"{more} more"]


def _in_words(value: Any) -> str:
    if value is None or value in ([], ""):
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return first_of([str(each) for each in value], _MOST_NAMED) if isinstance(value, list) else str(value)


def all_runs(runs: Mapping[str, Any], history: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield each run of each step, oldest first: the step, and what was different from its run before."""
    for step, last in runs.items():
        before: Mapping[str, Any] | None = None
        for run in [*(each for each in history if each["command"] == step), last]:
            if before is None:
                yield step, "first run that is kept"
            else:
                changes = changed_arguments(before["arguments"], run["arguments"])
                yield step, ", ".join(changes) or "same options, other inputs or results"
            before = run
