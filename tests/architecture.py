"""The rooms of mirtool, lowest row first, and the picture of them that docs/architecture.md shows.

``python -m tests.architecture`` writes the picture into the page again; ``tests/test_layers.py`` holds the imports
and the page against it.
"""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "mirtool"
PAGE = PACKAGE.parent / "docs" / "architecture.md"

ROWS: tuple[tuple[str, ...], ...] = (
    ("errors", "wording", "lazy"),
    ("settings",),
    ("rules",),
    ("model",),
    ("stats", "annotation"),
    ("io",),
    ("study", "normalize", "counts"),
    ("quality", "cluster", "covariates", "differential"),
    ("validation", "clinical"),
    ("network", "audit", "robustness", "library", "shortlist", "simulate", "meta"),
    ("report",),
    ("workflow",),
    ("commands",),
    ("cli", "__main__", "api"),
)
"""A room imports rooms of lower rows only."""

NEIGHBORS = {
    ("model", "errors"),
    ("model", "settings"),
    ("__main__", "cli"),
}
"""Imports within one row that are meant."""

ROW_OF = {room: row for row, rooms in enumerate(ROWS) for room in rooms}
BEGIN, END = "<!-- rooms: written by python -m tests.architecture -->\n", "<!-- end of rooms -->\n"


def modules() -> list[Path]:
    """Return every module of the package but the scripts that build the embedded data."""
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if "build" not in path.relative_to(PACKAGE).parts and path.name != "_version.py"
    )


def room_of(path: Path) -> str:
    """Return the first part of a module's place in the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(tree: ast.AST) -> list[tuple[int, str]]:
    """Return line and room of every import of mirtool's own, those inside functions too."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "mirtool":
            parts = node.module.split(".")
            names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
            found += [(node.lineno, name) for name in names]
        elif isinstance(node, ast.Import):
            parts_of = [alias.name.split(".") for alias in node.names]
            found += [(node.lineno, parts[1]) for parts in parts_of if parts[0] == "mirtool" and len(parts) > 1]
    return [(line, name) for line, name in found if not name.startswith("__")]


def may_import(room: str, other: str) -> bool:
    """Return True if a module of ``room`` may import ``other``."""
    return room == other or ROW_OF[other] < ROW_OF[room] or (room, other) in NEIGHBORS


def summary_of(room: str) -> str:
    """Return the first line of a room's docstring."""
    path = PACKAGE / room / "__init__.py"
    tree = ast.parse((path if path.is_file() else PACKAGE / f"{room}.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").split("\n")[0].rstrip(".")


def picture() -> str:
    """Return the rooms as a picture, highest row first, and what each is for."""
    rows = [*ROWS[:-1], tuple(room for room in ROWS[-1] if room != "__main__")]
    width = max(len("   ".join(rooms)) for rooms in rows)
    lines = []
    for rooms in reversed(rows):
        lines.append(f"    {'   '.join(rooms):^{width}}".rstrip())
        lines.append(f"    {'│':^{width}}".rstrip())
    table = [f"| `{room}` | {summary_of(room)} |" for rooms in rows for room in rooms]
    return "\n".join([*lines[:-1], "", "| room | what is inside |", "|---|---|", *table]) + "\n"


def written(page: str) -> str:
    """Return the page with the picture between its marks."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + picture() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
