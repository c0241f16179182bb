"""How much a list of differential miRNAs hangs on choices that could have been made otherwise.

``choices`` says which; ``outcomes`` makes the list under each of them from the raw arrays; ``stability`` counts
how often each probe stays; ``table`` lays the choices out.
"""

from mirtool.sensitivity.choices import Choice, plausible_choices
from mirtool.sensitivity.outcomes import Outcome
from mirtool.sensitivity.stability import ChoiceEffect, Sensitivity, choice_effects, sensitivity
from mirtool.sensitivity.table import sensitivity_table, with_stability

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
