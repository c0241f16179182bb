"""A methods text: sections of sentences with the references each cites, as Markdown and as HTML.

Both hold the same words. The HTML is for Word: opened in Word, or pasted from a browser, headings, italic journal
names, subscripts and links stay, which a plain text file loses. A ``.docx`` of its own would add nothing to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from mirtool.report.methods.bibliography import REFERENCES, Reference, in_order

TITLE = "Methods"
_MARKDOWN_MARKS = re.compile(r"([\\`*<>|]|\](?=\())")


@dataclass(frozen=True)
class Sentence:
    """One sentence, with its final period, and the keys of the references that it cites.

    Raises
    ------
    KeyError
        For a reference that the bibliography does not have.
    """

    text: str
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for key in self.references:
            REFERENCES[key]

    @property
    def cited(self) -> str:
        """The sentence with its references before the period."""
        if not self.references:
            return self.text
        names = "; ".join(REFERENCES[key].cited_as for key in self.references)
        return f"{self.text.removesuffix('.')} ({names})."


@dataclass(frozen=True)
class Section:
    """A heading and its sentences, which are one paragraph."""

    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The paragraph, references cited."""
        return " ".join(" ".join(sentence.cited for sentence in self.sentences).split())


@dataclass(frozen=True)
class Methods:
    """The methods text of a study; without a step that was recorded it has no section.

    Parameters
    ----------
    sections
        The sections in their order.
    warnings
        What must be done before the text is used; each a sentence, above the text.
    """

    sections: tuple[Section, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The sections as one line each, title first."""
        return [f"{each.title}: {each.text}" for each in self.sections]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all references, once each, in the order in which they are cited."""
        cited = (key for section in self.sections for each in section.sentences for key in each.references)
        return tuple(dict.fromkeys(cited))

    @property
    def references(self) -> list[Reference]:
        """The references by first author and year."""
        return in_order(self.keys)

    def markdown(self) -> str:
        """Return the text as Markdown, with the list of references."""
        return "\n".join(_markdown_lines(self))

    def html(self) -> str:
        """Return the text as an HTML page that Word opens, and that is pasted from a browser."""
        body = [f"<h1>{TITLE}</h1>", *(f"<p><b>{_as_html(text)}</b></p>" for text in self.warnings)]
        for section in self.sections:
            body += [f"<h2>{_as_html(section.title)}</h2>", f"<p>{_as_html(section.text)}</p>"]
        if self.references:
            listed = (f"<li>{_reference_html(each)}</li>" for each in self.references)
            body += ["<h2>References</h2>", "<ul>", *listed, "</ul>"]
        head = f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{TITLE}</title></head>\n'
        return head + "<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"


def section(title: str, sentences: Iterable[Sentence]) -> Iterator[Section]:
    """Give the section if it has a sentence; one that is said twice is given once."""
    own = tuple(dict.fromkeys(sentences))
    if own:
        yield Section(title, own)


def _markdown_lines(methods: Methods) -> Iterator[str]:
    yield f"# {TITLE}"
    yield ""
    for text in methods.warnings:
        yield f"> **{escape_markdown(text)}**"
        yield ""
    for own in methods.sections:
        yield f"## {escape_markdown(own.title)}"
        yield ""
        yield escape_markdown(own.text)
        yield ""
    if methods.references:
        yield "## References"
        yield ""
        yield from (f"- {_reference_markdown(each)}" for each in methods.references)
        yield ""


def escape_markdown(text: str) -> str:
    r"""Return a text whose characters mean nothing to Markdown.

    Examples
    --------
    >>> print(escape_markdown("hsa-miR-20a* < 2 [a](b)"))
    hsa-miR-20a\* \< 2 [a\](b)
    """
    return _MARKDOWN_MARKS.sub(r"\\\1", text)


def _reference_markdown(reference: Reference) -> str:
    journal = str(reference.csl.get("container-title", reference.csl.get("publisher", "")))
    place = f" {reference.place}" if reference.place else ""
    link = f" [doi:{reference.doi}](https://doi.org/{reference.doi})" if reference.doi else ""
    title, authors = escape_markdown(str(reference.csl["title"])), escape_markdown(reference.authors)
    return f"{authors} ({reference.year}). {title}. *{escape_markdown(journal)}*{escape_markdown(place)}.{link}"


def _reference_html(reference: Reference) -> str:
    journal = escape(str(reference.csl.get("container-title", reference.csl.get("publisher", ""))))
    place = f" {escape(reference.place)}" if reference.place else ""
    link = (
        f' <a href="https://doi.org/{escape(reference.doi)}">doi:{escape(reference.doi)}</a>'
        if reference.doi
        else ""
    )
    title, authors = escape(str(reference.csl["title"])), escape(reference.authors)
    return f"{authors} ({reference.year}). {title}. <i>{journal}</i>{place}.{link}"


def _as_html(text: str) -> str:
    """Return a text as HTML, with the 2 of log2 below the line."""
    return re.sub(r"\blog2\b", "log<sub>2</sub>", escape(text))
