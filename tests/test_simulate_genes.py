"""Simulated mRNA and 3'UTRs: the effects and the sites that were planted are there, and nothing else is."""

import numpy as np

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.seed_sites import find_seed_sites
from mirtool.annotation.settings import SITES
from mirtool.io.targets.interactions import starter_interactions
from mirtool.simulate.genes import EFFECT_A_MIRNA, simulate_gene_changes, simulate_utrs

STARTER = starter_interactions()
GENES = sorted(set(STARTER.gene)) + [f"other{i}" for i in range(4000)]
HUBS = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p")


def targets_of(mirna: str) -> set[str]:
    return set(STARTER.gene[STARTER.mirna == mirna])


def test_targets_move_the_other_way_and_no_other_gene_does() -> None:
    changes = {"hsa-miR-17-5p": -2.0, "hsa-miR-21-5p": 1.0}
    stats = np.array([simulate_gene_changes(changes, STARTER, GENES, seed=seed)["stat"] for seed in range(60)])
    expected = np.array(
        [
            EFFECT_A_MIRNA * ((gene in targets_of("hsa-miR-17-5p")) - (gene in targets_of("hsa-miR-21-5p")))
            for gene in GENES
        ]
    )
    np.testing.assert_allclose(stats.mean(axis=0), expected, atol=5 / np.sqrt(60))
    assert abs(stats[:, -4000:].std() - 1) < 0.02


def test_the_table_is_that_of_its_statistic() -> None:
    from scipy import stats

    table = simulate_gene_changes({}, STARTER, GENES, seed=3)
    np.testing.assert_allclose(table["pvalue"], 2 * stats.norm.sf(np.abs(table["stat"])), rtol=1e-12)
    assert (np.sign(table["log2FoldChange"]) == np.sign(table["stat"])).all()
    again = simulate_gene_changes({}, STARTER, GENES, seed=3)
    assert table["stat"].tolist() == again["stat"].tolist()


def test_every_target_has_a_site_of_bases_2_to_8() -> None:
    genes = sorted(set(STARTER.gene))
    fasta = simulate_utrs(HUBS, STARTER, genes, seed=1)
    records = [record.split("\n", 1) for record in fasta.split(">")[1:]]
    assert [name for name, _ in records] == genes
    utrs = [text.replace("\n", "").replace("T", "U") for _, text in records]
    sites = find_seed_sites([mature_mirnas()[name].sequence for name in HUBS], utrs).at_least(SITES[1])
    found = {(HUBS[m], genes[u]) for m, u in zip(sites.mirna, sites.utr, strict=True)}
    assert {(name, gene) for name in HUBS for gene in targets_of(name)} <= found
    assert len(found) < 2 * sum(len(targets_of(name)) for name in HUBS)  # few by chance
