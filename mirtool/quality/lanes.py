"""NanoString lanes as nSolver judges them: imaging, binding density, linearity, limit of detection, factors.

*Limits*, as NanoString states them (MAN-C0011-04; its R package NanoStringNCTools, ``setQCFlags``):

- imaging: 75 % of the fields of view or more were counted;
- binding density: 0.1 to 2.25 barcodes per square micrometer, on a SPRINT 0.1 to 1.8; for MAX, FLEX and PRO others
  state 0.05 as the lower limit (NanoStringQCPro; NACHO, after NanoString's present knowledge base);
- linearity: r² of the log2 counts of the positive controls over the log2 of their concentrations is 0.95 or more.
  The control of 0.125 fM lies below the limit of detection and is left out, as in NanoStringNCTools;
- limit of detection: the positive control of 0.5 fM (POS_E) is not below the mean + 2 standard deviations of the
  negative controls;
- the positive-control factor lies within 0.3 to 3: the knowledge base says that nSolver warns where the geometric
  mean is more than threefold from the mean of all lanes.

A SPRINT is recognized by a P as the fifth character of its scanner's number. NanoString states no limit for the
ligation controls of miRNA panels. Here one that is not above the mean + 2 standard deviations of the negative
controls is to be checked (our choice).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.io.arrays.nanostring import background_limit
from mirtool.model import BoolArray, FloatArray, RawArrays
from mirtool.normalize.lanes import (
    FEWEST_POSITIVE,
    LEAST_CONCENTRATION,
    POSITIVE_FACTOR_LIMITS,
    are_lanes,
    lane_factors,
    positive_concentrations,
)
from mirtool.quality.report import Finding, LaneMeasures, Verdict

LEAST_FIELDS, LEAST_R_SQUARED = 75.0, 0.95
LEAST_DENSITY, MOST_DENSITY, MOST_DENSITY_SPRINT = 0.1, 2.25, 1.8


def measure_lanes(arrays: RawArrays) -> LaneMeasures | None:
    """Measure what nSolver judges; None where the arrays are not lanes."""
    if not are_lanes(arrays):
        return None
    headers = [source.header for source in arrays.sources]
    counted, fields, density = (
        np.array([float(header[key]) for header in headers])
        for key in ("FovCounted", "FovCount", "BindingDensity")
    )
    counts = next(iter(arrays.channels.values())).foreground
    concentrations = positive_concentrations(arrays.probes)
    chosen = concentrations >= LEAST_CONCENTRATION
    controls = counts[chosen]
    nothing = np.full(len(headers), np.nan)
    lowest = counts[concentrations == LEAST_CONCENTRATION]
    ligation = counts[[name.upper().startswith("LIG_POS") for name in arrays.probes.name]]
    positive = nothing
    if len(controls) and (controls > 0).all():
        positive = lane_factors(controls)
    return LaneMeasures(
        fields_counted=100 * counted / fields,
        binding_density=density,
        is_sprint=np.array([header.get("ScannerID", "")[4:5].upper() == "P" for header in headers]),
        r_squared=_r_squared(np.log2(concentrations[chosen]), np.log2(np.maximum(controls, 0.5))),
        limit=background_limit(counts[is_kind(arrays.probes, ProbeKind.NEGATIVE_CONTROL)]),
        lowest_control=lowest.max(axis=0) if len(lowest) else nothing,
        positive_factor=positive,
        ligation=ligation.min(axis=0) if len(ligation) else nothing,
    )


def _r_squared(x: FloatArray, values: FloatArray) -> FloatArray:
    """Return r² of each column with ``x``; NaN with fewer than three points, 0 where nothing varies."""
    if len(x) < FEWEST_POSITIVE:
        return np.full(values.shape[1], np.nan)
    dx, dy = x - x.mean(), values - values.mean(axis=0)
    below = (dx @ dx) * np.sum(dy**2, axis=0)
    return np.asarray(np.divide((dx @ dy) ** 2, below, out=np.zeros(len(below)), where=below > 0))


def lane_findings(lanes: LaneMeasures) -> Iterator[Finding]:
    """Return what nSolver would flag on each lane, and ligation controls that are not seen."""
    least, most = POSITIVE_FACTOR_LIMITS
    densest = np.where(lanes.is_sprint, MOST_DENSITY_SPRINT, MOST_DENSITY)
    background = "(mean + 2 SD of the negative controls)"
    control = f"its control of {LEAST_CONCENTRATION:g} fM"
    detection = f"{control} has {{value:,.0f}} counts, below {{limit:,.1f}} {background}"
    checks: tuple[tuple[str, FloatArray, Any, BoolArray, str], ...] = (
        (
            "imaging", lanes.fields_counted, LEAST_FIELDS, lanes.fields_counted < LEAST_FIELDS,
            "{value:.0f} % of its fields of view were counted, below {limit:g} %",
        ),
        (
            "binding density", lanes.binding_density, LEAST_DENSITY, lanes.binding_density < LEAST_DENSITY,
            "its binding density is {value:g}, below {limit:g}: there is little RNA",
        ),
        (
            "binding density", lanes.binding_density, densest, lanes.binding_density > densest,
            "its binding density is {value:g}, above {limit:g}: barcodes overlap and are not counted",
        ),
        (
            "linearity", lanes.r_squared, LEAST_R_SQUARED, lanes.r_squared < LEAST_R_SQUARED,
            "its positive controls do not follow their concentrations (r² {value:.3f}, below {limit:g})",
        ),
        (
            "limit of detection", lanes.lowest_control, lanes.limit, lanes.lowest_control < lanes.limit,
            detection,
        ),
        (
            "positive-control factor", lanes.positive_factor, least, lanes.positive_factor < least,
            "its positive-control factor is {value:.3g}, below {limit:g}",
        ),
        (
            "positive-control factor", lanes.positive_factor, most, lanes.positive_factor > most,
            "its positive-control factor is {value:.3g}, above {limit:g}",
        ),
        (
            "ligation", lanes.ligation, lanes.limit, lanes.ligation <= lanes.limit,
            f"a positive ligation control has {{value:,.0f}} counts, not above {{limit:,.1f}} {background}",
        ),
    )  # fmt: skip
    for check, values, limits, failed, text in checks:
        for lane, limit in enumerate(np.broadcast_to(limits, values.shape)):
            if failed[lane]:
                value = float(values[lane])
                words = text.format(value=value, limit=float(limit))
                yield Finding(lane, check, Verdict.CHECK, value, float(limit), words)
