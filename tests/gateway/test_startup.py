"""The start-up hook in real child processes: what it attaches to, and what an agent never feels of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentprobe.adapters.coverage_words import HINTS, CoverageWords
from agentprobe.adapters.orders import VARIABLE, Orders
from agentprobe.gateway.launcher import launch
from agentprobe.gateway.startup_path import startup_hook
from agentprobe.trace.read import read_trace
from agentprobe.trace.secret_forms import FORMS
from agentprobe.trace.view import Trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

ANSWER = json.dumps(
    {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        ],
    }
).encode()
HARD_CODED = """
    from openai import OpenAI
    client = OpenAI(base_url="{url}/v1", api_key="k")
    answer = client.chat.completions.create(model="m", messages=[{{"role": "user", "content": "?"}}])
    print(answer.choices[0].message.content)
"""


def traced(folder: Path, code: str, *flags: str, **options: Any) -> Trace:
    """Run this program as an agent."""
    path = folder / "trace.jsonl"
    command = [sys.executable, *flags, "-c", textwrap.dedent(code)]
    assert launch(command, Orders(id="test", trace=path), **options).code == 0
    return read_trace(path)


def child(code: str, folder: Path, *, python: str = sys.executable, **environ: str) -> str:
    """What a program of a session prints, on both streams."""
    path = folder / "trace.jsonl"
    path.write_text('{"agentprobe": "trace", "version": 1}\n')
    told = {
        VARIABLE: Orders(id="t", trace=path).to_json(),
        **startup_hook(environ),
        "PATH": os.environ["PATH"],
    }
    ran = subprocess.run(
        [python, "-c", textwrap.dedent(code)],
        env={**told, **{name: value for name, value in environ.items() if name not in told}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stdout


def ways(trace: Trace) -> dict[str, str]:
    """Each way that spoke up, and why it could not attach."""
    return {way.name: way.why for record in trace.coverage for way in record.ways}


def says_yes(provider: Provider) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    provider.says(head % len(ANSWER) + ANSWER)


def test_a_hard_coded_base_url_is_in_the_trace(
    tmp_path: Path, provider: Provider, capfd: pytest.CaptureFixture[str]
) -> None:
    says_yes(provider)
    trace = traced(tmp_path, HARD_CODED.format(url=provider.url))
    assert capfd.readouterr().out == "yes\n"
    (call,) = trace.model_calls
    assert (call.name, call.status) == ("m", 200)
    assert call.by.startswith("process:")


LIBRARIES = {
    "httpx": "import httpx; print(httpx.post(URL, json=ASK).json()['id'])",
    "httpx2": "import httpx2; print(httpx2.post(URL, json=ASK).json()['id'])",
    "requests": "import requests; print(requests.post(URL, json=ASK).json()['id'])",
    "aiohttp": """
        import aiohttp, asyncio
        async def ask():
            async with aiohttp.ClientSession() as client, client.post(URL, json=ASK) as reply:
                print((await reply.json())['id'])
        asyncio.run(ask())
        """,
    "uvloop": """
        import httpx2, uvloop
        async def ask():
            async with httpx2.AsyncClient() as client:
                print((await client.post(URL, json=ASK)).json()['id'])
        uvloop.run(ask())
        """,
    "botocore": """
        import json
        from botocore.awsrequest import AWSRequest
        from botocore.httpsession import URLLib3Session
        request = AWSRequest("POST", URL, data=json.dumps(ASK).encode())
        print(json.loads(URLLib3Session().send(request.prepare()).content)['id'])
        """,
}
ASK = {"model": "m", "messages": [{"role": "user", "content": "?"}]}


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_library_with_a_hard_coded_address_is_recorded_once_and_certified(
    tmp_path: Path, provider: Provider, capfd: pytest.CaptureFixture[str], library: str
) -> None:
    says_yes(provider)
    code = f"URL = '{provider.url}/v1/chat/completions'\nASK = {ASK!r}\n" + textwrap.dedent(
        LIBRARIES[library]
    )
    trace = traced(tmp_path, code, urls={"openai": provider.url})
    assert capfd.readouterr() == ("c1\n", "")
    assert [(call.name, call.status) for call in trace.model_calls] == [("m", 200)]
    assert trace.certificate.complete, trace.certificate.sentences


@pytest.mark.parametrize("library", ["httpx2", "requests", "aiohttp"])
def test_each_library_is_answered_by_the_simulation_wherever_it_turns(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], library: str
) -> None:
    from agentprobe.sim.engine import SimulatedModel
    from agentprobe.sim.load import load_policy

    answer = SimulatedModel(load_policy("echo", tmp_path)).pieces
    url = "https://api.openai.com/v1/chat/completions"
    trace = traced(
        tmp_path, f"URL = '{url}'\nASK = {ASK!r}\n" + textwrap.dedent(LIBRARIES[library]), answer=answer
    )
    assert capfd.readouterr().out.strip()
    assert len(trace.model_calls) == 1


def test_what_goes_through_the_gateway_is_recorded_once(tmp_path: Path, provider: Provider) -> None:
    says_yes(provider)
    trace = traced(
        tmp_path, HARD_CODED.replace('base_url="{url}/v1", ', "").format(), urls={"openai": provider.url}
    )
    assert [call.by for call in trace.model_calls] == ["process"]


def test_a_simulated_session_answers_a_hard_coded_base_url_itself(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from agentprobe.sim.engine import SimulatedModel
    from agentprobe.sim.load import load_policy

    answer = SimulatedModel(load_policy("echo", tmp_path)).pieces
    trace = traced(tmp_path, HARD_CODED.format(url="https://api.openai.com"), answer=answer)
    assert capfd.readouterr().out == "?\n"
    assert len(trace.model_calls) == 1


def test_in_a_simulated_session_no_provider_has_an_address(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = """
    import urllib.request
    try:
        urllib.request.urlopen("https://api.openai.com/v1/models")
    except OSError as error:
        print(error)
    """
    traced(tmp_path, code, answer=lambda _: iter(()))
    assert "nothing is sent to api.openai.com" in capfd.readouterr().out


def test_children_of_the_agent_are_hooked_as_well(tmp_path: Path, provider: Provider) -> None:
    says_yes(provider)
    inner = textwrap.dedent(HARD_CODED.format(url=provider.url))
    trace = traced(tmp_path, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])")
    assert len(trace.certificate.hooked) == 2
    assert len(trace.model_calls) == 1


def test_a_fault_strikes_a_call_that_passes_the_gateway_by(tmp_path: Path, provider: Provider) -> None:
    says_yes(provider)
    path = tmp_path / "trace.jsonl"
    code = textwrap.dedent(HARD_CODED.format(url=provider.url))
    orders = Orders(id="test", trace=path, schedule="rate_limited(retry_after=0)@model:1")
    assert launch([sys.executable, "-c", code], orders).code == 0
    assert [call.status for call in read_trace(path).model_calls] == [429, 200]


def test_a_program_without_a_session_never_hears_of_us(tmp_path: Path) -> None:
    program = "import sys; print([name for name in sys.modules if 'agentprobe' in name])"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], **startup_hook({})},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_the_start_imports_nothing_that_costs(tmp_path: Path) -> None:
    said = child("import sys; print(*sys.modules)", tmp_path).split()
    assert "agentprobe.adapters.startup" in said
    dear = {
        "msgspec",
        "asyncio",
        "ssl",
        "socket",
        "typing",
        "click",
        "numpy",
        "scipy",
        "matplotlib",
        "pathlib",
    }
    assert not dear & set(said)


def test_the_agents_own_sitecustomize_still_runs(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("print('own')")
    said = child("import sitecustomize; print(sitecustomize.__file__)", tmp_path, PYTHONPATH=str(own))
    assert said == f"own\n{own / 'sitecustomize.py'}\n"


def test_an_error_in_the_agents_own_sitecustomize_is_told_as_ever(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("1 / 0")
    assert "ZeroDivisionError" in child("print('on')", tmp_path, PYTHONPATH=str(own), PYTHONVERBOSE="")


def bare(folder: Path) -> str:
    """An interpreter whose environment lacks agentprobe and all it stands on."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    return str(folder / "bin" / "python")


