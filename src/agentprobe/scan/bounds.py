"""What keeps a loop from running for ever: a counter, a limit, a deadline, a budget, or somebody outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.scan.flows import written
from agentprobe.scan.module import FUNCTIONS, Module, argument

_OWN = (*FUNCTIONS, ast.Lambda, ast.ClassDef)
LOOPS = (ast.While, ast.For, ast.AsyncFor)
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_LIMITS = re.compile(
    r"(?:^|_)(?:max|min|limits?|budget|deadline|timeout|remaining|attempts?|retries|retry|tries|trials?|steps?|turns?|"
    r"iterations?|iters?|rounds?|depth|quota|counts?|counter|left|elapsed|loops?|costs?|spent|calls?|until|expires?|"
    r"hops?|cycles?|age|duration)(?:_|$|\d)"
)
_ASKED = re.compile(
    r"(?:^|_)(?:last|max|limit|limits|exceed|exceeded|exceeds|budget|exhausted|too_many|timed_?out|expired|over|reached)"
    r"(?:_|$)|should_stop"
)
_STEP_LIMITS = re.compile(
    r"(?:^|_)(?:max|limits?|budget|deadline|steps?|turns?|iterations?|iters?|rounds?|costs?|spent|calls?|usage)(?:_|$)"
)
_DEADLINES = (
    "asyncio.timeout",
    "asyncio.timeout_at",
    "async_timeout.timeout",
    "anyio.fail_after",
    "anyio.move_on_after",
    "trio.fail_after",
    "trio.move_on_after",
)
_TIMES = (
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
)


def within(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a loop, a handler or a function's body, without the functions that are made within it."""
    waiting = _children(node)
    while waiting:
        one = waiting.pop()
        if isinstance(one, _OWN):
            continue
        yield one
        waiting += _children(one)


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and value._fields:  # Load, Store and operators say nothing
            found.append(value)
    return found


def leaves(body: Iterable[ast.stmt]) -> bool:
    """Does a block always end what it stands in, when nothing fails?"""
    return any(_leaves(one) for one in body)


def _leaves(node: ast.stmt) -> bool:
    if isinstance(node, ast.Return | ast.Break | ast.Raise):
        return True
    if isinstance(node, ast.If):
        return bool(node.orelse) and leaves(node.body) and leaves(node.orelse)
    if isinstance(node, ast.With | ast.AsyncWith):
        return leaves(node.body)
    if isinstance(node, ast.Try):
        return leaves(node.body) or leaves(node.orelse) or leaves(node.finalbody)
    return False


def ends_by_flag(loop: ast.AST, block: ast.Try) -> bool:
    """Does success alone end a loop, by a flag that the `try` in it sets: `keep_trying = False`?"""
    test = loop.test if isinstance(loop, ast.While) else None
    until = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    flag = test.operand if isinstance(test, ast.UnaryOp) else test
    if not isinstance(flag, ast.Name | ast.Attribute):
        return False
    name = written(flag)
    failing = [one for handler in block.handlers for one in ast.walk(handler)]
    if any(isinstance(one, ast.Assign) and name in map(written, one.targets) for one in failing):
        return False
    return any(
        isinstance(one, ast.Assign)
        and name in map(written, one.targets)
        and isinstance(one.value, ast.Constant)
        and one.value.value is until
        for one in (*block.body, *block.orelse)
    )


def is_endless(module: Module, loop: ast.While | ast.For | ast.AsyncFor) -> bool:
    """May a loop go round without end, as far as its head says?"""
    if not isinstance(loop, ast.While):
        dotted = module.qualified(loop.iter.func) if isinstance(loop.iter, ast.Call) else ""
        return dotted in ("itertools.count", "itertools.cycle", "iter") or (
            dotted == "itertools.repeat" and isinstance(loop.iter, ast.Call) and len(loop.iter.args) == 1
        )
    counted = counters(loop)
    return not any(is_limit(module, one, counted) for one in ast.walk(loop.test))


