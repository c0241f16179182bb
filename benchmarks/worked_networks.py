"""Worked networks on miRTarBase, and what each null leaves of them: tables and figures of docs/worked_networks.md.

.venv/bin/python benchmarks/worked_networks.py hsa_MTI.csv      # prints the tables, draws them into docs/images
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import numpy as np

from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import read_interactions
from mirtool.model import GeneSets
from mirtool.network import (
    EnrichmentTable,
    MirnaUniverse,
    SynergyNetwork,
    combine_probes,
    mirna_universe,
    synergy_network,
    target_enrichment,
    with_robustness,
)
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.pairs.seed_families import beyond_seed
from mirtool.network.settings import EnrichmentSettings
from mirtool.report.figures.canvas import house_style
from mirtool.report.figures.network import network_figure

DRAWS = 100_000
TABLES = 1000
EVIDENCE = "strong"
IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SCREEN_DPI = 110

STUDY = (
    "miR-513a-5p miR-20b-3p let-7d-3p miR-125b-5p miR-19a-3p miR-21-5p miR-20a-5p miR-17-5p miR-15a-5p miR-16-5p"
)
LISTS = {
    "study": STUDY,
    "let-7": "let-7a-5p let-7b-5p let-7c-5p let-7d-5p let-7e-5p let-7f-5p let-7g-5p let-7i-5p miR-98-5p",
    "muscle": "miR-1-3p miR-133a-3p miR-133b miR-206 miR-208a-3p miR-499a-5p",
}
UP = 3
"""The study's first three are up, the others down; of the other lists no direction is known."""
QUERIES = {"all targets": 1, "shared targets": 2}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interactions", help="miRTarBase as downloaded")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    known = TargetTable.of(read_interactions(options.interactions, species="hsa"), EVIDENCE)
    terms = embedded_go_bp()
    with ProcessPoolExecutor(options.workers) as pool:
        for name, mirnas in lists(known):
            print(f"\n## {name}\n")
            print_network(name, mirnas, known, terms, pool)


def lists(known: TargetTable) -> Iterator[tuple[str, list[str]]]:
    """Return the lists: three by name, and the ten miRNAs with the most targets."""
    for name, words in LISTS.items():
        yield name, [f"hsa-{word}" for word in words.split()]
    counts = Counter(known.interactions.mirna)
    yield "most studied", [name for name, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:10]]


def print_network(name: str, mirnas: Sequence[str], known: TargetTable, terms: GeneSets, pool: Executor) -> None:
    regulation = ["up"] * UP + ["down"] * (len(mirnas) - UP) if name == "study" else None
    plain = synergy_network(combine_probes(mirnas, regulation) if regulation else mirnas, known)
    network = beyond_seed(plain, known, "targets")
    curveball = synergy_network(mirnas, known, pair_null="curveball", executor=pool)
    families = beyond_seed(network, known, "family").families
    network = with_robustness(network, known, draws=TABLES, executor=pool)
    print_pairs(network, curveball)
    assert families is not None
    print(f"{len(families)} pairs of seed families, {int(families['significant'].sum())} significant\n")
    print_hubs(network)
    universe = mirna_universe(network.mirnas["miRNA"].tolist(), known)
    for query, shared_by in QUERIES.items():
        print_terms(query, ask(universe, terms, shared_by, query, pool))
    draw(network, "arcs", IMAGES / f"worked_{name.replace(' ', '_')}.png")
    if name == "study":
        draw(network, "round", IMAGES / "network_round.png")


def print_pairs(network: SynergyNetwork, curveball: SynergyNetwork) -> None:
    pairs = network.pairs
    same = pairs["same seed"] == "yes"
    print(
        "| pairs | significant | of one seed | beyond the seed | significant, curveball |\n|--:|--:|--:|--:|--:|"
    )
    print(
        f"| {len(pairs)} | {int(pairs['significant'].sum())} | {int((pairs['significant'] & same).sum())} "
        f"| {int(pairs['significant beyond seed'].sum())} | {int(curveball.pairs['significant'].sum())} |\n"
    )


def print_hubs(network: SynergyNetwork) -> None:
    robust = network.robustness
    assert robust is not None
    share = next(column for column in robust.columns if column.startswith("share"))
    of_mirna = dict(zip(robust["miRNA"], robust[share], strict=True))
    print("| miRNA | targets | partners | synergy | beyond the seed | among the first 5 of resampled tables |")
    print("|---|--:|--:|--:|--:|--:|")
    table = network.mirnas
    for row in range(min(6, len(table))):
        name = table["miRNA"][row]
        numbers = (table[column][row] for column in ("targets", "partners", "synergy", "synergy beyond seed"))
        print(f"| {name} | {' | '.join(str(int(n)) for n in numbers)} | {of_mirna[name]:.0%} |")
    print()


def ask(universe: MirnaUniverse, terms: GeneSets, shared_by: int, query: str, pool: Executor) -> EnrichmentTable:
    settings = EnrichmentSettings(draws=DRAWS)
    return target_enrichment(universe, terms, settings, shared_by=shared_by, query=query, executor=pool)


def print_terms(query: str, found: EnrichmentTable) -> None:
    surviving = {test.name: int(test.survives.sum()) for test in found.tests}
    print(
        f"{query}: {found.query_size} genes, {len(found)} terms tested; surviving "
        + ", ".join(f"{name} {n}" for name, n in surviving.items())
        + f", all three {int(found.survives_all.sum())}"
    )
    for row in range(3):
        fdr = ", ".join(f"{test.name} {test.fdr[row]:.1g}" for test in found.tests)
        print(f"  {found.terms[row]}: {found.hits[row]} of {found.set_size[row]}, FDR {fdr}")
    genes = found.tests[0]
    first = int(np.argmin(genes.p_value))
    fdr = ", ".join(f"{test.name} {test.fdr[first]:.1g}" for test in found.tests)
    print(f"  first by genes: {found.terms[first]}: {found.hits[first]} of {found.set_size[first]}, FDR {fdr}\n")


def draw(network: SynergyNetwork, layout: str, path: Path) -> None:
    """Draw the network for a screen: the figures of print are larger than a page of documentation needs."""
    out = io.BytesIO()
    with house_style():
        network_figure(network, layout=layout).savefig(
            out, format="png", dpi=SCREEN_DPI, metadata={"Software": None}
        )
    path.write_bytes(out.getvalue())


if __name__ == "__main__":
    main()
