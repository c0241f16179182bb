"""``mirtool shortlist``: the miRNAs to go on with, and every reason for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from mirtool.errors import UsageError
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.shortlist.settings import ShortlistSettings
from mirtool.workflow.sources import find_differential, is_path, read_differential_table, text_table
from mirtool.workflow.step import INPUT_PANEL, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.io.tables.text_tables import TextTable
    from mirtool.model import Table
    from mirtool.shortlist import Evidence, FluidLevels, Shortlist

FLUID_OF_QC = "qc.fluid"
"""The setting of quality control that names the study's fluid."""


@dataclass(frozen=True)
class ShortlistInputs(Inputs):
    """The comparison, and what other steps found about its miRNAs."""

    main = ("differential",)
    what = "differential table"

    differential: Any = setting(
        None,
        "The table of `mirtool diff`; - is stdin. In a study folder: results/differential.csv.",
        panel=INPUT_PANEL,
        metavar="TABLE|-",
        argument=True,
        is_path=True,
    )
    validation: Any = setting(
        None,
        "The table of `mirtool validate`. In a study folder: results/validation.csv, if it exists.",
        panel=INPUT_PANEL,
        metavar="TABLE",
        is_path=True,
    )
    network: Any = setting(
        None,
        "network_nodes.csv of `mirtool network`. In a study folder: that in results/, if it exists.",
        panel=INPUT_PANEL,
        metavar="TABLE",
        is_path=True,
    )


class ShortlistResult(Result):
    """The first miRNAs by a rank.

    Attributes
    ----------
    shortlist
        The miRNAs in their order, with everything known about each.
    evidence
        The lists, qPCR and network that they were looked up in.
    names
        Where their names were looked up.
    network_path
        The file of the network; empty without one.
    """

    def __init__(self, chosen: Shortlist, evidence: Evidence, names: MirnaNames, network_path: str) -> None:
        self.shortlist = chosen
        self.evidence = evidence
        self.names = names
        self.network_path = network_path

    def tables(self) -> Mapping[str, Table]:
        """Return ``shortlist``: one row per miRNA, every reason in its own column."""
        from mirtool.shortlist import shortlist_table

        return {"shortlist": self.in_terms(shortlist_table(self.shortlist, self.names))}

    @property
    def summary(self) -> Summary:
        """How many were taken, by which rank, and what speaks for them."""
        from mirtool.report.text.shortlist import shortlist_summary

        return shortlist_summary(self.shortlist, self.evidence.qpcr, self.network_path)

    def numbers(self) -> dict[str, Any]:
        """Return the miRNAs, what became of their names, and the counts of each list."""
        from mirtool.report.text.names import names_record

        chosen = self.shortlist
        return {
            "candidates": chosen.n_listed,
            "mirnas": [name.best_name for name in chosen.names[: chosen.n_ranked]],
            **_detected_only(chosen),
            "names": names_record(chosen.names),
            "lists": {
                each.title: {
                    "yes": each.count("yes"),
                    "possible": each.count("possible"),
                    "left_out": list(each.left_out),
                    **names_record(each.names),
                }
                for each in chosen.memberships
            },
            **({} if chosen.levels is None else {"levels": _levels_record(chosen.levels)}),
        }


def _detected_only(chosen: Shortlist) -> dict[str, Any]:
    """Return the miRNAs that are listed because one group alone detects them, and how many there are."""
    listed = [name.best_name for name in chosen.names[chosen.n_ranked :]]
    return {"detected_only": {"mirnas": listed, "candidates": chosen.n_detected_only}} if listed else {}


def _levels_record(levels: FluidLevels) -> dict[str, Any]:
    from mirtool.report.text.names import names_record

    return {
        "fluid": levels.fluid,
        "unit": levels.unit,
        "seen": levels.count("yes"),
        "never_seen": levels.count("never seen there"),
        "seen_in_table": levels.n_seen,
        "left_out": list(levels.left_out),
        **names_record(levels.names),
    }


