"""The report as the tables that are written, each with one subject."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.model import Table, text_array
from mirtool.quality.contamination import TWOFOLD
from mirtool.quality.report import BetweenArrays, ChannelMeasures, Finding, QualityReport, SpatialReport, Verdict
from mirtool.stats.principal_components import component_columns

Columns = dict[str, npt.NDArray[Any]]

BEFORE_ALONE = "no finding: see the rule after normalization"
"""What is said where a rule fires before normalization and nothing follows from it."""
FLAG_NAMES = {-100: "bad", -75: "absent", -50: "not found"}
"""GenePix's words for its flags."""


def quality_tables(report: QualityReport) -> dict[str, Table]:
    """Return every table there is something for, by its name: ``arrays`` and ``outliers`` first."""
    tables = {"arrays": arrays_table(report), "outliers": outliers_table(report)}
    if len(report.channels) > 1:
        tables["channels"] = channels_table(report)
    if report.between is not None:
        tables["pairs"] = pairs_table(report, report.between)
        tables["pca"] = pca_table(report, report.between)
    if report.spatial is not None:
        tables["blocks"] = blocks_table(report, report.spatial)
    if report.spike_ins is not None:
        tables["spike_ins"] = spike_ins_table(report)
    if report.indications is not None:
        tables["indications"] = indications_table(report)
    return tables


def arrays_table(report: QualityReport) -> Table:
    """One row per array: the verdict, why, and the measures in the channel of the samples."""
    texts: list[list[str]] = [[] for _ in report.samples.names]
    for finding in report.findings:
        texts[finding.array].append(finding.text)
    columns: Columns = {
        "array": text_array(report.samples.names),
        "group": text_array(report.samples.groups),
        "verdict": text_array(verdict.value for verdict in report.verdicts),
        "why": text_array("; ".join(lines) for lines in texts),
    }
    for flag, share in (report.flagged or {}).items():
        columns[f"% flagged {FLAG_NAMES.get(flag, 'other')} ({flag})"] = share
    columns |= _measure_columns(report.channels[report.channel], report)
    if report.spike_ins is not None:
        columns |= {
            "spike-in CV %": report.spike_ins.cv,
            "spike-in slope": report.spike_ins.slope,
            "spike-in r squared": report.spike_ins.r_squared,
            "spike-in rank correlation": report.spike_ins.rank_correlation,
        }
    if report.lanes is not None:
        lanes = report.lanes
        columns |= {
            "% fields of view counted": lanes.fields_counted,
            "binding density": lanes.binding_density,
            "positive controls r squared": lanes.r_squared,
            "background limit": lanes.limit,
            "counts of the 0.5 fM control": lanes.lowest_control,
            "positive-control factor": lanes.positive_factor,
            "lowest ligation control": lanes.ligation,
        }
    if report.between is not None:
        columns["level log2"] = report.between.levels
    columns |= {f"{rule.title}, {rule.stage}": rule.statistic for rule in report.rules}
    if report.spatial is not None:
        columns |= {"Moran's I": report.spatial.moran, "P of Moran's I": report.spatial.p_value}
    if report.agreement is not None:
        columns["log-ratio agreement"] = report.agreement
    if report.pairing is not None:
        columns["agreement of its channels' spots"] = np.diagonal(report.pairing)
    return Table(columns, _notes(report, "arrays"))


def channels_table(report: QualityReport) -> Table:
    """One row per array and channel: what was measured in it."""
    n_arrays = len(report.samples)
    parts = [_measure_columns(measures, report) for measures in report.channels.values()]
    common = [key for key in parts[0] if all(key in part for part in parts)]
    columns: Columns = {
        "array": text_array(report.samples.names * len(parts)),
        "channel": text_array(name for name in report.channels for _ in range(n_arrays)),
    }
    columns |= {key: np.concatenate([part[key] for part in parts]) for key in common}
    return Table(columns, _notes(report, "channels"))


def _measure_columns(measures: ChannelMeasures, report: QualityReport) -> Columns:
    columns: Columns = {}
    for what, quartiles in (
        ("foreground", measures.foreground),
        ("background", measures.background),
        ("signal", measures.signal),
    ):
        if quartiles is not None:
            names = (f"{what} lower quartile", f"{what} median", f"{what} upper quartile")
            columns |= dict(zip(names, quartiles, strict=True))
    columns |= {
        "noise": measures.noise,
        "signal to noise": measures.signal_to_noise,
        "% spots above 3 x noise": measures.above_noise,
    }
    if measures.saturated is not None:
        columns["% with saturated pixels"] = measures.saturated
    columns |= {
        "% at 65535 counts": measures.at_ceiling,
        "% not positive": measures.non_positive,
        "replicate CV %": measures.replicate_cv,
        f"probes {report.seen_as}": measures.detected,
        "dynamic range log2": measures.dynamic_range,
    }
    for control in measures.controls:
        shares = [100 * control.share_in(array) for array in range(len(control.spots))]
        columns[f"% {control.kind} at {report.min_intensity:g} or more"] = np.array(shares)
    return columns


