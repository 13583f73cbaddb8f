"""Whether a trace of a gigabyte can be written and read in little memory.

Run: python benchmarks/large.py [MEGABYTES] (about two minutes; takes that much room in the temporary folder)

Each call holds a conversation of 100 KB of which nothing was said before, so that nothing is kept only once.
Reading is done by processes of their own, whose greatest memory the system tells. Beside them stands the
least that reading can cost: each line taken from the file and decoded.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.trace.read import Lines, read_trace
from stub import ANSWER, MODEL

MEGABYTES = 1000
MESSAGES, LENGTH = 100, 1000


def written(path: Path, megabytes: int) -> None:
    """Record calls until the file is as large as that."""
    dice = random.Random(1)
    json_head = (("content-type", "application/json"),)
    reply = HttpReply(status=200, headers=json_head, chunks=(Chunk(ANSWER),))
    with Orders(id="large", trace=path).open() as active:
        while path.stat().st_size < megabytes * 1_000_000:
            texts = (f"{dice.getrandbits(LENGTH * 4):x}" for _ in range(MESSAGES))
            messages = [{"role": "user", "content": text} for text in texts]
            body = json.dumps({"model": MODEL, "messages": messages}).encode()
            request = HttpRequest(method="POST", target="/v1/chat/completions", headers=json_head, body=body)
            call = Call(kind=Kind.MODEL, name=MODEL, request=request, dialect="openai_chat")
            active.session.boundary.call(call, lambda _: reply)


def streamed(path: Path) -> int:
    """Every record in turn; nothing is kept."""
    return sum(1 for _ in Lines(path))


def whole(path: Path) -> int:
    """The trace as the commands read it, and the first bytes of every request."""
    trace = read_trace(path)
    return sum(len(call.request_bytes[:1]) for call in trace.model_calls)


def decoded(path: Path) -> int:
    """The least: each line decoded."""
    with path.open("rb") as file:
        return sum(msgspec.json.decode(line) is not None for line in file)


WAYS = {"each line decoded": decoded, "records one by one": streamed, "a whole trace": whole}


def peak() -> float:
    """The most megabytes that this process has held in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(act: str, path: Path, size: int = 0) -> None:
    """Do it here, and print what it took."""
    began, before = time.process_time(), time.perf_counter()
    if act == "write":
        written(path, size)
        count = path.stat().st_size // 1_000_000
    else:
        count = WAYS[act](path)
    seconds = time.perf_counter() - before
    print(f"{act:20} {count:10,} {seconds:8.1f} {time.process_time() - began:8.1f} {peak():9.0f}")


def main() -> None:
    """Write once and read in every way, each in a process of its own."""
    size = sys.argv[1] if len(sys.argv) > 1 else str(MEGABYTES)
    print(f"{'':20} {'MB/count':>10} {'seconds':>8} {'CPU s':>8} {'peak MB':>9}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for act in ("write", *WAYS):
            subprocess.run([sys.executable, __file__, act, f"{folder}/t.jsonl", size], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        told(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
