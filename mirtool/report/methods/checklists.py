"""MIAME, MIQE 2.0, TRIPOD+AI and REMARK: what the study knows, and what its authors must still add.

MIAME is for the arrays, MIQE for qPCR, TRIPOD+AI for a panel that predicts an outcome, REMARK for markers of
survival.

The items are in our words. MIAME: the six elements of Brazma et al. (2001). MIQE: the parts of the checklist of
Bustin et al. (2009), with what the revision asks for (Bustin et al. 2025): quantities corrected for efficiency,
detection limits and dynamic ranges, prediction intervals, raw data. TRIPOD+AI (Collins et al. 2024) and REMARK
(Altman et al. 2012) keep the numbers of their statements. Where a journal asks for the guideline's own
form, the table says what to write into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mirtool.report.methods.bibliography import REFERENCES
from mirtool.report.methods.facts import StudyFacts, facts_of
from mirtool.report.methods.record import joined
from mirtool.report.platform import Terms
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.study.folder import StudyFolder

_ARRAY_STEPS = frozenset({"normalize", "qc", "diff"})
COLUMNS = ("item", "part", "what", "status", "value or what to add", "source")


class Status(StrEnum):
    """Whether an item is known, wholly or in part, the authors must add it, or it does not apply."""

    KNOWN = "known"
    PARTLY = "known in part"
    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"


Known = Callable[[StudyFacts], str]


def _unknown(_facts: StudyFacts) -> str:
    return ""


def _always(_facts: StudyFacts) -> str:
    return ""


@dataclass(frozen=True)
class Item:
    """One item of a checklist.

    Parameters
    ----------
    part
        The part of the checklist.
    what
        What is to be stated.
    add
        What the authors must add where it is not known.
    known
        Returns what is known; empty where nothing is.
    unless
        Returns why the item does not apply; empty where it does.
    source
        Key of the publication, where it is not that of the list.
    number
        Its number in the guideline, where that numbers its items.
    rest
        What the authors must add though a part is known; empty where what is known is all.
    """

    part: str
    what: str
    add: str
    known: Known = _unknown
    unless: Known = _always
    source: str = ""
    number: str = ""
    rest: str = ""

    def judge(self, facts: StudyFacts) -> tuple[Status, str]:
        """Return the status for a study, and the value or what to add."""
        reason = self.unless(facts)
        if reason:
            return Status.NOT_APPLICABLE, reason
        value = self.known(facts)
        if not value:
            return Status.MISSING, f"you must state: {self.add}" if self.number else self.add
        if self.rest:
            return Status.PARTLY, f"{value}; you must state: {self.rest}"
        return Status.KNOWN, value


def checklist_tables(study: StudyFolder) -> dict[str, Table]:
    """Return the checklists of a study by name, where they apply: ``miame``, ``miqe``, ``tripod``, ``remark``."""
    return tables_of(facts_of(study))


def tables_of(facts: StudyFacts) -> dict[str, Table]:
    """Return the checklists that apply to what is known of a study; MIAME is for what arrays and lanes measure."""
    from mirtool.report.methods.miame import MIAME
    from mirtool.report.methods.miqe import MIQE
    from mirtool.report.methods.remark import REMARK
    from mirtool.report.methods.tripod import TRIPOD

    tables = {}
    of_arrays = facts.samples is not None or not _ARRAY_STEPS.isdisjoint(facts.records)
    of_panel = any(facts.record(step).is_panel for step in ("normalize", "qc"))
    if of_arrays and facts.scale != "counts" and not of_panel:
        tables["miame"] = _table("MIAME", MIAME, facts, "brazma2001")
    if "validate" in facts.records or of_panel:
        tables["miqe"] = _table("MIQE 2.0", MIQE, facts, "bustin2009")
    clinical = facts.record("clinical")
    if clinical.number("panel"):
        tables["tripod"] = _table("TRIPOD+AI", TRIPOD, facts, "collins2024")
    if clinical.number("survival"):
        tables["remark"] = _table("REMARK", REMARK, facts, "altman2012")
    return tables


def _table(name: str, items: Iterable[Item], facts: StudyFacts, source: str) -> Table:
    from mirtool.model import Table, text_array

    rows = []
    normalized = facts.record("normalize")
    own = Terms() if normalized.is_panel else normalized.terms  # MIQE is written for qPCR
    terms = own.keeping_names_of(facts.samples)
    parts: list[str] = []
    within: dict[str, int] = {}
    for item in items:
        if item.part not in parts:
            parts.append(item.part)
        within[item.part] = within.get(item.part, 0) + 1
        place = item.number or f"{parts.index(item.part) + 1}.{within[item.part]}"
        status, value = item.judge(facts)
        part, what, value = (terms.said(text) for text in (item.part, item.what, value))
        rows.append((place, part, what, status.value, value, REFERENCES[item.source or source].cited_as))
    columns = {column: text_array(cells) for column, cells in zip(COLUMNS, zip(*rows, strict=True), strict=True)}
    return Table(columns, (("mirtool checklist", name),))


def checklist_markdown(table: Table) -> str:
    """Return a checklist as a Markdown table, with the number of items of each status above it."""
    from mirtool.report.methods.text import escape_markdown

    statuses = [str(cell) for cell in table["status"]]
    counts = joined(f"{statuses.count(status)} {status}" for status in Status if status in statuses)
    lines = [
        f"# {dict(table.notes)['mirtool checklist']} checklist",
        "",
        f"{plural(len(table), 'item')}: {counts}.",
        "",
    ]
    lines += [f"| {' | '.join(table.columns)} |", f"|{'---|' * len(table.columns)}"]
    rows = zip(*table.columns.values(), strict=True)
    lines += [f"| {' | '.join(escape_markdown(' '.join(str(cell).split())) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def checklist_files(study: StudyFolder) -> dict[str, bytes]:
    """Return the checklists of a study as files for its ``results``: CSV, Markdown, and HTML that Word opens."""
    from mirtool.report.tables import table_text
    from mirtool.report.word_tables import WordTable, word_page

    files: dict[str, bytes] = {}
    for name, table in checklist_tables(study).items():
        files[f"checklist_{name}.csv"] = table_text(table).encode()
        files[f"checklist_{name}.md"] = checklist_markdown(table).encode()
        title = f"{dict(table.notes)['mirtool checklist']} checklist"
        files[f"checklist_{name}.html"] = word_page(title, [WordTable(title, table)])
    return files
