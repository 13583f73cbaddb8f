"""many_tools, in every protocol."""

from __future__ import annotations

import re

import pytest
from tests.chaos.asking import DIALECTS, TOOLS, arrive, asked, body_of, user

from agentprobe.domain.model import ToolSpec

EACH = pytest.mark.parametrize("name", DIALECTS)
SEVERAL = r"[a-zA-Z0-9_-]{1,64}"
"""What all providers take as a tool's name."""


@EACH
def test_the_agents_own_tools_are_among_a_hundred_others(name: str) -> None:
    got = asked(name, "many_tools", user("go"))
    assert got.fired
    offered = got.read.tools
    assert len(offered) == 102
    assert (offered[0], offered[-1]) == TOOLS
    assert len({tool.name for tool in offered}) == 102
    assert all(re.fullmatch(SEVERAL, tool.name) and tool.description for tool in offered)
    assert got.lines == ["user: go"]


@EACH
def test_no_name_comes_twice_however_many_there_are(name: str) -> None:
    tools = (ToolSpec(name="crm_get_contact", description="ours", schema={"type": "object"}),)
    got = asked(name, "many_tools(count=900)", user("go"), tools=tools)
    names = [tool.name for tool in got.read.tools]
    assert len(names) == len(set(names)) == 901
    assert got.read.tools[0].description == "ours"


@EACH
def test_a_request_without_tools_did_not_fire(name: str) -> None:
    body = body_of(name, user("go"), tools=())
    assert arrive(name, "many_tools", body).request.body is body
