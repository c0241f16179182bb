"""The words of a platform: one set of terms for all that leaves a study, names and options left alone."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from mirtool.cli import main
from mirtool.errors import option
from mirtool.report.figures.canvas import Drawing, reword
from mirtool.report.platform import ARRAY, LANE, SAMPLE, Terms, unit_of
from tests.lane_files import rcc


def test_texts_for_arrays_are_said_for_lanes_and_samples():
    text = "Each of 4 arrays against the median array: spots, scanner counts. Arrays that differ."
    assert Terms(ARRAY).said(text) == text
    assert Terms(LANE).said(text) == (
        "Each of 4 lanes against the median lane: probes, counts. Lanes that differ."
    )
    assert Terms(SAMPLE).said("2 probes in 4 arrays: intensities") == "2 miRNAs in 4 samples: counts"


@pytest.mark.parametrize(
    "text",
    [
        "results/qc_arrays.csv",
        "arrays/A1.RCC",
        "arrayQualityMetrics and microarrays",
        "--weights arrays",
        "`mirtool diff --weights arrays`",
        option("weights", "arrays"),
    ],
)
def test_files_options_and_other_words_stay(text):
    assert Terms(LANE).said(text) == text


def test_errors_about_samples_are_said_in_the_words_of_the_platform(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for i in (1, 2):
        (tmp_path / f"arrays_{i}.RCC").write_text(rcc(i))
    (tmp_path / "samples.csv").write_text("sample,group,file\nL1,a,arrays_1.RCC\nL2,b,arrays_2.RCC\n")
    assert main(["normalize", "--between", "housekeeping"]) == 0
    assert main(["diff", "--weights", "arrays", "--no-figures"]) == 1
    said = capsys.readouterr().err
    assert "found 2 lanes and 2 coefficients (group); expected more lanes than coefficients" in said


def test_names_of_samples_and_groups_stay():
    terms = Terms(LANE).keeping(["array", "spot 1", "A1", ""])
    assert terms.said("array (2 arrays): spot 1, A1") == "array (2 lanes): spot 1, A1"


@pytest.mark.parametrize(
    ("runs", "unit"),
    [
        ({"normalize": {"arguments": {"preset": "exiqon-service"}, "inputs": {"a.gpr": ""}}}, ARRAY),
        ({"normalize": {"arguments": {"preset": "nanostring"}}}, LANE),
        ({"qc": {"inputs": {"lane.RCC": ""}}}, LANE),
        ({"qc": {"inputs": {"lanes.zip": ""}, "summary": {"unit": "lane"}}}, LANE),
        ({"diff": {"summary": {"history": ["recipe: nanostring with between housekeeping"]}}}, LANE),
        ({"diff": {"summary": {"counts": {"miRNAs": 3}}}}, SAMPLE),
        ({"cluster": {"summary": {"history": ["counts: 3 of 4 miRNAs kept"]}}}, SAMPLE),
    ],
)
def test_the_record_says_what_was_measured(runs, unit):
    assert unit_of(runs) == unit


def test_words_in_a_figure_and_its_caption():
    figure = Drawing()
    axes = figure.add_subplot(xlabel="arrays per group")
    axes.plot(np.arange(3))
    figure.caption = "Power by the number of arrays."
    reword(figure, Terms(SAMPLE).said)
    assert (axes.get_xlabel(), figure.caption) == ("samples per group", "Power by the number of samples.")
    reword(Figure(), Terms(SAMPLE).said)
