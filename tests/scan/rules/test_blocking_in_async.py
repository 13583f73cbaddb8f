"""A coroutine that stops all others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    "call",
    [
        "time.sleep(5)",
        "requests.get(url, timeout=5)",
        "subprocess.run(['ls'])",
        "client.responses.create(model='gpt-5', input=url)",
        "httpx.get(url)",
    ],
)
def test_what_waits_in_its_own_thread_is_found(found: Scan, call: str) -> None:
    code = f"""
import time, requests, subprocess, httpx
from openai import OpenAI

client = OpenAI()

async def answer(url):
    return {call}
"""
    (finding,) = found(code, "blocking-in-async")
    assert (finding.place.line, finding.tier, finding.subject) == (8, Tier.PROVED, "answer")


def test_a_function_of_another_file_that_waits_is_found(found: Scan) -> None:
    slow = """
    import requests

    def load(url):
        return requests.get(url, timeout=20).text
    """
    code = """
    from shop.web import load

    async def answer(url):
        return load(url)
    """
    (finding,) = found({"shop/web.py": slow, "shop/agent.py": code}, "blocking-in-async")
    assert (finding.place.path, finding.place.line, finding.tier) == ("shop/agent.py", 5, Tier.INFERRED)


def test_the_fixes_put_it_into_a_thread(found: Scan, fixed: Callable[..., str]) -> None:
    code = """
import asyncio
import time
import requests

async def answer(url):
    time.sleep(5)
    return requests.get(url, timeout=5).text
"""
    first, second = found(code, "blocking-in-async")
    assert "await asyncio.sleep(5)" in fixed(code, first)
    after = fixed(code, second)
    assert "return (await asyncio.to_thread(requests.get, url, timeout=5)).text" in after
    assert len(found(after, "blocking-in-async")) == 1


def test_threads_async_clients_and_inner_functions_are_not(found: Scan) -> None:
    code = """
    import asyncio, time, requests, httpx
    from openai import AsyncOpenAI

    client = AsyncOpenAI()

    def load(url):
        return requests.get(url, timeout=5)

    async def answer(url):
        def work():
            return requests.get(url, timeout=5)

        await asyncio.to_thread(load, url)
        await asyncio.get_running_loop().run_in_executor(None, lambda: load(url))
        await asyncio.to_thread(work)
        async with httpx.AsyncClient() as web:
            await web.get(url)
        time.sleep(0.001)
        return await client.responses.create(model="gpt-5", input=url)
    """
    assert not found(code, "blocking-in-async")


def test_a_main_that_runs_alone_is_not(found: Scan) -> None:
    code = """
    import asyncio, time

    async def main():
        time.sleep(5)

    asyncio.run(main())
    """
    assert not found(code, "blocking-in-async")


@pytest.mark.parametrize(
    "called", ["moderations.create(input=text)", "embeddings.create(input=text, model='m')"]
)
def test_the_other_endpoints_of_a_sync_client_stop_the_loop_too(found: Scan, called: str) -> None:
    code = f"""
    from openai import OpenAI

    client = OpenAI()

    async def moderated(text):
        return client.{called}
    """
    (finding,) = found(code, "blocking-in-async")
    assert finding.place.line == 7


def test_the_other_endpoints_of_an_async_client_do_not(found: Scan) -> None:
    code = """
    from openai import AsyncOpenAI

    client = AsyncOpenAI()

    async def moderated(text):
        return await client.moderations.create(input=text)
    """
    assert not found(code, "blocking-in-async")
