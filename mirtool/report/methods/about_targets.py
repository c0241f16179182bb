"""Sentences about the targets: interactions, synergy of pairs, gene sets, GSEA, sets of miRNAs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.network.settings import EVIDENCE, PAIR_NULLS, REDUCTIONS
from mirtool.report.methods.record import StepRecord, aside, chosen_by, extent, joined, number, references_of, were
from mirtool.report.methods.text import Sentence
from mirtool.report.text.gsea import SET_FDR
from mirtool.wording import plural

_DATABASES = (
    (re.compile(r"mirtarbase.*(2025|\b10\b)", re.IGNORECASE), "cui2025"),
    (re.compile(r"mirtarbase.*(2022|\b9\b)", re.IGNORECASE), "huang2022"),
    (re.compile(r"tarbase.*\bv?9\b", re.IGNORECASE), "skoufos2024"),
    (re.compile(r"targetscan.*\b8\b", re.IGNORECASE), "mcgeary2019"),
    (re.compile(r"mirdb", re.IGNORECASE), "chen2020"),
    (re.compile(r"multimir", re.IGNORECASE), "ru2014"),
    (re.compile(r"encori|starbase", re.IGNORECASE), "li2014"),
)
"""Names of tables to the publication of that release; a release that is not named cites none."""

_GENE_SETS = ((re.compile(r"\bGO\b"), "ashburner2000"),)
_NULLS = {"genes": "genes", "miRNAs": "miRNAs", "degree": "degree-matched miRNAs"}


def network_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say whose targets were taken from where, how pairs and gene sets were tested, and what was found."""
    yield from _interactions(record)
    yield from _context(record)
    yield from _pairs(record)
    yield from _beyond_seed(record)
    yield from _modules(record)
    yield from _communities(record)
    yield from _robustness(record)
    yield from gene_set_sentences(record, record.number("enrichment") or {})


