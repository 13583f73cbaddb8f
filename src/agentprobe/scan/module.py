"""A Python module as rules see it: its nodes by type, where each stands, and what its names mean."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

from agentprobe.scan.finding import Edit, Place
from agentprobe.scan.shortened import beginning
from agentprobe.scan.text import Text, Unreadable, read_python

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPE_KINDS = frozenset(_SCOPES)
_PARAMETERS_KINDS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
_DEEPEST = 6
"""How many steps a name is followed; code that needs more is not followed."""
_PLAIN = frozenset({
    "id", "attr", "ctx", "op", "ops", "arg", "name", "asname", "module", "level", "kind", "type_comment",
    "conversion", "is_async", "simple", "rest",
})  # fmt: skip
"""Fields that hold no nodes, or only such as say nothing by themselves: Load, Store and operators."""


class _Inner(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each type of node in which others stand."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        leaf = kind in (ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton)
        named = kind.__name__ == "TypeAlias"  # the one whose name is a node, since Python 3.12
        found = () if leaf else tuple(name for name in kind._fields if named or name not in _PLAIN)
        self[kind] = found
        return found


_INNER = _Inner()


class Module:
    """A parsed file. Nodes are looked at, never changed, and nothing of them is run.

    `dotted` is the module's own name from the root of the project, such as `shop.agents.desk`.
    """

    def __init__(self, text: Text, dotted: str = "", tree: ast.Module | None = None) -> None:
        self.text = text
        self.path = text.path
        self.dotted = dotted
        self.tree = _parsed(text) if tree is None else tree
        self._by_type: dict[type[ast.AST], list[Any]] = defaultdict(list)
        self._ordered: set[type[ast.AST]] = set()
        """The types whose nodes have been put in order."""
        self._parents: dict[ast.AST, ast.AST] = {}
        self._scope_within: dict[ast.AST, Scope] = {}
        """For nodes that are no scope: the one that what stands in them is looked up in."""
        self._chains: dict[Scope, tuple[Scope, ...]] = {}
        self._parameters: dict[Scope, frozenset[str]] = {}
        self._names: dict[tuple[Scope, str], tuple[int, str]] = {}
        """What a name means in a scope, with the depth at which that was found; the less deep, the fuller."""
        self._qualified: dict[ast.AST, tuple[int, str]] = {}
        self._qualnames: dict[ast.AST, str] = {}
        self.kept: dict[str, Any] = {}
        """What others have worked out about this module, by what it is."""
        self._index()

    def _index(self) -> None:
        by_type, parents = self._by_type, self._parents
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            kind = type(node)
            by_type[kind].append(node)
            for name in _INNER[kind]:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    for item in value:
                        if isinstance(item, ast.AST):
                            parents[item] = node
                            waiting.append(item)
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    waiting.append(value)

    def of(self, *kinds: type[N]) -> list[N]:
        """All nodes of these types, in the order of the source for each."""
        if len(kinds) == 1:
            return self._in_order(kinds[0])
        return [node for kind in kinds for node in self._in_order(kind)]

    def _in_order(self, kind: type[N]) -> list[N]:
        nodes = self._by_type.get(kind)
        if nodes is None:
            return []
        if kind not in self._ordered:
            self._ordered.add(kind)
            if "lineno" in kind._attributes:
                nodes.sort(key=_STANDS)
        return nodes

    @property
    def calls(self) -> list[ast.Call]:
        """All calls."""
        return self.of(ast.Call)

    @cached_property
    def functions(self) -> list[Function]:
        """All functions and methods, async ones too."""
        return sorted(
            self.of(ast.FunctionDef) + self.of(ast.AsyncFunctionDef),
            key=lambda one: one.lineno,
        )

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node stands in; None for the module itself."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the nearest outward."""
        above = self._parents.get(node)
        while above is not None:
            yield above
            above = self._parents.get(above)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The statement that a node is part of."""
        if isinstance(node, ast.stmt):
            return node
        return next((one for one in self.ancestors(node) if isinstance(one, ast.stmt)), None)

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function that a node stands in."""
        found = self.scope(node)
        while not isinstance(found, FUNCTIONS):
            if isinstance(found, ast.Module):
                return None
            found = self.scope(found)
        return found

    def owner(self, node: ast.AST) -> ast.ClassDef | None:
        """The innermost class that a node stands in."""
        found = self.scope(node)
        while not isinstance(found, ast.ClassDef):
            if isinstance(found, ast.Module):
                return None
            found = self.scope(found)
        return found

    def scope(self, node: ast.AST) -> Scope:
        """The function, class or module in which a node's names are looked up."""
        parents, known = self._parents, self._scope_within
        passed: list[ast.AST] = []
        above = parents.get(node)
        found: Any = self.tree
        while above is not None:
            if type(above) in _SCOPE_KINDS:
                found = above
                break
            if above in known:
                found = known[above]
                break
            passed.append(above)
            above = parents.get(above)
        for one in passed:
            known[one] = found
        scope: Scope = found
        return scope

    def qualname(self, node: ast.AST) -> str:
        """The name of a function or class with those around it, `Desk.answer`; else of what it stands in."""
        named: ast.AST = node if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else self.scope(node)
        known = self._qualnames.get(named)
        if known is None:
            around = (named, *self.ancestors(named))
            names = [one.name for one in around if isinstance(one, (*FUNCTIONS, ast.ClassDef))]
            known = self._qualnames[named] = ".".join(reversed(names))
        return known

    # Where things stand

    def place(self, node: ast.AST) -> Place:
        """Where a node stands; of a function or class: its head."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return self.text.place(line, column)
        return self.text.place(
            line, column, getattr(node, "end_lineno", line) or line, getattr(node, "end_col_offset", 0) or 0
        )

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The bytes that a node takes, as (start, end)."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.text.offset(node.lineno, node.col_offset)
        return start, self.text.offset(node.end_lineno, node.end_col_offset)

    def replaced(self, node: ast.expr | ast.stmt | ast.keyword, text: str) -> Edit:
        """An edit that puts `text` in the place of a node."""
        start, end = self.span(node)
        return Edit(path=self.path, start=start, end=end, text=text)

    def inserted(self, at: int, text: str) -> Edit:
        """An edit that puts `text` before the byte `at`."""
        return Edit(path=self.path, start=at, end=at, text=text)

    def with_argument(self, call: ast.Call, text: str) -> Edit:
        """An edit that adds an argument, such as `timeout=30`, to the end of a call."""
        _, end = self.span(call)
        last: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        if not last:
            return self.inserted(end - 1, text)
        return self.appended(max(map(self.span, last), key=lambda one: one[1]), end - 1, text)

    def with_key(self, table: ast.Dict, text: str) -> Edit:
        """An edit that adds a key with its value, such as `"seed": 1`, to the end of a dictionary."""
        _, end = self.span(table)
        if not table.values:
            return self.inserted(end - 1, text)
        first = table.keys[-1] or table.values[-1]
        return self.appended((self.span(first)[0], self.span(table.values[-1])[1]), end - 1, text)

    def appended(self, last: tuple[int, int], closing: int, text: str) -> Edit:
        """An edit that adds an item after the last of a list that closes at a byte, written as that is."""
        raw = self.text.raw
        start, after = last
        rest = raw[after:closing]
        before = raw[raw.rfind(b"\n", 0, start) + 1 : start]
        comma = rest.partition(b"#")[0].find(b",")
        ended = rest.find(b"\n", max(comma, 0))
        between = ", " if before.strip() or ended < 0 else f",\n{before.decode('utf-8', 'replace')}"
        if comma >= 0 and between == ", ":
            return self.inserted(after + comma + 1, f" {text},")
        if comma >= 0:  # behind the comment that the last may have
            end = after + ended - (rest[ended - 1 : ended] == b"\r")
            return self.inserted(end, f"{between[1:]}{text},")
        space = len(rest) - len(rest.lstrip(b") \t"))  # parentheses around the last are not the list's own
        at = after + rest.rfind(b")", 0, space) + 1
        if between == ", ":
            return self.inserted(at, f", {text}")
        end = after + ended - (rest[ended - 1 : ended] == b"\r")
        comment = raw[at:end].decode("utf-8", "replace").rstrip()
        return Edit(path=self.path, start=at, end=end, text=f",{comment}{between[1:]}{text}")

    def source(self, node: ast.AST, most: int = 80) -> str:
        """A node's source on one line, cut to `most` characters."""
        found = " ".join(ast.unparse(beginning(node, most)).split())
        return found if len(found) <= most else found[: most - 1] + "…"

    # What names mean

    @cached_property
    def imports(self) -> dict[str, str]:
        """What imported names stand for, wherever they are imported: `{"OpenAI": "openai.OpenAI"}`."""
        found: dict[str, str] = {}
        for node in self.of(ast.Import):
            for name in node.names:
                local = name.asname or name.name.partition(".")[0]
                found[local] = name.name if name.asname else local
        for one in self.of(ast.ImportFrom):
            home = self._imported_from(one)
            for name in one.names:
                found[name.asname or name.name] = f"{home}.{name.name}" if home else name.name
        return found

    def _imported_from(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return from_root(node.module or "")
        parts = self.dotted.split(".") if self.dotted else []
        is_package = self.path.endswith("__init__.py")
        up = node.level - 1 if is_package else node.level
        home = parts[: len(parts) - up] if up else parts
        return ".".join([*home, *([node.module] if node.module else [])])

    @cached_property
    def imported_roots(self) -> frozenset[str]:
        """The outermost packages that are imported here: `{"openai", "os"}`."""
        return frozenset(dotted.partition(".")[0] for dotted in self._imported_modules) | self._handed_in

    @cached_property
    def _handed_in(self) -> frozenset[str]:
        """Libraries that are used and bound nowhere: whoever runs such a file puts them among its names."""
        raw = self.text.raw
        named = [one for one in _HANDED if f"{one}.".encode() in raw and one not in self.imports]
        if not named:
            return _NOTHING
        bound = {name for names in self._bindings.values() for name in names} | self._own
        return frozenset(
            name
            for name in named
            if name not in bound
            and any(one.id == name for one in self.of(ast.Name))
            and not any(name in parameters(one) for one in self.functions)
        )

    @cached_property
    def _imported_modules(self) -> frozenset[str]:
        direct = {name.name for node in self.of(ast.Import) for name in node.names}
        return frozenset(direct | {self._imported_from(node) for node in self.of(ast.ImportFrom)})

    @cached_property
    def _bindings(self) -> dict[Scope, dict[str, list[tuple[ast.AST, ast.expr | None]]]]:
        """For each scope: its names, and what each is bound to and where; None where that cannot be said."""
        found: dict[Scope, dict[str, list[tuple[ast.AST, ast.expr | None]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for node in self.of(ast.Assign):
            for target in node.targets:
                self._bind(found, target, node.value, node)
        for annotated in self.of(ast.AnnAssign):
            self._bind(found, annotated.target, annotated.value, annotated)
        for named in self.of(ast.NamedExpr):
            self._bind(found, named.target, named.value, named)
        for manager in self.of(ast.withitem):
            if manager.optional_vars is not None:
                self._bind(found, manager.optional_vars, manager.context_expr, manager.optional_vars)
        for loop in self.of(ast.For, ast.AsyncFor):
            self._bind(found, loop.target, None, loop)  # type: ignore[attr-defined]
        for grown in self.of(ast.AugAssign):
            self._bind(found, grown.target, None, grown)
        return found

    def _bind(
        self,
        found: dict[Scope, dict[str, list[tuple[ast.AST, ast.expr | None]]]],
        target: ast.expr,
        value: ast.expr | None,
        where: ast.AST,
    ) -> None:
        if isinstance(target, ast.Name):
            found[self.scope(where)][target.id].append((where, value))
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = self.owner(where)
            if target.value.id in ("self", "cls") and owner is not None:
                found[owner][f"self.{target.attr}"].append((where, value))
        elif isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else [None] * len(target.elts)
            if len(values) == len(target.elts):
                for part, its in zip(target.elts, values, strict=True):
                    self._bind(found, part, its, where)

    def bound(self, name: ast.Name | ast.Attribute) -> list[tuple[ast.AST, ast.expr | None]]:
        """All that a name (or `self.name`) is bound to where it is seen from, as (where, value or None).

        Empty for parameters, imports, and what is bound nowhere in this file.
        """
        if isinstance(name, ast.Attribute):
            owner = self.owner(name)
            if owner is None or not isinstance(name.value, ast.Name) or name.value.id not in ("self", "cls"):
                return []
            return self._bindings[owner].get(f"self.{name.attr}", []) or self._bindings[owner].get(
                name.attr, []
            )
        for scope in self._scopes_of(name):
            found = self._bindings[scope].get(name.id) if scope in self._bindings else None
            if found:
                return found
            if name.id in self._parameters_of(scope):
                return []
        return []

    def _scopes_of(self, node: ast.AST) -> tuple[Scope, ...]:
        """The scopes a name is looked up in: its own, and outward past classes."""
        return self._chain(self.scope(node)) if node in self._parents else ()

    def _chain(self, scope: Scope) -> tuple[Scope, ...]:
        found = self._chains.get(scope)
        if found is None:
            outer: list[Scope] = [scope]
            above = scope
            while above is not self.tree:
                above = self.scope(above)
                if not isinstance(above, ast.ClassDef):
                    outer.append(above)
            found = self._chains[scope] = tuple(outer)
        return found

    def _parameters_of(self, scope: Scope) -> frozenset[str]:
        if type(scope) not in _PARAMETERS_KINDS:
            return _NOTHING
        found = self._parameters.get(scope)
        if found is None:
            assert not isinstance(scope, ast.Module | ast.ClassDef)
            found = self._parameters[scope] = frozenset(parameters(scope))
        return found

    def value(self, node: ast.expr | None, depth: int = 0) -> ast.expr | None:
        """The expression that a name stands for, where it is bound exactly once; any other node is itself.

        None where a name has several meanings here or none that stands in this file.
        """
        if not isinstance(node, ast.Name | ast.Attribute) or depth > _DEEPEST:
            return node
        if isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        ):
            return node
        found = self.bound(node)
        if len(found) != 1:
            return None
        return self.value(found[0][1], depth + 1)

    def qualified(self, node: ast.expr, depth: int = 0) -> str:
        """What a name or chain of attributes stands for, through imports and assignments; "" if unknown.

        An instance has the name of what made it: after `client = OpenAI()`, `client.responses.create` is
        "openai.OpenAI.responses.create"; after `from .llm import client` it is "shop.llm.client.responses…".
        A name of this module's own has the module's name before it.
        """
        if depth > _DEEPEST:
            return ""
        if isinstance(node, ast.Name):
            return self._of_name(node, depth)
        if isinstance(node, ast.Call):
            return self.qualified(node.func, depth + 1)
        if isinstance(node, ast.Await):
            return self.qualified(node.value, depth + 1)
        if isinstance(node, ast.Subscript) and is_generic(node):  # Agent[Context](…)
            return self.qualified(node.value, depth + 1)
        if not isinstance(node, ast.Attribute):
            return ""
        known = self._qualified.get(node)
        if known is not None and known[0] <= depth:
            return known[1]
        found = self._of_attribute(node, depth)
        self._qualified[node] = depth, found
        return found

    def _of_attribute(self, node: ast.Attribute, depth: int) -> str:
        outward: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            own = self._of_self(inner, depth)
            if own:
                return ".".join([own, *reversed(outward)])
            outward.append(inner.attr)
            inner = inner.value
        names = outward[::-1]
        held = self._held_type(inner, names, depth)
        before = held or self.qualified(inner, depth)
        return self._through_fields(before, names[1:] if held else names, depth) if before else ""

    def _held_type(self, node: ast.expr, names: list[str], depth: int) -> str:
        """What `context.deps` is where a framework's context is annotated with it: `RunContext[Deps]`."""
        if not isinstance(node, ast.Name) or names[0] not in ("deps", "context"):
            return ""
        for scope in self._scopes_of(node):
            if isinstance(scope, FUNCTIONS) and node.id in self._parameters_of(scope):
                every = (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)
                told = next((one.annotation for one in every if one.arg == node.id), None)
                return self._of_annotation(told.slice, depth + 1) if isinstance(told, ast.Subscript) else ""
        return ""

    def _through_fields(self, before: str, names: list[str], depth: int) -> str:
        """A chain of attributes, where those of a class of this file are what their annotations say."""
        for at, name in enumerate(names):
            field = self._fields.get(before.removeprefix(f"{self.dotted}."), {}).get(name)
            kind = self._of_annotation(field, depth + 1) if field is not None and depth < _DEEPEST else ""
            if "." not in kind:  # a plain value, or a class of this file that nobody imports
                return ".".join([before, *names[at:]])
            before = kind
        return before

    @cached_property
    def _fields(self) -> dict[str, dict[str, ast.expr]]:
        """The annotated fields of the classes at the top of this module."""
        return {
            node.name: {
                one.target.id: one.annotation
                for one in node.body
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
            }
            for node in self.tree.body
            if isinstance(node, ast.ClassDef)
        }

    def _of_self(self, node: ast.Attribute, depth: int) -> str:
        if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
            return ""
        kinds = {self._made_by(value, where, depth) for where, value in self.bound(node)}
        kinds.discard("")
        if len(kinds) == 1:
            return kinds.pop()
        return f"self.{node.attr}"

    def _of_name(self, node: ast.Name, depth: int) -> str:
        at = (self.scope(node) if node in self._parents else self.tree, node.id)
        known = self._names.get(at)
        if known is not None and known[0] <= depth:
            return known[1]
        found = self._looked_up(node, depth)
        if node in self._parents:  # what stands in a quoted annotation is in no scope
            self._names[at] = depth, found
        return found

    def _looked_up(self, node: ast.Name, depth: int) -> str:
        for scope in self._scopes_of(node):
            bound = self._bindings[scope].get(node.id) if scope in self._bindings else None
            if bound:
                kinds = {self._made_by(value, where, depth) for where, value in bound}
                kinds.discard("")
                if len(kinds) == 1:
                    return kinds.pop()
                return f"{self.dotted}.{node.id}" if isinstance(scope, ast.Module) and self.dotted else ""
            if node.id in self._parameters_of(scope):
                assert not isinstance(scope, ast.Module | ast.ClassDef)
                return self._annotated(scope, node.id, depth)
        if node.id in self.imports:
            return self.imports[node.id]
        if node.id in self._own:
            return f"{self.dotted}.{node.id}" if self.dotted else node.id
        return node.id if node.id in _BUILT_IN or node.id in self._handed_in else ""

    def _made_by(self, value: ast.expr | None, where: ast.AST, depth: int) -> str:
        if isinstance(where, ast.AnnAssign) and value is None:
            return self._of_annotation(where.annotation, depth + 1)
        if value is None:
            return ""
        if isinstance(value, ast.BoolOp | ast.IfExp):
            parts = value.values if isinstance(value, ast.BoolOp) else [value.body, value.orelse]
            kinds = [kind for part in parts if (kind := self.qualified(part, depth + 1))]
            return kinds[-1] if kinds else ""
        return self.qualified(value, depth + 1)

    def _annotated(self, scope: Function | ast.Lambda, name: str, depth: int) -> str:
        for one in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs):
            if one.arg == name and one.annotation is not None:
                return self._of_annotation(one.annotation, depth + 1)
        return ""

    def _of_annotation(self, node: ast.expr, depth: int) -> str:
        if isinstance(node, ast.BinOp):  # X | None
            return self._of_annotation(node.left, depth) or self._of_annotation(node.right, depth)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Attribute):
            outer = self.qualified(node.value, depth)
            if outer.rpartition(".")[2] in ("Optional", "Annotated", "Type", "ClassVar", "Final"):
                inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
                return self._of_annotation(inner, depth)
            return outer
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self._of_annotation(_placed(node), depth) if node.value else ""
            except (SyntaxError, ValueError):
                return ""
        if isinstance(node, ast.Constant):
            return ""
        return self.qualified(node, depth)

    @cached_property
    def _own(self) -> frozenset[str]:
        """The functions and classes at the top of this module."""
        return frozenset(node.name for node in self.tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef)))

    @cached_property
    def by_qualname(self) -> dict[str, Function]:
        """Functions by their qualified name in this module; of two with one name the last."""
        return {self.qualname(node): node for node in self.functions}


