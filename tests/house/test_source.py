"""Rules of the house that break people when they are broken."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "agentprobe"
FILES = sorted(SOURCE.rglob("*.py"))
TIME_AND_CHANCE = re.compile(
    r"\btime\.(time|monotonic|perf_counter)\(|\brandom\.(random|choice|randint|shuffle)\("
    r"|\buuid4\(|datetime\.(now|utcnow)\(|import pickle|\beval\("
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_class_and_function_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path.name} has no docstring"
    named = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in tree.body:
        if isinstance(node, named) and node.name[0] != "_" and not _is_overload(node):
            assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_time_and_chance_come_from_the_basis_only(path: Path) -> None:
    if path.parent.name == "basis":
        return
    lines = path.read_text().splitlines()
    shown = _documented(ast.parse("\n".join(lines)))
    found = [
        line for at, line in enumerate(lines, start=1) if at not in shown and TIME_AND_CHANCE.search(line)
    ]
    assert found == []


def _documented(tree: ast.Module) -> set[int]:
    """The lines of docstrings: pages of rules show code of others."""
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    return {line for text in texts for line in range(text.lineno, (text.end_lineno or text.lineno) + 1)}


def _is_overload(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)
