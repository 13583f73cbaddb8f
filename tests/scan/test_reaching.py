"""Which functions come to call a model, and which run for tools."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.reaching import reaching

LLM = """
from openai import OpenAI

class Base:
    def ask(self, prompt):
        return OpenAI().responses.create(model="gpt-5", input=prompt)

def get_reply(prompt):
    return Base().ask(prompt)
"""
DESK = """
from shop.llm import Base, get_reply
from langchain_core.tools import tool

class Desk(Base):
    def answer(self, text):
        return self.ask(text)

    def close(self):
        return None

@tool
def summary(text: str) -> str:
    "Sums up."
    return shorten(text)

def shorten(text):
    return get_reply(text)

def outer():
    def inner():
        return get_reply("hello")
    return inner()
"""
FILES = {"shop/llm.py": LLM, "shop/desk.py": DESK}


def test_methods_bases_and_inner_functions_are_followed(scanned: Callable[..., Scanned]) -> None:
    reach = reaching(scanned(FILES, "unbounded-loop").project)
    assert reach.asks == {("shop/llm.py", "Base.ask")}
    names = {name for _, name in reach.model}
    assert names == {"Base.ask", "get_reply", "Desk.answer", "summary", "shorten", "outer", "outer.inner"}


def test_what_a_tool_runs_is_known(scanned: Callable[..., Scanned]) -> None:
    reach = reaching(scanned(FILES, "unbounded-loop").project)
    assert reach.tools == {("shop/desk.py", "summary")}
    assert ("shop/llm.py", "get_reply") in reach.in_tools
    assert ("shop/desk.py", "Desk.answer") not in reach.in_tools


def test_a_method_of_something_unknown_may_be_the_one_with_that_name(scanned: Callable[..., Scanned]) -> None:
    code = """
    class Provider:
        def get_answer(self, prompt):
            return ask(prompt)

    def use(provider):
        return provider.get_answer("x"), provider.get("y")
    """
    project = scanned({"shop/provider.py": code}, "unbounded-loop").project
    reach = reaching(project)
    spot = ("shop/provider.py", "Provider.get_answer")
    assert reach.guesses("?.get_answer") == (spot,)
    assert reach.may_call["shop/provider.py", "use"] == {spot}
    assert reach.calls["shop/provider.py", "use"] == set()


def test_a_package_that_is_called_src_is_reached_under_that_name(found: Callable[..., list[Finding]]) -> None:
    files = {
        "src/__init__.py": "",
        "src/slow.py": """
            import requests

            def ask():
                return requests.get("https://shop.example", timeout=5)
        """,
        "src/main.py": """
            from src import slow
            from src.slow import ask

            async def handle():
                ask()
                slow.ask()
        """,
    }
    assert [one.place.line for one in found(files, "blocking-in-async")] == [6, 7]
