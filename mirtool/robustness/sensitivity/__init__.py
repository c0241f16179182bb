"""How much a list of differential miRNAs hangs on choices that could have been made otherwise.

``choices`` says which; ``outcomes`` makes the list under each of them from the raw arrays; ``stability`` counts
how often each probe stays; ``table`` lays the choices out.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.robustness.sensitivity.choices import Choice, plausible_choices
    from mirtool.robustness.sensitivity.outcomes import Outcome
    from mirtool.robustness.sensitivity.sensitivity_table import sensitivity_table, with_stability
    from mirtool.robustness.sensitivity.stability import ChoiceEffect, Sensitivity, choice_effects, sensitivity

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "Choice",
    "ChoiceEffect",
    "Outcome",
    "Sensitivity",
    "choice_effects",
    "plausible_choices",
    "sensitivity",
    "sensitivity_table",
    "with_stability",
]
