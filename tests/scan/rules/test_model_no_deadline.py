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


HANDED = """
def ask(client, messages):
    return client.chat.completions.create(model="gpt-4.1", messages=messages)
"""


@pytest.mark.parametrize(
    ("makers", "lines"),
    [
        ("from openai import OpenAI\n\ndef make(kind):\n    return OpenAI(), kind\n", [4]),
        ("from openai import OpenAI\n\ndef make(kind):\n    return OpenAI(timeout=30), kind\n", []),
        ("from openai import OpenAI\n\ndef make(kind, **more):\n    return OpenAI(**more), kind\n", []),
        ("from groq import Groq\n\ndef make(kind):\n    return Groq(), kind\n", []),
        ("def make(kind):\n    return find(kind), kind\n", []),
    ],
)
def test_a_client_that_nobody_sees_handed_in_is_the_plain_one(
    makers: str, lines: list[int], found: Scan
) -> None:
    findings = found({"makers.py": makers, "asks.py": HANDED}, RULE)
    assert [one.place.line for one in findings if one.place.path == "makers.py"] == lines
    assert all(one.tier is Tier.INFERRED for one in findings)


@pytest.mark.parametrize(
    ("making", "count"),
    [
        ("client = given or OpenAI()", 1),
        ("client = given or OpenAI(timeout=20)", 0),
        ("try:\n    client = OpenAI()\nexcept Exception:\n    client = None", 1),
        ("try:\n    client = OpenAI(timeout=20)\nexcept Exception:\n    client = None", 0),
    ],
)
def test_a_client_of_one_branch_is_followed(making: str, count: int, found: Scan) -> None:
    source = f"from openai import OpenAI\n\n{making}" + CALL.format("")
    assert len(found(source, RULE)) == count


OR_MADE = """
from openai import OpenAI

class Chat:
    def __init__(self, client=None, key=None):
        if client is not None:
            self.client = client
            return
        if key is None:
            self.client = OpenAI({given})
            return
        self.client = OpenAI(api_key=key{more})

    def ask(self, messages):
        return self.client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)
"""


def test_a_client_that_is_made_where_none_is_handed_in_is_found(found: Scan) -> None:
    (finding,) = found(OR_MADE.format(given="", more=""), "model-no-deadline")
    assert finding.place.line == 10


def test_a_client_that_is_made_with_a_deadline_where_none_is_handed_in_is_not(found: Scan) -> None:
    assert not found(OR_MADE.format(given="timeout=30", more=", timeout=30"), "model-no-deadline")


MADE = """
from openai import AsyncAzureOpenAI, AsyncOpenAI

def client_for(config):
    if config.azure:
        return AsyncAzureOpenAI(azure_endpoint=config.azure{given})
    return AsyncOpenAI(api_key=config.key{given})

class Agent:
    def __init__(self, config):
        self.openai_client = client_for(config)

    async def ask(self, messages):
        return await self.openai_client.chat.completions.create(model="gpt-4.1", messages=messages)
"""


def test_a_client_that_a_function_of_the_file_makes_is_found(found: Scan) -> None:
    (finding,) = found(MADE.format(given=""), "model-no-deadline")
    assert finding.place.line == 6


def test_a_client_that_a_function_makes_with_a_deadline_is_not(found: Scan) -> None:
    assert not found(MADE.format(given=", timeout=30"), "model-no-deadline")


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("'gpt-4.1'", 1),
        ("'gpt-4.1', provider='openrouter'", 1),
        ("'gpt-4.1', provider=OpenAIProvider(api_key='k')", 1),
        ("'gpt-4.1', provider=OpenAIProvider(openai_client=CLIENT)", 0),
        ("'gpt-4.1', provider=PROVIDER", 0),
        ("'gpt-4.1', openai_client=CLIENT", 0),
    ],
)
def test_a_model_of_pydantic_ai_may_have_a_client_of_its_own(given: str, count: int, found: Scan) -> None:
    source = f"""
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIModel
from pydantic_ai.providers.openai import OpenAIProvider
from clients import CLIENT, PROVIDER

model = OpenAIModel({given})
agent = Agent(model)
"""
    assert len(found(source, RULE)) == count
