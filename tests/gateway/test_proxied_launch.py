"""Agents started behind the proxy by their command line, recorded and replayed."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.gateway.test_sdks import TEXT, model, on_the_wire

from agentprobe.adapters.orders import Orders
from agentprobe.cli.commands.replay import command as replay
from agentprobe.cli.commands.trace import command as trace
from agentprobe.errors import ConfigError
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.launcher import Launched, launch
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

FIXED = """
    import openai
    client = openai.OpenAI(base_url="https://api.openai.com/v1", api_key="k")
    asked = [{"role": "user", "content": "How many?"}]
    print(client.chat.completions.create(model="gpt-test", messages=asked).choices[0].message.content)
"""
COMMAND = [sys.executable, "-c", textwrap.dedent(FIXED)]


def run(folder: Path, **options: object) -> Launched:
    orders = Orders(id="test", trace=folder / "trace.jsonl")
    return launch(COMMAND, orders, proxy=Interception(), **options)  # type: ignore[arg-type]  # as they are


def test_an_address_in_the_source_is_no_way_past_a_simulation(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, answer=model).code == 0
    assert capfd.readouterr().out.strip() == TEXT
    recorded = read_trace(tmp_path / "trace.jsonl")
    (call,) = recorded.model_calls
    assert call.status == 200
    assert recorded.problems == ()


def test_a_client_that_heeds_no_proxy_is_met_in_its_own_process(tmp_path: Path) -> None:
    """And the trace has every call once, whichever way it was seen."""
    program = """
        import httpx, openai
        asked = [{"role": "user", "content": "How many?"}]
        for client in (httpx.Client(trust_env=False), None, httpx.Client()):
            model = openai.OpenAI(api_key="k", http_client=client)
            model.chat.completions.create(model="gpt-test", messages=asked)
    """
    orders = Orders(id="test", trace=tmp_path / "trace.jsonl")
    command = [sys.executable, "-c", textwrap.dedent(program)]
    assert launch(command, orders, answer=model, proxy=Interception()).code == 0
    assert len(read_trace(tmp_path / "trace.jsonl").model_calls) == 3


LIBRARIES = """
    import aiohttp, asyncio, httpx, requests
    url = "https://api.openai.com/v1/chat/completions"
    body = {"model": "gpt-test", "messages": [{"role": "user", "content": "How many?"}]}
    requests.post(url, json=body, timeout=10).raise_for_status()
    httpx.post(url, json=body).raise_for_status()
    heedless = requests.Session()
    heedless.trust_env = False
    heedless.post(url, json=body, timeout=10).raise_for_status()
    async def ask():
        for heeds in (True, False):
            async with aiohttp.ClientSession(trust_env=heeds, raise_for_status=True) as session:
                async with session.post(url, json=body) as reply:
                    await reply.read()
    asyncio.run(ask())
"""


def test_every_librarys_calls_are_counted_once_by_the_proxy_or_by_its_hook(tmp_path: Path) -> None:
    orders = Orders(id="test", trace=tmp_path / "trace.jsonl")
    command = [sys.executable, "-c", textwrap.dedent(LIBRARIES)]
    assert launch(command, orders, answer=model, proxy=Interception()).code == 0
    recorded = read_trace(tmp_path / "trace.jsonl")
    assert len(recorded.model_calls) == 5
    assert recorded.certificate.escaped == ()


def test_what_goes_by_the_proxy_is_left_alone_by_the_hooks(tmp_path: Path, provider: Provider) -> None:
    """With a provider behind it, where a hook would record the call a second time."""
    provider.script = on_the_wire
    program = LIBRARIES.replace("(True, False)", "(True,)").replace("heedless.trust_env = False", "")
    orders = Orders(id="test", trace=tmp_path / "trace.jsonl")
    command = [sys.executable, "-c", textwrap.dedent(program)]
    assert launch(command, orders, urls={"openai": f"{provider.url}/v1"}, proxy=Interception()).code == 0
    assert len(provider.seen) == 4
    assert len(read_trace(tmp_path / "trace.jsonl").model_calls) == 4


def test_a_web_socket_of_the_sdk_is_read_on_its_way(tmp_path: Path) -> None:
    program = """
        import openai
        with openai.OpenAI(api_key="k").responses.connect() as link:
            link.response.create(model="gpt-test", input="over a socket")
            next(event for event in link if event.type == "response.completed")
    """
    orders = Orders(id="test", trace=tmp_path / "trace.jsonl")
    command = [sys.executable, "-c", textwrap.dedent(program)]
    answer = SimulatedModel(load_policy("echo", tmp_path)).pieces
    assert launch(command, orders, answer=answer, proxy=Interception()).code == 0
    (call,) = read_trace(tmp_path / "trace.jsonl").model_calls
    assert call.answer is not None
    assert call.answer.text == "over a socket"


def test_calls_to_the_usual_host_are_sent_where_the_user_says(tmp_path: Path, provider: Provider) -> None:
    provider.script = on_the_wire
    assert run(tmp_path, urls={"openai": f"{provider.url}/v1"}).code == 0
    (seen,) = provider.seen
    assert seen.line == "POST /v1/chat/completions HTTP/1.1"
    assert seen.headers["host"] == provider.url.removeprefix("http://")


def test_a_base_url_in_the_environment_stays_and_its_host_is_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = """
        import openai, os
        print(os.environ["OPENAI_BASE_URL"])
        asked = [{"role": "user", "content": "How many?"}]
        openai.OpenAI(api_key="k").chat.completions.create(model="gpt-test", messages=asked)
    """
    environ = {**os.environ, "OPENAI_BASE_URL": "https://llm.corp.example/v1"}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    orders = Orders(id="test", trace=tmp_path / "trace.jsonl")
    assert launch(command, orders, answer=model, environ=environ, proxy=Interception()).code == 0
    assert capfd.readouterr().out.strip() == "https://llm.corp.example/v1"
    assert len(read_trace(tmp_path / "trace.jsonl").model_calls) == 1


def test_a_run_behind_the_proxy_is_replayed_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fixed.py").write_text(textwrap.dedent(FIXED))
    words = ["--proxy", "--sim", "echo", "--out", "one.jsonl", "--", sys.executable, "fixed.py"]
    assert CliRunner().invoke(trace, words).exit_code == 0
    replayed = CliRunner().invoke(replay, ["one.jsonl"])
    assert replayed.exit_code == 0, replayed.output


def test_what_a_proxy_does_is_said_of_a_proxy_only() -> None:
    done = CliRunner().invoke(trace, ["--intercept", "a.example", "--", "true"])
    assert isinstance(done.exception, ConfigError)
    assert "add --proxy" in str(done.exception)
