"""State that several tasks share is read before a wait and written after it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.scan.finding import Finding
from agentprobe.scan.module import FUNCTIONS, Function, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.together import concurrent_functions
from agentprobe.scan.tools import tool_functions

_LOCKS = re.compile(r"lock|mutex|semaphore|transaction|begin", re.IGNORECASE)


class SharedStateMutated(Rule):
    """What several tasks share is read, then awaited upon, then written from what was read.

    Finds: `self.total += await …` and a value of an object or of the module that is copied, awaited upon and
    written back, in a coroutine, without a lock.

    Breaks: while one task waits, another reads the same old value; both write, and one of the two changes is
    gone. Budgets are overspent, counters are too low, a conversation loses a turn; more so the busier it is.

    Example:

        import asyncio

        class Budget:
            spent = 0

            async def ask(self, question):
                spent = self.spent
                answer = await model(question)
                self.spent = spent + answer.cost
                return answer

            async def all(self, questions):
                return await asyncio.gather(*(self.ask(one) for one in questions))

    Instead:

        import asyncio

        class Budget:
            spent = 0

            async def ask(self, question):
                answer = await model(question)
                self.spent += answer.cost
                return answer

            async def all(self, questions):
                return await asyncio.gather(*(self.ask(one) for one in questions))

    False alarms: a lock around both; objects that belong to one task; reading and writing with no wait
    between them, which no other task can come between.
    """

    code = "RACE003"
    severity = Severity.HIGH
    mode = Mode.RACE_CONDITION
    triggers = ("await",)

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function in module.of(ast.AsyncFunctionDef):
            for node, name in _lost(module, function):
                at_once = function in concurrent_functions(module) or function in tool_functions(module)
                yield self.found(
                    module.place(node),
                    f"{name} is read before the wait in {function.name}() and written after it",
                    tier=Tier.PROVED if at_once else Tier.HINT,
                    subject=f"{module.qualname(function)} {name}",
                    consequence="of two tasks that come here at once, one's change is lost",
                    advice="read it again after the wait, or hold an asyncio.Lock from reading to writing",
                )


def _waiting(module: Module) -> frozenset[Function | None]:
    """The functions that wait and write something that several tasks may share."""
    if "waiting and writing" not in module.kept:
        assigned = [one for one in module.of(ast.Assign) if len(one.targets) == 1]
        written = [
            *((one, one.targets[0]) for one in assigned),
            *((one, one.target) for one in module.of(ast.AugAssign)),
        ]
        writing = {module.function(one) for one, target in written if _is_shared(module, target)}
        waiting = {module.function(one) for one in module.of(ast.Await)}
        module.kept["waiting and writing"] = frozenset(writing & waiting)
    kept: frozenset[Function | None] = module.kept["waiting and writing"]
    return kept


def _lost(module: Module, function: ast.AsyncFunctionDef) -> Iterator[tuple[ast.AST, str]]:
    if function not in _waiting(module):
        return
    own = [one for one in ast.walk(function) if module.function(one) is function]
    waits = sorted(one.lineno for one in own if isinstance(one, ast.Await))
    for node in own:
        if isinstance(node, ast.AugAssign) and _is_shared(module, node.target):
            if any(isinstance(one, ast.Await) for one in ast.walk(node.value)) and not _is_locked(
                module, node
            ):
                yield node, ast.unparse(node.target)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and _is_shared(module, node.targets[0]):
            if isinstance(node.value, ast.Name):
                continue  # what was there is put back; nothing is counted
            target = ast.unparse(node.targets[0])
            if _is_locked(module, node):
                continue
            read = _read_before(module, own, node, target)
            if read and any(read < wait < node.lineno for wait in waits):
                yield node, target


def _read_before(module: Module, own: list[ast.AST], node: ast.Assign, target: str) -> int:
    """The line on which what is now written was copied to a name that is written back; 0 where it was not."""
    used = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
    for one in own:
        if (
            isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Name)
            and one.targets[0].id in used
            and one.lineno < node.lineno
            and ast.unparse(one.value) in (target, f"{target}.copy()", f"list({target})", f"dict({target})")
            and not any(isinstance(part, ast.Await) for part in ast.walk(one.value))
        ):
            bound = [where for where, _ in module.bound(one.targets[0])]
            if len(bound) == 1:
                return one.lineno
    return 0


def _is_shared(module: Module, target: ast.expr) -> bool:
    """Is this an attribute of the object itself, or a name of the module that is declared global?"""
    inner = target.value if isinstance(target, ast.Subscript) else target
    if isinstance(inner, ast.Attribute):
        return isinstance(inner.value, ast.Name) and inner.value.id in ("self", "cls")
    if not isinstance(inner, ast.Name):
        return False
    function = module.function(target)
    return function is not None and inner.id in _declared(module).get(function, ())


def _declared(module: Module) -> dict[ast.AST, set[str]]:
    """The names that each function, or one within it, declares as those of the module or the one around."""
    if "declared names" not in module.kept:
        found: dict[ast.AST, set[str]] = {}
        every: list[ast.Global | ast.Nonlocal] = [*module.of(ast.Global), *module.of(ast.Nonlocal)]
        for one in every:
            for above in module.ancestors(one):
                found.setdefault(above, set()).update(one.names)
        module.kept["declared names"] = found
    kept: dict[ast.AST, set[str]] = module.kept["declared names"]
    return kept


def _is_locked(module: Module, node: ast.AST) -> bool:
    for above in module.ancestors(node):
        if isinstance(above, FUNCTIONS):
            return False
        if isinstance(above, ast.AsyncWith | ast.With) and any(
            _LOCKS.search(ast.unparse(item.context_expr)) for item in above.items
        ):
            return True
    return False
