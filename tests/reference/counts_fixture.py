"""Writes counts_fixture.csv: read counts of 300 miRNAs in 24 samples, negative binomial, and counts_samples.csv.

Two groups of twelve, two samples per patient (A1 and B1 are of patient 1 …), depths from 0.3 to 3 million reads.
In group B forty miRNAs rise, one of them to a large part of the library, and twenty fall, so that the factors
matter. A3 and B7 are poor samples: their counts scatter three times as much. The last 20 rows are zero in most
samples or in all. Run it from this folder; the same file comes out every time.
"""

import csv
from pathlib import Path

import numpy as np

N = 12
NAMES = [f"{group}{i}" for group in "AB" for i in range(1, N + 1)]


def fixture() -> np.ndarray:
    """Counts, ``(300, 24)``."""
    rng = np.random.default_rng(2010)
    share = np.exp(rng.normal(0, 2.2, size=300))
    share[280:] = 0
    share[280:290] = 1e-7 * share.sum()
    of_group = np.ones((300, 2))
    of_group[:40, 1] = rng.uniform(1.5, 4, 40)
    of_group[40:60, 1] = rng.uniform(0.25, 0.6, 20)
    of_group[0, 1] = 0.2 * share.sum() / share[0]
    of_patient = np.exp(rng.normal(0, 0.2, size=(300, N)))
    expected = share[:, np.newaxis] * np.repeat(of_group, N, axis=1) * np.tile(of_patient, 2)
    depth = np.exp(rng.uniform(np.log(3e5), np.log(3e6), 2 * N))
    expected *= depth / share.sum()
    dispersion = 0.04 + 0.02 * rng.chisquare(5, size=(300, 1)) / 5 * np.ones((1, 2 * N))
    dispersion[:, [2, N + 6]] *= 9
    rate = rng.gamma(1 / dispersion, dispersion * expected + 1e-300)
    return rng.poisson(rate)


def main() -> None:
    here = Path(__file__).parent
    with (here / "counts_fixture.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ID", *NAMES])
        writer.writerows([f"m{i:03d}", *row] for i, row in enumerate(fixture().tolist(), start=1))
    with (here / "counts_samples.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sample", "group", "patient"])
        writer.writerows([name, name[0], f"p{name[1:]}"] for name in NAMES)


if __name__ == "__main__":
    main()
