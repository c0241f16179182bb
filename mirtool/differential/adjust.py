"""P values adjusted for the number of tests; missing ones are set aside first and counted for nothing."""

from __future__ import annotations

import numpy as np

from mirtool.errors import CallError
from mirtool.model import FloatArray

ADJUSTMENTS = {
    "bh": "FDR (BH)",
    "by": "FDR (BY)",
    "holm": "P adjusted (Holm)",
    "bonferroni": "P adjusted (Bonferroni)",
    "storey": "q (Storey)",
    "sidak": "P adjusted (Sidak)",
    "holm-sidak": "P adjusted (Holm-Sidak)",
    "simes-hochberg": "P adjusted (Simes-Hochberg)",
    "hommel": "P adjusted (Hommel)",
    "fdr_tsbh": "FDR (two-stage BH)",
    "fdr_tsbky": "FDR (two-stage BKY)",
    "fdr_gbs": "FDR (GBS)",
    "none": "",
}
"""Name of each adjustment to the heading of its column; ``none`` has no column."""

ALIASES = {"fdr_bh": "bh", "fdr_by": "by"}
"""statsmodels' names for what mirtool calls otherwise."""


def adjustment_name(name: str) -> str:
    """Give mirtool's name of an adjustment, in any case and by statsmodels' name too.

    Raises
    ------
    CallError
        Where no adjustment is called so.

    Examples
    --------
    >>> adjustment_name("fdr_bh"), adjustment_name("Holm")
    ('bh', 'holm')
    """
    folded = name.strip().lower()
    folded = ALIASES.get(folded, folded)
    if folded not in ADJUSTMENTS:
        raise CallError(
            "no adjustment of P is called so", found=repr(name), expected="one of " + ", ".join(ADJUSTMENTS)
        )
    return folded


def adjust_p_values(p_values: FloatArray, method: str = "bh", *, alpha: float = 0.05) -> FloatArray:
    """Adjust P values for the number of tests made.

    Parameters
    ----------
    p_values
        ``(n_probes,)``, NaN where no test was made; those stay NaN and do not count as tests.
    method
        A key of :data:`ADJUSTMENTS`. ``bh``, ``by``, ``holm``, ``bonferroni`` and ``storey`` are computed here,
        the others by statsmodels; ``none`` gives the P values back.
    alpha
        Level of the two-stage methods (``fdr_tsbh``, ``fdr_tsbky``), whose adjusted values depend on it.

    Raises
    ------
    CallError
        Where no method is called so.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate. J R Stat Soc B 57, 289–300.
    Benjamini Y, Yekutieli D (2001). The control of the false discovery rate in multiple testing under
    dependency. Ann Stat 29, 1165–1188.
    Holm S (1979). A simple sequentially rejective multiple test procedure. Scand J Stat 6, 65–70.
    Storey JD (2003). The positive false discovery rate: a Bayesian interpretation and the q-value. Ann Stat 31,
    2013–2035.

    Examples
    --------
    >>> adjust_p_values(np.array([0.01, np.nan, 0.04, 0.03]))
    array([0.03,  nan, 0.04, 0.04])
    """
    method = adjustment_name(method)
    adjusted = np.array(p_values, dtype=np.float64)
    tested = ~np.isnan(adjusted)
    if method != "none" and tested.any():
        adjusted[tested] = _adjust_complete(adjusted[tested], method, alpha)
    return adjusted


def _adjust_complete(p: FloatArray, method: str, alpha: float) -> FloatArray:
    n = len(p)
    rank = np.arange(1.0, n + 1)
    match method:
        case "bonferroni":
            return np.minimum(p * n, 1.0)
        case "bh":
            return _step_up(p, n / rank)
        case "by":
            return _step_up(p, np.sum(1 / rank) * n / rank)
        case "holm":
            return _step_down(p, n + 1 - rank)
        case "storey":
            return _step_up(p, share_without_difference(p) * n / rank)
    from statsmodels.stats.multitest import multipletests

    with np.errstate(divide="ignore"):  # a P of 1 has the logarithm of zero on its way to 1
        adjusted: FloatArray = multipletests(p, alpha=alpha, method=method)[1]
    return adjusted


def share_without_difference(p_values: FloatArray) -> float:
    """Estimate the share of tests in which nothing differs, from how many P are large (Storey's pi0).

    P values above a limit λ come mostly from tests in which nothing differs, and these are spread evenly. Of the
    limits 0.05, 0.1 … 0.95 the one is taken whose estimate has the least mean squared error around the tenth
    percentile of all estimates, which is what the bootstrap of Storey, Taylor and Siegmund tends to.

    Parameters
    ----------
    p_values
        ``(n_tests,)``, complete.

    Returns
    -------
    float
        Above 0 up to 1: where no P is above any limit, 1, for nothing was learned.

    References
    ----------
    Storey JD, Taylor JE, Siegmund D (2004). Strong control, conservative point estimation and simultaneous
    conservative consistency of false discovery rates: a unified approach. J R Stat Soc B 66, 187–205.
    """
    n = len(p_values)
    limits = np.arange(1, 20) * 0.05
    n_above = (p_values >= limits[:, np.newaxis]).sum(axis=1)
    estimates = n_above / (n * (1 - limits))
    variance = n_above / (n * (1 - limits)) ** 2 * (1 - n_above / n)
    error = variance + (estimates - np.quantile(estimates, 0.1)) ** 2
    share = min(float(np.min(estimates[error == error.min()])), 1.0)
    return share if share > 0 else 1.0


def _step_up(p: FloatArray, factor: FloatArray) -> FloatArray:
    """Multiply the sorted P by ``factor``; none may exceed that of a larger P."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate((p[order] * factor)[::-1])[::-1], 1.0)
    return adjusted


def _step_down(p: FloatArray, factor: FloatArray) -> FloatArray:
    """Multiply the sorted P by ``factor``; none may be below that of a smaller P."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factor), 1.0)
    return adjusted
