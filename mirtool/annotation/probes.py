"""What each probe on the chip is: the rules by which an ID and a Name become a kind.

The rules follow the names Exiqon (now Qiagen) printed on miRCURY LNA chips, as they are in its array lists
and in GSE20122, and those of Affymetrix's controls and precursors (``AFFX-…``, ``BkGr-GC…``, ``hp_…``); each is
tried in the order below and the first that matches decides. A study can put rules of its own before them in
``mirtool.toml``::

    [[probe_kinds]]
    pattern = "^my_spike_"     # a simple regular expression, matched without regard to case
    field = "Name"             # or "ID"; Name if left out
    kind = "spike-in"
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from mirtool.annotation.bounded_patterns import LONGEST_TEXT, check_bounded
from mirtool.errors import MirtoolError

if TYPE_CHECKING:
    from mirtool.model import BoolArray, ProbeTable, TextArray


class ProbeKind(StrEnum):
    """The kinds of probe, as they are written in tables."""

    MIRNA = "miRNA"
    MIRPLUS = "miRPlus"
    SMALL_RNA = "small RNA control"
    HOUSEKEEPING = "housekeeping gene"
    SPIKE_IN = "spike-in"
    POSITIVE_CONTROL = "positive control"
    NEGATIVE_CONTROL = "negative control"
    EMPTY = "empty"
    LANDING_LIGHT = "landing light"
    OTHER_SPECIES = "other species"
    HIDDEN = "hidden"
    OTHER = "other"


TECHNICAL_KINDS = frozenset(
    {
        ProbeKind.SPIKE_IN,
        ProbeKind.POSITIVE_CONTROL,
        ProbeKind.NEGATIVE_CONTROL,
        ProbeKind.EMPTY,
        ProbeKind.LANDING_LIGHT,
        ProbeKind.HIDDEN,
    }
)
"""Kinds that measure the slide, never the sample: left out of ``--probes all`` too."""


@dataclass(frozen=True)
class KindRule:
    """One rule: where ``pattern`` matches the probe's ``field`` (``"Name"`` or ``"ID"``), it is of ``kind``."""

    pattern: str
    kind: ProbeKind
    field: str = "Name"

    def __post_init__(self) -> None:
        if self.field not in ("Name", "ID"):
            raise MirtoolError(
                "a probe rule names an unknown field", found=repr(self.field), expected='"Name" or "ID"'
            )
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise MirtoolError(
                f"the pattern of a probe rule is not a regular expression: {error}", found=repr(self.pattern)
            ) from error
        check_bounded(self.pattern)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled once: a chip has thousands of names."""
        return re.compile(self.pattern, re.IGNORECASE)


DEFAULT_RULES: tuple[KindRule, ...] = (
    KindRule(r"^\s*(empty\w*|blank|buffer|none|null|-)\s*$", ProbeKind.EMPTY),
    KindRule(r"^hy[35]$", ProbeKind.LANDING_LIGHT),
    KindRule(r"^hidden[_-]", ProbeKind.HIDDEN),
    KindRule(r"spike[_ -]?(control|in)|^spike", ProbeKind.SPIKE_IN),
    KindRule(r"negative[_ -]?control|neg[_ -]?ctrl|\bbkgr-gc\d", ProbeKind.NEGATIVE_CONTROL),
    KindRule(r"^affx[-_]", ProbeKind.POSITIVE_CONTROL),
    KindRule(r"^hp_", ProbeKind.OTHER),
    KindRule(r"mirplus", ProbeKind.MIRPLUS),
    KindRule(r"(^|[-_/ .,|])(mir[-._]\w|mir\d|let[-._]?7|bantam|lin-?4|lsy-?6|mimat\d{7})", ProbeKind.MIRNA),
    KindRule(
        r"(^|[-_])(snord|snora|scarna|rnu|u\d+[a-z]?($|-|_)|\d(\.\d)?s[-_]?rrna|rny|y\d-?rna|trna)",
        ProbeKind.SMALL_RNA,
    ),
    KindRule(r"^\s*(empty\w*|blank|buffer|none|null|-)\s*$", ProbeKind.EMPTY, field="ID"),
)

_PLAIN_MIRNA = re.compile(r"[a-z]{3}-(?:miR-\d+|let-7)[a-z]?(?:-\d)?(?:-[35]p)?\*?")
"""How most miRNAs are written: no rule before theirs matches it, so that one pattern is tried in place of nine."""

_SPECIES = re.compile(
    r"(?:hp_|x?\d+[-_.])?([a-z]{2,5}\d{0,2}[a-z]?)[-._](?=mir|let|lin|lsy|bantam)", re.IGNORECASE
)
"""A prefix of a name, also after what instruments write before it and as R writes it."""


def species_of(name: str) -> frozenset[str]:
    """Return the species prefixes of a miRNA name; a slash probe may have several, a name without prefix none.

    Examples
    --------
    >>> sorted(species_of("hsa-miR-17-5p/mmu-miR-17"))
    ['hsa', 'mmu']
    >>> species_of("miRPlus-A1015"), species_of("let-7a-5p")
    (frozenset(), frozenset())
    """
    prefixes = (_SPECIES.match(part.strip()) for part in name.split("/"))
    return frozenset(match.group(1).lower() for match in prefixes if match)


def species_in_common(names: Iterable[str]) -> str | None:
    """Return the species that all names with a species have in common, or None where there is none or several.

    Examples
    --------
    >>> species_in_common(["hsa-miR-17-5p/mmu-miR-17", "hsa-let-7a", "U6"])
    'hsa'
    """
    species = [found for name in names if (found := species_of(name))]
    common = frozenset.intersection(*species) if species else frozenset[str]()
    return min(common) if len(common) == 1 else None


def may_be_of_species(name: str, species: str) -> bool:
    """Return True if a name is one of a miRNA of a species, or of a miRNA whose species it does not say.

    Examples
    --------
    >>> [may_be_of_species(name, "hsa") for name in ("hsa-miR-16", "miR-16", "MIMAT0000069", "mmu-miR-16", "TP53")]
    [True, True, True, False, False]
    """
    prefixes = species_of(name)
    return species in prefixes if prefixes else classify_probe("", name) is ProbeKind.MIRNA


def classify_probe(probe_id: str, name: str, rules: Sequence[KindRule] = ()) -> ProbeKind:
    """Return what one probe is, by the user's ``rules`` first and :data:`DEFAULT_RULES` after them.

    A blank name with an ID is a probe for another species (Exiqon prints no name for those); with neither it is
    an empty spot. A name that no rule knows is :attr:`ProbeKind.OTHER`.

    Examples
    --------
    >>> classify_probe("17605", "hsa-miR-17-5p/hsa-miR-106a-5p")
    <ProbeKind.MIRNA: 'miRNA'>
    >>> classify_probe("13132", "")
    <ProbeKind.OTHER_SPECIES: 'other species'>
    """
    kind = _kind_by_rules(probe_id, name, rules)
    return ProbeKind(kind) if kind else _kind_by_default(probe_id, name)


@lru_cache(maxsize=2**14)  # normalize and diff read the same chip
def _kind_by_default(probe_id: str, name: str) -> ProbeKind:
    if _PLAIN_MIRNA.fullmatch(name):
        return ProbeKind.MIRNA
    kind = _kind_by_rules(probe_id, name, DEFAULT_RULES)
    if kind:
        return ProbeKind(kind)
    if not name.strip():
        return ProbeKind.OTHER_SPECIES if probe_id.strip() else ProbeKind.EMPTY
    return ProbeKind.OTHER


def _kind_by_rules(probe_id: str, name: str, rules: Sequence[KindRule]) -> str:
    """Return the kind by the first rule that matches, ``""`` where none does."""
    longest = None if rules is DEFAULT_RULES else LONGEST_TEXT
    for rule in rules:
        if rule.regex.search((name if rule.field == "Name" else probe_id)[:longest]):
            return rule.kind.value
    return ""


def classify_probes(
    ids: TextArray,
    names: TextArray,
    *,
    rules: Sequence[KindRule] = (),
    species: str | None = None,
    stated: TextArray | None = None,
) -> ProbeTable:
    """Label every probe with its kind.

    Parameters
    ----------
    ids, names
        Object arrays of str, ``(n_probes,)``.
    rules
        The study's own rules, tried before the built-in ones.
    species
        A miRBase prefix such as ``"hsa"``: miRNAs whose name carries other prefixes only become
        :attr:`ProbeKind.OTHER_SPECIES`. None keeps every species that has names.
    stated
        The kinds that the file itself states, ``""`` where it doesn't (Agilent's ControlType). Only the study's
        own rules come before them.
    """
    from mirtool.model import ProbeTable, text_array

    def kind_of(probe_id: str, name: str, own: str) -> str:
        kind = _kind_by_rules(probe_id, name, rules) or own or classify_probe(probe_id, name).value
        if species and kind == ProbeKind.MIRNA:
            prefixes = species_of(name)
            if prefixes and species not in prefixes:
                return ProbeKind.OTHER_SPECIES.value
        return kind

    probes = list(zip(ids, names, [""] * len(ids) if stated is None else stated, strict=True))
    kinds = {probe: kind_of(*probe) for probe in dict.fromkeys(probes)}  # a chip repeats its probes
    return ProbeTable(ids, names, text_array(map(kinds.__getitem__, probes)))


def count_kinds(probes: ProbeTable) -> dict[str, int]:
    """Count the probes (or spots) of each kind that occurs, in the order of :class:`ProbeKind`.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> names = text_array(["Empty", "hsa-miR-16-5p", "hsa-let-7a-5p"])
    >>> count_kinds(classify_probes(names, names))
    {'miRNA': 2, 'empty': 1}
    """
    counts = Counter(probes.kind)
    return {kind.value: counts[kind.value] for kind in ProbeKind if counts[kind.value]}


def is_kind(probes: ProbeTable, *kinds: ProbeKind) -> BoolArray:
    """Mask of the probes that are of one of ``kinds``."""
    import numpy as np

    wanted = {kind.value for kind in kinds}
    return np.fromiter(map(wanted.__contains__, probes.kind), bool, len(probes))
