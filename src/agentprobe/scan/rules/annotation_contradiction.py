"""A tool's hints say the opposite of what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Effect, Tool
from agentprobe.scan.finding import Finding, Place, Probe
from agentprobe.scan.mending.hints import setting_right
from agentprobe.scan.module import Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.tools import contradiction, tools
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import STRONG, Write, in_words, writes_in
from agentprobe.scan.tools import every_tool

_DESTROYS = re.compile(r"^(?:delete|remove|drop|purge|destroy|wipe|erase|truncate)_")
_AGAIN = re.compile(r"^(?:send|append|charge|pay|transfer|publish|refund)_")
_DESTROYING_SQL = re.compile(r"^\s*(?:delete|drop|truncate)\b", re.IGNORECASE)
_TOLD = "a client that trusts the hint runs it without asking, in parallel, and again after a failure"


class AnnotationContradiction(Rule):
    """The hints of a tool say the opposite of what its code or its name says.

    Finds: `readOnlyHint=True` on a tool whose code writes or that is called `delete_…`, `send_…` and the
    like; `destructiveHint=False` on one that deletes; `readOnlyHint` together with `destructiveHint`;
    `idempotentHint=True` on a tool that adds a row or sends something with every call.

    Breaks: clients skip the question to a person for tools that say they only read, and repeat those that
    say that it does no harm. A wrong hint is worse than none: it is believed.

    Example:

        from mcp.server.fastmcp import FastMCP
        from mcp.types import ToolAnnotations

        mcp = FastMCP("crm")

        @mcp.tool(annotations=ToolAnnotations(readOnlyHint=True))
        def delete_customer(number: int) -> str:
            \"\"\"Delete a customer.\"\"\"
            return crm.delete(number)

    Instead:

        from mcp.server.fastmcp import FastMCP
        from mcp.types import ToolAnnotations

        mcp = FastMCP("crm")

        @mcp.tool(annotations=ToolAnnotations(readOnlyHint=False, destructiveHint=True))
        def delete_customer(number: int) -> str:
            \"\"\"Delete a customer.\"\"\"
            return crm.delete(number)

    False alarms: a tool called `run_query` or `open_page` may well only read; such names are not taken as
    proof.
    """

    code = "TOOL002"
    severity = Severity.HIGH
    mode = Mode.TOOL_CONTRACT
    probe = Probe(
        faults=("reply_lost",), expects="does it twice, as if it only read", shows=(Sign.DUPLICATED,)
    )
    fixes = "unsafe"
    triggers = ("readOnly", "destructive", "idempotent", "read_only")

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in tools(script) if not is_test(script.path) else ():
            message = contradiction(one)
            if message:
                yield self.found(
                    script.place(one.node),
                    message,
                    tier=Tier.INFERRED,
                    subject=one.name,
                    consequence=_TOLD,
                    advice="let the hints say what the tool does at its worst",
                )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for tool in every_tool(module):
            if not tool.hints:
                continue
            function = module.by_qualname.get(tool.function)
            writes = writes_in(module, function, deep=True) if function is not None else []
            for told in self._told(tool, writes, tuple(module.place(one.node) for one in writes[:3])):
                yield replace(told, fix=setting_right(module, function, tool, told.message))

    def in_tools(self, tools: Sequence[Tool]) -> Iterable[Finding]:
        for tool in tools:
            if tool.hints:
                yield from self._told(tool, [], ())

    def _told(self, tool: Tool, writes: list[Write], places: tuple[Place, ...]) -> Iterable[Finding]:
        for message, tier in _contradictions(tool, writes):
            yield self.found(
                tool.place,
                message,
                tier=tier,
                subject=tool.name,
                consequence=_TOLD,
                advice="let the hints say what the tool does at its worst",
                related=places,
            )
            return


def _contradictions(tool: Tool, writes: list[Write]) -> Iterator[tuple[str, Tier]]:
    name, hints = f"{in_words(tool.name)}_", tool.hints
    reads = hints.get("readOnlyHint", False)
    if reads and tool.effect is Effect.WRITE and tool.effect_by == "code":
        yield f"{tool.name} says that it only reads (readOnlyHint), and its code writes", Tier.PROVED
    elif reads and STRONG.match(name):
        yield (
            f"{tool.name} says that it only reads (readOnlyHint), and its name that it writes",
            Tier.INFERRED,
        )
    if reads and hints.get("destructiveHint"):
        yield f"{tool.name} says that it only reads and that it destroys", Tier.PROVED
    if hints.get("destructiveHint") is False and not reads:
        if any(
            _DESTROYING_SQL.match(one.what) or one.what in ("unlink", "rmdir", "delete", "shutil.rmtree")
            for one in writes
        ):
            yield f"{tool.name} says that it destroys nothing, and its code deletes", Tier.PROVED
        elif _DESTROYS.match(name):
            yield f"{tool.name} says that it destroys nothing (destructiveHint)", Tier.INFERRED
    if hints.get("idempotentHint") and not reads:
        if any(_adds(one) for one in writes):
            yield (
                f"{tool.name} says that calling it twice is as once, and its code adds with every call",
                Tier.INFERRED,
            )
        elif _AGAIN.match(name):
            yield f"{tool.name} says that calling it twice is as once (idempotentHint)", Tier.HINT


def _adds(write: Write) -> bool:
    what = write.what.lower()
    if write.kind == "sql":
        return (
            what.startswith("insert")
            and "conflict" not in what
            and "or ignore" not in what
            and "or replace" not in what
        )
    return write.kind == "send"
