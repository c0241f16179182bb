"""Background: from the foreground of a spot to its signal."""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray


def subtract_background(foreground: FloatArray, background: FloatArray | None) -> FloatArray:
    """Signal of each spot: foreground − background, or the foreground alone where there is no background.

    Parameters
    ----------
    foreground, background
        Linear scanner counts, ``(n_spots, n_arrays)``, NaN missing. ``background`` is None where the
        instrument's file has none; the caller has to say so to the user.

    Returns
    -------
    FloatArray
        A new array of the same shape and unit. Signals may be zero or negative; a spot that lacks either
        intensity is missing.

    Examples
    --------
    >>> subtract_background(np.array([[130.0, 40.0]]), np.array([[100.0, 60.0]]))
    array([[ 30., -20.]])
    """
    if background is None:
        return np.array(foreground, dtype=np.float64, order="C")
    return np.subtract(foreground, background, order="C")
