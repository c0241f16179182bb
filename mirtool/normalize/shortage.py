"""Too few probes to scale by: how many fall short, and what would give more of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.errors import NotEnoughDataError, option
from mirtool.model import BoolArray
from mirtool.normalize.factors import detected_everywhere_without
from mirtool.normalize.settings import ResolvedSettings


def check_factor_probes(detected: BoolArray, samples: Sequence[str], settings: ResolvedSettings) -> None:
    """Refuse to scale arrays by too few probes.

    Parameters
    ----------
    detected
        Which counting probes reach the cut-off, ``(n_probes, n_arrays)``.
    samples
        The arrays' names.
    settings
        Which probes count, the cut-off, and how many probes must reach it in all arrays.

    Raises
    ------
    NotEnoughDataError
        Where fewer do; it says how many reach the cut-off in how many arrays.
    """
    if detected.all(axis=1).sum() < settings.min_factor_probes:
        raise _too_few_factor_probes(detected, samples, settings)


def _too_few_factor_probes(
    detected: BoolArray, samples: Sequence[str], settings: ResolvedSettings
) -> NotEnoughDataError:
    min_intensity = settings.min_intensity
    n_probes, n_arrays = detected.shape
    what = "miRNA probes" if settings.probes == "mirna" else "probes"
    in_arrays = detected.sum(axis=1)
    in_all = int((in_arrays == n_arrays).sum())
    found = [f"{n_probes:,} {what} on the chip"]
    is_called = settings.detection == "call"
    seen = "detected" if is_called else f"at {min_intensity:g} or more"
    found += [
        f"{(in_arrays >= least).sum():,} {seen} in at least {least} of {n_arrays} arrays"
        for least in sorted({1, (n_arrays + 1) // 2, n_arrays - 1} - {0, n_arrays})
    ]
    found.append(f"{in_all:,} in all {n_arrays}" if n_arrays > 1 else f"{in_all:,} {seen}")
    reached = "are detected" if is_called else f"reach {min_intensity:g}"
    return NotEnoughDataError(
        f"too few {what} {reached} in every array to scale the arrays by",
        found=", ".join(found),
        expected=f"at least {settings.min_factor_probes} in all arrays",
        hint="; or ".join(_advice(detected, samples, settings)),
    )


def _advice(detected: BoolArray, samples: Sequence[str], settings: ResolvedSettings) -> list[str]:
    n_probes, n_arrays = detected.shape
    if n_probes < settings.min_factor_probes and settings.probes == "mirna":
        return [f"few probes have a miRNA name: let every probe count with {option('probes', 'all')}"]
    advice = []
    if n_arrays > 1:
        without = detected_everywhere_without(detected)
        worst = int(np.argmax(without))
        if without[worst] > detected.all(axis=1).sum():
            advice.append(
                f"look at array {samples[worst]}, which loses the most probes (without it {without[worst]:,} "
                "would reach the cut-off in all others), and leave it out if it failed"
            )
    if settings.detection == "call":
        advice.append(f"detect by a cut-off with {option('min_intensity')} instead of the files' own call")
    else:
        advice.append(f"lower the cut-off with {option('min_intensity')} (now {settings.min_intensity:g})")
    advice.append(f"accept fewer probes with {option('min_factor_probes')}; the factors then depend on these few")
    return advice
