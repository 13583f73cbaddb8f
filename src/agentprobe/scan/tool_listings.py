"""Tools written down as data: JSON as the SDKs take it, and the `Tool(…)` of an MCP server's list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from agentprobe.scan.facts import Effect, Tool
from agentprobe.scan.module import Module, argument, last_word
from agentprobe.scan.tool_effects import by_name, effect_by, effect_of, writes_within
from agentprobe.scan.tool_forms import hints_in
from agentprobe.scan.tool_schemas import schema_of_class
from agentprobe.scan.values import NOT_FOUND, literal

_SCHEMAS = ("parameters", "input_schema", "inputSchema")
_MCP = ("mcp.types.Tool", "mcp.Tool", "mcp_types.Tool", "mcp.server.types.Tool")


def schemas(module: Module) -> Iterator[Tool]:
    """Tools that are written down as JSON in Python."""
    for node in module.of(ast.Dict):
        keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
        if "name" not in keys or not keys & set(_SCHEMAS):
            continue
        plain = loosely(module, node)
        name = plain.get("name")
        schema = next((plain[key] for key in _SCHEMAS if key in plain), None)
        if not isinstance(name, str) or not isinstance(schema, dict):
            continue
        function = module.by_qualname.get(name)
        told = plain.get("description", "…" if "description" in keys else "")
        hints = (
            {key: its for key, its in plain.get("annotations", {}).items() if isinstance(its, bool)}
            if isinstance(plain.get("annotations"), dict)
            else {}
        )
        effect, by = (
            effect_of(module, function, name, hints) if function is not None else effect_by(name, hints, [])
        )
        yield Tool(
            name=name,
            place=module.place(node),
            kind="anthropic schema"
            if "input_schema" in keys
            else "mcp"
            if "inputSchema" in keys
            else "openai schema",
            description=told if isinstance(told, str) else "",
            schema=schema,
            function=name if function is not None else "",
            effect=effect,
            effect_by=by,
            hints=hints,
            asynchronous=isinstance(function, ast.AsyncFunctionDef),
        )


def loosely(module: Module, node: ast.Dict, depth: int = 0) -> dict[str, Any]:
    """A dictionary's literal items; those that are no literals are left out."""
    found: dict[str, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            deeper = isinstance(item, ast.Dict) and depth < 12
            its = (
                loosely(module, item, depth + 1)
                if deeper and isinstance(item, ast.Dict)
                else literal(module, item)
            )
            if its is not NOT_FOUND:
                found[key.value] = its
    return found


def mcp_listed(module: Module) -> Iterator[Tool]:
    """The `Tool(…)` that an MCP server of its own making lists."""
    if not {"mcp", "mcp_types"} & module.imported_roots:
        return
    for call in module.calls:
        last = last_word(call.func)
        if last != "Tool" or module.qualified(call.func) not in _MCP:
            continue
        name = _text(module, argument(call, "name"))
        if name:
            yield _mcp_tool(module, call, name)


def _mcp_tool(module: Module, call: ast.Call, name: str) -> Tool:
    told = literal(module, argument(call, "description"))
    schema = argument(call, "inputSchema") or argument(call, "input_schema")
    hints = hints_in(module, argument(call, "annotations"))
    branch = _branch(module, name)
    effect, by = effect_by(name, hints, writes_within(module, branch)) if branch else _named(name, hints)
    return Tool(
        name=name,
        place=module.place(call),
        kind="mcp",
        description=told
        if isinstance(told, str)
        else "…"
        if argument(call, "description") is not None
        else "",
        schema=_schema(module, schema),
        effect=effect,
        effect_by=by,
        hints=hints,
    )


def _named(name: str, hints: dict[str, bool]) -> tuple[Effect, str]:
    return effect_by(name, hints, []) if hints else (by_name(name), "name")


def _schema(module: Module, node: ast.expr | None) -> dict[str, Any] | None:
    if isinstance(node, ast.Dict):
        return loosely(module, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "schema" in node.func.attr:
        return schema_of_class(module, node.func.value)
    plain = literal(module, node)
    return plain if isinstance(plain, dict) else None


def _text(module: Module, node: ast.expr | None) -> str:
    """A text, also where it is a member of a class of constants."""
    plain = literal(module, node)
    if isinstance(plain, str):
        return plain
    if isinstance(node, ast.Attribute) and node.attr == "value":
        return _text(module, node.value)
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return ""
    return _members(module).get((node.value.id, node.attr), "")


def _members(module: Module) -> dict[tuple[str, str], str]:
    """The texts that are bound to names in the classes of a module."""
    if "members" not in module.kept:
        module.kept["members"] = {
            (owner.name, part.targets[0].id): part.value.value
            for owner in module.of(ast.ClassDef)
            for part in owner.body
            if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name)
            if isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)
        }
    found: dict[tuple[str, str], str] = module.kept["members"]
    return found


def _branch(module: Module, name: str) -> list[ast.stmt]:
    """What runs for a call of this name: the branch of an `if` or `match` that tests for it."""
    if "branches" not in module.kept:
        found: dict[str, list[ast.stmt]] = {}
        for case in module.of(ast.match_case):
            for value in _cases(case.pattern):
                found.setdefault(_text(module, value), case.body)
        for test in module.of(ast.If):
            one = test.test
            if isinstance(one, ast.Compare) and len(one.ops) == 1 and isinstance(one.ops[0], ast.Eq):
                found.setdefault(_text(module, one.comparators[0]), test.body)
        module.kept["branches"] = found
    branches: dict[str, list[ast.stmt]] = module.kept["branches"]
    return branches.get(name, [])


def _cases(pattern: ast.pattern) -> Iterator[ast.expr]:
    if isinstance(pattern, ast.MatchValue):
        yield pattern.value
    elif isinstance(pattern, ast.MatchOr):
        for one in pattern.patterns:
            yield from _cases(one)
