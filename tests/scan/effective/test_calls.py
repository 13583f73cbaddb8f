"""What holds for a call of a model, through the layers of a project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.documents import read_document
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.engine import Scanned
from agentprobe.scan.project import Project
from agentprobe.scan.severity import Tier

Scan = Callable[..., Scanned]
HEAD = """
from openai import OpenAI

client = OpenAI()
"""


def one(scanned: Scan, given: dict[str, str] | str) -> Effective:
    (found,) = every(scanned, given)
    return found


def every(scanned: Scan, given: dict[str, str] | str) -> tuple[Effective, ...]:
    project = scanned(given, "limit-disabled").project
    project.kept.clear()
    documents = given if isinstance(given, dict) else {}
    project.documents = tuple(
        document for path, text in documents.items() if (document := read_document(path, text.encode()))
    )
    return effective_calls(project)


def ask(arguments: str) -> str:
    return (
        f"{HEAD}\ndef ask(messages, **more):\n"
        f"    return client.chat.completions.create(messages=messages, {arguments})\n"
    )


def test_what_the_call_says_holds(scanned: Scan) -> None:
    found = one(scanned, ask('model="gpt-4.1", temperature=0.2, max_tokens=500, timeout=20'))
    assert (found.model.value, found.temperature.value, found.cap.value) == ("gpt-4.1", 0.2, 500)
    assert (found.timeout.value, found.timeout.given, found.timeout.tier) == (20, True, Tier.PROVED)


def test_what_nobody_says_is_the_librarys_default(scanned: Scan) -> None:
    found = one(scanned, {"a.py": ask('model="gpt-4.1"'), "requirements.txt": "openai==2.54.0\n"})
    assert (found.timeout.value, found.attempts.value) == (600, 3)
    assert found.timeout.source == "default of openai 2.54.0"
    assert found.timeout.tier is Tier.PROVED
    assert found.temperature.unset
    assert found.worst.words.startswith("600 s × 3 attempts = 30 min, 3 requests, $")


def test_the_client_and_with_options_say_the_rest(scanned: Scan) -> None:
    code = """
    import anthropic

    class Desk:
        def __init__(self):
            self.client = anthropic.Anthropic(timeout=45.0, max_retries=0)

        def ask(self, messages):
            quick = self.client.with_options(timeout=9)
            return quick.messages.create(model="claude-3-5-haiku-latest", max_tokens=10, messages=messages)
    """
    found = one(scanned, code)
    assert (found.timeout.value, found.attempts.value, found.cap.value) == (9, 1, 10)


@pytest.mark.parametrize(
    "before",
    [
        'params = {"temperature": 0.3, "model": "gpt-4.1"}',
        'params = dict(temperature=0.3, model="gpt-4.1")',
        'params = {"model": "gpt-4.1"}\n    params["temperature"] = 0.3',
        'params = {"model": "gpt-4.1"}\n    params.update(temperature=0.3)',
    ],
)
def test_a_dictionary_of_arguments_is_followed(scanned: Scan, before: str) -> None:
    code = (
        f"{HEAD}\ndef ask(messages):\n    {before}\n"
        f"    return client.chat.completions.create(messages=messages, **params)\n"
    )
    found = one(scanned, code)
    assert (found.temperature.value, found.model.value) == (0.3, "gpt-4.1")


def test_a_dictionary_that_cannot_be_followed_leaves_it_unknown(scanned: Scan) -> None:
    found = one(scanned, ask('model="gpt-4.1", **more'))
    assert not found.temperature.known
    assert not found.timeout.known


def test_a_wrapper_is_followed_to_its_callers(scanned: Scan) -> None:
    files = {
        "shop/llm.py": HEAD + "\ndef complete(messages, temperature=0.7, *, model='gpt-4.1'):\n"
        "    return client.chat.completions.create(\n"
        "        model=model, messages=messages, temperature=temperature)\n",
        "shop/desk.py": (
            "from shop.llm import complete\n\ndef answer(messages):\n    return complete(messages, 0.1)\n"
        ),
        "shop/sales.py": (
            "from . import llm\n\ndef sell(messages):\n    return llm.complete(messages, temperature=0)\n"
        ),
    }
    found = one(scanned, files)
    assert sorted(each.value for each in found.temperature.every) == [0, 0.1, 0.7]
    assert found.temperature.tier is Tier.INFERRED
    assert found.model.value == "gpt-4.1"


@pytest.mark.parametrize(
    "settings",
    [
        "TEMPERATURE = 0.4\n",
        (
            "from pydantic_settings import BaseSettings\n\nclass S(BaseSettings):\n"
            "    temperature: float = 0.4\n\ns = S()\nTEMPERATURE = s.temperature\n"
        ),
        'import os\n\nTEMPERATURE = float(os.getenv("TEMPERATURE", "0.4"))\n',
        (
            "from dataclasses import dataclass\n\n@dataclass\nclass S:\n    heat: float = 0.4\n\n"
            "TEMPERATURE = S().heat\n"
        ),
    ],
)
def test_a_constant_of_another_file_is_followed(scanned: Scan, settings: str) -> None:
    files = {
        "shop/settings.py": settings,
        "shop/desk.py": "from shop.settings import TEMPERATURE\n"
        + ask('model="gpt-4.1", temperature=TEMPERATURE'),
    }
    assert one(scanned, files).temperature.number == 0.4


def test_an_instance_of_settings_in_another_file_is_followed(scanned: Scan) -> None:
    files = {
        "shop/settings.py": (
            "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n"
            "    model_timeout: float = 12.0\n\nsettings = Settings()\n"
        ),
        "shop/desk.py": "from shop.settings import settings\n"
        + ask('model="gpt-4.1", timeout=settings.model_timeout'),
    }
    assert one(scanned, files).timeout.number == 12


def test_an_environment_file_goes_before_the_default_in_the_code(scanned: Scan) -> None:
    files = {
        "a.py": "import os\n" + ask('model="gpt-4.1", temperature=float(os.getenv("HEAT", "0"))'),
        ".env": "HEAT=0.7\n",
        ".env.example": "HEAT=0.9\n",
    }
    found = one(scanned, files)
    assert found.temperature.number == 0.7
    assert "HEAT in .env" in found.temperature.source
    assert sorted(each.number or 0 for each in found.temperature.every) == [0, 0.7, 0.9]


def test_a_settings_file_that_is_loaded_is_looked_up(scanned: Scan) -> None:
    code = """
    import yaml

    with open("config/agent.yaml") as file:
        config = yaml.safe_load(file)
    """
    arguments = 'model=config["model"]["name"], temperature=config["model"].get("temperature", 1)'
    files = {"a.py": code.replace("\n    ", "\n") + ask(arguments),
             "config/agent.yaml": "model:\n  name: gpt-4.1\n  temperature: 0.6\n"}  # fmt: skip
    found = one(scanned, files)
    assert (found.model.value, found.temperature.value) == ("gpt-4.1", 0.6)
    assert str(found.temperature.place) == "config/agent.yaml:3:3"


def test_a_client_that_another_file_makes_is_found(scanned: Scan) -> None:
    files = {
        "shop/llm.py": (
            "from openai import OpenAI\n\nclient = OpenAI(timeout=8)\n\ndef get_client():\n"
            "    made = OpenAI(timeout=9)\n    return made\n"
        ),
        "shop/a.py": (
            "from shop.llm import client\n\ndef ask(m):\n"
            "    return client.chat.completions.create(model='gpt-4.1', messages=m)\n"
        ),
        "shop/b.py": (
            "from shop.llm import get_client\n\ndef ask(m):\n"
            "    return get_client().chat.completions.create(model='gpt-4.1', messages=m)\n"
        ),
    }
    assert [found.timeout.value for found in every(scanned, files)] == [8, 9]


def test_a_client_of_a_base_class_is_found(scanned: Scan) -> None:
    files = {
        "shop/base.py": (
            "from openai import OpenAI\n\nclass Base:\n    def __init__(self):\n"
            "        self.client = OpenAI(timeout=8)\n"
        ),
        "shop/a.py": (
            "from shop.base import Base\n\nclass Desk(Base):\n    def ask(self, m):\n"
            "        return self.client.chat.completions.create(model='gpt-4.1', messages=m)\n"
        ),
    }
    assert one(scanned, files).timeout.value == 8


def test_a_chat_model_of_another_file_is_called(scanned: Scan) -> None:
    files = {
        "shop/llm.py": (
            "from langchain_openai import ChatOpenAI\n\n"
            "model = ChatOpenAI(model='gpt-4.1', temperature=0, timeout=5)\n"
        ),
        "shop/a.py": "from shop.llm import model\n\ndef ask(m):\n    return model.invoke(m)\n",
    }
    found = one(scanned, files)
    assert (found.call.api, found.temperature.value, found.made_only) == ("langchain.model", 0, False)


def test_a_pipe_is_followed_to_its_model_and_retries(scanned: Scan) -> None:
    code = """
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_openai import ChatOpenAI

    prompt = ChatPromptTemplate.from_template("{x}")
    chain = prompt | ChatOpenAI(model="gpt-4.1", timeout=5, max_retries=1).with_retry(stop_after_attempt=4)

    def ask(x):
        return chain.invoke({"x": x})
    """
    found = one(scanned, code)
    assert (found.model.value, found.timeout.value, found.attempts.value) == ("gpt-4.1", 5, 2)
    assert [each.attempts for each in found.outer] == [4]
    assert found.worst.requests == 8


def test_a_limit_of_steps_stands_in_the_config_of_the_run(scanned: Scan) -> None:
    code = """
    from langchain.agents import create_agent

    agent = create_agent("openai:gpt-4.1", tools=[])

    def one(x):
        return agent.invoke(x, config={"configurable": {"thread_id": x}, "recursion_limit": 30})

    def two(x):
        return agent.invoke(x)

    def three(x, config):
        return agent.invoke(x, config)

    bound = agent.with_config({"recursion_limit": 12})

    def four(x):
        return bound.invoke(x)
    """
    found = every(scanned, code)
    assert [each.steps.value for each in found] == [30, 9999, None, 12]
    assert [each.steps.known for each in found] == [True, True, False, True]


@pytest.mark.parametrize(
    ("asked", "steps"),
    [("langgraph==1.0.5", 25), ("langgraph==1.2.24", 10_007), ("langgraph<1.0.6", 25), ("langgraph", 10_007)],
)
def test_the_default_is_that_of_the_version(scanned: Scan, asked: str, steps: int) -> None:
    code = """
    from langgraph.graph import StateGraph

    graph = StateGraph(dict).compile()

    def go(x):
        return graph.invoke(x)
    """
    found = one(scanned, {"a.py": code, "requirements.txt": f"{asked}\n"})
    assert found.steps.value == steps
    assert (found.steps.tier is Tier.PROVED) == ("==" in asked)


def test_agents_of_openai_have_ten_turns(scanned: Scan) -> None:
    code = """
    from agents import Agent, ModelSettings, Runner

    desk = Agent(name="desk", model="gpt-4.1", model_settings=ModelSettings(temperature=0.1))

    async def go(x):
        return await Runner.run(desk, x)
    """
    found = one(scanned, code)
    assert (found.steps.value, found.model.value, found.temperature.value) == (10, "gpt-4.1", 0.1)


def test_retries_around_multiply_along_the_callers(scanned: Scan) -> None:
    code = """
    from openai import OpenAI
    from tenacity import retry, stop_after_attempt

    client = OpenAI(timeout=10, max_retries=1)

    @retry(stop=stop_after_attempt(5))
    def ask(messages):
        return client.chat.completions.create(model="gpt-4.1", messages=messages)

    def answer(messages):
        for attempt in range(3):
            try:
                return ask(messages)
            except Exception:
                continue
    """
    found = one(scanned, code)
    assert [(each.by, each.attempts) for each in found.outer] == [("tenacity.retry", 5), ("a loop", 3)]
    assert found.worst.requests == 30
    assert found.worst.words.startswith(
        "10 s × 2 attempts × 5 (tenacity.retry) × 3 (a loop) = 5 min, 30 requests, $"
    )


def test_money_is_counted_where_price_window_and_cap_are_known(scanned: Scan) -> None:
    found = one(scanned, ask('model="gpt-4o", max_tokens=1000'))
    assert found.worst.dollars is not None
    assert 0.5 < found.worst.dollars < 2
    assert one(scanned, ask('model="my-own", max_tokens=1000')).worst.dollars is None


def test_wait_for_ends_the_wait(scanned: Scan) -> None:
    code = """
    import asyncio
    from openai import AsyncOpenAI

    client = AsyncOpenAI()

    async def ask(m):
        return await asyncio.wait_for(client.chat.completions.create(model="gpt-4.1", messages=m), 20)

    async def other(m):
        async with asyncio.timeout(15):
            return await client.chat.completions.create(model="gpt-4.1", messages=m)
    """
    assert [found.deadline.number for found in every(scanned, code)] == [20, 15]


def test_a_value_that_is_handed_on_and_none_by_default_is_unknown(scanned: Scan) -> None:
    code = """
    from dataclasses import dataclass
    from openai import OpenAI

    @dataclass
    class Chat:
        temperature: float | None = None

        def ask(self, m):
            return OpenAI().chat.completions.create(model="gpt-4.1", messages=m, temperature=self.temperature)
    """
    assert not one(scanned, code).temperature.known


def test_odd_code_does_no_harm(scanned: Scan) -> None:
    code = """
    from openai import OpenAI

    a = b
    b = a
    client = OpenAI(**client)
    x = x or y or x
    params = {**params, "temperature": x}

    def f(x=f):
        x = x if x else x
        return client.chat.completions.create(*x, **params, **{**x}, temperature=x, timeout=a)
    """
    assert len(every(scanned, code)) == 1


def test_a_project_without_models_has_none() -> None:
    from pathlib import Path

    assert effective_calls(Project(root=Path(), facts={})) == ()


def test_a_client_that_is_made_in_each_branch_is_the_nearest(scanned: Scan) -> None:
    code = """
    def ask(m, fast):
        if fast:
            from openai import OpenAI
            client = OpenAI(timeout=5)
            return client.chat.completions.create(model="gpt-4.1", messages=m)
        from google import genai
        client = genai.Client()
        return client.models.generate_content(model="gemini-2.0-flash", contents=m)
    """
    first, second = every(scanned, code)
    assert (first.timeout.value, second.timeout.value) == (5, None)
    assert (first.package, second.package) == ("openai", "google-genai")


def test_a_package_of_the_project_with_the_name_of_a_library_is_no_library(scanned: Scan) -> None:
    files = {
        "agents/__init__.py": "class Agent:\n    pass\n\nclass Runner:\n    pass\n",
        "a.py": (
            "from agents import Agent, Runner\n\ndesk = Agent(temperature=1, tools=[x])\n\ndef go(x):\n"
            "    return Runner.run(desk, x)\n"
        ),
    }
    assert every(scanned, files) == ()


def test_a_call_of_an_instance_makes_nothing(scanned: Scan) -> None:
    code = """
    from langchain_core.language_models import BaseChatModel

    def ask(model: BaseChatModel, x):
        return model(x)
    """
    assert every(scanned, code) == ()


def test_a_file_with_the_name_of_a_library_does_not_hide_it(scanned: Scan) -> None:
    files = {"app/llm/openai.py": "KEY = 1\n", "app/a.py": ask('model="gpt-4.1"')}
    assert one(scanned, files).timeout.value == 600


def test_a_factory_of_several_models_tells_all_of_them(scanned: Scan) -> None:
    files = {
        "app/llm.py": "from langchain_anthropic import ChatAnthropic\n"
        "from langchain_openai import ChatOpenAI\n\n"
        "def get_llm(name):\n    if name == 'c':\n"
        "        return ChatAnthropic(model='claude-3-5-haiku-latest', temperature=0.5, timeout=3)\n"
        "    return ChatOpenAI(model='gpt-4.1', temperature=0, timeout=4)\n",
        "app/a.py": "from app.llm import get_llm\n\ndef go(x):\n    return get_llm(x).invoke(x)\n",
    }
    call, *made = every(scanned, files)
    assert sorted(str(each.value) for each in call.model.every) == ["claude-3-5-haiku-latest", "gpt-4.1"]
    assert sorted(each.value for each in call.temperature.every) == [0, 0.5]
    assert [each.made_only for each in made] == [True]
