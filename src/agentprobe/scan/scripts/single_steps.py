"""Calls of Vercel's library that carry a tool out and then stop before the model can speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.model_calls import Asked, model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_MORE = re.compile(
    r"toolCalls|toolResults|\bsteps\b|\bresponse\b|\bmessages\b|staticToolCalls|dynamicToolCalls"
)
_SETS = ("stopWhen", "maxSteps", "prepareStep", "output", "experimental_output", "toolChoice")


def single_steps(script: Script) -> Iterator[Asked]:
    """Calls with tools and the default of one step, of which only the text is used."""
    for asked in model_calls(script).values():
        if asked.callee != "ai:generateText" or "tools" not in asked.given or asked.may_have(*_SETS):
            continue
        if _carried_out(script, asked) and _only_text(script, asked):
            yield asked


def _carried_out(script: Script, asked: Asked) -> bool:
    """Are the tools carried out by the library itself?"""
    table = script.value(asked.given["tools"])
    if table is None or table.kind != "object":
        return False
    for one in script.properties(table).values():
        made = script.value(one)
        given = script.arguments(made) if made is not None and made.kind == "call_expression" else []
        if given and "execute" in script.given(given[0])[0]:
            return True
    return False


def _only_text(script: Script, asked: Asked) -> bool:
    above = asked.node.parent
    while above is not None and above.kind in ("await_expression", "parenthesized_expression"):
        above = above.parent
    name = above.get("name") if above is not None and above.kind == "variable_declarator" else None
    if name is None:
        return False
    said = script.source(name, 200)
    if name.kind == "object_pattern":
        return "text" in said and _MORE.search(said) is None
    uses = [_part(script, one) for one in _later(script, asked.node) if script.source(one) == said]
    return "text" in uses and all(one in ("text", "usage", "finishReason") for one in uses)


def _later(script: Script, node: Node) -> list[Node]:
    home = script.function(node) or script.root
    return [one for one in script.inside(home, "identifier") if one.at > node.last]


def _part(script: Script, one: Node) -> str:
    above = one.parent
    part = above.get("property") if above is not None and above.get("object") is one else None
    return script.source(part) if part is not None else ""
