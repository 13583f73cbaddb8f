"""When the steps are used up, the work just ends."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import is_endless, within
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.handlers import LOGS
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module, last_word
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier


class LimitWithoutHandoff(Rule):
    """A loop of an agent has a limit on its steps, and what happens at the limit looks like the usual end.

    Finds: `for step in range(n)` around a call of a model that leaves early when the work is done, after
    which the function just ends or returns what it has: no error, no log line, no word to anybody.

    Breaks: a task that needed one step more comes back as `None`, or as the half-finished last message, and
    is taken for the result. Nobody takes over, since nobody knows.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def run(messages):
            for step in range(10):
                reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
                messages.append(reply)
                if not reply.tool_calls:
                    return reply.content
                messages += perform(reply.tool_calls)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def run(messages):
            for step in range(10):
                reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
                messages.append(reply)
                if not reply.tool_calls:
                    return reply.content
                messages += perform(reply.tool_calls)
            raise Escalated("not done after 10 steps", messages)

    False alarms: a loop whose end is told by `else`, a log line, a status, or a last call of the model.
    """

    code = "RDY006"
    severity = Severity.LOW
    mode = Mode.READINESS
    item = Item.ESCALATION
    probe = Probe(
        faults=("never_done",), expects="ends at its limit and says nothing", shows=(Sign.LIED, Sign.STRAYED)
    )
    triggers = ("range",)

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        seen: set[ast.AST] = set()
        for call in model_calls(module):
            function = module.function(call)
            loop = _loop(module, call)
            if loop is None or function is None or loop in seen or not _is_steps(module, loop):
                continue
            seen.add(loop)
            if not _told(module, function, loop):
                yield self.found(
                    module.text.place(loop.lineno, loop.col_offset),
                    f"when the steps of {module.qualname(function)} are used up, it ends as if all were done",
                    tier=Tier.PROVED if model_calls(module)[call].sure else Tier.INFERRED,
                    subject=module.qualname(function),
                    consequence="half-finished work is taken for the result, and nobody takes over",
                    advice="after the loop raise, log, or hand what is known to a person",
                )


def _loop(module: Module, call: ast.Call) -> ast.For | None:
    for above in module.ancestors(call):
        if isinstance(above, ast.For):
            return above
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.While | ast.Lambda):
            return None
    return None


def _is_steps(module: Module, loop: ast.For) -> bool:
    """Does a loop count steps of work, rather than attempts at one call?"""
    if (
        not isinstance(loop.iter, ast.Call)
        or module.qualified(loop.iter.func) != "range"
        or is_endless(module, loop)
    ):
        return False
    if any(isinstance(one, ast.Try) for one in loop.body) and not _has_tools(module, loop):
        return False  # attempts at one call
    exits = [one for one in within(module, loop) if isinstance(one, ast.Return | ast.Break)]
    return bool(exits) and all(one not in loop.body for one in exits) and _has_tools(module, loop)


def _has_tools(module: Module, loop: ast.For) -> bool:
    """Does each round look at what the model wants done: tools, actions, a reason to stop?"""
    words = {one.attr for one in within(module, loop) if isinstance(one, ast.Attribute)}
    keys = {
        one.value
        for one in within(module, loop)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    return bool((words | keys) & {"tool_calls", "tool_use", "stop_reason", "finish_reason", "function_call"})


def _told(module: Module, function: Function, loop: ast.For) -> bool:
    """Does something between the loop's end and the function's say that the limit was reached?"""
    if loop.orelse:
        return True
    above = module.parent(loop)
    if above is not function:
        return True  # what follows is another block's matter
    after = function.body[function.body.index(loop) + 1 :]
    if not after:
        return False
    return any(_says(module, one) for part in after for one in ast.walk(part))


def _says(module: Module, node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.If | ast.IfExp | ast.Yield):
        return True
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bool)
    if not isinstance(node, ast.Call):
        return False
    last = last_word(node.func)
    return node in model_calls(module) or last in LOGS or last[:1].isupper()
