"""Windows that are full before anybody has said a word."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
CODE = """
from openai import OpenAI

PROMPT = "{prompt}"

def ask(question):
    messages = [{{"role": "system", "content": PROMPT}}, {{"role": "user", "content": question}}]
    return OpenAI().chat.completions.create(model="{model}", max_tokens={cap}, messages=messages)
"""


def test_a_cap_that_takes_the_window_is_found(found: Scan) -> None:
    (finding,) = found(CODE.format(prompt="Be kind.", model="gpt-4", cap=6500), "static-budget-over-75")
    assert (finding.place.line, "of the window of gpt-4" in finding.message) == (8, True)


def test_a_long_prompt_counts_with_the_cap(found: Scan) -> None:
    prompt = "Never promise a refund before the order was found. " * 700
    (finding,) = found(CODE.format(prompt=prompt[:19_000], model="gpt-4", cap=4000), "static-budget-over-75")
    assert finding.place.line == 8


def test_output_that_has_room_of_its_own_is_not_counted(found: Scan) -> None:
    assert not found(CODE.format(prompt="Be kind.", model="gpt-5-mini", cap=128_000), "static-budget-over-75")


def test_a_cap_that_fits_and_an_unknown_model_are_not(found: Scan) -> None:
    assert not found(CODE.format(prompt="Be kind.", model="gpt-4", cap=1000), "static-budget-over-75")
    assert not found(CODE.format(prompt="Be kind.", model="our-own", cap=90_000), "static-budget-over-75")
