"""Agilent's text files are read by the signal asked for; controls and flags keep their meaning."""

import csv
import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.annotation.probes import KindRule, ProbeKind
from mirtool.cli import main
from mirtool.errors import FormatError, NotEnoughDataError, UsageError
from mirtool.io.arrays.agilent import read_agilent
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.normalize import normalize
from mirtool.quality import Verdict, quality_report, quality_tables
from tests import format_studies

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
FIXTURES = FOLDER / "agilent"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/agilent"
MAKE = runpy.run_path(str(FOLDER / "make_fixtures.py"), run_name="make_fixtures")
MIRNA = FIXTURES / "mirna.txt"

# The array: 24 features in 6 rows of 4, feature i bears probe p = i mod 8: two corners, a negative control, two
# positive controls, two probes of hsa-miR-152 and one of hsa-miR-24.


def test_the_total_of_each_gene_is_the_default():
    arrays = read_agilent(MIRNA)
    assert sniff_format(MIRNA) == "agilent"
    channel = arrays.channels["Cy3"]
    # 2.5 p − 6, p the gene's last probe.
    assert channel.foreground[:8, 0].tolist() == [-6, -3.5, -1, 1.5, 4, 9, 9, 11.5]
    assert channel.background is None
    assert channel.processed
    assert (
        list(arrays.probes.id[5:8])
        == list(arrays.probes.name[5:8])
        == ["hsa-miR-152", "hsa-miR-152", "hsa-miR-24"]
    )
    assert arrays.samples.names == ("mirna",)
    assert arrays.sources[0].header["Grid_Name"] == "031181"
    assert arrays.sources[0].header["signal"] == "gene"


def test_features_are_read_one_by_one_where_asked_for():
    arrays = read_agilent(MIRNA, signal="processed")
    # 10 (p + 1)² in the first replicate, 1 more in each further one.
    assert arrays.channels["Cy3"].foreground[[0, 7, 8, 23], 0].tolist() == [10, 640, 11, 642]
    assert arrays.channels["Cy3"].background is None
    assert list(arrays.probes.id[5:8]) == ["A_25_P00012196", "A_25_P00012197", "A_25_P00010676"]
    assert list(arrays.probes.name[5:8]) == ["hsa-miR-152", "hsa-miR-152", "hsa-miR-24"]


def test_the_median_signal_comes_with_its_background():
    channel = read_agilent(MIRNA, signal="median").channels["Cy3"]
    assert channel.background is not None
    assert not channel.processed
    assert channel.foreground[[0, 7], 0].tolist() == [50, 680]
    assert channel.background[[0, 1, 2, 3], 0].tolist() == [40, 41, 42, 40]


def test_rows_and_columns_are_the_layout_of_block_1():
    layout = read_agilent(MIRNA).layout
    assert layout is not None
    assert set(layout.block) == {1}
    assert (layout.row[6], layout.column[6]) == (2, 3)


def test_flags_are_turned_into_genepix_flags():
    flags = read_agilent(MIRNA, signal="processed").flags
    assert flags is not None
    # Feature 7 is uneven, 16 far from its replicates, 24 set aside by hand, 6 not found.
    assert dict(enumerate(flags[:, 0].tolist())) == dict.fromkeys(range(24), 0) | {
        6: -100,
        15: -100,
        23: -100,
        5: -50,
    }


def test_an_undetected_gene_is_absent():
    flags = read_agilent(MIRNA).flags
    assert flags is not None
    # Only hsa-miR-24 is detected (features 8, 16 and 24), and two of its features are outliers.
    assert Counter(flags[:, 0].tolist()) == {-75: 20, -100: 3, 0: 1}


def test_saturation_is_at_least_half_of_the_pixels():
    saturated = read_agilent(MIRNA).channels["Cy3"].saturated
    assert saturated is not None
    assert np.flatnonzero(saturated[:, 0]).tolist() == [13]
    assert saturated[13, 0] == 50


def test_the_control_type_tells_the_kind():
    assert list(read_agilent(MIRNA).probes.kind[:8]) == [
        "landing light",
        "landing light",
        "negative control",
        "spike-in",
        "positive control",
        "",
        "",
        "",
    ]


def test_classifying_keeps_the_kinds_that_the_file_tells():
    # By its name alone miRNABrightCorner30 would pass for a miRNA.
    kinds = list(read_arrays([MIRNA]).probes.kind[:8])
    assert kinds[0] == "landing light"
    assert kinds[5:] == ["miRNA"] * 3
    own = read_arrays([MIRNA], rules=[KindRule("^hur_", ProbeKind.SPIKE_IN)]).probes.kind
    assert own[4] == "spike-in"


