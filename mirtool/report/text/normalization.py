"""What a normalization counted, in plain words: the lines that ``mirtool normalize`` shows on stderr."""

from __future__ import annotations

from collections.abc import Mapping

from mirtool.normalize.lanes import FLAGGED
from mirtool.normalize.methods import kept_where
from mirtool.normalize.report import ControlShare, NormalizationReport, PanelReport, RatioReport
from mirtool.normalize.settings import LANE_PRESET, is_recipe
from mirtool.report.text.blocks import Block, Grid, Line, Pairs
from mirtool.report.text.panel import panel_blocks, panel_cautions
from mirtool.wording import plural

ARRAYS_SHOWN = 8
"""Arrays whose numbers are for everyone; those of more are details."""

FACTOR_SPREAD = 4.0
"""Ratio of the largest to the smallest factor above which the arrays are said to differ much (two on log2)."""

_FLAG_WORDS = {-100: "bad", -75: "absent", -50: "not found"}
_SIZES_SHOWN = 3
_COUNTING = {"mirna": "miRNA and miRPlus", "all": "every kind that measures the sample"}
_NO_LOGARITHM = "left out of their replicates: they have no logarithm"


def normalization_blocks(report: NormalizationReport) -> list[Block]:
    """Return what was kept and how the arrays differ, then what was counted; the details last."""
    if isinstance(report, PanelReport):
        return panel_blocks(report)
    header, rows = array_rows(report)
    few = len(rows) <= ARRAYS_SHOWN
    optional = (*header[7:], *header[4:6], *header[3:1:-1])
    return [
        *map(Line, _finding_lines(report)),
        Pairs(main_pairs(report)),
        Grid(header, rows, optional=optional, detail=not few),
        Pairs(detail_pairs(report), detail=True),
    ]


def _finding_lines(report: NormalizationReport) -> list[str]:
    """Say how many probes are kept, and how far the arrays were apart."""
    where = _kept(report).strip()
    kept = f"{report.kept:,} of {plural(report.counting_probes, 'probe')} kept" + (f": {where}." if where else ".")
    if report.between != "median":
        return [kept]
    what = "median ratios" if isinstance(report, RatioReport) else "factors"
    named = dict(zip(report.factors, report.samples, strict=True))
    least, most = min(report.factors), max(report.factors)
    spread = f", {most / least:.1f}-fold" if least > 0 else ""
    n = plural(len(report.samples), "array")
    return [
        kept,
        f"The {what} of {n} lie between {least:.6g} ({named[least]}) and {most:.6g} ({named[most]}){spread}.",
    ]


def main_pairs(report: NormalizationReport) -> list[tuple[str, str]]:
    """Return what every reader should see of the numbers."""
    pairs = [
        ("recipe", _recipe(report)),
        *([] if is_recipe(report.preset, LANE_PRESET) else [("flagged spots", _flags(report))]),
        *_detection(report),
        _comparable(report),
    ]
    if report.imputation != "none":
        pairs.append(
            ("values imputed", f"{sum(report.imputed):,} from the nearest probes; no spot is behind them")
        )
    return pairs + [
        (f"{_spots_of(control)} ≥ {report.min_intensity:g}", _share(control)) for control in report.controls
    ]


def detail_pairs(report: NormalizationReport) -> list[tuple[str, str]]:
    """Return the other numbers of the study as labels and values."""
    values = report.counting_probes * len(report.samples)
    pairs = [
        ("arrays", f"{len(report.samples):,}"),
        ("spots per array", f"{report.spots:,}{_without_id(report)}"),
        ("probes", _counts(report.probes_by_kind)),
        (
            "probes that count",
            f"{report.counting_probes:,} ({_COUNTING[report.probe_choice]}); {_replicates(report)}",
        ),
        *([] if is_recipe(report.preset, LANE_PRESET) else [("saturated spots", _saturated(report))]),
    ]
    if is_recipe(report.preset, LANE_PRESET):
        missing = ("counts missing", f"{sum(report.missing):,} of {values:,}: in the background of their lane")
        return [*pairs, missing, *(("fitted", remark) for remark in report.remarks)]
    if sum(report.no_intensity):
        pairs.append(("spots without a number", f"{sum(report.no_intensity):,} in the files; missing"))
    if report.non_positive_spots is not None:
        n, of = sum(report.non_positive_spots), report.counting_spots * len(report.samples)
        lost = "in one channel or both; they have no ratio" if isinstance(report, RatioReport) else _NO_LOGARITHM
        pairs.append(("spots not positive", f"{n:,} of {of:,} {lost}"))
    sign = "kept: vsn takes them" if report.between == "vsn" else "made missing"
    pairs += [
        ("signals missing", f"{sum(report.missing):,} of {values:,}: no spot of the probe has a signal"),
        ("signals not positive", f"{sum(report.non_positive):,} of {values:,}, {sign}"),
        ("signals on one spot", f"{sum(report.on_one_spot):,} of {values:,}, though the probe has several"),
    ]
    if sum(report.lost):
        pairs.append(
            ("values lost", f"{sum(report.lost):,} by {report.between}, on probes missing on another array")
        )
    return pairs + [("fitted", remark) for remark in report.remarks]


