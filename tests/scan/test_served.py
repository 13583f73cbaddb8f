"""The tools of running servers, as rules find what is wrong with them."""

from __future__ import annotations

from typing import Any

from agentprobe.scan.facts import Effect
from agentprobe.scan.finding import Finding
from agentprobe.scan.rule import RULES
from agentprobe.scan.served import found_in_tools, served_tools
from agentprobe.scan.severity import Tier

SCHEMA = {"type": "object", "properties": {"number": {"type": "string"}}}
READ = {"readOnlyHint": True}


def tool(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": f"It does {name} for one order.", "inputSchema": SCHEMA, **more}


def found(*listed: dict[str, Any]) -> tuple[Finding, ...]:
    return found_in_tools(served_tools("shop", listed), [rule() for rule in RULES])


def test_a_writing_tool_without_hints_is_found_at_its_number() -> None:
    (one,) = found(tool("find_order", annotations=READ), tool("delete_order"))
    assert (one.code, str(one.place), one.tier, one.fix) == ("TOOL001", "mcp:shop:2:1", Tier.INFERRED, None)


def test_hints_that_contradict_a_name_are_found() -> None:
    (one,) = found(tool("delete_order", annotations=READ))
    assert one.code == "TOOL002"


def test_a_tool_that_says_nothing_of_itself_is_found() -> None:
    (one,) = found({"name": "lookup", "inputSchema": {"type": "object", "properties": {"q": {}}}})
    assert one.code == "TOOL005"
    assert "no description" in one.message
    assert "no type for q" in one.message


def test_one_name_on_two_servers_is_found_and_on_one_server_too() -> None:
    tools = (*served_tools("shop", [tool("search")]), *served_tools("wiki", [tool("search"), tool("search")]))
    told = found_in_tools(tools, [RULES.get("tool_name_collision")()])
    assert [one.message for one in told] == [
        "the tool search of wiki is there on shop too",
        "the tool search of wiki is there on shop too",
    ]


def test_sound_tools_are_left_alone() -> None:
    careful = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": True}
    assert found(tool("find_order", annotations=READ), tool("delete_order", annotations=careful)) == ()
    assert found(tool("fetch"), tool("list_orders", annotations={"title": "Orders"})) == ()


def test_what_servers_send_is_taken_as_it_comes() -> None:
    odd: list[dict[str, Any]] = [
        {"name": 7},
        {"name": "set_state", "annotations": [1], "inputSchema": "no", "description": None},
        {"name": "x", "annotations": {"readOnlyHint": "yes"}},
    ]
    first, second = served_tools("odd", odd)
    assert (first.name, first.schema, first.hints, first.effect) == ("set_state", None, {}, Effect.WRITE)
    assert (second.hints, second.place.line) == ({}, 3)
