r"""Simulated miRCURY LNA studies whose truth is known.

The model, for feature :math:`p` (what one probe ID measures), spot :math:`i` printed with it, array :math:`j`:

.. math::

    \theta_{pj} &= a_p + \delta_p\,[j \text{ tested}] + h_p\,[j \text{ in batch 2}] + e_{pj}, \quad
        e_{pj} \sim N(0, s_p^2), \quad s_p^2 \sim s_0^2\, d_0 / \chi^2_{d_0}, \quad h_p \sim N(0, \tau_h^2) \\
    S_{ij} &= 2^{\theta_{pj} + c_j + u_{ij}}, \quad
        c_j \sim N(0, \tau_c^2), \quad u_{ij} \sim N(0, \tau_u^2) \\
    \beta_{ij} &= b_j \,(1 + g\,(x_i \cos\varphi_j + y_i \sin\varphi_j)), \quad
        \log b_j \sim N(\log b, \tau_b^2) \\
    F_{ij} &= \min(65535, [S_{ij} + \beta_{ij} + N(0, \sigma_F^2)]), \quad
        B_{ij} = [\beta_{ij} + N(0, \sigma_B^2)]

:math:`a_p` is the log2 abundance in scanner counts, :math:`\delta_p` the planted log2 ratio, :math:`e` the
biological variation (the variances follow the scaled inverse chi-square distribution that moderated t assumes),
:math:`h` what the second of two batches adds to each feature (nothing unless asked for), :math:`c_j` the array's
label and scanner gain, :math:`u` the spot noise, :math:`\beta` the background with its gradient over the slide
(:math:`x, y` from −1/2 to 1/2), :math:`F` and :math:`B` the medians GenePix reports (brackets round to whole
counts). Of a spot's pixels, log-normal around its median, those above 65535 make
``% Sat.``. Spike-ins and landing lights have no biological variation and no change; Empty spots no signal.

Flags as GenePix gives them: −75 (absent) for positions blank in the array list; −50 (not found) for a share of
the spots that are not out from the background; −100 (bad) for a share of all spots, whose foreground is
spoilt by a random factor, so that an analysis that keeps them pays for it.

Quantitative PCR of the same samples, for target :math:`t` and well :math:`w`:

.. math::

    Ct_{tjw} = K - \theta_{tj} + r_j + v_{tjw}, \quad r_j \sim N(0, \tau_r^2), \quad v_{tjw} \sim N(0, \sigma_v^2)

:math:`\theta` is that of the target's probe, or the amount of a spike-in, the same in every sample; :math:`r` what
is lost of a sample in extraction and reverse transcription, whatever the target. A doubling is one cycle. Beyond
the last cycle a well is undetermined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import UsageError
from mirtool.model import (
    ArraySource,
    BoolArray,
    Channel,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    Table,
    text_array,
)
from mirtool.simulate.chip import SPIKE_INS, Chip, ChipDesign, capture_names, print_chip

SATURATION = 65535
"""The scanner's highest count: 16 bits."""
BAD, ABSENT, NOT_FOUND = -100, -75, -50
"""GenePix's flags."""
SPIKE_IN_TOP = 15.5
"""log2 counts of ``spike_control_a``; each next one is half as bright."""
ON_CHIP = ("hsa-", "hcmv-")
"""Species whose miRNAs have a named probe."""
LANDING_LIGHT = 12.0
"""log2 counts of a ``Hy3`` spot."""

REPORTED_CHANGES: Mapping[str, float] = {
    "hsa-miR-16-5p": -3.91,
    "hsa-miR-20a-5p": -2.96,
    "hsa-miR-17-5p": -1.97,
    "hsa-miR-15a-5p": -1.83,
}
"""Signed fold changes, resistant against responding, as the study of serum exosomes in myeloma reports them."""

