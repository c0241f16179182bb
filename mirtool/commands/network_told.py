"""What `mirtool network` says of its result, and what it keeps for the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mirtool.commands.console import say, say_pairs, say_table
from mirtool.commands.enrichment import summarize_all
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.network import EnrichmentTable, MirnaUniverse, SynergyNetwork, TargetTable
    from mirtool.network.interactions.study_mirnas import ChosenMirnas

HUBS_TOLD = 5
NAMES_TOLD = 10


def tell_network(
    chosen: ChosenMirnas, targets: TargetTable, result: SynergyNetwork, drawn_from: MirnaUniverse
) -> None:
    """Tell what was asked of which table, and what came of it."""
    unmatched = len(result.unmatched)
    matched = len(result.mirnas)
    lines = [("miRNAs", f"{plural(matched + unmatched, 'miRNA')}{_directions(chosen)}, {chosen.rule}")]
    lines += [("interactions", f"{targets.source}, {result.evidence} evidence")]
    lines += [("", remark) for remark in targets.notes]
    lines += [
        ("universe", f"{plural(len(result.universe), 'gene')} known to this table at this evidence"),
        ("with targets", f"{matched:,} of {matched + unmatched:,} miRNAs, {plural(len(result.genes), 'gene')}"),
        ("shared", f"{plural(len(result.shared_targets), 'gene')} in which two miRNAs or more meet"),
        ("drawn from", drawn_from.described),
    ]
    say("Synergy network:")
    say_pairs(lines)
    _tell_unmatched(result.unmatched)
    for note in result.notes:
        say(f"  {note}")
    _tell_hubs(result)
    _tell_pairs(result)


def _directions(chosen: ChosenMirnas) -> str:
    if chosen.regulation is None:
        return ""
    return f" ({chosen.regulation.count('up'):,} probes up, {chosen.regulation.count('down'):,} down)"


def _tell_unmatched(unmatched: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Name the miRNAs without targets: one a line where the table has a name like theirs, else in one line."""
    mistakable = [(name, near) for name, near in unmatched if near]
    for name, near in mistakable[:NAMES_TOLD]:
        say(f"  without targets: {name} (the table has {', '.join(near)}: not the same name, so not taken)")
    if len(mistakable) > NAMES_TOLD:
        say(f"  … and {len(mistakable) - NAMES_TOLD:,} more that the table has a like name of")
    unknown = [name for name, near in unmatched if not near]
    if unknown:
        more = f" and {len(unknown) - NAMES_TOLD:,} more" if len(unknown) > NAMES_TOLD else ""
        say(f"  without targets: {', '.join(unknown[:NAMES_TOLD])}{more}")


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


def summarize_network(
    chosen: ChosenMirnas, targets: TargetTable, result: SynergyNetwork, tests: Sequence[EnrichmentTable]
) -> dict[str, Any]:
    """Return what the record of a run keeps of a network."""
    pairs, significant, same = _count_pairs(result)
    return {
        "mirnas_chosen_by": chosen.rule,
        "mirnas_with_targets": len(result.mirnas),
        "mirnas_without_targets": [name for name, _ in result.unmatched],
        "interactions": targets.source,
        "interactions_dropped": list(targets.notes),
        "universe": len(result.universe),
        "genes": len(result.genes),
        "shared_genes": len(result.shared_targets),
        "pairs": pairs,
        "significant_pairs": significant,
        "significant_pairs_of_one_seed": same,
        "enrichment": summarize_all(tests),
    }
