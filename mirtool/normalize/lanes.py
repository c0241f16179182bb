r"""NanoString lanes: background, positive-control factor and content factor, as nSolver takes them.

In order, on the counts :math:`c` of each lane (MAN-C0011-04):

1. *Background*: the limit of a lane is the mean + 2 standard deviations (n − 1) of its negative controls. Counts
   not above it are missing, unless they are kept; then those below it are raised to it (``threshold``). Or it is
   subtracted from all counts (``subtract-threshold``). Controls stay as counted.
2. *Positive controls*: with :math:`g_j` the geometric mean of the lane's positive controls, every count of lane
   :math:`j` is multiplied by :math:`\bar g / g_j`, the arithmetic mean over the lanes over the lane's own.
   The control of 0.125 fM (POS_F) lies below the limit of detection and is left out.
3. *Content*: the same with the geometric mean of reference probes after step 2: the 100 probes with the highest
   mean counts (``top-100``), or the housekeeping genes of the panel (``housekeeping``).

nSolver flags a lane whose positive-control factor lies outside 0.3 to 3, or whose content factor lies outside 0.1
to 10; mirtool does the same. Both ranges are in NACHO's thresholds of nSolver (Canouil et al. 2020). ROSALIND,
which states that it follows nSolver, describes steps 2 and 3 for miRNA panels as they are here.

References
----------
NanoString (2017) Gene Expression Data Analysis Guidelines, MAN-C0011-04. NanoString nSolver 4.0 Analysis Software
User Manual. Canouil M et al. (2020) NACHO: an R package for quality control of NanoString nCounter data.
Bioinformatics 36:970. ROSALIND Knowledge Hub, NanoString nCounter miRNA Expression.
"""

from __future__ import annotations

import re

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.io.registry import FORMATS
from mirtool.model import BoolArray, FloatArray, IntArray, ProbeTable, RawArrays, SampleTable
from mirtool.normalize.between_arrays import NormalizedSignals, ProbeSignals
from mirtool.normalize.methods import LANE_METHODS
from mirtool.normalize.settings import LANE_PRESET, ResolvedSettings
from mirtool.wording import plural

LEAST_CONCENTRATION = 0.5
"""fM: the positive controls of less lie below the limit of detection."""
FEWEST_POSITIVE, FEWEST_HOUSEKEEPING, TOP = 3, 3, 100
POSITIVE_FACTOR_LIMITS, CONTENT_FACTOR_LIMITS = (0.3, 3.0), (0.1, 10.0)
FLAGGED = "nSolver flags "
"""How a remark begins that says which lanes have factors beyond nSolver's limits."""

_POSITIVE = re.compile(r"POS_[A-Z]\s*\((\d+(?:\.\d+)?)\)$", re.IGNORECASE)


def are_lanes(arrays: RawArrays) -> bool:
    """Return True for arrays that are lanes of NanoString."""
    return all(source.format in FORMATS and FORMATS[source.format].lanes for source in arrays.sources)


def check_recipe(arrays: RawArrays, settings: ResolvedSettings) -> None:
    """Refuse a recipe for arrays on lanes, and steps for lanes on arrays.

    Raises
    ------
    UsageError
        Where the preset or a step is for the other kind.
    """
    steps = [step for step in (settings.background, settings.between) if step in LANE_METHODS]
    if steps and not are_lanes(arrays):
        raise UsageError(
            f"{' and '.join(steps)} {'is' if len(steps) == 1 else 'are'} for NanoString lanes (RCC files)",
            found=f"files of the format {arrays.sources[0].format}",
            hint="leave it out: the default recipe is for arrays",
        )
    if are_lanes(arrays) and settings.preset != LANE_PRESET:
        raise UsageError(
            "these are NanoString counts, and the recipe is for arrays",
            parameter="preset",
            found=settings.preset,
            expected=LANE_PRESET,
            hint=f"use {option('preset', LANE_PRESET)}; options for single steps override it, such as "
            f"{option('between', 'housekeeping')}",
        )


def positive_concentrations(probes: ProbeTable) -> FloatArray:
    """Return the concentration of each positive control in fM, NaN for other probes, ``(n_probes,)``."""
    found = map(_POSITIVE.match, probes.name)
    values = np.array([float(own[1]) if own else np.nan for own in found])
    return np.where(is_kind(probes, ProbeKind.POSITIVE_CONTROL), values, np.nan)


def raise_to_threshold(signals: FloatArray, negatives: BoolArray, technical: BoolArray) -> FloatArray:
    """Raise counts below the lane's background limit to it (``threshold``); controls stay as they are.

    Examples
    --------
    >>> counts = np.array([[4.0], [6.0], [8.0], [7.0], [50.0]])
    >>> controls = np.array([True, True, True, False, False])
    >>> raise_to_threshold(counts, controls, controls).ravel()  # limit: 6 + 2 × 2
    array([ 4.,  6.,  8., 10., 50.])
    """
    from mirtool.io.arrays.nanostring import background_limit

    raised = np.maximum(signals, background_limit(signals[negatives]))
    return np.where(technical[:, None] | np.isnan(signals), signals, raised)


def subtract_threshold(signals: FloatArray, negatives: BoolArray, technical: BoolArray) -> FloatArray:
    """Subtract the lane's background limit from counts (``subtract-threshold``); controls stay as they are.

    Examples
    --------
    >>> counts = np.array([[4.0], [6.0], [8.0], [7.0], [50.0]])
    >>> controls = np.array([True, True, True, False, False])
    >>> subtract_threshold(counts, controls, controls).ravel()
    array([ 4.,  6.,  8., -3., 40.])
    """
    from mirtool.io.arrays.nanostring import background_limit

    return np.where(technical[:, None], signals, signals - background_limit(signals[negatives]))


