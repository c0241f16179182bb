"""NanoString RCC files: lanes, ZIP files and folders of them, their names and calls; what is refused."""

import csv
import html
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import ArrayMismatchError, MirtoolError, UsageError
from mirtool.io.arrays import nanostring
from mirtool.io.arrays.folders import files_of_arrays
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.model import SampleTable

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "nanostring"
LANES = [FOLDER / f"serum_{lane}.RCC" for lane in ("A1", "A2", "B1", "B2")]
ZIP = FOLDER / "lanes.zip"


def test_a_lane_is_known_and_described():
    assert [sniff_format(path) for path in (LANES[0], ZIP)] == ["nanostring", "nanostring-zip"]
    found = inspect_file(LANES[0])
    assert found.spots == 58
    assert found.details["panel"] == "NS_H_miR_v3b"
    assert found.details["fields_of_view"] == "548 of 555 counted"
    assert found.details["codes"] == {
        "Endogenous1": 30, "Housekeeping": 5, "Ligation": 6, "Negative": 8, "Positive": 6, "SpikeIn": 3,
    }  # fmt: skip
    assert found.details["probe_kinds"] == {
        "miRNA": 30, "housekeeping gene": 5, "spike-in": 9, "positive control": 6, "negative control": 8,
    }  # fmt: skip
    assert found.warnings[0].startswith("ligation background subtracted from 1 code with a coefficient")


def test_the_ligation_background_is_subtracted():
    # hsa-miR-320a|0.012: 209 − 0.012 × 15,400 = 24.2; 107 − 0.012 × 16,940 < 0; 245 − 0.012 × 18,480 = 23.24.
    arrays = read_arrays(LANES, not_detected="keep")
    row = list(arrays.probes.id).index("hsa-miR-320a")
    np.testing.assert_allclose(arrays.channels["counts"].foreground[row], [24.2, 0, 23.24, 0])
    assert arrays.flags[row].tolist() == [0, -75, 0, -75]


def test_without_pos_a_nothing_is_subtracted_and_that_is_said():
    lane = nanostring.parse_lane(LANES[0].read_bytes().replace(b"POS_A(128)", b"POS_Z(128)"), "x.RCC")
    arrays = nanostring.arrays_of(lane, "x.RCC", "x", "")
    row = list(arrays.probes.id).index("hsa-miR-320a")
    assert arrays.channels["counts"].foreground[row, 0] == 209
    assert "not subtracted from 1 code" in arrays.sources[0].warnings[0]


def test_names_lose_the_coefficient_and_become_slash_names():
    arrays = read_arrays(LANES, samples=None)
    names = dict(zip(arrays.probes.id, arrays.probes.name, strict=True))
    assert names["hsa-miR-21-5p"] == "hsa-miR-21-5p"
    assert names["hsa-miR-199a-3p+hsa-miR-199b-3p"] == "hsa-miR-199a-3p/hsa-miR-199b-3p"
    assert names["hsa-miR-320a"] == "hsa-miR-320a"


def test_lanes_may_list_their_codes_in_any_order():
    first, second = (path.read_text().split("<Code_Summary>")[1].split("\n")[2:] for path in LANES[:2])
    assert [line.split(",")[1] for line in first if "," in line] != [
        line.split(",")[1] for line in second if "," in line
    ]
    arrays = read_arrays(LANES)
    row = list(arrays.probes.id).index("POS_A(128)")
    # 15,400 counts times 1, 1.1, 1.2 and 1.3, as the fixture has it.
    assert arrays.channels["counts"].foreground[row].tolist() == [15400, 16940, 18480, 20020]


def test_a_zip_a_folder_and_the_files_are_the_same(tmp_path):
    for path in LANES:
        shutil.copy(path, tmp_path)
    (tmp_path / "notes.txt").write_text("nothing\n")
    by_file, by_zip = read_arrays(LANES), read_arrays([ZIP])
    assert by_zip.samples.names == by_file.samples.names == ("serum_A1", "serum_A2", "serum_B1", "serum_B2")
    assert [Path(file).name for file in files_of_arrays(tmp_path)] == [path.name for path in LANES]
    for other in (by_zip, read_arrays([tmp_path])):
        np.testing.assert_array_equal(other.channels["counts"].foreground, by_file.channels["counts"].foreground)
        assert list(other.probes.id) == list(by_file.probes.id)


