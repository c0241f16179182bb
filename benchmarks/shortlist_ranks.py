"""Which rank of the shortlist puts planted miRNAs first, in simulated studies such as the demo's.

.venv/bin/python benchmarks/shortlist_ranks.py [STUDIES]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from mirtool.differential import differential, differential_table
from mirtool.io.results.differential import SavedDifferential, read_differential
from mirtool.normalize import normalize
from mirtool.report.tables import write_table
from mirtool.shortlist.ranking import rank_order
from mirtool.simulate.arrays import IntensityModel, SimulatedStudy, simulate_study

STUDIES, FIRST = 50, 10
LEVELS = {"as in the demo, 9 to 13": (9.0, 13.0), "of all levels, 5 to 13": (5.0, 13.0)}
"""log2 counts between which the planted miRNAs lie."""


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    for title, levels in LEVELS.items():
        found: dict[str, list] = {}
        for seed in range(1, n + 1):
            study = simulate_study(seed=seed, model=IntensityModel(changed_range=levels))
            for rank, numbers in judge(study).items():
                found.setdefault(rank, []).append(numbers)
        print(f"\n{n} studies, planted miRNAs {title} (log2 counts)")
        print("| rank | planted first | planted of the first ten | before the first other | size |")
        for rank, rows in found.items():
            first, of_ten, before, size = np.mean(rows, axis=0)
            print(f"| {rank} | {100 * first:.0f} % | {of_ten:.1f} | {before:.1f} | {size:.2f} |")


def judge(study: SimulatedStudy) -> dict[str, tuple[float, ...]]:
    """Rank what passes the fold change of 2 and P, and look where the planted ones are."""
    table = compare(study)
    ratios = dict(zip(study.truth["ID"], study.truth["log2 ratio"], strict=True))
    planted = np.abs([ratios[probe] for probe in table.id])
    passing = table.regulation["regulation by volcano P"] != ""
    orders = {rank: rank_order(table, rank) for rank in ("confident", "fold-change", "p", "pi")}
    orders["mean of the ranks of change, P and level"] = np.argsort(mean_rank(table), kind="stable")
    return {rank: numbers(planted[order[passing[order]]]) for rank, order in orders.items()}


def mean_rank(table: SavedDifferential) -> np.ndarray:
    keys = (-np.abs(table.log2_ratio), table.p_value, -np.asarray(table.level))
    return np.mean([np.argsort(np.argsort(key, kind="stable"), kind="stable") for key in keys], axis=0)


def numbers(planted: np.ndarray) -> tuple[float, ...]:
    """Return what is counted of an order: see the heads of the table.

    ``size`` is the mean planted |log2 change| of the first five, 0 for what was not planted.
    """
    is_planted = planted > 0
    return (
        float(is_planted[:1].any()),
        float(is_planted[:FIRST].sum()),
        float(np.argmin(np.append(is_planted, False))),
        float(planted[:5].mean()),
    )


def compare(study: SimulatedStudy) -> SavedDifferential:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "differential.csv"
        write_table(differential_table(differential(normalize(study.arrays).matrix)), path)
        return read_differential(path)


if __name__ == "__main__":
    main()
