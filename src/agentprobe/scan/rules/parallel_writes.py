"""Tool calls that write are carried out at the same time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Effect, Facts, Tool
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.together import Together, functions_run, together
from agentprobe.scan.tool_forms import function_named, items_of
from agentprobe.scan.tools import tool_functions

_ASKED = re.compile(
    r"tool_?(?:calls|uses|use_blocks|invocations|requests)\b|function_?calls\b", re.IGNORECASE
)
_ORDERED = re.compile(
    r"lock|semaphore|serial|sequential|mutex|exclusive|read_?only|is_safe|parallel_safe", re.IGNORECASE
)


class ParallelWrites(Rule):
    """The tool calls of one answer run at the same time, though some of them write.

    Finds: a gather, group of tasks or pool over the tool calls of a model's answer where the tools that can
    be called include ones that write, without a lock and without a look at which of them write; also writing
    tools that are gathered by hand, and a `ToolNode` with tools that write.

    Breaks: "cancel the order" and "refund the order" of one answer arrive in any order, and two changes of
    one record overwrite each other. It works while calls are quick, and fails when the first one is slow.

    Example:

        import asyncio

        async def transfer_money(source, target, amount):
            await bank.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", amount, source)

        TOOLS = [{"name": "transfer_money", "input_schema": {"type": "object", "properties": {}}}]

        async def act(message):
            return await asyncio.gather(*(run(call) for call in message.tool_calls))

    Instead:

        async def transfer_money(source, target, amount):
            await bank.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", amount, source)

        TOOLS = [{"name": "transfer_money", "input_schema": {"type": "object", "properties": {}}}]

        async def act(message):
            return [await run(call) for call in message.tool_calls]

    False alarms: tools that only read may run at once; writes under one lock are in order.
    """

    code = "RACE001"
    severity = Severity.HIGH
    mode = Mode.RACE_CONDITION
    probe = Probe(
        faults=("latency", "out_of_order_write"),
        expects="leaves another state than one call after the other",
        shows=(Sign.DUPLICATED, Sign.MISACTED, Sign.LIED, Sign.STRAYED),
        at="tool",
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        writing = {name: tool for name, tool in tool_functions(module).items() if tool.effect is Effect.WRITE}
        for one in together(module):
            run = [function for function in functions_run(module, one) if function in writing]
            if len(run) > 1 and not _is_ordered(module, one):
                yield self._told(module, one.call, [writing[each] for each in run], Tier.PROVED)
        for call in module.calls:
            if getattr(call.func, "id", getattr(call.func, "attr", "")) != "ToolNode" or not call.args:
                continue
            named = (function_named(module, one) for one in items_of(module, call.args[0]))
            tools = [writing[one] for one in named if one is not None and one in writing]
            if tools and "langgraph" in module.qualified(call.func):
                yield self._told(module, call, tools, Tier.PROVED if _by_code(tools) else Tier.INFERRED)

    def in_project(self, project: Project) -> Iterable[Finding]:
        for facts in project.facts.values():
            if not is_test(facts.path) and _may_gather(facts):
                module = project.module(facts.path)
                if module is not None:
                    yield from self._over_calls(module, _offered(project, facts))

    def _over_calls(self, module: Module, tools: list[Tool]) -> Iterable[Finding]:
        """What runs over the calls of an answer, one for each function: the last, which waits for all."""
        by = {module.function(one.call): one for one in together(module) if _is_of_calls(module, one)}
        for one in by.values() if tools else ():
            if not _is_ordered(module, one):
                yield self._told(module, one.call, tools, Tier.INFERRED if _by_code(tools) else Tier.HINT)

    def _told(self, module: Module, call: ast.Call, tools: list[Tool], tier: Tier) -> Finding:
        names = ", ".join(dict.fromkeys(tool.name for tool in tools[:3]))
        function = module.function(call)
        return self.found(
            module.place(call),
            f"tool calls run at the same time, and {names} write{'s' if len(tools) == 1 else ''}",
            tier=tier,
            subject=module.qualname(function) if function is not None else "",
            consequence="writes of one answer arrive in any order; the last to finish wins",
            advice="carry out those that write one after the other, in the order of the answer",
            related=tuple(tool.place for tool in tools[:3]),
        )


def _by_code(tools: list[Tool]) -> bool:
    return any(tool.effect_by in ("code", "hints") for tool in tools)


def _may_gather(facts: Facts) -> bool:
    return any(
        name.rpartition(".")[2]
        in ("gather", "map", "create_task", "submit", "start_soon", "wait", "as_completed")
        for names in facts.callers.values()
        for name in names
    )


def _offered(project: Project, facts: Facts) -> list[Tool]:
    """The writing tools that an agent of this file can call: its own, else those of its folder."""
    own = [tool for tool in facts.tools if tool.effect is Effect.WRITE]
    if own:
        return own
    home = facts.path.rpartition("/")[0]
    return [
        tool
        for path, one in project.facts.items()
        if path.startswith(f"{home}/" if home else "") and not is_test(path)
        for tool in one.tools
        if tool.effect is Effect.WRITE
    ]


def _is_of_calls(module: Module, one: Together) -> bool:
    if one.over is None:
        return False
    meant = module.value(one.over)
    texts = [ast.unparse(one.over), ast.unparse(meant) if meant is not None else ""]
    return any(_ASKED.search(text) for text in texts)


def _is_ordered(module: Module, one: Together) -> bool:
    """Is there a lock in what runs, or a look at which of the tools only read?"""
    function = module.function(one.call)
    around = [function] if function is not None else []
    for each in [*around, *functions_run(module, one)]:
        for part in ast.walk(each):
            if isinstance(part, ast.AsyncWith | ast.With) and any(
                _ORDERED.search(ast.unparse(item.context_expr)) for item in part.items
            ):
                return True
            if isinstance(part, ast.If | ast.IfExp) and _ORDERED.search(ast.unparse(part.test)):
                return True
    return False
