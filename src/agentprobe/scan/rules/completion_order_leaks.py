"""What comes back first comes first in the prompt."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier

_DONE = ("asyncio.as_completed", "concurrent.futures.as_completed")
_PROMPTS = ("messages", "history", "context", "prompt", "conversation", "memory", "transcript")
_ADDS = ("append", "extend", "add_message", "append_message")


class CompletionOrderLeaks(Rule):
    """Results of parallel calls are put together in the order in which they happen to finish.

    Finds: a loop over `as_completed(…)` (or over a pool's `imap_unordered`) that appends to messages, or to a
    list that is joined into text or returned, without an index or a later sort.

    Breaks: the same question has another prompt on every run. Answers differ for no reason that anybody can
    see, caches of prompts never hit, and a replay of the run does not bring the same.

    Example:

        from concurrent.futures import as_completed

        def research(pool, questions):
            notes = []
            for done in as_completed([pool.submit(search, one) for one in questions]):
                notes.append(done.result())
            return "\\n".join(notes)

    Instead:

        def research(pool, questions):
            return "\\n".join(pool.map(search, questions))

    False alarms: results that are stored under an index or a key, or sorted before they are used; progress
    that is only shown.
    """

    code = "RACE004"
    severity = Severity.MEDIUM
    mode = Mode.RACE_CONDITION
    triggers = ("as_completed", "imap_unordered")
    probe = Probe(
        faults=("latency", "results_reordered"),
        expects="answers otherwise when results arrive in another order",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
        at="tool",
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        loops: list[ast.For | ast.AsyncFor] = [*module.of(ast.For), *module.of(ast.AsyncFor)]
        for loop in loops:
            if not _is_unordered(module, loop.iter):
                continue
            for call in _appends(loop):
                assert isinstance(call.func, ast.Attribute)
                name = ast.unparse(call.func.value)
                tier = _told_to_a_model(module, loop, name)
                if tier is not None and not _has_key(call):
                    function = module.function(loop)
                    yield self.found(
                        module.place(call),
                        f"{name} is filled in the order in which calls finish",
                        tier=tier,
                        subject=f"{module.qualname(function) if function else ''} {name}".strip(),
                        consequence="the model reads another text on every run; no run can be repeated",
                        advice="keep the order of the questions: gather, map, or sort by index before it is "
                        "used",
                    )
                    break


def _is_unordered(module: Module, node: ast.expr) -> bool:
    meant = module.value(node)
    for call in [meant] if isinstance(meant, ast.Call) else []:
        if module.qualified(call.func) in _DONE or getattr(call.func, "attr", "") == "imap_unordered":
            return True
        if call.args and isinstance(call.args[0], ast.Call):  # tqdm(as_completed(…))
            return module.qualified(call.args[0].func) in _DONE
    return False


def _appends(loop: ast.For | ast.AsyncFor) -> list[ast.Call]:
    return [
        one
        for part in loop.body
        for one in ast.walk(part)
        if isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in _ADDS
        and isinstance(one.func.value, ast.Name | ast.Attribute)
        and one.args
    ]


def _has_key(call: ast.Call) -> bool:
    """Is what is appended a pair with an index or a key, by which it can be sorted later?"""
    given = call.args[0]
    if isinstance(given, ast.Tuple):
        return True
    return isinstance(given, ast.Dict) and any(
        isinstance(key, ast.Constant) and key.value in ("id", "index", "order", "position", "i", "idx")
        for key in given.keys
    )


def _told_to_a_model(module: Module, loop: ast.For | ast.AsyncFor, name: str) -> Tier | None:
    """What says that the list ends in a prompt; None where nothing does, or where it is sorted before."""
    last = name.rpartition(".")[2].lower()
    function = module.function(loop)
    where = list(ast.walk(function if function is not None else module.tree))
    later = [one for one in where if getattr(one, "lineno", 0) > loop.lineno]
    if any(_sorts(one, name) for one in later):
        return None
    if any(word in last for word in _PROMPTS):
        return Tier.PROVED
    for one in later:
        if isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "join" and _holds(one.args, name):
            return Tier.PROVED
        if isinstance(one, ast.FormattedValue) and _holds([one.value], name):
            return Tier.PROVED
        if isinstance(one, ast.Return) and one.value is not None and ast.unparse(one.value) == name:
            return Tier.HINT
    return None


def _holds(nodes: list[ast.expr], name: str) -> bool:
    return any(
        isinstance(part, ast.Name | ast.Attribute) and ast.unparse(part) == name and not _is_counted(node)
        for node in nodes
        for part in ast.walk(node)
    )


def _is_counted(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("len", "sum", "max", "min")


def _sorts(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "sort":
        return ast.unparse(node.func.value) == name
    return (
        getattr(node.func, "id", "") in ("sorted", "set", "max", "min")
        and bool(node.args)
        and ast.unparse(node.args[0]) == name
    )
