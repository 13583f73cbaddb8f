"""Nothing tells the agent to stop and ask when it is not sure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.document import Document
from agentprobe.scan.facts import Facts, Tool
from agentprobe.scan.finding import Finding, Met, Place, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.unasked import unasked
from agentprobe.scan.units import Unit, units

_TOLD = (
    r"\bhuman[ -](?:review|approv|agent|operator|support|help|input|confirm|in[ -]the[ -]loop)"
    r"|\b(?:ask|hand|transfer|defer|consult|notify|involve|contact|alert|wait|rout)\w*\b[^.]{0,40}\bhumans?\b"
    r"|\bask (?:the |your |for )?(?:user|customer|operator|person|clarif|confirm)|\bclarif"
    r"|\bif (?:you are|you're|in doubt|unsure|uncertain|anything is unclear)\b[^.]{0,60}"
    r"(?:unsure|uncertain|not sure|doubt|stop|ask)|\b(?:do not|don't|never) guess|\bask back"
    r"|\bneeds? (?:approval|confirmation|review)"
    r"|\bbefore (?:you )?(?:delete|send|pay|book|chang)\w*[^.]{0,40}confirm|\boutbox\b|\bconfirm with"
)
_PROMPT = re.compile(rf"\bescalat|\bhand (?:it |this )?(?:off|over)|\bhandoff|{_TOLD}", re.IGNORECASE)
_CLEAR = re.compile(
    rf"\bescalation (?:rule|path|polic|contact)|\b(?:stop|pause)\b[^.]{{0,30}}\bescalat|{_TOLD}"
    r"|\b(?:escalat\w*|hand\w*(?: it| this)?(?: off| over)?)(?: \w+){0,4} (?:to|with) "
    r"(?:an? |the |your |our )?(?:\w+ )?"
    r"(?:human|person|people|user|customer|team|support|manager|supervisor|operator|specialist|staff)",
    re.IGNORECASE,
)
"""What surely hands over to a person, and not to another agent or tool."""
_TOOL = re.compile(
    r"ask_?(?:the_?)?(?:human|user|person|operator|customer|question|back)|human|escalat|hand_?(?:off|over)"
    r"|approv|clarif|confirm|request_?(?:review|help|input)|transfer_to|contact_support|get_input",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"(?:^langgraph\.types\.(?:interrupt|Interrupt)$|HumanInTheLoop|\.interrupt$|human_input|HumanApproval|HITL"
    r"|request_approval|ask_human|\.HumanNode$|UserProxyAgent$|elicit)"
)
_GIVEN = frozenset({
    "interrupt_before", "interrupt_after", "interrupt_on", "human_input", "human_input_mode",
    "needs_approval",    "requires_approval", "requires_confirmation", "can_use_tool", "handoffs",
})  # fmt: skip


class NoEscalation(Rule):
    """An agent that changes things is never told to stop and ask when it is not sure, and has no way to.

    Finds: a program with tools that write, no person before it, and in none of its prompts, tools and
    settings a word of asking back, handing over or approval.

    Breaks: in testing you catch the uncertain moment yourself. In production nobody watches: with three
    customers of one name the agent takes the first, and writes to a stranger's record.

    Example:

        from langchain.agents import create_agent

        def delete_order(order_id: str) -> str:
            \"\"\"Delete an order.\"\"\"
            return store.delete(order_id)

        agent = create_agent("openai:gpt-5", tools=[delete_order], system_prompt="You work on orders.")
        agent.invoke({"messages": []})

    Instead:

        from langchain.agents import create_agent

        RULES = "You work through the orders. If you are not sure which one is meant, stop and ask the user."

        def delete_order(order_id: str) -> str:
            \"\"\"Delete an order.\"\"\"
            return store.delete(order_id)

        agent = create_agent("openai:gpt-5", tools=[delete_order], system_prompt=RULES)
        agent.invoke({"messages": []})

    False alarms: chat applications, where a person reads every answer; agents that only read; rules of
    escalation that stand in a file which was not scanned.
    """

    code = "RDY001"
    severity = Severity.MEDIUM
    mode = Mode.READINESS
    item = Item.ESCALATION
    probe = Probe(
        faults=("many_for_one", "near_duplicate"),
        expects="acts on one of several, and does not ask",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for unit in units(project):
            tool = next((one for one in unit.writing_tools if _is_the_agents(one)), None)
            if tool is not None and unit.calls and not unit.is_chat and not list(escalations(unit)):
                yield self.found(
                    _prompt(unit) or unit.place,
                    f"the agent may call '{tool.name}', and nothing tells it to stop and ask when unsure",
                    tier=Tier.INFERRED,
                    subject=unit.folder,
                    consequence="where several records fit it takes one, and nobody sees that it guessed",
                    advice="say in its prompt when to stop and ask, and give it a tool that hands over",
                    related=(tool.place,),
                )

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in unasked(document) if not is_test(document.path) else ():
            yield self.found(
                one.place,
                f"{one.what}: it acts and nobody is asked",
                tier=one.tier,
                subject=f"{one.path} {one.what}",
                consequence="what it takes for the right record, file or address is changed at once",
                advice="let it ask before it writes, and allow by name what only reads",
            )

    def met(self, project: Project) -> Iterable[Met]:
        for unit in units(project):
            for place, what in escalations(unit, _CLEAR):
                yield Met(item=Item.ESCALATION, place=place, what=what)


def _is_the_agents(tool: Tool) -> bool:
    """Is it a tool of the agent itself, and does more than a single word say that it writes?"""
    return tool.kind != "mcp" and (tool.effect_by != "name" or "_" in tool.name)


def _prompt(unit: Unit) -> Place | None:
    return next((one.place for one in unit.prompts if one.role == "system"), None)


def escalations(unit: Unit, words: re.Pattern[str] = _PROMPT) -> Iterable[tuple[Place, str]]:
    """What lets an agent stop and ask, and where it stands."""
    for prompt in unit.prompts:
        told = words.search(prompt.text)
        if told is not None:
            yield prompt.place, f"the prompt says: “{' '.join(told[0].split())}”"
    for tool in unit.tools:
        if _TOOL.search(tool.name):
            yield tool.place, f"the tool '{tool.name}'"
    for facts in unit.facts:
        yield from _set(facts)
        yield from _used(facts)


def _set(facts: Facts) -> Iterable[tuple[Place, str]]:
    made = [(one.place, one.arguments) for one in facts.clients]
    made += [(one.place, one.arguments) for one in facts.model_calls]
    for place, arguments in made:
        for name in sorted(_GIVEN & arguments.keys()):
            if arguments[name].value not in (False, "NEVER", []):
                yield place, f"{name} is set"


def _used(facts: Facts) -> Iterable[tuple[Place, str]]:
    asked = {one.function: one.place for one in facts.model_calls}
    for function, names in facts.callers.items():
        for name in names:
            if _CALLS.search(name):
                yield asked.get(function, Place(path=facts.path)), f"{name.rpartition('.')[2]}() is used"
