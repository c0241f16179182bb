"""The list under each choice, made from the raw arrays by the package's own normalization and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from mirtool.differential import differential
from mirtool.errors import NotEnoughDataError
from mirtool.model import Channel, DifferentialTable, IntArray, RawArrays, Rule, TextArray
from mirtool.normalize import NormalizeSettings, ResolvedSettings, normalize
from mirtool.normalize.selection import choose_channel
from mirtool.normalize.signals import spot_signals
from mirtool.robustness.sensitivity.choices import AS_READ, Choice, Preparation

SIGNALS_AS_THEY_ARE: Mapping[str, Any] = MappingProxyType({"background": "none", "offset": 0.0, "flags": "ignore"})
"""What is left to normalize where the signals have taken the place of the foregrounds."""


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
        Rule to what it calls each probe of the table in question: 1 up, −1 down,
        0 neither or not there, ``(n_probes,)``. A rule that needs a P which could not be had is missing.
    up, down
        Rule to the number of probes it calls, of all that are there under this choice.
    failure
        Why nothing could be made under this choice; empty where it could.
    """

    choice: Choice
    probes: int = 0
    factor_probes: int = 0
    calls: Mapping[Rule, IntArray] = field(default_factory=dict)
    up: Mapping[Rule, int] = field(default_factory=dict)
    down: Mapping[Rule, int] = field(default_factory=dict)
    failure: str = ""


def outcomes_of(
    preparation: Preparation,
    choices: Sequence[Choice],
    signals: RawArrays | str,
    d: DifferentialTable,
    normalization: NormalizeSettings,
) -> list[Outcome]:
    """Normalize once, and compare under every choice of test and fold change.

    Parameters
    ----------
    preparation
        How to normalize.
    choices
        Those of this preparation.
    signals
        The arrays with the signals of the preparation's background (:func:`signal_arrays`), or why there are none.
    d
        The comparison as it was made: its groups, cut-offs and adjustment are kept.
    normalization
        What the table was normalized with.
    """
    if isinstance(signals, str):
        return [Outcome(choice, failure=signals) for choice in choices]
    try:
        normalized = normalize(
            without_array(signals, preparation.left_out), _settings_of(preparation, normalization)
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


def _settings_of(preparation: Preparation, normalization: NormalizeSettings) -> NormalizeSettings:
    return normalization.replace(
        min_intensity=preparation.min_intensity,
        replicates=preparation.replicates,
        # Nothing but a weighted mean weighs spots by their flags here.
        flag_weight=normalization.flag_weight if preparation.replicates == "weighted" else None,
        **SIGNALS_AS_THEY_ARE,
    )


def signal_arrays(arrays: RawArrays, settings: ResolvedSettings, background: str) -> RawArrays | str:
    """Return the arrays with the signal of each spot for its foreground, flagged spots missing.

    The background is corrected on each array by itself, and some methods fit a model to it, which takes long; so
    it is corrected once, and not under every other choice.

    Returns
    -------
    RawArrays or str
        Why there are no signals, where the method does not fit the arrays.
    """
    name = choose_channel(arrays, settings.channel)
    own = settings if background == AS_READ else replace(settings, background=background)
    try:
        signals = spot_signals(arrays, name, own)
    except NotEnoughDataError as error:
        return error.problem
    read = replace(arrays.channels[name], foreground=signals.values, background=None, processed=True)
    return replace(arrays, channels=dict(arrays.channels) | {name: read})


def without_array(arrays: RawArrays, sample: str) -> RawArrays:
    """Return the arrays without the one called ``sample``; all of them where none is."""
    columns = [i for i, name in enumerate(arrays.samples.names) if name != sample]
    if len(columns) == arrays.n_arrays:
        return arrays
    return replace(
        arrays,
        channels={key: _take_columns(channel, columns) for key, channel in arrays.channels.items()},
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
        rules = {Rule.FOLD_CHANGE: rules[Rule.FOLD_CHANGE]}
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


def regulations(d: DifferentialTable) -> dict[Rule, TextArray]:
    """Return the rules that were applied, with the calls of each."""
    return {rule: d.calls(rule) for rule in d.rules}


def signs_of(calls: TextArray) -> IntArray:
    """Turn ``"up"``, ``"down"`` and ``""`` into 1, −1 and 0."""
    return np.asarray((calls == "up").astype(np.int64) - (calls == "down"), dtype=np.int64)
