"""Where a module asks again after a failure: decorators and loops that retry, and how often."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agentprobe.scan.facts import Known, Repeat, Value
from agentprobe.scan.handlers import kinds_of
from agentprobe.scan.module import FUNCTIONS, Module, argument
from agentprobe.scan.values import literal, value

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
Loop = ast.For | ast.AsyncFor | ast.While
_TRIES = ("max_tries", "attempts", "tries", "max_attempts", "stop_after_attempt", "num_attempts")
_AGAIN = ("max_retries", "retries", "num_retries", "retry_count")
_PLAIN = (
    "retry",
    "retry_async",
    "with_retry",
    "async_retry",
    "retry_on_exception",
    "retryable",
    "retry_with_backoff",
)
_CONTEXTS = ("tenacity.Retrying", "tenacity.AsyncRetrying")


def is_retrier(dotted: str) -> bool:
    """Does a decorator of this name repeat what fails?"""
    return (
        dotted.startswith(("tenacity.retry", "backoff.on_", "stamina.", "retrying.retry", "retry.retry"))
        or dotted.rpartition(".")[2] in _PLAIN
    )


def repeats(module: Module) -> tuple[Repeat, ...]:
    """All of them; those of a function go before the loops within it."""
    return (*_decorators(module), *_loops(module))


def _decorators(module: Module) -> Iterator[Repeat]:
    for function in module.functions:
        for decorator in function.decorator_list:
            dotted = module.qualified(decorator)
            if dotted and is_retrier(dotted):
                attempts, unlimited = attempts_of(module, decorator, dotted)
                yield Repeat(
                    by=dotted,
                    function=module.qualname(function),
                    place=module.place(decorator),
                    attempts=attempts,
                    unlimited=unlimited,
                    narrow=_is_narrow(module, _kinds(module, decorator)),
                )


def attempts_of(module: Module, node: ast.expr, dotted: str) -> tuple[Value | None, bool]:
    """How often a retrier tries in all, and whether it never stops."""
    if not isinstance(node, ast.Call):
        return None, dotted == "tenacity.retry"
    if dotted.startswith("tenacity."):
        return _stopped(module, argument(node, "stop"))
    for name in _TRIES:
        given = argument(node, name)
        if given is not None:
            return value(module, given), False
    for name in _AGAIN:
        given = argument(node, name)
        if given is not None:
            return _one_more(value(module, given)), False
    if dotted.startswith("backoff."):
        return None, argument(node, "max_time") is None
    return None, False


def _stopped(module: Module, node: ast.expr | None) -> tuple[Value | None, bool]:
    """What tenacity's `stop` says; without one it never stops."""
    if node is None:
        return None, True
    meant = module.value(node) or node
    parts = [meant]
    for _ in range(4):
        parts = [
            half
            for one in parts
            for half in ((one.left, one.right) if isinstance(one, ast.BinOp) else (one,))
        ]
    for one in parts:
        if (
            isinstance(one, ast.Call)
            and module.qualified(one.func).rpartition(".")[2] == "stop_after_attempt"
        ):
            given = argument(one, "max_attempt_number", 0)
            return (value(module, given) if given is not None else None), False
    return None, module.qualified(meant).endswith("stop_never")


def _one_more(retries: Value) -> Value:
    """Retries as attempts: the first one counts too."""
    if retries.known is Known.LITERAL and isinstance(retries.value, int):
        return Value(known=Known.LITERAL, value=retries.value + 1, text=retries.text, place=retries.place)
    return retries


def _loops(module: Module) -> Iterator[Repeat]:
    loops: list[Loop] = [*module.of(ast.For), *module.of(ast.AsyncFor), *module.of(ast.While)]
    for loop in loops:
        context = _context(module, loop)
        if context is not None:
            attempts, unlimited = _stopped(module, argument(context, "stop"))
        elif _retries(module, loop):
            attempts, unlimited = _rounds(module, loop), False
        else:
            continue
        function = module.function(loop)
        yield Repeat(
            by="a loop" if context is None else module.qualified(context.func),
            function=module.qualname(function) if function is not None else "",
            place=module.place(loop),
            attempts=attempts,
            unlimited=unlimited,
            loop=True,
            narrow=_is_narrow(module, [kind for one in _tries(loop) for kind in _caught(one)]),
            calls=_called(module, loop),
        )


def _called(module: Module, loop: ast.AST) -> tuple[str, ...]:
    names = (target_of(module, node.func) for node in ast.walk(loop) if isinstance(node, ast.Call))
    return tuple(sorted({name for name in names if name}))[:40]


