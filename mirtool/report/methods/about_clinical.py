"""Sentences about the patients: which tests, which intervals, and how survival was compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mirtool.report.methods.about_comparison import ADJUSTMENT_WORDS, adjustment_references
from mirtool.report.methods.record import MOST_NAMED, StepRecord, joined, named, number, were
from mirtool.report.methods.text import Sentence
from mirtool.wording import plural

_TESTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Mann–Whitney": ("the Mann–Whitney test, which assumes no distribution", ("mann1947",)),
    "Kruskal–Wallis": ("the Kruskal–Wallis test, which assumes no distribution", ("kruskal1952",)),
    "Jonckheere–Terpstra": (
        "the Jonckheere–Terpstra test for a trend over the ordered groups",
        ("jonckheere1954", "terpstra1952"),
    ),
    "Welch's t": ("Welch's t test, which does not assume equal variances", ("welch1947",)),
    "Student's t": ("Student's t test, which assumes equal variances", ("student1908",)),
    "ANOVA": ("analysis of variance, which assumes equal variances", ("fisher1925",)),
    "Welch's ANOVA": ("Welch's analysis of variance, which does not assume equal variances", ("welch1951",)),
    "chi-square": ("Pearson's chi-square test without continuity correction", ("pearson1900",)),
    "Fisher's exact": ("Fisher's exact test", ("fisher1925",)),
    "Fisher–Freeman–Halton": ("Freeman and Halton's extension of Fisher's exact test", ("freeman1951",)),
    "Cochran–Armitage trend": ("the Cochran–Armitage test for trend over the ordered levels", ("armitage1955",)),
    "Mantel's trend": ("Mantel's test for trend over the ordered levels", ("mantel1963",)),
}
"""Test as the baseline table names it, in words, with its references."""
_EXACT = {"Fisher's exact", "Fisher–Freeman–Halton"}


def clinical_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say how patients were described and compared; a part that was not computed has no sentence."""
    yield from _baseline(record)
    for part in ("associations", "counts"):
        found = record.number(part)
        if found:
            yield from _odds(record, part, found)
    yield from _areas(record)
    yield from _panel(record)
    yield from _survival(record)
    yield from _mirnas(record)


def _baseline(record: StepRecord) -> Iterator[Sentence]:
    groups, tests = record.number("groups"), record.number("tests")
    if not groups or not tests:
        return
    sizes = joined(f"{level} (n = {n})" for level, n in groups.items())
    yield Sentence(f"Patients were compared by {record.number('group')}: {sizes}.")
    missing = [name for name, n in (record.number("missing") or {}).items() if n]
    if missing:
        but = " outside the panel" if record.number("panel") else ""
        yield Sentence(
            f"Missing values, of {named(missing, 'variable')}, were not imputed{but} and not counted as a "
            "category."
        )
    for test, (words, references) in _TESTS.items():
        names = tests.get(test, [])
        compared = joined(names) if len(names) <= MOST_NAMED else plural(len(names), "variable")
        if names:
            yield Sentence(f"{compared} {were(len(names))} compared by {words}.", references)
    if _EXACT & set(tests) and not record.argument("test"):
        yield Sentence(
            "The exact test was used where expected counts were too small for chi-square by Cochran's rule.",
            ("cochran1954",),
        )
    adjust = str(record.argument("adjust"))
    if adjust in ADJUSTMENT_WORDS:
        yield Sentence(f"P values were adjusted {ADJUSTMENT_WORDS[adjust]}.", adjustment_references(adjust))
    elif sum(map(len, tests.values())) > 1:
        yield Sentence("P values of these tests were not adjusted for their number.")


