"""How quickly recorded answers are found and given, with 400, 4,000 and 40,000 recorded calls.

Run: python benchmarks/replay.py (a minute; vcrpy and cassetter are measured where they are installed)

Every recorded request is another one, and they are asked for in the order in which they stand. `look-up` is
the script alone; `by room` is a call that walks the corridor; `by client` asks with httpx and is what the
peers are measured by, with 400 recorded calls. All is told in this process's CPU time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

import agentprobe
from agentprobe.adapters import http_hook
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import RealClock
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.read import read_trace
from agentprobe.trace.redact import Redaction
from agentprobe.trace.replay.key import asked_live
from agentprobe.trace.replay.room import Replay
from agentprobe.trace.replay.script import Script
from agentprobe.trace.view import Trace
from beside import beside
from measure import spread
from stub import ANSWER, MODEL, SHORT

SIZES = (400, 4_000, 40_000)
ROUNDS = 3
BY_CLIENT = 400
TO_PEERS = 40
"""So many of the recorded calls the peers are asked for."""
HEAD = (("content-type", "application/json"), ("content-length", str(len(ANSWER))))
HERE = Path(__file__).parent
PATH = "/v1/chat/completions"


def body(number: int) -> bytes:
    """A question of 0.6 KB that is asked once."""
    messages = [*SHORT, {"role": "user", "content": f"And of order {number}?"}]
    return json.dumps({"model": MODEL, "messages": messages}).encode()


def calls(count: int) -> list[Call]:
    """As many different calls."""
    asked = (
        HttpRequest(method="POST", target=PATH, headers=HEAD[:1], body=body(number))
        for number in range(count)
    )
    return [Call(kind=Kind.MODEL, name=MODEL, request=one, dialect="openai_chat") for one in asked]


def recorded(path: Path, made: list[Call]) -> None:
    """Write the trace of these calls."""
    reply = HttpReply(status=200, headers=HEAD, chunks=(Chunk(ANSWER),))
    with Orders(id="bench", trace=path).open() as active:
        for call in made:
            active.session.boundary.call(call, lambda _: reply)


def timed(act: Callable[[], object]) -> float:
    """Seconds of this process's CPU time that it takes: the machine may have other things to do."""
    began = time.process_time()
    act()
    return time.process_time() - began


def looked_up(trace: Trace, made: list[Call]) -> float:
    """Microseconds for each look-up by what is asked."""
    script, redact = Script.of(trace), Redaction()
    asked = [asked_live(call, redact) for call in made]
    keys = [one.key for one in asked]
    assert len(set(keys)) == len(made)
    return timed(lambda: [script.take(one) for one in asked]) / len(made) * 1e6


def by_room(trace: Trace, made: list[Call]) -> float:
    """Replies a second of the room in its corridor."""
    boundary = Boundary([Replay(Script.of(trace))], RealClock())
    came: list[Any] = []
    spent = timed(lambda: came.extend(boundary.call(call, _nobody) for call in made))
    assert all(outcome.value.body == ANSWER for outcome in came)
    return len(made) / spent


def _nobody(_: Call) -> object:
    raise AssertionError("the world was asked")


def by_client(url: str, within: AbstractContextManager[object], count: int) -> float:
    """Replies a second as an agent gets them, by httpx."""
    with within, httpx.Client(trust_env=False) as client:

        def ask() -> None:
            for number in range(count):
                reply = client.post(url + PATH, content=body(number), headers=dict(HEAD[:1]))
                assert reply.status_code == 200, reply.text

        return count / timed(ask)


def sizes(folder: Path) -> None:
    """Ours, by how much is recorded."""
    heads = f"{'look-up, us':>20} {'by room, a second':>26} {'by client':>10}"
    print(f"{'recorded calls':>15} {'read, s':>8} {heads}")
    for size in SIZES:
        made, path = calls(size), folder / f"{size}.jsonl"
        recorded(path, made)
        began = time.process_time()
        trace = read_trace(path)
        read = time.process_time() - began
        found = spread([looked_up(trace, made) for _ in range(ROUNDS)], 1)
        rates = spread([by_room(trace, made) for _ in range(ROUNDS)], 0)
        client = by_client("http://provider.example", agentprobe.session(replay=path), BY_CLIENT)
        http_hook.uninstall()
        print(f"{size:15,} {read:8.2f} {found:>20} {rates:>26} {client:10,.0f}", flush=True)


def peers(folder: Path) -> None:
    """Theirs, at the smallest size, beside the bare client asking a provider."""
    with beside([sys.executable, str(HERE / "stub.py")]) as provider:
        print(f"\nby client, {BY_CLIENT} recorded calls, replies a second of CPU time")
        print(f"{'httpx to a provider':24} {by_client(provider.said, nullcontext(), BY_CLIENT):10,.0f}")
        for name in ("vcr", "cassetter"):
            if find_spec(name) is None:
                print(f"{name}: not installed here")
                continue
            use = import_module(name).use_cassette
            more = {"match_on": ["method", "uri", "body"]}
            file = str(folder / f"{name}.yaml")
            by_client(provider.said, use(file, **more), BY_CLIENT)
            rate = by_client(provider.said, use(file, **more), TO_PEERS)
            print(f"{name + ', replaying':24} {rate:10,.0f}", flush=True)


def main() -> None:
    """Measure everything that is here."""
    with tempfile.TemporaryDirectory() as folder:
        sizes(Path(folder))
        peers(Path(folder))


if __name__ == "__main__":
    main()
