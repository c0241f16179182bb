"""Write arrays in which nothing changes, one group of two of them noisier, for array_weights_null.R: a CSV each.

python array_weights_null.py FOLDER && Rscript array_weights_null.R FOLDER
"""

import sys
from pathlib import Path

import numpy as np

SIZES, SDS, SEEDS, PROBES = ((2, 2), (2, 3), (2, 5)), (1.0, 10**0.5, 10.0), range(4), 1000


def null_values(size: tuple[int, int], sd: float, seed: int) -> np.ndarray:
    """Return log2 values of two groups, ``(n_probes, n_arrays)``, the first group's scaled by ``sd``."""
    values = np.random.default_rng(seed).standard_normal((PROBES, sum(size)))
    values[:, : size[0]] *= sd
    return values


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for size in SIZES:
        for sd in SDS:
            for seed in SEEDS:
                name = f"{size[0]}+{size[1]}_{sd:.4g}_{seed}.csv"
                np.savetxt(folder / name, null_values(size, sd, seed), delimiter=",", fmt="%.17g")
