"""From measures to verdicts: the limits, each with its source, and what is said of an array beyond one of them.

**Outlier** (rather not used) is an array that fails both box-plot rules of arrayQualityMetrics or its limit for
Hoeffding's D on normalized values, that sees less than half of what the median array sees, or that is not what its
name says: another's copy, its channels exchanged, or of two slides. **Check** is everything that harms some of its
values, that normalization repairs (both box-plot rules before it, or a level far off), or that one box-plot
rule alone says on normalized values: in one of ten studies without a fault such a rule fires
(:mod:`mirtool.quality.outliers`). **Not judged** is an array whose probes were compared with nothing: too few of
them reach the cut-off, or it is the only one and its file has neither replicate spots nor positions. **Fine** are
the others.

The limits marked "our choice" are conventions, not statistics: they decide what is to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.probes import ProbeKind
from mirtool.errors import option
from mirtool.io.arrays.value_scale import SUSPICIOUSLY_SMALL
from mirtool.model import FloatArray
from mirtool.normalize.report import ControlShare
from mirtool.quality.contamination import HEMOLYSIS, TWOFOLD
from mirtool.quality.faults import EXCHANGED_LIMIT, PAIRING_LEAST, better_partners
from mirtool.quality.lanes import lane_findings
from mirtool.quality.outliers import BOXPLOT_RULES, FEWEST_COMPARED, FEWEST_FOR_FENCE, TITLES
from mirtool.quality.report import Finding, OutlierRule, QualityReport, SpatialReport, Verdict
from mirtool.wording import first_of, plural

TWINS_NAMED = 3
"""Arrays named that are the same as one: of a thousand links to one file the table shows so many."""
LEVEL_LIMIT = 2.0
"""log2, fourfold, by which an array's level may differ from the median of the levels (our choice; the one at
which ``mirtool normalize`` warns of factors too)."""
DETECTED_LIMIT = 0.5
"""Share of the median array's detected probes that an array must see (our choice)."""
MORAN_LIMIT = 0.2
"""Moran's I that is to be checked where its P is below :data:`MORAN_P` (our choice: simulated arrays without a
fault lie within 0.03 of zero, one with a spoilt corner of 2 % above it)."""
MORAN_P = 0.001
BLOCK_LIMIT = 1.0
"""log2, twofold, beyond which the block that departs most is named."""
FLAGGED_LIMIT = 20.0
"""Percent of spots made missing by their flag (our choice)."""
CEILING_LIMIT = 1.0
"""Percent of spots at 65,535 counts: an array has 20 probes in 2,000 that it can't tell apart (our choice)."""
CV_LIMIT = 30.0
"""Percent; median CV of replicate spots (our choice: the spots of GSE20122's arrays repeat within 3 to 5 %)."""
RANK_LIMIT = 0.9
"""Spearman's correlation of the spike-ins with their medians over the arrays (our choice)."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the verdicts rest on besides the report.

    Parameters
    ----------
    identical, agreement, pairing
        Mix-ups, as :mod:`mirtool.quality.faults` finds them.
    flagged_out
        Percentage of the spots that the flags made missing, ``(n_arrays,)``.
    n_compared
        Counting probes at the cut-off on at least half of the arrays.
    unseen_markers
        The miRNAs of the hemolysis index that no array sees.
    """

    identical: tuple[tuple[int, ...], ...]
    agreement: FloatArray | None
    pairing: FloatArray | None
    flagged_out: FloatArray
    n_compared: int
    unseen_markers: tuple[str, ...]


def findings(report: QualityReport, evidence: Evidence) -> tuple[Finding, ...]:
    """Return what speaks against each array, in the order of the arrays, the worst first."""
    checks: tuple[Callable[[QualityReport, Evidence], Iterator[Finding]], ...] = (
        _identical,
        _exchanged,
        _wrong_partner,
        _outlier_rules,
        _detection,
        _level,
        _spatial,
        _flagged,
        _ceiling,
        _repeatability,
        _spike_ins,
        _lanes,
        _indications,
        _not_judged,
    )
    found = [finding for check in checks for finding in check(report, evidence)]
    worst_first = list(Verdict)[::-1]
    return tuple(sorted(found, key=lambda finding: (finding.array, worst_first.index(finding.verdict))))


