"""Too few probes to scale by: how the probes fall short, and what would bring more of them together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray
from mirtool.normalize.factors import detected_everywhere_without


def too_few_factor_probes(
    detected: BoolArray, samples: Sequence[str], *, probes: str, min_intensity: float, min_factor_probes: int
) -> NotEnoughDataError:
    """Build the error that tells how many probes reach the cut-off in how many arrays.

    Parameters
    ----------
    detected
        Which counting probes reach the cut-off, ``(n_probes, n_arrays)``.
    samples
        The arrays' names.
    probes
        Which probes count, one of :data:`mirtool.normalize.selection.PROBE_CHOICES`.
    min_intensity, min_factor_probes
        The cut-off, and how many probes must reach it in all arrays.
    """
    n_probes, n_arrays = detected.shape
    what = "miRNA probes" if probes == "mirna" else "probes"
    in_arrays = detected.sum(axis=1)
    in_all = int((in_arrays == n_arrays).sum())
    found = [f"{n_probes:,} {what} on the chip"]
    found += [
        f"{(in_arrays >= least).sum():,} at {min_intensity:g} or more in at least {least} of {n_arrays} arrays"
        for least in sorted({1, (n_arrays + 1) // 2, n_arrays - 1} - {0, n_arrays})
    ]
    found.append(f"{in_all:,} in all {n_arrays}" if n_arrays > 1 else f"{in_all:,} at {min_intensity:g} or more")
    return NotEnoughDataError(
        f"too few {what} reach {min_intensity:g} in every array to scale the arrays by",
        found=", ".join(found),
        expected=f"at least {min_factor_probes} in all arrays",
        hint="; or ".join(_advice(detected, samples, probes, min_intensity, min_factor_probes)),
    )


def _advice(
    detected: BoolArray, samples: Sequence[str], probes: str, min_intensity: float, min_factor_probes: int
) -> list[str]:
    n_probes, n_arrays = detected.shape
    if n_probes < min_factor_probes and probes == "mirna":
        return ["this chip has hardly any probe with a miRNA name: let every probe count with --probes all"]
    advice = []
    if n_arrays > 1:
        without = detected_everywhere_without(detected)
        worst = int(np.argmax(without))
        if without[worst] > detected.all(axis=1).sum():
            advice.append(
                f"look at array {samples[worst]}, which loses the most probes (without it {without[worst]:,} "
                "would reach the cut-off in all others), and leave it out if it failed"
            )
    advice.append(f"lower the cut-off with --min-intensity (now {min_intensity:g})")
    advice.append("accept fewer probes with --min-factor-probes; the factors then rest on them alone")
    return advice
