"""The steps: components against columns, columns against all probes and against each other, a batch subtracted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mirtool.covariates.columns import Covariate, UnusedColumn, batch_column, is_technical, sheet_covariates
from mirtool.covariates.confounding import Association, associations
from mirtool.covariates.correction import Corrected, check_estimable, subtract_batches
from mirtool.covariates.explained import OneWayFits, VarianceShare, one_way_fits, variance_share
from mirtool.covariates.settings import ALPHA, GROUP, CovariateSettings
from mirtool.errors import NotEnoughDataError
from mirtool.io.tables.text_tables import MISSING_CELLS
from mirtool.model import ExpressionMatrix, FloatArray, ProbeTable, SampleTable
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.principal_components import principal_components
from mirtool.wording import plural

FEWEST_SAMPLES = 3
_NOTHING = 1e-12
"""Share of the variance below which a component is rounding."""


@dataclass(frozen=True, eq=False)
class PlacedSamples:
    """Samples on components: coordinates ``(n_samples, k)``, shares of the variance, probes behind them."""

    coordinates: FloatArray
    explained: FloatArray
    n_probes: int

    @property
    def n_components(self) -> int:
        """Number of components that hold more than rounding."""
        return len(self.explained)


@dataclass(frozen=True, eq=False)
class CovariateAnalysis:
    """What the columns of the sample sheet explain.

    Parameters
    ----------
    samples
        The samples.
    n_probes
        Probes of the table.
    placed
        The samples on the components.
    covariates, unused
        The columns that can be used, and the others.
    fits
        For each covariate its model of every component, fitted to the placed samples that have a value.
    fdr
        Adjusted P of the F tests, over all of them, ``(n_covariates, n_components)``.
    variances
        For each covariate its share of the variance over all probes.
    associations
        Every two covariates compared.
    batch
        Name of the column that is the batch; None where the sheet has none.
    """

    samples: SampleTable
    n_probes: int
    placed: PlacedSamples
    covariates: tuple[Covariate, ...]
    unused: tuple[UnusedColumn, ...]
    fits: tuple[OneWayFits, ...]
    fdr: FloatArray
    variances: tuple[VarianceShare, ...]
    associations: tuple[Association, ...]
    batch: str | None

    @property
    def n_components(self) -> int:
        """Number of components compared."""
        return self.placed.n_components

    @property
    def technical(self) -> tuple[str, ...]:
        """The columns that say how an array was made: the batch, and those that are technical by their names."""
        names = [each.name for each in self.covariates if each.name != GROUP]
        return tuple(name for name in names if name == self.batch or is_technical(name))

    def position(self, name: str | None) -> int | None:
        """Return the position of a covariate by its name; None where it is not among them."""
        names = [each.name for each in self.covariates]
        return names.index(name) if name in names else None

    def followed(self, component: int) -> int | None:
        """Return the covariate that a component follows: of those at the FDR the one of smallest P, else None."""
        passing = np.flatnonzero(self.fdr[:, component] <= ALPHA)
        if not len(passing):
            return None
        return int(min(passing, key=lambda i: (self.fits[i].p_value[component], -self.fits[i].share[component])))

    def association(self, first: str, second: str) -> Association | None:
        """Return the comparison of two covariates; None where one of them is not among them."""
        wanted = {first, second}
        return next((each for each in self.associations if {each.first, each.second} == wanted), None)

    def leads(self, name: str, component: int = 0) -> bool:
        """Return True if a covariate explains a component, and more of it than the group does, by adjusted R²."""
        own, group = self.position(name), self.position(GROUP)
        if own is None or name == GROUP or not self.fdr[own, component] <= ALPHA:
            return False
        of_group = -np.inf if group is None else np.nan_to_num(self.fits[group].adjusted[component], nan=-np.inf)
        return bool(self.fits[own].adjusted[component] > of_group)

    def to_record(self) -> dict[str, Any]:
        """Return what each component follows, what each column explains, and what can't be distinguished."""
        covariates = list(enumerate(self.covariates))
        components = []
        for k, share in enumerate(self.placed.explained):
            found = self.followed(k)
            components.append(
                {
                    "share": _rounded(share),
                    "follows": None if found is None else self.covariates[found].name,
                    "fdr": None if found is None else _rounded(self.fdr[found, k]),
                    "r_squared": {each.name: _rounded(self.fits[i].share[k]) for i, each in covariates},
                }
            )
        return {
            "probes": self.n_probes,
            "probes_of_components": self.placed.n_probes,
            "components": components,
            "variance": {
                each.name: {
                    "share": _rounded(self.variances[i].share),
                    "adjusted": _rounded(self.variances[i].adjusted),
                    "p": _rounded(self.variances[i].p_value),
                }
                for i, each in covariates
            },
            "samples_left_out": {each.name: each.n_missing for each in self.covariates if each.n_missing},
            "not_used": {each.name: each.reason for each in self.unused},
            "confounded": [[each.first, each.second] for each in self.associations if each.is_full],
            "batch": self.batch,
            "technical": list(self.technical),
        }


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else float(f"{value:.6g}")


