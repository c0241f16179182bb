"""``mirtool diff``: compare groups of arrays, probe by probe."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.differential.settings import DiffSettings
from mirtool.errors import UsageError, option
from mirtool.io.tables.streams import STDIN
from mirtool.report.text.blocks import Line, Summary
from mirtool.workflow.annotation import AnnotatedInputs
from mirtool.workflow.sources import CountFiles, find_normalized, is_path, read_grouped
from mirtool.workflow.step import Draw, Result, Run, Step

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mirtool.differential import Comparison, GroupComparison
    from mirtool.model import DifferentialTable, ExpressionMatrix, Table
    from mirtool.robustness.sensitivity import Sensitivity


@dataclass(frozen=True)
class DiffInputs(AnnotatedInputs):
    """What is compared."""


class DiffResult(Result):
    """A comparison: one differential table per pair of groups.

    Attributes
    ----------
    matrix
        The expression that was compared, with its samples.
    comparison
        The tables, and which arrays are on either side of each.
    settings
        How they were compared.
    sensitivity
        The list under every plausible choice; None where it was not asked for.
    annotate
        Columns of the sample sheet that the heat map was asked to show.
    aliases
        Files of further miRNA names.
    """

    def __init__(
        self,
        matrix: ExpressionMatrix,
        comparison: GroupComparison,
        settings: DiffSettings,
        sensitivity: Sensitivity | None = None,
        annotate: Sequence[str] = (),
        aliases: Sequence[str | Path] = (),
    ) -> None:
        self.matrix = matrix
        self.comparison = comparison
        self.settings = settings
        self.sensitivity = sensitivity
        self.annotate = tuple(annotate)
        self.aliases = tuple(aliases)

    @property
    def table(self) -> DifferentialTable:
        """The differential table of the first comparison."""
        return self.comparison.tables[0]

    def tables(self) -> Mapping[str, Table]:
        """Return ``differential`` and, with several contrasts, one table of each beside it."""
        from mirtool.differential import differential_table, overview_table

        names = self._names_read() | self._log_cpm()
        first = self.comparison.tables[0]
        if self.sensitivity is not None:
            from mirtool.robustness.sensitivity import sensitivity_table, with_stability

            return {
                "differential": with_stability(differential_table(first), first, self.sensitivity),
                "sensitivity": sensitivity_table(self.sensitivity, first),
                **names,
            }
        if len(self.comparison.tables) == 1:
            return {"differential": differential_table(first), **names}
        each = zip(self._names(), self.comparison.tables, strict=True)
        return (
            {"differential": overview_table(self.comparison)}
            | {name: differential_table(d) for name, d in each}
            | names
        )

    def _log_cpm(self) -> dict[str, Table]:
        """Return the table of log-CPM of all samples, where counts were compared."""
        from mirtool.normalize import normalized_table

        return {} if self.matrix.counts is None else {"log_cpm": normalized_table(self.matrix)}

    def _names_read(self) -> dict[str, Table]:
        """Return the table of names that this step resolved on reading; `mirtool normalize` writes its own."""
        from mirtool.annotation.mirna_names import chip_names_table
        from mirtool.annotation.mirna_names.on_reading import RESOLVED
        from mirtool.io.mirnas.aliases import load_mirna_names

        if not any(step.startswith(RESOLVED) for step in self.matrix.history):
            return {}
        return {"names": chip_names_table(self.matrix.probes, load_mirna_names(self.aliases))}

    def file_name(self, table: str, main: str) -> str:
        """Return the name of a table's file: in a study ``sensitivity.csv`` and ``log_cpm.csv``."""
        if table in ("sensitivity", "log_cpm") and main == STEP.main_file:
            return f"{table}.csv"
        return super().file_name(table, main)

    def drawings(self) -> Mapping[str, Draw]:
        """Draw a volcano (without P a scatter), an MA plot, a heat map of what passes; of counts voom's trend."""
        from mirtool.differential.labels import parse_labels
        from mirtool.report.figures.heatmap import Directions, heatmap_figure
        from mirtool.report.figures.levels import ma_figure, scatter_figure
        from mirtool.report.figures.precision import precision_figure
        from mirtool.report.figures.volcano import volcano_figure
        from mirtool.report.text.differential import rule_in_words
        from mirtool.wording import plural

        drawn: dict[str, Draw] = {}
        for name, comparison, d in zip(
            self._names(), self.comparison.comparisons, self.comparison.tables, strict=True
        ):
            suffix = f"_{name}" if name else ""
            n_labels, rows = parse_labels(self.settings.label, d.probes)
            rule = self.settings.volcano_rule
            if d.has_test:
                drawn[f"volcano{suffix}"] = partial(volcano_figure, d, rule=rule, n_labels=n_labels, rows=rows)
            else:
                drawn[f"scatter{suffix}"] = partial(scatter_figure, d, n_labels=n_labels, rows=rows)
            drawn[f"ma{suffix}"] = partial(ma_figure, d, rule=rule, n_labels=n_labels, rows=rows)
            passing = d.calls(self._figure_rule(d)) != ""
            if passing.any():
                compared = self.matrix.take_samples((*comparison.reference_columns, *comparison.tested_columns))
                what = f"{plural(int(passing.sum()), 'probe')}: {rule_in_words(self._figure_rule(d), d)}"
                drawn[f"heatmap{suffix}"] = partial(
                    heatmap_figure,
                    compared.take_probes(passing),
                    title=f"{d.tested} / {d.reference}\n{what}",
                    strips=self._annotations(compared),
                    directions=Directions(d.calls(self._figure_rule(d))[passing], d.tested),
                )
        if self.comparison.precision is not None:
            drawn["voom_trend"] = partial(precision_figure, self.comparison.precision)
        return drawn

    def _annotations(self, compared: ExpressionMatrix) -> Mapping[str, tuple[str, ...]]:
        """Return what the heat map shows of the samples besides their groups."""
        from mirtool.workflow.annotation import annotation_columns

        model = self.settings.model
        used = [*filter(None, (model.pair, model.block)), *model.covariates]
        return annotation_columns(self.annotate, compared.samples, used)

    @property
    def groups(self) -> Sequence[str]:
        """All groups of the table, in its order."""
        return self.matrix.samples.groups

    @property
    def summary(self) -> Summary:
        """What was compared, how, and what passes by each rule."""
        from mirtool.report.text.differential import differential_summary, sensitivity_summary

        blocks = differential_summary(self.matrix, self.comparison, asked=self.settings.test)
        if self.sensitivity is not None:
            blocks += sensitivity_summary(self.sensitivity)
        if not any((d.calls(self._figure_rule(d)) != "").any() for d in self.comparison.tables):
            blocks += (Line("Nothing passes, so there is no heat map."),)
        return blocks

    def numbers(self) -> dict[str, Any]:
        """Return the counts of each comparison, and what the model estimated."""
        from mirtool.report.text.differential import count_failures

        found = self.comparison
        each = [self._numbers_of(*both) for both in zip(found.comparisons, found.tables, strict=True)]
        numbers: dict[str, Any] = each[0] if len(each) == 1 else {"comparisons": each}
        if found.array_weights:
            numbers["array_weights"] = dict(found.array_weights)
        if not math.isnan(found.correlation):
            numbers["correlation"] = found.correlation
        if self.matrix.counts is not None:
            numbers["counts"] = self._numbers_of_counts()
        if self.sensitivity is not None:
            numbers["sensitivity"] = {
                "choices": len(self.sensitivity.outcomes),
                "failures": count_failures(self.sensitivity),
                "table_differs_in": self.sensitivity.differing,
            }
        return numbers

    def _numbers_of_counts(self) -> dict[str, Any]:
        counts = self.matrix.counts
        assert counts is not None  # asked for where they are
        names = self.matrix.samples.names
        return {
            "miRNAs": len(self.matrix.probes),
            "miRNAs_read": counts.n_read,
            "reads": dict(zip(names, counts.libraries.tolist(), strict=True)),
            "factors": dict(zip(names, counts.factors.tolist(), strict=True)),
        }

    def _figure_rule(self, d: DifferentialTable) -> Any:
        from mirtool.model import Rule

        return self.settings.volcano_rule if d.has_test else Rule.FOLD_CHANGE

    def _names(self) -> list[str]:
        """Name each of several comparisons so that every file system takes it and no two are the same."""
        if len(self.comparison.tables) == 1:
            return [""]
        names: list[str] = []
        for d in self.comparison.tables:
            sides = (
                "".join(c if c.isalnum() else "-" for c in side).strip("-") for side in (d.tested, d.reference)
            )
            name = "_vs_".join(sides)
            names.append(f"{name}_{len(names) + 1}" if name in names else name)
        return names

    def _numbers_of(self, comparison: Comparison, d: DifferentialTable) -> dict[str, Any]:
        import numpy as np

        names = self.matrix.samples.names
        passing = {
            rule.words: {call: int((d.calls(rule) == call).sum()) for call in ("up", "down")} for rule in d.rules
        }
        return {
            "tested": {d.tested: [names[i] for i in comparison.tested_columns]},
            "reference": {d.reference: [names[i] for i in comparison.reference_columns]},
            "left_out": {
                "without_group": list(comparison.without_group),
                "other_groups": list(comparison.other_groups),
            },
            "probes": len(d),
            "probes_without_ratio": int(np.isnan(d.ratio).sum()),
            "tests_made": int((~np.isnan(d.p_value)).sum()),
            "test": d.test,
            "prior_df": _json_number(d.prior_df),
            "prior_variance": _json_number(d.prior_variance),
            "passing": passing,
            **_not_detected(d),
            **_detection_numbers(d),
            "history": list(d.history),
        }


