"""What each column of every table means: its kind, its unit, and one sentence.

One registry serves the digits of CSV and TSV, the number formats of XLSX, the sheet ``Columns`` of a workbook and
the side file of the same name. A rule is a pattern of column heads; those for one table precede those for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from mirtool.io.tables.text_tables import COLUMNS_HEADER
from mirtool.model import Table, text_array
from mirtool.report.platform import on_any_platform


class Kind(StrEnum):
    """What a column holds; it decides how many digits are written."""

    TEXT = "text"
    COUNT = "count"
    P = "P"
    RATIO = "ratio"
    LOG2 = "log2"
    NUMBER = "number"
    SHARE = "share"
    CALL = "call"
    """up, down or empty."""
    CHANGE = "change"
    """The log2 ratio by which later steps rank."""
    DATA = "data"
    """The values that later steps compute from."""
    AS_GIVEN = "as given"
    """A column of the user's own table."""


DIGITS: Mapping[Kind, int] = {
    Kind.P: 3,
    Kind.RATIO: 4,
    Kind.LOG2: 4,
    Kind.NUMBER: 4,
    Kind.SHARE: 4,
    Kind.CHANGE: 6,
    Kind.DATA: 9,
}
"""Significant digits that CSV and TSV hold; the other kinds are written in full."""
EACH_SAMPLE = "(each sample)"
"""The columns of all samples in the table of columns."""


@dataclass(frozen=True)
class Column:
    """What a column holds."""

    kind: Kind
    unit: str
    meaning: str


class _Rule(NamedTuple):
    """What columns hold whose head is a pattern as a whole; ``table`` is how their tables begin, empty for all."""

    head: str
    kind: Kind
    unit: str
    meaning: str
    table: str


_LOG2 = "log2"
_ARRAY, _ARRAYS = (f"(?:{'|'.join(on_any_platform(word))})" for word in ("array", "arrays"))
"""Patterns of what heads of columns call an array, or arrays, on any platform."""


def _rule(head: str, kind: Kind, meaning: str, unit: str = "", table: str = "") -> _Rule:
    return _Rule(head, kind, unit, meaning, table)


_T, _N, _P, _R, _L, _X, _S, _U, _D, _G = (
    Kind.TEXT, Kind.COUNT, Kind.P, Kind.RATIO, Kind.LOG2, Kind.NUMBER, Kind.SHARE, Kind.CALL, Kind.DATA,
    Kind.AS_GIVEN,
)  # fmt: skip

