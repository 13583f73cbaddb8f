"""A real trace is read for calls, effects, strikes, cut answers and failures."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

import agentprobe
from agentprobe.domain.model import Finish, ModelRequest
from agentprobe.lab.reading import seen_in
from agentprobe.lab.seen import Seen
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import Option, say


class Says:
    """A policy that says one thing."""

    def __init__(self, option: Option) -> None:
        self.option = option

    def options(self, request: ModelRequest) -> list[Option]:
        return [self.option]


@agentprobe.tool(effect="write")
def pay(order: int, amount: int = 3) -> str:
    if amount < 0:
        raise ValueError("the amount is below nothing at all")
    return "paid"


def ask(base: str = "http://127.0.0.1:9/v1", *, stream: bool = False) -> httpx.Response:
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": stream}
    with httpx.Client(verify=False) as client:
        return client.post(f"{base}/chat/completions", content=json.dumps(body))


def seen(path: Path, schedule: str = "", option: Option | None = None, *amounts: int) -> Seen:
    model = SimulatedModel(Says(option or say("hi")))
    with agentprobe.session("s", trace=path, schedule=schedule, virtual=True, model=model):
        ask()
        for amount in amounts:
            try:
                pay(7, amount)
            except Exception:
                continue
    return seen_in(path)


def test_calls_and_effects_are_counted(tmp_path: Path) -> None:
    found = seen(tmp_path / "t.jsonl", "", None, 3, 3, 4)
    assert found.model_calls == 1
    assert [name for name, _ in found.tool_calls] == ["pay"] * 3
    assert len(set(found.tool_calls)) == 2
    assert sorted(found.ledger.times().values()) == [1, 2]
    assert found.input_tokens > 0
    assert found.provider_failure == ""
    assert found.cut_text is None


def test_a_write_that_raised_did_not_happen_and_its_words_are_kept(tmp_path: Path) -> None:
    found = seen(tmp_path / "t.jsonl", "", None, -1)
    assert found.ledger.times() == {}
    assert found.failures == ("the amount is below nothing at all",)


def test_a_strike_is_seen_with_its_site_and_is_no_failure_of_the_provider(tmp_path: Path) -> None:
    found = seen(tmp_path / "t.jsonl", "server_error@model:1, tool_error@tool:pay", None, 3)
    assert [(one.fault, one.site) for one in found.receipts] == [
        ("server_error", "model"),
        ("tool_error", "tool:pay"),
    ]
    assert found.provider_failure == ""
    assert len(found.failures) == 2


def test_a_fault_is_seen_although_the_agent_did_not_wait_for_its_end(tmp_path: Path) -> None:
    async def impatient() -> None:
        async with httpx.AsyncClient(timeout=None, verify=False) as client:
            asking = client.post(
                "http://127.0.0.1:9/v1/chat/completions", json={"model": "m", "messages": []}
            )
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asking, 10)

    path, model = tmp_path / "t.jsonl", SimulatedModel(Says(say("hi")))
    with agentprobe.session(trace=path, schedule="hang@model:1", virtual=True, model=model) as active:
        active.run(impatient())
    assert [(str(one), one.site, one.nth) for one in seen_in(path).receipts] == [("hang@c1", "model", 1)]


def test_a_receipt_says_which_of_the_calls_was_struck(tmp_path: Path) -> None:
    found = seen(tmp_path / "t.jsonl", "latency(seconds=1)@model:1, tool_error@tool:pay:2", None, 3, 3)
    assert [(one.site, one.nth, one.nth_tool) for one in found.receipts] == [
        ("model", 1, 0),
        ("tool:pay", 2, 2),
    ]


def test_a_request_that_no_provider_could_accept_is_the_agents_own_affair(tmp_path: Path) -> None:
    model = SimulatedModel(Says(say("hi")))
    with agentprobe.session(trace=tmp_path / "t.jsonl", virtual=True, model=model):
        assert httpx.post("http://127.0.0.1:9/v1/chat/completions", json={"model": "m"}).status_code == 400
    found = seen_in(tmp_path / "t.jsonl")
    assert found.failures
    assert found.provider_failure == ""


def test_an_answer_that_was_cut_at_its_limit_is_seen(tmp_path: Path) -> None:
    found = seen(tmp_path / "t.jsonl", "", say("I was going to s", finish=Finish.LENGTH))
    assert found.cut_text == "I was going to s"


def test_an_answer_that_says_why_it_stops_is_whole_though_its_stream_lacks_its_end(tmp_path: Path) -> None:
    model = SimulatedModel(Says(say("I was going to say so")))
    cut: dict[str, str | None] = {}
    for fault in ("unterminated_stream", "ended_early"):
        path = tmp_path / f"{fault}.jsonl"
        with agentprobe.session(trace=path, schedule=f"{fault}@model:1", virtual=True, model=model):
            ask(stream=True)
        assert [one.fault for one in seen_in(path).receipts] == [fault]
        cut[fault] = seen_in(path).cut_text
    assert cut["unterminated_stream"] is None
    assert cut["ended_early"]


def test_a_trace_that_never_began_shows_nothing(tmp_path: Path) -> None:
    assert seen_in(tmp_path / "absent.jsonl") == Seen()
    (tmp_path / "empty.jsonl").write_bytes(b"")
    assert seen_in(tmp_path / "empty.jsonl") == Seen()
