"""Three simulated normalized tables of log2 values for meta_arrays.R: python tests/reference/meta_arrays.py.

40 miRNAs: the first study has two probes of the first one, the second study uses old names of some, the third
lacks eight miRNAs and has unequal groups.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
OLD = ("hsa-miR-95", "hsa-miR-93", "hsa-miR-103", "hsa-miR-21", "hsa-miR-16", "hsa-miR-451", "hsa-miR-126*")
CURRENT = (
    "hsa-miR-95-3p", "hsa-miR-93-5p", "hsa-miR-103a-3p", "hsa-miR-21-5p", "hsa-miR-16-5p", "hsa-miR-451a",
    "hsa-miR-126-5p",
)  # fmt: skip
OTHERS = tuple(f"hsa-miR-{n}" for n in range(4251, 4284))
GROUPS = ((4, 4), (3, 5), (6, 3))
"""Arrays of the reference and of the tested group."""


def main() -> None:
    """Write meta_arrays_1.csv to meta_arrays_3.csv: ID, Name, and one column per array (r1 … t1 …)."""
    rng = np.random.default_rng(2013)
    truth = np.r_[rng.normal(0, 1.2, 15), np.zeros(25)]
    level = rng.uniform(5, 12, 40)
    for study, (n_reference, n_tested) in enumerate(GROUPS, 1):
        effect = truth + rng.normal(0, 0.3, 40)
        names = [*(OLD if study == 2 else CURRENT), *OTHERS]
        rows = [*range(40), 0] if study == 1 else list(range(32)) if study == 3 else list(range(40))
        lines = [",".join(["ID", "Name", *(f"r{i + 1}" for i in range(n_reference)),
                           *(f"t{i + 1}" for i in range(n_tested))])]  # fmt: skip
        for number, row in enumerate(rows):
            mean = level[row] - (3 if number == 40 else 0)
            sd = rng.uniform(0.2, 0.7)
            values = rng.normal(mean, sd, n_reference + n_tested)
            values[n_reference:] += effect[row]
            cells = ",".join(f"{value:.8f}" for value in values)
            lines.append(f"{100 * study + number},{names[row]},{cells}")
        (HERE / f"meta_arrays_{study}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
