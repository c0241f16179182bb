"""Time `mirtool normalize` and `mirtool diff`, as two processes and as one, beside limma doing the same work.

    python benchmarks/against_limma.py [--arrays 24] [--repeats 5] [--folder KEEP]

It simulates two-channel arrays of 24,000 spots and 56 columns, runs both sides on them in turns, checks that
they agree, and prints median wall times, their ratio, and the peak memory. It needs Rscript with limma on the
PATH and mirtool beside the Python that runs it. Read ratios, not seconds: the seconds are this machine's.
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
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-6
SETTINGS = """\
[tables]
digits = "full"

[diff]
prior = "{prior}"
"""


@dataclass
class Run:
    """One process: wall seconds and peak resident megabytes."""

    seconds: float
    megabytes: float


def main() -> None:
    options = _options()
    mirtool = Path(sys.executable).with_name("mirtool")
    if not mirtool.exists():
        sys.exit(f"there is no mirtool beside {sys.executable}: install it in this environment first")
    limma = _limma_version()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="mirtool-benchmark-"))
    try:
        # In a process of its own: what this one has loaded would count as the memory of those it starts.
        with ProcessPoolExecutor(1) as executor:
            executor.submit(_write_study, folder, options.arrays).result()
        # Up to 3.60 limma had the older estimate of the prior.
        prior = "legacy" if limma < (3, 61) else "unequal-df"
        (folder / "mirtool.toml").write_text(SETTINGS.format(prior=prior))
        _compare(folder, mirtool, prior, options.repeats)
    finally:
        if not options.folder:
            shutil.rmtree(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arrays", type=int, default=24, help="an even number, half of them a group")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", help="keep the arrays and the results here")
    return parser.parse_args()


def _limma_version() -> tuple[int, ...]:
    if not shutil.which("Rscript"):
        sys.exit("Rscript is not on the PATH: install R and limma (Debian: apt install r-bioc-limma)")
    command = ["Rscript", "--vanilla", "-e", "cat(as.character(packageVersion('limma')))"]
    check = subprocess.run(command, capture_output=True, text=True)
    if check.returncode:
        sys.exit(f"R can't load limma (Debian: apt install r-bioc-limma):\n{check.stderr.strip()}")
    print(f"limma {check.stdout}")
    return tuple(map(int, check.stdout.split(".")))


def _write_study(folder: Path, n_arrays: int) -> None:
    from mirtool.io.arrays.genepix import genepix_bytes
    from mirtool.simulate.arrays import simulate_study
    from mirtool.simulate.chip import ChipDesign

    design = ChipDesign(block_rows=25, block_columns=20, other_species=2400)  # 48 blocks: 24,000 spots
    half = n_arrays // 2
    arrays = simulate_study(seed=1, n_reference=half, n_tested=half, two_channel=True, design=design).arrays
    folder.mkdir(parents=True, exist_ok=True)
    for array, name in enumerate(arrays.samples.names):
        (folder / f"{name}.gpr").write_bytes(genepix_bytes(arrays, array))
    with (folder / "samples.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sample", "group", "file"])
        rows.writerows(
            (name, group, f"{name}.gpr")
            for name, group in zip(arrays.samples.names, arrays.samples.groups, strict=True)
        )
    megabytes = sum(path.stat().st_size for path in folder.glob("*.gpr")) / 1e6
    print(f"{n_arrays} arrays of {arrays.n_spots:,} spots, {_n_columns(folder)} columns, {megabytes:.0f} MB")


def _n_columns(folder: Path) -> int:
    with (folder / "P01.gpr").open(encoding="cp1252") as file:
        return next(line for line in file if line.startswith('"Block"')).count("\t") + 1


def _run(command: list[str], folder: Path) -> Run:
    started = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, cwd=folder, stdout=words, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{words.read().decode()}")
    return Run(seconds, usage.ru_maxrss / 1024)


def _compare(folder: Path, mirtool: Path, prior: str, repeats: int) -> None:
    files = sorted(path.name for path in folder.glob("*.gpr"))
    # A sheet that is named leaves the study's settings aside, so both are given.
    sheet = ["--samples", "samples.csv", "--digits", "full"]
    normalize = [str(mirtool), "normalize", *files, *sheet, "-o", "normalized.csv"]
    diff = [str(mirtool), "diff", "normalized.csv", *sheet, "--prior", prior, "-o", "differential.csv"]
    limma = ["Rscript", "--vanilla", str(HERE / "limma_pipeline.R"), "samples.csv"]
    commands = {
        "limma": [*limma, "limma.csv", "tapply"],
        "limma by sort": [*limma, "limma_by_sort.csv", "sort"],
        "mirtool normalize": normalize,
        "mirtool diff": diff,
        "mirtool diff with figures": [*diff, "--figures", "figures"],
        "mirtool run": [str(mirtool), "run", "--only", "normalize", "--only", "diff", "--no-figures", "--force"],
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            runs[name].append(_run(command, folder))
    for differential in ("differential.csv", "results/differential.csv"):
        _check_agreement(folder / differential, folder / "limma.csv")
    _report(runs)


def _report(runs: dict[str, list[Run]]) -> None:
    def total(*names: str) -> tuple[float, float]:
        seconds = [sum(run.seconds for run in turn) for turn in zip(*(runs[n] for n in names), strict=True)]
        return statistics.median(seconds), max(run.megabytes for name in names for run in runs[name])

    limma = total("limma")
    lines = {
        "limma, medians by tapply": limma,
        "limma, medians by one sort": total("limma by sort"),
        "mirtool normalize": total("mirtool normalize"),
        "mirtool diff": total("mirtool diff"),
        "mirtool normalize + diff": total("mirtool normalize", "mirtool diff"),
        "mirtool run, both in one process": total("mirtool run"),
        "mirtool normalize + diff with figures": total("mirtool normalize", "mirtool diff with figures"),
    }
    print(f"{'median of ' + str(len(runs['limma'])):<40}{'seconds':>9}{'of limma':>10}{'peak MB':>9}")
    for name, (seconds, megabytes) in lines.items():
        print(f"{name:<40}{seconds:9.2f}{seconds / limma[0]:10.3f}{megabytes:9.0f}")


def _check_agreement(differential: Path, limma: Path) -> None:
    import numpy as np

    ours, theirs = _read(differential), _read(limma)
    if ours.keys() != theirs.keys():
        sys.exit(f"the two sides keep different probes: {len(ours)} and {len(theirs)}")
    for column, limma_column in (("t (moderated)", "t"), ("P (moderated)", "P.Value"), ("FDR (BH)", "adj.P.Val")):
        a = np.array([float(row[column]) for row in ours.values()])
        b = np.array([float(row[limma_column]) for row in (theirs[key] for key in ours)])
        if (np.isnan(a) != np.isnan(b)).any():
            sys.exit(f"{column}: missing values in different places")
        largest = np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-3))
        print(f"{column:<14} of {len(a):,} probes: largest relative difference {largest:.1e}")
        if largest > TOLERANCE:
            sys.exit(f"{column} differs from limma's by more than {TOLERANCE}")


def _read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        lines = [line for line in file if not line.lstrip('"').startswith("#")]
    return {row["ID"]: {k: "nan" if v == "NA" else v for k, v in row.items()} for row in csv.DictReader(lines)}


if __name__ == "__main__":
    main()
