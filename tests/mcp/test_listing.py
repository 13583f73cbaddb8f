"""A server's tools are asked for, page by page, and the server is left as it was found: ended."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from agentprobe.errors import ConfigError
from agentprobe.mcp.listing import list_tools

Serve = Callable[[str], tuple[str, ...]]
TALK = """
    import json, sys
    def say(**told):
        print(json.dumps({"jsonrpc": "2.0", **told}), flush=True)
    def answers():
        for line in sys.stdin:
            yield json.loads(line)
"""


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """The command of a server that does what some lines of Python say."""

    def written(body: str) -> tuple[str, ...]:
        path = tmp_path / "server.py"
        path.write_text(dedent(TALK) + dedent(body))
        return sys.executable, str(path)

    return written


PAGES = """
    for asked in answers():
        method, number = asked.get("method"), asked.get("id")
        if method == "initialize":
            print("starting", flush=True)
            say(id=1, method="ping")
            say(id="r", method="roots/list")
            say(id=number, result={"serverInfo": {"name": "pages", "version": "3"}})
        elif method == "tools/list":
            cursor = asked["params"].get("cursor")
            more = {} if cursor else {"nextCursor": "2"}
            say(id=number, result={"tools": [{"name": "second" if cursor else "first"}], **more})
"""


def test_all_pages_are_turned_and_what_the_server_asks_is_answered(serve: Serve) -> None:
    listed = list_tools(serve(PAGES))
    assert (listed.name, listed.version) == ("pages", "3")
    assert [tool["name"] for tool in listed.tools] == ["first", "second"]


def test_a_list_that_turns_in_circles_ends(serve: Serve) -> None:
    listed = list_tools(serve(PAGES.replace("{} if cursor else ", "")))
    assert [tool["name"] for tool in listed.tools] == ["first", "second"]


def test_a_server_that_shakes_no_hands_is_asked_as_it_wants(serve: Serve) -> None:
    command = serve("""
        for asked in answers():
            if "_meta" in asked.get("params", {}):
                say(id=asked["id"], result={"tools": [{"name": "now"}, "odd"]})
            else:
                say(id=asked["id"], error={"code": -32601, "message": "unknown method"})
    """)
    assert [tool["name"] for tool in list_tools(command).tools] == ["now"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("sys.exit(3)", "before it listed its tools"),
        ("for asked in answers(): say(id=asked['id'], error={'message': 'locked'})", "locked"),
        ("for asked in answers(): print('not json', flush=True)", "within 1 s"),
    ],
)
def test_a_server_that_does_not_list_is_named_with_its_reason(serve: Serve, body: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        list_tools(serve(f"    {body}"), patience_seconds=1)


def test_a_command_that_cannot_be_started_is_wrong_use() -> None:
    with pytest.raises(ConfigError, match="cannot start"):
        list_tools(("no-such-server-anywhere",))


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked.get("id") is None:
            self.send_response(202)
            self.end_headers()
            return
        results: dict[str, dict[str, Any]] = {
            "initialize": {"serverInfo": {"name": "desk", "version": "1"}},
            "tools/list": {"tools": [{"name": self.headers.get("Mcp-Session-Id", "nobody")}]},
        }
        told = {"jsonrpc": "2.0", "id": asked["id"], "result": results[asked["method"]]}
        streams = asked["method"] == "tools/list"
        self.send_response(200 if self.path == "/mcp" else 404)
        self.send_header("Content-Type", "text/event-stream" if streams else "application/json")
        self.send_header("Mcp-Session-Id", "s-1")
        self.end_headers()
        body = json.dumps(told)
        self.wfile.write((f"event: message\ndata: {body}\n\n" if streams else body).encode())

    def do_DELETE(self) -> None:
        self.send_response(405 if self.headers.get("Mcp-Session-Id") else 500)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    """A server over HTTP that answers with bodies and with streams."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_over_http_is_asked_within_its_session(address: str) -> None:
    listed = list_tools(url=f"{address}/mcp")
    assert (listed.name, [tool["name"] for tool in listed.tools]) == ("desk", ["s-1"])


def test_an_address_without_a_server_is_named_with_its_status(address: str) -> None:
    with pytest.raises(ConfigError, match="status 404"):
        list_tools(url=f"{address}/other")
    with pytest.raises(ConfigError, match="cannot reach"):
        list_tools(url="http://127.0.0.1:9/mcp")
    with pytest.raises(ConfigError, match="begins with http"):
        list_tools(url="file:///etc/hosts")


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("words", "tool"),
    [
        (("mcp-server-filesystem", "."), "read_text_file"),
        (("mcp-server-memory",), "create_entities"),
        (("mcp-server-everything", "stdio"), "echo"),
        (("mcp-server-time",), "convert_time"),
        (("mcp-server-git",), "git_status"),
    ],
)
def test_servers_of_others_list_their_tools(
    apart: Callable[[str], str], words: tuple[str, ...], tool: str
) -> None:
    listed = list_tools((apart(words[0]), *words[1:]))
    assert listed.name
    assert tool in {each["name"] for each in listed.tools}
