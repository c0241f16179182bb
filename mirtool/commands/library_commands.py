"""`mirtool targets` and `mirtool genesets`: the commands that keep entries of the library, made per kind."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import progress_bytes, progress_steps, say, say_as_it_is
from mirtool.commands.lazy import PlainGroup
from mirtool.commands.making import ARGUMENT_PANEL, PanelCommand
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.gene_symbols import GeneSymbols
    from mirtool.library import Database, Entry
    from mirtool.library.adding import Description

ENTRY, SOURCE, NAMES, OUTPUT = "Entry", "Source", "Names", "Output"
"""The panels of the help."""


def option_of(kind: Any, option: str, default: Any, panel: str, metavar: str | None, text: str) -> tuple[Any, Any]:
    """Return annotation and default of an option; ``text`` is its help."""
    return Annotated[kind, typer.Option(option, metavar=metavar, help=text, rich_help_panel=panel)], default


def _argument(kind: Any, metavar: str, text: str, default: Any = inspect.Parameter.empty) -> tuple[Any, Any]:
    return Annotated[kind, typer.Argument(metavar=metavar, help=text, rich_help_panel=ARGUMENT_PANEL)], default


NAME = option_of(
    str | None,
    "--name",
    None,
    ENTRY,
    "NAME",
    "What to call it. Default: after the database, or the file.",
)
VERSION = option_of(str, "--version", "", ENTRY, "RELEASE", "Its release, for the record.")
LICENSE = option_of(str, "--license", "", ENTRY, "TEXT", "Its license in one line, for the record.")
CITATION = option_of(str, "--cite", "", ENTRY, "TEXT", "How to cite it, for the record.")
REPLACE = option_of(bool, "--replace", False, ENTRY, None, "Replace an entry of this name.")
ACCEPT_CHANGE = option_of(
    bool, "--accept-change", False, SOURCE, None, "Take the file although it is not the one first fetched there."
)
GENES = option_of(
    str | None,
    "--genes",
    None,
    NAMES,
    "TABLE",
    "Gene symbols with their identifiers or aliases: a table such as NCBI's gene_info. Default: the embedded "
    "table of human genes.",
)
JSON = option_of(bool, "--json", False, OUTPUT, None, "Print JSON.")
ENTRY_NAME = _argument(str, "NAME", "Its name in the library.")
ENTRY_NAMES = _argument(list[str], "NAMES...", "The entries to remove.")

LIBRARY_HELP = (
    "The library is in the user's data folder (on Linux ~/.local/share/mirtool); the environment variable "
    "MIRTOOL_DATA names another. It has one Parquet file per entry."
)


@dataclass(frozen=True)
class CommandHelp:
    """The help of one command: its text, the first line being its summary, and examples with what each does."""

    text: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LibraryKind:
    """What distinguishes the commands of one kind of entry from those of another.

    Parameters
    ----------
    name
        Of the group and of the folder in the library: ``"targets"``.
    help
        The group's help text.
    file, database
        Help texts of what ``add`` and ``fetch`` take.
    naming
        The options, by parameter, that say which names are read; ``add_file`` gets them.
    add_file
        ``add_file(path, description, naming, replacing)`` adds a file to the library and prints the result.
    texts
        Help of each command.
    fetch_other
        ``fetch_other(database, name, add)`` fetches what the catalog does not list; None where nothing does.
    other_databases
        Where more can be fetched, in words.
    """

    name: str
    help: str
    file: str
    database: str
    naming: Mapping[str, tuple[Any, Any]]
    add_file: Callable[[str, Description, Mapping[str, Any], bool], Entry]
    texts: Mapping[str, CommandHelp]
    fetch_other: Callable[[str, str | None, Callable[[str, Description], Entry]], None] | None = None
    other_databases: str = ""


def library_group(kind: LibraryKind, short_help: str) -> typer.Typer:
    """Return the commands of one kind: add, fetch, list, info, remove."""
    group = typer.Typer(
        cls=PlainGroup, rich_markup_mode=None, no_args_is_help=True, short_help=short_help, help=kind.help
    )
    description = {"version": VERSION, "license_line": LICENSE, "cite": CITATION}
    commands: dict[str, tuple[Callable[..., None], Mapping[str, tuple[Any, Any]]]] = {
        "add": (
            _add,
            {
                "file": _argument(str, "FILE", kind.file),
                "name": NAME,
                **description,
                **kind.naming,
                "replace": REPLACE,
            },
        ),
        "fetch": (
            _fetch,
            {
                "database": _argument(str | None, "DATABASE", kind.database, None),
                "name": NAME,
                **kind.naming,
                "replace": REPLACE,
                "accept_change": ACCEPT_CHANGE,
            },
        ),
        "list": (_list, {"as_json": JSON}),
        "info": (_info, {"name": ENTRY_NAME, "as_json": JSON}),
        "remove": (_remove, {"names": ENTRY_NAMES}),
    }
    for name, (function, parameters) in commands.items():
        shown = type("LibraryCommand", (PanelCommand,), {"examples": kind.texts[name].examples})
        group.command(name, cls=shown)(_command(name, function, parameters, kind))
    return group


def read_genes(path: str | None) -> GeneSymbols | None:
    """Read the user's table of genes; None means the embedded one."""
    from mirtool.io.genes.gene_table import read_gene_symbols

    return None if path is None else read_gene_symbols(path)


