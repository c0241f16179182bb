"""How often each probe stays in the list, and which choice moves the list most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np

from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import DifferentialTable, FloatArray, IntArray, RawArrays, Rule
from mirtool.normalize import NormalizeSettings
from mirtool.robustness.sensitivity.choices import AXES, Choice, Preparation, plausible_choices
from mirtool.robustness.sensitivity.outcomes import Outcome, outcomes_of, regulations, signal_arrays, signs_of
from mirtool.stats.draws import run_tasks


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The outcome of every choice, and what it means for each probe of the table.

    Parameters
    ----------
    outcomes
        One a choice, the one the table was made with first.
    calls
        Rule to what the table itself calls each probe: 1 up, −1 down, 0 neither, ``(n_probes,)``.
    share
        Rule to the share of choices under which it calls the probe in the direction of the probe's ratio in the
        table, ``(n_probes,)``, of the choices under which it could be applied. NaN for a probe without a ratio.
    differing
        Probes that the first choice calls otherwise than the table does, by any rule: 0 where the table follows
        from the arrays.
    """

    outcomes: tuple[Outcome, ...]
    calls: Mapping[Rule, IntArray]
    share: Mapping[Rule, FloatArray]
    differing: int

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The outcomes of the choices under which nothing could be made."""
        return tuple(outcome for outcome in self.outcomes if outcome.failure)

    def applied(self, rule: Rule) -> tuple[Outcome, ...]:
        """Return the outcomes of the choices under which a rule could be applied."""
        return tuple(outcome for outcome in self.outcomes if rule in outcome.calls)

    def listed(self, rule: Rule) -> int:
        """Count the probes that the table calls up or down."""
        return int(np.count_nonzero(self.calls[rule]))

    def staying(self, outcome: Outcome, rule: Rule) -> int:
        """Count the probes of the list that the outcome calls as the table does."""
        own = self.calls[rule]
        return int(((own != 0) & (outcome.calls[rule] == own)).sum())


@dataclass(frozen=True)
class ChoiceEffect:
    """What becomes of the list where one choice is held: the choices with it, and how many probes stay."""

    choice: str
    value: str
    n_choices: int
    least: int
    mean: float


def sensitivity(
    arrays: RawArrays,
    d: DifferentialTable,
    normalization: NormalizeSettings | None = None,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], AbstractContextManager[Callable[[str], None]]] | None = None,
) -> Sensitivity:
    """Make the list under every plausible choice, from the raw arrays.

    Parameters
    ----------
    arrays
        The raw arrays of the study with their groups, probes classified.
    d
        The comparison of two groups as it was made.
    normalization
        What it was normalized with; the defaults where left out.
    executor
        Runs the choices; the result does not depend on it.
    progress
        Given the number of tasks, a context whose value is called after each of them.

    Raises
    ------
    UsageError
        Where the values are ratios of two channels, which these choices do not fit.
    NotEnoughDataError
        Where under no choice a list can be made.
    """
    normalization = (normalization or NormalizeSettings()).replace(keep_replicates=False)
    if normalization.is_ratio:
        raise UsageError(
            "the choices are those of one channel, and the table holds ratios of two",
            found=option("channel", normalization.channel),
        )
    settings = normalization.resolve()
    choices = plausible_choices(arrays, d, settings)
    work = [(preparation, tuple(own)) for preparation, own in groupby(choices, key=lambda c: c.preparation)]
    backgrounds = dict.fromkeys(preparation.background for preparation, _ in work)
    signals = {background: signal_arrays(arrays, settings, background) for background in backgrounds}
    run = partial(_run, signals=signals, d=d, normalization=normalization)
    with progress(len(work)) if progress else nullcontext() as on_step:
        outcomes = tuple(found for batch in run_tasks(run, work, executor, on_step) for found in batch)
    if all(outcome.failure for outcome in outcomes):
        raise NotEnoughDataError("no list can be made from the raw arrays", found=outcomes[0].failure)
    return _summarize(outcomes, d)


def _run(
    work: tuple[Preparation, tuple[Choice, ...]],
    signals: Mapping[str, RawArrays | str],
    d: DifferentialTable,
    normalization: NormalizeSettings,
) -> list[Outcome]:
    preparation, choices = work
    return outcomes_of(preparation, choices, signals[preparation.background], d, normalization)


def _summarize(outcomes: tuple[Outcome, ...], d: DifferentialTable) -> Sensitivity:
    calls = {rule: signs_of(own) for rule, own in regulations(d).items()}
    toward = np.sign(np.nan_to_num(d.log2_ratio)).astype(np.int64)
    without_ratio = np.isnan(d.log2_ratio)
    share = {}
    differing = np.zeros(len(d), dtype=bool)
    for rule, own in calls.items():
        applied = [outcome.calls[rule] for outcome in outcomes if rule in outcome.calls]
        same = np.sum([(found == toward) & (toward != 0) for found in applied], axis=0)
        share[rule] = np.where(without_ratio, np.nan, same / max(len(applied), 1))
        differing |= outcomes[0].calls.get(rule, np.zeros_like(own)) != own
    return Sensitivity(outcomes, calls, share, int(differing.sum()))


def choice_effects(result: Sensitivity, rule: Rule) -> list[ChoiceEffect]:
    """Say for each choice and each of its values how many probes of the list stay, whatever else is chosen.

    A choice that has one value only is left out, and so are outcomes to which the rule could not be applied.
    """
    staying = [(outcome.choice, result.staying(outcome, rule)) for outcome in result.applied(rule)]
    effects = []
    for name, value_of in AXES.items():
        values = dict.fromkeys(value_of(choice) for choice, _ in staying)
        for value in values if len(values) > 1 else ():
            own = [n for choice, n in staying if value_of(choice) == value]
            effects.append(ChoiceEffect(name, value, len(own), min(own), float(np.mean(own))))
    return effects
