"""Numbers with the probes and samples they belong to, as a table of any kind holds them, and what becomes of them.

A format's module reads its file into :class:`ProbeValues`; raw intensities or log2 expression are made of that in
one way for all of them, the scale stated and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mirtool.annotation.mirna_names.on_reading import (
    RESOLVED,
    resolutions_on_reading,
    resolve_on_reading,
    resolved_in_words,
)
from mirtool.annotation.probes import classify_probes
from mirtool.errors import FormatError, ScaleError, option
from mirtool.io.arrays.not_detected import ABSENT, CALL_KEY
from mirtool.io.arrays.value_scale import Scale, noted_scale, scale_doubts, scale_of
from mirtool.io.tables.text import sha256_of
from mirtool.io.tables.text_tables import LARGEST_NUMBER, TextTable
from mirtool.model import (
    ArraySource,
    BoolArray,
    Channel,
    ExpressionMatrix,
    FloatArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    TextArray,
    text_array,
)
from mirtool.stats.blocks import largest_size

CHANNEL = "intensity"
"""Name of the one channel of a plain table."""

MAX_LOG2 = 64.0
"""No instrument counts to 2^64 (scanners end at 2^16): a larger value is no log2 intensity."""

NORMALIZED_NOTE = "mirtool normalized"
"""First note of a table that mirtool normalized."""

OF_FILE = "Detection"
"""The detection call of a table, by the name of its columns in Affymetrix's software."""

ORIGINAL_NAME = "original name"
"""The column of a table of mirtool's that holds the names as the scanner's files write them."""


@dataclass(frozen=True, eq=False)
class ProbeValues:
    """What a table holds, in whatever scale.

    Parameters
    ----------
    table
        The table it was read from, for the place of every value.
    columns
        The column of each sample in ``table``; of each probe where ``sideways``.
    id, name
        Labels, ``(n_probes,)``.
    has_ids
        False where the table has names only, so that ``id`` holds them too.
    samples
        The samples' names.
    values
        ``(n_probes, n_samples)``, NaN missing.
    sideways
        True where the table has one row per sample.
    left_out
        What was not read, in words.
    remarks
        What else a user should know about the reading, in words.
    about_samples
        What the table says about its samples: a heading to one text per sample.
    scale_hint
        What the file says that may help a user to tell its scale.
    original
        The names of the scanner's files, where mirtool resolved some and kept these beside; else None.
    not_detected
        Where the file says that a probe was not detected, as ``values``; None where it does not say.
    kinds
        The kinds of probe that the file itself states, blank where it does not; None where it states none.
    """

    table: TextTable
    columns: tuple[int, ...]
    id: TextArray
    name: TextArray
    has_ids: bool
    samples: tuple[str, ...]
    values: FloatArray
    sideways: bool = False
    left_out: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    about_samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scale_hint: str = ""
    original: TextArray | None = None
    not_detected: BoolArray | None = None
    kinds: TextArray | None = None

    @property
    def path(self) -> str:
        """The file."""
        return self.table.path

    def place(self, probe: int | None = None, sample: int | None = None) -> dict[str, Any]:
        """Return path, line and column of a probe, a sample, or the value of both, for a message."""
        row, column = (sample, probe) if self.sideways else (probe, sample)
        return {
            "path": self.path,
            "line": None if row is None else self.table.line_of(row),
            "column": None if column is None else self.table.header[self.columns[column]],
        }


def check_values(found: ProbeValues) -> ProbeValues:
    """Refuse values that are infinite or larger than any instrument counts, and samples without any.

    Raises
    ------
    FormatError
        With the place of the first one.
    """
    if largest_size(found.values) > LARGEST_NUMBER:
        probe, sample = map(int, np.argwhere(np.abs(found.values) > LARGEST_NUMBER)[0])
        is_infinite = np.isinf(found.values[probe, sample])
        raise FormatError(
            "a value is infinite" if is_infinite else "a value is larger than any instrument counts",
            **found.place(probe, sample),
            found=f"{found.values[probe, sample]:g}",
            expected="a number, or an empty cell or NA where it is missing",
            hint=("it may be the logarithm of zero: " if is_infinite else "")
            + "leave the cell empty if the value was not measured",
        )
    empty = np.flatnonzero(np.isnan(found.values).all(axis=0))
    if len(empty):
        raise FormatError(
            "a sample has no value at all",
            **found.place(sample=int(empty[0])),
            found="missing values only",
            hint="take the sample out of the table, or export it again",
        )
    return found