def print_added(entry: Entry) -> None:
    """Print what was put into the library, what was left out, and what did not map."""
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


def _command(
    name: str, function: Callable[..., None], parameters: Mapping[str, tuple[Any, Any]], kind: LibraryKind
) -> Callable[..., None]:
    """Return a function that typer reads the given parameters of; it calls ``function`` with the kind."""

    def command(**values: Any) -> None:
        function(kind, **values)

    command.__name__ = name
    command.__doc__ = kind.texts[name].text
    signature = inspect.Signature(
        [
            inspect.Parameter(own, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for own, (annotation, default) in parameters.items()
        ]
    )
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {own: annotation for own, (annotation, _) in parameters.items()}
    return command


def _add(
    kind: LibraryKind,
    *,
    file: str,
    name: str | None,
    version: str,
    license_line: str,
    cite: str,
    replace: bool,
    **naming: Any,
) -> None:
    from mirtool.library.adding import Description

    with progress_steps(f"Reading {file}", 1):
        kind.add_file(file, Description(name or "", version, license_line, cite), naming, replace)


def _fetch(
    kind: LibraryKind, *, database: str | None, name: str | None, replace: bool, accept_change: bool, **naming: Any
) -> None:
    from mirtool.library.catalog import find_database, require_database

    def add(path: str, description: Description) -> Entry:
        return kind.add_file(path, description, naming, replace)

    if database is None:
        _print_databases(kind.name)
        if kind.other_databases:
            say(kind.other_databases)
        return
    if kind.fetch_other is not None and find_database(kind.name, database) is None:
        kind.fetch_other(database, name, add)
        return
    found = require_database(kind.name, database)
    _fetch_into_library(found, name, add, replacing=replace, accept_change=accept_change)


def _fetch_into_library(
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


def _list(kind: LibraryKind, *, as_json: bool) -> None:
    """Print the entries; files that can't be read are reported after them, and make the call fail."""
    from mirtool.library import data_folder, list_entries

    entries, damaged = list_entries(kind.name)
    if as_json:
        _print(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False) + "\n")
    elif entries:
        rows = [(entry.name, entry.version, entry.added, _counted(entry), entry.license) for entry in entries]
        _print(_aligned(("name", "version", "added", "holds", "license"), rows))
    else:
        say(f"The library has none yet: mirtool {kind.name} add FILE, or mirtool {kind.name} fetch NAME")
    say(f"Library: {data_folder() / kind.name}")
    for error in damaged[:-1]:
        say_as_it_is(f"mirtool: error: {error}")
    if damaged:
        raise damaged[-1]


def _info(kind: LibraryKind, *, name: str, as_json: bool) -> None:
    """Print all that the library says of an entry."""
    from mirtool.library import read_entry
    from mirtool.library.store import entry_file

    entry = read_entry(kind.name, name)
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
        ("file", str(entry_file(kind.name, name))),
    ]
    width = max(len(label) for label, _ in lines)
    _print("".join([f"{entry.name}\n", *(f"  {label:<{width}}  {value}\n" for label, value in lines)]))


def _remove(kind: LibraryKind, *, names: Sequence[str]) -> None:
    from mirtool.library import remove_entry

    for name in names:
        say(f"Removed {remove_entry(kind.name, name)}")


def _print_databases(kind: str) -> None:
    """Print the databases that can be fetched by name, and where to get the others."""
    from mirtool.library import DATABASES

    ours = [each for each in DATABASES if each.kind == kind]
    fetched = [(each.name, each.version, each.holds) for each in ours if each.addresses]
    _print(_aligned(("name", "version", "holds"), fetched))
    _print("\nBy hand:\n")
    for each in ours:
        if not each.addresses:
            _print(f"  {each.name}: {each.holds}\n      {each.instructions}\n")


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