def shortlist(inputs: ShortlistInputs, settings: ShortlistSettings, run: Run) -> ShortlistResult:
    """Rank the miRNAs of a comparison and take the first, with everything that speaks for or against each.

    The rank takes change, P and level together: by the log2 change that remains at 99.9 % confidence, damped where
    the intensity is low. The study took the ten largest changes: the rank fold-change.

    One row per miRNA, every reason in its own column. The columns are the change,
    its P and who is up or down by which rule; the arrays and spots behind it; the share of choices under which
    it stays in the list (where `mirtool diff --sensitivity` has computed it); what qPCR found; its targets and
    synergy; its seed and which others share it; the motifs in its sequence that are reported to sort miRNAs into
    exosomes; for each list whether it is in there and under which name; and whether it was ever seen in the
    study's fluid, and how high (--levels TABLE --fluid serum).

    miRNAs that one group alone detects have no fold change and no rank. Where the table of `mirtool diff` tells
    them, they follow the ranked ones, with the reason in a column of that name: those with P of detection 0.05 or
    less, or that every array of one group detects and none of the other.

    Names are looked up in miRBase on both sides. A list's hsa-miR-16 may mean hsa-miR-16-5p or another: such a
    miRNA is `possible` in that list, never `yes`.
    """
    from mirtool.shortlist import names_for, take_shortlist

    source = find_differential(inputs.differential, run)
    candidates = read_differential_table(source, run)
    validation = run.find_result("validation.csv") if inputs.validation is None else inputs.validation
    network = run.find_result("network_nodes.csv") if inputs.network is None else inputs.network
    settings = _with_fluid_of_qc(settings, run)
    evidence = _read_evidence(candidates, settings, validation, network, run)
    names = names_for(candidates, settings)
    chosen = take_shortlist(candidates, names, settings, evidence)
    run.reads(*settings.aliases)
    run.arguments |= {
        "differential": _named(source),
        "validation": _named(validation),
        "network": _named(network),
        "regulation": chosen.rule.value,
        "fluid": settings.fluid,
    }
    return ShortlistResult(chosen, evidence, names, _named(network) or "")


def _with_fluid_of_qc(settings: ShortlistSettings, run: Run) -> ShortlistSettings:
    """Return the settings with the fluid of quality control in ``mirtool.toml``, where a table needs one."""
    if settings.levels is None or settings.fluid is not None:
        return settings
    run.consults(FLUID_OF_QC)
    return replace(settings, fluid=run.config.said(FLUID_OF_QC))


def _read_evidence(
    candidates: SavedDifferential, settings: ShortlistSettings, validation: Any, network: Any, run: Run
) -> Evidence:
    """Read the lists, and qPCR and network from their files or from the results of these steps."""
    from mirtool.io.results.evidence import concordance_path, parse_network_nodes, parse_qpcr_results
    from mirtool.io.tables.text_tables import read_table
    from mirtool.shortlist import read_evidence

    evidence = read_evidence(candidates, settings, network=network if is_path(network) else None)
    run.reads(*(evidence.files or {}).values(), settings.levels, network)
    if validation is not None:
        if is_path(validation):
            beside = run.find_beside(validation, concordance_path(validation))
            run.reads(validation, beside)
            table, verdicts = read_table(validation), read_table(beside) if beside else None
        else:
            table, verdicts = _result_tables(validation, "validation", "validation", "concordance")
        qpcr = parse_qpcr_results(table, candidates.tested, candidates.reference, verdicts)
        evidence = replace(evidence, qpcr=qpcr)
    if network is not None and not is_path(network):
        nodes, _ = _result_tables(network, "network", "nodes", "")
        evidence = replace(evidence, network=parse_network_nodes(nodes))
    return evidence


def _result_tables(result: Any, parameter: str, main: str, further: str) -> tuple[TextTable, TextTable | None]:
    """Return two tables of another step's result as they would be read back; the second may be missing."""
    tables = result.tables() if isinstance(result, Result) else {}
    if main not in tables:
        raise UsageError(
            f"this is not a result of mirtool {parameter.replace('validation', 'validate')}",
            parameter=parameter,
            found=type(result).__name__,
            expected="a path, or the result of the step",
        )
    step = result.provenance.step
    read_back = [
        text_table(tables[name], name, f"{step}/{name}") if name in tables else None for name in (main, further)
    ]
    return cast("TextTable", read_back[0]), read_back[1]


def _named(source: Any) -> str | None:
    return None if source is None else str(source) if is_path(source) else f"<{type(source).__name__}>"


STEP = Step(
    name="shortlist",
    function=shortlist,
    inputs=ShortlistInputs,
    settings=ShortlistSettings,
    main_file="shortlist.csv",
    examples=(
        ("mirtool shortlist", "in a study folder: results/shortlist.csv"),
        ("mirtool shortlist --rank stability --top 20 -o shortlist.xlsx", "after mirtool diff --sensitivity"),
        ("mirtool shortlist --list ExoCarta=ExoCarta_miRNA_details_5.txt --list myeloma=papers.txt", ""),
        ("mirtool shortlist --levels levels.csv --fluid serum", "was each miRNA ever seen in serum, and how high"),
        ("mirtool shortlist differential.csv --regulation volcano-fdr --rank fdr --direction down", ""),
    ),
)
