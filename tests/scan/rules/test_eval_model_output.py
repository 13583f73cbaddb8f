"""What a model writes is run as code."""

from __future__ import annotations

from collections.abc import Callable

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
