"""The lowest value of a table, repeated down its columns, is no measurement."""

from pathlib import Path

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.io.arrays.not_detected import _floor_of_arrays, _floor_of_table, find_floor
from mirtool.io.arrays.reading import read_arrays
from mirtool.study.samples import read_samples

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
    assert find_floor(values) is None


def test_a_repeated_zero_is_called_0_whatever_its_sign() -> None:
    rows = np.arange(1, 31.0)[:, None] + [0.0, 50.0]
    rows[:6] = -0.0
    assert _floor_of_arrays(rows).words == "the lowest of their array, 0 to 0"


def test_few_values_below_the_repeated_one_do_not_hide_it() -> None:
    values = np.round(np.random.default_rng(1).normal(8, 2, (300, 6)), 3).clip(1)
    values[:60] = 0.1
    values[60, 0] = 0.05
    found = find_floor(values)
    assert found is not None
    assert found.mask.sum() == 360
    assert found.words == "the table's repeated lowest, 0.1"


def test_a_floor_that_differs_between_the_arrays_is_found() -> None:
    values = np.random.default_rng(1).normal(8, 1, (300, 6))
    values[:60] = 0.1
    found = find_floor(values + np.arange(6) / 7)
    assert found is not None
    assert found.mask.sum() == 360
    assert found.words == "the lowest of their array, 0.1 to 0.814286"


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
def test_skewed_tables_with_few_digits_have_no_floor(decimals: int) -> None:
    values = 5 + np.random.default_rng(1).gamma(1.5, 2, (1000, 8))
    assert find_floor(np.round(np.exp2(values) if decimals == 0 else values, decimals)) is None


def test_the_group_that_alone_detects_a_mirna_is_named(table: str) -> None:
    samples = str(Path(table).with_name("s.csv"))
    result = mt.diff(table, samples=samples, scale="log2", compare="case:control")
    written = result.tables()["differential"]
    only = dict(zip(written["Name"], written["detected only in"], strict=True))
    assert only["hsa-miR-21-5p"] == "case"
    assert only["hsa-miR-210-3p"] == "control"
    assert only["hsa-miR-107"] == only["hsa-miR-122-5p"] == ""
    assert "detected case" not in written.columns  # n says it
    kept = mt.diff(table, samples=samples, scale="log2", compare="case:control", not_detected="keep")
    written = kept.tables()["differential"]
    row = list(written["Name"]).index("hsa-miR-107")
    assert (written["n case"][row], written["detected case"][row], written["detected control"][row]) == (2, 1, 2)


def test_values_without_a_logarithm_count_as_not_detected(table: str) -> None:
    path = Path(table)
    path.write_text(path.read_text().replace("\t0.1", "\t0"))
    samples = str(path.with_name("s.csv"))
    result = mt.diff(table, samples=samples, scale="linear", compare="case:control", not_detected="floor")
    (said,) = [step for step in result.matrix.history if step.startswith("not detected")]
    assert "10 of 24 values, 2 to 3 per array (not positive, so without log2): taken as missing" in said
    assert "case" in result.tables()["differential"]["detected only in"]


RAW = tuple(f"hsa-miR-{n}\t{300 + n}\t{280 + n}\t{310 + n}\t{305 + n}" for n in range(1, 21))


@pytest.mark.parametrize(("choice", "lost"), [(None, 10), ("floor", 8), ("keep", 0)])
def test_normalize_reads_a_table_of_intensities_so(tmp_path: Path, choice: str | None, lost: int) -> None:
    rows = (*RAW, *ROWS)
    path = tmp_path / "raw.tsv"
    path.write_text("\n".join(["Name\ta1\ta2\tb1\tb2", *rows]) + "\n")
    (tmp_path / "s.csv").write_text(SHEET)
    arrays = read_arrays([path], samples=read_samples(tmp_path / "s.csv"), not_detected=choice)
    values = arrays.channels["intensity"].foreground
    assert np.isnan(values).sum() == lost
    (said,) = [text for text in arrays.sources[0].warnings if "not detected" in text]
    assert "10 of 104 values, 2 to 3 per array (the table's lowest, 0.1)" in said


def floor_by_sorting(values):
    """The rule of the table's floor as the module states it, from all distinct values and their counts."""
    found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    for at in (0, int(np.argmax(counts))):
        piled = counts[at] >= 0.01 * counts.sum()
        if not piled or at + 1 == len(found) or counts[at] < 3 * counts[at + 1]:
            continue
        mask = values == found[at]
        if np.mean(mask.sum(axis=0) >= 2) >= 0.5 and counts[:at].sum() <= 0.01 * counts.sum():
            return mask, f"the table's {'repeated ' if at else ''}lowest, {found[at] + 0.0:.6g}"
    return None


@pytest.mark.parametrize("digits", [0, 1, 6])
@pytest.mark.parametrize("share", [0.0, 0.009, 0.02, 0.3])
@pytest.mark.parametrize("below", [0, 3, 100])
@pytest.mark.parametrize("floor", [0.0, -0.0, 2.5])
def test_the_floor_of_the_table_is_found_without_sorting(digits, share, below, floor):
    rng = np.random.default_rng(1)
    values = (3 + rng.gamma(2, 2, (300, 20))).round(digits)
    values[rng.random(values.shape) < share] = floor
    values[:below, 3] = -1.5
    values[:below, 4] = -2
    values[rng.random(values.shape) < 0.05] = np.nan
    found, expected = _floor_of_table(values), floor_by_sorting(values)
    assert (found is None) == (expected is None)
    if found is not None:
        np.testing.assert_array_equal(found.mask, expected[0])
        assert found.words == expected[1]


def floor_of_arrays_by_copies(values):
    """The rule of the arrays' own floors as the module states it."""
    known = np.where(np.isnan(values), np.inf, values)
    lowest = known.min(axis=0)
    mask = known == lowest
    following = np.where(mask, np.inf, known).min(axis=0)
    piled = mask.sum(axis=0) >= 3 * (known == following).sum(axis=0)
    piled &= np.isfinite(lowest) & np.isfinite(following)
    many = mask.sum(axis=0) >= np.maximum(3, 0.01 * np.isfinite(known).sum(axis=0))
    if np.mean(piled & many) < 0.5:
        return None
    return mask & piled & (mask.sum(axis=0) >= 2)


@pytest.mark.parametrize("digits", [0, 1, 6])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.6, 1.0])
@pytest.mark.parametrize("n_floor", [2, 3, 40])
@pytest.mark.parametrize("n_missing", [0, 299, 300])
def test_floors_of_arrays_are_found_without_copies(digits, share, n_floor, n_missing):
    rng = np.random.default_rng(1)
    values = (3 + rng.gamma(2, 2, (300, 20))).round(digits)
    for j in range(int(20 * share)):
        values[rng.permutation(300)[:n_floor], j] = 1 + j / 10
    values[:n_missing, 0] = np.nan
    values[:, 1] = 7.5
    found, expected = _floor_of_arrays(values), floor_of_arrays_by_copies(values)
    assert (found is None) == (expected is None)
    if found is not None:
        np.testing.assert_array_equal(found.mask, expected)
