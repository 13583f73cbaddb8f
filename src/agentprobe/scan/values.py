"""What an expression is worth without running anything."""

from __future__ import annotations

import ast
import math
from typing import Any

import msgspec

from agentprobe.scan.facts import Known, Value
from agentprobe.scan.literals import NOT_FOUND, grows, literal
from agentprobe.scan.module import Function, Module, parameters
from agentprobe.scan.read_outside import DEEPEST, from_outside

__all__ = ["NOT_FOUND", "arguments", "default_of", "literal", "spread_items", "value"]


def value(module: Module, node: ast.expr, depth: int = 0) -> Value:
    """What is known of an expression: its literal, where it comes from, what it may be, or nothing."""
    place, text = module.place(node), module.source(node)
    plain = literal(module, node)
    if isinstance(plain, float) and not math.isfinite(plain):
        return Value(known=Known.UNKNOWN, name="inf", text=text, place=place)
    if plain is not NOT_FOUND:
        return Value(known=Known.LITERAL, value=plain, text=text, place=place)
    told = _read_from(module, node, depth) or Value(known=Known.UNKNOWN)
    return Value(
        known=told.known,
        value=told.value,
        defaulted=told.defaulted,
        name=told.name,
        text=text,
        place=told.place or place,
        choices=told.choices,
    )


def _read_from(module: Module, node: ast.expr, depth: int) -> Value | None:
    """Where an expression that is no literal comes from; None where nothing says."""
    outside = from_outside(module, node, depth)
    if outside is not None:
        known, name, default = outside
        return _with_default(known, name, default)
    choices = _choices(module, node, depth)
    if choices:
        return Value(known=Known.CHOICE, choices=choices)
    if isinstance(node, ast.Name) and (found := _of_name(module, node, depth)) is not None:
        return found
    if isinstance(node, ast.Name | ast.Attribute):
        meant = module.value(node)
        if isinstance(meant, ast.List) and grows(module, node):
            return None
        if meant is not None and meant is not node and depth < DEEPEST:
            return value(module, meant, depth + 1)
        name = module.qualified(node)
        return Value(known=Known.IMPORTED, name=name) if name else None
    got = _got(node)
    if got is not None:
        found = value(module, got, depth + 1) if depth < DEEPEST else None
        return found if found is not None and found.known is not Known.UNKNOWN else None
    made = module.qualified(node) if isinstance(node, ast.Call | ast.Await) else ""
    return Value(known=Known.INSTANCE, name=made) if made else None


def _got(node: ast.expr) -> ast.Attribute | None:
    """`getattr(Config, "HEAT", 0.7)` as the attribute that it reads."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "getattr":
        return None
    name = node.args[1] if len(node.args) in (2, 3) else None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    return ast.copy_location(ast.Attribute(value=node.args[0], attr=name.value, ctx=ast.Load()), node)


def _with_default(known: Known, name: str, default: Any) -> Value:
    has = default is not NOT_FOUND
    return Value(known=known, name=name, value=default if has else None, defaulted=has)


def _of_name(module: Module, node: ast.Name, depth: int) -> Value | None:
    """A parameter of the function around it."""
    function = module.function(node)
    if function is None or node.id not in parameters(function) or _rebound(module, node, depth):
        return None
    return _with_default(Known.PARAMETER, node.id, default_of(module, function, node.id))


def _rebound(module: Module, node: ast.Name, depth: int) -> bool:
    """Is a parameter given another meaning in its function, but for `x = x or default`?"""
    if depth >= DEEPEST:
        return False
    around = set(module.ancestors(node))
    return any(its is None or its not in around for _, its in module.bound(node))


def _choices(module: Module, node: ast.expr, depth: int) -> tuple[Value, ...]:
    """The values of a condition, or of a name that is bound in several branches; none where it is neither."""
    if depth >= DEEPEST:
        return ()
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        parts = list(node.values)
    elif isinstance(node, ast.Name):
        parts = [its for _, its in module.bound(node)]
        if len(parts) == 1:
            return ()
    if not 1 < len(parts) <= 4 or None in parts:
        return ()
    found = tuple(value(module, one, depth + 2) for one in parts if one is not None)
    return found if any(one.known is not Known.UNKNOWN for one in found) else ()


def default_of(module: Module, function: Function, name: str) -> Any:
    """The literal default of a parameter; `NOT_FOUND` where it has none or none that is literal."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    pairs = list(zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True))
    pairs += [
        (one, its) for one, its in zip(given.kwonlyargs, given.kw_defaults, strict=True) if its is not None
    ]
    return next((literal(module, its) for one, its in pairs if one.arg == name), NOT_FOUND)


def arguments(module: Module, call: ast.Call, depth: int = 0) -> tuple[dict[str, Value], tuple[str, ...]]:
    """A call's keyword arguments, with `**names` followed in this file, and what could not be followed.

    What a spread dictionary gets by `params["x"] = 1`, `params.update(x=1)` or `setdefault` in the same
    function counts too.
    """
    found: dict[str, Value] = {}
    unfollowed: list[str] = []
    for word in call.keywords:
        if word.arg is not None:
            found[word.arg] = value(module, word.value)
            continue
        inner = spread_items(module, word.value, depth)
        if inner is None:
            unfollowed.append(module.source(word.value))
        else:
            found = {**inner, **found}
    return found, tuple(unfollowed)


