"""``mirtool meta`` as a whole: limma's and metafor's numbers, one table by hand, what is said, what is refused."""

import csv
import json
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import MirtoolError

REFERENCE = Path(__file__).parents[1] / "reference"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "mirna_changes"
LIMMA, DESEQ2 = str(FIXTURES / "limma.csv"), str(FIXTURES / "deseq2.tsv")


def rows_of(path):
    return list(csv.DictReader(Path(path).read_text().splitlines()))


def by_name(path):
    return {row["Name"]: row for row in rows_of(path)}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def studies(folder):
    """Three study folders A, B, C with the log2 tables of the reference, compared by default settings."""
    for number, name in enumerate("ABC", 1):
        study = folder / name
        study.mkdir()
        table = (REFERENCE / f"meta_arrays_{number}.csv").read_text()
        (study / "log2.csv").write_text(table)
        arrays = table.split("\n")[0].split(",")[2:]
        lines = [f"{array},{'treated' if array[0] == 't' else 'control'},log2.csv,log2\n" for array in arrays]
        (study / "samples.csv").write_text("sample,group,file,scale\n" + "".join(lines))
        compare(study)
    return folder


def compare(study, *options):
    with chdir(study):
        assert main(["diff", "--no-figures", *options]) == 0


def expect_metafor(found, rtol, atol=1e-6):
    expected = rows_of(REFERENCE / "meta_arrays_metafor.csv")
    assert {name for name, row in found.items() if int(row["studies"]) > 1} == {row["mirna"] for row in expected}
    for head, column in (
        ("log2 ratio (random)", "random"), ("95% low (random)", "random_low"), ("P (random)", "random_p"),
        ("FDR (random)", "random_fdr"), ("log2 ratio (fixed)", "fixed"), ("P (fixed)", "fixed_p"),
        ("FDR (fixed)", "fixed_fdr"), ("95% high (Hartung-Knapp)", "knha_high"), ("P (Hartung-Knapp)", "knha_p"),
        ("FDR (Hartung-Knapp)", "knha_fdr"), ("Q", "q"),
    ):  # fmt: skip
        own = [float(found[row["mirna"]][head]) for row in expected]
        other = [float(row[column]) for row in expected]
        np.testing.assert_allclose(own, other, rtol=rtol, atol=atol, err_msg=head)


def test_tables_of_limma_give_the_numbers_of_metafor():
    tables = [str(REFERENCE / f"meta_limma_{n}.csv") for n in (1, 2, 3)]
    assert main(["meta", *tables, "-o", "meta.csv", "--digits", "full"]) == 0
    found = by_name("meta.csv")
    expect_metafor(found, 1e-8)
    assert found["hsa-miR-126-5p"]["studies"] == "3"  # hsa-miR-126* in the second study
    assert found["hsa-miR-95-3p"]["probe meta_limma_1"] == "hsa-miR-95-3p"


@pytest.mark.usefixtures("studies")
def test_studies_of_mirtool_give_the_numbers_of_limma_and_metafor(capsys):
    assert main(["meta", "A", "B/results/differential.csv", "C", "-o", "meta.csv", "--digits", "full"]) == 0
    found = by_name("meta.csv")
    expect_metafor(found, 0.02, 5e-4)  # tables have four digits of t
    for number, label in enumerate("ABC", 1):
        for row in rows_of(REFERENCE / f"meta_limma_{number}.csv"):
            own = [each for each in found.values() if each[f"probe {label}"] == row["ID"]]
            if own:  # of two probes one
                assert float(own[0][f"log2 ratio {label}"]) == pytest.approx(float(row["logFC"]), abs=1e-8)
                se = float(row["logFC"]) / float(row["t"])
                assert float(own[0][f"SE {label}"]) == pytest.approx(se, rel=6e-4)
    assert found["hsa-miR-95-3p"]["probe A"] == "100"  # not 140, whose level is lower
    record = json.loads(Path("meta.run.json").read_text())["runs"]["meta"]
    assert {"A/results/differential.csv", "A/log2.csv", "C/log2.csv"} <= set(record["inputs"])
    assert [each["label"] for each in record["summary"]["studies"]] == ["A", "B", "C"]
    assert "1 further probe of the same miRNA" in record["summary"]["studies"][0]["left_out"]
    said = capsys.readouterr().err
    assert "miRNAs of 40 in 2 or more of 3 studies changed with FDR ≤ 0.05 (random effects)" in " ".join(
        said.split()
    )
    assert "Hartung-Knapp" in said


