"""Settings of MCP clients are wrapped so that everything goes through us, and unwrapped to what they were."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from agentprobe.errors import ConfigError
from agentprobe.mcp.settings import BACKUP, Wrapping, remotes, unwrap, wrap
from agentprobe.trace.read import read_trace

DESK = {"command": sys.executable, "args": [str(Path(__file__).with_name("desk.py"))], "env": {"A": "b"}}
FAR = {"type": "http", "url": "https://example.com/mcp?team=1", "headers": {"Authorization": "Bearer x"}}
HOW = Wrapping((sys.executable, "-m", "agentprobe.cli"), ("--qualify",), port=7380)
SHAPES: list[Any] = [
    {"mcpServers": {"desk": DESK, "far": FAR}, "theme": "dark"},
    {"servers": {"desk": DESK, "far": FAR}, "inputs": []},
    {"mcp": {"servers": {"desk": DESK, "far": FAR}}},
    {"mcpServers": {"bare": {"command": "mcp-server-time"}, "odd": "é"}},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.mark.parametrize("settings", SHAPES)
def test_what_was_wrapped_is_unwrapped_to_what_it_was(file: Path, settings: Any) -> None:
    file.write_text(json.dumps(settings))
    names = wrap(file, HOW)
    assert names
    assert json.loads(file.read_text()) != settings
    assert json.loads(file.with_name(file.name + BACKUP).read_text()) == settings
    assert wrap(file, HOW) == ()
    assert unwrap(file) == names
    assert json.loads(file.read_text()) == settings


def test_other_changes_made_meanwhile_stay(file: Path) -> None:
    file.write_text(json.dumps(SHAPES[0]))
    wrap(file, HOW)
    changed = json.loads(file.read_text())
    changed["mcpServers"]["desk"]["env"] = {"C": "d"}
    file.write_text(json.dumps(changed))
    unwrap(file)
    assert json.loads(file.read_text())["mcpServers"]["desk"] == {**DESK, "env": {"C": "d"}}


def test_a_wrapped_server_is_started_through_us_by_a_real_client(file: Path, tmp_path: Path) -> None:
    file.write_text(json.dumps(SHAPES[0]))
    trace = tmp_path / "desk.jsonl"
    wrap(file, Wrapping(HOW.program, ("--out", str(trace))))
    desk = json.loads(file.read_text())["mcpServers"]["desk"]

    async def use() -> None:
        parameters = StdioServerParameters(command=desk["command"], args=desk["args"], env=desk["env"])
        async with Client(stdio_client(parameters)) as client:
            await client.call_tool("find_orders", {"customer": "a"})

    asyncio.run(use())
    assert [use.name for use in read_trace(trace).tool_calls] == ["find_orders"]


def test_a_server_over_http_is_sent_to_a_door_of_ours(file: Path) -> None:
    file.write_text(json.dumps(SHAPES[0]))
    wrap(file, HOW)
    far = json.loads(file.read_text())["mcpServers"]["far"]
    (remote,) = remotes(file)
    assert far["url"] == f"http://127.0.0.1:7380/s/{remote.token}"
    assert far["headers"] == FAR["headers"]
    assert (remote.name, remote.url) == ("far", FAR["url"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not plain JSON"),
        ('{"theme": "dark"}', "names no tool servers; they are looked for under mcpServers"),
    ],
)
def test_a_file_without_servers_is_refused_and_left_alone(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        wrap(file, HOW)
    assert file.read_text() == text
    assert list(file.parent.iterdir()) == [file]


def test_serving_settings_without_a_wrapped_server_over_http_says_what_to_do(file: Path) -> None:
    file.write_text(json.dumps(SHAPES[3]))
    command = [sys.executable, "-m", "agentprobe.cli", "mcp", "serve", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "agentprobe mcp wrap" in done.stderr
