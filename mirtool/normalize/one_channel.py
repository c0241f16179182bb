"""Between the arrays of one channel: the method asked for, with the probes it needs.

References
----------
Vandesompele J et al. (2002) Accurate normalization of real-time quantitative RT-PCR data by geometric averaging of
multiple internal control genes. Genome Biol 3:research0034 (the geometric mean of reference RNAs).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray, ProbeTable, SampleTable
from mirtool.normalize.between import (
    cyclic_loess_affy,
    cyclic_loess_fast,
    cyclic_loess_pairs,
    scale_medians,
)
from mirtool.normalize.factors import median_factors
from mirtool.normalize.quantiles import normalize_quantiles
from mirtool.normalize.settings import Settings
from mirtool.normalize.shortage import too_few_factor_probes
from mirtool.normalize.spike_in import (
    FEWEST_ARRAYS,
    FEWEST_SPIKE_INS,
    LEAST_CORRELATION,
    fit_spike_in_curves,
)
from mirtool.normalize.vsn import FEWEST_PROBES, fit_vsn

FEWEST_SMALL_RNAS = 3
"""Reference RNAs below which one that changes would decide (Vandesompele et al. 2002 take three at least)."""

_ON_LOG2: dict[str, Callable[[FloatArray], FloatArray]] = {
    "none": np.copy,
    "scale": scale_medians,
    "quantile": normalize_quantiles,
    "cyclic-loess": cyclic_loess_fast,
    "cyclic-loess-affy": cyclic_loess_affy,
    "cyclic-loess-pairs": cyclic_loess_pairs,
}


@dataclass(frozen=True, eq=False)
class ProbeSignals:
    """One signal a probe and array.

    Parameters
    ----------
    probes
        Every probe of the chip, ``n_all``.
    values
        Linear, of whatever sign, ``(n_all, n_arrays)``, NaN missing.
    rows
        The probes that count, ``(n_probes,)``.
    detected
        Those at the cut-off, ``(n_probes, n_arrays)``.
    """

    probes: ProbeTable
    values: FloatArray
    rows: IntArray
    detected: BoolArray

    @property
    def counting(self) -> FloatArray:
        """The signals of the probes that count, those not positive missing."""
        values = self.values[self.rows]
        return np.where(values > 0, values, np.nan)

    def of_kind(self, kind: ProbeKind) -> FloatArray:
        """Return log2 signals of the probes of a kind that are positive on every array, ``(m, n_arrays)``."""
        values = self.values[is_kind(self.probes, kind)]
        return np.asarray(np.log2(values[(np.nan_to_num(values) > 0).all(axis=1)]))


@dataclass(frozen=True, eq=False)
class NormalizedSignals:
    """Normalized log2 signals of the probes that count, each array's factor, and what was fitted, in words."""

    values: FloatArray
    factors: FloatArray
    remarks: tuple[str, ...] = ()


def normalize_between(collapsed: ProbeSignals, samples: SampleTable, settings: Settings) -> NormalizedSignals:
    """Make the arrays comparable by the method asked for.

    Raises
    ------
    NotEnoughDataError
        Where the method lacks probes or arrays, or the spike-ins do not agree on what differs between arrays.
    """
    if settings.between == "median":
        factors = _factors(collapsed, samples, settings)
        return NormalizedSignals(np.log2(collapsed.counting / factors), factors)
    if settings.between == "vsn":
        return _stabilized(collapsed)
    log2 = np.log2(collapsed.counting)
    if settings.between == "small-rna":
        return _by_small_rnas(collapsed, log2)
    if settings.between == "spike-in":
        return _by_spike_ins(collapsed, log2)
    values = _ON_LOG2[settings.between](log2)
    return NormalizedSignals(values, middle_ratio(log2, values))


def middle_ratio(log2: FloatArray, normalized: FloatArray) -> FloatArray:
    """Return each array's median ratio of signal to normalized value, ``(n_arrays,)``; 1 where there is none."""
    change = log2 - normalized
    known = [column[~np.isnan(column)] for column in change.T]
    return np.exp2([float(np.median(column)) if len(column) else 0.0 for column in known])


