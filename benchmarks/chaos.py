"""How many runs a second a campaign of faults makes on one core, and what a fault costs that never fires.

Run: python benchmarks/chaos.py

A run is three answers of the simulated model and two tool calls, the second of which hangs for 600 seconds
of virtual time; the agent asks with httpx2 itself. The floor is the same agent with the same answers behind
its own client, with no corridor. Everything is carried out in this process, in turn, round after round. The
cost of an armed fault is what a tool call in a session costs more when a fault is aimed elsewhere, or at it
and due later. It ends within two minutes.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

import agentprobe
from agentprobe.domain.wire import HttpRequest
from agentprobe.lab.chaos.gallery import Gallery
from agentprobe.lab.chaos.run import Chaos, Chosen
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.runners.inline import Inline
from agentprobe.lab.settings import AgentSettings, EffectSettings, Experiment, ModelChoice, TaskSettings
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import call, say
from agentprobe.sim.script import Script
from agentprobe.testing.standing import Quiet
from measure import Timing, paired, ratio

HERE = Path(__file__).resolve().parent
BATCH, TIMES, ROUNDS, CALLS = 16, 3, 15, 2000
SCRIPT = Script(call(("find", {"name": "Ann"})), call(("pay", {"order": "A-1"})), say("Paid A-1."))
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("find", "pay")
]
CLIENT = httpx2.Client(timeout=30)
URL = "http://127.0.0.1:9/v1/chat/completions"


@agentprobe.tool(effect="read")
def find(name: str) -> str:
    return f"{name} has order A-1"


@agentprobe.tool(effect="write", key="order")
def pay(order: str) -> str:
    return f"paid {order}"


def agent(prompt: str, client: Any = None) -> str:
    """Ask until there is an answer; a tool that fails is tried once more."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    while True:
        reply = (client or CLIENT).post(URL, json={"model": "m", "messages": messages, "tools": TOOLS})
        message = reply.json()["choices"][0]["message"]
        if not message.get("tool_calls"):
            return str(message["content"])
        messages.append(message)
        for wish in message["tool_calls"]:
            given = json.loads(wish["function"]["arguments"])
            run: Callable[..., str] = {"find": find, "pay": pay}[wish["function"]["name"]]
            try:
                told = run(**given)
            except TimeoutError:
                told = run(**given)
            messages.append({"role": "tool", "tool_call_id": wish["id"], "content": told})


# -- runs ------------------------------------------------------------------------------------------------


def floor() -> Callable[[], object]:
    """The agent over its own client's transport, with the simulated model's answers and no session."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked = HttpRequest(method="POST", target="/v1/chat/completions", body=request.content)
        reply = model.reply(asked)
        return httpx2.Response(reply.status, headers=list(reply.headers), content=reply.body)

    model = SimulatedModel(SCRIPT)
    client = httpx2.Client(transport=httpx2.MockTransport(handle))
    return lambda: [agent("Pay.", client) for _ in range(BATCH)]


def shots(folder: Path) -> Callable[[], object]:
    """A run under a hang as a campaign makes it: opened, carried out, witnessed, judged."""
    shutil.copyfile(Path(__file__), folder / "chaos.py")
    experiment = Experiment(
        project="p",
        folder=folder,
        agents={"a": AgentSettings(call="chaos:agent")},
        model=ModelChoice(policy="chaos:SCRIPT"),
        tasks=(TaskSettings(id="t", prompt="Pay.", effects=(EffectSettings(tool="pay"),)),),
        chaos=ChaosSettings(faults=("hang@tool:pay:1",), strength=1),
    )
    chaos = Chaos(experiment, Chosen(), Quiet(), inline=True)
    kept: list[tuple[Gallery, Any]] = []
    first = Gallery.shoot

    def shoot(self: Gallery, wanted: Any) -> Any:
        kept.append((self, wanted))
        return first(self, wanted)

    Gallery.shoot = shoot  # type: ignore[method-assign, assignment]  # to learn the very shots that a campaign makes
    try:
        found = chaos.run()
    finally:
        Gallery.shoot = first  # type: ignore[method-assign]  # as it was
    (cell,) = found.cells
    assert dict(cell.counts) == {"overspent": 1}, cell  # it waited 600 s, on virtual time
    gallery, wanted = next(one for one in kept if one[1][0].job.run.regime.schedule)
    assert isinstance(gallery.pool, Inline)
    pool = gallery.pool
    from agentprobe.lab.runners import worker

    batch = tuple(wanted[:1]) * BATCH
    return lambda: pool.do(worker.shoot, batch)


# -- an armed fault ----------------------------------------------------------------------------------------


def called(schedule: str) -> Callable[[], object]:
    """Many calls of a tool in one session."""
    with agentprobe.session():
        pass

    def run() -> None:
        with agentprobe.session(schedule=schedule, virtual=True):
            for _ in range(CALLS):
                find("Ann")

    return run


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as name:
        measured = paired(
            {"the agent alone": floor(), "+ a 600 s hang, as a campaign runs it": shots(Path(name))},
            times=TIMES,
            rounds=ROUNDS,
        )
    columns = f"{'CPU ms':>8} {'runs/s a core':>14} {'times the agent alone':>22}"
    print(f"{'a run of 3 answers and 2 tools':40} {columns}")
    alone = next(iter(measured.values()))
    for name, timing in measured.items():
        each = timing.median / BATCH
        print(f"{name:40} {each / 1000:8.2f} {1e6 / each:14.0f} {ratio(timing, alone):>22}")
    print(f"{BATCH * TIMES * ROUNDS} runs hung for 600 s each\n")
    armed: dict[str, Timing] = paired(
        {
            "no fault": called(""),
            "a fault aimed at another tool": called("hang@tool:pay:1"),
            "a fault aimed here, due later": called("hang@tool:find:999999"),
        },
        times=1,
        rounds=ROUNDS,
    )
    base = armed["no fault"].median / CALLS
    print(f"{'a tool call in a session':40} {'CPU us':>8} {'added us':>10}")
    for name, timing in armed.items():
        each = timing.median / CALLS
        print(f"{name:40} {each:8.2f} {each - base:10.2f}")


if __name__ == "__main__":
    main()
