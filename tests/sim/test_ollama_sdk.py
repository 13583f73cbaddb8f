"""Ollama's own client against the real server, and behind the gateway."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import ollama
import pytest

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.launcher import launch
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import call, say
from agentprobe.sim.script import Script
from agentprobe.sim.server import background
from agentprobe.trace.read import read_trace

WEATHER = Script(call(("weather", {"city": "Oslo"}), text="Let me look."), say("It rains in Oslo."))
AGENT = """
    import ollama
    def weather(city: str) -> str:
        '''What the sky does.'''
        return f"rain in {city}"
    messages = [{"role": "user", "content": "Weather?"}]
    while True:
        said = ollama.Message(role="assistant", content="", tool_calls=[])
        for part in ollama.chat(model="qwen3", messages=messages, tools=[weather], stream=True):
            said.content += part.message.content or ""
            said.tool_calls += part.message.tool_calls or []
        messages.append(said)
        if not said.tool_calls:
            break
        for wish in said.tool_calls:
            told = weather(**wish.function.arguments)
            messages.append({"role": "tool", "content": told, "tool_name": wish.function.name})
    print(said.content)
"""


@pytest.fixture
def client() -> Iterator[ollama.Client]:
    with background(SimulatedModel(WEATHER, seed=1)) as url, ollama.Client(host=url) as client:
        yield client


def traced(folder: Path, fault: str = "") -> tuple[Path, int]:
    path = folder / "trace.jsonl"
    orders = Orders(id="test", trace=path, schedule=fault, simulated=True)
    command = [sys.executable, "-c", textwrap.dedent(AGENT)]
    answer = SimulatedModel(WEATHER, seed=1).pieces
    return path, launch(command, orders, answer=answer, environ=dict(os.environ)).code


def test_the_client_chats_generates_and_counts(client: ollama.Client) -> None:
    answer = client.chat(model="m", messages=[{"role": "user", "content": "Weather?"}])
    (wish,) = answer.message.tool_calls or ()
    assert (wish.function.name, wish.function.arguments) == ("weather", {"city": "Oslo"})
    assert (answer.done, answer.done_reason) == (True, "stop")
    assert answer.eval_count
    parts = list(client.generate(model="m", prompt="Weather?", stream=True))
    assert "".join(part.response or "" for part in parts) == "Let me look."
    assert parts[-1].done


def test_what_is_no_request_is_refused_in_its_words(client: ollama.Client) -> None:
    with pytest.raises(ollama.ResponseError, match="no request to Ollama") as caught:
        client.chat(model="m", messages=[], options={"temperature": "hot"})
    assert caught.value.status_code == 400


def test_an_unchanged_agent_is_recorded_and_replayed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, code = traced(tmp_path)
    assert (code, capfd.readouterr().out.strip()) == (0, "It rains in Oslo.")
    trace = read_trace(path)
    assert [(made.name, made.record.dialect, made.status) for made in trace.model_calls] == [
        ("qwen3", "ollama", 200)
    ] * 2
    assert [use.name for use in trace.tool_calls] == ["weather"]
    agent = tmp_path / "agent.py"
    agent.write_text(textwrap.dedent(AGENT), encoding="utf-8")
    program = str(Path(sys.executable).with_name("agentprobe"))
    done = subprocess.run(
        [program, "replay", str(path), "--", sys.executable, str(agent)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    assert "It rains in Oslo." in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rate_limit_reaches_the_agent_as_its_client_s_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, code = traced(tmp_path, "rate_limited@model:1")
    assert code == 1
    assert "status code: 429" in capfd.readouterr().err
    assert [made.status for made in read_trace(path).model_calls] == [429]
