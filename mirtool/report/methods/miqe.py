"""The items of MIQE 2.0, and where a study knows them from."""

from __future__ import annotations

from mirtool.io.arrays.settings import FROM_TABLE
from mirtool.report.methods.checklists import Item
from mirtool.report.methods.facts import METHODS_TEXT, StudyFacts
from mirtool.report.methods.record import StepRecord, joined, number
from mirtool.stats.adjustment_methods import ADJUSTMENTS
from mirtool.wording import plural

_DESIGN, _SAMPLE, _RNA, _RT = "Experimental design", "Sample", "Nucleic acids", "Reverse transcription"
_ASSAY, _RUN, _VALIDATION, _ANALYSIS = "Assays", "qPCR run", "Validation of the assays", "Data analysis"
_REVISION = "bustin2025"
_TESTS = {
    "welch": "Welch's t test on ΔCt",
    "student": "Student's t test on ΔCt",
    "paired": "paired t test on ΔCt",
    "mann-whitney": "Mann-Whitney test on ΔCt",
}


def _record(facts: StudyFacts) -> StepRecord:
    """Return the record of the validation; of a panel that is the study itself, that of its normalization."""
    own = facts.record("validate")
    normalized = facts.record("normalize")
    return normalized if normalized.is_panel and not own.summary else own


