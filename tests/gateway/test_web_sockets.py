"""OpenAI's responses over a web socket, with OpenAI's own client before the gateway."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.resources.responses.responses import ResponsesConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as raw_connect
from websockets.sync.server import Server, ServerConnection, serve

from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import Orders
from agentprobe.adapters.web_socket import payloads
from agentprobe.dialects import dialect_named
from agentprobe.dialects._sse import Frames
from agentprobe.domain.model import ModelAnswer, ModelRequest, ToolCall
from agentprobe.gateway.background import BackgroundGateway
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.sim.server import background as simulated
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace


@pytest.fixture
def sim() -> Iterator[str]:
    with simulated(SimulatedModel(load_policy("echo", Path.cwd()))) as url:
        yield url


class Run:
    """A session before a provider: its URL while it goes on, its trace afterwards."""

    def __init__(self, gateway: BackgroundGateway, active: Active, upstream: str) -> None:
        self._gateway = gateway
        self._active = active
        self.url = gateway.open_session(active, {"openai": upstream} if upstream else {})

    def trace(self) -> Trace:
        self._gateway.close_session(self.url)
        self._active.close()
        assert self._active.orders.trace is not None
        return read_trace(self._active.orders.trace)


@pytest.fixture
def run(gateway: BackgroundGateway, tmp_path: Path) -> Callable[..., Run]:
    def begin(upstream: str = "", *, fault: str = "", answer: Any = None, suppress: Any = None) -> Run:
        orders = Orders(id="test", trace=tmp_path / "trace.jsonl", schedule=fault, suppress=suppress or {})
        return Run(gateway, orders.open(answer), upstream)

    return begin


@contextmanager
def talking(url: str) -> Iterator[ResponsesConnection]:
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key="sk-test", max_retries=0) as client,
        client.responses.connect() as connection,
    ):
        yield connection


def asked(connection: ResponsesConnection, text: str) -> list[Any]:
    """The events that answer one request."""
    connection.response.create(model="gpt-test", input=text)
    events = []
    for event in connection:
        events.append(event)
        if event.type in ("response.completed", "error", "response.failed"):
            break
    return events


def said(events: list[Any]) -> str:
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


def test_a_model_call_over_a_web_socket_passes_and_is_recorded(run: Callable[..., Run], sim: str) -> None:
    session = run(sim)
    with talking(session.url) as connection:
        first = asked(connection, "Good morning")
        second = asked(connection, "Good night")
    assert (said(first), said(second)) == ("Good morning", "Good night")
    one, other = session.trace().model_calls
    assert (one.name, one.record.dialect, one.status) == ("gpt-test", "openai_responses", 200)
    assert one.answer is not None
    assert (one.answer.text, one.answer.complete) == ("Good morning", True)
    assert other.answer is not None
    assert other.answer.text == "Good night"
    assert one.request == {"type": "response.create", "model": "gpt-test", "input": "Good morning"}
    assert one.usage is not None
    assert one.outcome is not None
    assert len(one.value.split("\n\n")) == len(first) + 1


def test_the_events_are_those_of_the_provider(run: Callable[..., Run], sim: str) -> None:
    echo = load_policy("echo", Path.cwd())
    with simulated(SimulatedModel(echo)) as twin, talking(twin) as connection:
        plain = asked(connection, "Good morning")
    session = run(sim)
    with talking(session.url) as connection:
        assert asked(connection, "Good morning") == plain


def test_a_model_in_this_process_answers_over_a_web_socket(run: Callable[..., Run]) -> None:
    model = SimulatedModel(load_policy("echo", Path.cwd()))
    session = run(answer=model.pieces)
    with talking(session.url) as connection:
        assert said(asked(connection, "Good morning")) == "Good morning"
    assert session.trace().final_answer == "Good morning"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("rate_limited@model:1", 429, "rate_limit_exceeded"), ("server_error@model:1", 500, None)],
)
def test_a_refusal_comes_as_the_protocols_error_and_the_socket_stays_open(
    run: Callable[..., Run], sim: str, fault: str, status: int, code: str | None
) -> None:
    session = run(sim, fault=fault)
    with talking(session.url) as connection:
        (error,) = asked(connection, "Good morning")
        assert error.type == "error"
        assert error.status == status
        assert error.error.code == code
        assert said(asked(connection, "Good morning")) == "Good morning"
    trace = session.trace()
    assert [call.status for call in trace.model_calls] == [status, 200]
    assert len(trace.asked) == 1  # the world was asked for the second alone


def test_a_cut_stream_is_a_broken_connection_after_the_first_part(run: Callable[..., Run], sim: str) -> None:
    session = run(sim, fault="cut_stream@model:1")
    with talking(session.url) as connection, pytest.raises(ConnectionClosed) as closed:
        asked(connection, "Good morning to all of you who are here")
    assert closed.value.rcvd is None  # no close frame: it broke
    (call,) = session.trace().model_calls
    assert call.truncated
    assert "fault:cut_stream" in call.marks


def test_an_agent_that_leaves_is_recorded_as_having_left(run: Callable[..., Run], echoing: Echoing) -> None:
    session = run(echoing.url)
    with talking(session.url) as connection:
        connection.response.create(model="gpt-test", input="hold")
        assert next(iter(connection)).type == "response.created"
    (call,) = session.trace().model_calls
    assert call.left


# -- what is no model call ---------------------------------------------------------------------------


class Echoing:
    """A provider that says back what it hears, and holds the line when asked to."""

    def __init__(self, server: Server) -> None:
        self.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        self.heard: list[Any] = []


@pytest.fixture
def echoing() -> Iterator[Echoing]:
    found: list[Echoing] = []

    def talk(link: ServerConnection) -> None:
        assert link.request is not None
        found[0].heard.append(dict(link.request.headers))
        for message in link:
            if isinstance(message, str) and '"response.create"' in message:
                link.send('{"type":\r\n "response.created"}')
            elif message == "bye":
                link.close(4001, "as you like")
            else:
                link.send(message)

    with serve(talk, "127.0.0.1", 0, close_timeout=1, max_size=None) as server:
        found.append(Echoing(server))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found[0]
        server.shutdown()
        thread.join(10)


def test_other_messages_pings_and_close_codes_pass(run: Callable[..., Run], echoing: Echoing) -> None:
    session = run(echoing.url)
    address = session.url.replace("http://", "ws://")
    headers = {"OpenAI-Beta": "responses_websockets=2026-02-06", "x-agentprobe-session": "a"}
    with raw_connect(f"{address}/v1/responses", additional_headers=headers) as link:
        for message in ("hello", b"\x00\x01", "x" * 200_000, json.dumps({"type": "response.steer"})):
            link.send(message)
            assert link.recv(10) == message
        link.send(iter(["in ", "several ", "frames"]))
        assert link.recv(10) == "in several frames"
        assert link.ping().wait(10)
        link.send(json.dumps({"type": "response.create"}))
        assert link.recv(10) == '{"type":\r\n "response.created"}'  # byte for byte
        link.send("bye")
        with pytest.raises(ConnectionClosed) as closed:
            link.recv(10)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "as you like")
    (heard,) = echoing.heard
    assert heard["openai-beta"] == "responses_websockets=2026-02-06"
    assert "x-agentprobe-session" not in heard
    (call,) = session.trace().model_calls
    assert "4001" in call.error


def test_messages_larger_than_all_buffers_pass(run: Callable[..., Run], echoing: Echoing) -> None:
    session = run(echoing.url)
    message = b"x" * 8_000_000
    address = session.url.replace("http", "ws", 1)
    with raw_connect(f"{address}/v1/responses", max_size=None) as link:
        for _ in range(3):
            link.send(message)
            assert link.recv(30) == message


def test_a_provider_without_web_sockets_refuses_in_its_own_words(run: Callable[..., Run], sim: str) -> None:
    session = run(sim)
    address = session.url.replace("http://", "ws://")
    with pytest.raises(InvalidStatus) as refused:
        raw_connect(f"{address}/v1/realtime")
    assert refused.value.response.status_code == 501


def test_an_address_of_no_session_opens_no_web_socket(gateway: BackgroundGateway) -> None:
    with pytest.raises(InvalidStatus) as refused:
        raw_connect(gateway.url.replace("http", "ws") + "/s/nobody/v1/responses")
    assert refused.value.response.status_code == 404


def test_the_end_of_a_session_ends_its_web_sockets(run: Callable[..., Run], sim: str) -> None:
    session = run(sim)
    with talking(session.url) as connection:
        asked(connection, "Good morning")
        assert session.trace().complete
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


# -- with tools suppressed ---------------------------------------------------------------------------


class Wishing:
    """A provider that asks for a suppressed tool until it is told what came of it."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.url = ""

    def talk(self, link: ServerConnection) -> None:
        dialect = dialect_named("openai_responses")
        for message in link:
            self.asked.append(json.loads(message))
            told = isinstance(self.asked[-1]["input"], list)
            wish = ToolCall(id="c1", name="refund", arguments="{}")
            answer = ModelAnswer(text="Done.") if told else ModelAnswer(tool_calls=(wish,))
            reply = dialect.write_answer(answer, ModelRequest(model="m", messages=(), stream=True))
            for payload in payloads(Frames(), reply.body):
                link.send(payload.decode())


