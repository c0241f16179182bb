"""qPCR beside the array: which of its findings are confirmed, which are not, and how well the ratios agree.

An array finding is a miRNA that the array's own rule calls up or down. qPCR makes of it:

====================  ============================================================================================
confirmed             the qPCR ratio has the array's direction, and adjusted P ≤ alpha
false positive        not confirmed, and the confidence interval of the qPCR ratio leaves out a change of the
                      cut-off in the array's direction: the data speak against what the array claims
not confirmed         neither: the interval holds both, more samples are needed
no qPCR result        measured, but without a ratio in these samples
not tested            no target of the qPCR
====================  ============================================================================================

Of a target that the array does not call, qPCR makes "missed by the array" (fold change ≥ the cut-off and adjusted
P ≤ alpha) or "not called by either"; a target that is no probe is "not on the array".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from mirtool.annotation.mirna_names import MirnaNames
from mirtool.annotation.probes import species_in_common
from mirtool.errors import MirtoolError, UsageError, option
from mirtool.io.results.differential import SavedDifferential
from mirtool.model import FloatArray, IntArray, Rule, TextArray, text_array
from mirtool.validation.compare import QpcrComparison
from mirtool.wording import first_of, plural

CONFIRMED = "confirmed"
FALSE_POSITIVE = "false positive"
NOT_CONFIRMED = "not confirmed"
NO_RESULT = "no qPCR result"
NOT_TESTED = "not tested"
MISSED = "missed by the array"
BOTH_SILENT = "not called by either"
NOT_ON_ARRAY = "not on the array"
VERDICTS = (CONFIRMED, FALSE_POSITIVE, NOT_CONFIRMED, NO_RESULT, NOT_TESTED, MISSED, BOTH_SILENT, NOT_ON_ARRAY)

"""Which rule of ``mirtool diff`` makes an array finding, and how its column's name ends."""

LEAST_PAIRS = 3
"""Ratios needed for a correlation; two points always lie on a line."""
LEAST_FOR_INTERVAL = 4
"""Ratios needed for an interval of Pearson's r: Fisher's z has the variance 1 / (n − 3)."""


@dataclass(frozen=True, eq=False)
class Concordance:
    """Array and qPCR side by side, one entry per target, and after them the array findings that were not tested.

    ``array_log2_ratio`` is the mean over the probes of the name; ``n_probes`` counts them. ``direction`` is
    ``"same"``, ``"opposite"`` or ``""`` where a ratio is missing or zero. ``pearson`` and ``lin`` (concordance
    correlation) are of the log2 ratios of the ``n_pairs`` targets that have both, NaN for fewer than three;
    ``bias`` is the mean of qPCR minus array.
    """

    names: TextArray
    array_id: TextArray
    n_probes: IntArray
    array_log2_ratio: FloatArray
    array_call: TextArray
    qpcr_log2_ratio: FloatArray
    qpcr_low: FloatArray
    qpcr_high: FloatArray
    qpcr_p: FloatArray
    direction: TextArray
    verdict: TextArray
    array_rule: str
    n_pairs: int
    pearson: float
    lin: float
    bias: float
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def count(self, verdict: str) -> int:
        """Count the entries of a verdict."""
        return int((self.verdict == verdict).sum())

    @property
    def pearson_interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of Pearson's r; NaN for fewer than four ratios."""
        return pearson_interval(self.pearson, self.n_pairs)


