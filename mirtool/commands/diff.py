"""``mirtool diff``: compare two groups of arrays, probe by probe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.common import (
    check_figure_options,
    find_place,
    is_stream,
    record_run,
    write_result,
)
from mirtool.commands.console import say, say_pairs, warn
from mirtool.commands.expression import normalized_table_of, sample_sheet_of
from mirtool.commands.options import (
    AdjustOption,
    AlphaOption,
    CompareOption,
    CutoffOption,
    FiguresOption,
    FormatOption,
    NoFiguresOption,
    OutputOption,
    PlatformOption,
    SamplesInRowsOption,
    SamplesOption,
    Scale,
    ScaleOption,
)
from mirtool.commands.sensitivity import (
    check_sensitivity_options,
    run_sensitivity,
    sensitivity_record,
    tell_sensitivity,
    write_sensitivity,
)
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.differential import Comparison, GroupComparison
    from mirtool.model import DifferentialTable, ExpressionMatrix, Rule

STDIN = "-"


def diff(
    table: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLE|-",
            help="The normalized table, or a GEO series matrix; - is stdin. In a study folder: "
            "results/normalized.csv.",
        ),
    ] = None,
    samples: SamplesOption = None,
    compare: CompareOption = None,
    cutoff: CutoffOption = 2.0,
    alpha: AlphaOption = 0.05,
    adjust: AdjustOption = "bh",
    test: Annotated[
        str,
        typer.Option(
            "--test",
            metavar="moderated|student|welch|rank-sum|signed-rank|permutation|none",
            help="The test, on log2 values. Moderated is Smyth's (2004), which suits few arrays best; rank-sum, "
            "signed-rank (of pairs) and permutation (as in SAM; with --pair within pairs) assume no normal "
            "distribution. Models are for moderated and student.",
        ),
    ] = "moderated",
    fold_change: Annotated[
        str | None,
        typer.Option(
            "--fold-change",
            metavar="ratio-of-means|geometric|fitted",
            help="Ratio of the arithmetic means of the linear normalized intensities (the default), of the "
            "geometric means, or as the model fits it (the default with pairs, blocks, covariates, a design or "
            "weights).",
        ),
    ] = None,
    contrast: Annotated[
        list[str] | None,
        typer.Option(
            "--contrast",
            metavar="'A - B'",
            help="A comparison within one model of all groups; may be given several times, as for a time course.",
        ),
    ] = None,
    pair: Annotated[
        str | None,
        typer.Option(
            "--pair", metavar="COLUMN", help="Column of the sheet that holds the pairs (a patient, twice)."
        ),
    ] = None,
    block: Annotated[
        str | None,
        typer.Option(
            "--block",
            metavar="COLUMN",
            help="Column whose equal values are related arrays, whole pairs or not: a random effect.",
        ),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            "--covariate",
            metavar="COLUMN",
            help="Column to adjust for, such as a batch; numbers are a slope. May be given several times.",
        ),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(
            "--design", metavar="FORMULA", help="The whole model as a formula over columns: '~ group + batch'."
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights",
            metavar="arrays|spots|COLUMN",
            help="Weigh arrays by how well they follow the model (estimated; arrays-fast: in one pass) or by a "
            "column of numbers, values by the replicate spots behind them. May be given several times.",
        ),
    ] = None,
    replicates: Annotated[
        bool,
        typer.Option(
            "--replicates",
            help="Fit every replicate spot, correlated within its array, as `mirtool normalize --keep-replicates` "
            "wrote them.",
        ),
    ] = False,
    trend: Annotated[
        bool, typer.Option("--trend", help="Let the common variance follow the intensity (limma's trend).")
    ] = False,
    robust: Annotated[
        bool, typer.Option("--robust", help="Guard the common variance against probes that vary far too much.")
    ] = False,
    treat: Annotated[
        float,
        typer.Option(
            "--treat", metavar="FOLD", help="Test whether the change exceeds FOLD, not whether there is any."
        ),
    ] = 1.0,
    log_odds: Annotated[
        bool,
        typer.Option(
            "--log-odds", help="Add B, the natural log odds that the probe changes (limma's B); moderated t alone."
        ),
    ] = False,
    permutations: Annotated[
        int, typer.Option("--permutations", metavar="N", min=1, help="Labelings that the permutation test tries.")
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of the labelings drawn at random.")] = 1,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity",
            help="Make the list again from the raw arrays under every plausible choice, and add to each probe the "
            "share of choices under which it stays.",
        ),
    ] = False,
    scale: ScaleOption = None,
    platform: PlatformOption = None,
    samples_in_rows: SamplesInRowsOption = False,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
    volcano: Annotated[
        str,
        typer.Option(
            "--volcano", metavar="p|fdr", help="Whether the figures go by P (the study's rule) or by adjusted P."
        ),
    ] = "p",
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Compare two groups: fold change, test, adjusted P, and who is up or down.

    A probe is up or down by fold change alone (ratio >= FOLD or <= 1/FOLD), by the volcano rule (fold change
    and P <= alpha, the study's rule) and by its stricter sister (fold change and adjusted P <= alpha). Each has
    its column; all three counts go to stderr. The group on top of the ratios stands in the names of the columns.

    Rows are sorted by P, then by the size of the log2 ratio, then by ID. With one array per group no test is
    possible: the table then holds fold changes only. Welch's test needs two arrays in each group, the others
    three in all. A volcano plot and a heat map of what passes are drawn into the figures' folder.

    Several --contrast give one table of all comparisons side by side, with an F test of all of them, and beside
    it (where it is a file) a table and figures of each: differential_T_vs_R.csv.

    --sensitivity reads the raw arrays that the sample sheet names and combines intensity cut-off 30 or 50, median
    or mean of the replicate spots, background subtracted, left or corrected by normexp, moderated, Welch's or
    Student's test, both fold changes, and all arrays or one left out. The columns `stability by …` hold the share
    of these choices under which each rule calls the probe in the direction of its ratio; all choices with their
    counts go into sensitivity.csv.

    Example:

    \b
      mirtool diff                                    in a study folder: results/differential.csv, figures/
      mirtool diff --compare resistant:responding     which group is on top
      mirtool diff --cutoff 1.5 --volcano fdr         a lower bar, and figures by FDR
      mirtool normalize *.gpr --samples s.csv | mirtool diff - --samples s.csv > differential.csv
      mirtool diff log2.xlsx --samples s.csv --scale log2 -o differential.xlsx --figures plots
      mirtool diff --sensitivity                      which of them stay, whatever else is chosen
      mirtool diff --pair patient --trend --robust    before and after in the same patients
      mirtool diff --pair patient --test signed-rank  the same, by ranks alone
      mirtool diff --contrast "day7 - day0" --contrast "day14 - day0" --covariate batch
      mirtool diff --design "~ group + batch + age" --block patient
      mirtool diff --weights arrays                   keep a noisy array, but let it count less
      mirtool diff --trend --log-odds                 with limma's B beside t and P
      mirtool diff --replicates                       after mirtool normalize --keep-replicates
      mirtool diff GSE1_series_matrix.txt.gz --samples s.csv --scale log2 --platform GPL1.txt
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.differential import DiffSettings, compare_groups
    from mirtool.report.tables import format_of

    check_figure_options(figures, no_figures)
    settings = DiffSettings(
        compare=compare,
        cutoff=cutoff,
        alpha=alpha,
        adjust=adjust,
        test=test,
        fold_change=fold_change,
        contrast=tuple(contrast or ()),
        pair=pair,
        block=block,
        covariate=tuple(covariate or ()),
        design=design,
        weights=tuple(weights or ()),
        replicates=replicates,
        trend=trend,
        robust=robust,
        treat=treat,
        log_odds=log_odds,
        permutations=permutations,
        seed=seed,
        sensitivity=sensitivity,
        volcano=volcano,
    )
    model, rule = settings.model, settings.volcano_rule
    place = find_place([table] if table else [], samples, "normalized table")
    target = place.target(output, "differential.csv")
    format_of(target, format_name)
    source, sheet = normalized_table_of(table, place), sample_sheet_of(place)
    if sensitivity:
        check_sensitivity_options(source, target, plain=not settings.has_model)

    matrix = _read_matrix(source, sheet, scale, platform, samples_in_rows=samples_in_rows, replicates=replicates)
    result = compare_groups(matrix, settings)
    counts = [_counts(d) for d in result.tables]
    for comparison, d, n in zip(result.comparisons, result.tables, counts, strict=True):
        _tell(matrix, comparison, d, n, asked=test)
    stability = run_sensitivity(place, source, sheet, result.tables[0]) if sensitivity else None
    if stability is not None:
        tell_sensitivity(stability)
        write_sensitivity(stability, result.tables[0], place, target, format_name)
    else:
        _write_tables(result, target, format_name)
    folder = None if no_figures else place.figures(figures)
    if folder is not None:
        for comparison, d, suffix in zip(result.comparisons, result.tables, _suffixes(result), strict=True):
            _draw(d, matrix, comparison, folder, rule, suffix)
    summaries = [
        _summary(matrix, comparison, d, n)
        for comparison, d, n in zip(result.comparisons, result.tables, counts, strict=True)
    ]
    record_run(
        place,
        target,
        "diff",
        arguments={
            "table": source,
            "samples": sheet,
            "compare": None if model.contrasts else f"{result.tables[0].tested}:{result.tables[0].reference}",
            "cutoff": cutoff,
            "alpha": alpha,
            "adjust": result.tables[0].adjust,
            "test": test,
            "fold_change": result.tables[0].fold_change,
            "scale": scale,
            "platform": platform,
            "samples_in_rows": samples_in_rows,
            "volcano": volcano,
        }
        | ({} if not settings.has_model else {"model": asdict(model)})
        | ({"log_odds": True} if log_odds else {})
        | ({"permutations": permutations, "seed": seed} if test == "permutation" else {})
        | ({"sensitivity": True} if stability else {}),
        inputs=_hashes(source, sheet, platform, replicates=replicates),
        summary=(summaries[0] if len(summaries) == 1 else {"comparisons": summaries})
        | ({"array_weights": result.array_weights} if result.array_weights else {})
        | ({} if math.isnan(result.correlation) else {"correlation": result.correlation})
        | ({"sensitivity": sensitivity_record(stability)} if stability else {}),
    )


def _write_tables(result: GroupComparison, target: str, format_name: str | None) -> None:
    """Write the table, or all comparisons side by side and a table of each beside it."""
    from mirtool.differential import differential_table, overview_table

    if len(result.tables) == 1:
        write_result(differential_table(result.tables[0]), target, format_name)
        return
    write_result(overview_table(result), target, format_name)
    if is_stream(target):
        return
    path = Path(target)
    for d, suffix in zip(result.tables, _suffixes(result), strict=True):
        write_result(differential_table(d), str(path.with_stem(path.stem + suffix)), format_name)


def _suffixes(result: GroupComparison) -> list[str]:
    """Name each of several comparisons such that every file system takes it and no two are the same."""
    if len(result.tables) == 1:
        return [""]
    names: list[str] = []
    for d in result.tables:
        sides = ("".join(c if c.isalnum() else "-" for c in side).strip("-") for side in (d.tested, d.reference))
        name = "_" + "_vs_".join(sides)
        names.append(f"{name}_{len(names) + 1}" if name in names else name)
    return names


def _read_matrix(
    source: str,
    sheet: str,
    scale: Scale | None,
    platform: str | None,
    *,
    samples_in_rows: bool,
    replicates: bool,
) -> ExpressionMatrix:
    """Read the normalized table, the spots beside it where there are any, and the groups of its samples."""
    from dataclasses import replace

    from mirtool.differential import join_samples
    from mirtool.io.arrays.matrix import read_expression
    from mirtool.io.results.replicates import read_replicates, replicates_path
    from mirtool.io.results.spots import read_spots, spots_path
    from mirtool.study.samples import read_samples

    matrix = read_expression(
        source,
        scale=scale,
        samples_in_rows=samples_in_rows,
    )
    if source != STDIN and spots_path(source).is_file():
        matrix = replace(matrix, spots=read_spots(spots_path(source), matrix))
    if replicates and source != STDIN and replicates_path(source).is_file():
        matrix = replace(matrix, replicates=read_replicates(replicates_path(source), matrix))
    if platform is not None:
        from mirtool.io.arrays.geo_platform import name_matrix, read_platform

        matrix = name_matrix(matrix, read_platform(platform))
    return join_samples(matrix, read_samples(sheet), sheet)


def _counts(d: DifferentialTable) -> dict[str, dict[str, int]]:
    """Count up and down by each rule that was applied."""
    return {rule.words: {call: int((d.calls(rule) == call).sum()) for call in ("up", "down")} for rule in d.rules}


def _tell(
    matrix: ExpressionMatrix,
    comparison: Comparison,
    d: DifferentialTable,
    counts: Mapping[str, Mapping[str, int]],
    *,
    asked: str,
) -> None:
    """Tell the user what was compared, how, and what came of it."""
    import numpy as np

    from mirtool.differential import FOLD_CHANGES, TESTS

    names = matrix.samples.names
    say(f"Compared {d.tested} with {d.reference}: ratios are {d.tested} / {d.reference} ({comparison.reason}).")
    lines = [
        (group, f"{plural(len(columns), 'array')}: {', '.join(names[i] for i in columns)}")
        for group, columns in (
            (d.tested, comparison.tested_columns),
            (d.reference, comparison.reference_columns),
        )
    ]
    lines += [
        (f"left out, {why}", f"{plural(len(left), 'array')}: {', '.join(left)}")
        for why, left in (("no group", comparison.without_group), ("other groups", comparison.other_groups))
        if left
    ]
    if matrix.history:
        lines.append(("input", "; ".join(matrix.history)))
    no_ratio = int(np.isnan(d.ratio).sum())
    lines += [
        ("probes", f"{len(d):,}" + (f", {no_ratio:,} of them without a value in one group" if no_ratio else "")),
        ("fold change", FOLD_CHANGES[d.fold_change].description),
        ("test", TESTS[d.test].description),
        *d.details,
    ]
    if d.test != "none":
        lines += _test_lines(d)
    say_pairs(lines)
    for remark in d.remarks:
        warn(remark)
    if asked == "none":
        say("No test was asked for: fold changes only.")
    say("What passes:")
    say_pairs(
        [
            (_rule_in_words(rule, d), f"{n['up'] + n['down']:,}: {n['up']:,} up, {n['down']:,} down")
            for rule, n in counts.items()
        ]
    )


def _test_lines(d: DifferentialTable) -> list[tuple[str, str]]:
    import numpy as np

    made = int((~np.isnan(d.p_value)).sum())
    lines = [
        (
            "tests made",
            f"{made:,}; if nothing differed, about {made * d.alpha:,.1f} would still have P ≤ {d.alpha:g}",
        )
    ]
    if d.test == "moderated":
        prior_df = (
            "infinite (no probe varies more than another)" if math.isinf(d.prior_df) else f"{d.prior_df:.4g}"
        )
        lines.append(
            ("prior", f"degrees of freedom {prior_df}, standard deviation {d.prior_variance**0.5:.3g} log2")
        )
    return lines


def _rule_in_words(rule: str, d: DifferentialTable) -> str:
    words = f"fold change ≥ {d.cutoff:g}"
    if rule == "fold change and P":
        words += f" and P ≤ {d.alpha:g}"
    if rule == "fold change and adjusted P":
        from mirtool.differential import ADJUSTMENTS

        words += f" and {ADJUSTMENTS[d.adjust].heading} ≤ {d.alpha:g}"
    return words


def _draw(
    d: DifferentialTable,
    matrix: ExpressionMatrix,
    comparison: Comparison,
    folder: Path,
    volcano: Rule,
    suffix: str,
) -> None:
    """Draw the volcano plot, and the heat map of what passes its rule; ``suffix`` ends the files' names."""
    from mirtool.model import Rule
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.heatmap import heatmap_figure
    from mirtool.report.figures.volcano import volcano_figure

    paths = save_figure(volcano_figure(d, rule=volcano), folder, f"volcano{suffix}")
    rule = volcano if d.has_test else Rule.FOLD_CHANGE
    passing = d.calls(rule) != ""
    if passing.any():
        compared = matrix.take_samples((*comparison.reference_columns, *comparison.tested_columns))
        title = f"{plural(int(passing.sum()), 'probe')}: {_rule_in_words(rule.words, d)}"
        paths += save_figure(
            heatmap_figure(compared.take_probes(passing), title=title), folder, f"heatmap{suffix}"
        )
    for path in paths:
        say(f"Wrote {path}")
    if not passing.any():
        say("Nothing passes, so there is no heat map.")
        for path in (folder / f"heatmap{suffix}.png", folder / f"heatmap{suffix}.svg"):
            if path.exists():
                warn(f"{path} is from an earlier run")


