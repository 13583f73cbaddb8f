"""What real processes do past the gateway, and what the certificate of their trace says of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.launcher import launch
from agentprobe.trace.certificate import Certificate
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider, Seen, Wire

REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def certified(folder: Path, provider: Provider, *command: str) -> Certificate:
    """The certificate of a run of this command, to which the provider is the model's."""
    path = folder / "trace.jsonl"
    launch(list(command), Orders(id="test", trace=path), urls={"openai": f"{provider.url}/v1"})
    return read_trace(path).certificate


def program(code: str) -> str:
    return textwrap.dedent(code)


def asking(provider: Provider, *, end: str = "") -> str:
    """A program that asks a model by a library that no hook knows, and ends so."""
    return (
        f"import os, signal, http.client\nlink = http.client.HTTPConnection('{provider.url[7:]}')\n"
        + program(
            f"""
        link.request('POST', '/v1/chat/completions', b'{{}}')
        link.getresponse().read()
        {end}
        """
        )
    )


def port(provider: Provider) -> int:
    return int(provider.url.rpartition(":")[2])


def test_a_library_without_a_hook_does_not_escape_unseen(tmp_path: Path, provider: Provider) -> None:
    provider.says(REPLY)
    found = certified(tmp_path, provider, sys.executable, "-c", asking(provider))
    assert not found.complete
    assert [(one.port, one.purpose, one.sampled) for one in found.escaped] == [
        (port(provider), "model", False)
    ]


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_an_escape_is_written_when_it_happens_and_outlives_the_process(
    tmp_path: Path, provider: Provider, end: str
) -> None:
    provider.says(REPLY)
    assert len(certified(tmp_path, provider, sys.executable, "-c", asking(provider, end=end)).escaped) == 1


def test_a_child_of_a_child_is_watched_too(tmp_path: Path, provider: Provider) -> None:
    provider.says(REPLY)
    inner = asking(provider)
    middle = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {middle!r}])"
    found = certified(tmp_path, provider, sys.executable, "-c", outer)
    assert len(found.hooked) == 3
    assert len(found.escaped) == 1


def test_a_forked_child_speaks_for_itself(tmp_path: Path, provider: Provider) -> None:
    provider.says(REPLY)
    code = f"import os\nif os.fork() == 0:\n{textwrap.indent(asking(provider), '    ')}\nelse:\n    os.wait()"
    found = certified(tmp_path, provider, sys.executable, "-c", code)
    assert len(found.hooked) == 2
    assert len(found.escaped) == 1


def test_an_agent_that_asks_only_the_gateway_is_complete(tmp_path: Path, provider: Provider) -> None:
    provider.says(REPLY)
    code = """
    import os, urllib.request
    urllib.request.urlopen(os.environ["OPENAI_BASE_URL"] + "/chat/completions", b"{}").read()
    """
    found = certified(tmp_path, provider, sys.executable, "-c", program(code))
    assert found.complete, found.sentences


def test_name_and_time_services_are_no_escapes(tmp_path: Path, provider: Provider) -> None:
    """Connecting a datagram socket sends nothing; programs do so to learn their own address."""
    code = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('8.8.8.8', 53))"
    assert certified(tmp_path, provider, sys.executable, "-W", "ignore", "-c", code).complete


# -- seen from outside -------------------------------------------------------------------------------


linux = pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="only Linux shows other processes")


def seen_from_outside(folder: Path, provider: Provider, *command: str) -> Certificate:
    """The same for a program whose connection stays until the trace has it, so that no look can miss it."""
    trace = folder / "trace.jsonl"

    async def script(_: Seen, wire: Wire) -> None:
        for _look in range(1000):
            if _told_from_outside(trace, port(provider)):
                break
            await asyncio.sleep(0.01)
        await wire.send(REPLY)

    provider.script = script
    return certified(folder, provider, *command)


def _told_from_outside(trace: Path, port: int) -> bool:
    lines = trace.read_text().splitlines()
    return any('"by":"outside:' in line and f'"port":{port}' in line for line in lines)


@linux
def test_a_python_that_takes_no_hook_is_seen_from_outside(tmp_path: Path, provider: Provider) -> None:
    found = seen_from_outside(tmp_path, provider, sys.executable, "-I", "-c", asking(provider))
    assert [(one.port, one.sampled) for one in found.escaped] == [(port(provider), True)]
    assert "Python was started with -I" in " ".join(found.sentences)


@linux
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_node_going_straight_to_a_provider_is_seen_from_outside(tmp_path: Path, provider: Provider) -> None:
    agent = tmp_path / "agent.mjs"
    agent.write_text(f"await (await fetch('{provider.url}/v1/x', {{method: 'POST', body: '{{}}'}})).text()")
    found = seen_from_outside(tmp_path, provider, "node", str(agent))
    assert [one.process.partition(" (")[0] for one in found.escaped] == ["node agent.mjs"]


@linux
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_a_program_of_no_language_at_all_is_seen_from_outside(tmp_path: Path, provider: Provider) -> None:
    url, secret = f"{provider.url}/v1/x", "sk-abcdefghijklmnopqrstuvwxyz123456"
    found = seen_from_outside(
        tmp_path,
        provider,
        "curl",
        "-s",
        "-o",
        "/dev/null",
        "-H",
        f"Authorization: Bearer {secret}",
        "-d",
        "{}",
        url,
    )
    assert [one.process.partition(" (")[0] for one in found.escaped] == ["curl"]
    assert secret not in " ".join(found.sentences)


def test_the_certificate_is_among_a_traces_facts(tmp_path: Path, provider: Provider) -> None:
    from agentprobe.report.json_trace import as_json

    provider.says(REPLY)
    certified(tmp_path, provider, sys.executable, "-c", asking(provider))
    facts = json.loads(as_json(read_trace(tmp_path / "trace.jsonl")))["certificate"]
    assert not facts["complete"]
    assert facts["sentences"][0].startswith("NOT COMPLETE: ")
    (escape,) = facts["escaped"]
    assert (escape["host"], escape["port"], escape["purpose"]) == ("127.0.0.1", port(provider), "model")