def diff(inputs: DiffInputs, settings: DiffSettings, run: Run) -> DiffResult:
    """Compare two groups: fold change, test, adjusted P, and who is up or down.

    A probe is up or down by fold change alone (ratio >= FOLD or <= 1/FOLD), by the volcano rule (fold change
    and P <= alpha, the study's rule) and by its stricter form (fold change and adjusted P <= alpha). Each has
    its column, and all three counts are reported. The names of the columns say which group is the numerator.

    Rows are sorted by P, then by the size of the log2 ratio, then by ID. With one array per group no test is
    possible: the table then holds fold changes only. Welch's test needs two arrays in each group, the others
    three in all. A volcano plot (without P a scatter plot), an MA plot and a heat map of what passes are drawn.

    Sequencing counts are filtered by expression and their libraries made comparable; models fit log-CPM, each with
    the precision that a count of its size has (voom), or together with a weight for each sample (--weights
    arrays). log_cpm.csv holds the log-CPM of all samples. docs/counts.md says more.

    Several contrasts give one table of all comparisons side by side, with an F test of all of them, and a table
    and figures of each beside it: differential_T_vs_R.csv.

    With sensitivity the raw arrays that the sample sheet names are read again, and the list is made under every
    combination of intensity cut-off 30 or 50, median or mean of the replicate spots, background subtracted, left
    or corrected by normexp, moderated, Welch's or Student's test, both fold changes, and all arrays or one left
    out. The columns `stability by …` hold the share of these choices under which each rule calls the probe in the
    direction of its ratio; all choices with their counts are in sensitivity.csv.
    """
    from mirtool.differential import compare_groups
    from mirtool.differential.labels import parse_labels
    from mirtool.workflow.annotation import check_annotation

    table = find_normalized(inputs.table, run)
    if settings.sensitivity:
        _check_sensitivity(table, settings)
    options = inputs.matrix_options(replicates=settings.replicates)
    matrix = read_grouped(table, run, options)
    parse_labels(settings.label, matrix.probes)
    check_annotation(inputs.annotate, matrix.samples)
    found = compare_groups(matrix, settings, executor=_executor(settings, run), ask=run.ask)
    first = found.tables[0]
    run.arguments |= {
        "compare": None if settings.contrast else f"{first.tested}:{first.reference}",
        "adjust": first.adjust,
        "fold_change": first.fold_change,
    }
    stability = _sensitivity(table, first, run) if settings.sensitivity else None
    return DiffResult(matrix, found, settings, stability, inputs.annotate, inputs.aliases)