def _hashes(source: str, sheet: str, platform: str | None, *, replicates: bool) -> dict[str, str]:
    from mirtool.io.results.replicates import replicates_path
    from mirtool.io.results.spots import spots_path

    paths = [source, sheet]
    if source != STDIN and spots_path(source).is_file():
        paths.insert(1, str(spots_path(source)))
    if replicates:
        paths.append(str(replicates_path(source)))
    return hash_files([*paths, platform])


def _summary(
    matrix: ExpressionMatrix,
    comparison: Comparison,
    d: DifferentialTable,
    counts: Mapping[str, Mapping[str, int]],
) -> dict[str, Any]:
    import numpy as np

    names = matrix.samples.names
    return {
        "tested": {d.tested: [names[i] for i in comparison.tested_columns]},
        "reference": {d.reference: [names[i] for i in comparison.reference_columns]},
        "left_out": {"without_group": comparison.without_group, "other_groups": comparison.other_groups},
        "probes": len(d),
        "probes_without_ratio": int(np.isnan(d.ratio).sum()),
        "tests_made": int((~np.isnan(d.p_value)).sum()),
        "test": d.test,
        "prior_df": _json_number(d.prior_df),
        "prior_variance": _json_number(d.prior_variance),
        "passing": counts,
        "history": d.history,
    }


def _json_number(value: float) -> float | str | None:
    """Return a number as JSON has it: no NaN, and infinity as a word."""
    if math.isnan(value):
        return None
    return "infinite" if math.isinf(value) else value
