"""Sources of miRNA names: which accession bore which name, in which release of miRBase.

The formats
-----------
Told by content; each may be packed by gzip.

``mature.fa``, of any release
    FASTA as miRBase gives it: ``>hsa-let-7a-5p MIMAT0000062 Homo sapiens let-7a-5p``, then the sequence in one
    line or more. Name and accession are the first two words; ``T`` is read as ``U``. The file does not say its
    release, so that it is cited by its file name.
mature sequences of MirGeneDB (``hsa-mat.fas``)
    FASTA with MirGeneDB's names: ``>Hsa-Mir-10-P1a_5p``, a star after the arm that is the minor one. It has no
    accessions: an entry is the miRNA of the embedded miRBase (human, mouse, rat) of the same species and sequence,
    or that with the same 5' end of which one of the two is the beginning, of 18 bases or more, so that they share
    their seed. Entries that fit none are left out, and their names stay unknown.
``aliases.txt``
    Two columns separated by a tab: an accession (``MIMAT…`` mature, ``MI…`` precursor) and every name it ever had,
    each followed by a semicolon. It says neither when nor which name is the current one.
``miRNA.dead``
    Entries that were withdrawn, lines of a two-letter code and a text, each entry ended by ``//``: ``ID`` name,
    ``AC`` accession, ``PI`` earlier names, ``FW`` the accession that took its place, ``CC`` and ``DE`` why. Other
    codes are passed over.
names by release
    A table (CSV, TSV, XLSX) with a header line whose first column holds accessions and every further one the names
    of one release: ``acc<TAB>v6<TAB>v7_1…``. A header such as ``v7_1`` is cited as miRBase 7.1, any other as it
    stands. An empty cell or NA: the release did not have the accession.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.mirna_names.book import MirnaNames
from mirtool.annotation.mirna_names.sources import (
    ACCESSION,
    ALIASES,
    DEAD_ENTRIES,
    MATURE_FASTA,
    MIRGENEDB,
    NAMES_BY_RELEASE,
    AliasSource,
    DeadEntry,
)
from mirtool.annotation.mirna_names.spelling import is_mirgenedb_name
from mirtool.errors import FormatError
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text import FileHead, is_workbook, read_bytes, read_text
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, head_table, read_table
from mirtool.wording import plural

Bearers = dict[str, dict[str, tuple[int, ...]]]
"""Name to the accessions that bore it, each with the places of its releases, as in :class:`AliasSource`."""

_SEQUENCE = re.compile(r"[ACGUTN]+", re.IGNORECASE)
_RELEASE = re.compile(r"v(\d+)(?:[_.](\d+))?")
_CODED_LINE = re.compile(r"([A-Z]{2})(?:\s+(.*))?")


def sniff(head: FileHead) -> bool:
    """Return a source of miRNA names by its first lines."""
    return bool(_kind_of(head))


def inspect(path: str | Path) -> Inspection:
    """Read a source of names and say what it holds."""
    source = read_aliases(path)
    accessions = {accession for bearers in source.names.values() for accession in bearers}
    shared = sum(len(bearers) > 1 for bearers in source.names.values())
    details = {
        "content": source.kind,
        "names": len(source.names),
        "accessions": len(accessions),
        "names that several accessions shared": shared,
    }
    if source.releases:
        details["releases"] = f"{source.releases[0]} to {source.releases[-1]}"
    if source.dead:
        details["withdrawn entries"] = len(source.dead)
    return Inspection(str(path), "mirna-names", len(source.dead) or len(accessions), details=details)


def read_aliases(path: str | Path) -> AliasSource:
    """Read a source of names of any of the five formats.

    Raises
    ------
    FormatError
        Where the file is none of them, is cut, or has a line that can't be read; with its line.
    """
    data = read_bytes(path)
    kind = _kind_of(FileHead(str(path), data))
    if kind == NAMES_BY_RELEASE:
        return _read_table(path)
    text = "" if is_workbook(data) else read_text(path)
    if kind == MATURE_FASTA:
        return _read_fasta(text, path)
    if kind == MIRGENEDB:
        return _read_mirgenedb(text, path)
    if kind == ALIASES:
        return _read_aliases(text, path)
    if kind == DEAD_ENTRIES:
        return _read_dead(text, path)
    raise FormatError(
        "this is no source of miRNA names",
        path=path,
        found="a workbook without accessions in its first column"
        if is_workbook(data)
        else repr(next((line for _, line in _numbered(text)), "")[:80]),
        expected="miRBase's mature.fa, aliases.txt or miRNA.dead, MirGeneDB's mature FASTA, or a table whose "
        "first column holds accessions (MIMAT…) and the others the names in one release each",
        hint="download mature.fa or aliases.txt of any release from https://mirbase.org/download",
    )


def load_mirna_names(
    aliases: Iterable[str | Path] = (), species: str | None = None, mirbase_release: str | None = None
) -> MirnaNames:
    """Return the embedded tables of names together with the files of names that the user gives.

    Parameters
    ----------
    aliases
        Files that :func:`read_aliases` reads.
    species
        A miRBase prefix such as ``"hsa"`` for names that carry none; None leaves them unknown.
    mirbase_release
        The release of miRBase that the study's names are from, such as ``"12"``; None where it is not known.
    """
    return MirnaNames([read_aliases(path) for path in aliases], species=species, release=mirbase_release)


_GENE_HEADER = re.compile(r"(target)?gene(name|symbol|id)?$|target(symbol|name)?$")


def _kind_of(head: FileHead) -> str:
    """Return the format by the first line with content; ``""`` where it is none."""
    first = next((line for line in head.lines if line.strip()), "")
    if first.startswith(">"):
        if is_mirgenedb_name(first[1:].strip()):
            return MIRGENEDB
        return MATURE_FASTA if _says_mirbase(first) else ""
    if re.match(rf"{ACCESSION.pattern}\t", first):
        return ALIASES
    if re.match(r"(ID|AC) {2,}\S", first):
        return DEAD_ENTRIES
    table = head_table(head)
    if table is None or any(_GENE_HEADER.match(fold_header(name)) for name in table.header):
        return ""  # a table of targets may hold accessions beside the names
    return NAMES_BY_RELEASE if _names_by_release(table) else ""


def _says_mirbase(title: str) -> bool:
    """Return the title of a miRNA's entry from that of any other FASTA file."""
    return re.search(rf"\b{ACCESSION.pattern}\b|^>\s*[a-z]\w*-(mir|let|lin|bantam)", title, re.I) is not None