def _detection_numbers(d: DifferentialTable) -> dict[str, Any]:
    """Return how many probes one group alone detects, and what the test of detection finds; nothing without it."""
    only, p, fdr = d.detected_only_in, d.detection_p, d.detection_fdr
    if only is None or p is None or fdr is None:
        return {}
    alone = only != ""
    return {
        "detection": {
            "test": d.detection_test,
            "tests_made": int((p == p).sum()),
            "detected_only": d.count_detected_only(),
            "passing": {
                "detected only": int((alone & (fdr <= d.alpha)).sum()),
                "all": int((fdr <= d.alpha).sum()),
            },
        }
    }


def _check_sensitivity(table: Any, settings: DiffSettings) -> None:
    """Refuse what no table of choices can be made for: pipes, objects, counts, and models."""
    if isinstance(table, CountFiles):
        raise UsageError(
            f"{option('sensitivity')} tries ways to normalize arrays, and these are sequencing counts",
            found=str(table),
            hint=f"compare {option('count_factors', 'rle')} or {option('count_method', 'trend')} with the default",
        )
    if settings.has_model:
        names = ("contrast", "pair", "block", "covariate", "design", "weights", "trend", "robust")
        raise UsageError(
            f"{option('sensitivity')} tries the choices of a plain comparison of two groups",
            expected=f"no {', '.join(map(option, names))} …",
        )
    if not is_path(table) or str(table) == STDIN:
        raise UsageError(
            f"{option('sensitivity')} reads how the arrays were normalized from the record beside the normalized "
            "table",
            found="a pipe" if is_path(table) else "an object",
            hint="name the normalized table; in a study folder it is known",
        )


