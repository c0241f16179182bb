"""What a normalization counts, and what it notes of it in the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from mirtool.model import BoolArray, IntArray, ProbeTable, RawArrays, TextArray
from mirtool.normalize.channels import CountingSpots, ProbeValues
from mirtool.normalize.flags import count_flags
from mirtool.normalize.imputation import NEIGHBORS
from mirtool.normalize.report import Counts, NormalizationReport, RatioReport, per_array
from mirtool.normalize.selection import ids_with_several_names
from mirtool.normalize.settings import ResolvedSettings

CEILING = 65535
"""The highest count of a 16-bit scanner."""
_PLAIN = str.maketrans("−×", "-x")


def choice_fields(settings: ResolvedSettings, channels: Sequence[str]) -> dict[str, Any]:
    """Return the fields of the report that say what was asked for; ``channels`` are those in use, one or two."""
    return {
        "preset": settings.recipe,
        "channel": "/".join(channels),
        "flag_rule": settings.flags,
        "flag_weight": settings.flag_weight,
        "within": settings.within,
        "replicates": settings.replicates,
        "replicate_scale": settings.replicate_scale,
        "between": settings.between,
        "imputation": settings.impute,
        "min_intensity": settings.min_intensity,
        "keep": settings.keep,
        "keep_share": settings.keep_share,
        "probe_choice": settings.probes,
    }


def chip_fields(probes: ProbeTable, counting: CountingSpots) -> dict[str, Any]:
    """Return the fields of the report that count what the chip has; all arrays have the same spots."""
    groups = counting.groups
    return {
        "spots": len(probes),
        "spots_without_id": int(np.count_nonzero(groups.probe_of < 0)),
        "several_names": ids_with_several_names(probes, groups),
        "probes_by_kind": _tally_text(probes.kind[groups.first]),
        "counting_spots": int(np.count_nonzero(counting.mask & (groups.probe_of >= 0))),
    }


def array_tallies(arrays: RawArrays, channels: Sequence[str]) -> dict[str, Counts | None]:
    """Count what each array holds; what is saturated in one of ``channels`` is saturated."""
    used = [arrays.channels[name] for name in channels]
    saturated = [channel.saturated > 0 for channel in used if channel.saturated is not None]
    ceiling = [(channel.foreground >= CEILING) & (not channel.processed) for channel in used]
    return {
        "saturated": per_array(np.logical_or.reduce(saturated)) if len(saturated) == len(used) else None,
        "at_ceiling": per_array(np.logical_or.reduce(ceiling)),
    }


def is_background_subtracted(arrays: RawArrays, channels: Sequence[str]) -> bool:
    """Return True where every channel has a background, or its signals are without."""
    used = [arrays.channels[name] for name in channels]
    return all(channel.background is not None or channel.processed for channel in used)


def flag_tallies(arrays: RawArrays) -> dict[int, Counts] | None:
    """Count the spots of each array that carry each negative flag; None where the files have no flags."""
    if arrays.flags is None:
        return None
    return {flag: tuple(counts.tolist()) for flag, counts in count_flags(arrays.flags).items()}


def probe_fields(values: ProbeValues[Any], sizes: IntArray, kept: BoolArray, imputed: BoolArray) -> dict[str, Any]:
    """Return the fields that count the probes.

    Parameters
    ----------
    values
        The probes that count.
    sizes
        Replicate spots that each of them has, ``(n_probes,)``.
    kept
        Which of them are in the result, ``(n_probes,)``.
    imputed
        Values of the result that were filled in, ``(n_kept, n_arrays)``.
    """
    detected = values.before.detected
    return {
        "probes_by_replicates": _tally(sizes),
        "counting_probes": len(sizes),
        "on_one_spot": per_array((values.spots == 1) & (sizes > 1)[:, None]),
        "detected": per_array(detected),
        "factor_probes": int(detected.all(axis=1).sum()),
        "kept": int(kept.sum()),
        "imputed": per_array(imputed),
        "missing": per_array(values.missing),
        "non_positive": per_array(values.non_positive),
        "non_positive_spots": values.non_positive_spots,
    }


def _tally(numbers: IntArray) -> dict[int, int]:
    """Count each number, in rising order."""
    values, counts = np.unique(numbers, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _tally_text(labels: TextArray) -> dict[str, int]:
    """Count each label, the most frequent first, ties by the alphabet."""
    return dict(sorted(Counter(labels).items(), key=lambda item: (-item[1], item[0])))


def spot_notes(report: NormalizationReport) -> list[str]:
    """Return what was done to spots, as lines of a matrix's history."""
    notes = [f"signal: {report.signal.translate(_PLAIN)}", f"flags: {report.flag_rule}"]
    if report.flag_weight is not None:
        notes.append(f"flag weight: {report.flag_weight:g}")
    if report.within != "none":
        notes.append(f"within arrays: {report.within}")
    if report.replicates == "median-polish":
        return [*notes, f"between arrays: {report.between}, spot by spot", "replicates: median polish of log2"]
    # Log ratios are always collapsed as such.
    of_logarithms = report.replicate_scale == "log" and not isinstance(report, RatioReport)
    notes.append(f"replicates: {report.replicates}{' of log2' if of_logarithms else ''}")
    return notes


def array_notes(report: NormalizationReport) -> list[str]:
    """Return what was done to probes and arrays, as lines of a matrix's history."""
    keep = f"{report.keep} {report.keep_share:g}" if report.keep == "group" else report.keep
    notes = [f"keep: {keep}", f"probes: {report.probe_choice}"]
    if report.between == "median":
        notes.append(f"factor probes: {report.factor_probes}")
    elif report.replicates != "median-polish":  # there the step is named before the replicates are
        notes.append(f"between arrays: {report.between}")
    if report.imputation != "none":
        notes.append(
            f"imputed: {sum(report.imputed)} values by {report.imputation} from the {NEIGHBORS} nearest probes"
        )
    return notes