def _reached(report: NormalizationReport) -> str:
    return "detected" if report.detection else f"at {report.min_intensity:g} or more"


def _detection(report: NormalizationReport) -> list[tuple[str, str]]:
    if not report.detection:
        return []
    n, of = sum(report.detected), report.counting_probes * len(report.samples)
    rule = f"by the files' own call {report.detection}: {n:,} of {of:,}"
    return [
        ("detection", f"{rule}; the cut-off of {report.min_intensity:g} counts is not used (--min-intensity is)")
    ]


def _comparable(report: NormalizationReport) -> tuple[str, str]:
    if report.between == "median":
        where = "in both channels of all arrays" if isinstance(report, RatioReport) else "in all arrays"
        return "factor probes", f"{report.factor_probes:,} {_reached(report)} {where}"
    if report.between == "none":
        return "between arrays", "nothing: the arrays' levels are as they were scanned"
    if report.replicates == "median-polish":
        return "between arrays", f"{report.between}, spot by spot; then median polish over the spots of each miRNA"
    return "between arrays", report.between


def _recipe(report: NormalizationReport) -> str:
    signal = report.signal if report.background_subtracted else f"{report.signal} (no background)"
    if report.replicates == "median-polish":
        return (
            f"{report.preset}: channel {report.channel}, signal = {signal}; log2 of every spot, "
            f"{report.between} between arrays, median polish over the spots of each miRNA"
        )
    replicates = f"{report.replicates} of replicates"
    if isinstance(report, RatioReport):
        less = " less the array's median" if report.between == "median" else ""
        within = "" if report.within == "none" else f" corrected by {report.within}"
        ratio = f"log2 of {report.numerator} / {report.denominator}{within}{less}"
        return f"{report.preset}: {ratio}, signal = {signal}, {replicates}"
    scale = " on the log scale" if report.replicate_scale == "log" else ""
    return f"{report.preset}: channel {report.channel}, signal = {signal}, {replicates}{scale}"


def array_rows(report: NormalizationReport) -> tuple[list[str], list[list[str]]]:
    """Return the numbers of each array as a header and one row per array."""
    cutoff = f"{report.min_intensity:g}"
    header = [
        "array",
        "ratio" if isinstance(report, RatioReport) else "factor",
        "flagged",
        "saturated",
        "missing",
        "not positive",
        "detected" if report.detection else f"probes ≥ {cutoff}",
    ]
    header += [f"{_spots_of(control)} ≥ {cutoff}" for control in report.controls]
    saturated = report.saturated or report.at_ceiling
    columns = [report.flagged_out, saturated, report.missing, report.non_positive, report.detected]
    if is_recipe(report.preset, LANE_PRESET):  # codes are neither flagged nor saturated
        header, columns = [*header[:2], header[4], *header[6:]], [report.missing, report.detected]
    rows = [
        [name, f"{report.factors[i]:.6g}", *(f"{column[i]:,}" for column in columns)]
        + [_percent(control.passing[i], control.spots[i]) for control in report.controls]
        for i, name in enumerate(report.samples)
    ]
    return header, rows