def test_a_gene_counts_once_whatever_its_features():
    arrays = read_arrays([MIRNA])
    done = normalize(arrays, min_intensity=5, min_factor_probes=1)
    assert list(done.matrix.probes.id) == ["hsa-miR-152", "hsa-miR-24"]
    # The factor is the median of 9 and 11.5.
    np.testing.assert_allclose(done.matrix.linear[:, 0], [9 / 10.25, 11.5 / 10.25])
    assert done.report.background_subtracted
    assert done.report.at_ceiling == (0,)


def test_line_ends_and_packing_do_not_matter():
    plain, packed = (read_agilent(FIXTURES / name) for name in ("mirna.txt", "stray_cr.txt.gz"))
    assert packed.samples.names == ("stray_cr",)
    np.testing.assert_array_equal(plain.channels["Cy3"].foreground, packed.channels["Cy3"].foreground)


def test_an_array_without_totals_is_read_feature_by_feature():
    arrays = read_agilent(FIXTURES / "no_totals.txt")
    assert np.isnan(arrays.channels["Cy3"].foreground[7, 0])
    assert arrays.channels["Cy3"].foreground[8, 0] == 11
    assert arrays.sources[0].warnings == (
        "the file has no gTotalGeneSignal: gProcessedSignal is read, feature by feature",
        "1 row of channel Cy3 without a signal: missing",
    )
    with pytest.raises(
        UsageError, match=r"the file has no gTotalGeneSignal \(found the signals processed, median"
    ):
        read_agilent(FIXTURES / "no_totals.txt", signal="gene")


def test_a_gene_view_file_has_one_row_a_gene():
    path = FIXTURES / "GeneView.txt"
    arrays = read_agilent(path)
    assert sniff_format(path) == "agilent"
    assert list(arrays.probes.id) == ["NegativeControl", "hsa-miR-152", "hsa-miR-24"]
    assert list(arrays.probes.kind) == ["negative control", "", ""]
    assert arrays.channels["Cy3"].foreground[:, 0].tolist() == [-1, 9, 11.5]
    assert arrays.layout is None
    assert arrays.flags is not None
    assert arrays.flags[:, 0].tolist() == [-75, -75, 0]
    assert inspect_file(path).details["type"] == "GeneView"


def test_two_colors_are_two_channels(tmp_path):
    features = MAKE["agilent_features"]()
    features |= {"rProcessedSignal": [str(i) for i in range(24)], "rIsFeatPopnOL": ["1"] + ["0"] * 23}
    del features["gTotalGeneSignal"]
    path = tmp_path / "two.txt"
    path.write_bytes(MAKE["agilent_bytes"](features))
    arrays = read_agilent(path)
    assert list(arrays.channels) == ["Cy3", "Cy5"]
    assert arrays.channels["Cy5"].foreground[:3, 0].tolist() == [0, 1, 2]
    assert arrays.flags is not None
    assert arrays.flags[0, 0] == -100


def test_inspect_tells_what_is_in_the_file():
    found = inspect_file(MIRNA)
    assert (found.format, found.spots, found.channels) == ("agilent", 24, ("Cy3",))
    assert found.details == {
        "type": "features",
        "version": "10.7.3.1",
        "design": "031181",
        "scanner": "none stated",
        "signal": "gene",
        "genes": 2,
        "genes detected": 1,
        "controls": 15,
        "outliers": 3,
        "saturated": 1,
    }


BAD = [
    ("truncated.txt", "line 34: the last row is cut short (found 8 cells; expected 18"),
    ("no_features.txt", "the file has no table of features"),
    ("no_rows.txt", "line 10: the table has no rows"),
    (
        "text_in_number.txt",
        "line 16, column \"gTotalGeneSignal\": a cell that should be a number is not (found 'n.d.'",
    ),
    ("control_type.txt", 'line 13, column "ControlType": a ControlType that Agilent does not define (found 7'),
    (
        "mixed_totals.txt",
        'line 24, column "gTotalGeneSignal": the rows of hsa-miR-152 do not have one total '
        "(found 44, and 9 in line 16",
    ),
    ("repeated_spot.txt", "line 13: two rows are for the same spot, Block 1, Row 1, Column 2"),
    ("no_names.txt", 'line 10, column "SystematicName": a column is missing'),
    ("no_signal.txt", "line 10: the file has no gTotalGeneSignal (found no signal that mirtool reads"),
    ("row_mark.txt", "line 13: a row of the table of features does not begin with DATA (found 'DATE')"),
]


