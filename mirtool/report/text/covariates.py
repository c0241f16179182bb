"""What the columns of the sample sheet explain, in words."""

from __future__ import annotations

from collections.abc import Iterator

from mirtool.covariates import ALPHA, GROUP, BatchCorrection, CovariateAnalysis
from mirtool.errors import option
from mirtool.report.text.blocks import Block, Grid, Line, Summary
from mirtool.report.text.numbers import MISSING
from mirtool.wording import plural

COLUMNS_SHOWN = 10


def cautions(analysis: CovariateAnalysis, correction: BatchCorrection | None = None) -> list[str]:
    """Return what must not be overlooked: a batch confounded with the group, or stronger; what was subtracted."""
    found = []
    batch = analysis.batch
    if batch is not None and analysis.position(batch) is not None:
        pair = analysis.association(GROUP, batch)
        if pair is not None and pair.is_full:
            found.append(
                f"{batch} and group can't be told apart (Cramér's V 1): what differs between the groups may be "
                "the batch, and no model separates the two"
            )
        elif analysis.leads(batch):
            found.append(
                f"component 1 follows {batch} more than group: put it into the model, "
                f"`mirtool diff` with {option('covariate', batch)}"
            )
    if correction is not None:
        found.append(
            "batch-corrected values are for pictures and download, not for tests: in a test put the batch into "
            f"the model, `mirtool diff` with {option('covariate', correction.column)}"
        )
    return found


def covariates_summary(analysis: CovariateAnalysis, correction: BatchCorrection | None) -> Summary:
    """Return what each component follows, what each column explains, and what was left out."""
    blocks: list[Block] = [Line(text) for text in component_sentences(analysis)]
    blocks.append(_shares(analysis))
    blocks += [
        Line(f"{each.first} and {each.second} can't be told apart: one follows from the other.")
        for each in analysis.associations
        if each.is_full and analysis.batch not in (each.first, each.second)
    ]
    blocks += [
        Line(f"{each.name}: {plural(each.n_missing, 'sample')} without a value left out.")
        for each in analysis.covariates
        if each.n_missing
    ]
    if analysis.unused:
        reasons = "; ".join(f"{each.name} ({each.reason})" for each in analysis.unused)
        blocks.append(Line(f"{plural(len(analysis.unused), 'column')} not used: {reasons}."))
    if correction is not None:
        blocks += [Line(text) for text in _corrected(correction)]
    return tuple(blocks)


def component_sentences(analysis: CovariateAnalysis) -> Iterator[str]:
    """Yield what each component follows: the column of smallest P among those at the FDR; the group beside it."""
    without = []
    for k in range(analysis.n_components):
        found = analysis.followed(k)
        if found is None:
            without.append(k + 1)
            continue
        name, fit = analysis.covariates[found].name, analysis.fits[found]
        group = analysis.position(GROUP)
        beside = "" if group in (None, found) else f"; group explains {analysis.fits[group].share[k]:.2f} of it"
        yield (
            f"Component {k + 1} ({100 * analysis.placed.explained[k]:.0f} %) follows {name} "
            f"(R² {fit.share[k]:.2f}, FDR {analysis.fdr[found, k]:.2g}){beside}."
        )
    if without:
        which = "component" if len(without) == 1 else "components"
        yield f"No column explains {which} {', '.join(map(str, without))} at FDR {ALPHA:g}."


def _shares(analysis: CovariateAnalysis) -> Grid:
    shares = zip(analysis.covariates, analysis.variances, strict=True)
    rows = [
        [each.name, each.taken_as, _percent(own.share), _percent(own.adjusted), _p(own.p_value)]
        for each, own in sorted(shares, key=lambda pair: -_known(pair[1].adjusted))
    ]
    header = ["column", "taken as", "share of variance", "adjusted", "P"]
    return Grid(header, rows, most=COLUMNS_SHOWN)


def _corrected(correction: BatchCorrection) -> Iterator[str]:
    yield f"{correction.column} subtracted from the values of {plural(len(correction.samples), 'sample')}."
    if correction.left_out:
        yield f"Left out, without a group or a batch: {', '.join(correction.left_out)}."
    failed, one = len(correction.corrected.not_estimable), correction.corrected.one_batch
    if failed:
        yield f"{plural(failed, 'probe')} missing: their values leave batch and group that can't be told apart."
    if one:
        yield f"{plural(one, 'probe')} with values in one batch only unchanged."


def _known(value: float) -> float:
    return value if value == value else -1.0


def _percent(value: float) -> str:
    return MISSING if value != value else f"{100 * value:.1f} %"


def _p(value: float) -> str:
    return MISSING if value != value else f"{value:.2g}"
