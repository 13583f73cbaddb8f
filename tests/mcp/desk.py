"""A tool server on the real SDK, over standard streams or over HTTP, for the tests of this folder."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import anyio
import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp_types import JSONRPCMessage, SamplingMessage, TextContent, ToolAnnotations
from pydantic import BaseModel

desk = MCPServer("desk", version="1.2")
READS = ToolAnnotations(read_only_hint=True)


class Kept(EventStore):
    """Keeps what was sent, so that a client may go on where its stream broke off."""

    def __init__(self) -> None:
        self._events: list[tuple[str, JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        self._events.append((stream_id, message))
        return str(len(self._events))

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        stream, _ = self._events[int(last_event_id) - 1]
        for number, (other, message) in enumerate(self._events[int(last_event_id) :], int(last_event_id) + 1):
            if other == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream


class Choice(BaseModel):
    """What a person is asked."""

    sure: bool


@desk.tool(annotations=READS)
def find_orders(customer: str) -> list[str]:
    """Find a customer's orders."""
    return [f"{customer}-1", f"{customer}-2"]


@desk.tool()
def cancel_order(order: str) -> str:
    """Cancel an order."""
    if note := os.environ.get("DESK_NOTES"):
        with Path(note).open("a") as file:
            file.write(f"{order}\n")
    return f"{order} is cancelled"


@desk.tool(annotations=READS)
def fail() -> str:
    """Fail as tools do."""
    raise ValueError("the drawer is stuck")


@desk.tool(annotations=READS)
async def count(to: int, context: Context) -> int:
    """Count, and say so."""
    for number in range(to):
        await context.report_progress(number, to)
    return to


@desk.tool(annotations=READS)
async def wait() -> str:
    """Wait until nobody listens any more."""
    await anyio.sleep(60)
    return "nobody left"


@desk.tool(annotations=READS)
async def ask_model(context: Context) -> str:
    """Ask the agent's own model."""
    words = SamplingMessage(role="user", content=TextContent(type="text", text="Which order?"))
    answer = await context.session.create_message([words], max_tokens=10)
    return str(answer.content.text) if isinstance(answer.content, TextContent) else "?"


@desk.tool(annotations=READS)
async def ask_person(context: Context) -> str:
    """Ask whoever uses the agent."""
    answer = await context.elicit("Are you sure?", Choice)
    return answer.action


@desk.tool(annotations=READS)
def die() -> str:
    """End the server in the middle of a call."""
    os._exit(3)


@desk.tool(annotations=READS)
def add_tool() -> str:
    """Grow another tool."""
    desk.add_tool(lambda: "new", name="newcomer", description="Was not there before.")
    return "grown"


@desk.tool(annotations=READS)
def session_variable() -> str:
    """Say what it knows of agentprobe."""
    return os.environ.get("AGENTPROBE_SESSION", "nothing")


@desk.tool(annotations=READS)
async def break_off(context: Context) -> str:
    """Answer after the stream has ended, so that the client must come back for it."""
    await context.close_sse_stream()
    return "here again"


@desk.resource("desk://drawer")
def drawer() -> str:
    return "paper, pens"


@desk.prompt()
def greet(name: str) -> str:
    return f"Greet {name}"


def serve(**options: bool) -> None:
    """Serve over HTTP on a free port, which is printed."""
    link = socket.create_server(("127.0.0.1", 0))
    print(link.getsockname()[1], flush=True)
    store = Kept() if options.pop("resumable", False) else None
    app = desk.streamable_http_app(event_store=store, retry_interval=10, **options)  # type: ignore[arg-type]
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([link])


if __name__ == "__main__":
    if sys.argv[1:]:
        serve(**dict.fromkeys(sys.argv[2:], True))
    else:
        desk.run()
