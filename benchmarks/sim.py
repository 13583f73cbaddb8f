"""How many answers a second the simulated model's server gives on one core; ends within half a minute.

Run it with `python benchmarks/sim.py [SECONDS]`. The client is a second process that writes fixed requests on
a few connections and looks only at how answers end, so that it costs less than the server.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time

from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import say
from agentprobe.sim.script import Script
from agentprobe.sim.server import background

CONNECTIONS = 16
PROMPT = "Where is my order? " * 30
PARAMETERS = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
TOOLS = [{"type": "function", "function": {"name": f"tool_{n}", "parameters": PARAMETERS}} for n in range(5)]


def request(stream: bool) -> bytes:
    """A chat request of an agent: 0.6 KB of prompt and five tools."""
    told = [{"role": "user", "content": PROMPT}]
    body = json.dumps({"model": "m", "messages": told, "tools": TOOLS, "stream": stream}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def ask_on_and_on(port: int, asked: bytes, streamed: bool, until: float) -> int:
    """Ask on one connection until the time is over; count the answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = 0
    while time.perf_counter() < until:
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        if streamed:
            await reader.readuntil(b"\r\n0\r\n\r\n")
        else:
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0]))
        answers += 1
    writer.close()
    return answers


async def ask_all(port: int, streamed: bool, seconds: float) -> float:
    """Answers a second over all connections."""
    until = time.perf_counter() + seconds
    asked = request(streamed)
    answers = await asyncio.gather(*(ask_on_and_on(port, asked, streamed, until) for _ in range(CONNECTIONS)))
    return sum(answers) / seconds


def measured(url: str, streamed: bool, seconds: float) -> float:
    """Have a client process ask for some seconds and report."""
    words = [sys.executable, __file__, "client", url.rpartition(":")[2], str(int(streamed)), str(seconds)]
    told = subprocess.run(words, capture_output=True, text=True, check=True, timeout=seconds + 20)
    return float(told.stdout)


def main(seconds: float) -> None:
    """Measure short answers, whole and streamed."""
    with background(SimulatedModel(Script([say("Your order is on its way; it comes on Friday.")]))) as url:
        for name, streamed in (("JSON", False), ("SSE", True)):
            print(f"{name:5} {measured(url, streamed, seconds):8.0f} answers a second")


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        import uvloop

        _, _, port, streamed, seconds = sys.argv
        print(uvloop.run(ask_all(int(port), streamed == "1", float(seconds))))
    else:
        main(min(float(sys.argv[1]) if sys.argv[1:] else 5.0, 10.0))
