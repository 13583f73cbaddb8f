"""The edges of a LangGraph graph, as its module adds them: do they come back to where they were?"""

from __future__ import annotations

import ast
import re

from agentprobe.scan.module import Module
from agentprobe.scan.values import literal


def is_part(module: Module, made: ast.Call) -> bool:
    """Is a graph a node of another one, whose limit it is under?"""
    above = module.parent(made)
    names = {made}
    if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name):
        wanted = above.targets[0].id
        names |= {node for node in module.of(ast.Name) if node.id == wanted}  # type: ignore[misc]
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_node"
        for node in names
        for call in [module.parent(node)]
    )


def _root(node: ast.expr) -> str:
    """What a chain of methods begins with: a graph's name, or the place where it is made."""
    for _ in range(200):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name):
            node = node.value
        else:
            break
    return (
        ast.unparse(node)
        if isinstance(node, ast.Name | ast.Attribute)
        else f"{node.lineno}:{node.col_offset}"
    )


def has_cycle(module: Module, made: ast.Call) -> bool:
    """Do the edges of the graph that is made by this call come back to where they were, without counting?"""
    if re.search(rb"\bCommand\(\s*(?:\w+\s*=[^)]*)?goto", module.text.raw):
        return True
    added = _added(module, _root(made))
    if any(call.func.attr == "add_conditional_edges" and _counts(module, call) for call in added):  # type: ignore[attr-defined]
        return False
    edges = _edges(module, added)
    return any(_comes_back(edges, start) for start in edges)


def asks_somebody(module: Module, made: ast.Call) -> bool:
    """Does a graph stop for a person, so that it cannot go round by itself?"""
    if any(word.arg in ("interrupt_before", "interrupt_after") for word in made.keywords):
        return True
    return any(
        isinstance(call.func, ast.Name) and call.func.id in ("input", "interrupt") for call in module.calls
    )


def _added(module: Module, graph: str) -> list[ast.Call]:
    """The calls that add nodes and edges to a graph."""
    return [
        call
        for call in module.calls
        if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("add_") and _root(call) == graph
    ]


def _edges(module: Module, added: list[ast.Call]) -> dict[str, set[str]]:
    """For each node where it leads; an edge whose end is not said leads to every node."""
    edges: dict[str, set[str]] = {}
    nodes: set[str] = set()
    for call in added:
        given = [literal(module, one) for one in call.args]
        kind = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if kind == "add_node" and given and isinstance(given[0], str):
            nodes.add(given[0])
        elif kind == "add_edge" and len(given) == 2 and isinstance(given[1], str):
            for start in given[0] if isinstance(given[0], list) else given[:1]:
                edges.setdefault(str(start), set()).add(given[1])
        elif kind == "add_conditional_edges" and given and isinstance(given[0], str):
            edges.setdefault(given[0], set()).update(_ends(module, call) or ["*"])
    return {start: ends | nodes if "*" in ends else ends for start, ends in edges.items()}


_COUNTED = re.compile(
    r"(?:^|_)(?:max|limit|counts?|loops?|steps?|iterations?|attempts?|retries|remaining|rounds?|turns?)(?:_|$)"
)


def _counts(module: Module, call: ast.Call) -> bool:
    """Does the function that chooses the next node compare a number of rounds?"""
    chooser = (
        call.args[1]
        if len(call.args) > 1
        else next((w.value for w in call.keywords if w.arg == "path"), None)
    )
    function = module.by_qualname.get(chooser.id) if isinstance(chooser, ast.Name) else None
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            words = [
                part.attr
                if isinstance(part, ast.Attribute)
                else part.id
                if isinstance(part, ast.Name)
                else part.value
                for part in ast.walk(node)
                if isinstance(part, ast.Attribute | ast.Name | ast.Constant)
            ]
            if any(isinstance(word, str) and _COUNTED.search(word.lower()) for word in words):
                return True
    return False


def _ends(module: Module, call: ast.Call) -> list[str] | None:
    """Where conditional edges may go: the values of their map, or what the function says that it returns."""
    given = (
        call.args[2]
        if len(call.args) > 2
        else next((w.value for w in call.keywords if w.arg == "path_map"), None)
    )
    plain = literal(module, given) if given is not None else None
    if isinstance(plain, dict | list):
        return [one for one in (plain.values() if isinstance(plain, dict) else plain) if isinstance(one, str)]
    if isinstance(given, ast.Dict):
        return [one for node in given.values if isinstance(one := literal(module, node), str)]
    if len(call.args) > 1 and isinstance(call.args[1], ast.Name):
        function = module.by_qualname.get(call.args[1].id)
        if (
            function is not None
            and function.returns is not None
            and "Literal" in ast.unparse(function.returns)
        ):
            return [
                one.value
                for one in ast.walk(function.returns)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return None


def _comes_back(edges: dict[str, set[str]], start: str) -> bool:
    seen: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        one = waiting.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            waiting += edges.get(one, ())
    return False
