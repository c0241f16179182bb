"""The rows of a table of interactions, one a reference or a site, and how they become pairs, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mirtool.annotation.probes import may_be_of_species
from mirtool.errors import FormatError
from mirtool.io.tables.arrow import integers_of
from mirtool.io.tables.text_tables import unguard_text
from mirtool.model import EVIDENCE_CLASSES, BoolArray, FloatArray, IntArray, Interactions, TextArray, text_array
from mirtool.wording import plural

RANK = {name: rank for rank, name in enumerate(EVIDENCE_CLASSES)}


@dataclass(frozen=True, eq=False)
class LabelColumn:
    """A column of text as positions, one a row, in its sorted distinct labels."""

    position: IntArray
    labels: TextArray

    def holds(self, known: Iterable[bool]) -> BoolArray:
        """Mask of the rows whose label is one that ``known``, one entry per label, marks."""
        mask: BoolArray = np.fromiter(known, dtype=bool, count=len(self.labels))[self.position]
        return mask

    def ranked(self, ranks: Iterable[int]) -> IntArray:
        """Return each row the number that ``ranks``, one entry per label, has for its label."""
        own: IntArray = np.fromiter(ranks, dtype=np.int64, count=len(self.labels))[self.position]
        return own

    def take(self, rows: IntArray | BoolArray) -> LabelColumn:
        """Return the rows at ``rows`` (positions or a mask)."""
        return LabelColumn(self.position[rows], self.labels)

    def relabeled(self, labels: Iterable[str]) -> LabelColumn:
        """Return column with other labels, one entry per label; rows of labels that become the same are one."""
        new = list(labels)
        distinct = sorted(set(new))
        place = {label: i for i, label in enumerate(distinct)}
        moved = np.array([place[label] for label in new], dtype=np.int64)
        return LabelColumn(moved[self.position], text_array(distinct))


def label_column(cells: Any) -> LabelColumn:
    """Find the distinct labels of a column, stripped of blanks, and where each row's cell is in them.

    ``cells`` is a pyarrow ``ChunkedArray`` of strings or of a dictionary of them, or a sequence of str.
    """
    if not hasattr(cells, "unify_dictionaries"):
        # pyarrow would import pandas to look at a sequence of Python's.
        texts = [unguard_text(cell.strip()) for cell in cells]
        place = {label: i for i, label in enumerate(sorted(set(texts)))}
        return LabelColumn(np.fromiter(map(place.__getitem__, texts), np.int64, len(texts)), text_array(place))
    import pyarrow as pa

    if pa.types.is_dictionary(cells.type):
        encoded = cells.unify_dictionaries().combine_chunks()
    else:
        import pyarrow.compute as pc

        encoded = pc.utf8_trim_whitespace(cells).combine_chunks().dictionary_encode()
    found = [unguard_text(label.strip()) for label in encoded.dictionary.to_pylist()]
    return LabelColumn(integers_of(encoded.indices), text_array(found)).relabeled(found)


def blank_column(n_rows: int) -> LabelColumn:
    """Return a column that says nothing in any row."""
    return LabelColumn(np.zeros(n_rows, dtype=np.int64), text_array([""]))


@dataclass(frozen=True, eq=False)
class InteractionRows:
    """What a database's file says, row by row, before anything is left out.

    Parameters
    ----------
    database
        The database or format in words: ``"miRTarBase"``, ``"TargetScan"``, ``"table"``.
    release
        Which of its releases or tables it is, in words; empty where that does not matter.
    mirna, gene, reference
        Names and references as they are; empty where there is none.
    evidence
        ``(n_rows,)``, the place of each row's evidence in :data:`mirtool.model.EVIDENCE_CLASSES`.
    negative
        Mask of the rows that say the pair was tested and not found.
    score
        ``(n_rows,)``, NaN missing; None for a database without scores.
    lower_is_better
        True where a smaller score is the surer one (TargetScan's context++).
    remarks
        What reading found or set aside, in words, counted.
    """

    database: str
    mirna: LabelColumn
    gene: LabelColumn
    reference: LabelColumn
    evidence: IntArray
    negative: BoolArray
    score: FloatArray | None = None
    lower_is_better: bool = False
    remarks: tuple[str, ...] = ()
    release: str = ""

    def __len__(self) -> int:
        return len(self.mirna.position)

    def take(self, rows: IntArray | BoolArray) -> InteractionRows:
        """Return the rows at ``rows`` (positions or a mask)."""
        return replace(
            self,
            mirna=self.mirna.take(rows),
            gene=self.gene.take(rows),
            reference=self.reference.take(rows),
            evidence=self.evidence[rows],
            negative=self.negative[rows],
            score=None if self.score is None else self.score[rows],
        )

    @property
    def named(self) -> BoolArray:
        """Mask of the rows that have both a miRNA and a gene."""
        return self.mirna.holds(map(bool, self.mirna.labels)) & self.gene.holds(map(bool, self.gene.labels))

    @property
    def graded(self) -> bool:
        """False where no row says anything about its evidence."""
        return bool(self.evidence.any()) or bool(self.negative.any())


def to_interactions(
    rows: InteractionRows, *, path: str, source: str, species: str | None = None, score_cutoff: float | None = None
) -> Interactions:
    """Make pairs of rows, each once, sorted by miRNA and gene, and count what is left out.

    A pair has the best evidence and the surest score of its rows, and all their references.

    Parameters
    ----------
    rows
        What the file says.
    path, source
        The file, for messages; and what the interactions are called.
    species
        A miRBase prefix such as ``"hsa"``: only miRNAs of this species, and those whose name says none.
    score_cutoff
        Rows with a score less sure than this are left out, and rows without a score are.

    Raises
    ------
    FormatError
        Where no row is left; for a cut-off asked of a database without scores.
    """
    foreign = np.zeros(len(rows), dtype=bool)
    if species is not None:
        foreign = rows.mirna.holds(not may_be_of_species(name, species) for name in rows.mirna.labels) & rows.named
    unsure = _unsure(rows, path, score_cutoff)
    kept = rows.named & ~rows.negative & ~foreign & ~unsure
    left_out = [
        (~rows.named, "row", "without a miRNA or a gene dropped"),
        (rows.negative, "Non-Functional row", "(tested, not found) dropped"),
        (foreign, "row", f"of miRNAs of other species than {species} dropped"),
        (unsure, "row", f"with a score less sure than {score_cutoff}, or without one, dropped"),
    ]
    dropped = [f"{plural(int(mask.sum()), what)} {why}" for mask, what, why in left_out if mask.any()]
    dropped += rows.remarks
    if not kept.any():
        raise FormatError(
            "no interaction is left in this table",
            path=path,
            found="; ".join(dropped) or "a header without rows",
            expected="rows with a miRNA and a gene"
            + (f", of miRNAs whose name begins with {species}-" if species else ""),
        )
    pairs = _collapse(rows, np.flatnonzero(kept), source)
    dropped.append(f"{plural(int(kept.sum()), 'row')} collapsed to {plural(len(pairs), 'pair')}")
    if not rows.graded:
        dropped.append("no column of evidence: every pair counts alike")
    return replace(pairs, dropped=tuple(dropped))


def _unsure(rows: InteractionRows, path: str, cutoff: float | None) -> BoolArray:
    """Mask of the rows that a cut-off of scores leaves out."""
    if cutoff is None:
        return np.zeros(len(rows), dtype=bool)
    if rows.score is None:
        raise FormatError(
            f"a cut-off of {cutoff:g} was asked for, and {rows.database} has no scores",
            path=path,
            hint="leave the cut-off out for this table",
        )
    with_score = ~np.isnan(rows.score)
    sure = np.zeros(len(rows), dtype=bool)
    compare = np.less_equal if rows.lower_is_better else np.greater_equal
    compare(rows.score, cutoff, out=sure, where=with_score)
    return ~sure & rows.named


def _collapse(rows: InteractionRows, kept: IntArray, source: str) -> Interactions:
    """Turn the rows at ``kept`` into pairs, sorted by miRNA and gene."""
    n_genes = len(rows.gene.labels)
    key = rows.mirna.position[kept] * n_genes + rows.gene.position[kept]
    pairs, pair_of_row = np.unique(key, return_inverse=True)
    evidence = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(evidence, pair_of_row, rows.evidence[kept])
    mirna, gene = np.divmod(pairs, n_genes or 1)
    return Interactions(
        mirna=rows.mirna.labels[mirna],
        gene=rows.gene.labels[gene],
        evidence=text_array(EVIDENCE_CLASSES)[evidence],
        references=_join(pair_of_row, rows.reference.position[kept], rows.reference.labels, len(pairs)),
        source=source,
        score=_surest(rows, kept, pair_of_row, len(pairs)),
        lower_is_better=rows.lower_is_better,
    )


def _surest(rows: InteractionRows, kept: IntArray, pair: IntArray, n_pairs: int) -> FloatArray | None:
    """Return the surest score of each pair; NaN where none of its rows has one, None for rows without scores."""
    if rows.score is None:
        return None
    surest = np.full(n_pairs, np.nan)
    (np.fmin if rows.lower_is_better else np.fmax).at(surest, pair, rows.score[kept])
    return surest


def _join(pair: IntArray, reference: IntArray, labels: TextArray, n_pairs: int) -> TextArray:
    """Join the distinct references of each pair, sorted, by ``;``; blank ones are none."""
    present = (labels != "")[reference]
    key = np.sort(pair[present] * max(len(labels), 1) + reference[present])
    key = key[np.diff(key, prepend=-1) > 0]  # numpy's unique hashes these numbers, 80 times as slow
    owner, label = np.divmod(key, max(len(labels), 1))
    joined = np.full(n_pairs, "", dtype=object)
    starts = np.searchsorted(owner, np.arange(n_pairs + 1))
    single = np.flatnonzero(np.diff(starts) == 1)
    joined[single] = labels[label[starts[single]]]
    several = np.flatnonzero(np.diff(starts) > 1)
    # The labels are sorted, so that those of a pair are, but where one of them is several references.
    joins = _join_references if any(";" in each for each in labels) else ";".join
    cells = labels[label].tolist()
    spans = zip(starts[several].tolist(), starts[several + 1].tolist(), strict=True)
    joined[several] = text_array(joins(cells[start:stop]) for start, stop in spans)
    return joined


def _join_references(cells: Iterable[str]) -> str:
    """Join the distinct references of cells, several of which may be in one cell, sorted."""
    return ";".join(sorted(set(";".join(cells).split(";"))))
