"""What a normalization of a qPCR panel counted, in plain words: the lines that ``mirtool normalize`` shows."""

from __future__ import annotations

from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.normalize.methods import kept_where
from mirtool.normalize.report import REFERENCE, PanelReport
from mirtool.report.text.blocks import Block, Grid, Line, Pairs
from mirtool.wording import plural

SAMPLES_SHOWN = 8
"""Samples whose numbers are for everyone; those of more are details."""

REFERENCE_SPREAD = 3.0
"""Cycles between the samples' references above which they are said to differ much (8-fold)."""


def panel_blocks(report: PanelReport) -> list[Block]:
    """Return what was kept and against what the values are, then what was counted; the details last."""
    header = ["sample", "reference Ct", "detected", "not detected", "not measured", "wells left out"]
    columns = (report.detected, report.not_detected, report.not_measured, report.flagged_out)
    rows = [
        [name, f"{report.reference_ct[i]:.2f}", *(f"{column[i]:,}" for column in columns)]
        for i, name in enumerate(report.samples)
    ]
    if report.between == "none":
        header, rows = [header[0], *header[2:]], [[row[0], *row[2:]] for row in rows]
    return [
        *map(Line, _finding_lines(report)),
        Pairs(_main_pairs(report)),
        Grid(header, rows, optional=header[:-3:-1], detail=len(rows) > SAMPLES_SHOWN),
        Pairs(_detail_pairs(report), detail=True),
    ]


def _finding_lines(report: PanelReport) -> list[str]:
    where = kept_where(report.keep, report.keep_share, "sample")
    kept = f"{report.kept:,} of {plural(report.counting_probes, 'miRNA')} kept"
    lines = [f"{kept}: detected {where}." if where else f"{kept}."]
    words = next((each.removeprefix(REFERENCE) for each in report.remarks if each.startswith(REFERENCE)), "")
    if words:
        (low, lowest), (high, highest) = _reference_range(report)
        lines.append(f"Reference: {words}. Its Ct lies between {low:.2f} ({lowest}) and {high:.2f} ({highest}).")
    return lines


def _reference_range(report: PanelReport) -> tuple[tuple[float, str], tuple[float, str]]:
    """Return the lowest and the highest Ct of the reference, each with its sample."""
    named = dict(zip(report.reference_ct, report.samples, strict=True))
    low, high = min(named), max(named)
    return (low, named[low]), (high, named[high])


def _main_pairs(report: PanelReport) -> list[tuple[str, str]]:
    values = report.counting_probes * len(report.samples)
    what = "−ΔCt = Ct of the reference − Ct" if report.between != "none" else f"{report.limit:g} − Ct"
    n = sum(report.not_detected)
    pairs = [
        ("recipe", f"{report.preset}: {what}, {report.replicates} of replicate wells"),
        ("scale", "log2: one cycle is one doubling unless an efficiency is stated; more is higher"),
        ("detected", f"Ct at most {report.limit:g}: {sum(report.detected):,} of {values:,} values; "
         f"{n:,} not detected, {sum(report.not_measured):,} not measured"),
    ]  # fmt: skip
    if sum(report.flagged_out):
        pairs.append(("wells left out", f"{sum(report.flagged_out):,} off the median of their replicates"))
    if report.imputation != "none":
        pairs.append(
            ("values imputed", f"{sum(report.imputed):,} from the nearest miRNAs; no well is behind them")
        )
    return pairs


def _detail_pairs(report: PanelReport) -> list[tuple[str, str]]:
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in report.probes_by_kind.items())
    sizes = ", ".join(f"{n:,} on {plural(size, 'well')}" for size, n in report.probes_by_replicates.items())
    return [
        ("samples", f"{len(report.samples):,}"),
        ("assays", f"{sum(report.probes_by_kind.values()):,}: {kinds}"),
        ("miRNAs", f"{report.counting_probes:,}; {sizes}"),
        ("wells in part", f"{sum(report.partly_detected):,} values with a Ct in some replicate wells only"),
    ]


def panel_cautions(report: PanelReport) -> list[str]:
    """Return what the user should not overlook, one sentence each."""
    found = []
    if report.wide_replicates and report.largest_spread is not None:
        found.append(
            f"the replicate wells of {plural(report.wide_replicates, 'value')} have a standard deviation above "
            f"{REPLICATE_LIMIT:g} cycles, at most {report.largest_spread:.2f}; they are kept, and NAME_assays has "
            "the largest of each assay"
        )
    (low, lowest), (high, highest) = _reference_range(report)
    if high - low > REFERENCE_SPREAD:
        found.append(
            f"the Ct of the reference differs by {high - low:.1f} cycles, from {low:.2f} ({lowest}) to {high:.2f} "
            f"({highest}): the samples hold different amounts of RNA, or the reference changes"
        )
    return found