def enrichment_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say which lists of genes were tested against which gene sets."""
    tests = {
        name: own for name, own in record.summary.items() if isinstance(own, Mapping) and "terms_tested" in own
    }
    yield from gene_set_sentences(record, tests)


def _cited(text: str, patterns: Any) -> tuple[str, ...]:
    parts = re.split(r"[;,+&]| and ", text)
    return tuple(dict.fromkeys(key for part in parts for pattern, key in patterns if pattern.search(part)))


def _interactions(record: StepRecord) -> Iterator[Sentence]:
    source = record.number("interactions")
    with_targets, without = record.number("mirnas_with_targets"), record.number("mirnas_without_targets")
    if not source or with_targets is None:
        return
    total = with_targets + len(without or ())
    by = aside(chosen_by(record.number("mirnas_chosen_by") or ""))
    level = EVIDENCE.get(str(record.argument("evidence")))
    evidence = f", at the evidence level {level.name} ({level.description})" if level else ""
    yield Sentence(
        f"Targets of {plural(total, 'miRNA')}{by} were taken from {source}{evidence}.",
        _cited(str(source), _DATABASES),
    )
    if without:
        one = len(without) == 1
        yield Sentence(
            f"The {'miRNA' if one else f'{len(without):,} miRNAs'} without targets there {were(len(without))} "
            "left out, as nothing can be computed without targets."
        )


def _context(record: StepRecord) -> Iterator[Sentence]:
    if record.argument("expressed"):
        yield Sentence("Only genes expressed in the tissue were used as targets.")
    if record.argument("mrna"):
        fdr, fold = record.argument("mrna_fdr"), record.argument("mrna_cutoff")
        of = aside(
            "" if fdr is None else f"false discovery rate ≤ {number(fdr)}",
            f"fold change ≥ {number(fold)}" if fold is not None and fold > 1 else "",
        )
        yield Sentence(
            f"Only targets that changed in the opposite direction to the miRNA{of} were kept, because miRNAs "
            "repress their targets."
        )
    if record.argument("paired_mrna"):
        yield Sentence(
            "Only targets whose expression was negatively correlated with the miRNA in the same samples "
            "(Spearman) were kept.",
            ("spearman1904",),
        )


def _pairs(record: StepRecord) -> Iterator[Sentence]:
    pairs, significant = record.number("pairs"), record.number("significant_pairs")
    null = str(record.argument("pair_null"))
    if pairs is None or significant is None or null not in ("hypergeometric", "curveball"):
        return
    universe = record.number("universe")
    if null == "hypergeometric":
        of = f" over the {plural(universe, 'gene')} of the table" if universe else ""
        how = f"by the hypergeometric distribution{of}"
    else:
        draws = record.argument("pair_draws")
        of = f" {number(draws)}" if draws else ""
        how = f"against{of} shuffled tables in which every miRNA and gene keeps its number of partners"
    yield Sentence(
        f"Each pair of miRNAs was tested for shared targets {how}.", references_of(PAIR_NULLS.get(null))
    )
    alpha = record.argument("alpha")
    limit = f" ≤ {number(alpha)}" if alpha is not None else ""
    yield Sentence(
        f"At a false discovery rate (Benjamini-Hochberg){limit}, {number(significant)} of {plural(pairs, 'pair')} "
        f"{were(significant)} significant.",
        ("benjamini1995",),
    )


def _beyond_seed(record: StepRecord) -> Iterator[Sentence]:
    same = record.number("significant_pairs_of_one_seed")
    correction = record.argument("beyond_seed")
    why = "miRNAs with the same seed share targets by construction"
    if correction == "targets":
        beyond, share = record.number("significant_pairs_beyond_seed"), record.argument("seed_share")
        by = f" by at least {share} miRNAs of the seed" if share else ""
        found = f" ({number(beyond)} significant)" if beyond is not None else ""
        yield Sentence(
            f"As {why}, the pairs were tested again without the targets shared{by}{found}.", ("bartel2018",)
        )
    elif correction == "family":
        found = record.number("significant_pairs_of_families")
        count = f" ({number(found)} significant)" if found is not None else ""
        yield Sentence(f"As {why}, the pairs of seed families were tested too{count}.", ("bartel2018",))
    elif same:
        yield Sentence(
            f"Of the significant pairs, {number(same)} {'has' if same == 1 else 'have'} one seed: {why}."
        )


def _modules(record: StepRecord) -> Iterator[Sentence]:
    if not record.argument("modules"):
        return
    fdr, fewest = record.argument("module_fdr"), record.argument("module_min_genes")
    of = aside(
        "" if fdr is None else f"false discovery rate ≤ {number(fdr)}",
        f"at least {fewest} shared targets" if fewest else "",
    )
    n = record.number("pairs_synergistic_by_modules")
    found = "" if n is None else f"; {plural(n, 'pair')} {were(n)} synergistic by this criterion"
    near = ""
    references: tuple[str, ...] = ("xu2011",)
    if record.argument("ppi"):
        near = " and whose genes are close to each other among interacting proteins"
        references += ("guney2016",)
        references += ("szklarczyk2023",) if re.search(r"\bv12\b|v12\.0", str(record.argument("ppi"))) else ()
    yield Sentence(
        f"Functional modules were gene sets in which the shared targets of a pair were enriched{of}{near}{found}.",
        references,
    )


def _communities(record: StepRecord) -> Iterator[Sentence]:
    found = record.number("communities")
    if found:
        yield Sentence(
            f"In the graph of significant pairs, Louvain's method found "
            f"{plural(len(found), 'community', 'communities')} of miRNAs.",
            ("blondel2008",),
        )


def _robustness(record: StepRecord) -> Iterator[Sentence]:
    n = record.argument("robustness")
    if n:
        yield Sentence(
            f"To see whether the ranks of the hubs depend on single entries, they were computed again in "
            f"{number(n)} tables resampled from the interactions.",
            ("efron1979",),
        )


def gene_set_sentences(record: StepRecord, tests: Mapping[str, Mapping[str, Any]]) -> Iterator[Sentence]:
    """Say which gene sets were tested for which genes, against which nulls, and how many were significant."""
    from mirtool.network.enrichment.over_representation import SURVIVING_FDR

    if not tests:
        return
    collections = list(dict.fromkeys(str(each.get("gene_sets")) for each in tests.values()))
    universes = [each["universe"] for each in tests.values() if each.get("universe")]
    low, high = record.argument("min_size"), record.argument("max_size")
    sizes = f" of {number(low)} to {number(high)} genes" if low is not None and high is not None else ""
    over = f" over {extent(universes)} genes" if universes else ""
    yield Sentence(
        f"Gene sets{sizes}{aside(joined(collections))} were tested for over-representation by the hypergeometric "
        f"distribution{over}, adjusted by the Benjamini-Hochberg procedure over all terms tested.",
        (*_cited(" ".join(collections), _GENE_SETS), "benjamini1995"),
    )
    made = {null for each in tests.values() for null in each.get("surviving") or ()}
    drawn = [null for null in _NULLS if null in made and null != "genes"]
    if drawn:
        draws, seed = record.argument("draws"), record.argument("seed")
        of = aside(f"{number(draws)} draws" if draws else "", "" if seed is None else f"random seed {seed}")
        yield Sentence(
            "As targets of miRNAs are not a random sample of genes, the terms were also tested against random "
            f"sets of {joined(_NULLS[null] for null in drawn)}{of}.",
            ("bleazard2015", "godard2015", "phipson2010"),
        )
    parts = []
    for query, each in tests.items():
        under = each.get("surviving") or {}
        counts = joined(
            f"{under[null]:,} against random {words}" for null, words in _NULLS.items() if null in under
        )
        parts.append(f"of {number(each['terms_tested'])} terms for {query}, {counts}" if counts else "")
    told = "; ".join(part for part in parts if part)
    if told:
        yield Sentence(f"Significant at a false discovery rate ≤ {number(SURVIVING_FDR)} were, {told}.")
    method = str(record.argument("reduce"))
    if method in ("ancestors", "similar"):
        yield Sentence(
            "Redundant terms were represented by one of them, so that no finding is counted twice.",
            references_of(REDUCTIONS.get(method)),
        )


def gsea_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say what was ranked, which sets were tested, and how many are at either end."""
    genes, sets = record.number("genes_ranked"), record.number("sets_tested")
    if genes is None or sets is None:
        return
    by, source = record.number("ranked_by"), record.number("gene_sets")
    ranked = f"{plural(genes, 'gene')}{f' ranked by “{by}”' if by else ''}"
    n, seed = record.argument("permutations"), record.argument("seed")
    of = aside(
        str(source or ""), f"{number(n)} random sets" if n else "", "" if seed is None else f"random seed {seed}"
    )
    yield Sentence(
        f"Gene set enrichment analysis was run on {ranked} for {plural(sets, 'set')}{of}.",
        ("subramanian2005",),
    )
    up, down = record.number("sets_up"), record.number("sets_down")
    if up is not None and down is not None:
        yield Sentence(
            f"At a false discovery rate (Benjamini-Hochberg) ≤ {number(SET_FDR)}, {number(up)} {were(up)} up and "
            f"{number(down)} {were(down)} down.",
            ("benjamini1995",),
        )


def mirna_set_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say which sets of miRNAs were tested."""
    from mirtool.network.enrichment.over_representation import SURVIVING_FDR

    tests = {
        name: own for name, own in record.summary.items() if isinstance(own, Mapping) and "terms_tested" in own
    }
    if not tests:
        return
    collections = list(dict.fromkeys(str(each.get("gene_sets")) for each in tests.values()))
    universes = [each["universe"] for each in tests.values() if each.get("universe")]
    over = f" among {extent(universes)} miRNAs {record.whole}" if universes else ""
    yield Sentence(
        f"Sets of miRNAs{aside(joined(collections))} were tested for over-representation by the hypergeometric "
        f"distribution{over}, because miRNAs of one family or genomic cluster may change together."
    )
    found = [
        f"{each['surviving_all']:,} of {number(each['terms_tested'])} for “{name}”"
        for name, each in tests.items()
        if each.get("surviving_all")
    ]
    others = f"; in the other {len(tests) - len(found)} tests none was" if len(tests) > len(found) + 1 else ""
    told = f"the number of significant sets was {joined(found)}{others}" if found else "no set was significant"
    yield Sentence(f"At a false discovery rate ≤ {number(SURVIVING_FDR)}, {told}.")
