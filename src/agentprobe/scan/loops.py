"""The loops of a module that nothing in their own function bounds."""

from __future__ import annotations

import ast

from msgspec import structs

from agentprobe.scan.bounds import (
    LOOPS,
    ends_by_flag,
    has_deadline,
    has_limit,
    is_endless,
    leaves,
    up_to,
    within,
)
from agentprobe.scan.facts import Loop
from agentprobe.scan.flows import called_name, calls_of, own_function
from agentprobe.scan.incoming import waits_outside
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module


def endless_loops(module: Module) -> tuple[Loop, ...]:
    """The loops that nothing in their own function bounds, and functions that go on by calling themselves."""
    found = []
    loops: list[ast.While | ast.For | ast.AsyncFor] = [
        *module.of(ast.While), *module.of(ast.For), *module.of(ast.AsyncFor)
    ]  # fmt: skip
    for loop in loops:
        if not is_endless(module, loop) or not _calls(module, loop):
            continue
        if has_limit(module, loop) or waits_outside(module, loop) or has_deadline(module, loop):
            continue
        found.append(
            _told(module, loop, "while" if isinstance(loop, ast.While) else "for", _only_success_ends(loop))
        )
    return (*found, *_recursions(module))


def _only_success_ends(loop: ast.While | ast.For | ast.AsyncFor) -> bool:
    """Is a loop left as soon as nothing fails, so that it only repeats what failed?"""
    return leaves(loop.body) or any(isinstance(one, ast.Try) and ends_by_flag(loop, one) for one in loop.body)


def _calls(module: Module, node: ast.AST) -> list[ast.Call]:
    return [one for one in within(module, node) if isinstance(one, ast.Call)]


def _told(module: Module, node: ast.AST, kind: str, retries: bool) -> Loop:
    calls = _calls(module, node)
    function = module.function(node)
    asked = model_calls(module)
    names = {own_function(module, one) or called_name(module, one) for one in calls}
    if isinstance(node, ast.While):
        test, place = module.source(node.test, 50), module.text.place(node.lineno, node.col_offset)
    else:
        test, place = "", module.text.place(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
    return Loop(
        place=place,
        kind=kind,
        function=module.qualname(function) if function is not None else "",
        test=test,
        calls=tuple(sorted(names - {""})),
        asks=any(one in asked for one in calls),
        sure=all(asked[one].sure for one in calls if one in asked),
        retries=retries,
        sleeps=any(name in ("time.sleep", "asyncio.sleep") for name in names),
    )


def _recursions(module: Module) -> list[Loop]:
    found = []
    for function in module.functions:
        for call in calls_of(module, function.name):
            if module.function(call) is not function or own_function(module, call) != module.qualname(
                function
            ):
                continue
            if _descends(module, function, call):
                continue
            handler = any(isinstance(one, ast.ExceptHandler) for one in up_to(module, call, function))
            told = _told(module, function, "recursion", handler)
            others = tuple(
                one for one in told.calls if one not in (module.qualname(function), f"self.{function.name}")
            )
            name = module.qualname(function)
            found.append(structs.replace(told, place=module.place(call), function=name, calls=others))
    return found


def _descends(module: Module, function: Function, call: ast.Call) -> bool:
    """Does a call of itself count, or go down into a part of what the function was given?"""
    if has_limit(module, function):
        return True
    for given in (*call.args, *(word.value for word in call.keywords)):
        if any(
            isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add | ast.Sub) and _numbers(one)
            for one in ast.walk(given)
        ):
            return True
    loops = [
        one
        for one in up_to(module, call, function)
        if isinstance(one, (*LOOPS, ast.ListComp, ast.GeneratorExp, ast.DictComp))
    ]
    return bool(loops)  # over the parts of a tree


def _numbers(node: ast.BinOp) -> bool:
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, int) for one in (node.left, node.right)
    )