def lane_factors(references: FloatArray) -> FloatArray:
    """Return by what each lane is multiplied: the mean of the lanes' geometric means over the lane's own.

    Parameters
    ----------
    references
        Counts of the reference probes, positive, ``(n_references, n_lanes)``.

    Examples
    --------
    >>> lane_factors(np.array([[1.0, 4.0], [4.0, 16.0]]))  # geometric means 2 and 8, their mean 5
    array([2.5  , 0.625])
    """
    means = np.exp(np.log(references).mean(axis=0))
    return np.asarray(means.mean() / means)


def top_probes(counts: FloatArray, n: int = TOP) -> IntArray:
    """Return the ``n`` rows with the highest mean, of those positive in every lane; ties in their order.

    Examples
    --------
    >>> top_probes(np.array([[1.0, 9.0], [8.0, 8.0], [0.0, 99.0], [7.0, 1.0]]), 2).tolist()
    [1, 0]
    """
    means = np.where((np.nan_to_num(counts) > 0).all(axis=1), counts.mean(axis=1), -np.inf)
    order = np.argsort(-means, kind="stable")[:n]
    return np.asarray(order[np.isfinite(means[order])])


def scale_by_top(signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings) -> NormalizedSignals:
    """Scale by the positive controls and the 100 highest probes; return log2 (``top-100``)."""
    positive, remarks = _positive_factors(signals, samples)
    counts = signals.counting * positive
    chosen = top_probes(counts)
    if len(chosen) < settings.min_factor_probes:
        raise NotEnoughDataError(
            f"{option('between', 'top-100')} needs probes with a count in every lane",
            found=plural(len(chosen), "probe"),
            expected=f"at least {settings.min_factor_probes} ({option('min_factor_probes')})",
            hint=f"let every probe count with {option('probes', 'all')}, or use "
            f"{option('between', 'housekeeping')}",
        )
    words = f"content factor: the {len(chosen)} probes with the highest mean count"
    return _scaled(signals, samples, positive, lane_factors(counts[chosen]), (*remarks, words))


def scale_by_housekeeping(
    signals: ProbeSignals, samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """Scale by the positive controls and the housekeeping genes; return log2 (``housekeeping``)."""
    positive, remarks = _positive_factors(signals, samples)
    own = signals.values[is_kind(signals.probes, ProbeKind.HOUSEKEEPING)] * positive
    references = own[(np.nan_to_num(own) > 0).all(axis=1)]
    if len(references) < FEWEST_HOUSEKEEPING:
        raise NotEnoughDataError(
            f"{option('between', 'housekeeping')} needs housekeeping genes with a count in every lane",
            found=f"{len(references)} of {len(own)}",
            expected=f"at least {FEWEST_HOUSEKEEPING}",
            hint=f"use {option('between', 'top-100')}: serum and vesicles hold little mRNA",
        )
    words = f"content factor: {len(references)} housekeeping genes"
    return _scaled(signals, samples, positive, lane_factors(references), (*remarks, words))


def scale_by_positive(
    signals: ProbeSignals, samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """Scale by the positive controls alone; return log2 (``positive-controls``)."""
    positive, remarks = _positive_factors(signals, samples)
    return _scaled(signals, samples, positive, np.ones(len(positive)), remarks)


def _positive_factors(signals: ProbeSignals, samples: SampleTable) -> tuple[FloatArray, tuple[str, ...]]:
    concentrations = positive_concentrations(signals.probes)
    controls = signals.values[concentrations >= LEAST_CONCENTRATION]
    if len(controls) < FEWEST_POSITIVE:
        raise NotEnoughDataError(
            "this method needs the positive controls of NanoString lanes",
            found=f"{len(controls)} named like POS_A(128)",
            expected=f"at least {FEWEST_POSITIVE} of {LEAST_CONCENTRATION:g} fM or more",
            hint=f"for arrays use {option('between', 'median')} or another method",
        )
    empty = np.flatnonzero(~(np.nan_to_num(controls) > 0).all(axis=0))
    if len(empty):
        raise NotEnoughDataError(
            f"the lane {samples.names[empty[0]]} has positive controls without a count",
            expected=f"a count of every control of {LEAST_CONCENTRATION:g} fM or more",
            hint="the lane failed: take it out of the sample sheet (mirtool qc shows all lanes)",
        )
    factors = lane_factors(controls)
    return factors, tuple(_beyond("positive-control factor", factors, POSITIVE_FACTOR_LIMITS, samples))


def _scaled(
    signals: ProbeSignals,
    samples: SampleTable,
    positive: FloatArray,
    content: FloatArray,
    remarks: tuple[str, ...],
) -> NormalizedSignals:
    flagged = _beyond("content factor", content, CONTENT_FACTOR_LIMITS, samples)
    factors = positive * content
    words = "positive-control factors " + ", ".join(f"{each:.4g}" for each in positive)
    return NormalizedSignals(np.log2(signals.counting * factors), 1 / factors, (*remarks, *flagged, words))


def _beyond(what: str, factors: FloatArray, limits: tuple[float, float], samples: SampleTable) -> list[str]:
    least, most = limits
    outside = [
        f"{name} ({factor:.3g})"
        for name, factor in zip(samples.names, factors, strict=True)
        if not least <= factor <= most
    ]
    return [f"{FLAGGED}a {what} outside {least:g} to {most:g}: {', '.join(outside)}"] if outside else []
