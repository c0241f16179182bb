"""A synergy network in words: names, synergy, seed correction, modules, hubs; and the numbers recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mirtool.model import ProteinInteractions, Table
from mirtool.network.analysis import NetworkAnalysis
from mirtool.network.build import SynergyNetwork
from mirtool.network.graph.convergence import GENES_DRAWN, MIRNAS_DRAWN
from mirtool.network.graph.robustness import AT_LEVEL, WITHOUT, databases_of
from mirtool.network.interactions.study_mirnas import ChosenMirnas
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import ModuleSettings, NetworkSettings
from mirtool.report.text.blocks import Block, Grid, Heading, Line, Pairs, Summary, details
from mirtool.report.text.enrichment import enrichment_blocks, numbers_of_tests
from mirtool.report.text.names import names_blocks, names_record
from mirtool.report.text.numbers import MISSING, p_in_words
from mirtool.wording import first_of, plural

HUBS_SHOWN, HUBS_FOR_ALL = 10, 3
NAMES_SHOWN = 10
PAIRS_SHOWN, PAIRS_FOR_ALL = 10, 2
TERMS_FOR_ALL = 3
COMMUNITY_NAMES_SHOWN = 5
CONVERGENCE_FDR = 0.05


def network_summary(
    analysis: NetworkAnalysis, settings: NetworkSettings, proteins: ProteinInteractions | None = None
) -> Summary:
    """Return significant pairs, hubs, what is left without the seed, gene sets; what was asked of which table."""
    network, targets = analysis.network, analysis.targets
    modules = [] if network.modules is None else _module_blocks(network, network.modules, settings, proteins)
    return (
        *_pair_lines(network),
        *_first_pairs(network),
        *_seed_blocks(network, settings),
        *_hub_blocks(network, settings.hubs),
        *modules,
        *_ranking_blocks(network, targets, settings.hubs),
        *enrichment_blocks(analysis.tests, terms=TERMS_FOR_ALL),
        *_source_blocks(analysis),
        *map(Line, analysis.notes),
        *details(names_blocks("of the study", analysis.chosen.mirna_names)),
        *details(
            names_blocks(f"in {targets.source}", targets.mirna_names, about=frozenset(network.mirnas["miRNA"]))
        ),
    )


def _source_blocks(analysis: NetworkAnalysis) -> list[Block]:
    """Return which miRNAs were asked of which table."""
    chosen, targets, network = analysis.chosen, analysis.targets, analysis.network
    matched = len(network.mirnas)
    n = matched + len(network.unmatched)
    rows = [
        ("chosen by", f"{chosen.rule}{_directions(chosen)}"),
        *(("left out", remark) for remark in targets.notes),
        ("universe", f"{plural(len(network.universe), 'gene')} of this table at this evidence"),
        ("shared", f"{plural(len(network.shared_targets), 'gene')} targeted by two miRNAs or more"),
        ("drawn from", analysis.universe.described),
    ]
    return [
        Line(
            f"{matched:,} of {plural(n, 'miRNA')} have targets, {plural(len(network.genes), 'gene')}: "
            f"{targets.source}, {network.evidence} evidence."
        ),
        *(Line(f"  {note}") for note in network.notes),
        Pairs(rows, detail=True),
        *_unmatched_lines(network.unmatched),
    ]


def _directions(chosen: ChosenMirnas) -> str:
    if chosen.regulation is None:
        return ""
    return f" ({chosen.regulation.count('up'):,} probes up, {chosen.regulation.count('down'):,} down)"


def _unmatched_lines(unmatched: Sequence[tuple[str, Sequence[str]]]) -> list[Line]:
    """Name the miRNAs without targets: one per line where the table has a similar name, else in one line."""
    mistakable = [(name, near) for name, near in unmatched if near]
    lines = [
        Line(
            f"  without targets: {name} (the table has {', '.join(near)}: not the same name, so not taken)",
            detail=True,
        )
        for name, near in mistakable[:NAMES_SHOWN]
    ]
    if len(mistakable) > NAMES_SHOWN:
        text = f"  … and {len(mistakable) - NAMES_SHOWN:,} more of which the table has a similar name"
        lines.append(Line(text, detail=True))
    unknown = [name for name, near in unmatched if not near]
    if unknown:
        lines.append(Line(f"  without targets: {first_of(unknown, NAMES_SHOWN)}", detail=True))
    return lines


def _hub_blocks(network: SynergyNetwork, hubs_ranked: int) -> list[Block]:
    """Return the miRNAs of highest synergy; where tables were resampled, how often each stays a hub."""
    hubs = network.mirnas.take(network.mirnas["synergy"] > 0)
    if not len(hubs):
        return []
    columns = ("miRNA", "synergy", "partners", "targets")
    each = zip(*(hubs[name][:HUBS_SHOWN] for name in columns), hubs["betweenness"][:HUBS_SHOWN], strict=True)
    rows = [[name, *(f"{n:,}" for n in counts), f"{b:.3f}"] for name, *counts, b in each]
    header = [*columns, "betweenness"]
    if network.robustness is not None:
        share = f"share among first {hubs_ranked}"
        stays = dict(zip(network.robustness["miRNA"], network.robustness[share], strict=True))
        header.append("stays a hub")
        for row in rows:
            row.append(_percent(stays[row[0]]) if row[0] in stays else MISSING)
    return [
        Heading("Hubs, by the targets shared with significant partners (synergy):"),
        Grid(header, rows, most=HUBS_FOR_ALL, optional=("betweenness",)),
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _first_pairs(network: SynergyNetwork) -> list[Line]:
    """Return the pairs that share most beyond chance, smallest FDR first."""
    pairs = network.pairs.take(network.pairs["significant"])
    if not len(pairs):
        return []
    level = f"FDR ({network.pair_null})" if f"FDR ({network.pair_null})" in pairs.columns else "FDR"
    order = np.lexsort((-pairs["shared targets"], pairs[level]))[:PAIRS_SHOWN]
    lines = []
    for number, i in enumerate(order):
        text = f"  {pairs['miRNA A'][i]} and {pairs['miRNA B'][i]}: {pairs['shared targets'][i]:,} shared, "
        text += f"FDR {p_in_words(float(pairs[level][i]))}"
        text += ", one seed" if pairs["same seed"][i] == "yes" else ""
        lines.append(Line(text, detail=number >= PAIRS_FOR_ALL))
    return lines


def _pair_lines(network: SynergyNetwork) -> list[Line]:
    """Return how many pairs are significant, and how many of these share targets by construction."""
    pairs, significant, same = _count_pairs(network)
    text = (
        f"{significant:,} of {plural(pairs, 'pair')} of miRNAs share more targets than expected by chance "
        f"({network.pair_null}, FDR ≤ {network.alpha:g})"
    )
    if same:
        text += f", {same:,} of them of one seed: no evidence of synergy"
    return [Line(f"{text}.")]


def _count_pairs(network: SynergyNetwork) -> tuple[int, int, int]:
    """Count the pairs, the significant ones, and those of them that have one seed."""
    significant = network.pairs["significant"]
    same = significant & (network.pairs["same seed"] == "yes")
    return len(network.pairs), int(significant.sum()), int(same.sum())


def _seed_blocks(network: SynergyNetwork, settings: NetworkSettings) -> list[Block]:
    if network.families is not None:
        return _family_blocks(network, network.families)
    return [] if settings.beyond_seed is None else _target_blocks(network, settings.seed_share)


def _target_blocks(network: SynergyNetwork, seed_share: int) -> list[Block]:
    pairs = network.pairs
    before, after = int(pairs["significant"].sum()), int(pairs["significant beyond seed"].sum())
    lines = [
        f"{after:,} of {plural(len(pairs), 'pair')} beyond the seed, {before:,} with it.",
        f"  (without the targets that {seed_share} or more miRNAs of a seed family have in common)",
    ]
    lost = pairs.take(pairs["significant"] & ~pairs["significant beyond seed"])
    columns = ("miRNA A", "miRNA B", "shared targets", "shared targets beyond seed")
    lines += [
        f"  no longer: {a} and {b}, {plural(shared, 'shared target')}, {left:,} beyond the seed"
        for a, b, shared, left in list(zip(*(lost[name] for name in columns), strict=True))[:PAIRS_SHOWN]
    ]
    if len(lost) > PAIRS_SHOWN:
        lines.append(f"  … and {len(lost) - PAIRS_SHOWN:,} more")
    return _seed_summary(lines, 1, network, "miRNA")


def _family_blocks(network: SynergyNetwork, families: Table) -> list[Block]:
    pairs = network.pairs
    n_units = len(set(network.mirnas["family"]))
    significant = int(families["significant"].sum())
    of_pairs = f"{significant:,} of {plural(len(families), 'pair of units', 'pairs of units')}"
    lines = [
        f"Beyond the seed, {plural(len(network.mirnas), 'miRNA')} are {plural(n_units, 'unit')}; {of_pairs} share "
        "more targets than expected by chance.",
    ]
    lost = pairs["significant"] & ~pairs["significant beyond seed"]
    if lost.any():
        within = int((lost & (pairs["same seed"] == "yes")).sum())
        lines.append(
            f"Of {plural(int(pairs['significant'].sum()), 'significant pair')} of miRNAs {int(lost.sum()):,} "
            f"{'is' if lost.sum() == 1 else 'are'} not significant as units: {within:,} "
            f"{'is' if within == 1 else 'are'} within one unit."
        )
    return _seed_summary(lines, 1, network, "family")


def _seed_summary(lines: Sequence[str], n_main: int, network: SynergyNetwork, column: str) -> list[Block]:
    """Return the first lines for everyone, the others and the hubs beyond the seed as details."""
    rest = [*map(Line, lines[n_main:]), *_unknown_seed_lines(network), *_hub_blocks_beyond(network, column)]
    return [*map(Line, lines[:n_main]), *details(rest)]


def _unknown_seed_lines(network: SynergyNetwork) -> list[Line]:
    unknown = int((network.mirnas["seed"] == "").sum())
    return [Line(f"{plural(unknown, 'miRNA')} without a known seed: compared by name only.")] if unknown else []


def _hub_blocks_beyond(network: SynergyNetwork, column: str) -> list[Block]:
    """Return the miRNAs or units of highest synergy beyond the seed, each once."""
    mirnas = network.mirnas
    order = np.lexsort((np.arange(len(mirnas)), -mirnas["synergy beyond seed"]))
    found: dict[str, tuple[int, ...]] = {}
    for i in order:
        if mirnas["synergy beyond seed"][i] > 0:
            counts = (mirnas["synergy beyond seed"][i], mirnas["partners beyond seed"][i])
            own = (*counts, mirnas["synergy"][i]) if column == "miRNA" else counts
            found.setdefault(mirnas[column][i], own)
    if not found:
        return []
    header = (column, "synergy beyond seed", "partners beyond seed", "synergy")
    rows = [(name, *(f"{n:,}" for n in counts)) for name, counts in list(found.items())[:HUBS_SHOWN]]
    return [Heading("Highest synergy beyond the seed:"), Grid(header[: len(rows[0])], rows)]


def _module_blocks(
    network: SynergyNetwork, modules: Table, settings: ModuleSettings, proteins: ProteinInteractions | None
) -> list[Block]:
    notes, pairs = dict(modules.notes), network.pairs
    n_pairs = len(set(zip(modules["miRNA A"], modules["miRNA B"], strict=True)))
    rows = [
        ("gene sets", notes["gene sets"]),
        ("tested", f"{notes['terms tested']}; {settings.module_min_genes} shared targets or more in a term"),
        (
            "enriched",
            f"{plural(len(modules), 'term')} in {plural(n_pairs, 'pair')} (FDR ≤ {settings.module_fdr:g})",
        ),
    ]
    if proteins is not None:
        rows += [("proteins", f"{notes['proteins']}, {plural(len(proteins), 'interaction')}")]
        rows += [("", remark) for remark in proteins.dropped]
        rows += [("", notes["network"])]
        rows += [("close", f"{int(modules['close'].sum()):,} of these terms ({notes['close']})")]
    synergistic = pairs["synergistic by modules"]
    same = int((synergistic & (pairs["same seed"] == "yes")).sum())
    both = int((synergistic & pairs["significant"]).sum())
    shown = pairs.take(synergistic)
    found = f"{int(synergistic.sum()):,} of {plural(len(pairs), 'pair')} synergistic by functional modules"
    if synergistic.any():
        found += f"; {both:,} of them share more targets than expected by chance, "
        found += f"{plural(same, 'has', 'have')} one seed"
    lines = []
    columns = ("miRNA A", "miRNA B", "modules", "module terms")
    lines += [
        f"  {a} and {b}: {plural(n, 'module')}, the first: {terms.split(';')[0]}"
        for a, b, n, terms in list(zip(*(shown[name] for name in columns), strict=True))[:PAIRS_SHOWN]
    ]
    if len(shown) > PAIRS_SHOWN:
        lines.append(f"  … and {len(shown) - PAIRS_SHOWN:,} more")
    return [Line(f"{found}."), *details([Heading("Functional modules:"), Pairs(rows), *map(Line, lines)])]


def _ranking_blocks(network: SynergyNetwork, targets: TargetTable, hubs: int) -> list[Block]:
    """Return the genes of more miRNAs than expected, the communities, and whether the hubs stay hubs."""
    by_genes, by_mirnas, by_both = _count_converging(network)
    blocks: list[Block] = [
        Line(
            f"Targeted by more miRNAs than expected: {plural(by_genes, 'gene')} if genes are drawn, {by_mirnas:,} "
            f"if miRNAs are drawn, {by_both:,} both ways (FDR ≤ {CONVERGENCE_FDR:g} over the universe).",
            detail=True,
        )
    ]
    if network.communities is not None and len(network.communities):
        names = network.communities["which"][0].split(";")
        more = ", …" if len(names) > COMMUNITY_NAMES_SHOWN else ""
        n = plural(len(network.communities), "community", "communities")
        blocks.append(
            Line(
                f"{n} of miRNAs (modularity {network.communities['modularity'].sum():.3f}); the largest: "
                f"{', '.join(names[:COMMUNITY_NAMES_SHOWN])}{more}.",
                detail=True,
            )
        )
    if network.robustness is not None:
        blocks += details(_robustness_blocks(network, network.robustness, targets, hubs))
    return blocks


def _count_converging(network: SynergyNetwork) -> tuple[int, int, int]:
    """Count the genes of two miRNAs or more, and of more than expected: genes drawn, miRNAs drawn, both."""
    several = network.genes["miRNAs"] >= 2
    by_genes, by_mirnas = (
        several & (network.genes[f"FDR ({null})"] <= CONVERGENCE_FDR) for null in (GENES_DRAWN, MIRNAS_DRAWN)
    )
    return int(by_genes.sum()), int(by_mirnas.sum()), int((by_genes & by_mirnas).sum())


def _robustness_blocks(network: SynergyNetwork, table: Table, targets: TargetTable, hubs: int) -> list[Block]:
    notes = dict(table.notes)
    first = table.take((table["rank"] <= hubs) & (table["synergy"] > 0))
    if not len(first):
        return [Line("No pair is significant, so there are no hubs to rank again.")]
    columns = ("rank", "mean rank", "rank from", "rank to", f"share among first {hubs}")
    rows = [
        (name, f"{rank:g}", f"{mean:.1f}", f"{low:g} to {high:g}", f"{100 * share:.1f} %")
        for name, rank, mean, low, high, share in zip(
            first["miRNA"], *(first[name] for name in columns), strict=True
        )
    ]
    n_pairs = plural(int(notes["pairs resampled"]), "pair")
    blocks: list[Block] = [
        Heading(f"Hubs in {int(notes['draws']):,} tables resampled from {n_pairs}:"),
        Grid(("miRNA", "rank", "mean rank", "95 % of ranks", f"among first {hubs}"), rows),
    ]
    staying = [
        f"{int((first[name] <= hubs).sum())} {name.removeprefix('rank ')}"
        for name in first.columns
        if name.startswith((WITHOUT, AT_LEVEL)) and name != f"{AT_LEVEL}{network.evidence}"
    ]
    if staying:
        blocks.append(Line(f"Of these {len(first)}, among the first {hubs}: {', '.join(staying)}."))
    if len(databases_of(targets.every_evidence)) < 2:
        blocks.append(
            Line("Leaving out one database at a time needs a table that combines two or more; this is one.")
        )
    return blocks


def network_numbers(analysis: NetworkAnalysis) -> dict[str, Any]:
    """Return what the record of a run keeps of a network."""
    network, targets = analysis.network, analysis.targets
    pairs, significant, same = _count_pairs(network)
    by_genes, by_mirnas, by_both = _count_converging(network)
    communities = network.communities
    return (
        {
            "mirnas_chosen_by": analysis.chosen.rule,
            "mirnas_with_targets": len(network.mirnas),
            "mirnas_without_targets": [name for name, _ in network.unmatched],
            "interactions": targets.source,
            "interactions_dropped": list(targets.notes),
            "universe": len(network.universe),
            "genes": len(network.genes),
            "shared_genes": len(network.shared_targets),
            "pairs": pairs,
            "significant_pairs": significant,
            "hubs": list(network.mirnas["miRNA"][network.mirnas["synergy"] > 0][:HUBS_SHOWN]),
            "significant_pairs_of_one_seed": same,
            "enrichment": numbers_of_tests(analysis.tests),
        }
        | _seed_and_module_numbers(network)
        | {
            "converging_genes": {"genes drawn": by_genes, "miRNAs drawn": by_mirnas, "both": by_both},
            "communities": None if communities is None else [names.split(";") for names in communities["which"]],
            "study_names": names_record(analysis.chosen.mirna_names),
            "interactions_names": names_record(targets.mirna_names),
        }
    )


def _seed_and_module_numbers(network: SynergyNetwork) -> dict[str, int]:
    """Return the counts of what was asked for."""
    numbers: dict[str, int] = {}
    pairs = network.pairs.columns
    if "significant beyond seed" in pairs:
        numbers["significant_pairs_beyond_seed"] = int(pairs["significant beyond seed"].sum())
    if network.families is not None:
        numbers["significant_pairs_of_families"] = int(network.families["significant"].sum())
    if network.modules is not None:
        numbers["pairs_synergistic_by_modules"] = int(pairs["synergistic by modules"].sum())
        numbers["modules"] = int(pairs["modules"].sum())
    return numbers
