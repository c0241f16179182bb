"""Effects and standard errors of simulated studies for meta.R: python tests/reference/meta_fixture.py.

120 miRNAs, 7 studies, a fifth of the values missing; a third of the miRNAs differ between the studies.
"""

from pathlib import Path

import numpy as np

N_MIRNAS, N_STUDIES = 120, 7


def main() -> None:
    """Write meta_fixture.csv: one row per miRNA and study with a value."""
    rng = np.random.default_rng(13)
    truth = np.where(rng.random(N_MIRNAS) < 0.5, 0.0, rng.normal(0, 1, N_MIRNAS))
    between = np.where(np.arange(N_MIRNAS) % 3 == 0, 0.6, 0.0)
    se = rng.uniform(0.08, 0.7, (N_MIRNAS, N_STUDIES))
    effect = rng.normal(truth[:, None] + between[:, None] * rng.normal(size=se.shape), se)
    there = rng.random(se.shape) > 0.2
    lines = ["mirna,study,effect,se,n"]
    for i, j in np.argwhere(there):
        lines.append(f"{i + 1},{j + 1},{effect[i, j]:.10g},{se[i, j]:.10g},{6 + 3 * j}")
    Path(__file__).with_name("meta_fixture.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
