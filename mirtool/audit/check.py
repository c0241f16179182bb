"""The audit of a whole workbook: block by block, section by section, and then its lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from mirtool.audit.explain import Compared, Explanation, explain, implied_factor
from mirtool.audit.findings import (
    AuditReport,
    ColumnFinding,
    Difference,
    FactorFinding,
    ListFinding,
    SensitivityRow,
)
from mirtool.audit.lists import differential_calls, sensitivity
from mirtool.audit.recipe import DEPENDS_ON, SERVICE, Recipe, combine, describe
from mirtool.audit.recompute import Recomputation, from_log2
from mirtool.audit.rounding import agrees, half_units
from mirtool.audit.sources import NormalizedSource, RawSource, ReadRaw, SheetSource, Source, spot_keys
from mirtool.errors import FormatError, NotEnoughDataError, UsageError, option
from mirtool.io.arrays.service_sheet import (
    COMPARISON_HEADINGS,
    FOLD_CHANGE,
    NORMALIZED,
    P_VALUE,
    SAMPLE_HEADINGS,
    SIGNAL,
    Block,
)
from mirtool.io.arrays.service_workbook import DIFFERENTIAL, EXPRESSION, RAW, VOLCANO, ServiceWorkbook
from mirtool.model import BoolArray, FloatArray, IntArray, SampleTable
from mirtool.wording import plural

_MOSTLY = 0.95
"""Signals are taken as exact where this share of the normalized values follows from them as they are."""


def audit(
    book: ServiceWorkbook,
    *,
    read_raw: ReadRaw | None = None,
    samples: SampleTable | None = None,
    fold_change: float = 2.0,
    alpha: float = 0.05,
) -> AuditReport:
    """Compute a service's workbook again and report every cell that differs beyond rounding.

    Parameters
    ----------
    book
        The workbook.
    read_raw
        Reads the raw arrays, the samples named as in the workbook, with the foreground and background asked for
        (it may be called several times). Without it the audit starts from the workbook's own
        ForeGround-BackGround columns where it lists every probe, else from its Normalized columns.
    samples
        Groups, and pairs in a column ``pair``; the samples named as in the workbook. Without it only comparisons
        of two single samples can be checked.
    fold_change, alpha
        The service's cut-offs, for its lists and the sensitivity table.

    Returns
    -------
    AuditReport
        Cells differ where shown and expected lie further apart than half a unit of the last digit shown
        (:mod:`mirtool.audit.rounding`), plus a relative 1e-9, plus what the rounding of the source allows.

    Raises
    ------
    UsageError
        Where the cut-offs make no sense.
    FormatError
        Where nothing in the workbook can be computed from what is at hand.
    SampleSheetError
        Where a sample of the workbook has no raw array.
    NotEnoughDataError
        Where no miRNA reaches the cut-off in all arrays, so that there is no factor.

    Notes
    -----
    The arithmetic is that of array services for miRCURY LNA chips: signal = F532 Median − B532; a probe's value =
    the median of its spots; factor = the median of the miRNAs whose signal is ≥ 30 in all samples; normalized =
    signal / factor, N/A where the signal is not positive; fold change = ratio of arithmetic means; P = Student's
    t test on the linear normalized values.
    """
    if not fold_change > 1 or not 0 < alpha < 1:
        raise UsageError(
            "the cut-offs of a list make no sense",
            found=f"fold change {fold_change:g}, P {alpha:g}",
            expected="a fold change above 1, and a P between 0 and 1",
        )
    run = _Audit(book, read_raw, samples)
    for block in book.blocks:
        run.check(block)
    if not run.columns:
        raise FormatError(
            "nothing in this workbook can be computed again from what is at hand",
            path=book.path,
            found="; ".join(dict.fromkeys(run.remarks)) or book.kind,
            hint=f"give the raw files ({option('raw')}) and the groups ({option('samples')})",
        )
    lists = [finding for sheet in run.sheets() for finding in run.check_lists(sheet, fold_change, alpha)]
    return AuditReport(
        book.path,
        book.kind,
        ", ".join(dict.fromkeys(run.bases)),
        tuple(run.columns),
        tuple(run.differences),
        tuple(run.factors),
        tuple(lists),
        tuple(row for name in run.comparisons() for row in run.sensitivity(name, fold_change, alpha)),
        tuple(dict.fromkeys(run.remarks)),
    )


@dataclass(eq=False)
class _Audit:
    """The audit of one workbook on its way."""

    book: ServiceWorkbook
    read_raw: ReadRaw | None
    samples: SampleTable | None
    columns: list[ColumnFinding] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    factors: list[FactorFinding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    _of_all_probes: Recomputation | None = None

    def check(self, block: Block) -> None:
        """Hold every section of a block against the arithmetic."""
        computed = self._recomputation(block)
        if computed is None:
            return
        rows = self._rows(block, computed.source)
        known = rows >= 0
        base = SERVICE
        for heading in DEPENDS_ON:
            section = block.sections.get(heading)
            if section is None:
                continue
            names = self._checkable(block, heading, computed)
            if not names or not known.any():
                continue
            shown = np.column_stack([section.column(name) for name in names])
            tolerance = half_units(section.values)[:, [section.names.index(name) for name in names]]
            slack = computed.slack(heading, names) if heading != SIGNAL and self.read_raw is None else None
            expected = computed.values(heading, names, SERVICE)[rows[known]]
            allowed = np.nan_to_num(tolerance[known]) + (0.0 if slack is None else slack[rows[known]])
            may_lack = computed.may_lack(heading, names, SERVICE)[rows[known]]
            compared = Compared(heading, names, rows[known], shown[known], expected, allowed, may_lack)
            explained = explain(
                compared,
                computed,
                base,
                self._upstream(block, heading, known),
                _shown_signals(block, names, known),
            )
            if heading in SAMPLE_HEADINGS:
                base = _most_believed(explained)
            self._record(block, np.flatnonzero(known), compared, explained)
        if NORMALIZED in block.sections and computed.source.normalized() is None and not self.factors:
            self._record_factors(block, computed)

    def sheets(self) -> list[str]:
        """Return the sheets that list differential miRNAs."""
        if self.book.kind not in (DIFFERENTIAL, VOLCANO):
            return []
        return list(dict.fromkeys(block.sheet for block in self.book.blocks))

    def comparisons(self) -> list[str]:
        """Return the comparisons that can be computed from every probe."""
        names = dict.fromkeys(name for block in self.book.blocks for name in block.comparisons)
        return [name for name in names if self._by_all_probes(name) is not None]

    def sensitivity(self, comparison: str, fold_change: float, alpha: float) -> Iterator[SensitivityRow]:
        """Count what is differential under each choice."""
        computed = self._by_all_probes(comparison)
        assert computed is not None  # comparisons() has seen to it
        return sensitivity(computed, comparison, fold_change=fold_change, alpha=alpha)

    def check_lists(self, sheet: str, fold_change: float, alpha: float) -> Iterator[ListFinding]:
        """Hold the lists of a sheet against what the arithmetic calls differential."""
        blocks = [block for block in self.book.blocks if block.sheet == sheet]
        comparison = next((name for block in blocks for name in block.comparisons), sheet)
        computed = self._by_all_probes(comparison)
        if computed is None:
            return
        by_p = self.book.kind == VOLCANO and computed.knows(P_VALUE, comparison)
        recipe = self._believed(sheet)
        expected, deviating = (
            dict(
                zip(
                    computed.source.id,
                    differential_calls(
                        computed, comparison, how, fold_change=fold_change, alpha=alpha if by_p else None
                    ),
                    strict=True,
                )
            )
            for how in (SERVICE, recipe)
        )
        listed = {block.id[i]: (block, i) for block in blocks for i in range(len(block))}
        name_of = dict(zip(computed.source.id, computed.source.name, strict=True))
        for probe_id in [*listed, *(key for key, call in expected.items() if call and key not in listed)]:
            block, i = listed.get(probe_id, (None, 0))
            found = block.regulation if block is not None else ""
            if probe_id not in expected or found == expected[probe_id]:
                continue
            explained = describe(recipe) if found == deviating[probe_id] else ""
            cell = block.label_address(i) if block is not None else ""
            yield ListFinding(sheet, cell, probe_id, name_of[probe_id], found, expected[probe_id], explained)

    def _believed(self, sheet: str) -> Recipe:
        """Return the recipe believed for the fold changes and the P values of a sheet."""
        recipe = SERVICE
        for column in self.columns:
            if column.sheet == sheet and column.heading in COMPARISON_HEADINGS:
                recipe = combine(recipe, column.recipe)
        return recipe

    def _by_all_probes(self, comparison: str) -> Recomputation | None:
        """Return the recomputation that knows every probe, where it knows this comparison."""
        computed = self._of_all_probes
        return computed if computed is not None and computed.knows(FOLD_CHANGE, comparison) else None

    def _recomputation(self, block: Block) -> Recomputation | None:
        """Return the recomputation for a block; raw arrays serve every block, what a block shows only itself."""
        if self._of_all_probes is not None:
            return self._of_all_probes
        source = self._source(block)
        if source is None:
            self.remarks.append(f"sheet {block.sheet!r}: not checked, it needs the raw files")
            return None
        self.bases.append(source.words)
        computed = Recomputation(source, self.samples)
        if self.book.kind != RAW and source.normalized() is None:
            self._check_factors(computed)
        if self.book.kind == EXPRESSION or (self.book.kind != RAW and self.read_raw is not None):
            self._of_all_probes = computed
        return computed

    def _source(self, block: Block) -> Source | None:
        if self.read_raw is not None:
            if self.book.kind == RAW:
                return RawSource(self.read_raw, block.samples, by_spot=True)
            return RawSource(self.read_raw, self.book.samples)
        if self.book.kind == EXPRESSION and {SIGNAL, NORMALIZED} <= set(block.sections):
            return self._sheet_source(block)
        if NORMALIZED in block.sections:
            return NormalizedSource(block)
        return None

    def _sheet_source(self, block: Block) -> Source:
        """Take the signals for exact where the normalized values follow from them as they are."""
        source = SheetSource(block, exact=True)
        normalized = block.sections[NORMALIZED]
        names = [name for name in normalized.names if name in source.samples]
        expected = Recomputation(source, self.samples).values(NORMALIZED, names, SERVICE)
        shown = np.column_stack([normalized.column(name) for name in names])
        follow = np.mean(agrees(shown, expected, np.nan_to_num(half_units(shown))))
        return (
            source if follow >= _MOSTLY else SheetSource(block, exact=_has_halves(block.sections[SIGNAL].values))
        )

    def _check_factors(self, computed: Recomputation) -> None:
        if not computed.normalization(SERVICE).counting.any():
            raise NotEnoughDataError(
                f"no miRNA reaches {SERVICE.min_intensity:g} in every array, so there is no factor to check",
                path=self.book.path,
                found=f"{computed.source.words} with {int(computed.counting().sum())} names that hold let or mir",
            )

    def _rows(self, block: Block, source: Source) -> IntArray:
        """Find the source's row of each row of a block, −1 where there is none."""
        place = {key: i for i, key in enumerate(source.id)}
        keys = block.id
        if self.book.kind == RAW and block.layout is not None:
            keys = spot_keys(block.layout.block, block.layout.row, block.layout.column)
        rows = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
        absent = np.flatnonzero(rows < 0)
        if len(absent):
            first = int(absent[0])
            self.remarks.append(
                f"sheet {block.sheet!r}: {plural(len(absent), 'row')} not in {source.words}, not checked (first "
                f"{keys[first]} in {block.label_address(first)})"
            )
        own = rows >= 0
        renamed = np.flatnonzero(own & (block.name != source.name[rows]))
        if len(renamed):
            first = int(renamed[0])
            self.remarks.append(
                f"sheet {block.sheet!r}: {plural(len(renamed), 'row')} named otherwise than in {source.words} "
                f"(first {block.name[first]!r} for {source.name[rows[first]]!r} in {block.label_address(first)})"
            )
        return rows

    def _checkable(self, block: Block, heading: str, computed: Recomputation) -> tuple[str, ...]:
        names = block.sections[heading].names
        known = tuple(name for name in names if computed.knows(heading, name))
        unknown = [name for name in names if name not in known]
        is_basis = computed.source.words == f"the {heading} columns"
        if unknown and not is_basis and not (heading == P_VALUE and FOLD_CHANGE in block.sections and not known):
            why = (
                "its groups are not known (a sample sheet would name them)"
                if heading in COMPARISON_HEADINGS
                else f"it can't be computed from {computed.source.words}"
            )
            self.remarks.append(f"{heading}, {', '.join(unknown)}: not checked, {why}")
        return known

    def _upstream(self, block: Block, heading: str, known: BoolArray) -> list[Recomputation]:
        """Return what the cells under a heading may follow from in the block itself."""
        taken = block.take(known)
        if heading == NORMALIZED and self.read_raw is not None:
            whole = self.book.kind == EXPRESSION and SIGNAL in block.sections
            return [Recomputation(SheetSource(taken, exact=True), self.samples)] if whole else []
        if heading in (SIGNAL, NORMALIZED) or NORMALIZED not in block.sections:
            return []
        return [Recomputation(NormalizedSource(taken), self.samples)]

    def _record(
        self, block: Block, block_rows: IntArray, compared: Compared, explained: list[list[Explanation]]
    ) -> None:
        different = compared.different
        for column, name in enumerate(compared.names):
            words = np.full(len(block_rows), "", dtype=object)
            for explanation in reversed(explained[column]):
                words[explanation.cells] = explanation.words
            recipe = explained[column][0].recipe if explained[column] else SERVICE
            self.columns.append(
                ColumnFinding(
                    block.sheet,
                    block.regulation,
                    compared.heading,
                    name,
                    len(block_rows),
                    int(different[:, column].sum()),
                    tuple((e.words, int(e.cells.sum())) for e in explained[column]),
                    recipe,
                )
            )
            for i in np.flatnonzero(different[:, column]):
                row = int(block_rows[i])
                self.differences.append(
                    Difference(
                        block.sheet,
                        block.address(row, compared.heading, name),
                        compared.heading,
                        name,
                        block.id[row],
                        block.name[row],
                        float(compared.shown[i, column]),
                        float(compared.expected[i, column]),
                        words[i],
                    )
                )

    def _record_factors(self, block: Block, computed: Recomputation) -> None:
        made = computed.normalization(SERVICE)
        signal, normalized = block.sections.get(SIGNAL), block.sections[NORMALIZED]
        believed = {c.column: c.recipe for c in self.columns if c.sheet == block.sheet and c.heading == NORMALIZED}
        for sample, factor in zip(computed.source.samples, made.factors.tolist(), strict=True):
            recipe = believed.get(sample, SERVICE)
            implied = np.nan
            if signal is not None and sample in signal.names and sample in normalized.names:
                shown = normalized.column(sample)
                linear = from_log2(shown) if recipe.normalized_scale == "log2" else shown
                implied = implied_factor(signal.column(sample), linear)
            self.factors.append(FactorFinding(sample, int(made.counting.sum()), factor, implied, describe(recipe)))


def _most_believed(explained: Sequence[Sequence[Explanation]]) -> Recipe:
    """Return the recipe that explains the most columns; the service's own where most need none."""
    counts = Counter(explanations[0].recipe if explanations else SERVICE for explanations in explained)
    return counts.most_common(1)[0][0]


def _shown_signals(block: Block, names: Sequence[str], rows: BoolArray) -> FloatArray | None:
    """Return the signals that a block shows for some of its columns and rows, or None where one lacks them."""
    section = block.sections.get(SIGNAL)
    if section is None or not set(names) <= set(section.names):
        return None
    return np.column_stack([section.column(name)[rows] for name in names])


def _has_halves(values: FloatArray) -> bool:
    """Return signals that are medians of counts, multiples of a half, from rounded ones."""
    doubled = 2 * values[~np.isnan(values)]
    return bool((doubled == np.rint(doubled)).all() and (doubled % 2 != 0).any())
