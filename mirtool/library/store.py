"""The files of the library: one Parquet file an entry, which says itself what it is.

The rows are columns that any reader of Parquet opens; the entry (:class:`mirtool.library.Entry`) stands as JSON
under the key ``mirtool`` of the schema's metadata. A file is written whole or not at all and takes its name in one
step, so that two processes that add at once leave the one or the other, never a mixture; every page carries a
checksum, so that a damaged file is found out when it is read. Whether a name is free is asked under the lock of
the folder: of several processes that add under one name, one succeeds.

======== =====================================================================================================
targets  ``mirna``, ``gene``, ``evidence``, ``references``, and where the source has them ``databases``, ``score``
         (metadata ``lower_is_better``)
genesets ``term``, ``description``, ``genes`` (a list)
======== =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mirtool.errors import FormatError, MirtoolError, OutputError, UsageError, option
from mirtool.io.tables.arrow import floats_of, integers_of, texts_of
from mirtool.io.tables.output import transaction
from mirtool.library.entry import KINDS, Entry, check_name, entry_of_json
from mirtool.library.folder import DATA_VARIABLE, data_folder
from mirtool.model import GeneSets, Interactions, TextArray

if TYPE_CHECKING:
    import pyarrow as pa

_ENTRY_KEY = b"mirtool"
_DIRECTION_KEY = b"lower_is_better"
_SUFFIX = ".parquet"


def entry_file(kind: str, name: str) -> Path:
    """Return the file in which an entry lies, or would."""
    return data_folder() / kind / f"{check_name(name)}{_SUFFIX}"


def has_entry(kind: str, name: str) -> bool:
    """Return True if the library has an entry of that name; what can't be a name has none."""
    try:
        return entry_file(kind, name).is_file()
    except UsageError:
        return False


def list_entries(kind: str) -> tuple[list[Entry], list[MirtoolError]]:
    """Return the entries of a kind by name, and what is wrong with files that can't be read."""
    entries: list[Entry] = []
    damaged: list[MirtoolError] = []
    for path in sorted((data_folder() / kind).glob(f"*{_SUFFIX}")):
        try:
            entries.append(_entry_in(path, kind))
        except MirtoolError as error:
            damaged.append(error)
    return entries, damaged


def read_entry(kind: str, name: str) -> Entry:
    """Return what the library says of an entry.

    Raises
    ------
    UsageError
        Where there is none of that name.
    FormatError
        Where its file is damaged.
    """
    return _entry_in(_found_file(kind, name), kind)


def remove_entry(kind: str, name: str) -> Path:
    """Take an entry out of the library, damaged or not, and give the path that its file had."""
    path = _found_file(kind, name)
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"the entry can't be removed: {error.strerror}", path=path) from error
    return path


def check_free(kind: str, name: str) -> None:
    """Refuse the name of an entry that the library has already.

    Raises
    ------
    UsageError
        Where it has one.
    """
    if has_entry(kind, check_name(name)):
        raise UsageError(
            f"the library has {name!r} already",
            hint=f"{option('replace')} puts this file in its place, {option('name')} gives it another name; "
            f"`mirtool {kind} info {name}` says what is there",
        )


def save_interactions(entry: Entry, interactions: Interactions, *, replacing: bool = True) -> Path:
    """Write a table of interactions under its entry's name, and return its file.

    Raises
    ------
    UsageError
        Where the library has one of that name, unless ``replacing``.
    OutputError
        Where the library can't be written.
    """
    import pyarrow as pa

    columns: dict[str, Any] = {
        "mirna": _labels(interactions.mirna),
        "gene": _labels(interactions.gene),
        "evidence": _labels(interactions.evidence),
        "references": _labels(interactions.references),
    }
    if interactions.databases is not None:
        columns["databases"] = _labels(interactions.databases)
    if interactions.score is not None:
        columns["score"] = pa.array(interactions.score, mask=np.isnan(interactions.score))
    return _save(entry, columns, {_DIRECTION_KEY: b"yes" if interactions.lower_is_better else b"no"}, replacing)


