"""A session of this process replays: the real SDKs and tools get what was recorded, and no time passes."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import openai
import pytest

import agentprobe
from agentprobe.adapters import http_hook
from agentprobe.adapters.orders import Orders
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import ReplayMiss, TraceError
from agentprobe.trace.read import read_trace
from agentprobe.trace.replay.room import Replaying


@pytest.fixture(autouse=True)
def unhooked() -> Generator[None]:
    yield
    http_hook.uninstall()


def model(request: HttpRequest) -> Generator[Piece, None, None]:
    said = json.loads(request.body)["messages"][-1]["content"]
    message = {"role": "assistant", "content": said.upper()}
    body = {"id": "c", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    yield HttpReply(status=200, headers=(("content-type", "application/json"),))
    yield Chunk(json.dumps(body).encode(), 3.0)


def nobody(request: HttpRequest) -> Generator[Piece, None, None]:
    raise AssertionError(f"{request.target} was asked in a replay")


@agentprobe.tool(effect="write")
def refund(order: int) -> dict[str, int]:
    return {"refunded": order}


def agent(question: str = "fjord", retries: int = 2) -> tuple[str | None, dict[str, int]]:
    with openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=retries) as client:
        answer = client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": question}], timeout=30
        )
    return answer.choices[0].message.content, refund(7)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.jsonl"
    schedule = "rate_limited(retry_after=20)@model:1, hang@model:2"
    with agentprobe.session(trace=path, virtual=True, schedule=schedule, model=model):
        assert agent() == ("FJORD", {"refunded": 7})
    return path


def test_faults_and_retries_happen_again_without_a_model_or_a_schedule(
    recorded: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.jsonl"
    with agentprobe.session(trace=again, virtual=True, replay=recorded, model=nobody) as active:
        assert agent() == ("FJORD", {"refunded": 7})
    assert [call.status for call in read_trace(again).model_calls] == [429, None, 200]
    assert [call.error for call in read_trace(again).calls] == [
        call.error for call in read_trace(recorded).calls
    ]
    assert read_trace(again).ledger().times().total() == 0
    assert active.session.clock.now() < 5  # seconds of the SDK's own pause; neither 20 nor 30 were waited for


def test_a_request_that_was_not_recorded_is_refused_once(recorded: Path) -> None:
    with (
        agentprobe.session(virtual=True, replay=recorded, model=nobody),
        pytest.raises(openai.PermissionDeniedError, match=r'was "fjord", is "lake"'),
    ):
        agent("lake")


def test_a_tool_call_that_was_not_recorded_is_refused(recorded: Path) -> None:
    with (
        agentprobe.session(virtual=True, replay=recorded),
        pytest.raises(ReplayMiss, match="order was 7, is 8"),
    ):
        refund(8)


def test_what_is_no_trace_is_said_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"gone\.jsonl"):
        agentprobe.session(replay=tmp_path / "gone.jsonl")


def test_orders_carry_a_replay_into_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    replaying = Replaying(trace=Path("t.jsonl"), near=True, fork=2, edit=Path("e.txt"))
    carried = Orders.from_json(Orders(id="s", replay=replaying).to_json()).replay
    assert carried == Replaying(trace=tmp_path / "t.jsonl", near=True, fork=2, edit=tmp_path / "e.txt")
