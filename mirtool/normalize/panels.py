r"""qPCR panels: ΔCt against the global mean, named references, or the most stable miRNAs of the panel.

The value of a miRNA is :math:`-\Delta Ct = Ct_{ref} - Ct_{miRNA}`: log2 of its amount relative to the reference,
so that more is higher and one cycle is one doubling. With an amplification factor :math:`E` that was stated for an
assay it is :math:`Ct \log_2 E` in place of :math:`Ct` (Pfaffl 2001). The reference of a sample is the mean, on
this scale, of

``global-mean``
    the miRNAs that all samples detect. The same miRNAs count in every sample, so that the mean does not move with
    how many of them are found there.
``expressed-mean``
    the miRNAs that the sample detects (Mestdagh 2009). It takes in more of them, and moves with their number where
    the rare ones come and go.
``references``
    the assays that were named.
``normfinder``, ``genorm``
    the most stable miRNAs that all samples detect (Andersen 2004; Vandesompele 2002), three by NormFinder, by
    geNorm as many as its pairwise variation asks for.

Both means assume that most miRNAs do not change, which a handful of chosen ones does not allow: fewer than
``min_factor_probes`` (20) are refused.

References
----------
Mestdagh P et al. (2009) A novel and universal method for microRNA RT-qPCR data normalization. Genome Biol 10:R64.
D'haene B et al. (2012) miRNA expression profiling: from reference genes to global mean normalization. Methods Mol
Biol 822:261–272. Andersen CL, Jensen JL, Ørntoft TF (2004) Cancer Res 64:5245–5250. Vandesompele J et al. (2002)
Genome Biol 3:research0034. Pfaffl MW (2001) Nucleic Acids Res 29:e45. Livak KJ, Schmittgen TD (2001) Methods
25:402–408.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.io.arrays.not_detected import CT_CALL
from mirtool.io.arrays.one_by_one import ReducedArrays
from mirtool.io.registry import FORMATS
from mirtool.model import FloatArray, IntArray, RawArrays, SampleTable
from mirtool.normalize.between_arrays import NormalizedSignals, ProbeSignals, References
from mirtool.normalize.channels import CountingSpots, ProbeValues
from mirtool.normalize.methods import PANEL_METHODS
from mirtool.normalize.one_channel import OneChannel
from mirtool.normalize.replicates import ReplicateGroups, group_replicates, stack_replicates
from mirtool.normalize.report import REFERENCE, NormalizationReport, PanelReport, per_array
from mirtool.normalize.selection import counting_spots
from mirtool.normalize.settings import PANEL_PRESET, ResolvedSettings
from mirtool.normalize.signals import Signals
from mirtool.stats.reference_stability import genorm_ranking, reference_stability
from mirtool.wording import did_you_mean, first_of, plural

BY_NORMFINDER = 3
"""References that NormFinder's ranking gives; Vandesompele et al. (2002) advise three at least."""
FEWEST_CANDIDATES = 5
"""Andersen et al. (2004) advise five candidates at least."""
FEWEST_SAMPLES = 3


def is_panel(arrays: RawArrays | ReducedArrays[Any]) -> bool:
    """Return True for arrays that are samples of a qPCR panel."""
    return all(source.format in FORMATS and FORMATS[source.format].wells for source in arrays.sources)


def check_panel_recipe(arrays: RawArrays, settings: ResolvedSettings) -> None:
    """Refuse a recipe for arrays on a panel, and steps for panels on arrays.

    Raises
    ------
    UsageError
        Where the preset or a step is for the other kind.
    """
    if not is_panel(arrays):
        if settings.between in PANEL_METHODS:
            raise UsageError(
                f"{option('between', settings.between)} is for qPCR panels",
                found=f"files of the format {arrays.sources[0].format}",
                hint="leave it out: the default recipe is for arrays",
            )
        return
    usual = ResolvedSettings()
    if settings.preset != PANEL_PRESET:
        raise UsageError(
            "these are Ct values of a qPCR panel, and the recipe is for arrays",
            parameter="preset",
            found=settings.preset,
            expected=PANEL_PRESET,
            hint=f"use {option('preset', PANEL_PRESET)}; options for single steps override it, such as "
            f"{option('references', 'NAMES')}",
        )
    if settings.between not in ("none", *PANEL_METHODS):
        raise UsageError(
            f"{option('between', settings.between)} is for arrays, which have a signal of every probe",
            parameter="between",
            expected="one of " + ", ".join((*PANEL_METHODS, "none")),
        )
    own = ("background", "offset", "within")
    steps = [name for name in own if getattr(settings, name) != getattr(usual, name)]
    if steps:
        value = getattr(settings, steps[0])
        raise UsageError(
            f"{option(steps[0], f'{value:g}' if isinstance(value, float) else value)} is for arrays: "
            "a Ct has no background",
            parameter=steps[0],
            hint="leave it out",
        )
    if settings.detection == "cutoff":
        raise UsageError(
            "the cut-off of intensities is for arrays",
            parameter="min_intensity",
            hint=f"what counts as detected in a panel is a Ct of at most {option('max_ct')}",
        )
    if settings.replicate_scale != "log" or settings.replicates not in ("mean", "median"):
        raise UsageError(
            "replicate wells are averaged as Ct, on the log scale, by mean or median",
            parameter="replicates" if settings.replicate_scale == "log" else "replicate_scale",
            hint="leave it out",
        )