def load_interactions(name: str) -> Interactions:
    """Return a table of interactions of the library; ``source`` is its name and version.

    Raises
    ------
    UsageError
        Where there is none of that name.
    FormatError
        Where its file is damaged.
    """
    entry, table = _read("targets", name, ("mirna", "gene", "evidence", "references"))
    return Interactions(
        mirna=texts_of(table["mirna"]),
        gene=texts_of(table["gene"]),
        evidence=texts_of(table["evidence"]),
        references=texts_of(table["references"]),
        source=entry.title,
        dropped=entry.remarks,
        databases=texts_of(table["databases"]) if "databases" in table.column_names else None,
        score=floats_of(table["score"]) if "score" in table.column_names else None,
        lower_is_better=(table.schema.metadata or {}).get(_DIRECTION_KEY) == b"yes",
    )


def save_gene_sets(entry: Entry, sets: GeneSets, *, replacing: bool = True) -> Path:
    """Write gene sets under their entry's name, and return the file; errors as :func:`save_interactions`."""
    import pyarrow as pa

    starts = np.cumsum([0, *map(len, sets.genes)])
    genes = _labels([gene for members in sets.genes for gene in sorted(members)])
    columns = {
        "term": pa.array(sets.terms, pa.string()),
        "description": pa.array(sets.descriptions, pa.string()),
        "genes": pa.ListArray.from_arrays(pa.array(starts, pa.int32()), genes),
    }
    return _save(entry, columns, {}, replacing)


def load_gene_sets(name: str) -> GeneSets:
    """Return gene sets of the library, in the order of their file; ``source`` is the entry's name and version.

    Raises
    ------
    UsageError
        Where there are none of that name.
    FormatError
        Where the file is damaged.
    """
    entry, table = _read("genesets", name, ("term", "description", "genes"))
    lists = table["genes"].combine_chunks()
    genes, starts = texts_of(lists.values), integers_of(lists.offsets)
    return GeneSets(
        tuple(texts_of(table["term"])),
        tuple(texts_of(table["description"])),
        tuple(frozenset(genes[start:stop]) for start, stop in pairwise(starts)),
        entry.title,
    )


def _labels(texts: TextArray | list[str]) -> Any:
    import pyarrow as pa

    return pa.array(texts, pa.string()).dictionary_encode()


def _save(entry: Entry, columns: dict[str, Any], metadata: dict[bytes, bytes], replacing: bool) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns).replace_schema_metadata({_ENTRY_KEY: entry.to_json().encode(), **metadata})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    path = entry_file(entry.kind, entry.name)
    try:
        with transaction(path) as write:
            if not replacing:
                check_free(entry.kind, entry.name)
            write({path: sink.getvalue().to_pybytes()})
    except OutputError as error:
        raise OutputError(
            error.problem, path=path, hint=f"name another folder for the library: {DATA_VARIABLE}=/some/folder"
        ) from error
    return path


def _read(kind: str, name: str, columns: Sequence[str]) -> tuple[Entry, pa.Table]:
    """Read an entry and its rows in one go: another process may replace the file meanwhile."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = _found_file(kind, name)
    try:
        table = pq.read_table(path, page_checksum_verification=True, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error)) from error
    if not set(columns) <= set(table.column_names):
        raise _damaged(path, f"columns {', '.join(table.column_names)}")
    return _entry_of(table.schema, path, kind), table


def _entry_in(path: Path, kind: str) -> Entry:
    """Read an entry without its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error)) from error
    return _entry_of(schema, path, kind)


def _entry_of(schema: pa.Schema, path: Path, kind: str) -> Entry:
    try:
        entry = entry_of_json((schema.metadata or {})[_ENTRY_KEY])
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path, f"no entry of mirtool's ({type(error).__name__})") from error
    if entry.kind != kind:
        raise _damaged(path, f"a file of {entry.kind}")
    return entry


def _found_file(kind: str, name: str) -> Path:
    path = entry_file(kind, name)
    if not path.is_file():
        known = sorted(other.stem for other in path.parent.glob(f"*{_SUFFIX}"))
        raise UsageError(
            f"the library has no {KINDS[kind]} called {name!r}",
            found=", ".join(known) or "an empty library",
            hint=f"`mirtool {kind} list` shows what is there, `mirtool {kind} fetch` what can be fetched",
        )
    return path


def _damaged(path: Path, found: str) -> FormatError:
    return FormatError(
        "this file of the library is damaged, or no file of mirtool's",
        path=path,
        found=found,
        expected="a Parquet file that `mirtool targets add` or `mirtool genesets add` wrote",
        hint=f"take it out (`mirtool {path.parent.name} remove {path.stem}`) and add or fetch it again",
    )
