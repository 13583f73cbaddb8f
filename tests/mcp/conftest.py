"""Real clients, real servers, and `agentprobe mcp` between them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

HERE = Path(__file__).parent
DESK = (sys.executable, str(HERE / "desk.py"))
APART = HERE.parents[1] / ".venvs" / "mcp"
PATIENCE = 60
T = TypeVar("T")
Use = Callable[[Client], Awaitable[T]]


@dataclass
class Desk:
    """A way to a tool server, led through `agentprobe mcp`, and the trace of it."""

    trace_file: Path
    words: tuple[str, ...] = DESK
    options: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        mine = ["--out", str(self.trace_file), *self.options]
        return [sys.executable, "-m", "agentprobe.cli", "mcp", *mine, "--", *self.words]

    @property
    def parameters(self) -> StdioServerParameters:
        command, *words = self.command
        return StdioServerParameters(command=command, args=words, env=self.env or None)

    def use(self, use: Use[T], *, mode: Any = "auto", **callbacks: Any) -> T:
        """Let a real client use the server."""

        async def all_of_it() -> T:
            async with Client(stdio_client(self.parameters), mode=mode, **callbacks) as client:
                return await use(client)

        return asyncio.run(asyncio.wait_for(all_of_it(), PATIENCE))

    async def recorded(self, text: bytes) -> None:
        """Wait until this stands in the trace."""
        while text not in (self.trace_file.read_bytes() if self.trace_file.exists() else b""):  # noqa: ASYNC110 - another process writes the file
            await asyncio.sleep(0.01)

    @property
    def trace(self) -> Trace:
        return read_trace(self.trace_file)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk.jsonl")


@pytest.fixture
def apart() -> Callable[[str], str]:
    """Finds a program of the tool servers' own environment; skips where it is not installed."""

    def found(name: str) -> str:
        for folder in (APART / "bin", APART / "node_modules" / ".bin"):
            if (folder / name).exists():
                return str(folder / name)
        missing = f"{name} has no environment here; make it with: make .venvs/mcp/ready"
        return pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)

    return found
