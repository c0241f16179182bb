"""What `mirtool targets` and `mirtool genesets` have in common: options, and what they say of the library."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.console import progress_bytes, say
from mirtool.wording import plural

if TYPE_CHECKING:
    from pathlib import Path

    from mirtool.annotation.gene_symbols import GeneSymbols
    from mirtool.library import Database, Entry
    from mirtool.library.adding import Description

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What it is called in the library.")]
NamesArgument = Annotated[list[str], typer.Argument(metavar="NAMES...", help="What to take out.")]
NameOption = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="What to call it. Default: after the database, or the file."),
]
VersionOption = Annotated[
    str, typer.Option("--version", metavar="RELEASE", help="Which release it is, for the record.")
]
LicenseOption = Annotated[
    str, typer.Option("--license", metavar="TEXT", help="The license, in a line, for the record.")
]
CitationOption = Annotated[str, typer.Option("--cite", metavar="TEXT", help="How to cite it, for the record.")]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Replace an entry of this name.")]
AcceptChangeOption = Annotated[
    bool, typer.Option("--accept-change", help="Take the file although it is not the one first fetched there.")
]
GenesOption = Annotated[
    str | None,
    typer.Option(
        "--genes",
        metavar="TABLE",
        help="What stands for which gene symbol: a table with a symbol and identifiers or aliases, such as NCBI's "
        "gene_info. Default: the embedded table of human genes.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

LIBRARY_HELP = (
    "The library lies in the user's data folder (on Linux ~/.local/share/mirtool); the environment variable "
    "MIRTOOL_DATA names another. One Parquet file an entry."
)


def read_genes(path: str | None) -> GeneSymbols | None:
    """Read the user's table of genes; None stands for the embedded one."""
    from mirtool.io.genes.gene_table import read_gene_symbols

    return None if path is None else read_gene_symbols(path)


def fetch_into_library(
    database: Database,
    name: str | None,
    add: Callable[[str, Description], Entry],
    *,
    replacing: bool,
    accept_change: bool,
) -> None:
    """Download a database's file with a progress bar, and hand it to ``add``."""
    from mirtool.library import fetch
    from mirtool.library.adding import Description

    def take_in(path: Path, description: Description) -> Entry:
        say(f"Fetched {description.address}")
        return add(str(path), description)

    with progress_bytes(f"Fetching {database.name}") as on_progress:
        fetch(
            database,
            take_in,
            description=Description(name or ""),
            replacing=replacing,
            accept_change=accept_change,
            on_progress=on_progress,
        )


def tell_added(entry: Entry) -> None:
    """Say what was put into the library, what was left out, and what did not map."""
    from mirtool.library.store import entry_file

    say(f"Added to the library as {entry.name}: {_counted(entry)}")
    for remark in entry.remarks:
        say(f"  {remark}")
    if entry.unmapped:
        say(f"  all that did not map: mirtool {entry.kind} info {entry.name}")
    say(f"License: {entry.license}")
    if entry.citation:
        say(f"Cite: {entry.citation}")
    say(f"Wrote {entry_file(entry.kind, entry.name)}")


def show_list(kind: str, *, as_json: bool) -> None:
    """Print the entries of a kind; files that can't be read are told of, and make the call fail."""
    from mirtool.library import data_folder, list_entries

    entries, damaged = list_entries(kind)
    if as_json:
        _print(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False) + "\n")
    elif entries:
        rows = [(entry.name, entry.version, entry.added, _counted(entry), entry.license) for entry in entries]
        _print(_aligned(("name", "version", "added", "holds", "license"), rows))
    else:
        say(f"The library has none yet: mirtool {kind} add FILE, or mirtool {kind} fetch NAME")
    say(f"Library: {data_folder() / kind}")
    for error in damaged[:-1]:
        say(f"mirtool: error: {error}")
    if damaged:
        raise damaged[-1]


def show_entry(kind: str, name: str, *, as_json: bool) -> None:
    """Print all that the library says of an entry."""
    from mirtool.library import read_entry
    from mirtool.library.store import entry_file

    entry = read_entry(kind, name)
    if as_json:
        _print(json.dumps(asdict(entry), indent=2, ensure_ascii=False) + "\n")
        return
    lines = [
        ("version", entry.version or "not stated"),
        ("read as", entry.database),
        ("added", entry.added),
        ("from", entry.source),
        ("SHA-256", entry.sha256),
        ("license", entry.license),
        ("cite", entry.citation or "not stated"),
        *((what, f"{n:,}") for what, n in entry.counts.items()),
        *(("", remark) for remark in entry.remarks),
        *((what, f"{each}: {why}") for what, names in entry.unmapped.items() for each, why in names.items()),
        ("file", str(entry_file(kind, name))),
    ]
    width = max(len(label) for label, _ in lines)
    _print("".join([f"{entry.name}\n", *(f"  {label:<{width}}  {value}\n" for label, value in lines)]))


def show_databases(kind: str) -> None:
    """Print the databases that can be fetched by name, and where to get the others."""
    from mirtool.library import DATABASES

    ours = [each for each in DATABASES if each.kind == kind]
    fetched = [(each.name, each.version, each.holds) for each in ours if each.addresses]
    _print(_aligned(("name", "version", "holds"), fetched))
    _print("\nBy hand:\n")
    for each in ours:
        if not each.addresses:
            _print(f"  {each.name}: {each.holds}\n      {each.instructions}\n")


def drop_entry(kind: str, names: Sequence[str]) -> None:
    """Take entries out of the library."""
    from mirtool.library import remove_entry

    for name in names:
        say(f"Removed {remove_entry(kind, name)}")


def _counted(entry: Entry) -> str:
    if entry.kind == "targets":
        pairs, mirnas, genes = (entry.counts[what] for what in ("pairs", "miRNAs", "genes"))
        return f"{plural(pairs, 'pair')}, {plural(mirnas, 'miRNA')}, {plural(genes, 'gene')}"
    return f"{plural(entry.counts['sets'], 'set')}, {plural(entry.counts['genes'], 'gene')}"


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _print(text: str) -> None:
    from mirtool.errors import printable
    from mirtool.io.tables.output import STDOUT, write_bytes

    write_bytes(printable(text).encode(), STDOUT)
