"""The pages show the methods that there are, and every kernel of a registry exists."""

import pytest

from mirtool.normalize import methods
from mirtool.settings import Methods
from tests.method_tables import pages, written

REGISTRIES = [own for own in vars(methods).values() if isinstance(own, Methods)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_tables_of_a_page_are_those_of_the_registries(page):
    text = page.read_text(encoding="utf-8")
    assert written(text) == text, "write them again with: python -m tests.method_tables"


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_every_method_has_a_kernel_that_exists(registry):
    for method in registry.values():
        assert not method.kernel or callable(method.load())
        assert not getattr(method, "step", "") or callable(method.load_step())
