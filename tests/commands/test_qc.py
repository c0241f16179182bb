"""``mirtool qc`` as it is called: the verdicts it tells, the tables it writes, and every wrong call's message."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.simulate.arrays import simulate_study

NAMES = [f"hsa-miR-{1000 + i}-5p" for i in range(150)] + ["hsa-miR-451a", "hsa-miR-23a-3p"]


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Six arrays as GenePix files; on P03 most of the last block is scratched off, P06 is P01 once more."""
    folder = tmp_path_factory.mktemp("exports")
    arrays = simulate_study(NAMES, seed=2, changes={}).arrays
    channel, layout = arrays.channels["532"], arrays.layout
    foreground = channel.foreground.copy()
    last = layout.block >= layout.block.max() - 3
    foreground[last, 2] = channel.background[last, 2]
    arrays = replace(arrays, channels={"532": replace(channel, foreground=foreground)})
    for i, name in enumerate(arrays.samples.names):
        (folder / f"{name}.gpr").write_bytes(genepix_bytes(arrays, 0 if name == "P06" else i))
    return sorted(folder.glob("*.gpr"))


def rows_of(text):
    lines = [line for line in text.splitlines() if not line.lstrip('"').startswith("# mirtool qc")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def test_the_verdicts_are_told_with_their_reasons(exports, tmp_path, capsys):
    assert main(["qc", "-v", *map(str, exports), "-o", str(tmp_path / "qc.csv")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert any(line.startswith("  P01: outlier: identical to P06 in all") for line in lines)
    assert any(line.startswith("  P06: outlier: identical to P01 in all") for line in lines)
    assert any(line.startswith("  P03: check: spots that depart from their probes lie together") for line in lines)
    assert any(
        line.startswith("Warning: ") or line == "6 arrays: 2 outliers, 1 to check, 3 fine" for line in lines[:1]
    )
    assert any("has the same content as" in line for line in lines)


def test_every_table_stands_beside_the_first(exports, tmp_path):
    assert main(["qc", *map(str, exports), "-o", str(tmp_path / "qc.csv")]) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    tables = ["blocks", "indications", "outliers", "pairs", "pca", "spike_ins"]
    assert set(names) >= {"qc.csv", "qc.run.json", *(f"qc_{table}.csv" for table in tables)}
    verdicts = {row["array"]: row["verdict"] for row in rows_of((tmp_path / "qc.csv").read_text())}
    assert verdicts["P01"] == verdicts["P06"] == "outlier"
    run = json.loads((tmp_path / "qc.run.json").read_text())["runs"]["qc"]
    assert run["summary"]["verdicts"] == verdicts
    assert len(run["inputs"]) == 6


def test_foregrounds_in_the_table_are_those_of_the_files(exports, capsys):
    assert main(["qc", str(exports[1]), str(exports[2])]) == 0
    rows = rows_of(capsys.readouterr().out)
    for row, path in zip(rows, exports[1:3], strict=True):
        lines = path.read_text(encoding="cp1252").splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith('"Block"'))
        column = [name.strip('"') for name in lines[start].split("\t")].index("F532 Median")
        counts = [float(line.split("\t")[column]) for line in lines[start + 1 :]]
        assert float(row["foreground median"]) == np.median(counts)


def test_the_same_input_gives_the_same_bytes(exports, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        assert main(["qc", *map(str, exports), "-o", str(tmp_path / folder / "qc.csv")]) == 0
    for path in (tmp_path / "one").glob("qc*.csv"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_two_arrays_bring_the_caution_of_few_arrays(exports, capsys):
    assert main(["qc", str(exports[1]), str(exports[3])]) == 0
    assert "with 2 arrays the box-plot rules (distance, distribution) can't call any an outlier" in (
        capsys.readouterr().err
    )


def test_serum_is_judged_for_hemolysis_when_told(exports, tmp_path, capsys):
    assert main(["qc", *map(str, exports), "--fluid", "serum", "-o", str(tmp_path / "qc.csv")]) == 0
    assert "--fluid serum" not in capsys.readouterr().err
    tables = json.loads((tmp_path / "qc.run.json").read_text())["runs"]["qc"]["tables"]
    assert "qPCR's thresholds do not hold" in dict(tables["qc_indications.csv"]["notes"])["caution"]


def test_a_plain_table_of_bright_empty_spots_is_told(tmp_path, capsys):
    rng = np.random.default_rng(1)
    level = np.exp2(rng.normal(8, 1, 40))
    rows = [
        [f"hsa-miR-{1000 + i // 4}-5p", *np.round(level[i // 4] * rng.uniform(0.95, 1.05, 5), 1)]
        for i in range(160)
    ]
    rows += [["Empty", *np.round(rng.uniform(60, 80, 5), 1)] for _ in range(64)]
    text = "\n".join(",".join(map(str, row)) for row in [["Name", "s1", "s2", "s3", "s4", "s5"], *rows])
    path = Path(tmp_path / "raw.csv")
    path.write_text(text + "\n")
    assert main(["qc", str(path)]) == 0
    err = capsys.readouterr().err
    assert "all 64 Empty spots are at 30 or above in every array" in err
    assert "the files have no background" in err
    assert "no spatial test: the files do not say where the spots lie" in err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--channel", "635"], 2, "the arrays have no channel '635'"),
        (["--min-intensity", "-3"], 2, "min intensity is out of range"),
        (["--fluid", "urine"], 2, "urine"),
        (["-o", "qc.docx"], 2, "no format is known for the output qc.docx"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(exports, arguments, code, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["qc", str(exports[0]), *arguments]) == code
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_study_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["qc"]) == 2
    assert "no scanner file was given" in capsys.readouterr().err


def write_study(exports, folder):
    files = [folder / path.name for path in exports]
    for path, own in zip(exports, files, strict=True):
        own.write_bytes(path.read_bytes())
    lines = ["sample,group,file", *(f"{path.stem},{'ab'[i % 2]},{path.name}" for i, path in enumerate(files))]
    (folder / "samples.csv").write_text("\n".join(lines) + "\n")


def arguments_of(folder):
    return json.loads((folder / "results/run.json").read_text())["runs"]["qc"]["arguments"]


def test_a_study_is_judged_with_the_settings_it_was_normalized_with(exports, tmp_path, monkeypatch, capsys):
    write_study(exports, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["normalize", "-v", "--probes", "all", "--min-intensity", "60", "--channel", "532"]) == 0
    capsys.readouterr()
    assert main(["qc", "-v", "--no-figures"]) == 0
    said = "As `mirtool normalize` was called (results/run.json): --channel 532, --min-intensity 60, --probes all."
    assert said in capsys.readouterr().err
    followed = {name: arguments_of(tmp_path)[name] for name in ("channel", "min_intensity", "probes", "flags")}
    assert followed == {"channel": "532", "min_intensity": 60.0, "probes": "all", "flags": "bad"}
    tables = json.loads((tmp_path / "results/run.json").read_text())["runs"]["qc"]["tables"]
    assert ["min intensity", "60"] in tables["results/qc_arrays.csv"]["notes"]
    assert main(["qc", "-v", "--no-figures", "--min-intensity", "45"]) == 0
    assert arguments_of(tmp_path)["min_intensity"] == 45.0


def test_a_study_not_yet_normalized_is_judged_with_the_settings_it_will_be(exports, tmp_path, monkeypatch, capsys):
    write_study(exports, tmp_path)
    (tmp_path / "mirtool.toml").write_text("[normalize]\nmin-intensity = 75\n")
    monkeypatch.chdir(tmp_path)
    assert main(["qc", "-v", "--no-figures"]) == 0
    assert "As [normalize] in mirtool.toml says: --min-intensity 75." in capsys.readouterr().err
    assert arguments_of(tmp_path)["min_intensity"] == 75.0


def test_one_verdict_in_screen_tables_and_record(exports, tmp_path, capsys):
    """The worst verdict in the table of rules is the array's verdict in the other table and on the screen."""
    assert main(["qc", *map(str, exports), "-o", str(tmp_path / "qc.csv")]) == 0
    screen = capsys.readouterr().err.splitlines()
    arrays = {row["array"]: row["verdict"] for row in rows_of((tmp_path / "qc.csv").read_text())}
    worst = dict.fromkeys(arrays, "fine")
    order = ["fine", "not judged", "check", "outlier"]
    for row in rows_of((tmp_path / "qc_outliers.csv").read_text()):
        worst[row["array"]] = max(worst[row["array"]], row["verdict"], key=order.index)
    assert worst == arrays
    counts = [list(arrays.values()).count(verdict) for verdict in ("outlier", "check", "fine")]
    assert screen.count(f"6 arrays: {counts[0]} outliers, {counts[1]} to check, {counts[2]} fine") == 1


def test_values_that_are_log2_are_not_judged_and_said_once(tmp_path, capsys):
    values = np.random.default_rng(3).normal(8, 2, (30, 4)).round(3)
    rows = [["Name", "s1", "s2", "s3", "s4"], *([f"hsa-miR-{1000 + i}-5p", *row] for i, row in enumerate(values))]
    path = tmp_path / "log2.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    assert main(["qc", str(path)]) == 0
    out, err = capsys.readouterr()
    assert [row["verdict"] for row in rows_of(out)] == ["not judged"] * 4
    assert err.count("the values look like log2") == 1
    assert "all 4 arrays: not judged: 0 probes of 30 that count reach 30" in err
    assert "4 arrays: 4 not judged" in err
    assert "nan" not in err
