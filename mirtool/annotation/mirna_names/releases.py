"""Every mature name in every release of miRBase, 6.0 to 22.1, of all species, as embedded with mirtool.

The table has 58,353 pairs of name and accession (49,489 accessions, 277 species and viruses). It is read on first
use: unpacking takes about 20 ms and 2 MB of memory. The rows of a species are split when a name of that species is
first asked for: the 3,486 human rows take about 10 ms and 2 MB, all species together about 0.4 s and 30 MB.

References
----------
Kozomara A, Birgaoanu M, Griffiths-Jones S. miRBase: from microRNA sequences to function. Nucleic Acids Res
2019;47:D155–D162.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from mirtool.errors import UsageError

RELEASES = (
    "6.0", "7.0", "7.1", "8.0", "8.1", "8.2", "9.0", "9.1", "9.2", "10.0", "10.1", "11.0", "12.0", "13.0", "14.0",
    "15.0", "16.0", "17.0", "18.0", "19.0", "20.0", "21.0", "22.0", "22.1",
)  # fmt: skip
"""The releases of miRBase, the oldest first."""

_TABLE = "mirna_names.tsv.gz"
_PLACES = {release: place for place, release in enumerate(RELEASES)}


class NamedAccession(NamedTuple):
    """One row of the table: a name, the accession that had it, and in which releases (``6.0-9.2,18.0-22.1``)."""

    name: str
    accession: str
    span: str

    @property
    def is_current(self) -> bool:
        """True where the newest release has this name for this accession."""
        return self.span.endswith(RELEASES[-1])


_found: dict[str, tuple[NamedAccession, ...]] = {}
"""The rows of every accession of the species that were split; empty for accessions that miRBase never had."""


@cache
def names_of_species(species: str) -> Mapping[str, tuple[NamedAccession, ...]]:
    """Return the rows of a species by name, from its prefix; empty where miRBase never had the species.

    Examples
    --------
    >>> names_of_species("hsa")["hsa-miR-16"]
    (NamedAccession(name='hsa-miR-16', accession='MIMAT0000069', span='6.0-17.0'),)
    """
    block = _blocks().get(species)
    if block is None:
        return {}
    by_name: dict[str, tuple[NamedAccession, ...]] = {}
    by_accession: dict[str, tuple[NamedAccession, ...]] = {}
    for line in block.split("\n"):
        row = NamedAccession(*line.split("\t"))
        by_name[row.name] = (*by_name.get(row.name, ()), row)
        by_accession[row.accession] = (*by_accession.get(row.accession, ()), row)
    _found.update(by_accession)
    return by_name


def names_of_accession(accession: str) -> tuple[NamedAccession, ...]:
    """Return the names that an accession (MIMAT…) has had, the oldest first; none where miRBase never had it.

    Examples
    --------
    >>> [(row.name, row.span) for row in names_of_accession("MIMAT0000063")]
    [('hsa-let-7b', '6.0-17.0'), ('hsa-let-7b-5p', '18.0-22.1')]
    """
    if accession not in _found:
        _found[accession] = ()
        for species, block in _blocks().items():
            if f"\t{accession}\t" in block:
                names_of_species(species)
    return _found[accession]


@cache
def releases_in(span: str) -> frozenset[str]:
    """Return the releases of a span.

    Examples
    --------
    >>> sorted(releases_in("9.1-10.0,22.1"))
    ['10.0', '22.1', '9.1', '9.2']
    """
    found: set[str] = set()
    for part in span.split(","):
        first, _, last = part.partition("-")
        found.update(RELEASES[_PLACES[first] : _PLACES[last or first] + 1])
    return frozenset(found)


def release_title(release: str) -> str:
    """Return a release as it is cited.

    Examples
    --------
    >>> release_title("12.0"), release_title("9.2")
    ('miRBase 12', 'miRBase 9.2')
    """
    return f"miRBase {release.removesuffix('.0')}"


@cache
def span_title(span: str) -> str:
    """Return a span as it is cited.

    Examples
    --------
    >>> span_title("6.0-9.2,18.0-22.1"), span_title("15.0")
    ('miRBase 6 to 9.2, miRBase 18 to 22.1', 'miRBase 15')
    """
    titles = []
    for part in span.split(","):
        first, _, last = part.partition("-")
        titles.append(release_title(first) + (f" to {last.removesuffix('.0')}" if last else ""))
    return ", ".join(titles)


def parse_release(text: str) -> str:
    """Return a release as the table writes it.

    Raises
    ------
    UsageError
        Where miRBase has no such release, or the table does not have it.

    Examples
    --------
    >>> parse_release("12"), parse_release("v9.2"), parse_release("miRBase 22.1")
    ('12.0', '9.2', '22.1')
    """
    number = text.strip().lower().removeprefix("mirbase").strip().removeprefix("v")
    release = number if "." in number else f"{number}.0"
    if release not in _PLACES:
        raise UsageError(
            f"unknown release of miRBase {text!r}",
            expected=", ".join(name.removesuffix(".0") for name in RELEASES),
            parameter="mirbase_release",
        )
    return release


@cache
def _blocks() -> Mapping[str, str]:
    """Return the lines of each species by its prefix; an empty line ends those of one."""
    packed = resources.files("mirtool").joinpath("data", _TABLE).read_bytes()
    blocks = gzip.decompress(packed).decode("ascii").rstrip("\n").split("\n\n")[1:]
    return {block[: block.index("-")]: block for block in blocks}
