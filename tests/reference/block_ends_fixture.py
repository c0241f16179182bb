"""Write the fixture of block_ends.R: 40 probes on pairs of arrays, half of the values missing.

Every other of them is chosen, out of many at random, for a restricted likelihood with a narrow peak near a
correlation of -1 that is higher than all others, and does not show 0.005 away from it.

    python block_ends_fixture.py
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

GROUP, BLOCK = np.array([0, 1] * 6), np.tile(np.arange(6), 2)
DESIGN = np.eye(2)[GROUP]
COARSE, NEAR = np.linspace(-0.995, 0.995, 400), -1 + 10 ** -np.linspace(2.5, 6, 100)


def probes() -> Iterator[np.ndarray]:
    """Draw probes without end, 12 values each, NaN missing."""
    rng = np.random.default_rng(3)
    while True:
        values = rng.normal(size=12) + 0.35 * rng.normal(size=6)[BLOCK]
        values[rng.random(12) < 0.5] = np.nan
        yield values.round(6)


def is_peaked(values: np.ndarray) -> bool:
    """Return True where the highest peak is the narrow one near -1."""
    there = ~np.isnan(values)
    design, n = DESIGN[there], int(there.sum())
    rank = int(np.linalg.matrix_rank(design))
    if n <= rank + 2 or not 1 < len(set(BLOCK[there])) < n - 1:
        return False
    rest = np.linalg.svd(design)[0][:, rank:]
    same = BLOCK[there][:, np.newaxis] == BLOCK[there]
    loadings, directions = np.linalg.eigh(rest.T @ same @ rest)
    squares = (directions.T @ rest.T @ values[there]) ** 2

    def heights(rho: np.ndarray) -> np.ndarray:
        expected = 1 + rho[:, np.newaxis] * (loadings - 1)
        return -len(loadings) * np.log(np.sum(squares / expected, 1)) - np.sum(np.log(expected), 1)

    coarse = heights(COARSE)
    return bool(np.argmax(coarse) > 4 and heights(NEAR).max() > coarse.max() + 0.1)


if __name__ == "__main__":
    drawn = probes()
    rows = []
    for _ in range(20):
        rows.append(next(drawn))
        rows.append(next(filter(is_peaked, drawn)))
    with (Path(__file__).parent / "block_ends_fixture.csv").open("w", newline="") as file:
        names = (f"{'AB'[g]}{b + 1}.{k // 6 + 1}" for k, (g, b) in enumerate(zip(GROUP, BLOCK, strict=True)))
        file.write("ID," + ",".join(names) + "\n")
        for probe, row in enumerate(rows):
            file.write(f"p{probe + 1}," + ",".join("NA" if np.isnan(x) else f"{x:.6f}" for x in row) + "\n")
