"""The words of quantitative PCR: how instruments call the columns of a Ct table, and what a well is used for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mirtool.io.tables.headers import fold_header

SAMPLE_NAMES = (
    "sample name", "sample", "sample id", "samplename", "sample_name", "sample_id",
    "sampleinfo.sampleid", "sampleinfo.samplename",
)  # fmt: skip
WELL_NAMES = ("name", "well name")
"""Headers of the sample in a table with one row per well; above the rows of a wide table they say too little."""
TARGET_NAMES = (
    "target name", "target", "target id", "targetname", "target_name", "detector name", "detector",
    "gene name", "gene", "gene symbol", "assay name", "assay", "assay.assay name", "mirna",
    "mirna name", "primer", "primer name", "primer pair", "primer set", "probe name", "amplicon",
    "analyte", "assay id", "assay.assay id",
)  # fmt: skip
CT_NAMES = (
    "ct", "cq", "cp", "crt", "c(t)", "ct value", "cq value", "cp value", "threshold cycle",
    "threshold cycle (ct)", "threshold cycle ( c(t) )", "crossing point", "raw ct", "raw cq", "throughhole.ct",
)  # fmt: skip
MEAN_CT_NAMES = (
    "ct mean", "mean ct", "cq mean", "mean cq", "cp mean", "mean cp", "average ct", "average cq",
    "avg ct", "avg cq", "c(t) mean",
)  # fmt: skip
TASK_NAMES = (
    "task", "content", "sample type", "well type", "type", "sampletype", "well_type", "sample role",
    "well role", "role", "sample task", "well content", "assay role",
    "assay.assay type",
)  # fmt: skip
DYE_NAMES = ("fluor", "dye", "fluorophore", "reporter", "reporter dye", "channel", "filter")
GROUP_NAMES = ("group", "biological set name", "biogroup name", "biological group", "#group")
EFFICIENCY_NAMES = ("efficiency", "amplification efficiency", "primer efficiency")
POSITION_NAMES = ("well", "well position", "pos", "position", "no.", "no", "well number", "well no.")
OMIT_NAMES = ("omit", "omitted", "excluded")
INCLUDE_NAMES = ("include", "inc")

NO_CT = frozenset({
    "undetermined", "undetermin", "undet", "undet.", "n/a", "na", "#n/a", "nan", "no ct", "no cq",
    "no cp", "nd", "n.d.", "none", "-", "null",
})  # fmt: skip
"""What is in place of a Ct where none was found, in any case."""
TELLING_NO_CT = frozenset({"undetermined", "undetermin", "undet", "undet.", "no ct", "no cq", "no cp"})
"""Those of them that no other table has."""
NO_CT_NUMBERS = frozenset({999.0, -1.0})
"""Numbers that instruments write where no Ct was found (BioMark, OpenArray)."""

NO_TARGET = frozenset(
    {"", "-", "--", "n/a", "na", "none", "null", "not set", "not assigned", "undefined", "target"}
)
"""Cells of a target column that name no target."""

SAMPLE, CONTROL, STANDARD, UNUSED, CALIBRATOR = "sample", "control", "standard", "unused", "calibrator"
_TASKS = {
    SAMPLE: (
        "", "unknown", "unkn", "unk", "sample", "target", "test", "test sample", "patient", "case",
        "experimental", "goi", "gene of interest", "target of interest", "endogenous control",
        "endogenous", "endo", "housekeeping", "housekeeping gene", "hkg", "reference",
        "reference gene", "ref", "ref unknown", "unknown ref", "targ", "unknown (ref)",
        "target unknown", "goi unknown", "calibrator", "ref calibrator", "unknown calibrator", "u",
        "cal",
    ),
    CONTROL: (
        "ntc", "nac", "nrt", "no template control", "no template", "non template control",
        "no rt control", "no rt", "no amplification control", "neg", "neg ctrl", "neg control",
        "negative control", "negative", "minus rt", "rt-", "-rt", "no-rt", "rt minus",
        "no-template control", "non-template control", "water", "h2o", "blank", "ref ntc",
    ),
    STANDARD: (
        "standard", "std", "s", "pos", "pos ctrl", "pos control", "positive control", "positive",
        "npc", "standard curve", "quantification standard", "ref standard", "pc",
    ),
    UNUSED: (
        "ipc", "blockedipc", "blocked ipc", "internal positive control", "internal control", "ic",
        "empty", "buffer", "not in use", "not used", "unused", "none", "n/a", "na", "-",
        "interplate calibrator", "inter-plate calibrator", "iprc", "inter plate calibrator",
        "passive reference", "no sample", "excluded", "omitted", "background", "extraction control",
        "spike-in control", "melt", "allelic control",
    ),
}  # fmt: skip
_ROLE_OF_TASK = {task: role for role, tasks in _TASKS.items() for task in tasks}
SMALL_RNA = re.compile(r"mir-|mir\d|let-|^u6|rnu\d|snord|snorna|cel-|5s|^unisp|^blank", re.IGNORECASE)
"""What names of assays of small RNAs have, and names of samples have not."""
_NUMBERED = re.compile(r"[- ]?\d+$")
_CONTROL_NAMES = re.compile(r"(ntc|nrt|nac|no[- ]?template[- ]?control|no[- ]?rt[- ]?control)[-_ ]?\d*", re.I)
_UNIT = re.compile(r" ?\((d|∆|δ|delta )?rn?\)$")
_CT_OF_A_DYE = re.compile(r"(c[tqp])[ (]+(sybr( green)?|fam|vic|hex|cy5|joe|ned|rox)\)?$")


def fold_ct(name: str) -> str:
    """Fold a header, and take a unit or a dye off that of a Ct.

    Examples
    --------
    >>> [fold_ct(name) for name in ("Cт", "Cq (∆R)", "Ct (dRn)", "Ct SYBR", "Ct Mean")]
    ['ct', 'cq', 'ct', 'ct', 'ct mean']
    """
    folded = _UNIT.sub("", fold_header(name, keep_marks=True))
    match = _CT_OF_A_DYE.match(folded)
    return match.group(1) if match else folded


def find(header: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the first column called by one of ``names``, which are tried in their order."""
    folded = [fold_ct(name) for name in header]
    return next((folded.index(name) for name in names if name in folded), None)


def role_of(task: str) -> str | None:
    """Return what a well is used for by its task, or None where the word is not known.

    Examples
    --------
    >>> [role_of(task) for task in ("UNKNOWN", "Unkn-01", "No RT", "Std-1", "BlockedIPC", "P1")]
    ['sample', 'sample', 'control', 'standard', 'unused', None]
    """
    folded = fold_header(task, keep_marks=True).replace("_", " ")
    return _ROLE_OF_TASK.get(folded, _ROLE_OF_TASK.get(_NUMBERED.sub("", folded)))


_REFERENCE_TASKS = frozenset({
    "endogenous control", "endogenous", "endo", "housekeeping", "housekeeping gene", "hkg", "reference",
    "reference gene", "ref", "ref unknown", "unknown ref", "unknown (ref)",
})  # fmt: skip


def is_reference_task(task: str) -> bool:
    """Return True if a task says that the target is a reference.

    Examples
    --------
    >>> is_reference_task("Endogenous Control"), is_reference_task("UNKNOWN")
    (True, False)
    """
    return fold_header(task, keep_marks=True).replace("_", " ") in _REFERENCE_TASKS


def names_control(sample: str) -> bool:
    """Return True if a sample is called as a well without template is.

    Examples
    --------
    >>> names_control("NTC 2"), names_control("patient 2")
    (True, False)
    """
    return _CONTROL_NAMES.fullmatch(sample) is not None
