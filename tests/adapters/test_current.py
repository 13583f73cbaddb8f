"""Which session a call belongs to: tasks, threads, nested sessions, and processes started for one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

import agentprobe
from agentprobe.adapters import http_hook
from agentprobe.adapters.active import Active
from agentprobe.adapters.current import current
from agentprobe.adapters.orders import VARIABLE, Orders
from agentprobe.errors import ConfigError

if TYPE_CHECKING:
    from tests.adapters.conftest import Script, Wire


def in_a_thread(act: Callable[[], object]) -> object:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(act()))
    thread.start()
    thread.join(10)
    return found[0]


def test_there_is_no_session_before_and_after() -> None:
    assert current() is None
    with Orders(id="t").open() as active:
        assert current() is active
    assert current() is None


def test_the_innermost_session_is_the_current_one() -> None:
    with Orders(id="outer").open() as outer:
        with Orders(id="inner").open() as inner:
            assert current() is inner
        assert current() is outer


def test_a_thread_without_a_context_belongs_to_the_only_session_under_way() -> None:
    with Orders(id="t").open() as active:
        assert in_a_thread(current) is active


def test_a_thread_without_a_context_belongs_to_none_of_several() -> None:
    with Orders(id="a").open(), Orders(id="b").open():
        assert in_a_thread(current) is None


def test_concurrent_tasks_have_sessions_of_their_own() -> None:
    async def run(name: str) -> str:
        async with Orders(id=name).open():
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            found = current()
            assert found is not None
            return found.session.id

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(run(str(n)) for n in range(5)))

    assert asyncio.run(all_of_them()) == ["0", "1", "2", "3", "4"]
    assert current() is None


def test_a_session_may_be_left_in_another_context_than_it_was_entered_in() -> None:
    active = Orders(id="t").open()

    async def story() -> None:
        await asyncio.create_task(active.__aenter__())
        await asyncio.create_task(active.__aexit__(None, None, None))

    asyncio.run(story())
    assert current() is None


def test_a_stray_thread_reaches_no_provider_while_simulated_sessions_run(
    wire: Wire, script: Callable[..., Script]
) -> None:
    http_hook.install()

    def ask() -> object:
        client = httpx2.Client()
        try:
            return client.post("https://api.openai.com/v1/chat/completions", json={})
        except httpx2.ConnectError as error:
            return error

    def simulated() -> Active:
        return Orders(id="t", simulated=True).open(script(wire.openai("hello")))

    with simulated(), simulated():
        assert "this thread belongs to none of them" in str(in_a_thread(ask))


def test_a_process_that_was_started_for_a_session_joins_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = Orders(id="t", trace=tmp_path / "t.jsonl")
    monkeypatch.setenv(VARIABLE, orders.to_json())
    joined = current()
    assert joined is not None
    assert joined.joined
    assert joined.session.id == "t"
    assert current() is joined
    assert in_a_thread(current) is joined
    joined.close()


def test_a_variable_that_cannot_be_read_is_said_at_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "nonsense")
    with pytest.raises(ConfigError, match="unset it"):
        current()


CHILD = """
import agentprobe

@agentprobe.tool
def refund(order: str) -> str:
    return "done"

refund("A-1")
"""


def test_the_tools_of_a_child_process_write_to_the_same_trace(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    orders = Orders(id="t", trace=path)
    with orders.open():
        for _ in range(2):
            subprocess.run(
                [sys.executable, "-c", CHILD],
                env={**os.environ, VARIABLE: orders.to_json()},
                check=True,
                timeout=60,
                cwd="/",
            )
    header, *records = [json.loads(line) for line in path.read_text().splitlines()]
    assert header["session"] == "t"
    assert [record["record"] for record in records] == ["call", "outcome", "call", "outcome", "end"]
    writers = {record["by"] for record in records}
    assert len(writers) == 3


def test_model_calls_of_a_joined_process_are_left_to_the_process_that_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    http_hook.install()
    monkeypatch.setenv(VARIABLE, Orders(id="t", simulated=True).to_json())
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=b"the gateway's answer"))
    with httpx2.Client(transport=transport) as client:
        answer = client.post("http://127.0.0.1:1/s/token/v1/chat/completions", json={})
    assert answer.content == b"the gateway's answer"


def test_only_what_is_used_of_agentprobe_is_imported() -> None:
    program = "import agentprobe, sys; print(*(m for m in sys.modules if m.startswith('agentprobe.')))"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == ""
    with pytest.raises(AttributeError, match="no attribute 'tol'"):
        _ = agentprobe.tol  # type: ignore[attr-defined]  # that is the point
