"""Failures of parallel calls are asked for as values and then dropped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import within
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.flows import calls_of, own_function
from agentprobe.scan.handlers import LOGS, is_broad
from agentprobe.scan.mending.told_failures import telling_failures
from agentprobe.scan.module import Module, argument, last_word
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.settled import dropped
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_ENDINGS = re.compile(
    r"close|shut|stop|clean|teardown|cancel|exit|dispose|disconnect|drain|flush|join|wait_|finali[sz]e|kill|abort|reset|__del__"
)

_BEST_EFFORT = re.compile(
    r"best.effort|\b(?:is|are) skipped|\bignor|\btolerat|\bswallow|partial results", re.IGNORECASE
)
_GOES_THROUGH = ("zip", "enumerate", "len", "list", "reversed")


class GatherErrorsDropped(Rule):
    """`gather(…, return_exceptions=True)` is told to hand errors back as values, and nobody looks at them.

    Finds: a call with `return_exceptions=True` whose results are thrown away, used as if all were answers, or
    filtered down to those that succeeded without a log or a count of the rest.

    Breaks: three of five searches fail, and the report is written from two. Or the exception object itself
    goes into the next prompt as text.

    Example:

        import asyncio

        async def search_all(queries):
            found = await asyncio.gather(*[search(query) for query in queries], return_exceptions=True)
            return [one for one in found if not isinstance(one, Exception)]

    Instead:

        import asyncio
        import logging

        async def search_all(queries):
            found = await asyncio.gather(*[search(query) for query in queries], return_exceptions=True)
            failed = [one for one in found if isinstance(one, Exception)]
            if failed:
                logging.warning("%d of %d searches failed: %r", len(failed), len(found), failed[0])
            return [one for one in found if not isinstance(one, Exception)]

    False alarms: waiting for tasks that were cancelled, in a function that closes or cleans up; results that
    are handed to the caller, who looks at them.
    """

    code = "ERR009"
    severity = Severity.MEDIUM
    mode = Mode.SILENT_ERRORS
    fixes = "unsafe"
    probe = Probe(
        faults=("tool_error",),
        expects="answers from the calls that succeeded and says nothing of the others",
        shows=(Sign.LIED, Sign.STRAYED),
    )
    triggers = ("return_exceptions",)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for call, why in dropped(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(call),
                f"Promise.allSettled keeps the errors of parallel calls, and {why}",
                tier=Tier.PROVED,
                subject=script.name_of(script.function(call)),
                consequence="the answer is made from whatever succeeded, and looks complete",
                advice="log and count the rejected ones among the results before you go on",
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for call in calls_of(module, "gather"):
            if (
                _hands_back(module, call)
                and not _ends_things(module, call)
                and not _is_best_effort(module, call)
            ):
                why = _dropped(module, call)
                if why:
                    function = module.function(call)
                    yield self.found(
                        module.place(call),
                        f"errors of parallel calls are asked for as values, and {why}",
                        tier=Tier.PROVED,
                        subject=module.qualname(function) if function is not None else "",
                        consequence="the answer is made from whatever succeeded, and looks complete",
                        advice="log and count the exceptions among the results before you go on",
                        fix=telling_failures(module, call),
                    )


def _hands_back(module: Module, call: ast.Call) -> bool:
    given = argument(call, "return_exceptions")
    return given is not None and literal(module, given) is True and module.qualified(call.func) in (
        "asyncio.gather", "asyncio.tasks.gather")  # fmt: skip


def _is_best_effort(module: Module, call: ast.Call) -> bool:
    """Does the function's docstring say that what fails is left out?"""
    function = module.function(call)
    told = (ast.get_docstring(function) or "") if function is not None else ""
    return _BEST_EFFORT.search(told) is not None


def _ends_things(module: Module, call: ast.Call) -> bool:
    """Does the function cancel, close or clean up, so that failures no longer matter?"""
    function = module.function(call)
    if function is None:
        return False
    if _ENDINGS.search(function.name.lower()):
        return True
    return any(
        isinstance(one, ast.Attribute) and one.attr in ("cancel", "aclose", "close")
        for one in within(module, function)
    )  # fmt: skip


def _dropped(module: Module, call: ast.Call) -> str:
    """How the errors get lost; "" where they do not, or where that cannot be said."""
    node: ast.AST = call
    above = module.parent(node)
    while isinstance(above, ast.Await):
        node, above = above, module.parent(above)
    if isinstance(above, ast.Expr):
        lost = isinstance(node, ast.Await) and _may_fail(module, call)
        return "the results are thrown away" if lost else ""
    if not (
        isinstance(above, ast.Assign) and len(above.targets) == 1 and isinstance(above.targets[0], ast.Name)
    ):
        return ""
    uses = list(_uses(module, above.targets[0], above))
    if not uses:
        return "nobody looks at them"
    if any(_is_handed_on(module, one) for one in uses):
        return ""
    return _by_tests(module, call, uses)


