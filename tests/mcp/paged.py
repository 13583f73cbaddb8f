"""A tool server that lists its tools in pages, on the real SDK's lower level, over standard streams."""

from __future__ import annotations

import anyio
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp_types import ListToolsResult, Tool

PAGES = (("first", "second"), ("third",))


async def list_tools(context: object, params: object) -> ListToolsResult:
    page = int(getattr(params, "cursor", None) or 0)
    tools = [Tool(name=name, input_schema={"type": "object"}) for name in PAGES[page]]
    return ListToolsResult(tools=tools, next_cursor=str(page + 1) if page + 1 < len(PAGES) else None)


async def main() -> None:
    server = Server("paged", on_list_tools=list_tools)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


anyio.run(main)
