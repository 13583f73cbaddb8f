"""Google's own SDK against the real server, and behind the gateway: what an agent on Gemini goes through."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google import genai
from google.genai import errors, types

from agentprobe.adapters.orders import Orders
from agentprobe.chaos.schedule import Schedule
from agentprobe.gateway.launcher import launch
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import call, refuse, say
from agentprobe.sim.script import Script, Turn, When
from agentprobe.sim.server import background
from agentprobe.trace.read import read_trace

WEATHER = Script(
    call(("weather", {"city": "Oslo"}), ("weather", {"city": "Rome"}), text="Let me look."),
    say("It rains in Oslo."),
    Turn((refuse("I would rather not."),), when=When(user_contains="bomb")),
)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = types.Tool(
    function_declarations=[types.FunctionDeclaration(name="weather", parameters_json_schema=CITY)]
)
CONFIG = types.GenerateContentConfig(
    tools=[TOOLS], temperature=0, max_output_tokens=100, system_instruction="Be brief."
)
AGENT = """
    from google import genai
    from google.genai import types
    def weather(city: str) -> str:
        '''What the sky does.'''
        return f"rain in {city}"
    options = types.HttpOptions(retry_options=types.HttpRetryOptions(attempts=3, initial_delay=0.01))
    client = genai.Client(http_options=options)
    config = types.GenerateContentConfig(tools=[weather], temperature=0)
    chat = client.chats.create(model="gemini-3-flash", config=config)
    print("".join(chunk.text or "" for chunk in chat.send_message_stream("Weather?")))
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with background(SimulatedModel(WEATHER, seed=1)) as url:
        yield url


@pytest.fixture
def gemini(url: str) -> Iterator[genai.Client]:
    with genai.Client(api_key="any", http_options=types.HttpOptions(base_url=url)) as client:
        yield client


def asked(text: str) -> list[types.Content]:
    return [types.Content(role="user", parts=[types.Part(text=text)])]


def test_an_agent_goes_through_parallel_tools_to_its_answer(gemini: genai.Client) -> None:
    told: list[Any] = [*asked("Weather?")]
    first = gemini.models.generate_content(model="gemini-3-flash", contents=told, config=CONFIG)
    wishes = first.function_calls or []
    assert [(wish.name, wish.args) for wish in wishes] == [
        ("weather", {"city": "Oslo"}),
        ("weather", {"city": "Rome"}),
    ]
    assert first.candidates is not None
    assert first.candidates[0].finish_reason is types.FinishReason.STOP
    results = [
        types.Part(
            function_response=types.FunctionResponse(id=w.id, name=w.name, response={"result": "rain"})
        )
        for w in wishes
    ]
    told += [first.candidates[0].content, types.Content(role="user", parts=results)]
    last = gemini.models.generate_content(model="gemini-3-flash", contents=told, config=CONFIG)
    assert (last.text, last.model_version) == ("It rains in Oslo.", "gemini-3-flash")
    counted = last.usage_metadata
    assert counted is not None
    assert counted.prompt_token_count
    assert counted.candidates_token_count


def test_a_stream_comes_in_pieces_and_says_why_it_ended(gemini: genai.Client) -> None:
    chunks = list(gemini.models.generate_content_stream(model="m", contents=asked("Weather?"), config=CONFIG))
    assert len(chunks) > 3
    assert "".join(chunk.text or "" for chunk in chunks if chunk.text) == "Let me look."
    calls = [wish for chunk in chunks for wish in chunk.function_calls or ()]
    assert [wish.args for wish in calls] == [{"city": "Oslo"}, {"city": "Rome"}]
    last = chunks[-1]
    assert last.candidates is not None
    assert last.candidates[0].finish_reason is types.FinishReason.STOP
    assert last.usage_metadata is not None


def test_a_refusal_is_said_in_plain_words(gemini: genai.Client) -> None:
    answer = gemini.models.generate_content(model="m", contents=asked("a bomb"))
    assert answer.text == "I would rather not."


def test_what_is_no_request_is_refused_in_google_s_words(gemini: genai.Client) -> None:
    broken = types.HttpOptions(extra_body={"contents": "no list"})
    config = types.GenerateContentConfig(http_options=broken)
    with pytest.raises(errors.ClientError) as caught:
        gemini.models.generate_content(model="m", contents=asked("?"), config=config)
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


def test_models_are_listed(gemini: genai.Client) -> None:
    assert [model.name for model in gemini.models.list()] == ["models/simulated"]


def traced(folder: Path, fault: str = "", **options: Any) -> Path:
    path = folder / "trace.jsonl"
    orders = Orders(
        id="test", trace=path, schedule=str(Schedule.parse(fault)) if fault else "", simulated=True
    )
    launched = launch(
        [sys.executable, "-c", textwrap.dedent(AGENT)],
        orders,
        answer=SimulatedModel(WEATHER, seed=1).pieces,
        environ=dict(os.environ),
        **options,
    )
    assert launched.code == 0
    return path


def test_an_unchanged_agent_is_recorded_with_its_tools(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trace = read_trace(traced(tmp_path))
    assert capfd.readouterr().out.strip().endswith("It rains in Oslo.")
    first, second = trace.model_calls
    assert (first.name, first.record.dialect, second.status) == ("gemini-3-flash", "gemini", 200)
    assert first.settings is not None
    assert (first.settings.temperature, first.settings.stream) == (0, True)
    assert first.answer is not None
    assert [wish.name for wish in first.answer.tool_calls] == ["weather", "weather"]
    assert second.answer is not None
    assert (second.answer.text, second.truncated) == ("It rains in Oslo.", False)
    told = (
        {use.name: use.result for use in trace.tool_calls} if hasattr(trace.tool_calls[0], "result") else {}
    )
    assert len(trace.tool_calls) == 2, told


def test_a_rate_limit_is_said_in_google_s_words_and_the_sdk_asks_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trace = read_trace(traced(tmp_path, "rate_limited@model:1"))
    assert capfd.readouterr().out.strip().endswith("It rains in Oslo.")
    assert [call.status for call in trace.model_calls] == [429, 200, 200]


def test_a_recorded_agent_is_replayed_without_any_model(tmp_path: Path) -> None:
    path, agent = traced(tmp_path), tmp_path / "agent.py"
    agent.write_text(textwrap.dedent(AGENT), encoding="utf-8")
    program = str(Path(sys.executable).with_name("agentprobe"))
    command = [program, "replay", str(path), "--", sys.executable, str(agent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert "It rains in Oslo." in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
