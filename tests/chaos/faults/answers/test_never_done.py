"""never_done, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_an_end_becomes_the_first_call_once_more(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "never_done", telling, earlier=True)
    assert [name for _, name, _ in got.calls] == ["find"]
    assert got.calls[0][0] != "call_0"
    assert not got.text
    assert got.did == "find was wished for once more, in place of an end"
    assert got.error is None


def test_an_answer_that_wishes_for_tools_stays(ask: Ask, calling: ModelAnswer) -> None:
    assert ask("chat", "never_done", calling, earlier=True).did is None


def test_where_nothing_was_called_there_is_nothing_to_call_again(ask: Ask, telling: ModelAnswer) -> None:
    assert ask("chat", "never_done", telling).did is None
