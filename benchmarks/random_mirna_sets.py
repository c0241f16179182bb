"""How often terms are called for miRNAs chosen at random: the table in docs/methods/enrichment.md.

.venv/bin/python benchmarks/random_mirna_sets.py hsa_MTI.csv          # every interaction, 1,000 sets of each size
.venv/bin/python benchmarks/random_mirna_sets.py hsa_MTI.csv --evidence strong
"""

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy.sparse import csr_array

from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import read_interactions
from mirtool.network.enrichment.mirna_null import count_hits, mirna_null
from mirtool.network.enrichment.over_representation import MAX_SIZE, MIN_SIZE, NULLS
from mirtool.network.interactions.evidence import filter_by_evidence
from mirtool.network.interactions.mirna_universe import degree_strata
from mirtool.network.interactions.targets import target_matrix
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.hypergeometric import upper_tail

SIZES = (10, 30, 100)
SEED = 20150120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interactions", help="miRTarBase as downloaded")
    parser.add_argument("--evidence", default="all", choices=["all", "strong"])
    parser.add_argument("--sets", type=int, default=1000, help="sets of each size")
    parser.add_argument("--draws", type=int, default=999)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    incidence, terms, n_universe = load(options.interactions, options.evidence)
    print(
        f"{options.evidence} evidence: {incidence.shape[0]:,} miRNAs, {n_universe:,} genes, {terms.shape[0]:,} "
        f"terms of {MIN_SIZE} to {MAX_SIZE} genes; {options.sets} sets of each size, {options.draws} draws each"
    )
    print("± standard error over the sets; ties allow: what whole numbers of hits let a null call on average")
    print(
        f"{'miRNAs':>6}  "
        + "".join(f"{name + ': P < .05':>18}{'any FDR <= .05':>16}" for name in NULLS)
        + "  ties allow"
    )
    started = time.perf_counter()
    with ProcessPoolExecutor(options.workers, initializer=keep, initargs=(incidence, terms, n_universe)) as pool:
        for size in SIZES:
            questions = [(size, own, options.draws) for own in seeds(size, options.sets)]
            shares = np.array(list(pool.map(of_one_set, questions, chunksize=5)))
            (called, any_survivor), error = shares.mean(axis=0), shares[:, 0].std(axis=0) / options.sets**0.5
            cells = "".join(
                f"{a:10.1%} ±{e:6.2%}{b:16.1%}" for a, e, b in zip(called, error, any_survivor, strict=True)
            )
            print(f"{size:6d}  {cells}{ties_allow(incidence, terms, size):12.1%}", flush=True)
    print(f"{time.perf_counter() - started:.0f} s")


def load(path: str, evidence: str) -> tuple[csr_array, csr_array, int]:
    """Return miRNAs × genes and the terms tested × genes, over the genes that table and terms both know."""
    targets = target_matrix(filter_by_evidence(read_interactions(path), evidence))
    gene_sets = embedded_go_bp()
    annotated = frozenset().union(*gene_sets.genes)
    columns = np.array([j for j, gene in enumerate(targets.genes) if gene in annotated])
    place = {gene: j for j, gene in enumerate(targets.genes[columns])}
    members = [[place[gene] for gene in genes if gene in place] for genes in gene_sets.genes]
    members = [own for own in members if MIN_SIZE <= len(own) <= MAX_SIZE]
    starts = np.concatenate([[0], np.cumsum([len(own) for own in members])])
    values = np.ones(starts[-1], dtype=np.int32)
    terms = csr_array((values, np.concatenate(members), starts), shape=(len(members), len(columns)))
    incidence = targets.incidence[:, columns]
    return incidence[np.flatnonzero(np.diff(incidence.indptr))], terms, len(columns)


def ties_allow(incidence: csr_array, terms: csr_array, size: int, draws: int = 4000) -> float:
    """Return the mean over terms of the largest level below .05 that whole numbers of hits can have."""
    rng = np.random.default_rng(SEED)
    hits = np.empty((terms.shape[0], draws), dtype=np.int16)
    for draw in range(draws):
        chosen = np.zeros(incidence.shape[0], dtype=bool)
        chosen[rng.choice(len(chosen), size, replace=False)] = True
        hits[:, draw] = count_hits(incidence, terms, chosen)
    hits.sort(axis=1)
    reached = draws - np.array([np.searchsorted(row, row, side="left") for row in hits])
    return float((reached / draws < 0.05).mean())


def seeds(size: int, n_sets: int) -> Iterator[np.random.SeedSequence]:
    yield from np.random.SeedSequence([SEED, size]).spawn(n_sets)


def keep(*question) -> None:
    """Hold what every set is asked of in each process."""
    globals()["QUESTION"] = question


def of_one_set(question: tuple[int, np.random.SeedSequence, int]) -> list[list[float]]:
    """Draw a set; give, for each null, the share of terms with P < .05 and whether any has an FDR <= .05."""
    incidence, terms, n_universe = globals()["QUESTION"]
    size, own, draws = question
    choice, seed = own.spawn(2)
    chosen = np.zeros(incidence.shape[0], dtype=bool)
    chosen[np.random.default_rng(choice).choice(len(chosen), size, replace=False)] = True
    hits = count_hits(incidence, terms, chosen)
    n_query = int((incidence[np.flatnonzero(chosen)].sum(axis=0) > 0).sum())
    draw = {"draws": draws, "seed": int(seed.generate_state(1)[0])}
    p_values = (
        upper_tail(hits, n_universe, np.diff(terms.indptr), n_query),
        mirna_null(incidence, terms, chosen, **draw).p_value,
        mirna_null(incidence, terms, chosen, strata=degree_strata(np.diff(incidence.indptr)), **draw).p_value,
    )
    return [
        [float((p < 0.05).mean()) for p in p_values],
        [float((adjust_p_values(p) <= 0.05).any()) for p in p_values],
    ]


if __name__ == "__main__":
    main()
