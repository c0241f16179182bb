"""Simulate a serum study in the form of a Toray 3D-Gene series matrix, at its real size, and measure the commands.

    .venv/bin/python benchmarks/large_series.py [--samples 1601] [--folder KEEP]

The series matrix has 2,565 probes (IDs are accessions, some joined by commas) and 1,601 samples of two groups,
log2 values of three decimals, 0.1 where a miRNA is not detected. Each command runs as its own process; printed
are its processor seconds, its wall seconds and the most memory it held.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.resources
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

PROBES, SAMPLES, JOINED, CHANGED = 2565, 1601, 30, 150
SERIES = "GSE1_series_matrix.txt.gz"
INTENSITIES = "intensities.csv.gz"
STUDY = (
    ("inspect", SERIES),
    ("init", SERIES),
    ("diff",),
    ("cluster",),
)
TABLE = (
    ("qc", INTENSITIES, "--samples", "samples.csv", "-o", "qc_arrays.csv", "--figures", "figures"),
    ("normalize", INTENSITIES, "--samples", "samples.csv", "-o", "normalized.csv"),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--folder", type=Path, help="keep what is written here")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="mirtool-series-"))
    try:
        study, table = folder / "study", folder / "table"
        for made in (study, table):
            made.mkdir(parents=True, exist_ok=True)
        values = simulated(options.samples)
        write_series(study / SERIES, values)
        write_intensities(table, values)
        print(f"{len(values):,} probes, {options.samples:,} samples")
        print(f"{'command':44}{'CPU s':>8}{'wall s':>8}{'MB':>8}")
        for place, commands in ((study, STUDY), (table, TABLE)):
            for command in commands:
                measure(command, place)
                if command[0] == "init":
                    fill_in_groups(study / "samples.csv")
    finally:
        if not options.folder:
            shutil.rmtree(folder)


def accessions(rng: np.random.Generator) -> list[str]:
    """Return one ID per probe: human accessions of miRBase, the last ones two joined by a comma."""
    packed = importlib.resources.files("mirtool") / "data" / "mirbase.tsv.gz"
    lines = gzip.decompress(packed.read_bytes()).decode().splitlines()[1:]
    human = [line.split("\t")[1] for line in lines if line.startswith("hsa-")]
    drawn = rng.permutation(human)[:PROBES].tolist()
    return [*drawn[:-JOINED], *(f"{one},{other}" for one, other in zip(drawn[-JOINED:], drawn, strict=False))]


def simulated(n_samples: int) -> np.ndarray:
    """Return log2 values, a third of them not detected, 150 probes changed in the second half of the samples."""
    rng = np.random.default_rng(1)
    level = np.minimum(3 + rng.gamma(2.0, 2.0, PROBES), 15)
    change = np.zeros(PROBES)
    change[rng.choice(PROBES, CHANGED, replace=False)] = rng.normal(0, 1.5, CHANGED)
    values = level[:, None] + rng.normal(0, 0.8, (PROBES, n_samples)) + rng.normal(0, 0.2, n_samples)
    values[:, n_samples // 2 :] += change[:, None]
    lost = rng.random(values.shape) < 1 / (1 + np.exp(1.5 * (values - 5)))
    return np.where(lost, 0.1, np.round(values, 3))


def write_series(path: Path, values: np.ndarray) -> None:
    n = values.shape[1]
    names = [f"GSM{100000 + i}" for i in range(n)]
    ids = accessions(np.random.default_rng(2))

    def line(key: str, cells: Sequence[str]) -> str:
        return key + "".join(f'\t"{cell}"' for cell in cells)

    said = (
        "When the signal value was negative (or undetected) after background subtraction, the value was replaced "
        "by 0.1 on a base 2 logarithm scale."
    )
    head = [
        '!Series_title\t"Simulated serum samples"',
        '!Series_geo_accession\t"GSE1"',
        '!Series_platform_id\t"GPL21263"',
        line("!Sample_title", [f"serum {i + 1}" for i in range(n)]),
        line("!Sample_geo_accession", names),
        line("!Sample_characteristics_ch1", ["tissue: serum"] * n),
        line("!Sample_characteristics_ch1", [f"disease: {'cancer' if 2 * i >= n else 'none'}" for i in range(n)]),
        line("!Sample_characteristics_ch1", [f"age: {40 + i % 41}" for i in range(n)]),
        line("!Sample_data_processing", [said] * n),
        "!series_matrix_table_begin",
        line('"ID_REF"', names),
    ]
    rows = ['"' + ids[i] + '"\t' + "\t".join(f"{value:g}" for value in row) for i, row in enumerate(values)]
    text = "\n".join([*head, *rows, "!series_matrix_table_end", ""])
    path.write_bytes(gzip.compress(text.encode(), 1, mtime=0))


def write_intensities(folder: Path, values: np.ndarray) -> None:
    """Write the same as linear intensities, with its sample sheet."""
    names = [f"S{i}" for i in range(values.shape[1])]
    ids = accessions(np.random.default_rng(2))
    rows = [f'"{ids[i]}",' + ",".join(f"{value:.2f}" for value in row) for i, row in enumerate(8 * 2**values)]
    (folder / INTENSITIES).write_bytes(
        gzip.compress("\n".join(["ID," + ",".join(names), *rows]).encode(), 1, mtime=0)
    )
    with (folder / "samples.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sample", "group"])
        writer.writerows([name, "none" if 2 * i < len(names) else "cancer"] for i, name in enumerate(names))


def fill_in_groups(sheet: Path) -> None:
    """Do what the user does after `mirtool init`: say which characteristic is the group."""
    with sheet.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"group": row["disease"]} for row in rows)


def measure(command: tuple[str, ...], folder: Path) -> None:
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mirtool", *command],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"{command[0]}.stderr").open("w"),
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    failed = "" if os.waitstatus_to_exitcode(status) == 0 else "  FAILED"
    seconds = used.ru_utime + used.ru_stime
    print(f"{' '.join(command):44}{seconds:8.1f}{wall:8.1f}{used.ru_maxrss / 1024:8.0f}{failed}", flush=True)


if __name__ == "__main__":
    main()
