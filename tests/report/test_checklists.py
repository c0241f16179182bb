"""MIAME and MIQE: what is known comes from the record, the sheet and the files' headers; the rest is named."""

import pytest

from mirtool.model import SampleTable
from mirtool.report import platform
from mirtool.report.methods.checklists import checklist_files, checklist_markdown, checklist_tables, tables_of
from mirtool.report.methods.facts import StudyFacts, facts_of
from mirtool.report.methods.record import StepRecord
from mirtool.study.folder import StudyFolder

SAMPLES = SampleTable(
    ("A", "B", "C"),
    ("ill", "ill", "healthy"),
    ("raw/A.gpr", "raw/B.gpr", "raw/C.gpr"),
    {"age": ("31", "", "40"), "Tissue": ("serum", "serum", "serum"), "scale": ("linear",) * 3},
)
RECORDS = {
    "normalize": StepRecord(
        "normalize",
        summary={
            "preset": "exiqon-service",
            "channel": "532",
            "samples": ["A", "B", "C"],
            "kept": 150,
            "spots": 1200,
            "probes_by_replicates": {"4": 300},
            "probes_by_kind": {"miRNA": 300, "empty": 1},
            "flagged_out": [4, 7, 5],
            "non_positive": [1, 0, 2],
        },
        outputs={"results/normalized.csv": "0"},
    ),
    "diff": StepRecord("diff", summary={"tested": {"ill": ["A", "B"]}, "reference": {"healthy": ["C"]}}),
    "validate": StepRecord(
        "validate",
        arguments={
            "reference": ["cel-miR-39-3p", "cel-miR-54-3p"],
            "efficiency": [],
            "test": "welch",
            "adjust": "bh",
            "confidence": 0.95,
            "ct": ["ct.csv"],
            "replicate_limit": 0.5,
            "keep_outliers": False,
        },
        summary={"wells": 108, "targets": 4, "wells_left_out_as_outliers": 1, "wells_without_ct": 0},
        outputs={"results/validation_references.csv": "0", "results/validation_ct.csv": "1"},
        versions={"mirtool": "1.2.0"},
    ),
}
HEADERS = {"Scanner": ("GenePix 4000B",), "PMTGain": ("600", "650"), "Creator": ("GenePix Pro 6.0",)}


def items(table):
    """Return status and value by the item."""
    rows = zip(table["what"], table["status"], table["value or what to add"], strict=True)
    return {str(what): (str(status), str(value)) for what, status, value in rows}


@pytest.fixture
def tables():
    return tables_of(StudyFacts(RECORDS, SAMPLES, HEADERS))


def test_miame_is_filled_from_record_sheet_and_headers(tables):
    found = items(tables["miame"])
    assert found["Raw data file of each array"] == ("known", "3 files (A.gpr to C.gpr)")
    assert found["Normalized values of all arrays"] == ("known", "results/normalized.csv: 150 probes × 3 arrays")
    assert found["What was excluded"] == ("known", "flagged spots: 16; signals that are not positive: 3")
    assert found["Experimental factors and their values"] == ("known", "group: ill (2), healthy (1)")
    assert found["Source"] == ("known", "serum")
    assert found["Characteristics of each sample"] == ("known", "age and Tissue")
    assert found["Comparisons"] == ("known", "ill against healthy")
    assert found["Spots and replicate spots"] == (
        "known",
        "1,200 spots per array; replicate spots: 4 of 300 probes",
    )
    assert found["Scanning"] == ("known", "scanner GenePix 4000B; PMT gain 600 and 650")
    assert found["Image analysis"] == ("known", "GenePix Pro 6.0")


def test_what_nobody_said_is_missing_and_what_does_not_apply_says_why(tables):
    found = items(tables["miame"])
    assert found["Organism"] == ("missing", "the species of the samples (a column organism in the sample sheet)")
    assert found["Quality control"] == ("missing", "run mirtool qc")
    assert found["Hybridization and washing"] == ("missing", "chamber, solution, temperature, time")
    assert found["Common reference and dye swaps"] == ("not applicable", "one channel was analyzed (532)")
    assert found["Spike-ins"] == ("not applicable", "the array has no spike-in probes")


