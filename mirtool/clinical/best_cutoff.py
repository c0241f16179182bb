"""The cut-off of a column with the largest difference, with P corrected for the search (maximally selected).

The smallest P of many cut-offs is small by chance: of random numbers about four of ten have P ≤ 0.05 somewhere.
The corrected P is that of the largest standardized statistic over all cut-offs that were looked at: how often
patients in random order have one as large. The approximation of Lausen and Schumacher is given, too; it is too
large where there are few cut-offs. The effect at such a cut-off is overestimated, and the cut-off itself is
uncertain; both must be seen in other patients.

References
----------
Miller R, Siegmund D (1982). Maximally selected chi square statistics. Biometrics 38, 1011–1016.
Lausen B, Schumacher M (1992). Maximally selected rank statistics. Biometrics 48, 73–85.
Altman DG et al. (1994). Dangers of using "optimal" cutpoints in the evaluation of prognostic factors. J Natl
Cancer Inst 86, 829–835.
Hothorn T, Lausen B (2003). On the exact distribution of maximally selected rank statistics. Comput Stat Data Anal
43, 121–137.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirtool.clinical.survival.endpoints import Endpoint
from mirtool.clinical.variables import Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray, Table, text_array

SHARES = 0.1, 0.9
"""Cut-offs leave between these shares of the patients below them."""
RANDOM_ORDERS = 10_000
_AT_ONCE = 500
_FEWEST = 10


@dataclass(frozen=True, eq=False)
class BestCutoff:
    """The search for a cut-off.

    Parameters
    ----------
    variable, outcome
        What was cut, and what was compared, in words.
    cutoffs, statistics
        All that were looked at, and the standardized statistic of each: above 0 the outcome is more frequent, or
        the event earlier, above the cut-off.
    best
        Place of the largest.
    p_uncorrected
        P at the best cut-off as if it had been stated before.
    p
        P corrected for the search: of random orders of the patients.
    p_approximate
        The same by Lausen and Schumacher's approximation.
    limit
        The size that the largest statistic has in one of twenty random orders.
    above, n
        Patients above the best cut-off, and in all.
    """

    variable: Variable
    outcome: str
    cutoffs: FloatArray
    statistics: FloatArray
    best: int
    p_uncorrected: float
    p: float
    p_approximate: float
    limit: float
    above: int
    n: int

    @property
    def cutoff(self) -> float:
        """The best cut-off: patients above it are compared with the others."""
        return float(self.cutoffs[self.best])


def log_rank_scores(times: FloatArray, events: BoolArray) -> FloatArray:
    """Return events less those expected of each patient; their sum over a group is that of the log-rank test.

    Parameters
    ----------
    times, events
        One per patient, none missing.
    """
    every = np.unique(times[events])
    at_risk = (times[:, None] >= every).sum(axis=0)
    died = ((times[:, None] == every) & events[:, None]).sum(axis=0)
    hazard = np.concatenate([[0.0], np.cumsum(died / at_risk)])
    return np.asarray(events - hazard[np.searchsorted(every, times, side="right")], dtype=np.float64)


def cutoff_for_survival(variable: Variable, endpoint: Endpoint, *, seed: int = 1) -> BestCutoff:
    """Search the cut-off with the largest log-rank statistic.

    Raises
    ------
    NotEnoughDataError
        Where patients came in later, or there are too few patients, events or values.
    """
    if endpoint.entries is not None:
        raise NotEnoughDataError("a best cut-off is not searched for where patients came in later")
    known = endpoint.known & variable.present
    if (endpoint.events[known] == 1).sum() < 2:
        raise NotEnoughDataError(f"{variable.name} has too few patients with an event to search a cut-off")
    scores = log_rank_scores(endpoint.times[known], endpoint.events[known] == 1)
    return _search(variable, known, scores, endpoint.hazard_of, seed)


def cutoff_for_outcome(variable: Variable, has: FloatArray, outcome: str, *, seed: int = 1) -> BestCutoff:
    """Search the cut-off with the largest chi-square of the outcome.

    Parameters
    ----------
    variable
        Numbers.
    has
        1 with the outcome, 0 without, NaN missing.
    outcome
        In words.
    seed
        Of the random orders.

    Raises
    ------
    NotEnoughDataError
        Where there are too few patients or values, or all have the same outcome.
    """
    known = ~np.isnan(has) & variable.present
    return _search(variable, known, has[known], outcome, seed)


def _search(variable: Variable, known: BoolArray, scores: FloatArray, outcome: str, seed: int) -> BestCutoff:
    values = variable.values[known]
    n = len(values)
    order = np.argsort(values, kind="stable")
    distinct, counts = np.unique(values, return_counts=True)
    below = np.cumsum(counts)
    looked_at = (below >= SHARES[0] * n) & (below <= SHARES[1] * n) & (below < n)
    if n < _FEWEST or not looked_at.any() or np.ptp(scores) == 0:
        raise NotEnoughDataError(f"{variable.name} has too few different values to search a cut-off for {outcome}")
    below = below[looked_at]
    scores = scores - scores.mean()
    spread = np.sqrt(below * (n - below) / (n * (n - 1)) * (scores**2).sum())
    statistics = -np.cumsum(scores[order])[below - 1] / spread
    best = int(np.argmax(np.abs(statistics)))
    largest = float(np.abs(statistics[best]))
    rng = np.random.default_rng(seed)
    drawn = np.concatenate([_largest(rng, scores, below, spread) for _ in range(RANDOM_ORDERS // _AT_ONCE)])
    return BestCutoff(
        variable, outcome, distinct[looked_at], statistics, best, float(2 * stats.norm.sf(largest)),
        float((1 + (drawn >= largest - 1e-9).sum()) / (1 + len(drawn))), approximate_p(largest),
        float(np.quantile(drawn, 0.95)), int(n - below[best]), n,
    )  # fmt: skip


def _largest(rng: np.random.Generator, scores: FloatArray, below: IntArray, spread: FloatArray) -> FloatArray:
    """Return the largest statistics of patients in random orders."""
    orders = rng.permuted(np.tile(scores, (_AT_ONCE, 1)), axis=1)
    return np.asarray(np.abs(np.cumsum(orders, axis=1)[:, below - 1] / spread).max(axis=1), dtype=np.float64)


def approximate_p(largest: float) -> float:
    """Return Lausen and Schumacher's P of the largest standardized statistic (after Miller and Siegmund 1982).

    Examples
    --------
    >>> round(approximate_p(2.816739260509), 7)  # maxstat 0.7, pmethod = "Lau92"
    0.0924207
    """
    low, high = SHARES
    if largest < 1:
        return 1.0
    density = stats.norm.pdf(largest)
    reach = np.log(high * (1 - low) / ((1 - high) * low))
    return float(min(1.0, density * (largest - 1 / largest) * reach + 4 * density / largest))


def cutoffs_table(found: Sequence[BestCutoff]) -> Table:
    """Return a row per outcome and column."""
    return Table(
        {
            "outcome": text_array(each.outcome for each in found),
            "variable": text_array(each.variable.name for each in found),
            "patients": np.array([each.n for each in found], dtype=np.int64),
            "best cut-off, above": np.array([each.cutoff for each in found]),
            "patients above": np.array([each.above for each in found], dtype=np.int64),
            "cut-offs looked at": np.array([len(each.cutoffs) for each in found], dtype=np.int64),
            "largest statistic": np.array([each.statistics[each.best] for each in found]),
            "P corrected": np.array([each.p for each in found]),
            "P corrected (Lausen-Schumacher)": np.array([each.p_approximate for each in found]),
            "P not corrected": np.array([each.p_uncorrected for each in found]),
            "note": text_array("P not corrected is not valid: the cut-off was searched for" for _ in found),
        },
        (
            ("mirtool clinical", "best cut-offs"),
            ("P corrected", f"{RANDOM_ORDERS:,} random orders; cut-offs leave 10 % to 90 % of the patients below"),
        ),
    )
