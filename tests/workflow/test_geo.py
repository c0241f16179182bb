"""``mirtool geo``: the sheet has GEO's sections, the matrix GEO's columns, and MD5 is that of the files."""

import hashlib
import json
import shutil

import pytest
from python_calamine import CalamineWorkbook

import mirtool.api as mt
from mirtool.cli import main
from mirtool.model import SampleTable
from mirtool.report.methods.facts import StudyFacts
from mirtool.report.methods.geo_settings import GeoSettings
from mirtool.report.methods.geo_sheet import ORGANISMS, Organism, geo_sheet, organism_of_names
from mirtool.report.methods.record import StepRecord
from tests.small_study import MIRNAS, make_study


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    make_study(
        folder,
        changes={},
        arrays_per_group=2,
        columns={"age": ["30", "31", "32", "33"], "tissue": ["serum"] * 4},
    )
    return folder


@pytest.fixture
def study(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    folder = shutil.copytree(raw, tmp_path / "study")
    monkeypatch.chdir(folder)
    assert main(["normalize"]) == 0
    return folder


def sections(path):
    """Return the rows of each section of the metadata sheet, blank cells at their ends left out."""
    found = {}
    for row in CalamineWorkbook.from_path(path).get_sheet_by_name("Metadata").to_python():
        cells = [str(cell) for cell in row]
        if cells[0] in ("SERIES", "SAMPLES", "PROTOCOLS"):
            own = found.setdefault(cells[0], [])
        elif any(cells) and not cells[0].startswith("#"):
            own.append(cells)
    return found


def test_the_sheet_has_the_sections_of_geo_filled_from_the_study(study):
    assert main(["geo"]) == 0
    found = sections(study / "results/geo/metadata.xlsx")
    assert [row[:2] for row in found["SERIES"]] == [
        ["title", "TO FILL IN: a title for the whole series"],
        ["summary", "TO FILL IN: aim and results, as in an abstract"],
        [
            "overall design",
            "miRNA expression of 4 samples in the groups responding (2), resistant (2); one array per sample.",
        ],
        ["contributor", "TO FILL IN: Firstname,Initial,Lastname; one row each"],
    ]
    header, first = found["SAMPLES"][:2]
    assert header == [
        "Sample name", "title", "raw data file", "source name", "organism", "characteristics: group",
        "characteristics: age", "characteristics: tissue", "molecule", "label", "description", "platform",
    ]  # fmt: skip
    sample = dict(zip(header, first, strict=True))
    assert sample["title"] == f"responding, {sample['Sample name']}"
    assert sample["raw data file"] == f"{sample['Sample name']}.gpr"
    assert sample["organism"] == "Homo sapiens"
    assert (sample["source name"], sample["characteristics: age"]) == ("serum", "30")
    assert sample["platform"] == "TO FILL IN: GEO accession of the array, GPL…"
    protocols = {row[0]: row[1] for row in found["PROTOCOLS"]}
    assert list(protocols) == [
        "growth protocol", "treatment protocol", "extract protocol", "label protocol", "hyb protocol",
        "scan protocol", "data processing", "value definition",
    ]  # fmt: skip
    assert protocols["scan protocol"].startswith("scanner ")
    assert protocols["data processing"].startswith("Raw data of 4 arrays (")
    assert protocols["value definition"] == "log2 signal, normalized"


def test_what_the_authors_say_replaces_what_is_to_fill_in(study, capsys):
    said = {
        "title": "Exosomes in myeloma", "summary": "A summary.", "design": "Two groups.",
        "organism": "Mus musculus", "contributor": "Ada,,Lovelace", "platform-id": "GPL1",
        "molecule": "total RNA", "label": "Hy3", "source": "serum exosomes",
    }  # fmt: skip
    capsys.readouterr()
    assert main(["geo", *(part for name, text in said.items() for part in (f"--{name}", text))]) == 0
    left = next(line for line in capsys.readouterr().err.split("To fill in")[1].splitlines() if line)
    assert "title" not in left
    found = sections(study / "results/geo/metadata.xlsx")
    assert [row[1] for row in found["SERIES"]] == [
        "Exosomes in myeloma", "A summary.", "Two groups.", "Ada,,Lovelace",
    ]  # fmt: skip
    sample = dict(zip(*found["SAMPLES"][:2], strict=True))
    assert [sample[name] for name in ("source name", "organism", "molecule", "label", "platform")] == [
        "serum exosomes", "Mus musculus", "total RNA", "Hy3", "GPL1",
    ]  # fmt: skip


def test_raw_files_have_the_md5_of_their_bytes(study, raw):
    result = mt.Study(study).geo()
    table = result.tables()["raw_files"]
    gpr = sorted(path.name for path in raw.glob("*.gpr"))
    assert list(table["file"]) == gpr
    assert list(table["MD5"]) == [hashlib.md5((raw / name).read_bytes()).hexdigest() for name in gpr]
    assert list(table["bytes"]) == [(raw / name).stat().st_size for name in gpr]


def test_the_matrix_is_the_normalized_table_under_geos_headings(study):
    result = mt.Study(study).geo()
    lines = (study / "results/geo/matrix.txt").read_text().splitlines()
    assert lines[0].split("\t") == ["ID_REF", *result.matrix.samples.names]
    own = [line for line in (study / "results/normalized.csv").read_text().splitlines() if line[0] != "#"][1:]
    assert [line.split("\t")[0] for line in lines[1:]] == [line.split(",")[0] for line in own]
    expected = ["" if cell == "NA" else cell for cell in own[0].split(",")[2:]]
    assert lines[1].split("\t")[1:] == expected


def test_all_probes_keep_the_values_of_the_others(study, capsys):
    kept = mt.Study(study).geo().matrix
    capsys.readouterr()
    assert main(["geo", "--all-probes"]) == 0
    assert "GEO asks for all" not in capsys.readouterr().err
    whole = mt.Study(study).geo(all_probes=True)
    assert (
        len(whole.matrix.probes)
        == json.loads((study / "results/run.json").read_text())["runs"]["normalize"]["summary"]["counting_probes"]
    )
    rows = {probe: i for i, probe in enumerate(whole.matrix.probes.id)}
    chosen = whole.matrix.values[[rows[probe] for probe in kept.probes.id]]
    # normalized.csv has nine significant digits
    assert chosen == pytest.approx(kept.values, rel=1e-8, nan_ok=True)
    assert "All of these probes were kept." in dict(whole.sheet.protocols)["data processing"]


def test_without_all_probes_a_warning_says_how_many_are_left_out(study, capsys):
    capsys.readouterr()
    assert main(["geo"]) == 0
    err = " ".join(capsys.readouterr().err.split())
    kept = len(mt.Study(study).geo().matrix.probes)
    assert kept < 258
    assert f"the matrix holds the {kept} of 258 probes that were kept; GEO asks for all: --all-probes" in err


def test_the_same_study_gives_the_same_bytes_and_a_record(study):
    folder = study / "results/geo"
    assert main(["geo"]) == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"metadata.xlsx", "matrix.txt", "raw_files.csv"}
    assert main(["geo"]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    run = json.loads((study / "results/run.json").read_text())["runs"]["geo"]
    assert set(run["outputs"]) == {f"results/geo/{name}" for name in before}
    assert run["summary"]["raw_files"] == 4
    assert {name for name in run["inputs"] if name.endswith(".gpr")} == {
        f"{name}.gpr" for name in run_samples(run)
    }


def run_samples(run):
    """Return the names of the samples, from the raw files that were read."""
    return [name.removesuffix(".gpr") for name in run["inputs"] if name.endswith(".gpr")]


def test_a_folder_gets_the_files_directly(study, tmp_path):
    assert main(["geo", "-o", str(tmp_path / "submission")]) == 0
    assert {path.name for path in (tmp_path / "submission").iterdir()} == {
        "metadata.xlsx", "matrix.txt", "raw_files.csv", "geo.run.json", "geo.columns.csv",
    }  # fmt: skip
    assert not (study / "results/geo").exists()


def test_a_raw_file_that_is_gone_is_named(study, capsys):
    first = sorted(study.glob("*.gpr"))[0]
    first.unlink()
    capsys.readouterr()
    assert main(["geo"]) == 1
    err = capsys.readouterr().err
    assert "a raw file is not there" in err
    assert first.name in err


def test_a_sheet_without_files_is_warned_about(study, tmp_path, capsys):
    (tmp_path / "s.csv").write_text("\n".join(
        ",".join(line.split(",")[:2]) for line in (study / "samples.csv").read_text().splitlines()
    ))  # fmt: skip
    capsys.readouterr()
    assert (
        main(["geo", "results/normalized.csv", "--samples", str(tmp_path / "s.csv"), "-o", str(tmp_path / "g")])
        == 0
    )
    assert "the study has no raw files" in " ".join(capsys.readouterr().err.split())
    header, first = sections(tmp_path / "g/metadata.xlsx")["SAMPLES"][:2]
    assert dict(zip(header, first, strict=True))["raw data file"] == "none"


def test_two_channels_have_columns_of_their_own():
    samples = SampleTable(("A",), ("ill",), ("A.gpr",), {"age": ("30",)})
    record = StepRecord("normalize", summary={"numerator": "Hy3", "denominator": "Hy5", "channel": "Hy3/Hy5"})
    sheet = geo_sheet(StudyFacts({"normalize": record}, samples), samples, GeoSettings(), Organism(), {})
    assert sheet.columns == (
        "Sample name", "title", "raw data file", "source name_CH1", "organism_CH1", "characteristics: group_CH1",
        "characteristics: age_CH1", "molecule_CH1", "label_CH1", "source name_CH2", "organism_CH2", "molecule_CH2",
        "label_CH2", "description", "platform",
    )  # fmt: skip
    first = dict(zip(sheet.columns, sheet.rows[0], strict=True))
    assert first["label_CH1"] == "TO FILL IN: dye of the samples (channel Hy3)"
    assert first["label_CH2"] == "TO FILL IN: dye of the second channel (Hy5)"
    assert dict(sheet.protocols)["value definition"] == "log2 ratio of the channels Hy3 and Hy5, normalized"


def test_a_mixed_array_has_no_organism():
    half = [name.replace("hsa", "mmu") if i % 2 else name for i, name in enumerate(MIRNAS)]
    assert organism_of_names(half) == Organism()
    assert organism_of_names([]) == Organism()
    assert ORGANISMS["hsa"] == "Homo sapiens"


def test_names_are_text_in_the_workbook(study):
    sheet = (study / "samples.csv").read_text().replace("serum", "=1+1", 1)
    (study / "samples.csv").write_text(sheet)
    assert main(["normalize"]) == 0
    assert main(["geo"]) == 0
    header, first = sections(study / "results/geo/metadata.xlsx")["SAMPLES"][:2]
    assert dict(zip(header, first, strict=True))["source name"] == "=1+1"
