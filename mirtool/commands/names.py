"""``mirtool names``: what miRNA names are called now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.common import write_result
from mirtool.commands.console import say, say_pairs
from mirtool.commands.current_names import AliasesOption
from mirtool.commands.options import FormatOption
from mirtool.errors import UsageError
from mirtool.report.text.names import unmapped_among, unmapped_lines
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import Resolution

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".xlsx", ".xls")
"""What an argument ends in that is meant as a file, even if there is no such file."""

NAMES_TOLD = 20


def names(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES...|TABLE",
            help="miRNA names or accessions, or one file that holds them: a table (CSV, TSV, XLSX, XLS) or one "
            "name a line; - is standard input.",
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option(
            metavar="HEADER",
            help="Column of the table that holds the names. Default: the one with the most miRNA names.",
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sheet of a workbook. Default: the first.")
    ] = None,
    aliases: AliasesOption = None,
    species: Annotated[
        str | None,
        typer.Option(metavar="PREFIX", help="Species of names that carry none, such as hsa for miR-21-5p."),
    ] = None,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write: CSV, TSV or XLSX by its extension."),
    ] = "-",
    format_name: FormatOption = None,
) -> None:
    """Say what miRNA names are called now: current name, accession, sequence, seed, seed family, species.

    Names are looked up, never changed by rules of spelling: in the embedded tables of miRBase 22 (the current
    names) and 18, and in the files given with --aliases. The original stays; beside it are set the columns
    `current name`, `accession`, `name status`, `candidates`, `name note`, `species`, `sequence`, `seed` and
    `seed family`. The statuses:

    \b
      current       the name of miRBase 22
      renamed       a name that one accession only has borne; the note says where
      ambiguous     several accessions have borne it: all are candidates
      arm missing   hsa-miR-16 without -5p or -3p, and no source says which
      star name     mmu-miR-376a*, and no source says which accession
      slash name    some of its parts are known: the note says which
      precursor     hsa-mir-16-1 is no mature miRNA: its own are candidates
      dead entry    no longer in miRBase
      unknown       in none of the sources
      no miRNA      a control, an empty cell

    SavedDifferential are never chosen from. A slash name whose parts are all known counts as current or renamed.

    Example:

    \b
      mirtool names hsa-miR-95 hsa-mir-16-1 MIMAT0000069
      mirtool names differential.xlsx --column Name -o renamed.xlsx
      mirtool names chip.csv --aliases aliases.txt --aliases mature_v12.fa -o chip_names.csv
      cut -f1 table.tsv | mirtool names - --species hsa
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.annotation.settings import NamesSettings
    from mirtool.io.mirnas.named_tables import resolve_names, resolve_table
    from mirtool.report.tables import format_of

    format_name = format_of(output, format_name)
    file = _file_in(given)
    if file is None and (column or sheet):
        raise UsageError("--column and --sheet choose from a table, and names were given")
    settings = NamesSettings(column=column, sheet=sheet, species=species, aliases=tuple(aliases or ()))
    if file is None:
        done = resolve_names(given, settings)
    else:
        done = resolve_table(file, settings, typed=format_name == "xlsx")
        say(f"Names: {plural(len(done.found), 'row')} of the column '{done.column}'")
    _tell(done.found)
    write_result(done.table, output, format_name)


def _file_in(given: Sequence[str]) -> str | None:
    """Return the one argument that is a file, or None where names were given."""
    files = [name for name in given if name == "-" or Path(name).is_file() or _meant_as_file(name)]
    if files and len(given) > 1:
        raise UsageError(
            "give names, or one file that holds them",
            found=f"the file {files[0]} among {len(given)} arguments",
            hint="name one table at a time",
        )
    return files[0] if files else None


def _meant_as_file(name: str) -> bool:
    return Path(name).suffix.lower() in LIST_SUFFIXES


def _tell(found: Sequence[Resolution]) -> None:
    """Count the rows by status, and list each name that did not map, once."""
    from mirtool.annotation.mirna_names import Status, count_statuses

    say_pairs([(status.value, f"{n:,}") for status, n in count_statuses(found).items()])
    unmapped = [each for each in unmapped_among(found) if each.status is not Status.NOT_MIRNA]
    for line in unmapped_lines(unmapped, NAMES_TOLD):
        say(line)
