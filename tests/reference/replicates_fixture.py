"""Writes replicates_fixture.csv: log2 values of 90 probes, four spots each, on 3 + 4 arrays.

A spot's value is its probe's level, what befell the array, and an error of its own. The last 30 probes lack
spots: p61 to p80 at random, p81 to p86 have two spots throughout, p87 a single one, p88 no array of the first
group but one, p89 lies on two arrays alone, and p90 does not vary. Run it from this folder; the same file comes
out every time.
"""

import csv
from pathlib import Path

import numpy as np

N_SPOTS = 4
GROUPS = ("A", "A", "A", "B", "B", "B", "B")


def fixture() -> np.ndarray:
    """Values, ``(90, 4, 7)``, NaN missing."""
    rng = np.random.default_rng(2005)
    sigma = np.sqrt(0.08 * 6 / rng.chisquare(6, size=(90, 1, 1)))
    share = rng.uniform(0.1, 0.9, size=(90, 1, 1))
    of_array, of_spot = rng.normal(size=(90, 1, 7)), rng.normal(size=(90, N_SPOTS, 7))
    values = rng.uniform(5, 12, size=(90, 1, 1)) + sigma * (share**0.5 * of_array + (1 - share) ** 0.5 * of_spot)
    values[:12, :, 3:] += rng.choice([-1.0, 1.0], size=(12, 1, 1))
    values[60:80][rng.random((20, N_SPOTS, 7)) < 0.3] = np.nan
    values[80:86, 2:] = np.nan
    values[86, 1:] = np.nan
    values[87, :, 1:3] = np.nan
    values[88][:, [0, 1, 2, 3, 4]] = np.nan
    values[89] = 7.25
    return np.round(values, 6)


def main() -> None:
    with Path(__file__).with_name("replicates_fixture.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ID", "spot", *(f"{group}{i + 1}" for i, group in enumerate(GROUPS))])
        for i, probe in enumerate(fixture(), start=1):
            for j, spot in enumerate(probe, start=1):
                writer.writerow([f"p{i:02d}", j, *("NA" if np.isnan(v) else f"{v:.10g}" for v in spot)])


if __name__ == "__main__":
    main()
