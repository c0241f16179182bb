"""Control spots: how many of those that should show no signal reach the cut-off all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.model import FloatArray, IntArray, ProbeTable
from mirtool.normalize.detection import detected_signals
from mirtool.normalize.report import ControlShare, Counts, per_array

CONTROL_KINDS = (ProbeKind.EMPTY, ProbeKind.NEGATIVE_CONTROL)


@dataclass(frozen=True, eq=False)
class ControlTally:
    """The signals of the control spots of one kind, counted.

    Parameters
    ----------
    spots, passing
        Spots with a signal, and those of them at the cut-off, a number per array.
    values, times
        Each signal that occurs on any array, in rising order, and how often. Most are whole counts near zero: of
        thousands of spots there are some hundred.
    """

    spots: Counts
    passing: Counts
    values: FloatArray
    times: IntArray

    @property
    def percentile_95(self) -> float | None:
        """The signal below which 95 % lie, interpolated as by ``numpy.percentile``; None where there is none."""
        n = int(self.times.sum())
        return None if n == 0 else _interpolated(self.values, np.cumsum(self.times), 0.95 * (n - 1))


def _interpolated(values: FloatArray, up_to: IntArray, place: float) -> float:
    """Return the value at a place between two ranks, counted from 0."""
    rank = int(place)
    below, above = (
        float(values[np.searchsorted(up_to, min(each, up_to[-1] - 1), "right")]) for each in (rank, rank + 1)
    )
    share, step = place - rank, above - below
    return below + step * share if share < 0.5 else above - step * (1 - share)


def control_shares(probes: ProbeTable, signals: FloatArray, min_intensity: float) -> tuple[ControlShare, ...]:
    """Count the control spots at the cut-off, spot by spot: many of them share one ID, or have none.

    Parameters
    ----------
    probes
        The probe behind each spot, classified.
    signals
        Signal of each spot, ``(n_spots, n_arrays)``, flagged spots missing.
    min_intensity
        The cut-off, in the unit of the signals.
    """
    return shares_of(tally_controls(control_spots(probes), signals, min_intensity))


def control_spots(probes: ProbeTable) -> dict[str, IntArray]:
    """Return where the control spots are by their kind, of the kinds that the chip has."""
    of_kinds = {kind.value: np.flatnonzero(is_kind(probes, kind)) for kind in CONTROL_KINDS}
    return {kind: spots for kind, spots in of_kinds.items() if len(spots)}


def tally_controls(
    spots: Mapping[str, IntArray], signals: FloatArray, min_intensity: float
) -> dict[str, ControlTally]:
    """Count the control spots by their kind; ``spots`` is from :func:`control_spots`."""
    tallies = {}
    for kind, own in spots.items():
        control = signals[own]
        present = ~np.isnan(control)
        values, times = np.unique(control[present], return_counts=True)
        passing = per_array(detected_signals(control, min_intensity))
        tallies[kind] = ControlTally(per_array(present), passing, values, times)
    return tallies


def join_tallies(tallies: Sequence[ControlTally]) -> ControlTally:
    """Count the control spots of several arrays together."""
    every = np.concatenate([tally.values for tally in tallies])
    values, place = np.unique(every, return_inverse=True)
    times = np.zeros(len(values), dtype=np.int64)
    np.add.at(times, place, np.concatenate([tally.times for tally in tallies]))
    return ControlTally(
        tuple(n for tally in tallies for n in tally.spots),
        tuple(n for tally in tallies for n in tally.passing),
        values,
        times,
    )


def shares_of(tallies: Mapping[str, ControlTally]) -> tuple[ControlShare, ...]:
    """Return how many of the control spots reach the cut-off."""
    return tuple(
        ControlShare(kind, spots=tally.spots, passing=tally.passing, percentile_95=tally.percentile_95)
        for kind, tally in tallies.items()
    )