def cautions(report: NormalizationReport) -> list[str]:
    """Return what the user should not overlook, one sentence each."""
    if isinstance(report, PanelReport):
        return panel_cautions(report)
    cutoff = f"{report.min_intensity:g}"
    found = []
    if not report.background_subtracted:
        of = "" if report.signal == "foreground" else "made of "
        found.append(f"these files have no background: the signal is {of}the foreground alone")
    if report.flags is None and report.flag_rule != "ignore":
        found.append(f"these files have no flags: --flags {report.flag_rule} left nothing out")
    passing = report.cutoff_filters_nothing
    if passing:
        shares = " and ".join(map(_passing_share, passing))
        levels = " and ".join(f"{c.percentile_95:.6g} ({_spots_of(c)})" for c in passing)
        found.append(
            f"{shares} reach {cutoff} as well: on these arrays the cut-off filters nothing. A --min-intensity "
            f"above the signal that 95 % of them stay within would: {levels}"
        )
    brightest, dimmest = max(report.factors), min(report.factors)
    names = dict(zip(report.factors, report.samples, strict=True))
    if brightest > FACTOR_SPREAD * dimmest and isinstance(report, RatioReport):
        found.append(
            f"the median ratios differ {brightest / dimmest:.1f}-fold, from {dimmest:.4g} ({names[dimmest]}) to "
            f"{brightest:.4g} ({names[brightest]}): the dyes or the scanner's gains were balanced otherwise"
        )
    elif brightest > FACTOR_SPREAD * dimmest:
        found.append(
            f"the factors differ {brightest / dimmest:.1f}-fold: {names[brightest]} is the brightest array "
            f"({brightest:.6g}), {names[dimmest]} the dimmest ({dimmest:.6g}); look at the image of the odd one"
        )
    found += [remark for remark in report.remarks if remark.startswith(FLAGGED)]
    if report.several_names:
        shown = ", ".join(report.several_names[:5]) + (" …" if len(report.several_names) > 5 else "")
        found.append(
            f"the spots of {plural(len(report.several_names), 'ID')} have more than one name; the first name "
            f"is kept: {shown}"
        )
    return found


def _passing_share(control: ControlShare) -> str:
    if control.passing == control.spots and len(set(control.spots)) == 1 and control.spots[0] > 1:
        return f"all {control.spots[0]:,} {_spots_of(control)} of every array"
    return f"{_percent(sum(control.passing), sum(control.spots))} of the {_spots_of(control)}"


def _counts(numbers: Mapping[str, int]) -> str:
    return f"{sum(numbers.values()):,}: " + ", ".join(f"{n:,} {kind}" for kind, n in numbers.items())


def _without_id(report: NormalizationReport) -> str:
    n = report.spots_without_id
    return f"; {plural(n, 'spot')} without an ID left out" if n else ""


def _replicates(report: NormalizationReport) -> str:
    sizes = sorted(report.probes_by_replicates.items(), key=lambda item: -item[1])
    parts = [f"{probes:,} on {plural(size, 'spot')}" for size, probes in sizes[:_SIZES_SHOWN]]
    rest = sum(probes for _, probes in sizes[_SIZES_SHOWN:])
    return ", ".join(parts + ([f"{rest:,} on other numbers"] if rest else []))


def _flags(report: NormalizationReport) -> str:
    if report.flags is None:
        return "the files have no flags"
    words = [
        f"{sum(counts):,} {_FLAG_WORDS.get(flag, 'flagged')} ({flag})" for flag, counts in report.flags.items()
    ]
    return f"{', '.join(words) or 'none'}; {sum(report.flagged_out):,} made missing (--flags {report.flag_rule})"


def _saturated(report: NormalizationReport) -> str:
    ceiling = f"{sum(report.at_ceiling):,} at 65,535 counts"
    if report.saturated is None:
        return f"{ceiling}; saturated pixels are not recorded"
    return f"{sum(report.saturated):,} with saturated pixels (% Sat. above 0), {ceiling}"


def _kept(report: NormalizationReport) -> str:
    where = kept_where(report.keep, report.keep_share)
    return f" {_reached(report)} {where}" if where else ""


def _spots_of(control: ControlShare) -> str:
    return {"empty": "Empty spots", "negative control": "negative controls"}[control.kind]


def _share(control: ControlShare) -> str:
    n, of = sum(control.passing), sum(control.spots)
    level = "" if control.percentile_95 is None else f"; 95 % lie at or below {control.percentile_95:.6g}"
    return f"{n:,} of {of:,} ({_percent(n, of)}){level}"


def _percent(n: int, of: int) -> str:
    return f"{100 * n / of:.1f} %" if of else "none measured"
