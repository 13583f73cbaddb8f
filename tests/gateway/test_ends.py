"""How a reply ends when a room, not the world, decides it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import (
    BudgetSpent,
    CutOff,
    Malformed,
    RateLimited,
    Refused,
    ServerError,
    TimedOut,
    WorldFailure,
)
from agentprobe.gateway.background import background
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.kernel.session import Session

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Opening, Provider, Seen, Wire

Connect = Callable[..., "Client"]
ANSWER = HttpReply(status=200, headers=(("content-type", "application/json"),))


def answering(request: HttpRequest) -> Generator[Piece, None, None]:
    yield ANSWER
    yield Chunk(b'{"half": ')
    yield Chunk(b'"done"}')


class Says:
    """A room that answers instead of the world."""

    place = Place.INJECT

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def intercept(self, call: Call) -> Passage:
        yield from ()
        return self.outcome


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (RateLimited(1.5), 429),
        (ServerError(503), 503),
        (Refused("no", 403), 403),
    ],
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_failure_with_words_is_said_in_the_providers(
    opening: Opening, connect: Connect, failure: WorldFailure, status: int, path: str
) -> None:
    client = connect(opening(lambda _: Says(Outcome(error=failure)), answer=answering))
    client.ask(path)
    got, _, body = client.reply()
    assert got == status
    assert json.loads(body)["error"]["message"]


def test_malformed_is_a_reply_that_cannot_be_read(opening: Opening, connect: Connect) -> None:
    client = connect(opening(lambda _: Says(Outcome(error=Malformed("bad"))), answer=answering))
    client.ask()
    _, _, body = client.reply()
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_cut_answer_brings_what_came_and_then_breaks(opening: Opening, connect: Connect) -> None:
    half = ANSWER.with_chunks([Chunk(b'{"half": ')])
    client = connect(opening(lambda _: Says(Outcome(value=half, error=CutOff())), answer=answering))
    client.ask()
    came = client.rest()
    assert came.endswith(b'9\r\n{"half": \r\n')


def test_a_cut_before_the_first_byte_is_a_connection_that_closes(opening: Opening, connect: Connect) -> None:
    client = connect(opening(lambda _: Says(Outcome(error=CutOff())), answer=answering))
    client.ask()
    assert client.rest() == b""


def test_a_timeout_is_silence_and_then_a_closed_connection(opening: Opening, connect: Connect) -> None:
    client = connect(opening(lambda _: Says(Outcome(error=TimedOut(0.0))), answer=answering))
    client.ask()
    client.link.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.link.recv(1)
    client.link.settimeout(5)
    assert client.rest() == b""


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_stopped_agent_is_refused_and_told_not_to_ask_again(
    opening: Opening, connect: Connect, path: str
) -> None:
    client = connect(opening(lambda _: Says(Outcome(error=BudgetSpent("3 calls used"))), answer=answering))
    for _ in range(2):
        client.ask(path)
        status, headers, body = client.reply()
        assert status == 403
        assert headers["x-should-retry"] == "false"
        assert b"3 calls used" in body


def test_a_reply_shorter_than_it_states_is_a_broken_one(opening: Opening, connect: Connect) -> None:
    short = HttpReply(status=200, headers=(("Content-Length", "9"),), chunks=(Chunk(b"short"),))
    client = connect(opening(lambda _: Says(Outcome(value=short)), answer=answering))
    client.ask()
    with pytest.raises(EOFError):
        client.reply()


def test_a_reply_longer_than_it_states_does_not_run_into_the_next(opening: Opening, connect: Connect) -> None:
    long = HttpReply(status=200, headers=(("Content-Length", "2"),), chunks=(Chunk(b"{}{}"),))
    client = connect(opening(lambda _: Says(Outcome(value=long)), answer=answering))
    client.ask()
    assert client.reply()[2] == b"{}"
    assert client.rest() == b""


def test_a_defect_of_a_room_is_loud_on_both_sides(connect: Connect) -> None:
    class Broken:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            yield call
            raise KeyError("forgotten")

    class Opened:
        session = Session("t", rooms=[lambda _: Broken()])
        answer = staticmethod(answering)
        simulated = True

    with background() as gateway:
        client = connect(gateway.open_session(Opened()))
        client.ask()
        came = client.rest()
        assert came.startswith(b"HTTP/1.1 200")
        assert not came.endswith(b"0\r\n\r\n")
        assert [type(defect) for defect in gateway.defects] == [KeyError]


def test_what_is_under_way_may_end_when_the_gateway_stops(connect: Connect) -> None:
    """A paced answer of three tenths of a second, asked for just before the end."""

    def slowly(request: HttpRequest) -> Generator[Piece, None, None]:
        yield ANSWER
        yield Chunk(b"first ", 0.0)
        yield Chunk(b"last", 0.3)

    class Opened:
        session = Session("t")
        answer = staticmethod(slowly)
        simulated = True

    with background() as gateway:
        client = connect(gateway.open_session(Opened()))
        client.ask()
        client.until(b"first \r\n")
    assert client.rest() == b"4\r\nlast\r\n0\r\n\r\n"


def test_a_closed_session_lets_nobody_in_any_more(connect: Connect) -> None:
    class Opened:
        session = Session("t")
        answer = staticmethod(answering)
        simulated = True

    with background() as gateway:
        url = gateway.open_session(Opened())
        client = connect(url)
        client.ask()
        assert client.reply()[0] == 200
        gateway.close_session(url)
        client.ask()
        assert client.reply()[0] == 404


def test_what_does_not_end_in_time_is_broken_off_when_its_session_is_closed(connect: Connect) -> None:
    over = threading.Event()

    def endless(request: HttpRequest) -> Generator[Piece, None, None]:
        try:
            yield ANSWER
            yield Chunk(b"first ", 0.0)
            yield Chunk(b"last", 3600.0)
        finally:
            over.set()

    class Opened:
        session = Session("t")
        answer = staticmethod(endless)
        simulated = True

    with background() as gateway:
        url = gateway.open_session(Opened())
        client = connect(url)
        client.ask()
        client.until(b"first \r\n")
        gateway.close_session(url, seconds=0.05)
        assert over.is_set()
        client.link.settimeout(2)
        assert client.rest() == b""


def test_a_request_that_a_room_has_changed_reaches_the_provider_whole(
    opening: Opening, connect: Connect, provider: Provider
) -> None:
    class Rewrites:
        place = Place.INJECT

        def intercept(self, call: Call) -> Passage:
            changed = replace(call.request, body=b'{"much": "longer than before"}')
            return (yield replace(call, request=changed))

    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    client = connect(opening(lambda _: Rewrites()))
    client.ask(body=b"{}")
    assert client.reply()[2] == b"{}"
    assert [seen.body for seen in provider.seen] == [b'{"much": "longer than before"}']


def test_a_reply_that_broke_off_on_a_kept_connection_is_not_asked_for_again(
    connect: Connect, provider: Provider
) -> None:
    async def once(seen: Seen, wire: Wire) -> None:
        if len(provider.seen) == 1:
            await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        else:
            await wire.send(b"HTTP/1.1 200 O")
            wire.close()

    provider.script = once
    client = connect()
    client.ask()
    assert client.reply()[0] == 200
    client.ask()
    assert client.rest() == b""
    assert (len(provider.seen), provider.connections) == (2, 1)
