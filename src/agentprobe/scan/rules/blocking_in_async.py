"""A coroutine waits in a way that stops all others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.scan.facts import Facts, Wait
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import calls_of, own_function
from agentprobe.scan.mending.additions import importing
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Spot, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.waiting import blocks, waits

_WHAT = {
    "http": "waits for a server",
    "process": "waits for a process",
    "sleep": "sleeps",
    "model": "waits for the model",
}
_COMMANDS = re.compile(r"(?:^|/)(?:cli|commands|scripts)(?:/|\.py$)")
"""Files of commands, which do one thing and end."""
_PARALLEL = ("gather", "create_task", "TaskGroup", "as_completed", "wait")
_STARTS = frozenset({"lifespan", "startup", "on_startup", "startup_event"})
"""What runs before anything else does."""
_WHY = "while it waits, every other session of this process stands still, heartbeats and timeouts too"


class BlockingInAsync(Rule):
    """A coroutine calls something that waits in its own thread, and with it stops the whole event loop.

    Finds: `time.sleep`, requests, sync httpx, `urlopen`, `subprocess.run` or a sync client of a model in an
    `async def`; and a call there of a function of the project, in any file, that does such a thing itself.

    Breaks: one slow answer of 20 s stops every other session of the process for 20 s, with their timeouts and
    heartbeats. With one user it looks fine; with thirty, everything is slow and nothing is to blame.

    Example:

        from openai import OpenAI

        client = OpenAI()

        async def answer(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages)

    Instead:

        from openai import AsyncOpenAI

        client = AsyncOpenAI()

        async def answer(messages):
            return await client.chat.completions.create(model="gpt-5", messages=messages)

    False alarms: what is handed to `asyncio.to_thread` or an executor; a sync function defined in the
    coroutine for such a thread; a `main` that runs nothing beside itself.
    """

    code = "LAT003"
    severity = Severity.HIGH
    mode = Mode.API_LATENCY
    fixes = "unsafe"
    probe = Probe(faults=("latency",), expects="all sessions wait for one", load="10 sessions at once")
    triggers = ("async def",)

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or _COMMANDS.search(module.path):
            return
        alone = _runs_alone(module)
        for call, told in waits(module).items():
            function = module.function(call)
            if not told.blocks or not isinstance(function, ast.AsyncFunctionDef) or function.name in alone:
                continue
            yield self.found(
                told.place,
                f"the coroutine {told.function} {_WHAT[told.kind]} in {told.callee.rpartition('.')[2]}() "
                "and stops the loop",
                tier=Tier.PROVED,
                subject=told.function,
                consequence=_WHY,
                advice=_advice(told),
                fix=_in_a_thread(module, call, told),
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        reach = reaching(project)
        waiting = _that_wait(project)
        for facts in project.facts.values():
            if is_test(facts.path) or _COMMANDS.search(facts.path):
                continue
            wanted = {
                (function, name): spot
                for function, called in facts.callers.items()
                if facts.functions.get(function)
                for name in called
                for spot in reach.targets(facts, function, name)[:1]
                if spot in waiting
            }
            if wanted:
                yield from self._through(project, facts, wanted, waiting)

    def _through(
        self, project: Project, facts: Facts, wanted: dict[tuple[str, str], Spot], waiting: dict[Spot, Wait]
    ) -> Iterable[Finding]:
        module = project.module(facts.path)
        if module is None:
            return
        alone = _runs_alone(module)
        for call in module.calls:
            function = module.function(call)
            if not isinstance(function, ast.AsyncFunctionDef) or function.name in alone:
                continue
            name = module.qualified(call.func) or own_function(module, call)
            spot = wanted.get((module.qualname(function), name))
            if spot is None or not blocks(module, call):
                continue
            told = waiting[spot]
            yield self.found(
                module.place(call),
                f"the coroutine {module.qualname(function)} calls {spot[1]}(), which {_WHAT[told.kind]}, "
                "and stops the loop",
                tier=Tier.INFERRED,
                subject=module.qualname(function),
                consequence=_WHY,
                advice=f"await asyncio.to_thread({module.source(call.func)}, …), or make it a coroutine",
                related=(told.place,),
            )


def _that_wait(project: Project) -> dict[Spot, Wait]:
    """The sync functions that wait in their own thread, and by what."""
    found: dict[Spot, Wait] = {}
    for facts in project.facts.values():
        for one in facts.waits:
            if one.blocks and facts.functions.get(one.function) is False:
                found.setdefault((facts.path, one.function), one)
    return found


def _runs_alone(module: Module) -> frozenset[str]:
    """The coroutines that `asyncio.run` starts in a module where nothing runs beside another."""
    if any(_is_parallel(module, call) for call in calls_of(module, *_PARALLEL)):
        return _STARTS
    return _STARTS | frozenset(
        call.args[0].func.id
        for call in calls_of(module, "run")
        if module.qualified(call.func) in ("asyncio.run", "anyio.run") and call.args
        and isinstance(call.args[0], ast.Call) and isinstance(call.args[0].func, ast.Name)
    )  # fmt: skip


def _is_parallel(module: Module, call: ast.Call) -> bool:
    return module.qualified(call.func).startswith("asyncio.")


def _advice(told: Wait) -> str:
    if told.kind == "sleep":
        return "await asyncio.sleep(…)"
    if told.kind == "model":
        return "use the async client, and await it"
    return "use an async client, or await asyncio.to_thread(…)"


def _in_a_thread(module: Module, call: ast.Call, told: Wait) -> Fix | None:
    """`await asyncio.to_thread(f, …)`; for sleep its own."""
    imports = importing(module, "import asyncio")
    if imports is None or isinstance(module.parent(call), ast.withitem):
        return None
    start, end = module.span(call)
    _, after = module.span(call.func)
    if told.kind == "sleep":
        edits = (*imports, module.replaced(call.func, "await asyncio.sleep"))
        return Fix(what="await asyncio.sleep", edits=edits)
    if module.text.raw[after : after + 1] != b"(":
        return None
    comma = "," if call.args or call.keywords else ""
    space = " " if comma and not module.text.raw[after + 1 : after + 2].isspace() else ""
    alone = isinstance(module.parent(call), ast.Assign | ast.AnnAssign | ast.Return | ast.Expr | ast.keyword)
    opened = module.inserted(start, f"{'' if alone else '('}await asyncio.to_thread(")
    between = type(opened)(path=module.path, start=after, end=after + 1, text=comma + space)
    closed = () if alone else (module.inserted(end, ")"),)
    return Fix(what="run it in a thread", edits=(*imports, opened, between, *closed))
