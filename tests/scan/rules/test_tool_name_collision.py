"""Two tools of one agent that have the same name."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


def test_two_modules_in_one_list_are_found(found: Scan) -> None:
    code = """
import crm
import docs
from langchain.agents import create_agent

agent = create_agent("openai:gpt-5", tools=[crm.search, docs.search])
"""
    (finding,) = found(code, "tool-name-collision")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "search" in finding.message


def test_schemas_of_one_name_are_found(found: Scan) -> None:
    code = """
FIND = {"name": "find", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
LOOK = {"name": "find", "input_schema": {"type": "object", "properties": {"b": {"type": "string"}}}}
answer = client.messages.create(model="claude", tools=[FIND, LOOK])
"""
    (finding,) = found(code, "tool-name-collision")
    assert (finding.place.line, finding.tier) == (4, Tier.PROVED)
    assert "find" in finding.message


def test_a_table_of_all_servers_is_found(found: Scan) -> None:
    code = """
class Host:
    async def connect(self, sessions):
        for session in sessions:
            for tool in (await session.list_tools()).tools:
                self.home[tool.name] = session
"""
    (finding,) = found(code, "tool-name-collision")
    assert (finding.place.line, finding.tier) == (6, Tier.INFERRED)
    assert "self.home" in finding.message


def test_a_name_that_is_checked_is_no_collision(found: Scan) -> None:
    code = """
class Host:
    async def connect(self, sessions):
        for session in sessions:
            for tool in (await session.list_tools()).tools:
                if tool.name in self.home:
                    raise ValueError(tool.name)
                self.home[tool.name] = session
"""
    assert not found(code, "tool-name-collision")


def test_methods_of_objects_are_not_known_by_name(found: Scan) -> None:
    code = """
from langchain.agents import create_agent

agent = create_agent("openai:gpt-5", tools=[first.search, second.search])
"""
    assert not found(code, "tool-name-collision")


def test_agents_of_their_own_may_share_names(found: Scan) -> None:
    code = """
import crm
import docs
from langchain.agents import create_agent

one = create_agent("openai:gpt-5", tools=[crm.search])
other = create_agent("openai:gpt-5", tools=[docs.search])
"""
    assert not found(code, "tool-name-collision")


def test_versions_of_one_tool_are_meant(found: Scan) -> None:
    code = """
from fastmcp import FastMCP

mcp = FastMCP("a")

@mcp.tool(version="1")
def charge(cents: int) -> str:
    return "ok"

@mcp.tool(version="2", name="charge")
def charge_again(cents: int) -> str:
    return "ok"
"""
    assert not found(code, "tool-name-collision")
