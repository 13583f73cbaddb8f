"""The syntax of a script as plain nodes: parsed by tree-sitter, walked without recursion, never run."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

import tree_sitter
import tree_sitter_typescript
from tree_sitter import Language, Parser, Tree

from agentprobe.scan.text import Text, Unreadable

LARGEST_SCRIPT = 800_000
"""A script above this is generated or bundled."""
_DEEPEST = 600
_MOST_NODES = 400_000
_LONG_LINE = 500
_SMALL = 3_000
_MARKS = re.compile(rb"[{}();,=.:!?&|<>\[\]]")
_LEAVES = frozenset({
    "type_annotation", "type_arguments", "type_parameters", "interface_declaration", "type_alias_declaration",
    "ambient_declaration", "comment", "regex", "jsx_text", "decorator", "enum_declaration",
    "implements_clause",
})  # fmt: skip
"""What stands in these is not looked at, but for its text."""
_WORDS = frozenset({"operator", "kind"})
"""Fields whose words matter though they are no nodes of their own in the grammar."""
_STATEMENTS = ("_statement", "_declaration", "_definition")
_PLAIN = (".ts", ".mts", ".cts")


class Node:
    """A piece of syntax; `at` numbers it in the order of the source, and `last` the last within it."""

    __slots__ = ("at", "children", "end", "field", "kind", "last", "parent", "start")

    def __init__(self, node: tree_sitter.Node, field: str, parent: Node | None, at: int) -> None:
        self.kind: str = node.type
        self.field = field
        self.start: int = node.start_byte
        self.end: int = node.end_byte
        self.parent = parent
        self.children: list[Node] = []
        self.at = self.last = at

    def __repr__(self) -> str:
        return f"<{self.kind} {self.start}-{self.end}>"

    def get(self, field: str) -> Node | None:
        """The part with this role, such as "object" or "body"."""
        for one in self.children:
            if one.field == field:
                return one
        return None

    def holds(self, other: Node) -> bool:
        """Is another node this one or within it?"""
        return self.at <= other.at <= self.last


class Syntax:
    """All nodes of a script, by their kinds."""

    def __init__(self, text: Text) -> None:
        tree = _parsed(text)
        self.by_kind: dict[str, list[Node]] = defaultdict(list)
        self.unread: list[tuple[int, int]] = []
        """The lines, from and to, whose syntax could not be read."""
        self.root = self._walked(tree)

    def _walked(self, tree: Tree) -> Node:
        cursor = tree.walk()
        root = Node(tree.root_node, "", None, 0)
        count, depth, above, flawed = 1, 0, root, tree.root_node.has_error
        self.by_kind[root.kind].append(root)
        down = cursor.goto_first_child()
        while down:
            node, field = cursor.node, cursor.field_name or ""
            assert node is not None
            if flawed and self._is_left_out(node):
                pass
            elif node.is_named or field in _WORDS:
                made = Node(node, field, above, count)
                above.children.append(made)
                self.by_kind[made.kind].append(made)
                count += 1
                if count > _MOST_NODES:
                    raise Unreadable("it has too many parts: it is data, or generated")
                if made.kind not in _LEAVES and cursor.goto_first_child():
                    above, depth = made, depth + 1
                    if depth > _DEEPEST:
                        raise Unreadable("it is nested too deeply to be read")
                    continue
            while not cursor.goto_next_sibling():
                above.last = count - 1
                if above.parent is None or not cursor.goto_parent():
                    down = False
                    break
                above, depth = above.parent, depth - 1
        root.last = count - 1
        return root

    def _is_left_out(self, node: tree_sitter.Node) -> bool:
        """Does a piece have an error of its own? It is noted, where it is more than a type."""
        if node.type != "ERROR" and not (node.has_error and _is_smallest(node)):
            return False
        if not _is_type(node):
            self.unread.append((node.start_point[0] + 1, node.end_point[0] + 1))
        return True


def _is_type(node: tree_sitter.Node) -> bool:
    """Is it a statement that only says what types are?"""
    inner = node.child_by_field_name("declaration") or node
    return inner.type in ("interface_declaration", "type_alias_declaration", "ambient_declaration")


def _is_smallest(node: tree_sitter.Node) -> bool:
    """Is it a statement with an error of its own, rather than in a block or function within it?"""
    if not node.type.endswith(_STATEMENTS):
        return False
    waiting = [one for one in node.children if one.has_error]
    for _ in range(200):
        if not waiting:
            return True
        one = waiting.pop()
        if one.type.endswith(("statement_block", "class_body")) or one.type.endswith(_STATEMENTS):
            return False
        waiting += [each for each in one.children if each.has_error]
    return True


def _parsed(text: Text) -> Tree:
    if is_minified(text.raw):
        raise Unreadable("it is minified or generated")
    if len(text.raw) > LARGEST_SCRIPT:
        raise Unreadable(f"it has {len(text.raw):,} bytes, more than {LARGEST_SCRIPT:,}")
    return Parser(_language(not text.path.endswith(_PLAIN))).parse(text.raw)


@cache
def _language(marked_up: bool) -> Language:
    """The grammar: with JSX for all but plain TypeScript, where `<T>x` is a cast."""
    if marked_up:
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_typescript.language_typescript())


def is_minified(raw: bytes) -> bool:
    """Is most of a file in long lines of dense code, as tools write it and nobody reads it?"""
    if len(raw) < _SMALL:
        return False
    long = [line for line in raw.split(b"\n") if len(line) > _LONG_LINE]
    dense = sum(len(line) for line in long if len(_MARKS.findall(line[:4_000])) > 0.1 * len(line[:4_000]))
    return dense > 0.5 * len(raw)
