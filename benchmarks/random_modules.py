"""How many pairs are synergistic by modules where nothing is: the table in docs/methods/synergy.md.

.venv/bin/python benchmarks/random_modules.py hsa_MTI.csv

The study's ten miRNAs, strong evidence, GO biological process: as they are; with the genes of the terms exchanged
at random; and on tables of interactions shuffled with every degree kept.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import read_interactions
from mirtool.model import GeneSets, Interactions, text_array
from mirtool.network import SynergyNetwork, synergy_network
from mirtool.network.interactions.evidence import filter_by_evidence
from mirtool.network.interactions.targets import target_matrix
from mirtool.network.pairs.curveball import ROUNDS, shuffle
from mirtool.network.pairs.modules import with_modules

TEN = (
    "hsa-miR-513a-5p", "hsa-miR-20b-3p", "hsa-let-7d-3p", "hsa-miR-125b-5p", "hsa-miR-19a-3p", "hsa-miR-21-5p",
    "hsa-miR-20a-5p", "hsa-miR-17-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interactions", help="miRTarBase as downloaded")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    known = filter_by_evidence(read_interactions(options.interactions, species="hsa"), "strong")
    sets = embedded_go_bp()
    network = synergy_network(TEN, known)
    observed = with_modules(network, sets)
    print(f"{len(observed.pairs)} pairs; {options.draws} draws")
    print("                            by modules      by shared targets")
    print_networks("as they are", [observed])
    print_networks(
        "genes of terms exchanged",
        [with_modules(network, each) for each in exchanged(sets, network, options.draws, rng)],
    )
    tables = shuffled(known, options.draws, rng)
    print_networks("table shuffled", [with_modules(synergy_network(TEN, each), sets) for each in tables])


def print_networks(what: str, networks: list[SynergyNetwork]) -> None:
    counts = np.array(
        [[each.pairs[c].sum() for c in ("synergistic by modules", "significant")] for each in networks]
    )
    (modules, targets), (any_modules, any_targets) = counts.mean(axis=0), (counts > 0).mean(axis=0)
    print(f"{what:<26}{modules:6.2f} ({any_modules:4.0%}){targets:14.2f} ({any_targets:4.0%})")


def exchanged(sets: GeneSets, network: SynergyNetwork, draws: int, rng: np.random.Generator) -> Iterator[GeneSets]:
    """Return the terms with the genes of the universe exchanged among each other."""
    universe = sorted(frozenset(network.universe) & frozenset[str]().union(*sets.genes))
    for _ in range(draws):
        other = dict(zip(universe, rng.permutation(np.array(universe, dtype=object)), strict=True))
        yield replace(sets, genes=tuple(frozenset(other[g] for g in own if g in other) for own in sets.genes))


def shuffled(known: Interactions, draws: int, rng: np.random.Generator) -> Iterator[Interactions]:
    """Return tables in which every miRNA and every gene keeps its number of partners."""
    targets = target_matrix(known)
    degrees = targets.n_targets
    mirnas = targets.mirnas[np.repeat(np.arange(len(degrees)), degrees)]
    evidence, blank = (text_array([value] * len(mirnas)) for value in ("strong", ""))
    for _ in range(draws):
        genes = shuffle(targets.incidence.indices.astype(np.int64), degrees, len(targets.genes), ROUNDS, rng)
        yield Interactions(mirnas, targets.genes[genes], evidence, blank, "shuffled")


if __name__ == "__main__":
    main()
