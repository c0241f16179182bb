"""What a qPCR panel held, as tables: the Ct values, what became of each assay, the stability of references."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mirtool.io.arrays.ct_panels import BAD, well_states
from mirtool.io.results.panel_cts import NOT_DETECTED
from mirtool.model import ExpressionMatrix, FloatArray, RawArrays, Table, TextArray, text_array
from mirtool.normalize.panels import replicate_cts
from mirtool.normalize.pipeline import Normalized
from mirtool.normalize.replicates import group_replicates


def ct_table(arrays: RawArrays, matrix: ExpressionMatrix) -> Table:
    """Return the mean Ct of the replicate wells, of the shape of the normalized table.

    A cell is empty where the sample has no well of the assay, and ``not detected`` where none of its wells has a
    Ct up to the limit.
    """
    groups = group_replicates(arrays.probes.id)
    states = well_states(arrays, groups.probe_of)
    ct, _ = replicate_cts(arrays, groups)
    row_of = {label: row for row, label in enumerate(arrays.probes.id[groups.first])}
    rows = np.array([row_of[label] for label in matrix.probes.id], dtype=np.int64)
    columns: dict[str, TextArray] = {"ID": matrix.probes.id, "Name": matrix.probes.name}
    for j, name in enumerate(matrix.samples.names):
        columns[name] = text_array(
            NOT_DETECTED if absent else "" if np.isnan(value) else f"{value:.3f}"
            for value, absent in zip(ct[rows, j], states.not_detected[rows, j], strict=True)
        )
    return Table(columns, (("mirtool panel Ct", "mean Ct of the replicate wells"),))


def assays_table(arrays: RawArrays, normalized: Normalized) -> Table:
    """Return one row per assay, controls included: where it was detected, and what it was used for."""
    groups = group_replicates(arrays.probes.id)
    probes = arrays.probes.take(groups.first)
    states = well_states(arrays, groups.probe_of)
    ct, spread = replicate_cts(arrays, groups)
    value_of = dict(zip(normalized.matrix.probes.id, normalized.matrix.values, strict=True))
    empty = np.full(arrays.n_arrays, np.nan)
    values = np.array([value_of.get(label, empty) for label in probes.id]).reshape(ct.shape)
    assert arrays.flags is not None  # a panel has them
    left_out = np.zeros(len(groups), dtype=np.int64)
    np.add.at(left_out, groups.probe_of, (arrays.flags == BAD).sum(axis=1))
    used = np.zeros(len(groups), dtype=bool)
    if normalized.references is not None:
        used[normalized.references.rows] = True
    return Table(
        {
            "ID": probes.id,
            "Name": probes.name,
            "kind": probes.kind,
            "detected": states.detected.sum(axis=1),
            "not detected": states.not_detected.sum(axis=1),
            "not measured": states.not_measured.sum(axis=1),
            "mean Ct": _rows(ct, np.mean),
            "SD of Ct": _rows(ct, _sd),
            "SD of dCt": _rows(values, _sd),
            "largest SD of wells": _rows(spread, np.max),
            "wells left out": left_out,
            "reference": text_array("yes" if each else "" for each in used),
            "kept": text_array("yes" if label in value_of else "" for label in probes.id),
        },
        (("mirtool panel assays", ""), *(("reference", each.words) for each in (normalized.references,) if each)),
    )


def references_table(arrays: RawArrays, normalized: Normalized) -> Table | None:
    """Return the candidates for references, the most stable first; None where none were ranked."""
    found = normalized.references
    if found is None or found.candidates is None or found.stability is None:
        return None
    groups = group_replicates(arrays.probes.id)
    probes = arrays.probes.take(groups.first[found.candidates])
    columns = {
        "rank": np.arange(1, len(probes) + 1),
        "ID": probes.id,
        "Name": probes.name,
        "geNorm M": found.stability.m,
        "NormFinder by group" if found.stability.by_group else "NormFinder": found.stability.normfinder,
    }
    if found.genorm is not None:
        v = np.full(len(probes), np.nan)
        v[1 : 1 + len(found.genorm.v)] = found.genorm.v
        columns |= {"geNorm M when excluded": found.genorm.m, "pairwise variation": v}
    chosen = set(found.rows.tolist())
    columns["reference"] = text_array("yes" if row in chosen else "" for row in found.candidates.tolist())
    return Table(columns, (("mirtool panel references", found.words),))


def _sd(values: FloatArray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def _rows(values: FloatArray, statistic: Callable[[FloatArray], float]) -> FloatArray:
    """Return a statistic of each row's values that are there; NaN where there is none."""
    known = [row[~np.isnan(row)] for row in values]
    return np.array([statistic(row) if len(row) else np.nan for row in known])
