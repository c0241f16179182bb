"""Rows of docs/parity.md on sequencing counts; ``benchmarks/parity.py`` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from parity import REFERENCE, largest_difference, matrix

from mirtool.counts import expressed_rows, log_cpm, rle_factors, tmm_factors, upper_quartile_factors, voom_log_cpm
from mirtool.differential import (
    Fit,
    estimate_block_correlation,
    fit_linear_model,
    log_odds,
    moderate,
    update_array_weights,
)
from mirtool.differential.voom import Voom, voom, voom_with_sample_weights
from mirtool.io.tables.text_tables import read_table

Row = tuple[str, str, str, float, float]
EDGER, LIMMA = "edgeR 4.4.2", "limma 3.62.2"
FEW = ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5")
METHODS = {"TMM": tmm_factors, "RLE": rle_factors, "upperquartile": upper_quartile_factors}


def rows() -> Iterable[Row]:
    """Return the rows: 24 samples, and nine of them."""
    table, counts = matrix("counts_fixture.csv")
    for of_set, names in (("all", table.header[1:]), ("few", FEW)):
        own = counts[:, [table.header.index(name) - 1 for name in names]]
        yield from _of_samples(of_set, own, tuple(names))


def _expected(name: str, column: str, **where: str) -> np.ndarray:
    table = read_table(REFERENCE / name)
    at = np.ones(len(table), dtype=bool)
    for key, value in where.items():
        at &= table.text(table.header.index(key)) == value
    return np.asarray(table.numbers(table.header.index(column))[at])


def _of_samples(of_set: str, counts: np.ndarray, names: Sequence[str]) -> Iterable[Row]:
    groups = [name[0] for name in names]
    fixture = f"300 miRNAs × {len(names)} samples"
    kept = expressed_rows(counts, groups)
    wrong = 0.0
    for column, mask in (
        ("group", kept),
        ("strict", expressed_rows(counts, groups, min_count=50, min_total=2000)),
        ("one", expressed_rows(counts, ["one"] * len(names))),
    ):
        wrong += float(np.sum(mask != _expected("counts_filtered.csv", column, set=of_set)))
    yield "counts, rows filtered by expression: rows that differ", f"{EDGER} `filterByExpr`", fixture, wrong, 0.0
    for name, factors_of in METHODS.items():
        worst = max(
            largest_difference(
                factors_of(own), _expected("counts_factors.csv", "factor", set=of_set, rows=which, method=name)
            )
            for which, own in (("all", counts), ("kept", counts[kept]))
        )
        yield f"counts, {name} factors, all rows and those kept", f"{EDGER} `normLibSizes`", fixture, worst, 1e-12
    yield from _fits(of_set, counts[kept], names, f"{kept.sum()} miRNAs × {len(names)} samples")


def _fits(of_set: str, counts: np.ndarray, names: Sequence[str], fixture: str) -> Iterable[Row]:
    tested = np.array([name[0] == "B" for name in names], dtype=float)
    design = np.column_stack([np.ones(len(names)), tested])
    libraries = counts.sum(axis=0)
    effective = libraries * tmm_factors(counts)
    values = log_cpm(counts, effective)
    if of_set == "few":
        for column, own, against in (
            ("cpm", values, f"{EDGER} `cpm(log = TRUE)`"),
            ("voom", voom_log_cpm(counts, effective), f"{LIMMA} `voom`"),
        ):
            expected = _expected("counts_log_cpm.csv", column).reshape(counts.shape[::-1]).T
            yield (
                f"counts, log-CPM: absolute ({column})",
                against,
                fixture,
                float(np.abs(own - expected).max()),
                1e-12,
            )
    plain = voom(counts, effective, design)
    weighted, of_samples = voom_with_sample_weights(counts, effective, design, estimate=update_array_weights)
    difference = largest_difference(of_samples, _expected("counts_sample_weights.csv", "weight", set=of_set))
    yield "counts, weights of samples", f"{LIMMA} `voomWithQualityWeights`", fixture, difference, 1e-10
    with_quality = Voom(weighted.log_cpm, weighted.weights * of_samples, weighted.trend)
    cases: dict[str, tuple[Voom, np.ndarray, float]] = {
        "voom": (plain, design, np.nan),
        "none": (voom(counts, libraries, design), design, np.nan),
        "quality": (with_quality, design, np.nan),
    }
    patient = np.array([int(name[1:]) - 1 for name in names])
    if of_set == "all":
        paired = np.column_stack([design, np.eye(12)[patient][:, 1:]])
        cases["pair"] = (voom(counts, effective, paired), paired, np.nan)
        cases["block"] = (voom(counts, effective, design, correlation=_blocks(patient, 0.3)), design, 0.3)
        common = estimate_block_correlation(plain.log_cpm, design, patient, weights=plain.weights).common
        twice = voom(counts, effective, design, correlation=_blocks(patient, common))
        common = estimate_block_correlation(twice.log_cpm, design, patient, weights=twice.weights).common
        cases["twice"] = (twice, design, common)
    words = {
        "voom": "voom, TMM",
        "none": "voom, library sizes alone",
        "quality": "voom with quality weights",
        "pair": "voom, pairs",
        "block": "voom, blocks of given correlation",
        "twice": "voom, blocks, correlation estimated twice (limma stops its iterations early)",
    }
    shown = list(names) if of_set == "few" else ["A3", "B7"]
    columns = [names.index(name) for name in shown]
    for case, (found, own_design, correlation) in cases.items():
        loose = case == "twice"
        expected = _expected("counts_weights.csv", "weight", set=of_set, case=case).reshape(len(shown), -1).T
        difference = largest_difference(found.weights[:, columns], expected)
        yield f"counts, {words[case]}: weights", f"{LIMMA} `voom`", fixture, difference, 5e-6 if loose else 1e-10
        fit = fit_linear_model(
            found.log_cpm,
            own_design,
            contrasts=np.eye(own_design.shape[1])[:, 1:2],
            weights=found.weights,
            correlation=None if np.isnan(correlation) else _blocks(patient, correlation),
        )
        yield _tested(of_set, case, f"counts, {words[case]}: log2 ratio, t, P, B", fit, fixture, loose=loose)
    fit = fit_linear_model(values, design, contrasts=np.array([[0.0], [1.0]]))
    yield _tested(
        of_set,
        "trend",
        "counts, log-CPM with a trend: log2 ratio, t, P, B",
        fit,
        fixture,
        trend=values.mean(axis=1),
    )


def _tested(
    of_set: str,
    case: str,
    name: str,
    fit: Fit,
    fixture: str,
    *,
    loose: bool = False,
    trend: np.ndarray | None = None,
) -> Row:
    result = moderate(fit, trend=trend)
    worst = 0.0
    for column, own in (
        ("logFC", fit.coefficients[:, 0]),
        ("t", result.statistic[:, 0]),
        ("P", result.p_value[:, 0]),
        ("B", log_odds(fit, result)[:, 0]),
    ):
        expected = _expected("counts_limma.csv", column, set=of_set, case=case)
        absolute = column in ("logFC", "B")
        worst = max(
            worst,
            float(np.abs(own - expected).max()) if absolute else largest_difference(own, expected),
        )
    return name, f"{LIMMA} `eBayes`", fixture, worst, 1e-4 if loose else 1e-10


def _blocks(block: np.ndarray, correlation: float) -> np.ndarray:
    same = block[:, np.newaxis] == block
    return np.asarray(np.where(same, correlation, 0.0) + (1 - correlation) * np.eye(len(block)))
