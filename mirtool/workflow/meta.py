"""``mirtool meta``: several studies together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import FormatError, MirtoolError, StaleError, UsageError, option
from mirtool.meta.settings import MetaSettings
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.workflow.sources import is_path
from mirtool.workflow.step import INPUT_PANEL, Draw, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.io.tables.text_tables import TextTable
    from mirtool.meta.analysis import MetaAnalysis
    from mirtool.meta.effects import GroupMeans, StudyEffects
    from mirtool.model import ExpressionMatrix, Table

DIFFERENTIAL_FILE = "differential.csv"


@dataclass(frozen=True)
class MetaInputs(Inputs):
    """The studies."""

    place = "files"
    main = ("studies",)
    what = "differential table"

    studies: tuple[Any, ...] = setting(
        help="One per study: its folder, its table of `mirtool diff`, or a table of limma (topTable) or DESeq2 "
        "with a log2 ratio and t or its standard error.",
        panel=INPUT_PANEL,
        metavar="STUDIES...",
        argument=True,
        is_path=True,
    )


class MetaResult(Result):
    """Several studies combined.

    Attributes
    ----------
    analysis
        What they say together, and each alone.
    rows
        The miRNAs of the forest plots.
    """

    def __init__(self, analysis: MetaAnalysis, rows: Sequence[int]) -> None:
        self.analysis = analysis
        self.rows = list(rows)

    def tables(self) -> Mapping[str, Table]:
        """Return ``meta``: one row per miRNA."""
        from mirtool.meta.analysis import meta_table

        return {"meta": meta_table(self.analysis)}

    def drawings(self) -> Mapping[str, Draw]:
        """Draw a forest plot per miRNA."""
        from mirtool.report.figures.forest import forest_figures

        return {"forest": partial(forest_figures, self.analysis, self.rows)}

    @property
    def summary(self) -> Summary:
        """Which miRNAs changed in all studies together, by each estimate, and what each study says."""
        from mirtool.report.text.meta import meta_summary

        return meta_summary(self.analysis)

    def numbers(self) -> dict[str, Any]:
        """Return how many miRNAs were combined, and how many changed by each estimate."""
        from mirtool.report.text.meta import meta_numbers

        return meta_numbers(self.analysis)


def meta(inputs: MetaInputs, settings: MetaSettings, run: Run) -> MetaResult:
    """Combine the differential tables of several studies: which miRNAs changed in all of them together.

    Each study gives a log2 ratio and its standard error per miRNA. They are joined on current miRNA names; of
    several probes of a miRNA the one with the highest mean level counts. Effects are combined with the inverse of
    their variance as weight: fixed effect, random effects (DerSimonian and Laird), and random effects with the
    interval of Hartung and Knapp, which is wider where studies are few. P values are combined by Fisher's and
    Stouffer's methods, each direction on its own. Q, I2 and tau2 say how far the studies differ; a further column
    has the largest P when one study is left out. FDR (BH) is over the miRNAs that were combined.

    The ratio of a table of `mirtool diff` is that of arithmetic means, which t does not test. The difference of
    the log2 means is therefore computed from the normalized table that the study's record names, and its standard
    error is that difference over t. Where this is not possible, the message says what to run.

    All studies must compare in one direction. Two that compare the same two groups the other way round are
    refused, as is a study given twice; directions that look swapped are warned of.
    """
    from mirtool.annotation.mirna_names import MirnaNames
    from mirtool.meta.analysis import combine_studies, forest_rows
    from mirtool.meta.effects import one_per_mirna
    from mirtool.meta.joining import doubts_of, flip_studies, join

    sources = [_differential_in(each) for each in inputs.studies]
    _refuse_repeated(sources)
    labels = _labels(sources)
    names = MirnaNames(species=settings.species, release=settings.mirbase_release)
    studies = [
        one_per_mirna(_read(source, label, run), names) for source, label in zip(sources, labels, strict=True)
    ]
    joined = join(flip_studies(studies, settings.flip), settings.min_studies)
    for doubt in doubts_of(joined):
        run.warn(doubt)
    found = combine_studies(joined, settings)
    return MetaResult(found, forest_rows(found, settings.forest))


def _differential_in(source: Any) -> Any:
    """Return the differential table of a study folder; anything else as it is."""
    if not is_path(source) or not Path(source).is_dir():
        return source
    path = Path(source) / "results" / DIFFERENTIAL_FILE
    if not path.is_file():
        raise MirtoolError(
            "this study has no differential table yet" if path.parent.is_dir() else "this folder is not a study",
            path=path,
            hint="run `mirtool diff` in it, or name a differential table",
        )
    return str(path)


def _refuse_repeated(sources: Sequence[Any]) -> None:
    """Refuse a file that is given twice, under its own name or another."""
    from mirtool.io.tables.streams import is_content
    from mirtool.study.hashes import current_hashes

    paths = [str(each) for each in sources if is_path(each) and is_content(each)]
    hashes = current_hashes(paths)
    seen: dict[str, str] = {}
    for path in paths:
        key = hashes.get(path, path)
        if key in seen:
            raise UsageError(
                "the same table is given twice",
                found=f"{seen[key]} and {path}" if seen[key] != path else path,
                hint="name each study once: a study that counts twice is no evidence",
            )
        seen[key] = path


def _labels(sources: Sequence[Any]) -> list[str]:
    """Name each study by its folder or its file; two that would have one name by their paths."""
    named = [_label(source, n) for n, source in enumerate(sources, 1)]
    return [
        str(source)
        if named.count(label) > 1 and is_path(source)
        else label
        if named.count(label) == 1
        else f"{label} {n}"
        for n, (source, label) in enumerate(zip(sources, named, strict=True), 1)
    ]


def _label(source: Any, number: int) -> str:
    if not is_path(source):
        study = getattr(getattr(source, "provenance", None), "study", None)
        return study.root.resolve().name if study is not None else f"study {number}"
    path = Path(source)
    stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    if path.parent.name != "results":
        return stem
    own = stem.removeprefix("differential").strip("_")
    return " ".join(filter(None, (path.resolve().parent.parent.name, own)))


def _read(source: Any, label: str, run: Run) -> StudyEffects:
    """Return what one study says of each probe."""
    from mirtool.io.mirnas.mirna_changes import parse_mirna_changes, tells_mirna_changes
    from mirtool.io.results.differential import REGULATION_START, parse_differential
    from mirtool.io.tables.text_tables import read_table
    from mirtool.meta.effects import effects_of_changes, effects_of_differential
    from mirtool.workflow.sources import read_differential_table

    if not is_path(source):
        saved = read_differential_table(source, run)
        return effects_of_differential(saved, label, _means_of_result(source, saved, label))

    def is_differential(table: TextTable) -> bool:
        return any(name.startswith(REGULATION_START) for name in table.header)

    table = read_table(source, suits=lambda table: is_differential(table) or tells_mirna_changes(table))
    run.reads(source)
    if not is_differential(table):
        return effects_of_changes(parse_mirna_changes(table), label)
    saved = parse_differential(table)
    return effects_of_differential(saved, label, _means_of_record(source, saved, run))


def _means_of_result(result: Any, saved: SavedDifferential, label: str) -> GroupMeans | None:
    """Return the values behind the result of ``diff``; None where its ratio is the one that was tested."""
    from mirtool.meta.effects import GroupMeans, ratio_was_tested

    settings, comparison = getattr(result, "settings", None), getattr(result, "comparison", None)
    if settings is None or comparison is None:
        if ratio_was_tested(saved):
            return None
        raise _unknown_error(saved, "a table without the values it was made from")
    arguments = settings.record() | {"fold_change": result.table.fold_change}
    _check_model(saved, arguments, of_counts=result.matrix.counts is not None)
    if ratio_was_tested(saved):
        return None
    own, matrix = comparison.comparisons[0], result.matrix
    return GroupMeans(
        f"the matrix of {label}",
        matrix.probes.id,
        matrix.values[:, list(own.tested_columns)],
        matrix.values[:, list(own.reference_columns)],
    )


def _means_of_record(source: str | Path, saved: SavedDifferential, run: Run) -> GroupMeans | None:
    """Return the values behind a table by its record; None where its ratio is the one that was tested.

    Raises
    ------
    FormatError
        Where there is no record, or the normalized table is not where it says.
    StaleError
        Where the normalized table has changed since.
    """
    from mirtool.meta.effects import GroupMeans, ratio_was_tested

    recorded = _record_of(source)
    if recorded is not None:
        _check_model(saved, recorded[1]["arguments"], of_counts="counts" in recorded[1].get("summary", {}))
    if ratio_was_tested(saved):
        if recorded is None:
            run.warn(
                f"{source} has no record of its run: it is taken for a comparison without a least fold change"
            )
        return None
    if recorded is None:
        raise _unknown_error(saved, "no record of the run beside the table (run.json, NAME.run.json)")
    root, record = recorded
    table = _normalized_in(root, record, saved)
    groups = _arrays_of(record, saved)
    values = _read_values(root, record, table, run)
    columns = {name: j for j, name in enumerate(values.samples.names)}
    for name in (name for side in groups for name in side if name not in columns):
        raise _unknown_error(saved, f"no column {name} in {table}")
    tested, reference = (values.values[:, [columns[name] for name in side]] for side in groups)
    return GroupMeans(str(table), values.probes.id, tested, reference)


def _record_of(path: str | Path) -> tuple[Path, Mapping[str, Any]] | None:
    """Return the record of the comparison that wrote a table, after the folder of its paths; None without one."""
    from mirtool.io.tables.recorded import records_around
    from mirtool.study.record import read_runs

    own = Path(path).absolute()
    for root, file in records_around(path):
        record = read_runs(file).get("diff")
        if record is not None and any(root / output == own for output in record["outputs"]):
            return root if Path(path).is_absolute() else Path(os.path.relpath(root)), record
    return None


def _check_model(saved: SavedDifferential, arguments: Mapping[str, Any], *, of_counts: bool) -> None:
    """Refuse a comparison whose ratio or t is another one than the model's.

    Raises
    ------
    FormatError
        Where t tests a least fold change, or a model was fitted and the ratio is not the model's.
    """
    from mirtool.meta.effects import model_setting

    used = model_setting(arguments, of_counts=of_counts)
    if not used or (used != "treat" and arguments.get("fold_change") == "fitted"):
        return
    hint = f"with {option('fold_change', 'fitted')}" if used != "treat" else f"without {option('treat')}"
    raise FormatError(
        "the standard error of the log2 ratio can't be computed from this table",
        path=saved.path,
        found=f"a comparison with {option(used)}",
        hint=f"run `mirtool diff` {hint} for this study, and name that table",
    )


def _unknown_error(saved: SavedDifferential, found: str) -> FormatError:
    return FormatError(
        "the standard error of the log2 ratio can't be computed from this table: its ratio is that of arithmetic "
        "means, which t does not test",
        path=saved.path,
        found=found,
        hint="name the table in its study folder, or run `mirtool diff` with "
        f"{option('fold_change', 'geometric')} for this study and name that table",
    )


def _normalized_in(root: Path, record: Mapping[str, Any], saved: SavedDifferential) -> Path:
    """Return the normalized table that a comparison read, unchanged since."""
    from mirtool.study.hashes import current_hashes

    name = Path(str(record["arguments"].get("table") or "")).name
    key = next((key for key in record["inputs"] if Path(key).name == name), None)
    if key is None:
        raise _unknown_error(saved, "a comparison that read its values from a pipe or from Python")
    path: Path = root / key
    digest = current_hashes([path]).get(str(path))
    if digest is None:
        raise _unknown_error(saved, f"no normalized table {path}")
    if digest != record["inputs"][key]:
        raise StaleError(
            "the normalized table has changed since the comparison was made from it",
            path=path,
            hint="run `mirtool diff` of this study again",
        )
    return path


def _arrays_of(record: Mapping[str, Any], saved: SavedDifferential) -> tuple[list[str], list[str]]:
    """Return the arrays of the tested group and of the reference, as the record of a comparison names them."""
    summary = record.get("summary", {})
    for each in summary.get("comparisons", [summary]):
        tested, reference = each.get("tested", {}), each.get("reference", {})
        if list(tested) == [saved.tested] and list(reference) == [saved.reference]:
            return list(tested[saved.tested]), list(reference[saved.reference])
    raise _unknown_error(saved, f"no comparison {saved.tested}/{saved.reference} in its record")


def _read_values(root: Path, record: Mapping[str, Any], table: Path, run: Run) -> ExpressionMatrix:
    """Return the values that a comparison read, with its sample sheet and its choice of what is not detected."""
    from mirtool.study.folder import SAMPLES_FILES, find_study
    from mirtool.workflow.catalog import STEPS
    from mirtool.workflow.sources import MatrixOptions, read_grouped

    arguments = record["arguments"]
    study = find_study(root, tuple(STEPS))
    sheets = (Path(str(arguments["samples"])).name,) if arguments.get("samples") else SAMPLES_FILES
    samples = next((str(root / key) for key in record["inputs"] if Path(key).name in sheets), None)
    options = MatrixOptions(
        arguments.get("scale"),
        samples_in_rows=bool(arguments.get("samples_in_rows")),
        not_detected=arguments.get("not_detected") if "not_detected" in arguments else "keep",
    )
    own = Run(study=study, samples=samples)
    values = read_grouped(str(table), own, options)
    run.reads(*own.inputs, samples)
    return values


STEP = Step(
    name="meta",
    function=meta,
    inputs=MetaInputs,
    settings=MetaSettings,
    main_file="meta.csv",
    has_figures=True,
    examples=(
        ("mirtool meta study_A study_B study_C -o meta.csv --figures figures", "three study folders"),
        ("mirtool meta A/results/differential.csv B/results/differential.csv limma_C.csv -o meta.xlsx", ""),
        ("mirtool meta A B C --method hartung-knapp -o meta.csv", "for few studies"),
        ("mirtool meta A B --flip B -o meta.csv", "B compares the other way round"),
    ),
)
