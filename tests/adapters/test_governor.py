"""One budget of retries over all layers, steered by the headers that SDKs obey."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from agentprobe.adapters.governor import HURRIED, STOPPED, Governor
from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.errors import ConfigError, CutOff
from agentprobe.gateway.background import background
from agentprobe.kernel.walk import walk
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

ASKED: Any = [{"role": "user", "content": "hi"}]
CALL = Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/v1/x", body=b"{}"))
LIMITED = HttpReply(status=429, headers=(("Retry-After", "20"), ("x-id", "7")), chunks=(Chunk(b"{}"),))


def passed(room: Governor, outcome: Outcome, call: Call = CALL) -> Outcome:
    path = walk(call, [room])
    asked = next(path)
    assert isinstance(asked, Call)
    assert asked.held_if_refused
    with pytest.raises(StopIteration) as ended:
        path.send(outcome)
    returned: Outcome = ended.value.value
    return returned


def test_the_last_failure_of_the_budget_says_that_there_is_to_be_no_other() -> None:
    room = Governor(retries=1)
    assert passed(room, Outcome(value=LIMITED)).marks == ()
    last = passed(room, Outcome(value=LIMITED))
    assert last.marks == (STOPPED,)
    assert last.value.headers == (("x-id", "7"), ("x-should-retry", "false"))
    assert last.value.body == b"{}"
    assert passed(room, Outcome(value=LIMITED)).marks == (STOPPED,)  # an outer layer's


def test_broken_connections_count_and_an_answer_begins_anew() -> None:
    room = Governor(retries=1)
    assert passed(room, Outcome(error=CutOff("gone"))).marks == ()
    assert passed(room, Outcome(value=LIMITED)).marks == (STOPPED,)
    assert passed(room, Outcome(value=HttpReply(status=200))).marks == ()
    assert passed(room, Outcome(value=LIMITED)).marks == ()


def test_each_request_has_a_budget_of_its_own() -> None:
    room = Governor(retries=0)
    other = Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/v1/x", body=b"[]"))
    assert passed(room, Outcome(value=LIMITED)).marks == (STOPPED,)
    assert passed(room, Outcome(value=LIMITED), other).marks == (STOPPED,)


def test_a_hurried_retry_waits_next_to_nothing() -> None:
    reply = passed(Governor(fast=True), Outcome(value=LIMITED))
    assert reply.marks == (HURRIED,)
    assert reply.value.headers == (("x-id", "7"), ("x-should-retry", "true"), ("retry-after-ms", "5"))


def test_a_refusal_for_good_is_left_alone() -> None:
    refused = Outcome(value=HttpReply(status=401))
    assert passed(Governor(retries=0, fast=True), refused) is refused


def test_a_number_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="must be 0 or more"):
        Orders(id="x", retries=-1).open()


# -- with the SDKs themselves ------------------------------------------------------------------------


@contextmanager
def governed(folder: Path, **orders: Any) -> Iterator[tuple[str, Callable[[], Trace]]]:
    path = folder / "trace.jsonl"
    model = SimulatedModel(load_policy("echo", folder))
    with background() as gateway:
        active = Orders(id="t", trace=path, schedule="rate_limited(retry_after=30)@model:1+", **orders).open(
            model.pieces
        )
        url = gateway.open_session(active)

        def ended() -> Trace:
            gateway.close_session(url)
            active.close()
            return read_trace(path)

        yield url, ended


def ask_openai(url: str, retries: int) -> None:
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=retries) as client,
        pytest.raises(openai.RateLimitError),
    ):
        client.chat.completions.create(model="m", messages=ASKED)


def ask_anthropic(url: str, retries: int) -> None:
    with (
        anthropic.Anthropic(base_url=url, api_key="k", max_retries=retries) as client,
        pytest.raises(anthropic.RateLimitError),
    ):
        client.messages.create(model="m", messages=ASKED, max_tokens=9)


@pytest.mark.parametrize("ask", [ask_openai, ask_anthropic])
def test_sdks_obey_the_budget_over_all_layers_and_do_not_wait(
    tmp_path: Path, ask: Callable[[str, int], None]
) -> None:
    with governed(tmp_path, retries=2, fast_retries=True) as (url, ended):
        for _ in range(3):  # an outer layer that tries three times
            ask(url, 5)
        trace = ended()
    marks = [call.marks[-1] for call in trace.model_calls]
    assert marks == [HURRIED, HURRIED, STOPPED, STOPPED, STOPPED]  # not 18
    assert trace.seconds < 10  # the fault asks for 30 s before each
    assert trace.header.run["retries"] == 2


def test_a_good_stream_stays_live(tmp_path: Path) -> None:
    orders = Orders(id="t", trace=tmp_path / "t.jsonl", retries=0)
    active, came = orders.open(), asyncio.Event()

    async def world(_: Call) -> Any:
        yield HttpReply(status=200)
        yield Chunk(b"a")
        await came.wait()
        yield Chunk(b"b")

    async def scene() -> list[Any]:
        pieces = []
        async for piece in active.session.boundary.stream_async(CALL, world):
            pieces.append(piece)
            came.set()
        return pieces

    assert [piece.data for piece in asyncio.run(scene())[1:]] == [b"a", b"b"]
    active.close()
