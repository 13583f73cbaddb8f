"""urllib3, requests and botocore against a real server, with and without the corridor between them."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3

from agentprobe.adapters import startup, urllib3_hook
from agentprobe.adapters.session import session
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.adapters.conftest import Script, Wire

PATH = "/v1/chat/completions"
ASK: Any = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
EVENTS = [
    b'data: {"id": "c", "choices": [{"index": 0, "delta": {"content": "%d"}}]}\n\n' % n for n in range(5)
]
PROVIDER = "https://api.openai.com" + PATH


@pytest.fixture(autouse=True)
def unhooked() -> Iterator[None]:
    yield
    urllib3_hook.detach()
    for watcher in startup._watchers:
        watcher.stop()


@dataclass
class Server:
    """A server that answers as `how` says."""

    url: str = ""
    how: str = "json"
    asked: list[bytes] = field(default_factory=list)
    had: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    state: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.state.asked.append(body)
        getattr(self, self.state.how)(body)

    def do_GET(self) -> None:
        self.json(b"{}")

    def head(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def json(self, body: bytes) -> None:
        answer = gzip.compress(json.dumps({"choices": [], "asked": body.decode()}).encode(), mtime=0)
        self.head(
            Content_Type="application/json",
            Content_Encoding="gzip",
            Content_Length=str(len(answer)),
            Set_Cookie="known=yes",
        )
        self.wfile.write(answer)

    def stream(self, _: bytes) -> None:
        self.head(Content_Type="text/event-stream", Transfer_Encoding="chunked")
        for event in EVENTS:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")

    def lockstep(self, _: bytes) -> None:
        self.head(Content_Type="text/event-stream", Transfer_Encoding="chunked")
        for event in EVENTS:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            self.state.had.wait(30)
            self.state.had.clear()
        self.wfile.write(b"0\r\n\r\n")

    def cut_chunks(self, _: bytes) -> None:
        self.head(Content_Type="text/event-stream", Transfer_Encoding="chunked")
        self.wfile.write(b"%x\r\n%b" % (len(EVENTS[0]), EVENTS[0][:9]))
        self.close_connection = True

    def cut_length(self, _: bytes) -> None:
        self.head(Content_Type="application/json", Content_Length="99")
        self.wfile.write(b"{")
        self.close_connection = True

    def busy_once(self, body: bytes) -> None:
        if len(self.state.asked) == 1:
            self.head(503, Content_Length="0")
        else:
            self.json(body)

    def silent(self, _: bytes) -> None:
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    listening = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"state": server}))
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{listening.server_address[1]}"
    try:
        yield server
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def asked(url: str) -> tuple[object, ...]:
    """All that a user of requests can see of an answer."""
    with requests.Session() as client:
        reply = client.post(url + PATH, json=ASK)
        headers = [(name, value) for name, value in reply.headers.items() if name != "Date"]
        return reply.status_code, reply.reason, headers, reply.content, client.cookies.get_dict(), reply.url


def calls(folder: Path) -> tuple[TracedCall, ...]:
    return read_trace(folder / "t.jsonl").model_calls


@pytest.mark.parametrize("how", ["json", "stream"])
def test_a_client_sees_the_same_with_and_without_the_corridor(
    server: Server, tmp_path: Path, how: str
) -> None:
    server.how = how
    bare = asked(server.url)
    with session(trace=tmp_path / "t.jsonl"):
        assert asked(server.url) == bare
    assert server.asked[0] == server.asked[1]
    (call,) = calls(tmp_path)
    assert (call.name, call.status) == ("m", 200)
    assert call.outcome is not None
    assert (call.outcome.error, call.outcome.marks) == (None, ())


def test_urllib3_by_itself_gives_its_connection_back(server: Server, tmp_path: Path) -> None:
    with session(trace=tmp_path / "t.jsonl"), urllib3.PoolManager(maxsize=1, block=True) as pools:
        for _ in range(3):
            assert pools.request("POST", server.url + PATH, json=ASK, timeout=5).status == 200
        reply = pools.request("POST", server.url + PATH, json=ASK, preload_content=False)
        assert b"choices" in reply.read()
        reply.release_conn()
        assert pools.request("POST", server.url + PATH, json=ASK, pool_timeout=5).status == 200
    assert len(calls(tmp_path)) == 5


def test_a_stream_is_passed_on_event_by_event(server: Server, tmp_path: Path) -> None:
    """The server sends the next event only when the client has the last: what gathers them would hang."""
    server.how = "lockstep"
    came = []
    with (
        session(trace=tmp_path / "t.jsonl"),
        requests.post(server.url + PATH, json=ASK, stream=True, timeout=30) as reply,
    ):
        for line in reply.iter_lines(chunk_size=1 << 16):
            if line:
                came.append(line)
                server.had.set()
    assert came == [event.strip() for event in EVENTS]
    (call,) = calls(tmp_path)
    assert call.outcome is not None
    assert len(call.outcome.chunks) == len(EVENTS)


def test_every_attempt_of_urllib3s_own_retries_is_seen(server: Server, tmp_path: Path) -> None:
    server.how = "busy_once"
    again = urllib3.Retry(total=3, status_forcelist=[503], allowed_methods=None)
    with session(trace=tmp_path / "t.jsonl"), urllib3.PoolManager(retries=again) as pools:
        assert pools.request("POST", server.url + PATH, json=ASK).status == 200
    assert [call.status for call in calls(tmp_path)] == [503, 200]


def test_a_rate_limit_that_strikes_is_waited_for_by_urllib3_itself(server: Server, tmp_path: Path) -> None:
    again = urllib3.Retry(total=3, status_forcelist=[429], allowed_methods=None)
    faults = "rate_limited(retry_after=0)@model:1"
    with session(trace=tmp_path / "t.jsonl", schedule=faults), urllib3.PoolManager(retries=again) as pools:
        assert pools.request("POST", server.url + PATH, json=ASK).status == 200
    assert [call.status for call in calls(tmp_path)] == [429, 200]


def test_a_rate_limit_has_the_providers_headers(server: Server) -> None:
    with session(schedule="rate_limited(retry_after=7)@model:1"):
        reply = requests.post(server.url + PATH, json=ASK)
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.json()["error"]
    assert server.asked == []


def test_a_stream_that_is_cut_breaks_in_the_clients_own_words(server: Server) -> None:
    server.how = "stream"
    with session(schedule="cut_stream@model:1"), pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.post(server.url + PATH, json=ASK)


@pytest.mark.parametrize("how", ["cut_chunks", "cut_length", "silent"])
def test_a_real_connection_that_breaks_gives_the_real_error(server: Server, tmp_path: Path, how: str) -> None:
    server.how = how

    def failing() -> tuple[type[BaseException], str]:
        with pytest.raises(requests.RequestException) as raised:
            requests.post(server.url + PATH, json=ASK)
        return raised.type, str(raised.value)

    bare = failing()
    with session(trace=tmp_path / "t.jsonl"):
        assert failing() == bare
    (call,) = calls(tmp_path)
    assert call.failed


def test_a_port_that_nobody_listens_on_gives_the_real_error(tmp_path: Path) -> None:
    with (
        session(trace=tmp_path / "t.jsonl"),
        pytest.raises(requests.ConnectionError, match="Connection refused"),
    ):
        requests.post("http://127.0.0.1:9" + PATH, json=ASK)
    (call,) = calls(tmp_path)
    assert call.failed


def test_a_hang_costs_no_time_on_the_virtual_clock(wire: Wire, script: Callable[..., Script]) -> None:
    with session(schedule="hang@model:1", virtual=True, model=script(wire.openai("hi"))) as active:
        before = active.session.clock.now()
        with pytest.raises(requests.ReadTimeout):
            requests.post(PROVIDER, json=ASK, timeout=600)
        assert active.session.clock.now() - before >= 600


@pytest.mark.parametrize("stream", [True, False])
def test_a_model_in_this_process_answers_without_a_socket(
    wire: Wire, script: Callable[..., Script], stream: bool
) -> None:
    with session(model=script(wire.openai("hello"))):
        reply = requests.post(PROVIDER, json=ASK, stream=stream)
        assert reply.json()["choices"][0]["message"]["content"] == "hello"


def test_a_provider_is_out_of_reach_for_what_is_no_model_call(
    wire: Wire, script: Callable[..., Script]
) -> None:
    with (
        session(model=script(wire.openai("hello"))),
        pytest.raises(requests.ConnectionError, match="simulated"),
    ):
        requests.get("https://api.openai.com/v1/files")


def test_a_body_that_only_the_network_can_read_passes_unrecorded(server: Server, tmp_path: Path) -> None:
    with session(trace=tmp_path / "t.jsonl"):
        assert requests.post(server.url + PATH, data=iter([b"{}"]), headers={"Content-Length": "2"}).ok
    assert calls(tmp_path) == ()


def test_a_stream_that_the_client_leaves_early_is_no_failure_of_the_world(
    server: Server, tmp_path: Path
) -> None:
    server.how = "stream"
    with (
        session(trace=tmp_path / "t.jsonl"),
        requests.post(server.url + PATH, json=ASK, stream=True) as reply,
    ):
        next(reply.iter_lines(chunk_size=1))
    (call,) = calls(tmp_path)
    assert call.outcome is not None
    assert call.outcome.error is None


def test_botocore_reads_the_same_through_the_corridor(server: Server, tmp_path: Path) -> None:
    """Its requests are led as soon as a dialect speaks them; here one is borrowed."""
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    def sent() -> tuple[Any, ...]:
        request = AWSRequest("POST", server.url + PATH, data=json.dumps(ASK).encode())
        reply = URLLib3Session().send(request.prepare())
        headers = {name: value for name, value in reply.headers.items() if name != "Date"}
        return reply.status_code, headers, reply.content

    bare = sent()
    with session(trace=tmp_path / "t.jsonl"):
        assert sent() == bare
    assert len(calls(tmp_path)) == 1
