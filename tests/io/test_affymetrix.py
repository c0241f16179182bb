"""Tables of Affymetrix miRNA arrays: signals, calls and P told apart, controls and names known, damage refused."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import FormatError, MirtoolError, ScaleError, UsageError
from mirtool.io.arrays import affymetrix
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.model import SampleTable

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FOLDER = FIXTURES / "affymetrix"
CONSOLE = FOLDER / "expression_console.txt"
SAMPLES = SampleTable(("A1", "A2", "B1", "B2"), ("a", "a", "b", "b"))


@pytest.mark.parametrize("name", ["expression_console.txt", "tac.csv", "rma.summary.txt", "plier.summary.txt"])
def test_the_tables_are_known_by_their_content(name):
    assert sniff_format(FOLDER / name) == "affymetrix"
    found = affymetrix.read_values(FOLDER / name)
    assert found.samples == ("A1", "A2", "B1", "B2")
    assert found.values.shape == (19, 4)


def test_signals_calls_and_p_values_are_told_apart():
    # In the fixture hsa-miR-122-5p (20500116) is called Absent in A1 and A2, mmu-let-7c-5p (20501001) in A1 and a
    # background bin (20532903) in B2; all other calls are Present.
    found = affymetrix.read_values(CONSOLE)
    absent = {(found.id[i], found.samples[j]) for i, j in np.argwhere(found.not_detected)}
    assert absent == {("20500116", "A1"), ("20500116", "A2"), ("20501001", "A1"), ("20532903", "B2")}
    assert 4.5 < found.values.min() < found.values.max() < 14.5
    # tac.csv has P values only: 0.06 is detected, 0.0601 is not.
    by_p = affymetrix.read_values(FOLDER / "tac.csv")
    np.testing.assert_array_equal(by_p.not_detected, found.not_detected)
    np.testing.assert_allclose(by_p.values, found.values, atol=0.00501)
    assert affymetrix.read_values(FOLDER / "rma.summary.txt").not_detected is None


def test_rma_says_its_scale_and_plier_the_other():
    matrix = read_expression(FOLDER / "rma.summary.txt")
    linear = read_expression(FOLDER / "plier.summary.txt")
    np.testing.assert_allclose(linear.values, matrix.values, atol=0.001)
    with pytest.raises(ScaleError, match="another scale"):
        read_expression(CONSOLE, scale="linear")


@pytest.mark.parametrize(
    ("name", "platform", "summary"),
    [
        ("expression_console.txt", "Affymetrix miRNA 4.0", "RMA, DABG"),
        ("tac.csv", "Affymetrix miRNA", "RMA, DABG"),
        ("rma.summary.txt", "Affymetrix miRNA 4.0", "RMA"),
        ("plier.summary.txt", "Affymetrix miRNA 4.0", "PLIER"),
    ],
)
def test_the_history_names_chip_and_methods_as_far_as_the_file_does(name, platform, summary):
    notes = dict(line.split(": ", 1) for line in read_expression(FOLDER / name).history if ": " in line)
    assert (notes["platform"], notes["summarized by"]) == (platform, summary)


def test_another_method_does_not_say_its_scale(tmp_path):
    path = tmp_path / "table.txt"
    path.write_text(CONSOLE.read_text().replace("rma-dabg-", "own-"))
    with pytest.raises(ScaleError, match="linear or log2"):
        read_expression(path)
    assert len(read_expression(path, scale="log2").probes) == 16


def test_controls_are_left_out_precursors_are_no_mirnas_and_names_are_current():
    found = inspect_file(CONSOLE)
    assert found.details["probe_kinds"] == {
        "miRNA": 14, "spike-in": 1, "positive control": 1, "negative control": 1, "other": 2,
    }  # fmt: skip
    assert (found.details["scale"], found.details["not_detected"]) == ("log2", 4)
    matrix = read_expression(CONSOLE)
    assert "controls of the chip left out: spike-in 1, positive control 1, negative control 1" in " ".join(
        matrix.history
    )
    assert list(matrix.probes.name[:3]) == ["hsa-let-7a-5p", "hsa-miR-21-5p", "hsa-miR-16-5p"]
    assert list(matrix.probes.name[-2:]) == ["hsa-mir-21", "14qI-1"]
    summary = read_expression(FOLDER / "rma.summary.txt")
    assert list(summary.probes.id[:2]) == ["MIMAT0000062_st", "MIMAT0000076_st"]
    assert list(summary.probes.name[:2]) == ["hsa-let-7a-5p", "hsa-miR-21-5p"]
    assert list(summary.probes.kind[-2:]) == ["other", "other"]


def test_rma_values_of_r_are_a_plain_table_with_names_and_controls_known(tmp_path):
    path = tmp_path / "rma.txt"
    rows = [line for line in (FOLDER / "rma.summary.txt").read_text().splitlines() if not line.startswith("#%")]
    path.write_text("\n".join([rows[0].removeprefix("probeset_id"), *rows[1:]]) + "\n")
    assert sniff_format(path) == "matrix"
    matrix = read_expression(path, scale="log2")
    assert matrix.probes.name[0] == "hsa-let-7a-5p"
    kinds = dict(zip(matrix.probes.id, matrix.probes.kind, strict=True))
    assert kinds["AFFX-BioB-5_at"] == "positive control"
    assert kinds["AFFX-BkGr-GC03_st"] == "negative control"
    assert kinds["hp_hsa-mir-21_st"] == "other"


def test_probe_sets_without_names_ask_for_the_platform(tmp_path):
    path = tmp_path / "numbers.txt"
    lines = [line.split("\t")[:13] for line in CONSOLE.read_text().splitlines()]
    path.write_text("\n".join("\t".join(cells) for cells in lines) + "\n")
    assert "GPL19117 for miRNA 4.0" in " ".join(inspect_file(path).warnings)


def test_species_restricts_what_is_compared():
    result = mt.diff(CONSOLE, samples=SAMPLES, compare="b:a", species="hsa")
    assert len(result.table.probes) == 12
    assert all(name.startswith("hsa-") for name in result.table.probes.name)
    assert len(mt.diff(CONSOLE, samples=SAMPLES, compare="b:a").table.probes) == 16
    with pytest.raises(UsageError, match="no miRNA of the species 'rno'"):
        mt.diff(CONSOLE, samples=SAMPLES, species="rno")


def test_absent_is_no_measurement_unless_asked_for():
    def counts(choice):
        table = mt.diff(CONSOLE, samples=SAMPLES, compare="b:a", not_detected=choice).tables()["differential"]
        row = list(table["ID"]).index("20500116")
        return table["n a"][row], table["n b"][row], table["detected only in"][row]

    assert counts(None) == (0, 2, "b")
    assert counts("keep") == (2, 2, "b")


def test_quality_control_shows_the_percent_present_of_each_array(tmp_path, capsys):
    # 14 mature miRNAs count; A1 lacks hsa-miR-122-5p and mmu-let-7c-5p, A2 the first: 12 / 14 and 13 / 14.
    assert main(["qc", str(CONSOLE), "-o", str(tmp_path / "q.csv"), "--no-figures"]) == 0
    shown = [line.split()[2:5] for line in capsys.readouterr().err.splitlines() if line.startswith(("  A", "  B"))]
    assert shown == [["12", "(86", "%)"], ["13", "(93", "%)"], ["14", "(100", "%)"], ["14", "(100", "%)"]]
    cutoff = mt.qc([str(CONSOLE)], detection="cutoff", min_intensity=2**9)
    assert cutoff.report.detection == ""


def rows_of(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def test_tables_of_which_only_some_have_calls_are_read_without_them(tmp_path):
    plain = FOLDER / "plier.summary.txt"
    ids = affymetrix.read_values(plain).id
    called = tmp_path / "called.txt"
    lines = ["probeset_id\tS1.plier-Signal\tS1.plier-Detection"]
    lines += [f"{name}\t55.5\tPresent" for name in ids]
    called.write_text("\n".join(lines) + "\n")
    assert read_arrays([called]).flags is not None
    arrays = read_arrays([called, plain])
    assert arrays.samples.names == ("S1", "A1", "A2", "B1", "B2")
    assert arrays.flags is None
    assert "detection calls: in 1 of 2 files only" in arrays.dropped


def test_from_the_table_to_the_network_by_its_steps(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rma.txt").write_bytes(CONSOLE.read_bytes())
    (tmp_path / "targets.csv").write_text(
        "miRNA,gene\n"
        + "".join(f"hsa-miR-21-5p,{gene}\nhsa-miR-155-5p,{gene}\n" for gene in ("PTEN", "MYC", "SPI1"))
    )
    assert main(["inspect", "rma.txt"]) == 0
    assert main(["init", "rma.txt"]) == 0
    assert "The values are log2" in capsys.readouterr().err
    sheet = (tmp_path / "samples.csv").read_text().splitlines()
    assert sheet[:2] == ["sample,group,file,scale", "A1,,rma.txt,log2"]
    filled = [sheet[0], *(line.replace(",", f",{line[0].lower()}", 1) for line in sheet[1:])]
    (tmp_path / "samples.csv").write_text("\n".join(filled) + "\n")
    assert main(["normalize"]) == 1
    assert "there is nothing to normalize" in capsys.readouterr().err
    assert main(["diff", "--compare", "b:a", "--species", "hsa", "--no-figures"]) == 0
    said = capsys.readouterr().err
    assert "controls of the chip left out" in said
    assert "only the miRNAs of hsa are used: 12 of 16 rows" in said
    first = rows_of(tmp_path / "results" / "differential.csv")[0]
    # 2 higher in log2 by design, noise of 0.05: a ratio of about 4.
    assert first["Name"] == "hsa-miR-21-5p"
    assert float(first["ratio of means b/a"]) == pytest.approx(4, rel=0.15)
    assert main(["cluster", "--species", "hsa", "--stability", "none", "--no-figures"]) == 0
    network = ["network", "--interactions", "targets.csv", "--gene-sets", "none", "--evidence", "all"]
    assert main([*network, "--no-figures"]) == 0
    nodes = rows_of(tmp_path / "results" / "network_nodes.csv")
    assert {row["name"] for row in nodes if row["type"] == "miRNA"} == {"hsa-miR-21-5p", "hsa-miR-155-5p"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bad_no_signals.txt", "holds detection P-values and no signals"),
        ("bad_p_for_signals.txt", "holds detection P-values and no signals.*values from 0 to 1 only"),
        ("bad_call.txt", "line 3, column .A1_.miRNA-4_0..rma-dabg-Detection.*a detection call.*'maybe'"),
        ("bad_p_value.csv", "a detection P-value lies outside 0 to 1"),
        ("bad_some_calls.txt", "only some of the arrays have Detection.*3 such columns, 4 arrays"),
        ("bad_text_in_number.txt", "a cell that should be a number is not.*'low'"),
        ("bad_cut_row.txt", "a row does not have as many cells as the header"),
        ("bad_repeated_id.txt", "the ID '20500112' occurs twice"),
        ("bad_blank_id.txt", "line 5.*a probe set has no ID"),
        ("bad_no_rows.txt", "a header and no rows"),
        ("bad_no_samples.txt", "no column of signals"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(name, message):
    with pytest.raises(FormatError) as caught:
        read_expression(FOLDER / name)
    text = " ".join(str(caught.value).split())
    assert name in text
    assert re.search(message, text), text


@pytest.mark.parametrize("magic", [b"[CEL]\nVersion=3\n", b"@\x00\x00\x00\x04\x00\x00\x00", b"\x3b\x01\x00\x00"])
def test_a_cel_file_is_refused_with_the_way_to_its_values(tmp_path, magic):
    (tmp_path / "A1.CEL").write_bytes(magic)
    with pytest.raises(MirtoolError, match=r"oligo::rma.oligo::read.celfiles") as caught:
        inspect_file(tmp_path / "A1.CEL")
    assert "Affymetrix CEL file" in str(caught.value)
