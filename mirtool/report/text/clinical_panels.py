"""A panel in words: its area with apparent, optimism and corrected in one line, and what must be known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mirtool.clinical.settings import FEWEST_PER_CANDIDATE
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line
from mirtool.report.text.numbers import MISSING, finite_or_none, ratio_in_words
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.clinical.panels.analysis import Panel
    from mirtool.clinical.panels.performance import Estimate

CHOSEN_SHOWN = 5


def panel_blocks(panel: Panel) -> list[Block]:
    """Return the area first, how much of it is optimism, then calibration, points, benefit and stability."""
    record = panel_record(panel)
    own = panel.performance
    rows = [
        [
            point.name,
            ratio_in_words(point.sensitivity.value, point.sensitivity.low, point.sensitivity.high),
            ratio_in_words(point.specificity.value, point.specificity.low, point.specificity.high),
            f"{point.threshold.value:.3f}",
        ]
        for point in own.points
    ]
    blocks: list[Block] = [Heading(area_sentence(record))]
    crowded = crowded_sentence(record)
    if crowded:
        blocks.append(Caution(crowded))
    blocks += [
        Line(
            f"Calibration: slope {_ends(own.slope)}, intercept {_ends(own.intercept)}; Brier score "
            f"{own.brier.value:.3f}, without a panel {own.brier_of_share:.3f}."
        ),
        Line(benefit_sentence(record)),
        Grid(("at", "sensitivity", "specificity", "risk"), rows, detail=True),
        Line("Youden's point was chosen on these patients: on others it is less good.", detail=True),
    ]
    if panel.is_chosen:
        blocks.append(Line(stability_sentence(record)))
    if panel.left_out or panel.imputed:
        blocks.append(
            Line(
                f"{plural(panel.left_out, 'patient')} left out, without the outcome or any value; "
                f"{plural(panel.imputed, 'missing value')} imputed by the median of each training fold.",
                detail=True,
            )
        )
    return blocks


def _ends(own: Estimate) -> str:
    if own.value != own.value:
        return MISSING
    return f"{own.value:.2f} ({own.low:.2f} to {own.high:.2f})".replace("-", "−")


def panel_record(panel: Panel) -> dict[str, Any]:
    """Return what the record of a run keeps of a panel."""
    own = panel.performance
    counts = panel.chosen_in
    names = [str(name or of) for of, name in zip(panel.candidates.ids, panel.candidates.names, strict=True)]
    order = sorted(range(len(names)), key=lambda j: -int(counts[j]))[:CHOSEN_SHOWN]
    return {
        "outcome": panel.outcome,
        "model": panel.plan.model,
        "most": panel.plan.most,
        "members": list(panel.members),
        "candidates": len(names),
        "patients": len(panel.has),
        "events": panel.events,
        "per_candidate": panel.per_candidate,
        "left_out": panel.left_out,
        "imputed": panel.imputed,
        "folds": panel.folds,
        "repeats": panel.repeats,
        "confidence": panel.confidence,
        "area": [own.area.value, own.area.low, own.area.high],
        "apparent": panel.apparent.area,
        "optimism": panel.optimism,
        "bootstraps": None if panel.bootstrap is None else panel.bootstrap.samples,
        "slope": [finite_or_none(value) for value in (own.slope.value, own.slope.low, own.slope.high)],
        "intercept": [
            finite_or_none(value) for value in (own.intercept.value, own.intercept.low, own.intercept.high)
        ],
        "brier": own.brier.value,
        "brier_of_share": own.brier_of_share,
        "useful": None if own.useful is None else list(own.useful),
        "chosen": {names[j]: int(counts[j]) / len(panel.validation.panels) for j in order},
    }


def area_sentence(record: Mapping[str, Any]) -> str:
    """Return the area with apparent, optimism and corrected: never the apparent one alone."""
    if record["most"] is None:
        which = ", ".join(record["members"])
    else:
        which = f"{', '.join(record['members']) or 'none'}; up to {record['most']} chosen from "
        which += f"{record['candidates']:,}"
    area = f"AUC {ratio_in_words(*record['area'])} on patients it has not seen"
    apparent, optimism = record["apparent"], record["optimism"]
    if record["bootstraps"] is None:
        beside = f"apparent {apparent:.3f}, of which {optimism:.3f} is optimism"
    else:
        beside = f"apparent {apparent:.3f}, optimism {optimism:.3f}, corrected {apparent - optimism:.3f}"
    return f"Panel for {record['outcome']} ({which}): {area}; {beside.replace('-', '−')}."


def crowded_sentence(record: Mapping[str, Any]) -> str:
    """Return what follows of few patients per candidate; empty where there are enough."""
    if record["per_candidate"] >= FEWEST_PER_CANDIDATE:
        return ""
    fewer = min(record["events"], record["patients"] - record["events"])
    return (
        f"{plural(fewer, 'patient')} of the rarer outcome for {plural(record['candidates'], 'candidate')} "
        f"({record['per_candidate']:.2g} per candidate, fewer than {FEWEST_PER_CANDIDATE}): which miRNAs are in "
        "the panel, and how good it is, is uncertain"
    )


def benefit_sentence(record: Mapping[str, Any]) -> str:
    """Return at which risks the panel is of more benefit than treating everyone or no one."""
    share = f"where {100 * record['events'] / record['patients']:.0f} % have the outcome, as here"
    if record["useful"] is None:
        return f"Net benefit: at no risk larger than treating everyone or no one ({share})."
    low, high = record["useful"]
    return f"Net benefit larger than treating everyone or no one at risks from {low:.2f} to {high:.2f} ({share})."


def stability_sentence(record: Mapping[str, Any]) -> str:
    """Return which miRNAs were chosen most often in the cross-validation."""
    n = record["folds"] * record["repeats"]
    often = ", ".join(f"{name} {100 * share:.0f} %" for name, share in record["chosen"].items() if share > 0)
    return f"Chosen in the {n:,} panels of the cross-validation: {often or 'none'}."


def panel_sentences(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the study's page says of a panel."""
    yield area_sentence(record)
    slope = record["slope"][0]
    calibrated = "no slope" if slope is None else f"slope {slope:.2f}"
    yield (
        f"Calibration of the panel: {calibrated}; Brier score {record['brier']:.3f}, without a panel "
        f"{record['brier_of_share']:.3f}."
    )
    yield benefit_sentence(record)
    if record["most"] is not None:
        yield stability_sentence(record)


def panel_marks(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what must be known before a panel is believed."""
    crowded = crowded_sentence(record)
    if crowded:
        yield f"panel: {crowded}."
    if record["area"][1] <= 0.5:
        yield "panel: the interval of its AUC on patients it has not seen includes 0.5, chance."
