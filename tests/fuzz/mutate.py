"""Damage files as disks, mail programs, spreadsheets and people do. The same seed gives the same bytes.

A mutant is named by its fixture, its number and the seed: ``mutant("genepix/v1_2.gpr", data, 17, seed=1)`` is the
same on every machine.
"""

from __future__ import annotations

import codecs
import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

WORDS = (
    "", " ", "NA", "nan", "inf", "-inf", "Infinity", "abc", "Error", "null", "#DIV/0!", "#N/A", "TRUE", "=1+1",
    "-", "+", '"', '""', '"open', "'", "\x00", "\x1b[31m", "\ufeff", "µ", "é", "１２", "٣", "1_000", "0x10", "1,5",
    "1.5.2", "-0", "0", "-1", "0.5", "1e308", "-1e308", "1e400", "1e-400", "-3.4E38", "65536", "2147483648",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "999999999",
    "1000000000", "9" * 30, "9" * 5000, "x" * 5000, "2024-03-01", "1-Mar", "miR", "hsa-miR-17-5p", "ATF", "*",
    "\t", ",", ";", "..\\..\\x", "%s%n", "{0}", "\\", "\u2028", "a\rb", "😀",
)  # fmt: skip
"""What ends up in a cell."""

BYTES = (
    b"\x00",
    b"\xff",
    b"\x80",
    b"\r",
    b"\n",
    b"\t",
    b'"',
    b",",
    b";",
    b"\x1a",
    b"\xc3",
    b"\xed\xa0\x80",
    b"=",
    b"#",
)

Random = random.Random
Damage = Callable[[bytes, Random], bytes]


def mutant(name: str, data: bytes, number: int, *, seed: int) -> bytes:
    """Return mutant ``number`` of a fixture: one to three things wrong with it."""
    rng = Random(f"{seed}/{name}/{number}")
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = _damage(data, rng)
    return data


def _damage(data: bytes, rng: Random) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return _damage_gzip(data, rng)
    if data.startswith(b"PK\x03\x04"):
        return _damage_zip(data, rng)
    if data.startswith(b"\xd0\xcf\x11\xe0") or b"\x00" in data.removeprefix(codecs.BOM_UTF16_LE)[1::2]:
        return rng.choice(_OF_BYTES)(data, rng)
    return rng.choice(_OF_BYTES + 3 * _OF_TEXT)(data, rng)


def _damage_gzip(data: bytes, rng: Random) -> bytes:
    kind = rng.randrange(10)
    if kind == 0:
        return _cut(data, rng)
    if kind == 1:
        return _flip(data, rng)
    if kind == 2:
        return data + rng.choice((data, b"\x00" * 9, b"tail", data[:20]))
    try:
        return gzip.compress(_damage(gzip.decompress(data), rng), mtime=0)
    except (OSError, EOFError, zlib.error):
        return _flip(data, rng)


def _damage_zip(data: bytes, rng: Random) -> bytes:
    kind = rng.randrange(8)
    if kind < 2:
        return rng.choice(_OF_BYTES)(data, rng)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return _flip(data, rng)
    if not members:
        return b""
    cells = [name for name in members if "worksheets/sheet" in name or "sharedStrings" in name]
    name = rng.choice([*members, *3 * cells])
    if kind == 2:
        del members[name]
    elif kind == 3:
        members[name] = rng.choice(_OF_BYTES)(members[name], rng)
    else:
        members[name] = _damage_xml(members[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member), content)
    return out.getvalue()


def _damage_xml(data: bytes, rng: Random) -> bytes:
    """Change a tag, an attribute or a text of a workbook's part; cells may end up at the sheet's last corner."""
    pieces = re.split(rb"(<[^>]*>)", data)
    i = rng.randrange(len(pieces))
    kind = rng.randrange(6)
    attributes = list(re.finditer(rb'="([^"]*)"', data))
    if kind < 3 and attributes:
        found = rng.choice(attributes)
        word = rng.choice(
            (*WORDS, "XFD1048576", "A1048576", "XFE1", "A0", "A1:XFD1048576", "1048577", "s", "str", "e")
        )
        return data[: found.start(1)] + word.encode() + data[found.end(1) :]
    if kind == 3:
        del pieces[i]
    elif kind == 4:
        pieces.insert(rng.randrange(len(pieces)), pieces[i])
    else:
        pieces[i] = rng.choice(WORDS).encode()
    return b"".join(pieces)


