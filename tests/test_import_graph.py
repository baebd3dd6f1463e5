"""What the modules import of each other: no circle, and few levels."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import lms_schema

ROOT = Path(lms_schema.__file__).parent
LEVELS = 11

Graph = Mapping[str, set[str]]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {
    module_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")
}
PACKAGE = TREES.pop("lms_schema")
"""It imports a module when a name of it is asked for, so that the one who asks imports that."""

OFFERED = {
    alias.name: str(node.module)
    for node in ast.walk(PACKAGE)
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}


def targets(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node may import."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield from (f"{node.module}.{alias.name}", str(node.module))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield f"{node.value.id}.{node.attr}"


def imported(nodes: Iterator[ast.AST]) -> set[str]:
    names = {name for node in nodes for name in targets(node)}
    offered = {OFFERED.get(name.removeprefix("lms_schema."), name) for name in names}
    return offered & TREES.keys()


def when_loaded(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is loaded: neither functions, nor imports for types alone."""
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not is_for_types and not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            yield node
            yield from when_loaded(node)


def levels(graph: Graph) -> dict[str, int]:
    """Return the level of each module: one above the highest of those that it imports."""
    found: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        found[name] = 1 + max((found[other] for other in graph.get(name, ())), default=0)
    return found


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    graph = {name: imported(ast.walk(tree)) - {name} for name, tree in TREES.items()}
    assert levels(graph).keys() == TREES.keys()


def test_what_a_module_loads_stands_on_few_levels() -> None:
    graph = {name: imported(when_loaded(tree)) - {name} for name, tree in TREES.items()}
    found = levels(graph)
    top = max(found.values())
    assert top <= LEVELS, sorted(name for name in found if found[name] == top)


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("operations/[a-z]*.py")))
def test_no_module_takes_the_place_of_a_function_that_the_package_offers(name: str) -> None:
    assert f"lms_schema.{name}" not in TREES
