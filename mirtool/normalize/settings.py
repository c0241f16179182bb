"""The settings of a normalization: what was asked for, and what follows from it and the preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, cast

from mirtool.errors import UsageError, option
from mirtool.normalize.methods import (
    ALL_BETWEEN_METHODS,
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    DETECTION_RULES,
    FLAG_RULES,
    IMPUTATIONS,
    KEEP_RULES,
    PRESET_ALIASES,
    PRESETS,
    PROBE_CHOICES,
    RATIO_BETWEEN_METHODS,
    REPLICATE_METHODS,
    REPLICATE_SCALES,
    WITHIN_METHODS,
    BetweenMethod,
)
from mirtool.settings import Settings, setting, unknown_choice

DEFAULT_PRESET = "exiqon-service"

LANE_PRESET = "nanostring"
"""The preset for lanes of NanoString."""

PANEL_PRESET = "qpcr"
"""The preset for panels of Ct values."""

DEFAULT_CUTOFF = 30.0
"""Counts of a scanner, as service laboratories have used it for miRCURY since mid-2012."""

RATIO = "ratio"
"""The channel that represents the ratio of the sample to the reference."""

PRESET_STEPS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        DEFAULT_PRESET: {},
        "normexp-quantile": {
            "background": "normexp",
            "offset": 50.0,
            "replicates": "mean",
            "replicate_scale": "log",
            "between": "quantile",
        },
        "spike-in": {"between": "spike-in"},
        "rma": {
            "background": "none",
            "replicates": "median-polish",
            "replicate_scale": "log",
            "between": "quantile",
        },
        LANE_PRESET: {"background": "threshold", "between": "top-100"},
        PANEL_PRESET: {"replicates": "mean", "replicate_scale": "log", "between": "global-mean"},
    }
)
"""What each preset sets differently from the defaults of :class:`ResolvedSettings`."""
RATIO_PRESET_STEPS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        DEFAULT_PRESET: {},
        "normexp-quantile": {**PRESET_STEPS["normexp-quantile"], "within": "loess", "between": "Aquantile"},
    }
)
"""The same for two channels. An offset of 50: Ritchie et al. (2007); loess, then Aquantile: limma's guide."""


def is_recipe(written: object, preset: str) -> bool:
    """Return True for a recipe as a report writes it, if it is this preset, with other steps or without.

    Examples
    --------
    >>> is_recipe("nanostring with between housekeeping", LANE_PRESET), is_recipe(None, LANE_PRESET)
    (True, False)
    """
    return str(written).split(" ", 1)[0] == preset


_SPOTS, _STEPS, _PROBES, _RESULT = "Spots and channels", "Steps", "Probes", "Result"


def is_ratio(channel: str | None) -> bool:
    """Return True for a ratio (``"ratio"``, ``"Hy3/Hy5"``, ``"635/532"``), False for the name of a channel."""
    return channel is not None and (channel == RATIO or "/" in channel)


def channels_to_read(settings: NormalizeSettings) -> list[str] | None:
    """Return the channels that a normalization names; None where they follow from the files."""
    channel = settings.channel
    if channel is None:
        return None
    return ratio_channels(channel) if is_ratio(channel) else [channel]


def ratio_channels(channel: str) -> list[str] | None:
    """Return the two channels that a ratio names; None where the arrays decide which they are.

    Examples
    --------
    >>> ratio_channels("635/532"), ratio_channels("ratio")
    (['635', '532'], None)
    """
    return None if channel == RATIO else [name.strip() for name in channel.split("/")]


def flags_setting() -> Any:
    """Declare which flagged spots become missing."""
    return setting(
        "bad",
        "Flagged spots that become missing before anything else: flag −100 (bad), every flag below 0 (negative), "
        "or none (ignore).",
        panel=_SPOTS,
        choices=FLAG_RULES,
    )


def detection_setting() -> Any:
    """Declare what counts as detected."""
    return setting(
        "auto",
        "What counts as detected: the files' own detection call (call), a signal at the cut-off (cutoff), or the "
        "call where the files have one (auto; giving a cut-off means cutoff).",
        panel=_PROBES,
        choices=DETECTION_RULES,
    )


def min_intensity_setting() -> Any:
    """Declare the intensity cut-off."""
    return setting(
        DEFAULT_CUTOFF,
        "Intensity cut-off: a signal below it counts as not detected. Default 30 counts; for Agilent's total gene "
        "signals, which are not counts, the file's detection call decides instead.",
        panel=_PROBES,
        metavar="COUNTS",
        minimum=0,
    )


