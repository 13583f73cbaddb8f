"""Files that call models which other files make are seen as what they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.engine import Scanned

FACTORY = """
from langchain_openai import ChatOpenAI

def get_model():
    return ChatOpenAI(model="gpt-4o-2024-11-20")
"""
ASKS = """
from llm import get_model

def ask(prompt):
    model = get_model()
    try:
        return model.invoke(prompt).content
    except Exception:
        return ""
"""


@pytest.fixture
def scanned_two(scanned: Callable[..., Scanned]) -> Callable[[str], Scanned]:
    return lambda asks: scanned({"llm.py": FACTORY, "agent.py": asks}, "model-error-swallowed")


def test_a_rule_of_one_file_finds_what_needs_another_to_be_understood(
    scanned_two: Callable[[str], Scanned],
) -> None:
    result = scanned_two(ASKS)
    assert [(one.code, one.place.path, one.place.line) for one in result.findings] == [
        ("ERR001", "agent.py", 8)
    ]
    assert [call.function for call in result.project.facts["agent.py"].model_calls] == ["ask"]


def test_what_another_file_does_not_make_stays_unknown(scanned_two: Callable[[str], Scanned]) -> None:
    result = scanned_two(ASKS.replace("from llm import get_model", "from elsewhere import get_model"))
    assert not result.findings
    assert not result.project.facts["agent.py"].model_calls
