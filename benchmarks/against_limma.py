"""Time mirtool from scanner files to the table of t, P and FDR, beside limma doing the same work.

    python benchmarks/against_limma.py [--sizes 24 240] [--repeats 3] [--rscript COMMAND ...] [--save growth.csv]

It simulates two-channel arrays of 24,000 spots and 56 columns (of more than 24 the others are links to these),
runs all sides on them in turns, each as a whole process, checks that they agree, and prints median processor and
wall seconds, their ratios to limma's, and the peak memory. It needs R with limma: ``Rscript`` on the PATH, or the
commands given with ``--rscript``. The time that pandas and polars take to read four columns of the same files is
printed where they are installed. Read ratios, not seconds: the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIPELINE = "limma_pipeline.R"
TOLERANCE = 1e-6
SIMULATED = 24
"""Arrays of their own; of more the others are links."""
MOST_FOR_LIMMA = 480
"""Above this number of arrays limma is not run: it takes minutes."""
SETTINGS = """\
[tables]
digits = "full"
"""
READERS = {
    "pandas": "import pandas as p, sys; "
    "[p.read_csv(f, sep='\\t', skiprows={skip}, usecols={columns}, encoding='cp1252') for f in sys.argv[1:]]",
    "polars": "import polars as p, sys; "
    "[p.read_csv(f, separator='\\t', skip_rows={skip}, columns={columns}, schema_overrides={{'ID': p.String}}) "
    "for f in sys.argv[1:]]",
}
COLUMNS = ["ID", "F532 Median", "B532 Median", "Flags"]


@dataclass(frozen=True)
class Used:
    """What one process used: processor seconds, wall seconds, peak resident megabytes."""

    cpu: float
    wall: float
    megabytes: float


@dataclass(frozen=True)
class RSide:
    """One R with limma."""

    command: tuple[str, ...]
    version: tuple[int, ...]

    @property
    def name(self) -> str:
        """As it is printed."""
        return "limma " + ".".join(map(str, self.version))

    @property
    def prior(self) -> str:
        """Up to 3.60 limma had the older estimate of the prior."""
        return "legacy" if self.version < (3, 61) else "unequal-df"


def main() -> None:
    options = _options()
    sides = [_r_side(shlex.split(command)) for command in options.rscript or ["Rscript"]]
    _print_machine()
    rows: list[dict[str, object]] = []
    whole = Path(tempfile.mkdtemp(prefix="mirtool-benchmark-", dir=options.folder))
    try:
        # In a process of its own: what this one has loaded would count as the memory of those it starts.
        with ProcessPoolExecutor(1) as executor:
            groups = executor.submit(_simulate, whole).result()
        for n_arrays in options.sizes:
            folder = whole / f"study_{n_arrays}"
            _link_study(folder, groups, n_arrays)
            used = _run_in_turns(folder, sides if n_arrays <= MOST_FOR_LIMMA else [], options.repeats)
            rows += _print_table(n_arrays, used)
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(whole)
    if options.save:
        _save(rows, Path(options.save))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[24], help="numbers of arrays, even")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rscript", action="append", help="a command that runs R scripts; may be repeated")
    parser.add_argument("--folder", help="where the arrays are written for the time of the run")
    parser.add_argument("--save", help="a CSV file for the numbers (benchmarks/growth_figure.py draws it)")
    return parser.parse_args()


def _r_side(command: Sequence[str]) -> RSide:
    if not shutil.which(command[0]):
        sys.exit(f"{command[0]} is not on the PATH: install R and limma (Debian: apt install r-bioc-limma)")
    call = [*command, "--vanilla", "-e", "cat(as.character(packageVersion('limma')))"]
    check = subprocess.run(call, capture_output=True, text=True)
    if check.returncode:
        sys.exit(f"R can't load limma (Debian: apt install r-bioc-limma):\n{check.stderr.strip()}")
    return RSide(tuple(command), tuple(map(int, check.stdout.split("."))))


def _print_machine() -> None:
    packages = {}
    for name in ("mirtool", "numpy", "scipy", "pyarrow", "typer", "pandas", "polars"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    print(f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; ", end="")
    print(f"Python {platform.python_version()}, " + ", ".join(map(" ".join, packages.items())))


def _simulate(folder: Path) -> dict[str, list[str]]:
    """Write the simulated arrays; return their names by group, the reference first."""
    from mirtool.io.arrays.genepix import genepix_bytes
    from mirtool.simulate.arrays import simulate_study
    from mirtool.simulate.chip import ChipDesign

    design = ChipDesign(block_rows=25, block_columns=20, other_species=2400)  # 48 blocks: 24,000 spots
    half = SIMULATED // 2
    arrays = simulate_study(seed=1, n_reference=half, n_tested=half, two_channel=True, design=design).arrays
    groups: dict[str, list[str]] = {}
    for i, (name, group) in enumerate(zip(arrays.samples.names, arrays.samples.groups, strict=True)):
        (folder / f"{name}.gpr").write_bytes(genepix_bytes(arrays, i))
        groups.setdefault(group, []).append(name)
    return dict(sorted(groups.items(), reverse=True))


def _link_study(folder: Path, groups: dict[str, list[str]], n_arrays: int) -> None:
    """Make a study of links to the simulated arrays, each as often as needed."""
    folder.mkdir()
    with (folder / "samples.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sample", "group", "file"])
        for group, names in groups.items():
            for i in range(n_arrays // 2):
                name = f"{names[i % len(names)]}_{i // len(names)}"
                os.link(folder.parent / f"{names[i % len(names)]}.gpr", folder / f"{name}.gpr")
                rows.writerow([name, group, f"{name}.gpr"])
    (folder / "mirtool.toml").write_text(SETTINGS)
    shutil.copy(HERE / PIPELINE, folder)


def _run_in_turns(folder: Path, sides: Sequence[RSide], repeats: int) -> dict[str, list[Used]]:
    python = [sys.executable, "-m", "mirtool"]
    commands = {
        "mirtool run": [*python, "run", "--only", "normalize", "--only", "diff", "--no-figures", "--force"]
    }
    for side in sides:
        for how, words in (("tapply", "medians by tapply"), ("sort", "medians by one sort")):
            call = [*side.command, "--vanilla", PIPELINE, "samples.csv", f"{how}{side.name}.csv".replace(" ", "_")]
            commands[f"{side.name}, {words}"] = [*call, how]
    if sides:
        files = sorted(path.name for path in folder.glob("*.gpr"))
        commands |= {f"{name}, reading four columns": call for name, call in _readers(folder, files).items()}
    used: dict[str, list[Used]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            used[name].append(_run(command, folder))
    for side in sides:
        ours = f"differential_{side.prior}.csv"
        _run([*python, "diff", "results/normalized.csv", "--samples", "samples.csv", "--digits", "full", "--prior",
              side.prior, "-o", ours], folder)  # fmt: skip
        _check_agreement(folder / ours, folder / f"tapply{side.name}.csv".replace(" ", "_"), side.name)
    return used


def _readers(folder: Path, files: Sequence[str]) -> dict[str, list[str]]:
    with (folder / files[0]).open(encoding="cp1252") as file:
        skip = next(i for i, line in enumerate(file) if line.startswith('"Block"'))
    found = {}
    for name, script in READERS.items():
        try:
            version(name)
        except PackageNotFoundError:
            continue
        found[name] = [sys.executable, "-c", script.format(skip=skip, columns=COLUMNS), *files]
    return found


def _run(command: Sequence[str], folder: Path) -> Used:
    started = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, cwd=folder, stdout=words, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{words.read().decode()}")
    return Used(usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss / 1024)


def _print_table(n_arrays: int, used: dict[str, list[Used]]) -> list[dict[str, object]]:
    """Print the medians and how they relate to limma's, and return them."""
    medians = {
        name: Used(
            statistics.median(own.cpu for own in runs),
            statistics.median(own.wall for own in runs),
            max(own.megabytes for own in runs),
        )
        for name, runs in used.items()
    }
    limma = next((own for name, own in medians.items() if name.startswith("limma")), None)
    repeats = len(next(iter(used.values())))
    print(f"\n{f'{n_arrays:,} arrays, median of {repeats}':<36}{'CPU s':>9}{'of limma':>10}{'wall s':>9}", end="")
    print(f"{'of limma':>10}{'peak MB':>9}")
    for name, own in medians.items():
        shares = ("", "") if limma is None else (f"{own.cpu / limma.cpu:.3f}", f"{own.wall / limma.wall:.3f}")
        print(
            f"{name:<36}{own.cpu:9.2f}{shares[0]:>10}{own.wall:9.2f}{shares[1]:>10}{own.megabytes:9.0f}",
            flush=True,
        )
    return [
        {"arrays": n_arrays, "program": name, "cpu": own.cpu, "wall": own.wall, "megabytes": own.megabytes}
        for name, own in medians.items()
    ]


def _save(rows: Sequence[dict[str, object]], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: f"{value:.2f}" if isinstance(value, float) else value for key, value in row.items()}
            for row in rows
        )


def _check_agreement(differential: Path, limma: Path, name: str) -> None:
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
        print(f"{name}: {column:<14} of {len(a):,} probes: largest relative difference {largest:.1e}")
        if largest > TOLERANCE:
            sys.exit(f"{column} differs from limma's by more than {TOLERANCE}")


def _read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        lines = [line for line in file if not line.lstrip('"').startswith("#")]
    return {row["ID"]: {k: "nan" if v == "NA" else v for k, v in row.items()} for row in csv.DictReader(lines)}


if __name__ == "__main__":
    main()
