"""A comparison of groups in words: what was compared, how, and what passes."""

from __future__ import annotations

import math

import numpy as np

from mirtool.differential.by_model import GroupComparison
from mirtool.differential.groups import Comparison
from mirtool.differential.methods import FOLD_CHANGES, TESTS
from mirtool.errors import option
from mirtool.model import DifferentialTable, ExpressionMatrix, Rule
from mirtool.report.text.blocks import Block, Caution, Grid, Line, Pairs, Summary
from mirtool.robustness.sensitivity.stability import Sensitivity, choice_effects
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.wording import plural

MOST_CHOICES = 0.8


def differential_summary(matrix: ExpressionMatrix, result: GroupComparison, *, asked: str) -> Summary:
    """Return the summary of every comparison; ``asked`` is the test that was asked for."""
    blocks: list[Block] = []
    for comparison, d in zip(result.comparisons, result.tables, strict=True):
        blocks += _comparison_blocks(matrix, comparison, d, asked)
    return tuple(blocks)


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
    blocks: list[Block] = [direction_block(comparison)]
    rows = [
        (group, f"{plural(len(columns), 'array')}: {', '.join(names[i] for i in columns)}")
        for group, columns in (
            (d.tested, comparison.tested_columns),
            (d.reference, comparison.reference_columns),
        )
    ]
    rows += [
        (f"left out, {why}", f"{plural(len(left), 'array')}: {', '.join(left)}")
        for why, left in (("no group", comparison.without_group), ("other groups", comparison.other_groups))
        if left
    ]
    if matrix.history:
        rows.append(("input", "; ".join(matrix.history)))
    no_ratio = int(np.isnan(d.ratio).sum())
    rows += [
        ("probes", f"{len(d):,}" + (f", {no_ratio:,} of them without a value in one group" if no_ratio else "")),
        ("fold change", FOLD_CHANGES[d.fold_change].description),
        ("test", TESTS[d.test].description),
        *d.details,
        *_test_rows(d),
    ]
    blocks.append(Pairs(rows))
    blocks += [Caution(remark) for remark in d.remarks]
    if asked == "none":
        blocks.append(Line("No test was asked for: fold changes only."))
    blocks.append(Line("What passes:"))
    passing = []
    for rule in d.rules:
        up, down = (int((d.calls(rule) == call).sum()) for call in ("up", "down"))
        passing.append((rule_in_words(rule, d), f"{up + down:,}: {up:,} up, {down:,} down"))
    blocks.append(Pairs(passing))
    return blocks


def _test_rows(d: DifferentialTable) -> list[tuple[str, str]]:
    if not d.has_test:
        return []
    made = int((~np.isnan(d.p_value)).sum())
    rows = [
        (
            "tests made",
            f"{made:,}; if nothing differed, about {made * d.alpha:,.1f} would still have P ≤ {d.alpha:g}",
        )
    ]
    if d.test == "moderated":
        prior_df = (
            "infinite (no probe varies more than another)" if math.isinf(d.prior_df) else f"{d.prior_df:.4g}"
        )
        rows.append(
            ("prior", f"degrees of freedom {prior_df}, standard deviation {d.prior_variance**0.5:.3g} log2")
        )
    return rows


def sensitivity_summary(result: Sensitivity) -> Summary:
    """Return how many probes of the list stay under how many choices, and which choice moves the list most."""
    made = len(result.outcomes) - len(result.failures)
    blocks: list[Block] = [
        Line(f"Sensitivity: the list under {plural(made, 'set')} of choices, from the raw arrays:")
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
    blocks.append(Line(f"How many of the {result.listed(rule):,} by {rule.label} stay, whatever else is chosen:"))
    effects = [
        (f"{effect.choice}: {effect.value}", f"{effect.n_choices:,}", f"{effect.least:,}", f"{effect.mean:.1f}")
        for effect in choice_effects(result, rule)
        if rule is Rule.VOLCANO_P or effect.choice != "test"
    ]
    blocks.append(Grid(("", "choices", "least", "on average"), effects))
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
