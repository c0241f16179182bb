"""Simulated genes around a simulated study: how their mRNA changed, and the 3′UTRs that its miRNAs bind.

Everything is made up but the names: which gene a miRNA silences is taken from a table of interactions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.seed_sites import pairing_stretch
from mirtool.model import Interactions, Table, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values

EFFECT_A_MIRNA = 0.7
"""Standard errors by which one changed miRNA moves the statistic of a target, the other way."""
STANDARD_ERROR = 0.25
"""Of a simulated log2 ratio of mRNA."""
UTR_LENGTHS = (150, 900)
"""Fewest and most bases of a simulated 3′UTR."""


def simulate_gene_changes(
    log2_ratio: Mapping[str, float], interactions: Interactions, genes: Sequence[str], *, seed: int
) -> Table:
    """Simulate the mRNA table of the study's comparison: targets of a miRNA that went up tend to go down.

    Parameters
    ----------
    log2_ratio
        log2 tested/reference of each miRNA, by its exact name; 0 where it did not change.
    interactions
        Pairs of miRNA and gene; every changed miRNA moves its targets alike.
    genes
        All genes of the table.
    seed
        The same seed gives the same table.

    Returns
    -------
    Table
        One row per gene, as DESeq2 names its columns: gene, log2FoldChange, stat, pvalue, padj.
    """
    from scipy.special import ndtr

    rng = np.random.default_rng([seed, 2])
    place = {gene: i for i, gene in enumerate(genes)}
    shift = np.zeros(len(genes))
    for mirna, gene in zip(interactions.mirna, interactions.gene, strict=True):
        if gene in place:
            shift[place[gene]] -= EFFECT_A_MIRNA * np.sign(log2_ratio.get(mirna, 0.0))
    stat = np.round(rng.normal(0.0, 1.0, len(genes)) + shift, 4)
    p_value = 2 * ndtr(-np.abs(stat))
    return Table(
        {
            "gene": text_array(genes),
            "log2FoldChange": stat * STANDARD_ERROR,
            "stat": stat,
            "pvalue": p_value,
            "padj": adjust_p_values(p_value),
        }
    )


def simulate_utrs(mirnas: Sequence[str], interactions: Interactions, genes: Sequence[str], *, seed: int) -> str:
    """Simulate 3′UTRs of random bases, with a site in those of the miRNAs' targets.

    Parameters
    ----------
    mirnas
        Names that miRBase knows; the stretch that pairs with bases 2–8 is put into the UTR of each target.
    interactions
        Pairs of miRNA and gene.
    genes
        The genes to make a UTR of.
    seed
        The same seed gives the same UTRs.

    Returns
    -------
    str
        FASTA, 60 bases a line, one record per gene, named by it.
    """
    rng = np.random.default_rng([seed, 3])
    chosen, known = set(mirnas), mature_mirnas()
    sites: dict[str, list[str]] = {}
    for mirna, gene in zip(interactions.mirna, interactions.gene, strict=True):
        if mirna in chosen:
            sites.setdefault(gene, []).append(pairing_stretch(known[mirna].sequence).replace("U", "T"))
    records = []
    for gene in genes:
        bases: TextArray = rng.choice(np.array(list("ACGT")), size=int(rng.integers(*UTR_LENGTHS, endpoint=True)))
        text = "".join(bases)
        own = list(dict.fromkeys(sites.get(gene, ())))
        for part, site in enumerate(own):  # each in a part of its own, so that none overwrites another
            first, last = (len(text) * edge // len(own) for edge in (part, part + 1))
            start = int(rng.integers(first, last - len(site), endpoint=True))
            text = text[:start] + site + text[start + len(site) :]
        lines = "\n".join(text[i : i + 60] for i in range(0, len(text), 60))
        records.append(f">{gene}\n{lines}\n")
    return "".join(records)
