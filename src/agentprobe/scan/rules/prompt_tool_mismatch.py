"""A prompt tells the model to use a tool that it does not have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.prompts.project_prompts import prompts_of
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.units import Unit, units

_NAMED = re.compile(
    r"(?:\b(?:use|call|invoke|using|calling|with)\s+(?:the\s+)?(?:tools?\s+|functions?\s+)?[`'\"*]{0,2}(?P<verb>[a-z][a-z0-9]*(?:_[a-z0-9]+)+)"
    r"|[`'\"*]{0,2}(?P<noun>[a-z][a-z0-9]*(?:_[a-z0-9]+)+)[`'\"*]{0,2}(?:\(\))?\s+(?:tool|function)\b)"
)
_FOR_CODERS = re.compile(r"(?:agents|claude|gemini|skill)\.md$|copilot|\.mdc$", re.IGNORECASE)
"""Texts for agents that write code; what they name are functions."""
_FEWEST = 2
_CLOSE = 0.75
_DYNAMIC = ("mcp", "fastmcp", "langchain_mcp_adapters", "composio", "arcade", "toolbox_core", "agents.mcp")
"""Packages that bring tools whose names stand in no file."""


class PromptToolMismatch(Rule):
    """A prompt names a tool that the agent is not given.

    Finds: a system prompt that says to use a tool, by a name with an underscore, where the same prompt names
    tools that the program has, and no tool, function, parameter or text of the program has that name.

    Breaks: the tool was renamed or taken away, and the prompt still tells the model to call it. The model
    calls it all the same, gets an error, and tries again, or says that it has done what it could not do.

    Example:

        from agents import Agent, function_tool

        @function_tool
        def find_order(order_id: str) -> str:
            return orders[order_id]

        @function_tool
        def refund_order(order_id: str) -> str:
            return refunds.pay(order_id)

        agent = Agent(
            name="desk",
            instructions="You are the desk. Use find_order first. To pay back, use the refund_orders tool.",
            tools=[find_order, refund_order],
        )

    Instead:

        from agents import Agent, function_tool

        @function_tool
        def find_order(order_id: str) -> str:
            return orders[order_id]

        @function_tool
        def refund_order(order_id: str) -> str:
            return refunds.pay(order_id)

        agent = Agent(
            name="desk",
            instructions="You are the desk. Use find_order first. To pay back, use the refund_order tool.",
            tools=[find_order, refund_order],
        )

    False alarms: names of fields and parameters; tools of servers that are only known when the agent runs.
    """

    code = "PRM006"
    severity = Severity.MEDIUM
    mode = Mode.TOOL_CONTRACT
    probe = Probe(
        faults=("invented_tool",), expects="fails or makes something up", shows=(Sign.TRIPPED, Sign.LIED)
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        prompts = prompts_of(project)
        for unit in units(project):
            tools = {tool.name: tool for tool in unit.tools}
            if len(tools) < _FEWEST:
                continue
            words = _words(unit)
            for prompt in prompts:
                if _belongs(unit, prompt):
                    yield from self._mismatched(unit, prompt, tools, words)

    def _mismatched(
        self, unit: Unit, prompt: Prompt, tools: dict[str, Tool], words: frozenset[str]
    ) -> Iterable[Finding]:
        if not any(name in prompt.text for name in tools):
            return
        for name in dict.fromkeys(_names(prompt.text)):
            if name in tools or name in words or name in prompt.variables:
                continue
            near = get_close_matches(name, list(tools), n=1, cutoff=_CLOSE)
            sure = bool(near) and near[0] not in prompt.text.replace(name, "") and not _brings_tools(unit)
            hint = f"; is {near[0]} meant?" if near else ""
            yield self.found(
                prompt.place,
                f"the prompt tells the model to use '{name}', and there is no such tool{hint}",
                tier=Tier.INFERRED if sure else Tier.HINT,
                subject=f"{prompt.id} {name}",
                consequence="the model calls a tool that is not there, and repeats it or pretends",
                advice=f"write {near[0]}" if near else "take the name out, or give the agent the tool",
                related=(tools[near[0]].place,) if near else (),
            )


def _names(text: str) -> Iterator[str]:
    for match in _NAMED.finditer(text):
        yield match["verb"] or match["noun"]


def _belongs(unit: Unit, prompt: Prompt) -> bool:
    folder = f"{unit.folder}/" if unit.folder else ""
    path = prompt.place.path
    return prompt.role in ("system", "template") and path.startswith(folder) and not _FOR_CODERS.search(path)


def _words(unit: Unit) -> frozenset[str]:
    """The names of functions, parameters, constants and fields in a program: what a prompt may speak of."""
    found: set[str] = set()
    for facts in unit.facts:
        found.update(name.rpartition(".")[2] for name in facts.functions)
        found.update(name.rpartition(".")[2] for name in facts.constants)
        found.update(name for names in facts.parameters.values() for name in names)
        found.update(facts.imports)
        found.update(name for call in facts.model_calls for name in call.arguments)
    for tool in unit.tools:
        found.update((tool.schema or {}).get("properties", {}))
    return frozenset(found)


def _brings_tools(unit: Unit) -> bool:
    return any(root in unit.roots for root in _DYNAMIC)
