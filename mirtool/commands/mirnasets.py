"""``mirtool mirnasets``: which families, clusters or other sets of miRNAs changed together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.common import record_run, write_result
from mirtool.commands.console import say, say_pairs, say_table, warn
from mirtool.commands.current_names import AliasesOption, MirbaseReleaseOption, load_mirna_names, tell_names
from mirtool.commands.enrichment import gene_sets_named, summarize
from mirtool.commands.network_mirnas import choose_mirnas_of_place, find_network_place
from mirtool.commands.options import (
    DifferentialArgument,
    FormatOption,
    MirnasOption,
    OutputOption,
    RegulationOption,
)
from mirtool.errors import UsageError, for_shell
from mirtool.io.tables.text import hash_files
from mirtool.report.text.names import names_record
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.model import GeneSets
    from mirtool.network import EnrichmentTable
    from mirtool.network.enrichment.mirna_sets import ArrayMirnas, MirnaSets
    from mirtool.network.interactions.study_mirnas import ChosenMirnas

SETS_TOLD = 5
SET_FDR = 0.05


def mirnasets(
    differential: DifferentialArgument = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--sets",
            metavar="families|clusters|FILE|NAME",
            help="families: by seed (positions 2-8); clusters: by place in the genome; a GMT over miRNA names "
            "(diseases of HMDD, an export of miEAA …), or the name of one in the library. May be given several "
            "times; each has an FDR of its own. Default: families and clusters.",
        ),
    ] = None,
    regulation: RegulationOption = None,
    mirnas: MirnasOption = None,
    universe: Annotated[
        str | None,
        typer.Option(
            "--universe",
            metavar="FILE",
            help="The miRNAs that could have been chosen, all those on the array: one a line, or a table with a "
            "Name column. Default: every row of the differential table; with --mirnas every miRNA of miRBase.",
        ),
    ] = None,
    aliases: AliasesOption = None,
    mirbase_release: MirbaseReleaseOption = None,
    gff: Annotated[
        str | None,
        typer.Option(
            "--gff",
            metavar="FILE",
            help="Where the precursors lie, for clusters: miRBase's GFF3 of your species (mmu.gff3). Default: the "
            "embedded places of human miRNAs.",
        ),
    ] = None,
    distance: Annotated[
        int,
        typer.Option(
            "--distance", metavar="BASES", min=0, help="From a precursor of a cluster to the next, at most."
        ),
    ] = 10_000,
    min_size: Annotated[
        int,
        typer.Option("--min-size", metavar="N", min=1, help="Fewest miRNAs of the array in a set that is tested."),
    ] = 2,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Which sets of miRNAs changed: seed families, genomic clusters, diseases.

    The sets hold miRNAs, not their targets. Of the miRNAs on the array, those up, those down and both together
    are tested, each by itself: hypergeometric P of as many hits or more if as many miRNAs were drawn at random
    from the array, FDR (BH) over all sets of a collection, those without a hit included. A probe for several
    miRNAs (a slash name) counts once. Sets of which the array has one miRNA only are not tested: their P is that
    miRNA's own.

    A family that comes out changed as one, or its probes, alike in sequence, measure each other. A cluster that
    comes out is transcribed as one. Names of the study and of the sets are mapped to the current ones, and what
    did not map is counted.

    Example:

    \b
      mirtool mirnasets                                   in a study folder, after `mirtool diff`
      mirtool mirnasets --sets families --sets hmdd_diseases.gmt
      mirtool mirnasets differential.csv --gff mmu.gff3 -o sets.xlsx
      mirtool mirnasets --mirnas up.txt --universe array.txt > sets.csv
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.annotation.probes import species_in_common
    from mirtool.network.enrichment.mirna_set_analysis import analyze_mirna_sets
    from mirtool.network.enrichment.mirna_sets import mirna_set_table
    from mirtool.network.settings import MirnaSetSettings
    from mirtool.report.tables import format_of

    place = find_network_place(differential, mirnas)
    target = place.target(output, "mirna_sets.csv")
    format_of(target, format_name)
    settings = MirnaSetSettings(
        sets=tuple(sets or ()),
        regulation=regulation,
        mirnas=mirnas,
        universe=universe,
        aliases=tuple(aliases or ()),
        mirbase_release=mirbase_release,
        gff=gff,
        distance=distance,
        min_size=min_size,
    )
    chosen = choose_mirnas_of_place(differential, mirnas, regulation, place).with_measured(universe)
    names = load_mirna_names(aliases or (), species_in_common(chosen.measured or chosen.names), mirbase_release)
    analysis = analyze_mirna_sets(chosen, settings, names, _named_sets(settings.sets))
    tests, of_study = analysis.tests, analysis.mirna_names
    for note in analysis.notes:
        say(f"  {note}")
    for text in analysis.warnings:
        warn(for_shell(text))
    tell_names("of the array" if chosen.measured else "of the study", of_study, has_species_option=False)
    _tell(chosen, analysis.array, analysis.collections)
    for test in tests:
        _tell_sets(test)
    write_result(mirna_set_table(tests), target, format_name)
    record_run(
        place,
        target,
        "mirnasets",
        arguments={
            "differential": chosen.source if not mirnas else None,
            "mirnas": mirnas,
            "sets": sets,
            "regulation": chosen.rule,
            "universe": universe,
            "aliases": aliases,
            "mirbase_release": mirbase_release,
            "gff": gff,
            "distance": distance,
            "min_size": min_size,
        },
        inputs=hash_files([chosen.source, universe, gff, *(sets or ()), *(aliases or ())]),
        summary={f"{test.query} in {test.source}": summarize(test) for test in tests}
        | {"study_names": names_record(of_study)},
    )


def _named_sets(names: Sequence[str]) -> dict[str, GeneSets]:
    """Return the sets behind every name but those of families and clusters."""
    from mirtool.network.enrichment.mirna_set_analysis import DEFAULT_SETS

    found: dict[str, GeneSets] = {}
    for name in dict.fromkeys(names):
        if name not in DEFAULT_SETS:
            sets = gene_sets_named(name)
            if sets is None:
                raise UsageError("there is nothing to test without sets", hint="name some, or leave --sets out")
            found[name] = sets
    return found


def _tell(chosen: ChosenMirnas, array: ArrayMirnas, collections: Sequence[MirnaSets]) -> None:
    where = chosen.measured_source or "every miRNA of miRBase of this species"
    unknown = f"; {len(array.unknown):,} more that miRBase does not know" if array.unknown else ""
    say("Sets of miRNAs:")
    say_pairs([("miRNAs", chosen.rule), ("universe", f"{plural(len(array), 'miRNA')} ({where}{unknown})")])
    for collection in collections:
        for remark in collection.remarks:
            say(f"  {collection.sets.source}: {remark}")


def _tell_sets(test: EnrichmentTable) -> None:
    import numpy as np

    result = test.tests[0]
    outside = f", {test.outside:,} more outside the universe" if test.outside else ""
    say(f"{test.source}, {test.query}:")
    say_pairs(
        [
            (
                "tested",
                f"{len(test):,} of {plural(test.n_sets, 'set')}: {test.min_size} miRNAs of the array or more",
            ),
            ("universe", plural(test.universe_size, "miRNA")),
            ("query", plural(test.query_size, "miRNA") + outside),
            ("surviving", f"{plural(int(result.survives.sum()), 'set')} with FDR <= {SET_FDR:g}"),
        ]
    )
    shown = np.flatnonzero(result.survives)[:SETS_TOLD]
    if len(shown):
        say_table(
            ("set", "hits", "of", "P", "FDR"),
            [
                (
                    test.terms[i],
                    f"{test.hits[i]:,}",
                    f"{test.set_size[i]:,}",
                    f"{result.p_value[i]:.1e}",
                    f"{result.fdr[i]:.1e}",
                )
                for i in shown
            ],
        )
