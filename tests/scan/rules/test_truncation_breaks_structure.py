"""Cuts that lose the system message, part calls from results, or break JSON."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "truncation-breaks-structure"
CODE = """
import json
from openai import OpenAI

client = OpenAI()

def ask(questions, tool_result):
    messages = [{{"role": "{role}", "content": "Never promise a refund."}}]
    for question in questions:
        messages.append({{"role": "user", "content": question}})
        {more}
        {cut}
        yield client.chat.completions.create(model="gpt-4o", messages=messages)
"""
TOOL = 'messages.append({"role": "tool", "tool_call_id": "1", "content": tool_result})'


@pytest.mark.parametrize("cut", ["messages = messages[-10:]", "messages.pop(0)", "del messages[0]"])
def test_a_cut_that_drops_the_system_message_is_found(found: Scan, cut: str) -> None:
    (finding,) = found(CODE.format(role="system", more="pass", cut=cut), RULE)
    assert (finding.place.line, "drops its system message" in finding.message) == (12, True)


def test_a_cut_that_parts_results_from_calls_is_found(found: Scan) -> None:
    (finding,) = found(CODE.format(role="user", more=TOOL, cut="messages = messages[-10:]"), RULE)
    assert "part a tool's result from its call" in finding.message


def test_json_that_is_cut_for_a_model_is_found(found: Scan) -> None:
    more = 'messages.append({"role": "user", "content": json.dumps(question)[:2000]})'
    (finding,) = found(CODE.format(role="system", more=more, cut="pass"), RULE)
    assert finding.place.line == 11


@pytest.mark.parametrize(
    ("role", "more", "cut"),
    [
        ("system", "pass", "messages = [messages[0], *messages[1:][-9:]]"),
        ("system", "pass", "messages = messages[:1] + messages[-9:]"),
        ("user", "pass", "messages = messages[-10:]"),
        ("user", TOOL, "messages = messages[-9:] if messages[-9]['role'] == 'user' else messages"),
        ("system", "print(json.dumps(question)[:100])", "print(messages[-3:])"),
    ],
)
def test_cuts_that_keep_what_matters_and_cuts_for_a_log_are_not(
    found: Scan, role: str, more: str, cut: str
) -> None:
    assert not found(CODE.format(role=role, more=more, cut=cut), RULE)
