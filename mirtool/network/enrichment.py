r"""Over-representation of gene sets among the targets of a network.

For a term with K of the N genes in the universe, and a query of n genes of which k are in the term:

- expected: n · K / N
- fold enrichment: k / expected
- P: the hypergeometric P(X ≥ k)
- FDR: Benjamini and Hochberg over all terms tested, those without a hit included

The null hypothesis draws genes at random. Targets of miRNAs are no random draw of genes, so that terms full of
genes with many miRNAs come out more often than P says (Bleazard 2015; Godard and van Eyll 2015); the column
``null`` names the null that was used.

References
----------
Bleazard T, Lamb JA, Griffiths-Jones S. Bias in microRNA functional enrichment analysis. Bioinformatics
2015;31:1592–1598.

Godard P, van Eyll J. Pathway analysis from lists of microRNAs: common pitfalls and alternative strategy. Nucleic
Acids Res 2015;43:3490–3497.

Yu G et al. clusterProfiler: an R package for comparing biological themes among gene clusters. OMICS
2012;16:284–287 (the default sizes of a term, 10 to 500 genes of the universe).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.differential.adjust import adjust_p_values
from mirtool.errors import CallError, NotEnoughDataError
from mirtool.model import FloatArray, GeneSets, IntArray, Table, TextArray, text_array
from mirtool.network.hypergeometric import upper_tail

MIN_SIZE, MAX_SIZE = 10, 500
GENE_NULL = "genes"
"""The null that draws genes at random, as the column ``null`` names it."""


@dataclass(frozen=True, eq=False)
class EnrichmentTable:
    """One query against all terms tested, smallest P first; every array has shape ``(n_terms,)``.

    Parameters
    ----------
    query
        What the query is called.
    terms, descriptions
        The gene sets tested: those of ``min_size`` to ``max_size`` genes of the universe.
    hits, set_size
        Genes of the query in the term; genes of the universe in the term.
    expected, fold_enrichment, p_value, fdr
        As defined in :mod:`mirtool.network.enrichment`.
    genes
        The hits, sorted, joined by ``;``.
    query_size, universe_size
        Genes of the query in the universe; genes of the universe.
    outside
        Genes of the query that are not in the universe, and so were not counted.
    n_sets
        Gene sets before the filter of sizes.
    """

    query: str
    terms: TextArray
    descriptions: TextArray
    hits: IntArray
    set_size: IntArray
    expected: FloatArray
    fold_enrichment: FloatArray
    p_value: FloatArray
    fdr: FloatArray
    genes: TextArray
    query_size: int
    universe_size: int
    outside: int
    n_sets: int
    min_size: int
    max_size: int
    source: str
    null: str = GENE_NULL

    def __len__(self) -> int:
        return len(self.terms)


def enrichment(
    genes: Collection[str],
    gene_sets: GeneSets,
    *,
    universe: Collection[str] | None = None,
    min_size: int = MIN_SIZE,
    max_size: int = MAX_SIZE,
    query: str = "genes",
) -> EnrichmentTable:
    """Test which gene sets hold more of ``genes`` than chance gives.

    Parameters
    ----------
    genes
        Symbols, matched as they stand.
    gene_sets
        Named sets of symbols.
    universe
        The genes that could have been in the query, such as those an interactions table knows. The test's
        universe is what of it stands in any gene set. None takes all genes of the gene sets.
    min_size, max_size
        Terms with fewer or more genes of the universe are not tested.
    query
        What to call the query.

    Raises
    ------
    NotEnoughDataError
        Where no gene of the query is in the universe, or no term has a size within the limits.
    CallError
        Where the sizes contradict each other.

    Examples
    --------
    >>> sets = GeneSets(("repair", "growth"), ("", ""), (frozenset("ABC"), frozenset("DEF")), "hand-made")
    >>> table = enrichment(["A", "B"], sets, min_size=1)
    >>> table.terms[0], table.p_value[0].round(6)   # 3 of the 6 genes: 3/6 · 2/5
    ('repair', np.float64(0.2))
    """
    if not 1 <= min_size <= max_size:
        raise CallError(
            "the sizes of a term must be 1 or more, the smallest first", found=f"{min_size} to {max_size}"
        )
    annotated = frozenset[str]().union(*gene_sets.genes)
    everything = annotated if universe is None else annotated & frozenset(universe)
    asked = frozenset(genes)
    drawn = asked & everything
    if not drawn:
        raise NotEnoughDataError(
            f"none of the {len(asked)} genes of the query is in the universe of {len(everything)} genes",
            found="genes such as " + ", ".join(sorted(asked)[:3]) if asked else "an empty query",
            expected="gene symbols such as " + ", ".join(sorted(annotated)[:3]),
            hint="check that both hold gene symbols of one species: Entrez identifiers do not meet symbols",
        )
    sets = [members & everything for members in gene_sets.genes]
    tested = [i for i, members in enumerate(sets) if min_size <= len(members) <= max_size]
    if not tested:
        raise NotEnoughDataError(
            f"no gene set has {min_size} to {max_size} genes in the universe of {len(everything)} genes",
            hint="use a larger universe (a larger table of interactions), or allow smaller sets with --min-size",
        )
    found = [sorted(sets[i] & drawn) for i in tested]
    hits = np.array([len(own) for own in found], dtype=np.int64)
    set_size = np.array([len(sets[i]) for i in tested], dtype=np.int64)
    p_value = upper_tail(hits, len(everything), set_size, len(drawn))
    expected = len(drawn) * set_size / len(everything)
    terms = text_array(gene_sets.terms[i] for i in tested)
    order = np.lexsort((terms.astype(str), -hits, p_value))
    return EnrichmentTable(
        query=query,
        terms=terms[order],
        descriptions=text_array(gene_sets.descriptions[i] for i in tested)[order],
        hits=hits[order],
        set_size=set_size[order],
        expected=expected[order],
        fold_enrichment=(hits / expected)[order],
        p_value=p_value[order],
        fdr=adjust_p_values(p_value)[order],
        genes=text_array(map(";".join, found))[order],
        query_size=len(drawn),
        universe_size=len(everything),
        outside=len(asked - everything),
        n_sets=len(gene_sets),
        min_size=min_size,
        max_size=max_size,
        source=gene_sets.source,
    )


def enrichment_table(results: Sequence[EnrichmentTable]) -> Table:
    """Give results as one table: the terms with at least one hit, query after query.

    Terms without a hit were tested and count in the FDR; the note above the table says how many there were.
    """
    parts = [_hit_rows(result) for result in results]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns}
    tested = " and ".join(f"{len(result)} for {result.query}" for result in results)
    first = results[0]
    return Table(
        columns,
        notes=(
            ("mirtool enrichment", ""),
            ("gene sets", first.source),
            ("terms tested", tested),
            ("genes a term", f"{first.min_size} to {first.max_size}"),
            ("FDR", "BH over all terms tested including those without a hit"),
        ),
    )


def _hit_rows(result: EnrichmentTable) -> Table:
    n = len(result)
    table = Table(
        {
            "query": text_array([result.query] * n),
            "term": result.terms,
            "description": result.descriptions,
            "hits": result.hits,
            "set size": result.set_size,
            "query size": np.full(n, result.query_size),
            "universe size": np.full(n, result.universe_size),
            "expected": result.expected,
            "fold enrichment": result.fold_enrichment,
            "P": result.p_value,
            "FDR": result.fdr,
            "null": text_array([result.null] * n),
            "genes": result.genes,
        }
    )
    return table.take(result.hits > 0)