def analyze_covariates(matrix: ExpressionMatrix, settings: CovariateSettings | None = None) -> CovariateAnalysis:
    """Compare the columns of the sample sheet with components, with all probes, and with each other.

    Parameters
    ----------
    matrix
        log2, ``(n_probes, n_samples)``, NaN missing; its samples have the columns of the sheet.
    settings
        The defaults where left out.

    Raises
    ------
    NotEnoughDataError
        Where fewer than three samples can be placed on components, or no column can be used.
    SampleSheetError
        Where the sheet does not have the column that is named as the batch.
    """
    settings = settings or CovariateSettings()
    samples = matrix.samples
    batch = batch_column(samples, settings.batch)
    covariates, unused = sheet_covariates(samples, batch)
    placed = place_samples(matrix.values, settings.components)
    n_placed = int((~np.isnan(placed.coordinates)).all(axis=1).sum()) if len(placed.explained) else 0
    if n_placed < FEWEST_SAMPLES:
        raise NotEnoughDataError(
            f"components can be compared with the sample sheet from {FEWEST_SAMPLES} samples on",
            path=samples.sheet or None,
            found=f"{plural(n_placed, 'sample')} of {len(samples):,} that can be placed, "
            f"{plural(placed.n_probes, 'probe')} that none of them lacks",
        )
    if not covariates:
        raise NotEnoughDataError(
            "no column of the sample sheet can explain anything",
            path=samples.sheet or None,
            found="; ".join(f"{each.name}: {each.reason}" for each in unused),
            hint="fill in the groups, or add a column such as batch, with two values or more",
        )
    fits = tuple(one_way_fits(placed.coordinates.T, covariate) for covariate in covariates)
    p_values = np.array([each.p_value for each in fits])
    return CovariateAnalysis(
        samples=samples,
        n_probes=len(matrix.probes),
        placed=placed,
        covariates=covariates,
        unused=unused,
        fits=fits,
        fdr=adjust_p_values(p_values.ravel()).reshape(p_values.shape),
        variances=tuple(
            variance_share(matrix.values, each, permutations=settings.permutations, seed=settings.seed)
            for each in covariates
        ),
        associations=associations(covariates),
        batch=batch,
    )


def place_samples(values: FloatArray, n_components: int) -> PlacedSamples:
    """Return the samples on the first components that hold more than rounding of the variance."""
    coordinates, explained, n_rows = principal_components(values, n_components)
    kept = explained > _NOTHING
    return PlacedSamples(coordinates[:, kept], explained[kept], n_rows)


@dataclass(frozen=True, eq=False)
class BatchCorrection:
    """Batch effects subtracted, for pictures and download.

    Parameters
    ----------
    column
        The column of the batch.
    values
        Corrected log2, ``(n_probes, n_samples)``; not an ``ExpressionMatrix``, which every step would take.
    probes, samples
        What the rows and the columns are: the samples that have a group and a batch.
    history
        What was done before.
    left_out
        The other samples.
    corrected
        What could not be corrected.
    before, after
        The same samples on the components of their values before and after.
    """

    column: str
    values: FloatArray
    probes: ProbeTable
    samples: SampleTable
    history: tuple[str, ...]
    left_out: tuple[str, ...]
    corrected: Corrected
    before: PlacedSamples
    after: PlacedSamples


def correct_batches(matrix: ExpressionMatrix, batch: str) -> BatchCorrection:
    """Subtract the effects of a batch, keeping the differences of the groups.

    Parameters
    ----------
    matrix
        log2, ``(n_probes, n_samples)``, NaN missing; its samples have the columns of the sheet.
    batch
        The column of the batch, whose values are levels.

    Raises
    ------
    SampleSheetError
        Where there is no such column, or it can't be distinguished from the groups.
    """
    samples = matrix.samples
    batch_column(samples, batch)
    batches = _levels(batch, samples.extra[batch])
    groups = _levels(GROUP, samples.groups) if any(samples.groups) else None
    wanted = batches.known & (True if groups is None else groups.known)
    kept = np.flatnonzero(wanted)
    own = matrix.take_samples(kept.tolist())
    batches = replace(batches, values=batches.values[kept])
    groups = None if groups is None else replace(groups, values=groups.values[kept])
    check_estimable(groups, batches, samples.sheet)
    corrected = subtract_batches(own.values, groups, batches)
    return BatchCorrection(
        column=batch,
        values=corrected.values,
        probes=own.probes,
        samples=own.samples,
        history=own.history,
        left_out=tuple(samples.names[i] for i in np.flatnonzero(~wanted)),
        corrected=corrected,
        before=place_samples(own.values, 2),
        after=place_samples(corrected.values, 2),
    )


def _levels(name: str, cells: tuple[str, ...]) -> Covariate:
    """Return a column as levels, whatever they are; what is missing is missing."""
    texts = ["" if cell.strip() in MISSING_CELLS else cell.strip() for cell in cells]
    levels = tuple(dict.fromkeys(text for text in texts if text))
    return Covariate(name, np.array([levels.index(text) if text else np.nan for text in texts]), levels)
