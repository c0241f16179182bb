"""Rows of docs/parity.md on the weights of arrays and on replicate spots; ``benchmarks/parity.py`` writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from parity import REFERENCE, largest_difference, matrix

from mirtool.differential import (
    estimate_array_weights,
    estimate_block_correlation,
    estimate_replicate_correlation,
    fit_replicates,
    log_odds,
    moderate,
    summarize_replicates,
    update_array_weights,
)
from mirtool.differential.array_weights import array_likelihood
from mirtool.io.tables.text_tables import read_table

Row = tuple[str, str, str, float, float]
LIMMA = "limma 3.54.1"


def rows(folder: Path | None) -> Iterable[Row]:
    """Return the rows; those of GSE19536 where its folder is given."""
    yield from weights_of_the_fixture()
    if folder is not None:
        yield from weights_of_gse19536(folder)
    yield from replicate_spots()


def expected(name: str, case: str) -> np.ndarray:
    table = read_table(REFERENCE / name)
    return np.asarray(table.numbers(2)[np.array([own == case for own in table.text(0)])])


def weights_of_the_fixture() -> Iterable[Row]:
    values, known = matrix("models_fixture.csv", first=2)[1], matrix("models_weights.csv", first=2)[1]
    values[:, 4] += 1.5 * np.sin(7 * np.arange(1, 161))
    groups = np.eye(3)[np.repeat([0, 1, 2], 4)]
    all_rows, complete = (
        "160 probes × 12 arrays, half the rows with missing values",
        "80 complete probes × 12 arrays",
    )
    iterated, by_optim = f"{LIMMA} `reml`, iterated to 1e-15", "its likelihood, R 4.2.2 `optim`"
    for case, against, fixture, n, weights, tolerance in (
        ("reml", iterated, complete, 80, None, 1e-7),
        ("reml weights", iterated, complete, 80, known, 1e-6),
        ("optim missing", by_optim, all_rows, 160, None, 1e-6),
        ("optim missing weights", by_optim, all_rows, 160, known, 1e-6),
    ):
        beside = None if weights is None else weights[:n]
        name = "weights of arrays" + (" beside other weights" if weights is not None else "")
        theirs = expected("array_weights.csv", case)
        ours = estimate_array_weights(values[:n], groups, weights=beside)
        yield name, against, fixture, largest_difference(ours, theirs), tolerance
        heights = [array_likelihood(values[:n], groups, w, weights=beside) for w in (theirs, ours)]
        below = max(0.0, (heights[0] - heights[1]) / abs(heights[0]))
        yield f"{name}: log likelihood below the other's", against, fixture, below, 1e-12
    for case, fixture, n, weights in (
        ("genebygene", complete, 80, None),
        ("genebygene missing", all_rows, 160, None),
        ("genebygene missing weights", all_rows, 160, known),
    ):
        ours = update_array_weights(values[:n], groups, weights=weights)
        name = "weights of arrays in one pass" + (" beside other weights" if weights is not None else "")
        difference = largest_difference(ours, expected("array_weights.csv", case))
        yield name, f"{LIMMA} `genebygene`", fixture, difference, 1e-10


def weights_of_gse19536(folder: Path) -> Iterable[Row]:
    table, pheno = read_table(folder / "GSE19536_mirna.csv.gz"), read_table(folder / "GSE19536_pheno_data.csv")
    er = dict(zip(pheno.text(0), pheno.text(1), strict=True))
    values = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    design = np.column_stack([np.ones(98), [er[name] == "case" for name in table.header[1:]]])
    gaps = values.copy()
    gaps.T.flat[::97] = np.nan
    whole = "GSE19536, 463 probes × 98 arrays"
    for name, ours, case, against, fixture in (
        ("weights of arrays", estimate_array_weights(values, design), "reml", "`reml`, iterated", whole),
        (
            "weights of arrays in one pass",
            update_array_weights(values, design),
            "genebygene",
            "`genebygene`",
            whole,
        ),
        (
            "weights of arrays in one pass",
            update_array_weights(gaps, design),
            "genebygene missing",
            "`genebygene`",
            f"{whole}, 1 % left out",
        ),
    ):
        difference = largest_difference(ours, expected("gse19536_array_weights.csv", case))
        yield name, f"{LIMMA} {against}", fixture, difference, 1e-7 if case == "reml" else 1e-10


def replicate_spots() -> Iterable[Row]:
    values = matrix("replicates_fixture.csv", first=2)[1].reshape(90, 4, 7)
    design = np.column_stack([np.ones(7), [0, 0, 0, 1, 1, 1, 1]])
    of_arrays = np.array([1, 2, 0.5, 1, 3, 1, 0.25])
    complete, gaps = (
        "60 complete probes × 4 spots × 7 arrays",
        "89 probes × 4 spots × 7 arrays, a third lacking spots",
    )
    r = read_table(REFERENCE / "replicates_correlation.csv")
    for name, weights, column in (("", None, 1), (", weighted arrays", of_arrays, 3)):
        limma = r.numbers(column)
        whole = estimate_replicate_correlation(summarize_replicates(values[:60]), design, weights=weights)
        found = np.append(whole.of_probes, whole.common)
        difference = float(np.max(np.abs(found - np.append(limma[2:62], limma[1]))))
        yield f"correlation of replicate spots{name}: absolute", LIMMA, complete, difference, 1e-7
        part = estimate_replicate_correlation(summarize_replicates(values[:89]), design, weights=weights)
        difference = largest_difference(np.array([part.common]), limma[:1])
        yield f"common correlation{name} (limma stops its iterations early)", LIMMA, gaps, difference, 5e-5
    ends = read_table(REFERENCE / "block_ends_fixture.csv")
    columns = range(1, len(ends.header))
    values_of_ends = np.column_stack([ends.numbers(j) for j in columns])
    of_group = np.eye(2)[[int(ends.header[j][0] == "B") for j in columns]]
    blocks = np.array([int(ends.header[j][1]) for j in columns])
    found_ends = estimate_block_correlation(values_of_ends, of_group, blocks)
    likeliest = read_table(REFERENCE / "block_ends.csv").numbers(1)
    difference = float(np.nanmax(np.abs(np.append(found_ends.common, found_ends.of_probes) - likeliest)))
    yield (
        "correlations within blocks, maxima next to -1: absolute",
        "the likelihood searched in R 4.5.0",
        "40 probes × 12 arrays, half the values missing",
        difference,
        1e-6,
    )
    table = read_table(REFERENCE / "limma_3.62" / "replicates_limma.csv")
    for case, rho, weights in (("0.6", 0.6, None), ("-0.1", -0.1, None), ("0.6 weights", 0.6, of_arrays)):
        own = np.array([name == case for name in table.text(0)])
        fit = fit_replicates(
            summarize_replicates(values), design, rho, contrasts=np.array([[0.0], [1.0]]), weights=weights
        )
        result = moderate(fit)
        worst = float(np.max(np.abs(log_odds(fit, result)[:89, 0] - table.numbers(5)[own][:89]), initial=0.0,
                             where=~np.isnan(result.statistic[:89, 0])))  # fmt: skip
        for found, column in ((result.statistic, 3), (result.p_value, 4)):
            theirs = table.numbers(column)[own]
            worst = max(worst, largest_difference(found[:89, 0], theirs[:89]))
        yield f"moderated t of every spot, correlation {case}: t, P, B", "limma 3.62.2", gaps, worst, 1e-7