CHOSEN_CHANGES: Mapping[str, float] = {
    "hsa-miR-513a-5p": 3.2,
    "hsa-miR-20b-3p": 2.6,
    "hsa-let-7d-3p": 2.3,
    "hsa-miR-21-5p": -3.3,
    "hsa-miR-19a-3p": -2.7,
    "hsa-miR-125b-5p": -2.4,
}
"""The study's other six: their direction is reported, their magnitude is our choice."""

PLANTED_CHANGES: Mapping[str, float] = {**REPORTED_CHANGES, **CHOSEN_CHANGES}
"""The study's ten miRNAs. Two of them lie below a cut-off of 2 in truth."""

QPCR_SPIKE_INS: Mapping[str, float] = {"cel-miR-39-3p": 14.0, "cel-miR-54-3p": 12.0}
"""miRNAs of a worm, added to every serum in the same amount (log2, on the scale of the arrays)."""


@dataclass(frozen=True)
class IntensityModel:
    r"""The numbers of the model. Logarithms are to base 2, intensities in scanner counts.

    Where GSE20122 (real miRCURY LNA arrays, 12 × 9360 spots, Hy3) shows a number, it is next to it.

    Parameters
    ----------
    present_share
        Share of miRNA probes whose miRNA is in the sample (GSE20122: 44 % lie 30 counts above Empty).
    present_mean, present_sd
        Their abundance, normal on log2 (GSE20122: 95th percentile of all probes 8.0, 99th 9.9; here a gain two
        doublings higher, so that the brightest spots saturate).
    absent_mean, absent_sd
        Cross-hybridization of the others (GSE20122: lower quartile of all probes 4.0).
    changed_range
        Planted miRNAs lie evenly in this range: a change of what can't be measured could not be found.
    prior_df, prior_sd
        :math:`d_0` and :math:`s_0` of the biological variances (GSE20122: :math:`d_0 = 3.5`; standard deviation
        over all twelve arrays, group differences included, lowest decile 0.25, median 0.37).
    array_sd
        Array gain :math:`\tau_c` (GSE20122: range of the arrays' medians 0.6).
    spot_sd
        Replicate spots :math:`\tau_u` (GSE20122: 0.05 to 0.07 above 100 counts).
    foreground_noise, background_noise
        :math:`\sigma_F` and :math:`\sigma_B` (GSE20122: replicates of 30 to 100 counts differ by 0.11, about
        4 counts).
    background, background_sd, background_gradient
        :math:`b`, :math:`\tau_b` (natural logarithm) and :math:`g` (GSE20122: Empty 59 to 81 counts).
    pixel_sd
        Pixels within a spot, natural logarithm (GenePix files: foreground CV 25 to 50 %).
    bad_share, bad_sd, not_found_share
        Share of bad spots and the log2 size of their damage; share of spots without visible signal that GenePix
        does not find (GenePix files at hand: −50 on 0.4 to 9 % of all spots).
    batch_sd
        Batch effect :math:`\tau_h`. Unless it is 0, the arrays belong to batches 1 and 2 by turns, and
        ``samples.extra`` has a column ``batch``.
    """

    present_share: float = 0.35
    present_mean: float = 8.0
    present_sd: float = 2.2
    absent_mean: float = 3.5
    absent_sd: float = 1.0
    changed_range: tuple[float, float] = (9.0, 13.0)
    prior_df: float = 4.0
    prior_sd: float = 0.25
    array_sd: float = 0.4
    spot_sd: float = 0.06
    foreground_noise: float = 3.0
    background_noise: float = 1.5
    background: float = 75.0
    background_sd: float = 0.15
    background_gradient: float = 0.2
    pixel_sd: float = 0.3
    bad_share: float = 0.005
    bad_sd: float = 2.0
    not_found_share: float = 0.1
    batch_sd: float = 0.0


