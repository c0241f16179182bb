"""Recipes other than ``service``: how their steps go together, what they refuse, and what they write down.

The methods themselves are held against limma in test_normalization_parity.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirtool.annotation.probes import classify_probes
from mirtool.cli import main
from mirtool.errors import MirtoolError, NotEnoughDataError, UsageError
from mirtool.io.arrays.matrix import read_expression
from mirtool.model import ArraySource, Channel, RawArrays, SampleTable, SpotLayout, text_array
from mirtool.normalize import (
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    RATIO_BETWEEN_METHODS,
    WITHIN_METHODS,
    NormalizeSettings,
    normalize,
)
from mirtool.normalize.imputation import impute_knn
from mirtool.normalize.methods import LANE_METHODS, PANEL_METHODS
from mirtool.normalize.normexp import expected_signals, fit_normexp
from mirtool.normalize.quantiles import normalize_quantiles
from mirtool.normalize.spike_in import fit_spike_in_curves
from mirtool.normalize.vsn import fit_vsn
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.chip import ChipDesign

# Two arrays, background 100 everywhere. Signals of s1 / s2 and flags of s1:
#
#   1  hsa-miR-21-5p   100 / 400, 400 / 100 (s1: −50), 9000 / 90 (s1: bad)
#   2  hsa-let-7a-5p   64 / 128, −10 / 32
#   3  hsa-miR-16-5p   32 / 64
#   U6, 5S, SNORD44    64 / 32, 256 / 128, 1024 / 512
#   negative controls  4 / 6, 8 / 10, 30 / 50
SPOTS = [
    ("1", "hsa-miR-21-5p", 100, 400, 0),
    ("1", "hsa-miR-21-5p", 400, 100, -50),
    ("1", "hsa-miR-21-5p", 9000, 90, -100),
    ("2", "hsa-let-7a-5p", 64, 128, 0),
    ("2", "hsa-let-7a-5p", -10, 32, 0),
    ("3", "hsa-miR-16-5p", 32, 64, 0),
    ("r1", "U6-snRNA-1", 64, 32, 0),
    ("r2", "5S-rRNA", 256, 128, 0),
    ("r3", "SNORD44-3", 1024, 512, 0),
    ("n1", "hsa_negative_control_1", 4, 6, 0),
    ("n2", "hsa_negative_control_2", 8, 10, 0),
    ("n3", "hsa_negative_control_3", 30, 50, 0),
]
B = 100.0


def make_arrays() -> RawArrays:
    n = len(SPOTS)
    signal = np.array([[s1, s2] for _, _, s1, s2, _ in SPOTS], dtype=float)
    return RawArrays(
        {"532": Channel(signal + B, np.full((n, 2), B))},
        np.array([[flag, 0] for *_, flag in SPOTS]),
        classify_probes(text_array(s[0] for s in SPOTS), text_array(s[1] for s in SPOTS)),
        SpotLayout(np.ones(n, int), np.ones(n, int), np.arange(1, n + 1)),
        SampleTable(("s1", "s2")),
        (ArraySource("s1.gpr", "genepix"), ArraySource("s2.gpr", "genepix")),
    )


def plain(**options):
    return normalize(make_arrays(), **{"between": "none", "keep": "everything", **options})


@pytest.fixture(scope="module")
def study() -> RawArrays:
    design = ChipDesign(10, 10, second_probes=20, mirplus=20, other_species=20, hidden=10)
    names = [f"hsa-miR-{i}-5p" for i in range(1, 401)]
    return simulate_study(names, seed=11, changes={}, two_channel=True, design=design).arrays


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # medians of two or three: (100 + 400)/2, (400, 100, 90) → 100; (64 − 10)/2 = 27, (128 + 32)/2 = 80
        ({}, [[250, 100], [27, 80], [32, 64]]),
        ({"offset": 6}, [[256, 106], [33, 86], [38, 70]]),
        ({"background": "none"}, [[350, 200], [127, 180], [132, 164]]),
        # −10 becomes 0.5; half the least positive signal of s1 is 4 / 2 = 2
        ({"background": "half"}, [[250, 100], [32.25, 80], [32, 64]]),
        ({"background": "minimum"}, [[250, 100], [33, 80], [32, 64]]),
        # medians of the negative controls: 8 and 10
        ({"background": "negative-control"}, [[242, 90], [19, 70], [24, 54]]),
        # geometric means: √(100·400) and ∛(400·100·90); −10 has no logarithm, √(128·32)
        (
            {"replicates": "mean", "replicate_scale": "log"},
            [[200, (400 * 100 * 90) ** (1 / 3)], [64, 64], [32, 64]],
        ),
        # the spot flagged −50 counts a quarter: (100 + 400/4) / 1.25
        (
            {"replicates": "weighted", "flag_weight": 0.25},
            [[160, 590 / 3], [27, 80], [32, 64]],
        ),
        ({"replicates": "weighted", "flag_weight": 0}, [[100, 590 / 3], [27, 80], [32, 64]]),
        # geometric means of the small RNAs: 256 and 128
        ({"between": "small-rna"}, [[250 / 256, 100 / 128], [27 / 256, 80 / 128], [32 / 256, 64 / 128]]),
    ],
)
def test_steps_by_hand(options, expected):
    found = plain(**options)
    np.testing.assert_allclose(found.matrix.linear, expected, rtol=1e-12)


def test_a_spot_of_no_weight_stands_behind_no_value():
    done = plain(replicates="weighted", flag_weight=0)
    assert done.matrix.spots[0].tolist() == [1, 3]


def test_the_cut_off_knows_nothing_of_the_offset():
    done, other = plain(offset=1000), plain()
    assert done.report.detected == other.report.detected == (2, 3)


def test_the_history_names_every_step():
    done = plain(background="normexp-mle", offset=5, replicates="mean", replicate_scale="log", impute="knn")
    assert done.matrix.history == (
        "recipe: exiqon-service with background normexp-mle and offset 5 and replicate scale log and between none "
        "and impute knn",
        "channel: 532",
        "signal: normexp (exact likelihood) of foreground - background + 5",
        "flags: bad",
        "replicates: mean of log2",
        "min intensity: 30",
        "keep: everything",
        "probes: mirna",
        "between arrays: none",
        "imputed: 0 values by knn from the 10 nearest probes",
    )
    assert normalize(make_arrays(), min_factor_probes=1).matrix.history[0] == "recipe: exiqon-service"


def test_a_step_asked_for_goes_before_the_presets():
    preset = plain(preset="normexp-quantile", between=None).report
    assert (preset.between, preset.replicates, preset.replicate_scale) == ("quantile", "mean", "log")
    assert preset.preset == "normexp-quantile"
    other = plain(preset="normexp-quantile", replicates="median").report
    assert (other.replicates, other.preset) == ("median", "normexp-quantile with between none")


def test_quantiles_of_probes_that_count(study):
    raw = normalize(study, channel="532", between="none", keep="everything").matrix
    done = normalize(study, channel="532", between="quantile", keep="everything")
    np.testing.assert_allclose(done.matrix.values, normalize_quantiles(raw.values), rtol=1e-12)
    # the median of what the quantiles took out is the factor
    change = np.nanmedian(raw.values - done.matrix.values, axis=0)
    np.testing.assert_allclose(done.report.factors, np.exp2(change), rtol=1e-12)


@pytest.mark.parametrize("background", [m for m in BACKGROUND_METHODS if m not in LANE_METHODS])
def test_every_background_leaves_the_bright_spots_alone(study, background):
    usual, done = (
        normalize(study, channel="532", background=method, between="none", keep="everything").matrix.linear
        for method in (None, background)
    )
    bright = usual > 1000
    assert bright.sum() > 100
    # at most the whole background and what normexp finds beneath it: about 150 counts
    assert np.abs(usual - done)[bright].max() < 150


@pytest.mark.parametrize(
    "between", [m for m in BETWEEN_METHODS if m not in ("none", *LANE_METHODS, *PANEL_METHODS)]
)
def test_every_method_brings_the_arrays_together(study, between):
    def spread(method):
        # scale acts on the median of all probes, the others on the level of those that are there
        keep = "everything" if between == "scale" else "all"
        done = normalize(study, channel="532", between=method, keep=keep).matrix.values
        return np.ptp(np.nanmedian(done, axis=0))

    assert spread(between) < 0.5 * spread("none")


@pytest.fixture(scope="module")
def usual(study):
    return normalize(study, channel="ratio")


@pytest.mark.parametrize("within", WITHIN_METHODS)
@pytest.mark.parametrize("between", RATIO_BETWEEN_METHODS)
def test_every_ratio_recipe_gives_the_same_probes(study, usual, within, between):
    done = normalize(study, channel="ratio", within=within, between=between)
    assert list(done.matrix.probes.id) == list(usual.matrix.probes.id)
    np.testing.assert_array_equal(np.isnan(done.matrix.values), np.isnan(usual.matrix.values))
    assert done.average is not None
    assert done.average.shape == done.matrix.values.shape


@pytest.mark.parametrize(
    "options",
    [
        {"preset": "normexp-quantile"},
        {"preset": "normexp-quantile", "between": "scale"},
        {"preset": "normexp-quantile", "between": "cyclic-loess", "keep": "all"},
        {"channel": "ratio", "within": "loess", "replicates": "mean"},
    ],
)
def test_spots_kept_by_themselves_have_the_mean_that_is_the_value_where_logarithms_are_averaged(study, options):
    matrix = normalize(study, **options, keep_replicates=True).matrix
    assert matrix.replicates is not None
    assert matrix.spots is not None
    present = ~np.isnan(matrix.replicates)
    np.testing.assert_array_equal(present.sum(axis=1), matrix.spots)
    there = ~np.isnan(matrix.values)
    means = np.where(present, matrix.replicates, 0.0).sum(axis=1)[there] / matrix.spots[there]
    np.testing.assert_allclose(means, matrix.values[there], rtol=1e-9, atol=1e-9)


def test_spots_are_kept_by_themselves_on_demand_only():
    assert plain(keep_replicates=True).matrix.replicates is not None
    assert plain().matrix.replicates is None


def test_the_green_channel_is_hy3_whichever_stands_on_top(study):
    a = normalize(study, channel="532/635", between="Gquantile", keep="everything")
    b = normalize(study, channel="635/532", between="Gquantile", keep="everything")
    hy3 = a.average + a.matrix.values / 2, b.average - b.matrix.values / 2
    np.testing.assert_allclose(hy3[0], hy3[1], atol=1e-9)


def test_cyclic_loess_of_pairs_counts_what_it_loses(study):
    done = normalize(study, channel="532", between="cyclic-loess-pairs", keep="everything")
    usual = normalize(study, channel="532", between="none", keep="everything")
    gone = np.isnan(done.matrix.values) & ~np.isnan(usual.matrix.values)
    assert sum(done.report.lost) == gone.sum() > 0
    assert (done.matrix.spots[gone] == 0).all()


def test_vsn_keeps_signals_that_are_not_positive(study):
    done = normalize(study, channel="532", between="vsn", keep="everything")
    assert sum(done.report.non_positive) > 0
    assert not np.isnan(done.matrix.values).any()
    assert (done.matrix.spots > 0).all()


def test_vsn_finds_the_factors_behind_the_data():
    rng = np.random.default_rng(8)
    factor, offset = np.array([1.0, 0.6, 1.7]), np.array([20.0, 50.0, -10.0])
    true = np.exp(rng.normal(6, 1.5, (4000, 1)))
    y = offset + factor * (true * np.exp(rng.normal(0, 0.1, (4000, 3))) + rng.normal(0, 10, (4000, 3)))
    y[:200, 1] *= 4  # probes that change
    fit = fit_vsn(y)
    np.testing.assert_allclose(fit.factor * factor / (fit.factor * factor).mean(), 1, atol=0.02)
    values = fit.apply(y)[200:]
    low, high = true[200:, 0] < np.quantile(true, 0.2), true[200:, 0] > np.quantile(true, 0.8)
    assert 0.8 < values[low].std(axis=1).mean() / values[high].std(axis=1).mean() < 1.25


def test_imputed_values_are_counted_and_no_spot_stands_behind_them(study):
    done = normalize(study, channel="532", impute="knn", keep="everything")
    usual = normalize(study, channel="532", keep="everything")
    filled = np.isnan(usual.matrix.values) & ~np.isnan(done.matrix.values)
    assert sum(done.report.imputed) == filled.sum() > 0
    assert (done.matrix.spots[filled] == 0).all()
    known = ~np.isnan(usual.matrix.values)
    np.testing.assert_array_equal(done.matrix.values[known], usual.matrix.values[known])
    mostly_missing = np.isnan(usual.matrix.values).mean(axis=1) > 0.5
    assert np.isnan(done.matrix.values[mostly_missing]).any(axis=1).all()


@given(hnp.arrays(float, (12, 5), elements=st.floats(-50, 50) | st.just(np.nan)))
def test_imputing_changes_nothing_that_is_known(values):
    filled, imputed = impute_knn(values, neighbors=3)
    np.testing.assert_array_equal(filled[~np.isnan(values)], values[~np.isnan(values)])
    np.testing.assert_array_equal(imputed, np.isnan(values) & ~np.isnan(filled))


@settings(max_examples=40)
@given(st.lists(st.floats(-100, 60000), min_size=4, max_size=60, unique=True))
def test_normexp_is_positive_and_keeps_the_order(x):
    x = np.sort(np.array(x))
    signals = expected_signals(x, fit_normexp(x, "mle"))
    assert (signals > 0).all()
    assert (np.diff(signals) >= -1e-9 * np.abs(signals[1:])).all()


@given(hnp.arrays(float, (20, 3), elements=st.integers(0, 9).map(float) | st.just(np.nan)))
def test_quantiles_keep_order_ties_and_gaps(values):
    done = normalize_quantiles(values)
    np.testing.assert_array_equal(np.isnan(done), np.isnan(values))
    for before, after in zip(values.T, done.T, strict=True):
        known = ~np.isnan(before)
        b, a = before[known], after[known]
        order = np.argsort(b, kind="stable")
        assert (np.diff(a[order]) >= -1e-12).all()
        assert (a[order][1:][np.diff(b[order]) == 0] == a[order][:-1][np.diff(b[order]) == 0]).all()


def test_spike_in_curves_take_out_a_bend():
    # array 3 compresses: log2 signals above 8 are 8 + 0.8 (E − 8); the spikes see it, the probes follow
    true = np.linspace(4, 14, 10)[:, None] + np.zeros(3)
    level = np.array([0.5, -0.5, 0.0])
    measured = true + level
    measured[:, 2] = np.where(true[:, 2] > 8, 8 + 0.8 * (true[:, 2] - 8), true[:, 2])
    curves = fit_spike_in_curves(measured)
    after = curves.apply(measured)
    assert np.ptp(after, axis=1).max() < 0.25 * np.ptp(measured, axis=1).max()


def test_the_earlier_name_of_the_preset_is_accepted():
    settings = NormalizeSettings(preset="service")
    assert settings == NormalizeSettings() == NormalizeSettings.from_record({"preset": "service"})
    assert settings.resolve().recipe == "exiqon-service"


def test_settings_and_keywords_are_one():
    by_settings = normalize(make_arrays(), NormalizeSettings(between="none"), keep="everything")
    np.testing.assert_array_equal(by_settings.matrix.values, plain().matrix.values)
    with pytest.raises(TypeError, match="betwen"):
        normalize(make_arrays(), betwen="none")


# What is refused


def without_background(arrays: RawArrays, **changes) -> RawArrays:
    channels = {name: replace(channel, background=None, **changes) for name, channel in arrays.channels.items()}
    return replace(arrays, channels=channels)


@pytest.mark.parametrize("method", ["subtract", "half", "minimum", "movingmin", "edwards"])
def test_a_missing_background_is_never_made_up_for(method):
    with pytest.raises(UsageError) as error:
        normalize(without_background(make_arrays()), background=method)
    assert str(error.value) == (
        f"background={method!r} needs a background, and these files have none (found channel 532 "
        "with a foreground alone; expected one of none, normexp, normexp-mle, negative-control, empty)"
    )


def test_a_background_that_the_instrument_subtracted_is_not_there_to_subtract():
    with pytest.raises(UsageError, match="from which the instrument's software has subtracted it"):
        normalize(without_background(make_arrays(), processed=True), background="subtract")


def test_without_background_the_recipe_says_so():
    done = normalize(without_background(make_arrays()), min_factor_probes=1)
    assert "signal: foreground" in done.matrix.history
    assert not done.report.background_subtracted


def spike_study(agree: bool) -> RawArrays:
    rng = np.random.default_rng(5)
    n, arrays = 60, 6
    level = rng.normal(0, 1, arrays)
    own = np.zeros((10, arrays)) if agree else rng.normal(0, 1.5, (10, arrays)) - level
    spikes = np.exp2(np.linspace(5, 14, 10)[:, None] + level + own)
    signal = np.vstack([np.exp2(rng.uniform(6, 12, (n, 1)) + level), spikes])
    ids = [f"m{i}" for i in range(n)] + [f"s{i}" for i in range(10)]
    names = [f"hsa-miR-{i + 100}-5p" for i in range(n)] + [f"spike_control_{c}" for c in "abcdefghij"]
    return RawArrays(
        {"532": Channel(signal, np.zeros(signal.shape))},
        None,
        classify_probes(text_array(ids), text_array(names)),
        None,
        SampleTable(tuple(f"a{j}" for j in range(arrays))),
        tuple(ArraySource(f"a{j}.gpr", "genepix") for j in range(arrays)),
    )


def test_spike_ins_that_agree_take_out_the_level():
    done = normalize(spike_study(agree=True), preset="spike-in")
    assert np.ptp(done.matrix.values, axis=1).max() < 0.05
    assert done.report.remarks[0] == "10 spike-ins, mean correlation 1.00"


def test_spike_ins_that_do_not_agree_are_an_error_and_no_other_method():
    with pytest.raises(NotEnoughDataError) as error:
        normalize(spike_study(agree=False), preset="spike-in")
    assert str(error.value) == (
        "the spike-ins do not rise and fall together, so they can't show how the arrays differ (found mean "
        f"correlation {error.value.found.split()[2]} between 10 spike-ins; expected at least 0.5 "
        "(Sewer et al. 2014))\n  What to do: look at the spike-ins of each array with mirtool qc, or normalize by "
        "another method, such as between='median' or quantile"
    )


def test_two_arrays_can_not_tell_whether_spike_ins_agree():
    arrays = spike_study(agree=True)
    two = replace(
        arrays,
        channels={"532": Channel(arrays.channels["532"].foreground[:, :2], np.zeros((70, 2)))},
        samples=arrays.samples.take([0, 1]),
        sources=arrays.sources[:2],
    )
    with pytest.raises(NotEnoughDataError, match="found 2 arrays; expected at least 3"):
        normalize(two, preset="spike-in")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"between": "spike-in"},
            "needs spike-ins with a signal on every array (found 0 of 0; expected at least 4)",
        ),
        ({"between": "vsn"}, "needs probes that are measured on several arrays (found 3 probes"),
        ({"background": "empty"}, "needs empty spots (found 0 with a signal on s1; expected at least 3"),
        ({"between": "Aquantile"}, "unknown method between arrays of one channel 'Aquantile'"),
        ({"between": "quantiles"}, "unknown method between arrays 'quantiles'"),
        ({"within": "loess"}, "within='loess' works on the log ratios of two channels"),
        ({"background": "rma"}, "unknown background method 'rma'"),
        ({"preset": "mas5"}, "unknown preset 'mas5'"),
        ({"preset": "spike-in", "channel": "ratio"}, "the preset spike-in is for one channel"),
        ({"channel": "ratio", "between": "vsn"}, "unknown method between arrays of two channels 'vsn'"),
        ({"channel": "ratio", "replicate_scale": "linear"}, "can't be combined on the linear scale"),
        ({"between": "vsn", "replicate_scale": "log"}, "vsn works on signals of any sign"),
        ({"replicates": "weighted"}, "replicates='weighted' needs the weight of a flagged spot"),
        ({"flag_weight": 0.5}, "flag_weight: no step of this normalization uses the weight of flagged spots"),
        (
            {"flag_weight": 1.5, "replicates": "weighted"},
            "flag_weight: flag weight is out of range (found 1.5; expected 0 to 1)",
        ),
        ({"offset": -1}, "offset is out of range (found -1; expected 0 or more)"),
        ({"offset": float("nan")}, "offset is out of range (found nan"),
    ],
)
def test_what_can_not_be_done_says_why(options, message):
    with pytest.raises(MirtoolError) as error:
        plain(**options) if "between" in options else normalize(make_arrays(), **options)
    assert message in str(error.value)


def test_weights_need_flags():
    with pytest.raises(UsageError, match="needs flags, and these files have none"):
        normalize(replace(make_arrays(), flags=None), replicates="weighted", flag_weight=0.1)


def test_print_tips_need_a_layout(study):
    flat = replace(study, layout=None)
    with pytest.raises(UsageError, match="needs the block of each spot"):
        normalize(flat, channel="ratio", within="printtip-loess")
    with pytest.raises(UsageError, match="needs the position of each spot"):
        normalize(flat, channel="532", background="movingmin")


def test_control_spots_that_are_too_few(study):
    kinds = study.probes.kind.copy()
    kinds[kinds == "spike-in"] = "other"
    bare = replace(study, probes=replace(study.probes, kind=kinds))
    with pytest.raises(NotEnoughDataError, match=r"needs spike-in spots .*found 0 on P01; expected at least 20"):
        normalize(bare, channel="ratio", within="control")


def test_tquantile_needs_groups(study):
    nameless = replace(study, samples=SampleTable(study.samples.names))
    with pytest.raises(UsageError, match="needs the group of every sample"):
        normalize(nameless, channel="ratio", between="Tquantile")


def test_which_channel_is_green_must_be_told_by_its_name():
    arrays = make_arrays()
    two = replace(arrays, channels={"left": arrays.channels["532"], "right": arrays.channels["532"]})
    with pytest.raises(UsageError, match="which of them is green"):
        normalize(two, channel="left/right", between="Rquantile", keep="everything")


def test_normexp_needs_different_intensities():
    arrays = make_arrays()
    flat = replace(arrays, channels={"532": Channel(np.full((12, 2), 50.0), np.full((12, 2), 40.0))})
    with pytest.raises(NotEnoughDataError, match="found 1 different intensities; expected at least 4"):
        normalize(flat, background="normexp")


# The command


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    lines = ["ID,Name,a,b,c"]
    lines += [
        f"p{i},hsa-miR-{i}-5p," + ",".join(f"{v:.6f}" for v in 2 ** rng.normal(8, 2, 3)) for i in range(1, 81)
    ]
    Path("raw.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_command_takes_steps_and_writes_them_down(capsys):
    call = ["normalize", "raw.csv", "--background", "normexp", "--offset", "50", "--between", "quantile"]
    assert main([*call, "-v", "--replicate-scale", "log", "--impute", "knn", "-o", "n.csv"]) == 0
    told = capsys.readouterr().err
    assert "signal = normexp (saddle point) of foreground + 50 (no background), median of replicates" in told
    assert "Warning: these files have no background: the signal is made of the foreground alone\n" in told
    assert "  between arrays  quantile\n" in told
    assert "  fitted                normexp on a: background left " in told
    notes = dict(json.loads(Path("n.run.json").read_text())["runs"]["normalize"]["tables"]["n.csv"]["notes"])
    assert notes["recipe"].startswith("exiqon-service with background normexp and offset 50")
    assert notes["between arrays"] == "quantile"
    values = read_expression(Path("n.csv")).values
    np.testing.assert_allclose(np.sort(values[:, 0]), np.sort(values[:, 1]), atol=1e-7)
    run = json.loads(Path("n.run.json").read_text())["runs"]["normalize"]["arguments"]
    assert (run["background"], run["offset"], run["replicates"]) == ("normexp", 50.0, "median")


@pytest.mark.usefixtures("folder")
def test_the_command_says_what_is_possible_without_a_background(capsys):
    assert main(["normalize", "raw.csv", "--background", "edwards"]) == 2
    assert "expected one of none, normexp, normexp-mle, negative-control, empty" in capsys.readouterr().err
