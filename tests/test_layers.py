"""The house rules that no reader should have to check: lower rooms know nothing of higher ones."""

import ast

import pytest

from tests.architecture import PACKAGE, PAGE, ROW_OF, imported_rooms, may_import, modules, room_of, written

MODULES = modules()


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def called(node):
    """Return ``name`` or ``module.name`` of what a call calls, "" where it is written in another way."""
    match node.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{module}.{name}"
    return ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_room_imports_a_higher_one_or_a_neighbor_that_is_not_listed(path):
    own = room_of(path)
    if own in ("__init__", "data"):
        return  # the top hands on what users need; the data are files
    assert own in ROW_OF, f"{path.name} has no room: give it one in tests/architecture.py"
    wrong = [
        f"line {line} imports mirtool.{name}"
        for line, name in imported_rooms(tree_of(path))
        if not may_import(own, name)
    ]
    assert not wrong


def test_the_picture_in_the_docs_is_the_one_the_imports_are_held_against():
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "run python -m tests.architecture"


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if room_of(p) not in ("cli", "__main__")],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_the_library_never_prints_and_never_exits(path):
    wrong = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = called(node)
            if name in {"sys.exit", "exit", "quit", "os._exit"} or (name == "print" and path.name != "console.py"):
                wrong.append(f"line {node.lineno} calls {name}")
        elif isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc):
            wrong.append(f"line {node.lineno} raises SystemExit")
    assert not wrong


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) not in ("commands", "cli", "__main__")])
def test_the_library_knows_no_command_line(path):
    roots = {
        name.split(".")[0]
        for node in ast.walk(tree_of(path))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not roots & {"typer", "click", "argparse"}