def _names_by_release(table: TextTable) -> bool:
    if len(table.header) < 2:
        return False
    releases = any(_RELEASE.fullmatch(name) for name in table.header[1:])
    if not len(table):  # the first row is wrong: the header tells, and reading says what is wrong
        return releases and table.header[0].lower() in ("acc", "accession")
    accessions = sum(ACCESSION.fullmatch(cell) is not None for cell in table.text(0))
    return accessions > 0 and (releases or accessions == len(table)) and not _holds_numbers(table)


def _holds_numbers(table: TextTable) -> bool:
    """Return a matrix whose IDs are accessions."""
    return any(re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", cell, re.I) for j in (1, -1) for cell in table.text(j))


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Return the lines with content, each with its 1-based number."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.strip()


def _sequences(text: str, path: str | Path, key_of: Callable[[str, int], str], hint: str) -> dict[str, str]:
    """Return the sequences of a FASTA, as RNA, by what ``key_of(title, line number)`` makes of each title."""
    sequences: dict[str, str] = {}
    key, number = "", 0
    for number, line in _numbered(text):
        if line.startswith(">"):
            _require_sequence(key, sequences, path, number)
            key = key_of(line, number)
            sequences[key] = ""
        elif _SEQUENCE.fullmatch(line):
            sequences[key] += line.upper().replace("T", "U")
        else:
            raise FormatError(
                "a line is neither a title nor a sequence",
                path=path,
                line=number,
                found=repr(line[:60]),
                expected="the bases A, C, G, U",
                hint=hint,
            )
    _require_sequence(key, sequences, path, number + 1)
    return sequences


def _read_fasta(text: str, path: str | Path) -> AliasSource:
    names: Bearers = defaultdict(dict)

    def accession_of(title: str, number: int) -> str:
        name, accession = _read_title(title, path, number)
        names[name][accession] = ()
        return accession

    sequences = _sequences(text, path, accession_of, "download mature.fa again")
    return AliasSource(Path(path).name, MATURE_FASTA, names, sequences=sequences)


def _read_mirgenedb(text: str, path: str | Path) -> AliasSource:
    def name_of(title: str, number: int) -> str:
        name = title[1:].split()[0] if title[1:].split() else ""
        if not is_mirgenedb_name(name) or name.endswith(("_pre", "_pri")):
            raise FormatError(
                "a title is not the name of a mature miRNA of MirGeneDB",
                path=path,
                line=number,
                found=repr(title[:60]),
                expected=">Hsa-Mir-10-P1a_5p",
                hint="download the mature and star sequences of your species from https://mirgenedb.org/download",
            )
        return name

    sequences = _sequences(text, path, name_of, "download the file again")
    names: Bearers = defaultdict(dict)
    by_start = _matures_by_start()
    for own, sequence in sequences.items():
        alike = by_start.get((own[:3].lower(), sequence[:_SHARED_START]), ())
        same = [each for each, known in alike if known == sequence]
        for accession in same or [
            each for each, known in alike if known.startswith(sequence) or sequence.startswith(known)
        ]:
            names[own][accession] = names[own.removesuffix("*")][accession] = ()
    if not names:
        raise FormatError(
            "no sequence of the file is one of miRBase's human, mouse or rat miRNAs",
            path=path,
            found=", ".join(list(sequences)[:3]),
            hint="names of MirGeneDB are resolved by sequence, for these three species; for another one give a "
            "table of accession, tab, names",
        )
    return AliasSource(Path(path).name, MIRGENEDB, names)


_SHARED_START = 18
"""Bases from the 5' end that two sequences of one miRNA share at least."""


def _matures_by_start() -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """Return accession and sequence of the embedded matures by species and first bases."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, mature in mature_mirnas().items():
        found[name[:3], mature.sequence[:_SHARED_START]].append((mature.accession, mature.sequence))
    return found


def _read_title(line: str, path: str | Path, number: int) -> tuple[str, str]:
    name, accession, *_ = [*line[1:].split(), "", ""]
    if not ACCESSION.fullmatch(accession):
        raise FormatError(
            "a title has no accession after the name",
            path=path,
            line=number,
            found=repr(line[:60]),
            expected=">name MIMAT… species",
            hint="give miRBase's own mature.fa: without accessions nothing says that two names are one miRNA",
        )
    if not accession.startswith("MIMAT"):
        raise FormatError(
            "this FASTA file holds precursors, not mature miRNAs",
            path=path,
            line=number,
            found=f"{name} {accession}",
            expected="accessions that begin with MIMAT",
            hint="give mature.fa in place of hairpin.fa",
        )
    return name, accession


def _require_sequence(accession: str, sequences: Mapping[str, str], path: str | Path, number: int) -> None:
    if accession and not sequences[accession]:
        raise FormatError(
            "an entry has no sequence",
            path=path,
            line=number - 1,
            found=f"the title of {accession} and nothing after it",
            hint="the file may have been cut: download it again",
        )


def _read_aliases(text: str, path: str | Path) -> AliasSource:
    names: Bearers = defaultdict(dict)
    for number, line in _numbered(text):
        accession, tab, listed = line.partition("\t")
        own = [name.strip() for name in listed.split(";") if name.strip()]
        if not tab or not own or "\t" in listed or not ACCESSION.fullmatch(accession):
            raise FormatError(
                "a line is not an accession, a tab and its names",
                path=path,
                line=number,
                found=repr(line[:60]),
                expected="MIMAT0000069<TAB>hsa-miR-16;hsa-miR-16-5p;",
                hint="the file may have been cut or edited: download aliases.txt again",
            )
        for name in own:
            names[name][accession] = ()
    return AliasSource(Path(path).name, ALIASES, names)


def _read_dead(text: str, path: str | Path) -> AliasSource:
    entries: list[DeadEntry] = []
    texts: dict[str, list[str]] = defaultdict(list)
    number = 0
    for number, line in _numbered(text):
        coded = _CODED_LINE.fullmatch(line)
        if line == "//":
            entries.append(_dead_entry(texts, path, number))
            texts = defaultdict(list)
        elif coded:
            texts[coded[1]].append((coded[2] or "").strip())
        else:
            raise FormatError(
                "a line does not begin with a two-letter code",
                path=path,
                line=number,
                found=repr(line[:60]),
                expected="ID, AC, PI, FW, CC, or // at the end of an entry",
            )
    if texts:
        raise FormatError(
            "the last entry does not end",
            path=path,
            line=number,
            expected="// at its end",
            hint="the file may have been cut: download miRNA.dead again",
        )
    return AliasSource(Path(path).name, DEAD_ENTRIES, {}, dead=tuple(entries))


def _dead_entry(texts: Mapping[str, list[str]], path: str | Path, number: int) -> DeadEntry:
    joined = {code: " ".join(filter(None, lines)) for code, lines in texts.items()}
    if not joined.get("ID"):
        raise FormatError("a withdrawn entry has no name", path=path, line=number, expected="a line ID   name")
    return DeadEntry(
        joined["ID"].split()[0].rstrip(";"),
        joined.get("AC", "").rstrip(";"),
        tuple(re.split(r"[;,\s]+", joined["PI"].strip("; "))) if joined.get("PI") else (),
        joined.get("FW", "").rstrip(";"),
        " ".join(filter(None, (joined.get("DE", ""), joined.get("CC", "")))),
    )


def _read_table(path: str | Path) -> AliasSource:
    table = read_table(path)
    names: Bearers = defaultdict(dict)
    accessions = table.text(0)
    for row, accession in enumerate(accessions):
        if not ACCESSION.fullmatch(accession):
            raise FormatError(
                "a row of the table of names has no accession",
                path=path,
                line=table.line_of(row),
                column=table.header[0],
                found=repr(accession),
                expected="MIMAT… or MI…",
            )
    for place in range(len(table.header) - 1):
        for accession, name in zip(accessions, table.text(place + 1), strict=True):
            if name not in MISSING_CELLS:
                names[name][accession] = (*names[name].get(accession, ()), place)
    if not names:
        raise FormatError(
            "the table of names holds no name",
            path=path,
            found=plural(len(table), "row"),
            expected="an accession and its names in every row",
            hint="export the table again; it may have been cut",
        )
    return AliasSource(Path(path).name, NAMES_BY_RELEASE, names, tuple(map(_release, table.header[1:])))


def _release(header: str) -> str:
    """Return a header as the release it represents.

    Examples
    --------
    >>> _release("v7_1"), _release("2011")
    ('miRBase 7.1', '2011')
    """
    version = _RELEASE.fullmatch(header)
    return "miRBase " + ".".join(filter(None, version.groups())) if version else header
