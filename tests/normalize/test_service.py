"""The service preset number for number with hand arithmetic, and what it refuses."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirtool.annotation.probes import classify_probes
from mirtool.errors import FormatError, MirtoolError, NotEnoughDataError, UsageError
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, text_array
from mirtool.normalize import normalize
from mirtool.normalize.detection import kept_probes

NAN = math.nan


def make_arrays(
    probes: Sequence[tuple[str, str]],
    foreground: object,
    background: object = None,
    *,
    flags: object = None,
    saturated: object = None,
    channel: str = "532",
    samples: Sequence[str] = (),
) -> RawArrays:
    """Build arrays from ``(ID, Name)`` pairs, one a spot, and spots × arrays of intensities."""
    counts = np.array(foreground, dtype=float)
    names = tuple(samples) or tuple(f"s{i + 1}" for i in range(counts.shape[1]))
    table = classify_probes(text_array(probe_id for probe_id, _ in probes), text_array(name for _, name in probes))
    return RawArrays(
        channels={
            channel: Channel(
                counts,
                None if background is None else np.broadcast_to(np.array(background, float), counts.shape),
                None if saturated is None else np.array(saturated, dtype=float),
            )
        },
        flags=None if flags is None else np.array(flags, dtype=np.int64),
        probes=table,
        layout=None,
        samples=SampleTable(names),
        sources=tuple(ArraySource(f"{name}.gpr", "genepix") for name in names),
    )


# Two arrays, background 100 everywhere. Signals (foreground − 100) of the spots that are not flagged bad:
#
#   ID  Name           s1                     median   s2                     median
#   1   hsa-miR-21-5p  40, 60, (bad), 50      50       200, 100, 120, 160     140
#   2   hsa-let-7a-5p  80, 100                90       60, 60                 60
#   3   hsa-miR-16-5p  −20, 10                −5 → ×   300, 340               320
#   4   hsa-miR-9-3p   20, 29                 24.5     10, 0                  5
#   5   miRPlus-A1015  70                     70       (bad)                  ×
#   6   hsa-miR-1-3p   130                    130      30                     30
#   E   Empty          12, 40                          −3, 35
#   N   hsa_negative_control_1   31                    31
#
# ≥ 30 in both: 1, 2, 6. Factors: s1 median(50, 90, 130) = 90; s2 median(140, 60, 30) = 60.
# Kept, ≥ 30 in any: 1, 2, 3, 5, 6; 4 is not.
SPOTS = [
    # ID, Name, s1, s2, flag s1, flag s2
    ("1", "hsa-miR-21-5p", 140, 300, 0, 0),
    ("2", "hsa-let-7a-5p", 180, 160, 100, 0),
    ("E", "Empty", 112, 97, -50, -75),
    ("1", "hsa-miR-21-5p", 160, 200, 0, 0),
    ("3", "hsa-miR-16-5p", 80, 400, 0, 0),
    ("1", "hsa-miR-21-5p", 65535, 220, -100, 0),
    ("4", "hsa-miR-9-3p", 120, 110, -50, -50),
    ("4", "hsa-miR-9-3p", 129, 100, 0, 0),
    ("2", "hsa-let-7a-5p", 200, 160, 0, 0),
    ("1", "hsa-miR-21-5p", 150, 260, 0, 0),
    ("5", "miRPlus-A1015", 170, 900, 0, -100),
    ("3", "hsa-miR-16-5p", 110, 440, 0, 0),
    ("6", "hsa-miR-1-3p", 230, 130, 0, 0),
    ("N", "hsa_negative_control_1", 131, 131, 0, 0),
    ("E", "Empty", 140, 135, 0, 0),
    ("", "hsa-miR-7-5p", 500, 500, 0, 0),
]
SATURATED = [[2, 0] if spot[2] == 65535 else [0, 0] for spot in SPOTS]


def paper_arrays() -> RawArrays:
    return make_arrays(
        [spot[:2] for spot in SPOTS],
        [spot[2:4] for spot in SPOTS],
        100,
        flags=[spot[4:6] for spot in SPOTS],
        saturated=SATURATED,
    )


def test_the_recipe_on_paper():
    done = normalize(paper_arrays(), min_factor_probes=3)
    matrix, report = done.matrix, done.report
    assert matrix.probes.id.tolist() == ["1", "2", "3", "5", "6"]
    assert matrix.probes.name[3] == "miRPlus-A1015"
    ratios = np.array(
        [
            [50 / 90, 140 / 60],
            [90 / 90, 60 / 60],
            [NAN, 320 / 60],
            [70 / 90, NAN],
            [130 / 90, 30 / 60],
        ]
    )
    np.testing.assert_array_equal(np.isnan(matrix.values), np.isnan(ratios))
    np.testing.assert_allclose(matrix.linear, ratios, rtol=1e-12)
    np.testing.assert_allclose(matrix.values, np.log2(ratios), rtol=1e-12, atol=1e-12)
    assert matrix.spots.tolist() == [[3, 4], [2, 2], [0, 2], [1, 0], [1, 1]]
    assert report.factors == (90, 60)


def test_every_number_of_the_report_on_paper():
    report = normalize(paper_arrays(), min_factor_probes=3).report
    assert (report.spots, report.counting_probes, report.kept, report.factor_probes) == (16, 6, 5, 3)
    assert report.flags == {-100: (1, 1), -75: (0, 1), -50: (2, 1)}
    assert report.flagged_out == (1, 1)
    assert report.saturated == report.at_ceiling == (1, 0)
    assert report.spots_without_id == 1
    assert report.non_positive == (1, 0)
    assert report.missing == (0, 1)
    assert report.on_one_spot == (0, 0)
    assert report.detected == (4, 4)
    assert report.probes_by_kind == {"miRNA": 5, "empty": 1, "miRPlus": 1, "negative control": 1}
    assert report.probes_by_replicates == {1: 2, 2: 3, 4: 1}
    empty, negative = report.controls
    # Empty: 40 of 12, 40 passes in s1 and 35 of −3, 35 in s2
    assert (empty.kind, empty.spots, empty.passing, empty.share) == ("empty", (2, 2), (1, 1), 0.5)
    assert (negative.passing, negative.share, negative.percentile_95) == ((1, 1), 1, 31)
    # numpy's percentile of −3, 12, 35, 40: position 0.95 · 3 = 2.85, so 35 + 0.85 · 5 = 39.25
    assert empty.percentile_95 == pytest.approx(39.25, rel=1e-12)
    assert report.cutoff_filters_nothing == (negative,)


def test_the_history_says_what_was_done():
    matrix = normalize(paper_arrays(), min_factor_probes=3).matrix
    assert matrix.history == (
        "recipe: exiqon-service",
        "channel: 532",
        "signal: foreground - background",
        "flags: bad",
        "replicates: median",
        "min intensity: 30",
        "keep: any",
        "probes: mirna",
        "factor probes: 3",
    )


def test_all_negative_flags_can_be_left_out():
    done = normalize(paper_arrays(), flags="negative", min_factor_probes=3, keep="everything")
    # probe 4: s1 29 alone, s2 0 alone, which is not positive
    row = done.matrix.probes.id.tolist().index("4")
    np.testing.assert_allclose(done.matrix.linear[row], [29 / 90, NAN], rtol=1e-12)
    assert done.report.flagged_out == (3, 3)
    assert done.report.non_positive == (1, 1)
    assert done.report.on_one_spot == (1, 0)


def test_flags_can_be_ignored():
    done = normalize(paper_arrays(), flags="ignore", min_factor_probes=3)
    # probe 1 in s1: 40, 60, 65435, 50 → (50 + 60) / 2 = 55; probe 5 joins the factor: 70 and 800
    # factors: median(55, 90, 70, 130) = 80; median(140, 60, 800, 30) = 100
    assert done.report.factors == (80, 100)
    np.testing.assert_allclose(done.matrix.linear[0], [55 / 80, 140 / 100], rtol=1e-12)
    assert done.report.flagged_out == (0, 0)


def test_replicates_by_mean():
    done = normalize(paper_arrays(), replicates="mean", min_factor_probes=3)
    # probe 1: (40 + 60 + 50) / 3 = 50 and (200 + 100 + 120 + 160) / 4 = 145
    assert done.report.factors == (90, 60)
    np.testing.assert_allclose(done.matrix.linear[0], [50 / 90, 145 / 60], rtol=1e-12)


@pytest.mark.parametrize(("keep", "ids"), [("any", "12356"), ("all", "126"), ("everything", "123456")])
def test_which_probes_are_kept(keep, ids):
    done = normalize(paper_arrays(), keep=keep, min_factor_probes=3)
    assert "".join(done.matrix.probes.id) == ids
    assert done.report.kept == len(ids)


GROUPED = np.array(
    [
        # a a a a a  b b  –
        [1, 1, 1, 0, 0, 0, 0, 1],
        [1, 1, 0, 0, 0, 1, 0, 1],
        [0, 0, 0, 0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0, 0, 0, 1],
    ],
    dtype=bool,
)


@pytest.mark.parametrize(
    ("share", "kept"),
    [
        (0.6, [0, 2]),  # 3 of 5, 2 of 2 (1.2 of 2 are two arrays)
        (0.5, [0, 1, 2]),  # 2.5 of 5 are three; 1 of 2
        (0.75, [2]),  # 3.75 of 5 are four
        (1, [2]),
        (0, [0, 1, 2]),  # one array at least; an array without a group counts for none
    ],
)
def test_probes_detected_in_a_share_of_one_group_are_kept(share, kept):
    groups = ["a"] * 5 + ["b"] * 2 + [""]
    assert np.flatnonzero(kept_probes(GROUPED, "group", groups, share)).tolist() == kept


def test_the_rule_group_keeps_by_the_sheet_and_is_told():
    arrays = paper_arrays()
    grouped = replace(arrays, samples=SampleTable(arrays.samples.names, ("a", "b")))
    # With one array per group a share is that array: as the rule any.
    done = normalize(grouped, keep="group", min_factor_probes=3)
    assert done.matrix.probes.id.tolist() == normalize(arrays, min_factor_probes=3).matrix.probes.id.tolist()
    assert "keep: group 0.75" in done.matrix.history
    with pytest.raises(UsageError, match="needs the groups of the arrays"):
        normalize(arrays, keep="group", min_factor_probes=3)
    with pytest.raises(UsageError, match="the share of arrays is used with the rule group only"):
        normalize(arrays, keep_share=0.5)


def test_the_cutoff_is_reached_at_exactly_its_value():
    arrays = make_arrays([("a", "hsa-miR-1"), ("b", "hsa-miR-2")], [[30.0], [math.nextafter(30.0, 0)]])
    assert normalize(arrays, min_factor_probes=1).matrix.probes.id.tolist() == ["a"]


def test_all_probes_but_the_technical_ones_can_count():
    arrays = make_arrays(
        [("a", "actin"), ("b", "hsa-miR-1"), ("c", "Empty"), ("d", "Hy3"), ("e", "spike_control_a")],
        [[40.0], [60.0], [50.0], [900.0], [700.0]],
    )
    assert normalize(arrays, probes="all", min_factor_probes=2).matrix.probes.id.tolist() == ["a", "b"]
    assert normalize(arrays, probes="mirna", min_factor_probes=1).matrix.probes.id.tolist() == ["b"]


def test_without_background_the_signal_is_the_foreground_and_the_report_says_so():
    done = normalize(make_arrays([("a", "hsa-miR-1")], [[40.0]]), min_factor_probes=1)
    assert done.report.factors == (40,)
    assert not done.report.background_subtracted
    assert "signal: foreground" in done.matrix.history


def test_arrays_without_flags_and_saturation_say_so():
    report = normalize(make_arrays([("a", "hsa-miR-1")], [[40.0]]), min_factor_probes=1).report
    assert report.flags is None
    assert report.saturated is None
    assert report.flagged_out == (0,)


def test_a_spot_without_intensity_is_counted():
    arrays = make_arrays([("a", "hsa-miR-1"), ("a", "hsa-miR-1")], [[NAN], [140.0]], [[100.0], [100.0]])
    done = normalize(arrays, min_factor_probes=1)
    assert done.report.no_intensity == (1,)
    assert done.report.on_one_spot == (1,)
    assert done.matrix.spots.tolist() == [[1]]


def test_the_first_name_of_an_id_stands_and_the_others_are_reported():
    arrays = make_arrays([("a", "hsa-miR-1"), ("b", "hsa-miR-2"), ("a", "hsa-miR-1b")], [[40.0], [50.0], [60.0]])
    done = normalize(arrays, min_factor_probes=1)
    assert done.matrix.probes.name.tolist() == ["hsa-miR-1", "hsa-miR-2"]
    assert done.report.several_names == ("a",)


def test_an_id_shared_by_a_mirna_and_an_empty_spot_is_refused():
    arrays = make_arrays([("", ""), ("a", "hsa-miR-1"), ("a", "Empty")], [[1.0], [40.0], [60.0]])
    with pytest.raises(FormatError) as caught:
        normalize(arrays)
    assert str(caught.value) == (
        "the ID 'a' is used for different kinds of probe (found 'hsa-miR-1' (miRNA) and 'Empty' (empty); expected "
        "one kind per ID: spots that share an ID are replicates of one probe)\n"
        "  What to do: give these probes their kind with a [[probe_kinds]] rule in mirtool.toml"
    )


def test_arrays_without_any_id_are_refused():
    with pytest.raises(FormatError) as caught:
        normalize(make_arrays([("", "hsa-miR-1"), (" ", "hsa-miR-2")], [[40.0], [60.0]]))
    assert str(caught.value) == (
        "no spot has an ID, by which replicate spots are found (found 2 spots with an empty ID; expected "
        "the probe's number or name in the column ID)\n"
        "  What to do: load the chip's array list (.gal) in the scanner's software and save the results again"
    )


def test_probes_that_nobody_classified_are_refused():
    arrays = make_arrays([("a", "hsa-miR-1")], [[40.0]])
    bare = ProbeTable(arrays.probes.id, arrays.probes.name, text_array([""]))
    with pytest.raises(MirtoolError, match="the probes of these arrays have no kind yet"):
        normalize(RawArrays(arrays.channels, None, bare, None, arrays.samples, arrays.sources))


# Channels


def two_channels(*names: str) -> RawArrays:
    arrays = make_arrays([("a", "hsa-miR-1")], [[40.0]])
    channels = dict.fromkeys(names, arrays.channels["532"])
    return RawArrays(channels, None, arrays.probes, None, arrays.samples, arrays.sources)


@pytest.mark.parametrize(
    ("there", "asked", "used"),
    [(("635", "532"), None, "532"), (("635", "532"), "635", "635"), (("635",), None, "635")],
)
def test_the_channel(there, asked, used):
    assert normalize(two_channels(*there), channel=asked, min_factor_probes=1).report.channel == used


def test_a_channel_that_is_not_there():
    with pytest.raises(UsageError, match=r"no channel '594' \(found 635, 532; expected one of these\)"):
        normalize(two_channels("635", "532"), channel="594")


def test_several_channels_without_hy3():
    with pytest.raises(
        UsageError, match=r"none of them is 532 \(Hy3\) \(found 635, 594\)\n.*channel='635' or channel='594'"
    ):
        normalize(two_channels("635", "594"))


# Too few probes to scale by


def test_too_few_factor_probes_names_the_array_that_loses_most():
    probes = [(str(i), f"hsa-miR-{i}") for i in range(25)]
    counts = np.full((25, 3), 50.0)
    counts[5:, 1] = 10  # s2 is dim: 5 probes reach 30
    counts[0, 2] = 10
    with pytest.raises(NotEnoughDataError) as caught:
        normalize(make_arrays(probes, counts))
    assert str(caught.value) == (
        "too few miRNA probes reach 30 in every array to scale the arrays by (found 25 miRNA probes on the chip, "
        "25 at 30 or more in at least 1 of 3 arrays, 25 at 30 or more in at least 2 of 3 arrays, 4 in all 3; "
        "expected at least 20 in all arrays)\n"
        "  What to do: look at array s2, which loses the most probes (without it 24 would reach the cut-off in "
        "all others), and leave it out if it failed; or lower the cut-off with min_intensity (now 30); or "
        "accept fewer probes with min_factor_probes; the factors then depend on these few"
    )


def test_a_chip_without_mirna_names_is_told_of_probes_all():
    probes = [(str(i), f"gene {i}") for i in range(30)]
    with pytest.raises(NotEnoughDataError) as caught:
        normalize(make_arrays(probes, np.full((30, 1), 50.0)))
    assert str(caught.value) == (
        "too few miRNA probes reach 30 in every array to scale the arrays by (found 0 miRNA probes on the chip, 0 "
        "at 30 or more; expected at least 20 in all arrays)\n"
        "  What to do: few probes have a miRNA name: let every probe count with probes='all'"
    )


# Choices


@pytest.mark.parametrize("option", ["preset", "flags", "replicates", "keep", "probes"])
def test_a_choice_that_does_not_exist(option):
    with pytest.raises(UsageError, match=r"unknown .* 'best' "):
        normalize(paper_arrays(), **{option: "best"})


@pytest.mark.parametrize("cutoff", [-1, math.nan, math.inf])
def test_a_cutoff_that_makes_no_sense(cutoff):
    with pytest.raises(UsageError, match=r"min intensity (is out of range|must be finite)"):
        normalize(paper_arrays(), min_intensity=cutoff)


def test_a_factor_needs_a_probe():
    with pytest.raises(UsageError, match="min factor probes is out of range"):
        normalize(paper_arrays(), min_factor_probes=0)


# Properties

studies = hnp.arrays(
    float,
    st.tuples(st.integers(1, 20), st.integers(1, 4)),
    elements=st.one_of(st.just(NAN), st.integers(-50, 65535).map(float)),
)


def study_of(counts: np.ndarray) -> RawArrays:
    """Up to 20 spots of six probes; the last probe is bright everywhere, so that a factor can be had."""
    probes = [(str(i % 5), f"hsa-miR-{i % 5}") for i in range(len(counts))] + [("bright", "hsa-miR-99")]
    return make_arrays(probes, np.vstack([counts, np.full(counts.shape[1], 1000.0)]))


@given(counts=studies, power=st.integers(0, 5), data=st.data())
def test_scaling_an_array_leaves_its_normalized_values_unchanged(counts, power, data):
    counts = np.where(counts < 30, NAN, counts)  # what is under the cut-off could come to reach it
    array = data.draw(st.integers(0, counts.shape[1] - 1))
    brighter = study_of(counts)
    brighter.channels["532"].foreground[:, array] *= 2.0**power
    before, after = (normalize(a, min_factor_probes=1).matrix for a in (study_of(counts), brighter))
    assert before.probes.id.tolist() == after.probes.id.tolist()
    np.testing.assert_array_equal(before.values, after.values)


@given(counts=studies, data=st.data())
def test_the_order_of_the_spots_does_not_matter(counts, data):
    arrays = study_of(counts)
    order = np.array(data.draw(st.permutations(range(arrays.n_spots))))
    shuffled = RawArrays(
        {"532": arrays.channels["532"].take(order)},
        None,
        arrays.probes.take(order),
        None,
        arrays.samples,
        arrays.sources,
    )
    before, after = (normalize(a, min_factor_probes=1, keep="everything").matrix for a in (arrays, shuffled))
    rows = [after.probes.id.tolist().index(probe_id) for probe_id in before.probes.id]
    np.testing.assert_array_equal(before.values, after.values[rows])
    np.testing.assert_array_equal(before.spots, after.spots[rows])


@given(counts=studies)
def test_a_value_is_missing_where_and_only_where_no_spot_stands_behind_it(counts):
    matrix = normalize(study_of(counts), min_factor_probes=1, keep="everything").matrix
    np.testing.assert_array_equal(np.isnan(matrix.values), matrix.spots == 0)


def test_the_arrays_are_left_as_they_were():
    arrays = paper_arrays()
    normalize(arrays, min_factor_probes=3)
    assert arrays.channels["532"].foreground.tolist() == [list(map(float, spot[2:4])) for spot in SPOTS]
