"""``mirtool network``: what the miRNAs of a study target together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.common import Place, find_place, record_run, write_result
from mirtool.commands.current_names import AliasesOption, names_record, read_book, tell_names
from mirtool.commands.enrichment import (
    QUERIES,
    UNIVERSE_FILE,
    DrawsOption,
    GeneSetsOption,
    MaxSizeOption,
    MinSizeOption,
    NullOption,
    SeedOption,
    choose_nulls,
    enrich_targets,
    find_gene_sets,
    hash_files,
    say_terms,
    summarize,
)
from mirtool.commands.workers import SchedulerOption, WorkersOption, open_executor
from mirtool.console import plural, progress_steps, say, say_pairs, say_table, warn
from mirtool.errors import CallError, FormatError, MirtoolError, NotEnoughDataError

if TYPE_CHECKING:
    from mirtool.io.differential import DifferentialNames
    from mirtool.model import GeneSets, Interactions
    from mirtool.names import NameBook, Resolution
    from mirtool.network import EnrichmentTable, MirnaUniverse, SynergyNetwork

RULES = {
    "fold-change": "regulation by fold change",
    "volcano-p": "regulation by volcano P",
    "volcano-fdr": "regulation by volcano FDR",
}
"""What ``--regulation`` may be, and the column of the differential table it stands for."""

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".xlsx")
"""What ``--mirnas`` ends in where it is meant as a file, even if there is no such file."""

HUBS_TOLD = 5
NAMES_TOLD = 20


@dataclass(frozen=True)
class _Chosen:
    """The miRNAs of the network, and how they were chosen, in words."""

    names: Sequence[str]
    regulation: Sequence[str] | None
    log2_ratio: Sequence[float] | None
    rule: str
    source: str | None
    measured: Sequence[str] | None = None
    """All that could have been chosen; None where that is not known."""
    measured_source: str = ""


def network(
    differential: Annotated[
        str | None,
        typer.Argument(
            metavar="[DIFFERENTIAL]",
            help="The table of `mirtool diff`. In a study folder: results/differential.csv.",
        ),
    ] = None,
    interactions: Annotated[
        str | None,
        typer.Option(
            "--interactions",
            metavar="FILE",
            help="miRTarBase as downloaded (CSV, CSV.gz, XLSX), or any table with a miRNA and a gene column. "
            "Without it: mirtool's own starter table, on which no paper should rest.",
        ),
    ] = None,
    evidence: Annotated[
        str,
        typer.Option(
            "--evidence",
            metavar="strong|all",
            help="strong: shown by reporter assay, Western blot or qPCR; all: sequencing and arrays too.",
        ),
    ] = "strong",
    regulation: Annotated[
        str | None,
        typer.Option(
            "--regulation",
            metavar="fold-change|volcano-p|volcano-fdr",
            help="Which miRNAs to take: those up or down by this rule. Default volcano-p, and fold-change where "
            "no test was made.",
        ),
    ] = None,
    mirnas: Annotated[
        str | None,
        typer.Option(
            "--mirnas",
            metavar="NAMES|FILE",
            help="Take these miRNAs instead: names parted by commas, or a file with one name a line.",
        ),
    ] = None,
    aliases: AliasesOption = None,
    species: Annotated[
        str | None,
        typer.Option(
            "--species",
            metavar="PREFIX",
            help="Interactions of this species only (hsa, mmu, …). Default: the species of the miRNAs.",
        ),
    ] = None,
    alpha: Annotated[
        float, typer.Option("--alpha", metavar="FDR", help="Largest FDR of a pair that counts as partners.")
    ] = 0.05,
    pair_null: Annotated[
        str,
        typer.Option(
            "--pair-null",
            metavar="hypergeometric|curveball",
            help="What pairs are compared with: genes drawn at random; or, beside that, the whole interactions "
            "table shuffled, every miRNA and gene keeping its number of partners, which then says what is "
            "significant.",
        ),
    ] = "hypergeometric",
    pair_draws: Annotated[
        int, typer.Option("--pair-draws", metavar="N", min=1, help="Shuffled tables for --pair-null curveball.")
    ] = 1000,
    gene_sets: GeneSetsOption = None,
    min_size: MinSizeOption = 10,
    max_size: MaxSizeOption = 500,
    null: NullOption = None,
    mirna_universe: Annotated[
        str | None,
        typer.Option(
            "--mirna-universe",
            metavar="FILE",
            help="The miRNAs that could have been chosen, all those on the array: one a line, or a table with a "
            "Name column. Default: every row of the differential table; with --mirnas every miRNA of the "
            "interactions table.",
        ),
    ] = None,
    draws: DrawsOption = 10_000,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    scheduler: SchedulerOption = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder for the tables. In a study folder: results/; elsewhere: this folder.",
        ),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option("--figures", metavar="DIR", help="Folder for the figure. In a study folder: figures/."),
    ] = None,
) -> None:
    """Which miRNAs work together: shared targets, synergy, hubs, and what the shared genes are known for.

    For each pair of miRNAs: targets shared, Jaccard index, hypergeometric P over the genes the interactions
    table knows, FDR (BH) over all pairs. The synergy of a miRNA is the number of targets it shares, summed over
    its significant partners. Two miRNAs with one seed (positions 2-8) share targets by construction: they are
    marked.

    Names are matched exactly; a slash probe is split to look up its targets and counted once. In the study and in
    the interactions table alike, a name that miRBase has changed is replaced by the current one; a name that may
    mean several miRNAs stays as it is and is listed.

    Gene sets are tested for the shared targets (of two miRNAs or more) and for all targets, with BH over all
    terms tested, against three nulls side by side: genes drawn at random (hypergeometric), as many miRNAs drawn
    at random from those on the array, and miRNAs drawn among those with like numbers of targets. Targets of miRNAs
    are no random draw of genes, and well-studied miRNAs hit more of every term: trust what survives all three.

    Writes network_nodes.csv, network_edges.csv, network_pairs.csv, network_universe.csv (genes),
    network_mirna_universe.csv (what miRNAs were drawn from), network.graphml (for Cytoscape) and enrichment.csv,
    and draws network.png and network.svg.

    Example:

    \b
      mirtool network --interactions hsa_MTI.csv         in a study folder, after `mirtool diff`
      mirtool network --interactions hsa_MTI.csv --evidence all --gene-sets KEGG_2021_Human
      mirtool network differential.csv --interactions hsa_MTI.csv -o network --figures network
      mirtool network --interactions hsa_MTI.csv --pair-null curveball --draws 100000 --workers 2
      mirtool network --mirnas hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-15a-5p --gene-sets none
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.model import Table
    from mirtool.network import enrichment_table, graphml_bytes, node_table, synergy_network
    from mirtool.network.mirna_universe import universe_table
    from mirtool.report.tables import write_bytes

    nulls = choose_nulls(null)
    place = _find_place(differential, mirnas)
    folder = Path(output) if output else place.study.results if place.study else Path()
    chosen = _with_universe(_choose(differential, mirnas, regulation, place), mirna_universe)
    sets = find_gene_sets(gene_sets)
    known = _read_interactions(interactions, species or _species_of(chosen.names))
    book = read_book(aliases or ())
    chosen, of_study = _name_study(chosen, book)
    known, of_table = _name_interactions(known, book)
    with open_executor(workers, scheduler) as executor:
        with progress_steps("Shuffling the interactions", _shuffles(pair_null, pair_draws)) as on_step:
            result = synergy_network(
                chosen.names,
                known,
                regulation=chosen.regulation,
                log2_ratio=chosen.log2_ratio,
                evidence=evidence,
                alpha=alpha,
                pair_null=pair_null,
                pair_draws=pair_draws,
                seed=seed,
                executor=executor,
                on_step=on_step,
            )
        drawn_from = _universe_of(result, chosen, known)
        sizes: dict[str, Any] = {"min_size": min_size, "max_size": max_size}
        enrich = partial(
            enrich_targets, drawn_from, nulls=nulls, draws=draws, seed=seed, executor=executor, **sizes
        )
        tests = _test_gene_sets(result, sets, enrich, asked=gene_sets is not None)
    tell_names("of the study", of_study)
    tell_names(f"in {known.source}", of_table)
    _tell(chosen, known, result, drawn_from)
    for test in tests:
        say_terms(test)

    write_result(node_table(result), str(folder / "network_nodes.csv"))
    write_result(result.edges, str(folder / "network_edges.csv"))
    write_result(result.pairs, str(folder / "network_pairs.csv"))
    write_result(Table({"gene": result.universe}), str(folder / "network_universe.csv"))
    write_result(universe_table(drawn_from), str(folder / UNIVERSE_FILE))
    graphml = folder / "network.graphml"
    write_bytes(graphml_bytes(result), graphml)
    say(f"Wrote {graphml}")
    if tests:
        write_result(enrichment_table(tests), str(folder / "enrichment.csv"))
    elif (folder / "enrichment.csv").exists():
        warn(f"{folder / 'enrichment.csv'} is from an earlier run")
    _draw(result, place.figures(figures))
    record_run(
        place,
        str(graphml),
        "network",
        arguments={
            "differential": chosen.source if not mirnas else None,
            "mirnas": mirnas,
            "interactions": interactions,
            "aliases": aliases,
            "evidence": evidence,
            "regulation": chosen.rule,
            "species": species,
            "alpha": alpha,
            "pair_null": pair_null,
            "pair_draws": pair_draws,
            "gene_sets": gene_sets,
            "min_size": min_size,
            "max_size": max_size,
            "null": null,
            "mirna_universe": mirna_universe,
            "draws": draws,
            "seed": seed,
        },
        inputs=hash_files(chosen.source, interactions, gene_sets, mirna_universe, *(aliases or ())),
        summary=_summary(chosen, known, result, tests)
        | {"study_names": names_record(of_study), "interactions_names": names_record(of_table)},
    )


