"""Attempts of nested retry layers, made by a real SDK, are told apart and drawn as a tree."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import openai
import pytest
from rich.console import Console

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.background import background
from agentprobe.report.attempt_tree import shape
from agentprobe.report.terminal_trace import draw
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

Ask = Callable[[str], None]
Story = Callable[[Callable[[Ask], None], str], Trace]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Run a story of questions through the gateway with the SDK's own retries."""

    def tell(what: Callable[[Ask], None], fault: str) -> Trace:
        orders = Orders(id="t", trace=tmp_path / "t.jsonl", schedule=fault, fast_retries=True)
        model = SimulatedModel(load_policy("echo", tmp_path))
        with background() as gateway, orders.open(model.pieces) as active:
            url = gateway.open_session(active)
            with openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=2) as client:

                def ask(question: str) -> None:
                    said: Any = [{"role": "user", "content": question}]
                    with suppress(openai.RateLimitError):
                        client.chat.completions.create(model="m", messages=said)

                what(ask)
            gateway.close_session(url)
        return read_trace(tmp_path / "t.jsonl")

    return tell


def drawn(trace: Trace) -> str:
    page = StringIO()
    Console(file=page, width=120).print(draw(trace))
    return page.getvalue()


def test_twenty_seven_attempts_are_three_by_three_by_three(story: Story) -> None:
    def crew(ask: Ask) -> None:
        for _ in range(3):  # the task
            ask("plan")
            for _ in range(3):  # the framework
                ask("act")  # and the SDK

    trace = story(crew, "rate_limited@model:2-10, rate_limited@model:12-20, rate_limited@model:22-30")
    stormy = max(trace.logical_calls, key=lambda call: call.retries)
    assert [[len(one) for one in rounds] for rounds in stormy.passes] == [[3, 3, 3]] * 3
    assert shape(stormy) == "3 × 3 × 3"
    page = drawn(trace)
    assert page.count("asked again by an outer layer") == 6
    assert page.count("begun again by the agent · 9 attempts") == 2
    assert page.count("first begun · 9 attempts") == 1
    assert "26 retries · 3 × 3 × 3" in page
    assert page.count("attempt 27 ") == 1


def test_one_layer_is_drawn_as_a_plain_list_with_its_waits(story: Story) -> None:
    trace = story(lambda ask: ask("act"), "rate_limited@model:1-2")
    (call,) = trace.logical_calls
    assert [len(one) for (one,) in call.passes] == [3]
    assert shape(call) == ""
    first, *others = call.waits
    assert first is None
    assert all(wait is not None and wait > 0 for wait in others)
    page = drawn(trace)
    assert "outer layer" not in page
    assert "attempt 2 · waited " in page


def test_two_layers_are_two_levels(story: Story) -> None:
    def framework(ask: Ask) -> None:
        ask("act")
        ask("act")

    trace = story(framework, "rate_limited@model:1-4")
    (call,) = trace.logical_calls
    assert [[len(one) for one in rounds] for rounds in call.passes] == [[3, 2]]
    assert "begun again" not in drawn(trace)


def test_another_question_that_was_answered_meanwhile_is_no_retry(story: Story) -> None:
    def agent(ask: Ask) -> None:
        ask("one")
        ask("two")
        ask("one")

    trace = story(agent, "rate_limited@model:1-2")
    assert [call.retries for call in trace.logical_calls] == [2, 0, 0]
