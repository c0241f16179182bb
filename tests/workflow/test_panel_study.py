"""A qPCR panel on two cards as a study: from the exports to the differential table, and what its text says."""

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import FormatError
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.results.panel_cts import read_not_detected
from mirtool.io.tables.text_tables import read_table
from mirtool.model import Table
from mirtool.report.methods.checklists import checklist_tables
from mirtool.report.methods.compose import methods_of_study
from mirtool.report.page.sample_table import sample_table
from mirtool.study.folder import require_study
from mirtool.study.record import read_runs
from mirtool.study.samples import read_samples
from mirtool.study.state import StudyState
from tests.panel_files import DOWN, GROUPS, ONLY_ILL, SAMPLES, UP, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    write_study(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["init", "card_A.csv", "card_B.csv", "-o", "draft.csv"]) == 0
        assert main(["normalize"]) == 0
        assert main(["qc", "--no-figures"]) == 0
        assert main(["diff", "--no-figures"]) == 0
    return folder


def record(study, step):
    return read_runs(study / "results/run.json")[step]


def columns(study, name):
    table = read_table(study / "results" / name)
    return {head: table.text(j) for j, head in enumerate(table.header)}


def test_what_changes_is_found_and_nothing_else(study):
    table = columns(study, "differential.csv")
    called = dict(zip(table["ID"], table["regulation by volcano FDR"], strict=True))
    assert {name for name, call in called.items() if call == "up"} == set(UP)
    assert {name for name, call in called.items() if call == "down"} == set(DOWN)


def test_the_fold_change_is_two_to_the_minus_ddct(study):
    table = columns(study, "differential.csv")
    row = list(table["ID"]).index(UP[0])
    ct = columns(study, "normalized_ct.csv")
    at = list(ct["ID"]).index(UP[0])
    references = np.array(record(study, "normalize")["summary"]["reference_ct"])
    delta = np.array([float(ct[name][at]) for name in SAMPLES]) - references
    ddct = delta[4:].mean() - delta[:4].mean()
    assert float(table["log2 ratio ill/healthy"][row]) == pytest.approx(-ddct, rel=1e-4)
    assert "ratio of geometric means ill/healthy" in table
    assert record(study, "diff")["arguments"]["fold_change"] == "geometric"


def test_a_mirna_that_one_group_alone_detects_is_named(study):
    table = columns(study, "differential.csv")
    only = dict(zip(table["ID"], table["detected only in"], strict=True))
    assert only[ONLY_ILL] == "ill"
    ct = columns(study, "normalized_ct.csv")
    at = list(ct["ID"]).index(ONLY_ILL)
    assert [ct[name][at] for name in SAMPLES[:4]] == ["not detected"] * 4


def test_the_sheet_of_init_names_both_cards(study):
    table = read_table(study / "draft.csv")
    assert list(table.header) == ["sample", "group", "file", "file_2"]
    assert list(table.text(0)) == list(SAMPLES)


def test_the_record_has_the_plates_and_the_settings(study):
    run = record(study, "normalize")
    assert {"card_A.csv", "card_B.csv"} <= set(run["inputs"])
    arguments = run["arguments"]
    assert (arguments["preset"], arguments["max_ct"], arguments["replicate_limit"]) == ("qpcr", 35.0, 0.5)
    summary = run["summary"]
    assert summary["n_references"] > 100
    assert summary["limit"] == 35.0
    assert sum(summary["not_detected"]) > 0
    assert set(record(study, "qc")["summary"]["verdicts"].values()) <= {"fine", "check"}


def test_the_methods_text_speaks_of_ct(study):
    state = StudyState.of_study(require_study(study))
    text = {own.title: own.text for own in methods_of_study(state).sections}
    normalized = text["Normalization"]
    assert normalized.startswith(
        "Ct values of 8 samples (203 assays per sample, controls included) were normalized."
    )
    assert "A miRNA was considered detected in a sample at a Ct of 35 or less" in normalized
    assert (
        "were treated as missing, because a Ct in their place would not be a measurement (McCall et al."
        in normalized
    )
    assert "miRNAs detected in all samples was taken as the reference of each sample (global mean)" in normalized
    assert "more is higher, and one cycle is one doubling" in normalized
    assert "Fold changes are 2^−ΔΔCt" in text["Differential expression"]
    assert "array" not in normalized


def test_the_checklist_is_that_of_qpcr(study):
    tables = checklist_tables(require_study(study))
    assert list(tables) == ["miqe"]
    found = dict(zip(tables["miqe"]["what"], tables["miqe"]["value or what to add"], strict=True))
    assert found["Wells and targets"] == "203 assays, 8 samples, up to 1 well each"
    assert found["Reference genes"].startswith("mean of 1")
    assert found["Stability of the reference genes"] == "the reference is the mean of the panel"
    assert found["Wells without a Ct"].endswith("values without a Ct up to 35, missing")
    assert found["Statistical test"] == "moderated test on −ΔCt, FDR (BH) (results/methods.md)"
    assert found["Ct table"] == "2 files (card_A.csv and card_B.csv)"


def test_the_page_has_the_reference_of_each_sample(study):
    quality = columns(study, "qc_arrays.csv")
    assert list(quality["sample"]) == list(SAMPLES)
    summary = record(study, "normalize")["summary"]
    table = sample_table(read_samples(study / "samples.csv"), Table(quality), summary)
    assert table["reference Ct"].tolist() == summary["reference_ct"]
    assert table["not detected"].tolist() == summary["not_detected"]
    assert "factor" not in table.columns


@pytest.mark.parametrize("call", [["compare-methods"], ["diff", "--sensitivity", "--no-figures"]])
def test_ways_to_normalize_arrays_are_refused(study, monkeypatch, capsys, call):
    monkeypatch.chdir(study)
    assert main(call) == 2
    assert "these are Ct values of a qPCR panel" in capsys.readouterr().err


def test_objects_in_python_give_the_same_comparison(study, monkeypatch):
    monkeypatch.chdir(study)
    normalized = mt.normalize(["card_A.csv", "card_B.csv"], samples="samples.csv")
    done = mt.diff(normalized, samples="samples.csv")
    table = done.tables()["differential"]
    assert dict(zip(table["ID"], table["detected only in"], strict=True))[ONLY_ILL] == "ill"
    assert list(normalized.matrix.samples.groups) == list(GROUPS)


def test_a_table_of_ct_values_of_other_probes_is_refused(study, tmp_path):
    for name in ("normalized.csv", "normalized_ct.csv"):
        (tmp_path / name).write_bytes((study / "results" / name).read_bytes())
    with (tmp_path / "normalized_ct.csv").open("a") as file:
        file.write("hsa-miR-1-3p,hsa-miR-1-3p" + ",20" * 8 + "\n")
    matrix = read_expression(tmp_path / "normalized.csv", scale="log2")
    with pytest.raises(FormatError, match="does not belong to the normalized table beside it"):
        read_not_detected(tmp_path / "normalized_ct.csv", matrix)


def test_quality_is_told_of_samples(study):
    quality = columns(study, "qc_arrays.csv")
    assert next(iter(quality)) == "sample"
    assert list(quality["sample"]) == list(SAMPLES)
    assert not [why for why in quality["why"] if "array" in why]
