"""Places that look only at the first of the tool calls that an answer may hold."""

from __future__ import annotations

import ast

from agentprobe.scan.facts import First
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module

_CALLS = ("tool_calls", "function_calls")
_PIECES = ("delta", "chunk", "event", "partial", "memory", "self.tool_calls")
_WORDS = (b"tool_calls", b"tool_use", b"function_calls")


def first_calls(module: Module) -> tuple[First, ...]:
    """All of them, one for each function."""
    if not any(word in module.text.raw for word in _WORDS):
        return ()
    found: dict[Function | None, First] = {}
    for node in module.of(ast.Subscript):
        calls = _named(node.value) if isinstance(node.slice, ast.Constant) and node.slice.value == 0 else ""
        if calls:
            _add(module, found, node, calls, ast.unparse(node.value)[-40:])
    for call in module.calls:
        if (
            isinstance(call.func, ast.Name)
            and call.func.id == "next"
            and call.args
            and _first_block(call.args[0])
        ):
            _add(module, found, call, "tool_use", "the tool_use blocks")
    for loop in module.of(ast.For):
        kept = _kept_by(module, loop)
        function = module.function(loop)
        if kept is not None and function not in found:
            found[function] = First(
                place=module.place(kept),
                what="the tool_use blocks, by the loop's last,",
                function=module.qualname(function) if function is not None else "",
                asks=bool(model_calls(module)),
            )
    return tuple(found.values())


def _kept_by(module: Module, loop: ast.For) -> ast.Assign | None:
    """Where a loop over the blocks of an answer keeps one tool call, which takes the place of any before."""
    if not isinstance(loop.target, ast.Name):
        return None
    name = loop.target.id
    for test in (
        one for one in ast.walk(loop) if isinstance(one, ast.If) and "'tool_use'" in ast.unparse(one.test)
    ):
        kept = next(
            (one for one in test.body if isinstance(one, ast.Assign) and _is_name(one.value, name)), None
        )
        if kept is None or not isinstance(kept.targets[0], ast.Name) or _hands_on(test, name):
            continue
        if _is_used_after(module, loop, kept.targets[0].id):
            return kept
    return None


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _hands_on(test: ast.If, name: str) -> bool:
    """Is the block given to something right in the loop, such as a list?"""
    return any(
        _is_name(given, name)
        for part in test.body
        for call in ast.walk(part)
        if isinstance(call, ast.Call)
        for given in call.args
    )


def _is_used_after(module: Module, loop: ast.For, name: str) -> bool:
    """Is the tool call that was kept carried out behind the loop?"""
    function = module.function(loop)
    end = loop.end_lineno or loop.lineno
    return any(
        isinstance(one, ast.Attribute) and one.attr in ("input", "id", "name")
        and _is_name(one.value, name) and one.lineno > end
        for one in ast.walk(function if function is not None else module.tree)
    )  # fmt: skip


def _add(module: Module, found: dict[Function | None, First], node: ast.expr, calls: str, what: str) -> None:
    function = module.function(node)
    if function in found or _sees_all(module, function, calls) or not _is_carried_out(module, node):
        return
    found[function] = First(
        place=module.place(node),
        what=what,
        function=module.qualname(function) if function is not None else "",
        asks=bool(model_calls(module)),
    )


def _is_carried_out(module: Module, node: ast.expr) -> bool:
    """Is the call's name looked at, or the call handed on, rather than its arguments alone parsed?"""
    above = module.parent(node)
    if isinstance(above, ast.Assign | ast.NamedExpr):
        target = above.targets[0] if isinstance(above, ast.Assign) else above.target
        function = module.function(node)
        return isinstance(target, ast.Name) and any(
            one.id == target.id and isinstance(one.ctx, ast.Load) and _takes_name(module, one)
            for one in ast.walk(function if function is not None else module.tree)
            if isinstance(one, ast.Name)
        )
    return _takes_name(module, node)


def _takes_name(module: Module, node: ast.expr) -> bool:
    above = module.parent(node)
    if isinstance(above, ast.Call):
        return node in above.args and not (
            isinstance(above.func, ast.Name) and above.func.id in ("str", "print", "isinstance")
        )
    taken: list[object] = []
    while isinstance(above, ast.Attribute | ast.Subscript):
        key = above.attr if isinstance(above, ast.Attribute) else getattr(above.slice, "value", "")
        taken.append(key)
        above = module.parent(above)
    return "name" in taken and not isinstance(above, ast.Compare | ast.Assert)


def _named(node: ast.expr) -> str:
    """The name of the tool calls that an expression holds; "" for others and for pieces of a stream."""
    if isinstance(node, ast.Call):  # response.get("tool_calls", [])
        inner = (
            node.args[0]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args
            else None
        )
        name = inner.value if isinstance(inner, ast.Constant) else ""
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.Subscript):
        name = node.slice.value if isinstance(node.slice, ast.Constant) else ""
    else:
        name = node.id if isinstance(node, ast.Name) else ""
    text = ast.unparse(node).lower()
    return str(name) if name in _CALLS and not any(piece in text for piece in _PIECES) else ""


def _first_block(node: ast.expr) -> bool:
    return isinstance(node, ast.GeneratorExp) and any(
        "'tool_use'" in ast.unparse(test) for one in node.generators for test in one.ifs
    )


def _sees_all(module: Module, function: Function | None, calls: str) -> bool:
    """Does a function run over the calls, count them, or hand them all on?"""
    where: ast.AST = function if function is not None else module.tree
    for node in ast.walk(where):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and calls in ast.unparse(node.iter):
            return True
        if _counts(node, calls) and not _asks_for_any(module.parent(node)):
            return True
        if isinstance(node, ast.Slice) and calls in ast.unparse(node):
            return True
    return False


def _counts(node: ast.AST, calls: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and bool(node.args)
        and node.func.id in ("len", "enumerate", "zip", "map", "list")
        and calls in ast.unparse(node.args[0])
    )


def _asks_for_any(above: ast.AST | None) -> bool:
    """Is a number only asked whether it is none: `len(calls) > 0`?"""
    if not isinstance(above, ast.Compare) or len(above.ops) != 1:
        return isinstance(above, ast.BoolOp | ast.If | ast.IfExp)
    other = above.comparators[0]
    number = other.value if isinstance(other, ast.Constant) else None
    return number == 0 or (number == 1 and isinstance(above.ops[0], ast.GtE | ast.Lt))


def asks_for_one(module: Module) -> bool:
    """Does what a module asks models for bring one tool call at most?"""
    raw = module.text.raw
    if b"parallel_tool" not in raw and b"tool_choice" not in raw:
        return False
    given = [(word.arg, word.value) for call in module.calls for word in call.keywords]
    for node in module.of(ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        given += [(str(key.value), item) for key, item in pairs if isinstance(key, ast.Constant)]
    return any(_says_one(module, name, its) for name, its in given)


def _says_one(module: Module, name: str | None, its: ast.expr) -> bool:
    if name == "tool_choice":
        return _forces(module, its)
    told = its.value if isinstance(its, ast.Constant) else None
    return (name, told) in (("parallel_tool_calls", False), ("disable_parallel_tool_use", True))


def _forces(module: Module, node: ast.expr) -> bool:
    meant = module.value(node)
    if isinstance(meant, ast.Dict):
        return "'name'" in ast.unparse(meant)
    return isinstance(meant, ast.Constant) and meant.value not in ("auto", "none", "any", "required", None)
