"""The checklist tells what is met, what is not, and what nobody has found."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.checklist import State, checklist
from agentprobe.scan.engine import Scanned
from agentprobe.scan.severity import Item

RULES = ("no-escalation", "volatile-checkpointer", "no-dead-letter")
CODE = """
from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.checkpoint.memory import MemorySaver

@tool
def delete_order(order_id: str) -> str:
    \"\"\"Delete an order.\"\"\"

agent = create_agent("openai:gpt-5", tools=[delete_order], checkpointer=MemorySaver(),
                     system_prompt="You work through orders. Ask the user when several fit.")
agent.invoke({})
"""


def test_each_item_has_its_state_and_the_place_where_it_shows(scanned: Callable[..., Scanned]) -> None:
    result = scanned(CODE, *RULES)
    lines = {line.item: line for line in checklist(result.findings, result.met)}
    assert tuple(lines) == tuple(Item)
    states = [lines[item].state for item in (Item.ESCALATION, Item.RESTART_RECOVERY, Item.DEAD_LETTERS)]
    assert states == [State.MET, State.NOT_MET, State.NOT_FOUND]
    assert lines[Item.RESTART_RECOVERY].places[0][0].line == 10
    assert "RDY003" in lines[Item.RESTART_RECOVERY].rules
