"""The lowest value of a table, repeated down its columns, is no measurement."""

from pathlib import Path

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.io.arrays.not_detected import floor_mask

SHEET = "sample,group\na1,case\na2,case\nb1,control\nb2,control\n"
ROWS = (
    "hsa-miR-16-5p\t5.5\t5.7\t6.5\t6.6",
    "hsa-miR-21-5p\t4.5\t4.75\t0.1\t0.1",
    "hsa-miR-107\t0.1\t3.5\t4.5\t4.25",
    "hsa-miR-122-5p\t0.1\t0.1\t0.1\t0.1",
    "hsa-miR-155-5p\t7.25\t7.5\t7.125\t7.0",
    "hsa-miR-210-3p\t0.1\t0.1\t0.1\t8.5",
)


@pytest.fixture
def table(tmp_path: Path) -> str:
    (tmp_path / "s.csv").write_text(SHEET)
    path = tmp_path / "t.tsv"
    path.write_text("\n".join(["Name\ta1\ta2\tb1\tb2", *ROWS]) + "\n")
    return str(path)


def compare(table: str, **options: str) -> dict[str, float]:
    samples = str(Path(table).with_name("s.csv"))
    d = mt.diff(table, samples=samples, scale="log2", compare="case:control", fold_change="geometric", **options)
    return dict(zip(d.table.probes.name, d.table.log2_ratio.tolist(), strict=True))


def test_by_default_they_are_missing(table: str) -> None:
    found = compare(table)
    assert found["hsa-miR-107"] == pytest.approx(3.5 - 4.375)
    assert all(np.isnan(found[name]) for name in ("hsa-miR-21-5p", "hsa-miR-122-5p", "hsa-miR-210-3p"))


def test_at_the_floor_a_group_without_any_detected_value_has_no_fold_change(table: str) -> None:
    found = compare(table, not_detected="floor")
    assert found["hsa-miR-107"] == pytest.approx(1.8 - 4.375)  # (0.1 + 3.5) / 2
    assert all(np.isnan(found[name]) for name in ("hsa-miR-21-5p", "hsa-miR-122-5p", "hsa-miR-210-3p"))


def test_kept_they_are_measurements(table: str) -> None:
    assert compare(table, not_detected="keep")["hsa-miR-21-5p"] == pytest.approx(4.625 - 0.1)


def test_values_without_a_repeated_lowest_one_are_left_alone() -> None:
    values = np.round(np.random.default_rng(1).normal(8, 2, (300, 6)), 3)
    assert floor_mask(values) is None
