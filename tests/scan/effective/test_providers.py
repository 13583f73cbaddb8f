"""Calls of models by further SDKs, and on clients that stand behind a name, a field or an annotation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.apis import maker_of, package_of
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.engine import Scanned

Scan = Callable[..., Scanned]


def every(scanned: Scan, code: str) -> list[Effective]:
    project = scanned(code, "limit-disabled").project
    project.kept.clear()
    return list(effective_calls(project))


@pytest.mark.parametrize(
    ("dotted", "way", "package"),
    [
        ("langchain_nvidia_ai_endpoints.ChatNVIDIA", "langchain.model", "langchain-nvidia-ai-endpoints"),
        ("langchain_together.ChatTogether", "langchain.model", "langchain-together"),
        ("autogen.LLMConfig", "ag2.config", "ag2"),
        ("agno.models.openai.OpenAIChat", "agno.model", "openai"),
        ("agno.models.anthropic.Claude", "agno.model", "anthropic"),
        ("agno.agent.Agent", "agno", "agno"),
        ("pydantic_ai.models.openai.OpenAIModel", "pydantic-ai.model", "pydantic-ai-slim"),
        ("llama_index.llms.openai.OpenAI", "llama-index", "llama-index-llms-openai"),
    ],
)
def test_a_maker_is_known_with_its_package(dotted: str, way: str, package: str) -> None:
    api = maker_of(dotted)
    assert api is not None
    assert (api.name.startswith(way), package_of(api, dotted)) == (True, package)


@pytest.mark.parametrize(
    "dotted",
    [
        "llama_index.core.llms.ChatMessage",
        "llama_index.core.llms.ChatResponse",
        "agno.models.message.Message",
        "langchain_core.language_models.BaseChatModel",
    ],
)
def test_what_stands_beside_the_models_makes_none(dotted: str) -> None:
    assert maker_of(dotted) is None


@pytest.mark.parametrize(
    ("given", "timeout"),
    [
        ('{"model": "gpt-4.1", "timeout": 20}', 20),
        ('config_list=[{"model": "gpt-4.1", "timeout": 20}]', 20),
        ('{"model": "gpt-4.1"}, timeout=30', 30),
    ],
)
def test_a_config_of_ag2_holds_its_entries(given: str, timeout: int, scanned: Scan) -> None:
    (one,) = every(scanned, f"from autogen import LLMConfig\n\nconfig = LLMConfig({given})\n")
    assert one.timeout.number == timeout


@pytest.mark.parametrize(
    ("code", "callee"),
    [
        (
            "from openai import OpenAI\n\nclass Deps:\n    client: OpenAI\n\n"
            "def ask(context: RunContext[Deps], m):\n"
            "    return context.deps.client.chat.completions.create(model='gpt-4.1', messages=m)\n",
            "openai.OpenAI.chat.completions.create",
        ),
        (
            "from openai import OpenAI\n\nclass Deps:\n    client: OpenAI\n    name: str\n\n"
            "def ask(deps: Deps, m):\n"
            "    return deps.client.chat.completions.create(model='gpt-4.1', messages=m)\n",
            "openai.OpenAI.chat.completions.create",
        ),
        (
            "def ask(m):\n    return litellm.completion(model='gpt-4.1', messages=m)\n",
            "litellm.completion",
        ),
    ],
)
def test_a_call_behind_a_field_or_handed_in_is_seen(code: str, callee: str, scanned: Scan) -> None:
    assert [one.call.callee for one in every(scanned, code)] == [callee]


@pytest.mark.parametrize(
    "code",
    [
        "def ask(m, litellm):\n    return litellm.completion(model='gpt-4.1', messages=m)\n",
        "litellm = find()\n\ndef ask(m):\n    return litellm.completion(model='gpt-4.1', messages=m)\n",
        "class Deps:\n    client: Shop\n\ndef ask(deps: Deps, m):\n    return deps.client.orders.create(m)\n",
    ],
)
def test_a_name_that_is_bound_is_what_it_is_bound_to(code: str, scanned: Scan) -> None:
    assert not [one for one in every(scanned, code) if one.call.sure]


@pytest.mark.parametrize(
    ("body", "temperature", "cap"),
    [
        ("    return {'temperature': 0.3, 'max_tokens': 500}", 0.3, 500),
        ("    found = {'temperature': 0.3}\n    return {**found, 'max_tokens': 500}", 0.3, 500),
        ("    return {'temperature': heat, 'max_tokens': 500}", None, 500),
    ],
)
def test_settings_that_a_function_gives_back_are_followed(
    body: str, temperature: float | None, cap: int, scanned: Scan
) -> None:
    code = f"""
from openai import OpenAI

client = OpenAI()


def settings(heat=1):
{body}


def ask(m):
    return client.chat.completions.create(model="gpt-4.1", messages=m, **settings())
"""
    (one,) = every(scanned, code)
    assert (one.temperature.number, one.cap.number) == (temperature, cap)


def test_a_list_that_grows_is_no_literal(scanned: Scan) -> None:
    code = """
from openai import OpenAI

client = OpenAI()
messages = []
stops = ["END"]
messages.append({"role": "user", "content": "hello"})
client.chat.completions.create(model="gpt-4.1", messages=messages, stop=stops)
"""
    (one,) = every(scanned, code)
    arguments = one.call.arguments
    assert (arguments["messages"].value, arguments["stop"].value) == (None, ["END"])


@pytest.mark.parametrize(
    ("given", "temperature"),
    [
        ("getattr(Config, 'HEAT', 0.7)", 0.9),
        ("getattr(Config, 'COLD', 0.7)", None),
        ("getattr(Config, NAME, 0.7)", None),
    ],
)
def test_an_attribute_that_is_got_by_its_name_is_followed(
    given: str, temperature: float | None, scanned: Scan
) -> None:
    code = f"""
from openai import OpenAI


class Config:
    HEAT = 0.9


class Assistant:
    def __init__(self):
        self.client = OpenAI()
        self.heat = {given}

    def ask(self, m):
        return self.client.chat.completions.create(model="gpt-4.1", messages=m, temperature=self.heat)
"""
    (one,) = every(scanned, code)
    assert one.temperature.number == temperature
