"""RDML, the Real-time PCR Data Markup Language: one XML file, usually packed.

Specification: the schemas ``RDML_v1_1_REC.xsd``, ``RDML_v1_2_REC.xsd`` and ``RDML_v1_3_REC.xsd`` and the notes
on the file format of the RDML consortium (https://rdml.org; Lefever S, Hellemans J, Pattyn F, et al. RDML:
structured language and reporting guidelines for real-time quantitative PCR data. Nucleic Acids Res
2009;37:2065-2069).

*Packing.* A ZIP (``.rdml``, ``.rdm``) with ``rdml_data.xml``; Bio-Rad gives the member another name ending in
``.xml``. The XML alone is read as well. The root is ``<rdml version="1.2" xmlns="http://www.rdml.org">``.

*What is read.* ``sample`` (``id``; ``type``, since 1.3 several of them, each for one target;
``interRunCalibrator``; since 1.2 ``annotation`` with ``property`` and ``value``, of which ``group`` is the
sample's group), ``target`` (``id``; ``type`` ``ref`` or ``toi``; ``amplificationEfficiency``), and of every
``experiment/run/react`` its sample and, per ``data``, target (``tar``), quantification cycle (``cq``) and
exclusion (``excl``). Fluorescence, melting curves and protocols are passed over. Where the LightCycler 96 writes
a random identifier for a sample, its description is the name.

*Wells.* ``unkn`` is a sample; ``ntc``, ``nac``, ``nrt`` and ``ntp`` are controls without template; ``std``,
``pos`` and ``opt`` are left out and counted, and so is every well with ``excl`` (unless it says ``false``). No
``cq``, ``NaN``, a negative one (-1 is "not available") and the 100 of the LightCycler 96 mean that no Ct was
found. A run is a plate.

*Refused.* A document type or entities, which RDML has not, so that no other file and no text without end can be
drawn in; XML of more than 512 MB, or packed closer than measurements are; an XML that is cut or damaged; a
version other than 1.x; a reaction whose sample or target is not described; curves without any ``cq``; digital
PCR.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from xml.parsers import expat

from mirtool.errors import FormatError
from mirtool.io.arrays.ct_numbers import LARGEST_CT, amplification_factor
from mirtool.io.arrays.ct_wells import FoundWells, Well
from mirtool.io.arrays.ct_words import CALIBRATOR, CONTROL, GROUP_NAMES, SAMPLE, STANDARD, UNUSED
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text import FileHead, read_bytes
from mirtool.io.zip_archives import UNREADABLE_ZIP, ZIP_MAGIC
from mirtool.wording import plural

LARGEST_XML = 512 << 20
_CLOSEST = 300
"""How many times smaller than its content no XML of measurements is packed."""
_PIECE = 1 << 20
_DEEPEST = 64
_PASSED_OVER = frozenset({"adp", "mdp", "thermalCyclingConditions", "sequences", "experimenter", "documentation"})
"""Elements of which nothing is needed; a file has a hundred curve points for every Cq."""
_LONGEST = 1000
"""Characters of a text that are kept."""
_NO_CT_OF_LIGHTCYCLER = 100.0
_ROLES = {
    "unkn": SAMPLE, "ntc": CONTROL, "nac": CONTROL, "nrt": CONTROL, "ntp": CONTROL, "std": STANDARD,
    "pos": STANDARD, "opt": UNUSED,
}  # fmt: skip
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ROOT = re.compile(rb"<(\w+:)?rdml[\s>]")
_TRUE = ("true", "1")


@dataclass
class _Sample:
    description: str = ""
    types: dict[str, str] = field(default_factory=dict)
    is_calibrator: bool = False
    group: str = ""


@dataclass
class _Target:
    is_reference: bool = False
    efficiency: str = ""


@dataclass
class _Data:
    run: str
    react: str
    line: int
    sample: str
    target: str = ""
    cq: str | None = None
    excluded: str | None = None


def is_rdml(head: FileHead) -> bool:
    """Return True for RDML, packed or not."""
    if not head.data.startswith(ZIP_MAGIC):
        return _ROOT.search(head.data[:4096]) is not None and head.data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
    if b"rdml_data.xml" in head.data[:4096]:
        return True
    try:
        with zipfile.ZipFile(BytesIO(read_bytes(head.path))) as archive:
            return _member(archive) is not None
    except UNREADABLE_ZIP:
        return False


def read_rdml(path: str | Path) -> FoundWells:
    """Return the wells of a file.

    Raises
    ------
    FormatError
        As the module says.
    """
    document = _Document(str(path))
    for piece in _pieces(read_bytes(path), path):
        document.feed(piece)
    document.feed(b"", is_last=True)
    return document.wells()


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    """Return the member of an archive that is RDML."""
    if any(name.startswith("xl/") for name in archive.namelist()):  # a workbook, which is packed XML too
        return None
    members = [info for info in archive.infolist() if info.filename.lower().endswith(".xml")]
    members.sort(key=lambda info: info.filename.lower() != "rdml_data.xml")
    for info in members[:20]:
        with archive.open(info) as file:
            if _ROOT.search(file.read(4096)):
                return info
    return None


def _pieces(data: bytes, path: str | Path) -> Iterator[bytes]:
    """Return the XML piece by piece, so that its size is known before it fills the memory."""
    if not data.startswith(ZIP_MAGIC):
        yield from (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            info = _member(archive)
            if info is None:
                raise FormatError("the archive holds no RDML", path=path, expected="rdml_data.xml")
            closest = info.file_size > max(_PIECE, _CLOSEST * info.compress_size)
            if info.file_size > LARGEST_XML or closest:
                raise FormatError(
                    "the RDML archive unpacks to more than measurements ever do",
                    path=path,
                    found=f"{info.file_size >> 20:,} MB packed into {info.compress_size >> 10:,} kB",
                    hint="look at what is in it; export fewer runs per file",
                )
            with archive.open(info) as file:
                while piece := file.read(_PIECE):
                    yield piece
    except UNREADABLE_ZIP as error:
        raise FormatError(
            "the RDML archive is damaged, or protected by a password",
            path=path,
            hint="copy it again from its source, or export it again",
        ) from error


class _Document:
    """The parts of an RDML document that say what was measured."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.version = ""
        self.samples: dict[str, _Sample] = {}
        self.targets: dict[str, _Target] = {}
        self.data: list[_Data] = []
        self.n_partitioned = 0
        self.has_curves = False
        self._at: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._attributes: dict[str, str] = {}
        self._sample = _Sample()
        self._target = _Target()
        self._property = ""
        self._run = self._react = self._react_sample = ""
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        self._passing = ""
        self._read_on()
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Read on."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise FormatError(
                "the XML of the RDML file is cut or damaged",
                path=self.path,
                line=error.lineno,
                found=expat.ErrorString(error.code),
                hint="copy the file again from its source, or export it again",
            ) from error
        except (LookupError, ValueError) as error:  # what the XML's first line says of its encoding
            raise FormatError(
                "the XML of the RDML file states an encoding that can't be read",
                path=self.path,
                line=1,
                found=str(error),
                expected="UTF-8, as RDML prescribes",
                hint="save the file again with the instrument's software or RDML-Tools",
            ) from error

    def wells(self) -> FoundWells:
        """Return the wells that were read."""
        self._require_cq()
        found = FoundWells(form=f"RDML {self.version}")
        for data in self.data:
            self._take(data, found)
        if self.n_partitioned:
            found.left_out["well of digital PCR"] += self.n_partitioned
        return found

    def _take(self, data: _Data, found: FoundWells) -> None:
        sample, target = self.samples.get(data.sample), self.targets.get(data.target)
        if sample is None or target is None:
            what, missing = ("sample", data.sample) if sample is None else ("target", data.target)
            raise self._error(
                f"a reaction names a {what} that the file does not describe",
                data,
                repr(missing),
                f"the id of a <{what}>",
            )
        kind = sample.types.get(data.target, sample.types.get("", "unkn"))
        role = _ROLES.get(kind)
        if role is None:
            raise self._error("the type of a sample is not known", data, repr(kind), ", ".join(_ROLES))
        if data.excluded is not None and data.excluded.lower() != "false":
            found.left_out["well marked as excluded"] += 1
        elif role == STANDARD:
            found.left_out["well of a standard or a positive control"] += 1
        elif role == UNUSED:
            found.left_out["well of an optical calibrator"] += 1
        else:
            name = sample.description if sample.description and _GUID.fullmatch(data.sample) else data.sample
            ct = self._ct(data)
            factor = amplification_factor(target.efficiency) if target.efficiency else None
            doubt = f"{target.efficiency!r} of {data.target}" if target.efficiency and factor is None else ""
            found.wells.append(
                Well(
                    name,
                    data.target,
                    sample.group,
                    CALIBRATOR if role == SAMPLE and sample.is_calibrator else role,
                    ct,
                    math.isnan(ct),
                    math.nan if factor is None else factor,
                    doubt,
                    data.run,
                )
            )
            if target.is_reference:
                found.references.append(data.target)

    def _ct(self, data: _Data) -> float:
        """Return the Cq of a well, NaN where there is none."""
        if not data.cq:
            return math.nan
        try:
            value = float(data.cq)
        except ValueError:
            value = math.inf
        if math.isnan(value) or value < 0 or value == _NO_CT_OF_LIGHTCYCLER:
            return math.nan
        if not 0 < value <= LARGEST_CT:
            raise self._error(
                "a Cq can't be read",
                data,
                repr(data.cq[:40]),
                f"more than 0 and at most {LARGEST_CT:g} cycles, or -1 where none was found",
            )
        return value

    def _require_cq(self) -> None:
        if any(data.cq is not None for data in self.data):
            return
        if self.n_partitioned and not self.data:
            raise FormatError(
                "the RDML file holds digital PCR, which mirtool does not read",
                path=self.path,
                found=plural(self.n_partitioned, "reaction") + " with partitions",
                expected="reactions with a quantification cycle (cq)",
            )
        raise FormatError(
            "the RDML file holds no quantification cycle",
            path=self.path,
            found="fluorescence curves only" if self.has_curves else plural(len(self.data), "reaction"),
            expected="reactions with a <cq>",
            hint="let the instrument's software or RDML-Tools (LinRegPCR) compute the Cq, and save the file again",
        )

    def _error(self, problem: str, data: _Data, found: str, expected: str) -> FormatError:
        return FormatError(
            problem,
            path=self.path,
            line=data.line,
            column=f"reaction {data.react} of run {data.run}",
            found=found,
            expected=expected,
            hint="correct it in the instrument's software or in RDML-Tools, and save the file again",
        )

    def _refuse_doctype(self, *_: object) -> None:
        raise FormatError(
            "the XML declares a document type or entities, which RDML has not",
            path=self.path,
            line=self._parser.CurrentLineNumber,
            hint="use a file that an instrument or RDML-Tools wrote: entities can draw other files in",
        )

    def _read_on(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def _pass_over(self, name: str) -> None:
        """Pass over an element with all that is in it."""
        self._passing = name
        self._parser.StartElementHandler = self._parser.CharacterDataHandler = None
        self._parser.EndElementHandler = self._passed

    def _passed(self, name: str) -> None:
        if name == self._passing:
            self._read_on()

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(" ")[2]
        if name in _PASSED_OVER:
            self.has_curves |= name == "adp"
            self._pass_over(qualified)
            return
        parent = self._at[-1] if self._at else ""
        self._at.append(name)
        if len(self._at) > _DEEPEST:
            raise FormatError("the XML is nested deeper than RDML is", path=self.path)
        self._text, self._length, self._attributes = [], 0, attributes
        own = attributes.get("id", "")
        if not parent:
            self._check_root(name, attributes)
        elif (parent, name) == ("rdml", "sample"):
            self._sample = self.samples.setdefault(own, _Sample())
        elif (parent, name) == ("rdml", "target"):
            self._target = self.targets.setdefault(own, _Target())
        elif (parent, name) == ("experiment", "run"):
            self._run = own
        elif (parent, name) == ("run", "react"):
            self._react, self._react_sample = own, ""
        elif (parent, name) == ("react", "sample"):
            self._react_sample = own
        elif (parent, name) == ("react", "partitions"):
            self.n_partitioned += 1
        elif (parent, name) == ("react", "data"):
            line = self._parser.CurrentLineNumber
            self.data.append(_Data(self._run, self._react, line, self._react_sample))
        elif (parent, name) == ("data", "tar") and self._at[-3] == "react":
            self.data[-1].target = own

    def _end(self, _: str) -> None:
        name = self._at.pop()
        parent = self._at[-1] if self._at else ""
        text = "".join(self._text).strip()
        self._text, self._length = [], 0
        if parent == "data" and self._at[-2] == "react":
            if name == "cq":
                self.data[-1].cq = text
            elif name == "excl":
                self.data[-1].excluded = text
        elif parent == "sample" and self._at[-2:-1] == ["rdml"]:
            if name == "description":
                self._sample.description = text
            elif name == "type":
                self._sample.types[self._attributes.get("targetId", "")] = text or "unkn"
            elif name == "interRunCalibrator":
                self._sample.is_calibrator = text.lower() in _TRUE
        elif parent == "annotation" and name == "property":
            self._property = fold_header(text, keep_marks=True)
        elif parent == "annotation" and name == "value" and self._property in GROUP_NAMES:
            self._sample.group = text
        elif parent == "target" and name == "type":
            self._target.is_reference = text == "ref"
        elif parent == "target" and name == "amplificationEfficiency":
            self._target.efficiency = text

    def _characters(self, text: str) -> None:
        if self._length < _LONGEST:
            self._text.append(text[:_LONGEST])
            self._length += len(text)

    def _check_root(self, name: str, attributes: dict[str, str]) -> None:
        self.version = attributes.get("version", "")
        if name != "rdml" or not re.fullmatch(r"1\.\d+", self.version):
            raise FormatError(
                "the version of the RDML file is not known" if name == "rdml" else "this is not RDML",
                path=self.path,
                found=f"<{name} version={self.version!r}>",
                expected="RDML 1.1, 1.2 or 1.3",
                hint="save it as version 1.3, with RDML-Tools for example",
            )
