"""A session with an MCP server that may wait for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("imported", "made"),
    [
        ("from mcp import ClientSession", "ClientSession(*streams)"),
        (
            "from mcp.client.session import ClientSession",
            "ClientSession(*streams, read_timeout_seconds=None)",
        ),
        ("from fastmcp import Client", "Client(streams)"),
        ("from agents.mcp import MCPServerStdio", "MCPServerStdio(client_session_timeout_seconds=None)"),
    ],
)
def test_a_session_without_a_deadline_is_found(found: Scan, imported: str, made: str) -> None:
    code = f"""
{imported}

async def call(streams, name):
    async with {made} as session:
        return await session.call_tool(name, dict())
"""
    (finding,) = found(code, "mcp-no-deadline")
    assert (finding.place.line, finding.severity) == (5, Severity.HIGH)


@pytest.mark.parametrize(
    ("made", "called"),
    [
        ("ClientSession(*streams, read_timeout_seconds=limit)", "await session.call_tool(name)"),
        ("ClientSession(*streams)", "await session.call_tool(name, read_timeout_seconds=limit)"),
        ("ClientSession(*streams)", "await asyncio.wait_for(session.call_tool(name), timeout=30)"),
        ("MCPServerStdio(params={})", "await session.call_tool(name)"),
        ("ClientSession(*streams, **options)", "await session.call_tool(name)"),
    ],
)
def test_a_deadline_on_the_session_the_call_or_by_default_is_not(found: Scan, made: str, called: str) -> None:
    code = f"""
import asyncio
from mcp import ClientSession
from agents.mcp import MCPServerStdio

async def call(streams, name, limit, options):
    async with {made} as session:
        return {called}
"""
    assert not found(code, "mcp-no-deadline")


@pytest.mark.parametrize("given", ["FastMCP.as_proxy(inner)", "server", "shop_mcp", "load_server()"])
def test_a_client_of_a_server_in_the_same_process_waits_for_nobody(found: Scan, given: str) -> None:
    code = f"""
    from fastmcp import Client, FastMCP
    from shop.server import server, shop_mcp, load_server

    async def call(name):
        proxy = {given}
        async with Client(proxy) as client:
            return await client.call_tool(name)
    """
    assert not found(code, "mcp-no-deadline")


@pytest.mark.parametrize(
    "given", ["url", "SERVER_URL", '"https://mcp.example/mcp"', "transport=way", "server"]
)
def test_a_client_of_an_address_waits_for_a_server(found: Scan, given: str) -> None:
    code = f"""
    from fastmcp import Client

    server = "https://mcp.example/mcp"

    async def call(name, url):
        async with Client({given}) as client:
            return await client.call_tool(name)
    """
    assert found(code, "mcp-no-deadline")