@dataclass(frozen=True)
class CtModel:
    r"""The numbers of the qPCR, in cycles.

    Parameters
    ----------
    at_zero
        :math:`K`: Ct of a log2 abundance of 0. The range of the planted miRNAs gives Ct 23 to 27.
    sample_sd
        :math:`\tau_r`.
    well_sd
        :math:`\sigma_v`. Six of it in one cycle, at most 0.167, tell a doubling apart in 99.7 % of cases.
    n_wells
        Wells a sample and target.
    last
        Cycles run.
    """

    at_zero: float = 36.0
    sample_sd: float = 0.5
    well_sd: float = 0.12
    n_wells: int = 3
    last: float = 40.0


@dataclass(frozen=True, eq=False)
class SimulatedStudy:
    """Arrays and what is true of them.

    Parameters
    ----------
    arrays
        As a reader would give them; ``samples.groups`` holds the groups.
    abundance
        log2 abundance of each feature in each sample, ``(n_features, n_samples)``, biological variation included;
        −inf where nothing is printed.
    truth
        One row a feature: ID, Name, kind, log2 abundance, log2 ratio, fold change (signed, tested / reference)
        and biological standard deviation (log2).
    tested, reference
        The two groups.
    """

    arrays: RawArrays
    abundance: FloatArray
    truth: Table
    tested: str
    reference: str


REFERENCE, TESTED = "responding", "resistant"
"""The groups of a simulated study."""


def simulate_study(
    names: Sequence[str] | None = None,
    *,
    seed: int,
    n_reference: int = 3,
    n_tested: int = 3,
    changes: Mapping[str, float] = PLANTED_CHANGES,
    two_channel: bool = False,
    design: ChipDesign | None = None,
    model: IntensityModel | None = None,
) -> SimulatedStudy:
    """Simulate the arrays of one study of two groups.

    Parameters
    ----------
    names
        miRNA names, one a capture probe; the human miRNAs of the embedded miRBase if left out.
    seed
        The same seed gives the same arrays.
    n_reference, n_tested
        Arrays of each group; samples are called P01, P02 …, the reference group first.
    changes
        miRNA name to its signed fold change, tested / reference: 2 doubled, −2 halved, never inside (−1, 1).
        A slash probe changes with any of its miRNAs.
    two_channel
        Add a Hy5 channel (635): one common reference RNA on every array.
    design, model
        What the chip carries, and the numbers of the intensity model.

    Returns
    -------
    SimulatedStudy
        Channels hold whole counts from 0 to 65535; nothing is missing.

    Raises
    ------
    UsageError
        For a change of a miRNA that is not on the chip, or a fold change inside (−1, 1).
    """
    chip = print_chip(_human_capture_names() if names is None else names, design)
    model = model or IntensityModel()
    rng = np.random.default_rng(seed)
    log2_ratio = _planted(chip.features, changes)
    abundance = _abundances(chip.features, log2_ratio != 0, model, rng)
    sd = _biological_sd(chip.features, model, rng)

    in_tested = np.arange(n_reference + n_tested) >= n_reference
    expected = abundance[:, None] + log2_ratio[:, None] * in_tested
    measured = expected + sd[:, None] * rng.standard_normal(expected.shape)
    batch = np.arange(len(in_tested)) % 2
    if model.batch_sd:
        measured += batch * rng.normal(0.0, model.batch_sd, (len(abundance), 1))
    bad = rng.random((len(chip.feature_of_spot), len(in_tested))) < model.bad_share
    hy3 = _scan(measured, bad, chip, model, rng)
    flags = _flags(hy3.foreground - hy3.background, bad, chip, model, rng)
    channels = {"532": Channel(*hy3)}
    if two_channel:
        pool = abundance + rng.standard_normal(len(abundance))
        hy5 = _scan(np.broadcast_to(pool[:, None], expected.shape), bad, chip, model, rng)
        channels = {"635": Channel(*hy5), **channels}
    samples = SampleTable(
        tuple(f"P{i:02d}" for i in range(1, len(in_tested) + 1)),
        (REFERENCE,) * n_reference + (TESTED,) * n_tested,
        extra={"batch": tuple(str(1 + own) for own in batch)} if model.batch_sd else {},
    )
    sources = tuple(ArraySource(f"{name}.gpr", "simulated") for name in samples.names)
    arrays = RawArrays(channels, flags, chip.probes, chip.layout, samples, sources)
    truth = _truth(chip.features, abundance, log2_ratio, sd)
    return SimulatedStudy(arrays, measured, truth, TESTED, REFERENCE)


