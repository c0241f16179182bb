"""What is known of a study: its record, its sample sheet, and what the headers of its raw files say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from mirtool.io.arrays.sample_matching import FILE_COLUMNS
from mirtool.report.methods.record import MOST_NAMED, StepRecord, joined, records_of
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.model import SampleTable
    from mirtool.study.folder import StudyFolder

METHODS_TEXT = "results/methods.md"
OWN_COLUMNS = FILE_COLUMNS | {"sample", "group", "scale"}
"""Columns of the sample sheet that describe no sample."""
_SCAN = {
    "Scanner": "scanner {}",
    "Wavelengths": "wavelengths {} nm",
    "PixelSize": "pixel size {} µm",
    "PMTGain": "PMT gain {}",
    "ScanPower": "scan power {} %",
}
"""Records of a GenePix header that describe a scan, and how they are written."""
_FILES = frozenset({"GalFile", "ImageFiles", "JpegImage"})


@dataclass(frozen=True)
class StudyFacts:
    """What is known of a study.

    Parameters
    ----------
    records
        The record of each step's last run.
    samples
        The sample sheet; None where there is none.
    headers
        Record of the raw files' headers to its different values, in the order of the files.
    scale
        The scale of the files, where the study states it.
    """

    records: Mapping[str, StepRecord] = field(default_factory=dict)
    samples: SampleTable | None = None
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scale: str | None = None

    def record(self, step: str) -> StepRecord:
        """Return the record of a step; an empty one where it was not run."""
        return self.records.get(step, StepRecord(step))

    @property
    def groups(self) -> str:
        """The groups with their number of samples: ``resistant (3), responding (3)``; empty without groups."""
        groups = [group for group in self.samples.groups if group] if self.samples else []
        return ", ".join(f"{group} ({groups.count(group)})" for group in dict.fromkeys(groups))

    @property
    def characteristics(self) -> dict[str, tuple[str, ...]]:
        """The columns of the sample sheet that describe the samples, by their header."""
        if self.samples is None:
            return {}
        return {
            name: values
            for name, values in self.samples.extra.items()
            if name.strip().lower() not in OWN_COLUMNS and any(values)
        }

    def column(self, *names: str) -> str:
        """Return the different values of the first column with one of these names; empty without one."""
        for header, values in self.characteristics.items():
            if header.strip().lower() in names:
                return joined(dict.fromkeys(value for value in values if value))
        return ""

    def header(self, name: str) -> str:
        """Return the different values of a record of the raw files' headers; of many, the first and the last."""
        values = self.headers.get(name, ())
        return (
            joined(values)
            if len(values) <= MOST_NAMED
            else f"{values[0]} to {values[-1]} ({len(values):,} values)"
        )

    @property
    def scan(self) -> str:
        """How the arrays were scanned, as the headers of the raw files say; empty where they do not."""
        return "; ".join(self.scan_words(*_SCAN))

    def scan_words(self, *names: str) -> list[str]:
        """Return what the headers say of a scan by these records, in words; nothing of those they do not have."""
        return [_SCAN[name].format(self.header(name)) for name in names if self.header(name)]

    @property
    def processing(self) -> str:
        """The file that says how the values were made; empty where they were not normalized here."""
        return METHODS_TEXT if "normalize" in self.records else ""

    @property
    def patients_table(self) -> str:
        """The table that describes the patients; empty without one."""
        wrote = self.record("clinical").wrote("clinical_table1.csv")
        return "results/clinical_table1.csv, with missing values" if wrote else ""

    @property
    def raw_files(self) -> str:
        """The raw files in words; empty where the sample sheet names none."""
        from mirtool.study.raw_files import raw_files

        files = raw_files(self.samples, self.scale) if self.samples else []
        if not files:
            return ""
        shown = f"{files[0].name} to {files[-1].name}" if len(files) > 2 else joined(each.name for each in files)
        return f"{plural(len(files), 'file')} ({shown})"


def plain_header(name: str, value: str) -> str:
    r"""Return a record of a GenePix header without folders, units and the channels that were not used.

    Examples
    --------
    >>> plain_header("Wavelengths", "635 nm\t532 nm\tn/a\tn/a"), plain_header("PMTGain", "525\t520")
    ('635/532', '525/520')
    >>> plain_header("ImageFiles", "D:\\My data\\a.tif 0\tD:\\My data\\a.tif 1")
    'a.tif'
    >>> plain_header("GalFile", "C:/arrays/lot.gal")
    'lot.gal'
    """
    parts = [part.strip() for part in value.split("\t")]
    parts = [part for part in parts if part.lower() not in ("", "n/a")]
    if name in _FILES:
        parts = [re.sub(r"\s\d+$", "", re.split(r"[\\/]", part)[-1]) for part in parts]
        return ", ".join(dict.fromkeys(parts))
    return "/".join(part.removesuffix("nm").strip() for part in parts)


def facts_of(study: StudyFolder) -> StudyFacts:
    """Return what is known of a study; of the raw files only the first part is read."""
    from mirtool.study.record import read_runs
    from mirtool.study.samples import read_samples
    from mirtool.study.scale import stated_scale

    samples = read_samples(study.samples_file) if study.samples_file.is_file() else None
    scale = stated_scale(samples, study.config)
    return StudyFacts(records_of(read_runs(study.run_file)), samples, scan_headers(samples), scale)


def scan_headers(samples: SampleTable | None) -> dict[str, tuple[str, ...]]:
    """Return the different values of each header record of the GenePix and RCC files that are there."""
    from mirtool.io.arrays import nanostring_zip
    from mirtool.io.arrays.genepix import header_records
    from mirtool.io.arrays.nanostring import attributes_of
    from mirtool.io.tables.text import read_head, unify_newlines
    from mirtool.study.raw_files import raw_files

    found: dict[str, dict[str, None]] = {}
    for each in raw_files(samples) if samples else ():
        if Path(each.path).is_file():
            head = read_head(each.path)
            records = [header_records(head).items(), attributes_of(unify_newlines(head.text)).items()]
            records += [attributes.items() for attributes in nanostring_zip.attributes_in(head)]
            for name, value in chain(*records):
                words = plain_header(name, value)
                if words:
                    found.setdefault(name, {})[words] = None
    return {name: tuple(values) for name, values in found.items()}