def concordance(
    qpcr: QpcrComparison, array: SavedDifferential, *, rule: str = "p", names: MirnaNames | None = None
) -> Concordance:
    """Set the qPCR comparison against the array's.

    Names are matched by the current names of the miRNAs they mean, others exactly; of a slash probe (one probe,
    several miRNAs) each part counts.

    Parameters
    ----------
    qpcr
        The comparison by qPCR.
    array
        The table that ``mirtool diff`` wrote, of the same two groups.
    rule
        A :class:`mirtool.model.Rule`; volcano P falls back to fold change for a table made without a test,
        with a remark.
    names
        Where names are looked up. Default: :func:`names_on_array`.

    Raises
    ------
    UsageError
        For a rule that the table does not have.
    MirtoolError
        Where the array compares other groups, or the same ones the other way round.
    """
    _check_groups(qpcr, array)
    calls, rule, remarks = _calls(array, rule)
    names = names_on_array(array) if names is None else names
    probes = _probes_by_name(array.name, names)
    rows = [probes.get(_key(name, names), []) for name in qpcr.targets]
    remarks += _name_remarks(qpcr.targets, array.name, rows, names)
    ratios = [_mean(array.log2_ratio[found]) for found in rows]
    called = [_common(calls[found]) for found in rows]
    remarks += [
        f"{name}: its {len(found)} probes disagree about up and down, so the array calls it neither"
        for name, found in zip(qpcr.targets, rows, strict=True)
        if {"up", "down"} <= set(calls[found])
    ]
    verdicts = [
        _verdict(qpcr, i, call, bool(found)) for i, (call, found) in enumerate(zip(called, rows, strict=True))
    ]
    tested = {probe for found in rows for probe in found}
    untested = [i for i in np.flatnonzero(calls != "").tolist() if i not in tested]
    n, missing = len(untested), np.full(len(untested), np.nan)
    array_ratio = np.concatenate([np.array(ratios, dtype=np.float64), array.log2_ratio[untested]])
    qpcr_ratio = np.concatenate([qpcr.log2_ratio, missing])
    both = ~np.isnan(array_ratio) & ~np.isnan(qpcr_ratio)
    pearson, lin = correlations(array_ratio[both], qpcr_ratio[both])
    difference = qpcr_ratio[both] - array_ratio[both]
    return Concordance(
        names=text_array([*qpcr.targets, *(array.name[i] or array.id[i] for i in untested)]),
        array_id=text_array([*("/".join(array.id[found]) for found in rows), *array.id[untested]]),
        n_probes=np.array([*map(len, rows), *[1] * n], dtype=np.int64),
        array_log2_ratio=array_ratio,
        array_call=text_array([*called, *calls[untested]]),
        qpcr_log2_ratio=qpcr_ratio,
        qpcr_low=np.concatenate([np.log2(qpcr.low), missing]),
        qpcr_high=np.concatenate([np.log2(qpcr.high), missing]),
        qpcr_p=np.concatenate([qpcr.p_adjusted, missing]),
        direction=_directions(array_ratio, qpcr_ratio),
        verdict=text_array([*verdicts, *[NOT_TESTED] * n]),
        array_rule=rule,
        n_pairs=int(both.sum()),
        pearson=pearson,
        lin=lin,
        bias=float(difference.mean()) if len(difference) else float("nan"),
        remarks=tuple(remarks),
    )