def test_a_table_of_log2_values_is_no_raw_data():
    samples = SampleTable(("A", "B"), ("ill", "ill"), ("m.csv", "m.csv"), {"scale": ("log2", "log2")})
    found = items(tables_of(StudyFacts({}, samples, {}, "log2"))["miame"])
    assert found["Raw data file of each array"] == ("missing", "the scanner's files, one per array")
    assert found["Normalized values of all arrays"] == ("known", "m.csv (log2)")


def test_miqe_is_filled_from_the_validation(tables):
    found = items(tables["miqe"])
    assert found["Wells and targets"] == ("known", "108 wells of 4 targets")
    assert found["Reference genes"] == ("known", "cel-miR-39-3p and cel-miR-54-3p")
    assert found["Statistical test"] == ("known", "Welch's t test on ΔCt, FDR (BH)")
    assert found["Wells excluded"] == ("known", "1 well excluded, off by more than 0.5 cycles")
    assert found["Confidence intervals of the ratios"] == (
        "known",
        "95 % confidence intervals (results/validation.csv)",
    )
    assert found["Efficiency of each assay"] == (
        "missing",
        "measure it by a dilution series (a factor of 2 per cycle was assumed)",
    )
    assert found["Prediction intervals of the quantities"] == ("missing", "mirtool does not compute them")


def test_one_reference_gene_has_no_stability():
    validate = RECORDS["validate"]
    one = StepRecord("validate", {**validate.arguments, "reference": ["cel-miR-39-3p"]}, validate.summary)
    found = items(tables_of(StudyFacts({"validate": one}, None, {}))["miqe"])
    assert found["Stability of the reference genes"] == (
        "not applicable",
        "there is one reference gene; use two or more",
    )


def test_measured_efficiencies_are_known():
    validate = RECORDS["validate"]
    own = StepRecord("validate", {**validate.arguments, "efficiency": ["hsa-miR-16-5p=1.95"]}, validate.summary)
    found = items(tables_of(StudyFacts({"validate": own}, None, {}))["miqe"])
    assert found["Efficiency of each assay"] == ("known", "hsa-miR-16-5p=1.95")
    assert found["Quantities corrected for efficiency"] == ("known", "efficiencies: hsa-miR-16-5p=1.95")


def test_every_item_has_its_number_and_its_source(tables):
    for table, sources in (
        (tables["miame"], {"Brazma et al. 2001"}),
        (tables["miqe"], {"Bustin et al. 2009", "Bustin et al. 2025"}),
    ):
        assert len(set(table["item"])) == len(table)
        assert set(table["source"]) == sources
        assert all(table["value or what to add"])


def test_a_list_is_made_only_for_what_was_measured():
    assert list(tables_of(StudyFacts({}, SAMPLES, {}))) == ["miame"]
    assert list(tables_of(StudyFacts({"validate": RECORDS["validate"]}, None, {}))) == ["miqe"]
    panel = StepRecord("qc", unit=platform.PANEL)  # a panel that could not be normalized
    assert list(tables_of(StudyFacts({"qc": panel}, None, {}))) == ["miqe"]
    assert tables_of(StudyFacts()) == {}


def test_markdown_counts_each_status_first(tables):
    text = checklist_markdown(tables["miqe"])
    assert text.startswith("# MIQE 2.0 checklist\n\n32 items: 11 known and 21 missing.\n\n| item | part |")
    assert (
        "| 8.6 | Data analysis | Wells without a Ct | known | 0 wells without a Ct | Bustin et al. 2009 |" in text
    )


def test_a_cell_can_not_end_its_row():
    samples = SampleTable(("A",), ("a|b",), ("A.gpr",))
    text = checklist_markdown(tables_of(StudyFacts({}, samples, {}))["miame"])
    assert "group: a\\|b (1)" in text


