"""What came of computing a study again, in words: the finding first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mirtool.report.text.blocks import Block, Line, Pairs, Summary
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.study.table_differences import TableDifference

REASONS_SHOWN = 2
TABLES_SHOWN = 3
COLUMNS_SHOWN = 3


def verification_summary(steps: Sequence[Any]) -> Summary:
    """Return how many steps gave the same bytes, then what differs and why, then one line per step.

    Parameters
    ----------
    steps
        Each as :class:`mirtool.workflow.verify.VerifiedStep`.
    """
    other = [each for each in steps if not each.same]
    n_files = sum(len(each.files) for each in steps)
    blocks: list[Block] = []
    if other:
        causes = list(dict.fromkeys(str(reason.cause) for each in other for reason in each.reasons))
        blocks.append(Line(f"{len(other)} of {plural(len(steps), 'step')} differ: {', '.join(causes)}."))
    else:
        blocks.append(Line(f"The same bytes: {plural(len(steps), 'step')}, {plural(n_files, 'file')}."))
    blocks.append(Pairs([(each.step, _in_words(each)) for each in steps]))
    tables = [table for each in other for table in each.tables]
    if tables:
        blocks.append(Line("Largest relative differences:"))
        blocks.append(Pairs([(table.file, table_in_words(table)) for table in tables[:TABLES_SHOWN]]))
        rest = [(table.file, table_in_words(table)) for table in tables[TABLES_SHOWN:]]
        blocks += [Pairs(rest, detail=True)] if rest else []
    longer = [each for each in other if len(each.reasons) > REASONS_SHOWN]
    blocks += [Pairs([(each.step, "; ".join(_reasons(each))) for each in longer], detail=True)] * bool(longer)
    return tuple(blocks)


def _in_words(step: Any) -> str:
    if step.same:
        return f"same: {plural(len(step.files), 'file')}"
    reasons = list(_reasons(step))
    more = len(reasons) - REASONS_SHOWN
    shown = "; ".join(reasons[:REASONS_SHOWN]) + (f"; {more} more" if more > 0 else "")
    if any(str(reason.cause) == "not computed" for reason in step.reasons):
        return shown
    if not step.differing:
        return f"same bytes when computed again; {shown}"
    return f"{len(step.differing)} of {plural(len(step.files), 'file')} differ: {shown}"


def _reasons(step: Any) -> Iterator[str]:
    """Yield the reasons, those of one cause under its name."""
    for cause in dict.fromkeys(reason.cause for reason in step.reasons):
        for number, text in enumerate(reason.text for reason in step.reasons if reason.cause is cause):
            yield f"{cause}: {text}" if number == 0 else text


def table_in_words(table: TableDifference) -> str:
    """Return how a table differs: rows and columns, then the columns with the largest relative difference."""
    words = []
    if table.rows[0] != table.rows[1]:
        words.append(f"{plural(table.rows[0], 'row')} → {table.rows[1]:,}")
    if table.only_in_one:
        words.append(f"columns in one version only: {', '.join(table.only_in_one[:COLUMNS_SHOWN])}")
    numbers = sorted((c for c in table.columns if c.largest is not None), key=lambda c: -(c.largest or 0.0))
    others = [c for c in table.columns if c.largest is None]
    words += [f"{c.column} {c.largest:.1e}" for c in numbers[:COLUMNS_SHOWN]]
    words += [f"{c.column} {plural(c.cells, 'cell')}" for c in others[:COLUMNS_SHOWN]]
    more = max(0, len(numbers) - COLUMNS_SHOWN) + max(0, len(others) - COLUMNS_SHOWN)
    return (
        ", ".join([*words, *([plural(more, "more column", "more columns")] if more else [])])
        or "order or form only"
    )
