"""The model may call writing tools several at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from agentprobe.domain.sign import Sign
from agentprobe.scan.declared import declared
from agentprobe.scan.document import Document
from agentprobe.scan.facts import Effect, Tool
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.model_calls import model_calls, settings_of
from agentprobe.scan.module import Module, argument, last_word
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Persona, Severity, Tier
from agentprobe.scan.together import together
from agentprobe.scan.tool_forms import function_named, items_of
from agentprobe.scan.tools import tools

_SWITCHED = ("openai.chat", "openai.responses", "litellm", "litellm.router")
_AGENTS = ("agents.Agent", "agents.agent.Agent")


class ParallelToolCallsOn(Rule):
    """A model is offered tools that write, and may call several of them in one answer.

    Finds: a call of OpenAI's chat completions or responses (also through LiteLLM and `bind_tools`) and an
    agent of the OpenAI Agents SDK with tools that write, where `parallel_tool_calls` is not set to False.

    Breaks: the model decides on the second write before it has seen what came of the first. The agents SDK
    and most loops then carry both out at the same time.

    Example:

        import requests
        from openai import OpenAI

        client = OpenAI()

        def send_invoice(customer):
            requests.post("https://billing.example/invoices", json={"customer": customer})

        TOOLS = [{"type": "function", "function": {"name": "send_invoice", "parameters": {"type": "object"}}}]

        def ask(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages, tools=TOOLS)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        TOOLS = [{"type": "function", "function": {"name": "send_invoice", "parameters": {"type": "object"}}}]

        def ask(messages):
            return client.chat.completions.create(
                model="gpt-5", messages=messages, tools=TOOLS, parallel_tool_calls=False
            )

    False alarms: tools that only read; a dictionary that switches it off; a loop of one's own that carries
    calls out one after the other loses less, and is told to those who want to hear everything.
    """

    code = "RACE002"
    severity = Severity.MEDIUM
    mode = Mode.RACE_CONDITION
    fixes = "safe"
    triggers = ("tools",)
    probe = Probe(
        faults=("parallel_calls_switched", "latency"),
        expects="writes twice before it has seen one result",
        shows=(Sign.DUPLICATED, Sign.MISACTED),
        at="tool",
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for call, told in model_calls(module).items():
            if told.api in _SWITCHED:
                yield from self._look(
                    module, call, argument(call, "tools"), runs_at_once=bool(together(module))
                )
        for call in module.calls:
            if getattr(call.func, "attr", "") == "bind_tools" and "langchain_openai" in module.imported_roots:
                yield from self._look(module, call, argument(call, "tools", 0), runs_at_once=True)
            elif last_word(call.func) == "Agent" and module.qualified(call.func) in _AGENTS:
                yield from self._look(module, call, argument(call, "tools"), runs_at_once=True)

    def in_project(self, project: Project) -> Iterable[Finding]:
        """Agents whose tools stand in other files."""
        for facts in project.facts.values():
            wanted = "agents" in facts.roots and not is_test(facts.path)
            module = project.module(facts.path) if wanted else None
            for call in calls_of(module, "Agent") if module is not None else ():
                if module is None or module.qualified(call.func) not in _AGENTS:
                    continue
                node = argument(call, "tools")
                others = _from_elsewhere(project, module, node) if node is not None else []
                here = _named(module, node) if node is not None and others else []
                if others and not any(one.effect is Effect.WRITE for one in here):
                    yield from self._look(module, call, node, runs_at_once=True, others=others)

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document):
            told, writing = one.get("parallel"), one.writing_tools
            if told is None or told.value is not True or is_test(document.path):
                continue
            named = f"may call {', '.join(writing[:3])} several times in one answer"
            yield self.found(
                told.place,
                f"{told.key} is on: the model {named if writing else 'may call tools at the same time'}",
                tier=Tier.INFERRED,
                subject=told.path,
                severity=None if writing else Severity.LOW,
                persona=None if writing or not one.tools else Persona.PEDANTIC,
                consequence="it decides on the second write before it has seen what came of the first",
                advice=f"set {told.key} to false, or let only tools that read run side by side",
            )

    def _look(
        self,
        module: Module,
        call: ast.Call,
        node: ast.expr | None,
        *,
        runs_at_once: bool,
        others: Sequence[Tool] = (),
    ) -> Iterable[Finding]:
        given, spread = settings_of(module, call)
        off = any(name.rpartition(".")[2] == "parallel_tool_calls" for name in given)
        if node is None or off or spread or "model_settings.**" in given or "tool_choice" in given:
            return
        writing = [tool for tool in (*_named(module, node), *others) if tool.effect is Effect.WRITE]
        if not writing:
            return
        code = any(tool.effect_by in ("code", "hints") for tool in writing)
        agent = "model_settings" in given or last_word(call.func) == "Agent"
        yield self.found(
            module.place(call),
            f"the model may call {', '.join(tool.name for tool in writing[:3])} several times in one answer",
            tier=Tier.PROVED if code else Tier.HINT,
            subject=writing[0].name,
            severity=None if runs_at_once else Severity.LOW,
            persona=None if runs_at_once or not code else Persona.PEDANTIC,
            consequence="it decides on the second write before it has seen what came of the first",
            advice="set parallel_tool_calls=False" + (" in its ModelSettings" if agent else ""),
            related=tuple(tool.place for tool in writing[:3]),
            fix=None
            if agent
            else Fix(
                what="one tool call at a time",
                edits=(module.with_argument(call, "parallel_tool_calls=False"),),
                safe=True,
            ),
        )


def _from_elsewhere(project: Project, module: Module, node: ast.expr) -> list[Tool]:
    """The tools in a list that are imported from other files of the project."""
    found = []
    for one in items_of(module, node):
        meant = project.meant(module.qualified(one)) if isinstance(one, ast.Name | ast.Attribute) else None
        if meant is not None and meant[0].path != module.path:
            found += [tool for tool in meant[0].tools if meant[1] and tool.function == meant[1]]
    return found


def _named(module: Module, node: ast.expr) -> list[Tool]:
    """The tools in a list of functions or of schemas."""
    by_function = {tool.function: tool for tool in tools(module).values() if tool.function}
    by_place = {(tool.place.line, tool.place.column): tool for tool in tools(module).values()}
    found = []
    for one in items_of(module, node):
        function = function_named(module, one)
        meant = module.value(one)
        if function is not None and module.qualname(function) in by_function:
            found.append(by_function[module.qualname(function)])
        elif isinstance(meant, ast.Dict):
            inner = [part for part in ast.walk(meant) if isinstance(part, ast.Dict)]
            places = ((module.place(part).line, module.place(part).column) for part in inner)
            found += [by_place[place] for place in places if place in by_place]
    return found
