"""What else tells synergy in a network: functional modules, and what is left beyond the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import say, say_pairs, say_table
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.model import ProteinInteractions, Table
    from mirtool.network import SynergyNetwork
    from mirtool.network.settings import ModuleSettings, NetworkSettings

ModulesOption = Annotated[
    bool,
    typer.Option(
        "--modules",
        help="Judge pairs by functional modules too (after Xu 2011): a pair is synergistic where its shared "
        "targets are enriched in a term of --gene-sets and, with --ppi, lie close together. Writes "
        "network_modules.csv.",
    ),
]
ModuleFdrOption = Annotated[
    float,
    typer.Option("--module-fdr", metavar="FDR", help="Largest FDR of a pair that is synergistic by its modules."),
]
ModuleMinGenesOption = Annotated[
    int, typer.Option("--module-min-genes", metavar="N", min=2, help="Fewest shared targets in a module.")
]
PpiOption = Annotated[
    str | None,
    typer.Option(
        "--ppi",
        metavar="FILE",
        help="Protein interactions for --modules: STRING's protein.links (with protein.info beside it), BioGRID's "
        "tab3, or any two columns of gene symbols. A module's genes must then be close: path length and "
        "distance to the nearest against degree-matched random sets.",
    ),
]
PpiInfoOption = Annotated[
    str | None,
    typer.Option(
        "--ppi-info", metavar="FILE", help="STRING's protein.info, where it does not stand beside its links."
    ),
]
PpiScoreOption = Annotated[
    float | None,
    typer.Option(
        "--ppi-score",
        metavar="S",
        help="Leave protein interactions with a lower score out. Default: 700 for STRING's links (its high "
        "confidence), none for other tables.",
    ),
]
PpiPOption = Annotated[
    float, typer.Option("--ppi-p", metavar="P", help="Largest P of both distances for genes that are close.")
]
PpiDrawsOption = Annotated[
    int, typer.Option("--ppi-draws", metavar="N", min=1, help="Random sets of genes drawn for each module.")
]
BeyondSeedOption = Annotated[
    str | None,
    typer.Option(
        "--beyond-seed",
        metavar="targets|family",
        help="Judge pairs again without what one seed explains, in columns beside. targets: what a seed family "
        "targets in common is set aside from its pairs; family: miRNAs of one seed become one unit "
        "(network_families.csv).",
    ),
]
SeedShareOption = Annotated[
    int,
    typer.Option(
        "--seed-share",
        metavar="N",
        min=2,
        help="For --beyond-seed targets: a target is the family's where N of its miRNAs have it. With 2 all that "
        "two of one seed share is set aside; with 3 what a third has too.",
    ),
]

HUBS_TOLD = 5
PAIRS_TOLD = 10


def read_proteins(settings: ModuleSettings) -> ProteinInteractions | None:
    """Read the protein interactions that functional modules are compared with, where they were named."""
    from mirtool.io.targets.protein_interactions import read_protein_interactions

    if not settings.ppi:
        return None
    return read_protein_interactions(settings.ppi, info=settings.ppi_info, score_cutoff=settings.ppi_score)


def synergy_files(settings: ModuleSettings) -> tuple[str | None, ...]:
    """Return the files read, for the record: STRING's protein.info also where it was found in the same folder."""
    from mirtool.io.targets.protein_interactions import info_beside

    found = info_beside(settings.ppi) if settings.ppi and not settings.ppi_info else None
    return settings.ppi, settings.ppi_info or (str(found) if found else None)


def tell_synergy(result: SynergyNetwork, settings: NetworkSettings, proteins: ProteinInteractions | None) -> None:
    """Tell what is left beyond the seed, and which pairs share functional modules."""
    if result.families is not None:
        _tell_families(result, result.families)
    elif settings.beyond_seed is not None:
        _tell_targets(result, settings.seed_share)
    if result.modules is not None:
        _tell_modules(result, result.modules, settings, proteins)


def summarize_synergy(result: SynergyNetwork) -> dict[str, Any]:
    """Return what the record of a run keeps of what was asked for."""
    summary: dict[str, Any] = {}
    pairs = result.pairs.columns
    if "significant beyond seed" in pairs:
        summary["significant_pairs_beyond_seed"] = int(pairs["significant beyond seed"].sum())
    if result.families is not None:
        summary["significant_pairs_of_families"] = int(result.families["significant"].sum())
    if result.modules is not None:
        summary["pairs_synergistic_by_modules"] = int(pairs["synergistic by modules"].sum())
        summary["modules"] = int(pairs["modules"].sum())
    return summary


