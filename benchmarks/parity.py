"""Measure how far mirtool's numbers lie from the reference values in tests/reference, for docs/parity.md.

Each function below gives the rows of one topic; ``python benchmarks/parity.py [FOLDER]`` writes the table, with
the rows of GSE19536 where FOLDER holds ``GSE19536_mirna.csv.gz`` and ``GSE19536_pheno_data.csv``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mirtool.io.tables.text_tables import TextTable, read_table

if TYPE_CHECKING:
    from mirtool.differential import Fit, Moderated

LIMMA = {"unequal-df": "limma 3.62.2", "legacy": "limma 3.54.1"}
"""How the prior is estimated, to the limma that does so."""

FOLDERS = {"unequal-df": "limma_3.62/", "legacy": ""}
"""The same, to the folder of its reference values."""

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "tests" / "reference"
OUTPUT = ROOT / "docs" / "parity.md"


@dataclass(frozen=True)
class Parity:
    """One method held against one reference: largest relative difference, and what is allowed."""

    method: str
    against: str
    fixture: str
    difference: float
    tolerance: float


def largest_difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest relative difference; missing values must be missing on both sides."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    if (np.isnan(found) != np.isnan(expected)).any():
        return float("inf")
    scale = np.where(expected == 0, 1.0, np.abs(expected))
    return float(np.nanmax(np.abs(found - expected) / scale))


def matrix(name: str, *, first: int = 1) -> tuple[TextTable, np.ndarray]:
    table = read_table(REFERENCE / name)
    return table, np.column_stack([table.numbers(j) for j in range(first, len(table.header))])


def qpcr() -> Iterable[Parity]:
    """Compare tests on ΔCt with R, geNorm and NormFinder with published packages."""
    from mirtool.differential.rank_sum import rank_sum_test
    from mirtool.differential.two_sample import paired_t_test, student_t_test, welch_t_test
    from mirtool.validation import genorm_m, normfinder

    _, delta_ct = matrix("qpcr_fixture.csv")
    r = read_table(REFERENCE / "qpcr_r.csv")
    of_test = r.text(1)
    tested, reference = -delta_ct[:, :5], -delta_ct[:, 5:]
    fixture = "6 targets × (5 + 4) samples, 4 missing"
    for name, key, test, columns in (
        ("Welch's t on ΔCt: t, df, P", "welch", welch_t_test, 5),
        ("Student's t on ΔCt: t, df, P", "student", student_t_test, 5),
        ("paired t on ΔCt: t, df, P", "paired", paired_t_test, 4),
    ):
        found = test(tested[:, :columns], reference)
        difference = max(
            largest_difference(own, r.numbers(column)[of_test == key])
            for column, own in ((2, found.statistic), (3, found.df), (4, found.p_value))
        )
        yield Parity(name, "R 4.2.2 `t.test`", fixture, difference, 1e-10)
    ranks = rank_sum_test(tested, reference)
    expected = r.numbers(4)[of_test == "mann-whitney"]
    yield Parity(
        "rank sum on ΔCt: P", "R 4.2.2 `wilcox.test`", fixture, largest_difference(ranks.p_value, expected), 1e-10
    )
    table, amounts = matrix("stability_fixture.csv")
    stable = read_table(REFERENCE / "stability_reference.csv")
    n = amounts.shape[1]
    fixture = "6 genes, groups of 4, 4 and 3"
    m = genorm_m(amounts) * ((n - 1) / n) ** 0.5
    yield Parity(
        "geNorm's M (its deviations over n)", "rna-genorm 0.1.0", fixture,
        largest_difference(m, stable.numbers(1)), 1e-10,
    )  # fmt: skip
    groups = [name[0] for name in table.header[1:]]
    for column, letters, words in ((2, "gh", "two"), (3, "ghk", "three")):
        chosen = [i for i, group in enumerate(groups) if group in letters]
        value = normfinder(amounts[:, chosen], [groups[i] for i in chosen])
        yield Parity(
            f"NormFinder's value, {words} groups", "GenExpA 0.0.5", fixture,
            largest_difference(value, stable.numbers(column)), 1e-10,
        )  # fmt: skip


def power() -> Iterable[Parity]:
    """Compare the power of Student's t with base R."""
    from mirtool.differential.power import t_test_power

    r = read_table(REFERENCE / "power_r.csv")
    rows = list(zip(*(r.numbers(j) for j in range(5)), strict=True))
    found = [t_test_power(difference, int(n), level, np.array([sd**2]))[0] for n, difference, sd, level, _ in rows]
    yield Parity(
        "power of Student's t",
        "R 4.2.2 `power.t.test`",
        f"{len(rows)} combinations, 2 to 50 arrays per group",
        largest_difference(np.array(found), np.array([expected for *_, expected in rows])),
        1e-6,
    )