def test_counts_in_the_background_are_called_not_detected():
    # Negative controls 4 6 8 5 7 6 9 3: mean 6, sum of squares 28, standard deviation √(28/7) = 2, limit 10.
    assert nanostring.background_limit(np.array([[4.0, 6, 8, 5, 7, 6, 9, 3]]).T) == 10
    kept, missing = (read_arrays(LANES, not_detected=choice) for choice in ("keep", None))
    row = list(kept.probes.id).index("hsa-miR-122-5p")
    assert kept.channels["counts"].foreground[row, :2].tolist() == [5, 5]
    assert kept.flags[row].tolist() == [-75, -75, 0, 0]
    assert np.isnan(missing.channels["counts"].foreground[row]).tolist() == [True, True, False, False]
    assert "4 of 232 values" in " ".join(missing.sources[0].warnings)
    assert (
        np.count_nonzero(kept.flags) == 4
    )  # two of them after the ligation background; controls are never called


def test_floor_needs_a_lane_of_the_group(tmp_path):
    text = LANES[0].read_text()
    found = re.search(r"hsa-miR-122-5p\|0,[^,]*,5\n", text)
    (tmp_path / "A1.RCC").write_text(text.replace(found[0], found[0].replace(",5\n", ",50\n")))
    sheet = SampleTable(
        ("A1", "A2", "B1", "B2"), ("a", "a", "b", "b"), tuple(map(str, (tmp_path / "A1.RCC", *LANES[1:])))
    )
    for choice, expected in (("floor", [50, 5]), (None, [50, np.nan])):
        arrays = read_arrays((), samples=sheet, not_detected=choice)
        row = list(arrays.probes.id).index("hsa-miR-122-5p")
        np.testing.assert_array_equal(arrays.channels["counts"].foreground[row, :2], expected)


def test_the_recipe_of_arrays_is_never_applied():
    with pytest.raises(UsageError, match="these are NanoString counts, and the recipe is for arrays"):
        mt.normalize([*map(str, LANES)], preset="exiqon-service")
    intensities = FOLDER.parent / "matrix" / "intensities.csv"
    with pytest.raises(UsageError, match="threshold and top-100 are for NanoString lanes"):
        mt.normalize([str(intensities)], preset="nanostring")
    result = mt.normalize([*map(str, LANES)])
    assert result.report.preset == "nanostring"


def rows_of(path):
    return list(csv.DictReader(line for line in path.read_text().splitlines() if not line.startswith("#")))


