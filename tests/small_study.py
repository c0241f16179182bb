"""A study of small simulated arrays, as files: what the tests of whole studies begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.model import SampleTable
from mirtool.report.figures import canvas
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.chip import ChipDesign

DESIGN = ChipDesign(block_rows=8, block_columns=8, second_probes=0, mirplus=0, other_species=12, hidden=4)
MIRNAS = [f"hsa-miR-{i}-3p" for i in range(3000, 3250)]
CHANGES: Mapping[str, float] = dict(zip(MIRNAS[:30], (3.0, -3.0) * 15, strict=True))


def make_study(
    folder: Path,
    *,
    changes: Mapping[str, float] = CHANGES,
    arrays_per_group: int = 3,
    columns: Mapping[str, list[str]] | None = None,
) -> SampleTable:
    """Write arrays and a sample sheet, with further columns of the sheet; return the samples."""
    samples, files = _made(tuple(changes.items()), arrays_per_group)
    more = columns or {}
    lines = [",".join(["sample", "group", "file", *more])]
    for i, (name, group, content) in enumerate(zip(samples.names, samples.groups, files, strict=True)):
        (folder / f"{name}.gpr").write_bytes(content)
        lines.append(",".join([name, group, f"{name}.gpr", *(values[i] for values in more.values())]))
    (folder / "samples.csv").write_text("\n".join(lines) + "\n")
    return samples


@cache
def _made(changes: tuple[tuple[str, float], ...], n: int) -> tuple[SampleTable, tuple[bytes, ...]]:
    """Simulate each study once: most tests begin with the same arrays."""
    arrays = simulate_study(MIRNAS, seed=3, changes=dict(changes), design=DESIGN, n_reference=n, n_tested=n).arrays
    return arrays.samples, tuple(genepix_bytes(arrays, i) for i in range(arrays.n_arrays))


@pytest.fixture(autouse=True, scope="module")
def coarse_pictures() -> Iterator[None]:
    """Draw the figures of whole commands with 50 dots per inch instead of 300, which takes a third of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(canvas.LOOKS, "paper", replace(canvas.LOOKS["paper"], dpi=50))
        yield
