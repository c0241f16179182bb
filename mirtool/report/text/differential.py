"""A comparison of groups in words: what was compared, how, and what passes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mirtool.counts.preparation import COUNTS
from mirtool.differential.differential_table import table_order
from mirtool.differential.groups import Comparison
from mirtool.differential.methods import FOLD_CHANGES, TESTS
from mirtool.errors import option
from mirtool.io.arrays.not_detected import SAID
from mirtool.model import DifferentialTable, ExpressionMatrix, Rule
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line, Pairs, Summary, details
from mirtool.report.text.numbers import fold_in_words, p_in_words
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.wording import first_of, plural

if TYPE_CHECKING:
    from mirtool.differential.group_comparison import GroupComparison
    from mirtool.robustness.sensitivity.stability import Sensitivity

MOST_CHOICES = 0.8
ARRAYS_NAMED = 8
PROBES_SHOWN = 5
COMPARISONS_SHOWN = 8


def differential_summary(matrix: ExpressionMatrix, result: GroupComparison, *, asked: str) -> Summary:
    """Return the summary of every comparison; ``asked`` is the test that was asked for."""
    each = list(zip(result.comparisons, result.tables, strict=True))
    counts = _counts_block(matrix, result)
    if len(each) == 1:
        return (*counts, *_comparison_blocks(matrix, *each[0], asked))
    blocks: list[Block] = [*counts, _overview(result)]
    for comparison, d in each:
        blocks += details(_comparison_blocks(matrix, comparison, d, asked))
    return tuple(blocks)


def _counts_block(matrix: ExpressionMatrix, result: GroupComparison) -> list[Block]:
    """Say of sequencing counts how many miRNAs were kept, how libraries were scaled and compared, and zeros."""
    if matrix.counts is None:
        return []
    zeros = [step for step in matrix.history if step.startswith(SAID)]
    said = next((step.removeprefix(COUNTS) for step in matrix.history if step.startswith(COUNTS)), "")
    how = dict(result.tables[0].details).get("counts", "")
    first = f"Sequencing counts: {said}; {how}." if how else f"Sequencing counts: {said}."
    return [Line(first), *(Line(f"{zero[:1].upper()}{zero[1:]}.") for zero in zeros)]


def _overview(result: GroupComparison) -> Grid:
    """Return one row per comparison: how many pass by each rule."""
    first = result.tables[0]
    header = ["", *(rule_in_words(rule, first).removeprefix("fold change ") for rule in first.rules)]
    rows = [(f"{d.tested} / {d.reference}", *(_passing(d, rule) for rule in first.rules)) for d in result.tables]
    return Grid(header, rows, most=COMPARISONS_SHOWN)


def _passing(d: DifferentialTable, rule: Rule) -> str:
    up, down = (int((d.calls(rule) == call).sum()) for call in ("up", "down"))
    return f"{up + down:,}: {up:,} up, {down:,} down"


def direction_block(comparison: Comparison) -> Line | Caution:
    """Return which group was compared with which and why, as a warning where the reference is in doubt."""
    tested, reference = comparison.tested, comparison.reference
    text = f"Compared {tested} with {reference}: ratios are {tested} / {reference} ({comparison.reason})."
    if not comparison.in_doubt:
        return Line(text)
    return Caution(f"{text} The other way: {option('compare', f'{reference}:{tested}')}")


def rule_in_words(rule: Rule, d: DifferentialTable) -> str:
    """Return what a probe must reach to pass a rule of this table."""
    words = f"fold change ≥ {d.cutoff:g}"
    if rule is Rule.VOLCANO_P:
        words += f" and P ≤ {d.alpha:g}"
    if rule is Rule.VOLCANO_FDR:
        words += f" and {ADJUSTMENTS[d.adjust].heading} ≤ {d.alpha:g}"
    return words


def _comparison_blocks(
    matrix: ExpressionMatrix, comparison: Comparison, d: DifferentialTable, asked: str
) -> list[Block]:
    names = matrix.samples.names
    sides = [
        (group, [names[i] for i in columns])
        for group, columns in (
            (d.tested, comparison.tested_columns),
            (d.reference, comparison.reference_columns),
        )
    ]
    sides += [
        (f"left out, {why}", list(left))
        for why, left in (("no group", comparison.without_group), ("other groups", comparison.other_groups))
        if left
    ]
    rows = [("input", "; ".join(matrix.history))] if matrix.history else []
    no_ratio = int(np.isnan(d.ratio).sum())
    rows += [
        ("probes", f"{len(d):,}" + (f", {no_ratio:,} of them without a value in one group" if no_ratio else "")),
        ("fold change", FOLD_CHANGES[d.fold_change].description),
        *d.details,
        *_prior_row(d),
    ]
    rows += [(f"all of {group}", ", ".join(arrays)) for group, arrays in sides if len(arrays) > ARRAYS_NAMED]
    return [
        direction_block(comparison),
        Pairs([*((rule_in_words(rule, d), _passing(d, rule)) for rule in d.rules), *_detection_row(d)]),
        *(Caution(remark) for remark in d.remarks),
        *([Line("No test was asked for: fold changes only.")] if asked == "none" else []),
        *_detected_only(d),
        *_first_probes(d),
        Pairs([*((group, _samples_in_words(matrix, names)) for group, names in sides), *_test_rows(d)]),
        Pairs(rows, detail=True),
    ]


def _samples_in_words(matrix: ExpressionMatrix, names: Sequence[str]) -> str:
    what = "array" if matrix.counts is None else "sample"
    return f"{plural(len(names), what)}: {first_of(names, ARRAYS_NAMED)}"


def _first_probes(d: DifferentialTable) -> list[Block]:
    """Return the probes at the top of the table, if they pass one of its rules."""
    passing = d.calls(Rule.FOLD_CHANGE) != ""
    first = [i for i in table_order(d) if passing[i]][:PROBES_SHOWN]
    if not first:
        return []
    header = ["", "ID", "fold change"]
    header += ["P"] if d.has_test else []
    header += [ADJUSTMENTS[d.adjust].heading] if d.has_adjusted else []
    rows = []
    for i in first:
        row = [d.probes.name[i].strip(), d.probes.id[i], fold_in_words(float(d.log2_ratio[i]))]
        row += [p_in_words(float(d.p_value[i]))] if d.has_test else []
        row += [p_in_words(float(d.fdr[i]))] if d.has_adjusted else []
        rows.append(row)
    by = "smallest P" if d.has_test else "largest change"
    heading = f"Of {plural(int(passing.sum()), 'probe')} at fold change ≥ {d.cutoff:g}, those of {by}:"
    return [Heading(heading), Grid(header, rows, optional=("ID",))]


def _detected_only(d: DifferentialTable) -> list[Block]:
    """Return how many probes one group alone detects, and those of most arrays."""
    only, tested, reference = d.detected_only_in, d.detected_tested, d.detected_reference
    if only is None or tested is None or reference is None or not (only != "").any():
        return []
    words = []
    for group, detected in ((d.tested, tested), (d.reference, reference)):
        rows = np.flatnonzero(only == group)
        first = rows[np.argsort(-detected[rows], kind="stable")][:PROBES_SHOWN]
        named = ", ".join(f"{d.probes.name[i].strip()} in {plural(int(detected[i]), 'array')}" for i in first)
        more = ", …" if len(rows) > len(first) else ""
        words.append(f"{plural(len(rows), 'probe')} only in {group}" + (f" ({named}{more})" if named else ""))
    without = "" if d.rests_on_not_detected.any() else ", so without fold change and test"
    return [Caution(f"Detected in one group only{without}: {'; '.join(words)}{resting_in_words(d)}")]


def resting_in_words(d: DifferentialTable) -> str:
    """Say how many fold changes rest on values that one group did not detect, and how many of them pass."""
    n = int(d.rests_on_not_detected.sum())
    if not n:
        return ""
    return (
        f". {plural(n, 'fold change')} of these {'rests' if n == 1 else 'rest'} on values that were not detected; "
        f"{d.count_passing_not_detected():,} of them up or down at {rule_in_words(d.rules[-1], d)}"
    )


def _detection_row(d: DifferentialTable) -> list[tuple[str, str]]:
    """Return how many probes one group alone detects, and for how many the test of detection says so."""
    only, fdr = d.detected_only_in, d.detection_fdr
    if only is None or fdr is None or not (only != "").any():
        return []
    counts = ", ".join(f"{n:,} in {group}" for group, n in d.count_detected_only().items())
    passing = int(((only != "") & (fdr <= d.alpha)).sum())
    test = f"{d.detection_test}'s exact test"
    return [
        ("detected in one group only", f"{int((only != '').sum()):,}: {counts}; {passing:,} at FDR (BH) ≤ "
         f"{d.alpha:g} by {test} of detection")
    ]  # fmt: skip


def _test_rows(d: DifferentialTable) -> list[tuple[str, str]]:
    """Return the test, and how much of what it finds is expected by chance."""
    rows = [("test", TESTS[d.test].description)]
    if d.has_test:
        made = int((~np.isnan(d.p_value)).sum())
        by_chance = f"{made * d.alpha:,.1f}"
        rows.append(("by chance", f"about {by_chance} of {made:,} probes at P ≤ {d.alpha:g} if nothing differed"))
    return rows


def _prior_row(d: DifferentialTable) -> list[tuple[str, str]]:
    if d.test != "moderated":
        return []
    prior_df = "infinite (no probe varies more than another)" if math.isinf(d.prior_df) else f"{d.prior_df:.4g}"
    return [("prior", f"degrees of freedom {prior_df}, standard deviation {d.prior_variance**0.5:.3g} log2")]


def sensitivity_summary(result: Sensitivity) -> Summary:
    """Return how many probes of the list stay under how many choices, and which choice moves the list most."""
    from mirtool.robustness.sensitivity.stability import choice_effects

    made = len(result.outcomes) - len(result.failures)
    blocks: list[Block] = [
        Heading(f"Sensitivity: the list under {plural(made, 'set')} of choices, from the raw arrays:")
    ]
    rows = []
    for rule, calls in result.calls.items():
        share = result.share[rule][calls != 0]
        counts = (len(share), (share >= 1).sum(), (share >= MOST_CHOICES).sum(), (share < 0.5).sum())
        rows.append((f"by {rule.label}", *(f"{n:,}" for n in counts)))
    header = ("", "listed", "stay under all", f"under {100 * MOST_CHOICES:g} % or more", "under less than half")
    blocks.append(Grid(header, rows))
    rule = Rule.default(result.calls)
    if not result.listed(rule):
        return tuple(blocks)
    blocks.append(
        Heading(
            f"How many of the {result.listed(rule):,} by {rule.label} stay, whatever else is chosen:", detail=True
        )
    )
    effects = [
        (f"{effect.choice}: {effect.value}", f"{effect.n_choices:,}", f"{effect.least:,}", f"{effect.mean:.1f}")
        for effect in choice_effects(result, rule)
        if rule is Rule.VOLCANO_P or effect.choice != "test"
    ]
    blocks.append(Grid(("", "choices", "least", "on average"), effects, detail=True))
    for problem, n in count_failures(result).items():
        blocks.append(Caution(f"nothing could be computed under {plural(n, 'set')} of choices: {problem}"))
    if result.differing:
        blocks.append(
            Caution(
                f"{plural(result.differing, 'probe')} of the table called otherwise when it is made again from "
                "the raw arrays: it was normalized in another way than its record says, or a file has changed"
            )
        )
    return tuple(blocks)


def count_failures(result: Sensitivity) -> dict[str, int]:
    """Return each reason for which nothing could be computed, and how often."""
    problems = [outcome.failure for outcome in result.failures]
    return {problem: problems.count(problem) for problem in dict.fromkeys(problems)}