B_OVER_A = np.array([[-1.0], [1.0], [0.0]])
MODEL_FIXTURE = "160 probes × 12 arrays, half the rows with missing values"
SMALLEST = 1e-5
"""Below it a moderated statistic counts by its absolute difference: that of a constant probe is rounding alone."""


def moderated_difference(name: str, case: str, fit: Fit, result: Moderated) -> dict[str, float]:
    """Return the largest difference from limma's t and P (relative) and B (absolute: it is a logarithm)."""
    from mirtool.differential import log_odds

    table = read_table(REFERENCE / name)
    rows = table.text(0) == case
    t, p, b = (table.numbers(table.header.index(column))[rows] for column in ("t", "P", "B"))
    found = result.statistic[:, 0], result.p_value[:, 0]
    for own, theirs in zip(found, (t, p), strict=True):
        if (np.isnan(own) != np.isnan(theirs)).any():
            return {"t": float("inf")}
    t_difference, p_difference = (
        float(np.nanmax(np.abs(own - theirs) / np.maximum(np.abs(theirs), SMALLEST)))
        for own, theirs in zip(found, (t, p), strict=True)
    )
    differences = {"t": t_difference, "P": p_difference}
    if case != "treat":
        differences["B"] = float(np.nanmax(np.abs(log_odds(fit, result)[:, 0] - b)))
    return differences


def _moderated_row(method: str, name: str, case: str, fixture: str, fit: Fit, result: Moderated) -> Parity:
    differences = moderated_difference(name, case, fit, result)
    limma = LIMMA["unequal-df" if name.startswith("limma_3.62") else "legacy"]
    return Parity(f"{method}: {', '.join(differences)}", limma, fixture, max(differences.values()), 1e-7)


def _moderated_t(case: str, prior: str) -> str:
    return f"moderated t, {case}" + ", legacy prior" * (prior == "legacy")


def priors() -> Iterable[Parity]:
    """Compare the variances' prior with limma in the cases that are hard on it."""
    from mirtool.differential.variance_prior import estimate_variance_prior, squeeze_variances

    table = read_table(REFERENCE / "limma_3.62" / "priors.csv")
    cases, columns = np.array(list(table.text(0))), {name: j for j, name in enumerate(table.header)}
    for case in dict.fromkeys(cases.tolist()):
        own = cases == case
        variance, df, mean = (table.numbers(j)[own] for j in (1, 2, 3))
        worst = 0.0
        for trend, robust in ((False, False), (False, True), (True, False), (True, True)):
            prior = estimate_variance_prior(variance, df.astype(int), trend=mean if trend else None, robust=robust)
            what = ".trend" * trend + ".robust" * robust
            for found, name in (
                (np.broadcast_to(prior.df, df.shape), "df.prior"),
                (np.broadcast_to(prior.variance, df.shape), "var.prior"),
                (squeeze_variances(variance, df.astype(int), prior), "var.post"),
            ):
                worst = max(worst, largest_difference(found, table.numbers(columns[name + what])[own]))
        name = "prior (plain, trend, robust, both): df, variances"
        yield Parity(name, "limma 3.62.2 `squeezeVar`", f"{own.sum()} variances: {case}", worst, 1e-6)