def test_tables_outside_of_their_study_and_of_one_contrast_are_read(studies):
    compare(studies / "A", "-o", "../elsewhere.csv")
    contrasts = ["--contrast", "treated - control", "--contrast", "control - treated"]
    compare(studies / "B", *contrasts)
    one_of_two = "B/results/differential_treated_vs_control.csv"
    assert main(["meta", "elsewhere.csv", one_of_two, "C", "-o", "meta.csv", "--digits", "full"]) == 0
    found = by_name("meta.csv")
    expect_metafor(found, 0.02, 5e-4)
    assert "SE B treated_vs_control" in next(iter(found.values()))


def test_two_comparisons_of_one_table_are_warned_of(studies, capsys):
    compare(studies / "A", "--contrast", "treated - control", "--contrast", "control - treated")
    tables = [f"A/results/differential_{name}.csv" for name in ("treated_vs_control", "control_vs_treated")]
    assert "the same groups the other way round" in refused(capsys, *tables, code=2)
    sheet = studies / "A/samples.csv"
    sheet.write_text(sheet.read_text().replace("t1,treated", "t1,other").replace("t2,treated", "t2,other"))
    compare(studies / "A", "--contrast", "treated - control", "--contrast", "other - control")
    tables = [f"A/results/differential_{name}.csv" for name in ("treated_vs_control", "other_vs_control")]
    assert main(["meta", *tables, "-o", "meta.csv"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "were compared from the same table A/log2.csv: samples that are in both comparisons count twice" in said


def test_values_that_are_not_detected_count_as_in_the_comparison(studies):
    for number, study in enumerate("ABC"):
        path = studies / study / "log2.csv"
        lines = path.read_text().split("\n")
        for row in range(8 + number, 14):  # 0.1 in some cells of every array, as in 3D-Gene tables
            cells = lines[row].split(",")
            cells[2 + row % 3 :: 2] = ["0.1"] * len(cells[2 + row % 3 :: 2])
            lines[row] = ",".join(cells)
        path.write_text("\n".join(lines))
    for options in ([], ["--not-detected", "floor"], ["--not-detected", "keep"]):
        for study in "ABC":
            compare(studies / study, *options)
        assert main(["meta", "A", "B", "C", "-o", "meta.csv"]) == 0
        for study in "ABC":
            compare(studies / study, *options, "--fold-change", "geometric")
        assert main(["meta", "A", "B", "C", "-o", "other.csv"]) == 0
        one, other = by_name("meta.csv"), by_name("other.csv")
        assert one.keys() == other.keys()
        for name, row in one.items():
            for label in "ABC":
                head = f"log2 ratio {label}"
                assert (row[head] == "NA") == (other[name][head] == "NA")
                if row[head] != "NA":
                    assert float(row[head]) == pytest.approx(float(other[name][head]), abs=1e-5)


def test_results_in_python_give_the_table_of_the_command(studies):
    results = [mt.Study(studies / name).diff() for name in "ABC"]
    found = mt.meta(results)
    assert main(["meta", "A", "B", "C", "-o", "shell.csv"]) == 0
    found.write("python.csv")
    assert Path("python.csv").read_text() == Path("shell.csv").read_text()
    assert list(found.figures()) == ["forest"]


def test_two_tables_by_hand(capsys):
    # miR-21: 1.25 with SE 1.25/5 = 0.25, and 0.9 with SE 0.3: weights 16 and 11.111, mean 30/27.111 = 1.10656,
    # SE 1/sqrt(27.111) = 0.19206; Q = 16*0.14344^2 + 11.111*0.20656^2 = 0.8033 < 1, so that tau2 = 0.
    # let-7a: 0.2 with SE 0.25, -0.1 with SE 0.4. miR-126* and miR-9-5p are in one table each.
    assert main(["meta", LIMMA, DESEQ2, "-o", "meta.csv"]) == 0
    found = by_name("meta.csv")
    assert next(iter(found)) == "hsa-miR-21-5p"
    row = found["hsa-miR-21-5p"]
    assert row["log2 ratio (random)"] == row["log2 ratio (fixed)"] == "1.10656"
    assert (row["95% low (fixed)"], row["95% high (fixed)"]) == ("0.7301", "1.483")
    assert (row["Q"], row["I2"], row["tau2"]) == ("0.8033", "0", "0")
    assert (row["studies up"], row["studies down"], row["direction"]) == ("2", "0", "up")
    assert (row["P limma"], row["FDR deseq2"], row["SE deseq2"], row["samples limma"]) == (
        "0.0008", "0.0081", "0.3", "NA",
    )  # fmt: skip
    assert found["hsa-let-7a-5p"]["direction"] == "mixed"
    assert found["hsa-let-7a-5p"]["largest P without one study"] == "NA"  # of two studies none can be left out
    for name in ("hsa-miR-126-5p", "hsa-miR-9-5p"):
        assert (found[name]["studies"], found[name]["P (random)"], found[name]["P (Fisher)"]) == ("1", "NA", "NA")
    said = " ".join(capsys.readouterr().err.split())
    assert "2 miRNAs of 3 in 2 studies changed with FDR ≤ 0.05 (random effects): 1 up, 1 down" in said
    assert "in one study only 2 miRNAs, not combined" in said
    assert "equal weights: a table does not say its samples" in said


def test_flipped_studies_are_the_mirror_image():
    assert main(["meta", LIMMA, DESEQ2, "-o", "one.csv"]) == 0
    assert main(["meta", LIMMA, DESEQ2, "--flip", "limma", "--flip", "deseq2", "-o", "other.csv"]) == 0
    one, other = by_name("one.csv"), by_name("other.csv")
    for name, row in one.items():
        for head in ("P (random)", "P (Fisher)", "P (Hartung-Knapp)", "I2"):
            assert other[name][head] == row[head]
        if row["log2 ratio (random)"] != "NA":
            assert float(other[name]["log2 ratio (random)"]) == -float(row["log2 ratio (random)"])


def test_the_order_of_the_studies_changes_no_number():
    tables = [str(REFERENCE / f"meta_limma_{n}.csv") for n in (1, 2, 3)]
    assert main(["meta", *tables, "-o", "one.csv"]) == 0
    assert main(["meta", *reversed(tables), "-o", "other.csv"]) == 0
    one, other = by_name("one.csv"), by_name("other.csv")
    assert list(one) == list(other)
    for name, row in one.items():
        assert {head: other[name][head] for head in row} == row


def test_the_method_orders_and_calls():
    tables = [str(REFERENCE / f"meta_limma_{n}.csv") for n in (1, 2, 3)]
    assert main(["meta", *tables, "--method", "hartung-knapp", "-o", "meta.csv"]) == 0
    rows = rows_of("meta.csv")
    p = [float(row["P (Hartung-Knapp)"]) for row in rows if row["P (Hartung-Knapp)"] != "NA"]
    assert p == sorted(p)
    assert list(rows[0])[5] == "log2 ratio (Hartung-Knapp)"
    plain = {row["Name"]: float(row["95% high (Hartung-Knapp)"]) for row in rows if row["studies"] != "1"}
    assert main(["meta", *tables, "--adhoc", "-o", "adhoc.csv"]) == 0
    wide = {
        name: float(row["95% high (Hartung-Knapp)"]) for name, row in by_name("adhoc.csv").items() if name in plain
    }
    assert all(wide[name] >= plain[name] - 1e-9 for name in plain)
    assert any(wide[name] > plain[name] for name in plain)


def test_at_least_as_many_studies_as_asked_for():
    tables = [str(REFERENCE / f"meta_limma_{n}.csv") for n in (1, 2, 3)]
    assert main(["meta", *tables, "--min-studies", "3", "-o", "meta.csv"]) == 0
    found = rows_of("meta.csv")
    assert {row["studies"] for row in found if row["P (random)"] != "NA"} == {"3"}
    assert {row["P (random)"] for row in found if row["studies"] == "2"} == {"NA"}


def test_forest_plots_of_the_first_or_of_those_named():
    calls = {
        "first": [],
        "two": ["--forest", "2"],
        "named": ["--forest", "hsa-miR-9-5p,hsa-let-7a-5p", "--figure-width", "85", "--title", "Two studies"],
    }
    for name, options in calls.items():
        assert main(["meta", LIMMA, DESEQ2, "-o", f"{name}.csv", "--figures", name, *options]) == 0
        assert (Path(name) / "forest.png").is_file()
    assert "Forest plots of 3 miRNAs in 2 studies" in Path("first/captions.md").read_text()
    assert "The table has 1 more." in Path("two/captions.md").read_text()
    drawn = Path("named/forest.svg").read_text()
    assert "not combined" in drawn or "hsa-miR-9-5p" in drawn
    assert "hsa-miR-21-5p" not in drawn


def test_many_mirnas_are_drawn_on_several_pages():
    tables = [str(REFERENCE / f"meta_limma_{n}.csv") for n in (1, 2, 3)]
    assert (
        main(["meta", *tables, "--forest", "15", "--figures", "f", "--figure-format", "svg", "-o", "m.csv"]) == 0
    )
    assert sorted(path.name for path in Path("f").glob("*.svg")) == ["forest.svg", "forest_2.svg", "forest_3.svg"]


def refused(capsys, *arguments, code=1):
    assert main(["meta", *map(str, arguments), "-o", "meta.csv"]) == code
    assert not Path("meta.csv").exists()
    return " ".join(capsys.readouterr().err.split())


def test_one_study_is_refused(capsys):
    said = refused(capsys, LIMMA, code=2)
    assert "a meta-analysis needs at least two studies (found 1)" in said


def test_the_same_table_twice_is_refused(folder, capsys):
    assert "the same table is given twice" in refused(capsys, LIMMA, LIMMA, code=2)
    (folder / "copy.csv").write_bytes(Path(LIMMA).read_bytes())
    assert "limma.csv and copy.csv" in refused(capsys, LIMMA, "copy.csv", code=2)


def test_the_same_numbers_in_another_file_are_refused(folder, capsys):
    (folder / "again.csv").write_text(Path(LIMMA).read_text().replace('"', "") + "hsa-miR-1-3p,1,8,2,0.1,0.2,0\n")
    said = refused(capsys, LIMMA, "again.csv", code=2)
    assert "two studies hold the same numbers" in said
    assert "hold the same numbers" in refused(capsys, LIMMA, "again.csv", "--flip", "again", code=2)


def test_one_shared_mirna_is_said(folder, capsys):
    (folder / "b.csv").write_text("miRNA,logFC,t\nhsa-miR-21-5p,0.5,2\nhsa-miR-1-3p,1,2\n")
    assert main(["meta", LIMMA, "b.csv", "-o", "meta.csv"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "1 miRNA of 1 in 2 studies changed" in said
    assert "Warning: a single miRNA is in several studies, so that FDR is P" in said


def test_no_shared_mirna_is_refused(folder, capsys):
    (folder / "b.csv").write_text("miRNA,logFC,t\nmmu-miR-21a-5p,0.5,2\nmmu-miR-1a-3p,1,2\n")
    said = refused(capsys, LIMMA, "b.csv")
    assert "the studies have no miRNA in common (found limma: hsa-miR-21-5p" in said
    assert "--species hsa" in said


def test_swapped_groups_are_refused_and_can_be_turned(studies, capsys):
    compare(studies / "B", "--compare", "control:treated")
    said = refused(capsys, "A", "B", code=2)
    assert "two studies compare the same groups the other way round" in said
    assert "A: treated / control; B: control / treated" in said
    assert "--flip B" in said
    assert main(["meta", "A", "B", "--flip", "B", "-o", "meta.csv"]) == 0
    assert "B treated / control" in " ".join(capsys.readouterr().err.split())


def test_directions_that_look_swapped_are_said(capsys):
    one, other = (rows_of(REFERENCE / f"meta_limma_{n}.csv") for n in (1, 2))
    for path, rows, sign in (("one.csv", one, 1), ("other.csv", other, -1)):
        lines = [
            f"{row['Name']},{sign * float(row['logFC'])},{sign * float(row['t'])},{row['AveExpr']}" for row in rows
        ]
        Path(path).write_text("Name,logFC,t,AveExpr\n" + "\n".join(lines) + "\n")
    assert main(["meta", "one.csv", "other.csv", "-o", "meta.csv"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "one and other go in opposite directions (r = -0." in said
    assert "use --flip other" in said


def test_a_study_that_cannot_be_turned_is_named(capsys):
    assert "unknown study 'limna'" in refused(capsys, LIMMA, DESEQ2, "--flip", "limna", code=2)


def test_more_studies_than_there_are_is_refused(capsys):
    said = refused(capsys, LIMMA, DESEQ2, "--min-studies", "3", code=2)
    assert "no miRNA can be in so many studies" in said


def test_a_folder_without_a_comparison_is_refused(folder, capsys):
    (folder / "A" / "results").mkdir(parents=True)
    assert "this study has no differential table yet" in refused(capsys, "A", LIMMA)
    (folder / "B").mkdir()
    assert "this folder is not a study" in refused(capsys, "B", LIMMA)


def test_a_table_of_arithmetic_means_alone_is_refused(studies, capsys):
    alone = studies / "mail.csv"
    alone.write_bytes((studies / "A/results/differential.csv").read_bytes())
    said = refused(capsys, alone, "B")
    assert "its ratio is that of arithmetic means, which t does not test" in said
    assert "--fold-change geometric" in said
    compare(studies / "A", "--fold-change", "geometric")
    alone.write_bytes((studies / "A/results/differential.csv").read_bytes())
    assert main(["meta", str(alone), "B", "-o", "one.csv"]) == 0
    assert "has no record of its run" in " ".join(capsys.readouterr().err.split())
    compare(studies / "A")
    assert main(["meta", "A", "B", "-o", "other.csv"]) == 0
    one, other = by_name("one.csv"), by_name("other.csv")
    for name, row in other.items():
        if row["P (random)"] != "NA":
            assert float(one[name]["log2 ratio (random)"]) == pytest.approx(
                float(row["log2 ratio (random)"]), abs=1e-5
            )


def test_a_normalized_table_that_changed_or_is_gone_is_refused(studies, capsys):
    table = studies / "A" / "log2.csv"
    table.write_text(table.read_text().replace(",r1,", ",r1,", 1) + "999,hsa-miR-1-3p" + ",1" * 8 + "\n")
    said = refused(capsys, "A", "B")
    assert "the normalized table has changed since the comparison was made from it" in said
    table.unlink()
    assert "no normalized table A/log2.csv" in refused(capsys, "A", "B")


def test_a_table_of_other_values_is_refused(studies, capsys):
    path = studies / "A/results/differential.csv"
    rows = path.read_text().split("\n")
    cells = rows[1].split(",")
    cells[5] = str(float(cells[5]) + 0.5)
    path.write_text("\n".join([rows[0], ",".join(cells), *rows[2:]]))
    said = refused(capsys, "A", "B")
    assert "this table was not made from the values in A/log2.csv" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--test", "rank-sum"], "this comparison has no standard error (found P (rank-sum)"),
        (["--treat", "1.1"], "a comparison with --treat; "),
        (["--weights", "arrays", "--fold-change", "geometric"], "a comparison with --weights"),
    ],
)
def test_comparisons_without_a_standard_error_are_refused(studies, capsys, options, message):
    compare(studies / "A", *options)
    said = refused(capsys, "A", "B")
    assert message.rstrip("; ") in said
    assert "run `mirtool diff` with" in said


def test_a_model_gives_its_own_ratio(studies):
    compare(studies / "A", "--weights", "arrays")
    assert main(["meta", "A", "B", "-o", "meta.csv", "--digits", "full"]) == 0
    own = {row["ID"]: row for row in rows_of(studies / "A/results/differential.csv")}
    for row in rows_of("meta.csv"):
        if row["probe A"]:
            table = own[row["probe A"]]
            assert float(row["log2 ratio A"]) == float(table["log2 ratio treated/control"])
            assert float(row["SE A"]) == pytest.approx(float(row["log2 ratio A"]) / float(table["t (moderated)"]))


def test_counts_give_the_ratio_of_the_model(folder, capsys):
    rows = (REFERENCE / "counts_fixture.csv").read_text().split("\n")[:80]
    named = [rows[0], *(f"hsa-miR-{4251 + i}{row[row.index(',') :]}" for i, row in enumerate(rows[1:]))]
    for study, arrays in (("A", range(1, 7)), ("B", range(7, 13))):
        (folder / study).mkdir()
        (folder / study / "counts.csv").write_text("\n".join(named) + "\n")
        lines = [f"{group}{n},{group},counts.csv,counts\n" for group in "AB" for n in arrays]
        (folder / study / "samples.csv").write_text("sample,group,file,scale\n" + "".join(lines))
        compare(folder / study)
    assert main(["meta", "A", "B", "-o", "meta.csv", "--digits", "full"]) == 0
    own = {row["ID"]: row for row in rows_of("A/results/differential.csv")}
    for row in rows_of("meta.csv"):
        assert float(row["log2 ratio A"]) == float(own[row["probe A"]]["log2 ratio B/A"])
    Path("meta.csv").unlink()
    compare(folder / "A", "--fold-change", "geometric")
    assert "a comparison with --count-method" in refused(capsys, "A", "B")


BAD = [
    ("miRNA,t\nhsa-miR-1-3p,2\n", "this table has no column of log2 ratios"),
    ("miRNA,logFC,F,PValue\nhsa-miR-1-3p,2,3,0.1\n", "has no standard error of the log2 ratio"),
    ("logFC,t\n1,2\n", "this table has no column of miRNAs"),
    ("miRNA,logFC,t\nhsa-miR-1-3p,1,-2\n", "log2 ratio and statistic have different signs"),
    ("miRNA,logFC,SE\nhsa-miR-1-3p,1,0\n", "a value is out of range (found 0; expected a number above 0)"),
    ("miRNA,logFC,t,P.Value\nhsa-miR-1-3p,1,2,1.5\n", "a value is out of range (found 1.5; expected a number"),
    ("miRNA,logFC,t\nhsa-miR-1-3p,high,2\n", "high"),
    ("miRNA,logFC,t\nTP53,1,2\nMYC,2,3\n", "this table has no miRNA with a log2 ratio and a standard error"),
    ("miRNA,logFC,t\nhsa-miR-1-3p,0,0\n", "this table has no miRNA with a log2 ratio and a standard error"),
    ("miRNA,logFC,t\nhsa-miR-1-3p,1,2\nhsa-miR-1-3p,2,2\n", "hsa-miR-1-3p has 2 probes, and the table has no"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD)
def test_bad_tables_are_refused(folder, capsys, text, message):
    (folder / "bad.csv").write_text(text)
    said = refused(capsys, "bad.csv", DESEQ2)
    assert message in said
    assert "bad.csv" in said


def test_an_unknown_mirna_or_none_cannot_be_drawn(capsys):
    assert "no study has a miRNA hsa-miR-7000" in refused(
        capsys, LIMMA, DESEQ2, "--forest", "hsa-miR-7000", code=2
    )
    assert "at least one miRNA" in refused(capsys, LIMMA, DESEQ2, "--forest", "0", code=2)


def test_an_object_that_is_no_comparison_is_refused():
    with pytest.raises(MirtoolError, match="this is not a differential table"):
        mt.meta([3, 4])