def _odds(record: StepRecord, part: str, found: Mapping[str, Any]) -> Iterator[Sentence]:
    rows = found["rows"]
    outcome = f" of {record.number('outcome')}" if part == "associations" else " of published tables of counts"
    level = _level(record)
    if any(row.get("risk_ratio") for row in rows):
        yield Sentence(
            f"Odds ratios{outcome} have Woolf's {level} confidence intervals and P values of Fisher's exact test, "
            "relative risks those of Katz, and risk differences score intervals.",
            ("woolf1955", "katz1978", "miettinen1985"),
        )
    if any(not row.get("risk_ratio") for row in rows):
        yield Sentence(
            f"Odds ratios{outcome} per unit of a number are from logistic regression, with Wald's {level} "
            "intervals."
        )
    if found["zero_cells"]:
        yield Sentence(
            f"Where a cell was zero ({joined(found['zero_cells'])}), 0.5 was added to every cell for the odds "
            "ratio and the relative risk."
        )
    if found["strata"]:
        yield Sentence(
            f"Odds ratios over the strata of {found['strata']} were combined by Mantel and Haenszel's method, "
            "with the interval of Robins, Breslow and Greenland.",
            ("mantel1959", "robins1986"),
        )
    model = found["model"]
    if model:
        names, together = model["variables"], "one " if len(model["variables"]) > 1 else "a "
        yield Sentence(
            f"{joined(names)} {were(len(names))} in {together}logistic regression of "
            f"{plural(model['patients'], 'patient')} with every value, {model['events']:,} of them with the "
            "outcome."
        )
    separated = [*found["separated"], *(["the model"] if model and model["separated"] else [])]
    if separated:
        yield Sentence(
            f"As the outcome was separated ({joined(separated)}), so that maximum likelihood has no finite "
            "estimate, Firth's penalized likelihood was used, with profile intervals.",
            ("firth1993", "heinze2002"),
        )


def _areas(record: StepRecord) -> Iterator[Sentence]:
    areas = record.number("auc")
    if not areas:
        return
    compared = "; areas were compared by DeLong's test" if record.number("areas_compared") else ""
    yield Sentence(
        f"Areas under the ROC curves of {named(list(areas), 'variable')} have DeLong's {_level(record)} "
        f"confidence intervals{compared}.",
        ("delong1988",),
    )
    yield Sentence(
        "Cut-offs are those of the largest Youden index, with bootstrap intervals; they were chosen on the same "
        "patients, so that their sensitivity and specificity are too high for others.",
        ("youden1950",),
    )


_PANEL_MODELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ridge": ("logistic regression with a quadratic (ridge) penalty", ("lecessie1992",)),
    "elastic-net": (
        "logistic regression with an elastic net penalty, half quadratic, half absolute",
        ("zou2005",),
    ),
    "firth": ("logistic regression with Firth's penalty", ("firth1993",)),
}


def _panel(record: StepRecord) -> Iterator[Sentence]:
    panel = record.number("panel")
    if not panel:
        return
    words, references = _PANEL_MODELS[panel["model"]]
    chosen = panel["most"] is not None
    which = (
        f"up to {panel['most']} of {panel['candidates']:,} miRNAs, those whose means differed most by Welch's t,"
        if chosen
        else named(panel["members"], "variable")
    )
    yield Sentence(
        f"{panel['outcome']} ({panel['events']:,} of {plural(panel['patients'], 'patient')}) was predicted from "
        f"{which} by {words} of standardized values.",
        references,
    )
    tuned = "" if panel["model"] == "firth" else ", the strength of the penalty (smallest log loss in inner folds)"
    yield Sentence(
        f"The panel was validated by nested {panel['folds']}-fold cross-validation, repeated {panel['repeats']:,} "
        f"times, stratified by the outcome, with patients as units; {'the choice of miRNAs, ' if chosen else ''}"
        f"imputation of missing values by the median, standardization{tuned} and coefficients were those of the "
        "training patients of each fold.",
        ("varma2006",),
    )
    yield Sentence(
        f"The area under the ROC curve is the mean within the folds; the variance of its {_level(record)} "
        "interval is LeDell's, plus that between the repeats; calibration intercept and "
        "slope, Brier score and net benefit are of the out-of-fold risks, averaged over the repeats, with "
        "bootstrap intervals.",
        ("ledell2015", "vancalster2016", "brier1950", "vickers2006"),
    )
    if panel["bootstraps"]:
        yield Sentence(
            f"The optimism of the apparent area was estimated over {panel['bootstraps']:,} bootstrap samples of "
            "the patients, the model fitted anew in each.",
            ("harrell1996",),
        )


def _survival(record: StepRecord) -> Iterator[Sentence]:
    endpoints = record.number("survival")
    if not endpoints:
        return
    own = list(endpoints.values())
    plain = [each for each in own if not each.get("incidence")]
    if plain:
        yield from _plain_survival(record, plain)
    if len(plain) < len(own):
        yield Sentence(
            "Where several kinds of event compete, cumulative incidences were estimated by Aalen and Johansen's "
            f"method with log-log {_level(record)} confidence intervals"
            + (" and compared by Gray's test" if any(each.get("gray") is not None for each in own) else "")
            + "; hazards are cause-specific.",
            ("aalen1978", "gray1988"),
        )
    if any(each["delayed_entry"] for each in own):
        yield Sentence("Patients were counted as at risk from the time at which they came under observation.")
    yield from _hazards(own)


