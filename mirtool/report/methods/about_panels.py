"""Sentences about qPCR panels: wells and plates, what was not detected, and the reference of ΔCt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.io.arrays.settings import CALIBRATORS_OF_PANEL, FROM_TABLE
from mirtool.normalize.methods import BETWEEN_METHODS
from mirtool.report.methods.record import StepRecord, extent, joined, number, references_of, were
from mirtool.report.methods.text import Sentence
from mirtool.wording import plural

_SCALE = "−ΔCt, log2 of the relative amount: more is higher, and one cycle is one doubling"
_BETWEEN = {
    "global-mean": "The mean Ct of the {n}miRNAs detected in all samples was taken as the reference of each "
    "sample (global mean), assuming that most of them do not change.",
    "expressed-mean": "The mean Ct of all miRNAs detected in the sample was taken as its reference (global mean), "
    "assuming that most of them do not change.",
    "references": "The mean Ct of {names} was taken as the reference of each sample, assuming that {they} not "
    "change.",
    "normfinder": "The reference of each sample was the mean Ct of {names}, which NormFinder found the most "
    "stable of the miRNAs detected in all samples.",
    "genorm": "The reference of each sample was the mean Ct of {names}, which geNorm found the most stable of the "
    "miRNAs detected in all samples.",
    "none": "The Ct values of the samples were not adjusted to each other.",
}


def panel_well_sentences(record: StepRecord, choices: Mapping[str, Any]) -> Iterator[Sentence]:
    """Say how the wells of a sample became one Ct, and how plates were made comparable."""
    numbers = sorted(int(n) for n in record.number("probes_by_replicates") or ())
    if numbers and numbers[-1] > 1:
        out = sum(record.number("flagged_out") or ())
        limit = choices.get("replicate_limit")
        left = (
            f"; {plural(out, 'well')} off the median of three or more by over {number(limit)} cycles "
            f"{were(out)} left out"
            if out and limit
            else ""
        )
        center = "median" if record.number("replicates") == "median" else "mean"
        yield Sentence(f"Replicate wells of a sample became one Ct, their {center}{left}.", ("hellemans2007",))
    calibrators = choices.get("calibrators")
    if calibrators:
        by = "the panel's calibrators" if calibrators == CALIBRATORS_OF_PANEL else str(calibrators)
        yield Sentence(f"Plates were made comparable by inter-plate calibrators ({by}).", ("hellemans2007",))
    efficiency = choices.get("efficiency")
    if efficiency:
        yield Sentence(
            "Amounts were corrected for the efficiency of amplification "
            + ("in the Ct table." if FROM_TABLE in efficiency else f"({joined(map(str, efficiency))})."),
            ("pfaffl2001",),
        )


def panel_detection_sentences(record: StepRecord, choices: Mapping[str, Any]) -> Iterator[Sentence]:
    """Say what counts as detected, how much was not, and what became of it."""
    counted = record.number("not_detected") or ()
    probes, samples = record.number("counting_probes"), len(record.number("samples") or ())
    limit = record.number("limit")
    if limit is not None:
        yield Sentence(f"A miRNA was considered detected in a sample at a Ct of {number(limit)} or less.")
    if not sum(counted):
        return
    details = f"{sum(counted):,}{f' of {probes * samples:,}' if probes else ''}; {extent(counted)} per sample"
    choice = str(choices.get("not_detected") or "missing")
    if choice == "missing":
        yield Sentence(
            f"Values that were not detected ({details}) were treated as missing, because a Ct in their place "
            "would not be a measurement.",
            ("mccall2014",),
        )
    elif choice == "floor":
        yield Sentence(
            f"Values that were not detected ({details}) were given the Ct of the limit, except where no sample of "
            "a group detected the miRNA; there they were treated as missing."
        )
    else:
        yield Sentence(
            f"Ct values above the limit were used as measured, and wells without a Ct were treated as missing "
            f"({details} not detected)."
        )


def panel_probe_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say which assays were analyzed."""
    counting = record.number("counting_probes")
    count = f" ({plural(counting, 'miRNA')})" if counting else ""
    if record.number("probe_choice") == "mirna":
        yield Sentence(
            f"Assays of miRNAs were analyzed{count}; spike-ins, reference RNAs and calibrators were not."
        )
    elif record.number("probe_choice") == "all":
        yield Sentence(f"All assays but spike-ins and calibrators were analyzed ({counting:,})." if counting else
                       "All assays but spike-ins and calibrators were analyzed.")  # fmt: skip


def panel_reference_sentences(record: StepRecord, name: str) -> Iterator[Sentence]:
    """Say against which reference the values are, and on which scale."""
    if name not in _BETWEEN:
        return
    names = [str(each) for each in record.number("reference_names") or ()]
    n = record.number("n_references")
    text = _BETWEEN[name].format(
        n=f"{n:,} " if n else "",
        they="they do" if len(names) > 1 else "it does",
        names=joined(names) or "those that were named",
    )
    yield Sentence(text, references_of(BETWEEN_METHODS[name]))
    if name != "none":
        yield Sentence(f"Values are {_SCALE}.", ("livak2001",))