def _mean_intensity(values: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    n = present.sum(axis=1)
    return np.where(n > 0, np.where(present, values, 0).sum(axis=1) / np.maximum(n, 1), np.nan)


def models(folder: Path | None) -> Iterable[Parity]:
    """Compare linear models with limma, statmod, qvalue, samr and base R; with GSE19536 where it is given."""
    from mirtool.differential import (
        adjust_p_values,
        estimate_block_correlation,
        fit_linear_model,
        moderate,
        moderated_f,
        permutation_test,
    )  # fmt: skip

    values = matrix("models_fixture.csv", first=2)[1]
    weights = matrix("models_weights.csv", first=2)[1]
    sheet = read_table(REFERENCE / "models_samples.csv")
    groups, patient = np.eye(3)[np.repeat([0, 1, 2], 4)], np.tile(np.arange(4), 3)
    batch_age = np.column_stack([sheet.text(3) == "y", sheet.numbers(4)]).astype(float)
    patients = np.eye(4)[patient][:, 1:]
    same = np.where(patient[:, np.newaxis] == patient, 0.4, 0.0) + 0.6 * np.eye(12)
    of_arrays = np.array([2, 1, 1, 0.5, 1, 1, 3, 1, 1, 0.25, 1, 1])
    trend, least = {"trend": _mean_intensity(values)}, {"least_change": float(np.log2(1.2))}
    empty = np.zeros((12, 0))
    curve = np.array([[1.0], [-2.0], [1.0]])
    for case, nuisance, contrast, fitting, moderation in (
        ("plain", empty, B_OVER_A, {}, {}),
        ("trend", empty, B_OVER_A, {}, trend),
        ("robust", empty, B_OVER_A, {}, {"robust": True}),
        ("trend robust", empty, B_OVER_A, {}, trend | {"robust": True}),
        ("treat", empty, B_OVER_A, {}, least),
        ("weights", empty, B_OVER_A, {"weights": weights}, {}),
        ("weights trend", empty, B_OVER_A, {"weights": weights}, trend),
        ("array weights", empty, B_OVER_A, {"weights": of_arrays}, {}),
        ("covariates", batch_age, B_OVER_A, {}, {}),
        ("pair", patients, B_OVER_A, {}, {}),
        ("block 0.4", empty, B_OVER_A, {"correlation": same}, {}),
        ("block 0.4 weights", empty, B_OVER_A, {"correlation": same, "weights": weights}, {}),
        ("curve", empty, curve, {}, {}),
    ):
        design = np.hstack([groups, nuisance])
        contrasts = np.vstack([contrast, np.zeros((nuisance.shape[1], 1))])
        fit = fit_linear_model(values, design, contrasts=contrasts, **fitting)
        for prior, of_prior in FOLDERS.items():
            result, name = moderate(fit, prior=prior, **moderation), of_prior + "models_limma.csv"
            yield _moderated_row(_moderated_t(case, prior), name, case, MODEL_FIXTURE, fit, result)

    fit = fit_linear_model(values, groups, contrasts=np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]]))
    varies = np.arange(160) != 159  # of the constant probe R gives 1e-29
    for prior, of_prior in FOLDERS.items():
        f, r = moderated_f(fit, moderate(fit, prior=prior)), read_table(REFERENCE / f"{of_prior}models_f.csv")
        worst = max(
            largest_difference(own[varies], r.numbers(column)[varies])
            for own, column in ((f.statistic, 1), (f.p_value, 2))
        )
        name = "moderated F of two contrasts: F, P" + ", legacy prior" * (prior == "legacy")
        yield Parity(name, f"R `lm`, {LIMMA[prior]}", MODEL_FIXTURE, worst, 1e-7)
    yield from priors()

    r = read_table(REFERENCE / "models_correlation.csv")
    complete = estimate_block_correlation(values[:80], groups, patient).of_probes
    yield Parity(
        "correlation within blocks", "limma 3.54.1", "80 complete probes",
        largest_difference(complete, r.numbers(1)[1:81]), 1e-7,
    )  # fmt: skip
    common = estimate_block_correlation(values[:159], groups, patient).common
    yield Parity(
        "common correlation (limma stops its iterations early)", "limma 3.54.1", MODEL_FIXTURE,
        largest_difference(np.array([common]), r.numbers(1)[:1]), 5e-5,
    )  # fmt: skip

    r = read_table(REFERENCE / "models_qvalue.csv")
    q = adjust_p_values(r.numbers(1)[1:], "storey")
    yield Parity(
        "Storey's q", "qvalue 2.30.0, bootstrap", MODEL_FIXTURE, largest_difference(q, r.numbers(2)[1:]), 1e-10
    )
    r = read_table(REFERENCE / "qvalue_spline.csv")
    own = np.array([case == "a third changed" for case in r.text(0)])
    p, by_package, tight = (r.numbers(column)[own][1:] for column in (2, 3, 4))
    q = adjust_p_values(p, "storey-spline")
    for name, expected, tolerance in (
        ("qvalue 2.30.0, its default", by_package, 1e-5),
        ("R 4.2.2, smooth.spline searched to 1e-12", tight, 1e-6),
    ):
        yield Parity("Storey's q by the spline", name, "300 made-up P", largest_difference(q, expected), tolerance)
    r = read_table(REFERENCE / "models_sam.csv")
    sam = permutation_test(values[:80, 4:8], values[:80, :4])
    yield Parity(
        "SAM's d", "samr 3.0", "80 complete probes × (4 + 4)",
        largest_difference(sam.statistic, r.numbers(1)[1:]), 1e-10,
    )  # fmt: skip
    yield Parity(
        "permutation P, all labelings", "R 4.2.2", "80 complete probes × (4 + 4)",
        largest_difference(sam.p_value, r.numbers(2)[1:]), 1e-10,
    )  # fmt: skip
    if folder is not None:
        yield from gse19536_models(folder)


