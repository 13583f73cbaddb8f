"""short_body, as the real SDKs meet it, and as a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from agentprobe.chaos.faults.short_body import ShortBody
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_what_is_too_short_is_an_error_of_the_connection(way: Way, meet: Meet) -> None:
    met = meet(way, "short_body@model")
    error = met.one.error
    if not way.stream:
        assert isinstance(error, way.sdk.APIConnectionError)
        assert len(met.asked) == 3
        return
    assert 0 < len(met.one.text) < 45
    assert len(met.asked) == 1
    wanted = way.sdk.APIConnectionError if way.sdk.__name__ == "openai" else httpx2.RemoteProtocolError
    assert isinstance(error, wanted)


def cut(reply: HttpReply, keep: float = 0.5) -> Outcome:
    path = ShortBody(keep=keep).intercept(Call(kind=Kind.MODEL, name="m"))
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=reply))
    outcome: Outcome = end.value.value
    return outcome


def test_the_head_states_the_length_of_the_whole() -> None:
    chunks = (Chunk(b"0123456", 0.1), Chunk(b"789", 0.2))
    head = (("content-type", "application/json"), ("Transfer-Encoding", "chunked"))
    outcome = cut(HttpReply(status=200, headers=head, chunks=chunks), keep=0.8)
    assert outcome.value.headers == (("content-type", "application/json"), ("content-length", "10"))
    assert outcome.value.chunks == (Chunk(b"0123456", 0.1), Chunk(b"7", 0.2))
    assert str(outcome.error) == "received 8 bytes, expected 10"


@pytest.mark.parametrize(
    "reply",
    [
        HttpReply(status=500, chunks=(Chunk(b"broken"),)),
        HttpReply(status=200),
        HttpReply(status=200, chunks=(Chunk(b"x"),)),
    ],
)
def test_what_is_no_answer_or_too_short_to_cut_stays(reply: HttpReply) -> None:
    assert cut(reply) == Outcome(value=reply)
