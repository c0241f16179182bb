r"""Synergy by functional modules: pairs of miRNAs whose shared targets are enriched in a category, and lie close.

After Xu et al. (2011), a pair of miRNAs is synergistic where both regulate at least one *functional module*:
genes that are targets of both, are enriched in one category of genes (GO, KEGG), and lie close together in the
network of protein interactions. Here

- a category is *enriched* in a pair if it holds at least ``min_genes`` of the pair's shared targets, and more of
  them than chance gives: hypergeometric P(X ≥ k), for k of the n shared targets among the K genes of the category,
  in the N genes that the categories and the interactions table both know. A category with fewer has P = 1.
- Many categories are tested for each of many pairs, at two levels (Benjamini and Bogomolov 2014). FDR is Benjamini
  and Hochberg's over all categories tested for the pair; the smallest is the pair's P (Simes' test that no
  category is enriched at all). BH over all pairs selects R of the m pairs at ``level``; a category counts as
  enriched in a selected pair up to an FDR of ``level`` · R / m. So at most a share ``level`` of the pairs called
  is expected to be wrong. One FDR over all pairs and categories at once would not give that: the many categories
  of a few pairs would pay for single ones of many others.
- Its genes are *close* where both distance features of :mod:`mirtool.network.pairs.proximity` have a P of at most
  ``closeness_level``. Without a network of proteins an enriched category is a module by itself.

References
----------
Xu J et al. MiRNA–miRNA synergistic network: construction via co-regulating functional modules and disease miRNA
topological features. Nucleic Acids Res 2011;39:825–836.

Benjamini Y, Bogomolov M. Selective inference on multiple families of hypotheses. J R Stat Soc B 2014;76:297–318.

Simes RJ. An improved Bonferroni procedure for multiple tests of significance. Biometrika 1986;73:751–754.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, GeneSets, IntArray, ProteinInteractions, Table, text_array
from mirtool.network.build import SynergyNetwork
from mirtool.network.enrichment.membership import TermsToTest, no_term_of_size, terms_to_test
from mirtool.network.pairs.proximity import Closeness, closeness, protein_space
from mirtool.network.settings import ModuleSettings, TermSizeSettings
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.hypergeometric import upper_tail

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

MIN_GENES = 3
"""Fewest genes of a module: two genes would be one pair and one distance."""
LEVEL = 0.05

_PAIRS_AT_ONCE = 1000


@dataclass(frozen=True, eq=False)
class EnrichedTerms:
    """Terms enriched in what pairs share.

    Parameters
    ----------
    pair, term, hits, p_value, fdr
        One entry an enriched term of a pair, by pair and P: rows of the pairs and of the terms; the pair's shared
        genes in the term; hypergeometric P; BH over the terms of the pair.
    pair_p, pair_fdr
        One entry per pair: Simes' P that no term is enriched, and BH of it over all pairs.
    """

    pair: IntArray
    term: IntArray
    hits: IntArray
    p_value: FloatArray
    fdr: FloatArray
    pair_p: FloatArray
    pair_fdr: FloatArray

    def __len__(self) -> int:
        return len(self.pair)


def enriched_terms(
    shared: csr_array,
    terms: csr_array,
    set_size: IntArray,
    n_universe: int,
    *,
    min_genes: int = MIN_GENES,
    level: float = LEVEL,
) -> EnrichedTerms:
    """Find the terms enriched in what each pair shares, as the module's docstring defines it.

    Parameters
    ----------
    shared
        ``(n_pairs, n_genes)``, a 1 for each shared gene of the universe.
    terms
        ``(n_terms, n_genes)`` over the same genes, a 1 for each member.
    set_size
        ``(n_terms,)``, genes of the universe in each term, those that no pair shares included.
    n_universe
        Genes of the universe.
    min_genes, level
        Fewest genes of an enriched term, and the expected share of pairs that are called wrongly.
    """
    n_pairs, n_terms = shared.shape[0], terms.shape[0]
    n_shared = np.diff(shared.indptr).astype(np.int64)
    transposed = terms.T.tocsr()
    pair_p = np.ones(n_pairs)
    found = []
    for start in range(0, n_pairs, _PAIRS_AT_ONCE):
        hits = (shared[start : start + _PAIRS_AT_ONCE] @ transposed).tocoo()
        enough = hits.data >= min_genes
        pair = hits.row[enough].astype(np.int64) + start
        term, k = hits.col[enough].astype(np.int64), hits.data[enough].astype(np.int64)
        p_value = upper_tail(k, n_universe, set_size[term], n_shared[pair])
        order = np.lexsort((term, p_value, pair))
        pair, term, k, p_value = pair[order], term[order], k[order], p_value[order]
        fdr = adjust_within(p_value, pair, n_terms)
        np.minimum.at(pair_p, pair, fdr)
        kept = fdr <= level
        found.append((pair[kept], term[kept], k[kept], p_value[kept], fdr[kept]))
    pair, term, k, p_value, fdr = (np.concatenate(parts) for parts in zip(*found, strict=True))
    pair_fdr = adjust_p_values(pair_p)
    selected = pair_fdr <= level
    bar = max(level * selected.mean(), pair_p[selected].max(initial=0.0))
    kept = selected[pair] & (fdr <= bar)
    return EnrichedTerms(pair[kept], term[kept], k[kept], p_value[kept], fdr[kept], pair_p, pair_fdr)


def adjust_within(p_value: FloatArray, group: IntArray, n_tests: int) -> FloatArray:
    """Adjust P by Benjamini and Hochberg within each group, of ``n_tests`` tests each; those not here have P = 1.

    Parameters
    ----------
    p_value
        ``(n,)``, sorted within each group.
    group
        The group of each, ``(n,)``, sorted.

    Examples
    --------
    >>> adjust_within(np.array([0.01, 0.02, 0.2]), np.array([0, 0, 1]), 4).tolist()
    [0.04, 0.04, 0.8]
    """
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(np.append(starts, len(group)))
    rank = np.arange(len(group)) - np.repeat(starts, lengths) + 1
    adjusted = np.minimum(p_value * n_tests / rank, 1.0)
    step = 1
    while step < lengths.max(initial=0):  # the smallest of the next 1, 2, 4 … of the group
        same = group[step:] == group[:-step]
        adjusted[:-step] = np.where(same, np.minimum(adjusted[:-step], adjusted[step:]), adjusted[:-step])
        step *= 2
    return adjusted


def with_modules(
    network: SynergyNetwork,
    gene_sets: GeneSets,
    settings: ModuleSettings | None = None,
    *,
    proteins: ProteinInteractions | None = None,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> SynergyNetwork:
    """Test every pair of a network by the functional modules that its miRNAs share.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` gives it.
    gene_sets
        The categories.
    settings
        Sizes of the categories that are tested, fewest genes of a module, FDR of the pairs, largest P of both
        distance features for genes that are close, and the random sets of genes.
    proteins
        A network of protein interactions in which the genes of a module must be close. None does without.
    executor, on_step
        As for :func:`mirtool.network.pairs.proximity.closeness`; the pool are the network's universe of genes.

    Returns
    -------
    SynergyNetwork
        The network with ``modules`` (one row an enriched term of a pair), with the columns modules, P modules,
        FDR modules, synergistic by modules and module terms in ``pairs``, and with partners by modules and modules
        (over all its pairs) in ``mirnas``.

    Raises
    ------
    UsageError
        Where there are too few random sets for the largest P.
    NotEnoughDataError
        Where no category has a size within the limits, or the network of proteins hardly knows the genes.
    """
    settings = settings or ModuleSettings()
    tested = _tested_terms(network, gene_sets, settings)
    terms, universe, set_size = tested.rows.tolist(), tested.genes, tested.set_size
    targets = network.targets
    known, members = tested.columns_of(targets.genes)
    genes, incidence = targets.genes[known], targets.incidence[:, known]
    row = {name: i for i, name in enumerate(targets.mirnas)}
    a, b = (np.array([row[name] for name in network.pairs[side]]) for side in ("miRNA A", "miRNA B"))
    shared = incidence[a].multiply(incidence[b]).tocsr()
    found = enriched_terms(
        shared, members, set_size, len(universe), min_genes=settings.module_min_genes, level=settings.module_fdr
    )
    in_module = shared[found.pair].multiply(members[found.term]).tocsr()
    in_module.sort_indices()
    of_module = [genes[part] for part in np.split(in_module.indices, in_module.indptr[1:-1])] if len(found) else []
    n_shared = np.diff(shared.indptr)[found.pair].astype(np.int64)
    described: dict[str, npt.NDArray[Any]] = {
        "miRNA A": network.pairs["miRNA A"][found.pair],
        "miRNA B": network.pairs["miRNA B"][found.pair],
        "same seed": network.pairs["same seed"][found.pair],
        "term": text_array(gene_sets.terms[terms[t]] for t in found.term),
        "description": text_array(gene_sets.descriptions[terms[t]] for t in found.term),
        "hits": found.hits,
        "set size": set_size[found.term],
        "query size": n_shared,
        "universe size": np.full(len(found), len(universe)),
        "expected": n_shared * set_size[found.term] / len(universe),
        "P": found.p_value,
        "FDR": found.fdr,
    }
    notes = [
        ("mirtool functional modules", ""),
        ("gene sets", gene_sets.source.replace(";", ",")),
        ("terms tested", f"{len(terms)} for each of {len(network.pairs)} pairs"),
        ("genes a module", f"{settings.module_min_genes} or more"),
        (
            "FDR",
            "BH over the terms of a pair, in pairs with a Simes P of FDR "
            f"<= {settings.module_fdr:g} over all pairs",
        ),
    ]
    is_module = np.ones(len(found), dtype=bool)
    if proteins is not None:
        draws, largest_p = settings.ppi_draws, settings.ppi_p
        if largest_p * (draws + 1) < 1:
            raise UsageError(
                f"with {draws} random sets no P can be as small as {largest_p:g}",
                parameter="ppi_draws",
                expected=f"{int(np.ceil(1 / largest_p)) - 1} or more",
            )
        space = protein_space(proteins, network.universe, executor=executor)
        place = {gene: i for i, gene in enumerate(space.genes)}
        rows = [np.array([place[gene] for gene in own if gene in place], dtype=np.int64) for own in of_module]
        near = _closeness_of_distinct(space.distances, space.degrees, rows, settings, executor, on_step)
        is_module = (near.path_p <= largest_p) & (near.nearest_p <= largest_p)
        described |= _closeness_columns(near, rows, is_module)
        notes += [
            ("proteins", space.source.replace(";", ",")),
            (
                "network",
                f"largest component of {space.n_component} genes, {len(space.genes)} of them known targets",
            ),
            ("close", f"both P <= {largest_p:g} against {draws} degree-matched random sets"),
        ]
    described["genes"] = text_array(";".join(own) for own in of_module)
    return replace(
        network,
        modules=Table(described, notes=tuple(notes)),
        pairs=network.pairs.with_columns(_pair_columns(found, is_module, described["term"])),
        mirnas=network.mirnas.with_columns(_mirna_columns(network, found, is_module)),
    )


def join_sets(collections: Sequence[GeneSets]) -> GeneSets:
    """Make one collection of several; a term whose name is in two of them gets its collection's name too.

    Examples
    --------
    >>> go = GeneSets(("repair", "growth"), ("", ""), (frozenset("A"), frozenset("B")), "GO")
    >>> kegg = GeneSets(("repair",), ("",), (frozenset("C"),), "KEGG")
    >>> join_sets([go, kegg]).terms
    ('repair (GO)', 'growth', 'repair (KEGG)')
    """
    if len(collections) == 1:
        return collections[0]
    seen = Counter(term for sets in collections for term in sets.terms)
    return GeneSets(
        tuple(
            term if seen[term] == 1 else f"{term} ({sets.source})" for sets in collections for term in sets.terms
        ),
        tuple(description for sets in collections for description in sets.descriptions),
        tuple(genes for sets in collections for genes in sets.genes),
        " and ".join(sets.source for sets in collections),
    )


def _tested_terms(network: SynergyNetwork, gene_sets: GeneSets, sizes: TermSizeSettings) -> TermsToTest:
    """Return the terms of a size within the limits, over the genes that both the terms and the network know."""
    tested = terms_to_test(gene_sets, frozenset(network.universe), sizes.min_size, sizes.max_size)
    if not len(tested):
        raise no_term_of_size(len(tested.genes), sizes.min_size, sizes.max_size)
    return tested


def _closeness_of_distinct(
    distances: npt.NDArray[np.uint8],
    degrees: IntArray,
    rows: list[IntArray],
    settings: ModuleSettings,
    executor: Executor | None,
    on_step: Callable[[str], None] | None,
) -> Closeness:
    """Judge each distinct set of genes once: nested terms of a pair often hold the same ones."""
    keys = [own.tobytes() for own in rows]
    distinct = dict(sorted(zip(keys, rows, strict=True), key=lambda item: item[1].tolist()))
    near = closeness(
        distances,
        degrees,
        list(distinct.values()),
        draws=settings.ppi_draws,
        seed=settings.seed,
        executor=executor,
        on_step=on_step,
    )
    position = {key: i for i, key in enumerate(distinct)}
    take = np.array([position[key] for key in keys], dtype=np.int64)
    return Closeness(*(values[take] for values in vars(near).values()))


def _closeness_columns(near: Closeness, rows: list[IntArray], close: BoolArray) -> dict[str, npt.NDArray[Any]]:
    return {
        "genes in the network": np.array([len(own) for own in rows], dtype=np.int64),
        "path length": near.path_length,
        "expected path length": near.expected_path_length,
        "P path length": near.path_p,
        "nearest": near.nearest,
        "expected nearest": near.expected_nearest,
        "P nearest": near.nearest_p,
        "close": close,
    }


def _pair_columns(
    found: EnrichedTerms, is_module: BoolArray, terms: npt.NDArray[np.object_]
) -> dict[str, npt.NDArray[Any]]:
    counts = np.bincount(found.pair[is_module], minlength=len(found.pair_p)).astype(np.int64)
    by_pair = np.split(terms[is_module], np.cumsum(counts)[:-1])
    return {
        "modules": counts,
        "P modules": found.pair_p,
        "FDR modules": found.pair_fdr,
        "synergistic by modules": counts > 0,
        "module terms": text_array(";".join(own) for own in by_pair),
    }


def _mirna_columns(
    network: SynergyNetwork, found: EnrichedTerms, is_module: BoolArray
) -> dict[str, npt.NDArray[Any]]:
    counts = np.bincount(found.pair[is_module], minlength=len(found.pair_p))
    place = {name: i for i, name in enumerate(network.mirnas["miRNA"])}
    partners, modules = (np.zeros(len(place), dtype=np.int64) for _ in range(2))
    for side in ("miRNA A", "miRNA B"):
        rows = np.array([place[name] for name in network.pairs[side]], dtype=np.int64)
        np.add.at(partners, rows, (counts > 0).astype(np.int64))
        np.add.at(modules, rows, counts)
    return {"partners by modules": partners, "modules": modules}
