"""Write the fixtures of the qPCR tests: ΔCt with missing values, and candidate reference genes."""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(2004)
    ct = (
        rng.normal(6, 1, (6, 1))
        + rng.normal(0, 0.8, (6, 9))
        + np.array([[1.0, 0, -2, 0.5, 0, 3]]).T * (np.arange(9) < 5)
    )
    text = [
        ["" if (i, j) in {(1, 0), (2, 6), (4, 2), (4, 8)} else f"{ct[i, j]:.4f}" for j in range(9)]
        for i in range(6)
    ]
    write("qpcr_fixture.csv", ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4"], text, "target")
    noise = np.array([[0.05, 0.6, 0.3, 0.02, 0.9, 0.25]]).T
    amounts = rng.normal(8, 1, (6, 1)) + rng.normal(0, 0.7, (1, 11)) + noise * rng.normal(0, 1, (6, 11))
    amounts[2, 4:] += 0.8
    names = [f"{group}{i}" for group, n in (("g", 4), ("h", 4), ("k", 3)) for i in range(1, n + 1)]
    write("stability_fixture.csv", names, [[f"{value:.4f}" for value in row] for row in amounts], "gene")


def write(name: str, columns: list[str], rows: list[list[str]], label: str) -> None:
    lines = [",".join([label, *columns])]
    lines += [",".join([f"{label}{i}", *row]) for i, row in enumerate(rows, 1)]
    (HERE / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
