"""Sentences about the arrays: their quality, and how they were normalized, one per choice with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mirtool.normalize.methods import (
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    IMPUTATIONS,
    KEEP_RULES,
    PRESET_ALIASES,
    RATIO_BETWEEN_METHODS,
    REPLICATE_METHODS,
    kept_where,
)
from mirtool.normalize.methods import WITHIN_METHODS as WITHIN
from mirtool.normalize.settings import PRESET_STEPS, RATIO_PRESET_STEPS, is_ratio
from mirtool.report.methods.about_lanes import (
    lane_background_sentences,
    lane_probe_sentences,
    lane_quality_sentences,
    lane_scaling_sentences,
    not_detected_choice,
)
from mirtool.report.methods.about_panels import (
    panel_detection_sentences,
    panel_probe_sentences,
    panel_reference_sentences,
    panel_well_sentences,
)
from mirtool.report.methods.record import (
    StepRecord,
    aside,
    extent,
    joined,
    named,
    number,
    references_of,
    were,
)
from mirtool.report.methods.text import Sentence
from mirtool.report.platform import LANE
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.report.methods.facts import StudyFacts

_VERDICTS = {
    "fine": "without a finding",
    "check": "marked for inspection",
    "outlier": "judged to be an outlier",
    "not judged": "not judged",
}

_FLAGS = {
    "bad": "Spots that the image analysis software flagged as bad (−100) were treated as missing{count}, because "
    "a damaged spot has no valid intensity.",
    "negative": "Spots with a negative flag (bad, absent or not found) were treated as missing{count}, because "
    "their intensities are not reliable.",
    "ignore": "No spot was excluded for its flag.",
}

_SIGNALS = {
    "gene": "The total gene signals of Agilent Feature Extraction were used, which sum the probes of each miRNA, "
    "the background subtracted.",
    "processed": "The processed signals of the features of Agilent Feature Extraction were used, from which the "
    "background is subtracted.",
    "median": "The median signals of the features of Agilent Feature Extraction were used.",
}
"""By the signal that was read of Agilent files."""

_LESS = "The background intensity of each spot was subtracted from its foreground intensity"
_BACKGROUNDS = {
    "none": "The foreground intensities were used without subtraction of a background.",
    "subtract": f"{_LESS}, to remove fluorescence that is not of the spot.",
    "half": f"{_LESS}, and signals below 0.5 were set to 0.5, so that every spot had a logarithm.",
    "minimum": f"{_LESS}, and signals that were not positive were set to half the lowest positive signal of the "
    "array, so that every spot had a logarithm.",
    "movingmin": "The lowest background intensity of the 3 × 3 spots around each spot was subtracted from its "
    "foreground intensity, because the background was allowed to be uneven.",
    "edwards": f"{_LESS}, with a logarithmic transition at low intensities that keeps signals positive.",
    "normexp": "The background was corrected by the normal-exponential convolution model, fitted by saddle-point "
    "approximation, which keeps signals positive and the ratios of dim spots stable.",
    "normexp-mle": "The background was corrected by the normal-exponential convolution model, fitted by exact "
    "maximum likelihood, which keeps signals positive and the ratios of dim spots stable.",
    "negative-control": "The median signal of the negative control spots of each array was subtracted, to remove "
    "nonspecific hybridization.",
    "empty": "The median signal of the empty spots of each array was subtracted, to remove fluorescence that is "
    "not of the probes.",
}

_WITHIN = {
    "median": "The median log ratio of each array was subtracted, because the dyes differ by a factor.",
    "loess": "Each array was corrected by a loess curve of the log ratios over the average intensities, because "
    "the bias of the dyes depends on intensity.",
    "printtip-loess": "Each array was corrected by loess curves of the log ratios over the average intensities "
    "within each block, because print tips differ.",
    "control": "Each array was corrected by a curve through its spike-in spots, because many probes may change.",
}

_REPLICATES = {
    "median": "their median, which a single damaged spot does not change",
    "mean": "their mean, which varies least where the spots are good",
    "weighted": "their weighted mean, in which flagged spots count less",
    "median-polish": "median polish (RMA), which gives each spot an affinity of its own and does not change with "
    "a single damaged spot",
}

_BETWEEN = {
    "none": "The levels of the arrays were not adjusted to each other.",
    "scale": "The arrays were scaled to one median, assuming that most probes do not change.",
    "quantile": "The arrays were quantile normalized, assuming that intensities have the same distribution in all "
    "samples.",
    "cyclic-loess": "The arrays were normalized by cyclic loess against their mean, because differences between "
    "arrays may depend on intensity.",
    "cyclic-loess-affy": "The arrays were normalized by cyclic loess against every other array, because "
    "differences between arrays may depend on intensity.",
    "cyclic-loess-pairs": "The arrays were normalized by cyclic loess pair by pair, because differences between "
    "arrays may depend on intensity.",
    "vsn": "The variance was stabilized (vsn), which also gives values to signals that are not positive.",
    "spike-in": "The arrays were normalized by curves through their spike-in controls, so that differences in "
    "total miRNA between samples were kept.",
    "small-rna": "The mean log2 signal of the small RNA controls was subtracted from each array, assuming that "
    "these RNAs do not change.",
}

_RATIO_BETWEEN = {
    "none": _BETWEEN["none"],
    "scale": "Log ratios and average intensities were scaled to one median of absolute values on all arrays.",
    "quantile": "Both channels of all arrays were given one distribution (quantile normalization).",
    "Aquantile": "The average intensities of all arrays were given one distribution (Aquantile); the log ratios "
    "were kept.",
    "Gquantile": "The green channel of all arrays was given one distribution (Gquantile); the log ratios were "
    "kept.",
    "Rquantile": "The red channel of all arrays was given one distribution (Rquantile), because it holds the "
    "common reference; the log ratios were kept.",
    "Tquantile": "The channels of each group were given one distribution (Tquantile).",
}

_COUNTING = {
    "mirna": "Probes for miRNAs and miRPlus sequences were analyzed{count}; controls, empty spots and probes for "
    "other species were not.",
    "all": "All probes but controls and empty spots were analyzed{count}.",
}


def quality_sentences(record: StepRecord, normalized: StepRecord | None) -> Iterator[Sentence]:
    """Say how the quality of the arrays was judged, what was found, and which arrays were used."""
    from mirtool.quality.outliers import FEWEST_FOR_FENCE

    verdicts = record.number("verdicts") or {}
    if not verdicts:
        return
    arrays = plural(len(verdicts), record.noun)
    if set(verdicts.values()) == {"not judged"}:
        yield Sentence(f"The quality of {arrays} was not judged, as these data do not allow it.")
        return
    rules = (
        f"the sum of distances to the other {record.noun}s, the Kolmogorov-Smirnov statistic, and Hoeffding's "
        "D of the MA plot"
    )
    if len(verdicts) < FEWEST_FOR_FENCE:
        rules = (
            f"Hoeffding's D of the MA plot; there were too few {record.noun}s to compare distances and "
            "distributions"
        )
    yield Sentence(
        f"The quality of {arrays} was assessed by the outlier rules of arrayQualityMetrics: {rules}.",
        ("kauffmann2009",),
    )
    if record.unit == LANE:
        yield from lane_quality_sentences()
    yield Sentence(f"{_verdicts_in_words(record, verdicts)}.")
    used = (normalized.number("samples") if normalized else None) or ()
    excluded = [name for name in verdicts if name not in used]
    if used and not excluded:
        yield Sentence(
            f"All of these {record.noun}s were normalized."
            if len(verdicts) > 1
            else f"The {record.noun} was normalized."
        )
    elif used:
        yield Sentence(f"{_capital(named(excluded, record.noun))} {were(len(excluded))} not used further.")


def _verdicts_in_words(record: StepRecord, verdicts: Mapping[str, str]) -> str:
    why: dict[str, str] = {}
    for finding in record.number("findings") or ():
        what = record.terms.said(str(finding.get("what", "")).partition(";")[0])
        why.setdefault(finding.get("array", ""), what)
    parts = []
    for verdict, words in _VERDICTS.items():
        names = [name for name, own in verdicts.items() if own == verdict]
        if not names:
            continue
        judged = "judged to be outliers" if verdict == "outlier" and len(names) > 1 else words
        part = f"{len(names):,} {were(len(names))} {judged}"
        if verdict != "fine" and len(names) <= 3:
            part += f" ({'; '.join(f'{name}: {why[name]}' if name in why else name for name in names)})"
        parts.append(part)
    return (
        f"Of the {plural(len(verdicts), record.noun)}, {joined(parts)}"
        if record.unit == LANE
        else f"Of these, {joined(parts)}"
    )


def scan_sentences(facts: StudyFacts) -> Iterator[Sentence]:
    """Say how the arrays were scanned and quantified, as far as the headers of their files do."""
    scanner, wavelengths = re.sub(r"\s*\[.*?\]", "", facts.header("Scanner")), facts.header("Wavelengths")
    details = aside(*facts.scan_words("PixelSize", "PMTGain", "ScanPower"))
    if scanner or wavelengths:
        by = f" with a {scanner} scanner" if scanner else ""
        at = f" at {wavelengths} nm" if wavelengths else ""
        yield Sentence(f"Arrays were scanned{by}{at}{details}.")
    program, array_list = facts.header("Creator"), facts.header("GalFile")
    if program:
        of = f" and the array list {array_list}" if array_list else ""
        yield Sentence(f"Spots were quantified with {program}{of}.")


def normalization_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say how the arrays were normalized: each choice, its reason, and what it left out."""
    choices = _choices(record)
    ratio = is_ratio(choices.get("channel"))
    yield from _raw_data(record, ratio)
    if record.is_panel:
        yield from panel_well_sentences(record, choices)
        yield from panel_probe_sentences(record)
        yield from panel_detection_sentences(record, choices)
        yield from panel_reference_sentences(record, str(record.number("between") or choices.get("between")))
    elif record.unit == LANE:
        yield from lane_background_sentences(record, choices)
        yield from lane_probe_sentences(record)
        yield from lane_scaling_sentences(record, str(record.number("between") or choices.get("between")))
    else:
        yield from _array_steps(record, choices, ratio)
    yield from _result(record, choices)
    yield from _names(record, choices)