def raw_arrays(found: ProbeValues, format_name: str) -> RawArrays:
    """Take the values for linear intensities, one array per sample.

    Returns
    -------
    RawArrays
        One channel, ``"intensity"``, ``(n_rows, n_samples)``, NaN missing; no background, no flags, no layout;
        probe kinds blank but where the file says them; the flag −75 where the file calls a value not detected.
        Rows with the same ID are replicate spots; in a table without IDs, rows with the same name.

    Raises
    ------
    ScaleError
        Where the table says that it is normalized already.
    """
    if NORMALIZED_NOTE in found.table.notes:
        raise ScaleError(
            "this table is normalized already",
            path=found.path,
            found=f"the note '{NORMALIZED_NOTE}' above its header, or in the record beside it",
            expected="raw intensities",
            hint="hand it to `mirtool diff`, or normalize the scanner's own files",
        )
    warnings = (*found.left_out, *found.remarks, *_grouping(found), *scale_doubts(found.table, found.values))
    n_samples = len(found.samples)
    return RawArrays(
        channels={CHANNEL: Channel(found.values)},
        flags=None if found.not_detected is None else np.where(found.not_detected, ABSENT, 0),
        probes=ProbeTable(
            found.id, found.name, text_array([""] * len(found.id)) if found.kinds is None else found.kinds
        ),
        layout=None,
        samples=sample_table(found),
        sources=(
            ArraySource(
                found.path,
                format_name,
                sha256_of(found.path),
                header={} if found.not_detected is None else {CALL_KEY: OF_FILE},
                warnings=warnings,
                scale=noted_scale(found.table),
            ),
        )
        * n_samples,
        dropped=found.left_out,
    )


def sample_table(found: ProbeValues) -> SampleTable:
    """Return the samples as the table names and describes them; a description called group is the group."""
    about = {key: column for key, column in found.about_samples.items() if key.strip().lower() not in _RESERVED}
    groups = next((column for key, column in found.about_samples.items() if key.strip().lower() == "group"), ())
    return SampleTable(found.samples, groups, (found.path,) * len(found.samples), about)


_RESERVED = frozenset({"group", "sample", "file", "file_hy5"})


def expression_matrix(found: ProbeValues, scale: Scale | None) -> ExpressionMatrix:
    """Take the values for normalized expression on the scale that the table or the caller states.

    Returns
    -------
    ExpressionMatrix
        log2, ``(n_probes, n_samples)``, NaN missing; probes classified. Linear values are turned into log2; those
        that are not positive have no logarithm, become missing and are counted in ``history``.

    Raises
    ------
    ScaleError
        Where neither the table nor ``scale`` states the scale, the two contradict each other, or the values can't
        be on it.
    FormatError
        Where an ID occurs twice.
    """
    ids, repeated = (found.id, []) if found.has_ids else number_repeats(found.id)
    _refuse_repeated_ids(found, ids)
    stated = _stated_scale(found, scale)
    values, not_detected = found.values, found.not_detected
    history = [*_history_of(found.table), *found.remarks, *found.left_out]
    if repeated:
        history.append(f"names that are in more than one row, kept as probes of their own: {', '.join(repeated)}")
    if stated == "log2":
        _refuse_impossible_log2(found)
    else:
        positive = values > 0
        n_lost = int((~positive & ~np.isnan(values)).sum())
        if n_lost:
            history.append(f"values that are not positive have no log2 and were made missing: {n_lost}")
            not_positive = ~positive & ~np.isnan(values)
            not_detected = not_positive if not_detected is None else not_detected | not_positive
        values = np.log2(values, out=np.full(values.shape, np.nan), where=positive)
    probes = classify_probes(ids, found.name, stated=found.kinds)
    if found.original is None:
        probes = resolve_on_reading(probes)
        said = resolved_in_words(resolutions_on_reading(probes))
        history += [RESOLVED + said] if said else []
    else:
        probes = replace(probes, original=found.original)
    return ExpressionMatrix(
        values=values,
        probes=probes,
        samples=sample_table(found),
        history=tuple(history),
        not_detected=not_detected,
    )


