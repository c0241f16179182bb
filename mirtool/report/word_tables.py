"""Tables as one HTML page that Word opens and pastes as tables: no script, no style sheet, plain borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from mirtool.model import Table
from mirtool.report.text.numbers import p_in_words

_CELL = "padding:2pt 6pt;vertical-align:top"
_HEAD = f"{_CELL};border-bottom:0.75pt solid black;text-align:left"
_TABLE = "border-collapse:collapse;border-top:1pt solid black;border-bottom:1pt solid black;font:10pt serif"


@dataclass(frozen=True)
class WordTable:
    """A table with its title above and its footnotes below."""

    title: str
    table: Table
    footnotes: Sequence[str] = ()


def word_page(title: str, tables: Sequence[WordTable]) -> bytes:
    """Return a page of tables, UTF-8: the same input gives the same bytes.

    Examples
    --------
    >>> page = word_page("t", [WordTable("A", Table({"P": np.array([0.01234, np.nan])}), ["n < 5"])])
    >>> [text in page.decode() for text in ("<b>A</b>", ">0.0123<", "></td>", "n &lt; 5")]
    [True, True, True, True]
    """
    body = "\n".join(part for table in tables for part in _parts(table))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n<body>\n{body}\n</body></html>\n"
    ).encode()


def _parts(own: WordTable) -> list[str]:
    columns = own.table.columns
    rows = zip(
        *([_cell(name, value) for value in values.tolist()] for name, values in columns.items()), strict=True
    )
    lines = [f'<p style="font:10pt serif"><b>{escape(own.title)}</b></p>', f'<table style="{_TABLE}">']
    lines.append("<tr>" + "".join(f'<th style="{_HEAD}">{escape(name)}</th>' for name in columns) + "</tr>")
    lines += [
        "<tr>" + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows
    ]
    lines.append("</table>")
    lines += [f'<p style="font:9pt serif">{escape(note)}</p>' for note in own.footnotes]
    return lines


def _cell(name: str, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if np.isnan(value):
        return ""
    if name == "P" or name.startswith(("P ", "FDR", "q ")):
        return p_in_words(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e6 else f"{value:.3f}"
