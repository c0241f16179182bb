r"""Whether the hubs stay hubs on other tables than this: resampled, without a database, at other evidence.

Hubs are ranked by synergy, 1 for the highest, miRNAs of the same synergy sharing the mean of their ranks. In each
table the whole way is gone again: targets, universe, hypergeometric P and FDR of all pairs, significant partners,
synergy. A miRNA that has no targets there has no synergy.

resampled
    As many pairs of miRNA and gene as the table has are drawn from it with replacement, and those drawn, once or
    more, make a table: 63 % of the pairs on average. All pairs of the table are resampled, not the study's alone:
    which of them have been published by now is the accident in question, and how many genes the table knows, on
    which every P rests, hangs on it too. Each draw gives each miRNA a rank; its mean, the interval that holds 95 %
    of the ranks, and the share of draws in which the miRNA is among the first few with any synergy are told.
without a database
    Where a table combines several, those pairs stay that another database holds too. A pair keeps the evidence
    that all databases together give it.
at another evidence
    The pairs at each level of evidence that takes others than the level before.

Thinner tables have fewer significant pairs: a rank that survives does so on less evidence than there is.

References
----------
Efron B. Bootstrap methods: another look at the jackknife. Ann Stat 1979;7:1–26.

Costenbader E, Valente TW. The stability of centrality measures when networks are sampled. Soc Netw
2003;25:283–307.

Borgatti SP, Carley KM, Krackhardt D. On the robustness of centrality measures under conditions of imperfect data.
Soc Netw 2006;28:124–136.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, IntArray, Interactions, Table, TextArray
from mirtool.network.build import SynergyNetwork
from mirtool.network.enrichment.mirna_null import SEED
from mirtool.network.interactions.evidence import filter_by_evidence
from mirtool.network.interactions.mirnas import parts_of
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.interactions.targets import TargetMatrix, target_matrix
from mirtool.network.pairs.synergy import pair_statistics, sum_over_partners
from mirtool.network.settings import EVIDENCE
from mirtool.stats.draws import DrawTask, count_tasks, run_seeded

if TYPE_CHECKING:
    from concurrent.futures import Executor

HUBS = 5
TABLES_PER_TASK = 25
"""Fixed, so that the draws do not depend on how many share the work."""
INTERVAL = (0.025, 0.975)
WITHOUT, AT_LEVEL = "rank without ", "rank at evidence "
"""How the columns of other tables begin."""


def with_robustness(
    network: SynergyNetwork,
    table: TargetTable,
    *,
    draws: int = 1000,
    hubs: int = HUBS,
    seed: int = SEED,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> SynergyNetwork:
    """Rank the hubs again on resampled tables, without each database, and at each level of evidence.

    Parameters
    ----------
    network
        Of a study's miRNAs.
    table
        The table it was built on.
    draws
        Resampled tables.
    hubs
        How many miRNAs of highest synergy count as hubs.
    seed
        Of the draws.
    executor
        Who does the work; the result is the same for any, and for none.
    on_step
        Called after each of ``ceil(draws / 25)`` tasks.

    Returns
    -------
    SynergyNetwork
        With the table ``robustness``, one row per miRNA in the order of its ``mirnas``: miRNA, synergy, rank, mean
        rank, rank from, rank to (the interval of 95 % of the draws), share among the first, and where there are
        such, rank without DATABASE and rank at evidence LEVEL. Pairs are judged by their hypergeometric P,
        whatever null the network was built with.

    Raises
    ------
    UsageError
        For fewer than one draw or one hub.
    """
    if draws < 1 or hubs < 1:
        raise UsageError(
            "robustness needs draws and hubs", found=f"{draws} draws, {hubs} hubs", expected="1 or more"
        )
    names = network.mirnas["miRNA"]
    resampled = _study_in(table.matrix, names, network.alpha)
    whole = resampled.synergy_on_all()
    ranks, synergy = _resample(resampled, draws, seed, executor, on_step)
    columns: dict[str, FloatArray | IntArray | TextArray] = {
        "miRNA": names,
        "synergy": whole,
        "rank": ranks_of(whole),
        "mean rank": ranks.mean(axis=0),
    }
    for name, quantile in zip(("rank from", "rank to"), INTERVAL, strict=True):
        columns[name] = np.quantile(ranks, quantile, axis=0, method="inverted_cdf")
    columns[f"share among first {hubs}"] = ((ranks <= hubs) & (synergy > 0)).mean(axis=0)
    for name, other in _other_tables(table):
        columns[name] = ranks_of(_study_in(target_matrix(other), names, network.alpha).synergy_on_all())
    notes = (
        ("mirtool robustness", ""),
        ("pairs resampled", str(len(table))),
        ("draws", str(draws)),
        ("seed", str(seed)),
        ("P", "hypergeometric"),
    )
    return replace(network, robustness=Table(columns, notes))


def databases_of(interactions: Interactions) -> list[str]:
    """Return the databases that a table of interactions combines, sorted; none where it says nothing of them."""
    if interactions.databases is None:
        return []
    return sorted({name for cell in set(interactions.databases) for name in cell.split(";") if name})


def n_tasks(draws: int) -> int:
    """Return how many tasks the draws make, for a progress bar."""
    return count_tasks(draws, TABLES_PER_TASK)


def ranks_of(values: IntArray) -> FloatArray:
    """Rank values, 1 for the highest; equal values share the mean of their ranks.

    Examples
    --------
    >>> ranks_of(np.array([7, 0, 9, 7])).tolist()
    [2.5, 4.0, 1.0, 2.5]
    """
    _, place, count = np.unique(-values, return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks


def _other_tables(table: TargetTable) -> Iterator[tuple[str, Interactions]]:
    """Return the tables without one database each, and those at each level of evidence that adds pairs."""
    interactions = table.interactions
    databases = databases_of(interactions)
    if interactions.databases is not None and len(databases) > 1:
        for name in databases:
            yield f"{WITHOUT}{name}", interactions.take(interactions.databases != name)
    n_before = 0
    for level in EVIDENCE if table.every_evidence.graded else ():
        taken = filter_by_evidence(table.every_evidence, level)
        if len(taken) > n_before:
            yield f"{AT_LEVEL}{level}", taken
        n_before = len(taken)


@dataclass(frozen=True, eq=False)
class _Study:
    """A study's miRNAs within a table of pairs, as numbers; small enough to be sent to a worker elsewhere.

    ``gene`` is the gene of each pair of the table, sorted by miRNA and gene. ``pair`` and ``mirna`` name, entry by
    entry, the pairs that are of the study's miRNAs; a pair of a part that two slash probes hold is in two entries.
    """

    gene: IntArray
    pair: IntArray
    mirna: IntArray
    n_mirnas: int
    n_genes: int
    alpha: float

    def synergy(self, taken: BoolArray) -> IntArray:
        """Compute the synergy of each miRNA on the pairs taken, ``(n_mirnas,)``."""
        from scipy.sparse import csr_array

        synergy = np.zeros(self.n_mirnas, dtype=np.int64)
        own = taken[self.pair]
        if not own.any():
            return synergy
        where = (self.mirna[own], self.gene[self.pair[own]])
        incidence = csr_array((np.ones(own.sum(), dtype=np.int32), where), shape=(self.n_mirnas, self.n_genes))
        incidence.data[:] = 1  # parts of a slash probe that share a target
        rows = np.flatnonzero(np.diff(incidence.indptr))
        n_universe = int(np.count_nonzero(np.bincount(self.gene[taken], minlength=self.n_genes)))
        pairs = pair_statistics(incidence[rows], n_universe)
        significant: BoolArray = (pairs.fdr <= self.alpha) & (pairs.shared > 0)
        synergy[rows] = sum_over_partners(pairs, significant, len(rows))[1]
        return synergy

    def synergy_on_all(self) -> IntArray:
        """Compute the synergy of each miRNA on the whole table."""
        return self.synergy(np.ones(len(self.gene), dtype=bool))


def _study_in(table: TargetMatrix, names: TextArray, alpha: float) -> _Study:
    row_of = {name: i for i, name in enumerate(table.mirnas)}
    starts = table.incidence.indptr.astype(np.int64)
    parts = [(row, row_of[part]) for row, name in enumerate(names) for part in parts_of(name) if part in row_of]
    pairs = [np.arange(starts[i], starts[i + 1]) for _, i in parts]
    return _Study(
        gene=table.incidence.indices.astype(np.int64),
        pair=np.concatenate([np.zeros(0, dtype=np.int64), *pairs]),
        mirna=np.repeat(np.array([row for row, _ in parts], dtype=np.int64), [len(own) for own in pairs]),
        n_mirnas=len(names),
        n_genes=len(table.genes),
        alpha=alpha,
    )


def _resample(
    study: _Study, draws: int, seed: int, executor: Executor | None, on_step: Callable[[str], None] | None
) -> tuple[FloatArray, IntArray]:
    """Return the ranks and the synergy of the miRNAs in each draw, ``(draws, n_mirnas)``."""
    work = partial(_resample_task, study)
    synergy = np.vstack(
        list(run_seeded(work, draws, seed, per_task=TABLES_PER_TASK, executor=executor, on_step=on_step))
    )
    return np.array([ranks_of(own) for own in synergy]), synergy


def _resample_task(study: _Study, task: DrawTask) -> IntArray:
    """Compute the synergy of the miRNAs in the tables of one task."""
    rng = task.rng()
    n = len(study.gene)
    synergies = []
    for _ in range(task.n_draws):
        taken = np.zeros(n, dtype=bool)
        taken[rng.integers(0, n, size=n)] = True
        synergies.append(study.synergy(taken))
    return np.array(synergies)