def simulate_ct(
    study: SimulatedStudy,
    targets: Sequence[str],
    *,
    seed: int,
    spike_ins: Mapping[str, float] = QPCR_SPIKE_INS,
    model: CtModel | None = None,
) -> Table:
    """Simulate quantitative PCR of a study's samples.

    Parameters
    ----------
    study
        As :func:`simulate_study` gives it.
    targets
        miRNAs on the chip; a miRNA of several probes has the abundance of the first.
    seed
        The same seed gives the same Ct, drawn apart from the arrays.
    spike_ins
        Name to log2 amount of what was added to every sample.
    model
        The numbers of the qPCR.

    Returns
    -------
    Table
        One row per well: Sample, Target and Ct as text, to a thousandth of a cycle or ``Undetermined``.

    Raises
    ------
    UsageError
        For a target that is not on the chip.
    """
    model = model or CtModel()
    rng = np.random.default_rng([seed, 1])
    features = {part: i for i, name in reversed([*enumerate(study.truth["Name"])]) for part in name.split("/")}
    absent = [name for name in targets if name not in features]
    if absent:
        raise UsageError("qPCR is asked for a miRNA that is not on the chip", found=", ".join(absent))
    samples, names = study.arrays.samples.names, [*targets, *spike_ins]
    amounts = np.vstack(
        [study.abundance[[features[name] for name in targets]]]
        + [np.full(len(samples), amount) for amount in spike_ins.values()]
    )
    ct = model.at_zero - amounts + rng.normal(0.0, model.sample_sd, len(samples))
    wells = ct[:, :, None] + rng.normal(0.0, model.well_sd, (*ct.shape, model.n_wells))
    return Table(
        {
            "Sample": text_array(np.tile(np.repeat(samples, model.n_wells), len(names))),
            "Target": text_array(np.repeat(names, len(samples) * model.n_wells)),
            "Ct": text_array(f"{own:.3f}" if own <= model.last else "Undetermined" for own in wells.flat),
        }
    )


def _human_capture_names() -> list[str]:
    """Name probes for the human miRNAs of the embedded miRBase, and for those of a virus that infects humans."""
    from mirtool.annotation.mirbase import mature_mirnas

    on_chip = {name: mirna.sequence for name, mirna in mature_mirnas().items() if name.startswith(ON_CHIP)}
    return capture_names(on_chip)


def _planted(features: ProbeTable, changes: Mapping[str, float]) -> FloatArray:
    """Return each feature's true log2 ratio."""
    log2_ratio = np.zeros(len(features))
    unknown = set(changes)
    for position, name in enumerate(features.name):
        for part in name.split("/"):
            if part in changes:
                log2_ratio[position] = _log2_ratio(part, changes[part])
                unknown.discard(part)
    if unknown:
        raise UsageError(
            "a change is planted on a miRNA that is not on the chip", found=", ".join(sorted(unknown))
        )
    return log2_ratio


def _log2_ratio(name: str, signed_fold_change: float) -> float:
    if abs(signed_fold_change) < 1:
        raise UsageError(
            f"{name} has no signed fold change",
            found=str(signed_fold_change),
            expected="at least 1 (up) or at most -1 (down)",
        )
    return float(np.copysign(np.log2(abs(signed_fold_change)), signed_fold_change))


