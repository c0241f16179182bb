"""Measure how far mirtool's numbers lie from the reference values in tests/reference, for docs/parity.md.

Each function below gives the rows of one topic; ``python benchmarks/parity.py`` writes the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.io.tables import TextTable, read_table

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "tests" / "reference"
OUTPUT = ROOT / "docs" / "parity.md"


@dataclass(frozen=True)
class Parity:
    """One method held against one reference: largest relative difference, and what is allowed."""

    method: str
    against: str
    fixture: str
    difference: float
    tolerance: float


def largest_difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Give the largest relative difference; missing values must be missing on both sides."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    if (np.isnan(found) != np.isnan(expected)).any():
        return float("inf")
    scale = np.where(expected == 0, 1.0, np.abs(expected))
    return float(np.nanmax(np.abs(found - expected) / scale))


def matrix(name: str) -> tuple[TextTable, np.ndarray]:
    table = read_table(REFERENCE / name)
    return table, np.column_stack([table.numbers(j) for j in range(1, len(table.header))])


def qpcr() -> Iterable[Parity]:
    """Compare tests on ΔCt with R, geNorm and NormFinder with published packages."""
    from mirtool.differential.rank_sum import rank_sum_test
    from mirtool.differential.two_sample import paired_t_test, student_t_test, welch_t_test
    from mirtool.qpcr import genorm_m, normfinder

    _, delta_ct = matrix("qpcr_fixture.csv")
    r = read_table(REFERENCE / "qpcr_r.csv")
    of_test = r.text(1)
    tested, reference = -delta_ct[:, :5], -delta_ct[:, 5:]
    fixture = "6 targets × (5 + 4) samples, 4 missing"
    for name, key, test, columns in (
        ("Welch's t on ΔCt: t, df, P", "welch", welch_t_test, 5),
        ("Student's t on ΔCt: t, df, P", "student", student_t_test, 5),
        ("paired t on ΔCt: t, df, P", "paired", paired_t_test, 4),
    ):
        found = test(tested[:, :columns], reference)
        difference = max(
            largest_difference(own, r.numbers(column)[of_test == key])
            for column, own in ((2, found.statistic), (3, found.df), (4, found.p_value))
        )
        yield Parity(name, "R 4.2.2 `t.test`", fixture, difference, 1e-10)
    ranks = rank_sum_test(tested, reference)
    expected = r.numbers(4)[of_test == "mann-whitney"]
    yield Parity(
        "rank sum on ΔCt: P", "R 4.2.2 `wilcox.test`", fixture, largest_difference(ranks.p_value, expected), 1e-10
    )
    table, amounts = matrix("stability_fixture.csv")
    stable = read_table(REFERENCE / "stability_reference.csv")
    n = amounts.shape[1]
    fixture = "6 genes, groups of 4, 4 and 3"
    m = genorm_m(amounts) * ((n - 1) / n) ** 0.5
    yield Parity(
        "geNorm's M (its deviations over n)", "rna-genorm 0.1.0", fixture,
        largest_difference(m, stable.numbers(1)), 1e-10,
    )  # fmt: skip
    groups = [name[0] for name in table.header[1:]]
    for column, letters, words in ((2, "gh", "two"), (3, "ghk", "three")):
        chosen = [i for i, group in enumerate(groups) if group in letters]
        value = normfinder(amounts[:, chosen], [groups[i] for i in chosen])
        yield Parity(
            f"NormFinder's value, {words} groups", "GenExpA 0.0.5", fixture,
            largest_difference(value, stable.numbers(column)), 1e-10,
        )  # fmt: skip


def power() -> Iterable[Parity]:
    """Compare the power of Student's t with base R."""
    from mirtool.power import t_test_power

    r = read_table(REFERENCE / "power_r.csv")
    rows = list(zip(*(r.numbers(j) for j in range(5)), strict=True))
    found = [t_test_power(difference, int(n), level, np.array([sd**2]))[0] for n, difference, sd, level, _ in rows]
    yield Parity(
        "power of Student's t",
        "R 4.2.2 `power.t.test`",
        f"{len(rows)} combinations, 2 to 50 arrays a group",
        largest_difference(np.array(found), np.array([expected for *_, expected in rows])),
        1e-6,
    )


TOPICS: dict[str, Callable[[], Iterable[Parity]]] = {"Quantitative PCR": qpcr, "Power": power}


def main() -> None:
    lines = [
        "# Parity",
        "",
        "Made by `python benchmarks/parity.py` from the reference values in `tests/reference/` (its README",
        "names the versions and the scripts). The difference is the largest relative one over all values;",
        "missing values must stand in the same places.",
    ]
    for topic, rows in TOPICS.items():
        lines += ["", f"## {topic}", "", "| method | against | fixture | largest difference | allowed |"]
        lines += ["|---|---|---|---|---|"]
        for row in rows():
            if not row.difference <= row.tolerance:
                raise SystemExit(f"{row.method}: {row.difference:.2g} is more than {row.tolerance:g}")
            lines.append(
                f"| {row.method} | {row.against} | {row.fixture} | {row.difference:.1g} | {row.tolerance:g} |"
            )
    OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