def _factors(collapsed: ProbeSignals, samples: SampleTable, settings: Settings) -> FloatArray:
    if collapsed.detected.all(axis=1).sum() < settings.min_factor_probes:
        raise too_few_factor_probes(
            collapsed.detected,
            samples.names,
            probes=settings.probes,
            min_intensity=settings.min_intensity,
            min_factor_probes=settings.min_factor_probes,
        )
    return median_factors(collapsed.counting, collapsed.detected)


def _stabilized(collapsed: ProbeSignals) -> NormalizedSignals:
    signals = collapsed.values[collapsed.rows]
    several = int(np.count_nonzero(np.count_nonzero(~np.isnan(signals), axis=1) > 1))
    if several < FEWEST_PROBES:
        raise NotEnoughDataError(
            "--between vsn needs probes that are measured on several arrays",
            found=f"{several} probes on two arrays or more",
            expected=f"at least {FEWEST_PROBES}",
            hint="let more probes count with --probes all, or use --between median",
        )
    fit = fit_vsn(signals)
    values = fit.apply(signals)
    return NormalizedSignals(values, middle_ratio(np.log2(collapsed.counting), values))


def _by_small_rnas(collapsed: ProbeSignals, log2: FloatArray) -> NormalizedSignals:
    references = collapsed.of_kind(ProbeKind.SMALL_RNA)
    if len(references) < FEWEST_SMALL_RNAS:
        raise NotEnoughDataError(
            "--between small-rna needs small RNA controls with a signal on every array",
            found=f"{len(references)} of {np.count_nonzero(is_kind(collapsed.probes, ProbeKind.SMALL_RNA))}",
            expected=f"at least {FEWEST_SMALL_RNAS}",
            hint="tell which probes they are with a [[probe_kinds]] rule in mirtool.toml, or use another method",
        )
    means = references.mean(axis=0)
    return NormalizedSignals(
        log2 - means, np.exp2(means), (f"{len(references)} small RNA controls on every array",)
    )


def _by_spike_ins(collapsed: ProbeSignals, log2: FloatArray) -> NormalizedSignals:
    spike_ins = collapsed.of_kind(ProbeKind.SPIKE_IN)
    n_arrays = log2.shape[1]
    other = "or normalize by another method, such as --between median or quantile"
    if len(spike_ins) < FEWEST_SPIKE_INS:
        raise NotEnoughDataError(
            "--between spike-in needs spike-ins with a signal on every array",
            found=f"{len(spike_ins)} of {np.count_nonzero(is_kind(collapsed.probes, ProbeKind.SPIKE_IN))}",
            expected=f"at least {FEWEST_SPIKE_INS}",
            hint=f"tell which probes they are with a [[probe_kinds]] rule in mirtool.toml, {other}",
        )
    if n_arrays < FEWEST_ARRAYS:
        raise NotEnoughDataError(
            "whether spike-ins can normalize is told by how they go together over the arrays",
            found=f"{n_arrays} arrays",
            expected=f"at least {FEWEST_ARRAYS}",
            hint=other.removeprefix("or "),
        )
    curves = fit_spike_in_curves(spike_ins)
    if curves.correlation < LEAST_CORRELATION:
        raise NotEnoughDataError(
            "the spike-ins do not rise and fall together, so they can't tell how the arrays differ",
            found=f"mean correlation {curves.correlation:.2f} between {len(spike_ins)} spike-ins",
            expected=f"at least {LEAST_CORRELATION:g} (Sewer et al. 2014)",
            hint=f"look at the spike-ins of each array with mirtool qc, {other}",
        )
    values = curves.apply(log2)
    known = log2[~np.isnan(log2)]
    dimmest, brightest = spike_ins.min(), spike_ins.max()
    outside = float(np.mean((known < dimmest) | (known > brightest)))
    remarks = (
        f"{len(spike_ins)} spike-ins, mean correlation {curves.correlation:.2f}",
        f"{100 * outside:.0f} % of the signals lie beyond the spike-ins and are corrected as the nearest one",
    )
    return NormalizedSignals(values, middle_ratio(log2, values), remarks)
