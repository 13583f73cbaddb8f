"""Whether memory stays flat over 100,000 calls, in the agent's process and in the gateway.

Run: python benchmarks/endurance.py [CALLS] (about two minutes)

Every tenth request is new and of 6 KB, so that what a writer remembers of payloads fills up too. In process
the provider is a function, which makes the calls as dense as they can be; `tracemalloc` watches a run of
its own, because it slows down what it watches.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

import agentprobe
from agentprobe.gateway.background import new_loop
from agentprobe.trace.read import Lines
from agentprobe.trace.records import OutcomeRecord
from asking import Asking, request
from beside import beside
from stub import ANSWER, MODEL, QUESTION

CALLS = 100_000
STEPS = 10
HERE = Path(__file__).parent


class AtOnce(httpx2.BaseTransport):
    """A provider that is a function."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "application/json", "content-length": str(len(ANSWER))}
        return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(ANSWER))


def bodies(calls: int) -> Iterator[bytes]:
    """What is asked: mostly the same, every tenth time something new."""
    for number in range(calls):
        if number % 10:
            yield QUESTION
        else:
            messages = [{"role": "user", "content": f"{number}-{part} " * 60} for part in range(10)]
            yield json.dumps({"model": MODEL, "messages": messages}).encode()


def in_process(calls: int, measured: Callable[[], float]) -> list[float]:
    """Make the calls in a recorded session and measure ten times on the way."""
    figures = []
    with (
        tempfile.TemporaryDirectory() as folder,
        httpx2.Client(transport=AtOnce()) as client,
        agentprobe.session(id="endurance", trace=Path(folder) / "t.jsonl"),
    ):
        for number, body in enumerate(bodies(calls), start=1):
            client.post("http://provider.example/v1/chat/completions", content=body)
            if number % (calls // STEPS) == 0:
                gc.collect()
                figures.append(measured())
        recorded = sum(isinstance(record, OutcomeRecord) for record in Lines(Path(folder) / "t.jsonl"))
        assert recorded == calls, f"{recorded} of {calls} calls are in the trace"
    return figures


def resident(process: int | str = "self") -> float:
    """Megabytes that a process holds in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def traced() -> float:
    """Megabytes that Python's own objects hold."""
    return tracemalloc.get_traced_memory()[0] / 1e6


class Counted(Asking):
    """Asks until so many answers have come in all."""

    left = 0

    def data_received(self, data: bytes) -> None:
        Counted.left -= data.endswith(self.end)
        self.deadline = float("inf") if Counted.left > 0 else 0.0
        super().data_received(data)


async def through(url: str, calls: int, end: bytes) -> None:
    """Have so many calls answered through a gateway, sixteen at a time."""
    host, port, data = request(url, "")
    Counted.left = calls
    loop = asyncio.get_running_loop()
    made: Any = [await loop.create_connection(lambda: Counted(data, end, 0.0), host, port) for _ in range(16)]
    await asyncio.gather(*(asker.finished for _, asker in made))


def gateway(calls: int) -> list[float]:
    """The gateway's memory, ten times on the way."""
    with tempfile.TemporaryDirectory() as folder, beside([sys.executable, str(HERE / "stub.py")]) as provider:
        command = [sys.executable, str(HERE / "gateway.py"), provider.said, str(Path(folder) / "t.jsonl")]
        with beside(command) as between:
            figures = []
            for _ in range(STEPS):
                new_loop().run_until_complete(through(between.said, calls // STEPS, ANSWER))
                figures.append(resident(between.process.pid))
            return figures


def shown(name: str, figures: list[float], seconds: float) -> None:
    rest = figures[STEPS // 2 - 1 :]
    said = " ".join(f"{figure:.2f}" for figure in figures)
    print(f"{name:28} {said}   second half {rest[-1] - rest[0]:+.2f} MB   {seconds:.0f} s", flush=True)


def main() -> None:
    """Measure the three, one after another."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    print(f"{calls:,} calls, MB after each tenth of them")
    began = time.perf_counter()
    shown("in process, resident", in_process(calls, resident), time.perf_counter() - began)
    began = time.perf_counter()
    tracemalloc.start()
    figures = in_process(calls // 2, traced)
    tracemalloc.stop()
    shown(f"in process, traced, {calls // 2:,}", figures, time.perf_counter() - began)
    began = time.perf_counter()
    shown("gateway, resident", gateway(calls), time.perf_counter() - began)


if __name__ == "__main__":
    main()
