"""Reference values of geNorm's M and NormFinder's value, by two published Python packages.

Needs GenExpA 0.0.5 (MIT; a translation of NormFinder's own program) and rna-genorm 0.1.0 (Apache 2.0), unpacked
into one folder without their dependencies:  python stability.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def main(folder: str) -> None:
    sys.path.insert(0, folder)
    from genexpa.core.normfinder import normfinder
    from genorm import m_measure

    amounts = pd.read_csv(HERE / "stability_fixture.csv", index_col=0)
    lines = ["gene,genorm M (n),normfinder by two groups,normfinder by three groups"]
    values = []
    for letters in ("gh", "ghk"):
        chosen = amounts[[name for name in amounts if name[0] in letters]]
        groups = [letters.index(name[0]) + 1 for name in chosen]
        found, _ = normfinder(pd.concat([chosen, pd.DataFrame([groups], columns=chosen.columns)]), ctVal=True)
        values.append(dict(found))
    m = m_measure(np.exp2(amounts.T))  # its standard deviations divide by n
    lines += [f"{gene},{m[gene]:.17g}," + ",".join(f"{found[gene]:.17g}" for found in values) for gene in m.index]
    (HERE / "stability_reference.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