@dataclass(frozen=True)
class Panel(OneChannel):
    """The steps of a panel; see :class:`mirtool.normalize.channels.Channels`."""

    arrays: RawArrays

    def measure(self, arrays: RawArrays, settings: ResolvedSettings) -> Signals:
        """Return the amount of every well."""
        words = f"amount = 2^({self.limit:g} − Ct), or E^({self.limit:g} − Ct) where E is stated"
        return replace(super().measure(arrays, settings), words=words)

    def collapse(
        self, arrays: RawArrays, spots: Signals, counting: CountingSpots, settings: ResolvedSettings
    ) -> ProbeValues[ProbeSignals]:
        """Return one amount per assay, from its replicate wells, and which were not detected."""
        from mirtool.io.arrays.ct_panels import well_states

        wells = well_states(arrays, counting.groups.probe_of)
        found = super().collapse(arrays, spots, counting, settings)
        return replace(found, not_detected=wells.not_detected[counting.rows])

    def report(self, numbers: Mapping[str, Any]) -> PanelReport:
        """Return the report of the numbers, with those of the wells."""
        from mirtool.io.arrays.ct_panels import well_states

        groups = group_replicates(self.arrays.probes.id)
        mask = counting_spots(self.arrays.probes, groups, numbers["probe_choice"])
        wells = well_states(self.arrays, groups.probe_of)
        rows = np.flatnonzero(mask[groups.first])
        spread = replicate_cts(self.arrays, groups)[1][rows]
        return PanelReport(
            **numbers,
            limit=self.limit,
            not_detected=per_array(wells.not_detected[rows]),
            not_measured=per_array(wells.not_measured[rows]),
            partly_detected=per_array(wells.partly_detected[rows]),
            reference_ct=tuple((self.limit - np.log2(numbers["factors"])).tolist()),
            wide_replicates=int((spread > REPLICATE_LIMIT).sum()),
            largest_spread=None if np.isnan(spread).all() else float(np.nanmax(spread)),
        )

    def history(self, report: NormalizationReport) -> tuple[str, str]:
        """Return what the values are, and by which limit a miRNA is detected."""
        reference = f"{self.limit:g}" if report.between == "none" else "-dCt = Ct of the reference"
        return f"values: {reference} - Ct", f"detection: {CT_CALL}{self.limit:g}"

    @property
    def limit(self) -> float:
        """The highest Ct that counts as detected."""
        from mirtool.io.arrays.ct_panels import ct_limit

        return ct_limit(self.arrays)


def replicate_cts(arrays: RawArrays, groups: ReplicateGroups) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the wells that count, ``(n_probes, n_samples)``, NaN without any."""
    from mirtool.io.arrays.ct_panels import well_cts

    wells = stack_replicates(well_cts(arrays), groups, np.arange(len(groups)))
    n = (~np.isnan(wells)).sum(axis=1)
    total = np.nansum(wells, axis=1)
    mean = np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)
    squares = np.nansum((wells - mean[:, None]) ** 2, axis=1)
    spread = np.divide(squares, n - 1, out=np.full(total.shape, np.nan), where=n > 1)
    return mean, np.sqrt(spread)


# ------------------------------------------------------------------------------------------ the reference


def subtract_global_mean(
    signals: ProbeSignals, _samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Ct of the miRNAs that all samples detect, less each Ct (``global-mean``)."""
    common = np.flatnonzero(signals.detected.all(axis=1))
    _check_number(len(common), "that all samples detect", settings)
    level = signals.log2[common].mean(axis=0)
    words = f"global mean of {plural(len(common), 'miRNA')} that all samples detect"
    return _less(signals, level, References(signals.rows[common], words))


