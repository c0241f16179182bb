"""Cox's regression: hazard ratios with Efron's ties, their proportionality, and how well they order the patients.

References
----------
Heinze G, Schemper M (2001). A solution to the problem of monotone likelihood in Cox regression. Biometrics 57,
114–119.
Grambsch PM, Therneau TM (1994). Proportional hazards tests and diagnostics based on weighted residuals. Biometrika
81, 515–526.
Harrell FE et al. (1982). Evaluating the yield of medical tests. JAMA 247, 2543–2546.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from mirtool.clinical.profile import profile_fit
from mirtool.clinical.regression import Term, terms_of
from mirtool.clinical.survival.curves import survival_curve
from mirtool.clinical.survival.endpoints import Endpoint
from mirtool.clinical.survival.partial_likelihood import (
    is_informative,
    maximize,
    partial_likelihood,
    penalized_likelihood,
    risk_sets,
)
from mirtool.clinical.variables import Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray

FEWEST_PER_TERM = 10
"""Events per term below which a model is called overfitted (Peduzzi 1995)."""
WALD, FIRTH = "Cox (Wald)", "Cox, Firth's penalty (profile)"


@dataclass(frozen=True, eq=False)
class CoxFit:
    """Hazard ratios of one model.

    Parameters
    ----------
    terms
        Its terms.
    hazard_ratio, low, high, p_values
        One per term: Wald's interval and P.
    p_proportional
        P of the score test that the log hazard ratio does not change with time (Grambsch and Therneau; times by
        Kaplan and Meier's estimate), one per term.
    p_proportional_all
        The same of all terms together.
    concordance
        Harrell's C.
    n, events
        Patients, and events.
    method
        :data:`WALD`, or :data:`FIRTH` where the likelihood has no maximum: a level has no events, or the variables
        order all events. The hazards' proportionality is not tested then.
    """

    terms: tuple[Term, ...]
    hazard_ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    p_proportional: FloatArray
    p_proportional_all: float
    concordance: float
    n: int
    events: int
    method: str = WALD

    @property
    def is_crowded(self) -> bool:
        """True where there are few events for the number of terms."""
        return self.events < FEWEST_PER_TERM * len(self.terms)


def fit_cox(
    variables: Sequence[Variable],
    endpoint: Endpoint,
    strata: Variable | None = None,
    *,
    confidence: float = 0.95,
    diagnostics: bool = True,
) -> CoxFit:
    """Fit Cox's regression; patients without one of the values are left out.

    Parameters
    ----------
    variables
        The variables.
    endpoint
        Times and events.
    strata
        Strata with a baseline hazard of their own; None for one.
    confidence
        Level of the intervals.
    diagnostics
        False leaves out proportionality and concordance, which take most of the time.

    Raises
    ------
    NotEnoughDataError
        Where there are too few events, variables depend on each other, or the fit does not settle.
    """
    terms = tuple(term for variable in variables for term in terms_of(variable))
    known = endpoint.known if strata is None else endpoint.known & strata.present
    for term in terms:
        known = known & ~np.isnan(term.values)
    terms = tuple(term for term in terms if len(np.unique(term.values[known])) > 1)
    names = ", ".join(variable.name for variable in variables)
    times, events = endpoint.times[known], endpoint.events[known] == 1
    if not terms or int(events.sum()) < 2:
        raise NotEnoughDataError(
            f"there are too few events for Cox's regression on {names}",
            found=f"{int(events.sum())} events of {len(times)} patients with every value",
        )
    design = np.column_stack([term.values[known] for term in terms])
    if np.linalg.matrix_rank(design - design.mean(axis=0)) < design.shape[1]:
        raise NotEnoughDataError(
            "the variables of the model depend on each other", found=names, hint="leave one of them out"
        )
    entries = None if endpoint.entries is None else endpoint.entries[known]
    groups = np.zeros(len(times), dtype=np.int64) if strata is None else strata.values[known].astype(np.int64)
    scale = design.std(axis=0)
    centered = (design - design.mean(axis=0)) / scale
    sets = risk_sets(times, events, groups, entries)
    if not is_informative(sets, partial_likelihood(sets, centered, np.zeros(len(terms)))[2]):
        raise NotEnoughDataError(
            f"the events say nothing of {names}",
            found="at every event the patients at risk have the same value, or values that depend on each other",
        )
    best = maximize(sets, centered)
    z = stats.norm.ppf((1 + confidence) / 2)
    each, together, ordered = np.full(len(terms), np.nan), np.nan, np.nan
    if best.is_finite:
        beta, method = best.beta, WALD
        error = np.sqrt(np.diag(np.linalg.inv(best.information)))
        low, high, p_values = beta - z * error, beta + z * error, 2 * stats.norm.sf(np.abs(beta / error))
        if diagnostics:
            each, together = proportionality(times, events, centered, beta, groups, entries)
    else:
        penalized = profile_fit(
            partial(penalized_likelihood, sets, centered), np.abs(centered).max(axis=0), range(len(terms)),
            confidence=confidence,
        )  # fmt: skip
        beta, method = penalized.coefficients, FIRTH
        low, high, p_values = penalized.low, penalized.high, penalized.p_values
    if diagnostics:
        ordered = concordance(times, events, centered @ beta, groups, entries)
    with np.errstate(over="ignore"):  # an end of an interval may be infinite
        ratio, low, high = (np.exp(values / scale) for values in (beta, low, high))
    return CoxFit(
        terms, ratio, low, high, p_values, each, together, ordered, len(times), int(events.sum()), method
    )  # fmt: skip


def proportionality(
    times: FloatArray,
    events: BoolArray,
    design: FloatArray,
    beta: FloatArray,
    strata: IntArray,
    entries: FloatArray | None = None,
) -> tuple[FloatArray, float]:
    """Return P of the score test that coefficients do not change with time, of each and of all together.

    The model has beside each column its product with the transformed time, 1 − the Kaplan–Meier estimate just
    before it; the test is at coefficients of 0 for the products, ties as Efron.

    Parameters
    ----------
    times, events, design, strata
        One row per patient.
    beta
        The coefficients fitted.
    entries
        When each came under observation; None where all did at 0.
    """
    p = design.shape[1]
    curve = survival_curve(times, events, entries)
    before = np.concatenate([[1.0], curve.survival])
    place = np.searchsorted(curve.times, times)
    transformed = 1 - before[place]
    transformed = transformed - transformed[events].mean()
    start = np.full(len(times), -np.inf) if entries is None else entries
    risk = np.exp(design @ beta)
    gradient, information = np.zeros(2 * p), np.zeros((2 * p, 2 * p))
    for stratum in np.unique(strata):
        inside = strata == stratum
        for time in np.unique(times[inside & events]):
            at_risk = inside & (times >= time) & (start < time)
            tied = inside & events & (times == time)
            g = float(transformed[np.flatnonzero(tied)[0]])
            d = int(tied.sum())
            for k in range(d):
                weight = risk * (at_risk - k / d * tied)
                weight = weight / weight.sum()
                mean = weight @ design
                spread = (design * weight[:, None]).T @ design - np.outer(mean, mean)
                score = design[tied].sum(axis=0) / d - mean
                gradient += np.concatenate([score, g * score])
                information += np.kron(np.array([[1.0, g], [g, g * g]]), spread)
    fitted, added = slice(0, p), slice(p, 2 * p)
    cross = information[added, fitted]
    rest = information[added, added] - cross @ np.linalg.pinv(information[fitted, fitted]) @ cross.T
    u = gradient[added]
    # One product at a time: the others' coefficients do not change with time.
    each = np.array([_alone(information, u, j, p) for j in range(p)])
    together = float(u @ np.linalg.pinv(rest) @ u)
    return stats.chi2.sf(each, 1), float(stats.chi2.sf(together, p))


def _alone(information: FloatArray, u: FloatArray, j: int, p: int) -> float:
    cross = information[p + j, :p]
    rest = information[p + j, p + j] - cross @ np.linalg.pinv(information[:p, :p]) @ cross
    return float(u[j] ** 2 / rest) if rest > 0 else np.nan


def concordance(
    times: FloatArray,
    events: BoolArray,
    risk: FloatArray,
    strata: IntArray,
    entries: FloatArray | None = None,
) -> float:
    """Return Harrell's C: the share of pairs in which the patient with the higher risk has the event first.

    A pair counts where one patient has the event while the other is still followed; equal risks count half.
    Patients are compared within their stratum.

    Examples
    --------
    >>> t, e = np.array([1.0, 2, 3, 4]), np.array([1, 1, 0, 1], dtype=bool)
    >>> round(concordance(t, e, np.array([4.0, 2, 3, 1]), np.zeros(4, dtype=int)), 3)  # 4 of the 5 pairs
    0.8
    """
    right, counted = 0.0, 0.0
    start = np.full(len(times), -np.inf) if entries is None else entries
    for i in np.flatnonzero(events):
        later = (strata == strata[i]) & (start < times[i]) & ((times > times[i]) | ((times == times[i]) & ~events))
        counted += float(later.sum())
        right += float((risk[i] > risk[later]).sum()) + float((risk[i] == risk[later]).sum()) / 2
    return right / counted if counted else np.nan
