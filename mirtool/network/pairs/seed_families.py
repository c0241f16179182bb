r"""Pairs of miRNAs beyond what one seed explains.

A miRNA finds its targets by its seed (positions 2–8). Two miRNAs with one seed have the same sites, so that they
share targets by construction: that they do is no evidence that they work together. Two readings take the seed out:

``targets``
    The *common targets* of a seed family are the genes that at least ``seed_share`` of the miRNAs with this seed
    target in the interactions table, those of the study or not. From a pair of one seed they are set aside: with C
    common targets, \|A \\ C\|, \|B \\ C\| and \|A ∩ B \\ C\| are compared in a universe of N − \|C\| genes. With
    ``seed_share`` 2 every target that the two share is set aside, since the two are members themselves: nothing
    that they share is told from their seed. With 3 a target stays that no third member is known to have. Pairs of
    different seeds stay as they are; all pairs are judged together by a new FDR.
``family``
    Each seed family is one unit: its members in the study are put together, and a gene that one of them targets
    is a target of the unit, once, as for a slash probe. Units are compared as miRNAs are. A partner that shares
    the same genes with two members of a family then counts them once.

A slash probe of several seeds belongs to the families of all; families that share a probe are one unit. A miRNA
whose seed is not known is judged as it is.

References
----------
Bartel DP. MicroRNAs: target recognition and regulatory functions. Cell 2009;136:215–233.

Bartel DP. Metazoan microRNAs. Cell 2018;173:20–51 (families by seed).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mirtool.annotation.mirbase import seed as seed_of
from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, IntArray, Table, TextArray, text_array
from mirtool.network.build import SynergyNetwork, synergy_network
from mirtool.network.interactions.mirna_universe import mirna_universe
from mirtool.network.interactions.mirnas import parts_of
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.interactions.targets import TargetMatrix
from mirtool.network.pairs.curveball import PAIR_DRAWS, pair_null
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.hypergeometric import upper_tail

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

WAYS = ("targets", "family")
SEED_SHARE = 2


@dataclass(frozen=True, eq=False)
class PairStatistics:
    """Pairs judged anew, one entry each in the order of the network's; NaN where there is nothing to judge."""

    shared: IntArray
    expected: FloatArray
    p_value: FloatArray
    fdr: FloatArray
    significant: BoolArray

    def columns(self) -> dict[str, IntArray | FloatArray | BoolArray]:
        """Return the columns of the table of pairs."""
        return {
            "shared targets beyond seed": self.shared,
            "expected beyond seed": self.expected,
            "P beyond seed": self.p_value,
            "FDR beyond seed": self.fdr,
            "significant beyond seed": self.significant,
        }


def beyond_seed(
    network: SynergyNetwork,
    targets: TargetTable,
    way: str,
    *,
    seed_share: int = SEED_SHARE,
    pair_draws: int = PAIR_DRAWS,
    seed: int = 1,
    executor: Executor | None = None,
) -> SynergyNetwork:
    """Judge every pair of a network again, without what one seed explains.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` gives it; its alpha and null of pairs hold.
    targets
        The table it was built on.
    way
        One of :data:`WAYS`, as the module's docstring defines them.
    seed_share
        Of how many members a gene is a target to be a common one; 2 or more. For ``targets`` only.
    pair_draws, seed, executor
        Of the shuffled tables, where the network's null is the curveball: in ``targets`` one run for each family
        with a pair in the network, its common targets taken out of the table; in ``family`` one run.

    Returns
    -------
    SynergyNetwork
        The network with the columns shared targets, expected, P, FDR and significant *beyond seed* in ``pairs``,
        and partners and synergy *beyond seed* in ``mirnas``. For ``family`` also with ``families`` (one row per
        pair of units) and the column family in ``mirnas``; a pair then has the numbers of its two units, and one
        within a unit has none.

    Raises
    ------
    UsageError
        For an unknown way, or a share below 2.
    """
    if way not in WAYS:
        raise UsageError("pairs can't be judged beyond the seed so", found=repr(way), expected=" or ".join(WAYS))
    if seed_share < 2:
        raise UsageError(
            "a common target of a seed family is one of two members or more", found=str(seed_share), expected="2"
        )
    if way == "family":
        return _by_family(network, targets, pair_draws, seed, executor)
    return _by_targets(network, targets, seed_share, pair_draws, seed, executor)