def _groups(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        return facts.groups
    sides = {**(record.number("tested") or {}), **(record.number("reference") or {})}
    return ", ".join(f"{group} ({len(names)})" for group, names in sides.items())


def _wells(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        assays = sum((record.number("probes_by_kind") or {}).values())
        samples, wells = record.number("samples") or (), max(_replicates(record), default=1)
        return f"{plural(assays, 'assay')}, {plural(len(samples), 'sample')}, up to {plural(wells, 'well')} each"
    wells, targets = record.number("wells"), record.number("targets")
    if wells is None:
        return ""
    return plural(wells, "well") + (f" of {plural(targets, 'target')}" if targets is not None else "")


def _replicates(record: StepRecord) -> list[int]:
    return [int(n) for n in record.number("probes_by_replicates") or ()]


def _targets(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        return f"{plural(record.number('counting_probes') or 0, 'miRNA')} (results/normalized_assays.csv)"
    targets = record.number("targets")
    return f"{plural(targets, 'target')} (results/validation.csv)" if targets is not None else ""


def _given_efficiencies(facts: StudyFacts) -> str:
    given = _record(facts).argument("efficiency") or ()
    return "in the Ct table" if FROM_TABLE in given else joined(given)


def _references(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        names = [str(each) for each in record.number("reference_names") or ()]
        n = record.number("n_references")
        mean = f"mean of {plural(n, 'miRNA')}" if n else ""
        return joined(names) or mean
    return joined(record.argument("reference") or ())


def _stability(facts: StudyFacts) -> str:
    if _record(facts).wrote("normalized_references.csv"):
        return "geNorm M and NormFinder (results/normalized_references.csv)"
    measured = _record(facts).wrote("validation_references.csv")
    return "geNorm M and NormFinder (results/validation_references.csv)" if measured else ""


def _one_reference(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel and record.number("between") in ("global-mean", "expressed-mean"):
        return "the reference is the mean of the panel"
    one = len(record.argument("reference") or ()) == 1
    return "there is one reference gene; use two or more" if one else ""


def _quantities(facts: StudyFacts) -> str:
    return f"efficiencies: {_given_efficiencies(facts)}" if _given_efficiencies(facts) else ""


def _undetermined(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        words = {"floor": "given the Ct of the limit", "keep": "used where there is a Ct"}
        done = words.get(str(record.argument("not_detected")), "missing")
        values = plural(sum(record.number("not_detected") or ()), "value")
        return f"{values} without a Ct up to {number(record.number('limit'))}, {done}"
    without = record.number("wells_without_ct")
    if without is None:
        return ""
    put = record.argument("undetermined")
    became = "missing" if put is None else f"given a Ct of {number(put)}"
    return f"{plural(without, 'well')} without a Ct" + (f", {became}" if without else "")


def _outliers(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        n = sum(record.number("flagged_out") or ())
        return f"{plural(n, 'well')} excluded" + (
            f", off by more than {number(record.argument('replicate_limit'))} cycles" if n else ""
        )
    out, limit = record.number("wells_left_out_as_outliers"), record.argument("replicate_limit")
    if out is None:
        return ""
    if record.argument("keep_outliers"):
        return "none was excluded"
    return f"{plural(out, 'well')} excluded" + (f", off by more than {number(limit)} cycles" if limit else "")


def _test(facts: StudyFacts) -> str:
    record = _record(facts)
    if record.is_panel:
        diff = facts.record("diff")
        heading = getattr(ADJUSTMENTS.get(str(diff.argument("adjust"))), "heading", "")
        return f"{diff.argument('test')} test on −ΔCt, {heading} ({METHODS_TEXT})" if diff.summary else ""
    adjust = record.argument("adjust")
    test = _TESTS.get(str(record.argument("test")), "")
    heading = getattr(ADJUSTMENTS.get(str(adjust)), "heading", "")
    return test + (f", {heading}" if test and heading else "")


def _software(facts: StudyFacts) -> str:
    version = _record(facts).versions.get("mirtool")
    return f"mirtool {version}" if version else ""


def _ct_tables(facts: StudyFacts) -> str:
    return facts.raw_files if _record(facts).is_panel else joined(_record(facts).argument("ct") or ())


def _intervals(facts: StudyFacts) -> str:
    confidence = _record(facts).argument("confidence")
    return f"{number(100 * confidence)} % confidence intervals (results/validation.csv)" if confidence else ""


def _spread(facts: StudyFacts) -> str:
    if _record(facts).is_panel:
        return (
            "SD of the replicate wells (results/normalized_assays.csv)"
            if max(_replicates(_record(facts)), default=1) > 1
            else ""
        )
    written = _record(facts).wrote("validation_ct.csv")
    return "SD of the replicate wells (results/validation_ct.csv)" if written else ""


MIQE = (
    Item(_DESIGN, "Groups and number of samples", "the groups and n", _groups),
    Item(_DESIGN, "Wells and targets", "number of targets, samples and technical replicates", _wells),
    Item(_DESIGN, "Biological replicates", "which samples are of different individuals or cultures"),
    Item(
        _SAMPLE, "Description and processing", "tissue or fluid, how it was obtained, hemolysis where it matters"
    ),
    Item(_SAMPLE, "Storage", "temperature, time, number of thaws"),
    Item(_RNA, "Extraction", "kit, volume of sample and eluate, carrier or spike-in RNA"),
    Item(_RNA, "Quantity, purity and integrity", "method and values; for fluids, what replaces them"),
    Item(_RNA, "Contamination and inhibition", "DNase treatment, no-RT control, test for inhibitors"),
    Item(_RT, "Protocol", "kit, priming (stem-loop or poly(A)), amount of RNA, volume, temperature and time"),
    Item(_RT, "Storage of cDNA", "dilution, temperature, time"),
    Item(_ASSAY, "Targets", "name and accession of each miRNA", _targets),
    Item(_ASSAY, "Primers and probes", "sequences, or catalog numbers with the sequence that is amplified"),
    Item(_ASSAY, "Specificity by design", "which similar miRNAs the assay may detect"),
    Item(_RUN, "Instrument and plastics", "instrument, plate, seal"),
    Item(_RUN, "Reaction and cycling", "chemistry, volume, concentrations, temperatures and times"),
    Item(_RUN, "Controls without template", "number and Ct of the wells without template"),
    Item(_VALIDATION, "Specificity", "melting curves, gel or sequence"),
    Item(
        _VALIDATION,
        "Efficiency of each assay",
        "measure it by a dilution series (a factor of 2 per cycle was assumed)",
        _given_efficiencies,
    ),
    Item(
        _VALIDATION,
        "Dynamic range and detection limit",
        "range and limit of each assay, and how they were found",
        source=_REVISION,
    ),
    Item(_ANALYSIS, "Ct values", "which threshold and baseline the instrument's program used"),
    Item(_ANALYSIS, "Program", "name and version", _software),
    Item(_ANALYSIS, "Reference genes", "names, and why these", _references),
    Item(
        _ANALYSIS,
        "Stability of the reference genes",
        "measure it in these samples",
        _stability,
        unless=_one_reference,
    ),
    Item(
        _ANALYSIS,
        "Quantities corrected for efficiency",
        "measure the efficiencies and give them to mirtool",
        _quantities,
        source=_REVISION,
    ),
    Item(_ANALYSIS, "Wells without a Ct", "how they were treated", _undetermined),
    Item(_ANALYSIS, "Wells excluded", "which, and by which rule", _outliers),
    Item(_ANALYSIS, "Spread of the technical replicates", "SD of the replicate wells", _spread),
    Item(_ANALYSIS, "Statistical test", "test and adjustment", _test),
    Item(_ANALYSIS, "Confidence intervals of the ratios", "intervals of all ratios", _intervals),
    Item(_ANALYSIS, "Prediction intervals of the quantities", "mirtool does not compute them", source=_REVISION),
    Item(_ANALYSIS, "Ct table", "the table of all wells", _ct_tables),
    Item(_ANALYSIS, "Raw fluorescence", "deposit the curves (RDML or the instrument's file)", source=_REVISION),
)
"""The items in the order of the parts of MIQE."""
