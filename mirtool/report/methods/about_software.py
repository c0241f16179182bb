"""Sentences about figures, software and what lets another person repeat the analysis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mirtool.report.methods.record import StepRecord, joined
from mirtool.report.methods.text import Sentence

_CORE = {"numpy": ("NumPy", "harris2020"), "scipy": ("SciPy", "virtanen2020")}
_FIGURES = ("figures/", ".svg", ".png", ".pdf", ".tiff")


def software_sentences(records: Mapping[str, StepRecord]) -> Iterator[Sentence]:
    """Say with which versions everything was computed, and where all settings are kept."""
    versions = _versions(records, "mirtool")
    if not versions:
        return
    python = _versions(records, "python")
    under = f" (Python {joined(python)})" if python else ""
    core = {name: _versions(records, name) for name in _CORE}
    used = joined(f"{_CORE[name][0]} {joined(own)}" for name, own in core.items() if own)
    text = f"All steps were computed with mirtool {joined(versions)}{under}"
    yield Sentence(
        f"{text} on {used}." if used else f"{text}.", tuple(_CORE[name][1] for name, own in core.items() if own)
    )
    drawing = [each for each in records.values() if any(path.endswith(_FIGURES[1:]) for path in each.outputs)]
    matplotlib = _versions({each.step: each for each in drawing}, "matplotlib")
    if matplotlib:
        yield Sentence(f"Figures were drawn with Matplotlib {joined(matplotlib)}.", ("hunter2007",))
    yield Sentence(
        "The record of the analysis (results/run.json) holds all settings, the versions of all packages, and the "
        "SHA-256 of every file that was read or written."
    )


def _versions(records: Mapping[str, StepRecord], package: str) -> list[str]:
    """Return the versions with which the steps were run, once each."""
    found = (each.versions.get(package) for each in records.values())
    return sorted(dict.fromkeys(version for version in found if version))
