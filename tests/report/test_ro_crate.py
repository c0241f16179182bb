"""``ro-crate-metadata.json`` against what RO-Crate 1.3 and Process Run Crate 0.6 say a crate MUST have.

The checks are written from the text of the specifications (root-data-entity, data-entities, appendix/jsonld of
https://w3id.org/ro/crate/1.3; the table of requirements of https://w3id.org/ro/wfrun/process/0.6).
"""

import hashlib
import json
import re
import shutil
from urllib.parse import unquote

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.report.ro_crate import CrateFacts, identifier, ro_crate
from mirtool.study.folder import find_study
from mirtool.study.record import read_runs
from mirtool.study.state import Status, StudyState
from mirtool.workflow.pack import pack_study
from mirtool.workflow.run_study import Outcome, RunOptions, run_study
from tests.small_study import make_study

DATED = CrateFacts(published="2026-11-29", license="https://creativecommons.org/licenses/by/4.0/")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "study"
    folder.mkdir()
    make_study(folder)
    (folder / "mirtool.toml").write_text("[diff]\ncutoff = 1.5\n")
    run_study(folder, RunOptions(only=("normalize", "diff"), figures=False))
    return find_study(folder, ("diff",))


def references(value):
    """Yield every ``{"@id": …}`` in a value."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def violations(content, folder):
    """Yield every MUST that a crate breaks."""
    graph = content["@graph"]
    by_id = {each["@id"]: each for each in graph}
    types = {each["@id"]: [each["@type"]] if isinstance(each["@type"], str) else each["@type"] for each in graph}
    if len(by_id) != len(graph):
        yield "an @id occurs twice"
    if "https://w3id.org/ro/crate/1.3/context" not in content["@context"]:
        yield "the context is not that of RO-Crate 1.3"
    descriptor = by_id.get("ro-crate-metadata.json", {})
    if descriptor.get("@type") != "CreativeWork" or descriptor.get("about") != {"@id": "./"}:
        yield "the descriptor is not a CreativeWork about the root"
    root = by_id.get("./", {})
    if "Dataset" not in types.get("./", ()):
        yield "the root is not a Dataset"
    for name in ("name", "description", "datePublished", "license"):
        if not root.get(name):
            yield f"the root has no {name}"
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", root.get("datePublished", "2026")):
        yield "datePublished is not a date by ISO 8601"
    profile = root.get("conformsTo", {}).get("@id", "")
    if profile != "https://w3id.org/ro/wfrun/process/0.6" or "CreativeWork" not in types.get(profile, ()):
        yield "the root does not reference the profile as a CreativeWork"
    parts = {each["@id"] for each in root.get("hasPart", ())}
    for own, kinds in types.items():
        if re.search(r"[\s\\%](?![0-9A-F]{2})", own):
            yield f"{own} is not a URI reference"
        if "File" in kinds and not own.startswith("#"):
            if own not in parts:
                yield f"{own} is not part of the root"
            path = folder / unquote(own)
            if not path.is_file():
                yield f"{own} is not in the crate"
            elif own == "results/run.json":  # it holds the SHA-256 of the metadata in turn
                if {"contentSize", "sha256"} & set(by_id[own]):
                    yield "the record is described by its bytes"
            elif by_id[own]["contentSize"] != str(path.stat().st_size):
                yield f"{own} has another size"
            elif by_id[own]["sha256"] != hashlib.sha256(path.read_bytes()).hexdigest():
                yield f"{own} has another SHA-256"
    for each in graph:
        for other in references({name: value for name, value in each.items() if name != "@id"}):
            if other not in by_id and not other.startswith(("https://w3id.org/ro/crate/", "http://schema.org/")):
                yield f"{each['@id']} references {other}, which is not described"
    actions = [each for each in graph if each["@type"] == "CreateAction"]
    if not actions:
        yield "there is no action"
    for action in actions:
        instrument = action.get("instrument", {}).get("@id")
        if "SoftwareApplication" not in types.get(instrument, ()):
            yield f"{action['@id']} has no instrument"


def parsed(study, facts=DATED):
    return json.loads(ro_crate(study, facts))


def test_a_crate_has_everything_it_must_have(study):
    assert list(violations(parsed(study), study.root)) == []


def test_without_a_date_only_the_date_is_missing(study):
    assert list(violations(parsed(study, CrateFacts()), study.root)) == ["the root has no datePublished"]


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (lambda crate: by_type(crate, "CreateAction")[0].pop("instrument"), "#run-diff has no instrument"),
        (lambda crate: by_type(crate, "Dataset")[0].pop("license"), "the root has no license"),
        (lambda crate: by_type(crate, "Dataset")[0]["hasPart"].pop(0), "P01.gpr is not part of the root"),
    ],
)
def test_the_checks_find_what_is_broken(study, break_it, expected):
    crate = parsed(study)
    break_it(crate)
    assert expected in list(violations(crate, study.root))


def by_type(crate, kind):
    return [each for each in crate["@graph"] if each["@type"] == kind]


def test_files_have_their_hash_and_steps_what_they_read_and_wrote(study):
    crate = parsed(study)
    files = {each["@id"]: each for each in by_type(crate, "File")}
    table = files["results/differential.csv"]
    data = (study.root / "results" / "differential.csv").read_bytes()
    assert table["sha256"] == hashlib.sha256(data).hexdigest()
    assert (table["contentSize"], table["encodingFormat"]) == (str(len(data)), "text/csv")
    (diff,) = (each for each in by_type(crate, "CreateAction") if each["name"] == "mirtool diff")
    read, wrote = ({each["@id"] for each in diff[name]} for name in ("object", "result"))
    assert read == {"mirtool.toml", "samples.csv", "results/normalized.csv", "results/normalized_spots.csv"}
    assert wrote == {"results/differential.csv"}
    software = {each["name"]: each for each in by_type(crate, "SoftwareApplication")}
    assert diff["instrument"]["@id"] == software["mirtool"]["@id"]
    assert {"numpy", "scipy", "Python"} <= set(software)
    assert {each["@id"] for each in software["mirtool"]["softwareRequirements"]} >= {software["numpy"]["@id"]}


WITH_REPORT = RunOptions(only=("normalize", "diff", "report"), figures=False)


@pytest.fixture
def reported(study, tmp_path, monkeypatch):
    """A copy of the study with its report."""
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    folder = shutil.copytree(study.root, tmp_path / "study")
    assert run_study(folder, WITH_REPORT).failures == ()
    return folder


def crate_of(folder):
    return json.loads((folder / "ro-crate-metadata.json").read_text())


def test_the_report_describes_the_folder_that_holds_the_metadata(reported):
    crate = crate_of(reported)
    assert list(violations(crate, reported)) == ["the root has no datePublished"]
    (report,) = (each for each in by_type(crate, "CreateAction") if each["name"] == "mirtool report")
    wrote = {each["@id"] for each in report["result"]}
    assert {"results/report.html", "results/study.xlsx", "results/methods.md"} <= wrote
    assert all(not each["@id"].startswith("#not-included") for each in report["result"])
    files = {each["@id"] for each in by_type(crate, "File")}
    assert files >= wrote | {"samples.csv", "mirtool.toml", "P01.gpr", "results/run.json", "results/columns.csv"}


def test_the_metadata_are_recorded_and_make_nothing_stale(reported):
    path = reported / "ro-crate-metadata.json"
    before = path.read_bytes()
    recorded = read_runs(reported / "results" / "run.json")["report"]["outputs"]["ro-crate-metadata.json"]
    assert recorded == hashlib.sha256(before).hexdigest()
    states = StudyState.of_study(find_study(reported, ("diff",))).states(("normalize", "diff", "report"))
    assert {each.status for each in states} == {Status.DONE}
    again = run_study(reported, WITH_REPORT)
    assert {each.outcome for each in again.outcomes} == {Outcome.UP_TO_DATE}
    run_study(reported, RunOptions(only=WITH_REPORT.only, figures=False, force=True))
    assert path.read_bytes() == before
    path.unlink()
    assert run_study(reported, WITH_REPORT).outcome_of("report") is Outcome.DONE
    assert path.read_bytes() == before


def test_steps_that_the_page_does_not_show_make_the_report_due_once(reported):
    mt.Study(reported).geo()
    assert run_study(reported, WITH_REPORT).outcome_of("report") is Outcome.DONE
    assert list(violations(crate_of(reported), reported)) == ["the root has no datePublished"]
    assert "results/geo/matrix.txt" in {each["@id"] for each in crate_of(reported)["@graph"]}
    assert run_study(reported, WITH_REPORT).outcome_of("report") is Outcome.UP_TO_DATE


def test_date_license_and_name_are_keys_of_the_report_and_hold_for_a_pack_too(reported, tmp_path):
    with (reported / "mirtool.toml").open("a") as file:
        file.write('[report]\npublished = 2026-11-29\nlicense = "CC0"\ntitle = "Serum exosomes"\n')
    assert run_study(reported, WITH_REPORT).outcome_of("report") is Outcome.DONE
    crate = crate_of(reported)
    assert list(violations(crate, reported)) == []
    (root,) = by_type(crate, "Dataset")
    assert (root["datePublished"], root["license"], root["name"]) == ("2026-11-29", "CC0", "Serum exosomes")
    pack_study(reported, tmp_path / "study.zip")
    shutil.unpack_archive(tmp_path / "study.zip", tmp_path / "elsewhere")
    unpacked = tmp_path / "elsewhere" / "study"
    packed = crate_of(unpacked)
    assert list(violations(packed, unpacked)) == []
    assert by_type(packed, "Dataset")[0]["datePublished"] == "2026-11-29"
    recorded = read_runs(unpacked / "results" / "run.json")["report"]["outputs"]["ro-crate-metadata.json"]
    assert recorded == hashlib.sha256((unpacked / "ro-crate-metadata.json").read_bytes()).hexdigest()


def test_without_a_date_the_report_says_what_is_missing(reported):
    assert "lacks the date of publication" in repr(mt.Study(reported).report())
    assert "lacks the date" not in repr(mt.Study(reported).report(published="2026-11-29"))
    for wrong in ("2026-13-01", "29.11.2026"):
        with pytest.raises(UsageError, match="not a date"):
            mt.Study(reported).report(published=wrong)


def test_a_report_that_is_written_elsewhere_describes_no_folder(reported, tmp_path, monkeypatch):
    monkeypatch.chdir(reported)
    before = (reported / "ro-crate-metadata.json").read_bytes()
    assert main(["report", "--published", "2026-11-29", "-o", str(tmp_path / "elsewhere")]) == 0
    assert (tmp_path / "elsewhere" / "report.html").is_file()
    assert not list((tmp_path / "elsewhere").rglob("ro-crate-metadata.json"))
    assert (reported / "ro-crate-metadata.json").read_bytes() == before


def test_the_same_study_gives_the_same_bytes(study):
    assert ro_crate(study) == ro_crate(study)
    assert "Time" not in {key for each in parsed(study)["@graph"] for key in each}


def test_paths_are_written_as_uri_references():
    # the example of the specification: Results and Diagrams\\almost-50%.png; letters of all scripts stay
    assert identifier("Results and Diagrams/almost-50%.png") == "Results%20and%20Diagrams/almost-50%25.png"
    assert identifier("面试.mp4") == "面试.mp4"
