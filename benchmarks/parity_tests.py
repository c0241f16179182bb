"""Rows of docs/parity.md on tests within models that are not moderated; ``benchmarks/parity.py`` writes them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from parity import REFERENCE, largest_difference, matrix

from mirtool.differential import fit_linear_model, ordinary, sign_flip_test, signed_rank_test
from mirtool.differential.detection_test import fisher_p, mcnemar_p
from mirtool.io.tables.text_tables import read_table

FIXTURE = "159 probes × 12 arrays, half the rows with missing values"


def rows() -> Iterable[tuple[str, str, str, float, float]]:
    """Return the rows."""
    values = matrix("models_fixture.csv", first=2)[1]
    sheet = read_table(REFERENCE / "models_samples.csv")
    r = read_table(REFERENCE / "paired_r.csv")
    groups, patients = np.eye(3)[np.repeat([0, 1, 2], 4)], np.eye(4)[np.tile(np.arange(4), 3)][:, 1:]
    batch_age = np.column_stack([sheet.text(3) == "y", sheet.numbers(4)]).astype(float)
    for name, used, beside, column in (
        ("Student's t with pairs: t, P", slice(8), patients, 1),
        ("Student's t with covariates: t, P", slice(12), batch_age, 3),
    ):
        design = np.hstack([groups[:, : 2 if used.stop == 8 else 3], beside])[used]
        contrast = np.zeros((design.shape[1], 1))
        contrast[:2, 0] = -1, 1
        result = ordinary(fit_linear_model(values[:159, used], design, contrasts=contrast))
        differences = (
            largest_difference(found[:, 0], r.numbers(column + i)[:159])
            for i, found in enumerate((result.statistic, result.p_value))
        )
        yield name, "R 4.2.2 `lm`", FIXTURE, max(differences), 1e-10
    within = values[:, 4:8] - values[:, :4]
    ranks = signed_rank_test(within)
    worst = max(largest_difference(ranks.statistic, r.numbers(5)), largest_difference(ranks.p_value, r.numbers(6)))
    yield "signed ranks: W, P", "R 4.2.2 `wilcox.test`", FIXTURE, worst, 1e-10
    flips = sign_flip_test(within[:80])
    complete = "80 complete probes × 4 pairs"
    yield "SAM's paired d", "samr 3.0", complete, largest_difference(flips.statistic, r.numbers(7)[:80]), 1e-10
    difference = largest_difference(flips.p_value, r.numbers(8)[:80])
    yield "permutation P within pairs, all signs", "R 4.2.2", complete, difference, 1e-10
    yield from detection_rows()


def detection_rows() -> Iterable[tuple[str, str, str, float, float]]:
    """Return the rows of the exact tests of detection."""
    r = read_table(REFERENCE / "detection.csv")
    tests, tested, reference, p = r.text(0), r.numbers(1), r.numbers(2), r.numbers(3)
    worst = 0.0
    for test, sizes in (("Fisher", (7, 9)), ("Fisher large", (400, 380))):
        own = tests == test
        ours, others = tested[own].astype(int), reference[own].astype(int)
        found = fisher_p(ours, np.full_like(ours, sizes[0]), others, np.full_like(ours, sizes[1]))
        worst = max(worst, largest_difference(found, p[own]))
    fixture = "27 tables of 7 and 9 arrays, 4 of 400 and 380"
    yield "detection in two groups, Fisher: P", "R 4.2.2 `fisher.test`", fixture, worst, 1e-10
    own = tests == "McNemar"
    found = np.array(
        [
            mcnemar_p(np.arange(a + b)[None] < a, np.arange(a + b)[None] >= a, np.ones((1, a + b), dtype=bool))[0]
            for a, b in zip(tested[own].astype(int), reference[own].astype(int), strict=True)
        ]
    )
    difference = largest_difference(found, p[own])
    yield "detection in pairs, McNemar: P", "R 4.2.2 `binom.test`", "80 pairs of counts", difference, 1e-10
