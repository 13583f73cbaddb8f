"""A tool of an MCP server that writes and does not say so."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

mcp = FastMCP("desk")
"""


def test_a_tool_whose_code_writes_is_found(found: Scan) -> None:
    code = """
@mcp.tool()
def close_ticket(number: int) -> str:
    DATABASE.execute("UPDATE tickets SET open = 0 WHERE number = ?", (number,))
    return "closed"
"""
    (finding,) = found(HEAD + code, "write-tool-unannotated")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "close_ticket" in finding.message


def test_a_write_one_call_away_is_followed(found: Scan) -> None:
    code = """
def save(number):
    DATABASE.execute("UPDATE tickets SET open = 0 WHERE number = ?", (number,))

@mcp.tool
def tidy(number: int) -> str:
    save(number)
    return "closed"
"""
    (finding,) = found(HEAD + code, "write-tool-unannotated")
    assert (finding.place.line, finding.tier) == (11, Tier.PROVED)
    assert "tidy" in finding.message


def test_hints_that_are_given_are_enough(found: Scan) -> None:
    code = """
@mcp.tool(annotations=ToolAnnotations(readOnlyHint=False, destructiveHint=True))
def close_ticket(number: int) -> str:
    DATABASE.execute("UPDATE tickets SET open = 0 WHERE number = ?", (number,))
"""
    assert not found(HEAD + code, "write-tool-unannotated")


def test_a_tool_that_reads_needs_no_hints(found: Scan) -> None:
    code = """
@mcp.tool()
def fetch_page(url: str) -> str:
    return httpx.get(url).text
"""
    assert not found(HEAD + code, "write-tool-unannotated")


def test_a_search_by_post_is_no_write(found: Scan) -> None:
    code = """
import requests

@mcp.tool()
def search_papers(text: str) -> str:
    return requests.post("https://papers.example/search", json={"q": text}, timeout=9).text
"""
    assert not found(HEAD + code, "write-tool-unannotated")


def test_a_listed_tool_of_a_low_level_server_is_followed_to_its_branch(found: Scan) -> None:
    code = """
from mcp import types
from mcp.server import Server

server = Server("files")

class Names:
    WIPE = "wipe"

@server.list_tools()
async def listed():
    return [types.Tool(name=Names.WIPE, description="Wipe it.", inputSchema={"type": "object"})]

@server.call_tool()
async def called(name, given):
    match name:
        case Names.WIPE:
            DATABASE.execute("DELETE FROM notes")
"""
    (finding,) = found(code, "write-tool-unannotated")
    assert (finding.subject, finding.place.line, finding.tier) == ("wipe", 12, Tier.PROVED)


def test_the_fix_says_that_it_writes(found: Scan) -> None:
    code = """
@mcp.tool
def delete_note(number: int) -> str:
    DATABASE.execute("DELETE FROM notes WHERE number = ?", (number,))
"""
    (finding,) = found(HEAD + code, "write-tool-unannotated")
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (HEAD + code).encode()
    mended = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    assert b'@mcp.tool(annotations={"readOnlyHint": False, "destructiveHint": True})' in mended
    assert not found(mended.decode(), "write-tool-unannotated")
