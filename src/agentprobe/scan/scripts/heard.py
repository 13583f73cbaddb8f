"""What of a script is text that a model wrote, followed from its answer to where it is used."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agentprobe.scan.scripts.apis import gives_types
from agentprobe.scan.scripts.model_calls import Asked, model_calls
from agentprobe.scan.scripts.script import FUNCTIONS, Script
from agentprobe.scan.scripts.syntax import Node

_DEEPEST = 14
_SAME = frozenset({
    "trim", "replace", "replaceAll", "slice", "substring", "substr", "match", "toString", "split", "join",
    "at", "pop",
    "toLowerCase", "toUpperCase", "text", "json", "find", "filter", "map", "flatMap", "trimStart",
    "trimEnd", "concat",
    "exec", "normalize", "shift", "reverse",
})  # fmt: skip
"""Methods whose result is still what the model wrote."""
_EACH = frozenset({"map", "forEach", "filter", "flatMap", "find", "some", "every", "reduce", "then"})
_TYPED = frozenset({"parsed", "output_parsed", "object", "parsed_output", "experimental_output",
    "output", "usage",
                    "totalUsage", "id", "status", "role", "ok", "headers", "name", "finishReason", "length",
                    "stop_reason", "finish_reason", "type", "state", "history"})  # fmt: skip
"""Parts of an answer that no model wrote, or that were checked."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Text of a model."""

    asked: Asked
    path: tuple[str, ...] = ()
    """What is taken of the answer, outward."""
    through: str = ""
    """The function of this script that handed it on."""

    @property
    def sure(self) -> bool:
        """Was all of it followed?"""
        return self.asked.sure and not self.through


class Hearing:
    """Finds where expressions of one script come from."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls = model_calls(script)
        self._known: dict[Node, Heard | None] = {}
        self._returns: dict[Node, Heard | None] = {}

    def heard(self, node: Node | None, depth: int = 0) -> Heard | None:
        """The model that wrote what an expression holds; None where none did."""
        node = self.script.bare(node)
        if node is None or depth > _DEEPEST or not self.calls:
            return None
        if node in self._known:
            return self._known[node]
        self._known[node] = None
        found = self._told(node, depth)
        self._known[node] = found
        return found

    def _told(self, node: Node, depth: int) -> Heard | None:
        if node.kind == "call_expression":
            return self._called(node, depth)
        if node.kind in ("member_expression", "subscript_expression"):
            return self._part(node, depth)
        if node.kind in ("identifier", "shorthand_property_identifier"):
            return self._named(node, depth)
        if node.kind in (
            "binary_expression",
            "ternary_expression",
            "template_string",
            "template_substitution",
        ):
            parts = node.children[1:] if node.kind == "ternary_expression" else node.children
            return next((told for one in parts if (told := self.heard(one, depth + 1))), None)
        return None

    def _called(self, node: Node, depth: int) -> Heard | None:
        if node in self.calls:
            asked = self.calls[node]
            return None if gives_types(asked.callee) else Heard(asked=asked)
        function = self.script.bare(node.get("function"))
        if function is not None and function.kind == "member_expression":
            part = function.get("property")
            if part is not None and self.script.source(part) in _SAME:
                return self.heard(function.get("object"), depth + 1)
        target = self.script.target(node)
        if target is not None and not target.holds(node):
            return self._returned(target, depth)
        given = self.script.arguments(node)
        callee = self.script.callee(node)
        if callee in ("String", "Promise.all", "Promise.race", "decodeURIComponent") and given:
            return self.heard(given[0], depth + 1)
        return None

    def _part(self, node: Node, depth: int) -> Heard | None:
        binding = self.script.bound(node) if node.kind == "member_expression" else None
        if binding is not None:
            return None  # a field of this: what it holds at another time cannot be said
        part = node.get("property")
        word = self.script.source(part) if part is not None else ""
        found = self.heard(node.get("object"), depth + 1)
        if found is None or word in _TYPED:
            return None
        return replace(found, path=(*found.path, word)) if word else found

    def _named(self, node: Node, depth: int) -> Heard | None:
        binding = self.script.bound(node)
        if binding is None or binding.kind in ("import", "function", "class", "catch", "field"):
            return None
        if _TYPED & set(binding.path):
            return None
        if binding.kind == "param":
            return self._given(binding.node, depth)
        for value in binding.every:
            found = self.heard(value, depth + 1)
            if found is not None:
                return replace(found, path=(*found.path, *binding.path)) if binding.path else found
        return None

    def _given(self, parameter: Node, depth: int) -> Heard | None:
        """What a callback is given: `calls.map((call) => …)`."""
        function = parameter
        while function.kind not in FUNCTIONS:
            if function.parent is None:
                return None
            function = function.parent
        given = function.parent
        call = given.parent if given is not None and given.kind == "arguments" else None
        method = call.get("function") if call is not None and call.kind == "call_expression" else None
        part = method.get("property") if method is not None and method.kind == "member_expression" else None
        if method is None or part is None or self.script.source(part) not in _EACH:
            return None
        return self.heard(method.get("object"), depth + 1)

    def _returned(self, function: Node, depth: int) -> Heard | None:
        if function not in self._returns:
            self._returns[function] = None
            self._returns[function] = self._handed_on(function, depth)
        found = self._returns[function]
        return (
            replace(found, through=self.script.name_of(function) or "a function")
            if found is not None
            else None
        )

    def _handed_on(self, function: Node, depth: int) -> Heard | None:
        body = function.get("body")
        if body is not None and body.kind != "statement_block":
            return self.heard(body, depth + 1)
        for one in self.script.within(function, "return_statement"):
            found = self.heard(one.children[0], depth + 1) if one.children else None
            if found is not None:
                return found
        return None


def hearing(script: Script) -> Hearing:
    """What finds model text in a script; made once."""
    if "hearing" not in script.kept:
        script.kept["hearing"] = Hearing(script)
    found: Hearing = script.kept["hearing"]
    return found
