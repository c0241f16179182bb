"""Exports of qPCR panels with round numbers, for arithmetic by hand, and a simulated panel of two groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

HEADER = "Well,Sample Name,Target Name,Task,CT"
"""As the QuantStudio exports of one row per well have it."""

MIRNAS = tuple(f"hsa-miR-{number}-3p" for number in range(3000, 3200))
SAMPLES = tuple(f"P{i}" for i in range(1, 9))
GROUPS = ("healthy",) * 4 + ("ill",) * 4
UP, DOWN = MIRNAS[:10], MIRNAS[10:20]
ONLY_ILL = MIRNAS[20]
CHANGE = 2.0
"""Cycles by which the miRNAs that change differ."""


def wells(cts: Mapping[str, Mapping[str, Sequence[object]]]) -> str:
    """Write a plate: sample, target, the Ct of its wells ("Undetermined" for none)."""
    rows = [(sample, target, ct) for sample, own in cts.items() for target, many in own.items() for ct in many]
    lines = [f"{i},{sample},{target},UNKNOWN,{ct}" for i, (sample, target, ct) in enumerate(rows, 1)]
    return "\n".join([HEADER, *lines]) + "\n"


def write_plate(path: Path, cts: Mapping[str, Mapping[str, Sequence[object]]]) -> str:
    """Write a plate, return its path."""
    path.write_text(wells(cts), encoding="utf-8")
    return str(path)


def simulated_panel() -> dict[str, dict[str, list[object]]]:
    """Return Ct of 200 miRNAs and 3 controls in 8 samples: ten up, ten down by 2 cycles, one in a group only."""
    rng = np.random.default_rng(13)
    n, amount = len(MIRNAS), rng.normal(0, 0.6, len(SAMPLES))
    ct = rng.uniform(18, 36.5, n)[:, None] + amount + rng.normal(0, 0.25, (n, len(SAMPLES)))
    ct[:20] = rng.uniform(20, 28, 20)[:, None] + amount + rng.normal(0, 0.25, (20, len(SAMPLES)))
    ct[:10, 4:] -= CHANGE
    ct[10:20, 4:] += CHANGE
    ct[20] = np.where(np.arange(len(SAMPLES)) < 4, 40, 33 + amount / 4)
    controls = {"cel-miR-39-3p": 20.0, "UniSp6": 19.0, "U6 snRNA": 25.0}
    return {
        sample: {
            name: [f"{v:.3f}" if v <= 37 else "Undetermined"] for name, v in zip(MIRNAS, ct[:, j], strict=True)
        }
        | {name: [f"{value:.3f}"] for name, value in controls.items()}
        for j, sample in enumerate(SAMPLES)
    }


def write_study(folder: Path) -> None:
    """Write the simulated panel as a study: two files (cards A and B) and a sample sheet."""
    panel = simulated_panel()
    for letter, rows in (("A", slice(0, 100)), ("B", slice(100, None))):
        cts = {sample: dict(list(own.items())[rows]) for sample, own in panel.items()}
        write_plate(folder / f"card_{letter}.csv", cts)
    lines = [f"{name},{group},card_A.csv,card_B.csv" for name, group in zip(SAMPLES, GROUPS, strict=True)]
    (folder / "samples.csv").write_text("\n".join(["sample,group,file,file_2", *lines]) + "\n", encoding="utf-8")