def common_targets(targets: TargetMatrix, seed: str, seed_share: int = SEED_SHARE) -> BoolArray:
    """Mask of the genes that at least ``seed_share`` of the miRNAs with a seed target.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> targets = TargetTable.of(starter_interactions(), "all").matrix
    >>> targets.genes[common_targets(targets, "AAAGUGC", 4)].tolist()
    ['CDKN1A', 'PTEN']
    """
    members = np.flatnonzero([seed_of(name) == seed for name in targets.mirnas])
    mask: BoolArray = np.asarray(targets.incidence[members].sum(axis=0)) >= seed_share
    return mask


def units_of(names: Sequence[str], seeds: Sequence[Sequence[str]]) -> list[list[int]]:
    """Put together the miRNAs that share a seed, directly or by way of others.

    Returns
    -------
    list of list of int
        The positions of each unit's members, in their order; a miRNA without a known seed is one by itself.

    Examples
    --------
    >>> units_of(["a", "b", "c", "d"], [["AAA"], ["CCC"], ["AAA", "GGG"], []])
    [[0, 2], [1], [3]]
    """
    unit = list(range(len(names)))
    first_with: dict[str, int] = {}
    for i, own in enumerate(seeds):
        for each in own:
            joined, kept = unit[i], unit[first_with.setdefault(each, i)]
            low, high = sorted((joined, kept))
            unit = [low if u == high else u for u in unit]
    members = defaultdict(list)
    for i, u in enumerate(unit):
        members[u].append(i)
    return list(members.values())


def _by_targets(
    network: SynergyNetwork,
    targets: TargetTable,
    seed_share: int,
    pair_draws: int,
    seed: int,
    executor: Executor | None,
) -> SynergyNetwork:
    names = network.targets.mirnas
    seeds = _seeds(network)
    a, b = _ends(network, names)
    pairs_of_seeds = defaultdict(list)
    for pair, (one, other) in enumerate(zip(a, b, strict=True)):
        if common := frozenset(seeds[names[one]]) & frozenset(seeds[names[other]]):
            pairs_of_seeds[common].append(pair)
    judged = _as_it_is(network)
    shared, expected, p_value = judged.shared.copy(), judged.expected.copy(), judged.p_value.copy()
    own = targets.of_probes(names.tolist()).incidence
    table = mirna_universe(names.tolist(), targets).targets if network.pair_null == "curveball" else None
    for common, pairs in pairs_of_seeds.items():
        rows = np.array(pairs, dtype=np.int64)
        kept = np.flatnonzero(
            ~np.any([common_targets(targets.matrix, each, seed_share) for each in common], axis=0)
        )
        left = own[:, kept]
        shared[rows] = np.asarray(left[a[rows]].multiply(left[b[rows]]).sum(axis=1), dtype=np.int64)
        if table is not None:
            drawn = pair_null(
                table.incidence[:, kept],
                *(_rows(names[side[rows]], table.mirnas) for side in (a, b)),
                draws=pair_draws,
                seed=seed,
                executor=executor,
            )
            expected[rows], p_value[rows] = drawn.expected, drawn.p_value
        else:
            expected[rows], p_value[rows] = _hypergeometric(left, a[rows], b[rows], shared[rows])
    fdr = adjust_p_values(p_value)
    judged = PairStatistics(shared, expected, p_value, fdr, (fdr <= network.alpha) & (shared > 0))
    return replace(
        network,
        pairs=network.pairs.with_columns(judged.columns()),
        mirnas=network.mirnas.with_columns(_sums(network, judged)),
    )


def _hypergeometric(
    incidence: csr_array, a: IntArray, b: IntArray, shared: IntArray
) -> tuple[FloatArray, FloatArray]:
    n_targets = np.diff(incidence.indptr).astype(np.int64)
    n_genes = incidence.shape[1]
    p_value = upper_tail(shared, n_genes, n_targets[a], n_targets[b])
    return n_targets[a] * n_targets[b] / max(n_genes, 1), p_value