def test_an_environment_without_agentprobe_borrows_it_and_nothing_else(tmp_path: Path) -> None:
    code = """
    import importlib.util, agentprobe
    print(agentprobe.tool.__name__, [importlib.util.find_spec(name) for name in ("httpx", "click", "numpy")])
    """
    assert child(code, tmp_path, python=bare(tmp_path / "env")) == "tool [None, None, None]\n"
    assert ways(read_trace(tmp_path / "trace.jsonl")) == {"python": ""}


def test_an_interpreter_that_cannot_be_hooked_runs_on_and_is_named_in_the_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = json.loads(startup_hook({})["AGENTPROBE_LENT"])
    monkeypatch.setattr(
        "agentprobe.gateway.startup_path._lent", lambda: json.dumps({**lent, "python": "x-1"})
    )
    assert child("print('on')", tmp_path, python=bare(tmp_path / "env")) == "on\n"
    why = ways(read_trace(tmp_path / "trace.jsonl"))["python"]
    assert "is installed for x-1 only; install agentprobe-prod in the agent's environment" in why


@pytest.mark.parametrize("orders", ["nonsense", "[]", "{}", '{"trace": "/no/such/folder/t.jsonl"}'])
def test_orders_that_cannot_be_read_do_not_disturb_the_agent(orders: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import socket, httpx2; print('on')"],
        env={"PATH": os.environ["PATH"], VARIABLE: orders, **startup_hook({})},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == ("on\n", "")


def test_what_a_hooked_process_tells_leaves_the_trace_sound(tmp_path: Path) -> None:
    told = traced(tmp_path, "print('done')")
    assert "python" in ways(told)
    assert told.complete, told.problems


# -- what a process says of itself ---------------------------------------------------------------------


SECRET = "zebra77stripes9"


def named(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, **rules: Any) -> tuple[str, Trace]:
    """The text and the trace of a run of a script of this name, which starts itself once more."""
    script, path = folder / f"{name}.py", folder / "trace.jsonl"
    script.write_text(
        "import subprocess, sys\nif sys.argv[1:]: subprocess.run([sys.executable, sys.argv[0]])"
    )
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    command = [sys.executable, str(script), "--api-key", "hunter2hunter2"]
    orders = Orders(id="test", trace=path, agent={"command": command}, **rules)
    assert launch(command, orders).code == 0
    return path.read_text(), read_trace(path)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        (SECRET, {}),
        ("ask-EMP-4711", {"redact": ("EMP-[0-9]+",)}),
        ("sk-proj-abcDEF0123456789xyz", {}),
    ],
)
def test_a_process_says_its_name_without_the_secrets_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rules: dict[str, Any]
) -> None:
    text, trace = named(tmp_path, name, monkeypatch, **rules)
    assert name not in text
    assert len(trace.certificate.hooked) == 2
    assert not trace.problems


