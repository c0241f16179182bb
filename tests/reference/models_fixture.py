"""Writes models_fixture.csv, models_weights.csv and models_samples.csv: 160 probes × 12 arrays of three groups.

Four patients gave an array to each group (a pair, or a block), in two batches that cross the groups, with an age
each. The variance falls with intensity, some probes vary far more than the rest, and half of the rows lack values.
Rows of note: p156 lacks group A, p157 lacks group C, p158 has one value in each group, p159 none at all, p160 is
constant. Run it from this folder; the same files come out every time.
"""

import csv
from pathlib import Path

import numpy as np

GROUPS = ("A", "A", "A", "A", "B", "B", "B", "B", "C", "C", "C", "C")
PATIENTS = ("P1", "P2", "P3", "P4") * 3
BATCHES = ("x", "x", "y", "y", "x", "y", "y", "x", "y", "x", "y", "x")
AGES = (61, 58, 70, 49, 61.5, 58.5, 70.5, 49.5, 62, 59, 71, 50)
SAMPLES = tuple(f"{group}{i % 4 + 1}" for i, group in enumerate(GROUPS))


def fixture() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20160)
    level = rng.uniform(4, 13, size=(160, 1))
    sigma = np.sqrt(np.exp(1.5 - 0.35 * level) * 8 / rng.chisquare(8, size=(160, 1)))
    sigma[rng.choice(155, size=8, replace=False)] *= 6
    patient = np.array([int(p[1]) - 1 for p in PATIENTS])
    values = level + sigma * (0.7 * rng.normal(size=(160, 4))[:, patient] + rng.normal(size=(160, 12)))
    values[:20, 4:8] += rng.choice([-2.0, 2.0], size=(20, 1))
    values[10:30, 8:] += rng.choice([-1.5, 1.5], size=(20, 1))
    values[80:150][rng.random((70, 12)) < 0.2] = np.nan
    values[155, :4] = np.nan
    values[156, 8:] = np.nan
    values[157, [1, 2, 3, 4, 5, 7, 8, 9, 10]] = np.nan
    values[158] = np.nan
    values[159] = 7.1
    weights = rng.choice([1.0, 2.0, 3.0, 4.0], size=(160, 12))
    return np.round(values, 6), weights


def write(name: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with Path(__file__).with_name(name).open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def cells(row: np.ndarray) -> list[str]:
    return ["NA" if np.isnan(value) else f"{value:.10g}" for value in row]


def main() -> None:
    values, weights = fixture()
    ids = [(f"p{i:03d}", f"hsa-miR-{9200 + i}") for i in range(1, len(values) + 1)]
    header = ("ID", "Name", *SAMPLES)
    write("models_fixture.csv", header, [(*i, *cells(row)) for i, row in zip(ids, values, strict=True)])
    write("models_weights.csv", header, [(*i, *cells(row)) for i, row in zip(ids, weights, strict=True)])
    sheet = zip(SAMPLES, GROUPS, PATIENTS, BATCHES, map(str, AGES), strict=True)
    write("models_samples.csv", ("sample", "group", "patient", "batch", "age"), list(sheet))


if __name__ == "__main__":
    main()
