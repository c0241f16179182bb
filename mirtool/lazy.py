"""Names that a package hands on from its modules, each module loaded when one of its names is first used.

A package's ``__init__`` names them once, where type checkers and readers look for them::

    if TYPE_CHECKING:
        from mirtool.differential.compare import compare_groups

    __getattr__, __dir__ = lazy_names(__name__)

so that what only needs one light module, such as the settings of a step for its help, loads nothing heavy.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


def lazy_names(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package whose names are in its ``if TYPE_CHECKING`` block."""
    homes: dict[str, str] = {}

    def find_homes() -> dict[str, str]:
        if not homes:
            spec = sys.modules[package].__spec__
            source = spec.loader.get_source(package)  # type: ignore[union-attr]
            for node in ast.parse(source or "").body:
                if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                    for own in node.body:
                        if isinstance(own, ast.ImportFrom) and own.module:
                            homes.update((alias.asname or alias.name, own.module) for alias in own.names)
        return homes

    def load(name: str) -> Any:
        if name.startswith("__") or name not in find_homes():
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    class Package(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            # Importing a module binds its name in the package, and would hide a function of that name.
            if not (isinstance(value, ModuleType) and name in find_homes()):
                super().__setattr__(name, value)

    sys.modules[package].__class__ = Package
    return load, lambda: sorted(find_homes())
