"""Agilent Feature Extraction text (``.txt``) of miRNA arrays, one file per array, and its GeneView files.

The format of Feature Extraction 9 to 12, three tables separated by lines of ``*`` (``→`` is a tab)::

    TYPE→text→text→...
    FEPARAMS→Protocol_Name→...
    DATA→miRNA-v1_10_Apr08→...
    *
    TYPE→float→...
    STATS→gDarkOffsetAverage→...
    DATA→4.21323→...
    *
    TYPE→integer→integer→integer→...
    FEATURES→FeatureNum→Row→Col→SubTypeMask→ControlType→ProbeName→SystematicName→...→gTotalGeneSignal→...
    DATA→1→1→1→0→1→miRNABrightCorner30→miRNABrightCorner30→...→188.869→...

A *GeneView* file is one table of one row per gene: ``SystematicName  ControlType  gTotalGeneSignal
gTotalGeneError gIsGeneDetected``, with or without such tables above it.

*Signals.* A feature file has several; ``--signal`` chooses:

===============  ==============================================================  =====================
``gene``         ``gTotalGeneSignal``, the default where there is one            subtracted already
``processed``    ``gProcessedSignal``, the default otherwise                     subtracted already
``median``       ``gMedianSignal`` with ``gBGMedianSignal``                      subtracted as usual
===============  ==============================================================  =====================

``gTotalGeneSignal`` sums a gene's probes, background already subtracted; it is one value per gene, repeated in the
row of every feature of that gene. So the ID of a probe is its SystematicName under ``gene``, and a gene is one
probe whatever the number of its features. Under ``processed`` and ``median`` the ID is the ProbeName, and the
features of one ProbeName are its replicates. The Name is the SystematicName. The signals are not on one scale: on
the array this was written with, a probe's total is 0.066 times the sum of its features' processed signals, so a
cut-off in counts that fits one does not fit the other. Under ``gene`` what is detected is therefore decided by
gIsGeneDetected, where the file has it, and not by the cut-off. So it is where features are read to be summarized
per gene (``mirtool normalize --preset rma``): then the signal is ``median``, unless another one is named.

*Channels.* Green columns (``g...``) are channel ``Cy3``; red ones (``r...``), where there are any, ``Cy5``.

*Probe kinds.* ControlType 0 is a probe, of the kind its name says. −1 is a negative control. 1 is a positive
control: corner features (``DarkCorner``, ``miRNABrightCorner30``, ``SCorner3``) are landing lights, ``dmr...``
(fly miRNAs) spike-ins, others of the kind "positive control". −20000 and −30000 ("not a probe", "ignore") are
hidden.

*Flags.* They are turned into GenePix's numbers, so that ``--flags`` means one thing for every instrument:

========================================================================================  ================
IsManualFlag, gIsFeatNonUnifOL (uneven pixels), gIsFeatPopnOL (far from its replicates)   −100 (bad)
gIsFound = 0, where there is such a column                                                −50 (not found)
gIsGeneDetected = 0, with ``gene`` and where features are summarized per gene             −75 (absent)
========================================================================================  ================

Feature Extraction leaves both kinds of outlier out of its own totals: on the array named above gTotalProbeSignal
is a constant times the mean of the other features, to 2 parts in a million. gIsSaturated means that at least half
of a feature's pixels are saturated; it is no flag, and is read as 50 % saturated pixels.

*Text.* CRLF, also CR CR LF; exponents such as ``2.543099e+002``; blank cells are missing values or unset flags.
Row and Col are the layout, on block 1; a GeneView file has none.

*Refused.* A file without a FEATURES or gene table, a row cut short, two rows for one spot, text in a number cell,
a ControlType that Agilent does not define, a gene whose rows differ in gTotalGeneSignal.

References
----------
Agilent Feature Extraction Software, Reference Guide, G4460-90026 (version 10.7).
López-Romero P (2011) Pre-processing and differential expression analysis of Agilent microRNA arrays using the
AgiMicroRna Bioconductor library. BMC Genomics 12:64.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import ProbeKind
from mirtool.errors import FormatError, UsageError, option
from mirtool.io.arrays.not_detected import CALL_KEY
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.registry import Inspection
from mirtool.io.tables.rows import (
    column_names,
    finite_numbers,
    need_column,
    read_rows,
    refuse_repeated_spots,
    whole_numbers,
)
from mirtool.io.tables.text import FileHead, read_text, sha256_of
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import (
    ArraySource,
    BoolArray,
    Channel,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    SpotLayout,
    TextArray,
    text_array,
)
from mirtool.wording import plural

SIGNALS = {"gene": "TotalGeneSignal", "processed": "ProcessedSignal", "median": "MedianSignal"}
"""Signal to its column, without the channel's letter."""

