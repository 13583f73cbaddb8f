"""The JSON Schema of agentprobe.toml, with the sentence beneath each setting as its description."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import msgspec

from agentprobe.config.settings import Settings


def settings_schema() -> dict[str, Any]:
    """The schema that editors check and complete a settings file by."""
    schema = msgspec.json.schema(Settings)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    kinds = {kind.__name__: kind for kind in _kinds(Settings)}
    for name, definition in schema["$defs"].items():
        if name in kinds:
            _describe(definition, sentences(kinds[name]))
    return schema


def sentences(kind: type) -> dict[str, str]:
    """The text beneath each field of a class, by the field's name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    found = {}
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = text
    return found


def _describe(definition: dict[str, Any], texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if name in definition.get("properties", {}):
            definition["properties"][name]["description"] = text


def _kinds(kind: Any) -> Iterator[type]:
    """The tables that a settings type consists of, itself included."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for inner in get_type_hints(kind).values():
            yield from _kinds(inner)
    for inner in get_args(kind):
        yield from _kinds(inner)
