"""The calls of models in a script, each with what it is given and where its client is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.scripts.apis import ScriptApi, api_of, maker_of
from agentprobe.scan.scripts.literals import text
from agentprobe.scan.scripts.script import FUNCTIONS, LOOPS, Script
from agentprobe.scan.scripts.syntax import Node

HTTP = ScriptApi(
    name="http", package="", timeout=("signal",), end=("finish_reason", "stop_reason", "finishReason")
)
"""A provider asked by `fetch`, without a library."""
_ADDRESSES = re.compile(
    r"/chat/completions|anthropic\.com/v1/messages|:generateContent|openai\.com/v1/responses|"
    r"/api/(?:chat|generate)$"
)
_MAKING = frozenset({"new_expression", "call_expression"})
_MAKING_CALLS = (":initChatModel", ":createReactAgent", ":createAgent")
_DEEPEST = 14


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A call of a model."""

    node: Node
    api: ScriptApi
    callee: str
    sure: bool
    given: dict[str, Node]
    """What the call is given, by name."""
    whole: bool
    """Is that all it can be given?"""
    options: dict[str, Node]
    """What is said of the request: deadline, attempts."""
    maker: Node | None = None
    """Where its client or model is made, when that stands in this file."""
    made_with: dict[str, Node]
    made_whole: bool = True

    @property
    def last(self) -> str:
        """The last word of what is called."""
        return self.callee.rpartition(".")[2].rpartition(":")[2]

    def setting(self, *names: str) -> Node | None:
        """What one of these settings is set to, by the request, the call or the maker, in this order."""
        for table in (self.options, self.given, self.made_with):
            for name in names:
                if name in table:
                    return table[name]
        return None

    def may_have(self, *names: str) -> bool:
        """Is one of these settings given, or may something that cannot be followed give it?"""
        return not self.whole or not self.made_whole or self.setting(*names) is not None


def model_calls(script: Script) -> dict[Node, Asked]:
    """The calls of models of a script, by their nodes; worked out once."""
    if "model calls" not in script.kept:
        script.kept["model calls"] = {one.node: one for one in _all(script)}
    found: dict[Node, Asked] = script.kept["model calls"]
    return found


def _all(script: Script) -> Iterator[Asked]:
    for node in script.calls:
        callee = script.callee(node)
        if not callee or ("." not in callee and ":" not in callee and callee != "fetch"):
            continue
        if callee == "fetch":
            if (told := _by_address(script, node)) is not None:
                yield told
            continue
        found = api_of(callee)
        if found is not None and not _is_part(script, node):
            yield _asked(script, node, callee, *found)


def _is_part(script: Script, node: Node) -> bool:
    """Is it a name that only looks like a call: `create.mockReturn`?"""
    above = node.parent
    return above is not None and above.kind == "member_expression" and "mock" in script.source(above)[-40:]


def _by_address(script: Script, node: Node) -> Asked | None:
    given = script.arguments(node)
    where = text(script, given[0]) if given else None
    if where is None or _ADDRESSES.search(where) is None:
        return None
    options, whole = script.given(given[1]) if len(given) > 1 else ({}, True)
    return Asked(node=node, api=HTTP, callee="fetch", sure="/api/" not in where, given=options, whole=whole,
                 options={}, made_with={})  # fmt: skip


def _asked(script: Script, node: Node, callee: str, api: ScriptApi, sure: bool) -> Asked:
    arguments = script.arguments(node)
    at = api.prompt
    given, whole = script.given(arguments[at]) if len(arguments) > at else ({}, True)
    options: dict[str, Node] = {}
    if api.options >= 0 and len(arguments) > api.options:
        options, complete = script.given(arguments[api.options])
        whole = whole and complete
    if api.on_maker:
        given, whole = {}, len(arguments) < 2 or whole
    maker = maker_behind(script, node.get("function"))
    made_with, made_whole = _made(script, maker)
    if maker is None and api.makers:
        made_whole = False
    given = {**given, **_inner(script, given)}
    return Asked(node=node, api=api, callee=callee, sure=sure, given=given, whole=whole, options=options,
                 maker=maker, made_with=made_with, made_whole=made_whole)  # fmt: skip


