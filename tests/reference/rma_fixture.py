"""Make the features that rma.R and mirtool both work on: 40 miRNAs of 1 to 16 features on 6 arrays.

Written once by ``python rma_fixture.py``; whole counts, so nothing is rounded in between. Some features are
missing on some arrays, one miRNA on a whole array, and some features lie far off.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

MIRNAS, ARRAYS = 40, 6


def main() -> None:
    rng = np.random.default_rng(2003)
    sizes = rng.choice([1, 2, 3, 4, 8, 16], MIRNAS)
    level = rng.uniform(4.0, 13.0, MIRNAS)[:, None] + rng.normal(0.0, 0.5, (MIRNAS, ARRAYS))
    array = rng.normal(0.0, 0.4, ARRAYS)
    rows = []
    for i in range(MIRNAS):
        affinity = rng.normal(0.0, 0.8, sizes[i])[:, None]
        log2 = level[i] + array + affinity + rng.normal(0.0, 0.15, (sizes[i], ARRAYS))
        log2 += 4 * (rng.random(log2.shape) < 0.03)
        values = np.maximum(np.rint(np.exp2(log2)), 1).astype(int).astype(object)
        values[rng.random(values.shape) < 0.03] = "NA"
        if i == 7:
            values[:, 2] = "NA"
        rows += [(f"hsa-miR-{i + 1}-5p", *row) for row in values]
    with Path(__file__).with_name("rma_fixture.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["miRNA", *(f"array{j + 1}" for j in range(ARRAYS))])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