def probes_setting() -> Any:
    """Declare which probes count."""
    return setting(
        "mirna",
        "Probes that count: miRNAs with miRPlus (mirna), or every probe but controls and empty spots (all), for "
        "chips whose probes are not named as miRNAs.",
        panel=_PROBES,
        choices=PROBE_CHOICES,
    )


DEFAULT_KEEP_SHARE = 0.75
"""As in the worked example of the AgiMicroRna package (López-Romero 2011)."""


@dataclass(frozen=True)
class NormalizeSettings(Settings):
    """What is asked of a normalization. None leaves a choice to the preset.

    Every field is an option of ``mirtool normalize`` and a keyword of :func:`mirtool.normalize.normalize`.
    """

    needs_file = ("keep_replicates", "current_names")

    preset: str = setting(
        DEFAULT_PRESET,
        "Recipe: sets every step at once. Options for single steps override it.",
        panel=_STEPS,
        choices=PRESETS,
    )
    channel: str | None = setting(
        None,
        "Wavelength or name of the channel with the samples. Default 532 (Hy3), or the only channel. ratio gives "
        "log2(Hy3/Hy5); 635/532 the first of two channels over the second.",
        panel=_SPOTS,
        metavar="NM|ratio",
    )
    flags: str = flags_setting()
    background: str | None = setting(
        None,
        "Background correction. Default: what the preset sets; exiqon-service subtracts the background where the "
        "files have one.",
        panel=_STEPS,
        choices=BACKGROUND_METHODS,
    )
    offset: float | None = setting(
        None,
        "Counts added to every signal; they shrink the ratios of dim spots toward 1.",
        panel=_STEPS,
        metavar="COUNTS",
        minimum=0,
    )
    within: str | None = setting(
        None,
        "Two channels only: dye bias to take out of the log ratios of each array on its own.",
        panel=_STEPS,
        choices=WITHIN_METHODS,
    )
    replicates: str | None = setting(
        None,
        "How the replicate spots of one ID become one value; exiqon-service takes the median.",
        panel=_STEPS,
        choices=REPLICATE_METHODS,
    )
    replicate_scale: str | None = setting(
        None,
        "Combine replicate spots as counts (linear, as exiqon-service does) or as logarithms (log).",
        panel=_STEPS,
        choices=REPLICATE_SCALES,
    )
    flag_weight: float | None = setting(
        None,
        "Weight of a spot that has a flag below 0 and is not made missing, relative to 1 for a spot without a "
        "flag. Used by replicates weighted, and within arrays by median, loess and printtip-loess.",
        panel=_SPOTS,
        metavar="0…1",
        minimum=0,
        maximum=1,
    )
    between: str | None = setting(
        None,
        "How the arrays are made comparable; exiqon-service takes the median of the probes at the cut-off in all "
        "arrays. The last four are for two channels.",
        panel=_STEPS,
        choices=ALL_BETWEEN_METHODS,
        kind="method between arrays",
    )
    references: str | None = setting(
        None,
        "qPCR panels: the references, names of assays separated by commas. Default: the global mean.",
        panel=_STEPS,
        metavar="NAMES",
    )
    n_references: int | None = setting(
        None,
        "qPCR panels: how many references are chosen. Default: by NormFinder 3, by geNorm the fewest with a "
        "pairwise variation below 0.15.",
        panel=_STEPS,
        metavar="N",
        minimum=1,
    )
    impute: str = setting(
        "none",
        "Fill in missing values from the ten nearest probes (knn); they are counted and marked.",
        panel=_RESULT,
        choices=IMPUTATIONS,
    )
    detection: str = detection_setting()
    min_intensity: float = min_intensity_setting()
    keep: str = setting(
        "any",
        "Probes to keep: detected in any array, in all arrays, in a share of the arrays of one group (group), or "
        "everything.",
        panel=_PROBES,
        choices=KEEP_RULES,
    )
    keep_share: float = setting(
        DEFAULT_KEEP_SHARE,
        "Under the rule group: smallest share of a group's arrays that detect a probe.",
        panel=_PROBES,
        metavar="SHARE",
        minimum=0,
        maximum=1,
    )
    probes: str = probes_setting()
    min_factor_probes: int = setting(
        20, "Smallest number of probes to take the arrays' factors from.", panel=_PROBES, metavar="N", minimum=1
    )
    keep_replicates: bool = setting(
        False,
        "Also write the log2 of every replicate spot, into NAME_replicates, for `mirtool diff --replicates`.",
        panel=_RESULT,
    )
    linear: bool = setting(False, "Write ratios to the factor instead of their log2.", panel=_RESULT)
    current_names: bool = setting(
        False,
        "Write the current miRBase names of the miRNAs; the chip's own names go into NAME_names. Without it the "
        "chip's names stay.",
        panel=_RESULT,
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "preset", PRESET_ALIASES.get(self.preset, self.preset))
        super().__post_init__()

    @property
    def is_ratio(self) -> bool:
        """True where the values are log ratios of two channels."""
        return is_ratio(self.channel)

    def check(self) -> None:
        """Refuse choices that contradict each other, or the preset.

        Raises
        ------
        UsageError
            Where they do.
        """
        super().check()
        self.resolve()

    def resolve(self) -> ResolvedSettings:
        """Return the choices with those of the preset where none was asked for.

        Raises
        ------
        UsageError
            For a preset that is for one channel only, and choices that contradict each other.
        """
        presets = RATIO_PRESET_STEPS if self.is_ratio else PRESET_STEPS
        if self.preset not in presets:
            raise UsageError(
                f"the preset {self.preset} is for one channel",
                parameter="preset",
                hint=f"leave out {option('channel', self.channel)}, or the preset",
            )
        known = {of.name for of in fields(ResolvedSettings)}
        own = {of.name: getattr(self, of.name) for of in fields(NormalizeSettings) if of.name in known}
        asked = {name: value for name, value in own.items() if value is not None}
        if self.references is not None and self.between is None:
            asked["between"] = "references"
        base = ({"replicate_scale": "log"} if self.is_ratio else {}) | dict(presets[self.preset])
        usual = ResolvedSettings(**base)
        changed = tuple(
            f"{name.replace('_', ' ')} {asked[name]:g}"
            if name == "offset"
            else f"{name.replace('_', ' ')} {asked[name]}"
            for name in _STEPS_IN_NAME
            if name in asked and asked[name] != getattr(usual, name)
        )
        if self.detection == "auto" and self.min_intensity != DEFAULT_CUTOFF:
            asked["detection"] = "cutoff"
        resolved = ResolvedSettings(**base | asked, changed=changed)
        _check_together(resolved)
        return resolved


