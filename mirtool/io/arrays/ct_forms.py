"""Which instrument wrote a table of wells, by its header, and what else its columns say about a well.

*OpenArray Real-Time qPCR Analysis*: CSV with ``OpenArrayPlate.SerialNumber``, ``Assay.Assay ID``
(``002228_hsa-miR-126``), ``Assay.Assay Name``, ``Assay.Assay Type`` (TARG or ENDO), ``ThroughHole.Ct``,
``ThroughHole.Outlier``, ``ThroughHole.CtConfidence``, ``SampleInfo.SampleID``; also with ``Barcode, Well
Location`` before them. The software writes the last cycle, 40, where nothing was amplified: in HTqPCR's example
the wells of 40 have a Ct confidence below 300, the others one above it. Such a well has no Ct. An outlier is
left out and counted.

*QuantStudio 12K Flex, OpenArray block*: ``Well, Well Position, Omit, Sample Name, Target Name, Task, …, Crt, …,
Amp Score, Cq Conf`` and flags (``HIGHSD``, ``NOAMP`` and others: Y or N).

*SDS RQ Manager 1.2* (TLDA cards): ``#, Plate, Pos, Flag`` (Passed or Flagged), ``Sample, Detector, Task, Ct, …,
Omit, HMD, FOS, LME`` and others (TRUE or empty).

*BioMark* (Fluidigm): ``ID, Name, Type, Name, Type, Value, Quality, Call, Threshold`` under a row ``Chamber,
Sample, Sample, …``; a column ``rConc`` may follow the sample's type.

*MxPro* (Stratagene), *AriaMx* (Agilent): ``Well, Well Name, Well Type, …, Ct (dRn)`` or ``Ct (dR)``, ``Cq
(∆Rn)``.

Sources: the examples in bioc/HTqPCR's ``inst/exData`` (OpenArray, SDS, BioMark), exports of the others. Wells
with a Ct that the instrument flags, and those with a low score, are counted and kept: the software's limits are
settings of the laboratory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mirtool.io.arrays.ct_numbers import is_number, number
from mirtool.io.arrays.ct_words import fold_ct
from mirtool.io.tables.headers import fold_header

OPENARRAY = "OpenArray"
LAST_OPENARRAY_CYCLE = 40.0

_FORMS: tuple[tuple[str, frozenset[str]], ...] = (
    (OPENARRAY, frozenset({"throughhole.ct"})),
    ("QuantStudio 12K Flex, relative threshold (Crt)", frozenset({"crt", "target name"})),
    ("SDS RQ Manager", frozenset({"plate", "pos", "flag", "detector"})),
    ("BioMark", frozenset({"target type", "call", "quality"})),
    ("Bio-Rad CFX", frozenset({"fluor", "content"})),
    ("MxPro", frozenset({"well name", "well type"})),
    ("LightCycler 480", frozenset({"color", "pos"})),
    ("LightCycler 96", frozenset({"gene name", "excluded"})),
    ("SDS", frozenset({"detector name", "task"})),
    ("SDS", frozenset({"detector", "task"})),
    ("QuantStudio, ViiA 7 or StepOne", frozenset({"well position", "target name"})),
)
_FLAGS = frozenset({
    "flag", "ampscore", "cqconf", "highsd", "noamp", "outlierrg", "expfail", "badrox", "spike", "noise",
    "tholdfail", "ctfail", "crtfail", "cqfail", "ampnc", "lowrox", "prfdrop", "prflow", "nosignal", "offscale",
    "drnmin", "mtp", "hmd", "fos", "lme", "naw", "ew", "bpr", "hrn", "hns", "eaf", "baf", "taf", "caf", "hsd",
    "gbo",
})  # fmt: skip
"""Columns by which an instrument flags a well."""
_FLAGGED = frozenset({"y", "yes", "true", "flagged", "fail", "failed"})
_SCORES: dict[str, tuple[str, float]] = {
    "throughhole.ctconfidence": ("Ct confidence below 300", 300.0),
    "amp score": ("Amp Score below 1.24", 1.24),
    "cq conf": ("Cq Conf below 0.8", 0.8),
}
"""Columns of scores, with the bound below which wells are counted."""

PLATE_NAMES = (
    "plate", "plate id", "plate name", "plate barcode", "barcode", "openarrayplate.serialnumber", "chip barcode",
    "sampleplate.serialnumber", "card", "embeddedfile",
)  # fmt: skip
OUTLIER_NAMES = ("throughhole.outlier",)


def form_of(header: Sequence[str]) -> str:
    """Return which instrument writes this header; empty where that is not known.

    Examples
    --------
    >>> form_of(["", "Well", "Fluor", "Target", "Content", "Sample", "Cq"])
    'Bio-Rad CFX'
    >>> form_of(["Sample", "Target", "Ct"])
    ''
    """
    names = {fold_header(name, keep_marks=True) for name in header} | {fold_ct(name) for name in header}
    return next((form for form, needed in _FORMS if needed <= names), "")


def well_flags(header: Sequence[str]) -> Callable[[Sequence[str]], list[str]]:
    """Return what gives the flags of a row of cells: those that the instrument set, and scores below a bound."""
    folded = [fold_header(name, keep_marks=True) for name in header]
    flags = [(i, header[i]) for i, name in enumerate(folded) if name in _FLAGS]
    scores = [(i, *_SCORES[name]) for i, name in enumerate(folded) if name in _SCORES]

    def found(row: Sequence[str]) -> list[str]:
        named = [name for i, name in flags if i < len(row) and row[i].strip().lower() in _FLAGGED]
        for i, words, bound in scores:
            text = row[i].strip() if i < len(row) else ""
            if is_number(text) and number(text) < bound:
                named.append(words)
        return named

    return found
