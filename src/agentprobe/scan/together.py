"""Where a module does several things at once: gathers, groups of tasks, pools, and what they run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.module import FUNCTIONS, Function, Module, last_word
from agentprobe.scan.tool_effects import called_in
from agentprobe.scan.tool_forms import function_named

_MAPS = ("concurrent.futures.ThreadPoolExecutor.map", "concurrent.futures.ProcessPoolExecutor.map",
         "multiprocessing.Pool.map", "multiprocessing.pool.ThreadPool.map",
         "multiprocessing.Pool.starmap")  # fmt: skip
_TASKS = frozenset({"create_task", "start_soon", "submit", "ensure_future", "run_coroutine_threadsafe"})
_WORDS = frozenset({"gather", "map", "starmap", "imap", *_TASKS, "as_completed", "wait"})
WEB = frozenset({
    "fastapi", "flask", "starlette", "quart", "sanic", "aiohttp", "django", "slack_bolt", "slack_sdk",
    "discord", "telegram",
    "chainlit", "litestar", "tornado", "bottle", "robyn", "falcon", "aiogram", "gradio",
})  # fmt: skip
"""Packages whose handlers run for many people at once."""
_ROUTES = frozenset({
    "get", "post", "put", "delete", "patch", "route", "websocket", "on_message", "message", "event",
    "command", "api_route",
    "websocket_route", "app_mention", "on_chat_start", "message_handler", "tool", "resource",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Together:
    """A call that starts several of something at once."""

    call: ast.Call
    runs: tuple[ast.expr, ...]
    """The calls and functions that run at once."""
    over: ast.expr | None = None
    """What it runs once for each of, where that is one thing."""


def together(module: Module) -> tuple[Together, ...]:
    """All of them in a module; worked out once."""
    if "together" not in module.kept:
        module.kept["together"] = tuple(_found(module))
    found: tuple[Together, ...] = module.kept["together"]
    return found


def _found(module: Module) -> Iterator[Together]:
    for call in module.calls:
        last = last_word(call.func)
        if last not in _WORDS:
            continue
        dotted = module.qualified(call.func)
        if dotted in ("asyncio.gather", "asyncio.wait", "asyncio.as_completed", "anyio.gather"):
            yield _gathered(module, call)
        elif dotted in _MAPS or (last == "map" and "xecutor" in ast.unparse(call.func)):
            yield Together(call, tuple(call.args[:1]), call.args[1] if len(call.args) > 1 else None)
        elif last in _TASKS and call.args:
            loop = _loop(module, call)
            if loop is not None and not isinstance(module.parent(call), ast.Await):
                yield Together(call, tuple(call.args[:1]), loop)


def _loop(module: Module, node: ast.AST) -> ast.expr | None:
    """What is run over by the loop or comprehension that starts a task at each step."""
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return None
        if isinstance(above, ast.For | ast.AsyncFor):
            return above.iter
        if isinstance(above, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            return above.generators[0].iter
    return None


def _gathered(module: Module, call: ast.Call) -> Together:
    runs: list[ast.expr] = []
    over: ast.expr | None = None
    for one in call.args:
        inner = one.value if isinstance(one, ast.Starred) else one
        meant = module.value(inner)
        if isinstance(meant, ast.ListComp | ast.GeneratorExp):
            runs.append(meant.elt)
            over = meant.generators[0].iter
        elif isinstance(meant, ast.List | ast.Tuple):
            appended = _appended(module, inner)
            runs += [*meant.elts, *(each for each, _ in appended)]
            over = appended[0][1] if appended and not meant.elts else None
        elif meant is not None:
            runs.append(meant)
    return Together(call, tuple(_bare(one) for one in runs), over)


def _bare(node: ast.expr) -> ast.expr:
    """What a task is made of: the `f(x)` of `create_task(f(x))` and of `wait_for(f(x), 3)`."""
    for _ in range(3):
        last = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        if (
            isinstance(node, ast.Call)
            and last in ("create_task", "ensure_future", "wait_for", "shield")
            and node.args
        ):
            node = node.args[0]
    return node


def _appended(module: Module, name: ast.expr) -> list[tuple[ast.expr, ast.expr | None]]:
    """What is appended to a list in its function, and what the loop around runs over."""
    function = module.function(name)
    return [
        (_bare(call.args[0]), _loop(module, call))
        for call in module.calls
        if isinstance(name, ast.Name)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "append"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == name.id
        and call.args
        and module.function(call) is function
    ]


def functions_run(module: Module, one: Together) -> list[Function]:
    """The functions of this file that run at once."""
    found = []
    for node in one.runs:
        named = node.func if isinstance(node, ast.Call) else node
        if (
            isinstance(node, ast.Call)
            and module.qualified(node.func) in ("asyncio.to_thread", "functools.partial")
            and node.args
        ):
            named = node.args[0]
        function = function_named(module, named)
        if function is not None:
            found.append(function)
    return found


def is_handler(module: Module, function: Function) -> bool:
    """Does a function run once for each request or message, for many people at once?"""
    if not WEB & module.imported_roots:
        return False
    for decorator in function.decorator_list:
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(func, ast.Attribute) and func.attr in _ROUTES:
            return True
    return False


def concurrent_functions(module: Module) -> frozenset[Function]:
    """The functions that may run several times at once: handlers, what is gathered, what they call."""
    if "concurrent" not in module.kept:
        from_outside = {one for one in module.functions if is_handler(module, one)}
        started = {function for one in together(module) for function in functions_run(module, one)}
        module.kept["concurrent"] = _closed(module, from_outside | started)
    found: frozenset[Function] = module.kept["concurrent"]
    return found


def _closed(module: Module, start: set[Function]) -> frozenset[Function]:
    found, edge = set(start), set(start)
    for _ in range(6):
        edge = {after for one in edge for after in called_in(module, one)} - found
        found |= edge
    return frozenset(found)
