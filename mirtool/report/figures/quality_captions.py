"""What the captions of the quality figures have in common: what was found, in words, and what colors mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from mirtool.quality import QualityReport, Verdict
from mirtool.wording import plural

_MOST_LISTED = 8
CHECK_NAMES = {
    "distance after": "distances",
    "distance before": "distances, before",
    "ks after": "distribution",
    "ks before": "distribution, before",
    "hoeffding after": "MA plot",
    "hoeffding before": "MA plot, before",
}
"""Short names of the rules of arrayQualityMetrics, as columns of the dashboard; other rules keep their own."""
HINGES = (
    "the upper quartile plus 1.5 times the distance of the quartiles (the whisker of a box plot; quartiles are "
    "Tukey's hinges)"
)
"""The box-plot limit, in words."""
NO_LIMIT = "There is no limit: with fewer than five arrays the box-plot rule can call none an outlier."
OF_COLORS = (
    "A bar above its limit is vermilion where the array is an outlier by this rule, orange where it is to be "
    "checked, "
    "as one such rule alone is not enough."
)
OF_NAMES = "Names of outliers are bold and vermilion."


def join(sentences: Iterable[str]) -> str:
    """Join sentences to a caption; blank ones are left out."""
    return " ".join(filter(None, sentences))


def probes_in_words(report: QualityReport) -> str:
    """Return which probes the arrays are compared on."""
    assert report.between is not None  # asked for only where the arrays were compared
    return f"the {plural(len(report.between.probes), 'probe')} {report.seen_as} in half of the arrays"


def found_in_words(report: QualityReport, checks: Collection[str] | None = None) -> str:
    """Return what was found in these data, over all rules or only over ``checks``; never blank."""
    findings = [
        finding
        for finding in report.findings
        if finding.verdict != Verdict.FINE and (checks is None or finding.check in checks)
    ]
    head = f"Found in these data, over all rules: {report.verdicts_in_words}."
    if not findings:
        return f"{head} The rules behind this figure found nothing." if checks is not None else head
    names = report.samples.names
    times = Counter((finding.verdict, finding.text) for finding in findings)
    sentences = {}
    for finding in findings:
        of_all = len(names) > 1 and times[finding.verdict, finding.text] == len(names)
        who = f"all {len(names):,} arrays" if of_all else names[finding.array]
        sentences[who, finding.text] = f"{who}: {finding.verdict.value}, {finding.text}"
    listed = list(sentences.values())
    more = len(listed) - _MOST_LISTED
    kept = "; ".join(listed[:_MOST_LISTED])
    tail = f"; and {plural(more, 'more finding')} in the table of outliers" if more > 0 else ""
    return f"{head} {kept[0].upper() if kept.startswith('all ') else kept[0]}{kept[1:]}{tail}."


def page_in_words(number: int, pages: int) -> str:
    """Return ``" (page 2 of 3)"``; blank where there is one page."""
    return f" (page {number} of {pages})" if pages > 1 else ""
