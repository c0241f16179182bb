"""The tables of methods that the pages show, written from the registries of the methods.

A page marks the place of a table with ``<!-- methods: module:REGISTRY -->`` and ``<!-- end of methods -->``.
``python -m tests.method_tables`` writes the tables again; ``tests/test_method_tables.py`` holds the pages to them.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
_MARKED = re.compile(r"(<!-- methods: ([\w.]+):(\w+) -->\n).*?(<!-- end of methods -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return the pages that hold a table of methods."""
    return sorted(path for path in DOCS.rglob("*.md") if "<!-- methods: " in path.read_text(encoding="utf-8"))


def written(page: str) -> str:
    """Return the page with its tables as the registries have them."""

    def table(found: re.Match[str]) -> str:
        begin, module, registry, end = found.groups()
        return f"{begin}{getattr(import_module(module), registry).table()}{end}"

    return _MARKED.sub(table, page)


if __name__ == "__main__":
    for path in pages():
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
