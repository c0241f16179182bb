"""The house rules that no reader should have to check: lower layers know nothing of higher ones."""

import ast
from pathlib import Path

import pytest

import mirtool

PACKAGE = Path(mirtool.__file__).parent

# Lowest first; what stands in one row may import its neighbors.
LAYERS = [
    {"errors"},
    {"model"},
    {"probes", "console", "mirbase", "lowess", "components", "data", "pairs", "gene_ids", "seed_sites"},
    {"io"},
    {"study", "sample_sheet", "names", "normalize"},
    {"differential", "cluster", "quality", "qpcr", "chip", "simulate", "simulate_genes", "library"},
    {"network", "audit", "power", "methods", "sensitivity", "shortlist", "gsea"},
    {"report"},
    {"commands"},
    {"cli", "__main__"},
]
LEVEL = {name: level for level, layer in enumerate(LAYERS) for name in layer}

MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if "build" not in path.relative_to(PACKAGE).parts and path.name != "_version.py"
)


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(tree: ast.AST) -> list[tuple[int, str]]:
    """Give line and layer of every import of mirtool's own, those inside functions too."""
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


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_layer_imports_a_higher_one(path):
    own = layer_of(path)
    if own == "__init__":
        return  # the top hands on what users need
    assert own in LEVEL, f"{path.name} stands in no layer: give it a place in LAYERS and in docs/architecture.md"
    higher = [
        f"line {line} imports mirtool.{name}"
        for line, name in imported_layers(tree_of(path))
        if LEVEL[name] > LEVEL[own]
    ]
    assert not higher


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if layer_of(p) not in ("cli", "__main__")],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_the_library_never_prints_and_never_exits(path):
    wrong = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in {"sys.exit", "exit", "quit", "os._exit"} or (name == "print" and path.name != "console.py"):
                wrong.append(f"line {node.lineno} calls {name}")
        elif isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc):
            wrong.append(f"line {node.lineno} raises SystemExit")
    assert not wrong


@pytest.mark.parametrize("path", [p for p in MODULES if layer_of(p) not in ("commands", "cli", "__main__")])
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
