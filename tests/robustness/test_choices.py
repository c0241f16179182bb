"""The list under every choice, on arrays small enough to follow by hand."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from mirtool.differential import differential, differential_table
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import (
    ArraySource,
    Channel,
    DifferentialTable,
    ProbeTable,
    RawArrays,
    Rule,
    SampleTable,
    text_array,
)
from mirtool.normalize import NormalizeSettings, normalize
from mirtool.robustness.sensitivity import (
    Sensitivity,
    choice_effects,
    sensitivity,
    sensitivity_table,
    with_stability,
)

STEADY = {f"steady{i}": [[1000.0] * 3, [1000.0] * 3] for i in range(30)}
"""Probes whose median signal, 1000 in both arrays, is the factor under every choice."""


def arrays_of(
    probes: dict[str, list[list[float]]], groups: tuple[str, ...], background: float | None = None
) -> RawArrays:
    """Make arrays of probes: ID to the foreground of its spots, array by array."""
    foreground = np.vstack([np.array(spots, dtype=np.float64).T for spots in probes.values()])
    n_spots, n_arrays = foreground.shape
    ids = text_array(name for name, spots in probes.items() for _ in spots[0])
    return RawArrays(
        channels={
            "532": Channel(foreground, None if background is None else np.full(foreground.shape, background))
        },
        flags=None,
        probes=ProbeTable(ids, ids, text_array(["miRNA"] * n_spots)),
        layout=None,
        samples=SampleTable(tuple(f"s{i}" for i in range(1, n_arrays + 1)), groups),
        sources=tuple(ArraySource(f"s{i}", "genepix") for i in range(n_arrays)),
    )


def compare(arrays: RawArrays, **options: float | str) -> DifferentialTable:
    return differential(normalize(arrays).matrix, **options)


def share_of(result: Sensitivity, d: DifferentialTable, probe: str, rule: Rule = Rule.FOLD_CHANGE) -> float:
    return float(result.share[rule][list(d.probes.id).index(probe)])


def test_the_share_of_choices_by_hand():
    """One array per group, no background: 2 cut-offs × 2 ways to collapse × 2 fold changes are 8."""
    arrays = arrays_of(
        STEADY
        | {
            "always": [[100.0] * 3, [400.0] * 3],
            "dim": [[20.0] * 3, [45.0] * 3],  # 2.25-fold, but nowhere at 50
            "one spot": [[100.0, 100.0, 100.0], [220.0, 220.0, 40.0]],  # median 2.2-fold, mean 160: 1.6-fold
            "never": [[100.0] * 3, [110.0] * 3],
            "no change": [[100.0, 100.0, 100.0], [100.0, 100.0, 700.0]],  # by the mean 3-fold, but toward nothing
        },
        ("a", "b"),
    )
    d = compare(arrays)
    result = sensitivity(arrays, d)
    assert len(result.outcomes) == 8
    assert result.differing == 0
    found = {probe: share_of(result, d, probe) for probe in ("always", "dim", "one spot", "never", "no change")}
    assert found == {"always": 1.0, "dim": 0.5, "one spot": 0.5, "never": 0.0, "no change": 0.0}
    assert list(result.share) == [Rule.FOLD_CHANGE]  # without a test no rule needs a P


def test_what_stays_is_counted_for_each_choice():
    arrays = arrays_of(
        STEADY | {"always": [[100.0] * 3, [400.0] * 3], "dim": [[20.0] * 3, [45.0] * 3]}, ("a", "b")
    )
    result = sensitivity(arrays, compare(arrays))
    effects = {
        (e.choice, e.value): (e.n_choices, e.least, e.mean) for e in choice_effects(result, Rule.FOLD_CHANGE)
    }
    assert effects[("intensity cut-off", "30")] == (4, 2, 2.0)
    assert effects[("intensity cut-off", "50")] == (4, 1, 1.0)
    assert effects[("replicates", "mean")] == (4, 1, 1.5)
    assert ("test", "none") not in effects  # one value only


def test_the_background_is_one_of_the_choices():
    """130 and 230 over a background of 100: 30 and 130 subtracted, 4.3-fold; as they are 1.8-fold.

    normexp can't be fitted to arrays this regular, and counts for nothing.
    """
    arrays = arrays_of(
        {name: [[1100.0] * 3, [1100.0] * 3] for name in STEADY} | {"near": [[130.0] * 3, [230.0] * 3]},
        ("a", "b"),
        background=100.0,
    )
    d = compare(arrays)
    result = sensitivity(arrays, d)
    assert len(result.outcomes) == 24
    assert {o.choice.preparation.background for o in result.failures} == {"normexp"}
    assert share_of(result, d, "near") == 0.5


def pilot() -> RawArrays:
    """60 probes on 3 + 3 arrays, the first five changed four-fold."""
    rng = np.random.default_rng(5)
    signal = np.exp2(rng.normal(9, 1, (60, 1)) + rng.normal(0, 0.2, (60, 6)))
    signal[:5, 3:] *= 4
    return arrays_of(
        {f"p{i}": [[v, 1.02 * v, 0.97 * v] for v in row] for i, row in enumerate(signal)}, ("a",) * 3 + ("b",) * 3
    )


def test_every_choice_is_combined_with_every_other_and_each_array_left_out():
    arrays = pilot()
    d = compare(arrays)
    result = sensitivity(arrays, d)
    assert len(result.outcomes) == 2 * 2 * 7 * 3 * 2
    assert result.differing == 0
    first = result.outcomes[0].choice
    assert (first.preparation.left_out, first.test, first.fold_change) == ("", "moderated", "ratio-of-means")
    assert {outcome.choice.preparation.left_out for outcome in result.outcomes} == {"", *arrays.samples.names}
    assert all(share_of(result, d, f"p{i}", rule) == 1 for i in range(5) for rule in (Rule.FOLD_CHANGE,))


def test_threads_change_nothing():
    arrays = pilot()
    d = compare(arrays)
    alone = sensitivity(arrays, d)
    with ThreadPoolExecutor(2) as executor:
        together = sensitivity(arrays, d, executor=executor)
    assert [o.choice for o in alone.outcomes] == [o.choice for o in together.outcomes]
    for rule, share in alone.share.items():
        np.testing.assert_array_equal(share, together.share[rule])


def test_each_outcome_is_what_the_commands_would_give():
    """The row of cut-off 50, mean, Welch, geometric, without s2, made again by the public functions."""
    arrays = pilot()
    d = compare(arrays)
    result = sensitivity(arrays, d)
    (outcome,) = (
        o
        for o in result.outcomes
        if (o.choice.preparation.min_intensity, o.choice.preparation.replicates) == (50, "mean")
        and (o.choice.preparation.left_out, o.choice.test, o.choice.fold_change) == ("s2", "welch", "geometric")
    )
    kept = [0, 2, 3, 4, 5]
    fewer = RawArrays(
        {"532": Channel(arrays.channels["532"].foreground[:, kept])},
        None,
        arrays.probes,
        None,
        arrays.samples.take(kept),
        tuple(arrays.sources[i] for i in kept),
    )
    matrix = normalize(fewer, min_intensity=50, replicates="mean").matrix
    again = differential(matrix, test="welch", fold_change="geometric")
    assert outcome.probes == len(again)
    assert outcome.up[Rule.VOLCANO_P] == int((again.regulation_p == "up").sum())
    assert outcome.down[Rule.VOLCANO_FDR] == int((again.regulation_fdr == "down").sum())


def test_a_test_that_too_few_arrays_leave_impossible_counts_for_nothing():
    """Two against two: Welch's test needs both of each group, so it is made with all arrays only."""
    arrays = pilot()
    kept = [0, 1, 3, 4]
    four = RawArrays(
        {"532": Channel(arrays.channels["532"].foreground[:, kept])},
        None,
        arrays.probes,
        None,
        arrays.samples.take(kept),
        tuple(arrays.sources[i] for i in kept),
    )
    result = sensitivity(four, compare(four))
    welch = [o for o in result.outcomes if o.choice.test == "welch"]
    assert all((Rule.VOLCANO_P in o.calls) == (o.choice.preparation.left_out == "") for o in welch)
    assert all(Rule.FOLD_CHANGE in o.calls for o in welch)
    assert len(result.applied(Rule.VOLCANO_P)) == 4 * 2 * (
        5 * 2 + 1
    )  # moderated and Student five times each, Welch once


