"""wrong_content_type: the great SDKs do not mind, a client that goes by the header does."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import TYPE_CHECKING

import aiohttp
import pytest

import agentprobe
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

TEXT = "The refund of order A-1 is on its way to you."


@pytest.mark.parametrize("says", ["text/plain", "text/html", "application/octet-stream", '""'])
def test_the_sdks_read_it_all_the_same(some_way: Way, meet: Meet, says: str) -> None:
    quoted = says if says == '""' else json.dumps(says)
    met = meet(some_way, f"wrong_content_type(says={quoted})@model")
    assert met.one.text == TEXT
    assert len(met.did) == 1


def test_what_is_said_already_is_not_changed(some_way: Way, meet: Meet) -> None:
    says = "text/event-stream; charset=utf-8" if some_way.stream else "application/json"
    assert meet(some_way, f"wrong_content_type(says={json.dumps(says)})@model").did == []


def test_a_client_that_goes_by_the_header_raises() -> None:
    def answer(request: HttpRequest) -> Generator[Piece, None, None]:
        yield HttpReply(status=200, headers=(("content-type", "application/json"),))
        yield Chunk(b'{"choices": []}')

    async def ask() -> object:
        url = "http://127.0.0.1:9/v1/chat/completions"
        async with aiohttp.ClientSession() as client, client.post(url, json={"model": "m"}) as reply:
            return await reply.json()

    with agentprobe.session(virtual=True, schedule="wrong_content_type@model:1", model=answer) as active:
        with pytest.raises(aiohttp.ContentTypeError):
            active.run(ask())
        assert active.run(ask()) == {"choices": []}
