"""``mirtool normalize`` as it is called: whole outputs against hand arithmetic, and every wrong call's message."""

import gzip
import json
import math
import os
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from mirtool.annotation.probes import classify_probes
from mirtool.cli import main
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.io.arrays.matrix import read_expression
from mirtool.model import ArraySource, Channel, RawArrays, SampleTable, SpotLayout, text_array

# Background 100 everywhere. Signals of the spots that are not flagged bad, and the median of each ID:
#
#   ID  Name                s1               median   s2                  median
#   1   hsa-miR-21-5p       40, 60, (bad)    50       200, 100, 120       120
#   2   hsa-let-7a-5p       80, 100          90       60, 60              60
#   3   hsa-miR-16-5p       −20, 10          −5 → ×   300, 340            320
#   4   hsa-miR-9-3p        20               20       10                  10
#   5   =miRPlus-A1015      70               70       (bad)               ×
#   6   hsa-miR-1-3p        130              130      30                  30
#   E   Empty               12, 40                    −3, 35
#
# ≥ 30 in both arrays: 1, 2, 6. Factors: s1 median(50, 90, 130) = 90; s2 median(120, 60, 30) = 60.
SPOTS = [
    # ID, Name, s1, s2, flag s1, flag s2
    ("1", "hsa-miR-21-5p", 140, 300, 0, 0),
    ("2", "hsa-let-7a-5p", 180, 160, 100, 0),
    ("E", "Empty", 112, 97, -50, -75),
    ("1", "hsa-miR-21-5p", 160, 200, 0, 0),
    ("3", "hsa-miR-16-5p", 80, 400, 0, 0),
    ("1", "hsa-miR-21-5p", 65535, 220, -100, 0),
    ("4", "hsa-miR-9-3p", 120, 110, 0, 0),
    ("2", "hsa-let-7a-5p", 200, 160, 0, 0),
    ("5", "=miRPlus-A1015", 170, 900, 0, -100),
    ("3", "hsa-miR-16-5p", 110, 440, 0, 0),
    ("6", "hsa-miR-1-3p", 230, 130, 0, 0),
    ("E", "Empty", 140, 135, 0, 0),
]
RATIOS = [
    ("1", "hsa-miR-21-5p", 50 / 90, 120 / 60),
    ("2", "hsa-let-7a-5p", 90 / 90, 60 / 60),
    ("3", "hsa-miR-16-5p", None, 320 / 60),
    ("5", "=miRPlus-A1015", 70 / 90, None),
    ("6", "hsa-miR-1-3p", 130 / 90, 30 / 60),
]
STEPS = (
    "recipe: exiqon-service; channel: 532; signal: foreground - background; flags: bad; replicates: median; "
    "min intensity: 30; keep: any; probes: mirna; factor probes: 3"
)


