"""Limits that were turned off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.documents import read_document
from agentprobe.scan.finding import Finding
from agentprobe.scan.rules.limit_disabled import LimitDisabled
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
RULE = "limit-disabled"
HEAD = (
    "import math\nfrom agents import Agent, Runner\nfrom pydantic_ai.usage import UsageLimits\n"
    "from langchain.agents import AgentExecutor\n\n"
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Runner.run_sync(desk, q, max_turns=10_000)", "max_turns is 10,000"),
        ("Runner.run_sync(desk, q, max_turns=math.inf)", "max_turns is math.inf"),
        ("Runner.run_sync(desk, q, max_turns=float('inf'))", "max_turns is infinite"),
        ("AgentExecutor(agent=a, tools=t, max_iterations=None)", "max_iterations is None"),
        ("UsageLimits(request_limit=None)", "request_limit is None"),
        ("graph.invoke(q, {'recursion_limit': 5000})", "recursion_limit is 5,000"),
        ("config = {'configurable': {}, 'recursion_limit': LIMIT}", "recursion_limit is 2,000"),
    ],
)
def test_a_limit_that_is_none_or_endless_is_found(found: Scan, line: str, said: str) -> None:
    (finding,) = found(f"{HEAD}LIMIT = 2000\n{line}\n", RULE)
    assert finding.message.startswith(said)
    assert (finding.severity, finding.tier) == (Severity.HIGH, Tier.PROVED)


def test_its_fix_sets_a_limit(found: Scan, tmp_path: Path) -> None:
    (finding,) = found(f"{HEAD}Runner.run_sync(desk, q, max_turns=10_000)\n", RULE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / edit.path).read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert "max_turns=50" in mended
    assert not found(mended, RULE)


@pytest.mark.parametrize(
    "line",
    [
        "Runner.run_sync(desk, q, max_turns=30)",
        "AgentExecutor(agent=a, tools=t, max_iterations=None, max_execution_time=60)",
        "UsageLimits(request_limit=None, total_tokens_limit=100_000)",
        "graph.invoke(q, {'recursion_limit': 50})",
        "plot(max_steps=10_000)",
        "train(max_iter=5000)",
        "sklearn.linear_model.LogisticRegression(max_iter=10_000)",
        "Runner.run_sync(desk, q, max_turns=turns)",
    ],
)
def test_limits_that_hold_and_other_libraries_are_not(found: Scan, line: str) -> None:
    assert not found(f"{HEAD}{line}\n", RULE)


def test_settings_files_are_read_too() -> None:
    document = read_document("config.yaml", b"agent:\n  max_recursion_limit: 1000\n  max_steps: 20\n")
    assert document is not None
    (finding,) = LimitDisabled().in_document(document)
    assert (finding.place.line, finding.message) == (2, "max_recursion_limit is 1,000")


@pytest.mark.parametrize(
    "line",
    [
        "config['recursion_limit'] = LIMIT",
        "config.setdefault('recursion_limit', LIMIT)",
        "go({'recursion_limit': LIMIT})",
    ],
)
def test_a_limit_that_stands_in_another_file_is_found(found: Scan, line: str) -> None:
    files = {"app/limits.py": "LIMIT = 9_999\n", "app/a.py": f"from app.limits import LIMIT\n\n{line}\n"}
    (finding,) = found(files, RULE)
    assert (finding.place.path, finding.tier) == ("app/a.py", Tier.INFERRED)
    assert not found({**files, "app/limits.py": "LIMIT = 40\n"}, RULE)


@pytest.mark.parametrize(
    ("given", "asks", "count"),
    [
        ('max_turns: int = float("inf")', "client.responses.create(model='gpt-5', input=messages)", 1),
        ("*, max_steps=sys.maxsize", "client.responses.create(model='gpt-5', input=messages)", 1),
        ("max_turns: int = 20", "client.responses.create(model='gpt-5', input=messages)", 0),
        ("max_turns=None", "client.responses.create(model='gpt-5', input=messages)", 0),
        ('max_turns: int = float("inf")', "play(messages)", 0),
    ],
)
def test_a_default_without_an_end_is_found(given: str, asks: str, count: int, found: Scan) -> None:
    code = f"""
import sys
from openai import OpenAI

client = OpenAI()


def run(messages, {given}):
    return {asks}
"""
    assert [one.place.line for one in found(code, "limit-disabled")] == [8] * count