def _find_place(differential: str | None, mirnas: str | None) -> Place:
    if differential and mirnas:
        raise CallError("a differential table and --mirnas contradict each other", hint="leave one of the two out")
    given = differential or mirnas
    return find_place([given] if given else [], None, "differential table")


def _choose(differential: str | None, mirnas: str | None, regulation: str | None, place: Place) -> _Chosen:
    if regulation is not None and regulation not in RULES:
        raise CallError(f"--regulation can't be {regulation!r}", expected=" or ".join(RULES))
    if mirnas:
        return _choose_named(mirnas, regulation)
    from mirtool.io.differential import read_differential

    path = differential
    if path is None:
        assert place.study is not None  # find_place has seen to it
        path = str(place.study.results / "differential.csv")
        if not Path(path).is_file():
            raise MirtoolError(
                "the study has no differential table yet",
                path=path,
                hint="run `mirtool diff` first, or name a table",
            )
    return _choose_regulated(read_differential(path), regulation)


def _choose_named(mirnas: str, regulation: str | None) -> _Chosen:
    if regulation is not None:
        raise CallError("--regulation chooses from a differential table, not from --mirnas")
    from mirtool.io.interactions import MIRNA_HEADERS
    from mirtool.io.names import read_names

    if Path(mirnas).is_file() or Path(mirnas).suffix.lower() in LIST_SUFFIXES:
        names = list(read_names(mirnas, (*MIRNA_HEADERS, "name"), "miRNA"))
        return _Chosen(names, None, None, f"named in {mirnas}", mirnas)
    names = [name.strip() for name in mirnas.split(",") if name.strip()]
    return _Chosen(names, None, None, "named with --mirnas", None)


