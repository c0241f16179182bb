"""The summary over the spots of a miRNA by RMA holds against limma 3.54.1 and R's medpolish (tests/reference)."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.arrays.reading import read_arrays
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, text_array
from mirtool.normalize import normalize
from mirtool.normalize.median_polish import median_polish
from mirtool.report.methods.about_arrays import normalization_sentences
from mirtool.report.methods.facts import facts_of
from mirtool.study.folder import open_study
from tests import format_studies

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests/reference"
AGILENT = ROOT / "fixtures/agilent/mirna.txt"


def table(name: str) -> tuple[list[list[str]], np.ndarray]:
    """Return the labels and the values of a reference table."""
    header, *rows = [line.split(",") for line in (REFERENCE / name).read_text().splitlines()]
    labels = sum(not label.startswith("array") for label in header)
    values = [[float(cell) if cell != "NA" else np.nan for cell in row[labels:]] for row in rows]
    return [row[:labels] for row in rows], np.array(values)


@pytest.fixture(scope="module")
def arrays() -> RawArrays:
    """The features of the fixture as arrays: each has an ID of its own, and the name of its miRNA."""
    names, values = table("rma_fixture.csv")
    samples = tuple(f"array{j + 1}" for j in range(values.shape[1]))
    return RawArrays(
        {"Cy3": Channel(values)},
        None,
        ProbeTable(
            text_array(f"A_25_{i}" for i in range(len(names))),
            text_array(name for (name,) in names),
            text_array(["miRNA"] * len(names)),
        ),
        None,
        SampleTable(samples, files=samples),
        tuple(ArraySource(name, "agilent", "", header={"signal": "median"}) for name in samples),
    )


@pytest.mark.parametrize("between", ["quantile", "none"])
def test_one_value_per_mirna_as_in_r(arrays, between):
    labels, values = table("rma.csv")
    rows = [i for i, label in enumerate(labels) if label[0] == between]
    found = normalize(arrays, preset="rma", between=between, keep="everything")
    np.testing.assert_allclose(found.matrix.values, values[rows], rtol=1e-12)
    assert list(found.matrix.probes.id) == list(found.matrix.probes.name) == [labels[i][1] for i in rows]
    assert found.report.replicates == "median-polish"


def test_spots_are_counted_and_the_missing_array_stays_missing(arrays):
    found = normalize(arrays, preset="rma", keep="everything")
    names, values = table("rma_fixture.csv")
    expected = [
        np.count_nonzero(~np.isnan(values[[own == [name] for own in names]]), axis=0)
        for name in dict.fromkeys(name for (name,) in names)
    ]
    np.testing.assert_array_equal(found.matrix.spots, expected)
    assert np.isnan(found.matrix.values).sum() == 1


def test_a_spot_missing_on_one_array_shifts_nothing():
    # Three spots with affinities 0, 2 and 5. Without the brightest, a median of the rest would be 1 too low.
    spots = np.array([[4.0, 5.0, 6.0], [6.0, 7.0, 8.0], [9.0, np.nan, 11.0]])
    np.testing.assert_allclose(median_polish(spots[None]), [[6.0, 7.0, 8.0]])
    assert np.nanmedian(spots, axis=0).tolist() == [6.0, 6.0, 8.0]


def test_a_spot_far_off_moves_nothing():
    spots = np.array([[4.0, 5.0, 6.0], [6.0, 7.0, 8.0], [9.0, 90.0, 11.0]])
    np.testing.assert_allclose(median_polish(spots[None]), [[6.0, 7.0, 8.0]])


def test_tables_that_need_different_rounds_are_polished_each_by_itself():
    rng = np.random.default_rng(1)
    many = rng.normal(size=(50, 5, 4))
    many[::7, 2] = np.nan
    one_by_one = np.vstack([median_polish(own[None]) for own in many])
    np.testing.assert_array_equal(median_polish(many), one_by_one)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"between": "median"}, "needs arrays that are made comparable spot by spot"),
        ({"between": "vsn"}, "needs arrays that are made comparable spot by spot"),
        ({"replicate_scale": "linear"}, "works on logarithms"),
        ({"channel": "ratio"}, "is for one channel"),
        ({"keep_replicates": True}, "can't be kept"),
    ],
)
def test_what_does_not_go_with_it_is_refused(arrays, changes, problem):
    with pytest.raises(UsageError, match=problem):
        normalize(arrays, preset="rma", **changes)


def test_summaries_are_not_summarized_again(arrays):
    with pytest.raises(UsageError, match="total gene signals are summaries"):
        normalize(read_arrays([AGILENT]), preset="rma")
    first = np.unique(arrays.probes.name.astype(str), return_index=True)[1]
    alone = RawArrays(
        {"Cy3": Channel(arrays.channels["Cy3"].foreground[first])},
        None,
        arrays.probes.take(first),
        None,
        arrays.samples,
        arrays.sources,
    )
    with pytest.raises(UsageError, match="several spots per miRNA"):
        normalize(alone, preset="rma")


def test_features_of_agilent_files_are_read_as_scanned():
    arrays = read_arrays([AGILENT], features=True)
    assert arrays.sources[0].header["signal"] == "median"
    assert not arrays.channels["Cy3"].processed
    found = normalize(arrays, preset="rma", keep="everything")
    # hsa-miR-152 has two probes of three features each; feature 7 is uneven and 16 an outlier of hsa-miR-24.
    assert dict(zip(found.matrix.probes.name, found.matrix.spots[:, 0], strict=True)) == {
        "hsa-miR-152": 5,
        "hsa-miR-24": 1,
    }


def test_probes_are_kept_by_the_share_of_a_group_that_calls_the_gene_detected(arrays):
    flags = np.zeros(arrays.channels["Cy3"].foreground.shape, dtype=int)
    genes = arrays.probes.name
    flags[genes == "hsa-miR-1-5p", 1:] = -75  # called on array1 alone: 1 of 3
    flags[genes == "hsa-miR-2-5p", 2:] = -75  # on array1 and array2: 2 of 3
    flags[genes == "hsa-miR-3-5p"] = -75
    called = replace(
        arrays,
        flags=flags,
        samples=replace(arrays.samples, groups=("ctl",) * 3 + ("ill",) * 3),
        sources=tuple(
            replace(source, header={**source.header, "detection call": "gIsGeneDetected"})
            for source in arrays.sources
        ),
    )
    # Every count is far above the cut-off of 0.5 or so: only the call can leave a gene out.
    for share, left_out in ((0.6, {1, 3}), (0.3, {3}), (0.7, {1, 2, 3})):
        found = normalize(called, preset="rma", keep="group", keep_share=share)
        assert found.report.detection == "gIsGeneDetected"
        kept = set(found.matrix.probes.name)
        assert {i for i in (1, 2, 3) if f"hsa-miR-{i}-5p" not in kept} == left_out
    assert "keep: group 0.3" in normalize(called, preset="rma", keep="group", keep_share=0.3).matrix.history


def test_the_record_says_the_order_of_the_steps(arrays):
    history = normalize(arrays, preset="rma").matrix.history
    steps = [line for line in history if line.startswith(("signal", "between", "replicates"))]
    assert steps == [
        "signal: foreground",
        "between arrays: quantile, spot by spot",
        "replicates: median polish of log2",
    ]


def test_the_command_and_the_methods_text_say_the_order(tmp_path, capsys, monkeypatch):
    lines = AGILENT.read_text().splitlines(keepends=True)
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("".join(lines))
    (tmp_path / "samples.csv").write_text("sample,group,file\na,ctl,a.txt\nb,ill,b.txt\n")
    monkeypatch.chdir(tmp_path)
    assert main(["normalize", "--preset", "rma", "--keep", "everything"]) == 0
    assert "quantile, spot by spot; then median polish over the spots of each miRNA" in " ".join(
        capsys.readouterr().err.split()
    )
    arguments = json.loads((tmp_path / "results/run.json").read_text())["runs"]["normalize"]["arguments"]
    assert (arguments["preset"], arguments["signal"], arguments["replicates"]) == (
        "rma",
        "median",
        "median-polish",
    )
    text = " ".join(
        each.text for each in normalization_sentences(facts_of(open_study(tmp_path)).record("normalize"))
    )
    order = [
        "The median signals of the features of Agilent Feature Extraction were used.",
        "The foreground intensities were used without subtraction of a background.",
        "The arrays were quantile normalized",
        "The log2 signals of the 3 to 6 spots of each miRNA were then summarized by median polish (RMA)",
        "considered detected by the call of the image analysis software (gIsGeneDetected)",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


def test_sensitivity_does_not_try_other_summaries_of_other_probes(tmp_path, monkeypatch, capsys):
    files = format_studies.agilent(tmp_path)
    rows = [f"{path.stem},{path.stem[:3]},{path.name}" for path in files]
    (tmp_path / "samples.csv").write_text("\n".join(["sample,group,file", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    assert main(["normalize", "--preset", "rma", "--keep", "everything"]) == 0
    assert main(["diff", "--sensitivity", "--no-figures"]) == 2
    assert "summarized by median polish" in " ".join(capsys.readouterr().err.split())
