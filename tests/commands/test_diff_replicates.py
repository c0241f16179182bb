"""``mirtool diff --replicates``: from normalized tables with their spots to the table, and what is refused."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.differential import Model, compare_by_model, estimate_replicate_correlation, summarize_replicates
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.normalize import normalized_table, replicates_table, spots_table
from mirtool.report.tables import table_text, write_table

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
NAMES = ("A1", "A2", "A3", "B1", "B2", "B3", "B4")


def fixture() -> ExpressionMatrix:
    with (REFERENCE / "replicates_fixture.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    values = np.array([[float(c.replace("NA", "nan")) for c in row[2:]] for row in rows]).reshape(90, 4, 7)
    spots = summarize_replicates(values)
    ids = text_array(row[0] for row in rows[::4])
    probes = ProbeTable(ids, ids, text_array([""] * 90))
    samples = SampleTable(NAMES, tuple(name[0] for name in NAMES))
    return ExpressionMatrix(spots.means, probes, samples, spots=spots.counts, replicates=values)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study folder with a normalized table, its spots and their numbers, and a sample sheet."""
    matrix = fixture()
    results = tmp_path / "results"
    results.mkdir()
    normalized = normalized_table(matrix)
    (results / "normalized.csv").write_text(table_text(normalized, in_band=True))
    write_table(spots_table(matrix), str(results / "normalized_spots.csv"))
    write_table(replicates_table(matrix), str(results / "normalized_replicates.csv"))
    sheet = "".join(f"{name},{name[0]}\n" for name in NAMES)
    (tmp_path / "samples.csv").write_text("sample,group\n" + sheet)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith(("# ", '"# '))]
    return {row["ID"]: row for row in csv.DictReader(lines)}


def test_every_spot_is_fitted_and_counted(study, capsys):
    assert main(["diff", "-v", "--replicates", "--no-figures", "--digits", "full"]) == 0
    (d,) = compare_by_model(fixture(), Model(replicates=True)).tables
    rows = rows_of(study / "results/differential.csv")
    for i, label in enumerate(d.probes.id):
        for column, value in (("P (moderated)", d.p_value[i]), ("log2 ratio B/A", d.log2_ratio[i])):
            written = float(rows[label][column].replace("NA", "nan"))
            assert written == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True)
    assert (rows["p01"]["spots B"], rows["p01"]["spots A"], rows["p01"]["n B"]) == ("16", "12", "4")
    assert (rows["p81"]["spots B"], rows["p87"]["spots A"]) == ("8", "3")
    matrix = fixture()
    design = np.column_stack([np.ones(7), [name[0] == "B" for name in NAMES]])
    correlation = estimate_replicate_correlation(summarize_replicates(matrix.replicates), design).common
    n = int(np.sum(~np.isnan(matrix.replicates)))
    err = capsys.readouterr().err
    assert re.search(
        rf"^  replicates +{n:,} spots, correlation {correlation:.4g} within arrays$", err, re.MULTILINE
    )
    run = json.loads((study / "results/run.json").read_text())["runs"]["diff"]
    assert run["arguments"]["replicates"] is True
    assert "results/normalized_replicates.csv" in run["inputs"]


def test_without_the_option_the_spots_are_nothing_to_the_result(study):
    assert main(["diff", "--no-figures", "-o", "with.csv"]) == 0
    (study / "results/normalized_replicates.csv").unlink()
    assert main(["diff", "--no-figures", "-o", "without.csv"]) == 0
    assert (study / "with.csv").read_bytes() == (study / "without.csv").read_bytes()


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (["--weights", "spots"], 2, "would count them twice"),
        (["--block", "patient"], 2, "estimate one correlation each"),
        (["--test", "welch"], 2, "--test welch"),
        (["--sensitivity"], 2, "--sensitivity tries the choices of a plain comparison"),
    ],
)
def test_what_spots_do_not_go_with_is_refused(study, capsys, options, code, problem):
    assert main(["diff", "--replicates", *options]) == code
    assert problem in capsys.readouterr().err
    assert not (study / "results/differential.csv").exists()


def test_spots_that_are_missing_or_of_an_earlier_run_are_refused(study, capsys):
    table = study / "results/normalized_replicates.csv"
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:1] + lines[5:]))
    assert main(["diff", "--replicates"]) == 1
    assert "does not belong to the normalized table beside it" in capsys.readouterr().err
    table.unlink()
    assert main(["diff", "--replicates"]) == 2
    assert "`mirtool normalize` writes it as NAME_replicates.csv with --keep-replicates" in capsys.readouterr().err
