"""``mirtool names``: what miRNA names are called now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.annotation.settings import NamesSettings
from mirtool.errors import UsageError, option
from mirtool.io.tables.streams import is_content
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.workflow.sources import text_table
from mirtool.workflow.step import Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.io.mirnas.named_tables import ResolvedNames
    from mirtool.model import Table

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".xlsx", ".xls")
"""What an argument ends in that is meant as a file, even if there is no such file."""


@dataclass(frozen=True)
class NamesInputs(Inputs):
    """The names."""

    place = "files"
    main = ("names",)
    what = "name"

    names: tuple[Any, ...] = setting(
        help="miRNA names or accessions, or one file that holds them: a table (CSV, TSV, XLSX, XLS) or one name "
        "per line; - is standard input.",
        metavar="NAMES...|TABLE",
        argument=True,
        is_path=True,
    )


class NamesResult(Result):
    """Names looked up.

    Attributes
    ----------
    resolved
        What became of each name, and the table that held them.
    """

    def __init__(self, resolved: ResolvedNames) -> None:
        self.resolved = resolved

    def tables(self) -> Mapping[str, Table]:
        """Return ``names``: the names, or the table that held them, with what became of them."""
        return self.tables_in("csv")

    def tables_in(self, format_name: str) -> Mapping[str, Table]:
        """Return the table; a workbook has numbers where the original has nothing else in a column."""
        return {"names": self.resolved.table(typed=format_name == "xlsx")}

    @property
    def summary(self) -> Summary:
        """How many names have each status, and those that did not map."""
        from mirtool.report.text.names import resolved_summary

        return resolved_summary(self.resolved)

    def numbers(self) -> dict[str, Any]:
        """Return how many names have each status."""
        from mirtool.annotation.mirna_names import count_statuses

        return {status.value: n for status, n in count_statuses(self.resolved.found).items()}


def names(inputs: NamesInputs, settings: NamesSettings, run: Run) -> NamesResult:
    """Look up what miRNA names are called now: current name, accession, sequence, seed, seed family, species.

    Names are looked up in the embedded table of all releases of miRBase (6.0 to 22.1, all species), and in the
    files of further names (aliases). The original stays; the columns `current name`, `accession`, `name status`,
    `candidates`, `name note`, `species`, `sequence`, `seed` and `seed family` are added. A name that several
    miRNAs have had is decided by the release of the table: the one in which most of its names exist, or the one
    named. The statuses:

        current       the name of miRBase 22
        renamed       a former name of one miRNA; the note lists its releases
        ambiguous     several accessions have had it: all are candidates
        arm missing   without -5p or -3p, and never a name in miRBase
        star name     with a star, and never a name in miRBase
        slash name    some of its parts are known: the note says which
        precursor     hsa-mir-16-1 is not a mature miRNA: its own are candidates
        dead entry    withdrawn from miRBase
        unknown       in none of the sources
        no miRNA      a control, an empty cell

    A candidate is never chosen. A slash name whose parts are all known counts as current or renamed.
    """
    from mirtool.io.mirnas.named_tables import resolve_names, resolve_table

    source = _table_in(inputs.names)
    if source is None and (settings.column or settings.sheet):
        raise UsageError(f"{option('column')} and {option('sheet')} choose from a table, and names were given")
    run.reads(*settings.aliases)
    if source is None:
        return NamesResult(resolve_names([str(name) for name in inputs.names], settings))
    run.reads(source)
    return NamesResult(resolve_table(source, settings))


def _table_in(given: Sequence[Any]) -> Any:
    """Return the one argument that is a file or a table, or None where names were given."""
    from mirtool.model import Table

    tables = [each for each in given if isinstance(each, Table) or _is_file(str(each))]
    if tables and len(given) > 1:
        raise UsageError(
            "give names, or one file that holds them",
            found=f"the file {tables[0]} among {len(given)} arguments",
            hint="name one table at a time",
        )
    if not tables:
        return None
    return text_table(tables[0], "table", "") if isinstance(tables[0], Table) else tables[0]


def _is_file(name: str) -> bool:
    return is_content(name) or Path(name).suffix.lower() in LIST_SUFFIXES


STEP = Step(
    name="names",
    function=names,
    inputs=NamesInputs,
    settings=NamesSettings,
    main_file="names.csv",
    recorded=False,
    examples=(
        ("mirtool names hsa-miR-95 hsa-mir-16-1 MIMAT0000069", "three names, on stdout"),
        ("mirtool names differential.xlsx --column Name -o renamed.xlsx", "a column of a table"),
        ("mirtool names chip.csv --mirbase-release 12 -o chip_names.csv", ""),
        ("cut -f1 table.tsv | mirtool names - --species hsa", ""),
    ),
)
