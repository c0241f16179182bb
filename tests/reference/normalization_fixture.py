"""Make the spots that normalization.R and mirtool both work on: three two-color arrays of four blocks.

Written once by ``python normalization_fixture.py``; the values are whole counts, so nothing is rounded in between.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

BLOCKS, ROWS, COLUMNS, ARRAYS = 4, 9, 10, 3


def main() -> None:
    rng = np.random.default_rng(2014)
    block, row, column = (
        index.ravel() + 1 for index in np.meshgrid(*map(np.arange, (BLOCKS, ROWS, COLUMNS)), indexing="ij")
    )
    n = len(block)
    control = rng.random(n) < 0.12
    abundance = np.log2(rng.exponential(400.0, n) + 1)
    abundance[control] = rng.uniform(4.0, 12.0, control.sum())
    header, columns = ["Block", "Row", "Column", "control"], [block, row, column, control.astype(int)]
    for j in range(1, ARRAYS + 1):
        change = np.where(control, 0.0, rng.normal(0.0, 0.4, n) + (rng.random(n) < 0.06) * rng.choice([-2, 2], n))
        bias = 0.3 * block + 0.8 * np.sin(abundance / 2.5)
        tip = rng.normal(0.0, 0.3, BLOCKS)[block - 1]
        for channel, shift in (("red", bias + tip), ("green", -bias / 2 + change)):
            around = rng.normal(80.0, 12.0) + 10 * row / ROWS + rng.normal(0, 4.0, n)
            signal = np.exp2(abundance + rng.normal(0.0, 0.3) + shift + rng.normal(0.0, 0.15, n))
            foreground = np.clip(np.rint(signal + around + rng.normal(0.0, 18.0, n)), 0, 65535).astype(object)
            background = np.rint(around).astype(object)
            foreground[rng.random(n) < 0.01] = "NA"
            background[rng.random(n) < 0.01] = "NA"
            header += [f"{channel}{j}", f"{channel}_background{j}"]
            columns += [foreground, background]
        header.append(f"flag{j}")
        columns.append(rng.choice([0, 100, -50, -75], n, p=[0.7, 0.15, 0.1, 0.05]))
    path = Path(__file__).with_name("normalization_fixture.csv")
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))


if __name__ == "__main__":
    main()
