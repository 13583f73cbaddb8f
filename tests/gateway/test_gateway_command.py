"""`agentprobe gateway` as its users run it: a process, its address, its sessions, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import openai
import pytest
from click.testing import CliRunner

from agentprobe.cli.commands.gateway import _export, command
from agentprobe.errors import ConfigError
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Provider, Seen, Wire

START = "from agentprobe.cli.main import main; raise SystemExit(main())"
ASKED: Any = [{"role": "user", "content": "Good morning"}]
CHAT = "/chat/completions"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def running(folder: Path, *words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, ended at the end whatever happened."""
    clean = {name: value for name, value in os.environ.items() if not name.endswith(("_BASE_URL", "_PROXY"))}
    with subprocess.Popen(
        [sys.executable, "-c", START, "gateway", "--out", str(folder), *words],
        env={**clean, "PYTHONUNBUFFERED": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def announced(process: subprocess.Popen[str]) -> dict[str, str]:
    """The variables that the command says to set."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        if exported := re.fullmatch(r"export (\w+)=(\S+?)(?:\"\$\{.*\}\")?\n", line):
            found[exported[1]] = exported[2]
        if line.startswith("export no_proxy"):
            return found
    raise AssertionError(process.stderr.read() if process.stderr else "it said nothing")


def ended(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> str:
    """Tell it to end; gives what it said on the way."""
    process.send_signal(how)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    return said


def say(url: str, **headers: str) -> str:
    with openai.OpenAI(base_url=url, api_key="k", max_retries=1, default_headers=headers) as client:
        done = client.chat.completions.create(model="gpt-test", messages=ASKED)
        return done.choices[0].message.content or ""


def test_one_gateway_keeps_the_runs_of_many_agents_apart(tmp_path: Path) -> None:
    with running(tmp_path, "--sim", "echo", "--fault", "rate_limited@model:1") as process:
        told = announced(process)
        url = told["OPENAI_BASE_URL"]
        for target, headers in (
            (url, {}),
            (url.replace("/v1", "/run/by-path/v1"), {}),
            (url, {"x-agentprobe-session": "by-header"}),
        ):
            assert say(target, **headers) == "Good morning"
        lines = ended(process, signal.SIGINT)
    traces = {trace.session: trace for trace in map(read_trace, tmp_path.glob("*.jsonl"))}
    assert len(traces) == 3
    assert {"by-path", "by-header"} < set(traces)
    for trace in traces.values():  # the same faults in each, from the first call on
        assert [call.status for call in trace.model_calls] == [429, 200]
        assert trace.complete
        assert trace.ended is not None
        assert trace.ended.status == "ok"
    assert lines.count("200 ok") == 3
    assert "recorded 3 sessions" in lines


def test_own_rules_hold_in_every_session_of_a_gateway(tmp_path: Path) -> None:
    with running(tmp_path, "--sim", "echo", "--redact", "Good m[a-z]+") as process:
        say(announced(process)["OPENAI_BASE_URL"])
        ended(process)
    (trace,) = tmp_path.iterdir()
    assert "[redacted:own_1:" in trace.read_text()
    assert "Good morning" not in trace.read_text()


def test_a_gateway_without_content_keeps_no_word(tmp_path: Path) -> None:
    with running(tmp_path, "--sim", "echo", "--no-content") as process:
        say(announced(process)["OPENAI_BASE_URL"])
        ended(process)
    (trace,) = tmp_path.iterdir()
    assert "morning" not in trace.read_text()
    assert not read_trace(trace).header.content


def test_a_credential_of_a_header_that_stands_elsewhere_too_is_said_at_the_end(tmp_path: Path) -> None:
    """A key without a known form, which the agent tells the model as well."""
    with running(tmp_path, "--sim", "echo") as process:
        url = announced(process)["OPENAI_BASE_URL"]
        with openai.OpenAI(base_url=url, api_key="zebra77stripes9", max_retries=0) as client:
            ask: Any = [{"role": "user", "content": "my zebra77stripes9"}]
            client.chat.completions.create(model="m", messages=ask)
        said = ended(process)
    assert "holds the value of the header authorization; delete the file" in said
    assert "zebra77" not in said.replace("\n", "").partition("agentprobe: ")[2]


def test_an_agent_names_its_run_by_the_variable_of_its_sdk(tmp_path: Path) -> None:
    agent = (
        "import openai; print(openai.OpenAI().chat.completions.create("
        "model='m', messages=[{'role': 'user', 'content': 'Good morning'}]).choices[0].message.content)"
    )
    with running(tmp_path, "--sim", "echo") as process:
        told = announced(process) | {"OPENAI_CUSTOM_HEADERS": "x-agentprobe-session: nightly"}
        words = [sys.executable, "-c", agent]
        done = subprocess.run(words, env={**os.environ, **told}, capture_output=True, text=True, timeout=60)
        assert done.stdout == "Good morning\n", done.stderr
        ended(process)
    assert [trace.name for trace in tmp_path.iterdir()] == ["nightly.jsonl"]


def test_the_provider_does_not_hear_of_sessions(
    tmp_path: Path, provider: Provider, connect: Callable[..., Client]
) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with running(tmp_path, "--openai-url", f"{provider.url}/v1", "--quiet") as process:
        base = announced(process)["OPENAI_BASE_URL"].removesuffix("/v1")
        client = connect(base)
        client.ask("/v1/chat/completions", b"{}", "X-AgentProbe-Session: mine")
        assert client.reply()[0] == 200
        client = connect(base)
        client.ask("/run/mine/v1/chat/completions", b"{}")
        assert client.reply()[0] == 200
        ended(process)
    assert {seen.line for seen in provider.seen} == {"POST /v1/chat/completions HTTP/1.1"}
    assert not [seen for seen in provider.seen if "x-agentprobe-session" in seen.headers]
    assert len(read_trace(tmp_path / "mine.jsonl").model_calls) == 2


def test_a_run_can_be_ended_from_outside_and_its_trace_is_whole(tmp_path: Path) -> None:
    with running(tmp_path, "--sim", "echo") as process:
        base = announced(process)["OPENAI_BASE_URL"].removesuffix("/v1")
        for _ in range(2):
            say(f"{base}/run/a/v1")
            request = urllib.request.Request(f"{base}/run/a", method="DELETE")
            with urllib.request.urlopen(request) as reply:
                assert json.load(reply) == {"ended": "a"}
        assert read_trace(tmp_path / "a.jsonl").complete
        assert read_trace(tmp_path / "a.2.jsonl").complete
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(request)
        ended(process)


def _until_nobody_listens(url: str) -> None:
    address = urlsplit(url)
    with suppress(OSError):
        while True:
            socket.create_connection((address.hostname or "", address.port or 0), timeout=5).close()


def test_a_stream_under_way_ends_before_the_gateway_does(
    tmp_path: Path, provider: Provider, connect: Callable[..., Client]
) -> None:
    go_on = threading.Event()

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + b"a\r\ndata: {}\n\n\r\n")
        await wire.wait(go_on)
        await wire.send(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    provider.script = script
    with running(tmp_path, "--openai-url", f"{provider.url}/v1") as process:
        url = announced(process)["OPENAI_BASE_URL"].removesuffix("/v1")
        client = connect(url)
        client.ask()
        client.until(b"\r\n\r\n")
        client.chunk()
        process.send_signal(signal.SIGTERM)
        _until_nobody_listens(url)
        go_on.set()
        assert client.chunk() == b"data: [DONE]\n\n"
        assert process.wait(20) == 0
    (trace,) = map(read_trace, tmp_path.glob("*.jsonl"))
    assert trace.complete
    assert trace.model_calls[0].complete


def test_a_second_signal_breaks_off_what_is_under_way(
    tmp_path: Path, provider: Provider, connect: Callable[..., Client]
) -> None:
    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + b"a\r\ndata: {}\n\n\r\n")
        await wire.wait(threading.Event())

    provider.script = script
    with running(tmp_path, "--openai-url", f"{provider.url}/v1", "--grace", "600") as process:
        url = announced(process)["OPENAI_BASE_URL"].removesuffix("/v1")
        client = connect(url)
        client.ask()
        client.until(b"\r\n\r\n")
        client.chunk()
        process.send_signal(signal.SIGTERM)
        _until_nobody_listens(url)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    (trace,) = map(read_trace, tmp_path.glob("*.jsonl"))
    assert trace.ended is not None
    assert trace.model_calls[0].outcome is not None


def test_a_quiet_session_ends_while_the_gateway_goes_on(tmp_path: Path) -> None:
    with running(tmp_path, "--sim", "echo", "--close-after", "0.05") as process:
        say(announced(process)["OPENAI_BASE_URL"].replace("/v1", "/run/short/v1"))
        while read_trace(tmp_path / "short.jsonl").ended is None:
            assert process.poll() is None
        ended(process)


def test_who_can_come_in_from_elsewhere_is_warned_of(tmp_path: Path) -> None:
    with running(tmp_path, "--sim", "echo", "--host", "0.0.0.0", "--token", "a-token-of-mine") as process:
        told = announced(process)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/a-token-of-mine/v1", told["OPENAI_BASE_URL"])
        assert say(told["OPENAI_BASE_URL"]) == "Good morning"
        assert "0.0.0.0 is more than this machine" in ended(process)


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--token", "abc", "--out", str(tmp_path)])
    assert isinstance(result.exception, ConfigError)
    assert "at least 8" in str(result.exception)


def test_as_a_proxy_it_serves_agents_whose_addresses_are_fixed_each_run_by_its_name(tmp_path: Path) -> None:
    program = (
        "import openai; print(openai.OpenAI(api_key='k').chat.completions.create("
        f"model='m', messages={ASKED!r}).choices[0].message.content)"
    )
    clean = {name: value for name, value in os.environ.items() if not name.endswith(("_BASE_URL", "_PROXY"))}
    with running(tmp_path, "--sim", "echo", "--proxy") as process:
        told = announced(process)
        assert "OPENAI_BASE_URL" not in told
        bundle = Path(told["SSL_CERT_FILE"])
        address = told["HTTPS_PROXY"]
        for user in ("session", "nightly-7"):
            mine = address.replace("//session:", f"//{user}:")
            environ = {**clean, **told, "HTTPS_PROXY": mine, "https_proxy": mine}
            run = [sys.executable, "-c", program]
            done = subprocess.run(run, env=environ, stdout=subprocess.PIPE, text=True, check=True)
            assert done.stdout == "Good morning\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    traces = [read_trace(path) for path in tmp_path.glob("*.jsonl")]
    assert [len(trace.model_calls) for trace in traces] == [1, 1]
    assert "nightly-7" in {trace.header.session for trace in traces}
    assert all(record.by == "proxy" for trace in traces for record in trace.coverage)
    assert not bundle.exists()


@pytest.mark.parametrize(("before", "after"), [("/mine:/too", "/start:/mine:/too"), ("", "/start")])
def test_what_a_shell_has_in_a_list_of_its_own_stays_in_there(before: str, after: str) -> None:
    script = f'{_export("PYTHONPATH", "/start")}\nprintf %s "$PYTHONPATH"'
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": before}
    said = subprocess.run(["sh", "-c", script], env=environ, check=True, capture_output=True, text=True)
    assert said.stdout == after
