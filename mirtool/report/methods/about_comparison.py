"""Sentences about the comparison of groups, its dependence on choices, and the size of a further study."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from mirtool.differential.detection_test import FISHER, MCNEMAR
from mirtool.differential.methods import TESTS
from mirtool.report.methods.about_counts import count_sentences
from mirtool.report.methods.about_tables import table_sentences
from mirtool.report.methods.record import StepRecord, joined, number, references_of, were
from mirtool.report.methods.text import Sentence
from mirtool.report.platform import ARRAY
from mirtool.stats.adjustment_methods import ADJUSTMENTS
from mirtool.wording import plural

_TESTS = {
    "moderated": "a moderated t test on log2 values, which stabilizes the variance of each {row} by that of all "
    "{row}s",
    "welch": "Welch's t test on log2 values, which does not assume equal variances",
    "student": "Student's t test on log2 values, which assumes equal variances",
    "rank-sum": "Wilcoxon's rank-sum test, which does not assume a normal distribution",
    "signed-rank": "Wilcoxon's signed-rank test of the differences within pairs, which does not assume a normal "
    "distribution",
    "permutation": "permutation of the moderated difference d on log2 values{permutations}, which does not "
    "assume a normal distribution",
}

_BY_SERVICES = ", the definition that array service laboratories use"
_FOLD_CHANGES = {
    "ratio-of-means": "Fold changes are ratios of the arithmetic means of the linear normalized {values}"
    f"{_BY_SERVICES}.",
    "geometric": "Fold changes are ratios of the geometric means of the normalized {values}, which a single "
    "high value changes little.",
    "fitted": "Fold changes are ratios of the geometric means that the model fits, so that they agree with the "
    "test.",
}

ADJUSTMENT_WORDS = {
    "bh": "by the Benjamini-Hochberg procedure, which controls the false discovery rate",
    "by": "by the Benjamini-Yekutieli procedure, which controls the false discovery rate under any dependence",
    "holm": "by Holm's method, which controls the family-wise error rate",
    "bonferroni": "by Bonferroni's method, which controls the family-wise error rate",
    "storey": "to q values by Storey's method",
    "storey-spline": "to q values by Storey's method with a spline",
    "sidak": "by Šidák's method, which controls the family-wise error rate",
    "holm-sidak": "by Šidák's step-down method, which controls the family-wise error rate",
    "simes-hochberg": "by Hochberg's step-up method, which controls the family-wise error rate",
    "hommel": "by Hommel's method, which controls the family-wise error rate",
    "fdr_tsbh": "by a two-stage procedure, which controls the false discovery rate",
    "fdr_tsbky": "by a two-stage procedure, which controls the false discovery rate",
    "fdr_gbs": "by an adaptive step-down procedure, which controls the false discovery rate",
}


def adjustment_references(name: str) -> tuple[str, ...]:
    """Return the references of an adjustment of P."""
    if name in ("sidak", "holm-sidak"):
        return ("sidak1967",)
    return references_of(ADJUSTMENTS.get(name))


def comparison_sentences(record: StepRecord, normalized: StepRecord | None = None) -> Iterator[Sentence]:
    """Say what was compared, by which test, and what passed; where the values are from, if not normalized."""
    table = record.argument("table")
    counts = record.number("counts")
    if counts:
        yield from count_sentences(record, counts)
    elif normalized is None and table and table != "-" and not str(table).startswith("<"):
        name = PurePosixPath(str(table)).name
        yield Sentence(f"The normalized values of the table {name} were used as they are.")
        own = record.number("history") or (record.number("comparisons") or [{}])[0].get("history") or ()
        yield from table_sentences(own)
    comparisons = record.number("comparisons") or ([record.summary] if record.number("tested") else [])
    if not comparisons:
        return
    yield from _groups(record, comparisons)
    yield from _model(record)
    yield from _test(record, comparisons)
    fold_change = str(record.argument("fold_change"))
    if fold_change == "geometric" and record.is_panel:
        yield Sentence(
            "Fold changes are 2^−ΔΔCt, ratios of the geometric means of the relative amounts.", ("livak2001",)
        )
    elif fold_change in _FOLD_CHANGES:
        words = _FOLD_CHANGES[fold_change].format(values=record.values)
        yield Sentence(words if record.unit == ARRAY else words.replace(_BY_SERVICES, ""))
    yield from _adjustment(record, comparisons)
    for each in comparisons:
        yield from _passing(record, each, of_several=len(comparisons) > 1)
        yield from _detection(record, each, of_several=len(comparisons) > 1)
    yield from _sensitivity(record)


def _detection(record: StepRecord, comparison: Mapping[str, Any], *, of_several: bool) -> Iterator[Sentence]:
    """Say how detection was compared, which fold changes can't say, and what was found."""
    found = comparison.get("detection")
    if not found:
        return
    words, reference = _DETECTION_TESTS[found["test"]]
    n, passing = sum(found["detected_only"].values()), found["passing"]["detected only"]
    where = f" between {' and '.join(_sides(comparison))}" if of_several else ""
    yield Sentence(
        f"{record.row[:1].upper()}{record.row[1:]}s that one group alone detects have no fold change{where}; "
        f"detection was therefore compared {words}, with P adjusted over "
        f"{plural(found['tests_made'], record.row)} by the Benjamini-Hochberg procedure. Of {n:,} "
        f"detected in one group only, {passing:,} had adjusted P ≤ {number(record.argument('alpha'))}.",
        (reference, "benjamini1995"),
    )


