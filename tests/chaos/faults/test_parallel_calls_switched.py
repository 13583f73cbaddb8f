"""parallel_calls_switched, where a protocol has the setting."""

from __future__ import annotations

import json

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, user

from agentprobe.domain.model import ModelSettings

HAVING = ("openai_chat", "openai_responses", "anthropic_messages")
HAVE = pytest.mark.parametrize("name", HAVING)
FORBIDDEN = "parallel_calls_switched(allowed=false)"


@HAVE
def test_several_calls_are_allowed_that_were_not(name: str) -> None:
    settings = ModelSettings(parallel_tool_calls=False)
    got = asked(name, "parallel_calls_switched", user("go"), settings=settings)
    assert got.fired
    assert got.read.settings.parallel_tool_calls is True


@HAVE
@pytest.mark.parametrize("before", [None, True])
def test_several_calls_are_forbidden(name: str, before: bool | None) -> None:
    got = asked(name, FORBIDDEN, user("go"), settings=ModelSettings(parallel_tool_calls=before))
    assert got.fired
    assert got.read.settings.parallel_tool_calls is False


@HAVE
def test_what_is_so_already_did_not_fire(name: str) -> None:
    for fault, before in (
        ("parallel_calls_switched", None),
        ("parallel_calls_switched", True),
        (FORBIDDEN, False),
    ):
        body = body_of(name, user("go"), settings=ModelSettings(parallel_tool_calls=before))
        assert arrive(name, fault, body).request.body is body
    bare = body_of(name, user("go"), tools=())
    assert arrive(name, FORBIDDEN, bare).request.body is bare, "only with tools may it be said"


@pytest.mark.parametrize("name", sorted(set(DIALECTS) - set(HAVING)))
def test_protocols_without_the_setting_stay(name: str) -> None:
    body = body_of(name, user("go"))
    assert arrive(name, FORBIDDEN, body).request.body is body


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "find"}])
def test_anthropics_choice_of_a_tool_stays(choice: dict[str, str]) -> None:
    told = {"model": "m", "max_tokens": 9, "messages": [], "tools": [{"name": "find"}], "tool_choice": choice}
    got = arrive("anthropic_messages", FORBIDDEN, json.dumps(told).encode())
    sent = json.loads(got.request.body)
    assert sent == {**told, "tool_choice": {**choice, "disable_parallel_tool_use": True}}
    back = json.loads(arrive("anthropic_messages", "parallel_calls_switched", got.request.body).request.body)
    assert back == {**told, "tool_choice": {**choice, "disable_parallel_tool_use": False}}
