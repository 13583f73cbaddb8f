"""A wait for a model that nothing ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
RULE = "model-no-deadline"
CALL = "\n\ndef ask(m, **more):\n    return client.chat.completions.create(model='gpt-4.1', messages=m{})\n"


def code(client: str, call: str = "") -> str:
    return f"from openai import OpenAI\n\nclient = {client}" + CALL.format(call)


def test_a_client_without_a_timeout_is_found_with_its_worst_case(found: Scan) -> None:
    (finding,) = found(
        {"a.py": code("OpenAI()"), "uv.lock": '[[package]]\nname = "openai"\nversion = "2.54.0"\n'}, RULE
    )
    assert (finding.place.line, finding.tier) == (3, Tier.PROVED)
    assert "600 s × 3 attempts = 30 min" in finding.message
    assert [(one.value, one.source) for one in finding.origins] == [
        ("600 s", "default of openai 2.54.0"),
        ("3", "default of openai 2.54.0"),
    ]
    assert [place.line for place in finding.related] == [6]


def test_its_fix_gives_a_deadline(found: Scan, tmp_path: Path) -> None:
    (finding,) = found(code("OpenAI(max_retries=1)"), RULE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / edit.path).read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert "OpenAI(max_retries=1, timeout=60)" in mended
    assert not found(mended, RULE)


def test_two_calls_on_one_client_are_one_finding(found: Scan) -> None:
    assert len(found(code("OpenAI()") + CALL.format("").replace("ask", "more_of_it"), RULE)) == 1


def test_a_timeout_of_none_is_no_deadline(found: Scan) -> None:
    (finding,) = found(code("OpenAI(timeout=None)"), RULE)
    assert "without a deadline" in finding.message
    assert finding.fix is None


@pytest.mark.parametrize(
    "given",
    [
        code("OpenAI(timeout=30)"),
        code("OpenAI()", ", timeout=30"),
        code("OpenAI()", ", **more"),
        code("OpenAI(http_client=httpx.Client(timeout=3))"),
        code("OpenAI(**options)"),
        "from groq import Groq\n\nclient = Groq()" + CALL.format(""),
        "def ask(client, m):\n    return client.chat.completions.create(model='gpt-4.1', messages=m)\n",
        "from langchain_mistralai import ChatMistralAI\n\nmodel = ChatMistralAI(temperature=0)\n",
    ],
)
def test_a_deadline_anywhere_or_a_client_unseen_is_not_found(found: Scan, given: str) -> None:
    assert not found(given, RULE)


def test_wait_for_around_it_or_around_its_function_is_a_deadline(found: Scan) -> None:
    given = """
    import asyncio
    from openai import AsyncOpenAI

    client = AsyncOpenAI()

    async def ask(m):
        return await client.chat.completions.create(model="gpt-4.1", messages=m)

    async def answer(m):
        return await asyncio.wait_for(ask(m), timeout=20)
    """
    assert not found(given, RULE)


def test_a_timeout_from_settings_in_another_file_counts(found: Scan) -> None:
    files = {
        "shop/settings.py": "TIMEOUT = 20\n",
        "shop/a.py": "from shop.settings import TIMEOUT\n" + code("OpenAI(timeout=TIMEOUT)"),
    }
    assert not found(files, RULE)
