"""The whole of a validation by qPCR: from files of wells to ratios, and what becomes of the array's findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mirtool.differential.groups import Ask, Comparison, choose_comparison
from mirtool.errors import UsageError
from mirtool.io.arrays.ct_efficiency import choose_efficiencies
from mirtool.io.arrays.ct_tables import read_ct
from mirtool.io.arrays.ct_wells import CtTable, combine_ct
from mirtool.io.results.differential import SavedDifferential
from mirtool.model import FloatArray, IntArray, SampleTable
from mirtool.stats.reference_stability import Stability, reference_stability
from mirtool.validation.compare import QpcrComparison, compare_quantities
from mirtool.validation.concordance import Concordance, concordance, names_on_array
from mirtool.validation.groups import group_samples
from mirtool.validation.quantities import (
    choose_references,
    log2_amounts,
    log2_quantities,
)
from mirtool.validation.replicates import CtMatrix, combine_replicates
from mirtool.validation.settings import ValidateSettings


@dataclass(frozen=True, eq=False)
class Validation:
    """A validation by qPCR, step by step.

    Parameters
    ----------
    wells
        The wells as they were read.
    matrix
        One Ct per target and sample.
    references
        Rows of the reference genes in ``matrix``.
    efficiency
        Amplification factor of each target, ``(n_targets,)``.
    samples
        The samples of ``matrix`` with their groups.
    comparison
        Which samples were compared.
    quantities
        log2 amounts relative to the reference genes (−ΔCt where every factor is 2), ``(n_targets, n_samples)``,
        NaN missing.
    result
        The targets that are no reference gene, compared.
    concordance
        The array's findings and what qPCR made of them; None without an array's table.
    stability
        How stable the reference genes are; None for a single one.
    """

    wells: CtTable
    matrix: CtMatrix
    references: IntArray
    efficiency: FloatArray
    samples: SampleTable
    comparison: Comparison
    quantities: FloatArray
    result: QpcrComparison
    concordance: Concordance | None
    stability: Stability | None

    @property
    def reference_names(self) -> tuple[str, ...]:
        """The names of the reference genes."""
        return tuple(self.matrix.targets[i] for i in self.references)


def read_wells(files: Sequence[str | Path], sheet: SampleTable | None = None) -> CtTable:
    """Read Ct tables and put their wells together.

    Parameters
    ----------
    files
        Ct tables; ``TARGET=FILE`` where a whole file is one target.
    sheet
        The sample sheet, whose names help to find the samples in a wide table.

    Raises
    ------
    UsageError
        Where a file is named twice.
    """
    names = sheet.names if sheet else ()
    tables = []
    for file in map(str, files):
        target, mark, path = file.partition("=")
        if not mark or Path(file).exists():
            target, path = "", file
        tables.append(read_ct(path, target=target.strip(), samples=names))
    paths = [path for table in tables for path in table.paths]
    repeated = next((path for path in paths if paths.count(path) > 1), None)
    if repeated:
        raise UsageError("the same Ct table is named twice", found=repeated)
    return combine_ct(tables)


def validate_wells(
    wells: CtTable,
    settings: ValidateSettings,
    *,
    sheet: SampleTable | None = None,
    array: SavedDifferential | None = None,
    ask: Ask | None = None,
) -> Validation:
    """Compute ratios from wells, compare the groups, and look at the array's findings.

    Parameters
    ----------
    wells
        The wells (:func:`read_wells`).
    settings
        The choices.
    sheet
        The sample sheet with the groups; None where the Ct table has them.
    array
        The table of ``mirtool diff``, of the same two groups; None leaves the array out.
    ask
        Asks a person which group is the reference, where their names leave it in doubt.

    Raises
    ------
    UsageError
        For a reference gene, a group, or an efficiency that does not exist.
    SampleSheetError
        Where groups or pairs are missing.
    MirtoolError
        Where the array's table compares other groups.
    """
    matrix = combine_replicates(
        wells,
        center=settings.replicates,
        undetermined=settings.undetermined,
        limit=settings.replicate_limit,
        drop_outliers=not settings.keep_outliers,
    )
    references = choose_references(matrix.targets, _as_resolved(settings.reference, wells))
    efficiency = choose_efficiencies(
        settings.efficiency, matrix.targets, matrix.efficiency, matrix.efficiency_doubts
    )
    samples = group_samples(matrix, sheet)
    comparison = choose_groups(settings.compare, samples, array, ask)
    quantities = log2_quantities(matrix.ct, references, efficiency)
    measured = [i for i in range(len(matrix.targets)) if i not in references]
    names = [matrix.targets[i] for i in measured]
    result = compare_quantities(names, quantities[measured], samples, comparison, settings)
    return Validation(
        wells,
        matrix,
        references,
        efficiency,
        samples,
        comparison,
        quantities,
        result,
        _against(result, array, settings) if array else None,
        _stability(matrix, references, efficiency, samples.groups),
    )


def _as_resolved(names: Sequence[str], wells: CtTable) -> list[str]:
    """Return names of targets as the wells have them now, also those that are written as the file has them."""
    if wells.original is None:
        return list(names)
    now = dict(zip(wells.original, wells.target, strict=True))
    return [name if name in wells.target else now.get(name, name) for name in names]


def _against(result: QpcrComparison, array: SavedDifferential, settings: ValidateSettings) -> Concordance:
    names = names_on_array(array, settings.mirbase_release)
    return concordance(result, array, rule=settings.array_rule, names=names)


def choose_groups(
    compare: str | None, samples: SampleTable, array: SavedDifferential | None, ask: Ask | None = None
) -> Comparison:
    """Return the comparison of the groups named, else of the array's, else of the only two there are.

    Raises
    ------
    UsageError, SampleSheetError
        As :func:`mirtool.differential.choose_comparison`.
    """
    if compare is None and array and {array.tested, array.reference} <= set(samples.groups):
        chosen = choose_comparison(samples, array.tested, array.reference)
        return replace(chosen, reason="as in the array's table")
    return choose_comparison(samples, compare=compare, ask=ask)


def _stability(
    matrix: CtMatrix, references: IntArray, efficiency: FloatArray, groups: Sequence[str]
) -> Stability | None:
    if len(references) < 2:
        return None
    amounts = log2_amounts(matrix.ct[references], efficiency[references])
    return reference_stability([matrix.targets[i] for i in references], amounts, groups)
