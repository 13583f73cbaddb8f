"""Each fault as the real openai SDK meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from agentprobe.basis.virtual_loop import run_virtually
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Any]

TEXT = ModelAnswer(text="The refund of order A-1 is on its way to you.", finish=Finish.STOP)
ARGUMENTS = '{"order_id": "A-1", "amount": 30}'
REFUND = ModelAnswer(
    tool_calls=(
        ToolCall(id="call_1", name="find", arguments='{"name": "Ann"}'),
        ToolCall(id="call_2", name="refund", arguments=ARGUMENTS),
    ),
    finish=Finish.TOOL_CALLS,
)
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "refund A-1"}]}


def ask(client: openai.OpenAI) -> Any:
    return client.chat.completions.create(**ASK)


def stream(client: openai.OpenAI, into: list[Any]) -> list[Any]:
    """Keep every chunk, also those before an error."""
    for chunk in client.chat.completions.create(**ASK, stream=True):
        into.append(chunk)
    return into


def ask_async(rig: Any, **more: Any) -> Any:
    async def main() -> Any:
        async with rig.openai_async_client() as client:
            return await client.chat.completions.create(**ASK, **more)

    return run_virtually(main(), rig.clock)


def text_of(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def arguments_of(chunks: list[Any], index: int) -> str:
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
    return "".join(call.function.arguments for call in calls if call.index == index)


def test_a_rate_limit_is_retried_by_the_sdk_after_the_time_it_was_told(rig: Make) -> None:
    one = rig("openai_chat", "rate_limited(retry_after=7)@model:1-2", TEXT)
    answer = ask_async(one)
    assert answer.choices[0].message.content == TEXT.text
    assert (len(one.attempts), len(one.asked)) == (3, 1)
    assert one.clock.now() == pytest.approx(14)
    assert [receipt.call for receipt in one.injector.receipts] == ["c1", "c2"]


def test_a_rate_limit_is_the_sdks_own_error_when_it_does_not_end(rig: Make) -> None:
    one = rig("openai_chat", "rate_limited@model", TEXT)
    with pytest.raises(openai.RateLimitError) as caught:
        ask(one.openai_client())
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.response.headers["retry-after"] == "1"
    assert one.asked == []


def test_the_sdk_gives_up_after_three_server_errors(rig: Make) -> None:
    one = rig("openai_chat", "server_error@model", TEXT)
    with pytest.raises(openai.InternalServerError):
        ask_async(one)
    assert (len(one.attempts), len(one.asked)) == (3, 0)


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_server_error_has_the_status_it_was_given(rig: Make, status: int) -> None:
    one = rig("openai_chat", f"server_error(status={status})@model", TEXT)
    with pytest.raises(openai.InternalServerError) as caught:
        ask(one.openai_client())
    assert caught.value.status_code == status
    assert caught.value.body


def test_a_hang_lasts_as_long_as_the_sdk_waits_three_times_over(rig: Make) -> None:
    one = rig("openai_chat", "hang@model", TEXT)
    with pytest.raises(openai.APITimeoutError):
        ask_async(one)
    assert len(one.attempts) == 3
    assert 1800 <= one.clock.now() < 1810


def test_a_slow_answer_is_the_answer(rig: Make) -> None:
    one = rig("openai_chat", "latency(seconds=20)@model", TEXT)
    assert ask(one.openai_client()).choices[0].message.content == TEXT.text
    assert one.clock.now() == 20


def test_an_answer_slower_than_the_sdks_patience_is_a_timeout(rig: Make) -> None:
    one = rig("openai_chat", "latency(seconds=20)@model", TEXT)
    with pytest.raises(openai.APITimeoutError):
        one.openai_client().with_options(timeout=15).chat.completions.create(**ASK)
    assert one.clock.now() == 15


def test_a_cut_answer_is_a_connection_error_and_retried(rig: Make) -> None:
    one = rig("openai_chat", "cut_stream@model:1", TEXT)
    assert ask_async(one).choices[0].message.content == TEXT.text
    assert len(one.attempts) == 2
    with pytest.raises(openai.APIConnectionError):
        ask(rig("openai_chat", "cut_stream@model", TEXT).openai_client())


def test_a_cut_stream_gives_a_part_and_then_a_connection_error(rig: Make) -> None:
    one, got = rig("openai_chat", "cut_stream@model", TEXT), list[Any]()
    with pytest.raises(openai.APIConnectionError):
        stream(one.openai_client(max_retries=2), got)
    assert 0 < len(text_of(got)) < len(TEXT.text)
    assert TEXT.text.startswith(text_of(got))
    assert len(one.attempts) == 1


def test_a_cut_stream_is_the_same_for_an_asynchronous_agent(rig: Make) -> None:
    one, got = rig("openai_chat", "cut_stream@model", TEXT), list[Any]()

    async def main() -> None:
        async with one.openai_async_client() as client:
            async for chunk in await client.chat.completions.create(**ASK, stream=True):
                got.append(chunk)

    with pytest.raises(openai.APIConnectionError):
        run_virtually(main(), one.clock)
    other, alone = rig("openai_chat", "cut_stream@model", TEXT), list[Any]()
    with pytest.raises(openai.APIConnectionError):
        stream(other.openai_client(), alone)
    assert text_of(got) == text_of(alone)


def test_a_stream_of_one_word_is_cut_behind_it(rig: Make) -> None:
    got: list[Any] = []
    one = rig("openai_chat", "cut_stream(keep=0)@model", ModelAnswer(text="Yes", finish=Finish.STOP))
    with pytest.raises(openai.APIConnectionError):
        stream(one.openai_client(), got)
    assert text_of(got) == "Yes"
    assert all(chunk.choices[0].finish_reason is None for chunk in got)


def test_a_stream_that_ended_early_looks_like_success_to_the_sdk(rig: Make) -> None:
    one = rig("openai_chat", "ended_early@model", TEXT)
    got = stream(one.openai_client(), [])
    assert 0 < len(text_of(got)) < len(TEXT.text)
    assert all(chunk.choices[0].finish_reason is None for chunk in got)


def test_cut_arguments_come_as_a_normal_answer_that_stopped_for_length(rig: Make) -> None:
    one = rig("openai_chat", "cut_arguments@model", REFUND)
    choice = ask(one.openai_client()).choices[0]
    find, refund = choice.message.tool_calls
    assert choice.finish_reason == "length"
    assert (find.id, find.function.arguments) == ("call_1", '{"name": "Ann"}')
    assert (refund.id, refund.function.name) == ("call_2", "refund")
    assert refund.function.arguments == ARGUMENTS[:19]


def test_cut_arguments_come_as_a_normal_stream_that_stopped_for_length(rig: Make) -> None:
    one = rig("openai_chat", "cut_arguments(keep=0.9)@model", REFUND)
    got = stream(one.openai_client(), [])
    assert arguments_of(got, 0) == '{"name": "Ann"}'
    assert arguments_of(got, 1) == ARGUMENTS[:29]
    assert [chunk.choices[0].finish_reason for chunk in got][-1] == "length"


@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_without_a_tool_call_has_no_arguments_to_cut(rig: Make, streamed: bool) -> None:
    cut, whole = rig("openai_chat", "cut_arguments@model", TEXT), rig("openai_chat", "", TEXT)
    answers = [one.openai_client().chat.completions.create(**ASK, stream=streamed) for one in (cut, whole)]
    first, second = [list(answer) if streamed else answer for answer in answers]
    assert first == second
    assert cut.injector.receipts == ()


def test_a_provider_that_refuses_by_itself_is_not_cut(rig: Make) -> None:
    one = rig("openai_chat", "cut_stream@model, cut_arguments@model, server_error(status=503)@model", REFUND)
    with pytest.raises(openai.InternalServerError):
        ask(one.openai_client())
    assert [receipt.fault for receipt in one.injector.receipts] == ["server_error"]
