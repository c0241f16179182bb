"""The list under each choice, made from the raw arrays by the package's own normalization and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mirtool.differential import differential
from mirtool.differential.table import REGULATION_COLUMNS
from mirtool.errors import NotEnoughDataError
from mirtool.model import Channel, DifferentialTable, IntArray, RawArrays, TextArray
from mirtool.normalize import normalize
from mirtool.normalize.selection import choose_channel
from mirtool.sensitivity.choices import AS_READ, Choice, Preparation


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a choice leads to.

    Parameters
    ----------
    choice
        The choice.
    probes, factor_probes
        Probes in the table, and those that the arrays' factors come from.
    calls
        Rule (a key of ``REGULATION_COLUMNS``) to what it calls each probe of the table in question: 1 up, −1 down,
        0 neither or not there, ``(n_probes,)``. A rule that needs a P which could not be had is missing.
    up, down
        Rule to the number of probes it calls, of all that are there under this choice.
    failure
        Why nothing could be made under this choice; empty where it could.
    """

    choice: Choice
    probes: int = 0
    factor_probes: int = 0
    calls: Mapping[str, IntArray] = field(default_factory=dict)
    up: Mapping[str, int] = field(default_factory=dict)
    down: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""


def outcomes_of(
    preparation: Preparation,
    choices: Sequence[Choice],
    arrays: RawArrays,
    d: DifferentialTable,
    normalization: Mapping[str, Any],
) -> list[Outcome]:
    """Normalize once, and compare under every choice of test and fold change.

    Parameters
    ----------
    preparation
        How to normalize.
    choices
        Those of this preparation.
    arrays
        The raw arrays.
    d
        The comparison as it was made: its groups, cut-offs and adjustment are kept.
    normalization
        The arguments of :func:`mirtool.normalize.normalize` that the table was made with.
    """
    try:
        normalized = normalize(
            prepared_arrays(arrays, preparation, normalization), **_options(preparation, normalization)
        )
    except NotEnoughDataError as error:
        return [Outcome(choice, failure=error.problem) for choice in choices]
    found = []
    for choice in choices:
        try:
            result = differential(
                normalized.matrix,
                tested=d.tested,
                reference=d.reference,
                test=choice.test,
                fold_change=choice.fold_change,
                cutoff=d.cutoff,
                alpha=d.alpha,
                adjust=d.adjust,
            )
        except NotEnoughDataError as error:
            found.append(Outcome(choice, failure=error.problem))
            continue
        found.append(_outcome(choice, result, d, normalized.report.factor_probes))
    return found


def _options(preparation: Preparation, normalization: Mapping[str, Any]) -> dict[str, Any]:
    changed = {"min_intensity": preparation.min_intensity, "replicates": preparation.replicates}
    if "background" in normalization and preparation.background != AS_READ:
        changed["background"] = None if preparation.background == "none" else preparation.background
    return {**normalization, **changed}


def prepared_arrays(arrays: RawArrays, preparation: Preparation, normalization: Mapping[str, Any]) -> RawArrays:
    """Give the arrays without the one left out, and without the background where it is not to be subtracted."""
    name = choose_channel(arrays, normalization.get("channel"))
    channels = dict(arrays.channels)
    if preparation.background == "none":
        channels[name] = replace(channels[name], background=None)
    columns = [i for i, sample in enumerate(arrays.samples.names) if sample != preparation.left_out]
    if len(columns) == arrays.n_arrays:
        return replace(arrays, channels=channels)
    return replace(
        arrays,
        channels={key: _take_columns(channel, columns) for key, channel in channels.items()},
        flags=None if arrays.flags is None else arrays.flags[:, columns],
        samples=arrays.samples.take(columns),
        sources=tuple(arrays.sources[i] for i in columns),
    )


def _take_columns(channel: Channel, columns: list[int]) -> Channel:
    return replace(
        channel,
        foreground=channel.foreground[:, columns],
        background=None if channel.background is None else channel.background[:, columns],
        saturated=None if channel.saturated is None else channel.saturated[:, columns],
    )


def _outcome(choice: Choice, result: DifferentialTable, d: DifferentialTable, factor_probes: int) -> Outcome:
    rules = regulations(result)
    if result.test != choice.test:  # too few arrays are left for this test: no P, and so no rule that needs one
        rules = {"fold change": rules["fold change"]}
    row_of = {probe_id: row for row, probe_id in enumerate(result.probes.id)}
    rows = np.array([row_of.get(probe_id, -1) for probe_id in d.probes.id], dtype=np.int64)
    signs = {rule: signs_of(calls) for rule, calls in rules.items()}
    return Outcome(
        choice,
        len(result),
        factor_probes,
        {rule: np.where(rows >= 0, own[rows], 0) for rule, own in signs.items()},
        {rule: int((own > 0).sum()) for rule, own in signs.items()},
        {rule: int((own < 0).sum()) for rule, own in signs.items()},
    )


def regulations(d: DifferentialTable) -> dict[str, TextArray]:
    """Give the rules that were applied, with the calls of each."""
    rules = dict(
        zip(REGULATION_COLUMNS, (d.regulation_fold_change, d.regulation_p, d.regulation_fdr), strict=True)
    )
    if d.test == "none":
        return {"fold change": rules["fold change"]}
    if d.adjust == "none":
        del rules["fdr"]
    return rules


def signs_of(calls: TextArray) -> IntArray:
    """Turn ``"up"``, ``"down"`` and ``""`` into 1, −1 and 0."""
    return np.asarray((calls == "up").astype(np.int64) - (calls == "down"), dtype=np.int64)