def subtract_expressed_mean(
    signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Ct of the miRNAs that the sample detects, less each Ct (``expressed-mean``)."""
    n = signals.detected.sum(axis=0)
    fewest = int(np.argmin(n))
    _check_number(int(n[fewest]), f"that {samples.names[fewest]} detects", settings)
    level = np.where(signals.detected, signals.log2, 0).sum(axis=0) / n
    words = f"mean of the miRNAs that the sample detects, {n.min():,} to {n.max():,} of them"
    return _less(signals, level, References(signals.rows[signals.detected.any(axis=1)], words))


def _check_number(n: int, which: str, settings: ResolvedSettings) -> None:
    if n < settings.min_factor_probes:
        raise NotEnoughDataError(
            "the mean of a panel needs many miRNAs: of a few it is not certain that most do not change",
            found=f"{plural(n, 'miRNA')} {which}",
            expected=f"at least {settings.min_factor_probes} ({option('min_factor_probes')})",
            hint=f"name references with {option('references', 'NAMES')}, or let the most stable be chosen with "
            f"{option('between', 'normfinder')} or genorm",
        )


def subtract_references(
    signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Mean Ct of the references that were named, less each Ct (``references``)."""
    rows = _named(signals, settings.references or "")
    values = _log2(signals, rows)
    lacking = np.isnan(values)
    if lacking.any():
        worst = int(np.argmax(lacking.sum(axis=1)))
        without = [samples.names[j] for j in np.flatnonzero(lacking[worst])]
        raise NotEnoughDataError(
            f"the reference {signals.probes.name[rows[worst]]} is not detected in every sample",
            found=f"no Ct in {first_of(without, 5)}",
            expected="references detected in all samples: the mean of fewer would be a different amount",
            hint="name another reference, or take these samples out of the sample sheet",
        )
    names = ", ".join(signals.probes.name[rows])
    stability = reference_stability(signals.probes.name[rows].tolist(), values, samples.groups)
    return _less(signals, values.mean(axis=0), References(rows, f"references as named: {names}", rows, stability))


def _named(signals: ProbeSignals, text: str) -> IntArray:
    """Return the rows of the references that were named, by ID or name, in any case."""
    row_of = {label.lower(): i for labels in (signals.probes.id, signals.probes.name) for i, label in
              reversed(list(enumerate(labels)))}  # fmt: skip
    rows = []
    for name in dict.fromkeys(part.strip() for part in text.split(",") if part.strip()):
        if name.lower() not in row_of:
            raise UsageError(
                f"the reference {name!r} is not on the panel",
                parameter="references",
                expected="names of assays, separated by commas",
                hint=did_you_mean(name, [*signals.probes.name, *signals.probes.id]),
            )
        rows.append(row_of[name.lower()])
    return np.array(list(dict.fromkeys(rows)), dtype=np.int64)


def subtract_by_normfinder(
    signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Mean Ct of the most stable miRNAs by NormFinder, less each Ct (``normfinder``)."""
    rows, values = _candidates(signals, samples)
    stability = reference_stability(signals.probes.name[rows].tolist(), values, samples.groups)
    order = np.argsort(stability.normfinder, kind="stable")
    chosen = order[: settings.n_references or BY_NORMFINDER]
    how = "within and between groups" if stability.by_group else "over all samples"
    of_all = plural(len(rows), "candidate")
    words = f"most stable by NormFinder {how}, of {of_all}: {_names(signals, rows[chosen])}"
    references = References(rows[chosen], words, rows[order], stability.take(order))
    return _less(signals, values[chosen].mean(axis=0), references)


def subtract_by_genorm(
    signals: ProbeSignals, samples: SampleTable, settings: ResolvedSettings
) -> NormalizedSignals:
    """Mean Ct of the most stable miRNAs by geNorm, less each Ct (``genorm``)."""
    rows, values = _candidates(signals, samples)
    ranking = genorm_ranking(values)
    chosen = ranking.order[: settings.n_references or ranking.n_needed]
    stability = reference_stability(signals.probes.name[rows].tolist(), values, samples.groups)
    at = len(chosen) - 2
    v = f", V{len(chosen)}/{len(chosen) + 1} = {ranking.v[at]:.3f}" if 0 <= at < len(ranking.v) else ""
    words = f"most stable by geNorm, of {plural(len(rows), 'candidate')}{v}: {_names(signals, rows[chosen])}"
    references = References(rows[chosen], words, rows[ranking.order], stability.take(ranking.order), ranking)
    return _less(signals, values[chosen].mean(axis=0), references)


def _candidates(signals: ProbeSignals, samples: SampleTable) -> tuple[IntArray, FloatArray]:
    """Return the miRNAs that all samples detect, as rows, and their log2 amounts."""
    common = signals.detected.all(axis=1)
    if common.sum() < FEWEST_CANDIDATES or len(samples) < FEWEST_SAMPLES:
        raise NotEnoughDataError(
            "references can't be chosen from so few",
            found=f"{plural(int(common.sum()), 'miRNA')} that all detect, {plural(len(samples), 'sample')}",
            expected=f"at least {FEWEST_CANDIDATES} miRNAs and {FEWEST_SAMPLES} samples",
            hint=f"name references with {option('references', 'NAMES')}",
        )
    return signals.rows[common], signals.log2[common]


def _names(signals: ProbeSignals, rows: IntArray) -> str:
    return ", ".join(signals.probes.name[rows])


def _log2(signals: ProbeSignals, rows: IntArray) -> FloatArray:
    values = signals.values[rows]
    return np.asarray(np.log2(np.where(values > 0, values, np.nan)))


def _less(signals: ProbeSignals, level: FloatArray, references: References) -> NormalizedSignals:
    remark = REFERENCE + references.words
    return NormalizedSignals(signals.log2 - level, np.exp2(level), (remark,), references=references)