def test_a_word_behind_a_telling_flag_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, trace = named(tmp_path, "agent", monkeypatch)
    assert "hunter2" not in text
    assert trace.header.agent["command"][2] == "--api-key"
    assert any(record.process.endswith(" agent.py") for record in trace.coverage)


def test_without_content_a_process_names_its_interpreter_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, trace = named(tmp_path, "questionable", monkeypatch, content=False)
    assert "questionable" not in text
    assert len(trace.certificate.hooked) == 2


def test_every_form_of_a_secret_is_near_a_hint() -> None:
    needles = {needle.decode() for form in FORMS for needle in form.needles}
    assert [needle for needle in needles if not any(hint in needle for hint in HINTS)] == []


def test_what_cannot_be_cleaned_is_told_without_words() -> None:
    words = CoverageWords({"redact": ["("]})
    record = {"process": "python a.py", "ways": [{"name": "python", "why": "because"}]}
    found = {"host": "one.example", "port": 443, "address": "10.0.0.1", "purpose": ""}
    told = json.loads(words.clean({**record, "connections": [found]}, lambda one: json.dumps(one).encode()))
    assert told["ways"] == [{"name": "python", "why": "[redacted]"}]
    assert told["connections"] == [{"host": "[redacted]", "port": 443, "address": "", "purpose": "unknown"}]