def _executor(settings: DiffSettings, run: Run) -> Executor | None:
    """Return who shares the work; permutations, which can take long, are shown as they are done."""
    if settings.test != "permutation":
        return run.executor
    from mirtool.workflow.watched import WatchedExecutor

    return WatchedExecutor(run.executor, "Relabeling the samples", run.progress)


def _sensitivity(table: str | Path, d: DifferentialTable, run: Run) -> Sensitivity:
    """Read the raw arrays as ``normalize`` read them, and make the list under every choice."""
    from concurrent.futures import ThreadPoolExecutor
    from contextlib import nullcontext

    from mirtool.normalize.panels import is_panel
    from mirtool.robustness.sensitivity import sensitivity
    from mirtool.workflow.reading import arrays_as_normalized

    arrays, normalization = arrays_as_normalized(table, run)
    if is_panel(arrays):
        raise UsageError(
            f"{option('sensitivity')} tries ways to normalize arrays, and these are Ct values of a qPCR panel",
            parameter="sensitivity",
            hint=f"compare the references with each other: mirtool normalize {option('between', 'normfinder')}, "
            "then mirtool diff",
        )
    if normalization.resolve().polishes:
        raise UsageError(
            f"{option('sensitivity')} tries other ways to combine replicate spots, and these were summarized by "
            "median polish after the arrays were made comparable",
            parameter="sensitivity",
            found=option("preset", normalization.preset),
            hint="compare the list with that of another normalization: `mirtool normalize` without "
            f"{option('preset')}",
        )
    progress = partial(run.progress, "Trying other choices")
    with nullcontext(run.executor) if run.executor else ThreadPoolExecutor(2) as executor:
        return sensitivity(arrays, d, normalization, executor=executor, progress=progress)


def _not_detected(d: DifferentialTable) -> dict[str, Any]:
    """Return how many probes one group alone detects, and how many fold changes rest on that; nothing of none."""
    counts = d.count_detected_only()
    if not any(counts.values()):
        return {}
    return {
        "detected_only_in": counts,
        "fold_changes_not_detected": int(d.rests_on_not_detected.sum()),
        "of_these_passing": d.count_passing_not_detected(),
    }


def _json_number(value: float) -> float | str | None:
    """Return a number as JSON has it: no NaN, and infinity as a word."""
    if math.isnan(value):
        return None
    return "infinite" if math.isinf(value) else value


STEP = Step(
    name="diff",
    function=diff,
    inputs=DiffInputs,
    settings=DiffSettings,
    main_file="differential.csv",
    has_figures=True,
    parallel=True,
    examples=(
        ("mirtool diff", "in a study folder: results/differential.csv, figures/"),
        ("mirtool diff --compare resistant:responding", "which group is the numerator"),
        ("mirtool diff --cutoff 1.5 --volcano fdr", "a lower cut-off, and figures by FDR"),
        ("mirtool diff --label 20 --label miR-21-5p,let-7a-5p", "which dots of the volcano plot are named"),
        ("mirtool normalize *.gpr --samples s.csv | mirtool diff - --samples s.csv > differential.csv", ""),
        ("mirtool diff log2.xlsx --samples s.csv --scale log2 -o differential.xlsx --figures plots", ""),
        ("mirtool diff --sensitivity", "which of them stay, whatever else is chosen"),
        ("mirtool diff --pair patient --trend --robust", "before and after in the same patients"),
        ("mirtool diff --pair patient --test signed-rank", "the same, by ranks alone"),
        ('mirtool diff --contrast "day7 - day0" --contrast "day14 - day0" --covariate batch', ""),
        ('mirtool diff --design "~ group + batch + age" --block patient', ""),
        ("mirtool diff --weights arrays", "keep a noisy array with less weight"),
        ("mirtool diff --trend --log-odds", "with limma's B besides t and P"),
        ("mirtool diff --replicates", "after mirtool normalize --keep-replicates"),
        ("mirtool diff miR.Counts.csv --samples s.csv", "sequencing counts"),
        ("mirtool diff GSE1_series_matrix.txt.gz --samples s.csv --scale log2 --platform GPL1.txt", ""),
    ),
)
