"""Measure the commands on a large table of log2 values, `diff` beside limma doing the same work.

    python benchmarks/large_table.py [--samples 1601] [--repeats 3] [--rscript Rscript] [--others] [--folder KEEP]

Simulated are 2,565 miRNAs × 1,601 samples of two groups with four decimals, 5 % missing at random, and a column of
ages. `diff --covariate age` and limma run in turns, each as a whole process; printed are the medians of processor
seconds, wall seconds and the most memory held. t, P and FDR must agree within 1e-8, else it stops. With --others,
every other test of `diff`, `normalize`, `qc` and `covariates` are measured once.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

PROBES, SAMPLES, CHANGED, MISSING = 2565, 1601, 100, 0.05
TOLERANCE = 1e-8
SCRIPT = Path(__file__).resolve().with_name("limma_table.R")
NORMALIZED, INTENSITIES, COMPLETE = "normalized.csv", "intensities.csv", "complete.csv"
ON_LOG2 = ("--samples", "samples.csv", "--scale", "log2")
OTHERS: tuple[tuple[str, ...], ...] = (
    *(
        ("diff", NORMALIZED, *ON_LOG2, "--test", test, "-o", f"{test}.csv")
        for test in ("moderated", "welch", "student", "rank-sum", "permutation")
    ),
    ("normalize", INTENSITIES, "--samples", "samples.csv", "--between", "quantile", "-o", "quantile.csv"),
    ("qc", INTENSITIES, "--samples", "samples.csv", "--no-figures", "-o", "qc_arrays.csv"),
    ("covariates", COMPLETE, *ON_LOG2, "-o", "covariates.csv"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rscript", default="Rscript", help="an R with limma")
    parser.add_argument("--others", action="store_true", help="measure the other commands, too")
    parser.add_argument("--folder", type=Path, help="keep what is written here")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="mirtool-table-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In a process of its own: what this one has loaded would count as the memory of those it starts.
        code = f"import large_table as t, pathlib; t.simulate(pathlib.Path({str(folder)!r}), {options.samples})"
        subprocess.run([sys.executable, "-c", code], cwd=SCRIPT.parent, check=True)
        print(f"{PROBES:,} miRNAs × {options.samples:,} samples, {100 * MISSING:.0f} % missing")
        print(f"{'command':60}{'CPU s':>8}{'wall s':>8}{'MB':>8}")
        compare_with_limma(folder, options.rscript, options.repeats)
        for command in OTHERS if options.others else ():
            show(
                " ".join(command[:2] + command[-4:-2]),
                [measure([sys.executable, "-m", "mirtool", *command], folder)],
            )
    finally:
        if not options.folder:
            shutil.rmtree(folder)


def simulate(folder: Path, n_samples: int) -> None:
    """Write log2 values with missing ones, the same as intensities, log2 values without gaps, and the sheet."""
    rng = np.random.default_rng(1)
    group = np.arange(n_samples) % 2
    change = np.zeros(PROBES)
    change[rng.choice(PROBES, CHANGED, replace=False)] = rng.normal(0, 0.5, CHANGED)
    values = rng.uniform(5, 13, PROBES)[:, np.newaxis] + rng.normal(0, 0.5, (PROBES, n_samples))
    values += np.outer(change, group)
    missing = rng.random(values.shape) < MISSING
    names = [f"S{j:04}" for j in range(n_samples)]
    for file, numbers, digits, gaps in (
        (NORMALIZED, values, 4, True),
        (INTENSITIES, 2**values, 1, True),
        (COMPLETE, values, 4, False),
    ):
        with (folder / file).open("w") as out:
            out.write("ID," + ",".join(names) + "\n")
            for i, row in enumerate(numbers):
                cells = (
                    "" if gaps and lost else f"{x:.{digits}f}" for x, lost in zip(row, missing[i], strict=True)
                )
                out.write(f"hsa-miR-{20000 + i}-5p," + ",".join(cells) + "\n")
    with (folder / "samples.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["sample", "group", "age"])
        ages = rng.integers(30, 80, n_samples)
        writer.writerows(zip(names, np.where(group, "case", "control"), ages, strict=True))


def compare_with_limma(folder: Path, rscript: str, repeats: int) -> None:
    """Run both in turns, check that they agree, and print what they used."""
    version = subprocess.run(
        [rscript, "--vanilla", "-e", "cat(as.character(packageVersion('limma')))"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    # Up to 3.60 limma had the older estimate of the prior.
    prior = "legacy" if tuple(map(int, version.split("."))) < (3, 61) else "unequal-df"
    ours = [sys.executable, "-m", "mirtool", "diff", NORMALIZED, *ON_LOG2, "--covariate", "age"]
    ours += ["--prior", prior, "--digits", "full", "-o", "ours.csv"]
    theirs = [rscript, "--vanilla", str(SCRIPT), NORMALIZED, "samples.csv", "limma.csv"]
    turns = [(measure(ours, folder), measure(theirs, folder)) for _ in range(repeats)]
    check(folder)
    of_mirtool, of_limma = zip(*turns, strict=True)
    show("mirtool diff --covariate age", of_mirtool)
    show(f"limma {version}", of_limma)
    shares = [mine[0] / its[0] for mine, its in turns]
    print(f"of limma's processor time: {statistics.median(shares):.2f}")


def check(folder: Path) -> None:
    """Compare t, P and FDR of all miRNAs with limma's."""
    ours, theirs = (read(folder / file) for file in ("ours.csv", "limma.csv"))
    for own, its in (("t (moderated)", "t"), ("P (moderated)", "P.Value"), ("FDR (BH)", "adj.P.Val")):
        pairs = np.array([(float(row[own]), float(theirs[name][its])) for name, row in ours.items()])
        np.testing.assert_allclose(pairs[:, 0], pairs[:, 1], rtol=TOLERANCE)


def read(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a table by their IDs."""
    with path.open(newline="") as file:
        return {row.get("ID") or row[""]: row for row in csv.DictReader(file)}


def measure(command: Sequence[str], folder: Path) -> tuple[float, float, float]:
    """Return processor seconds, wall seconds and the most megabytes of a command."""
    start = time.perf_counter()
    with (folder / "messages.txt").open("w") as messages:
        process = subprocess.Popen(command, cwd=folder, stdout=messages, stderr=messages)
        _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)}:\n{(folder / 'messages.txt').read_text()}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024


def show(name: str, turns: Sequence[tuple[float, float, float]]) -> None:
    """Print the medians of what a command used."""
    cpu, wall, megabytes = map(statistics.median, zip(*turns, strict=True))
    print(f"{name:60}{cpu:8.1f}{wall:8.1f}{megabytes:8.0f}", flush=True)


if __name__ == "__main__":
    main()
