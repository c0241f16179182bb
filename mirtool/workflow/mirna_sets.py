"""``mirtool mirna-sets``: families, clusters or other sets of miRNAs that changed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirtool.network.settings import MirnaSetSettings
from mirtool.report.text.blocks import Summary
from mirtool.workflow.reading import DIFFERENTIAL, MIRNAS
from mirtool.workflow.step import Inputs, Result, Run, Step
from mirtool.workflow.target_sources import (
    check_mirnas,
    choose_study_mirnas,
    read_gene_sets,
    read_mirna_names,
)

if TYPE_CHECKING:
    from mirtool.model import GeneSets, Table
    from mirtool.network.enrichment.mirna_set_analysis import MirnaSetAnalysis


@dataclass(frozen=True)
class MirnaSetInputs(Inputs):
    """Which miRNAs are tested."""

    main = ("differential", "mirnas")
    what = "differential table"

    differential: Any = DIFFERENTIAL
    mirnas: Any = MIRNAS

    def check(self) -> None:
        """Refuse a table together with names."""
        check_mirnas(self.differential, self.mirnas)


class MirnaSetResult(Result):
    """Sets of miRNAs tested for a study.

    Attributes
    ----------
    analysis
        The miRNAs of the array, the collections, and one test per collection and query.
    """

    def __init__(self, analysis: MirnaSetAnalysis) -> None:
        self.analysis = analysis

    def tables(self) -> Mapping[str, Table]:
        """Return ``mirna_sets``: one row per query and set with a hit."""
        from mirtool.network.enrichment.mirna_sets import mirna_set_table

        return {"mirna_sets": mirna_set_table(self.analysis.tests)}

    @property
    def summary(self) -> Summary:
        """The names, the array, and the sets on top."""
        from mirtool.report.text.mirna_sets import mirna_sets_summary

        return mirna_sets_summary(self.analysis)

    def numbers(self) -> dict[str, Any]:
        """Return the counts of each test, and the names."""
        from mirtool.report.text.mirna_sets import mirna_sets_numbers

        return mirna_sets_numbers(self.analysis)


def mirna_sets(inputs: MirnaSetInputs, settings: MirnaSetSettings, run: Run) -> MirnaSetResult:
    """Find the sets of miRNAs that changed: seed families, genomic clusters, diseases.

    The sets hold miRNAs, not their targets. Of the miRNAs on the array, those up, those down and both together
    are tested, each by itself: hypergeometric P of as many hits or more if as many miRNAs were drawn at random
    from the array, FDR (BH) over all sets of a collection, those without a hit included. A probe for several
    miRNAs (a slash name) counts once. Sets of which the array has only one miRNA are not tested: their P is that
    miRNA's own.

    If a family is significant, either its miRNAs changed together, or its probes, similar in sequence, measure
    each other. The miRNAs of a cluster are transcribed together. Names of the study and of the sets are mapped to
    the current ones, and what did not map is counted.
    """
    from mirtool.annotation.probes import species_in_common
    from mirtool.network.enrichment.mirna_set_analysis import analyze_mirna_sets

    chosen = choose_study_mirnas(inputs.differential, inputs.mirnas, settings.regulation, run)
    chosen = chosen.with_measured(settings.universe)
    names = read_mirna_names(settings, species_in_common(chosen.measured or chosen.names), run)
    analysis = analyze_mirna_sets(chosen, settings, names, _read_sets(settings.sets, run))
    run.reads(settings.universe, settings.gff)
    for text in analysis.warnings:
        run.warn(text)
    return MirnaSetResult(analysis)


def _read_sets(names: Sequence[str], run: Run) -> dict[str, GeneSets]:
    """Return the sets behind every name but those of families and clusters."""
    from mirtool.network.enrichment.mirna_set_analysis import DEFAULT_SETS

    return {name: read_gene_sets(name, "sets", run) for name in dict.fromkeys(names) if name not in DEFAULT_SETS}


STEP = Step(
    name="mirna-sets",
    function=mirna_sets,
    inputs=MirnaSetInputs,
    settings=MirnaSetSettings,
    main_file="mirna_sets.csv",
    examples=(
        ("mirtool mirna-sets", "in a study folder, after `mirtool diff`"),
        ("mirtool mirna-sets --sets families --sets hmdd_diseases.gmt", ""),
        ("mirtool mirna-sets differential.csv --gff mmu.gff3 -o sets.xlsx", ""),
        ("mirtool mirna-sets --mirnas up.txt --universe array.txt > sets.csv", ""),
    ),
)
