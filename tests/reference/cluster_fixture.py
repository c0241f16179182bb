"""Write cluster_fixture.csv: log2 values of 30 probes in 12 arrays of three kinds, every fifth with holes."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
rng = np.random.default_rng(20040)
kinds = np.repeat([0, 1, 2], 4)
pattern = rng.normal(0, 1.2, (30, 3))
values = rng.uniform(4, 12, (30, 1)) + pattern[:, kinds] + rng.normal(0, 1.0, (30, 12))
values = np.round(values, 3)
values[::5][rng.random((6, 12)) < 0.2] = np.nan
header = "ID," + ",".join(f"{'abc'[kind]}{j % 4 + 1}" for j, kind in enumerate(kinds))
lines = [f"p{i + 1}," + ",".join("NA" if np.isnan(v) else f"{v:.3f}" for v in row) for i, row in enumerate(values)]
(FOLDER / "cluster_fixture.csv").write_text("\n".join([header, *lines]) + "\n")
