"""How many simulated runs of an agent one core carries out in a second.

Run: python benchmarks/simulated_runs.py

A run is three answers of the model and two tool calls, asked by the OpenAI SDK. The floor is the same loop
with fixed answers behind the SDK's own client; above it the simulated model, the corridor, the trace and a
fault that hangs for ten minutes come in one by one. All in turn, round after round; it ends within a minute.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import openai

import agentprobe
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import call, say
from agentprobe.sim.script import Script
from agentprobe.trace.read import read_trace
from measure import Timing, paired, ratio
from stub import MODEL, SHORT, TOOLS

TIMES, ROUNDS = 20, 9
HANG = "hang@model:2"
SCRIPT = Script(call(("tool_0", {"id": "7"})), call(("tool_1", {"id": "7"})), say("It is on its way."))


@agentprobe.tool(effect="read")
def tool_0(id: str) -> str:
    return f"order {id}: shipped"


@agentprobe.tool(effect="write", key="id")
def tool_1(id: str) -> str:
    return f"order {id}: the customer is told"


TOOLBOX: dict[str, Callable[..., str]] = {"tool_0": tool_0, "tool_1": tool_1}


def agent(client: openai.OpenAI) -> str:
    """Ask until there is an answer, as any loop of an agent does."""
    messages: list[Any] = [*SHORT]
    while True:
        said = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS).choices[0].message
        if not said.tool_calls:
            return said.content or ""
        messages.append(said.model_dump(exclude_none=True))
        messages += [_result(wish) for wish in said.tool_calls]


def _result(wish: Any) -> dict[str, str]:
    arguments = json.loads(wish.function.arguments)
    return {
        "role": "tool",
        "tool_call_id": wish.id,
        "content": TOOLBOX[wish.function.name](**arguments),
    }


# -- the same run on ever more of the house ------------------------------------------------------------


def _client(answer: Callable[[HttpRequest], HttpReply] | None) -> openai.OpenAI:
    """The SDK over fixed answers, or over its own transport, which a simulated session never reaches."""
    if answer is None:
        return openai.OpenAI(api_key="sk-none", max_retries=2)

    def handle(request: httpx2.Request) -> httpx2.Response:
        target = request.url.raw_path.decode()
        reply = answer(HttpRequest(method=request.method, target=target, body=request.content))
        return httpx2.Response(reply.status, headers=list(reply.headers), content=reply.body)

    transport = httpx2.MockTransport(handle)
    return openai.OpenAI(api_key="sk-none", http_client=httpx2.Client(transport=transport))


def floor() -> Callable[[], object]:
    """Three fixed answers in turn."""
    asked: list[HttpReply] = []
    model = SimulatedModel(SCRIPT)

    def learn(request: HttpRequest) -> HttpReply:
        asked.append(model.reply(request))
        return asked[-1]

    agent(_client(learn))
    answers = itertools.cycle(asked)
    client = _client(lambda _: next(answers))
    return lambda: agent(client)


def modelled() -> Callable[[], object]:
    """The simulated model, without a session."""
    model = SimulatedModel(SCRIPT)
    client = _client(model.reply)
    return lambda: agent(client)


def in_session(folder: Path | None, schedule: str = "") -> Callable[[], object]:
    """A session on virtual time, with or without a trace."""
    client = _client(None)
    numbers = itertools.count()

    def run() -> str:
        trace = folder / f"{schedule[:4]}{next(numbers)}.jsonl" if folder else None
        model = SimulatedModel(SCRIPT)
        with agentprobe.session(id="run", trace=trace, schedule=schedule, virtual=True, model=model):
            return agent(client)

    return run


# -- what came of it -----------------------------------------------------------------------------------


def check(folder: Path) -> None:
    """The figures mean nothing unless the runs did what they say."""
    for name, attempts, seconds in (("0.jsonl", 3, 1.0), ("hang0.jsonl", 4, 700.0)):
        trace = read_trace(folder / name)
        assert len(trace.model_calls) == attempts, f"{name}: {len(trace.model_calls)} attempts"
        assert len(trace.tool_calls) == 2
        assert (trace.calls[-1].at > 599) == (seconds > 599)


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured = paired(
            {
                "the loop alone, fixed answers": floor(),
                "+ simulated model": modelled(),
                "+ session on virtual time": in_session(None),
                "+ trace": in_session(folder),
                "+ a hang of 600 s": in_session(folder, HANG),
            },
            times=TIMES,
            rounds=ROUNDS,
        )
        check(folder)
    shown(measured)


def shown(measured: dict[str, Timing]) -> None:
    """Each step's cost, and the runs that a core carries out at it."""
    alone = next(iter(measured.values()))
    columns = f"{'CPU ms':>8} {'runs/s a core':>14} {'times the loop alone':>22}"
    print(f"{'a run of 3 answers and 2 tools':32} {columns}")
    for name, timing in measured.items():
        spent = f"{timing.median / 1000:8.2f} {1e6 / timing.median:14.0f}"
        print(f"{name:32} {spent} {ratio(timing, alone):>22}")


if __name__ == "__main__":
    main()
