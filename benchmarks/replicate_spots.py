"""Count what fitting every replicate spot recovers of planted changes, beside the arrays' medians.

``python benchmarks/replicate_spots.py [--simulations 20]`` prints the table of docs/methods/models.md: studies of
``benchmarks/recovery.py``, where the scatter of spots falls with intensity while the arrays' does not, and the
same with spots whose share of the variance is one for all probes, as the method assumes.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from recovery import ALPHA, SCENARIOS, average, count, simulate

from mirtool.differential import Model, compare_by_model, differential
from mirtool.model import DifferentialTable, ExpressionMatrix
from mirtool.normalize import normalize

SIZES = (3, 5)
SHARE = 0.6
"""Of the variance, that the spots of an array have in common in the studies that the method is made for."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=20)
    n = parser.parse_args().simulations
    print("| spots | arrays | test | true, FDR ≤ 0.05 | realized FDR | P ≤ 0.05 where nothing changes |")
    print("|---|---|---|--:|--:|--:|")
    for kind in ("as on the chip", "one correlation"):
        for n_arrays in SIZES:
            studies = [study_of(kind, n_arrays, seed) for seed in range(1, n + 1)]
            for name, model in (("medians", None), ("every spot", Model(replicates=True))):
                results = [(compared(matrix, model), truth) for matrix, truth in studies]
                found = average([count(d.fdr <= ALPHA, np.sign(d.log2_ratio), truth) for d, truth in results])
                null = np.mean([np.mean(d.p_value[truth == 0] <= ALPHA) for d, truth in results])
                print(
                    f"| {kind} | {n_arrays} + {n_arrays} | {name} | {found.true:.1f} | "
                    f"{found.false_share:.3f} ± {found.error:.3f} | {100 * null:.1f} % |"
                )


def study_of(kind: str, n_arrays: int, seed: int) -> tuple[ExpressionMatrix, np.ndarray]:
    """Return a normalized study with its spots, and the direction of each probe's planted change."""
    plain = next(scenario for scenario in SCENARIOS if scenario.name == "plain noise")
    study = simulate(plain, n_arrays, seed)
    matrix = normalize(study.arrays, keep_replicates=True).matrix
    planted = dict(zip(study.truth["ID"], np.sign(study.truth["log2 ratio"]), strict=True))
    truth = np.array([planted[label] for label in matrix.probes.id])
    return (matrix if kind == "as on the chip" else with_one_correlation(matrix, truth, seed)), truth


def with_one_correlation(matrix: ExpressionMatrix, truth: np.ndarray, seed: int) -> ExpressionMatrix:
    """Draw the spots anew: a variance of each probe, and one share of it that spots have in common."""
    rng = np.random.default_rng([seed, 2005])
    n_probes, n_spots, n_arrays = len(matrix.probes), 4, len(matrix.samples)
    sd = 0.25 * np.sqrt(4 / rng.chisquare(4, size=(n_probes, 1, 1)))
    tested = np.array([group != matrix.samples.groups[0] for group in matrix.samples.groups])
    change = truth[:, np.newaxis, np.newaxis] * rng.uniform(0.58, 2, size=(n_probes, 1, 1)) * tested
    of_arrays, of_spots = rng.normal(size=(n_probes, 1, n_arrays)), rng.normal(size=(n_probes, n_spots, n_arrays))
    spots = 8 + change + sd * (SHARE**0.5 * of_arrays + (1 - SHARE) ** 0.5 * of_spots)
    counts = np.full(matrix.values.shape, n_spots)
    return replace(matrix, values=np.median(spots, axis=1), spots=counts, replicates=spots)


def compared(matrix: ExpressionMatrix, model: Model | None) -> DifferentialTable:
    if model is None:
        return differential(matrix, alpha=ALPHA)
    return compare_by_model(matrix, model, alpha=ALPHA).tables[0]


if __name__ == "__main__":
    main()
