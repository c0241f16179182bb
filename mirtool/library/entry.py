"""What the library keeps of a table beside its rows: where it is from, its license, what was left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from mirtool.errors import UsageError, option
from mirtool.io.structured import parse_json

KINDS: Mapping[str, str] = {"targets": "table of interactions", "genesets": "collection of gene sets"}
"""What the library keeps, by the name of its folder and of its command, and what one of it is called."""

SCHEMA_VERSION = 1
NOT_STATED = "not stated"

_NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,79}", re.ASCII)
_RESERVED = frozenset({"go", "go-bp", "go-cc", "go-mf", "go-all", "none"})


@dataclass(frozen=True)
class Entry:
    """One table of the library, as its file says.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    name, version
        What it is called, and which release it is (may be empty).
    database
        The database or format in words, as the reader tells it.
    added
        Date (UTC) on which it was put into the library: ``2026-01-31``.
    source
        The file's path, or the address from which it was fetched.
    sha256
        Of that file as it lay there, packed or not.
    license, citation
        In words; empty where not known.
    counts
        Rows, pairs, miRNAs and genes; sets and genes.
    remarks
        What was left out and what was changed on the way in, in words, counted.
    unmapped
        What did not map: kind of name (``"miRNA names"``) to each name and why.
    """

    kind: str
    name: str
    version: str
    database: str
    added: str
    source: str
    sha256: str
    license: str
    citation: str
    counts: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    unmapped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name and version, as results call it."""
        return f"{self.name} {self.version}".strip()

    def to_json(self) -> str:
        """Return the entry as JSON."""
        return json.dumps({"schema_version": SCHEMA_VERSION, **asdict(self)}, ensure_ascii=False)


def entry_of_json(text: str | bytes) -> Entry:
    """Read what :meth:`Entry.to_json` wrote.

    Raises
    ------
    ValueError, TypeError, KeyError
        Where it is something else.
    """
    content = parse_json(text)
    if content.pop("schema_version") != SCHEMA_VERSION:
        raise ValueError("another version of the library")
    if {each.name for each in fields(Entry)} != content.keys():
        raise ValueError("other fields than an entry has")
    return Entry(**{**content, "remarks": tuple(content["remarks"])})


def check_name(name: str) -> str:
    """Refuse a name that can't be a file's on every computer, or that options already mean something by.

    Raises
    ------
    UsageError
        For any other name than letters, digits and ``._+-``, and for those that ``--gene-sets`` means otherwise.
    """
    if not _NAME.fullmatch(name) or name.lower() in _RESERVED:
        raise UsageError(
            "an entry of the library can't be called so",
            found=repr(name),
            expected="letters, digits and . _ + -, at most 80, a letter or digit first; not go, go-bp … or none",
            hint=f"choose another name ({option('name')})",
        )
    return name


def name_of_file(path: str | Path) -> str:
    """Make a name of a file's own, its endings left off.

    Examples
    --------
    >>> name_of_file("downloads/KEGG 2021 (human).gmt.gz")
    'KEGG_2021_human'
    """
    stem = re.sub(r"(\.(csv|tsv|txt|xlsx|xls|gmt|gz|zip))+$", "", Path(path).name, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", stem).strip("._+-")[:80] or "table"