def _plain_survival(record: StepRecord, own: Sequence[Mapping[str, Any]]) -> Iterator[Sentence]:
    yield Sentence(
        f"Survival was estimated by Kaplan and Meier's method with log-log {_level(record)} confidence intervals.",
        ("kaplan1958",),
    )
    if any(each["P"] for each in own):
        strata = next((each["strata"] for each in own if each["strata"]), "")
        over = f", stratified by {strata}" if strata else ""
        yield Sentence(f"Groups were compared by the log-rank test{over}.", ("mantel1966",))


def _hazards(own: Sequence[Mapping[str, Any]]) -> Iterator[Sentence]:
    if any(each["hazards"] for each in own):
        yield Sentence(
            "Hazard ratios are from Cox's proportional hazards regression with Efron's method for ties and Wald's "
            "intervals; the proportionality of the hazards was tested by scaled Schoenfeld residuals, with P "
            "adjusted by Holm's method over the variables.",
            ("cox1972", "efron1977", "grambsch1994", "holm1979"),
        )
    monotone = list(dict.fromkeys(name for each in own for name in each.get("monotone", [])))
    if monotone:
        yield Sentence(
            f"As the partial likelihood has no maximum for {named(monotone, 'variable')}, Firth's penalized "
            "likelihood was used there, with profile intervals.",
            ("heinze2001",),
        )
    changing = sorted({name for each in own for name in each["changing"]})
    if changing:
        yield Sentence(f"The hazard ratios of {named(changing, 'variable')} changed with time.")


def _mirnas(record: StepRecord) -> Iterator[Sentence]:
    names = record.argument("mirna") or ()
    cutoffs = record.number("cutoffs") or []
    if names:
        searched = "" if cutoffs else "; no cut-off with the smallest P was searched for"
        yield Sentence(
            f"{joined(names)} {were(len(names))} analyzed as log2 expression and cut at the median{searched}."
        )
    if cutoffs:
        columns = list(dict.fromkeys(each["variable"] for each in cutoffs))
        yield Sentence(
            f"The cut-off of {joined(columns)} with the largest standardized statistic was searched among those "
            "that leave 10 % to 90 % of the patients below; P is corrected for the search by 10,000 random orders "
            "of the patients.",
            ("lausen1992",),
        )
    yield from _designs(record)
    screened = record.number("screened")
    how = [each for each in record.number("correlated_by") or [] if each != "eta"]
    if screened is None and not how:
        return
    parts = [
        *(["each outcome (odds or hazard ratio per doubling)"] if screened is not None else []),
        *([f"the columns of the patient table ({joined(how)} correlation)"] if how else []),
    ]
    yield Sentence(
        f"All miRNAs were compared with {joined(parts)}; P values of each were adjusted by the Benjamini-Hochberg "
        "procedure.",
        ("benjamini1995",),
    )


def _designs(record: StepRecord) -> Iterator[Sentence]:
    """Say how miRNAs were compared over levels, by a formula, and how interactions were tested."""
    levels = record.number("over_levels") or {}
    if levels:
        yield Sentence(
            f"miRNAs were compared over the levels of {joined(list(levels))} by analysis of variance, which "
            "assumes equal variances.",
            ("fisher1925",),
        )
    ordered = [name for name, own in levels.items() if own["ordered"]]
    if ordered:
        how = "exact without ties, else " if record.number("trend_exact") else ""
        yield Sentence(
            f"Trends over the ordered levels of {joined(ordered)} were tested by Jonckheere and Terpstra's test "
            f"(P {how}by the normal distribution with the variance corrected for ties) and by the linear contrast "
            "of the means.",
            ("jonckheere1954", "terpstra1952"),
        )
    anova = record.number("anova")
    if anova:
        balanced = "balanced" if anova["balanced"] else "not balanced"
        yield Sentence(
            f"miRNAs were compared by analysis of variance by {anova['formula']} with type II sums of squares; "
            f"the design was {balanced}.",
            ("langsrud2003",),
        )
    interactions = record.number("interactions") or {}
    if interactions:
        columns = list(dict.fromkeys(name for own in interactions.values() for name in own["columns"]))
        yield Sentence(
            f"Interactions of miRNAs with {joined(columns)} were tested by likelihood ratios, with the false "
            "discovery rate over all miRNAs and columns of an outcome.",
            ("benjamini1995",),
        )


def _level(record: StepRecord) -> str:
    return f"{number(100 * (record.number('confidence') or 0.95))} %"