@dataclass(frozen=True)
class ResolvedSettings:
    """The choices of one normalization, those of the preset included.

    ``background`` None subtracts the background where there is one. ``changed`` holds, in words, the choices that
    differ from the preset's. The other fields are those of :class:`NormalizeSettings`.
    """

    channel: str | None = None
    preset: str = DEFAULT_PRESET
    background: str | None = None
    offset: float = 0.0
    flags: str = "bad"
    flag_weight: float | None = None
    within: str = "none"
    replicates: str = "median"
    replicate_scale: str = "linear"
    between: str = "median"
    references: str | None = None
    n_references: int | None = None
    impute: str = "none"
    detection: str = "auto"
    min_intensity: float = DEFAULT_CUTOFF
    keep: str = "any"
    keep_share: float = DEFAULT_KEEP_SHARE
    probes: str = "mirna"
    min_factor_probes: int = 20
    keep_replicates: bool = False
    changed: tuple[str, ...] = ()

    @property
    def is_ratio(self) -> bool:
        """True where the values are log ratios of two channels."""
        return is_ratio(self.channel)

    @property
    def polishes(self) -> bool:
        """True where the spots of a miRNA are summarized by median polish, after the step between arrays."""
        return self.replicates == "median-polish"

    @property
    def weights_are_used(self) -> bool:
        """True where some step weighs spots by their flags."""
        takes = getattr(WITHIN_METHODS[self.within], "takes", ())
        return self.replicates == "weighted" or "weights" in takes

    @property
    def recipe(self) -> str:
        """The preset, and what differs from it."""
        name = self.preset
        if self.is_ratio:
            name = "ratio" if self.preset == DEFAULT_PRESET else f"ratio {self.preset}"
        return f"{name} with {' and '.join(self.changed)}" if self.changed else name


_STEPS_IN_NAME = ("background", "offset", "within", "replicate_scale", "between", "impute")
"""Choices that the name of the recipe lists where they differ from the preset's."""