@pytest.mark.parametrize(("name", "message"), BAD)
def test_a_bad_file_is_refused_with_its_place(name, message):
    with pytest.raises(FormatError) as caught:
        read_agilent(FIXTURES / "bad" / name)
    assert message in str(caught.value)
    assert "What to do: " in str(caught.value)


def test_mixed_totals_can_still_be_read_feature_by_feature():
    arrays = read_agilent(FIXTURES / "bad" / "mixed_totals.txt", signal="processed")
    assert arrays.n_spots == 24


def test_another_format_is_refused():
    with pytest.raises(FormatError, match="this is no Agilent Feature Extraction file"):
        read_agilent(FOLDER / "genepix" / "v3_two_channels.gpr")


def test_a_signal_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="no signal is called 'net'"):
        read_agilent(MIRNA, signal="net")
    with pytest.raises(UsageError, match="only Agilent files let you choose a signal"):
        read_arrays([FOLDER / "genepix" / "v3_two_channels.gpr"], signal="gene")


signals = st.floats(-1e7, 1e7, allow_nan=False) | st.just(float("nan"))


@given(data=st.data(), rows=st.integers(1, 5), columns=st.integers(1, 5))
def test_what_is_written_is_read(data, rows, columns, tmp_path_factory):
    n = rows * columns
    kinds = data.draw(st.lists(st.sampled_from(["0", "1", "-1"]), min_size=n, max_size=n))
    values = data.draw(st.lists(signals, min_size=n, max_size=n))
    flagged = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    features = {
        "FeatureNum": [str(i + 1) for i in range(n)],
        "Row": [str(i // columns + 1) for i in range(n)],
        "Col": [str(i % columns + 1) for i in range(n)],
        "ControlType": kinds,
        "ProbeName": [f"A_{i}" for i in range(n)],
        "SystematicName": [f"hsa-miR-{i}" for i in range(n)],
        "gProcessedSignal": ["" if value != value else repr(value) for value in values],
        "gIsFeatNonUnifOL": [str(int(flag)) for flag in flagged],
    }
    path = tmp_path_factory.mktemp("agilent") / "array.txt"
    path.write_bytes(MAKE["agilent_bytes"](features))
    assert sniff_format(path) == "agilent"
    arrays = read_agilent(path)
    assert arrays.flags is not None
    assert arrays.layout is not None
    np.testing.assert_array_equal(arrays.channels["Cy3"].foreground[:, 0], values)
    np.testing.assert_array_equal(arrays.flags[:, 0] == -100, flagged)
    np.testing.assert_array_equal(arrays.layout.row, np.arange(n) // columns + 1)
    told = {"0": "", "1": "positive control", "-1": "negative control"}
    assert list(arrays.probes.kind) == [told[kind] for kind in kinds]


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_a_real_array():
    # limma 3.54.1: read.maimages(…, source="agilent", green.only=TRUE) with these columns: sums, and counts by
    # table() of ControlType and of gIsFeatPopnOL | gIsFeatNonUnifOL, and of gIsGeneDetected == 0 beside them.
    path = REAL / "agilent_fe_mirna_v10.txt.gz"
    arrays = read_agilent(path)
    assert arrays.n_spots == inspect_file(path).spots == 13737
    np.testing.assert_allclose(arrays.channels["Cy3"].foreground.sum(), 6136948.66884, rtol=1e-12)
    assert arrays.channels["Cy3"].foreground[[2, 13736], 0].tolist() == [-2.09025, 188.869]
    assert list(arrays.probes.name[[2, 13736]]) == ["hsa-miR-152", "miRNABrightCorner30"]
    assert arrays.layout is not None
    assert (arrays.layout.row[-1], arrays.layout.column[-1]) == (192, 82)
    assert Counter(kind == "" for kind in arrays.probes.kind) == {True: 12784, False: 672 + 281}
    assert arrays.flags is not None
    assert Counter(arrays.flags[:, 0].tolist()) == {-100: 723, -75: 10457, 0: 13737 - 723 - 10457}
    processed = read_agilent(path, signal="processed").channels["Cy3"]
    np.testing.assert_allclose(processed.foreground.sum(), 4705380.00588, rtol=1e-11)
    median = read_agilent(path, signal="median").channels["Cy3"]
    assert median.background is not None
    assert (median.foreground.sum(), median.background.sum()) == (5324089.5, 438455.5)


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_a_real_file_of_five_features():
    found = inspect_file(REAL / "agilent_fe_mirna_small.txt")
    assert (found.format, found.spots) == ("agilent", 5)


# hsa-miR-24 has a total of 11.5 and is called detected, hsa-miR-152 one of 9 and is not; both lie below 30.


@pytest.mark.parametrize("name", ["mirna.txt", "GeneView.txt"])
def test_the_detection_call_of_the_file_decides_what_is_detected(name):
    arrays = read_arrays([FIXTURES / name])
    result = normalize(arrays, min_factor_probes=1)
    assert result.report.detection == "gIsGeneDetected"
    assert result.report.detected == (1,)
    assert result.matrix.probes.name.tolist() == ["hsa-miR-24"]
    assert result.report.factors == (11.5,)
    assert "detection: gIsGeneDetected" in result.matrix.history
    assert result.report.controls == ()


@pytest.mark.parametrize(
    ("choices", "kept"),
    [
        ({"min_intensity": 9.0}, ["hsa-miR-152", "hsa-miR-24"]),
        ({"min_intensity": 11.0}, ["hsa-miR-24"]),
        ({"detection": "call", "min_intensity": 9.0}, ["hsa-miR-24"]),
        ({"detection": "cutoff", "min_intensity": 9.0}, ["hsa-miR-152", "hsa-miR-24"]),
    ],
)
def test_a_cut_off_that_is_asked_for_goes_before_the_call(choices, kept):
    result = normalize(read_arrays([FIXTURES / "mirna.txt"]), min_factor_probes=1, **choices)
    assert result.matrix.probes.name.tolist() == kept
    assert result.report.detection == ("gIsGeneDetected" if choices.get("detection") == "call" else "")


def test_the_default_cut_off_of_30_keeps_nothing_here():
    with pytest.raises(NotEnoughDataError, match="too few miRNA probes reach 30"):
        normalize(read_arrays([FIXTURES / "mirna.txt"]), min_factor_probes=1, detection="cutoff")


def test_too_few_probes_that_are_called_say_so():
    with pytest.raises(NotEnoughDataError, match="too few miRNA probes are detected in every array") as caught:
        normalize(read_arrays([FIXTURES / "mirna.txt"]))
    assert "1 detected" in str(caught.value)
    assert "lower the cut-off" not in str(caught.value)


def test_signals_of_features_are_counts_and_keep_the_cut_off():
    arrays = read_arrays([FIXTURES / "mirna.txt"], signal="processed")
    result = normalize(arrays, min_factor_probes=1)
    assert result.report.detection == ""
    assert result.report.kept == 3


def test_a_file_without_the_call_warns_of_the_cut_offs_scale(tmp_path):
    lines = (FIXTURES / "GeneView.txt").read_text().splitlines()
    path = tmp_path / "gene.txt"
    path.write_text("\n".join("\t".join(line.split("\t")[:-1]) for line in lines) + "\n")
    arrays = read_arrays([path])
    assert any("the cut-off of 30 is of another scale" in warning for warning in arrays.sources[0].warnings)
    with pytest.raises(UsageError, match="the files have no detection call"):
        normalize(arrays, detection="call")


def test_the_command_says_what_decides_detection(capsys):
    assert main(["normalize", str(FIXTURES / "mirna.txt"), "--min-factor-probes", "1"]) == 0
    said = capsys.readouterr().err
    assert "by the files' own call gIsGeneDetected: 1 of 2" in said
    assert "1 of 2 probes kept: detected in at least one array" in said
    assert (
        main(["normalize", str(FIXTURES / "mirna.txt"), "--min-factor-probes", "1", "--min-intensity", "30"]) == 1
    )
    assert "reach 30" in capsys.readouterr().err


def gene_view(genes):
    """Write a GeneView table: name, total, call."""
    head = "SystematicName\tControlType\tgTotalGeneSignal\tgTotalGeneError\tgIsGeneDetected"
    return "\n".join([head, *(f"{name}\t0\t{total}\t1\t{call}" for name, total, call in genes)]) + "\n"


def test_quality_control_sees_what_the_file_calls_detected(tmp_path):
    """25 genes of totals below 30, of which the first array calls 24 detected and the others all 25."""
    paths = []
    for array in range(3):
        genes = [(f"hsa-miR-{1000 + i}", 2.5 + i / 2 + array / 8, int(array > 0 or i > 0)) for i in range(25)]
        paths.append(tmp_path / f"a{array}.txt")
        paths[-1].write_text(gene_view(genes))
    arrays = read_arrays(paths)
    report = quality_report(arrays)
    assert report.channels["Cy3"].detected.tolist() == [24, 25, 25]
    assert report.detection == "gIsGeneDetected"
    assert Verdict.NOT_JUDGED not in report.verdicts
    assert "probes detected" in quality_tables(report)["arrays"].columns
    by_cutoff = quality_report(arrays, detection="cutoff")
    assert set(by_cutoff.verdicts) == {Verdict.NOT_JUDGED}
    assert quality_report(arrays, min_intensity=10.0).detection == ""


@pytest.mark.skipif(not REAL.is_dir(), reason="the real array is not here")
def test_the_real_array_keeps_the_167_genes_that_its_file_calls_detected():
    result = normalize(read_arrays([REAL / "agilent_fe_mirna_v10.txt.gz"]))
    assert (result.report.detected, result.report.kept, result.report.counting_probes) == ((167,), 167, 799)


def test_the_call_goes_with_the_table_and_is_tested(tmp_path, monkeypatch):
    files = format_studies.agilent(tmp_path)
    name = "hsa-let-7a-5p"
    for path in files[:3]:  # the first group does not detect it; its values stay
        lines = path.read_text().splitlines()
        called = [line[:-1] + "0" if f"\t{name}\t" in line else line for line in lines]
        path.write_text("\n".join(called) + "\n")
    gone = "hsa-miR-24-3p"  # one array has no total of it
    lines = [line.split("\t") for line in files[5].read_text().splitlines()]
    files[5].write_text(
        "\n".join("\t".join([*cells[:-2], "", "0"] if gone in cells else cells) for cells in lines) + "\n"
    )
    rows = [f"{path.stem},{path.stem[:3]},{path.name}" for path in files]
    (tmp_path / "samples.csv").write_text("\n".join(["sample,group,file", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    assert main(["normalize", "--keep", "group"]) == 0
    with Path("results/normalized_not_detected.csv").open() as file:
        absent = {row.pop("Name"): list(row.values())[1:] for row in csv.DictReader(file)}
    assert absent[name] == ["1", "1", "1", "0", "0", "0"]
    assert absent["hsa-miR-21-5p"] == ["0"] * 6
    assert absent[gone] == ["0"] * 6  # not measured is not the same as not detected
    assert main(["diff", "--no-figures"]) == 0
    with Path("results/differential.csv").open() as file:
        table = {row["Name"]: row for row in csv.DictReader(file)}
    assert table[name]["detected only in"] == "ill"
    assert [table[name][f"detected {group}"] for group in ("ill", "ctl")] == ["3", "0"]
    assert float(table[name]["detection P (Fisher)"]) == 0.1
    assert table[name]["n ctl"] == "3"
    assert [table[gone][f"{what} ill"] for what in ("n", "detected")] == ["2", "2"]
    assert float(table[name]["P (moderated)"]) > 0


def test_a_table_of_detection_of_another_run_is_refused(tmp_path, monkeypatch, capsys):
    files = format_studies.agilent(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["normalize", *(path.name for path in files), "-o", "one.csv"]) == 0
    beside = Path("one_not_detected.csv")
    beside.write_text("".join(beside.read_text().splitlines(keepends=True)[:-1]))
    groups = [f"{path.stem},{path.stem[:3]}" for path in files]
    Path("sheet.csv").write_text("\n".join(["sample,group", *groups]) + "\n")
    assert main(["diff", "one.csv", "--samples", "sheet.csv", "--no-figures", "-o", "d.csv"]) == 1
    assert "one_not_detected.csv" in capsys.readouterr().err


def test_a_file_without_the_call_leaves_detection_to_the_cut_off_for_all(tmp_path, monkeypatch, capsys):
    files = format_studies.agilent(tmp_path)
    for path in (files[0], files[3]):  # the first of the files, and one among them
        lines = [line.split("\t") for line in path.read_text().splitlines()]
        whole = path.read_text()
        path.write_text("\n".join("\t".join(cells[:-1] if len(cells) > 5 else cells) for cells in lines) + "\n")
        monkeypatch.chdir(tmp_path)
        assert main(["normalize", *(each.name for each in files), "-o", "one.csv"]) == 0
        assert "by the files' own call" not in " ".join(capsys.readouterr().err.split())
        assert not Path("one_not_detected.csv").exists()
        path.write_text(whole)
