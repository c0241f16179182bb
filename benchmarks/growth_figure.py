"""Draw how time and memory grow with the number of arrays, from the numbers of ``against_limma.py --save``.

python benchmarks/growth_figure.py benchmarks/growth.csv docs/images/growth.png
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

OWN, LIMMA, LIMMA_BY_SORT = ("#0072B2", "o", "-"), ("#D55E00", "s", "--"), ("#E69F00", "D", "--")
PANDAS, POLARS = ("#333333", "^", ":"), ("#888888", "v", ":")


def _style(program: str) -> tuple[str, str, str]:
    """Return color, marker and line of a program."""
    if program.startswith("limma"):
        return LIMMA_BY_SORT if "sort" in program else LIMMA
    if program.startswith("mirtool"):
        return OWN
    return PANDAS if program.startswith("pandas") else POLARS


def main(numbers: str, picture: str) -> None:
    with Path(numbers).open(newline="") as file:
        rows = list(csv.DictReader(file))
    figure = Figure(figsize=(7.2, 3.5), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 2)
    for axis, key, title in zip(axes, ("cpu", "megabytes"), ("processor seconds", "peak memory, MB"), strict=True):
        for program in dict.fromkeys(row["program"] for row in rows):
            points = [(int(row["arrays"]), float(row[key])) for row in rows if row["program"] == program]
            if len(points) < 2:
                continue
            color, marker, line = _style(program)
            x, y = zip(*points, strict=True)
            axis.plot(x, y, color=color, marker=marker, linestyle=line, label=program, markersize=5)
        axis.set(xscale="log", xlabel="arrays", title=title)
        axis.set_xticks([24, 240, 2400], ["24", "240", "2,400"])
        axis.minorticks_off()
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="y", color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0].set_yscale("log")
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=7
    )
    axes[1].set_ylim(bottom=0)
    figure.savefig(picture, metadata={"Software": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