_RULES: Sequence[_Rule] = (
    # Patients.
    _rule("measure", _T, "What is measured: of the panel on patients it has not seen, if not named otherwise.",
          table="clinical/panel"),
    _rule("how", _T, "How the value and its interval were computed.", table="clinical/panel"),
    _rule("value", _D, "The measure.", table="clinical/panel$"),
    _rule("coefficient|mean coefficient", _D, "Log odds per standard deviation; of the intercept the log odds "
          "where every member has its mean.", table="clinical/panel"),
    _rule("odds ratio per SD", _R, "Odds ratio per standard deviation.", table="clinical/panel"),
    _rule("(mean|SD|where missing)", _D, "Of the member in the patients the panel was made of: {0}; where missing "
          "is the median, which replaces a missing value.", table="clinical/panel"),
    _rule("chosen", _N, "Panels of the cross-validation that have the candidate.", "panels", "clinical/panel"),
    _rule("share (chosen|positive)", _S, "Share of the panels, or of those with the candidate: {0}.", "0 to 1",
          "clinical/panel"),
    _rule("in the panel", _T, "yes where the panel of all patients has it.", table="clinical/panel"),
    _rule("(predicted risk|observed share|(?:lowest |highest )?out-of-fold risk|apparent risk)", _D,
          "Share or risk of the outcome: {0}.", "0 to 1", "clinical/panel"),
    _rule("threshold", _D, "Risk from which patients would be treated.", "0 to 1", "clinical/panel"),
    _rule("net benefit(, treat (?:all|none))?", _D, "Net benefit{0}: true positives per patient, less weighted "
          "false positives.", "per patient", "clinical/panel"),
    _rule("patient", _T, "Name of the patient.", table="clinical/panel"),
    _rule("variable", _T, "Column of the patient table.", table="clinical/"),
    _rule("statistic or level", _T, "What the cells of the row are: a statistic of numbers, or a level.",
          table="clinical/"),
    _rule("(.*) \\(n = (\\d+)\\)", _T, "Patients of group {0}: a statistic, or count/with a value (share).",
          table="clinical/"),
    _rule("missing", _T, "Patients without a value, by group.", "patients", "clinical/table1"),
    _rule("test statistic", _T, "Statistic of the test.", table="clinical/"),
    _rule("why this test", _T, "Why this test was taken.", table="clinical/"),
    _rule("test", _T, "Test that P is of.", table="clinical/"),
    _rule("standardized difference", _X, "Difference over the standard deviation, the largest of two groups.",
          "standard deviations", "clinical/"),
    _rule("comparison", _T, "The level and the reference, or the unit of numbers.", table="clinical/"),
    _rule("((?:not )?exposed), (with outcome|without)", _N, "Patients {0}, {1}.", "patients", "clinical/"),
    _rule("(odds ratio|relative risk|risk difference|adjusted odds ratio|pooled odds ratio)( \\(.*\\))?", _D,
          "{0}{1}.", table="clinical/"),
    _rule("(.*) (\\d.*%) (low|high)", _D, "{2} end of the {1} interval of the {0}.", table="clinical/"),
    _rule("P \\(Breslow-Day\\)", _P, "P that the odds ratio is the same in all strata.", "0 to 1", "clinical/"),
    _rule("endpoint", _T, "What is followed.", table="clinical/"),
    _rule("(group|model|strata)", _T, "What is compared: {0}.", table="clinical/"),
    _rule("(patients|events|at risk|censored|degrees of freedom)", _N, "Number: {0}.", table="clinical/"),
    _rule("events expected", _X, "Events expected if all groups had the same hazard.", "events", "clinical/"),
    _rule("(hazard ratio|median survival|restricted mean|survival|time)", _D, "{0}.", table="clinical/"),
    _rule("cumulative incidence", _D, "Share of patients with the event so far, other kinds competing.", "0 to 1",
          "clinical/"),
    _rule("at time", _D, "Time at which the incidence is given.", table="clinical/"),
    _rule("standard error of the restricted mean", _D, "Its standard error.", table="clinical/"),
    _rule("restricted to", _D, "End of the restricted mean.", table="clinical/"),
    _rule("chi-square", _X, "Statistic of the test.", table="clinical/"),
    _rule("P \\(proportional hazards\\)", _P, "P that the log hazard ratio does not change with time.", "0 to 1",
          "clinical/"),
    _rule("P \\(proportional hazards, Holm\\)", _P,
          "The same, adjusted over the terms that were tested alone, or over those of the model.", "0 to 1",
          "clinical/"),
    _rule("concordance", _S, "Harrell's C: pairs of patients ordered rightly.", "0 to 1", "clinical/"),
    _rule("((?:other )?marker|method|with the outcome|outcome|ratio)", _T, "What the row is of: {0}.",
          table="clinical/"),
    _rule("(AUC|sensitivity|specificity|sensitivity at specificity .*)", _D, "{0}.", "0 to 1", "clinical/"),
    _rule("Youden cut-off", _D, "Value with the largest sum of sensitivity and specificity.", table="clinical/"),
    _rule("(cases|controls)", _N, "Patients: {0}.", "patients", "clinical/"),
    _rule("(difference of AUC|z|correlation)", _X, "{0}.", table="clinical/"),
    _rule("F( \\(ANOVA\\))?", _X, "F of the analysis of variance.", table="clinical/"),
    _rule("z \\(trend\\)", _X, "Jonckheere and Terpstra's statistic; above 0 values rise with the levels.",
          "standard deviations", "clinical/"),
    _rule("(P|FDR) \\((ANOVA|trend|linear)\\)", _P, "{0}: {1} over the levels.", "0 to 1", "clinical/"),
    _rule("how P \\(trend\\)", _T, "How P of the trend was found.", table="clinical/"),
    _rule("levels", _T, "Levels that are compared.", table="clinical/"),
    _rule("log2 change per level", _L, "Change of the mean from one level to the next.", _LOG2, "clinical/"),
    _rule("term", _T, "Term of the formula.", table="clinical/"),
    _rule("sum of squares \\(type II\\)", _X, "What the term adds to all that do not contain it.",
          table="clinical/"),
    _rule("residual degrees of freedom", _N, "Degrees of freedom that the formula leaves.", table="clinical/"),
    _rule("ratio of ratios", _D, "By what the ratio per doubling is multiplied per unit, or from one level to the "
          "other.", table="clinical/"),
    _rule("P \\(interaction\\)", _P, "P that the ratio per doubling is the same for all patients.", "0 to 1",
          "clinical/"),
    _rule("best cut-off, above", _D, "Patients above it are compared with the others.", table="clinical/"),
    _rule("(patients above|cut-offs looked at)", _N, "Number: {0}.", table="clinical/"),
    _rule("largest statistic", _X, "Standardized; above 0 the outcome is more frequent above the cut-off.",
          table="clinical/"),
    _rule("P corrected( \\(Lausen-Schumacher\\))?", _P, "P corrected for the search of the cut-off.", "0 to 1",
          "clinical/"),
    _rule("P not corrected", _P, "P as if the cut-off had been stated before; not valid after the search.",
          "0 to 1", "clinical/"),
    _rule("per doubling( low| high)?", _D, "Odds or hazard ratio per doubling{0}.", table="clinical/"),
    _rule("note", _T, "What the reader of the numbers must know.", table="clinical/"),
    _rule("column", _T, "Column of the patient table.", table="clinical/"),
    _rule("taken as", _T, "continuous, ordinal, nominal, date or text.", table="clinical/"),
    _rule("used as", _T, "Group, outcome, or time or event of an endpoint.", table="clinical/"),
    _rule("because", _T, "Rule by which its kind was found.", table="clinical/"),
    _rule("levels, reference first", _T, "Its levels.", table="clinical/"),
    _rule("unit", _T, "Unit of its numbers.", table="clinical/"),
    _rule("(values|missing)", _T, "Patients: {0}.", "patients", "clinical/"),
    # The sheet of samples in a study's workbook.
    _rule("quality", _T, "Verdict of quality control: fine, check or outlier.", table="study/samples"),
    _rule("why", _T, "Reason of the verdict.", table="study/samples"),
    _rule("probes detected", _N, "Probes detected on the array.", "probes", "study/samples"),
    _rule("factor", _X, "By what the values of the array were divided.", table="study/samples"),
    _rule("file", _T, "File of the array, relative to the study's folder.", table="study/samples"),
    # The audit of a workbook compares values, so it writes them in full.
    _rule("sheet", _T, "Sheet of the workbook.", table="audit/"),
    _rule("(heading|column)", _T, "Heading of the columns, and the column: {0}.", table="audit/"),
    _rule("cell", _T, "Cell of the sheet.", table="audit/"),
    _rule("found", _G, "Value in the workbook.", table="audit/"),
    _rule("listed", _T, "up or down in the workbook's list.", table="audit/"),
    _rule("expected", _G, "Value by the service's arithmetic.", table="audit/"),
    _rule("implied", _G, "Factor that the workbook's values imply.", table="audit/"),
    _rule("(cells|differ|cells explained|cells unexplained)", _N, "Cells of the column: {0}.", "cells", "audit/"),
    _rule("explanation", _T, "Known deviation that explains the difference.", table="audit/"),
    _rule("sample", _T, "Sample.", table="audit/"),
    _rule("comparison", _T, "Groups compared.", table="audit/"),
    _rule("(replicates|values tested)", _T, "What was chosen for: {0}.", table="audit/"),
    _rule("(P|fold change) [≤≥]", _G, "Limit of {0}.", table="audit/"),
    _rule("(up|down)", _N, "miRNAs that are {0}.", "miRNAs", "audit/"),
    _rule("(stay|of the service's|with FDR.*)", _N, "miRNAs of the service's list: {0}.", "miRNAs", "audit/"),
    # The normalized tables: every column beyond the labels is a sample.
    _rule("ID", _T, "Identifier of the probe on the array.", table="normalize/"),
    _rule("Name", _T, "Name of the probe, as the array's list has it.", table="normalize/"),
    _rule("original name", _T, "Name of the probe as the file writes it, where a current one replaced it."),
    _rule("kind", _T, "What the assay is: a miRNA, a reference RNA, a spike-in …", table="normalize/assays"),
    _rule("(detected|not detected|not measured)", _N, "Samples in which the assay was {0}.", "samples",
          "normalize/assays"),
    _rule("mean Ct", _X, "Mean Ct over the samples that detect it.", "cycles", "normalize/assays"),
    _rule("SD of Ct", _X, "Standard deviation of the Ct between these samples.", "cycles", "normalize/assays"),
    _rule("SD of dCt", _X, "Standard deviation of the normalized values between samples: small in what follows "
          "the reference.", _LOG2, "normalize/assays"),
    _rule("largest SD of wells", _X, "Largest standard deviation of the replicate wells of one sample.", "cycles",
          "normalize/assays"),
    _rule("wells left out", _N, "Replicate wells off their median.", "wells", "normalize/assays"),
    _rule("reference", _T, "yes for an assay that the others are taken against.", "yes", "normalize/"),
    _rule("kept", _T, "yes for an assay in the normalized table.", "yes", "normalize/assays"),
    _rule("rank", _N, "Place among the candidates, the most stable first.", table="normalize/references"),
    _rule("geNorm M when excluded", _X, "geNorm's M among the candidates left when it was excluded.", _LOG2,
          "normalize/references"),
    _rule("pairwise variation", _X, "geNorm's V: how far the mean of the first n moves with the next; below 0.15 "
          "no more is needed.", _LOG2, "normalize/references"),
    _rule("geNorm M", _X, "geNorm's M: mean variation against the other candidates; smaller is more stable.",
          _LOG2, "normalize/references"),
    _rule(".*", _T, "Mean Ct of the wells of this sample, or not detected; empty where not measured.", "cycles",
          "normalize/ct"),
    _rule("Replicate", _N, "Number of the replicate spot of the probe.", table="normalize/replicates"),
    _rule(".*", _N, "Replicate spots behind the value of this sample.", "spots", "normalize/spots"),
    _rule(".*", _N, "1 where the value of this sample was not detected, 0 where it was.", "0 or 1",
          "normalize/not_detected"),
    _rule(".*", _D, "Mean log2 signal of both channels (A) in this sample.", _LOG2, "normalize/A"),
    _rule(".*", _D, "Value of one replicate spot in this sample, normalized as its probe.", _LOG2,
          "normalize/replicates"),
    _rule(".*", _D, "Normalized value of this sample; its scale is in the notes.", "see notes",
          "normalize/normalized"),
    # Differential tables.
    _rule("log2 CPM", _D, "Mean log2 counts per million over the samples compared.", _LOG2),
    _rule("ID", _T, "Identifier of the miRNA in the table of counts.", table="diff/log_cpm"),
    _rule("Name", _T, "Name of the miRNA.", table="diff/log_cpm"),
    _rule(".*", _D, "log2 counts per million of this sample.", _LOG2, "diff/log_cpm"),
    _rule("mean (.*)", _R, "Arithmetic mean of the normalized intensities of group {0}.", "linear, normalized",
          "diff/"),
    _rule("geometric mean (.*)", _R, "Geometric mean of the normalized intensities of group {0}.",
          "linear, normalized"),
    _rule("fitted mean (.*)", _R, "Mean of group {0} by the model.", "linear, normalized"),
    _rule("log2 ratio (.*)", Kind.CHANGE, "log2 of the ratio {0}; below 0 where it is lower in the first group.",
          _LOG2, "diff/"),
    _rule("stability by (.*)", _S, "Share of the analysis choices under which the probe passes by {0}.", "0 to 1"),
    _rule("(up|down) by (.*)", _N, "Probes that are {0} by {1}.", "probes"),
    _rule("stay by (.*)", _N, "Probes that pass by {0} here and with the choices as set.", "probes"),
    _rule("shared by (.*)", _N, "Probes that pass by {0} here and in the first row.", "probes"),
    _rule("Jaccard by (.*)", _S, "Probes that pass by {0} in both rows, over those that pass in either.",
          "0 to 1"),
    _rule("Spearman of log2 ratios", _X, "Rank correlation of the log2 ratios with those of the first row.",
          "from -1 to 1"),
    _rule("why not", _T, "Why the row could not be computed."),
    _rule("recipe", _T, "Recipe, or the step that differs from the first row.", table="compare-methods/"),
    _rule("test", _T, "Test on the log2 values."),
    _rule("intensity cut-off", _G, "Smallest signal that counts as detected.", "scanner counts"),
    _rule("factor probes", _N, "Probes from which the array's factor was computed.", "probes"),
    _rule("(replicates|background|fold change|array left out)", _T, "What was chosen for: {0}.",
          table="diff/sensitivity"),
    _rule("probes", _N, "Probes compared.", "probes", "(diff/sensitivity|compare-methods)"),
    _rule("regulation by (.*)", _U, "up or down where the probe passes by {0}, else empty.", "up, down"),
    _rule("regulation", _U, "up or down where it passes, else empty.", "up, down"),
    _rule("F( \\(.*\\))?", _X, "F statistic of all comparisons together."),
    _rule("B \\(log odds\\)( .*)?", _X, "Natural log odds that the probe differs.", "ln"),
    _rule("[tzUW] \\((.*?)\\)( .*)?", _X, "Statistic of the test ({0}) on log2 values."),
    _rule("(rank sum|signed-rank sum|d|W|statistic)( ?\\(.*\\)| .*)?", _X, "Statistic of the test on log2 values.",
          table="(diff|validate)/"),
    # Power.
    _rule("fold change", _R, "Fold change to be found.", "fold", "power/"),
    _rule(f"{_ARRAYS} per group", _N, "Arrays in each of the two groups.", "arrays"),
    _rule("P cut-off", _P, "P below which the false discovery rate is kept."),
    _rule("average power", _S, "Power averaged over the probes.", "0 to 1"),
    _rule("share of probes with power >= (.*)", _S, "Share of the probes with a power of at least {0}.", "0 to 1"),
    _rule("power at variance percentile (.*)", _S, "Power of a probe at percentile {0} of the variances.",
          "0 to 1"),
    # Quality control.
    _rule(_ARRAY, _T, "Array.", table="qc/"),
    _rule(f"other {_ARRAY}", _T, "The array it is compared with.", table="qc/"),
    _rule("channel", _T, "Channel of the scanner."),
    _rule("group", _T, "Group of the sample."),
    _rule("verdict", _T, "fine, check or outlier.", table="qc/"),
    _rule("(why|what)", _T, "What was found, in words.", table="qc/"),
    _rule("check", _T, "Rule that was applied.", table="qc/"),
    _rule("value", _X, "Value that the rule looks at.", table="qc/"),
    _rule("limit", _X, "Limit of the rule.", table="qc/"),
    _rule("fired", _T, "yes where the value is beyond the limit.", table="qc/"),
    _rule("% flagged (.*) \\((.*)\\)", _X, "Spots that the scanner's software flagged {0} ({1}).", "%"),
    _rule("(foreground|background|signal) (lower quartile|median|upper quartile)", _X,
          "The {1} of the {0} of the spots.", "scanner counts"),
    _rule("noise", _X, "Spread of the background (scaled MAD).", "scanner counts"),
    _rule("signal to noise", _X, "Median signal over the noise."),
    _rule("% spots above 3 x noise", _X, "Spots with a signal of more than three times the noise.", "%"),
    _rule("% with saturated pixels", _X, "Spots with saturated pixels.", "%"),
    _rule("% at 65535 counts", _X, "Spots at the scanner's ceiling.", "%"),
    _rule("% not positive", _X, "Spots with a signal of zero or less.", "%"),
    _rule("replicate CV %", _X, "Median coefficient of variation of the replicate spots.", "%"),
    _rule("probes (at|above|seen|with|of) ?(.*)", _N, "Probes that count as detected: {0} {1}.", "probes", "qc/"),
    _rule("dynamic range log2", _X, "Range of the signals.", _LOG2),
    _rule("% (.*) at (.*) or more", _X, "Spots of kind {0} with a signal of at least {1}.", "%"),
    _rule("spike-in CV %", _X, "Coefficient of variation of the spike-ins' replicate spots.", "%"),
    _rule("spike-in slope", _X, "Slope of the spike-ins against the other arrays; 1 is ideal."),
    _rule("spike-in r squared", _S, "Coefficient of determination of that line.", "0 to 1"),
    _rule("spike-in rank correlation", _X, "Rank correlation of the spike-ins with other arrays.", "from -1 to 1"),
    _rule("% fields of view counted", _X, "Fields of view of the lane that were counted.", "%"),
    _rule("binding density", _X, "Barcodes on the lane's surface.", "per square micrometer"),
    _rule("positive controls r squared", _S,
          "Coefficient of determination of log2 counts over log2 concentrations of the positive controls.",
          "0 to 1"),
    _rule("background limit", _X, "Mean + 2 SD of the lane's negative controls.", "counts"),
    _rule("counts of the 0.5 fM control", _N, "Counts of the positive control of 0.5 fM (POS_E).", "counts"),
    _rule("positive-control factor", _R, "By what the lane is multiplied for its positive controls."),
    _rule("lowest ligation control", _N, "Lowest count of the lane's positive ligation controls.", "counts"),
    _rule("level log2", _X, "Median of the normalized values of the array.", _LOG2),
    _rule(f"sum of distances to the other {_ARRAYS}, (.*)", _X,
          "Sum of the mean absolute differences to the other arrays, {0} normalization.", _LOG2),
    _rule("Kolmogorov-Smirnov statistic .*, (.*)", _X,
          "Largest distance of the array's distribution from that of all arrays, {0} normalization.", "0 to 1"),
    _rule("Hoeffding's D .*, (.*)", _X,
          "Dependence of M on A against the median array, {0} normalization; above 0.15 is a trend."),
    _rule("P of Moran's I", _P, "P of Moran's I by permutation.", "0 to 1"),
    _rule("Moran's I", _X, "Spatial autocorrelation of the residuals; near 0 without a trend.", "from -1 to 1"),
    _rule("log-ratio agreement", _X, "Agreement of the array's log ratios with those of the other arrays.",
          "from -1 to 1"),
    _rule("agreement of its channels' spots", _X, "Correlation of the two channels of the array.", "from -1 to 1"),
    _rule("(Pearson|Spearman)", _X, "{0} correlation of the normalized log2 values.", "from -1 to 1"),
    _rule("mean absolute difference log2", _X, "Mean absolute difference of the normalized values.", _LOG2),
    _rule("PC(\\d+) \\((.*)\\)", _X, "Place on principal component {0}, which holds {1} of the variance.", _LOG2),
    _rule("block", _N, "Block of the slide.", table="qc/"),
    _rule("spots", _N, "Spots with a residual.", "spots", "qc/"),
    _rule("residual log2", _X, "Median residual of the block's spots.", _LOG2),
    _rule("log2 miR-451a / miR-23a-3p", _X, "Hemolysis index.", _LOG2),
    _rule(f"the same over the median {_ARRAY}", _X,
          "Hemolysis index over that of the median array.", _LOG2),
    _rule(f"(.*) log2 over the median {_ARRAY}", _X, "Markers of {0}, over the median array.", _LOG2),
    _rule("log2 (.*)", _X, "log2 signal on array {0}.", "log2 scanner counts", "qc/spike_ins"),
    # The sample sheet against the values.
    _rule("component", _N, "Number of the principal component.", table="covariates/"),
    _rule("(other )?column", _T, "Column of the sample sheet.", table="covariates/"),
    _rule("taken as", _T, "levels (a one-way model), slope (a line), or not used.", table="covariates/"),
    _rule("levels", _N, "Different levels of the column.", "levels", "covariates/"),
    _rule("samples( left out)?", _N, "Samples that count{0}.", "samples", "covariates/"),
    _rule("probes", _N, "Probes that count.", "probes", "covariates/"),
    _rule("share of variance", _S, "Share of the variance that the component holds, or that the column explains.",
          "0 to 1", "covariates/"),
    _rule("adjusted share", _S, "Share of the variance explained, adjusted for the degrees of freedom.",
          "up to 1", "covariates/"),
    _rule("R squared", _S, "Share of the component that the column explains.", "0 to 1", "covariates/"),
    _rule("adjusted R squared", _S, "The same adjusted for the degrees of freedom.", "up to 1", "covariates/"),
    _rule("(residual )?df", _N, "Degrees of freedom of the F test.", table="covariates/"),
    _rule("measure", _T, "Cramér's V (two of levels), R² (levels and numbers) or r² (two of numbers).",
          table="covariates/"),
    _rule("value", _S, "Its value: 0 where one says nothing of the other, 1 where one follows from the other.",
          "0 to 1", "covariates/"),
    _rule("confounded", _T, "fully where one of the columns follows from the other, else empty.",
          table="covariates/"),
    _rule("batch corrected", _T, "The batch that was subtracted: for pictures and download, not for tests.",
          table="covariates/batch_corrected"),
    _rule("ID", _T, "Identifier of the probe on the array.", table="covariates/batch_corrected"),
    _rule("Name", _T, "Name of the probe, as the array's list has it.", table="covariates/batch_corrected"),
    _rule(".*", _D, "Batch-corrected value of this sample: for pictures and download, not for tests.", _LOG2,
          "covariates/batch_corrected"),
    # Clusters.
    _rule("tree", _T, "Tree of the arrays or of the genes.", table="cluster/"),
    _rule("node", _T, "Node of the tree, as in the .gtr and .atr files.", table="cluster/"),
    _rule("size", _N, "Members of the node.", "members", "cluster/"),
    _rule("distance", _X, "Height of the node.", table="cluster/"),
    _rule("AU standard error", _X, "Standard error of AU.", "0 to 1"),
    _rule("BP standard error", _X, "Standard error of BP.", "0 to 1"),
    _rule("AU", _S, "Approximately unbiased probability of the node (multiscale bootstrap).", "0 to 1"),
    _rule("BP", _S, "Share of the bootstrap samples that have the node.", "0 to 1"),
    _rule("signed distance v", _X, "Signed distance of the node's region, of the multiscale fit."),
    _rule("curvature c", _X, "Curvature of the node's region, of the multiscale fit."),
    _rule("P of the fit", _P, "P of the multiscale fit; a small one says that AU is not reliable.", "0 to 1"),
    _rule("members", _T, "Members of the node, separated by semicolons.", table="cluster/"),
    _rule("of", _T, "gene or array.", table="cluster/"),
    _rule("k-means cluster", _N, "Number of the k-means cluster."),
    _rule("silhouette", _X, "Silhouette: 1 well inside its cluster, below 0 nearer to another.", "from -1 to 1"),
    _rule("tree cluster", _N, "Number of the cluster when the tree is cut into as many."),
    _rule("sample", _T, "Sample."),
    # Networks.
    _rule("name", _T, "miRNA or gene.", table="network/"),
    _rule("type", _T, "miRNA or gene.", table="network/"),
    _rule("log2 ratio", _L, "log2 ratio of the miRNA in the differential table.", _LOG2),
    _rule("targets", _N, "Genes that the miRNA targets.", "genes"),
    _rule("partners", _N, "miRNAs with which it shares significantly many targets.", "miRNAs"),
    _rule("synergy", _N, "Targets shared with its partners, summed.", "genes"),
    _rule("betweenness", _S, "Share of the shortest paths of the network through the node.", "0 to 1"),
    _rule("seed", _T, "Seed: bases 2 to 8."),
    _rule("eigenvector", _S, "Eigenvector centrality.", "0 to 1"),
    _rule("PageRank", _S, "PageRank.", "0 to 1"),
    _rule("community", _T, "Number of its community.", table="network/"),
    _rule("partners beyond seed", _N, "Partners without the targets that a shared seed explains.", "miRNAs"),
    _rule("synergy beyond seed", _N, "Synergy without the targets that a shared seed explains.", "genes"),
    _rule("partners by modules", _N, "miRNAs with which it shares a functional module.", "miRNAs"),
    _rule("modules", _N, "Functional modules.", "modules"),
    _rule("which", _T, "Their names, separated by semicolons."),
    _rule("miRNAs", _N, "miRNAs, counted.", "miRNAs", "network/"),
    _rule("known miRNAs", _N, "miRNAs of the universe that target the gene.", "miRNAs"),
    _rule("evidence", _T, "Best evidence: strong, clip, weak or predicted."),
    _rule("references", _T, "PubMed IDs or other references, separated by semicolons."),
    _rule("databases", _T, "Databases that hold the pair, separated by semicolons."),
    _rule("miRNA( [AB])?", _T, "miRNA."),
    _rule("gene", _T, "Gene symbol."),
    _rule("shared targets( beyond seed)?", _N, "Genes that both target.", "genes"),
    _rule("Jaccard", _S, "Shared targets over the targets of either.", "0 to 1"),
    _rule("expected beyond seed", _X, "Shared targets expected by chance, without those of a shared seed.",
          "genes"),
    _rule("significant( beyond seed)?", _T, "yes where the FDR is within the limit.", "yes, no"),
    _rule("synergistic by modules", _T, "yes where the pair shares a functional module.", "yes, no"),
    _rule("module terms", _T, "Terms of the modules, separated by semicolons."),
    _rule("same seed", _T, "yes where both have one seed; empty where a seed is not known.", "yes, no"),
    _rule("shared genes", _T, "The shared targets, separated by semicolons."),
    _rule("modularity", _X, "Contribution of the community to the modularity."),
    _rule("genes shared", _N, "Genes that two or more miRNAs of the community target.", "genes"),
    _rule("terms (surviving|significant under|significant) ?\\(?(.*?)\\)?", _N,
          "Terms that are significant under the null: {1}.", "terms"),
    _rule("top terms", _T, "The first terms with their FDR under each null."),
    _rule("mean rank", _X, "Mean rank over the resampled interactions."),
    _rule("rank (from|to)", _X, "Where 95% of the ranks over the resampled interactions are: {0}."),
    _rule("rank at evidence (.*)", _X, "Rank with the interactions of evidence {0}."),
    _rule("rank", _X, "Rank by synergy; ties share their mean rank.", table="network/"),
    _rule("share among first (.*)", _S, "Share of the resampled interactions in which it is among the first {0}.",
          "0 to 1"),
    _rule("in network", _T, "yes where the miRNA is in the network.", "yes, no"),
    _rule("stratum", _T, "Targets of the miRNAs among which it is drawn.", "targets"),
    _rule("genes", _T, "The genes, separated by semicolons.",
    table="(network/(modules|mirna_universe)|.*nrichment)"), _rule("genes", _N, "Genes, counted.", "genes"),
    _rule("samples", _N, "Paired samples with a value of both.", "samples", "network/"),
    _rule("Spearman's rho", _X, "Rank correlation of miRNA and gene over the paired samples.", "from -1 to 1"),
    _rule("(changed|direction|mRNA .*)", _T, "What the mRNA of the gene does: {0}.", table="network/"),
    # Gene sets.
    _rule("query", _T, "Genes or miRNAs that were asked for.", table=".*"),
    _rule("(gene set|term|set)", _T, "Set that was tested."),
    _rule("collection", _T, "Collection that the set is of."),
    _rule("description", _T, "What the collection says of the set."),
    _rule("hits", _N, "Members of the set in the query."),
    _rule("set size", _N, "Members of the set in the universe."),
    _rule("query size", _N, "Members of the query in the universe."),
    _rule("universe size", _N, "Genes or miRNAs of which the query could have been made."),
    _rule("expected miRNAs \\((.*)\\)", _X, "miRNAs of the gene expected by chance ({0}).", "miRNAs"),
    _rule("expected( \\((.*)\\))?", _X, "Expected by chance, by the null: {1}."),
    _rule("fold( \\((.*)\\))?", _R, "Observed over expected, by the null: {1}.", "fold"),
    _rule("survives", _T, "Nulls under which the set is significant.", "nulls"),
    _rule("represented by", _T, "Term that represents this one, where similar ones are reduced."),
    _rule("cluster", _N, "Number of the group of similar terms.", table=".*nrichment"),
    _rule("gene sets", _T, "Collection that the set is of."),
    _rule("ES", _X, "Enrichment score: the largest deviation of the running sum.", "from -1 to 1"),
    _rule("NES", _X, "ES over the mean of that of random sets of the same size and sign."),
    _rule("leading edge", _N, "Genes before the running sum is farthest from zero.", "genes"),
    _rule("leading edge genes", _T, "These genes, separated by semicolons."),
    _rule("miRNAs", _T, "The miRNAs, separated by semicolons."),
    # qPCR.
    _rule("Target", _T, "Target of the assay."),
    _rule("Sample", _T, "Sample."),
    _rule("Reference gene", _T, "Reference gene."),
    _rule("Ct", _X, "Mean threshold cycle of the wells.", "cycles"),
    _rule("SD of wells", _X, "Standard deviation of the wells.", "cycles"),
    _rule("wells", _N, "Wells that were taken.", "wells"),
    _rule("wells left out", _N, "Wells that were left out as outliers.", "wells"),
    _rule("wells without Ct", _N, "Wells without a threshold cycle.", "wells"),
    _rule("dCt", _X, "Ct less the mean Ct of the reference genes in the sample.", "cycles"),
    _rule("mean dCt (.*)", _X, "Mean ΔCt of group {0}.", "cycles"),
    _rule("(mean|geometric mean) (.*)", _R, "Mean of group {1}.", table="validate/"),
    _rule("ddCt (.*)", _X, "Difference of the mean ΔCt: {0}.", "cycles"),
    _rule("(.*) interval (low|high) (\\(log2\\))", _L, "{1} end of the {0} confidence interval of the log2 ratio.",
          _LOG2),
    _rule("(.*) interval (low|high) (.*)", _R, "{1} end of the {0} confidence interval of the ratio.", "ratio"),
    _rule("geNorm M", _X, "geNorm's M: mean variation against the other genes; smaller is more stable.", _LOG2),
    _rule("NormFinder.*", _X, "NormFinder's stability value; smaller is more stable.", _LOG2),
    _rule("array ID", _T, "Probe of the array."),
    _rule("(array|qPCR) log2 ratio (.*)", _L, "log2 ratio {1} by {0}.", _LOG2),
    _rule("array by (.*)", _U, "up or down where the probe passes by {0}, else empty.", "up, down"),
    _rule("array (P|FDR|q).*", _P, "{0} of the array's test.", "0 to 1"),
    _rule("direction", _T, "Whether array and qPCR changed the same way."),
    _rule("verdict", _T, "What qPCR says of the array's finding."),
    # Shortlist.
    _rule("rank", _N, "Place on the list; blank where detection is the reason.", table="shortlist/"),
    _rule("reason", _T, "Why it is listed: its rank, or that one group alone detects it.", table="shortlist/"),
    _rule("probes", _N, "Probes of the miRNA.", "probes"),
    _rule("other probes", _T, "Its other probes: signed fold change and call."),
    _rule(f"{_ARRAYS} (.*)", _N, "Arrays of group {0} with a value.", "arrays"),
    _rule("same seed in the list", _T, "miRNAs of the list with the same seed."),
    _rule("motif (.*)", _T, "Places of the sorting motif {0} in the sequence.", "base"),
    _rule("seen in (.*)", _T, "Whether the table of levels has the miRNA in {0}.",
          "yes, never seen there, no level there, not in the table, possible, name not mapped", "shortlist/"),
    _rule("level in (.*) \\((.*)\\)", _X, "Level in {0} by the table of levels, in {1}.", table="shortlist/"),
    _rule("level rank in (.*)", _N, "Rank of the level among the miRNAs seen in {0}, 1 is the highest.",
          table="shortlist/"),
    _rule("in (.*) as", _T, "Its name in the list {0}.", table="shortlist/"),
    _rule("in (.*)", _T, "Whether the list {0} has the miRNA.", "yes, no, possible", "shortlist/"),
    _rule("qPCR fold change (.*)", _R, "Signed fold change {0} by qPCR.", "fold"),
    _rule("qPCR (P|FDR|q).*", _P, "{0} of the qPCR's test.", "0 to 1"),
    _rule("qPCR verdict", _T, "What qPCR says of the array's finding."),
    # Several studies together; the columns of one study end in its name.
    _rule("Name", _T, "Current name of the miRNA.", table="meta/"),
    _rule("studies", _N, "Studies that measured the miRNA.", "studies", "meta/"),
    _rule("studies (up|down)", _N, "Studies in which the miRNA is {0} in the tested group.", "studies", "meta/"),
    _rule("direction", _T, "up or down where all studies agree, else mixed.", table="meta/"),
    _rule("log2 ratio \\((fixed|random|Hartung-Knapp)\\)", Kind.CHANGE,
          "log2 ratio of all studies together ({0}).", _LOG2, "meta/"),
    _rule("95% (low|high) \\((.*)\\)", _L, "{0} end of the 95 % interval ({1}).", _LOG2, "meta/"),
    _rule("z \\(Stouffer\\)", _X, "z of all studies together; above 0 where the miRNA is up.", table="meta/"),
    _rule("Q", _X, "Cochran's Q: how far the studies differ.", table="meta/"),
    _rule("P \\(Q\\)", _P, "P of Q.", "0 to 1", "meta/"),
    _rule("I2", _S, "Share of the variation between the studies that is beyond chance.", "0 to 1", "meta/"),
    _rule("tau2", _X, "Variance between the studies.", "log2 squared", "meta/"),
    _rule("largest P without one study", _P, "Largest P when one study is left out.", "0 to 1", "meta/"),
    _rule("without", _T, "The study without which P is largest.", table="meta/"),
    _rule("probe (.*)", _T, "Probe of the miRNA in study {0}.", table="meta/"),
    _rule("log2 ratio (.*)", Kind.CHANGE, "log2 ratio in study {0}.", _LOG2, "meta/"),
    _rule("SE (.*)", _X, "Standard error of the log2 ratio in study {0}.", _LOG2, "meta/"),
    _rule("samples (.*)", _N, "Samples of study {0} with a value.", "samples", "meta/"),
    # Names.
    _rule("current name", _T, "Name in the newest release of miRBase."),
    _rule("accession", _T, "Accession of the mature miRNA in miRBase."),
    _rule("name status", _T, "current, renamed, dead, ambiguous or unknown."),
    _rule("candidates", _T, "What an ambiguous name may be."),
    _rule("name note", _T, "What became of the name."),
    _rule("species", _T, "Species, as miRBase's prefix."),
    _rule("sequence", _T, "Sequence of the mature miRNA, 5' to 3'."),
    _rule("seed family", _T, "miRNAs with the same seed, separated by semicolons."),
    # Predicted targets.
    _rule("site", _T, "Kind of the seed site."),
    _rule("(8mer|7mer-m8|7mer-A1|6mer)", _N, "Sites of kind {0}.", "sites"),
    _rule("UTRs with sites", _N, "3'UTRs of the gene with a site.", "UTRs"),
    _rule("UTR", _T, "3'UTR with the best sites."),
    _rule("(start|end)", _N, "Where the site is in the 3'UTR: {0}.", "base"),
    _rule("name", _G, "Name that was looked up.", table="names/"),
    # Inspect.
    _rule("(file|format|channels|warnings|kind)", _T, "What the file is: {0}."),
    _rule("rows of data", _N, "Rows of data.", "rows"),
    # Everywhere.
    _rule("ID", _T, "Identifier of the probe on the array."),
    _rule("Name", _T, "Name of the miRNA, as the array's list has it."),
    _rule("n (.*)", _N, "Samples of group {0} with a value.", "samples"),
    _rule("spots (.*)", _N, "Replicate spots behind the values of group {0}.", "spots"),
    _rule("detection P \\((.*)\\)", _P, "P that both groups detect the miRNA in one share of their samples ({0}).",
          "0 to 1"),
    _rule("detection FDR \\(BH\\)", _P, "That P adjusted over all miRNAs.", "0 to 1"),
    _rule("detected only in", _T, "The one group whose arrays detect the miRNA; blank where both or "
          "neither do. A fold change of such a row rests on values that were not detected."),
    _rule("detected (.*)", _N, "Samples of group {0} that detect the miRNA.", "samples"),
    _rule("ratio (of .* )?(.*)", _R, "Ratio {1}.", "ratio"),
    _rule("log2 ratio (.*)", _L, "log2 of the ratio {0}.", _LOG2),
    _rule("(signed )?fold change (.*)", _R, "Signed fold change {1}: the ratio, or -1/ratio where it is below 1.",
          "fold"),
    _rule("FDR q \\(GSEA\\)", _P, "q as the GSEA paper defines it.", "0 to 1"),
    _rule("(FDR|q|P adjusted)( .*)?", _P, "P adjusted for the number of tests{1}.", "0 to 1"),
    _rule("P( .*)?", _P, "P value{0}.", "0 to 1"),
)  # fmt: skip