def make_arrays(*, wavelength: str = "532", names: tuple[str, str] = ("s1", "s2")) -> RawArrays:
    counts = np.array([spot[2:4] for spot in SPOTS], dtype=float)
    n = len(SPOTS)
    return RawArrays(
        {wavelength: Channel(counts, np.full(counts.shape, 100.0), np.where(counts == 65535, 12.0, 0.0))},
        np.array([spot[4:6] for spot in SPOTS]),
        classify_probes(text_array(spot[0] for spot in SPOTS), text_array(spot[1] for spot in SPOTS)),
        SpotLayout(np.ones(n, dtype=int), np.arange(n) // 4 + 1, np.arange(n) % 4 + 1),
        SampleTable(names),
        tuple(ArraySource(f"{name}.gpr", "genepix") for name in names),
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two GenePix files, in which the command stands."""
    monkeypatch.chdir(tmp_path)
    for i, name in enumerate(("s1", "s2")):
        Path(f"{name}.gpr").write_bytes(genepix_bytes(make_arrays(), i))
    return tmp_path


@pytest.fixture
def study(folder):
    """The same folder as a study; the sheet names the samples and turns their order."""
    Path("samples.csv").write_text("sample,group,file\nR1,resistant,s2.gpr\nS1,sensitive,s1.gpr\n")
    return folder


def log2_cell(ratio: float | None) -> str:
    return "NA" if ratio is None else f"{math.log2(ratio):.9g}"


def expected_csv(mark: str = ",", *, linear: bool = False, in_band: bool = True) -> str:
    scale = "linear" if linear else "log2"
    cell = (lambda ratio: "NA" if ratio is None else f"{ratio:.9g}") if linear else log2_cell
    lines = [f"# mirtool normalized; scale: {scale}; {STEPS}"] if in_band else []
    lines.append(mark.join(("ID", "Name", "s1", "s2")))
    for probe_id, name, *ratios in RATIOS:
        guarded = f"'{name}" if name.startswith("=") else name
        lines.append(mark.join((probe_id, guarded, *map(cell, ratios))))
    return "\n".join(lines) + "\n"


def notes_of(record: str, file: str) -> str:
    tables = json.loads(Path(record).read_text())["runs"]["normalize"]["tables"]
    return "; ".join(f"{key}: {value}" for key, value in tables[file]["notes"])


FEW = ["--min-factor-probes", "3"]


# Outputs


def test_csv_on_stdout(folder, capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW]) == 0
    assert capsys.readouterr().out == expected_csv()
    assert sorted(path.name for path in folder.iterdir()) == ["s1.gpr", "s2.gpr"]


@pytest.mark.usefixtures("folder")
def test_linear_tsv_on_stdout(capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW, "--linear", "--format", "tsv"]) == 0
    assert capsys.readouterr().out == expected_csv("\t", linear=True)


@pytest.mark.usefixtures("folder")
def test_a_file_with_the_spots_beside_it(capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW, "-o", "out/n.tsv"]) == 0
    assert capsys.readouterr().out == ""
    assert Path("out/n.tsv").read_text() == expected_csv("\t", in_band=False)
    assert notes_of("out/n.run.json", "n.tsv").startswith(f"mirtool normalized: ; scale: log2; {STEPS}")
    assert Path("out/n_spots.tsv").read_text() == (
        "ID\tName\ts1\ts2\n"
        "1\thsa-miR-21-5p\t2\t3\n"
        "2\thsa-let-7a-5p\t2\t2\n"
        "3\thsa-miR-16-5p\t0\t2\n"
        "5\t'=miRPlus-A1015\t1\t0\n"
        "6\thsa-miR-1-3p\t1\t1\n"
    )


@pytest.mark.usefixtures("folder")
def test_a_workbook_with_typed_cells():
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW, "-o", "n.xlsx"]) == 0
    book = openpyxl.load_workbook("n.xlsx")
    assert book.sheetnames == ["n", "Columns", "Notes"]
    notes = list(book["Notes"].iter_rows(values_only=True))
    assert notes[:3] == [("sheet", "what", "value"), ("n", "mirtool normalized", ""), ("n", "scale", "log2")]
    rows = list(book["n"].iter_rows())
    assert [cell.value for cell in rows[0]] == ["ID", "Name", "s1", "s2"]
    found = [[cell.value for cell in row] for row in rows[1:]]
    for row, (probe_id, name, *ratios) in zip(found, RATIOS, strict=True):
        assert row[:2] == [probe_id, name]
        assert row[2:] == [None if r is None else pytest.approx(math.log2(r), rel=1e-11) for r in ratios]
    assert rows[4][1].data_type == "s"  # "=miRPlus-A1015" is text, not a formula
    spots = openpyxl.load_workbook("n_spots.xlsx").active
    assert [cell.value for cell in list(spots.iter_rows())[1]] == ["1", "hsa-miR-21-5p", 2, 3]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["n.csv", "n.tsv", "n.xlsx"])
@pytest.mark.parametrize("scale", [[], ["--linear"]])
def test_what_is_written_reads_back_as_it_was(name, scale):
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW, "-o", name, *scale]) == 0
    matrix = read_expression(name)
    ratios = np.array([[math.nan if r is None else r for r in row[2:]] for row in RATIOS])
    assert matrix.samples.names == ("s1", "s2")
    assert matrix.probes.name.tolist() == [row[1] for row in RATIOS]
    np.testing.assert_array_equal(np.isnan(matrix.values), np.isnan(ratios))
    np.testing.assert_allclose(matrix.linear, ratios, rtol=1e-11 if name.endswith("xlsx") else 1e-8)


@pytest.mark.usefixtures("folder")
def test_the_numbers_on_stderr(capsys):
    assert main(["normalize", "-v", "s1.gpr", "s2.gpr", *FEW]) == 0
    assert capsys.readouterr().err == (
        "5 of 6 probes kept: at 30 or more in at least one array.\n"
        "The factors of 2 arrays lie between 60 (s2) and 90 (s1), 1.5-fold.\n"
        "  recipe            exiqon-service: channel 532, signal = foreground − background, "
        "median of replicates\n"
        "  flagged spots     2 bad (-100), 1 absent (-75), 1 not found (-50); 2 made missing (--flags bad)\n"
        "  factor probes     3 at 30 or more in all arrays\n"
        # 40 of 12, 40 and 35 of −3, 35; the 95th percentile of −3, 12, 35, 40 is 35 + 0.85 · 5
        "  Empty spots ≥ 30  2 of 4 (50.0 %); 95 % lie at or below 39.25\n"
        "  array  factor  flagged  saturated  missing  not positive  probes ≥ 30  Empty spots ≥ 30\n"
        "  s1         90        1          1        0             1            4            50.0 %\n"
        "  s2         60        1          0        1             0            4            50.0 %\n"
        "  arrays                2\n"
        "  spots per array       12\n"
        "  probes                7: 5 miRNA, 1 empty, 1 miRPlus\n"
        "  probes that count     6 (miRNA and miRPlus); 3 on 1 spot, 2 on 2 spots, 1 on 3 spots\n"
        "  saturated spots       1 with saturated pixels (% Sat. above 0), 1 at 65,535 counts\n"
        "  signals missing       1 of 12: no spot of the probe has a signal\n"
        "  signals not positive  1 of 12, made missing\n"
        "  signals on one spot   0 of 12, though the probe has several\n"
        "miRNA names on the chip: all 5 are current (miRBase 22)\n"
    )


# The study folder


@pytest.mark.usefixtures("study")
def test_in_a_study_the_sheet_names_and_orders_the_samples(capsys):
    assert main(["normalize", "-v", *FEW]) == 0
    lines = Path("results/normalized.csv").read_text().splitlines()
    assert lines[:2] == ["ID,Name,R1,S1", f"1,hsa-miR-21-5p,{log2_cell(120 / 60)},{log2_cell(50 / 90)}"]
    assert Path("results/normalized_spots.csv").read_text().splitlines()[1] == "1,hsa-miR-21-5p,3,2"
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith(f"Wrote results{os.sep}: normalized.csv, normalized_spots.csv\n")


@pytest.mark.usefixtures("study")
def test_the_record_of_the_run():
    assert main(["normalize", *FEW]) == 0
    record = json.loads(Path("results/run.json").read_text())["runs"]["normalize"]
    assert record["arguments"]["min_factor_probes"] == 3
    assert record["summary"]["factors"] == [60.0, 90.0]
    assert record["summary"]["flags"] == {"-100": [1, 1], "-75": [1, 0], "-50": [0, 1]}
    assert sorted(record["inputs"]) == ["s1.gpr", "s2.gpr", "samples.csv"]


@pytest.mark.usefixtures("study")
def test_the_same_input_gives_the_same_bytes():
    files = [Path("results") / name for name in ("normalized.csv", "normalized_spots.csv", "run.json")]
    assert main(["normalize", *FEW]) == 0
    before = [file.read_bytes() for file in files]
    assert main(["normalize", *FEW]) == 0
    assert [file.read_bytes() for file in files] == before


@pytest.mark.usefixtures("folder")
def test_another_sheet_makes_its_folder_the_study():
    Path("pilot").mkdir()
    Path("pilot/pilot.csv").write_text("sample,group,file\nA,x,../s1.gpr\nB,y,../s2.gpr\n")
    assert main(["normalize", "--samples", "pilot/pilot.csv", *FEW]) == 0
    assert Path("pilot/results/normalized.csv").read_text().splitlines()[0] == "ID,Name,A,B"


@pytest.mark.usefixtures("study")
def test_rules_of_the_study_decide_what_a_probe_is():
    Path("mirtool.toml").write_text('[[probe_kinds]]\npattern = "^hsa-miR-16"\nkind = "spike-in"\n')
    assert main(["normalize", *FEW]) == 0
    assert "hsa-miR-21-5p" in Path("results/normalized.csv").read_text()
    assert "hsa-miR-16-5p" not in Path("results/normalized.csv").read_text()


# Plain tables, and chips with other names


def test_a_plain_table_says_that_it_has_no_background_and_no_flags(tmp_path, capsys):
    table = tmp_path / "intensities.csv"
    rows = [f"{i},hsa-miR-{i},{40 + i},{100 + i}" for i in range(1, 22)]
    table.write_text("\n".join(["ID,Name,s1,s2", *rows]) + "\n")
    assert main(["normalize", str(table)]) == 0
    captured = capsys.readouterr()
    # 21 probes, factors 40 + 11 and 100 + 11
    assert captured.out.splitlines()[2] == f"1,hsa-miR-1,{log2_cell(41 / 51)},{log2_cell(101 / 111)}"
    assert "Warning: these files have no background: the signal is the foreground alone\n" in captured.err
    assert "Warning: these files have no flags: --flags bad left nothing out\n" in captured.err


def test_a_cutoff_that_filters_nothing_and_factors_far_apart_are_said_plainly(tmp_path, capsys):
    table = tmp_path / "intensities.csv"
    rows = [f"{i},hsa-miR-{i},{40 + i},{400 + i}" for i in range(1, 22)]
    rows += ["E,Empty,80,80", "N,hsa_negative_control_1,35,10", "N2,hsa_negative_control_2,36,20"]
    table.write_text("\n".join(["ID,Name,s1,s2", *rows]) + "\n")
    assert main(["normalize", str(table)]) == 0
    err = capsys.readouterr().err
    assert "  Empty spots ≥ 30        2 of 2 (100.0 %); 95 % lie at or below 80\n" in err
    # sorted 10, 20, 35, 36: position 2.85, so 35 + 0.85
    assert "  negative controls ≥ 30  2 of 4 (50.0 %); 95 % lie at or below 35.85\n" in err
    assert (
        "Warning: 100.0 % of the Empty spots reach 30 as well: on these arrays the cut-off filters nothing. A "
        "--min-intensity above the signal that 95 % of them stay within would: 80 (Empty spots)\n"
    ) in err
    # 411 / 51 = 8.06
    assert (
        "Warning: the factors differ 8.1-fold: s2 is the brightest array (411), s1 the dimmest (51); look at the "
        "image of the odd one\n"
    ) in err


def test_spots_without_id_names_that_differ_and_missing_numbers_are_said(folder, capsys):
    arrays = make_arrays()
    ids, names = arrays.probes.id.copy(), arrays.probes.name.copy()
    ids[8], names[7] = "", "hsa-let-7a-5p (old name)"
    counts = arrays.channels["532"].foreground.copy()
    counts[0, 0] = math.nan
    channel = Channel(counts, arrays.channels["532"].background, None)
    odd = RawArrays(
        {"532": channel}, arrays.flags, classify_probes(ids, names), arrays.layout, arrays.samples, arrays.sources
    )
    (folder / "odd.gpr").write_bytes(genepix_bytes(odd))
    assert main(["normalize", "-v", "odd.gpr", *FEW]) == 0
    err = capsys.readouterr().err
    assert "  spots per array         12; 1 spot without an ID left out\n" in err
    assert "  saturated spots         1 at 65,535 counts; saturated pixels are not recorded\n" in err
    assert "  spots without a number  1 in the files; missing\n" in err
    # probe 1 keeps the spot of 60 of three: one is missing, one is bad
    assert "  signals on one spot     1 of 5, though the probe has several\n" in err
    assert "Warning: the spots of 1 ID have more than one name; the first name is kept: 2\n" in err


# What is refused


@pytest.mark.usefixtures("folder")
def test_too_few_probes_to_scale_by(capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr"]) == 1
    assert capsys.readouterr() == (
        "",
        "mirtool: error: too few miRNA probes reach 30 in every array to scale the arrays by (found 6 miRNA "
        "probes on the chip, 5 at 30 or more in at least 1 of 2 arrays, 3 in all 2; expected at least 20 in all "
        "arrays)\n"
        "  What to do: few probes have a miRNA name: let every probe count with --probes all\n",
    )


@pytest.mark.usefixtures("folder")
def test_a_channel_that_was_not_scanned(capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr", "--channel", "635"]) == 1
    assert "s1.gpr: the file has no channel 635 (found channels 532)" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("option", "choices"),
    [
        ("--preset", "exiqon-service"),
        ("--flags", "bad, negative, ignore"),
        ("--replicates", "median, mean"),
        ("--keep", "any, all, group, everything"),
        ("--probes", "mirna, all"),
    ],
)
def test_a_choice_that_does_not_exist_is_a_wrong_call(capsys, option, choices):
    assert main(["normalize", "s1.gpr", option, "best"]) == 2
    assert choices in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["s1.gpr", "--format", "pdf"], "expected a name that ends in .csv, .tsv, .xlsx or .parquet"),
        (["s1.gpr", "--input-format", "pdf"], "unknown format 'pdf'"),
        (
            ["s1.gpr", "--min-intensity", "-5"],
            "--min-intensity: min intensity is out of range (found -5; expected 0 or more)",
        ),
        (
            ["s1.gpr", "--min-factor-probes", "0"],
            "--min-factor-probes: min factor probes is out of range (found 0; expected 1 or more)",
        ),
        ([], "no scanner file was given, and this folder is not a study"),
    ],
)
def test_a_wrong_call(capsys, arguments, message):
    assert main(["normalize", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk(capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW, "-o", "/dev/full", "--format", "csv"]) == 1
    assert "/dev/full: the result can't be written: No space left on device" in capsys.readouterr().err
    assert not Path("/dev/full_spots").exists()


@pytest.mark.usefixtures("folder")
def test_an_output_in_a_place_that_is_a_file(capsys):
    assert main(["normalize", "s1.gpr", "s2.gpr", *FEW, "-o", "s1.gpr/n.csv"]) == 1
    assert "s1.gpr is a file, not a folder" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_sample_without_file(capsys):
    Path("samples.csv").write_text("sample,group,file\nR1,resistant,s2.gpr\nS1,sensitive,\n")
    assert main(["normalize", *FEW]) == 1
    assert "samples.csv: the sample 'S1' has no file" in capsys.readouterr().err


# Real files. The expected numbers come from pandas alone (3.1.1): the columns F and B Median taken by name, flag
# −100 masked, groupby("ID").median(), values ≤ 0 masked, median over the rows ≥ 30 throughout, log2 of the ratio.

REAL = Path(__file__).resolve().parents[2] / "../shared/data/gpr"
real_files = pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")


@real_files
@pytest.mark.parametrize(
    ("files", "channel", "factors", "n_factor_probes", "n_kept", "sums", "sums_of_squares"),
    [
        (
            ("21160_neu9", "21161_neu10"),
            "635",
            [702.0, 547.5],
            8652,
            8716,
            [-765.6150340096822, -695.4620236297454],
            [14753.05325171842, 15233.531457615723],
        ),
        (
            ("21160_neu9", "21161_neu10"),
            "532",
            [569.0, 463.0],
            8529,
            8690,
            [-965.4661015448728, -1343.9950388053317],
            [19167.13700292864, 21871.876923319967],
        ),
        (("nividic_testGPR14",), "532", [162.0], 4581, 4581, [1830.2936765998052], [12431.581634761264]),
    ],
)
def test_real_arrays_agree_with_pandas(
    tmp_path, files, channel, factors, n_factor_probes, n_kept, sums, sums_of_squares
):
    target = tmp_path / "n.csv"
    paths = [str(REAL / f"{name}.gpr.gz") for name in files]
    choices = ["--probes", "all", "--channel", channel, "--digits", "full"]
    assert main(["normalize", *paths, *choices, "-o", str(target)]) == 0
    summary = json.loads((tmp_path / "n.run.json").read_text())["runs"]["normalize"]["summary"]
    assert (summary["factors"], summary["factor_probes"], summary["kept"]) == (factors, n_factor_probes, n_kept)
    values = read_expression(target).values
    np.testing.assert_allclose(np.nansum(values, axis=0), sums, rtol=1e-10)
    np.testing.assert_allclose(np.nansum(values**2, axis=0), sums_of_squares, rtol=1e-10)


HY3 = REAL.parent / "imagene/GSE20122_miRCURY_spot_intensities.tsv.gz"


@pytest.mark.skipif(not HY3.exists(), reason="the real file is not here")
def test_real_mircury_intensities_agree_with_pandas(tmp_path, capsys):
    lines = gzip.decompress(HY3.read_bytes()).decode().splitlines()
    rows = [line.split("\t") for line in lines]
    hy3 = [j for j, name in enumerate(rows[0]) if "_Hy3_" in name]
    table = tmp_path / "hy3.csv"
    cells = [["ID", "Name", *(rows[0][j].split("_")[0] for j in hy3)]]
    cells += [[row[1], row[1], *(row[j] for j in hy3)] for row in rows[1:]]
    table.write_text("\n".join(map(",".join, cells)) + "\n")
    target = tmp_path / "n.csv"
    assert main(["normalize", str(table), "--digits", "full", "-o", str(target)]) == 0
    summary = json.loads((tmp_path / "n.run.json").read_text())["runs"]["normalize"]["summary"]
    # pandas: names that hold let- or miR-, groupby("Name").median(), median of each column (every value is ≥ 30)
    assert summary["factors"] == [87, 90.5, 91.5, 88.75, 89.5, 89, 90, 91.5, 88, 90.5, 89.5, 92.5]
    assert (summary["factor_probes"], summary["kept"]) == (635, 635)
    matrix = read_expression(target)
    np.testing.assert_allclose(matrix.values[0, :2], [math.log2(69.5 / 87), math.log2(79.25 / 90.5)], rtol=1e-10)
    assert (
        "all 640 Empty spots of every array and all 28 negative controls of every array reach 30 as well"
        in capsys.readouterr().err
    )


# Spots as log2 of signal / factor (90 and 60, above); the flagged spot has none, and 3 has no value on s1.
REPLICATES = [
    ("1", "hsa-miR-21-5p", 1, 40 / 90, 200 / 60),
    ("1", "hsa-miR-21-5p", 2, 60 / 90, 100 / 60),
    ("1", "hsa-miR-21-5p", 3, None, 120 / 60),
    ("2", "hsa-let-7a-5p", 1, 80 / 90, 60 / 60),
    ("2", "hsa-let-7a-5p", 2, 100 / 90, 60 / 60),
    ("3", "hsa-miR-16-5p", 1, None, 300 / 60),
    ("3", "hsa-miR-16-5p", 2, None, 340 / 60),
    ("5", "=miRPlus-A1015", 1, 70 / 90, None),
    ("6", "hsa-miR-1-3p", 1, 130 / 90, 30 / 60),
]


def test_every_replicate_spot_is_kept_where_asked_for(folder, capsys):
    assert (
        main(["normalize", "s1.gpr", "s2.gpr", "--min-factor-probes", "3", "--keep-replicates", "-o", "n.csv"])
        == 0
    )
    assert "Replicate spots: 14 values kept.\n" in capsys.readouterr().err
    header, *rows = (folder / "n_replicates.csv").read_text().splitlines()
    note = notes_of("n.run.json", "n_replicates.csv")
    assert note.startswith("mirtool replicates: each replicate spot, moved as its probe's value; scale: log2; rec")
    assert header == "ID,Name,Replicate,s1,s2"
    for row, (label, name, spot, *ratios) in zip(rows, REPLICATES, strict=True):
        cells = row.split(",")
        assert [cells[0], cells[1].lstrip("'"), cells[2]] == [label, name, str(spot)]
        for cell, ratio in zip(cells[3:], ratios, strict=True):
            assert (cell == "NA") == (ratio is None)
            assert ratio is None or float(cell) == pytest.approx(math.log2(ratio))
    assert main(["normalize", "s1.gpr", "s2.gpr", "--min-factor-probes", "3", "-o", "n.csv"]) == 0
    assert "Warning: n_replicates.csv is from an earlier run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["-o", "-"], "--keep-replicates writes further tables, which need a file"),
        (["-o", "n.csv", "--between", "vsn"], "vsn, which uses a different scale"),
        (["-o", "n.csv", "--impute", "knn"], "imputed values have no replicate spots"),
        (["-o", "n.csv", "--replicates", "weighted", "--flag-weight", "0.1"], "spots are kept without weights"),
    ],
)
def test_spots_that_can_t_be_kept_are_refused(folder, capsys, options, problem):
    assert main(["normalize", "s1.gpr", "s2.gpr", "--keep-replicates", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert problem in err
    assert not list(folder.glob("n*"))