def test_choices_under_which_nothing_can_be_made_are_told_and_not_counted():
    """25 probes at 40 counts: at a cut-off of 50 there is no factor."""
    arrays = arrays_of(
        {f"s{i}": [[40.0] * 3, [40.0] * 3] for i in range(25)} | {"up": [[30.0] * 3, [120.0] * 3]}, ("a", "b")
    )
    d = compare(arrays)
    result = sensitivity(arrays, d)
    assert len(result.failures) == 4
    assert "too few miRNA probes reach 50" in result.failures[0].failure
    assert share_of(result, d, "up") == 1.0
    table = sensitivity_table(result, d)
    assert np.isnan(table["stay by fold change"]).sum() == 4


def test_the_settings_of_the_table_are_kept_and_their_own_values_tried():
    arrays = arrays_of(
        {f"s{i}": [[40.0] * 3, [40.0] * 3] for i in range(25)} | {"up": [[30.0] * 3, [120.0] * 3]}, ("a", "b")
    )
    options = {"min_intensity": 35.0, "min_factor_probes": 25, "keep": "all"}
    d = differential(normalize(arrays, **options).matrix)
    result = sensitivity(arrays, d, NormalizeSettings(**options))
    assert result.differing == 0
    assert [o.choice.preparation.min_intensity for o in result.outcomes[::4]] == [35.0, 30.0, 50.0]