def _placed(node: ast.Constant) -> ast.expr:
    """An annotation in quotes as a node; its names are looked up as if they stood at the module's top."""
    return ast.parse(str(node.value), mode="eval").body


def parameters(node: Function | ast.Lambda) -> tuple[str, ...]:
    """The names of a function's parameters."""
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    starred = [one for one in (given.vararg, given.kwarg) if one is not None]
    return tuple(one.arg for one in (*every, *starred))


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """What a call gives for a parameter, by keyword or, where a position is named, in its place."""
    for word in call.keywords:
        if word.arg == name:
            return word.value
    if position is not None and position < len(call.args):
        given = call.args[position]
        return None if isinstance(given, ast.Starred) else given
    return None


def last_word(func: ast.expr) -> str:
    """The name that a call is written with, without what stands before its last dot; "" where it has none."""
    if isinstance(func, ast.Subscript) and is_generic(func):
        func = func.value
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def from_root(dotted: str) -> str:
    """An imported name without the folder `src`, which files leave out of their own names: `src.shop.llm`."""
    return "" if dotted == "src" else dotted.removeprefix("src.")


def is_generic(node: ast.Subscript) -> bool:
    """Is it a class with what it is of, as `Agent[Context]`, rather than an item of a table?"""
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return name[:1].isupper() and not name.isupper() and not isinstance(node.slice, ast.Slice)


def spreads(call: ast.Call) -> list[ast.expr]:
    """What a call spreads into its keywords: the `x` of `**x`."""
    return [word.value for word in call.keywords if word.arg is None]


def parse_module(path: str, raw: bytes, dotted: str = "") -> Module:
    """Read and parse a Python file; raises Unreadable and says why and at which line."""
    return Module(read_python(path, raw), dotted)


def _parsed(text: Text) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about somebody else's escapes
            return ast.parse(text.raw if text.encoding.startswith("utf-8") else text.content)
    except SyntaxError as error:
        raise Unreadable(f"it is not valid Python: {error.msg}", error.lineno or 1) from error
    except ValueError as error:
        raise Unreadable(f"it is not valid Python: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("it is nested too deeply to be read") from error


_HANDED = ("requests", "httpx", "openai", "anthropic", "litellm", "subprocess", "json", "time")
"""Libraries that a file may be run with, rather than import them: plugins and cells of notebooks are."""
_BUILT_IN = frozenset(dir(builtins))
_STANDS = attrgetter("lineno", "col_offset")
_NOTHING: frozenset[str] = frozenset()
