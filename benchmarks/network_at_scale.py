"""The network and its nulls at the size of all human miRNAs, as ratios in one run.

.venv/bin/python benchmarks/network_at_scale.py hsa_MTI.csv
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path

NETWORKX_MIRNAS = 200
SCIPY_PAIRS = 20_000
MIRNAS, DRAWS, TABLES = 50, 10_000, 50
SEED = 1


def main() -> None:
    if len(sys.argv) == 3:
        print(json.dumps(PARTS[sys.argv[1]](sys.argv[2])))
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    found = {name: measure(name, path) for name in PARTS}
    ours, theirs, networkx = found["pairs"], found["scipy"], found["networkx"]["seconds"]
    print(
        f"{ours['interactions']:,} interactions, {ours['mirnas']:,} miRNAs; {ours['pairs']:,} pairs share a target"
    )
    print(f"{'':48}{'seconds':>9}{'peak MB':>9}")
    for name, words in WORDS.items():
        print(f"{words:48}{found[name]['seconds']:9.2f}{found[name]['peak']:9.0f}")
    whole = networkx * ours["mirnas"] / NETWORKX_MIRNAS
    print(
        f"\nin proportion to all miRNAs, networkx's projection takes {whole / ours['seconds']:.0f} times as long"
    )
    of_all = theirs["seconds"] * ours["pairs"] / SCIPY_PAIRS
    print(
        f"in proportion to all pairs, hypergeom.sf takes {of_all:.0f} s: {of_all / ours['tails']:.0f} times ours"
    )
    print(f"largest relative difference of P from scipy's: {theirs['difference']:.1e}")
    print("the same null from one process and from two:", found["null"]["p"] == found["null by two"]["p"])


def measure(name: str, path: str) -> dict:
    """Run one part in a process of its own, on one thread a process; its peak memory counts everything in it."""
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            [sys.executable, __file__, name, path], stdout=answer, env={**os.environ, **single}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{name} failed")
        answer.seek(0)
        found = json.loads(answer.read())
    return {"peak": found.pop("of children", 0) + usage.ru_maxrss / 1024, **found}


def pairs(path: str) -> dict:
    from mirtool.io.targets.interactions import read_interactions
    from mirtool.network import all_pairs
    from mirtool.network.interactions.targets import target_matrix
    from mirtool.stats.hypergeometric import upper_tail

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    known = read_interactions(path)
    started = time.perf_counter()
    table = all_pairs(known)
    seconds = time.perf_counter() - started
    targets = target_matrix(known)
    degree = dict(zip(targets.mirnas, targets.n_targets.tolist(), strict=True))
    a, b = ([degree[name] for name in table[side]] for side in ("miRNA A", "miRNA B"))
    started = time.perf_counter()
    upper_tail(table["shared targets"], len(targets.genes), a, b)
    tails = time.perf_counter() - started
    return {
        "seconds": seconds,
        "tails": tails,
        "pairs": len(table),
        "mirnas": len(targets.mirnas),
        "interactions": len(known),
    }


def networkx_projection(path: str) -> dict:
    import networkx as nx

    from mirtool.io.targets.interactions import read_interactions

    known = read_interactions(path)
    graph = nx.Graph()
    graph.add_edges_from(zip(known.mirna, known.gene, strict=True))
    some = sorted(set(known.mirna))[:: len(set(known.mirna)) // NETWORKX_MIRNAS][:NETWORKX_MIRNAS]
    started = time.perf_counter()
    nx.bipartite.weighted_projected_graph(graph, some)
    return {"seconds": time.perf_counter() - started}


def scipy_tails(path: str) -> dict:
    import numpy as np
    from scipy.stats import hypergeom

    from mirtool.io.targets.interactions import read_interactions
    from mirtool.network.interactions.targets import target_matrix
    from mirtool.network.pairs.synergy import pair_statistics

    targets = target_matrix(read_interactions(path))
    found = pair_statistics(targets.incidence, len(targets.genes), sharing_only=True)
    rows = np.random.default_rng(SEED).choice(len(found.a), SCIPY_PAIRS, replace=False)
    n = targets.n_targets
    started = time.perf_counter()
    theirs = hypergeom.sf(found.shared[rows] - 1, len(targets.genes), n[found.a[rows]], n[found.b[rows]])
    seconds = time.perf_counter() - started
    some = theirs > 1e-290
    difference = np.abs(found.p_value[rows] / np.where(some, theirs, 1) - 1)[some].max()
    return {"seconds": seconds, "difference": float(difference)}


def null(path: str, workers: int = 1) -> dict:
    import resource

    import numpy as np

    from mirtool.io.genes.gene_sets import embedded_go_bp
    from mirtool.io.targets.interactions import read_interactions
    from mirtool.network import mirna_universe, target_enrichment

    known = read_interactions(path)
    chosen = np.random.default_rng(SEED).choice(sorted(set(known.mirna)), MIRNAS, replace=False).tolist()
    universe, go = mirna_universe(chosen, known, evidence="all"), embedded_go_bp()
    options = {"min_size": 1, "max_size": 100_000, "nulls": ("miRNAs",), "draws": DRAWS}
    started = time.perf_counter()
    if workers == 1:
        table = target_enrichment(universe, go, **options)
    else:
        with ProcessPoolExecutor(workers) as pool:
            table = target_enrichment(universe, go, executor=pool, **options)
    seconds = time.perf_counter() - started
    children = workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 if workers > 1 else 0
    p = sha256(table.under("miRNAs").p_value.tobytes()).hexdigest()
    return {"seconds": seconds, "terms": len(table), "p": p, "of children": children}


def null_by_two(path: str) -> dict:
    return null(path, workers=2)


def tables(path: str) -> dict:
    import numpy as np

    from mirtool.io.targets.interactions import read_interactions
    from mirtool.network.interactions.targets import target_matrix
    from mirtool.network.pairs.curveball import pair_null

    incidence = target_matrix(read_interactions(path)).incidence
    a, b = np.triu_indices(10, k=1)
    started = time.perf_counter()
    pair_null(incidence, a, b, draws=TABLES)
    return {"seconds": time.perf_counter() - started}


PARTS = {
    "pairs": pairs,
    "networkx": networkx_projection,
    "scipy": scipy_tails,
    "null": null,
    "null by two": null_by_two,
    "tables": tables,
}
WORDS = {
    "pairs": "all pairs: counts, P, FDR; one core",
    "networkx": f"networkx: weighted projection of {NETWORKX_MIRNAS} miRNAs",
    "scipy": f"scipy: hypergeom.sf of {SCIPY_PAIRS:,} pairs",
    "null": f"{DRAWS:,} sets of {MIRNAS} miRNAs, 9,373 terms",
    "null by two": "the same, two processes",
    "tables": f"{TABLES} shuffled tables (curveball)",
}

if __name__ == "__main__":
    if not Path(sys.argv[-1]).is_file():
        sys.exit(__doc__)
    main()
