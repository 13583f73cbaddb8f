"""Tools and schemas at a temperature meant for prose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
RULE = "hot-tool-calls"


def ask(arguments: str) -> str:
    return (
        "from openai import OpenAI\n\nclient = OpenAI()\n\ndef ask(m, tools, heat=0.8):\n"
        f"    return client.chat.completions.create(model='gpt-4.1', messages=m, {arguments})\n"
    )


@pytest.mark.parametrize(
    ("arguments", "tier"),
    [
        ("tools=tools, temperature=0.9", Tier.PROVED),
        ("response_format={'type': 'json_object'}, temperature=0.5", Tier.PROVED),
        ("tools=tools, temperature=heat", Tier.INFERRED),
    ],
)
def test_a_hot_call_with_tools_is_found(found: Scan, arguments: str, tier: Tier) -> None:
    (finding,) = found(ask(arguments), RULE)
    assert (finding.tier, finding.subject) == (tier, "ask")


def test_the_temperature_of_the_model_of_an_agent_counts(found: Scan) -> None:
    code = """
    from langchain.agents import create_agent
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="gpt-4.1", temperature=0.9)
    agent = create_agent(model, tools=[search])
    """
    (finding,) = found(code, RULE)
    assert finding.place.line == 5
    assert "0.9" in finding.message


def test_bound_tools_and_schemas_count(found: Scan) -> None:
    code = """
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="gpt-4.1", temperature=0.9).bind_tools([search])

    def ask(x):
        return model.invoke(x)
    """
    assert [one.place.line for one in found(code, RULE)] == [4]


def test_a_literal_is_cooled_by_the_fix(found: Scan) -> None:
    (finding,) = found(ask("tools=tools, temperature=0.9"), RULE)
    assert finding.fix is not None
    assert finding.fix.edits[0].text == "0"


@pytest.mark.parametrize(
    "arguments",
    [
        "temperature=0.9",
        "tools=tools, temperature=0.2",
        "tools=tools",
        "tools=[], temperature=0.9",
        "tools=None, temperature=0.9",
    ],
)
def test_prose_and_cool_calls_are_not(found: Scan, arguments: str) -> None:
    assert not found(ask(arguments), RULE)


def test_tools_that_are_none_unless_somebody_gives_some_are_not(found: Scan) -> None:
    code = ask("tools=tools, temperature=0.9").replace("m, tools, heat", "m, tools=None, heat")
    assert not found(code, RULE)


def test_a_temperature_of_one_for_an_unknown_model_may_be_forced(found: Scan) -> None:
    assert not found(ask("tools=tools, temperature=1").replace("'gpt-4.1'", "pick(m)"), RULE)
    assert found(ask("tools=tools, temperature=0.9").replace("'gpt-4.1'", "pick(m)"), RULE)


def test_models_that_leave_it_aside_are_not(found: Scan) -> None:
    assert not found(ask("tools=tools, temperature=1").replace("gpt-4.1", "o3"), RULE)
