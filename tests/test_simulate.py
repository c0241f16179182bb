"""The simulation keeps to its model: what was planted, drawn and printed can be measured again."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.probes import ProbeKind
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.simulate.arrays import (
    PLANTED_CHANGES,
    QPCR_SPIKE_INS,
    CtModel,
    IntensityModel,
    SimulatedStudy,
    simulate_ct,
    simulate_study,
)
from mirtool.simulate.chip import ChipDesign, capture_names, print_chip

SMALL = ChipDesign(block_rows=7, block_columns=7, second_probes=20, mirplus=4, other_species=12, hidden=4)
NAMES = [f"hsa-miR-{i}-3p" for i in range(3000, 3090)] + list(PLANTED_CHANGES)


@pytest.fixture(scope="module")
def study() -> SimulatedStudy:
    return simulate_study(seed=5)


def probe_signals(study: SimulatedStudy) -> np.ndarray:
    """Median of background-subtracted replicates, features × arrays, by plain loops over IDs."""
    channel = study.arrays.channels["532"]
    signal = np.where(study.arrays.flags == -100, np.nan, channel.foreground - channel.background)
    spots: dict[str, list[int]] = {}
    for spot, probe_id in enumerate(study.arrays.probes.id):
        spots.setdefault(probe_id, []).append(spot)
    return np.array([np.nanmedian(signal[spots[probe_id]], axis=0) for probe_id in study.truth["ID"]])


def test_same_seed_same_bytes_and_another_seed_other_bytes() -> None:
    first, second = (simulate_study(NAMES, seed=1, design=SMALL, two_channel=True) for _ in range(2))
    other = simulate_study(NAMES, seed=2, design=SMALL, two_channel=True)
    for name in ("532", "635"):
        a, b, c = (s.arrays.channels[name] for s in (first, second, other))
        assert a.foreground.tobytes() == b.foreground.tobytes() != c.foreground.tobytes()
        assert a.background.tobytes() == b.background.tobytes()
        assert a.saturated.tobytes() == b.saturated.tobytes()
    assert first.arrays.flags.tobytes() == second.arrays.flags.tobytes()
    assert list(first.arrays.probes.id) == list(other.arrays.probes.id), "one chip is printed for every study"


def test_the_chip_carries_what_its_design_says(study: SimulatedStudy) -> None:
    human = {m.sequence for name, m in mature_mirnas().items() if name.startswith("hsa-")}
    viral = {m.sequence for name, m in mature_mirnas().items() if name.startswith("hcmv-")}
    assert (len(human), len(viral)) == (2632, 26)
    kinds = Counter(study.truth["kind"])
    assert kinds == {
        ProbeKind.MIRNA: 2632 + 26 + 354 + 8,  # sequences, second probes, star names
        ProbeKind.MIRPLUS: 80,
        ProbeKind.OTHER_SPECIES: 300,
        ProbeKind.HIDDEN: 40,
        ProbeKind.SMALL_RNA: 26,
        ProbeKind.SPIKE_IN: 10,
        ProbeKind.NEGATIVE_CONTROL: 8,
        ProbeKind.LANDING_LIGHT: 1,
        ProbeKind.EMPTY: 2,  # Empty and the blank
    }
    names = study.truth["Name"]
    assert "hsa-miR-199a-3p/hsa-miR-199b-3p" in names
    assert sum("*" in name for name in names) == 8
    assert all(probe_id.isdigit() for probe_id in study.truth["ID"][:-2])
    assert max(Counter(name for name in names if name).values()) == 2


def test_every_capture_probe_has_four_spots_one_in_each_quarter_of_the_slide(study: SimulatedStudy) -> None:
    arrays = study.arrays
    assert arrays.layout is not None
    assert arrays.n_spots == 48 * 18 * 18
    places = set(zip(arrays.layout.block, arrays.layout.row, arrays.layout.column, strict=True))
    assert len(places) == arrays.n_spots
    quarters: dict[str, list[int]] = {}
    for probe_id, kind, block in zip(arrays.probes.id, arrays.probes.kind, arrays.layout.block, strict=True):
        if kind not in (ProbeKind.SPIKE_IN, ProbeKind.LANDING_LIGHT, ProbeKind.EMPTY):
            quarters.setdefault(probe_id, []).append((block - 1) // 12)
    assert len(quarters) == 3020 + 80 + 300 + 40 + 26 + 8
    assert all(sorted(found) == [0, 1, 2, 3] for found in quarters.values())


def test_planted_changes_can_be_measured_within_their_noise() -> None:
    n = 40
    study = simulate_study(NAMES, seed=3, n_reference=n, n_tested=n, design=SMALL)
    spikes = study.truth["kind"] == ProbeKind.SPIKE_IN
    log2 = np.log2(np.maximum(probe_signals(study), 1.0))
    gain = np.median(log2[spikes][4:8], axis=0)  # spike_control_e to _h: bright, not saturated
    log2 = log2 - gain
    measured = log2[:, n:].mean(axis=1) - log2[:, :n].mean(axis=1)
    planted = study.truth["log2 ratio"] != 0
    assert planted.sum() >= 10
    # Standard error: biological variation, and the noise of four spots and of the gain, both well below 0.1.
    error = np.sqrt((study.truth["sd"] ** 2 + 0.06**2 / 4 + 0.02**2) * 2 / n)
    z = (measured - study.truth["log2 ratio"])[planted] / error[planted]
    assert np.abs(z).max() < 4
    assert 0.5 < np.sqrt(np.mean(z**2)) < 1.6


def test_planted_fold_changes_stand_in_the_truth_as_they_were_asked(study: SimulatedStudy) -> None:
    found = dict(zip(study.truth["Name"], study.truth["fold change"], strict=True))
    assert {name: found[name] for name in PLANTED_CHANGES} == pytest.approx(dict(PLANTED_CHANGES))
    assert found["hsa-miR-92a-3p"] == 1.0
    assert 2 ** -dict(zip(study.truth["Name"], study.truth["log2 ratio"], strict=True))[
        "hsa-miR-16-5p"
    ] == pytest.approx(3.91)


def test_variances_follow_the_model_of_moderated_t(study: SimulatedStudy) -> None:
    model = IntensityModel()
    not_controls = study.truth["sd"] > 0
    variances = study.truth["sd"][not_controls] ** 2
    # s² = s0² d0 / chi-square(d0), so d0 s0² / s² is chi-square with d0 degrees of freedom.
    drawn = model.prior_df * model.prior_sd**2 / variances
    assert stats.kstest(drawn, stats.chi2(model.prior_df).cdf).pvalue > 0.01
    # A sample variance over s0² then follows F(residual df, d0): measured on bright probes, whose noise is small.
    bright = not_controls & (study.truth["log2 abundance"] > 9.5) & (study.truth["log2 abundance"] < 13.5)
    log2 = np.log2(probe_signals(study)[bright])
    log2 = log2 - np.median(log2, axis=0)
    ratio = (log2[:, :3].var(axis=1, ddof=1) + log2[:, 3:].var(axis=1, ddof=1)) / 2 / model.prior_sd**2
    assert stats.kstest(ratio, stats.f(4, model.prior_df).cdf).pvalue > 0.01


def test_flags_are_given_at_their_rates_and_for_their_reasons(study: SimulatedStudy) -> None:
    arrays, channel = study.arrays, study.arrays.channels["532"]
    assert arrays.flags is not None
    assert set(np.unique(arrays.flags)) == {-100, -75, -50, 0}
    n = arrays.flags.size
    assert (arrays.flags == -100).sum() == pytest.approx(0.005 * n, abs=4 * np.sqrt(0.005 * n))
    blank = arrays.probes.id == ""
    assert ((arrays.flags == -75).any(axis=1) == blank).all()
    not_found = arrays.flags == -50
    assert ((channel.foreground - channel.background)[not_found] < 9).all()
    assert not_found.mean() > 0.01


def test_the_brightest_spots_are_saturated(study: SimulatedStudy) -> None:
    channel = study.arrays.channels["532"]
    assert channel.foreground.max() == 65535
    assert (channel.saturated[channel.foreground == 65535] >= 50).all()
    assert (channel.saturated[channel.foreground < 20000] == 0).all()
    # Share of pixels above 65535, log-normal with 0.3 around the median: normal tail of ln(median / 65535) / 0.3,
    # so 10.5 % at a median of 45,000 and 28 % at 55,000.
    near = (channel.foreground > 45_000) & (channel.foreground < 55_000)
    assert near.sum() > 10
    assert channel.saturated[near].min() >= 10
    assert channel.saturated[near].max() <= 28


def test_the_background_slopes_over_the_slide() -> None:
    steep = replace(IntensityModel(), background_gradient=0.5, background_sd=0.0)
    study = simulate_study(NAMES, seed=4, design=SMALL, model=steep)
    along, across = print_chip(NAMES, SMALL).positions()
    terms = np.column_stack([np.ones(len(along)), along, across])
    fit, *_ = np.linalg.lstsq(terms, study.arrays.channels["532"].background, rcond=None)
    assert fit[0] == pytest.approx(75, abs=0.3)
    assert np.hypot(fit[1], fit[2]) == pytest.approx(0.5 * 75, abs=1.0)


def test_the_reference_channel_is_one_pool_on_every_array() -> None:
    study = simulate_study(NAMES, seed=6, design=SMALL, two_channel=True)
    assert list(study.arrays.channels) == ["635", "532"]
    pool = study.arrays.channels["635"].foreground[study.arrays.flags.min(axis=1) > -100]
    bright = np.log2(pool[(pool > 1000).all(axis=1) & (pool < 60000).all(axis=1)])
    # Apart from the array's gain only spot noise is left: 0.06 on log2.
    assert (bright - bright.mean(axis=0)).T[0] == pytest.approx((bright - bright.mean(axis=0)).T[1], abs=0.5)
    assert np.std(bright[:, 0] - bright[:, 1]) == pytest.approx(0.06 * np.sqrt(2), rel=0.25)


def test_identical_sequences_share_a_probe_in_the_order_of_their_names() -> None:
    assert capture_names({"b": "AC", "a": "GG", "c": "AC", "d": "AC"}) == ["b/c/d", "a"]


def test_a_change_of_a_mirna_that_is_not_on_the_chip_is_refused() -> None:
    with pytest.raises(UsageError, match=r"not on the chip \(found hsa-miR-9999\)"):
        simulate_study(NAMES, seed=1, design=SMALL, changes={"hsa-miR-9999": 2.0})


def test_a_fold_change_below_one_is_refused() -> None:
    with pytest.raises(UsageError, match=r"hsa-miR-16-5p has no signed fold change \(found 0.5"):
        simulate_study(NAMES, seed=1, design=SMALL, changes={"hsa-miR-16-5p": 0.5})


def test_blocks_too_small_for_the_probes_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="the blocks are too small for the probes"):
        print_chip(NAMES, ChipDesign(block_rows=5, block_columns=5))


def test_ct_follow_the_samples_own_abundance(study: SimulatedStudy) -> None:
    names = ["hsa-miR-16-5p", "hsa-miR-20a-5p"]
    exact = CtModel(sample_sd=0.0, well_sd=0.0, n_wells=2)
    wells = simulate_ct(study, names, seed=1, spike_ins={"cel-miR-39-3p": 14.0}, model=exact)
    assert list(wells["Sample"][:4]) == ["P01", "P01", "P02", "P02"]
    assert list(dict.fromkeys(wells["Target"])) == [*names, "cel-miR-39-3p"]
    ct = np.array([float(text) for text in wells["Ct"]]).reshape(3, 6, 2)
    rows = [list(study.truth["Name"]).index(name) for name in names]
    np.testing.assert_allclose(ct[:2, :, 0], 36.0 - study.abundance[rows], atol=5e-4)
    np.testing.assert_array_equal(ct[2], 22.0)
    np.testing.assert_array_equal(ct[:, :, 0], ct[:, :, 1])


def test_what_a_sample_loses_is_common_to_its_targets_and_wells_vary_apart(study: SimulatedStudy) -> None:
    model = CtModel(sample_sd=1.0, well_sd=0.1, n_wells=200)
    wells = simulate_ct(study, [], seed=3, model=model)
    ct = np.array([float(text) for text in wells["Ct"]]).reshape(len(QPCR_SPIKE_INS), 6, 200)
    lost = ct.mean(axis=2) - (36.0 - np.array(list(QPCR_SPIKE_INS.values())))[:, None]
    np.testing.assert_allclose(lost[0], lost[1], atol=0.05)  # standard error 0.1 / √200 = 0.007 each
    assert lost[0].std() > 0.3
    assert ct.std(axis=2, ddof=1).mean() == pytest.approx(0.1, abs=0.01)


def test_a_well_past_the_last_cycle_is_undetermined_and_a_strange_target_refused(study: SimulatedStudy) -> None:
    wells = simulate_ct(study, [], seed=1, spike_ins={"none": -9.0})
    assert set(wells["Ct"]) == {"Undetermined"}
    with pytest.raises(UsageError, match=r"not on the chip \(found hsa-miR-0\)"):
        simulate_ct(study, ["hsa-miR-16-5p", "hsa-miR-0"], seed=1)
