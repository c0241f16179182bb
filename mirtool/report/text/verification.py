"""What came of computing a study again, in words: the finding first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mirtool.report.text.blocks import Block, Line, Pairs, Summary
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.study.table_differences import TableDifference

REASONS_SHOWN = 2
STEPS_IN_FULL = 6
"""Of more steps that differ one reason each is shown, and one table less."""

TABLES_SHOWN = 3
COLUMNS_SHOWN = 3


def verification_summary(steps: Sequence[Any], not_compared: Sequence[str] = ()) -> Summary:
    """Return how many steps gave the same bytes, then what differs and why, then one line per step.

    Parameters
    ----------
    steps
        Each as :class:`mirtool.workflow.verify.VerifiedStep`.
    not_compared
        Recorded steps whose files were not compared.
    """
    other = [each for each in steps if not each.same]
    n_files = sum(len(each.files) for each in steps)
    blocks: list[Block] = []
    if other:
        causes = list(dict.fromkeys(str(reason.cause) for each in other for reason in each.reasons))
        blocks.append(Line(f"{len(other)} of {plural(len(steps), 'step')} differ: {', '.join(causes)}."))
    else:
        blocks.append(Line(f"The same bytes: {plural(len(steps), 'step')}, {plural(n_files, 'file')}."))
    most = REASONS_SHOWN if len(other) <= STEPS_IN_FULL else 1
    blocks.append(Pairs([(each.step, _in_words(each, most)) for each in steps]))
    if not_compared:
        names = " and ".join(not_compared)
        blocks.append(Line(f"Not compared: files of {names}, which show the record and results of other steps."))
    tables = sorted((table for each in other for table in each.tables), key=_size, reverse=True)
    if tables:
        blocks.append(Line("Largest relative differences:"))
        rows = [(table.file.rpartition("/")[2], table_in_words(table)) for table in tables]
        n_shown = TABLES_SHOWN if most > 1 else TABLES_SHOWN - 1
        blocks.append(Pairs(rows[:n_shown]))
        rest = rows[n_shown:]
        blocks += [Pairs(rest, detail=True)] if rest else []
    longer = [each for each in other if len(each.reasons) > most]
    blocks += [Pairs([(each.step, "; ".join(_reasons(each))) for each in longer], detail=True)] * bool(longer)
    return tuple(blocks)


def _in_words(step: Any, most: int) -> str:
    if step.same:
        return f"same: {plural(len(step.files), 'file')}"
    reasons = list(_reasons(step))
    more = len(reasons) - most
    shown = "; ".join(reasons[:most]) + (f"; {more} more" if more > 0 else "")
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
    if table.rows_in_one is not None and any(table.rows_in_one):
        words.append(f"{plural(table.rows_in_one[0], 'row')} gone, {table.rows_in_one[1]:,} new")
    elif table.rows[0] != table.rows[1]:
        words.append(f"{plural(table.rows[0], 'row')} → {table.rows[1]:,}")
    if table.columns_in_one:
        words.append(f"columns in one version only: {', '.join(table.columns_in_one[:COLUMNS_SHOWN])}")
    numbers = sorted((c for c in table.columns if c.largest is not None), key=lambda c: -(c.largest or 0.0))
    shown = [f"{c.column} {c.largest:.1e}" for c in numbers]
    shown += [f"{c.column} {plural(c.cells, 'cell')}" for c in table.columns if c.largest is None]
    words += shown[:COLUMNS_SHOWN]
    if len(shown) > COLUMNS_SHOWN:
        words.append(plural(len(shown) - COLUMNS_SHOWN, "more column"))
    return ", ".join(words) or ("other order of the rows" if table.reordered else "other form, same cells")


def _size(table: TableDifference) -> float:
    return max((column.largest or 0.0 for column in table.columns), default=0.0)