def _identical(report: QualityReport, evidence: Evidence) -> Iterator[Finding]:
    n_spots = report.arrays.n_spots
    for group in evidence.identical:
        for array in group:
            twins = first_of([report.samples.names[twin] for twin in group if twin != array], TWINS_NAMED)
            yield Finding(
                array,
                "identical arrays",
                Verdict.OUTLIER,
                float(n_spots),
                float("nan"),
                f"identical to {twins} in all {n_spots:,} spots: one file under two names",
            )


def _exchanged(_report: QualityReport, evidence: Evidence) -> Iterator[Finding]:
    if evidence.agreement is None:
        return
    for array in np.flatnonzero(evidence.agreement < EXCHANGED_LIMIT):
        r = float(evidence.agreement[array])
        yield Finding(
            int(array),
            "channels exchanged",
            Verdict.OUTLIER,
            r,
            EXCHANGED_LIMIT,
            "its two channels seem exchanged: its log-ratios run against those of the other arrays "
            f"(r = {r:.2f}); if the dyes were swapped on purpose, that is what you see",
        )


def _wrong_partner(report: QualityReport, evidence: Evidence) -> Iterator[Finding]:
    if evidence.pairing is None:
        return
    own, other = report.channel, next(key for key in report.channels if key != report.channel)
    for array, partner in better_partners(evidence.pairing):
        r, with_own = float(evidence.pairing[array, partner]), float(evidence.pairing[array, array])
        yield Finding(
            array,
            "channels of two slides",
            Verdict.OUTLIER,
            r,
            PAIRING_LEAST,
            f"its channel {own} seems to be of one slide with channel {other} of {report.samples.names[partner]}: "
            f"their spots depart from their probes together (r = {r:.2f}; with its own {other} {with_own:.2f})",
        )