def _inner(script: Script, given: dict[str, Node]) -> dict[str, Node]:
    """Settings that stand one table deeper: `config: {temperature: 0}`."""
    found: dict[str, Node] = {}
    for name in ("config", "generationConfig", "modelSettings", "options"):
        if name in given:
            found.update({key: its for key, its in script.given(given[name])[0].items() if key not in given})
    return found


def _made(script: Script, maker: Node | None) -> tuple[dict[str, Node], bool]:
    if maker is None:
        return {}, True
    tables = [one for one in script.arguments(maker) if one.kind not in ("string", "template_string")]
    if not tables:
        return {}, True
    found, whole = script.given(tables[-1])
    if "clientOptions" in found or "configuration" in found:
        inner = script.given(found.get("clientOptions") or found.get("configuration"))
        found = {**inner[0], **found}
        whole = whole and inner[1]
    return found, whole


def maker_behind(script: Script, node: Node | None, depth: int = 0) -> Node | None:
    """Where what a method is called on is made: `new OpenAI(…)`; None where that stands in no script."""
    node = script.bare(node)
    for _ in range(_DEEPEST):
        if node is None:
            return None
        if node.kind == "new_expression":
            return node
        if node.kind == "call_expression" and script.callee(node).endswith(_MAKING_CALLS):
            return node
        if node.kind in ("binary_expression", "ternary_expression"):
            node = next((one for one in reversed(node.children) if script.bare(one) is not None and
                         script.bare(one).kind in _MAKING), None)  # type: ignore[union-attr]  # fmt: skip
        elif node.kind in ("identifier", "member_expression") and script.bound(node) is not None:
            binding = script.bound(node)
            made = [one for one in binding.every if one.kind not in ("null", "undefined")] if binding else []
            node = script.bare(made[0]) if len(made) == 1 and binding and binding.kind != "loop" else None
        elif node.kind == "member_expression":
            node = script.bare(node.get("object"))
        elif node.kind == "call_expression":
            target = script.target(node)
            node = script.bare(node.get("function")) if target is None else script.naming.made_by(target)
        else:
            return None
    return None


def makers(script: Script) -> dict[Node, ScriptApi]:
    """All places that make a client or a model."""
    found: dict[Node, ScriptApi] = {}
    for node in script.of("new_expression"):
        api = maker_of(script.qualified(node))
        if api is not None:
            found[node] = api
    return found


def askers(script: Script) -> dict[Node, Asked]:
    """The functions of a script that come to call a model, each with a call that it comes to."""
    if "askers" not in script.kept:
        found: dict[Node, Asked] = {}
        for one in model_calls(script).values():
            function = script.function(one.node)
            while function is not None:
                found.setdefault(function, one)
                function = script.function(function) if script.name_of(function) == "" else None
        targets = [(call, target) for call in script.calls if (target := script.target(call)) is not None]
        for _ in range(6):
            more = {
                home: found[target]
                for call, target in targets
                if target in found and (home := script.function(call)) is not None and home not in found
            }
            if not more:
                break
            found.update(more)
        script.kept["askers"] = found
    told: dict[Node, Asked] = script.kept["askers"]
    return told


def asking(script: Script, node: Node) -> Iterator[tuple[Node, Asked, bool]]:
    """The calls within a node that come to a model: (the call, what is asked, does it itself ask?)."""
    direct, through = model_calls(script), askers(script)
    for call in script.inside(node, "call_expression"):
        if call in direct:
            yield call, direct[call], True
        elif (target := script.target(call)) is not None and target in through and not target.holds(call):
            yield call, through[target], False


def loops_around(script: Script, node: Node) -> list[Node]:
    """The loops around a node within its function, the innermost first."""
    found: list[Node] = []
    for one in script.ancestors(node):
        if one.kind in FUNCTIONS:
            break
        if one.kind in LOOPS:
            found.append(one)
    return found