# Of bytes: whatever the file is.


def _cut(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _cut_front(data: bytes, rng: Random) -> bytes:
    return data[rng.randrange(len(data) + 1) :]


def _take_out(data: bytes, rng: Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.randrange(1, 200) :]


def _flip(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 20)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _insert(data: bytes, rng: Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice(BYTES) * rng.choice((1, 1, 2, 300)) + data[start:]


def _overwrite(data: bytes, rng: Random) -> bytes:
    """A block of the disk that was never written."""
    start = rng.randrange(len(data) + 1)
    block = rng.choice((b"\x00", b"\xff")) * rng.choice((1, 16, 512))
    return data[:start] + block + data[start + len(block) :]


def _double_block(data: bytes, rng: Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[: start + rng.randrange(1, 500)] + data[start:]


def _pack(data: bytes, rng: Random) -> bytes:
    return _cut(gzip.compress(data, mtime=0), rng) if rng.randrange(2) else gzip.compress(data, mtime=0)


# Of text: lines, columns, cells, encodings.


def _on_lines(change: Callable[[list[str], Random], None]) -> Damage:
    def damage(data: bytes, rng: Random) -> bytes:
        text = data.decode("latin-1")
        newline = next((mark for mark in ("\r\n", "\n", "\r") if mark in text), "\n")
        lines = text.split(newline)
        change(lines, rng)
        return newline.join(lines).encode("latin-1", errors="replace")

    return damage


def _on_cells(
    change: Callable[[list[list[str]], int, Random], None],
) -> Callable[[list[str], Random], None]:
    """Make a change of lines from a change of the table's cells, which begin in the line with most separators."""

    def damage(lines: list[str], rng: Random) -> None:
        mark = max("\t,;", key="\n".join(lines).count)
        widths = [line.count(mark) for line in lines]
        width = max(set(widths) - {0}, key=widths.count, default=0)
        table = [i for i, n in enumerate(widths) if n >= width > 0]
        if not table:
            return
        rows = [lines[i].split(mark) for i in table]
        change(rows, width + 1, rng)
        for i, row in zip(table, rows, strict=True):
            lines[i] = mark.join(row)

    return damage


def _drop_lines(lines: list[str], rng: Random) -> None:
    start = rng.randrange(len(lines))
    del lines[start : start + rng.choice((1, 1, 2, 5, 1000))]


def _drop_header_lines(lines: list[str], rng: Random) -> None:
    del lines[rng.randrange(min(5, len(lines))) : rng.randrange(1, 40)]


def _double_lines(lines: list[str], rng: Random) -> None:
    start = rng.randrange(len(lines))
    block = lines[start : start + rng.choice((1, 1, 3, 50))]
    at = rng.choice((start, len(lines), rng.randrange(len(lines))))
    lines[at:at] = block


def _swap_lines(lines: list[str], rng: Random) -> None:
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _shuffle_lines(lines: list[str], rng: Random) -> None:
    start = rng.randrange(len(lines))
    tail = lines[start:]
    rng.shuffle(tail)
    lines[start:] = tail


def _cut_line(lines: list[str], rng: Random) -> None:
    i = rng.randrange(len(lines))
    lines[i] = lines[i][: rng.randrange(len(lines[i]) + 1)]


def _write_line(lines: list[str], rng: Random) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(WORDS) * rng.choice((1, 3)))


def _write_record(lines: list[str], rng: Random) -> None:
    """Replace what is behind the = or the tab of a header record."""
    i = rng.randrange(min(40, len(lines)))
    parts = re.split("([=\t:])", lines[i], maxsplit=1)
    lines[i] = "".join([*parts[:2], rng.choice(WORDS)])


def _join_lines(lines: list[str], rng: Random) -> None:
    i = rng.randrange(len(lines))
    lines[i : i + 2] = ["".join(lines[i : i + 2])]


def _drop_column(rows: list[list[str]], width: int, rng: Random) -> None:
    j = rng.randrange(width)
    for row in rows[rng.choice((0, 0, 0, 1)) :]:
        del row[j : j + 1]


def _double_column(rows: list[list[str]], width: int, rng: Random) -> None:
    j = rng.randrange(width)
    for row in rows:
        row[j:j] = row[j : j + 1]


def _swap_columns(rows: list[list[str]], width: int, rng: Random) -> None:
    a, b = rng.randrange(width), rng.randrange(width)
    for row in rows[rng.choice((0, 0, 1)) :]:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]


def _fill_column(rows: list[list[str]], width: int, rng: Random) -> None:
    j, word = rng.randrange(width), rng.choice(WORDS)
    for row in rows[rng.choice((0, 1, 1)) :]:
        row[j : j + 1] = [word]


def _fill_cells(rows: list[list[str]], width: int, rng: Random) -> None:
    for _ in range(rng.choice((1, 1, 1, 4))):
        row, j = rng.choice((rng.choice(rows), rows[0])), rng.randrange(width)
        row[j : j + 1] = [rng.choice(WORDS)]


def _copy_cell(rows: list[list[str]], width: int, rng: Random) -> None:
    """Two spots in one place, two probes of one ID, two columns of one name."""
    j = rng.randrange(width)
    one, other = rng.choice(rows), rng.choice(rows)
    other[j : j + 1] = one[j : j + 1]


def _transpose(rows: list[list[str]], width: int, _rng: Random) -> None:
    square = [row[:width] + [""] * (width - len(row)) for row in rows]
    turned = [list(column) for column in zip(*square, strict=True)]
    rows[:] = (turned + [[""] for _ in rows])[: len(rows)]


def _change_delimiter(data: bytes, rng: Random) -> bytes:
    old = max((b"\t", b",", b";"), key=data.count)
    return data.replace(old, rng.choice((b"\t", b",", b";", b"|", b" ", b"\t\t")))


def _change_newlines(data: bytes, rng: Random) -> bytes:
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return plain.replace(b"\n", rng.choice((b"\r", b"\r\n", b"\r\r\n", b"\n\n", b"\n\r", b"\x85", b"\x0b")))


def _change_encoding(data: bytes, rng: Random) -> bytes:
    text = data.decode("latin-1")
    choices = (
        codecs.BOM_UTF8 + data,
        codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        codecs.BOM_UTF16_LE + text.encode("utf-16-le")[:-1],
        text.encode("utf-16-le"),
        codecs.BOM_UTF16_LE + data,
        codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
        text.encode("utf-8"),
        data.decode("latin-1").encode("utf-7"),
        codecs.BOM_UTF8 + codecs.BOM_UTF8 + data,
    )
    return rng.choice(choices)


def _quote(data: bytes, rng: Random) -> bytes:
    """Take every quotation mark out, or put one where none closes it."""
    if rng.randrange(3) == 0:
        return data.replace(b'"', rng.choice((b"", b"'", b'""')))
    start = rng.randrange(len(data) + 1)
    return data[:start] + b'"' + data[start:]


def _decimal_comma(data: bytes, rng: Random) -> bytes:
    return re.sub(rb"(\d)\.(\d)", rng.choice((rb"\1,\2", rb"\1'\2", rb"\1 \2")), data)


_CELL_CHANGES = (
    _drop_column, _double_column, _swap_columns, _fill_column, _fill_cells, _fill_cells, _copy_cell, _transpose,
)  # fmt: skip
_LINE_CHANGES = (
    _drop_lines, _drop_header_lines, _double_lines, _swap_lines, _shuffle_lines, _cut_line, _write_line,
    _write_record, _join_lines, *map(_on_cells, _CELL_CHANGES),
)  # fmt: skip
_OF_BYTES: list[Damage] = [_cut, _cut_front, _take_out, _flip, _insert, _overwrite, _double_block, _pack]
_OF_TEXT: list[Damage] = [
    _change_delimiter, _change_newlines, _change_encoding, _quote, _decimal_comma, *map(_on_lines, _LINE_CHANGES),
]  # fmt: skip
