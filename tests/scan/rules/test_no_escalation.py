"""An agent that changes things and is never told to ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Item, Severity, Tier

Scan = Callable[..., list[Finding]]


def agent(prompt: str = "You work through the orders of the day.", more: str = "", given: str = "") -> str:
    return f"""
from langchain.agents import create_agent
{more}
def delete_order(order_id: str) -> str:
    \"\"\"Delete an order.\"\"\"
    return store.delete(order_id)

agent = create_agent("openai:gpt-5", tools=[delete_order], system_prompt={prompt!r}{given})

def work(task):
    return agent.invoke({{"messages": [task]}})
"""


def test_an_agent_that_writes_and_has_nobody_to_ask_is_found_at_its_prompt(found: Scan) -> None:
    (finding,) = found(agent(), "no-escalation")
    assert (finding.place.line, finding.severity, finding.tier) == (8, Severity.MEDIUM, Tier.INFERRED)
    assert "'delete_order'" in finding.message


@pytest.mark.parametrize(
    "prompt",
    [
        "You work through orders. If you are unsure which order is meant, stop.",
        "You work through orders. Do not guess; write to outbox.json and stop.",
        "You work through orders and escalate what is unclear.",
    ],
)
def test_a_prompt_that_says_when_to_stop_is_enough(found: Scan, prompt: str) -> None:
    assert not found(agent(prompt), "no-escalation")


@pytest.mark.parametrize(
    ("more", "given"),
    [
        ("", ", interrupt_before=['tools']"),
        ("import streamlit", ""),
        ("from langchain.agents import middleware\nmiddleware.HumanInTheLoopMiddleware(on={})", ""),
    ],
)
def test_a_setting_or_a_person_before_it_is_enough(found: Scan, more: str, given: str) -> None:
    assert not found(agent(more=more, given=given), "no-escalation")


def test_an_agent_that_only_reads_need_not_ask(found: Scan) -> None:
    assert not found(agent().replace("delete", "find"), "no-escalation")


def test_a_tool_server_and_a_bare_verb_say_nothing_of_an_agent_that_writes(found: Scan) -> None:
    assert not found(agent().replace("delete_order", "add").replace("store.delete", "sum"), "no-escalation")
    server = """
    from mcp.server.fastmcp import FastMCP
    from openai import OpenAI

    server = FastMCP("shop")

    @server.tool()
    def delete_order(order_id: str) -> str:
        return store.delete(order_id)

    OpenAI().responses.create(model="gpt-5", input="hello")
    """
    assert not found(server, "no-escalation")


def test_one_program_of_a_repository_does_not_answer_for_another(scanned: Callable[..., Scanned]) -> None:
    asks = agent("You work through orders. Ask the user when several fit.")
    files = {"a/requirements.txt": "", "a/main.py": agent(), "b/pyproject.toml": "", "b/main.py": asks}
    result = scanned(files, "no-escalation")
    assert [one.place.path for one in result.findings] == ["a/main.py"]
    assert {(one.item, one.place.path) for one in result.met} == {(Item.ESCALATION, "b/main.py")}
