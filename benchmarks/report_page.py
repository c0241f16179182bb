"""CPU time, peak memory and size of a study's page and workbook.

    python benchmarks/report_page.py [--arrays 6 24 240] [--folder KEEP]
    python benchmarks/report_page.py --study FOLDER

The first form simulates studies of so many arrays of 2,000 probes, runs every step with its figures, and measures
the page, the workbook and `mirtool report`, each in a process of its own; the second measures those of a study
that was run. Cells are those of the heat map. Seconds are CPU time, so that other work on the machine does
not count; time and memory are those of whole processes, Python and its libraries included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROBES = 2000
SETTINGS = """\
[normalize]
min_intensity = 1

[cluster]
top = 60
resamples = 100
"""
HEAD = """\
| study | probes | cells | page s | MB | peak MB | workbook s | MB | peak MB | `report` s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] in PARTS:
        print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))
        return
    options = _options()
    print(_machine(), HEAD, sep="\n\n")
    if options.study:
        _print_row(Path(options.study).name, Path(options.study))
        return
    folder = Path(options.folder or tempfile.mkdtemp(prefix="mirtool-benchmark-"))
    try:
        for n in options.arrays:
            study = folder / f"{n}_arrays"
            if not (study / "results" / "run.json").exists():
                _make_study(study, n)
            _print_row(f"{n} arrays", study)
    finally:
        if not options.folder:
            shutil.rmtree(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arrays", type=int, nargs="+", default=[6, 24, 240], help="even numbers")
    parser.add_argument("--folder", help="keep the studies here, and use those that are there")
    parser.add_argument("--study", help="measure this study, which was run")
    return parser.parse_args()


def _machine() -> str:
    import matplotlib
    import numpy

    from mirtool import __version__

    cores = f"{os.cpu_count()} cores"
    versions = (
        f"Python {platform.python_version()}, numpy {numpy.__version__}, matplotlib {matplotlib.__version__}"
    )
    return f"mirtool {__version__}, {versions}, {platform.system()} {platform.machine()}, {cores}"


def _make_study(folder: Path, n: int) -> None:
    """Simulate the arrays, and run every step but the report."""
    from mirtool.io.arrays.genepix import genepix_bytes
    from mirtool.simulate.arrays import PLANTED_CHANGES, simulate_study
    from mirtool.simulate.chip import ChipDesign

    names = [*PLANTED_CHANGES, *(f"hsa-miR-{30_000 + i}-3p" for i in range(PROBES - len(PLANTED_CHANGES)))]
    design = ChipDesign(second_probes=0, mirplus=0, other_species=0, hidden=0)
    arrays = simulate_study(names, seed=1, n_reference=n // 2, n_tested=n // 2, design=design).arrays
    (folder / "exports").mkdir(parents=True)
    lines = ["sample,group,batch,file"]
    for i, (name, group) in enumerate(zip(arrays.samples.names, arrays.samples.groups, strict=True)):
        file = f"exports/{name}.gpr"
        (folder / file).write_bytes(genepix_bytes(arrays, i))
        lines.append(f"{name},{group},b{i % 3 + 1},{file}")
    (folder / "samples.csv").write_text("\n".join(lines) + "\n")
    (folder / "mirtool.toml").write_text(SETTINGS)
    _mirtool(folder, "run", "--skip", "report")


def _mirtool(folder: Path, *arguments: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "mirtool", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if found.returncode:
        sys.exit(f"mirtool {' '.join(arguments)} failed in {folder}:\n{found.stderr}{found.stdout}")


def _print_row(name: str, folder: Path) -> None:
    page, workbook = _measure("page", folder), _measure("workbook", folder)
    before = _seconds(resource.getrusage(resource.RUSAGE_CHILDREN))
    _mirtool(folder, "report")
    seconds = _seconds(resource.getrusage(resource.RUSAGE_CHILDREN)) - before
    cells = [f"{part[key]:.{digits}f}" for part in (page, workbook)
             for key, digits in (("seconds", 1), ("size", 2), ("megabytes", 0))]  # fmt: skip
    print(f"| {name} | {page['probes']:,} | {page['cells']:,} | {' | '.join(cells)} | {seconds:.1f} |", flush=True)


def _measure(part: str, folder: Path) -> dict[str, float]:
    """Run one part in a process of its own; its peak memory counts everything in it."""
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen([sys.executable, __file__, part, str(folder.resolve())], stdout=answer)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{part} of {folder} failed")
        answer.seek(0)
        return {**json.loads(answer.read()), "megabytes": usage.ru_maxrss / 1024, "seconds": _seconds(usage)}


def _seconds(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def page(folder: Path) -> dict[str, float]:
    from mirtool.report.page.study_page import study_page
    from mirtool.report.settings import ReportSettings

    made = study_page(_results(folder), ReportSettings())
    shown = json.loads(made.split(b'id="data">')[1].split(b"</script>")[0])
    probes = [len(next(iter(table["columns"]))["values"]) for key, table in shown["tables"].items()
              if key.startswith("contrast")]  # fmt: skip
    heat_map = shown["heatMap"] or {"rows": [], "samples": []}
    return {
        "size": len(made) / 1e6,
        "probes": max(probes, default=0),
        "cells": len(heat_map["rows"]) * len(heat_map["samples"]),
    }


def workbook(folder: Path) -> dict[str, float]:
    from mirtool.report.workbook.study_workbook import study_workbook

    results = _results(folder)
    return {"size": len(study_workbook(results, results.methods.lines, [])) / 1e6}


def _results(folder: Path):
    from mirtool.report.study_results import StudyResults
    from mirtool.study.folder import open_study
    from mirtool.workflow.catalog import STEPS

    return StudyResults(open_study(folder, tuple(STEPS)), without=("report",))


PARTS = {"page": page, "workbook": workbook}

if __name__ == "__main__":
    main()
