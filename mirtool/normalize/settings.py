"""The choices behind a normalization: named presets, and what the caller asked for instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from mirtool.errors import UsageError

BACKGROUND_METHODS = (
    "none",
    "subtract",
    "half",
    "minimum",
    "movingmin",
    "edwards",
    "normexp",
    "normexp-mle",
    "negative-control",
    "empty",
)
"""How the signal of a spot is made of its foreground and background."""
WITHIN_METHODS = ("none", "median", "loess", "printtip-loess", "control")
"""What is taken out of the log ratios of an array (two channels alone)."""
BETWEEN_METHODS = (
    "none",
    "median",
    "scale",
    "quantile",
    "cyclic-loess",
    "cyclic-loess-affy",
    "cyclic-loess-pairs",
    "vsn",
    "spike-in",
    "small-rna",
)
"""How the signals of different arrays are made comparable (one channel)."""
RATIO_BETWEEN_METHODS = ("none", "median", "scale", "quantile", "Aquantile", "Gquantile", "Rquantile", "Tquantile")
"""How the log ratios of different arrays are made comparable (two channels)."""
REPLICATE_SCALES = ("linear", "log")
"""Replicate spots are collapsed as counts, or as their logarithms."""

PRESET_STEPS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "service": {},
        "normexp-quantile": {
            "background": "normexp",
            "offset": 50.0,
            "replicates": "mean",
            "replicate_scale": "log",
            "between": "quantile",
        },
        "spike-in": {"between": "spike-in"},
    }
)
"""Recipes by name: what each sets otherwise than ``service``, whose choices are those of :class:`Settings`."""
RATIO_PRESET_STEPS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "service": {},
        "normexp-quantile": {**PRESET_STEPS["normexp-quantile"], "within": "loess", "between": "Aquantile"},
    }
)
"""The recipes for two channels. An offset of 50: Ritchie et al. (2007); loess, then Aquantile: limma's guide."""
PRESETS = tuple(PRESET_STEPS)


@dataclass(frozen=True)
class Settings:
    """The choices of one normalization; :func:`mirtool.normalize.normalize` explains them.

    ``background`` None subtracts the background where there is one. ``changed`` names the choices that were asked
    for against the preset.
    """

    channel: str | None = None
    preset: str = "service"
    background: str | None = None
    offset: float = 0.0
    flags: str = "bad"
    flag_weight: float | None = None
    within: str = "none"
    replicates: str = "median"
    replicate_scale: str = "linear"
    between: str = "median"
    impute: str = "none"
    min_intensity: float = 30.0
    keep: str = "any"
    probes: str = "mirna"
    min_factor_probes: int = 20
    keep_replicates: bool = False
    changed: tuple[str, ...] = ()

    @property
    def weights_are_used(self) -> bool:
        """True where some step weighs spots by their flags."""
        return self.replicates == "weighted" or self.within in ("median", "loess", "printtip-loess")


_NEW_STEPS = ("background", "offset", "within", "replicate_scale", "between", "impute")
"""Choices that the name of the recipe tells where they are not the preset's."""


def choose_settings(preset: str, *, ratio: bool, asked: Mapping[str, Any]) -> Settings:
    """Put what was asked for (None: not asked) over the preset, and refuse what can't go together.

    Raises
    ------
    UsageError
        For a preset that does not exist or is for one channel alone, and choices that contradict each other.
    """
    presets = RATIO_PRESET_STEPS if ratio else PRESET_STEPS
    if preset not in presets:
        if preset in PRESETS:
            raise UsageError(
                f"--preset {preset} is for one channel", hint="leave out --channel ratio, or the preset"
            )
        raise UsageError(f"--preset has no choice {preset!r}", expected="one of " + ", ".join(presets))
    known = {field.name for field in fields(Settings)}
    own = {name: value for name, value in asked.items() if value is not None and name in known}
    base = {"replicate_scale": "log"} | dict(presets[preset]) if ratio else dict(presets[preset])
    usual = Settings(**base)
    changed = tuple(
        f"{name.replace('_', ' ')} {own[name]:g}" if name == "offset" else f"{name.replace('_', ' ')} {own[name]}"
        for name in _NEW_STEPS
        if name in own and own[name] != getattr(usual, name)
    )
    settings = Settings(**base | own, preset=preset, changed=changed)
    _check_together(settings, ratio=ratio)
    return settings


def recipe_name(settings: Settings, *, ratio: bool) -> str:
    """Name the recipe: the preset, and what differs from it."""
    name = (
        settings.preset if not ratio else "ratio" if settings.preset == "service" else f"ratio {settings.preset}"
    )
    return f"{name} with {' and '.join(settings.changed)}" if settings.changed else name


def _check_together(settings: Settings, *, ratio: bool) -> None:
    allowed = RATIO_BETWEEN_METHODS if ratio else BETWEEN_METHODS
    if settings.between not in allowed:
        channels = "two channels (--channel ratio)" if ratio else "one channel"
        raise UsageError(
            f"--between {settings.between} is not a method for {channels}", expected="one of " + ", ".join(allowed)
        )
    if settings.within != "none" and not ratio:
        raise UsageError(
            f"--within {settings.within} works on the log ratios of two channels",
            hint="add --channel ratio, or leave --within out",
        )
    if ratio and settings.replicate_scale == "linear":
        raise UsageError(
            "log ratios of replicate spots can't be collapsed on the linear scale",
            hint="leave out --replicate-scale",
        )
    if settings.between == "vsn" and settings.replicate_scale == "log":
        raise UsageError(
            "vsn works on signals of whatever sign, and replicates on the log scale have lost those not positive",
            hint="use --replicate-scale linear with --between vsn",
        )
    if settings.keep_replicates and settings.between == "vsn":
        raise UsageError(
            "--keep-replicates keeps the log2 of every spot, and vsn's scale is another one",
            hint="use another --between, such as median or quantile",
        )
    if settings.keep_replicates and settings.impute != "none":
        raise UsageError(
            "--keep-replicates keeps every spot that was measured, and imputed values rest on none",
            hint="leave --impute out: `mirtool diff --replicates` takes missing spots as they are",
        )
    if settings.keep_replicates and settings.replicates == "weighted":
        raise UsageError(
            "--keep-replicates keeps all spots alike, and --replicates weighted does not",
            hint="leave --replicates weighted out, or make flagged spots missing with --flags negative",
        )
    if settings.replicates == "weighted" and settings.flag_weight is None:
        raise UsageError(
            "--replicates weighted needs the weight of a flagged spot",
            hint="say how much it counts beside one without flag, such as --flag-weight 0.1",
        )
    if settings.flag_weight is not None and not settings.weights_are_used:
        raise UsageError(
            "--flag-weight has nothing to weigh",
            hint="use it with --replicates weighted, or with --channel ratio and --within median, loess or "
            "printtip-loess",
        )