def _check_together(settings: ResolvedSettings) -> None:
    _check_channels(settings)
    if settings.keep != "group" and settings.keep_share != DEFAULT_KEEP_SHARE:
        raise UsageError(
            "the share of arrays is used with the rule group only",
            parameter="keep_share",
            hint=f"add {option('keep', 'group')}",
        )
    if settings.polishes:
        _check_spots_can_be_polished(settings)
    _check_references(settings)
    if settings.between == "vsn" and settings.replicate_scale == "log":
        raise UsageError(
            "vsn works on signals of any sign, and signals that are not positive have no logarithm",
            hint=f"use {option('replicate_scale', 'linear')} with {option('between', 'vsn')}",
        )
    if settings.keep_replicates:
        _check_replicates_can_be_kept(settings)
    if settings.replicates == "weighted" and settings.flag_weight is None:
        raise UsageError(
            f"{option('replicates', 'weighted')} needs the weight of a flagged spot",
            hint=f"give its weight relative to a spot without a flag, such as {option('flag_weight', 0.1)}",
        )
    if settings.flag_weight is not None and not settings.weights_are_used:
        raise UsageError(
            "no step of this normalization uses the weight of flagged spots",
            parameter="flag_weight",
            hint=f"use it with {option('replicates', 'weighted')}, or with {option('channel', RATIO)} and "
            f"{option('within', 'median')}, loess or printtip-loess",
        )


def _check_references(settings: ResolvedSettings) -> None:
    if (settings.between == "references") != (settings.references is not None):
        raise UsageError(
            f"{option('between', 'references')} and the names of references belong together",
            parameter="references",
            found=f"{option('between', settings.between)}, " + (settings.references or "no names"),
            hint="name them (they are assays of the panel, separated by commas), or leave both out",
        )
    if settings.n_references is not None and settings.between not in ("normfinder", "genorm"):
        raise UsageError(
            "a number of references is for those that are chosen",
            parameter="n_references",
            hint=f"add {option('between', 'normfinder')} or genorm",
        )


def _check_channels(settings: ResolvedSettings) -> None:
    """Refuse what does not fit the number of channels."""
    allowed = RATIO_BETWEEN_METHODS if settings.is_ratio else BETWEEN_METHODS
    if settings.between not in allowed:
        raise unknown_choice(allowed.kind, settings.between, allowed, "between")
    if settings.within != "none" and not settings.is_ratio:
        raise UsageError(
            f"{option('within', settings.within)} works on the log ratios of two channels",
            hint=f"add {option('channel', RATIO)}, or leave out {option('within')}",
        )
    if settings.is_ratio and settings.replicate_scale == "linear":
        raise UsageError(
            "log ratios of replicate spots can't be combined on the linear scale",
            hint=f"leave out {option('replicate_scale')}",
        )


def _check_spots_can_be_polished(settings: ResolvedSettings) -> None:
    if settings.is_ratio:
        raise UsageError(
            "median polish is for one channel",
            parameter="replicates",
            hint=f"leave out {option('channel', settings.channel)}, or use {option('replicates', 'mean')}",
        )
    if settings.replicate_scale != "log":
        raise UsageError(
            "median polish works on logarithms",
            parameter="replicate_scale",
            found=settings.replicate_scale,
            hint=f"use {option('preset', 'rma')}, or add {option('replicate_scale', 'log')}",
        )
    spotwise = [name for name, method in BETWEEN_METHODS.items() if not cast(BetweenMethod, method).step]
    if settings.between not in spotwise:
        raise UsageError(
            "median polish needs arrays that are made comparable spot by spot",
            parameter="between",
            found=settings.between,
            expected="one of " + ", ".join(spotwise),
            hint=f"use {option('between', 'quantile')}, as {option('preset', 'rma')} does",
        )


def _check_replicates_can_be_kept(settings: ResolvedSettings) -> None:
    if settings.between == "vsn":
        raise UsageError(
            "the log2 of every spot can't be kept with vsn, which uses a different scale",
            parameter="keep_replicates",
            hint=f"use another method between arrays, such as {option('between', 'median')} or quantile",
        )
    if settings.polishes:
        raise UsageError(
            "spots that are summarized by median polish can't be kept: the value is not theirs alone",
            parameter="keep_replicates",
            hint=f"leave it out, or use {option('replicates', 'mean')}",
        )
    if settings.impute != "none":
        raise UsageError(
            "imputed values have no replicate spots to keep",
            parameter="keep_replicates",
            hint=f"leave out {option('impute')}: `mirtool diff` accepts missing spots",
        )
    if settings.replicates == "weighted":
        raise UsageError(
            "spots are kept without weights, which a weighted mean needs",
            parameter="keep_replicates",
            hint=f"leave out {option('replicates', 'weighted')}, or make flagged spots missing with "
            f"{option('flags', 'negative')}",
        )
