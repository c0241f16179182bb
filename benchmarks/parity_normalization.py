"""How far correction and normalization lie from limma, impute and R's optimizer: rows for docs/parity.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from mirtool.model import SpotLayout, text_array
from mirtool.normalize import background, between, two_color, within
from mirtool.normalize.imputation import impute_knn
from mirtool.normalize.median_polish import polish_replicates
from mirtool.normalize.normexp import (
    NormexpFit,
    expected_signals,
    fit_normexp,
    log_likelihood,
    normexp_signals,
)
from mirtool.normalize.quantiles import normalize_quantiles
from mirtool.normalize.replicates import group_replicates
from mirtool.normalize.vsn import fit_vsn

REFERENCE = Path(__file__).resolve().parents[1] / "tests" / "reference"
LIMMA = "limma 3.54.1"
SPOTS = "360 spots × 3 arrays, 1 % missing"
LOG2 = ", difference of log2"

Row = tuple[str, str, str, float, float]
"""Method, against, fixture, largest difference, tolerance."""


def columns(name: str) -> dict[str, np.ndarray]:
    """Return the columns of a reference table, those called x.1, x.2 … together as x."""
    path = REFERENCE / name
    header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    values = np.genfromtxt(path, delimiter=",", skip_header=1, missing_values="NA")
    stems = [label.rpartition(".")[0] or label.rstrip("0123456789") for label in header]
    return {stem: values[:, [i for i, s in enumerate(stems) if s == stem]] for stem in dict.fromkeys(stems)}


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    scale = np.where(expected == 0, 1.0, np.abs(expected))
    return _largest(np.abs(found - expected) / scale, found, expected)


def absolute(found: np.ndarray, expected: np.ndarray) -> float:
    return _largest(np.abs(found - expected), found, expected)


def _largest(difference: np.ndarray, found: np.ndarray, expected: np.ndarray) -> float:
    same = (np.isnan(found) == np.isnan(expected)).all()
    return float(np.nanmax(difference)) if same else float("inf")


def rows(folder: Path | None) -> Iterator[Row]:
    """Return a row for each method; with ``folder``, those of GSE19536 too."""
    spots = columns("normalization_fixture.csv")
    layout = SpotLayout(*(spots[name][:, 0].astype(int) for name in ("Block", "Row", "Column")))
    yield from _backgrounds(spots, layout)
    yield from _within(spots, layout)
    yield from _between()
    reference = columns("normalization_knn.csv")
    found, _ = impute_knn(reference["y"])
    yield (
        "impute knn", "impute 1.72.3 `impute.knn`", "80 probes × 8 arrays, 11 % missing",
        relative(found, reference["knn"]), 1e-10,
    )  # fmt: skip
    yield from _polished()
    if folder is not None:
        yield from _real(folder / "GSE19536_mirna.csv.gz")


def _polished() -> Iterable[Row]:
    groups = group_replicates(text_array(row[0] for row in _cells("rma_fixture.csv")))
    spots = np.log2(np.array([row[1:] for row in _cells("rma_fixture.csv")], dtype=float))
    for name, comparable in (("none", spots), ("quantile", normalize_quantiles(spots))):
        expected = np.array([row[2:] for row in _cells("rma.csv") if row[0] == name], dtype=float)
        yield (
            f"median polish after between {name}", "R 4.2.2 `medpolish`" + (", limma 3.54.1" * (name != "none")),
            "40 miRNAs of 1 to 16 features × 6 arrays, 3 % missing",
            relative(polish_replicates(comparable, groups), expected), 1e-10,
        )  # fmt: skip


def _cells(name: str) -> list[list[str]]:
    lines = (REFERENCE / name).read_text().splitlines()[1:]
    return [line.replace("NA", "nan").split(",") for line in lines]


def _backgrounds(spots: dict[str, np.ndarray], layout: SpotLayout) -> Iterable[Row]:
    foreground, around = spots["green"], spots["green_background"]
    reference = columns("normalization_background.csv")
    for name, found in (
        ("none", foreground),
        ("subtract", background.subtract_background(foreground, around)),
        ("half", background.at_least_half(foreground, around)),
        ("minimum", background.at_least_half_minimum(foreground, around)),
        ("edwards", background.edwards_signals(foreground, around)),
        ("movingmin", background.subtract_moving_minimum(foreground, around, layout)),
    ):
        against = f"{LIMMA}, block by block" if name == "movingmin" else LIMMA
        yield f"background {name}", against, SPOTS, relative(found, reference[name]), 1e-10
    for name, likelihood, tolerance in (("normexp-mle", "mle", 1e-6), ("normexp", "saddle", 2e-3)):
        found, _ = normexp_signals(foreground - around, likelihood)
        difference = absolute(np.log2(found + 50), np.log2(reference[likelihood]))
        yield f"background {name}, offset 50", LIMMA, SPOTS + LOG2, difference, tolerance
        yield _likelihood(name, likelihood, foreground - around)
        difference = _at_limmas_parameters(likelihood, foreground - around, reference[likelihood] - 50)
        yield f"background {name}: signals at limma's parameters", LIMMA, SPOTS, difference, 1e-10
    vsn = columns("normalization_vsn.csv")
    expected = np.arcsinh(vsn["offset"][:, 0] + vsn["factor"][:, 0] * (foreground - around))
    expected = (expected - np.log(2) - np.log(vsn["factor"]).mean()) / np.log(2)
    found = fit_vsn(foreground - around, kept_share=1).apply(foreground - around)
    yield (
        "between vsn, all probes",
        "its likelihood, R 4.2.2 `optim`",
        SPOTS + LOG2,
        absolute(found, expected),
        1e-6,
    )


def _likelihood(name: str, likelihood: str, x: np.ndarray) -> Row:
    lines = (REFERENCE / "normalization_normexp.csv").read_text(encoding="utf-8").splitlines()[1:]
    limma = {tuple(line.split(",")[:2]): float(line.split(",")[5]) for line in lines}
    lacking = 0.0
    for j in range(x.shape[1]):
        own = x[~np.isnan(x[:, j]), j]
        found = -2 * log_likelihood(own, fit_normexp(own, likelihood), likelihood)
        lacking = max(lacking, found / limma[str(j + 1), likelihood] - 1)
    return f"background {name}: −2 log likelihood above limma's", LIMMA, SPOTS, lacking, 1e-12


def _at_limmas_parameters(likelihood: str, x: np.ndarray, expected: np.ndarray) -> float:
    largest = 0.0
    for line in (REFERENCE / "normalization_normexp.csv").read_text(encoding="utf-8").splitlines()[1:]:
        array, method, *numbers = line.split(",")
        if method == likelihood:
            mu, log_sigma, log_alpha, _ = map(float, numbers)
            j = int(array) - 1
            found = expected_signals(x[:, j], NormexpFit(mu, np.exp(log_sigma), np.exp(log_alpha), 0.0))
            largest = max(largest, relative(found, expected[:, j]))
    return largest


def _within(spots: dict[str, np.ndarray], layout: SpotLayout) -> Iterable[Row]:
    reference = columns("normalization_within.csv")
    m, a = reference["M"], reference["A"]
    weights = np.where(spots["flag"] < 0, 0.1, 1.0)
    for name, key, correct in (
        ("median", "median", lambda w: within.subtract_median(m, w)),
        ("loess", "loess", lambda w: within.subtract_loess(m, a, w)),
        ("printtip-loess", "printtip", lambda w: within.subtract_loess_by_block(m, a, layout.block, w)),
    ):
        yield f"within {name}", LIMMA, SPOTS + LOG2, absolute(correct(None), reference[key]), 1e-8
        difference = absolute(correct(weights), reference[f"{key}_weighted"])
        yield f"within {name}, weights by flags", LIMMA, SPOTS + LOG2, difference, 1e-8
    found = within.subtract_control_curve(m, a, spots["control"][:, 0] == 1)
    yield "within control", LIMMA, SPOTS + LOG2, absolute(found, reference["control"]), 1e-8


def _between() -> Iterable[Row]:
    reference = columns("normalization_between.csv")
    fixture = "360 probes × 6 arrays, 1 % missing, ties on one"
    for name, key, normalize, tolerance in (
        ("scale", "scale", between.scale_medians, 1e-10),
        ("quantile", "quantile", normalize_quantiles, 1e-10),
        ("cyclic-loess", "fast", between.cyclic_loess_fast, 1e-8),
        ("cyclic-loess-affy", "affy", between.cyclic_loess_affy, 1e-8),
        ("cyclic-loess-pairs", "pairs", between.cyclic_loess_pairs, 1e-8),
    ):
        yield f"between {name}", LIMMA, fixture, relative(normalize(reference["x"]), reference[key]), tolerance
    of_spots = columns("normalization_within.csv")
    m, a = of_spots["loess"], of_spots["A"]
    reference = columns("normalization_two_color.csv")
    groups = ["a", "b", "a", *["reference"] * 3]
    for name, found in (
        ("scale", two_color.scale_ratios(m, a)),
        ("quantile", two_color.quantiles_of_channels(m, a)),
        ("Aquantile", two_color.quantiles_of_a(m, a)),
        ("Rquantile", two_color.quantiles_of_numerator(m, a)),
        ("Gquantile", two_color.quantiles_of_denominator(m, a)),
        ("Tquantile", two_color.quantiles_of_groups(m, a, groups)),
    ):
        difference = max(absolute(x, reference[f"{name}.{k}"]) for x, k in zip(found, "MA", strict=True))
        yield f"between {name}: M and A", LIMMA, SPOTS + LOG2, difference, 1e-8


def _real(path: Path) -> Iterable[Row]:
    values = np.genfromtxt(path, delimiter=",", skip_header=1, dtype=str)[:, 1:].astype(float)
    flat = values.ravel(order="F")
    flat[96::97] = np.nan
    values = flat.reshape(values.shape, order="F")
    reference = np.genfromtxt(
        REFERENCE / "gse19536_normalized.csv", delimiter=",", skip_header=1, missing_values="NA"
    )
    some = values[::80].shape[0]
    for i, (name, normalize, tolerance) in enumerate(
        (
            ("quantile", normalize_quantiles, 1e-10),
            ("cyclic-loess", between.cyclic_loess_fast, 1e-8),
            ("scale", between.scale_medians, 1e-10),
        )
    ):
        difference = relative(normalize(values)[::80], reference[i * some : (i + 1) * some])
        yield f"between {name}", LIMMA, "GSE19536, 463 probes × 98 arrays, 1 % left out", difference, tolerance
