"""What stands beside synergy in a network: centralities, convergence, communities, and whether the hubs hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import say, say_table
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.network import SynergyNetwork, TargetTable

ResolutionOption = Annotated[
    float,
    typer.Option(
        "--resolution",
        metavar="G",
        help="Of the communities of miRNAs (Louvain): above 1 for smaller ones, below 1 for larger ones.",
    ),
]
RobustnessOption = Annotated[
    int,
    typer.Option(
        "--robustness",
        metavar="N",
        min=0,
        help="Rank the hubs again in N tables resampled from the interactions (1000 is a good number), without "
        "each database of a combined table, and at each level of evidence; writes network_robustness.csv. "
        "Default 0: don't.",
    ),
]
HubsOption = Annotated[
    int,
    typer.Option(
        "--hubs", metavar="N", min=1, help="How many miRNAs of highest synergy are hubs for --robustness."
    ),
]

CONVERGENCE_FDR = 0.05
NAMES_TOLD = 5


def tell_ranking(result: SynergyNetwork, targets: TargetTable, hubs: int) -> None:
    """Tell in how many genes the miRNAs converge, which communities there are, and whether the hubs hold."""
    by_genes, by_mirnas, by_both = _count_converging(result)
    say(
        f"More miRNAs than chance gives meet in {plural(by_genes, 'gene')} if genes are drawn, in {by_mirnas:,} "
        f"if miRNAs are drawn, in {by_both:,} both ways (FDR <= {CONVERGENCE_FDR:g} over the universe)."
    )
    if result.communities is not None and len(result.communities):
        names = result.communities["which"][0].split(";")
        more = ", …" if len(names) > NAMES_TOLD else ""
        n = plural(len(result.communities), "community", "communities")
        say(
            f"{n} of miRNAs (modularity {result.communities['modularity'].sum():.3f}); the largest: "
            f"{', '.join(names[:NAMES_TOLD])}{more}."
        )
    if result.robustness is not None:
        _tell_robustness(result, targets, hubs)


def _count_converging(result: SynergyNetwork) -> tuple[int, int, int]:
    """Count the genes in which two miRNAs or more meet and that stand out: genes drawn, miRNAs drawn, both."""
    from mirtool.network.graph.convergence import GENES_DRAWN, MIRNAS_DRAWN

    meeting = result.genes["miRNAs"] >= 2
    by_genes, by_mirnas = (
        meeting & (result.genes[f"FDR ({null})"] <= CONVERGENCE_FDR) for null in (GENES_DRAWN, MIRNAS_DRAWN)
    )
    return int(by_genes.sum()), int(by_mirnas.sum()), int((by_genes & by_mirnas).sum())


def _tell_robustness(result: SynergyNetwork, targets: TargetTable, hubs: int) -> None:
    from mirtool.network.graph.robustness import AT_LEVEL, WITHOUT, databases_of

    table = result.robustness
    assert table is not None  # the caller has seen to it
    notes = dict(table.notes)
    first = table.take((table["rank"] <= hubs) & (table["synergy"] > 0))
    if not len(first):
        say("No pair is significant, so there are no hubs to rank again.")
        return
    columns = ("rank", "mean rank", "rank from", "rank to", f"share among first {hubs}")
    rows = zip(first["miRNA"], *(first[name] for name in columns), strict=True)
    say(f"Hubs in {int(notes['draws']):,} tables resampled from {plural(int(notes['pairs resampled']), 'pair')}:")
    say_table(
        ("miRNA", "rank", "mean rank", "95 % of ranks", f"among first {hubs}"),
        [
            (name, f"{rank:g}", f"{mean:.1f}", f"{low:g} to {high:g}", f"{share:.1%}")
            for name, rank, mean, low, high, share in rows
        ],
    )
    staying = [
        f"{int((first[name] <= hubs).sum())} {name.removeprefix('rank ')}"
        for name in first.columns
        if name.startswith((WITHOUT, AT_LEVEL)) and name != f"{AT_LEVEL}{result.evidence}"
    ]
    if staying:
        say(f"Of these {len(first)}, among the first {hubs}: {', '.join(staying)}.")
    if len(databases_of(targets.every_evidence)) < 2:
        say("Leaving out one database at a time needs a table that combines two or more; this is one.")


def summarize_ranking(result: SynergyNetwork) -> dict[str, Any]:
    """Return what the record of a run keeps of these measures."""
    by_genes, by_mirnas, by_both = _count_converging(result)
    communities = result.communities
    return {
        "converging_genes": {"genes drawn": by_genes, "miRNAs drawn": by_mirnas, "both": by_both},
        "communities": None if communities is None else [names.split(";") for names in communities["which"]],
    }
