"""Print the ratios that docs/libraries.md quotes: import times and reading times, each as medians of one run.

.venv/bin/python benchmarks/libraries.py GPR_FILE…     # files for the reading part; none: imports only
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 7

IMPORTS = {
    "nothing": "pass",
    "numpy": "import numpy",
    "pandas": "import pandas",
    "scipy.special": "import scipy.special",
    "scipy.stats": "import scipy.stats",
    "statsmodels multipletests": "import statsmodels.stats.multitest",
    "matplotlib Figure": "import matplotlib.figure",
    "matplotlib pyplot": "import matplotlib.pyplot",
    "networkx": "import networkx",
    "gseapy": "import gseapy",
}


def seconds(code: str) -> float:
    """Median wall time of a fresh Python that runs `code`."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def workbook(path: Path) -> None:
    """Write 20,000 rows of 10 numbers to read again."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row in range(20_000):
            for column in range(10):
                sheet.write_number(row, column, row + column / 10)


def main() -> None:
    bare = seconds("pass")
    print(f"{'import':28} {'ms':>7}  over bare Python")
    for name, code in IMPORTS.items():
        taken = seconds(code)
        print(f"{name:28} {taken * 1000:7.0f}  {(taken - bare) * 1000:7.0f}")

    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "table.xlsx"
        workbook(book)
        calamine = seconds(f"import python_calamine as c; c.CalamineWorkbook.from_path({str(book)!r})"
                           ".get_sheet_by_index(0).to_python()")  # fmt: skip
        openpyxl = seconds(f"import openpyxl as o; list(o.load_workbook({str(book)!r}, read_only=True)"
                           ".active.values)")  # fmt: skip
        print(f"reading XLSX: openpyxl takes {openpyxl / calamine:.1f} times as long as calamine")

    files = sys.argv[1:]
    if files:
        columns = ["Block", "Row", "Column", "ID", "Name", "Flags", "F532 Median", "B532 Median"]
        pandas = seconds(
            "import pandas as p\n"
            f"for f in {files!r}: p.read_csv(f, sep='\\t', skiprows={header_lines(files[0])}, "
            f"usecols={columns!r}, "
            "encoding='cp1252')"
        )
        ours = seconds(
            f"from mirtool.io.arrays.reading import read_arrays; read_arrays({files!r}, channels=['532'])"
        )
        print(
            f"reading {len(files)} GPR files: pandas' C engine takes {pandas / ours:.1f} times as long as mirtool"
        )


def header_lines(path: str) -> int:
    """Count the lines above the column line."""
    with Path(path).open(encoding="cp1252") as file:
        return next(i for i, line in enumerate(file) if line.startswith(('"Block"', "Block\t")))


if __name__ == "__main__":
    main()
