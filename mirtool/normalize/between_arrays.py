"""Between the arrays of one channel: the methods that need more than log2 signals, with what they need.

``BETWEEN_METHODS`` in :mod:`mirtool.normalize.methods` lists every method; :mod:`mirtool.normalize.between`,
:mod:`mirtool.normalize.quantiles`, :mod:`mirtool.normalize.vsn` and :mod:`mirtool.normalize.spike_in` hold the
kernels.

References
----------
Vandesompele J et al. (2002) Accurate normalization of real-time quantitative RT-PCR data by geometric averaging of
multiple internal control genes. Genome Biol 3:research0034 (the geometric mean of reference RNAs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError, option
from mirtool.model import BoolArray, FloatArray, IntArray, ProbeTable, SampleTable
from mirtool.normalize.factors import median_factors
from mirtool.normalize.median_polish import polish_replicates
from mirtool.normalize.methods import BETWEEN_METHODS, BetweenMethod
from mirtool.normalize.replicates import ReplicateGroups
from mirtool.normalize.settings import ResolvedSettings
from mirtool.normalize.shortage import check_factor_probes
from mirtool.normalize.spike_in import (
    FEWEST_ARRAYS,
    FEWEST_SPIKE_INS,
    LEAST_CORRELATION,
    fit_spike_in_curves,
)
from mirtool.normalize.vsn import FEWEST_PROBES, fit_vsn
from mirtool.stats.reference_stability import GenormRanking, Stability

FEWEST_SMALL_RNAS = 3
"""Reference RNAs below which one that changes would decide (Vandesompele et al. 2002 take three at least)."""


@dataclass(frozen=True, eq=False)
class SpotsToPolish:
    """The log2 signals of the spots, from which the values of the probes are yet to be made.

    Parameters
    ----------
    log2
        ``(n_spots, n_arrays)``, NaN missing.
    groups
        The spots of each probe.
    counting
        Spots of the probes that count, ``(n_spots,)``.
    """

    log2: FloatArray
    groups: ReplicateGroups
    counting: BoolArray


@dataclass(frozen=True, eq=False)
class ProbeSignals:
    """One signal per probe and array.

    Parameters
    ----------
    probes
        Every probe of the chip, ``n_all``.
    values
        Linear, of either sign, ``(n_all, n_arrays)``, NaN missing.
    rows
        The probes that count, ``(n_probes,)``.
    detected
        Those at the cut-off, ``(n_probes, n_arrays)``.
    spots
        The spots, where each probe is summarized by median polish after the arrays are made comparable.
    """

    probes: ProbeTable
    values: FloatArray
    rows: IntArray
    detected: BoolArray
    spots: SpotsToPolish | None = None

    @property
    def counting(self) -> FloatArray:
        """The signals of the probes that count, those not positive missing."""
        values = self.values[self.rows]
        values[~(values > 0)] = np.nan
        return values

    @property
    def log2(self) -> FloatArray:
        """log2 of :attr:`counting`."""
        values = self.counting
        return np.log2(values, out=values)

    @property
    def known(self) -> BoolArray:
        """Where :attr:`log2` is not missing."""
        return self.values[self.rows] > 0

    def of_kind(self, kind: ProbeKind) -> FloatArray:
        """Return log2 signals of the probes of a kind that are positive on every array, ``(m, n_arrays)``."""
        values = self.values[is_kind(self.probes, kind)]
        return np.asarray(np.log2(values[(np.nan_to_num(values) > 0).all(axis=1)]))


@dataclass(frozen=True, eq=False)
class References:
    """The assays of a panel against which the others are taken.

    Parameters
    ----------
    rows
        Which they are, as rows of :attr:`ProbeSignals.probes`.
    words
        How they were chosen, in words.
    candidates
        Those that they were chosen from, as rows, the most stable first; None where nothing was ranked.
    stability
        The stability of these candidates, in their order.
    genorm
        geNorm's ranking, where it decided.
    """

    rows: IntArray
    words: str
    candidates: IntArray | None = None
    stability: Stability | None = None
    genorm: GenormRanking | None = None


@dataclass(frozen=True, eq=False)
class NormalizedSignals:
    """What a method between arrays makes of the probes that count.

    Parameters
    ----------
    values
        log2 signals, or log2 ratios of two channels, ``(n_probes, n_arrays)``, NaN missing.
    factors
        What each array was divided by, ``(n_arrays,)``.
    remarks
        What was fitted, in words.
    average
        A of the probes where the values are ratios, same shape as ``values``.
    references
        Against which assays the values of a panel are; None for arrays.
    """

    values: FloatArray
    factors: FloatArray
    remarks: tuple[str, ...] = ()
    average: FloatArray | None = None
    references: References | None = None


def normalize_signals(
    signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Make the arrays comparable by the method asked for.

    Raises
    ------
    NotEnoughDataError
        Where the method lacks probes or arrays, or the spike-ins do not agree on what differs between arrays.
    """
    method = cast(BetweenMethod, BETWEEN_METHODS[settings.between])
    if method.step:
        normalized: NormalizedSignals = method.load_step()(signals, samples, settings)
        return normalized
    log2 = np.log2(signals.counting)
    if signals.spots is None:
        values = method.load()(log2)
    else:
        values = _polished(signals.spots, method)[signals.rows]
    return NormalizedSignals(values, middle_ratio(log2, values))


