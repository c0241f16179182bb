"""The interactions that a network is built on: prepared once, and handed to every step that needs them.

A table of interactions is cut to a level of evidence, and to the genes that count in the tissue, when it is made.
The matrix of miRNAs × genes is built when it is first asked for and kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from mirtool.annotation.mirna_names import Resolution
from mirtool.model import Interactions, Table, TextArray
from mirtool.network.interactions.evidence import filter_by_evidence
from mirtool.network.interactions.mirnas import parts_of
from mirtool.network.interactions.targets import TargetMatrix, target_matrix


@dataclass(frozen=True, eq=False)
class TargetTable:
    """Pairs of miRNA and gene that count, with what is derived from them.

    Parameters
    ----------
    interactions
        The pairs at the level of evidence, each once.
    evidence
        One of :data:`mirtool.network.settings.EVIDENCE`.
    every_evidence
        The pairs at every level of evidence, of which ``interactions`` are some. Where genes were chosen by their
        expression, that choice was made among the pairs at ``evidence``, and these are the same as
        ``interactions``.
    correlations
        Every pair that was correlated over paired samples
        (:func:`mirtool.network.interactions.expression_context.anticorrelated_only`); None without paired samples.
    gene_ratios
        log2 tested/reference of the genes whose change was asked for, by name; empty where it was not.
    mirna_names
        What became of each miRNA name of the source when names were updated; empty where they were not.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> table = TargetTable.of(starter_interactions())
    >>> table.of_probes(["hsa-miR-17-5p"]).incidence.shape == (1, len(table.genes))
    True
    """

    interactions: Interactions
    evidence: str
    every_evidence: Interactions
    correlations: Table | None = None
    mirna_names: tuple[Resolution, ...] = ()
    gene_ratios: Mapping[str, float] = field(default_factory=dict)
    _with_probes: dict[frozenset[str], TargetMatrix] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(
        cls, interactions: Interactions, evidence: str = "strong", mirna_names: Sequence[Resolution] = ()
    ) -> Self:
        """Return the pairs of a table at a level of evidence.

        Raises
        ------
        UsageError
            For an unknown level, and for one but ``all`` of a table that says nothing about evidence.
        """
        kept = filter_by_evidence(interactions, evidence)
        return cls(kept, evidence, interactions, mirna_names=tuple(mirna_names))

    def __len__(self) -> int:
        return len(self.interactions)

    @property
    def source(self) -> str:
        """The name of the table, for the record."""
        return self.interactions.source

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out and changed on the way, in words, counted."""
        return self.interactions.dropped

    @cached_property
    def matrix(self) -> TargetMatrix:
        """All miRNAs of the table × all its genes, both sorted."""
        return target_matrix(self.interactions)

    @property
    def genes(self) -> TextArray:
        """The universe: every gene of the table, sorted."""
        return self.matrix.genes

    @cached_property
    def mirnas(self) -> frozenset[str]:
        """Every miRNA of the table."""
        return frozenset(self.matrix.mirnas)

    def of_probes(self, names: Sequence[str]) -> TargetMatrix:
        """Return the targets of miRNAs, one row per name; a slash probe has those of all its parts."""
        return self.matrix.of_probes(names)

    def with_probes(self, names: Collection[str]) -> TargetMatrix:
        """Return the targets of all miRNAs of the table and of ``names``, sorted by name.

        A part of a slash probe that is not itself among ``names`` is replaced by the probe.
        """
        key = frozenset(names)
        if key not in self._with_probes:
            replaced = {part for name in key for part in parts_of(name)} - key
            self._with_probes[key] = self.of_probes(sorted((self.mirnas - replaced) | key))
        return self._with_probes[key]
