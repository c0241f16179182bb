"""Serum and plasma: whether miRNAs of blood cells or of the liver have come into the sample. Indications only.

**Hemolysis.** miR-451a comes from red blood cells, miR-23a-3p is hardly touched by hemolysis. By qPCR their
difference Cq(miR-23a-3p) − Cq(miR-451a) is below 5 in good samples, above 5 a warning and above 7 to 8 a high risk
of hemolysis (Blondal 2013). On an array the like of it is log2(miR-451a) − log2(miR-23a-3p). Two capture probes
differ in how well they bind, so its zero is another and **the thresholds for qPCR do not hold for it**. What does
carry over is the difference between two arrays of one study: one unit is a doubling either way. So each sample is
held against the median of the arrays, and a hemolysis that all of them share does not show.

**Cells.** The markers of a source go up together when its cells, or what they leave behind, come into the sample.
They also differ between patients and with disease, so a sample is only said to be out: twofold or more (our
choice; Kirschner 2013 takes twofold too) above the median of the arrays in the mean of the markers. Only
measurement before the assay (absorbance at 414 nm, platelet counts, a second spin) can tell.

References
----------
Blondal, T. et al. (2013). Assessing sample and miRNA profile quality in serum and plasma or other biofluids.
Methods 59, S1–S6.
Shah, J. S., Soon, P. S. & Marsh, D. J. (2016). Comparison of methodologies to detect low levels of hemolysis in
serum for accurate assessment of serum microRNAs. PLoS ONE 11, e0153200 (the same ratio, 5 and 7).
Pritchard, C. C. et al. (2012). Blood cell origin of circulating microRNAs: a cautionary note for cancer biomarker
studies. Cancer Prev. Res. 5, 492–497 (red cells: miR-451, -16, -92a, -486-5p; lymphocytes: miR-150; miR-122 in no
blood cell).
Kirschner, M. B. et al. (2013). The impact of hemolysis on cell-free microRNA biomarkers. Front. Genet. 4, 94.
Willeit, P. et al. (2013). Circulating microRNAs as novel biomarkers for platelet activation. Circ. Res. 112,
595–600 (miR-223, -191, -126).
Mitchell, A. J. et al. (2016). Platelets confound the measurement of extracellular miRNA in archived plasma. Sci.
Rep. 6, 32651.
Wang, K. et al. (2009). Circulating microRNAs, potential biomarkers for drug-induced liver injury. PNAS 106,
4402–4407 (miR-122).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from mirtool.annotation.mirna_names import MirnaNames
from mirtool.model import BoolArray, FloatArray, ProbeTable
from mirtool.normalize.detection import detected_signals
from mirtool.quality.comparison import row_medians
from mirtool.quality.report import Indications

TWOFOLD = 1.0
"""log2 above the median of the arrays from which a sample is said to be out."""

HEMOLYSIS = ("miR-451a", "miR-23a-3p")
"""The red cells' miRNA, and the one that stays."""

MARKERS: Mapping[str, tuple[str, ...]] = {
    "red blood cells": ("miR-451a", "miR-16-5p", "miR-92a-3p", "miR-486-5p"),
    "platelets": ("miR-223-3p", "miR-191-5p", "miR-126-3p"),
    "lymphocytes": ("miR-150-5p",),
    "liver": ("miR-122-5p",),
}
"""Sources of miRNAs that do not belong into serum or plasma, each with its markers."""

_WANTED = frozenset({marker for markers in MARKERS.values() for marker in markers}.union(HEMOLYSIS))

OTHER_NAMES: Mapping[str, str] = {
    "miR-126a-3p": "miR-126-3p",
    "miR-451-5p": "miR-451a",
    "miR-486a-5p": "miR-486-5p",
    "miR-486b-5p": "miR-486-5p",
}
"""Markers whose name in mouse or rat is another, as the same sequence."""


def indications(
    probes: ProbeTable, signals: FloatArray, levels: FloatArray, min_intensity: float
) -> Indications | None:
    """Look for the marks of hemolysis and of cells.

    Parameters
    ----------
    probes
        The probes, of any kind; a marker is recognized by its name, whatever the species, also as part of a slash
        name.
    signals
        Collapsed signals, linear, ``(n_probes, n_arrays)``, NaN missing. A signal below the cut-off counts as the
        cut-off: what differs down there is noise. Several probes of a marker are averaged.
    levels
        log2 of each array's scaling factor, ``(n_arrays,)``.
    min_intensity
        The cut-off, counts.

    Returns
    -------
    Indications or None
        None where no marker reaches the cut-off on any array. The hemolysis index is missing on an array where
        neither of its miRNAs does.
    """
    seen = detected_signals(signals, min_intensity)
    floored = np.log2(np.maximum(signals, max(min_intensity, 1.0))) - levels
    measured = _marker_levels(probes, floored, seen)
    red, kept = (measured.get(name) for name in HEMOLYSIS)
    seen_on = seen[[row for row, name in enumerate(probes.name) if marker_of(name) in HEMOLYSIS]].any(axis=0)
    found = {source: [name for name in names if name in measured] for source, names in MARKERS.items()}
    found = {source: names for source, names in found.items() if names}
    if not found:
        return None
    excess = []
    for names in found.values():
        levels = np.array([measured[name] for name in names])
        excess.append(_mean(levels - row_medians(levels)[:, None]))
    return Indications(
        hemolysis=None if red is None or kept is None else np.where(seen_on, red - kept, np.nan),
        sources=tuple(found),
        markers=tuple(tuple(names) for names in found.values()),
        excess=np.array(excess),
    )


def unseen_markers(probes: ProbeTable, signals: FloatArray, min_intensity: float) -> tuple[str, ...]:
    """Return the miRNAs of the hemolysis index that are not on the chip, or below the cut-off on all arrays."""
    measured = _marker_levels(probes, signals, detected_signals(signals, min_intensity))
    return tuple(name for name in HEMOLYSIS if name not in measured)


def marker_of(name: str) -> str | None:
    """Return the marker that a probe's name represents, by its current name; None for any other probe.

    Examples
    --------
    >>> marker_of("mmu-miR-451"), marker_of("hsa-miR-92a-3p/mmu-miR-92a-3p"), marker_of("hsa-miR-451b")
    ('miR-451a', 'miR-92a-3p', None)
    """
    for mature in _mirna_names().resolve(name).known_matures:
        short = mature.name.partition("-")[2]
        short = OTHER_NAMES.get(short, short)
        if short in _WANTED:
            return short
    return None


@cache
def _mirna_names() -> MirnaNames:
    return MirnaNames(species="hsa")  # a name without a species is looked up as a human one


def _marker_levels(probes: ProbeTable, normalized: FloatArray, seen: BoolArray) -> dict[str, FloatArray]:
    """Return the level of each marker that is seen on some array, ``(n_arrays,)``."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(probes.name):
        marker = marker_of(name)
        if marker is not None:
            rows.setdefault(marker, []).append(row)
    return {marker: _mean(normalized[found]) for marker, found in rows.items() if seen[found].any()}


def _mean(values: FloatArray) -> FloatArray:
    """Mean over the rows, missing values left out."""
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    total = np.where(present, values, 0.0).sum(axis=0)
    mean: FloatArray = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return mean
