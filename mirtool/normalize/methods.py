"""The methods of every step of normalization, one registry per step.

To add a method: write its kernel and one entry here. An entry names what the kernel takes (``takes``), and the
step finds it. Nothing here imports a kernel; it is loaded when it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from mirtool.settings import Method, Methods

_BACKGROUND = "mirtool.normalize.background"
_WITHIN = "mirtool.normalize.within"
_BETWEEN = "mirtool.normalize.between"
_BETWEEN_ARRAYS = "mirtool.normalize.between_arrays"
_BETWEEN_RATIOS = "mirtool.normalize.between_ratios"
_TWO_COLOR = "mirtool.normalize.two_color"
_RITCHIE = "Ritchie et al. 2007"
_CYCLIC_LOESS = "Bolstad et al. 2003; Ballman et al. 2004"
_QUANTILES_OF_RATIOS = "Yang & Thorne 2003"
_NEEDS_BACKGROUND = "a background of each spot"
_NEEDS_CONTROLS = "3 or more of these spots on every array"
_LANES = "mirtool.normalize.lanes"
_NANOSTRING = "NanoString Technologies 2017"
_NEEDS_LANES = "NanoString RCC files"
_PANELS = "mirtool.normalize.panels"
_NEEDS_WELLS = "tables of Ct values"
_MESTDAGH = "Mestdagh et al. 2009"
_NEEDS_FACTOR_PROBES = "20 or more probes at the cut-off in all arrays"


@dataclass(frozen=True)
class SpotMethod(Method):
    """A method whose kernel works on the spots of the arrays.

    Parameters
    ----------
    takes
        What the kernel takes, in its order. Background: ``"foreground"``, ``"background"``, ``"layout"``,
        ``"signals"`` (foreground − background, or the foreground where there is no background),
        ``"negative_controls"``, ``"empty_spots"`` or ``"technical"`` (masks). Within arrays: ``"m"``, ``"a"``,
        ``"block"``, ``"weights"``, ``"spike_ins"`` (a mask).
    """

    takes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BackgroundMethod(SpotMethod):
    """A background method.

    Parameters
    ----------
    signal
        What the signal is, in words; ``{base}`` is ``foreground − background``, or ``foreground`` where the files
        have no background.
    uses_spot_background
        False where a spot without a background of its own still has a signal.
    is_fitted
        True where the kernel returns the signals and what was fitted on each array.
    """

    signal: str = ""
    uses_spot_background: bool = True
    is_fitted: bool = False


@dataclass(frozen=True)
class BetweenMethod(Method):
    """A method between arrays.

    Parameters
    ----------
    step
        ``"module:function"`` of the function that gathers what the kernel needs beyond the log2 values (controls,
        detection, groups). Empty where the kernel takes log2 values alone (for ratios: M and A).
    """

    step: str = ""

    def load_step(self) -> Callable[..., Any]:
        """Return the function that gathers what the kernel needs, and calls it."""
        module, _, function = self.step.partition(":")
        return cast(Callable[..., Any], getattr(import_module(module), function))


PRESETS = Methods(
    "preset",
    Method(
        "exiqon-service",
        "what array service laboratories deliver: background subtracted where there is one, median of replicates "
        "as counts, median over the probes at the cut-off in all arrays",
        needs=_NEEDS_FACTOR_PROBES,
    ),
    Method(
        "normexp-quantile",
        "normexp with an offset of 50, mean of replicates as log2, quantile between arrays; for ratios also loess "
        "within arrays, and Aquantile between",
        reference=_RITCHIE,
    ),
    Method(
        "spike-in",
        "as exiqon-service, but the arrays are made comparable by their spike-ins",
        needs="one channel; 4 spike-ins and 3 arrays or more",
        reference="Sewer et al. 2014",
    ),
    Method(
        "rma",
        "robust multi-array average: log2 of the foreground of every spot, quantile between arrays, then median "
        "polish over the spots of each miRNA; of Agilent files the features are read, not the totals",
        needs="one channel; several spots per miRNA",
        reference="Irizarry et al. 2003; López-Romero et al. 2010",
    ),
    Method(
        "nanostring",
        "counts of NanoString lanes: missing where in the background (kept, they are raised to its limit), "
        "positive-control factor, factor of the 100 highest probes; the default for RCC files",
        needs=_NEEDS_LANES,
        reference=_NANOSTRING,
    ),
    Method(
        "qpcr",
        "Ct of qPCR panels: mean of replicate wells, less the global mean of the miRNAs that all samples detect "
        "(−ΔCt, log2); the default for tables of Ct values",
        needs=_NEEDS_WELLS,
        reference=_MESTDAGH,
    ),
)
"""Recipes by name; :data:`mirtool.normalize.settings.PRESET_STEPS` holds what each sets."""

PRESET_ALIASES = {"service": "exiqon-service"}
"""Earlier names of presets, which are still accepted."""

FLAG_RULES = Methods(
    "flag rule",
    Method("bad", "spots flagged bad (−100) become missing"),
    Method("negative", "every spot with a flag below 0 (bad, absent, not found) becomes missing"),
    Method("ignore", "no spot becomes missing for its flag"),
)

BACKGROUND_METHODS = Methods(
    "background method",
    BackgroundMethod(
        "none",
        "the foreground alone; for slides that bind more than the spots do",
        kernel=f"{_BACKGROUND}:foreground_alone",
        takes=("foreground",),
        signal="foreground",
        uses_spot_background=False,
    ),
    BackgroundMethod(
        "subtract",
        "foreground − background, the usual choice; dim spots become noisy, and some negative",
        needs=_NEEDS_BACKGROUND,
        kernel=f"{_BACKGROUND}:subtract_background",
        takes=("foreground", "background"),
        signal="{base}",
    ),
    BackgroundMethod(
        "half",
        "foreground − background, and 0.5 where it is less; the floor and the ratios of dim spots are arbitrary",
        needs=_NEEDS_BACKGROUND,
        reference=_RITCHIE,
        kernel=f"{_BACKGROUND}:at_least_half",
        takes=("foreground", "background"),
        signal="foreground − background and at least 0.5",
    ),
    BackgroundMethod(
        "minimum",
        "foreground − background, and half the lowest positive signal of the array where it is not positive",
        needs=_NEEDS_BACKGROUND,
        reference=_RITCHIE,
        kernel=f"{_BACKGROUND}:at_least_half_minimum",
        takes=("foreground", "background"),
        signal="foreground − background and at least half the array's least positive",
    ),
    BackgroundMethod(
        "movingmin",
        "foreground − the lowest background of the 3 × 3 spots around it, within a block; for uneven backgrounds",
        needs="a background, and the position of each spot",
        reference=_RITCHIE,
        kernel=f"{_BACKGROUND}:subtract_moving_minimum",
        takes=("foreground", "background", "layout"),
        signal="foreground − lowest background of the 3 × 3 spots",
        uses_spot_background=False,
    ),
    BackgroundMethod(
        "edwards",
        "foreground − background, with a smooth logarithmic tail that stays positive",
        needs=_NEEDS_BACKGROUND,
        reference="Edwards 2003",
        kernel=f"{_BACKGROUND}:edwards_signals",
        takes=("foreground", "background"),
        signal="foreground − background with Edwards' logarithmic tail",
    ),
    BackgroundMethod(
        "normexp",
        "the signal expected under an exponential signal on a normal background, fitted by saddle point",
        needs="4 or more different intensities on each array",
        reference="Ritchie et al. 2007; Silver et al. 2009",
        kernel="mirtool.normalize.normexp:normexp_saddle_point",
        takes=("signals",),
        signal="normexp (saddle point) of {base}",
        is_fitted=True,
    ),
    BackgroundMethod(
        "normexp-mle",
        "as normexp, fitted by the exact likelihood",
        needs="4 or more different intensities on each array",
        reference="Silver et al. 2009",
        kernel="mirtool.normalize.normexp:normexp_exact",
        takes=("signals",),
        signal="normexp (exact likelihood) of {base}",
        is_fitted=True,
    ),
    BackgroundMethod(
        "negative-control",
        "the signal − the median of the array's negative controls",
        needs=_NEEDS_CONTROLS,
        reference="Shi et al. 2010",
        kernel=f"{_BACKGROUND}:subtract_level",
        takes=("signals", "negative_controls"),
        signal="{base} − median of the array's negative control spots",
    ),
    BackgroundMethod(
        "empty",
        "the signal − the median of the array's empty spots",
        needs=_NEEDS_CONTROLS,
        kernel=f"{_BACKGROUND}:subtract_level",
        takes=("signals", "empty_spots"),
        signal="{base} − median of the array's empty spots",
    ),
    BackgroundMethod(
        "threshold",
        "counts below the mean + 2 SD of the lane's negative controls are raised to it",
        needs=_NEEDS_CONTROLS,
        reference=_NANOSTRING,
        kernel=f"{_LANES}:raise_to_threshold",
        takes=("signals", "negative_controls", "technical"),
        signal="counts, at least the mean + 2 SD of the negative controls",
    ),
    BackgroundMethod(
        "subtract-threshold",
        "counts less the mean + 2 SD of the lane's negative controls",
        needs=_NEEDS_CONTROLS,
        reference=_NANOSTRING,
        kernel=f"{_LANES}:subtract_threshold",
        takes=("signals", "negative_controls", "technical"),
        signal="counts − (mean + 2 SD of the negative controls)",
    ),
)

WITHIN_METHODS = Methods(
    "method within arrays",
    Method("none", "M stays as it is"),
    SpotMethod(
        "median",
        "less the median M of the array; the dyes differ by a factor",
        reference="Yang et al. 2002",
        kernel=f"{_WITHIN}:subtract_median",
        takes=("m", "weights"),
    ),
    SpotMethod(
        "loess",
        "less a lowess curve of M over A; the dyes differ with intensity, and most probes do not change",
        reference="Yang et al. 2002; Smyth & Speed 2003",
        kernel=f"{_WITHIN}:subtract_loess",
        takes=("m", "a", "weights"),
    ),
    SpotMethod(
        "printtip-loess",
        "the same in each block; print tips differ, and a block has some hundred spots",
        needs="the block of each spot",
        reference="Yang et al. 2002",
        kernel=f"{_WITHIN}:subtract_loess_by_block",
        takes=("m", "a", "block", "weights"),
    ),
    SpotMethod(
        "control",
        "less a robust line through the spike-in spots, extended beyond them; many probes change",
        needs="20 or more spike-in spots on every array",
        reference="Oshlack et al. 2007",
        kernel=f"{_WITHIN}:subtract_control_curve",
        takes=("m", "a", "spike_ins"),
    ),
)
"""For the log ratios of two channels."""

REPLICATE_METHODS = Methods(
    "method for replicates",
    Method("median", "the median, which one scratched spot does not change"),
    Method("mean", "the mean, which varies least where the spots are good"),
    Method("weighted", "the mean in which a flagged spot counts as much as flag_weight", needs="flags"),
    Method(
        "median-polish",
        "the array's value when each spot of a miRNA has an affinity of its own, found by median polish after the "
        "arrays are made comparable spot by spot; spots are taken together by their name",
        needs="replicate_scale log; none, scale, quantile or cyclic loess between arrays",
        reference="Irizarry et al. 2003",
        kernel="mirtool.normalize.median_polish:polish_replicates",
    ),
)

REPLICATE_SCALES = Methods(
    "scale of replicates",
    Method("linear", "counts, signs kept, so that noise around zero averages out"),
    Method("log", "logarithms (a geometric mean); spots that are not positive are left out, and counted"),
)

BETWEEN_METHODS = Methods(
    "method between arrays of one channel",
    BetweenMethod("none", "nothing; for data that another tool normalizes", kernel="numpy:copy"),
    BetweenMethod(
        "median",
        "less the median of the probes at the cut-off in all arrays; the arrays differ by a factor",
        needs=_NEEDS_FACTOR_PROBES,
        kernel="mirtool.normalize.factors:median_factors",
        step=f"{_BETWEEN_ARRAYS}:divide_by_factors",
    ),
    BetweenMethod(
        "scale",
        "times a factor that gives all arrays one median",
        reference="Smyth & Speed 2003",
        kernel=f"{_BETWEEN}:scale_medians",
    ),
    BetweenMethod(
        "quantile",
        "one distribution for all arrays; wrong where total miRNA differs",
        reference="Bolstad et al. 2003",
        kernel="mirtool.normalize.quantiles:normalize_quantiles",
    ),
    BetweenMethod(
        "cyclic-loess",
        "three times less a lowess curve against the mean of all arrays; gentler than quantile",
        reference=_CYCLIC_LOESS,
        kernel=f"{_BETWEEN}:cyclic_loess_fast",
    ),
    BetweenMethod(
        "cyclic-loess-affy",
        "the same against every other array, all at once; a probe missing on one array becomes missing on all",
        reference=_CYCLIC_LOESS,
        kernel=f"{_BETWEEN}:cyclic_loess_affy",
    ),
    BetweenMethod(
        "cyclic-loess-pairs",
        "the same pair by pair; a probe missing on one array becomes missing on all",
        reference=_CYCLIC_LOESS,
        kernel=f"{_BETWEEN}:cyclic_loess_pairs",
    ),
    BetweenMethod(
        "vsn",
        "variance stabilization, a generalized log2 of signals of any sign; keeps signals that are not positive",
        needs="42 or more probes on two arrays or more",
        reference="Huber et al. 2002",
        kernel="mirtool.normalize.vsn:fit_vsn",
        step=f"{_BETWEEN_ARRAYS}:stabilize_variance",
    ),
    BetweenMethod(
        "spike-in",
        "less a curve through the array's spike-ins; total miRNA differs between samples",
        needs="4 spike-ins with a signal on every array that rise and fall together; 3 arrays",
        reference="Sewer et al. 2014",
        kernel="mirtool.normalize.spike_in:fit_spike_in_curves",
        step=f"{_BETWEEN_ARRAYS}:subtract_spike_in_curves",
    ),
    BetweenMethod(
        "small-rna",
        "less the mean log2 signal of the small RNA controls, which must not change",
        needs="3 small RNA controls with a signal on every array",
        reference="Vandesompele et al. 2002",
        step=f"{_BETWEEN_ARRAYS}:subtract_small_rnas",
    ),
    BetweenMethod(
        "top-100",
        "times the positive-control factor, then that of the 100 probes with the highest mean count",
        needs=_NEEDS_LANES,
        reference=_NANOSTRING,
        kernel=f"{_LANES}:lane_factors",
        step=f"{_LANES}:scale_by_top",
    ),
    BetweenMethod(
        "housekeeping",
        "times the positive-control factor, then that of the panel's housekeeping genes",
        needs="NanoString RCC files with 3 housekeeping genes that have a count in every lane",
        reference=_NANOSTRING,
        kernel=f"{_LANES}:lane_factors",
        step=f"{_LANES}:scale_by_housekeeping",
    ),
    BetweenMethod(
        "positive-controls",
        "times the positive-control factor alone; what was done to the samples, not how much RNA they held",
        needs=_NEEDS_LANES,
        reference=_NANOSTRING,
        kernel=f"{_LANES}:lane_factors",
        step=f"{_LANES}:scale_by_positive",
    ),
    BetweenMethod(
        "global-mean",
        "less the mean Ct of the miRNAs that all samples detect; large panels, of which most do not change",
        needs=f"{_NEEDS_WELLS}; 20 or more miRNAs that all samples detect",
        reference="D'haene et al. 2012; Mestdagh et al. 2009",
        step=f"{_PANELS}:subtract_global_mean",
    ),
    BetweenMethod(
        "expressed-mean",
        "less the mean Ct of the miRNAs that the sample detects",
        needs=f"{_NEEDS_WELLS}; 20 or more miRNAs that each sample detects",
        reference=_MESTDAGH,
        step=f"{_PANELS}:subtract_expressed_mean",
    ),
    BetweenMethod(
        "references",
        "less the mean Ct of the references that were named, which must not change",
        needs=f"{_NEEDS_WELLS}; references that all samples detect",
        reference="Vandesompele et al. 2002",
        step=f"{_PANELS}:subtract_references",
    ),
    BetweenMethod(
        "normfinder",
        "less the mean Ct of the three miRNAs that NormFinder finds most stable within and between the groups",
        needs=f"{_NEEDS_WELLS}; 5 or more miRNAs that all samples detect",
        reference="Andersen et al. 2004",
        step=f"{_PANELS}:subtract_by_normfinder",
    ),
    BetweenMethod(
        "genorm",
        "less the mean Ct of the miRNAs that geNorm finds most stable, as many as its pairwise variation asks for",
        needs=f"{_NEEDS_WELLS}; 5 or more miRNAs that all samples detect",
        reference="Vandesompele et al. 2002",
        step=f"{_PANELS}:subtract_by_genorm",
    ),
)

RATIO_BETWEEN_METHODS = Methods(
    "method between arrays of two channels",
    BetweenMethod("none", "nothing: M and A stay as they are"),
    BetweenMethod(
        "median",
        "M less the median M of the probes at the cut-off in both channels of all arrays",
        needs=_NEEDS_FACTOR_PROBES,
        reference="Yang et al. 2002",
        step=f"{_BETWEEN_RATIOS}:subtract_centers",
    ),
    BetweenMethod(
        "scale",
        "M and A are each given one median of absolute values",
        reference="Smyth & Speed 2003",
        kernel=f"{_TWO_COLOR}:scale_ratios",
    ),
    BetweenMethod(
        "quantile",
        "one distribution for both channels of all arrays",
        reference=_QUANTILES_OF_RATIOS,
        kernel=f"{_TWO_COLOR}:quantiles_of_channels",
    ),
    BetweenMethod(
        "Aquantile",
        "one distribution for A of all arrays; M stays",
        reference=_QUANTILES_OF_RATIOS,
        kernel=f"{_TWO_COLOR}:quantiles_of_a",
    ),
    BetweenMethod(
        "Gquantile",
        "one distribution for the green channel (Hy3, 532 nm) of all arrays; M stays",
        needs="channels named Hy3 and Hy5, or by wavelength",
        reference=_QUANTILES_OF_RATIOS,
        step=f"{_BETWEEN_RATIOS}:quantiles_of_green",
    ),
    BetweenMethod(
        "Rquantile",
        "one distribution for the red channel (Hy5, 635 nm) of all arrays, for a common reference; M stays",
        needs="channels named Hy3 and Hy5, or by wavelength",
        reference=_QUANTILES_OF_RATIOS,
        step=f"{_BETWEEN_RATIOS}:quantiles_of_red",
    ),
    BetweenMethod(
        "Tquantile",
        "one distribution for the channels of each group of the sample sheet, and one for the reference",
        needs="the group of every sample",
        reference=_QUANTILES_OF_RATIOS,
        kernel=f"{_TWO_COLOR}:quantiles_of_groups",
        step=f"{_BETWEEN_RATIOS}:quantiles_by_group",
    ),
)

PANEL_METHODS = ("global-mean", "expressed-mean", "references", "normfinder", "genorm")
"""Methods between samples that are for qPCR panels alone."""

LANE_METHODS = ("threshold", "subtract-threshold", "top-100", "housekeeping", "positive-controls")
"""Steps that are for the lanes of NanoString alone."""

ALL_BETWEEN_METHODS = (*BETWEEN_METHODS, *(name for name in RATIO_BETWEEN_METHODS if name not in BETWEEN_METHODS))
"""The names of the methods between arrays, those for one channel first."""

IMPUTATIONS = Methods(
    "imputation",
    Method("none", "missing values stay missing"),
    Method(
        "knn",
        "filled in from the ten nearest probes, counted and marked; P values after it are too small",
        reference="Troyanskaya et al. 2001",
        kernel="mirtool.normalize.imputation:impute_knn",
    ),
)

DETECTION_RULES = Methods(
    "detection rule",
    Method(
        "auto",
        "call where the files have the instrument's detection call and no cut-off was asked for, else cutoff",
    ),
    Method(
        "call", "a probe counts as detected where the instrument's software says so (Agilent: gIsGeneDetected)"
    ),
    Method("cutoff", "a probe counts as detected where its signal reaches the cut-off"),
)

KEEP_RULES = Methods(
    "rule for probes to keep",
    Method("any", "probes at the cut-off in at least one array"),
    Method("all", "probes at the cut-off in every array"),
    Method(
        "group",
        "probes detected in a stated share of the arrays of one group; as it knows the groups, P values of probes "
        "that few arrays detect may be too small (Bourgon 2010)",
        needs="the column group of the sample sheet",
        reference="López-Romero 2011",
    ),
    Method("everything", "every probe"),
)

KEPT_WHERE = {
    "any": "in at least one {unit}",
    "all": "in every {unit}",
    "group": "in at least {percent:g} % of the {unit}s of one group",
}


def kept_where(keep: str, share: float | None, unit: str = "array") -> str:
    """Return on which arrays a rule of :data:`KEEP_RULES` wants a probe detected, in words; blank for everything.

    Examples
    --------
    >>> kept_where("any", None, "lane"), kept_where("group", 0.75)
    ('in at least one lane', 'in at least 75 % of the arrays of one group')
    """
    return KEPT_WHERE.get(keep, "").format(unit=unit, percent=100 * (share or 0))


PROBE_CHOICES = Methods(
    "choice of probes",
    Method("mirna", "miRNA and miRPlus probes"),
    Method("all", "every probe but controls and empty spots, for chips whose probes are not named as miRNAs"),
)