def gse19536_models(folder: Path) -> Iterable[Parity]:
    """Compare models of the 98 breast tumors with limma."""
    from mirtool.differential import estimate_block_correlation, fit_linear_model, moderate

    table, pheno = read_table(folder / "GSE19536_mirna.csv.gz"), read_table(folder / "GSE19536_pheno_data.csv")
    er = dict(zip(pheno.text(0), pheno.text(1), strict=True))
    values = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    design = np.column_stack([np.ones(98), [er[name] == "case" for name in table.header[1:]]])
    i, j = np.indices(values.shape) + 1
    weights = 1.0 + (7 * i + 3 * j) % 5
    trend = {"trend": _mean_intensity(values)}
    fixture = "GSE19536, 463 probes × 98 arrays"
    for case, moderation in (
        ("trend", trend),
        ("robust", {"robust": True}),
        ("trend robust", trend | {"robust": True}),
        ("treat", {"least_change": float(np.log2(1.1))}),
        ("weights", {}),
    ):
        fit = fit_linear_model(
            values, design, contrasts=np.array([[0.0], [1.0]]), weights=weights if case == "weights" else None
        )
        result = moderate(fit, **moderation)
        yield _moderated_row(f"moderated t, {case}", "gse19536_models.csv", case, fixture, fit, result)
    gaps = values.copy()
    gaps.T.flat[::97] = np.nan
    trend = {"trend": _mean_intensity(gaps)}
    for case, moderation in (
        ("plain", {}),
        ("trend", trend),
        ("robust", {"robust": True}),
        ("trend robust", trend | {"robust": True}),
        ("treat", {"least_change": float(np.log2(1.1))}),
        ("weights", {}),
    ):
        fit = fit_linear_model(
            gaps, design, contrasts=np.array([[0.0], [1.0]]), weights=weights if case == "weights" else None
        )
        name, of_gaps = "limma_3.62/gse19536_gaps.csv", fixture + ", 1 % left out"
        yield _moderated_row(f"moderated t, {case}", name, case, of_gaps, fit, moderate(fit, **moderation))
    common = estimate_block_correlation(values, design, np.tile(np.arange(49), 2)).common
    converged = read_table(REFERENCE / "gse19536_correlation.csv").numbers(1)[1:]
    yield Parity(
        "common correlation of blocks of two", "statmod 1.5.0, converged", fixture,
        largest_difference(np.array([common]), converged), 1e-7,
    )  # fmt: skip


