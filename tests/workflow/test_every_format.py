"""Every format from its files to the network, by `mirtool init` and `mirtool run`: what was planted arrives."""

import csv
from contextlib import chdir

import pytest

from mirtool.cli import main
from mirtool.io.registry import FORMATS, sniff_format
from mirtool.workflow.run_study import Outcome, RunOptions, run_study
from tests import format_studies

STEPS = ("normalize", "diff", "network", "shortlist")
WITHOUT_NORMALIZE = ("affymetrix", "geo-series-matrix", "geo-series-matrix, 3D-Gene")
RUN_OF = {"agilent, rma": "agilent"}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill_in_groups(sheet):
    """Fill in the groups as a person would: by the names of the samples, or what the table says of them."""
    rows = rows_of(sheet)
    for row in rows:
        row["group"] = "ill" if "ill" in "".join(row.values()) else "ctl"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return [row["group"] for row in rows]


@pytest.mark.parametrize("name", [*format_studies.FORMATS, *RUN_OF])
def test_from_the_files_to_the_network(name, tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    study = tmp_path / "study"
    study.mkdir()
    own = RUN_OF.get(name, name)
    files = format_studies.FORMATS[own](study)
    assert {sniff_format(path) for path in files} == {own.partition(",")[0]}
    with chdir(study):
        assert main(["init", *(path.name for path in files)]) == 0
        assert fill_in_groups(study / "samples.csv") == ["ctl"] * 3 + ["ill"] * 3
        rma = '[normalize]\npreset = "rma"\n' if name == "agilent, rma" else ""
        (study / "mirtool.toml").write_text(f'{rma}[network]\ngene_sets = ["none"]\n')
        run = run_study(study, RunOptions(only=STEPS, figures=False))
    assert [(each.step, each.error) for each in run.failures] == []
    is_normalized = own in WITHOUT_NORMALIZE or "count" in own
    assert run.outcome_of("normalize") is (Outcome.LEFT_OUT if is_normalized else Outcome.DONE)

    passing = {row["Name"]: row["regulation by volcano P"] for row in rows_of(study / "results/differential.csv")}
    assert set(format_studies.MIRNAS) <= set(passing)
    assert {each: call for each, call in passing.items() if call} == format_studies.CHANGES
    nodes = rows_of(study / "results/network_nodes.csv")
    mirnas = {row["name"]: row["regulation"] for row in nodes if row["type"] == "miRNA"}
    assert mirnas == format_studies.CHANGES
    assert "PTEN" in {row["name"] for row in nodes if row["type"] == "gene"}
    listed = {row["Name"] for row in rows_of(study / "results/shortlist.csv")}
    assert listed == set(format_studies.CHANGES)


def test_every_format_of_samples_has_its_study():
    has = {name.partition(",")[0] for name in format_studies.FORMATS}
    assert {name for name, own in FORMATS.items() if own.arrays or own.counts or own.wells} <= has