@lru_cache(maxsize=4096)
def column_of(table: str, head: str) -> Column | None:
    """Return what a column holds; None where no rule knows it.

    Parameters
    ----------
    table
        Step and name of the table: ``diff/differential``. Empty where it is not known.
    head
        The head of the column.

    Examples
    --------
    >>> column_of("diff/differential", "P (moderated)")
    Column(kind=<Kind.P: 'P'>, unit='0 to 1', meaning='P value (moderated).')
    """
    for rule in _rules_of(table):
        found = _compiled(rule.head).fullmatch(head)
        if found:
            parts = [part or "" for part in found.groups()]
            return Column(rule.kind, rule.unit, _worded(rule.meaning.format(*parts)))
    return None


@lru_cache(maxsize=64)
def _rules_of(table: str) -> Sequence[_Rule]:
    """Return the rules for a table; of one that is not known those for all."""
    return [rule for rule in _RULES if not rule.table or (table and _compiled(rule.table).match(table))]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern, compiled on first use: most are of tables that a command does not write."""
    return re.compile(pattern)


def _worded(meaning: str) -> str:
    """Leave out what a pattern did not find."""
    text = meaning.replace(", by the null: .", ".").replace("  ", " ")
    return text if text.startswith(_LOG2) else text[:1].upper() + text[1:]


_TABLES_OF_SAMPLES = [rule.table for rule in _RULES if rule.head == ".*" and rule.table]


def is_sample(table: str, head: str) -> bool:
    """Return True for a column that is named as a sample, in a table that has one for each."""
    has_samples = any(_compiled(pattern).match(table) for pattern in _TABLES_OF_SAMPLES)
    return has_samples and head not in ("ID", "Name", "original name", "Replicate", "batch corrected")


def columns_table(columns: Iterable[tuple[str, str, str]], said: Callable[[str], str] = str) -> Table:
    """Return the table of columns: one row per column of each table, and one for all samples of a table.

    Parameters
    ----------
    columns
        The table as it is called for a reader, the table as :func:`column_of` knows it, and the head.
    said
        Gives units and meanings in the words of the platform.
    """
    rows: dict[tuple[str, str], tuple[str, str]] = {}
    for shown, table, head in columns:
        known = column_of(table, head) or Column(Kind.AS_GIVEN, "", "Column of the table that was given.")
        rows[shown, EACH_SAMPLE if is_sample(table, head) else head] = (said(known.unit), said(known.meaning))
    parts = list(zip(*((*place, *known) for place, known in rows.items()), strict=True)) or [()] * 4
    return Table(dict(zip(COLUMNS_HEADER, map(text_array, parts), strict=True)))


_SHORT: Sequence[tuple[str, str]] = (
    (
        "shortlist/shortlist",
        "rank|Name|reason|ID|fold change .*|(P|FDR|q|P adjusted) .*|regulation by .*|stability by .*|"
        "detected only in|"
        "same seed in the list|in .*|seen in .*|level in .*|level rank in .*|qPCR fold change .*|qPCR verdict|"
        "targets|synergy|betweenness",
    ),
    (
        "qc/arrays",
        f"{_ARRAY}|group|verdict|why|foreground median|background median|signal to noise|"
        "% with saturated pixels|"
        "replicate CV %|probes .*|spike-in r squared|"
        f"sum of distances to the other {_ARRAYS}, after|"
        "% fields of view counted|binding density|positive controls r squared|positive-control factor|"
        "background limit|"
        "Moran's I|log-ratio agreement",
    ),
    (
        "network/nodes",
        "name|type|regulation|log2 ratio|targets|partners|synergy|betweenness|seed|community|synergy beyond seed|"
        "modules|miRNAs|which|FDR \\(Poisson-binomial\\)",
    ),
    (
        "(network|enrichment)/enrichment",
        "query|gene sets|term|description|hits|set size|fold \\(genes\\)|FDR .*|survives|represented by|genes",
    ),
)
"""Tables that have a short form, and the pattern of the heads that are in it: what a reader needs first, and what
later steps read."""


def short_form(table: str, full: Table) -> Table:
    """Return a table in its short form; one that has none as it is.

    Parameters
    ----------
    table
        Step and name of the table, as for :func:`column_of`.
    full
        The table.
    """
    heads = next((heads for name, heads in _SHORT if re.fullmatch(name, table)), None)
    if heads is None:
        return full
    return Table({head: full[head] for head in full.columns if re.fullmatch(heads, head)}, full.notes)