def _array_steps(record: StepRecord, choices: Mapping[str, Any], ratio: bool) -> Iterator[Sentence]:
    yield from _spots(record, choices)
    if ratio:
        yield from _within(choices)
    if record.number("replicates") == "median-polish":
        yield from _between(record, choices, ratio)
        yield from _probes(record, ratio)
        return
    yield from _probes(record, ratio)
    yield from _between(record, choices, ratio)


def _choices(record: StepRecord) -> dict[str, Any]:
    """Return the arguments, with what the recorded preset sets where none was given."""
    preset = PRESET_ALIASES.get(str(record.argument("preset")), record.argument("preset"))
    presets = RATIO_PRESET_STEPS if is_ratio(record.argument("channel")) else PRESET_STEPS
    given = {name: value for name, value in record.arguments.items() if value is not None}
    return dict(presets.get(str(preset), {})) | given


def _raw_data(record: StepRecord, ratio: bool) -> Iterator[Sentence]:
    samples, spots = record.number("samples"), record.number("spots")
    if not samples:
        return
    if record.is_panel:
        kinds = record.number("probes_by_kind") or {}
        assays = f" ({plural(sum(kinds.values()), 'assay')} per sample, controls included)" if kinds else ""
        yield Sentence(f"Ct values of {plural(len(samples), 'sample')}{assays} were normalized.")
        return
    if record.unit == LANE:
        codes = f" ({plural(spots, 'probe')} per lane, controls included)" if spots else ""
        yield Sentence(f"Counts of {plural(len(samples), 'NanoString lane')}{codes} were normalized.")
        return
    text = f"Raw data of {plural(len(samples), 'array')}"
    details = [f"{number(spots)} spots per array"] if spots else []
    top, bottom = record.number("numerator"), record.number("denominator")
    if not ratio and record.number("channel"):
        details.append(f"channel {record.number('channel')}")
    text += f" ({', '.join(details)})" if details else ""
    if ratio and top and bottom:
        yield Sentence(f"{text} were normalized; the values are log2 ratios of the channels {top} and {bottom}.")
    else:
        yield Sentence(f"{text} were normalized.")