_DETECTION_TESTS = {
    FISHER: (
        "by Fisher's exact test of the numbers of samples that detect each, independently of the fold changes",
        "fisher1925",
    ),
    MCNEMAR: (
        "by McNemar's exact test of the pairs in which one sample alone detects each, independently of the fold "
        "changes",
        "mcnemar1947",
    ),
}


def _sides(comparison: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of the tested and of the reference group."""
    return next(iter(comparison["tested"])), next(iter(comparison["reference"]))


def _groups(record: StepRecord, comparisons: list[Mapping[str, Any]]) -> Iterator[Sentence]:
    parts = []
    for each in comparisons:
        tested, reference = _sides(each)
        n_tested, n_reference = len(each["tested"][tested]), len(each["reference"][reference])
        parts.append(f"{tested} (n = {n_tested}) and {reference} (n = {n_reference}, the reference)")
    yield Sentence(f"Expression was compared between {joined(parts, 'and between')}.")
    left_out = comparisons[0].get("left_out") or {}
    without = left_out.get("without_group") or ()
    others = left_out.get("other_groups") or ()
    if without:
        yield Sentence(
            f"{plural(len(without), record.noun)} without a group {were(len(without))} left out "
            f"({joined(without)})."
        )
    if others and len(comparisons) == 1:
        yield Sentence(
            f"{record.noun.capitalize()}s of other groups ({joined(others)}) {were(len(others) + 1)} not compared."
        )


def _model(record: StepRecord) -> Iterator[Sentence]:
    """Say what a linear model held besides the groups."""
    if record.argument("design"):
        yield Sentence(
            f"A linear model with the design {record.argument('design')} was fitted to each {record.row}."
        )
    if record.argument("pair"):
        yield Sentence(
            f"Samples were paired by {record.argument('pair')}, so that pairs differ by the groups only."
        )
    if record.argument("covariate"):
        yield Sentence(f"The model was adjusted for {joined(record.argument('covariate'))}.")
    if record.argument("block"):
        yield Sentence(
            f"{record.noun.capitalize()}s of one {record.argument('block')} were modeled as "
            f"correlated{_correlation(record)}, because "
            "they are not independent.",
            ("smyth2005",),
        )
    if record.argument("replicates"):
        yield Sentence(
            "Every replicate spot was fitted, correlated within its array, which uses the variation between "
            "spots.",
            ("smyth2005",),
        )
    weights = record.argument("weights") or ()
    if any(str(each).startswith("arrays") for each in weights):
        own = record.number("array_weights") or {}
        spread = f" ({number(min(own.values()))} to {number(max(own.values()))})" if own else ""
        yield Sentence(
            f"{record.noun.capitalize()}s were weighted by how well they follow the model{spread}, so that noisy "
            f"{record.noun}s count less.",
            ("ritchie2006",),
        )
    if "spots" in weights:
        yield Sentence("Values were weighted by their number of replicate spots.")


def _correlation(record: StepRecord) -> str:
    value = record.number("correlation")
    return "" if value is None or record.argument("replicates") else f" (correlation {number(value)})"


def _test(record: StepRecord, comparisons: list[Mapping[str, Any]]) -> Iterator[Sentence]:
    name = str(comparisons[0].get("test"))
    if name == "none":
        yield Sentence("No statistical test was made.")
        return
    if name not in _TESTS:
        return
    n = record.argument("permutations")
    permutations = f" ({plural(n, 'relabeling')})" if n else ""
    references = references_of(TESTS.get(name)) + (("phipson2010",) if name == "permutation" else ())
    prior = _prior(comparisons) if name == "moderated" and not record.argument("robust") else ""
    tested = _TESTS[name].format(permutations=permutations, row=record.row)
    yield Sentence(f"Differences were tested, two-sided, by {tested}{prior}.", references)
    if name != "moderated":
        return
    if record.argument("trend"):
        yield Sentence("The common variance was allowed to depend on the intensity.")
    if record.argument("robust"):
        yield Sentence(
            f"The common variance was estimated robustly, so that few very variable {record.row}s do not "
            "change it.",
            ("phipson2016",),
        )
    treat = record.argument("treat")
    if treat is not None and treat > 1:
        yield Sentence(
            f"The null hypothesis was a fold change of at most {number(treat)}, because smaller changes are not "
            "of interest.",
            ("mccarthy2009",),
        )


def _prior(comparisons: list[Mapping[str, Any]]) -> str:
    """Return the weight of the common variance, in parentheses; empty where it is not one finite number."""
    found = {each.get("prior_df") for each in comparisons}
    (df, *others) = found
    is_one = not others and isinstance(df, int | float) and math.isfinite(df)
    return f" (prior degrees of freedom: {number(round(float(df), 1))})" if is_one and df is not None else ""


def _adjustment(record: StepRecord, comparisons: list[Mapping[str, Any]]) -> Iterator[Sentence]:
    name = str(record.argument("adjust"))
    if name not in ADJUSTMENT_WORDS or str(comparisons[0].get("test")) == "none":
        return
    tests = comparisons[0].get("tests_made")
    of = f" of {plural(tests, 'test')}" if tests and len(comparisons) == 1 else ""
    yield Sentence(f"P values{of} were adjusted {ADJUSTMENT_WORDS[name]}.", adjustment_references(name))


def _passing(record: StepRecord, comparison: Mapping[str, Any], *, of_several: bool) -> Iterator[Sentence]:
    """Say what passed by each rule."""
    passing = comparison.get("passing") or {}
    cutoff, alpha = record.argument("cutoff"), record.argument("alpha")
    if not passing or cutoff is None:
        return
    limits = {
        "fold change": f"had a fold change of {number(cutoff)} or more in either direction",
        "fold change and P": "" if alpha is None else f"of these also had P ≤ {number(alpha)}",
        "fold change and adjusted P": "" if alpha is None else f"of these had adjusted P ≤ {number(alpha)}",
    }
    parts = [
        f"{counts['up'] + counts['down']:,} {limits[rule]} ({counts['up']:,} up, {counts['down']:,} down)"
        for rule, counts in passing.items()
        if limits.get(rule)
    ]
    probes = comparison.get("probes")
    where = f" between {' and '.join(_sides(comparison))}" if of_several else ""
    of = f"Of {plural(probes, record.row)}{where}, " if probes else "Probes: "
    yield Sentence(f"{of}{joined(parts)}.")


def _sensitivity(record: StepRecord) -> Iterator[Sentence]:
    choices = record.number("sensitivity", "choices")
    if not choices:
        return
    failures = record.number("sensitivity", "failures")
    failed = sum(failures.values()) if isinstance(failures, Mapping) else failures
    but = f", of which {number(failed)} could not be computed" if isinstance(failed, int) and failed else ""
    yield Sentence(
        f"The comparison was repeated from the raw data under {number(choices)} combinations of plausible choices"
        f"{but} (intensity cut-off, replicates, background, test, fold change, {record.noun}s left out), "
        "to see which "
        "results depend on them."
    )


def methods_comparison_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say under which recipes and tests the comparison was repeated."""
    recipes, tests = record.number("recipes") or (), record.number("tests") or ()
    if recipes and tests:
        yield Sentence(
            f"The comparison was repeated with {plural(len(recipes), 'normalization')} and "
            f"{plural(len(tests), 'test')} to see how far the result depends on the method."
        )


def power_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say how many arrays a next study was computed to need."""
    groups, needed = record.number("groups") or {}, record.number("arrays_needed") or {}
    power, fdr, changed = (record.argument(name) for name in ("power", "fdr", "changed"))
    if not needed or power is None or fdr is None:
        return
    pilot = f" from the variances within {joined(f'{g} (n = {n})' for g, n in groups.items())}" if groups else ""
    share = f", if {number(100 * changed)} % of the {record.row}s change" if changed is not None else ""
    yield Sentence(
        f"The number of {record.noun}s per group for an average power of {number(power)} at a false discovery "
        "rate of "
        f"{number(fdr)} was computed{pilot}{share}.",
        ("genovese2002", "smyth2004") if record.argument("test") == "moderated" else ("genovese2002",),
    )
    parts = [
        f"{each['on_average']} for a fold change of {fold}"
        for fold, each in needed.items()
        if each.get("on_average")
    ]
    if parts:
        yield Sentence(f"Needed per group were {joined(parts)}.")
