"""Where a script names the model that is to be used; menus and lists of models are not meant."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.scan.facts import NamedModel
from agentprobe.scan.model_names import looks_like_one, names_a_model
from agentprobe.scan.scripts.model_calls import Asked, model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_LISTED = frozenset({
    "provider", "label", "description", "imageInput", "contextWindow", "context", "pricing", "hostedId",
    "platformLink",
    "displayName", "inputPrice", "price", "tokenLimit",
})  # fmt: skip
"""Keys beside a model's name where it is one of many to choose from."""
_AROUND = frozenset({
    "as_expression", "binary_expression", "ternary_expression", "parenthesized_expression",
    "satisfies_expression",
})  # fmt: skip
_FEW = 3


def named_models(script: Script) -> Iterator[NamedModel]:
    """The models that a script names to be used, in the order of the source."""
    calls = model_calls(script)
    for node in script.of("string"):
        if node.end - node.start > 90:
            continue
        word = script.source(node, 100)[1:-1]
        if not looks_like_one(word) or " " in word:
            continue
        said = _said(script, node, calls)
        if said is not None:
            yield NamedModel(
                name=word, place=script.place(node), sure=said[1], said=said[0],
                function=script.name_of(script.function(node)),
            )  # fmt: skip


def _said(script: Script, node: Node, calls: dict[Node, Asked]) -> tuple[str, bool] | None:
    """What is set to a model's name, and whether a call is given it; None for mere lists of models."""
    above = node.parent
    while above is not None and above.kind in _AROUND:
        operator = above.get("operator")
        if operator is not None and script.source(operator) not in ("??", "||"):
            return None  # a comparison
        above = above.parent
    if above is None:
        return None
    if above.kind == "pair" and above.get("value") is not None:
        return _of_pair(script, above, calls)
    if above.kind == "variable_declarator":
        name = above.get("name")
        return _if_model(script.source(name)) if name is not None else None
    if above.kind == "arguments" and above.parent is not None:
        return _of_provider(script, above)
    if above.kind in ("required_parameter", "public_field_definition"):
        name = above.get("pattern") or above.get("name")
        return _if_model(script.source(name)) if name is not None else None
    return None


def _if_model(name: str) -> tuple[str, bool] | None:
    return (name, False) if names_a_model(name) else None


def _of_pair(script: Script, pair: Node, calls: dict[Node, Asked]) -> tuple[str, bool] | None:
    key, table = pair.get("key"), pair.parent
    if key is None or table is None or not names_a_model(script.source(key).strip("\"'")):
        return None
    holder = table.parent
    if script.properties(table).keys() & _LISTED:
        return None
    if holder is not None and holder.kind == "arguments" and holder.parent is not None:
        made = holder.parent
        return script.source(key), made in calls or made.kind == "new_expression"
    listed = holder is not None and holder.kind in ("array", "pair") and len(holder.children) > _FEW
    return None if listed else (script.source(key), False)


def _of_provider(script: Script, given: Node) -> tuple[str, bool] | None:
    """`openai("gpt-4o")`: the argument of a provider's function of Vercel's library."""
    call = given.parent
    if call is None or call.kind != "call_expression" or len(given.children) != 1:
        return None
    callee = script.callee(call)
    return ("model", True) if callee.startswith("@ai-sdk/") and "." not in callee.partition(":")[2] else None
