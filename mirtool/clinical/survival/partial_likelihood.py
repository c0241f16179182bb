"""Cox's partial likelihood with Efron's ties: value, gradient and information, over strata and with late entries.

The sums over the patients at risk are differences of cumulative sums: over those who leave at a time or later,
less those who come in at that time or later. One evaluation takes a time that grows with the number of patients,
not with its square, so that a thousand miRNAs are fitted in seconds.

References
----------
Cox DR (1972). Regression models and life-tables. J R Stat Soc B 34, 187–220.
Efron B (1977). The efficiency of Cox's likelihood function for censored data. JASA 72, 557–565.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray

_MOST_STEPS = 60
_MOST_HALVINGS = 30
_SMALLEST_GAIN = 1e-13
_LONGEST_STEP, _SHORTEST_STEP = 5.0, 1e-9
_LEAST_INFORMATION = 1e-10
"""Per event, of columns with a spread of 1."""
LARGEST = 12.0
"""A logarithm of a ratio per standard deviation beyond which the likelihood has no maximum."""


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Who is at risk at which event; one row per event, of all strata.

    Parameters
    ----------
    events
        Patients with the event, in the order of the rows.
    leaves, enters
        Patients in the order of their leaving and of their coming in, stratum after stratum.
    ends
        Where in these orders the strata begin and end.
    leaves_from, enters_from, until
        Per row, from where to the end of the stratum patients leave later, and from where they are not in yet.
    share
        Per row, by how much the patients with the same time of event count less (Efron): k over their number.
    tied, first
        Per row, the number of its time and stratum; the first row of each.
    strata
        The stratum of every patient, 0, 1 ….
    """

    events: IntArray
    leaves: IntArray
    enters: IntArray | None
    ends: IntArray
    leaves_from: IntArray
    enters_from: IntArray
    until: IntArray
    share: FloatArray
    tied: IntArray
    first: IntArray
    strata: IntArray

    def risks(self, eta: FloatArray) -> FloatArray:
        """Return relative risks, the largest of every stratum 1, which keeps them within the range of numbers."""
        largest = np.full(int(self.strata.max()) + 1, -np.inf)
        np.maximum.at(largest, self.strata, eta)
        return np.asarray(np.exp(eta - largest[self.strata]), dtype=np.float64)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return, per row, the sum over the patients at risk, those with the event counted by their share."""
        found = self._to_the_end(values[self.leaves], self.leaves_from)
        if self.enters is not None:
            found = found - self._to_the_end(values[self.enters], self.enters_from)
        own = np.add.reduceat(values[self.events], self.first, axis=0)[self.tied]
        return np.asarray(found - self.share.reshape(-1, *[1] * (values.ndim - 1)) * own, dtype=np.float64)

    def _to_the_end(self, values: FloatArray, first: IntArray) -> FloatArray:
        """Return sums from a place to the end of its stratum, added from the end, where they are small."""
        total = np.zeros((len(values) + 1, *values.shape[1:]))
        for begin, end in pairwise(self.ends.tolist()):
            total[begin:end] = np.cumsum(values[begin:end][::-1], axis=0)[::-1]
        inside = (first < self.until).reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(np.where(inside, total[first], 0.0), dtype=np.float64)


def risk_sets(
    times: FloatArray, events: BoolArray, strata: IntArray | None = None, entries: FloatArray | None = None
) -> RiskSets:
    """Return who is at risk at every event.

    Parameters
    ----------
    times, events
        One per patient, none missing.
    strata
        Strata with a baseline hazard of their own; None for one.
    entries
        When each came under observation, from then on; None where all did at 0.
    """
    own = np.zeros(len(times), dtype=np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    leaves = np.lexsort((times, own))
    rows = leaves[events[leaves]]
    key, at = own[rows], times[rows]
    ends = np.searchsorted(own[leaves], np.arange(own.max() + 2))
    leaves_from = _place(times[leaves], ends, key, at)
    _, tied, sizes = np.unique(np.column_stack([key, at]), axis=0, return_inverse=True, return_counts=True)
    tied = tied.ravel()
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    share = (np.arange(len(rows)) - first[tied]) / sizes[tied]
    enters, enters_from = None, np.zeros(len(rows), dtype=np.int64)
    if entries is not None:
        enters = np.lexsort((entries, own))
        enters_from = _place(entries[enters], ends, key, at)
    return RiskSets(rows, leaves, enters, ends, leaves_from, enters_from, ends[key + 1], share, tied, first, own)


def _place(values: FloatArray, ends: IntArray, strata: IntArray, at: FloatArray) -> IntArray:
    """Return where in its stratum each value would come, before those that are equal."""
    found = np.empty(len(at), dtype=np.int64)
    for stratum in range(len(ends) - 1):
        inside = strata == stratum
        found[inside] = ends[stratum] + np.searchsorted(values[ends[stratum] : ends[stratum + 1]], at[inside])
    return found


def partial_likelihood(
    sets: RiskSets, design: FloatArray, beta: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return the log likelihood, its gradient, and the information.

    Parameters
    ----------
    sets
        Who is at risk.
    design
        ``(patients, terms)``.
    beta
        One coefficient per term.
    """
    p = design.shape[1]
    risk = sets.risks(design @ beta)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), p * p)
    s = sets.sums(risk[:, None] * np.column_stack([np.ones(len(design)), design, products]))
    if not (s[:, 0] > 0).all() or not (risk[sets.events] > 0).all():
        return -np.inf, np.zeros(p), np.zeros((p, p))  # so far out that the patients at risk have no weight
    mean = s[:, 1 : p + 1] / s[:, :1]
    own = design[sets.events]
    value = float(np.log(risk[sets.events]).sum() - np.log(s[:, 0]).sum())
    spread = (s[:, p + 1 :] / s[:, :1]).sum(axis=0).reshape(p, p) - mean.T @ mean
    return value, (own - mean).sum(axis=0), spread


