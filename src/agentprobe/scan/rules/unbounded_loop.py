"""A loop of model calls that nothing but the model can end."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Facts, Loop
from agentprobe.scan.finding import Finding, Fix, Origin, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.mending.round_limit import counting_rounds
from agentprobe.scan.module import Module, argument, spreads
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Reach, Spot, closure, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.loops import endless_loops
from agentprobe.scan.scripts.model_calls import model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.values import literal

_UNLIMITED = {
    "autogen_agentchat.teams.RoundRobinGroupChat": ("max_turns", "termination_condition"),
    "autogen_agentchat.teams.SelectorGroupChat": ("max_turns", "termination_condition"),
    "autogen_agentchat.teams.Swarm": ("max_turns", "termination_condition"),
    "autogen_agentchat.teams.MagenticOneGroupChat": ("max_turns", "termination_condition"),
    "claude_agent_sdk.ClaudeAgentOptions": ("max_turns", "max_budget_usd"),
    "claude_code_sdk.ClaudeCodeOptions": ("max_turns",),
    "anthropic.Anthropic.beta.messages.tool_runner": ("max_iterations",),
    "anthropic.AsyncAnthropic.beta.messages.tool_runner": ("max_iterations",),
}
"""Frameworks whose own loop has no limit unless one of these is given."""
_MAKERS = tuple(dict.fromkeys(name.rpartition(".")[2] for name in _UNLIMITED))
_HOW_DEEP = 3


class UnboundedLoop(Rule):
    """A loop asks a model in each round, and no count, cost or time ends it: only what the model says does.

    Finds: `while True`, `while tasks` and functions that call themselves, around a call of a model or of a
    project function that comes to one, with no limit in the loop or in what it calls; frameworks whose loop
    has none by default (AutoGen teams, the Claude Agent SDK, Anthropic's tool runner) used without one.

    Breaks: a model that calls the same tool again and again is paid for until somebody looks: an afternoon of
    it, or a context that grows until the provider refuses it.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def run(messages):
            while True:
                reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
                messages.append(reply)
                if not reply.tool_calls:
                    return reply.content
                messages += perform(reply.tool_calls)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def run(messages, most=20):
            for _ in range(most):
                reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
                messages.append(reply)
                if not reply.tool_calls:
                    return reply.content
                messages += perform(reply.tool_calls)
            raise TooManySteps(most)

    False alarms: a limit that is raised inside a step; a budget that takes the tools away; a loop that waits
    for a person or the next message in each round; `break` alone is no limit, and no `break` alone no flaw.
    """

    code = "RDY004"
    severity = Severity.HIGH
    mode = Mode.READINESS
    fixes = "unsafe"
    item = Item.SESSION_BUDGET
    probe = Probe(
        faults=("never_done", "error_as_result"),
        expects="asks the model until it is stopped",
        shows=(Sign.ENDLESS,),
    )
    triggers = ("GroupChat", "Swarm", "AgentOptions", "CodeOptions", "tool_runner")

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in endless_loops(script) if not is_test(script.path) else ():
            if one.retries:
                continue
            name = script.name_of(script.function(one.loop)) or "this script"
            yield self.found(
                script.place(one.loop),
                f"{name} calls a model in an endless loop, and no count, cost or time ends it",
                tier=Tier.PROVED if one.direct and one.asked.sure else Tier.INFERRED,
                subject=name,
                consequence="a model that goes round in circles is paid for until somebody looks",
                advice="count the rounds, and at the limit stop and hand over what is known",
                related=(script.place(one.asked.node),),
            )
        for asked in model_calls(script).values() if not is_test(script.path) else ():
            if asked.api.name == "anthropic.runner" and not asked.may_have(*asked.api.steps):
                yield self.found(
                    script.place(asked.node),
                    "toolRunner() runs without a limit on its steps",
                    tier=Tier.PROVED,
                    subject=script.name_of(script.function(asked.node)),
                    consequence="a model that goes round in circles is paid for until somebody looks",
                    advice="give max_iterations",
                    origins=(
                        Origin(name="max_iterations", value="none", source="default of @anthropic-ai/sdk"),
                    ),
                )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for call in calls_of(module, *_MAKERS):
            words = _UNLIMITED.get(module.qualified(call.func))
            if words is None or spreads(call) or any(_is_limit(module, call, word) for word in words):
                continue
            name = module.qualified(call.func).rpartition(".")[2]
            function = module.function(call)
            yield self.found(
                module.place(call),
                f"{name} runs without a limit on its steps",
                tier=Tier.PROVED,
                subject=module.qualname(function) if function is not None else "",
                consequence="a model that goes round in circles is paid for until somebody looks",
                advice=f"give {' or '.join(f'{word}=' for word in words)}",
                origins=(Origin(name=words[0], value="none", source="default of the framework"),),
            )

    def mended(self, project: Project, finding: Finding) -> Fix | None:
        return counting_rounds(project, finding.place)

    def in_project(self, project: Project) -> Iterable[Finding]:
        reach = reaching(project)
        limited = {
            (facts.path, name) for facts in project.facts.values() for name in (*facts.limits, *facts.outside)
        }
        for facts in project.facts.values():
            for loop in facts.loops if not is_test(facts.path) else ():
                if not loop.retries:
                    yield from self._endless(reach, limited, facts, loop)

    def _endless(self, reach: Reach, limited: set[Spot], facts: Facts, loop: Loop) -> Iterable[Finding]:
        called = {name: reach.meant(facts, loop.function, name) for name in loop.calls}
        asker = next(
            (name for name, spots in called.items() if any(spot in reach.model for spot in spots)), ""
        )
        if not (loop.asks or asker) or "interrupt" in loop.test:
            return  # what is interrupted waits for a person
        spots = {spot for each in called.values() for spot in each}
        if closure(spots, reach.may_call, _HOW_DEEP) & limited:
            return
        what = (
            "asks a model"
            if loop.asks
            else f"calls {asker.rpartition('.')[2]}(), which comes to ask a model,"
        )
        head = {"while": f"`while {loop.test}`", "for": "a loop over something endless"}.get(
            loop.kind, "a call of itself"
        )
        yield self.found(
            loop.place,
            f"{loop.function or 'this module'} {what} in {head}, and no count, cost or time ends it",
            tier=Tier.PROVED if loop.asks and loop.sure else Tier.INFERRED,
            subject=loop.function,
            consequence="a model that goes round in circles is paid for until somebody looks",
            advice="count the rounds, and at the limit stop and hand over what is known",
        )


def _is_limit(module: Module, call: ast.Call, word: str) -> bool:
    given = argument(call, word)
    return given is not None and literal(module, given) is not None
