"""A tool does not tell the model what it is for, or what it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tools import every_tool

_SAYS = ("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "description", "properties", "items")


class UntypedOrVague(Rule):
    """A tool has no description, or parameters of no type.

    Finds: a tool without a docstring or description, or with one of a single word; parameters without an
    annotation and without a type in the tool's schema.

    Breaks: the model sees a name and guesses. It calls the wrong tool, or the right one with a date as it
    likes, a list for a text and a name for a number; that works in the demo and fails one time in ten.

    Example:

        from langchain_core.tools import tool

        @tool(description="Book.")
        def book(room, when):
            return calendar.book(room, when)

    Instead:

        from datetime import datetime
        from langchain_core.tools import tool

        @tool
        def book(room: str, when: datetime) -> str:
            \"\"\"Book a meeting room for one hour; fails if it is taken.\"\"\"
            return calendar.book(room, when)

    False alarms: descriptions and schemas that are made elsewhere count as given; what the framework hands in
    (context, state, configuration) needs no type.
    """

    code = "TOOL005"
    severity = Severity.LOW
    mode = Mode.TOOL_CONTRACT
    probe = Probe(
        faults=("mistyped_argument",),
        expects="calls it with arguments of the wrong type",
        shows=(Sign.TRIPPED, Sign.MISACTED, Sign.LIED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if not is_test(module.path):
            yield from self.in_tools(every_tool(module))

    def in_tools(self, tools: Sequence[Tool]) -> Iterable[Finding]:
        for tool in tools:
            lacks = list(_lacks(tool))
            if lacks:
                yield self.found(
                    tool.place,
                    f"the tool {tool.name} has {' and '.join(lacks)}",
                    tier=Tier.PROVED,
                    subject=tool.name,
                    consequence="the model guesses when to call it and with what",
                    advice="say in a sentence what it does, what it needs and when it fails; give every "
                    "parameter a type",
                )


def _lacks(tool: Tool) -> Iterable[str]:
    told = tool.description.strip()
    if not told:
        yield "no description"
    elif " " not in told and told != "…":
        yield f"the description '{told}' and no more"
    if tool.schema is None or tool.kind == "class":
        return
    properties = tool.schema.get("properties")
    pairs = properties.items() if isinstance(properties, dict) else ()
    untyped = [
        str(name) for name, its in pairs if isinstance(its, dict) and not any(key in its for key in _SAYS)
    ]
    if untyped:
        yield f"no type for {', '.join(untyped[:4])}"
