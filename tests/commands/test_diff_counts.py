"""Sequencing counts from their files to the differential table: equal to limma, and never mixed with arrays."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from mirtool import api as mt
from mirtool.cli import main
from mirtool.errors import FormatError, NotEnoughDataError, SampleSheetError, UsageError
from mirtool.workflow.run_study import Outcome, RunOptions, run_study

ROOT = Path(__file__).resolve().parents[2]
REFERENCE, COUNTS = ROOT / "tests" / "reference", ROOT / "fixtures" / "counts"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def limma(case: str, of_set: str = "all") -> dict[str, dict[str, str]]:
    rows = rows_of(REFERENCE / "counts_limma.csv")
    return {row["ID"]: row for row in rows if (row["set"], row["case"]) == (of_set, case)}


SAMPLES = {row["sample"] for row in rows_of(REFERENCE / "counts_samples.csv")}


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The counts of the reference, and their sheet with groups, patients and scale."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_bytes((REFERENCE / "counts_fixture.csv").read_bytes())
    sheet = rows_of(REFERENCE / "counts_samples.csv")
    lines = ["sample,group,file,scale,patient"]
    lines += [f"{row['sample']},{row['group']},counts.csv,counts,{row['patient']}" for row in sheet]
    (tmp_path / "samples.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("voom", {}),
        ("none", {"count_factors": "none"}),
        ("quality", {"weights": ["arrays-fast"]}),
        ("pair", {"pair": "patient"}),
        ("trend", {"count_method": "trend"}),
        ("twice", {"block": "patient"}),
    ],
)
@pytest.mark.usefixtures("study")
def test_diff_of_counts_equals_limma(case, options):
    found = mt.diff(compare="B:A", log_odds=True, **options)
    table, theirs = found.table, limma(case)
    assert set(table.probes.id) == set(theirs)
    # limma stops the iterations of the correlation within blocks early; the rest is exact.
    tolerance = 1e-4 if case == "twice" else 1e-9
    for row, own in enumerate(table.probes.id):
        assert table.log2_ratio[row] == pytest.approx(float(theirs[own]["logFC"]), abs=tolerance)
        assert table.statistic[row] == pytest.approx(float(theirs[own]["t"]), rel=tolerance, abs=tolerance)
        assert table.p_value[row] == pytest.approx(float(theirs[own]["P"]), rel=tolerance)
        assert table.log_odds[row] == pytest.approx(float(theirs[own]["B"]), abs=tolerance)


def test_the_first_line_says_counts_and_the_tables_hold_log_cpm(study, capsys):
    assert main(["diff", "--compare", "B:A"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("Sequencing counts: 248 of 300 miRNAs kept (10 reads or more in as many samples as the")
    assert "factors tmm 0.66 to 1.80; voom: log-CPM, each weighted by its precision." in said
    assert "12 samples: B1, B2" in said
    rows = rows_of(study / "results" / "differential.csv")
    assert len(rows) == 248
    assert {"log2 CPM", "fitted mean B", "fitted mean A"} <= set(rows[0])
    values = rows_of(study / "results" / "log_cpm.csv")
    assert list(values[0])[:4] == ["ID", "Name", "A1", "A2"]
    assert set(values[0]) == {"ID", "Name", *SAMPLES}
    record = json.loads((study / "results" / "run.json").read_text())["runs"]["diff"]
    assert record["summary"]["counts"]["miRNAs"] == 248
    assert set(record["summary"]["counts"]["factors"]) == SAMPLES
    assert "counts.csv" in record["inputs"]


def test_the_filter_and_the_factors_are_settings(study):
    assert len(mt.diff(compare="B:A", min_count=50).table) < 248
    every = mt.diff(compare="B:A", min_count=0).table
    reads = [row for row in rows_of(study / "counts.csv") if any(int(row[name]) for name in row if name != "ID")]
    assert len(every) == len(reads)
    assert mt.diff(compare="B:A", count_factors="rle").matrix.counts.factors.prod() == pytest.approx(1)


@pytest.mark.usefixtures("study")
def test_tests_without_a_model_take_log_cpm():
    found = mt.diff(compare="B:A", test="rank-sum").table
    assert dict(found.details)["counts"] == "log-CPM without weights"
    assert found.fold_change == "ratio-of-means"
    assert (mt.diff(compare="B:A", test="student").table.p_value <= 1).all()


def test_one_sample_per_group_gives_fold_changes_only(study):
    lines = (study / "samples.csv").read_text().splitlines()
    (study / "samples.csv").write_text("\n".join([lines[0], lines[1], lines[13]]) + "\n")
    found = mt.diff(compare="B:A").table
    assert not found.has_test
    assert found.log2_cpm is not None


def test_a_sample_without_a_group_does_not_change_the_others(study):
    sheet = (study / "samples.csv").read_text()
    (study / "samples.csv").write_text("\n".join(line for line in sheet.splitlines() if "B7" not in line) + "\n")
    without = mt.diff(compare="B:A").table
    (study / "samples.csv").write_text(sheet.replace("B7,B,", "B7,,"))
    beside = mt.diff(compare="B:A").table
    assert beside.p_value.tolist() == pytest.approx(without.p_value.tolist(), rel=1e-12)


@pytest.mark.usefixtures("study")
def test_clusters_are_of_log_cpm():
    found = mt.cluster(top=20, stability="none")
    assert "counts.csv" in found.provenance.inputs
    assert found.provenance.arguments["count_factors"] == "tmm"


@pytest.mark.usefixtures("study")
def test_replicates_and_sensitivity_are_for_arrays():
    with pytest.raises(UsageError, match="tries ways to normalize arrays, and these are sequencing counts"):
        mt.diff(sensitivity=True)
    with pytest.raises(UsageError, match="replicate"):
        mt.diff(compare="B:A", replicates=True)
    with pytest.raises(UsageError, match="spots"):
        mt.diff(compare="B:A", weights=["spots"])


@pytest.mark.usefixtures("study")
def test_a_filter_that_keeps_nothing_says_what_to_do():
    with pytest.raises(NotEnoughDataError, match="fewer than two miRNAs have enough reads"):
        mt.diff(compare="B:A", min_count=1e9)


@pytest.mark.parametrize("step", ["normalize", "qc"])
@pytest.mark.usefixtures("study")
def test_the_recipes_for_arrays_are_refused(capsys, step):
    assert main([step]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "these are sequencing counts: the recipes for arrays do not apply" in said
    assert "mirtool diff" in said


@pytest.mark.parametrize(
    "name", ["miR.Counts.csv", "miRNAs_expressed_all_samples.csv", "mirna.tsv", "mature_counts.csv"]
)
def test_a_table_named_in_the_call(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    sheet = tmp_path / "groups.csv"
    sheet.write_text("sample,group\nS01,control\nS02,control\nS03,treated\nS04,treated\n")
    scale = None if name.startswith("miR") else "counts"
    found = mt.diff(str(COUNTS / name), samples=str(sheet), scale=scale, min_count=1)
    assert (found.table.tested, found.table.reference) == ("treated", "control")
    assert found.matrix.counts is not None
    assert "hsa-miR-375-3p" in list(found.table.probes.name)


@pytest.mark.parametrize(
    "pattern",
    ["S0{}_readCounts_miRNAmature_sense.txt", "S0{}_mature_sense.grouped", "S0{}.isoforms.quantification.txt"],
)
def test_files_of_one_sample_go_from_init_to_diff(tmp_path, monkeypatch, pattern):
    monkeypatch.chdir(tmp_path)
    for k in (1, 2):
        content = (COUNTS / pattern.format(k)).read_bytes()
        (tmp_path / pattern.format(k)).write_bytes(content)
        (tmp_path / pattern.format(k).replace("S0", "T0")).write_bytes(content)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert main(["init", *files]) == 0
    sheet = (tmp_path / "samples.csv").read_text().splitlines()
    groups = {"S": "control", "T": "treated"}
    filled = [line.replace(",,", f",{groups[line[0]]},", 1) for line in sheet[1:]]
    (tmp_path / "samples.csv").write_text("\n".join([sheet[0], *filled]) + "\n")
    found = mt.diff(min_count=1)
    # An accession of TCGA has its current name.
    assert "hsa-let-7a-5p" in list(found.table.probes.name)
    assert set(found.table.n_tested) == {2}


def test_counts_beside_arrays_in_one_sheet_are_refused(study, capsys):
    (study / "array.gpr").write_bytes((ROOT / "fixtures" / "genepix" / "v3_two_channels.gpr").read_bytes())
    sheet = (study / "samples.csv").read_text()
    (study / "samples.csv").write_text(sheet + "array,A,array.gpr,,p1\n")
    with pytest.raises(FormatError, match="holds no sequencing counts, and the study's others do") as caught:
        mt.diff(compare="B:A")
    assert "make a study of its own for each" in caught.value.hint
    assert main(["normalize"]) == 1
    assert "sequencing counts and arrays are in one study" in " ".join(capsys.readouterr().err.split())
    (study / "samples.csv").write_text(sheet + "array,A,array.gpr,linear,p1\n")
    with pytest.raises(SampleSheetError, match="the samples are on two scales"):
        mt.diff(compare="B:A")


@pytest.mark.usefixtures("study")
def test_figures_speak_of_counts_and_samples():
    found = mt.diff(compare="B:A")
    axis = found.figures()["ma"].axes[0]
    assert axis.get_xlabel() == "mean log₂ counts per million of B and A"
    assert "B (12 samples) against A (12 samples)" in found.figures()["volcano"].caption


@pytest.mark.usefixtures("study")
def test_the_geo_sheet_of_arrays_is_not_for_counts():
    with pytest.raises(UsageError, match="GEO's sheet for arrays"):
        mt.geo()


def test_one_run_leads_from_counts_to_the_network(study):
    """Thirty of the miRNAs that change share targets; nothing is normalized and no array is judged."""
    targets = [f"hsa-miR-{3000 + i}-3p,G{j},1" for i in range(60) for j in range(i % 4, 40, 4)]
    (study / "targets.csv").write_text("miRNA,gene,entrez\n" + "\n".join(targets) + "\n")
    (study / "mirtool.toml").write_text(
        '[network]\ninteractions = ["targets.csv"]\ngene_sets = ["none"]\nevidence = "all"\n'
        "[cluster]\nresamples = 50\n"
    )
    named = re.sub(
        r"(?m)^m(\d{3}),", lambda m: f"hsa-miR-{2999 + int(m[1])}-3p,", (study / "counts.csv").read_text()
    )
    (study / "counts.csv").write_text(named)
    found = run_study(study, RunOptions(skip=("mirna-sets",), figures=False))
    outcomes = {each.step: each.outcome for each in found.outcomes}
    assert found.failures == ()
    left_out = {step for step, outcome in outcomes.items() if outcome is Outcome.LEFT_OUT}
    assert left_out == {"normalize", "qc", "gsea", "validate", "clinical"}
    assert {outcomes[step] for step in ("diff", "cluster", "network", "shortlist", "report")} == {Outcome.DONE}
    assert rows_of(study / "results" / "network_edges.csv")
    methods = (study / "results" / "methods.md").read_text()
    assert "(voom) (Law et al. 2014)" in methods
    assert not (study / "results" / "checklist_miame.md").exists()
    page = (study / "results" / "report.html").read_text()
    body = re.sub(
        r"<(script|style|th|dt)\b.*?</\1>", "", page, flags=re.DOTALL
    )  # heads of tables stay as they are
    for text in (body, *(row["meaning"] for row in rows_of(study / "results" / "columns.csv"))):
        found = re.search(r"(?i).{60}\b(?:arrays?(?! programming)|spots?|probes?|lanes?|scanner)\b", text)
        assert found is None, found[0]
    values = json.loads(re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])["values"]
    assert len(values["samples"]) == 24
    assert values["rows"]
    again = run_study(study, RunOptions(skip=("mirna-sets",), figures=False))
    assert {each.outcome for each in again.outcomes} == {Outcome.UP_TO_DATE, Outcome.LEFT_OUT}


@pytest.fixture(scope="module")
def on_and_off(tmp_path_factory):
    """Counts of 40 miRNAs alike in both groups, one that group A alone has, and one with a single zero."""
    folder = tmp_path_factory.mktemp("zeros")
    samples = [f"{group}{i}" for group in "AB" for i in (1, 2, 3)]
    draws = np.random.default_rng(1).poisson(200, (40, 6))
    rows = [[f"hsa-miR-{100 + i}-5p", *map(str, row)] for i, row in enumerate(draws.tolist())]
    rows += [["hsa-miR-21-5p", "90", "100", "110", "0", "0", "0"]]
    rows += [["hsa-miR-16-5p", "90", "100", "110", "0", "100", "95"]]
    (folder / "counts.csv").write_text("\n".join(",".join(row) for row in [["ID", *samples], *rows]) + "\n")
    sheet = "".join(f"{name},{name[0]},counts.csv,counts\n" for name in samples)
    (folder / "samples.csv").write_text("sample,group,file,scale\n" + sheet)
    return folder


def compared(folder, choice):
    found = mt.diff(
        folder / "counts.csv", samples=folder / "samples.csv", scale="counts", compare="A:B", not_detected=choice
    )
    table = found.tables()["differential"]
    of = {name: {head: table[head][i] for head in table.columns} for i, name in enumerate(table["ID"])}
    return found, of["hsa-miR-21-5p"], of["hsa-miR-16-5p"]


def test_no_reads_are_kept_and_said(on_and_off):
    found, only_a, once = compared(on_and_off, None)
    said = repr(found)
    # 3 + 1 of 42 × 6 values.
    assert "Not detected: 4 of 252 values, 0 to 2 per sample (no reads): kept as counts of zero" in said
    assert said.index("Not detected: 4") < said.index("Compared")
    assert (only_a["detected A"], only_a["detected B"], only_a["detected only in"]) == (3, 0, "A")
    assert (once["detected B"], once["detected only in"]) == (2, "")
    assert only_a["fold change A/B"] > 50
    assert "1 fold change of these rests on values that were not detected; 1 of them up or down" in said
    assert found.numbers()["detected_only_in"] == {"A": 1, "B": 0}
    assert found.numbers()["fold_changes_not_detected"] == found.numbers()["of_these_passing"] == 1


def test_floor_gives_no_fold_change_of_a_whole_group_of_zeros(on_and_off):
    found, only_a, once = compared(on_and_off, "floor")
    assert np.isnan(only_a["fold change A/B"])
    assert only_a["detected only in"] == "A"
    assert once["n B"] == 3
    assert "without fold change and test: 1 miRNA only in A (hsa-miR-21-5p in 3 samples)" in repr(found)


def test_missing_leaves_every_zero_out_of_the_fit(on_and_off):
    _, only_a, once = compared(on_and_off, "missing")
    assert np.isnan(only_a["P (moderated)"])
    assert (once["n A"], once["n B"]) == (3, 2)
    # Without the zero both groups have about 100 reads.
    assert abs(once["log2 ratio A/B"]) < 0.3


@pytest.mark.usefixtures("study")
def test_clusters_and_power_follow_what_was_compared():
    options = ["--compare", "B:A", "--min-count", "40", "--count-factors", "rle"]
    assert main(["diff", *options, "--no-figures"]) == 0
    compared = mt.diff(compare="B:A", min_count=40.0, count_factors="rle")
    for found in (mt.cluster(top=30, stability="none"), mt.power()):
        arguments = found.record()["arguments"]
        assert (arguments["min_count"], arguments["count_factors"]) == (40.0, "rle")
        assert found.record()["followed"]["diff"]["min_count"] == 40.0
    matrix = mt.cluster(top=30, stability="none").chosen.matrix
    rows = [list(compared.matrix.probes.id).index(each) for each in matrix.probes.id]
    np.testing.assert_array_equal(matrix.values, compared.matrix.values[rows])
    assert mt.cluster(top=30, stability="none", min_count=10.0).record()["arguments"]["min_count"] == 10.0


@pytest.mark.usefixtures("study")
def test_the_precision_of_counts_is_drawn():
    found = mt.diff(compare="B:A")
    trend = found.comparison.precision
    figure = found.drawings()["voom_trend"]()
    dots, curve = figure.axes[0].get_lines()
    assert len(dots.get_xdata()) == len(trend.log_count) == 248
    assert list(curve.get_xdata()) == sorted(trend.log_count)
    assert figure.caption.startswith("Mean–variance trend of 248 miRNAs by voom")
    assert "voom_trend" not in mt.diff(compare="B:A", count_method="trend").drawings()


def test_the_shortlist_says_what_rests_on_zeros(on_and_off):
    compared = mt.diff(
        on_and_off / "counts.csv", samples=on_and_off / "samples.csv", scale="counts", compare="A:B"
    )
    found = mt.shortlist(compared)
    assert found.shortlist.resting == {"hsa-miR-21-5p": "A"}
    assert found.tables()["shortlist"]["detected only in"].tolist()[0] == "A"
    assert "The fold change of hsa-miR-21-5p rests on values that were not detected in one group" in repr(found)
    assert compared.table.rests_on_not_detected.sum() == 1
