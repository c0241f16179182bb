"""Sentences about NanoString lanes: how they were judged, what lay in the background, what scaled them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.normalize.lanes import FLAGGED, LEAST_CONCENTRATION, POSITIVE_FACTOR_LIMITS
from mirtool.report.methods.record import StepRecord, extent, number
from mirtool.report.methods.text import Sentence
from mirtool.wording import plural

NANOSTRING = ("nanostring2017",)
_LIMIT = "the mean plus two standard deviations of the negative controls of their lane"

_POSITIVE = (
    "The counts of each lane were multiplied by its positive-control factor (the geometric mean of the positive "
    f"controls of {LEAST_CONCENTRATION:g} fM and more, averaged over all lanes, divided by that of the lane)"
)
_BACKGROUNDS = {
    "threshold": "Counts below the limit were raised to it.",
    "subtract-threshold": "The limit was subtracted from the counts of its lane.",
    "none": "No background was subtracted from the counts.",
}
_CONTENT = {
    "top-100": ", and then by a content factor, the same ratio for the {n} probes with the highest mean count of "
    "those with a count in every lane, assuming that these differ between samples by the amount of RNA alone",
    "housekeeping": ", and then by a content factor, the same ratio for the {n}housekeeping genes, assuming that "
    "these do not change",
    "positive-controls": ", so that differences in total RNA between samples were kept",
}


def lane_quality_sentences() -> Iterator[Sentence]:
    """Say by which limits of nSolver the lanes were judged."""
    from mirtool.quality import lanes

    least, most = POSITIVE_FACTOR_LIMITS
    yield Sentence(
        f"By the limits of nSolver, a lane was marked where fewer than {lanes.LEAST_FIELDS:g} % of its fields of "
        f"view were counted, its binding density lay outside {lanes.LEAST_DENSITY:g} to {lanes.MOST_DENSITY:g} "
        f"barcodes per square micrometer ({lanes.MOST_DENSITY_SPRINT:g} on a SPRINT), r² between log2 counts and "
        f"log2 concentrations of its positive controls was below {lanes.LEAST_R_SQUARED:g}, its positive control "
        f"of {LEAST_CONCENTRATION:g} fM lay below the mean plus two standard deviations of its negative controls, "
        f"or its positive-control factor lay outside {least:g} to {most:g}.",
        NANOSTRING,
    )
    yield Sentence(
        "A lane was also marked where a positive ligation control, if the panel has any, was not above that limit "
        "of background."
    )


def not_detected_choice(record: StepRecord, choices: Mapping[str, Any]) -> str:
    """Return what became of counts in the background: ``missing``, ``floor`` or ``keep``."""
    if record.number("flag_rule") == "negative":
        return "missing"
    return str(choices.get("not_detected") or "missing")


def lane_background_sentences(record: StepRecord, choices: Mapping[str, Any]) -> Iterator[Sentence]:
    """Say how many counts were in the background, and what became of these and of the others."""
    counted = (record.number("flags") or {}).get("-75") or ()
    probes, lanes = record.number("counting_probes"), len(record.number("samples") or ())
    details = f"{sum(counted):,}{f' of {probes * lanes:,}' if probes else ''}; {extent(counted)} per lane"
    count = f" ({details})" if counted else ""
    choice = not_detected_choice(record, choices)
    background = str(choices.get("background"))
    if choice == "missing":
        yield Sentence(
            f"Counts that were not above the background limit, {_LIMIT}{count}, were treated as missing, because "
            "they cannot be distinguished from background.",
            NANOSTRING,
        )
    else:
        where = " only where no lane of a group was above it" if choice == "floor" else ""
        yield Sentence(
            f"The background limit of counts was {_LIMIT}; counts that were not above it{count} were "
            f"{'' if where else 'not '}treated as missing{where}.",
            NANOSTRING,
        )
    if background in _BACKGROUNDS and (choice, background) != ("missing", "threshold"):
        yield Sentence(_BACKGROUNDS[background], () if background == "none" else NANOSTRING)


def lane_scaling_sentences(record: StepRecord, name: str) -> Iterator[Sentence]:
    """Say by which controls and probes the lanes were scaled, and by how much."""
    if name == "none":
        yield Sentence("The levels of the lanes were not adjusted to each other.")
    if name not in _CONTENT:
        return
    remarks = [str(each) for each in record.number("remarks") or ()]
    found = next(filter(None, (re.match(r"content factor: (?:the )?(\d+)", each) for each in remarks)), None)
    n = found[1] if found else ""
    content = _CONTENT[name].format(n=(n or "100") if name == "top-100" else n and f"{n} ")
    divisors = [each for each in record.number("factors") or () if each]
    what = "factors" if name == "positive-controls" else "product of both factors"
    spread = f" ({what}: {extent([1 / each for each in divisors])})" if divisors else ""
    yield Sentence(f"{_POSITIVE}{content}{spread}.", NANOSTRING)
    yield from (Sentence(f"{each}.") for each in remarks if each.startswith(FLAGGED))


def lane_probe_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say which probes were analyzed."""
    counting = record.number("counting_probes")
    count = f" ({plural(counting, 'probe')})" if counting else ""
    if record.number("probe_choice") == "mirna":
        yield Sentence(
            f"Probes for miRNAs were analyzed{count}; controls, housekeeping genes and probes for other species "
            "were not."
        )
    elif record.number("probe_choice") == "all":
        yield Sentence(f"All probes but controls were analyzed{count}.")
    cutoff = record.number("min_intensity")
    if not record.number("detection") and cutoff is not None:
        yield Sentence(f"A probe was considered detected in a lane where its count was {number(cutoff)} or more.")
    elif record.number("detection"):
        yield Sentence("A probe was considered detected in a lane where its count was above the background limit.")
