r"""Batch effects subtracted from log2 values, the differences of the groups left as they are; for pictures only.

Each probe is fitted by least squares with a mean per group and an effect per batch, the effects of the batches
that the probe has summing to zero, and the effect of its batch is subtracted from every value:

.. math:: x_{pj} = \mu_{p, g(j)} + \beta_{p, b(j)} + e_{pj}, \quad \sum_b \beta_{pb} = 0, \qquad
          x'_{pj} = x_{pj} - \hat\beta_{p, b(j)}.

It is the method that limma documents for ``removeBatchEffect`` with the groups in its design. A test of such
values takes the estimated effects for known ones and counts degrees of freedom that they have used up, so that it
finds too much; where groups are unequally spread over the batches it may find differences that are not there.

References
----------
Ritchie ME, Phipson B, Wu D, et al. (2015). limma powers differential expression analyses for RNA-sequencing and
microarray studies. Nucleic Acids Res 43, e47.
Nygaard V, Rødland EA, Hovig E (2016). Methods that remove batch effects while retaining group differences may lead
to exaggerated confidence in downstream analyses. Biostatistics 17, 29–39.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.covariates.columns import Covariate
from mirtool.errors import SampleSheetError, option
from mirtool.model import FloatArray, IntArray
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class Corrected:
    """Values without the effects of batches.

    Parameters
    ----------
    values
        log2, ``(n_probes, n_samples)``; NaN missing.
    not_estimable
        The probes, by position, whose missing values leave groups and batches that can't be distinguished; all of
        their values are missing.
    one_batch
        Number of probes that have values in one batch only, which stay as they are.
    """

    values: FloatArray
    not_estimable: IntArray
    one_batch: int


def subtract_batches(values: FloatArray, groups: Covariate | None, batches: Covariate) -> Corrected:
    """Subtract the effects of batches from every probe.

    Parameters
    ----------
    values
        log2, ``(n_probes, n_samples)``, NaN missing.
    groups
        The group of each sample, none missing; None for samples that are one group.
    batches
        The batch of each sample, none missing.
    """
    n_samples = values.shape[1]
    own = np.ones((n_samples, 1)) if groups is None else groups.indicators()
    of_batch = batches.indicators()
    corrected = values.copy()
    present = ~np.isnan(values)
    patterns, which = np.unique(present, axis=0, return_inverse=True)
    failed, one_batch = [], 0
    for pattern, samples in enumerate(patterns):
        rows = np.flatnonzero(which.ravel() == pattern)
        design, effects = _design(own[samples], of_batch[samples])
        if not effects.shape[1]:
            one_batch += len(rows) if samples.any() else 0
            continue
        if np.linalg.matrix_rank(design) < design.shape[1]:
            failed.append(rows)
            corrected[rows] = np.nan
            continue
        chosen = np.ix_(rows, samples)
        coefficients = np.linalg.lstsq(design, values[chosen].T, rcond=None)[0]
        corrected[chosen] -= (effects @ coefficients[-effects.shape[1] :]).T
    return Corrected(
        corrected, np.sort(np.concatenate(failed)) if failed else np.zeros(0, dtype=np.int64), one_batch
    )


def _design(groups: FloatArray, batches: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return means of groups with sum-to-zero effects of batches, and the latter alone; of levels present."""
    groups, batches = groups[:, groups.any(axis=0)], batches[:, batches.any(axis=0)]
    effects = batches[:, :-1] - batches[:, -1:]
    return np.hstack([groups, effects]), effects


def check_estimable(groups: Covariate | None, batches: Covariate, sheet: str = "") -> None:
    """Refuse batches that the samples can't distinguish from the groups.

    Raises
    ------
    SampleSheetError
        Where a group, or several together, are in batches that hold no other group; or there is one batch.
    """
    if len(set(batches.values.tolist())) < 2:
        raise SampleSheetError(
            f"{option('batch')} needs samples of two batches or more",
            path=sheet or None,
            column=batches.name,
            found=f"one batch in {plural(len(batches.values), 'sample')} that has a group and a batch",
        )
    if groups is None:
        return
    design, _ = _design(groups.indicators(), batches.indicators())
    if np.linalg.matrix_rank(design) == design.shape[1]:
        return
    raise SampleSheetError(
        f"the effect of {batches.name!r} can't be distinguished from the group, so it can't be subtracted",
        path=sheet or None,
        column=batches.name,
        found="; ".join(_groups_by_batch(groups, batches)),
        expected="batches that share groups, so that every batch is linked to every other by a group in both",
        hint=f"leave {option('batch')} out; no arithmetic separates what the arrays do not",
    )


def _groups_by_batch(groups: Covariate, batches: Covariate) -> list[str]:
    """Return which groups each batch has, in words, the first batches only."""
    shown = []
    for place, batch in enumerate(batches.levels[:6]):
        own = np.unique(groups.values[batches.values == place]).astype(int).tolist()
        if own:
            shown.append(f"{batch}: {', '.join(groups.levels[i] for i in own)}")
    more = len(batches.levels) - 6
    return [*shown, *([f"{more} more"] if more > 0 else [])]