def _spots(record: StepRecord, choices: Mapping[str, Any]) -> Iterator[Sentence]:
    """Say what became of flagged spots, of the background, and whether an offset was added."""
    flags = _FLAGS.get(str(record.number("flag_rule")))
    if flags and record.number("flags") is not None:
        out = record.number("flagged_out") or ()
        count = f" ({_total(out, 'spot')}, {extent(out)} per array)" if len(out) > 1 else ""
        yield Sentence(flags.format(count=count))
    method, signal = choices.get("background"), str(choices.get("signal"))
    if signal in _SIGNALS:
        yield Sentence(_SIGNALS[signal])
    if signal in ("gene", "processed") and method in (None, "none"):
        pass
    elif method is None and record.number("background_subtracted") is False:
        yield Sentence("The foreground intensities were used, as the files hold no background intensities.")
    elif method is not None or record.number("background_subtracted"):
        name = str(method or "subtract")
        if name in _BACKGROUNDS:
            yield Sentence(_BACKGROUNDS[name], references_of(BACKGROUND_METHODS.get(name)))
    if choices.get("offset"):
        yield Sentence(
            f"An offset of {number(choices['offset'])} counts was added to every signal, to shrink the ratios of "
            "dim spots toward 1."
        )


def _within(choices: Mapping[str, Any]) -> Iterator[Sentence]:
    name = str(choices.get("within"))
    if name in _WITHIN:
        yield Sentence(_WITHIN[name], references_of(WITHIN.get(name)))


