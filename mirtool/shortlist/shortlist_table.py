"""The shortlist as the table that is written: one row per miRNA, every reason in its own column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.mirna_names import MirnaNames, Resolution, name_columns
from mirtool.io.results.differential import DETECTED_ONLY, STABILITY_START
from mirtool.model import FloatArray, IntArray, Table, TextArray, text_array
from mirtool.shortlist.build import Shortlist
from mirtool.shortlist.motifs import MOTIFS, motif_places
from mirtool.shortlist.settings import RANKS

NETWORK_COLUMNS = ("targets", "partners", "synergy", "betweenness")


def shortlist_table(chosen: Shortlist, book: MirnaNames) -> Table:
    """Lay a shortlist out; with miRNAs that are listed for their detection, ``reason`` says why each is there.

    The numbers of a miRNA with several probes are those of the best-ranked one that passes; ``other probes`` tells
    the rest: ID, signed fold change, and up or down by the list's rule.
    """
    lead = np.array([probes[0] for probes in chosen.probes], dtype=np.int64)
    columns = (
        _identity(chosen, lead, book)
        | _array_evidence(chosen, lead)
        | _sequence_columns(chosen, book)
        | _list_columns(chosen)
        | _level_columns(chosen)
        | _qpcr_columns(chosen)
        | _network_columns(chosen)
    )
    names = chosen.candidates
    notes = (
        ("mirtool shortlist", ""),
        ("tested", names.tested),
        ("reference", names.reference),
        ("candidates", f"{chosen.n_listed} by {chosen.rule.label}, {chosen.direction}"),
        ("rank", f"{chosen.rank}, {RANKS[chosen.rank].description.replace(';', ',')}"),
        *((f"list {each.title}", each.path) for each in chosen.memberships),
        *_level_notes(chosen),
        *((f"motif {motif.sequence}", motif.reference.replace(";", ",")) for motif in MOTIFS),
    )
    return Table(columns, notes)


def _identity(chosen: Shortlist, lead: IntArray, book: MirnaNames) -> dict[str, npt.NDArray[Any]]:
    names = chosen.candidates
    known = name_columns(chosen.names, book)
    return {
        "rank": np.where(np.arange(len(lead)) < chosen.n_ranked, np.arange(1.0, len(lead) + 1), np.nan),
        "Name": names.name[lead],
        **({"reason": text_array(chosen.reasons)} if chosen.n_ranked < len(lead) else {}),
        **{header: known[header] for header in ("current name", "accession", "name status")},
        "ID": names.id[lead],
        "probes": np.array([len(probes) for probes in chosen.probes], dtype=np.int64),
        "other probes": text_array(_other_probes(chosen, probes) for probes in chosen.probes),
    }


def _other_probes(chosen: Shortlist, probes: tuple[int, ...]) -> str:
    names = chosen.candidates
    calls = names.regulation[chosen.rule.column]
    return "; ".join(
        f"{names.id[i]}: {_signed(names.log2_ratio[i]):.3g}{f' {calls[i]}' if calls[i] else ''}"
        for i in probes[1:]
    )


def _signed(log2_ratio: float) -> float:
    """Turn a log2 ratio into a signed fold change."""
    return (
        float(2.0**log2_ratio if log2_ratio >= 0 else -(2.0**-log2_ratio)) if log2_ratio == log2_ratio else np.nan
    )


def _array_evidence(chosen: Shortlist, lead: IntArray) -> dict[str, npt.NDArray[Any]]:
    """Return what the arrays say: change, P, who passes, what is behind it, and how stable it is."""
    candidates = chosen.candidates
    names = candidates
    over = f"{names.tested}/{names.reference}"
    columns: dict[str, npt.NDArray[Any]] = {
        f"log2 ratio {over}": names.log2_ratio[lead],
        f"fold change {over}": np.array([_signed(ratio) for ratio in names.log2_ratio[lead]]),
    }
    for header, values in (
        (candidates.p_header, candidates.p_value),
        (candidates.adjusted_header, candidates.adjusted),
    ):
        if header:
            columns[header] = values[lead]
    columns |= {header: calls[lead] for header, calls in names.regulation.items()}
    if chosen.resting:
        assert names.detected_only_in is not None  # it says which rest on what was not detected
        columns[DETECTED_ONLY] = names.detected_only_in[lead]
    columns[f"arrays {names.tested}"] = candidates.n_tested[lead]
    columns[f"arrays {names.reference}"] = candidates.n_reference[lead]
    for group, spots in ((names.tested, candidates.spots_tested), (names.reference, candidates.spots_reference)):
        if spots is not None:
            columns[f"spots {group}"] = spots[lead]
    return columns | {STABILITY_START + rule: share[lead] for rule, share in candidates.stability.items()}


def _sequence_columns(chosen: Shortlist, book: MirnaNames) -> dict[str, npt.NDArray[Any]]:
    known = name_columns(chosen.names, book)
    seeds = [{part for part in seed.split("/") if part} for seed in known["seed"]]
    return {
        **{header: known[header] for header in ("sequence", "seed", "seed family")},
        "same seed in the list": text_array(
            ";".join(chosen.names[j].best_name for j in range(len(seeds)) if j != i and seeds[i] & seeds[j])
            for i in range(len(seeds))
        ),
        **{f"motif {motif.sequence}": _motif_column(motif.sequence, chosen.names) for motif in MOTIFS},
    }


def _motif_column(motif: str, names: Iterable[Resolution]) -> TextArray:
    """Return the positions at which a motif begins, of each part of a slash name that has it."""
    return text_array("; ".join(_motif_hits(motif, name)) for name in names)


def _motif_hits(motif: str, name: Resolution) -> list[str]:
    hits = motif_places(motif, name)
    return [
        (f"{own}: " if len(hits) > 1 else "") + ", ".join(map(str, starts))
        for own, starts in hits.items()
        if starts
    ]


def _list_columns(chosen: Shortlist) -> dict[str, npt.NDArray[Any]]:
    columns: dict[str, npt.NDArray[Any]] = {}
    for each in chosen.memberships:
        columns[f"in {each.title}"] = each.found
        columns[f"in {each.title} as"] = each.listed_as
    return columns


def _level_columns(chosen: Shortlist) -> dict[str, npt.NDArray[Any]]:
    levels = chosen.levels
    if levels is None:
        return {}
    return {
        f"seen in {levels.fluid}": levels.seen,
        f"level in {levels.fluid} ({levels.unit})": levels.level,
        f"level rank in {levels.fluid}": levels.rank,
    }


def _level_notes(chosen: Shortlist) -> list[tuple[str, str]]:
    levels = chosen.levels
    if levels is None:
        return []
    return [(f"levels in {levels.fluid}", f"{levels.path}, {levels.n_seen} miRNAs seen there")]


def _qpcr_columns(chosen: Shortlist) -> dict[str, npt.NDArray[Any]]:
    if not chosen.qpcr_header:
        return {}
    names = chosen.candidates

    def numbers(field: str) -> FloatArray:
        return np.array([np.nan if result is None else getattr(result, field) for result in chosen.qpcr])

    return {
        f"qPCR fold change {names.tested}/{names.reference}": numbers("fold_change"),
        f"qPCR {chosen.qpcr_header}": numbers("p_value"),
        "qPCR verdict": text_array("not tested" if result is None else result.verdict for result in chosen.qpcr),
    }


def _network_columns(chosen: Shortlist) -> dict[str, npt.NDArray[Any]]:
    if chosen.network is None:
        return {}
    return {
        name: np.array([own.get(name, np.nan) for own in chosen.network], dtype=np.float64)
        for name in NETWORK_COLUMNS
    }