def _choose_regulated(table: DifferentialNames, regulation: str | None) -> _Chosen:
    rule = regulation or ("volcano-p" if RULES["volcano-p"] in table.regulation else "fold-change")
    column = RULES[rule]
    if column not in table.regulation and rule == "fold-change":
        raise FormatError(
            f"the differential table has no column '{column}', which every table of `mirtool diff` has",
            path=table.path,
            found=", ".join(table.regulation),
            hint="run `mirtool diff` again; or choose one of its other rules with --regulation",
        )
    if column not in table.regulation:
        raise CallError(
            f"the differential table has no column '{column}'",
            found=", ".join(table.regulation),
            hint="no test was made (one array a group, or --test none): choose --regulation fold-change",
        )
    calls = table.regulation[column]
    passing = (calls != "") & (table.name != "")
    if passing.sum() < 2:
        raise NotEnoughDataError(
            f"a network needs at least two miRNAs, and by '{column}' {plural(int(passing.sum()), 'probe')} "
            "is up or down",
            path=table.path,
            hint="choose another rule (--regulation fold-change), a lower bar (`mirtool diff --cutoff 1.5`), or "
            "name the miRNAs yourself (--mirnas)",
        )
    return _Chosen(
        table.name[passing].tolist(),
        calls[passing].tolist(),
        table.log2_ratio[passing].tolist(),
        f"{column} ({table.tested} / {table.reference})",
        table.path,
        table.name.tolist(),
        f"the rows of {table.path}",
    )