def _polished(spots: SpotsToPolish, method: BetweenMethod) -> FloatArray:
    """Make the arrays comparable spot by spot, then summarize the spots of each probe by median polish."""
    comparable = np.full(spots.log2.shape, np.nan)
    comparable[spots.counting] = method.load()(spots.log2[spots.counting])
    return polish_replicates(comparable, spots.groups)


def middle_ratio(log2: FloatArray, normalized: FloatArray) -> FloatArray:
    """Return each array's median ratio of signal to normalized value, ``(n_arrays,)``; 1 where there is none."""
    change = log2 - normalized
    known = [column[~np.isnan(column)] for column in change.T]
    return np.exp2([float(np.median(column)) if len(column) else 0.0 for column in known])


def divide_by_factors(
    signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Signal / the array's median over the probes detected in all arrays, as log2 (``median``)."""
    check_factor_probes(signals.detected, samples.names, settings)
    values = signals.counting
    factors = median_factors(values, signals.detected)
    values /= factors
    return NormalizedSignals(np.log2(values, out=values), factors)


def stabilize_variance(
    collapsed: ProbeSignals, _samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """Return generalized log2 signals (``vsn``)."""
    signals = collapsed.values[collapsed.rows]
    several = int(np.count_nonzero(np.count_nonzero(~np.isnan(signals), axis=1) > 1))
    if several < FEWEST_PROBES:
        raise NotEnoughDataError(
            f"{option('between', 'vsn')} needs probes that are measured on several arrays",
            found=f"{several} probes on two arrays or more",
            expected=f"at least {FEWEST_PROBES}",
            hint=f"let more probes count with {option('probes', 'all')}, or use {option('between', 'median')}",
        )
    fit = fit_vsn(signals)
    values = fit.apply(signals)
    return NormalizedSignals(values, middle_ratio(np.log2(collapsed.counting), values))


def subtract_small_rnas(
    collapsed: ProbeSignals, _samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """log2 signal less the mean of the small RNA controls (``small-rna``)."""
    log2 = np.log2(collapsed.counting)
    references = collapsed.of_kind(ProbeKind.SMALL_RNA)
    if len(references) < FEWEST_SMALL_RNAS:
        raise NotEnoughDataError(
            f"{option('between', 'small-rna')} needs small RNA controls with a signal on every array",
            found=f"{len(references)} of {np.count_nonzero(is_kind(collapsed.probes, ProbeKind.SMALL_RNA))}",
            expected=f"at least {FEWEST_SMALL_RNAS}",
            hint="name these probes with a [[probe_kinds]] rule in mirtool.toml, or use another method",
        )
    means = references.mean(axis=0)
    return NormalizedSignals(
        log2 - means, np.exp2(means), (f"{len(references)} small RNA controls on every array",)
    )


def subtract_spike_in_curves(
    collapsed: ProbeSignals, _samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """log2 signal less a curve through the array's spike-ins (``spike-in``)."""
    log2 = np.log2(collapsed.counting)
    spike_ins = collapsed.of_kind(ProbeKind.SPIKE_IN)
    n_arrays = log2.shape[1]
    other = f"or normalize by another method, such as {option('between', 'median')} or quantile"
    if len(spike_ins) < FEWEST_SPIKE_INS:
        raise NotEnoughDataError(
            f"{option('between', 'spike-in')} needs spike-ins with a signal on every array",
            found=f"{len(spike_ins)} of {np.count_nonzero(is_kind(collapsed.probes, ProbeKind.SPIKE_IN))}",
            expected=f"at least {FEWEST_SPIKE_INS}",
            hint=f"name these probes with a [[probe_kinds]] rule in mirtool.toml, {other}",
        )
    if n_arrays < FEWEST_ARRAYS:
        raise NotEnoughDataError(
            "too few arrays to test whether the spike-ins rise and fall together",
            found=f"{n_arrays} arrays",
            expected=f"at least {FEWEST_ARRAYS}",
            hint=other.removeprefix("or "),
        )
    curves = fit_spike_in_curves(spike_ins)
    if curves.correlation < LEAST_CORRELATION:
        raise NotEnoughDataError(
            "the spike-ins do not rise and fall together, so they can't show how the arrays differ",
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