def _grouping(found: ProbeValues) -> tuple[str, ...]:
    if found.has_ids or len(set(found.id)) == len(found.id):
        return ()
    return ("no ID column: replicates are grouped by name",)


def number_repeats(names: TextArray) -> tuple[TextArray, list[str]]:
    """Make IDs of names: the second row of a name gets `` (2)`` and so on; return also the names of several rows.

    Examples
    --------
    >>> ids, repeated = number_repeats(np.array(["a", "b", "a"], dtype=object))
    >>> ids.tolist(), repeated
    (['a', 'b', 'a (2)'], ['a'])
    """
    seen: dict[str, int] = {}
    ids = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return text_array(ids), [name for name, count in seen.items() if count > 1]


def _refuse_repeated_ids(found: ProbeValues, ids: TextArray) -> None:
    first: dict[str, int] = {}
    for probe, probe_id in enumerate(ids):
        if probe_id in first:
            before = found.place(first[probe_id])
            raise FormatError(
                f"the ID {probe_id!r} occurs twice",
                **found.place(probe),
                found="the same ID in "
                + (f"line {before['line']}" if not found.sideways else f"column {before['column']!r}"),
                expected="one row per probe in a table of normalized expression",
                hint="if these are replicate spots of raw intensities, run `mirtool normalize` on the table",
            )
        first[probe_id] = probe


def _stated_scale(found: ProbeValues, asked: str | None) -> str:
    stated = noted_scale(found.table)
    if stated and asked and stated != asked:
        raise ScaleError(
            "the table says another scale than the call",
            path=found.path,
            found=f"scale: {stated} in the table, {asked} in the call",
            hint="leave the scale out of the call, or correct the note above the table or in the record beside it",
        )
    if (stated or asked) == "counts":
        raise ScaleError(
            "sequencing counts are not normalized expression",
            path=found.path,
            found="the scale counts is stated",
            expected="a table of log2 or linear values",
            hint="`mirtool diff` filters, scales and weighs counts itself",
        )
    if not stated and not asked:
        like_counts = scale_of(found.table, found.values).name == "counts"
        raise ScaleError(
            "the table does not say whether its values are linear or log2",
            path=found.path,
            found=found.scale_hint or None,
            expected=None
            if found.scale_hint
            else "the record that mirtool wrote beside the table (run.json, NAME.run.json), or a first line "
            "'# mirtool normalized; scale: log2'",
            hint=f"state it with {option('scale', 'log2')}"
            + ("" if found.scale_hint else " (what `mirtool normalize` writes by default)")
            + f" or {option('scale', 'linear')}"
            + (f", or, as the whole numbers and zeros suggest, {option('scale', 'counts')}" if like_counts else "")
            + "; raw intensities go to `mirtool normalize` first",
        )
    return stated or str(asked)


def _history_of(table: TextTable) -> list[str]:
    """Return what the notes of a table say was done to it."""
    steps = {key: value for key, value in table.notes.items() if key not in (NORMALIZED_NOTE, "scale")}
    return [f"{key}: {value}" if value else key for key, value in steps.items()]


def _refuse_impossible_log2(found: ProbeValues) -> None:
    if largest_size(found.values) > MAX_LOG2:
        probe, sample = map(int, np.argwhere(np.abs(found.values) > MAX_LOG2)[0])
        raise ScaleError(
            "a value is too large to be a log2 intensity",
            **found.place(probe, sample),
            found=f"{found.values[probe, sample]:g}",
            expected=f"values up to {MAX_LOG2:g}",
            hint=f"if the values are linear, use {option('scale', 'linear')}",
        )
