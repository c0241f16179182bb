"""The dashboard of quality control: each array by itself, one row per array, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirtool.model import FloatArray
from mirtool.quality import ChannelMeasures, Finding, QualityReport, Verdict
from mirtool.quality.findings import CEILING_LIMIT, CV_LIMIT, DETECTED_LIMIT
from mirtool.report.figures.canvas import LINE, SMALLEST_TEXT, house_style, text_width
from mirtool.report.figures.quality_rows import (
    BAR_COLOR,
    VERDICT_COLORS,
    PanelHead,
    colors_by,
    draw_bars,
    draw_limit,
    draw_median,
    need_arrays,
    outliers_of,
    row_page,
    scale_bars,
    write_missing,
    write_none,
)
from mirtool.wording import plural

FOREGROUND_COLOR, BACKGROUND_COLOR = "#27455C", BAR_COLOR
FLAG_WORDS = {-100: "bad (−100)", -75: "absent (−75)", -50: "not found (−50)"}
_FLAG_COLORS = {-100: "#000000", -75: "#BDBDBD", -50: "#56B4E9"}
_FEW = 40
_MARGIN_SHARE = 1.2
SEEN_LIMIT = 3.0
_OTHER_FLAG_COLOR = "#009E73"


def arrays_figure(report: QualityReport) -> Figure:
    """Draw what was measured of each array by itself, and every finding against it.

    Foreground and background are medians with their quartiles, on a logarithmic axis; the other panels are bars
    from zero, those beyond a rule's limit in color. In the panel at the right a dot says that a rule calls the
    array an outlier, a ring that it should be checked or was not judged; the names of outliers are bold and
    vermilion.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`; the channel with the samples is drawn.

    Returns
    -------
    Figure
        180 mm wide, one row per array.
    """
    n = len(report.samples)
    need_arrays(n, "the dashboard")
    measures = report.channels[report.channel]
    with house_style():
        figure, panels = row_page(
            report.samples,
            outliers_of(report),
            _heads(report),
            title=_title(report),
            remarks=_remarks(report),
            legend=_legend(report),
            head_room=_checks_height(report),
        )
        intensity, above, detected, flagged, saturated, non_positive, spread, checks = panels
        _draw_intensity(intensity, measures.foreground, measures.background)
        _draw_measure(above, measures.above_noise, [BAR_COLOR] * n)
        _draw_measure(
            detected,
            measures.detected.astype(np.float64),
            colors_by(report, "probes detected"),
            limit=DETECTED_LIMIT * float(np.median(measures.detected)),
        )
        _draw_flags(flagged, report.flagged, n)
        _draw_saturated(saturated, measures, colors_by(report, "spots at the ceiling", FOREGROUND_COLOR))
        _draw_measure(non_positive, measures.non_positive, [BAR_COLOR] * n)
        _draw_measure(spread, measures.replicate_cv, colors_by(report, "replicate CV"), limit=CV_LIMIT)
        _draw_checks(checks, report)
    return figure


def _checks(report: QualityReport) -> list[str]:
    """Name the rules that found something, in the order in which they first did."""
    return list(dict.fromkeys(finding.check for finding in _against(report)))


def _against(report: QualityReport) -> list[Finding]:
    return [finding for finding in report.findings if finding.verdict != Verdict.FINE]


def _checks_height(report: QualityReport) -> float:
    """Return the millimeters that the names of the rules, written upright, need beyond a panel's head."""
    longest = max(map(text_width, _checks(report)), default=0.0)
    return max(longest + 1.5 - 3 * LINE, 0.0)


def _heads(report: QualityReport) -> list[PanelHead]:
    unit = "% of spots"
    n_checks = len(_checks(report))
    return [
        PanelHead("intensity", "counts", 1.4),
        PanelHead(f"S/N ≥ {SEEN_LIMIT:g}", unit),
        PanelHead("detected" if report.detection else f"≥ {report.min_intensity:g}", "probes"),
        PanelHead("flagged", unit),
        PanelHead("saturated", unit),
        PanelHead("signal ≤ 0", unit),
        PanelHead("replicates", "CV, %"),
        PanelHead("" if n_checks else "findings", "", max(0.24 * n_checks, 1.0)),
    ]


def _title(report: QualityReport) -> str:
    return f"{plural(len(report.samples), 'array')}, channel {report.channel}: {report.verdicts_in_words}"


def _legend(report: QualityReport) -> list[tuple[str, str]]:
    measures = report.channels[report.channel]
    entries = [("foreground", FOREGROUND_COLOR)]
    if measures.background is not None:
        entries.append(("background", BACKGROUND_COLOR))
    if report.flagged is not None:
        entries += [(f"flagged {word}", color) for word, color, _ in _flag_parts(report.flagged)]
    return entries


def _remarks(report: QualityReport) -> list[str]:
    found = [
        "Intensity: median and quartiles of all spots.",
        "S/N: spots whose signal is 3 times the noise or more.",
        "Saturated: spots at 65,535 counts."
        if report.channels[report.channel].saturated is None
        else "Saturated: any pixel of the spot; inner bar: the spot itself, at 65,535 counts.",
        "CV: median over the probes of standard deviation / mean of their replicate spots.",
        "Thin lines: medians of the arrays. Dashed lines: limits.",
    ]
    if report.flagged is None:
        found.append("The files have no flags.")
    if not _checks(report):
        return [*found, "No rule found anything against an array."]
    return [
        *found,
        "Dots: the array is an outlier by this rule; rings: check (orange) or not judged (gray). "
        "Bold names: outliers.",
    ]


def _draw_intensity(axes: Axes, foreground: FloatArray, background: FloatArray | None) -> None:
    n = foreground.shape[1]
    both = [(foreground, FOREGROUND_COLOR, 0.5 if background is None else 0.34)]
    both += [] if background is None else [(background, BACKGROUND_COLOR, 0.66)]
    # A logarithmic axis has no place for 0: what is below one count is drawn at one.
    shown = [np.maximum(quartiles, 1.0) for quartiles, _, _ in both]
    low = min(float(np.nanmin(values, initial=np.inf)) for values in shown)
    high = max(float(np.nanmax(values, initial=1.0)) for values in shown)
    low = min(low, high)
    axes.set_xscale("log")
    axes.set_xlim(low / _MARGIN_SHARE, high * _MARGIN_SHARE)
    ticks = _logarithmic_ticks(low, high)
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    axes.set_xticks([], minor=True)
    for quartiles, (_, color, place) in zip(shown, both, strict=True):
        rows = np.arange(n) + place
        axes.hlines(rows, quartiles[0], quartiles[2], color=color, linewidth=1.0)
        axes.plot(
            quartiles[1], rows, linestyle="none", marker="o", markersize=2.6 if n <= _FEW else 1.8, color=color
        )
    write_missing(axes, np.isnan(foreground[1]))


def _logarithmic_ticks(low: float, high: float) -> list[float]:
    """Return powers of 2, 4, 10 or 100 from ``low`` to ``high``, three at most; where there is none, the middle.

    Examples
    --------
    >>> _logarithmic_ticks(50, 300), _logarithmic_ticks(20, 30000), _logarithmic_ticks(70, 90)
    ([64.0, 128.0, 256.0], [100.0, 1000.0, 10000.0], [79.0])
    """
    for base in (2.0, 4.0, 10.0, 100.0):
        first, last = math.ceil(math.log(low, base)), math.floor(math.log(high, base))
        if last - first < 3:
            break
    return [base**power for power in range(first, last + 1)] or [float(round(math.sqrt(low * high)))]


def _draw_measure(axes: Axes, values: FloatArray, colors: list[str], *, limit: float = math.nan) -> None:
    """Draw a bar an array, and the rule's limit; the median of the arrays where there is no rule."""
    draw_bars(axes, values, colors)
    scale_bars(axes, *values, limit)
    if np.isnan(limit):
        draw_median(axes, values)
    else:
        draw_limit(axes, limit)


def _draw_saturated(axes: Axes, measures: ChannelMeasures, colors: list[str]) -> None:
    """Draw the spots with a saturated pixel, and before them those that are nothing but saturated."""
    n = len(measures.at_ceiling)
    pixels = np.zeros(n) if measures.saturated is None else measures.saturated
    draw_bars(axes, pixels, [BAR_COLOR] * n)
    axes.barh(np.arange(n) + 0.5, np.nan_to_num(measures.at_ceiling), height=0.36, linewidth=0, color=colors)
    scale_bars(axes, *pixels, *measures.at_ceiling, CEILING_LIMIT)
    draw_limit(axes, CEILING_LIMIT)


def _flag_parts(flagged: Mapping[int, FloatArray]) -> list[tuple[str, str, FloatArray]]:
    """Return word, color and percentages of each flag below 0; those GenePix has no word for stand together."""
    parts = [(FLAG_WORDS[flag], _FLAG_COLORS[flag], flagged[flag]) for flag in FLAG_WORDS if flag in flagged]
    others = [values for flag, values in flagged.items() if flag < 0 and flag not in FLAG_WORDS]
    if others:
        parts.append(("otherwise", _OTHER_FLAG_COLOR, np.sum(others, axis=0)))
    return parts


def _draw_flags(axes: Axes, flagged: Mapping[int, FloatArray] | None, n: int) -> None:
    if flagged is None:
        write_none(axes)
        return
    total = np.zeros(n)
    for _, color, values in _flag_parts(flagged):
        axes.barh(np.arange(n) + 0.5, values, left=total, height=0.72, color=color, linewidth=0)
        total = total + values
    scale_bars(axes, *total)
    draw_median(axes, total)


def _draw_checks(axes: Axes, report: QualityReport) -> None:
    """Draw a column of dots and rings a rule, its name upright on top."""
    checks = _checks(report)
    n = len(report.samples)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.set_xlim(0, max(len(checks), 1))
    if not checks:
        write_none(axes)
        return
    for column, check in enumerate(checks):
        axes.annotate(check, (column + 0.5, 1), (0, 2), xycoords=("data", "axes fraction"),
                      textcoords="offset points", rotation=90, ha="center", va="bottom",
                      fontsize=SMALLEST_TEXT)  # fmt: skip
    axes.hlines(np.arange(n + 1), 0, len(checks), color="#E4E4E4", linewidth=0.3)
    size = 4.2 if n <= _FEW else 3.2
    for verdict, color in VERDICT_COLORS.items():
        found = [finding for finding in _against(report) if finding.verdict == verdict]
        x = [checks.index(finding.check) + 0.5 for finding in found]
        y = [finding.array + 0.5 for finding in found]
        face = color if verdict == Verdict.OUTLIER else "white"
        axes.plot(x, y, linestyle="none", marker="o", markersize=size, markerfacecolor=face,
                  markeredgecolor=color, markeredgewidth=0.9, clip_on=False)  # fmt: skip
