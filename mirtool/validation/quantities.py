"""From Ct to relative amounts: against the reference genes, corrected for the efficiency where it is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.errors import UsageError
from mirtool.io.arrays.ct_efficiency import DOUBLING
from mirtool.model import FloatArray, IntArray
from mirtool.wording import did_you_mean


def choose_references(targets: Sequence[str], names: Sequence[str]) -> IntArray:
    """Find the reference genes among the targets.

    Raises
    ------
    UsageError
        Where none is named, one is not among the targets, or all targets are references.
    """
    if not names:
        raise UsageError(
            "no reference gene was named",
            parameter="reference",
            expected="one or several of " + ", ".join(targets[:12]),
            hint="ΔCt is taken against it; for serum exosomes candidates are hsa-miR-103a-3p and hsa-let-7a-5p, "
            "or a spiked-in cel-miR-39",
        )
    for name in names:
        if name not in targets:
            raise UsageError(
                f"the reference gene {name!r} is not among the targets of the Ct table",
                expected="one of " + ", ".join(targets[:12]),
                hint=did_you_mean(name, targets),
            )
    rows = np.array([targets.index(name) for name in dict.fromkeys(names)], dtype=np.int64)
    if len(rows) == len(targets):
        raise UsageError(
            "every target of the Ct table is a reference gene",
            found=", ".join(names),
            expected="at least one target to be measured against them",
        )
    return rows


def log2_amounts(ct: FloatArray, efficiency: FloatArray) -> FloatArray:
    """Return the log2 of the starting amount, up to a constant of each target: −Ct · log2 E."""
    return -ct * np.log2(efficiency)[:, np.newaxis]


def log2_quantities(ct: FloatArray, references: IntArray, efficiency: FloatArray | None = None) -> FloatArray:
    """Return log2 amounts relative to the reference genes: −ΔCt where the product doubles every cycle.

    Parameters
    ----------
    ct
        Cycles, ``(n_targets, n_samples)``, NaN missing.
    references
        Rows of the reference genes. Their log2 amounts are averaged (with an efficiency of 2: the arithmetic mean
        of their Ct), which is the geometric mean of their amounts (Vandesompele 2002). A sample that lacks one of
        them is missing throughout: another mean would represent another amount.
    efficiency
        Amplification factor of each target (Pfaffl 2001), ``(n_targets,)``; 2 throughout if not given.

    References
    ----------
    Livak KJ, Schmittgen TD (2001). Analysis of relative gene expression data using real-time quantitative PCR and
    the 2^(−ΔΔC(T)) method. Methods 25, 402–408.
    Pfaffl MW (2001). A new mathematical model for relative quantification in real-time RT-PCR. Nucleic Acids Res
    29, e45.

    Examples
    --------
    >>> log2_quantities(np.array([[25.0, 27.0], [20.0, 21.0]]), np.array([1]))
    array([[-5., -6.],
           [ 0.,  0.]])
    """
    amounts = log2_amounts(ct, np.full(len(ct), DOUBLING) if efficiency is None else efficiency)
    return np.asarray(amounts - amounts[references].mean(axis=0) + 0.0)
