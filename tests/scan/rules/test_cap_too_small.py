"""Caps that what is asked for does not fit in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
CODE = """
from openai import OpenAI

def ask(question):
    messages = [{{"role": "system", "content": "{prompt}"}}, {{"role": "user", "content": question}}]
    return OpenAI().chat.completions.create(model="{model}", {name}={cap}, messages=messages)
"""


def test_a_length_that_the_prompt_asks_for_is_held_against_the_cap(found: Scan) -> None:
    code = CODE.format(
        prompt="Write an essay of at least 1,000 words.", model="gpt-4o", cap=600, name="max_tokens"
    )
    (finding,) = found(code, "cap-too-small")
    assert (finding.place.line, "1,000 words" in finding.message) == (6, True)


def test_a_model_that_thinks_needs_room_for_it(found: Scan) -> None:
    code = CODE.format(prompt="Be brief.", model="o3-mini", cap=100, name="max_completion_tokens")
    (finding,) = found(code, "cap-too-small")
    assert "thinks before it answers" in finding.message


def test_thinking_has_to_fit_within_the_cap(found: Scan) -> None:
    code = """
    from anthropic import Anthropic

    def ask(messages):
        return Anthropic().messages.create(
            model="claude-sonnet-4-5", max_tokens=2000, messages=messages,
            thinking={"type": "enabled", "budget_tokens": 4000},
        )
    """
    (finding,) = found(code, "cap-too-small")
    assert "4,000 tokens of thinking" in finding.message


def test_required_fields_have_to_fit(found: Scan) -> None:
    code = """
    from openai import OpenAI

    SCHEMA = {"type": "json_schema", "json_schema": {"name": "order", "schema": {
        "type": "object", "required": ["customer", "address", "positions", "total"],
        "properties": {"customer": {}, "address": {}, "positions": {}, "total": {}}}}}

    def ask(messages):
        return OpenAI().chat.completions.create(
            model="gpt-4o", max_tokens=10, response_format=SCHEMA, messages=messages)
    """
    (finding,) = found(code, "cap-too-small")
    assert "required fields" in finding.message


@pytest.mark.parametrize(
    ("prompt", "model", "cap"),
    [
        ("Answer yes or no.", "gpt-4o", 1),
        ("Write an essay in under 1,000 words.", "gpt-4o", 600),
        ("Summarise every 500 words of the text.", "gpt-4o", 200),
        ("Write an essay of 300 words.", "gpt-4o", 600),
    ],
)
def test_labels_upper_bounds_and_fitting_caps_are_not(found: Scan, prompt: str, model: str, cap: int) -> None:
    assert not found(CODE.format(prompt=prompt, model=model, cap=cap, name="max_tokens"), "cap-too-small")
