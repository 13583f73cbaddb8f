"""Histories that grow with every round."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
RULE = "history-unbounded"
HEAD = """
from openai import OpenAI

client = OpenAI()

"""
LOOP = """
def chat(messages):
    {loop}
        answer = client.chat.completions.create(model="gpt-4o", messages={sent})
        messages.append(answer.choices[0].message)
        {more}
"""
KEPT = """
class Desk:
    def __init__(self):
        self.messages = []

    def ask(self, question):
        self.messages.append({"role": "user", "content": question})
        MORE
        return client.chat.completions.create(model="gpt-4o", messages=[SYSTEM, *self.messages])
"""


def test_a_list_that_grows_in_an_endless_loop_is_found(found: Scan) -> None:
    (finding,) = found(HEAD + LOOP.format(loop="while True:", sent="messages", more="pass"), RULE)
    assert (finding.place.line, finding.tier) == (9, Tier.PROVED)


def test_an_attribute_that_lives_from_call_to_call_is_found(found: Scan) -> None:
    (finding,) = found(HEAD + KEPT.replace("MORE", "pass"), RULE)
    assert (finding.place.line, finding.tier) == (14, Tier.INFERRED)


def test_a_list_at_the_top_of_a_module_is_found(found: Scan) -> None:
    code = """
history = []

def ask(question):
    history.append(question)
    return client.chat.completions.create(model="gpt-4o", messages=history)
"""
    assert len(found(HEAD + code, RULE)) == 1


def test_a_function_of_another_file_that_asks_the_model_counts(found: Scan) -> None:
    llm = (
        HEAD + "def ask(messages):\n    return client.chat.completions.create(model='m', messages=messages)\n"
    )
    chat = """
    from shop.llm import ask

    def chat():
        messages = []
        while True:
            messages.append(input())
            messages.append(ask(messages))
    """
    (finding,) = found({"shop/__init__.py": "", "shop/llm.py": llm, "shop/chat.py": chat}, RULE)
    assert (finding.place.path, finding.place.line) == ("shop/chat.py", 8)


def test_the_memory_that_keeps_everything_is_found(found: Scan) -> None:
    code = "from langchain.memory import ConversationBufferMemory\nmemory = ConversationBufferMemory()\n"
    assert len(found(code, RULE)) == 1


@pytest.mark.parametrize(
    ("loop", "sent", "more"),
    [
        ("for _ in range(5):", "messages", "pass"),
        ("while True:", "messages[-20:]", "pass"),
        ("while True:", "messages", "messages = trimmed(messages)"),
        ("while True:", "messages", "del messages[1:3]"),
        ("while True:", "messages", "if len(messages) > 40: messages = messages[:1] + messages[-20:]"),
        ("while True:", "messages", "compact_history()"),
        ("while True:", "messages, truncation='auto'", "pass"),
    ],
)
def test_small_loops_and_histories_that_are_cut_are_not(found: Scan, loop: str, sent: str, more: str) -> None:
    assert not found(HEAD + LOOP.format(loop=loop, sent=sent, more=more), RULE)


@pytest.mark.parametrize("more", ["self.messages = self.messages[-10:]", "self._summarise()"])
def test_an_attribute_that_is_kept_short_is_not(found: Scan, more: str) -> None:
    assert not found(HEAD + KEPT.replace("MORE", more), RULE)


def test_a_list_that_begins_anew_with_each_task_is_not(found: Scan) -> None:
    code = KEPT.replace(
        "        self.messages.append", "        self.messages = []\n        self.messages.append"
    )
    assert not found(HEAD + code.replace("MORE", "pass"), RULE)
