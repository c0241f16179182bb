"""What draws every figure of a quality report that there is something for, by the stem of its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mirtool.quality import QualityReport
from mirtool.report.figures.quality_arrays import arrays_figure
from mirtool.report.figures.quality_between import (
    components_figure,
    correlations_figure,
    distances_figure,
    placed_arrays,
)
from mirtool.report.figures.quality_distributions import boxplots_figure, densities_figure
from mirtool.report.figures.quality_ma import ma_figures
from mirtool.report.figures.quality_spatial import background_figures, foreground_figures, residual_figures


def _always(_report: QualityReport) -> bool:
    return True


def _compared(report: QualityReport) -> bool:
    return report.between is not None


def _placed(report: QualityReport) -> bool:
    return report.between is not None and placed_arrays(report.between).size >= 2


def _laid_out(report: QualityReport) -> bool:
    return report.layout is not None


def _has_background(report: QualityReport) -> bool:
    return _laid_out(report) and report.arrays.channels[report.channel].background is not None


def _has_residuals(report: QualityReport) -> bool:
    return _laid_out(report) and report.spatial is not None


_Draw = Callable[[QualityReport], Any]
_Test = Callable[[QualityReport], bool]
_FIGURES: tuple[tuple[str, _Draw, _Test], ...] = (
    ("qc_arrays", arrays_figure, _always),
    ("qc_boxplots", boxplots_figure, _compared),
    ("qc_densities", densities_figure, _compared),
    ("qc_ma", ma_figures, _compared),
    ("qc_distances", distances_figure, _compared),
    ("qc_correlations", correlations_figure, _compared),
    ("qc_pca", components_figure, _placed),
    ("qc_foreground", foreground_figures, _laid_out),
    ("qc_background", background_figures, _has_background),
    ("qc_residuals", residual_figures, _has_residuals),
)
STEMS = tuple(stem for stem, _, _ in _FIGURES)
"""Stems of the files, in the order in which they are drawn; second pages end in ``_2`` and so on."""


def quality_drawings(report: QualityReport) -> dict[str, Callable[[], Any]]:
    """Return what draws each figure, by the stem of its file: a ``Drawing``, or a list of pages.

    Those that need what these arrays lack (a second array, a background, positions) are left out; the report's
    remarks say what is lacking.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.
    """
    return {stem: partial(draw, report) for stem, draw, can_be_drawn in _FIGURES if can_be_drawn(report)}
