"""Between two-color arrays: making M and A of different arrays comparable.

Each function takes M and A of the probes, ``(n_probes, n_arrays)``, NaN missing, and gives both anew. The channels
behind them are A + M/2, the numerator, and A − M/2.

References
----------
Yang YH, Thorne NP (2003) Normalization for two-color cDNA microarray data. IMS Lecture Notes 40:403-418 (quantiles
of the channels, of A, of one channel, of groups). Smyth GK, Speed T (2003) Normalization of cDNA microarray data.
Methods 31:265-273 (scale).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.model import FloatArray
from mirtool.normalize.between import scale_medians
from mirtool.normalize.quantiles import normalize_quantiles, normalize_quantiles_by_group

MA = tuple[FloatArray, FloatArray]


def scale_ratios(m: FloatArray, a: FloatArray) -> MA:
    """Return the log ratios of all arrays one spread, and A one median."""
    return scale_medians(m), scale_medians(a)


def quantiles_of_channels(m: FloatArray, a: FloatArray) -> MA:
    """Return both channels of all arrays the same distribution (``quantile``)."""
    return _of_channels(normalize_quantiles(np.hstack([a + m / 2, a - m / 2])))


def quantiles_of_groups(m: FloatArray, a: FloatArray, groups: Sequence[str]) -> MA:
    """Return the channels that hold one group the same distribution (``Tquantile``).

    Parameters
    ----------
    m, a
        ``(n_probes, n_arrays)``.
    groups
        What the numerator of each array holds, then what its denominator does; twice ``n_arrays``.
    """
    return _of_channels(normalize_quantiles_by_group(np.hstack([a + m / 2, a - m / 2]), groups))


def quantiles_of_a(m: FloatArray, a: FloatArray) -> MA:
    """Return A of all arrays the same distribution; M stays (``Aquantile``)."""
    return m, normalize_quantiles(a)


def quantiles_of_numerator(m: FloatArray, a: FloatArray) -> MA:
    """Return the numerators of all arrays the same distribution; M stays, A moves with them."""
    return m, normalize_quantiles(a + m / 2) - m / 2


def quantiles_of_denominator(m: FloatArray, a: FloatArray) -> MA:
    """Return the denominators of all arrays the same distribution; M stays, A moves with them."""
    return m, normalize_quantiles(a - m / 2) + m / 2


def _of_channels(log2: FloatArray) -> MA:
    numerator, denominator = np.hsplit(log2, 2)
    return numerator - denominator, (numerator + denominator) / 2