def correlations(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return Pearson's r and Lin's concordance correlation coefficient.

    Lin's is 2 s_xy / (s_x² + s_y² + (mean x − mean y)²), all with 1/n as he defines them: 1 only on the line of
    identity, where r is 1 on any rising line.

    Parameters
    ----------
    x, y
        ``(n,)``, none missing. Fewer than three, or constant values, give NaN (Lin's only where both are constant
        and equal).

    References
    ----------
    Lin LI (1989). A concordance correlation coefficient to evaluate reproducibility. Biometrics 45, 255–268.

    Examples
    --------
    >>> r, lin = correlations(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
    >>> round(r, 6), round(lin, 6)
    (1.0, 0.571429)
    """
    if len(x) < LEAST_PAIRS:
        return float("nan"), float("nan")
    dx, dy = x - x.mean(), y - y.mean()
    covariance, variance_x, variance_y = (float(np.mean(a * b)) for a, b in ((dx, dy), (dx, dx), (dy, dy)))
    spread = variance_x + variance_y + float(x.mean() - y.mean()) ** 2
    pearson = covariance / (variance_x * variance_y) ** 0.5 if variance_x > 0 and variance_y > 0 else float("nan")
    return pearson, 2 * covariance / spread if spread > 0 else float("nan")


def pearson_interval(r: float, n: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of Pearson's r by Fisher's z: tanh(artanh r ± 1.96 / √(n − 3)).

    Parameters
    ----------
    r
        The correlation; NaN, 1 and −1 have no interval.
    n
        Pairs that it is of; fewer than four give no interval.

    References
    ----------
    Fisher RA (1921). On the probable error of a coefficient of correlation deduced from a small sample. Metron 1,
    3–32.

    Examples
    --------
    >>> [round(end, 4) for end in pearson_interval(0.9, 7)]
    [0.456, 0.9853]
    >>> pearson_interval(0.9, 3)
    (nan, nan)
    """
    if n < LEAST_FOR_INTERVAL or not abs(r) < 1:
        return float("nan"), float("nan")
    half = NormalDist().inv_cdf(0.975) / (n - 3) ** 0.5
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def _check_groups(qpcr: QpcrComparison, array: SavedDifferential) -> None:
    if (array.tested, array.reference) == (qpcr.tested, qpcr.reference):
        return
    raise MirtoolError(
        "the array's table compares other groups than the qPCR, or the same ones the other way round",
        path=array.path,
        found=f"{array.tested}/{array.reference}",
        expected=f"{qpcr.tested}/{qpcr.reference}",
        hint="make the qPCR's comparison the same "
        f"({option('compare', f'{array.tested}:{array.reference}')}), or name the groups "
        "alike in the qPCR's sample sheet",
    )


def _calls(array: SavedDifferential, asked: str) -> tuple[TextArray, str, list[str]]:
    rule = Rule.named(asked, "array_rule")
    column = rule.column
    if column in array.regulation:
        return array.regulation[column], rule.label, []
    weaker = Rule.FOLD_CHANGE
    if rule is Rule.VOLCANO_P and weaker.column in array.regulation:
        remark = "the array's table holds no P (no test was made): its findings are those by fold change alone"
        return array.regulation[weaker.column], weaker.label, [remark]
    raise UsageError(
        "the array's table has no such rule",
        path=array.path,
        found=", ".join(array.regulation),
        expected=column,
    )


def call_of(name: str, array: SavedDifferential, rule: str, names: MirnaNames | None = None) -> str:
    """Return what the array calls a miRNA by a rule: ``"up"``, ``"down"`` or ``""``."""
    calls, _, _ = _calls(array, rule)
    names = names_on_array(array) if names is None else names
    return _common(calls[_probes_by_name(array.name, names).get(_key(name, names), [])])


def names_on_array(array: SavedDifferential, mirbase_release: str | None = None) -> MirnaNames:
    """Return the miRNA names to look up in, with the species and the release of the array's names."""
    names = MirnaNames(species=species_in_common(array.name), release=mirbase_release)
    return names.for_names(array.name)


def _key(name: str, names: MirnaNames) -> str:
    return names.resolve(name).best_name.strip()


def _probes_by_name(probe_names: TextArray, names: MirnaNames) -> dict[str, list[int]]:
    """Return the rows of each miRNA by its current name, of a slash probe also by that of each part."""
    probes: dict[str, list[int]] = {}
    for i, name in enumerate(probe_names):
        found = names.resolve(name)
        parts = (part.best_name.strip() for part in found.parts)
        for key in dict.fromkeys([found.best_name.strip(), *parts]):
            probes.setdefault(key, []).append(i)
    return probes


def _name_remarks(
    targets: TextArray, probe_names: TextArray, rows: Sequence[Sequence[int]], names: MirnaNames
) -> list[str]:
    """Return which targets were matched to probes of another name, and what those without a probe may mean."""
    other = [
        f"{target} is {probe_names[found[0]]} on the array"
        for target, found in zip(targets, rows, strict=True)
        if found and not any(target.strip() in map(str.strip, probe_names[i].split("/")) for i in found)
    ]
    remarks = [f"{plural(len(other), 'target')} matched under another name: {', '.join(other)}"] if other else []
    for target, found in zip(targets, rows, strict=True):
        candidates = names.resolve(target).candidates
        if not found and candidates:
            listed = ", ".join(candidate.name or candidate.accession for candidate in candidates)
            remarks.append(f"{target}: no probe has this name; it may mean {listed}")
    return remarks


def _mean(values: FloatArray) -> float:
    present = values[~np.isnan(values)]
    return float(present.mean()) if len(present) else float("nan")


def _common(calls: TextArray) -> str:
    """Return the direction in which a name's probes are called; none where two contradict each other."""
    found = set(calls) - {""}
    return str(found.pop()) if len(found) == 1 else ""


def _verdict(qpcr: QpcrComparison, i: int, call: str, on_array: bool) -> str:
    ratio, passes = qpcr.log2_ratio[i], qpcr.p_adjusted[i] <= qpcr.alpha
    if not on_array:
        return NOT_ON_ARRAY
    if not call:
        return MISSED if qpcr.regulation[i] else BOTH_SILENT
    if np.isnan(ratio):
        return NO_RESULT
    if passes and (ratio > 0) == (call == "up"):
        return CONFIRMED
    excluded = qpcr.high[i] < qpcr.cutoff if call == "up" else qpcr.low[i] > 1 / qpcr.cutoff
    return FALSE_POSITIVE if excluded else NOT_CONFIRMED


def _directions(array: FloatArray, qpcr: FloatArray) -> TextArray:
    product = np.sign(array) * np.sign(qpcr)
    return text_array("same" if sign > 0 else "opposite" if sign < 0 else "" for sign in product)


def untested_remark(result: Concordance, at_most: int = 8) -> str:
    """Name the array findings that qPCR did not test, or nothing where it tested all."""
    names: Sequence[str] = result.names[result.verdict == NOT_TESTED].tolist()
    if not names:
        return ""
    return f"{plural(len(names), 'array finding')} not tested by qPCR: {first_of(names, at_most)}"
