"""What the names of a script mean: imports, declarations, assignments, types of parameters and fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agentprobe.scan.scripts.syntax import Node

_FUNCTIONS = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition",
    "generator_function_declaration", "generator_function",
})  # fmt: skip
_BLOCKS = frozenset({"program", "statement_block", "for_statement", "for_in_statement", "switch_body",
                     "catch_clause"}) | _FUNCTIONS  # fmt: skip
_CLASSES = ("class_declaration", "class", "abstract_class_declaration")
_TYPE = re.compile(r":\s*([A-Za-z_$][\w$.]*)\s*(?:<[^;]*>)?\s*(?:\|\s*(?:null|undefined)\s*)*$")
_GIVES = re.compile(r":\s*(?:Promise<)?\s*([A-Za-z_$][\w$.]*)\s*>?\s*$")
_THROUGH = frozenset({"parenthesized_expression", "await_expression", "as_expression", "satisfies_expression",
                      "non_null_expression", "type_assertion"})  # fmt: skip
_DEEPEST = 8
_LONGEST = 300


@dataclass(slots=True, eq=False)
class Binding:
    """What a name is bound to where it is declared, and later."""

    name: str
    node: Node
    """Where it is declared."""
    kind: str
    """One of import, const, let, var, param, function, class, catch, loop, field."""
    value: Node | None = None
    """What it is bound to there; of a `for … of`: what is gone through."""
    path: tuple[str, ...] = ()
    """What of the value it is: `const {data: [first]} = x` binds first to ("data", "0")."""
    type: str = ""
    later: list[Node] = field(default_factory=list)
    """What is assigned to it afterwards."""

    @property
    def steady(self) -> bool:
        """Is it bound once only?"""
        return not self.later

    @property
    def every(self) -> list[Node]:
        """All that it may be bound to."""
        return [*([self.value] if self.value is not None else []), *self.later]


class Naming:
    """The bindings of one script, by the block that they are seen in."""

    def __init__(self, root: Node, by_kind: Mapping[str, list[Node]], raw: bytes) -> None:
        self._root = root
        self._by_kind = by_kind
        self._raw = raw
        self.imports: dict[str, str] = {}
        self._scopes: dict[Node, dict[str, Binding]] = defaultdict(dict)
        self._fields: dict[Node, dict[str, Binding]] = defaultdict(dict)
        self._known: dict[Node, str] = {}
        self._import()
        self._declare()
        self._assign()

    def text(self, node: Node) -> str:
        """A node's source."""
        return self._raw[node.start : min(node.end, node.start + 2_000)].decode("utf-8", "replace")

    # Gathering

    def _import(self) -> None:
        for node in self._by_kind.get("import_statement", []):
            source = node.get("source")
            clause = next((one for one in node.children if one.kind == "import_clause"), None)
            if source is None or clause is None:
                continue
            home = self.text(source).strip("\"'`")
            for one in clause.children:
                self._clause(one, home)

    def _clause(self, one: Node, home: str) -> None:
        if one.kind == "identifier":
            self._imported(one, f"{home}:default")
        elif one.kind == "namespace_import" and one.children:
            self._imported(one.children[-1], f"{home}:*")
        elif one.kind == "named_imports":
            for each in one.children:
                name = each.get("name")
                if name is not None:
                    self._imported(each.get("alias") or name, f"{home}:{self.text(name)}")

    def _imported(self, local: Node, meant: str) -> None:
        name = self.text(local)
        self.imports[name] = meant
        self._scopes[self._root][name] = Binding(name, local, "import")

    def _declare(self) -> None:
        for node in self._by_kind.get("variable_declarator", []):
            name = node.get("name")
            if name is None:
                continue
            holder = node.parent
            word = holder.get("kind") if holder is not None else None
            kind = self.text(word) if word is not None else "var"
            required = self._required(node.get("value"))
            if required:
                self._take_out(name, required, node)
            else:
                self._bind(
                    self._block(node), name, Binding("", node, kind, node.get("value")), self._typed(node)
                )
        for kind in ("function_declaration", "generator_function_declaration", *_CLASSES):
            for node in self._by_kind.get(kind, []):
                name = node.get("name")
                if name is not None:
                    made = Binding(self.text(name), node, "class" if "class" in kind else "function", node)
                    self._scopes[self._block(node)][made.name] = made
        self._parameters()
        self._loops_and_handlers()
        self._declare_fields()

    def _required(self, value: Node | None) -> str:
        """Of `require("openai")` and `await import("openai")`: the package."""
        value = self._bare(value)
        if value is None or value.kind != "call_expression":
            return ""
        called, given = value.get("function"), value.get("arguments")
        if called is None or given is None or self.text(called) not in ("require", "import"):
            return ""
        first = given.children[0] if given.children else None
        return self.text(first).strip("\"'`") if first is not None and first.kind == "string" else ""

    def _take_out(self, name: Node, home: str, where: Node) -> None:
        block = self._block(where)
        if name.kind == "identifier":
            self.imports.setdefault(self.text(name), f"{home}:*")
            self._scopes[block][self.text(name)] = Binding(self.text(name), where, "import")
            return
        for one in name.children:
            key, local = one.get("key") or one, one.get("value") or one
            self.imports.setdefault(self.text(local), f"{home}:{self.text(key)}")
            self._scopes[block][self.text(local)] = Binding(self.text(local), where, "import")

    def _parameters(self) -> None:
        for kind in ("required_parameter", "optional_parameter"):
            for node in self._by_kind.get(kind, []):
                name, function = node.get("pattern"), self._above(node, _FUNCTIONS)
                if name is None or function is None:
                    continue
                made = Binding("", node, "param", node.get("value"))
                self._bind(function, name, made, self._typed(node))
                if function.kind == "method_definition" and any(
                    one.kind in ("accessibility_modifier", "override_modifier") for one in node.children
                ):
                    owner = self._above(function, _CLASSES)
                    if owner is not None:
                        self._fields[owner][self.text(name)] = Binding(
                            self.text(name), node, "field", None, type=self._typed(node)
                        )
        for node in self._by_kind.get("arrow_function", []):
            single = node.get("parameter")
            if single is not None:
                self._bind(node, single, Binding("", single, "param"), "")

    def _loops_and_handlers(self) -> None:
        for node in self._by_kind.get("for_in_statement", []):
            left = node.get("left")
            if left is not None:
                self._bind(node, left, Binding("", node, "loop", node.get("right")), "")
        for node in self._by_kind.get("catch_clause", []):
            name = node.get("parameter")
            if name is not None:
                self._bind(node, name, Binding("", node, "catch"), "")

    def _declare_fields(self) -> None:
        for node in self._by_kind.get("public_field_definition", []):
            name, owner = node.get("name"), self._above(node, _CLASSES)
            if name is not None and owner is not None:
                made = Binding(self.text(name), node, "field", node.get("value"), type=self._typed(node))
                self._fields[owner][made.name] = made
        for node in self._by_kind.get("method_definition", []):
            name, owner = node.get("name"), node.parent.parent if node.parent is not None else None
            if name is not None and owner is not None and owner.kind in _CLASSES:
                self._fields[owner].setdefault(self.text(name), Binding(self.text(name), node, "field", node))

    def _assign(self) -> None:
        for kind in ("assignment_expression", "augmented_assignment_expression"):
            for node in self._by_kind.get(kind, []):
                left, right = node.get("left"), node.get("right")
                if left is None or right is None:
                    continue
                self._assigned(left, right, node)
        for node in self._by_kind.get("update_expression", []):
            name = node.get("argument")
            binding = self.bound(name) if name is not None else None
            if binding is not None:
                binding.later.append(node)

    def _assigned(self, left: Node, right: Node, node: Node) -> None:
        if self._is_of_this(left):
            owner, part = self._above(node, _CLASSES), left.get("property")
            if owner is None or part is None:
                return
            known = self._fields[owner].get(self.text(part))
            if known is None:
                self._fields[owner][self.text(part)] = Binding(self.text(part), node, "field", right)
            elif known.value is None:
                known.value = right
            else:
                known.later.append(right)
        elif left.kind == "identifier":
            binding = self.bound(left)
            if binding is None:
                return
            if binding.value is None and binding.kind in ("let", "var") and not binding.path:
                binding.value = right
            else:
                binding.later.append(right)

    def _bind(self, block: Node, name: Node, made: Binding, type: str) -> None:
        """Bind a name, or all names of a pattern."""
        waiting: list[tuple[Node, tuple[str, ...]]] = [(name, ())]
        while waiting:
            one, path = waiting.pop()
            if one.kind in ("identifier", "shorthand_property_identifier_pattern"):
                word = self.text(one)
                inner = (*path, word) if one.kind.startswith("short") else path
                self._scopes[block][word] = Binding(word, made.node, made.kind, made.value, inner, type)
            elif one.kind == "array_pattern":
                waiting += [(each, (*path, str(at))) for at, each in enumerate(one.children)]
            elif one.kind == "pair_pattern":
                key, its = one.get("key"), one.get("value")
                if key is not None and its is not None:
                    waiting.append((its, (*path, self.text(key))))
            elif one.kind in ("assignment_pattern", "object_assignment_pattern"):
                left = one.get("left")
                waiting += [(left, path)] if left is not None else []
            elif one.kind == "object_pattern":
                waiting += [(each, path) for each in one.children]

    def _typed(self, node: Node) -> str:
        """The type that stands at a declaration, where it is a plain name."""
        said = node.get("type")
        match = _TYPE.match(self.text(said)[:_LONGEST]) if said is not None else None
        return match[1] if match is not None else ""

    def _block(self, node: Node) -> Node:
        return self._above(node, _BLOCKS) or self._root

    @staticmethod
    def _above(node: Node, kinds: frozenset[str] | tuple[str, ...]) -> Node | None:
        above = node.parent
        while above is not None and above.kind not in kinds:
            above = above.parent
        return above

    # Asking

    def bound(self, name: Node) -> Binding | None:
        """What an identifier, or `this.name`, is bound to."""
        if name.kind == "member_expression":
            if not self._is_of_this(name):
                return None
            owner, part = self._above(name, _CLASSES), name.get("property")
            return (
                self._fields[owner].get(self.text(part)) if owner is not None and part is not None else None
            )
        if name.kind not in ("identifier", "shorthand_property_identifier"):
            return None
        return self.seen(self.text(name), name)

    def seen(self, word: str, at: Node) -> Binding | None:
        """What a word means where a node stands."""
        for scope in self._scopes_of(at):
            found = self._scopes.get(scope, {}).get(word)
            if found is not None:
                return found
        return None

    @staticmethod
    def _scopes_of(node: Node) -> Iterator[Node]:
        above = node.parent
        while above is not None:
            if above.kind in _BLOCKS:
                yield above
            above = above.parent

    def _is_of_this(self, node: Node) -> bool:
        inner = node.get("object") if node.kind == "member_expression" else None
        return inner is not None and inner.kind == "this"

    @staticmethod
    def _bare(node: Node | None) -> Node | None:
        while node is not None and node.kind in _THROUGH:
            node = node.children[0] if node.children else None
        return node

    def qualified(self, node: Node | None, depth: int = 0) -> str:
        """The name of what an expression is; "" where it has none."""
        node = self._bare(node)
        if node is None or depth > _DEEPEST:
            return ""
        known = self._known.get(node)
        if known is None:
            known = self._qualified(node, depth)
            if depth == 0 or known:
                self._known[node] = known
        return known

    def _qualified(self, node: Node, depth: int) -> str:
        if node.kind == "member_expression":
            return self._member(node, depth)
        if node.kind in ("identifier", "shorthand_property_identifier"):
            return self._identifier(node, depth)
        if node.kind == "new_expression":
            return self.qualified(node.get("constructor"), depth + 1)
        if node.kind == "call_expression":
            called = self.qualified(node.get("function"), depth + 1)
            if not called:
                return self._returned(node)
            return f"{called}()" if len(called) < _LONGEST else ""
        if node.kind in ("binary_expression", "ternary_expression"):  # `client ?? new OpenAI()`
            return next((told for one in reversed(node.children) if (told := self._made(one, depth))), "")
        return "import" if node.kind == "import" else ""

    def _returned(self, call: Node) -> str:
        """What a function of this script says that it gives back: `ensureClient(): OpenAI`."""
        called = self._bare(call.get("function"))
        binding = self.bound(called) if called is not None else None
        function = self._bare(binding.value) if binding is not None else None
        said = function.get("return_type") if function is not None and function.kind in _FUNCTIONS else None
        match = _GIVES.match(self.text(said)[:_LONGEST]) if said is not None else None
        if match is not None and (told := self._of_type(match[1])):
            return told
        made = self.made_by(function) if function is not None else None
        return self.qualified(made.get("constructor"), 2) if made is not None else ""

    def made_by(self, function: Node) -> Node | None:
        """What a function makes and gives back, where that is the last thing it does."""
        body = self._bare(function.get("body"))
        if body is not None and body.kind == "new_expression":
            return body
        last = body.children[-1] if body is not None and body.children else None
        if last is None or last.kind != "return_statement" or not last.children:
            return None
        return last.children[0] if last.children[0].kind == "new_expression" else None

    def _made(self, node: Node, depth: int) -> str:
        node = self._bare(node) or node
        return self.qualified(node, depth + 1) if node.kind in ("new_expression", "call_expression") else ""

    def _member(self, node: Node, depth: int) -> str:
        binding = self.bound(node)
        if binding is not None:
            return self._meant(binding, depth)
        holder, part = node.get("object"), node.get("property")
        base = self.qualified(holder, depth + 1)
        if not base or part is None or len(base) > _LONGEST:
            return ""
        word = self.text(part)
        return f"{base[:-1]}{word}" if base.endswith(":*") else f"{base}.{word}"

    def _identifier(self, node: Node, depth: int) -> str:
        binding = self.bound(node)
        word = self.text(node)
        return self._meant(binding, depth) if binding is not None else word

    def _meant(self, binding: Binding, depth: int) -> str:
        if binding.kind == "import":
            return self.imports.get(binding.name, "")
        if binding.kind in ("function", "class", "catch"):
            return ""
        if binding.type and (told := self._of_type(binding.type)):
            return told
        if binding.kind in ("param", "loop"):
            return ""
        found = ""
        for one in binding.every:
            if one.kind in ("null", "undefined"):
                continue
            told = self.qualified(one, depth + 1)
            if told and found and told != found:
                return ""
            found = told or found
        return ".".join((found, *binding.path)) if found and binding.path else found

    def _of_type(self, said: str) -> str:
        first, _, rest = said.partition(".")
        meant = self.imports.get(first, "")
        if not meant:
            return ""
        if meant.endswith(":*") and rest:
            return f"{meant[:-1]}{rest}"
        return f"{meant}.{rest}" if rest else meant
