"""The miRNAs that could have been a study's, with their targets: what random sets of miRNAs are drawn from.

A miRNA without a target in the interactions table says nothing about any gene and is left out, of the study and of
the universe alike, counted. A slash probe is one miRNA with the targets of all its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.errors import FormatError, NotEnoughDataError, UsageError
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import BoolArray, IntArray, Interactions, Table, text_array
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.interactions.targets import TargetMatrix, target_matrix
from mirtool.wording import plural

FEWEST_IN_STRATUM = 20
"""So many miRNAs of similar numbers of targets can substitute for each other, itself included."""

UNIVERSE_MARK = "mirtool miRNA universe"
UNIVERSE_COLUMNS = ("miRNA", "in network", "targets", "stratum", "genes")


@dataclass(frozen=True, eq=False)
class MirnaUniverse:
    """The miRNAs with targets that could have been chosen, and which of them were.

    Parameters
    ----------
    targets
        One row per miRNA, sorted by name, each with a target.
    chosen
        Mask of the study's miRNAs, ``(n_mirnas,)``.
    source
        Where these miRNAs stand, in words.
    without_targets
        How many more are there that have no target in the interactions table.
    """

    targets: TargetMatrix
    chosen: BoolArray
    source: str
    without_targets: int

    def __len__(self) -> int:
        return len(self.chosen)

    @property
    def described(self) -> str:
        """The universe in words, with its size."""
        left_out = f"; {self.without_targets:,} more without targets" if self.without_targets else ""
        return f"{plural(len(self), 'miRNA')} with targets ({self.source}{left_out})"


def mirna_universe(
    chosen: Sequence[str],
    table: TargetTable,
    *,
    measured: Sequence[str] | None = None,
    source: str = "",
) -> MirnaUniverse:
    """Gather the miRNAs that could have been chosen.

    Parameters
    ----------
    chosen
        The study's miRNAs, as :func:`mirtool.network.synergy_network` takes them.
    table
        Pairs of miRNA and gene.
    measured
        The miRNAs on the array, the chosen ones among them. None takes every miRNA of the interactions table, the
        parts of a chosen slash probe replaced by the probe.
    source
        Where the measured ones stand, in words.

    Raises
    ------
    UsageError
        Where a chosen miRNA with targets is not among the measured ones.
    NotEnoughDataError
        Where no chosen miRNA has a target.
    """
    asked = {name.strip() for name in chosen} - {""}
    if measured is None:
        everything = table.with_probes(asked)
        source = f"every miRNA of {table.source}"
    else:
        names = sorted({name.strip() for name in measured} - {""})
        _check_measured(asked, names, source)
        everything = table.of_probes(names)
    with_targets = np.flatnonzero(everything.n_targets)
    targets = everything.take(with_targets)
    mask = np.array([name in asked for name in targets.mirnas], dtype=bool)
    if not mask.any():
        raise NotEnoughDataError(f"none of the {plural(len(asked), 'miRNA')} has a target in {table.source}")
    return MirnaUniverse(targets, mask, source, len(everything.mirnas) - len(with_targets))


def _check_measured(asked: set[str], measured: Sequence[str], source: str) -> None:
    missing = sorted(asked - set(measured))
    if missing:
        raise UsageError(
            f"{plural(len(missing), 'miRNA')} of the study are not among the {len(measured):,} of {source}",
            found=", ".join(missing[:5]) + (", …" if len(missing) > 5 else ""),
            hint="a universe must hold every miRNA that could have been chosen: name the list of all on the array",
        )


def degree_strata(n_targets: IntArray) -> IntArray:
    """Part miRNAs into strata of similar numbers of targets.

    Strata are octaves (1, 2–3, 4–7, 8–15 … targets), so that no miRNA of a stratum has twice the targets of
    another; from the top down, octaves are joined until each stratum holds at least :data:`FEWEST_IN_STRATUM`.
    The strata depend on the universe alone, never on which of its miRNAs were chosen: otherwise the chosen would
    not be exchangeable with those drawn in their place.

    Parameters
    ----------
    n_targets
        ``(n_mirnas,)``, 1 or more.

    Returns
    -------
    IntArray
        ``(n_mirnas,)``, the stratum of each, 0 for the one with the fewest targets.

    Examples
    --------
    >>> degree_strata(np.array([1] * 30 + [4] * 15 + [9] * 8)).tolist() == [0] * 30 + [1] * 23
    True
    """
    octave = np.frexp(n_targets.astype(np.float64))[1] - 1
    joined: list[list[int]] = [[]]
    members = 0
    for level in range(int(octave.max(initial=0)), -1, -1):
        joined[-1].append(level)
        members += int((octave == level).sum())
        if members >= FEWEST_IN_STRATUM:
            joined.append([])
            members = 0
    if members < FEWEST_IN_STRATUM and len(joined) > 1:
        left_over = joined.pop()
        joined[-1] += left_over
    stratum_of = {level: len(joined) - 1 - i for i, levels in enumerate(joined) for level in levels}
    return np.array([stratum_of[int(level)] for level in octave], dtype=np.int64)


def universe_table(universe: MirnaUniverse) -> Table:
    """Return the universe as a table for :func:`read_universe`: name, choice, targets, stratum, genes.

    The stratum is the range of targets within which degree-matched draws replace the miRNA.
    """
    targets = universe.targets
    n_targets = targets.n_targets
    strata = degree_strata(n_targets)
    ranges = {
        stratum: f"{n_targets[strata == stratum].min()} to {n_targets[strata == stratum].max()}"
        for stratum in np.unique(strata)
    }
    genes = np.split(targets.genes[targets.incidence.indices], targets.incidence.indptr[1:-1])
    return Table(
        {
            "miRNA": targets.mirnas,
            "in network": text_array("yes" if own else "no" for own in universe.chosen),
            "targets": n_targets,
            "stratum": text_array(ranges[stratum] for stratum in strata),
            "genes": text_array(map(";".join, genes)),
        },
        notes=(
            (UNIVERSE_MARK, ""),
            ("source", universe.source.replace(";", ",")),
            ("without targets", str(universe.without_targets)),
        ),
    )


def read_universe(table: TextTable) -> MirnaUniverse:
    """Understand the table that :func:`universe_table` made.

    Raises
    ------
    FormatError
        Where a column is missing, no miRNA is in the network, or a miRNA has no genes.
    """
    missing = [name for name in UNIVERSE_COLUMNS if name not in table.header]
    if missing:
        raise FormatError(
            f"this is no universe of miRNAs as `mirtool network` writes it: it has no column '{missing[0]}'",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
            expected=", ".join(UNIVERSE_COLUMNS),
            hint="run `mirtool network` again",
        )
    mirnas, chosen, genes = (table.text(table.header.index(name)) for name in ("miRNA", "in network", "genes"))
    for row, cell in enumerate(genes):
        if not mirnas[row] or not cell:
            raise FormatError(
                "a miRNA of the universe has no genes", path=table.path, line=table.line_of(row), column="genes"
            )
    mask = chosen == "yes"
    if not mask.any():
        raise FormatError("no miRNA of the universe is in the network", path=table.path, column="in network")
    pairs = [(mirna, gene) for mirna, cell in zip(mirnas, genes, strict=True) for gene in cell.split(";")]
    interactions = Interactions(
        text_array(mirna for mirna, _ in pairs),
        text_array(gene for _, gene in pairs),
        text_array([""] * len(pairs)),
        text_array([""] * len(pairs)),
        table.path,
    )
    without = table.notes.get("without targets", "0")
    return MirnaUniverse(
        _rows_by_name(interactions, mirnas.tolist()),
        mask,
        table.notes.get("source", table.path),
        int(without) if without.isdigit() else 0,
    )


def _rows_by_name(interactions: Interactions, mirnas: Sequence[str]) -> TargetMatrix:
    """Return the matrix of a table in which a slash probe is one name, not split."""
    matrix = target_matrix(interactions)
    row = {name: i for i, name in enumerate(matrix.mirnas)}
    return matrix.take(np.array([row[name] for name in mirnas], dtype=np.int64))
