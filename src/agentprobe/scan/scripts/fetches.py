"""Requests over HTTP in scripts: whether anything ends the wait, and whether somebody looks at the status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.scripts.literals import text
from agentprobe.scan.scripts.naming import Binding
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_FETCH = ("fetch", "node-fetch:default", "undici:fetch", "cross-fetch:default", "globalThis.fetch")
_AXIOS = re.compile(r"^axios:(?:default|\*)(?:\.(?:get|post|put|patch|delete|request|create\(\)\.\w+))?$")
_BODY = ("json", "text", "blob", "arrayBuffer", "formData", "body")
_LOCAL = re.compile(r"^(?:/(?!/)|data:|blob:|file:|chrome-extension:|\{[^}]*(?:getURL|import\.meta)[^}]*\})")


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """A request over HTTP."""

    call: Node
    by: str
    """"fetch" or "axios"."""
    address: str
    """As far as it stands in the source."""
    options: dict[str, Node]
    whole: bool
    """Is nothing else said of it that could not be followed?"""


def requests(script: Script) -> Iterator[Request]:
    """The requests of a script to other machines."""
    for call in script.calls:
        callee = script.callee(call)
        by = "fetch" if callee in _FETCH else "axios" if _AXIOS.match(callee) else ""
        given = script.arguments(call) if by else []
        if not given:
            continue
        where = text(script, given[0]) or ""
        if where and _LOCAL.match(where):
            continue
        tables = [script.given(one) for one in given[1:]] if given[1:] else []
        if by == "axios" and callee.endswith((":default", ":*", ".request")):
            tables.append(script.given(given[0]))
        options = {key: its for found, _ in tables for key, its in found.items()}
        whole = not tables or all(whole for _, whole in tables[-1:])
        yield Request(call=call, by=by, address=where, options=options, whole=whole)


def waits_for_ever(script: Script, one: Request) -> str:
    """Why nothing ends the wait for a request; "" where something does, or nobody can say."""
    if not one.whole or {"signal", "timeout", "cancelToken", "dispatcher", "agent"} & one.options.keys():
        return ""
    if one.by == "axios":
        raw = script.text.raw
        if b"axios.defaults.timeout" in raw or (b"timeout:" in raw and b"axios.create" in raw):
            return ""
        return "axios has no timeout by default"
    race = next((call for call in script.ancestors(one.call) if call.kind == "call_expression"
                 and script.callee(call) == "Promise.race"), None)  # fmt: skip
    return (
        "" if race is not None else "fetch waits 300 s for the headers and 300 s for each piece of the body"
    )


def unchecked(script: Script, one: Request) -> Node | None:
    """Where the body of an answer is read though nobody looks at its status; None where somebody may."""
    if one.by != "fetch":
        return None  # axios throws by itself
    above = one.call.parent
    while above is not None and above.kind in ("await_expression", "parenthesized_expression"):
        above = above.parent
    if above is None:
        return None
    if above.kind == "member_expression":  # (await fetch(url)).json(), fetch(url).then(…)
        return _of_member(script, above)
    if above.kind != "variable_declarator":
        return None
    name = above.get("name")
    if name is None or name.kind != "identifier":
        return None
    return _of_name(script, name)


def _of_member(script: Script, member: Node) -> Node | None:
    part = member.get("property")
    word = script.source(part) if part is not None else ""
    call = member.parent
    if call is None or call.kind != "call_expression":
        return None
    if word in _BODY:
        return call
    if word != "then":
        return None
    given = script.arguments(call)
    first = script.bare(given[0]) if given else None
    body = first.get("body") if first is not None and first.kind == "arrow_function" else None
    plain = re.fullmatch(r"(\w+)\.(?:json|text)\(\)", script.source(body)) if body is not None else None
    return call if plain else None


def _of_name(script: Script, name: Node) -> Node | None:
    """Where the body of an answer with a name is read; None where its status is, or it is handed on."""
    binding = script.bound_here(name)
    if binding is None or not binding.steady:
        return None
    read: Node | None = None
    for use in _uses(script, name, binding):
        above = use.parent
        if above is None or above.kind != "member_expression" or above.get("object") is not use:
            return None  # handed to somebody, who may look
        part = above.get("property")
        word = script.source(part) if part is not None else ""
        if word not in _BODY:
            if word in ("headers", "url", "clone"):
                continue
            return None
        read = read or above
    return read


def _uses(script: Script, name: Node, binding: Binding) -> Iterator[Node]:
    word = script.source(name)
    block = script.function(name) or script.root
    for one in script.inside(block, "identifier", "shorthand_property_identifier"):
        if one is not name and script.source(one) == word and script.bound(one) is binding:
            yield one
