"""The items of REMARK for prognostic markers, and where a study knows them from.

The numbers are those of the guideline (Altman et al. 2012, PLoS Med 9, e1001216, CC BY), the words ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirtool.report.methods.checklists import Item
from mirtool.report.methods.facts import METHODS_TEXT, StudyFacts
from mirtool.report.methods.record import MOST_NAMED, joined
from mirtool.wording import plural

_INTRODUCTION, _MATERIAL, _DESIGN = "Introduction", "Patients, specimens and assays", "Study design"
_STATISTICS, _DATA, _RESULTS, _DISCUSSION = (
    "Statistical analysis",
    "Results: data",
    "Results: analysis",
    "Discussion",
)


def _survival(facts: StudyFacts) -> Mapping[str, Any]:
    return facts.record("clinical").number("survival") or {}


def _markers(facts: StudyFacts) -> str:
    record = facts.record("clinical")
    panel = record.number("panel") or {}
    names = list(dict.fromkeys([*(record.argument("mirna") or ()), *(panel.get("members") or ())]))
    screened = record.number("screened")
    parts = [joined(names)] if names else []
    if screened:
        parts.append(f"{plural(screened, 'miRNA')} screened")
    return "; ".join(parts)


def _specimens(facts: StudyFacts) -> str:
    return facts.column("source", "source name", "tissue", "cell line", "cell type", "fluid")


def _endpoints(facts: StudyFacts) -> str:
    return joined(name for name in _survival(facts) if " by " not in name)


def _candidates(facts: StudyFacts) -> str:
    columns = facts.record("clinical").number("columns") or {}
    names = [name for name, kind in columns.items() if kind not in ("text", "date")]
    shown = joined(names) if len(names) <= MOST_NAMED else plural(len(names), "column")
    return f"{shown} (results/clinical_variables.csv)" if names else ""


def _handled(facts: StudyFacts) -> str:
    if not facts.record("clinical").argument("mirna"):
        return ""
    cuts = facts.record("clinical").argument("cutoff") or ()
    return "log2 expression; cut at the median" + (f"; {joined(cuts)}" if cuts else "")


def _numbers(facts: StudyFacts) -> str:
    parts = []
    for name, own in _survival(facts).items():
        if " by " not in name:
            parts.append(f"{name}: {plural(sum(own['events'].values()), 'event')}")
    patients = facts.record("clinical").number("patients")
    return "; ".join([plural(patients, "patient"), *parts]) if patients else ""


def _relation(facts: StudyFacts) -> str:
    return "results/clinical_correlation.csv" if facts.record("clinical").wrote("clinical_correlation.csv") else ""


def _alone(facts: StudyFacts) -> str:
    if not any(own.get("hazards") for own in _survival(facts).values()):
        return ""
    return "hazard ratios with intervals (results/clinical_hazards.csv); Kaplan and Meier's curves (figures)"


def _together(facts: StudyFacts) -> str:
    models = {name: own["model"] for name, own in _survival(facts).items() if own.get("model")}
    parts = [f"{name}: {joined(variables)}" for name, variables in models.items()]
    return f"{'; '.join(parts)} (results/clinical_hazards.csv)" if parts else ""


def _checked(facts: StudyFacts) -> str:
    parts = []
    if _alone(facts):
        parts.append("proportional hazards tested (results/clinical_hazards.csv)")
    if facts.record("clinical").number("panel"):
        parts.append("panel by nested cross-validation (results/clinical_panel.csv)")
    return "; ".join(parts)


REMARK = (
    Item(
        _INTRODUCTION,
        "Marker, objectives, hypotheses",
        "markers, objectives and hypotheses",
        _markers,
        number="1",
        rest="objectives, and the hypotheses stated before the analysis",
    ),
    Item(_MATERIAL, "Patients: source, criteria, stage", "source, inclusion, exclusion", number="2"),
    Item(_MATERIAL, "Treatments, and how they were chosen", "treatments", number="3"),
    Item(
        _MATERIAL,
        "Specimens, controls, storage",
        "material, preservation, storage",
        _specimens,
        number="4",
        rest="preservation and storage, and the control samples",
    ),
    Item(
        _MATERIAL,
        "Assay, its protocol and quality control, blinding",
        "the whole protocol",
        lambda facts: facts.processing,
        number="5",
        rest="kits and reagents, reproducibility, and whether the endpoint was known",
    ),
    Item(_DESIGN, "Selection of cases, period, median follow-up", "all three", number="6"),
    Item(
        _DESIGN,
        "Endpoints",
        "their definitions",
        _endpoints,
        number="7",
        rest="the definition of each: which events, from when, what is censored",
    ),
    Item(_DESIGN, "Candidate variables", "all that were looked at", _candidates, number="8"),
    Item(_DESIGN, "Size of the study", "how it was decided; target power and effect", number="9"),
    Item(
        _STATISTICS,
        "All methods: choice of variables, assumptions, missing data",
        "the methods",
        lambda _: METHODS_TEXT,
        number="10",
        rest="how the variables of the models were chosen",
    ),
    Item(
        _STATISTICS,
        "How marker values were used, and cut-offs chosen",
        "scale and cut-offs",
        _handled,
        number="11",
    ),
    Item(
        _DATA,
        "Flow of patients; patients and events of each analysis",
        "the numbers",
        _numbers,
        number="12",
        rest="how many were eligible, and why others are not in the table",
    ),
    Item(
        _DATA,
        "Distribution of variables and marker, with missing values",
        "a table",
        lambda facts: facts.patients_table,
        number="13",
    ),
    Item(
        _RESULTS,
        "Marker against the standard variables",
        "run mirtool clinical with a screen",
        _relation,
        number="14",
    ),
    Item(_RESULTS, "Marker and variables alone against the outcome", "hazard ratios", _alone, number="15"),
    Item(_RESULTS, "Models of several variables", "adjusted hazard ratios", _together, number="16"),
    Item(
        _RESULTS,
        "Marker adjusted for the standard variables, significant or not",
        "one such model",
        _together,
        number="17",
        rest="whether these are the standard prognostic variables",
    ),
    Item(_RESULTS, "Assumptions, sensitivity, internal validation", "what was checked", _checked, number="18"),
    Item(_DISCUSSION, "Interpretation and limitations", "against hypotheses and other studies", number="19"),
    Item(_DISCUSSION, "Future research and clinical value", "what follows", number="20"),
)
"""The items in the order of REMARK."""
