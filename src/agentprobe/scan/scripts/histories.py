"""Histories of conversations in scripts: lists that grow with each round and are sent whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.scripts.model_calls import Asked, loops_around, model_calls
from agentprobe.scan.scripts.naming import Binding
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_TRIMS = re.compile(
    r"slice|splice|shift|trim\w*|compact\w*|summari[sz]e\w*|truncate\w*|prune\w*|window|pop|filterMessages|"
    r"limit\w*|condense\w*|clear|reset|estimateTokens|countTokens|tokenCount|maxMessages|maxHistory|"
    r"MAX_HISTORY|MAX_MESSAGES",
)
_GIVEN = ("messages", "input", "contents", "history")


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """A list that a call of a model is given and that grows."""

    name: str
    binding: Binding
    asked: Asked
    grown: tuple[Node, ...]
    """Where something is put into it."""
    shared: bool
    """Is it made at the top of the file, once for all sessions?"""


def script_histories(script: Script) -> tuple[History, ...]:
    """The growing histories of a script; worked out once."""
    if "histories" not in script.kept:
        script.kept["histories"] = tuple(_histories(script))
    found: tuple[History, ...] = script.kept["histories"]
    return found


def _histories(script: Script) -> Iterator[History]:
    for asked in model_calls(script).values():
        for node in _told(script, asked):
            name = _list(script, node)
            binding = script.bound(name) if name is not None else None
            if name is None or binding is None or binding.kind in ("import", "param", "loop") or binding.path:
                continue
            word = script.source(name)
            grown = tuple(_grown(script, word, binding))
            if grown:
                shared = script.function(binding.node) is None and binding.kind != "field"
                yield History(name=word, binding=binding, asked=asked, grown=grown, shared=shared)


def _told(script: Script, asked: Asked) -> Iterator[Node]:
    for word in _GIVEN:
        if word in asked.given:
            yield asked.given[word]
    if asked.api.on_maker:
        yield from script.arguments(asked.node)[:1]


def _list(script: Script, node: Node) -> Node | None:
    """The list in `messages`, `[system, ...messages]` or `messages as X`."""
    node = script.bare(node) or node
    if node.kind in ("identifier", "shorthand_property_identifier", "member_expression"):
        return node if node.kind != "member_expression" or script.bound(node) is not None else None
    if node.kind == "array":
        spread = [one.children[0] for one in node.children if one.kind == "spread_element" and one.children]
        return _list(script, spread[-1]) if spread else None
    return None


def _grown(script: Script, word: str, binding: Binding) -> Iterator[Node]:
    for call in script.calls:
        called = call.get("function")
        if called is None or called.kind != "member_expression":
            continue
        part, holder = called.get("property"), called.get("object")
        if part is None or holder is None or script.source(part) not in ("push", "unshift"):
            continue
        if script.source(holder) == word and script.bound(holder) is binding:
            yield call


def is_trimmed(script: Script, one: History) -> bool:
    """Does anything shorten a history, or the program count what it holds?"""
    raw = script.text.raw.decode("utf-8", "replace")
    word = re.escape(one.name)
    near = re.compile(
        rf"{word}\s*(?:\.(?:{_TRIMS.pattern})\b|\.length\s*(?:[><=!]|\))|=(?!=))|"
        rf"(?:{_TRIMS.pattern})\w*\([^)]{{0,80}}{word}\b"
    )
    return near.search(_without_declaration(raw, one, script)) is not None


def _without_declaration(raw: str, one: History, script: Script) -> str:
    said = script.source(one.binding.node, 200)
    return raw.replace(said, "", 1) if said in raw else re.sub(
        rf"(?:const|let|var)\s+{re.escape(one.name)}\b[^=\n]*=", "", raw, count=1
    )  # fmt: skip


def grows_each_round(script: Script, one: History) -> Node | None:
    """The endless loop, or the function called for each message, in which a history grows and is sent."""
    for loop in loops_around(script, one.asked.node):
        outside = not loop.holds(one.binding.node)
        if outside and any(loop.holds(each) for each in one.grown) and _is_open(script, loop):
            return loop
    function = script.function(one.asked.node)
    if function is not None and not function.holds(one.binding.node):
        homes = {script.function(each) for each in one.grown}
        if function in homes:
            return function
    return None


def _is_open(script: Script, loop: Node) -> bool:
    """May a loop go round any number of times?"""
    if (
        loop.kind in ("for_in_statement", "for_statement")
        and loop.get("condition") is not None
        and loop.kind == "for_statement"
    ):
        test = loop.get("condition")
        return test is not None and test.kind == "empty_statement"
    if loop.kind == "for_in_statement":
        return "readline" in script.source(loop, 200) or script.source(loop, 10).startswith("for await")
    test = script.bare(loop.get("condition"))
    return (
        test is not None
        and re.search(r"<|>|max|limit|count", script.source(test, 200), re.IGNORECASE) is None
    )


def serves(script: Script) -> bool:
    """Does a script answer requests of many people: routes, web sockets, bots?"""
    said = " ".join(script.imports.values())
    return (
        re.search(r"(?:^|\s)(?:express|fastify|hono|koa|@hono/[\w-]+|ws|socket\.io|next/server|discord\.js|"
                  r"telegraf|grammy|"
                  r"@slack/bolt|@nestjs/common|elysia|@sveltejs/kit|h3|http|node:http):", said) is not None
        or b"Deno.serve" in script.text.raw or b"Bun.serve" in script.text.raw
        or re.search(r"(?:^|/)(?:app|pages)/api/|/route\.[jt]s$|/\+server\.[jt]s$", script.path) is not None
    )  # fmt: skip
