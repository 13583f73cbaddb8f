"""How many records are lost when the recording process is killed under load.

Run: python benchmarks/kill.py [SECONDS] (twice 60 seconds unless you say otherwise)

500 calls a second, then SIGKILL. What has been answered is counted outside the process that is killed, and
compared with what its trace holds: an answered call whose outcome is not there is lost. A call that was under
way has its request in the trace, and no outcome, because it had none.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from agentprobe.gateway.background import new_loop
from agentprobe.trace.read import Lines
from agentprobe.trace.records import CallRecord, OutcomeRecord
from asking import request
from beside import beside
from stub import ANSWER, MODEL, QUESTION

RATE = 500
SECONDS = 60.0
HERE = Path(__file__).parent


class Paced(asyncio.Protocol):
    """A connection that asks when it is told to, and counts what is answered whole."""

    answered = 0
    asked = 0

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.free = True

    def connection_made(  # type: ignore[override]  # a stream's transport
        self, transport: asyncio.Transport
    ) -> None:
        self.transport = transport

    def ask(self) -> None:
        Paced.asked += 1
        self.free = False
        self.transport.write(self.data)

    def data_received(self, data: bytes) -> None:
        if data.endswith(ANSWER):
            Paced.answered += 1
            self.free = True


async def paced(url: str, seconds: float, pid: int) -> None:
    """Ask so often a second on as many connections as it takes, and kill whoever answers."""
    host, port, data = request(url, "")
    loop = asyncio.get_running_loop()
    askers = [(await loop.create_connection(lambda: Paced(data), host, port))[1] for _ in range(64)]
    began = loop.time()
    while (passed := loop.time() - began) < seconds:
        due = int(passed * RATE) - Paced.asked
        for asker in [asker for asker in askers if asker.free][: max(due, 0)]:
            asker.ask()
        await asyncio.sleep(0.001)
    os.kill(pid, signal.SIGKILL)


def of_gateway(folder: Path, seconds: float) -> tuple[int, Path]:
    """How many answers came through a gateway until it was killed."""
    trace = folder / "gateway.jsonl"
    with beside([sys.executable, str(HERE / "stub.py")]) as provider:
        command = [sys.executable, str(HERE / "gateway.py"), provider.said, str(trace)]
        with beside(command) as between:
            new_loop().run_until_complete(paced(between.said, seconds, between.process.pid))
            between.process.wait()
    return Paced.answered, trace


def agent(url: str, trace: str) -> None:
    """Ask without end, and tell of each answer by a byte, when the call is over."""
    import httpx2

    import agentprobe

    with httpx2.Client() as client, agentprobe.session(id="kill", trace=Path(trace)):
        began, asked = time.perf_counter(), 0
        while True:
            reply = client.post(f"{url}/v1/chat/completions", content=QUESTION)
            assert MODEL in reply.text
            os.write(1, b".")
            asked += 1
            time.sleep(max(asked / RATE - (time.perf_counter() - began), 0))


def of_process(folder: Path, seconds: float) -> tuple[int, Path]:
    """How many answers a recorded process got until it was killed."""
    trace = folder / "process.jsonl"
    with (
        beside([sys.executable, str(HERE / "stub.py")]) as provider,
        subprocess.Popen(
            [sys.executable, __file__, "agent", provider.said, str(trace)], stdout=subprocess.PIPE
        ) as process,
    ):
        threading.Timer(seconds, process.kill).start()
        assert process.stdout is not None
        answered = len(process.stdout.read())
    return answered, trace


def main() -> None:
    """Kill both and count."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    print(
        f"{'':12} {'answered':>9} {'a second':>9} {'requests':>9} {'outcomes':>9} {'lost':>5}  damaged lines"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, run in (("gateway", of_gateway), ("in process", of_process)):
            answered, trace = run(Path(folder), seconds)
            lines = Lines(trace)
            records = list(lines)
            requests = sum(isinstance(record, CallRecord) for record in records)
            outcomes = sum(isinstance(record, OutcomeRecord) for record in records)
            lost = max(answered - outcomes, 0)
            said = f"{answered:9,} {answered / seconds:9.0f} {requests:9,} {outcomes:9,} {lost:5}"
            print(f"{name:12} {said}  {len(lines.problems)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["agent"]:
        agent(sys.argv[2], sys.argv[3])
    else:
        main()