def clusters() -> Iterable[Parity]:
    """Compare distances, trees, k-means and the fit of the multiscale bootstrap with R, cluster and pvclust."""
    from mirtool.cluster import fit_scales, hierarchical_order, k_means, pairwise_distances, row_scores

    def numbers(text: str) -> np.ndarray:
        return np.array([float(number) for number in text.split()])

    _, values = matrix("cluster_fixture.csv")
    r = read_table(REFERENCE / "cluster_hclust.csv")
    largest: dict[str, float] = {}
    for of, metric, quantity, expected in zip(*(r.text(j) for j in range(4)), strict=True):
        leaves = values if of == "probes" else values.T
        kind, _, method = quantity.partition(" ")
        if kind == "distances":
            name, found = f"distances, {metric}", pairwise_distances(leaves, metric=metric)
        elif kind == "heights":
            merges = hierarchical_order(leaves, method=method, metric=metric).linkage
            name, found = f"heights, {method} linkage", np.sort(merges[:, 2])
        else:
            continue
        reference = numbers(expected) if kind == "distances" else np.sort(numbers(expected))
        largest[name] = max(largest.get(name, 0.0), largest_difference(found, reference))
    fixture = "30 probes × 12 arrays, both ways, some values missing"
    for name, difference in sorted(largest.items()):
        r_function = "`dist`, `cor`" if name.startswith("distances") else "`hclust`"
        yield Parity(name, f"R 4.2.2 {r_function}", fixture, difference, 1e-10)
    scores, _ = row_scores(values[~np.isnan(values).any(axis=1)])
    r = read_table(REFERENCE / "cluster_kmeans.csv")
    within, silhouette = 0.0, 0.0
    for of, k, quantity, expected in zip(*(r.text(j) for j in range(4)), strict=True):
        result = k_means(scores if of == "probes" else scores.T, int(k))
        if quantity == "total":
            within = max(within, largest_difference(np.array([result.within.sum()]), numbers(expected)))
        elif quantity == "silhouette":
            silhouette = max(silhouette, largest_difference(result.silhouette, numbers(expected)))
    fixture = "24 probes × 12 arrays, both ways, k = 2, 3, 4"
    yield Parity("k-means: sum of squares within", "R 4.2.2 `kmeans`, 200 starts", fixture, within, 1e-10)
    yield Parity("silhouettes", "cluster 2.1.4", fixture, silhouette, 1e-10)
    r = read_table(REFERENCE / "cluster_msfit.csv")
    shares = np.column_stack([numbers(text) for text in r.text(0)])
    fitted = fit_scales(shares, np.arange(5, 15) / 10, 1000)
    difference = max(
        largest_difference(own, r.numbers(column))
        for column, own in ((1, fitted.au), (2, fitted.bp), (3, fitted.au_error), (4, fitted.bp_error))
    )
    yield Parity("AU, BP and their errors of given shares", "pvclust 2.2-0 `msfit`", "10 series", difference, 1e-9)


def normalization(folder: Path | None) -> Iterable[Parity]:
    """Compare correction and normalization with limma, impute and R's optimizer."""
    import parity_normalization

    return (Parity(*row) for row in parity_normalization.rows(folder))


def weights_and_replicates(folder: Path | None) -> Iterable[Parity]:
    """Compare the weights of arrays and the fit to replicate spots with limma, statmod and R's optimizer."""
    import parity_weights

    return (Parity(*row) for row in parity_weights.rows(folder))


def tests_in_models() -> Iterable[Parity]:
    """Compare Student's t in models, signed ranks and permutation within pairs with R and samr."""
    import parity_tests

    return (Parity(*row) for row in parity_tests.rows())


def counts() -> Iterable[Parity]:
    """Compare filter, factors, log-CPM and precision weights of sequencing counts with edgeR and limma."""
    import parity_counts

    return (Parity(*row) for row in parity_counts.rows())


def patients() -> Iterable[Parity]:
    """Compare survival, competing events, tables and miRNAs over levels with R's packages."""
    import parity_clinical

    return (Parity(*row) for row in parity_clinical.rows())


TOPICS: dict[str, Callable[[], Iterable[Parity]]] = {
    "Quantitative PCR": qpcr,
    "Power": power,
    "Clusters": clusters,
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    topics = TOPICS | {
        "Correction and normalization": partial(normalization, folder),
        "Linear models": partial(models, folder),
        "Other tests within models": tests_in_models,
        "Weights of arrays and replicate spots": partial(weights_and_replicates, folder),
        "Sequencing counts": counts,
        "Patients": patients,
    }
    lines = [
        "# Parity",
        "",
        "Made by `python benchmarks/parity.py FOLDER` (FOLDER holds GSE19536, which the project does not) from",
        "the reference values in `tests/reference/` (its README",
        "names the versions and the scripts). The difference is the largest relative one over all values",
        "(of B and of values on the log2 scale where it says so the largest absolute one; of a t or P below 1e-5,",
        "relative to 1e-5);",
        "missing values must be in the same places.",
    ]
    for topic, rows in topics.items():
        lines += ["", f"## {topic}", "", "| method | against | fixture | largest difference | allowed |"]
        lines += ["|---|---|---|---|---|"]
        for row in rows():
            if not row.difference <= row.tolerance:
                raise SystemExit(f"{row.method}: {row.difference:.2g} is more than {row.tolerance:g}")
            lines.append(
                f"| {row.method} | {row.against} | {row.fixture} | {row.difference:.1g} | {row.tolerance:g} |"
            )
    OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
