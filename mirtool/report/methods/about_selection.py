"""Sentences about the validation by qPCR and the shortlist."""

from __future__ import annotations

from collections.abc import Iterator

from mirtool.io.arrays.settings import FROM_TABLE
from mirtool.report.methods.about_comparison import ADJUSTMENT_WORDS, adjustment_references
from mirtool.report.methods.record import StepRecord, joined, named, number, references_of, were
from mirtool.report.methods.text import Sentence
from mirtool.rules import Rule
from mirtool.shortlist.settings import RANKS
from mirtool.wording import plural

_TESTS = {
    "welch": ("Welch's t test, which does not assume equal variances", ("welch1947",)),
    "student": ("Student's t test, which assumes equal variances", ("student1908",)),
    "paired": ("the paired t test, because the samples are pairs", ("student1908",)),
    "mann-whitney": ("the Mann-Whitney test, which does not assume a normal distribution", ("mann1947",)),
}
_RANKS = {
    "confident": "the change that remains at 99.9 % confidence, damped at low intensity (so that change, P and "
    "intensity count)",
    "pi": "the product of the log2 change and −log10 P (so that both count)",
    "fold-change": "the size of the fold change",
    "p": "P",
    "fdr": "adjusted P",
    "detection": "the number of arrays with a value",
    "stability": "the share of plausible choices under which they were found",
}


def qpcr_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say how wells became ratios, how these were tested, and what became of the array's findings."""
    yield from _wells(record)
    yield from _references(record)
    yield from _efficiency(record)
    yield from _test(record)
    yield from _verdicts(record)


def _wells(record: StepRecord) -> Iterator[Sentence]:
    wells, targets = record.number("wells"), record.number("targets")
    if wells is None:
        return
    samples = sum(len(names) for side in ("tested", "reference") for names in (record.number(side) or {}).values())
    of = f" of {plural(targets, 'target')}" if targets is not None else ""
    in_samples = f" in {plural(samples, 'sample')}" if samples else ""
    yield Sentence(f"The Ct values of {plural(wells, 'qPCR well')}{of}{in_samples} were analyzed.")
    center, limit = record.argument("replicates"), record.argument("replicate_limit")
    if center in ("mean", "median"):
        yield Sentence(f"Replicate wells were combined as their {center}.")
    out = record.number("wells_left_out_as_outliers")
    if record.argument("keep_outliers") is False and limit is not None:
        found = "" if out is None else f" ({plural(out, 'well')})" if out else " (none was)"
        yield Sentence(
            f"Of three or more replicate wells, the one farthest from their median was left out if it was off by "
            f"more than {number(limit)} cycles{found}, as a pipetting error would distort the mean.",
            ("hellemans2007",),
        )
    without = record.number("wells_without_ct")
    if without:
        put = record.argument("undetermined")
        became = "treated as missing" if put is None else f"given a Ct of {number(put)}"
        yield Sentence(f"{plural(without, 'well')} without a Ct {were(without)} {became}.")


def _references(record: StepRecord) -> Iterator[Sentence]:
    genes = record.argument("reference") or ()
    if not genes:
        return
    if len(genes) == 1:
        yield Sentence(f"ΔCt values are relative to the reference gene {genes[0]}.")
        return
    yield Sentence(
        f"ΔCt values are relative to the mean of the reference genes {joined(genes)}, which varies less than a "
        "single one.",
        ("vandesompele2002",),
    )
    if record.wrote("validation_references.csv"):
        yield Sentence(
            "The stability of the reference genes was assessed by geNorm and NormFinder.",
            ("vandesompele2002", "andersen2004"),
        )


def _efficiency(record: StepRecord) -> Iterator[Sentence]:
    given = record.argument("efficiency")
    if given is None:
        return
    if not given:
        yield Sentence(
            "Relative quantities were computed as 2^(−ΔΔCt), assuming that every cycle doubles the product, "
            "as no efficiency was given.",
            ("livak2001",),
        )
    elif FROM_TABLE in given:
        yield Sentence("Relative quantities were corrected for the efficiencies in the Ct table.", ("pfaffl2001",))
    else:
        yield Sentence(
            f"Relative quantities were corrected for the amplification efficiencies {joined(given)}; for other "
            "targets a doubling per cycle was assumed.",
            ("pfaffl2001",),
        )


def _test(record: StepRecord) -> Iterator[Sentence]:
    tested, reference = record.number("tested") or {}, record.number("reference") or {}
    words = _TESTS.get(str(record.argument("test")))
    if not tested or not reference or words is None:
        return
    (one, ones), (other, others) = next(iter(tested.items())), next(iter(reference.items()))
    text, references = words
    confidence = record.argument("confidence")
    interval = f", with {number(100 * confidence)} % confidence intervals of the ratio" if confidence else ""
    yield Sentence(
        f"ΔCt of {one} (n = {len(ones)}) and {other} (n = {len(others)}) were compared by {text}{interval}.",
        references,
    )
    adjust = str(record.argument("adjust"))
    if adjust in ADJUSTMENT_WORDS:
        yield Sentence(f"P values were adjusted {ADJUSTMENT_WORDS[adjust]}.", adjustment_references(adjust))


def _verdicts(record: StepRecord) -> Iterator[Sentence]:
    verdicts = record.number("verdicts") or {}
    if not verdicts:
        return
    alpha = record.argument("alpha")
    limit = f" with adjusted P ≤ {number(alpha)}" if alpha is not None else ""
    yield Sentence(
        f"A finding of {record.platform} was confirmed where qPCR changed in the same direction{limit}, and a "
        "false "
        f"positive where the confidence interval excludes a change as large as the cut-off of {record.platform}."
    )
    counts = [f"{n:,} {_verdict(verdict, n)}" for verdict, n in verdicts.items() if n]
    if counts:
        yield Sentence(f"Of the targets and findings, {joined(counts)}.")


def _verdict(verdict: str, n: int) -> str:
    """Return a verdict with its verb."""
    if verdict == "not tested":
        return f"{were(n)} not tested by qPCR"
    if verdict == "no qPCR result":
        return "had no qPCR result"
    if verdict == "false positive":
        return f"{were(n)} {'a false positive' if n == 1 else 'false positives'}"
    return f"{were(n)} {verdict}"


def shortlist_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say how many miRNAs were taken, by which rank, and where they were looked up."""
    candidates, mirnas = record.number("candidates"), record.number("mirnas")
    rank = record.terms.said(_RANKS.get(str(record.argument("rank")), ""))
    if candidates is None or mirnas is None or not rank:
        return
    rule = record.argument("regulation")
    by = f" (up or down by {Rule(rule).words})" if rule in tuple(Rule) else ""
    direction = record.argument("direction")
    only = f", those {direction} only," if direction in ("up", "down") else ""
    yield Sentence(
        f"Of {plural(candidates, 'candidate')}{by}{only} the first {number(len(mirnas))} by {rank} were listed.",
        references_of(RANKS.get(str(record.argument("rank")))),
    )
    alone = record.number("detected_only")
    if alone:
        yield Sentence(
            f"{plural(len(alone['mirnas']), 'miRNA')} that one group alone detected {were(len(alone['mirnas']))} "
            "listed besides, without a rank."
        )
    lists = record.number("lists") or {}
    if lists:
        yield Sentence(f"The miRNAs were looked up in {named(list(lists), 'list')}.")
    levels = record.number("levels")
    if levels:
        yield Sentence(
            f"Their levels in {levels['fluid']} ({levels['unit']}) were taken from a reference table, and ranked "
            f"among the {plural(levels['seen_in_table'], 'miRNA')} seen there."
        )
