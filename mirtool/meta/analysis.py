"""Studies combined: every estimate, adjusted for the number of miRNAs, and what one study adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import UsageError
from mirtool.meta.joining import JoinedStudies
from mirtool.meta.kernels import (
    Combined,
    CombinedP,
    Estimate,
    LeftOut,
    combine_effects,
    combine_p_values,
    leave_one_out,
)
from mirtool.meta.settings import FOREST_ROWS, MetaSettings
from mirtool.model import BoolArray, FloatArray, IntArray, Table, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values

ESTIMATE_OF = {"fixed": "fixed", "random": "random", "hartung-knapp": "hartung_knapp"}
"""Name of a method to that of its estimate in :class:`mirtool.meta.kernels.Combined`."""
TITLES = {"fixed": "fixed", "random": "random", "hartung-knapp": "Hartung-Knapp"}
"""As they are in the headings of columns."""


@dataclass(frozen=True, eq=False)
class MetaAnalysis:
    """Several studies combined, one entry per miRNA of ``joined``.

    Parameters
    ----------
    joined
        The studies.
    combined, p_values
        What they say together; NaN where fewer studies than asked for measured the miRNA.
    without
        The estimate of ``settings.method`` without each study in turn.
    settings
        How they were combined.
    weighted
        True where Stouffer's method weights by the number of samples; False where a table does not say it.
    """

    joined: JoinedStudies
    combined: Combined
    p_values: CombinedP
    without: LeftOut
    settings: MetaSettings
    weighted: bool

    def estimate(self, method: str) -> Estimate:
        """Return the estimate of a method, by its name in the settings."""
        found: Estimate = getattr(self.combined, ESTIMATE_OF[method])
        return found

    def fdr(self, method: str) -> FloatArray:
        """Return the FDR of a method, ``(n_mirnas,)``."""
        return adjust_p_values(self.estimate(method).p)

    @cached_property
    def changed(self) -> BoolArray:
        """Mask of the miRNAs with an FDR of at most alpha by the method of the settings."""
        return np.asarray(self.fdr(self.settings.method) <= self.settings.alpha)

    @property
    def is_combined(self) -> BoolArray:
        """Mask of the miRNAs that were combined."""
        return np.isfinite(self.combined.fixed.effect)

    @property
    def up(self) -> IntArray:
        """Studies in which each miRNA is higher in the tested group."""
        return np.asarray((self.joined.effect > 0).sum(axis=1), dtype=np.int64)

    @property
    def down(self) -> IntArray:
        """Studies in which each miRNA is lower in the tested group."""
        return np.asarray((self.joined.effect < 0).sum(axis=1), dtype=np.int64)

    @property
    def direction(self) -> TextArray:
        """``up`` or ``down`` where all studies agree, else ``mixed``; of one study its own."""
        return text_array(
            "mixed" if up and down else "up" if up else "down" if down else ""
            for up, down in zip(self.up, self.down, strict=True)
        )

    @cached_property
    def order(self) -> IntArray:
        """Rows by P of the method of the settings, then by the size of the log2 ratio, then by name."""
        chosen = self.estimate(self.settings.method)
        return np.lexsort((self.joined.name.astype(str), -np.abs(chosen.effect), chosen.p)).astype(np.int64)

    @property
    def shift(self) -> tuple[float, float]:
        """Median of the combined log2 ratios, and median of their standard errors (random effects)."""
        own = self.combined.random
        there = self.is_combined
        return float(np.median(own.effect[there])), float(np.median(own.se[there]))

    def found_by(self, study: int) -> BoolArray:
        """Return a mask of the miRNAs whose FDR in the table of one study is at most alpha."""
        return np.asarray(self.joined.adjusted[:, study] <= self.settings.alpha)


def combine_studies(joined: JoinedStudies, settings: MetaSettings) -> MetaAnalysis:
    """Combine the effects and the P values of several studies."""
    enough = (joined.k >= settings.min_studies)[:, None]
    effect, se, p = (np.where(enough, values, np.nan) for values in (joined.effect, joined.se, joined.p_value))
    weighted = bool(np.isfinite(joined.arrays[np.isfinite(joined.effect)]).all())
    weight = np.sqrt(joined.arrays) if weighted else np.ones_like(effect)
    return MetaAnalysis(
        joined,
        combine_effects(effect, se, adhoc=settings.adhoc),
        combine_p_values(effect, p, weight),
        leave_one_out(effect, se, way=ESTIMATE_OF[settings.method], adhoc=settings.adhoc),
        settings,
        weighted,
    )


def meta_table(found: MetaAnalysis) -> Table:
    """Lay a meta-analysis out for writing: one row per miRNA, what all say first, then what each study says."""
    joined, combined = found.joined, found.combined
    columns: dict[str, npt.NDArray[Any]] = {
        "Name": joined.name,
        "studies": joined.k,
        "studies up": found.up,
        "studies down": found.down,
        "direction": found.direction,
    }
    for method in dict.fromkeys((found.settings.method, "random", "hartung-knapp", "fixed")):
        own, title = found.estimate(method), TITLES[method]
        columns |= {
            f"log2 ratio ({title})": own.effect,
            f"95% low ({title})": own.low,
            f"95% high ({title})": own.high,
            f"P ({title})": own.p,
            f"FDR ({title})": found.fdr(method),
        }
    p_values = found.p_values
    columns |= {
        "P (Fisher)": p_values.fisher,
        "FDR (Fisher)": adjust_p_values(p_values.fisher),
        "z (Stouffer)": p_values.stouffer_z,
        "P (Stouffer)": p_values.stouffer,
        "FDR (Stouffer)": adjust_p_values(p_values.stouffer),
        "Q": combined.q,
        "P (Q)": combined.q_p,
        "I2": combined.i2,
        "tau2": combined.tau2,
        **_weakest(found),
    }
    for j, label in enumerate(joined.labels):
        columns |= {
            f"probe {label}": joined.id[:, j],
            f"log2 ratio {label}": joined.effect[:, j],
            f"SE {label}": joined.se[:, j],
            f"P {label}": joined.p_value[:, j],
            f"FDR {label}": joined.adjusted[:, j],
            f"samples {label}": joined.arrays[:, j],
        }
    return Table(columns, _notes(found)).take(found.order)


def _weakest(found: MetaAnalysis) -> Mapping[str, npt.NDArray[Any]]:
    """Return the largest P when one study is left out, and which study that is."""
    p = found.without.p
    there: BoolArray = np.asarray(np.isfinite(p).any(axis=1))
    at = np.argmax(np.where(np.isfinite(p), p, -1.0), axis=1)
    labels = found.joined.labels
    return {
        "largest P without one study": np.where(there, p[np.arange(len(p)), at], np.nan),
        "without": text_array(labels[j] if known else "" for j, known in zip(at, there, strict=True)),
    }


def _notes(found: MetaAnalysis) -> tuple[tuple[str, str], ...]:
    studies = (
        ("study", f"{each.label}: {each.comparison or 'groups not stated'}; {each.how}")
        for each in found.joined.studies
    )
    return (
        ("mirtool meta", ""),
        ("method", found.settings.method),
        ("alpha", f"{found.settings.alpha:g}"),
        *studies,
    )


def forest_rows(found: MetaAnalysis, asked: Sequence[str]) -> list[int]:
    """Return the rows of the miRNAs to draw: the first of the table, or those named.

    Parameters
    ----------
    found
        The studies combined.
    asked
        A number, names, or both; names may be separated by commas.

    Raises
    ------
    UsageError
        Where no study has a miRNA of that name, or a number is below 1.
    """
    words = [word.strip() for text in asked for word in text.split(",") if word.strip()]
    numbers = [int(word) for word in words if word.lstrip("-").isdigit()]
    if any(n < 1 for n in numbers):
        raise UsageError("forest plots need at least one miRNA", parameter="forest", found=str(min(numbers)))
    row_of = {name: i for i, name in enumerate(found.joined.name)}
    named = []
    for word in (word for word in words if not word.lstrip("-").isdigit()):
        if word not in row_of:
            raise UsageError(
                f"no study has a miRNA {word}",
                parameter="forest",
                expected="current names, as the table has them",
            )
        named.append(row_of[word])
    n = max(numbers, default=0 if named else FOREST_ROWS)
    first = [int(i) for i in found.order if found.is_combined[i]][:n]
    return list(dict.fromkeys([*named, *first]))