def target_of(module: Module, func: ast.expr) -> str:
    """The dotted name of what is called; a method of the own class has the class before it."""
    dotted = module.qualified(func)
    if dotted.startswith("self.") and dotted.count(".") == 1:
        owner = module.owner(func)
        if owner is None:
            return ""
        own = f"{module.qualname(owner)}.{dotted[5:]}"
        return f"{module.dotted}.{own}" if module.dotted else own
    return dotted


def _context(module: Module, loop: Loop) -> ast.Call | None:
    """The `Retrying(...)` that a loop goes through."""
    if isinstance(loop, ast.While):
        return None
    meant = module.value(loop.iter)
    return meant if isinstance(meant, ast.Call) and module.qualified(meant.func) in _CONTEXTS else None


def _retries(module: Module, loop: Loop) -> bool:
    """Does a loop do the same again after an error, and end after a success?"""
    if isinstance(loop, ast.For | ast.AsyncFor) and not _is_range(module, loop.iter):
        return False
    return any(_goes_on(one) and _leaves(one, loop) for one in _tries(loop))


def _tries(loop: Loop) -> list[ast.Try]:
    tries = [node for node in loop.body if isinstance(node, ast.Try)]
    tries += [
        inner
        for node in loop.body
        if isinstance(node, ast.With | ast.AsyncWith)
        for inner in node.body
        if isinstance(inner, ast.Try)
    ]
    return tries


def _caught(tried: ast.Try) -> list[ast.expr | None]:
    """What the handlers of a `try` catch; None for everything."""
    return [kind for handler in tried.handlers for kind in kinds_of(handler)]


_PARSING = re.compile(
    r"(?:Value|JSONDecode|Validation|Parser?|Parsing|OutputParser|Key|Type|Index|Assertion|Schema|Format)"
    r"(?:Error|Exception)?$"
)


def _is_narrow(module: Module, kinds: list[ast.expr | None]) -> bool:
    """Are these errors of parsing and validation only?"""
    return bool(kinds) and all(
        kind is not None and _PARSING.search(module.qualified(kind) or ast.unparse(kind)) for kind in kinds
    )


def _kinds(module: Module, decorator: ast.expr) -> list[ast.expr | None]:
    """The errors after which a decorator repeats; none where it says none."""
    if not isinstance(decorator, ast.Call):
        return []
    given = argument(decorator, "retry") or argument(decorator, "on") or argument(decorator, "exception", 1)
    if isinstance(given, ast.Call):
        given = given.args[0] if given.args else None
    if given is None:
        return []
    return list(given.elts) if isinstance(given, ast.Tuple | ast.List) else [given]


def _is_range(module: Module, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and module.qualified(node.func) in ("range", "itertools.count")


def _goes_on(tried: ast.Try) -> bool:
    """Is there a handler after which the loop goes round again?"""
    return any(
        not isinstance(handler.body[-1], ast.Raise | ast.Return | ast.Break) for handler in tried.handlers
    )


def _leaves(tried: ast.Try, loop: ast.AST) -> bool:
    """Does a success end the loop?"""
    after = [*tried.body, *tried.orelse, *getattr(loop, "body", ())]
    waiting: list[ast.AST] = list(after)
    for _ in range(2_000):
        if not waiting:
            return False
        node = waiting.pop()
        if isinstance(node, ast.Return | ast.Break):
            return True
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ExceptHandler, *_LOOPS)):
            waiting += ast.iter_child_nodes(node)
    return False


def _rounds(module: Module, loop: Loop) -> Value | None:
    if isinstance(loop, ast.While):
        test = loop.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Lt | ast.LtE):
            found = value(module, test.comparators[0])
            return found if isinstance(literal(module, test.comparators[0]), int) else None
        return None
    call = loop.iter
    if not isinstance(call, ast.Call) or not call.args:
        return None
    if len(call.args) == 1:
        return _counted(module, call.args[0])
    first, last = literal(module, call.args[0]), literal(module, call.args[1])
    if isinstance(first, int) and isinstance(last, int):
        return Value(known=Known.LITERAL, value=max(0, last - first), place=module.place(call))
    return value(module, call.args[1])


def _counted(module: Module, node: ast.expr) -> Value:
    """`range(n)`, and `range(n + 1)` of a name that is followed elsewhere."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and literal(module, node.right) == 1:
        return _one_more(value(module, node.left))
    return value(module, node)