def spread_items(module: Module, node: ast.expr, depth: int = 0) -> dict[str, Value] | None:
    """The items of a dictionary or of a name that is bound to one; None where they cannot be told."""
    if depth > 6:
        return None
    if isinstance(node, ast.Dict):
        return _items(module, node, depth)
    if isinstance(node, ast.Call) and module.qualified(node.func) == "dict" and not node.args:
        return arguments(module, node, depth + 1)[0]
    if isinstance(node, ast.Call):
        return _returned(module, node, depth)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return spread_items(module, node.values[-1], depth + 1)  # `given or {}`: what holds by default
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = spread_items(module, node.left, depth + 1), spread_items(module, node.right, depth + 1)
        return None if left is None or right is None else {**left, **right}
    if isinstance(node, ast.Name | ast.Attribute):
        bound = [its for _, its in module.bound(node) if its is not None]
        if len(bound) != 1:
            return None
        first = spread_items(module, bound[0], depth + 1)
        later = _set_later(module, node, depth + 1) if first is not None else None
        return None if first is None or later is None else {**first, **later}
    return None


def _returned(module: Module, call: ast.Call, depth: int) -> dict[str, Value] | None:
    """The items of the dictionary that a function of this file gives back, where it gives back one."""
    function = called_here(module, call)
    given_back = returns_of(module).get(function, []) if function is not None else []
    if len(given_back) != 1 or given_back[0] is None:
        return None
    items = spread_items(module, given_back[0], depth + 1)
    if items is None or function is None:
        return None
    names = parameters(function)
    return {
        name: msgspec.structs.replace(its, known=Known.UNKNOWN)
        if its.name in names and _is_given(its)
        else its
        for name, its in items.items()
    }


def _is_given(one: Value) -> bool:
    """Does a value come from a parameter, which whoever calls the function fills?"""
    return one.known is Known.PARAMETER


def called_here(module: Module, call: ast.Call) -> Function | None:
    """The function of this file that a call calls: one at its top, or a method of the class around."""
    func = call.func
    if isinstance(func, ast.Name):
        found = module.by_qualname.get(func.id)
        return found if found is not None and not module.bound(func) else None
    if (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id in ("self", "cls")
    ):
        owner = module.owner(call)
        return module.by_qualname.get(f"{module.qualname(owner)}.{func.attr}") if owner is not None else None
    return None


def returns_of(module: Module) -> dict[Function, list[ast.expr | None]]:
    """What each function gives back; worked out once for a module."""
    if "returns" not in module.kept:
        found: dict[Function, list[ast.expr | None]] = {}
        for one in module.of(ast.Return):
            function = module.function(one)
            if function is not None:
                found.setdefault(function, []).append(one.value)
        module.kept["returns"] = found
    kept: dict[Function, list[ast.expr | None]] = module.kept["returns"]
    return kept


def _items(module: Module, node: ast.Dict, depth: int) -> dict[str, Value] | None:
    found: dict[str, Value] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = spread_items(module, item, depth + 1)
            if inner is None:
                return None
            found |= inner
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            found[key.value] = value(module, item)
    return found


def _set_later(module: Module, node: ast.Name | ast.Attribute, depth: int) -> dict[str, Value] | None:
    """What a dictionary gets later in the same scope; None where some of it cannot be followed."""
    found: dict[str, Value] = {}
    for one in _growing(module).get((module.scope(node), ast.unparse(node)), ()):
        if isinstance(one, ast.Call):
            more = _updated(module, one, depth)
            if more is None:
                return None
            found |= more
        else:
            target = one.targets[0]
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                found[str(target.slice.value)] = value(module, one.value)
    return found


def _growing(module: Module) -> dict[tuple[ast.AST, str], list[ast.Assign | ast.Call]]:
    """By scope and name: where a dictionary gets an item, or several; worked out once for a module."""
    if "growing" in module.kept:
        known: dict[tuple[ast.AST, str], list[ast.Assign | ast.Call]] = module.kept["growing"]
        return known
    found: dict[tuple[ast.AST, str], list[ast.Assign | ast.Call]] = {}
    module.kept["growing"] = found
    for assign in module.of(ast.Assign):
        target = assign.targets[0]
        if (
            isinstance(target, ast.Subscript)
            and isinstance(target.slice, ast.Constant)
            and isinstance(target.slice.value, str)
            and isinstance(target.value, ast.Name | ast.Attribute)
        ):
            found.setdefault((module.scope(assign), ast.unparse(target.value)), []).append(assign)
    for call in module.calls:
        func = call.func
        if (
            isinstance(func, ast.Attribute)
            and func.attr in ("update", "setdefault")
            and isinstance(func.value, ast.Name | ast.Attribute)
        ):
            found.setdefault((module.scope(call), ast.unparse(func.value)), []).append(call)
    return found


def _updated(module: Module, call: ast.Call, depth: int) -> dict[str, Value] | None:
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "setdefault" and len(call.args) == 2:
        key = literal(module, call.args[0])
        return {key: value(module, call.args[1])} if isinstance(key, str) else None
    given = spread_items(module, call.args[0], depth + 1) if call.args else {}
    more, spread = arguments(module, call, depth + 1)
    return None if given is None or spread else {**given, **more}
