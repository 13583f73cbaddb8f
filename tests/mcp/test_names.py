"""Under which name a server is asked for a tool, by the list that came and the list that was told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agentprobe.mcp.names import Names, tools_in


def tool(name: str, schema: str = "a", **more: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": {"title": schema}, **more}


def named(came: list[dict[str, Any]], told: list[dict[str, Any]]) -> Names:
    names = Names()
    names.listed(came, told)
    return names


@pytest.mark.parametrize(
    ("told", "asked", "at_server"),
    [
        ([tool("a"), tool("b")], "a", "a"),
        ([tool("a"), tool("b2", description="new")], "b2", "b"),
        ([tool("a"), tool("b2")], "b", "b-"),
        ([tool("a")], "b", "b-"),
        ([tool("a"), tool("a_safe"), tool("b")], "a_safe", "a"),
        ([tool("a"), tool("b"), tool("b_safe")], "b_safe", "b"),
        ([tool("a"), tool("b2"), tool("b_safe")], "b_safe", "b"),
        ([tool("a"), tool("b"), tool("c", "other")], "c", "c"),
        ([tool("a"), tool("b")], "never", "never"),
    ],
)
def test_the_server_is_asked_for_the_tool_that_the_list_means(
    told: list[dict[str, Any]], asked: str, at_server: str
) -> None:
    assert named([tool("a"), tool("b")], told).at_server(asked) == at_server


def test_a_later_list_that_is_as_it_came_makes_all_names_good_again() -> None:
    names = named([tool("a"), tool("b")], [tool("a")])
    names.listed([tool("a"), tool("b")], [tool("a"), tool("b")])
    assert names.at_server("b") == "b"


def test_a_page_says_nothing_of_the_tools_on_another_one() -> None:
    names = named([tool("a"), tool("b")], [tool("a2"), tool("b")])
    names.listed([tool("c", "other")], [tool("c", "other")])
    assert (names.at_server("a2"), names.at_server("a")) == ("a", "a-")


@given(some.lists(some.sampled_from("abcdef"), unique=True), some.data())
def test_a_list_told_as_it_came_changes_no_name(letters: list[str], data: some.DataObject) -> None:
    tools = [tool(letter, data.draw(some.sampled_from("xy"))) for letter in letters]
    names = named(tools, tools)
    assert [names.at_server(letter) for letter in letters] == letters


@pytest.mark.parametrize(
    "answer",
    [{}, {"error": {}}, {"result": None}, {"result": {"tools": None}}, {"result": {"tools": [1, None]}}],
)
def test_an_answer_without_tools_has_none(answer: dict[str, Any]) -> None:
    assert tools_in(answer) == []
