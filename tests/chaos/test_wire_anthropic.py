"""Each fault as the real anthropic SDK meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import pytest

from agentprobe.basis.virtual_loop import run_virtually
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Any]

TEXT = ModelAnswer(text="The refund of order A-1 is on its way to you.", finish=Finish.STOP)
ARGUMENTS = '{"order_id": "A-1", "amount": 30}'
REFUND = ModelAnswer(
    text="I refund it.",
    tool_calls=(ToolCall(id="toolu_1", name="refund", arguments=ARGUMENTS),),
    finish=Finish.TOOL_CALLS,
)
ASK: dict[str, Any] = {
    "model": "m",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "refund A-1"}],
}


def ask(client: anthropic.Anthropic) -> Any:
    return client.messages.create(**ASK)


def stream(client: anthropic.Anthropic, into: list[Any]) -> None:
    """Keep every event, also those before an error."""
    for event in client.messages.create(**ASK, stream=True):
        into.append(event)


def ask_async(rig: Any) -> Any:
    async def main() -> Any:
        async with rig.anthropic_async_client() as client:
            return await client.messages.create(**ASK)

    return run_virtually(main(), rig.clock)


def text_of(events: list[Any]) -> str:
    return "".join(
        e.delta.text for e in events if e.type == "content_block_delta" and hasattr(e.delta, "text")
    )


def arguments_of(events: list[Any]) -> str:
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    return "".join(delta.partial_json for delta in deltas if delta.type == "input_json_delta")


def test_a_rate_limit_is_retried_by_the_sdk_after_the_time_it_was_told(rig: Make) -> None:
    one = rig("anthropic_messages", "rate_limited(retry_after=7)@model:1-2", TEXT)
    assert ask_async(one).content[0].text == TEXT.text
    assert (len(one.attempts), len(one.asked)) == (3, 1)
    assert one.clock.now() == pytest.approx(14)


def test_a_rate_limit_is_the_sdks_own_error_when_it_does_not_end(rig: Make) -> None:
    one = rig("anthropic_messages", "rate_limited@model", TEXT)
    with pytest.raises(anthropic.RateLimitError) as caught:
        ask(one.anthropic_client())
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == "rate_limit_error"
    assert one.asked == []


def test_the_sdk_gives_up_after_three_server_errors(rig: Make) -> None:
    one = rig("anthropic_messages", "server_error@model", TEXT)
    with pytest.raises(anthropic.InternalServerError):
        ask_async(one)
    assert (len(one.attempts), len(one.asked)) == (3, 0)


def test_overload_is_the_sdks_own_error(rig: Make) -> None:
    one = rig("anthropic_messages", "server_error(status=529)@model", TEXT)
    with pytest.raises(anthropic.APIStatusError) as caught:
        ask(one.anthropic_client())
    assert caught.value.status_code == 529
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == "overloaded_error"


def test_a_hang_lasts_as_long_as_the_sdk_waits_three_times_over(rig: Make) -> None:
    one = rig("anthropic_messages", "hang@model", TEXT)
    with pytest.raises(anthropic.APITimeoutError):
        ask_async(one)
    assert len(one.attempts) == 3
    assert 1800 <= one.clock.now() < 1810


def test_a_slow_answer_is_the_answer(rig: Make) -> None:
    one = rig("anthropic_messages", "latency(seconds=20)@model", TEXT)
    assert ask(one.anthropic_client()).content[0].text == TEXT.text
    assert one.clock.now() == 20


def test_a_cut_answer_is_a_connection_error_and_retried(rig: Make) -> None:
    one = rig("anthropic_messages", "cut_stream@model:1", TEXT)
    assert ask_async(one).content[0].text == TEXT.text
    assert len(one.attempts) == 2


def test_a_cut_stream_gives_a_part_and_then_an_error_from_below_the_sdk(rig: Make) -> None:
    one, got = rig("anthropic_messages", "cut_stream@model", TEXT), list[Any]()
    with pytest.raises(httpx2.RemoteProtocolError):
        stream(one.anthropic_client(max_retries=2), got)
    assert 0 < len(text_of(got)) < len(TEXT.text)
    assert len(one.attempts) == 1
    assert all(event.type != "message_delta" for event in got)


def test_a_cut_stream_is_the_same_for_an_asynchronous_agent(rig: Make) -> None:
    one, got = rig("anthropic_messages", "cut_stream@model", TEXT), list[Any]()

    async def main() -> None:
        async with one.anthropic_async_client() as client:
            async for event in await client.messages.create(**ASK, stream=True):
                got.append(event)

    with pytest.raises(httpx2.RemoteProtocolError):
        run_virtually(main(), one.clock)
    other, alone = rig("anthropic_messages", "cut_stream@model", TEXT), list[Any]()
    with pytest.raises(httpx2.RemoteProtocolError):
        stream(other.anthropic_client(), alone)
    assert text_of(got) == text_of(alone)


def test_a_stream_that_ended_early_looks_like_success_to_the_sdk(rig: Make) -> None:
    one = rig("anthropic_messages", "ended_early@model", TEXT)
    with one.anthropic_client().messages.stream(**ASK) as events:
        message = events.get_final_message()
    assert message.stop_reason is None
    assert 0 < len(message.content[0].text) < len(TEXT.text)


def test_cut_arguments_come_as_a_normal_stream_that_stopped_for_length(rig: Make) -> None:
    one, got = rig("anthropic_messages", "cut_arguments@model", REFUND), list[Any]()
    stream(one.anthropic_client(), got)
    assert arguments_of(got) == ARGUMENTS[:19]
    assert text_of(got) == "I refund it."
    assert [event.delta.stop_reason for event in got if event.type == "message_delta"] == ["max_tokens"]
    assert got[-1].type == "message_stop"


def test_the_sdk_makes_a_valid_call_with_a_parameter_gone_of_cut_arguments(rig: Make) -> None:
    one = rig("anthropic_messages", "cut_arguments(keep=0.7)@model", REFUND)
    with one.anthropic_client().messages.stream(**ASK) as events:
        message = events.get_final_message()
    assert message.stop_reason == "max_tokens"
    assert message.content[-1].input == {"order_id": "A-1"}


def test_cut_arguments_come_as_a_normal_answer_that_stopped_for_length(rig: Make) -> None:
    one = rig("anthropic_messages", "cut_arguments(keep=0.7)@model", REFUND)
    message = ask(one.anthropic_client())
    assert message.stop_reason == "max_tokens"
    assert message.content[-1].input.get("amount") is None
    assert len(one.injector.receipts) == 1


def test_an_answer_without_a_tool_call_has_no_arguments_to_cut(rig: Make) -> None:
    one = rig("anthropic_messages", "cut_arguments@model", TEXT)
    assert ask(one.anthropic_client()).stop_reason == "end_turn"
    assert one.injector.receipts == ()
