"""A script as rules see it: its nodes by kind, where each stands, and what its names mean."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from agentprobe.scan.finding import Edit, Place
from agentprobe.scan.scripts.naming import Binding, Naming
from agentprobe.scan.scripts.syntax import Node, Syntax
from agentprobe.scan.text import Text

FUNCTIONS = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition",
    "generator_function_declaration", "generator_function",
})  # fmt: skip
LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_NAMES = frozenset({"identifier", "shorthand_property_identifier", "member_expression"})
_WRAPPERS = frozenset({
    "parenthesized_expression", "await_expression", "as_expression", "satisfies_expression",
    "non_null_expression", "type_assertion",
})  # fmt: skip


class Script:
    """A parsed file of TypeScript or JavaScript. Nodes are looked at, never changed."""

    def __init__(self, path: str, raw: bytes) -> None:
        self.text = Text(path, raw, "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")
        self.path = path
        self.syntax = Syntax(self.text)
        self.root = self.syntax.root
        self._order: dict[str, list[int]] = {}
        self.kept: dict[str, Any] = {}
        """What others have worked out about this script, by what it is."""

    # Nodes

    def of(self, *kinds: str) -> list[Node]:
        """All nodes of these kinds, in the order of the source for each."""
        if len(kinds) == 1:
            return self.syntax.by_kind.get(kinds[0], [])
        return [node for kind in kinds for node in self.syntax.by_kind.get(kind, [])]

    def inside(self, node: Node, *kinds: str) -> list[Node]:
        """The nodes of these kinds within another, itself not counted."""
        found: list[Node] = []
        for kind in kinds:
            every = self.syntax.by_kind.get(kind)
            if not every:
                continue
            order = self._order.get(kind)
            if order is None:
                order = self._order[kind] = [one.at for one in every]
            found += every[bisect_right(order, node.at) : bisect_left(order, node.last + 1)]
        return found

    @property
    def calls(self) -> list[Node]:
        """All calls, those of constructors not counted."""
        return self.of("call_expression")

    @cached_property
    def functions(self) -> list[Node]:
        """All functions, methods and arrows."""
        return sorted(self.of(*FUNCTIONS), key=lambda one: one.at)

    @staticmethod
    def ancestors(node: Node) -> Iterator[Node]:
        """What a node stands in, from the nearest outward."""
        above = node.parent
        while above is not None:
            yield above
            above = above.parent

    def function(self, node: Node) -> Node | None:
        """The innermost function that a node stands in."""
        return next((one for one in self.ancestors(node) if one.kind in FUNCTIONS), None)

    def within(self, node: Node, *kinds: str) -> list[Node]:
        """The nodes of these kinds within another, those of functions within it left out."""
        home = node if node.kind in FUNCTIONS else self.function(node)
        return [one for one in self.inside(node, *kinds) if self.function(one) is home]

    def name_of(self, function: Node | None) -> str:
        """A function's name, with those around it: `Desk.answer`; "" at the top, or where it has none."""
        names: list[str] = []
        around = (function, *self.ancestors(function)) if function is not None else ()
        for one in around:
            if one.kind in FUNCTIONS or one.kind in ("class_declaration", "class"):
                name = self._own_name(one)
                if name:
                    names.append(name)
        return ".".join(reversed(names))

    def _own_name(self, node: Node) -> str:
        named = node.get("name")
        if named is not None:
            return self.source(named)
        holder = node.parent
        while holder is not None and holder.kind in (*_WRAPPERS, "arguments", "call_expression"):
            holder = holder.parent  # `const ask = traced(async () => …)`
        if holder is None:
            return ""
        field = {"variable_declarator": "name", "pair": "key", "public_field_definition": "name"}
        named = holder.get(field.get(holder.kind, ""))
        return self.source(named).strip("\"'") if named is not None and named.kind != "object_pattern" else ""

    # Where things stand

    def source(self, node: Node, most: int = 80) -> str:
        """A node's text on one line, cut to `most` characters."""
        raw = self.text.raw[node.start : min(node.end, node.start + 8 * most)]
        found = " ".join(raw.decode("utf-8", "replace").split())
        return found if len(found) <= most else found[: most - 1] + "…"

    def place(self, node: Node) -> Place:
        """Where a node stands; of a function or class: its head."""
        if node.kind in FUNCTIONS or node.kind.startswith("class"):
            return self.text.place(*self._at(node.start))
        return self.text.place(*self._at(node.start), *self._at(node.end))

    def _at(self, offset: int) -> tuple[int, int]:
        """The line, from 1, and the column in bytes, from 0, of a byte."""
        raw = self.text.raw
        return raw.count(b"\n", 0, offset) + 1, offset - raw.rfind(b"\n", 0, offset) - 1

    def replaced(self, node: Node, text: str) -> Edit:
        """An edit that puts `text` in the place of a node."""
        return Edit(path=self.path, start=node.start, end=node.end, text=text)

    # What names mean

    @cached_property
    def naming(self) -> Naming:
        """What the names of this script are bound to."""
        return Naming(self.root, self.syntax.by_kind, self.text.raw)

    @property
    def imports(self) -> dict[str, str]:
        """What imported names stand for: `{"OpenAI": "openai:default"}`."""
        return self.naming.imports

    def bound(self, name: Node) -> Binding | None:
        """What an identifier, or `this.name`, is bound to; None where that stands in no script."""
        return self.naming.bound(name)

    def bound_here(self, name: Node) -> Binding | None:
        """The binding that a name makes where it is declared."""
        return self.naming.seen(self.source(name), name)

    def bare(self, node: Node | None) -> Node | None:
        """An expression without what does not change it: `await`, parentheses, casts."""
        while node is not None and node.kind in _WRAPPERS:
            node = node.children[0] if node.children else None
        return node

    def value(self, node: Node | None, depth: int = 0) -> Node | None:
        """The expression that a name stands for, where it is bound exactly once; any other node is itself.

        None where a name has several meanings, or none that stands in this file.
        """
        node = self.bare(node)
        if node is None or node.kind not in _NAMES or depth > 6:
            return node
        binding = self.bound(node)
        if binding is None:
            return self._part(node, depth)
        if binding.steady and binding.value is not None and not binding.path and binding.kind != "param":
            return self.value(binding.value, depth + 1)
        return None

    def _part(self, node: Node, depth: int) -> Node | None:
        """`settings.model` where `const settings = {model: …}` stands in this file."""
        if node.kind != "member_expression":
            return node  # a global such as Infinity
        holder, part = node.get("object"), node.get("property")
        table = self.value(holder, depth + 1) if holder is not None else None
        if table is None or part is None or table.kind != "object":
            return None
        found = self.properties(table).get(self.source(part))
        return self.value(found, depth + 1) if found is not None else None

    def properties(self, table: Node) -> dict[str, Node]:
        """The keys of an object that stands in the source, with their values; later ones win."""
        return self.given(table)[0]

    def given(self, table: Node | None, depth: int = 0) -> tuple[dict[str, Node], bool]:
        """The keys of an object, spreads followed, and whether these are all that it can have."""
        table = self.value(table)
        if table is None or table.kind != "object" or depth > 4:
            return {}, table is not None and table.kind in ("null", "undefined")
        found: dict[str, Node] = {}
        whole = True
        for one in table.children:
            if one.kind == "spread_element":
                inner, complete = self._spread(one.children[0] if one.children else None, depth)
                found.update(inner)
                whole = whole and complete
            elif (key := _key_of(one)) is not None:
                name = self.source(key)
                if key.kind == "computed_property_name":
                    whole = False
                else:
                    found[name.strip("\"'")] = one.get("value") or one
        return found, whole

    def _spread(self, node: Node | None, depth: int) -> tuple[dict[str, Node], bool]:
        """What `...x` adds; of `...(hot && {temperature: 1})` both ways are possible, so it is not whole."""
        inner = self.bare(node)
        if inner is not None and inner.kind in ("binary_expression", "ternary_expression"):
            found: dict[str, Node] = {}
            for one in inner.children:
                if one.kind == "object":
                    found.update(self.given(one, depth + 1)[0])
            return found, False
        return self.given(inner, depth + 1)

    def arguments(self, call: Node) -> list[Node]:
        """What a call is given, in order."""
        given = call.get("arguments")
        return [one for one in given.children if one.kind != "comment"] if given is not None else []

    def qualified(self, node: Node | None) -> str:
        """The name of what an expression is, through imports, assignments and types; "" where it has none.

        What is taken out of a package is "package:name"; an instance is named as its class, and the result of
        a call as the function with "()".
        """
        return self.naming.qualified(node)

    def callee(self, call: Node) -> str:
        """The qualified name of what is called."""
        return self.qualified(call.get("function") or call.get("constructor"))

    def target(self, call: Node) -> Node | None:
        """The function of this script that a call calls; None where it is another's."""
        called = self.bare(call.get("function"))
        if called is None or called.kind not in ("identifier", "member_expression"):
            return None
        binding = self.bound(called)
        if binding is None or not binding.steady:
            return None
        if binding.value is not None and binding.value.kind in FUNCTIONS:
            return binding.value
        inner = self.value(binding.value)
        return inner if inner is not None and inner.kind in FUNCTIONS else None


def _key_of(one: Node) -> Node | None:
    if one.kind == "pair":
        return one.get("key")
    if one.kind == "method_definition":
        return one.get("name")
    return one if one.kind == "shorthand_property_identifier" else None
