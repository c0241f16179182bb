"""What a column of a study's values is called on the platform that measured it: array, lane or sample.

Texts are written for arrays. Everything that leaves a step or a study passes through the terms of its platform:
the summary on the screen, captions and the words inside figures, meanings of columns, the page, the workbook and
the checklists. Names of samples and groups, options and names of files stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mirtool.counts.preparation import COUNTS
from mirtool.errors import MARKED
from mirtool.model import SampleTable
from mirtool.normalize.settings import LANE_PRESET, PANEL_PRESET, is_recipe

ARRAY, LANE, SAMPLE, PANEL = "array", "lane", "sample", "panel"
"""What one column of the values is: an array, a lane of NanoString, a sequenced sample, or one on qPCR plates."""

_SUFFIXES = "csv|tsv|txt|xlsx?|parquet|md|html|json|toml|png|svg|pdf|gpr|rcc|zip|gz"
_PLAIN = rf"{MARKED.pattern}|`[^`]*`|--[\w-]+[ =]\S+|[\w./-]+\.(?i:{_SUFFIXES})\b"
"""What is never reworded: options with their values, what is typed, and names of files."""

_OF_COUNTS = {
    "intensity-dependent": "level-dependent",
    "intensities": "counts",
    "intensity": "level",
    "scanner counts": "counts",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    ARRAY: {},
    LANE: {
        "array's list": "panel's list",
        "array design": "panel",
        "array list": "list of the codes",
        "probe on the array": "probe in the panel",
        "on the arrays": "in the lanes",
        "on the array": "in the lane",
        "on an array": "in a lane",
        "on each array": "in each lane",
        "on every array": "in every lane",
        "an array": "a lane",
        "arrays": "lanes",
        "array": "lane",
        "spots": "probes",
        "spot": "probe",
        "the scanner's software": "the instrument's software",
        "over the slides": "over the lanes",
        "the day of the scan": "the cartridge",
        **_OF_COUNTS,
    },
    SAMPLE: {
        "array's list": "table of counts",
        "probe on the array": "miRNA in the table of counts",
        "on the arrays": "in the samples",
        "on the array": "in the sample",
        "on an array": "in a sample",
        "on each array": "in each sample",
        "on every array": "in every sample",
        "an array": "a sample",
        "arrays": "samples",
        "array": "sample",
        "probes of the miRNA": "rows of the miRNA",
        "probes": "miRNAs",
        "probe": "miRNA",
        "replicate spots": "rows",
        "the day of the scan": "the day of sequencing",
        **_OF_COUNTS,
    },
    PANEL: {
        "on the chip": "of the panel",
        "array's list": "panel's list",
        "array design": "panel",
        "array list": "list of the assays",
        "probe on the array": "assay of the panel",
        "on the arrays": "in the samples",
        "on the array": "in the sample",
        "on an array": "in a sample",
        "on each array": "in each sample",
        "on every array": "in every sample",
        "an array": "a sample",
        "arrays": "samples",
        "array": "sample",
        "probes": "miRNAs",
        "probe": "miRNA",
        "spots": "wells",
        "spot": "well",
        "the scanner's software": "the instrument's software",
        "the day of the scan": "the day of the run",
        "intensity-dependent": "level-dependent",
        "intensities": "amounts",
        "intensity": "level",
        "scanner counts": "amounts",
    },
}


@dataclass(frozen=True)
class Terms:
    """The words of one platform.

    Parameters
    ----------
    unit
        What one column of the values is: :data:`ARRAY`, :data:`LANE`, :data:`SAMPLE` or :data:`PANEL`.
    names
        Samples and groups, which are never reworded.
    """

    unit: str = ARRAY
    names: frozenset[str] = frozenset()

    def keeping(self, names: Collection[str]) -> Terms:
        """Return the terms with names that stay as they are."""
        return replace(self, names=self.names | frozenset(filter(None, names)))

    def keeping_names_of(self, samples: SampleTable | None) -> Terms:
        """Return the terms with the names of samples and groups that stay as they are."""
        return self if samples is None else self.keeping((*samples.names, *samples.groups))

    def said(self, text: str) -> str:
        """Return a text that was written for arrays in the words of the platform.

        Examples
        --------
        >>> Terms(LANE).said("4 arrays: 4 fine (qc_arrays.csv). An array differs from the median array.")
        '4 lanes: 4 fine (qc_arrays.csv). A lane differs from the median lane.'
        >>> Terms(SAMPLE, frozenset({"tissue array"})).said("tissue array (2 arrays): --weights arrays, 30 probes")
        'tissue array (2 samples): --weights arrays, 30 miRNAs'
        """
        words = _WORDS[self.unit]
        if not words or not text:
            return text

        def worded(found: re.Match[str]) -> str:
            word = found[0]
            said = words.get(word[:1].lower() + word[1:])
            if said is None or word in self.names:
                return word
            return said[:1].upper() + said[1:] if word[:1].isupper() else said

        return self._pattern.sub(worded, text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = _WORDS[self.unit]
        own = [
            name for name in self.names if any(re.search(rf"(?i)\b{re.escape(word)}\b", name) for word in words)
        ]
        kept = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(own, key=len, reverse=True)]
        said = [re.escape(word) for word in words]
        return re.compile("|".join([_PLAIN, *kept, rf"(?i:\b(?:{'|'.join(said)})\b)"]))


def on_any_platform(word: str) -> tuple[str, ...]:
    """Return a word that was written for arrays as each platform says it, by which heads of columns are known.

    Examples
    --------
    >>> on_any_platform("arrays")
    ('arrays', 'lanes', 'samples')
    """
    return tuple(dict.fromkeys(words.get(word, word) for words in _WORDS.values()))


def unit_of(runs: Mapping[str, Any]) -> str:
    """Return what one column of a study's values is, by its record."""
    summaries = [run.get("summary") or {} for run in runs.values()]
    files = {str(path).lower() for run in runs.values() for path in run.get("inputs") or ()}
    presets = {(run.get("arguments") or {}).get("preset") for run in runs.values()}
    steps = {str(each) for summary in summaries for each in summary.get("history") or ()}
    is_said = any(summary.get("unit") == LANE for summary in summaries)
    are_lanes = any(path.endswith((".rcc", ".rcc.gz")) for path in files)
    recipes = {step.removeprefix("recipe: ") for step in steps if step.startswith("recipe: ")}
    if is_said or are_lanes or any(is_recipe(each, LANE_PRESET) for each in {*presets, *recipes}):
        return LANE
    is_panel = any(summary.get("unit") == PANEL for summary in summaries)
    if is_panel or any(is_recipe(each, PANEL_PRESET) for each in {*presets, *recipes}):
        return PANEL
    are_reads = any(summary.get("counts") for summary in summaries)
    return SAMPLE if are_reads or any(step.startswith(COUNTS) for step in steps) else ARRAY


def terms_of(runs: Mapping[str, Any]) -> Terms:
    """Return the terms of a study's platform, by its record."""
    return Terms(unit_of(runs))