def _may_fail(module: Module, call: ast.Call) -> bool:
    """Are calls started here, of functions that do not catch everything themselves?"""
    started = [one for given in call.args for one in _started(module, given, 0)]
    return bool(started) and not all(_catches_all(module, one) for one in started)


def _started(module: Module, node: ast.expr, depth: int) -> Iterator[ast.Call]:
    if isinstance(node, ast.Starred):
        yield from _started(module, node.value, depth)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        yield from _started(module, node.elt, depth)
    elif isinstance(node, ast.List | ast.Tuple):
        for one in node.elts:
            yield from _started(module, one, depth)
    elif isinstance(node, ast.Call):
        yield node
    elif isinstance(node, ast.Name) and depth < 3:
        meant = module.value(node)
        if meant is not None and meant is not node:
            yield from _started(module, meant, depth + 1)


def _catches_all(module: Module, call: ast.Call) -> bool:
    function = module.by_qualname.get(own_function(module, call))
    if function is None:
        return False
    blocks = [one for one in function.body if isinstance(one, ast.Try)]
    return any(is_broad(module, handler) for block in blocks for handler in block.handlers)


def _is_handed_on(module: Module, name: ast.Name) -> bool:
    return isinstance(module.parent(name), ast.Return | ast.Call | ast.Yield) and not _counted(module, name)


def _uses(module: Module, target: ast.Name, where: ast.AST) -> Iterator[ast.Name]:
    scope = module.scope(where)
    for one in module.of(ast.Name):
        if one.id == target.id and isinstance(one.ctx, ast.Load) and module.scope(one) is scope:
            yield one


def _counted(module: Module, name: ast.Name) -> bool:
    """Is a list only gone through: `zip(a, results)`, `enumerate(results)`, `len(results)`?"""
    above = module.parent(name)
    return isinstance(above, ast.Call) and module.qualified(above.func) in _GOES_THROUGH


def _by_tests(module: Module, call: ast.Call, uses: list[ast.Name]) -> str:
    function = module.function(call) or module.tree
    tests = [one for one in within(module, function) if isinstance(one, ast.Call) and _asks_kind(module, one)]
    if not tests:
        looped = any(_is_gone_through(module, one) for one in uses)
        return "they are used as if all were answers" if looped else ""
    if any(_told(module, one) for one in tests):
        return ""
    return "they are filtered out without a word"


def _asks_kind(module: Module, call: ast.Call) -> bool:
    """`isinstance(result, Exception)`, and tests of what a result is instead."""
    return module.qualified(call.func) == "isinstance" and len(call.args) == 2


def _is_gone_through(module: Module, name: ast.Name) -> bool:
    above = module.parent(name)
    if isinstance(above, ast.Call) and _counted(module, name):
        above = module.parent(above)
    return isinstance(above, ast.For | ast.comprehension | ast.AsyncFor)


def _told(module: Module, test: ast.Call) -> bool:
    """Does a failure that a test finds lead to more than being left out?"""
    for above in module.ancestors(test):
        if isinstance(above, ast.comprehension):
            return _names_error(module, test.args[1]) != _is_not(module, test)
        if isinstance(above, ast.IfExp):
            return True
        if isinstance(above, ast.If) and isinstance(above.body[0], ast.Continue) and _is_not(module, test):
            return True
        if isinstance(above, ast.If) and above.orelse:
            return True  # the other case is seen to
        if isinstance(above, ast.If):
            return any(_says(one) for part in (*above.body, *above.orelse) for one in ast.walk(part))
        if isinstance(above, ast.stmt):
            return True
    return False


def _names_error(module: Module, node: ast.expr) -> bool:
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(module.qualified(one).endswith(("Exception", "Error")) for one in kinds)


def _is_not(module: Module, test: ast.Call) -> bool:
    above = module.parent(test)
    return isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not)


def _says(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.Return | ast.AugAssign | ast.Assign | ast.Yield):
        return True
    if not isinstance(node, ast.Call):
        return False
    last = last_word(node.func)
    return last in LOGS or (last in ("append", "add", "put") and _is_error(node))


def _is_error(call: ast.Call) -> bool:
    words = ast.unparse(call).lower()
    return any(word in words for word in ("error", "fail", "exc", "err"))
