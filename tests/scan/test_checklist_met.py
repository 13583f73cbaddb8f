"""The items that a project meets, and what only looks as if it met them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.checklist import State, checklist
from agentprobe.scan.engine import Scanned
from agentprobe.scan.severity import Item

Scan = Callable[..., Scanned]
CALL = """
from openai import OpenAI
client = OpenAI(timeout=30)

def ask(messages):
    return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)
"""


def met(result: Scanned) -> dict[Item, str]:
    """The items that are met, each with its first place."""
    lines = checklist(result.findings, result.met)
    return {line.item: str(line.places[0][0]) for line in lines if line.state is State.MET}


@pytest.mark.parametrize(
    ("code", "rule", "item", "line"),
    [
        (
            "from browser_use import Agent\nagent = Agent(task='x', llm=llm, max_failures=3)\n",
            "no-failure-budget",
            Item.FAILURE_BUDGET,
            2,
        ),
        ("MAX_CONSECUTIVE_ERRORS = 5\n", "no-failure-budget", Item.FAILURE_BUDGET, 1),
        (
            "from agents import Agent, Runner\ndesk = Agent()\nRunner.run_sync(desk, 'x', max_turns=12)\n",
            "limit-disabled",
            Item.SESSION_BUDGET,
            3,
        ),
        (
            "from pydantic import BaseModel\nfrom agents import Agent\nclass Order(BaseModel):\n    id: str\n"
            "desk = Agent(name='d', output_type=Order)\n",
            "output-unvalidated",
            Item.OUTPUT_SCHEMA,
            5,
        ),
        (
            "from agents import Agent\nfrom rules import kind\ndesk = Agent(output_guardrails=[kind])\n",
            "write-not-verified",
            Item.VERIFICATION,
            3,
        ),
    ],
)
def test_code_meets_an_item_at_its_place(scanned: Scan, code: str, rule: str, item: Item, line: int) -> None:
    found = met(scanned(code, rule))
    assert found[item].startswith(f"agent.py:{line}:")


@pytest.mark.parametrize(
    ("code", "rule", "item"),
    [
        (
            f"{CALL}\ndef plain(messages):\n    return client.chat.completions.create(model='gpt-4.1',"
            " messages=messages, response_format={'type': 'json_object'})\n",
            "output-unvalidated",
            Item.OUTPUT_SCHEMA,
        ),
        ("MAX_ERROR_LENGTH = 5\nerrors = 3\n", "no-failure-budget", Item.FAILURE_BUDGET),
        (
            "from agents import Agent, Runner\ndesk = Agent()\nRunner.run_sync(desk, 'x', max_turns=5000)\n",
            "limit-disabled",
            Item.SESSION_BUDGET,
        ),
        (
            "from agents import Agent\ndesk = Agent(name='d', output_guardrails=[])\n",
            "write-not-verified",
            Item.VERIFICATION,
        ),
    ],
)
def test_what_only_looks_like_it_does_not_meet_an_item(
    scanned: Scan, code: str, rule: str, item: Item
) -> None:
    assert item not in met(scanned(code, rule))


def test_settings_meet_items_too(scanned: Scan) -> None:
    config = '{"model": "gpt-4.1", "temperature": 0, "timeout": 20, "max_steps": 25, "max_budget_usd": 2.5}'
    files = {
        "agent_config.json": config,
        "langgraph.json": '{"dependencies": ["."], "graphs": {"a": "a.py:g"}}',
    }
    rules = ("sampling-not-pinned", "model-no-deadline", "limit-disabled", "volatile-checkpointer")
    assert set(met(scanned(files, *rules))) == {
        Item.PINNED_SAMPLING,
        Item.DEADLINES,
        Item.SESSION_BUDGET,
        Item.STATE_FILES,
        Item.RESTART_RECOVERY,
    }


def test_an_example_does_not_meet_what_the_program_lacks(scanned: Scan) -> None:
    without = CALL.replace("timeout=30", "")
    files = {"examples/good.py": CALL, "src/shop.py": without}
    result = scanned(files, "model-no-deadline")
    (line,) = [one for one in checklist(result.findings, result.met) if one.item is Item.DEADLINES]
    assert line.state is State.NOT_MET
    assert [place.path for place, _ in line.places] == ["src/shop.py"]


def test_a_folder_of_examples_speaks_for_itself(scanned: Scan) -> None:
    assert Item.DEADLINES in met(scanned({"examples/good.py": CALL}, "model-no-deadline"))


def test_an_item_that_is_partly_met_shows_both_places(scanned: Scan) -> None:
    without = CALL.replace("timeout=30", "")
    result = scanned({"src/good.py": CALL, "src/shop.py": without}, "model-no-deadline")
    (line,) = [one for one in checklist(result.findings, result.met) if one.item is Item.DEADLINES]
    assert line.state is State.PARTLY
    assert [place.path for place, _ in line.places] == ["src/shop.py", "src/good.py"]
    assert line.places[1][1] == "met here: 30 s"
