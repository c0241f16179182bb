"""``--channel ratio`` against hand arithmetic: what becomes M and A, what is counted, what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirtool.annotation.probes import classify_probes
from mirtool.cli import main
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.io.arrays.matrix import read_expression
from mirtool.model import ArraySource, Channel, RawArrays, SampleTable, SpotLayout, text_array
from mirtool.normalize import normalize
from mirtool.normalize.ratio import log_ratio
from mirtool.report.text.normalization import array_rows, cautions, detail_pairs, main_pairs

# Backgrounds: 100 under Hy3 (532), 50 under Hy5 (635). Signals Hy3/Hy5 of the spots that are not flagged bad,
# log2 of them, M = difference, A = mean, and their medians:
#
#   ID  Name           s1: Hy3/Hy5            M            A            s2: Hy3/Hy5    M      A
#   1   hsa-miR-21-5p  256/64, 512/64, (bad)  2, 3 → 2.5   7, 7.5 → 7.25  64/64 ×3     0      6
#   2   hsa-let-7a-5p  128/128, −4/64 (lost)  0            7            32/128, 128/128  −2, 0 → −1  6, 7 → 6.5
#   3   hsa-miR-16-5p  64/32                  1            5.5          1024/64        4      8
#   4   hsa-miR-9-3p   16/64 (below 30)       −2           5            64/32          1      5.5
#   5   hsa-miR-1-3p   0/64 (lost)            missing      missing      256/64         2      7
#   E   Empty          40/40                                            8/40
#
# Detected in both arrays, 30 or more in both channels: 1 (Hy3 of s1: median(256, 512) = 384), 2 (s1: Hy3 median of
# 128 and −4 = 62; s2: 80), 3. Centers: s1 median(2.5, 0, 1) = 1; s2 median(0, −1, 4) = 0.
# Kept: 1, 2, 3, 4 (in s2), 5 (in s2). Normalized: s1 1.5, −1, 0, −3, missing; s2 0, −1, 4, 1, 2.
SPOTS = [
    # ID, Name, Hy3 and Hy5 foreground of s1, of s2, flag s1
    ("1", "hsa-miR-21-5p", (356, 114), (164, 114), 0),
    ("1", "hsa-miR-21-5p", (612, 114), (164, 114), 0),
    ("1", "hsa-miR-21-5p", (9000, 51), (164, 114), -100),
    ("2", "hsa-let-7a-5p", (228, 178), (132, 178), 0),
    ("2", "hsa-let-7a-5p", (96, 114), (228, 178), 0),
    ("3", "hsa-miR-16-5p", (164, 82), (1124, 114), 100),
    ("4", "hsa-miR-9-3p", (116, 114), (164, 82), 0),
    ("5", "hsa-miR-1-3p", (100, 114), (356, 114), 0),
    ("E", "Empty", (140, 90), (108, 90), -50),
]
M = [[1.5, 0], [-1, -1], [0, 4], [-3, 1], [np.nan, 2]]
A = [[7.25, 6], [7, 6.5], [5.5, 8], [5, 5.5], [np.nan, 7]]
COUNTS = [[2, 3], [1, 2], [1, 1], [1, 1], [0, 1]]


def make_arrays(names=("635", "532")) -> RawArrays:
    n = len(SPOTS)
    hy3, hy5 = (np.array([[s1[i], s2[i]] for _, _, s1, s2, _ in SPOTS], dtype=float) for i in (0, 1))
    return RawArrays(
        {
            names[0]: Channel(hy5, np.full((n, 2), 50.0), np.zeros((n, 2))),
            names[1]: Channel(hy3, np.full((n, 2), 100.0), np.zeros((n, 2))),
        },
        np.array([[flag, 0] for *_, flag in SPOTS]),
        classify_probes(text_array(s[0] for s in SPOTS), text_array(s[1] for s in SPOTS)),
        SpotLayout(np.ones(n, int), np.ones(n, int), np.arange(1, n + 1)),
        SampleTable(("s1", "s2")),
        (ArraySource("s1.gpr", "genepix"), ArraySource("s2.gpr", "genepix")),
    )


def ratio(arrays, channel="ratio", **options):
    return normalize(arrays, channel=channel, min_factor_probes=3, **options)


@pytest.mark.parametrize("names", [("635", "532"), ("Hy5", "Hy3")])
def test_m_and_a_are_those_of_the_hand(names):
    done = ratio(make_arrays(names))
    np.testing.assert_allclose(done.matrix.values, M, atol=1e-12)
    np.testing.assert_allclose(done.average, A, atol=1e-12)
    np.testing.assert_array_equal(done.matrix.spots, COUNTS)
    assert list(done.matrix.probes.id) == ["1", "2", "3", "4", "5"]
    assert done.matrix.history == (
        "recipe: ratio",
        f"values: M = log2({names[1]} / {names[0]}) less the array's median M",
        "signal: foreground - background",
        "flags: bad",
        "replicates: median",
        "min intensity: 30 in both channels",
        "keep: any",
        "probes: mirna",
        "factor probes: 3",
    )


def test_what_was_lost_is_counted():
    report = ratio(make_arrays()).report
    assert (report.preset, report.channel, report.numerator, report.denominator) == (
        "ratio",
        "532/635",
        "532",
        "635",
    )
    assert report.flagged_out == (1, 0)
    assert report.non_positive_spots == (2, 0)
    assert report.counting_spots == 8
    assert (report.missing, report.non_positive) == ((0, 0), (1, 0))
    assert (report.detected, report.factor_probes, report.kept) == ((3, 5), 3, 5)
    assert report.factors == (2.0, 1.0)
    # Empty: the lower of its two signals is 40 in s1 and 8 in s2.
    (empty,) = report.controls
    assert (empty.spots, empty.passing) == ((1, 1), (1, 0))


def test_the_other_way_round_only_the_sign_changes():
    done, turned = ratio(make_arrays()), ratio(make_arrays(), channel="635/532")
    np.testing.assert_allclose(turned.matrix.values, -done.matrix.values, atol=1e-12)
    np.testing.assert_allclose(turned.average, done.average, atol=1e-12)


def test_the_mean_of_replicates_and_every_flag():
    done = ratio(make_arrays(), replicates="mean", flags="ignore")
    # Probe 1 of s1: the bad spot has 8900/1, log2 13.1195 and 0: M = (2 + 3 + 13.1195) / 3.
    bad = np.log2(8900)
    values = np.array([(5 + bad) / 3, 0, 1])
    np.testing.assert_allclose(done.average[0, 0], (7 + 7.5 + bad / 2) / 3)
    # Hy5 of probe 1: mean(64, 64, 1) = 43; all three are detected, and the center is the median of their M.
    np.testing.assert_allclose(done.matrix.values[:3, 0], values - 1, atol=1e-12)


def test_a_spot_without_a_number_in_one_channel_has_no_ratio():
    arrays = make_arrays()
    hy5 = arrays.channels["635"]
    foreground = hy5.foreground.copy()
    foreground[5, 0] = np.nan
    arrays = replace(arrays, channels={**arrays.channels, "635": replace(hy5, foreground=foreground)})
    report = normalize(arrays, channel="ratio", min_factor_probes=2).report
    assert report.no_intensity == (1, 0)
    assert (report.missing, report.non_positive) == ((1, 0), (1, 0))


def test_the_numbers_are_told_in_words():
    report = ratio(make_arrays()).report
    pairs = dict(main_pairs(report)) | dict(detail_pairs(report))
    assert pairs["recipe"] == (
        "ratio: log2 of 532 / 635 less the array's median, signal = foreground − background, median of replicates"
    )
    assert pairs["spots not positive"] == "2 of 16 in one channel or both; they have no ratio"
    assert pairs["factor probes"] == "3 at 30 or more in both channels of all arrays"
    header, rows = array_rows(report)
    assert (header[1], rows[0][1], rows[1][1]) == ("ratio", "2", "1")
    far = cautions(replace(report, factors=(8.0, 1.0)))
    assert (
        "the median ratios differ 8.0-fold, from 1 (s2) to 8 (s1): the dyes or the scanner's gains were balanced "
        "otherwise"
    ) in far


def test_a_single_channel_has_no_ratio():
    arrays = make_arrays()
    alone = replace(arrays, channels={"532": arrays.channels["532"]})
    with pytest.raises(UsageError, match=r"a ratio needs the two channels Hy3 \(532\) and Hy5 \(635\)") as caught:
        ratio(alone)
    assert caught.value.found == "532"
    with pytest.raises(UsageError, match="the arrays have no ratio '532/594'"):
        ratio(arrays, channel="532/594")
    with pytest.raises(UsageError, match="the arrays have no ratio '532/532'"):
        ratio(arrays, channel="532/532")


def test_too_few_probes_in_both_channels_is_an_error():
    with pytest.raises(NotEnoughDataError, match="too few miRNA probes reach 30 in every array"):
        normalize(make_arrays(), channel="ratio")


@given(
    signals=hnp.arrays(
        np.float64, (2, 5, 3), elements=st.floats(-100, 65535, allow_nan=False) | st.just(float("nan"))
    )
)
def test_m_and_a_give_the_signals_back(signals):
    above, below = signals
    m, a = log_ratio(above, below)
    both = (above > 0) & (below > 0)
    np.testing.assert_array_equal(np.isnan(m), ~both)
    np.testing.assert_array_equal(np.isnan(a), ~both)
    np.testing.assert_allclose(np.exp2(a + m / 2)[both], above[both], rtol=1e-9)
    np.testing.assert_allclose(np.exp2(a - m / 2)[both], below[both], rtol=1e-9)


def test_the_command_keeps_m_and_a(tmp_path, capsys):
    for i in range(2):
        (tmp_path / f"s{i + 1}.gpr").write_bytes(genepix_bytes(make_arrays(), i))
    target = tmp_path / "ratios.csv"
    files = [str(tmp_path / "s1.gpr"), str(tmp_path / "s2.gpr")]
    assert main(["normalize", *files, "--channel", "ratio", "--min-factor-probes", "3", "-o", str(target)]) == 0
    assert (tmp_path / "ratios_A.csv").read_text().splitlines() == [
        "ID,Name,s1,s2",
        "1,hsa-miR-21-5p,7.25,6",
        "2,hsa-let-7a-5p,7,6.5",
        "3,hsa-miR-16-5p,5.5,8",
        "4,hsa-miR-9-3p,5,5.5",
        "5,hsa-miR-1-3p,NA,7",
    ]
    np.testing.assert_allclose(read_expression(target).values, M, atol=1e-8)
    assert (tmp_path / "ratios_spots.csv").exists()
    summary = json.loads((tmp_path / "ratios.run.json").read_text())["runs"]["normalize"]["summary"]
    assert (summary["numerator"], summary["non_positive_spots"]) == ("532", [2, 0])
    assert ": ratios.csv, ratios_spots.csv, ratios_A.csv\n" in capsys.readouterr().err
