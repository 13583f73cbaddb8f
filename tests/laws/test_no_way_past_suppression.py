"""The law of suppression: whatever an agent asks its model's provider, no suppressed call comes back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from urllib.parse import urlsplit

import httpx
import openai
import pytest

import agentprobe
from agentprobe.adapters.orders import Orders
from agentprobe.dialects import dialect_for, dialect_named
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.gateway.background import background

SECRET = "refund_all"
WISH = ToolCall(id="c1", name=SECRET, arguments="{}")
OTHER = ToolCall(id="c2", name="look", arguments="{}")
MODEL_CALLS = {
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
}
BESIDE = [
    ("GET", "/v1/responses/resp_1"),
    ("GET", "/v1/responses/resp_1?stream=true&starting_after=3"),
    ("GET", "/v1/responses/resp_1/input_items"),
    ("POST", "/v1/responses/resp_1/cancel"),
    ("GET", "/v1/conversations/conv_1/items"),
    ("GET", "/v1/chat/completions/chatcmpl_1"),
    ("GET", "/v1/chat/completions/chatcmpl_1/messages"),
    ("GET", "/v1/threads/thread_1/runs/run_1"),
    ("POST", "/v1/threads/runs"),
    ("GET", "/v1/messages/batches/batch_1/results"),
    ("GET", "/v1/batches/batch_1"),
    ("GET", "/v1/files/file_1/content"),
    ("POST", "/v1/realtime/calls"),
    ("POST", "/v1beta/models/gemini-3:generateContent"),
    ("POST", "/v1beta/models/gemini-3:streamGenerateContent?alt=sse"),
    ("POST", "/api/chat"),
    ("POST", "/model/claude/converse-stream"),
]
"""What may tell of an answer; as soon as a dialect claims one of them it is under the law of model calls."""


def _leaking(request: HttpRequest) -> Generator[Piece, None, None]:
    """A provider that asks for the suppressed tool, whatever it is asked."""
    dialect = next((dialect_named(n) for n, p in MODEL_CALLS.items() if request.target == p), None)
    if dialect is None or request.method != "POST":
        yield HttpReply(status=200, headers=(("content-type", "application/json"),))
        yield Chunk(json.dumps({"name": SECRET, "arguments": {}}).encode())
        return
    asked = dialect.read_request(request.body)
    answer = ModelAnswer(text="Both.", tool_calls=(WISH, OTHER), finish=Finish.TOOL_CALLS)
    reply = dialect.write_answer(answer, asked)
    yield reply.head
    yield from reply.chunks


@pytest.fixture(scope="module")
def door() -> Iterator[str]:
    with background() as gateway, Orders(id="law", suppress={SECRET: "done"}).open(_leaking) as active:
        yield gateway.open_session(
            active, {"openai": "http://127.0.0.1:9", "anthropic": "http://127.0.0.1:9"}
        )


def _asked(door: str, method: str, path: str, body: bytes = b"{}") -> tuple[int, bytes]:
    url = urlsplit(door)
    link = http.client.HTTPConnection(url.hostname or "", url.port, timeout=20)
    try:
        link.request(method, url.path + path, body, {"content-type": "application/json"})
        reply = link.getresponse()
        return reply.status, reply.read()
    finally:
        link.close()


@pytest.mark.parametrize(("method", "path"), [one for one in BESIDE if dialect_for(*one) is None])
def test_no_stored_or_unread_answer_comes_past_suppression(door: str, method: str, path: str) -> None:
    status, body = _asked(door, method, path)
    assert status == 403
    assert b"while tools are suppressed" in body
    assert SECRET.encode() not in body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", sorted(MODEL_CALLS))
def test_no_model_call_comes_past_suppression(door: str, name: str, stream: bool) -> None:
    request = ModelRequest(model="m", messages=(Message(role="user", text="go"),), stream=stream)
    status, body = _asked(door, "POST", MODEL_CALLS[name], dialect_named(name).write_request(request))
    assert status == 200
    assert b"look" in body
    assert SECRET.encode() not in body


@pytest.mark.parametrize("path", ["/v1/models", "/v1/embeddings", "/v1/responses/input_tokens", "/v1/files"])
def test_what_tells_of_no_answer_passes(door: str, path: str) -> None:
    assert _asked(door, "POST", path)[0] == 200


def test_a_hooked_client_fetches_no_stored_answer_either() -> None:
    with (
        agentprobe.session(suppress={SECRET: "done"}, model=_leaking),
        httpx.Client(base_url="http://127.0.0.1:9/v1") as client,
        pytest.raises(httpx.ConnectError, match="while tools are suppressed, GET /v1/responses/resp_1"),
    ):
        client.get("/responses/resp_1")


def test_an_answer_that_nobody_can_read_is_kept_back() -> None:
    def odd(request: HttpRequest) -> Generator[Piece, None, None]:
        yield HttpReply(status=200, headers=(("content-encoding", "compress"),))
        yield Chunk(json.dumps({"name": SECRET}).encode()[::-1])

    with (
        agentprobe.session(suppress={SECRET: "done"}, model=odd),
        openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0) as client,
        pytest.raises(openai.InternalServerError, match="nobody can read"),
    ):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "go"}])
