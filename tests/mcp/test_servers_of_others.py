"""Tool servers as others have made them, of both generations, in Python and in JavaScript."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mcp.client.client import Client
from mcp_types import CallToolResult, TextContent
from rich.console import Console

from agentprobe.report.terminal_trace import draw

if TYPE_CHECKING:
    from tests.mcp.conftest import Desk

pytestmark = pytest.mark.heavy
Apart = Callable[[str], str]


def words(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


def used(desk: Desk, command: tuple[str, ...], tool: str, arguments: dict[str, object]) -> str:
    """The tool's answer through us; that of the server alone must be the same."""

    async def use(client: Client) -> str:
        await client.list_tools()
        return words(await client.call_tool(tool, arguments))

    desk.words = command
    answer = desk.use(use)
    (call,) = desk.trace.tool_calls
    assert (call.name, call.arguments, call.error) == (tool, arguments, "")
    assert desk.trace.servers[0].tools
    return answer


def test_the_filesystem_server_reads_a_file(desk: Desk, apart: Apart, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("seven orders")
    command = (apart("mcp-server-filesystem"), str(tmp_path))
    assert used(desk, command, "read_text_file", {"path": str(tmp_path / "note.txt")}) == "seven orders"
    (call,) = desk.trace.tool_calls
    assert call.call is not None
    assert not call.call.writes


def test_the_memory_server_writes(desk: Desk, apart: Apart, tmp_path: Path) -> None:
    desk.env = {"MEMORY_FILE_PATH": str(tmp_path / "memory.jsonl")}
    ann = {"name": "Ann", "entityType": "person", "observations": ["likes tea"]}
    used(desk, (apart("mcp-server-memory"),), "create_entities", {"entities": [ann]})
    assert "likes tea" in (tmp_path / "memory.jsonl").read_text()
    (effect,) = desk.trace.ledger().effects
    assert effect.tool == "create_entities"


def test_the_server_with_everything_echoes_and_speaks_the_older_revision(desk: Desk, apart: Apart) -> None:
    assert used(desk, (apart("mcp-server-everything"), "stdio"), "echo", {"message": "hi"}) == "Echo: hi"
    assert desk.trace.servers[0].revision == "2025-11-25"
    drawn = Console(width=200, record=True, file=StringIO())
    drawn.print(draw(desk.trace))
    said = drawn.export_text()
    assert "→ Echo: hi" in said
    assert "mcp-servers/everything" in said


def test_the_time_server_speaks_the_stateless_revision(desk: Desk, apart: Apart) -> None:
    arguments = {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Europe/Oslo"}
    assert "Europe/Oslo" in used(desk, (apart("mcp-server-time"),), "convert_time", dict(arguments))
    assert desk.trace.servers[0].revision == "2026-07-28"


def test_the_git_server_looks_into_a_repository(desk: Desk, apart: Apart, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "trunk", str(tmp_path)], check=True, env={**os.environ})
    command = (apart("mcp-server-git"), "--repository", str(tmp_path))
    assert "trunk" in used(desk, command, "git_status", {"repo_path": str(tmp_path)})


def test_a_server_on_fastmcp_is_led_through(desk: Desk, apart: Apart, tmp_path: Path) -> None:
    server = tmp_path / "fast.py"
    server.write_text(
        "from fastmcp import FastMCP\n"
        "fast = FastMCP('fast')\n"
        "@fast.tool\n"
        "def add(a: int, b: int) -> int:\n"
        "    return a + b\n"
        "fast.run(show_banner=False)\n"
    )
    assert used(desk, (apart("python"), str(server)), "add", {"a": 2, "b": 3}) == "5"
