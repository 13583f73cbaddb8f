"""A framework's own default lets an agent run for thousands of steps."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.finding import Finding, Fix, Origin, Place, Probe
from agentprobe.scan.graph_edges import asks_somebody, has_cycle, is_part
from agentprobe.scan.nodes import call_at, short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.single_steps import single_steps
from agentprobe.scan.severity import Item, Mode, Severity, Tier

_MANY = 1_000
_LIMITED = ("langchain.agent", "langgraph")
_ROUTER_SECONDS = 3_600


class FrameworkDefaultHazard(Rule):
    """An agent relies on a default of its framework that is no limit in practice.

    Finds: LangChain agents and LangGraph graphs with a cycle that are run without `recursion_limit` at a
    version whose default is 9,999 steps or more (25 was the default until LangGraph 1.0.5); LiteLLM
    routers without a timeout, whose default is 6,000 s.

    Breaks: an agent that does not come to an end goes on for thousands of model calls. Habits and guides
    still say that LangGraph stops it after 25.

    Example:

        from langchain.agents import create_agent

        agent = create_agent("openai:gpt-4.1", tools=[search])

        def ask(question):
            return agent.invoke({"messages": [question]})

    Instead:

        from langchain.agents import create_agent

        agent = create_agent("openai:gpt-4.1", tools=[search]).with_config({"recursion_limit": 40})

        def ask(question):
            return agent.invoke({"messages": [question]})

    False alarms: graphs without a cycle end by themselves, and those that ask a person on the way wait for
    one; a limit that is handed in by `config` from a place
    that cannot be followed, or that stands anywhere else in the same project, is taken as one.
    """

    code = "OPS001"
    severity = Severity.MEDIUM
    mode = Mode.OPERATIONS
    item = Item.SESSION_BUDGET
    fixes = "unsafe"
    probe = Probe(
        faults=("never_done",), expects="a session that goes on for thousands of steps", shows=(Sign.ENDLESS,)
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        for asked in single_steps(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(asked.node),
                "generateText() with tools stops after one step: where a tool is called, there is no text",
                tier=Tier.PROVED,
                subject=script.name_of(script.function(asked.node)) or "generateText",
                consequence="the tool has acted, and the answer is an empty string",
                advice="give stopWhen: stepCountIs(5) (before version 5: maxSteps), and look at finishReason",
                origins=(Origin(name="steps", value="1", source="default of ai: stopWhen = stepCountIs(1)"),),
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        seen: set[Place] = set()
        for one in effective_calls(project):
            client = one.call.client
            where = client.place if client is not None else one.call.place
            if where in seen or is_test(where.path) or is_test(one.call.place.path):
                continue
            if (
                one.call.api == "litellm.router"
                and one.timeout.unset
                and (one.timeout.number or 0) > _ROUTER_SECONDS
            ):
                seen.add(where)
                yield self._router(one, where)
            elif self._unlimited(project, one):
                seen.add(where)
                yield self._steps(project, one, where)

    @staticmethod
    def _unlimited(project: Project, one: Effective) -> bool:
        if one.call.api not in _LIMITED or not one.steps.unset:
            return False
        if one.steps.number is not None and one.steps.number < _MANY:
            return False
        if _limited_elsewhere(project, one):
            return False
        return one.call.api == "langchain.agent" or _goes_round(project, one)

    def _steps(self, project: Project, one: Effective, where: Place) -> Finding:
        client = one.call.client
        name = short(client.made if client is not None else one.call.callee)
        number = f"{one.steps.number:,.0f}" if one.steps.number is not None else "no"
        return self.found(
            where,
            f"{name}() has no recursion_limit: {number} steps by the {one.steps.source}",
            tier=one.steps.tier if one.call.api == "langchain.agent" else Tier.INFERRED,
            subject=(client.name if client is not None else "") or one.call.function or name,
            consequence=f"an agent that goes in circles stops after {number} steps: {one.worst.words}",
            advice='set {"recursion_limit": 40} in the config of the run or by with_config()',
            origins=(one.steps.origin("steps", number),),
            related=(one.call.place,) if one.call.place != where else (),
            fix=_limiting(project, where),
        )

    def _router(self, one: Effective, where: Place) -> Finding:
        return self.found(
            where,
            f"Router() has no timeout: {one.timeout.number:,.0f} s by the {one.timeout.source}",
            tier=one.timeout.tier,
            subject=one.call.function or "Router",
            consequence=f"one call may wait {one.worst.words}",
            advice="give the router a timeout=",
            origins=(one.timeout.origin("timeout", f"{one.timeout.number:g} s"),),
        )


def _limited_elsewhere(project: Project, one: Effective) -> bool:
    """Does anything in the project's same part set a limit, perhaps in a config that is handed in?"""
    if one.facts.path.endswith(".ipynb"):
        return any(limit.name == "recursion_limit" for limit in one.facts.named_limits)
    home = one.facts.path.partition("/")[0]
    return any(
        limit.name == "recursion_limit"
        for facts in project.facts.values()
        if facts.path.partition("/")[0] == home and facts.path.endswith(".py") and not is_test(facts.path)
        for limit in facts.named_limits
    )


def _limiting(project: Project, where: Place) -> Fix | None:
    found = call_at(project, where)
    if found is None or where.cell:
        return None
    module, call = found
    end = module.span(call)[1]
    return Fix(
        what="limit it to 40 steps", edits=(module.inserted(end, '.with_config({"recursion_limit": 40})'),)
    )  # fmt: skip


def _goes_round(project: Project, one: Effective) -> bool:
    """Has the graph a cycle, or edges whose ends are not said?"""
    client = one.call.client
    found = call_at(project, client.place) if client is not None else None
    return found is not None and not is_part(*found) and not asks_somebody(*found) and has_cycle(*found)
