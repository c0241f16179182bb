"""What each part of a study found, in sentences made of the numbers in its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mirtool.wording import first_of, plural

NAMES_SHOWN = 12
NULLS = {"genes": "random genes", "miRNAs": "random miRNAs", "degree": "degree-matched miRNAs"}
Summary = Mapping[str, Any]


def findings_of(step: str, summary: Summary) -> list[str]:
    """Return what a step found, in sentences; a step without any has none.

    Parameters
    ----------
    step
        Name of the command.
    summary
        The numbers that the record has of its last run.
    """
    return list(_FINDINGS[step](summary)) if step in _FINDINGS else []


def _quality(summary: Summary) -> Iterator[str]:
    verdicts = summary.get("verdicts", {})
    counts = ", ".join(f"{n} {name}" for name, n in Counter(verdicts.values()).items())
    yield f"{plural(len(verdicts), 'array')}: {counts}."
    for each in summary.get("findings", []):
        yield f"{each['array']} ({each['verdict']}): {each['what']}."


def _normalization(summary: Summary) -> Iterator[str]:
    yield f"{summary['kept']:,} of {summary['counting_probes']:,} probes were kept."
    if summary.get("preset"):
        yield f"Recipe: {summary['preset']}; between the arrays: {summary.get('between', 'none')}."
    factors = [each for each in summary.get("factors") or [] if isinstance(each, int | float)]
    if factors and summary.get("factor_probes") and summary.get("between") == "median":
        yield (
            f"The factors of the arrays are from {summary['factor_probes']:,} probes and lie between "
            f"{min(factors):.4g} and {max(factors):.4g}, {max(factors) / min(factors):.3g}-fold apart."
        )


def _comparisons(summary: Summary) -> Iterator[str]:
    for each in summary.get("comparisons", [summary]):
        only = each.get("detected_only_in") or {}
        if not any(only.values()):
            continue
        counts = " and ".join(f"{plural(n, 'probe')} only in {group}" for group, n in only.items())
        n = each.get("fold_changes_not_detected", 0)
        yield f"Detected in one group only: {counts}" + (
            f". {plural(n, 'fold change')} of these {'rests' if n == 1 else 'rest'} on values that were not "
            f"detected; {each['of_these_passing']:,} of them up or down by the strictest rule."
            if n
            else ", without fold change and test."
        )


def _covariates(summary: Summary) -> Iterator[str]:
    from mirtool.report.text.covariates import component_sentences, confounding_sentences, variance_sentence

    yield from component_sentences(summary)
    yield from filter(None, [variance_sentence(summary)])
    yield from confounding_sentences(summary)
    for name, reason in summary["not_used"].items():
        yield f"Not used: {name} ({reason})."
    corrected = summary.get("batch_corrected")
    if corrected:
        yield (
            f"batch_corrected.csv: the values of {plural(corrected['samples'], 'sample')} without the effects of "
            f"{corrected['column']}, for pictures and download, not for tests."
        )


def _clusters(summary: Summary) -> Iterator[str]:
    yield (
        f"{plural(summary['probes'], 'probe')} in {plural(summary['arrays'], 'array')} were clustered "
        f"({summary['rows']})."
    )
    for what, found in (summary.get("k_means") or {}).items():
        yield f"k-means of the {what}: k = {found['k']}, mean silhouette {found['mean_silhouette']:.2f}."
    for what, n in (summary.get("stable_clusters") or {}).items():
        yield f"The bootstrap supports {plural(n, 'cluster')} of the {what}."


def _network(summary: Summary) -> Iterator[str]:
    yield (
        f"{summary['significant_pairs']:,} of {plural(summary['pairs'], 'pair')} of miRNAs share more targets "
        f"than expected. Interactions: {summary['interactions']}."
    )
    if summary.get("hubs"):
        yield f"Hubs: {first_of(summary['hubs'], NAMES_SHOWN)}."
    without = summary.get("mirnas_without_targets", [])
    if without:
        yield f"Without a target in the table: {first_of(without, NAMES_SHOWN)}."


def _enrichment(summary: Summary) -> Iterator[str]:
    for query, found in (summary.get("enrichment") or summary).items():
        if not isinstance(found, Mapping) or "surviving" not in found:
            continue
        nulls = ", ".join(f"{n:,} against {NULLS.get(null, null)}" for null, n in _in_order(found["surviving"]))
        yield (
            f"{query[:1].upper()}{query[1:]}: of {plural(found['terms_tested'], 'term')} ({found['gene_sets']}), "
            f"significant are {nulls}; {found['surviving_all']:,} under all of them."
        )


def _in_order(surviving: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(
        surviving.items(), key=lambda pair: list(NULLS).index(pair[0]) if pair[0] in NULLS else len(NULLS)
    )


def _mirna_sets(summary: Summary) -> Iterator[str]:
    for query, found in summary.items():
        if isinstance(found, Mapping) and "surviving_all" in found:
            tested = plural(found["terms_tested"], "set")
            yield f"{query[:1].upper()}{query[1:]}: {found['surviving_all']:,} of {tested} significant."


def _gsea(summary: Summary) -> Iterator[str]:
    yield (
        f"Of {plural(summary['sets_tested'], 'gene set')}, {summary['sets_up']:,} are up and "
        f"{summary['sets_down']:,} down ({plural(summary['genes_ranked'], 'gene')} ranked by "
        f"{summary['ranked_by']})."
    )


def _qpcr(summary: Summary) -> Iterator[str]:
    verdicts = {name: n for name, n in summary["verdicts"].items() if n}
    yield (
        f"{plural(summary['targets'], 'target')}: "
        + ", ".join(f"{n} {name}" for name, n in verdicts.items())
        + "."
    )


def _shortlist(summary: Summary) -> Iterator[str]:
    if summary["mirnas"]:
        yield f"Of {plural(summary['candidates'], 'candidate')}: {first_of(summary['mirnas'], NAMES_SHOWN)}."
    alone = summary.get("detected_only")
    if alone:
        yield f"Detected in one group only: {first_of(alone['mirnas'], NAMES_SHOWN)}."


def _clinical(summary: Summary) -> Iterator[str]:
    from mirtool.report.text.clinical_record import clinical_sentences

    yield from clinical_sentences(summary)


_FINDINGS: Mapping[str, Callable[[Summary], Iterator[str]]] = {
    "qc": _quality,
    "normalize": _normalization,
    "covariates": _covariates,
    "diff": _comparisons,
    "cluster": _clusters,
    "network": _network,
    "enrichment": _enrichment,
    "mirna-sets": _mirna_sets,
    "gsea": _gsea,
    "validate": _qpcr,
    "shortlist": _shortlist,
    "clinical": _clinical,
}
