r"""How surprising it is that so many of a study's miRNAs meet in one gene, under two nulls.

Of the n miRNAs of a study with targets, x target a gene. The universe has N genes; miRNA i targets t_i of them.

genes drawn
    Each miRNA picks its t_i targets at random from the N genes, so that it hits a gene with p_i = t_i / N, and the
    number of miRNAs in a gene has a Poisson-binomial distribution, the same for every gene: P(X ≥ x), expected
    Σ p_i. Genes that many miRNAs are known to target come out for that alone.
miRNAs drawn
    The n miRNAs are drawn at random from the M miRNAs of the universe, D of which target the gene: hypergeometric
    P(X ≥ x), expected n D / M. It is for the gene what it is to all miRNAs; a gene known to few stands out.

The FDR is Benjamini and Hochberg's over all genes of the universe, those without a miRNA of the study (P = 1)
included, for each null by itself.

References
----------
Wang YH. On the number of successes in independent trials. Stat Sin 1993;3:295–312 (the Poisson-binomial
distribution).

Barlow RE, Heidtmann KD. Computing k-out-of-n system reliability. IEEE Trans Reliab 1984;33:322–323 (the
recursion).

Hong Y. On computing the distribution function for the Poisson binomial distribution. Comput Stat Data Anal
2013;59:41–51.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mirtool.model import FloatArray, IntArray
from mirtool.network.build import SynergyNetwork
from mirtool.network.interactions.mirna_universe import MirnaUniverse
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.hypergeometric import upper_tail

KNOWN = "known miRNAs"
GENES_DRAWN, MIRNAS_DRAWN = "Poisson-binomial", "hypergeometric"
"""The two nulls, as they are in the heads of the columns: genes drawn, miRNAs drawn."""


def with_convergence(network: SynergyNetwork, universe: MirnaUniverse) -> SynergyNetwork:
    """Say of each gene how surprising the number of its miRNAs is.

    Parameters
    ----------
    network
        Of a study's miRNAs.
    universe
        The miRNAs that could have been chosen, on the same interactions at the same evidence, those of the
        network among them.

    Returns
    -------
    SynergyNetwork
        With further columns in ``genes``: known miRNAs (D, those of the universe that target the gene), and for
        each null expected miRNAs, P and FDR, as :mod:`mirtool.network.graph.convergence` defines them.
    """
    genes = network.genes
    met = genes["miRNAs"]
    n_genes, n_mirnas = len(network.universe), len(network.mirnas)
    column = {gene: j for j, gene in enumerate(universe.targets.genes)}
    of_gene = np.asarray(universe.targets.incidence.sum(axis=0), dtype=np.int64)
    known = of_gene[[column[gene] for gene in genes["gene"]]]
    probabilities = network.targets.n_targets / n_genes
    by_genes = poisson_binomial_tail(probabilities)[met]
    by_mirnas = upper_tail(met, len(universe), known, n_mirnas)
    columns: dict[str, FloatArray | IntArray] = {KNOWN: known}
    for null, expected, p_value in (
        (GENES_DRAWN, np.full(len(genes), probabilities.sum()), by_genes),
        (MIRNAS_DRAWN, n_mirnas * known / len(universe), by_mirnas),
    ):
        columns[f"expected miRNAs ({null})"] = expected
        columns[f"P ({null})"] = p_value
        columns[f"FDR ({null})"] = _adjusted_over_all(p_value, n_genes)
    return replace(network, genes=genes.with_columns(columns))


def _adjusted_over_all(p_value: FloatArray, n_tests: int) -> FloatArray:
    """Adjust for all tests made, of which those that are not here have P = 1."""
    return adjust_p_values(np.concatenate([p_value, np.ones(n_tests - len(p_value))]))[: len(p_value)]


def poisson_binomial_tail(probabilities: FloatArray) -> FloatArray:
    """P(X ≥ x) of the number X of successes in independent trials with chances of their own, for every x.

    Parameters
    ----------
    probabilities
        ``(n,)``, 0 … 1.

    Returns
    -------
    FloatArray
        ``(n + 1,)``, for x = 0 … n. Built by adding one trial after the other; only positive numbers are added,
        so that small tails keep their relative precision. Below the smallest double it is 0.

    Examples
    --------
    Chances of 1/2 and 1/4: both with 1/8, one at least with 1 − 3/8.

    >>> poisson_binomial_tail(np.array([0.5, 0.25])).tolist()
    [1.0, 0.625, 0.125]
    """
    probability = np.zeros(len(probabilities) + 1)
    probability[0] = 1.0
    for p in np.sort(probabilities):
        probability[1:] = probability[1:] * (1 - p) + probability[:-1] * p
        probability[0] *= 1 - p
    tail: FloatArray = np.minimum(np.cumsum(probability[::-1])[::-1], 1.0)
    tail[0] = 1.0
    return tail