@pytest.fixture
def wishing() -> Iterator[Wishing]:
    provider = Wishing()
    with serve(provider.talk, "127.0.0.1", 0, close_timeout=1) as server:
        provider.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join(10)


def test_a_tool_is_suppressed_over_a_web_socket_too(run: Callable[..., Run], wishing: Wishing) -> None:
    session = run(wishing.url, suppress={"refund": "it is refunded"})
    with talking(session.url) as connection:
        events = asked(connection, "Refund A7")
    assert said(events) == "Done."
    assert "refund" not in "".join(event.to_json() for event in events)
    first, second = wishing.asked
    assert first["input"] == "Refund A7"
    assert second["input"][-1]["output"] == "it is refunded"
    assert second["type"] == "response.create"
    (call,) = session.trace().tool_calls
    assert (call.name, call.call is not None) == ("refund", True)


def test_a_web_socket_that_nobody_can_read_is_refused_while_tools_are_suppressed(
    run: Callable[..., Run], echoing: Echoing
) -> None:
    address = run(echoing.url, suppress={"refund": "done"}).url.replace("http://", "ws://")
    with pytest.raises(InvalidStatus) as refused, raw_connect(f"{address}/v1/realtime?model=m"):
        pass
    assert refused.value.response.status_code == 403
    assert b"while tools are suppressed" in (refused.value.response.body or b"")
    assert echoing.heard == []


def test_an_event_that_answers_nothing_is_kept_back_while_tools_are_suppressed(
    run: Callable[..., Run], echoing: Echoing
) -> None:
    address = run(echoing.url, suppress={"refund": "done"}).url.replace("http://", "ws://")
    with raw_connect(f"{address}/v1/responses") as link:
        link.send(json.dumps({"type": "response.output_item.done", "item": {"name": "refund"}}))
        link.send("hello")
        assert link.recv(10) == "hello"
