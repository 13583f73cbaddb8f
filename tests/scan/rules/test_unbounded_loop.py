"""A loop of model calls that only the model ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


def test_a_loop_that_the_model_alone_ends_is_found(found: Scan) -> None:
    code = """
def run(messages):
    while True:
        reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
        messages.append(reply)
        if not reply.tool_calls:
            return reply.content
        messages += perform(reply.tool_calls)
"""
    (finding,) = found(OPENAI + code, "unbounded-loop")
    assert (finding.place.line, finding.severity, finding.tier) == (7, Severity.HIGH, Tier.PROVED)


def test_a_step_of_another_file_is_followed(found: Scan) -> None:
    step = """
class Desk:
    def think(self, state):
        return client.chat.completions.create(model="gpt-5", messages=state)
"""
    code = """
    from shop.desk import Desk

    class Night(Desk):
        def step(self, state):
            return self.think(state)

        def run(self, state):
            while not state.done:
                state = self.step(state)
    """
    (finding,) = found({"shop/desk.py": OPENAI + step, "shop/night.py": code}, "unbounded-loop")
    assert (finding.place.path, finding.place.line, finding.tier) == ("shop/night.py", 9, Tier.INFERRED)


def test_a_list_of_work_that_the_model_makes_longer_is_found(found: Scan) -> None:
    code = """
def run(tasks):
    while tasks:
        task = tasks.pop()
        tasks += client.responses.create(model="gpt-5", input=task).output_text.splitlines()
"""
    (finding,) = found(OPENAI + code, "unbounded-loop")
    assert finding.place.line == 7


def test_a_function_that_goes_on_by_calling_itself_is_found(found: Scan) -> None:
    code = """
def run(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
    if reply.tool_calls:
        return run(messages + perform(reply))
    return reply.content
"""
    (finding,) = found(OPENAI + code, "unbounded-loop")
    assert finding.place.line == 9


def test_frameworks_without_a_limit_of_their_own_are_found(found: Scan) -> None:
    code = """
    from autogen_agentchat.teams import RoundRobinGroupChat
    from claude_agent_sdk import ClaudeAgentOptions

    team = RoundRobinGroupChat([writer, critic])
    options = ClaudeAgentOptions(system_prompt="You help.")
    limited = ClaudeAgentOptions(max_turns=20)
    """
    assert [one.place.line for one in found(code, "unbounded-loop")] == [5, 6]


@pytest.mark.parametrize(
    "limit",
    [
        "if len(messages) > 50:\n            raise TooMany()",
        "steps += 1\n        if steps == 20:\n            break",
        "if time.monotonic() - begun > 60:\n            return None",
        "if steps > most:\n            tools = []",
        "self.check_budget()",
        "line = input('> ')",
        "messages.append(inbox.get())",
    ],
)
def test_a_count_a_time_a_budget_or_somebody_outside_bounds_it(found: Scan, limit: str) -> None:
    code = f"""
import time

def run(self, messages, steps, most, begun, inbox):
    while True:
        {limit}
        reply = client.chat.completions.create(model="gpt-5", messages=messages)
        if reply.done:
            return reply
"""
    assert not found(OPENAI + code, "unbounded-loop")


def test_a_limit_that_is_raised_inside_a_step_bounds_it(found: Scan) -> None:
    code = """
class Desk:
    def ask(self, state):
        if 0 < self.step_limit <= self.n_calls:
            raise LimitsExceeded()
        self.n_calls += 1
        return client.chat.completions.create(model="gpt-5", messages=state)

    def step(self, state):
        return self.ask(state)

    def run(self, state):
        while True:
            state = self.step(state)
            if state.done:
                return state
"""
    assert not found(OPENAI + code, "unbounded-loop")


def test_loops_over_lists_without_models_and_with_a_person_in_them_are_not(found: Scan) -> None:
    code = """
def each(texts):
    for text in texts:
        client.responses.create(model="gpt-5", input=text)

def drain(stack):
    while stack:
        stack.extend(stack.pop().children)

def walk(node):
    for child in node.children:
        walk(child)
    client.responses.create(model="gpt-5", input=node.text)

def confirm():
    return input("go on?") == "y"

def talk(state):
    while not state.done:
        confirm()
        state = client.responses.create(model="gpt-5", input=state)
"""
    assert not found(OPENAI + code, "unbounded-loop")