def outliers_table(report: QualityReport) -> Table:
    """One row per array and rule of arrayQualityMetrics, fired or not, and one for every other finding."""
    known = {(finding.array, finding.check): finding for finding in report.findings}
    rows: list[tuple[str, str, float, float, bool, str, str]] = []
    for array, name in enumerate(report.samples.names):
        checks = [f"{rule.key} {rule.stage}" for rule in report.rules]
        for rule, check in zip(report.rules, checks, strict=True):
            finding = known.get((array, check))
            fired = bool(rule.outlier[array])
            verdict = finding.verdict if finding else Verdict.FINE
            text = finding.text if finding else BEFORE_ALONE if fired else ""
            rows.append((name, check, float(rule.statistic[array]), rule.limit, fired, verdict.value, text))
        rows += [_row(name, finding) for finding in report.findings
                 if finding.array == array and finding.check not in checks]  # fmt: skip
    names = ("array", "check", "value", "limit", "fired", "verdict", "what")
    kinds: tuple[Any, ...] = (object, object, float, float, bool, object, object)
    parts = list(zip(*rows, strict=True)) or [()] * len(names)
    columns = {
        name: text_array(part) if kind is object else np.array(part, dtype=kind)
        for name, kind, part in zip(names, kinds, parts, strict=True)
    }
    return Table(columns, _notes(report, "outliers"))


def _row(name: str, finding: Finding) -> tuple[str, str, float, float, bool, str, str]:
    return name, finding.check, finding.value, finding.limit, True, finding.verdict.value, finding.text


def pairs_table(report: QualityReport, between: BetweenArrays) -> Table:
    """One row per pair of arrays: correlations and distance of the normalized log2 values."""
    first, second = np.triu_indices(len(report.samples), 1)
    names = text_array(report.samples.names)
    return Table(
        {
            "array": names[first],
            "other array": names[second],
            "Pearson": between.pearson[first, second],
            "Spearman": between.spearman[first, second],
            "mean absolute difference log2": between.distance[first, second],
        },
        _notes(report, "pairs", ("compared probes", f"{len(between.probes)}")),
    )


def pca_table(report: QualityReport, between: BetweenArrays) -> Table:
    """One row per array: its place on the principal components; a component's share is in its name."""
    columns: Columns = {
        "array": text_array(report.samples.names),
        "group": text_array(report.samples.groups),
    }
    columns |= component_columns(between.pca, between.pca_explained)
    return Table(columns, _notes(report, "pca", ("probes", f"{between.pca_probes}")))


def blocks_table(report: QualityReport, spatial: SpatialReport) -> Table:
    """One row per array and block: how many spots have a residual, and the medians."""
    n_arrays, n_blocks = len(report.samples), len(spatial.blocks)
    columns: Columns = {
        "array": text_array(name for name in report.samples.names for _ in range(n_blocks)),
        "block": np.tile(spatial.blocks, n_arrays),
        "spots": spatial.block_spots.T.ravel(),
        "residual log2": spatial.block_residual.T.ravel(),
        "foreground median": spatial.block_foreground.T.ravel(),
    }
    if spatial.block_background is not None:
        columns["background median"] = spatial.block_background.T.ravel()
    return Table(columns, _notes(report, "blocks", ("residual from", spatial.residual_from)))


def spike_ins_table(report: QualityReport) -> Table:
    """One row a spike-in: log2 of its signal on every array."""
    spikes = report.spike_ins
    assert spikes is not None  # asked for only where there are any
    columns: Columns = {"ID": spikes.probes.id, "Name": spikes.probes.name}
    columns |= {f"log2 {name}": spikes.signal[:, j] for j, name in enumerate(report.samples.names)}
    caution = (
        "amounts are not in the files: slope and order in the table of arrays are held against the other arrays"
    )
    return Table(columns, _notes(report, "spike-ins", ("caution", caution)))


def indications_table(report: QualityReport) -> Table:
    """One row per array: the hemolysis index and the markers of cells; what it is not is in the notes."""
    found = report.indications
    assert found is not None  # asked for only where there are any
    columns: Columns = {"array": text_array(report.samples.names)}
    if found.hemolysis is not None:
        columns["log2 miR-451a / miR-23a-3p"] = found.hemolysis
        columns["the same over the median array"] = found.hemolysis - _median(found.hemolysis)
    for source, markers, excess in zip(found.sources, found.markers, found.excess, strict=True):
        columns[f"{source} ({' '.join(markers)}) log2 over the median array"] = excess
    caution = (
        f"for serum and plasma, and no diagnosis: qPCR's thresholds do not hold on arrays, "
        f"{2**TWOFOLD:g}-fold over the median array is said to be out"
    )
    return Table(columns, _notes(report, "indications", ("caution", caution)))


def _median(values: npt.NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _notes(report: QualityReport, subject: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    settings: Iterable[tuple[str, str]] = (
        ("channel", report.channel),
        ("flags", report.flag_rule),
        ("detection", report.detection) if report.detection else ("min intensity", f"{report.min_intensity:g}"),
    )
    return ((f"mirtool qc {subject}", ""), *settings, *more)
