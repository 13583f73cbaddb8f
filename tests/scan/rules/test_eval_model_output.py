"""What a model writes is run as code."""

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


def test_an_answer_that_is_evaluated_is_found_and_read_as_data(
    found: Scan, fixed: Callable[..., str]
) -> None:
    code = """
import ast

def numbers(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages)
    text = reply.choices[0].message.content.strip()
    return eval(text)
"""
    (finding,) = found(OPENAI + code, "eval-model-output")
    assert (finding.place.line, finding.severity) == (11, Severity.CRITICAL)
    after = fixed(OPENAI + code, finding)
    assert "ast.literal_eval(text)" in after
    assert not found(after, "eval-model-output")


def test_a_wrapper_of_another_file_is_followed(found: Scan) -> None:
    wrapper = """
def ask(prompt):
    return client.responses.create(model="gpt-5", input=prompt).output_text
"""
    code = """
    from shop.llm import ask

    def act(task):
        code = ask(task)
        exec(code)
    """
    (finding,) = found({"shop/llm.py": OPENAI + wrapper, "shop/act.py": code}, "eval-model-output")
    assert (finding.place.path, finding.place.line) == ("shop/act.py", 6)
    assert (finding.tier, finding.severity) == (Tier.INFERRED, Severity.HIGH)


def test_a_parameter_of_a_tool_that_is_evaluated_is_found(found: Scan) -> None:
    code = """
    from langchain_core.tools import tool

    @tool
    def calculate(expression: str) -> str:
        "Calculate."
        return str(eval(expression))
    """
    (finding,) = found(code, "eval-model-output")
    assert (finding.place.line, finding.subject) == (7, "calculate")


def test_a_shell_that_gets_an_answer_is_found(found: Scan) -> None:
    code = """
import subprocess

def act(task):
    command = client.responses.create(model="gpt-5", input=task).output_text
    subprocess.run(command, shell=True)
    subprocess.run(["grep", command])
"""
    (finding,) = found(OPENAI + code, "eval-model-output")
    assert finding.place.line == 10


def test_fences_methods_and_texts_of_others_are_not(found: Scan) -> None:
    code = """
from langchain_core.tools import tool

@tool
def calculate(expression: str) -> str:
    "Calculate."
    if set(expression) - set("0123456789+-*/. "):
        raise ValueError(expression)
    return str(eval(expression, {"__builtins__": {}}))

def train(model, text):
    reply = client.responses.create(model="gpt-5", input=text)
    model.eval()
    eval(text)
    return reply
"""
    assert not found(OPENAI + code, "eval-model-output")


def test_an_answer_that_is_handed_to_a_function_is_followed_into_it(found: Scan) -> None:
    code = """
def answer(question):
    reply = client.responses.create(model="gpt-5", input=question)
    return compute(reply.output_text, digits=2)

def compute(code, digits):
    return round(eval(code), digits)
"""
    (finding,) = found(OPENAI + code, "eval-model-output")
    assert (finding.place.line, finding.tier) == (11, Tier.INFERRED)


def test_an_answer_is_followed_into_a_method_of_another_file(found: Scan) -> None:
    calculator = """
class Calculator:
    def value(self, text):
        return eval(text)
"""
    agent = """
from calculator import Calculator

calculator = Calculator()

def answer(question):
    reply = client.responses.create(model="gpt-5", input=question)
    return calculator.value(reply.output_text)
"""
    (finding,) = found({"calculator.py": calculator, "agent.py": OPENAI + agent}, "eval-model-output")
    assert (finding.place.path, finding.place.line) == ("calculator.py", 4)


def test_what_somebody_else_hands_to_a_function_is_no_answer(found: Scan) -> None:
    code = """
def answer(question):
    reply = client.responses.create(model="gpt-5", input=question)
    return show(reply.output_text, compute("2 * 3"))

def compute(code):
    return eval(code)
"""
    assert not found(OPENAI + code, "eval-model-output")


def test_a_parameter_that_is_called_an_assistants_reply_is_one(found: Scan) -> None:
    code = """
def handle(session, assistant_reply: str):
    tasks = eval(assistant_reply)
    session.add(tasks)
"""
    (finding,) = found(code, "eval-model-output")
    assert (finding.place.line, finding.tier) == (3, Tier.INFERRED)


def test_a_function_that_hands_a_parameter_to_itself_ends(found: Scan) -> None:
    code = """
def compute(code, rest):
    return eval(code) if not rest else compute(rest[0], rest[1:])
"""
    assert not found(code, "eval-model-output")


@pytest.mark.parametrize(
    ("kind", "command", "count"),
    [
        ("str", 'f"xdotool key -- {key}"', 1),
        ("str", 'f"xdotool key -- {shlex.quote(key)}"', 0),
        ("int", 'f"xdotool key -- {key}"', 0),
        ("str", "key", 0),
    ],
)
def test_a_parameter_of_a_tool_is_put_into_a_command(
    kind: str, command: str, count: int, found: Scan
) -> None:
    code = f"""
import shlex
import subprocess
from langchain_core.tools import tool


@tool
def press(key: {kind}) -> str:
    "Press a key."
    command = {command}
    return subprocess.run(command, shell=True, timeout=5, capture_output=True).stdout
"""
    assert len(found(code, "eval-model-output")) == count


RUNNER = """
def run(code, namespace):
    exec(code, namespace)
"""


def test_a_parameter_called_code_is_found_in_a_project_that_asks_models(found: Scan) -> None:
    asks = OPENAI + "def ask(text):\n    return client.responses.create(model='gpt-5', input=text)\n"
    (finding,) = found({"runner.py": RUNNER, "agent.py": asks}, "eval-model-output")
    assert (finding.place.path, finding.place.line) == ("runner.py", 3)
    assert (finding.tier, finding.severity) == (Tier.INFERRED, Severity.HIGH)


def test_a_parameter_called_code_is_nothing_where_no_model_is_asked(found: Scan) -> None:
    assert not found({"runner.py": RUNNER, "agent.py": "import openai"}, "eval-model-output")


def test_code_of_a_file_of_its_own_or_written_by_hand_is_no_answer(found: Scan) -> None:
    asks = OPENAI + "def ask(text):\n    return client.responses.create(model='gpt-5', input=text)\n"
    plugin = """
def load(path, code):
    exec(compile(path.read_text(), path, "exec"))

def calculate(code):
    return eval(code)

ANSWER = calculate("6 * 7")
"""
    assert not found({"plugin.py": plugin, "agent.py": asks}, "eval-model-output")


@pytest.mark.parametrize(
    ("names", "severity"),
    [
        ('{"__builtins__": {}}', Severity.MEDIUM),
        ('{"__builtins__": None, "math": math}', Severity.MEDIUM),
        ('{"__builtins__": __builtins__}', Severity.CRITICAL),
        ('{"math": math}', Severity.CRITICAL),
    ],
)
def test_names_of_its_own_fence_only_where_they_bring_no_builtins(
    found: Scan, names: str, severity: Severity
) -> None:
    code = f"""
import math
def numbers(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages)
    return eval(reply.choices[0].message.content, {names})
"""
    (finding,) = found(OPENAI + code, "eval-model-output")
    assert finding.severity is severity