def test_a_study_folder_gives_its_lists_as_files(tmp_path):
    (tmp_path / "samples.csv").write_text("sample,group,file,organism\nA,ill,A.gpr,Homo sapiens\n")
    (tmp_path / "A.gpr").write_text(
        'ATF\t1.0\n3\t9\n"Type=GenePix Results 3"\n"Scanner=GenePix 4000B"\n"GalFile=lot.gal"\n'
        '"Block"\t"Column"\t"Row"\t"Name"\t"ID"\t"F532 Median"\t"B532 Median"\t"Flags"\t"X"\n'
    )
    study = StudyFolder(tmp_path)
    found = items(checklist_tables(study)["miame"])
    assert found["Organism"] == ("known", "Homo sapiens")
    assert found["Scanning"] == ("known", "scanner GenePix 4000B")
    assert found["Array list"] == ("known", "lot.gal")
    files = checklist_files(study)
    assert list(files) == ["checklist_miame.csv", "checklist_miame.md", "checklist_miame.html"]
    assert files["checklist_miame.csv"].startswith(b"item,part,what,status,")
    (tmp_path / "A.gpr").unlink()
    assert facts_of(study).headers == {}


PANEL = {
    "outcome": "group = case", "model": "ridge", "most": 5, "members": ["hsa-miR-16-5p"], "candidates": 300,
    "patients": 38, "events": 19, "per_candidate": 19 / 300, "left_out": 2, "imputed": 4, "folds": 5,
    "repeats": 20, "area": [0.81, 0.7, 0.92], "apparent": 0.95, "optimism": 0.14, "bootstraps": None,
}  # fmt: skip
SURVIVAL = {
    "os": {"events": {"low": 9, "high": 12}, "hazards": True, "model": ["age", "hsa-miR-16-5p"]},
    "os by hsa-miR-16-5p above median": {"events": {"no": 10, "yes": 11}, "hazards": False, "model": None},
}
CLINICAL = StepRecord(
    "clinical",
    arguments={"mirna": ["hsa-miR-16-5p"], "cutoff": []},
    summary={
        "panel": PANEL,
        "survival": SURVIVAL,
        "patients": 40,
        "columns": {"age": "continuous", "note": "text"},
    },
    outputs={"results/clinical_table1.csv": "0"},
    versions={"mirtool": "1.2.0"},
)


def by_number(table):
    rows = zip(table["item"], table["status"], table["value or what to add"], strict=True)
    return {str(number): (str(status), str(value)) for number, status, value in rows}


def test_tripod_states_what_was_done_and_claims_nothing_that_only_the_authors_know():
    table = tables_of(StudyFacts({"clinical": CLINICAL}))["tripod"]
    found = by_number(table)
    numbers = "1 2 3a 3b 3c 4 5a 5b 6a 6b 6c 7 8a 8b 8c 9a 9b 9c 10 11 12a 12b 12c 12d 12e 12f 12g 13 14 15 16 17 "
    numbers += "18a 18b 18c 18d 18e 18f 19 20a 20b 20c 21 22 23a 23b 24 25 26 27a 27b 27c"
    assert list(found) == numbers.split()
    assert found["12a"] == (
        "known", "all 38 patients for development; nested 5-fold cross-validation, 20 times, patients as units"
    )  # fmt: skip
    assert found["9a"][1].startswith(
        "all 300 probes of the table; up to 5 chosen inside the folds; you must state:"
    )
    assert found["8a"] == (
        "known in part", "group = case; you must state: its definition, when and how it was assessed"
    )  # fmt: skip
    assert found["23a"][1].startswith("AUC 0.810 (0.700–0.920)")
    assert found["17"] == ("missing", "you must state: committee, number, consent or waiver")
    assert found["16"][0] == "not applicable"
    assert found["7"] == ("missing", "you must state: how the values were made, and checked")
    assert set(table["source"]) == {"Collins et al. 2024"}


def test_remark_has_its_twenty_items():
    table = tables_of(StudyFacts({"clinical": CLINICAL}))["remark"]
    found = by_number(table)
    assert list(found) == [str(i) for i in range(1, 21)]
    assert found["12"][1].startswith("40 patients; os: 21 events; you must state:")
    assert found["16"] == ("known", "os: age and hsa-miR-16-5p (results/clinical_hazards.csv)")
    assert found["17"][0] == "known in part"
    assert found["9"] == ("missing", "you must state: how it was decided; target power and effect")
    assert set(table["source"]) == {"Altman et al. 2012"}


def test_tripod_and_remark_are_made_only_for_a_panel_and_for_survival():
    without = StepRecord("clinical", summary={"patients": 40})
    assert tables_of(StudyFacts({"clinical": without})) == {}
