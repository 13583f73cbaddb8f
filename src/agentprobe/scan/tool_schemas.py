"""A function's parameters as JSON Schema, as frameworks make them from annotations and docstrings."""

from __future__ import annotations

import ast
from typing import Any

from agentprobe.scan.module import Function, Module, argument
from agentprobe.scan.values import literal

_TYPES = {
    "str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array",
    "dict": "object",
    "List": "array", "Dict": "object", "tuple": "array", "set": "array",
}  # fmt: skip
_HANDED_IN = frozenset({
    "self", "cls", "ctx", "context", "config", "state", "runtime", "run_manager", "tool_call_id", "callbacks",
    "browser_session", "file_system", "page", "page_extraction_llm", "context_variables", "tool_context",
    "store",
    "available_file_paths", "has_sensitive_data", "page_url", "run_context", "wrapper", "agent",
})  # fmt: skip
"""Parameters that frameworks fill in themselves."""


def schema_of(module: Module, function: Function) -> dict[str, Any]:
    """A function's parameters as JSON Schema, as its annotations say; no "type" where they do not."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    without = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for place, one in enumerate(every):
        if one.arg in _HANDED_IN:
            continue
        told = _typed(module, one.annotation)
        properties[one.arg] = told
        if place < without or (place >= len(every) - len(given.kwonlyargs) and _no_default(given, one)):
            required.append(one.arg)
    return {"type": "object", "properties": properties, "required": required}


def _no_default(given: ast.arguments, one: ast.arg) -> bool:
    return given.kw_defaults[given.kwonlyargs.index(one)] is None if one in given.kwonlyargs else False


def _typed(module: Module, node: ast.expr | None, depth: int = 0) -> dict[str, Any]:
    if node is None or depth > 8:
        return {}
    if isinstance(node, ast.Subscript):
        outer = ast.unparse(node.value).rpartition(".")[2]
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if outer == "Literal":
            return {"enum": [one.value for one in inner if isinstance(one, ast.Constant)]}
        if outer == "Annotated":
            told = [
                one.value for one in inner[1:] if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            fields = [
                literal(module, argument(one, "description"))
                for one in inner[1:]
                if isinstance(one, ast.Call)
            ]
            words = [*told, *(one for one in fields if isinstance(one, str))]
            return _typed(module, inner[0], depth + 1) | ({"description": words[0]} if words else {})
        if outer in ("Optional", "Union"):
            return _typed(module, inner[0], depth + 1)
        return {"type": _TYPES[outer]} if outer in _TYPES else {"type": "object"}
    if isinstance(node, ast.BinOp):
        return _typed(module, node.left, depth + 1)
    name = ast.unparse(node)
    if name.rpartition(".")[2] in ("Any", "object"):
        return {}
    return {"type": _TYPES.get(name.rpartition(".")[2], "object")}


def schema_of_class(module: Module, node: ast.expr, depth: int = 0) -> dict[str, Any] | None:
    """The fields of a pydantic model of this file as JSON Schema; None where it is made elsewhere."""
    name = node.id if isinstance(node, ast.Name) else ""
    owner = next((one for one in module.of(ast.ClassDef) if one.name == name), None) if name else None
    if owner is None or depth > 4:
        return None
    properties: dict[str, Any] = {}
    required: list[str] = []
    for base in owner.bases:
        inner = schema_of_class(module, base, depth + 1)
        properties |= inner["properties"] if inner is not None else {}
    for part in owner.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            told = _typed(module, part.annotation)
            field = part.value if isinstance(part.value, ast.Call) else None
            words = literal(module, argument(field, "description")) if field is not None else None
            properties[part.target.id] = told | ({"description": words} if isinstance(words, str) else {})
            if part.value is None:
                required.append(part.target.id)
    return {"type": "object", "properties": properties, "required": required}
