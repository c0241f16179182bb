"""A shortlist in words: how many miRNAs were taken, by which rank, and what speaks for them."""

from __future__ import annotations

from collections.abc import Sequence

from mirtool.annotation.mirna_names import Resolution
from mirtool.io.results.evidence import QpcrResults
from mirtool.report.text.blocks import Caution, Grid, Line, Pairs, Summary
from mirtool.report.text.names import renamed_among, unmapped_among
from mirtool.report.text.numbers import fold_in_words, p_in_words
from mirtool.shortlist import MOTIFS, RANKS, FluidLevels, Membership, Shortlist, motif_places, motif_shares
from mirtool.shortlist.levels import NEVER_SEEN, NO_LEVEL, NOT_IN_TABLE
from mirtool.wording import plural

NAMES_SHOWN = 5
MIRNAS_SHOWN = 12


def shortlist_summary(chosen: Shortlist, qpcr: QpcrResults | None, network: str) -> Summary:
    """Return the summary of a shortlist; ``network`` is the file of the network."""
    names = chosen.candidates
    which = "up or down" if chosen.direction == "both" else chosen.direction
    heading = (
        f"Shortlist by {chosen.rank} rank: {chosen.n_ranked} of {plural(chosen.n_listed, 'miRNA')} {which} by "
        f"{chosen.rule.label} ({names.tested} / {names.reference})"
    )
    lines = [("rank", f"{chosen.rank}: {RANKS[chosen.rank].description}")]
    lines.append(("qPCR", _qpcr_in_words(chosen, qpcr)))
    lines.append(("network", _network_in_words(chosen, network)))
    lines += [(f"list {each.title}", _membership_in_words(each)) for each in chosen.memberships]
    if chosen.levels is not None:
        lines.append((f"levels in {chosen.levels.fluid}", _levels_in_words(chosen.levels)))
    resting = [
        Caution(
            f"The fold change of {', '.join(chosen.resting)} rests on values that were not detected in one group "
            "(column detected only in)"
        )
    ]
    return (
        Line(heading),
        *(resting if chosen.resting else ()),
        _grid(chosen),
        Pairs([*_detected_only(chosen), *lines]),
        Pairs(_motif_lines(chosen), detail=True),
    )


def _detected_only(chosen: Shortlist) -> list[tuple[str, str]]:
    """Return how many miRNAs are listed for their detection; nothing without any."""
    listed = len(chosen) - chosen.n_ranked
    if not listed:
        return []
    of = (
        f"{listed:,}"
        if listed == chosen.n_detected_only
        else f"the first {listed:,} of {chosen.n_detected_only:,}"
    )
    return [
        (
            "detected in one group only",
            f"{of} miRNAs without a fold change, listed after the others with the reason",
        )
    ]


def _qpcr_in_words(chosen: Shortlist, qpcr: QpcrResults | None) -> str:
    if qpcr is None:
        return "no results (`mirtool validate` writes them)"
    known = sum(result is not None for result in chosen.qpcr)
    confirmed = sum(result is not None and result.verdict == "confirmed" for result in chosen.qpcr)
    return f"{known} of {len(chosen)} tested, {confirmed} confirmed ({qpcr.path})"


def _network_in_words(chosen: Shortlist, path: str) -> str:
    if chosen.network is None:
        return "no results (`mirtool network` writes them)"
    return f"targets known of {sum(bool(own) for own in chosen.network)} of {len(chosen)} ({path})"


def _motif_lines(chosen: Shortlist) -> list[tuple[str, str]]:
    """Return how many have each motif, and how many of all known miRNAs of their species have it."""
    shares = motif_shares({mature.name.split("-", 1)[0] for name in chosen.names for mature in name.known_matures})
    lines = []
    for motif in MOTIFS:
        hits = sum(any(motif_places(motif.sequence, name).values()) for name in chosen.names)
        among = (
            f", as have {100 * shares[motif.sequence]:.1f} % of the known miRNAs of these species"
            if shares
            else ""
        )
        lines.append((f"motif {motif.sequence}", f"in {hits} of {len(chosen)}{among} ({motif.reference})"))
    return lines


def _membership_in_words(each: Membership) -> str:
    words = f"{each.count('yes')} in it, {each.count('possible')} possible; {_names_in_words(each.names)}"
    return "; ".join([words, *(f"left out: {left}" for left in each.left_out)])


def _levels_in_words(levels: FluidLevels) -> str:
    states = {name: levels.count(name) for name in (NEVER_SEEN, NO_LEVEL, NOT_IN_TABLE)}
    words = f"{levels.count('yes')} of {len(levels.seen)} seen there"
    words += "".join(f", {n} {name}" for name, n in states.items() if n)
    words += f" ({levels.n_seen:,} miRNAs of {levels.path} were); {_names_in_words(levels.names)}"
    return "; ".join([words, *(f"left out: {left}" for left in levels.left_out)])


def _names_in_words(names: Sequence[Resolution]) -> str:
    """Return how many names of a list or table are current, renamed or not mapped, and some of the last."""
    renamed, unmapped = renamed_among(names), unmapped_among(names)
    current = len({name.given for name in names}) - len(renamed) - len(unmapped)
    words = f"of its names {current:,} current, {len(renamed):,} renamed, {len(unmapped):,} not mapped"
    if unmapped:
        shown = ", ".join(name.given.strip() for name in unmapped[:NAMES_SHOWN])
        words += f" ({shown}{', …' if len(unmapped) > NAMES_SHOWN else ''})"
    return words


def _level_in_words(levels: FluidLevels, i: int) -> str:
    """Return the level of a miRNA with its rank; what is known of it where it has none."""
    if levels.seen[i] != "yes":
        return str(levels.seen[i])
    return f"{levels.level[i]:.4g} {levels.unit}, rank {levels.rank[i]:.0f} of {levels.n_seen:,}"


def _grid(chosen: Shortlist) -> Grid:
    """Return the list for the terminal: name, change, P, and what each list says."""
    candidates = chosen.candidates
    header = ["", "fold change", *(["P"] if candidates.p_header else [])]
    header += [each.title for each in chosen.memberships]
    header += [f"level in {chosen.levels.fluid}"] if chosen.levels is not None else []
    header += ["qPCR"] if chosen.qpcr_header else []
    rows = []
    for i, (probes, name) in enumerate(zip(chosen.probes, chosen.names, strict=True)):
        alone = i >= chosen.n_ranked
        change = chosen.reasons[i].partition(":")[0] if alone else fold_in_words(candidates.log2_ratio[probes[0]])
        row = [name.best_name.strip() or candidates.id[probes[0]], change]
        row += [p_in_words(float(candidates.p_value[probes[0]]))] if candidates.p_header else []
        row += [each.found[i] for each in chosen.memberships]
        row += [_level_in_words(chosen.levels, i)] if chosen.levels is not None else []
        result = chosen.qpcr[i]
        row += [("not tested" if result is None else result.verdict or "tested")] if chosen.qpcr_header else []
        rows.append(tuple(row))
    return Grid(tuple(header), rows, most=MIRNAS_SHOWN)
