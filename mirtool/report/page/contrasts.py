"""The comparisons of a study as its page explores them: points, limits of the run, values per sample."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.results.differential import MEAN_STARTS, SavedDifferential, parse_differential
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import SampleTable
from mirtool.report.page.page_tables import PageTable, page_table
from mirtool.report.study_results import StudyResults
from mirtool.rules import Rule

MOST_PROBES = 20_000
"""Probes of a comparison on the page, those of smallest P; the file has all."""
MOST_VALUES = 100_000
"""Values per sample on the page."""


@dataclass(frozen=True)
class Contrast:
    """One comparison on the page.

    Parameters
    ----------
    key
        What it is called on the page.
    tested, reference
        The groups.
    table
        Its table.
    stem
        Name of its file without its extension.
    reported
        What passed each rule, in words.
    data
        What the page's program reads.
    """

    key: str
    tested: str
    reference: str
    table: PageTable
    stem: str
    reported: tuple[str, ...]
    data: dict[str, Any]

    @property
    def title(self) -> str:
        """The groups in words."""
        return f"{self.tested} against {self.reference}"


def contrasts_of(results: StudyResults, paths: Mapping[str, Path]) -> list[Contrast]:
    """Return the comparisons among the tables of ``mirtool diff``.

    Parameters
    ----------
    results
        The study.
    paths
        The tables by their name without extension.
    """
    arguments = results.arguments("diff")
    found: list[Contrast] = []
    for stem, path in paths.items():
        table = results.text_table(path)
        saved = _parsed(table)
        if saved is not None:
            found.append(_contrast(results, stem, saved, table, arguments, f"contrast{len(found) + 1}"))
    return found


def _parsed(table: TextTable) -> SavedDifferential | None:
    try:
        return parse_differential(table)
    except FormatError:  # another table of the same step: the overview of all comparisons, the choices
        return None


def _contrast(
    results: StudyResults,
    stem: str,
    saved: SavedDifferential,
    table: TextTable,
    arguments: Mapping[str, Any],
    key: str,
) -> Contrast:
    file = f"{stem}.csv"
    page = page_table(
        key,
        f"Table of {saved.tested} against {saved.reference}",
        table,
        lambda head: results.meaning_of(file, head),
        file=f"{results.study.results.name}/{file}",
        most=MOST_PROBES,
        first=("Name", "ID"),
    )
    mean = next((start for start in MEAN_STARTS.values() if start + saved.tested in table.header), "")
    rules = Rule.in_columns(saved.regulation)
    wanted = f"volcano-{arguments.get('volcano')}"
    rule = next((each for each in rules if each == wanted), Rule.default(rules))
    data = {
        "key": key,
        "tested": saved.tested,
        "reference": saved.reference,
        "id": "ID",
        "name": "Name",
        "change": f"log2 ratio {saved.tested}/{saved.reference}",
        "means": [mean + saved.tested, mean + saved.reference] if mean and saved.level is not None else [],
        "p": saved.p_header,
        "adjusted": saved.adjusted_header,
        "rule": rule.column,
        "cutoff": _number(arguments.get("cutoff"), 2.0),
        "alpha": _number(arguments.get("alpha"), 0.05),
        "file": file,
    }
    return Contrast(key, saved.tested, saved.reference, page, stem, _reported(saved), data)


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def _reported(saved: SavedDifferential) -> tuple[str, ...]:
    counts = []
    for rule in Rule.in_columns(saved.regulation):
        calls = saved.regulation[rule.column]
        up, down = int((calls == "up").sum()), int((calls == "down").sum())
        counts.append(f"{rule.words}: {up:,} up, {down:,} down")
    return tuple(counts)


def belongs_to(picture: str, contrast: Contrast, only: bool) -> bool:
    """Return True if a figure of ``mirtool diff`` shows a comparison; of one comparison it shows all figures."""
    if only:
        return True
    ends = {
        contrast.stem.removeprefix("differential"),
        f"_{_plain(contrast.tested)}_vs_{_plain(contrast.reference)}",
    }
    return any(end and picture.endswith(end) for end in ends)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", text)


def values_by_probe(results: StudyResults, samples: SampleTable, wanted: Sequence[str]) -> dict[str, Any]:
    """Return the normalized values of each probe by sample, to two decimals, as many probes as there is room for.

    Of sequencing counts these are log-CPM; where the study's table was log2 already, its values are taken from it.

    Parameters
    ----------
    results
        The study.
    samples
        The sample sheet.
    wanted
        The probes, the most important first.
    """
    made = [results.study.results / name for name in ("normalized.csv", "log_cpm.csv")]
    path = next((path for path in made if path.is_file()), None)
    if path is not None:
        table = results.text_table(path)
        names = [name for name in table.header if name in samples.names]
        ids = table.text(table.header.index("ID"))
        columns = table.numbers_of([table.header.index(name) for name in names])
    elif (own := results.own_log2_table(samples)) is not None:
        names = [name for name in own.samples.names if name in samples.names]
        ids = own.probes.id
        columns = own.values[:, [own.samples.names.index(name) for name in names]]
    else:
        names = []
    if not names:
        return {"samples": [], "rows": {}, "leftOut": 0}
    group = dict(zip(samples.names, samples.groups or [""] * len(samples.names), strict=True))
    row_of = {str(each): i for i, each in enumerate(ids)}
    wanted = [each for each in dict.fromkeys(wanted) if each in row_of]
    most = max(1, MOST_VALUES // len(names))
    rows = {
        each: [None if np.isnan(value) else round(float(value), 2) for value in columns[row_of[each]]]
        for each in wanted[:most]
    }
    shown = [[name, group[name]] for name in names]
    return {"samples": shown, "rows": rows, "leftOut": max(0, len(wanted) - most)}