def _shuffles(pair_null: str, draws: int) -> int:
    """Count the steps of the shuffle, for a progress bar."""
    from mirtool.network.curveball import n_tasks

    return n_tasks(draws) if pair_null == "curveball" else 0


def _with_universe(chosen: _Chosen, path: str | None) -> _Chosen:
    """Replace what could have been chosen by the names in a file, where one was given."""
    if path is None:
        return chosen
    from mirtool.io.interactions import MIRNA_HEADERS
    from mirtool.io.names import read_names

    return replace(
        chosen, measured=read_names(path, ("name", *MIRNA_HEADERS), "miRNA").tolist(), measured_source=path
    )


def _species_of(names: Sequence[str]) -> str | None:
    """Give the species that all miRNAs have in common, or None where there is no such."""
    from mirtool.probes import species_of

    species = [found for name in names if (found := species_of(name))]
    common = frozenset.intersection(*species) if species else frozenset()
    return min(common) if len(common) == 1 else None


def _read_interactions(path: str | None, species: str | None) -> Interactions:
    from mirtool.io.interactions import read_interactions, starter_interactions

    if path is not None:
        return read_interactions(path, species=species)
    known = starter_interactions()
    warn(
        f"no --interactions given: using the starter table of {plural(len(known), 'pair')} that comes with "
        "mirtool. It is a small choice made by hand, to try things out: no paper should rest on it. Download "
        "miRTarBase (https://mirtarbase.cuhk.edu.cn) and name its file with --interactions"
    )
    return known


def _name_study(chosen: _Chosen, book: NameBook) -> tuple[_Chosen, list[Resolution]]:
    """Give the miRNAs their current names, and what became of each name."""
    found = [book.resolve(name) for name in chosen.names]
    measured = chosen.measured and [book.resolve(name).best_name for name in chosen.measured]
    return replace(chosen, names=[each.best_name for each in found], measured=measured), list(
        {each.given: each for each in found}.values()
    )


def _universe_of(result: SynergyNetwork, chosen: _Chosen, known: Interactions) -> MirnaUniverse:
    """Gather the miRNAs that the network's could have been."""
    from mirtool.network import mirna_universe

    return mirna_universe(
        result.mirnas["miRNA"].tolist(),
        known,
        measured=chosen.measured,
        source=chosen.measured_source,
        evidence=result.evidence,
    )


def _name_interactions(known: Interactions, book: NameBook) -> tuple[Interactions, list[Resolution]]:
    from mirtool.network.current_names import with_current_names

    found = [book.resolve(name) for name in dict.fromkeys(known.mirna)]
    return with_current_names(known, {each.given: each.best_name for each in found}), found


def _test_gene_sets(
    result: SynergyNetwork,
    sets: GeneSets | None,
    enrich: Callable[..., EnrichmentTable],
    *,
    asked: bool,
) -> list[EnrichmentTable]:
    """Test the shared and all targets; sets nobody asked for may fail to fit a small table."""
    tests: list[EnrichmentTable] = []
    if sets is None:
        return tests
    for query in QUERIES:
        if query == "shared targets" and not len(result.shared_targets):
            say("No gene is a target of two of the miRNAs: gene sets are tested for all targets only.")
            continue
        try:
            tests.append(enrich(sets, query))
        except NotEnoughDataError as error:
            if asked:
                raise
            warn(f"gene sets not tested for the {query}: {error}")
    return tests