def _outlier_rules(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    fired = {(rule.key, rule.stage): rule.outlier for rule in report.rules}
    for rule in report.rules:
        for array in np.flatnonzero(rule.outlier):
            both = all(fired[key, rule.stage][array] for key in BOXPLOT_RULES)
            if rule.stage == "before" and (fired[rule.key, "after"][array] or not both):
                continue  # said of the normalized values already, or no more than chance and brightness
            yield _rule_finding(rule, int(array), alone=rule.key in BOXPLOT_RULES and not both)


def _rule_finding(rule: OutlierRule, array: int, *, alone: bool) -> Finding:
    value = float(rule.statistic[array])
    text = f"{TITLES[rule.key]} is {value:.3g}, above {rule.limit:.3g}, {rule.stage} normalization"
    if rule.stage == "before":
        text += ", which scaling repairs"
    elif alone:
        text += "; one such rule alone fires in one of ten studies without a fault"
    verdict = Verdict.CHECK if alone or rule.stage == "before" else Verdict.OUTLIER
    return Finding(array, f"{rule.key} {rule.stage}", verdict, value, rule.limit, text)


def _detection(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    detected = report.channels[report.channel].detected
    limit = DETECTED_LIMIT * float(np.median(detected))
    for array in np.flatnonzero(detected < limit):
        yield Finding(
            int(array),
            "probes detected",
            Verdict.OUTLIER,
            float(detected[array]),
            limit,
            f"sees {detected[array]:,} probes {report.seen_as}, the median array {np.median(detected):,.0f}",
        )


def _level(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    if report.between is None:
        return
    departure = report.between.levels - np.nanmedian(report.between.levels)
    for array in np.flatnonzero(np.abs(departure) >= LEVEL_LIMIT):
        log2 = float(departure[array])
        yield Finding(
            int(array),
            "level",
            Verdict.CHECK,
            log2,
            LEVEL_LIMIT if log2 > 0 else -LEVEL_LIMIT,
            f"{2 ** abs(log2):.1f}-fold {'brighter' if log2 > 0 else 'dimmer'} than the median array",
        )


def _spatial(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    spatial = report.spatial
    if spatial is None:
        return
    for array in np.flatnonzero((spatial.moran >= MORAN_LIMIT) & (spatial.p_value < MORAN_P)):
        i = float(spatial.moran[array])
        yield Finding(
            int(array),
            "spatial trend",
            Verdict.CHECK,
            i,
            MORAN_LIMIT,
            f"spots that depart from their probes lie together (Moran's I = {i:.2f})"
            + _worst_block(spatial, int(array)),
        )


def _worst_block(spatial: SpatialReport, array: int) -> str:
    medians = np.nan_to_num(spatial.block_residual[:, array])
    worst = int(np.abs(medians).argmax())
    log2 = float(medians[worst])
    if abs(log2) < BLOCK_LIMIT:
        return ""
    side = "above" if log2 > 0 else "below"
    return f"; half of block {spatial.blocks[worst]} lies {2 ** abs(log2):.1f}-fold or more {side} the rest"


def _flagged(report: QualityReport, evidence: Evidence) -> Iterator[Finding]:
    yield from _above(
        evidence.flagged_out,
        FLAGGED_LIMIT,
        "spots flagged",
        f"{{value:.1f}} % of its spots are left out by their flag (--flags {report.flag_rule})",
    )


def _ceiling(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    yield from _above(
        report.channels[report.channel].at_ceiling,
        CEILING_LIMIT,
        "spots at the ceiling",
        "{value:.1f} % of its spots are at 65,535 counts, where the scanner can't tell them apart",
    )


def _repeatability(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    yield from _above(
        report.channels[report.channel].replicate_cv,
        CV_LIMIT,
        "replicate CV",
        "the replicate spots of its probes differ by {value:.0f} % (median CV)",
    )


def _above(values: FloatArray, limit: float, check: str, text: str) -> Iterator[Finding]:
    for array in np.flatnonzero(values > limit):
        value = float(values[array])
        yield Finding(int(array), check, Verdict.CHECK, value, limit, text.format(value=value))


def _spike_ins(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    if report.spike_ins is None:
        return
    rank = report.spike_ins.rank_correlation
    for array in np.flatnonzero(rank < RANK_LIMIT):
        value = float(rank[array])
        yield Finding(
            int(array),
            "spike-in order",
            Verdict.CHECK,
            value,
            RANK_LIMIT,
            f"its spike-ins are in another order than on the other arrays (rank correlation {value:.2f})",
        )


def _lanes(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    if report.lanes is not None:
        yield from lane_findings(report.lanes)


def _indications(report: QualityReport, _evidence: Evidence) -> Iterator[Finding]:
    found = report.indications
    if found is None or report.fluid is None:
        return
    if found.hemolysis is not None:
        index = found.hemolysis - np.nanmedian(found.hemolysis)
        for array in np.flatnonzero(index >= TWOFOLD):
            value = float(index[array])
            yield Finding(
                int(array),
                "hemolysis index",
                Verdict.CHECK,
                value,
                TWOFOLD,
                f"may be hemolyzed: miR-451a over miR-23a-3p is {2**value:.1f}-fold the median of the arrays "
                "(an indication; the thresholds of qPCR do not hold on arrays)",
            )
    for source, markers, excess in zip(found.sources, found.markers, found.excess, strict=True):
        for array in np.flatnonzero(excess >= TWOFOLD):
            value = float(excess[array])
            yield Finding(
                int(array),
                f"markers of {source}",
                Verdict.CHECK,
                value,
                TWOFOLD,
                f"may hold RNA of {source}: {', '.join(markers)} on average {2**value:.1f}-fold the median of the "
                "arrays (an indication; disease can do the same)",
            )


def _not_judged(report: QualityReport, evidence: Evidence) -> Iterator[Finding]:
    for array in range(len(report.samples)):
        reason = _why_not_judged(report, evidence, array)
        if reason:
            yield Finding(array, "not judged", Verdict.NOT_JUDGED, float("nan"), float("nan"), reason)


def _why_not_judged(report: QualityReport, evidence: Evidence, array: int) -> str:
    """Return why nothing could be found against an array; blank where something could."""
    measures, n_arrays = report.channels[report.channel], len(report.samples)
    if report.between is None and (n_arrays > 1 or measures.detected[0] < FEWEST_COMPARED):
        return _too_few_probes(report, evidence)
    if n_arrays == 1:
        spatial = report.spatial is not None and not np.isnan(report.spatial.moran[0])
        if not spatial and np.isnan(measures.replicate_cv[0]):
            return "the only array, and its file has neither replicate spots nor their positions"
        return ""
    if all(np.isnan(rule.statistic[array]) for rule in report.rules):
        return "it has none of the probes by which the arrays are compared"
    return ""


def _too_few_probes(report: QualityReport, evidence: Evidence) -> str:
    """Return how few probes are seen, and which setting may be the cause."""
    counting, n_arrays = report.n_counting, len(report.samples)
    where = "on it" if n_arrays == 1 else f"on at least half of the {n_arrays:,} arrays"
    verb = ("is", "are") if report.detection else ("reaches", "reach")
    reached = f"{verb[evidence.n_compared != 1]} {'detected' if report.detection else f'{report.min_intensity:g}'}"
    text = (
        f"{plural(evidence.n_compared, 'probe')} of {counting:,} that count {reached} {where}, and "
        f"{FEWEST_COMPARED} are needed"
    )
    highest = float(np.nanmax(report.arrays.channels[report.channel].foreground, initial=0.0))
    if highest <= SUSPICIOUSLY_SMALL and not report.detection:
        return (
            f"{text}: no value is above {highest:.4g}, so the values look like log2, and mirtool qc judges "
            f"intensities; if they are log2, state it with {option('scale', 'log2')}"
        )
    if counting < FEWEST_COMPARED:
        return f"{text}: few of the names are those of miRNAs (--probes all lets every probe count)"
    return f"{text} (see --min-intensity and --channel)"


def remarks(report: QualityReport, evidence: Evidence) -> tuple[str, ...]:
    """Return what must be known of the study before its verdicts are believed, one sentence each."""
    measures, n_arrays = report.channels[report.channel], len(report.samples)
    cutoff = f"{report.min_intensity:g}"
    found = [_control_remark(control, cutoff) for control in measures.controls if control.share > 0.5]
    if measures.background is None and not report.arrays.channels[report.channel].processed:
        found.append("the files have no background: the signal is the foreground alone")
    if report.flagged is None:
        found.append("the files have no flags: no spot was left out")
    if report.between is None:
        found.append(
            "the arrays were not compared: "
            + (
                "there is one only"
                if n_arrays < 2
                else f"fewer than {FEWEST_COMPARED} probes reach the cut-off in half of them"
            )
        )
    elif n_arrays < FEWEST_FOR_FENCE:
        found.append(
            f"with {plural(n_arrays, 'array')} the box-plot rules (distance, distribution) can't call any an "
            f"outlier, whatever its values: they need {FEWEST_FOR_FENCE}"
        )
    if report.spatial is None:
        found.append(
            "no spatial test: "
            + (
                "the files do not say where the spots lie"
                if report.layout is None
                else "spots have no replicates and too few arrays to be compared with"
            )
        )
    if evidence.pairing is not None and not (np.diagonal(evidence.pairing) >= PAIRING_LEAST).any():
        found.append(
            "the spots' deviations do not go together in the two channels of any array, so it is not known "
            "whether the channels of an array are of one slide"
        )
    if report.fluid is not None:
        found += _hemolysis_remarks(report, evidence)
    return tuple(found)


def _hemolysis_remarks(report: QualityReport, evidence: Evidence) -> Iterator[str]:
    """Say of which arrays hemolysis can't be judged, and why."""
    index = None if report.indications is None else report.indications.hemolysis
    if index is None:
        lacking = evidence.unseen_markers
        yield (
            f"hemolysis can't be judged: {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not on "
            f"the chip, or below {report.min_intensity:g} on all arrays"
        )
        return
    unknown = [name for name, value in zip(report.samples.names, index, strict=True) if np.isnan(value)]
    if unknown:
        yield (
            f"hemolysis can't be judged on {', '.join(unknown)}: neither {' nor '.join(HEMOLYSIS)} reaches "
            f"{report.min_intensity:g} there"
        )


def _control_remark(control: ControlShare, cutoff: str) -> str:
    what = "Empty spots" if control.kind == ProbeKind.EMPTY else "negative controls"
    if control.passing == control.spots:
        count = f"all {control.spots[0]:,}" if len(set(control.spots)) == 1 else "all"
        found = f"{count} {what} are at {cutoff} or above in every array, though there is nothing to see"
    else:
        found = f"{100 * control.share:.1f} % of the {what} are at {cutoff} or above"
    return (
        f"{found}: on these arrays the cut-off filters nothing; a --min-intensity above "
        f"{control.percentile_95:.6g}, which 95 % of them stay within, would"
    )
