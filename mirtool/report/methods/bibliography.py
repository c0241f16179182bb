"""Every reference that a methods text cites: by key, as BibTeX, as CSL-JSON, and as a line of a reference list.

The references are kept as CSL-JSON in ``mirtool/data/references.json``, the form in which Zotero, pandoc and
Word's citation managers read them. A DOI is given only where it was looked up. A list of authors that ends in
``others`` is not complete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

OTHERS = "others"
"""Represents the authors that a reference does not name."""

_BIBTEX_TYPES = {"article-journal": "article", "paper-conference": "inproceedings", "book": "book"}
_BIBTEX_VENUE = {"article": "journal", "inproceedings": "booktitle"}
_YEAR = re.compile(r"\(?\b((?:19|20)\d\d)\b\)?")
_MOST_LISTED = 6
"""Authors of a line of the reference list; of more the first are named."""


@dataclass(frozen=True)
class Reference:
    """One publication.

    Parameters
    ----------
    key
        What sentences and citation managers call it: ``smyth2004``.
    csl
        Its entry as CSL-JSON.
    """

    key: str
    csl: Mapping[str, Any]

    @property
    def families(self) -> list[str]:
        """The family names of the authors who are named."""
        names = [author.get("family", author.get("literal", "")) for author in self.csl["author"]]
        return [name for name in names if name != OTHERS]

    @property
    def is_complete(self) -> bool:
        """True where every author is named."""
        return len(self.families) == len(self.csl["author"])

    @property
    def year(self) -> int:
        """The year of publication."""
        return int(self.csl["issued"]["date-parts"][0][0])

    @property
    def doi(self) -> str:
        """The DOI; empty where it is not known."""
        return str(self.csl.get("DOI", ""))

    @property
    def cited_as(self) -> str:
        """The reference within a text.

        Examples
        --------
        >>> REFERENCES["smyth2004"].cited_as, REFERENCES["benjamini1995"].cited_as
        ('Smyth 2004', 'Benjamini and Hochberg 1995')
        >>> REFERENCES["silver2009"].cited_as
        'Silver et al. 2009'
        """
        names = self.families
        if len(names) > 2 or not self.is_complete:
            return f"{names[0]} et al. {self.year}"
        return f"{' and '.join(names)} {self.year}"

    @property
    def authors(self) -> str:
        """The authors of a line of the reference list: ``Benjamini Y, Hochberg Y``."""
        listed = [
            f"{author['family']} {''.join(c for c in author['given'] if c.isalpha() or c == '-')}"
            if "family" in author
            else author["literal"]
            for author in self.csl["author"]
            if author.get("literal") != OTHERS
        ]
        if len(listed) > _MOST_LISTED or not self.is_complete:
            return ", ".join(listed[:_MOST_LISTED]) + ", et al."
        return ", ".join(listed)

    @property
    def place(self) -> str:
        """Volume and pages as they follow the journal: ``57(1):289–300``."""
        volume, issue, page = (str(self.csl.get(name, "")) for name in ("volume", "issue", "page"))
        number = volume + (f"({issue})" if issue else "")
        return ":".join(part for part in (number, page) if part)

    def bibtex(self) -> str:
        """Return the entry as BibTeX."""
        kind = _BIBTEX_TYPES[self.csl["type"]]
        fields = {"author": " and ".join(_bibtex_author(author) for author in self.csl["author"])}
        fields["title"] = f"{{{_as_tex(self.csl['title'])}}}"
        if "container-title" in self.csl:
            fields[_BIBTEX_VENUE[kind]] = _as_tex(self.csl["container-title"])
        fields["year"] = str(self.year)
        for name, field in (
            ("volume", "volume"),
            ("issue", "number"),
            ("page", "pages"),
            ("publisher", "publisher"),
        ):
            if name in self.csl:
                fields[field] = _as_tex(str(self.csl[name])).replace("–", "--")
        if self.doi:
            fields["doi"] = self.doi
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
        return f"@{kind}{{{self.key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_author(author: Mapping[str, str]) -> str:
    if "literal" in author:
        return OTHERS if author["literal"] == OTHERS else f"{{{author['literal']}}}"
    return f"{author['family']}, {author['given']}"


def _as_tex(text: str) -> str:
    """Return a text with the characters that TeX takes for commands escaped."""
    return re.sub(r"([&%$#_])", r"\\\1", text).replace("^", r"\textasciicircum{}")


@cache
def _load() -> Mapping[str, Reference]:
    entries = json.loads(resources.files("mirtool").joinpath("data/references.json").read_text(encoding="utf-8"))
    return {entry["id"]: Reference(entry["id"], entry) for entry in entries}


REFERENCES: Mapping[str, Reference] = _load()
"""Every reference by its key."""


def references_in(text: str) -> tuple[str, ...]:
    """Return the keys of the references that a text names by author and year, in its order.

    Parameters
    ----------
    text
        As registries of methods give references: parts separated by ``;``.

    Examples
    --------
    >>> references_in("Ritchie et al. 2007; Silver et al. 2009")
    ('ritchie2007', 'silver2009')
    >>> references_in("Storey JD, Tibshirani R (2003). PNAS 100, 9440–9445")
    ('storey2003genomewide',)
    >>> references_in("limma's help page fitFDistUnequalDF1")
    ()
    """
    found = []
    for part in text.split(";"):
        year = _YEAR.search(part)
        before = part[: year.start()] if year else ""
        named = [
            each for each in REFERENCES.values() if year and each.year == int(year[1]) and _named(each, before)
        ]
        if named:
            found.append(max(named, key=lambda each: len(_present(each, before))).key)
    return tuple(dict.fromkeys(found))


def _named(reference: Reference, text: str) -> bool:
    """Return True if the first author comes first in the text, and nobody is named in it who is not an author."""
    families = reference.families
    if not text.strip().startswith(families[0]):
        return False
    return "et al" in text or not reference.is_complete or len(_present(reference, text)) == len(families)


def _present(reference: Reference, text: str) -> list[str]:
    return [family for family in reference.families if re.search(rf"\b{re.escape(family)}\b", text)]


def in_order(keys: Iterable[str]) -> list[Reference]:
    """Return the references of these keys once each, by first author and year."""
    return sorted(
        (REFERENCES[key] for key in dict.fromkeys(keys)),
        key=lambda each: (each.families[0].casefold(), each.year, each.key),
    )


def bibtex(keys: Iterable[str]) -> str:
    """Return references as a BibTeX file."""
    return "\n".join(each.bibtex() for each in in_order(keys))


def csl_json(keys: Iterable[str]) -> str:
    """Return references as a CSL-JSON file."""
    return json.dumps([dict(each.csl) for each in in_order(keys)], ensure_ascii=False, indent=1) + "\n"
