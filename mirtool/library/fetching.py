"""From a database's name to an entry of the library: downloaded, checked, added.

The first file fetched from an address is taken on trust and its SHA-256 is remembered, beside the library: another
file at the same address is refused until the user says that the database has changed it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from mirtool.errors import FormatError, UsageError, option
from mirtool.io.structured import parse_json
from mirtool.io.tables.output import write_bytes
from mirtool.library.adding import Description
from mirtool.library.catalog import Database
from mirtool.library.download import OnProgress, downloaded
from mirtool.library.entry import Entry, check_name
from mirtool.library.folder import data_folder
from mirtool.library.store import has_entry


def fetch(
    database: Database,
    add: Callable[[Path, Description], Entry],
    *,
    description: Description,
    replacing: bool = False,
    accept_change: bool = False,
    on_progress: OnProgress | None = None,
) -> Entry:
    """Download a database's file and hand it to ``add``.

    Parameters
    ----------
    database
        One with addresses.
    add
        Puts a file into the library: :func:`mirtool.library.add_targets` or
        :func:`mirtool.library.add_gene_sets`, bound to their options.
    description
        What replaces the catalog's name and version, where it says any.
    replacing
        Whether an entry of that name may be there already.
    accept_change
        Whether the file may be another than the one first fetched from this address.
    on_progress
        Called while the file comes in.

    Raises
    ------
    UsageError
        Where the database has no address; where the name is taken.
    OfflineError
        Where no address gives the file.
    FormatError
        Where it is not the file that was expected.
    """
    if not database.addresses:
        raise UsageError(
            f"{database.name} has no address from which a program may fetch it", hint=database.instructions
        )
    name = check_name(description.name or database.name)
    if has_entry(database.kind, name) and not replacing:
        raise UsageError(
            f"the library has {name!r} already",
            hint=f"{option('replace')} fetches it again, {option('name')} keeps both",
        )
    known = database.sha256 or (None if accept_change or not database.version else _remembered(database))
    with downloaded(
        database.addresses, sha256=known, by_hand=database.instructions, on_progress=on_progress
    ) as download:
        entry = add(
            download.path,
            Description(
                name,
                description.version or database.version,
                database.license,
                database.citation,
                download.address,
            ),
        )
    _remember(database, download.sha256, entry.added)
    return entry


def _memory_of(database: Database) -> Path:
    """Return file that remembers what was first fetched: one an address, so that no two processes share one."""
    key = hashlib.sha256(database.addresses[0].encode()).hexdigest()[:16]
    return data_folder() / "fetched" / f"{database.name}-{key}.json"


def _remembered(database: Database) -> str | None:
    path = _memory_of(database)
    if not path.is_file():
        return None
    try:
        return str(parse_json(path.read_text(encoding="utf-8"))["sha256"])
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise FormatError(
            "what was remembered of an earlier download is damaged",
            path=path,
            found=str(error),
            hint="remove this file; the next download is then taken on trust",
        ) from error


def _remember(database: Database, sha256: str, day: str) -> None:
    content = {"address": database.addresses[0], "sha256": sha256, "fetched": day}
    write_bytes((json.dumps(content, indent=2, sort_keys=True) + "\n").encode(), _memory_of(database))
