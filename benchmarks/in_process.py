"""CPU time that watching a model call adds in the agent's own process: agentprobe beside its peers.

Run: python benchmarks/in_process.py (`make bench` makes the environment that has the peers in it)

The provider is a process of its own and answers at once. Each recorder watches its own process; all are
measured in turn, round after round, and compared within the round. CPU time is that of the whole process,
exporting threads included. It ends within two minutes.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from beside import Beside, beside
from measure import middle, spread
from recorders import RECORDERS, version_of
from stub import EVENTS, LONG, MODEL, SHORT, TOOLS

BARE, OURS = "openai SDK alone", "+ agentprobe"
KINDS = {"JSON": 40, f"SSE, {EVENTS + 2} events": 10, "100 KB context": 4}
"""What is asked, and how often in a round."""
ROUNDS = 15
SECONDS = 75.0
"""No round begins later than this."""
Table = dict[str, dict[str, list[float]]]
"""By kind and recorder: CPU milliseconds per call, one figure a round."""

# -- the watched process -----------------------------------------------------------------------------


def watched(name: str, url: str, folder: Path) -> None:
    """Ask as often as each line says and tell the CPU milliseconds per call and the bytes kept per call."""
    os.environ["NO_PROXY"] = "*"
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # or one prints a line for each lost message
    try:
        watch = RECORDERS[name][0](url, folder)
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way; that is a result
        print(f"{type(error).__name__}: {error}".replace("\n", " ")[:120], flush=True)
        return
    print(f"ready {version_of(name)}", flush=True)
    for line in sys.stdin:
        kind, times = line.rsplit(maxsplit=1)
        ask, count = _asking(kind, watch.client), int(times)
        kept, before = watch.kept(), time.process_time()
        for _ in range(count):
            ask()
        watch.flush()
        spent = (time.process_time() - before) / count * 1000
        print(spent, (watch.kept() - kept) // count, flush=True)


def _asking(kind: str, client: Any) -> Callable[[], object]:
    create = client.chat.completions.create
    if kind.startswith("SSE"):
        return lambda: [None for _ in create(model=MODEL, messages=SHORT, tools=TOOLS, stream=True)]
    messages = LONG if kind.startswith("100") else SHORT
    return lambda: create(model=MODEL, messages=messages, tools=TOOLS)


# -- the measuring one -------------------------------------------------------------------------------


def measure(workers: dict[str, Beside]) -> tuple[Table, dict[str, dict[str, int]]]:
    """Ask all in turn, round after round; the first round only warms up."""
    table: Table = {kind: {name: [] for name in workers} for kind in KINDS}
    kept: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    began = time.perf_counter()
    for number in range(ROUNDS + 1):
        for kind, times in KINDS.items():
            for name, worker in workers.items():
                spent, size = worker.ask(f"{kind} {times}").split()
                if number:
                    table[kind][name].append(float(spent))
                kept[kind][name] = int(size)
        if time.perf_counter() - began > SECONDS:
            break
    return table, kept


def shown(table: Table, kept: dict[str, dict[str, int]]) -> None:
    """Print a table for each kind of question."""
    for kind, spent in table.items():
        own = [a - b for a, b in zip(spent[OURS], spent[BARE], strict=True)]
        print(f"\n{kind}: CPU ms per call, {len(own)} rounds; added = paired difference to the bare SDK")
        print(f"{'':24} {'median':>8} {'added: median (range)':>26} {'times ours':>11} {'kept, bytes':>12}")
        for name, values in spent.items():
            added = [a - b for a, b in zip(values, spent[BARE], strict=True)]
            share = f"{middle(added) / middle(own):.1f}" if name != BARE else ""
            said = spread(added, 3) if name != BARE else ""
            print(f"{name:24} {middle(values):8.2f} {said:>26} {share:>11} {kept[kind][name]:12,}")


def main() -> None:
    """Measure everything that can be set up here; say of the rest why it cannot."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        here = Path(__file__).parent
        provider = stack.enter_context(beside([sys.executable, str(here / "stub.py")]))
        workers: dict[str, Beside] = {}
        for name in RECORDERS:
            command = [sys.executable, __file__, name, provider.said, folder]
            worker = stack.enter_context(beside(command))
            if worker.said.startswith("ready"):
                workers[name] = worker
                print(f"{name:24} {worker.said.removeprefix('ready ')}")
            else:
                print(f"{name:24} cannot be measured: {worker.said}")
        shown(*measure(workers))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        watched(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main()
