"""Conversations that the provider keeps, and what a base URL changes, with OpenAI's own SDK."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import openai
import pytest
from rich.console import Console

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.background import background
from agentprobe.report.terminal_trace import draw
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.trace.read import read_trace
from agentprobe.trace.replay.room import Replaying
from agentprobe.trace.view import Trace

Agent = Callable[[openai.OpenAI], Any]
Run = Callable[..., Trace]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def traced(agent: Agent, name: str = "t", replay: Path | None = None) -> Trace:
        replaying = Replaying(trace=replay) if replay else None
        orders = Orders(id=name, trace=tmp_path / f"{name}.jsonl", replay=replaying, simulated=True)
        model = None if replay else SimulatedModel(load_policy("echo", tmp_path)).pieces
        with background() as gateway, orders.open(model) as active:
            url = gateway.open_session(active, {})
            with openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:
                agent(client)
            gateway.close_session(url)
        return read_trace(tmp_path / f"{name}.jsonl")

    return traced


def chained(client: openai.OpenAI) -> None:
    first = client.responses.create(model="m", input="one", instructions="Be kind.")
    second = client.responses.create(
        model="m", input="two", instructions="Be brief.", previous_response_id=first.id
    )
    client.responses.create(model="m", input="three", previous_response_id=second.id)


def drawn(trace: Trace) -> str:
    page = StringIO()
    Console(file=page, width=160).print(draw(trace))
    return page.getvalue()


def test_a_call_that_names_an_earlier_response_is_known_with_all_that_was_said(run: Run) -> None:
    trace = run(chained)
    first, second, third = trace.model_calls
    assert trace.chain(third).calls == (first, second, third)
    assert [(m.role, m.text) for m in trace.chain(third).messages] == [
        ("user", "one"),
        ("assistant", "one"),
        ("user", "two"),
        ("assistant", "two"),
        ("user", "three"),
    ]
    assert [(m.role, m.text) for m in trace.chain(second).messages][:2] == [
        ("system", "Be brief."),
        ("user", "one"),
    ]
    assert trace.chain(first).calls == (first,)
    assert drawn(trace).count("goes on from sim_") == 2


def test_a_response_that_is_not_in_the_trace_is_said_to_be_missing(run: Run) -> None:
    trace = run(lambda client: client.responses.create(model="m", input="x", previous_response_id="resp_9"))
    (call,) = trace.model_calls
    assert trace.chain(call).missing == "resp_9"
    assert [m.text for m in trace.chain(call).messages] == ["x"]


def test_calls_in_one_conversation_are_joined_in_their_order(run: Run) -> None:
    def agent(client: openai.OpenAI) -> None:
        for text, kept in (("one", "conv_a"), ("other", "conv_b"), ("two", "conv_a")):
            client.responses.create(model="m", input=text, conversation=kept)

    trace = run(agent)
    first, _, last = trace.model_calls
    assert trace.chain(last).calls == (first, last)
    assert [m.text for m in trace.chain(last).messages] == ["one", "one", "two"]


def test_a_chain_is_replayed_by_its_recorded_ids(run: Run) -> None:
    recorded = run(chained)
    again = run(chained, "again", recorded.path)
    assert [call.request for call in again.model_calls] == [call.request for call in recorded.model_calls]
    assert [call.status for call in again.model_calls] == [200, 200, 200]


def test_a_stream_that_did_not_ask_for_tokens_is_noted(run: Run) -> None:
    def agent(client: openai.OpenAI, **more: Any) -> None:
        said: Any = [{"role": "user", "content": "x"}]
        list(client.chat.completions.create(model="m", messages=said, stream=True, **more))

    assert "1 streamed without asking for token counts" in drawn(run(agent))
    asks = run(lambda client: agent(client, stream_options={"include_usage": True}), "asks")
    assert "without asking" not in drawn(asks)


def test_openai_agents_without_its_cache_key_is_noted(run: Run) -> None:
    def agent(client: openai.OpenAI, **more: Any) -> None:
        headers = {"User-Agent": "Agents/Python 0.24.0"}
        client.responses.create(model="m", input="x", extra_headers=headers, **more)

    assert "1 sent without prompt_cache_key" in drawn(run(agent))
    assert "prompt_cache_key" not in drawn(run(lambda client: agent(client, prompt_cache_key="k"), "keyed"))
