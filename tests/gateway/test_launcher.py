"""Agents started as they are, behind the gateway, and everything they may count on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentprobe.adapters.orders import Orders
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import ConfigError
from agentprobe.gateway.launcher import launch
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

ANSWER = json.dumps(
    {
        "id": "c1",
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        ],
    }
).encode()
ASKS = """
    import json, os, urllib.request
    def ask(variable="OPENAI_BASE_URL", path="/chat/completions"):
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "?"}]}).encode()
        request = urllib.request.Request(os.environ[variable] + path, body)
        return json.load(urllib.request.urlopen(request))
"""


def model(_: HttpRequest) -> Generator[Piece, None, None]:
    yield HttpReply(status=200, headers=(("content-type", "application/json"),))
    yield Chunk(ANSWER)


def python(code: str) -> list[str]:
    """A command that runs this program, which may `ask()` a model."""
    return [sys.executable, "-c", textwrap.dedent(ASKS) + textwrap.dedent(code)]


def orders(folder: Path) -> Orders:
    return Orders(id="test", trace=folder / "trace.jsonl")


def told(capfd: pytest.CaptureFixture[str], folder: Path, environ: dict[str, str], **options: Any) -> Any:
    """The environment that a launched agent finds."""
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    launch([sys.executable, "-c", code], orders(folder), environ=environ, **options)
    return json.loads(capfd.readouterr().out)


@pytest.mark.parametrize("code", [0, 1, 3, 77, 255])
def test_the_exit_code_is_the_agents(tmp_path: Path, code: int) -> None:
    launched = launch(python(f"raise SystemExit({code})"), orders(tmp_path))
    assert (launched.code, launched.complaints) == (code, ())
    ended = read_trace(tmp_path / "trace.jsonl").ended
    assert ended is not None
    assert (ended.exit, ended.status) == (code, "failed" if code else "ok")


def test_an_agent_that_a_signal_ended_has_the_shells_exit_code(tmp_path: Path) -> None:
    code = "import signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert launch(python(code), orders(tmp_path)).code == 128 + signal.SIGKILL


def test_the_standard_streams_are_the_agents_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    launch(python("import sys; print('out'); print('err', file=sys.stderr)"), orders(tmp_path))
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("out\n", "err\n")


def test_an_agent_in_any_language_is_recorded(
    tmp_path: Path, provider: Provider, capfd: pytest.CaptureFixture[str]
) -> None:
    """Here one that knows no SDK, only the base URL."""
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER))
    code = "print(ask()['choices'][0]['message']['content'])"
    environ = {**os.environ, "OPENAI_BASE_URL": f"{provider.url}/v1"}
    assert launch(python(code), orders(tmp_path), environ=environ).code == 0
    assert capfd.readouterr().out == "yes\n"
    assert provider.seen[0].line == "POST /v1/chat/completions HTTP/1.1"
    (call,) = read_trace(tmp_path / "trace.jsonl").model_calls
    assert (call.name, call.status) == ("m", 200)


def test_a_simulated_model_needs_neither_key_nor_network(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    code = "print(ask()['choices'][0]['message']['content'], os.environ['OPENAI_API_KEY'])"
    assert launch(python(code), orders(tmp_path), answer=model, environ=environ).code == 0
    assert capfd.readouterr().out == "yes simulated\n"


def test_a_simulation_keeps_the_real_keys_from_the_agent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = {"OPENAI_API_KEY": "real", "ANTHROPIC_API_KEY": "real", "SEARCH_API_KEY": "the agent's own"}
    found = told(capfd, tmp_path, {**os.environ, **keys}, answer=model)
    assert {found[name] for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")} == {"simulated"}
    assert found["SEARCH_API_KEY"] == "the agent's own"


def test_tools_in_the_agents_process_join_the_same_trace(tmp_path: Path) -> None:
    code = """
    import agentprobe
    @agentprobe.tool(effect="write")
    def refund(order): return {"refunded": order}
    ask()
    refund(order=7)
    """
    launched = launch(python(code), orders(tmp_path), answer=model)
    assert launched.code == 0
    trace = read_trace(tmp_path / "trace.jsonl")
    assert [call.site for call in trace.calls] == ["model", "tool:refund"]
    assert [effect.tool for effect in trace.ledger().effects] == ["refund"]


def test_every_sdk_is_told_and_finds_the_path_it_knows(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environ = {"PATH": os.environ["PATH"], "OPENAI_BASE_URL": "http://localhost:9/openai/v2/"}
    env = told(capfd, tmp_path, environ)
    door = env["ANTHROPIC_BASE_URL"]
    assert door.startswith("http://127.0.0.1:")
    assert env["OPENAI_BASE_URL"] == env["OPENAI_API_BASE"] == f"{door}/openai/v2"


def test_a_base_url_with_a_path_of_its_own_is_reached_by_that_path(
    tmp_path: Path, provider: Provider
) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER))
    urls = {"openai": f"{provider.url}/openai/v2"}
    assert launch(python("ask()"), orders(tmp_path), urls=urls).code == 0
    assert provider.seen[0].line == "POST /openai/v2/chat/completions HTTP/1.1"


def test_a_proxy_of_the_users_does_not_stand_between(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environ = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:1", "no_proxy": "internal"}
    assert launch(python("ask()"), orders(tmp_path), answer=model, environ=environ).code == 0
    env = told(capfd, tmp_path / "other", environ)
    assert env["no_proxy"] == "internal,127.0.0.1,localhost"


def test_telemetry_is_switched_off_only_when_asked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    environ = {"PATH": os.environ["PATH"]}
    assert "OTEL_SDK_DISABLED" not in told(capfd, tmp_path, environ)
    assert told(capfd, tmp_path / "quiet", environ, quiet_telemetry=True)["OTEL_SDK_DISABLED"] == "true"


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no command 'pyhton' on the PATH"):
        launch(["pyhton", "agent.py"], orders(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_script_that_cannot_be_run_by_itself_is_told_from_a_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent.py").write_text("")
    with pytest.raises(ConfigError, match=r"try: python agent\.py"):
        launch(["agent.py"], orders(tmp_path))


def test_a_folder_and_a_whole_line_in_quotes_are_told_apart_from_a_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; write the agent's command behind --"):
        launch([str(tmp_path)], orders(tmp_path))
    with pytest.raises(ConfigError, match="without quotes around all of them"):
        launch(["python agent.py hello"], orders(tmp_path))


def test_no_command_at_all_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no command to run"):
        launch([], orders(tmp_path))


def test_a_base_url_that_is_none_is_named_with_its_variable(tmp_path: Path) -> None:
    environ = {**os.environ, "ANTHROPIC_BASE_URL": "localhost:8080"}
    with pytest.raises(ConfigError, match="ANTHROPIC_BASE_URL: 'localhost:8080' is no base URL"):
        launch(python("pass"), orders(tmp_path), environ=environ)


@pytest.mark.parametrize("by", ["Ctrl-C at the terminal", "kill"])
def test_signals_are_the_agents_affair(tmp_path: Path, by: str) -> None:
    """Ctrl-C reaches the agent without us, a kill through us; it ends in its own way, and once."""
    master, slave = os.openpty()
    program = textwrap.dedent(LAUNCHER).format(
        child=python(CHILD), trace=str(tmp_path / "trace.jsonl"), answer=ANSWER
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=slave,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            if by == "kill":
                process.send_signal(signal.SIGTERM)
            else:
                os.write(master, b"\x03")
            assert process.stdout.read() == "ending well\n"
            assert process.wait(10) == 7
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            os.close(master)
            os.close(slave)
    trace = read_trace(tmp_path / "trace.jsonl")
    assert trace.ended is not None
    assert trace.ended.exit == 7
    assert len(trace.model_calls) == 1


CHILD = """
    import signal, sys, time
    def end(*_):
        print("ending well", flush=True)
        time.sleep(0.1)
        sys.exit(7)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    ask()
    print("ready", flush=True)
    time.sleep(20)
"""
LAUNCHER = """
    import fcntl, sys, termios
    from pathlib import Path
    from agentprobe.adapters.orders import Orders
    from agentprobe.domain.wire import Chunk, HttpReply
    from agentprobe.gateway.launcher import launch
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    def model(_):
        yield HttpReply(status=200, headers=(("content-type", "application/json"),))
        yield Chunk({answer!r})
    orders = Orders(id="t", trace=Path({trace!r}))
    sys.exit(launch({child!r}, orders, answer=model).code)
"""
