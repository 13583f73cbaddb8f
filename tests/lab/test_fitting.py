"""What cannot be called as the lab calls it is said before the first run, with what it is called with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from agentprobe.errors import ConfigError
from agentprobe.lab.fitting import check_answers, check_fit, wrong_pattern


class Agent:
    def __call__(self, prompt: str) -> str:
        return prompt


def fits(prompt: str, style: str = "plain") -> str:
    return f"{prompt} {style}"


def takes_all(*words: Any, **more: Any) -> str:
    return f"{words} {more}"


@pytest.mark.parametrize("function", [fits, takes_all, Agent(), lambda prompt: prompt, print, max])
def test_what_can_be_called_is_let_through(function: Callable[..., Any]) -> None:
    check_fit(function, "agent:run", "prompt")
    check_answers(function, "agent:run")


def test_a_setting_that_a_function_does_not_know_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        check_fit(fits, "agent:run", "prompt", named={"stile": "careful"})
    assert "'agent:run' is called with (prompt, stile=…)" in str(caught.value)
    assert str(caught.value).endswith("; did you mean 'style'?")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda: "", r"called with \(prompt\), and it takes \(\): too many positional arguments"),
        (lambda prompt, key: "", "missing a required argument: 'key'"),
        (7, "is no function but of type int"),
    ],
)
def test_what_cannot_be_called_is_said(function: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_fit(function, "agent:run", "prompt")


def test_an_agent_that_hands_its_answer_out_in_pieces_is_refused() -> None:
    def pieces(prompt: str) -> Iterator[str]:
        yield prompt

    async def later(prompt: str) -> AsyncIterator[str]:
        yield prompt

    for function in (pieces, later):
        with pytest.raises(ConfigError, match="'agent:run' is a generator"):
            check_answers(function, "agent:run")


def test_a_pattern_is_tried_before_it_is_used() -> None:
    assert wrong_pattern(r"\b6\b") == wrong_pattern(None) == ""
    assert wrong_pattern("(open").startswith("'(open' is no regular expression: missing )")