def counters(node: ast.AST) -> frozenset[str]:
    """The names that are counted up or down in a loop, and the lists that grow in it."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.AugAssign) and isinstance(one.op, ast.Add | ast.Sub):
            found.add(written(one.target))
        elif isinstance(one, ast.Assign) and isinstance(one.value, ast.BinOp):
            target = written(one.targets[0])
            if isinstance(one.value.op, ast.Add | ast.Sub) and target in _names(one.value):
                found.add(target)
    return frozenset(found)


def _names(node: ast.AST) -> set[str]:
    return {written(one) for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)}


def is_limit(
    module: Module, node: ast.AST, counted: frozenset[str], words: re.Pattern[str] = _LIMITS
) -> bool:
    """Is this a comparison of a count, a cost or a time with its limit?"""
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node = node.operand
    if isinstance(node, ast.Call):
        return _ASKED.search(written(node.func).rpartition(".")[2]) is not None
    if not isinstance(node, ast.Compare):
        return _counts_down(node, counted)
    sides = [node.left, *node.comparators]
    ordered = any(isinstance(one, _ORDERS) for one in node.ops)
    if isinstance(node.ops[0], ast.Gt | ast.GtE) and _is_length(node.left):
        return ast.unparse(node.comparators[0]) not in ("0", "1")
    if not ordered:
        return any(written(one) in counted for one in sides) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
    return any(_is_count(module, one, counted, words) for one in sides)


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _counts_down(node: ast.AST, counted: frozenset[str]) -> bool:
    """`while tries_left:` with `tries_left -= 1` in it."""
    return isinstance(node, ast.Name) and node.id in counted and _LIMITS.search(node.id) is not None


def _is_count(module: Module, node: ast.expr, counted: frozenset[str], words: re.Pattern[str]) -> bool:
    for one in ast.walk(node):
        if isinstance(one, ast.Name | ast.Attribute):
            name = one.id if isinstance(one, ast.Name) else one.attr
            if written(one) in counted or words.search(name.lower()):
                return True
        elif isinstance(one, ast.Call) and (
            module.qualified(one.func) in _TIMES
            or (isinstance(one.func, ast.Attribute) and one.func.attr == "time")
        ):
            return True
    return False


def has_limit(module: Module, loop: ast.AST) -> bool:
    """Does something within a loop end it, or take its tools away, when a count or a time is reached?"""
    counted = counters(loop)
    flags = _names(loop.test) if isinstance(loop, ast.While) else set()
    for node in within(module, loop):
        if isinstance(node, ast.If) and any(is_limit(module, one, counted) for one in _tested(node.test)):
            if _acts(node.body, flags) or _acts(node.orelse, flags):
                return True
        elif isinstance(node, ast.IfExp | ast.Assert):
            if any(is_limit(module, one, counted) for one in _tested(node.test)):
                return True
        elif isinstance(node, ast.Call) and _spends(module, node):
            return True
    return False


def _tested(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of a test that stand beside each other."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.BoolOp):
            waiting += one.values
        elif isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not):
            waiting.append(one.operand)
        else:
            yield one


def _acts(body: list[ast.stmt], flags: set[str]) -> bool:
    for one in body:
        for node in ast.walk(one):
            if isinstance(node, ast.Break | ast.Return | ast.Raise):
                return True
            if isinstance(node, ast.Assign):
                names = {written(target) for target in node.targets}
                if names & flags or any("tool" in name.lower() for name in names):
                    return True
            if isinstance(node, ast.Call) and written(node.func) in (
                "sys.exit",
                "exit",
                "quit",
                "os._exit",
            ):
                return True
    return False


_SPENDS = re.compile(
    r"(?:^|[._])(?:budget|limiter|quota|guard|deadline)[\w]*\.\w+$|(?:^|[._])(?:check|enforce|assert|spend|consume|charge)\w*"
    r"(?:limits?|budget|quota|deadline|steps|turns|cost)\w*$",
    re.IGNORECASE,
)


def _spends(module: Module, call: ast.Call) -> bool:
    """Is this `budget.spend()`, `self.check_limits()` and the like?"""
    return isinstance(call.func, ast.Attribute | ast.Name) and _SPENDS.search(written(call.func)) is not None


def has_deadline(module: Module, node: ast.AST) -> bool:
    """Does something stand under `async with asyncio.timeout(…)` or in `asyncio.wait_for(…)`?"""
    for above in module.ancestors(node):
        if isinstance(above, FUNCTIONS):
            return False
        if isinstance(above, ast.AsyncWith | ast.With):
            if any(
                isinstance(one.context_expr, ast.Call)
                and module.qualified(one.context_expr.func) in _DEADLINES
                for one in above.items
            ):
                return True
        elif isinstance(above, ast.Call) and module.qualified(above.func) in (
            "asyncio.wait_for",
            "asyncio.wait",
        ):
            given = argument(above, "timeout", 1)
            if given is not None and not (isinstance(given, ast.Constant) and given.value is None):
                return True
    return False


def up_to(module: Module, node: ast.AST, end: ast.AST) -> Iterator[ast.AST]:
    """What a node stands in, up to `end` and without it."""
    for above in module.ancestors(node):
        if above is end:
            return
        yield above


def limited_functions(module: Module) -> tuple[str, ...]:
    """The functions that raise when a number of steps, a cost or a time is used up."""
    found: set[str] = set()
    for node in module.of(ast.If):
        if not any(isinstance(one, ast.Raise) for one in node.body):
            continue
        function = module.function(node)
        if function is None or any(isinstance(one, LOOPS) for one in up_to(module, node, function)):
            continue
        if any(is_limit(module, one, frozenset(), _STEP_LIMITS) for one in _tested(node.test)):
            found.add(module.qualname(function))
    return tuple(sorted(found))