CHANNELS = {"g": "Cy3", "r": "Cy5"}

_BACKGROUND = "BGMedianSignal"
_CONTROL_KINDS = {
    0: "",
    1: ProbeKind.POSITIVE_CONTROL.value,
    -1: ProbeKind.NEGATIVE_CONTROL.value,
    -20000: ProbeKind.HIDDEN.value,
    -30000: ProbeKind.HIDDEN.value,
}
_BAD, _ABSENT, _NOT_FOUND = -100, -75, -50
_CALL = "gIsGeneDetected"
_HALF_SATURATED = 50.0
_SUFFIXES = re.compile(r"(\.txt)?(\.gz)?$", re.IGNORECASE)
_SOFTWARE = "Feature Extraction"


def sniff(head: FileHead) -> bool:
    """Claim a file by its FEPARAMS and FEATURES tables, or by the columns of a GeneView table."""
    starts = [line.split("\t", 1)[0].strip() for line in head.lines]
    if "TYPE" in starts and ("FEPARAMS" in starts or "FEATURES" in starts):
        return True
    return any(_is_gene_table(column_names(line)) for line in head.lines[:50])


def _is_gene_table(names: Sequence[str]) -> bool:
    return {"SystematicName", "gTotalGeneSignal"} <= set(names)


def sample_name(path: str | Path) -> str:
    """Name an array after its file, without ``.txt`` and ``.gz``.

    Examples
    --------
    >>> sample_name("scans/US80603148_251911812798_S01_1_2.txt.gz")
    'US80603148_251911812798_S01_1_2'
    """
    return _SUFFIXES.sub("", Path(path).name)


def inspect(path: str | Path) -> Inspection:
    """Read an Agilent file and say what it holds."""
    file = _read_file(path)
    arrays = _arrays_of(file, path, None)
    control = file.control_type
    detected = file.booleans("IsGeneDetected")
    details = {
        "type": "features" if file.layout is not None else "GeneView",
        "version": file.header.get("FeatureExtractor_Version", "none stated"),
        "design": file.header.get("Grid_Name", "none stated"),
        "scanner": file.header.get("Scan_ScannerName", "none stated"),
        "signal": file.default_signal,
        "genes": len(set(file.systematic_name[control == 0])),
        "genes detected": len(set(file.systematic_name[(control == 0) & detected])),
        "controls": int((control != 0).sum()),
        "outliers": int(file.outliers.sum()),
        "saturated": int(file.booleans("IsSaturated").sum()),
    }
    return Inspection(
        str(path), "agilent", len(file.table), tuple(arrays.channels), arrays.sources[0].warnings, details
    )