def test_from_the_lanes_to_the_network_by_its_steps(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for path in LANES:
        shutil.copy(path, tmp_path)
    (tmp_path / "targets.csv").write_text(
        "miRNA,gene\n"
        + "".join(f"hsa-miR-21-5p,{gene}\nhsa-miR-155-5p,{gene}\n" for gene in ("PTEN", "MYC", "SPI1"))
    )
    files = [path.name for path in LANES]
    assert main(["inspect", *files]) == 0
    assert main(["init", *files]) == 0
    sheet = (tmp_path / "samples.csv").read_text().splitlines()
    assert sheet[:2] == ["sample,group,file", "A1,,serum_A1.RCC"]
    filled = [sheet[0], *(line.replace(",", f",{line[0].lower()}", 1) for line in sheet[1:])]
    (tmp_path / "samples.csv").write_text("\n".join(filled) + "\n")
    assert main(["normalize"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said.index("NanoString counts, normalized by the preset nanostring as nSolver does.") < said.index(
        "kept"
    )
    assert "not detected: 4 of 232 values" in said
    assert main(["qc", "--no-figures"]) == 0
    (verdict,) = {row["verdict"] for row in rows_of(tmp_path / "results" / "qc_arrays.csv")}
    assert verdict == "fine"
    assert main(["diff", "--compare", "b:a", "--no-figures"]) == 0
    assert "only in b (hsa-miR-122-5p in 2 lanes)" in " ".join(capsys.readouterr().err.split())
    rows = {row["ID"]: row for row in rows_of(tmp_path / "results" / "differential.csv")}
    # Four times higher by design, noise of 7 % and a factor in which it is one of 29 probes: 4 / 12^(1/29) = 3.67.
    assert float(rows["hsa-miR-21-5p"]["ratio of means b/a"]) == pytest.approx(3.67, rel=0.1)
    assert rows["hsa-miR-122-5p"]["detected only in"] == "b"
    assert main(["cluster", "--stability", "none", "--no-figures"]) == 0
    network = ["network", "--interactions", "targets.csv", "--gene-sets", "none", "--evidence", "all"]
    assert main([*network, "--no-figures"]) == 0
    nodes = rows_of(tmp_path / "results" / "network_nodes.csv")
    assert {row["name"] for row in nodes if row["type"] == "miRNA"} == {"hsa-miR-21-5p", "hsa-miR-155-5p"}
    capsys.readouterr()
    assert main(["run", "--only", "normalize", "--dry-run"]) == 0
    assert re.search(r"up to date +normalize", capsys.readouterr().err)


@pytest.fixture(scope="module")
def zip_study(tmp_path_factory):
    """A study made of a ZIP by init and run, with its report; a group is called as arrays are."""
    folder = tmp_path_factory.mktemp("zip")
    shutil.copy(ZIP, folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        assert main(["inspect", "lanes.zip"]) == 0
        assert main(["init", "lanes.zip"]) == 0
        lines = (folder / "samples.csv").read_text().splitlines()
        assert lines[:2] == ["sample,group,file,cartridge,lane", "serum_A1,,lanes.zip,made up,1"]
        groups = {"A": "control", "B": "on array"}
        filled = [re.sub(r"^(serum_(.)\d),", lambda m: f"{m[1]},{groups[m[2]]}", line) for line in lines]
        (folder / "samples.csv").write_text("\n".join(filled) + "\n")
        assert main(["run", "--no-figures"]) == 0
    return folder


def test_a_zip_is_a_study_too(zip_study):
    assert rows_of(zip_study / "results" / "normalized.csv")[0].keys() >= {"serum_A1", "serum_B2"}
    assert rows_of(zip_study / "results" / "qc_arrays.csv")[0]["lane"] == "serum_A1"
    rows = {row["ID"]: row for row in rows_of(zip_study / "results" / "differential.csv")}
    assert rows["hsa-miR-122-5p"]["detected only in"] == "on array"
    assert json.loads((zip_study / "results" / "run.json").read_text())["runs"]["normalize"]["inputs"].keys() >= {
        "lanes.zip"
    }


def test_everything_of_a_study_speaks_of_lanes(zip_study):
    results = zip_study / "results"
    page = (results / "report.html").read_text()
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    said = [body, *((results / name).read_text() for name in ("columns.csv", "methods.md", "checklist_miame.md"))]
    for text in said:
        words = re.findall(
            r"(?i)(?<!on )\b(?:arrays?(?! programming)|spots?|slides?|scanner counts)\b", html.unescape(text)
        )
        assert not words, words
    assert "Quality of the lanes" in body
    checklist = (results / "checklist_miame.md").read_text()
    assert "| Panel | known | NS_H_miR_v3b |" in checklist
    assert "| Scan images | not applicable |" in checklist


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bad_cut.RCC", "the file was cut: its section <Code_Summary> has no end"),
        ("bad_no_lane.RCC", "the file has no section <Lane_Attributes>"),
        ("bad_no_density.RCC", "the lane attributes have no BindingDensity"),
        ("bad_density.RCC", "BindingDensity is not a number of a lane.*'high'"),
        ("bad_columns.RCC", "the codes have other columns.*CodeClass, Name, Count, Accession"),
        ("bad_count.RCC", "column .Count.*a count is not a whole number from 0"),
        ("bad_short_row.RCC", "a code does not have its four cells"),
        ("bad_repeated_code.RCC", "the code 'NEG_A.0.' occurs twice.*the same code in line"),
        ("bad_no_codes.RCC", "the file holds no codes"),
        ("bad_two_names.zip", "two lanes of the archive have the name 'S'.*1/S.RCC and 2/S.RCC"),
        ("bad_damaged.zip", "the archive is damaged"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(name, message):
    kind = "nanostring-zip" if name.endswith(".zip") else "nanostring"
    with pytest.raises(MirtoolError) as caught:
        read_arrays([FOLDER / name], format=kind)
    text = " ".join(str(caught.value).split())
    assert name in text
    assert re.search(message, text), text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bad_other_panel.RCC", "the lanes are of different panels .*found NS_M_miR_v1.5; expected NS_H_miR_v3b"),
        ("bad_other_codes.RCC", "the lanes differ in codes .*2 codes in one of the two only"),
    ],
)
def test_lanes_of_different_panels_are_refused(name, message):
    with pytest.raises(ArrayMismatchError) as caught:
        read_arrays([LANES[0], FOLDER / name])
    assert re.search(message, " ".join(str(caught.value).split())), str(caught.value)


def test_a_lane_in_place_of_a_table_is_named():
    with pytest.raises(MirtoolError, match="this is a NanoString RCC file, one lane, and not a table"):
        mt.diff(LANES[0], samples=SampleTable(("a", "b"), ("a", "b")), scale="log2")