def _abundances(
    features: ProbeTable, changed: BoolArray, model: IntensityModel, rng: np.random.Generator
) -> FloatArray:
    """Draw the log2 abundance of every feature; −inf where nothing is printed."""
    n = len(features)
    abundance = rng.normal(model.absent_mean, model.absent_sd, n)
    present = is_kind(features, ProbeKind.MIRNA, ProbeKind.MIRPLUS) & (rng.random(n) < model.present_share)
    present |= is_kind(features, ProbeKind.SMALL_RNA)
    abundance[present] = rng.normal(model.present_mean, model.present_sd, present.sum())
    abundance[changed] = rng.uniform(*model.changed_range, changed.sum())
    for position, name in enumerate(SPIKE_INS):
        abundance[features.name == name] = SPIKE_IN_TOP - position
    abundance[is_kind(features, ProbeKind.LANDING_LIGHT)] = LANDING_LIGHT
    abundance[is_kind(features, ProbeKind.EMPTY)] = -np.inf
    return abundance


def _biological_sd(features: ProbeTable, model: IntensityModel, rng: np.random.Generator) -> FloatArray:
    """Draw standard deviations whose squares follow a scaled inverse chi-square; 0 for controls."""
    sd: FloatArray = model.prior_sd * np.sqrt(model.prior_df / rng.chisquare(model.prior_df, len(features)))
    not_sample = (ProbeKind.SPIKE_IN, ProbeKind.LANDING_LIGHT, ProbeKind.EMPTY)
    sd[is_kind(features, *not_sample)] = 0.0
    return sd


class _Scan(NamedTuple):
    foreground: FloatArray
    background: FloatArray
    saturated: FloatArray


def _scan(
    measured: FloatArray, bad: BoolArray, chip: Chip, model: IntensityModel, rng: np.random.Generator
) -> _Scan:
    """Scan features of ``measured`` log2 abundance ``(n_features, n_arrays)`` in one channel."""
    gain = rng.normal(0.0, model.array_sd, bad.shape[1])
    signal = np.exp2(measured[chip.feature_of_spot] + gain + rng.normal(0.0, model.spot_sd, bad.shape))
    around = _background(chip, bad.shape[1], model, rng)
    dust = np.where(bad, np.exp2(rng.normal(0.0, model.bad_sd, bad.shape)), 1.0)
    foreground = dust * (signal + around + rng.normal(0.0, model.foreground_noise, bad.shape))
    background = around + rng.normal(0.0, model.background_noise, bad.shape)
    over = np.log(np.maximum(foreground, 1.0) / SATURATION) / model.pixel_sd
    return _Scan(_counts(foreground), _counts(background), np.rint(100 * ndtr(over)))


def _background(chip: Chip, n_arrays: int, model: IntensityModel, rng: np.random.Generator) -> FloatArray:
    level = model.background * np.exp(rng.normal(0.0, model.background_sd, n_arrays))
    angle = rng.uniform(0.0, 2 * np.pi, n_arrays)
    along, across = chip.positions()
    slope = along[:, None] * np.cos(angle) + across[:, None] * np.sin(angle)
    around: FloatArray = level * (1 + model.background_gradient * slope)
    return around


def _counts(intensity: FloatArray) -> FloatArray:
    return np.clip(np.rint(intensity), 0, SATURATION)


def _flags(
    signal: FloatArray, bad: BoolArray, chip: Chip, model: IntensityModel, rng: np.random.Generator
) -> IntArray:
    """Flag spots as GenePix does; what is bad stays bad, whatever else it is."""
    flags = np.zeros(signal.shape, dtype=np.int64)
    flags[(signal < 3 * model.foreground_noise) & (rng.random(signal.shape) < model.not_found_share)] = NOT_FOUND
    flags[chip.probes.id == ""] = ABSENT
    flags[bad] = BAD
    return flags


def _truth(features: ProbeTable, abundance: FloatArray, log2_ratio: FloatArray, sd: FloatArray) -> Table:
    return Table(
        {
            **features.to_table().columns,
            "log2 abundance": np.where(np.isinf(abundance), np.nan, abundance),
            "log2 ratio": log2_ratio,
            "fold change": np.where(log2_ratio < 0, -1.0, 1.0) * np.exp2(np.abs(log2_ratio)),
            "sd": sd,
        }
    )
