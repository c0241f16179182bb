"""The multiscale bootstrap of a tree against the plain loop over its draws, as a ratio in one run.

.venv/bin/python benchmarks/cluster_bootstrap.py                      # 98 arrays x 100 probes, simulated
.venv/bin/python benchmarks/cluster_bootstrap.py log2.csv             # the 100 most variable rows of a table
"""

import sys
import time

import numpy as np
from scipy.cluster.hierarchy import linkage

from mirtool.cluster import Bootstrap, cluster_stability, hierarchical_order, pairwise_distances
from mirtool.cluster.scores import row_scores, row_variances
from mirtool.cluster.stability import SCALES, resampling_tasks

ARRAYS, PROBES, DRAWS, TURNS = 98, 100, 100, 3


def main() -> None:
    values, _ = row_scores(simulated() if len(sys.argv) == 1 else most_variable(sys.argv[1]))
    print(
        f"{values.shape[1]} arrays, {len(values)} probes, {len(SCALES)} scales of {DRAWS} draws; best of {TURNS}"
    )
    print(f"{'':24}{'loop':>10}{'mirtool':>10}{'ratio':>8}  seconds of all processors")
    for name, leaves in (("tree of arrays", values.T), ("tree of probes", values)):
        tree = hierarchical_order(leaves)
        times: dict = {plain: [], ours: []}
        for _ in range(TURNS):
            shares = []
            for function, seconds in times.items():
                start = time.process_time()
                shares.append(function(leaves, tree))
                seconds.append(time.process_time() - start)
            if not np.array_equal(*shares):
                sys.exit(f"{name}: the shares differ")
        loop, mirtool = (min(seconds) for seconds in times.values())
        print(f"{name:24}{loop:10.2f}{mirtool:10.2f}{loop / mirtool:8.1f}")


def ours(leaves, tree):
    return cluster_stability(leaves, tree, bootstrap=Bootstrap(DRAWS)).shares


def plain(leaves, tree):
    """Count as the definition says: one draw, its distances, its tree, its sets of leaves."""
    n, p = leaves.shape
    wanted = sets_of_leaves(tree.linkage, n)
    sizes = [max(1, int(scale * p + 1e-9)) for scale in SCALES]
    counts = np.zeros((len(sizes), n - 1))
    for task in resampling_tasks(sizes, DRAWS, 1):
        draws = np.random.default_rng(task.seed)
        for _ in range(task.n_draws):
            drawn = leaves[:, draws.integers(p, size=task.size)]
            again = set(sets_of_leaves(linkage(pairwise_distances(drawn), "average"), n))
            counts[task.scale] += [leaves in again for leaves in wanted]
    return counts / DRAWS


def sets_of_leaves(merges, n: int) -> list[int]:
    """Return the leaves of each cluster as the bits of an integer."""
    masks = [1 << leaf for leaf in range(n)]
    for left, right in merges[:, :2].astype(int).tolist():
        masks.append(masks[left] | masks[right])
    return masks[n:]


def simulated():
    """Four kinds of arrays, each with its own level of every probe, and noise of the same size."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(PROBES, 4))[:, rng.integers(4, size=ARRAYS)] + rng.normal(size=(PROBES, ARRAYS))


def most_variable(path: str):
    values = np.genfromtxt(path, delimiter=",", skip_header=1, missing_values=("", "NA"))[:, 1:]
    return values[np.argsort(-row_variances(values), kind="stable")[:PROBES]]


if __name__ == "__main__":
    main()