def penalized_likelihood(
    sets: RiskSets, design: FloatArray, beta: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return the log likelihood plus half the log determinant of the information (Firth's penalty), and the rest.

    The penalty's gradient is half the trace of the inverse information times its derivatives, which are the third
    central moments of the design among the patients at risk.
    """
    value, gradient, information = partial_likelihood(sets, design, beta)
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(value):
        return -np.inf, np.zeros_like(beta), information
    inverse = np.linalg.inv(information)
    risk = sets.risks(design @ beta)
    p = design.shape[1]
    size = np.einsum("ij,jk,ik->i", design, inverse, design)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), p * p)
    own = np.column_stack([np.ones(len(design)), design, size, design * size[:, None], products])
    s = sets.sums(risk[:, None] * own)
    s = s[:, 1:] / s[:, :1]
    mean, mean_size, mean_both, second = s[:, :p], s[:, p], s[:, p + 1 : 2 * p + 1], s[:, 2 * p + 1 :]
    turned = mean @ inverse
    third = (
        mean_both
        - mean_size[:, None] * mean
        - 2 * np.einsum("irk,ik->ir", second.reshape(-1, p, p), turned)
        + 2 * mean * np.einsum("ij,ij->i", mean, turned)[:, None]
    )
    return value + float(log_determinant) / 2, gradient + third.sum(axis=0) / 2, information


@dataclass(frozen=True, eq=False)
class Maximum:
    """The largest likelihood: coefficients, its logarithm, the information there, and whether it was reached."""

    beta: FloatArray
    log_likelihood: float
    information: FloatArray
    reached: bool

    @property
    def is_finite(self) -> bool:
        """True if it was reached with coefficients up to :data:`LARGEST`."""
        return self.reached and bool(np.abs(self.beta).max() <= LARGEST)


def maximize(sets: RiskSets, design: FloatArray) -> Maximum:
    """Return the maximum of the likelihood by Newton's steps, halved where one does not improve it.

    Parameters
    ----------
    sets, design
        As for :func:`partial_likelihood`; columns around 0 with a spread of about 1.
    """
    beta = np.zeros(design.shape[1])
    value, gradient, information = partial_likelihood(sets, design, beta)
    for _ in range(_MOST_STEPS):
        if not is_informative(sets, information):
            return Maximum(beta, value, information, reached=False)
        step = np.linalg.solve(information, gradient)
        step = step * min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), _SHORTEST_STEP))
        for _ in range(_MOST_HALVINGS):
            found = partial_likelihood(sets, design, beta + step)
            if found[0] >= value - _SMALLEST_GAIN * abs(value):
                break
            step = step / 2
        else:
            return Maximum(beta, value, information, reached=True)
        gain = found[0] - value
        beta, (value, gradient, information) = beta + step, found
        if gain <= _SMALLEST_GAIN * abs(value) and np.abs(step).max() < _SHORTEST_STEP:
            return Maximum(beta, value, information, reached=is_informative(sets, information))
    return Maximum(beta, value, information, reached=False)


def is_informative(sets: RiskSets, information: FloatArray) -> bool:
    """Return True if every coefficient changes the likelihood, beyond rounding."""
    return bool(np.linalg.eigvalsh(information)[0] > _LEAST_INFORMATION * len(sets.events))
