"""``mirtool shortlist``: the miRNAs to go on with, and every reason for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirtool.commands.common import Place, differential_table_of, find_place, record_run, write_result
from mirtool.commands.console import say, say_pairs, say_table
from mirtool.commands.current_names import AliasesOption
from mirtool.commands.options import DifferentialArgument, FormatOption, OutputOption
from mirtool.io.tables.text import hash_files
from mirtool.report.text.names import names_record, renamed_among, unmapped_among
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.io.results.evidence import QpcrResults
    from mirtool.shortlist import Membership, Shortlist

Regulation = Literal["fold-change", "volcano-p", "volcano-fdr"]
Rank = Literal["fold-change", "p", "fdr", "detection", "stability"]
Direction = Literal["both", "up", "down"]

NAMES_TOLD = 5


def shortlist(
    differential: DifferentialArgument = None,
    rank: Annotated[
        Rank,
        typer.Option(
            help="What the order goes by: the size of the change, P, adjusted P, the arrays with a value, or the "
            "share of choices under which a miRNA stays (`mirtool diff --sensitivity`)."
        ),
    ] = "fold-change",
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many miRNAs to take at most.")] = 10,
    regulation: Annotated[
        Regulation | None,
        typer.Option(
            help="Which miRNAs are candidates: those up or down by this rule. Default volcano-p, and fold-change "
            "where no test was made."
        ),
    ] = None,
    direction: Annotated[Direction, typer.Option(help="Take only those that are up, or down.")] = "both",
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="NAME=FILE",
            help="A list to look each miRNA up in: ExoCarta's or Vesiclepedia's miRNA details, an EVmiRNA table, "
            "a GMT over miRNA names, any table with a column of miRNAs, or one name per line. Again for a second "
            "one.",
        ),
    ] = None,
    validation: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            help="The table of `mirtool validate`. In a study folder: results/validation.csv, where it is there.",
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            help="network_nodes.csv of `mirtool network`. In a study folder: that in results/, where it is there.",
        ),
    ] = None,
    species: Annotated[
        str | None,
        typer.Option(
            metavar="PREFIX",
            help="Species of names that carry none, such as hsa. Default: that of most names in the differential "
            "table.",
        ),
    ] = None,
    aliases: AliasesOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Take the first miRNAs by a stated rank, and set beside each all that speaks for or against it.

    One row per miRNA, every reason in a column of its own; no score is made of them. Beside the change, its P and
    who is up or down by which rule stand the arrays and spots behind it, the share of choices under which it
    stays in the list (where `mirtool diff --sensitivity` has computed it), what qPCR made of it, its targets and
    synergy, its seed and who shares it, the motifs in its sequence that are reported to sort miRNAs into
    exosomes, and for each --list whether it is in there and under which name.

    Names are looked up in miRBase on both sides. A list's hsa-miR-16 may mean hsa-miR-16-5p or another: such a
    miRNA is `possible` in that list, never `yes`. The study took the ten largest changes: that is the default.

    Example:

    \b
      mirtool shortlist                                     in a study folder: results/shortlist.csv
      mirtool shortlist --rank stability --top 20 -o shortlist.xlsx
      mirtool shortlist --list ExoCarta=ExoCarta_miRNA_details_5.txt --list myeloma=papers.txt
      mirtool shortlist differential.csv --regulation volcano-fdr --rank fdr --direction down
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.io.results.differential import read_differential
    from mirtool.report.tables import format_of
    from mirtool.shortlist import (
        ShortlistSettings,
        names_for,
        read_evidence,
        shortlist_table,
        take_shortlist,
    )
    from mirtool.shortlist.evidence import titled_files

    titled = titled_files(lists or [])
    settings = ShortlistSettings(
        rank=rank,
        top=top,
        regulation=regulation,
        direction=direction,
        lists=tuple(lists or ()),
        species=species,
        aliases=tuple(aliases or ()),
    )
    place = find_place([differential] if differential else [], None, "differential table")
    target = place.target(output, "shortlist.csv")
    format_of(target, format_name)
    source = differential_table_of(differential, place)
    candidates = read_differential(source)
    qpcr_path = validation or _if_there(place, "validation.csv")
    network_path = network or _if_there(place, "network_nodes.csv")
    evidence = read_evidence(candidates, settings, validation=qpcr_path, network=network_path)
    qpcr = evidence.qpcr
    book = names_for(candidates, settings)
    chosen = take_shortlist(candidates, book, settings, evidence)
    _tell(chosen, qpcr, network_path)
    write_result(shortlist_table(chosen, book), target, format_name)
    record_run(
        place,
        target,
        "shortlist",
        arguments={
            "differential": source,
            "rank": rank,
            "top": top,
            "regulation": chosen.rule,
            "direction": direction,
            "lists": titled,
            "validation": qpcr_path,
            "network": network_path,
            "species": species,
            "aliases": aliases,
        },
        inputs=hash_files([source, *titled.values(), qpcr_path, network_path, *(aliases or ())]),
        summary=_summary(chosen),
    )


def _if_there(place: Place, name: str) -> str | None:
    path = place.study.results / name if place.study else None
    return str(path) if path and path.is_file() else None


def _tell(chosen: Shortlist, qpcr: QpcrResults | None, network: str | None) -> None:
    from mirtool.shortlist import RANKS

    names = chosen.candidates
    which = "up or down" if chosen.direction == "both" else chosen.direction
    say(
        f"Shortlist: {len(chosen)} of {plural(chosen.n_listed, 'miRNA')} {which} by {chosen.rule.label} "
        f"({names.tested} / {names.reference})"
    )
    lines = [("rank", f"by {chosen.rank}: {RANKS[chosen.rank].description}")]
    lines.append(("qPCR", _qpcr_in_words(chosen, qpcr)))
    lines.append(("network", _network_in_words(chosen, network)))
    lines += _motif_lines(chosen)
    lines += [(f"list {each.title}", _membership_in_words(each)) for each in chosen.memberships]
    say_pairs(lines)
    say_table(*_rows(chosen))


def _qpcr_in_words(chosen: Shortlist, qpcr: QpcrResults | None) -> str:
    if qpcr is None:
        return "no results (`mirtool validate` writes them)"
    known = sum(result is not None for result in chosen.qpcr)
    confirmed = sum(result is not None and result.verdict == "confirmed" for result in chosen.qpcr)
    return f"{known} of {len(chosen)} tested, {confirmed} confirmed ({qpcr.path})"


def _network_in_words(chosen: Shortlist, path: str | None) -> str:
    if chosen.network is None:
        return "no results (`mirtool network` writes them)"
    return f"targets known of {sum(bool(own) for own in chosen.network)} of {len(chosen)} ({path})"


def _motif_lines(chosen: Shortlist) -> list[tuple[str, str]]:
    """Say how many have each motif, and how many of all known miRNAs of their species have it."""
    from mirtool.shortlist import MOTIFS, motif_shares, motif_starts

    shares = motif_shares({mature.name.split("-", 1)[0] for name in chosen.names for mature in name.matures})
    lines = []
    for motif in MOTIFS:
        hits = sum(
            any(motif_starts(motif.sequence, mature.sequence) for mature in name.matures) for name in chosen.names
        )
        among = (
            f", as have {100 * shares[motif.sequence]:.1f} % of the known miRNAs of these species"
            if shares
            else ""
        )
        lines.append((f"motif {motif.sequence}", f"in {hits} of {len(chosen)}{among} ({motif.reference})"))
    return lines


def _membership_in_words(each: Membership) -> str:
    renamed, unmapped = renamed_among(each.names), unmapped_among(each.names)
    current = len({name.given for name in each.names}) - len(renamed) - len(unmapped)
    words = f"{each.count('yes')} in it, {each.count('possible')} possible; of its names {current:,} current, "
    words += f"{len(renamed):,} renamed, {len(unmapped):,} not mapped"
    if unmapped:
        told = ", ".join(name.given.strip() for name in unmapped[:NAMES_TOLD])
        words += f" ({told}{', …' if len(unmapped) > NAMES_TOLD else ''})"
    return "; ".join([words, *(f"left out: {left}" for left in each.left_out)])


def _rows(chosen: Shortlist) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the list as a table for the terminal: name, change, P, and what each list says."""
    candidates = chosen.candidates
    header = ["", "fold change", *(["P"] if candidates.p_header else [])]
    header += [each.title for each in chosen.memberships]
    header += ["qPCR"] if chosen.qpcr_header else []
    rows = []
    for i, (probes, name) in enumerate(zip(chosen.probes, chosen.names, strict=True)):
        ratio = float(candidates.log2_ratio[probes[0]])
        row = [
            name.best_name.strip() or candidates.id[probes[0]],
            f"{2**ratio if ratio >= 0 else -(2**-ratio):.2f}",
        ]
        row += [f"{candidates.p_value[probes[0]]:.2g}"] if candidates.p_header else []
        row += [each.found[i] for each in chosen.memberships]
        result = chosen.qpcr[i]
        row += [("not tested" if result is None else result.verdict or "tested")] if chosen.qpcr_header else []
        rows.append(tuple(row))
    return tuple(header), rows


def _summary(chosen: Shortlist) -> dict[str, Any]:
    return {
        "candidates": chosen.n_listed,
        "mirnas": [name.best_name for name in chosen.names],
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
    }
