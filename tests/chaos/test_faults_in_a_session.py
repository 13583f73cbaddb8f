"""Faults as an unmodified synchronous agent meets them, the waits of its SDK on virtual time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import anthropic
import openai
import pytest

import agentprobe
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.domain.wire import HttpRequest, Piece

DONE = ModelAnswer(text="Done.", finish=Finish.STOP)
MESSAGES: Any = [{"role": "user", "content": "hi"}]


class Provider:
    """Answers every request with the same words."""

    def __init__(self) -> None:
        self.asked = 0

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        self.asked += 1
        dialect = dialect_for(request.method, request.target)
        assert dialect is not None
        reply = dialect.write_answer(DONE, dialect.read_request(request.body))
        yield reply.head
        yield from reply.chunks


def ask_openai() -> object:
    with openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as client:
        return client.chat.completions.create(model="m", messages=MESSAGES).choices[0].message.content


def ask_anthropic() -> object:
    with anthropic.Anthropic(api_key="none", base_url="http://127.0.0.1:9") as client:
        (block,) = client.messages.create(model="m", max_tokens=9, messages=MESSAGES).content
        return getattr(block, "text", None)


SDKS = pytest.mark.parametrize(
    ("ask", "sdk"), [(ask_openai, openai), (ask_anthropic, anthropic)], ids=["openai", "anthropic"]
)


@SDKS
def test_a_server_error_for_ever_takes_three_attempts(ask: Any, sdk: Any) -> None:
    provider = Provider()
    with (
        agentprobe.session(virtual=True, schedule="server_error@model", model=provider) as active,
        pytest.raises(sdk.InternalServerError),
    ):
        ask()
    assert active.injector is not None
    assert [receipt.did for receipt in active.injector.receipts] == ["status 500"] * 3
    assert provider.asked == 0


@SDKS
def test_a_hang_for_ever_takes_half_an_hour_of_no_time(ask: Any, sdk: Any) -> None:
    with (
        agentprobe.session(virtual=True, schedule="hang@model", model=Provider()) as active,
        pytest.raises(sdk.APITimeoutError),
    ):
        ask()
    assert 1800 <= active.session.clock.now() < 1810


@SDKS
@pytest.mark.parametrize("fault", ["rate_limited(retry_after=30)", "server_error", "cut_stream", "hang"])
def test_the_sdk_gets_over_two_failures_by_itself(ask: Any, sdk: Any, fault: str) -> None:
    provider = Provider()
    with agentprobe.session(virtual=True, schedule=f"{fault}@model:1-2", model=provider) as active:
        assert ask() == "Done."
    assert active.injector is not None
    assert len(active.injector.receipts) == 2


@SDKS
def test_the_sdk_waits_as_long_as_it_was_told(ask: Any, sdk: Any) -> None:
    schedule = "rate_limited(retry_after=30)@model:1"
    with agentprobe.session(virtual=True, schedule=schedule, model=Provider()) as active:
        ask()
    assert active.session.clock.now() == pytest.approx(30)


@agentprobe.tool(effect="write")
def refund(order: str) -> str:
    """A tool as an agent has it."""
    DONE_REFUNDS.append(order)
    return f"refunded {order}"


DONE_REFUNDS: list[str] = []


def test_a_lost_reply_makes_a_tool_fail_after_it_did_its_work() -> None:
    DONE_REFUNDS.clear()
    schedule = "tool_error(after=true, kind=timed_out)@tool:refund:1"
    with agentprobe.session(virtual=True, schedule=schedule):
        with pytest.raises(TimeoutError):
            refund("A-1")
        assert refund("A-1") == "refunded A-1"
    assert DONE_REFUNDS == ["A-1", "A-1"]


def test_a_tool_that_fails_did_nothing() -> None:
    DONE_REFUNDS.clear()
    with agentprobe.session(virtual=True, schedule="tool_error@tool:refund"), pytest.raises(ConnectionError):
        refund("A-1")
    assert DONE_REFUNDS == []