def _tell_targets(result: SynergyNetwork, seed_share: int) -> None:
    pairs = result.pairs
    before, after = int(pairs["significant"].sum()), int(pairs["significant beyond seed"].sum())
    n_pairs = plural(len(pairs), "pair")
    say(f"Beyond the seed (targets that {seed_share} or more of a seed family have set aside from its pairs):")
    say(f"{after:,} of {n_pairs} share more targets than chance gives, {before:,} with the seed.")
    fallen = pairs.take(pairs["significant"] & ~pairs["significant beyond seed"])
    columns = ("miRNA A", "miRNA B", "shared targets", "shared targets beyond seed")
    for a, b, shared, left in list(zip(*(fallen[name] for name in columns), strict=True))[:PAIRS_TOLD]:
        say(f"  no longer: {a} and {b}, {plural(shared, 'shared target')}, {left:,} beyond the seed")
    if len(fallen) > PAIRS_TOLD:
        say(f"  … and {len(fallen) - PAIRS_TOLD:,} more")
    _tell_unknown_seeds(result)
    _tell_hubs_beyond(result, "miRNA")


def _tell_families(result: SynergyNetwork, families: Table) -> None:
    pairs = result.pairs
    n_units = len(set(result.mirnas["family"]))
    significant = int(families["significant"].sum())
    say("Beyond the seed (miRNAs of one seed as one unit):")
    say(
        f"{plural(len(result.mirnas), 'miRNA')} are {plural(n_units, 'unit')}; {significant:,} of "
        f"{plural(len(families), 'pair of units', 'pairs of units')} share more targets than chance gives."
    )
    fallen = pairs["significant"] & ~pairs["significant beyond seed"]
    if fallen.any():
        within = int((fallen & (pairs["same seed"] == "yes")).sum())
        lying = "1 lies" if within == 1 else f"{within:,} lie"
        say(
            f"Of {plural(int(pairs['significant'].sum()), 'significant pair')} of miRNAs {int(fallen.sum()):,} "
            f"{'is' if fallen.sum() == 1 else 'are'} not significant as units: {lying} within one unit."
        )
    _tell_unknown_seeds(result)
    _tell_hubs_beyond(result, "family")


def _tell_unknown_seeds(result: SynergyNetwork) -> None:
    unknown = int((result.mirnas["seed"] == "").sum())
    if unknown:
        say(f"{plural(unknown, 'miRNA')} without a known seed judged by the names as they are.")


def _tell_hubs_beyond(result: SynergyNetwork, column: str) -> None:
    """Show the miRNAs or units of highest synergy beyond the seed, each once."""
    import numpy as np

    mirnas = result.mirnas
    order = np.lexsort((np.arange(len(mirnas)), -mirnas["synergy beyond seed"]))
    rows: dict[str, tuple[int, ...]] = {}
    for i in order:
        if mirnas["synergy beyond seed"][i] > 0:
            counts = (mirnas["synergy beyond seed"][i], mirnas["partners beyond seed"][i])
            own = (*counts, mirnas["synergy"][i]) if column == "miRNA" else counts
            rows.setdefault(mirnas[column][i], own)
    if rows:
        say("Highest synergy beyond the seed:")
        header = (column, "synergy beyond seed", "partners beyond seed", "synergy")
        shown = [(name, *(f"{n:,}" for n in counts)) for name, counts in list(rows.items())[:HUBS_TOLD]]
        say_table(header[: len(shown[0])], shown)


def _tell_modules(
    result: SynergyNetwork, modules: Table, settings: ModuleSettings, proteins: ProteinInteractions | None
) -> None:
    notes, pairs = dict(modules.notes), result.pairs
    n_pairs = len(set(zip(modules["miRNA A"], modules["miRNA B"], strict=True)))
    lines = [
        ("gene sets", notes["gene sets"]),
        ("tested", f"{notes['terms tested']}; {settings.module_min_genes} shared targets or more in a term"),
        (
            "enriched",
            f"{plural(len(modules), 'term')} in {plural(n_pairs, 'pair')} (FDR <= {settings.module_fdr:g})",
        ),
    ]
    if proteins is not None:
        lines += [("proteins", f"{notes['proteins']}, {plural(len(proteins), 'interaction')}")]
        lines += [("", remark) for remark in proteins.dropped]
        lines += [("", notes["network"])]
        lines += [("close", f"{int(modules['close'].sum()):,} of these terms ({notes['close']})")]
    say("Functional modules:")
    say_pairs(lines)
    synergistic = pairs["synergistic by modules"]
    same = int((synergistic & (pairs["same seed"] == "yes")).sum())
    both = int((synergistic & pairs["significant"]).sum())
    say(
        f"{int(synergistic.sum()):,} of {plural(len(pairs), 'pair')} synergistic by modules; {both:,} of them "
        f"share more targets than chance gives, {plural(same, 'has', 'have')} one seed."
    )
    shown = pairs.take(synergistic)
    columns = ("miRNA A", "miRNA B", "modules", "module terms")
    for a, b, n, terms in list(zip(*(shown[name] for name in columns), strict=True))[:PAIRS_TOLD]:
        say(f"  {a} and {b}: {plural(n, 'module')}, the first: {terms.split(';')[0]}")
    if len(shown) > PAIRS_TOLD:
        say(f"  … and {len(shown) - PAIRS_TOLD:,} more")