def read_study_file(path: str | Path, options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them."""
    file = _read_file(path)
    signal = options.signal or (file.feature_signal if options.features else None)
    return [_arrays_of(file, path, signal, of_genes=options.features)]


def read_agilent(path: str | Path, *, signal: str | None = None) -> RawArrays:
    """Read one array.

    Parameters
    ----------
    path
        A Feature Extraction text or GeneView file, packed by gzip or not; ``-`` is standard input.
    signal
        ``"gene"``, ``"processed"`` or ``"median"``, as the module says; None takes ``"gene"`` where the file has
        it, else ``"processed"``.

    Returns
    -------
    RawArrays
        One array, ``(n_features, 1)`` or ``(n_genes, 1)``, linear, in the unit of the signal; missing values
        NaN; flags on GenePix's scale; saturated 50 where Feature Extraction says so, else 0. Probe kinds are
        told where the ControlType does, blank for probes. A GeneView file has no layout. ``background`` is None
        for ``"gene"`` and ``"processed"``, from which Feature Extraction has subtracted it.

    Raises
    ------
    FormatError
        As the module says, with line and column.
    UsageError
        For a signal that does not exist, or that the file does not have.
    """
    return _arrays_of(_read_file(path), path, signal)


@dataclass(frozen=True, eq=False)
class _File:
    """One file: its table, and what is read from it whatever the signal."""

    table: TextTable
    header: Mapping[str, str]
    layout: SpotLayout | None
    systematic_name: TextArray
    probe_name: TextArray
    control_type: IntArray

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of the channels that have a signal."""
        return tuple(
            letter
            for letter in CHANNELS
            if any(self.table.find(letter + column) is not None for column in SIGNALS.values())
        )

    @property
    def default_signal(self) -> str:
        """The signal that is read if none is asked for."""
        return next((name for name in SIGNALS if self.table.find(f"g{SIGNALS[name]}") is not None), "gene")

    @property
    def has_call(self) -> bool:
        """True where the file says of every gene whether it is detected."""
        return any(self.table.find(f"{letter}IsGeneDetected") is not None for letter in self.letters)

    @property
    def feature_signal(self) -> str | None:
        """The signal of the features as they were scanned, else as they were processed; None without either."""
        return next(
            (name for name in ("median", "processed") if self.table.find(f"g{SIGNALS[name]}") is not None), None
        )

    def booleans(self, name: str, *, blank: int = 0) -> BoolArray:
        """Read a column of 0 and 1, true where one channel has 1; ``blank`` represents an empty cell or column."""
        found = [self.table.find(prefix + name) for prefix in ("", *self.letters)]
        columns = [whole_numbers(self.table, j, blank=blank) != 0 for j in found if j is not None]
        return np.any(columns, axis=0) if columns else np.full(len(self.table), bool(blank))

    @property
    def outliers(self) -> BoolArray:
        """Mask of the features that Feature Extraction or a person set aside."""
        return self.booleans("IsManualFlag") | self.booleans("IsFeatNonUnifOL") | self.booleans("IsFeatPopnOL")


def _read_file(path: str | Path) -> _File:
    lines = read_text(path).split("\n")
    place, names = _find_table(lines, path)
    rows = lines[place + 1 :]
    end = next((i for i, line in enumerate(rows) if line.strip() == "*"), len(rows))
    table = read_rows(rows[:end], names, path=path, first_line=place + 2, software=_SOFTWARE)
    if names[0] == "FEATURES":
        _check_row_marks(table)
    systematic = table.text(need_column(table, "SystematicName", "GeneName", software=_SOFTWARE))
    control = whole_numbers(table, need_column(table, "ControlType", software=_SOFTWARE), blank=0)
    _check_control_types(table, control)
    layout = _read_layout(table) if names[0] == "FEATURES" else None
    probe = table.find("ProbeName")
    return _File(
        table,
        _parse_header(lines[:place]),
        layout,
        systematic,
        systematic if probe is None else table.text(probe),
        control,
    )


def _find_table(lines: Sequence[str], path: str | Path) -> tuple[int, list[str]]:
    """Return the place (from 0) and the names of the column line of the features, or else of the genes."""
    for start in ("FEATURES", None):
        for place, line in enumerate(lines):
            if start is not None and line.startswith(start + "\t"):
                return place, column_names(line)
            if start is None and "gTotalGeneSignal" in line and _is_gene_table(column_names(line)):
                return place, column_names(line)
    raise FormatError(
        "the file has no table of features"
        if any(line.startswith(("FEPARAMS\t", "STATS\t")) for line in lines)
        else "this is no Agilent Feature Extraction file",
        path=path,
        expected="a line that begins with FEATURES, or the columns SystematicName and gTotalGeneSignal",
        hint="export the text file from Feature Extraction again",
    )


def _check_row_marks(table: TextTable) -> None:
    marks = table.text(0)
    strange = np.flatnonzero(marks != "DATA")
    if len(strange):
        raise FormatError(
            "a row of the table of features does not begin with DATA",
            path=table.path,
            line=table.line_of(int(strange[0])),
            found=repr(marks[strange[0]][:40]),
            hint="export the text file from Feature Extraction again",
        )


def _check_control_types(table: TextTable, control: IntArray) -> None:
    strange = ~np.isin(control, list(_CONTROL_KINDS))
    if strange.any():
        row = int(np.argmax(strange))
        raise FormatError(
            "a ControlType that Agilent does not define",
            path=table.path,
            line=table.line_of(row),
            column="ControlType",
            found=str(control[row]),
            expected="0 (probe), 1 (positive control) or -1 (negative control)",
            hint="export the text file from Feature Extraction again",
        )


def _read_layout(table: TextTable) -> SpotLayout:
    row, column = (
        whole_numbers(table, need_column(table, name, software=_SOFTWARE), least=1) for name in ("Row", "Col")
    )
    layout = SpotLayout(np.ones(len(table), dtype=np.int64), row, column)
    refuse_repeated_spots(layout, table)
    return layout


def _parse_header(lines: Sequence[str]) -> dict[str, str]:
    """Read the FEPARAMS and STATS tables: column name to the cell of their one row."""
    records: dict[str, str] = {}
    names: list[str] = []
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if cells[0] in ("FEPARAMS", "STATS"):
            names = cells
        elif cells[0] == "DATA":
            records |= {name: cell for name, cell in zip(names[1:], cells[1:], strict=False) if name and cell}
    return records


def _arrays_of(file: _File, path: str | Path, signal: str | None, *, of_genes: bool = False) -> RawArrays:
    """Return the array; ``of_genes`` says that features are read to be summarized per gene."""
    chosen = _choose_signal(file, signal, path)
    has_call = (chosen == "gene" or of_genes) and file.has_call
    channels = {CHANNELS[letter]: _read_channel(file, letter, chosen) for letter in file.letters}
    warnings = list(_oddities(channels, signal, chosen, has_call=has_call))
    ids = file.systematic_name if chosen == "gene" else file.probe_name
    source = ArraySource(
        str(path),
        "agilent",
        sha256_of(path),
        header={**file.header, "signal": chosen} | ({CALL_KEY: _CALL} if has_call else {}),
        warnings=tuple(warnings),
    )
    return RawArrays(
        channels,
        _flags(file, has_call=has_call)[:, np.newaxis],
        ProbeTable(ids, file.systematic_name, _kinds(file)),
        file.layout,
        SampleTable((sample_name(path),), files=(str(path),)),
        (source,),
    )


def _choose_signal(file: _File, signal: str | None, path: str | Path) -> str:
    if signal is not None and signal not in SIGNALS:
        raise UsageError(f"no signal is called {signal!r}", expected="one of " + ", ".join(SIGNALS))
    chosen = signal or file.default_signal
    if file.table.find(f"g{SIGNALS[chosen]}") is None:
        there = [name for name, column in SIGNALS.items() if file.table.find(f"g{column}") is not None]
        raise (UsageError if there else FormatError)(
            f"the file has no g{SIGNALS[chosen]}",
            path=path,
            line=file.table.first_line - 1,
            found="the signals " + ", ".join(there) if there else "no signal that mirtool reads",
            expected="one of " + ", ".join(f"g{column}" for column in SIGNALS.values()),
            hint="choose one that is there: " + " or ".join(option("signal", name) for name in there)
            if there
            else "export the text file from Feature Extraction again, with all columns",
        )
    return chosen


def _read_channel(file: _File, letter: str, signal: str) -> Channel:
    table = file.table
    column = need_column(table, letter + SIGNALS[signal], software=_SOFTWARE)
    foreground = finite_numbers(table, column)
    if signal == "gene":
        _refuse_several_totals(file, foreground, column)
    around = table.find(letter + _BACKGROUND) if signal == "median" else None
    saturated = table.find(f"{letter}IsSaturated")
    return Channel(
        foreground[:, np.newaxis],
        None if around is None else finite_numbers(table, around)[:, np.newaxis],
        None
        if saturated is None
        else np.where(whole_numbers(table, saturated, blank=0) != 0, _HALF_SATURATED, 0.0)[:, np.newaxis],
        processed=signal != "median",
    )


def _refuse_several_totals(file: _File, totals: FloatArray, column: int) -> None:
    """Refuse a gene whose rows do not say the same total: its rows have been mixed up."""
    _, first, gene = np.unique(file.systematic_name.astype(str), return_index=True, return_inverse=True)
    expected = totals[first][gene]
    differs = (file.control_type == 0) & ~((totals == expected) | (np.isnan(totals) & np.isnan(expected)))
    differs &= file.control_type[first][gene] == 0
    if differs.any():
        row = int(np.argmax(differs))
        one = int(first[gene[row]])
        raise FormatError(
            f"the rows of {file.systematic_name[row]} do not have one total",
            path=file.table.path,
            line=file.table.line_of(row),
            column=file.table.header[column],
            found=f"{totals[row]:g}, and {totals[one]:g} in line {file.table.line_of(one)}",
            expected="one value per gene, the same in each of its rows",
            hint="rows or columns were mixed up after the export: export the file again, or read the features "
            f"themselves with {option('signal', 'processed')}",
        )


def _flags(file: _File, *, has_call: bool) -> IntArray:
    flags = np.zeros(len(file.table), dtype=np.int64)
    flags[~file.booleans("IsFound", blank=1)] = _NOT_FOUND
    if has_call:
        flags[~file.booleans("IsGeneDetected")] = _ABSENT
    flags[file.outliers] = _BAD
    return flags


def _kinds(file: _File) -> TextArray:
    return text_array(
        _kind(control, name)
        for control, name in zip(file.control_type.tolist(), file.systematic_name, strict=True)
    )


def _kind(control: int, name: str) -> str:
    """Return what a row is by its ControlType, ``""`` where it is a probe.

    Examples
    --------
    >>> _kind(0, "hsa-miR-152"), _kind(1, "DarkCorner"), _kind(1, "dmr_285"), _kind(-1, "NC1_00000197")
    ('', 'landing light', 'spike-in', 'negative control')
    """
    if control == 1 and "corner" in name.lower():
        return ProbeKind.LANDING_LIGHT.value
    if control == 1 and name.lower().startswith("dmr"):
        return ProbeKind.SPIKE_IN.value
    return _CONTROL_KINDS[control]


def _oddities(channels: Mapping[str, Channel], asked: str | None, chosen: str, *, has_call: bool) -> list[str]:
    found = []
    if chosen == "gene" and not has_call:
        found.append(
            "gTotalGeneSignal has no unit of counts, and the file has no gIsGeneDetected: the cut-off of 30 is of "
            "another scale; choose --min-intensity by the signals of the negative controls"
        )
    if asked is None and chosen != "gene":
        found.append(f"the file has no gTotalGeneSignal: g{SIGNALS[chosen]} is read, feature by feature")
    for name, channel in channels.items():
        missing = np.isnan(channel.foreground)
        if chosen == "median" and channel.background is None:
            found.append(f"channel {name} has no {_BACKGROUND}: there is no background to subtract")
        if channel.background is not None:
            missing = missing | np.isnan(channel.background)
        if missing.any():
            found.append(f"{plural(int(missing.sum()), 'row')} of channel {name} without a signal: missing")
    return found
