"""Detection compared between groups: exact tests as in R, in columns of their own that change nothing else."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential import differential_table
from mirtool.differential.compare import compare_groups
from mirtool.differential.detection_test import fisher_p, mcnemar_p
from mirtool.differential.differential_table import differential_of
from mirtool.differential.settings import DiffSettings
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.methods.about_comparison import comparison_sentences
from mirtool.report.methods.record import StepRecord
from mirtool.report.text.study import study_summary
from mirtool.workflow.diff import DiffResult
from mirtool.workflow.sources import read_differential_table

PATIENTS = ("p1", "p2", "p3", "p4", "p5", "p6") * 2


def matrix(only_tested=6, patients=PATIENTS):
    """Return six arrays of either group: on/off, off/on, in half of each, everywhere; one value is missing."""
    detected = np.ones((4, 12), dtype=bool)
    detected[0, :6] = False
    detected[0, 6 + only_tested :] = False
    detected[1, 6:] = False
    detected[2, [0, 2, 4, 6, 8, 10]] = False
    values = np.random.default_rng(1).normal(8, 0.3, (4, 12))
    values[3, 0] = np.nan
    names = text_array([f"hsa-miR-{i}-5p" for i in (21, 22, 23, 24)])
    samples = SampleTable(
        tuple(f"s{j}" for j in range(12)),
        ("ctl",) * 6 + ("ill",) * 6,
        extra={"patient": tuple(patients)},
    )
    probes = ProbeTable(names, names, text_array(["miRNA"] * 4))
    return ExpressionMatrix(np.where(detected, values, np.nan), probes, samples, not_detected=~detected)


def reference(test):
    """Return the tables of R for one test (tests/reference/detection.R), and its P."""
    with (Path(__file__).resolve().parents[1] / "reference/detection.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["test"] == test]
    counts = [np.array([int(row[name]) for row in rows]) for name in ("tested", "reference")]
    return (*counts, np.array([float(row["p"]) for row in rows]))


@pytest.mark.parametrize(("test", "n_tested", "n_reference"), [("Fisher", 7, 9), ("Fisher large", 400, 380)])
def test_fisher_as_in_r(test, n_tested, n_reference):
    ours, others, expected = reference(test)
    found = fisher_p(ours, np.full_like(ours, n_tested), others, np.full_like(ours, n_reference))
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_mcnemar_as_in_r():
    # Pairs that agree, and a pair of which one array says nothing, change nothing.
    for tested, other, expected in zip(*reference("McNemar"), strict=True):
        one = np.array([[True] * tested + [False] * other + [True, False, True]])
        two = np.array([[False] * tested + [True] * other + [True, False, False]])
        complete = np.ones_like(one)
        complete[0, -1] = False
        np.testing.assert_allclose(mcnemar_p(one, two, complete), expected, rtol=1e-10)


def test_detection_has_its_own_columns_and_changes_no_other():
    own = matrix()
    found = compare_groups(own, DiffSettings(compare="ill:ctl")).tables[0]
    # 6 of 6 against 0 of 6: 2 / 924; 3 of 6 against 3 of 6 and 6 of 6 against 5 of 5: 1. BH over the four.
    np.testing.assert_allclose(found.detection_p, [2 / 924, 2 / 924, 1, 1], rtol=1e-12)
    np.testing.assert_allclose(found.detection_fdr, [4 / 924, 4 / 924, 1, 1], rtol=1e-12)
    assert list(found.detected_only_in) == ["ill", "ctl", "", ""]
    without = compare_groups(
        ExpressionMatrix(own.values, own.probes, own.samples), DiffSettings(compare="ill:ctl")
    ).tables[0]
    assert without.detection_p is None
    for name in ("ratio", "p_value", "fdr", "statistic"):
        np.testing.assert_array_equal(getattr(found, name), getattr(without, name))
    columns = list(differential_table(found).columns)
    at = columns.index("detected only in")
    assert columns[at + 1 : at + 3] == ["detection P (Fisher)", "detection FDR (BH)"]
    assert not any("detection" in name for name in differential_table(without).columns)


def test_pairs_are_compared_by_mcnemar():
    found = compare_groups(matrix(), DiffSettings(compare="ill:ctl", pair="patient")).tables[0]
    assert found.detection_test == "McNemar"
    np.testing.assert_allclose(found.detection_p, [2 / 64, 2 / 64, 1, 1])
    # A patient with two arrays of one group is no pair of arrays.
    several = matrix(patients=("p1", "p1", "p2", "p2", "p3", "p3") * 2)
    found = compare_groups(several, DiffSettings(compare="ill:ctl", pair="patient")).tables[0]
    assert found.detection_test == "Fisher"


def test_what_few_arrays_can_not_show_is_said():
    few = matrix().take_samples([0, 1, 2, 6, 7, 8])
    found = compare_groups(few, DiffSettings(compare="ill:ctl")).tables[0]
    said = "3 of ill and 3 of ctl can give no P of detection below 0.1 (Fisher's exact test)"
    assert said in found.remarks
    assert said not in compare_groups(matrix(), DiffSettings(compare="ill:ctl")).tables[0].remarks


def test_the_table_is_read_back_with_its_test():
    table = compare_groups(matrix(), DiffSettings(compare="ill:ctl")).tables[0]
    again = differential_of(read_differential_table(table, None))
    assert again.detection_test == "Fisher"
    order = [list(again.probes.id).index(name) for name in table.probes.id]
    np.testing.assert_allclose(again.detection_p[order], table.detection_p, rtol=5e-3)
    np.testing.assert_allclose(again.detection_fdr[order], table.detection_fdr, rtol=5e-3)


def test_the_first_lines_and_the_methods_text_count_them():
    settings = DiffSettings(compare="ill:ctl")
    comparison = compare_groups(matrix(only_tested=4), settings)
    result = DiffResult(matrix(only_tested=4), comparison, settings)
    rows = dict(result.summary[1].rows)
    assert rows["detected in one group only"] == (
        "2: 1 in ill, 1 in ctl; 1 at FDR (BH) ≤ 0.05 by Fisher's exact test of detection"
    )
    numbers = result.numbers()
    assert numbers["detection"] == {
        "test": "Fisher",
        "tests_made": 4,
        "detected_only": {"ill": 1, "ctl": 1},
        "passing": {"detected only": 1, "all": 1},
    }
    record = StepRecord("diff", arguments={"compare": "ill:ctl", "alpha": 0.05}, summary=numbers)
    text = " ".join(sentence.text for sentence in comparison_sentences(record))
    assert "detection was therefore compared by Fisher's exact test" in text
    assert "Of 2 detected in one group only, 1 had adjusted P ≤ 0.05." in text
    arguments = {"cutoff": 2.0, "alpha": 0.05}
    (line, *_) = study_summary({"diff": {"summary": numbers, "arguments": arguments}})
    assert line.text.endswith("α 0.05; detected in one group only: 1 in ill, 1 in ctl.")
