"""A meta-analysis in words: which miRNAs changed in all studies together, and what each study says."""

from __future__ import annotations

from typing import Any

import numpy as np

from mirtool.meta.analysis import TITLES, MetaAnalysis
from mirtool.meta.settings import ESTIMATES
from mirtool.report.text.blocks import Block, Caution, Grid, Line, Pairs, Summary
from mirtool.report.text.numbers import MISSING, p_in_words
from mirtool.wording import plural

MIRNAS_SHOWN = 8
FEWEST_FOR_SHIFT = 20
ROWS = {"random": "random effects", "hartung-knapp": "Hartung-Knapp", "fixed": "fixed effect"}


def meta_summary(found: MetaAnalysis) -> Summary:
    """Return how many miRNAs changed by each estimate, the first of them, and the studies."""
    joined, settings = found.joined, found.settings
    n_combined = int(found.is_combined.sum())
    n_studies = len(joined.studies)
    chosen = ESTIMATES[settings.method].description.partition(",")[0]
    where = (
        f"{n_studies} studies"
        if settings.min_studies == n_studies
        else (f"{settings.min_studies} or more of {n_studies} studies")
    )
    blocks: list[Block] = [
        Line(
            f"{plural(int(found.changed.sum()), 'miRNA')} of {n_combined:,} in {where} changed with "
            f"FDR ≤ {settings.alpha:g} ({chosen}): {_directions(found)}."
        ),
        Grid(
            (f"FDR ≤ {settings.alpha:g}", "miRNAs", "up", "down"),
            [
                (
                    ROWS[method],
                    f"{sum(counts.values()):,}",
                    *(f"{n:,}" for n in counts.values()),
                )
                for method in ("random", "hartung-knapp", "fixed")
                for counts in [_counts(found, method)]
            ],
        ),
        _first_mirnas(found),
    ]
    shift, error = found.shift
    if n_combined >= FEWEST_FOR_SHIFT and abs(shift) > error:
        own = ", ".join(
            f"{label} {np.nanmedian(joined.effect[found.is_combined, j]):+.2f}"
            for j, label in enumerate(joined.labels)
        )
        blocks.append(
            Caution(
                f"the median log2 ratio of all miRNAs together is {shift:+.2f} ({own}): a shift of most miRNAs, "
                "as an offset of the normalization gives, counts as change"
            )
        )
    if n_combined == 1:
        blocks.append(Caution("a single miRNA is in several studies, so that FDR is P"))
    blocks += [
        Pairs([(each.label, _study_in_words(found, j)) for j, each in enumerate(joined.studies)]),
        Pairs(
            [
                ("heterogeneity", _heterogeneity(found)),
                ("in one study only", plural(int((joined.k == 1).sum()), "miRNA") + ", not combined"),
                *([] if found.weighted else [("Stouffer", "equal weights: a table does not say its samples")]),
            ]
        ),
        Pairs(
            [(each.label, "; ".join((each.how, *each.notes))) for each in joined.studies],
            detail=True,
        ),
    ]
    return tuple(blocks)


def _counts(found: MetaAnalysis, method: str) -> dict[str, int]:
    passing = found.fdr(method) <= found.settings.alpha
    effect = found.estimate(method).effect
    return {"up": int((passing & (effect > 0)).sum()), "down": int((passing & (effect < 0)).sum())}


def _directions(found: MetaAnalysis) -> str:
    counts = _counts(found, found.settings.method)
    mixed = int((found.changed & (found.direction == "mixed")).sum())
    more = f"; {mixed:,} not in the same direction in all studies" if mixed else ""
    return f"{counts['up']:,} up, {counts['down']:,} down{more}"


def _first_mirnas(found: MetaAnalysis) -> Grid:
    joined, method = found.joined, found.settings.method
    own, fdr = found.estimate(method), found.fdr(method)
    other = "random" if method == "hartung-knapp" else "hartung-knapp"
    other_fdr = found.fdr(other)
    rows = [
        (
            joined.name[i],
            f"{own.effect[i]:+.2f}",
            f"{own.low[i]:+.2f} to {own.high[i]:+.2f}",
            f"{joined.k[i]}",
            found.direction[i],
            f"{100 * found.combined.i2[i]:.0f} %",
            p_in_words(float(fdr[i])),
            p_in_words(float(other_fdr[i])),
        )
        for i in found.order[:MIRNAS_SHOWN]
        if found.is_combined[i]
    ]
    header = ("", "log2 ratio", "95 % interval", "studies", "direction", "I²", "FDR", f"FDR ({TITLES[other]})")
    return Grid(header, rows, optional=("I²", "studies", "direction"))


def _study_in_words(found: MetaAnalysis, j: int) -> str:
    study, settings = found.joined.studies[j], found.settings
    measured = np.isfinite(found.joined.effect[:, j])
    arrays = found.joined.arrays[measured, j]
    parts = [study.comparison or "groups not stated", plural(len(study), "miRNA")]
    if np.isfinite(arrays).any():
        parts.append(f"up to {plural(int(np.nanmax(arrays)), 'sample')}")
    if np.isfinite(found.joined.adjusted[:, j]).any():
        alone = found.found_by(j)
        parts.append(
            f"alone {alone.sum():,} with FDR ≤ {settings.alpha:g}, of which {(alone & found.changed).sum():,} "
            "changed in all together"
        )
    if study.label in settings.flip:
        parts.append("flipped")
    return ", ".join(parts)


def _heterogeneity(found: MetaAnalysis) -> str:
    i2 = found.combined.i2[found.is_combined]
    differ = int((found.combined.q_p <= 0.05).sum())
    median = f"{100 * float(np.median(i2)):.0f} %" if len(i2) else MISSING
    return f"median I² {median}; studies differ with P(Q) ≤ 0.05 in {differ:,} of {plural(len(i2), 'miRNA')}"


def meta_numbers(found: MetaAnalysis) -> dict[str, Any]:
    """Return what the record of a run keeps."""
    joined = found.joined
    return {
        "studies": [
            {
                "label": each.label,
                "path": each.path,
                "comparison": each.comparison,
                "mirnas": len(each),
                "effect": each.how,
                "left_out": list(each.notes),
            }
            for each in joined.studies
        ],
        "mirnas": len(joined.name),
        "combined": int(found.is_combined.sum()),
        "changed": {method: _counts(found, method) for method in TITLES},
        "stouffer_weights": "square root of samples" if found.weighted else "equal",
    }
