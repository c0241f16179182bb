r"""NanoString nCounter counts: RCC files, one per lane, and ZIP files of them.

The format
----------
Text in sections, each between ``<Name>`` and ``</Name>``. The first three hold ``key,value`` lines, the last a
table::

    <Header>
    FileVersion,1.7
    </Header>
    <Sample_Attributes>
    ID,serum 1
    GeneRLF,NS_H_miR_v3b
    </Sample_Attributes>
    <Lane_Attributes>
    ID,4
    FovCount,555
    FovCounted,541
    ScannerID,1207C0049
    BindingDensity,0.80
    CartridgeID,run 1
    </Lane_Attributes>
    <Code_Summary>
    CodeClass,Name,Accession,Count
    Endogenous1,hsa-miR-21-5p|0,nmiR00419.1,8105
    Positive,POS_A(128),ERCC_00117.1,15402
    Negative,NEG_A(0),ERCC_00096.1,7
    </Code_Summary>

*Codes.* ``Endogenous…`` are what is measured (miRNAs by their names), ``Housekeeping`` are mRNAs, ``Positive`` and
``Negative`` the hybridization controls, ``Ligation`` and ``SpikeIn`` RNA added to the ligation or to the sample.
Any other class is of the kind "other", with a warning. The rows are sorted by class and name: the files
of one RLF may list them in different orders.

*Names.* In miRNA panels a number follows the name, ``|0`` or ``|0.012``. It is taken off. miRNAs that one code
can't tell apart are joined by ``+``, and become a slash name.

*Ligation background.* That number is the probe's correction coefficient for counts without a target: the ligation
of some probes leaves counts in proportion to the lane. What tools for RCC files do with it, before anything else:
count − coefficient × count of ``POS_A(128)`` of the same lane. Here what falls below 0 becomes 0, and nothing is
rounded. A warning says how many codes have one above 0 and what was subtracted. A lane without ``POS_A`` keeps its
counts, also with a warning.

*Detection.* A code is called not detected (flag −75) in a lane where its count, after that, is not above the mean
+ 2 standard deviations of the lane's negative controls: the limit by which nSolver tells signal from background.
Such a count is missing unless ``--not-detected`` keeps it. Lanes with fewer than three negative controls have no
call.

*Refused.* Sections that are missing or have no end (a cut file); a count that is not a whole number from 0; a code
that occurs twice; lanes of several RLFs (other codes, or other probes for one name).

References
----------
NanoString (2017) Gene Expression Data Analysis Guidelines, MAN-C0011-04. NanoString nSolver 4.0 Analysis Software
User Manual. Form of the files: the public examples of the MIT-licensed package NanoStringNCTools
(``inst/extdata``). Correction coefficient: Waggott D et al. (2012) NanoStringNorm, Bioinformatics 28:1546
(``Probe.Correction.Factor = "adjust"``, its default), and the description of the public C# library NCounterCore
("pulled from data line after '|'; multiplied by ERCC POS_A count gives ligation background correction factor").
NanoString's own manual for it was not at hand.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import ProbeKind, classify_probes, count_kinds
from mirtool.errors import ArrayMismatchError, FormatError
from mirtool.io.arrays.not_detected import ABSENT, CALL_KEY, COUNT_CALL
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead, decode, is_binary, read_bytes, unify_newlines
from mirtool.model import (
    ArraySource,
    Channel,
    FloatArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    TextArray,
    text_array,
)
from mirtool.wording import plural

FORMAT = "nanostring"
CHANNEL = "counts"
RLF = "GeneRLF"
"""The key of the reporter library: which code is which probe."""
NEGATIVES_SD = 2.0
"""Standard deviations of the negative controls above their mean, up to which a count is background."""
FEWEST_NEGATIVES = 3
CORRECTED = "ligation background subtracted from "
"""How the words begin that say how many counts lost the ligation background."""

_SECTIONS = ("Header", "Sample_Attributes", "Lane_Attributes", "Code_Summary")
_COLUMNS = ["CodeClass", "Name", "Accession", "Count"]
_KINDS = {
    "positive": ProbeKind.POSITIVE_CONTROL,
    "negative": ProbeKind.NEGATIVE_CONTROL,
    "housekeeping": ProbeKind.HOUSEKEEPING,
    "ligation": ProbeKind.SPIKE_IN,
    "spikein": ProbeKind.SPIKE_IN,
}
_ENDOGENOUS = re.compile(r"endogenous\d*$", re.IGNORECASE)
_COEFFICIENT = re.compile(r"\|(\d+(?:\.\d+)?)$")
_HIGHEST_POSITIVE = re.compile(r"POS_A\b", re.IGNORECASE)
_HINT = "copy the file from the instrument again, or export it from nSolver"


@dataclass(frozen=True, eq=False)
class Lane:
    """One lane: its attributes by section and key, and its codes.

    Parameters
    ----------
    path
        Where it was read, of a ZIP with the name inside.
    sample, lane
        ``Sample_Attributes`` and ``Lane_Attributes``.
    code_class, name, accession
        Of each code, as the file writes them, sorted by class and name.
    counts
        Whole numbers, same length.
    """

    path: str
    sample: Mapping[str, str]
    lane: Mapping[str, str]
    code_class: TextArray
    name: TextArray
    accession: TextArray
    counts: FloatArray


def sniff(head: FileHead) -> bool:
    """Claim a text whose first line is ``<Header>``, followed by FileVersion; damage is found on reading."""
    return is_rcc(head.text)


def is_rcc(text: str) -> bool:
    r"""Return True for the beginning of an RCC file.

    Examples
    --------
    >>> is_rcc("<Header>\nFileVersion,1.7\n"), is_rcc("<html>")
    (True, False)
    """
    return re.match(r"\s*\ufeff?<Header>\s*\n\s*FileVersion\s*,", text, re.IGNORECASE) is not None


def attributes_of(text: str) -> dict[str, str]:
    r"""Return what the beginning of an RCC file says of panel and instrument; nothing of another file.

    Examples
    --------
    >>> attributes_of("<Header>\nFileVersion,1.7\n</Header>\n<Lane_Attributes>\nScannerID,1207C0049\nID,4\n")
    {'ScannerID': '1207C0049'}
    """
    found = re.findall(rf"(?m)^({RLF}|ScannerID|CartridgeID|FovCount),(.+?)\s*$", text) if is_rcc(text) else []
    return dict(found)


def inspect(path: str | Path) -> Inspection:
    """Read a lane and say what it holds."""
    lane = parse_lane(read_bytes(path), str(path))
    arrays = arrays_of(lane, path, "", "")
    classes = Counter(lane.code_class)
    details = {
        "panel": lane.sample.get(RLF, ""),
        "sample": lane.sample.get("ID", ""),
        "cartridge": lane.lane.get("CartridgeID", ""),
        "lane": lane.lane.get("ID", ""),
        "fields_of_view": f"{lane.lane['FovCounted']} of {lane.lane['FovCount']} counted",
        "binding_density": lane.lane["BindingDensity"],
        "codes": dict(sorted(classes.items())),
        "probe_kinds": count_kinds(
            classify_probes(arrays.probes.id, arrays.probes.name, stated=arrays.probes.kind)
        ),
    }
    return Inspection(str(path), FORMAT, len(lane.name), (CHANNEL,), arrays.sources[0].warnings, details)


def read_study_file(path: str | Path, _options: ReadOptions) -> list[RawArrays]:
    """Return the lane of one file, as :mod:`mirtool.io.arrays.reading` asks for it."""
    data = read_bytes(path)
    return [arrays_of(parse_lane(data, str(path)), path, lane_name(str(path)), hashlib.sha256(data).hexdigest())]


def pair_channels(parts: Sequence[RawArrays], _samples: SampleTable | None) -> list[RawArrays]:
    """Return the lanes, which have one channel each, if all are of one reporter library.

    Raises
    ------
    ArrayMismatchError
        Where two lanes are of different ones, or their codes differ.
    """
    first = parts[0]
    for part in parts[1:]:
        own, other = first.sources[0].header.get(RLF, ""), part.sources[0].header.get(RLF, "")
        same = len(first.probes) == len(part.probes) and bool((first.probes.id == part.probes.id).all())
        if own.lower() == other.lower() and same:
            continue
        codes = set(part.probes.id) ^ set(first.probes.id)
        panels_differ = own.lower() != other.lower()
        in_one = f"; {plural(len(codes), 'code')} in one of the two only" if codes else ""
        raise ArrayMismatchError(
            "the lanes are of different panels (RLF)" if panels_differ else "the lanes differ in codes",
            path=part.sources[0].path,
            found=f"{other or 'no GeneRLF'}{in_one}",
            expected=f"{own or 'no GeneRLF'}, as {first.sources[0].path} is",
            hint="make a study of its own for the lanes of each panel",
        )
    return list(parts)


def lane_name(path: str) -> str:
    """Return the sample's name of a file: its name without folder and ``.RCC``.

    Examples
    --------
    >>> lane_name("run/20170113_serum 1_04.RCC"), lane_name("S1.rcc.gz")
    ('20170113_serum 1_04', 'S1')
    """
    return re.sub(r"\.rcc(\.gz)?$", "", Path(path).name, flags=re.IGNORECASE)


def parse_lane(data: bytes, path: str) -> Lane:
    """Read the text of an RCC file.

    Raises
    ------
    FormatError
        As the module says, with the line.
    """
    if is_binary(data):
        raise FormatError("this is not an RCC file", path=path, found="binary data", hint=_HINT)
    lines = unify_newlines(decode(data)).split("\n")
    sections = {name: _section(lines, name, path) for name in _SECTIONS}
    sample = _attributes(lines, sections["Sample_Attributes"])
    lane = _attributes(lines, sections["Lane_Attributes"])
    _check_lane(lane, path, sections["Lane_Attributes"].start)
    rows, counts = _codes(lines, sections["Code_Summary"], path)
    order = sorted(range(len(rows)), key=lambda i: (rows[i][0].lower(), rows[i][1], rows[i][2]))
    code_class, name, accession = (text_array(rows[i][j] for i in order) for j in range(3))
    return Lane(
        path, sample, lane, code_class, name, accession, np.array([counts[i] for i in order], dtype=np.float64)
    )


def arrays_of(lane: Lane, file: str | Path, sample: str, sha256: str) -> RawArrays:
    """Return a lane as an array of one channel, its counts; ``sample`` names it."""
    lowered = [each.lower() for each in lane.code_class]
    endogenous = np.array([_ENDOGENOUS.match(each) is not None for each in lowered])
    codes = [_COEFFICIENT.sub("", name) for name in lane.name]
    names = text_array(code.replace("+", "/") for code in codes)
    repeated = {code for code, n in Counter(codes).items() if n > 1}
    ids = text_array(
        f"{code} ({accession})" if code in repeated else code
        for code, accession in zip(codes, lane.accession, strict=True)
    )
    kinds = text_array(
        "" if own else _KINDS.get(each, ProbeKind.OTHER).value
        for own, each in zip(endogenous, lowered, strict=True)
    )
    warnings = []
    other = sorted({each for each, low, own in zip(lane.code_class, lowered, endogenous, strict=True)
                    if not own and low not in _KINDS})  # fmt: skip
    if other:
        warnings.append(f"code classes that mirtool does not know, taken for other probes: {', '.join(other)}")
    counts, said = _corrected(lane)
    warnings += said
    limit = background_limit(lane.counts[[each == "negative" for each in lowered]][:, None])
    measures = endogenous | np.array([each == "housekeeping" for each in lowered])
    header = {**{f"sample {key}": value for key, value in lane.sample.items()}, **lane.lane}
    header[RLF] = lane.sample.get(RLF, "")
    flags = np.zeros((len(names), 1), dtype=np.int64)
    if np.isnan(limit[0]):
        warnings.append(f"fewer than {FEWEST_NEGATIVES} negative controls: no code can be called detected")
    else:
        header[CALL_KEY] = COUNT_CALL
        flags[(counts <= limit[0]) & measures, 0] = ABSENT
    source = ArraySource(lane.path, FORMAT, sha256, header=header, warnings=tuple(warnings))
    return RawArrays(
        {CHANNEL: Channel(counts[:, None], processed=True)},
        flags,
        ProbeTable(ids, names, kinds),
        None,
        SampleTable((sample,), files=(str(file),)),
        (source,),
    )


def subtract_ligation(counts: FloatArray, coefficients: FloatArray, highest_positive: float) -> FloatArray:
    """Return counts less coefficient × the count of POS_A, not below 0.

    Examples
    --------
    >>> subtract_ligation(np.array([209.0, 107.0, 50.0]), np.array([0.012, 0.012, 0.0]), 10_000.0)
    array([89.,  0., 50.])
    """
    return np.where(coefficients > 0, np.maximum(counts - coefficients * highest_positive, 0), counts)


def _corrected(lane: Lane) -> tuple[FloatArray, list[str]]:
    """Return the counts without the ligation background that the names state, and what was done in words."""
    found = [_COEFFICIENT.search(name) for name in lane.name]
    coefficients = np.array([float(own[1]) if own else 0.0 for own in found])
    n = int(np.count_nonzero(coefficients))
    if not n:
        return lane.counts, []
    positive = [
        count
        for kind, name, count in zip(lane.code_class, lane.name, lane.counts, strict=True)
        if kind.lower() == "positive" and _HIGHEST_POSITIVE.match(name)
    ]
    codes = f"{plural(n, 'code')} with a coefficient behind the name (up to |{coefficients.max():g})"
    if len(positive) != 1:
        return lane.counts, [f"the ligation background is not subtracted from {codes}: no control POS_A"]
    counts = subtract_ligation(lane.counts, coefficients, positive[0])
    return counts, [f"{CORRECTED}{codes}: coefficient × count of POS_A"]


def background_limit(negatives: FloatArray) -> FloatArray:
    """Return the mean + 2 standard deviations (n − 1) of negative controls, ``(n_controls, n_lanes)``.

    Returns
    -------
    FloatArray
        ``(n_lanes,)``; NaN where there are fewer than three controls.

    Examples
    --------
    >>> background_limit(np.array([[4.0], [6.0], [8.0]]))  # mean 6, standard deviation 2
    array([10.])
    """
    if len(negatives) < FEWEST_NEGATIVES:
        return np.full(negatives.shape[1], np.nan)
    return np.asarray(negatives.mean(axis=0) + NEGATIVES_SD * negatives.std(axis=0, ddof=1))


def _section(lines: Sequence[str], name: str, path: str) -> range:
    """Return the lines inside a section, as positions."""
    begin = next((i for i, line in enumerate(lines) if line.strip().lower() == f"<{name.lower()}>"), None)
    if begin is None:
        raise FormatError(f"the file has no section <{name}>", path=path, expected=f"a line <{name}>", hint=_HINT)
    end = next((i for i in range(begin + 1, len(lines)) if lines[i].strip().lower() == f"</{name.lower()}>"), None)
    if end is None:
        raise FormatError(
            f"the file was cut: its section <{name}> has no end",
            path=path,
            line=len(lines),
            expected=f"a line </{name}>",
            hint=_HINT,
        )
    return range(begin + 1, end)


def _attributes(lines: Sequence[str], section: range) -> dict[str, str]:
    found = {}
    for i in section:
        key, _, value = lines[i].partition(",")
        if key.strip():
            found[key.strip()] = value.strip().strip('"')
    return found


def _check_lane(lane: Mapping[str, str], path: str, line: int) -> None:
    """Refuse a lane without the numbers by which it is judged."""
    for key in ("FovCount", "FovCounted", "BindingDensity"):
        try:
            value = float(lane.get(key, ""))
        except ValueError:
            value = float("nan")
        if not 0 <= value < 1e6 or (key == "FovCount" and value == 0):
            raise FormatError(
                f"the lane attributes have no {key}" if key not in lane else f"{key} is not a number of a lane",
                path=path,
                line=line,
                found=repr(lane[key][:40]) if key in lane else None,
                expected="FovCount, FovCounted and BindingDensity, as numbers",
                hint=_HINT,
            )


def _codes(lines: Sequence[str], section: range, path: str) -> tuple[list[tuple[str, str, str]], list[int]]:
    rows: list[tuple[str, str, str]] = []
    counts: list[int] = []
    header: list[str] | None = None
    first: dict[tuple[str, str], int] = {}
    for i in section:
        if not lines[i].strip():
            continue
        cells = [cell.strip().strip('"') for cell in lines[i].split(",")]
        if header is None:
            header = cells
            if header != _COLUMNS:
                raise FormatError(
                    "the codes have other columns",
                    path=path,
                    line=i + 1,
                    found=", ".join(header[:6]),
                    expected=",".join(_COLUMNS),
                    hint=_HINT,
                )
            continue
        if len(cells) < len(_COLUMNS):
            raise FormatError(
                "a code does not have its four cells",
                path=path,
                line=i + 1,
                found=repr(lines[i][:60]),
                expected=",".join(_COLUMNS),
                hint=_HINT,
            )
        code, name, accession, count = cells[0], ",".join(cells[1:-2]), cells[-2], cells[-1]
        if not re.fullmatch(r"\d{1,12}", count):
            raise FormatError(
                "a count is not a whole number from 0",
                path=path,
                line=i + 1,
                column="Count",
                found=repr(count[:40]),
                hint="RCC files hold raw counts: take the instrument's own file, not an edited or normalized one",
            )
        if not name or first.setdefault((name, accession), i) != i:
            raise FormatError(
                f"the code {name!r} occurs twice" if name else "a code has no name",
                path=path,
                line=i + 1,
                found=f"the same code in line {first[name, accession] + 1}" if name else None,
                expected="every code once",
                hint=_HINT,
            )
        rows.append((code, name, accession))
        counts.append(int(count))
    if not rows:
        raise FormatError("the file holds no codes", path=path, line=section.start, hint=_HINT)
    return rows, counts
