"""``--gal`` and ``--signal`` on the command line, and pairs of ImaGene files from init to a normalized table."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mirtool.cli import main
from mirtool.io.arrays.genepix import genepix_bytes, read_genepix
from mirtool.model import ProbeTable, text_array

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
GPR = FIXTURES / "genepix" / "v3_two_channels.gpr"
GAL = FIXTURES / "gal" / "208500-A_lot35014-35014_hsa.gal"
OTHER_LOT = FIXTURES / "gal" / "bad" / "other_lot.gal"


@pytest.fixture
def bare_gpr(tmp_path):
    """The array as GenePix saves it without an array list: positions, and no label."""
    arrays = read_genepix(GPR)
    blank = text_array([""] * arrays.n_spots)
    path = tmp_path / "v3_two_channels.gpr"
    path.write_bytes(genepix_bytes(replace(arrays, probes=ProbeTable(blank, blank, blank))))
    return path


def test_inspect_says_that_an_array_agrees_with_its_list(capsys):
    assert main(["inspect", "--json", "--gal", str(GAL), str(GPR)]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert found["details"]["array_list"] == f"agrees with {GAL}"


def test_inspect_shows_the_first_spot_that_does_not(capsys):
    assert main(["inspect", "--gal", str(OTHER_LOT), str(GPR)]) == 1
    told = capsys.readouterr().err
    assert "40 spots differ, the first at Block 1, Row 1, Column 1" in told
    assert "What to do: the slide was read with another lot's list" in told


def test_a_list_makes_an_array_without_names_usable(bare_gpr, capsys):
    options = ["normalize", "--min-factor-probes", "1"]
    assert main([*options, str(GPR)]) == 0
    named = capsys.readouterr().out
    assert main([*options, str(bare_gpr)]) == 1
    capsys.readouterr()
    assert main([*options, "--gal", str(GAL), str(bare_gpr)]) == 0
    assert capsys.readouterr().out == named


def test_the_list_is_recorded_with_its_hash(bare_gpr, tmp_path):
    target = tmp_path / "normalized.csv"
    assert (
        main(["normalize", str(bare_gpr), "--gal", str(GAL), "--min-factor-probes", "1", "-o", str(target)]) == 0
    )
    record = json.loads((tmp_path / "normalized.run.json").read_text())["runs"]["normalize"]
    assert len(record["inputs"][str(GAL)]) == 64
    assert record["arguments"]["gal"] == str(GAL)


def test_a_list_of_another_lot_is_refused(capsys):
    assert main(["normalize", "--gal", str(OTHER_LOT), str(GPR)]) == 1
    assert "does not agree with the array list" in capsys.readouterr().err


def test_the_signal_of_an_agilent_array_can_be_chosen(capsys):
    path = str(FIXTURES / "agilent" / "mirna.txt")
    options = ["normalize", "--linear", "--min-factor-probes", "1", "--min-intensity", "5"]
    assert main([*options, path]) == 0
    told = capsys.readouterr()
    # The totals 9 and 11.5 over their median, 10.25.
    header, *rows = told.out.splitlines()[1:]
    assert header == "ID,Name,mirna"
    assert [float(row.split(",")[2]) for row in rows] == pytest.approx([9 / 10.25, 11.5 / 10.25])
    assert "no background" not in told.err
    assert main([*options, "--signal", "processed", path]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(",")[0] for row in rows] == ["A_25_P00012196", "A_25_P00012197", "A_25_P00010676"]


def test_imagene_pairs_from_the_files_to_the_table(tmp_path, monkeypatch, capsys):
    for path in (FIXTURES / "imagene").glob("S?_Hy?_*.txt"):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *sorted(path.name for path in tmp_path.glob("*.txt"))]) == 0
    assert (tmp_path / "samples.csv").read_text().splitlines() == [
        "sample,group,file,file_hy5",
        "S1,,S1_Hy3_Exiqon_14114402_S01_Cropped.txt,S1_Hy5_Exiqon_14114402_S01_Cropped.txt",
        "S2,,S2_Hy3_Exiqon_14114403_S01_Cropped.txt,S2_Hy5_Exiqon_14114403_S01_Cropped.txt",
    ]
    assert main(["normalize", "--min-factor-probes", "1"]) == 0
    assert "channel Hy3" in capsys.readouterr().err
    assert (tmp_path / "results" / "normalized.csv").read_text().splitlines()[0] == "ID,Name,S1,S2"
