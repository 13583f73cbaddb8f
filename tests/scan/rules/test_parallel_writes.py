"""Tool calls that write and are carried out at the same time."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import asyncio

async def transfer(source, target, amount):
    await bank.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", amount, source)

TOOLS = [{"name": "transfer", "input_schema": {"type": "object", "properties": {}}}]
"""


def test_a_gather_over_the_calls_of_an_answer_is_found(found: Scan) -> None:
    code = """
async def act(message):
    return await asyncio.gather(*(run(call) for call in message.tool_calls))
"""
    (finding,) = found(HEAD + code, "parallel-writes")
    assert (finding.place.line, finding.tier) == (10, Tier.INFERRED)
    assert "transfer" in finding.message


def test_tasks_collected_in_a_list_are_followed(found: Scan) -> None:
    code = """
async def act(message):
    tasks = []
    for call in message.tool_calls:
        tasks.append(asyncio.create_task(run(call)))
    return await asyncio.gather(*tasks)
"""
    (finding,) = found(HEAD + code, "parallel-writes")
    assert (finding.place.line, finding.tier) == (13, Tier.INFERRED)
    assert "transfer" in finding.message


def test_calls_in_turn_are_in_order(found: Scan) -> None:
    code = """
async def act(message):
    return [await run(call) for call in message.tool_calls]
"""
    assert not found(HEAD + code, "parallel-writes")


def test_a_lock_keeps_them_in_order(found: Scan) -> None:
    code = """
async def run(call):
    async with LOCK:
        return await TABLE[call.name](call.args)

async def act(message):
    return await asyncio.gather(*(run(call) for call in message.tool_calls))
"""
    assert not found(HEAD + code, "parallel-writes")


def test_a_look_at_which_only_read_is_enough(found: Scan) -> None:
    code = """
async def act(message):
    if all(is_read_only(call) for call in message.tool_calls):
        return await asyncio.gather(*(run(call) for call in message.tool_calls))
    return [await run(call) for call in message.tool_calls]
"""
    assert not found(HEAD + code, "parallel-writes")


def test_other_things_may_be_gathered(found: Scan) -> None:
    code = """
async def pages(addresses):
    return await asyncio.gather(*(fetch(one) for one in addresses))
"""
    assert not found(HEAD + code, "parallel-writes")


def test_tools_that_only_read_may_run_at_once(found: Scan) -> None:
    code = """
import asyncio

TOOLS = [{"name": "find_order", "input_schema": {"type": "object", "properties": {}}}]

async def act(message):
    return await asyncio.gather(*(run(call) for call in message.tool_calls))
"""
    assert not found(code, "parallel-writes")


def test_a_tool_node_runs_what_it_is_given_in_parallel(found: Scan) -> None:
    code = """
from langchain_core.tools import tool
from langgraph.prebuilt import ToolNode

@tool
def close(number: int) -> str:
    DATABASE.execute("UPDATE tickets SET open = 0 WHERE number = ?", (number,))

node = ToolNode([close])
"""
    (finding,) = found(code, "parallel-writes")
    assert (finding.place.line, finding.tier) == (9, Tier.PROVED)