def _by_family(
    network: SynergyNetwork, targets: TargetTable, pair_draws: int, seed: int, executor: Executor | None
) -> SynergyNetwork:
    names, seeds = network.targets.mirnas, _seeds(network)
    units = units_of(names.tolist(), [seeds[name] for name in names])
    unit_names = [_unit_name(names[members]) for members in units]
    unit_of = {names[i]: unit for unit, members in zip(unit_names, units, strict=True) for i in members}
    if len(units) < 2:
        families = network.pairs.take(np.array([], dtype=np.int64))
        partners = synergy = dict.fromkeys(unit_names, 0)
    else:
        collapsed = synergy_network(
            unit_names,
            targets,
            alpha=network.alpha,
            pair_null=network.pair_null,
            pair_draws=pair_draws,
            seed=seed,
            executor=executor,
        )
        families = collapsed.pairs
        partners, synergy = (
            dict(zip(collapsed.mirnas["miRNA"], collapsed.mirnas[column].tolist(), strict=True))
            for column in ("partners", "synergy")
        )
    units_of_rows = [unit_of[name] for name in network.mirnas["miRNA"]]
    mirnas = network.mirnas.with_columns(
        {
            "family": text_array(units_of_rows),
            "partners beyond seed": np.array([partners[unit] for unit in units_of_rows], dtype=np.int64),
            "synergy beyond seed": np.array([synergy[unit] for unit in units_of_rows], dtype=np.int64),
        }
    )
    judged = _of_units(network, families, unit_of)
    return replace(
        network,
        pairs=network.pairs.with_columns(judged.columns()),
        mirnas=mirnas,
        families=_family_table(families),
    )


def _unit_name(members: TextArray) -> str:
    return "/".join(dict.fromkeys(part for name in members for part in parts_of(name)))


def _of_units(network: SynergyNetwork, families: Table, unit_of: dict[str, str]) -> PairStatistics:
    """Return each pair of miRNAs the numbers of its two units."""
    row_of = {
        frozenset(ends): row for row, ends in enumerate(zip(families["miRNA A"], families["miRNA B"], strict=True))
    }
    ends = zip(network.pairs["miRNA A"], network.pairs["miRNA B"], strict=True)
    rows = np.array([row_of.get(frozenset((unit_of[a], unit_of[b])), -1) for a, b in ends], dtype=np.int64)
    apart = rows >= 0
    null = _null_columns(network)

    def taken(column: str) -> FloatArray:
        values = np.full(len(rows), np.nan)
        values[apart] = families[column][rows[apart]]
        return values

    return PairStatistics(
        shared=np.nan_to_num(taken("shared targets")).astype(np.int64),
        expected=taken(null[0]),
        p_value=taken(null[1]),
        fdr=taken(null[2]),
        significant=np.nan_to_num(taken("significant")).astype(bool),
    )


def _family_table(pairs: Table) -> Table:
    renamed = {"miRNA A": "family A", "miRNA B": "family B"}
    columns = {renamed.get(name, name): values for name, values in pairs.columns.items() if name != "same seed"}
    return Table(columns)


def _null_columns(network: SynergyNetwork) -> tuple[str, str, str]:
    """Name the columns of the null that says which pairs are significant."""
    if network.pair_null == "curveball":
        return "expected (curveball)", "P (curveball)", "FDR (curveball)"
    return "expected", "P", "FDR"


def _as_it_is(network: SynergyNetwork) -> PairStatistics:
    expected, p_value, fdr = (network.pairs[name] for name in _null_columns(network))
    return PairStatistics(network.pairs["shared targets"], expected, p_value, fdr, network.pairs["significant"])


def _seeds(network: SynergyNetwork) -> dict[str, list[str]]:
    mirnas = network.mirnas
    return {
        name: [each for each in own.split(";") if each]
        for name, own in zip(mirnas["miRNA"], mirnas["seed"], strict=True)
    }


def _ends(network: SynergyNetwork, names: TextArray) -> tuple[IntArray, IntArray]:
    return _rows(network.pairs["miRNA A"], names), _rows(network.pairs["miRNA B"], names)


def _rows(wanted: TextArray, names: TextArray) -> IntArray:
    row = {name: i for i, name in enumerate(names)}
    return np.array([row[name] for name in wanted], dtype=np.int64)


def _sums(network: SynergyNetwork, judged: PairStatistics) -> dict[str, IntArray]:
    """Sum partners and shared targets over the significant pairs of each miRNA."""
    ends = np.concatenate([side[judged.significant] for side in _ends(network, network.mirnas["miRNA"])])
    shared = np.tile(judged.shared[judged.significant], 2)
    n = len(network.mirnas)
    return {
        "partners beyond seed": np.bincount(ends, minlength=n).astype(np.int64),
        "synergy beyond seed": np.bincount(ends, shared, n).astype(np.int64),
    }
