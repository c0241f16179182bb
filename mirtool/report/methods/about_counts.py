"""Sentences about sequencing counts: which miRNAs were kept, how libraries were scaled, how they were fitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.counts.methods import FACTORS
from mirtool.io.arrays.not_detected import SAID
from mirtool.report.methods.record import StepRecord, number, references_of
from mirtool.report.methods.text import Sentence
from mirtool.wording import plural

_WHY = ", because a few miRNAs may take a large part of the reads"
_FACTORS = {
    "tmm": "by the trimmed mean of M values (TMM)",
    "rle": "by the median ratio to the geometric mean of all samples (RLE)",
    "upper-quartile": "by the upper quartile of the counts",
}


def count_sentences(record: StepRecord, counts: Mapping[str, Any]) -> Iterator[Sentence]:
    """Say how the counts of a comparison were filtered, scaled and fitted."""
    reads, factors = counts["reads"].values(), counts["factors"].values()
    least = record.argument("min_count")
    kept = f"{plural(counts['miRNAs'], 'miRNA')} of {counts['miRNAs_read']:,} were kept"
    if least:
        yield Sentence(
            f"Sequencing reads were counted per miRNA and sample; {kept}, those with at least {number(least)} "
            "reads (in a library of median size) in as many samples as the smallest group has, because others "
            "have too few reads to be tested.",
            ("chen2016",),
        )
    else:
        yield Sentence(f"Sequencing reads were counted per miRNA and sample; {kept}, all with any reads.")
    zero = _without_reads(record)
    if zero:
        yield Sentence(zero)
    name = str(record.argument("count_factors"))
    size = f"{min(reads):,.0f} to {max(reads):,.0f} reads"
    if name in _FACTORS:
        yield Sentence(
            f"Library sizes ({size}) were adjusted {_FACTORS[name]}{_WHY} (factors {number(min(factors))} to "
            f"{number(max(factors))}).",
            references_of(FACTORS[name]),
        )
    else:
        yield Sentence(f"Library sizes ({size}) were used as they are.")
    yield from _fitted(record)


_ZEROS = {
    "keep": "Values without reads were kept as counts of zero, to which a prior count was added.",
    "floor": "Values without reads were kept as counts of zero, to which a prior count was added, and left out "
    "where no sample of a group had reads of the miRNA.",
    "missing": "Values without reads were treated as missing.",
}


def _without_reads(record: StepRecord) -> str:
    """Say what became of values without reads; nothing where there are none."""
    comparisons = record.number("comparisons") or [record.summary]
    said = any(str(step).startswith(SAID) for each in comparisons for step in each.get("history") or ())
    return _ZEROS[str(record.argument("not_detected") or "keep")] if said else ""


def _fitted(record: StepRecord) -> Iterator[Sentence]:
    comparisons = record.number("comparisons") or [record.summary]
    if str(comparisons[0].get("test")) not in ("moderated", "student"):
        yield Sentence("Log2 counts per million were compared without weights.")
        return
    if record.argument("count_method") == "trend":
        yield Sentence(
            "Linear models were fitted to log2 counts per million, the common variance depending on the level.",
            ("law2014",),
        )
        return
    of_samples = any(str(each).startswith("arrays") for each in record.argument("weights") or ())
    yield Sentence(
        "Linear models were fitted to log2 counts per million, each weighted by the precision that a count of its "
        "size has (voom)" + (", together with a weight for the quality of each sample." if of_samples else "."),
        ("law2014", "liu2015") if of_samples else ("law2014",),
    )
