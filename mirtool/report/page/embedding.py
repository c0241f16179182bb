"""Figures as part of a page: as SVG where that is small, else as PNG; so many bytes in all.

A figure of at most :data:`MOST_SVG` bytes is embedded as SVG. A larger one is embedded as PNG, :data:`PIXELS`
across in :data:`COLORS` colors. Where all figures together exceed the bytes that are left for them, the largest
become PNG of :data:`FEWER_PIXELS`; where that is not enough, the largest are left out and only named.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mirtool.errors import UsageError

MOST_SVG = 60_000
PIXELS, COLORS = 1000, 64
FEWER_PIXELS, FEWER_COLORS = 600, 32
MOST_LOGO = 200_000
_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Embedded:
    """A figure as part of a page: its data URI, empty where it was left out."""

    source: str
    is_svg: bool


def embed_figures(
    pictures: Mapping[str, Mapping[str, Path]], most_bytes: int, content: Callable[[Path], bytes]
) -> dict[str, Embedded]:
    """Return figures as parts of a page that together have at most so many bytes.

    Parameters
    ----------
    pictures
        Name of the figure to its files, by extension.
    most_bytes
        Bytes that all may take together.
    content
        Reads a file.
    """
    found = {name: _embed(files, content) for name, files in pictures.items()}
    for name in sorted(found, key=lambda each: -len(found[each].source)):
        if _size(found) <= most_bytes:
            return found
        if "png" in pictures[name]:
            smaller = _reduced(content(pictures[name]["png"]), FEWER_PIXELS, FEWER_COLORS)
            found[name] = min(found[name], smaller, key=lambda each: len(each.source))
    for name in sorted(found, key=lambda each: -len(found[each].source)):
        if _size(found) <= most_bytes:
            break
        found[name] = replace(found[name], source="")
    return found


def _size(found: Mapping[str, Embedded]) -> int:
    return sum(len(each.source) for each in found.values())


def _embed(files: Mapping[str, Path], content: Callable[[Path], bytes]) -> Embedded:
    if "svg" in files:
        svg = compact_svg(content(files["svg"]))
        if len(svg) <= MOST_SVG or "png" not in files:
            return Embedded(data_uri(svg, "svg"), True)
    if "png" in files:
        return _reduced(content(files["png"]))
    return Embedded("", False)


def compact_svg(svg: bytes) -> bytes:
    """Return an SVG without declaration, comments, metadata and line ends, which no picture needs."""
    text = svg.decode("utf-8", "replace")
    text = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", " ", re.sub(r">\s*\n\s*<", "><", text)).strip().encode()


def _reduced(png: bytes, pixels: int = PIXELS, colors: int = COLORS) -> Embedded:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as opened:
        if opened.mode == "RGBA":
            picture = Image.new("RGB", opened.size, "white")
            picture.paste(opened, mask=opened.getchannel("A"))
        else:
            picture = opened.convert("RGB")
    if picture.width > pixels:
        height = max(1, round(picture.height * pixels / picture.width))
        picture = picture.resize((pixels, height), Image.Resampling.HAMMING, reducing_gap=2.0)
    out = io.BytesIO()
    # The colors are chosen by how different they are, not by how frequent: few points may be up or down.
    picture.quantize(colors, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        out, "PNG", compress_level=6
    )
    return Embedded(data_uri(out.getvalue(), "png"), False)


def data_uri(data: bytes, kind: str) -> str:
    """Return a file as an address that holds it."""
    return f"data:{_TYPES[kind]};base64,{base64.b64encode(data).decode()}"


def logo_uri(path: str | Path) -> str:
    """Return a logo as an address that holds it.

    Raises
    ------
    UsageError
        Where it is missing, too large, or not a picture that browsers show.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in _TYPES:
        raise UsageError(
            "the logo is not a picture", parameter="logo", path=path, expected="PNG, JPEG, GIF or SVG"
        )
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"the logo can't be read: {error.strerror}", parameter="logo", path=path) from error
    if len(data) > MOST_LOGO:
        raise UsageError(
            "the logo is too large", parameter="logo", path=path, found=f"{len(data):,} bytes",
            expected=f"at most {MOST_LOGO:,}",
        )  # fmt: skip
    return data_uri(data, kind)
