"""What other commands found out of single miRNAs, read back from the tables that they wrote.

``mirtool validate`` writes one row per target (``Target``, ``fold change T/R``, ``P (…)`` and, where adjusted, the
column after it, ``regulation``) and, in ``NAME_concordance``, the verdict on each (``Name``, ``verdict``).
``mirtool network`` writes one row per node (``name``, ``type``, and for miRNAs ``targets``, ``partners``,
``synergy``, ``betweenness``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mirtool.errors import FormatError, MirtoolError, option
from mirtool.io.results.differential import ADJUSTED_STARTS, P_START
from mirtool.io.tables.output import side_path
from mirtool.io.tables.text_tables import TextTable, read_table

NODE_NUMBERS = ("targets", "partners", "synergy", "betweenness")


@dataclass(frozen=True)
class QpcrResult:
    """What qPCR says of one target: signed fold change, P (adjusted where it was), and the verdict, if any."""

    fold_change: float
    p_value: float
    verdict: str


@dataclass(frozen=True)
class QpcrResults:
    """The results of ``mirtool validate`` by the name of the target, and the header of the P value."""

    path: str
    by_target: Mapping[str, QpcrResult]
    p_header: str


def concordance_path(path: str | Path) -> Path:
    """Return the table of verdicts that is next to a table of qPCR results.

    Examples
    --------
    >>> str(concordance_path("results/validation.csv"))
    'results/validation_concordance.csv'
    """
    return side_path(path, "concordance")


def read_qpcr_results(path: str | Path, tested: str, reference: str) -> QpcrResults:
    """Read the results of ``mirtool validate``, with the verdicts that are next to them where they do.

    Raises
    ------
    FormatError
        Where it is not such table.
    MirtoolError
        Where it compares other groups, or the same ones the other way round.
    """
    beside = concordance_path(path)
    return parse_qpcr_results(
        read_table(path), tested, reference, read_table(beside) if beside.is_file() else None
    )


def parse_qpcr_results(
    table: TextTable, tested: str, reference: str, verdicts: TextTable | None = None
) -> QpcrResults:
    """Return the results that a table holds, with the verdicts of a second one; errors as above."""
    target = _column(table, "Target", "validate")
    over = f"fold change {tested}/{reference}"
    if over not in table.header:
        found = next((name for name in table.header if name.startswith("fold change ")), None)
        raise MirtoolError(
            "the qPCR compares other groups than the array's table, or the same ones the other way round",
            path=table.path,
            found=found,
            expected=over,
            hint=f"run `mirtool validate` with {option('compare', f'{tested}:{reference}')}, "
            f"or name another table by {option('validation')}",
        )
    p = next((j for j, name in enumerate(table.header) if name.startswith(P_START)), None)
    if p is None:
        raise _no_table(table, f"{P_START}…)", "validate")
    p += p + 1 < len(table.header) and table.header[p + 1].startswith(ADJUSTED_STARTS)
    known = _verdicts(verdicts)
    names, changes, p_values = table.text(target), table.numbers(table.header.index(over)), table.numbers(p)
    return QpcrResults(
        table.path,
        {
            name: QpcrResult(change, p_value, known.get(name, ""))
            for name, change, p_value in zip(names, changes.tolist(), p_values.tolist(), strict=True)
        },
        table.header[p],
    )


def _verdicts(table: TextTable | None) -> dict[str, str]:
    if table is None:
        return {}
    names, verdicts = (table.text(_column(table, name, "validate")) for name in ("Name", "verdict"))
    return dict(zip(names, verdicts, strict=True))


def read_network_nodes(path: str | Path) -> dict[str, dict[str, float]]:
    """Read what ``mirtool network`` wrote of its miRNAs: name to :data:`NODE_NUMBERS`.

    Raises
    ------
    FormatError
        Where it is not such table.
    """
    return parse_network_nodes(read_table(path))


def parse_network_nodes(table: TextTable) -> dict[str, dict[str, float]]:
    """Return what a table of nodes holds of its miRNAs; errors as :func:`read_network_nodes`."""
    names, kinds = (table.text(_column(table, name, "network")) for name in ("name", "type"))
    columns = {name: table.numbers(_column(table, name, "network")).tolist() for name in NODE_NUMBERS}
    return {
        name: {key: values[row] for key, values in columns.items()}
        for row, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if kind == "miRNA"
    }


def _column(table: TextTable, name: str, command: str) -> int:
    if name not in table.header:
        raise _no_table(table, name, command)
    return table.header.index(name)


def _no_table(table: TextTable, column: str, command: str) -> FormatError:
    return FormatError(
        f"this is not a table of `mirtool {command}`: it has no column '{column}'",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:12]),
    )
