"""Variables of prompts that are never filled in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
CALL = """
from openai import OpenAI

client = OpenAI()

def ask(customer, question):
    messages = [{{"role": "system", "content": {text}}}, {{"role": "user", "content": question}}]
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""


def test_a_forgotten_f_is_found(found: Scan) -> None:
    (finding,) = found(CALL.format(text='"You are the desk. You speak with {customer}."'), "prompt-hole")
    assert (finding.place.line, finding.tier, finding.severity) == (7, Tier.PROVED, Severity.HIGH)
    assert "{customer}" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        'f"You are the desk. You speak with {customer}."',
        '"You are the desk. Speak with {customer}.".format(customer=customer)',
        '"You are the desk. Answer with {placeholder} for names."',
        "'You are the desk. Answer as {\"customer\": 1}.'",
        '"You are the desk. Use {{customer}} as it is."',
    ],
)
def test_what_is_filled_or_no_variable_is_not(found: Scan, text: str) -> None:
    assert not found(CALL.format(text=text), "prompt-hole")


def test_templates_that_a_framework_fills_are_not(found: Scan) -> None:
    code = """
from langchain_core.prompts import ChatPromptTemplate

def ask(customer):
    return ChatPromptTemplate.from_messages([("system", "You speak with {customer} now.")])
"""
    assert not found(code, "prompt-hole")


def test_a_name_that_format_leaves_out_is_found_across_files(found: Scan) -> None:
    files = {
        "shop/prompts.py": 'DESK = "You are the desk of {shop}. You speak with {customer}."\n',
        "shop/desk.py": "from shop.prompts import DESK\n\ndef f(shop):\n    return DESK.format(shop=shop)\n",
    }
    (finding,) = found(files, "prompt-hole")
    assert (finding.place.path, finding.place.line, finding.severity) == ("shop/desk.py", 4, Severity.HIGH)
    assert finding.related[0].path == "shop/prompts.py"
    assert "{customer}" in finding.message


def test_what_is_given_for_no_variable_goes_nowhere(found: Scan) -> None:
    code = (
        'DESK = "You are the desk. You speak with {customer}."\n\n'
        "def ask(customer, orders):\n    return DESK.format(customer=customer, orders=orders)\n"
    )
    (finding,) = found(code, "prompt-hole")
    assert (finding.severity, finding.tier) == (Severity.MEDIUM, Tier.INFERRED)
    assert "{orders}" in finding.message


@pytest.mark.parametrize(
    "code",
    [
        'T = "You are {a} of {b}, you must answer."\ndef f(**more):\n    return T.format(a=1, **more)',
        'T = "You are {0} of {b}, you must answer."\ndef f():\n    return T.format(b=1)',
        'T = "You are {a.name} of {b[x]}, answer."\ndef f(a, b):\n    return T.format(a=a, b=b)',
        'T = "You are {a:>{w}} wide, answer."\ndef f(a, w):\n    return T.format(a=a, w=w)',
        "import x\nT = x.load()\ndef f():\n    return T.format(b=1)",
        'T = "You are {a"\ndef f():\n    return T.format(b=1)',
    ],
)
def test_what_format_can_fill_or_nobody_can_say_is_not(found: Scan, code: str) -> None:
    assert not found(code, "prompt-hole")