def _probes(record: StepRecord, ratio: bool) -> Iterator[Sentence]:
    """Say how replicates were combined, which probes count, and what counts as detected."""
    center = _REPLICATES.get(str(record.number("replicates")))
    if center:
        scale = "as logarithms" if record.number("replicate_scale") == "log" else "on the linear scale"
        numbers = sorted(int(n) for n in record.number("probes_by_replicates") or ())
        how_many = f"The {extent(numbers)} replicate spots" if numbers and numbers[-1] > 1 else "Replicate spots"
        if record.number("replicates") == "median-polish":
            yield Sentence(
                f"The log2 signals of the {extent(numbers)} spots of each miRNA were then summarized by {center}.",
                references_of(REPLICATE_METHODS["median-polish"]),
            )
        elif not numbers or numbers[-1] > 1:
            yield Sentence(f"{how_many} of a probe were combined {scale} as {center}.")
    counting = record.number("counting_probes")
    words = _COUNTING.get(str(record.number("probe_choice")))
    if words:
        yield Sentence(words.format(count=f" ({number(counting)} probes)" if counting else ""))
    lost = record.number("non_positive") or ()
    if sum(lost) and record.number("between") != "vsn":
        values = (counting or 0) * len(lost)
        of = f" of {number(values)}" if values else ""
        yield Sentence(
            f"Signals that were not positive ({sum(lost):,}{of}) were treated as missing, because they have no "
            "logarithm."
        )
    cutoff, call = record.number("min_intensity"), record.number("detection")
    if call:
        yield Sentence(f"Probes were considered detected by the call of the image analysis software ({call}).")
    elif cutoff is not None:
        where = " in both channels" if ratio else ""
        found, separates = _controls(record)
        yield Sentence(
            f"A probe was considered detected on an array where its signal was {number(cutoff)} or more{where}, "
            f"to exclude signals in the range of the background{aside(found)}."
            if separates
            else f"A probe was considered detected on an array where its signal was {number(cutoff)} or "
            f"more{where}; this does not exclude the background here, as {found}."
        )


