"""The items of MIAME, and where a study knows them from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mirtool.report.methods.checklists import Item
from mirtool.report.methods.facts import METHODS_TEXT, StudyFacts
from mirtool.report.methods.record import joined, number
from mirtool.report.platform import LANE
from mirtool.wording import plural

_RAW, _PROCESSED, _SAMPLES = "Raw data", "Processed data", "Samples and factors"
_DESIGN, _ARRAY, _PROTOCOLS = "Design", "Array design", "Protocols"


def _matrix(facts: StudyFacts) -> str:
    record = facts.record("normalize")
    path = next((path for path in record.outputs if path.endswith("normalized.csv")), "")
    kept, samples = record.number("kept"), record.number("samples") or ()
    size = f": {plural(kept, 'probe')} × {plural(len(samples), 'array')}" if kept is not None and samples else ""
    if not path and facts.scale == "log2" and facts.samples is not None:
        return f"{joined(dict.fromkeys(Path(file).name for file in facts.samples.files if file))} (log2)"
    return f"{path}{size}" if path else ""


def _images(facts: StudyFacts) -> str:
    names = facts.headers.get("ImageFiles", ())
    return f"named in the raw files: {names[0]}{f' to {names[-1]}' if len(names) > 1 else ''}" if names else ""


def _excluded(facts: StudyFacts) -> str:
    record = facts.record("normalize")
    if record.unit == LANE:
        return f"missing counts: {sum(record.number('missing') or ()):,}"
    counts = {
        "flagged spots": record.number("flagged_out"),
        "signals without a spot": record.number("missing"),
        "signals that are not positive": record.number("non_positive"),
    }
    return "; ".join(f"{words}: {sum(own):,}" for words, own in counts.items() if own)


def _processing(facts: StudyFacts) -> str:
    preset = facts.record("normalize").number("preset")
    return f"recipe {preset}; {METHODS_TEXT}" if preset else ""


def _characteristics(facts: StudyFacts) -> str:
    return joined(facts.characteristics)


def _comparisons(facts: StudyFacts) -> str:
    record = facts.record("diff")
    each = record.number("comparisons") or ([record.summary] if record.number("tested") else [])
    return "; ".join(f"{joined(own['tested'])} against {joined(own['reference'])}" for own in each)


def _factors(facts: StudyFacts) -> str:
    return f"group: {facts.groups}" if facts.groups else ""


def _sample_files(facts: StudyFacts) -> str:
    return f"sample sheet; {facts.raw_files}" if facts.raw_files else ""


def _quality(facts: StudyFacts) -> str:
    verdicts = list((facts.record("qc").number("verdicts") or {}).values())
    counts = joined(f"{verdicts.count(each)} {each}" for each in dict.fromkeys(verdicts))
    return f"outlier rules of arrayQualityMetrics: {counts} (results/qc_arrays.csv)" if verdicts else ""


def _one_channel(facts: StudyFacts) -> str:
    record = facts.record("normalize")
    if record.number("numerator") or not record.number("channel"):
        return ""
    return f"one channel was analyzed ({record.number('channel')})"


def _spots(facts: StudyFacts) -> str:
    record = facts.record("normalize")
    spots, replicates = record.number("spots"), record.number("probes_by_replicates") or {}
    if spots is None:
        return ""
    each = joined((f"{n} of {number(count)} probes" for n, count in replicates.items()), "and")
    return f"{plural(spots, 'spot')} per array" + (f"; replicate spots: {each}" if each else "")


def _kinds(facts: StudyFacts) -> str:
    kinds = facts.record("normalize").number("probes_by_kind") or {}
    return ", ".join(f"{kind} {number(n)}" for kind, n in kinds.items())


def _names(facts: StudyFacts) -> str:
    names = facts.record("normalize").number("mirna_names", "names")
    return f"{plural(names, 'miRNA name')}, looked up in miRBase" if names else ""


def _no_spike_ins(facts: StudyFacts) -> str:
    kinds = facts.record("normalize").number("probes_by_kind")
    return "the array has no spike-in probes" if kinds and not kinds.get("spike-in") else ""


def _of_lanes(reason: str) -> Callable[[StudyFacts], str]:
    """Return why an item does not apply to lanes of NanoString, for studies of these."""
    return lambda facts: reason if facts.record("normalize").unit == LANE else ""


_COUNTED = "the instrument counts codes; an RCC file holds the counts, not an image"


def _scan(facts: StudyFacts) -> str:
    if facts.record("normalize").unit != LANE:
        return facts.scan
    scanner = facts.header("ScannerID")
    return f"instrument {scanner}; {facts.header('FovCount')} fields of view per lane" if scanner else ""


def _design(facts: StudyFacts) -> str:
    return facts.header("GeneRLF") if facts.record("normalize").unit == LANE else ""


def _statistics(facts: StudyFacts) -> str:
    return METHODS_TEXT if "diff" in facts.records else ""


MIAME = (
    Item(_RAW, "Raw data file of each array", "the scanner's files, one per array", lambda f: f.raw_files),
    Item(_RAW, "Scan images", "name the images (TIFF) and say where they are kept", _images, _of_lanes(_COUNTED)),
    Item(_RAW, "Public accession", "deposit the data (mirtool geo) and give the accession number"),
    Item(_PROCESSED, "Normalized values of all arrays", "run mirtool normalize", _matrix),
    Item(
        _PROCESSED,
        "How they were computed",
        "run mirtool normalize, or say how the values were normalized before",
        _processing,
    ),
    Item(_PROCESSED, "What was excluded", "run mirtool normalize", _excluded),
    Item(
        _SAMPLES, "Experimental factors and their values", "fill in the column group of the sample sheet", _factors
    ),
    Item(
        _SAMPLES,
        "Organism",
        "the species of the samples (a column organism in the sample sheet)",
        lambda f: f.column("organism", "species"),
    ),
    Item(
        _SAMPLES,
        "Source",
        "tissue, cell line or body fluid (a column source in the sample sheet)",
        lambda f: f.column("source", "source name", "tissue", "cell line", "cell type", "fluid"),
    ),
    Item(
        _SAMPLES,
        "Characteristics of each sample",
        "age, sex, disease state, strain …, as columns of the sample sheet",
        _characteristics,
    ),
    Item(_SAMPLES, "Treatment, growth and storage", "what was done to the samples before RNA was extracted"),
    Item(_SAMPLES, "Provider and consent", "who provided the samples; ethics approval for human samples"),
    Item(_DESIGN, "Aim of the experiment", "one sentence on what was asked"),
    Item(_DESIGN, "Which file belongs to which sample", "name the files in the sample sheet", _sample_files),
    Item(_DESIGN, "Biological and technical replicates", "which arrays are of different individuals or cultures"),
    Item(_DESIGN, "Comparisons", "run mirtool diff", _comparisons),
    Item(
        _DESIGN,
        "Common reference and dye swaps",
        "which sample the second channel holds, and whether dyes were swapped",
        unless=_one_channel,
    ),
    Item(_DESIGN, "Quality control", "run mirtool qc", _quality),
    Item(_ARRAY, "Array design", "name, manufacturer, catalog number or GEO platform (GPL…)", _design),
    Item(
        _ARRAY,
        "Array list",
        "the GAL file or another list of the spots",
        lambda f: f.header("GalFile"),
        _of_lanes("every RCC file lists the codes of the panel"),
    ),
    Item(_ARRAY, "Spots and replicate spots", "number of spots and of replicates per probe", _spots),
    Item(_ARRAY, "Kinds of probes and controls", "which spots are controls", _kinds),
    Item(_ARRAY, "Names of the probes", "the miRNA that each probe measures", _names),
    Item(_ARRAY, "Sequences of the probes", "the sequences, or the manufacturer's list that holds them"),
    Item(_PROTOCOLS, "RNA extraction and quality", "kit, amount, purity and integrity (A260/280, RIN)"),
    Item(_PROTOCOLS, "Labeling", "amount of RNA, dye, kit"),
    Item(_PROTOCOLS, "Spike-ins", "which spike-ins were added, how much, at which step", unless=_no_spike_ins),
    Item(_PROTOCOLS, "Hybridization and washing", "chamber, solution, temperature, time"),
    Item(_PROTOCOLS, "Scanning", "scanner, wavelengths, gain, resolution", _scan),
    Item(
        _PROTOCOLS,
        "Image analysis",
        "program and version, how spots were flagged",
        lambda f: f.header("Creator"),
        _of_lanes(_COUNTED),
    ),
    Item(_PROTOCOLS, "Normalization", "run mirtool normalize", _processing),
    Item(_PROTOCOLS, "Statistical analysis", "run mirtool diff", _statistics),
)
"""The items in the order of the six elements of MIAME."""
