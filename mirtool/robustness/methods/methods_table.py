"""The comparisons side by side: what passes under each, and how far it agrees with the default."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mirtool.model import DifferentialTable, Rule, Table, TextArray, text_array
from mirtool.quality.comparison import spearman_matrix
from mirtool.robustness.methods.run import MethodRun
from mirtool.robustness.sensitivity.outcomes import regulations


@dataclass(frozen=True)
class Agreement:
    """One comparison beside the default's; each mapping goes by rule.

    Parameters
    ----------
    probes
        Probes in the comparison.
    up, down
        Probes that pass; a rule that could not be applied is missing.
    shared
        Those of the default's that pass here too, in the same direction.
    jaccard
        Shared, of all that pass under either; NaN where nothing passes.
    correlation
        Spearman's, of the log2 ratios of probes with one under both; NaN with fewer than three.
    """

    probes: int
    up: Mapping[Rule, int] = field(default_factory=dict)
    down: Mapping[Rule, int] = field(default_factory=dict)
    shared: Mapping[Rule, int] = field(default_factory=dict)
    jaccard: Mapping[Rule, float] = field(default_factory=dict)
    correlation: float = math.nan

    def passing(self, rule: Rule) -> int | None:
        """Count what passes a rule; None where it could not be applied."""
        return self.up[rule] + self.down[rule] if rule in self.up else None


def agreement(d: DifferentialTable, default: DifferentialTable) -> Agreement:
    """Hold a comparison against the default's, probe by probe."""
    up, down, shared, jaccard = {}, {}, {}, {}
    usual = regulations(default)
    for rule, calls in regulations(d).items():
        own, others = _called(d, calls), _called(default, usual[rule]) if rule in usual else set()
        up[rule], down[rule] = int((calls == "up").sum()), int((calls == "down").sum())
        shared[rule] = len(own & others)
        either = len(own | others)
        jaccard[rule] = shared[rule] / either if either else math.nan
    return Agreement(len(d), up, down, shared, jaccard, _correlation(d, default))


def _called(d: DifferentialTable, calls: TextArray) -> set[tuple[str, str]]:
    passing = calls != ""
    return set(zip(d.probes.id[passing].tolist(), calls[passing].tolist(), strict=True))


def _correlation(d: DifferentialTable, default: DifferentialTable) -> float:
    ratio_of = dict(zip(d.probes.id.tolist(), d.log2_ratio.tolist(), strict=True))
    own = np.array([ratio_of.get(probe_id, math.nan) for probe_id in default.probes.id])
    return float(spearman_matrix(np.column_stack([own, default.log2_ratio]))[0, 1])


def methods_table(runs: Sequence[MethodRun]) -> Table:
    """Lay the comparisons out, one row per recipe and test, the default first.

    For each rule: how many probes it calls up and down, how many of the default's are among them in the same
    direction (shared), and these as a share of all that either calls (Jaccard). Missing where a rule could not be
    applied; the last column says why a comparison could not be made.
    """
    default = runs[0].d
    assert default is not None  # run_methods has seen to it
    beside = [Agreement(0) if run.d is None else agreement(run.d, default) for run in runs]
    columns = {
        "recipe": text_array(run.recipe for run in runs),
        "test": text_array(run.test for run in runs),
        "probes": np.array([np.nan if run.d is None else len(run.d) for run in runs]),
    }
    for rule in regulations(default):
        by = f"by {rule.label}"
        for what in ("up", "down", "shared"):
            columns[f"{what} {by}"] = np.array([getattr(own, what).get(rule, np.nan) for own in beside])
        columns[f"Jaccard {by}"] = np.array([own.jaccard.get(rule, np.nan) for own in beside])
    columns["Spearman of log2 ratios"] = np.array([own.correlation for own in beside])
    columns["why not"] = text_array(run.failure for run in runs)
    notes = (
        ("mirtool methods", ""),
        ("tested", default.tested),
        ("reference", default.reference),
        ("cutoff", f"{default.cutoff:g}"),
        ("alpha", f"{default.alpha:g}"),
        ("adjust", default.adjust),
        ("default", f"{runs[0].recipe}, {runs[0].test}"),
    )
    return Table(columns, notes)
