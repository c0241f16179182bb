"""The figures of a study on one sheet of its workbook: a list, then each on a printed page with its caption.

They are not beside the tables: there they would lie right of the last column, out of sight, be squeezed where rows
are filtered out, and fall into the printed pages of the table.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirtool.report.page.figure_words import figure_words
from mirtool.report.study_results import StudyResults
from mirtool.report.workbook.layout import Book, lines_of, link_to, row_height, set_up_print
from mirtool.report.workbook.study_sheets import in_order

TITLE = "Figures"
MOST_BYTES = 10_000_000
"""Bytes of all figures; a workbook much larger does not pass as an attachment."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SCREEN_DPI = 96.0
_WIDEST, _TALLEST = 528.0, 700.0
"""Size of a figure at most, in pixels of the screen: the column of its caption, and a page with it."""
_COLUMN_WIDTH = 76.0
"""Characters of the captions' column: a page's width even in a wide font that takes the place of Calibri."""
_ROW_PIXELS = 20.0


@dataclass(frozen=True)
class PlacedFigure:
    """A figure that can be placed: its step, file, title, bytes, and size on a screen in pixels."""

    step: str
    path: Path
    title: str
    data: bytes
    width: float
    height: float

    @property
    def scale(self) -> float:
        """By how much it is made smaller; never larger."""
        return min(1.0, _WIDEST / self.width, _TALLEST / self.height)


def figures_of(results: StudyResults) -> tuple[list[PlacedFigure], list[Path]]:
    """Return the PNG figures of a study by step, and those for which there is no room or that are damaged."""
    placed: list[PlacedFigure] = []
    left_out: list[Path] = []
    room = MOST_BYTES
    for step, path in _pictures(results):
        data = results.content(path)
        size = png_size(data)
        if size is None or len(data) > room:
            left_out.append(path)
            continue
        room -= len(data)
        title = f"{results.terms.said(figure_words(path.stem)[0])} ({path.name})"
        placed.append(PlacedFigure(step, path, title, data, *size))
    return placed, left_out


def _pictures(results: StudyResults) -> Iterator[tuple[str, Path]]:
    """Yield step and PNG figure; of one that is drawn for one and for two columns of a journal, the wide one."""
    for step in in_order(results.runs):
        files = [path for path in results.files_of(step) if path.suffix == ".png"]
        wide = {path.stem for path in files}
        yield from ((step, path) for path in files if path.stem.removesuffix("_85mm") not in wide - {path.stem})


def png_size(data: bytes) -> tuple[float, float] | None:
    """Return width and height of a PNG file on a screen of 96 dots per inch, in pixels; None where it is none."""
    if not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR" or b"IEND" not in data[-12:]:
        return None
    width, height = struct.unpack(">II", data[16:24])
    if not width or not height:
        return None
    place = data.find(b"pHYs", 0, 4096)
    x, y, unit = struct.unpack(">IIB", data[place + 4 : place + 13]) if place > 0 else (0, 0, 0)
    if unit != 1 or not x or not y:
        return float(width), float(height)
    per_meter = _SCREEN_DPI / 0.0254
    return width * per_meter / x, height * per_meter / y


def add_figure_sheet(
    book: Book, name: str, figures: Sequence[PlacedFigure], results: StudyResults, tables: Mapping[str, str]
) -> None:
    """Add the sheet: a list with a link to each figure, then each with its title, its table and its caption.

    Parameters
    ----------
    book
        The workbook.
    name
        The sheet.
    figures
        What is placed, in this order.
    results
        The study, for the captions.
    tables
        Step to the sheet with its first table, to which its figures have a link.
    """
    sheet = book.add(name)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, _COLUMN_WIDTH)
    set_up_print(sheet)
    sheet.write_string(0, 0, name, book.formats.heading)
    row, starts = len(figures) + 2, []
    for place, figure in enumerate(figures, 1):
        starts.append(row)
        sheet.write_url(place, 0, link_to(name, row), book.formats.link, figure.title)
        caption = results.captions.get(figure.path.stem, "")
        row = _place(sheet, row, figure, caption, tables.get(figure.step), book)
    sheet.set_h_pagebreaks(starts)


def _place(sheet: Any, row: int, figure: PlacedFigure, caption: str, table: str | None, book: Book) -> int:
    """Write one figure from a row on, and return the row for the next one."""
    sheet.write_string(row, 0, figure.title, book.formats.heading)
    if table:
        sheet.write_url(row + 1, 0, link_to(table), book.formats.link, f"Table: {table}")
    options = {
        "image_data": io.BytesIO(figure.data),
        "x_scale": figure.scale,
        "y_scale": figure.scale,
        "x_offset": 4,
        "y_offset": 4,
        "object_position": 2,
        "description": caption or figure.path.stem,
    }
    sheet.insert_image(row + 2, 0, figure.path.name, options)
    below = row + 3 + math.ceil((figure.height * figure.scale + 8) / _ROW_PIXELS)
    if caption:
        sheet.set_row(below, row_height(lines_of(caption, _COLUMN_WIDTH)))
        sheet.write_string(below, 0, caption, book.formats.wrapped)
        below += 1
    return below + 1
