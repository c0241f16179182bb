"""One study through every normalization and every test: what passes under each, and how far they agree.

``recipes`` lists the normalizations, ``run`` makes the comparisons, ``methods_table`` lists them with the default.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.robustness.methods.methods_table import Agreement, agreement, methods_table
    from mirtool.robustness.methods.recipes import Recipe, every_recipe
    from mirtool.robustness.methods.run import TWO_GROUP_TESTS, MethodRun, run_methods

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "TWO_GROUP_TESTS",
    "Agreement",
    "MethodRun",
    "Recipe",
    "agreement",
    "every_recipe",
    "methods_table",
    "run_methods",
]
