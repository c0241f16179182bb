"""The dashboard of quality control: each array by itself, one row per array, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from mirtool.io.arrays.not_detected import ABSENT
from mirtool.io.arrays.value_scale import SUSPICIOUSLY_SMALL
from mirtool.model import FloatArray
from mirtool.normalize.lanes import POSITIVE_FACTOR_LIMITS
from mirtool.normalize.panels import is_panel
from mirtool.quality import ChannelMeasures, Finding, LaneMeasures, QualityReport, Verdict
from mirtool.quality.findings import CEILING_LIMIT, CV_LIMIT, DETECTED_LIMIT
from mirtool.quality.lanes import (
    LEAST_DENSITY,
    LEAST_FIELDS,
    LEAST_R_SQUARED,
    MOST_DENSITY,
    MOST_DENSITY_SPRINT,
)
from mirtool.report.figures.canvas import LINE, SMALLEST_TEXT, Drawing, house_style, text_width
from mirtool.report.figures.comparison import DASHED
from mirtool.report.figures.quality_captions import CHECK_NAMES, OF_NAMES, found_in_words, join
from mirtool.report.figures.quality_rows import (
    BAR_COLOR,
    VERDICT_COLORS,
    PanelHead,
    RowPage,
    colors_by,
    draw_bars,
    draw_limit,
    draw_median,
    fill_bars,
    need_arrays,
    outliers_of,
    row_pages,
    rows_in_view,
    scale_bars,
    write_missing,
    write_none,
)
from mirtool.report.figures.sheet import Entry, dot_entry, line_entry
from mirtool.wording import plural

INTENSITY_COLOR = "#27455C"
"""Foreground (dots) and background (rings)."""
FLAG_WORDS = {-100: "bad (−100)", -75: "absent (−75)", -50: "not found (−50)"}
# Shades and a hatch, which differ in gray print and from every other color of the page.
_FLAG_LOOKS = {-100: ("#202020", ""), -75: ("#A6A6A6", ""), -50: ("#FFFFFF", "//////")}
_OTHER_FLAG_LOOK = ("#FFFFFF", "....")
_FLAG_EDGE = "#606060"
_FEW = 40
_MARGIN_SHARE = 1.2
SEEN_LIMIT = 3.0
_LEAST_WIDTH, _CHECK_WIDTH, _LEAST_CHECKS = 150.0, 3.4, 11.0
_MOST_TICKS = 4
_PER_DECADE = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_NARROW = 0.7
"""Share of a panel whose values are all zero."""


@dataclass(frozen=True, eq=False)
class _Panel:
    """A column of the dashboard: its head, how it is drawn, and what the caption says of it."""

    head: PanelHead
    draw: Callable[[Axes], None]
    words: str


def arrays_figure(report: QualityReport) -> list[Drawing]:
    """Draw what was measured of each array by itself, and every finding against it.

    Foreground and background are medians with their quartiles, on a logarithmic axis; the other panels are bars
    from zero, those beyond a rule's limit in color. In the panel at the right a dot says that a rule calls the
    array an outlier, a ring that it should be checked or was not judged; the names of outliers are bold and
    vermilion. A measure that no array has makes no panel, and the caption names it.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`; the channel with the samples is drawn.

    Returns
    -------
    list of Drawing
        Pages, one row per array, 180 mm wide, or as wide as asked for from 150 mm on.
    """
    need_arrays(len(report.samples), "the dashboard")
    panels, lacking = _panels(report)
    with house_style():
        head_room = _checks_height(report)
    page = RowPage(
        report.samples,
        outliers_of(report),
        [panel.head for panel in panels],
        _title(report),
        lambda: _legend(report),
        head_room,
        _LEAST_WIDTH,
    )

    def draw(axes: Sequence[Axes]) -> None:
        for panel, own in zip(panels, axes, strict=True):
            panel.draw(own)

    figures = row_pages(page, draw)
    for figure in figures:
        figure.caption = _caption(report, panels, lacking)
    return figures


def _panels(report: QualityReport) -> tuple[list[_Panel], list[str]]:
    """Return the panels there is something for, and the names of those there is nothing for."""
    measures = report.channels[report.channel]
    unit = "% of spots"
    scale = "amount" if is_panel(report.arrays) else "counts"
    intensity = _Panel(
        PanelHead("intensity", "" if _looks_log2(report) else scale, 1.5),
        lambda axes: _draw_intensity(axes, measures),
        "Intensity: median (dot) and quartiles (line) over all spots of the foreground"
        + ("" if measures.background is None else ", and of the background around them (ring)")
        + (", values as in the file." if _looks_log2(report) else ", scanner counts, on a logarithmic axis."),
    )
    seen = "by the instrument's call" if report.detection else f"at {report.min_intensity:g} counts or more"
    of_all: list[tuple[str, FloatArray | None, _Panel]] = [
        (
            "the signal-to-noise ratio",
            measures.above_noise,
            _Panel(
                PanelHead(f"signal / noise ≥\u00a0{SEEN_LIMIT:g}", unit),
                lambda axes: _draw_measure(axes, measures.above_noise, [BAR_COLOR] * len(report.samples)),
                f"Signal / noise ≥ {SEEN_LIMIT:g}: spots whose signal is {SEEN_LIMIT:g} times the noise or "
                "more, the "
                "noise being the standard deviation of what should show no signal "
                f"({measures.noise_source or 'not measured'}).",
            ),
        ),
        (
            "the probes detected",
            measures.detected.astype(np.float64),
            _Panel(
                PanelHead("probes", "detected" if report.detection else f"≥ {report.min_intensity:g}"),
                lambda axes: _draw_measure(
                    axes,
                    measures.detected.astype(np.float64),
                    colors_by(report, "probes detected"),
                    limit=DETECTED_LIMIT * float(np.median(measures.detected)),
                ),
                f"Probes: how many are detected {seen}; the limit is half of what the median array detects.",
            ),
        ),
    ]
    of_spots: list[tuple[str, FloatArray | None, _Panel]] = [
        (
            "flags",
            _flagged_in_all(report),
            _Panel(
                PanelHead("flagged", unit),
                lambda axes: _draw_flags(axes, report.flagged or {}, len(report.samples)),
                "Flagged: spots that carry a flag below 0.",
            ),
        ),
        (
            "saturation",
            measures.at_ceiling if measures.saturated is None else measures.saturated,
            _Panel(
                PanelHead("saturated", unit),
                lambda axes: _draw_saturated(axes, measures, colors_by(report, "spots at the ceiling")),
                "Saturated: spots at 65,535 counts."
                if measures.saturated is None
                else "Saturated: the bar is the spots at 65,535 counts, which the limit is for; the thin line "
                "in front of it reaches to the spots with any saturated pixel.",
            ),
        ),
        (
            "signals of zero or less",
            measures.non_positive,
            _Panel(
                PanelHead("signal ≤ 0", unit),
                lambda axes: _draw_measure(axes, measures.non_positive, [BAR_COLOR] * len(report.samples)),
                "Signal ≤ 0: spots not brighter than their background.",
            ),
        ),
        (
            "replicate spots",
            measures.replicate_cv,
            _Panel(
                PanelHead("replicate spots", "CV, %"),
                lambda axes: _draw_measure(
                    axes, measures.replicate_cv, colors_by(report, "replicate CV"), limit=CV_LIMIT
                ),
                "CV: coefficient of variation (standard deviation / mean) of the replicate spots of a probe, "
                "median "
                "over the probes.",
            ),
        ),
    ]
    if is_panel(report.arrays):
        own = [_not_detected_panel(report, unit), of_spots[-1]]
    else:
        own = of_spots if report.lanes is None else _of_lanes(report, report.lanes)
    found = [*of_all, *own]
    drawn = [
        replace(panel, head=replace(panel.head, share=_NARROW)) if not np.nan_to_num(values).any() else panel
        for _, values, panel in found
        if values is not None and not np.isnan(values).all()
    ]
    lacking = [name for name, values, _ in found if values is None or np.isnan(values).all()]
    width = max(_CHECK_WIDTH * len(_checks(report)), _LEAST_CHECKS)
    checks = _Panel(
        PanelHead("" if _checks(report) else "findings", width=width), lambda axes: _draw_checks(axes, report), ""
    )
    return [intensity, *drawn, checks], lacking


def _not_detected_panel(report: QualityReport, unit: str) -> tuple[str, FloatArray | None, _Panel]:
    """Return the panel of what a qPCR panel did not detect, in place of those of flags and of the scanner."""
    values = (report.flagged or {}).get(ABSENT, np.zeros(len(report.samples)))
    words = "Not detected: spots without a Ct up to the limit."
    head = PanelHead("not detected", unit)
    colors = [BAR_COLOR] * len(report.samples)
    return "what is not detected", values, _Panel(head, lambda axes: _draw_measure(axes, values, colors), words)


def _of_lanes(report: QualityReport, lanes: LaneMeasures) -> list[tuple[str, FloatArray | None, _Panel]]:
    """Return the panels of what nSolver judges a lane by, in place of those of spots."""

    def panel(head: PanelHead, check: str, values: FloatArray, limit: float, words: str) -> _Panel:
        return _Panel(head, lambda axes: _draw_measure(axes, values, colors_by(report, check), limit=limit), words)

    density = MOST_DENSITY_SPRINT if lanes.is_sprint.all() else MOST_DENSITY
    return [
        (
            "the fields of view",
            lanes.fields_counted,
            panel(
                PanelHead("fields of view", "% counted"), "imaging", lanes.fields_counted, LEAST_FIELDS,
                f"Fields of view: those that were counted; the limit is {LEAST_FIELDS:g} %.",
            ),
        ),
        (
            "the binding density",
            lanes.binding_density,
            panel(
                PanelHead("binding density", "per µm²"), "binding density", lanes.binding_density, density,
                f"Binding density: barcodes per square micrometer; the limit is the upper one, {density:g}, the "
                f"lower one is {LEAST_DENSITY:g}.",
            ),
        ),
        (
            "the linearity of the positive controls",
            lanes.r_squared,
            panel(
                PanelHead("linearity", "r²"), "linearity", lanes.r_squared, LEAST_R_SQUARED,
                f"Linearity: r² of the positive controls' log₂ counts and concentrations; the limit is "
                f"{LEAST_R_SQUARED:g}.",
            ),
        ),
        (
            "the positive-control factor",
            lanes.positive_factor,
            panel(
                PanelHead("control factor"), "positive-control factor", lanes.positive_factor,
                POSITIVE_FACTOR_LIMITS[1],
                "Control factor: by what the lane is multiplied for its positive controls; the limits are "
                f"{POSITIVE_FACTOR_LIMITS[0]:g} and {POSITIVE_FACTOR_LIMITS[1]:g}, the upper one is drawn.",
            ),
        ),
    ]  # fmt: skip


def _flagged_in_all(report: QualityReport) -> FloatArray | None:
    """Return the percentage of the spots with any flag below 0, per array; None where the files have no flags."""
    if report.flagged is None:
        return None
    below = [values for flag, values in report.flagged.items() if flag < 0]
    return np.asarray(np.sum([np.zeros(len(report.samples)), *below], axis=0))


def _caption(report: QualityReport, panels: Sequence[_Panel], lacking: Sequence[str]) -> str:
    return join(
        [
            f"Each of {plural(len(report.samples), 'array')} by itself, "
            + ("amounts (1 at the limit of detection)" if is_panel(report.arrays) else f"channel {report.channel}")
            + ", one row per array.",
            *(panel.words for panel in panels),
            "Not drawn, since the files have nothing to measure it by: " + ", ".join(lacking) + "."
            if lacking
            else "",
            "Thin vertical lines are medians of the arrays, dashed ones the limits of the rules; the numbers "
            "over the "
            "axes are theirs.",
            "At the right a dot marks a rule that calls the array an outlier, an orange ring one by which it is "
            "to be "
            "checked, a gray ring that it was not judged; bars beyond a limit have the same colors."
            if _checks(report)
            else "No rule found anything against an array.",
            OF_NAMES if outliers_of(report).any() else "",
            "Look for rows that differ from the others.",
            found_in_words(report),
        ]
    )


def _looks_log2(report: QualityReport) -> bool:
    return float(np.nanmax(report.channels[report.channel].foreground, initial=0.0)) <= SUSPICIOUSLY_SMALL


def _checks(report: QualityReport) -> list[str]:
    """Name the rules that found something, in the order in which they first did."""
    return list(dict.fromkeys(finding.check for finding in _against(report)))


def _against(report: QualityReport) -> list[Finding]:
    return [finding for finding in report.findings if finding.verdict != Verdict.FINE]


def _checks_height(report: QualityReport) -> float:
    """Return the millimeters that the names of the rules, written upright, need above the axes."""
    longest = max((text_width(CHECK_NAMES.get(check, check)) for check in _checks(report)), default=0.0)
    return longest + 2.5 if longest else 3 * LINE


def _title(report: QualityReport) -> str:
    channel = "" if is_panel(report.arrays) else f", channel {report.channel}"
    return f"{plural(len(report.samples), 'array')}{channel}: {report.verdicts_in_words}"


def _legend(report: QualityReport) -> list[Entry]:
    measures = report.channels[report.channel]
    dots = "amount" if is_panel(report.arrays) else "foreground"
    entries: list[Entry] = [dot_entry(dots, INTENSITY_COLOR)]
    if measures.background is not None:
        entries.append(dot_entry("background", INTENSITY_COLOR, filled=False))
    entries += [line_entry("median of the arrays", width=0.4)]
    entries += [line_entry("limit of a rule", width=0.6, style=DASHED["linestyle"])]
    entries += [
        Patch(facecolor=color, hatch=hatch, edgecolor=_FLAG_EDGE, linewidth=0.4, label=f"flagged {word}")
        for word, (color, hatch), _ in _flag_parts(
            {} if report.lanes is not None or is_panel(report.arrays) else report.flagged or {}
        )
    ]
    verdicts = {finding.verdict for finding in report.findings}
    entries += [
        dot_entry(verdict.value, color, filled=verdict == Verdict.OUTLIER)
        for verdict, color in reversed(VERDICT_COLORS.items())
        if verdict in verdicts
    ]
    return entries


def _draw_intensity(axes: Axes, measures: ChannelMeasures) -> None:
    rows = rows_in_view(axes)
    single = measures.background is None
    both = [(measures.foreground, INTENSITY_COLOR, 0.5 if single else 0.34)]
    both += [] if measures.background is None else [(measures.background, "white", 0.66)]
    linear = float(np.nanmax(measures.foreground, initial=0.0)) <= SUSPICIOUSLY_SMALL
    # A logarithmic axis has no place for 0: what is below one count is drawn at one.
    shown = [quartiles if linear else np.maximum(quartiles, 1.0) for quartiles, _, _ in both]
    low = min(float(np.nanmin(values, initial=np.inf)) for values in shown)
    high = max(float(np.nanmax(values, initial=-np.inf if linear else 1.0)) for values in shown)
    if linear:
        _scale_linear(axes, low, high)
    else:
        _scale_logarithmic(axes, min(low, high), high)
    size = 2.8 if len(rows) <= _FEW else 2.2
    for quartiles, (_, face, place) in zip(shown, both, strict=True):
        at = rows + place
        axes.hlines(at, quartiles[0, rows], quartiles[2, rows], color=INTENSITY_COLOR, linewidth=1.0)
        axes.plot(quartiles[1, rows], at, linestyle="none", marker="o", markersize=size, markerfacecolor=face,
                  markeredgecolor=INTENSITY_COLOR, markeredgewidth=0.6)  # fmt: skip
    write_missing(axes, np.isnan(measures.foreground[1]))


def _scale_linear(axes: Axes, low: float, high: float) -> None:
    low, high = (low, high) if low < high else (0.0, 1.0)
    room = 0.06 * (high - low)
    axes.set_xlim(low - room, high + room)
    axes.locator_params(axis="x", nbins=_MOST_TICKS)


def _scale_logarithmic(axes: Axes, low: float, high: float) -> None:
    ticks = logarithmic_ticks(low, high)
    axes.set_xscale("log")
    axes.set_xlim(min(low, ticks[0]) / _MARGIN_SHARE, max(high, ticks[-1]) * _MARGIN_SHARE)
    axes.set_xticks(ticks, [f"{tick:,.0f}" if tick < 10_000 else f"{tick / 1000:,.0f}k" for tick in ticks])
    axes.set_xticks([], minor=True)


def logarithmic_ticks(low: float, high: float) -> list[float]:
    """Return two to four round numbers on a logarithmic axis; where too few lie within, those around it.

    The closest steps of which no more than four lie between ``low`` and ``high``: 1, 2, 5; 1, 3; powers of 10,
    100.

    Examples
    --------
    >>> logarithmic_ticks(50, 300), logarithmic_ticks(20, 30000), logarithmic_ticks(70, 90)
    ([50.0, 100.0, 200.0], [100.0, 1000.0, 10000.0], [50.0, 100.0])
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in _PER_DECADE:
        ladder = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        inside = [tick for tick in ladder if low <= tick <= high]
        if len(inside) <= _MOST_TICKS:
            break
    else:
        inside = [tick for tick in inside if round(math.log10(tick)) % 2 == 0]
    if len(inside) >= 2:
        return inside
    return [max(t for t in ladder if t <= low), *inside, min(t for t in ladder if t >= high)]


def _draw_measure(axes: Axes, values: FloatArray, colors: list[str], *, limit: float = math.nan) -> None:
    """Draw one bar per array, and the rule's limit; the median of the arrays where there is no rule."""
    known = values[~np.isnan(values)]
    if not known.any():
        write_none(axes, "all 0")
        return
    draw_bars(axes, values, colors)
    scale_bars(axes, *values, limit)
    if np.isnan(limit):
        draw_median(axes, values)
    else:
        draw_limit(axes, limit)


def _draw_saturated(axes: Axes, measures: ChannelMeasures, colors: list[str]) -> None:
    """Draw the spots that are nothing but saturated as a bar, and to where those with a saturated pixel reach."""
    reach = measures.at_ceiling if measures.saturated is None else measures.saturated
    if not np.nan_to_num(measures.at_ceiling).any() and not np.nan_to_num(reach).any():
        write_none(axes, "all 0")
        return
    draw_bars(axes, measures.at_ceiling, colors)
    if measures.saturated is not None:
        rows = rows_in_view(axes)
        axes.hlines(rows + 0.5, 0, np.nan_to_num(reach[rows]), color=INTENSITY_COLOR, linewidth=0.8)
    scale_bars(axes, *reach, *measures.at_ceiling, CEILING_LIMIT)
    draw_limit(axes, CEILING_LIMIT)


def _flag_parts(flagged: Mapping[int, FloatArray]) -> list[tuple[str, tuple[str, str], FloatArray]]:
    """Return word, look and percentages of each flag below 0; those GenePix has no word for are taken together."""
    parts = [(FLAG_WORDS[flag], _FLAG_LOOKS[flag], flagged[flag]) for flag in FLAG_WORDS if flag in flagged]
    others = [values for flag, values in flagged.items() if flag < 0 and flag not in FLAG_WORDS]
    if others:
        parts.append(("otherwise", _OTHER_FLAG_LOOK, np.sum(others, axis=0)))
    return parts


def _draw_flags(axes: Axes, flagged: Mapping[int, FloatArray], n: int) -> None:
    total = np.zeros(n)
    for _, (color, hatch), values in _flag_parts(flagged):
        bars = fill_bars(axes, total, total + values, color, linewidths=0.4, edgecolors=_FLAG_EDGE)
        bars.set_hatch(hatch)
        total = total + values
    if not total.any():
        write_none(axes, "all 0")
        return
    scale_bars(axes, *total)
    draw_median(axes, total)


def _draw_checks(axes: Axes, report: QualityReport) -> None:
    """Draw a column of dots and rings per rule, its name upright on top."""
    checks = _checks(report)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.set_xlim(0, max(len(checks), 1))
    if not checks:
        write_none(axes)
        return
    for column, check in enumerate(checks):
        axes.annotate(CHECK_NAMES.get(check, check), (column + 0.5, 1), (0, 2), xycoords=("data", "axes fraction"),
                      textcoords="offset points", rotation=90, ha="center", va="bottom",
                      fontsize=SMALLEST_TEXT)  # fmt: skip
    rows = rows_in_view(axes)
    size = 4.2 if len(rows) <= _FEW else 3.4
    for verdict, color in VERDICT_COLORS.items():
        found = [f for f in _against(report) if f.verdict == verdict and rows[0] <= f.array <= rows[-1]]
        x = [checks.index(finding.check) + 0.5 for finding in found]
        y = [finding.array + 0.5 for finding in found]
        face = color if verdict == Verdict.OUTLIER else "white"
        axes.plot(x, y, linestyle="none", marker="o", markersize=size, markerfacecolor=face,
                  markeredgecolor=color, markeredgewidth=0.9, clip_on=False)  # fmt: skip
