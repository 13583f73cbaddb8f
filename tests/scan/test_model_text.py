"""Which expressions hold what a model said, and as what."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.hearing import hearing
from agentprobe.scan.model_text import Said
from agentprobe.scan.module import parse_module

Scan = Callable[..., list[Finding]]
CODE = """
import json
from openai import OpenAI
from anthropic import Anthropic

client = OpenAI()
claude = Anthropic()

def ask(prompt):
    reply = client.chat.completions.create(model="gpt-5", messages=[prompt])
    return reply.choices[0].message.content

def act(prompt, page):
    reply = client.chat.completions.create(model="gpt-5", messages=[prompt])
    other = claude.messages.create(model="claude", max_tokens=9, messages=[prompt])
    text = ""
    for block in other.content:
        text += block.text
    check(EXPRESSION)
"""


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("reply.choices[0].message.content", Said.TEXT),
        ("reply.choices[0].message.content.strip().lower()", Said.TEXT),
        ("text", Said.TEXT),
        ("ask(prompt)", Said.TEXT),
        ("ask(prompt).split()[0]", Said.TEXT),
        ("json.loads(ask(prompt))", Said.PARSED),
        ("reply.choices[0].message.tool_calls[0].function.arguments", Said.ARGUMENTS),
        ("reply.choices[0].finish_reason", Said.OTHER),
        ("reply", Said.WHOLE),
        ("reply.choices[0].message.parsed", Said.TYPED),
        ("prompt", None),
        ("page.text", None),
    ],
)
def test_what_is_held_of_an_answer_is_told(expression: str, said: Said | None) -> None:
    module = parse_module("agent.py", CODE.replace("EXPRESSION", expression).encode(), "agent")
    (call,) = [one for one in module.calls if ast.unparse(one.func) == "check"]
    heard = hearing(module).heard(call.args[0])
    assert [one.said for one in heard][:1] == ([said] if said is not None else [])


def test_what_is_put_under_a_key_is_heard_when_it_is_taken_out_again(found: Scan) -> None:
    llm = """
from openai import OpenAI

class Llm:
    def chat_completion(self, messages):
        response = OpenAI().chat.completions.create(model="gpt-5", messages=messages)
        return {"response": response, "content": response.choices[0].message.content, "at": "now"}
"""
    desk = """
class Desk:
    def __init__(self, llm):
        self.llm = llm

    def step(self, messages):
        reply = self.llm.chat_completion(messages)
        return eval(reply["content"]), eval(reply["at"])
"""
    (finding,) = found({"llm.py": llm, "desk.py": desk}, "eval-model-output")
    assert (finding.place.path, finding.place.line, finding.place.column) == ("desk.py", 8, 16)
