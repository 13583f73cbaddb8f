"""When the first chunk of a stream of 1.1 seconds reaches the agent, and whether the others keep their pace.

Run: python benchmarks/first_chunk.py (a minute; peers that are installed are measured too)

The provider sends 50 events, one every 22 ms. The client is httpx in all variants, each measured in turn
within each round. `late` is the paired difference to the bare client; `gaps` is how many of the 49 pauses
between events the agent still sees.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import httpx

from beside import beside
from gateway import MITMDUMP, _free_port, _started
from measure import middle, spread
from stub import EVENTS, QUESTION

ROUNDS = 5
PATH = "/slow/v1/chat/completions"
HERE = Path(__file__).parent
Within = AbstractContextManager[object]
Way = tuple[str, Callable[[], Within]]
"""Where to ask, and what to ask within."""


def asked(url: str) -> tuple[float, int]:
    """Milliseconds to the first event, and how many events came by themselves after it.

    The connection is warm, as it is from an agent's second call on.
    """
    with httpx.Client(verify=False, trust_env=False, timeout=10) as client:
        client.post(url + PATH.replace("slow", "warm"), content=QUESTION)
        began = time.perf_counter()
        with client.stream("POST", url + PATH, content=QUESTION) as reply:
            chunks = reply.iter_bytes()
            times = [(time.perf_counter() - began) * 1000 for data in chunks if b"data: " in data]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return times[0], sum(gap > 5 for gap in gaps)


@contextmanager
def session(folder: Path) -> Iterator[None]:
    """A recorded session of agentprobe in this process."""
    import agentprobe
    from agentprobe.adapters import http_hook

    with agentprobe.session(trace=folder / f"{time.perf_counter_ns()}.jsonl"):
        yield
    http_hook.uninstall()


def peers(folder: Path) -> Iterator[Way]:
    """What else records in this process, of what is installed."""
    for name in ("vcr", "cassetter"):
        if find_spec(name) is None:
            print(f"{name}: not installed here")
            continue
        yield name, partial(_taped, import_module(name).use_cassette, folder)


def _taped(use: Callable[[str], Within], folder: Path) -> Within:
    return use(str(folder / f"{time.perf_counter_ns()}.yaml"))


def ways(stack: ExitStack, provider: str, folder: Path) -> dict[str, Way]:
    """Whatever can be measured here."""
    command = [sys.executable, str(HERE / "gateway.py"), provider, str(folder / "g.jsonl")]
    gateway = stack.enter_context(beside(command))
    found: dict[str, Way] = {
        "httpx alone": (provider, nullcontext),
        "agentprobe's hook": (provider, lambda: session(folder)),
        "agentprobe's gateway": (gateway.said, nullcontext),
        **{name: (provider, within) for name, within in peers(folder)},
    }
    if MITMDUMP.exists():
        port = _free_port()
        options = ["-q", "-m", f"reverse:{provider}", "--listen-host", "127.0.0.1", "-p", str(port)]
        process = [str(MITMDUMP), *options, "--set", f"confdir={folder}"]
        found["mitmproxy"] = _started(stack, "mitmproxy", process, port).url, nullcontext
    return found


def main() -> None:
    """Measure all in turn and print one table."""
    os.environ["NO_PROXY"] = "*"
    times: dict[str, list[float]] = {}
    gaps: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        provider = stack.enter_context(beside([sys.executable, str(HERE / "stub.py")]))
        found = ways(stack, provider.said, Path(name))
        for _ in range(ROUNDS):
            for way, (url, within) in found.items():
                with within():
                    first, kept = asked(url)
                times.setdefault(way, []).append(first)
                gaps.setdefault(way, []).append(kept)
    print(f"{'':22} {'first chunk, ms':>26} {'late, ms':>24} {f'gaps of {EVENTS - 1}':>12}")
    for way, values in times.items():
        late = [a - b for a, b in zip(values, times["httpx alone"], strict=True)]
        print(f"{way:22} {spread(values, 1):>26} {spread(late, 1):>24} {middle(gaps[way]):12.0f}")


if __name__ == "__main__":
    main()
