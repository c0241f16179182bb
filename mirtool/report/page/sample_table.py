"""One row per sample: its signal, what was detected, flagged and scaled, and the verdict with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mirtool.model import SampleTable, Table, text_array
from mirtool.normalize.settings import LANE_PRESET, is_recipe

MEANINGS = {
    "sample": "Sample, as the sample sheet names it.",
    "group": "Group of the sample.",
    "detected": "Probes that count as detected on the array.",
    "flagged": "Spots left out since the scanner's software flagged them.",
    "factor": "Factor by which the array was scaled, in counts.",
    "not detected": "miRNAs without a Ct up to the limit.",
    "not measured": "miRNAs of which the sample has no well.",
    "wells left out": "Replicate wells off the median of the others.",
    "reference Ct": "Level of the reference in the sample, in cycles.",
    "verdict": "What quality control says: fine, check or outlier.",
    "why": "The reason of the verdict.",
}
"""What the columns mean that no table of results has."""
_FROM_QUALITY = ("verdict", "why", "foreground median", "background median", "replicate CV %")
_FROM_NORMALIZATION = (("detected", "detected"), ("flagged", "flagged_out"), ("factor", "factors"))
_FROM_PANEL = (
    ("detected", "detected"), ("not detected", "not_detected"), ("not measured", "not_measured"),
    ("wells left out", "flagged_out"), ("reference Ct", "reference_ct"),
)  # fmt: skip


MOST_LEVELS = 8
"""A column of the sample sheet with more different values is not one of groups."""


def covariates(samples: SampleTable) -> dict[str, dict[str, str]]:
    """Return the columns of the sample sheet that divide the samples into a few groups: sample to value."""
    columns = ({"group": samples.groups} if samples.groups else {}) | dict(samples.extra)
    return {
        head: dict(zip(samples.names, map(str, values), strict=True))
        for head, values in columns.items()
        if 1 < len(set(values)) <= MOST_LEVELS
    }


def sample_table(samples: SampleTable, quality: Table | None, normalize: Mapping[str, Any]) -> Table:
    """Return one row per sample; a column that no step gives is not there.

    Parameters
    ----------
    samples
        The sample sheet.
    quality
        ``qc_arrays.csv``; None where it is not there.
    normalize
        The numbers that the record of ``mirtool normalize`` has.
    """
    columns: dict[str, Any] = {"sample": text_array(samples.names)}
    if samples.groups:
        columns["group"] = text_array(samples.groups)
    if quality is not None:
        for head in _FROM_QUALITY:
            if head in quality.columns and not _is_blank(quality[head]):
                columns[head] = _by_array(samples.names, quality, head)
    measured = {name: i for i, name in enumerate(normalize.get("samples") or [])}
    for head, key in _FROM_PANEL if normalize.get("reference_ct") else _FROM_NORMALIZATION:
        if key == "flagged_out" and is_recipe(normalize.get("preset"), LANE_PRESET):
            continue  # the flags of lanes are the reader's own calls
        values = normalize.get(key)
        if isinstance(values, list) and len(values) == len(measured):
            found = [values[measured[name]] if name in measured else None for name in samples.names]
            columns[head] = np.array([np.nan if value is None else value for value in found], dtype=np.float64)
    return Table(columns)


def _is_blank(values: Any) -> bool:
    """Return True for a measure that this platform does not have."""
    return all(str(value) in ("NA", "nan") for value in values)


def _by_array(names: Sequence[str], quality: Table, head: str) -> Any:
    """Return a column of the quality table by sample; both values where an array has two channels."""
    found: dict[str, list[Any]] = {}
    arrays = next(iter(quality.columns.values()))
    for array, value in zip(arrays, quality[head], strict=True):
        found.setdefault(str(array), []).append(value)
    if quality[head].dtype.kind == "f" and all(len(values) == 1 for values in found.values()):
        return np.array([found.get(name, [np.nan])[0] for name in names])
    cells = (found.get(name, []) for name in names)
    return text_array(" / ".join(dict.fromkeys(_text(value) for value in values)) for values in cells)


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
