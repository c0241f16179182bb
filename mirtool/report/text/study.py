"""A whole study in a few lines: the findings of its steps, as the record has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.report.platform import terms_of
from mirtool.report.text.blocks import Block, Line, Pairs, Summary
from mirtool.wording import plural

HUBS_SHOWN = 4
MIRNAS_SHOWN = 5


def study_summary(runs: Mapping[str, Any]) -> Summary:
    """Return what a study found, the comparison first.

    Parameters
    ----------
    runs
        Step to the record of its last run, as :func:`mirtool.study.record.read_runs` returns it. A step that was
        not run has no line.
    """
    findings = {step: run["summary"] for step, run in runs.items()}
    blocks: list[Block] = [Line(text) for text in _comparisons(findings.get("diff"), runs)]
    rows = [
        *_arrays(findings.get("qc"), findings.get("normalize")),
        *_network(findings.get("network")),
        *_qpcr(findings.get("validate")),
        *_shortlist(findings.get("shortlist")),
    ]
    names = [name for step in ("diff", "qc") for name in _names_in(findings.get(step))]
    terms = terms_of(runs).keeping(names)
    return tuple(block.rendered(terms.said) for block in ([*blocks, Pairs(rows)] if rows else blocks))


def _names_in(summary: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the groups that were compared, and the samples that were judged."""
    for each in (summary or {}).get("comparisons", [summary or {}]):
        yield from (*each.get("tested", ()), *each.get("reference", ()), *each.get("verdicts", ()))


def _comparisons(diff: Mapping[str, Any] | None, runs: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line per comparison: how many probes pass each rule."""
    if diff is None:
        return
    arguments = runs["diff"]["arguments"]
    for each in diff.get("comparisons", [diff]):
        (tested, n_tested), (reference, n_reference) = (
            (name, len(arrays)) for side in ("tested", "reference") for name, arrays in each[side].items()
        )
        counts = ", ".join(
            f"{sum(calls.values()):,} by {rule}{_directions(calls)}" for rule, calls in each["passing"].items()
        )
        yield (
            f"{tested} ({n_tested}) against {reference} ({n_reference}): of {plural(each['probes'], 'probe')}, "
            f"{counts}; fold change ≥ {arguments['cutoff']:g}, α {arguments['alpha']:g}{_detected_only(each)}."
        )


def _detected_only(comparison: Mapping[str, Any]) -> str:
    """Return how many probes one group alone detects; empty where none is, or nothing says it."""
    alone = comparison.get("detection", {}).get("detected_only", {})
    counts = [f"{n:,} in {group}" for group, n in alone.items() if n]
    return f"; detected in one group only: {', '.join(counts)}" if counts else ""


def _directions(calls: Mapping[str, int]) -> str:
    return f" ({calls['up']:,} up, {calls['down']:,} down)" if any(calls.values()) else ""


def _arrays(qc: Mapping[str, Any] | None, normalize: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if qc is not None:
        verdicts = Counter(qc["verdicts"].values())
        odd = [name for name, verdict in qc["verdicts"].items() if verdict == "outlier"]
        text = f"{plural(len(qc['verdicts']), 'array')}: " + ", ".join(
            f"{n} {name}" for name, n in verdicts.items()
        )
        yield "quality", f"{text}; outlier: {', '.join(odd)}" if odd else text
    if normalize is not None:
        yield "normalized", f"{normalize['kept']:,} of {normalize['counting_probes']:,} probes kept"


def _network(network: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if network is None:
        return
    pairs = (
        f"{network['significant_pairs']:,} of {plural(network['pairs'], 'pair')} share more targets than expected"
    )
    yield "network", f"{pairs} ({network['interactions']})"
    hubs = network.get("hubs", [])[:HUBS_SHOWN]
    if hubs:
        yield "hubs", ", ".join(hubs)


def _qpcr(validate: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if validate is not None:
        verdicts = {name: n for name, n in validate["verdicts"].items() if n and name != "not tested"}
        yield "qPCR", ", ".join(f"{n} {name}" for name, n in verdicts.items()) or "no array finding tested"


def _shortlist(shortlist: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if shortlist is not None and shortlist["mirnas"]:
        yield "shortlist", ", ".join(shortlist["mirnas"][:MIRNAS_SHOWN])
