"""The captions of the figures in a folder, in one file beside them: ``captions.md``.

Every command that draws writes the captions of its figures into it and leaves the others as they are, so that
words changed by hand stay until the figure is drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mirtool.io.tables.text import decode

CAPTIONS_FILE = "captions.md"
_HEAD = "# Captions of the figures\n"


@dataclass(frozen=True)
class Caption:
    """The files of one figure and what it shows, in whole sentences."""

    files: tuple[str, ...]
    text: str


def merge_captions(folder: Path | None, captions: Mapping[str, Caption]) -> dict[Path, bytes]:
    """Return the captions file of a folder with these captions in it; nothing where there are none.

    Parameters
    ----------
    folder
        Folder of the figures, or None where none are drawn.
    captions
        By the name of the figure's file without its extension.
    """
    if folder is None or not captions:
        return {}
    path = folder / CAPTIONS_FILE
    sections = _read_sections(path)
    for caption in captions.values():
        stem = Path(caption.files[0]).stem
        sections[stem] = f"## {', '.join(caption.files)}\n\n{caption.text.strip()}\n"
    return {path: "\n".join([_HEAD, *(sections[stem] for stem in sorted(sections))]).encode()}


def captions_in(path: Path) -> dict[str, str]:
    """Return the captions of a captions file by the name of their figure, as plain text."""
    return {stem: section.partition("\n")[2].strip() for stem, section in _read_sections(path).items()}


def _read_sections(path: Path) -> dict[str, str]:
    """Return the sections of a captions file by the name of their figure, without those whose files are gone."""
    if not path.is_file():
        return {}
    sections: dict[str, str] = {}
    for section in re.split(r"(?m)^(?=## )", decode(path.read_bytes()))[1:]:
        files = section.partition("\n")[0].removeprefix("## ").split(", ")
        if any((path.parent / name).is_file() for name in files):
            sections[Path(files[0]).stem] = section.rstrip() + "\n"
    return sections
