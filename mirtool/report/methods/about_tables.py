"""Sentences about a table of normalized values: what measured and summarized them, and what was not detected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mirtool.io.arrays.affymetrix import PLATFORM, SUMMARIZED
from mirtool.io.arrays.not_detected import SAID
from mirtool.report.methods.text import Sentence

_DABG = "DABG"
_SAID = re.compile(rf"{SAID}([\d,]+) of ([\d,]+) values, ([\d,]+) to ([\d,]+) per array \((.*)\): (.*)$")
_DONE = {
    "taken as missing": "were treated as missing, because a value that is not detected is not a measurement",
    "taken for measurements": "were kept",
}
_FLOOR = "were kept, except where no array of a group detected the miRNA; there they were treated as missing"
_BY_CALLS = "by the calls of the file"


def table_sentences(history: Sequence[str]) -> Iterator[Sentence]:
    """Say what a table's history says of its values: the chip, the summary, and what was not detected."""
    notes = dict(line.split(": ", 1) for line in history if ": " in line)
    methods = notes.get(SUMMARIZED, "").split(", ")
    if PLATFORM in notes:
        by = [method for method in methods if method and method != _DABG]
        summarized = f", summarized by {by[0]} before they were read" if by else ""
        references = ("irizarry2003",) if any("RMA" in method for method in by) else ()
        yield Sentence(f"The values are of {notes[PLATFORM]} arrays{summarized}.", references)
    for line in history:
        found = _SAID.match(line)
        if found:
            n, of, least, most, why, done = found.groups()
            calls = "by the file's calls of detection above background, DABG" if _DABG in methods else _BY_CALLS
            yield Sentence(
                f"Of {of} values, {n} ({least} to {most} per array) were not detected "
                f"({why.replace(_BY_CALLS, calls)}) and {_DONE.get(done, _FLOOR)}."
            )
