"""What convergence and communities call for miRNAs chosen at random: the tables in docs/methods/network.md.

.venv/bin/python benchmarks/random_convergence.py hsa_MTI.csv
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import read_interactions
from mirtool.model import GeneSets, Interactions
from mirtool.network import mirna_universe, synergy_network, target_enrichment, with_communities, with_convergence
from mirtool.network.enrichment.over_representation import NULLS
from mirtool.network.graph.convergence import GENES_DRAWN, MIRNAS_DRAWN
from mirtool.network.interactions.evidence import filter_by_evidence

SEED = 20150120
KEPT: dict[str, Interactions | GeneSets] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interactions", help="miRTarBase as downloaded")
    parser.add_argument("--sets", type=int, default=100, help="sets of each size, for convergence")
    parser.add_argument("--community-sets", type=int, default=40)
    parser.add_argument("--draws", type=int, default=999)
    options = parser.parse_args()
    with ProcessPoolExecutor(2, initializer=keep, initargs=(options.interactions,)) as pool:
        print("convergence: genes of the universe with P < .05, and sets with a gene of two miRNAs at FDR <= .05")
        for evidence in ("all", "strong"):
            for size in (10, 30, 100):
                asked = [(evidence, size, own) for own in np.random.SeedSequence(SEED).spawn(options.sets)]
                called = np.array(list(pool.map(convergence_of, asked, chunksize=5)))
                shares = [
                    f"{null} {p:.2%}, {found:.1%}"
                    for null, (p, found) in zip((GENES_DRAWN, MIRNAS_DRAWN), called.mean(axis=0), strict=True)
                ]
                print(f"  {evidence:6} {size:4d}  {'; '.join(shares)}", flush=True)
        print("largest community: terms with P < .05")
        for evidence, size in (("all", 30), ("all", 100)):
            asked = [
                (evidence, size, own, options.draws)
                for own in np.random.SeedSequence(SEED).spawn(options.community_sets)
            ]
            called = np.array([each for each in pool.map(terms_of, asked) if each is not None])
            shares = [f"{null} {share:.1%}" for null, share in zip(NULLS, called.mean(axis=0), strict=True)]
            print(f"  {evidence:6} {size:4d}  {len(called)} sets: {', '.join(shares)}", flush=True)


def keep(path: str) -> None:
    """Read once, in each process."""
    KEPT["known"] = read_interactions(path)
    KEPT["sets"] = embedded_go_bp()


def convergence_of(asked: tuple[str, int, np.random.SeedSequence]) -> list[tuple[float, float]]:
    """Return for each null the share of the universe's genes with P < .05, and whether any is significant."""
    genes, n_universe = _converged(*asked)
    return [
        (
            float((genes[f"P ({null})"] < 0.05).sum() / n_universe),
            float(((genes[f"FDR ({null})"] <= 0.05) & (genes["miRNAs"] >= 2)).any()),
        )
        for null in (GENES_DRAWN, MIRNAS_DRAWN)
    ]


def _converged(evidence: str, size: int, seed: np.random.SeedSequence):
    network, universe = _network(evidence, size, seed)
    return with_convergence(network, universe).genes, len(network.universe)


def terms_of(asked: tuple[str, int, np.random.SeedSequence, int]) -> list[float] | None:
    """Return for each null the share of terms with P < .05 among the genes that the largest community shares."""
    *which, draws = asked
    network, universe = _network(*which)
    communities = with_communities(network).communities
    if not len(communities):
        return None
    own = set(communities["which"][0].split(";"))
    chosen = np.array([name in own for name in universe.targets.mirnas])
    result = target_enrichment(replace(universe, chosen=chosen), KEPT["sets"], shared_by=2, draws=draws)
    return [float((test.p_value < 0.05).mean()) for test in result.tests]


def _network(evidence: str, size: int, seed: np.random.SeedSequence):
    known = KEPT["known"]
    everything = sorted(set(filter_by_evidence(known, evidence).mirna))
    names = np.random.default_rng(seed).choice(everything, size, replace=False).tolist()
    network = synergy_network(names, known, evidence=evidence)
    return network, mirna_universe(network.mirnas["miRNA"].tolist(), known, evidence=evidence)


if __name__ == "__main__":
    main()
