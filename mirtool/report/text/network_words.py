"""What figures, pages and workbooks say of a synergy network in words."""

from __future__ import annotations

from collections.abc import Sequence

from mirtool import __version__
from mirtool.network.build import SynergyNetwork
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.wording import plural

EVIDENCE_TAKEN = {
    "strong": "strong evidence",
    "clip": "strong evidence or CLIP",
    "validated": "validated by any experiment",
    "all": "any evidence",
}
"""What was taken at each level that can be asked for."""
EVIDENCE_WORDS = {
    "strong": "strong: reporter assay, Western blot or qPCR",
    "clip": "CLIP: cross-linking",
    "weak": "weak: another experiment",
    "predicted": "predicted: from sequence",
    "": "not stated",
}
"""What each class of evidence means."""


def network_facts(
    network: SynergyNetwork, tests: Sequence[EnrichmentTable] = (), *, remarks: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Return what a reader must know of a network's sources, as label and value."""
    significant = network.pairs["significant"]
    same_seed = significant & (network.pairs["same seed"] == "yes")
    drawn = {test.mirnas for test in tests if test.mirnas}
    return [
        ("interactions", network.source),
        *(("of the interactions", remark) for remark in remarks),
        ("evidence taken", network.evidence),
        ("universe", f"{plural(len(network.universe), 'gene')} known to the interactions at this evidence"),
        ("pairs compared with", network.pair_null),
        (
            "significant pairs",
            f"{int(significant.sum()):,} of {len(significant):,} (FDR ≤ {network.alpha:g} over all pairs)",
        ),
        (
            "of these with one seed",
            f"{int(same_seed.sum()):,}, which share targets by construction: no evidence of synergy",
        ),
        *(("without targets", _with_near(name, near)) for name, near in network.unmatched),
        *(("note", note) for note in network.notes),
        *((f"gene sets for the {test.query}", _described(test)) for test in tests),
        *(("miRNAs drawn from", mirnas) for mirnas in sorted(drawn)),
        ("written by", f"mirtool {__version__}"),
    ]


def _with_near(name: str, near: Sequence[str]) -> str:
    return f"{name} (the interactions have {', '.join(near)}: not the same name, so not taken)" if near else name


def _described(test: EnrichmentTable) -> str:
    return (
        f"{test.source}: {len(test):,} of {plural(test.n_sets, 'gene set')} tested, "
        f"of {test.min_size} to {test.max_size} genes; nulls: {', '.join(test.nulls)}"
    )
