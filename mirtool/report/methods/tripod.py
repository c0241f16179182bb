"""The items of TRIPOD+AI for a panel, and where a study knows them from.

The numbers are those of the statement (Collins et al. 2024, BMJ 385, e078378, CC BY), the words ours. A panel is
developed and validated internally; items on a separate evaluation do not apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirtool.report.methods.checklists import Item
from mirtool.report.methods.facts import METHODS_TEXT, StudyFacts
from mirtool.wording import plural

_TITLE, _INTRODUCTION, _DATA = "Title and abstract", "Introduction", "Methods: data and participants"
_VARIABLES, _ANALYSIS, _OPEN = "Methods: outcome and predictors", "Methods: analysis", "Open science and ethics"
_RESULTS, _DISCUSSION = "Results", "Discussion"
_MEASURES = "results/clinical_panel.csv"
_NO_EVALUATION = "the panel was validated internally; there are no separate evaluation data"


def _panel(facts: StudyFacts) -> Mapping[str, Any]:
    return facts.record("clinical").number("panel") or {}


def _outcome(facts: StudyFacts) -> str:
    return str(_panel(facts)["outcome"])


def _initial_predictors(facts: StudyFacts) -> str:
    panel = _panel(facts)
    if panel["most"] is None:
        return f"named, not chosen by mirtool: {', '.join(panel['members'])}"
    return (
        f"all {plural(panel['candidates'], 'probe')} of the table; up to {panel['most']} chosen inside the folds"
    )


def _missing(facts: StudyFacts) -> str:
    panel = _panel(facts)
    return (
        f"{plural(panel['left_out'], 'patient')} left out, without the outcome or any value; "
        f"{plural(panel['imputed'], 'missing value')} replaced by the median of the training patients"
    )


def _use(facts: StudyFacts) -> str:
    panel = _panel(facts)
    return (
        f"all {plural(panel['patients'], 'patient')} for development; nested {panel['folds']}-fold cross-"
        f"validation, {panel['repeats']} times, patients as units"
    )


def _model(facts: StudyFacts) -> str:
    panel = _panel(facts)
    tuned = "" if panel["model"] == "firth" else "; penalty by log loss in inner folds"
    optimism = "; optimism by the bootstrap" if panel["bootstraps"] else ""
    return f"logistic regression, {panel['model']}{tuned}; nested cross-validation{optimism} ({METHODS_TEXT})"


def _performance(facts: StudyFacts) -> str:
    area, low, high = _panel(facts)["area"]
    return f"AUC {area:.3f} ({low:.3f}–{high:.3f}); calibration, Brier score, net benefit: {_MEASURES} and figures"


def _events(facts: StudyFacts) -> str:
    panel = _panel(facts)
    return f"{plural(panel['patients'], 'patient')}, {panel['events']:,} with the outcome"


def _size(facts: StudyFacts) -> str:
    panel = _panel(facts)
    return f"{panel['per_candidate']:.3g} patients of the rarer outcome per candidate"


def _code(facts: StudyFacts) -> str:
    version = facts.record("clinical").versions.get("mirtool")
    return f"mirtool {version}; every call and setting is in results/run.json" if version else ""


def _no_evaluation(_facts: StudyFacts) -> str:
    return _NO_EVALUATION


TRIPOD = (
    Item(_TITLE, "Title: model, population, outcome", "model, population and outcome in the title", number="1"),
    Item(_TITLE, "Structured abstract", "an abstract as by TRIPOD+AI for abstracts", number="2"),
    Item(
        _INTRODUCTION,
        "Medical context, and existing models",
        "the context, why a panel is needed, and earlier ones",
        number="3a",
    ),
    Item(
        _INTRODUCTION, "Population, purpose and users of the panel", "population, purpose and users", number="3b"
    ),
    Item(_INTRODUCTION, "Known inequalities between groups of people", "inequalities that are known", number="3c"),
    Item(
        _INTRODUCTION,
        "Objectives: development, validation or both",
        "the aim of the study",
        lambda _: "development with internal validation",
        number="4",
        rest="the aim of the study",
    ),
    Item(_DATA, "Source of the patients, and whom they represent", "cohort, trial or registry", number="5a"),
    Item(_DATA, "Dates of inclusion and follow-up", "first and last date", number="5b"),
    Item(_DATA, "Setting and centers", "number and place of the centers", number="6a"),
    Item(_DATA, "Who was eligible", "criteria of inclusion and exclusion", number="6b"),
    Item(_DATA, "Treatments", "treatments, and how they entered the analysis", number="6c"),
    Item(
        _DATA,
        "Processing and quality control of the data",
        "how the values were made, and checked",
        lambda facts: facts.processing,
        number="7",
        rest="whether it was the same in all groups of people",
    ),
    Item(
        _VARIABLES,
        "Outcome, time horizon, how it was assessed",
        "the definition of the outcome",
        _outcome,
        number="8a",
        rest="its definition, when and how it was assessed",
    ),
    Item(_VARIABLES, "Who assessed a subjective outcome", "training of the assessors, if any", number="8b"),
    Item(_VARIABLES, "Blinding of the outcome", "whether assessors knew the miRNAs", number="8c"),
    Item(
        _VARIABLES,
        "Choice of the first predictors",
        "why these",
        _initial_predictors,
        number="9a",
        rest="why these, and whether they were seen in these patients before",
    ),
    Item(
        _VARIABLES, "Definition and measurement of the predictors", "when and how measured; blinding", number="9b"
    ),
    Item(_VARIABLES, "Who assessed subjective predictors", "training of the assessors, if any", number="9c"),
    Item(_VARIABLES, "Size of the study", "how it was decided", _size, number="10", rest="how it was decided"),
    Item(_VARIABLES, "Missing data", "how treated", _missing, number="11", rest="why values are missing"),
    Item(_ANALYSIS, "Use of the data for development and evaluation", "how split", _use, number="12a"),
    Item(
        _ANALYSIS,
        "Predictors in the model: form, scale",
        "how transformed",
        lambda _: "linear in the log odds; log2 expression of miRNAs, standardized inside the folds",
        number="12b",
    ),
    Item(_ANALYSIS, "Model, tuning, internal validation", "all steps", _model, number="12c"),
    Item(
        _ANALYSIS,
        "Differences between centers",
        "differences between centers, which mirtool does not compute",
        number="12d",
    ),
    Item(_ANALYSIS, "Measures and plots of performance", "which", _performance, number="12e"),
    Item(
        _ANALYSIS,
        "Updating of the model",
        "whether recalibrated",
        lambda _: "none by mirtool",
        number="12f",
        rest="whether it was changed afterwards",
    ),
    Item(
        _ANALYSIS,
        "How predictions were computed",
        "equation or program",
        lambda _: "by the equation of results/clinical_panel_model.csv",
        number="12g",
    ),
    Item(
        _ANALYSIS,
        "Imbalance of the outcome",
        "what was done",
        lambda _: "no weights and no resampling; folds are stratified",
        number="13",
    ),
    Item(_ANALYSIS, "Fairness", "what was done for fairness, or that nothing was", number="14"),
    Item(
        _ANALYSIS,
        "Output of the model, and thresholds",
        "risk or class",
        lambda _: f"a risk; sensitivity and specificity at stated points ({_MEASURES})",
        number="15",
        rest="which threshold is proposed, and why",
    ),
    Item(_ANALYSIS, "Development and evaluation data compared", "differences", unless=_no_evaluation, number="16"),
    Item(_OPEN, "Ethics approval and consent", "committee, number, consent or waiver", number="17"),
    Item(_OPEN, "Funding", "source of the funds, and role of the funders", number="18a"),
    Item(_OPEN, "Conflicts of interest", "conflicts of interest of every author", number="18b"),
    Item(_OPEN, "Protocol", "where it is, or that there is none", number="18c"),
    Item(_OPEN, "Registration", "register and number, or that there is none", number="18d"),
    Item(_OPEN, "Data sharing", "where the data are", number="18e"),
    Item(_OPEN, "Code sharing", "where the code is", _code, number="18f"),
    Item(_OPEN, "Patients and public involved", "how, or that they were not", number="19"),
    Item(
        _RESULTS,
        "Flow of participants",
        "numbers at each stage",
        _events,
        number="20a",
        rest="how many were eligible, and why others are not in the table; follow-up",
    ),
    Item(
        _RESULTS,
        "Characteristics of the participants",
        "a table of them",
        lambda facts: facts.patients_table,
        number="20b",
        rest="dates, treatments, and differences between groups of people",
    ),
    Item(_RESULTS, "Predictors compared with the development data", "table", unless=_no_evaluation, number="20c"),
    Item(_RESULTS, "Participants and events of each analysis", "n and events", _events, number="21"),
    Item(
        _RESULTS,
        "The full model",
        "the equation",
        lambda _: "results/clinical_panel_model.csv: intercept, coefficients, means, SDs, values for missing ones",
        number="22",
        rest="restrictions of its use, if any",
    ),
    Item(
        _RESULTS,
        "Performance with confidence intervals",
        "the measures",
        _performance,
        number="23a",
        rest="performance in important subgroups",
    ),
    Item(_RESULTS, "Performance in different centers", "if examined", number="23b"),
    Item(_RESULTS, "Updated model", "if there is one", number="24"),
    Item(_DISCUSSION, "Interpretation, fairness included", "against objectives and other studies", number="25"),
    Item(_DISCUSSION, "Limitations", "sample, size, overfitting, missing data", number="26"),
    Item(_DISCUSSION, "Poor or missing input in use", "what to do with poor or missing values", number="27a"),
    Item(_DISCUSSION, "What users must do and know", "expertise needed", number="27b"),
    Item(_DISCUSSION, "Next steps", "research still needed, such as external validation", number="27c"),
)
"""The items in the order of TRIPOD+AI."""
