"""bad_gzip, as the real SDKs meet it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import httpx2
import pytest

from agentprobe.chaos.faults.bad_gzip import BadGzip
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_the_answer_cannot_be_read(way: Way, meet: Meet) -> None:
    met = meet(way, "bad_gzip@model")
    assert met.one.text == ""
    if way.stream and way.sdk.__name__ == "anthropic":
        assert isinstance(met.one.error, httpx2.DecodingError)
    else:
        assert isinstance(met.one.error, way.sdk.APIConnectionError)
    assert len(met.asked) == (1 if way.stream else 3)


def test_an_answer_that_is_packed_is_unpacked_and_still_said_to_be() -> None:
    path = BadGzip().intercept(Call(kind=Kind.MODEL, name="m"))
    next(path)
    packed = gzip.compress(b'{"id": "1"}')
    head = (("Content-Encoding", "gzip"), ("content-length", str(len(packed))))
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=HttpReply(status=200, headers=head, chunks=(Chunk(packed),))))
    reply = end.value.value.value
    assert reply.headers == (("content-encoding", "gzip"),)
    assert reply.body == b'{"id": "1"}'