def _tell(chosen: _Chosen, known: Interactions, result: SynergyNetwork, drawn_from: MirnaUniverse) -> None:
    """Tell what was asked of which table, and what came of it."""
    unmatched = len(result.unmatched)
    matched = len(result.mirnas)
    lines = [("miRNAs", f"{plural(matched + unmatched, 'miRNA')}{_directions(chosen)}, {chosen.rule}")]
    lines += [("interactions", f"{known.source}, {result.evidence} evidence")]
    lines += [("", remark) for remark in known.dropped]
    lines += [
        ("universe", f"{plural(len(result.universe), 'gene')} known to this table at this evidence"),
        ("with targets", f"{matched:,} of {matched + unmatched:,} miRNAs, {plural(len(result.genes), 'gene')}"),
        ("shared", f"{plural(len(result.shared_targets), 'gene')} in which two miRNAs or more meet"),
        ("drawn from", drawn_from.described),
    ]
    say("Synergy network:")
    say_pairs(lines)
    for name, near in result.unmatched[:NAMES_TOLD]:
        hint = f" (the table has {', '.join(near)}: not the same name, so not taken)" if near else ""
        say(f"  without targets: {name}{hint}")
    if unmatched > NAMES_TOLD:
        say(f"  … and {unmatched - NAMES_TOLD:,} more")
    for note in result.notes:
        say(f"  {note}")
    _tell_hubs(result)
    _tell_pairs(result)


def _directions(chosen: _Chosen) -> str:
    if chosen.regulation is None:
        return ""
    return f" ({chosen.regulation.count('up'):,} probes up, {chosen.regulation.count('down'):,} down)"


def _tell_hubs(result: SynergyNetwork) -> None:
    hubs = result.mirnas.take(result.mirnas["synergy"] > 0)
    if not len(hubs):
        return
    say("Highest synergy:")
    columns = ("miRNA", "synergy", "partners", "targets")
    rows = zip(*(hubs[name][:HUBS_TOLD] for name in columns), hubs["betweenness"][:HUBS_TOLD], strict=True)
    say_table(
        (*columns, "betweenness"), [(name, *(f"{n:,}" for n in counts), f"{b:.3f}") for name, *counts, b in rows]
    )


def _tell_pairs(result: SynergyNetwork) -> None:
    pairs, significant, same = _count_pairs(result)
    say(
        f"{significant:,} of {plural(pairs, 'pair')} share more targets than chance gives "
        f"({result.pair_null}, FDR <= {result.alpha:g} over all pairs)."
    )
    if same:
        say(
            f"Of these {significant:,}, {plural(same, 'pair has', 'pairs have')} one seed: shared targets "
            "by construction, which is no evidence of synergy."
        )


def _count_pairs(result: SynergyNetwork) -> tuple[int, int, int]:
    """Count the pairs, the significant ones, and those of them that have one seed."""
    significant = result.pairs["significant"]
    same = significant & (result.pairs["same seed"] == "yes")
    return len(result.pairs), int(significant.sum()), int(same.sum())


def _draw(result: SynergyNetwork, folder: Path | None) -> None:
    if folder is None:
        return
    from mirtool.report.figures import save_figure
    from mirtool.report.network_figure import network_figure

    for path in save_figure(network_figure(result), folder, "network"):
        say(f"Wrote {path}")


def _summary(
    chosen: _Chosen, known: Interactions, result: SynergyNetwork, tests: Sequence[EnrichmentTable]
) -> dict[str, Any]:
    pairs, significant, same = _count_pairs(result)
    return {
        "mirnas_chosen_by": chosen.rule,
        "mirnas_with_targets": len(result.mirnas),
        "mirnas_without_targets": [name for name, _ in result.unmatched],
        "interactions": known.source,
        "interactions_dropped": list(known.dropped),
        "universe": len(result.universe),
        "genes": len(result.genes),
        "shared_genes": len(result.shared_targets),
        "pairs": pairs,
        "significant_pairs": significant,
        "significant_pairs_of_one_seed": same,
        "enrichment": {test.query: summarize(test) for test in tests},
    }
