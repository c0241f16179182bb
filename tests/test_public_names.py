"""What ``import mirtool`` offers is what it says, however the modules were imported before."""

from importlib import import_module
from types import ModuleType

import pytest

import mirtool


@pytest.mark.parametrize("name", [name for name in mirtool.__all__ if name != "__version__"])
def test_a_public_name_is_never_hidden_by_a_module(name):
    home = getattr(mirtool, name).__module__
    import_module(home)
    assert not isinstance(getattr(mirtool, name), ModuleType)


def test_a_function_is_not_hidden_by_the_module_of_its_name():
    import_module("mirtool.robustness.methods.methods_table")
    assert not isinstance(import_module("mirtool.robustness.methods").methods_table, ModuleType)


def test_a_name_that_does_not_exist():
    with pytest.raises(AttributeError, match="module 'mirtool' has no attribute 'normalise'"):
        _ = mirtool.normalise