def _controls(record: StepRecord) -> tuple[str, bool]:
    """Return how many control spots reached the cut-off, and True where most of each kind did not."""
    parts, separates = [], True
    for control in record.number("controls") or ():
        spots, passing = sum(control.get("spots", ())), sum(control.get("passing", ()))
        if spots:
            parts.append(f"{passing:,} of {spots:,} {control.get('kind')} spots reached it")
            separates &= passing <= spots / 2
    return "; ".join(parts), separates


def _between(record: StepRecord, choices: Mapping[str, Any], ratio: bool) -> Iterator[Sentence]:
    name = str(record.number("between") or choices.get("between"))
    methods, sentences = (RATIO_BETWEEN_METHODS, _RATIO_BETWEEN) if ratio else (BETWEEN_METHODS, _BETWEEN)
    references = references_of(methods.get(name))
    if name != "median":
        if name in sentences:
            yield Sentence(sentences[name], references)
        return
    probes, factors = record.number("factor_probes"), record.number("factors") or ()
    over = f"the {plural(probes, 'probe')}" if probes else "the probes"
    if ratio:
        yield Sentence(
            f"The median log ratio of {over} detected in all arrays was subtracted from each array, assuming that "
            "these probes do not change on average.",
            references,
        )
        return
    spread = f" (factors: {extent(factors)})" if factors else ""
    yield Sentence(
        f"The signals of each array were divided by their median over {over} detected in all arrays{spread}, "
        "assuming that these probes do not change on average.",
        references,
    )


def _result(record: StepRecord, choices: Mapping[str, Any]) -> Iterator[Sentence]:
    """Say which probes were kept, what was filled in, and the scale."""
    kept, counting = record.number("kept"), record.number("counting_probes")
    rule = str(record.number("keep"))
    where = kept_where(rule, record.number("keep_share"), record.noun)
    if where:
        count = f" ({number(kept)} of {number(counting)})" if kept is not None and counting else ""
        others = "" if rule == "all" else _other_values(record, choices)
        what = "miRNAs" if record.is_panel else "Probes"
        yield Sentence(f"{what} detected {where} were kept{count}{others}.", references_of(KEEP_RULES[rule]))
    elif rule == "everything":
        yield Sentence(f"All of these {record.row}s were kept.")
    if record.number("imputation") == "knn":
        n = sum(record.number("imputed") or ())
        count = f" ({number(n)})" if n else ""
        yield Sentence(
            f"Missing values{count} were filled in from the ten nearest probes.", references_of(IMPUTATIONS["knn"])
        )
    if choices.get("linear") is False and not is_ratio(choices.get("channel")) and not record.is_panel:
        yield Sentence("Normalized values were analyzed as log2.")


def _other_values(record: StepRecord, choices: Mapping[str, Any]) -> str:
    """Say that a probe kept has values where it is not detected; in lanes these are missing by default."""
    if record.unit != LANE and not record.is_panel:
        return ", with their values on the other arrays too"
    is_missing = not_detected_choice(record, choices) == "missing"
    return "" if is_missing else f", with their values in the other {record.noun}s too"


def _names(record: StepRecord, choices: Mapping[str, Any]) -> Iterator[Sentence]:
    total, renamed = record.number("mirna_names", "names"), record.number("mirna_names", "renamed")
    if not total or renamed is None:
        return
    lost = record.number("mirna_names", "not_mapped") or ()
    unknown = f", {len(lost):,} {'is' if len(lost) == 1 else 'are'} not in miRBase or ambiguous" if lost else ""
    used = "the current names were used" if choices.get("current_names") else f"the names {record.whole} were kept"
    yield Sentence(
        f"The {plural(total, 'miRNA name')} {record.whole} {were(total)} looked up in miRBase: {len(renamed):,} "
        f"{'has' if len(renamed) == 1 else 'have'} changed since{unknown}, and {used}.",
        ("kozomara2019",),
    )


def _total(values: Any, noun: str) -> str:
    return f"{plural(sum(values), noun)} in all"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
