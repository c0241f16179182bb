"""Writes differential_fixture.csv: 200 probes × (3 + 4) log2 values with many patterns of missing values.

Run it from this folder; the same file comes out every time. Rows of note: p197 lacks group A, p198 lacks group B,
p199 is constant, p200 is constant within each group, p196 has one value in each group, p195 none at all.
"""

import csv
from pathlib import Path

import numpy as np

SAMPLES = ("A1", "A2", "A3", "B1", "B2", "B3", "B4")


def fixture() -> np.ndarray:
    rng = np.random.default_rng(20041)
    sigma = np.sqrt(0.15 * 6 / rng.chisquare(6, size=(200, 1)))
    values = rng.uniform(4, 12, size=(200, 1)) + sigma * rng.normal(size=(200, 7))
    values[:20, 3:] += rng.choice([-2.0, 2.0], size=(20, 1))
    values[40:150][rng.random((110, 7)) < 0.25] = np.nan
    values[194] = np.nan
    values[195, [0, 1, 3, 4, 5]] = np.nan
    values[196, :3] = np.nan
    values[197, 3:] = np.nan
    values[198] = 7.1
    values[199, :3], values[199, 3:] = 6.3, 7.7
    return np.round(values, 6)


def main() -> None:
    with Path(__file__).with_name("differential_fixture.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("ID", "Name", *SAMPLES))
        for i, row in enumerate(fixture(), 1):
            writer.writerow(
                (f"p{i:03d}", f"hsa-miR-{9000 + i}", *("NA" if np.isnan(v) else repr(float(v)) for v in row))
            )


if __name__ == "__main__":
    main()