def test_a_table_that_does_not_follow_from_the_arrays_is_noticed():
    arrays = arrays_of(STEADY | {"up": [[100.0] * 3, [400.0] * 3]}, ("a", "b"))
    others = arrays_of(STEADY | {"up": [[100.0] * 3, [100.0] * 3]}, ("a", "b"))
    assert sensitivity(others, compare(arrays)).differing == 1


def test_the_shares_stand_beside_their_probes():
    arrays = arrays_of(
        {"dim": [[20.0] * 3, [45.0] * 3], **STEADY, "always": [[100.0] * 3, [900.0] * 3]}, ("a", "b")
    )
    d = compare(arrays)
    table = with_stability(differential_table(d), d, sensitivity(arrays, d))
    by_id = dict(zip(table["ID"], table["stability by fold change"], strict=True))
    assert (by_id["dim"], by_id["always"]) == (0.5, 1.0)
    assert table.notes[-1] == ("choices", "8")


def test_ratios_of_two_channels_are_refused():
    arrays = arrays_of(STEADY, ("a", "b"))
    with pytest.raises(UsageError, match="ratios of two"):
        sensitivity(arrays, compare(arrays), NormalizeSettings(channel="ratio"))


def test_another_recipe_is_varied_from_its_own_values():
    """Quantiles between arrays and the mean of logarithms stay; normexp and the mean come first."""
    arrays = arrays_of(
        {f"p{i}": [[100.0 + i] * 3, [120.0 + 2 * i] * 3] for i in range(30)}, ("a", "b"), background=60.0
    )
    options = {"preset": "normexp-quantile"}
    d = differential(normalize(arrays, **options).matrix)
    result = sensitivity(arrays, d, NormalizeSettings(**options))
    assert result.differing == 0
    first = result.outcomes[0].choice.preparation
    assert (first.background, first.replicates) == ("normexp", "mean")
    assert {o.choice.preparation.background for o in result.outcomes} == {"normexp", "subtract", "none"}


def test_weights_of_flagged_spots_are_dropped_where_replicates_are_not_weighted():
    arrays = arrays_of(STEADY | {"up": [[100.0] * 3, [400.0] * 3]}, ("a", "b"))
    arrays = replace(arrays, flags=np.zeros(arrays.channels["532"].foreground.shape, dtype=np.int64))
    options = {"replicates": "weighted", "flag_weight": 0.5}
    d = differential(normalize(arrays, **options).matrix)
    result = sensitivity(arrays, d, NormalizeSettings(**options))
    assert not result.failures
    assert {o.choice.preparation.replicates for o in result.outcomes} == {"weighted", "median", "mean"}


def test_arrays_without_any_list_are_an_error():
    arrays = arrays_of(STEADY, ("a", "b"))
    with pytest.raises(NotEnoughDataError, match="no list can be made"):
        sensitivity(arrays, compare(arrays), NormalizeSettings(min_factor_probes=31))
